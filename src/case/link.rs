//! A view written down in one line: `trailhound:view?v=1&f=who%3Aalice&e=3f1c…`.
//!
//! Letters, digits and `-._~` stand for themselves, every other byte is `%XX`, so that a link
//! survives chats, shells and mails. Keys of later versions are passed over; a link with a higher
//! `v` is refused with that reason. A link may come from anybody: it is only ever text to check.

use std::fmt::Write as _;

/// What every link begins with.
const HEAD: &str = "trailhound:view?";
/// The version of links that this program writes.
const VERSION: u32 = 1;
/// The longest link that is read, in bytes.
pub const LONGEST: usize = 64 * 1024;

/// A view, in words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Link {
    /// What the view is about: empty for the timeline, else `who`, `res` or `resources`.
    pub about: String,
    /// The exact name of the principal or resource, and its label.
    pub subject: (String, String),
    /// The filter.
    pub filter: String,
    /// Terms that are switched off, with their places.
    pub off: Vec<(usize, String)>,
    /// Letters of the kinds of events that are hidden.
    pub hidden: String,
    /// The name of the focused event.
    pub event: Option<String>,
    /// Lines of the list above it.
    pub offset: usize,
    /// The focused column of the list.
    pub column: usize,
    /// Whether the detail shows.
    pub detail: bool,
    /// Its tab.
    pub tab: usize,
    /// Folded paths.
    pub folded: Vec<String>,
    /// The name of the opened facet.
    pub facet: Option<String>,
    /// What else the screen keeps of a view, by a key of at least two letters.
    pub more: Vec<(String, String)>,
}

impl Link {
    /// The link as text.
    pub fn text(&self) -> String {
        let mut out = format!("{HEAD}v={VERSION}");
        let mut put = |key: &str, value: &str| {
            let _ = write!(out, "&{key}=");
            for byte in value.bytes() {
                if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                    out.push(char::from(byte));
                } else {
                    let _ = write!(out, "%{byte:02X}");
                }
            }
        };
        let mut some = |key: &str, value: &str| {
            if !value.is_empty() {
                put(key, value);
            }
        };
        some("s", &self.about);
        some("n", &self.subject.0);
        some("l", &self.subject.1);
        some("f", &self.filter);
        for (at, term) in &self.off {
            some("o", &format!("{at} {term}"));
        }
        some("h", &self.hidden);
        some("e", self.event.as_deref().unwrap_or(""));
        for (key, number) in [("w", self.offset), ("c", self.column), ("t", self.tab)] {
            if number > 0 {
                some(key, &number.to_string());
            }
        }
        some("d", if self.detail { "1" } else { "" });
        let mut folded = self.folded.clone();
        folded.sort();
        for path in &folded {
            some("x", path);
        }
        some("z", self.facet.as_deref().unwrap_or(""));
        for (key, value) in &self.more {
            some(key, value);
        }
        out
    }

    /// Reads a link.
    ///
    /// # Errors
    /// Why it is none, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.len() > LONGEST {
            return Err(format!("a link has at most {LONGEST} bytes"));
        }
        let Some(rest) = text.strip_prefix(HEAD) else {
            return Err(format!(
                "this is no link: one begins with {HEAD} (y l copies one)"
            ));
        };
        let mut link = Self::default();
        let mut version = None;
        for pair in rest.split('&') {
            let Some((key, value)) = pair.split_once('=') else {
                return Err(format!("the link is damaged at {:?}", brief(pair)));
            };
            let Some(value) = unescaped(value) else {
                return Err(format!("the link is damaged at {:?}", brief(pair)));
            };
            let number = || {
                value
                    .parse::<usize>()
                    .ok()
                    .ok_or_else(|| format!("the link is damaged: {key} is no number"))
            };
            match key {
                "v" => version = value.parse::<u32>().ok(),
                "s" => link.about = value,
                "n" => link.subject.0 = value,
                "l" => link.subject.1 = value,
                "f" => link.filter = value,
                "o" => {
                    let (at, term) = value.split_once(' ').unwrap_or(("0", &value));
                    link.off.push((at.parse().unwrap_or(0), term.to_owned()));
                }
                "h" => link.hidden = value,
                "e" => link.event = Some(value),
                "w" => link.offset = number()?,
                "c" => link.column = number()?,
                "d" => link.detail = value == "1",
                "t" => link.tab = number()?,
                "x" => link.folded.push(value),
                "z" => link.facet = Some(value),
                _ if key.len() >= 2 => link.more.push((key.to_owned(), value)),
                _ => {}
            }
        }
        match version {
            Some(v) if v <= VERSION => Ok(link),
            Some(v) => Err(format!(
                "the link is of version {v}: a newer trailhound wrote it"
            )),
            None => Err("the link does not say its version (v=1)".to_owned()),
        }
    }

    /// A further part by its key.
    pub fn more(&self, key: &str) -> Option<&str> {
        let found = self.more.iter().find(|(k, _)| k == key);
        found.map(|(_, value)| value.as_str())
    }
}

fn brief(text: &str) -> String {
    text.chars().take(24).collect()
}

fn unescaped(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let digit = |b: u8| char::from(b).to_digit(16);
            let (high, low) = (digit(bytes.next()?)?, digit(bytes.next()?)?);
            out.push((high * 16 + low) as u8);
        } else {
            out.push(byte);
        }
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn link() -> impl Strategy<Value = Link> {
        let word = || {
            prop_oneof!["[a-z]{1,8}", any::<String>()]
                .prop_filter("not empty", |t: &String| !t.is_empty())
        };
        (
            (word(), word(), word(), word(), "[rsen]{0,3}"),
            prop::collection::vec((0usize..9, word()), 0..3),
            prop::option::of(word()),
            (0usize..99, 0usize..9, any::<bool>(), 0usize..4),
            prop::collection::btree_set(word(), 0..3),
            prop::option::of(word()),
        )
            .prop_map(
                |(
                    (about, name, label, filter, hidden),
                    off,
                    event,
                    (offset, column, detail, tab),
                    folded,
                    facet,
                )| Link {
                    about,
                    subject: (name, label),
                    filter,
                    off,
                    hidden,
                    event,
                    offset,
                    column,
                    detail,
                    tab,
                    folded: folded.into_iter().collect(),
                    facet,
                    more: vec![("sort".to_owned(), "time".to_owned())],
                },
            )
    }

    proptest! {
        #[test]
        fn a_link_comes_back_as_it_was(link in link()) {
            let text = link.text();
            prop_assert!(text.bytes().all(|b| b.is_ascii_graphic()));
            prop_assert_eq!(Link::parse(&text), Ok(link));
        }

        #[test]
        fn any_text_is_a_link_or_a_reason(text in any::<String>(), tail in any::<String>()) {
            let _ = Link::parse(&text);
            if let Err(why) = Link::parse(&format!("{HEAD}v=1&{tail}")) {
                prop_assert!(!why.is_empty());
            }
        }
    }

    #[test]
    fn damage_and_newer_versions_are_named() {
        let why = |text: &str| Link::parse(text).unwrap_err();
        assert!(why("https://example.com").contains("no link"));
        assert!(why("trailhound:view?v=2").contains("newer"));
        assert!(why("trailhound:view?f=a").contains("version"));
        assert!(why("trailhound:view?v=1&f=%4").contains("damaged"));
        assert!(why("trailhound:view?v=1&w=x").contains("no number"));
    }
}
