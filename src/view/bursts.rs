//! Bursts: the same call again and again, in one line of the list.
//!
//! A burst is a run of neighbouring events of a list in time order: same caller, same call, same
//! result, same kind of target, each at most [`APART`] after the one before. Folding one takes
//! nothing away: its line says how many events it is, and each of them can have the focus.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono_tz::Tz;

use crate::base::time::{MINUTE, SECOND};
use crate::event::kind::Kind;
use crate::index::schema::Col;
use crate::index::segment::{EventId, UNDATED};
use crate::index::snapshot::Snapshot;

/// The longest time between two neighbours of a burst.
pub const APART: i64 = 2 * SECOND;
/// A burst ends at every so many events of the list, so that both its ends are soon found however
/// long a call was repeated.
pub const MOST: usize = 1000;

/// Which bursts stand in one line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Folding {
    /// Whether bursts are unfolded unless said otherwise.
    pub unfolded: bool,
    /// The bursts of which the opposite is so, by any of their events.
    pub but: HashSet<EventId>,
    /// Names of events that are not read yet, and whose bursts belong to `but`.
    pub sought: Vec<String>,
}

/// Where bursts begin, as far as somebody asked: a line of a thousand events is asked for at every
/// frame, and its events are compared once.
#[derive(Debug, Default)]
pub struct Known {
    of: RefCell<Option<Of>>,
    /// By stretch of [`MOST`] events: the places in it where bursts begin.
    starts: RefCell<HashMap<usize, Arc<[u16]>>>,
}

/// Rows, a list of them, and a zone.
type Of = (Arc<Snapshot>, Arc<[EventId]>, Tz);

impl Known {
    /// Forgets what is known of other rows, another list or another zone.
    pub fn renew(&self, snapshot: &Arc<Snapshot>, hits: &Arc<[EventId]>, zone: Tz) {
        let mut of = self.of.borrow_mut();
        let is_of = |(s, h, z): &Of| Arc::ptr_eq(s, snapshot) && Arc::ptr_eq(h, hits) && *z == zone;
        if !of.as_ref().is_some_and(is_of) {
            *of = Some((Arc::clone(snapshot), Arc::clone(hits), zone));
            self.starts.borrow_mut().clear();
        }
    }
}

/// The bursts of a list in time order.
#[derive(Debug, Clone, Copy)]
pub struct Bursts<'a> {
    /// The rows' snapshot.
    pub snapshot: &'a Snapshot,
    /// The events of the list.
    pub hits: &'a [EventId],
    /// Which are folded.
    pub folding: &'a Folding,
    /// The zone of the days: a burst ends where a day does.
    pub zone: Tz,
    /// What is known of them already: of these rows, this list and this zone.
    pub known: &'a Known,
}

