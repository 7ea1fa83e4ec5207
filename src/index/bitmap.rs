//! Sets of rows, one bitmap a segment.
//!
//! A [`RowSet`] belongs to the snapshot it was made from: the same segments, the same lengths.

use crate::index::segment::{EventId, ROWS_PER_SEGMENT};

/// Words of one segment's bitmap.
const WORDS: usize = ROWS_PER_SEGMENT / 64;

/// Rows of one segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bitmap {
    words: Box<[u64]>,
}

impl Default for Bitmap {
    fn default() -> Self {
        Self {
            words: vec![0; WORDS].into_boxed_slice(),
        }
    }
}

/// 64 flags, each 0 or 1, as the bits of a word.
#[inline]
pub(crate) fn pack(flags: &[u8; 64]) -> u64 {
    let (eights, _) = flags.as_chunks::<8>();
    eights.iter().enumerate().fold(0, |word, (at, eight)| {
        // The product carries the flag of byte `i` to bit `56 + i`.
        let bits = u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        word | bits << (8 * at)
    })
}

impl Bitmap {
    /// The first `len` rows.
    pub fn full(len: usize) -> Self {
        let mut b = Self::default();
        for (i, word) in b.words.iter_mut().enumerate() {
            let rows = len.saturating_sub(i * 64).min(64);
            *word = if rows == 64 {
                u64::MAX
            } else {
                (1u64 << rows) - 1
            };
        }
        b
    }

    /// The rows among the first `len` for which `test` holds, 64 at a time.
    pub fn collect(len: usize, mut test: impl FnMut(usize) -> bool) -> Self {
        let mut b = Self::default();
        for (i, word) in b.words.iter_mut().enumerate().take(len.div_ceil(64)) {
            let mut bits = 0;
            for bit in 0..64.min(len - i * 64) {
                bits |= u64::from(test(i * 64 + bit)) << bit;
            }
            *word = bits;
        }
        b
    }

    /// The places of `values` for which `test` holds.
    ///
    /// As `collect`, for tests without a branch: the compiler asks several values at once.
    pub fn of<T: Copy>(values: &[T], test: impl Fn(T) -> bool) -> Self {
        let mut b = Self::default();
        let (whole, rest) = values.as_chunks::<64>();
        for (word, values) in b.words.iter_mut().zip(whole) {
            let mut flags = [0; 64];
            for (flag, value) in flags.iter_mut().zip(values) {
                *flag = u8::from(test(*value));
            }
            *word = pack(&flags);
        }
        if let Some(word) = b.words.get_mut(whole.len()) {
            for (bit, value) in rest.iter().enumerate() {
                *word |= u64::from(test(*value)) << bit;
            }
        }
        b
    }

    /// The first `len` rows by two bits for each byte of `values`, which stands for two rows.
    pub(crate) fn of_pairs(values: &[u8], len: usize, bits: &[u8; 256]) -> Self {
        let mut b = Self::default();
        for (word, values) in b.words.iter_mut().zip(values.chunks(32)) {
            let pairs = values.iter().zip((0..64).step_by(2));
            *word = pairs.fold(0, |word, (value, at)| {
                word | u64::from(bits[usize::from(*value)]) << at
            });
        }
        if let Some(word) = b.words.get_mut(len / 64) {
            *word &= (1 << (len % 64)) - 1;
        }
        b
    }

    /// Adds those of some rows for which `test` holds; rows that are there already are not tested.
    pub fn add_missing(&mut self, rows: &Self, mut test: impl FnMut(usize) -> bool) {
        for (i, (word, rows)) in self.words.iter_mut().zip(&rows.words).enumerate() {
            let mut rest = !*word & rows;
            while rest != 0 {
                let bit = rest.trailing_zeros();
                *word |= u64::from(test(i * 64 + bit as usize)) << bit;
                rest &= rest - 1;
            }
        }
    }

    /// Calls `each` with every row, ascending.
    pub fn for_each(&self, mut each: impl FnMut(usize)) {
        for (i, &word) in self.words.iter().enumerate() {
            if word == u64::MAX {
                (i * 64..(i + 1) * 64).for_each(&mut each);
                continue;
            }
            let mut rest = word;
            while rest != 0 {
                each(i * 64 + rest.trailing_zeros() as usize);
                rest &= rest - 1;
            }
        }
    }

    /// The bits, 64 rows a word.
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// Adds a row.
    pub fn insert(&mut self, row: usize) {
        self.words[row / 64] |= 1 << (row % 64);
    }

    /// Takes a row away.
    pub fn remove(&mut self, row: usize) {
        self.words[row / 64] &= !(1 << (row % 64));
    }

    /// Whether it holds a row.
    pub fn contains(&self, row: usize) -> bool {
        self.words[row / 64] >> (row % 64) & 1 == 1
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.words.iter().map(|w| w.count_ones() as usize).sum()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|w| *w == 0)
    }

    /// Keeps what both hold.
    pub fn and(&mut self, other: &Self) {
        self.words
            .iter_mut()
            .zip(&other.words)
            .for_each(|(a, b)| *a &= b);
    }

    /// Adds what the other holds.
    pub fn or(&mut self, other: &Self) {
        self.words
            .iter_mut()
            .zip(&other.words)
            .for_each(|(a, b)| *a |= b);
    }

    /// Takes away what the other holds.
    pub fn minus(&mut self, other: &Self) {
        self.words
            .iter_mut()
            .zip(&other.words)
            .for_each(|(a, b)| *a &= !b);
    }

    /// The rows, ascending.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(i, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = (rest != 0).then(|| rest.trailing_zeros() as usize)?;
                rest &= rest - 1;
                Some(i * 64 + bit)
            })
        })
    }
}

