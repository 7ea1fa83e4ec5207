//! The tree of a query, and its one spelling.
//!
//! Values are read by the class of their field when the text is parsed, so nothing later has to
//! guess. Printing a tree and parsing it gives the same tree; spans are not part of it. A word
//! still being typed prints with `…`, which is for the eye only. Refuses to know: the index.

use std::fmt;

use crate::event::outcome::{Outcome, Verb};
use crate::index::needs::Needs;
use crate::index::schema::{Class, Field};
use crate::query::Context;
use crate::query::address::Address;
use crate::query::lexer::{self, Kind};
use crate::query::marks::Marking;
use crate::query::number::{Number, Rank};
use crate::query::path::Path;
use crate::query::pattern::{How, Pattern, Regexp, quote};
use crate::query::typed::Place;
use crate::query::when::When;

/// A query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expr {
    /// Every event: what the empty text means.
    All,
    /// Each of two or more; none of them is an `And`.
    And(Vec<Self>),
    /// Any of two or more; none of them is an `Or`.
    Or(Vec<Self>),
    /// Not this.
    Not(Box<Self>),
    /// A named query and what the name stood for.
    Macro(String, Box<Self>),
    /// Text anywhere in the record.
    Text(Needle),
    /// A field or path compared with values.
    Test(Test),
}

/// Text to look for anywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Needle {
    /// A word or quoted text.
    Word(Pattern),
    /// A regular expression; outside `~` a space would end it, so it holds none.
    Regex(Regexp),
}

/// What is compared.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A field of the table.
    Field(Field),
    /// A path into the record.
    Path(Path),
}

/// How it is compared. `!=` and `!~` are `Not` around a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Op {
    /// `:`, by the rule of the field's class.
    Has,
    /// `=`, the whole value, minding case.
    Is,
    /// `~`, by regular expressions.
    Match,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
}

/// One comparison: true where any of the values fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    /// What is compared.
    pub subject: Subject,
    /// How.
    pub op: Op,
    /// With what; never empty. Regular expressions stand under `Match` and nowhere else.
    pub values: Vec<Value>,
}

/// What a field or path is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// `*`: any value at all.
    Any,
    /// A word: by the class of the field.
    Word(Pattern),
    /// A regular expression.
    Regex(Regexp),
    /// A class of outcomes: `denied`, `throttled`, `none`.
    Outcome(Outcome),
    /// A class of calls.
    Verb(Verb),
    /// An address or a class of them.
    Address(Address),
    /// A time.
    When(When),
    /// A number.
    Number(Number),
    /// A number from the first to the last.
    Numbers(Number, Number),
    /// A severity.
    Rank(Rank),
    /// `yes` or `no`.
    Bool(bool),
    /// What is there or not: after `has:`.
    Subject(Subject),
    /// A mark of events: after `new:` and `flip:`.
    Marking(Marking),
    /// A named list and what stood in it.
    List(String, Vec<Self>),
}

impl Subject {
    /// The class of its values; a path has none: its values compare as they are recorded.
    pub fn class(&self) -> Option<Class> {
        match self {
            Self::Field(field) => Some(field.spec().class),
            Self::Path(_) => None,
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(field) => f.write_str(field.name()),
            Self::Path(path) => write!(f, "{path}"),
        }
    }
}

impl Op {
    /// Its spelling.
    pub const fn mark(self) -> &'static str {
        match self {
            Self::Has => ":",
            Self::Is => "=",
            Self::Match => "~",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
        }
    }

    /// Whether it puts values in order.
    pub const fn orders(self) -> bool {
        matches!(self, Self::Less | Self::AtMost | Self::More | Self::AtLeast)
    }
}

impl Expr {
    /// Each of `parts`; an empty list means every event.
    pub fn all_of(parts: Vec<Self>) -> Self {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Self::And(inner) => flat.extend(inner),
                Self::All => {}
                other => flat.push(other),
            }
        }
        match flat.len() {
            0 => Self::All,
            1 => flat.pop().unwrap_or(Self::All),
            _ => Self::And(flat),
        }
    }

    /// Any of `parts`; an empty list means every event.
    pub fn any_of(parts: Vec<Self>) -> Self {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Self::Or(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        match flat.len() {
            0 => Self::All,
            1 => flat.pop().unwrap_or(Self::All),
            _ => Self::Or(flat),
        }
    }

    /// What it needs of the evidence beyond the columns. Text may stand in the name of a resource
    /// or of a person; what is surely not asked for is left out, not what is probably not.
    pub fn needs(&self) -> Needs {
        match self {
            Self::All => Needs::NONE,
            Self::And(parts) | Self::Or(parts) => {
                parts.iter().map(Self::needs).fold(Needs::NONE, Needs::and)
            }
            Self::Not(inner) | Self::Macro(_, inner) => inner.needs(),
            Self::Test(test) => match test.subject {
                Subject::Field(field) => Needs::of(field),
                Subject::Path(_) => Needs::ALL,
            },
            Self::Text(_) => Needs::ALL,
        }
    }

    /// Whether one of its times counts from now: from the last event on files.
    pub fn counts_from_now(&self) -> bool {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().any(Self::counts_from_now),
            Self::Not(inner) | Self::Macro(_, inner) => inner.counts_from_now(),
            Self::Test(test) => test
                .values
                .iter()
                .any(|value| matches!(value, Value::When(when) if when.counts_from_now())),
            Self::All | Self::Text(_) => false,
        }
    }

    /// The same query with `@` in its times replaced by the moment it stood for.
    #[must_use]
    pub fn frozen(self) -> Self {
        match self {
            Self::And(parts) => Self::And(parts.into_iter().map(Self::frozen).collect()),
            Self::Or(parts) => Self::Or(parts.into_iter().map(Self::frozen).collect()),
            Self::Not(inner) => Self::Not(Box::new(inner.frozen())),
            Self::Test(mut test) => {
                for value in &mut test.values {
                    if let Value::When(when) = value {
                        *when = when.frozen();
                    }
                }
                Self::Test(test)
            }
            other => other,
        }
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => Ok(()),
            Self::And(parts) => joined(f, parts, " ", |part| matches!(part, Self::Or(_))),
            Self::Or(parts) => joined(f, parts, " OR ", |_| false),
            Self::Not(inner) if matches!(**inner, Self::And(_) | Self::Or(_)) => {
                write!(f, "-({inner})")
            }
            Self::Not(inner) => write!(f, "-{inner}"),
            Self::Macro(name, _) => write!(f, "${name}"),
            Self::Text(needle) => write!(f, "{needle}"),
            Self::Test(test) => write!(f, "{test}"),
        }
    }
}

