//! A text in the person's own editor: a private file for the time it takes, and what came of it.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, ExitStatus};

use trailhound::case::store::create_private;

/// The longest text taken back, in bytes: more is no filter.
const LONGEST: u64 = 1 << 20;

/// Has a text changed in `$VISUAL`, `$EDITOR`, or the editor every system has. The terminal must be
/// free meanwhile.
///
/// # Errors
/// The editor cannot be run or says that it failed, or its file cannot be read: in words.
pub fn edit(text: &str) -> Result<String, String> {
    let name = |name: &str| std::env::var(name).ok().filter(|v| !v.trim().is_empty());
    let usual = if cfg!(windows) { "notepad" } else { "vi" };
    let editor = name("VISUAL").or_else(|| name("EDITOR"));
    let editor = editor.unwrap_or_else(|| usual.to_owned());
    let now = std::time::SystemTime::now();
    let since = now.duration_since(std::time::UNIX_EPOCH);
    let moment = since.map_or(0, |since| since.as_nanos());
    let file = format!("trailhound-{}-{moment}.txt", std::process::id());
    let file = std::env::temp_dir().join(file);
    let out = in_file(&file, text, &editor);
    // Where it was never made there is nothing to take away.
    let _ = fs::remove_file(&file);
    out
}

fn in_file(file: &Path, text: &str, editor: &str) -> Result<String, String> {
    let failed = |e: std::io::Error| format!("{}: {e}", file.display());
    let mut made = create_private(file).map_err(failed)?;
    writeln!(made, "{text}").map_err(failed)?;
    drop(made);
    let ended = run(editor, file).map_err(|e| format!("{editor}: {e}"))?;
    if !ended.success() {
        return Err(format!("{editor} ended with {ended}"));
    }
    let size = fs::metadata(file).map_err(failed)?.len();
    if size > LONGEST {
        return Err(format!("{size} bytes are no filter"));
    }
    fs::read_to_string(file).map_err(failed)
}

/// Runs an editor as git does: what it is called may hold flags.
fn run(editor: &str, file: &Path) -> std::io::Result<ExitStatus> {
    if cfg!(windows) {
        return Command::new(editor).arg(file).status();
    }
    let script = format!("{editor} \"$@\"");
    let mut command = Command::new("/bin/sh");
    command.args(["-c", &script, editor]).arg(file).status()
}
