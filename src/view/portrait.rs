//! A principal or a resource in full, as cards of words.

use chrono_tz::Tz;

use crate::base::text::{byte_size, counted, thousands};
use crate::base::time::UtcMicros;
use crate::event::resource::{self, Arn};
use crate::index::schema::{Col, Field};
use crate::index::segment::EventId;
use crate::index::snapshot::Snapshot;
use crate::pivot::around::Around;
use crate::pivot::catalogue::Catalogue;
use crate::pivot::history::{Deed, History, Standing};
use crate::pivot::lineage::Lineage;
use crate::pivot::portrait::{Portrait, Subject, Totals};
use crate::pivot::profile::Profile;
use crate::pivot::sequence;
use crate::pivot::tally::Tally;
use crate::view::columns;
use crate::view::list;
use crate::view::profile::{self, Card, Scene};
use crate::view::screen::{PortraitView, SectionRow, SectionView, Tone};
use crate::view::shown;

/// What a row of a card stands for: where `Enter` goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowTarget {
    /// A value of a field, `None` for absent.
    Value(Field, Option<String>),
    /// The events that all these values of fields have.
    Terms(Vec<(Field, String)>),
    /// An event.
    Event(crate::index::segment::EventId),
}

/// The cards of a portrait with what their rows stand for.
pub fn build(
    snapshot: &Snapshot,
    lineage: &Lineage,
    portrait: &Portrait,
    label: &str,
    zone: Tz,
) -> (PortraitView, Vec<Vec<RowTarget>>) {
    let (kind, facts) = match &portrait.subject {
        Subject::Principal(key) => of_principal(snapshot, key),
        Subject::Resource(name) => of_resource(snapshot, name, portrait.history.as_deref(), zone),
        Subject::Resources => ("every resource these events name".to_owned(), Vec::new()),
    };
    let mut view = PortraitView {
        title: shown(label),
        subtitle: shown(&kind),
        facts: facts.iter().map(|f| shown(f)).collect(),
        leads: portrait.subject == Subject::Resources,
        ..PortraitView::default()
    };
    view.facts
        .push(shown(&totals_line(&portrait.totals, portrait.span, zone)));
    if portrait.profile.is_none() && portrait.totals.bytes_out > 0 {
        let line = with_bytes(String::new(), &portrait.totals);
        view.facts.push(shown(line.trim_start()));
    }
    let mut targets = Vec::new();
    let scene = Scene {
        snapshot,
        lineage,
        zone,
        who: portrait.subject.name(),
    };
    let profile = portrait.profile.as_deref();
    if let Some(profile) = profile {
        let sure = scene.sureness(profile);
        let said = [sure.map(|sure| with_bytes(sure, &portrait.totals))];
        let said = said.into_iter().chain([scene.namesakes(profile)]);
        view.facts.extend(said.flatten().map(|f| shown(&f)));
        view.facts.extend(scene.said().iter().map(|f| shown(f)));
    }
    if matches!(portrait.subject, Subject::Resource(_)) && !portrait.changes.is_empty() {
        let (section, rows) = changes(snapshot, portrait, zone);
        view.sections.push(section);
        targets.push(rows);
    }
    if let Some(around) = portrait.around.as_ref().filter(|a| a.n_events > 0) {
        let (section, rows) = listed_around(snapshot, around, zone);
        view.sections.push(section);
        targets.push(rows);
    }
    if let Some(catalogue) = &portrait.catalogue {
        let cards = [
            listed(snapshot, catalogue, zone),
            kinds(catalogue),
            in_state(snapshot, catalogue, true, zone),
            in_state(snapshot, catalogue, false, zone),
        ];
        for (section, rows) in cards.into_iter().filter(|(_, rows)| !rows.is_empty()) {
            view.sections.push(section);
            targets.push(rows);
        }
    }
    if let Some(history) = &portrait.history {
        let cards = [
            told(snapshot, history, zone),
            related(snapshot, history, zone),
            life(snapshot, history, zone),
        ];
        for (section, rows) in cards {
            if !rows.is_empty() {
                view.sections.push(section);
                targets.push(rows);
            }
        }
    }
    let mut add = |(section, rows): Card| {
        view.sections.push(section);
        targets.push(rows);
    };
    for tally in &portrait.sections {
        if let (Some(profile), Field::What) = (profile, tally.field) {
            add(scene.fresh(profile));
        }
        if let (Some(profile), Field::Session) = (profile, tally.field) {
            add(scene.sessions(profile));
            add(scene.keys(profile));
            continue;
        }
        if tally.values.is_empty() || !on_screen(&portrait.subject, tally.field) {
            continue;
        }
        let title = title_of(&portrait.subject, tally.field);
        let section = SectionView {
            title: format!("{title} ({})", thousands(tally.distinct)),
            rows: tally
                .values
                .iter()
                .map(|v| row(tally.field, v, profile, zone))
                .collect(),
            more: tally.distinct.saturating_sub(tally.values.len() as u64),
        };
        let rows = tally
            .values
            .iter()
            .map(|v| RowTarget::Value(tally.field, v.value.clone()));
        add((section, rows.collect()));
        if let (Some(profile), Field::Err) = (profile, tally.field)
            && !profile.denied.is_empty()
        {
            add(scene.denied(profile));
        }
    }
    if let Some(profile) = profile {
        add(scene.shares(profile));
    }
    (view, targets)
}

