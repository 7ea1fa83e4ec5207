//! The cards of a person: sessions and chains, the life of keys, addresses, errors, resources, what
//! is new, and who shares.

use std::collections::{HashMap, HashSet};

use chrono_tz::Tz;

use crate::base::text::{counted, thousands};
use crate::base::time::UtcMicros;
use crate::event::birth::Confidence;
use crate::event::resource;
use crate::event::service;
use crate::index::schema::{Col, Field};
use crate::index::snapshot::Snapshot;
use crate::index::symbols::Sym;
use crate::pivot::history::Standing;
use crate::pivot::lineage::{Lineage, Stats};
use crate::pivot::profile::{Acted, KeyLife, Profile};
use crate::query::marks::HABIT_EVENTS;
use crate::view::columns;
use crate::view::lineage as words;
use crate::view::portrait::RowTarget;
use crate::view::screen::{SectionRow, SectionView, Tone};
use crate::view::shown;

/// A card with what its rows stand for.
pub type Card = (SectionView, Vec<RowTarget>);

/// What the cards are made from.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// The evidence.
    pub snapshot: &'a Snapshot,
    /// Where sessions come from.
    pub lineage: &'a Lineage,
    /// The zone of times.
    pub zone: Tz,
    /// The person's key.
    pub who: &'a str,
}

fn line(label: &str, detail: &str, tone: Tone) -> SectionRow {
    SectionRow {
        label: shown(label),
        detail: shown(detail),
        tone,
        ..SectionRow::default()
    }
}

/// A session with how deep it stands below another session of the same person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chained<'a> {
    /// The session.
    pub acted: &'a Acted,
    /// Sessions between it and the first of its chain.
    pub depth: usize,
    /// How sure the link that carries the person to it is; `None` at the top of a chain.
    pub confidence: Option<Confidence>,
}

/// Sessions as chains: each behind the one it comes from, those of one parent by time.
pub fn chains<'a>(snapshot: &Snapshot, lineage: &Lineage, all: &'a [Acted]) -> Vec<Chained<'a>> {
    let known: HashSet<Sym> = all.iter().map(|a| a.session).collect();
    let people = snapshot.people();
    let parent_of = |session: Sym| {
        let mut at = session;
        // A chain has no rings, and no more steps than there are sessions.
        while let Some(above) = lineage.above(at) {
            let home = people.home(above);
            if home != session && known.contains(&home) {
                return Some(home);
            }
            at = above;
        }
        None
    };
    let mut below: HashMap<Option<Sym>, Vec<&Acted>> = HashMap::new();
    for acted in all {
        below
            .entry(parent_of(acted.session))
            .or_default()
            .push(acted);
    }
    let mut open: Vec<(&Acted, usize)> = Vec::new();
    let mut add = |parent: Option<Sym>, depth, open: &mut Vec<_>| {
        // What was taken is not taken again, so that odd links cannot lead round.
        let of = below.remove(&parent).unwrap_or_default();
        open.extend(of.into_iter().rev().map(|a| (a, depth)));
    };
    add(None, 0, &mut open);
    let mut chains = Vec::with_capacity(all.len());
    while let Some((acted, depth)) = open.pop() {
        let link = lineage.carrying(acted.session);
        chains.push(Chained {
            acted,
            depth,
            confidence: link.map(|l| l.confidence),
        });
        add(Some(acted.session), depth + 1, &mut open);
    }
    chains
}

