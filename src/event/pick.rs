//! A few known places of a record's JSON, read without a tree.
//!
//! Made for records that give birth to a credential: some in a hundred, each of which is walked
//! once for a dozen paths. Whatever stands elsewhere is stepped over; text that is not JSON ends
//! the walk, and what was found before it stays.

use std::borrow::Cow;

/// A place: keys from the record's own object inwards; `*` stands for every item of an array.
pub type Path = &'static [&'static str];

/// Places to look at, made once: a tree of their keys, so that a key of the record is compared with
/// the few that may stand where it stands.
#[derive(Debug)]
pub struct Places {
    nodes: Vec<Node>,
}

#[derive(Debug, Default)]
struct Node {
    /// The keys below, each with its node.
    below: Vec<(&'static str, usize)>,
    /// The node of every item of an array.
    items: Option<usize>,
    /// The paths that end here.
    ends: Vec<usize>,
}

impl Places {
    /// The tree of some paths, which are numbered as they stand.
    pub fn new(paths: impl IntoIterator<Item = Path>) -> Self {
        let mut nodes = vec![Node::default()];
        for (number, path) in paths.into_iter().enumerate() {
            let mut at = 0;
            for key in path {
                let new = nodes.len();
                let node = &mut nodes[at];
                let next = if *key == "*" {
                    node.items
                } else {
                    let known = node.below.iter().find(|(k, _)| k == key);
                    known.map(|(_, next)| *next)
                };
                at = next.unwrap_or(new);
                if at == new {
                    if *key == "*" {
                        node.items = Some(new);
                    } else {
                        node.below.push((key, new));
                    }
                    nodes.push(Node::default());
                }
            }
            nodes[at].ends.push(number);
        }
        Self { nodes }
    }
}

/// Calls `found` with the number of the path and the text, for every string, number or flag that
/// stands at one of the `places`, in the order of the text. `known` is the text of an object that may
/// stand where none of them is: equal bytes end where it ends, so they are not read.
pub fn pick<'a>(
    json: &'a [u8],
    places: &Places,
    known: &[u8],
    found: &mut dyn FnMut(usize, Cow<'a, str>),
) {
    let mut walk = Walk {
        json,
        at: 0,
        places,
        known,
        found,
    };
    if let Some(root) = walk.places.nodes.first() {
        let _ = walk.value(root);
    }
}

struct Walk<'a, 'p, 'f> {
    json: &'a [u8],
    at: usize,
    places: &'p Places,
    known: &'p [u8],
    found: &'f mut dyn FnMut(usize, Cow<'a, str>),
}

impl<'a, 'p> Walk<'a, 'p, '_> {
    #[inline]
    fn peek(&mut self) -> Option<u8> {
        loop {
            match self.json.get(self.at).copied() {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.at += 1,
                other => return other,
            }
        }
    }

    /// Reads the value here; `None` where the text is at its end or no JSON.
    fn value(&mut self, node: &'p Node) -> Option<()> {
        match self.peek()? {
            b'{' if !node.below.is_empty() => self.object(node),
            b'[' if let Some(items) = node.items => {
                let items = self.places.nodes.get(items);
                self.at += 1;
                loop {
                    match (self.peek()?, items) {
                        (b']', _) => break,
                        (b',', _) => self.at += 1,
                        (_, Some(items)) => self.value(items)?,
                        (_, None) => self.pass()?,
                    }
                }
                self.at += 1;
                Some(())
            }
            b'{' | b'[' => self.step_over(),
            b'"' => {
                let raw = self.string()?;
                self.give(node, raw, true);
                Some(())
            }
            _ => {
                let raw = self.literal()?;
                if raw != b"null" {
                    self.give(node, raw, false);
                }
                Some(())
            }
        }
    }

    /// Steps over the value here, as nothing is wanted of it.
    #[inline]
    fn pass(&mut self) -> Option<()> {
        match self.peek()? {
            b'"' => self.string().map(|_| ()),
            b'{' | b'[' => self.step_over(),
            _ => self.literal().map(|_| ()),
        }
    }

    /// The number or word here.
    fn literal(&mut self) -> Option<&'a [u8]> {
        let rest = self.json.get(self.at..)?;
        let is_of_it = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'+' | b'.');
        let len = rest.iter().position(|b| !is_of_it(b)).unwrap_or(rest.len());
        self.at += len;
        rest.get(..len).filter(|raw| !raw.is_empty())
    }

    fn object(&mut self, node: &'p Node) -> Option<()> {
        self.at += 1;
        loop {
            match self.peek()? {
                b'}' => break,
                b',' => self.at += 1,
                b'"' => {
                    let raw = self.string()?;
                    if self.peek()? != b':' {
                        return None;
                    }
                    self.at += 1;
                    match self.below(node, raw) {
                        Some(next) => self.value(next)?,
                        None => self.pass()?,
                    }
                }
                _ => return None,
            }
        }
        self.at += 1;
        Some(())
    }

    /// What is wanted below a key.
    #[inline]
    fn below(&self, node: &Node, key: &[u8]) -> Option<&'p Node> {
        let mut below = node.below.iter();
        let (_, at) = below.find(|(k, _)| k.len() == key.len() && k.as_bytes() == key)?;
        self.places.nodes.get(*at)
    }

    /// The inside of the string that starts here.
    #[inline]
    fn string(&mut self) -> Option<&'a [u8]> {
        let start = self.at + 1;
        let mut at = start;
        loop {
            at = self.stop(at)?;
            if self.json.get(at) == Some(&b'"') {
                self.at = at + 1;
                return self.json.get(start..at);
            }
            at += 2;
        }
    }

    /// The next quote or backslash.
    #[inline]
    fn stop(&self, mut at: usize) -> Option<usize> {
        // Most strings are short: a search that is called costs more than looking at eight letters.
        for _ in 0..NEAR {
            let Some(eight) = self.json.get(at..).and_then(<[u8]>::first_chunk) else {
                break;
            };
            let met = stops(u64::from_le_bytes(*eight));
            if met != 0 {
                return Some(at + (met.trailing_zeros() / u8::BITS) as usize);
            }
            at += size_of::<u64>();
        }
        Some(at + memchr::memchr2(b'"', b'\\', self.json.get(at..)?)?)
    }

    /// Steps over an object or array, however deep.
    fn step_over(&mut self) -> Option<()> {
        let rest = self.json.get(self.at..)?;
        if !self.known.is_empty() && rest.starts_with(self.known) {
            self.at += self.known.len();
            return Some(());
        }
        let mut open = 0usize;
        loop {
            match self.json.get(self.at)? {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'{' | b'[' => open += 1,
                b'}' | b']' => open -= 1,
                _ => {}
            }
            self.at += 1;
            if open == 0 {
                return Some(());
            }
        }
    }

    fn give(&mut self, node: &Node, raw: &'a [u8], quoted: bool) {
        for number in &node.ends {
            (self.found)(*number, text(raw, quoted));
        }
    }
}

