//! The filter language: what a person types, what it means, and which events it finds.
//!
//! [`parse`] turns a text into a tree and messages; it cannot fail, halts on every input, and
//! what was right still stands beside what was wrong. Refuses to know: clocks, files, screens.

pub mod address;
pub mod ast;
pub mod complete;
pub mod eval;
pub mod lexer;
pub mod marks;
pub mod matcher;
pub mod moment;
pub mod names;
mod needed;
pub mod number;
mod parser;
pub mod path;
pub mod pattern;
pub mod plan;
pub mod residual;
mod term;
pub mod traces;
pub mod typed;
pub mod when;

use std::sync::Arc;

use chrono_tz::Tz;

use crate::base::span::{Diagnostic, Severity, Span};
use crate::base::time::UtcMicros;
use crate::query::ast::Expr;
use crate::query::names::Names;

/// What words of a query stand for outside of it.
#[derive(Debug, Clone)]
pub struct Context {
    /// What relative times count from: the last event on files, the clock when live.
    pub now: UtcMicros,
    /// The first and the last moment of the evidence.
    pub evidence: Option<(UtcMicros, UtcMicros)>,
    /// The zone of times written without one.
    pub zone: Tz,
    /// The time of the event under the cursor, where there is a screen.
    pub cursor: Option<UtcMicros>,
    /// Where the caret stands while the text is being typed: the word it touches may go on.
    pub typing: Option<usize>,
    /// Macros and lists.
    pub names: Arc<Names>,
}

impl Default for Context {
    fn default() -> Self {
        Self {
            now: UtcMicros(0),
            evidence: None,
            zone: Tz::UTC,
            cursor: None,
            typing: None,
            names: Arc::default(),
        }
    }
}

/// A parsed text: the tree of what was right, and messages about the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// The query; `None` where no term of a text that is not empty could be used.
    pub expr: Option<Expr>,
    /// Messages, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
    /// The terms that must all hold, each where it stands; one part where `OR` joins them.
    pub parts: Vec<Part>,
}

/// One of the terms of a query that must all hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Where it stands.
    pub span: Span,
    /// What it means.
    pub expr: Expr,
}

impl Parsed {
    /// How bad the worst message is.
    pub fn worst(&self) -> Option<Severity> {
        self.diagnostics.iter().map(|d| d.severity).max()
    }

    /// What the finished terms of a text that is still being typed mean; `None` where there is none,
    /// or something in it is wrong.
    pub fn so_far(&self) -> Option<&Expr> {
        match self.worst() {
            Some(Severity::Error) => None,
            _ => self.expr.as_ref(),
        }
    }

    /// The query, where nothing stands in the way of using it.
    pub fn usable(&self) -> Option<&Expr> {
        match self.worst() {
            Some(Severity::Error | Severity::Incomplete) => None,
            Some(Severity::Note) | None => self.expr.as_ref(),
        }
    }
}

/// Parses `text`; empty text means every event.
pub fn parse(text: &str, context: &Context) -> Parsed {
    parser::parse(text, context)
}
