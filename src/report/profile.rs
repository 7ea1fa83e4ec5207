//! A person beside counts, as JSON with keys that stay and as words: `chains`, `key_lives`, `new`,
//! `sharing`, `denied_then_ok` and `same_name`.
//!
//! The words are those of the screen.

use std::io::{self, Write};

use crate::base::printable::Printable;
use crate::base::text::thousands;
use crate::event::birth::Confidence;
use crate::event::json::Node;
use crate::index::schema::{Col, Field};
use crate::index::segment::EventId;
use crate::index::snapshot::Snapshot;
use crate::pivot::lineage::Lineage;
use crate::pivot::profile::Profile;
use crate::report::lineage::tools_node;
use crate::report::{Style, moment, number, object, text};
use crate::view::lineage as words;
use crate::view::profile::{self, Card, Scene};

/// The keys of a person's profile.
pub fn pairs(
    snapshot: &Snapshot,
    lineage: &Lineage,
    who: &str,
    profile: &Profile,
) -> Vec<(&'static str, Node)> {
    let id = |id: EventId| text(snapshot.recorded_id(id).as_deref());
    let session = |sym| Node::Text(snapshot.dict(Col::Session).text(sym).to_owned());
    let chains = profile::chains(snapshot, lineage, &profile.sessions);
    let chains = chains.into_iter().map(|c| {
        let sym = c.acted.session;
        let link = lineage.carrying(sym);
        let s = snapshot.session(sym);
        let (first, last) = words::span(&c.acted.stats).unzip();
        let stats = c.acted.stats;
        object(vec![
            ("session", session(sym)),
            ("depth", number(c.depth as u64)),
            ("caller", Node::Text(words::caller(snapshot, sym))),
            ("kind", text(s.map(|s| s.kind.name()))),
            ("link", text(link.map(|l| l.kind.name()))),
            ("confidence", text(c.confidence.map(Confidence::name))),
            ("events", number(u64::from(stats.events))),
            ("writes", number(u64::from(stats.writes))),
            ("deletes", number(u64::from(stats.deletes))),
            ("denied", number(u64::from(stats.denied))),
            ("failed", number(u64::from(stats.failed))),
            ("bytes_out", number(stats.bytes_out)),
            ("tools", tools_node(lineage.stats_of(sym).tools)),
            ("first", moment(first)),
            ("last", moment(last)),
        ])
    });
    let keys = profile.keys.iter().map(|k| {
        let by = k.made.and_then(|id| snapshot.person_of(id));
        let others = k.others.iter().map(|(p, events)| {
            object(vec![
                ("who", Node::Text(p.key.clone())),
                ("label", Node::Text(p.label.clone())),
                ("events", number(*events)),
            ])
        });
        object(vec![
            ("key", Node::Text(k.key.clone())),
            ("events", number(k.events)),
            ("first", moment(k.first)),
            ("last", moment(k.last)),
            ("created_here", Node::Bool(k.made_here)),
            ("made", moment(k.made.and_then(|id| snapshot.time(id)))),
            (
                "made_call",
                text(k.made.and_then(|id| snapshot.text(Col::What, id))),
            ),
            ("made_by", text(by.map(|p| p.key.as_str()))),
            ("made_event", k.made.map_or(Node::Null, id)),
            ("expires", moment(k.expires)),
            ("used_by", Node::Array(others.collect())),
        ])
    });
    let fresh = profile.fresh.iter().map(|f| {
        object(vec![
            ("field", Node::Text(f.field.name().to_owned())),
            ("value", Node::Text(f.value.clone())),
            ("first", moment(Some(f.first))),
            ("events", number(f.events)),
        ])
    });
    let shares = profile.shares.iter().map(|s| {
        object(vec![
            ("field", Node::Text(s.field.name().to_owned())),
            ("value", Node::Text(s.value.clone())),
            ("who", Node::Text(s.other.key.clone())),
            ("label", Node::Text(s.other.label.clone())),
            ("events", number(s.events)),
            ("first", moment(s.first)),
            ("last", moment(s.last)),
        ])
    });
    let flips = profile.flips.iter().map(|(error, n)| {
        object(vec![
            ("error", Node::Text(error.clone())),
            ("events", number(*n)),
        ])
    });
    let denied = profile.denied.iter().map(|d| {
        object(vec![
            ("svc", Node::Text(d.svc.clone())),
            ("what", Node::Text(d.what.clone())),
            ("res", text(d.target.as_deref())),
            ("events", number(d.events)),
            ("last", moment(snapshot.time(d.last))),
            ("id", id(d.last)),
            ("later_ok", Node::Bool(d.later_ok)),
            (
                "why",
                text(Some(d.why.as_str()).filter(|why| !why.is_empty())),
            ),
        ])
    });
    let names = profile.namesakes.iter().map(|p| {
        object(vec![
            ("who", Node::Text(p.key.clone())),
            ("label", Node::Text(p.label.clone())),
            ("account", text(p.account.as_deref())),
        ])
    });
    let said = lineage.said.statements.iter();
    let said = said.filter(|s| s.is_about(who));
    let said = said.map(|s| Node::Text(s.words()));
    vec![
        ("said", Node::Array(said.collect())),
        ("n_chains", number(profile.n_sessions)),
        ("chains", Node::Array(chains.collect())),
        ("n_key_lives", number(profile.n_keys)),
        ("key_lives", Node::Array(keys.collect())),
        ("has_habits", Node::Bool(profile.has_habits)),
        ("new", Node::Array(fresh.collect())),
        ("sharing", Node::Array(shares.collect())),
        ("denied_then_ok", Node::Array(flips.collect())),
        ("denied_calls", Node::Array(denied.collect())),
        ("same_name", Node::Array(names.collect())),
    ]
}