/// Whether a field has a card on the screen; `who` and `resource` print them all.
const fn on_screen(subject: &Subject, field: Field) -> bool {
    match subject {
        Subject::Resources => true,
        Subject::Principal(_) => !matches!(
            field,
            Field::Region | Field::Ua | Field::Acct | Field::Via | Field::Key
        ),
        Subject::Resource(_) => !matches!(field, Field::Region | Field::Acct | Field::Ip),
    }
}

fn of_principal(snapshot: &Snapshot, key: &str) -> (String, Vec<String>) {
    let Some(p) = snapshot.principal_of_key(key) else {
        return (String::new(), vec![key.to_owned()]);
    };
    let account = p
        .account
        .as_deref()
        .map(|a| format!(" · account {a}"))
        .unwrap_or_default();
    let mut facts = Vec::new();
    if p.key != p.label {
        facts.push(p.key.clone());
    }
    if let Some(issuer) = &p.issuer {
        facts.push(format!("session of {issuer}"));
    }
    if p.ids.len() > 1 {
        // AWS gives an id once: it is not the same user behind the name any more.
        let ids = p.ids.join("  ");
        facts.push(format!(
            "{} ids, so made anew under this name: {ids}",
            p.ids.len()
        ));
    }
    if !p.names.is_empty() {
        facts.push(format!("also seen as: {}", p.names.join("  ")));
    }
    (format!("{}{account}", p.kind.name()), facts)
}

fn of_resource(
    snapshot: &Snapshot,
    name: &str,
    history: Option<&History>,
    zone: Tz,
) -> (String, Vec<String>) {
    if let Some(history) = history {
        return of_history(snapshot, history, zone);
    }
    match Arn::parse(name) {
        Some(arn) => {
            let kind = arn.resource.split(['/', ':']).next().unwrap_or("");
            let place: Vec<&str> = [arn.region, arn.account]
                .into_iter()
                .filter(|p| !p.is_empty())
                .collect();
            (
                format!("{}:{kind} · {}", arn.service, place.join(" · ")),
                vec![name.to_owned()],
            )
        }
        None => ("named by its id".to_owned(), Vec::new()),
    }
}

