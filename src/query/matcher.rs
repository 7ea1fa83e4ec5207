//! One value against one text: the rules of the field classes, made ready once per question.
//!
//! Refuses to know: columns, rows and JSON.

use regex::Regex;

use crate::base::text::{self, Wildcard};
use crate::event::resource::Arn;
use crate::index::earlier::Fit;
use crate::query::ast::{Op, Value};
use crate::query::number::Number;
use crate::query::pattern::{How, Pattern};

/// How words compare where the class leaves a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// The whole value.
    Whole,
    /// The whole value, or a run of whole components of it.
    Component,
    /// The same, wildcards too: every name that one thing goes by is such a run.
    Names,
    /// A part of the value.
    Part,
}

/// A value, ready to be compared with texts.
#[derive(Debug, Clone)]
pub enum Matcher {
    /// Any text.
    Any,
    /// This text, minding case.
    Exact(String),
    /// This text, ignoring case; held folded.
    Whole(String),
    /// This text or a run of whole components, ignoring case; held folded.
    Component(String),
    /// A text that begins with this, ignoring case; held folded.
    Starts(String),
    /// A name a component of which begins with this, ignoring case; held folded.
    ComponentStarts(String),
    /// A text that holds this, ignoring case; held folded.
    Holds(String),
    /// A text of this shape.
    Wild(Wildcard),
    /// A text of this shape, or a run of whole components of it that is; whether the shape writes
    /// what stands between components.
    WildName(Wildcard, bool),
    /// A text the expression finds itself in.
    Regex(Regex),
    /// A number in this order to the text's.
    Compare(Op, Number),
    /// A number from the first to the last.
    Between(Number, Number),
    /// Any of these.
    AnyOf(Vec<Self>),
}

impl Matcher {
    /// Makes a value ready; `None` for one that is no text at all.
    pub fn of(value: &Value, op: Op, rule: Rule) -> Option<Self> {
        Some(match value {
            Value::Any => Self::Any,
            Value::Word(pattern) if op == Op::Is => Self::Exact(pattern.text.clone()),
            Value::Word(pattern) => Self::word(pattern, rule),
            Value::Regex(regex) => Self::Regex(regex.compiled().clone()),
            Value::Number(number) => Self::Compare(op, *number),
            Value::Numbers(from, to) => Self::Between(*from, *to),
            Value::List(_, values) => Self::AnyOf(
                values
                    .iter()
                    .filter_map(|value| Self::of(value, op, rule))
                    .collect(),
            ),
            _ => return None,
        })
    }

    /// Makes a word ready.
    pub fn word(pattern: &Pattern, rule: Rule) -> Self {
        let folded = text::fold(&pattern.text);
        match (pattern.how, rule) {
            (How::Wild, Rule::Part) => Self::Wild(Wildcard::new(&format!("*{}*", pattern.text))),
            (How::Wild, Rule::Names) => {
                let splits = pattern.text.contains(text::splits);
                Self::WildName(Wildcard::new(&pattern.text), splits)
            }
            (How::Wild, _) => Self::Wild(Wildcard::new(&pattern.text)),
            (_, Rule::Part) => Self::Holds(folded),
            (How::Prefix, Rule::Component | Rule::Names) => Self::ComponentStarts(folded),
            (How::Prefix, Rule::Whole) => Self::Starts(folded),
            (How::Literal, Rule::Component | Rule::Names) => Self::Component(folded),
            (How::Literal, Rule::Whole) => Self::Whole(folded),
        }
    }

    /// Folded ASCII that stands, whatever its case, in every text that fits; `None` where there is
    /// no such text.
    pub fn needs(&self) -> Option<String> {
        let needle = match self {
            Self::Exact(wanted) => wanted.to_ascii_lowercase(),
            Self::Whole(wanted)
            | Self::Component(wanted)
            | Self::Starts(wanted)
            | Self::ComponentStarts(wanted)
            | Self::Holds(wanted) => wanted.clone(),
            Self::Wild(wildcard) | Self::WildName(wildcard, _) => wildcard.longest_run(),
            Self::Any | Self::Regex(_) | Self::Compare(..) | Self::Between(..) | Self::AnyOf(_) => {
                return None;
            }
        };
        (!needle.is_empty() && needle.is_ascii()).then_some(needle)
    }

