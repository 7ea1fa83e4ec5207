//! The writer: appends batches, counts copies, keeps time order, publishes snapshots.
//!
//! There is one. Batches come in the order of their files, so the same evidence always gives the
//! same rows, symbols and copies, whatever thread was faster.

use std::hash::BuildHasher;
use std::iter::Peekable;
use std::sync::Arc;

use foldhash::fast::RandomState;
use hashbrown::{HashMap, HashSet, HashTable};

use crate::event::birth::Birth;
use crate::event::principal::Principal;
use crate::event::session::SessionKind;
use crate::index::atlas::Atlas;
use crate::index::batch::{Batch, ODD, Run, merge_names};
use crate::index::hours::Hours;
use crate::index::part::{Placed, Values};
use crate::index::place::FileNames;
use crate::index::place::RecordPlace;
use crate::index::schema::Col;
use crate::index::segment::{EventId, Facts, ROWS_PER_SEGMENT, Segment, SegmentWriter, UNDATED};
use crate::index::sessions::{Born, People, Session, Shared};
use crate::index::shelf::Shelf;
use crate::index::snapshot::{Generation, Snapshot};
use crate::index::symbols::{Sym, Symbols, SymbolsWriter};

/// Rows whose ids are looked for together.
const AHEAD: usize = 64;

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

impl Appended {
    /// This and what was appended of the same file before.
    #[must_use]
    pub const fn and(self, before: Self) -> Self {
        Self {
            kept: self.kept + before.kept,
            duplicate: self.duplicate + before.duplicate,
            undated: self.undated + before.undated,
            conflicts: self.conflicts + before.conflicts,
            repeated: self.repeated + before.repeated,
            distinct: self.distinct + before.distinct,
        }
    }
}

/// The one writer of an index.
#[derive(Debug, Default)]
pub struct IndexWriter {
    sealed: Vec<Arc<Segment>>,
    tail: SegmentWriter,
    dicts: [SymbolsWriter; Col::ALL.len()],
    resources: SymbolsWriter,
    aliases: HashSet<(Sym, Sym)>,
    odd_ids: SymbolsWriter,
    principals: Vec<Arc<Principal>>,
    sessions: Shelf<Session>,
    births: Shelf<Born>,
    shared: Shelf<Shared>,
    values: Values,
    /// Each thread's symbols → those of the index.
    maps: Vec<Maps>,
    /// Content hashes of all rows, to tell copies from events that share an id.
    contents: Vec<u64>,
    /// The first row of each id, and the rows that are not the first of theirs, ascending.
    by_id: HashTable<u32>,
    not_first: Vec<u32>,
    /// Ids that came with bytes other than those of their first row.
    clashes: HashMap<(u32, u128), Clash>,
    hasher: RandomState,
    order: Vec<EventId>,
    shared_ids: HashSet<EventId>,
    generation: u64,
    /// First row of the file being appended, and rows of earlier files it holds copies of.
    file_start: usize,
    seen_before: HashSet<u32>,
    file_sum: Appended,
    /// Rows of a batch that became events; kept for its room.
    kept: Vec<u32>,
    /// Rows of it that did not.
    dropped: Vec<u32>,
    files: FileNames,
    hours: Hours,
    atlas: Arc<Atlas>,
}

impl IndexWriter {
    /// An empty index.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same, for files that have names and addresses that are known.
    #[must_use]
    pub fn with(self, files: FileNames, atlas: Arc<Atlas>) -> Self {
        Self {
            files,
            atlas,
            ..self
        }
    }

