//! Principals and resources in full, as JSON with keys that stay and as words.
//!
//! `who` writes `{"asked", "events", "principals": […]}`, `resource` writes `{"asked", "events",
//! "resources": […]}`; each element has `name`, `label`, `totals`, `first`, `last`, the counts by
//! field (`services`, `calls`, `addresses`, …: how many `distinct` and the foremost `values`), and
//! its `changes`, newest first (the same call by the same person again and again is one, `times` and
//! `since`). A principal has `kind`, `account`, `issuer`, `names` and what
//! [`profile::pairs`] says too; a
//! resource has its `names`, `kind`, `account`, `region`, `state`, `life` line, what each change `told`
//! (attribute by attribute), its `bonds` with other resources (of `n_bonds`, the foremost), what those who changed it did `around`
//! that elsewhere, and the evidence there is.

use std::io::{self, Write};

use crate::base::printable::Printable;
use crate::base::text::{byte_size, counted, thousands};
use crate::base::time::UtcMicros;
use crate::event::json::Node;
use crate::event::outcome::Outcome;
use crate::index::schema::{Col, Field};
use crate::index::segment::EventId;
use crate::index::snapshot::Snapshot;
use crate::pivot::change::Before;
use crate::pivot::history::{History, Standing};
use crate::pivot::lineage::Lineage;
use crate::pivot::portrait::{self, Portrait, Run, Subject, Totals};
use crate::pivot::profile::Profile;
use crate::pivot::tally::{FieldTally, Tally};
use crate::report::profile;
use crate::report::{Style, moment, number, object, text};
use crate::view::columns;
use crate::view::profile::Scene;

/// Values of a section and changes that a table lists.
const LISTED: usize = 10;
/// Portraits that a table holds.
pub const MOST: usize = 10;

/// What was asked for, and what it was found to be.
#[derive(Debug)]
pub struct Found {
    /// The name as typed.
    pub asked: String,
    /// Events that match it.
    pub events: u64,
    /// What it stands for, by names, most events first, and how many each has.
    pub subjects: Vec<(String, u64)>,
}

/// One JSON object, with each portrait written as it comes. `write` is called with whole values and
/// with what stands between them.
///
/// # Errors
/// What `write` says.
pub fn json(
    (snapshot, lineage): (&Snapshot, &Lineage),
    found: &Found,
    key: &str,
    portraits: impl Iterator<Item = Portrait>,
    write: &mut dyn FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let head = object(vec![
        ("asked", Node::Text(found.asked.clone())),
        ("events", number(found.events)),
        (key, Node::Array(Vec::new())),
    ]);
    let head = head.to_compact();
    // The list is open until the last of them.
    let open = head.strip_suffix("]}").unwrap_or(&head);
    write(open.as_bytes())?;
    for (n, portrait) in portraits.enumerate() {
        if n > 0 {
            write(b",")?;
        }
        let node = node(snapshot, lineage, &portrait).to_compact();
        write(node.as_bytes())?;
    }
    write(b"]}\n")
}

/// The key of a section.
fn key_of(subject: &Subject, field: Field) -> &'static str {
    match (field, subject) {
        (Field::Svc, _) => "services",
        (Field::Res, _) => "resources",
        (Field::What, _) => "calls",
        (Field::Ip, _) => "addresses",
        (Field::Key, _) => "keys",
        (Field::Session, _) => "sessions",
        (Field::Via, _) => "roles",
        (Field::Err, _) => "errors",
        (Field::Acct, _) => "accounts",
        (Field::Region, _) => "regions",
        (Field::Ua, _) => "agents",
        (Field::Who, _) => "principals",
        (other, _) => other.name(),
    }
}

fn label_of(snapshot: &Snapshot, subject: &Subject) -> String {
    match subject {
        Subject::Principal(key) => snapshot
            .principal_of_key(key)
            .map_or_else(|| key.clone(), |p| p.label.clone()),
        Subject::Resource(name) => crate::event::resource::short_name(name).to_owned(),
        Subject::Resources => String::new(),
    }
}

