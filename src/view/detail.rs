//! One record as lines: a summary in words, and trees that fold.

use std::collections::HashSet;

use chrono_tz::Tz;

use crate::base::printable::{Printable, fitting};
use crate::base::text::thousands;
use crate::event::denial::Denial;
use crate::event::json::{Node, write_string};
use crate::event::outcome::Outcome;
use crate::event::secret;
use crate::event::service;
use crate::event::session::SessionKind;
use crate::index::schema::{Col, Field};
use crate::index::segment::EventId;
use crate::index::snapshot::Snapshot;
use crate::view::list;
use crate::view::screen::{Cell, DetailLine, Tone};

/// The tabs, in order.
pub const TABS: [&str; 4] = ["Summary", "Request", "Response", "Raw"];

/// A line of the detail with what it stands for.
#[derive(Debug, Clone, Default)]
pub struct Line {
    /// What is drawn.
    pub line: DetailLine,
    /// The path of its value, as the filter language spells it; empty on lines that have none.
    pub path: String,
    /// The field and exact value it names, for lines of the summary.
    pub field: Option<(Field, String)>,
    /// The value where it is a leaf: text unescaped, anything else as written.
    pub leaf: Option<String>,
}

/// Cells of the mark before a line that folds, with its space.
const MARK: usize = 2;

/// Entries of one list or object beyond which only the first are shown, and how many those are.
const MANY: (usize, usize) = (100, 50);

/// The end of the path of the line that stands for the entries not shown.
const MORE: &str = "[+]";

/// Whether a line's path is that of entries not shown; such lines open the other way round, as
/// everything else is open until it is folded.
pub fn is_more(path: &str) -> bool {
    path.ends_with(MORE)
}

/// Characters of one value that a line shows; the whole of it is in the raw record.
const MOST_SHOWN: usize = 4096;

/// The lines of a tree.
///
/// `path` is the path of `node` itself, empty for the whole record.
pub fn tree(node: &Node, path: &str, folded: &HashSet<String>) -> Vec<Line> {
    let mut lines = Vec::new();
    push(&mut lines, None, node, path, 0, folded, "");
    lines
}

fn cell(text: &str, tone: Tone) -> Cell {
    let shown = &text[..fitting(text, MOST_SHOWN)];
    let mut printable = Printable::new(shown);
    if shown.len() < text.len() {
        printable.push(&Printable::trusted("… (longer)"));
    }
    Cell {
        text: printable,
        tone,
    }
}

fn push(
    lines: &mut Vec<Line>,
    key: Option<&str>,
    node: &Node,
    path: &str,
    depth: usize,
    folded: &HashSet<String>,
    comma: &'static str,
) {
    let mut pieces = Vec::new();
    if let Some(key) = key {
        let mut quoted = String::new();
        write_string(&mut quoted, key);
        pieces.push(cell(&quoted, Tone::Key));
        pieces.push(cell(": ", Tone::Punctuation));
    }
    let mut line = Line {
        path: path.to_owned(),
        ..Line::default()
    };
    // Room for the fold mark, so that siblings with and without one stand in line.
    line.line.indent = depth * 2 + MARK;
    let (open, close) = match node {
        Node::Object(_) => ("{", "}"),
        Node::Array(_) => ("[", "]"),
        leaf => {
            let (text, shown, tone) = match leaf {
                Node::Text(t) => {
                    let mut quoted = String::new();
                    write_string(&mut quoted, t);
                    (t.clone(), quoted, Tone::Text)
                }
                Node::Number(n) => (n.clone(), n.clone(), Tone::Number),
                other => (other.to_compact(), other.to_compact(), Tone::Constant),
            };
            pieces.push(cell(&shown, tone));
            pieces.push(cell(comma, Tone::Punctuation));
            line.leaf = Some(text);
            line.line.pieces = pieces;
            lines.push(line);
            return;
        }
    };
    if node.is_empty() {
        pieces.push(cell(&format!("{open}{close}{comma}"), Tone::Punctuation));
        line.line.pieces = pieces;
        lines.push(line);
        return;
    }
    let is_folded = folded.contains(path);
    line.line.fold = Some(is_folded);
    line.line.indent -= MARK;
    if is_folded {
        pieces.push(cell(
            &format!("{open} … {} {close}{comma}", node.len()),
            Tone::Punctuation,
        ));
        line.line.pieces = pieces;
        lines.push(line);
        return;
    }
    pieces.push(cell(open, Tone::Punctuation));
    line.line.pieces = pieces;
    lines.push(line);
    let last = node.len() - 1;
    let more = format!("{path}{MORE}");
    let is_long = node.len() > MANY.0;
    let open = !is_long || folded.contains(&more);
    let most = if open { node.len() } else { MANY.1 };
    match node {
        Node::Object(pairs) => {
            for (i, (key, value)) in pairs.iter().enumerate().take(most) {
                let comma = if i == last { "" } else { "," };
                push(
                    lines,
                    Some(key),
                    value,
                    &member(path, key),
                    depth + 1,
                    folded,
                    comma,
                );
            }
        }
        Node::Array(items) => {
            for (i, value) in items.iter().enumerate().take(most) {
                let comma = if i == last { "" } else { "," };
                push(
                    lines,
                    None,
                    value,
                    &format!("{path}[{i}]"),
                    depth + 1,
                    folded,
                    comma,
                );
            }
        }
        _ => {}
    }
    if is_long {
        let words = if open {
            format!(
                "… fold the {} after the first {}",
                thousands((node.len() - MANY.1) as u64),
                MANY.1
            )
        } else {
            format!("… {} more", thousands((node.len() - most) as u64))
        };
        lines.push(Line {
            line: DetailLine {
                indent: (depth + 1) * 2,
                fold: Some(!open),
                pieces: vec![cell(&words, Tone::Faint)],
                ..DetailLine::default()
            },
            path: more,
            ..Line::default()
        });
    }
    let mut end = Line::default();
    end.line.indent = depth * 2 + MARK;
    end.line.pieces = vec![cell(&format!("{close}{comma}"), Tone::Punctuation)];
    lines.push(end);
}

