//! The key table: where, which keys, what they do, in one sentence.
//!
//! Dispatch, help, footer hints, palette, the README's key table and the tests all read it.
//! Within a focused pane its own bindings win over the global ones.

use crate::app::action::Command;
use crate::app::chord::Chord;

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
            Self::People => "People",
            Self::Chain => "Sessions",
            Self::Pages => "Reading",
            Self::Context => "Events around one",
        }
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
    /// The keys, as [`Chord::parse`] reads them.
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

use Command as C;
use Scope::{Chain, Context, Detail, Filter, Global, List, Pages, People, Picker, Prompt, Sources};

/// The key table.
const BINDINGS: &[Binding] = &[
    bind(Global, &["j", "Down"], C::Down, "", "next row"),
    bind(Global, &["k", "Up"], C::Up, "", "previous row"),
    bind(Global, &["g", "Home"], C::First, "", "first row"),
    bind(Global, &["G", "End"], C::Last, "", "last row"),
    bind(Global, &["ctrl-d"], C::HalfDown, "", "half a page down"),
    bind(Global, &["ctrl-u"], C::HalfUp, "", "half a page up"),
    bind(Global, &["PgDn", "Space"], C::PageDown, "", "a page down"),
    bind(Global, &["PgUp", "b"], C::PageUp, "", "a page up"),
    bind(
        Global,
        &["h", "Left"],
        C::Left,
        "",
        "previous column, or fold",
    ),
    bind(
        Global,
        &["l", "Right"],
        C::Right,
        "",
        "next column, or unfold",
    ),
    bind(Global, &["Tab"], C::NextPane, "", "next pane"),
    bind(Global, &["S-Tab"], C::PreviousPane, "", "previous pane"),
    bind(
        Global,
        &["Enter"],
        C::Open,
        "",
        "open, fold, or filter to the focused value",
    ),
    bind(
        Global,
        &["Esc"],
        C::Escape,
        "",
        "leave the detail; close what floats; never quits",
    ),
    bind(
        Global,
        &["q"],
        C::Close,
        "back/quit",
        "close this view and go back; at the first view quit",
    ),
    bind(Global, &["/"], C::EditFilter, "filter", "edit the filter"),
    bind(
        Global,
        &["f"],
        C::Find,
        "find",
        "find text without hiding anything",
    ),
    bind(
        Global,
        &["n"],
        C::FindNext,
        "",
        "next place where the text was found",
    ),
    bind(
        Global,
        &["N"],
        C::FindPrevious,
        "",
        "previous place where the text was found",
    ),
    bind(
        Global,
        &["+"],
        C::Include,
        "incl",
        "keep events with the focused value",
    ),
    bind(
        Global,
        &["-"],
        C::Exclude,
        "excl",
        "hide events with the focused value",
    ),
    bind(
        Global,
        &["="],
        C::Only,
        "only",
        "of this field, keep only the focused value",
    ),
    bind(
        Global,
        &["p"],
        C::Principal,
        "who",
        "everything this event's principal did",
    ),
    bind(
        Global,
        &["r"],
        C::Resources,
        "resource",
        "everything that names a resource of this event",
    ),
    bind(
        Global,
        &["["],
        C::Back,
        "",
        "back to the view before, as it was",
    ),
    bind(Global, &["]"], C::Forward, "", "forward again"),
    bind(
        Global,
        &["ctrl-o", "alt-Left"],
        C::Back,
        "",
        "back to the view before, as it was",
    ),
    bind(Global, &["alt-Right"], C::Forward, "", "forward again"),
    bind(
        Global,
        &["i"],
        C::ToggleHistogram,
        "",
        "show or hide the histogram",
    ),
    bind(
        Global,
        &["F2"],
        C::ToggleFacets,
        "",
        "show or hide the facets",
    ),
    bind(
        Global,
        &["F3"],
        C::ToggleDetail,
        "",
        "show or hide the detail",
    ),
    bind(
        Global,
        &["F4"],
        C::CycleLayout,
        "",
        "detail under the list, right of it, or as fits",
    ),
    bind(Global, &["J"], C::DetailDown, "", "scroll the detail down"),
    bind(Global, &["K"], C::DetailUp, "", "scroll the detail up"),
    bind(Global, &["d"], C::NextTab, "tab", "next tab of the detail"),
    bind(
        Global,
        &["y"],
        C::Copy,
        "copy",
        "copy the value, the event, its ARN …",
    ),
    bind(
        Global,
        &["s"],
        C::Session,
        "session",
        "this event's session: where it comes from, what came of it, and the proof",
    ),
    bind(
        Global,
        &["P"],
        C::Lock,
        "",
        "follow this event's person through every view, or stop",
    ),
    bind(
        Global,
        &["V"],
        C::Reveal,
        "",
        "show or hide the secrets of records",
    ),
    bind(
        Global,
        &["!"],
        C::Problems,
        "problems",
        "what could not be read, and why",
    ),
    bind(
        Global,
        &[":", "ctrl-p"],
        C::Palette,
        "palette",
        "find an action by its name",
    ),
    bind(Global, &["?", "F1"], C::Help, "help", "keys of this pane"),
    bind(Global, &["1"], C::Screen1, "", "the timeline"),
    bind(Global, &["2"], C::Screen2, "", "people"),
    bind(Global, &["3"], C::Screen3, "", "resources"),
    bind(
        Global,
        &["4"],
        C::Screen4,
        "",
        "sessions: those of this event's person, and where each comes from",
    ),
    bind(Global, &["5"], C::Screen5, "", "findings"),
    bind(Global, &["6"], C::Screen6, "", "case"),
    bind(
        Global,
        &["7"],
        C::Screen7,
        "",
        "sources: every file, its problems and its text",
    ),
    bind(
        Global,
        &["ctrl-c"],
        C::Stop,
        "",
        "stop loading; when nothing loads, quit on the second press",
    ),
    bind(Global, &["ctrl-z"], C::Suspend, "", "suspend to the shell"),
    bind(Global, &["ctrl-l"], C::Redraw, "", "paint the screen anew"),
    bind(Global, &["ctrl-q"], C::Quit, "", "quit at once"),
    bind(
        List,
        &["x"],
        C::Context,
        "context",
        "what the same principal did around this event",
    ),
    bind(List, &["e"], C::NextError, "", "next failed call"),
    bind(List, &["E"], C::PreviousError, "", "previous failed call"),
    bind(
        List,
        &["w"],
        C::NextWrite,
        "",
        "next call that does more than read",
    ),
    bind(
        List,
        &["W"],
        C::PreviousWrite,
        "",
        "previous call that does more than read",
    ),
    bind(Detail, &["H"], C::FoldAll, "fold all", "fold everything"),
    bind(
        Detail,
        &["L"],
        C::UnfoldAll,
        "unfold all",
        "unfold everything",
    ),
    bind(Filter, &["Enter"], C::Apply, "apply", "apply the filter"),
    bind(
        Filter,
        &["Esc"],
        C::Escape,
        "cancel",
        "leave the filter as it was",
    ),
    bind(
        Filter,
        &["Tab"],
        C::Complete,
        "complete",
        "take the completion",
    ),
    bind(Filter, &["Down", "ctrl-n"], C::Down, "", "next completion"),
    bind(Filter, &["Up", "ctrl-p"], C::Up, "", "previous completion"),
    bind(
        Filter,
        &["ctrl-r"],
        C::SearchBack,
        "",
        "an earlier filter that holds what is typed; again, an older one",
    ),
    bind(
        Filter,
        &["ctrl-c"],
        C::Escape,
        "",
        "leave the filter as it was",
    ),
    bind(Prompt, &["Enter"], C::Apply, "take", "take what is typed"),
    bind(Prompt, &["Esc", "ctrl-c"], C::Escape, "cancel", "leave"),
    bind(
        Picker,
        &["Enter"],
        C::Apply,
        "take",
        "take the focused entry",
    ),
    bind(Picker, &["Esc", "ctrl-c"], C::Escape, "cancel", "leave"),
    bind(
        Picker,
        &["Down", "ctrl-n", "Tab"],
        C::Down,
        "",
        "next entry",
    ),
    bind(
        Picker,
        &["Up", "ctrl-p", "S-Tab"],
        C::Up,
        "",
        "previous entry",
    ),
    bind(Picker, &["PgDn"], C::PageDown, "", "a page down"),
    bind(Picker, &["PgUp"], C::PageUp, "", "a page up"),
    bind(People, &["j", "Down"], C::Down, "", "next person"),
    bind(People, &["k", "Up"], C::Up, "", "previous person"),
    bind(People, &["g", "Home"], C::First, "", "first person"),
    bind(People, &["G", "End"], C::Last, "", "last person"),
    bind(
        People,
        &["PgDn", "ctrl-d", "Space"],
        C::PageDown,
        "",
        "a page down",
    ),
    bind(People, &["PgUp", "ctrl-u", "b"], C::PageUp, "", "a page up"),
    bind(
        People,
        &["Enter", "p"],
        C::Open,
        "open",
        "everything this person did",
    ),
    bind(
        People,
        &["s", "4"],
        C::Session,
        "sessions",
        "this person's sessions, and where each comes from",
    ),
    bind(
        People,
        &["P"],
        C::Lock,
        "follow",
        "follow this person through every view, or stop",
    ),
    bind(
        People,
        &["m"],
        C::Merge,
        "one with",
        "mark this person, or say that it is one with the marked one",
    ),
    bind(
        People,
        &["U"],
        C::UndoIdentity,
        "",
        "take back what was said of identities last",
    ),
    bind(
        People,
        &["Esc", "q", "ctrl-c", "1"],
        C::Escape,
        "close",
        "back to what was there before",
    ),
    bind(Chain, &["j", "Down"], C::Down, "", "next row"),
    bind(Chain, &["k", "Up"], C::Up, "", "previous row"),
    bind(Chain, &["g", "Home"], C::First, "", "first row"),
    bind(Chain, &["G", "End"], C::Last, "", "last row"),
    bind(
        Chain,
        &["PgDn", "ctrl-d", "Space"],
        C::PageDown,
        "",
        "a page down",
    ),
    bind(Chain, &["PgUp", "ctrl-u", "b"], C::PageUp, "", "a page up"),
    bind(
        Chain,
        &["Enter"],
        C::Open,
        "events",
        "the events of this row and everything below it",
    ),
    bind(Chain, &["="], C::Only, "only", "this session's tree alone"),
    bind(Chain, &["h", "Left"], C::Left, "fold", "fold, or up"),
    bind(Chain, &["l", "Right"], C::Right, "", "unfold"),
    bind(Chain, &["H"], C::FoldAll, "", "fold everything"),
    bind(Chain, &["L"], C::UnfoldAll, "", "unfold everything"),
    bind(
        Chain,
        &["v"],
        C::Gantt,
        "gantt",
        "time in most of the room, or not",
    ),
    bind(
        Chain,
        &["u"],
        C::NextUnlinked,
        "unknown",
        "next session of unknown origin",
    ),
    bind(
        Chain,
        &["~"],
        C::Inferred,
        "inferred",
        "leave inferred links out, or show them",
    ),
    bind(
        Chain,
        &["y"],
        C::Copy,
        "proof",
        "copy the link with its proof",
    ),
    bind(
        Chain,
        &["p"],
        C::Principal,
        "person",
        "everything this row's person did",
    ),
    bind(
        Chain,
        &["s", "4"],
        C::Session,
        "all sessions",
        "every session of this row's person",
    ),
    bind(
        Chain,
        &["x"],
        C::Part,
        "another",
        "say that this caller is not the person its links lead to",
    ),
    bind(
        Chain,
        &["U"],
        C::UndoIdentity,
        "",
        "take back what was said of identities last",
    ),
    bind(
        Chain,
        &["Esc", "q", "ctrl-c", "1"],
        C::Escape,
        "close",
        "back to what was there before",
    ),
    bind(Sources, &["Down", "ctrl-n"], C::Down, "", "next file"),
    bind(Sources, &["Up", "ctrl-p"], C::Up, "", "previous file"),
    bind(Sources, &["PgDn", "ctrl-d"], C::PageDown, "", "a page down"),
    bind(Sources, &["PgUp", "ctrl-u"], C::PageUp, "", "a page up"),
    bind(Sources, &["Home"], C::First, "", "first file"),
    bind(Sources, &["End"], C::Last, "", "last file"),
    bind(
        Sources,
        &["Enter"],
        C::Open,
        "open",
        "its problems, and the text around each",
    ),
    bind(Sources, &["Tab"], C::Sort, "sort", "sort by another column"),
    bind(
        Sources,
        &["ctrl-r"],
        C::Mend,
        "mend",
        "take in the file's damaged records that have one obvious cure, marked repaired",
    ),
    bind(
        Sources,
        &["Esc", "ctrl-c"],
        C::Escape,
        "close",
        "empty what is typed, then close",
    ),
    bind(
        Pages,
        &["ctrl-r"],
        C::Mend,
        "",
        "take in the file's damaged records that have one obvious cure, marked repaired",
    ),
    bind(
        Pages,
        &["V"],
        C::Reveal,
        "",
        "show or hide secrets in a file's text",
    ),
    bind(
        Pages,
        &["Enter", "l", "Right"],
        C::Open,
        "open",
        "the problem in full, with the text around it",
    ),
    bind(Pages, &["j", "Down"], C::Down, "", "next line"),
    bind(Pages, &["k", "Up"], C::Up, "", "previous line"),
    bind(Pages, &["g", "Home"], C::First, "", "first line"),
    bind(Pages, &["G", "End"], C::Last, "", "last line"),
    bind(
        Pages,
        &["ctrl-d", "PgDn", "Space"],
        C::PageDown,
        "",
        "a page down",
    ),
    bind(Pages, &["ctrl-u", "PgUp", "b"], C::PageUp, "", "a page up"),
    bind(
        Pages,
        &["q", "Esc", "ctrl-c", "?", "!", "h", "Left"],
        C::Escape,
        "close",
        "close",
    ),
    bind(Context, &["j", "Down"], C::Down, "", "next event"),
    bind(Context, &["k", "Up"], C::Up, "", "previous event"),
    bind(Context, &["g", "Home"], C::First, "", "first event"),
    bind(Context, &["G", "End"], C::Last, "", "last event"),
    bind(Context, &["ctrl-d", "PgDn"], C::PageDown, "", "a page down"),
    bind(Context, &["ctrl-u", "PgUp"], C::PageUp, "", "a page up"),
    bind(
        Context,
        &["<"],
        C::Shrink,
        "less",
        "a smaller stretch of time",
    ),
    bind(Context, &[">"], C::Grow, "more", "a larger stretch of time"),
    bind(
        Context,
        &["Enter"],
        C::Open,
        "go there",
        "make it a view, at the focused event",
    ),
    bind(
        Context,
        &["q", "Esc", "x", "ctrl-c"],
        C::Escape,
        "close",
        "close",
    ),
];

