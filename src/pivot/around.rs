//! What those who changed a resource did elsewhere just before and after.

use std::collections::{HashMap, HashSet};

use crate::base::cancel::Cancel;
use crate::event::outcome::{Outcome, Verb};
use crate::index::schema::Col;
use crate::index::segment::{EventId, UNDATED};
use crate::index::snapshot::Snapshot;
use crate::index::symbols::Sym;

/// Microseconds before and after a change that count as around it.
const REACH: i64 = 30 * 60 * 1_000_000;

/// Calls that are listed.
const MOST: usize = 200;

/// Calls of the people who changed a resource, within half an hour of their changes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Around {
    /// Those that do more than read, or were refused: newest first, at most 200.
    pub events: Vec<EventId>,
    /// How many there are of these.
    pub n_events: u64,
    /// How many calls only read, and succeeded.
    pub reads: u64,
}

impl Around {
    /// What the people of some changes did around them, apart from what names the resource itself.
    ///
    /// `None` when the work was given up.
    pub fn of(
        snapshot: &Snapshot,
        changes: &[EventId],
        own: &[Sym],
        cancel: &Cancel,
    ) -> Option<Self> {
        let spans = spans(snapshot, changes);
        let first = spans.values().flatten().map(|s| s.0).min();
        let last = spans.values().flatten().map(|s| s.1).max();
        let (Some(first), Some(last)) = (first, last) else {
            return Some(Self::default());
        };
        let mut around = Self::default();
        let mut found = Vec::new();
        for (at, segment) in snapshot.segments().iter().enumerate() {
            if cancel.is_stale() {
                return None;
            }
            let sessions = segment.column(Col::Session);
            for (row, time) in segment.times().iter().enumerate() {
                if !(first..=last).contains(&time) {
                    continue;
                }
                let person = sessions.get(row).map(|s| snapshot.people().number_of(s));
                let theirs = person.and_then(|person| spans.get(&person));
                if !theirs.is_some_and(|s| s.iter().any(|s| (s.0..=s.1).contains(&time))) {
                    continue;
                }
                let id = EventId::new(at, row);
                if snapshot.named_by(id).any(|(sym, _)| own.contains(&sym)) {
                    continue;
                }
                let facts = snapshot.facts(id);
                if (facts.outcome(), facts.verb()) == (Outcome::Ok, Verb::Read) {
                    around.reads += 1;
                } else {
                    found.push((time, id));
                }
            }
        }
        let again = told_again(snapshot, found.iter().map(|(_, id)| *id).collect());
        found.retain(|(_, id)| !again.contains(id));
        around.n_events = found.len() as u64;
        found.sort_unstable_by(|a, b| {
            let ids = || snapshot.id_order(a.1).cmp(&snapshot.id_order(b.1));
            b.0.cmp(&a.0).then_with(ids)
        });
        around.events = found.into_iter().take(MOST).map(|(_, id)| id).collect();
        Some(around)
    }
}

/// Events of a set that another account's log tells of, too: of each such pair all but the one of
/// the account whose number is the smallest.
fn told_again(snapshot: &Snapshot, events: HashSet<EventId>) -> HashSet<EventId> {
    let shared = snapshot.shared().iter();
    let mut pairs: Vec<_> = shared
        .filter(|s| events.contains(&s.event))
        .map(|s| (s.id, snapshot.text(Col::Acct, s.event), s.event))
        .collect();
    pairs.sort_unstable();
    let same = pairs.chunk_by(|a, b| a.0 == b.0);
    same.flat_map(|pair| pair.iter().skip(1))
        .map(|(.., event)| *event)
        .collect()
}

/// The stretches of time around the changes, by the number of the person who made them.
fn spans(snapshot: &Snapshot, changes: &[EventId]) -> HashMap<u32, Vec<(i64, i64)>> {
    let mut spans: HashMap<u32, Vec<(i64, i64)>> = HashMap::new();
    let mut times: Vec<(i64, u32)> = changes
        .iter()
        .map(|id| (snapshot.time_key(*id), snapshot.person_number(*id)))
        .filter(|(time, person)| *time != UNDATED && *person != 0)
        .collect();
    times.sort_unstable();
    for (time, person) in times {
        let (start, end) = (time.saturating_sub(REACH), time.saturating_add(REACH));
        let theirs = spans.entry(person).or_default();
        match theirs.last_mut() {
            Some(last) if start <= last.1 => last.1 = end,
            _ => theirs.push((start, end)),
        }
    }
    spans
}
