//! The rows of a part of values, and as places in the order of appending; sets of both.
//!
//! A part is what one batch says of its rows; those that became no events are left out here.
//!
//! Refuses to know: what a row is asked for.

use std::ops::Range;

use crate::index::bitmap::RowSet;
use crate::index::earlier::Wanted;
use crate::index::part::{BUNDLE, Part, Placed, RowsOf};

impl Placed {
    /// Rows that became events.
    pub(crate) fn len(&self) -> usize {
        self.part.len() - self.dropped.len()
    }

    /// Calls `each` with each row that became an event: its place in the order of appending, and its
    /// places in a list of which `counts` says how many each row has.
    fn each_row(
        &self,
        counts: impl Iterator<Item = usize>,
        mut each: impl FnMut(usize, Range<usize>),
    ) {
        let (mut event, mut end) = (self.first as usize, 0);
        let mut dropped = self.dropped.iter().map(|row| *row as usize);
        let mut gone = dropped.next().unwrap_or(usize::MAX);
        for (row, count) in counts.enumerate() {
            let start = end;
            end += count;
            if row == gone {
                gone = dropped.next().unwrap_or(usize::MAX);
                continue;
            }
            each(event, start..end);
            event += 1;
        }
    }

    /// Some rows as events: those that became none are left out.
    pub(crate) fn events(&self, rows: &Rows) -> Bits {
        let mut bits = Bits::new(self);
        if self.dropped.is_empty() {
            let shift = self.first % 64;
            for (at, word) in rows.0.iter().enumerate() {
                bits.words[at] |= word << shift;
                if shift > 0
                    && let Some(next) = bits.words.get_mut(at + 1)
                {
                    *next |= word >> (64 - shift);
                }
            }
            return bits;
        }
        let mut at = 0;
        for row in rows.iter() {
            let gone = self.dropped.get(at..).unwrap_or_default();
            at += gone.iter().take_while(|gone| **gone < row).count();
            if self.dropped.get(at) != Some(&row) {
                bits.set((self.first + row) as usize - at, true);
            }
        }
        bits
    }

    /// Adds the events among those asked for that have a UUID for which `holds` says yes.
    pub(crate) fn add_with_uuid(
        &self,
        holds: impl Fn(u128) -> bool,
        asked: &Bits,
        found: &mut Bits,
    ) {
        let counts = self.part.uuid_counts.iter().map(|n| usize::from(*n));
        self.each_row(counts, |event, places| {
            if asked.has(event) {
                let mine = self.part.uuids.get(places).unwrap_or_default();
                found.set(event, mine.iter().any(|uuid| holds(*uuid)));
            }
        });
    }
}

impl Wanted {
    /// Whether what stands in a slot holds the text.
    #[inline]
    pub(crate) fn holds(&self, slot: u32) -> bool {
        // Values and bundles stand in no order that a branch could guess.
        let sets = [&self.values, &self.bundles];
        sets[usize::from(slot & BUNDLE != 0)].has(slot & !BUNDLE)
    }
}

/// Some rows of a part, by their numbers in it.
pub(crate) struct Rows(Vec<u64>);

impl Rows {
    /// None of the rows of a part.
    pub(crate) fn new(part: &Part) -> Self {
        Self(vec![0; part.len().div_ceil(64)])
    }

    /// Adds the rows of a slot.
    pub(crate) fn add(&mut self, rows: RowsOf<'_>) {
        match rows {
            RowsOf::Listed(rows) => rows.iter().for_each(|row| self.insert((*row).into())),
            RowsOf::Bits(bits) => {
                for (word, bits) in self.0.iter_mut().zip(bits.chunks(4)) {
                    let bits = bits.iter().rev();
                    *word |= bits.fold(0, |word, bits| word << 16 | u64::from(*bits));
                }
            }
        }
    }

    /// Adds a row.
    pub(crate) fn insert(&mut self, row: u32) {
        self.0[row as usize / 64] |= 1 << (row % 64);
    }

    /// The rows, ascending.
    fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.0
            .iter()
            .zip((0..).step_by(64))
            .flat_map(|(word, first)| {
                let mut rest = *word;
                std::iter::from_fn(move || {
                    let bit = (rest != 0).then(|| rest.trailing_zeros())?;
                    rest &= rest - 1;
                    Some(first + bit)
                })
            })
    }
}

/// Some events of a part: bits from a whole word of the index on.
pub(crate) struct Bits {
    start: usize,
    words: Vec<u64>,
}

impl Bits {
    /// None of the events of a part.
    pub(crate) fn new(placed: &Placed) -> Self {
        let start = placed.first as usize / 64;
        let end = placed.first as usize + placed.part.len();
        Self {
            start,
            words: vec![0; end.div_ceil(64) - start],
        }
    }

    /// The events of a part that `word` has, by the place of a word in the index.
    pub(crate) fn of(placed: &Placed, word: impl Fn(usize) -> u64) -> Self {
        let mut bits = Self::new(placed);
        bits.fill(placed.first as usize, placed.len());
        for (bits, at) in bits.words.iter_mut().zip(bits.start..) {
            *bits &= word(at);
        }
        bits
    }

    /// Whether it has an event of its part.
    pub(crate) fn has(&self, event: usize) -> bool {
        self.words[event / 64 - self.start] >> (event % 64) & 1 == 1
    }

    /// Whether it has none.
    pub(crate) fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// Adds an event if it is wanted, without a branch.
    pub(crate) fn set(&mut self, event: usize, yes: bool) {
        self.words[event / 64 - self.start] |= u64::from(yes) << (event % 64);
    }

    /// Takes away what other events of the same part has.
    pub(crate) fn minus(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= !other;
        }
    }

    /// Adds some events in a row.
    pub(crate) fn fill(&mut self, first: usize, len: usize) {
        let end = first + len;
        let mut at = first;
        while at < end {
            let next = end.min((at / 64 + 1) * 64);
            let ones = u64::MAX >> (64 - (next - at));
            self.words[at / 64 - self.start] |= ones << (at % 64);
            at = next;
        }
    }

    /// Adds them to a set of all rows.
    pub(crate) fn add_to(&self, rows: &mut RowSet) {
        for (word, at) in self.words.iter().zip(self.start..) {
            if *word != 0 {
                rows.add_word(at, *word);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::index::bitmap::Bitmap;
    use crate::index::segment::EventId;

    proptest! {
        #[test]
        fn rows_are_the_events_that_they_became(
            len in 1u32..300,
            first in 0u32..200,
            dropped in prop::collection::btree_set(0u32..300, 0..20),
            wanted in prop::collection::btree_set(0u32..300, 0..60),
        ) {
            let part = Part { uuid_counts: vec![0; len as usize].into(), ..Part::default() };
            let dropped: Vec<u32> = dropped.into_iter().filter(|row| *row < len).collect();
            let placed = Placed { part: part.into(), first, dropped: dropped.clone().into() };
            let mut rows = Rows::new(&placed.part);
            wanted.iter().filter(|row| **row < len).for_each(|row| rows.insert(*row));
            let mut all = RowSet { segments: vec![Bitmap::default()] };
            placed.events(&rows).add_to(&mut all);
            let became = (0..len).filter(|row| !dropped.contains(row));
            let expected: BTreeSet<usize> = became
                .zip(first as usize..)
                .filter(|(row, _)| wanted.contains(row))
                .map(|(_, event)| event)
                .collect();
            prop_assert_eq!(all.iter().map(EventId::index).collect::<BTreeSet<_>>(), expected);
        }
    }
}
