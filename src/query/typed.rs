//! Values, read by the class of the field they stand after.
//!
//! A value that does not fit is a [`Fault`]: why, and what to write instead. Refuses to know:
//! tokens and spans; the parser says where a value stood.

use crate::base::text;
use crate::event::outcome::{Outcome, Verb};
use crate::index::atlas::Coverage;
use crate::index::schema::{Class, Derived, Field, Home};
use crate::query::Context;
use crate::query::address::{ADDRESS_HELP, Address};
use crate::query::ast::{Op, Subject, Value};
use crate::query::lexer;
use crate::query::marks::{Marking, NEWS};
use crate::query::moment::{Duration, Moment};
use crate::query::number::{Number, Rank};
use crate::query::parser::show;
use crate::query::path::Path;
use crate::query::pattern::{Flags, How, Pattern, Regexp};
use crate::query::when::When;

/// Why a value does not fit, and the fix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The reason, as a clause.
    pub message: String,
    /// What to write instead, as a clause.
    pub help: String,
    /// Whether more typing may mend it.
    pub unfinished: bool,
}

impl Fault {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: help.into(),
            unfinished: false,
        }
    }
}

/// Where a value stands: after which field or path, and which operator.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    subject: &'a Subject,
    op: Op,
}

impl<'a> Place<'a> {
    /// After `subject` and `op`.
    pub fn new(subject: &'a Subject, op: Op) -> Self {
        Self { subject, op }
    }

    fn field(&self) -> Option<Field> {
        match self.subject {
            Subject::Field(field) => Some(*field),
            Subject::Path(_) => None,
        }
    }

    /// Whether the field's values are words of the language, not of the evidence.
    fn is_closed(&self) -> bool {
        matches!(
            self.field(),
            Some(Field::Verb | Field::New | Field::Flip | Field::Has)
        )
    }

    /// Whether the operator fits the class of the field at all.
    pub fn check(&self) -> Result<(), Fault> {
        let name = self.subject;
        let ordered = matches!(self.field(), None | Some(Field::Time))
            || matches!(self.subject.class(), Some(Class::Number | Class::Severity));
        if self.op.orders() && !ordered {
            let instead = match self.subject.class() {
                Some(Class::Address) => "for a range write ip:10.0.0.1..10.0.0.9".to_owned(),
                Some(Class::Time) => format!("write {name}: or use t with it"),
                _ => format!("write {name}: instead; it orders t, asn, sev and paths to numbers"),
            };
            let message = format!("`{}` does not apply to `{name}`", self.op.mark());
            return Err(Fault::new(message, instead));
        }
        let textual = matches!(
            self.subject.class(),
            None | Some(Class::Keyword | Class::Name | Class::Text | Class::Address)
        ) && !self.is_closed();
        if self.op == Op::Match && !textual {
            let message = format!("`~` does not apply to `{name}`, which holds no text");
            return Err(Fault::new(message, format!("write {name}: instead")));
        }
        Ok(())
    }

    /// The one spelling of the operator: `=` says no more than `:` where values are not text.
    pub fn settled(&self) -> Op {
        let typed = matches!(
            self.subject.class(),
            Some(Class::Time | Class::Number | Class::Severity | Class::Bool)
        ) || self.is_closed();
        match self.op {
            Op::Is if typed => Op::Has,
            op => op,
        }
    }

    /// Whether several values make sense here.
    pub fn takes_several(&self) -> bool {
        !self.op.orders()
            && !matches!(
                self.field(),
                Some(Field::Since | Field::Until | Field::Last | Field::Near)
            )
    }

    /// Whether a word here counts as a prefix while it is typed.
    pub fn completes(&self) -> bool {
        let class = self.subject.class();
        self.op == Op::Has && matches!(class, None | Some(Class::Keyword | Class::Name))
    }

    /// Whether a regular expression may stand here.
    pub fn takes_regex(&self) -> bool {
        let matching = Place {
            op: Op::Match,
            ..*self
        };
        self.op == Op::Match || self.op == Op::Has && matching.check().is_ok()
    }

