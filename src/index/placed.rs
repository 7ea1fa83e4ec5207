//! The rows of a part of values, as places in the order of appending, and sets of them.
//!
//! A part is what one batch says of its rows; those that became no events are left out here.
//!
//! Refuses to know: what a row is asked for.

use crate::index::bitmap::RowSet;
use crate::index::values::{OPEN, Placed};

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

    /// Calls `each` with every event that has one of what `next` finds from a place on; `counts`
    /// says how many places each row has.
    pub(crate) fn each_event(
        &self,
        mut counts: impl Iterator<Item = usize>,
        next: impl Fn(usize) -> Option<usize>,
        mut each: impl FnMut(usize),
    ) {
        let mut dropped = self.dropped.iter().map(|row| *row as usize).peekable();
        let (mut rows, mut end, mut gone) = (0, 0, 0);
        while let Some(at) = next(end) {
            while end <= at {
                let Some(count) = counts.next() else { return };
                end += count;
                rows += 1;
            }
            let row = rows - 1;
            while dropped.next_if(|dropped| *dropped < row).is_some() {
                gone += 1;
            }
            if dropped.peek() != Some(&row) {
                each(self.first as usize + row - gone);
            }
        }
    }

    /// Each row that became an event, by its place in the order of appending.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (usize, Row<'_>)> {
        let part = &*self.part;
        let mut event = self.first as usize;
        let mut dropped = self.dropped.iter().copied().peekable();
        let mut items = &part.items[..];
        part.counts
            .iter()
            .zip(0u32..)
            .filter_map(move |(&count, row)| {
                let here = if count == OPEN { 0 } else { usize::from(count) };
                let (mine, rest) = items.split_at_checked(here)?;
                items = rest;
                if dropped.next_if_eq(&row).is_some() {
                    return None;
                }
                event += 1;
                let row = Row { count, items: mine };
                Some((event - 1, row))
            })
    }
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

    /// Adds an event.
    pub(crate) fn add(&mut self, event: usize) {
        self.set(event, true);
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
