//! The writer: appends batches, counts copies, keeps time order, publishes snapshots.
//!
//! There is one. Batches come in the order of their files, so the same evidence always gives the
//! same rows, symbols and copies, whatever thread was faster.

use std::hash::BuildHasher;
use std::sync::Arc;

use foldhash::fast::RandomState;
use hashbrown::{HashSet, HashTable};

use crate::event::principal::Principal;
use crate::index::batch::{Batch, LocalDict, NO_ID, ODD, merge_names};
use crate::index::schema::Col;
use crate::index::segment::{EventId, ROWS_PER_SEGMENT, Segment, SegmentWriter, UNDATED};
use crate::index::sessions::{Born, People, Session, Shared};
use crate::index::shelf::Shelf;
use crate::index::snapshot::{Generation, Snapshot};
use crate::index::symbols::{Sym, Symbols, SymbolsWriter};

/// What became of a file's records; the sums of its batches.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Appended {
    /// Became events.
    pub kept: u64,
    /// Were copies of events already there.
    pub duplicate: u64,
    /// Of the kept: without a usable time.
    pub undated: u64,
    /// Of the kept: carry an id that an event of other content carries too.
    pub conflicts: u64,
    /// Of the copies: those of an event of the same file.
    pub repeated: u64,
    /// Distinct events among kept and copies.
    pub distinct: u64,
}

/// The one writer of an index.
#[derive(Debug, Default)]
pub struct IndexWriter {
    sealed: Vec<Arc<Segment>>,
    tail: SegmentWriter,
    dicts: [SymbolsWriter; Col::ALL.len()],
    resources: SymbolsWriter,
    odd_ids: SymbolsWriter,
    principals: Vec<Arc<Principal>>,
    sessions: Shelf<Session>,
    births: Shelf<Born>,
    shared: Shelf<Shared>,
    /// Content hashes of all rows, to tell copies from events that share an id.
    contents: Vec<u64>,
    by_id: HashTable<u32>,
    hasher: RandomState,
    order: Vec<EventId>,
    shared_ids: HashSet<EventId>,
    generation: u64,
    /// First row of the file being appended, and rows of earlier files it holds copies of.
    file_start: usize,
    seen_before: HashSet<u32>,
    file_sum: Appended,
}

impl IndexWriter {
    /// An empty index.
    pub fn new() -> Self {
        Self::default()
    }

    /// Rows so far.
    pub fn len(&self) -> usize {
        self.contents.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.contents.is_empty()
    }

    /// Ends the current file and gives what became of its records.
    pub fn finish_file(&mut self) -> Appended {
        self.file_start = self.len();
        let mut sum = std::mem::take(&mut self.file_sum);
        sum.distinct = sum.kept + self.seen_before.len() as u64;
        self.seen_before.clear();
        sum
    }

