//! What portraits of persons need of the whole evidence, gathered for several at once: the rows of
//! each, what each used, who else used it, and what was made with what key.
//!
//! One look at all rows serves one person or everybody. What is counted here is of everything that
//! is loaded, so that no filter makes a habit look new or a companion vanish.

use std::net::IpAddr;
use std::sync::Arc;

use hashbrown::{HashMap, HashSet};

use crate::base::cancel::Cancel;
use crate::base::time::UtcMicros;
use crate::event::birth::LinkKind;
use crate::event::principal::{Principal, PrincipalKind};
use crate::event::record::is_masked;
use crate::event::session::SessionKind;
use crate::index::schema::{Col, Field};
use crate::index::segment::{EventId, UNDATED};
use crate::index::snapshot::Snapshot;
use crate::index::symbols::Sym;
use crate::pivot::history::{Standing, Standings};
use crate::pivot::profile::{Fresh, KeyLife, MOST, Share};
use crate::pivot::table::Lists;
use crate::query::marks::{self, FirstUses, Habit, Met, TOLD_NEW, Values};

/// How the error of a sign-in under a name that nobody has begins.
const NO_SUCH_USER: &str = "No username found";
/// New values of one field that are listed.
const MOST_FRESH: usize = 12;

/// Columns whose values several may share.
const COMMON: [(Field, Col); 3] = [
    (Field::Key, Col::Key),
    (Field::Ip, Col::Ip),
    (Field::Via, Col::Via),
];

/// The place of the keys in [`COMMON`], and of the addresses.
const KEY: u8 = 0;
const ADDRESS: u8 = 1;

/// A value of one of the columns of [`COMMON`], by its place there.
type Value = (u8, Sym);

/// First and last use and number of uses.
#[derive(Debug, Clone, Copy)]
struct Use {
    first: i64,
    last: i64,
    events: u64,
}

impl Use {
    const NONE: Self = Self {
        first: UNDATED,
        last: i64::MIN,
        events: 0,
    };

    fn add(&mut self, time: i64) {
        self.events += 1;
        if time != UNDATED {
            self.first = self.first.min(time);
            self.last = self.last.max(time);
        }
    }

    fn and(self, other: Self) -> Self {
        Self {
            first: self.first.min(other.first),
            last: self.last.max(other.last),
            events: self.events + other.events,
        }
    }

    const fn span(&self) -> (Option<UtcMicros>, Option<UtcMicros>) {
        if self.first == UNDATED {
            return (None, None);
        }
        (Some(UtcMicros(self.first)), Some(UtcMicros(self.last)))
    }
}

/// One of those that are looked at: a person, or a caller that is none.
#[derive(Debug)]
enum Member {
    Person(u32),
    Caller(Option<Sym>),
}

/// The use of a value by the events of one caller behind which one person is.
#[derive(Debug, Clone, Copy)]
struct Shared {
    value: Value,
    person: u32,
    caller: Option<Sym>,
    by: Use,
}

/// What is known of some persons and callers beside their own events.
#[derive(Debug)]
pub struct Crowd<'a> {
    snapshot: &'a Snapshot,
    members: Vec<Member>,
    by_key: HashMap<&'a str, usize>,
    /// By member: its dated events, in no order.
    dated: Lists<EventId>,
    /// What members used themselves, in order.
    own: Vec<(u32, Value, Use)>,
    /// Who used any of it, in order of value and person.
    users: Vec<Shared>,
    /// By member: births of keys that it made for good.
    made: Lists<u32>,
    /// The first call that issued or made a key, and when that ends.
    births: HashMap<&'a str, Option<(EventId, Option<UtcMicros>)>>,
    /// Of the fields of [`TOLD_NEW`].
    values: [Option<Values>; TOLD_NEW.len()],
    /// Persons by the name they go by.
    bare: HashMap<String, Vec<u32>>,
    /// Keys that were made and used, by their text.
    keys: HashMap<&'a str, Sym>,
    /// What became of every resource, by its names, where there are several members.
    standings: Option<HashMap<&'a str, Standing>>,
}

/// By session: the members it belongs to, as places from 1: by its person, by its caller.
struct Whose(Vec<[u32; 2]>);

impl Whose {
    fn of(&self, session: usize) -> impl Iterator<Item = u32> {
        let whose = self.0.get(session).copied().unwrap_or_default();
        whose.into_iter().filter_map(|n| n.checked_sub(1))
    }
}