fn node(snapshot: &Snapshot, lineage: &Lineage, portrait: &Portrait) -> Node {
    let subject = &portrait.subject;
    let mut pairs = vec![
        ("name", Node::Text(subject.name().to_owned())),
        ("label", Node::Text(label_of(snapshot, subject))),
    ];
    if let Subject::Principal(key) = subject
        && let Some(p) = snapshot.principal_of_key(key)
    {
        let ids = p.ids.iter().map(|id| Node::Text(id.clone())).collect();
        let names = p.names.iter().map(|n| Node::Text(n.clone())).collect();
        pairs.extend([
            ("kind", Node::Text(p.kind.name().to_owned())),
            ("account", text(p.account.as_deref())),
            ("issuer", text(p.issuer.as_deref())),
            ("ids", Node::Array(ids)),
            ("names", Node::Array(names)),
        ]);
    }
    let Totals {
        events,
        reads,
        writes,
        deletes,
        denied,
        failed,
        bytes_out,
    } = portrait.totals;
    let totals = [
        ("events", events),
        ("reads", reads),
        ("writes", writes),
        ("deletes", deletes),
        ("denied", denied),
        ("failed", failed),
        ("bytes_out", bytes_out),
    ];
    let totals = totals.map(|(key, n)| (key, number(n))).to_vec();
    pairs.push(("totals", object(totals)));
    pairs.push(("first", moment(portrait.span.map(|s| s.0))));
    pairs.push(("last", moment(portrait.span.map(|s| s.1))));
    for section in &portrait.sections {
        let profile = portrait.profile.as_deref();
        pairs.push((
            key_of(subject, section.field),
            section_node(section, profile),
        ));
    }
    if let Some(profile) = &portrait.profile {
        pairs.extend(profile::pairs(snapshot, lineage, subject.name(), profile));
    }
    let listed = portrait.changes.iter();
    let changes = listed.map(|run| run_node(snapshot, run)).collect();
    if let Some(history) = &portrait.history {
        pairs.extend(story(snapshot, history));
    }
    pairs.push(("n_changes", number(portrait.n_changes)));
    pairs.push(("changes", Node::Array(changes)));
    if let Some(around) = &portrait.around {
        let events = around.events.iter();
        let events = events.map(|id| change_node(snapshot, *id)).collect();
        pairs.push(("n_around", number(around.n_events)));
        pairs.push(("reads_around", number(around.reads)));
        pairs.push(("around", Node::Array(events)));
    }
    object(pairs)
}

/// The keys of a resource's story.
fn story(snapshot: &Snapshot, history: &History) -> Vec<(&'static str, Node)> {
    let time = |id: EventId| moment(snapshot.time(id));
    let id = |id: EventId| text(snapshot.recorded_id(id).as_deref());
    let life = history.life.iter().map(|step| {
        object(vec![
            ("deed", Node::Text(step.deed.name().to_lowercase())),
            ("who", Node::Text(step.who.clone())),
            ("events", number(step.events)),
            ("time", time(step.event)),
            ("id", id(step.event)),
        ])
    });
    let told = history.told.iter().map(|(event, differences)| {
        let lines = differences.iter().map(|d| {
            let (known, before) = match &d.before {
                Before::Unknown => (false, Node::Null),
                Before::Absent => (true, Node::Null),
                Before::Value(value) => (true, Node::Text(value.clone())),
            };
            object(vec![
                ("name", Node::Text(d.name.clone())),
                ("before", before),
                ("before_known", Node::Bool(known)),
                ("after", text(d.after.as_deref())),
            ])
        });
        object(vec![
            ("time", time(*event)),
            ("what", text(snapshot.text(Col::What, *event))),
            ("id", id(*event)),
            ("changed", Node::Array(lines.collect())),
        ])
    });
    let bonds = history.related.iter().map(|r| {
        object(vec![
            ("name", Node::Text(r.name.clone())),
            ("bond", Node::Text(r.bond.name().to_owned())),
            ("state", Node::Text(r.standing.name().to_owned())),
            ("events", number(r.events)),
            ("writes", number(r.writes)),
            ("failures", number(r.failures)),
            ("bytes_out", number(r.bytes_out)),
            ("first", moment(r.span.map(|span| span.0))),
            ("last", moment(r.span.map(|span| span.1))),
            ("shown_by", id(r.event)),
        ])
    });
    let names = history.names.iter().map(|n| Node::Text(n.clone()));
    vec![
        ("names", Node::Array(names.collect())),
        ("kind", text(history.kind.as_deref())),
        ("account", text(history.account.as_deref())),
        ("region", text(history.region.as_deref())),
        ("derived", Node::Bool(history.derived)),
        ("inferred", Node::Bool(history.inferred)),
        ("state", Node::Text(history.standing.name().to_owned())),
        ("life", Node::Array(life.collect())),
        ("told", Node::Array(told.collect())),
        ("n_bonds", number(history.n_related)),
        ("bonds", Node::Array(bonds.collect())),
        ("evidence_first", moment(history.coverage.map(|c| c.0))),
        ("evidence_last", moment(history.coverage.map(|c| c.1))),
    ]
}

