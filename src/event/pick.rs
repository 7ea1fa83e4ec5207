//! A few known places of a record's JSON, read without a tree.
//!
//! Made for records that give birth to a credential: some in a hundred, each of which is walked
//! once for a dozen paths. Whatever stands elsewhere is stepped over; text that is not JSON ends
//! the walk, and what was found before it stays.

use std::borrow::Cow;

/// A place: keys from the record's own object inwards; `*` stands for every item of an array.
pub type Path = &'static [&'static str];

/// Calls `found` with the number of the path and the text, for every string, number or flag that
/// stands at one of at most 64 `paths`, in the order of the text.
pub fn pick(json: &[u8], paths: &[Path], found: &mut dyn FnMut(usize, Cow<'_, str>)) {
    let all = u64::MAX >> (64 - paths.len().clamp(1, 64));
    let mut walk = Walk {
        json,
        at: 0,
        paths,
        found,
    };
    let _ = walk.value(if paths.is_empty() { 0 } else { all }, 0);
}

struct Walk<'a, 'p, 'f> {
    json: &'a [u8],
    at: usize,
    paths: &'p [Path],
    found: &'f mut dyn FnMut(usize, Cow<'_, str>),
}

impl<'a> Walk<'a, '_, '_> {
    fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.json.get(self.at) {
            self.at += 1;
        }
        self.json.get(self.at).copied()
    }

    /// The paths of `live` whose key at `depth` is `key`.
    fn narrow(&self, live: u64, depth: usize, key: &str) -> u64 {
        let mut bits = live;
        let mut left = 0;
        while bits != 0 {
            let i = bits.trailing_zeros();
            bits &= bits - 1;
            let path = self.paths.get(i as usize).copied().unwrap_or(&[]);
            if path.get(depth).is_some_and(|k| *k == key) {
                left |= 1 << i;
            }
        }
        left
    }

    /// Reads or steps over the value here; `None` where the text is at its end or no JSON.
    fn value(&mut self, live: u64, depth: usize) -> Option<()> {
        match self.peek()? {
            b'{' | b'[' if live == 0 => self.step_over(),
            b'{' => self.object(live, depth),
            b'[' => {
                let items = self.narrow(live, depth, "*");
                if items == 0 {
                    return self.step_over();
                }
                self.at += 1;
                loop {
                    match self.peek()? {
                        b']' => break,
                        b',' => self.at += 1,
                        _ => self.value(items, depth + 1)?,
                    }
                }
                self.at += 1;
                Some(())
            }
            b'"' => {
                let raw = self.string()?;
                self.give(live, depth, raw, true);
                Some(())
            }
            _ => {
                let start = self.at;
                let rest = self.json.get(start..)?;
                let len = rest
                    .iter()
                    .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'+' | b'.'))
                    .count();
                self.at += len;
                let raw = rest.get(..len).filter(|raw| !raw.is_empty())?;
                if raw != b"null" {
                    self.give(live, depth, raw, false);
                }
                Some(())
            }
        }
    }

    fn object(&mut self, live: u64, depth: usize) -> Option<()> {
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
                    let inner = match std::str::from_utf8(raw) {
                        Ok(key) if live != 0 => self.narrow(live, depth, key),
                        _ => 0,
                    };
                    self.value(inner, depth + 1)?;
                }
                _ => return None,
            }
        }
        self.at += 1;
        Some(())
    }

    /// The inside of the string that starts here.
    fn string(&mut self) -> Option<&'a [u8]> {
        let start = self.at + 1;
        let mut at = start;
        loop {
            at += memchr::memchr2(b'"', b'\\', self.json.get(at..)?)?;
            if self.json.get(at) == Some(&b'"') {
                self.at = at + 1;
                return self.json.get(start..at);
            }
            at += 2;
        }
    }

    /// Steps over an object or array, however deep.
    fn step_over(&mut self) -> Option<()> {
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

    fn give(&mut self, live: u64, depth: usize, raw: &[u8], quoted: bool) {
        let mut bits = live;
        while bits != 0 {
            let i = bits.trailing_zeros() as usize;
            bits &= bits - 1;
            if self.paths.get(i).is_some_and(|path| path.len() == depth) {
                (self.found)(i, text(raw, quoted));
            }
        }
    }
}

/// A string's inside as text: escapes undone where they are sound.
fn text(raw: &[u8], quoted: bool) -> Cow<'_, str> {
    if quoted && memchr::memchr(b'\\', raw).is_some() {
        let whole = [b"\"", raw, b"\""].concat();
        if let Ok(text) = serde_json::from_slice::<String>(&whole) {
            return text.into();
        }
    }
    String::from_utf8_lossy(raw)
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

    fn found(json: &str) -> Vec<(usize, String)> {
        let mut all = Vec::new();
        pick(json.as_bytes(), PATHS, &mut |i, text| {
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
