//! Where a record's bytes are: coordinates only, never I/O.

use std::sync::{Arc, PoisonError, RwLock};

use crate::base::origin::{FileId, Origin};
use crate::index::bitmap::Bitmap;

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

/// The places of a segment's rows while it grows.
#[derive(Debug, Clone, Default)]
pub(crate) struct PlacesWriter(Vec<RecordPlace>);

impl PlacesWriter {
    /// Forgets all of them and keeps their room.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Adds the next row's place.
    pub(crate) fn push(&mut self, place: RecordPlace) {
        self.0.push(place);
    }

    /// The place of a row.
    pub(crate) fn get(&self, row: usize) -> RecordPlace {
        self.0[row]
    }

    /// All of them in few bytes.
    pub(crate) fn pack(&self) -> Places {
        Places::pack(&self.0)
    }
}

/// The places of a segment's rows.
///
/// Rows of one file stand together, one after the other as in the file and mostly with the same few
/// bytes between any two. So a place is said now and then and the others follow from it.
#[derive(Debug, Clone, Default)]
pub struct Places {
    said: Box<[Said]>,
    lens: Box<[u16]>,
    /// Rows whose length takes more, with it.
    long: Box<[(u32, u32)]>,
}

/// A place that is said, and how the next ones follow.
#[derive(Debug, Clone, Copy)]
struct Said {
    offset: u64,
    row: u32,
    file: u32,
    /// Bytes between a record and the next.
    gap: u32,
}

/// A row whose place was found.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found {
    /// How many places are said up to it.
    at: usize,
    row: usize,
    /// Where it is.
    pub(crate) place: RecordPlace,
}

/// The length of a row that takes more than two bytes.
const LONG: u16 = u16::MAX;
/// So many rows at most follow from one that is said.
const FOLLOW: u32 = 32;

impl Places {
    /// Packs places, in the order of their rows.
    fn pack(places: &[RecordPlace]) -> Self {
        let mut said: Vec<Said> = Vec::new();
        let mut long = Vec::new();
        let mut before: Option<RecordPlace> = None;
        for (place, row) in places.iter().zip(0u32..) {
            if place.len >= u32::from(LONG) {
                long.push((row, place.len));
            }
            let gap = before.and_then(|before| {
                let end = before.offset + u64::from(before.len);
                let gap = u32::try_from(place.offset.checked_sub(end)?).ok()?;
                (before.file == place.file).then_some(gap)
            });
            let follows = match (gap, said.last_mut()) {
                (Some(gap), Some(last)) if row - last.row < FOLLOW => {
                    if row - last.row == 1 {
                        last.gap = gap;
                    }
                    last.gap == gap
                }
                _ => false,
            };
            if !follows {
                said.push(Said {
                    offset: place.offset,
                    row,
                    file: place.file.0,
                    gap: 0,
                });
            }
            before = Some(*place);
        }
        let short = |place: &RecordPlace| u16::try_from(place.len).unwrap_or(LONG);
        Self {
            said: said.into(),
            lens: places.iter().map(short).collect(),
            long: long.into(),
        }
    }

    /// The rows whose file is wanted.
    pub(crate) fn rows_of_files(&self, wanted: impl Fn(u32) -> bool) -> Bitmap {
        let mut rows = Bitmap::default();
        for (at, said) in self.said.iter().enumerate() {
            if wanted(said.file) {
                let next = self.said.get(at + 1);
                let end = next.map_or(self.lens.len(), |next| next.row as usize);
                (said.row as usize..end).for_each(|row| rows.insert(row));
            }
        }
        rows
    }

    /// The place of a row that is asked for after `last`, if it was this segment's; cheap where the
    /// one follows the other.
    pub(crate) fn after(&self, last: Option<Found>, row: usize) -> Found {
        let last = last.filter(|last| last.row + 1 == row);
        if let Some(Found { at, place, .. }) = last
            && let Some(said) = at.checked_sub(1).and_then(|at| self.said.get(at))
            && self.said.get(at).is_none_or(|next| next.row as usize > row)
        {
            let place = RecordPlace {
                file: place.file,
                offset: place.offset + u64::from(place.len) + u64::from(said.gap),
                len: self.len(row),
            };
            return Found { at, row, place };
        }
        let at = self.said.partition_point(|said| said.row as usize <= row);
        let place = self.get_from(at, row);
        Found { at, row, place }
    }

    /// The place of a row.
    pub fn get(&self, row: usize) -> RecordPlace {
        self.get_from(
            self.said.partition_point(|said| said.row as usize <= row),
            row,
        )
    }

    /// The place of a row, by how many are said up to it.
    fn get_from(&self, at: usize, row: usize) -> RecordPlace {
        let said = self.said[at - 1];
        let before = said.row as usize..row;
        let skipped = before.map(|row| u64::from(self.len(row)) + u64::from(said.gap));
        RecordPlace {
            file: FileId(said.file),
            offset: said.offset + skipped.sum::<u64>(),
            len: self.len(row),
        }
    }

    fn len(&self, row: usize) -> u32 {
        let short = self.lens[row];
        if short != LONG {
            return short.into();
        }
        let at = self
            .long
            .partition_point(|(long, _)| (*long as usize) < row);
        let long = self.long.get(at).filter(|(long, _)| *long as usize == row);
        long.map_or(short.into(), |(_, len)| *len)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Rows as they come: mostly one after the other in a file, with the same between them.
    fn places() -> impl Strategy<Value = Vec<RecordPlace>> {
        let len = prop_oneof![8 => 0u32..3000, 1 => 65_534u32..65_538, 1 => Just(u32::MAX)];
        let gap = prop_oneof![8 => Just(1u64), 1 => 0u64..5, 1 => Just(u64::from(u32::MAX) + 2)];
        prop::collection::vec((len, gap, 0u32..40, any::<bool>()), 0..300).prop_map(|rows| {
            let mut last = RecordPlace {
                file: FileId(0),
                offset: 7,
                len: 0,
            };
            let mut all = Vec::new();
            for (len, gap, new, back) in rows {
                let offset = last.offset + u64::from(last.len) + gap;
                last = RecordPlace {
                    file: FileId(last.file.0 + u32::from(new == 1)),
                    offset: if back && new < 3 { 3 } else { offset },
                    len,
                };
                all.push(last);
            }
            all
        })
    }

    proptest! {
        #[test]
        fn places_are_what_they_were(places in places()) {
            let packed = Places::pack(&places);
            for (row, place) in places.iter().enumerate() {
                prop_assert_eq!(packed.get(row), *place, "{}", row);
            }
            let mut last = None;
            for (row, place) in places.iter().enumerate().filter(|(row, _)| row % 7 != 3) {
                let found = packed.after(last, row);
                prop_assert_eq!(found.place, *place, "{}", row);
                last = Some(found);
            }
            let odd = packed.rows_of_files(|file| file % 2 == 1);
            let expected = (0..places.len()).filter(|row| places[*row].file.0 % 2 == 1);
            prop_assert!(odd.iter().eq(expected));
        }
    }

    #[test]
    fn what_follows_takes_few_bytes() {
        let place = |n: u32| RecordPlace {
            file: FileId(n / 1000),
            offset: u64::from(n % 1000) * 1200,
            len: 1199,
        };
        let places: Vec<RecordPlace> = (0..10_000).map(place).collect();
        assert!(Places::pack(&places).said.len() < 400);
    }
}
