//! What following lineage keeps from one snapshot to the next, so that the next costs what is new.
//!
//! Rows, births and what shares an id are only ever added to. Sessions and principals may change
//! when a later record says more of them. Each session's links stand until something changes that
//! was looked at when they were found: its own rows, its record, its principal, or a place of one
//! of the tables. Which places a session looked at is noted as it looks, so whatever
//! evidence comes late finds the sessions it matters to. What comes out is what
//! a look at the whole gives: the property test of `tests/lineage.rs` holds one against the other.

use std::hash::{BuildHasher, Hash};
use std::sync::Arc;

use foldhash::fast::RandomState;
use hashbrown::{HashMap, HashSet};

use crate::base::cancel::Cancel;
use crate::base::crew::{Crew, gather};
use crate::event::agent::Kinds;
use crate::event::birth::{Birth, LinkKind};
use crate::event::principal::{Principal, PrincipalKind, arn_tail};
use crate::event::session::SessionKind;
use crate::index::schema::Col;
use crate::index::segment::{EventId, IdBits, ROWS_PER_SEGMENT, UNDATED};
use crate::index::sessions::Session;
use crate::index::shelf::Shelf;
use crate::index::snapshot::Snapshot;
use crate::index::symbols::Sym;
use crate::pivot::console::Console;
use crate::pivot::lineage::{Link, Stats};
use crate::pivot::links::{Finder, shared};
use crate::pivot::table::Table;

/// What something is found by. The first stand for births, then sessions, then principals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// The access key that was issued or made.
    Key,
    /// The id of the child.
    Id,
    /// The ARN of the child.
    Arn,
    /// The ARN of the sign-in session.
    SignIn,
    /// The instance, task or build that was started.
    Host,
    /// The function that was made or changed.
    Function,
    /// The principal that signed in.
    Login,
    /// The user a password was made for.
    LoginMaker,
    /// The principal that a switch of roles made.
    Switch,
    /// Portal calls and trust anchors: all of them.
    Portal,
    Anchor,
    /// Sessions by their principal.
    Caller,
    /// Sessions by principal and moment of making, those of forwarded credentials apart.
    Made,
    /// Sessions by key, those of forwarded credentials apart.
    Keyed,
    /// Principals by `principalId`, other accounts' views apart.
    PrincipalId,
    /// Principals by the ARN of a session or user.
    Tail,
    /// Events that share an id: nothing stands here, only whether there are more of them.
    Shared,
}

/// Bits of a hash that say what it is of.
const KINDS: u32 = 5;

/// A place of a table that a session looked at.
pub(super) type Looked = u32;

/// Stands for the child of a birth that failed or gives no id. No symbol has this code.
const NOBODY: u32 = u32::MAX;

/// Pieces of work that are worth handing out.
const BIRTHS_A_PIECE: usize = 8192;
const SESSIONS_A_PIECE: usize = 4096;

/// What is kept from one snapshot to the next of one index.
#[derive(Debug, Default)]
pub struct Kept {
    /// Whether there will be a next one.
    pub(super) goes_on: bool,
    /// Whether what was kept is of use once more.
    once_more: bool,
    seed: RandomState,
    /// Rows, births and events of shared ids that are taken in.
    rows: usize,
    births: usize,
    sharing: usize,
    /// Sessions and principals as they were.
    sessions: Shelf<Session>,
    principals: Arc<[Arc<Principal>]>,
    /// By session: what it did.
    pub(super) stats: Arc<Vec<Stats>>,
    /// By agent: the kind of tool it is; none of the absent one.
    tools: Vec<Kinds>,
    pub(super) console: Console,
    /// By birth: its moment.
    pub(super) times: Vec<i64>,
    /// By birth: the session whose event tells of it, as a code.
    pub(super) told_in: Vec<u32>,
    /// By birth: the principal that has its child's id, as a code; [`NOBODY`] for what has none.
    children: Vec<u32>,
    /// Births in order of time and name, and the place of each among them.
    pub(super) order: Arc<Vec<u32>>,
    pub(super) rank: Vec<u32>,
    /// Births, sessions and principals by what they are found by.
    pub(super) by_birth: Table,
    pub(super) by_session: Table,
    pub(super) by_principal: Table,
    /// Sessions by the places they looked at.
    watching: Table,
    /// Links, those of a session together and in the order of sessions.
    links: Vec<Link>,
    /// Links by shared ids.
    shared: Vec<Link>,
    /// Events that share an id, by it.
    pub(super) alike: Vec<(u128, EventId)>,
    /// By session: the symbol of the session it is a part of.
    pub(super) parts: Vec<u32>,
    /// Events that tell another account of a birth which the caller's own account tells of, too.
    pub(super) twins: Arc<HashSet<EventId>>,
}

