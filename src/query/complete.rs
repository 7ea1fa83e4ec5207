//! What could stand at the caret: fields, values, the words between terms.
//!
//! Values come from a callback, ranked by how many events hold them, and are quoted where the
//! language needs it. Refuses to know: the index, and how a list is drawn.

use std::net::IpAddr;

use crate::base::span::Span;
use crate::base::text;
use crate::event::agent;
use crate::event::outcome::Verb;
use crate::event::resource::{Arn, is_ec2_id};
use crate::event::secret;
use crate::index::schema::{Class, FIELDS, Field, Home};
use crate::query::ast::{Op, Subject, Test, Value};
use crate::query::lexer::{self, Kind, Mark, Token};
use crate::query::marks::NEWS;
use crate::query::names::Names;
use crate::query::number::Rank;
use crate::query::pattern::{Pattern, unquote};

/// Gives the values of a field that could go on from what is typed, each with the number of
/// events that hold it.
pub type Values<'a> = dyn Fn(Field, &str) -> Vec<(String, u64)> + 'a;

/// The most entries given.
const MOST: usize = 50;

/// One thing that could stand at the caret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The bytes it replaces.
    pub span: Span,
    /// What to put there.
    pub insert: String,
    /// What to show.
    pub label: String,
    /// A few words more: what a field means, how many events hold a value.
    pub detail: String,
}

/// What could stand at byte `cursor` of `text`, best first.
pub fn complete(text: &str, cursor: usize, values: &Values<'_>, names: &Names) -> Vec<Completion> {
    let cursor = (0..=cursor.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0);
    let Some(before) = text.get(..cursor) else {
        return Vec::new();
    };
    let tokens = lexer::tokens(before);
    let at_caret = |t: &&Token| t.span.end == cursor;
    let last = tokens.last().filter(at_caret);
    let mut found = match (last, term(&tokens)) {
        (last, Some((field, mark))) if stands_after(last, &tokens) => {
            match last.filter(|t| t.kind == Kind::Word && t.span.slice(before).starts_with('@')) {
                Some(token) => lists(before, *token, names),
                None => of_field(before, last, cursor, field, mark, values),
            }
        }
        (Some(token), _) if token.span.slice(before).starts_with('$') => {
            macros(before, *token, names)
        }
        (Some(token), _) if token.kind == Kind::Word => words(before, *token),
        (Some(token), _) if !matches!(token.kind, Kind::Not | Kind::Open) => Vec::new(),
        _ => fields("", Span::new(cursor, cursor)),
    };
    // The rest of the word under the caret is replaced with what stands before it.
    let tail = lexer::word(text.get(cursor..).unwrap_or("")).len();
    let mark = text.get(cursor..cursor + tail).unwrap_or("");
    if !mark.contains([':', '=', '~', '<', '>', '"', '/']) {
        for completion in &mut found {
            completion.span.end = cursor + tail;
        }
    }
    found.truncate(MOST);
    found
}

/// Macros whose names hold what is typed.
fn macros(before: &str, token: Token, names: &Names) -> Vec<Completion> {
    let typed = token.span.slice(before).trim_start_matches('$');
    let fits = names.macros.keys().filter(|name| name.contains(typed));
    fits.map(|name| Completion {
        span: token.span,
        insert: format!("${name} "),
        label: format!("${name}"),
        detail: names.about(name).to_owned(),
    })
    .collect()
}

/// Lists whose names hold what is typed.
fn lists(before: &str, token: Token, names: &Names) -> Vec<Completion> {
    let typed = token.span.slice(before).trim_start_matches('@');
    let fits = names.lists.iter().filter(|(name, _)| name.contains(typed));
    fits.map(|(name, values)| Completion {
        span: token.span,
        insert: format!("@{name}"),
        label: format!("@{name}"),
        detail: text::counted(values.len() as u64, "value"),
    })
    .collect()
}

/// The field and operator of the term the tokens end in.
fn term(tokens: &[Token]) -> Option<(Token, Mark)> {
    let at = tokens
        .iter()
        .rposition(|t| matches!(t.kind, Kind::Mark(_)))?;
    let Kind::Mark(mark) = tokens.get(at)?.kind else {
        return None;
    };
    let field = tokens.get(at.checked_sub(1)?)?;
    let values = tokens.get(at + 1..)?;
    let mut end = tokens.get(at)?.span.end;
    // Values hang together by commas, or stand in brackets that are still open.
    let mut open = 0;
    for (i, token) in values.iter().enumerate() {
        match token.kind {
            Kind::Open => open += 1,
            Kind::Close => open -= 1,
            Kind::Comma => {}
            _ => {
                let joined = i
                    .checked_sub(1)
                    .and_then(|i| values.get(i))
                    .is_some_and(|t| t.kind == Kind::Comma);
                if open == 0 && !joined && token.span.start != end {
                    return None;
                }
            }
        }
        end = token.span.end;
    }
    Some((*field, mark))
}

