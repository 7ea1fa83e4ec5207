//! Recursive descent over the tokens: the grammar, and what to say where a text leaves it.
//!
//! Every step takes a token or returns, nesting stops at [`DEEPEST`], and after an error the next
//! term is read as if nothing had happened, so one text can give several messages.

use crate::base::printable::Printable;
use crate::base::span::{Diagnostic, Severity, Span};
use crate::base::text;
use crate::event::service;
use crate::index::schema::{Class, FIELDS, Field, Home};
use crate::query::ast::{Expr, Needle, Op, Subject, Test, Value};
use crate::query::lexer::{self, Kind, Mark, Token};
use crate::query::path::Path;
use crate::query::pattern::{How, Pattern, Regexp, unquote};
use crate::query::typed::{self, Fault, Place};
use crate::query::{Context, Parsed, Part};

/// How deep brackets and negations may nest.
const DEEPEST: usize = 64;

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
enum Got {
    /// A tree.
    Expr(Expr),
    /// Something that cannot be used; a message says why.
    Bad,
    /// No token it could begin with.
    Nothing,
}

struct Parser<'a> {
    text: &'a str,
    context: &'a Context,
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    diagnostics: Vec<Diagnostic>,
    parts: Vec<Part>,
    in_macro: bool,
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
            in_macro: false,
        }
    }

    fn peek(&self) -> Option<Token> {
        self.tokens.get(self.at).copied()
    }

    /// The next token, where it is of this kind; taken.
    fn take(&mut self, kind: Kind) -> Option<Token> {
        let token = self.peek().filter(|t| t.kind == kind)?;
        self.at += 1;
        Some(token)
    }

    /// Where the last token taken ends.
    fn end(&self) -> usize {
        let last = self.at.checked_sub(1).and_then(|i| self.tokens.get(i));
        last.map_or(0, |t| t.span.end)
    }

    /// The text of a span, safe to show in a message and not too long for one.
    fn shown(&self, span: Span) -> String {
        show(span.slice(self.text))
    }

    fn error(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.diagnostics
            .push(Diagnostic::error(span, message).with_help(help));
    }

    fn incomplete(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.diagnostics
            .push(Diagnostic::incomplete(span, message).with_help(help));
    }

    /// Says that something is missing: unfinished at the end of the text, wrong before it.
    fn missing(&mut self, after: Token, what: &str, help: &str) {
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
        let top = self.depth == 0 && !self.in_macro;
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
        let top = self.depth == 0 && !self.in_macro;
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
        if self.in_macro {
            self.error(
                token.span,
                "a macro cannot use another macro",
                "write its terms out",
            );
            return Got::Bad;
        }
        let Some(body) = self.context.macros.get(name) else {
            let near = text::nearest(name, self.context.macros.keys().map(String::as_str));
            let help = near.map_or_else(
                || format!("write its terms out, or quote it to search for the text: \"${shown}\""),
                |near| format!("did you mean ${near}?"),
            );
            self.error(token.span, format!("no macro is called `${shown}`"), help);
            return Got::Bad;
        };
        let context = Context {
            typing: None,
            ..self.context.clone()
        };
        let mut inner = Parser::new(body, &context);
        inner.in_macro = true;
        inner.depth = self.depth;
        let got = inner.query();
        let fault = inner.diagnostics.into_iter().next();
        match (got, fault) {
            (Got::Expr(expr), None) => Got::Expr(Expr::Macro(name.to_owned(), Box::new(expr))),
            (_, fault) => {
                let why = fault.map_or("it is empty".to_owned(), |d| d.message);
                self.error(
                    token.span,
                    format!("the macro `${shown}` cannot be used: {why}"),
                    "mend the macro",
                );
                Got::Bad
            }
        }
    }

    /// A word, quoted text or regular expression that no field precedes.
    fn bare(&mut self, token: Token) -> Got {
        let slice = token.span.slice(self.text);
        let needle = match token.kind {
            Kind::Quoted(closed) => {
                let text = unquote(slice);
                if !closed {
                    self.open_quote(token);
                    return Got::Bad;
                }
                if text.is_empty() {
                    self.incomplete(
                        token.span,
                        "the quotes hold nothing to look for",
                        "write text between them, or take them out",
                    );
                    return Got::Bad;
                }
                Needle::Word(Pattern::literal(text))
            }
            Kind::Regex(_) => match typed::regex(Regexp::parse(slice)) {
                Ok(Value::Regex(regex)) => Needle::Regex(regex),
                Ok(_) => return Got::Bad,
                Err(fault) => {
                    self.fault(token.span, fault);
                    return Got::Bad;
                }
            },
            _ => {
                if matches!(slice, "or" | "and" | "not") {
                    let capitals = slice.to_uppercase();
                    self.diagnostics.push(
                        Diagnostic::note(token.span, format!("`{slice}` is searched as a word"))
                            .with_help(format!("to join terms write {capitals}")),
                    );
                }
                Needle::Word(Pattern::word(slice))
            }
        };
        self.check_end(token);
        self.warn_of_slash(token);
        Got::Expr(Expr::Text(needle))
    }

    /// `/not authorized/` reads as two words, which is rarely what was meant.
    fn warn_of_slash(&mut self, token: Token) {
        let slice = token.span.slice(self.text);
        let begins = slice.starts_with('/') && slice.matches('/').count() == 1;
        let ends = self
            .peek()
            .filter(|t| t.kind == Kind::Word && t.span.slice(self.text).ends_with(['/', 'i']))
            .is_some_and(|t| t.span.slice(self.text).contains('/'));
        if token.kind == Kind::Word && begins && ends {
            let shown = self.shown(token.span);
            self.diagnostics.push(
                Diagnostic::note(token.span, format!("`{shown}` is searched as text"))
                    .with_help("a regular expression with spaces follows a ~: msg~/not found/"),
            );
        }
    }

    fn open_quote(&mut self, token: Token) {
        let open = Span::new(token.span.start, token.span.start + 1);
        self.incomplete(open, "this quote is not closed", "close it with \"");
    }

    /// A value ends at a space; what sticks to it would be a term by surprise.
    fn check_end(&mut self, token: Token) {
        let sticks = |t: &Token| {
            t.span.start == token.span.end
                && !matches!(t.kind, Kind::Close | Kind::Comma | Kind::Or | Kind::Open)
        };
        if let Some(next) = self.peek().filter(sticks) {
            self.error(
                next.span,
                "this sticks to the value before it",
                "put a space between, or the whole in quotes",
            );
        }
    }

    fn fault(&mut self, span: Span, fault: Fault) {
        if fault.unfinished || self.context.typing == Some(span.end) && !self.in_macro {
            self.incomplete(span, fault.message, fault.help);
        } else {
            self.error(span, fault.message, fault.help);
        }
    }

    /// `field op values`.
    fn predicate(&mut self, head: Token) -> Got {
        let after = self.peek().filter(|t| t.span.start == head.span.end);
        let Some((
            token,
            Token {
                kind: Kind::Mark(mark),
                ..
            },
        )) = after.map(|t| (t, t))
        else {
            let help = "write an operator and a value after it: .a.\"b c\":x, or :* for present";
            self.incomplete(head.span, "this path is not finished", help);
            return Got::Bad;
        };
        self.at += 1;
        let values = self.values(token);
        let span = Span::new(head.span.start, self.end());
        let subject = self.subject(head, token, span);
        let (op, negated) = match mark {
            Mark::Has => (Op::Has, false),
            Mark::Is => (Op::Is, false),
            Mark::IsNot => (Op::Is, true),
            Mark::Match => (Op::Match, false),
            Mark::NoMatch => (Op::Match, true),
            Mark::Less => (Op::Less, false),
            Mark::AtMost => (Op::AtMost, false),
            Mark::More => (Op::More, false),
            Mark::AtLeast => (Op::AtLeast, false),
        };
        let Some(subject) = subject else {
            return Got::Bad;
        };
        let Some(values) = values else {
            self.needs_value(&subject, head, token);
            return Got::Bad;
        };
        if let Err(fault) = Place::new(&subject, op).check() {
            self.error(token.span, fault.message, fault.help);
            return Got::Bad;
        }
        let place = Place::new(&subject, op);
        if let (false, Some(second)) = (place.takes_several(), values.get(1)) {
            let help = format!("write {subject}{} again in a term of its own", op.mark());
            self.error(
                second.span,
                format!("`{subject}{}` takes one value", op.mark()),
                help,
            );
            return Got::Bad;
        }
        let mut read = Vec::with_capacity(values.len());
        let mut sound = true;
        for value in values {
            match self.value(&place, value) {
                Some(value) => read.push(value),
                None => sound = false,
            }
        }
        if !sound || self.not_yet(&subject, head) {
            return Got::Bad;
        }
        let op = place.settled();
        let expr = test(&subject, op, read);
        Got::Expr(if negated {
            Expr::Not(Box::new(expr))
        } else {
            expr
        })
    }

    /// The value tokens after an operator; `None` where there are none.
    fn values(&mut self, mark: Token) -> Option<Vec<Token>> {
        let is_value = |t: &Token| matches!(t.kind, Kind::Word | Kind::Quoted(_) | Kind::Regex(_));
        let first = self.peek().filter(|t| t.span.start == mark.span.end)?;
        let group = self.take(Kind::Open);
        if group.is_none() && !is_value(&first) {
            return None;
        }
        let mut values = Vec::new();
        let mut joint = group;
        while let Some(token) = self.peek() {
            if is_value(&token) && (joint.is_some() || values.is_empty()) {
                self.at += 1;
                values.push(token);
                joint = None;
                if group.is_none() && self.peek().is_none_or(|t| t.kind != Kind::Comma) {
                    self.check_end(token);
                    self.warn_of_slash(token);
                }
            } else if joint.is_none()
                && (token.kind == Kind::Comma || group.is_some() && token.kind == Kind::Or)
            {
                self.at += 1;
                joint = Some(token);
            } else if group.is_some() && token.kind != Kind::Close {
                self.at += 1;
                let help = "between the values of a group write | or a comma";
                self.error(token.span, "this does not belong between values", help);
            } else {
                break;
            }
        }
        match (group, joint) {
            (_, Some(joint)) if Some(joint) != group => {
                let word = self.shown(joint.span);
                let help = "put another value after it: what:GetObject,PutObject";
                self.missing(joint, &format!("nothing after {word}"), help);
            }
            _ => {}
        }
        if let Some(open) = group
            && self.take(Kind::Close).is_none()
        {
            self.incomplete(open.span, "this bracket is not closed", "close it with )");
        }
        (!values.is_empty()).then_some(values)
    }

    fn value(&mut self, place: &Place<'_>, token: Token) -> Option<Value> {
        let slice = token.span.slice(self.text);
        let read = match token.kind {
            Kind::Quoted(false) => {
                self.open_quote(token);
                return None;
            }
            Kind::Quoted(true) => place.quoted(&unquote(slice), self.context),
            Kind::Regex(false) => {
                let open = Span::new(token.span.start, token.span.start + 1);
                let help = "close it with / and flags: /kali|pacu/i";
                self.incomplete(open, "this regular expression is not closed", help);
                return None;
            }
            Kind::Regex(true) if place.takes_regex() => typed::regex(Regexp::parse(slice)),
            Kind::Regex(true) => Err(place.no_regex(slice)),
            _ => place.word(slice, self.context),
        };
        match read {
            Ok(Value::Word(pattern)) => Some(Value::Word(self.typed_so_far(place, token, pattern))),
            Ok(value) => Some(value),
            Err(fault) => {
                self.fault(token.span, fault);
                None
            }
        }
    }

    /// The word under the caret counts as a prefix: the rest of it is still to come.
    fn typed_so_far(&self, place: &Place<'_>, token: Token, pattern: Pattern) -> Pattern {
        let touches = self.context.typing == Some(token.span.end) && !self.in_macro;
        if touches && token.kind == Kind::Word && pattern.how == How::Literal && place.completes() {
            Pattern {
                how: How::Prefix,
                ..pattern
            }
        } else {
            pattern
        }
    }

    fn needs_value(&mut self, subject: &Subject, head: Token, mark: Token) {
        let span = head.span.join(mark.span);
        let spelled = self.shown(span);
        let next = self.peek().filter(|t| t.kind == Kind::Word);
        let help = match (next, subject.class()) {
            (Some(next), _) => format!("write {spelled}{} without a space", self.shown(next.span)),
            (None, Some(Class::Time)) => match subject {
                Subject::Field(field) => format!("try {}", field.spec().example),
                Subject::Path(_) => String::new(),
            },
            _ => format!("{subject}:* means present, -{subject}:* means absent"),
        };
        self.incomplete(span, format!("`{spelled}` needs a value"), help);
    }

    /// Says so where later work feeds the field.
    fn not_yet(&mut self, subject: &Subject, head: Token) -> bool {
        let Subject::Field(field) = subject else {
            return false;
        };
        let Home::Later(needs) = field.spec().home else {
            return false;
        };
        self.error(
            head.span,
            format!("`{}:` is not available yet: it needs {needs}", field.name()),
            "take the term out; the rest of the query works without it",
        );
        true
    }

    /// What stands before the operator.
    fn subject(&mut self, head: Token, mark: Token, term: Span) -> Option<Subject> {
        let name = head.span.slice(self.text);
        if head.kind == Kind::Path {
            return match Path::parse(name) {
                Ok(path) => Some(Subject::Path(path)),
                Err((at, why)) => {
                    let from = head.span.start + at;
                    let help = "write a path like .requestParameters.bucketName or .a.\"b c\"[0]";
                    self.error(Span::new(from, head.span.end.max(from)), why, help);
                    None
                }
            };
        }
        if let Some(field) = Field::named(name) {
            return Some(Subject::Field(field));
        }
        let quoted = format!("to search for the text, quote it: \"{}\"", self.shown(term));
        if name.is_empty() {
            let word = self.shown(mark.span);
            let help = if term.end == mark.span.end {
                "write field, operator and value without spaces: sev>=high".to_owned()
            } else {
                quoted
            };
            self.error(
                mark.span,
                format!("a field is missing before `{word}`"),
                help,
            );
            return None;
        }
        let value = Span::new(mark.span.end, term.end).slice(self.text);
        let help = if mark.kind == Kind::Mark(Mark::Has) && names_call(name, value) {
            format!("for an API write what:{}", self.shown(term))
        } else if let Some(near) = nearest_field(name) {
            format!("did you mean {near}{}?", self.shown(mark.span))
        } else if name.contains('.') {
            format!("for a path into the record write .{}", self.shown(term))
        } else {
            quoted
        };
        self.error(head.span, format!("unknown field `{}`", show(name)), help);
        None
    }
}

