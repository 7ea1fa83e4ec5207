//! The event list as plain data: which rows are in sight, and what stands in each.

use crate::app::action::Command;
use crate::app::sources;
use crate::app::state::{Focus, State};
use crate::base::printable::Printable;
use crate::base::text::counted;
use crate::pivot::sorted::SortBy;
use crate::view::bursts::Bursts;
use crate::view::columns;
use crate::view::headings::{self, Chosen};
use crate::view::layout;
use crate::view::list::{self, Lines, Rows};
use crate::view::screen::{ListRow, ListView};

/// The visible lines.
pub fn list_rows(state: &State) -> Vec<ListRow> {
    window(state).2
}

/// The lines of the list.
pub fn lines(state: &State) -> Lines<'_> {
    state
        .bursts
        .renew(&state.snapshot, state.listed(), state.zone);
    Lines {
        bursts: Bursts {
            snapshot: &state.snapshot,
            hits: state.listed(),
            folding: &state.view.folding,
            zone: state.zone,
            known: &state.bursts,
        },
        by_time: state.is_by_time(),
        days: needs_days(state),
    }
}

/// The first visible hit.
pub fn list_top(state: &State) -> usize {
    let height = usize::from(layout::list_rows(state.panes().list).height);
    lines(state).top(state.cursor(), state.view.offset, height)
}

/// The columns of the list, those out of sight too: the chosen ones, or the usual ones for its
/// width.
pub fn columns(state: &State) -> Vec<Chosen> {
    if !state.view.columns.is_empty() {
        return state.view.columns.clone();
    }
    let (_, time) = columns::time_format(state.snapshot.span());
    headings::usual(layout::list_rows(state.panes().list).width, time)
}

/// How many of the first columns are out of sight.
fn scrolled(state: &State, columns: &[Chosen]) -> usize {
    let width = layout::list_rows(state.panes().list).width;
    headings::scrolled(columns, state.view.column, width)
}

/// The place of each column in sight: its place among all, its first cell, its width.
pub fn places(state: &State) -> Vec<(usize, u16, u16)> {
    let columns = columns(state);
    let first = scrolled(state, &columns);
    let headings = headings::headings(&columns[first..], None);
    let width = layout::list_rows(state.panes().list).width;
    let placed = headings::placed(&headings, width).into_iter().enumerate();
    placed
        .map(|(i, (x, width))| (first + i, x, width))
        .collect()
}

/// Whether the times of the list do not say their day: a narrow list has no room for it.
fn needs_days(state: &State) -> bool {
    let first = columns(state).first().copied();
    state.view.columns.is_empty() && first.is_some_and(|c| c.width == 8)
}

fn window(state: &State) -> (usize, Vec<Chosen>, Vec<ListRow>) {
    let area = layout::list_rows(state.panes().list);
    let top = list_top(state);
    let mut columns = columns(state);
    columns.drain(..scrolled(state, &columns));
    let rows = Rows {
        lines: lines(state),
        top,
        cursor: state.cursor(),
        height: usize::from(area.height),
        columns: &columns,
        accounts: &state.accounts,
        before_end: state.before_end,
        reference: state.view.reference,
    }
    .build();
    (top, columns, rows)
}

/// The event list.
pub(crate) fn list_view(state: &State) -> ListView {
    let (top, columns, rows) = window(state);
    let sort = state.answer.sorted.as_ref().map(|s| s.by);
    let shown = sort.map(|by| (by.field, by.descending));
    let headings = headings::headings(&columns, shown);
    let width = layout::list_rows(state.panes().list).width;
    let all = self::columns(state).len();
    let left = all - columns.len();
    let in_sight = headings::placed(&headings, width).len();
    let is_said = |by: &SortBy| {
        let mut seen = columns.iter().take(in_sight);
        seen.any(|c| c.column.field() == Some(by.field))
    };
    let hits = &state.answer.hits;
    let empty = if !hits.is_empty() {
        None
    } else if state.snapshot.is_empty() {
        Some(if state.progress.done {
            let why = state
                .ledger
                .as_ref()
                .map(|ledger| sources::why_nothing(ledger));
            let why = why.unwrap_or_default().replace('\n', "   ");
            let (files, quit) = (state.key(Command::Screen7), state.key(Command::Close));
            Printable::new(&format!(
                "no CloudTrail events. {why}   ({files} lists the files, {quit} quits)"
            ))
        } else {
            Printable::trusted("reading …")
        })
    } else if state.answer.answered == state.answer.asked {
        Some(Printable::new(&format!(
            "nothing among {} matches{}; {} goes back, {} edits the filter",
            counted(state.snapshot.len() as u64, "event"),
            match state.answer.missed.join(", ") {
                none if none.is_empty() => none,
                missed => format!(": {missed}"),
            },
            state.key(Command::Close),
            state.key(Command::EditFilter)
        )))
    } else {
        Some(Printable::trusted("looking …"))
    };
    ListView {
        headings,
        rows,
        total: hits.len() as u64,
        of: state.snapshot.len() as u64,
        top: top as u64,
        cursor: state.cursor().map(|c| c as u64),
        column: state.view.column.min(all.saturating_sub(1)) - left,
        beside: (left, columns.len() - in_sight),
        sort: sort.filter(|by| !is_said(by)).map(|by| {
            let arrow = if by.descending { "↓" } else { "↑" };
            format!("by {} {arrow}", by.field.name())
        }),
        focused: state.focus == Focus::List,
        empty,
        day: state
            .listed()
            .get(top)
            .filter(|_| needs_days(state))
            .and_then(|id| list::day_of(&state.snapshot, *id, state.zone)),
        newer_above: if state.progress.done {
            0
        } else {
            top.saturating_sub(state.seen_top) as u64
        },
    }
}
