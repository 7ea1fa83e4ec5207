//! Values: which rows hold a text anywhere in their records, without reading them.
//!
//! Each thread numbers the distinct values it meets outside the columns, and the bundles of values
//! that come together: the keys of a record, an identity, what JSON inside a string holds. A part is
//! what one batch adds to both, with what each of its rows holds: a row is a list of slots, a slot is
//! a value or a bundle. A thread forgets values that do not come again, so that its dictionary fits a
//! processor's cache; one that comes again after that has a second number. UUIDs are kept as their
//! bits. What is not kept (very long values, what may be read in more than one way) is said by row.
//! Values are compared byte by byte.
//!
//! Refuses to know: JSON outside of strings, how a file is read, what is asked.

use std::hash::BuildHasher;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use foldhash::fast::RandomState;
use hashbrown::HashMap;

use crate::base::glance::Glance;
use crate::base::lines::{Hashed, Lines, short};
use crate::base::near::{fetch, fetch_text};
use crate::base::text;
use crate::event::json::{NESTED, Node, opens_encoded};
use crate::event::record::Way;
use crate::index::batch::uuid_bits;
use crate::index::part::{BUNDLE, MOST_ROWS, Part, Told};

/// Longer ones are not kept: their row is always looked at.
const LONGEST: usize = 4096;
/// Values a thread remembers, and their text; when there are more, those that came in one part only
/// are forgotten.
const MOST_VALUES: usize = 1 << 17;
const MOST_TEXT: usize = 8 << 20;
/// Bundles of each kind that a thread remembers.
const MOST_BUNDLES: usize = 1 << 14;
/// Text that all values of a load may take; rows after it are always looked at.
const BUDGET: u64 = 2 << 30;
/// So many bits number the values met last, which are found without the table.
const RECENT: u32 = 12;
/// Values that are looked for at a time.
const TOGETHER: usize = 16;
/// Slots a part may have: their numbers take two bytes.
const MOST_SLOTS: usize = 1 << 16;

/// How much text the values of one load hold, all threads together.
#[derive(Debug, Clone, Default)]
pub struct Held(Arc<AtomicU64>);

/// The values of the rows one thread reads.
#[derive(Debug)]
pub struct ValuesBuilder {
    hasher: RandomState,
    held: Held,
    dictionary: u64,
    /// The values that are remembered, as they came.
    text: Vec<u8>,
    known: Vec<Known>,
    table: Lines<Entry>,
    recent: Box<[Recent]>,
    /// Of those remembered, how many parts have carried.
    sent: usize,
    /// Values that were numbered.
    numbered: u32,
    /// The number of the part that is being made, from 1.
    part: u16,
    slots: Vec<u32>,
    /// By number of the bundle: the part that held it last, and its slot there.
    bundle_places: Vec<Place>,
    /// The bundles that no part has carried.
    bundled: Vec<u32>,
    bundle_ends: Vec<u32>,
    items: Vec<u16>,
    /// How many items each row has; `None` where it may hold anything.
    counts: Vec<Option<u16>>,
    /// The slots that are keys of rows.
    keys: Vec<u16>,
    uuids: Vec<u128>,
    uuid_counts: Vec<u8>,
    /// Where the row that is being made begins.
    row: Start,
    /// Records' keys, each followed by [`AFTER_KEY`], and their bundle.
    shapes: HashMap<Box<[u8]>, u32>,
    /// Keys so joined, and the values of a bundle that is made; kept for their room.
    joined: Vec<u8>,
    members: Vec<u32>,
    /// By what stands for all keys of a record, and for nothing else.
    ways: HashMap<Way, u32>,
    /// By number.
    identities: HashMap<u64, u32>,
    /// By number of the value: the bundle of it and what JSON inside of it holds; `None` where that
    /// is nothing more.
    insides: HashMap<u32, Option<u32>>,
    /// Whether the file may hold anything.
    open: bool,
    /// Whether the row may.
    row_open: bool,
    /// Whether its keys are known.
    told: bool,
}

/// A byte that no text in UTF-8 holds.
const AFTER_KEY: u8 = 0xff;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Place {
    part: u16,
    slot: u16,
}

