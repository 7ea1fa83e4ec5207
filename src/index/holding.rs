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
use crate::index::earlier::{Fit, Hit, Told, Wanted, WantedOf};
use crate::index::needle::{InTimes, Needle};
use crate::index::numbers::Numbers;
use crate::index::part::{Keys, Part, Placed};
use crate::index::placed::{Bits, Rows};
use crate::index::schema::Col;
use crate::index::segment::{IdBits, Segment};
use crate::index::snapshot::Snapshot;

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
        placed.iter().all(|placed| placed.part.open.is_empty())
            && placed.iter().map(Placed::len).sum::<usize>() == self.len()
    }

    /// The rows whose records hold a text, whatever its case, in one key or value; what it gives
    /// once the wish for it is stale is of no use. `heard` is called, where there is more to ask,
    /// with rows that surely do.
    pub fn holding(
        &self,
        text: &str,
        cancel: &Cancel,
        crew: &dyn Crew,
        heard: &dyn Fn(&RowSet),
    ) -> Holding {
        let needle = Needle::new(text);
        let before = self.earlier.told(needle.text());
        if let Some(told) = before.as_ref().filter(|told| told.text == needle.text()) {
            return told.holding.clone();
        }
        let search = Search {
            snapshot: self,
            needle: &needle,
            before: before.as_deref(),
            cancel,
            crew,
        };
        let told = search.tell(text, heard);
        let holding = told.holding.clone();
        if !cancel.is_stale() {
            self.earlier.tell(told);
        }
        holding
    }
}

/// One text and where it is looked for.
struct Search<'a> {
    snapshot: &'a Snapshot,
    needle: &'a Needle,
    /// What is known of a part of it.
    before: Option<&'a Told>,
    cancel: &'a Cancel,
    crew: &'a dyn Crew,
}

/// Texts so long or shorter may stand in the keys of nearly all records: those are asked first.
const SHORT: usize = 4;

/// The events of some parts, and the slots that told so where those are not too many.
type Found = (Vec<Bits>, Option<Vec<Hit>>);

/// What is known of whether a value holds the text.
const UNASKED: u8 = 0;
const NO: u8 = 1;
const YES: u8 = 2;

/// Parts looked through as one piece of work.
const PIECE: usize = 8;
/// So many slots are written down for who types on.
const MOST_HITS: usize = 1 << 19;
/// Slots looked through as one piece of work.
const HITS: usize = 1 << 14;
/// One part in so many says whether it pays to ask the keys first.
const SAMPLE: usize = 64;

