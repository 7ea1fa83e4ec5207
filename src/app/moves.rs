//! Moving: rows, columns, panes, and jumps to the next of a kind.

use crate::app::action::Command;
use crate::app::state::{About, Focus, State};
use crate::app::{detail, facets, listing, pivots};
use crate::engine::protocol::Searched;
use crate::event::outcome::{Outcome, Verb};
use crate::event::resource;
use crate::index::schema::Col;
use crate::index::segment::EventId;
use crate::index::snapshot::Snapshot;
use crate::view::headings::ListColumn;
use crate::view::layout;

/// Lines of the list pane that hold events.
pub fn list_height(state: &State) -> usize {
    usize::from(layout::list_rows(state.panes().list).height)
}

/// How far a vertical command goes in a pane of `height` lines.
fn distance(command: Command, height: usize) -> isize {
    let page = height.max(2) as isize - 1;
    match command {
        Command::Down => 1,
        Command::Up => -1,
        Command::HalfDown => (page / 2).max(1),
        Command::HalfUp => -(page / 2).max(1),
        Command::PageDown => page,
        Command::PageUp => -page,
        Command::First => isize::MIN / 2,
        Command::Last => isize::MAX / 2,
        _ => 0,
    }
}

/// Moves a place in a list of `len` by a command.
pub fn step(at: usize, len: usize, command: Command, height: usize) -> usize {
    let to = (at as isize).saturating_add(distance(command, height));
    to.clamp(0, len.saturating_sub(1) as isize) as usize
}

/// Moves up or down in the focused pane.
pub fn vertical(state: &mut State, command: Command) {
    match state.focus {
        Focus::List => {
            let height = list_height(state);
            by(state, distance(command, height));
        }
        Focus::Detail => detail::move_cursor(state, command),
        Focus::Facets => {
            let lines = facets::lines(state).len();
            let height = usize::from(layout::facet_lines(state.panes().facets).height);
            state.view.facet_at = step(state.view.facet_at, lines, command, height);
        }
        Focus::Chips | Focus::Histogram => {}
        Focus::Portrait => pivots::move_in_portrait(state, command),
    }
}

/// Moves the list's cursor by a number of lines. What is shown until the events of another filter
/// are there is not what the person means: the move waits for them, or for what a search through
/// records has found so far, which takes its time.
pub fn by(state: &mut State, delta: isize) {
    let shows_its_own = matches!(state.answer.searched, Some(Searched::Records(_)));
    if state.new_place && !shows_its_own {
        state.then_move = state.then_move.saturating_add(delta);
        return;
    }
    let Some(at) = state.cursor() else { return };
    let height = list_height(state).max(1) as isize;
    let lines = listing::lines(state);
    // To an end at once, not line by line.
    let (to, moved) = match delta {
        ..-1_000_000 => (0, -height),
        1_000_000.. => (state.listed().len() - 1, height),
        _ => lines.step(at, delta),
    };
    let offset = state.view.offset as isize + moved;
    go_to(state, to);
    state.view.offset = offset.clamp(0, height - 1) as usize;
}

/// Puts the list's cursor on the event at a place.
pub fn go_to(state: &mut State, at: usize) {
    if let Some(&event) = state.listed().get(at) {
        state.view.event = Some(event);
    }
}

/// Puts the list's cursor on a far event, in the middle of the list unless it is visible anyway.
pub fn jump_to(state: &mut State, at: usize) {
    let from = state.cursor().unwrap_or(0);
    let height = list_height(state).max(1);
    let moved = listing::lines(state).distance(from, at, height as isize);
    let offset = moved.map(|moved| state.view.offset as isize + moved);
    go_to(state, at);
    state.view.offset = match offset {
        Some(offset) if (0..height as isize).contains(&offset) => offset as usize,
        _ => height / 2,
    };
}

/// Moves to the next or previous column; in trees, folds or unfolds.
pub fn sideways(state: &mut State, right: bool) {
    match state.focus {
        Focus::List => {
            let columns = columns_of(state).len();
            let at = state.view.column.min(columns.saturating_sub(1));
            state.view.column = if right {
                (at + 1).min(columns.saturating_sub(1))
            } else {
                at.saturating_sub(1)
            };
        }
        Focus::Detail => detail::fold(state, !right),
        Focus::Facets => facets::unfold(state, right),
        Focus::Chips => crate::app::chips::sideways(state, right),
        Focus::Histogram => {}
        Focus::Portrait => pivots::next_card(state, right),
    }
}

