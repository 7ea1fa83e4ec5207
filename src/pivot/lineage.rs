//! Lineage: where each session comes from, and who is behind it.
//!
//! A free function over one snapshot: sessions and births in, links and persons out. The result
//! does not depend on the order the evidence came in: whatever is chosen among several is chosen
//! by time and by name. [`crate::pivot::kept`] takes in what is new and has [`crate::pivot::links`]
//! find the links; this file follows them.
//!
//! What odd evidence does, each tested: a session that names itself as its parent has no link from
//! that; sessions that name each other in a ring are each their own; of two issuers of one key none
//! counts; a key used before it was issued has an inferred link only. None of them joins people.

use std::sync::Arc;

use hashbrown::{HashMap, HashSet};

use crate::base::cancel::Cancel;
use crate::base::crew::{Alone, Crew};
use crate::event::agent::Kinds;
use crate::event::birth::{Confidence, LinkKind};
use crate::event::outcome::{Outcome, Verb};
use crate::event::principal::{Principal, PrincipalKind};
use crate::event::session::SessionKind;
use crate::index::schema::Col;
use crate::index::segment::{EventId, Facts, UNDATED};
use crate::index::sessions::People;
use crate::index::snapshot::{Generation, Snapshot};
use crate::index::symbols::Sym;
use crate::pivot::console::Keys;
use crate::pivot::identity::Identities;
use crate::pivot::kept::Kept;
use crate::pivot::links;
use crate::pivot::table::Lists;

/// Where a session comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parent {
    /// Another session.
    Session(Sym),
    /// An identity, of which no session is known to be the one.
    Identity(Arc<Principal>),
}

/// Why a link counts less than its kind says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Odd {
    /// The key was used before it was issued.
    Early,
    /// Other evidence names another issuer.
    Contested,
    /// The links lead back to the session.
    Ring,
    /// The session was never seen at the address it was opened from.
    Elsewhere,
}

impl Odd {
    /// What is odd, in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Early => "used before it was issued",
            Self::Contested => "two issuers claim it",
            Self::Ring => "the links lead back to it",
            Self::Elsewhere => "never seen at the address of the sign-in",
        }
    }

    /// Its name in output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Early => "early",
            Self::Contested => "contested",
            Self::Ring => "ring",
            Self::Elsewhere => "elsewhere",
        }
    }
}

/// One step from a session to where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What ties them.
    pub kind: LinkKind,
    /// How sure it is.
    pub confidence: Confidence,
    /// The session.
    pub child: Sym,
    /// Where it comes from.
    pub parent: Parent,
    /// The birth that tells of it: its place among the snapshot's births.
    pub birth: Option<usize>,
    /// The other account's record of the same call.
    pub twin: Option<EventId>,
    /// Why it counts less.
    pub odd: Option<Odd>,
}

/// What a session did, counted. There are as many of it as sessions, and no more events than rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stats {
    /// Events.
    pub events: u32,
    /// That changed something, deletions apart.
    pub writes: u32,
    /// That deleted.
    pub deletes: u32,
    /// That were refused for want of permission.
    pub denied: u32,
    /// That failed otherwise.
    pub failed: u32,
    /// Bytes that S3 gave out to it.
    pub bytes_out: u64,
    /// The kinds of tools it used.
    pub tools: Kinds,
    /// First dated moment; [`UNDATED`] where there is none.
    pub first: i64,
    /// Last dated moment; the smallest number where there is none.
    pub last: i64,
}

impl Stats {
    /// Nothing counted.
    pub const NONE: Self = Self {
        events: 0,
        writes: 0,
        deletes: 0,
        denied: 0,
        failed: 0,
        bytes_out: 0,
        tools: Kinds::NONE,
        first: UNDATED,
        last: i64::MIN,
    };

