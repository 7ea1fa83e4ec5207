//! Where the list of each row ends among the lists of all rows, or each string among others: two
//! bytes a row.

/// Ends of rows, which never fall.
///
/// The low parts stand by row; the few rows from which on the rest is one more stand beside.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ends {
    low: Vec<u16>,
    steps: Vec<u32>,
}

/// Ends looked at one by one before the rest is halved.
const NEAR: usize = 16;

impl Ends {
    /// The ends, which never fall.
    pub(crate) fn of(ends: &[u32]) -> Self {
        let mut all = Self::with_room(ends.len());
        for end in ends {
            all.push(*end as usize);
        }
        all.steps.shrink_to_fit();
        all
    }

    /// None yet, with room for those of so many rows.
    pub(crate) fn with_room(rows: usize) -> Self {
        Self {
            low: Vec::with_capacity(rows),
            steps: Vec::new(),
        }
    }

    /// Adds the end of the next row, which is not before that of the last one.
    pub(crate) fn push(&mut self, end: usize) {
        while self.steps.len() < end >> 16 {
            self.steps.push(self.low.len() as u32);
        }
        self.low.push(end as u16);
    }

    /// Gives back the room that is not needed.
    pub(crate) fn shrink(&mut self) {
        self.low.shrink_to_fit();
        self.steps.shrink_to_fit();
    }

    /// Rows.
    pub(crate) const fn len(&self) -> usize {
        self.low.len()
    }

    /// Every end, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        let mut steps = self.steps.iter().peekable();
        let mut high = 0;
        (0u32..).zip(&self.low).map(move |(row, low)| {
            while steps.next_if_eq(&&row).is_some() {
                high += 1;
            }
            high << 16 | usize::from(*low)
        })
    }

    /// Where the list of a row ends; 0 past the last one.
    #[inline]
    pub(crate) fn get(&self, row: usize) -> usize {
        let Some(low) = self.low.get(row) else {
            return 0;
        };
        let high = self.steps.partition_point(|step| *step as usize <= row);
        high << 16 | usize::from(*low)
    }

    /// Where the last list ends.
    pub(crate) fn last(&self) -> usize {
        self.low.len().checked_sub(1).map_or(0, |row| self.get(row))
    }

    /// The row, not before `from`, in whose list the item at a place is; it is mostly near.
    pub(crate) fn row_of(&self, at: usize, from: usize) -> usize {
        let (mut low, mut high) = (from, self.low.len());
        for row in (from..high).take(NEAR) {
            if self.get(row) > at {
                return row;
            }
            low = row + 1;
        }
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.get(middle) > at {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        low
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn ends_are_given_back_and_items_found(
            lens in prop::collection::vec(prop_oneof![Just(0u32), 0u32..4, 0u32..70_000], 0..300),
        ) {
            let mut sum = 0;
            let plain: Vec<u32> = lens.iter().map(|len| { sum += len; sum }).collect();
            let ends = Ends::of(&plain);
            prop_assert_eq!(ends.last(), sum as usize);
            prop_assert!(ends.iter().eq(plain.iter().map(|end| *end as usize)));
            for (row, end) in plain.iter().enumerate() {
                prop_assert_eq!(ends.get(row), *end as usize);
            }
            prop_assert_eq!(ends.get(plain.len()), 0);
            let items = (0..sum as usize).step_by(997);
            let mut from = 0;
            for at in items {
                let row = plain.partition_point(|end| *end as usize <= at);
                prop_assert_eq!(ends.row_of(at, from), row);
                prop_assert_eq!(ends.row_of(at, 0), row);
                from = row;
            }
        }
    }
}