/// What a resource is, where, by which names, and the state the evidence leaves it in.
fn of_history(snapshot: &Snapshot, history: &History, zone: Tz) -> (String, Vec<String>) {
    let format = "%Y-%m-%d %H:%M:%S";
    let when = |id| columns::clock(snapshot.time(id), zone, format);
    // How sure the name is and the state come first: a narrow screen must not cut them off.
    let mut kind = history.label.clone();
    if history.inferred {
        kind.push_str(", inferred");
    } else if history.derived {
        kind.push_str(", derived");
    }
    match history.standing {
        Standing::Seen => {}
        Standing::Made(id) => kind.push_str(&format!(" · state in evidence: created {}", when(id))),
        Standing::Gone(id) => kind.push_str(&format!(" · state in evidence: DELETED {}", when(id))),
    }
    for place in [&history.region, &history.account].into_iter().flatten() {
        kind.push_str(" · ");
        kind.push_str(place);
    }
    let mut facts = Vec::new();
    if let Some((best, others)) = history.names.split_first() {
        let derived = if history.inferred {
            "   (inferred: no record says its service)"
        } else if history.derived {
            "   (derived from parameters)"
        } else {
            ""
        };
        facts.push(format!("{best}{derived}"));
        if !others.is_empty() {
            facts.push(format!("also seen as: {}", others.join("  ")));
        }
    }
    if let Some((first, last)) = history.coverage {
        facts.push(format!(
            "evidence of its account and region: {} .. {}",
            first.format(zone, format),
            last.format(zone, format)
        ));
    }
    (kind, facts)
}

/// The resources themselves.
fn listed(snapshot: &Snapshot, all: &Catalogue, zone: Tz) -> (SectionView, Vec<RowTarget>) {
    let (format, _) = columns::time_format(snapshot.span());
    let rows = all.entries.iter().map(|e| {
        // The state comes first: it is what a narrow screen must not cut off.
        let (state, tone) = match e.standing {
            Standing::Gone(_) => (" DELETED", Tone::Write),
            Standing::Made(_) => (" created", Tone::Resource),
            Standing::Seen => ("", Tone::Resource),
        };
        let mut detail = format!("{}{state} {}", e.kind, thousands(e.events));
        if e.changes > 0 {
            detail.push_str(&format!(" w{}", thousands(e.changes)));
        }
        if e.failures > 0 {
            detail.push_str(&format!(" !{}", thousands(e.failures)));
        }
        let last = columns::clock(snapshot.time(e.last), zone, format);
        detail.push_str(&format!("  {last}"));
        named(&e.name, &detail, tone)
    });
    let ended = match (all.made, all.gone) {
        (0, 0) => String::new(),
        (made, gone) => format!(": {} made, {} ended here", thousands(made), thousands(gone)),
    };
    let section = SectionView {
        title: format!(
            "Resources ({}), most changed first{ended}",
            thousands(all.distinct)
        ),
        rows: rows.collect(),
        more: all.distinct.saturating_sub(all.entries.len() as u64),
    };
    let targets = all.entries.iter();
    let targets = targets.map(|e| RowTarget::Value(Field::Res, Some(e.name.clone())));
    (section, targets.collect())
}

/// How many resources there are of each kind.
fn kinds(all: &Catalogue) -> (SectionView, Vec<RowTarget>) {
    let rows = all.kinds.iter();
    let rows = rows.map(|(kind, n)| line(kind, &thousands(*n), Tone::Plain));
    let section = SectionView {
        title: format!("By type ({})", thousands(all.kinds.len() as u64)),
        rows: rows.collect(),
        more: 0,
    };
    let targets = all.kinds.iter();
    let targets = targets.map(|(kind, _)| RowTarget::Value(Field::Rtype, Some(kind.clone())));
    (section, targets.collect())
}