/// Every row of the key table.
pub fn bindings() -> impl Iterator<Item = &'static Binding> {
    BINDINGS.iter().chain(crate::app::bindings::ASKING)
}

/// What a key means in a scope.
pub fn resolve(scope: Scope, chord: Chord) -> Option<Command> {
    let text = chord.to_string();
    let within = |s: Scope| {
        bindings()
            .find(|b| b.scope == s && b.keys.contains(&text.as_str()))
            .map(|b| b.command)
    };
    within(scope).or_else(|| {
        scope
            .falls_through()
            .then(|| within(Scope::Global))
            .flatten()
    })
}

/// The rows that hold in a scope: its own, then the global ones it does not hide.
pub fn help(scope: Scope) -> Vec<(Scope, Vec<&'static Binding>)> {
    let own: Vec<_> = bindings().filter(|b| b.scope == scope).collect();
    let mut groups = Vec::new();
    if scope.falls_through() || scope == Scope::Global {
        let hidden = |b: &&Binding| {
            b.keys.iter().all(|k| {
                own.iter()
                    .any(|o| o.scope != Scope::Global && o.keys.contains(k))
            })
        };
        let global = bindings()
            .filter(|b| b.scope == Scope::Global && !hidden(b))
            .collect();
        groups.push((Scope::Global, global));
    }
    if scope != Scope::Global && !own.is_empty() {
        groups.insert(0, (scope, own));
    }
    groups
}