    /// The fault of a regular expression where none may stand.
    pub fn no_regex(&self, regex: &str) -> Fault {
        let name = self.subject;
        if self.op == Op::Is {
            return Fault::new(
                "`=` is exact and takes no regular expression",
                format!("write {name}~{regex}, or quote it to mean the text"),
            );
        }
        let example = self.field().map_or("", |field| field.spec().example);
        Fault::new(
            format!("`{name}` takes no regular expression"),
            format!("try {example}"),
        )
    }

    /// Reads an unquoted word.
    pub fn word(&self, word: &str, context: &Context) -> Result<Value, Fault> {
        let class = self.subject.class();
        if self.op == Op::Match {
            return regex(Regexp::new(word, Flags::default()));
        }
        let present = word == "*" && self.op == Op::Has;
        if present && (class != Some(Class::Time) || self.field() == Some(Field::Time)) {
            return Ok(Value::Any);
        }
        if self.settled() == Op::Has
            && class != Some(Class::Time)
            && let Some(name) = word.strip_prefix('@')
            && name.starts_with(lexer::in_name)
        {
            return self.list(name, context);
        }
        match class {
            Some(Class::Address) if self.op == Op::Is => Ok(Value::Address(Address::quoted(word))),
            Some(Class::Address) => Address::parse(word)
                .map(Value::Address)
                .map_err(|why| Fault::new(why, ADDRESS_HELP)),
            _ if matches!(self.field(), Some(Field::New | Field::Flip)) => {
                self.marking(word, context).map(Value::Marking)
            }
            _ if self.field() == Some(Field::Has) => presence(word),
            Some(Class::Keyword | Class::Name | Class::Text) | None => self.textual(word),
            Some(_) => self.measured(word, context),
        }
    }

    /// `ip`, `what+1h`; `ok`, `ok+30m`.
    fn marking(&self, word: &str, context: &Context) -> Result<Marking, Fault> {
        let (name, within) = match word.split_once('+') {
            None => (word, None),
            Some((name, length)) => match Duration::parse(length) {
                Some(within) => (name, Some(within)),
                None => {
                    return Err(Fault::new(
                        format!("`{}` is no length of time", show(length)),
                        format!("write it like {}:{}+1h", self.subject, show(name)),
                    ));
                }
            },
        };
        if self.field() == Some(Field::Flip) {
            return if ["ok", "yes"].iter().any(|w| name.eq_ignore_ascii_case(w)) {
                Ok(Marking::Flip(within))
            } else {
                Err(Fault::new(
                    "flip knows calls that were denied and then succeeded",
                    "write flip:ok, or flip:ok+1h for those within an hour",
                ))
            };
        }
        let Some(field) = Field::named(name).filter(|field| NEWS.contains(field)) else {
            let names: Vec<_> = NEWS.iter().map(|field| field.name()).collect();
            let help = nearest(name, names.iter().copied()).map_or_else(
                || format!("write new:ip or one of {}", names.join(", ")),
                |near| format!("did you mean new:{near}?"),
            );
            return Err(Fault::new(
                format!("`{}` is nothing that can be new to a person", show(name)),
                help,
            ));
        };
        match missing(field, context.names.covers) {
            Some(fault) => Err(fault),
            None => Ok(Marking::New(field, within)),
        }
    }

    /// Reads a quoted text.
    pub fn quoted(&self, text: &str, context: &Context) -> Result<Value, Fault> {
        let class = self.subject.class();
        if self.op == Op::Match {
            return regex(Regexp::new(text, Flags::default()));
        }
        match class {
            _ if self.is_closed() => self.word(text, context),
            Some(Class::Address) => Ok(Value::Address(Address::quoted(text))),
            Some(Class::Keyword | Class::Name | Class::Text) | None if self.op.orders() => {
                self.textual(text)
            }
            Some(Class::Keyword | Class::Name | Class::Text) | None => {
                if text.is_empty() && self.op == Op::Has {
                    return Err(self.empty());
                }
                Ok(Value::Word(Pattern::literal(text)))
            }
            Some(_) => self.measured(text, context),
        }
    }

    fn empty(&self) -> Fault {
        let mut fault = Fault::new(
            "the quotes hold nothing to look for",
            format!("{0}:* means present, -{0}:* means absent", self.subject),
        );
        fault.unfinished = true;
        fault
    }

