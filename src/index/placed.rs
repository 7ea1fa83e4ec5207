//! The rows of a part of values, as places in the order of appending, and sets of them.
//!
//! A part is what one batch says of its rows; those that became no events are left out here.
//!
//! Refuses to know: what a row is asked for.

use std::ops::Range;

use crate::index::bitmap::{RowSet, pack};
use crate::index::earlier::{Spot, Wanted};
use crate::index::values::{BUNDLE, OPEN, Part, Placed};

/// What a part says of one row.
pub(crate) struct Row<'a> {
    /// How many slots it has; [`OPEN`] where nobody says what it holds.
    pub(crate) count: u16,
    pub(crate) items: &'a [u16],
}

impl Placed {
    /// Rows that became events.
    pub(crate) fn len(&self) -> usize {
        self.part.counts.len() - self.dropped.len()
    }

    /// Calls `each` with each row that became an event: its number, its place in the order of
    /// appending, and its places in a list of which `counts` says how many each row has.
    fn each_row(
        &self,
        counts: impl Iterator<Item = usize>,
        mut each: impl FnMut(usize, usize, Range<usize>),
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
            each(row, event, start..end);
            event += 1;
        }
    }

    /// How many slots each row has.
    fn counts(&self) -> impl Iterator<Item = usize> + '_ {
        let counts = self.part.counts.iter();
        counts.map(|n| if *n == OPEN { 0 } else { usize::from(*n) })
    }

    /// Calls `each` with each row that became an event, by its place in the order of appending.
    pub(crate) fn rows(&self, mut each: impl FnMut(usize, Row<'_>)) {
        let part = &*self.part;
        self.each_row(self.counts(), |row, event, places| {
            let row = Row {
                count: part.counts[row],
                items: part.items.get(places).unwrap_or_default(),
            };
            each(event, row);
        });
    }

    /// Adds the events among those asked for that have a slot with something wanted. For many.
    pub(crate) fn add_holding(
        &self,
        wanted: &Wanted,
        asked: &Bits,
        flags: &mut Flags,
        found: &mut Bits,
    ) {
        if !flags.fill(&self.part, wanted) {
            return;
        }
        // Every slot is looked up, whatever row it is of: no branch depends on what is found.
        let hits = flags.bits(&self.part.items);
        self.each_row(self.counts(), |_, event, places| {
            found.set(event, any_within(&hits, places) & asked.has(event));
        });
    }

    /// What the events asked for have of what is wanted. For few.
    pub(crate) fn spots(&self, wanted: &Wanted, asked: &Bits, flags: &mut Flags) -> Vec<Spot> {
        let part = &*self.part;
        let mut spots = Vec::new();
        let slot = |place: usize| part.slots[usize::from(part.items[place])];
        let mut add = |event: usize, slot| {
            let event = event as u32;
            spots.push(Spot { event, slot });
        };
        // Where a few rows are asked for, to look up what each slot holds costs more than they do.
        if asked.len() * 16 < self.len() {
            self.each_row(self.counts(), |_, event, places| {
                if asked.has(event) {
                    let held = places.map(slot).filter(|slot| wanted.holds(*slot) != 0);
                    held.for_each(|slot| add(event, slot));
                }
            });
        } else if flags.fill(part, wanted) {
            let hits = flags.bits(&part.items);
            self.each_row(self.counts(), |_, event, places| {
                if asked.has(event) && any_within(&hits, places.clone()) {
                    let held = places.filter(|place| has(&hits, *place)).map(slot);
                    held.for_each(|slot| add(event, slot));
                }
            });
        }
        spots
    }

    /// Adds the events among those asked for that have a UUID for which `holds` says yes.
    pub(crate) fn add_with_uuid(
        &self,
        holds: impl Fn(u128) -> bool,
        asked: &Bits,
        found: &mut Bits,
    ) {
        let counts = self.part.uuid_counts.iter().map(|n| usize::from(*n));
        self.each_row(counts, |_, event, places| {
            if asked.has(event) && !found.has(event) {
                let mine = self.part.uuids.get(places).unwrap_or_default();
                found.set(event, mine.iter().any(|uuid| holds(*uuid)));
            }
        });
    }
}

