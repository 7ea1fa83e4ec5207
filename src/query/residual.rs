//! What the index cannot decide, asked of a record's own bytes.
//!
//! Free text looks at every key and value, and into JSON that stands inside a string; paths and
//! the fields the index does not hold are walked. A record `serde_json` refuses is searched as
//! plain text. Refuses to know: where bytes come from.

use std::borrow::Cow;
use std::cell::OnceCell;

use memchr::memmem;

use crate::base::caseless::Caseless;
use crate::base::text;
use crate::event::json::{NESTED, Node, opens_encoded};
use crate::index::bitmap::RowSet;
use crate::index::segment::EventId;
use crate::query::ast::Needle;
use crate::query::matcher::{Matcher, Rule};
use crate::query::path::Step;
use crate::query::pattern::{How, Pattern};
use crate::query::traces::Traces;

/// One question about a record.
#[derive(Debug, Clone)]
pub enum Atom {
    /// Text anywhere.
    Text {
        /// What to look for in each key and value.
        matcher: Matcher,
        /// Text that stands in a key or value of every record that can match.
        needs: Option<String>,
        /// The same as it stands in their bytes.
        clue: Option<Clue>,
        /// Whether what fits a key or value fits the record it stands in, where nothing is written
        /// in another way than it reads.
        whole: bool,
        /// Texts of which one stands in a key or value of every record that can match.
        traces: Option<Vec<String>>,
    },
    /// Values at a path.
    Path {
        /// Where.
        steps: Vec<Step>,
        /// What one of them must be.
        matcher: Matcher,
        /// The last key, without which the path leads nowhere.
        needs: Option<String>,
        /// The same as it stands in the bytes.
        clue: Option<Clue>,
    },
}

/// A text that stands in the bytes of every record that can match.
#[derive(Debug, Clone)]
pub struct Clue {
    /// Printable ASCII without quotes and backslashes.
    text: Caseless,
    /// Whether a record in which it stands plainly matches, whatever else it holds.
    settles: bool,
}

/// What a look at a record's bytes tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Glance {
    /// It matches.
    Yes,
    /// It does not.
    No,
    /// Its tree must be asked.
    Maybe,
}

/// Bytes that stand outside the strings of JSON, in lower case.
const OUTSIDE: &[u8] = b"{}[]:, 0123456789+-.truefalsn";

impl Clue {
    /// A clue, where escapes and other alphabets cannot hide it. `whole` says that nothing more is
    /// asked than that a key or value holds it.
    fn new(text: &str, whole: bool) -> Option<Self> {
        let plain = |c: char| (' '..='~').contains(&c) && !matches!(c, '"' | '\\');
        if text.is_empty() || !text.chars().all(plain) {
            return None;
        }
        let text = Caseless::new(text)?;
        // It stands in one string, having no quote, or outside of all. There it is within a number
        // or a word, unless it holds what stands between them.
        let in_string = text.text().iter().any(|byte| !OUTSIDE.contains(byte));
        let in_token = !text.text().iter().any(|byte| b"{}[]:, ".contains(byte));
        Some(Self {
            text,
            settles: whole && (in_string || in_token),
        })
    }

    /// What the bytes of a record tell.
    fn glance(&self, record: &[u8]) -> Glance {
        let (mut from, mut seen) = (0, false);
        while let Some(at) = self.text.find(record, from) {
            if self.settles && self.is_plain(record, at) {
                return Glance::Yes;
            }
            if !self.settles {
                return Glance::Maybe;
            }
            seen = true;
            from = at + 1;
        }
        if !seen && !self.may_hide(record) {
            return Glance::No;
        }
        // A tree costs ten times what it costs to write the record plainly and to look again.
        let plain = plainly(record);
        let hidden = self.text.find(plain.as_bytes(), 0).is_some() || self.may_hide_in_text(&plain);
        if hidden { Glance::Maybe } else { Glance::No }
    }

    /// Whether a text that is written plainly could still hold the clue in JSON inside a string.
    fn may_hide_in_text(&self, plain: &str) -> bool {
        // What is not ASCII has been folded as keys and values are.
        memchr::memchr2_iter(b'\\', b'%', plain.as_bytes())
            .any(|at| self.hides_at(plain.as_bytes(), at))
    }

    /// Whether at a place, of a backslash or a per cent sign, text begins that is written in another
    /// way than it reads.
    fn hides_at(&self, bytes: &[u8], at: usize) -> bool {
        match bytes.get(at..).unwrap_or_default() {
            [b'\\', b'/', ..] => self.text.text().contains(&b'/'),
            // A `\u` could spell any letter, `%7B` and `%5B` begin objects and lists that are
            // written in hexadecimal.
            [b'\\', b'u', ..] => true,
            rest => opens_encoded(rest),
        }
    }

