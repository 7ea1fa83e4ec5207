//! What floats above the panes as plain data, and where its lines stand.

use crate::app::action::Command;
use crate::app::chain;
use crate::app::compose::{plain, toned};
use crate::app::covering;
use crate::app::keymap::Scope;
use crate::app::keys::Row;
use crate::app::merging;
use crate::app::overlays;
use crate::app::people;
use crate::app::places;
use crate::app::plot::length;
use crate::app::reading;
use crate::app::state::{Around, Overlay, Picker, PickerKind, QuestionKind, State};
use crate::app::tree_view;
use crate::app::update;
use crate::base::printable::Printable;
use crate::base::text::counted;
use crate::index::schema::Col;
use crate::index::segment::EventId;
use crate::view::columns;
use crate::view::layout::{self, Area};
use crate::view::list;
use crate::view::manual;
use crate::view::screen::{
    HelpGroup, Overlay as Floating, PageRow, PagesView, PickerRow, PickerView, Tone,
};
use crate::view::shown;

/// What floats, if anything does.
pub(crate) fn overlay(state: &State) -> Option<Floating> {
    Some(float(state, state.overlay.as_ref()?))
}

/// What a question is asked over: it stays on the screen while it is answered.
pub(crate) fn below(state: &State) -> Option<Floating> {
    let asked = matches!(state.overlay, Some(Overlay::Question(_)));
    let below = state.afloat().filter(|_| asked)?;
    Some(float(state, below))
}

fn float(state: &State, overlay: &Overlay) -> Floating {
    match overlay {
        Overlay::Help(top) => help(state, *top),
        Overlay::Picker(p) => Floating::Picker(picker(state, p)),
        Overlay::Problems(file, at) => Floating::Pages(reading::problems(state, *file, *at)),
        Overlay::Sources(list) => Floating::Pages(reading::sources(state, list)),
        Overlay::Coverage(map) => Floating::Pages(covering::view(state, map)),
        Overlay::People(people) => Floating::Pages(people::view(state, people)),
        Overlay::Chain(tree) => Floating::Pages(tree_view::view(state, tree)),
        Overlay::Raw(raw) => Floating::Pages(reading::raw(state, raw)),
        Overlay::Around(around) => Floating::Pages(around_view(state, around)),
        Overlay::Question(question) => {
            let input = &question.input;
            let before: String = input.value().chars().take(input.cursor()).collect();
            let (unnamed, whom);
            let (title, summary) = match question.kind {
                QuestionKind::SaveView if input.value().is_empty() => {
                    unnamed = format!("Enter calls it {}", places::usual_name(state));
                    ("save view as", unnamed.as_str())
                }
                QuestionKind::SaveView => ("save view as", "Enter saves it, Esc leaves"),
                QuestionKind::Export => ("write to", "a .csv, .jsonl or .md file; Esc leaves"),
                QuestionKind::FacetSearch => ("values that hold", "empty shows all"),
                QuestionKind::Overwrite => ("write over it?", "yes, or Esc"),
                QuestionKind::Reason => {
                    let title;
                    (title, whom) = merging::question(state);
                    (title, whom.as_str())
                }
            };
            Floating::Prompt {
                title,
                text: Printable::new(input.value()),
                caret: Printable::new(&before).width(),
                summary: question
                    .fault
                    .as_ref()
                    .map_or_else(|| summary.to_owned(), |f| Printable::new(f).to_string()),
            }
        }
        Overlay::Find(input) => {
            let before: String = input.value().chars().take(input.cursor()).collect();
            Floating::Prompt {
                title: "find",
                text: Printable::new(input.value()),
                caret: Printable::new(&before).width(),
                summary: format!(
                    "Enter finds the next, {} and {} go on",
                    state.key(Command::FindNext),
                    state.key(Command::FindPrevious)
                ),
            }
        }
    }
}

/// Where what floats stands: its frame, the lines inside that can be pointed at, and the place
/// of the first of them.
pub fn overlay_places(state: &State) -> (Area, Area, usize) {
    match &state.overlay {
        Some(Overlay::Picker(p)) => {
            let len = overlays::matching(p).len();
            let typed = p.kind.is_typed();
            let frame = layout::picker(state.size, len, typed);
            let lines = layout::picker_rows(frame, typed);
            (frame, lines, picker_top(p.at, len, lines))
        }
        Some(Overlay::Problems(_, at)) => {
            let frame = layout::pages(state.size);
            let lines = layout::pages_lines(frame);
            (frame, lines, reading::top(*at, usize::from(lines.height)))
        }
        Some(Overlay::Sources(list)) => {
            let frame = layout::pages(state.size);
            let lines = layout::below(layout::pages_lines(frame), reading::SOURCES_HEAD);
            (
                frame,
                lines,
                reading::top(list.at, usize::from(lines.height)),
            )
        }
        Some(Overlay::Coverage(map)) => {
            let frame = layout::pages(state.size);
            let lines = layout::below(layout::pages_lines(frame), covering::HEAD);
            (frame, lines, covering::top(state, map))
        }
        Some(Overlay::People(_) | Overlay::Chain(_)) => {
            let frame = layout::pages(state.size);
            let lines = layout::below(layout::pages_lines(frame), chain::head_lines(state));
            (frame, lines, chain::top(state))
        }
        Some(Overlay::Around(around)) => {
            let frame = layout::pages(state.size);
            (frame, layout::pages_lines(frame), around_top(state, around))
        }
        Some(Overlay::Help(_) | Overlay::Raw(_)) => (layout::pages(state.size), Area::default(), 0),
        Some(Overlay::Find(_) | Overlay::Question(_)) | None => {
            (Area::default(), Area::default(), 0)
        }
    }
}

