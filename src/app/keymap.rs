//! The key table: where, which keys, what they do, in one sentence.
//!
//! Dispatch, help, footer hints, palette, the README's key table and the tests all read it, by way
//! of [`Keys`](crate::app::keys::Keys), which holds what a person bound otherwise.
//! Within a focused pane its own bindings win over the global ones.

use crate::app::action::Command;
use crate::app::bindings::ASKING;
use crate::app::bindings_floats::FLOATS;
use crate::app::bindings_panes::PANES;

/// Where a binding holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Wherever no text is typed and no overlay stands.
    Global,
    /// In the event list.
    List,
    /// In the facets.
    Facets,
    /// On the terms of the filter.
    Chips,
    /// While a stretch of the histogram is chosen.
    Histogram,
    /// In the detail pane.
    Detail,
    /// In a principal's or resource's portrait.
    Portrait,
    /// While the filter is edited.
    Filter,
    /// While another line is typed.
    Prompt,
    /// While something is chosen from a list.
    Picker,
    /// In the list of files.
    Sources,
    /// In the map of the evidence.
    Coverage,
    /// In the list of people.
    People,
    /// In the tree of sessions.
    Chain,
    /// While lines are read: problems, help.
    Pages,
    /// While the events around one are read.
    Context,
}

impl Scope {
    /// Every scope, in the order of the help.
    pub const ALL: [Self; 16] = [
        Self::Global,
        Self::List,
        Self::Facets,
        Self::Chips,
        Self::Histogram,
        Self::Detail,
        Self::Portrait,
        Self::Filter,
        Self::Prompt,
        Self::Picker,
        Self::Sources,
        Self::Coverage,
        Self::People,
        Self::Chain,
        Self::Pages,
        Self::Context,
    ];

    /// Its title in the help.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Global => "Everywhere",
            Self::List => "Event list",
            Self::Facets => "Facets",
            Self::Chips => "Terms of the filter",
            Self::Histogram => "Histogram",
            Self::Detail => "Detail",
            Self::Portrait => "Principal or resource",
            Self::Filter => "Filter line",
            Self::Prompt => "Typing",
            Self::Picker => "Choosing",
            Self::Sources => "Files",
            Self::Coverage => "Coverage",
            Self::People => "People",
            Self::Chain => "Sessions",
            Self::Pages => "Reading",
            Self::Context => "Events around one",
        }
    }

    /// Its name in the config file; the global ones stand without one.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Global => "everywhere",
            Self::List => "list",
            Self::Facets => "facets",
            Self::Chips => "terms",
            Self::Histogram => "histogram",
            Self::Detail => "detail",
            Self::Portrait => "portrait",
            Self::Filter => "filter",
            Self::Prompt => "typing",
            Self::Picker => "choosing",
            Self::Sources => "files",
            Self::Coverage => "coverage",
            Self::People => "people",
            Self::Chain => "sessions",
            Self::Pages => "reading",
            Self::Context => "around",
        }
    }

    /// Whether characters are typed here, so that none can be a key.
    pub const fn is_typed(self) -> bool {
        matches!(self, Self::Filter | Self::Prompt | Self::Picker)
    }

    /// Whether keys that are not bound here fall through to the global ones.
    pub const fn falls_through(self) -> bool {
        matches!(
            self,
            Self::List
                | Self::Facets
                | Self::Chips
                | Self::Histogram
                | Self::Detail
                | Self::Portrait
        )
    }
}

/// One row of the key table.
#[derive(Debug, Clone, Copy)]
pub struct Binding {
    /// Where it holds.
    pub scope: Scope,
    /// The keys, as [`Chord::parse`](crate::app::chord::Chord::parse) reads them; two with a space
    /// between them are pressed one after the other.
    pub keys: &'static [&'static str],
    /// What they do.
    pub command: Command,
    /// The word of the footer; empty where the footer leaves it out.
    pub hint: &'static str,
    /// What they do, as a sentence without a full stop.
    pub about: &'static str,
}

pub(crate) const fn bind(
    scope: Scope,
    keys: &'static [&'static str],
    command: Command,
    hint: &'static str,
    about: &'static str,
) -> Binding {
    Binding {
        scope,
        keys,
        command,
        hint,
        about,
    }
}

/// Every row of the key table.
pub fn bindings() -> impl Iterator<Item = &'static Binding> {
    PANES.iter().chain(FLOATS).chain(ASKING)
}

/// The key table as Markdown, for the README: scope after scope.
pub fn markdown() -> String {
    use std::fmt::Write as _;
    let mut out = String::from("| Where | Keys | What they do |\n|---|---|---|\n");
    let rows = Scope::ALL
        .into_iter()
        .flat_map(|scope| bindings().filter(move |b| b.scope == scope));
    for b in rows {
        // A back quote in code needs two around it.
        let code = |key: &&str| match *key {
            "`" => "`` ` ``".to_owned(),
            key => format!("`{key}`"),
        };
        let keys: Vec<_> = b.keys.iter().map(code).collect();
        let _ = writeln!(
            out,
            "| {} | {} | {} |",
            b.scope.title(),
            keys.join(" "),
            b.about
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::app::chord::Chord;

    #[test]
    fn every_key_is_a_key_and_stands_once_in_its_scope() {
        let mut seen = HashSet::new();
        let mut rows = HashSet::new();
        for b in bindings() {
            let (scope, command) = (b.scope, b.command);
            assert!(
                rows.insert((scope, command)),
                "{command:?} twice in {scope:?}"
            );
            for key in b.keys {
                for key in key.split(' ') {
                    let chord = Chord::parse(key).unwrap_or_else(|| panic!("{key} is no key"));
                    assert_eq!(chord.to_string(), *key);
                }
                assert!(seen.insert((b.scope, *key)), "{key} twice in {:?}", b.scope);
            }
            assert!(!b.about.is_empty());
        }
    }

    #[test]
    fn a_pane_hides_no_global_key_by_accident() {
        // A pane may give a global key a meaning of its own only if that is listed here.
        let meant = [
            (Scope::Chips, "Space"),
            (Scope::Facets, "Space"),
            (Scope::Facets, "f"),
        ];
        for b in bindings().filter(|b| b.scope.falls_through()) {
            for key in b.keys {
                let hides = bindings().any(|g| g.scope == Scope::Global && g.keys.contains(key));
                assert!(
                    !hides || meant.contains(&(b.scope, *key)),
                    "{key} in {:?}",
                    b.scope
                );
            }
        }
    }
}
