//! What the index cannot decide, asked of a record's own bytes.
//!
//! Free text looks at every key and value, and into JSON that stands inside a string; paths and
//! the fields the index does not hold are walked. A record `serde_json` refuses is searched as
//! plain text. Refuses to know: where bytes come from.

use std::borrow::Cow;
use std::cell::OnceCell;

use memchr::memmem;

use crate::event::json::Node;
use crate::index::bitmap::RowSet;
use crate::index::segment::EventId;
use crate::query::ast::Needle;
use crate::query::matcher::{Matcher, Rule};
use crate::query::path::Step;
use crate::query::pattern::{How, Pattern};

/// How deep JSON may stand inside strings of JSON.
const NESTED: usize = 4;

/// One question about a record.
#[derive(Debug, Clone)]
pub enum Atom {
    /// Text anywhere.
    Text {
        /// What to look for in each key and value.
        matcher: Matcher,
        /// Folded text without which no record can match.
        clue: Option<Clue>,
    },
    /// Values at a path.
    Path {
        /// Where.
        steps: Vec<Step>,
        /// What one of them must be.
        matcher: Matcher,
        /// The last key, without which the path leads nowhere.
        clue: Option<Clue>,
    },
}

/// A text that stands in the bytes of every record that can match.
#[derive(Debug, Clone)]
pub struct Clue {
    /// Finds the text in bytes made lower case.
    finder: memmem::Finder<'static>,
}

impl Clue {
    /// A clue, where escapes and other alphabets cannot hide it.
    fn new(text: &str) -> Option<Self> {
        let plain = |c: char| (' '..='~').contains(&c) && !matches!(c, '"' | '\\');
        (!text.is_empty() && text.chars().all(plain)).then(|| Self {
            finder: memmem::Finder::new(&text.to_ascii_lowercase()).into_owned(),
        })
    }

    /// Whether a record surely lacks the text.
    fn is_missing(&self, bytes: &[u8], lower: &OnceCell<Option<Vec<u8>>>) -> bool {
        // A `\u` could spell any letter, and some letters of other alphabets fold to ASCII.
        let lower = lower.get_or_init(|| {
            let hidden = !bytes.is_ascii()
                || memmem::find(bytes, b"\\u").is_some()
                || memmem::find(bytes, b"\\/").is_some()
                || memmem::find(bytes, b"%7B").is_some()
                || memmem::find(bytes, b"%5B").is_some();
            (!hidden).then(|| bytes.to_ascii_lowercase())
        });
        lower
            .as_ref()
            .is_some_and(|lower| self.finder.find(lower).is_none())
    }
}

impl Atom {
    /// Text anywhere in the record.
    pub fn text(needle: &Needle) -> Self {
        match needle {
            Needle::Regex(regex) => Self::Text {
                matcher: Matcher::Regex(regex.compiled().clone()),
                clue: None,
            },
            Needle::Word(pattern) => Self::Text {
                matcher: Matcher::word(pattern, Rule::Part),
                clue: Clue::new(longest_literal(pattern)),
            },
        }
    }

    /// A value at a path.
    pub fn path(steps: &[Step], matcher: Matcher) -> Self {
        let last = steps.iter().rev().find_map(|step| match step {
            Step::Key(key) => Some(key.as_str()),
            Step::Each | Step::At(_) => None,
        });
        Self::Path {
            steps: steps.to_vec(),
            matcher,
            clue: last.and_then(Clue::new),
        }
    }

    fn matches(&self, record: &Reading<'_>) -> bool {
        let (Self::Text { clue, .. } | Self::Path { clue, .. }) = self;
        if clue
            .as_ref()
            .is_some_and(|clue| clue.is_missing(record.bytes, &record.lower))
        {
            return false;
        }
        match (self, record.tree()) {
            (Self::Text { matcher, .. }, Some(tree)) => anywhere(tree, matcher, NESTED),
            (Self::Text { matcher, .. }, None) => {
                matcher.matches(&String::from_utf8_lossy(record.bytes))
            }
            (Self::Path { steps, matcher, .. }, Some(tree)) => {
                at_path(tree, steps, matcher, NESTED)
            }
            (Self::Path { .. }, None) => false,
        }
    }
}

/// The longest run of a pattern's text without wildcards.
fn longest_literal(pattern: &Pattern) -> &str {
    if pattern.how != How::Wild {
        return &pattern.text;
    }
    pattern
        .text
        .split(['*', '?'])
        .max_by_key(|run| run.len())
        .unwrap_or("")
}

/// One record while it is asked: its tree is made at most once.
struct Reading<'a> {
    bytes: &'a [u8],
    tree: OnceCell<Option<Node>>,
    lower: OnceCell<Option<Vec<u8>>>,
}

impl Reading<'_> {
    fn tree(&self) -> Option<&Node> {
        let read = || {
            let tree = Node::parse(self.bytes).or_else(|_| Node::parse(&mended(self.bytes)));
            // A record may have come wrapped in a string.
            match tree {
                Ok(Node::Text(text)) => nested(&text).or(Some(Node::Text(text))),
                Ok(tree) => Some(tree),
                Err(_) => None,
            }
        };
        self.tree.get_or_init(read).as_ref()
    }
}

