//! A few texts that may be absent, in one piece of memory.
//!
//! Where a type has many optional texts and there are very many of it, a piece for each text, or a
//! place for each that is absent, costs more than the texts.

use std::sync::Arc;

/// As many texts as a type has places for them, and any number after these. Clones share them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Texts<const N: usize> {
    /// Numbers, and then the texts end to end. The numbers: a bit for each place that has a text, how
    /// many texts follow those, and how long each of all is. They are ASCII: see [`put`].
    all: Arc<str>,
}

impl<const N: usize> Texts<N> {
    /// Puts texts together.
    pub fn new(texts: [Option<&str>; N], rest: &[&str]) -> Self {
        const { assert!(N <= 32, "a bit for each text") };
        let bits = texts.iter().zip(0..);
        let there = bits.fold(0, |bits, (text, at)| {
            bits | usize::from(text.is_some()) << at
        });
        let said = || texts.iter().flatten().chain(rest);
        let bytes: usize = said().map(|text| text.len() + 1).sum();
        let mut all = String::with_capacity(bytes + 8);
        put(&mut all, there);
        put(&mut all, rest.len());
        said().for_each(|text| put(&mut all, text.len()));
        said().for_each(|text| all.push_str(text));
        Self { all: all.into() }
    }

    /// The text of a place, where there is one.
    pub fn get(&self, at: usize) -> Option<&str> {
        let there = *self.all.as_bytes().first()?;
        // Most have few places, and are asked for one that is absent.
        if at >= N || at < DIGIT as usize && there >> at & 1 == 0 {
            return None;
        }
        let (there, rest) = take(&self.all);
        if there >> at & 1 == 0 {
            return None;
        }
        let before = (there & ((1 << at) - 1)).count_ones() as usize;
        let (more, rest) = take(rest);
        nth(rest, before, there.count_ones() as usize + more)
    }

    /// The texts that follow those of the places.
    pub fn rest(&self) -> impl Iterator<Item = &str> {
        let (there, rest) = take(&self.all);
        let (more, rest) = take(rest);
        let before = there.count_ones() as usize;
        (before..before + more).filter_map(move |at| nth(rest, at, before + more))
    }
}

/// One of `of` texts, before which their lengths stand.
fn nth(mut all: &str, at: usize, of: usize) -> Option<&str> {
    let (mut start, mut len) = (0, 0);
    for n in 0..of {
        let (this, rest) = take(all);
        all = rest;
        match n {
            _ if n < at => start += this,
            _ if n == at => len = this,
            _ => {}
        }
    }
    all.get(start..start + len)
}

/// Bits of a number that one byte has, which with one more is still ASCII.
const DIGIT: u32 = 6;
/// Set where more bytes follow.
const MORE: u8 = 1 << DIGIT;

/// Appends a number, its lowest bits first.
fn put(all: &mut String, mut number: usize) {
    while number >= usize::from(MORE) {
        all.push(char::from((number as u8 % MORE) | MORE));
        number >>= DIGIT;
    }
    all.push(char::from(number as u8));
}

/// The number that a text begins with, and what follows it.
fn take(all: &str) -> (usize, &str) {
    let (mut number, mut shift) = (0, 0);
    for (at, byte) in all.bytes().enumerate() {
        number |= usize::from(byte % MORE) << shift;
        shift += DIGIT;
        if byte & MORE == 0 || shift > usize::BITS - DIGIT {
            return (number, all.get(at + 1..).unwrap_or(""));
        }
    }
    (number, "")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_are_there_or_absent() {
        let said = [None, Some("a"), Some(""), None, Some("Grüße")];
        let texts = Texts::new(said, &["b", ""]);
        assert_eq!([0, 1, 2, 3, 4].map(|at| texts.get(at)), said);
        assert_eq!(texts.get(5), None);
        assert_eq!(texts.rest().collect::<Vec<_>>(), ["b", ""]);
        let none = Texts::new([None; 8], &[]);
        assert_eq!((none.get(7), none.rest().count()), (None, 0));
    }

    proptest! {
        #[test]
        fn whatever_is_put_in_comes_out(
            said in prop::collection::vec(prop::option::of("[a-zé]{0,9}|x{130}|y{20000}"), 9),
            rest in prop::collection::vec("[a-z]{0,200}", 0..200),
        ) {
            let said: [Option<&str>; 9] = std::array::from_fn(|at| said[at].as_deref());
            let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
            let texts = Texts::new(said, &rest);
            for (at, text) in said.iter().enumerate() {
                prop_assert_eq!(texts.get(at), *text);
            }
            prop_assert_eq!(texts.rest().collect::<Vec<_>>(), rest);
        }
    }
}