/// Rows of a whole snapshot.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowSet {
    /// One bitmap a segment, in order.
    pub segments: Vec<Bitmap>,
}

impl RowSet {
    /// The events given, in a set of `segments` segments.
    pub fn of(segments: usize, events: &[EventId]) -> Self {
        let mut rows = Self {
            segments: vec![Bitmap::default(); segments],
        };
        for id in events {
            if let Some(bitmap) = rows.segments.get_mut(id.segment()) {
                bitmap.insert(id.row());
            }
        }
        rows
    }

    /// All bits in one piece: bit `id.index()` says whether the event is in it.
    pub(crate) fn flat(&self) -> Vec<u64> {
        let words = self.segments.iter().map(Bitmap::words);
        words.flatten().copied().collect()
    }

    /// Adds what the other holds.
    pub fn or(&mut self, other: &Self) {
        let pairs = self.segments.iter_mut().zip(&other.segments);
        pairs.for_each(|(a, b)| a.or(b));
    }

    /// Keeps what both hold.
    pub fn and(&mut self, other: &Self) {
        let pairs = self.segments.iter_mut().zip(&other.segments);
        pairs.for_each(|(a, b)| a.and(b));
    }

    /// Takes away what the other holds.
    pub fn minus(&mut self, other: &Self) {
        let pairs = self.segments.iter_mut().zip(&other.segments);
        pairs.for_each(|(a, b)| a.minus(b));
    }

    /// Whether it holds an event.
    pub fn contains(&self, id: EventId) -> bool {
        self.segments
            .get(id.segment())
            .is_some_and(|b| b.contains(id.row()))
    }

    /// How many events.
    pub fn len(&self) -> usize {
        self.segments.iter().map(Bitmap::len).sum()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.segments.iter().all(Bitmap::is_empty)
    }

    /// The rows of a word, by its place among the words of all segments.
    pub(crate) fn word(&self, at: usize) -> u64 {
        let bitmap = self.segments.get(at / WORDS);
        bitmap.map_or(0, |bitmap| bitmap.words[at % WORDS])
    }

    /// Adds the rows of a word of bits, by its place among the words of all segments.
    pub(crate) fn add_word(&mut self, at: usize, word: u64) {
        if let Some(bitmap) = self.segments.get_mut(at / WORDS) {
            bitmap.words[at % WORDS] |= word;
        }
    }

    /// Adds an event of its snapshot.
    pub fn insert(&mut self, id: EventId) {
        if let Some(bitmap) = self.segments.get_mut(id.segment()) {
            bitmap.insert(id.row());
        }
    }

    /// Takes an event away.
    pub fn remove(&mut self, id: EventId) {
        if let Some(bitmap) = self.segments.get_mut(id.segment()) {
            bitmap.remove(id.row());
        }
    }

    /// The events in order of their rows.
    pub fn iter(&self) -> impl Iterator<Item = EventId> + '_ {
        self.segments
            .iter()
            .enumerate()
            .flat_map(|(s, bitmap)| bitmap.iter().map(move |row| EventId::new(s, row)))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn behaves_like_a_set(a in prop::collection::btree_set(0usize..300, 0..60),
                              b in prop::collection::btree_set(0usize..300, 0..60)) {
            let make = |s: &BTreeSet<usize>| Bitmap::collect(300, |r| s.contains(&r));
            let read = |m: &Bitmap| m.iter().collect::<BTreeSet<_>>();
            let (x, y) = (make(&a), make(&b));
            let apply = |f: fn(&mut Bitmap, &Bitmap)| { let mut m = x.clone(); f(&mut m, &y); read(&m) };
            prop_assert_eq!(apply(Bitmap::and), &a & &b);
            prop_assert_eq!(apply(Bitmap::or), &a | &b);
            prop_assert_eq!(apply(Bitmap::minus), &a - &b);
            prop_assert_eq!(x.len(), a.len());
        }
    }

    proptest! {
        #[test]
        fn several_at_once_are_one_by_one(values in prop::collection::vec(0u8..4, 0..200), wanted in 0u8..4) {
            let at_once = Bitmap::of(&values, |v| v == wanted);
            let one_by_one = Bitmap::collect(values.len(), |row| values[row] == wanted);
            prop_assert_eq!(&at_once, &one_by_one);
            let mut rows = Vec::new();
            at_once.for_each(|row| rows.push(row));
            prop_assert_eq!(rows, one_by_one.iter().collect::<Vec<_>>());
        }
    }

    proptest! {
        #[test]
        fn only_missing_rows_are_tested(
            there in prop::collection::btree_set(0usize..200, 0..150),
            wanted in prop::collection::btree_set(0usize..200, 0..150),
            len in 1usize..200,
        ) {
            let mut rows = Bitmap::collect(200, |row| there.contains(&row));
            rows.add_missing(&Bitmap::full(len), |row| {
                assert!(row < len && !there.contains(&row));
                wanted.contains(&row)
            });
            let mut expected = there.clone();
            expected.extend(wanted.range(..len));
            prop_assert_eq!(rows.iter().collect::<BTreeSet<_>>(), expected);
        }
    }

    #[test]
    fn full_has_an_edge() {
        for len in [0, 1, 63, 64, 65, ROWS_PER_SEGMENT] {
            assert_eq!(Bitmap::full(len).len(), len);
        }
    }
}
