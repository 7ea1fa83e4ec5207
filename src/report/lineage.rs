//! Lineage as a tree for people, one JSON object for programs, or a graph for Graphviz.
//!
//! The JSON is flat: `{"asked", "persons": […], "sessions": […], "births": […], "unlinked": […]}`.
//! A session names its `parent` and carries the `link` to it, other `links`, and what it did; all
//! are named by what the evidence says, so that the same evidence gives the same bytes in whatever
//! files and order it comes.

use std::borrow::Cow;
use std::io::{self, Write};

use hashbrown::{HashMap, HashSet};

use crate::base::printable::Printable;
use crate::base::text::{counted, thousands};
use crate::event::agent::Kinds;
use crate::event::birth::Confidence;
use crate::event::json::Node;
use crate::index::schema::Col;
use crate::index::segment::EventId;
use crate::index::sessions::Born;
use crate::index::snapshot::Snapshot;
use crate::index::symbols::Sym;
use crate::pivot::lineage::{Lineage, Link, Odd, Parent, Stats};
use crate::pivot::tree::{self, Row, What};
use crate::report::{Style, moment, number, object, text};
use crate::view::lineage as words;

/// What was asked for, and the trees that answer it.
#[derive(Debug)]
pub struct Found<'a> {
    /// The evidence.
    pub snapshot: &'a Snapshot,
    /// Its lineage.
    pub lineage: &'a Lineage,
    /// What was typed.
    pub asked: String,
    /// Trees, each from its top down.
    pub trees: Vec<Vec<Row>>,
    /// Sessions that were asked for by their own names.
    pub chosen: Vec<Sym>,
    /// What is known beside the trees.
    pub notes: Vec<String>,
}

/// An event's name.
pub type NameOf<'a> = &'a dyn Fn(EventId) -> String;

impl Found<'_> {
    /// Sessions of the trees, each once, in their order.
    fn sessions(&self) -> Vec<Sym> {
        let mut seen = HashSet::new();
        let mut all = Vec::new();
        for row in self.trees.iter().flatten() {
            match &row.what {
                What::Session(sym) => all.extend(seen.insert(*sym).then_some(*sym)),
                What::Forwarded(sessions) => {
                    all.extend(sessions.iter().filter(|s| seen.insert(**s)));
                }
                What::Person(_) | What::Births(_) => {}
            }
        }
        all
    }

    fn unlinked(&self, sessions: &[Sym]) -> Vec<words::Unlinked> {
        sessions
            .iter()
            .filter(|s| words::is_unlinked(self.snapshot, self.lineage, **s))
            .map(|s| words::unlinked(self.snapshot, self.lineage, *s))
            .collect()
    }
}

/// Unlinked sessions a tree for people lists.
const UNLINKED_SHOWN: usize = 12;

