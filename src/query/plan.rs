//! A query bound to one snapshot: names become tables of symbols, once per dictionary.
//!
//! Every comparison is reduced to what a scan of a column can ask of a row, or to a question that
//! needs the record's bytes. Cheap questions stand first. Refuses to know: how rows are scanned.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use crate::base::crew::{Alone, Crew};
use crate::base::time::{TimeRange, UtcMicros};
use crate::event::agent;
use crate::event::kind::{Kind, as_given};
use crate::event::outcome::{Outcome, Verb, fold_name};
use crate::event::principal::Principal;
use crate::event::service;
use crate::index::batch::{uuid_bits, uuid_text};
use crate::index::bitmap::RowSet;
use crate::index::column::CodeSet;
use crate::index::schema::{Class, Col, Derived, Field, Flag, Home};
use crate::index::segment::{Facts, IdBits};
use crate::index::snapshot::Snapshot;
use crate::index::symbols::Sym;
use crate::query::address::Address;
use crate::query::ast::{Expr, Needle, Op, Subject, Test, Value};
use crate::query::marks::{Marking, NEWS};
use crate::query::matcher::{Matcher, Rule};
use crate::query::path::Step;
use crate::query::pattern::{How, Pattern};
use crate::query::residual::Atom;

/// A query bound to the snapshot it is to be asked of.
#[derive(Debug, Clone)]
pub struct Plan {
    pub(crate) root: Node,
}

/// One question of a plan.
#[derive(Debug, Clone)]
pub(crate) enum Node {
    /// Every row, or none.
    Fixed(bool),
    /// A fact of the row.
    Fact(FactTest),
    /// The time lies inside; undated rows never do.
    Time(TimeRange),
    /// The code of the column stands for yes; index 0 is absent.
    Column(Col, CodeSet),
    /// The row crosses accounts, or is known not to; `None` asks whether that is known.
    Crosses(Option<bool>, Box<Crossing>),
    /// One of the row's resources stands for yes.
    Resources(CodeSet),
    /// The recorded id.
    Id(IdTest),
    /// The bytes given out fit; rows that say nothing of them never do.
    Bytes(Box<Matcher>),
    /// The file, by its id's number, stands for yes.
    Files(Vec<bool>),
    /// The row is marked.
    Marked(Arc<RowSet>),
    /// A question about the record's bytes.
    Atom(Box<Atom>),
    /// Text anywhere in the record, and the columns that show it.
    Text(Box<Atom>, Vec<(Col, CodeSet)>),
    And(Vec<Self>),
    Or(Vec<Self>),
    Not(Box<Self>),
}

/// What is asked of a row's facts.
#[derive(Debug, Clone, Copy)]
pub(crate) enum FactTest {
    Verb(Verb),
    Outcome(Outcome),
    /// The flag is this; `None` asks whether it is known.
    Flag(Flag, Option<bool>),
}

impl FactTest {
    pub(crate) fn holds(self, facts: Facts) -> bool {
        match self {
            Self::Verb(verb) => facts.verb() == verb,
            Self::Outcome(outcome) => facts.outcome() == outcome,
            Self::Flag(flag, wanted) => {
                let value = match flag {
                    Flag::ReadOnly => facts.read_only(),
                    Flag::Mfa => facts.mfa(),
                    Flag::Console => Some(facts.console()),
                    Flag::Root => Some(facts.root()),
                    Flag::SvcDriven => Some(facts.service_driven()),
                    Flag::Recovered => Some(facts.recovered()),
                    Flag::Repaired => Some(facts.repaired()),
                    Flag::Summary => Some(facts.summary()),
                    Flag::Verb | Flag::Xacct => None,
                };
                match wanted {
                    Some(wanted) => value == Some(wanted),
                    None => value.is_some() || flag == Flag::Verb,
                }
            }
        }
    }
}

/// What is asked of a row's id.
#[derive(Debug, Clone)]
pub(crate) enum IdTest {
    /// It has one.
    Present,
    /// It is this one, or one of these odd ones.
    Is(Option<u128>, Vec<bool>),
    /// Its text fits.
    Text(Matcher, Vec<bool>),
}

