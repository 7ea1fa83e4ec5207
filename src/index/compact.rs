//! Times and facts of a segment, in as few bytes a row as they need.
//!
//! `CloudTrail` writes whole seconds, and a segment spans days: a time is mostly a number of seconds
//! after the segment's first. Rows have few distinct facts, so mostly a byte tells which.
//!
//! Refuses to know: what a time or a fact is asked for.

use std::borrow::Cow;

use hashbrown::HashMap;

use crate::base::time::SECOND;
use crate::index::bitmap::Bitmap;
use crate::index::segment::{Facts, UNDATED};

/// Times of rows: microseconds since 1970, [`UNDATED`] where there is none.
#[derive(Debug, Clone)]
pub enum Times {
    /// Whole seconds after a moment; `u32::MAX` for undated.
    Seconds {
        /// The earliest of them.
        from: i64,
        /// By row.
        after: Box<[u32]>,
    },
    /// Any times.
    Any(Box<[i64]>),
}

impl Times {
    pub(crate) fn pack(times: &[i64]) -> Self {
        let dated = times.iter().filter(|time| **time != UNDATED);
        let from = dated.min().copied().unwrap_or(0);
        let after = |time: &i64| {
            if *time == UNDATED {
                return Some(u32::MAX);
            }
            let micros = time.checked_sub(from)?;
            let seconds = u32::try_from(micros / SECOND).ok()?;
            (micros % SECOND == 0 && seconds != u32::MAX).then_some(seconds)
        };
        match times.iter().map(after).collect() {
            Some(after) => Self::Seconds { from, after },
            None => Self::Any(times.into()),
        }
    }

    /// Rows.
    pub const fn len(&self) -> usize {
        match self {
            Self::Seconds { after, .. } => after.len(),
            Self::Any(times) => times.len(),
        }
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The time of a row.
    pub fn get(&self, row: usize) -> i64 {
        match self {
            Self::Seconds { from, after } => time_of(*from, after[row]),
            Self::Any(times) => times[row],
        }
    }

    /// The first and the last of the dated ones.
    pub fn span(&self) -> Option<(i64, i64)> {
        match self {
            Self::Seconds { from, after } => {
                let dated = after.iter().filter(|seconds| **seconds != u32::MAX);
                let last = dated.max()?;
                Some((*from, time_of(*from, *last)))
            }
            Self::Any(times) => {
                let dated = || times.iter().filter(|time| **time != UNDATED);
                Some((*dated().min()?, *dated().max()?))
            }
        }
    }

    /// The times of all rows.
    pub fn iter(&self) -> impl Iterator<Item = i64> + '_ {
        (0..self.len()).map(|row| self.get(row))
    }

    /// Calls `each` with row and time of every row of a set.
    pub fn for_each_in(&self, rows: &Bitmap, mut each: impl FnMut(usize, i64)) {
        match self {
            Self::Seconds { from, after } => {
                rows.for_each(|row| each(row, time_of(*from, after[row])));
            }
            Self::Any(times) => rows.for_each(|row| each(row, times[row])),
        }
    }

    /// The rows from a moment on and before another; undated ones are in no such stretch.
    pub fn within(&self, start: i64, end: i64) -> Bitmap {
        match self {
            Self::Seconds { from, after } => {
                // The first whole second that is not before a moment; none is as late as the last.
                let not_before = |moment: i64| {
                    let micros = i128::from(moment) - i128::from(*from);
                    let seconds = micros.div_euclid(i128::from(SECOND))
                        + i128::from(micros.rem_euclid(i128::from(SECOND)) != 0);
                    seconds.clamp(0, i128::from(u32::MAX)) as u32
                };
                let (start, end) = (not_before(start), not_before(end));
                Bitmap::of(after, |seconds| start <= seconds && seconds < end)
            }
            Self::Any(times) => Bitmap::of(times, |time| start <= time && time < end),
        }
    }
}

const fn time_of(from: i64, seconds: u32) -> i64 {
    if seconds == u32::MAX {
        UNDATED
    } else {
        from + seconds as i64 * SECOND
    }
}

/// Facts of rows.
#[derive(Debug, Clone)]
pub enum AllFacts {
    /// Which of the distinct ones each row has.
    Few {
        /// In the order in which they came.
        distinct: Box<[Facts]>,
        /// By row.
        which: Box<[u8]>,
    },
    /// Any facts.
    Any(Box<[Facts]>),
}

impl AllFacts {
    pub(crate) fn pack(facts: &[Facts]) -> Self {
        let mut distinct: Vec<Facts> = Vec::new();
        let mut known: HashMap<Facts, u8> = HashMap::new();
        let mut last = None;
        let which = facts.iter().map(|facts| {
            // Neighbours are mostly alike.
            if let Some((_, which)) = last.filter(|(known, _)| known == facts) {
                return Some(which);
            }
            let which = if let Some(which) = known.get(facts) {
                *which
            } else {
                let which = u8::try_from(distinct.len()).ok()?;
                distinct.push(*facts);
                known.insert(*facts, which);
                which
            };
            last = Some((*facts, which));
            Some(which)
        });
        match which.collect::<Option<Box<[u8]>>>() {
            Some(which) => Self::Few {
                distinct: distinct.into(),
                which,
            },
            None => Self::Any(facts.into()),
        }
    }

