//! What stands on the screen as a table, to be written to a file: people, sessions, files, problems,
//! cards, a record, what differs, keys.
//!
//! Values are whole and exact, whatever there is room for on the screen; secrets of records are never
//! among them. The events of a list are no table: they are read as they are written.

use std::collections::HashSet;

use crate::app::compose;
use crate::app::covering;
use crate::app::detail;
use crate::app::floating;
use crate::app::overlays;
use crate::app::pivots;
use crate::app::reading;
use crate::app::sources;
use crate::app::state::{About, Chain, Overlay, People, Picker, Raw, Sources, State};
use crate::base::time::UtcMicros;
use crate::event::diff::member;
use crate::event::json::Node;
use crate::pivot::lineage::Stats;
use crate::pivot::portrait::Subject;
use crate::pivot::tree::{self, What};
use crate::view::detail::{DIFF, TABS};
use crate::view::lineage as words;
use crate::view::screen::{Cell, PageRow};

/// A table made of what is on the screen.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// What it is of, in one word: a file is called so.
    pub name: &'static str,
    /// What it is of, in a line.
    pub title: String,
    /// Names of its columns.
    pub columns: Vec<&'static str>,
    /// Its rows, a value a column.
    pub rows: Vec<Vec<Value>>,
}

/// One value of a table.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// There is none.
    Absent,
    /// A text.
    Text(String),
    /// A number.
    Count(u64),
    /// A moment.
    Time(UtcMicros),
    /// Yes or no.
    Flag(bool),
}

fn text(text: impl AsRef<str>) -> Value {
    let text = text.as_ref();
    if text.is_empty() {
        Value::Absent
    } else {
        Value::Text(text.to_owned())
    }
}

fn maybe(value: Option<impl AsRef<str>>) -> Value {
    value.map_or(Value::Absent, text)
}

fn time(time: Option<UtcMicros>) -> Value {
    time.map_or(Value::Absent, Value::Time)
}

/// Pieces side by side as one text.
fn joined(pieces: &[Cell]) -> String {
    pieces.iter().map(|piece| piece.text.as_str()).collect()
}

/// What floats, as a table; `None` where nothing does or where it lists events.
///
/// # Errors
/// Why it cannot be written yet.
pub fn of_overlay(state: &State) -> Result<Option<Table>, &'static str> {
    Ok(Some(match &state.overlay {
        Some(Overlay::People(people)) => of_people(people)?,
        Some(Overlay::Chain(chain)) => of_chain(state, chain),
        Some(Overlay::Sources(list)) => of_files(state, list),
        Some(Overlay::Coverage(map)) => covering::table(state, map)?,
        Some(Overlay::Problems(file, _)) => of_problems(state, *file),
        Some(Overlay::Raw(raw)) => of_text(state, raw),
        Some(Overlay::Help(_)) => of_help(state),
        Some(Overlay::Picker(picker)) => of_picker(picker),
        Some(Overlay::Around(_) | Overlay::Find(_) | Overlay::Question(_)) | None => {
            return Ok(None);
        }
    }))
}

/// The figures of a person or a session.
const FIGURES: [&str; 9] = [
    "events",
    "writes",
    "deletes",
    "denied",
    "failed",
    "bytes_out",
    "tools",
    "first",
    "last",
];

fn figures(stats: &Stats) -> Vec<Value> {
    let (first, last) = words::span(stats).unzip();
    vec![
        Value::Count(u64::from(stats.events)),
        Value::Count(u64::from(stats.writes)),
        Value::Count(u64::from(stats.deletes)),
        Value::Count(u64::from(stats.denied)),
        Value::Count(u64::from(stats.failed)),
        Value::Count(stats.bytes_out),
        text(stats.tools.names().collect::<Vec<_>>().join(" ")),
        time(first),
        time(last),
    ]
}

fn of_people(people: &People) -> Result<Table, &'static str> {
    let lines = people.lines.as_ref();
    let lines = lines.ok_or("the people are still being counted: wait a moment")?;
    let mut columns = vec!["key", "label", "kind", "account"];
    columns.extend(FIGURES);
    columns.extend(["sessions", "keys", "new"]);
    let row = |p: &crate::pivot::person::PersonLine| {
        let mut row = vec![
            text(&p.key),
            text(&p.label),
            text(p.kind.name()),
            maybe(p.account.as_deref()),
        ];
        row.extend(figures(&p.stats));
        row.push(Value::Count(p.sessions));
        row.push(Value::Count(p.keys));
        row.push(text(p.news_words()));
        row
    };
    Ok(Table {
        name: "people",
        title: "people".to_owned(),
        columns,
        rows: lines.iter().map(row).collect(),
    })
}

