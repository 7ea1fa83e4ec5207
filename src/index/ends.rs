//! Where the list of each row ends among the lists of all rows: two bytes a row.

/// Ends of rows, which never fall.
///
/// The low halves stand by row; the few rows from which on the high half is one more stand beside.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ends {
    low: Box<[u16]>,
    steps: Box<[u32]>,
}

/// Ends looked at one by one before the rest is halved.
const NEAR: usize = 16;

impl Ends {
    /// The ends, which never fall.
    pub(crate) fn of(ends: &[u32]) -> Self {
        let mut steps = Vec::new();
        let mut high = 0;
        for (row, end) in (0..).zip(ends) {
            while high < end >> 16 {
                steps.push(row);
                high += 1;
            }
        }
        Self {
            low: ends.iter().map(|end| *end as u16).collect(),
            steps: steps.into(),
        }
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
