//! Where a record's bytes are: coordinates only, never I/O.

use std::sync::{Arc, PoisonError, RwLock};

use crate::base::origin::{FileId, Origin};

/// The bytes of one record in a file's inflated text.
///
/// They are the record's object, or a JSON string that holds it (a record that came wrapped in
/// one); whoever reads the place unwraps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordPlace {
    /// The file.
    pub file: FileId,
    /// First byte in the inflated text.
    pub offset: u64,
    /// Bytes.
    pub len: u32,
}

/// The names of the files, in the order of their ids; every copy sees those that are added.
#[derive(Debug, Clone, Default)]
pub struct FileNames(Arc<RwLock<Vec<Origin>>>);

impl FileNames {
    /// Adds the next file's name.
    pub fn add(&self, origin: Origin) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        all.push(origin);
    }

    /// The name of a file.
    pub fn get(&self, id: FileId) -> Option<Origin> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        all.get(id.0 as usize).cloned()
    }

    /// Every name so far.
    pub fn all(&self) -> Vec<Origin> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        all.clone()
    }

    /// The names from a place on.
    pub fn since(&self, at: usize) -> Vec<Origin> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        all.get(at..).unwrap_or_default().to_vec()
    }

    /// How many there are so far.
    pub fn len(&self) -> usize {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        all.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The places of a segment's rows.
#[derive(Debug, Clone, Default)]
pub struct Places {
    files: Vec<u32>,
    offsets: Offsets,
    lens: Vec<u32>,
}

/// Offsets in four bytes until one needs eight.
#[derive(Debug, Clone)]
enum Offsets {
    Small(Vec<u32>),
    Large(Vec<u64>),
}

impl Default for Offsets {
    fn default() -> Self {
        Self::Small(Vec::new())
    }
}

impl Places {
    /// Forgets all of them and keeps their room.
    pub fn clear(&mut self) {
        self.files.clear();
        self.lens.clear();
        match &mut self.offsets {
            Offsets::Small(small) => small.clear(),
            Offsets::Large(_) => self.offsets = Offsets::default(),
        }
    }

    /// Adds the next row's place.
    pub fn push(&mut self, place: RecordPlace) {
        self.files.push(place.file.0);
        self.lens.push(place.len);
        if let Offsets::Small(small) = &mut self.offsets {
            match u32::try_from(place.offset) {
                Ok(offset) => return small.push(offset),
                Err(_) => {
                    self.offsets = Offsets::Large(small.iter().map(|o| u64::from(*o)).collect());
                }
            }
        }
        if let Offsets::Large(large) = &mut self.offsets {
            large.push(place.offset);
        }
    }

    /// The files of the rows, by their ids' numbers.
    pub fn files(&self) -> &[u32] {
        &self.files
    }

    /// The place of a row.
    pub fn get(&self, row: usize) -> RecordPlace {
        RecordPlace {
            file: FileId(self.files[row]),
            offset: match &self.offsets {
                Offsets::Small(small) => u64::from(small[row]),
                Offsets::Large(large) => large[row],
            },
            len: self.lens[row],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_widen() {
        let mut places = Places::default();
        let at = |offset| RecordPlace {
            file: FileId(3),
            offset,
            len: 9,
        };
        for offset in [0, 5, u64::from(u32::MAX) + 1] {
            places.push(at(offset));
        }
        assert_eq!(places.get(1), at(5));
        assert_eq!(places.get(2), at(u64::from(u32::MAX) + 1));
    }
}
