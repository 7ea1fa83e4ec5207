//! The event list as plain data: which rows are in sight, and what stands in each.

use crate::app::sources;
use crate::app::state::{Focus, State};
use crate::base::printable::Printable;
use crate::base::text::counted;
use crate::view::layout;
use crate::view::list::{self, Rows};
use crate::view::screen::{Heading, ListRow, ListView};

/// The first visible hit and the visible lines.
pub fn list_rows(state: &State) -> (usize, Vec<ListRow>) {
    let (top, _, rows) = window(state);
    (top, rows)
}

/// The first visible hit.
pub fn list_top(state: &State) -> usize {
    let height = usize::from(layout::list_rows(state.panes().list).height);
    let hits = &state.answer.hits.order;
    list::top(
        &state.snapshot,
        hits,
        state.cursor(),
        state.view.offset,
        height,
        days(state),
    )
}

fn days(state: &State) -> Option<chrono_tz::Tz> {
    let width = layout::list_rows(state.panes().list).width;
    list::days(&state.snapshot, width, state.zone)
}

fn window(state: &State) -> (usize, Vec<Heading>, Vec<ListRow>) {
    let area = layout::list_rows(state.panes().list);
    let height = usize::from(area.height);
    let cursor = state.cursor();
    let top = list_top(state);
    let (headings, rows) = Rows {
        snapshot: &state.snapshot,
        hits: &state.answer.hits.order,
        top,
        cursor,
        height,
        width: area.width,
        zone: state.zone,
        before_end: state.before_end,
        reference: state.view.reference,
    }
    .build();
    (top, headings, rows)
}

/// The event list.
pub(crate) fn list_view(state: &State) -> ListView {
    let (top, headings, rows) = window(state);
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
            Printable::new(&format!(
                "no CloudTrail events. {why}   (7 lists the files, q quits)"
            ))
        } else {
            Printable::trusted("reading …")
        })
    } else if state.answer.answered == state.answer.asked {
        Some(Printable::new(&format!(
            "nothing among {} matches{}; q goes back, / edits the filter",
            counted(state.snapshot.len() as u64, "event"),
            match state.answer.missed.join(", ") {
                none if none.is_empty() => none,
                missed => format!(": {missed}"),
            }
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
        column: state.view.column,
        focused: state.focus == Focus::List,
        empty,
        day: hits
            .order
            .get(top)
            .and_then(|id| list::day_of(&state.snapshot, *id, days(state))),
        newer_above: if state.progress.done {
            0
        } else {
            top.saturating_sub(state.seen_top) as u64
        },
    }
}