    /// The facts of a row.
    pub fn get(&self, row: usize) -> Facts {
        match self {
            Self::Few { distinct, which } => distinct[usize::from(which[row])],
            Self::Any(facts) => facts[row],
        }
    }

    /// What `number` says of the facts of each row, asked once for each that differ.
    pub fn numbered(&self, number: impl Fn(Facts) -> u8) -> Numbered<'_> {
        match self {
            Self::Few { distinct, which } => {
                let mut table = [0; 256];
                for (to, facts) in table.iter_mut().zip(distinct) {
                    *to = number(*facts);
                }
                Numbered {
                    table,
                    which: Cow::Borrowed(which),
                }
            }
            Self::Any(facts) => Numbered {
                table: std::array::from_fn(|n| n as u8),
                which: facts.iter().map(|facts| number(*facts)).collect(),
            },
        }
    }

    /// Rows.
    pub const fn len(&self) -> usize {
        match self {
            Self::Few { which, .. } => which.len(),
            Self::Any(facts) => facts.len(),
        }
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The facts of all rows.
    pub fn iter(&self) -> impl Iterator<Item = Facts> + '_ {
        (0..self.len()).map(|row| self.get(row))
    }

    /// The rows for whose facts `test` holds.
    pub fn matching(&self, test: impl Fn(Facts) -> bool) -> Bitmap {
        match self {
            Self::Few { distinct, which } => {
                let mut table = [false; 256];
                for (yes, facts) in table.iter_mut().zip(distinct) {
                    *yes = test(*facts);
                }
                Bitmap::of(which, |which| table[usize::from(which)])
            }
            Self::Any(facts) => Bitmap::of(facts, test),
        }
    }
}

/// A number for each row.
#[derive(Debug)]
pub struct Numbered<'a> {
    table: [u8; 256],
    which: Cow<'a, [u8]>,
}

impl Numbered<'_> {
    /// The number of a row.
    #[inline]
    pub fn get(&self, row: usize) -> usize {
        self.table[usize::from(self.which[row])].into()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::event::outcome::{Outcome, Verb};

    proptest! {
        #[test]
        fn times_are_what_they_were(
            mut times in prop::collection::vec((0i64..400).prop_map(|s| (s - 200) * SECOND), 1..200),
            odd in prop::option::of((0usize..200, prop_oneof![
                Just(UNDATED), Just(UNDATED - 1), Just(i64::MIN), Just(7), Just(5_000_000_000 * SECOND)
            ])),
            start in -250i64..250, len in 0i64..300, shift in prop_oneof![Just(0i64), Just(1), Just(-1)],
        ) {
            if let Some((at, odd)) = odd {
                let at = at % times.len();
                times[at] = odd;
            }
            let packed = Times::pack(&times);
            prop_assert!(packed.iter().eq(times.iter().copied()));
            let some = Bitmap::collect(times.len(), |row| row % 3 != 1);
            let mut seen = Vec::new();
            packed.for_each_in(&some, |row, time| seen.push((row, time)));
            let expected: Vec<(usize, i64)> = some.iter().map(|row| (row, times[row])).collect();
            prop_assert_eq!(seen, expected);
            let dated = || times.iter().copied().filter(|time| *time != UNDATED);
            prop_assert_eq!(packed.span(), dated().min().zip(dated().max()));
            let (start, end) = (start * SECOND + shift, (start + len) * SECOND - shift);
            for (start, end) in [(start, end), (i64::MIN, end), (start, i64::MAX), (i64::MIN, i64::MAX)] {
                let rows = packed.within(start, end);
                let expected = (0..times.len()).filter(|row| start <= times[*row] && times[*row] < end);
                prop_assert!(rows.iter().eq(expected), "{start} {end} {times:?}");
            }
        }
    }

    #[test]
    fn facts_are_what_they_were() {
        for kinds in [1, 3, 255, 1000] {
            let facts: Vec<Facts> = (0..3000u32)
                .map(|n| {
                    let n = (n * 7919 % kinds) as usize;
                    let tells = [None, Some(true), Some(false)];
                    let outcomes = [Outcome::Ok, Outcome::Denied, Outcome::Failed];
                    Facts::new(Verb::ALL[n % 5], outcomes[n / 5 % 3])
                        .with_read_only(tells[n / 15 % 3])
                        .with_mfa(tells[n / 45 % 3])
                        .with_console(n / 135 % 2 == 1)
                        .with_root(n / 270 % 2 == 1)
                        .with_recovered(n / 540 == 1)
                })
                .collect();
            let packed = AllFacts::pack(&facts);
            assert!(packed.iter().eq(facts.iter().copied()), "{kinds}");
            assert_eq!(matches!(packed, AllFacts::Few { .. }), kinds < 1000);
            let rows = packed.matching(Facts::console);
            let expected = (0..facts.len()).filter(|row| facts[*row].console());
            assert!(rows.iter().eq(expected), "{kinds}");
            let verb = |facts: Facts| facts.verb() as u8;
            let numbered = packed.numbered(verb);
            let mut all = facts.iter().enumerate();
            assert!(all.all(|(row, facts)| numbered.get(row) == usize::from(verb(*facts))));
        }
    }
}