/// What has come in since, as far as links may hang on it.
#[derive(Default)]
struct News {
    /// Sessions to look at again.
    dirty: Vec<bool>,
    /// Places that have changed.
    touched: Vec<Looked>,
}

impl News {
    fn spoil(&mut self, session: usize) {
        if let Some(dirty) = self.dirty.get_mut(session) {
            *dirty = true;
        }
    }
}

/// What came of some sessions.
#[derive(Default)]
struct Piece {
    links: Vec<Link>,
    parts: Vec<u32>,
    looked: Vec<(Looked, u32)>,
}

impl Kept {
    /// Keeps what the next snapshot of the same index will need.
    pub fn going_on() -> Self {
        Self::anew(true)
    }

    /// Lets what is kept serve one snapshot more, and go with it.
    pub fn for_the_last_time(&mut self) {
        self.once_more = self.goes_on;
        self.goes_on = false;
    }

    fn anew(goes_on: bool) -> Self {
        Self {
            goes_on,
            ..Self::default()
        }
    }

    /// A place of the tables.
    pub(super) fn place(&self, by: By, of: impl Hash) -> Looked {
        (self.seed.hash_one(of) as u32) << KINDS | by as u32
    }

    /// Takes in a later snapshot of the same index; `None` when the work was given up, and then
    /// the next time begins anew.
    pub(super) fn take_in(
        &mut self,
        snapshot: &Snapshot,
        cancel: &Cancel,
        crew: &dyn Crew,
    ) -> Option<()> {
        let is_of_use = self.goes_on || std::mem::take(&mut self.once_more);
        if !is_of_use || snapshot.len() < self.rows {
            *self = Self::anew(self.goes_on);
        }
        let taken = self.take(snapshot, cancel, crew);
        if taken.is_none() {
            *self = Self::anew(self.goes_on);
        }
        taken
    }

    fn take(&mut self, snapshot: &Snapshot, cancel: &Cancel, crew: &dyn Crew) -> Option<()> {
        let n = snapshot.sessions().len();
        let mut news = News {
            dirty: vec![false; n],
            touched: Vec::new(),
        };
        self.meet_principals(snapshot, &mut news);
        let changed = self.meet_sessions(snapshot, &mut news);
        self.console.take_in(snapshot, &changed, self.rows);
        self.count(snapshot, cancel, &mut news)?;
        self.meet_births(snapshot, crew, &mut news);
        if self.sharing < snapshot.shared().len() {
            self.sharing = snapshot.shared().len();
            self.shared = shared(snapshot);
            let all = snapshot.shared().iter();
            self.alike = all.map(|s| (s.id, s.event)).collect();
            self.alike.sort_unstable();
            news.touched.push(self.place(By::Shared, ""));
        }
        news.touched.sort_unstable();
        news.touched.dedup();
        for place in &news.touched {
            for (_, session) in self.watching.of(*place) {
                if let Some(dirty) = news.dirty.get_mut(*session as usize) {
                    *dirty = true;
                }
            }
        }
        self.parts.resize(n, 0);
        self.link(snapshot, &news.dirty, cancel, crew)?;
        self.rows = snapshot.len();
        Some(())
    }

    /// Every link that was found.
    pub(super) fn links(&mut self) -> Vec<Link> {
        let mut links = if self.goes_on {
            self.links.clone()
        } else {
            // Nothing is looked up again.
            self.by_birth = Table::default();
            self.by_session = Table::default();
            self.by_principal = Table::default();
            self.watching = Table::default();
            self.alike = Vec::new();
            std::mem::take(&mut self.links)
        };
        links.extend(self.shared.iter().cloned());
        links
    }

    /// By birth: the principal that has its child's id, as a code; of those that none has, no symbol's.
    pub(super) fn children(&mut self, snapshot: &Snapshot, known: &HashMap<&str, Sym>) -> &[u32] {
        self.children.resize(snapshot.births().len(), 0);
        // In the order they came in, which is the one they lie in.
        for (born, child) in snapshot.births().iter().zip(&mut self.children) {
            if *child == 0 {
                let id = born.birth.id().filter(|_| !born.birth.failed);
                *child = id.map_or(NOBODY, |id| known.get(id).map_or(0, |sym| sym.code()));
            }
        }
        &self.children
    }

