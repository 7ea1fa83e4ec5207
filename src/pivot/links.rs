//! The links between sessions: every way [`LinkKind`] knows, looked for in one pass over sessions.
//!
//! What is born is looked up by what its own records say: the access key first, then the id of the
//! role's session with the moment it was made, then names. Several candidates of one kind are
//! chosen among by time and by name, never by the order of the files.

use std::net::IpAddr;
use std::sync::Arc;

use hashbrown::{HashMap, HashSet};

use crate::base::cancel::Cancel;
use crate::base::time::{SECOND, UtcMicros};
use crate::event::birth::{Birth, Confidence, LinkKind};
use crate::event::principal::{Principal, PrincipalKind, arn_tail, last_segment};
use crate::event::record::is_masked;
use crate::event::session::SessionKind;
use crate::index::schema::Col;
use crate::index::segment::{EventId, IdBits, UNDATED};
use crate::index::sessions::Session;
use crate::index::snapshot::Snapshot;
use crate::index::symbols::Sym;
use crate::pivot::lineage::{Link, Odd, Parent, Stats};
use crate::pivot::moments;

/// How far `creationDate` may lie from the call that made the session: both are whole seconds of
/// two servers' clocks.
pub(super) const SLACK: i64 = 2 * SECOND;

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// The links, in no order.
    pub links: Vec<Link>,
    /// Births in order of time and name.
    pub births: Vec<usize>,
    /// By session: the symbol of the session it is a part of.
    pub parts: Vec<u32>,
    /// Events that tell another account of a birth which the caller's own account tells of, too.
    pub twins: HashSet<EventId>,
    /// Keys of console sessions, by their text.
    pub keys: HashMap<Sym, Vec<Sym>>,
}

/// The key of the person a source identity stands for.
pub fn source_key(name: &str) -> String {
    format!("source-identity:{name}")
}

/// A person of whom nothing but a stamp is known.
pub fn stamped_principal(key: &str, kind: PrincipalKind) -> Principal {
    let label = match kind {
        PrincipalKind::IdentityCenter => key.rsplit('#').next(),
        _ => key.split_once(':').map(|(_, name)| name),
    };
    Principal::make(kind, key, label.unwrap_or(key))
}

/// One birth with what is asked of it again and again.
pub(super) struct Told<'a> {
    pub(super) at: usize,
    pub(super) event: EventId,
    pub(super) birth: &'a Birth,
    pub(super) time: i64,
    /// The session whose event tells of it.
    pub(super) session: Option<Sym>,
    /// The caller.
    pub(super) principal: Option<&'a Arc<Principal>>,
    pub(super) account: Option<&'a str>,
}

/// Looks for every link; `None` when the work was given up.
pub fn find(snapshot: &Snapshot, stats: &[Stats], cancel: &Cancel) -> Option<Found> {
    let told = told(snapshot);
    let births = told.iter().map(|t| t.at).collect();
    let Console { keys, addresses } = Console::of(snapshot);
    let finder = Finder::new(snapshot, stats, &told, addresses);
    let mut links = Vec::new();
    let mut parts: Vec<u32> = (1..=snapshot.sessions().len() as u32).collect();
    for (i, session) in snapshot.sessions().iter().enumerate() {
        if i % 4096 == 0 && cancel.is_stale() {
            return None;
        }
        let Some(sym) = Sym::at(i) else { continue };
        let home = finder.links_of(sym, session, keys.get(&sym), &mut links);
        if let (Some(home), Some(part)) = (home, parts.get_mut(i)) {
            *part = home.code();
        }
    }
    finder.shared(&mut links);
    let twins = finder.twins();
    Some(Found {
        links,
        births,
        parts,
        twins,
        keys,
    })
}

/// Keys of console sessions, and addresses of all that a sign-in may have opened.
#[derive(Debug, Default)]
struct Console {
    /// Keys, by their text: the console mints new ones as it goes.
    keys: HashMap<Sym, Vec<Sym>>,
    /// Addresses, names of services apart, in no order.
    addresses: HashMap<Sym, Vec<Sym>>,
}