impl<'a> Crowd<'a> {
    /// Looks at persons and callers by their keys; `None` when the work was given up.
    pub fn of(snapshot: &'a Snapshot, keys: &[&'a str], cancel: &Cancel) -> Option<Self> {
        let people = snapshot.people();
        let callers = snapshot.dict(Col::Principal);
        let members: Vec<Member> = keys
            .iter()
            .map(|key| match people.find(key) {
                Some(number) => Member::Person(number),
                None => Member::Caller(callers.find(key)),
            })
            .collect();
        let mut bare: HashMap<String, Vec<u32>> = HashMap::new();
        for (number, person) in people.iter() {
            if let Some(name) = bare_name(person) {
                bare.entry(name).or_default().push(number);
            }
        }
        let mut crowd = Self {
            snapshot,
            members,
            by_key: keys.iter().copied().zip(0..).collect(),
            dated: Lists::default(),
            own: Vec::new(),
            users: Vec::new(),
            made: Lists::default(),
            births: HashMap::new(),
            values: TOLD_NEW.map(|field| Values::of(snapshot, field)),
            bare,
            keys: HashMap::new(),
            standings: (keys.len() > 1).then(|| Standings::of(snapshot, None).by_name(snapshot)),
        };
        let whose = crowd.whose();
        crowd.own_rows(&whose, cancel)?;
        crowd.find_made(&whose);
        crowd.find_users(cancel)?;
        Some(crowd)
    }

    /// The evidence.
    pub const fn snapshot(&self) -> &'a Snapshot {
        self.snapshot
    }

    /// The place of a member.
    pub(super) fn find(&self, key: &str) -> Option<usize> {
        self.by_key.get(key).copied()
    }

    /// The state the evidence leaves some resources in, where it shows that they were made or
    /// ended.
    pub(super) fn standings(&self, names: &[&str]) -> std::collections::HashMap<String, Standing> {
        let named = |name: &str, standing: Standing| (name.to_owned(), standing);
        if let Some(known) = &self.standings {
            let known = names
                .iter()
                .filter_map(|name| Some((*name, *known.get(name)?)));
            return known
                .map(|(name, standing)| named(name, standing))
                .collect();
        }
        let found = self.snapshot.resources().find_all(names.iter().copied());
        let wanted: Vec<Sym> = found.values().copied().collect();
        let standings = Standings::of(self.snapshot, Some(&wanted));
        let all = found.into_iter();
        let all = all.map(|(name, sym)| named(name, standings.get(self.snapshot, sym)));
        all.filter(|(_, standing)| *standing != Standing::Seen)
            .collect()
    }

    fn whose(&self) -> Whose {
        let people = self.snapshot.people();
        let mut by_person = vec![0u32; people.len() + 1];
        let mut by_caller = vec![0u32; self.snapshot.dict(Col::Principal).len() + 1];
        for (place, member) in (1..).zip(&self.members) {
            let slot = match member {
                Member::Person(number) => by_person.get_mut(*number as usize),
                Member::Caller(caller) => caller.and_then(|c| by_caller.get_mut(c.code() as usize)),
            };
            if let Some(slot) = slot {
                *slot = place;
            }
        }
        let sessions = self.snapshot.sessions().iter().enumerate();
        let whose = sessions.map(|(at, session)| {
            let number = Sym::at(at).map_or(0, |s| people.number_of(s));
            let caller = session.principal.map_or(0, Sym::code);
            let of = |table: &[u32], n: u32| table.get(n as usize).copied().unwrap_or(0);
            [of(&by_person, number), of(&by_caller, caller)]
        });
        Whose(whose.collect())
    }

    /// Goes through the rows of the members.
    fn own_rows(&mut self, whose: &Whose, cancel: &Cancel) -> Option<()> {
        let snapshot = self.snapshot;
        let keys = snapshot.dict(Col::Key);
        let sessions = snapshot.sessions().iter();
        let is_forwarded: Vec<bool> = sessions.map(|s| s.kind == SessionKind::Forwarded).collect();
        let mut dated = Vec::new();
        let mut own: HashMap<(u32, Value), Use> = HashMap::new();
        for (s, segment) in snapshot.segments().iter().enumerate() {
            if cancel.is_stale() {
                return None;
            }
            let columns = COMMON.map(|(_, col)| segment.column(col));
            let sessions = segment.column(Col::Session);
            sessions.for_each(segment.len(), |row, code| {
                let Some(session) = Sym::from_code(code).map(Sym::index) else {
                    return;
                };
                for member in whose.of(session) {
                    let time = segment.times().get(row);
                    if time != UNDATED {
                        dated.push((member, EventId::new(s, row)));
                    }
                    // What a service does with forwarded credentials says nothing of habits, and
                    // its keys were never issued to anybody.
                    if is_forwarded.get(session) == Some(&true) {
                        continue;
                    }
                    for (at, column) in (0..).zip(columns) {
                        let Some(value) = column.get(row) else {
                            continue;
                        };
                        let used = own.entry((member, (at, value))).or_insert(Use::NONE);
                        used.add(time);
                    }
                }
            });
        }
        self.dated = Lists::of(self.members.len(), &dated);
        let is_key = |value: &Value| value.0 != KEY || !is_masked(keys.text(value.1));
        let own = own.into_iter().filter(|((_, value), _)| is_key(value));
        self.own = own.map(|((who, value), used)| (who, value, used)).collect();
        self.own
            .sort_unstable_by_key(|(who, value, _)| (*who, *value));
        Some(())
    }

    /// Finds the keys that members made for good, and where theirs come from.
    fn find_made(&mut self, whose: &Whose) {
        let snapshot = self.snapshot;
        let mut made: Vec<(u32, u32)> = Vec::new();
        for (at, born) in (0..).zip(snapshot.births().iter()) {
            let is_made = born.birth.call.link == LinkKind::CreatedKey && !born.birth.failed;
            if !is_made || born.birth.key().is_none() {
                continue;
            }
            if let Some(by) = snapshot.symbol(Col::Session, born.event) {
                made.extend(whose.of(by.index()).map(|member| (member, at)));
            }
        }
        self.made = Lists::of(self.members.len(), &made);
        let dict = snapshot.dict(Col::Key);
        let used = self.own.iter().filter(|(_, value, _)| value.0 == KEY);
        let mut births: HashMap<&str, Option<(EventId, Option<UtcMicros>)>> = used
            .map(|(_, value, _)| (dict.text(value.1), None))
            .collect();
        let made = (0..self.members.len()).flat_map(|member| self.made(member));
        let made: HashSet<&str> = made.collect();
        births.extend(made.iter().map(|key| (*key, None)));
        self.keys = dict.find_all(made);
        for born in snapshot.births().iter().filter(|b| !b.birth.failed) {
            let key = born.birth.key();
            let Some(known) = key.and_then(|k| births.get_mut(k)) else {
                continue;
            };
            let time = |id: EventId| (snapshot.time_key(id), snapshot.recorded_id(id));
            if known.is_none_or(|(known, _)| time(born.event) < time(known)) {
                *known = Some((born.event, born.birth.expires()));
            }
        }
        self.births = births;
    }

    /// The keys that a member made.
    fn made(&self, member: usize) -> impl Iterator<Item = &'a str> {
        let births = self.made.get(member).iter();
        births.filter_map(|at| self.snapshot.births().get(*at as usize)?.birth.key())
    }

    fn own(&self, member: usize) -> &[(u32, Value, Use)] {
        let from = self
            .own
            .partition_point(|(who, ..)| (*who as usize) < member);
        let rest = self.own.get(from..).unwrap_or(&[]);
        let to = rest.partition_point(|(who, ..)| (*who as usize) == member);
        rest.get(..to).unwrap_or(&[])
    }

    /// Whether others may use a value in common with somebody: a service's name is no address.
    fn is_common(&self, value: Value) -> bool {
        let text = || self.snapshot.dict(Col::Ip).text(value.1);
        value.0 != ADDRESS || text().parse::<IpAddr>().is_ok()
    }

    /// Finds who used what members used, and keys they made.
    fn find_users(&mut self, cancel: &Cancel) -> Option<()> {
        let snapshot = self.snapshot;
        let people = snapshot.people();
        // A sign-in under a name that nobody has is often a password in the wrong field.
        let errors = snapshot.dict(Col::Err);
        let names_nobody: HashSet<u32> = (0..errors.len())
            .filter_map(Sym::at)
            .filter(|e| errors.text(*e).starts_with(NO_SUCH_USER))
            .map(Sym::code)
            .collect();
        let mut wanted = COMMON.map(|(_, col)| vec![false; snapshot.dict(col).len() + 1]);
        let mut want = |(at, sym): Value| {
            let slot = wanted.get_mut(usize::from(at));
            if let Some(slot) = slot.and_then(|w| w.get_mut(sym.code() as usize)) {
                *slot = true;
            }
        };
        let used: HashSet<Value> = self.own.iter().map(|(_, value, _)| *value).collect();
        used.into_iter()
            .filter(|value| self.is_common(*value))
            .for_each(&mut want);
        let made = (0..self.members.len()).flat_map(|member| self.made(member));
        made.filter_map(|key| self.keys.get(key))
            .for_each(|key| want((KEY, *key)));
        let mut users: HashMap<(Value, u32, Option<Sym>), Use> = HashMap::new();
        for segment in snapshot.segments() {
            if cancel.is_stale() {
                return None;
            }
            let sessions = segment.column(Col::Session);
            let errors = segment.column(Col::Err);
            for ((at, (_, col)), is_wanted) in (0..).zip(COMMON).zip(&wanted) {
                let mut last = None;
                segment.column(col).for_each(segment.len(), |row, code| {
                    if is_wanted.get(code as usize) != Some(&true) {
                        return;
                    }
                    let (Some(value), Some(by)) = (Sym::from_code(code), sessions.get(row)) else {
                        return;
                    };
                    let person = people.number_of(by);
                    if person == 0 || names_nobody.contains(&errors.code(row)) {
                        return;
                    }
                    let time = segment.times().get(row);
                    // Neighbours mostly are of one caller and one value.
                    match &mut last {
                        Some((known, by_known, used)) if (*known, *by_known) == (value, by) => {
                            Use::add(used, time);
                        }
                        last => {
                            let mut used = Use::NONE;
                            used.add(time);
                            if let Some((value, by, used)) = last.replace((value, by, used)) {
                                note(&mut users, snapshot, ((at, value), by), used);
                            }
                        }
                    }
                });
                if let Some((value, by, used)) = last {
                    note(&mut users, snapshot, ((at, value), by), used);
                }
            }
        }
        self.users = users
            .into_iter()
            .map(|((value, person, caller), by)| Shared {
                value,
                person,
                caller,
                by,
            })
            .collect();
        self.users
            .sort_unstable_by_key(|s| (s.value, s.person, s.caller));
        Some(())
    }

    /// Others who used a value that is a member's, each once.
    fn others(&self, member: usize, value: Value) -> impl Iterator<Item = (u32, Use)> {
        let from = self.users.partition_point(|s| s.value < value);
        let rest = self.users.get(from..).unwrap_or(&[]);
        let to = rest.partition_point(|s| s.value == value);
        let itself = self.members.get(member);
        let persons = rest
            .get(..to)
            .unwrap_or(&[])
            .chunk_by(|a, b| a.person == b.person);
        persons.filter_map(move |users| {
            let others = users.iter().filter(|s| match itself {
                Some(Member::Person(number)) => s.person != *number,
                Some(Member::Caller(caller)) => caller.is_none() || s.caller != *caller,
                None => false,
            });
            let used = others.map(|s| s.by).reduce(Use::and)?;
            Some((users.first()?.person, used))
        })
    }

    /// The life of a member's keys: those made for others first, then by use; and how many.
    pub(super) fn key_lives(&self, member: usize) -> (Vec<KeyLife>, u64) {
        let snapshot = self.snapshot;
        let dict = snapshot.dict(Col::Key);
        let mut lives: HashMap<&str, (Option<Sym>, KeyLife)> = HashMap::new();
        let life_of = |key: &str, used: Use, made_here: bool| {
            let (first, last) = used.span();
            let (made, expires) = self.births.get(key).copied().flatten().unzip();
            KeyLife {
                key: key.to_owned(),
                events: used.events,
                first,
                last,
                made,
                made_here,
                expires: expires.flatten(),
                others: Vec::new(),
            }
        };
        for (_, (at, sym), used) in self.own(member) {
            if *at == KEY {
                let key = dict.text(*sym);
                lives.insert(key, (Some(*sym), life_of(key, *used, false)));
            }
        }
        for key in self.made(member) {
            let life = lives.entry(key);
            let used = self.keys.get(key).copied();
            let life = life.or_insert_with(|| (used, life_of(key, Use::NONE, true)));
            life.1.made_here = true;
        }
        for (sym, life) in lives.values_mut() {
            let others = sym.map(|sym| self.others(member, (KEY, sym)));
            for (person, used) in others.into_iter().flatten() {
                let Some(person) = snapshot.people().person(person) else {
                    continue;
                };
                let (first, last) = used.span();
                life.first = earlier(life.first, first);
                life.last = life.last.max(last);
                life.others.push((Arc::clone(person), used.events));
            }
        }
        let mut lives: Vec<KeyLife> = lives.into_values().map(|(_, life)| life).collect();
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

    /// What is new for a member, by the rule of `new:`, and whether enough is known to say so.
    pub(super) fn fresh(&self, member: usize) -> (Vec<Fresh>, bool) {
        let snapshot = self.snapshot;
        let dated = self.dated.get(member).iter();
        let mut dated: Vec<(i64, EventId)> =
            dated.map(|id| (snapshot.time_key(*id), *id)).collect();
        dated.sort_unstable();
        let mut habit = Habit::default();
        let known: Vec<bool> = dated.iter().map(|(t, _)| habit.meet(*t)).collect();
        let mut all = Vec::new();
        for (field, values) in TOLD_NEW.into_iter().zip(&self.values) {
            let Some(values) = values else { continue };
            let mut uses = FirstUses::default();
            let mut found: Vec<(u32, Fresh)> = Vec::new();
            let mut events: HashMap<u32, u64> = HashMap::new();
            for ((time, id), known) in dated.iter().zip(&known) {
                let Some(code) = values.code(snapshot, *id) else {
                    continue;
                };
                *events.entry(code).or_default() += 1;
                let is_first = uses.meet(code, 0, *time) == Met::First;
                if is_first && *known && marks::is_told(snapshot, field, *id) {
                    let value = values.value(snapshot, *id);
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

    /// Who else uses a member's keys, addresses and roles, most events first.
    pub(super) fn shares(&self, member: usize) -> Vec<Share> {
        let snapshot = self.snapshot;
        let made = self.made(member).filter_map(|key| self.keys.get(key));
        let mut values: Vec<Value> = self
            .own(member)
            .iter()
            .map(|(_, value, _)| *value)
            .collect();
        values.extend(made.map(|key| (KEY, *key)));
        values.sort_unstable();
        values.dedup();
        let mut shares: Vec<(Value, &Arc<Principal>, Use)> = Vec::new();
        for value in values {
            if !self.is_common(value) {
                continue;
            }
            let others = self.others(member, value);
            shares.extend(others.filter_map(|(person, used)| {
                Some((value, snapshot.people().person(person)?, used))
            }));
        }
        let spec = |value: Value| COMMON.get(usize::from(value.0)).copied();
        let text =
            |value: Value| spec(value).map_or("", |(_, col)| snapshot.dict(col).text(value.1));
        let order = |a: &(Value, &Arc<Principal>, Use), b: &(Value, &Arc<Principal>, Use)| {
            a.0.0
                .cmp(&b.0.0)
                .then(b.2.events.cmp(&a.2.events))
                .then_with(|| (text(a.0), &a.1.key).cmp(&(text(b.0), &b.1.key)))
        };
        if shares.len() > MOST {
            // What stands behind the last one that is listed need not be put in order.
            shares.select_nth_unstable_by(MOST - 1, order);
            shares.truncate(MOST);
        }
        shares.sort_by(order);
        let share = |(value, other, used): (Value, &Arc<Principal>, Use)| {
            let (first, last) = used.span();
            Some(Share {
                field: spec(value)?.0,
                value: text(value).to_owned(),
                other: Arc::clone(other),
                events: used.events,
                first,
                last,
            })
        };
        shares.into_iter().filter_map(share).collect()
    }

    /// Persons that have a member's name, and are others as far as the evidence says.
    pub(super) fn namesakes(&self, member: usize) -> Vec<Arc<Principal>> {
        let people = self.snapshot.people();
        let Some(Member::Person(own)) = self.members.get(member) else {
            return Vec::new();
        };
        let name = people.person(*own).and_then(|p| bare_name(p));
        let alike = name.and_then(|name| self.bare.get(&name));
        let others = alike.into_iter().flatten().filter(|n| *n != own);
        let mut found: Vec<Arc<Principal>> =
            others.filter_map(|n| people.person(*n)).cloned().collect();
        found.sort_by(|a, b| a.key.cmp(&b.key));
        found.truncate(MOST);
        found
    }
}

/// Adds the use of a value in a session to that of its caller.
fn note(
    users: &mut HashMap<(Value, u32, Option<Sym>), Use>,
    snapshot: &Snapshot,
    (value, by): (Value, Sym),
    used: Use,
) {
    let caller = snapshot.session(by).and_then(|s| s.principal);
    let person = snapshot.people().number_of(by);
    let known = users.entry((value, person, caller)).or_insert(Use::NONE);
    *known = known.and(used);
}

fn earlier(a: Option<UtcMicros>, b: Option<UtcMicros>) -> Option<UtcMicros> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// The name a person goes by, without account, role or domain; `None` where it is no name.
fn bare_name(principal: &Principal) -> Option<String> {
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
