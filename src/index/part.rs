//! A part of values: what the rows of one batch hold, in the numbers of one dictionary.
//!
//! A row holds slots, a slot is a value or a bundle. What is asked is always which rows have a slot,
//! so each slot lists its rows, and a question looks only at the rows it finds. A slot that so many
//! rows have that a bit for every row takes no more room has those bits.
//!
//! Refuses to know: where the rows stand in the index, what is asked.

use std::ops::Range;
use std::sync::Arc;

/// Set in a slot that is a bundle; the rest is its number.
pub(crate) const BUNDLE: u32 = 1 << 31;
/// Rows a part may have, open ones left out: their numbers take two bytes.
pub(crate) const MOST_ROWS: usize = 1 << 16;
/// More words of a slot than its byte can say.
const MANY: u8 = u8::MAX;
/// Set in the place of a slot that has bits.
const DENSE: u32 = 1 << 31;

/// What the rows of one batch hold, in the numbers of one dictionary.
#[derive(Debug, Default)]
pub(crate) struct Part {
    pub(crate) dictionary: u64,
    /// The number of the first value that is new in this part.
    pub(crate) first: u32,
    /// The new values, folded, end to end.
    pub(crate) text: Box<[u8]>,
    pub(crate) ends: Box<[u32]>,
    /// The number of the first bundle that is new in this part.
    pub(crate) first_bundle: u32,
    /// The values of each new bundle, end to end.
    pub(crate) bundled: Box<[u32]>,
    pub(crate) bundle_ends: Box<[u32]>,
    /// Numbers of values, and of bundles with [`BUNDLE`].
    pub(crate) slots: Box<[u32]>,
    /// How many words of [`Self::rows`] each slot has, or [`MANY`].
    pub(crate) counts: Box<[u8]>,
    /// How many each of those has that have many, in order.
    pub(crate) many: Box<[u32]>,
    /// The rows of each slot, end to end: see [`RowsOf`].
    pub(crate) rows: Box<[u16]>,
    /// The bundles that are the keys of some rows.
    pub(crate) keys: Box<[Keys]>,
    /// Rows of which nobody says what they hold, ascending.
    pub(crate) open: Box<[u32]>,
    pub(crate) uuids: Box<[u128]>,
    /// How many UUIDs each row has.
    pub(crate) uuid_counts: Box<[u8]>,
}

/// The rows that have a slot.
#[derive(Debug, Clone, Copy)]
pub(crate) enum RowsOf<'a> {
    /// Their numbers, ascending.
    Listed(&'a [u16]),
    /// A bit for each row of the part, the lowest of each word first.
    Bits(&'a [u16]),
}

/// Rows that one word of bits tells of.
const BITS: usize = u16::BITS as usize;

/// The keys of some rows.
#[derive(Debug, Clone)]
pub(crate) struct Keys {
    pub(crate) bundle: u32,
    /// Where those rows are.
    pub(crate) rows: Range<u32>,
}

/// The rows that a thread has told of, and their slots.
#[derive(Debug)]
pub(crate) struct Told<'a> {
    /// What each slot holds.
    pub(crate) slots: &'a [u32],
    /// The slots of each row, end to end.
    pub(crate) items: &'a [u16],
    /// How many slots each row has; `None` for an open one.
    pub(crate) counts: &'a [Option<u16>],
    /// The slots that are keys of rows.
    pub(crate) keys: &'a [u16],
}

impl Part {
    /// Lists the rows of each slot.
    pub(crate) fn turn(&mut self, told: &Told<'_>) {
        let width = told.counts.len().div_ceil(BITS) as u32;
        let mut words = vec![0u32; told.slots.len()];
        for slot in told.items {
            words[usize::from(*slot)] += 1;
        }
        for words in &mut words {
            *words = (*words).min(width);
        }
        let byte = |words: &u32| u8::try_from(*words).unwrap_or(MANY);
        self.counts = words.iter().map(byte).collect();
        let many = |words: &&u32| byte(words) == MANY;
        self.many = words.iter().filter(many).copied().collect();
        // Where the rows of each slot begin, and then where the next of them goes.
        let mut all = 0;
        let begin = |words: &u32| {
            let start = all;
            all += words;
            if *words == width {
                start | DENSE
            } else {
                start
            }
        };
        let mut next: Vec<u32> = words.iter().map(begin).collect();
        let starts = told.keys.iter().map(|at| next[usize::from(*at)] & !DENSE);
        let keys = told.keys.iter().zip(starts).map(|(at, start)| Keys {
            bundle: told.slots[usize::from(*at)] & !BUNDLE,
            rows: start..start + words[usize::from(*at)],
        });
        self.keys = keys.collect();
        let (mut rows, mut open) = (vec![0u16; all as usize], Vec::new());
        let mut rest = told.items;
        for (row, count) in (0u32..).zip(told.counts) {
            let Some(count) = count else {
                open.push(row);
                continue;
            };
            let (mine, others) = rest.split_at(usize::from(*count));
            rest = others;
            for slot in mine {
                let next = &mut next[usize::from(*slot)];
                if *next & DENSE == 0 {
                    rows[*next as usize] = row as u16;
                    *next += 1;
                } else {
                    rows[(*next & !DENSE) as usize + row as usize / BITS] |= 1 << (row % u16::BITS);
                }
            }
        }
        self.slots = told.slots.into();
        self.rows = rows.into();
        self.open = open.into();
    }

