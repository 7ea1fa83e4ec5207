//! Events over time, split by reads, changes and failures.

use crate::base::cancel::Cancel;
use crate::base::time::{DAY, HOUR, MINUTE, SECOND, UtcMicros};
use crate::index::bitmap::RowSet;
use crate::index::segment::{EventId, UNDATED};
use crate::index::snapshot::Snapshot;
use crate::pivot::tally::class_of;

/// Events of one stretch; the three do not overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Column {
    /// Calls that only look.
    pub reads: u64,
    /// Every other call that succeeded.
    pub writes: u64,
    /// Calls that failed.
    pub errors: u64,
}

impl Column {
    /// All events of the stretch.
    pub const fn total(&self) -> u64 {
        self.reads + self.writes + self.errors
    }
}

/// Events over time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Histogram {
    /// Start of the first column.
    pub start: i64,
    /// Microseconds a column stands for.
    pub width: i64,
    /// Oldest first. Every column is there, empty ones too.
    pub columns: Vec<Column>,
    /// Events without a usable time.
    pub undated: u64,
    /// Events before the first and after the last column: far outliers, counted in the edge columns.
    pub outside: (u64, u64),
}

/// Stretches a person can name.
const WIDTHS: &[i64] = &[
    SECOND,
    2 * SECOND,
    3 * SECOND,
    5 * SECOND,
    10 * SECOND,
    15 * SECOND,
    20 * SECOND,
    30 * SECOND,
    MINUTE,
    2 * MINUTE,
    3 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    20 * MINUTE,
    30 * MINUTE,
    45 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    4 * HOUR,
    6 * HOUR,
    8 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    3 * DAY,
    7 * DAY,
    14 * DAY,
    30 * DAY,
    60 * DAY,
    90 * DAY,
    180 * DAY,
    365 * DAY,
];

impl Histogram {
    /// The histogram of events in time order, in at most `most` columns.
    ///
    /// One event dated 1970 or 9999 must not squash the axis, so the axis spans the middle 99.8 %
    /// of the events where the whole span is far longer. `None` when the work was given up.
    pub fn of(
        snapshot: &Snapshot,
        events: &[EventId],
        most: usize,
        cancel: &Cancel,
    ) -> Option<Self> {
        let rows = RowSet::of(snapshot.segments().len(), events);
        Self::of_rows(snapshot, events, &rows, most, cancel)
    }

    /// As [`Histogram::of`], of events that are at hand as a set of rows, too.
    pub fn of_rows(
        snapshot: &Snapshot,
        events: &[EventId],
        rows: &RowSet,
        most: usize,
        cancel: &Cancel,
    ) -> Option<Self> {
        let dated = events.partition_point(|id| snapshot.time_key(*id) != UNDATED);
        let undated = (events.len() - dated) as u64;
        let time = |at: usize| events.get(at).map_or(0, |id| snapshot.time_key(*id));
        if dated == 0 || most == 0 {
            return Some(Self {
                undated,
                ..Self::default()
            });
        }
        let (mut first, mut last) = (time(0), time(dated - 1));
        let (low, high) = (time(dated / 1000), time(dated - 1 - dated / 1000));
        if last.saturating_sub(first) / 20 > high - low + DAY {
            (first, last) = (low, high);
        }
        let width = Self::width_for(first, last, most);
        let start = first.div_euclid(width) * width;
        let n = ((last - start) / width + 1) as usize;
        let mut h = Self {
            start,
            width,
            columns: vec![Column::default(); n],
            undated,
            outside: (0, 0),
        };
        // The rows are gone through as they lie in memory. Neighbours came in one file, so that
        // most fall into the column of the one before and need no division.
        let (mut at, mut from, mut upto) = (0, start, (start + width).min(last + 1));
        for (segment, rows) in snapshot.segments().iter().zip(&rows.segments) {
            if cancel.is_stale() {
                return None;
            }
            let class = segment.facts().numbered(|facts| class_of(facts) as u8);
            segment.times().for_each_in(rows, |row, time| {
                if time < from || time >= upto {
                    if time == UNDATED {
                        return;
                    }
                    at = ((time.max(start) - start) / width).min(n as i64 - 1) as usize;
                    from = start + at as i64 * width;
                    // What is later than the last moment is counted each time.
                    upto = (from + width).min(last + 1);
                    h.outside.0 += u64::from(time < start);
                    h.outside.1 += u64::from(time > last);
                }
                let column = &mut h.columns[at];
                match class.get(row) {
                    0 => column.reads += 1,
                    1 => column.writes += 1,
                    _ => column.errors += 1,
                }
            });
        }
        Some(h)
    }

    /// The smallest nameable width that needs no more than `most` columns.
    fn width_for(first: i64, last: i64, most: usize) -> i64 {
        let fits = |w: i64| (last - first.div_euclid(w) * w) / w < most as i64;
        WIDTHS
            .iter()
            .copied()
            .find(|w| fits(*w))
            .unwrap_or_else(|| {
                let year = 365 * DAY;
                let span = (last - first) / most.max(1) as i64 + year;
                span / year * year + year
            })
    }

    /// The column a moment lies in.
    pub fn column_of(&self, time: UtcMicros) -> Option<usize> {
        let n = self.columns.len();
        (n > 0).then(|| ((time.0 - self.start).max(0) / self.width).min(n as i64 - 1) as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::origin::FileId;
    use crate::event::record::Record;
    use crate::index::batch::BatchBuilder;
    use crate::index::writer::IndexWriter;

    fn snapshot(times: &[String]) -> std::sync::Arc<Snapshot> {
        let mut b = BatchBuilder::new(0, FileId(0));
        for (i, t) in times.iter().enumerate() {
            let mut r = Record {
                event_time: Some(t.clone().into()),
                event_id: Some(format!("e{i}").into()),
                event_name: Some(if i % 2 == 0 { "GetX" } else { "PutX" }.into()),
                content: crate::event::record::Content::Canonical(i as u64),
                ..Record::default()
            };
            b.push(&mut r, 0, 1, false);
        }
        let mut w = IndexWriter::new();
        w.append(b.take(), &|_| None);
        w.publish()
    }

    #[test]
    fn every_event_is_in_a_column_or_undated() {
        let mut times: Vec<String> = (0..50)
            .map(|i| format!("2026-01-01T00:{i:02}:00Z"))
            .collect();
        times.push("soon".into());
        let s = snapshot(&times);
        let h = Histogram::of(&s, s.order(), 60, &Cancel::NEVER).unwrap();
        assert_eq!((h.columns.len(), h.width, h.undated), (50, MINUTE, 1));
        assert_eq!(h.columns.iter().map(Column::total).sum::<u64>(), 50);
        assert_eq!(h.columns.iter().map(|c| c.reads).sum::<u64>(), 25);
        let narrow = Histogram::of(&s, s.order(), 10, &Cancel::NEVER).unwrap();
        assert!(narrow.columns.len() <= 10);
    }

    #[test]
    fn far_outliers_do_not_squash_the_axis() {
        let mut times: Vec<String> = (0..2000)
            .map(|i| format!("2026-01-01T00:{:02}:{:02}Z", i / 60, i % 60))
            .collect();
        times.push("1970-01-01T00:00:00Z".into());
        times.push("9999-12-31T23:59:59Z".into());
        let s = snapshot(&times);
        let h = Histogram::of(&s, s.order(), 100, &Cancel::NEVER).unwrap();
        assert!(h.width <= MINUTE, "{}", h.width);
        assert!(h.outside.0 >= 1 && h.outside.1 >= 1);
        assert_eq!(h.columns.iter().map(Column::total).sum::<u64>(), 2002);
    }
}