/// The path of a member of an object: quoted where the name is no plain word.
fn member(path: &str, key: &str) -> String {
    let plain = !key.is_empty()
        && !key.starts_with(|c: char| c.is_ascii_digit() || c == '-')
        && key
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if plain {
        return format!("{path}.{key}");
    }
    let escaped = key.replace('\\', "\\\\").replace('"', "\\\"");
    format!("{path}.\"{escaped}\"")
}

/// How deep a line of a tree is, whether it folds or not.
pub fn level(line: &Line) -> usize {
    line.line.indent + if line.line.fold.is_some() { MARK } else { 0 }
}

/// Every path of a tree that can be folded, but for the tree itself.
pub fn foldable(node: &Node, path: &str) -> Vec<String> {
    tree(node, path, &HashSet::new())
        .into_iter()
        .filter(|l| l.line.fold.is_some() && l.path != path && !is_more(&l.path))
        .map(|l| l.path)
        .collect()
}

/// The paths under which a tree shows only the first entries until asked.
pub fn long_lists(node: &Node, path: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = HashSet::new();
    // Opening a list can bring longer ones to light.
    loop {
        let new: Vec<String> = tree(node, path, &open)
            .into_iter()
            .map(|l| l.path)
            .filter(|p| is_more(p) && !open.contains(p))
            .collect();
        if new.is_empty() {
            return found;
        }
        open.extend(new.iter().cloned());
        found.extend(new);
    }
}

/// The raw text of a record that no tree can hold, escaped, in lines.
pub fn raw_lines(bytes: &[u8]) -> Vec<Line> {
    bytes
        .chunks(200)
        .take(20_000)
        .map(|chunk| Line {
            line: DetailLine {
                pieces: vec![Cell {
                    text: Printable::from_bytes(chunk),
                    tone: Tone::Plain,
                }],
                ..DetailLine::default()
            },
            ..Line::default()
        })
        .collect()
}

