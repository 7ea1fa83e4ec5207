//! Mending a damaged record where there is one obvious way to.
//!
//! Damage is undone edit by edit: the first fault decides which few edits could undo it, and the one
//! that lets the text be read furthest is taken. What comes out is a sound event or nothing. It is
//! offered, and used only where that was wished: it is not what was recorded.

use std::borrow::Cow;

use crate::decode::lex;
use crate::decode::lex::Stop;
use crate::decode::mapped;
use crate::decode::scan::Scanner;
use crate::decode::scanned::Input;
use crate::event::json::Node;

/// Longer stretches are left as they are.
pub(crate) const LONGEST: usize = 1 << 20;
/// Edits of one record: more damage than this is not obvious any more.
const MOST_EDITS: usize = 24;

/// A record that was mended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mended {
    /// The record, as JSON.
    pub(crate) json: Vec<u8>,
    /// What was done, in words.
    pub(crate) what: String,
}

/// An edit: what it is, and the text after it.
struct Edit(&'static str, Vec<u8>);

/// Mends the record a stretch of text holds, if the stretch ends where the record does.
pub(crate) fn mend(bytes: &[u8], scanner: &mut Scanner) -> Option<Mended> {
    let bytes = trimmed(bytes);
    if bytes.len() > LONGEST || !matches!(bytes.first(), Some(b'{' | b'[')) {
        return None;
    }
    let mut text = Cow::Borrowed(bytes);
    let mut done: Vec<&'static str> = Vec::new();
    if bytes.first() == Some(&b'[') {
        text.to_mut().splice(..1, *b"{");
        done.push("a bracket turned into a brace");
    }
    let mut left = match look(&text, scanner) {
        Look::Sound | Look::Other if done.is_empty() => return None,
        Look::Sound => return Some(finished(text, &done)),
        Look::Other => return None,
        Look::Fault { at, .. } => text.len() - at,
    };
    for _ in 0..MOST_EDITS {
        let Look::Fault { at, what } = look(&text, scanner) else {
            return None;
        };
        let mut best: Option<(usize, Edit)> = None;
        for edit in edits(&text, at, what) {
            let rest = match look(&edit.1, scanner) {
                Look::Sound => {
                    add(&mut done, edit.0);
                    return Some(finished(Cow::Owned(edit.1), &done));
                }
                Look::Other => continue,
                Look::Fault { at, .. } => edit.1.len() - at,
            };
            if rest < left && best.as_ref().is_none_or(|(least, _)| rest < *least) {
                best = Some((rest, edit));
            }
        }
        let (rest, edit) = best?;
        left = rest;
        add(&mut done, edit.0);
        text = Cow::Owned(edit.1);
    }
    None
}

fn add(done: &mut Vec<&'static str>, what: &'static str) {
    if !done.contains(&what) {
        done.push(what);
    }
}

fn finished(text: Cow<'_, [u8]>, done: &[&str]) -> Mended {
    Mended {
        json: text.into_owned(),
        what: done.join(", "),
    }
}

/// The stretch without what separates it from its neighbours.
pub(crate) fn trimmed(bytes: &[u8]) -> &[u8] {
    let mut bytes = bytes.trim_ascii();
    while let Some(less) = bytes.strip_suffix(b",") {
        bytes = less.trim_ascii_end();
    }
    bytes
}

enum Look {
    /// A sound event and nothing after it.
    Sound,
    /// Sound, and no event.
    Other,
    /// The first fault.
    Fault { at: usize, what: &'static str },
}

const ENDS: &str = "ends";
const MORE: &str = "more";

fn look(text: &[u8], scanner: &mut Scanner) -> Look {
    scanner.forget();
    let seen = match scanner.scan(&Input::new(text, 0), 0, false) {
        Ok(scanned) if scanned.end < text.len() => Look::Fault {
            at: scanned.end,
            what: MORE,
        },
        Ok(scanned) if scanned.is_event() || is_in_other_words(text) => Look::Sound,
        Ok(_) | Err(Stop::TooDeep | Stop::Wrapper { .. }) => Look::Other,
        Err(Stop::Syntax { at, what }) => Look::Fault { at, what },
        Err(Stop::End) => Look::Fault {
            at: text.len(),
            what: ENDS,
        },
    };
    scanner.forget();
    seen
}

/// Whether the text is an event in another schema.
fn is_in_other_words(text: &[u8]) -> bool {
    Node::parse(text).is_ok_and(|tree| mapped::map(&tree).is_some())
}

/// The text with a stretch of it replaced.
fn with(text: &[u8], from: usize, to: usize, new: &[u8]) -> Vec<u8> {
    let head = text.get(..from).unwrap_or_default();
    let tail = text.get(to..).unwrap_or_default();
    [head, new, tail].concat()
}

/// Where the last byte before `at` stands that is no white space.
fn before(text: &[u8], at: usize) -> Option<usize> {
    text.get(..at)?
        .iter()
        .rposition(|b| !b.is_ascii_whitespace())
}

/// The end of the run of bytes from `at` on that may stand in a bare word or number.
fn word_end(text: &[u8], at: usize) -> usize {
    let in_word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-' | b'+');
    let rest = text.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|b| in_word(b)).count()
}

/// The opening quote of the string whose closing quote stands at `close`.
fn opening(text: &[u8], close: usize) -> Option<usize> {
    let is_escaped = |at: usize| {
        let slashes = text.get(..at).unwrap_or_default().iter().rev();
        slashes.take_while(|b| **b == b'\\').count() % 2 == 1
    };
    let mut at = close;
    loop {
        at = memchr::memrchr(b'"', text.get(..at)?)?;
        if !is_escaped(at) {
            return Some(at);
        }
    }
}

/// The edits that could undo a fault, the most likely first.
fn edits(text: &[u8], at: usize, what: &str) -> Vec<Edit> {
    let mut out = Vec::new();
    let here = text.get(at).copied().unwrap_or_default();
    let last = before(text, at);
    let last_byte = last.and_then(|i| text.get(i)).copied().unwrap_or_default();
    comment(text, at, &mut out);
    if here == b'\'' {
        out.push(Edit("single quotes made double", doubled(text)));
    }
    match what {
        ENDS => {
            if let Some(closers) = closers(text).filter(|c| c.len() == 1) {
                out.push(Edit("a missing brace added", [text, &closers].concat()));
            }
        }
        MORE => {
            let rest = text.get(at..).unwrap_or_default();
            if rest
                .iter()
                .all(|b| matches!(b, b'}' | b']') || b.is_ascii_whitespace())
            {
                let head = text.get(..at).unwrap_or_default();
                out.push(Edit("a needless bracket dropped", head.to_vec()));
            }
        }
        "a control character inside a string" => {
            out.push(Edit("raw control characters escaped", escaped(text, at)));
            // Or the string lost its end: a line's end is as far as it can go.
            let end = last.map_or(at, |i| if last_byte == b',' { i } else { i + 1 });
            out.push(Edit("a missing quote added", with(text, end, end, b"\"")));
        }
        "no such escape in JSON" | "`\\u` needs four hexadecimal digits" => {
            out.push(Edit("a backslash escaped", with(text, at, at, b"\\")));
        }
        "expected `:` after a key" => {
            if let Some(close) = last.filter(|_| last_byte == b'"')
                && let Some(open) = opening(text, close)
            {
                let key = text.get(open + 1..close).unwrap_or_default();
                if let Some(colon) = memchr::memchr(b':', key) {
                    let end =
                        open + 1 + key.get(..colon).unwrap_or_default().trim_ascii_end().len();
                    out.push(Edit("a missing quote added", with(text, end, end, b"\"")));
                } else {
                    out.push(Edit("a missing colon added", with(text, at, at, b":")));
                }
            }
            if matches!(here, b'=' | b';') {
                out.push(Edit("a colon put right", with(text, at, at + 1, b":")));
            }
        }
        "expected a key in quotes" => {
            if matches!(here, b'}' | b',') && last_byte == b',' {
                let comma = last.unwrap_or_default();
                out.push(Edit(
                    "a needless comma dropped",
                    with(text, comma, comma + 1, b""),
                ));
            }
            let end = word_end(text, at);
            if end > at {
                let word = text.get(at..end).unwrap_or_default();
                if text.get(end) == Some(&b'"') {
                    out.push(Edit("a missing quote added", with(text, at, at, b"\"")));
                } else {
                    let quoted = [b"\"", word, b"\""].concat();
                    out.push(Edit("a key put in quotes", with(text, at, end, &quoted)));
                }
            }
        }
        "expected a value" => {
            if here == b']' && last_byte == b',' {
                let comma = last.unwrap_or_default();
                out.push(Edit(
                    "a needless comma dropped",
                    with(text, comma, comma + 1, b""),
                ));
            }
            if matches!(here, b',' | b'}') && last_byte == b':' {
                out.push(Edit(
                    "a missing value made null",
                    with(text, at, at, b"null"),
                ));
            }
            word(text, at, &mut out);
        }
        // Behind a value or an item.
        _ => {
            if matches!(here, b'}' | b']') {
                let other: &[u8] = if here == b'}' { b"]" } else { b"}" };
                out.push(Edit("a bracket put right", with(text, at, at + 1, other)));
                out.push(Edit("a missing bracket added", with(text, at, at, other)));
            }
            if last_byte == b'"' {
                string(text, at, last.unwrap_or_default(), &mut out);
            }
            if matches!(
                here,
                b'"' | b'{' | b'[' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n'
            ) {
                out.push(Edit("a missing comma added", with(text, at, at, b",")));
            }
            if here == b';' {
                out.push(Edit("a comma put right", with(text, at, at + 1, b",")));
            }
            if last_byte.is_ascii_alphanumeric() && last == at.checked_sub(1) {
                let from = text.get(..at).unwrap_or_default();
                let back = from
                    .iter()
                    .rev()
                    .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'+'));
                word(text, at - back.count(), &mut out);
            }
        }
    }
    out
}

