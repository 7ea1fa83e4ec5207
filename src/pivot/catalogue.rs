//! Every resource some events name: one row a resource, under its best name, most changed first.

use hashbrown::HashMap;

use crate::base::cancel::Cancel;
use crate::event::kind::Kind;
use crate::event::outcome::{Outcome, Verb};
use crate::event::resource::Role;
use crate::index::segment::EventId;
use crate::index::snapshot::Snapshot;
use crate::index::symbols::Sym;
use crate::pivot::history::{Standing, Standings};
use crate::pivot::sequence::Fate;

/// One resource of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its best name.
    pub name: String,
    /// What it is, for people; empty where its name does not say.
    pub kind: String,
    /// Events that name it.
    pub events: u64,
    /// Of them: calls that made, changed or ended it, and succeeded.
    pub changes: u64,
    /// Of them: those that failed.
    pub failures: u64,
    /// The last event that names it.
    pub last: EventId,
    /// The state the whole evidence leaves it in.
    pub standing: Standing,
}

/// The resources that events name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Catalogue {
    /// The most changed ones, then those named most: at most [`MOST`].
    pub entries: Vec<Entry>,
    /// How many there are.
    pub distinct: u64,
    /// Resources by kind, most first: the kind as the filter language writes it, and how many.
    pub kinds: Vec<(String, u64)>,
    /// How many of these events made and did not end again, and how many they ended.
    pub made: u64,
    /// See [`Catalogue::made`].
    pub gone: u64,
}

/// Resources a list holds.
pub const MOST: usize = 2000;

#[derive(Clone, Copy, Default)]
struct Count {
    events: u64,
    changes: u64,
    failures: u64,
    last: Option<EventId>,
    fate: Fate,
}

impl Catalogue {
    /// The resources of events in time order; `None` when the work was given up.
    pub fn of(snapshot: &Snapshot, events: &[EventId], cancel: &Cancel) -> Option<Self> {
        let resources = snapshot.resources();
        let names = snapshot.names();
        let mut counts = vec![Count::default(); resources.len()];
        for (n, &id) in events.iter().enumerate() {
            if n % 8192 == 0 && cancel.is_stale() {
                return None;
            }
            let facts = snapshot.facts(id);
            let ok = facts.outcome() == Outcome::Ok;
            for (sym, mark) in snapshot.named_by(id) {
                let Some(count) = counts.get_mut(names.best(sym).index()) else {
                    continue;
                };
                // Two names of one resource in one event are one naming.
                if count.last != Some(id) {
                    count.events += 1;
                    count.failures += u64::from(!ok);
                    count.last = Some(id);
                }
                let changes = matches!(facts.verb(), Verb::Write | Verb::Delete);
                if ok && changes && mark.role().is_subject() {
                    count.changes += 1;
                    let time = snapshot.time_key(id);
                    match mark.role() {
                        Role::Created => count.fate.add(time, Standing::Made(id)),
                        Role::Deleted => count.fate.add(time, Standing::Gone(id)),
                        _ => {}
                    }
                }
            }
        }
        let mut kinds: HashMap<Kind<'_>, u64> = HashMap::new();
        let mut all: Vec<(Sym, Count, EventId)> = Vec::new();
        let (mut made, mut gone) = (0, 0);
        for (n, count) in counts.iter().enumerate() {
            let (Some(last), Some(sym)) = (count.last, Sym::at(n)) else {
                continue;
            };
            made += u64::from(matches!(count.fate.standing, Standing::Made(_)));
            gone += u64::from(matches!(count.fate.standing, Standing::Gone(_)));
            if let Some(kind) = Kind::of(resources.text(sym)) {
                *kinds.entry(kind).or_default() += 1;
            }
            all.push((sym, *count, last));
        }
        let distinct = all.len() as u64;
        let order = |c: &Count| (std::cmp::Reverse(c.changes), std::cmp::Reverse(c.events));
        all.sort_by(|a, b| {
            let names = || resources.text(a.0).cmp(resources.text(b.0));
            order(&a.1).cmp(&order(&b.1)).then_with(names)
        });
        all.truncate(MOST);
        let wanted: Vec<Sym> = all.iter().map(|(sym, ..)| *sym).collect();
        let standings = Standings::of(snapshot, Some(&wanted));
        let entries = all.into_iter().map(|(sym, count, last)| {
            let name = resources.text(sym);
            Entry {
                name: name.to_owned(),
                kind: Kind::of(name).map_or_else(String::new, |k| k.label().into_owned()),
                events: count.events,
                changes: count.changes,
                failures: count.failures,
                last,
                standing: standings.get(snapshot, sym),
            }
        });
        let mut kinds: Vec<(String, u64)> = kinds
            .into_iter()
            .map(|(kind, n)| (kind.to_string(), n))
            .collect();
        kinds.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        Some(Self {
            entries: entries.collect(),
            distinct,
            kinds,
            made,
            gone,
        })
    }
}