fn picker_top(at: usize, len: usize, lines: Area) -> usize {
    let at = at.min(len.saturating_sub(1));
    (at + 1).saturating_sub(usize::from(lines.height).max(1))
}

fn around_top(state: &State, around: &Around) -> usize {
    let height = overlays::height(state);
    (around.at + 1).saturating_sub(height - height / 3)
}

fn help(state: &State, top: usize) -> Floating {
    let (scope, groups) = help_groups(state);
    Floating::Help {
        title: format!("Keys: {}", scope.title()),
        groups,
        top,
    }
}

/// What the help says where it was asked for: keys, then how filters are written.
pub fn help_groups(state: &State) -> (Scope, Vec<HelpGroup>) {
    let scope = update::scope_of(state, state.under.last());
    let keys = |rows: Vec<&Row>| {
        let rows = rows.into_iter();
        rows.map(|row| (row.keys.join(" "), row.about.to_owned()))
            .collect()
    };
    let groups = state.keys.help(scope).into_iter();
    let mut groups: Vec<HelpGroup> = groups
        .map(|(scope, rows)| HelpGroup {
            title: scope.title(),
            keys: keys(rows),
        })
        .collect();
    let filters = manual::filters(&state.names).into_iter();
    groups.extend(filters.map(|group| HelpGroup {
        title: group.title,
        keys: group.lines,
    }));
    (scope, groups)
}

fn picker(state: &State, p: &Picker) -> PickerView {
    let matching = overlays::matching(p);
    let typed = p.kind.is_typed();
    let frame = layout::picker(state.size, matching.len(), typed);
    let lines = layout::picker_rows(frame, typed);
    let height = usize::from(lines.height).max(1);
    let at = p.at.min(matching.len().saturating_sub(1));
    let top = picker_top(at, matching.len(), lines);
    let before: String = p.input.value().chars().take(p.input.cursor()).collect();
    PickerView {
        title: Printable::trusted(match p.kind {
            PickerKind::Palette => "Actions",
            PickerKind::Resources => "Go to a resource of this event",
            PickerKind::Copy => "Copy",
            PickerKind::Toggles => "Hide",
            PickerKind::Views => "Saved views and those left behind",
            PickerKind::Walk => "The walk so far",
            PickerKind::Times => "Filter to a stretch of time",
            PickerKind::Clock => "Show times",
            PickerKind::Sort => "Sort the list by",
            PickerKind::Columns => "Columns: Enter takes one in or out",
            PickerKind::Fields => "Fields to count: Enter takes one in or out",
        }),
        input: typed.then(|| {
            (
                Printable::new(p.input.value()),
                Printable::new(&before).width(),
            )
        }),
        counts: (matching.len(), p.entries.len()),
        rows: matching
            .into_iter()
            .enumerate()
            .skip(top)
            .take(height)
            .map(|(i, (entry, matched))| PickerRow {
                key: entry.key.clone(),
                label: shown(&entry.label),
                matched,
                detail: shown(&entry.detail.chars().take(300).collect::<String>()),
                focused: i == at,
            })
            .collect(),
    }
}

fn around_view(state: &State, around: &Around) -> PagesView {
    let height = overlays::height(state);
    let top = around_top(state, around);
    let s = &state.snapshot;
    // The target keeps a quarter of the room.
    let room = tree_view::width(state).saturating_sub(16);
    let (whos, whats, errors) = match (around.everyone, room) {
        (false, 80..) => (0, 28, 16),
        (false, _) => (0, room * 4 / 10, room * 2 / 10),
        (true, 100..) => (24, 28, 16),
        (true, _) => (room * 3 / 10, room * 3 / 10, room * 15 / 100),
    };
    let row = |i: usize, id: EventId| {
        let facts = s.facts(id);
        let anchor = if id == around.anchor { "▶ " } else { "  " };
        let mut pieces = vec![
            plain(anchor),
            plain(columns::clock(s.time(id), state.zone, "%H:%M:%S")),
            toned(format!(" {} ", facts.letter()), list::tone_of(facts)),
        ];
        if around.everyone {
            let who = s.person_of(id).map_or("?", |p| p.label.as_str());
            pieces.push(tree_view::cell(
                tree_view::fitted(who, whos),
                Tone::Principal,
            ));
            pieces.push(plain(" "));
        }
        pieces.extend([
            tree_view::cell(
                tree_view::fitted(s.text(Col::What, id).unwrap_or("?"), whats),
                list::tone_of(facts),
            ),
            plain(" "),
            tree_view::cell(
                tree_view::fitted(s.text(Col::Err, id).unwrap_or(""), errors),
                Tone::Failed,
            ),
            plain(" "),
            toned(columns::target(s, id), Tone::Resource),
        ]);
        PageRow {
            pieces,
            focused: i == around.at,
        }
    };
    let who = match s.person_of(around.anchor) {
        _ if around.everyone => "everyone",
        Some(person) => person.label.as_str(),
        None => "?",
    };
    PagesView {
        head: Vec::new(),
        title: shown(&format!(
            "{who} ±{}: {}",
            length(around.reach),
            counted(around.events.len() as u64, "event")
        )),
        rows: around
            .events
            .iter()
            .enumerate()
            .skip(top)
            .take(height)
            .map(|(i, id)| row(i, *id))
            .collect(),
        position: (top, around.events.len()),
        foot: state.keys.line(
            Scope::Context,
            &[
                (Command::Shrink, "less"),
                (Command::Grow, "more"),
                (
                    Command::Everyone,
                    if around.everyone {
                        "only the same principal"
                    } else {
                        "everyone"
                    },
                ),
                (Command::Open, "makes it a view"),
                (Command::Escape, "closes"),
            ],
        ),
    }
}