    /// Rows so far.
    pub fn len(&self) -> usize {
        self.sealed.len() * ROWS_PER_SEGMENT + self.tail.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Ends the current file and gives what became of its records.
    pub fn finish_file(&mut self) -> Appended {
        self.file_start = self.len();
        let mut sum = std::mem::take(&mut self.file_sum);
        sum.distinct = sum.kept + self.seen_before.len() as u64;
        self.seen_before.clear();
        sum
    }

    /// Appends a batch; what became of the files that end in it, in their order.
    ///
    /// `canonical` gives the hash of what a record says from its place, `None` where it cannot be
    /// read. It is asked only where an id comes again with other bytes.
    pub fn append(
        &mut self,
        batch: Batch,
        canonical: &dyn Fn(RecordPlace) -> Option<u64>,
    ) -> Vec<Appended> {
        let batch = self.translate(batch);
        self.append_translated(&batch, canonical)
    }

    /// Takes over what is new in a batch and gives it in the symbols of the index, to be appended
    /// whenever that is wanted. The batches of one thread are translated in their order.
    pub fn translate(&mut self, mut batch: Batch) -> Translated {
        self.learn(&batch);
        self.values.words.extend(batch.values.clone());
        let maps = &self.maps[batch.thread];
        let all = |codes: &mut [u32], map: &[u32]| {
            for code in codes {
                *code = map[*code as usize];
            }
        };
        for (codes, map) in batch.columns.iter_mut().zip(&maps.columns) {
            all(codes, map);
        }
        all(&mut batch.resource_codes, &maps.resources);
        let resource = |code: u32| Sym::from_code(maps.resources[code as usize]);
        self.aliases.extend(
            batch
                .aliases
                .iter()
                .filter_map(|(of, alias)| resource(*of).zip(resource(*alias))),
        );
        for (id, facts) in batch.ids.iter_mut().zip(&batch.facts) {
            if facts.id_kind() == ODD {
                *id = u128::from(maps.ids[*id as usize]);
            }
        }
        Translated(batch)
    }

    /// Appends a batch; see [`IndexWriter::append`].
    pub fn append_translated(
        &mut self,
        Translated(batch): &Translated,
        canonical: &dyn Fn(RecordPlace) -> Option<u64>,
    ) -> Vec<Appended> {
        let mut ended = Vec::new();
        let mut start = 0;
        let first = self.contents.len() as u32;
        self.dropped.clear();
        let mut told = Told {
            births: batch.births.iter().peekable(),
            shared: batch.shared.iter().peekable(),
            bytes_out: batch.bytes_out.iter().peekable(),
        };
        for run in &batch.runs {
            let mut from = start;
            while from < run.end {
                let room = ROWS_PER_SEGMENT - self.tail.len();
                let to = run.end.min(from + room);
                self.append_rows(batch, run, from..to, &mut told, canonical);
                from = to;
                if self.tail.len() == ROWS_PER_SEGMENT {
                    self.sealed.push(Arc::new(self.tail.seal()));
                    self.tail.clear();
                }
            }
            start = run.end;
            if run.done {
                ended.push(self.finish_file());
            }
        }
        if let Some(part) = &batch.values {
            self.values.placed.push(Placed {
                part: Arc::clone(part),
                first,
                dropped: self.dropped.as_slice().into(),
            });
        }
        ended
    }

    /// Takes over the strings and principals that are new to a batch's thread.
    fn learn(&mut self, batch: &Batch) {
        if self.maps.len() <= batch.thread {
            self.maps.resize_with(batch.thread + 1, Maps::default);
        }
        let maps = &mut self.maps[batch.thread];
        if batch.anew {
            *maps = Maps::default();
        } else if batch.names_anew {
            maps.resources.truncate(1);
        }
        for (map, (dict, fresh)) in maps
            .columns
            .iter_mut()
            .zip(self.dicts.iter_mut().zip(&batch.fresh))
        {
            dict.intern_all(fresh, map);
        }
        self.resources
            .intern_all(&batch.fresh_resources, &mut maps.resources);
        self.odd_ids.intern_all(&batch.fresh_ids, &mut maps.ids);
        let map = &maps.columns[Col::Principal as usize];
        for (local, principal) in &batch.principals {
            let at = map[*local as usize] as usize;
            if at > self.principals.len() {
                self.principals.push(Arc::new(principal.clone()));
            } else if let Some(known) = at.checked_sub(1).and_then(|i| self.principals.get_mut(i)) {
                let mut merged = Principal::clone(known);
                if merge_names(&mut merged, principal) {
                    *known = Arc::new(merged);
                }
            }
        }
        for seeded in &batch.sessions {
            let symbol =
                |col: Col, local: u32| Sym::from_code(maps.columns[col as usize][local as usize]);
            let Some(session) = symbol(Col::Session, seeded.session) else {
                continue;
            };
            let seed = &seeded.seed;
            if session.index() < self.sessions.len() {
                self.sessions
                    .change(session.index(), |known| known.merge(seed));
            } else {
                self.sessions.push(Session {
                    kind: seed.kind,
                    principal: symbol(Col::Principal, seeded.principal),
                    key: symbol(Col::Key, seeded.key).filter(|_| seed.kind != SessionKind::Console),
                    issuer: symbol(Col::Via, seeded.via),
                    created: seed.created,
                    mfa: seed.mfa,
                    stamps: seed.stamps.clone(),
                });
            }
        }
    }

    /// Appends rows of one file, which the tail has room for.
    fn append_rows(
        &mut self,
        batch: &Batch,
        run: &Run,
        rows: std::ops::Range<usize>,
        told: &mut Told<'_>,
        canonical: &dyn Fn(RecordPlace) -> Option<u64>,
    ) {
        let mut kept = std::mem::take(&mut self.kept);
        kept.clear();
        let (first, end) = (rows.start, rows.end);
        for row in rows {
            if (row - first).is_multiple_of(AHEAD) {
                let rows = row..end.min(row + AHEAD);
                let hashes = rows.map(|row| self.hasher.hash_one(batch.id(row)));
                look_ahead(&self.by_id, hashes);
            }
            let (id, kind) = batch.id(row);
            let content = batch.contents[row];
            let is_canonical = batch.facts[row].canonical();
            let place = batch.place(run.file, row);
            let event = EventId::nth(self.contents.len());
            let born = told.births.next_if(|(at, _)| *at == row);
            let shares = told.shared.next_if(|(at, _)| *at == row);
            let gave_out = told.bytes_out.next_if(|(at, _)| *at == row);
            let content = (content, is_canonical);
            let is_mapped = batch.facts[row].mapped();
            match self.seen(id, kind, content, is_mapped, place, canonical) {
                Seen::Copy(of) => {
                    self.file_sum.duplicate += 1;
                    let known = (of as usize) >= self.file_start || !self.seen_before.insert(of);
                    self.file_sum.repeated += u64::from(known);
                    self.dropped.push(row as u32);
                    continue;
                }
                Seen::OtherContent(first) => {
                    self.file_sum.conflicts += 1;
                    self.not_first.push(self.contents.len() as u32);
                    let both = [first as usize, self.contents.len()];
                    self.shared_ids.extend(both.map(EventId::nth));
                }
                Seen::New => {}
            }
            if let Some((_, birth)) = born {
                let birth = birth.clone();
                self.births.push(Born { event, birth });
            }
            if let Some(&(_, id)) = shares {
                self.shared.push(Shared { id, event });
            }
            if let Some(&(_, bytes)) = gave_out {
                self.tail.bytes_out.push(self.tail.facts.len(), bytes);
            }
            kept.push(row as u32);
            self.contents.push(batch.contents[row]);
            // What later rows of the batch are compared with.
            self.tail.facts.push(batch.facts[row]);
            self.tail.ids.push(id);
            self.tail.places.push(place);
        }
        let tail = &mut self.tail;
        let mut undated = 0;
        let hours = &mut self.hours;
        tail.times.extend(kept.iter().map(|row| {
            let time = batch.times[*row as usize];
            undated += u64::from(time == UNDATED);
            hours.add(run.file, time);
            time
        }));
        self.file_sum.kept += kept.len() as u64;
        self.file_sum.undated += undated;
        for (column, codes) in tail.columns.iter_mut().zip(&batch.columns) {
            column.extend(kept.iter().map(|row| codes[*row as usize]));
        }
        // Nearly always all rows are kept, and their resources lie side by side.
        for rows in kept.chunk_by(|a, b| a + 1 == *b) {
            let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
                continue;
            };
            let ends = &batch.resource_ends[*first as usize..=*last as usize];
            let start = match first.checked_sub(1) {
                Some(before) => batch.resource_ends[before as usize],
                None => 0,
            };
            let range = start as usize..ends.last().map_or(0, |end| *end as usize);
            let from = tail.resources.len() as u32;
            tail.resource_ends
                .extend(ends.iter().map(|end| end - start + from));
            let marks = &batch.resource_marks[range.clone()];
            tail.resource_marks
                .extend(marks.iter().map(|mark| mark.code()));
            tail.resources
                .extend_from_slice(&batch.resource_codes[range]);
        }
        self.kept = kept;
    }