fn of_chain(state: &State, chain: &Chain) -> Table {
    let (snapshot, lineage) = (&state.snapshot, &state.lineage);
    let mut columns = vec!["depth", "what", "session", "caller", "credential"];
    columns.extend(FIGURES);
    columns.extend([
        "link",
        "confidence",
        "event",
        "proof",
        "unknown_origin",
        "again",
    ]);
    let row = |row: &tree::Row| {
        let session = match row.what {
            What::Session(session) => Some(session),
            _ => None,
        };
        let name = |s| snapshot.dict(crate::index::schema::Col::Session).text(s);
        let mut out = vec![
            Value::Count(row.depth as u64),
            text(words::row_words(snapshot, lineage, &row.what)),
            maybe(session.map(name)),
            maybe(session.map(|s| words::caller(snapshot, s))),
            maybe(session.map(|s| words::credential(snapshot, s))),
        ];
        out.extend(figures(&tree::stats(snapshot, lineage, &row.what)));
        let link = row.link.as_ref();
        let event = link.and_then(|link| words::event_of(snapshot, link));
        out.push(maybe(link.map(|l| l.kind.name())));
        out.push(maybe(link.map(|l| l.confidence.name())));
        out.push(maybe(event.and_then(|e| snapshot.recorded_id(e))));
        out.push(maybe(link.map(|l| words::proof(snapshot, l))));
        let unknown = row.link.is_none() && crate::app::chain::is_unlinked(state, row);
        out.push(Value::Flag(unknown));
        out.push(Value::Flag(row.again));
        out
    };
    Table {
        name: "sessions",
        title: "sessions: every row of the tree, folded or not".to_owned(),
        columns,
        rows: chain.rows.iter().map(row).collect(),
    }
}

fn of_files(state: &State, list: &Sources) -> Table {
    let columns = [
        "file",
        "status",
        "shape",
        "container",
        "bytes",
        "bytes_inflated",
        "found",
        "kept",
        "duplicate",
        "set_aside",
        "undated",
        "not_events",
        "problems",
        "sha256",
    ];
    let files = list.order.iter();
    let row = |&file: &usize| {
        let (_, entry) = state.files.get(file)?;
        let r = &entry.records;
        let mut row = vec![
            text(entry.origin.name()),
            text(entry.status.name()),
            text(entry.shape),
            text(entry.container),
        ];
        let problems = entry.problems.len() as u64 + entry.more_problems;
        row.extend(
            [
                entry.bytes,
                entry.inflated,
                r.found,
                r.kept,
                r.duplicate,
                r.set_aside,
                r.undated,
                r.not_events,
                problems,
            ]
            .map(Value::Count),
        );
        row.push(maybe(reading::known_hash(state, file)));
        Some(row)
    };
    Table {
        name: "files",
        title: "files as listed".to_owned(),
        columns: columns.to_vec(),
        rows: files.filter_map(row).collect(),
    }
}

fn of_problems(state: &State, file: Option<usize>) -> Table {
    let row = |which: usize| {
        let (_, entry, problem) = sources::problem(state, which)?;
        let place = |get: fn(&crate::base::ledger::Position) -> u64| {
            let at = problem.at.as_ref();
            at.map_or(Value::Absent, |at| Value::Count(get(at)))
        };
        Some(vec![
            text(entry.origin.name()),
            text(problem.class.name()),
            place(|at| at.line),
            place(|at| at.col),
            place(|at| at.byte),
            text(problem.class.about()),
            text(&problem.detail),
        ])
    };
    Table {
        name: "problems",
        title: "what could not be read, or was odd".to_owned(),
        columns: vec!["file", "class", "line", "col", "byte", "means", "detail"],
        rows: sources::listed(state, file).filter_map(row).collect(),
    }
}

fn of_text(state: &State, raw: &Raw) -> Table {
    let rows = reading::text_rows(state, raw);
    Table {
        name: "text",
        title: "the text around a place of a file, its characters escaped".to_owned(),
        columns: vec!["text"],
        rows: rows
            .iter()
            .map(|row: &PageRow| vec![Value::Text(joined(&row.pieces))])
            .collect(),
    }
}

fn of_help(state: &State) -> Table {
    let (_, groups) = floating::help_groups(state);
    let rows = groups.iter().flat_map(|group| {
        let lines = group.keys.iter();
        lines.map(|(keys, about)| vec![text(group.title), text(keys), text(about)])
    });
    Table {
        name: "keys",
        title: "keys and the filter language".to_owned(),
        columns: vec!["where", "written", "about"],
        rows: rows.collect(),
    }
}

fn of_picker(picker: &Picker) -> Table {
    let row = |(entry, _): (&crate::app::state::Entry, Vec<usize>)| {
        vec![text(&entry.key), text(&entry.label), text(&entry.detail)]
    };
    Table {
        name: "choices",
        title: "what could be chosen".to_owned(),
        columns: vec!["key", "what", "detail"],
        rows: overlays::matching(picker).into_iter().map(row).collect(),
    }
}