impl IdTest {
    pub(crate) fn holds(&self, id: IdBits) -> bool {
        let odd = |table: &[bool], at: usize| table.get(at).copied().unwrap_or(false);
        match (self, id) {
            (_, IdBits::None) => false,
            (Self::Present, _) => true,
            (Self::Is(bits, _), IdBits::Uuid(id)) => *bits == Some(id),
            (Self::Text(matcher, _), IdBits::Uuid(id)) => matcher.matches(&uuid_text(id)),
            (Self::Is(_, table) | Self::Text(_, table), IdBits::Odd(sym)) => {
                odd(table, sym.code() as usize)
            }
        }
    }
}

/// What tells whether a row crosses accounts: accounts as symbols of `Col::Acct`, 0 where none.
#[derive(Debug, Clone)]
pub(crate) struct Crossing {
    /// By symbol of `Col::Caller`.
    caller: Vec<u32>,
    /// By symbol of `Col::Session`: the account of the person behind it.
    person: Vec<u32>,
}

/// An account that no event was logged in.
const ELSEWHERE: u32 = u32::MAX;

impl Crossing {
    fn of(snapshot: &Snapshot) -> Self {
        let accounts: HashMap<&str, u32> = snapshot
            .dict(Col::Acct)
            .iter()
            .map(|(sym, text)| (text, sym.code()))
            .collect();
        let code = |account: &str| accounts.get(account).copied().unwrap_or(ELSEWHERE);
        let callers = snapshot.dict(Col::Caller).iter();
        let people = snapshot.people();
        let sessions = (0..snapshot.sessions().len()).filter_map(Sym::at);
        Self {
            caller: std::iter::once(0)
                .chain(callers.map(|(_, text)| code(text)))
                .collect(),
            person: std::iter::once(0)
                .chain(sessions.map(|sym| {
                    let person = people.of(sym).and_then(|p| p.account.as_deref());
                    person.map_or(0, code)
                }))
                .collect(),
        }
    }

    /// Whether a row crosses accounts, by its codes; `None` where it names no two accounts.
    pub(crate) fn crosses(&self, acted: u32, caller: u32, session: u32) -> Option<bool> {
        let at = |table: &[u32], code: u32| table.get(code as usize).copied().unwrap_or(0);
        let others = [at(&self.caller, caller), at(&self.person, session)];
        let known = acted != 0 && others != [0, 0];
        known.then(|| others.iter().any(|a| *a != 0 && *a != acted))
    }
}

impl Node {
    /// Whether the index alone gives the answer.
    pub(crate) fn is_decided(&self) -> bool {
        match self {
            Self::Atom(_) | Self::Text(..) => false,
            Self::And(parts) | Self::Or(parts) => parts.iter().all(Self::is_decided),
            Self::Not(inner) => inner.is_decided(),
            _ => true,
        }
    }

    /// What a row costs, roughly.
    pub(crate) fn cost(&self) -> u32 {
        match self {
            Self::Fixed(_) => 0,
            Self::Fact(_) | Self::Time(_) | Self::Files(_) | Self::Marked(_) => 1,
            Self::Column(..) | Self::Bytes(_) => 2,
            Self::Crosses(..) => 4,
            Self::Resources(_) => 8,
            Self::Id(_) => 16,
            Self::Atom(_) | Self::Text(..) => 10_000,
            Self::And(parts) | Self::Or(parts) => parts.iter().map(Self::cost).sum(),
            Self::Not(inner) => inner.cost(),
        }
    }

    fn any_of(mut parts: Vec<Self>) -> Self {
        match parts.len() {
            0 => Self::Fixed(false),
            1 => parts.pop().unwrap_or(Self::Fixed(false)),
            _ => {
                parts.sort_by_key(Self::cost);
                Self::Or(parts)
            }
        }
    }

    fn all_of(mut parts: Vec<Self>) -> Self {
        parts.sort_by_key(Self::cost);
        Self::And(parts)
    }
}

impl Plan {
    /// Whether the index alone gives the answer.
    pub fn is_decided(&self) -> bool {
        self.root.is_decided()
    }

    /// The question, where the whole plan is one about bytes.
    #[cfg(test)]
    pub(crate) fn only_atom(&self) -> Option<&Atom> {
        match &self.root {
            Node::Atom(atom) | Node::Text(atom, _) => Some(atom),
            _ => None,
        }
    }
}

/// Binds a query to a snapshot.
pub fn bind(expr: &Expr, snapshot: &Snapshot) -> Plan {
    bind_with(expr, snapshot, &Alone)
}

/// Binds a query to a snapshot; large dictionaries are looked through by the crew.
pub fn bind_with(expr: &Expr, snapshot: &Snapshot, crew: &dyn Crew) -> Plan {
    Plan {
        root: node(expr, On { snapshot, crew }),
    }
}

