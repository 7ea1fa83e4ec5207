//! The histogram as plain data: what stands in each cell of the plot, and the labels under it.

use crate::app::state::State;
use crate::base::time::{DAY, HOUR, MINUTE, SECOND, UtcMicros};
use crate::pivot::histogram::{Column, Histogram};
use crate::view::layout::{self, Panes};
use crate::view::screen::{HistogramColumn, HistogramView};

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
        .map(|c| HistogramColumn {
            reads: c.reads,
            writes: c.writes,
            errors: c.errors,
        })
        .flat_map(|c| std::iter::repeat_n(c, cells))
        .collect();
    columns.resize(width, HistogramColumn::default());
    let cursor = state.focused_event().and_then(|id| state.snapshot.time(id));
    HistogramView {
        top: h.columns.iter().map(Column::total).max().unwrap_or(0),
        columns,
        labels: labels(h, cells, state),
        scale: format!("1 col = {}", length(h.width)),
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
