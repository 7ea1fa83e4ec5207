//! Text of JSON strings: escapes undone, oddities noticed.
//!
//! Bytes that are not UTF-8 are carried through; whoever needs text gets it lossily.

use std::borrow::Cow;

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

use crate::decode::marks::Marks;

/// Undoes the escapes of a string's inner bytes, which the scanner has checked before.
///
/// Half a surrogate pair becomes U+FFFD: no text can hold it. Marks say so.
pub(crate) fn unescape(raw: &[u8], out: &mut Vec<u8>) -> Marks {
    out.clear();
    let mut marks = Marks::NONE;
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        let (plain, escape) = rest.split_at(at);
        out.extend_from_slice(plain);
        let taken = match escape.get(1) {
            Some(b'u') => {
                let (c, taken, odd) = unicode(escape);
                marks.add(odd.with(oddity(c)));
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                taken
            }
            Some(c) => {
                let plain = match c {
                    b'n' => b'\n',
                    b't' => b'\t',
                    b'r' => b'\r',
                    b'b' => 8,
                    b'f' => 12,
                    other => *other,
                };
                // Line ends and tabs are how documents inside strings are laid out; anything else
                // that steers a terminal is odd, a lone carriage return included.
                let lays_out = matches!(plain, b'\n' | b'\t')
                    || plain == b'\r' && escape.get(2..4) == Some(b"\\n");
                if plain < b' ' && !lays_out {
                    marks.add(Marks::CONTROL);
                }
                out.push(plain);
                2
            }
            None => 1,
        };
        rest = escape.get(taken..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    marks
}

fn hex4(bytes: &[u8], at: usize) -> Option<u32> {
    let mut value = 0;
    for byte in bytes.get(at..at + 4)? {
        value = value * 16 + char::from(*byte).to_digit(16)?;
    }
    Some(value)
}

/// The character of a `\uXXXX`, with its other half where it has one, and how long it is.
fn unicode(escape: &[u8]) -> (char, usize, Marks) {
    let first = hex4(escape, 2).unwrap_or(0xfffd);
    if (0xd800..0xdc00).contains(&first)
        && escape.get(6..8) == Some(b"\\u")
        && let Some(second) = hex4(escape, 8).filter(|s| (0xdc00..0xe000).contains(s))
    {
        let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        return (char::from_u32(code).unwrap_or('\u{fffd}'), 12, Marks::NONE);
    }
    match char::from_u32(first) {
        Some(c) => (c, 6, Marks::NONE),
        None => ('\u{fffd}', 6, Marks::ENCODING),
    }
}

/// What is odd about one character.
pub(crate) fn oddity(c: char) -> Marks {
    match c {
        ' '..='~' => Marks::NONE,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}' => {
            Marks::BIDI
        }
        '\u{115f}'
        | '\u{1160}'
        | '\u{3164}'
        | '\u{ffa0}'
        | '\u{2800}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{e0100}'..='\u{e01ef}' => Marks::INVISIBLE,
        _ => match c.general_category() {
            GeneralCategory::Control => Marks::CONTROL,
            GeneralCategory::Format
            | GeneralCategory::SpaceSeparator
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
            | GeneralCategory::Unassigned => Marks::INVISIBLE,
            _ => Marks::NONE,
        },
    }
}

/// What is odd about the characters of a record that are not plain ASCII.
pub(crate) fn oddities(text: &str) -> Marks {
    let mut marks = Marks::NONE;
    let mut combining = 0u32;
    for c in text.chars() {
        if c < '\u{7f}' {
            combining = 0;
            continue;
        }
        marks.add(oddity(c));
        combining = match c.general_category() {
            GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark => combining + 1,
            _ => 0,
        };
        // A pile of accents hides the rows above it; no language needs this many.
        if combining > 8 {
            marks.add(Marks::INVISIBLE);
        }
    }
    marks
}

/// Whether a stretch holds a byte that is not printable ASCII or white space of JSON.
pub(crate) fn is_plain(bytes: &[u8]) -> bool {
    bytes
        .chunks(64)
        .all(|chunk| chunk.iter().fold(0, |most: u8, b| most.max(*b)) < 0x7f)
}

/// Text of bytes that should be UTF-8, owned only where they are not.
pub(crate) fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(raw: &str, text: &str, marks: Marks) {
        let mut out = Vec::new();
        assert_eq!(unescape(raw.as_bytes(), &mut out), marks, "{raw}");
        assert_eq!(String::from_utf8(out).expect("text"), text, "{raw}");
    }

    #[test]
    fn escapes() {
        check(r#"a\"b\\c\/d"#, "a\"b\\c/d", Marks::NONE);
        check(r"\u00e9\ud83d\ude00", "é😀", Marks::NONE);
        check(r"a\r\nb\tc", "a\r\nb\tc", Marks::NONE);
        check(r"a\rb", "a\rb", Marks::CONTROL);
        check(r"a\bb", "a\u{8}b", Marks::CONTROL);
        check(r"\ud800x", "\u{fffd}x", Marks::ENCODING);
        check(r"\ude00\ud83d", "\u{fffd}\u{fffd}", Marks::ENCODING);
        check(r"\u202e", "\u{202e}", Marks::BIDI);
    }

    #[test]
    fn invisible_things() {
        assert_eq!(oddities("plain é שלום"), Marks::NONE);
        assert_eq!(oddities("a\u{200b}"), Marks::INVISIBLE);
        assert_eq!(oddities("a\u{7f}"), Marks::CONTROL);
        assert!(!is_plain("é".as_bytes()));
        assert!(is_plain(b"plain"));
    }
}
