//! Values: which rows hold a text anywhere in their records, without reading them.
//!
//! Each thread keeps a dictionary of the distinct values it has met outside the columns. A part is
//! what one batch adds to it, with the values of each of its rows: a row is a list of slots, a slot
//! is a value or a bundle of slots that come together (the keys of a record, an identity, what JSON
//! inside a string holds). UUIDs are kept as their bits. What is not kept (very long values, what
//! may be read in more than one way) is said by row. Values are compared byte by byte.
//!
//! Refuses to know: JSON outside of strings, how a file is read, what is asked.

use std::hash::BuildHasher;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use foldhash::fast::RandomState;
use hashbrown::{HashMap, HashTable};

use crate::base::text;
use crate::event::json::{NESTED, Node, opens_encoded};
use crate::index::batch::uuid_bits;
use crate::index::symbols::spread;

/// Longer ones are not kept: their row is always looked at.
const LONGEST: usize = 4096;
/// Values of a generation: a dictionary that fits a processor's cache is worth a value kept twice.
const MOST_VALUES: usize = 1 << 17;
/// And their text.
const MOST_TEXT: usize = 8 << 20;
/// Text that all values of a load may take; rows after it are always looked at.
const BUDGET: u64 = 2 << 30;
/// Values met last, found without the table.
const RECENT: usize = 4096;
/// Slots a part may have: their numbers take two bytes.
const MOST_SLOTS: usize = 1 << 16;
/// The number of slots of a row of which nobody says what it holds.
pub(crate) const OPEN: u16 = u16::MAX;
/// Set in a slot that is a bundle.
const BUNDLE: u32 = 1 << 31;

/// How much text the values of one load hold, all threads together.
#[derive(Debug, Clone, Default)]
pub struct Held(Arc<AtomicU64>);

/// What the rows of one batch hold, in the words of one generation.
#[derive(Debug, Default)]
pub(crate) struct Part {
    pub(crate) generation: u64,
    /// The number of the first value that is new in this part.
    pub(crate) first: u32,
    /// The new values, folded, end to end.
    pub(crate) text: Box<[u8]>,
    pub(crate) ends: Box<[u32]>,
    pub(crate) slots: Box<[u32]>,
    /// The slots of each bundle, end to end.
    bundled: Box<[u16]>,
    bundle_ends: Box<[u32]>,
    /// The slots of each row, end to end; a row's keys come first.
    pub(crate) items: Box<[u16]>,
    /// How many slots each row has; [`OPEN`] where it has none and may hold anything.
    pub(crate) counts: Box<[u16]>,
    /// How many rows are open.
    pub(crate) open: u32,
    pub(crate) uuids: Box<[u128]>,
    /// How many UUIDs each row has.
    pub(crate) uuid_counts: Box<[u8]>,
}

/// What stands in a slot.
pub(crate) enum Slot<'a> {
    /// A value, by its number.
    Value(u32),
    /// Slots that stand before it.
    Bundle(&'a [u16]),
}

impl Part {
    /// What each slot is, in order.
    pub(crate) fn slots(&self) -> impl Iterator<Item = Slot<'_>> {
        self.slots.iter().map(|slot| {
            if slot & BUNDLE == 0 {
                return Slot::Value(*slot);
            }
            let at = (slot & !BUNDLE) as usize;
            let start = at.checked_sub(1).map_or(0, |at| self.bundle_ends[at]);
            Slot::Bundle(&self.bundled[start as usize..self.bundle_ends[at] as usize])
        })
    }

    /// The text of a value that is new in this part, folded.
    pub(crate) fn value(&self, number: u32) -> Option<&[u8]> {
        let at = number.checked_sub(self.first)? as usize;
        let end = *self.ends.get(at)? as usize;
        let start = at.checked_sub(1).map_or(0, |at| self.ends[at] as usize);
        self.text.get(start..end)
    }
}

