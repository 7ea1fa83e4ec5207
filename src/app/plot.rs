//! The histogram as plain data: what stands in each cell of the plot, and the labels under it.

use crate::app::state::State;
use crate::base::text::counted;
use crate::base::time::{DAY, HOUR, MINUTE, SECOND, UtcMicros};
use crate::pivot::coverage::{self, Cover};
use crate::pivot::histogram::{Column, Histogram};
use crate::view::layout::{self, Panes};
use crate::view::screen::{HistogramColumn, HistogramView, Shade};

/// Takes in what has come of the load: which hours the evidence tells of.
pub(crate) fn grow(state: &mut State) {
    state.coverage.grow(&state.snapshot);
    cover(state);
}

/// Finds out what the evidence says of each column of the histogram.
pub(crate) fn cover(state: &mut State) {
    if let (Some(h), Some(asked)) = (&state.answer.histogram, &state.asked) {
        let mut cover = state.coverage.of(h, asked.filter());
        if state.progress.walking || state.coverage.has_unplaced() {
            // A file that is still to come may tell of any time.
            let gaps = cover.iter_mut().filter(|c| **c == Cover::Gap);
            gaps.for_each(|gap| *gap = Cover::Unread);
        }
        state.answer.cover = cover;
    }
}

/// The stretches of the histogram that no file tells of, in words for the line of the load.
pub(crate) fn gaps(state: &State) -> Option<String> {
    let h = state.answer.histogram.as_ref()?;
    let gaps = coverage::gaps(h, &state.answer.cover);
    let (from, to) = gaps.first()?;
    let from_day = from.format(state.zone, "%Y-%m-%d");
    let to_format = if to.format(state.zone, "%Y-%m-%d") == from_day {
        "%H:%M"
    } else {
        "%m-%d %H:%M"
    };
    let (from, to) = (
        from.format(state.zone, "%m-%d %H:%M"),
        to.format(state.zone, to_format),
    );
    Some(match gaps.len() {
        1 => format!("gap {from}–{to}: no file"),
        n => format!("{n} gaps without a file, {from}–{to} first"),
    })
}

/// What a stretch of the histogram holds, in words: from its first column to its last.
pub(crate) fn held(state: &State, first: usize, last: usize) -> String {
    let columns = state.answer.histogram.as_ref().map(|h| &h.columns);
    let columns = columns
        .and_then(|c| c.get(first..=last))
        .unwrap_or_default();
    let events = columns.iter().map(Column::total).sum();
    let cover = state.answer.cover.get(first..=last).unwrap_or_default();
    let is = |wanted| cover.iter().filter(|c| **c == wanted).count();
    let note = match (is(Cover::Gap), is(Cover::Unread)) {
        (0, 0) => "",
        (n, _) if n == cover.len() => ", a gap: no file tells of it",
        (0, _) => ", not all of it is read",
        _ => ", of a part no file tells",
    };
    format!("{}{note}", counted(events, "event"))
}

/// The histogram of the view.
pub(crate) fn histogram(state: &State, panes: &Panes) -> HistogramView {
    let Some(h) = &state.answer.histogram else {
        return HistogramView {
            stale: true,
            ..HistogramView::default()
        };
    };
    let width = usize::from(layout::plot(panes.histogram).width);
    let cells = cells_of_a_column(h, width);
    let mut columns: Vec<HistogramColumn> = h
        .columns
        .iter()
        .enumerate()
        .map(|(at, c)| HistogramColumn {
            reads: c.reads,
            writes: c.writes,
            errors: c.errors,
            shade: match state.answer.cover.get(at) {
                Some(Cover::Gap) => Shade::Gap,
                Some(Cover::Unread) => Shade::Unread,
                Some(Cover::Told) | None => Shade::Told,
            },
        })
        .flat_map(|c| std::iter::repeat_n(c, cells))
        .collect();
    let beyond = HistogramColumn {
        shade: Shade::Beyond,
        ..HistogramColumn::default()
    };
    columns.resize(width, beyond);
    let cursor = state.focused_event().and_then(|id| state.snapshot.time(id));
    HistogramView {
        top: h.columns.iter().map(Column::total).max().unwrap_or(0),
        columns,
        labels: labels(h, cells, state),
        scale: if h.columns.is_empty() {
            String::new()
        } else {
            format!("1 col = {}", length(h.width))
        },
        cursor: cursor.and_then(|t| h.column_of(t)).map(|at| at * cells),
        stale: !state.answer.histogram_fresh || !state.progress.done,
        undated: h.undated,
        brush: state.brush.map(|(a, b)| {
            let (first, last) = (a.min(b), a.max(b));
            (first * cells, last * cells + cells - 1)
        }),
    }
}

/// Cells a stretch takes in a plot of `width`: stretches have names a person knows, so there may
/// be room for two or three each.
pub fn cells_of_a_column(h: &Histogram, width: usize) -> usize {
    (width / h.columns.len().max(1)).clamp(1, 4)
}

/// A length of time that is a whole number of one unit.
pub(crate) fn length(micros: i64) -> String {
    let (n, unit) = match micros {
        m if m % DAY == 0 => (m / DAY, "d"),
        m if m % HOUR == 0 => (m / HOUR, "h"),
        m if m % MINUTE == 0 => (m / MINUTE, "min"),
        m => (m / SECOND, "s"),
    };
    format!("{n} {unit}")
}

/// Labels under the axis, far enough apart to be read: clock times, and the date where a day
/// begins, so that no bare clock time is ambiguous.
fn labels(h: &Histogram, cells: usize, state: &State) -> Vec<(usize, String)> {
    const APART: usize = 13;
    let span = h.width * h.columns.len() as i64;
    let (same_day, new_day) = match span {
        s if s < 10 * MINUTE => ("%H:%M:%S", "%m-%d %H:%M"),
        s if s < 5 * DAY => ("%H:%M", "%m-%d %H:%M"),
        s if s < 300 * DAY => ("%m-%d", "%m-%d"),
        _ => ("%Y-%m", "%Y-%m"),
    };
    let mut day = None;
    (0..h.columns.len())
        .step_by(APART.div_ceil(cells))
        .map(|at| {
            let time = UtcMicros(h.start + h.width * at as i64);
            let this_day = time.format(state.zone, "%Y-%m-%d");
            let format = if day.as_ref() == Some(&this_day) {
                same_day
            } else {
                new_day
            };
            day = Some(this_day);
            (at * cells, time.format(state.zone, format))
        })
        .collect()
}