/// The lines about a whole person, before any card.
pub fn facts(
    scene: &Scene<'_>,
    profile: &Profile,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let lines = [scene.sureness(profile), scene.namesakes(profile)];
    for line in lines.iter().flatten().chain(&scene.said()) {
        writeln!(out, "  {}", style.strong(Printable::new(line).as_str()))?;
    }
    Ok(())
}

/// The cards that stand for the counts of sessions and keys.
pub fn sessions_and_keys(
    scene: &Scene<'_>,
    profile: &Profile,
    most: usize,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    card(&scene.sessions(profile), most, style, out)?;
    card(&scene.keys(profile), most, style, out)
}

/// What was denied, what is new, and who shares.
pub fn news(
    scene: &Scene<'_>,
    profile: &Profile,
    most: usize,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    card(&scene.denied(profile), most, style, out)?;
    card(&scene.fresh(profile), most, style, out)?;
    card(&scene.shares(profile), most, style, out)
}

/// What a value's line says beside its figures.
pub fn addition(profile: Option<&Profile>, field: Field, value: Option<&str>) -> String {
    match (profile, value) {
        (Some(profile), Some(value)) => {
            let (before, after) = profile::addition(profile, field, value);
            let mut text = String::new();
            for part in [before, after].iter().filter(|p| !p.is_empty()) {
                text.push_str("  ");
                text.push_str(part);
            }
            text
        }
        _ => String::new(),
    }
}

fn card((section, _): &Card, most: usize, style: Style, out: &mut dyn Write) -> io::Result<()> {
    if section.rows.is_empty() {
        return Ok(());
    }
    let title = Printable::new(&section.title.to_lowercase()).into_string();
    writeln!(out, "  {}", style.strong(&title))?;
    for row in section.rows.iter().take(most) {
        writeln!(out, "    {}  {}", row.label, row.detail)?;
    }
    let more = section.more + section.rows.len().saturating_sub(most) as u64;
    if more > 0 {
        writeln!(out, "    and {} more", thousands(more))?;
    }
    Ok(())
}
