//! The one door through which text from outside reaches a terminal, a table or a message.
//!
//! [`Printable`] can only be made by escaping: control characters become visible pictures (`␛`),
//! everything else that has no shape of its own or that moves its neighbours (bidi controls,
//! zero-width and tag characters, fillers, line separators, unassigned and private code points)
//! becomes `<U+202E>`. The classes come from Unicode's tables, not from a list by hand.
//!
//! Where the marks stand is kept beside the text, so that a screen can style them in a way plain
//! text cannot imitate; see [`Printable::pieces`].

use std::fmt;

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Text that is safe to put on a terminal: no byte of it acts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub struct Printable {
    text: String,
    /// Byte ranges of `text` that are marks standing for something invisible.
    marks: Vec<(u32, u32)>,
    /// Whether its end tells it from others, and so is kept where it is cut.
    tail: bool,
}

/// A run of a [`Printable`]: plain text, or a mark that stands for something invisible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Text as it came.
    Plain(&'a str),
    /// A mark in place of a character that cannot be shown.
    Mark(&'a str),
}

impl Printable {
    /// Escapes `text`.
    pub fn new(text: &str) -> Self {
        if text.bytes().all(|b| (b' '..=b'~').contains(&b)) {
            return Self {
                text: text.to_owned(),
                ..Self::default()
            };
        }
        let mut out = Self::default();
        let mut combining = 0;
        for c in text.chars() {
            combining = if !c.is_ascii() && is_combining(c) {
                combining + 1
            } else {
                0
            };
            match c {
                ' '..='~' => out.text.push(c),
                '\0'..='\u{1f}' => {
                    let picture = char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}');
                    out.push_mark(picture.encode_utf8(&mut [0; 4]));
                }
                '\u{7f}' => out.push_mark("␡"),
                '\u{80}'..='\u{9f}' => out.push_mark(&format!("<{:02X}>", c as u32)),
                _ if combining <= MOST_COMBINING && is_printable(c) => out.text.push(c),
                _ => out.push_mark(&format!("<U+{:04X}>", c as u32)),
            }
        }
        out
    }

    /// Escapes bytes that should be UTF-8; each byte that is not becomes `<9B>`.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let mut out = Self::default();
        for chunk in bytes.utf8_chunks() {
            out.push(&Self::new(chunk.valid()));
            for byte in chunk.invalid() {
                out.push_mark(&format!("<{byte:02X}>"));
            }
        }
        out
    }

    /// Text this program wrote itself, which needs no escaping.
    pub fn trusted(text: &'static str) -> Self {
        Self {
            text: text.to_owned(),
            ..Self::default()
        }
    }

    /// The same, which is cut in its middle where it must be: names of one family begin alike.
    #[must_use]
    pub fn with_tail(self) -> Self {
        Self { tail: true, ..self }
    }

    /// Whether it is cut in its middle where it must be.
    pub const fn keeps_tail(&self) -> bool {
        self.tail
    }

    /// A part of a mark of another one, which stays a mark.
    pub fn mark(text: &str) -> Self {
        let mut out = Self::default();
        out.push_mark(Self::new(text).as_str());
        out
    }

    /// The escaped text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The escaped text, given away.
    pub fn into_string(self) -> String {
        self.text
    }

    /// Whether anything had to be made visible.
    pub fn is_marked(&self) -> bool {
        !self.marks.is_empty()
    }

    /// Columns it takes on a terminal.
    pub fn width(&self) -> usize {
        self.text.width()
    }

    /// Adds `other` at the end.
    pub fn push(&mut self, other: &Self) {
        let shift = self.text.len() as u32;
        self.text.push_str(&other.text);
        self.marks
            .extend(other.marks.iter().map(|(a, b)| (a + shift, b + shift)));
    }

    fn push_mark(&mut self, mark: &str) {
        let start = self.text.len() as u32;
        self.text.push_str(mark);
        self.marks.push((start, self.text.len() as u32));
    }

    /// The text as runs of plain text and marks, in order.
    pub fn pieces(&self) -> impl Iterator<Item = Piece<'_>> {
        let mut at = 0usize;
        let mut marks = self.marks.iter();
        let mut pending: Option<(usize, usize)> = None;
        std::iter::from_fn(move || {
            if let Some((start, end)) = pending.take() {
                at = end;
                return Some(Piece::Mark(&self.text[start..end]));
            }
            match marks.next() {
                Some(&(start, end)) => {
                    let (start, end) = (start as usize, end as usize);
                    if start > at {
                        pending = Some((start, end));
                        Some(Piece::Plain(&self.text[at..start]))
                    } else {
                        at = end;
                        Some(Piece::Mark(&self.text[start..end]))
                    }
                }
                None if at < self.text.len() => {
                    let rest = &self.text[at..];
                    at = self.text.len();
                    Some(Piece::Plain(rest))
                }
                None => None,
            }
        })
    }

    /// The text cut to `columns`, with `…` where something was cut: at its end, or in the middle of
    /// one whose end is to be kept.
    #[must_use]
    pub fn truncated(&self, columns: usize) -> Self {
        if self.width() <= columns {
            return self.clone();
        }
        let kept = columns.saturating_sub(1);
        let head = if self.tail && kept >= LEAST_WITH_TAIL {
            kept / 3
        } else {
            kept
        };
        let end = fitting(&self.text, head);
        let mut out = Self {
            text: self.text[..end].to_owned(),
            tail: self.tail,
            ..Self::default()
        };
        out.marks.extend(
            self.marks
                .iter()
                .filter(|(start, _)| (*start as usize) < end)
                .map(|&(a, b)| (a, b.min(end as u32))),
        );
        if columns > 0 {
            out.text.push('…');
        }
        if head < kept {
            let from = end + fitting_at_end(&self.text[end..], columns - out.width());
            let (from, at) = (from as u32, out.text.len() as u32);
            out.text.push_str(&self.text[from as usize..]);
            let marks = self.marks.iter().filter(|(_, end)| *end > from);
            out.marks
                .extend(marks.map(|&(a, b)| (a.max(from) - from + at, b - from + at)));
        }
        out
    }
}