    /// Appends a batch of the current file.
    pub fn append(&mut self, batch: &Batch) {
        let maps: [Vec<u32>; Col::ALL.len()] =
            std::array::from_fn(|i| intern_all(&mut self.dicts[i], &batch.dicts[i]));
        for (principal, &code) in batch
            .principals
            .iter()
            .zip(&maps[Col::Principal as usize][1..])
        {
            let at = code as usize;
            if at > self.principals.len() {
                self.principals.push(Arc::new(principal.clone()));
            } else if let Some(known) = at.checked_sub(1).and_then(|i| self.principals.get_mut(i)) {
                let mut merged = Principal::clone(known);
                merge_names(&mut merged, principal);
                if merged != **known {
                    *known = Arc::new(merged);
                }
            }
        }
        self.append_sessions(batch, &maps);
        let (mut births, mut shared) = (batch.births.iter(), batch.shared.iter());
        let (mut birth, mut twin) = (births.next(), shared.next());
        let resources = intern_all(&mut self.resources, &batch.resources);
        let odd_ids = intern_all(&mut self.odd_ids, &batch.odd_ids);
        for row in 0..batch.len() {
            let kind = batch.facts[row].id_kind();
            let content = batch.contents[row];
            let id = match kind {
                ODD => u128::from(odd_ids[batch.ids[row] as usize]),
                NO_ID => u128::from(content),
                _ => batch.ids[row],
            };
            let event = EventId::nth(self.contents.len());
            let born = birth.filter(|(at, _)| *at == row);
            if born.is_some() {
                birth = births.next();
            }
            let shares = twin.filter(|(at, _)| *at == row);
            if shares.is_some() {
                twin = shared.next();
            }
            let seen = match self.seen(id, kind, content) {
                // In another schema it says the same again, and less.
                Seen::OtherContent(of) if batch.facts[row].mapped() => Seen::Copy(of),
                seen => seen,
            };
            match seen {
                Seen::Copy(of) => {
                    self.file_sum.duplicate += 1;
                    let known = (of as usize) >= self.file_start || !self.seen_before.insert(of);
                    self.file_sum.repeated += u64::from(known);
                    continue;
                }
                Seen::OtherContent(first) => {
                    self.file_sum.conflicts += 1;
                    let both = [first as usize, self.contents.len()];
                    self.shared_ids.extend(both.map(EventId::nth));
                }
                Seen::New => {}
            }
            if let Some((_, birth)) = born {
                let birth = Arc::new(birth.clone());
                self.births.push(Born { event, birth });
            }
            if let Some(&(_, id)) = shares {
                self.shared.push(Shared { id, event });
            }
            self.tail.facts.push(batch.facts[row]);
            self.file_sum.kept += 1;
            self.file_sum.undated += u64::from(batch.times[row] == UNDATED);
            self.tail.times.push(batch.times[row]);
            self.tail.ids.push(id);
            for (column, (codes, map)) in self
                .tail
                .columns
                .iter_mut()
                .zip(batch.columns.iter().zip(&maps))
            {
                column.push(map[codes[row] as usize]);
            }
            self.tail.places.push(batch.place(row));
            let start = if row == 0 {
                0
            } else {
                batch.resource_ends[row - 1]
            };
            let codes = &batch.resource_codes[start as usize..batch.resource_ends[row] as usize];
            self.tail
                .resources
                .extend(codes.iter().map(|c| resources[*c as usize]));
            self.tail
                .resource_ends
                .push(self.tail.resources.len() as u32);
            let n = self.contents.len() as u32;
            self.contents.push(content);
            let hash = self.hasher.hash_one((kind, id));
            let Self {
                by_id,
                hasher,
                sealed,
                tail,
                ..
            } = self;
            by_id.insert_unique(hash, n, |&n| hasher.hash_one(id_of(sealed, tail, n)));
            if self.tail.len() == ROWS_PER_SEGMENT {
                self.sealed.push(Arc::new(self.tail.seal()));
                self.tail = SegmentWriter::default();
            }
        }
    }

    /// Adds what a batch says of its sessions.
    fn append_sessions(&mut self, batch: &Batch, maps: &[Vec<u32>; Col::ALL.len()]) {
        for (row, seed) in &batch.sessions {
            let symbol = |col: Col| {
                let local = batch.columns[col as usize][*row] as usize;
                Sym::from_code(maps[col as usize][local])
            };
            let Some(session) = symbol(Col::Session) else {
                continue;
            };
            if session.index() < self.sessions.len() {
                self.sessions
                    .change(session.index(), |known| known.merge(seed));
            } else {
                self.sessions.push(Session {
                    kind: seed.kind,
                    principal: symbol(Col::Principal),
                    key: symbol(Col::Key),
                    issuer: symbol(Col::Via),
                    created: seed.created,
                    mfa: seed.mfa,
                    stamps: seed.stamps.clone(),
                });
            }
        }
    }