/// Times eight letters that are looked at before a search is called.
const NEAR: usize = 5;
const ONES: u64 = 0x0101_0101_0101_0101;

/// The highest bit of the first of eight letters that is a quote or a backslash; what is set above
/// it says nothing.
const fn stops(eight: u64) -> u64 {
    let quote = eight ^ (ONES * b'"' as u64);
    let slash = eight ^ (ONES * b'\\' as u64);
    let quote = quote.wrapping_sub(ONES) & !quote;
    let slash = slash.wrapping_sub(ONES) & !slash;
    (quote | slash) & (ONES * 0x80)
}

/// A string's inside as text: escapes undone where they are sound.
fn text(raw: &[u8], quoted: bool) -> Cow<'_, str> {
    if quoted && memchr::memchr(b'\\', raw).is_some() {
        let whole = [b"\"", raw, b"\""].concat();
        if let Ok(text) = serde_json::from_slice::<String>(&whole) {
            return text.into();
        }
    }
    match simdutf8::basic::from_utf8(raw) {
        Ok(text) => text.into(),
        Err(_) => String::from_utf8_lossy(raw),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATHS: &[Path] = &[
        &["a", "b"],
        &["list", "items", "*", "id"],
        &["n"],
        &["flag"],
        &["list", "*"],
    ];

    const KNOWN: &[u8] = br#"{"b":"known","c":[1]}"#;

    fn found(json: &str) -> Vec<(usize, String)> {
        let mut all = Vec::new();
        let places = Places::new(PATHS.iter().copied());
        pick(json.as_bytes(), &places, KNOWN, &mut |i, text| {
            all.push((i, text.into_owned()));
        });
        all
    }

    #[test]
    fn only_the_named_places_are_read() {
        let json = r#"{"x":{"a":{"b":"no"}},"a":{"z":[1,{"b":2}],"b":"q\"\u0041"},
            "list":{"items":[{"id":"i-1"},{"id":"i-2","b":1}]},"n":1.50,"flag":true,"b":null}"#;
        assert_eq!(
            found(json),
            [
                (0, "q\"A".to_owned()),
                (1, "i-1".to_owned()),
                (1, "i-2".to_owned()),
                (2, "1.50".to_owned()),
                (3, "true".to_owned()),
            ]
        );
        assert_eq!(found(r#"{"list":["p","q"],"n":null}"#).len(), 2);
    }

    #[test]
    fn strings_end_where_they_end_however_long_they_are() {
        for len in 0..90 {
            let long = "x".repeat(len);
            for (inside, text) in [
                ("", ""),
                ("\\\"", "\""),
                ("\\\\", "\\"),
                ("é", "é"),
                ("!#[]", "!#[]"),
            ] {
                let json = format!(
                    r#"{{"x":"{long}{inside}{long}","n":"{long}{inside}{long}","a":{{"b":"{inside}{long}"}}}}"#
                );
                let wanted = [
                    (2, format!("{long}{text}{long}")),
                    (0, format!("{text}{long}")),
                ];
                assert_eq!(found(&json), wanted, "{json}");
                for cut in 0..json.len() {
                    if let Some(cut) = json.get(..cut) {
                        assert!(wanted.starts_with(&found(cut)), "{cut}");
                    }
                }
            }
        }
    }

    #[test]
    fn an_object_that_was_met_before_is_stepped_over_where_nothing_is_wanted() {
        let known = std::str::from_utf8(KNOWN).unwrap();
        let json = format!(r#"{{"x":{known},"y":[{known}],"a":{known},"n":7}}"#);
        assert_eq!(found(&json), [(0, "known".to_owned()), (2, "7".to_owned())]);
        // One that begins alike is not that one.
        let more = known.replace("[1]}", r#"[1],"d":{"e":"}"}}"#);
        let json = format!(r#"{{"x":{more},"n":7}}"#);
        assert_eq!(found(&json), [(2, "7".to_owned())]);
    }

    #[test]
    fn broken_text_ends_the_walk() {
        for json in [
            "",
            "{",
            r#"{"a""#,
            r#"{"a":{"b":"x"#,
            r#"{"n":}"#,
            r#"{"a":{"b":"\"#,
            r#"{"x":[["#,
            "]",
            r#"{"x":}}}}"#,
        ] {
            assert!(found(json).is_empty(), "{json}");
        }
        assert_eq!(found(r#"{"n":1,"a":{"#), [(2, "1".to_owned())]);
    }
}
