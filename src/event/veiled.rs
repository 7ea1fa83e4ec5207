//! Secrets inside texts: what is a secret wherever it stands, also where the text is JSON, part of an
//! address, or base64.
//!
//! A text is looked at as it is, out of its escapes, and out of the `%` of an address; whatever is
//! found there is given by its place in the text as it was. A text that is base64 as a whole hides
//! what it decodes to, so it is a secret as a whole.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::event::secret::{self, Kind};

/// Texts in texts that are looked into.
const DEEPEST: u8 = 4;
/// No shorter base64 is told from a word.
const SHORTEST: usize = 16;

/// Names that a secret is given under in a text.
const NAMES: &str = concat!(
    r"(?:[a-z0-9]+[_-]?)?(?:password|passwd|passphrase|pwd)",
    r"|(?:aws_)?(?:access|auth|bearer|id|refresh|security|session|signin|web[_-]?identity)[_-]?token",
    r"|(?:aws_)?(?:secret|private|pre[_-]?shared)[_-]?(?:access[_-]?)?key",
    r"|(?:client|shared)[_-]?secret|secret[_-]?(?:string|binary)|saml[_-]?assertion|user[_-]?data",
    r"|plaintext|parameter[_-]?value|authorization|api[_-]?key|x-amz-security-token",
);

/// Texts that are secrets wherever they stand.
static TEXTS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let pattern = [
        r"(?i)(?P<key>-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|\z))",
        r"|(?P<jwt>\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*)",
        r"|\b(?:bearer|authorization: ?basic)[ +](?P<bearer>[A-Za-z0-9._~+/=-]{8,})",
        r"|(?P<signature>X-Amz-(?:Signature|Security-Token)(?:=|%3D)[^&\s\x22'\\<>]+)",
        r"|\b(?:", NAMES, r")[ \t]*(?:=|%3D)[ \t]*(?P<set>[^\s&;,\x22'\\<>]{4,})",
        r"|['\x22](?:", NAMES, r")['\x22]\s*:\s*\x22(?P<member>(?:[^\x22\\]|\\.)+)",
        r"|(?P<session>\b(?:FwoGZXIvYXdz|IQoJb3JpZ2lu)[A-Za-z0-9+/=%]{40,})",
    ]
    .concat();
    Regex::new(&pattern).ok()
});

/// A text out of what it is written in, and where each of its bytes stood.
struct Layer {
    text: String,
    /// One more than there are bytes.
    from: Vec<usize>,
}

impl Layer {
    /// The text of bytes; what is no UTF-8 is put aside.
    fn plain(bytes: &[u8]) -> Self {
        let mut layer = Self {
            text: String::with_capacity(bytes.len()),
            from: Vec::with_capacity(bytes.len() + 1),
        };
        let mut at = 0;
        for chunk in bytes.utf8_chunks() {
            layer.push(chunk.valid(), at, 1);
            at += chunk.valid().len() + chunk.invalid().len();
        }
        layer.from.push(bytes.len());
        layer
    }

    /// Adds text that stood at a place, each byte so many further than the one before.
    fn push(&mut self, text: &str, at: usize, step: usize) {
        self.text.push_str(text);
        self.from.extend((0..text.len()).map(|i| at + i * step));
    }

    fn range(&self, inner: &Range<usize>) -> Range<usize> {
        let place = |at: usize| self.from.get(at).copied().unwrap_or_default();
        place(inner.start)..place(inner.end)
    }

