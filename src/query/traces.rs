//! Texts one of which stands in the bytes of every record that can match: a whole file is looked
//! through for them at once, and only records that show one are asked.
//!
//! Refuses to know: which records a file holds.

use memchr::memmem::Finder;
use regex::bytes::Regex;
use regex_syntax::hir::Hir;
use regex_syntax::hir::literal::{Extractor, Seq};

use crate::event::json::{opens_encoded, percent_decoded};

/// Shorter texts stand in nearly every record; more of them are not found faster than records are
/// asked.
const SHORTEST: usize = 2;
const MOST: usize = 64;
/// So much of a text is looked through for one thing after the other: it fits a processor's cache.
const BLOCK: usize = 1 << 16;

/// What to look for in the text of a file.
#[derive(Debug)]
pub struct Traces {
    texts: Regex,
    /// How long the longest is.
    longest: usize,
    /// The ASCII characters that, spelled as a `\u`, could bring one of them about.
    spelled: [bool; 128],
    /// Whether others could.
    foreign: bool,
    unicode: Finder<'static>,
    /// A slash as JSON may write it, where one stands in them.
    slash: Option<Finder<'static>>,
}

/// Characters of other escapes, which escapes may spell: of a `\u`, and of `%7B` and `%5B`.
const OF_ESCAPES: &str = r"\u%57Bb";

/// The texts with one of which everything begins, or ends, that an expression finds; `None` where
/// there are none of any use.
pub(crate) fn of_expression(hir: &Hir) -> Option<Vec<String>> {
    let mut extractor = Extractor::new();
    let begins = extractor.extract(hir);
    usable(&begins).or_else(|| {
        let kind = regex_syntax::hir::literal::ExtractKind::Suffix;
        usable(&extractor.kind(kind).extract(hir))
    })
}

fn usable(found: &Seq) -> Option<Vec<String>> {
    let literals = found.literals()?;
    if literals.is_empty() || literals.len() > MOST {
        return None;
    }
    let text = |bytes: &[u8]| {
        let text = std::str::from_utf8(bytes).ok()?;
        (text.len() >= SHORTEST && text.chars().all(is_plain)).then(|| text.to_owned())
    };
    literals.iter().map(|l| text(l.as_bytes())).collect()
}

/// Whether a character is written as it reads, unless as a `\u`, and stands at no end of a record,
/// so that what is found never reaches from one record into the next.
fn is_plain(c: char) -> bool {
    !(c.is_control() || matches!(c, '"' | '\\' | '{' | '}' | '\u{fffd}'))
}

impl Traces {
    /// Ready to look for some texts; `None` for none.
    pub(crate) fn new(texts: &[String]) -> Option<Self> {
        if texts.is_empty() {
            return None;
        }
        let escaped: Vec<String> = texts.iter().map(|text| regex::escape(text)).collect();
        let mut spelled = [false; 128];
        let chars = texts.iter().flat_map(|text| text.chars());
        for c in chars.chain(OF_ESCAPES.chars()) {
            if let Some(yes) = spelled.get_mut(c as usize) {
                *yes = true;
            }
        }
        let has_slash = texts.iter().any(|text| text.contains('/'));
        Some(Self {
            spelled,
            foreign: !texts.iter().all(|text| text.is_ascii()),
            unicode: Finder::new(br"\u").into_owned(),
            slash: has_slash.then(|| Finder::new(br"\/").into_owned()),
            texts: Regex::new(&escaped.join("|")).ok()?,
            longest: texts.iter().map(String::len).max()?,
        })
    }

    /// Where in the text of a file they stand, or may be hidden: a record that none of these places
    /// lies in holds none of them in any key or value. Ascending.
    pub fn places(&self, text: &[u8]) -> Vec<usize> {
        let mut places = Vec::new();
        // What was inflated last is nearest.
        for start in (0..text.len()).step_by(BLOCK).rev() {
            let end = text.len().min(start + BLOCK);
            let until = |more: usize| text.get(start..text.len().min(end + more));
            let block = until(self.longest).unwrap_or_default();
            let found = self
                .texts
                .find_iter(block)
                .map(|found| start + found.start());
            places.extend(found.take_while(|at| *at < end));
            let block = until(1).unwrap_or_default();
            let unicode = self.unicode.find_iter(block).map(|at| start + at);
            places.extend(unicode.filter(|at| self.may_spell(text.get(at + 2..))));
            if let Some(slash) = &self.slash {
                places.extend(slash.find_iter(block).map(|at| start + at));
            }
            let mut past = 0;
            for at in memchr::memchr_iter(b'%', block).map(|at| start + at) {
                let rest = text.get(at..).unwrap_or_default();
                if at >= past && opens_encoded(rest) {
                    let (hides, len) = self.may_encode(rest);
                    places.extend(hides.then_some(at));
                    past = at + len;
                }
            }
        }
        places.sort_unstable();
        places
    }

