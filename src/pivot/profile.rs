//! What makes a person a person, beside counts: sessions, the life of each key, what is new for
//! them, and who else uses their address, key or role.
//!
//! Sessions, errors and resources are of the events that were asked for. What is new, the life of
//! keys and who shares are of everything that is loaded, so that no filter makes a habit look new
//! or a companion vanish.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::Arc;

use crate::base::cancel::Cancel;
use crate::base::time::UtcMicros;
use crate::event::birth::LinkKind;
use crate::event::outcome::Outcome;
use crate::event::principal::{Principal, PrincipalKind};
use crate::event::record::is_masked;
use crate::event::session::SessionKind;
use crate::index::schema::{Col, Field};
use crate::index::segment::{EventId, UNDATED};
use crate::index::snapshot::Snapshot;
use crate::index::symbols::Sym;
use crate::pivot::history::{self, Standing};
use crate::pivot::lineage::Stats;
use crate::query::marks::{self, FirstUses, Habit, Met, TOLD_NEW};

/// Sessions, keys and shares that are listed.
const MOST: usize = 200;
/// How the error of a sign-in under a name that nobody has begins.
const NO_SUCH_USER: &str = "No username found";
/// New values of one field that are listed.
const MOST_FRESH: usize = 12;

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

/// Columns whose values several may share.
const COMMON: [(Field, Col); 3] = [
    (Field::Key, Col::Key),
    (Field::Ip, Col::Ip),
    (Field::Via, Col::Via),
];

/// First and last use and number of uses.
#[derive(Debug, Clone, Copy)]
struct Use {
    first: i64,
    last: i64,
    event: EventId,
    events: u64,
}

impl Use {
    const fn at(time: i64, event: EventId) -> Self {
        Self {
            first: time,
            last: if time == UNDATED { i64::MIN } else { time },
            event,
            events: 1,
        }
    }

    fn add(&mut self, time: i64, event: EventId) {
        self.events += 1;
        if time < self.first {
            (self.first, self.event) = (time, event);
        }
        if time != UNDATED {
            self.last = self.last.max(time);
        }
    }

    const fn span(&self) -> (Option<UtcMicros>, Option<UtcMicros>) {
        if self.first == UNDATED {
            return (None, None);
        }
        (Some(UtcMicros(self.first)), Some(UtcMicros(self.last)))
    }
}

type Uses<K> = HashMap<K, Use>;

fn note<K: std::hash::Hash + Eq>(uses: &mut Uses<K>, key: K, time: i64, event: EventId) {
    uses.entry(key)
        .and_modify(|u| u.add(time, event))
        .or_insert_with(|| Use::at(time, event));
}

/// One person's own rows, and everybody's rows with what they used.
struct Survey {
    /// By session: whether it is the person's.
    mine: Vec<bool>,
    /// By session: whether a service acts in it with forwarded credentials.
    forwarded: Vec<bool>,
    /// Own dated events in order.
    dated: Vec<(i64, EventId)>,
    /// Own addresses and roles.
    own: [HashSet<Sym>; 2],
    /// Own use of keys.
    keys: Uses<Sym>,
    /// By column of [`COMMON`], value and other person: their use.
    others: Uses<(usize, Sym, u32)>,
}

impl Profile {
    /// The profile of a person, or of a caller that is none, from its events in time order;
    /// `None` when the work was given up.
    pub fn of(
        snapshot: &Snapshot,
        key: &str,
        events: &[EventId],
        touched: &[&str],
        cancel: &Cancel,
    ) -> Option<Self> {
        let number = snapshot.people().find(key);
        let survey = Survey::of(snapshot, key, number, cancel)?;
        let (sessions, n_sessions) = sessions(snapshot, events);
        let (fresh, has_habits) = survey.fresh(snapshot);
        let (keys, n_keys) = survey.key_lives(snapshot);
        let (flips, top_failed) = failures(snapshot, events);
        let denied = denied(snapshot, events);
        let resources = snapshot.resources();
        let known: Vec<(&str, Sym)> = touched
            .iter()
            .filter_map(|name| Some((*name, resources.find(name)?)))
            .collect();
        let wanted: Vec<Sym> = known.iter().map(|(_, sym)| *sym).collect();
        let standings = history::standings(snapshot, &wanted);
        let standings = known
            .iter()
            .zip(standings)
            .filter(|(_, s)| *s != Standing::Seen)
            .map(|((name, _), standing)| ((*name).to_owned(), standing))
            .collect();
        Some(Self {
            sessions,
            n_sessions,
            keys,
            n_keys,
            has_habits,
            fresh,
            shares: survey.shares(snapshot),
            flips,
            denied,
            top_failed,
            standings,
            namesakes: namesakes(snapshot, key),
        })
    }