/// The event in words: who, from where, on what, with what result; `reveal`: with its secrets.
pub fn summary(
    snapshot: &Snapshot,
    id: EventId,
    record: Option<&Node>,
    name: &str,
    file: &str,
    zone: Tz,
    reveal: bool,
) -> Vec<Line> {
    let s = snapshot;
    let facts = s.facts(id);
    let mut out = Vec::new();
    let service = s.text(Col::Svc, id).unwrap_or("");
    let mut head = Line::default();
    head.line.pieces = vec![
        cell(
            s.text(Col::What, id).unwrap_or("(no name)"),
            list::tone_of(facts),
        ),
        cell(&format!("  {}", service::friendly(service)), Tone::Plain),
        cell(
            &format!("  {}", s.text(Col::Region, id).unwrap_or("")),
            Tone::Faint,
        ),
        cell(
            &format!(
                "  {}",
                s.time(id)
                    .map_or("undated".into(), |t| t.format(zone, "%Y-%m-%d %H:%M:%S %Z"))
            ),
            Tone::Plain,
        ),
    ];
    head.field = s.text(Col::What, id).map(|w| (Field::What, w.to_owned()));
    out.push(head);
    // The tree that is given says by itself what may be seen; what the index holds does not.
    let cell = |text: &str, tone| {
        if reveal {
            cell(text, tone)
        } else {
            cell(&secret::mask_text(text), tone)
        }
    };
    let mut row = |label: &str, pieces: Vec<Cell>, field: Option<(Field, String)>| {
        let mut all = vec![cell(&format!("{label:<8}"), Tone::Heading)];
        all.extend(pieces);
        out.push(Line {
            line: DetailLine {
                pieces: all,
                ..DetailLine::default()
            },
            field,
            ..Line::default()
        });
    };
    let person = s.person_of(id);
    if let Some(person) = person.filter(|p| Some(&p.key) != s.principal_of(id).map(|c| &c.key)) {
        row(
            "WHO",
            vec![
                cell(&person.label, Tone::Principal),
                cell(&format!("  {}", person.kind.name()), Tone::Faint),
            ],
            Some((Field::Who, person.key.clone())),
        );
    }
    if let Some(p) = s.principal_of(id) {
        let is_person = person.is_none_or(|person| person.key == p.key);
        let field = if is_person { Field::Who } else { Field::Actor };
        let account = p
            .account
            .as_deref()
            .map(|a| format!("  account {a}"))
            .unwrap_or_default();
        row(
            if is_person { "WHO" } else { "AS" },
            vec![
                cell(&p.label, Tone::Principal),
                cell(&format!("  {}{account}", p.kind.name()), Tone::Faint),
            ],
            Some((field, p.key.clone())),
        );
        if p.key != p.label {
            row(
                "",
                vec![cell(&p.key, Tone::Faint)],
                Some((field, p.key.clone())),
            );
        }
    }
    if let Some(via) = s.text(Col::Via, id) {
        row(
            "VIA",
            vec![cell(via, Tone::Auth)],
            Some((Field::Via, via.to_owned())),
        );
    }
    let by = record
        .and_then(|r| r.get("userIdentity"))
        .and_then(|u| u.get("invokedBy"));
    if let Some(by) = by.and_then(Node::as_str) {
        row("THROUGH", vec![cell(by, Tone::Service)], None);
    }
    // What has no credential is no session to speak of.
    let session = s.symbol(Col::Session, id);
    let kind = session.and_then(|sym| s.session(sym)).map(|s| s.kind);
    if let (Some(sym), Some(kind)) = (session, kind)
        && !matches!(kind, SessionKind::Unkeyed | SessionKind::Service)
    {
        let name = s.dict(Col::Session).text(sym);
        let pieces = vec![
            cell(name.get(..8).unwrap_or(name), Tone::Plain),
            cell(&format!("  {}", kind.name()), Tone::Faint),
        ];
        row("SESSION", pieces, Some((Field::Session, name.to_owned())));
    }
    if let Some(key) = s.text(Col::Key, id) {
        let mfa = match facts.mfa() {
            Some(true) => "  second factor: yes",
            Some(false) => "  second factor: no",
            None => "",
        };
        let pieces = vec![cell(key, Tone::Plain), cell(mfa, Tone::Faint)];
        row("KEY", pieces, Some((Field::Key, key.to_owned())));
    }
    if let Some(ip) = s.text(Col::Ip, id) {
        let console = if facts.console() {
            "  console session"
        } else {
            ""
        };
        let pieces = vec![cell(ip, Tone::Plain), cell(console, Tone::Faint)];
        row("FROM", pieces, Some((Field::Ip, ip.to_owned())));
    }
    if let Some(ua) = s.text(Col::Ua, id) {
        row(
            "WITH",
            vec![cell(ua, Tone::Faint)],
            Some((Field::Ua, ua.to_owned())),
        );
    }
    for (i, (sym, mark)) in s.named_by(id).take(20).enumerate() {
        let resource = s.resources().text(sym);
        let label = if i == 0 { "ON" } else { "" };
        let how = match (mark.role(), mark.naming()) {
            (role, naming) if naming.is_made() => format!("  {}, {}", role.name(), naming.name()),
            (role, _) => format!("  {}", role.name()),
        };
        row(
            label,
            vec![cell(resource, Tone::Resource), cell(&how, Tone::Faint)],
            Some((Field::Res, resource.to_owned())),
        );
    }
    let more = s.resources_of(id).count().saturating_sub(20);
    if more > 0 {
        row(
            "",
            vec![cell(&format!("+{more} more (r lists them)"), Tone::Faint)],
            None,
        );
    }
    let error = s.text(Col::Err, id);
    let message = record
        .and_then(|r| r.get("errorMessage"))
        .and_then(Node::as_str);
    let result = match (facts.outcome(), error) {
        (Outcome::Ok, _) => vec![cell("ok", Tone::Plain)],
        (outcome, error) => vec![cell(
            error.unwrap_or("failed"),
            Tone::of(outcome, Tone::Plain),
        )],
    };
    row("RESULT", result, error.map(|e| (Field::Err, e.to_owned())));
    if let Some(message) = message.filter(|m| Some(*m) != error) {
        row("", vec![cell(message, Tone::Plain)], None);
    }
    if let Some(denial) = message.and_then(Denial::of) {
        let who = denial.who.unwrap_or("the caller");
        let on = denial.resource.map(|r| format!(" on {r}"));
        let asked = format!(
            "{who} asked for {}{}",
            denial.action,
            on.unwrap_or_default()
        );
        row("WHY", vec![cell(&denial.why(), Tone::Denied)], None);
        row("", vec![cell(&asked, Tone::Plain)], None);
        if let Some(note) = denial.encoded_note() {
            row("", vec![cell(note, Tone::Faint)], None);
        }
    }
    if let Some(account) = s.text(Col::Acct, id) {
        row(
            "ACCOUNT",
            vec![cell(account, Tone::Plain)],
            Some((Field::Acct, account.to_owned())),
        );
    }
    let id_field = s.recorded_id(id).map(|i| (Field::Id, i.into_owned()));
    row("EVENT", vec![cell(name, Tone::Plain)], id_field);
    row("FILE", vec![cell(file, Tone::Faint)], None);
    for (holds, words) in [
        (facts.recovered(), "kept after damage earlier in its file"),
        (
            facts.repaired(),
            "its record was damaged, and mended on request",
        ),
        (
            facts.summary(),
            "a summary only: its source has no request and no response",
        ),
        (
            facts.mapped(),
            "put together from another format, which Raw shows",
        ),
    ] {
        if holds {
            row("NOTE", vec![cell(words, Tone::Failed)], None);
        }
    }
    if facts.summary() {
        row(
            "NOTE",
            vec![cell(
                "summary only: its source leaves out request and response",
                Tone::Faint,
            )],
            None,
        );
    } else if facts.mapped() {
        row(
            "NOTE",
            vec![cell("its source has it in another schema", Tone::Faint)],
            None,
        );
    }
    if s.shares_its_id(id) {
        row(
            "NOTE",
            vec![cell(
                "another event carries the same id with other content",
                Tone::Failed,
            )],
            None,
        );
    }
    out
}

