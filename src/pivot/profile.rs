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
use crate::base::time::{MINUTE, UtcMicros};
use crate::event::birth::LinkKind;
use crate::event::outcome::{Outcome, Verb};
use crate::event::principal::{Principal, PrincipalKind};
use crate::event::record::is_masked;
use crate::event::session::SessionKind;
use crate::index::schema::{Col, Field};
use crate::index::segment::{EventId, UNDATED};
use crate::index::snapshot::Snapshot;
use crate::index::symbols::Sym;
use crate::pivot::history::{self, Standing};
use crate::pivot::lineage::Stats;

/// Events a person must have behind them before anything counts as new for them.
pub const HABIT_EVENTS: usize = 10;
/// Time a person must have been seen before anything counts as new for them.
pub const HABIT_TIME: i64 = 60 * MINUTE;
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
    /// By error: the call that failed most with it, and how often.
    pub top_failed: Vec<(String, String, u64)>,
    /// What became of resources they touched, by name, where they were made or ended.
    pub standings: HashMap<String, Standing>,
    /// Others of the same name.
    pub namesakes: Vec<Arc<Principal>>,
}

/// Columns whose values may be new for a person.
const NOVEL: [(Field, Col); 6] = [
    (Field::Ip, Col::Ip),
    (Field::Via, Col::Via),
    (Field::Acct, Col::Acct),
    (Field::Region, Col::Region),
    (Field::Ua, Col::Ua),
    (Field::What, Col::What),
];

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

    fn join(&mut self, other: &Self) {
        self.events += other.events;
        if other.first < self.first {
            (self.first, self.event) = (other.first, other.event);
        }
        self.last = self.last.max(other.last);
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
    /// Own dated moments in order.
    times: Vec<i64>,
    /// By column of [`NOVEL`] and value: own use.
    own: Vec<Uses<Sym>>,
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
        let (keys, n_keys) = survey.key_lives(snapshot);
        let (flips, top_failed) = failures(snapshot, events);
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
            has_habits: survey.habit().is_some(),
            fresh: survey.fresh(snapshot),
            shares: survey.shares(snapshot),
            flips,
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
            times: Vec::new(),
            own: vec![HashMap::new(); NOVEL.len()],
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
                let time = segment.times()[row];
                let event = EventId::new(s, row);
                if time != UNDATED {
                    self.times.push(time);
                }
                let facts = segment.facts()[row];
                // What a service does with forwarded credentials says nothing of habits, and its
                // keys were never issued to anybody.
                if self.is_forwarded(segment.column(Col::Session).get(row)) {
                    continue;
                }
                for (uses, (field, col)) in self.own.iter_mut().zip(NOVEL) {
                    // Of calls, only changes that succeeded are worth a line.
                    let is_quiet = field == Field::What
                        && (facts.verb() == Verb::Read || facts.outcome() != Outcome::Ok);
                    if let (false, Some(value)) = (is_quiet, segment.column(col).get(row)) {
                        note(uses, value, time, event);
                    }
                }
                let key = segment.column(Col::Key).get(row);
                let key = key.filter(|k| !is_masked(snapshot.dict(Col::Key).text(*k)));
                if let Some(key) = key {
                    note(&mut self.keys, key, time, event);
                }
            }
        }
        self.times.sort_unstable();
        Some(())
    }

    /// Values the person uses, and keys it made, by column of [`COMMON`].
    fn common(&self, snapshot: &Snapshot) -> [HashSet<Sym>; 3] {
        let mut keys: HashSet<Sym> = self.keys.keys().copied().collect();
        let dict = snapshot.dict(Col::Key);
        keys.extend(self.made(snapshot).filter_map(|(key, _)| dict.find(key)));
        let of = |field: Field| {
            let at = NOVEL.iter().position(|(f, _)| *f == field);
            let uses = at.and_then(|at| self.own.get(at));
            let all = uses.into_iter().flat_map(|u| u.keys().copied());
            all.collect::<HashSet<Sym>>()
        };
        let mut addresses = of(Field::Ip);
        // A service's name is no address that anybody shares.
        let ips = snapshot.dict(Col::Ip);
        addresses.retain(|sym| ips.text(*sym).parse::<IpAddr>().is_ok());
        [keys, addresses, of(Field::Via)]
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
                        let (time, event) = (segment.times()[row], EventId::new(s, row));
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
            let key = born.birth.key.as_deref();
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
            let key = born.birth.key.as_deref();
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

    /// The moment from which on a first use is new: both enough events and enough time before it.
    fn habit(&self) -> Option<i64> {
        let by_time = self.times.first()?.saturating_add(HABIT_TIME);
        let by_count = *self.times.get(HABIT_EVENTS)?;
        let from = by_time.max(by_count);
        self.times.last().filter(|last| **last >= from)?;
        Some(from)
    }

    fn fresh(&self, snapshot: &Snapshot) -> Vec<Fresh> {
        let Some(from) = self.habit() else {
            return Vec::new();
        };
        let mut all = Vec::new();
        for (uses, (field, col)) in self.own.iter().zip(NOVEL) {
            let dict = snapshot.dict(col);
            let mut seen: Uses<&str> = HashMap::new();
            for (sym, used) in uses {
                let text = dict.text(*sym);
                let value = match field {
                    // A service's name is no address.
                    Field::Ip if text.parse::<IpAddr>().is_err() => continue,
                    // A tool is the same one whatever command it ran.
                    Field::Ua => tool(text),
                    _ => text,
                };
                seen.entry(value)
                    .and_modify(|u| u.join(used))
                    .or_insert(*used);
            }
            let mut found: Vec<Fresh> = seen
                .into_iter()
                .filter(|(_, used)| used.first != UNDATED && used.first >= from)
                .map(|(value, used)| Fresh {
                    field,
                    value: value.to_owned(),
                    first: UtcMicros(used.first),
                    event: used.event,
                    events: used.events,
                })
                .collect();
            found.sort_by(|a, b| b.first.cmp(&a.first).then_with(|| a.value.cmp(&b.value)));
            found.truncate(MOST_FRESH);
            all.append(&mut found);
        }
        all
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

/// The tool a user agent names first: `aws-cli/2.17.1`.
fn tool(agent: &str) -> &str {
    let agent = agent.trim_start_matches('[');
    let name = agent.split([' ', ']']).next().unwrap_or(agent);
    // Every browser calls itself Mozilla; only the rest tells one from another.
    if name.starts_with("Mozilla/") {
        agent
    } else {
        name
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