/// A value that is remembered.
#[derive(Debug, Clone, Copy)]
struct Known {
    number: u32,
    start: u32,
    len: u32,
    /// The part that held it last, and its slot there.
    place: Place,
    /// How many parts held it; less and less of those before the last time of forgetting.
    parts: u8,
}

/// How many slots and UUIDs there were before a row.
#[derive(Debug, Clone, Copy, Default)]
struct Start {
    items: usize,
    uuids: usize,
}

/// A value and where its text is: each further look elsewhere waits for the memory.
#[derive(Debug, Clone, Copy, Default)]
struct Entry {
    hash: u32,
    /// Its place among those that are remembered.
    at: u32,
    start: u32,
    len: u32,
}

impl Hashed for Entry {
    fn hash(&self) -> u32 {
        self.hash
    }
}

impl Entry {
    fn is(self, text: &[u8], value: &[u8]) -> bool {
        let (start, len) = (self.start as usize, self.len as usize);
        len == value.len() && text.get(start..start + len) == Some(value)
    }
}

/// A value met not long ago, and the part that held it last; 0 for none.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(64))]
struct Recent {
    glance: Glance,
    entry: Entry,
    place: Place,
}

/// A value that is looked for.
#[derive(Debug, Clone, Copy, Default)]
struct Asked<'a> {
    text: &'a [u8],
    glance: Glance,
    /// Where it was needed already.
    hash: Option<u32>,
}

impl<'a> Asked<'a> {
    fn of(text: &'a [u8]) -> Self {
        Self {
            text,
            glance: Glance::of(text),
            hash: None,
        }
    }
}

/// Dictionaries are numbered through the life of the process.
static DICTIONARY: AtomicU64 = AtomicU64::new(1);

impl ValuesBuilder {
    /// For one thread of a load.
    pub fn new(held: Held) -> Self {
        Self {
            hasher: RandomState::default(),
            held,
            dictionary: DICTIONARY.fetch_add(1, Ordering::Relaxed),
            text: Vec::new(),
            known: Vec::new(),
            table: Lines::default(),
            recent: vec![Recent::default(); 1 << RECENT].into(),
            sent: 0,
            numbered: 0,
            part: 1,
            slots: Vec::new(),
            bundle_places: Vec::new(),
            bundled: Vec::new(),
            bundle_ends: Vec::new(),
            items: Vec::new(),
            counts: Vec::new(),
            keys: Vec::new(),
            uuids: Vec::new(),
            uuid_counts: Vec::new(),
            row: Start::default(),
            shapes: HashMap::new(),
            joined: Vec::new(),
            members: Vec::new(),
            ways: HashMap::new(),
            identities: HashMap::new(),
            insides: HashMap::new(),
            open: false,
            row_open: false,
            told: false,
        }
    }

    /// Begins the next file.
    pub fn begin(&mut self) {
        self.drop_row();
        self.open = self.held.0.load(Ordering::Relaxed) > BUDGET;
    }

    /// What the file's rows hold cannot be said: they are always looked at.
    pub fn open(&mut self) {
        self.open = true;
    }

    /// What the row that is being made holds cannot be said.
    pub fn open_row(&mut self) {
        self.row_open = true;
    }