impl Console {
    fn of(snapshot: &Snapshot) -> Self {
        // Which sessions, by their codes: 1 those that a sign-in may have opened, 2 of the console.
        let mut which = vec![0u8];
        which.extend(snapshot.sessions().iter().map(|s| {
            let kind = s.principal.map(|p| snapshot.principal(p).kind);
            match s.kind {
                SessionKind::Console => 2,
                SessionKind::Temporary
                    if s.created.is_some() && kind != Some(PrincipalKind::RoleSession) =>
                {
                    1
                }
                _ => 0,
            }
        }));
        let mut console = Self::default();
        if which.iter().all(|w| *w == 0) {
            return console;
        }
        let note = |map: &mut HashMap<Sym, Vec<Sym>>, session, value: Option<Sym>| {
            if let Some(value) = value {
                let known = map.entry(session).or_default();
                if known.last() != Some(&value) && !known.contains(&value) {
                    known.push(value);
                }
            }
        };
        for segment in snapshot.segments() {
            let (key, address) = (segment.column(Col::Key), segment.column(Col::Ip));
            segment
                .column(Col::Session)
                .for_each(segment.len(), |row, code| {
                    let which = which.get(code as usize).copied().unwrap_or(0);
                    if which > 0
                        && let Some(session) = Sym::from_code(code)
                    {
                        if which == 2 {
                            note(&mut console.keys, session, key.get(row));
                        }
                        note(&mut console.addresses, session, address.get(row));
                    }
                });
        }
        let keys = snapshot.dict(Col::Key);
        for known in console.keys.values_mut() {
            // What stands in the place of a key ties nothing to anything.
            known.retain(|k| !is_masked(keys.text(*k)));
            known.sort_by_key(|k| keys.text(*k));
        }
        let addresses = snapshot.dict(Col::Ip);
        for known in console.addresses.values_mut() {
            known.retain(|a| addresses.text(*a).parse::<IpAddr>().is_ok());
        }
        console
    }
}

/// Every birth in order of time and name.
fn told(snapshot: &Snapshot) -> Vec<Told<'_>> {
    let mut told: Vec<Told<'_>> = snapshot
        .births()
        .iter()
        .enumerate()
        .map(|(at, born)| Told {
            at,
            event: born.event,
            birth: &born.birth,
            time: snapshot.time_key(born.event),
            session: snapshot.symbol(Col::Session, born.event),
            principal: snapshot.principal_of(born.event),
            account: snapshot.text(Col::Acct, born.event),
        })
        .collect();
    let name = |t: &Told<'_>| {
        let segment = snapshot.segments().get(t.event.segment());
        match segment.map(|s| s.id(t.event.row())) {
            Some(IdBits::Uuid(bits)) => (bits, None),
            _ => (0, snapshot.recorded_id(t.event)),
        }
    };
    told.sort_by(|a, b| {
        a.time.cmp(&b.time).then_with(|| {
            let rest = |t: &Told<'_>| {
                let b = t.birth;
                (
                    b.key.clone(),
                    b.id.clone(),
                    b.target.clone(),
                    b.session.clone(),
                )
            };
            name(a).cmp(&name(b)).then_with(|| rest(a).cmp(&rest(b)))
        })
    });
    told
}

type ByText<'a> = HashMap<&'a str, Vec<usize>>;