/// A line that says whether the record's secrets show.
pub fn secrets_note(shown: bool) -> Line {
    let words = if shown {
        "the secrets of this record show: V hides them"
    } else {
        "the secrets of this record are hidden: V shows them"
    };
    Line {
        line: DetailLine {
            pieces: vec![
                cell(&format!("{:<8}", "NOTE"), Tone::Heading),
                cell(words, Tone::Secret),
            ],
            ..DetailLine::default()
        },
        ..Line::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(lines: &[Line]) -> String {
        let mut out = String::new();
        for l in lines {
            let mark = if l.line.fold.is_some() { MARK } else { 0 };
            out.push_str(&" ".repeat(l.line.indent + mark - MARK));
            l.line
                .pieces
                .iter()
                .for_each(|p| out.push_str(p.text.as_str()));
            out.push('\n');
        }
        out
    }

    #[test]
    fn trees_are_pretty_printed_and_fold() {
        let node = Node::parse(br#"{"a":{"b":[1,"x\u001b"],"c d":null},"e":{},"a":2}"#).unwrap();
        let open = tree(&node, "", &HashSet::new());
        assert_eq!(
            text(&open),
            "{\n  \"a\": {\n    \"b\": [\n      1,\n      \"x\\u001b\"\n    ],\n    \"c d\": null\n  },\n  \"e\": {},\n  \"a\": 2\n}\n"
        );
        assert_eq!(open[4].path, ".a.b[1]");
        assert_eq!(open[4].leaf.as_deref(), Some("x\u{1b}"));
        assert_eq!(open[6].path, ".a.\"c d\"");
        let folded = tree(&node, "", &HashSet::from([".a".to_owned()]));
        assert!(text(&folded).contains("\"a\": { … 2 },\n"));
        assert_eq!(foldable(&node, ""), [".a", ".a.b"]);
    }

    #[test]
    fn long_lists_show_their_first_entries_and_a_count() {
        let items: Vec<String> = (0..2000).map(|i| i.to_string()).collect();
        let json = format!("{{\"a\":[{}],\"b\":1}}", items.join(","));
        let node = Node::parse(json.as_bytes()).unwrap();
        let shown = tree(&node, "", &HashSet::new());
        assert_eq!(shown.len(), MANY.1 + 6);
        let more = &shown[MANY.1 + 2];
        assert!(text(&shown).contains("… 1,950 more\n"), "{}", text(&shown));
        assert!(is_more(&more.path) && more.line.fold == Some(true));
        assert_eq!(long_lists(&node, ""), [".a[+]"]);
        let open = HashSet::from([more.path.clone()]);
        assert_eq!(tree(&node, "", &open).len(), 2006);
        assert_eq!(foldable(&node, ""), [".a"]);
    }
}