    /// Counts one event: what it is, and its moment or [`UNDATED`].
    pub fn count(&mut self, facts: Facts, time: i64) {
        self.events += 1;
        match (facts.outcome(), facts.verb()) {
            (Outcome::Denied, _) => self.denied += 1,
            (Outcome::Throttled | Outcome::Failed, _) => self.failed += 1,
            (Outcome::Ok, Verb::Read) => {}
            (Outcome::Ok, Verb::Delete) => self.deletes += 1,
            (Outcome::Ok, _) => self.writes += 1,
        }
        if time != UNDATED {
            self.first = self.first.min(time);
            self.last = self.last.max(time);
        }
    }

    /// Counts what an event says was given out. The number is whatever a log says.
    pub fn give_out(&mut self, bytes: Option<u64>) {
        self.bytes_out = self.bytes_out.saturating_add(bytes.unwrap_or(0));
    }

    /// Adds another's counts.
    pub fn add(&mut self, other: &Self) {
        self.events += other.events;
        self.writes += other.writes;
        self.deletes += other.deletes;
        self.denied += other.denied;
        self.failed += other.failed;
        self.bytes_out = self.bytes_out.saturating_add(other.bytes_out);
        self.tools = self.tools.and(other.tools);
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
    }
}

/// What to count as a link.
#[derive(Debug, Clone, Default)]
pub struct Wishes {
    /// Whether inferred links carry a person on.
    pub inferred: bool,
    /// What the analyst joined and parted.
    pub identities: Identities,
}

/// The lineage of every session of a snapshot.
#[derive(Debug, Clone, Default)]
pub struct Lineage {
    /// The snapshot it is of.
    pub generation: Generation,
    /// By session: what it did.
    pub stats: Arc<Vec<Stats>>,
    /// Links, those of one session together, the surest first.
    pub links: Vec<Link>,
    /// By session: where its links begin; one more at the end.
    starts: Vec<u32>,
    /// By session: the link that carries the person, if any.
    up: Vec<Option<u32>>,
    /// Births in order of time and name, as places among the snapshot's births.
    births: Arc<Vec<u32>>,
    /// By place among the snapshot's births: the links it is the proof of.
    children: Lists<u32>,
    /// Sessions without a link that carries a person, by their person.
    tops: Lists<Sym>,
    /// By person: its sessions.
    sessions: Lists<Sym>,
    /// By parent session: the sessions it carries a person to.
    below: Lists<Sym>,
    /// By parent session: links that carry nobody to their session.
    beside: Lists<u32>,
    /// By session: births that its events tell of, in order.
    told: Lists<u32>,
    /// By principal: births whose child has its id, in order of time and name.
    openers: Lists<u32>,
    /// By principal: the number of the person of its first session.
    persons: Vec<u32>,
    /// Keys of console sessions, by their text.
    keys: Arc<Keys>,
    /// Events that tell another account of a birth which the caller's own account tells of, too.
    twins: Arc<HashSet<EventId>>,
    people: Arc<People>,
    /// What the analyst said of identities when it was followed.
    pub said: Identities,
}

impl Lineage {
    /// Follows every session of a snapshot; `None` when the work was given up.
    pub fn of(snapshot: &Snapshot, wishes: &Wishes, cancel: &Cancel) -> Option<Self> {
        Self::with(&mut Kept::default(), snapshot, wishes, cancel, &Alone)
    }

    /// The same from what was kept of earlier snapshots of the same index: only what is new is
    /// looked at, and what comes out is the same.
    pub fn with(
        kept: &mut Kept,
        snapshot: &Snapshot,
        wishes: &Wishes,
        cancel: &Cancel,
        crew: &dyn Crew,
    ) -> Option<Self> {
        kept.take_in(snapshot, cancel, crew)?;
        let mut lineage = Self {
            generation: snapshot.generation(),
            stats: Arc::clone(&kept.stats),
            births: Arc::clone(&kept.order),
            twins: Arc::clone(&kept.twins),
            keys: Arc::clone(&kept.console.keys),
            said: wishes.identities.clone(),
            ..Self::default()
        };
        let links = kept.links();
        lineage.take_links(snapshot, links, &kept.rank);
        lineage.choose(snapshot, wishes.inferred);
        lineage.break_rings(snapshot);
        let principals = snapshot.dict(Col::Principal).iter();
        let symbols: HashMap<&str, Sym> = principals.map(|(sym, key)| (key, sym)).collect();
        lineage.name_persons(snapshot, &wishes.identities, kept.parts.clone(), &symbols);
        lineage.index(snapshot, &kept.told_in);
        lineage.index_principals(snapshot, kept.children(snapshot, &symbols));
        Some(lineage)
    }

