//! What makes a person a person, beside counts: sessions, the life of each key, what is new for
//! them, and who else uses their address, key or role.
//!
//! Sessions, errors and resources are of the events that were asked for. What is new, the life of
//! keys and who shares are of everything that is loaded, so that no filter makes a habit look new
//! or a companion vanish.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::base::time::UtcMicros;
use crate::event::outcome::Outcome;
use crate::event::principal::Principal;
use crate::index::schema::{Col, Field};
use crate::index::segment::EventId;
use crate::index::snapshot::Snapshot;
use crate::index::symbols::Sym;
use crate::pivot::crowd::Crowd;
use crate::pivot::history::Standing;
use crate::pivot::lineage::Stats;

/// Sessions, keys and shares that are listed.
pub(super) const MOST: usize = 200;

/// A session of the person, with what it did among the events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acted {
    /// The session.
    pub session: Sym,
    /// What it did.
    pub stats: Stats,
}

/// A key: where it comes from, and its first and last use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyLife {
    /// The key.
    pub key: String,
    /// Events that this person made with it.
    pub events: u64,
    /// First use by anybody.
    pub first: Option<UtcMicros>,
    /// Last use by anybody.
    pub last: Option<UtcMicros>,
    /// The call that issued or made it.
    pub made: Option<EventId>,
    /// Whether it was made for good, by this person.
    pub made_here: bool,
    /// When it ends.
    pub expires: Option<UtcMicros>,
    /// Who else used it, with their events.
    pub others: Vec<(Arc<Principal>, u64)>,
}

/// A value that the person had not used before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fresh {
    /// The field.
    pub field: Field,
    /// The value exactly.
    pub value: String,
    /// Its first use by the person.
    pub first: UtcMicros,
    /// The event of it.
    pub event: EventId,
    /// Events with it.
    pub events: u64,
}

/// Somebody else who uses the same address, key or role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// What they share.
    pub field: Field,
    /// Its value exactly.
    pub value: String,
    /// Who shares it.
    pub other: Arc<Principal>,
    /// Their events with it.
    pub events: u64,
    /// First of them.
    pub first: Option<UtcMicros>,
    /// Last of them.
    pub last: Option<UtcMicros>,
}

/// Denied calls that are the same: one call about one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denied {
    /// The service.
    pub svc: String,
    /// The call.
    pub what: String,
    /// What it was about, where the record says: the best name.
    pub target: Option<String>,
    /// How often.
    pub events: u64,
    /// The last one.
    pub last: EventId,
    /// Whether the same call succeeded after one of them.
    pub later_ok: bool,
    /// Why: the kind of policy, in the words of the last message; empty until its record was read.
    pub why: String,
}

/// Denied calls that are told apart.
pub const MOST_DENIED: usize = 50;

/// A person beside the counts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Profile {
    /// Sessions in order of time: at most 200.
    pub sessions: Vec<Acted>,
    /// How many there are.
    pub n_sessions: u64,
    /// Keys: those made for others first, then by use.
    pub keys: Vec<KeyLife>,
    /// How many there are.
    pub n_keys: u64,
    /// What is new, field by field, the newest first.
    pub fresh: Vec<Fresh>,
    /// Whether there is enough before to call anything new.
    pub has_habits: bool,
    /// Who shares what, most events first.
    pub shares: Vec<Share>,
    /// By error: denials of a call that later succeeded.
    pub flips: Vec<(String, u64)>,
    /// Calls that were denied, by call and what they were about, the most frequent first: at most
    /// [`MOST_DENIED`].
    pub denied: Vec<Denied>,
    /// By error: the call that failed most with it, and how often.
    pub top_failed: Vec<(String, String, u64)>,
    /// What became of resources they touched, by name, where they were made or ended.
    pub standings: HashMap<String, Standing>,
    /// Others of the same name.
    pub namesakes: Vec<Arc<Principal>>,
}

impl Profile {
    /// The profile of a person, or of a caller that is none, from its events in time order; it is
    /// one of a crowd.
    pub(super) fn of(crowd: &Crowd<'_>, key: &str, events: &[EventId], touched: &[&str]) -> Self {
        let snapshot = crowd.snapshot();
        let (sessions, n_sessions) = sessions(snapshot, events);
        let (flips, top_failed) = failures(snapshot, events);
        let mut profile = Self {
            sessions,
            n_sessions,
            flips,
            denied: denied(snapshot, events),
            top_failed,
            ..Self::default()
        };
        let Some(member) = crowd.find(key) else {
            return profile;
        };
        (profile.fresh, profile.has_habits) = crowd.fresh(member);
        (profile.keys, profile.n_keys) = crowd.key_lives(member);
        profile.shares = crowd.shares(member);
        profile.namesakes = crowd.namesakes(member);
        profile.standings = crowd.standings(touched);
        profile
    }

    /// Whether a value is new for the person.
    pub fn is_new(&self, field: Field, value: &str) -> bool {
        self.fresh
            .iter()
            .any(|f| f.field == field && f.value == value)
    }
}

