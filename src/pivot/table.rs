//! Two ways to keep numbers by what they are looked up by, without a list of its own for each.

use std::cmp::Ordering;

/// The most bits of a hash that say at once where its entries begin.
const MOST_BITS: u32 = 22;

/// Numbers by a hash of what they are found by; grows and forgets nothing. Two things may share a
/// hash, and what a number stands for may have changed since: whoever asks looks again.
#[derive(Debug, Clone, Default)]
pub(super) struct Table {
    /// Hashes with a number each, in order; those of one hash by the rank they were added with.
    entries: Vec<(u32, u32)>,
    /// By the upper bits of a hash: where its entries begin; one more at the end.
    starts: Vec<u32>,
    /// The lower bits.
    shift: u32,
}

impl Table {
    /// Adds numbers, each once for a hash. The ranks of numbers that are there already may have
    /// changed, their order must not.
    pub(super) fn add(&mut self, mut fresh: Vec<(u32, u32)>, rank: impl Fn(u32) -> u32) {
        if fresh.is_empty() {
            return;
        }
        let order = |a: &(u32, u32), b: &(u32, u32)| {
            let by_rank = || rank(a.1).cmp(&rank(b.1)).then(a.1.cmp(&b.1));
            a.0.cmp(&b.0).then_with(by_rank)
        };
        fresh.sort_unstable_by(order);
        if self.entries.is_empty() {
            self.entries = fresh;
        } else {
            let mut old = self.entries.len();
            // There are few additions, each goes through all, and room to grow would stand empty.
            self.entries.reserve_exact(fresh.len());
            self.entries.resize(old + fresh.len(), (0, 0));
            let mut to = self.entries.len();
            while let Some(next) = fresh.last() {
                to -= 1;
                if old > 0 && order(&self.entries[old - 1], next) == Ordering::Greater {
                    old -= 1;
                    self.entries[to] = self.entries[old];
                } else {
                    self.entries[to] = *next;
                    fresh.pop();
                }
            }
        }
        self.entries.dedup();
        let bits = self.entries.len().ilog2().clamp(1, MOST_BITS);
        self.shift = u32::BITS - bits;
        let heads = self.entries.iter().map(|(hash, _)| hash >> self.shift);
        self.starts = starts(1 << bits, heads);
    }

    /// Whether there are none.
    pub(super) const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entries of a hash, in the order of their ranks.
    pub(super) fn of(&self, hash: u32) -> &[(u32, u32)] {
        if self.entries.is_empty() {
            return &[];
        }
        let head = (hash >> self.shift) as usize;
        let at = |n: usize| self.starts.get(n).map_or(0, |n| *n as usize);
        let near = self.entries.get(at(head)..at(head + 1)).unwrap_or(&[]);
        let from = near.partition_point(|e| e.0 < hash);
        let rest = near.get(from..).unwrap_or(&[]);
        let to = rest.partition_point(|e| e.0 == hash);
        rest.get(..to).unwrap_or(&[])
    }

    /// The entries of each hash that has more than one.
    pub(super) fn crowds(&self) -> impl Iterator<Item = &[(u32, u32)]> {
        let alike = self.entries.chunk_by(|a, b| a.0 == b.0);
        alike.filter(|entries| entries.len() > 1)
    }
}

/// Lists by a number from 0, all in one.
#[derive(Debug, Clone)]
pub(super) struct Lists<T> {
    /// Where each list begins; one more at the end.
    starts: Vec<u32>,
    items: Vec<T>,
}

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Self {
            starts: Vec::new(),
            items: Vec::new(),
        }
    }
}

impl<T: Copy> Lists<T> {
    /// `n` lists of pairs of a list's number and what stands in it; the order of the pairs stays.
    pub(super) fn of(n: usize, pairs: &[(u32, T)]) -> Self {
        let starts = starts(n, pairs.iter().map(|(list, _)| *list));
        let mut next = starts.clone();
        let mut places = vec![0u32; pairs.len()];
        for (at, (list, _)) in (0..).zip(pairs) {
            let Some(next) = next.get_mut(*list as usize) else {
                continue;
            };
            if let Some(place) = places.get_mut(*next as usize) {
                *place = at;
            }
            *next += 1;
        }
        let items = places.iter().filter_map(|at| pairs.get(*at as usize));
        Self {
            items: items.map(|(_, item)| *item).collect(),
            starts,
        }
    }

    /// One of the lists; an empty one where there is none.
    pub(super) fn get(&self, list: usize) -> &[T] {
        let at = |n: usize| self.starts.get(n).map_or(0, |n| *n as usize);
        self.items.get(at(list)..at(list + 1)).unwrap_or(&[])
    }

    /// Brings each list in order.
    pub(super) fn sort_each(&mut self, mut order: impl FnMut(&T, &T) -> Ordering) {
        for ends in self.starts.windows(2) {
            if let [from, to] = ends
                && to - from > 1
                && let Some(list) = self.items.get_mut(*from as usize..*to as usize)
            {
                list.sort_by(&mut order);
            }
        }
    }
}

/// Where each of `n` groups begins among all, and the end.
fn starts(n: usize, groups: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut starts = vec![0u32; n + 1];
    for group in groups {
        if let Some(count) = starts.get_mut(group as usize + 1) {
            *count += 1;
        }
    }
    let mut sum = 0;
    for start in &mut starts {
        sum += *start;
        *start = sum;
    }
    starts
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_table_gives_what_was_added_in_its_order(
            parts in prop::collection::vec(prop::collection::vec((0u32..40, 0u32..30), 0..20), 1..5),
        ) {
            // Few hashes, far apart and near to each other.
            let spread = |n: u32| if n.is_multiple_of(2) { n } else { n << 26 | n };
            let rank = |n: u32| 30 - n;
            let mut table = Table::default();
            let mut wanted: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
            for part in parts {
                let part: Vec<_> = part.into_iter().map(|(h, n)| (spread(h), n)).collect();
                for (hash, n) in &part {
                    wanted.entry(*hash).or_default().push(*n);
                }
                table.add(part, rank);
            }
            for hash in (0..41).map(spread) {
                let mut all = wanted.remove(&hash).unwrap_or_default();
                all.sort_by_key(|n| rank(*n));
                all.dedup();
                let found: Vec<u32> = table.of(hash).iter().map(|e| e.1).collect();
                prop_assert_eq!(&found, &all);
                let is_crowd = table.crowds().any(|c| c[0].0 == hash);
                prop_assert_eq!(is_crowd, all.len() > 1);
            }
        }
    }

    #[test]
    fn lists_keep_the_order_of_their_pairs() {
        let mut lists = Lists::of(4, &[(2, 'b'), (0, 'x'), (2, 'a'), (9, 'z')]);
        assert_eq!(
            [0, 1, 2, 3, 9].map(|n| lists.get(n).iter().collect::<String>()),
            ["x", "", "ba", "", ""]
        );
        lists.sort_each(char::cmp);
        assert_eq!(lists.get(2), ['a', 'b']);
        assert!(Lists::<u32>::default().get(0).is_empty());
    }
}