    /// Who is behind each session.
    pub const fn people(&self) -> &Arc<People> {
        &self.people
    }

    /// The links of a session, the surest first.
    pub fn links_of(&self, session: Sym) -> &[Link] {
        let at = |i: usize| self.starts.get(i).map_or(0, |n| *n as usize);
        let (from, to) = (at(session.index()), at(session.index() + 1));
        self.links.get(from..to.max(from)).unwrap_or(&[])
    }

    /// The link that carries the person on, if any.
    pub fn carrying(&self, session: Sym) -> Option<&Link> {
        let at = self.up.get(session.index()).copied().flatten()?;
        self.links.get(at as usize)
    }

    /// The session a session's person comes through, if any.
    pub fn above(&self, session: Sym) -> Option<Sym> {
        match self.carrying(session)?.parent {
            Parent::Session(parent) => Some(parent),
            Parent::Identity(_) => None,
        }
    }

    /// Sessions that a session carries its person to, in order of time and name.
    pub fn below(&self, session: Sym) -> &[Sym] {
        self.below.get(session.index())
    }

    /// Links that a session is the parent of and that carry no person: created credentials,
    /// services, what is inferred or odd.
    pub fn beside(&self, session: Sym) -> impl Iterator<Item = &Link> {
        let links = self.beside.get(session.index());
        links.iter().filter_map(|i| self.links.get(*i as usize))
    }

    /// The first sessions of a person, in order of time and name.
    pub fn tops(&self, person: u32) -> &[Sym] {
        self.tops.get(person as usize)
    }

    /// Every session of a person, in no order.
    pub fn sessions_of(&self, person: u32) -> &[Sym] {
        self.sessions.get(person as usize)
    }

    /// Births that a session's events tell of, in order of time.
    pub fn told(&self, session: Sym) -> impl Iterator<Item = usize> {
        self.told.get(session.index()).iter().map(|b| *b as usize)
    }

