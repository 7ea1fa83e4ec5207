//! What floats above the panes: help, palette, pickers, problems, events around one, find.

use std::sync::Arc;

use tui_input::Input;

use crate::app::action::{Command, Effect};
use crate::app::chord::Chord;
use crate::app::keymap;
use crate::app::state::{
    Choice, Entry, Overlay, Picker, PickerKind, Question, QuestionKind, State,
};
use crate::app::{
    arranging, carrying, chain, chips, covering, detail, export, facets, filtering, fuzzy, merging,
    moves, palette, pivots, places, reading, sources, times,
};
use crate::base::time::MINUTE;
use crate::event::inner::Inner;
use crate::event::json;
use crate::index::schema::Col;
use crate::view;
use crate::view::layout;

/// Lines of an overlay that hold entries.
pub fn height(state: &State) -> usize {
    usize::from(layout::pages_lines(layout::pages(state.size)).height).max(1)
}

/// Asks for a text to find.
pub fn open_find(state: &mut State) {
    let text = state.finding.clone().unwrap_or_default();
    state.overlay = Some(Overlay::Find(Input::new(text)));
}

/// Lists what could not be read.
pub fn open_problems(state: &mut State) {
    if state.problems.is_empty() {
        state.say(if state.progress.done {
            "everything was read: no problem was met"
        } else {
            "no problem was met so far"
        });
        return;
    }
    state.overlay = Some(Overlay::Problems(None, 0));
}

/// Lists what of the focused event can be copied.
pub fn open_copy(state: &mut State) {
    let Some(id) = state.focused_event() else {
        return state.refuse("there is no event here");
    };
    let s = &state.snapshot;
    let mut entries = Vec::new();
    let mut add = |key: &str, what: &'static str, text: Option<String>| {
        if let Some(text) = text.filter(|t| !t.is_empty()) {
            entries.push(Entry {
                key: key.to_owned(),
                label: what.to_owned(),
                detail: text.clone(),
                choice: Choice::Copy(what, text),
            });
        }
    };
    let columns = moves::columns_of(state);
    let column = columns.get(state.view.column.min(columns.len().saturating_sub(1)));
    let cell = column
        .and_then(|c| c.field())
        .and_then(|f| crate::pivot::tally::value_of(s, id, f))
        .map(|(value, _)| value);
    let line = state.detail.lines.get(state.view.detail_at.0);
    let value = match state.focus {
        crate::app::state::Focus::Detail => line.and_then(|l| {
            l.leaf
                .clone()
                .or_else(|| l.field.as_ref().map(|(_, v)| v.clone()))
        }),
        _ => cell,
    };
    add("y", "value", value);
    let record = state
        .record
        .as_ref()
        .filter(|(of, _)| *of == id)
        .map(|(_, r)| r);
    let shown = record.map(|r| r.shown(state.reveal));
    let hidden = record.is_some_and(|r| r.masked.is_some()) && !state.reveal;
    let text = shown.map(|(b, _)| String::from_utf8_lossy(&json::compact(b)).into_owned());
    let what = if hidden {
        "event as JSON, its secrets hidden"
    } else {
        "event as JSON"
    };
    add("e", what, text);
    let first = s
        .resources_of(id)
        .next()
        .map(|sym| s.resources().text(sym).to_owned());
    add("a", "ARN of its resource", first);
    add(
        "w",
        "who: the principal's key",
        s.text(Col::Principal, id).map(str::to_owned),
    );
    add(
        "k",
        "access key id",
        s.text(Col::Key, id).map(str::to_owned),
    );
    add(
        "i",
        "event id",
        s.recorded_id(id).map(std::borrow::Cow::into_owned),
    );
    let message = shown
        .and_then(|(_, tree)| tree)
        .and_then(|t| t.get("errorMessage"))
        .and_then(json::Node::as_str);
    add("m", "error message", message.map(str::to_owned));
    if state.focus == crate::app::state::Focus::Detail {
        let leaf = line.and_then(|l| l.leaf.as_deref());
        let inner = leaf.and_then(Inner::of).map(|inner| inner.text());
        add("d", "value, decoded", inner);
        let tree = detail::shown_tree(state).zip(line);
        let subtree = tree.and_then(|((node, at), l)| view::tree::at_path(node, &at, &l.path));
        let subtree = subtree.filter(json::Node::is_container);
        add(
            "t",
            "this and all in it as JSON",
            subtree.map(|n| n.to_compact()),
        );
    }
    let path = line.map(|l| l.path.clone());
    add("p", "JSON path", path.filter(|p| !view::tree::is_more(p)));
    add("f", "filter", Some(state.view.text.clone()));
    add("l", "link to this view", Some(places::permalink(state)));
    state.overlay = Some(Overlay::Picker(Picker {
        kind: PickerKind::Copy,
        input: Input::default(),
        entries,
        at: 0,
    }));
}

