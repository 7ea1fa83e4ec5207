//! What stands inside a text in another writing: JSON, a URL's `%` escapes, base64 of a text.
//!
//! [`Inner::of`] tells what a person would want to read in its place. It promises to say nothing of a
//! text that only looks encoded: base64 counts from sixteen letters on and where every byte is text.

use crate::event::json::{Node, percent_decoded};
use crate::event::veiled;

/// What a text holds, and how it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Inner {
    /// The writing, in a word or two.
    pub writing: &'static str,
    /// What it holds.
    pub what: What,
}

/// What stands inside a text.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// An object or a list that paths of the filter language lead into.
    Tree(Node),
    /// An object or a list that no path leads into.
    Apart(Node),
    /// A text.
    Text(String),
}

/// The longest text that is looked into, in bytes.
const LONGEST: usize = 1 << 20;

impl Inner {
    /// What a text holds; `None` where it is written plainly.
    pub fn of(text: &str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let is_encoded = text.contains('%');
        if let Some(tree) = Node::inside(text) {
            let writing = if text.trim_start().starts_with('%') {
                "URL-encoded JSON"
            } else {
                "JSON"
            };
            return Some(Self {
                writing,
                what: What::Tree(tree),
            });
        }
        if is_encoded && let Some(plain) = percent_decoded(text).filter(|plain| plain != text) {
            let (writing, what) = match Node::inside(&plain) {
                Some(tree) => ("URL-encoded JSON", What::Apart(tree)),
                None => ("URL-encoded", What::Text(plain)),
            };
            return Some(Self { writing, what });
        }
        let plain = String::from_utf8(veiled::decoded(text)?).ok()?;
        let (writing, what) = match Node::inside(&plain) {
            Some(tree) => ("base64 of JSON", What::Apart(tree)),
            None => ("base64", What::Text(plain)),
        };
        Some(Self { writing, what })
    }

    /// What it holds, as text.
    pub fn text(&self) -> String {
        match &self.what {
            What::Tree(tree) | What::Apart(tree) => tree.to_compact(),
            What::Text(text) => text.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, writing: &str, plain: &str) {
        let inner = Inner::of(text).unwrap_or_else(|| panic!("{text} is plain"));
        assert_eq!((inner.writing, inner.text().as_str()), (writing, plain));
    }

    #[test]
    fn writings() {
        check(r#" {"a": [1]}"#, "JSON", r#"{"a":[1]}"#);
        check("%7B%22a%22%3A1%7D", "URL-encoded JSON", r#"{"a":1}"#);
        check("%7b%22a%22%3a1%7d", "URL-encoded JSON", r#"{"a":1}"#);
        check("a%20b%2Fc", "URL-encoded", "a b/c");
        check("IyEvYmluL3NoCmVjaG8gaGkK", "base64", "#!/bin/sh\necho hi\n");
        check("eyJhIjogWzEsIDJdfQ==", "base64 of JSON", r#"{"a":[1,2]}"#);
    }

    #[test]
    fn what_is_plain_stays_plain() {
        for text in [
            "",
            "100%",
            "50%zz",
            "{not json}",
            "AIDAEXAMPLEEXAMPLEEXAMPLE",
            "stratusredteamctlrbucketzqfsvooxqj",
            "deadbeefdeadbeefdeadbeefdeadbeef",
            "arn:aws:s3:::bucket/key",
            "%ff%fe",
        ] {
            assert_eq!(Inner::of(text), None, "{text}");
        }
    }
}
