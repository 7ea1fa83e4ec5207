//! Lineage in words: what a session, a link and a birth are called, and what proves a link.
//!
//! The screen and the headless tree use the same words.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::base::text::{byte_size, counted, thousands};
use crate::base::time::UtcMicros;
use crate::event::birth::{Birth, Confidence, LinkKind};
use crate::event::principal::PrincipalKind;
use crate::event::resource;
use crate::event::session::SessionKind;
use crate::index::schema::Col;
use crate::index::segment::{EventId, UNDATED};
use crate::index::snapshot::Snapshot;
use crate::index::symbols::Sym;
use crate::pivot::lineage::{Lineage, Link, Parent, Stats};
use crate::pivot::tree::{Row, What};

/// Letters of a session's name that are shown; the filter takes them for the whole.
pub const SHOWN_LETTERS: usize = 8;

/// A session's name as it is shown.
pub fn session_name(snapshot: &Snapshot, session: Sym) -> &str {
    let name = snapshot.dict(Col::Session).text(session);
    name.get(..SHOWN_LETTERS).unwrap_or(name)
}

/// Who acts in a session, in few words: `BreakGlass/maint @123456789012`.
pub fn caller(snapshot: &Snapshot, session: Sym) -> String {
    let principal = snapshot
        .session(session)
        .and_then(|s| s.principal)
        .map(|p| snapshot.principal(p));
    let Some(p) = principal else {
        return "(not recorded)".to_owned();
    };
    match p.account.as_deref() {
        Some(account) if p.kind != PrincipalKind::Account && !p.label.contains(account) => {
            format!("{} @{account}", p.label)
        }
        _ => p.label.clone(),
    }
}

/// The credential of a session, in few words: `key AKIA…`, `console`.
pub fn credential(snapshot: &Snapshot, session: Sym) -> String {
    let Some(s) = snapshot.session(session) else {
        return String::new();
    };
    let key = s.key.map_or("", |k| snapshot.dict(Col::Key).text(k));
    match s.kind {
        SessionKind::LongLived => format!("key {key}"),
        SessionKind::Temporary => key.to_owned(),
        kind => kind.name().to_owned(),
    }
}

/// The tools of a session, by their kinds: `cli`, `console+sdk`; empty where nothing is known.
///
/// A user agent is what the caller chose to send: a hint, no proof.
pub fn tools(snapshot: &Snapshot, lineage: &Lineage, session: Sym) -> String {
    let kind = snapshot.session(session).map(|s| s.kind);
    let names = lineage
        .stats_of(session)
        .tools
        .names()
        .map(|name| match name {
            "aws" => "service",
            name => name,
        });
    // What the kind of session says already.
    let names = names.filter(|name| kind.is_none_or(|kind| kind.name() != *name));
    names.collect::<Vec<_>>().join("+")
}

/// `31 ev w19 d2 !4 2.3 GB out`
pub fn counts(stats: &Stats) -> String {
    let mut text = format!("{} ev", thousands(u64::from(stats.events)));
    for (n, letter) in [
        (stats.writes, 'w'),
        (stats.deletes, 'd'),
        (stats.denied + stats.failed, '!'),
    ] {
        if n > 0 {
            text.push_str(&format!(" {letter}{}", thousands(u64::from(n))));
        }
    }
    if stats.bytes_out > 0 {
        text.push_str(&format!(" {} out", byte_size(stats.bytes_out)));
    }
    text
}

/// First and last moment, where there are any.
pub fn span(stats: &Stats) -> Option<(UtcMicros, UtcMicros)> {
    (stats.first != UNDATED).then_some((UtcMicros(stats.first), UtcMicros(stats.last)))
}

/// The event that a link's proof stands in.
pub fn event_of(snapshot: &Snapshot, link: &Link) -> Option<EventId> {
    let born = link.birth.and_then(|b| snapshot.births().get(b));
    born.map(|b| b.event).or(link.twin)
}

/// How sure a link is, as it is drawn: inferred ones carry the mark.
pub const fn mark(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Inferred => "~",
        Confidence::Strong | Confidence::Exact => "",
    }
}

/// A link in one line: `AssumeRole: issued-key [exact]`.
pub fn link_words(snapshot: &Snapshot, link: &Link) -> String {
    let born = link.birth.and_then(|b| snapshot.births().get(b));
    let call = born.map_or_else(String::new, |b| format!("{}: ", b.birth.call.name));
    let from = match &link.parent {
        Parent::Identity(p) => format!(" {}", p.label),
        Parent::Session(_) => String::new(),
    };
    let odd = link
        .odd
        .map_or_else(String::new, |o| format!(", {}", o.words()));
    format!(
        "{call}{}{from} [{}{}{odd}]",
        link.kind.name(),
        link.confidence.name(),
        mark(link.confidence)
    )
}

