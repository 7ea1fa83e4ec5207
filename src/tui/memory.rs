//! What the screen keeps between runs: reads and writes the state file.
//!
//! A run writes only what it has to say, over what the file holds at that moment, so that two runs
//! at once do not undo each other. Nothing of it is worth losing a session over: what cannot be
//! read or written is said, and the screen goes on.

use std::path::PathBuf;

use trailhound::app::places::{self, Shelf};
use trailhound::app::state::State;
use trailhound::case::store::{self, IDENTITIES, Kept, Left};
use trailhound::pivot::identity::Identities;
use trailhound::source::Spec;

/// The state file, and the paths of this run.
#[derive(Debug)]
pub struct Memory {
    file: Option<PathBuf>,
    /// The paths as one text; `None` where they name nothing that can be read again.
    paths: Option<String>,
}

impl Memory {
    /// The memory of a run on these sources.
    pub fn of(specs: &[Spec]) -> Self {
        let name = |spec: &Spec| match spec {
            Spec::Path(path) => std::fs::canonicalize(path)
                .ok()
                .map(|p| p.display().to_string()),
            Spec::Glob(pattern) => {
                let here = std::env::current_dir().ok()?;
                Some(here.join(pattern).display().to_string())
            }
            Spec::Memory(_) => Some("the demo".to_owned()),
            Spec::Stdin => None,
        };
        let mut paths: Option<Vec<String>> = specs.iter().map(name).collect();
        if let Some(paths) = &mut paths {
            paths.sort();
        }
        Self {
            file: store::place(),
            paths: paths.map(|p| p.join("\n")),
        }
    }

    /// What was kept, and what is to be said of it.
    pub fn shelf(&self) -> (Shelf, Option<String>) {
        let Some(file) = &self.file else {
            return (Shelf::default(), None);
        };
        match Kept::read(file) {
            Ok(kept) => {
                let left = self.paths.as_deref().and_then(|paths| kept.left(paths));
                let left = left.map(|l| (l.links.clone(), l.at)).unwrap_or_default();
                let note = kept.damaged.then(|| {
                    format!(
                        "{} holds no saved views: the next save puts it aside",
                        file.display()
                    )
                });
                let saved = kept.saved;
                (Shelf { saved, left }, note)
            }
            Err(e) => {
                let note = format!("saved views cannot be read: {}: {e}", file.display());
                (Shelf::default(), Some(note))
            }
        }
    }

    /// Keeps a view under a name; why not, where it cannot.
    pub fn save(&self, name: &str, link: String) -> Result<(), String> {
        self.change(|kept| kept.save(name, link))
    }

    /// Keeps where the walk is left, where there was one.
    pub fn leave(&self, state: &State) {
        let Some(paths) = &self.paths else { return };
        let (links, at) = places::walk(state);
        if links.len() < 2 {
            return;
        }
        let paths = paths.clone();
        // The screen is about to close: there is nobody left to tell.
        let _ = self.change(|kept| kept.leave(Left { paths, links, at }));
    }

    /// What was said of identities in earlier runs.
    pub fn identities(&self) -> Identities {
        let kept = self.file.as_deref().map(Kept::read);
        let kept = kept.and_then(Result::ok).unwrap_or_default();
        kept.rest
            .get(IDENTITIES)
            .map_or_else(Identities::default, Identities::of_json)
    }

    /// Keeps what was said of identities; why not, where it cannot.
    pub fn keep_identities(&self, said: &Identities) -> Result<(), String> {
        self.change(|kept| {
            kept.rest.insert(IDENTITIES.to_owned(), said.to_json());
        })
    }

    fn change(&self, change: impl FnOnce(&mut Kept)) -> Result<(), String> {
        let Some(file) = &self.file else {
            return Err("not kept for later runs: there is no home folder".to_owned());
        };
        let kept = Kept::read(file).and_then(|mut kept| {
            change(&mut kept);
            kept.write(file)
        });
        kept.map_err(|e| format!("not kept for later runs: {}: {e}", file.display()))
    }
}
