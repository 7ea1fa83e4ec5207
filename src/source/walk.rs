//! Walking what was named: every regular file once, in the order of names, and a word for the rest.
//!
//! Inside a folder no link is followed; a link that was named is. Nothing is opened here.

use std::collections::HashSet;
use std::io;
use std::ops::ControlFlow;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use walkdir::WalkDir;

use crate::base::ledger::ProblemClass;
use crate::base::origin::Origin;
use crate::source::Bytes;
use crate::source::Spec;

/// Folders that hold a tool's own files, never logs.
const TOOL_FOLDERS: &[&str] = &[".git", ".hg", ".svn", ".bzr"];

/// One thing a walk met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A regular file, or bytes as good as one.
    File {
        /// Its name.
        origin: Origin,
        /// Where its bytes are.
        bytes: Bytes,
        /// Whether it was itself an argument.
        named: bool,
        /// Its size, zero where unknown.
        size: u64,
    },
    /// Something that is never opened.
    Skipped {
        /// Its name.
        origin: Origin,
        /// Why, in a class.
        class: ProblemClass,
        /// Why, in words.
        detail: String,
        /// Whether it was itself an argument.
        named: bool,
    },
    /// An argument that names nothing.
    Missing {
        /// The argument.
        origin: Origin,
        /// Why it names nothing.
        detail: String,
    },
}

type On<'f> = dyn FnMut(Found) -> ControlFlow<()> + 'f;

/// Walks the arguments in their order, each folder in the order of its names.
///
/// `exclude` is asked of every folder inside a walk, by path; what it names is skipped in silence,
/// as are the folders of version control. Names are relative to the folder when exactly one was
/// given.
pub fn walk(specs: &[Spec], exclude: &dyn Fn(&Path) -> bool, on: &mut On<'_>) -> ControlFlow<()> {
    let mut walker = Walker {
        exclude,
        seen: HashSet::new(),
        on,
    };
    let alone = specs.len() == 1;
    for spec in specs {
        match spec {
            Spec::Path(path) => walker.argument(path, alone)?,
            Spec::Glob(pattern) => walker.pattern(pattern)?,
            Spec::Stdin => (walker.on)(Found::File {
                origin: Origin::new("-"),
                bytes: Bytes::Stdin,
                named: true,
                size: 0,
            })?,
            Spec::Memory(files) => {
                for (name, bytes) in files {
                    (walker.on)(Found::File {
                        origin: Origin::new(Arc::clone(name)),
                        bytes: Bytes::Memory(Arc::clone(bytes)),
                        named: false,
                        size: bytes.len() as u64,
                    })?;
                }
            }
        }
    }
    ControlFlow::Continue(())
}

struct Walker<'f> {
    exclude: &'f dyn Fn(&Path) -> bool,
    /// Device and inode of files met by more than one name.
    seen: HashSet<(u64, u64)>,
    on: &'f mut On<'f>,
}

fn origin(path: &Path) -> Origin {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt as _;
        Origin::from_bytes(path.as_os_str().as_bytes())
    }
    #[cfg(not(unix))]
    {
        Origin::new(path.to_string_lossy().into_owned())
    }
}

#[cfg(unix)]
#[expect(
    clippy::unnecessary_wraps,
    reason = "other systems have no such number"
)]
fn inode(meta: &std::fs::Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    Some((meta.dev(), meta.ino()))
}

#[cfg(not(unix))]
fn inode(_meta: &std::fs::Metadata) -> Option<(u64, u64)> {
    None
}

