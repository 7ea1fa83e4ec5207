//! The facet pane's lines and what they stand for.

use crate::app::action::Command;
use crate::app::pointing;
use crate::app::state::{
    Choice, Entry, FACET_VALUES, FacetSort, Focus, Message, Overlay, Picker, PickerKind, Question,
    QuestionKind, State,
};
use crate::base::text::thousands;
use crate::index::schema::{FIELDS, Field};
use crate::pivot::tally::{self, FieldTally, Tally};
use crate::query::ast::{Expr, Op, Subject};

/// What a line of the facets stands for.
#[derive(Debug, Clone, Copy)]
pub enum FacetTarget<'a> {
    /// A field's heading: distinct values.
    Heading(Field, u64),
    /// A value, of so many events.
    Value(Field, &'a Tally, u64),
    /// More values of a field.
    More(Field, u64),
}

impl FacetTarget<'_> {
    /// The field it belongs to.
    pub const fn field(self) -> Field {
        match self {
            Self::Heading(field, _) | Self::Value(field, _, _) | Self::More(field, _) => field,
        }
    }
}

/// Values of an opened field that are listed at once; the search finds the others.
const LISTED: usize = 2_000;

/// Every line of the facets.
pub fn lines(state: &State) -> Vec<FacetTarget<'_>> {
    let mut lines = Vec::new();
    for facet in &state.answer.facets {
        lines.push(FacetTarget::Heading(facet.field, facet.distinct));
        let open = state.view.facet_open == Some(facet.field);
        let values = shown(state, facet);
        let many = if open { LISTED } else { FACET_VALUES.0 };
        for value in values.iter().take(many) {
            lines.push(FacetTarget::Value(facet.field, value, facet.total));
        }
        let all = if is_searched(state, facet.field) {
            values.len() as u64
        } else {
            facet.distinct
        };
        let rest = all.saturating_sub(many.min(values.len()) as u64);
        if rest > 0 {
            lines.push(FacetTarget::More(facet.field, rest));
        }
    }
    lines
}

fn is_searched(state: &State, field: Field) -> bool {
    state.view.facet_open == Some(field) && !state.view.facet_search.is_empty()
}

/// The values of a field that answer to the search, as they are sorted.
fn shown<'a>(state: &State, facet: &'a FieldTally) -> Vec<&'a Tally> {
    let wanted = crate::base::text::fold(&state.view.facet_search);
    let searched = is_searched(state, facet.field);
    let holds = |v: &&Tally| {
        !searched
            || crate::base::text::fold(&v.label).contains(&wanted)
            || v.value
                .as_deref()
                .is_some_and(|v| crate::base::text::fold(v).contains(&wanted))
    };
    let mut values: Vec<&Tally> = facet.values.iter().filter(holds).collect();
    // By name or first sighting only all values can be sorted, and those are at hand when open.
    if state.view.facet_open == Some(facet.field) {
        match state.facet_sort {
            FacetSort::Count => {}
            FacetSort::Name => values.sort_by(|a, b| a.label.cmp(&b.label)),
            FacetSort::First => values.sort_by_key(|v| v.first.map_or(i64::MAX, |t| t.0)),
        }
    }
    values
}

/// The heading of a field: its name, and how many of its values show where they are narrowed.
pub fn heading(state: &State, field: Field) -> String {
    let facet = state.answer.facets.iter().find(|f| f.field == field);
    let open = state.view.facet_open == Some(field);
    let sort = match state.facet_sort {
        _ if !open => "",
        FacetSort::Count => "",
        FacetSort::Name => " by name",
        FacetSort::First => " by first",
    };
    match facet {
        Some(facet) if is_searched(state, field) => {
            let n = shown(state, facet).len();
            format!("{} {n} of{sort}", field.name())
        }
        _ => format!("{}{sort}", field.name()),
    }
}

/// What is to be said of the focused value: its share, and its first and last sighting where they
/// are known.
pub fn said(state: &State) -> Option<Message> {
    if state.focus != Focus::Facets || state.edit.is_some() {
        return None;
    }
    let Some(FacetTarget::Value(field, v, total)) = focused(state) else {
        return None;
    };
    let label = if state.reveal {
        v.label.clone()
    } else {
        crate::event::secret::mask_text(&v.label).to_string()
    };
    let share = v.events as f64 * 100.0 / total.max(1) as f64;
    let seen = match (v.first, v.last) {
        (Some(first), Some(last)) => format!(", first {}, last {}", first.iso(), last.iso()),
        _ => format!(
            ", {} opens the field: all its values, first and last seen",
            state.key(Command::Right)
        ),
    };
    Some(Message {
        text: format!(
            "{}:{}  {} of {} ({share:.1} %){seen}",
            field.name(),
            label,
            thousands(v.events),
            thousands(total)
        ),
        is_error: false,
    })
}

/// Marks the focused value, or lets it go.
pub fn mark(state: &mut State) {
    let Some(FacetTarget::Value(field, v, _)) = focused(state) else {
        return state.refuse("put the focus on a value");
    };
    let value = (field, v.value.clone());
    match state.view.marked.iter().position(|m| *m == value) {
        Some(at) => {
            state.view.marked.remove(at);
        }
        None => state.view.marked.push(value),
    }
    let n = state.view.marked.len();
    state.view.facet_at += 1;
    state.say(format!(
        "{n} marked: + keeps them, - hides them, = keeps only them"
    ));
}