/// Whether the caret stands where a value of the last term goes on or begins.
fn stands_after(last: Option<&Token>, tokens: &[Token]) -> bool {
    let kind = last.or(tokens.last().filter(|t| t.kind == Kind::Comma));
    kind.is_some_and(|t| {
        matches!(
            t.kind,
            Kind::Mark(_) | Kind::Comma | Kind::Word | Kind::Quoted(false) | Kind::Open | Kind::Or
        )
    })
}

/// Values of the field before the caret.
fn of_field(
    before: &str,
    last: Option<&Token>,
    cursor: usize,
    head: Token,
    mark: Mark,
    values: &Values<'_>,
) -> Vec<Completion> {
    let Some(field) = Field::named(head.span.slice(before)) else {
        return Vec::new();
    };
    let value = last.filter(|t| matches!(t.kind, Kind::Word | Kind::Quoted(_)));
    let span = value.map_or(Span::new(cursor, cursor), |t| t.span);
    let slice = span.slice(before);
    let typed = if slice.starts_with('"') {
        unquote(slice)
    } else {
        slice.to_owned()
    };
    let op = match mark {
        Mark::Is | Mark::IsNot => Op::Is,
        Mark::Match | Mark::NoMatch => return Vec::new(),
        _ => Op::Has,
    };
    let folded = text::fold(&typed);
    let mut found: Vec<Completion> = fixed(field)
        .into_iter()
        .filter(|(word, _)| text::fold(word).starts_with(folded.as_str()))
        .map(|(word, detail)| Completion {
            span,
            insert: word.to_owned(),
            label: word.to_owned(),
            detail: detail.to_owned(),
        })
        .collect();
    let mut ranked = values(field, &typed);
    // A list over the prompt is seen by whoever stands behind.
    ranked.retain(|(value, _)| !secret::is_in_text(value));
    // What begins like the text comes first, then what holds it, then what only has its letters.
    let closeness = |value: &str| {
        let value = text::fold(value);
        (
            !value.starts_with(folded.as_str()),
            !value.contains(folded.as_str()),
        )
    };
    ranked.sort_by_cached_key(|(value, count)| {
        (closeness(value), std::cmp::Reverse(*count), value.clone())
    });
    found.extend(
        ranked
            .into_iter()
            .take(MOST)
            .map(|(value, count)| Completion {
                span,
                insert: spelled(field, op, &value),
                label: value,
                detail: text::counted(count, "event"),
            }),
    );
    found
}

/// A value as it must be written after the field.
pub fn spelled(field: Field, op: Op, value: &str) -> String {
    let test = Test {
        subject: Subject::Field(field),
        op,
        values: vec![Value::Word(Pattern::literal(value))],
    };
    let whole = test.to_string();
    let skip = field.name().len() + op.mark().len();
    // Addresses print bare by themselves; a word after `ip:` would be quoted without need.
    if field.spec().class == Class::Address && value.parse::<IpAddr>().is_ok() {
        return value.to_owned();
    }
    whole.get(skip..).unwrap_or("").to_owned()
}

/// The words a field knows by itself.
fn fixed(field: Field) -> Vec<(&'static str, &'static str)> {
    match (field, field.spec().class) {
        (Field::Verb, _) => Verb::ALL.map(|verb| (verb.name(), "class of calls")).into(),
        (Field::Tool, _) => agent::KINDS.to_vec(),
        (Field::New, _) => NEWS
            .iter()
            .map(|field| (field.name(), "new to the person"))
            .collect(),
        (Field::Flip, _) => vec![
            ("ok", "denied, and the same call succeeded within a day"),
            ("ok+1h", "within an hour"),
        ],
        (Field::Has, _) => FIELDS
            .iter()
            .filter(|spec| spec.listed)
            .map(|spec| (spec.name, spec.help))
            .chain([
                ("requestParameters", "what the call asked for"),
                ("responseElements", "what it answered"),
                ("additionalEventData", "what the service adds"),
                ("serviceEventDetails", "what a service did by itself"),
                ("tlsDetails", "how the connection was secured"),
            ])
            .collect(),
        (Field::Err, _) => vec![
            ("denied", "refused for want of permission"),
            ("throttled", "refused for going too fast"),
            ("none", "no error"),
        ],
        (_, Class::Address) => vec![
            ("public", "reachable from the whole Internet"),
            ("private", "not reachable from there"),
            ("aws", "a service, or AWS itself"),
            ("none", "no address on the record"),
        ],
        (_, Class::Bool) => vec![("yes", ""), ("no", "")],
        (_, Class::Severity) => Rank::ALL.map(|rank| (rank.name(), "severity")).into(),
        (Field::Last, _) => vec![
            ("15m", "the last quarter of an hour"),
            ("1h", "the last hour"),
            ("24h", "the last day"),
            ("7d", "the last week"),
        ],
        (Field::Near, _) => vec![("@+-30m", "around the event under the cursor")],
        (_, Class::Time) => vec![
            ("today", "the day of now"),
            ("yesterday", "the day before"),
            ("start", "the first event"),
            ("end", "the last event"),
        ],
        _ => Vec::new(),
    }
}