/// What a query is bound to, and the hands that help.
#[derive(Clone, Copy)]
struct On<'a> {
    snapshot: &'a Snapshot,
    crew: &'a dyn Crew,
}

fn node(expr: &Expr, on: On<'_>) -> Node {
    match expr {
        Expr::All => Node::Fixed(true),
        Expr::And(parts) => Node::all_of(parts.iter().map(|e| node(e, on)).collect()),
        Expr::Or(parts) => Node::any_of(parts.iter().map(|e| node(e, on)).collect()),
        Expr::Not(inner) => Node::Not(Box::new(node(inner, on))),
        Expr::Macro(_, body) => node(body, on),
        Expr::Text(needle) => anywhere(needle, on),
        Expr::Test(test) => {
            let parts = test.values.iter();
            Node::any_of(parts.map(|value| term(test, value, on)).collect())
        }
    }
}

/// Columns that hold values of the record as they stand there.
pub const VERBATIM: [Col; 6] = [Col::What, Col::Svc, Col::Region, Col::Ip, Col::Ua, Col::Key];

/// Text anywhere: a value of a column that holds it spares reading the record.
fn anywhere(needle: &Needle, on: On<'_>) -> Node {
    let matcher = match needle {
        Needle::Word(pattern) => Matcher::word(pattern, Rule::Part),
        Needle::Regex(regex) => Matcher::Regex(regex.compiled().clone()),
    };
    if matches!(matcher, Matcher::Holds(_)) && on.snapshot.tells_all() {
        // Who asks which rows hold it asks the columns, too.
        return Node::Text(Box::new(Atom::text(needle)), Vec::new());
    }
    let showing = VERBATIM.map(|col| (col, CodeSet::from(names(Some(col), &matcher, on))));
    let showing = showing.into_iter().filter(|(_, codes)| !codes.is_empty());
    Node::Text(Box::new(Atom::text(needle)), showing.collect())
}

/// One value of a comparison.
fn term(test: &Test, value: &Value, on: On<'_>) -> Node {
    let snapshot = on.snapshot;
    if let Value::List(_, values) = value {
        return Node::any_of(values.iter().map(|v| term(test, v, on)).collect());
    }
    let field = match &test.subject {
        Subject::Path(path) => return in_record(path.steps(), test.op, value, Rule::Whole),
        Subject::Field(field) => *field,
    };
    let spec = field.spec();
    let rule = match spec.class {
        Class::Name => Rule::Component,
        Class::Text => Rule::Part,
        _ => Rule::Whole,
    };
    match spec.home {
        Home::Column(col) => column(field, col, test.op, value, rule, on),
        Home::Principal => principals(test.op, value, snapshot),
        Home::Person => persons(test.op, value, snapshot),
        Home::Flag(Flag::Xacct) => {
            let crossing = || Box::new(Crossing::of(snapshot));
            match value {
                Value::Bool(yes) => Node::Crosses(Some(*yes), crossing()),
                Value::Any => Node::Crosses(None, crossing()),
                _ => Node::Fixed(false),
            }
        }
        Home::Resources => match Matcher::of(value, test.op, Rule::Names) {
            Some(matcher) => {
                let resources = snapshot.resources();
                let mut table = names(None, &matcher, on);
                for sym in snapshot.names().given() {
                    if let Some(given) = as_given(resources.text(*sym))
                        && let Some(fits) = table.get_mut(sym.code() as usize)
                    {
                        *fits |= matcher.matches(given);
                    }
                }
                snapshot.names().widen(&mut table);
                Node::Resources(table.into())
            }
            None => Node::Fixed(false),
        },
        Home::Kind => match Matcher::of(value, test.op, rule) {
            Some(matcher) => Node::Resources(kinds(&matcher, snapshot).into()),
            None => Node::Fixed(false),
        },
        Home::Time => time(field, test.op, value),
        Home::Flag(flag) => match value {
            Value::Verb(verb) => Node::Fact(FactTest::Verb(*verb)),
            Value::Bool(yes) => Node::Fact(FactTest::Flag(flag, Some(*yes))),
            Value::Any => Node::Fact(FactTest::Flag(flag, None)),
            _ => Node::Fixed(false),
        },
        Home::Id => id(test.op, value, snapshot),
        Home::Record => {
            let key = match field {
                Field::Req => "requestID",
                Field::Shared => "sharedEventID",
                _ => "errorMessage",
            };
            // A field is absent where its text is empty; a path is not.
            let filled = Value::Word(Pattern {
                text: "?*".to_owned(),
                how: How::Wild,
            });
            let (value, op, rule) = match value {
                Value::Any => (&filled, Op::Has, Rule::Whole),
                value => (value, test.op, rule),
            };
            in_record(&[Step::Key(key.to_owned())], op, value, rule)
        }
        Home::Derived(derived) => match Matcher::of(value, test.op, rule) {
            Some(matcher) => {
                let base = derived.base();
                let dict = snapshot.dict(base);
                let fitting = dict.matching(|text| fits_derived(derived, &matcher, text, snapshot));
                Node::Column(base, fitting.into())
            }
            None => Node::Fixed(false),
        },
        Home::File => match Matcher::of(value, test.op, rule) {
            Some(matcher) => {
                let names = snapshot.files().all();
                Node::Files(
                    names
                        .iter()
                        .map(|name| matcher.matches(name.name()))
                        .collect(),
                )
            }
            None => Node::Fixed(false),
        },
        Home::Bytes => match Matcher::of(value, test.op, rule) {
            Some(matcher) => Node::Bytes(Box::new(matcher)),
            None => Node::Fixed(false),
        },
        Home::Presence => match value {
            Value::Subject(subject) => {
                let there = Test {
                    subject: subject.clone(),
                    op: Op::Has,
                    values: vec![Value::Any],
                };
                term(&there, &Value::Any, on)
            }
            _ => Node::Fixed(true),
        },
        Home::First | Home::Flip => match value {
            Value::Marking(marking) => Node::Marked(marking.rows(snapshot)),
            _ if spec.home == Home::Flip => Node::Marked(Marking::Flip(None).rows(snapshot)),
            _ => Node::any_of(
                NEWS.iter()
                    .map(|field| Node::Marked(Marking::New(*field, None).rows(snapshot)))
                    .collect(),
            ),
        },
        // The parser keeps these out of every tree it gives.
        Home::Later(_) => Node::Fixed(false),
    }
}

