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
use crate::index::placed::Bits;
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
    /// Whether of every row it is known what its record holds.
    pub fn tells_all(&self) -> bool {
        let placed = &self.values.placed;
        placed.iter().all(|placed| placed.part.open == 0)
            && placed.iter().map(Placed::len).sum::<usize>() == self.len()
    }

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
        if text.len() <= SHORT && text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            search.keys(&mut sure);
        }
        let wanted = known.len();
        if sure.len() < wanted && !cancel.is_stale() {
            search.columns(&mut sure);
            // Of a record in another schema nobody knows what its columns were made of.
            sure.and(&known);
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
/// One part in so many says whether it pays to ask the keys first.
const SAMPLE: usize = 64;

impl Search<'_> {
    fn none(&self) -> RowSet {
        RowSet {
            segments: vec![Bitmap::default(); self.snapshot.segments.len()],
        }
    }

    /// What came of each part; several are asked at once.
    fn each_part<T: Send>(&self, ask: impl Fn(&Placed) -> Option<T> + Sync) -> Vec<T> {
        self.each_nth_part(1, ask)
    }

    /// What came of each `n`th part.
    fn each_nth_part<T: Send>(
        &self,
        n: usize,
        ask: impl Fn(&Placed) -> Option<T> + Sync,
    ) -> Vec<T> {
        let placed = &self.snapshot.values.placed;
        let found = crew::gather(self.crew, placed.len().div_ceil(PIECE * n), |at| {
            let parts = placed.iter().step_by(n).skip(at * PIECE).take(PIECE);
            let parts = parts.filter(|_| !self.cancel.is_stale());
            parts.filter_map(&ask).collect::<Vec<T>>()
        });
        found.into_iter().flatten().collect()
    }

    /// The rows of which something is known.
    fn known(&self) -> RowSet {
        if self.snapshot.tells_all() {
            return self.snapshot.all();
        }
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
        // Each value and each bundle is asked once.
        let asked: HashMap<u64, (Vec<AtomicU8>, Vec<AtomicU8>)> = words
            .iter()
            .map(|(dictionary, parts)| {
                let last = parts.last();
                let values = last.map_or(0, |part| part.first as usize + part.ends.len());
                let bundles = last.map_or(0, |part| part.past_bundles());
                let unasked = |n: usize| (0..n).map(|_| AtomicU8::new(UNASKED)).collect();
                (*dictionary, (unasked(values), unasked(bundles)))
            })
            .collect();
        let ask = |placed: &Placed| {
            let part = &*placed.part;
            let words = words.get(&part.dictionary)?;
            let (values, bundles) = asked.get(&part.dictionary)?;
            let fits = |number: &u32| {
                once(values, *number, || {
                    let at = words.partition_point(|other| other.first <= *number);
                    let word = at.checked_sub(1).and_then(|at| words[at].value(*number));
                    word.is_some_and(|word| self.needle.is_in_folded(word))
                })
            };
            let holds = |number: u32| {
                once(bundles, number, || {
                    let at = words.partition_point(|other| other.first_bundle <= number);
                    let members = at.checked_sub(1).and_then(|at| words[at].bundle(number));
                    members.is_some_and(|members| members.iter().any(fits))
                })
            };
            let slots: Vec<Slot> = part.slots().collect();
            let mut known = vec![UNASKED; slots.len()];
            let mut bits = Bits::new(placed);
            let mut all = true;
            for (event, row) in placed.rows() {
                let Some(keys) = row.items.first() else {
                    continue;
                };
                let keys = usize::from(*keys);
                if let (Some(known), Some(slot)) = (known.get_mut(keys), slots.get(keys)) {
                    if *known == UNASKED {
                        *known = match slot {
                            Slot::Bundle(number) if holds(*number) => YES,
                            _ => NO,
                        };
                    }
                    bits.set(event, *known == YES);
                    all &= *known == YES;
                }
            }
            Some((bits, all))
        };
        // Keys are values, too: to ask them first pays only where they settle nearly all rows.
        let sample = self.each_nth_part(SAMPLE, ask);
        let settled = sample.iter().filter(|(_, all)| *all).count();
        if settled * 2 < sample.len() {
            return;
        }
        for (bits, _) in self.each_part(ask) {
            bits.add_to(sure);
        }
    }

    /// The parts of each dictionary that have words of it, in order.
    fn words(&self) -> HashMap<u64, Vec<&Part>> {
        let mut words: HashMap<u64, Vec<&Part>> = HashMap::new();
        for part in &self.snapshot.values.words {
            words.entry(part.dictionary).or_default().push(part);
        }
        words
    }

    /// Adds the rows whose columns, time or id hold the text.
    fn columns(&self, sure: &mut RowSet) {
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
        let found = crew::gather(self.crew, snapshot.segments.len(), |at| {
            let segment = &snapshot.segments[at];
            let mut rows = sure.segments[at].clone();
            for (col, wanted) in &columns {
                rows.or(&segment.column(*col).among(segment.len(), wanted));
            }
            if let Some(times) = times.as_ref().filter(|_| !self.cancel.is_stale()) {
                let mut last = None;
                let (facts, times_of) = (segment.facts(), segment.times());
                rows.add_missing(segment.len(), |row| {
                    facts.get(row).usual_time() && times.holds(times_of.get(row), &mut last)
                });
            }
            if ids && !self.cancel.is_stale() {
                rows.add_missing(segment.len(), |row| self.in_id(segment, row, &odd));
            }
            rows
        });
        *sure = RowSet { segments: found };
    }

    /// Whether the id of a row holds the text; `odd` says so of ids that are not UUIDs.
    fn in_id(&self, segment: &Segment, row: usize, odd: &[bool]) -> bool {
        match segment.id(row) {
            IdBits::Uuid(bits) => self.needle.in_uuid(bits),
            IdBits::Odd(sym) => odd.get(sym.code() as usize).is_some_and(|yes| *yes),
            IdBits::None => false,
        }
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
        let mut wanted: HashMap<u64, Wanted> = HashMap::new();
        for (part, numbers) in words.iter().zip(found) {
            if !numbers.is_empty() {
                let wanted = wanted.entry(part.dictionary).or_default();
                for number in numbers {
                    wanted.values.add(number);
                }
            }
        }
        let in_uuids = self.needle.may_be_in_uuid();
        if wanted.is_empty() && !in_uuids {
            return;
        }
        for part in words {
            if let Some(Wanted { values, bundles }) = wanted.get_mut(&part.dictionary) {
                for (number, members) in part.bundles() {
                    if members.iter().any(|value| values.has(*value)) {
                        bundles.add(number);
                    }
                }
            }
        }
        let none = Wanted::default();
        let found = self.each_part(|placed| {
            let part = &*placed.part;
            let wanted = wanted.get(&part.dictionary).unwrap_or(&none);
            let slots = Slots::holding(part, wanted);
            if slots.is_none() && !in_uuids {
                return None;
            }
            let mut bits = Bits::new(placed);
            if let Some(slots) = &slots {
                placed.each_event(
                    part.counts
                        .iter()
                        .map(|n| if *n == OPEN { 0 } else { *n }.into()),
                    |from| slots.next(&part.items, from),
                    |event| bits.add(event),
                );
            }
            if in_uuids {
                let holds = |uuid: &u128| self.needle.in_uuid(*uuid);
                placed.each_event(
                    part.uuid_counts.iter().map(|n| usize::from(*n)),
                    |from| {
                        let at = part.uuids.get(from..)?.iter().position(holds)?;
                        Some(from + at)
                    },
                    |event| bits.add(event),
                );
            }
            Some(bits)
        });
        for bits in found {
            bits.add_to(sure);
        }
    }
}