    /// Whether a value is new for the person.
    pub fn is_new(&self, field: Field, value: &str) -> bool {
        self.fresh
            .iter()
            .any(|f| f.field == field && f.value == value)
    }
}

impl Survey {
    fn of(snapshot: &Snapshot, key: &str, number: Option<u32>, cancel: &Cancel) -> Option<Self> {
        let people = snapshot.people();
        let caller = snapshot.dict(Col::Principal).find(key);
        let mine: Vec<bool> = snapshot
            .sessions()
            .iter()
            .enumerate()
            .map(|(i, session)| match number {
                Some(number) => Sym::at(i).map_or(0, |s| people.number_of(s)) == number,
                None => session.principal.is_some() && session.principal == caller,
            })
            .collect();
        let sessions = snapshot.sessions().iter();
        let forwarded = sessions.map(|s| s.kind == SessionKind::Forwarded).collect();
        let mut survey = Self {
            mine,
            forwarded,
            dated: Vec::new(),
            own: Default::default(),
            keys: HashMap::new(),
            others: HashMap::new(),
        };
        survey.own_rows(snapshot, cancel)?;
        survey.rows_of_others(snapshot, cancel)?;
        Some(survey)
    }

    fn is_mine(&self, session: Option<Sym>) -> bool {
        session.is_some_and(|s| self.mine.get(s.index()) == Some(&true))
    }

    fn is_forwarded(&self, session: Option<Sym>) -> bool {
        session.is_some_and(|s| self.forwarded.get(s.index()) == Some(&true))
    }

    fn own_rows(&mut self, snapshot: &Snapshot, cancel: &Cancel) -> Option<()> {
        for (s, segment) in snapshot.segments().iter().enumerate() {
            if cancel.is_stale() {
                return None;
            }
            let mut rows = Vec::new();
            segment
                .column(Col::Session)
                .for_each(segment.len(), |row, code| {
                    if self.is_mine(Sym::from_code(code)) {
                        rows.push(row);
                    }
                });
            for row in rows {
                let time = segment.times().get(row);
                let event = EventId::new(s, row);
                if time != UNDATED {
                    self.dated.push((time, event));
                }
                // What a service does with forwarded credentials says nothing of habits, and its
                // keys were never issued to anybody.
                if self.is_forwarded(segment.column(Col::Session).get(row)) {
                    continue;
                }
                for (own, col) in self.own.iter_mut().zip([Col::Ip, Col::Via]) {
                    own.extend(segment.column(col).get(row));
                }
                let key = segment.column(Col::Key).get(row);
                let key = key.filter(|k| !is_masked(snapshot.dict(Col::Key).text(*k)));
                if let Some(key) = key {
                    note(&mut self.keys, key, time, event);
                }
            }
        }
        self.dated.sort_unstable();
        Some(())
    }

    /// Values the person uses, and keys it made, by column of [`COMMON`].
    fn common(&self, snapshot: &Snapshot) -> [HashSet<Sym>; 3] {
        let mut keys: HashSet<Sym> = self.keys.keys().copied().collect();
        let dict = snapshot.dict(Col::Key);
        keys.extend(self.made(snapshot).filter_map(|(key, _)| dict.find(key)));
        let [mut addresses, roles] = self.own.clone();
        // A service's name is no address that anybody shares.
        let ips = snapshot.dict(Col::Ip);
        addresses.retain(|sym| ips.text(*sym).parse::<IpAddr>().is_ok());
        [keys, addresses, roles]
    }