/// For each resource whether its kind fits; kinds are few, so each is asked once.
fn kinds(matcher: &Matcher, snapshot: &Snapshot) -> Vec<bool> {
    let mut known: HashMap<Kind<'_>, bool> = HashMap::new();
    let resources = snapshot.resources();
    let fits = resources.iter().map(|(_, name)| {
        Kind::of(name).is_some_and(|kind| {
            *known
                .entry(kind)
                .or_insert_with(|| kind.names().iter().any(|name| matcher.matches(name)))
        })
    });
    std::iter::once(false).chain(fits).collect()
}

fn in_record(steps: &[Step], op: Op, value: &Value, rule: Rule) -> Node {
    match Matcher::of(value, op, rule) {
        Some(matcher) => Node::Atom(Box::new(Atom::path(steps, matcher))),
        None => Node::Fixed(false),
    }
}

fn column(field: Field, col: Col, op: Op, value: &Value, rule: Rule, on: On<'_>) -> Node {
    let snapshot = on.snapshot;
    let dict = snapshot.dict(col);
    match value {
        Value::Outcome(outcome) => return Node::Fact(FactTest::Outcome(*outcome)),
        Value::Address(address) => return addresses(address, snapshot),
        _ => {}
    }
    if field == Field::What
        && let Value::Word(pattern) = value
        && let Some((service, call)) = pattern.text.split_once(':')
    {
        return service_call(service, call, pattern.how, op, snapshot);
    }
    let Some(matcher) = Matcher::of(value, op, rule) else {
        return Node::Fixed(false);
    };
    if field == Field::Session {
        return sessions(matcher, value, snapshot);
    }
    let fitting = match field {
        Field::What => dict.matching(|text| fits_call(&matcher, text, op)),
        Field::Svc => dict.matching(|text| fits_service(&matcher, text)),
        _ => names(Some(col), &matcher, on),
    };
    Node::Column(col, fitting.into())
}

/// For each symbol of a column, or of the resources where none is given, whether its string fits,
/// by looking only at strings that can.
fn names(col: Option<Col>, matcher: &Matcher, On { snapshot, crew }: On<'_>) -> Vec<bool> {
    let dict = col.map_or(snapshot.resources(), |col| snapshot.dict(col));
    let test = |text: &str| matcher.matches(text);
    match (matcher.needs(), matcher.fit()) {
        (Some(text), Some(fit)) => snapshot.names_that_fit(col, (fit, &text), crew, test),
        (Some(text), None) => dict.matching_with(&text, crew, test),
        (None, _) => dict.matching(test),
    }
}

