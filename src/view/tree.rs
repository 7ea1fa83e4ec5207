//! A JSON tree as lines that fold, with what its texts hold in another writing under them.
//!
//! Nothing is rewritten: a text stands as it was sent, with a word on its writing before it, and what
//! it holds follows as its children. Where the filter language walks into it, so do their paths;
//! elsewhere they stand for the text as a whole.

use std::collections::HashSet;

use crate::base::printable::{Printable, fitting};
use crate::base::text::thousands;
use crate::event::diff::member;
use crate::event::inner::{Inner, What};
use crate::event::json::{NESTED, Node, write_string};
use crate::index::schema::Field;
use crate::view::screen::{Cell, DetailLine, Tone};

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

/// Lines of a text that are shown under it.
const MOST_LINES: usize = 500;

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
    let mut writer = Writer {
        lines: Vec::new(),
        folded,
    };
    let at = Place {
        path,
        depth: 0,
        nested: NESTED,
    };
    writer.push(None, node, at, "");
    writer.lines
}

/// A piece of a line, as much of it as a line holds.
pub fn cell(text: &str, tone: Tone) -> Cell {
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

/// Where a value stands.
#[derive(Debug, Clone, Copy)]
struct Place<'p> {
    path: &'p str,
    /// Levels above it on the screen.
    depth: usize,
    /// How many texts in texts may still be looked into.
    nested: usize,
}

impl Place<'_> {
    /// A place one level down.
    fn under(self, path: &str) -> Place<'_> {
        Place {
            path,
            depth: self.depth + 1,
            nested: self.nested,
        }
    }
}

struct Writer<'f> {
    lines: Vec<Line>,
    folded: &'f HashSet<String>,
}