impl Scene<'_> {
    fn clock(&self, time: Option<UtcMicros>) -> String {
        let (format, _) = columns::time_format(self.snapshot.span());
        columns::clock(time, self.zone, format)
    }

    /// `2026-11-20 14:00 .. 15:02`, the second part as short as it may be.
    fn stretch(&self, first: Option<UtcMicros>, last: Option<UtcMicros>) -> String {
        let (Some(first), Some(last)) = (first, last) else {
            return "undated".to_owned();
        };
        let from = first.format(self.zone, "%m-%d %H:%M");
        if last.0 / 60_000_000 == first.0 / 60_000_000 {
            return from;
        }
        let format = if first.day_start() == last.day_start() {
            "%H:%M"
        } else {
            "%m-%d %H:%M"
        };
        format!("{from}–{}", last.format(self.zone, format))
    }

    fn of_person(&self, field: Field, value: &str) -> RowTarget {
        RowTarget::Terms(vec![
            (Field::Who, self.who.to_owned()),
            (field, value.to_owned()),
        ])
    }

    /// The one line about how sure it is that all this is one person.
    pub fn sureness(&self, profile: &Profile) -> Option<String> {
        let n = profile.sessions.len();
        let mut counts = [0usize; 3];
        let mut unlinked = 0;
        for acted in &profile.sessions {
            match self.lineage.carrying(acted.session).map(|l| l.confidence) {
                Some(Confidence::Inferred) => counts[0] += 1,
                Some(Confidence::Strong) => counts[1] += 1,
                Some(Confidence::Exact) => counts[2] += 1,
                None if words::is_unlinked(self.snapshot, self.lineage, acted.session) => {
                    unlinked += 1;
                }
                None => {}
            }
        }
        let parts: Vec<String> = [
            (counts[2], "linked exactly"),
            (counts[1], "by what AWS stamped"),
            (counts[0], "inferred ~"),
            (unlinked, "of unknown origin"),
        ]
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, word)| format!("{} {word}", thousands(*n as u64)))
        .collect();
        if n == 0 || parts.is_empty() {
            return None;
        }
        let n = counted(profile.n_sessions, "session");
        Some(format!("{n}: {}", parts.join(", ")))
    }

    /// Sessions and chains.
    pub fn sessions(&self, profile: &Profile) -> Card {
        let all = chains(self.snapshot, self.lineage, &profile.sessions);
        let mut rows = Vec::new();
        let mut targets = Vec::new();
        for Chained {
            acted,
            depth,
            confidence,
        } in all
        {
            let mark = match (depth, confidence) {
                (_, Some(Confidence::Inferred)) => "~",
                (0, _) | (_, None) => "",
                (_, Some(Confidence::Strong)) => "≈ ",
                (_, Some(Confidence::Exact)) => "= ",
            };
            let steps = "> ".repeat(depth.min(8));
            let caller = words::caller(self.snapshot, acted.session);
            let how = words::credential(self.snapshot, acted.session);
            let tools = words::tools(self.snapshot, self.lineage, acted.session);
            let label = format!("{steps}{mark}{caller}  {how}  {tools}");
            let (first, last) = words::span(&acted.stats).unzip();
            let detail = format!(
                "{}  {}",
                words::counts(&acted.stats),
                self.stretch(first, last)
            );
            rows.push(line(&label, &detail, tone_of(&acted.stats)));
            let name = self.snapshot.dict(Col::Session).text(acted.session);
            targets.push(self.of_person(Field::Session, name));
        }
        let section = SectionView {
            title: format!("Sessions and chains ({})", thousands(profile.n_sessions)),
            more: profile.n_sessions.saturating_sub(rows.len() as u64),
            rows,
        };
        (section, targets)
    }

    /// How a key came to be, in few words.
    pub fn made(&self, life: &KeyLife) -> String {
        let Some(event) = life.made else {
            return if life.key.starts_with("AKIA") {
                "made before the evidence begins".to_owned()
            } else {
                "issued outside the evidence".to_owned()
            };
        };
        let by = self.snapshot.person_of(event);
        let by = by.map_or("?", |p| p.label.as_str());
        let what = self.snapshot.text(Col::What, event).unwrap_or("?");
        let time = self.clock(self.snapshot.time(event));
        let word = if life.made_here { "CREATED" } else { "made" };
        format!("{word} {time} by {by} ({what})")
    }

    /// Keys with their life.
    pub fn keys(&self, profile: &Profile) -> Card {
        let mut rows = Vec::new();
        let mut targets = Vec::new();
        for life in &profile.keys {
            let used = match (life.events, life.others.is_empty()) {
                (0, true) => "no use of this key in the loaded evidence".to_owned(),
                (0, false) => format!("used {}", self.stretch(life.first, life.last)),
                (n, _) => format!(
                    "{} ev {}",
                    thousands(n),
                    self.stretch(life.first, life.last)
                ),
            };
            let tone = if life.made_here {
                Tone::Write
            } else {
                Tone::Plain
            };
            let ends = life.expires.map_or_else(String::new, |t| {
                format!("  exp {}", t.format(self.zone, "%H:%M"))
            });
            let label = format!("{}  {}", life.key, self.made(life));
            rows.push(line(&label, &format!("{used}{ends}"), tone));
            targets.push(match life.made {
                Some(event) if life.events == 0 && life.others.is_empty() => {
                    RowTarget::Event(event)
                }
                _ => RowTarget::Terms(vec![(Field::Key, life.key.clone())]),
            });
            for (other, events) in &life.others {
                let label = format!("  used by {}", other.label);
                let detail = format!("{} ev", thousands(*events));
                rows.push(line(&label, &detail, Tone::Principal));
                targets.push(RowTarget::Terms(vec![
                    (Field::Key, life.key.clone()),
                    (Field::Who, other.key.clone()),
                ]));
            }
        }
        let section = SectionView {
            title: format!("Keys ({})", thousands(profile.n_keys)),
            rows,
            more: profile.n_keys.saturating_sub(profile.keys.len() as u64),
        };
        (section, targets)
    }

    /// Denied calls with what they were about and which policy decided.
    pub fn denied(&self, profile: &Profile) -> Card {
        let mut targets = Vec::new();
        let rows = profile.denied.iter().map(|d| {
            let target = d.target.as_deref().map_or("", resource::short_name);
            let later = if d.later_ok { "later ok" } else { "" };
            let last = self.clock(self.snapshot.time(d.last));
            // What decided it is what the card is for: the time stands where there is none.
            let why = if d.why.is_empty() {
                last
            } else {
                d.why.clone()
            };
            let parts = [thousands(d.events), why, later.to_owned()];
            let parts: Vec<String> = parts.into_iter().filter(|p| !p.is_empty()).collect();
            let mut terms = vec![
                (Field::Who, self.who.to_owned()),
                (Field::Svc, d.svc.clone()),
                (Field::What, d.what.clone()),
            ];
            terms.extend(d.target.clone().map(|name| (Field::Res, name)));
            targets.push(RowTarget::Terms(terms));
            let call = format!("{}:{}  {target}", service::short(&d.svc), d.what);
            line(call.trim_end(), &parts.join("  "), Tone::Denied)
        });
        let section = SectionView {
            title: format!("Denied calls ({})", thousands(profile.denied.len() as u64)),
            rows: rows.collect(),
            more: 0,
        };
        (section, targets)
    }

    /// What the person had not used before.
    pub fn fresh(&self, profile: &Profile) -> Card {
        let (format, _) = columns::time_format(self.snapshot.span());
        let rows = profile.fresh.iter().map(|f| {
            let value = match f.field {
                Field::Via => resource::short_name(&f.value),
                _ => &f.value,
            };
            let label = format!("{:<7}{value}", f.field.name());
            let detail = format!(
                "first {}  {} ev",
                f.first.format(self.zone, format),
                thousands(f.events)
            );
            line(&label, &detail, Tone::Plain)
        });
        let targets = profile.fresh.iter();
        let targets = targets.map(|f| self.of_person(f.field, &f.value));
        let title = if profile.has_habits {
            "New for them (vs earlier)".to_owned()
        } else {
            format!(
                "New for them: not said before an hour and {HABIT_EVENTS} events of theirs are known"
            )
        };
        let section = SectionView {
            title,
            rows: rows.collect(),
            more: 0,
        };
        (section, targets.collect())
    }

    /// Who else uses their addresses, keys and roles.
    pub fn shares(&self, profile: &Profile) -> Card {
        let rows = profile.shares.iter().map(|s| {
            let value = match s.field {
                Field::Via => resource::short_name(&s.value),
                _ => &s.value,
            };
            let label = format!("{:<4}{value}  also {}", s.field.name(), s.other.label);
            let detail = format!(
                "{} ev {}",
                thousands(s.events),
                self.stretch(s.first, s.last)
            );
            line(&label, &detail, Tone::Principal)
        });
        let targets = profile.shares.iter().map(|s| {
            RowTarget::Terms(vec![
                (s.field, s.value.clone()),
                (Field::Who, s.other.key.clone()),
            ])
        });
        let section = SectionView {
            title: format!(
                "Sharing an address, key or role ({})",
                thousands(profile.shares.len() as u64)
            ),
            rows: rows.collect(),
            more: 0,
        };
        (section, targets.collect())
    }

    /// What the analyst said of this person, a line each.
    pub fn said(&self) -> Vec<String> {
        let all = self.lineage.said.statements.iter();
        all.filter(|s| s.is_about(self.who))
            .map(|s| format!("said by you: {}", s.words()))
            .collect()
    }

    /// The line of others of the same name, if there are any.
    pub fn namesakes(&self, profile: &Profile) -> Option<String> {
        let names: Vec<String> = profile
            .namesakes
            .iter()
            .take(4)
            .map(|p| match p.account.as_deref() {
                Some(account) if !p.label.contains(account) => format!("{} @{account}", p.label),
                _ => p.label.clone(),
            })
            .collect();
        let more = match profile.namesakes.len().saturating_sub(names.len()) {
            0 => String::new(),
            n => format!(" and {n} more"),
        };
        (!names.is_empty()).then(|| format!("same name elsewhere: {}{more}", names.join("  ")))
    }
}

/// What is said of a value beside its figures: before them, and after.
pub fn addition(profile: &Profile, field: Field, value: &str) -> (String, String) {
    let before = |text: &str| (text.to_owned(), String::new());
    match field {
        Field::Ip if profile.is_new(field, value) => before("NEW"),
        Field::Err => {
            let turned = profile.flips.iter().find(|(e, _)| e == value);
            let most = profile.top_failed.iter().find(|(e, ..)| e == value);
            (
                turned.map_or_else(String::new, |(_, n)| format!("{} later ok", thousands(*n))),
                most.map_or_else(String::new, |(_, call, n)| {
                    format!("most: {call} {}", thousands(*n))
                }),
            )
        }
        Field::Res => match profile.standings.get(value) {
            Some(Standing::Made(_)) => before("created"),
            Some(Standing::Gone(_)) => before("DELETED"),
            Some(Standing::Seen) | None => before(""),
        },
        _ => before(""),
    }
}

const fn tone_of(stats: &Stats) -> Tone {
    if stats.denied + stats.failed > 0 {
        Tone::Failed
    } else if stats.writes + stats.deletes > 0 {
        Tone::Write
    } else {
        Tone::Plain
    }
}