    fn meet_principals(&mut self, snapshot: &Snapshot, news: &mut News) {
        let mut fresh = Vec::new();
        for (sym, p) in snapshot.principals() {
            let known = self.principals.get(sym.index());
            if known.is_some_and(|known| Arc::ptr_eq(known, p)) {
                continue;
            }
            if known.is_some() {
                // What its sessions are linked to may hang on any of its names.
                let of_it = self.by_session.of(self.place(By::Caller, sym.code()));
                for (_, session) in of_it {
                    news.spoil(*session as usize);
                }
            }
            if p.kind != PrincipalKind::Account {
                let ids = p.ids.iter().map(|id| self.place(By::PrincipalId, id));
                fresh.extend(ids.map(|place| (place, sym.index() as u32)));
            }
            for name in p.names.iter().chain(std::iter::once(&p.key)) {
                fresh.push((self.place(By::Tail, arn_tail(name)), sym.index() as u32));
            }
        }
        news.touched.extend(fresh.iter().map(|(place, _)| *place));
        self.by_principal.add(fresh, |n| n);
        self.principals = snapshot.shared_principals();
    }

    /// Takes in sessions; gives those that are new or have changed.
    fn meet_sessions(&mut self, snapshot: &Snapshot, news: &mut News) -> Vec<usize> {
        let changed: Vec<usize> = snapshot.sessions().changed_since(&self.sessions).collect();
        let mut fresh = Vec::new();
        for &at in &changed {
            news.spoil(at);
            let Some(s) = snapshot.sessions().get(at) else {
                continue;
            };
            let mut file = |place| fresh.push((place, at as u32));
            let is_own = s.kind != SessionKind::Forwarded;
            if let Some(principal) = s.principal {
                file(self.place(By::Caller, principal.code()));
                if let (Some(made), true) = (s.created, is_own) {
                    file(self.place(By::Made, (principal.code(), made.0)));
                }
            }
            if let (Some(key), true) = (s.key, is_own) {
                file(self.place(By::Keyed, key.code()));
            }
        }
        news.touched.extend(fresh.iter().map(|(place, _)| *place));
        self.by_session.add(fresh, |n| n);
        if self.goes_on {
            self.sessions = snapshot.sessions().clone();
        }
        changed
    }

    /// Counts what each session did in the rows that are new.
    fn count(&mut self, snapshot: &Snapshot, cancel: &Cancel, news: &mut News) -> Option<()> {
        if self.tools.is_empty() {
            self.tools.push(Kinds::NONE);
        }
        let agents = snapshot.dict(Col::Ua);
        let known = self.tools.len();
        let fresh = (known - 1..agents.len()).filter_map(Sym::at);
        self.tools
            .extend(fresh.map(|agent| Kinds::of(agents.text(agent))));
        let stats = Arc::make_mut(&mut self.stats);
        let n = snapshot.sessions().len();
        stats.reserve_exact(n.saturating_sub(stats.len()));
        stats.resize(n, Stats::NONE);
        let mut begun = Vec::new();
        for (n, segment) in snapshot.segments().iter().enumerate() {
            if cancel.is_stale() {
                return None;
            }
            let from = self.rows.saturating_sub(n * ROWS_PER_SEGMENT);
            if from >= segment.len() {
                continue;
            }
            let (times, facts) = (segment.times(), segment.facts());
            let agents = segment.column(Col::Ua);
            for (row, bytes) in segment.bytes_out().iter().filter(|(row, _)| *row >= from) {
                let session = segment.column(Col::Session).get(row);
                if let Some(s) = session.and_then(|s| stats.get_mut(s.index())) {
                    s.give_out(Some(bytes));
                }
            }
            segment
                .column(Col::Session)
                .for_each(segment.len(), |row, code| {
                    let at = (code as usize).wrapping_sub(1);
                    let Some(s) = stats.get_mut(at).filter(|_| row >= from) else {
                        return;
                    };
                    let before = s.first;
                    s.count(facts.get(row), times.get(row));
                    let tool = self.tools.get(agents.code(row) as usize);
                    s.tools = s.tools.and(tool.copied().unwrap_or_default());
                    if s.first != before {
                        begun.push(at);
                    }
                    news.spoil(at);
                });
        }
        // Of several sessions of one caller the newest before a moment is chosen.
        if !self.watching.is_empty() {
            begun.dedup();
            for at in begun {
                let caller = snapshot.sessions().get(at).and_then(|s| s.principal);
                let place = caller.map(|p| self.place(By::Caller, p.code()));
                news.touched.extend(place);
            }
        }
        Some(())
    }

