//! The keys and strings of one record that the index has no column for, as they were met.

use std::ops::Range;

/// Keys and strings, unescaped.
#[derive(Debug, Default)]
pub(crate) struct Leaves {
    /// Where those without escapes stand in the record.
    plain: Vec<Range<usize>>,
    /// The others, end to end.
    text: Vec<u8>,
    ends: Vec<usize>,
    base: usize,
}

impl Leaves {
    /// Begins with a record that stands at `base`.
    pub(crate) fn begin(&mut self, base: usize) {
        self.plain.clear();
        self.text.clear();
        self.ends.clear();
        self.base = base;
    }

    /// Adds what stands at a place of the text, and has no escapes.
    #[inline]
    pub(crate) fn add(&mut self, from: usize, to: usize) {
        self.plain.push(from - self.base..to - self.base);
    }

    /// Adds what was unescaped.
    pub(crate) fn add_text(&mut self, text: &[u8]) {
        self.text.extend_from_slice(text);
        self.ends.push(self.text.len());
    }

    /// How many there are: without escapes, and with.
    pub(crate) fn len(&self) -> (usize, usize) {
        (self.plain.len(), self.ends.len())
    }

    /// Where in the text those without escapes stand, from number `from` on.
    pub(crate) fn places(&self, from: usize) -> impl Iterator<Item = (usize, usize)> {
        let plain = self.plain.get(from..).unwrap_or_default();
        let at = |place: usize| self.base + place;
        plain
            .iter()
            .map(move |range| (at(range.start), at(range.end)))
    }

    /// All of them; `record` is the text from the record's first byte on.
    pub(crate) fn each(&self, record: &[u8], each: &mut dyn FnMut(&[u8])) {
        let plain = self.plain.iter();
        for leaf in plain.filter_map(|range| record.get(range.clone())) {
            each(leaf);
        }
        let mut from = 0;
        for &end in &self.ends {
            each(self.text.get(from..end).unwrap_or_default());
            from = end;
        }
    }
}
