//! Words to look for: literal, with wildcards, a prefix while typing, or a regular expression.
//!
//! Quoting lives here, so that what is printed and what is read agree. Refuses to know: fields.

use std::fmt;
use std::fmt::Write as _;

use regex::{Regex, RegexBuilder};
use regex_syntax::hir::Hir;

use crate::base::text::Wildcard;
use crate::query::needed;
use crate::query::traces;

/// How a word's text is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum How {
    /// Character for character.
    Literal,
    /// `*` and `?` stand for others.
    Wild,
    /// The beginning of a word that is still being typed.
    Prefix,
}

/// A word to look for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pattern {
    /// The text, unquoted.
    pub text: String,
    /// How it is meant.
    pub how: How,
}

impl Pattern {
    /// Exactly this text.
    pub fn literal(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            how: How::Literal,
        }
    }

    /// An unquoted word: wild where it holds `*` or `?`.
    pub fn word(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            how: if Wildcard::is_wild(text) {
                How::Wild
            } else {
                How::Literal
            },
        }
    }
}

/// A regular expression and its flags. Two are equal when their texts are.
#[derive(Debug, Clone)]
pub struct Regexp {
    source: String,
    flags: Flags,
    compiled: Regex,
    anchored: bool,
    needs: Option<String>,
    traces: Option<Vec<String>>,
}

/// The flags after a regular expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Flags {
    /// `i`: ignore case.
    pub ignore_case: bool,
    /// `m`: `^` and `$` match at lines.
    pub multi_line: bool,
    /// `s`: `.` matches a line feed.
    pub dot_all: bool,
}

/// The most memory one compiled expression may take.
const REGEX_LIMIT: usize = 1 << 20;

impl Regexp {
    /// Compiles `source`; the error is a clause that says what is wrong with it.
    pub fn new(source: &str, flags: Flags) -> Result<Self, String> {
        let source = normal(source);
        let parsed = parsed(&source, flags);
        let compiled = RegexBuilder::new(&source)
            .case_insensitive(flags.ignore_case)
            .multi_line(flags.multi_line)
            .dot_matches_new_line(flags.dot_all)
            .size_limit(REGEX_LIMIT)
            .dfa_size_limit(REGEX_LIMIT)
            .nest_limit(64)
            .build();
        match compiled {
            Ok(compiled) => Ok(Self {
                anchored: parsed.as_ref().is_none_or(is_anchored),
                needs: parsed.as_ref().and_then(needed::text_of),
                traces: parsed.as_ref().and_then(traces::of_expression),
                source,
                flags,
                compiled,
            }),
            Err(regex::Error::CompiledTooBig(_)) => {
                Err("it takes too much memory once compiled".to_owned())
            }
            Err(error) => {
                let text = error.to_string();
                let last = text.lines().next_back().unwrap_or("");
                Err(last.strip_prefix("error: ").unwrap_or(last).to_owned())
            }
        }
    }

    /// Reads `/…/flags` as the lexer cut it; a missing closing slash is forgiven.
    pub fn parse(token: &str) -> Result<Self, String> {
        let body = token.strip_prefix('/').unwrap_or(token);
        let end = closing_slash(body).unwrap_or(body.len());
        let flags = body.get(end..).unwrap_or("");
        let flags = Flags {
            ignore_case: flags.contains('i'),
            multi_line: flags.contains('m'),
            dot_all: flags.contains('s'),
        };
        Self::new(body.get(..end).unwrap_or(""), flags)
    }

    /// The expression, ready to match.
    pub fn compiled(&self) -> &Regex {
        &self.compiled
    }

    /// Whether it asks where the text, or a line of it, begins or ends: what it finds in a text it may
    /// not find where the text stands in a longer one.
    pub const fn is_anchored(&self) -> bool {
        self.anchored
    }

    /// ASCII in lower case that stands, whatever its case, in every text it finds itself in; `None`
    /// where there is no such text.
    pub fn needs(&self) -> Option<&str> {
        self.needs.as_deref()
    }

    /// Texts of which one stands, as it is, in every text it finds itself in; `None` where no such
    /// are known.
    pub fn traces(&self) -> Option<&[String]> {
        self.traces.as_deref()
    }
}

/// An expression taken apart; `None` where that cannot be done.
fn parsed(source: &str, flags: Flags) -> Option<Hir> {
    let mut parser = regex_syntax::ParserBuilder::new()
        .case_insensitive(flags.ignore_case)
        .multi_line(flags.multi_line)
        .dot_matches_new_line(flags.dot_all)
        .build();
    parser.parse(source).ok()
}