/// The resources that the evidence leaves ended, or made and not ended: the newest first.
fn in_state(
    snapshot: &Snapshot,
    all: &Catalogue,
    ended: bool,
    zone: Tz,
) -> (SectionView, Vec<RowTarget>) {
    let (format, _) = columns::time_format(snapshot.span());
    let (count, title, tone) = if ended {
        (all.gone, "Deleted, newest first", Tone::Write)
    } else {
        (
            all.made,
            "Created and still there, newest first",
            Tone::Resource,
        )
    };
    let event = |standing: Standing| match standing {
        Standing::Gone(id) if ended => Some(id),
        Standing::Made(id) if !ended => Some(id),
        _ => None,
    };
    let entries = all.entries.iter();
    let mut those: Vec<_> = entries
        .filter_map(|e| Some((event(e.standing)?, e)))
        .collect();
    those.sort_by(|a, b| {
        sequence::by_time(snapshot, b.0, a.0).then_with(|| a.1.name.cmp(&b.1.name))
    });
    let rows = those.iter().map(|(id, e)| {
        let time = columns::clock(snapshot.time(*id), zone, format);
        let who = snapshot.person_of(*id).map_or("?", |p| p.label.as_str());
        let detail = format!("{} {time} {who}", e.kind);
        named(&e.name, &detail, tone)
    });
    let section = SectionView {
        title: format!("{title} ({})", thousands(count.max(those.len() as u64))),
        rows: rows.collect(),
        more: count.saturating_sub(those.len() as u64),
    };
    let targets = those.iter();
    let targets = targets.map(|(_, e)| RowTarget::Value(Field::Res, Some(e.name.clone())));
    (section, targets.collect())
}

/// One row of a card.
/// A row of a resource.
fn named(name: &str, detail: &str, tone: Tone) -> SectionRow {
    SectionRow {
        label: shown(resource::short_name(name)).with_tail(),
        detail: shown(detail),
        tone,
        ..SectionRow::default()
    }
}

fn line(label: &str, detail: &str, tone: Tone) -> SectionRow {
    SectionRow {
        label: shown(label),
        detail: shown(detail),
        tone,
        ..SectionRow::default()
    }
}

/// What each call changed, newest first: the call, then a row an attribute.
fn told(snapshot: &Snapshot, history: &History, zone: Tz) -> (SectionView, Vec<RowTarget>) {
    let (format, _) = columns::time_format(snapshot.span());
    let (mut rows, mut targets) = (Vec::new(), Vec::new());
    for (id, differences) in &history.told {
        let what = snapshot.text(Col::What, *id).unwrap_or("?");
        let time = columns::clock(snapshot.time(*id), zone, format);
        let tone = list::tone_of(snapshot.facts(*id));
        rows.push(line(&format!("{time} {what}"), "", tone));
        targets.push(RowTarget::Event(*id));
        for difference in differences {
            rows.push(line(&format!("  {difference}"), "", Tone::Plain));
            targets.push(RowTarget::Event(*id));
        }
    }
    let section = SectionView {
        title: "What changed, newest first".to_owned(),
        rows,
        more: 0,
    };
    (section, targets)
}

/// Related resources with the state the evidence leaves them in.
fn related(snapshot: &Snapshot, history: &History, zone: Tz) -> (SectionView, Vec<RowTarget>) {
    let (format, _) = columns::time_format(snapshot.span());
    let when = |id| columns::clock(snapshot.time(id), zone, format);
    let rows = history.related.iter().map(|r| {
        let state = match r.standing {
            Standing::Seen => String::new(),
            Standing::Made(id) => format!("  created {}", when(id)),
            Standing::Gone(id) => format!("  DELETED {}", when(id)),
        };
        let tone = match r.standing {
            Standing::Gone(_) => Tone::Write,
            _ => Tone::Resource,
        };
        let detail = format!("{}{state}", r.bond.name());
        named(&r.name, &detail, tone)
    });
    let section = SectionView {
        title: format!("Related resources ({})", thousands(history.n_related)),
        rows: rows.collect(),
        more: history
            .n_related
            .saturating_sub(history.related.len() as u64),
    };
    let targets = history.related.iter();
    let targets = targets.map(|r| RowTarget::Value(Field::Res, Some(r.name.clone())));
    (section, targets.collect())
}

