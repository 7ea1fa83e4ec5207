//! One term of a query: text, or a field compared with values, and what to say about it.
//!
//! The half of the parser that knows the field table; [`crate::query::parser`] has the grammar
//! around it.

use crate::base::span::{Diagnostic, Span};
use crate::event::service;
use crate::index::schema::{Class, FIELDS, Field, Home};
use crate::query::ast::{Expr, Needle, Op, Subject, Test, Value};
use crate::query::lexer::{Kind, Mark, Token};
use crate::query::parser::{Got, Parser, show};
use crate::query::path::Path;
use crate::query::pattern::{How, Pattern, Regexp, unquote};
use crate::query::typed::{self, Fault, Place};

impl Parser<'_> {
    /// A word, quoted text or regular expression that no field precedes.
    pub(super) fn bare(&mut self, token: Token) -> Got {
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
                if let Some(field) = self.may_become(token) {
                    let shown = self.shown(token.span);
                    self.incomplete(
                        token.span,
                        format!("`{shown}` may become {field}:"),
                        "go on typing, or press Enter to search for the text",
                    );
                    return Got::Bad;
                }
                Needle::Word(Pattern::word(slice))
            }
        };
        self.check_end(token);
        self.warn_of_slash(token);
        Got::Expr(Expr::Text(needle))
    }

    /// The field that a word under the caret begins: until it goes on, nobody knows what it is, and
    /// a search through every record for `w` on the way to `who:` is work for nothing.
    fn may_become(&self, token: Token) -> Option<&'static str> {
        let typing = self.context.typing == Some(token.span.end) && self.inside.is_empty();
        let word = token.span.slice(self.text);
        let names = || FIELDS.iter().map(|f| f.name);
        typing
            .then(|| names().find(|name| name.starts_with(word)))
            .flatten()
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
        if fault.unfinished || self.context.typing == Some(span.end) && self.inside.is_empty() {
            self.incomplete(span, fault.message, fault.help);
        } else {
            self.error(span, fault.message, fault.help);
        }
    }

    /// `field op values`.
    pub(super) fn predicate(&mut self, head: Token) -> Got {
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
        let touches = self.context.typing == Some(token.span.end) && self.inside.is_empty();
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

    /// Says so where the field needs what was not given, or later work feeds it.
    fn not_yet(&mut self, subject: &Subject, head: Token) -> bool {
        let Subject::Field(field) = subject else {
            return false;
        };
        if let Some(fault) = typed::missing(*field, self.context.names.covers) {
            self.error(head.span, fault.message, fault.help);
            return true;
        }
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
    typed::nearest(name, names).or_else(|| {
        let aliases = FIELDS.iter().flat_map(|f| f.aliases.iter().copied());
        typed::nearest(name, aliases.filter(alike))
    })
}