/// A call's name as recorded, or without its API date unless it must be exact.
fn fits_call(matcher: &Matcher, name: &str, op: Op) -> bool {
    matcher.matches(name) || op != Op::Is && matcher.matches(fold_name(name))
}

/// A service by its DNS name, by what stands before the domain, or by the name people use.
fn fits_service(matcher: &Matcher, name: &str) -> bool {
    matcher.matches(name)
        || matcher.matches(service::short(name))
        || matcher.matches(service::friendly(name))
}

/// What a value is made into, by its name or by the kind of thing it is.
fn fits_derived(derived: Derived, matcher: &Matcher, text: &str, snapshot: &Snapshot) -> bool {
    let kind = match derived {
        Derived::Tool => agent::known_tool(text),
        Derived::Os => agent::system(text),
        Derived::Asn | Derived::Cc | Derived::Net => None,
    };
    kind.is_some_and(|(_, kind)| matcher.matches(kind))
        || snapshot
            .derived(derived, text)
            .is_some_and(|value| matcher.matches(&value))
}

/// `what:iam:Create*`: the call of one service.
fn service_call(service: &str, call: &str, how: How, op: Op, snapshot: &Snapshot) -> Node {
    let services = Matcher::word(&Pattern::word(service), Rule::Whole);
    let svc = snapshot.dict(Col::Svc);
    let services = svc.matching(|text| fits_service(&services, text));
    let calls = match (op, how) {
        _ if call == "*" || call.is_empty() && how == How::Prefix => Matcher::Any,
        (Op::Is, _) => Matcher::Exact(call.to_owned()),
        (_, How::Wild) => Matcher::word(&Pattern::word(call), Rule::Whole),
        _ => Matcher::word(
            &Pattern {
                text: call.to_owned(),
                how,
            },
            Rule::Whole,
        ),
    };
    let what = snapshot.dict(Col::What);
    let calls = what.matching(|text| fits_call(&calls, text, op));
    Node::all_of(vec![
        Node::Column(Col::Svc, services.into()),
        Node::Column(Col::What, calls.into()),
    ])
}

fn addresses(wanted: &Address, snapshot: &Snapshot) -> Node {
    let text = match wanted {
        Address::Text(pattern) => Some(Matcher::word(pattern, Rule::Whole)),
        _ => None,
    };
    let mut table = snapshot.dict(Col::Ip).matching(|recorded| {
        let address = recorded.parse::<IpAddr>().ok();
        match (wanted, address) {
            (Address::Text(_), _) => text.as_ref().is_some_and(|m| m.matches(recorded)),
            (Address::Aws, None) => is_aws(recorded),
            (_, Some(address)) => wanted.holds(address),
            (_, None) => false,
        }
    });
    if *wanted == Address::Absent
        && let Some(absent) = table.first_mut()
    {
        *absent = true;
    }
    Node::Column(Col::Ip, table.into())
}

/// Whether what stands in place of an address says that AWS itself called.
fn is_aws(recorded: &str) -> bool {
    recorded.eq_ignore_ascii_case("AWS Internal") || recorded.contains(".amazonaws.com")
}

/// Principals by their names; `=` means the key, as a pivot writes it, before it means a name.
fn principals(op: Op, value: &Value, snapshot: &Snapshot) -> Node {
    let Some(matcher) = Matcher::of(value, op, Rule::Component) else {
        return Node::Fixed(false);
    };
    let mut table = vec![false; snapshot.dict(Col::Principal).len() + 1];
    let mut mark = |test: &dyn Fn(&Principal) -> bool| {
        let mut found = false;
        for (sym, principal) in snapshot.principals() {
            if test(principal)
                && let Some(yes) = table.get_mut(sym.code() as usize)
            {
                *yes = true;
                found = true;
            }
        }
        found
    };
    let by_key = op == Op::Is && mark(&|p| matcher.matches(&p.key));
    if !by_key {
        mark(&|p| fits_principal(&matcher, p));
    }
    Node::Column(Col::Principal, table.into())
}

