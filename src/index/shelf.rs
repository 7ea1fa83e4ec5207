//! A list that grows, shared between its writer and its readers.
//!
//! Readers hold clones; a clone copies pointers to blocks, not elements, and a block is copied
//! only when the writer changes it while a reader holds it.

use std::sync::Arc;

/// Elements a block holds.
const BLOCK: usize = 1024;

/// A growing list whose clones are cheap.
#[derive(Debug, Clone)]
pub struct Shelf<T> {
    blocks: Vec<Arc<Vec<T>>>,
    len: usize,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self {
            blocks: Vec::new(),
            len: 0,
        }
    }
}

impl<T: Clone> Shelf<T> {
    /// Elements.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether it has none.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The element at a place.
    pub fn get(&self, at: usize) -> Option<&T> {
        self.blocks.get(at / BLOCK)?.get(at % BLOCK)
    }

    /// Every element, in order of appending.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.blocks.iter().flat_map(|block| block.iter())
    }

    /// The places of elements that an older clone has otherwise, or not at all. What both share is
    /// not looked at.
    pub fn changed_since<'a>(&'a self, older: &'a Self) -> impl Iterator<Item = usize> + 'a
    where
        T: PartialEq,
    {
        let blocks = self.blocks.iter().enumerate().filter(|(n, block)| {
            let known = older.blocks.get(*n);
            !known.is_some_and(|known| Arc::ptr_eq(known, block))
        });
        blocks.flat_map(|(n, block)| {
            let places = (n * BLOCK..).zip(block.iter());
            let changed = places.filter(|(at, element)| older.get(*at) != Some(element));
            changed.map(|(at, _)| at)
        })
    }

    /// Appends an element.
    pub fn push(&mut self, element: T) {
        if self.len.is_multiple_of(BLOCK) {
            self.blocks.push(Arc::default());
        }
        if let Some(block) = self.blocks.last_mut() {
            Arc::make_mut(block).push(element);
        }
        self.len += 1;
    }

    /// Changes the element at a place.
    pub fn change(&mut self, at: usize, change: impl FnOnce(&mut T)) {
        let block = self.blocks.get_mut(at / BLOCK);
        if let Some(element) = block.and_then(|b| Arc::make_mut(b).get_mut(at % BLOCK)) {
            change(element);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_keep_what_they_saw() {
        let mut shelf = Shelf::default();
        (0..BLOCK + 5).for_each(|i| shelf.push(i));
        let seen = shelf.clone();
        shelf.change(3, |n| *n = 99);
        shelf.push(7);
        assert_eq!((seen.len(), shelf.len()), (BLOCK + 5, BLOCK + 6));
        assert_eq!((seen.get(3), shelf.get(3)), (Some(&3), Some(&99)));
        assert_eq!(seen.iter().count(), BLOCK + 5);
        assert_eq!(shelf.iter().last(), Some(&7));
        let changed = |older: Shelf<usize>| shelf.changed_since(&older).collect::<Vec<_>>();
        assert_eq!(changed(seen), [3, BLOCK + 5]);
        assert_eq!(changed(Shelf::default()).len(), BLOCK + 6);
        assert!(changed(shelf.clone()).is_empty());
    }
}