/// A bare word at a place where a value should be.
fn word(text: &[u8], at: usize, out: &mut Vec<Edit>) {
    let end = word_end(text, at);
    let word = text.get(at..end).unwrap_or_default();
    if word.is_empty() {
        return;
    }
    let constant: Option<&[u8]> = match word {
        b"True" | b"TRUE" | b"tru" => Some(b"true"),
        b"False" | b"FALSE" | b"fals" => Some(b"false"),
        b"None" | b"NULL" | b"Null" | b"nil" | b"nul" | b"undefined" => Some(b"null"),
        _ => None,
    };
    let quoted = [b"\"", word, b"\""].concat();
    out.push(match constant {
        Some(constant) => Edit("a constant put right", with(text, at, end, constant)),
        None => Edit("a value put in quotes", with(text, at, end, &quoted)),
    });
}

/// Behind a string that seems to end too soon, or too late.
fn string(text: &[u8], at: usize, close: usize, out: &mut Vec<Edit>) {
    let begins = matches!(text.get(at), Some(b'"' | b'{' | b'['));
    if close + 1 == at || !begins {
        out.push(Edit("a quote escaped", with(text, close, close, b"\\")));
    }
    // `"a":"b, "c":…`: the string took in what follows it.
    if let Some(open) = opening(text, close) {
        let inside = text.get(open + 1..close).unwrap_or_default();
        if let Some(comma) = memchr::memrchr(b',', inside)
            && inside
                .get(comma + 1..)
                .is_some_and(|tail| tail.iter().all(u8::is_ascii_whitespace))
        {
            let end = open + 1 + comma;
            out.push(Edit("a missing quote added", with(text, end, end, b"\"")));
        }
    }
}