/// An indented tree.
pub fn write_tree(found: &Found<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let (snapshot, lineage) = (found.snapshot, found.lineage);
    for (i, rows) in found.trees.iter().enumerate() {
        if i > 0 {
            writeln!(out)?;
        }
        let prefixes = words::prefixes(rows);
        for (row, (head, tail)) in rows.iter().zip(&prefixes) {
            let mut line = words::row_words(snapshot, lineage, &row.what);
            let stats = tree::stats(snapshot, lineage, &row.what);
            let mark = row.link.as_ref().map_or("", |l| words::mark(l.confidence));
            match row.what {
                What::Births(_) => {}
                _ => line.push_str(&format!("  {}", words::counts(&stats))),
            }
            if let Some((first, last)) = words::span(&stats) {
                line.push_str(&format!("  {}", style.time(first)));
                if last != first {
                    line.push_str(&format!(" .. {}", style.time(last)));
                }
            }
            if row.again {
                line.push_str("  (unfolded elsewhere)");
            }
            let chosen = match row.what {
                What::Session(sym) => found.chosen.contains(&sym),
                What::Person(_) => true,
                _ => false,
            };
            let line = Printable::new(&line).into_string();
            let line = if chosen { style.strong(&line) } else { line };
            writeln!(out, "{head}{mark}{line}")?;
            if let Some(link) = &row.link {
                let how = words::link_words(snapshot, link);
                let side = if is_carrying(lineage, link) || row.depth > 1 {
                    String::new()
                } else {
                    from_words(snapshot, link)
                };
                let when = words::event_of(snapshot, link)
                    .and_then(|e| snapshot.time(e))
                    .map_or_else(String::new, |t| format!(" {}", style.time(t)));
                let line = format!("{how}{side}{when}");
                writeln!(out, "{tail}{}", Printable::new(&line))?;
            }
        }
    }
    let sessions = found.sessions();
    let unlinked = found.unlinked(&sessions);
    if !unlinked.is_empty() {
        let title = format!(
            "{} whose issuer is not in the evidence",
            counted(unlinked.len() as u64, "session")
        );
        writeln!(out, "\n{}", style.strong(&title))?;
        for u in unlinked.iter().take(UNLINKED_SHOWN) {
            let name = words::row_words(snapshot, lineage, &What::Session(u.session));
            writeln!(out, "  {}", Printable::new(&name))?;
            for candidate in u.candidates.iter().take(3) {
                let name = words::row_words(snapshot, lineage, &What::Session(*candidate));
                writeln!(out, "    perhaps from ~ {}", Printable::new(&name))?;
            }
            let what = words::would_settle(snapshot, u.session);
            writeln!(out, "    would settle it: {}", Printable::new(&what))?;
        }
        let more = unlinked.len().saturating_sub(UNLINKED_SHOWN);
        if more > 0 {
            writeln!(out, "  and {} more", thousands(more as u64))?;
        }
    }
    for note in &found.notes {
        writeln!(out, "\n{}", Printable::new(note))?;
    }
    Ok(())
}

fn is_carrying(lineage: &Lineage, link: &Link) -> bool {
    lineage.carrying(link.child) == Some(link)
}

fn from_words(snapshot: &Snapshot, link: &Link) -> String {
    match link.parent {
        Parent::Session(parent) => format!(
            " from {} {}",
            words::session_name(snapshot, parent),
            words::caller(snapshot, parent)
        ),
        Parent::Identity(_) => String::new(),
    }
}

/// One JSON object, written as it is made. `write` is called with whole values and with what stands
/// between them.
///
/// # Errors
/// What `write` says.
pub fn write_json(
    found: &Found<'_>,
    name_of: NameOf<'_>,
    write: &mut dyn FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let (snapshot, lineage) = (found.snapshot, found.lineage);
    let chosen = found.chosen.iter().map(|s| session_text(snapshot, *s));
    let head = object(vec![
        ("asked", Node::Text(found.asked.clone())),
        ("chosen", Node::Array(chosen.collect())),
    ]);
    let head = head.to_compact();
    write(head.strip_suffix('}').unwrap_or(&head).as_bytes())?;
    let mut list = |name: &str, nodes: &mut dyn Iterator<Item = Node>| {
        write(format!(",\"{name}\":[").as_bytes())?;
        for (n, node) in nodes.enumerate() {
            if n > 0 {
                write(b",")?;
            }
            write(node.to_compact().as_bytes())?;
        }
        write(b"]")
    };
    let rows = || found.trees.iter().flatten();
    let mut seen = HashSet::new();
    let persons = rows().filter_map(|row| match row.what {
        What::Person(number) if seen.insert(number) => Some(number),
        _ => None,
    });
    let mut persons = persons.map(|number| person_node(snapshot, lineage, number));
    list("persons", &mut persons)?;
    let sessions = found.sessions();
    let depths = found.trees.iter().flatten().rev();
    let depths = depths.filter_map(|row| Some((row.what.session()?, row.depth)));
    let depth_of: HashMap<Sym, usize> = depths.collect();
    let places = places(snapshot, &sessions);
    let mut nodes = sessions.iter().map(|sym| {
        let depth = depth_of.get(sym).copied();
        session_node(found, *sym, depth, &places, name_of)
    });
    list("sessions", &mut nodes)?;
    let births = rows().filter_map(|row| match &row.what {
        What::Births(births) => Some(births),
        _ => None,
    });
    let births = births.flatten();
    let births = births.filter_map(|birth| snapshot.births().get(*birth));
    let mut births = births.map(|b| birth_node(snapshot, b, name_of));
    list("births", &mut births)?;
    let mut unlinked = found.unlinked(&sessions).into_iter().map(|u| {
        let names = u.candidates.iter().map(|s| session_text(snapshot, *s));
        object(vec![
            ("session", session_text(snapshot, u.session)),
            ("candidates", Node::Array(names.collect())),
            (
                "would_settle",
                Node::Text(words::would_settle(snapshot, u.session)),
            ),
        ])
    });
    list("unlinked", &mut unlinked)?;
    let mut notes = found.notes.iter().map(|n| Node::Text(n.clone()));
    list("notes", &mut notes)?;
    write(b"}\n")
}