/// Whether an expression holds `^`, `$` or their like.
fn is_anchored(hir: &Hir) -> bool {
    hir.properties().look_set().contains_anchor()
}

/// Where the first slash stands that no backslash precedes.
fn closing_slash(body: &str) -> Option<usize> {
    let mut escaped = false;
    for (i, c) in body.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '/' => return Some(i),
            _ => {}
        }
    }
    None
}

/// The one spelling of an expression: slashes bare, characters that cannot be shown as `\x{…}`.
fn normal(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut chars = source.chars();
    while let Some(c) = chars.next() {
        let (escaped, c) = match c {
            '\\' => match chars.next() {
                Some(next) => (true, next),
                None => (false, c),
            },
            _ => (false, c),
        };
        if must_hide(c) {
            let _ = write!(out, "\\x{{{:x}}}", c as u32);
        } else {
            if escaped && c != '/' {
                out.push('\\');
            }
            out.push(c);
        }
    }
    out
}

impl PartialEq for Regexp {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source && self.flags == other.flags
    }
}

impl Eq for Regexp {}

impl fmt::Display for Regexp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}/", self.source.replace('/', "\\/"))?;
        for (set, flag) in [
            (self.flags.ignore_case, "i"),
            (self.flags.multi_line, "m"),
            (self.flags.dot_all, "s"),
        ] {
            if set {
                f.write_str(flag)?;
            }
        }
        Ok(())
    }
}

/// Characters that must not stand bare in a printed query: they break the line or hide.
fn must_hide(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// `text` in quotes.
pub fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            _ if must_hide(c) => {
                let _ = write!(out, "\\u{{{:x}}}", c as u32);
            }
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}

/// The text a quoted token stands for; a missing closing quote is forgiven.
///
/// A backslash before anything but a quote, a backslash or `u{…}` is itself, so that a pasted
/// Windows path stays what it is.
pub fn unquote(token: &str) -> String {
    let body = token.strip_prefix('"').unwrap_or(token);
    let mut out = String::with_capacity(body.len());
    let mut rest = body.chars();
    while let Some(c) = rest.next() {
        if c == '"' {
            break;
        }
        if c != '\\' {
            out.push(c);
            continue;
        }
        if let Some((unescaped, len)) = code_point(rest.as_str()) {
            out.push(unescaped);
            rest = rest.as_str().get(len..).unwrap_or("").chars();
            continue;
        }
        match rest.next() {
            Some(c @ ('"' | '\\')) => out.push(c),
            Some(c) => {
                out.push('\\');
                out.push(c);
            }
            None => out.push('\\'),
        }
    }
    out
}

/// The character `u{…}` at the start of `text` stands for, and the length of that.
fn code_point(text: &str) -> Option<(char, usize)> {
    let digits = text.strip_prefix("u{")?;
    let end = digits.find('}')?;
    let hex = digits.get(..end)?;
    let clean = !hex.is_empty() && hex.len() <= 6 && hex.bytes().all(|b| b.is_ascii_hexdigit());
    let c = clean
        .then(|| u32::from_str_radix(hex, 16).ok())
        .flatten()
        .and_then(char::from_u32)?;
    Some((c, end + 3))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn windows_paths_survive_quotes() {
        assert_eq!(unquote(r#""C:\new\"x\\""#), r#"C:\new"x\"#);
        assert_eq!(unquote(r#""a\u{1b}b\u{zz}""#), "a\u{1b}b\\u{zz}");
    }

    #[test]
    fn bad_expressions_say_why() {
        let error = Regexp::parse("/kali(/").unwrap_err();
        assert_eq!(error, "unclosed group");
        assert!(Regexp::new(r"(\w{200}){200}", Flags::default()).is_err());
    }

    proptest! {
        #[test]
        fn quoting_is_undone(text in any::<String>()) {
            let quoted = quote(&text);
            prop_assert!(!quoted.chars().any(char::is_control));
            prop_assert_eq!(unquote(&quoted), text);
        }

        #[test]
        fn expressions_print_as_they_read(source in r#"([a-z/\\"|\x01é .*]){1,12}"#, i: bool) {
            let flags = Flags { ignore_case: i, ..Flags::default() };
            if let Ok(regex) = Regexp::new(&source, flags) {
                prop_assert_eq!(Regexp::parse(&regex.to_string()), Ok(regex));
            }
        }
    }
}