/// A test, or tests joined by `OR` where regular expressions stand beside other values.
fn test(subject: &Subject, op: Op, values: Vec<Value>) -> Expr {
    let (regexes, others): (Vec<_>, Vec<_>) = values
        .into_iter()
        .partition(|value| matches!(value, Value::Regex(_)));
    let mut parts = Vec::new();
    for (op, values) in [(op, others), (Op::Match, regexes)] {
        if !values.is_empty() {
            parts.push(Expr::Test(Test {
                subject: subject.clone(),
                op,
                values,
            }));
        }
    }
    Expr::any_of(parts)
}

/// A text as it may stand in a message.
fn show(text: &str) -> String {
    let mut short: String = text.chars().take(60).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    Printable::new(&short).into_string()
}

/// Whether `name:value` reads like a service and its call.
fn names_call(name: &str, value: &str) -> bool {
    let known = service::SERVICES
        .binary_search_by_key(&name, |(service, _)| service)
        .is_ok();
    let capitals = value.chars().filter(char::is_ascii_uppercase).count();
    let call = value.starts_with(|c: char| c.is_ascii_uppercase())
        && capitals >= 2
        && value
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '*' | '?'));
    known || (call && name.chars().all(|c| !c.is_ascii_uppercase()))
}

fn nearest_field(name: &str) -> Option<&'static str> {
    // In three letters two slips leave nothing of the word, so its first letter must be right.
    let alike =
        |field: &&str| name.chars().count() > 3 || name.chars().next() == field.chars().next();
    let names = FIELDS.iter().map(|f| f.name).filter(alike);
    text::nearest(name, names).or_else(|| {
        let aliases = FIELDS.iter().flat_map(|f| f.aliases.iter().copied());
        text::nearest(name, aliases.filter(alike))
    })
}