/// The detail of the focused event, as the tab shows it but unfolded and whole.
///
/// # Errors
/// Why it cannot be written.
pub fn of_detail(state: &State) -> Result<Table, String> {
    let id = state.focused_event().ok_or("there is no event here")?;
    let record = state.record.as_ref().filter(|(of, _)| *of == id);
    let (_, record) = record.ok_or("the record is being read: wait a moment")?;
    let name = record.name.as_str();
    if state.view.tab == DIFF {
        return of_differences(state, id, name);
    }
    let tab = TABS[state.view.tab];
    if let Some((node, path)) = detail::tree_of(state, false) {
        let mut rows = Vec::new();
        leaves(node, &path, &mut rows);
        return Ok(Table {
            name: "record",
            title: format!("{tab} of event {name}"),
            columns: vec!["path", "value"],
            rows,
        });
    }
    let lines = detail::lines_of(state, id, &HashSet::new(), false);
    if let Some(notice) = lines.notice.filter(|_| lines.lines.is_empty()) {
        return Err(notice);
    }
    let rows = lines.lines.iter().map(|line| {
        let (field, value) = line.field.as_ref().map(|(f, v)| (f, v)).unzip();
        vec![
            text(joined(&line.line.pieces)),
            maybe(field.map(|field| field.name())),
            maybe(value),
        ]
    });
    Ok(Table {
        name: "event",
        title: format!("{tab} of event {name}"),
        columns: vec!["line", "field", "value"],
        rows: rows.collect(),
    })
}

/// Every leaf of a tree, with its path as the filter language spells it.
fn leaves(node: &Node, path: &str, rows: &mut Vec<Vec<Value>>) {
    match node {
        Node::Object(pairs) if !pairs.is_empty() => {
            for (key, value) in pairs {
                leaves(value, &format!("{path}{}", member(key)), rows);
            }
        }
        Node::Array(items) if !items.is_empty() => {
            for (at, value) in items.iter().enumerate() {
                leaves(value, &format!("{path}[{at}]"), rows);
            }
        }
        Node::Text(value) => rows.push(vec![text(path), Value::Text(value.clone())]),
        other => rows.push(vec![text(path), Value::Text(other.to_compact())]),
    }
}

fn of_differences(
    state: &State,
    id: crate::index::segment::EventId,
    name: &str,
) -> Result<Table, String> {
    let compared = state.compared.as_ref().filter(|(of, _)| *of == id);
    let (_, compared) = compared.ok_or("the two are being compared: wait a moment")?;
    if let Some(error) = &compared.error {
        return Err(error.clone());
    }
    let (other, _) = compared.other.ok_or("there is nothing to compare with")?;
    let other = state.snapshot.recorded_id(other).unwrap_or_default();
    let row = |change: &crate::event::diff::Change| {
        let what = match (&change.before, &change.after) {
            (None, _) => "added",
            (_, None) => "removed",
            _ => "changed",
        };
        vec![
            text(what),
            text(&change.path),
            maybe(change.before.as_ref()),
            maybe(change.after.as_ref()),
        ]
    };
    Ok(Table {
        name: "diff",
        title: format!("from event {other} to event {name}"),
        columns: vec!["change", "path", "before", "after"],
        rows: compared.safe.iter().map(row).collect(),
    })
}

/// The cards of a person or resource, or the list of resources.
///
/// # Errors
/// Why it cannot be written yet.
pub fn of_portrait(state: &State) -> Result<Table, &'static str> {
    const WAIT: &str = "it is still being counted: wait a moment";
    let about_all = matches!(&state.view.about, About::Subject(Subject::Resources, _));
    let catalogue = state.answer.portrait.as_ref();
    let catalogue = catalogue.and_then(|p| p.catalogue.as_ref());
    if let Some(all) = catalogue.filter(|_| about_all) {
        let row = |e: &crate::pivot::catalogue::Entry| {
            vec![
                text(&e.name),
                text(&e.kind),
                Value::Count(e.events),
                Value::Count(e.changes),
                Value::Count(e.failures),
                text(e.standing.name()),
                time(state.snapshot.time(e.last)),
            ]
        };
        return Ok(Table {
            name: "resources",
            title: format!("{} of {} resources", all.entries.len(), all.distinct),
            columns: vec![
                "name", "kind", "events", "changes", "failures", "state", "last",
            ],
            rows: all.entries.iter().map(row).collect(),
        });
    }
    let (view, _) = pivots::cards(state).ok_or(WAIT)?;
    let facts = view.facts.iter();
    let mut rows: Vec<Vec<Value>> = facts
        .map(|fact| vec![Value::Absent, text(fact.as_str()), Value::Absent])
        .collect();
    for section in &view.sections {
        let title = text(&section.title);
        let lines = section.rows.iter().map(|row| {
            let (label, detail) = (row.label.as_str(), row.detail.as_str());
            vec![title.clone(), text(label), text(detail)]
        });
        rows.extend(lines);
        if section.more > 0 {
            let more = format!("and {} more that are not listed", section.more);
            rows.push(vec![title.clone(), Value::Text(more), Value::Absent]);
        }
    }
    let name = match &state.view.about {
        About::Subject(Subject::Principal(_), _) => "person",
        _ => "resource",
    };
    let title = compose::label_of(&state.view);
    Ok(Table {
        name,
        title: format!("{}  {}", title.as_str(), view.subtitle.as_str()),
        columns: vec!["card", "what", "figures"],
        rows,
    })
}
