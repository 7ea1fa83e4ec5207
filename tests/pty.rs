//! Journeys through the real program on a terminal of its own.
//!
//! Each waits for words on the screen, never for time: what is slow is waited for, up to a
//! deadline that only a program that hangs meets. After the end, the terminal must be as it was.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]

use std::ffi::OsStr;
use std::fs;
use std::io::{Read as _, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};
use vt100::{MouseProtocolMode, Parser};

const PROGRAM: &str = env!("CARGO_BIN_EXE_trailhound");
/// Past this a program does not answer, it hangs.
const DEADLINE: Duration = Duration::from_secs(90);

/// What the reader thread has seen.
struct Seen {
    parser: Parser,
    ended: bool,
    /// The last bytes that came, to tell what went wrong.
    last: Vec<u8>,
}

impl Seen {
    fn take(&mut self, bytes: &[u8]) {
        const KEPT: usize = 600;
        self.parser.process(bytes);
        self.ended |= bytes.is_empty();
        self.last.extend(bytes);
        let past = self.last.len().saturating_sub(KEPT);
        self.last.drain(..past);
    }

    fn described(&self) -> String {
        let screen = self.parser.screen();
        format!(
            "{} screen of {:?}{}:\n{}\nlast bytes: {}",
            if screen.alternate_screen() {
                "alternate"
            } else {
                "main"
            },
            screen.size(),
            if self.ended { ", ended" } else { "" },
            screen.contents(),
            self.last.escape_ascii()
        )
    }
}

/// A program on a terminal.
struct Journey {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    seen: Arc<(Mutex<Seen>, Condvar)>,
    /// How the terminal was before.
    cooked: String,
}

impl Journey {
    /// The program with arguments, at 120x36.
    fn begin<S: AsRef<OsStr>>(args: &[S]) -> Self {
        let mut command = CommandBuilder::new(PROGRAM);
        command.args(args);
        Self::run(command)
    }

    /// A line of shell in which `$0` is the program.
    fn shell<S: AsRef<OsStr>>(script: &str, args: &[S]) -> Self {
        let mut command = CommandBuilder::new("/bin/sh");
        command.args(["-c", script, PROGRAM]);
        command.args(args);
        Self::run(command)
    }

