//! A few texts that may be absent, in one piece of memory.
//!
//! Where a type has many optional texts and there are very many of it, a piece for each text costs
//! more than the texts.

/// As many texts as a type has places for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Texts<const N: usize> {
    /// Those that are there, end to end.
    all: Box<str>,
    /// Where each ends.
    ends: [u32; N],
    /// A bit for each that is there.
    there: u32,
}

impl<const N: usize> Texts<N> {
    /// Puts texts together.
    pub fn new(texts: &[Option<Box<str>>; N]) -> Self {
        const { assert!(N <= 32, "a bit for each text") };
        let mut all = String::with_capacity(texts.iter().flatten().map(|text| text.len()).sum());
        let (mut ends, mut there) = ([0; N], 0);
        for ((text, end), at) in texts.iter().zip(&mut ends).zip(0..) {
            if let Some(text) = text
                && u32::try_from(all.len() + text.len()).is_ok()
            {
                all.push_str(text);
                there |= 1 << at;
            }
            *end = all.len() as u32;
        }
        Self {
            all: all.into(),
            ends,
            there,
        }
    }

    /// The text of a place, where there is one.
    pub fn get(&self, at: usize) -> Option<&str> {
        if at >= N || self.there >> at & 1 == 0 {
            return None;
        }
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.all.get(start as usize..self.ends[at] as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_there_or_absent() {
        let said = [None, Some("a"), Some(""), None, Some("Grüße")];
        let texts = Texts::new(&said.map(|text| text.map(Into::into)));
        assert_eq!([0, 1, 2, 3, 4].map(|at| texts.get(at)), said);
        assert_eq!(texts.get(5), None);
    }
}