/// The values of the rows one thread reads.
#[derive(Debug)]
pub struct ValuesBuilder {
    hasher: RandomState,
    held: Held,
    generation: u64,
    /// The generation's values as they came.
    text: Vec<u8>,
    ends: Vec<u32>,
    /// By value: the part that held it last, and its slot there.
    places: Vec<Place>,
    table: HashTable<Entry>,
    recent: Box<[Recent]>,
    /// Values that parts have carried.
    sent: usize,
    /// The number of the part that is being made, from 1.
    part: u16,
    slots: Vec<u32>,
    bundled: Vec<u16>,
    bundle_ends: Vec<u32>,
    items: Vec<u16>,
    counts: Vec<u16>,
    uuids: Vec<u128>,
    uuid_counts: Vec<u8>,
    /// Where the row that is being made begins.
    row: Start,
    /// By hash: records' keys, each followed by [`AFTER_KEY`], and their slot.
    shapes: HashMap<u64, (Box<[u8]>, u16)>,
    /// By number.
    identities: HashMap<u64, u16>,
    /// By value, and how deep it may be looked into: its slot together with those of what JSON
    /// inside of it holds.
    insides: HashMap<(u32, usize), u16>,
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
    id: u32,
    start: u32,
    len: u32,
}

impl Entry {
    fn is(self, text: &[u8], value: &[u8]) -> bool {
        let (start, len) = (self.start as usize, self.len as usize);
        len == value.len() && text.get(start..start + len) == Some(value)
    }
}

/// A value met not long ago, and the part that held it last; 0 for none.
#[derive(Debug, Clone, Copy, Default)]
struct Recent {
    hash: u64,
    entry: Entry,
    place: Place,
}

/// Generations are numbered through the life of the process.
static GENERATION: AtomicU64 = AtomicU64::new(1);

impl ValuesBuilder {
    /// For one thread of a load.
    pub fn new(held: Held) -> Self {
        Self {
            hasher: RandomState::default(),
            held,
            generation: GENERATION.fetch_add(1, Ordering::Relaxed),
            text: Vec::new(),
            ends: Vec::new(),
            places: Vec::new(),
            table: HashTable::new(),
            recent: vec![Recent::default(); RECENT].into(),
            sent: 0,
            part: 1,
            slots: Vec::new(),
            bundled: Vec::new(),
            bundle_ends: Vec::new(),
            items: Vec::new(),
            counts: Vec::new(),
            uuids: Vec::new(),
            uuid_counts: Vec::new(),
            row: Start::default(),
            shapes: HashMap::new(),
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

    /// Notes the keys of the row, which comes to be with them. `shape` is equal for equal keys.
    pub fn note_keys<'a>(&mut self, shape: u64, keys: impl Iterator<Item = &'a [u8]> + Clone) {
        self.drop_row();
        self.told = true;
        if self.is_open() {
            return;
        }
        if let Some((known, slot)) = self.shapes.get(&shape) {
            let mut rest = Some(&**known);
            for key in keys.clone() {
                let after = rest.and_then(|rest| rest.strip_prefix(key));
                rest = after.and_then(|rest| rest.strip_prefix(&[AFTER_KEY]));
            }
            if rest.is_some_and(<[u8]>::is_empty) {
                self.items.push(*slot);
                return;
            }
        }
        let mut joined = Vec::new();
        let mut members = Vec::new();
        for key in keys {
            joined.extend_from_slice(key);
            joined.push(AFTER_KEY);
            members.extend(self.place(key, NESTED));
        }
        if let Some(slot) = self.bundle(&members) {
            self.shapes.insert(shape, (joined.into(), slot));
            self.items.push(slot);
        }
    }

    /// Notes what an identity that came before holds; its number is never used for another.
    pub fn note_identity<'a>(&mut self, number: u64, leaves: impl Iterator<Item = &'a [u8]>) {
        if self.is_open() {
            return;
        }
        if let Some(slot) = self.identities.get(&number) {
            self.items.push(*slot);
            return;
        }
        let mut members = Vec::new();
        for leaf in leaves {
            members.extend(self.place(leaf, NESTED));
        }
        if let Some(slot) = self.bundle(&members) {
            self.identities.insert(number, slot);
            self.items.push(slot);
        }
    }