/// The bytes with what is not UTF-8, and halves of surrogate pairs, replaced as the scanner
/// replaces them, so that one odd character does not hide a record from paths.
fn mended(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes);
    let mut out = Vec::with_capacity(text.len());
    let mut rest: &str = &text;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.extend_from_slice(before.as_bytes());
        let len = match (surrogate(escape), escape.get(6..).and_then(surrogate)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(_), _) => {
                out.extend_from_slice(br"\ufffd");
                rest = escape.get(6..).unwrap_or("");
                continue;
            }
            // The character after a backslash is taken with it, or `\\ud800` would look like one.
            (None, _) => escape.chars().take(2).map(char::len_utf8).sum(),
        };
        let (escape, after) = escape.split_at(len);
        out.extend_from_slice(escape.as_bytes());
        rest = after;
    }
    out.extend_from_slice(rest.as_bytes());
    out
}

/// The half of a surrogate pair that a text begins with an escape of.
fn surrogate(text: &str) -> Option<u16> {
    let hex = text.strip_prefix("\\u")?.get(..4)?;
    let unit = u16::from_str_radix(hex, 16).ok()?;
    (0xd800..=0xdfff).contains(&unit).then_some(unit)
}

/// The JSON inside a string: an object or array, perhaps percent-encoded as IAM returns policies.
fn nested(text: &str) -> Option<Node> {
    let trimmed = text.trim_start();
    let decoded: Cow<'_, str> = if trimmed.starts_with("%7B") || trimmed.starts_with("%5B") {
        percent_decoded(trimmed)?.into()
    } else {
        trimmed.into()
    };
    let opens = decoded.starts_with(['{', '[']);
    opens
        .then(|| Node::parse(decoded.as_bytes()).ok())
        .flatten()
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let (high, low) = (bytes.next()?, bytes.next()?);
            let digit = |b: u8| char::from(b).to_digit(16);
            out.push((digit(high)? * 16 + digit(low)?) as u8);
        } else {
            out.push(byte);
        }
    }
    String::from_utf8(out).ok()
}

/// Whether a key or value anywhere in the tree fits.
fn anywhere(node: &Node, matcher: &Matcher, depth: usize) -> bool {
    match node {
        Node::Object(pairs) => pairs
            .iter()
            .any(|(key, value)| matcher.matches(key) || anywhere(value, matcher, depth)),
        Node::Array(items) => items.iter().any(|item| anywhere(item, matcher, depth)),
        Node::Text(text) => {
            matcher.matches(text)
                || depth > 0 && nested(text).is_some_and(|n| anywhere(&n, matcher, depth - 1))
        }
        scalar => plain(scalar).is_some_and(|text| matcher.matches(&text)),
    }
}

/// The text of a value that holds no others; `None` for `null`.
fn plain(node: &Node) -> Option<Cow<'_, str>> {
    match node {
        Node::Text(text) | Node::Number(text) => Some(text.as_str().into()),
        Node::Bool(true) => Some("true".into()),
        Node::Bool(false) => Some("false".into()),
        Node::Null | Node::Array(_) | Node::Object(_) => None,
    }
}

/// Whether a value the steps lead to fits. Lists are walked whole where no step says otherwise,
/// since AWS writes one element with and without its brackets.
fn at_path(node: &Node, steps: &[Step], matcher: &Matcher, depth: usize) -> bool {
    let Some((step, rest)) = steps.split_first() else {
        return fits(node, matcher);
    };
    if let Node::Text(text) = node {
        return depth > 0 && nested(text).is_some_and(|n| at_path(&n, steps, matcher, depth - 1));
    }
    match (step, node) {
        (Step::Key(key), Node::Object(_)) => node
            .get(key)
            .is_some_and(|value| at_path(value, rest, matcher, depth)),
        (Step::Key(_), Node::Array(items)) => items
            .iter()
            .any(|item| at_path(item, steps, matcher, depth)),
        (Step::Each, Node::Array(items)) => {
            items.iter().any(|item| at_path(item, rest, matcher, depth))
        }
        (Step::Each, _) => at_path(node, rest, matcher, depth),
        (Step::At(n), Node::Array(items)) => items
            .get(*n as usize)
            .is_some_and(|item| at_path(item, rest, matcher, depth)),
        (Step::Key(_) | Step::At(_), _) => false,
    }
}

fn fits(node: &Node, matcher: &Matcher) -> bool {
    match node {
        Node::Array(items) => items.iter().any(|item| fits(item, matcher)),
        Node::Object(_) => matches!(matcher, Matcher::Any),
        scalar => plain(scalar).is_some_and(|text| matcher.matches(&text)),
    }
}