pub(super) struct Finder<'a> {
    pub(super) snapshot: &'a Snapshot,
    stats: &'a [Stats],
    pub(super) told: &'a [Told<'a>],
    /// Addresses of sessions that a sign-in may have opened.
    pub(super) addresses: HashMap<Sym, Vec<Sym>>,
    /// Numbers of `told`, by what its child is recognised by.
    by_key: ByText<'a>,
    pub(super) by_id: ByText<'a>,
    pub(super) by_arn: ByText<'a>,
    by_sign_in: ByText<'a>,
    pub(super) by_host: ByText<'a>,
    pub(super) functions: ByText<'a>,
    pub(super) logins: ByText<'a>,
    pub(super) login_makers: ByText<'a>,
    pub(super) switches: ByText<'a>,
    pub(super) portals: Vec<usize>,
    pub(super) anchors: Vec<usize>,
    /// Sessions by principal.
    pub(super) sessions: HashMap<Sym, Vec<Sym>>,
    /// Sessions by principal and moment of making, those of forwarded credentials apart.
    made: HashMap<(Sym, UtcMicros), Vec<Sym>>,
    /// Sessions by key, those of forwarded credentials apart.
    keyed: HashMap<Sym, Vec<Sym>>,
    /// Principals by `principalId`, other accounts' views apart.
    by_principal_id: HashMap<&'a str, Sym>,
    /// Principals by the ARN of a session or user.
    pub(super) by_tail: HashMap<&'a str, Vec<Sym>>,
}