    fn rows_of_others(&mut self, snapshot: &Snapshot, cancel: &Cancel) -> Option<()> {
        let people = snapshot.people();
        // A sign-in under a name that nobody has is often a password in the wrong field.
        let errors = snapshot.dict(Col::Err);
        let names_nobody: HashSet<Sym> = (0..errors.len())
            .filter_map(Sym::at)
            .filter(|e| errors.text(*e).starts_with(NO_SUCH_USER))
            .collect();
        for (at, ((_, col), wanted)) in COMMON.iter().zip(self.common(snapshot)).enumerate() {
            let mut is_wanted = vec![false; snapshot.dict(*col).len() + 1];
            for sym in &wanted {
                if let Some(slot) = is_wanted.get_mut(sym.code() as usize) {
                    *slot = true;
                }
            }
            for (s, segment) in snapshot.segments().iter().enumerate() {
                if cancel.is_stale() {
                    return None;
                }
                let sessions = segment.column(Col::Session);
                let mut found = Vec::new();
                segment.column(*col).for_each(segment.len(), |row, code| {
                    if is_wanted.get(code as usize) == Some(&true) {
                        found.push((row, code));
                    }
                });
                for (row, code) in found {
                    let session = sessions.get(row);
                    let (Some(value), Some(by)) = (Sym::from_code(code), session) else {
                        continue;
                    };
                    let number = people.number_of(by);
                    let error = segment.column(Col::Err).get(row);
                    let is_nobody = error.is_some_and(|e| names_nobody.contains(&e));
                    if number != 0 && !is_nobody && !self.is_mine(session) {
                        let (time, event) = (segment.times().get(row), EventId::new(s, row));
                        note(&mut self.others, (at, value, number), time, event);
                    }
                }
            }
        }
        Some(())
    }

    /// Keys that the person made for good, with the place of the birth.
    fn made<'a>(&'a self, snapshot: &'a Snapshot) -> impl Iterator<Item = (&'a str, usize)> {
        let births = snapshot.births().iter().enumerate();
        births.filter_map(|(at, born)| {
            let is_made = born.birth.call.link == LinkKind::CreatedKey && !born.birth.failed;
            let by = snapshot.symbol(Col::Session, born.event);
            let key = born.birth.key();
            key.filter(|_| is_made && self.is_mine(by)).map(|k| (k, at))
        })
    }

    fn key_lives(&self, snapshot: &Snapshot) -> (Vec<KeyLife>, u64) {
        let dict = snapshot.dict(Col::Key);
        let mut lives: HashMap<&str, KeyLife> = HashMap::new();
        for (sym, used) in &self.keys {
            let (first, last) = used.span();
            let key = dict.text(*sym);
            let life = KeyLife {
                key: key.to_owned(),
                events: used.events,
                first,
                last,
                made: None,
                made_here: false,
                expires: None,
                others: Vec::new(),
            };
            lives.insert(key, life);
        }
        for (key, _) in self.made(snapshot) {
            let life = lives.entry(key).or_insert_with(|| KeyLife {
                key: key.to_owned(),
                events: 0,
                first: None,
                last: None,
                made: None,
                made_here: true,
                expires: None,
                others: Vec::new(),
            });
            life.made_here = true;
        }
        for born in snapshot.births().iter().filter(|b| !b.birth.failed) {
            let key = born.birth.key();
            let Some(life) = key.and_then(|k| lives.get_mut(k)) else {
                continue;
            };
            let time = |id: EventId| (snapshot.time_key(id), snapshot.recorded_id(id));
            if life.made.is_none_or(|known| time(born.event) < time(known)) {
                life.made = Some(born.event);
                life.expires = born.birth.expires;
            }
        }
        for ((at, sym, number), used) in &self.others {
            if COMMON.get(*at).map(|c| c.0) != Some(Field::Key) {
                continue;
            }
            let person = snapshot.people().person(*number);
            let life = lives.get_mut(dict.text(*sym));
            if let (Some(person), Some(life)) = (person, life) {
                let (first, last) = used.span();
                life.first = earlier(life.first, first);
                life.last = life.last.max(last);
                life.others.push((Arc::clone(person), used.events));
            }
        }
        let mut lives: Vec<KeyLife> = lives.into_values().collect();
        for life in &mut lives {
            life.others
                .sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.key.cmp(&b.0.key)));
        }
        lives.sort_by(|a, b| {
            let rank = |l: &KeyLife| (!l.made_here, std::cmp::Reverse(l.events));
            rank(a).cmp(&rank(b)).then_with(|| a.key.cmp(&b.key))
        });
        let n = lives.len() as u64;
        lives.truncate(MOST);
        (lives, n)
    }

    /// What is new for the person, by the rule of `new:`, and whether enough is known to say so.
    fn fresh(&self, snapshot: &Snapshot) -> (Vec<Fresh>, bool) {
        let mut habit = Habit::default();
        let known: Vec<bool> = self.dated.iter().map(|(t, _)| habit.meet(*t)).collect();
        let mut all = Vec::new();
        for field in TOLD_NEW {
            let Some(mut uses) = FirstUses::of(snapshot, field) else {
                continue;
            };
            let mut found: Vec<(u32, Fresh)> = Vec::new();
            let mut events: HashMap<u32, u64> = HashMap::new();
            for ((time, id), known) in self.dated.iter().zip(&known) {
                let Some(code) = uses.code(snapshot, *id) else {
                    continue;
                };
                *events.entry(code).or_default() += 1;
                let is_first = uses.meet(snapshot, *id, 0, *time) == Some(Met::First);
                if is_first && *known && marks::is_told(snapshot, field, *id) {
                    let value = uses.value(snapshot, *id);
                    let fresh = Fresh {
                        field,
                        value: value.unwrap_or_default().into_owned(),
                        first: UtcMicros(*time),
                        event: *id,
                        events: 0,
                    };
                    found.push((code, fresh));
                }
            }
            found.sort_by(|(_, a), (_, b)| {
                b.first.cmp(&a.first).then_with(|| a.value.cmp(&b.value))
            });
            found.truncate(MOST_FRESH);
            all.extend(found.into_iter().map(|(code, fresh)| Fresh {
                events: events.get(&code).copied().unwrap_or(0),
                ..fresh
            }));
        }
        (all, known.contains(&true))
    }

    fn shares(&self, snapshot: &Snapshot) -> Vec<Share> {
        let mut shares: Vec<Share> = self
            .others
            .iter()
            .filter_map(|((at, sym, number), used)| {
                let (field, col) = *COMMON.get(*at)?;
                let (first, last) = used.span();
                Some(Share {
                    field,
                    value: snapshot.dict(col).text(*sym).to_owned(),
                    other: Arc::clone(snapshot.people().person(*number)?),
                    events: used.events,
                    first,
                    last,
                })
            })
            .collect();
        let rank = |s: &Share| COMMON.iter().position(|(f, _)| *f == s.field);
        shares.sort_by(|a, b| {
            rank(a)
                .cmp(&rank(b))
                .then(b.events.cmp(&a.events))
                .then_with(|| (&a.value, &a.other.key).cmp(&(&b.value, &b.other.key)))
        });
        shares.truncate(MOST);
        shares
    }
}