fn person_node(snapshot: &Snapshot, lineage: &Lineage, number: u32) -> Node {
    let stats = tree::stats(snapshot, lineage, &What::Person(number));
    let Some(p) = lineage.people().person(number) else {
        return Node::Null;
    };
    let mut pairs = vec![
        ("key", Node::Text(p.key.clone())),
        ("label", Node::Text(p.label.clone())),
        ("kind", Node::Text(p.kind.name().to_owned())),
        ("account", text(p.account.as_deref())),
    ];
    pairs.extend(stats_pairs(&stats));
    object(pairs)
}

/// The kinds of tools.
pub(crate) fn tools_node(tools: Kinds) -> Node {
    Node::Array(tools.names().map(|n| Node::Text(n.to_owned())).collect())
}

fn stats_pairs(stats: &Stats) -> Vec<(&'static str, Node)> {
    let span = words::span(stats);
    vec![
        ("events", number(u64::from(stats.events))),
        ("writes", number(u64::from(stats.writes))),
        ("deletes", number(u64::from(stats.deletes))),
        ("denied", number(u64::from(stats.denied))),
        ("failed", number(u64::from(stats.failed))),
        ("bytes_out", number(stats.bytes_out)),
        ("tools", tools_node(stats.tools)),
        ("first", moment(span.map(|s| s.0))),
        ("last", moment(span.map(|s| s.1))),
    ]
}

fn session_text(snapshot: &Snapshot, session: Sym) -> Node {
    Node::Text(snapshot.dict(Col::Session).text(session).to_owned())
}

/// Columns whose distinct values tell where a session was.
const PLACES: [(&str, Col); 4] = [
    ("addresses", Col::Ip),
    ("agents", Col::Ua),
    ("regions", Col::Region),
    ("accounts", Col::Acct),
];

/// Where each session was: session, place among [`PLACES`], and value, in order.
type Places = Vec<(Sym, u8, Sym)>;

/// Where each session was, from one pass over the rows.
fn places(snapshot: &Snapshot, sessions: &[Sym]) -> Places {
    let mut is_wanted = vec![false; snapshot.sessions().len()];
    for session in sessions {
        if let Some(slot) = is_wanted.get_mut(session.index()) {
            *slot = true;
        }
    }
    let mut found: HashSet<(Sym, u8, Sym)> = HashSet::new();
    for segment in snapshot.segments() {
        let column = segment.column(Col::Session);
        for row in 0..segment.len() {
            let session = column.get(row);
            let is_wanted = |s: &Sym| is_wanted.get(s.index()) == Some(&true);
            let Some(session) = session.filter(is_wanted) else {
                continue;
            };
            for (at, (_, col)) in (0..).zip(PLACES) {
                let value = segment.column(col).get(row);
                found.extend(value.map(|value| (session, at, value)));
            }
        }
    }
    let mut places: Places = found.into_iter().collect();
    places.sort_unstable();
    places
}

