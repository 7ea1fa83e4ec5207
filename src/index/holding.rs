//! The rows that hold a text anywhere in their records, from columns and values alone.
//!
//! A row is told by its keys and values, its columns, its id and its time. Where the keys of all
//! rows hold the text, as they do with a letter or two, nothing else is looked at.
//!
//! Refuses to know: how values are gathered, what else a question asks.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU8, Ordering};

use crate::base::cancel::Cancel;
use crate::base::crew::{self, Crew};
use crate::index::bitmap::{Bitmap, RowSet};
use crate::index::column::CodeSet;
use crate::index::needle::{InTimes, Needle};
use crate::index::schema::Col;
use crate::index::segment::{IdBits, Segment};
use crate::index::snapshot::Snapshot;
use crate::index::values::{OPEN, Part, Placed, Slot};

/// The rows that hold a text.
#[derive(Debug, Clone, Default)]
pub struct Holding {
    /// Those that surely do.
    pub sure: RowSet,
    /// Those of which nobody can say but by looking at their records.
    pub open: RowSet,
}

/// Columns that hold whole texts of the records they are of, which are left out of the values.
const WHOLE: [Col; 10] = [
    Col::What,
    Col::Svc,
    Col::Region,
    Col::Acct,
    Col::Ip,
    Col::Ua,
    Col::Key,
    Col::Via,
    Col::Type,
    Col::Vpce,
];

impl Snapshot {
    /// The rows whose records hold a text, whatever its case, in one key or value; what it gives
    /// once the wish for it is stale is of no use.
    pub fn holding(&self, text: &str, cancel: &Cancel, crew: &dyn Crew) -> Holding {
        let needle = Needle::new(text);
        let search = Search {
            snapshot: self,
            needle: &needle,
            cancel,
            crew,
        };
        let known = search.known();
        let mut sure = search.none();
        if text.len() <= SHORT {
            search.keys(&mut sure);
        }
        let wanted = known.len();
        if sure.len() < wanted && !cancel.is_stale() {
            let mut shown = search.columns();
            // Of a record in another schema nobody knows what its columns were made of.
            shown.and(&known);
            sure.or(&shown);
        }
        if sure.len() < wanted && !cancel.is_stale() {
            search.values(&mut sure);
        }
        let mut open = self.all();
        open.minus(&known);
        Holding { sure, open }
    }
}

/// One text and where it is looked for.
struct Search<'a> {
    snapshot: &'a Snapshot,
    needle: &'a Needle,
    cancel: &'a Cancel,
    crew: &'a dyn Crew,
}

/// Texts so long or shorter stand in the keys of nearly all records: those are asked first.
const SHORT: usize = 2;

/// What is known of whether a value holds the text.
const UNASKED: u8 = 0;
const NO: u8 = 1;
const YES: u8 = 2;

/// Parts looked through as one piece of work.
const PIECE: usize = 8;