fn earlier(a: Option<UtcMicros>, b: Option<UtcMicros>) -> Option<UtcMicros> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
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
fn denied(snapshot: &Snapshot, events: &[EventId]) -> Vec<Denied> {
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

/// The name a person goes by, without account, role or domain; `None` where it is no name.
fn bare(principal: &Principal) -> Option<String> {
    use PrincipalKind::{Account, Anonymous, Service};
    if matches!(principal.kind, Service | Anonymous | Account) {
        return None;
    }
    let label = principal.label.split(" (").next()?;
    let last = label.rsplit(['/', ':']).next()?;
    let name = last.split('@').next()?.to_lowercase();
    let is_made_up = name.starts_with("i-")
        || name.starts_with("botocore-session")
        || name.starts_with("aws")
        || name.chars().filter(char::is_ascii_digit).count() * 2 > name.len();
    (name.len() > 2 && name != "root" && !is_made_up).then_some(name)
}

/// Persons that have a person's name, and are others as far as the evidence says.
fn namesakes(snapshot: &Snapshot, key: &str) -> Vec<Arc<Principal>> {
    let people = snapshot.people();
    let own = people.iter().find(|(_, p)| p.key == key).map(|(_, p)| p);
    let Some(name) = own.and_then(|p| bare(p)) else {
        return Vec::new();
    };
    let mut found: Vec<Arc<Principal>> = people
        .iter()
        .filter(|(_, p)| p.key != key && bare(p).as_ref() == Some(&name))
        .map(|(_, p)| Arc::clone(p))
        .collect();
    found.sort_by(|a, b| a.key.cmp(&b.key));
    found.truncate(MOST);
    found
}
