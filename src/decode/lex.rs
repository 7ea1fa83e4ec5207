//! The words of JSON: white space, strings, numbers, `true`, `false`, `null`.
//!
//! Each function reads one word at a position and says where it ends, what cannot stand there, or
//! that the text ends first. No word is copied. Knows nothing of records.

#![expect(
    clippy::inline_always,
    reason = "measured: the pass is a third slower when these are calls"
)]

use crate::decode::fields::Slot;
use crate::decode::text;

/// Why a scan stopped before the object's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Not JSON.
    Syntax {
        /// The first byte that cannot stand there.
        at: usize,
        /// What should.
        what: &'static str,
    },
    /// The text ended.
    End,
    /// The object holds the array of records; `at` is the first byte after its bracket.
    Wrapper {
        /// Where the array's items begin.
        at: usize,
        /// Under which key.
        key: Slot,
    },
    /// More levels than the scanner follows.
    TooDeep,
}

/// One string as it was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    /// The first byte inside.
    pub(crate) from: usize,
    /// The closing quote.
    pub(crate) to: usize,
    /// Whether there is an escape in it.
    pub(crate) escaped: bool,
}

/// The byte at a position, or the end.
#[inline(always)]
pub(crate) fn byte(bytes: &[u8], at: usize) -> Result<u8, Stop> {
    bytes.get(at).copied().ok_or(Stop::End)
}

/// The first byte from `i` on that is no JSON white space.
#[inline(always)]
pub(crate) fn skip_space(bytes: &[u8], i: usize) -> usize {
    match bytes.get(i) {
        Some(b) if *b > b' ' => i,
        _ => skip_blanks(bytes, i),
    }
}

fn skip_blanks(bytes: &[u8], mut i: usize) -> usize {
    loop {
        // Pretty-printed files are one part blanks in three.
        while bytes
            .get(i..)
            .and_then(|rest| rest.first_chunk::<8>())
            .is_some_and(|c| u64::from_le_bytes(*c) == 0x2020_2020_2020_2020)
        {
            i += 8;
        }
        match bytes.get(i) {
            Some(b' ' | b'\n' | b'\r' | b'\t') => i += 1,
            _ => return i,
        }
    }
}

/// Reads a string's inside from `from` on.
#[inline(always)]
pub(crate) fn string(bytes: &[u8], from: usize) -> Result<Token, Stop> {
    let mut i = from;
    let mut escaped = false;
    loop {
        i = plain_to(bytes, i);
        match byte(bytes, i)? {
            b'"' => {
                return Ok(Token {
                    from,
                    to: i,
                    escaped,
                });
            }
            b'\\' => {
                escaped = true;
                i = escape(bytes, i)?;
            }
            _ => {
                return Err(Stop::Syntax {
                    at: i,
                    what: "a control character inside a string",
                });
            }
        }
    }
}

/// The end of a string, quote included, whose opening quote stands at `start`.
pub(crate) fn string_to(bytes: &[u8], start: usize) -> Result<usize, Stop> {
    string(bytes, start + 1).map(|token| token.to + 1)
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// A high bit for each byte that ends a plain stretch; exact up to and with the lowest one.
#[inline(always)]
const fn ends_plain(word: u64) -> u64 {
    let quote = word ^ (ONES * b'"' as u64);
    let slash = word ^ (ONES * b'\\' as u64);
    let quote = quote.wrapping_sub(ONES) & !quote;
    let slash = slash.wrapping_sub(ONES) & !slash;
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    (quote | slash | control) & HIGH
}

/// The first quote, backslash or control character from `i` on.
#[inline(always)]
fn plain_to(bytes: &[u8], mut i: usize) -> usize {
    // Two words at a time: most strings end within sixteen bytes, so the loop seldom turns and its
    // end is foreseen.
    while let Some(chunk) = bytes.get(i..).and_then(|rest| rest.first_chunk::<16>()) {
        let wide = u128::from_le_bytes(*chunk);
        let low = ends_plain(wide as u64);
        let high = ends_plain((wide >> 64) as u64);
        if low | high != 0 {
            let (hits, skip) = if low == 0 { (high, 8) } else { (low, 0) };
            return i + skip + (hits.trailing_zeros() / 8) as usize;
        }
        i += 16;
    }
    while bytes
        .get(i)
        .is_some_and(|b| *b != b'"' && *b != b'\\' && *b >= b' ')
    {
        i += 1;
    }
    i
}

#[cold]
fn escape(bytes: &[u8], at: usize) -> Result<usize, Stop> {
    match byte(bytes, at + 1)? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Ok(at + 2),
        b'u' => {
            for k in 2..6 {
                if !byte(bytes, at + k)?.is_ascii_hexdigit() {
                    return Err(Stop::Syntax {
                        at,
                        what: "`\\u` needs four hexadecimal digits",
                    });
                }
            }
            Ok(at + 6)
        }
        _ => Err(Stop::Syntax {
            at,
            what: "no such escape in JSON",
        }),
    }
}

/// The end of the object at `start` of sound text: its brackets are counted, nothing is proved.
pub(crate) fn object_to(bytes: &[u8], start: usize) -> Option<usize> {
    let (mut depth, mut at) = (0usize, start);
    loop {
        match bytes.get(at)? {
            b'"' => {
                at = string_to(bytes, at).ok()?;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
}

/// The end of a number. What follows it is the caller's business.
pub(crate) fn number(bytes: &[u8], start: usize) -> Result<usize, Stop> {
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let digits = |mut at: usize| {
        while digit(at) {
            at += 1;
        }
        at
    };
    let mut i = start;
    if byte(bytes, i)? == b'-' {
        i += 1;
    }
    match byte(bytes, i)? {
        b'0' => i += 1,
        b'1'..=b'9' => i = digits(i),
        _ => {
            return Err(Stop::Syntax {
                at: start,
                what: "expected a value",
            });
        }
    }
    if bytes.get(i) == Some(&b'.') && digit(i + 1) {
        i = digits(i + 1);
    }
    if matches!(bytes.get(i), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(i + 1), Some(b'+' | b'-')));
        if digit(i + 1 + sign) {
            i = digits(i + 1 + sign);
        }
    }
    Ok(i)
}

/// The end of `true`, `false` or `null`.
pub(crate) fn literal(bytes: &[u8], start: usize) -> Result<usize, Stop> {
    let rest = bytes.get(start..).unwrap_or_default();
    for word in [&b"null"[..], b"true", b"false"] {
        if rest.starts_with(word) {
            return Ok(start + word.len());
        }
        if !rest.is_empty() && word.starts_with(rest) {
            return Err(Stop::End);
        }
    }
    Err(Stop::Syntax {
        at: start,
        what: "expected a value",
    })
}

/// Whether neither `i64`, `u64` nor `f64` can hold the number's size.
pub(crate) fn is_out_of_range(raw: &[u8]) -> bool {
    if raw.len() < 5 {
        return false;
    }
    let exponent = raw.iter().any(|b| matches!(b, b'e' | b'E'));
    if raw.len() < 19 && !exponent {
        return false;
    }
    let text = text::lossy(raw);
    if exponent {
        let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
        return text.parse::<f64>().is_ok_and(|n| {
            n.is_infinite() || (n == 0.0 && mantissa.bytes().any(|b| matches!(b, b'1'..=b'9')))
        });
    }
    !text.contains('.') && text.parse::<i64>().is_err() && text.parse::<u64>().is_err()
}