fn joined(
    f: &mut fmt::Formatter<'_>,
    parts: &[Expr],
    between: &str,
    in_brackets: impl Fn(&Expr) -> bool,
) -> fmt::Result {
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            f.write_str(between)?;
        }
        if in_brackets(part) {
            write!(f, "({part})")?;
        } else {
            write!(f, "{part}")?;
        }
    }
    Ok(())
}

impl fmt::Display for Needle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Regex(regex) => write!(f, "{regex}"),
            Self::Word(pattern) => {
                let bare = pattern.how == How::Literal
                    && Pattern::word(&pattern.text) == *pattern
                    && is_one_word(&pattern.text, "");
                write_pattern(f, pattern, bare)
            }
        }
    }
}

fn write_pattern(f: &mut fmt::Formatter<'_>, pattern: &Pattern, bare: bool) -> fmt::Result {
    match pattern.how {
        How::Prefix => write!(f, "{}…", pattern.text),
        How::Wild => f.write_str(&pattern.text),
        How::Literal if bare => f.write_str(&pattern.text),
        How::Literal => f.write_str(&quote(&pattern.text)),
    }
}

/// Whether `text` after `before` reads as one plain word.
fn is_one_word(text: &str, before: &str) -> bool {
    if text.is_empty() || text.chars().any(char::is_control) {
        return false;
    }
    // A slash may begin a regex that ends in whatever follows, unless the word itself rules it out.
    if text.starts_with('/') && !text.get(1..).is_some_and(|rest| rest.contains('/')) {
        return false;
    }
    // An open quote in what could be a path reaches into whatever follows.
    if before.is_empty() && text.starts_with('.') && text.contains(".\"") {
        return false;
    }
    let whole = format!("{before}{text}");
    lexer::tokens(&whole).last().is_some_and(|t| {
        t.kind == Kind::Word && t.span.start == before.len() && t.span.end == whole.len()
    })
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.subject, self.op.mark())?;
        let place = Place::new(&self.subject, self.op);
        for (i, value) in self.values.iter().enumerate() {
            if i > 0 {
                f.write_str(",")?;
            }
            match value {
                Value::Word(pattern) => {
                    let term = || format!("{}{}{}", self.subject, self.op.mark(), pattern.text);
                    let bare = is_one_word(&pattern.text, &format!("x{}", self.op.mark()))
                        // `cc::1` is an address.
                        && (i > 0 || !lexer::looks_literal(&term()))
                        && place
                            .word(&pattern.text, &Context::default())
                            .is_ok_and(|read| read == *value);
                    write_pattern(f, pattern, bare)?;
                }
                other => write!(f, "{other}")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("*"),
            Self::Word(pattern) => write_pattern(f, pattern, false),
            Self::Regex(regex) => write!(f, "{regex}"),
            Self::Outcome(Outcome::Denied) => f.write_str("denied"),
            Self::Outcome(Outcome::Throttled) => f.write_str("throttled"),
            Self::Outcome(Outcome::Ok | Outcome::Failed) => f.write_str("none"),
            Self::Verb(verb) => f.write_str(verb.name()),
            Self::Address(address) => write!(f, "{address}"),
            Self::When(when) => write!(f, "{when}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Numbers(from, to) => write!(f, "{from}..{to}"),
            Self::Rank(rank) => f.write_str(rank.name()),
            Self::Bool(yes) => f.write_str(if *yes { "yes" } else { "no" }),
            Self::Subject(Subject::Field(field)) => f.write_str(field.name()),
            Self::Subject(Subject::Path(path)) => {
                let text = path.to_string();
                if is_one_word(&text, "x:") && !text.contains('"') {
                    f.write_str(&text)
                } else {
                    f.write_str(&quote(&text))
                }
            }
            Self::Marking(marking) => write!(f, "{marking}"),
            Self::List(name, _) => write!(f, "@{name}"),
        }
    }
}