/// The first key of a command in a scope, for hints and the palette.
pub fn key_of(scope: Scope, command: Command) -> Option<&'static str> {
    let within = |s: Scope| bindings().find(|b| b.scope == s && b.command == command);
    within(scope)
        .or_else(|| {
            scope
                .falls_through()
                .then(|| within(Scope::Global))
                .flatten()
        })
        .map(|b| b.keys[0])
}

/// The key table as Markdown, for the README.
pub fn markdown() -> String {
    use std::fmt::Write as _;
    let mut out = String::from("| Where | Keys | What they do |\n|---|---|---|\n");
    for b in bindings() {
        let keys: Vec<_> = b.keys.iter().map(|k| format!("`{k}`")).collect();
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

    #[test]
    fn every_key_is_a_key_and_stands_once_in_its_scope() {
        let mut seen = HashSet::new();
        for b in bindings() {
            for key in b.keys {
                let chord = Chord::parse(key).unwrap_or_else(|| panic!("{key} is no key"));
                assert_eq!(chord.to_string(), *key);
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

    #[test]
    fn panes_fall_through_and_text_does_not() {
        let at = |scope, key| resolve(scope, Chord::parse(key).unwrap());
        assert_eq!(at(Scope::List, "x"), Some(Command::Context));
        assert_eq!(at(Scope::Detail, "x"), None);
        assert_eq!(at(Scope::Detail, "p"), Some(Command::Principal));
        assert_eq!(at(Scope::Filter, "p"), None);
    }
}