    /// The access keys of a session, by their text: several for the console, one or none elsewhere.
    pub fn keys_of<'a>(&self, snapshot: &'a Snapshot, session: Sym) -> Vec<&'a str> {
        let dict = snapshot.dict(Col::Key);
        let key = snapshot.session(session).and_then(|s| s.key);
        let console = self.keys.get(&session).into_iter().flatten();
        console.copied().chain(key).map(|k| dict.text(k)).collect()
    }

    /// Whether an event is the other account's record of a birth that is told of already.
    pub fn is_twin(&self, event: EventId) -> bool {
        self.twins.contains(&event)
    }

    /// Every birth in order of time and name.
    pub fn births(&self) -> impl Iterator<Item = usize> {
        self.births.iter().map(|b| *b as usize)
    }

    /// Births whose child has the id of a principal, in order of time and name; those that failed
    /// are none.
    pub fn openers(&self, principal: Sym) -> impl Iterator<Item = usize> {
        let births = self.openers.get(principal.index());
        births.iter().map(|b| *b as usize)
    }

    /// The person of the first session of a principal: another than itself, where a link says so.
    pub fn person_of(&self, principal: Sym) -> Option<&Arc<Principal>> {
        let number = self.persons.get(principal.index()).copied()?;
        self.people.person(number)
    }

    /// The links a birth is the proof of.
    pub fn children(&self, birth: usize) -> impl Iterator<Item = &Link> {
        let links = self.children.get(birth);
        links.iter().filter_map(|i| self.links.get(*i as usize))
    }

    /// What a session did.
    pub fn stats_of(&self, session: Sym) -> Stats {
        self.stats
            .get(session.index())
            .copied()
            .unwrap_or(Stats::NONE)
    }

    /// A session with everything that hangs below it, itself first.
    pub fn subtree(&self, session: Sym) -> Vec<Sym> {
        let mut all = vec![session];
        let mut at = 0;
        // A tree: each session has one session above it, and rings are broken.
        while let Some(next) = all.get(at).copied() {
            all.extend_from_slice(self.below(next));
            at += 1;
        }
        all
    }

    /// Orders the links by session and by how sure they are.
    fn take_links(&mut self, snapshot: &Snapshot, mut links: Vec<Link>, rank: &[u32]) {
        let rank = |link: &Link| link.birth.and_then(|b| rank.get(b).copied());
        let names = snapshot.dict(Col::Session);
        let parent_key = |link: &Link| match &link.parent {
            Parent::Session(sym) => names.text(*sym).to_owned(),
            Parent::Identity(p) => p.key.clone(),
        };
        links.sort_by(|a, b| {
            a.child
                .cmp(&b.child)
                .then(b.confidence.cmp(&a.confidence))
                .then(a.kind.cmp(&b.kind))
                .then_with(|| parent_key(a).cmp(&parent_key(b)))
                .then_with(|| rank(a).cmp(&rank(b)))
        });
        links.dedup_by(|b, a| a.child == b.child && a.kind == b.kind && a.parent == b.parent);
        let mut starts = vec![0u32; snapshot.sessions().len() + 1];
        for link in &links {
            if let Some(n) = starts.get_mut(link.child.index() + 1) {
                *n += 1;
            }
        }
        let mut sum = 0;
        for n in &mut starts {
            sum += *n;
            *n = sum;
        }
        self.starts = starts;
        self.links = links;
    }

    /// For each session the surest link that the same person stands on both sides of.
    fn choose(&mut self, snapshot: &Snapshot, inferred: bool) {
        let least = if inferred {
            Confidence::Inferred
        } else {
            Confidence::Strong
        };
        self.up = vec![None; snapshot.sessions().len()];
        for (i, link) in self.links.iter().enumerate() {
            let person = match &link.parent {
                Parent::Session(sym) => snapshot.session(*sym).and_then(|s| s.principal),
                Parent::Identity(_) => None,
            };
            // A service that takes on a role for an instance or a function is not who is behind it.
            let is_nobody = person.is_some_and(|sym| {
                matches!(
                    snapshot.principal(sym).kind,
                    PrincipalKind::Service | PrincipalKind::Anonymous
                )
            });
            let carries = link.kind.same_person()
                && link.confidence >= least
                && link.odd.is_none()
                && !is_nobody;
            if carries
                && let Some(up) = self.up.get_mut(link.child.index())
                && up.is_none()
            {
                *up = Some(i as u32);
            }
        }
    }

    /// Takes every session that the links lead back to off its parent.
    fn break_rings(&mut self, snapshot: &Snapshot) {
        // 0: not looked at; 1 and up: on the way number n.
        let mut way = vec![0u32; self.up.len()];
        for start in 0..snapshot.sessions().len() {
            let number = start as u32 + 1;
            let mut at = Sym::at(start);
            while let Some(session) = at {
                match way.get_mut(session.index()) {
                    Some(seen) if *seen == 0 => *seen = number,
                    Some(seen) if *seen == number => {
                        self.unlink_ring(session);
                        break;
                    }
                    _ => break,
                }
                at = self.above(session);
            }
        }
    }

    fn unlink_ring(&mut self, start: Sym) {
        let mut ring = vec![start];
        let mut at = self.above(start);
        while let Some(session) = at.filter(|s| *s != start) {
            ring.push(session);
            at = self.above(session);
        }
        for session in ring {
            let up = self.up.get_mut(session.index()).and_then(Option::take);
            if let Some(link) = up.and_then(|i| self.links.get_mut(i as usize)) {
                link.odd = Some(Odd::Ring);
                link.confidence = Confidence::Inferred;
            }
        }
    }

    /// The session at the top of each session's chain.
    fn top_of(&self, session: Sym) -> Sym {
        let mut at = session;
        while let Some(above) = self.above(at) {
            at = above;
        }
        at
    }

    /// Names the person of each session: the top of its chain, or who AWS says it acts for.
    fn name_persons(
        &mut self,
        snapshot: &Snapshot,
        identities: &Identities,
        parts: Vec<u32>,
        symbols: &HashMap<&str, Sym>,
    ) {
        let n = snapshot.sessions().len();
        let mut persons = Persons::new(snapshot, symbols);
        let sessions = || (0..n).filter_map(Sym::at);
        let mut of_session = vec![0u32; n];
        let mut later: Vec<(Sym, Arc<Principal>)> = Vec::new();
        for session in sessions() {
            let top = self.top_of(session);
            let named = self.stamped(snapshot, session, &mut persons);
            let identity = self.carrying(top).map(|link| &link.parent);
            let number = match (named, identity) {
                (Some(number), _) => number,
                (None, Some(Parent::Identity(identity))) => {
                    later.push((session, Arc::clone(identity)));
                    continue;
                }
                _ if self.is_loose(snapshot, top) => {
                    if let Some(p) = snapshot.session(top).and_then(|s| s.principal) {
                        later.push((session, Arc::clone(snapshot.principal(p))));
                    }
                    continue;
                }
                _ => persons.of_principal(snapshot.session(top).and_then(|s| s.principal)),
            };
            if let Some(slot) = of_session.get_mut(session.index()) {
                *slot = number;
            }
        }
        // What is known of an identity only: the person its sessions agree on.
        let mut agreed: HashMap<Sym, Option<u32>> = HashMap::new();
        let mut sources: HashMap<&str, Option<u32>> = HashMap::new();
        for session in sessions() {
            let number = of_session.get(session.index()).copied().unwrap_or(0);
            let principal = snapshot.session(session).and_then(|s| s.principal);
            if number == 0 {
                continue;
            }
            if let Some(principal) = principal {
                agree(&mut agreed, principal, number);
            }
            let stamps = snapshot.session(session).and_then(|s| s.stamps.as_ref());
            if let Some(source) = stamps.and_then(|s| s.source_identity.as_deref()) {
                agree(&mut sources, source, number);
            }
        }
        for (session, identity) in later {
            let sym = persons.symbol(&identity.key);
            let number = match identity.kind {
                PrincipalKind::SourceIdentity => sources.get(identity.label.as_str()),
                _ => sym.and_then(|sym| agreed.get(&sym)),
            };
            let number = number.copied().flatten();
            let number = number.unwrap_or_else(|| persons.of(&identity));
            if let Some(slot) = of_session.get_mut(session.index()) {
                *slot = number;
            }
        }
        let people = persons.finish(snapshot, of_session, parts, identities);
        self.people = Arc::new(people);
    }

    /// Whether a session says no more than its principal: what a service did for it, or a role did
    /// without a key, and no session to belong to.
    fn is_loose(&self, snapshot: &Snapshot, session: Sym) -> bool {
        snapshot.session(session).is_some_and(|s| match s.kind {
            SessionKind::Forwarded => true,
            SessionKind::Unkeyed => s
                .principal
                .is_some_and(|p| snapshot.principal(p).kind == PrincipalKind::RoleSession),
            _ => false,
        }) && self.carrying(session).is_none()
    }

    /// The Identity Center user AWS stamped on the chain: the one nearest its top.
    fn stamped(&self, snapshot: &Snapshot, session: Sym, persons: &mut Persons<'_>) -> Option<u32> {
        let mut found = None;
        let mut at = Some(session);
        while let Some(s) = at {
            let stamps = snapshot.session(s).and_then(|s| s.stamps.as_ref());
            if let Some(user) = stamps.and_then(|s| s.on_behalf_of.as_ref()) {
                found = Some(user);
            }
            at = self.above(s);
        }
        found.map(|user| persons.stamped(user, PrincipalKind::IdentityCenter))
    }

    fn index(&mut self, snapshot: &Snapshot, told_in: &[u32]) {
        let n = snapshot.sessions().len();
        let (mut below, mut tops) = (Vec::new(), Vec::new());
        for session in (0..n).filter_map(Sym::at) {
            if let Some(above) = self.above(session) {
                below.push((above.index() as u32, session));
            } else if self.stats_of(session).events > 0 {
                // Without events of its own it was seen in copies only.
                tops.push((self.people.number_of(session), session));
            }
        }
        let of = |s: Sym| (self.people.number_of(s), s);
        let all: Vec<(u32, Sym)> = (0..n).filter_map(Sym::at).map(of).collect();
        self.sessions = Lists::of(self.people.len() + 1, &all);
        drop(all);
        self.below = Lists::of(n, &below);
        self.tops = Lists::of(self.people.len() + 1, &tops);
        let (names, stats) = (snapshot.dict(Col::Session), &self.stats);
        let order = |sym: &Sym| {
            let first = stats.get(sym.index()).map_or(UNDATED, |s| s.first);
            (first, names.text(*sym))
        };
        for lists in [&mut self.below, &mut self.tops] {
            lists.sort_each(|a, b| order(a).cmp(&order(b)));
        }
        let (mut children, mut beside) = (Vec::new(), Vec::new());
        for (i, link) in (0..).zip(&self.links) {
            if let Some(birth) = link.birth {
                children.push((birth as u32, i));
            }
            let carries = self.up.get(link.child.index()) == Some(&Some(i));
            if let (Parent::Session(parent), false) = (&link.parent, carries) {
                beside.push((parent.index() as u32, i));
            }
        }
        self.children = Lists::of(snapshot.births().len(), &children);
        self.beside = Lists::of(n, &beside);
        let told = self.births_by(n, told_in);
        self.told = Lists::of(n, &told);
    }

    /// Births in order, each with the place of the symbol whose code it has, if that is one of `n`.
    fn births_by(&self, n: usize, codes: &[u32]) -> Vec<(u32, u32)> {
        let code = |birth: u32| codes.get(birth as usize).copied().unwrap_or(0);
        let placed = |birth: &u32| Some((code(*birth).checked_sub(1)?, *birth));
        let placed = self.births.iter().filter_map(placed);
        placed.filter(|(place, _)| (*place as usize) < n).collect()
    }

    /// Notes of each principal who stands for it, and which births opened sessions of it.
    fn index_principals(&mut self, snapshot: &Snapshot, children: &[u32]) {
        let n = snapshot.dict(Col::Principal).len();
        let openers = self.births_by(n, children);
        self.openers = Lists::of(n, &openers);
        let names = snapshot.dict(Col::Session);
        let mut first: Vec<Option<Sym>> = vec![None; n];
        let order = |s: Sym| (self.stats_of(s).first, names.text(s));
        for (at, session) in snapshot.sessions().iter().enumerate() {
            let slot = session.principal.and_then(|p| first.get_mut(p.index()));
            let (Some(slot), Some(session)) = (slot, Sym::at(at)) else {
                continue;
            };
            if slot.is_none_or(|known| order(session) < order(known)) {
                *slot = Some(session);
            }
        }
        let person = |s: &Option<Sym>| s.map_or(0, |s| self.people.number_of(s));
        self.persons = first.iter().map(person).collect();
    }
}