impl Wanted {
    /// Whether what stands in a slot holds the text: 0 or 1.
    #[inline]
    pub(crate) fn holds(&self, slot: u32) -> u8 {
        // Values and bundles stand in no order that a branch could guess.
        let sets = [&self.values, &self.bundles];
        u8::from(sets[usize::from(slot & BUNDLE != 0)].has(slot & !BUNDLE))
    }
}

/// Which slots of a part hold a text.
pub(crate) struct Flags(Box<[u8; 1 << 16]>);

impl Flags {
    /// Of no part yet.
    #[expect(
        clippy::large_stack_arrays,
        reason = "the length is the type's, so that way is never taken"
    )]
    pub(crate) fn new() -> Self {
        let flags = vec![0; 1 << 16].into_boxed_slice();
        Self(flags.try_into().unwrap_or_else(|_| Box::new([0; 1 << 16])))
    }

    /// Says it of the slots of a part; whether any does.
    fn fill(&mut self, part: &Part, wanted: &Wanted) -> bool {
        let mut any = 0;
        for (slot, flag) in part.slots.iter().zip(&mut self.0[..]) {
            *flag = wanted.holds(*slot);
            any |= *flag;
        }
        any != 0
    }

    #[inline]
    fn of(&self, slot: u16) -> u8 {
        self.0[usize::from(slot)]
    }

    /// A bit for each of some slots.
    fn bits(&self, slots: &[u16]) -> Vec<u64> {
        let (whole, rest) = slots.as_chunks::<64>();
        let mut bits = Vec::with_capacity(whole.len() + 2);
        bits.extend(whole.iter().map(|slots| {
            let mut flags = [0; 64];
            for (flag, slot) in flags.iter_mut().zip(slots) {
                *flag = self.of(*slot);
            }
            pack(&flags)
        }));
        let last = rest.iter().zip(0..);
        bits.push(last.fold(0, |word, (slot, bit)| {
            word | u64::from(self.of(*slot)) << bit
        }));
        // Two words are read at once.
        bits.push(0);
        bits
    }
}

/// Whether the bit at a place is set.
#[inline]
fn has(bits: &[u64], place: usize) -> bool {
    bits[place / 64] >> (place % 64) & 1 == 1
}

/// Whether one of the bits at some places is set.
#[inline]
fn any_within(bits: &[u64], places: Range<usize>) -> bool {
    let (at, shift, len) = (places.start / 64, places.start % 64, places.len());
    if len > 64 || at + 1 >= bits.len() {
        return places.into_iter().any(|place| has(bits, place));
    }
    let two = u128::from(bits[at]) | u128::from(bits[at + 1]) << 64;
    (two >> shift) as u64 & ((1u128 << len) - 1) as u64 != 0
}

/// Some rows of a part: bits from a whole word of the index on.
pub(crate) struct Bits {
    start: usize,
    words: Vec<u64>,
}

impl Bits {
    /// None of the rows of a part.
    pub(crate) fn new(placed: &Placed) -> Self {
        let start = placed.first as usize / 64;
        let end = placed.first as usize + placed.part.counts.len();
        Self {
            start,
            words: vec![0; end.div_ceil(64) - start],
        }
    }

    /// The rows of a part that `word` has, by the place of a word in the index.
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

    /// How many it has.
    pub(crate) fn len(&self) -> usize {
        self.words
            .iter()
            .map(|word| word.count_ones() as usize)
            .sum()
    }

    /// Adds an event if it is wanted, without a branch.
    pub(crate) fn set(&mut self, event: usize, yes: bool) {
        self.words[event / 64 - self.start] |= u64::from(yes) << (event % 64);
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