    fn seen(&self, id: u128, kind: u32, content: u64) -> Seen {
        let hash = self.hasher.hash_one((kind, id));
        let same_id = |n: &u32| id_of(&self.sealed, &self.tail, *n) == (kind, id);
        let copy = |n: &u32| self.contents[*n as usize] == content && same_id(n);
        match self.by_id.find(hash, copy) {
            Some(&n) => Seen::Copy(n),
            None => match self.by_id.find(hash, same_id) {
                Some(&n) => Seen::OtherContent(n),
                None => Seen::New,
            },
        }
    }

    /// A frozen picture of everything appended so far; each person is the literal caller.
    pub fn publish(&mut self) -> Arc<Snapshot> {
        self.publish_with(|snapshot| Arc::new(People::literal(snapshot)))
    }

    /// A frozen picture of everything appended so far, with the persons that `people` finds in it.
    pub fn publish_with(&mut self, people: impl FnOnce(&Snapshot) -> Arc<People>) -> Arc<Snapshot> {
        self.generation += 1;
        let mut segments = self.sealed.clone();
        if self.tail.len() > 0 {
            segments.push(Arc::new(self.tail.seal()));
        }
        merge_order(&mut self.order, &segments, self.contents.len());
        let dicts: Vec<Symbols> = self.dicts.iter().map(SymbolsWriter::freeze).collect();
        let mut snapshot = Snapshot {
            generation: Generation(self.generation),
            segments,
            dicts: dicts.into(),
            resources: self.resources.freeze(),
            odd_ids: self.odd_ids.freeze(),
            principals: self.principals.as_slice().into(),
            sessions: self.sessions.clone(),
            births: self.births.clone(),
            shared: self.shared.clone(),
            people: Arc::default(),
            order: self.order.as_slice().into(),
            shared_ids: Arc::new(self.shared_ids.iter().copied().collect()),
        };
        snapshot.people = people(&snapshot);
        Arc::new(snapshot)
    }
}

enum Seen {
    New,
    Copy(u32),
    /// The first event of that id.
    OtherContent(u32),
}

/// The id of row `n` as the table keys it.
fn id_of(sealed: &[Arc<Segment>], tail: &SegmentWriter, n: u32) -> (u32, u128) {
    let id = EventId::nth(n as usize);
    match sealed.get(id.segment()) {
        Some(segment) => (segment.facts[id.row()].id_kind(), segment.ids[id.row()]),
        None => (tail.facts[id.row()].id_kind(), tail.ids[id.row()]),
    }
}

/// Local symbol → symbol of the index; 0 stays 0.
fn intern_all(dict: &mut SymbolsWriter, local: &LocalDict) -> Vec<u32> {
    std::iter::once(0)
        .chain(
            local
                .iter()
                .map(|text| dict.intern(text).map_or(0, Sym::code)),
        )
        .collect()
}

