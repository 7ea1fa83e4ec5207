//! The state file: saved views, and where each set of paths was left.
//!
//! JSON of one object, beside other programs' state (`$XDG_STATE_HOME` or `~/.local/state`), only
//! for its owner to read. It is replaced as a whole or not at all. What it holds may have been
//! written by anybody or by a later version: parts that are not understood are kept as they are,
//! parts that are damaged are left out, and a file that is no state at all is put aside, never
//! overwritten.

use std::fs;
use std::io;
use std::io::Read as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;
use serde_json::{Map, Value, json};

use crate::case::link::LONGEST;

/// The name under which what was said of identities is kept.
pub const IDENTITIES: &str = "identities";
/// The largest file that is read, in bytes.
const LARGEST: u64 = 8 << 20;
/// Saved views that are kept, sets of paths whose views are kept, and views of each.
const MOST: (usize, usize, usize) = (500, 40, 100);

/// What is kept.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Kept {
    /// Views that were given a name: name and link, oldest first.
    pub saved: Vec<(String, String)>,
    /// Where sets of paths were left, newest first.
    pub sessions: Vec<Left>,
    /// Everything else the file holds, under its own names: read and written by others.
    pub rest: Map<String, Value>,
    /// Whether there is a file that holds no state: it is put aside before the next write.
    pub damaged: bool,
}

/// Where a set of paths was left.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Left {
    /// The paths, as one text.
    pub paths: String,
    /// Links of the views, oldest first.
    pub links: Vec<String>,
    /// The one that was shown.
    pub at: usize,
}

/// Where the file is: `trailhound/state.json` in the folder of such files. `None` without a home.
pub fn place() -> Option<PathBuf> {
    let base = etcetera::choose_base_strategy().ok()?;
    let dir = base.state_dir().unwrap_or_else(|| base.data_dir());
    Some(dir.join("trailhound").join("state.json"))
}

impl Kept {
    /// Reads the file; one that is not there holds nothing.
    ///
    /// # Errors
    /// It is there and cannot be read.
    pub fn read(file: &Path) -> io::Result<Self> {
        let damaged = Self {
            damaged: true,
            ..Self::default()
        };
        let opened = match fs::File::open(file) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            opened => opened?,
        };
        if !opened.metadata()?.is_file() {
            return Err(io::Error::other("it is no file"));
        }
        let mut bytes = Vec::new();
        opened.take(LARGEST + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > LARGEST {
            return Ok(damaged);
        }
        match serde_json::from_slice(&bytes) {
            Ok(Value::Object(map)) => Ok(Self::of(map)),
            _ => Ok(damaged),
        }
    }

    fn of(mut map: Map<String, Value>) -> Self {
        let text = |v: Option<&Value>| {
            v.and_then(Value::as_str)
                .filter(|t| t.len() <= LONGEST)
                .map(str::to_owned)
        };
        let list = |v: Option<Value>| match v {
            Some(Value::Array(list)) => list,
            _ => Vec::new(),
        };
        let saved = list(map.remove("saved"))
            .iter()
            .filter_map(|v| Some((text(v.get("name"))?, text(v.get("link"))?)))
            .take(MOST.0)
            .collect();
        let sessions = list(map.remove("sessions"))
            .iter()
            .filter_map(|v| {
                let links: Vec<String> = v
                    .get("links")?
                    .as_array()?
                    .iter()
                    .filter_map(|l| text(Some(l)))
                    .take(MOST.2)
                    .collect();
                let at = v.get("at").and_then(Value::as_u64).unwrap_or(0);
                Some(Left {
                    paths: text(v.get("paths"))?,
                    at: usize::try_from(at).unwrap_or(0),
                    links,
                })
            })
            .take(MOST.1)
            .collect();
        map.remove("version");
        Self {
            saved,
            sessions,
            rest: map,
            damaged: false,
        }
    }