    /// Whether an id has come before, and with the same content. If not, the row that is appended
    /// next is known as the first of it.
    fn seen(
        &mut self,
        id: u128,
        kind: u32,
        (content, is_canonical): (u64, bool),
        is_mapped: bool,
        place: RecordPlace,
        canonical: &dyn Fn(RecordPlace) -> Option<u64>,
    ) -> Seen {
        let next = self.contents.len() as u32;
        let Self {
            by_id,
            not_first,
            hasher,
            sealed,
            tail,
            contents,
            clashes,
            ..
        } = self;
        let hash = hasher.hash_one((id, kind));
        // The id first: the kind lies elsewhere, and is nearly always that of a UUID.
        let found = by_id.find(hash, |row| {
            bits_of(sealed, tail, *row) == id && id_of(sealed, tail, *row) == (kind, id)
        });
        let Some(&first) = found else {
            let again = |row: &u32| {
                let (kind, id) = id_of(sealed, tail, *row);
                hasher.hash_one((id, kind))
            };
            if by_id.len() == by_id.capacity() {
                // Growing would hold two tables and go through the old one at random. The rows
                // themselves lie in order.
                *by_id = HashTable::with_capacity(by_id.len() * 2);
                let mut not_first = not_first.iter().peekable();
                let mut firsts = (0..next).filter(|row| not_first.next_if_eq(&row).is_none());
                let mut some = Vec::with_capacity(AHEAD);
                loop {
                    some.clear();
                    some.extend(firsts.by_ref().take(AHEAD).map(|row| (again(&row), row)));
                    look_ahead(by_id, some.iter().map(|(hash, _)| *hash));
                    for &(hash, row) in &some {
                        by_id.insert_unique(hash, row, again);
                    }
                    if some.len() < AHEAD {
                        break;
                    }
                }
            }
            by_id.insert_unique(hash, next, again);
            return Seen::New;
        };
        let first_content = contents[first as usize];
        let first_is_canonical = facts_of(sealed, tail, first).canonical();
        if (first_content, first_is_canonical) == (content, is_canonical) {
            return Seen::Copy(first);
        }
        if is_mapped {
            // In another schema it says the same again, and less.
            return Seen::Copy(first);
        }
        let clash = clashes.entry((kind, id)).or_insert_with(|| {
            let mut clash = Clash::default();
            let says = if first_is_canonical {
                Some(first_content)
            } else {
                clash.written.insert(first_content, first);
                canonical(place_of(sealed, tail, first))
            };
            if let Some(says) = says {
                clash.says.insert(says, first);
            }
            clash
        });
        let of = clash.written.get(&content).filter(|_| !is_canonical);
        if let Some(&of) = of {
            return Seen::Copy(of);
        }
        let says = if is_canonical {
            Some(content)
        } else {
            canonical(place)
        };
        let of = says.and_then(|says| clash.says.get(&says).copied());
        if !is_canonical {
            clash.written.insert(content, of.unwrap_or(next));
        }
        if let Some(of) = of {
            return Seen::Copy(of);
        }
        if let Some(says) = says {
            clash.says.insert(says, next);
        }
        Seen::OtherContent(first)
    }