fn session_node(
    found: &Found<'_>,
    sym: Sym,
    depth: Option<usize>,
    places: &Places,
    name_of: NameOf<'_>,
) -> Node {
    let (snapshot, lineage) = (found.snapshot, found.lineage);
    let Some(s) = snapshot.session(sym) else {
        return Node::Null;
    };
    let principal = s.principal.map(|p| snapshot.principal(p));
    let stats = lineage.stats_of(sym);
    let people = lineage.people();
    let carrying = lineage.carrying(sym);
    let parent = lineage
        .above(sym)
        .map_or(Node::Null, |p| session_text(snapshot, p));
    let born = carrying.and_then(|l| snapshot.births().get(l.birth?));
    let home = people.home(sym);
    let issuer = s.issuer.map(|k| snapshot.dict(Col::Via).text(k));
    let stamps = s.stamps.as_deref();
    let keys = lineage.keys_of(snapshot, sym).into_iter();
    let keys = keys.map(|k| Node::Text(k.to_owned()));
    let mut pairs = vec![
        ("session", session_text(snapshot, sym)),
        ("kind", Node::Text(s.kind.name().to_owned())),
        ("person", text(people.of(sym).map(|p| p.key.as_str()))),
        ("actor", text(principal.map(|p| p.key.as_str()))),
        ("label", text(principal.map(|p| p.label.as_str()))),
        (
            "account",
            text(principal.and_then(|p| p.account.as_deref())),
        ),
        ("keys", Node::Array(keys.collect())),
        ("via", text(issuer)),
        (
            "part_of",
            if home == sym {
                Node::Null
            } else {
                session_text(snapshot, home)
            },
        ),
        ("created", moment(s.created)),
        ("expires", moment(born.and_then(|b| b.birth.expires()))),
        ("mfa", s.mfa.map_or(Node::Null, Node::Bool)),
        (
            "source_identity",
            text(stamps.and_then(|s| s.source_identity.as_deref())),
        ),
        (
            "on_behalf_of",
            text(stamps.and_then(|s| s.on_behalf_of.as_deref())),
        ),
        ("depth", depth.map_or(Node::Null, |d| number(d as u64))),
        ("parent", parent),
        (
            "link",
            carrying.map_or(Node::Null, |l| link_node(snapshot, l, name_of)),
        ),
    ];
    let others = lineage
        .links_of(sym)
        .iter()
        .filter(|l| Some(*l) != carrying);
    let others = others.map(|l| link_node(snapshot, l, name_of));
    pairs.push(("links", Node::Array(others.collect())));
    pairs.extend(stats_pairs(&stats));
    let from = places.partition_point(|p| p.0 < sym);
    let its = places.get(from..).unwrap_or(&[]);
    let its = its.iter().take_while(|p| p.0 == sym);
    for (at, (name, col)) in (0..).zip(PLACES) {
        let values = its.clone().filter(|p| p.1 == at);
        let mut texts: Vec<&str> = values.map(|p| snapshot.dict(col).text(p.2)).collect();
        texts.sort_unstable();
        let values = texts.into_iter().map(|t| Node::Text(t.to_owned()));
        pairs.push((name, Node::Array(values.collect())));
    }
    object(pairs)
}