/// The fields that prove a link, with their values.
pub fn proof(snapshot: &Snapshot, link: &Link) -> String {
    format!("{}: {}", link.kind.evidence(), proof_value(snapshot, link))
}

/// What stands on both sides of a link.
pub fn proof_value(snapshot: &Snapshot, link: &Link) -> String {
    let session = snapshot.session(link.child);
    let key = session
        .and_then(|s| s.key)
        .map_or("", |k| snapshot.dict(Col::Key).text(k));
    let principal = session
        .and_then(|s| s.principal)
        .map(|p| snapshot.principal(p));
    let id = principal.map_or("", |p| p.ids.first().unwrap_or(&p.key));
    let born = link.birth.and_then(|b| snapshot.births().get(b));
    let born_key = born.and_then(|b| b.birth.key());
    match link.kind {
        LinkKind::IssuedKey | LinkKind::CreatedKey => born_key.unwrap_or(key).to_owned(),
        LinkKind::RoleSession
        | LinkKind::SameName
        | LinkKind::ConsoleSignIn
        | LinkKind::SwitchedRole
        | LinkKind::SamePrincipal
        | LinkKind::CreatedRole => id.to_owned(),
        LinkKind::OnBehalfOf | LinkKind::SourceIdentity | LinkKind::FederatedBy => {
            match &link.parent {
                Parent::Identity(p) => p.key.clone(),
                Parent::Session(_) => id.to_owned(),
            }
        }
        LinkKind::SignInSession => session
            .and_then(|s| s.stamps.as_ref()?.sign_in.clone())
            .unwrap_or_default(),
        _ => born.and_then(|b| b.birth.target()).unwrap_or(id).to_owned(),
    }
}

/// Events that are looked at for the line of a session, and values of one field it names.
const MOST_LOOKED: usize = 50_000;
const MOST_NAMED: usize = 2;

/// A session in one line: its kind, second factor, time, regions, addresses, and its end.
///
/// Of a session that lasted long the beginning is looked at; `…` says that there may be more.
pub fn session_words(snapshot: &Snapshot, lineage: &Lineage, session: Sym) -> String {
    let Some(s) = snapshot.session(session) else {
        return String::new();
    };
    let stats = lineage.stats_of(session);
    let mut parts = vec![s.kind.name().to_owned()];
    parts.extend(
        s.mfa
            .map(|yes| if yes { "MFA" } else { "no MFA" }.to_owned()),
    );
    if let Some((first, last)) = span(&stats) {
        let until = last.iso();
        parts.push(match last == first {
            true => until,
            false if last.day_start() == first.day_start() => {
                format!("{} .. {}", first.iso(), until.get(11..).unwrap_or(&until))
            }
            false => format!("{} .. {until}", first.iso()),
        });
        let order = snapshot.order();
        let from = order.partition_point(|id| snapshot.time_key(*id) < stats.first);
        let to = order.partition_point(|id| snapshot.time_key(*id) <= stats.last);
        let rows = order.get(from..to).unwrap_or(&[]);
        let is_cut = rows.len() > MOST_LOOKED;
        let its = |id: &&EventId| snapshot.symbol(Col::Session, **id) == Some(session);
        let mut places: [Vec<Sym>; 2] = Default::default();
        let columns = [Col::Region, Col::Ip];
        for id in rows.iter().take(MOST_LOOKED).filter(its) {
            for (known, col) in places.iter_mut().zip(columns) {
                let value = snapshot.symbol(col, *id);
                known.extend(
                    value
                        .filter(|v| !known.contains(v))
                        .filter(|_| known.len() < 100),
                );
            }
        }
        for (known, (col, word)) in places.iter().zip(columns.iter().zip(["in", "from"])) {
            let dict = snapshot.dict(*col);
            let named = known.iter().take(MOST_NAMED).map(|v| dict.text(*v));
            let named = named.collect::<Vec<_>>().join(" ");
            let more = match known.len().saturating_sub(MOST_NAMED) {
                0 if is_cut => " …".to_owned(),
                0 => String::new(),
                n => format!(" and {n} more{}", if is_cut { " …" } else { "" }),
            };
            if !named.is_empty() {
                parts.push(format!("{word} {named}{more}"));
            }
        }
    }
    let births = lineage.links_of(session).iter().filter_map(|l| l.birth);
    let mut births = births.filter_map(|b| snapshot.births().get(b));
    if let Some(ends) = births.find_map(|b| b.birth.expires()) {
        parts.push(format!("expires {}", ends.iso()));
    }
    parts.join(", ")
}