impl Writer<'_> {
    fn push(&mut self, key: Option<&str>, node: &Node, at: Place<'_>, comma: &'static str) {
        let mut pieces = Vec::new();
        if let Some(key) = key {
            let mut quoted = String::new();
            write_string(&mut quoted, key);
            pieces.push(cell(&quoted, Tone::Key));
            pieces.push(cell(": ", Tone::Punctuation));
        }
        let (open, close) = match node {
            Node::Object(_) => ("{", "}"),
            Node::Array(_) => ("[", "]"),
            leaf => return self.leaf(pieces, leaf, at, comma),
        };
        let mut line = line_at(at);
        if node.is_empty() {
            pieces.push(cell(&format!("{open}{close}{comma}"), Tone::Punctuation));
            line.line.pieces = pieces;
            self.lines.push(line);
            return;
        }
        let is_folded = self.folds(&mut line, at.path);
        if is_folded {
            pieces.push(cell(
                &format!("{open} … {} {close}{comma}", node.len()),
                Tone::Punctuation,
            ));
            line.line.pieces = pieces;
            self.lines.push(line);
            return;
        }
        pieces.push(cell(open, Tone::Punctuation));
        line.line.pieces = pieces;
        self.lines.push(line);
        self.members(node, at);
        let mut end = Line::default();
        end.line.indent = at.depth * 2 + MARK;
        end.line.pieces = vec![cell(&format!("{close}{comma}"), Tone::Punctuation)];
        self.lines.push(end);
    }

    /// Gives a line its fold mark; whether it is folded.
    fn folds(&self, line: &mut Line, path: &str) -> bool {
        let is_folded = self.folded.contains(path);
        line.line.fold = Some(is_folded);
        line.line.indent -= MARK;
        is_folded
    }

    /// A value that holds no others, and what its text holds in another writing.
    fn leaf(&mut self, mut pieces: Vec<Cell>, leaf: &Node, at: Place<'_>, comma: &'static str) {
        let (text, shown, tone) = match leaf {
            Node::Text(t) => {
                let mut quoted = String::new();
                write_string(&mut quoted, t);
                (t.clone(), quoted, Tone::Text)
            }
            Node::Number(n) => (n.clone(), n.clone(), Tone::Number),
            other => (other.to_compact(), other.to_compact(), Tone::Constant),
        };
        let inner = match leaf {
            Node::Text(t) if at.nested > 0 => Inner::of(t),
            _ => None,
        };
        let mut line = line_at(at);
        let mut is_open = false;
        if let Some(inner) = &inner {
            is_open = !self.folds(&mut line, at.path);
            pieces.push(cell(&format!("({}) ", inner.writing), Tone::Faint));
        }
        pieces.push(cell(&shown, tone));
        pieces.push(cell(comma, Tone::Punctuation));
        line.leaf = Some(text.clone());
        line.line.pieces = pieces;
        self.lines.push(line);
        let Some(inner) = inner.filter(|_| is_open) else {
            return;
        };
        match inner.what {
            What::Tree(node) => {
                let nested = at.nested - 1;
                self.members(&node, Place { nested, ..at });
            }
            What::Apart(node) => {
                let lines = tree(&node, "", &HashSet::new());
                for line in lines.into_iter().take(MOST_LINES) {
                    let indent = level(&line) + at.depth * 2 + MARK;
                    self.inside(at.path, &text, line.line.pieces, indent);
                }
            }
            What::Text(inner) => {
                for line in inner.lines().take(MOST_LINES) {
                    let pieces = vec![cell(line, Tone::Plain)];
                    self.inside(at.path, &text, pieces, at.depth * 2 + 2 * MARK);
                }
            }
        }
    }

    /// A line of what a text holds; it stands for the text as a whole.
    fn inside(&mut self, path: &str, leaf: &str, pieces: Vec<Cell>, indent: usize) {
        self.lines.push(Line {
            line: DetailLine {
                indent,
                pieces,
                ..DetailLine::default()
            },
            path: path.to_owned(),
            leaf: Some(leaf.to_owned()),
            ..Line::default()
        });
    }

    /// What is directly inside an object or list.
    fn members(&mut self, node: &Node, at: Place<'_>) {
        let more = format!("{}{MORE}", at.path);
        let is_long = node.len() > MANY.0;
        let open = !is_long || self.folded.contains(&more);
        let most = if open { node.len() } else { MANY.1 };
        let last = node.len().saturating_sub(1);
        for (i, (key, value, path)) in inside(node, at.path).enumerate().take(most) {
            let comma = if i == last { "" } else { "," };
            self.push(key, value, at.under(&path), comma);
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
            self.lines.push(Line {
                line: DetailLine {
                    indent: (at.depth + 1) * 2,
                    fold: Some(!open),
                    pieces: vec![cell(&words, Tone::Faint)],
                    ..DetailLine::default()
                },
                path: more,
                ..Line::default()
            });
        }
    }
}

/// A line at a place, with room for the fold mark, so that siblings with and without one stand in
/// line.
fn line_at(at: Place<'_>) -> Line {
    let mut line = Line {
        path: at.path.to_owned(),
        ..Line::default()
    };
    line.line.indent = at.depth * 2 + MARK;
    line
}

/// The values directly inside an object or list, with their keys and paths.
fn inside<'n>(
    node: &'n Node,
    path: &'n str,
) -> impl Iterator<Item = (Option<&'n str>, &'n Node, String)> {
    let (pairs, items) = match node {
        Node::Object(pairs) => (pairs.as_slice(), &[][..]),
        Node::Array(items) => (&[][..], items.as_slice()),
        _ => (&[][..], &[][..]),
    };
    let pairs = pairs
        .iter()
        .map(move |(key, value)| (Some(key.as_str()), value, format!("{path}{}", member(key))));
    let items = items.iter().enumerate();
    pairs.chain(items.map(move |(i, value)| (None, value, format!("{path}[{i}]"))))
}