impl Search<'_> {
    fn none(&self) -> RowSet {
        RowSet {
            segments: vec![Bitmap::default(); self.snapshot.segments.len()],
        }
    }

    /// What came of each part; several are asked at once.
    fn each_part<T: Send>(&self, ask: impl Fn(&Placed) -> Option<T> + Sync) -> Vec<T> {
        let placed = &self.snapshot.values.placed;
        let found = crew::gather(self.crew, placed.len().div_ceil(PIECE), |at| {
            let parts = placed.iter().skip(at * PIECE).take(PIECE);
            let parts = parts.filter(|_| !self.cancel.is_stale());
            parts.filter_map(&ask).collect::<Vec<T>>()
        });
        found.into_iter().flatten().collect()
    }

    /// The rows of which something is known.
    fn known(&self) -> RowSet {
        let mut known = self.none();
        let found = self.each_part(|placed| {
            let mut bits = Bits::new(placed);
            if placed.part.open == 0 {
                bits.fill(placed.first as usize, placed.len());
            } else {
                let rows = placed.rows().filter(|(_, row)| row.count != OPEN);
                rows.for_each(|(event, _)| bits.add(event));
            }
            Some(bits)
        });
        for bits in found {
            bits.add_to(&mut known);
        }
        known
    }

    /// Adds the rows whose keys hold the text.
    fn keys(&self, sure: &mut RowSet) {
        let words = self.words();
        // Each value is asked once a generation.
        let asked: HashMap<u64, Vec<AtomicU8>> = words
            .iter()
            .map(|(generation, parts)| {
                let values = parts
                    .last()
                    .map_or(0, |part| part.first as usize + part.ends.len());
                (
                    *generation,
                    (0..values).map(|_| AtomicU8::new(UNASKED)).collect(),
                )
            })
            .collect();
        let found = self.each_part(|placed| {
            let part = &*placed.part;
            let (words, asked) = (words.get(&part.generation)?, asked.get(&part.generation)?);
            let fits = |number: u32| {
                let Some(known) = asked.get(number as usize) else {
                    return false;
                };
                match known.load(Ordering::Relaxed) {
                    UNASKED => {
                        let at = words.partition_point(|other| other.first <= number);
                        let word = at.checked_sub(1).and_then(|at| words[at].value(number));
                        let fits = word.is_some_and(|word| self.needle.is_in_folded(word));
                        known.store(if fits { YES } else { NO }, Ordering::Relaxed);
                        fits
                    }
                    said => said == YES,
                }
            };
            let slots: Vec<Slot<'_>> = part.slots().collect();
            let holds = |keys: u16| {
                match slots.get(usize::from(keys)) {
                Some(Slot::Bundle(members)) => members.iter().any(|slot| {
                    matches!(slots.get(usize::from(*slot)), Some(Slot::Value(n)) if fits(*n))
                }),
                _ => false,
            }
            };
            let mut known: Vec<Option<bool>> = vec![None; slots.len()];
            let mut bits = Bits::new(placed);
            for (event, row) in placed.rows() {
                if let Some(keys) = row.items.first()
                    && let Some(known) = known.get_mut(usize::from(*keys))
                    && *known.get_or_insert_with(|| holds(*keys))
                {
                    bits.add(event);
                }
            }
            Some(bits)
        });
        for bits in found {
            bits.add_to(sure);
        }
    }

    /// The parts of each generation that have words of it, in order.
    fn words(&self) -> HashMap<u64, Vec<&Part>> {
        let mut words: HashMap<u64, Vec<&Part>> = HashMap::new();
        for part in &self.snapshot.values.words {
            words.entry(part.generation).or_default().push(part);
        }
        words
    }

    /// The rows whose columns, id or time hold the text.
    fn columns(&self) -> RowSet {
        let (snapshot, needle) = (self.snapshot, self.needle);
        let columns: Vec<(Col, CodeSet)> = WHOLE
            .into_iter()
            .map(|col| {
                let test = |text: &str| needle.is_in(text);
                let codes = match needle.ascii() {
                    Some(ascii) => snapshot.dict(col).matching_with(ascii, self.crew, test),
                    None => snapshot.dict(col).matching(test),
                };
                (col, CodeSet::from(codes))
            })
            .filter(|(_, wanted)| !wanted.is_empty())
            .collect();
        let odd = snapshot.odd_ids().matching(|text| needle.is_in(text));
        let ids = needle.may_be_in_uuid() || odd.contains(&true);
        let times = InTimes::new(needle);
        let segments = crew::gather(self.crew, snapshot.segments.len(), |at| {
            let segment = &snapshot.segments[at];
            let mut rows = Bitmap::default();
            if self.cancel.is_stale() {
                return rows;
            }
            for (col, wanted) in &columns {
                rows.or(&segment.column(*col).among(segment.len(), wanted));
            }
            if ids {
                rows.or(&self.ids(segment, &odd));
            }
            if let Some(times) = &times {
                let mut last = None;
                rows.or(&Bitmap::collect(segment.len(), |row| {
                    segment.facts()[row].usual_time()
                        && times.holds(segment.times()[row], &mut last)
                }));
            }
            rows
        });
        RowSet { segments }
    }

    /// The rows whose id holds the text; `odd` says so of ids that are not UUIDs.
    fn ids(&self, segment: &Segment, odd: &[bool]) -> Bitmap {
        Bitmap::collect(segment.len(), |row| match segment.id(row) {
            IdBits::Uuid(bits) => self.needle.in_uuid(bits),
            IdBits::Odd(sym) => odd.get(sym.code() as usize).is_some_and(|yes| *yes),
            IdBits::None => false,
        })
    }

    /// Adds the rows whose values hold the text.
    fn values(&self, sure: &mut RowSet) {
        let words = &self.snapshot.values.words;
        let found = crew::gather(self.crew, words.len(), |at| {
            if self.cancel.is_stale() {
                return Vec::new();
            }
            self.needle.among(&words[at])
        });
        let mut wanted: HashMap<u64, Numbers> = HashMap::new();
        for (part, numbers) in words.iter().zip(found) {
            if !numbers.is_empty() {
                let wanted = wanted.entry(part.generation).or_default();
                for number in numbers {
                    wanted.add(number);
                }
            }
        }
        let none = Numbers::default();
        let in_uuids = self.needle.may_be_in_uuid();
        let found = self.each_part(|placed| {
            let part = &*placed.part;
            let wanted = wanted.get(&part.generation).unwrap_or(&none);
            let mut slots: Vec<bool> = Vec::new();
            for slot in part.slots() {
                let holds = match slot {
                    Slot::Value(number) => wanted.has(number),
                    Slot::Bundle(members) => members
                        .iter()
                        .any(|slot| slots.get(usize::from(*slot)) == Some(&true)),
                };
                slots.push(holds);
            }
            if !in_uuids && !slots.contains(&true) {
                return None;
            }
            let holds = |slot: &u16| slots.get(usize::from(*slot)) == Some(&true);
            let mut bits = Bits::new(placed);
            for (event, row) in placed.rows() {
                if row.items.iter().any(holds)
                    || in_uuids && row.uuids.iter().any(|uuid| self.needle.in_uuid(*uuid))
                {
                    bits.add(event);
                }
            }
            Some(bits)
        });
        for bits in found {
            bits.add_to(sure);
        }
    }
}