    /// The text out of what `read` knows: how many bytes at the place stand for which character.
    fn without(&self, read: impl Fn(&str) -> Option<(usize, Vec<u8>)>) -> Self {
        let mut bytes = Vec::with_capacity(self.text.len());
        let mut from = Vec::with_capacity(self.text.len());
        let mut at = 0;
        while let Some(rest) = self.text.get(at..).filter(|rest| !rest.is_empty()) {
            let (len, stands_for) = read(rest).unwrap_or_else(|| {
                let len = rest.chars().next().map_or(1, char::len_utf8);
                (len, rest.get(..len).unwrap_or_default().into())
            });
            let place = self.from.get(at).copied().unwrap_or_default();
            from.extend(std::iter::repeat_n(place, stands_for.len()));
            bytes.extend(stands_for);
            at += len;
        }
        from.push(self.from.last().copied().unwrap_or_default());
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            // No character then, but as many bytes as there were.
            Err(e) => e
                .into_bytes()
                .iter()
                .map(|b| if b.is_ascii() { char::from(*b) } else { '?' })
                .collect(),
        };
        Self { text, from }
    }
}

/// One escape of JSON.
fn escape(text: &str) -> Option<(usize, Vec<u8>)> {
    let rest = text.strip_prefix('\\')?;
    let one = |byte: u8| Some((2, vec![byte]));
    match rest.bytes().next()? {
        b'n' => one(b'\n'),
        b'r' => one(b'\r'),
        b't' => one(b'\t'),
        b'b' | b'f' => one(b' '),
        b'u' => {
            let code = u32::from_str_radix(rest.get(1..5)?, 16).ok()?;
            let c = char::from_u32(code).unwrap_or('?');
            Some((6, c.to_string().into_bytes()))
        }
        byte if byte.is_ascii() => one(byte),
        _ => None,
    }
}

/// One `%41` of an address.
fn percent(text: &str) -> Option<(usize, Vec<u8>)> {
    let digits = text.strip_prefix('%')?.get(..2)?;
    Some((3, vec![u8::from_str_radix(digits, 16).ok()?]))
}

/// The secret parts of a text and what they are, in order, none in another. `escaped`: it is the
/// inside of a JSON string. `kind_of` says what a text under some keys is.
pub(crate) fn parts(
    bytes: &[u8],
    escaped: bool,
    kind_of: &dyn Fn(&[&[u8]]) -> Option<Kind>,
) -> Vec<(Range<usize>, Kind)> {
    let mut found = Vec::new();
    look(bytes, escaped, kind_of, 0, &mut found);
    found.sort_by_key(|(at, _)| (at.start, std::cmp::Reverse(at.end)));
    let mut end = 0;
    found.retain(|(at, _)| {
        let apart = at.start >= end && !at.is_empty();
        end = end.max(at.end);
        apart
    });
    found
}

fn look(
    bytes: &[u8],
    escaped: bool,
    kind_of: &dyn Fn(&[&[u8]]) -> Option<Kind>,
    depth: u8,
    found: &mut Vec<(Range<usize>, Kind)>,
) {
    let mut layer = Layer::plain(bytes);
    if escaped && layer.text.contains('\\') {
        layer = layer.without(escape);
    }
    if let Some(kind) = decoded(&layer.text).and_then(|text| {
        let mut inner = Vec::new();
        if depth < DEEPEST {
            look(&text, false, kind_of, depth + 1, &mut inner);
        }
        inner.first().map(|(_, kind)| *kind)
    }) {
        found.push((0..bytes.len(), kind));
        return;
    }
    let mut layers = vec![layer];
    while layers.len() < 3
        && let Some(last) = layers.last()
        && last.text.contains('%')
    {
        let next = last.without(percent);
        if next.text == last.text {
            break;
        }
        layers.push(next);
    }
    for layer in &layers {
        found.extend(
            plain_parts(&layer.text)
                .iter()
                .map(|(at, kind)| (layer.range(at), *kind)),
        );
        if depth == DEEPEST || !layer.text.trim_start().starts_with(['{', '[']) {
            continue;
        }
        secret::strings(layer.text.as_bytes(), &mut |path, at| {
            let raw = layer.text.as_bytes().get(at.clone()).unwrap_or_default();
            match kind_of(path) {
                _ if secret::is_hidden(raw) => {}
                Some(kind) => found.push((layer.range(&at), kind)),
                None => {
                    let mut inner = Vec::new();
                    look(raw, true, kind_of, depth + 1, &mut inner);
                    found.extend(inner.into_iter().map(|(part, kind)| {
                        let part = at.start + part.start..at.start + part.end;
                        (layer.range(&part), kind)
                    }));
                }
            }
        });
    }
}