/// A comment at a fault, left out.
fn comment(text: &[u8], at: usize, out: &mut Vec<Edit>) {
    let rest = text.get(at..).unwrap_or_default();
    let len = if rest.starts_with(b"//") || rest.starts_with(b"#") {
        memchr::memchr(b'\n', rest)
    } else if rest.starts_with(b"/*") {
        memchr::memmem::find(rest, b"*/").map(|end| end + 2)
    } else {
        None
    };
    if let Some(len) = len {
        out.push(Edit("a comment left out", with(text, at, at + len, b"")));
    }
}

/// The text with every string in single quotes in double ones.
fn doubled(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut quote = 0;
    let mut i = 0;
    while let Some(&byte) = text.get(i) {
        match byte {
            b'\\' if quote != 0 => {
                let next = text.get(i + 1).copied().unwrap_or_default();
                if !(quote == b'\'' && next == b'\'') {
                    out.push(byte);
                }
                out.push(next);
                i += 1;
            }
            b'\'' if quote != b'"' => {
                quote = if quote == 0 { byte } else { 0 };
                out.push(b'"');
            }
            b'"' if quote == b'\'' => out.extend_from_slice(b"\\\""),
            b'"' => {
                quote = if quote == 0 { byte } else { 0 };
                out.push(byte);
            }
            other => out.push(other),
        }
        i += 1;
    }
    out
}

/// The text with the control characters from `at` to the end of their string escaped.
fn escaped(text: &[u8], at: usize) -> Vec<u8> {
    let mut out = text.get(..at).unwrap_or_default().to_vec();
    let mut i = at;
    while let Some(&byte) = text.get(i) {
        match byte {
            b'"' => break,
            b'\\' => {
                out.push(byte);
                i += 1;
                out.extend(text.get(i));
            }
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0..0x20 => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            other => out.push(other),
        }
        i += 1;
    }
    out.extend_from_slice(text.get(i..).unwrap_or_default());
    out
}

