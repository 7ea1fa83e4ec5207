//! Recursive descent over the tokens: the grammar, and what to say where a text leaves it.
//!
//! Every step takes a token or returns, nesting stops at [`DEEPEST`], and after an error the next
//! term is read as if nothing had happened, so one text can give several messages.

use crate::base::printable::Printable;
use crate::base::span::{Diagnostic, Severity, Span};
use crate::query::ast::Expr;
use crate::query::lexer::{self, Kind, Token};
use crate::query::{Context, Parsed, Part, typed};

/// How deep brackets and negations may nest.
const DEEPEST: usize = 64;
/// How many macros one query may use, those within macros counted: each may name many others.
const MOST_MACROS: usize = 1000;

/// Parses `text`.
pub fn parse(text: &str, context: &Context) -> Parsed {
    let mut parser = Parser::new(text, context);
    let got = parser.query();
    let mut diagnostics = parser.diagnostics;
    diagnostics.sort_by_key(|d| d.span.start);
    let expr = match got {
        Got::Expr(expr) => Some(expr),
        Got::Nothing if diagnostics.is_empty() => Some(Expr::All),
        Got::Nothing | Got::Bad => None,
    };
    Parsed {
        expr,
        diagnostics,
        parts: parser.parts,
    }
}

/// What a rule found.
pub(super) enum Got {
    /// A tree.
    Expr(Expr),
    /// Something that cannot be used; a message says why.
    Bad,
    /// No token it could begin with.
    Nothing,
}

pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    pub(super) context: &'a Context,
    pub(super) tokens: Vec<Token>,
    pub(super) at: usize,
    depth: usize,
    pub(super) diagnostics: Vec<Diagnostic>,
    parts: Vec<Part>,
    /// The macros whose terms these are, outermost first.
    pub(super) inside: Vec<String>,
    /// How many macros may still be spelled out.
    budget: usize,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, context: &'a Context) -> Self {
        Self {
            text,
            context,
            tokens: lexer::tokens(text),
            at: 0,
            depth: 0,
            diagnostics: Vec::new(),
            parts: Vec::new(),
            inside: Vec::new(),
            budget: MOST_MACROS,
        }
    }

    pub(super) fn peek(&self) -> Option<Token> {
        self.tokens.get(self.at).copied()
    }

    /// The next token, where it is of this kind; taken.
    pub(super) fn take(&mut self, kind: Kind) -> Option<Token> {
        let token = self.peek().filter(|t| t.kind == kind)?;
        self.at += 1;
        Some(token)
    }

    /// Where the last token taken ends.
    pub(super) fn end(&self) -> usize {
        let last = self.at.checked_sub(1).and_then(|i| self.tokens.get(i));
        last.map_or(0, |t| t.span.end)
    }

    /// The text of a span, safe to show in a message and not too long for one.
    pub(super) fn shown(&self, span: Span) -> String {
        show(span.slice(self.text))
    }

    pub(super) fn error(
        &mut self,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.diagnostics
            .push(Diagnostic::error(span, message).with_help(help));
    }

    pub(super) fn incomplete(
        &mut self,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.diagnostics
            .push(Diagnostic::incomplete(span, message).with_help(help));
    }

    /// Says that something is missing: unfinished at the end of the text, wrong before it.
    pub(super) fn missing(&mut self, after: Token, what: &str, help: &str) {
        if self.peek().is_none() {
            self.incomplete(after.span, what, help);
        } else {
            self.error(after.span, what, help);
        }
    }

    fn query(&mut self) -> Got {
        let mut all = Vec::new();
        let mut bad = false;
        let mut rounds = 0;
        while self.peek().is_some() {
            match self.any() {
                Got::Expr(expr) => all.push(expr),
                Got::Bad => bad = true,
                Got::Nothing => {}
            }
            rounds += 1;
            if let Some(close) = self.take(Kind::Close) {
                self.error(
                    close.span,
                    "this bracket closes nothing",
                    "take it out, or open one before it with (",
                );
            }
        }
        if rounds > 1 {
            self.parts.clear();
        }
        match (all.is_empty(), bad) {
            (true, true) => Got::Bad,
            (true, false) => Got::Nothing,
            (false, _) => Got::Expr(Expr::all_of(all)),
        }
    }

    /// `or`: terms of which any may hold.
    fn any(&mut self) -> Got {
        let start = self.peek().map_or(0, |t| t.span.start);
        let top = self.depth == 0 && self.inside.is_empty();
        let first = self.all();
        if self.peek().is_none_or(|t| t.kind != Kind::Or) {
            return first;
        }
        let mut parts = Vec::new();
        let mut bad = false;
        let mut keep = |got: Got| match got {
            Got::Expr(expr) => parts.push(expr),
            Got::Bad | Got::Nothing => bad = true,
        };
        if let (Got::Nothing, Some(or)) = (&first, self.peek()) {
            let word = self.shown(or.span);
            self.error(
                or.span,
                format!("nothing before {word}"),
                format!("put a term on its left: who:alice {word} who:bob"),
            );
        }
        keep(first);
        while let Some(or) = self.take(Kind::Or) {
            self.warn_of_bar(or);
            let next = self.all();
            if matches!(next, Got::Nothing) {
                let word = self.shown(or.span);
                self.missing(
                    or,
                    &format!("nothing after {word}"),
                    &format!("put a term on its right: who:alice {word} who:bob"),
                );
            }
            keep(next);
        }
        if top {
            self.parts.clear();
        }
        if parts.is_empty() {
            return if bad { Got::Bad } else { Got::Nothing };
        }
        let expr = Expr::any_of(parts);
        if top {
            self.parts.push(Part {
                span: Span::new(start, self.end()),
                expr: expr.clone(),
            });
        }
        Got::Expr(expr)
    }

    /// `ua:a|b` reads as `ua:a OR b`, which is rarely what was meant.
    fn warn_of_bar(&mut self, or: Token) {
        let before = self.at.checked_sub(2).and_then(|i| self.tokens.get(i));
        let mark = self.at.checked_sub(3).and_then(|i| self.tokens.get(i));
        let glued = |t: &Token| t.kind == Kind::Word && t.span.end == or.span.start;
        let valued = before.is_some_and(glued)
            && mark.is_some_and(|t| matches!(t.kind, Kind::Mark(_) | Kind::Comma));
        let next = self
            .peek()
            .filter(|t| t.kind == Kind::Word && t.span.start == or.span.end);
        if let (true, Some(next)) = (valued, next) {
            let word = self.shown(next.span);
            self.diagnostics.push(
                Diagnostic::note(next.span, format!("`{word}` is searched everywhere"))
                    .with_help("for several values of one field put commas between them"),
            );
        }
    }

    /// `and`: terms that must all hold.
    fn all(&mut self) -> Got {
        let top = self.depth == 0 && self.inside.is_empty();
        let mut parts = Vec::new();
        let mut bad = false;
        while let Some(token) = self.peek() {
            match token.kind {
                Kind::Or | Kind::Close => break,
                Kind::And => {
                    self.at += 1;
                    let word = self.shown(token.span);
                    if parts.is_empty() && !bad {
                        let help = format!("put a term on its left: svc:iam {word} err:denied");
                        self.error(token.span, format!("nothing before {word}"), help);
                        bad = true;
                    }
                    let ends = |t: Token| matches!(t.kind, Kind::Or | Kind::And | Kind::Close);
                    if self.peek().is_none_or(ends) {
                        let help = format!("put a term on its right: svc:iam {word} err:denied");
                        self.missing(token, &format!("nothing after {word}"), &help);
                        bad = true;
                    }
                }
                Kind::Comma => {
                    self.at += 1;
                    self.error(
                        token.span,
                        "a comma joins the values of one field",
                        "between terms write OR, or put the text in quotes",
                    );
                    bad = true;
                }
                _ => match self.unary() {
                    Got::Expr(expr) => {
                        if top {
                            self.parts.push(Part {
                                span: Span::new(token.span.start, self.end()),
                                expr: expr.clone(),
                            });
                        }
                        parts.push(expr);
                    }
                    Got::Bad | Got::Nothing => bad = true,
                },
            }
        }
        match (parts.is_empty(), bad) {
            (true, true) => Got::Bad,
            (true, false) => Got::Nothing,
            (false, _) => Got::Expr(Expr::all_of(parts)),
        }
    }

    /// Goes one level down; past the deepest the rest of the text is given up.
    fn descend(&mut self, token: Token, rule: impl FnOnce(&mut Self) -> Got) -> Got {
        if self.depth >= DEEPEST {
            self.error(
                token.span,
                format!("brackets and negations nest deeper than {DEEPEST}"),
                "write the query flatter",
            );
            self.at = self.tokens.len();
            return Got::Bad;
        }
        self.depth += 1;
        let got = rule(self);
        self.depth -= 1;
        got
    }

    fn unary(&mut self) -> Got {
        let Some(not) = self.take(Kind::Not) else {
            return self.primary();
        };
        let ends = |t: Token| matches!(t.kind, Kind::Or | Kind::And | Kind::Close | Kind::Comma);
        if self.peek().is_none_or(ends) {
            let word = self.shown(not.span);
            self.missing(
                not,
                &format!("nothing after {word}"),
                "put the term that must not hold: -svc:logs",
            );
            return Got::Bad;
        }
        match self.descend(not, Self::unary) {
            Got::Expr(expr) => Got::Expr(Expr::Not(Box::new(expr))),
            other => other,
        }
    }

    fn primary(&mut self) -> Got {
        let Some(token) = self.peek() else {
            return Got::Nothing;
        };
        self.at += 1;
        match token.kind {
            Kind::Open => self.descend(token, |parser| parser.bracket(token)),
            Kind::Macro => self.expand(token),
            Kind::Field | Kind::Path => self.predicate(token),
            Kind::Word | Kind::Quoted(_) | Kind::Regex(_) => self.bare(token),
            // An operator always follows its field, and the other kinds are taken before.
            _ => Got::Bad,
        }
    }

    fn bracket(&mut self, open: Token) -> Got {
        let before = self.diagnostics.len();
        let got = self.any();
        if let Some(close) = self.take(Kind::Close) {
            if matches!(got, Got::Nothing) {
                self.error(
                    open.span.join(close.span),
                    "the brackets hold nothing",
                    "put a term between them, or take them out",
                );
                return Got::Bad;
            }
            return got;
        }
        // What is missing inside was said already; the bracket is missing for the same reason.
        let inside = self.diagnostics.get(before..).unwrap_or_default();
        let unfinished = inside.last().map(|d| d.severity) == Some(Severity::Incomplete);
        if !unfinished && self.depth < DEEPEST {
            self.incomplete(open.span, "this bracket is not closed", "close it with )");
        }
        match got {
            Got::Nothing => Got::Bad,
            other => other,
        }
    }

    fn expand(&mut self, token: Token) -> Got {
        let name = token.span.slice(self.text).trim_start_matches('$');
        let shown = show(name);
        if let Some(at) = self.inside.iter().position(|outer| outer == name) {
            let round: Vec<String> = self.inside.get(at..).unwrap_or_default().to_vec();
            let round = round.iter().map(|name| format!("${} uses ", show(name)));
            self.error(
                token.span,
                format!(
                    "the macro uses itself: {}${shown}",
                    round.collect::<String>()
                ),
                "mend one of these macros",
            );
            return Got::Bad;
        }
        self.budget = self.budget.saturating_sub(1);
        if self.budget == 0 {
            self.error(
                token.span,
                format!("more than {MOST_MACROS} macros stand behind this one"),
                "write the query with fewer",
            );
            return Got::Bad;
        }
        let Some(body) = self.context.names.macros.get(name) else {
            let near = typed::nearest(name, self.context.names.macros.keys().map(String::as_str));
            let help = near.map_or_else(
                || format!("write its terms out, or quote it to search for the text: \"${shown}\""),
                |near| format!("did you mean ${near}?"),
            );
            self.error(token.span, format!("no macro is called `${shown}`"), help);
            return Got::Bad;
        };
        let mut inner = Parser::new(body, self.context);
        inner.inside.clone_from(&self.inside);
        inner.inside.push(name.to_owned());
        inner.depth = self.depth;
        inner.budget = self.budget;
        let got = inner.query();
        self.budget = inner.budget;
        let fault = inner.diagnostics.into_iter().next();
        match (got, fault) {
            (Got::Expr(expr), None) => Got::Expr(Expr::Macro(name.to_owned(), Box::new(expr))),
            (_, fault) => {
                let (why, fix) =
                    fault.map_or(("it is empty".to_owned(), None), |d| (d.message, d.help));
                // Of macros in macros the one at fault is named, not all on the way to it.
                let at_fault = why.rfind("the macro `$").and_then(|at| why.get(at..));
                let why = at_fault.unwrap_or(&why);
                let fix = fix.map_or_else(String::new, |fix| format!(": {fix}"));
                self.error(
                    token.span,
                    format!("the macro `${shown}` cannot be used: {why}"),
                    format!("mend the macro{}", fix.replacen(": mend the macro", "", 1)),
                );
                Got::Bad
            }
        }
    }
}

/// A text as it may stand in a message.
pub(super) fn show(text: &str) -> String {
    let mut short: String = text.chars().take(60).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    Printable::new(&short).into_string()
}
