//! A resource's story from the events that name it: when it was made, changed, shared, refused and
//! ended, what state that leaves it in, and what it is related to.
//!
//! Works on the index alone, so that a resource named half a million times is told at once; what
//! changed from call to call needs the records and is [`crate::pivot::change`].

use hashbrown::{HashMap, HashSet};

use crate::base::cancel::Cancel;
use crate::base::time::UtcMicros;
use crate::event::kind::Kind;
use crate::event::outcome::{Outcome, Verb};
use crate::event::relation;
use crate::event::resource::{Arn, Naming, Role};
use crate::index::schema::Col;
use crate::index::segment::EventId;
use crate::index::snapshot::Snapshot;
use crate::index::symbols::Sym;
use crate::pivot::change::Difference;
use crate::pivot::sequence::{self, Fate, by_time};
use crate::pivot::tally::{CHANGED, FAILED, class_of};

/// What an event did to the resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Deed {
    /// Made it.
    Created,
    /// Changed it.
    Changed,
    /// Gave another account or everybody access to it.
    Shared,
    /// Was refused, for want of permission or otherwise.
    Refused,
    /// Ended it.
    Deleted,
}

impl Deed {
    /// The deed in a word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Changed => "changed",
            Self::Shared => "shared",
            Self::Refused => "refused",
            Self::Deleted => "DELETED",
        }
    }
}

/// The state the evidence leaves a resource in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Standing {
    /// The evidence shows neither its making nor its end.
    #[default]
    Seen,
    /// It was made, and no end is seen.
    Made(EventId),
    /// It was ended, and not made again.
    Gone(EventId),
}

impl Standing {
    /// The state in a word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Seen => "seen",
            Self::Made(_) => "created",
            Self::Gone(_) => "deleted",
        }
    }
}

/// A stretch of a life line: deeds of one kind by one principal, one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What was done.
    pub deed: Deed,
    /// By whom, as a list shows it.
    pub who: String,
    /// The first event of the stretch.
    pub event: EventId,
    /// Events of the stretch.
    pub events: u64,
}

/// How another resource is related.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bond {
    /// It is part of this one.
    Part,
    /// This one is part of it.
    Whole,
    /// It was given access.
    SharedWith,
    /// A call names both.
    UsedWith,
    /// Calls name both, and all of them failed.
    Tried,
}

impl Bond {
    /// The bond in words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Part => "part of it",
            Self::Whole => "it is part of",
            Self::SharedWith => "shared with",
            Self::UsedWith => "used with",
            Self::Tried => "only in calls that failed",
        }
    }
}

/// Another resource, and the event that shows the bond.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// Its best name.
    pub name: String,
    /// How it is related.
    pub bond: Bond,
    /// The first event that names both; one that failed only where all did.
    pub event: EventId,
    /// Events that name both.
    pub events: u64,
    /// Of these, those that changed something.
    pub writes: u64,
    /// Of these, those that failed.
    pub failures: u64,
    /// Bytes that S3 gave out in them.
    pub bytes_out: u64,
    /// The first and last of their times, where they are dated.
    pub span: Option<(UtcMicros, UtcMicros)>,
    /// The state the evidence leaves it in.
    pub standing: Standing,
}

/// The events that name another resource beside this one.
#[derive(Debug, Clone, Copy)]
struct Met {
    shows: EventId,
    ok: bool,
    shared: bool,
    events: u64,
    writes: u64,
    failures: u64,
    bytes_out: u64,
    span: Option<(UtcMicros, UtcMicros)>,
}

impl Met {
    fn of(snapshot: &Snapshot, id: EventId, role: Role) -> Self {
        let class = class_of(snapshot.facts(id));
        let ok = class != FAILED;
        Self {
            shows: id,
            ok,
            shared: ok && role == Role::SharedWith,
            events: 1,
            writes: u64::from(class == CHANGED),
            failures: u64::from(!ok),
            bytes_out: snapshot.bytes_out(id).unwrap_or(0),
            span: snapshot.time(id).map(|time| (time, time)),
        }
    }

