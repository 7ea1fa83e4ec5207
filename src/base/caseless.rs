//! Finding ASCII text in bytes whatever its case, without copying them.

use memchr::memmem::Finder;

/// The bytes of `CloudTrail` records in lower case, the most frequent ones first.
const FREQUENT: &[u8] = br#""east:nrio12c3d,-umlp0v.b4y5fw6g87/9{}hkz xq_j[]"#;

/// A text to look for: ASCII in lower case.
#[derive(Debug, Clone)]
pub struct Caseless {
    text: Vec<u8>,
    /// The place in it of the byte that records have least.
    rare: usize,
    /// Finds a text in which no letter stands, so that it has one spelling.
    exact: Option<Finder<'static>>,
    /// Find it as it is written in one case.
    lower: Finder<'static>,
    upper: Finder<'static>,
}

/// The case of the ASCII letters of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Case {
    /// There are none.
    #[default]
    None,
    /// All are small.
    Lower,
    /// All are capitals.
    Upper,
    /// Some are small, others capitals.
    Mixed,
}

impl Case {
    /// The case of a text.
    pub fn of(text: &str) -> Self {
        let (mut lower, mut upper) = (false, false);
        for byte in text.bytes() {
            lower |= byte.is_ascii_lowercase();
            upper |= byte.is_ascii_uppercase();
        }
        match (lower, upper) {
            (false, false) => Self::None,
            (true, false) => Self::Lower,
            (false, true) => Self::Upper,
            (true, true) => Self::Mixed,
        }
    }

    /// The case of two texts together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::None, case) | (case, Self::None) => case,
            (Self::Lower, Self::Lower) => Self::Lower,
            (Self::Upper, Self::Upper) => Self::Upper,
            _ => Self::Mixed,
        }
    }
}

impl Caseless {
    /// Ready to look for a text; `None` for none, and for one that is not ASCII.
    pub fn new(text: &str) -> Option<Self> {
        if text.is_empty() || !text.is_ascii() {
            return None;
        }
        let text = text.to_ascii_lowercase().into_bytes();
        let rarity = |byte: &u8| {
            let place = FREQUENT.iter().position(|frequent| frequent == byte);
            place.unwrap_or(FREQUENT.len())
        };
        let rare = (0..text.len()).max_by_key(|at| rarity(&text[*at]))?;
        let letters = text.iter().any(u8::is_ascii_alphabetic);
        let exact = (!letters && text.len() > 1).then(|| Finder::new(&text).into_owned());
        let upper = Finder::new(&text.to_ascii_uppercase()).into_owned();
        let lower = Finder::new(&text).into_owned();
        Some(Self {
            text,
            rare,
            exact,
            lower,
            upper,
        })
    }

    /// The text, in lower case.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// Where it stands first from a place on, in bytes of a known case.
    pub fn find_in(&self, case: Case, bytes: &[u8], from: usize) -> Option<usize> {
        let finder = match case {
            Case::None | Case::Lower => &self.lower,
            Case::Upper => &self.upper,
            Case::Mixed => return self.find(bytes, from),
        };
        Some(from + finder.find(bytes.get(from..)?)?)
    }

    /// Where it stands first from a place on.
    pub fn find(&self, bytes: &[u8], from: usize) -> Option<usize> {
        if let Some(exact) = &self.exact {
            return Some(from + exact.find(bytes.get(from..)?)?);
        }
        let rare = *self.text.get(self.rare)?;
        let mut start = from + self.rare;
        loop {
            let rest = bytes.get(start..)?;
            let found = if rare.is_ascii_lowercase() {
                memchr::memchr2(rare, rare.to_ascii_uppercase(), rest)
            } else {
                memchr::memchr(rare, rest)
            };
            start += found?;
            let at = start - self.rare;
            let here = bytes.get(at..at + self.text.len())?;
            // The ends tell most places without a look at the rest.
            let ends = here.first().zip(here.last());
            let fits = ends.is_some_and(|(first, last)| {
                first.eq_ignore_ascii_case(&self.text[0])
                    && last.eq_ignore_ascii_case(&self.text[self.text.len() - 1])
            });
            if fits && here.eq_ignore_ascii_case(&self.text) {
                return Some(at);
            }
            start += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_finds_what_a_search_in_lower_case_finds(
            bytes in "[aAbB:.1é]{0,40}",
            text in "[abAB:.1]{1,4}",
            from in 0usize..45,
        ) {
            let folded = text.to_ascii_lowercase();
            let lower = bytes.to_ascii_lowercase();
            let expected = lower.as_bytes().get(from..).and_then(|rest| {
                let len = folded.len();
                rest.windows(len).position(|w| w == folded.as_bytes()).map(|at| from + at)
            });
            let caseless = Caseless::new(&text).unwrap();
            prop_assert_eq!(caseless.find(bytes.as_bytes(), from), expected);
            let middle = (0..=from).rev().find(|at| bytes.is_char_boundary(*at)).unwrap();
            let (a, b) = bytes.split_at(middle);
            prop_assert_eq!(Case::of(a).and(Case::of(b)), Case::of(&bytes));
            for bytes in [&bytes, &lower, &bytes.to_ascii_uppercase()] {
                let found = caseless.find_in(Case::of(bytes), bytes.as_bytes(), from);
                prop_assert_eq!(found, expected);
            }
        }
    }

    #[test]
    fn what_is_no_ascii_is_not_looked_for() {
        assert!(Caseless::new("").is_none());
        assert!(Caseless::new("é").is_none());
    }
}