/// Brings `order` up to `len` rows: by time, then by row. Only the part that new rows reach into
/// is merged, so rows that come nearly in order cost nearly nothing.
fn merge_order(order: &mut Vec<EventId>, segments: &[Arc<Segment>], len: usize) {
    let time = |id: &EventId| segments[id.segment()].times()[id.row()];
    let mut fresh: Vec<EventId> = (order.len()..len).map(EventId::nth).collect();
    fresh.sort_by_key(|id| (time(id), *id));
    let Some(first) = fresh.first().map(time) else {
        return;
    };
    // Rows of one moment keep the order of appending, and all of `order` was appended before.
    let keep = order.partition_point(|id| time(id) <= first);
    let old: Vec<EventId> = order.drain(keep..).collect();
    let (mut a, mut b) = (old.into_iter().peekable(), fresh.into_iter().peekable());
    loop {
        match (a.peek(), b.peek()) {
            (Some(x), Some(y)) => {
                let next = if time(x) <= time(y) {
                    a.next()
                } else {
                    b.next()
                };
                order.extend(next);
            }
            (Some(_), None) => order.extend(a.by_ref()),
            (None, Some(_)) => order.extend(b.by_ref()),
            (None, None) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::origin::FileId;
    use crate::event::record::Record;
    use crate::index::batch::BatchBuilder;

    fn record(id: &str, time: &str, name: &str, content: u64) -> Record<'static> {
        Record {
            event_id: (!id.is_empty()).then(|| id.to_owned().into()),
            event_time: Some(time.to_owned().into()),
            event_name: Some(name.to_owned().into()),
            content,
            ..Record::default()
        }
    }

    fn append(w: &mut IndexWriter, file: u32, records: &[Record<'_>]) -> Appended {
        let mut b = BatchBuilder::new(FileId(file));
        for (i, r) in records.iter().enumerate() {
            b.push(r, i as u64 * 10, 10, false);
        }
        w.append(&b.take());
        w.finish_file()
    }

    #[test]
    fn copies_are_counted_and_other_content_is_kept() {
        let mut w = IndexWriter::new();
        let t = "2026-01-01T00:00:00Z";
        let first = append(&mut w, 0, &[record("a", t, "X", 1), record("a", t, "X", 1)]);
        assert_eq!((first.kept, first.duplicate, first.distinct), (1, 1, 1));
        let second = append(
            &mut w,
            1,
            &[
                record("a", t, "X", 1),
                record("a", t, "Y", 2),
                record("", t, "Z", 3),
            ],
        );
        assert_eq!((second.kept, second.duplicate, second.distinct), (2, 1, 3));
        assert_eq!(second.conflicts, 1);
        let third = append(&mut w, 2, &[record("", t, "Z", 3), record("", t, "Z", 4)]);
        assert_eq!((third.kept, third.duplicate), (1, 1));
        let s = w.publish();
        assert_eq!(s.len(), 4);
        assert!(s.shares_its_id(EventId::nth(0)) && s.shares_its_id(EventId::nth(1)));
    }

    #[test]
    fn rows_survive_a_full_segment() {
        let mut w = IndexWriter::new();
        let rows: Vec<_> = (0..ROWS_PER_SEGMENT + 10)
            .map(|i| {
                record(
                    &format!("id-{i}"),
                    "2026-01-01T00:00:00Z",
                    &format!("n{}", i % 300),
                    i as u64,
                )
            })
            .collect();
        append(&mut w, 0, &rows);
        let s = w.publish();
        assert_eq!((s.len(), s.segments().len()), (ROWS_PER_SEGMENT + 10, 2));
        let last = EventId::nth(ROWS_PER_SEGMENT + 9);
        assert_eq!(
            s.text(Col::What, last),
            Some(format!("n{}", (ROWS_PER_SEGMENT + 9) % 300).as_str())
        );
        assert_eq!(s.recorded_id(last).as_deref(), Some("id-65545"));
    }

    proptest! {
        #[test]
        fn order_is_by_time_then_row_however_it_is_published(
            batches in prop::collection::vec(prop::collection::vec(0u32..20, 0..12), 0..6)
        ) {
            let mut w = IndexWriter::new();
            let mut times = Vec::new();
            for (f, batch) in batches.iter().enumerate() {
                let rows: Vec<_> = batch.iter().map(|s| {
                    times.push(*s);
                    let time = if *s == 19 { "never".to_owned() } else { format!("2026-01-01T00:00:{s:02}Z") };
                    record(&format!("e{}", times.len()), &time, "X", times.len() as u64)
                }).collect();
                append(&mut w, f as u32, &rows);
                w.publish();
            }
            let mut expected: Vec<usize> = (0..times.len()).collect();
            expected.sort_by_key(|i| (times[*i], *i));
            let order: Vec<usize> = w.publish().order().iter().map(|id| id.index()).collect();
            prop_assert_eq!(order, expected);
        }
    }
}
