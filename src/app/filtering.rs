//! The filter: typed, checked at every key, completed, and applied.

use std::collections::BTreeSet;
use std::sync::Arc;

use tui_input::{Input, InputRequest};

use crate::app::action::{Command, Effect};
use crate::app::chord::{Chord, Key};
use crate::app::fuzzy;
use crate::app::pivots;
use crate::app::state::{About, FilterEdit, Focus, State, View};
use crate::base::cancel::Cancel;
use crate::base::span::Severity;
use crate::event::kind::Kind;
use crate::index::schema::{Field, Home};
use crate::index::segment::EventId;
use crate::pivot::portrait::Subject;
use crate::pivot::tally::{self, FieldTally};
use crate::query::ast::{Expr, Op};
use crate::query::{self, complete};

/// Events of which a field's values are counted at a key; beyond it what is counted already counts.
const MOST_COUNTED: usize = 200_000;
/// Completions offered at once.
const MOST_COMPLETIONS: usize = 8;

/// Starts editing the filter.
pub fn begin(state: &mut State) {
    pivots::pin(state);
    let mut text = state.view.text.clone();
    if !text.is_empty() && !text.ends_with(' ') {
        text.push(' ');
    }
    state.edit = Some(FilterEdit {
        input: Input::new(text),
        parsed: query::parse("", &query::Context::default()),
        completions: Vec::new(),
        chosen: 0,
        recalled: None,
        sought: None,
    });
    reparse(state);
}

/// Starts typing one more term; the filter it is added to is put in brackets where it must be.
pub fn begin_term(state: &mut State) {
    begin(state);
    if let Some(edit) = &mut state.edit
        && matches!(*state.view.filter, Expr::Or(_))
    {
        edit.input = Input::new(format!("({}) ", edit.input.value().trim()));
        reparse(state);
    }
}

/// Pastes text into the filter, which it opens where it is not being typed.
pub fn paste(state: &mut State, text: &str) {
    if state.edit.is_none() {
        begin(state);
    }
    if let Some(edit) = &mut state.edit {
        insert(&mut edit.input, text);
        reparse(state);
    }
}

/// Types a pasted text into a line: lines become words of one line, other control characters go.
pub fn insert(input: &mut Input, text: &str) {
    let mut after_space = input.cursor() == 0
        || input
            .value()
            .chars()
            .nth(input.cursor() - 1)
            .is_none_or(char::is_whitespace);
    for c in text.trim_end().chars() {
        let is_break = matches!(
            c,
            '\n' | '\r' | '\t' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
        );
        if is_break && !after_space {
            input.handle(InputRequest::InsertChar(' '));
        } else if !is_break && !c.is_control() {
            input.handle(InputRequest::InsertChar(c));
        }
        after_space = is_break || c == ' ' || (after_space && c.is_control());
    }
}

/// Asks for the filter to be changed in an editor.
pub fn outside(state: &State) -> Option<Effect> {
    let edit = state.edit.as_ref()?;
    Some(Effect::EditText(edit.input.value().to_owned()))
}

/// Takes in the filter as it comes from an editor: it can still be looked at before `Enter`.
pub fn from_outside(state: &mut State, outcome: Result<String, String>) {
    let Some(edit) = &mut state.edit else { return };
    match outcome {
        Ok(text) => {
            edit.input = Input::default();
            insert(&mut edit.input, &text);
            reparse(state);
            state.message = None;
        }
        Err(why) => state.refuse(format!("the filter stays as it was: {why}")),
    }
}

/// The editing keys of readline, on any line that is typed.
pub fn request_of(chord: Chord) -> Option<InputRequest> {
    use InputRequest as R;
    Some(match (chord.key, chord.ctrl, chord.alt) {
        (Key::Char(c), false, false) => R::InsertChar(c),
        (Key::Backspace, false, false) | (Key::Char('h'), true, _) => R::DeletePrevChar,
        (Key::Delete, _, _) | (Key::Char('d'), true, _) => R::DeleteNextChar,
        (Key::Left, false, false) | (Key::Char('b'), true, _) => R::GoToPrevChar,
        (Key::Right, false, false) | (Key::Char('f'), true, _) => R::GoToNextChar,
        (Key::Left, _, _) | (Key::Char('b'), _, true) => R::GoToPrevWord,
        (Key::Right, _, _) | (Key::Char('f'), _, true) => R::GoToNextWord,
        (Key::Home, _, _) | (Key::Char('a'), true, _) => R::GoToStart,
        (Key::End, _, _) | (Key::Char('e'), true, _) => R::GoToEnd,
        (Key::Char('w'), true, _) | (Key::Backspace, _, true) => R::DeletePrevWord,
        (Key::Char('d'), _, true) => R::DeleteNextWord,
        (Key::Char('u'), true, _) => R::DeleteLine,
        (Key::Char('k'), true, _) => R::DeleteTillEnd,
        (Key::Char('y'), true, _) => R::Yank,
        _ => return None,
    })
}