    fn run(mut command: CommandBuilder) -> Self {
        command.env("TERM", "xterm-256color");
        command.env_remove("NO_COLOR");
        command.env_remove("TRAILHOUND_LOG");
        command.env("XDG_STATE_HOME", env!("CARGO_TARGET_TMPDIR"));
        let pty = native_pty_system().openpty(size(120, 36)).unwrap();
        let cooked = modes(&*pty.master);
        let child = pty.slave.spawn_command(command).unwrap();
        drop(pty.slave);
        let seen = Arc::new((
            Mutex::new(Seen {
                parser: Parser::new(36, 120, 0),
                ended: false,
                last: Vec::new(),
            }),
            Condvar::new(),
        ));
        let mut reader = pty.master.try_clone_reader().unwrap();
        let shared = Arc::clone(&seen);
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            loop {
                // The end of a terminal is an error on Linux.
                let n = reader.read(&mut bytes).unwrap_or(0);
                let mut seen = shared.0.lock().unwrap();
                seen.take(&bytes[..n]);
                shared.1.notify_all();
                if n == 0 {
                    return;
                }
            }
        });
        Self {
            child,
            keys: pty.master.take_writer().unwrap(),
            master: pty.master,
            seen,
            cooked,
        }
    }

    /// Waits until the screen is as asked; fails with the screen where it never is.
    #[track_caller]
    fn until(&self, what: &str, is_so: impl Fn(&Seen) -> bool) {
        let began = Instant::now();
        let mut seen = self.seen.0.lock().unwrap();
        while !is_so(&seen) {
            let left = DEADLINE.saturating_sub(began.elapsed());
            let gave_up = left.is_zero() || seen.ended;
            assert!(!gave_up, "never {what}; {}", seen.described());
            seen = self.seen.1.wait_timeout(seen, left).unwrap().0;
        }
    }

    /// Waits for words anywhere on the screen.
    #[track_caller]
    fn see(&self, words: &str) -> &Self {
        self.until(&format!("shown: {words:?}"), |seen| {
            seen.parser.screen().contents().contains(words)
        });
        self
    }

    /// Waits for words in one row.
    #[track_caller]
    fn see_in(&self, row: u16, words: &str) -> &Self {
        self.until(&format!("shown in row {row}: {words:?}"), |seen| {
            let screen = seen.parser.screen();
            let width = screen.size().1;
            let text = screen.rows(0, width).nth(row.into());
            text.is_some_and(|text| text.contains(words))
        });
        self
    }

    fn text(&self) -> String {
        self.seen.0.lock().unwrap().parser.screen().contents()
    }

    fn press(&mut self, keys: &str) -> &Self {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
        self
    }

    fn resize(&self, width: u16, height: u16) -> &Self {
        // The picture first: nothing drawn for the new size may meet the old one.
        let mut seen = self.seen.0.lock().unwrap();
        seen.parser.screen_mut().set_size(height, width);
        drop(seen);
        self.master.resize(size(width, height)).unwrap();
        self
    }

    fn signal(&self, signal: Signal) {
        let pid = self.child.process_id().unwrap();
        kill_process(Pid::from_raw(pid as i32).unwrap(), signal).unwrap();
    }

    /// Whether the terminal is the program's.
    #[track_caller]
    fn is_taken(&self) {
        self.until("in full screen", |seen| {
            let screen = seen.parser.screen();
            screen.alternate_screen()
                && screen.hide_cursor()
                && screen.bracketed_paste()
                && screen.mouse_protocol_mode() != MouseProtocolMode::None
        });
        assert_ne!(modes(&*self.master), self.cooked, "raw mode is off");
    }

    /// Whether the terminal is as it was before the program.
    #[track_caller]
    fn is_given_back(&self) {
        self.until("given back", |seen| {
            let screen = seen.parser.screen();
            !screen.alternate_screen()
                && !screen.hide_cursor()
                && !screen.bracketed_paste()
                && screen.mouse_protocol_mode() == MouseProtocolMode::None
        });
    }

    /// Waits for the end: the exit code, and a terminal as it was before.
    #[track_caller]
    fn ends_with(&mut self, code: u32) {
        let began = Instant::now();
        let mut seen = self.seen.0.lock().unwrap();
        while !seen.ended && began.elapsed() < DEADLINE {
            let left = DEADLINE.saturating_sub(began.elapsed());
            seen = self.seen.1.wait_timeout(seen, left).unwrap().0;
        }
        let shown = seen.described();
        assert!(seen.ended, "never ended; {shown}");
        drop(seen);
        let status = self.child.wait().unwrap();
        assert_eq!(status.exit_code(), code, "{status:?}\n{shown}");
        self.is_given_back_for_good();
    }

    /// The program has ended, so nothing more comes.
    #[track_caller]
    fn is_given_back_for_good(&self) {
        let seen = self.seen.0.lock().unwrap();
        let screen = seen.parser.screen();
        assert!(!screen.alternate_screen(), "left in the alternate screen");
        assert!(!screen.hide_cursor(), "left without a cursor");
        assert!(!screen.bracketed_paste(), "left with bracketed paste");
        assert_eq!(screen.mouse_protocol_mode(), MouseProtocolMode::None);
        drop(seen);
        assert_eq!(modes(&*self.master), self.cooked, "left in raw mode");
    }
}

impl Drop for Journey {
    fn drop(&mut self) {
        // A failed test leaves no program behind; one that has ended is not there to be killed.
        let _ = self.child.kill();
    }
}

fn size(cols: u16, rows: u16) -> PtySize {
    PtySize {
        rows,
        cols,
        pixel_width: 0,
        pixel_height: 0,
    }
}

/// Modes of the terminal's line, to compare.
fn modes(master: &dyn MasterPty) -> String {
    let modes = master.get_termios().expect("a terminal has modes");
    format!("{:?} {:?}", modes.local_flags, modes.input_flags)
}

/// The incident as files, made once a test.
fn evidence(dir: &Path) -> PathBuf {
    let folder = dir.join("evidence");
    let made = Command::new(PROGRAM)
        .args(["demo", "--write"])
        .arg(&folder)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    folder
}

#[test]
fn open_filter_pivot_back_forward_quit() {
    let mut on = Journey::begin(&["demo"]);
    on.see("events │").see_in(1, "[All 7,847]").is_taken();
    // Each key is one visible step.
    on.press("/").see("apply");
    on.press("who:alice").see_in(2, "who:alice");
    on.press("\r").see_in(1, "All 7,847 › [who:alice 543]");
    on.see("3 principals");
    on.press("p").see_in(1, "› [Alice 510]");
    on.see("user/Alice").see("Activity by service");
    on.press("r").see_in(1, "› [mfa/Alice 3]");
    on.see("Who touched it");
    on.press("[").see_in(1, "› [Alice 510]");
    on.see_in(1, "▸ 1 mfa/Alice");
    on.press("]").see_in(1, "› [mfa/Alice 3]");
    on.press("q").see_in(1, "› [Alice 510]");
    on.press("q").see_in(1, "› [who:alice 543]");
    on.press("q").see_in(1, "[All 7,847]");
    on.press("q");
    on.ends_with(0);
}