    /// Whether what stands at a place is neither part of an escape nor of a `null`.
    fn is_plain(&self, record: &[u8], at: usize) -> bool {
        let before = record.get(at.saturating_sub(5)..at).unwrap_or_default();
        let text = self.text.text();
        let around = record.get(at.saturating_sub(3)..(at + text.len() + 3).min(record.len()));
        let may_be_null = text.len() <= 4 && text.first().is_some_and(|c| b"null".contains(c));
        let is_null = || memmem::find(around.unwrap_or_default(), b"null").is_some();
        !(before.contains(&b'\\') || may_be_null && is_null())
    }

    /// Whether the text could stand in the record in other bytes than its own.
    fn may_hide(&self, record: &[u8]) -> bool {
        // Some letters of other alphabets fold to ASCII.
        if !record.is_ascii() {
            return true;
        }
        memchr::memchr2_iter(b'\\', b'%', record).any(|at| self.hides_at(record, at))
    }
}

/// A record with its escapes written out and its letters folded: every key and value of it, folded,
/// is a part of this text.
fn plainly(record: &[u8]) -> String {
    let text = String::from_utf8_lossy(record);
    let mut out = String::with_capacity(text.len());
    let mut rest: &str = &text;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        let unit = |text: &str| {
            let hex = text.strip_prefix("\\u")?.get(..4)?;
            u16::from_str_radix(hex, 16).ok()
        };
        let taken = match (unit(escape), escape.get(6..).and_then(unit)) {
            (Some(high @ 0xd800..=0xdbff), Some(low @ 0xdc00..=0xdfff)) => {
                let pair = char::decode_utf16([high, low]).next();
                out.push(pair.and_then(Result::ok).unwrap_or('\u{fffd}'));
                12
            }
            (Some(unit), _) => {
                out.push(char::from_u32(unit.into()).unwrap_or('\u{fffd}'));
                6
            }
            (None, _) => {
                let escaped = escape.chars().nth(1);
                out.push(match escaped {
                    Some('n') => '\n',
                    Some('t') => '\t',
                    Some('r') => '\r',
                    Some('b') => '\u{8}',
                    Some('f') => '\u{c}',
                    Some(other) => other,
                    None => '\\',
                });
                1 + escaped.map_or(0, char::len_utf8)
            }
        };
        rest = escape.get(taken..).unwrap_or("");
    }
    out.push_str(rest);
    text::fold(&out)
}