/// A key that edits the text.
pub fn edit(state: &mut State, chord: Chord) {
    let Some(edit) = &mut state.edit else { return };
    if chord.ctrl && chord.key == Key::Char('t') {
        swap(&mut edit.input);
        reparse(state);
    } else if let Some(request) = request_of(chord) {
        edit.input.handle(request);
        reparse(state);
    }
}

/// Swaps the characters around the caret, as readline does: the last two at the end of the line.
fn swap(input: &mut Input) {
    let mut chars: Vec<char> = input.value().chars().collect();
    let at = input.cursor().min(chars.len().saturating_sub(1));
    if at > 0 {
        chars.swap(at - 1, at);
        *input = Input::new(chars.into_iter().collect()).with_cursor(at + 1);
    }
}

/// Puts an earlier filter that holds what was typed into the line; again, an older one.
fn search_back(state: &mut State) {
    let Some(edit) = &mut state.edit else { return };
    let (sought, before) = match edit.sought.take() {
        Some(sought) => sought,
        None => (edit.input.value().trim().to_owned(), state.filters.len()),
    };
    let older = state.filters.iter().take(before);
    let holds = |filter: &&String| filter.to_lowercase().contains(&sought.to_lowercase());
    let Some((at, filter)) = older.enumerate().rev().find(|(_, filter)| holds(filter)) else {
        edit.sought = Some((sought.clone(), before));
        let whose = if sought.is_empty() {
            String::new()
        } else {
            format!(" with {sought}")
        };
        return state.refuse(format!("there is no older filter{whose}"));
    };
    edit.input = Input::new(filter.clone());
    reparse(state);
    if let Some(edit) = &mut state.edit {
        edit.sought = Some((sought, at));
        edit.recalled = None;
    }
}

/// The caret as a byte of the text.
fn caret(input: &Input) -> usize {
    input
        .value()
        .char_indices()
        .nth(input.cursor())
        .map_or(input.value().len(), |(at, _)| at)
}

fn reparse(state: &mut State) {
    let Some(mut edit) = state.edit.take() else {
        return;
    };
    let at = caret(&edit.input);
    edit.parsed = query::parse(edit.input.value(), &state.query_context(Some(at)));
    let of_field = |field, typed: &str| values(state, field, typed);
    edit.completions = complete::complete(edit.input.value(), at, &of_field, &state.names);
    edit.completions.truncate(MOST_COMPLETIONS);
    edit.chosen = 0;
    edit.sought = None;
    state.edit = Some(edit);
}

/// Values of a field for completion, with how many of the events at hand have them.
fn values(state: &State, field: Field, typed: &str) -> Vec<(String, u64)> {
    let name_of = |v: &tally::Tally| match field {
        Field::Who | Field::Actor => v.label.clone(),
        _ => v.value.clone().unwrap_or_default(),
    };
    let source = if field == Field::Actor {
        Field::Who
    } else {
        field
    };
    let answer = &state.answer;
    let facet = answer.facets.iter().find(|f| f.field == source);
    let whole = facet.filter(|f| answer.facets_fresh && f.distinct == f.values.len() as u64);
    let count = |events: &[EventId]| {
        let wanted = tally::Wanted {
            counts_only: true,
            ..tally::Wanted::default()
        };
        let few = events.len() <= MOST_COUNTED;
        few.then(|| tally::tally(&state.snapshot, events, source, wanted, &Cancel::NEVER))
            .flatten()
    };
    let fitting = |counted: FieldTally| -> Vec<(String, u64)> {
        let values = counted.values.iter().filter(|v| v.value.is_some());
        let named = values.map(|v| (name_of(v), v.events));
        named
            .filter(|(name, _)| fuzzy::score(name, typed).is_some())
            .collect()
    };
    let at_hand = match whole {
        Some(facet) => Some(facet.clone()),
        None => count(&answer.hits.order).or_else(|| facet.cloned()),
    };
    let found = at_hand.map(fitting).unwrap_or_default();
    if !found.is_empty() {
        return found;
    }
    // The word as far as it is typed finds nothing: then any event's value may be meant.
    if let Some(all) = count(state.snapshot.order()) {
        return fitting(all);
    }
    // Without counts at hand, the dictionary's first answers will do.
    let typed = crate::base::text::fold(typed);
    if field.spec().home == Home::Kind {
        return kinds_named(state, &typed);
    }
    let dict = match field.spec().home {
        Home::Column(col) => state.snapshot.dict(col),
        Home::Resources => state.snapshot.resources(),
        _ => return Vec::new(),
    };
    dict.iter()
        .take(100_000)
        .filter(|(_, text)| crate::base::text::fold(text).contains(&typed))
        .take(50)
        .map(|(_, text)| (text.to_owned(), 0))
        .collect()
}

