//! The links of a session: every way [`LinkKind`] knows.
//!
//! What is born is looked up by what its own records say: the access key first, then the id of the
//! role's session with the moment it was made, then names. Several candidates of one kind are
//! chosen among by time and by name, never by the order of the files.

use std::cell::RefCell;
use std::hash::Hash;
use std::sync::Arc;

use hashbrown::HashMap;

use crate::base::time::SECOND;
use crate::event::birth::{Birth, Confidence, LinkKind};
use crate::event::principal::{Principal, PrincipalKind, arn_tail, last_segment};
use crate::event::session::SessionKind;
use crate::index::schema::Col;
use crate::index::segment::{EventId, UNDATED};
use crate::index::sessions::{Born, Session, Shared};
use crate::index::shelf::Shelf;
use crate::index::snapshot::Snapshot;
use crate::index::symbols::Sym;
use crate::pivot::kept::{By, Kept, Looked};
use crate::pivot::lineage::{Link, Odd, Parent};
use crate::pivot::moments;

/// How far `creationDate` may lie from the call that made the session: both are whole seconds of
/// two servers' clocks.
pub(super) const SLACK: i64 = 2 * SECOND;

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

/// One birth, with its event.
#[derive(Clone, Copy)]
pub(super) struct Told<'a> {
    pub(super) at: usize,
    pub(super) event: EventId,
    pub(super) birth: &'a Birth,
    pub(super) time: i64,
    snapshot: &'a Snapshot,
}

impl<'a> Told<'a> {
    /// The session whose event tells of it.
    pub(super) fn session(&self) -> Option<Sym> {
        self.snapshot.symbol(Col::Session, self.event)
    }

    /// The caller.
    pub(super) fn principal(&self) -> Option<&'a Arc<Principal>> {
        self.snapshot.principal_of(self.event)
    }

    pub(super) fn account(&self) -> Option<&'a str> {
        self.snapshot.text(Col::Acct, self.event)
    }
}

/// Looks for the links of one session after the other, and notes where it looked.
pub(super) struct Finder<'a> {
    pub(super) snapshot: &'a Snapshot,
    kept: &'a Kept,
    looked: RefCell<Vec<Looked>>,
}