impl Bursts<'_> {
    /// The first event of the burst that an event of the list is in, and one past the last: a
    /// burst of one where it is in none.
    pub fn around(&self, at: usize) -> (usize, usize) {
        let stretch = at / MOST;
        let (begin, end) = (stretch * MOST, ((stretch + 1) * MOST).min(self.hits.len()));
        let starts = self.starts(stretch, begin, end);
        let after = starts.partition_point(|start| begin + usize::from(*start) <= at);
        let place = |i: usize| starts.get(i).map(|start| begin + usize::from(*start));
        let first = after.checked_sub(1).and_then(place).unwrap_or(at);
        (first, place(after).unwrap_or(end).max(at + 1))
    }

    /// Where bursts begin in a stretch of the list, counted from its start.
    fn starts(&self, stretch: usize, begin: usize, end: usize) -> Arc<[u16]> {
        let known = self.known.starts.borrow().get(&stretch).cloned();
        known.unwrap_or_else(|| {
            let starts = (begin..end).filter(|at| !self.goes_on(*at));
            let starts: Arc<[u16]> = starts.map(|at| (at - begin) as u16).collect();
            let mut all = self.known.starts.borrow_mut();
            all.insert(stretch, Arc::clone(&starts));
            starts
        })
    }

    /// The events that stand in one line with an event of the list: its burst where that is
    /// folded, else it alone.
    pub fn line(&self, at: usize) -> (usize, usize) {
        let (first, past) = self.around(at);
        if past - first > 1 && self.is_folded(first, past) {
            (first, past)
        } else {
            (at, at + 1)
        }
    }

    /// Whether a burst stands in one line.
    fn is_folded(&self, first: usize, past: usize) -> bool {
        let Folding { unfolded, but, .. } = self.folding;
        let burst = self.hits.get(first..past).unwrap_or_default();
        let but = !but.is_empty() && burst.iter().any(|id| but.contains(id));
        *unfolded == but
    }

    /// Whether an event of the list goes on with the burst of the one before.
    pub fn goes_on(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1).filter(|_| !at.is_multiple_of(MOST)) else {
            return false;
        };
        match (self.hits.get(before), self.hits.get(at)) {
            (Some(a), Some(b)) => self.repeats(*a, *b),
            _ => false,
        }
    }

    fn repeats(&self, a: EventId, b: EventId) -> bool {
        let s = self.snapshot;
        let (from, to) = (s.time_key(a), s.time_key(b));
        if from == UNDATED || to == UNDATED || from.abs_diff(to) > APART as u64 {
            return false;
        }
        let same = |col| s.symbol(col, a) == s.symbol(col, b);
        let called = |id| {
            let facts = s.facts(id);
            (
                facts.letter(),
                facts.outcome(),
                [facts.recovered(), facts.repaired()],
                [facts.summary(), facts.mapped()],
            )
        };
        let class = |id| {
            let subject = s.subject_of(id);
            subject.map(|sym| Kind::of(s.resources().text(sym)))
        };
        same(Col::What)
            && same(Col::Principal)
            && same(Col::Svc)
            && same(Col::Err)
            && called(a) == called(b)
            && s.person_number(a) == s.person_number(b)
            && !s.shares_its_id(a)
            && !s.shares_its_id(b)
            && class(a) == class(b)
            && self.is_one_day(a, b)
    }

    fn is_one_day(&self, a: EventId, b: EventId) -> bool {
        let s = self.snapshot;
        // Every zone's day begins at a quarter of an hour.
        let quarter = |id| s.time_key(id).div_euclid(15 * MINUTE);
        let day = |id| s.time(id).map(|t| t.format(self.zone, "%Y-%m-%d"));
        quarter(a) == quarter(b) || day(a) == day(b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::origin::FileId;
    use crate::event::record::{Content, Record};
    use crate::index::batch::BatchBuilder;
    use crate::index::writer::IndexWriter;

    /// Calls by their second of the day and name.
    fn snapshot(calls: &[(u32, &str)]) -> std::sync::Arc<Snapshot> {
        let mut b = BatchBuilder::new(0, FileId(0));
        for (i, (at, what)) in calls.iter().enumerate() {
            let clock = format!("{:02}:{:02}:{:02}", at / 3600, at / 60 % 60, at % 60);
            let mut r = Record {
                event_time: Some(format!("2026-01-01T{clock}Z").into()),
                event_id: Some(format!("e{i}").into()),
                event_name: Some((*what).to_owned().into()),
                event_source: Some("s3.amazonaws.com".into()),
                content: Content::Canonical(i as u64),
                ..Record::default()
            };
            b.push(&mut r, 0, 1, false);
        }
        let mut w = IndexWriter::new();
        w.append(b.take(), &|_| None);
        w.publish()
    }

    fn lines(calls: &[(u32, &str)], folding: &Folding) -> Vec<usize> {
        let snapshot = snapshot(calls);
        let bursts = Bursts {
            snapshot: &snapshot,
            hits: snapshot.order(),
            folding,
            zone: Tz::UTC,
            known: &Known::default(),
        };
        let (mut at, mut lines) = (0, Vec::new());
        while at < bursts.hits.len() {
            let (first, past) = bursts.line(at);
            // From every event of a line the same line is found.
            for within in first..past {
                assert_eq!(bursts.line(within), (first, past));
            }
            assert_eq!(first, at);
            lines.push(past - first);
            at = past;
        }
        lines
    }

    #[test]
    fn repeats_within_two_seconds_are_one_line() {
        let folded = Folding::default();
        let calls = [
            (0, "GetObject"),
            (2, "GetObject"),
            (4, "GetObject"),
            (7, "GetObject"),
            (8, "PutObject"),
            (8, "PutObject"),
            (9, "GetObject"),
        ];
        assert_eq!(lines(&calls, &folded), [3, 1, 2, 1]);
        let open = Folding {
            unfolded: true,
            ..Folding::default()
        };
        assert_eq!(lines(&calls, &open), [1; 7]);
        // One of them the other way, named by any of its events.
        let but = |unfolded| Folding {
            unfolded,
            but: HashSet::from([EventId::nth(1)]),
            ..Folding::default()
        };
        assert_eq!(lines(&calls, &but(false)), [1, 1, 1, 1, 2, 1]);
        assert_eq!(lines(&calls, &but(true)), [3, 1, 1, 1, 1]);
    }

    #[test]
    fn a_call_that_never_stops_is_many_bursts() {
        let calls: Vec<(u32, &str)> = (0..2500).map(|i| (i, "GetObject")).collect();
        assert_eq!(lines(&calls, &Folding::default()), [1000, 1000, 500]);
        // What is known is asked of nobody again, and forgotten with the list it was of.
        let snapshot = snapshot(&calls);
        let (known, folding) = (Known::default(), Folding::default());
        let part: Arc<[EventId]> = snapshot.order()[..1200].into();
        for (hits, first, ends) in [
            (snapshot.order(), 1000, 2000),
            (&part, 1000, 1200),
            (snapshot.order(), 1000, 2000),
        ] {
            known.renew(&snapshot, hits, Tz::UTC);
            assert!(known.starts.borrow().is_empty());
            let bursts = Bursts {
                snapshot: &snapshot,
                hits,
                folding: &folding,
                zone: Tz::UTC,
                known: &known,
            };
            for at in [1100, 1000, 1199] {
                assert_eq!(bursts.around(at), (first, ends));
            }
            assert_eq!(known.starts.borrow().len(), 1);
            known.renew(&snapshot, hits, Tz::UTC);
            assert_eq!(known.starts.borrow().len(), 1);
        }
    }

    #[test]
    fn a_burst_ends_with_its_day() {
        let calls = [(3599, "GetObject"), (3600, "GetObject")];
        let snapshot = snapshot(&calls);
        let in_zone = |zone| {
            Bursts {
                snapshot: &snapshot,
                hits: snapshot.order(),
                folding: &Folding::default(),
                zone,
                known: &Known::default(),
            }
            .line(0)
        };
        assert_eq!(in_zone(Tz::UTC), (0, 2));
        assert_eq!(in_zone(Tz::Atlantic__Azores), (0, 1));
    }
}
