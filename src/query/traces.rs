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

/// What to look for in the text of a file.
#[derive(Debug)]
pub struct Traces {
    texts: Regex,
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
            escapes,
        })
    }

    /// Where in the text of a file they stand, or may be hidden: a record that none of these places
    /// lies in holds none of them in any key or value. Ascending.
    pub fn places(&self, text: &[u8]) -> Vec<usize> {
        let found = self.texts.find_iter(text).map(|found| found.start());
        let mut places: Vec<usize> = found.collect();
        for escape in &self.escapes {
            places.extend(escape.find_iter(text));
        }
        let encoded = memchr::memchr_iter(b'%', text);
        places.extend(encoded.filter(|at| opens_encoded(text.get(*at..).unwrap_or_default())));
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
    }
}