impl<'a> Finder<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, kept: &'a Kept) -> Self {
        Self {
            snapshot,
            kept,
            looked: RefCell::default(),
        }
    }

    /// Tells where was looked since this was asked last, with a number for each place; nothing where
    /// nobody will want to know.
    pub(super) fn looked(&self, number: u32, told: &mut Vec<(Looked, u32)>) {
        let mut looked = self.looked.borrow_mut();
        told.extend(looked.drain(..).map(|place| (place, number)));
    }

    fn look(&self, by: By, of: impl Hash) -> Looked {
        let place = self.kept.place(by, of);
        if self.kept.goes_on {
            self.looked.borrow_mut().push(place);
        }
        place
    }

    pub(super) fn first(&self, session: Sym) -> i64 {
        let stats = self.kept.stats.get(session.index());
        stats.map_or(UNDATED, |s| s.first)
    }

    pub(super) fn last(&self, session: Sym) -> i64 {
        let stats = self.kept.stats.get(session.index());
        stats.map_or(i64::MIN, |s| s.last)
    }

    /// The addresses of a session that a sign-in may have opened.
    pub(super) fn addresses(&self, session: Sym) -> &'a [Sym] {
        let known = self.kept.console.addresses.get(&session);
        known.map_or(&[], Vec::as_slice)
    }

    fn time(&self, birth: u32) -> i64 {
        let time = self.kept.times.get(birth as usize);
        time.copied().unwrap_or(UNDATED)
    }

    fn told(&self, birth: u32) -> Option<Told<'a>> {
        let Born { event, birth: born } = self.snapshot.births().get(birth as usize)?;
        Some(Told {
            at: birth as usize,
            event: *event,
            birth: born,
            time: self.time(birth),
            snapshot: self.snapshot,
        })
    }

    /// Those of some entries that are really found by a text.
    fn fitting(
        &self,
        entries: &'a [(u32, u32)],
        by: By,
        text: &str,
    ) -> impl Iterator<Item = Told<'a>> {
        let told = entries.iter().filter_map(|(_, birth)| self.told(*birth));
        told.filter(move |t| {
            let b = t.birth;
            let said = match by {
                By::Key => b.key(),
                By::Id => b.id(),
                By::Arn => return b.has_arn(text),
                By::SignIn => b.sign_in(),
                By::Function | By::LoginMaker => b.target(),
                By::Host => return b.hosts().any(|host| host == text),
                By::Login | By::Switch => return t.principal().is_some_and(|p| p.key == text),
                _ => return true,
            };
            said == Some(text)
        })
    }

    /// The births found by a text, in order of time and name.
    pub(super) fn those(&self, by: By, text: &str) -> impl Iterator<Item = Told<'a>> {
        let entries = self.kept.by_birth.of(self.look(by, text));
        self.fitting(entries, by, text)
    }

    /// Those of them that happened at most `slack` from a moment.
    pub(super) fn near(
        &self,
        by: By,
        text: &str,
        moment: i64,
        slack: i64,
    ) -> impl Iterator<Item = Told<'a>> {
        let all = self.kept.by_birth.of(self.look(by, text));
        let from = all.partition_point(|e| self.time(e.1) < moment.saturating_sub(slack));
        let to = all.partition_point(|e| self.time(e.1) <= moment.saturating_add(slack));
        self.fitting(all.get(from..to.max(from)).unwrap_or(&[]), by, text)
    }

    /// The principals of an ARN's tail, by their keys.
    pub(super) fn principals(&self, tail: &str) -> Vec<(Sym, &'a Arc<Principal>)> {
        let entries = self.kept.by_principal.of(self.look(By::Tail, tail));
        let found = entries.iter().filter_map(|(_, at)| {
            let sym = Sym::at(*at as usize)?;
            Some((sym, self.snapshot.principal(sym)))
        });
        let mut found: Vec<_> = found
            .filter(|(_, p)| {
                let mut names = p.names.iter().chain(std::iter::once(&p.key));
                names.any(|name| arn_tail(name) == tail)
            })
            .collect();
        found.sort_by(|a, b| a.1.key.cmp(&b.1.key));
        found
    }

    /// The principal whose `principalId` another account's record names.
    fn principal_of_id(&self, id: &str) -> Option<&'a Arc<Principal>> {
        let entries = self.kept.by_principal.of(self.look(By::PrincipalId, id));
        let found = entries.iter().filter_map(|(_, at)| {
            let sym = Sym::at(*at as usize)?;
            Some(self.snapshot.principal(sym))
        });
        found
            .filter(|p| p.kind != PrincipalKind::Account && p.ids.iter().any(|i| i == id))
            .min_by(|a, b| a.key.cmp(&b.key))
    }

    /// The sessions at a place that fit.
    fn sessions(&self, place: Looked, fits: impl Fn(&Session) -> bool) -> Vec<Sym> {
        let entries = self.kept.by_session.of(place).iter();
        let found = entries.filter_map(|(_, at)| Sym::at(*at as usize));
        found
            .filter(|sym| self.snapshot.session(*sym).is_some_and(&fits))
            .collect()
    }

    /// The sessions of a principal.
    pub(super) fn sessions_of(&self, principal: Sym) -> Vec<Sym> {
        let place = self.look(By::Caller, principal.code());
        self.sessions(place, |s| s.principal == Some(principal))
    }

    /// The other event of a shared id: the first of them by time and name.
    pub(super) fn twin_of(&self, event: EventId) -> Option<EventId> {
        self.look(By::Shared, "");
        let alike = &self.kept.alike;
        let id = alike_of(self.snapshot.shared(), event)?;
        let from = alike.partition_point(|(other, _)| *other < id);
        let others = alike.get(from..)?.iter().take_while(|(i, _)| *i == id);
        let order = |e: &EventId| (self.snapshot.time_key(*e), self.snapshot.recorded_id(*e));
        let others = others.map(|(_, e)| *e).filter(|e| *e != event);
        others.min_by(|a, b| order(a).cmp(&order(b)))
    }

    /// The link of a birth, if its event belongs to a session that is not the child itself.
    pub(super) fn link(kind: LinkKind, child: Sym, t: &Told<'_>) -> Option<Link> {
        let parent = t.session().filter(|p| *p != child)?;
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
    pub(super) fn links_of(
        &self,
        sym: Sym,
        session: &Session,
        links: &mut Vec<Link>,
    ) -> Option<Sym> {
        let principal = self.snapshot.principal(session.principal?);
        let before = links.len();
        let console_keys = self.kept.console.keys.get(&sym);
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
        let told: Vec<Told<'_>> = self.those(By::Key, key).collect();
        let is_theirs = |t: &&Told<'_>| {
            let caller = t.principal();
            caller.is_some_and(|p| p.kind == PrincipalKind::Account)
        };
        // A call across accounts is told of twice: by the caller's account and, of a caller
        // without a name, by the role's. They are one issuer.
        let twin = told.iter().find(is_theirs).map(|t| t.event);
        let ours: Vec<Told<'_>> = told.iter().filter(|t| !is_theirs(t)).copied().collect();
        let claims = if ours.is_empty() { told } else { ours };
        // A call of the session itself that hands out its own key is nobody's parent, and a rival of
        // every other: only one of them can be true.
        let by_itself = claims.iter().any(|t| t.session() == Some(sym));
        let mut found: Vec<Link> = Vec::new();
        for t in claims {
            let kind = match t.birth.call.link {
                LinkKind::CreatedKey => LinkKind::CreatedKey,
                _ => LinkKind::IssuedKey,
            };
            let Some(mut link) = Self::link(kind, sym, &t) else {
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
            && let Some(theirs) = p.ids.iter().find_map(|id| self.principal_of_id(id))
        {
            identity(LinkKind::SamePrincipal, Arc::clone(theirs));
        }
        let sign_in = s.stamps.as_ref().and_then(|s| s.sign_in.as_deref());
        if let Some(arn) = sign_in {
            let before = links.len();
            for t in self.those(By::SignIn, arn) {
                links.extend(Self::link(LinkKind::SignInSession, sym, &t));
            }
            moments::contest(links, before);
        }
    }

    fn principal(&self, key: &str) -> Option<Arc<Principal>> {
        let found = self.principals(arn_tail(key)).into_iter();
        let mut found = found.map(|(_, p)| p);
        found.find(|p| p.key == key).cloned()
    }

    /// The session whose credentials a service was handed; a part of it where the key or the
    /// moment says so.
    fn forwarded(&self, sym: Sym, s: &Session, links: &mut Vec<Link>) -> Option<Sym> {
        let is_own = |o: &Session| o.kind != SessionKind::Forwarded && o.principal == s.principal;
        let mut found = match s.key {
            Some(key) => {
                let place = self.look(By::Keyed, key.code());
                self.sessions(place, |o| is_own(o) && o.key == s.key)
            }
            None => Vec::new(),
        };
        if let (true, Some((principal, made))) = (found.is_empty(), s.principal.zip(s.created)) {
            let place = self.look(By::Made, (principal.code(), made.0));
            found = self.sessions(place, |o| is_own(o) && o.created == s.created);
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
}

/// The shared id of an event, which stand in the order of their events.
fn alike_of(shared: &Shelf<Shared>, event: EventId) -> Option<u128> {
    let (mut from, mut to) = (0, shared.len());
    while from < to {
        let middle = from.midpoint(to);
        match shared.get(middle)? {
            s if s.event == event => return Some(s.id),
            s if s.event < event => from = middle + 1,
            _ => to = middle,
        }
    }
    None
}

/// Another account's view of a caller, by the ids that both accounts' records share.
pub(super) fn shared(snapshot: &Snapshot) -> Vec<Link> {
    let mut links = Vec::new();
    let of = |event: EventId| {
        let sym = snapshot.symbol(Col::Session, event)?;
        let principal = snapshot.session(sym)?.principal?;
        Some((sym, snapshot.principal(principal).kind))
    };
    let mut theirs: HashMap<u128, Vec<(Sym, EventId)>> = HashMap::new();
    for s in snapshot.shared().iter() {
        if let Some((sym, PrincipalKind::Account)) = of(s.event) {
            theirs.entry(s.id).or_default().push((sym, s.event));
        }
    }
    if theirs.is_empty() {
        return links;
    }
    let mut pairs: HashMap<(Sym, Sym), (EventId, i64)> = HashMap::new();
    for s in snapshot.shared().iter() {
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
            let time = snapshot.time_key(*event);
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
    links
}