fn link_node(snapshot: &Snapshot, link: &Link, name_of: NameOf<'_>) -> Node {
    let born = link.birth.and_then(|b| snapshot.births().get(b));
    let event = born.map(|b| b.event);
    let (session, identity) = match &link.parent {
        Parent::Session(p) => (session_text(snapshot, *p), Node::Null),
        Parent::Identity(p) => (Node::Null, Node::Text(p.key.clone())),
    };
    object(vec![
        ("kind", Node::Text(link.kind.name().to_owned())),
        ("confidence", Node::Text(link.confidence.name().to_owned())),
        ("odd", text(link.odd.map(Odd::name))),
        ("from", session),
        ("identity", identity),
        ("call", text(born.map(|b| b.birth.call.name))),
        ("event", text(event.map(name_of).as_deref())),
        ("time", moment(event.and_then(|e| snapshot.time(e)))),
        ("twin", text(link.twin.map(name_of).as_deref())),
        ("proof", Node::Text(words::proof(snapshot, link))),
    ])
}

fn birth_node(snapshot: &Snapshot, born: &Born, name_of: NameOf<'_>) -> Node {
    let b = &born.birth;
    let by = snapshot.symbol(Col::Session, born.event);
    object(vec![
        ("call", Node::Text(b.call.name.to_owned())),
        ("event", Node::Text(name_of(born.event))),
        ("time", moment(snapshot.time(born.event))),
        (
            "session",
            by.map_or(Node::Null, |s| session_text(snapshot, s)),
        ),
        ("failed", Node::Bool(b.failed)),
        ("key", text(b.key())),
        (
            "target",
            text(b.target().map(Cow::Borrowed).or_else(|| b.arn()).as_deref()),
        ),
        ("name", text(b.session())),
        ("expires", moment(b.expires())),
        ("use", Node::Text(words::unused_words(b).to_owned())),
    ])
}

/// A graph for Graphviz: persons and sessions, and an edge a link; inferred ones are dashed.
pub fn write_dot(found: &Found<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (snapshot, lineage) = (found.snapshot, found.lineage);
    writeln!(
        out,
        "digraph lineage {{\n  rankdir=LR;\n  node [shape=box];"
    )?;
    let quote = |text: &str| {
        let text = Printable::new(text).into_string();
        format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
    };
    for rows in &found.trees {
        for row in rows {
            let name = |what: &What| match what {
                What::Person(n) => lineage
                    .people()
                    .person(*n)
                    .map_or_else(|| "person:?".to_owned(), |p| format!("person:{}", p.key)),
                What::Session(s) => snapshot.dict(Col::Session).text(*s).to_owned(),
                What::Forwarded(s) => s.first().map_or_else(String::new, |s| {
                    format!("services:{}", snapshot.dict(Col::Session).text(*s))
                }),
                What::Births(b) => {
                    // Calls of one name and moment are not one call.
                    let born = b.first().and_then(|b| snapshot.births().get(*b));
                    born.map_or_else(String::new, |b| {
                        format!("birth:{}:{:016x}", b.birth.call.name, b.birth.mark)
                    })
                }
            };
            let stats = tree::stats(snapshot, lineage, &row.what);
            let label = format!(
                "{}\n{}",
                words::row_words(snapshot, lineage, &row.what),
                words::counts(&stats)
            );
            let shape = match row.what {
                What::Person(_) => ", shape=oval",
                What::Births(_) => ", style=dotted",
                _ => "",
            };
            let label = quote(&label).replace('\u{240a}', "\\n");
            let id = quote(&name(&row.what));
            if !row.again {
                writeln!(out, "  {id} [label={label}{shape}];")?;
            }
            let parent = row.parent.and_then(|p| rows.get(p));
            if let Some(parent) = parent {
                let how = row
                    .link
                    .as_ref()
                    .filter(|_| row.depth > 1)
                    .map_or_else(String::new, |l| words::link_words(snapshot, l));
                let dashed = row
                    .link
                    .as_ref()
                    .is_some_and(|l| l.confidence == Confidence::Inferred && row.depth > 1);
                let style = if dashed { ", style=dashed" } else { "" };
                let parent = quote(&name(&parent.what));
                writeln!(out, "  {parent} -> {id} [label={}{style}];", quote(&how))?;
            }
        }
    }
    writeln!(out, "}}")
}