/// The life line, oldest first.
fn life(snapshot: &Snapshot, history: &History, zone: Tz) -> (SectionView, Vec<RowTarget>) {
    let (format, _) = columns::time_format(snapshot.span());
    let rows = history.life.iter().map(|step| {
        let time = columns::clock(snapshot.time(step.event), zone, format);
        let times = match step.events {
            1 => String::new(),
            n => format!(" ×{}", thousands(n)),
        };
        let tone = match step.deed {
            Deed::Refused => Tone::Failed,
            Deed::Deleted | Deed::Created | Deed::Shared => Tone::Write,
            Deed::Changed => Tone::Plain,
        };
        line(
            &format!("{time} {}{times}", step.deed.name()),
            &short_person(&step.who),
            tone,
        )
    });
    let section = SectionView {
        title: "Life line".to_owned(),
        rows: rows.collect(),
        more: 0,
    };
    let targets = history.life.iter();
    (
        section,
        targets.map(|s| RowTarget::Event(s.event)).collect(),
    )
}

/// `2,911 events: 2,604 read 262 write 11 delete 34 denied   first … last …`
pub fn totals_line(t: &Totals, span: Option<(UtcMicros, UtcMicros)>, zone: Tz) -> String {
    let parts: Vec<String> = [
        (t.reads, "read"),
        (t.writes, "write"),
        (t.deletes, "delete"),
        (t.denied, "denied"),
        (t.failed, "failed"),
    ]
    .iter()
    .filter(|(n, _)| *n > 0)
    .map(|(n, word)| format!("{} {word}", thousands(*n)))
    .collect();
    let mut line = counted(t.events, "event");
    if !parts.is_empty() {
        line.push_str(": ");
        line.push_str(&parts.join(" "));
    }
    if let Some((first, last)) = span {
        let format = "%Y-%m-%d %H:%M:%S";
        line.push_str(&format!(
            "   first {}   last {}",
            first.format(zone, format),
            last.format(zone, format)
        ));
    }
    line
}

/// A line, and after it what left through S3.
fn with_bytes(line: String, t: &Totals) -> String {
    match t.bytes_out {
        0 => line,
        n => format!("{line}   {} out of S3", byte_size(n)),
    }
}

const fn title_of(subject: &Subject, field: Field) -> &'static str {
    match (subject, field) {
        (_, Field::Svc) => "Activity by service",
        (Subject::Principal(_), Field::Res) => "Resources touched, changes first",
        (Subject::Resource(_), Field::Res) => "Named together with",
        (_, Field::What) => "Calls",
        (_, Field::Ip) => "Source addresses",
        (_, Field::Key) => "Access keys",
        (_, Field::Session) => "Sessions",
        (_, Field::Via) => "Through roles",
        (_, Field::Err) => "Errors",
        (_, Field::Acct) => "Accounts",
        (_, Field::Region) => "Regions",
        (_, Field::Ua) => "User agents",
        (_, Field::Who) => "Who touched it",
        _ => "Values",
    }
}