/// The columns of the list.
pub fn columns_of(state: &State) -> Vec<ListColumn> {
    let columns = listing::columns(state).into_iter();
    columns.map(|c| c.column).collect()
}

/// Moves the focus to the next pane on the screen.
pub fn next_pane(state: &mut State, forward: bool) {
    let order = [
        (Focus::Portrait, state.view.about != About::Timeline),
        (
            Focus::Facets,
            state.shape.facets && state.view.about == About::Timeline,
        ),
        (Focus::List, true),
        (Focus::Detail, state.view.detail),
    ];
    let shown: Vec<Focus> = order.iter().filter(|(_, s)| *s).map(|(f, _)| *f).collect();
    let at = shown.iter().position(|f| *f == state.focus).unwrap_or(0);
    let step = if forward { 1 } else { shown.len() - 1 };
    state.focus = shown[(at + step) % shown.len()];
}

/// Jumps to the next or previous event of a kind.
pub fn jump(state: &mut State, command: Command) {
    let (forward, what, test): (bool, &str, fn(&Snapshot, EventId) -> bool) = match command {
        Command::NextError => (true, "failed call", failed),
        Command::PreviousError => (false, "failed call", failed),
        Command::NextWrite => (true, "call that changes something", changes),
        _ => (false, "call that changes something", changes),
    };
    let found = search(state, forward, test);
    jump_or_say(state, found, what, forward);
}

/// Jumps to a place that was found, or says that there is none.
pub fn jump_or_say(state: &mut State, found: Option<usize>, what: &str, forward: bool) {
    match found {
        Some(at) => jump_to(state, at),
        None => state.refuse(format!(
            "no {what} {}",
            if forward { "below" } else { "above" }
        )),
    }
}

fn failed(snapshot: &Snapshot, id: EventId) -> bool {
    snapshot.facts(id).outcome() != Outcome::Ok
}

fn changes(snapshot: &Snapshot, id: EventId) -> bool {
    snapshot.facts(id).verb() != Verb::Read
}

/// The nearest event of the list after (or before) the cursor for which `test` holds.
pub fn search(
    state: &State,
    forward: bool,
    mut test: impl FnMut(&Snapshot, EventId) -> bool,
) -> Option<usize> {
    let at = state.cursor()?;
    let order = state.listed();
    let mut holds = |i: &usize| order.get(*i).is_some_and(|id| test(&state.snapshot, *id));
    if forward {
        (at + 1..order.len()).find(&mut holds)
    } else {
        (0..at).rev().find(&mut holds)
    }
}

/// Looks for the text of `f` again: in the detail where that has the focus, else in the list.
pub fn find_again(state: &mut State, forward: bool) {
    let Some(text) = state.finding.clone() else {
        let key = state.key(Command::Find);
        state.refuse(format!("nothing to find yet: {key} asks for a text"));
        return;
    };
    if state.focus == Focus::Detail {
        detail::find(state, &text, forward);
        return;
    }
    let finder = Finder::new(&state.snapshot, &text);
    match search(state, forward, |snapshot, id| finder.matches(snapshot, id)) {
        Some(at) => jump_to(state, at),
        None => state.refuse(format!(
            "{text:?} is not {}",
            if forward { "below" } else { "above" }
        )),
    }
}

/// A text looked up in the dictionaries of the columns a list shows.
struct Finder {
    columns: Vec<(Col, Vec<bool>)>,
    principals: Vec<bool>,
    resources: Vec<bool>,
}

impl Finder {
    fn new(snapshot: &Snapshot, text: &str) -> Self {
        let wanted = crate::base::text::fold(text);
        let has = |t: &str| crate::base::text::fold(t).contains(&wanted);
        let columns = [
            Col::What,
            Col::Err,
            Col::Ip,
            Col::Svc,
            Col::Key,
            Col::Region,
        ]
        .into_iter()
        .map(|col| (col, snapshot.dict(col).matching(has)))
        .collect();
        let mut principals = vec![false];
        principals.extend(
            snapshot
                .principals()
                .map(|(_, p)| has(&p.label) || has(&p.key)),
        );
        let resources = snapshot
            .resources()
            .matching(|r| has(resource::short_name(r)) || has(r));
        Self {
            columns,
            principals,
            resources,
        }
    }

    fn matches(&self, snapshot: &Snapshot, id: EventId) -> bool {
        let code = |col| snapshot.symbol(col, id).map_or(0, |s| s.code() as usize);
        self.columns.iter().any(|(col, table)| table[code(*col)])
            || self.principals[code(Col::Principal)]
            || snapshot
                .resources_of(id)
                .any(|s| self.resources[s.code() as usize])
    }
}