/// Notes a person of something; where two are noted, nobody is known.
fn agree<K: std::hash::Hash + Eq>(known: &mut HashMap<K, Option<u32>>, of: K, number: u32) {
    let known = known.entry(of).or_insert(Some(number));
    if *known != Some(number) {
        *known = None;
    }
}

/// Persons while they are numbered.
struct Persons<'a> {
    snapshot: &'a Snapshot,
    symbols: &'a HashMap<&'a str, Sym>,
    numbers: HashMap<String, u32>,
    known: Vec<Arc<Principal>>,
    by_symbol: Vec<u32>,
}

impl<'a> Persons<'a> {
    fn new(snapshot: &'a Snapshot, symbols: &'a HashMap<&'a str, Sym>) -> Self {
        let dict = snapshot.dict(Col::Principal);
        Self {
            snapshot,
            symbols,
            numbers: HashMap::new(),
            known: Vec::new(),
            by_symbol: vec![0; dict.len()],
        }
    }

    fn symbol(&self, key: &str) -> Option<Sym> {
        self.symbols.get(key).copied()
    }

    fn of(&mut self, principal: &Arc<Principal>) -> u32 {
        if let Some(number) = self.numbers.get(&principal.key) {
            return *number;
        }
        self.known.push(Arc::clone(principal));
        let number = self.known.len() as u32;
        self.numbers.insert(principal.key.clone(), number);
        number
    }