/// The sessions of events in time order, those of forwarded credentials as a part of theirs.
fn sessions(snapshot: &Snapshot, events: &[EventId]) -> (Vec<Acted>, u64) {
    let people = snapshot.people();
    let mut stats: HashMap<Sym, Stats> = HashMap::new();
    for &id in events {
        if let Some(session) = snapshot.symbol(Col::Session, id) {
            let stats = stats.entry(people.home(session)).or_insert(Stats::NONE);
            stats.count(snapshot.facts(id), snapshot.time_key(id));
            stats.give_out(snapshot.bytes_out(id));
        }
    }
    let n = stats.len() as u64;
    let mut all: Vec<Acted> = stats
        .into_iter()
        .map(|(session, stats)| Acted { session, stats })
        .collect();
    let dict = snapshot.dict(Col::Session);
    all.sort_by_key(|a| (a.stats.first, dict.text(a.session)));
    all.truncate(MOST);
    (all, n)
}

/// By error: denials of calls that later succeeded, and the call that failed most.
type Failures = (Vec<(String, u64)>, Vec<(String, String, u64)>);

fn failures(snapshot: &Snapshot, events: &[EventId]) -> Failures {
    // A call is the same where its service, name and the resource it is about are.
    let call = |id: EventId| {
        Some((
            snapshot.symbol(Col::Svc, id),
            snapshot.symbol(Col::What, id)?,
            snapshot.subject_of(id).map(|s| snapshot.names().best(s)),
        ))
    };
    let mut done: HashSet<_> = HashSet::new();
    let mut flips: HashMap<Sym, u64> = HashMap::new();
    let mut failed: HashMap<(Sym, Sym), u64> = HashMap::new();
    for &id in events
        .iter()
        .rev()
        .filter(|id| snapshot.time(**id).is_some())
    {
        let outcome = snapshot.facts(id).outcome();
        let Some(call) = call(id) else { continue };
        if outcome == Outcome::Ok {
            done.insert(call);
            continue;
        }
        let Some(error) = snapshot.symbol(Col::Err, id) else {
            continue;
        };
        *failed.entry((error, call.1)).or_default() += 1;
        // Of a call about nothing that is known, another of its name would prove nothing.
        if outcome == Outcome::Denied && call.2.is_some() && done.contains(&call) {
            *flips.entry(error).or_default() += 1;
        }
    }
    let errors = snapshot.dict(Col::Err);
    let calls = snapshot.dict(Col::What);
    let mut flips: Vec<(String, u64)> = flips
        .into_iter()
        .map(|(sym, n)| (errors.text(sym).to_owned(), n))
        .collect();
    flips.sort();
    let mut all: Vec<(String, String, u64)> = failed
        .into_iter()
        .map(|((e, c), n)| (errors.text(e).to_owned(), calls.text(c).to_owned(), n))
        .collect();
    all.sort_by(|a, b| (&a.0, b.2, &a.1).cmp(&(&b.0, a.2, &b.1)));
    all.dedup_by(|b, a| a.0 == b.0);
    (flips, all)
}

/// What denied calls that are the same have in common: service, call, and what it is about.
type Same = (Sym, Sym, Option<Sym>);

/// Denied calls among events in the order of time, those that are the same together.
pub fn denied(snapshot: &Snapshot, events: &[EventId]) -> Vec<Denied> {
    let names = snapshot.names();
    let mut known: HashMap<Same, (u64, EventId, bool)> = HashMap::new();
    for &id in events {
        let outcome = snapshot.facts(id).outcome();
        if outcome != Outcome::Denied && (outcome != Outcome::Ok || known.is_empty()) {
            continue;
        }
        let (Some(svc), Some(what)) = (
            snapshot.symbol(Col::Svc, id),
            snapshot.symbol(Col::What, id),
        ) else {
            continue;
        };
        let target = snapshot.subject_of(id).map(|s| names.best(s));
        if outcome == Outcome::Denied {
            let denied = known.entry((svc, what, target)).or_insert((0, id, false));
            denied.0 += 1;
            denied.1 = id;
        } else if target.is_some()
            && let Some(denied) = known.get_mut(&(svc, what, target))
        {
            denied.2 = true;
        }
    }
    let text = |col: Col, sym: Sym| snapshot.dict(col).text(sym).to_owned();
    let mut all: Vec<Denied> = known
        .into_iter()
        .map(|((svc, what, target), (events, last, later_ok))| Denied {
            svc: text(Col::Svc, svc),
            what: text(Col::What, what),
            target: target.map(|t| snapshot.resources().text(t).to_owned()),
            events,
            last,
            later_ok,
            why: String::new(),
        })
        .collect();
    all.sort_by(|a, b| {
        let key = |d: &Denied| (d.svc.clone(), d.what.clone(), d.target.clone());
        b.events.cmp(&a.events).then_with(|| key(a).cmp(&key(b)))
    });
    all.truncate(MOST_DENIED);
    all
}