    /// A word whose text is compared.
    fn textual(&self, word: &str) -> Result<Value, Fault> {
        let name = self.subject;
        if self.op.orders() {
            return Number::parse(word).map(Value::Number).ok_or_else(|| {
                Fault::new("not a number", format!("try {name}{}20", self.op.mark()))
            });
        }
        let pattern = Pattern::word(word);
        if self.op == Op::Is && self.field() != Some(Field::Verb) {
            if word.starts_with('=') {
                let fixed = word.trim_start_matches('=');
                return Err(Fault::new(
                    "`==` is not an operator",
                    format!("write {name}={fixed}"),
                ));
            }
            return if pattern.how == How::Wild {
                Err(Fault::new(
                    "`=` is exact, so `*` and `?` would stand for themselves",
                    format!("write {name}:{word} to loosen it, or quote it to mean just that"),
                ))
            } else {
                Ok(Value::Word(Pattern::literal(word)))
            };
        }
        match self.field() {
            Some(Field::Verb) => {
                let verb = Verb::ALL
                    .into_iter()
                    .find(|v| v.name().eq_ignore_ascii_case(word));
                verb.map(Value::Verb).ok_or_else(|| verb_fault(word))
            }
            Some(Field::Err) => Ok(match word.to_ascii_lowercase().as_str() {
                "denied" => Value::Outcome(Outcome::Denied),
                "throttled" => Value::Outcome(Outcome::Throttled),
                "none" => Value::Outcome(Outcome::Ok),
                _ => Value::Word(pattern),
            }),
            None => numbers(word).unwrap_or(Ok(Value::Word(pattern))),
            Some(_) => Ok(Value::Word(pattern)),
        }
    }

    /// A value that is no text: a time, a number, a severity, yes or no.
    fn measured(&self, word: &str, context: &Context) -> Result<Value, Fault> {
        let name = self.subject;
        match (self.subject.class(), self.field()) {
            (Some(Class::Time), Some(field)) => self.time(field, word, context),
            (Some(Class::Bool), _) => match word.to_ascii_lowercase().as_str() {
                "yes" | "true" => Ok(Value::Bool(true)),
                "no" | "false" => Ok(Value::Bool(false)),
                _ => Err(Fault::new(
                    "neither yes nor no",
                    format!("write {name}:yes or {name}:no"),
                )),
            },
            (Some(Class::Severity), _) => Rank::parse(word).map(Value::Rank).ok_or_else(|| {
                let near = nearest(word, Rank::ALL.map(Rank::name));
                Fault::new(
                    "not a severity",
                    near.map_or(
                        "write info, low, medium, high or critical".to_owned(),
                        |near| format!("did you mean {name}{}{near}?", self.op.mark()),
                    ),
                )
            }),
            (_, Some(Field::Asn)) if asn(word) != word => self.measured(asn(word), context),
            _ => numbers(word).unwrap_or_else(|| {
                Number::parse(word).map(Value::Number).ok_or_else(|| {
                    Fault::new("not a number", format!("try {name}{}16509", self.op.mark()))
                })
            }),
        }
    }

    fn time(&self, field: Field, word: &str, context: &Context) -> Result<Value, Fault> {
        let read = match field {
            Field::Last => When::parse_last(word, context),
            Field::Near => When::parse_near(word, context),
            Field::Time if self.op == Op::Has || self.op == Op::Is => {
                When::parse_range(word, context)
            }
            _ => Moment::parse(word, context).map(When::At),
        };
        read.map(Value::When).map_err(|why| {
            let example = field.spec().example;
            let help = if why.contains("needs a date") {
                let day = context
                    .evidence
                    .map(|e| e.1.format(context.zone, "%Y-%m-%d"));
                format!(
                    "write the date before it: {}T14:10",
                    day.unwrap_or_else(|| "2026-11-20".to_owned())
                )
            } else if why.contains("one instant") {
                format!("try last:{word} or t:-{word}..now")
            } else {
                format!("try {example}")
            };
            let mut fault = Fault::new(why, help);
            fault.unfinished = fault.message.contains("is missing");
            fault
        })
    }