fn section_node(section: &FieldTally, profile: Option<&Profile>) -> Node {
    let values = section.values.iter().map(|v| {
        let mut pairs = vec![
            ("value", text(v.value.as_deref())),
            ("label", Node::Text(v.label.clone())),
            ("events", number(v.events)),
            ("writes", number(v.writes)),
            ("failures", number(v.failures)),
            ("first", moment(v.first)),
            ("last", moment(v.last)),
        ];
        if portrait::adds_up_bytes(section.field) {
            pairs.push(("bytes_out", number(v.bytes_out)));
        }
        if let (Some(profile), Some(value)) = (profile, v.value.as_deref()) {
            match section.field {
                Field::Ip => pairs.push(("new", Node::Bool(profile.is_new(Field::Ip, value)))),
                Field::Res => {
                    let state = profile.standings.get(value).unwrap_or(&Standing::Seen);
                    pairs.push(("state", Node::Text(state.name().to_owned())));
                }
                _ => {}
            }
        }
        object(pairs)
    });
    object(vec![
        ("distinct", number(section.distinct)),
        ("values", Node::Array(values.collect())),
    ])
}

/// Changes alike, one after the other: the newest of them, how many, and the time of the oldest.
fn run_node(snapshot: &Snapshot, run: &Run) -> Node {
    let mut node = change_node(snapshot, run.last);
    if let Node::Object(pairs) = &mut node {
        pairs.push(("times".to_owned(), number(run.events)));
        pairs.push(("since".to_owned(), moment(snapshot.time(run.first))));
    }
    node
}

fn change_node(snapshot: &Snapshot, id: EventId) -> Node {
    let resources = snapshot.resources_of(id);
    let resources = resources
        .map(|sym| Node::Text(snapshot.resources().text(sym).to_owned()))
        .collect();
    let principal = snapshot.person_of(id);
    object(vec![
        ("time", moment(snapshot.time(id))),
        ("who", text(principal.map(|p| p.label.as_str()))),
        ("what", text(snapshot.text(Col::What, id))),
        ("res", Node::Array(resources)),
        ("err", text(snapshot.text(Col::Err, id))),
        ("id", text(snapshot.recorded_id(id).as_deref())),
    ])
}

/// Words for people: what the name stands for, then each in full.
pub fn table(
    (snapshot, lineage): (&Snapshot, &Lineage),
    found: &Found,
    portraits: &[Portrait],
    kind: &str,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let n = found.subjects.len();
    if n > 1 {
        writeln!(
            out,
            "{} stands for {}:",
            Printable::new(&found.asked),
            counted(n as u64, kind)
        )?;
        for (name, events) in &found.subjects {
            let events = thousands(*events);
            writeln!(out, "  {events:>9}  {}", Printable::new(name))?;
        }
    }
    for (i, portrait) in portraits.iter().enumerate() {
        if i > 0 || n > 1 {
            writeln!(out)?;
        }
        words((snapshot, lineage), portrait, style, out)?;
    }
    if n > MOST {
        let more = counted((n - MOST) as u64, kind);
        writeln!(out, "\n{more} more: name one exactly, or use --format json")?;
    }
    Ok(())
}