/// Kinds of resources that hold what is typed.
fn kinds_named(state: &State, typed: &str) -> Vec<(String, u64)> {
    let names = state.snapshot.resources().iter().take(100_000);
    let kinds: BTreeSet<Kind<'_>> = names.filter_map(|(_, name)| Kind::of(name)).collect();
    let kinds = kinds.iter().map(ToString::to_string);
    kinds
        .filter(|kind| kind.contains(typed))
        .map(|kind| (kind, 0))
        .collect()
}

/// A command while the filter is edited.
pub fn command(state: &mut State, command: Command) {
    match command {
        Command::Apply => apply(state),
        Command::Escape => {
            state.edit = None;
            state.say("the filter stays as it was");
        }
        Command::Complete => take_completion(state),
        Command::SearchBack => search_back(state),
        Command::Down | Command::Up => choose(state, command == Command::Down),
        _ => {}
    }
}

fn choose(state: &mut State, down: bool) {
    let Some(edit) = &mut state.edit else { return };
    let typed_nothing = edit.input.value().trim().is_empty() || edit.recalled.is_some();
    if typed_nothing && !state.filters.is_empty() {
        let last = state.filters.len() - 1;
        let at = match (edit.recalled, down) {
            (None, _) => last,
            (Some(at), true) => (at + 1).min(last),
            (Some(at), false) => at.saturating_sub(1),
        };
        edit.input = Input::new(state.filters[at].clone());
        edit.recalled = Some(at);
        reparse(state);
        if let Some(edit) = &mut state.edit {
            edit.recalled = Some(at);
        }
        return;
    }
    let n = edit.completions.len();
    if n > 0 {
        edit.chosen = (edit.chosen + if down { 1 } else { n - 1 }) % n;
    }
}

fn take_completion(state: &mut State) {
    let Some(edit) = &mut state.edit else { return };
    let Some(chosen) = edit.completions.get(edit.chosen) else {
        return;
    };
    let text = edit.input.value();
    let (before, after) = (text.get(..chosen.span.start), text.get(chosen.span.end..));
    let (Some(before), Some(after)) = (before, after) else {
        return;
    };
    let start = format!("{before}{}", chosen.insert);
    let cursor = start.chars().count();
    edit.input = Input::new(format!("{start}{after}")).with_cursor(cursor);
    reparse(state);
}

/// Applies the typed filter, or puts the caret on what is wrong with it.
fn apply(state: &mut State) {
    let Some(mut edit) = state.edit.take() else {
        return;
    };
    let text = edit.input.value().trim().to_owned();
    // Only now is the last word whole: while it was typed it stood for what it may become.
    let parsed = query::parse(&text, &state.query_context(None));
    let fault = parsed
        .diagnostics
        .iter()
        .find(|d| d.severity > Severity::Note);
    if let Some(fault) = fault {
        let chars = text
            .get(..fault.span.start)
            .map_or(0, |t| t.chars().count());
        edit.input = Input::new(text).with_cursor(chars);
        edit.parsed = parsed;
        edit.completions.clear();
        state.edit = Some(edit);
        return;
    }
    if !text.is_empty() && state.filters.last() != Some(&text) {
        state.filters.push(text.clone());
    }
    let notes: Vec<_> = parsed
        .diagnostics
        .iter()
        .map(|d| d.message.clone())
        .collect();
    let expr = parsed.expr.map_or(Expr::All, Expr::frozen);
    set(state, text, expr);
    if !notes.is_empty() {
        state.say(notes.join("; "));
    }
}

/// Applies a filter that was given with the command; one that is wrong is left to be mended.
pub fn given(state: &mut State, text: String) {
    begin(state);
    if let Some(edit) = &mut state.edit {
        edit.input = Input::new(text);
    }
    apply(state);
    state.view.early = !state.progress.done;
}

/// Makes a filter the view's, as a new place that `[` leaves again.
pub fn set(state: &mut State, text: String, filter: Expr) {
    // The list of resources is of any filter; a portrait is of one thing.
    let about = match &state.view.about {
        list @ About::Subject(Subject::Resources, _) => list.clone(),
        _ => About::Timeline,
    };
    let is_list = about != About::Timeline;
    if *state.view.filter == filter && state.view.about == about {
        state.view.text = text;
        return;
    }
    let view = View {
        about,
        text,
        filter: Arc::new(filter),
        count: None,
        facet_at: 0,
        portrait_at: (0, 0),
        ..state.view.clone()
    };
    pivots::push(state, view);
    if state.focus == Focus::Portrait && !is_list {
        state.focus = Focus::List;
    }
}

/// Notes that a typed `who:` spans several principals (RULINGS 13), for the filter line.
pub fn span_note(state: &State) -> Option<String> {
    let Expr::Test(test) = &*state.view.filter else {
        return None;
    };
    let is_who = test.subject == query::ast::Subject::Field(Field::Who) && test.op == Op::Has;
    let facet = state.answer.facets.iter().find(|f| f.field == Field::Who)?;
    (is_who && facet.distinct > 1).then(|| format!("{} principals", facet.distinct))
}