    fn meet_births(&mut self, snapshot: &Snapshot, crew: &dyn Crew, news: &mut News) {
        let (from, to) = (self.births, snapshot.births().len());
        if from >= to {
            return;
        }
        self.births = to;
        let events = || (from..to).filter_map(|at| Some(snapshot.births().get(at)?.event));
        self.times
            .extend(events().map(|event| snapshot.time_key(event)));
        let session = |event| snapshot.symbol(Col::Session, event);
        self.told_in
            .extend(events().map(|event| session(event).map_or(0, Sym::code)));
        let fresh: Vec<u32> = (from as u32..to as u32).collect();
        self.order_births(snapshot, fresh);
        let pieces = (to - from).div_ceil(BIRTHS_A_PIECE);
        let this = &*self;
        let filed = gather(crew, pieces, |piece| {
            let from = from + piece * BIRTHS_A_PIECE;
            let mut entries = Vec::new();
            for at in from..to.min(from + BIRTHS_A_PIECE) {
                this.file(snapshot, at, &mut entries);
            }
            entries
        });
        // Each piece goes as soon as it is taken over: they are not all there twice.
        let mut all = Vec::with_capacity(filed.iter().map(Vec::len).sum());
        for piece in filed {
            all.extend(piece);
        }
        let filed = all;
        // Sessions of earlier times look again, whether or not there will be a next time.
        if !self.watching.is_empty() {
            news.touched.extend(filed.iter().map(|(place, _)| *place));
        }
        let rank = &self.rank;
        self.by_birth
            .add(filed, |at| rank.get(at as usize).copied().unwrap_or(0));
        self.find_twins(snapshot, from);
    }