    /// Notes the keys of the row, which comes to be with them; `way` stands for these and no others.
    pub fn note_keys<'a>(
        &mut self,
        way: Option<Way>,
        keys: impl Iterator<Item = &'a [u8]> + Clone,
    ) {
        self.drop_row();
        self.told = true;
        if self.is_open() {
            return;
        }
        let known = way.and_then(|way| self.ways.get(&way).copied());
        let Some(bundle) = known.or_else(|| self.bundle_of_keys(keys)) else {
            return;
        };
        if let Some(way) = way.filter(|_| known.is_none()) {
            if self.ways.len() >= MOST_BUNDLES {
                self.ways.clear();
            }
            self.ways.insert(way, bundle);
        }
        self.add_keys(bundle);
    }

    /// The bundle of a record's keys; `None` where it cannot be said and the row is open.
    fn bundle_of_keys<'a>(&mut self, keys: impl Iterator<Item = &'a [u8]> + Clone) -> Option<u32> {
        let mut joined = std::mem::take(&mut self.joined);
        joined.clear();
        for key in keys.clone() {
            joined.extend_from_slice(key);
            joined.push(AFTER_KEY);
        }
        let known = self.shapes.get(joined.as_slice()).copied();
        let bundle = known.or_else(|| self.bundle_of(keys));
        if let Some(bundle) = bundle.filter(|_| known.is_none()) {
            if self.shapes.len() >= MOST_BUNDLES {
                self.shapes.clear();
            }
            self.shapes.insert(joined.as_slice().into(), bundle);
        }
        self.joined = joined;
        bundle
    }

    /// The bundle of some values of the row; `None` where it cannot be said and the row is open.
    fn bundle_of<'a>(&mut self, values: impl Iterator<Item = &'a [u8]>) -> Option<u32> {
        let mut members = std::mem::take(&mut self.members);
        members.clear();
        for value in values {
            self.gather(value, NESTED, &mut members);
        }
        let bundle = self.bundle(&members);
        self.members = members;
        bundle
    }

    /// Notes what an identity that came before holds; its number is never used for another.
    pub fn note_identity<'a>(&mut self, number: u64, leaves: impl Iterator<Item = &'a [u8]>) {
        if self.is_open() {
            return;
        }
        if let Some(&bundle) = self.identities.get(&number) {
            self.add_bundle(bundle);
            return;
        }
        if let Some(bundle) = self.bundle_of(leaves) {
            if self.identities.len() >= MOST_BUNDLES {
                self.identities.clear();
            }
            self.identities.insert(number, bundle);
            self.add_bundle(bundle);
        }
    }

    /// Notes values of the row, unescaped, and what JSON inside of them holds.
    pub fn note<'a>(&mut self, mut values: impl Iterator<Item = &'a [u8]>) {
        if self.is_open() {
            return;
        }
        let mut some = [Asked::default(); TOGETHER];
        loop {
            let mut len = 0;
            // All that will be looked at is asked for before it is: first where they were met a
            // moment ago, then where the others are.
            while len < TOGETHER
                && let Some(text) = values.next()
            {
                if text.len() > LONGEST {
                    self.row_open = true;
                    return;
                }
                if let Some(bits) = uuid_in(text) {
                    self.uuids.push(bits);
                    continue;
                }
                let asked = Asked::of(text);
                fetch(&self.recent[asked.glance.place(RECENT)]);
                some[len] = asked;
                len += 1;
            }
            for asked in &mut some[..len] {
                let recent = &self.recent[asked.glance.place(RECENT)];
                if recent.place.part != 0 && recent.glance == asked.glance {
                    if asked.glance.hides() {
                        self.fetch_text(&recent.entry);
                    }
                } else {
                    let hash = short(self.hasher.hash_one(asked.text));
                    asked.hash = Some(hash);
                    self.table.fetch(hash);
                }
            }
            for hash in some[..len].iter().filter_map(|asked| asked.hash) {
                if let Some(known) = self.table.find(hash, |_| true) {
                    self.fetch_text(known);
                    fetch(&self.known[known.at as usize]);
                }
            }
            for asked in &some[..len] {
                if self.is_open() {
                    return;
                }
                if let Some(slot) = self.place(asked) {
                    self.items.push(slot);
                }
            }
            if len < TOGETHER {
                return;
            }
        }
    }

    /// Asks for the text of a value, which is about to be compared.
    #[inline]
    fn fetch_text(&self, entry: &Entry) {
        let (start, len) = (entry.start as usize, entry.len as usize);
        fetch_text(self.text.get(start..start + len).unwrap_or_default());
    }

    /// Adds the bundle of the row's keys.
    fn add_keys(&mut self, bundle: u32) {
        let slots = self.slots.len();
        self.add_bundle(bundle);
        if self.slots.len() > slots {
            self.keys.push(slots as u16);
        }
    }

    /// Adds a bundle to the row.
    fn add_bundle(&mut self, bundle: u32) {
        if let Some(slot) = self.bundle_slot(bundle) {
            self.items.push(slot);
        }
    }

    fn is_open(&self) -> bool {
        self.open || self.row_open
    }

    /// Ends the row that was told of since the last one ended.
    pub fn end_row(&mut self) {
        let items = self.items.len() - self.row.items;
        let uuids = self.uuids.len() - self.row.uuids;
        let open = self.is_open() || !self.told || self.counts.len() >= MOST_ROWS;
        match (u16::try_from(items), u8::try_from(uuids)) {
            (Ok(items), Ok(uuids)) if !open => {
                self.counts.push(Some(items));
                self.uuid_counts.push(uuids);
            }
            _ => {
                self.drop_row();
                self.counts.push(None);
                self.uuid_counts.push(0);
            }
        }
        self.row = Start {
            items: self.items.len(),
            uuids: self.uuids.len(),
        };
        self.row_open = false;
        self.told = false;
    }

    /// Forgets what was told of a row that did not end.
    fn drop_row(&mut self) {
        self.items.truncate(self.row.items);
        self.uuids.truncate(self.row.uuids);
        self.row_open = false;
        self.told = false;
    }

    /// Forgets every row from `rows` on, whole or not.
    pub(crate) fn cut(&mut self, rows: usize) {
        self.counts.truncate(rows);
        self.uuid_counts.truncate(rows);
        let items = self.counts.iter().flatten().map(|n| usize::from(*n));
        self.row = Start {
            items: items.sum(),
            uuids: self.uuid_counts.iter().map(|n| usize::from(*n)).sum(),
        };
        self.drop_row();
    }

    /// A value as it is remembered, with the part that held it last.
    fn find(&mut self, asked: &Asked<'_>) -> Recent {
        let Asked {
            text: value,
            glance,
            hash,
        } = *asked;
        let recent = self.recent[glance.place(RECENT)];
        let known = recent.place.part != 0 && recent.glance == glance;
        if known && (!glance.hides() || recent.entry.is(&self.text, value)) {
            return recent;
        }
        let hash = hash.unwrap_or_else(|| self.hasher.hash_one(value) as u32);
        let entry = self.intern(value, hash);
        Recent {
            glance,
            entry,
            place: self.known[entry.at as usize].place,
        }
    }

    /// The slot of a value of the row; `None` where the row is open from now on.
    fn place(&mut self, asked: &Asked<'_>) -> Option<u16> {
        let Asked {
            text: value,
            glance,
            ..
        } = *asked;
        let hides = hides_text(value);
        let Recent {
            entry, mut place, ..
        } = self.find(asked);
        if place.part != self.part {
            let number = self.known[entry.at as usize].number;
            place = Place {
                part: self.part,
                slot: self.slot(number)?,
            };
            let known = &mut self.known[entry.at as usize];
            known.place = place;
            known.parts = known.parts.saturating_add(1);
        }
        self.recent[glance.place(RECENT)] = Recent {
            glance,
            entry,
            place,
        };
        if !hides {
            return Some(place.slot);
        }
        let number = self.known[entry.at as usize].number;
        match self.inside(value, number)? {
            Some(bundle) => self.bundle_slot(bundle),
            None => Some(place.slot),
        }
    }

    /// Adds the numbers of a value and of what JSON inside of it holds, where that may stand inside
    /// of JSON so many times more. The row is open from then on where that cannot be said.
    fn gather(&mut self, value: &[u8], depth: usize, members: &mut Vec<u32>) {
        let hides = hides_text(value);
        if value.len() > LONGEST || hides && depth == 0 {
            self.row_open = true;
            return;
        }
        let entry = self.find(&Asked::of(value)).entry;
        let known = &mut self.known[entry.at as usize];
        known.parts = known.parts.saturating_add(1);
        let number = known.number;
        members.push(number);
        if hides {
            self.gather_inside(value, depth - 1, members);
        }
    }

    /// The bundle of a value and of what JSON inside of it holds; `Some(None)` where that is nothing
    /// more, `None` where it cannot be said and the row is open from now on.
    #[expect(
        clippy::option_option,
        reason = "nothing inside is not: cannot be said"
    )]
    fn inside(&mut self, value: &[u8], number: u32) -> Option<Option<u32>> {
        if let Some(inside) = self.insides.get(&number) {
            return Some(*inside);
        }
        let mut members = vec![number];
        self.gather_inside(value, NESTED - 1, &mut members);
        let inside = match members.as_slice() {
            [_] if !self.row_open => None,
            members => Some(self.bundle(members)?),
        };
        if self.insides.len() >= MOST_BUNDLES {
            self.insides.clear();
        }
        self.insides.insert(number, inside);
        Some(inside)
    }

    /// Adds the numbers of what JSON inside a value holds; the row is open from then on where that
    /// cannot be said.
    fn gather_inside(&mut self, value: &[u8], depth: usize, members: &mut Vec<u32>) {
        match std::str::from_utf8(value).map(Node::inside) {
            Ok(Some(tree)) => self.gather_tree(&tree, depth, members),
            Ok(None) => {}
            Err(_) => self.row_open = true,
        }
    }

    /// Adds the numbers of the keys and values of a tree.
    fn gather_tree(&mut self, tree: &Node, depth: usize, members: &mut Vec<u32>) {
        match tree {
            Node::Object(pairs) => {
                for (key, value) in pairs {
                    self.gather(key.as_bytes(), depth, members);
                    self.gather_tree(value, depth, members);
                }
            }
            Node::Array(items) => {
                for item in items {
                    self.gather_tree(item, depth, members);
                }
            }
            Node::Text(text) | Node::Number(text) => self.gather(text.as_bytes(), depth, members),
            Node::Bool(yes) => {
                let text: &[u8] = if *yes { b"true" } else { b"false" };
                self.gather(text, depth, members);
            }
            Node::Null => {}
        }
    }

    /// A new slot; `None` where there are too many, and the row is open.
    fn slot(&mut self, holds: u32) -> Option<u16> {
        if self.slots.len() >= MOST_SLOTS {
            self.row_open = true;
            return None;
        }
        self.slots.push(holds);
        Some((self.slots.len() - 1) as u16)
    }

    /// The slot of a bundle; `None` as above.
    fn bundle_slot(&mut self, bundle: u32) -> Option<u16> {
        let place = self.bundle_places[bundle as usize];
        if place.part == self.part {
            return Some(place.slot);
        }
        let slot = self.slot(BUNDLE | bundle)?;
        self.bundle_places[bundle as usize] = Place {
            part: self.part,
            slot,
        };
        Some(slot)
    }

    /// A new bundle; `None` where the row is open.
    fn bundle(&mut self, members: &[u32]) -> Option<u32> {
        if self.row_open {
            return None;
        }
        self.bundle_places.push(Place::default());
        self.bundled.extend_from_slice(members);
        self.bundle_ends.push(self.bundled.len() as u32);
        Some(self.bundle_places.len() as u32 - 1)
    }

    /// A value of this hash, which is remembered from now on.
    fn intern(&mut self, value: &[u8], hash: u32) -> Entry {
        let text = &self.text;
        let found = self.table.find(hash, |known| known.is(text, value));
        if let Some(known) = found {
            return *known;
        }
        let entry = Entry {
            hash,
            at: self.known.len() as u32,
            start: self.text.len() as u32,
            len: value.len() as u32,
        };
        self.text.extend_from_slice(value);
        self.known.push(Known {
            number: self.numbered,
            start: entry.start,
            len: entry.len,
            place: Place::default(),
            parts: 0,
        });
        self.numbered += 1;
        self.table.insert(entry);
        entry
    }

    /// Everything noted since the last time.
    pub(crate) fn take(&mut self) -> Part {
        self.drop_row();
        let fresh = &self.known[self.sent..];
        let length = fresh.iter().map(|known| known.len as usize).sum();
        let mut folded = Vec::with_capacity(length);
        let mut ends = Vec::with_capacity(fresh.len());
        for known in fresh {
            let start = known.start as usize;
            fold_into(&self.text[start..start + known.len as usize], &mut folded);
            ends.push(folded.len() as u32);
        }
        let holds = folded.len() + self.bundled.len() * size_of::<u32>();
        self.held.0.fetch_add(holds as u64, Ordering::Relaxed);
        let mut part = Part {
            dictionary: self.dictionary,
            first: self.numbered - fresh.len() as u32,
            text: folded.into(),
            ends: ends.into(),
            first_bundle: (self.bundle_places.len() - self.bundle_ends.len()) as u32,
            bundled: self.bundled.as_slice().into(),
            bundle_ends: self.bundle_ends.as_slice().into(),
            uuids: self.uuids.as_slice().into(),
            uuid_counts: self.uuid_counts.as_slice().into(),
            ..Part::default()
        };
        part.turn(&Told {
            slots: &self.slots,
            items: &self.items,
            counts: &self.counts,
            keys: &self.keys,
        });
        self.slots.clear();
        self.keys.clear();
        self.bundled.clear();
        self.bundle_ends.clear();
        self.items.clear();
        self.counts.clear();
        self.uuids.clear();
        self.uuid_counts.clear();
        self.row = Start::default();
        self.sent = self.known.len();
        let large = self.known.len() > MOST_VALUES || self.text.len() > MOST_TEXT;
        if large || self.part == u16::MAX {
            self.forget();
        }
        self.part += 1;
        part
    }

    /// Forgets the values that came in fewest parts, half of all or more, and which parts held the
    /// others. Every one was carried by a part.
    fn forget(&mut self) {
        let mut sizes = [(0usize, 0usize); 256];
        for known in &self.known {
            let (values, text) = &mut sizes[usize::from(known.parts)];
            *values += 1;
            *text += known.len as usize;
        }
        let (mut least, mut values, mut text) = (u8::MAX, 0, 0);
        for parts in (2..u8::MAX).rev() {
            let (more, longer) = sizes[usize::from(parts) + 1];
            values += more;
            text += longer;
            let (next, its_text) = sizes[usize::from(parts)];
            if values + next > MOST_VALUES / 2 || text + its_text > MOST_TEXT / 2 {
                break;
            }
            least = parts;
        }
        let mut kept_text = Vec::with_capacity(self.text.len());
        let mut kept = Vec::new();
        let (text, all) = (&self.text, &self.known);
        self.table.retain(|entry| {
            let known = all[entry.at as usize];
            if known.parts < least {
                return false;
            }
            entry.at = kept.len() as u32;
            entry.start = kept_text.len() as u32;
            let start = known.start as usize;
            kept_text.extend_from_slice(&text[start..start + known.len as usize]);
            kept.push(Known {
                start: entry.start,
                place: Place::default(),
                parts: known.parts / 2,
                ..known
            });
            true
        });
        self.text = kept_text;
        self.known = kept;
        self.sent = self.known.len();
        self.recent.fill(Recent::default());
        self.bundle_places.fill(Place::default());
        self.part = 0;
    }
}