    /// How names are compared, where what fits this text fits every text it begins with.
    pub fn fit(&self) -> Option<Fit> {
        match self {
            Self::Holds(_) => Some(Fit::Holds),
            Self::Starts(_) => Some(Fit::Starts),
            // `user` begins no component of `user/alice`, which `user/` does.
            Self::ComponentStarts(wanted) => {
                let splits = wanted.chars().filter(|c| text::splits(*c));
                Some(Fit::Component(splits.count()))
            }
            _ => None,
        }
    }

    /// Whether a text fits.
    pub fn matches(&self, value: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Exact(wanted) => wanted == value,
            Self::Whole(wanted) => same(value, wanted),
            Self::Component(wanted) => {
                same(value, wanted)
                    || text::with_folded(value, |folded| {
                        let name = named_part(folded);
                        text::has_component(name.text, wanted) && !name.is_only_its_type(wanted)
                    })
            }
            Self::Starts(wanted) => {
                text::with_folded(value, |folded| folded.starts_with(wanted.as_str()))
            }
            Self::ComponentStarts(wanted) => {
                may_begin_component(value, wanted)
                    && text::with_folded(value, |folded| {
                        let name = named_part(folded);
                        folded.starts_with(wanted.as_str()) || name.has_component_like(wanted)
                    })
            }
            Self::Holds(wanted) => {
                text::with_folded(value, |folded| folded.contains(wanted.as_str()))
            }
            Self::Wild(wildcard) => wildcard.matches(value),
            Self::WildName(wildcard, splits) => {
                wildcard.matches(value)
                    || text::with_folded(value, |folded| {
                        named_part(folded).has_run_like(wildcard, *splits)
                    })
            }
            Self::Regex(regex) => regex.is_match(value),
            Self::Compare(op, wanted) => Number::parse(value).is_some_and(|number| {
                let order = number.order(*wanted);
                match op {
                    Op::Less => order.is_lt(),
                    Op::AtMost => order.is_le(),
                    Op::More => order.is_gt(),
                    Op::AtLeast => order.is_ge(),
                    Op::Has | Op::Is | Op::Match => order.is_eq(),
                }
            }),
            Self::Between(from, to) => {
                Number::parse(value).is_some_and(|n| n.order(*from).is_ge() && n.order(*to).is_le())
            }
            Self::AnyOf(any) => any.iter().any(|m| m.matches(value)),
        }
    }
}

/// Whether `wanted`, which is folded, begins where a component of a value can: most values are
/// ruled out by this one look.
fn may_begin_component(value: &str, wanted: &str) -> bool {
    let (bytes, wanted) = (value.as_bytes(), wanted.as_bytes());
    if !value.is_ascii() {
        return true;
    }
    let begins = |at: usize| {
        bytes
            .get(at..at + wanted.len())
            .is_some_and(|here| here.eq_ignore_ascii_case(wanted))
    };
    let Some(first) = wanted.first() else {
        return true;
    };
    let splits = |at: usize| text::splits(bytes[at].into());
    let (lower, upper) = (first.to_ascii_lowercase(), first.to_ascii_uppercase());
    let mut places = memchr::memchr2_iter(lower, upper, bytes);
    places.any(|at| (at == 0 || splits(at - 1)) && begins(at))
}

/// Whether `value` is `folded`, which is folded already, ignoring case.
fn same(value: &str, folded: &str) -> bool {
    if value.is_ascii() {
        value.eq_ignore_ascii_case(folded)
    } else {
        text::fold(value) == folded
    }
}