    /// Whether what stands behind a `\u` could bring about one of the texts.
    fn may_spell(&self, rest: Option<&[u8]>) -> bool {
        let digits = rest.and_then(|rest| rest.first_chunk::<4>());
        let unit = digits.and_then(|digits| {
            let digit = |byte: &u8| char::from(*byte).to_digit(16);
            let mut all = digits.iter().map(digit);
            all.try_fold(0, |unit, digit| Some(unit * 16 + digit?))
        });
        unit.is_none_or(|unit| {
            let ascii = self.spelled.get(unit as usize);
            ascii.copied().unwrap_or(self.foreign)
        })
    }

    /// Whether a value that begins in hexadecimal could hold one of the texts, and how long it is at
    /// least.
    fn may_encode(&self, rest: &[u8]) -> (bool, usize) {
        let near = rest.get(..BLOCK).unwrap_or(rest);
        let Some(end) = memchr::memchr(b'"', near) else {
            return (true, near.len());
        };
        let value = near.get(..end).unwrap_or_default();
        let hides = |plain: String| {
            let plain = plain.as_bytes();
            self.texts.is_match(plain) || memchr::memchr2(b'\\', b'%', plain).is_some()
        };
        let plain = std::str::from_utf8(value).ok().and_then(percent_decoded);
        let escaped = memchr::memchr(b'\\', value).is_some();
        (escaped || plain.is_none_or(hides), end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(expression: &str) -> Option<Vec<String>> {
        of_expression(&regex_syntax::parse(expression).unwrap())
    }

    #[test]
    fn expressions_begin_or_end_with_texts() {
        let some = |texts: &[&str]| Some(texts.iter().map(|t| (*t).to_owned()).collect());
        assert_eq!(texts("alice|bob"), some(&["alice", "bob"]));
        assert_eq!(texts("(alice|bob)@x+"), some(&["alice@x", "bob@x"]));
        assert_eq!(texts("^al(ice)?"), some(&["alice", "al"]));
        assert_eq!(texts("[a-z]+-prod"), some(&["-prod"]));
        for none in ["", "a|b", ".*", "x?", "[a-z]+", "a\\{b", "ab\\\\c"] {
            assert_eq!(texts(none), None, "{none}");
        }
    }

    #[test]
    fn what_may_be_hidden_is_a_place() {
        let traces = Traces::new(&["a/b".to_owned(), "x1".to_owned()]).unwrap();
        let text =
            br#"{"k":"x1 y"} {"k":"\u0078"} {"k":"a\/b"} {"k":"%7bx%31"} {"k":"50%"} {"k":"\n"}"#;
        assert_eq!(traces.places(text), [6, 19, 35, 47]);
        for (text, yes) in [
            (r#""\u0026""#, false),
            (r#""\u00e9""#, false),
            (r#""\u005c""#, true),
            (r#""\\\u0075""#, true),
            (r#""\u007\u0038""#, true),
            (r#""%\u0037B""#, true),
            (r#""%7B%22k%22%7D""#, false),
            (r#""%7B%22\u0026""#, true),
            (r#""%7B%5Cu0078""#, true),
            (r#""%7Bq"#, true),
            (r#""%5B%7B%5B" "%5bx1""#, true),
        ] {
            assert_eq!(!traces.places(text.as_bytes()).is_empty(), yes, "{text}");
        }
        // Wherever blocks end.
        for n in BLOCK - 60..=BLOCK {
            let text = [&vec![b' '; n], &text[..]].concat();
            let mut places = traces.places(&text);
            places.dedup();
            assert_eq!(places, [6, 19, 35, 47].map(|at| n + at), "{n}");
        }
    }
}
