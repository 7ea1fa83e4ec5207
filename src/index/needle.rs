//! A text to look for in values, made ready once: for texts, UUIDs held as bits, and times held as
//! numbers.

use memchr::memmem::Finder;

use crate::base::text;
use crate::base::time::{DAY, SECOND, UtcMicros};
use crate::index::compact::Times;
use crate::index::numbers::Numbers;
use crate::index::part::Part;

/// A text to look for.
#[derive(Debug)]
pub(crate) struct Needle {
    folded: String,
    finder: Finder<'static>,
    uuids: InUuids,
}

/// So many bytes of text are looked through in the time that a single value takes.
const BYTES_A_VALUE: usize = 160;

/// How a text stands in UUIDs.
#[derive(Debug)]
enum InUuids {
    Never,
    /// As these digits, within one group.
    Digits(Digits),
    /// Bits and their places, for each place where it can stand.
    Places(Vec<(u128, u128)>),
}

/// Digits of a UUID. No group of one reaches over its middle.
#[derive(Debug)]
struct Digits {
    /// Each repeated at every place of one half.
    digits: Vec<u64>,
    /// Where in each half they can begin, as the lowest bits of digits.
    starts: (u64, u64),
}

impl Digits {
    /// Where in a half of a UUID some of them may begin, of those places where they may begin at
    /// all.
    fn begin(digits: &[u64], first: u32, half: u64, starts: u64) -> u64 {
        digits
            .iter()
            .zip(first..)
            .fold(starts, |found, (digit, at)| {
                let other = half ^ digit;
                let other = other | other >> 2;
                let other = other | other >> 1;
                found & (!other & ONES) << (4 * at)
            })
    }

    /// Whether they stand in a UUID.
    fn are_in(&self, bits: u128) -> bool {
        let (high, low) = ((bits >> 64) as u64, bits as u64);
        // Two digits rule out most: a branch after the first could not be guessed.
        let (two, rest) = self.digits.split_at(self.digits.len().min(2));
        let high_starts = Self::begin(two, 0, high, self.starts.0);
        let low_starts = Self::begin(two, 0, low, self.starts.1);
        if high_starts | low_starts == 0 {
            return false;
        }
        let high_starts = Self::begin(rest, 2, high, high_starts);
        high_starts | Self::begin(rest, 2, low, low_starts) != 0
    }
}

/// The lowest bit of each digit.
const ONES: u64 = 0x1111_1111_1111_1111;
/// Digits of the groups of a UUID.
const GROUPS: [usize; 5] = [8, 4, 4, 4, 12];

impl Needle {
    /// A text, whatever its case.
    pub(crate) fn new(text: &str) -> Self {
        let folded = text::fold(text);
        Self {
            finder: Finder::new(&folded).into_owned(),
            uuids: InUuids::of(folded.as_bytes()),
            folded,
        }
    }

    /// The text, folded.
    pub(crate) fn text(&self) -> &str {
        &self.folded
    }

    /// The text folded, where it is ASCII.
    pub(crate) fn ascii(&self) -> Option<&str> {
        self.folded.is_ascii().then_some(&*self.folded)
    }

