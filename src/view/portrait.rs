//! A principal or a resource in full, as cards of words.

use chrono_tz::Tz;

use crate::base::printable::Printable;
use crate::base::text::{counted, thousands};
use crate::base::time::UtcMicros;
use crate::event::resource::Arn;
use crate::index::schema::{Col, Field};
use crate::index::snapshot::Snapshot;
use crate::pivot::portrait::{Portrait, Subject, Totals};
use crate::pivot::tally::Tally;
use crate::view::columns;
use crate::view::list;
use crate::view::screen::{PortraitView, SectionRow, SectionView, Tone};

/// What a row of a card stands for: where `Enter` goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowTarget {
    /// A value of a field, `None` for absent.
    Value(Field, Option<String>),
    /// An event.
    Event(crate::index::segment::EventId),
}

/// The cards of a portrait with what their rows stand for.
pub fn build(
    snapshot: &Snapshot,
    portrait: &Portrait,
    label: &str,
    zone: Tz,
) -> (PortraitView, Vec<Vec<RowTarget>>) {
    let (kind, facts) = match &portrait.subject {
        Subject::Principal(key) => of_principal(snapshot, key),
        Subject::Resource(name) => of_resource(name),
    };
    let mut view = PortraitView {
        title: Printable::new(label),
        subtitle: Printable::new(&kind),
        facts: facts.iter().map(|f| Printable::new(f)).collect(),
        ..PortraitView::default()
    };
    view.facts.push(Printable::new(&totals_line(
        &portrait.totals,
        portrait.span,
        zone,
    )));
    let mut targets = Vec::new();
    if matches!(portrait.subject, Subject::Resource(_)) && !portrait.changes.is_empty() {
        let (section, rows) = changes(snapshot, portrait, zone);
        view.sections.push(section);
        targets.push(rows);
    }
    for tally in &portrait.sections {
        if tally.values.is_empty() || !on_screen(&portrait.subject, tally.field) {
            continue;
        }
        let title = title_of(&portrait.subject, tally.field);
        view.sections.push(SectionView {
            title: format!("{title} ({})", thousands(tally.distinct)),
            rows: tally
                .values
                .iter()
                .map(|v| row(tally.field, v, zone))
                .collect(),
            more: tally.distinct.saturating_sub(tally.values.len() as u64),
        });
        targets.push(
            tally
                .values
                .iter()
                .map(|v| RowTarget::Value(tally.field, v.value.clone()))
                .collect(),
        );
    }
    (view, targets)
}

/// Whether a field has a card on the screen; `who` and `resource` print them all.
const fn on_screen(subject: &Subject, field: Field) -> bool {
    match subject {
        Subject::Principal(_) => {
            !matches!(field, Field::Region | Field::Ua | Field::Acct | Field::Via)
        }
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
    if !p.names.is_empty() {
        facts.push(format!("also seen as: {}", p.names.join("  ")));
    }
    (format!("{}{account}", p.kind.name()), facts)
}

fn of_resource(name: &str) -> (String, Vec<String>) {
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

fn row(field: Field, v: &Tally, zone: Tz) -> SectionRow {
    let mut detail = thousands(v.events);
    if v.writes > 0 {
        detail.push_str(&format!(" w{}", thousands(v.writes)));
    }
    if v.failures > 0 && field != Field::Err {
        detail.push_str(&format!(" !{}", thousands(v.failures)));
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
    SectionRow {
        label: Printable::new(&v.label),
        spark: v.spark.clone(),
        detail: Printable::new(&detail),
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

fn changes(snapshot: &Snapshot, portrait: &Portrait, zone: Tz) -> (SectionView, Vec<RowTarget>) {
    let (format, _) = columns::time_format(snapshot.span());
    let rows = portrait
        .changes
        .iter()
        .map(|&id| {
            let facts = snapshot.facts(id);
            let who = snapshot.person_of(id).map_or("?", |p| p.label.as_str());
            let what = snapshot.text(Col::What, id).unwrap_or("?");
            SectionRow {
                label: Printable::new(&format!(
                    "{} {} {what}",
                    columns::clock(snapshot.time(id), zone, format),
                    facts.letter(),
                )),
                detail: Printable::new(&match snapshot.text(Col::Err, id) {
                    Some(error) => format!("{who}  {error}"),
                    None => who.to_owned(),
                }),
                tone: list::tone_of(facts),
                ..SectionRow::default()
            }
        })
        .collect();
    let section = SectionView {
        title: format!("Changes, newest first ({})", thousands(portrait.n_changes)),
        rows,
        more: portrait
            .n_changes
            .saturating_sub(portrait.changes.len() as u64),
    };
    (
        section,
        portrait
            .changes
            .iter()
            .map(|id| RowTarget::Event(*id))
            .collect(),
    )
}
