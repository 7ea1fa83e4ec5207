//! Tables whose entries share the lines of the cache they are in, found by the beginning of a hash.
//!
//! A look waits for memory once, and can be told of beforehand ([`Lines::fetch`]). What an entry says,
//! whoever looks must compare: hashes are told apart, and nothing more.

use crate::base::near::fetch;

/// What stands in a table.
pub(crate) trait Hashed: Copy + Default {
    /// Its hash, as [`short`] gives it; 0 for what is no entry, as the default.
    fn hash(&self) -> u32;
}

/// As much of a hash as entries hold; never 0.
#[inline]
pub(crate) const fn short(hash: u64) -> u32 {
    let short = hash as u32;
    if short == 0 { 1 } else { short }
}

/// Entries whose hashes begin alike, from the first on.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
struct Line<T, const N: usize>([T; N]);

/// A table whose lines hold so many entries each. Entries of one hash may be many.
#[derive(Debug)]
pub(crate) struct Lines<T, const N: usize = 4> {
    lines: Vec<Line<T, N>>,
    len: usize,
}

impl<T, const N: usize> Default for Lines<T, N> {
    fn default() -> Self {
        Self {
            lines: Vec::new(),
            len: 0,
        }
    }
}

/// Lines of the smallest table that holds anything.
const FEWEST: usize = 8;

impl<T: Hashed, const N: usize> Lines<T, N> {
    const ONE_LINE: () = assert!(size_of::<Line<T, N>>() == 64, "a line of the cache");

    /// Where the entries of a hash begin, if there are any.
    #[inline]
    fn place(&self, hash: u32) -> usize {
        ((u64::from(hash) * self.lines.len() as u64) >> u32::BITS) as usize
    }

    /// Asks for the line where a hash that is about to be looked for stands.
    #[inline]
    pub(crate) fn fetch(&self, hash: u32) {
        if let Some(line) = self.lines.get(self.place(hash)) {
            fetch(line);
        }
    }

    /// The entry of this hash that is the one meant.
    #[inline]
    pub(crate) fn find(&self, hash: u32, is: impl Fn(&T) -> bool) -> Option<&T> {
        let mut at = self.place(hash);
        loop {
            let Line(line) = self.lines.get(at)?;
            let found = line.iter().find(|entry| entry.hash() == hash && is(entry));
            // Lines are filled from the first place on.
            if found.is_some() || line[N - 1].hash() == 0 {
                return found;
            }
            at = self.after(at);
        }
    }

    #[inline]
    const fn after(&self, at: usize) -> usize {
        if at + 1 == self.lines.len() {
            0
        } else {
            at + 1
        }
    }

    /// Adds an entry.
    pub(crate) fn insert(&mut self, entry: T) {
        // Half full and a little more: nearly all are in the line where they should.
        if 8 * self.len >= 5 * N * self.lines.len() {
            let lines = FEWEST.max(2 * self.lines.len());
            self.make_anew(lines, |_| true);
        }
        self.put(entry);
    }

    fn put(&mut self, entry: T) {
        let mut at = self.place(entry.hash());
        loop {
            let free = self.lines[at].0.iter_mut().find(|known| known.hash() == 0);
            if let Some(free) = free {
                *free = entry;
                self.len += 1;
                return;
            }
            at = self.after(at);
        }
    }

    /// Keeps the entries of which `keep` says so; it may change all of them but their hash.
    pub(crate) fn retain(&mut self, keep: impl FnMut(&mut T) -> bool) {
        self.make_anew(self.lines.len(), keep);
    }

    fn make_anew(&mut self, lines: usize, mut keep: impl FnMut(&mut T) -> bool) {
        const { Self::ONE_LINE };
        let lines = vec![Line([T::default(); N]); lines];
        let before = std::mem::replace(&mut self.lines, lines);
        self.len = 0;
        for mut entry in before.iter().flat_map(|line| line.0) {
            if entry.hash() != 0 && keep(&mut entry) {
                self.put(entry);
            }
        }
    }

    /// Forgets all entries, and keeps the room.
    pub(crate) fn clear(&mut self) {
        self.lines.fill(Line([T::default(); N]));
        self.len = 0;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Clone, Copy, Default)]
    struct Entry {
        hash: u32,
        value: u32,
        _room: [u32; 2],
    }

    impl Hashed for Entry {
        fn hash(&self) -> u32 {
            self.hash
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever the hashes, alike or at an end of the table: what was put there is found, until
        /// it is taken out.
        #[test]
        fn what_stands_there_is_found_and_nothing_else(
            hashes in prop::collection::vec(
                prop_oneof![0u64..9, any::<u64>(), (0..9u64).prop_map(|n| u64::MAX - n)], 0..300),
            least in 0u32..300,
        ) {
            let mut lines = Lines::<Entry>::default();
            prop_assert!(lines.find(1, |_| true).is_none());
            let mut all = HashMap::new();
            for (value, hash) in (0u32..).zip(&hashes) {
                let hash = short(*hash);
                lines.fetch(hash);
                lines.insert(Entry { hash, value, ..Entry::default() });
                all.insert(value, hash);
            }
            let check = |lines: &Lines<Entry>, least: u32| {
                for (value, hash) in &all {
                    let found = lines.find(*hash, |entry| entry.value == *value);
                    assert_eq!(found.is_some(), *value >= least);
                    assert!(lines.find(*hash, |_| false).is_none());
                    assert!(lines.find(hash ^ 0x10, |entry| entry.value == *value).is_none());
                }
                assert_eq!(lines.len, all.keys().filter(|value| **value >= least).count());
            };
            check(&lines, 0);
            lines.retain(|entry| entry.value >= least);
            check(&lines, least);
            lines.clear();
            check(&lines, u32::MAX);
        }
    }
}
