//! Two events side by side, as lines: which two, then every attribute in which they differ.

use chrono_tz::Tz;

use crate::base::text::counted;
use crate::base::time::short_delta;
use crate::event::diff::{ALWAYS, Change, MOST};
use crate::index::schema::{Col, Field};
use crate::index::segment::EventId;
use crate::index::snapshot::Snapshot;
use crate::pivot::earlier::Same;
use crate::view::list;
use crate::view::screen::{Cell, DetailLine, Tone};
use crate::view::tree::{Line, cell};

/// Cells in which a changed value stands on one line with the value before it.
const SHORT: usize = 60;

/// Why the other event is the other one, in words.
pub const fn why(same: Same) -> &'static str {
    match same {
        Same::PersonAndTarget => {
            "the last such call before, by the same person on the same resource"
        }
        Same::Target => {
            "the last such call before on this resource, by someone else: none by this person"
        }
        Same::Person => "the last such call before by the same person; it names no resource",
    }
}

fn line(pieces: Vec<Cell>) -> Line {
    Line {
        line: DetailLine {
            pieces,
            ..DetailLine::default()
        },
        ..Line::default()
    }
}

/// The lines; `why` says how the other event was found.
pub fn lines(
    snapshot: &Snapshot,
    (other, this): (EventId, EventId),
    why: &str,
    changes: &[Change],
    zone: Tz,
) -> Vec<Line> {
    let times = snapshot.time(this).zip(snapshot.time(other));
    let apart = times.map_or(String::new(), |(this, other)| {
        let micros = this.0 - other.0;
        let side = if micros < 0 { "after" } else { "before" };
        format!("  {} {side} this", short_delta(micros.abs()))
    });
    let event = |label: &str, id: EventId, more: &str| {
        let time = snapshot.time(id);
        let time = time.map_or("undated".into(), |t| t.format(zone, "%Y-%m-%d %H:%M:%S %Z"));
        let who = snapshot.person_of(id).map_or("?", |p| p.label.as_str());
        let error = snapshot.text(Col::Err, id);
        let mut out = line(vec![
            cell(&format!("{label:<8}"), Tone::Heading),
            cell(
                snapshot.text(Col::What, id).unwrap_or("(no name)"),
                list::tone_of(snapshot.facts(id)),
            ),
            cell(&format!("  {time}"), Tone::Plain),
            cell(&format!("  {who}"), Tone::Principal),
            cell(
                &error.map_or("  ok".to_owned(), |error| format!("  {error}")),
                if error.is_some() {
                    Tone::Failed
                } else {
                    Tone::Faint
                },
            ),
            cell(more, Tone::Faint),
        ]);
        let name = snapshot.recorded_id(id);
        out.field = name.map(|name| (Field::Id, name.into_owned()));
        out
    };
    let mut out = vec![
        event("OTHER", other, &apart),
        line(vec![cell("        ", Tone::Plain), cell(why, Tone::Faint)]),
        event("THIS", this, ""),
    ];
    let count = |kind: fn(&Change) -> bool| changes.iter().filter(|c| kind(c)).count();
    let (added, removed) = (count(|c| c.before.is_none()), count(|c| c.after.is_none()));
    let most = if changes.len() >= MOST {
        " or more"
    } else {
        ""
    };
    let words = format!(
        "{} added, {} removed, {} changed{most}; left out: {}",
        added,
        removed,
        changes.len() - added - removed,
        ALWAYS.join(", ")
    );
    let differ = match changes.len() {
        0 => format!("nothing but {}", ALWAYS.join(", ")),
        n => format!("{}: {words}", counted(n as u64, "attribute")),
    };
    out.push(line(vec![
        cell("DIFFER  ", Tone::Heading),
        cell(&differ, Tone::Plain),
    ]));
    for change in changes {
        differing(change, &mut out);
    }
    out
}

/// The lines of one attribute. A sign says what happened to it, colour only repeats that.
fn differing(change: &Change, out: &mut Vec<Line>) {
    let removed = |value: &str| cell(&format!("- {value}"), Tone::Delete);
    let added = |value: &str| cell(&format!("+ {value}"), Tone::Write);
    let path = cell(&format!("{} ", change.path), Tone::Key);
    let of = |pieces: Vec<Cell>, indent: usize, value: Option<&String>| {
        let mut line = line(pieces);
        line.line.indent = indent;
        line.path.clone_from(&change.path);
        line.leaf = value.map(|value| plain(value));
        line
    };
    let (before, after) = (change.before.as_ref(), change.after.as_ref());
    match (&change.before, &change.after) {
        (Some(old), Some(new)) if old.len() + new.len() <= SHORT => {
            let pieces = vec![
                cell("~ ", Tone::Heading),
                path,
                removed(old),
                cell("  ", Tone::Plain),
                added(new),
            ];
            out.push(of(pieces, 0, after));
        }
        (Some(old), Some(new)) => {
            out.push(of(vec![cell("~ ", Tone::Heading), path], 0, after));
            out.push(of(vec![removed(old)], 4, before));
            out.push(of(vec![added(new)], 4, after));
        }
        (Some(old), None) => {
            out.push(of(
                vec![cell("- ", Tone::Heading), path, cell(old, Tone::Delete)],
                0,
                before,
            ));
        }
        (None, Some(new)) => {
            out.push(of(
                vec![cell("+ ", Tone::Heading), path, cell(new, Tone::Write)],
                0,
                after,
            ));
        }
        (None, None) => {}
    }
}

/// A value as a filter compares it: a text out of its quotes.
fn plain(json: &str) -> String {
    serde_json::from_str(json).unwrap_or_else(|_| json.to_owned())
}