/// Rows of the persons of a name, whatever session they acted in; `=` means a key, a person's
/// before a literal caller's, before it means a name.
fn persons(op: Op, value: &Value, snapshot: &Snapshot) -> Node {
    let Some(matcher) = Matcher::of(value, op, Rule::Component) else {
        return Node::Fixed(false);
    };
    let people = snapshot.people();
    let mut wanted = vec![false; people.len() + 1];
    let mut mark = |test: &dyn Fn(&Principal) -> bool| {
        let mut found = false;
        for (number, _) in people.iter().filter(|(_, p)| test(p)) {
            if let Some(yes) = wanted.get_mut(number as usize) {
                *yes = true;
                found = true;
            }
        }
        found
    };
    if op == Op::Is {
        let is_person = mark(&|p| matcher.matches(&p.key));
        let is_caller = snapshot.principals().any(|(_, p)| matcher.matches(&p.key));
        if !is_person && is_caller {
            return principals(op, value, snapshot);
        }
        if is_person {
            return by_person(&wanted, snapshot);
        }
    }
    mark(&|p| fits_principal(&matcher, p));
    by_person(&wanted, snapshot)
}

/// Sessions of the persons wanted, by their number.
fn by_person(wanted: &[bool], snapshot: &Snapshot) -> Node {
    let sessions = (0..snapshot.sessions().len()).filter_map(Sym::at);
    let people = snapshot.people();
    let table: Vec<bool> = std::iter::once(false)
        .chain(sessions.map(|sym| {
            let number = people.number_of(sym) as usize;
            number > 0 && wanted.get(number).copied().unwrap_or(false)
        }))
        .collect();
    Node::Column(Col::Session, table.into())
}

fn fits_principal(matcher: &Matcher, p: &Principal) -> bool {
    matcher.matches(&p.key)
        || matcher.matches(&p.label)
        || p.ids.iter().any(|id| matcher.matches(id))
        || p.names.iter().any(|name| matcher.matches(name))
}

/// The shortest part of a session's name that stands for it.
const SHORTEST_SESSION: usize = 4;

/// A session and what is a part of it, by its name or the beginning of it.
fn sessions(matcher: Matcher, value: &Value, snapshot: &Snapshot) -> Node {
    let dict = snapshot.dict(Col::Session);
    let begins = match value {
        Value::Word(p) if p.how == How::Literal && p.text.len() >= SHORTEST_SESSION => {
            let start = Pattern {
                how: How::Prefix,
                ..p.clone()
            };
            Matcher::word(&start, Rule::Whole)
        }
        _ => matcher,
    };
    let mut table = dict.matching(|name| begins.matches(name));
    let people = snapshot.people();
    let parts: Vec<usize> = (0..dict.len())
        .filter_map(Sym::at)
        .filter(|sym| table.get(people.home(*sym).code() as usize) == Some(&true))
        .map(|sym| sym.code() as usize)
        .collect();
    for part in parts {
        if let Some(yes) = table.get_mut(part) {
            *yes = true;
        }
    }
    Node::Column(Col::Session, table.into())
}

fn time(field: Field, op: Op, value: &Value) -> Node {
    let when = match value {
        Value::Any => return Node::Time(TimeRange::ALL),
        Value::When(when) => when,
        _ => return Node::Fixed(false),
    };
    let range = when.range();
    let from = |start: UtcMicros| TimeRange {
        start,
        ..TimeRange::ALL
    };
    let up_to = |end: UtcMicros| TimeRange {
        end,
        ..TimeRange::ALL
    };
    Node::Time(match (field, op) {
        (Field::Since, _) | (Field::Time, Op::AtLeast) => from(range.start),
        (Field::Until, _) | (Field::Time, Op::Less) => up_to(range.start),
        (Field::Time, Op::More) => from(range.end),
        (Field::Time, Op::AtMost) => up_to(range.end),
        _ => range,
    })
}

fn id(op: Op, value: &Value, snapshot: &Snapshot) -> Node {
    let Some(matcher) = Matcher::of(value, op, Rule::Whole) else {
        return Node::Fixed(false);
    };
    let odd = snapshot.odd_ids().matching(|text| matcher.matches(text));
    Node::Id(match value {
        Value::Any => IdTest::Present,
        Value::Word(pattern) if op == Op::Is => IdTest::Is(uuid_bits(&pattern.text), odd),
        Value::Word(pattern) if pattern.how == How::Literal => {
            IdTest::Is(uuid_bits(&pattern.text.to_ascii_lowercase()), odd)
        }
        _ => IdTest::Text(matcher, odd),
    })
}