/// How a person's sessions are known to be theirs, and when they were.
pub fn person_words(lineage: &Lineage, person: u32) -> String {
    let sessions = lineage.sessions_of(person);
    let seen = sessions.iter().filter(|s| lineage.stats_of(**s).events > 0);
    let (mut all, mut sum, mut sure) = (0u64, Stats::NONE, [0u64; 3]);
    for session in seen {
        all += 1;
        sum.add(&lineage.stats_of(*session));
        if let Some(link) = lineage.carrying(*session) {
            sure[link.confidence as usize] += 1;
        }
    }
    let mut words = counted(all, "session");
    let kinds = [Confidence::Exact, Confidence::Strong, Confidence::Inferred];
    for kind in kinds {
        let n = sure[kind as usize];
        if n > 0 {
            words.push_str(&format!(", {} by {} links", thousands(n), kind.name()));
        }
    }
    if let Some((first, last)) = span(&sum) {
        words.push_str(&format!(", {} .. {}", first.iso(), last.iso()));
    }
    words
}

/// When calls that gave birth to something were made, and their events.
pub fn births_words(snapshot: &Snapshot, births: &[usize]) -> String {
    let event = |birth: &usize| snapshot.births().get(*birth).map(|born| born.event);
    let said = |birth: Option<&usize>| {
        let event = birth.and_then(event)?;
        let time = snapshot.time(event)?.iso();
        let id = snapshot.recorded_id(event);
        Some(id.map_or_else(|| time.clone(), |id| format!("{time} event {id}")))
    };
    let first = said(births.first()).unwrap_or_else(|| "undated".to_owned());
    match births {
        [_, .., last] => {
            let last = said(Some(last)).unwrap_or_else(|| "undated".to_owned());
            format!("{first} .. {last}")
        }
        _ => first,
    }
}

/// The services that acted with forwarded keys: who the sessions say they act for.
pub fn services_words(snapshot: &Snapshot, sessions: &[Sym]) -> String {
    let of = sessions
        .first()
        .and_then(|s| snapshot.session(*s)?.principal);
    let of = of.map_or("nobody", |p| snapshot.principal(p).label.as_str());
    format!(
        "services were handed credentials of {of}: {}, which no record issued; their events are svcdriven:yes",
        counted(sessions.len() as u64, "key")
    )
}

/// What a birth made or asked for, in few words: `AssumeRole role/Admin`.
pub fn birth_words(birth: &Birth) -> String {
    let mut words = birth.call.name.to_owned();
    let target = birth.target().map(Cow::Borrowed).or_else(|| birth.arn());
    if let Some(target) = target.as_deref() {
        words.push(' ');
        words.push_str(resource::short_name(target));
    }
    match (birth.key(), birth.call.link) {
        (Some(key), LinkKind::CreatedKey) => {
            words.push_str(" key ");
            words.push_str(key);
        }
        _ if birth.target().is_none() => {
            if let Some(host) = birth.hosts().next() {
                words.push(' ');
                words.push_str(host);
            }
        }
        _ => {}
    }
    words
}

/// What became of births that no session is known to come of.
pub const fn unused_words(birth: &Birth) -> &'static str {
    match birth.call.link {
        _ if birth.failed => "failed: nothing was issued",
        LinkKind::IssuedKey | LinkKind::CreatedKey => "no use of this key in the loaded evidence",
        LinkKind::CreatedUser | LinkKind::CreatedRole | LinkKind::CreatedLogin => {
            "no use of it in the loaded evidence"
        }
        LinkKind::CreatedCredential => "its use leaves no key to follow",
        LinkKind::ChangedRights => "changed what it may do",
        LinkKind::PortalRole => "the portal logs no key: no session of that moment",
        _ => "no session of it in the loaded evidence",
    }
}

/// The main words of a row: what it is.
pub fn row_words(snapshot: &Snapshot, lineage: &Lineage, what: &What) -> String {
    match what {
        What::Person(number) => match lineage.people().person(*number) {
            Some(p) => {
                let account = p.account.as_deref();
                let account = account.map_or_else(String::new, |a| format!(", account {a}"));
                format!("{}  {}{account}", p.label, p.kind.name())
            }
            None => "(not recorded)".to_owned(),
        },
        What::Session(sym) => {
            let mut words = format!(
                "{}  {}  {}",
                session_name(snapshot, *sym),
                caller(snapshot, *sym),
                credential(snapshot, *sym)
            );
            let tools = tools(snapshot, lineage, *sym);
            if !tools.is_empty() {
                words.push_str("  ");
                words.push_str(&tools);
            }
            words
        }
        What::Forwarded(sessions) => {
            format!(
                "{} of services acting with it",
                counted(sessions.len() as u64, "key")
            )
        }
        What::Births(births) => {
            let first = births.first().and_then(|b| snapshot.births().get(*b));
            let Some(born) = first else {
                return String::new();
            };
            let times = match births.len() {
                1 => String::new(),
                n => format!(" ×{}", thousands(n as u64)),
            };
            format!(
                "{}{times}: {}",
                birth_words(&born.birth),
                unused_words(&born.birth)
            )
        }
    }
}