fn row(field: Field, v: &Tally, profile: Option<&Profile>, zone: Tz) -> SectionRow {
    let mut detail = thousands(v.events);
    if v.writes > 0 {
        detail.push_str(&format!(" w{}", thousands(v.writes)));
    }
    if v.failures > 0 && field != Field::Err {
        detail.push_str(&format!(" !{}", thousands(v.failures)));
    }
    if v.bytes_out > 0 {
        detail.push_str(&format!("  {} out", byte_size(v.bytes_out)));
    }
    if let (Some(first), Some(last)) = (v.first, v.last) {
        detail.push_str(&format!("  {}", first.format(zone, "%m-%d %H:%M")));
        if last.0 / 60_000_000 != first.0 / 60_000_000 {
            let format = if first.day_start() == last.day_start() {
                "%H:%M"
            } else {
                "%m-%d %H:%M"
            };
            detail.push_str(&format!("–{}", last.format(zone, format)));
        }
    }
    if let (Some(profile), Some(value)) = (profile, v.value.as_deref()) {
        let (before, after) = profile::addition(profile, field, value);
        if !before.is_empty() {
            detail = format!("{before}  {detail}");
        }
        if !after.is_empty() {
            detail.push_str("  ");
            detail.push_str(&after);
        }
    }
    SectionRow {
        label: shown(&v.label),
        spark: v.spark.clone(),
        detail: shown(&detail),
        tone: match field {
            Field::Err => Tone::Failed,
            Field::Who => Tone::Principal,
            Field::Res if v.writes > 0 => Tone::Write,
            Field::Res => Tone::Resource,
            _ => Tone::Plain,
        },
        focused: false,
    }
}

/// One call as a row of a card: when, what it is, what was called, and `detail`.
fn call_row(snapshot: &Snapshot, id: EventId, detail: &str, zone: Tz) -> SectionRow {
    let (format, _) = columns::time_format(snapshot.span());
    let facts = snapshot.facts(id);
    let what = snapshot.text(Col::What, id).unwrap_or("?");
    let time = columns::clock(snapshot.time(id), zone, format);
    SectionRow {
        label: shown(&format!("{time} {} {what}", facts.letter())),
        detail: shown(&match snapshot.text(Col::Err, id) {
            Some(error) => format!("{detail}  {error}"),
            None => detail.to_owned(),
        }),
        tone: list::tone_of(facts),
        ..SectionRow::default()
    }
}

/// A person beside a call: a long name leaves room for what was called.
fn short_person(who: &str) -> String {
    shown(who).truncated(MOST_OF_A_NAME).into_string()
}

/// Columns of a person's name beside a call.
const MOST_OF_A_NAME: usize = 24;

/// Changes and refused changes, newest first.
fn changes(snapshot: &Snapshot, portrait: &Portrait, zone: Tz) -> (SectionView, Vec<RowTarget>) {
    let (format, _) = columns::time_format(snapshot.span());
    let rows = portrait.changes.iter().map(|run| {
        let who = snapshot
            .person_of(run.last)
            .map_or("?", |p| p.label.as_str());
        let who = short_person(who);
        if run.events == 1 {
            return call_row(snapshot, run.last, &who, zone);
        }
        let first = columns::clock(snapshot.time(run.first), zone, format);
        let times = thousands(run.events);
        let detail = format!("×{times} since {first}  {who}");
        call_row(snapshot, run.last, &detail, zone)
    });
    let section = SectionView {
        title: format!("Changes, newest first ({})", thousands(portrait.n_changes)),
        rows: rows.collect(),
        more: portrait
            .n_changes
            .saturating_sub(portrait.changes.iter().map(|run| run.events).sum()),
    };
    let targets = portrait.changes.iter();
    let targets = targets.map(|run| RowTarget::Event(run.last));
    (section, targets.collect())
}

/// What those who changed it did elsewhere, half an hour around.
fn listed_around(snapshot: &Snapshot, around: &Around, zone: Tz) -> (SectionView, Vec<RowTarget>) {
    let rows = around.events.iter().map(|&id| {
        let on = snapshot.subject_of(id);
        let on = on.map_or("", |sym| snapshot.resources().text(sym));
        call_row(snapshot, id, resource::short_name(on), zone)
    });
    let section = SectionView {
        title: format!(
            "What they did elsewhere, ±30 min ({}, and {} reads)",
            thousands(around.n_events),
            thousands(around.reads)
        ),
        rows: rows.collect(),
        more: around.n_events.saturating_sub(around.events.len() as u64),
    };
    let targets = around.events.iter().map(|id| RowTarget::Event(*id));
    (section, targets.collect())
}