    fn of_principal(&mut self, principal: Option<Sym>) -> u32 {
        let Some(sym) = principal else { return 0 };
        match self.by_symbol.get(sym.index()) {
            Some(&number) if number > 0 => number,
            _ => {
                let number = self.of(&Arc::clone(self.snapshot.principal(sym)));
                if let Some(slot) = self.by_symbol.get_mut(sym.index()) {
                    *slot = number;
                }
                number
            }
        }
    }

    /// The person of a stamp: the principal of that key where one was seen.
    fn stamped(&mut self, key: &str, kind: PrincipalKind) -> u32 {
        if let Some(number) = self.numbers.get(key) {
            return *number;
        }
        match self.symbol(key) {
            Some(sym) => self.of_principal(Some(sym)),
            None => self.of(&Arc::new(links::stamped_principal(key, kind))),
        }
    }

    /// The table, with what the analyst joined and parted, and names that only sessions know.
    fn finish(
        mut self,
        snapshot: &Snapshot,
        mut of_session: Vec<u32>,
        parts: Vec<u32>,
        identities: &Identities,
    ) -> People {
        for (i, number) in of_session.iter_mut().enumerate() {
            let session = Sym::at(i);
            let caller = session
                .and_then(|s| snapshot.session(s)?.principal)
                .map(|p| snapshot.principal(p).clone());
            let (Some(person), Some(caller)) = (
                (*number as usize)
                    .checked_sub(1)
                    .and_then(|i| self.known.get(i))
                    .cloned(),
                caller,
            ) else {
                continue;
            };
            *number = match identities.person_of(&caller.key, &person.key) {
                None => *number,
                Some(key) => match self.symbol(&key) {
                    Some(sym) => self.of_principal(Some(sym)),
                    None => match self.numbers.get(&key) {
                        Some(known) => *known,
                        None => *number,
                    },
                },
            };
        }
        // An Identity Center user is known by an id; people know it by the mail its sessions carry.
        let mut mails: HashMap<u32, Vec<String>> = HashMap::new();
        for (i, number) in of_session.iter().enumerate() {
            let is_stamped = (*number as usize)
                .checked_sub(1)
                .and_then(|i| self.known.get(i))
                .is_some_and(|p| {
                    matches!(
                        p.kind,
                        PrincipalKind::IdentityCenter | PrincipalKind::SourceIdentity
                    )
                });
            let principal = Sym::at(i).and_then(|s| snapshot.session(s)?.principal);
            if let (true, Some(principal)) = (is_stamped, principal) {
                let names = snapshot.principal(principal).names.iter();
                let mails = mails.entry(*number).or_default();
                mails.extend(
                    names
                        .filter(|n| n.contains('@') && !n.contains('/'))
                        .cloned(),
                );
            }
        }
        for (number, mut mails) in mails {
            mails.sort();
            mails.dedup();
            let at = number as usize - 1;
            if let Some(person) = self.known.get_mut(at) {
                let person = Arc::make_mut(person);
                let bare = person.key.ends_with(&person.label);
                if person.kind == PrincipalKind::IdentityCenter
                    && bare
                    && let Some(mail) = mails.first()
                {
                    let id = std::mem::replace(&mut person.label, mail.clone());
                    if !person.names.contains(&id) {
                        person.names.push(id);
                    }
                }
                for mail in mails {
                    if mail != person.label && !person.names.contains(&mail) {
                        person.names.push(mail);
                    }
                }
            }
        }
        People::new(of_session, parts, self.known)
    }
}