impl Walker<'_> {
    fn skip(
        &mut self,
        path: &Path,
        class: ProblemClass,
        detail: impl Into<String>,
        named: bool,
    ) -> ControlFlow<()> {
        (self.on)(Found::Skipped {
            origin: origin(path),
            class,
            detail: detail.into(),
            named,
        })
    }

    fn pattern(&mut self, pattern: &str) -> ControlFlow<()> {
        let missing = |detail: String| Found::Missing {
            origin: Origin::new(pattern),
            detail,
        };
        let paths = match glob::glob(pattern) {
            Ok(paths) => paths,
            Err(e) => return (self.on)(missing(format!("not a pattern: {e}"))),
        };
        let mut any = false;
        for path in paths {
            any = true;
            match path {
                Ok(path) => self.argument(&path, false)?,
                Err(e) => {
                    let detail = e.error().to_string();
                    self.skip(e.path(), ProblemClass::Unreadable, detail, true)?;
                }
            }
        }
        if any {
            return ControlFlow::Continue(());
        }
        (self.on)(missing("nothing matches this pattern".to_owned()))
    }

    /// A path that was named: followed where it is a link.
    fn argument(&mut self, path: &Path, alone: bool) -> ControlFlow<()> {
        match std::fs::metadata(path) {
            Ok(meta) if meta.is_dir() => self.folder(path, alone),
            Ok(meta) if meta.is_file() => self.file(path, path, &meta, true),
            Ok(meta) => self.skip(path, ProblemClass::SpecialFile, kind_of(&meta), true),
            Err(e) if e.kind() == io::ErrorKind::NotFound => (self.on)(Found::Missing {
                origin: origin(path),
                detail: if std::fs::symlink_metadata(path).is_ok() {
                    "a link to nothing".to_owned()
                } else {
                    "no such file or folder".to_owned()
                },
            }),
            Err(e) => self.skip(path, ProblemClass::Unreadable, e.to_string(), true),
        }
    }

    fn file(
        &mut self,
        path: &Path,
        shown: &Path,
        meta: &std::fs::Metadata,
        named: bool,
    ) -> ControlFlow<()> {
        if let Some(id) = inode(meta)
            && !self.seen.insert(id)
        {
            let detail = "the same file as one met before";
            return self.skip(shown, ProblemClass::DuplicateEvent, detail, named);
        }
        (self.on)(Found::File {
            origin: origin(shown),
            bytes: Bytes::File(path.to_path_buf()),
            named,
            size: meta.len(),
        })
    }

    fn folder(&mut self, root: &Path, alone: bool) -> ControlFlow<()> {
        let exclude = self.exclude;
        let entries = WalkDir::new(root)
            .follow_links(false)
            .follow_root_links(true)
            .sort_by_file_name()
            .into_iter()
            .filter_entry(move |entry| {
                let tools = TOOL_FOLDERS.iter().any(|name| entry.file_name() == *name);
                entry.depth() == 0
                    || !(entry.file_type().is_dir() && (tools || exclude(entry.path())))
            });
        let shown = |path: &Path| -> PathBuf {
            let inside = path.strip_prefix(root).unwrap_or(path);
            if alone && !inside.as_os_str().is_empty() {
                inside.to_path_buf()
            } else {
                path.to_path_buf()
            }
        };
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(e) => {
                    let path = e.path().map_or_else(|| root.to_path_buf(), shown);
                    let detail = e
                        .io_error()
                        .map_or_else(|| "a loop of links".to_owned(), ToString::to_string);
                    self.skip(&path, ProblemClass::Unreadable, detail, e.depth() == 0)?;
                    continue;
                }
            };
            let kind = entry.file_type();
            let name = shown(entry.path());
            if kind.is_dir() {
                continue;
            }
            if kind.is_symlink() {
                let to = std::fs::read_link(entry.path())
                    .map_or_else(|e| e.to_string(), |to| to.to_string_lossy().into_owned());
                let detail = format!("a link to {to}, not followed");
                self.skip(&name, ProblemClass::Symlink, detail, false)?;
                continue;
            }
            match entry.metadata() {
                Ok(meta) if meta.is_file() => self.file(entry.path(), &name, &meta, false)?,
                Ok(meta) => self.skip(&name, ProblemClass::SpecialFile, kind_of(&meta), false)?,
                Err(e) => self.skip(&name, ProblemClass::Unreadable, e.to_string(), false)?,
            }
        }
        ControlFlow::Continue(())
    }
}

fn kind_of(meta: &std::fs::Metadata) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        let kind = meta.file_type();
        if kind.is_fifo() {
            return "a pipe";
        } else if kind.is_socket() {
            return "a socket";
        } else if kind.is_char_device() || kind.is_block_device() {
            return "a device";
        }
    }
    let _ = meta;
    "not a regular file"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(specs: &[Spec]) -> Vec<String> {
        let mut out = Vec::new();
        let _ = walk(specs, &|_| false, &mut |found| {
            out.push(match found {
                Found::File { origin, named, .. } => {
                    format!(
                        "file {}{}",
                        origin.name(),
                        if named { " named" } else { "" }
                    )
                }
                Found::Skipped { origin, class, .. } => {
                    format!("{} {}", class.name(), origin.name())
                }
                Found::Missing { detail, .. } => format!("missing: {detail}"),
            });
            ControlFlow::Continue(())
        });
        out
    }

    #[test]
    fn a_folder_in_the_order_of_names() {
        let dir = tempfile::tempdir().expect("a folder");
        for name in ["b/2.json", "b/1.json", "a.json", ".hidden", ".git/x"] {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
            std::fs::write(path, b"{}").expect("written");
        }
        let all = names(&[Spec::parse(dir.path())]);
        assert_eq!(
            all,
            [
                "file .hidden",
                "file a.json",
                "file b/1.json",
                "file b/2.json"
            ]
        );
        let one = names(&[Spec::parse(dir.path().join("a.json"))]);
        assert!(one[0].ends_with("a.json named"));
    }

    #[test]
    fn what_is_not_there_is_said() {
        let dir = tempfile::tempdir().expect("a folder");
        assert_eq!(
            names(&[Spec::parse(dir.path().join("no"))]),
            ["missing: no such file or folder"]
        );
        assert_eq!(
            names(&[Spec::parse(dir.path().join("*.gz"))]),
            ["missing: nothing matches this pattern"]
        );
    }

    #[cfg(unix)]
    #[test]
    fn links_inside_are_named_and_not_followed() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("a.json");
        std::fs::write(&file, b"{}").expect("written");
        std::os::unix::fs::symlink(&file, dir.path().join("b.json")).expect("linked");
        std::os::unix::fs::symlink("..", dir.path().join("up")).expect("linked");
        std::fs::hard_link(&file, dir.path().join("c.json")).expect("linked");
        assert_eq!(
            names(&[Spec::parse(dir.path())]),
            [
                "file a.json",
                "symlink b.json",
                "duplicate_event c.json",
                "symlink up"
            ]
        );
        assert_eq!(names(&[Spec::parse(dir.path().join("b.json"))]).len(), 1);
    }
}