/// A set of numbers from 0.
#[derive(Debug, Default)]
struct Numbers(Vec<u64>);

impl Numbers {
    fn add(&mut self, number: u32) {
        let at = number as usize / 64;
        if self.0.len() <= at {
            self.0.resize(at + 1, 0);
        }
        self.0[at] |= 1 << (number % 64);
    }

    fn has(&self, number: u32) -> bool {
        let word = self.0.get(number as usize / 64).copied().unwrap_or(0);
        word >> (number % 64) & 1 == 1
    }
}

/// What a part says of one row.
struct Row<'a> {
    count: u16,
    items: &'a [u16],
    uuids: &'a [u128],
}

impl Placed {
    /// Rows that became events.
    fn len(&self) -> usize {
        self.part.counts.len() - self.dropped.len()
    }

    /// Each row that became an event, by its place in the order of appending.
    fn rows(&self) -> impl Iterator<Item = (usize, Row<'_>)> {
        let part = &*self.part;
        let mut event = self.first as usize;
        let mut dropped = self.dropped.iter().copied().peekable();
        let (mut items, mut uuids) = (&part.items[..], &part.uuids[..]);
        let counts = part.counts.iter().zip(&part.uuid_counts).zip(0u32..);
        counts.filter_map(move |((&count, &uuid_count), row)| {
            let here = if count == OPEN { 0 } else { usize::from(count) };
            let (mine, rest) = items.split_at_checked(here)?;
            let (my_uuids, more) = uuids.split_at_checked(usize::from(uuid_count))?;
            (items, uuids) = (rest, more);
            if dropped.next_if_eq(&row).is_some() {
                return None;
            }
            event += 1;
            let row = Row {
                count,
                items: mine,
                uuids: my_uuids,
            };
            Some((event - 1, row))
        })
    }
}

/// Some rows of a part: bits from a whole word of the index on.
struct Bits {
    start: usize,
    words: Vec<u64>,
}

impl Bits {
    /// None of the rows of a part.
    fn new(placed: &Placed) -> Self {
        let start = placed.first as usize / 64;
        let end = placed.first as usize + placed.part.counts.len();
        Self {
            start,
            words: vec![0; end.div_ceil(64) - start],
        }
    }

    fn add(&mut self, event: usize) {
        self.words[event / 64 - self.start] |= 1 << (event % 64);
    }

    fn fill(&mut self, first: usize, len: usize) {
        let end = first + len;
        let mut at = first;
        while at < end {
            let next = end.min((at / 64 + 1) * 64);
            let ones = u64::MAX >> (64 - (next - at));
            self.words[at / 64 - self.start] |= ones << (at % 64);
            at = next;
        }
    }

    fn add_to(&self, rows: &mut RowSet) {
        for (word, at) in self.words.iter().zip(self.start..) {
            if *word != 0 {
                rows.add_word(at, *word);
            }
        }
    }
}