/// The part of a name that components are looked for in.
struct Named<'a> {
    text: &'a str,
    /// The word that says what kind of identity it is: `user` of `user/alice`.
    kind: Option<&'a str>,
}

/// What IAM and STS write before the names of identities.
const IDENTITY_KINDS: [&str; 6] = [
    "user",
    "role",
    "assumed-role",
    "federated-user",
    "group",
    "instance-profile",
];

/// The part of a folded name after an ARN's account; the whole of any other name.
fn named_part(folded: &str) -> Named<'_> {
    let (text, may_have_kind) = match Arn::parse(folded) {
        Some(arn) => (arn.resource, matches!(arn.service, "iam" | "sts")),
        // An ARN that is not quite one has a head all the same.
        None => match folded.splitn(6, ':').nth(5) {
            Some(resource) if folded.starts_with("arn:") => (resource, false),
            _ => (folded, true),
        },
    };
    let kind = text
        .split_once('/')
        .map(|(kind, _)| kind)
        .filter(|kind| may_have_kind && IDENTITY_KINDS.contains(kind));
    Named { text, kind }
}

impl Named<'_> {
    /// Whether a run of whole components is of a shape. What says the kind of an identity begins one
    /// only for a shape that `splits`: `res:us*` would else be every user.
    fn has_run_like(&self, wildcard: &Wildcard, splits: bool) -> bool {
        let skip = self
            .kind
            .filter(|_| !splits)
            .map_or(0, |kind| kind.len() + 1);
        let text = self.text.get(skip..).unwrap_or(self.text);
        wildcard.matches_run(text)
    }

    /// Whether `wanted` is found as the kind of the identity and nowhere else: `who:user` would
    /// else be everyone.
    fn is_only_its_type(&self, wanted: &str) -> bool {
        self.kind == Some(wanted)
            && self
                .text
                .get(wanted.len() + 1..)
                .is_none_or(|rest| !text::has_component(rest, wanted))
    }

    /// Whether a component begins with `wanted`.
    fn has_component_like(&self, wanted: &str) -> bool {
        let skip = self.kind.map_or(0, |kind| kind.len() + 1);
        let rest = self.text.get(skip..).unwrap_or(self.text);
        let (bytes, begin) = (rest.as_bytes(), wanted.as_bytes());
        let follows = |at: usize| {
            let before = at.checked_sub(1).and_then(|before| bytes.get(before));
            before.is_some_and(|before| text::splits((*before).into()))
        };
        let mut places = memchr::memchr_iter(begin.first().copied().unwrap_or(0), bytes);
        rest.starts_with(wanted)
            || self.text.starts_with(wanted) && wanted.contains(text::splits)
            || places.any(|at| follows(at) && bytes[at..].starts_with(begin))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::crew::Alone;
    use crate::index::snapshot::Snapshot;
    use crate::index::symbols::SymbolsWriter;

    fn check(rule: Rule, word: &str, value: &str, yes: bool) {
        let matcher = Matcher::word(&Pattern::word(word), rule);
        assert_eq!(matcher.matches(value), yes, "{rule:?} {word} {value}");
    }

    #[test]
    fn rules() {
        check(Rule::Whole, "createuser", "CreateUser", true);
        check(Rule::Whole, "Create", "CreateUser", false);
        check(Rule::Whole, "Create*", "CreateUser", true);
        check(Rule::Part, "CLI", "aws-cli/2", true);
        check(Rule::Part, "aws*2", "x aws-cli/2.1", true);
        check(Rule::Component, "alice", "arn:aws:iam::1:user/Alice", true);
        check(
            Rule::Component,
            "user/alice",
            "arn:aws:iam::1:user/Alice",
            true,
        );
        check(Rule::Component, "user", "arn:aws:iam::1:user/Alice", false);
        check(Rule::Component, "user", "user/user", true);
        check(Rule::Component, "aws", "arn:aws:iam::1:user/Alice", false);
        check(Rule::Component, "user", "arn:aws:s3:::user/x", true);
        for (word, yes) in [("arn", false), ("sts", false), ("alice", true)] {
            check(Rule::Component, word, "arn:aws::sts:1:role/alice", yes);
        }
        check(Rule::Component, "root", "root", true);
        check(Rule::Component, "alice*", "user/alice", false);
        let lb = "arn:aws:elasticloadbalancing:us-west-2:1:loadbalancer/app/web-1/50dc";
        for (word, yes) in [
            ("web-*", true),
            ("web-?", true),
            ("WEB-?", true),
            ("app/web-?", true),
            ("app/*/50dc", true),
            ("*-1", true),
            ("*dc", true),
            ("arn:*:loadbalancer/*", true),
            ("eb-*", false),
            ("web-", false),
            ("w?b", false),
            ("us-west-*", false),
            ("1*", false),
            ("aws:*", false),
            ("?50dc", false),
        ] {
            check(Rule::Names, word, lb, yes);
        }
        for (word, yes) in [
            ("us*", false),
            ("ali*", true),
            ("user/al*", true),
            ("u*/a*", true),
        ] {
            check(Rule::Names, word, "arn:aws:iam::1:user/alice", yes);
        }
        check(
            Rule::Names,
            "falsimentis-*",
            "arn:aws:s3:::falsimentis-log",
            true,
        );
        check(Rule::Names, "user", "arn:aws:iam::1:user/Alice", false);
    }

    #[test]
    fn prefixes_begin_components() {
        let prefix = |word: &str, rule| {
            let pattern = Pattern {
                text: word.to_owned(),
                how: How::Prefix,
            };
            Matcher::word(&pattern, rule)
        };
        assert!(prefix("ali", Rule::Component).matches("arn:aws:iam::1:user/alice"));
        assert!(prefix("user/al", Rule::Component).matches("arn:aws:iam::1:user/alice"));
        assert!(!prefix("us", Rule::Component).matches("arn:aws:iam::1:user/alice"));
        assert!(!prefix("lice", Rule::Component).matches("user/alice"));
        assert!(prefix("Crea", Rule::Whole).matches("createuser"));
    }

    proptest! {
        /// What fits a word while it is typed is what a look at every name says.
        #[test]
        fn names_of_a_word_that_is_typed_on(
            names in prop::collection::btree_set("(user/|arn:aws:iam::1:role/)?[aB/:]{0,4}", 0..40),
            word in "(use|u|a)?[aB/:]{1,5}",
            rule in prop_oneof![Just(Rule::Component), Just(Rule::Whole), Just(Rule::Part)],
        ) {
            let mut writer = SymbolsWriter::default();
            for n in 0..400 {
                writer.intern(&format!("other {n}"));
            }
            for name in &names {
                writer.intern(name);
            }
            let resources = writer.freeze();
            let snapshot = Snapshot { resources: resources.clone(), ..Snapshot::default() };
            for end in 1..=word.len() {
                let pattern = Pattern { text: word[..end].to_owned(), how: How::Prefix };
                let matcher = Matcher::word(&pattern, rule);
                let (text, fit) = (matcher.needs().unwrap(), matcher.fit().unwrap());
                let test = |name: &str| matcher.matches(name);
                for _ in 0..2 {
                    let table = snapshot.names_that_fit(None, (fit, &text), &Alone, test);
                    prop_assert_eq!(&table, &resources.matching(test), "{} {:?}", &word[..end], rule);
                }
            }
        }

        #[test]
        fn the_first_look_rules_out_nothing_that_begins_a_component(
            value in "(arn:aws:iam::1:)?(user/)?[aB/:@#ü]{0,8}",
            wanted in "[ab/:]{1,3}",
        ) {
            let begins = text::with_folded(&value, |folded| {
                folded.starts_with(wanted.as_str()) || named_part(folded).has_component_like(&wanted)
            });
            prop_assert!(!begins || may_begin_component(&value, &wanted));
        }
    }
}