#[test]
fn q_goes_back_before_it_quits() {
    let mut on = Journey::begin(&["demo"]);
    on.see_in(1, "[All 7,847]");
    on.press("/err:denied\r").see_in(1, "› [err:denied ");
    on.press("q").see_in(1, "[All 7,847]");
    on.press("q");
    on.ends_with(0);
}

#[test]
fn the_screen_follows_the_size_of_the_terminal() {
    let mut on = Journey::begin(&["demo"]);
    on.see("FACETS of 7,847").see("[Summary]");
    on.resize(60, 15).see("EVENTS 7,847");
    on.until("without facets", |seen| {
        !seen.parser.screen().contents().contains("FACETS")
    });
    on.resize(30, 8).see("too small: 30x8");
    on.resize(40, 12).see("EVENTS 7,847");
    on.resize(120, 36).see("FACETS of 7,847").see("1 of 7,847");
    on.press("j").see("2 of 7,847");
    on.press("q");
    on.ends_with(0);
}

#[test]
fn a_path_that_does_not_exist_is_named_and_nothing_opens() {
    let mut on = Journey::begin(&["no/such/folder"]);
    on.ends_with(2);
    let text = on.text();
    assert!(text.contains("no/such/folder"), "{text}");
    assert!(text.contains("no such file"), "{text}");
}

#[test]
fn a_bad_path_among_good_ones_costs_only_itself() {
    let dir = tempfile::tempdir().unwrap();
    let good = evidence(dir.path());
    let empty = dir.path().join("empty.json");
    let other = dir.path().join("notes.txt");
    fs::write(&empty, "").unwrap();
    fs::write(&other, "buy milk\n").unwrap();
    let mut on = Journey::begin(&[
        good.as_os_str(),
        OsStr::new("no/such/file.json"),
        empty.as_os_str(),
        other.as_os_str(),
    ]);
    on.see("7,847 events").see("(!)");
    on.press("!").see("no/such/file.json");
    on.see("no such file").see("notes.txt").see("empty.json");
    on.press("qq");
    on.ends_with(0);
}

#[test]
fn signals_that_end_it_give_the_terminal_back() {
    let signals = [
        (Signal::TERM, 143),
        (Signal::HUP, 129),
        (Signal::INT, 130),
        (Signal::QUIT, 131),
    ];
    for (signal, code) in signals {
        let mut on = Journey::begin(&["demo"]);
        on.see("7,847 events").is_taken();
        on.signal(signal);
        on.ends_with(code);
    }
}

#[test]
fn suspended_it_gives_the_terminal_back_and_resumed_it_takes_it_again() {
    let script = r#"set -m; "$0" demo; echo "stopped with $?"; read go; fg; echo "ended with $?""#;
    let mut on = Journey::shell::<&str>(script, &[]);
    on.see("7,847 events").is_taken();
    on.press("j").see("2 of 7,847");
    on.press("\u{1a}").see("stopped with");
    on.is_given_back();
    on.press("\r").see("2 of 7,847").is_taken();
    on.press("j").see("4 of 7,847");
    on.press("q").see("ended with 0");
    on.ends_with(0);
}

/// The editor has the whole terminal: it is cooked, and every key typed meanwhile is the editor's.
#[test]
fn the_filter_is_changed_in_an_editor_that_has_the_terminal_for_itself() {
    let dir = tempfile::tempdir().unwrap();
    let editor = dir.path().join("editor");
    let script = "printf 'was: '; cat \"$1\"; printf 'new? '; read -r line; \
                  printf 'who:%s\\n-verb:read\\n' \"$line\" > \"$1\"; test \"$line\" != fail\n";
    fs::write(&editor, script).unwrap();
    let mut command = CommandBuilder::new(PROGRAM);
    command.arg("demo");
    command.env("VISUAL", format!("sh {}", editor.display()));
    command.env("TMPDIR", dir.path());
    let mut j = Journey::run(command);
    j.see("[All 7,847]");
    j.press("/who:alice");
    j.see("who:alice");
    j.press("\x18\x05");
    j.see("was: who:alice");
    j.see("new?");
    assert_eq!(modes(&*j.master), j.cooked);
    j.until("the main screen", |seen| {
        !seen.parser.screen().alternate_screen()
    });
    // Were the thread that reads keys still at it, it would have some of these.
    j.press("svc-backup\r");
    j.see("who:svc-backup -verb:read");
    j.until("the alternate screen", |seen| {
        seen.parser.screen().alternate_screen()
    });
    // An editor that fails changes nothing. What the first one asked still stands on its screen.
    j.press("\x18\x05");
    j.see("was: who:svc-backup -verb:read");
    j.press("fail\r");
    j.see("the filter stays as it was");
    j.see("who:svc-backup -verb:read");
    j.press("\r");
    j.see("[who:svc-backup -verb:read");
    // Nothing of it is left behind.
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    j.press("\x11");
    j.ends_with(0);
}