    /// Whether a text holds it, whatever the case.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        text::with_folded(text, |folded| self.is_in_folded(folded.as_bytes()))
    }

    /// Whether a folded text holds it.
    pub(crate) fn is_in_folded(&self, text: &[u8]) -> bool {
        self.finder.find(text).is_some()
    }

    /// The values that are new in a part and hold it.
    pub(crate) fn among(&self, part: &Part) -> Vec<u32> {
        let mut numbers = Vec::new();
        let (mut from, mut at_least) = (0, 0);
        while let Some(at) = part.text.get(from..).and_then(|t| self.finder.find(t)) {
            let at = from + at;
            // The next one is seldom far.
            let ends = part.ends.get(at_least..).unwrap_or_default();
            let near = ends.iter().take(8).position(|end| *end as usize > at);
            let i =
                at_least + near.unwrap_or_else(|| ends.partition_point(|end| *end as usize <= at));
            let Some(&end) = part.ends.get(i) else { break };
            if at + self.folded.len() <= end as usize {
                numbers.push(part.first + i as u32);
                from = end as usize;
            } else {
                // It reaches into the next value, so it is none.
                from = at + 1;
            }
            at_least = i;
        }
        numbers
    }

    /// As [`Self::among`], where no other values than `possible` hold it.
    pub(crate) fn among_these(&self, part: &Part, possible: &Numbers) -> Vec<u32> {
        let numbers = part.first..part.first + part.ends.len() as u32;
        let asked = possible.within(numbers.clone()).count();
        if asked * BYTES_A_VALUE < part.text.len() {
            let holds = |number: &u32| part.value(*number).is_some_and(|v| self.is_in_folded(v));
            return possible.within(numbers).filter(holds).collect();
        }
        self.among(part)
    }

    /// Whether a UUID holds it.
    pub(crate) fn in_uuid(&self, bits: u128) -> bool {
        match &self.uuids {
            InUuids::Never => false,
            InUuids::Digits(digits) => digits.are_in(bits),
            InUuids::Places(places) => places.iter().any(|(mask, value)| bits & mask == *value),
        }
    }

    /// Whether any UUID can hold it.
    pub(crate) fn may_be_in_uuid(&self) -> bool {
        !matches!(self.uuids, InUuids::Never)
    }
}

/// The places, as the lowest bits of digits, where so many digits of one group begin.
const fn starts(len: usize) -> u128 {
    let (mut places, mut group, mut first) = (0, 0, 0);
    while group < GROUPS.len() {
        let mut at = 0;
        while at + len <= GROUPS[group] {
            places |= 1 << (4 * (31 - first - at));
            at += 1;
        }
        first += GROUPS[group];
        group += 1;
    }
    places
}

impl InUuids {
    fn of(text: &[u8]) -> Self {
        let digit = |c: &u8| {
            char::from(*c)
                .to_digit(16)
                .filter(|_| !c.is_ascii_uppercase())
        };
        if text.contains(&b'-') {
            let places = in_uuids(text);
            return if places.is_empty() {
                Self::Never
            } else {
                Self::Places(places)
            };
        }
        let digits: Option<Vec<u64>> = text
            .iter()
            .map(|c| Some(u64::from(digit(c)?) * ONES))
            .collect();
        match digits {
            Some(digits) if starts(digits.len()) != 0 => {
                let starts = starts(digits.len());
                let starts = ((starts >> 64) as u64, starts as u64);
                Self::Digits(Digits { digits, starts })
            }
            _ => Self::Never,
        }
    }
}

/// The masks and bits of a text at each place of a UUID where it can stand.
fn in_uuids(text: &[u8]) -> Vec<(u128, u128)> {
    let mut all = Vec::new();
    for start in 0..=36usize.saturating_sub(text.len()) {
        let (mut mask, mut value) = (0u128, 0u128);
        let fits = text.iter().zip(start..).all(|(&c, at)| {
            if matches!(at, 8 | 13 | 18 | 23) {
                return c == b'-';
            }
            let dashes = [8, 13, 18, 23].iter().filter(|dash| at > **dash).count();
            let Some(digit) = char::from(c).to_digit(16).filter(|_| at < 36) else {
                return false;
            };
            let shift = 124 - 4 * (at - dashes);
            mask |= 15 << shift;
            value |= u128::from(digit) << shift;
            true
        });
        if fits {
            all.push((mask, value));
        }
    }
    all
}

/// Which times hold a text, in the usual writing: `2026-11-20t14:02:11z`, folded.
#[derive(Debug)]
pub(crate) struct InTimes<'a> {
    needle: &'a Needle,
    /// What stands before a `t` that is not the last of the text, and what behind it.
    across: Option<(&'a str, &'a str)>,
    /// By second of the day: whether its text holds the needle, and whether it begins with what
    /// stands behind the `t`.
    seconds: Vec<(bool, bool)>,
    /// Whether there is such a second.
    in_seconds: bool,
}

/// Days that are looked at to rule out all times between the first and the last.
const MOST_DAYS: i64 = 400;