/// The entries of a picker that answer to what is typed, best first, with the typed characters. An
/// action answers to its key as well.
pub fn matching(picker: &Picker) -> Vec<(&Entry, Vec<usize>)> {
    let typed = picker.input.value();
    let score = |e: &Entry| {
        if picker.kind == PickerKind::Palette && !typed.is_empty() && e.key == typed {
            return Some((i64::MAX, Vec::new()));
        }
        fuzzy::score(&e.label, typed)
    };
    let mut found: Vec<_> = picker
        .entries
        .iter()
        .filter_map(|e| score(e).map(|(s, at)| (s, e, at)))
        .collect();
    found.sort_by_key(|(score, _, _)| std::cmp::Reverse(*score));
    found
        .into_iter()
        .map(|(_, entry, at)| (entry, at))
        .collect()
}

/// Pastes text where text is typed: into an overlay's line, else into the filter.
pub fn paste(state: &mut State, text: &str) {
    match &mut state.overlay {
        Some(Overlay::Find(input) | Overlay::Question(Question { input, .. })) => {
            filtering::insert(input, text);
        }
        Some(Overlay::Picker(picker)) if picker.kind.is_typed() => {
            filtering::insert(&mut picker.input, text);
            picker.at = 0;
        }
        Some(Overlay::Sources(list)) => {
            list.typing = true;
            filtering::insert(&mut list.input, text);
            sources::arrange(&state.files, list);
        }
        Some(_) => state.refuse("nothing can be typed here"),
        None => filtering::paste(state, text),
    }
}

/// A key that types into an overlay, or takes an entry by its key.
pub fn edit(state: &mut State, chord: Chord, effects: &mut Vec<Effect>) {
    match &mut state.overlay {
        Some(Overlay::Picker(picker)) if picker.kind.is_typed() => {
            if let Some(request) = filtering::request_of(chord) {
                picker.input.handle(request);
                picker.at = 0;
            }
        }
        Some(Overlay::Picker(picker)) => {
            let key = chord.to_string();
            if let Some(at) = picker.entries.iter().position(|e| e.key == key) {
                picker.at = at;
                take(state, effects);
            } else if key == "j" || key == "k" {
                let command = if key == "j" {
                    Command::Down
                } else {
                    Command::Up
                };
                picker.at = moves::step(picker.at, picker.entries.len(), command, 2);
            } else if key == "q" {
                state.overlay = None;
            }
        }
        Some(Overlay::Find(input) | Overlay::Question(Question { input, .. })) => {
            if let Some(request) = filtering::request_of(chord) {
                input.handle(request);
            }
        }
        Some(Overlay::Sources(list)) if list.typing => {
            if let Some(request) = filtering::request_of(chord) {
                list.input.handle(request);
                list.at = 0;
                sources::arrange(&state.files, list);
            }
        }
        _ => {}
    }
}

/// A command while an overlay stands.
pub fn command(state: &mut State, command: Command, effects: &mut Vec<Effect>) {
    let height = height(state);
    let problems = match &state.overlay {
        Some(Overlay::Problems(file, _)) => sources::listed(state, *file).len(),
        _ => 0,
    };
    match (&mut state.overlay, command) {
        (Some(Overlay::Sources(list)), Command::Apply) => list.typing = false,
        (Some(Overlay::Sources(list)), Command::Find) => list.typing = true,
        (Some(Overlay::Sources(list)), Command::Escape)
            if list.typing || !list.input.value().is_empty() =>
        {
            list.typing = false;
            list.input = Input::default();
            sources::arrange(&state.files, list);
        }
        (_, Command::Escape) => close(state),
        (_, Command::Forward) => {
            if !pivots::forward(state) {
                state.refuse("this is the newest view");
            }
        }
        (_, Command::Palette) => palette::open(state),
        (_, Command::Export) => export::open(state),
        (Some(_), Command::Help) => {
            state.under.extend(state.overlay.take());
            state.overlay = Some(Overlay::Help(0));
        }
        (_, Command::Mend) => sources::mend(state, effects),
        (Some(Overlay::People(_) | Overlay::Chain(_)), _) => {
            chain::command(state, command, effects);
        }
        (Some(Overlay::Sources(_)), Command::CoverageMap) => covering::open(state),
        (Some(Overlay::Sources(_)), Command::Problems) => {
            let files = state.overlay.take();
            open_problems(state);
            match state.overlay {
                Some(_) => state.under.extend(files),
                None => state.overlay = files,
            }
        }
        (Some(Overlay::Coverage(_)), _) => covering::command(state, command),
        (Some(Overlay::Sources(_)), _) => sources::command(state, command, effects),
        (Some(Overlay::Problems(..)), Command::Open) => sources::open_problem(state, effects),
        (Some(Overlay::Raw(_)), Command::Reveal) => state.reveal = !state.reveal,
        (Some(Overlay::Raw(_)), _) => reading::scroll(state, command),
        (Some(Overlay::Picker(_)), Command::Apply) => take(state, effects),
        (Some(Overlay::Picker(picker)), _) => {
            let len = matching(picker).len();
            picker.at = moves::step(picker.at, len, command, height);
        }
        (Some(Overlay::Help(top)), _) => *top = moves::step(*top, help_lines(), command, height),
        (Some(Overlay::Problems(_, at)), _) => *at = moves::step(*at, problems, command, height),
        (Some(Overlay::Find(input)), Command::Apply) => {
            let text = input.value().to_owned();
            state.overlay = None;
            state.finding = (!text.is_empty()).then_some(text);
            if state.finding.is_some() {
                moves::find_again(state, true);
            }
        }
        (Some(Overlay::Question(_)), Command::Apply) => answer(state, effects),
        (Some(Overlay::Around(around)), Command::Shrink | Command::Grow) => {
            around.reach = if command == Command::Grow {
                (around.reach * 2).min(32 * 24 * 60 * MINUTE)
            } else {
                (around.reach / 2).max(MINUTE)
            };
            pivots::fill(&state.snapshot, around);
        }
        (Some(Overlay::Around(around)), Command::Everyone) => {
            around.everyone = !around.everyone;
            pivots::fill(&state.snapshot, around);
        }
        (Some(Overlay::Around(around)), Command::Open) => {
            let around = around.clone();
            pivots::go_on(state);
            pivots::promote(state, &around);
        }
        (Some(Overlay::Around(around)), _) => {
            around.at = moves::step(around.at, around.events.len(), command, height);
        }
        (Some(Overlay::Find(_) | Overlay::Question(_)) | None, _) => {}
    }
}