/// A failure on the thread of the screen; only a program built for tests has a way to have one.
#[cfg(debug_assertions)]
#[test]
fn a_panic_gives_the_terminal_back_before_its_message() {
    let mut command = CommandBuilder::new(PROGRAM);
    command.arg("demo");
    command.env("TRAILHOUND_TEST_PANIC", "1");
    command.env("RUST_BACKTRACE", "0");
    let mut on = Journey::run(command);
    on.ends_with(101);
    let text = on.text();
    assert!(text.contains("TRAILHOUND_TEST_PANIC is set"), "{text}");
}

#[test]
fn keys_are_answered_while_a_large_load_runs() {
    let dir = tempfile::tempdir().unwrap();
    let good = evidence(dir.path());
    let gate = dir.path().join("gate");
    let made = Command::new("mkfifo").arg(&gate).status().unwrap();
    assert!(made.success());
    // Standard input stays open until the gate is opened: the load runs as long as we like.
    let script = r#"cat "$2" | "$0" "$1" -; echo "ended with $?""#;
    let mut on = Journey::shell(script, &[&good, &gate]);
    on.see_in(1, "[All 7,847]");
    on.press("/who:alice\r").see_in(1, "› [who:alice 543]");
    on.press("p").see_in(1, "› [Alice 510]");
    on.press("r").see_in(1, "› [mfa/Alice 3]");
    on.press("[").see_in(1, "› [Alice 510]");
    on.press("]").see_in(1, "› [mfa/Alice 3]");
    // The place is there at once, its events when they have been found: the end is theirs.
    on.press("qqq").see_in(1, "[All 7,847]").see("EVENTS 7,847");
    on.press("G").see("7,847 of 7,847");
    assert!(!on.text().contains("loaded 1,93"), "{}", on.text());
    // More arrives, and is shown.
    let record = r#"{"eventTime":"2026-11-21T08:00:00Z","eventName":"ListBuckets","eventSource":"s3.amazonaws.com","awsRegion":"us-west-2","eventID":"late-1"}"#;
    let mut writer = fs::OpenOptions::new().write(true).open(&gate).unwrap();
    writer.write_all(record.as_bytes()).unwrap();
    drop(writer);
    on.see("loaded 1,938 files").see_in(1, "[All 7,848]");
    on.press("q").see("ended with 0");
    on.ends_with(0);
}

#[test]
fn ctrl_c_stops_a_load_and_keeps_what_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let good = evidence(dir.path());
    let gate = dir.path().join("gate");
    assert!(
        Command::new("mkfifo")
            .arg(&gate)
            .status()
            .unwrap()
            .success()
    );
    let script = r#"cat "$2" | "$0" "$1" -; echo "ended with $?""#;
    let mut on = Journey::shell(script, &[&good, &gate]);
    on.see_in(1, "[All 7,847]");
    on.press("\u{3}").see("stopping the load");
    on.press("/err:denied\r").see_in(1, "› [err:denied ");
    // The shell waits for `cat` too, which waits for somebody at the gate.
    on.press("\u{11}");
    drop(fs::OpenOptions::new().write(true).open(&gate).unwrap());
    on.see("ended with 0");
    on.ends_with(0);
}

/// The rows of the README's tour: keys to press, and words that are then on the screen.
fn tour() -> Vec<(Vec<String>, Vec<String>)> {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let begin = readme.find("<!-- tour").unwrap();
    let end = readme.find("<!-- /tour -->").unwrap();
    let spans = |cell: &str| {
        let spans = cell.split('`').skip(1).step_by(2);
        spans.map(str::to_owned).collect::<Vec<_>>()
    };
    let rows = readme[begin..end].lines().filter(|l| l.starts_with("| "));
    rows.skip(1)
        .map(|row| {
            let (keys, words) = row[2..].split_once('|').unwrap();
            (spans(keys), spans(words))
        })
        .collect()
}

#[test]
fn the_tour_of_the_readme_shows_what_it_says() {
    let rows = tour();
    assert!(rows.len() > 10, "{rows:?}");
    let mut on = Journey::begin(&["demo"]);
    for (keys, words) in rows {
        for key in &keys {
            on.press(match key.as_str() {
                "Enter" => "\r",
                "Esc" => "\u{1b}",
                "Tab" => "\t",
                "S-Tab" => "\u{1b}[Z",
                text => text,
            });
            if key == "Esc" {
                // Alone it is a key; with what follows it would be another one.
                on.until("closed", |seen| {
                    !seen.parser.screen().contents().contains("─╮")
                });
            }
        }
        for word in &words {
            on.until(&format!("{word:?} after {keys:?}"), |seen| {
                seen.parser.screen().contents().contains(word.as_str())
            });
        }
    }
    on.press("\u{11}");
    on.ends_with(0);
}