    /// A frozen picture of everything appended so far; each person is the literal caller.
    pub fn publish(&mut self) -> Arc<Snapshot> {
        self.publish_with(|snapshot| Arc::new(People::literal(snapshot)))
    }

    /// A frozen picture of everything appended so far, with the persons that `people` finds in it.
    pub fn publish_with(&mut self, people: impl FnOnce(&Snapshot) -> Arc<People>) -> Arc<Snapshot> {
        let mut snapshot = self.freeze();
        snapshot.people = people(&snapshot);
        Arc::new(snapshot)
    }

    /// The same for the last time: what is kept to tell copies from new rows is gone before `people`
    /// looks.
    pub fn finish_with(mut self, people: impl FnOnce(&Snapshot) -> Arc<People>) -> Arc<Snapshot> {
        self.by_id = HashTable::new();
        self.contents = Vec::new();
        self.maps = Vec::new();
        let mut snapshot = self.freeze();
        drop(self);
        snapshot.people = people(&snapshot);
        Arc::new(snapshot)
    }

    fn freeze(&mut self) -> Snapshot {
        self.generation += 1;
        let mut segments = self.sealed.clone();
        let rows = self.len();
        if self.tail.len() > 0 {
            segments.push(Arc::new(self.tail.seal()));
        }
        merge_order(&mut self.order, &segments, rows);
        let dicts: Vec<Symbols> = self.dicts.iter().map(SymbolsWriter::freeze).collect();
        Snapshot {
            generation: Generation(self.generation),
            segments,
            dicts: dicts.into(),
            resources: self.resources.freeze(),
            aliases: self.aliases.iter().copied().collect(),
            names: Arc::default(),
            files: self.files.clone(),
            hours: self.hours.shared(),
            atlas: Arc::clone(&self.atlas),
            marked: Arc::default(),
            earlier: Arc::default(),
            odd_ids: self.odd_ids.freeze(),
            principals: self.principals.as_slice().into(),
            sessions: self.sessions.clone(),
            births: self.births.clone(),
            shared: self.shared.clone(),
            values: self.values.clone(),
            people: Arc::default(),
            order: self.order.as_slice().into(),
            shared_ids: Arc::new(self.shared_ids.iter().copied().collect()),
        }
    }
}