impl Search<'_> {
    /// Which rows hold the text, and what told so.
    fn tell(&self, text: &str, heard: &dyn Fn(&RowSet)) -> Told {
        let (known, open) = if let Some(told) = self.before {
            (told.holding.sure.clone(), told.holding.open.clone())
        } else {
            let (known, mut open) = (self.known(), self.snapshot.all());
            open.minus(&known);
            (known, open)
        };
        let mut sure = self.none();
        if text.len() <= SHORT && text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            self.keys(&mut sure);
        }
        let (wanted, mut values, mut hits) = (known.len(), None, None);
        let more = |sure: &RowSet| sure.len() < wanted && !self.cancel.is_stale();
        if more(&sure) {
            self.columns(&mut sure, &known);
        }
        if more(&sure) {
            heard(&sure);
            let found = self.values(&mut sure, heard);
            (values, hits) = (Some(found.0), found.1);
        }
        // What is so long on its way to each row comes last.
        if more(&sure) {
            self.ids(&mut sure, &known);
        }
        if more(&sure) && self.needle.may_be_in_uuid() {
            self.uuids(&mut sure, &known);
        }
        Told {
            text: self.needle.text().to_owned(),
            holding: Holding { sure, open },
            values,
            hits,
        }
    }

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
            let (mut bits, mut open) = (Bits::new(placed), Rows::new(&placed.part));
            bits.fill(placed.first as usize, placed.len());
            placed.part.open.iter().for_each(|row| open.insert(*row));
            bits.minus(&placed.events(&open));
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
            let (mut rows, mut all) = (Rows::new(part), true);
            for Keys {
                bundle,
                rows: places,
            } in &part.keys
            {
                if holds(*bundle) {
                    rows.add(part.rows(places));
                } else {
                    all &= places.is_empty();
                }
            }
            Some((placed.events(&rows), all))
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

    /// Adds those of some rows whose columns or time hold the text.
    fn columns(&self, sure: &mut RowSet, asked: &RowSet) {
        let (snapshot, needle) = (self.snapshot, self.needle);
        let columns: Vec<(Col, CodeSet)> = WHOLE
            .into_iter()
            .map(|col| {
                let test = |text: &str| needle.is_in(text);
                let codes = match needle.ascii() {
                    Some(ascii) => {
                        snapshot.names_that_fit(Some(col), (Fit::Holds, ascii), self.crew, test)
                    }
                    None => snapshot.dict(col).matching(test),
                };
                (col, CodeSet::from(codes))
            })
            .filter(|(_, wanted)| !wanted.is_empty())
            .collect();
        let times = InTimes::new(needle);
        let found = crew::gather(self.crew, snapshot.segments.len(), |at| {
            let (segment, asked) = (&snapshot.segments[at], &asked.segments[at]);
            if asked.is_empty() || self.cancel.is_stale() {
                return Bitmap::default();
            }
            let mut rows = sure.segments[at].clone();
            let most = asked.len();
            rows.and(asked);
            for (col, wanted) in &columns {
                // Where all rows have it by now, the other columns need not be asked.
                if rows.len() == most {
                    return rows;
                }
                rows.or(&segment.column(*col).among(segment.len(), wanted));
                // Of a record in another schema nobody knows what its columns were made of.
                rows.and(asked);
            }
            let times_of = segment.times();
            if let Some(times) = times.as_ref().filter(|times| times.may_hold(times_of)) {
                let mut last = None;
                let facts = segment.facts();
                rows.add_missing(asked, |row| {
                    facts.get(row).usual_time() && times.holds(times_of.get(row), &mut last)
                });
            }
            rows
        });
        *sure = RowSet { segments: found };
    }

    /// Adds those of some rows whose ids hold the text.
    fn ids(&self, sure: &mut RowSet, asked: &RowSet) {
        let (snapshot, needle) = (self.snapshot, self.needle);
        let odd = snapshot.odd_ids().matching(|text| needle.is_in(text));
        if !needle.may_be_in_uuid() && !odd.contains(&true) {
            return;
        }
        let found = crew::gather(self.crew, snapshot.segments.len(), |at| {
            let (segment, asked) = (&snapshot.segments[at], &asked.segments[at]);
            let mut rows = sure.segments[at].clone();
            if !self.cancel.is_stale() {
                rows.add_missing(asked, |row| self.in_id(segment, row, &odd));
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

    /// Adds the rows whose values hold the text; gives those values, and the slots that have them
    /// if they are not too many.
    fn values(&self, sure: &mut RowSet, heard: &dyn Fn(&RowSet)) -> (WantedOf, Option<Vec<Hit>>) {
        let wanted = self.wanted();
        heard(sure);
        let mut hits = Some(Vec::new());
        let found = match self.before.and_then(|told| told.hits.as_ref()) {
            Some(before) => self.among_hits(before, &wanted),
            None if wanted.is_empty() => Vec::new(),
            None => self.among_slots(&wanted),
        };
        for (bits, found) in found {
            for bits in bits {
                bits.add_to(sure);
            }
            match (&mut hits, found) {
                (Some(hits), Some(found)) if hits.len() + found.len() <= MOST_HITS => {
                    hits.extend(found);
                }
                _ => hits = None,
            }
        }
        (wanted, hits)
    }

    /// Adds those of some rows that have a UUID that holds the text.
    fn uuids(&self, sure: &mut RowSet, asked: &RowSet) {
        let found = self.each_part(|placed| {
            let asked = Bits::of(placed, |at| asked.word(at) & !sure.word(at));
            if asked.is_empty() {
                return None;
            }
            let mut bits = Bits::new(placed);
            placed.add_with_uuid(|uuid| self.needle.in_uuid(uuid), &asked, &mut bits);
            Some(bits)
        });
        for bits in found {
            bits.add_to(sure);
        }
    }

    /// The rows of slots that have what is wanted, and those slots: all parts are looked through.
    fn among_slots(&self, wanted: &WantedOf) -> Vec<Found> {
        let placed = &self.snapshot.values.placed;
        // What one part may add to what is written down.
        let most = MOST_HITS / placed.len().max(1) * 4;
        crew::gather(self.crew, placed.len().div_ceil(PIECE), |at| {
            let (mut all, mut hits) = (Vec::new(), Some(Vec::new()));
            for (at, placed) in placed.iter().enumerate().skip(at * PIECE).take(PIECE) {
                let part = &*placed.part;
                let Some(wanted) = wanted.get(&part.dictionary) else {
                    continue;
                };
                if self.cancel.is_stale() {
                    break;
                }
                let (mut rows, mut held) = (Rows::new(part), Vec::new());
                part.each_slot(|holds, places| {
                    if wanted.holds(holds) {
                        rows.add(part.rows(&places));
                        if held.len() <= most {
                            held.push(Hit {
                                part: at as u32,
                                holds,
                                rows: places,
                            });
                        }
                    }
                });
                all.push(placed.events(&rows));
                match &mut hits {
                    Some(hits) if held.len() <= most => hits.extend(held),
                    _ => hits = None,
                }
            }
            (all, hits)
        })
    }

    /// As [`Self::among_slots`], where no other slots than those of a shorter text have it.
    fn among_hits(&self, before: &[Hit], wanted: &WantedOf) -> Vec<Found> {
        let placed = &self.snapshot.values.placed;
        crew::gather(self.crew, before.len().div_ceil(HITS), |at| {
            let hits = before.iter().skip(at * HITS).take(HITS);
            let has = |hit: &&Hit| {
                let dictionary = placed.get(hit.part as usize).map(|p| p.part.dictionary);
                let wanted = dictionary.and_then(|dictionary| wanted.get(&dictionary));
                wanted.is_some_and(|wanted| wanted.holds(hit.holds))
            };
            let hits: Vec<Hit> = hits.filter(has).cloned().collect();
            let of_parts = hits.chunk_by(|a, b| a.part == b.part);
            let bits = of_parts.filter_map(|hits| {
                let placed = placed.get(hits.first()?.part as usize)?;
                let mut rows = Rows::new(&placed.part);
                for hit in hits {
                    rows.add(placed.part.rows(&hit.rows));
                }
                Some(placed.events(&rows))
            });
            (bits.collect(), Some(hits))
        })
    }

    /// The values that hold the text.
    fn wanted(&self) -> WantedOf {
        let before = self.before.and_then(|told| told.values.as_ref());
        let parts = &self.snapshot.values.words;
        let found = crew::gather(self.crew, parts.len(), |at| {
            let part = &*parts[at];
            if self.cancel.is_stale() {
                return Vec::new();
            }
            match before {
                Some(before) => match before.get(&part.dictionary) {
                    Some(known) => self.needle.among_these(part, &known.values),
                    None => Vec::new(),
                },
                None => self.needle.among(part),
            }
        });
        let mut told: HashMap<u64, Vec<(&Part, Vec<u32>)>> = HashMap::new();
        for (part, numbers) in parts.iter().zip(found) {
            let of = told.entry(part.dictionary).or_default();
            of.push((part, numbers));
        }
        let told: Vec<_> = told.into_iter().collect();
        let wanted = crew::gather(self.crew, told.len(), |at| {
            let (dictionary, parts) = &told[at];
            let known = before.and_then(|before| before.get(dictionary));
            (
                *dictionary,
                wanted(parts, known.map(|known| &known.bundles)),
            )
        });
        let some = |(_, wanted): &(u64, Wanted)| !wanted.values.is_empty();
        wanted.into_iter().filter(some).collect()
    }
}

/// The values of a dictionary, as each of its parts has them, and the bundles that have one; no
/// other bundles than those that are known to be possible.
fn wanted(parts: &[(&Part, Vec<u32>)], possible: Option<&Numbers>) -> Wanted {
    let mut wanted = Wanted::default();
    for number in parts.iter().flat_map(|(_, numbers)| numbers) {
        wanted.values.add(*number);
    }
    for (part, _) in parts {
        for (number, members) in part.bundles() {
            if possible.is_none_or(|possible| possible.has(number))
                && members.iter().any(|value| wanted.values.has(*value))
            {
                wanted.bundles.add(number);
            }
        }
    }
    wanted
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