impl<'a> Finder<'a> {
    fn new(
        snapshot: &'a Snapshot,
        stats: &'a [Stats],
        told: &'a [Told<'a>],
        addresses: HashMap<Sym, Vec<Sym>>,
    ) -> Self {
        let mut f = Self {
            snapshot,
            stats,
            told,
            addresses,
            by_key: HashMap::new(),
            by_id: HashMap::new(),
            by_arn: HashMap::new(),
            by_sign_in: HashMap::new(),
            by_host: HashMap::new(),
            functions: HashMap::new(),
            logins: HashMap::new(),
            login_makers: HashMap::new(),
            switches: HashMap::new(),
            portals: Vec::new(),
            anchors: Vec::new(),
            sessions: HashMap::new(),
            made: HashMap::new(),
            keyed: HashMap::new(),
            by_principal_id: HashMap::new(),
            by_tail: HashMap::new(),
        };
        for (n, t) in told.iter().enumerate() {
            f.file(n, t);
        }
        for (i, session) in snapshot.sessions().iter().enumerate() {
            let Some(sym) = Sym::at(i) else { continue };
            if let Some(principal) = session.principal {
                f.sessions.entry(principal).or_default().push(sym);
                if let (Some(at), false) = (session.created, session.kind == SessionKind::Forwarded)
                {
                    f.made.entry((principal, at)).or_default().push(sym);
                }
            }
            if let (Some(key), false) = (session.key, session.kind == SessionKind::Forwarded) {
                f.keyed.entry(key).or_default().push(sym);
            }
        }
        for (sym, p) in snapshot.principals() {
            if p.kind != PrincipalKind::Account {
                for id in &p.ids {
                    f.by_principal_id.entry(id).or_insert(sym);
                }
            }
            for name in p.names.iter().chain(std::iter::once(&p.key)) {
                f.by_tail.entry(arn_tail(name)).or_default().push(sym);
            }
        }
        f
    }

    fn file(&mut self, n: usize, t: &Told<'a>) {
        let b = t.birth;
        if b.failed {
            return;
        }
        let put = |map: &mut ByText<'a>, text: Option<&'a str>| {
            if let Some(text) = text {
                map.entry(text).or_default().push(n);
            }
        };
        put(&mut self.by_key, b.key.as_deref());
        match b.call.link {
            LinkKind::ConsoleSignIn => put(&mut self.logins, t.principal.map(|p| p.key.as_str())),
            LinkKind::SwitchedRole => put(&mut self.switches, t.principal.map(|p| p.key.as_str())),
            LinkKind::SignInSession => put(&mut self.by_sign_in, b.sign_in.as_deref()),
            LinkKind::PortalRole => self.portals.push(n),
            LinkKind::TrustAnchor => self.anchors.push(n),
            LinkKind::CreatedLogin => put(&mut self.login_makers, b.target.as_deref()),
            LinkKind::Function => put(&mut self.functions, b.target.as_deref()),
            LinkKind::CreatedUser => put(&mut self.by_arn, b.arn.as_deref()),
            _ => {
                put(&mut self.by_id, b.id.as_deref());
                put(&mut self.by_arn, b.arn.as_deref());
            }
        }
        for host in &b.hosts {
            put(&mut self.by_host, Some(host));
        }
    }

    /// Records of other accounts of births that the caller's own account tells of.
    fn twins(&self) -> HashSet<EventId> {
        let is_theirs = |t: &Told<'_>| {
            t.principal
                .is_some_and(|p| p.kind == PrincipalKind::Account)
        };
        let mut twins = HashSet::new();
        for told in self.by_key.values().filter(|told| told.len() > 1) {
            let told = || told.iter().filter_map(|n| self.told.get(*n));
            if told().any(|t| !is_theirs(t)) {
                twins.extend(told().filter(|t| is_theirs(t)).map(|t| t.event));
            }
        }
        twins
    }

    pub(super) fn first(&self, session: Sym) -> i64 {
        self.stats.get(session.index()).map_or(UNDATED, |s| s.first)
    }

    pub(super) fn last(&self, session: Sym) -> i64 {
        self.stats.get(session.index()).map_or(i64::MIN, |s| s.last)
    }

    pub(super) fn those(&self, map: &ByText<'a>, text: &str) -> impl Iterator<Item = &'a Told<'a>> {
        let told = self.told;
        let found = map.get(text).map_or(&[][..], Vec::as_slice).to_vec();
        found.into_iter().filter_map(move |n| told.get(n))
    }

    /// The births of `map` that happened at most `slack` from a moment.
    pub(super) fn near(
        &self,
        map: &ByText<'a>,
        text: &str,
        moment: i64,
        slack: i64,
    ) -> impl Iterator<Item = &'a Told<'a>> {
        let all = map.get(text).map_or(&[][..], Vec::as_slice);
        self.around(all, moment, slack)
    }

    /// Those of some births that happened at most `slack` from a moment: they stand in time order.
    pub(super) fn around(
        &self,
        all: &[usize],
        moment: i64,
        slack: i64,
    ) -> impl Iterator<Item = &'a Told<'a>> + use<'a> {
        let told = self.told;
        let time = |n: &usize| told.get(*n).map_or(UNDATED, |t| t.time);
        let from = all.partition_point(|n| time(n) < moment.saturating_sub(slack));
        let to = all.partition_point(|n| time(n) <= moment.saturating_add(slack));
        let found = all.get(from..to.max(from)).unwrap_or(&[]).to_vec();
        found.into_iter().filter_map(move |n| told.get(n))
    }

    /// The link of a birth, if its event belongs to a session that is not the child itself.
    pub(super) fn link(kind: LinkKind, child: Sym, t: &Told<'_>) -> Option<Link> {
        let parent = t.session.filter(|p| *p != child)?;
        Some(Link {
            kind,
            confidence: kind.confidence(),
            child,
            parent: Parent::Session(parent),
            birth: Some(t.at),
            twin: None,
            odd: None,
        })
    }

    /// Adds every link of one session; gives the session it is a part of, if another.
    fn links_of(
        &self,
        sym: Sym,
        session: &Session,
        console_keys: Option<&Vec<Sym>>,
        links: &mut Vec<Link>,
    ) -> Option<Sym> {
        let principal = self.snapshot.principal(session.principal?);
        let before = links.len();
        let keys = console_keys.into_iter().flatten().chain(&session.key);
        let mut home = None;
        if session.kind == SessionKind::Forwarded {
            home = self.forwarded(sym, session, links);
        }
        if home.is_none() {
            for key in keys {
                self.by_issued_key(sym, self.snapshot.dict(Col::Key).text(*key), links);
            }
        }
        let issued = links.get(before..).is_some_and(|l| {
            l.iter()
                .any(|l| matches!(l.kind, LinkKind::IssuedKey | LinkKind::Forwarded))
        });
        if !issued {
            self.by_moment(sym, session, principal, links);
        }
        self.by_stamp(sym, session, principal, links);
        self.by_making(sym, session, principal, links);
        home
    }

    /// Who issued or made the key.
    fn by_issued_key(&self, sym: Sym, key: &str, links: &mut Vec<Link>) {
        let told: Vec<&Told<'_>> = self.those(&self.by_key, key).collect();
        let is_theirs = |t: &&&Told<'_>| {
            t.principal
                .is_some_and(|p| p.kind == PrincipalKind::Account)
        };
        // A call across accounts is told of twice: by the caller's account and, of a caller
        // without a name, by the role's. They are one issuer.
        let twin = told.iter().find(is_theirs).map(|t| t.event);
        let ours: Vec<&Told<'_>> = told.iter().filter(|t| !is_theirs(t)).copied().collect();
        let claims = if ours.is_empty() { told } else { ours };
        // A call of the session itself that hands out its own key is nobody's parent, and a rival of
        // every other: only one of them can be true.
        let by_itself = claims.iter().any(|t| t.session == Some(sym));
        let mut found: Vec<Link> = Vec::new();
        for t in claims {
            let kind = match t.birth.call.link {
                LinkKind::CreatedKey => LinkKind::CreatedKey,
                _ => LinkKind::IssuedKey,
            };
            let Some(mut link) = Self::link(kind, sym, t) else {
                continue;
            };
            if found
                .iter()
                .any(|l| l.parent == link.parent && l.kind == kind)
            {
                continue;
            }
            link.twin = twin.filter(|e| *e != t.event);
            if self.first(sym) < t.time.saturating_sub(SLACK) {
                link.odd = Some(Odd::Early);
            }
            found.push(link);
        }
        if found.len() + usize::from(by_itself) > 1 {
            for link in &mut found {
                link.odd = Some(Odd::Contested);
            }
        }
        for link in &mut found {
            if link.odd.is_some() {
                link.confidence = Confidence::Inferred;
            }
        }
        links.append(&mut found);
    }

    /// What AWS stamped on the session.
    fn by_stamp(&self, sym: Sym, s: &Session, p: &Arc<Principal>, links: &mut Vec<Link>) {
        let mut identity = |kind: LinkKind, parent: Arc<Principal>| {
            links.push(Link {
                kind,
                confidence: kind.confidence(),
                child: sym,
                parent: Parent::Identity(parent),
                birth: None,
                twin: None,
                odd: None,
            });
        };
        if let Some(stamps) = &s.stamps {
            if let Some(user) = stamps.on_behalf_of.as_deref().filter(|u| *u != p.key) {
                let known = self.principal(user);
                let kind = PrincipalKind::IdentityCenter;
                identity(
                    LinkKind::OnBehalfOf,
                    known.unwrap_or_else(|| Arc::new(stamped_principal(user, kind))),
                );
            }
            if let Some(name) = stamps.source_identity.as_deref() {
                let kind = PrincipalKind::SourceIdentity;
                let person = stamped_principal(&source_key(name), kind);
                identity(LinkKind::SourceIdentity, Arc::new(person));
            }
        }
        if p.kind == PrincipalKind::Federated
            && let Some(issuer) = p.issuer.as_deref()
        {
            let known = self.principal(issuer);
            let made = || {
                let kind = PrincipalKind::User;
                Arc::new(Principal::make(
                    kind,
                    issuer,
                    last_segment(arn_tail(issuer)),
                ))
            };
            identity(LinkKind::FederatedBy, known.unwrap_or_else(made));
        }
        if p.kind == PrincipalKind::Account
            && let Some(theirs) = p
                .ids
                .iter()
                .find_map(|id| self.by_principal_id.get(id.as_str()))
        {
            let theirs = Arc::clone(self.snapshot.principal(*theirs));
            identity(LinkKind::SamePrincipal, theirs);
        }
        let sign_in = s.stamps.as_ref().and_then(|s| s.sign_in.as_deref());
        if let Some(arn) = sign_in {
            let before = links.len();
            for t in self.those(&self.by_sign_in, arn) {
                links.extend(Self::link(LinkKind::SignInSession, sym, t));
            }
            moments::contest(links, before);
        }
    }

    fn principal(&self, key: &str) -> Option<Arc<Principal>> {
        let sym = self.by_tail.get(arn_tail(key))?;
        sym.iter()
            .map(|sym| self.snapshot.principal(*sym))
            .find(|p| p.key == key)
            .cloned()
    }

    /// The session whose credentials a service was handed; a part of it where the key or the
    /// moment says so.
    fn forwarded(&self, sym: Sym, s: &Session, links: &mut Vec<Link>) -> Option<Sym> {
        let same_key = s.key.and_then(|key| self.keyed.get(&key));
        let by_key: Vec<Sym> = same_key.into_iter().flatten().copied().collect();
        let mut found: Vec<Sym> = by_key
            .into_iter()
            .filter(|other| self.same_principal(*other, s))
            .collect();
        if found.is_empty() && s.created.is_some() {
            let made = s.principal.zip(s.created);
            found = made
                .and_then(|at| self.made.get(&at))
                .cloned()
                .unwrap_or_default();
        }
        // Of two sessions of one moment nobody knows which it was.
        let [home] = found.as_slice() else {
            return None;
        };
        links.push(Link {
            kind: LinkKind::Forwarded,
            confidence: LinkKind::Forwarded.confidence(),
            child: sym,
            parent: Parent::Session(*home),
            birth: None,
            twin: None,
            odd: None,
        });
        Some(*home)
    }

    fn same_principal(&self, other: Sym, s: &Session) -> bool {
        self.snapshot
            .session(other)
            .is_some_and(|o| o.principal == s.principal)
    }

    /// Another account's view of a caller, by the ids that both accounts' records share.
    fn shared(&self, links: &mut Vec<Link>) {
        let of = |event: EventId| {
            let sym = self.snapshot.symbol(Col::Session, event)?;
            let principal = self.snapshot.session(sym)?.principal?;
            Some((sym, self.snapshot.principal(principal).kind))
        };
        let mut theirs: HashMap<u128, Vec<(Sym, EventId)>> = HashMap::new();
        for s in self.snapshot.shared().iter() {
            if let Some((sym, PrincipalKind::Account)) = of(s.event) {
                theirs.entry(s.id).or_default().push((sym, s.event));
            }
        }
        if theirs.is_empty() {
            return;
        }
        let mut pairs: HashMap<(Sym, Sym), (EventId, i64)> = HashMap::new();
        for s in self.snapshot.shared().iter() {
            let Some(views) = theirs.get(&s.id) else {
                continue;
            };
            let Some((own, kind)) = of(s.event) else {
                continue;
            };
            if matches!(kind, PrincipalKind::Account | PrincipalKind::Service) {
                continue;
            }
            for (view, event) in views {
                let time = self.snapshot.time_key(*event);
                let pair = pairs.entry((*view, own)).or_insert((*event, time));
                if time < pair.1 {
                    *pair = (*event, time);
                }
            }
        }
        // One caller without a name may stand for several of its sessions; each event knows its
        // own, the person is known where they agree.
        let mut by_view: HashMap<Sym, Vec<(Sym, EventId)>> = HashMap::new();
        for ((view, own), (event, _)) in pairs {
            by_view.entry(view).or_default().push((own, event));
        }
        for (view, owns) in by_view {
            let certain = owns.len() == 1;
            for (own, event) in owns {
                links.push(Link {
                    kind: LinkKind::SharedEvent,
                    confidence: LinkKind::SharedEvent.confidence(),
                    child: view,
                    parent: Parent::Session(own),
                    birth: None,
                    twin: Some(event),
                    odd: (!certain).then_some(Odd::Contested),
                });
            }
        }
    }
}