    /// How many rows, open ones included.
    pub(crate) fn len(&self) -> usize {
        self.uuid_counts.len()
    }

    /// Calls `each` with what each slot holds and where its rows are.
    #[inline]
    pub(crate) fn each_slot(&self, mut each: impl FnMut(u32, Range<u32>)) {
        let (mut end, mut many) = (0, self.many.iter());
        for (slot, count) in self.slots.iter().zip(&self.counts) {
            let start = end;
            end += if *count == MANY {
                many.next().copied().unwrap_or(0)
            } else {
                u32::from(*count)
            };
            each(*slot, start..end);
        }
    }

    /// The rows that some words tell of, which are those of a slot.
    #[inline]
    pub(crate) fn rows(&self, places: &Range<u32>) -> RowsOf<'_> {
        let places = places.start as usize..places.end as usize;
        let words = self.rows.get(places).unwrap_or_default();
        // A list is always shorter than the bits would be.
        if words.len() < self.len().div_ceil(BITS) {
            RowsOf::Listed(words)
        } else {
            RowsOf::Bits(words)
        }
    }

    /// The text of a value that is new in this part, folded.
    pub(crate) fn value(&self, number: u32) -> Option<&[u8]> {
        let at = number.checked_sub(self.first)? as usize;
        let end = *self.ends.get(at)? as usize;
        let start = at.checked_sub(1).map_or(0, |at| self.ends[at] as usize);
        self.text.get(start..end)
    }

    /// The values of a bundle that is new in this part.
    pub(crate) fn bundle(&self, number: u32) -> Option<&[u32]> {
        let at = number.checked_sub(self.first_bundle)? as usize;
        let end = *self.bundle_ends.get(at)? as usize;
        let before = at.checked_sub(1);
        let start = before.map_or(0, |at| self.bundle_ends[at] as usize);
        self.bundled.get(start..end)
    }

    /// The number of the first bundle that is new after this part.
    pub(crate) const fn past_bundles(&self) -> usize {
        self.first_bundle as usize + self.bundle_ends.len()
    }

    /// The bundles that are new in this part, with their numbers.
    pub(crate) fn bundles(&self) -> impl Iterator<Item = (u32, &[u32])> {
        let numbers = self.first_bundle..self.first_bundle + self.bundle_ends.len() as u32;
        numbers.filter_map(|number| Some((number, self.bundle(number)?)))
    }
}

/// All values of a load.
#[derive(Debug, Clone, Default)]
pub(crate) struct Values {
    /// Those with new words, in the order of their dictionaries' numbers.
    pub(crate) words: Vec<Arc<Part>>,
    pub(crate) placed: Vec<Placed>,
}

/// A part whose rows are in the index.
#[derive(Debug, Clone)]
pub(crate) struct Placed {
    pub(crate) part: Arc<Part>,
    /// The event of its first row; the others follow.
    pub(crate) first: u32,
    /// Rows that became no events, ascending.
    pub(crate) dropped: Arc<[u32]>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    impl RowsOf<'_> {
        /// The numbers of the rows, ascending, each once.
        pub(crate) fn numbers(self) -> Vec<u16> {
            let mut numbers = match self {
                Self::Listed(rows) => rows.to_vec(),
                Self::Bits(words) => {
                    let has = |row: &u16| {
                        let word = words.get(usize::from(*row) / BITS);
                        word.is_some_and(|word| word >> (row % 16) & 1 == 1)
                    };
                    (0..(words.len() * BITS) as u16).filter(has).collect()
                }
            };
            numbers.dedup();
            numbers
        }
    }

    proptest! {
        /// What each slot's rows are is what each row's slots say.
        #[test]
        fn turned_round_it_says_the_same(
            rows in prop::collection::vec(prop::option::of(prop::collection::vec(0u16..5, 0..4)), 0..700),
        ) {
            let slots = [7, BUNDLE | 3, 9, BUNDLE | 4, 2];
            let counts: Vec<Option<u16>> =
                rows.iter().map(|row| row.as_ref().map(|row| row.len() as u16)).collect();
            let items: Vec<u16> = rows.iter().flatten().flatten().copied().collect();
            let mut part = Part { uuid_counts: vec![0; rows.len()].into(), ..Part::default() };
            part.turn(&Told { slots: &slots, items: &items, counts: &counts, keys: &[3, 1] });
            let mut of = Vec::new();
            part.each_slot(|holds, places| of.push((holds, part.rows(&places).numbers())));
            let expected: Vec<(u32, Vec<u16>)> = (0u16..5).map(|slot| {
                let has = |row: &u16| rows[usize::from(*row)].iter().flatten().any(|s| *s == slot);
                (slots[usize::from(slot)], (0..rows.len() as u16).filter(has).collect())
            }).collect();
            for (keys, at) in part.keys.iter().zip([3, 1]) {
                prop_assert_eq!(keys.bundle | BUNDLE, expected[at].0);
                prop_assert_eq!(part.rows(&keys.rows).numbers(), expected[at].1.clone());
            }
            prop_assert_eq!(of, expected);
            let open: Vec<u32> = (0u32..).zip(&rows).filter(|(_, row)| row.is_none()).map(|(n, _)| n).collect();
            prop_assert_eq!(&part.open[..], &open[..]);
        }
    }
}