/// Which slots of a part hold a text, one byte each.
struct Slots(Box<[u8; 1 << 16]>);

impl Slots {
    /// `None` where none does.
    fn holding(part: &Part, wanted: &Wanted) -> Option<Self> {
        let mut slots = vec![0; 1 << 16];
        let mut any = 0;
        for (slot, to) in part.slots().zip(&mut slots) {
            *to = u8::from(match slot {
                Slot::Value(number) => wanted.values.has(number),
                Slot::Bundle(number) => wanted.bundles.has(number),
            });
            any |= *to;
        }
        if any == 0 {
            return None;
        }
        Some(Self(slots.into_boxed_slice().try_into().ok()?))
    }

    /// The place of the first of some slots that does, from a place on.
    fn next(&self, slots: &[u16], from: usize) -> Option<usize> {
        let (eights, rest) = slots.get(from..)?.as_chunks::<8>();
        let holds = |slot: &u16| self.0[usize::from(*slot)] != 0;
        if let Some(n) = eights.iter().position(|eight| self.any(eight)) {
            let at = eights[n].iter().position(holds)?;
            return Some(from + n * 8 + at);
        }
        let at = rest.iter().position(holds)?;
        Some(from + eights.len() * 8 + at)
    }

    /// Whether one of some slots does. Looking at all of them costs less than a branch after each.
    fn any(&self, slots: &[u16]) -> bool {
        slots
            .iter()
            .fold(0, |any, slot| any | self.0[usize::from(*slot)])
            != 0
    }
}

/// What it says that was not asked before, or what it said then.
fn once(said: &[AtomicU8], number: u32, ask: impl FnOnce() -> bool) -> bool {
    let Some(known) = said.get(number as usize) else {
        return false;
    };
    match known.load(Ordering::Relaxed) {
        UNASKED => {
            let fits = ask();
            known.store(if fits { YES } else { NO }, Ordering::Relaxed);
            fits
        }
        said => said == YES,
    }
}

/// The values of a dictionary that hold a text, and the bundles with such a value.
#[derive(Debug, Default)]
struct Wanted {
    values: Numbers,
    bundles: Numbers,
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