/// A question that needs bytes, with the answers the index gave already.
#[derive(Debug, Clone)]
pub enum Open {
    /// Decided: these rows.
    Rows(RowSet),
    /// Not decided.
    Atom(Box<Atom>),
    /// All of these.
    And(Vec<Self>),
    /// Any of these.
    Or(Vec<Self>),
    /// Not this.
    Not(Box<Self>),
}

/// What is left to ask of each candidate's record.
#[derive(Debug, Clone)]
pub struct Residual {
    open: Open,
}

impl Residual {
    /// A question over the rows of one snapshot.
    pub fn new(open: Open) -> Self {
        Self { open }
    }

    /// Whether the record of a row, given as its bytes, matches the query.
    pub fn matches(&self, row: EventId, record: &[u8]) -> bool {
        let record = Reading {
            bytes: record,
            tree: OnceCell::new(),
            lower: OnceCell::new(),
        };
        holds(&self.open, row, &record)
    }
}

fn holds(open: &Open, row: EventId, record: &Reading<'_>) -> bool {
    match open {
        Open::Rows(rows) => rows.contains(row),
        Open::Atom(atom) => atom.matches(record),
        Open::And(parts) => parts.iter().all(|part| holds(part, row, record)),
        Open::Or(parts) => parts.iter().any(|part| holds(part, row, record)),
        Open::Not(inner) => !holds(inner, row, record),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::snapshot::Snapshot;
    use crate::query::ast::Expr;
    use crate::query::plan::bind;
    use crate::query::{Context, parse};

    const RECORD: &str = r#"{"eventName":"PutRolePolicy","count":20,"big":9007199254740993,
        "ok":true,"none":null,"list":["a","B"],"ua":"x\/y \u00e9","dup":1,"dup":2,
        "p":{"policyDocument":"{\"Statement\":[{\"Action\":[\"iam:*\",\"s3:Get\"]},{\"Action\":\"sts:*\"}]}",
             "aws:s3:arn":"arn:aws:s3:::b","enc":"%7B%22Effect%22%3A%22Allow%22%7D"}}"#;

    fn check(query: &str, yes: bool) {
        let expr: Expr = parse(query, &Context::default()).expr.unwrap();
        let plan = bind(&expr, &Snapshot::default());
        let atom = plan.only_atom().unwrap();
        let reading = Reading {
            bytes: RECORD.as_bytes(),
            tree: OnceCell::new(),
            lower: OnceCell::new(),
        };
        assert_eq!(atom.matches(&reading), yes, "{query}");
    }

    #[test]
    fn free_text() {
        check("putrole", true);
        check("policydocument", true);
        check("É", true);
        check("x/y", true);
        check("9007199254740993", true);
        check("\"Action\\\":[\"", true);
        check("Statement?Action", false);
        check("/^iam:\\*$/", true);
        check("Effect", true);
        check("absent", false);
    }

    #[test]
    fn paths() {
        check(".eventName:putrolepolicy", true);
        check(".eventName=putrolepolicy", false);
        check(".p.policyDocument.Statement[].Action:iam:*", true);
        check(".p.policyDocument.Statement.Action:sts:\\*", false);
        check(
            r".p.policyDocument.Statement[].Action~/^(iam|sts):\*$/",
            true,
        );
        check(".p.policyDocument.Statement[1].Action~/^iam/", false);
        check(".p.\"aws:s3:arn\":arn:aws:s3:::b", true);
        check(".p.enc.Effect:allow", true);
        check(".count>19", true);
        check(".count:10..20", true);
        check(".big>9007199254740992", true);
        check(".big<=9007199254740992", false);
        check(".list:b", true);
        check(".list[0]:b", false);
        check(".ok:true", true);
        check(".none:*", false);
        check(".p:*", true);
        check(".dup:1", false);
        check(".dup:2", true);
        check(".absent.x:*", false);
    }

    #[test]
    fn a_record_that_is_no_json_is_searched_as_text() {
        let atom = Atom::text(&Needle::Word(Pattern::literal("broken")));
        let residual = Residual::new(Open::Atom(Box::new(atom)));
        assert!(residual.matches(EventId::nth(0), b"{\"a\":\"Broken"));
        assert!(!residual.matches(EventId::nth(0), b"{\"a\":\xff"));
    }

    #[test]
    fn odd_characters_do_not_hide_a_record() {
        let lone = br#"{"a":"\\ud800 \ud800x \ud83d\ude00"}"#;
        let text = r#"{"a":"\\ud800 \ufffdx \ud83d\ude00"}"#;
        assert_eq!(String::from_utf8(mended(lone)).unwrap(), text);
        assert_eq!(mended(br"\"), br"\");
        let matcher = Matcher::word(&Pattern::literal("x"), Rule::Whole);
        let atom = Atom::path(&[Step::Key("b".to_owned())], matcher);
        let residual = Residual::new(Open::Atom(Box::new(atom)));
        for record in [
            &br#"{"a":"\ud800","b":"X"}"#[..],
            b"{\"a\":\"\xff\",\"b\":\"X\"}",
        ] {
            assert!(residual.matches(EventId::nth(0), record));
        }
    }
}