    fn join(&mut self, other: Self, snapshot: &Snapshot) {
        // Calls that did what they say show more than those that failed.
        let earlier = || by_time(snapshot, other.shows, self.shows).is_lt();
        if other.ok && !self.ok || other.ok == self.ok && earlier() {
            self.shows = other.shows;
        }
        self.ok |= other.ok;
        self.shared |= other.shared;
        self.events += other.events;
        self.writes += other.writes;
        self.failures += other.failures;
        self.bytes_out = self.bytes_out.saturating_add(other.bytes_out);
        self.span = match (self.span, other.span) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
    }
}

/// A resource's story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// Every name it goes by, the best one first.
    pub names: Vec<String>,
    /// `elasticloadbalancing:loadbalancer/app`, where its names say it.
    pub kind: Option<String>,
    /// The kind for people.
    pub label: String,
    /// Its account: of its ARN, else of the logs that name it where that is one.
    pub account: Option<String>,
    /// Its region, likewise.
    pub region: Option<String>,
    /// Whether its name was only ever derived from parameters.
    pub derived: bool,
    /// Whether moreover no record that names it says which service it is of.
    pub inferred: bool,
    /// The state the evidence leaves it in.
    pub standing: Standing,
    /// Its life line, oldest first.
    pub life: Vec<Step>,
    /// What changed, by event, newest first; empty until the records were read.
    pub told: Vec<(EventId, Vec<Difference>)>,
    /// What it is related to, parts and wholes first: at most [`MOST_RELATED`].
    pub related: Vec<Related>,
    /// How many other resources it is named with.
    pub n_related: u64,
    /// First and last event of the evidence for its account and region.
    pub coverage: Option<(UtcMicros, UtcMicros)>,
}

/// Related resources a history lists.
pub const MOST_RELATED: usize = 50;

/// Steps a life line keeps at either end; the middle is left out.
const MOST_STEPS: usize = 200;

/// Every name of a resource: itself where it has no other.
pub fn names_of(snapshot: &Snapshot, sym: Sym) -> Vec<Sym> {
    match snapshot.names().all(sym) {
        [] => vec![sym],
        all => all.to_vec(),
    }
}

/// What an event did to a resource that it names in this role.
pub fn deed(snapshot: &Snapshot, id: EventId, role: Role) -> Option<Deed> {
    let facts = snapshot.facts(id);
    // Signing in, taking on a role or reading a secret changes none of them.
    if !matches!(facts.verb(), Verb::Write | Verb::Delete) || !role.is_subject() {
        return None;
    }
    if facts.outcome() != Outcome::Ok {
        return Some(Deed::Refused);
    }
    Some(match role {
        Role::Created => Deed::Created,
        Role::Deleted => Deed::Deleted,
        Role::Read => return None,
        _ => {
            let shares = snapshot
                .named_by(id)
                .any(|(_, mark)| mark.role() == Role::SharedWith);
            if shares { Deed::Shared } else { Deed::Changed }
        }
    })
}