impl Atom {
    /// Text anywhere in the record.
    pub fn text(needle: &Needle) -> Self {
        match needle {
            Needle::Regex(regex) => Self::Text {
                matcher: Matcher::Regex(regex.compiled().clone()),
                needs: regex.needs().map(str::to_owned),
                clue: regex.needs().and_then(|text| Clue::new(text, false)),
                whole: !regex.is_anchored(),
                traces: regex.traces().map(<[String]>::to_vec),
            },
            Needle::Word(pattern) => Self::Text {
                matcher: Matcher::word(pattern, Rule::Part),
                needs: Some(longest_literal(pattern).to_owned()).filter(|text| !text.is_empty()),
                clue: Clue::new(longest_literal(pattern), pattern.how != How::Wild),
                whole: false,
                traces: None,
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
            needs: last.map(str::to_owned).filter(|key| !key.is_empty()),
            clue: last.and_then(|key| Clue::new(key, false)),
        }
    }

    /// A text without which no record matches, and whether to hold it is enough.
    pub(crate) fn needs(&self) -> Option<(&str, bool)> {
        match self {
            Self::Text {
                matcher: Matcher::Holds(word),
                ..
            } => (!word.is_empty()).then_some((word, true)),
            Self::Text { needs, .. } | Self::Path { needs, .. } => Some((needs.as_deref()?, false)),
        }
    }

    fn matches(&self, record: &Reading<'_>) -> bool {
        let (Self::Text { clue, .. } | Self::Path { clue, .. }) = self;
        match clue.as_ref().map(|clue| clue.glance(record.bytes)) {
            Some(Glance::Yes) => return true,
            Some(Glance::No) => return false,
            Some(Glance::Maybe) | None => {}
        }
        // Keys and values stand between characters of no word: what an expression without anchors
        // finds in one of them it finds in their record, and mostly it is not even there.
        if let Self::Text {
            matcher,
            whole: true,
            ..
        } = self
            && let Some(text) = read_as_written(record.bytes)
            && !matcher.matches(text)
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

/// The text of a record in which every key and value stands as it reads: no escapes, and no JSON in
/// the digits of a URL.
fn read_as_written(record: &[u8]) -> Option<&str> {
    let other = |at: usize| {
        let rest = record.get(at..).unwrap_or_default();
        rest.first() == Some(&b'\\') || opens_encoded(rest)
    };
    let mut places = memchr::memchr2_iter(b'\\', b'%', record);
    (!places.any(other)).then(|| std::str::from_utf8(record).ok())?
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
}

impl Reading<'_> {
    fn tree(&self) -> Option<&Node> {
        let read = || {
            let tree = Node::parse(self.bytes).or_else(|_| Node::parse(&mended(self.bytes)));
            // A record may have come wrapped in a string.
            match tree {
                Ok(Node::Text(text)) => Node::inside(&text).or(Some(Node::Text(text))),
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

/// Whether a key or value anywhere in the tree fits.
fn anywhere(node: &Node, matcher: &Matcher, depth: usize) -> bool {
    match node {
        Node::Object(pairs) => pairs
            .iter()
            .any(|(key, value)| matcher.matches(key) || anywhere(value, matcher, depth)),
        Node::Array(items) => items.iter().any(|item| anywhere(item, matcher, depth)),
        Node::Text(text) => {
            matcher.matches(text)
                || depth > 0 && Node::inside(text).is_some_and(|n| anywhere(&n, matcher, depth - 1))
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
        return depth > 0
            && Node::inside(text).is_some_and(|n| at_path(&n, steps, matcher, depth - 1));
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
        };
        holds(&self.open, row, &mut |atom| atom.matches(&record))
    }
}

impl Residual {
    /// The word looked for, folded, where that is all there is to ask of the bytes.
    pub fn word(&self) -> Option<&str> {
        match self.only_atom()? {
            Atom::Text {
                matcher: Matcher::Holds(word),
                ..
            } => Some(word),
            _ => None,
        }
    }

    /// Whether a record holds the [word](Self::word), given as its bytes.
    pub fn holds_word(&self, record: &[u8]) -> bool {
        let record = Reading {
            bytes: record,
            tree: OnceCell::new(),
        };
        self.only_atom().is_some_and(|atom| atom.matches(&record))
    }

    /// Whether a row matches, given whether its record holds the [word](Self::word).
    pub fn matches_if(&self, row: EventId, has_word: bool) -> bool {
        holds(&self.open, row, &mut |_| has_word)
    }

    /// Whether nothing matches without the [word](Self::word), whatever the rows say.
    pub fn needs_word(&self) -> bool {
        match &self.open {
            Open::Atom(_) => true,
            Open::And(parts) => parts.iter().any(|part| matches!(part, Open::Atom(_))),
            _ => false,
        }
    }

    /// What to look for in a whole file, where that can spare asking its records: of one that shows
    /// none of it every question about bytes is answered no.
    pub fn traces(&self) -> Option<Traces> {
        let mut all = Vec::new();
        for atom in self.atoms() {
            match atom {
                Atom::Text {
                    traces: Some(texts),
                    ..
                } => all.extend_from_slice(texts),
                _ => return None,
            }
        }
        Traces::new(&all)
    }

    /// Whether a row matches whose record shows none of the [traces](Self::traces).
    pub fn matches_untraced(&self, row: EventId) -> bool {
        holds(&self.open, row, &mut |_| false)
    }

    /// The one question about bytes, where there is one.
    fn only_atom(&self) -> Option<&Atom> {
        match self.atoms().as_slice() {
            [atom] => Some(atom),
            _ => None,
        }
    }

    /// The questions about bytes.
    fn atoms(&self) -> Vec<&Atom> {
        fn walk<'a>(open: &'a Open, found: &mut Vec<&'a Atom>) {
            match open {
                Open::Rows(_) => {}
                Open::Atom(atom) => found.push(atom),
                Open::And(parts) | Open::Or(parts) => {
                    for part in parts {
                        walk(part, found);
                    }
                }
                Open::Not(inner) => walk(inner, found),
            }
        }
        let mut found = Vec::new();
        walk(&self.open, &mut found);
        found
    }
}

fn holds(open: &Open, row: EventId, ask: &mut dyn FnMut(&Atom) -> bool) -> bool {
    match open {
        Open::Rows(rows) => rows.contains(row),
        Open::Atom(atom) => ask(atom),
        Open::And(parts) => parts.iter().all(|part| holds(part, row, ask)),
        Open::Or(parts) => parts.iter().any(|part| holds(part, row, ask)),
        Open::Not(inner) => !holds(inner, row, ask),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::index::snapshot::Snapshot;
    use crate::query::ast::Expr;
    use crate::query::pattern::{Flags, Regexp};
    use crate::query::plan::bind;
    use crate::query::{Context, parse};

    const RECORD: &str = r#"{"eventName":"PutRolePolicy","count":20,"big":9007199254740993,
        "ok":true,"none":null,"list":["a","B"],"ua":"x\/y \u00e9","dup":1,"dup":2,
        "p":{"policyDocument":"{\"Statement\":[{\"Action\":[\"iam:*\",\"s3:Get\"]},{\"Action\":\"sts:*\"}]}",
             "aws:s3:arn":"arn:aws:s3:::b","enc":"%7B%22Effect%22%3A%22Allow%22%7D","low":"%7b%22Deny%22%3a%5b%22ec2:Run%22%5d%7d"}}"#;

    fn check(query: &str, yes: bool) {
        let expr: Expr = parse(query, &Context::default()).expr.unwrap();
        let plan = bind(&expr, &Snapshot::default());
        let atom = plan.only_atom().unwrap();
        let reading = Reading {
            bytes: RECORD.as_bytes(),
            tree: OnceCell::new(),
        };
        assert_eq!(atom.matches(&reading), yes, "{query}");
    }

    proptest! {
        /// A glance at the bytes rules out no record that a look at each key and value finds.
        #[test]
        fn an_expression_finds_the_same_with_a_glance_and_without(
            texts in prop::collection::vec("[ab1 _%\\\\\"\\-\\[{é\n]{0,4}", 1..6),
            number in -20i64..200,
            at in 0usize..20,
        ) {
            const EXPRESSIONS: [&str; 20] = [
                "a", "^a", "a$", "\\ba", "\\Ba", "a\\b", "a\\B", "[^b]1", "a.b", "^$", "(?m)^b$",
                "b|\\A1", "\\B", "1[0-9]", "tr|nu", "\\W_", "%[^b]", "(?i)AB", "a{2}b?", "\\{",
            ];
            let pairs: Vec<String> = texts
                .iter()
                .map(|text| format!("{0}:{{\"k\":[{0},{number},true,null]}}", serde_json::json!(text)))
                .collect();
            let record = format!("{{{}}}", pairs.join(","));
            let regex = Regexp::new(EXPRESSIONS[at], Flags::default()).unwrap();
            let atom = Atom::text(&Needle::Regex(regex));
            let mut slow = atom.clone();
            if let Atom::Text { whole, clue, .. } = &mut slow {
                *whole = false;
                *clue = None;
            }
            let reads = |atom: &Atom| atom.matches(&Reading { bytes: record.as_bytes(), tree: OnceCell::new() });
            prop_assert_eq!(reads(&atom), reads(&slow), "{} in {}", EXPRESSIONS[at], record);
        }
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
        check("/^ec2:run$/i", true);
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
        check(".p.low.Deny[]:ec2:Run", true);
    }

    /// Records that try to trick a look at their bytes.
    const TRICKS: &[&str] = &[
        r#"{"a":null,"b":[1,2.5e3,true],"c":"x\\n\\u0041b\\name"}"#,
        r#"{"Records":"eventName","n":null,"l":[null,null]}"#,
        r#"{"p":"{\"Action\":\"s3:*\",\"n\":null}","q":"%7B%22Deep%22%3A%22val%22%7D"}"#,
        r#"{"p":"%7b%22Low%22%3a%22er%22%7d","q":"%5b1%5d"}"#,
        r#"{"a":"\u004eull","k":"\u212aelvin","s":"a\/b"}"#,
        r#"{"null":1,"nul":"ll","t":true,"f":false}"#,
        "{\"k\":\"zo\u{eb} \u{212a}\",\"arn\":\"arn:aws:iam::1:user/x y\"}",
    ];

    proptest! {
        #[test]
        fn a_look_at_the_bytes_never_lies(
            trick in 0..TRICKS.len(),
            from in 0usize..80,
            len in 1usize..7,
            extra in "[nulLtrue0-9:,/%{}. ]{0,3}",
        ) {
            let record = TRICKS[trick];
            let piece: String = record.chars().skip(from).take(len).collect();
            for word in [piece, extra] {
                let Needle::Word(pattern) = Needle::Word(Pattern::literal(word.clone())) else {
                    unreachable!();
                };
                let Some(clue) = Clue::new(&pattern.text, true) else { continue };
                let tree = Node::parse(record.as_bytes()).unwrap();
                let truth = anywhere(&tree, &Matcher::word(&pattern, Rule::Part), NESTED);
                match clue.glance(record.as_bytes()) {
                    Glance::Yes => prop_assert!(truth, "{word:?} is not in {record}"),
                    Glance::No => prop_assert!(!truth, "{word:?} is in {record}"),
                    Glance::Maybe => {}
                }
            }
        }
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