/// The lines before each row, and before a second line of it.
pub fn prefixes(rows: &[Row]) -> Vec<(String, String)> {
    let mut out = Vec::with_capacity(rows.len());
    // By depth: whether another row of that depth and parent follows.
    let mut open: Vec<bool> = Vec::new();
    for (i, row) in rows.iter().enumerate() {
        let next = i + row.below + 1;
        let follows = rows.get(next).is_some_and(|r| r.depth == row.depth);
        open.truncate(row.depth);
        let stem: String = open
            .iter()
            .skip(1)
            .map(|o| if *o { "│  " } else { "   " })
            .collect();
        let (branch, under) = match (row.depth, follows) {
            (0, _) => ("", ""),
            (_, true) => ("├─ ", "│  "),
            (_, false) => ("└─ ", "   "),
        };
        let child = if row.below > 0 { "│  " } else { "   " };
        out.push((format!("{stem}{branch}"), format!("{stem}{under}{child}")));
        open.push(follows);
    }
    out
}

/// A session whose origin the evidence does not hold, with who it may come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unlinked {
    /// The session.
    pub session: Sym,
    /// Sessions that opened the same role under the same name at other times.
    pub candidates: Vec<Sym>,
}

/// Whether a session must have been issued by a call that is not in the evidence.
pub fn is_unlinked(snapshot: &Snapshot, lineage: &Lineage, session: Sym) -> bool {
    let Some(s) = snapshot.session(session) else {
        return false;
    };
    let is_role = s
        .principal
        .is_some_and(|p| snapshot.principal(p).kind == PrincipalKind::RoleSession);
    let links = lineage.links_of(session);
    is_role
        && matches!(s.kind, SessionKind::Temporary | SessionKind::Console)
        && !links
            .iter()
            .any(|l| l.kind.same_person() && l.odd.is_none() && l.confidence > Confidence::Inferred)
}

/// An unlinked session with its candidates.
pub fn unlinked(snapshot: &Snapshot, lineage: &Lineage, session: Sym) -> Unlinked {
    let principal = snapshot.session(session).and_then(|s| s.principal);
    let openers = principal.into_iter().flat_map(|p| lineage.openers(p));
    let openers = openers.filter_map(|birth| {
        let born = snapshot.births().get(birth)?;
        snapshot.symbol(Col::Session, born.event)
    });
    let linked = lineage.links_of(session).iter();
    let linked = linked.filter_map(|link| match link.parent {
        Parent::Session(by) if link.kind.same_person() => Some(by),
        _ => None,
    });
    let mut seen = HashSet::from([session]);
    let all = openers.chain(linked);
    let candidates = all.filter(|by| seen.insert(*by)).collect();
    Unlinked {
        session,
        candidates,
    }
}

/// When a session was made, if that was before the evidence begins: nothing here can tell of it.
fn made_before(snapshot: &Snapshot, session: Sym) -> Option<UtcMicros> {
    let made = snapshot.session(session)?.created?;
    let (begins, _) = snapshot.span()?;
    (made < begins).then_some(begins)
}

/// Who a session of unknown origin may come from, in one line.
pub fn candidate_words(snapshot: &Snapshot, found: &Unlinked) -> String {
    let candidates = &found.candidates;
    let origin = match made_before(snapshot, found.session) {
        Some(begins) => format!("origin: before the evidence begins at {}", begins.iso()),
        None => "origin: not in the evidence".to_owned(),
    };
    let names: Vec<String> = candidates
        .iter()
        .take(3)
        .map(|s| format!("{} {}", session_name(snapshot, *s), caller(snapshot, *s)))
        .collect();
    let more = match candidates.len().saturating_sub(names.len()) {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    if names.is_empty() {
        return format!("{origin}; nobody here opened this role under this name");
    }
    format!(
        "{origin}; opened under this name at other times: {}{more}",
        names.join(", ")
    )
}

/// What evidence would say where an unlinked session comes from.
pub fn would_settle(snapshot: &Snapshot, session: Sym) -> String {
    let Some(s) = snapshot.session(session) else {
        return String::new();
    };
    let account = s
        .principal
        .and_then(|p| snapshot.principal(p).account.as_deref());
    let account = account.unwrap_or("its");
    let when = s.created.map_or_else(
        || "before its first event".to_owned(),
        |t| format!("at {}", t.iso()),
    );
    let older = made_before(snapshot, session).map_or("", |_| ": older than what was loaded");
    let key = s.key.map_or("", |k| snapshot.dict(Col::Key).text(k));
    match s.kind {
        SessionKind::Console => {
            format!("sign-in and STS events {when}, of account {account} or the caller's{older}")
        }
        _ => format!(
            "STS events {when} that issue {key}, of account {account} or the caller's, in the region that was called{older}"
        ),
    }
}