impl History {
    /// The story of a resource from the events that name it, in time order.
    ///
    /// `None` when the work was given up, or no such name is known.
    pub fn of(
        snapshot: &Snapshot,
        name: &str,
        events: &[EventId],
        cancel: &Cancel,
    ) -> Option<Self> {
        let resources = snapshot.resources();
        let group = names_of(snapshot, resources.find(name)?);
        let names: Vec<String> = group
            .iter()
            .map(|s| resources.text(*s).to_owned())
            .collect();
        let kind = names.iter().find_map(|name| Kind::of(name));
        let mut life: Vec<Step> = Vec::new();
        let mut fate = Fate::default();
        let (mut derived, mut inferred) = (true, true);
        let mut met: HashMap<Sym, Met> = HashMap::new();
        let (mut account, mut region) = (OneOf::default(), OneOf::default());
        for (n, &id) in events.iter().enumerate() {
            if n % 8192 == 0 && cancel.is_stale() {
                return None;
            }
            account.add(snapshot.symbol(Col::Acct, id));
            region.add(snapshot.symbol(Col::Region, id));
            let mut role = Role::Used;
            for (sym, mark) in snapshot.named_by(id) {
                if group.contains(&sym) {
                    role = role.min(mark.role());
                    derived &= mark.naming().is_made();
                    inferred &= mark.naming() == Naming::Inferred;
                } else {
                    let this = Met::of(snapshot, id, mark.role());
                    met.entry(sym)
                        .and_modify(|met| met.join(this, snapshot))
                        .or_insert(this);
                }
            }
            let Some(deed) = deed(snapshot, id, role) else {
                continue;
            };
            let time = snapshot.time_key(id);
            match deed {
                Deed::Created => fate.add(time, Standing::Made(id)),
                Deed::Deleted => fate.add(time, Standing::Gone(id)),
                _ => {}
            }
            let who = snapshot.person_of(id).map_or("?", |p| p.label.as_str());
            match life.last_mut() {
                Some(last) if last.deed == deed && last.who == who => last.events += 1,
                _ => life.push(Step {
                    deed,
                    who: who.to_owned(),
                    event: id,
                    events: 1,
                }),
            }
            if life.len() > 4 * MOST_STEPS {
                life.drain(MOST_STEPS..2 * MOST_STEPS);
            }
        }
        if life.len() > 2 * MOST_STEPS {
            let end = life.len() - MOST_STEPS;
            life.drain(MOST_STEPS..end);
        }
        let related = related(snapshot, kind, met);
        let arn = names.iter().find_map(|name| Arn::parse(name));
        let own = |text: Option<&str>| text.filter(|t| !t.is_empty()).map(str::to_owned);
        let account = own(arn.map(|a| a.account)).or_else(|| {
            let sym = account.one()?;
            Some(snapshot.dict(Col::Acct).text(sym).to_owned())
        });
        let region = own(arn.map(|a| a.region)).or_else(|| {
            let sym = region
                .one()
                .filter(|_| arn.is_none_or(|a| a.service == "ec2"))?;
            Some(snapshot.dict(Col::Region).text(sym).to_owned())
        });
        let coverage = coverage(snapshot, account.as_deref(), region.as_deref());
        Some(Self {
            kind: kind.map(|k| k.to_string()),
            label: kind.map_or_else(|| "resource".to_owned(), |k| k.label().into_owned()),
            account,
            region,
            derived,
            inferred,
            standing: fate.standing,
            life,
            told: Vec::new(),
            n_related: related.1,
            related: related.0,
            coverage,
            names,
        })
    }

    /// Events whose records say what changed, oldest first: those that made, changed or ended it.
    pub fn tellers(snapshot: &Snapshot, name: &str, events: &[EventId]) -> Vec<EventId> {
        let Some(sym) = snapshot.resources().find(name) else {
            return Vec::new();
        };
        let group = names_of(snapshot, sym);
        let deed = |id| deed_to(snapshot, &group, id);
        let tells = |id: &EventId| deed(*id).is_some_and(|deed| deed != Deed::Refused);
        let tellers: Vec<EventId> = events.iter().copied().filter(tells).collect();
        sequence::of_resource(snapshot, &tellers, deed)
    }
}

/// What an event did to the resource of these names.
pub fn deed_to(snapshot: &Snapshot, group: &[Sym], id: EventId) -> Option<Deed> {
    let named = snapshot.named_by(id);
    let roles = named.filter(|(sym, _)| group.contains(sym));
    deed(snapshot, id, roles.map(|(_, mark)| mark.role()).min()?)
}

/// A value that is the same in all events, or not.
#[derive(Default)]
struct OneOf {
    first: Option<Sym>,
    differs: bool,
}

impl OneOf {
    fn add(&mut self, value: Option<Sym>) {
        match (self.first, value) {
            (None, value) => self.first = value,
            (Some(first), Some(value)) => self.differs |= first != value,
            _ => {}
        }
    }

    fn one(&self) -> Option<Sym> {
        self.first.filter(|_| !self.differs)
    }
}