/// The bits of a value that is a UUID.
fn uuid_in(value: &[u8]) -> Option<u128> {
    if value.len() != 36 || value.get(8) != Some(&b'-') {
        return None;
    }
    std::str::from_utf8(value).ok().and_then(uuid_bits)
}

fn fold_into(value: &[u8], out: &mut Vec<u8>) {
    if value.is_ascii() {
        let from = out.len();
        out.extend_from_slice(value);
        out[from..].make_ascii_lowercase();
    } else {
        out.extend_from_slice(text::fold(&String::from_utf8_lossy(value)).as_bytes());
    }
}

/// Whether there may be JSON inside a value whose strings are written in another way than they read.
fn hides_text(value: &[u8]) -> bool {
    let trimmed = value.trim_ascii_start();
    match trimmed.first() {
        Some(b'{' | b'[') => memchr::memchr2(b'\\', b'%', trimmed).is_some(),
        Some(b'%') => opens_encoded(trimmed),
        // White space of other alphabets may stand before it.
        Some(first) if !first.is_ascii() => memchr::memchr3(b'{', b'[', b'%', trimmed).is_some(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What each row of parts holds, sorted; `None` for an open one.
    fn rows(parts: &[Part]) -> Vec<Option<Vec<String>>> {
        let mut all = Vec::new();
        for part in parts {
            let words = || parts.iter().filter(|p| p.dictionary == part.dictionary);
            let word = |number: &u32| {
                let text = words().find_map(|other| other.value(*number));
                String::from_utf8(text.expect("a word").to_vec()).expect("text")
            };
            let mut texts: Vec<Option<Vec<String>>> = vec![Some(Vec::new()); part.len()];
            for row in &part.open {
                texts[*row as usize] = None;
            }
            part.each_slot(|slot, places| {
                let held: Vec<String> = if slot & BUNDLE == 0 {
                    vec![word(&slot)]
                } else {
                    let members = words().find_map(|other| other.bundle(slot & !BUNDLE));
                    members.expect("a bundle").iter().map(word).collect()
                };
                for row in part.rows(&places).numbers() {
                    let texts = texts[usize::from(row)].as_mut();
                    texts.expect("no open row").extend_from_slice(&held);
                }
            });
            let mut uuids = &part.uuids[..];
            for (texts, n) in texts.iter_mut().zip(&part.uuid_counts) {
                let (mine, rest) = uuids.split_at(usize::from(*n));
                uuids = rest;
                if let Some(texts) = texts {
                    texts.extend(
                        mine.iter()
                            .map(|bits| crate::index::batch::uuid_text(*bits)),
                    );
                    texts.sort();
                }
            }
            assert!(uuids.is_empty());
            all.extend(texts);
        }
        all
    }

    fn row(b: &mut ValuesBuilder, keys: &[&str], values: &[&str]) {
        b.note_keys(None, keys.iter().map(|key| key.as_bytes()));
        b.note(values.iter().map(|value| value.as_bytes()));
        b.end_row();
    }

    #[expect(
        clippy::unnecessary_wraps,
        reason = "compared with rows that may be open"
    )]
    fn holds(texts: &[&str]) -> Option<Vec<String>> {
        let texts = texts.iter().map(|text| (*text).to_owned());
        Some(texts.collect())
    }

    const UUID: &str = "6f4ab5bd-2daa-4d00-be14-d92ef0000000";

    #[test]
    fn rows_hold_what_was_noted() {
        let mut b = ValuesBuilder::new(Held::default());
        b.begin();
        row(&mut b, &["a", "b"], &["Grüße", "x"]);
        // As many, and other keys.
        row(&mut b, &["c", "a"], &[UUID]);
        b.begin();
        row(&mut b, &["a", "b"], &["X", "17"]);
        let first = b.take();
        let known = [&b"type"[..], b"Role"];
        for _ in 0..2 {
            b.note_keys(None, [&b"a"[..]].into_iter());
            b.note_identity(9, known.into_iter());
            b.end_row();
        }
        row(&mut b, &[], &[]);
        for (turn, key) in [(3, "c"), (4, "d"), (3, "c")] {
            let mut turns = [1; Way::TURNS];
            turns[Way::TURNS - 1] = turn;
            b.note_keys(Some(Way::new(turns)), [key.as_bytes()].into_iter());
            b.note([&b"x"[..]].into_iter());
            b.end_row();
        }
        let expected = [
            holds(&["a", "b", "grüße", "x"]),
            holds(&[UUID, "a", "c"]),
            holds(&["17", "a", "b", "x"]),
            holds(&["a", "role", "type"]),
            holds(&["a", "role", "type"]),
            holds(&[]),
            holds(&["c", "x"]),
            holds(&["d", "x"]),
            holds(&["c", "x"]),
        ];
        assert_eq!(rows(&[first, b.take()]), expected);
    }

    #[test]
    fn what_cannot_be_said_opens_its_row_alone() {
        let mut b = ValuesBuilder::new(Held::default());
        b.begin();
        row(&mut b, &["a"], &["x"]);
        row(&mut b, &["a"], &[&"long".repeat(LONGEST)]);
        // No word of its keys.
        b.end_row();
        b.note_keys(None, [&b"a"[..]].into_iter());
        b.open_row();
        b.end_row();
        row(&mut b, &["a"], &[UUID; 256]);
        row(&mut b, &["a"], &["y"]);
        b.open();
        row(&mut b, &["a"], &["y"]);
        b.begin();
        row(&mut b, &["a"], &["z"]);
        // Deeper than anybody looks.
        let mut deep = "bottom\n".to_owned();
        for _ in 0..6 {
            let mut out = String::new();
            crate::event::json::write_string(&mut out, &deep);
            deep = format!(r#"{{"in":{out}}}"#);
        }
        row(&mut b, &["a"], &[&deep]);
        let expected = [
            holds(&["a", "x"]),
            None,
            None,
            None,
            None,
            holds(&["a", "y"]),
            None,
            holds(&["a", "z"]),
            None,
        ];
        assert_eq!(rows(&[b.take()]), expected);
    }

    #[test]
    fn json_inside_of_values_is_noted_as_it_reads() {
        let mut b = ValuesBuilder::new(Held::default());
        b.begin();
        let coded = "%7B%22Action%22%3A%22iam%3APassRole%22%7D";
        let escaped = r#"{"x":"a\u002db","n":[1,true]}"#;
        let broken = r#"{"not json\"#;
        for _ in 0..2 {
            row(&mut b, &[], &[coded]);
            row(&mut b, &[], &[escaped, broken]);
        }
        let inside = holds(&[&coded.to_lowercase(), "action", "iam:passrole"]);
        let other = holds(&["1", "a-b", "n", "true", "x", broken, escaped]);
        let expected = [inside.clone(), other.clone(), inside, other];
        assert_eq!(rows(&[b.take()]), expected);
    }

    #[test]
    fn values_are_forgotten_and_nothing_is_lost() {
        let mut b = ValuesBuilder::new(Held::default());
        let mut parts = Vec::new();
        let rare = |file: usize, i: usize| format!("value {file} {i}");
        let often = |i: usize| format!("{{\"often\":\"{}\\u002d\"}}", i % 300);
        for file in 0..40 {
            b.begin();
            for i in 0..5000 {
                row(&mut b, &["common"], &[&rare(file, i), &often(i)]);
            }
            parts.push(b.take());
        }
        assert!(
            b.known.len() < 150_000 && b.numbered < 210_000,
            "{}",
            b.numbered
        );
        for (n, found) in rows(&parts).into_iter().enumerate() {
            let (file, i) = (n / 5000, n % 5000);
            let (rare, often) = (rare(file, i), often(i));
            let inside = format!("{}-", i % 300);
            let mut expected = [&rare, &often, "common", "often", &inside].map(str::to_owned);
            expected.sort();
            assert_eq!(found, Some(expected.to_vec()));
        }
    }

    #[test]
    fn rows_of_many_values_hold_all_of_them() {
        let mut b = ValuesBuilder::new(Held::default());
        b.begin();
        // Of each length some that came in the row before and some that did not; every third is a
        // UUID.
        let texts = |row: usize| {
            (0..row).map(move |i| match i % 3 {
                0 => format!("{i:08x}-0000-4000-8000-000000000000"),
                1 => format!("value {i}"),
                _ => format!(
                    "a value that is longer than what is seen of it: {}",
                    i * row
                ),
            })
        };
        for n in 0..3 * TOGETHER {
            let values: Vec<String> = texts(n).collect();
            row(
                &mut b,
                &[],
                &values.iter().map(String::as_str).collect::<Vec<_>>(),
            );
        }
        for (n, found) in rows(&[b.take()]).into_iter().enumerate() {
            let mut expected: Vec<String> = texts(n).collect();
            expected.sort();
            assert_eq!(found, Some(expected));
        }
    }

    #[test]
    fn rows_that_are_cut_leave_nothing() {
        let mut b = ValuesBuilder::new(Held::default());
        b.begin();
        row(&mut b, &["a"], &["kept"]);
        row(&mut b, &["a"], &["cut", UUID]);
        b.note_keys(None, [&b"half"[..]].into_iter());
        b.cut(1);
        b.begin();
        row(&mut b, &["a"], &["next"]);
        let expected = [holds(&["a", "kept"]), holds(&["a", "next"])];
        assert_eq!(rows(&[b.take()]), expected);
    }
}
