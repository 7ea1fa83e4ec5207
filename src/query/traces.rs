//! Texts one of which stands in the bytes of every record that can match: a whole file is looked
//! through for them at once, and only records that show one are asked.
//!
//! Refuses to know: which records a file holds.

use memchr::memmem::Finder;
use regex::bytes::Regex;
use regex_syntax::hir::Hir;
use regex_syntax::hir::literal::{Extractor, Seq};

use crate::event::json::opens_encoded;

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
    /// Escapes that could spell one of them.
    escapes: Vec<Finder<'static>>,
}

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
        let mut escapes = vec![Finder::new(b"\\u").into_owned()];
        if texts.iter().any(|text| text.contains('/')) {
            escapes.push(Finder::new(b"\\/").into_owned());
        }
        Some(Self {
            texts: Regex::new(&escaped.join("|")).ok()?,
            longest: texts.iter().map(String::len).max()?,
            escapes,
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
            for escape in &self.escapes {
                places.extend(escape.find_iter(block).map(|at| start + at));
            }
            let encoded = memchr::memchr_iter(b'%', block).map(|at| start + at);
            places.extend(encoded.filter(|at| opens_encoded(text.get(*at..).unwrap_or_default())));
        }
        places.sort_unstable();
        places
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
            br#"{"k":"x1 y"} {"k":"\u0078"} {"k":"a\/b"} {"k":"%7bq"} {"k":"50%"} {"k":"\n"}"#;
        assert_eq!(traces.places(text), [6, 19, 35, 47]);
        // Wherever blocks end.
        for n in BLOCK - 60..=BLOCK {
            let text = [&vec![b' '; n], &text[..]].concat();
            let mut places = traces.places(&text);
            places.dedup();
            assert_eq!(places, [6, 19, 35, 47].map(|at| n + at), "{n}");
        }
    }
}