fn related(
    snapshot: &Snapshot,
    kind: Option<Kind<'_>>,
    met: HashMap<Sym, Met>,
) -> (Vec<Related>, u64) {
    let resources = snapshot.resources();
    // Names of one resource are one.
    let mut by_best: HashMap<Sym, Met> = HashMap::new();
    for (sym, this) in met {
        by_best
            .entry(snapshot.names().best(sym))
            .and_modify(|met| met.join(this, snapshot))
            .or_insert(this);
    }
    let n = by_best.len() as u64;
    let mut all: Vec<(Bond, Sym, Met)> = by_best
        .into_iter()
        .map(|(sym, met)| {
            let other = Kind::of(resources.text(sym));
            let bond = match (kind, other) {
                _ if !met.ok => Bond::Tried,
                _ if met.shared => Bond::SharedWith,
                (Some(this), Some(other)) if relation::is_part(other, this) => Bond::Part,
                (Some(this), Some(other)) if relation::is_part(this, other) => Bond::Whole,
                _ => Bond::UsedWith,
            };
            (bond, sym, met)
        })
        .collect();
    all.sort_by(|a, b| {
        let names = || resources.text(a.1).cmp(resources.text(b.1));
        (a.0, b.2.events).cmp(&(b.0, a.2.events)).then_with(names)
    });
    all.truncate(MOST_RELATED);
    let wanted: Vec<Sym> = all.iter().map(|r| r.1).collect();
    let standings = Standings::of(snapshot, Some(&wanted));
    let related = all
        .into_iter()
        .map(|(bond, sym, met)| Related {
            name: resources.text(sym).to_owned(),
            bond,
            event: met.shows,
            events: met.events,
            writes: met.writes,
            failures: met.failures,
            bytes_out: met.bytes_out,
            span: met.span,
            standing: standings.get(snapshot, sym),
        })
        .collect();
    (related, n)
}

/// The state the evidence leaves resources in, by their best names, where they were made or ended.
#[derive(Debug, Default)]
pub struct Standings(HashMap<Sym, Standing>);

impl Standings {
    /// One look at every event that made or ended something: at all resources, or at some.
    pub fn of(snapshot: &Snapshot, wanted: Option<&[Sym]>) -> Self {
        let names = snapshot.names();
        let wanted: Option<HashSet<Sym>> =
            wanted.map(|some| some.iter().map(|sym| names.best(*sym)).collect());
        if wanted.as_ref().is_some_and(HashSet::is_empty) {
            return Self::default();
        }
        let mut all: Vec<(Sym, EventId, Standing)> = Vec::new();
        for (s, segment) in snapshot.segments().iter().enumerate() {
            for (row, facts) in segment.facts().iter().enumerate() {
                if facts.verb() == Verb::Read || facts.outcome() != Outcome::Ok {
                    continue;
                }
                for (sym, mark) in segment.named(row) {
                    let id = EventId::new(s, row);
                    let next = match mark.role() {
                        Role::Created => Standing::Made(id),
                        Role::Deleted => Standing::Gone(id),
                        _ => continue,
                    };
                    let best = names.best(sym);
                    if wanted.as_ref().is_none_or(|some| some.contains(&best)) {
                        all.push((best, id, next));
                    }
                }
            }
        }
        all.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| by_time(snapshot, a.1, b.1)));
        let settled = all.chunk_by(|a, b| a.0 == b.0).filter_map(|known| {
            let mut fate = Fate::default();
            for (_, id, next) in known {
                fate.add(snapshot.time_key(*id), *next);
            }
            Some((known.first()?.0, fate.standing))
        });
        Self(settled.collect())
    }

    /// The states by every name of each.
    pub fn by_name<'s>(&self, snapshot: &'s Snapshot) -> HashMap<&'s str, Standing> {
        let named = self.0.iter().flat_map(|(sym, standing)| {
            let names = names_of(snapshot, *sym).into_iter();
            names.map(|name| (snapshot.resources().text(name), *standing))
        });
        named.collect()
    }

    /// The state of a resource, by any of its names.
    pub fn get(&self, snapshot: &Snapshot, sym: Sym) -> Standing {
        let found = self.0.get(&snapshot.names().best(sym));
        found.copied().unwrap_or(Standing::Seen)
    }
}

/// First and last dated event of an account's region.
fn coverage(
    snapshot: &Snapshot,
    account: Option<&str>,
    region: Option<&str>,
) -> Option<(UtcMicros, UtcMicros)> {
    let find = |col: Col, text: Option<&str>| match text {
        Some(text) => snapshot.dict(col).find(text).map(Some),
        None => Some(None),
    };
    let (account, region) = (find(Col::Acct, account)?, find(Col::Region, region)?);
    let fits = |id: &&EventId| {
        account.is_none_or(|a| snapshot.symbol(Col::Acct, **id) == Some(a))
            && region.is_none_or(|r| snapshot.symbol(Col::Region, **id) == Some(r))
            && snapshot.time(**id).is_some()
    };
    let first = snapshot.order().iter().find(fits)?;
    let last = snapshot.order().iter().rfind(fits)?;
    Some((snapshot.time(*first)?, snapshot.time(*last)?))
}
