//! The terms of a filter one by one: each can be switched off, on, turned round or dropped; and
//! the toggles that hide whole kinds of events.
//!
//! A term that is off stays in its place among the others. What toggles hide is counted: the
//! engine is asked for the events of the filter without them.

use std::sync::Arc;

use crate::app::action::Command;
use crate::app::pivots;
use crate::app::pointing::{self, Side};
use crate::app::state::{About, Choice, Entry, Focus, Overlay, Picker, PickerKind, State, View};
use crate::base::text::{counted, thousands};
use crate::index::schema::Field;
use crate::pivot::portrait::Subject;
use crate::query;
use crate::query::ast::Expr;
use crate::query::names::Names;

/// A term of the filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chip {
    /// The term.
    pub term: Expr,
    /// Whether it is in force.
    pub on: bool,
}

/// Kinds of events that are hidden whatever the filter says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Hidden {
    /// Calls that only look.
    pub reads: bool,
    /// What AWS services did.
    pub services: bool,
    /// What did not fail.
    pub successes: bool,
    /// Heartbeats of agents, and what services look up.
    pub noise: bool,
}

/// One of [`Hidden`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "`KINDS` says what each hides")]
pub enum Kind {
    Reads,
    Services,
    Successes,
    Noise,
}

/// Every kind: its key, the word for what is hidden, the sentence, the filter that keeps the rest.
const KINDS: [(Kind, &str, &str, &str, &str); 5] = [
    (
        Kind::Reads,
        "r",
        "reads",
        "hide calls that only read",
        "-verb:read",
    ),
    (
        Kind::Services,
        "s",
        "services",
        "hide what AWS services did",
        "-svcdriven:yes",
    ),
    (
        Kind::Successes,
        "e",
        "successes",
        "errors only: hide what succeeded",
        "err:*",
    ),
    (
        Kind::Reads,
        "w",
        "reads",
        "changes only: hide calls that only read",
        "-verb:read",
    ),
    (
        Kind::Noise,
        "n",
        "noise",
        "hide heartbeats of agents and what services look up",
        "-$noise",
    ),
];

impl Hidden {
    /// Whether nothing is hidden.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }

    const fn flag(&mut self, kind: Kind) -> &mut bool {
        match kind {
            Kind::Reads => &mut self.reads,
            Kind::Services => &mut self.services,
            Kind::Successes => &mut self.successes,
            Kind::Noise => &mut self.noise,
        }
    }

    const fn holds(mut self, kind: Kind) -> bool {
        *self.flag(kind)
    }

    /// The words for what is hidden.
    pub fn words(self) -> String {
        let mut words: Vec<&str> = Vec::new();
        for (kind, _, word, _, _) in KINDS {
            if self.holds(kind) && !words.contains(&word) {
                words.push(word);
            }
        }
        words.join(", ")
    }