/// Takes the answer to a question.
fn answer(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(Overlay::Question(question)) = &state.overlay else {
        return;
    };
    let (kind, text) = (question.kind, question.input.value().trim().to_owned());
    let may_be_empty = matches!(kind, QuestionKind::FacetSearch | QuestionKind::SaveView);
    if text.is_empty() && !may_be_empty {
        return;
    }
    state.overlay = state.under.pop();
    match kind {
        QuestionKind::SaveView => places::save(state, &text, effects),
        QuestionKind::FacetSearch => facets::search(state, &text),
        QuestionKind::Export => export::write(state, text, effects),
        QuestionKind::Overwrite => export::overwrite(state, &text, effects),
        QuestionKind::Reason => merging::answer(state, &text, effects),
    }
}

/// Closes what floats; what floated under it shows again.
pub fn close(state: &mut State) {
    state.overlay = state.under.pop();
    if let Some(Overlay::Sources(list)) = &mut state.overlay {
        sources::arrange(&state.files, list);
    }
}

/// Puts the focus on an entry that was clicked; takes it where that is what clicking means.
pub fn point(state: &mut State, at: usize, twice: bool, effects: &mut Vec<Effect>) {
    let problems = match &state.overlay {
        Some(Overlay::Problems(file, _)) => sources::listed(state, *file).len(),
        _ => 0,
    };
    match &mut state.overlay {
        Some(Overlay::Sources(list)) if at < list.order.len() => list.at = at,
        Some(Overlay::People(_) | Overlay::Chain(_)) => chain::point(state, at),
        Some(Overlay::Coverage(_)) => covering::point(state, at),
        Some(Overlay::Picker(picker)) => {
            if at < matching(picker).len() {
                picker.at = at;
                take(state, effects);
            }
        }
        Some(Overlay::Problems(_, focused)) if at < problems => {
            *focused = at;
        }
        Some(Overlay::Around(around)) if at < around.events.len() => {
            around.at = at;
        }
        _ => return,
    }
    if twice {
        command(state, Command::Open, effects);
    }
}

/// More lines than any help has: the drawing stops at the last one.
fn help_lines() -> usize {
    keymap::bindings().count() + 110
}

fn take(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(Overlay::Picker(picker)) = &state.overlay else {
        return;
    };
    let Some(choice) = matching(picker)
        .get(picker.at)
        .map(|(e, _)| e.choice.clone())
    else {
        return;
    };
    let Some(Overlay::Picker(picker)) = state.overlay.take() else {
        return;
    };
    match choice {
        Choice::Sort(field) => arranging::sort_by(state, field),
        Choice::Column(column) => arranging::toggle(state, column, picker),
        Choice::UsualColumns => arranging::usual_columns(state),
        Choice::Run(scope, command) => palette::run(state, scope, command, effects),
        Choice::Term(field) => palette::begin_term(state, field),
        Choice::Link(link) => places::open_link(state, &link),
        Choice::View(view) => places::take_up(state, *view),
        Choice::Walk(at) => places::go(state, at),
        Choice::Resume => places::resume(state),
        Choice::Time(range) => times::take(state, range),
        Choice::TypeTime => times::type_range(state),
        Choice::Field(field) => facets::toggle_field(state, field),
        Choice::Clock(clock) => times::set_clock(state, clock),
        Choice::Hide(kind) => chips::hide(state, kind),
        Choice::CarryAll => carrying::toggle(state),
        Choice::Inferred => chain::toggle_inferred(state, effects),
        Choice::Resource(name) => pivots::resource_view(state, name),
        Choice::Copy(what, text) => {
            state.say(format!("copied the {what}"));
            effects.push(Effect::Copy(Arc::from(text)));
        }
    }
}