/// What would close every bracket that is open at the end; `None` inside a string.
fn closers(text: &[u8]) -> Option<Vec<u8>> {
    let mut open = Vec::new();
    let mut i = 0;
    while let Some(&byte) = text.get(i) {
        match byte {
            b'"' => {
                i = lex::string_to(text, i).ok()?;
                continue;
            }
            b'{' => open.push(b'}'),
            b'[' => open.push(b']'),
            b'}' | b']' => {
                open.pop();
            }
            _ => {}
        }
        i += 1;
    }
    open.reverse();
    Some(open)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn check(damaged: &str, sound: &str) {
        let mended = mend(damaged.as_bytes(), &mut Scanner::new())
            .unwrap_or_else(|| panic!("not mended: {damaged}"));
        let is: Value = serde_json::from_slice(&mended.json).expect("sound");
        let wanted: Value = serde_json::from_str(sound).expect("sound");
        assert_eq!(is, wanted, "{damaged}: {}", mended.what);
        assert!(!mended.what.is_empty());
    }

    #[test]
    fn what_has_one_obvious_cure() {
        let sound = r#"{"eventName":"X","eventSource":"s","a":{"b":"v"},"n":1}"#;
        for damaged in [
            r#"{"eventName: "X","eventSource":"s","a":{"b":"v"},"n":1}"#,
            r#"{eventName":"X","eventSource":"s","a":{"b":"v"},"n":1}"#,
            r#"{eventName:"X","eventSource":"s","a":{"b":"v"},"n":1}"#,
            r#"{"eventName":"X,"eventSource":"s","a":{"b":"v"},"n":1}"#,
            r#"{"eventName":"X" "eventSource":"s","a":{"b":"v"},"n":1}"#,
            r#"{"eventName" "X","eventSource":"s","a":{"b":"v"},"n":1}"#,
            r#"{"eventName":"X","eventSource":"s","a":{"b":"v",},"n":1,}"#,
            r#"{"eventName":X,"eventSource":"s","a":{"b":"v"},"n":1}"#,
            r"{'eventName':'X','eventSource':'s','a':{'b':'v'},'n':1}",
            r#"{"eventName":"X","eventSource":"s","a":{"b":"v"},"n":1"#,
            r#"{"eventName":"X","eventSource":"s","a":{"b":"v"},"n":1}}"#,
            r#"{"eventName":"X","eventSource":"s","a":{"b":"v"],"n":1}"#,
            r#"["eventName":"X","eventSource":"s","a":{"b":"v"},"n":1}"#,
            "{\"eventName\":\"X\", // a note\n\"eventSource\":\"s\",\"a\":{\"b\":\"v\"},\"n\":1}",
            "{\"eventName\":\"X,\n\"eventSource\":\"s\",\"a\":{\"b\":\"v\"},\"n\":1}",
        ] {
            check(damaged, sound);
        }
        let text = |v: &str| format!(r#"{{"eventName":"X","eventSource":"s","v":{v}}}"#);
        for (damaged, sound) in [
            ("\"a\nb\tc\"", r#""a\nb\tc""#),
            (r#""a "b" c""#, r#""a \"b\" c""#),
            (r#""a\x41""#, r#""a\\x41""#),
            (r#""\u12G4""#, r#""\\u12G4""#),
            ("True", "true"),
            ("None", "null"),
            ("tru", "true"),
            ("NaN", r#""NaN""#),
            ("-Infinity", r#""-Infinity""#),
            ("0x1F", r#""0x1F""#),
            ("007", r#""007""#),
            ("1.0.8", r#""1.0.8""#),
            ("", "null"),
            ("[1,2,]", "[1,2]"),
        ] {
            check(&text(damaged), &text(sound));
        }
    }

    #[test]
    fn what_has_none_stays_as_it_is() {
        for damaged in [
            r#"{"eventName":"X","eventSource":"s","a":[{"b":1,"n":2}"#,
            r#"{"a: "b"}"#,
            r#"{"eventName":"X","eventSource":"s","a":"cut off"#,
            "{",
            "",
            "plain words",
        ] {
            assert_eq!(
                mend(damaged.as_bytes(), &mut Scanner::new()),
                None,
                "{damaged}"
            );
        }
    }
}