fn words(
    (snapshot, lineage): (&Snapshot, &Lineage),
    portrait: &Portrait,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let subject = &portrait.subject;
    let label = Printable::new(&label_of(snapshot, subject)).into_string();
    writeln!(out, "{}", style.strong(&label))?;
    if label != subject.name() {
        writeln!(out, "  {}", Printable::new(subject.name()))?;
    }
    if let Subject::Principal(key) = subject
        && let Some(p) = snapshot.principal_of_key(key)
    {
        let account = p.account.as_deref().unwrap_or("unknown");
        let line = format!("{}, account {account}", p.kind.name());
        writeln!(out, "  {}", Printable::new(&line))?;
        if let Some(issuer) = &p.issuer {
            writeln!(out, "  session of {}", Printable::new(issuer))?;
        }
    }
    let t = portrait.totals;
    writeln!(
        out,
        "  {}: {} read, {} changed, {} deleted, {} denied, {} failed",
        counted(t.events, "event"),
        thousands(t.reads),
        thousands(t.writes),
        thousands(t.deletes),
        thousands(t.denied),
        thousands(t.failed)
    )?;
    if t.bytes_out > 0 {
        writeln!(out, "  {} given out by S3", byte_size(t.bytes_out))?;
    }
    if let Some((first, last)) = portrait.span {
        writeln!(out, "  {} .. {}", style.time(first), style.time(last))?;
    }
    let scene = Scene {
        snapshot,
        lineage,
        zone: style.zone,
        who: subject.name(),
    };
    let profile = portrait.profile.as_deref();
    if let Some(profile) = profile {
        profile::facts(&scene, profile, style, out)?;
    }
    if let Some(history) = &portrait.history {
        story_lines(snapshot, history, style, out)?;
    }
    for section in portrait.sections.iter().filter(|s| !s.values.is_empty()) {
        match (profile, section.field) {
            (Some(profile), Field::Session) => {
                profile::sessions_and_keys(&scene, profile, LISTED, style, out)?;
                continue;
            }
            (Some(_), Field::Key) => continue,
            _ => {}
        }
        let title = key_of(subject, section.field);
        let title = format!("{title} ({})", thousands(section.distinct));
        writeln!(out, "  {}", style.strong(&title))?;
        for value in section.values.iter().take(LISTED) {
            writeln!(
                out,
                "  {}",
                value_line(section.field, value, profile, style)
            )?;
        }
        let more = section.distinct.saturating_sub(LISTED as u64);
        if more > 0 {
            writeln!(out, "             and {} more", thousands(more))?;
        }
    }
    if let Some(profile) = profile {
        profile::news(&scene, profile, LISTED, style, out)?;
    }
    if !portrait.changes.is_empty() {
        let title = format!("changes, newest first ({})", thousands(portrait.n_changes));
        writeln!(out, "  {}", style.strong(&title))?;
        let mut listed = 0;
        for run in portrait.changes.iter().take(LISTED) {
            let mut line = change_line(snapshot, run.last, style);
            if run.events > 1 {
                line.push_str(&format!("  ×{}", thousands(run.events)));
                if let Some(first) = snapshot.time(run.first) {
                    line.push_str(&format!(" since {}", style.time(first)));
                }
            }
            writeln!(out, "    {line}")?;
            listed += run.events;
        }
        let more = portrait.n_changes.saturating_sub(listed);
        if more > 0 {
            writeln!(out, "    and {} more", thousands(more))?;
        }
    }
    if let Some(around) = portrait.around.as_ref().filter(|a| a.n_events > 0) {
        let title = format!(
            "what they did elsewhere within 30 minutes, newest first ({}, and {} reads)",
            thousands(around.n_events),
            thousands(around.reads)
        );
        writeln!(out, "  {}", style.strong(&title))?;
        for id in around.events.iter().take(LISTED) {
            writeln!(out, "    {}", change_line(snapshot, *id, style))?;
        }
        let more = around.n_events.saturating_sub(LISTED as u64);
        if more > 0 {
            writeln!(out, "    and {} more", thousands(more))?;
        }
    }
    Ok(())
}