/// The value at a path of a tree, as [`tree`] writes paths; into texts that hold JSON, too.
pub fn at_path(node: &Node, path: &str, wanted: &str) -> Option<Node> {
    fn look(node: &Node, path: &str, wanted: &str, nested: usize) -> Option<Node> {
        if path == wanted {
            return Some(node.clone());
        }
        let rest = wanted.strip_prefix(path)?;
        if !rest.starts_with(['.', '[']) {
            return None;
        }
        if let Node::Text(text) = node {
            let inner = (nested > 0).then(|| Inner::of(text)).flatten()?;
            let What::Tree(tree) = inner.what else {
                return None;
            };
            return inside(&tree, path).find_map(|(_, n, p)| look(n, &p, wanted, nested - 1));
        }
        // A key that stands twice has one path: the last one holds.
        let mut found = None;
        for (_, value, path) in inside(node, path) {
            found = look(value, &path, wanted, nested).or(found);
        }
        found
    }
    look(node, path, wanted, NESTED)
}

/// How deep a line of a tree is, whether it folds or not.
pub fn level(line: &Line) -> usize {
    line.line.indent + if line.line.fold.is_some() { MARK } else { 0 }
}

/// Every path of a tree that can be folded, but for the tree itself, and how many levels down it is:
/// from 1.
pub fn foldable(node: &Node, path: &str) -> Vec<(String, usize)> {
    tree(node, path, &HashSet::new())
        .into_iter()
        .filter(|l| l.line.fold.is_some() && l.path != path && !is_more(&l.path))
        .map(|l| {
            let levels = level(&l) / 2 - 1;
            (l.path, levels)
        })
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
        let paths = [(".a".to_owned(), 1), (".a.b".to_owned(), 2)];
        assert_eq!(foldable(&node, ""), paths);
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
        assert_eq!(foldable(&node, ""), [(".a".to_owned(), 1)]);
    }

    #[test]
    fn texts_in_another_writing_show_what_they_hold() {
        let json = r#"{"doc":"{\"A\":[{\"B\":\"x\"}]}","u":"a%20b","s":"IyEvYmluL3NoCmVjaG8gaGkK","j":"eyJhIjogWzEsIDJdfQ=="}"#;
        let node = Node::parse(json.as_bytes()).unwrap();
        let shown = tree(&node, ".r", &HashSet::new());
        insta::assert_snapshot!(text(&shown), @r##"
        {
          "doc": (JSON) "{\"A\":[{\"B\":\"x\"}]}",
            "A": [
              {
                "B": "x"
              }
            ]
          "u": (URL-encoded) "a%20b",
            a b
          "s": (base64) "IyEvYmluL3NoCmVjaG8gaGkK",
            #!/bin/sh
            echo hi
          "j": (base64 of JSON) "eyJhIjogWzEsIDJdfQ=="
            {
              "a": [
                1,
                2
              ]
            }
        }
        "##);
        let of = |words: &str| {
            let has = |l: &&Line| l.line.pieces.iter().any(|p| p.text.as_str() == words);
            let line = shown.iter().find(has).unwrap();
            (line.path.as_str(), line.leaf.as_deref())
        };
        assert_eq!(of("\"x\""), (".r.doc.A[0].B", Some("x")));
        // What no path leads to stands for the text as it was sent.
        assert_eq!(of("a b"), (".r.u", Some("a%20b")));
        assert_eq!(of("echo hi"), (".r.s", Some("IyEvYmluL3NoCmVjaG8gaGkK")));
        let folded = tree(&node, ".r", &HashSet::from([".r.doc".to_owned()]));
        assert!(text(&folded).contains("(JSON) "), "{}", text(&folded));
        assert!(!text(&folded).contains("\"B\""), "{}", text(&folded));
        let found = at_path(&node, ".r", ".r.doc.A").unwrap();
        assert_eq!(found.to_compact(), r#"[{"B":"x"}]"#);
        assert_eq!(at_path(&node, ".r", ".r.u.x"), None);
    }
}