/// Fewer columns are not worth cutting a text in two.
const LEAST_WITH_TAIL: usize = 6;

impl fmt::Display for Printable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

/// Where the end of `text` begins that fits into `columns`, at a grapheme boundary.
fn fitting_at_end(text: &str, columns: usize) -> usize {
    let (mut used, mut from) = (0, text.len());
    for (at, grapheme) in text.grapheme_indices(true).rev() {
        used += grapheme.width();
        if used > columns {
            break;
        }
        from = at;
    }
    from
}

/// How many bytes of `text` fit into `columns`, at a grapheme boundary.
pub fn fitting(text: &str, columns: usize) -> usize {
    let (mut used, mut end) = (0, 0);
    for (at, grapheme) in text.grapheme_indices(true) {
        let width = grapheme.width();
        if used + width > columns {
            break;
        }
        used += width;
        end = at + grapheme.len();
    }
    end
}

/// Whether a character stands on its own as a glyph and leaves its neighbours where they are.
pub fn is_printable(c: char) -> bool {
    if c.is_ascii() {
        return (' '..='~').contains(&c);
    }
    // Characters that are letters or marks by category and yet draw nothing.
    let blank = matches!(
        c,
        '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{2800}' | '\u{34f}'
            | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{e0000}'..='\u{e0fff}' | '\u{fffc}'
    );
    !blank
        && !matches!(
            c.general_category(),
            GeneralCategory::Control
                | GeneralCategory::Format
                | GeneralCategory::PrivateUse
                | GeneralCategory::Unassigned
                | GeneralCategory::Surrogate
                | GeneralCategory::LineSeparator
                | GeneralCategory::ParagraphSeparator
                | GeneralCategory::SpaceSeparator
        )
}

fn is_combining(c: char) -> bool {
    matches!(
        c.general_category(),
        GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark
    )
}

/// Combining marks on one letter before the rest are shown as marks of their own.
const MOST_COMBINING: usize = 4;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, shown: &str) {
        assert_eq!(Printable::new(text).as_str(), shown);
    }

    #[test]
    fn what_acts_becomes_a_mark() {
        check("plain ~", "plain ~");
        check("a\u{1b}[2Jb", "a␛[2Jb");
        check("\u{202e}evil", "<U+202E>evil");
        check("\u{9b}31m", "<9B>31m");
        check("a\u{200b}b\u{ad}c\u{feff}", "a<U+200B>b<U+00AD>c<U+FEFF>");
        check(
            "\u{3164}\u{2800}\u{2028}\u{e0041}",
            "<U+3164><U+2800><U+2028><U+E0041>",
        );
        check("żółć שלום مرحبا 日本", "żółć שלום مرحبا 日本");
        check("\u{a0}", "<U+00A0>");
    }

    #[test]
    fn marks_can_be_told_from_text_that_looks_like_them() {
        let shown = Printable::new("␛\u{1b}x");
        let pieces: Vec<_> = shown.pieces().collect();
        assert_eq!(
            pieces,
            [Piece::Plain("␛"), Piece::Mark("␛"), Piece::Plain("x")]
        );
    }

    #[test]
    fn bytes_that_are_not_text_show_as_hex() {
        assert_eq!(Printable::from_bytes(b"a\xc0\x1bb").as_str(), "a<C0>␛b");
    }

    #[test]
    fn cutting_keeps_to_columns() {
        assert_eq!(Printable::new("abcdef").truncated(4).as_str(), "abc…");
        assert_eq!(Printable::new("日本語").truncated(4).as_str(), "日…");
        assert_eq!(Printable::new("ab").truncated(0).as_str(), "");
        let named = |text: &str, columns| Printable::new(text).with_tail().truncated(columns);
        assert_eq!(
            named("role/stratus-red-team-a", 12).as_str(),
            "rol…d-team-a"
        );
        assert_eq!(named("role/stratus-red-team-a", 6).as_str(), "role/…");
        assert_eq!(named("日本語日本語日本語", 9).as_str(), "日…日本語");
        let marked = named("abc\u{202e}def\u{202e}ghi\u{7}", 12);
        let pieces: Vec<Piece<'_>> = marked.pieces().collect();
        assert_eq!(
            pieces,
            [
                Piece::Plain("abc…"),
                Piece::Mark("02E>"),
                Piece::Plain("ghi"),
                Piece::Mark("␇")
            ]
        );
    }

    proptest! {
        #[test]
        fn nothing_that_acts_gets_through(text in any::<String>()) {
            prop_assert!(Printable::new(&text).as_str().chars().all(is_printable_or_space));
        }
    }

    fn is_printable_or_space(c: char) -> bool {
        c == ' ' || is_printable(c)
    }
}
