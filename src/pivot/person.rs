//! The people among some events: who, how much, and of what kind.

use crate::base::cancel::Cancel;
use crate::base::time::UtcMicros;
use crate::event::principal::PrincipalKind;
use crate::index::bitmap::RowSet;
use crate::index::schema::Col;
use crate::index::segment::{EventId, UNDATED};
use crate::index::snapshot::Snapshot;
use crate::index::symbols::Sym;
use crate::pivot::lineage::Stats;
use crate::query::marks::{self, TOLD_NEW};

/// One person among some events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonLine {
    /// The person's key.
    pub key: String,
    /// What it is called.
    pub label: String,
    /// Its kind.
    pub kind: PrincipalKind,
    /// Its account, where known.
    pub account: Option<String>,
    /// Sessions that acted, those of forwarded credentials as a part of theirs.
    pub sessions: u64,
    /// Access keys that were used.
    pub keys: u64,
    /// What it did.
    pub stats: Stats,
    /// First uses among the events that are new for it, by field of [`TOLD_NEW`]; `None` while they
    /// are counted.
    pub news: Option<[u32; 6]>,
}

impl PersonLine {
    /// First and last dated event.
    pub const fn span(&self) -> Option<(UtcMicros, UtcMicros)> {
        if self.stats.first == UNDATED {
            return None;
        }
        Some((UtcMicros(self.stats.first), UtcMicros(self.stats.last)))
    }
}

/// Everyone among some events: who changed most first, then by events and key. AWS services that
/// act for themselves stand last.
///
/// `None` when the work was given up.
pub fn people(snapshot: &Snapshot, events: &[EventId], cancel: &Cancel) -> Option<Vec<PersonLine>> {
    let table = snapshot.people();
    let mut stats = vec![Stats::NONE; table.len()];
    let mut acted = vec![false; snapshot.sessions().len()];
    let mut used = vec![0u32; snapshot.dict(Col::Key).len() + 1];
    for (n, &id) in events.iter().enumerate() {
        if n % 8192 == 0 && cancel.is_stale() {
            return None;
        }
        let Some(session) = snapshot.symbol(Col::Session, id) else {
            continue;
        };
        let number = table.number_of(session);
        let Some(s) = (number as usize)
            .checked_sub(1)
            .and_then(|i| stats.get_mut(i))
        else {
            continue;
        };
        if let Some(acted) = acted.get_mut(table.home(session).index()) {
            *acted = true;
        }
        if let Some(key) = snapshot.symbol(Col::Key, id)
            && let Some(by) = used.get_mut(key.code() as usize)
        {
            *by = number;
        }
        s.count(snapshot.facts(id), snapshot.time_key(id));
        s.give_out(snapshot.bytes_out(id));
    }
    let mut sessions = vec![0u64; table.len()];
    let mut keys = vec![0u64; table.len()];
    let add = |counts: &mut Vec<u64>, number: u32| {
        let at = (number as usize).checked_sub(1);
        if let Some(n) = at.and_then(|i| counts.get_mut(i)) {
            *n += 1;
        }
    };
    for (i, _) in acted.iter().enumerate().filter(|(_, yes)| **yes) {
        add(&mut sessions, Sym::at(i).map_or(0, |s| table.number_of(s)));
    }
    for number in used {
        add(&mut keys, number);
    }
    let mut lines: Vec<PersonLine> = table
        .iter()
        .zip(stats.iter().zip(sessions.iter().zip(&keys)))
        .filter(|(_, (s, _))| s.events > 0)
        .map(|((_, p), (stats, (sessions, keys)))| PersonLine {
            key: p.key.clone(),
            label: p.label.clone(),
            kind: p.kind,
            account: p.account.clone(),
            sessions: *sessions,
            keys: *keys,
            stats: *stats,
            news: None,
        })
        .collect();
    let rank = |p: &PersonLine| {
        let s = &p.stats;
        (
            p.kind == PrincipalKind::Service,
            std::cmp::Reverse(s.writes + s.deletes),
            std::cmp::Reverse(s.events),
        )
    };
    lines.sort_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| a.key.cmp(&b.key)));
    Some(lines)
}

/// Counts what is new for the people among some events, by the rule of `new:`.
///
/// `None` when the work was given up.
pub fn tell_news(
    snapshot: &Snapshot,
    lines: &mut [PersonLine],
    events: &RowSet,
    cancel: &Cancel,
) -> Option<()> {
    let news = marks::news(snapshot, events, cancel)?;
    for line in lines {
        let number = snapshot.people().find(&line.key);
        let news = number.and_then(|n| news.get(n as usize));
        line.news = Some(news.copied().unwrap_or_default());
    }
    Some(())
}

impl PersonLine {
    /// What is new for it, in few words: `ip 2 region`.
    pub fn news_words(&self) -> String {
        let news = self.news.unwrap_or_default();
        let words = TOLD_NEW.iter().zip(news).filter(|(_, n)| *n > 0);
        let words = words.map(|(field, n)| match n {
            1 => field.name().to_owned(),
            n => format!("{} {n}", field.name()),
        });
        words.collect::<Vec<_>>().join(" ")
    }
}
