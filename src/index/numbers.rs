//! Sets of numbers from 0, a bit each.

use std::ops::Range;

/// A set of numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Numbers(Vec<u64>);

impl Numbers {
    /// The places of a table where it says yes.
    pub(crate) fn of(table: &[bool]) -> Self {
        let word = |flags: &[bool]| {
            let bits = flags.iter().zip(0..);
            bits.fold(0, |word, (yes, bit)| word | u64::from(*yes) << bit)
        };
        Self(table.chunks(64).map(word).collect())
    }

    pub(crate) fn add(&mut self, number: u32) {
        let at = number as usize / 64;
        if self.0.len() <= at {
            self.0.resize(at + 1, 0);
        }
        self.0[at] |= 1 << (number % 64);
    }

    pub(crate) fn has(&self, number: u32) -> bool {
        let word = self.0.get(number as usize / 64).copied().unwrap_or(0);
        word >> (number % 64) & 1 == 1
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// How many.
    pub(crate) fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Those of a stretch, ascending.
    pub(crate) fn within(&self, range: Range<u32>) -> impl Iterator<Item = u32> + '_ {
        (range.start / 64..range.end.div_ceil(64)).flat_map(move |at| {
            let first = range.start.saturating_sub(at * 64).min(63);
            let past = (range.end - at * 64).min(64);
            let mut word = self.0.get(at as usize).copied().unwrap_or(0);
            word = word & u64::MAX << first & u64::MAX >> (64 - past);
            std::iter::from_fn(move || {
                let bit = (word != 0).then(|| word.trailing_zeros())?;
                word &= word - 1;
                Some(at * 64 + bit)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn behaves_like_a_set(
            all in prop::collection::btree_set(0u32..400, 0..60),
            a in 0u32..450,
            b in 0u32..450,
        ) {
            let mut numbers = Numbers::default();
            for number in &all {
                numbers.add(*number);
            }
            let table: Vec<bool> = (0..450).map(|number| all.contains(&number)).collect();
            for set in [&numbers, &Numbers::of(&table)] {
                prop_assert_eq!(set.len(), all.len());
                prop_assert_eq!(set.is_empty(), all.is_empty());
                let range = a.min(b)..a.max(b);
                let within: BTreeSet<u32> = all.range(range.clone()).copied().collect();
                prop_assert!(set.within(range).eq(within));
                prop_assert!((0..450).all(|number| set.has(number) == all.contains(&number)));
            }
        }
    }
}
