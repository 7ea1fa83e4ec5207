//! The page about filters: from the field table, the operators and the macros, for screen and shell.

use crate::event::agent;
use crate::index::schema::{FIELDS, Home};
use crate::query::names::Names;

/// Some lines of the page under one title: what is written, and what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its title.
    pub title: &'static str,
    /// What is written, and what it means.
    pub lines: Vec<(String, String)>,
}

/// How terms are written.
const TERMS: &[(&str, &str)] = &[
    (
        "svc:iam err:denied",
        "terms beside each other must all hold",
    ),
    ("a OR b, (a OR b) c", "either; brackets group"),
    ("-svc:logs, NOT svc:logs", "must not hold"),
    ("who:alice,bob", "any of several values"),
    (
        "what:Create*, what:?etObject",
        "* is any text, ? any one character",
    ),
    (
        "what=GetObject, what!=GetObject",
        "exactly this, letter case and all; anything but this",
    ),
    ("ua~/kali|pacu/i, ua!~curl", "a regular expression; none"),
    ("err:*, -err:*", "there is a value; there is none"),
    (
        "\"not authorized\", /denied/i, curl",
        "text anywhere in the record, decoded JSON in it too",
    ),
    (
        ".requestParameters.maxCount>20",
        "a value of the record by its path; < <= > >= and 5..9 order numbers",
    ),
    (
        ".requestParameters.policyDocument.Statement[].Action:iam*",
        "paths go into lists ([] or [0]) and into JSON that is a text",
    ),
    (
        ".responseElements.\"aws:s3:arn\":*",
        "quote what is no plain name",
    ),
];

/// How times are written.
const TIMES: &[(&str, &str)] = &[
    (
        "t:2026-11-20T13:00Z..2026-11-20T15:30Z",
        "from and to; seconds, a zone, or only a day",
    ),
    (
        "t:14:00..14:30",
        "a time of day, where the evidence is of one day",
    ),
    (
        "last:30m, since:2h, until:yesterday",
        "counted back from the last event",
    ),
    (
        "near:2026-11-20T14:10Z+-30m, near:@-30m",
        "around a moment; @ is the event under the cursor",
    ),
];

/// The page about filters.
pub fn filters(names: &Names) -> Vec<Group> {
    let owned = |lines: &[(&str, &str)]| {
        let owned = lines
            .iter()
            .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()));
        owned.collect::<Vec<_>>()
    };
    let usable = FIELDS.iter().filter(|f| !matches!(f.home, Home::Later(_)));
    let macros = names
        .macros
        .keys()
        .map(|name| (format!("${name}"), names.about(name).to_owned()));
    let lists = names
        .lists
        .iter()
        .map(|(name, values)| (format!("@{name}"), values.join(", ")));
    vec![
        Group {
            title: "Filter language",
            lines: owned(TERMS),
        },
        Group {
            title: "Fields of filters",
            lines: usable
                .map(|f| (f.example.to_owned(), f.help.to_owned()))
                .collect(),
        },
        Group {
            title: "Times in filters",
            lines: owned(TIMES),
        },
        Group {
            title: "Kinds of tools, as in tool:attack",
            lines: owned(agent::KINDS),
        },
        Group {
            title: "Macros and lists; the config file names more",
            lines: macros.chain(lists).collect(),
        },
    ]
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::base::time::UtcMicros;
    use crate::query::{Context, parse};

    #[test]
    fn everything_the_page_writes_can_be_written() {
        let mut names = Names::built_in();
        names.covers.networks = true;
        names.covers.countries = true;
        let pages = filters(&names);
        let context = Context {
            evidence: Some((UtcMicros(0), UtcMicros(0))),
            cursor: Some(UtcMicros(0)),
            names: Arc::new(names),
            ..Context::default()
        };
        for group in &pages {
            for (written, _) in &group.lines {
                let tools = group.title.starts_with("Kinds");
                for term in written.split(", ") {
                    let term = if tools {
                        format!("tool:{term}")
                    } else {
                        term.to_owned()
                    };
                    let parsed = parse(&term, &context);
                    assert!(parsed.diagnostics.is_empty(), "{term}: {parsed:?}");
                }
            }
        }
    }
}