enum Seen {
    New,
    Copy(u32),
    /// The first event of that id.
    OtherContent(u32),
}

/// What rows of a batch tell beside their columns, as far as it is not told yet.
struct Told<'a> {
    births: Peekable<std::slice::Iter<'a, (usize, Birth)>>,
    shared: Peekable<std::slice::Iter<'a, (usize, u128)>>,
    bytes_out: Peekable<std::slice::Iter<'a, (usize, u64)>>,
}

/// A batch in the symbols of the index.
#[derive(Debug)]
pub struct Translated(Batch);

/// Each symbol of a thread as one of the index; 0 stays 0.
#[derive(Debug)]
struct Maps {
    columns: [Vec<u32>; Col::ALL.len()],
    resources: Vec<u32>,
    ids: Vec<u32>,
}

impl Default for Maps {
    fn default() -> Self {
        Self {
            columns: std::array::from_fn(|_| vec![0]),
            resources: vec![0],
            ids: vec![0],
        }
    }
}

/// The events of one id that came in more than one writing.
#[derive(Debug, Default)]
struct Clash {
    /// Hash of the bytes → its row.
    written: HashMap<u64, u32>,
    /// Hash of what they say → its row.
    says: HashMap<u64, u32>,
}

/// Looks where the ids of some rows would be, so that the looks that count find those places in the
/// cache: looks that depend on nothing wait for memory side by side.
fn look_ahead(by_id: &HashTable<u32>, hashes: impl Iterator<Item = u64>) {
    let mut met = 0u32;
    for hash in hashes {
        by_id.find(hash, |known| {
            met ^= *known;
            false
        });
    }
    std::hint::black_box(met);
}

/// The id of row `n` as the table keys it.
fn id_of(sealed: &[Arc<Segment>], tail: &SegmentWriter, n: u32) -> (u32, u128) {
    let id = EventId::nth(n as usize);
    match sealed.get(id.segment()) {
        Some(segment) => (segment.facts.get(id.row()).id_kind(), segment.ids[id.row()]),
        None => (tail.facts[id.row()].id_kind(), tail.ids[id.row()]),
    }
}