/// The last day asked for and what it says: as for a second, but for its end.
pub(crate) type LastDay = Option<(i64, bool, bool)>;

impl<'a> InTimes<'a> {
    /// `None` where no time holds it.
    pub(crate) fn new(needle: &'a Needle) -> Option<Self> {
        let text = needle.folded.as_str();
        let fits = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'-' | b':' | b't' | b'z');
        if text.is_empty() || text.len() > 20 || !text.bytes().all(fits) {
            return None;
        }
        let across = text.split_once('t').filter(|(_, after)| !after.is_empty());
        let begins = |time: &str| across.is_some_and(|(_, after)| time.starts_with(after));
        let seconds = (0..DAY / SECOND).map(|second| {
            let time = two_digits([second / 3600, second / 60 % 60, second % 60]);
            let time = std::str::from_utf8(&time).unwrap_or_default();
            (time.contains(text), begins(time))
        });
        let seconds: Vec<(bool, bool)> = seconds.collect();
        Some(Self {
            needle,
            across,
            in_seconds: seconds.iter().any(|said| *said != (false, false)),
            seconds,
        })
    }

    /// Whether one of some times can hold it: most texts stand in no time of a day, and the days of
    /// a segment are few.
    pub(crate) fn may_hold(&self, times: &Times) -> bool {
        let Some((first, last)) = times.span() else {
            return false;
        };
        let (first, last) = (first.div_euclid(DAY), last.div_euclid(DAY));
        self.in_seconds
            || last - first > MOST_DAYS
            || (first..=last).any(|day| self.holds(day * DAY, &mut None))
    }

    /// Whether a time, of whole seconds, holds it.
    pub(crate) fn holds(&self, micros: i64, last: &mut LastDay) -> bool {
        let (day, second) = (micros.div_euclid(DAY), micros.rem_euclid(DAY) / SECOND);
        let (holds, ends) = match *last {
            Some((known, holds, ends)) if known == day => (holds, ends),
            _ => {
                let iso = UtcMicros(day * DAY).iso().to_ascii_lowercase();
                let date = iso.get(..11).unwrap_or_default();
                let before = date.get(..10).unwrap_or_default();
                let ends = |(text, _): (&str, &str)| before.ends_with(text);
                let said = (
                    self.needle.is_in_folded(date.as_bytes()),
                    self.across.is_some_and(ends),
                );
                *last = Some((day, said.0, said.1));
                said
            }
        };
        let (also, begins) = self
            .seconds
            .get(second as usize)
            .copied()
            .unwrap_or_default();
        holds || also || ends && begins
    }
}

/// `hh:mm:ssz`.
fn two_digits(parts: [i64; 3]) -> [u8; 9] {
    let mut text = *b"00:00:00z";
    for (place, part) in text.chunks_mut(3).zip(parts) {
        place[0] += (part / 10) as u8;
        place[1] += (part % 10) as u8;
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::index::batch::uuid_text;

    proptest! {
        #[test]
        fn parts_of_uuids(bits in any::<u128>(), from in 0usize..36, len in 1usize..36, other in any::<u128>()) {
            let text = uuid_text(bits);
            let part = &text[from..(from + len).min(36)];
            let needle = Needle::new(part);
            prop_assert!(needle.in_uuid(bits), "{part} is in {text}");
            prop_assert_eq!(needle.in_uuid(other), uuid_text(other).contains(part));
        }

        #[test]
        fn parts_of_times(seconds in 0i64..4_000_000_000, from in 0usize..20, len in 1usize..20, other in 0i64..4_000_000_000) {
            let text = UtcMicros(seconds * SECOND).iso().to_lowercase();
            let part = &text[from..(from + len).min(20)];
            let needle = Needle::new(part);
            let times = InTimes::new(&needle).expect("a part of a time");
            prop_assert!(times.holds(seconds * SECOND, &mut None), "{part} is in {text}");
            let there = UtcMicros(other * SECOND).iso().to_lowercase().contains(part);
            prop_assert_eq!(times.holds(other * SECOND, &mut None), there);
        }
    }
}
