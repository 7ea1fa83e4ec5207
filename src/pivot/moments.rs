//! Links by what happened at the moment a session was made: sign-ins, switches of roles, calls that
//! hide the key they issued, and the portal.

use std::sync::Arc;

use hashbrown::HashSet;

use crate::base::time::SECOND;
use crate::event::birth::{Confidence, LinkKind};
use crate::event::principal::{Principal, PrincipalKind, arn_tail};
use crate::event::session::SessionKind;
use crate::index::schema::Col;
use crate::index::sessions::Session;
use crate::index::symbols::Sym;
use crate::pivot::kept::By;
use crate::pivot::lineage::{Link, Odd, Parent};
use crate::pivot::links::{Finder, SLACK, Told};

/// The same for the console, where a sign-in takes its time.
const CONSOLE_SLACK: i64 = 5 * SECOND;

impl Finder<'_> {
    /// What happened at the moment the session was made.
    pub(super) fn by_moment(&self, sym: Sym, s: &Session, p: &Principal, links: &mut Vec<Link>) {
        let Some(created) = s.created.map(|t| t.0) else {
            return;
        };
        let before = links.len();
        let by_login = s.kind == SessionKind::Console || p.kind != PrincipalKind::RoleSession;
        if by_login {
            for t in self.near(By::Switch, &p.key, created, CONSOLE_SLACK) {
                links.extend(self.switched(sym, &t));
            }
            for t in self.near(By::Login, &p.key, created, CONSOLE_SLACK) {
                links.extend(self.signed_in(sym, &t));
            }
        }
        if p.kind == PrincipalKind::RoleSession {
            let arns = p.names.iter().find(|n| n.starts_with("assumed-role/"));
            let mut told: Vec<Told<'_>> = self.near(By::Id, &p.key, created, SLACK).collect();
            if let (true, Some(tail)) = (told.is_empty(), arns) {
                let account = p.account.as_deref().unwrap_or("");
                // Its role's ARN says in which partition it is.
                let partition = p.issuer.as_deref().and_then(|arn| arn.split(':').nth(1));
                let partition = partition.unwrap_or("aws");
                let arn = ["arn:", partition, ":sts::", account, ":", tail].concat();
                told = self.near(By::Arn, &arn, created, SLACK).collect();
            }
            for t in told {
                let kind = match (s.kind, t.birth.key()) {
                    (SessionKind::Console | SessionKind::Forwarded, _) => LinkKind::RoleSession,
                    (_, None) => LinkKind::SameName,
                    // Another key was issued then: this one is not it.
                    (_, Some(_)) => continue,
                };
                links.extend(Self::link(kind, sym, &t));
            }
            let set = role_of(p).and_then(|r| r.strip_prefix("AWSReservedSSO_"));
            if let Some(role) = set {
                for t in self.near(By::Portal, "", created, SLACK) {
                    let opened = t.birth.target().unwrap_or("");
                    let set = role.rsplit_once('_').map_or(role, |(set, _)| set);
                    if opened == set || opened.ends_with(role) {
                        links.extend(Self::link(LinkKind::PortalRole, sym, &t));
                    }
                }
            }
        }
        contest(links, before);
    }

    /// A sign-in of the same identity; of a session that was never seen at its address it is a
    /// guess.
    fn signed_in(&self, child: Sym, t: &Told<'_>) -> Option<Link> {
        let mut link = Self::link(LinkKind::ConsoleSignIn, child, t)?;
        let address = self.snapshot.symbol(Col::Ip, t.event);
        let known = self.addresses(child);
        if let Some(address) = address
            && !known.is_empty()
            && !known.contains(&address)
        {
            link.odd = Some(Odd::Elsewhere);
            link.confidence = Confidence::Inferred;
        }
        Some(link)
    }

    /// A switch of roles in the console: from the identity it names, by its newest session.
    fn switched(&self, child: Sym, t: &Told<'_>) -> Option<Link> {
        let from = t.birth.switched_from()?;
        let account = from.split(':').nth(4);
        let mut principals = self.principals(arn_tail(from)).into_iter();
        let (sym, principal) = principals.find(|(_, p)| p.account.as_deref() == account)?;
        let sessions = self.sessions_of(sym);
        let names = self.snapshot.dict(Col::Session);
        let rank = |sym: &&Sym| {
            let session = self.snapshot.session(**sym);
            let is_console = session.is_some_and(|s| s.kind == SessionKind::Console);
            (
                is_console,
                self.first(**sym),
                std::cmp::Reverse(names.text(**sym)),
            )
        };
        let before = sessions
            .iter()
            .filter(|s| **s != child && self.first(**s) <= t.time.saturating_add(SLACK));
        let parent = before.max_by_key(rank);
        let twin = self.twin_of(t.event);
        Some(Link {
            kind: LinkKind::SwitchedRole,
            confidence: LinkKind::SwitchedRole.confidence(),
            child,
            parent: match parent {
                Some(parent) => Parent::Session(*parent),
                None => Parent::Identity(Arc::clone(principal)),
            },
            birth: Some(t.at),
            twin,
            odd: None,
        })
    }
}

/// Where several births of one moment claim a session, none of them is sure.
pub(super) fn contest(links: &mut [Link], from: usize) {
    let found = links.get_mut(from..).unwrap_or(&mut []);
    if found.len() < 2 {
        return;
    }
    let kinds: HashSet<LinkKind> = found.iter().map(|l| l.kind).collect();
    for kind in kinds {
        // A sign-in beside the call that issued the session is no rival of it.
        let rivals = || found.iter().filter(|l| l.kind == kind);
        if rivals().any(|l| rivals().any(|other| other.parent != l.parent)) {
            for link in found.iter_mut().filter(|l| l.kind == kind) {
                link.odd = Some(Odd::Contested);
                link.confidence = Confidence::Inferred;
            }
        }
    }
}

/// The role of a role's session: the part before the session's name.
fn role_of(p: &Principal) -> Option<&str> {
    let tail = p
        .names
        .iter()
        .find_map(|n| n.strip_prefix("assumed-role/"))?;
    Some(tail.split_once('/').map_or(tail, |(role, _)| role))
}
