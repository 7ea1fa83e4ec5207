//! A record as a tree, for showing: every key in its order, doubled ones too, every number as it
//! was written.
//!
//! Made for one record at a time; the index never holds one. Text that `serde_json` refuses gives
//! no tree, and the record is then shown as raw text.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Levels of nesting a tree may have; real records stay below twenty.
const DEEPEST: usize = 127;

/// How deep JSON may stand inside strings of JSON.
pub const NESTED: usize = 4;

/// A JSON value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number as written.
    Number(String),
    /// A string, unescaped.
    Text(String),
    /// An array.
    Array(Vec<Node>),
    /// An object: keys in order of appearance, a key that stands twice stands twice.
    Object(Vec<(String, Node)>),
}

/// Whether a text begins with `{` or `[` as a URL writes it, in digits of either case.
pub const fn opens_encoded(text: &[u8]) -> bool {
    matches!(text, [b'%', b'5' | b'7', b'B' | b'b', ..])
}

impl Node {
    /// The tree of a text.
    ///
    /// # Errors
    /// What `serde_json` says of a text that is not JSON, or nested more than 127 deep.
    pub fn parse(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        // The whole text is proved first; then each level is taken apart.
        Self::of(serde_json::from_slice(bytes)?, 0)
    }

    fn of(raw: &RawValue, depth: usize) -> Result<Self, serde_json::Error> {
        let text = raw.get();
        if depth > DEEPEST {
            return Err(serde::de::Error::custom(
                "nested too deeply to show as a tree",
            ));
        }
        Ok(match text.as_bytes().first() {
            Some(b'{') => Self::Object(
                serde_json::from_str::<Pairs<'_>>(text)?
                    .0
                    .into_iter()
                    .map(|(key, value)| Ok((key, Self::of(value, depth + 1)?)))
                    .collect::<Result<_, serde_json::Error>>()?,
            ),
            Some(b'[') => Self::Array(
                serde_json::from_str::<Vec<&RawValue>>(text)?
                    .into_iter()
                    .map(|item| Self::of(item, depth + 1))
                    .collect::<Result<_, _>>()?,
            ),
            Some(b'"') => Self::Text(serde_json::from_str(text)?),
            Some(b't') => Self::Bool(true),
            Some(b'f') => Self::Bool(false),
            Some(b'n') => Self::Null,
            _ => Self::Number(text.to_owned()),
        })
    }

    /// The JSON inside a string: an object or array, perhaps percent-encoded as IAM returns policies.
    pub fn inside(text: &str) -> Option<Self> {
        let trimmed = text.trim_start();
        let decoded: Cow<'_, str> = if opens_encoded(trimmed.as_bytes()) {
            percent_decoded(trimmed)?.into()
        } else {
            trimmed.into()
        };
        let opens = decoded.starts_with(['{', '[']);
        opens
            .then(|| Self::parse(decoded.as_bytes()).ok())
            .flatten()
    }

    /// The last value of a key of an object.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(pairs) => pairs.iter().rev().find(|(k, _)| k == key).map(|(_, v)| v),
            _ => None,
        }
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Values directly inside.
    pub const fn len(&self) -> usize {
        match self {
            Self::Array(items) => items.len(),
            Self::Object(pairs) => pairs.len(),
            _ => 0,
        }
    }

    /// Whether nothing is directly inside.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether it is an object or an array.
    pub const fn is_container(&self) -> bool {
        matches!(self, Self::Array(_) | Self::Object(_))
    }

    /// Compact JSON: keys and numbers as they were.
    pub fn to_compact(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
            Self::Number(n) => out.push_str(n),
            Self::Text(t) => write_string(out, t),
            Self::Array(items) => {
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    item.write(out);
                }
                out.push(']');
            }
            Self::Object(pairs) => {
                out.push('{');
                for (i, (key, value)) in pairs.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    write_string(out, key);
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }

    /// The same tree with the keys of every object sorted: equal records give equal trees.
    #[must_use]
    pub fn canonical(&self) -> Self {
        match self {
            Self::Array(items) => Self::Array(items.iter().map(Self::canonical).collect()),
            Self::Object(pairs) => {
                let mut pairs: Vec<_> = pairs
                    .iter()
                    .map(|(k, v)| (k.clone(), v.canonical()))
                    .collect();
                pairs.sort_by(|a, b| a.0.cmp(&b.0));
                Self::Object(pairs)
            }
            other => other.clone(),
        }
    }
}

/// Writes a JSON string that is safe for a terminal: control, bidi and invisible characters as
/// `\uXXXX`.
pub fn write_string(out: &mut String, text: &str) {
    use fmt::Write as _;
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            ' ' => out.push(' '),
            c if crate::base::printable::is_printable(c) => out.push(c),
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
}

/// The pairs of an object, in order, values as text.
struct Pairs<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Pairs<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PairsVisitor(PhantomData))
    }
}

struct PairsVisitor<'a>(PhantomData<&'a ()>);

impl<'de: 'a, 'a> Visitor<'de> for PairsVisitor<'a> {
    type Value = Pairs<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<'a>, A::Error> {
        let mut pairs = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            pairs.push((key, map.next_value::<&RawValue>()?));
        }
        Ok(Pairs(pairs))
    }
}

/// JSON without the white space between its tokens; strings and numbers keep every byte.
pub fn compact(json: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(json.len());
    let (mut in_string, mut escaped) = (false, false);
    for &byte in json {
        if in_string {
            in_string = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
        } else if matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
            continue;
        } else {
            in_string = byte == b'"';
        }
        out.push(byte);
    }
    out
}

/// A text out of its `%` escapes; `None` where a `%` is followed by no two hexadecimal digits, or
/// what it stands for is no UTF-8.
pub(crate) fn percent_decoded(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let (high, low) = (bytes.next()?, bytes.next()?);
            let digit = |b: u8| char::from(b).to_digit(16);
            out.push((digit(high)? * 16 + digit(low)?) as u8);
        } else {
            out.push(byte);
        }
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_rewritten() {
        let text = r#"{"b":1.10,"a":[18446744073709551617,1e400,true,null,""],"b":{"x":"é\n"}}"#;
        let node = Node::parse(text.as_bytes()).unwrap();
        assert_eq!(node.to_compact(), text);
        assert_eq!(
            node.get("b")
                .and_then(|b| b.get("x"))
                .and_then(Node::as_str),
            Some("é\n")
        );
    }

    #[test]
    fn deep_or_broken_text_has_no_tree() {
        let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
        assert!(Node::parse(deep.as_bytes()).is_err());
        assert!(Node::parse(b"{\"a\":}").is_err());
        assert!(Node::parse(b"{} x").is_err());
    }

    #[test]
    fn compacting_touches_nothing_but_white_space() {
        let text = b"{ \"a b\" :\n [1.0 , \"q\\\" \\\\\" ] }";
        assert_eq!(compact(text), b"{\"a b\":[1.0,\"q\\\" \\\\\"]}");
    }

    #[test]
    fn canonical_trees_forget_key_order() {
        let a = Node::parse(br#"{"a":1,"b":{"c":2,"d":[3,4]}}"#).unwrap();
        let b = Node::parse(br#"{"b":{"d":[3,4],"c":2},"a":1}"#).unwrap();
        assert_ne!(a, b);
        assert_eq!(a.canonical(), b.canonical());
    }

    #[test]
    fn strings_leave_nothing_that_acts() {
        let mut out = String::new();
        write_string(&mut out, "a\u{1b}\u{202e}\u{9b}\u{e0041}b");
        assert_eq!(out, r#""a\u001b\u202e\u009b\udb40\udc41b""#);
    }
}
