//! A part of values: what the rows of one batch hold, in the numbers of one dictionary.
//!
//! A row holds slots, a slot is a value or a bundle. What is asked is always which rows have a slot,
//! so each slot lists its rows, and a question looks only at the rows it finds.
//!
//! Refuses to know: where the rows stand in the index, what is asked.

use std::ops::Range;
use std::sync::Arc;

/// Set in a slot that is a bundle; the rest is its number.
pub(crate) const BUNDLE: u32 = 1 << 31;
/// Rows a part may have, open ones left out: their numbers take two bytes.
pub(crate) const MOST_ROWS: usize = 1 << 16;
/// As many rows of a slot as its byte cannot say.
const MANY: u8 = u8::MAX;

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
    /// How many rows have each slot, or [`MANY`].
    pub(crate) counts: Box<[u8]>,
    /// How many have each of those that many have, in order.
    pub(crate) many: Box<[u32]>,
    /// The rows of each slot, end to end.
    pub(crate) rows: Box<[u16]>,
    /// The bundles that are the keys of some rows.
    pub(crate) keys: Box<[Keys]>,
    /// Rows of which nobody says what they hold, ascending.
    pub(crate) open: Box<[u32]>,
    pub(crate) uuids: Box<[u128]>,
    /// How many UUIDs each row has.
    pub(crate) uuid_counts: Box<[u8]>,
}

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
        let mut ends = vec![0u32; told.slots.len()];
        for slot in told.items {
            ends[usize::from(*slot)] += 1;
        }
        let byte = |count: &u32| u8::try_from(*count).unwrap_or(MANY);
        self.counts = ends.iter().map(byte).collect();
        let many = |count: &&u32| byte(count) == MANY;
        self.many = ends.iter().filter(many).copied().collect();
        // From here on where the rows of each slot begin, and then where the next one of them goes.
        let mut start = 0;
        for end in &mut ends {
            start += std::mem::replace(end, start);
        }
        let starts: Vec<u32> = told.keys.iter().map(|at| ends[usize::from(*at)]).collect();
        let (mut rows, mut open) = (vec![0u16; told.items.len()], Vec::new());
        let mut rest = told.items;
        for (row, count) in (0u32..).zip(told.counts) {
            let Some(count) = count else {
                open.push(row);
                continue;
            };
            let (mine, others) = rest.split_at(usize::from(*count));
            rest = others;
            for slot in mine {
                let next = &mut ends[usize::from(*slot)];
                rows[*next as usize] = row as u16;
                *next += 1;
            }
        }
        let keys = told.keys.iter().zip(starts).map(|(at, start)| Keys {
            bundle: told.slots[usize::from(*at)] & !BUNDLE,
            rows: start..ends[usize::from(*at)],
        });
        self.keys = keys.collect();
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

    /// The rows at some places of the list of rows.
    pub(crate) fn rows(&self, places: &Range<u32>) -> &[u16] {
        let places = places.start as usize..places.end as usize;
        self.rows.get(places).unwrap_or_default()
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
            part.each_slot(|holds, places| of.push((holds, part.rows(&places).to_vec())));
            let expected: Vec<(u32, Vec<u16>)> = (0u16..5).map(|slot| {
                let has = |row: &u16| rows[usize::from(*row)].iter().flatten().filter(|s| **s == slot).count();
                let all = (0..rows.len() as u16).flat_map(|row| vec![row; has(&row)]);
                (slots[usize::from(slot)], all.collect())
            }).collect();
            for (keys, at) in part.keys.iter().zip([3, 1]) {
                prop_assert_eq!(keys.bundle | BUNDLE, expected[at].0);
                prop_assert_eq!(part.rows(&keys.rows), &expected[at].1[..]);
            }
            prop_assert_eq!(of, expected);
            let open: Vec<u32> = (0u32..).zip(&rows).filter(|(_, row)| row.is_none()).map(|(n, _)| n).collect();
            prop_assert_eq!(&part.open[..], &open[..]);
        }
    }
}