/// The bits of the id of row `n`, whatever its kind.
fn bits_of(sealed: &[Arc<Segment>], tail: &SegmentWriter, n: u32) -> u128 {
    let id = EventId::nth(n as usize);
    match sealed.get(id.segment()) {
        Some(segment) => segment.ids[id.row()],
        None => tail.ids[id.row()],
    }
}

fn facts_of(sealed: &[Arc<Segment>], tail: &SegmentWriter, n: u32) -> Facts {
    let id = EventId::nth(n as usize);
    match sealed.get(id.segment()) {
        Some(segment) => segment.facts.get(id.row()),
        None => tail.facts[id.row()],
    }
}

/// Where row `n` is.
fn place_of(sealed: &[Arc<Segment>], tail: &SegmentWriter, n: u32) -> RecordPlace {
    let id = EventId::nth(n as usize);
    match sealed.get(id.segment()) {
        Some(segment) => segment.place(id.row()),
        None => tail.places.get(id.row()),
    }
}

/// Brings `order` up to `len` rows: by time, then by row. Only the part that new rows reach into
/// is merged, so rows that come nearly in order cost nearly nothing.
fn merge_order(order: &mut Vec<EventId>, segments: &[Arc<Segment>], len: usize) {
    // With their times beside them: comparing would look them up again and again.
    let dated = |id: EventId| (segments[id.segment()].times().get(id.row()), id);
    let fresh = (order.len()..len).map(|n| dated(EventId::nth(n)));
    let mut fresh: Vec<(i64, EventId)> = fresh.collect();
    fresh.sort_unstable();
    let Some(&(first, _)) = fresh.first() else {
        return;
    };
    // Rows of one moment keep the order of appending, and all of `order` was appended before.
    let keep = order.partition_point(|id| dated(*id).0 <= first);
    let old: Vec<EventId> = order.drain(keep..).collect();
    let mut old = old.into_iter().map(dated).peekable();
    order.reserve(old.len() + fresh.len());
    for next in fresh {
        while let Some((_, id)) = old.next_if(|before| *before < next) {
            order.push(id);
        }
        order.push(next.1);
    }
    order.extend(old.map(|(_, id)| id));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::origin::FileId;
    use crate::base::time::HOUR;
    use crate::event::record::{Content, Record};
    use crate::index::batch::BatchBuilder;

    fn record(id: &str, time: &str, name: &str, content: u64) -> Record<'static> {
        Record {
            event_id: (!id.is_empty()).then(|| id.to_owned().into()),
            event_time: Some(time.to_owned().into()),
            event_name: Some(name.to_owned().into()),
            content: Content::Canonical(content),
            ..Record::default()
        }
    }

    fn append(w: &mut IndexWriter, file: u32, records: &[Record<'_>]) -> Appended {
        let mut b = BatchBuilder::new(0, FileId(file));
        for (i, r) in records.iter().enumerate() {
            b.push(&mut r.clone(), i as u64 * 10, 10, false);
        }
        w.append(b.take(), &|_| None);
        w.finish_file()
    }

    proptest! {
        /// The hours of files are those that going through all rows gives, whatever was published
        /// between them.
        #[test]
        fn hours_of_files_are_those_of_their_rows(
            rows in prop::collection::vec((0u32..4, 0u32..40, any::<bool>()), 0..60),
        ) {
            let mut w = IndexWriter::new();
            for (at, (file, hour, publish)) in rows.iter().enumerate() {
                let time = match hour {
                    0..24 => format!("2026-01-01T{hour:02}:30:00Z"),
                    24..36 => "2026-01-02T00:59:59Z".to_owned(),
                    _ => "soon".to_owned(),
                };
                append(&mut w, *file, &[record(&format!("e{at}"), &time, "X", at as u64)]);
                if *publish {
                    w.publish();
                }
            }
            let s = w.publish();
            let row = |at: usize| {
                let id = EventId::nth(at);
                let time = s.time_key(id);
                (time != UNDATED).then(|| (s.place(id).file, time.div_euclid(HOUR)))
            };
            let expected: HashSet<_> = (0..s.len()).filter_map(row).collect();
            let given: HashSet<_> = s.hours().iter().map(|h| (h.file, h.hour)).collect();
            prop_assert_eq!(given, expected);
        }
    }

    #[test]
    fn an_id_is_known_however_often_the_table_of_ids_grew_since() {
        let mut w = IndexWriter::new();
        let of = |n: u64| record(&format!("e{n}"), "2026-01-01T00:00:00Z", "X", n % 7);
        // Rows that are no first of their id stand between those that are.
        let other = |n: u64| record(&format!("e{}", n / 2), "2026-01-01T00:00:00Z", "X", 9);
        for n in 0..5_000 {
            append(&mut w, 0, &[of(n), other(n)]);
        }
        let rows = w.len();
        for n in 0..5_000 {
            let sum = append(&mut w, 1, &[of(n)]);
            assert_eq!((sum.kept, sum.duplicate), (0, 1), "{n}");
        }
        assert_eq!(w.len(), rows);
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
    fn copies_written_otherwise_are_read_again_and_known() {
        let mut w = IndexWriter::new();
        let of = |file: u32, id: &str, content| {
            let mut b = BatchBuilder::new(0, FileId(file));
            let mut r = record(id, "2026-01-01T00:00:00Z", "X", 0);
            r.content = content;
            b.push(&mut r, 0, 10, false);
            b.end();
            b.take()
        };
        // What the records say, by the file they stand in; nothing can be read of file 9.
        let says = |place: RecordPlace| [7, 7, 8, 7].get(place.file.0 as usize).copied();
        let mut append = |file, content| {
            let sums = w.append(of(file, "a", content), &says);
            (sums[0].kept, sums[0].duplicate, sums[0].conflicts)
        };
        assert_eq!(append(0, Content::Raw(100)), (1, 0, 0));
        assert_eq!(append(1, Content::Raw(101)), (0, 1, 0));
        assert_eq!(append(1, Content::Raw(101)), (0, 1, 0));
        assert_eq!(append(2, Content::Raw(102)), (1, 0, 1));
        assert_eq!(append(3, Content::Canonical(8)), (0, 1, 0));
        assert_eq!(append(3, Content::Canonical(7)), (0, 1, 0));
        assert_eq!(append(3, Content::Canonical(9)), (1, 0, 1));
        assert_eq!(append(9, Content::Raw(104)), (1, 0, 1));
        assert_eq!(append(9, Content::Raw(104)), (0, 1, 0));
        assert_eq!(w.publish().len(), 4);
    }

    #[test]
    fn what_was_found_of_some_people_is_not_taken_for_others() {
        let mut w = IndexWriter::new();
        append(&mut w, 0, &[record("a", "2026-11-20T14:00:00Z", "A", 1)]);
        let snapshot = w.publish();
        let none = || crate::index::bitmap::RowSet::of(snapshot.segments().len(), &[]);
        assert_eq!(snapshot.marked("new", none).len(), 0);
        assert_eq!(snapshot.marked("new", || snapshot.all()).len(), 0, "kept");
        let others = snapshot.with_people(Arc::clone(&snapshot.people));
        assert_eq!(others.marked("new", || snapshot.all()).len(), 1);
    }

    #[test]
    fn rows_survive_a_full_segment() {
        let mut w = IndexWriter::new();
        let rows: Vec<_> = (0..ROWS_PER_SEGMENT + 10)
            .map(|i| Record {
                bytes_out: (i % 65_000 == 3).then_some(i as u64),
                ..record(
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
        let amounts = |n: usize| s.segments()[n].bytes_out().iter().collect::<Vec<_>>();
        assert_eq!(amounts(0), [(3, 3), (65_003, 65_003)]);
        assert!(amounts(1).is_empty());
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