/// Fields that begin like a word, the words between terms, and the typed forms of pasted ids.
fn words(before: &str, token: Token) -> Vec<Completion> {
    let word = token.span.slice(before);
    let mut found: Vec<Completion> = seeds(word)
        .into_iter()
        .map(|field| {
            let insert = format!("{}:{}", field.name(), spelled(field, Op::Has, word));
            Completion {
                span: token.span,
                label: insert.clone(),
                insert,
                detail: field.spec().help.to_owned(),
            }
        })
        .collect();
    found.extend(fields(word, token.span));
    for joiner in ["AND", "OR", "NOT"] {
        if joiner.starts_with(word) {
            found.push(Completion {
                span: token.span,
                insert: format!("{joiner} "),
                label: joiner.to_owned(),
                detail: "joins terms".to_owned(),
            });
        }
    }
    found.extend(loosely(word, token.span, &found));
    found
}

/// The most fields offered for their letters alone.
const MOST_LOOSE: usize = 6;

/// Fields that have the letters of a word in their name or an alias, in order: those that hold the
/// word whole first, then the shortest. Those in `known` are there already.
fn loosely(word: &str, span: Span, known: &[Completion]) -> Vec<Completion> {
    let word = text::fold(word);
    if word.chars().count() < 2 {
        return Vec::new();
    }
    let closeness = |name: &str| {
        let name = text::fold(name);
        let holds = name.contains(word.as_str());
        (holds || has_letters(&name, &word)).then_some((!holds, name.len()))
    };
    let mut ranked: Vec<_> = FIELDS
        .iter()
        .filter(|spec| !matches!(spec.home, Home::Later(_)))
        .filter_map(|spec| {
            let names = std::iter::once(spec.name).chain(spec.aliases.iter().copied());
            let closest = names
                .filter_map(|name| Some((closeness(name)?, name)))
                .min()?;
            Some((closest.0, spec, closest.1))
        })
        .collect();
    ranked.sort_by_key(|(closeness, spec, _)| (*closeness, spec.name));
    let completions = ranked.into_iter().map(|(_, spec, name)| Completion {
        span,
        insert: format!("{}:", spec.name),
        label: if name == spec.name {
            name.to_owned()
        } else {
            format!("{} ({name})", spec.name)
        },
        detail: spec.help.to_owned(),
    });
    let is_new = |c: &Completion| !known.iter().any(|known| known.insert == c.insert);
    completions.filter(is_new).take(MOST_LOOSE).collect()
}

/// Whether a name has these letters in this order.
fn has_letters(name: &str, letters: &str) -> bool {
    let mut rest = name.chars();
    letters.chars().all(|letter| rest.any(|c| c == letter))
}

/// Fields whose name or alias begins like a word; names before aliases, then usable ones before later ones.
fn fields(word: &str, span: Span) -> Vec<Completion> {
    let word = text::fold(word);
    let mut ranked: Vec<(u8, Completion)> = FIELDS
        .iter()
        .filter_map(|spec| {
            let alias = spec
                .aliases
                .iter()
                .find(|alias| text::fold(alias).starts_with(word.as_str()));
            let by_name = spec.name.starts_with(word.as_str());
            if !by_name && alias.is_none() {
                return None;
            }
            let later = matches!(spec.home, Home::Later(_));
            let detail = if later {
                format!("{} (not available yet)", spec.help)
            } else {
                spec.help.to_owned()
            };
            let label = match alias {
                Some(alias) if !by_name => format!("{} ({alias})", spec.name),
                _ => spec.name.to_owned(),
            };
            let completion = Completion {
                span,
                insert: format!("{}:", spec.name),
                label,
                detail,
            };
            let exactly = spec.name == word;
            let rank = u8::from(!by_name) * 4 + u8::from(later) * 2 + u8::from(!exactly);
            Some((rank, completion))
        })
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked
        .into_iter()
        .map(|(_, completion)| completion)
        .collect()
}