    /// Writes the file in place of the one before.
    ///
    /// # Errors
    /// It cannot be written; the one before is then as it was.
    pub fn write(&self, file: &Path) -> io::Result<()> {
        let dir = file
            .parent()
            .ok_or_else(|| io::Error::other("it has no folder"))?;
        make_folder(dir)?;
        if self.damaged && file.exists() {
            fs::rename(file, file.with_extension("json.bad"))?;
        }
        let mut map = self.rest.clone();
        map.insert("version".to_owned(), json!(1));
        let saved = self.saved.iter().rev().take(MOST.0).rev();
        map.insert(
            "saved".to_owned(),
            saved
                .map(|(name, link)| json!({ "name": name, "link": link }))
                .collect(),
        );
        let sessions = self.sessions.iter().take(MOST.1);
        map.insert(
            "sessions".to_owned(),
            sessions
                .map(|s| json!({ "paths": s.paths, "links": s.links, "at": s.at }))
                .collect(),
        );
        let mut text = serde_json::to_string_pretty(&Value::Object(map))?;
        text.push('\n');
        let new = dir.join(format!(".state.{}.tmp", std::process::id()));
        let written = create_private(&new).and_then(|mut out| {
            out.write_all(text.as_bytes())?;
            out.sync_all()
        });
        let done = written.and_then(|()| fs::rename(&new, file));
        if done.is_err() {
            // What is half written is no state; that it cannot be removed either changes nothing.
            let _ = fs::remove_file(&new);
        }
        done
    }

    /// Keeps a view under a name, in place of one of that name.
    pub fn save(&mut self, name: &str, link: String) {
        self.saved.retain(|(known, _)| known != name);
        self.saved.push((name.to_owned(), link));
    }

    /// Where a set of paths was left.
    pub fn left(&self, paths: &str) -> Option<&Left> {
        self.sessions.iter().find(|s| s.paths == paths)
    }

    /// Keeps where a set of paths was left, in place of what was kept of it.
    pub fn leave(&mut self, mut left: Left) {
        self.sessions.retain(|s| s.paths != left.paths);
        let extra = left.links.len().saturating_sub(MOST.2);
        left.links.drain(..extra);
        left.at = left.at.saturating_sub(extra);
        self.sessions.insert(0, left);
    }
}

/// Makes a folder that only its owner may look into, where there is none.
fn make_folder(dir: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(dir)
}

/// Makes a file that only its owner may read; one that is there already is an error.
///
/// # Errors
/// There is such a file, or it cannot be made.
pub fn create_private(file: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_back_and_what_is_unknown_stays() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("deep/state.json");
        assert_eq!(Kept::read(&file).expect("none"), Kept::default());
        let mut kept = Kept::default();
        kept.save("deletions", "trailhound:view?v=1&f=a".to_owned());
        kept.save("deletions", "trailhound:view?v=1&f=b".to_owned());
        kept.leave(Left {
            paths: "/logs".to_owned(),
            links: vec!["trailhound:view?v=1".to_owned(); 300],
            at: 299,
        });
        kept.rest.insert("merges".to_owned(), json!([["a", "b"]]));
        kept.write(&file).expect("written");
        let again = Kept::read(&file).expect("read");
        assert_eq!(again, kept);
        assert_eq!(again.saved.len(), 1);
        assert_eq!(
            again.left("/logs").map(|l| (l.links.len(), l.at)),
            Some((100, 99))
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(&file).expect("there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        assert_eq!(
            fs::read_dir(file.parent().expect("a folder"))
                .expect("read")
                .count(),
            1
        );
    }

    #[test]
    fn hostile_files_are_nothing_and_put_aside() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("state.json");
        let long = format!(
            "{{\"saved\":[{{\"name\":\"a\",\"link\":\"{}\"}}]}}",
            "x".repeat(LONGEST + 1)
        );
        let deep = "[".repeat(100_000);
        for text in [
            "",
            "[]",
            "\u{0}",
            "{\"saved\":7,\"sessions\":{\"a\":[]}}",
            &long,
            &deep,
            "{\"saved\":[1,{\"name\":2}],\"sessions\":[{\"paths\":\"p\",\"links\":[1,\"l\"],\"at\":-1}]}",
        ] {
            fs::write(&file, text).expect("written");
            let kept = Kept::read(&file).expect("tolerated");
            assert!(kept.saved.is_empty(), "{text:.40}");
            if kept.damaged {
                kept.write(&file).expect("written");
                let aside = fs::read_to_string(file.with_extension("json.bad")).expect("aside");
                assert_eq!(aside, text);
            }
        }
    }
}