    fn list(&self, name: &str, context: &Context) -> Result<Value, Fault> {
        let Some(entries) = context.names.lists.get(name) else {
            let near = nearest(name, context.names.lists.keys().map(String::as_str));
            return Err(Fault::new(
                format!("no list is called `@{name}`"),
                near.map_or_else(
                    || {
                        let subject = self.subject;
                        format!("write the values: {subject}:a,b - or quote it to mean the text")
                    },
                    |near| format!("did you mean @{near}?"),
                ),
            ));
        };
        let mut values = Vec::with_capacity(entries.len());
        for entry in entries {
            // A list inside a list could hold itself.
            let read = if entry.starts_with('@') {
                self.quoted(entry, context)
            } else {
                self.word(entry, context)
            };
            match read {
                Ok(value) => values.push(value),
                Err(fault) => {
                    return Err(Fault::new(
                        format!("the list `@{name}` holds `{entry}`: {}", fault.message),
                        "mend the list",
                    ));
                }
            }
        }
        Ok(Value::List(name.to_owned(), values))
    }
}

/// What may be there: a field, or a member of the record.
fn presence(word: &str) -> Result<Value, Fault> {
    if let Some(field) = Field::named(word.trim_start_matches('.')) {
        let (home, name) = (field.spec().home, field.name());
        let alone = matches!(
            home,
            Home::First | Home::Flip | Home::Presence | Home::Later(_)
        );
        if alone || home == Home::Time && field != Field::Time {
            return Err(Fault::new(
                format!("`{name}` is no part of an event"),
                "name a field or a member of the record: has:err, has:responseElements",
            ));
        }
        return Ok(Value::Subject(Subject::Field(field)));
    }
    let path = format!(".{}", word.trim_start_matches('.'));
    Path::parse(&path)
        .map(|path| Value::Subject(Subject::Path(path)))
        .map_err(|(_, why)| {
            Fault::new(
                why,
                "name a field or a member of the record: has:err, has:responseElements",
            )
        })
}

/// What a field needs that was not given.
pub fn missing(field: Field, covers: Coverage) -> Option<Fault> {
    let (of, example) = match field.spec().home {
        Home::Derived(Derived::Asn | Derived::Net) if !covers.networks => ("networks", "ASN"),
        Home::Derived(Derived::Cc) if !covers.countries => ("countries", "Country"),
        _ => return None,
    };
    Some(Fault::new(
        format!("`{}` needs an address database of {of}", field.name()),
        format!("start with --geoip FILE, an MMDB file such as GeoLite2-{example}.mmdb"),
    ))
}

/// `AS16509` as it is often written.
fn asn(word: &str) -> &str {
    let number = word.strip_prefix("AS").or_else(|| word.strip_prefix("as"));
    number
        .filter(|n| n.starts_with(|c: char| c.is_ascii_digit()))
        .unwrap_or(word)
}

/// The longest word worth a guess; guessing takes time by the square of the length.
const LONGEST_GUESS: usize = 64;

/// The candidate a mistyped word most likely means.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    (word.len() <= LONGEST_GUESS)
        .then(|| text::nearest(word, candidates))
        .flatten()
}

/// The fault of a regular expression that does not compile, or the value.
pub fn regex(read: Result<Regexp, String>) -> Result<Value, Fault> {
    read.map(Value::Regex).map_err(|why| {
        let help = if why.contains("memory") {
            "write it with smaller counts in { }, or look for a shorter part"
        } else {
            "put a backslash before . ( ) [ ] { } * + ? | ^ $ to mean the character itself"
        };
        Fault::new(format!("bad regular expression: {why}"), help)
    })
}

/// A range of numbers; `None` where the word is no range at all.
fn numbers(word: &str) -> Option<Result<Value, Fault>> {
    let (from, to) = word.split_once("..")?;
    let (from, to) = (Number::parse(from)?, Number::parse(to)?);
    Some(if from.order(to).is_gt() {
        Err(Fault::new(
            "the range ends before it begins",
            format!("write {to}..{from}"),
        ))
    } else {
        Ok(Value::Numbers(from, to))
    })
}

fn verb_fault(word: &str) -> Fault {
    let help = if word.eq_ignore_ascii_case("service") {
        "write svcdriven:yes for calls a service made".to_owned()
    } else {
        nearest(word, Verb::ALL.map(Verb::name)).map_or(
            "write verb:read, write, delete, auth or secret".to_owned(),
            |near| format!("did you mean verb:{near}?"),
        )
    };
    Fault::new("not a class of calls", help)
}