    /// Brings births among the others, by time and name.
    fn order_births(&mut self, snapshot: &Snapshot, fresh: Vec<u32>) {
        fn says(b: &Birth) -> [Option<&str>; 4] {
            [b.key(), b.id(), b.target(), b.session()]
        }
        let name = |event: EventId| match snapshot.segments()[event.segment()].id(event.row()) {
            IdBits::Uuid(bits) => (bits, None),
            _ => (0, snapshot.recorded_id(event)),
        };
        let times = &self.times;
        let time = |at: u32| times.get(at as usize).copied().unwrap_or(UNDATED);
        let order = |a: &u32, b: &u32| {
            let by_time = time(*a).cmp(&time(*b));
            if by_time.is_ne() {
                return by_time;
            }
            let born = |at: &u32| snapshot.births().get(*at as usize);
            let (Some(a), Some(b)) = (born(a), born(b)) else {
                return by_time;
            };
            name(a.event)
                .cmp(&name(b.event))
                .then_with(|| says(&a.birth).cmp(&says(&b.birth)))
                // One id may stand on two records that say the same of the birth.
                .then_with(|| a.birth.mark.cmp(&b.birth.mark))
        };
        // Most differ in these two, which are looked up once for each.
        let bits = |at: u32| snapshot.births().get(at as usize).map(|b| name(b.event).0);
        let keyed = |at| (time(at), bits(at).unwrap_or(0), at);
        let mut keyed: Vec<(i64, u128, u32)> = fresh.into_iter().map(keyed).collect();
        keyed.sort_unstable_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then_with(|| order(&a.2, &b.2)));
        let mut fresh: Vec<u32> = keyed.into_iter().map(|(_, _, at)| at).collect();
        let all = Arc::make_mut(&mut self.order);
        if all.is_empty() {
            *all = fresh;
        } else {
            // Two runs that are in order each: sorting goes through them once.
            all.append(&mut fresh);
            all.sort_by(order);
        }
        self.rank.resize(all.len(), 0);
        for (rank, at) in (0..).zip(all.iter()) {
            if let Some(slot) = self.rank.get_mut(*at as usize) {
                *slot = rank;
            }
        }
    }

    /// Where a birth is found; a call that failed gave birth to nothing.
    fn file(&self, snapshot: &Snapshot, at: usize, entries: &mut Vec<(Looked, u32)>) {
        let Some(born) = snapshot.births().get(at).filter(|b| !b.birth.failed) else {
            return;
        };
        let b = &born.birth;
        let mut put = |by: By, text: Option<&str>| {
            if let Some(text) = text {
                entries.push((self.place(by, text), at as u32));
            }
        };
        let caller = || {
            let principal = snapshot.principal_of(born.event);
            principal.map(|p| p.key.as_str())
        };
        put(By::Key, b.key());
        match b.call.link {
            LinkKind::ConsoleSignIn => put(By::Login, caller()),
            LinkKind::SwitchedRole => put(By::Switch, caller()),
            LinkKind::SignInSession => put(By::SignIn, b.sign_in()),
            LinkKind::PortalRole => put(By::Portal, Some("")),
            LinkKind::TrustAnchor => put(By::Anchor, Some("")),
            LinkKind::CreatedLogin => put(By::LoginMaker, b.target()),
            LinkKind::Function => put(By::Function, b.target()),
            LinkKind::CreatedUser => put(By::Arn, b.arn().as_deref()),
            _ => {
                put(By::Id, b.id());
                put(By::Arn, b.arn().as_deref());
            }
        }
        for host in b.hosts() {
            put(By::Host, Some(host));
        }
    }

    /// Finds records of other accounts of births that the caller's own account tells of, among
    /// births of which one at least has a number from `from` on.
    fn find_twins(&mut self, snapshot: &Snapshot, from: usize) {
        let is_fresh = |e: &(u32, u32)| e.1 as usize >= from;
        let of_keys = |e: &&[(u32, u32)]| e[0].0 & ((1 << KINDS) - 1) == By::Key as u32;
        let mut twins = Vec::new();
        for crowd in self.by_birth.crowds().filter(of_keys) {
            if !crowd.iter().any(is_fresh) {
                continue;
            }
            let born = |e: &(u32, u32)| snapshot.births().get(e.1 as usize);
            let is_theirs = |event: EventId| {
                snapshot
                    .principal_of(event)
                    .is_some_and(|p| p.kind == PrincipalKind::Account)
            };
            let told = || crowd.iter().filter_map(born);
            let ours: HashSet<Option<&str>> = told()
                .filter(|b| !is_theirs(b.event))
                .map(|b| b.birth.key())
                .collect();
            let theirs = told().filter(|b| is_theirs(b.event));
            let told_twice = theirs.filter(|b| ours.contains(&b.birth.key()));
            twins.extend(told_twice.map(|b| b.event));
        }
        if !twins.is_empty() {
            Arc::make_mut(&mut self.twins).extend(twins);
        }
    }

    /// Looks for the links of some sessions anew.
    fn link(
        &mut self,
        snapshot: &Snapshot,
        dirty: &[bool],
        cancel: &Cancel,
        crew: &dyn Crew,
    ) -> Option<()> {
        let wanted: Vec<u32> = (0..).zip(dirty).filter(|(_, d)| **d).map(|d| d.0).collect();
        let (this, pieces) = (&*self, wanted.len().div_ceil(SESSIONS_A_PIECE));
        let found = gather(crew, pieces, |n| {
            let mut piece = Piece::default();
            let from = n * SESSIONS_A_PIECE;
            let to = wanted.len().min(from + SESSIONS_A_PIECE);
            if cancel.is_stale() {
                return piece;
            }
            let finder = Finder::new(snapshot, this);
            for &at in wanted.get(from..to).unwrap_or(&[]) {
                let sym = Sym::at(at as usize);
                let session = snapshot.sessions().get(at as usize);
                let home = sym
                    .zip(session)
                    .and_then(|(sym, session)| finder.links_of(sym, session, &mut piece.links));
                piece.parts.push(home.map_or(at + 1, Sym::code));
                finder.looked(at, &mut piece.looked);
            }
            piece
        });
        if cancel.is_stale() {
            return None;
        }
        self.links
            .retain(|link| dirty.get(link.child.index()) == Some(&false));
        let mut looked = Vec::new();
        let mut parts = Vec::with_capacity(wanted.len());
        for piece in found {
            self.links.extend(piece.links);
            looked.extend(piece.looked);
            parts.extend(piece.parts);
        }
        for (at, part) in wanted.iter().zip(parts) {
            if let Some(slot) = self.parts.get_mut(*at as usize) {
                *slot = part;
            }
        }
        self.watching.add(looked, |n| n);
        Some(())
    }
}