/// The fields a pasted word belongs to by its form.
fn seeds(word: &str) -> Vec<Field> {
    let digits = word.bytes().all(|b| b.is_ascii_digit());
    let is_key = matches!(word.get(..4), Some("AKIA" | "ASIA"))
        && word.len() >= 16
        && word.bytes().all(|b| b.is_ascii_alphanumeric());
    if Arn::parse(word).is_some_and(|arn| matches!(arn.service, "iam" | "sts")) {
        vec![Field::Who, Field::Res]
    } else if word.starts_with("arn:aws") || is_ec2_id(word) {
        vec![Field::Res]
    } else if word.parse::<IpAddr>().is_ok() {
        vec![Field::Ip]
    } else if digits && word.len() == 12 {
        vec![Field::Acct, Field::AcctCaller]
    } else if is_key {
        vec![Field::Key, Field::Res]
    } else if word.len() == 36 && word.split('-').map(str::len).eq([8, 4, 4, 4, 12]) {
        vec![Field::Id, Field::Req, Field::Shared]
    } else {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values(field: Field, typed: &str) -> Vec<(String, u64)> {
        let all: &[(&str, u64)] = match field {
            Field::Who => &[("bob", 2), ("alice", 40), ("al ice", 3)],
            Field::Err => &[("DeniedByHand", 1)],
            Field::Ua => &[("app Bearer abc.123.xyz", 9), ("app/2", 1)],
            _ => &[],
        };
        all.iter()
            .filter(|(v, _)| v.to_lowercase().starts_with(&typed.to_lowercase()))
            .map(|(v, n)| ((*v).to_owned(), *n))
            .collect()
    }

    fn names() -> Names {
        let mut names = Names::built_in();
        let office = vec!["10.0.0.1".to_owned()];
        names.lists.insert("office".to_owned(), office);
        names
    }

    /// `|` is the caret; gives what the text becomes with each completion.
    fn check(text: &str, expected: &[&str]) {
        let cursor = text.find('|').unwrap();
        let text = text.replace('|', "");
        let got: Vec<String> = complete(&text, cursor, &values, &names())
            .iter()
            .take(expected.len().max(1))
            .map(|c| {
                format!(
                    "{}{}{}",
                    &text[..c.span.start],
                    c.insert,
                    &text[c.span.end..]
                )
            })
            .collect();
        assert_eq!(got, expected, "{text}");
    }

    #[test]
    fn at_the_caret() {
        check("wh|", &["who:", "what:"]);
        check("svc:s3 reg| x", &["svc:s3 region: x"]);
        check("eventna|", &["what:"]);
        check("who:|", &["who:alice", "who:\"al ice\"", "who:bob"]);
        check("who:al|", &["who:alice", "who:\"al ice\""]);
        check("who:bob,a|", &["who:bob,alice"]);
        check("-who:(bob|", &["-who:(bob"]);
        check("who:\"al i|", &["who:\"al ice\""]);
        check("err:d|", &["err:denied", "err:DeniedByHand"]);
        check("verb:wr| x", &["verb:write x"]);
        check("A|", &["who:"].map(|_| "actor:"));
        check("203.0.113.7|", &["ip:203.0.113.7"]);
        check("AKIAIOSFODNN7EXAMPLE|", &["key:AKIAIOSFODNN7EXAMPLE"]);
        check("ua~/x|", &[]);
        check("ua:app|", &["ua:app/2"]);
        check("who:bob |", &["who:bob who:"]);
        check("who:bob -$ia|", &["who:bob -$iac "]);
        check("$noi|", &["$noise "]);
        check("-ip:@o|", &["-ip:@office"]);
        check("sessio|", &["via:"].map(|_| "session:"));
        // By letters in the middle, or by some of them: what begins so stands first.
        check("address|", &["ip:"]);
        check("srcip|", &["ip:"]);
        check("agnt|", &["ua:"]);
        check("ro|", &["ro:"]);
        check("zzz|", &[]);
    }

    proptest! {
        #[test]
        fn spans_stay_inside(text in "(who:|[a-z(,\"|:]|é| ){0,12}", cursor in 0..30usize) {
            for c in complete(&text, cursor, &values, &names()) {
                prop_assert!(text.get(c.span.start..c.span.end).is_some());
            }
        }
    }
}
