//! A byte range in a text a person typed, and what to say about it.
//!
//! A [`Diagnostic`] is a value, never an `Err`: the text that parsed still stands beside it.
//! The same value is drawn under the filter line and printed to standard error.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr;

/// A half-open range of bytes in one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The range `start..end`; an inverted range is emptied at `start`.
    pub const fn new(start: usize, end: usize) -> Self {
        Self {
            start,
            end: if end < start { start } else { end },
        }
    }

    /// The smallest span that holds both.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        Self {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// The text it covers; empty where the span lies outside or splits a character.
    pub fn slice(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or("")
    }
}

/// How bad it is: what to do with the text the message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; the text is used as it stands.
    Note,
    /// Not finished: more typing may complete it. Amber on screen, an error headless.
    Incomplete,
    /// Wrong: it cannot be used. Red on screen, exit code 2 headless.
    Error,
}

/// One message about one range of a typed text: position, reason and, where there is one, the fix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Where.
    pub span: Span,
    /// How bad.
    pub severity: Severity,
    /// Why, as a clause without a full stop.
    pub message: String,
    /// What to do, as a clause without a full stop.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error over `span`.
    pub fn error(span: Span, message: impl Into<String>) -> Self {
        Self {
            span,
            severity: Severity::Error,
            message: message.into(),
            help: None,
        }
    }

    /// A text that more typing may complete.
    pub fn incomplete(span: Span, message: impl Into<String>) -> Self {
        Self {
            span,
            severity: Severity::Incomplete,
            message: message.into(),
            help: None,
        }
    }

    /// A remark about a text that is used as it stands.
    pub fn note(span: Span, message: impl Into<String>) -> Self {
        Self {
            span,
            severity: Severity::Note,
            message: message.into(),
            help: None,
        }
    }

    /// The same message with a fix.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The message with the text and carets under the range, each line ending in a newline.
    ///
    /// `input` is what the span points into; it must already be safe to print.
    pub fn render(&self, input: &str) -> String {
        let word = match self.severity {
            Severity::Note => "note",
            Severity::Incomplete => "incomplete",
            Severity::Error => "error",
        };
        let before = input.get(..self.span.start).unwrap_or(input);
        let carets = self.span.slice(input).width().max(1);
        let mut out = format!("{word}: {}\n  {input}\n", self.message);
        let _ = writeln!(
            out,
            "  {}{}",
            " ".repeat(before.width()),
            "^".repeat(carets)
        );
        if let Some(help) = &self.help {
            let _ = writeln!(out, "help: {help}");
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carets_stand_under_the_range() {
        let d = Diagnostic::error(Span::new(2, 5), "no such field").with_help("try who:");
        assert_eq!(
            d.render("a who"),
            "error: no such field\n  a who\n    ^^^\nhelp: try who:\n"
        );
    }

    #[test]
    fn a_range_outside_still_renders() {
        let d = Diagnostic::incomplete(Span::new(9, 9), "needs a value");
        assert_eq!(
            d.render("who:"),
            "incomplete: needs a value\n  who:\n      ^\n"
        );
    }
}