/// The terms of the marked values.
pub fn marked_terms(state: &State) -> Vec<Expr> {
    let marked = state.view.marked.iter();
    marked
        .filter_map(|(field, value)| pointing::term(*field, value.as_deref()))
        .collect()
}

/// Sorts the opened field another way.
pub fn next_sort(state: &mut State) {
    let (sort, word) = match state.facet_sort {
        FacetSort::Count => (FacetSort::Name, "name"),
        FacetSort::Name => (FacetSort::First, "first sighting"),
        FacetSort::First => (FacetSort::Count, "count"),
    };
    state.facet_sort = sort;
    unfold(state, true);
    state.say(format!("the opened field is sorted by {word}"));
}

/// Lists the fields that can be counted.
pub fn open_fields(state: &mut State) {
    let entries = FIELDS
        .iter()
        .filter(|spec| tally::is_countable(spec.field))
        .map(|spec| Entry {
            key: String::new(),
            label: spec.field.name().to_owned(),
            detail: if state.facets.contains(&spec.field) {
                format!("counted  {}", spec.help)
            } else {
                spec.help.to_owned()
            },
            choice: Choice::Field(spec.field),
        })
        .collect();
    state.overlay = Some(Overlay::Picker(Picker {
        kind: PickerKind::Fields,
        input: tui_input::Input::default(),
        entries,
        at: 0,
    }));
}

/// Takes a field in, at the top, or out.
pub fn toggle_field(state: &mut State, field: Field) {
    if let Some(at) = state.facets.iter().position(|f| *f == field) {
        if state.facets.len() == 1 {
            return state.refuse("one field stays: F2 hides the pane");
        }
        state.facets.remove(at);
    } else {
        state.facets.insert(0, field);
        state.view.facet_at = 0;
    }
    state.shape.facets = true;
}

/// Moves the focused field up or down among the others.
pub fn shift(state: &mut State, down: bool) {
    let Some(field) = focused(state).map(FacetTarget::field) else {
        return;
    };
    let Some(at) = state.facets.iter().position(|f| *f == field) else {
        return;
    };
    let to = if down {
        (at + 1).min(state.facets.len() - 1)
    } else {
        at.saturating_sub(1)
    };
    state.facets.swap(at, to);
    let facets = &mut state.answer.facets;
    let place = |f: Field| facets.iter().position(|t| t.field == f);
    if let (Some(a), Some(b)) = (place(state.facets[at]), place(state.facets[to])) {
        facets.swap(a, b);
    }
    let heading = lines(state)
        .iter()
        .position(|l| matches!(l, FacetTarget::Heading(f, _) if *f == field));
    state.view.facet_at = heading.unwrap_or(0);
}

/// Asks for the text that values must hold.
pub fn open_search(state: &mut State) {
    unfold(state, true);
    state.overlay = Some(Overlay::Question(Question {
        kind: QuestionKind::FacetSearch,
        input: tui_input::Input::new(state.view.facet_search.clone()),
        fault: None,
    }));
}

/// Shows only the values of the opened field that hold a text.
pub fn search(state: &mut State, text: &str) {
    text.clone_into(&mut state.view.facet_search);
    let Some(field) = state.view.facet_open else {
        return;
    };
    let lines = lines(state);
    let heading = lines
        .iter()
        .position(|l| matches!(l, FacetTarget::Heading(f, _) if *f == field));
    state.view.facet_at = heading.map_or(0, |at| (at + 1).min(lines.len() - 1));
}

/// The focused line.
pub fn focused(state: &State) -> Option<FacetTarget<'_>> {
    let lines = lines(state);
    lines
        .get(state.view.facet_at.min(lines.len().saturating_sub(1)))
        .copied()
}

/// The focused value with its field and how it is shown, where the facets have the keys.
pub fn named(state: &State) -> Option<(Field, String, String)> {
    if state.focus != Focus::Facets {
        return None;
    }
    match focused(state)? {
        FacetTarget::Value(field, v, _) => Some((field, v.value.clone()?, v.label.clone())),
        FacetTarget::Heading(..) | FacetTarget::More(..) => None,
    }
}

/// Opens a field, or filters to a value.
pub fn open(state: &mut State) {
    match focused(state) {
        Some(FacetTarget::Value(..)) => {
            pointing::focused_value(state, pointing::Side::Include);
        }
        Some(FacetTarget::Heading(field, _) | FacetTarget::More(field, _)) => {
            let open = state.view.facet_open != Some(field);
            state.view.facet_open = open.then_some(field);
        }
        None => {}
    }
}

/// Opens or closes the field of the focused line.
pub fn unfold(state: &mut State, open: bool) {
    let Some(field) = focused(state).map(FacetTarget::field) else {
        return;
    };
    if state.view.facet_open != Some(field) {
        state.view.facet_search.clear();
    }
    state.view.facet_open = open.then_some(field);
}

/// Whether the filter in force names a value of a field.
pub fn is_included(filter: &Expr, field: Field, value: Option<&str>) -> bool {
    let Some(value) = value else { return false };
    let parts = match filter {
        Expr::And(parts) => parts.as_slice(),
        one => std::slice::from_ref(one),
    };
    let wanted = pointing::term(field, Some(value));
    parts.iter().any(|part| match (part, &wanted) {
        (Expr::Test(test), Some(Expr::Test(wanted))) => {
            test.subject == Subject::Field(field)
                && matches!(test.op, Op::Has | Op::Is)
                && wanted.values.iter().all(|v| test.values.contains(v))
        }
        _ => false,
    })
}