/// A resource's story in words: names, state, life line, what changed, what it is related to.
fn story_lines(
    snapshot: &Snapshot,
    history: &History,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let when = |id: EventId| {
        let time = snapshot.time(id);
        time.map_or_else(|| "undated".to_owned(), |t| style.time(t))
    };
    let place: Vec<&str> = [history.region.as_deref(), history.account.as_deref()]
        .into_iter()
        .flatten()
        .collect();
    let derived = if history.inferred {
        ", name inferred: no record says its service"
    } else if history.derived {
        ", name derived from parameters"
    } else {
        ""
    };
    let line = format!("{} {}{derived}", history.label, place.join(" "));
    writeln!(out, "  {}", Printable::new(line.trim_end()))?;
    if history.names.len() > 1 {
        let names = history.names.get(1..).unwrap_or_default().join("  ");
        writeln!(out, "  also seen as: {}", Printable::new(&names))?;
    }
    let state = match history.standing {
        Standing::Seen => "neither made nor ended in the evidence".to_owned(),
        Standing::Made(id) => format!("created {}", when(id)),
        Standing::Gone(id) => format!("DELETED {}", when(id)),
    };
    writeln!(out, "  state in the evidence: {state}")?;
    if let Some((first, last)) = history.coverage {
        let (first, last) = (style.time(first), style.time(last));
        writeln!(
            out,
            "  evidence of its account and region: {first} .. {last}"
        )?;
    }
    if !history.life.is_empty() {
        writeln!(out, "  {}", style.strong("life line"))?;
        let skipped = history.life.len().saturating_sub(2 * LISTED);
        for (n, step) in history.life.iter().enumerate() {
            if skipped > 0 && n == LISTED {
                writeln!(out, "    … {} more", thousands(skipped as u64))?;
            }
            if skipped > 0 && (LISTED..LISTED + skipped).contains(&n) {
                continue;
            }
            let times = match step.events {
                1 => String::new(),
                n => format!(", {} times", thousands(n)),
            };
            let what = snapshot.text(Col::What, step.event).unwrap_or("");
            let line = format!(
                "{} {} by {}{times} ({what})",
                when(step.event),
                step.deed.name(),
                step.who
            );
            writeln!(out, "    {}", Printable::new(&line))?;
        }
    }
    if !history.told.is_empty() {
        writeln!(out, "  {}", style.strong("what changed, newest first"))?;
        for (id, differences) in history.told.iter().take(LISTED) {
            let what = snapshot.text(Col::What, *id).unwrap_or("");
            writeln!(
                out,
                "    {}",
                Printable::new(&format!("{} {what}", when(*id)))
            )?;
            for difference in differences.iter().take(LISTED) {
                writeln!(out, "      {}", Printable::new(&difference.to_string()))?;
            }
            let more = differences.len().saturating_sub(LISTED) as u64;
            if more > 0 {
                writeln!(out, "      and {} more", thousands(more))?;
            }
        }
        let more = history.told.len().saturating_sub(LISTED) as u64;
        if more > 0 {
            writeln!(out, "    and {} more", thousands(more))?;
        }
    }
    if !history.related.is_empty() {
        let title = format!("related resources ({})", thousands(history.n_related));
        writeln!(out, "  {}", style.strong(&title))?;
        for r in history.related.iter().take(LISTED) {
            let state = match r.standing {
                Standing::Seen => String::new(),
                Standing::Made(id) => format!(", created {}", when(id)),
                Standing::Gone(id) => format!(", DELETED {}", when(id)),
            };
            let figures = figures(r.writes, r.failures, r.bytes_out, r.span, style);
            let line = format!(
                "{:>9}  {}  {}{state}{figures}",
                thousands(r.events),
                r.name,
                r.bond.name()
            );
            writeln!(out, "  {}", Printable::new(&line))?;
        }
        let more = history.n_related.saturating_sub(LISTED as u64);
        if more > 0 {
            writeln!(out, "             and {} more", thousands(more))?;
        }
    }
    Ok(())
}

fn value_line(field: Field, value: &Tally, profile: Option<&Profile>, style: Style) -> String {
    let name = match field {
        // One principal or resource is told from its namesakes by the whole of its name.
        Field::Who | Field::Res => value.value.as_deref().unwrap_or(&value.label),
        _ => &value.label,
    };
    // Resources stand in the order of changes made to them.
    let writes = if field == Field::Res { value.writes } else { 0 };
    let span = value.first.zip(value.last);
    let figures = figures(writes, value.failures, value.bytes_out, span, style);
    let events = thousands(value.events);
    let addition = profile::addition(profile, field, value.value.as_deref());
    let addition = Printable::new(&addition).into_string();
    format!("{events:>9}  {}{figures}{addition}", Printable::new(name))
}

/// What is said behind a name: how often it was changed, what failed and what left, when.
fn figures(
    writes: u64,
    failures: u64,
    bytes_out: u64,
    span: Option<(UtcMicros, UtcMicros)>,
    style: Style,
) -> String {
    let mut figures = String::new();
    if writes > 0 {
        figures.push_str(&format!("  {} changed", thousands(writes)));
    }
    if failures > 0 {
        figures.push_str(&format!("  {} failed", thousands(failures)));
    }
    if bytes_out > 0 {
        figures.push_str(&format!("  {} out", byte_size(bytes_out)));
    }
    match span {
        Some((first, last)) if first == last => {
            figures.push_str(&format!("  {}", style.time(first)));
        }
        Some((first, last)) => {
            let (first, last) = (style.time(first), style.time(last));
            figures.push_str(&format!("  {first} .. {last}"));
        }
        None => {}
    }
    figures
}

fn change_line(snapshot: &Snapshot, id: EventId, style: Style) -> String {
    let time = snapshot
        .time(id)
        .map_or_else(|| "undated".to_owned(), |t| style.time(t));
    let who = snapshot.person_of(id).map_or("", |p| p.label.as_str());
    let what = snapshot.text(Col::What, id).unwrap_or("");
    let target = columns::target(snapshot, id);
    let err = match snapshot.facts(id).outcome() {
        Outcome::Ok => String::new(),
        _ => format!("  {}", snapshot.text(Col::Err, id).unwrap_or("failed")),
    };
    let line = format!("{time}  {who}  {what}  {target}{err}");
    Printable::new(line.trim_end()).into_string()
}