    /// The letters of what is hidden, for where it is written down.
    pub fn letters(self) -> String {
        let on = |letter: char, on: bool| on.then_some(letter);
        [
            on('r', self.reads),
            on('s', self.services),
            on('e', self.successes),
            on('n', self.noise),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// What [`Hidden::letters`] wrote; letters of later versions mean nothing.
    pub fn of_letters(letters: &str) -> Self {
        Self {
            reads: letters.contains(['r', 'w']),
            services: letters.contains('s'),
            successes: letters.contains('e'),
            noise: letters.contains('n'),
        }
    }

    /// The filter that keeps what is not hidden.
    pub fn filter(self, names: &Arc<Names>) -> Option<Expr> {
        let mut parts: Vec<Expr> = Vec::new();
        let context = query::Context {
            names: Arc::clone(names),
            ..query::Context::default()
        };
        for (kind, _, _, _, text) in KINDS {
            let parsed = query::parse(text, &context);
            if self.holds(kind)
                && let Some(part) = parsed.usable()
                && !parts.contains(part)
            {
                parts.push(part.clone());
            }
        }
        (!parts.is_empty()).then(|| Expr::all_of(parts))
    }
}

/// The terms of a filter: each of an `AND`, or the whole where it is none.
pub fn terms(filter: &Expr) -> Vec<Expr> {
    match filter {
        Expr::All => Vec::new(),
        Expr::And(parts) => parts.clone(),
        one => vec![one.clone()],
    }
}

/// The terms of a view, those that are off in their places.
pub fn chips(view: &View) -> Vec<Chip> {
    let mut chips: Vec<Chip> = terms(&view.filter)
        .into_iter()
        .map(|term| Chip { term, on: true })
        .collect();
    for (at, term) in &view.off {
        if chips.iter().any(|c| c.term == *term) {
            continue;
        }
        let term = term.clone();
        chips.insert((*at).min(chips.len()), Chip { term, on: false });
    }
    chips
}

/// Whether the terms have a line of their own: where there is more to see than the filter's text.
pub fn have_a_line(state: &State) -> bool {
    let view = &state.view;
    matches!(*view.filter, Expr::And(_))
        || !view.off.is_empty()
        || !view.hidden.is_empty()
        || view.filter.counts_from_now()
        || state.focus == Focus::Chips
}

/// Gives the view these terms, as a new place that `[` leaves again.
fn set(state: &mut State, chips: Vec<Chip>) {
    let off = chips
        .iter()
        .enumerate()
        .filter(|(_, c)| !c.on)
        .map(|(at, c)| (at, c.term.clone()))
        .collect();
    let on = chips.into_iter().filter(|c| c.on).map(|c| c.term).collect();
    let filter = Expr::all_of(on);
    // What is about one thing stays so only while the filter names it.
    let named = match &state.view.about {
        About::Subject(subject, _) if *subject != Subject::Resources => {
            pointing::term(subject.field(), Some(subject.name()))
        }
        _ => None,
    };
    let is_about = named.is_none_or(|named| terms(&filter).contains(&named));
    let about = if is_about {
        state.view.about.clone()
    } else {
        About::Timeline
    };
    let view = View {
        about,
        text: filter.to_string(),
        filter: Arc::new(filter),
        off,
        count: None,
        facet_at: 0,
        ..state.view.clone()
    };
    pivots::push(state, view);
}

/// Puts the focus on the terms.
pub fn focus(state: &mut State) {
    if chips(&state.view).is_empty() {
        return state.refuse("the filter has no terms: / types one, + - = make them");
    }
    state.focus = if state.focus == Focus::Chips {
        Focus::List
    } else {
        Focus::Chips
    };
}

/// The place of the focused term.
pub fn at(state: &State) -> usize {
    let last = chips(&state.view).len().saturating_sub(1);
    state.view.chip_at.min(last)
}

/// Moves along the terms.
pub fn sideways(state: &mut State, right: bool) {
    let last = chips(&state.view).len().saturating_sub(1);
    let at = at(state);
    state.view.chip_at = if right {
        (at + 1).min(last)
    } else {
        at.saturating_sub(1)
    };
}

/// Switches the term at a place off, or on again.
pub fn toggle(state: &mut State, at: usize) {
    let mut chips = chips(&state.view);
    let Some(chip) = chips.get_mut(at) else {
        return;
    };
    chip.on = !chip.on;
    state.view.chip_at = at;
    set(state, chips);
}

/// Drops the term at a place.
pub fn drop_at(state: &mut State, at: usize) {
    let mut chips = chips(&state.view);
    if at >= chips.len() {
        return;
    }
    chips.remove(at);
    state.view.chip_at = at;
    set(state, chips);
}

/// What `+ - =` do to the focused term: on, turned round, the only one on.
pub fn point(state: &mut State, side: Side) {
    let at = at(state);
    let mut chips = chips(&state.view);
    let before = chips.clone();
    match side {
        Side::Include => {
            if let Some(chip) = chips.get_mut(at) {
                chip.on = true;
            }
        }
        Side::Exclude => {
            if let Some(chip) = chips.get_mut(at) {
                chip.on = true;
                chip.term = match &chip.term {
                    Expr::Not(inner) => (**inner).clone(),
                    term => Expr::Not(Box::new(term.clone())),
                };
            }
        }
        Side::Only => {
            for (i, chip) in chips.iter_mut().enumerate() {
                chip.on = i == at;
            }
        }
    }
    if chips == before {
        return state.refuse("it is so already");
    }
    set(state, chips);
}

/// Asks what to hide.
pub fn open_toggles(state: &mut State) {
    let mut entries: Vec<Entry> = KINDS
        .iter()
        .map(|(kind, key, word, about, _)| Entry {
            key: (*key).to_owned(),
            label: if state.view.hidden.holds(*kind) {
                format!("show {word} again")
            } else {
                (*about).to_owned()
            },
            detail: if state.view.hidden.holds(*kind) {
                "hidden now".to_owned()
            } else {
                String::new()
            },
            choice: Choice::Hide(Some(*kind)),
        })
        .collect();
    let inferred = state.inferred;
    entries.push(Entry {
        key: "i".to_owned(),
        label: if state.wishes.inferred {
            "leave it to sure links who is behind an event".to_owned()
        } else {
            "let inferred links say who is behind an event, too".to_owned()
        },
        detail: match (inferred, state.wishes.inferred) {
            (n, true) => format!("{} counts now", counted(n, "inferred link")),
            (n, false) => format!("{} left out now", counted(n, "inferred link")),
        },
        choice: Choice::Inferred,
    });
    entries.push(Entry {
        key: "k".to_owned(),
        label: if state.carry_all {
            "take only terms of time along when going somewhere".to_owned()
        } else {
            "take the whole filter along when going somewhere".to_owned()
        },
        detail: if state.carry_all {
            "the whole filter now".to_owned()
        } else {
            "terms of time now".to_owned()
        },
        choice: Choice::CarryAll,
    });
    entries.push(Entry {
        key: "x".to_owned(),
        label: "show all".to_owned(),
        detail: hidden_words(state).unwrap_or_default(),
        choice: Choice::Hide(None),
    });
    state.overlay = Some(Overlay::Picker(Picker {
        kind: PickerKind::Toggles,
        input: tui_input::Input::default(),
        entries,
        at: 0,
    }));
}

/// Hides a kind of events or shows it again; `None` shows all.
pub fn hide(state: &mut State, kind: Option<Kind>) {
    let mut hidden = state.view.hidden;
    match kind {
        Some(kind) => {
            let flag = hidden.flag(kind);
            *flag = !*flag;
        }
        None => hidden = Hidden::default(),
    }
    if hidden == state.view.hidden {
        return state.say("nothing is hidden");
    }
    let view = View {
        hidden,
        count: None,
        facet_at: 0,
        ..state.view.clone()
    };
    pivots::push(state, view);
    state.say(if hidden.is_empty() {
        "nothing is hidden any more".to_owned()
    } else {
        format!("hidden: {}", hidden.words())
    });
}

/// What is left out whatever the filter says: events that the toggles hide, and of which kinds, and
/// links that do not count although the filter asks who: `9,204 hidden: reads`.
pub fn hidden_words(state: &State) -> Option<String> {
    let left_out = state.inferred > 0 && !state.wishes.inferred && asks_who(&state.view);
    let links = left_out.then(|| {
        format!(
            "{} (~) not counted",
            counted(state.inferred, "inferred link")
        )
    });
    let words = [hidden_events(state), links];
    let words: Vec<String> = words.into_iter().flatten().collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// Whether a view asks who is behind events.
fn asks_who(view: &View) -> bool {
    fn names(expr: &Expr) -> bool {
        match expr {
            Expr::Test(test) => test.subject == query::ast::Subject::Field(Field::Who),
            Expr::And(parts) | Expr::Or(parts) => parts.iter().any(names),
            Expr::Not(inner) | Expr::Macro(_, inner) => names(inner),
            Expr::All | Expr::Text(_) => false,
        }
    }
    names(&view.filter)
}

/// How many events the toggles hide, and of which kinds: `9,204 hidden: reads`.
pub fn hidden_events(state: &State) -> Option<String> {
    let hidden = state.view.hidden;
    if hidden.is_empty() {
        return None;
    }
    let count = match state.answer.without_toggles {
        Some(all) if state.answer.answered == state.answer.asked => {
            thousands(all.saturating_sub(state.answer.hits.len() as u64))
        }
        _ => "…".to_owned(),
    };
    Some(format!("{count} hidden: {}", hidden.words()))
}

/// A command while the terms have the focus; whether it was one for them.
pub fn command(state: &mut State, command: Command) -> bool {
    match command {
        Command::Down | Command::PageDown | Command::HalfDown => state.focus = Focus::List,
        Command::First => state.view.chip_at = 0,
        Command::Last => state.view.chip_at = usize::MAX,
        Command::Open => toggle(state, at(state)),
        Command::DropTerm => drop_at(state, at(state)),
        _ => return false,
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_filter_and_a_letter() {
        let names = Arc::new(Names::built_in());
        for (kind, letter, _, _, _) in KINDS {
            let mut hidden = Hidden::default();
            *hidden.flag(kind) = true;
            assert_eq!(Hidden::of_letters(&hidden.letters()), hidden);
            assert_eq!(Hidden::of_letters(letter), hidden);
            assert!(hidden.filter(&names).is_some());
        }
    }
}
