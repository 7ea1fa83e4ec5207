//! Links to who made the user, role, password, instance or function behind a session.

use crate::event::birth::LinkKind;
use crate::event::principal::{Principal, PrincipalKind};
use crate::event::session::SessionKind;
use crate::index::sessions::Session;
use crate::index::symbols::Sym;
use crate::pivot::kept::By;
use crate::pivot::lineage::{Link, Parent};
use crate::pivot::links::{Finder, SLACK, Told};

impl Finder<'_> {
    /// Who made the user, role, password, instance or function behind the session.
    pub(super) fn by_making(&self, sym: Sym, s: &Session, p: &Principal, links: &mut Vec<Link>) {
        let last = self.last(sym);
        let fits = |t: &Told<'_>| t.time <= last.saturating_add(SLACK);
        let mut made = |kind: LinkKind, t: Option<Told<'_>>| {
            links.extend(t.and_then(|t| Self::link(kind, sym, &t)));
        };
        let is_of = |t: &Told<'_>, kind: LinkKind| t.birth.call.link == kind;
        match p.kind {
            PrincipalKind::User => {
                let mut makers = self.those(By::Arn, &p.key);
                made(
                    LinkKind::CreatedUser,
                    makers.find(|t| is_of(t, LinkKind::CreatedUser) && fits(t)),
                );
                let signs_in = matches!(s.kind, SessionKind::Console | SessionKind::Unkeyed);
                if signs_in {
                    let mut makers = self.those(By::LoginMaker, &p.label);
                    made(
                        LinkKind::CreatedLogin,
                        makers.find(|t| {
                            let before = self.first(sym).saturating_add(SLACK);
                            t.account() == p.account.as_deref() && t.time <= before
                        }),
                    );
                }
            }
            PrincipalKind::RoleSession => {
                let (role, name) = p.key.split_once(':').unwrap_or((&p.key, ""));
                let mut makers = self.those(By::Id, role);
                made(
                    LinkKind::CreatedRole,
                    makers.find(|t| is_of(t, LinkKind::CreatedRole) && fits(t)),
                );
                let ours = |t: &Told<'_>| t.account() == p.account.as_deref() && fits(t);
                if !name.is_empty() {
                    // A build's session is named after its id behind these letters.
                    let name = name.strip_prefix("AWSCodeBuild-").unwrap_or(name);
                    for kind in [LinkKind::Instance, LinkKind::Task, LinkKind::HostAccess] {
                        let mut makers = self.those(By::Host, name);
                        made(kind, makers.find(|t| is_of(t, kind) && ours(t)));
                    }
                    // A function may have been changed by several: the newest before its first use.
                    let first = self.first(sym);
                    let makers = self.those(By::Function, name).filter(ours);
                    let newest = makers
                        .filter(|t| t.time <= first.saturating_add(SLACK))
                        .last();
                    made(LinkKind::Function, newest);
                }
                let issuer = links
                    .iter()
                    .rev()
                    // Those of one session stand together.
                    .take_while(|l| l.child == sym)
                    .find(|l| l.kind == LinkKind::IssuedKey);
                let by_anchor = issuer.and_then(|l| match &l.parent {
                    Parent::Session(parent) => {
                        let caller = self.snapshot.session(*parent)?.principal?;
                        let call = l.birth.and_then(|b| self.snapshot.births().get(b))?;
                        let service = call.birth.call.service == "rolesanywhere";
                        let key = &self.snapshot.principal(caller).key;
                        (service || key == "svc:rolesanywhere.amazonaws.com").then_some(())
                    }
                    Parent::Identity(_) => None,
                });
                if by_anchor.is_some() {
                    let newest = self.those(By::Anchor, "").filter(ours).last();
                    links.extend(newest.and_then(|t| Self::link(LinkKind::TrustAnchor, sym, &t)));
                }
            }
            _ => {}
        }
    }
}