/// The parts of a text that are secrets as they stand.
fn plain_parts(text: &str) -> Vec<(Range<usize>, Kind)> {
    let Some(texts) = &*TEXTS else {
        return Vec::new();
    };
    let group = |found: &Captures<'_>| {
        [
            ("key", Kind::Key),
            ("jwt", Kind::Token),
            ("bearer", Kind::Token),
            ("signature", Kind::Signature),
            ("set", Kind::Password),
            ("member", Kind::Password),
            ("session", Kind::Token),
        ]
        .into_iter()
        .find_map(|(name, kind)| found.name(name).map(|m| (m.range(), kind)))
    };
    texts
        .captures_iter(text)
        .filter_map(|found| group(&found))
        .filter(|(at, kind)| {
            let part = text.get(at.clone()).unwrap_or_default();
            // "Bearer authentication failed" names none.
            let is_word = *kind == Kind::Token && part.bytes().all(|b| b.is_ascii_alphabetic());
            !(secret::is_hidden(part.as_bytes()) || is_word && part.len() < 20)
        })
        .collect()
}

/// What a text decodes to where it is base64 of a text; `None` where it is neither.
pub(crate) fn decoded(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=');
    if text.len() < SHORTEST {
        return None;
    }
    let (mut out, mut bits, mut held) = (Vec::with_capacity(text.len()), 0u32, 0u32);
    for byte in text.bytes() {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(digit);
        held += 6;
        if held >= 8 {
            held -= 8;
            let byte = (bits >> held) as u8;
            if byte < b' ' && !byte.is_ascii_whitespace() || byte == 0x7f {
                // Most base64 of a log is no text, and says so early.
                return None;
            }
            out.push(byte);
            bits &= (1 << held) - 1;
        }
    }
    std::str::from_utf8(&out).is_ok().then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        let parts = parts(text.as_bytes(), false, &|path| {
            (path.last() == Some(&&b"pin"[..])).then_some(Kind::Key)
        });
        parts.into_iter().map(|(at, _)| &text[at]).collect()
    }

    #[test]
    fn places_are_those_of_the_text_as_it_was() {
        assert_eq!(found("a=1&client_secret=q7q7q7&b"), ["q7q7q7"]);
        // Where one way of reading ends later than another, too much is hidden rather than too little.
        assert_eq!(found("x%3D1%26password%3Dq7%2Bq7%26b"), ["q7%2Bq7%26b"]);
        assert_eq!(found(r#"{"a":[{"pin":"1234"}]}"#), ["1234"]);
        assert_eq!(found(r#"{"a":"{\"pin\":\"12\\\"34\"}"}"#), [r#"12\\\"34"#]);
        assert_eq!(found("say {'x'} \"password\": \"q7 q7\""), ["q7 q7"]);
        assert_eq!(found("%7B%22pin%22%3A%221234%22%7D"), ["1234"]);
        let packed = "eyJwaW4iOiAiMTIzNCJ9";
        assert_eq!(found(packed), [packed]);
        assert_eq!(found("AIDAEXAMPLEEXAMPLEEXAMPLE"), [""; 0]);
        assert_eq!(found("\u{e9}\u{202e} pwd=q7q7"), ["q7q7"]);
    }

    #[test]
    fn bytes_that_are_no_text_keep_their_places() {
        let text = b"\xff\xfe password=q7q7\xff";
        let parts = parts(text, false, &|_| None);
        let found: Vec<&[u8]> = parts.into_iter().map(|(at, _)| &text[at]).collect();
        // What is no text after a secret goes with it.
        assert_eq!(found, [&b"q7q7\xff"[..]]);
    }
}