    /// Notes a value of the row, unescaped, and what JSON inside of it holds.
    pub fn note(&mut self, value: &[u8]) {
        if self.is_open() {
            return;
        }
        if value.len() == 36
            && value.get(8) == Some(&b'-')
            && let Some(bits) = std::str::from_utf8(value).ok().and_then(uuid_bits)
        {
            self.uuids.push(bits);
            return;
        }
        if let Some(slot) = self.place(value, NESTED) {
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
        let open = self.is_open() || !self.told || items >= usize::from(OPEN);
        match u8::try_from(uuids) {
            Ok(uuids) if !open => {
                self.counts.push(items as u16);
                self.uuid_counts.push(uuids);
            }
            _ => {
                self.drop_row();
                self.counts.push(OPEN);
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
        let of_row = |count: &u16| usize::from(if *count == OPEN { 0 } else { *count });
        self.row = Start {
            items: self.counts.iter().map(of_row).sum(),
            uuids: self.uuid_counts.iter().map(|n| usize::from(*n)).sum(),
        };
        self.drop_row();
    }

    /// The slot of a value, where JSON may stand inside of JSON so many times more; `None` where
    /// the row is open from now on.
    fn place(&mut self, value: &[u8], depth: usize) -> Option<u16> {
        let hides = hides_text(value);
        if value.len() > LONGEST || hides && depth == 0 {
            self.row_open = true;
            return None;
        }
        let hash = self.hasher.hash_one(value);
        let at = hash as usize % RECENT;
        let recent = self.recent[at];
        let known = recent.place.part != 0 && recent.hash == hash;
        let known = known && recent.entry.is(&self.text, value);
        let (entry, mut place) = if known {
            (recent.entry, recent.place)
        } else {
            let entry = self.intern(value, hash);
            (entry, self.places[entry.id as usize])
        };
        if place.part != self.part {
            place = Place {
                part: self.part,
                slot: self.slot(entry.id)?,
            };
            self.places[entry.id as usize] = place;
        }
        self.recent[at] = Recent { hash, entry, place };
        if !hides {
            return Some(place.slot);
        }
        if let Some(inside) = self.insides.get(&(entry.id, depth)) {
            return Some(*inside);
        }
        let mut members = vec![place.slot];
        if !self.note_inside(value, depth - 1, &mut members) {
            self.row_open = true;
            return None;
        }
        let slot = match members.as_slice() {
            [alone] => *alone,
            members => self.bundle(members)?,
        };
        self.insides.insert((entry.id, depth), slot);
        Some(slot)
    }

    /// Adds the slots of what JSON inside a value holds; whether that can be said.
    fn note_inside(&mut self, value: &[u8], depth: usize, members: &mut Vec<u16>) -> bool {
        match std::str::from_utf8(value).map(Node::inside) {
            Ok(Some(tree)) => self.note_tree(&tree, depth, members),
            Ok(None) => true,
            Err(_) => false,
        }
    }

    /// Adds the slots of the keys and values of a tree.
    fn note_tree(&mut self, tree: &Node, depth: usize, members: &mut Vec<u16>) -> bool {
        match tree {
            Node::Object(pairs) => pairs.iter().all(|(key, value)| {
                members.extend(self.place(key.as_bytes(), depth));
                self.note_tree(value, depth, members)
            }),
            Node::Array(items) => items
                .iter()
                .all(|item| self.note_tree(item, depth, members)),
            Node::Text(text) | Node::Number(text) => {
                members.extend(self.place(text.as_bytes(), depth));
                true
            }
            Node::Bool(yes) => {
                let text: &[u8] = if *yes { b"true" } else { b"false" };
                members.extend(self.place(text, depth));
                true
            }
            Node::Null => true,
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

    /// A new slot for slots that come together.
    fn bundle(&mut self, members: &[u16]) -> Option<u16> {
        if self.row_open {
            return None;
        }
        let slot = self.slot(BUNDLE | self.bundle_ends.len() as u32)?;
        self.bundled.extend_from_slice(members);
        self.bundle_ends.push(self.bundled.len() as u32);
        Some(slot)
    }

    fn intern(&mut self, value: &[u8], hash: u64) -> Entry {
        let hash = (hash >> 16) as u32;
        let text = &self.text;
        let found = self.table.find(spread(hash), |known| {
            known.hash == hash && known.is(text, value)
        });
        if let Some(known) = found {
            return *known;
        }
        let entry = Entry {
            hash,
            id: self.ends.len() as u32,
            start: self.text.len() as u32,
            len: value.len() as u32,
        };
        self.text.extend_from_slice(value);
        self.ends.push(self.text.len() as u32);
        self.places.push(Place::default());
        self.table
            .insert_unique(spread(hash), entry, |known| spread(known.hash));
        entry
    }

    /// Everything noted since the last time.
    pub(crate) fn take(&mut self) -> Part {
        self.drop_row();
        let (first, start) = match self.sent.checked_sub(1) {
            Some(last) => (self.sent, self.ends[last] as usize),
            None => (0, 0),
        };
        let mut folded = Vec::with_capacity(self.text.len() - start);
        let mut ends = Vec::with_capacity(self.ends.len() - first);
        let mut from = start;
        for &end in &self.ends[first..] {
            fold_into(&self.text[from..end as usize], &mut folded);
            ends.push(folded.len() as u32);
            from = end as usize;
        }
        self.held
            .0
            .fetch_add(folded.len() as u64, Ordering::Relaxed);
        let part = Part {
            generation: self.generation,
            first: first as u32,
            text: folded.into(),
            ends: ends.into(),
            slots: self.slots.as_slice().into(),
            bundled: self.bundled.as_slice().into(),
            bundle_ends: self.bundle_ends.as_slice().into(),
            items: self.items.as_slice().into(),
            open: self.counts.iter().filter(|count| **count == OPEN).count() as u32,
            counts: self.counts.as_slice().into(),
            uuids: self.uuids.as_slice().into(),
            uuid_counts: self.uuid_counts.as_slice().into(),
        };
        self.slots.clear();
        self.bundled.clear();
        self.bundle_ends.clear();
        self.items.clear();
        self.counts.clear();
        self.uuids.clear();
        self.uuid_counts.clear();
        self.shapes.clear();
        self.identities.clear();
        self.insides.clear();
        self.row = Start::default();
        self.sent = self.ends.len();
        let large = self.ends.len() > MOST_VALUES || self.text.len() > MOST_TEXT;
        if large || self.part == u16::MAX {
            self.generation = GENERATION.fetch_add(1, Ordering::Relaxed);
            self.text.clear();
            self.ends.clear();
            self.places.clear();
            self.table.clear();
            self.recent.fill(Recent::default());
            self.sent = 0;
            self.part = 0;
        }
        self.part += 1;
        part
    }
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

/// All values of a load.
#[derive(Debug, Clone, Default)]
pub(crate) struct Values {
    /// In the order of their generations' words.
    pub(crate) words: Vec<Arc<Part>>,
    pub(crate) placed: Vec<Placed>,
}

/// A part whose rows are in the index.
#[derive(Debug, Clone)]
pub(crate) struct Placed {
    pub(crate) part: Arc<Part>,
    /// The event of its first row; the others follow.
    pub(crate) first: u32,
    /// Rows that became no events, ascending.
    pub(crate) dropped: Arc<[u32]>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What each row of parts holds, sorted; `None` for an open one.
    fn rows(parts: &[Part]) -> Vec<Option<Vec<String>>> {
        let mut all = Vec::new();
        for part in parts {
            let slots: Vec<Slot<'_>> = part.slots().collect();
            let of_generation = |other: &&Part| other.generation == part.generation;
            let word = |number: u32| {
                let mut words = parts.iter().filter(of_generation);
                let text = words.find_map(|other| other.value(number)).expect("a word");
                String::from_utf8(text.to_vec()).expect("text")
            };
            let (mut items, mut uuids) = (&part.items[..], &part.uuids[..]);
            for (count, n) in part.counts.iter().zip(&part.uuid_counts) {
                if *count == OPEN {
                    all.push(None);
                    continue;
                }
                let (mine, rest) = items.split_at(usize::from(*count));
                let (my_uuids, more) = uuids.split_at(usize::from(*n));
                (items, uuids) = (rest, more);
                let bits = my_uuids.iter();
                let mut texts: Vec<String> = bits
                    .map(|bits| crate::index::batch::uuid_text(*bits))
                    .collect();
                let mut open = mine.to_vec();
                while let Some(slot) = open.pop() {
                    match &slots[usize::from(slot)] {
                        Slot::Value(number) => texts.push(word(*number)),
                        Slot::Bundle(members) => open.extend_from_slice(members),
                    }
                }
                texts.sort();
                all.push(Some(texts));
            }
            assert!(items.is_empty() && uuids.is_empty());
        }
        all
    }

    fn row(b: &mut ValuesBuilder, keys: &[&str], values: &[&str]) {
        let lengths = keys.iter().map(|key| key.len() as u64);
        b.note_keys(lengths.sum(), keys.iter().map(|key| key.as_bytes()));
        for value in values {
            b.note(value.as_bytes());
        }
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
        // Of the same shape, and other keys.
        row(&mut b, &["c", "a"], &[UUID]);
        b.begin();
        row(&mut b, &["a", "b"], &["X", "17"]);
        let first = b.take();
        let known = [&b"type"[..], b"Role"];
        for _ in 0..2 {
            b.note_keys(7, [&b"a"[..]].into_iter());
            b.note_identity(9, known.into_iter());
            b.end_row();
        }
        row(&mut b, &[], &[]);
        let expected = [
            holds(&["a", "b", "grüße", "x"]),
            holds(&[UUID, "a", "c"]),
            holds(&["17", "a", "b", "x"]),
            holds(&["a", "role", "type"]),
            holds(&["a", "role", "type"]),
            holds(&[]),
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
        b.note_keys(1, [&b"a"[..]].into_iter());
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
    fn generations_end_and_nothing_is_lost() {
        let mut b = ValuesBuilder::new(Held::default());
        let mut parts = Vec::new();
        for file in 0..40 {
            b.begin();
            for i in 0..5000 {
                row(&mut b, &["common"], &[&format!("value {file} {i}")]);
            }
            parts.push(b.take());
        }
        assert_ne!(parts[0].generation, parts[39].generation);
        for (n, found) in rows(&parts).into_iter().enumerate() {
            let value = format!("value {} {}", n / 5000, n % 5000);
            assert_eq!(found, holds(&["common", &value]));
        }
    }

    #[test]
    fn rows_that_are_cut_leave_nothing() {
        let mut b = ValuesBuilder::new(Held::default());
        b.begin();
        row(&mut b, &["a"], &["kept"]);
        row(&mut b, &["a"], &["cut", UUID]);
        b.note_keys(1, [&b"half"[..]].into_iter());
        b.cut(1);
        b.begin();
        row(&mut b, &["a"], &["next"]);
        let expected = [holds(&["a", "kept"]), holds(&["a", "next"])];
        assert_eq!(rows(&[b.take()]), expected);
    }
}
