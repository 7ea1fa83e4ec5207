//! Values: which files hold a text anywhere in their records, without reading them.
//!
//! Each thread keeps a dictionary of the distinct values it has met outside the columns and says of
//! each file which of them it holds; UUIDs are kept as their bits. The answer may name a file too
//! many, never one too few: what is not kept here (numbers, times, values of one or two bytes, very
//! long ones) is said, by text or by file. Values are compared byte by byte.
//!
//! Refuses to know: JSON, rows, how a file is read.

use std::hash::BuildHasher;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use foldhash::fast::RandomState;
use hashbrown::{HashMap, HashSet, HashTable};
use memchr::memmem::Finder;

use crate::base::crew::{self, Crew};
use crate::base::origin::FileId;
use crate::base::text;
use crate::event::json::{NESTED, Node};
use crate::index::batch::uuid_bits;
use crate::index::symbols::spread;

/// Shorter values are not kept: nearly every file would hold them.
const SHORTEST: usize = 3;
/// Longer ones are not kept either: their file is always looked at.
const LONGEST: usize = 4096;
/// Values of a generation: a dictionary that fits a processor's cache is worth a value kept twice.
const MOST_VALUES: usize = 1 << 17;
/// And their text.
const MOST_TEXT: usize = 8 << 20;
/// Text that all values of a load may take; files after it are always looked at.
const BUDGET: u64 = 2 << 30;
/// Values met last, found without the table.
const RECENT: usize = 4096;

/// How much text the values of one load hold, all threads together.
#[derive(Debug, Clone, Default)]
pub struct Held(Arc<AtomicU64>);

/// What some files hold, in the words of one generation.
#[derive(Debug, Default)]
pub(crate) struct Part {
    generation: u64,
    /// The number of the first value that is new in this part.
    first: u32,
    /// The new values, folded, end to end.
    text: Box<[u8]>,
    ends: Box<[u32]>,
    /// Values of the generation that a file holds, file after file.
    holds: Box<[u32]>,
    uuids: Box<[u128]>,
    files: Box<[OfFile]>,
}

/// How far the lists of a part belong to one file and those before it.
#[derive(Debug, Clone, Copy)]
struct OfFile {
    file: FileId,
    holds: u32,
    uuids: u32,
    /// Whether the file may hold anything.
    open: bool,
}

/// The values of the files one thread reads.
#[derive(Debug)]
pub struct ValuesBuilder {
    hasher: RandomState,
    held: Held,
    generation: u64,
    /// The generation's values as they came.
    text: Vec<u8>,
    ends: Vec<u32>,
    /// By value: the number of the last file that held it.
    stamps: Vec<u32>,
    table: HashTable<Entry>,
    recent: Box<[Recent]>,
    /// Values that parts have carried.
    sent: usize,
    holds: Vec<u32>,
    uuids: Vec<u128>,
    files: Vec<OfFile>,
    file: FileId,
    number: u32,
    open: bool,
    /// Identities of which the file's values are noted already.
    identities: HashSet<u64>,
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

/// A value met not long ago, and the number of the file that held it last; 0 for none.
#[derive(Debug, Clone, Copy, Default)]
struct Recent {
    hash: u64,
    entry: Entry,
    file: u32,
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
            stamps: Vec::new(),
            table: HashTable::new(),
            recent: vec![Recent::default(); RECENT].into(),
            sent: 0,
            holds: Vec::new(),
            uuids: Vec::new(),
            files: Vec::new(),
            file: FileId(0),
            number: 1,
            open: false,
            identities: HashSet::new(),
        }
    }

    /// Begins the next file.
    pub fn begin(&mut self, file: FileId) {
        self.close();
        self.file = file;
        self.number += 1;
        self.open = self.held.0.load(Ordering::Relaxed) > BUDGET;
        self.identities.clear();
    }

    /// What the file holds cannot be said: it is always looked at.
    pub fn open(&mut self) {
        self.open = true;
    }

    /// Whether the values of an identity that came before are still to be noted for this file.
    pub fn wants_identity(&mut self, number: u64) -> bool {
        self.identities.insert(number)
    }

    /// Notes a value of the file: a key or a string, unescaped, and what JSON inside of it holds.
    pub fn note(&mut self, value: &[u8]) {
        self.note_to(value, NESTED);
    }

    /// As [`Self::note`], where JSON may stand inside of JSON so many times.
    fn note_to(&mut self, value: &[u8], depth: usize) {
        if value.len() < SHORTEST || is_time(value) || self.open {
            return;
        }
        if value.len() == 36
            && value.get(8) == Some(&b'-')
            && let Some(bits) = std::str::from_utf8(value).ok().and_then(uuid_bits)
        {
            self.uuids.push(bits);
            return;
        }
        if value.len() > LONGEST {
            self.open = true;
            return;
        }
        let hides = hides_text(value);
        if hides && depth == 0 {
            self.open = true;
            return;
        }
        let hash = self.hasher.hash_one(value);
        let place = hash as usize % RECENT;
        let recent = self.recent[place];
        let known = recent.hash == hash && recent.file != 0 && recent.entry.is(&self.text, value);
        if known && recent.file == self.number {
            return;
        }
        let entry = if known {
            recent.entry
        } else {
            self.intern(value, hash)
        };
        self.recent[place] = Recent {
            hash,
            entry,
            file: self.number,
        };
        if let Some(stamp) = self.stamps.get_mut(entry.id as usize)
            && *stamp != self.number
        {
            *stamp = self.number;
            self.holds.push(entry.id);
            if hides {
                self.note_inside(value, depth - 1);
            }
        }
    }

    fn note_inside(&mut self, value: &[u8], depth: usize) {
        match std::str::from_utf8(value).map(Node::inside) {
            Ok(Some(tree)) => self.note_tree(&tree, depth),
            Ok(None) => {}
            Err(_) => self.open = true,
        }
    }

    /// Notes the keys and strings of a tree.
    fn note_tree(&mut self, tree: &Node, depth: usize) {
        match tree {
            Node::Object(pairs) => {
                for (key, value) in pairs {
                    self.note_to(key.as_bytes(), depth);
                    self.note_tree(value, depth);
                }
            }
            Node::Array(items) => items.iter().for_each(|item| self.note_tree(item, depth)),
            Node::Text(text) => self.note_to(text.as_bytes(), depth),
            Node::Null | Node::Bool(_) | Node::Number(_) => {}
        }
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
        self.stamps.push(0);
        self.table
            .insert_unique(spread(hash), entry, |known| spread(known.hash));
        entry
    }

    /// Closes the file's part of the lists.
    fn close(&mut self) {
        let last = self.files.last();
        let (holds, uuids) = (self.holds.len() as u32, self.uuids.len() as u32);
        let more = last.map_or((0, 0), |l| (l.holds, l.uuids)) != (holds, uuids);
        if more || self.open {
            self.files.push(OfFile {
                file: self.file,
                holds,
                uuids,
                open: self.open,
            });
        }
    }

    /// Everything noted since the last time.
    pub(crate) fn take(&mut self) -> Part {
        self.close();
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
            holds: self.holds.as_slice().into(),
            uuids: self.uuids.as_slice().into(),
            files: self.files.as_slice().into(),
        };
        self.holds.clear();
        self.uuids.clear();
        self.files.clear();
        self.sent = self.ends.len();
        if self.ends.len() > MOST_VALUES || self.text.len() > MOST_TEXT {
            self.generation = GENERATION.fetch_add(1, Ordering::Relaxed);
            self.text.clear();
            self.ends.clear();
            self.stamps.clear();
            self.table.clear();
            self.recent.fill(Recent::default());
            self.sent = 0;
            self.identities.clear();
        }
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

/// Whether a value is a time as AWS writes them.
fn is_time(value: &[u8]) -> bool {
    value.len() >= 19
        && value[4] == b'-'
        && value[10] == b'T'
        && value[13] == b':'
        && value.iter().all(|b| may_be_number(b.to_ascii_lowercase()))
}

/// The characters of numbers and times.
const fn may_be_number(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'.' | b'+' | b'-' | b':' | b'e' | b't' | b'z')
}

/// Whether there may be JSON inside a value whose strings are written in another way than they read.
fn hides_text(value: &[u8]) -> bool {
    let trimmed = value.trim_ascii_start();
    match trimmed.first() {
        Some(b'{' | b'[') => memchr::memchr2(b'\\', b'%', trimmed).is_some(),
        Some(b'%') => trimmed.starts_with(b"%7B") || trimmed.starts_with(b"%5B"),
        // White space of other alphabets may stand before it.
        Some(first) if !first.is_ascii() => memchr::memchr3(b'{', b'[', b'%', trimmed).is_some(),
        _ => false,
    }
}

/// A set of files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileSet(Vec<bool>);

impl FileSet {
    /// Adds a file.
    pub fn insert(&mut self, file: FileId) {
        let at = file.0 as usize;
        if self.0.len() <= at {
            self.0.resize(at + 1, false);
        }
        self.0[at] = true;
    }

    /// Whether a file is in it.
    pub fn contains(&self, file: FileId) -> bool {
        self.0.get(file.0 as usize).copied().unwrap_or(false)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.iter().filter(|yes| **yes).count()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        !self.0.contains(&true)
    }
}

/// All values of a load.
#[derive(Debug, Clone, Default)]
pub(crate) struct Values {
    parts: Vec<Arc<Part>>,
    /// Batches that came without: what their files hold is not known.
    pub(crate) incomplete: bool,
}

impl Values {
    pub(crate) fn push(&mut self, part: Part) {
        self.parts.push(Arc::new(part));
    }

    /// Adds the files that may hold a text as, or in, one value or key.
    pub(crate) fn files(&self, needle: &Needle, crew: &dyn Crew, files: &mut FileSet) {
        let found = crew::gather(crew, self.parts.len(), |at| self.parts[at].find(needle));
        let mut wanted: HashMap<u64, HashSet<u32>> = HashMap::new();
        for (part, ids) in self.parts.iter().zip(found) {
            if !ids.is_empty() {
                wanted.entry(part.generation).or_default().extend(ids);
            }
        }
        let found = crew::gather(crew, self.parts.len(), |at| {
            let part = &self.parts[at];
            part.files(wanted.get(&part.generation), needle)
        });
        for file in found.into_iter().flatten() {
            files.insert(file);
        }
    }

    /// How many values they hold.
    #[cfg(test)]
    fn values(&self) -> usize {
        self.parts.iter().map(|part| part.ends.len()).sum()
    }
}

impl Part {
    /// The values of this part that hold the text.
    fn find(&self, needle: &Needle) -> Vec<u32> {
        let mut ids = Vec::new();
        let mut from = 0;
        while let Some(at) = self.text.get(from..).and_then(|t| needle.finder.find(t)) {
            let at = from + at;
            let i = self.ends.partition_point(|end| *end as usize <= at);
            let Some(&end) = self.ends.get(i) else { break };
            if at + needle.len <= end as usize {
                ids.push(self.first + i as u32);
                from = end as usize;
            } else {
                // It reaches into the next value, so it is none.
                from = at + 1;
            }
        }
        ids
    }

    fn files(&self, wanted: Option<&HashSet<u32>>, needle: &Needle) -> Vec<FileId> {
        let mut files = Vec::new();
        let (mut holds, mut uuids) = (0, 0);
        for of in &self.files {
            let held = &self.holds[holds as usize..of.holds as usize];
            let bits = &self.uuids[uuids as usize..of.uuids as usize];
            (holds, uuids) = (of.holds, of.uuids);
            if of.open
                || wanted.is_some_and(|ids| held.iter().any(|id| ids.contains(id)))
                || bits.iter().any(|bits| needle.in_uuid(*bits))
            {
                files.push(of.file);
            }
        }
        files
    }
}

/// A text to look for in values.
#[derive(Debug)]
pub(crate) struct Needle {
    folded: String,
    finder: Finder<'static>,
    len: usize,
    /// Bits and their places, for each place where the text can stand in a UUID.
    uuid: Vec<(u128, u128)>,
}

impl Needle {
    /// `None` where values cannot say whether a record holds the text: it may be (in) a number, a
    /// time, a truth value or a very short value.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let folded = text::fold(text);
        if folded.len() < SHORTEST
            || folded.bytes().all(may_be_number)
            || "true".contains(&folded)
            || "false".contains(&folded)
        {
            return None;
        }
        Some(Self {
            finder: Finder::new(&folded).into_owned(),
            len: folded.len(),
            uuid: in_uuids(folded.as_bytes()),
            folded,
        })
    }

    /// Whether a text holds it, whatever the case.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        text::fold(text).contains(&self.folded)
    }

    /// Whether a UUID holds it.
    pub(crate) fn in_uuid(&self, bits: u128) -> bool {
        self.uuid.iter().any(|(mask, value)| bits & mask == *value)
    }

    /// Whether any UUID can hold it.
    pub(crate) fn may_be_in_uuid(&self) -> bool {
        !self.uuid.is_empty()
    }
}

/// The masks and bits of a text at each place of a UUID where it can stand.
fn in_uuids(text: &[u8]) -> Vec<(u128, u128)> {
    let mut all = Vec::new();
    for start in 0..=36usize.saturating_sub(text.len()) {
        let (mut mask, mut value) = (0u128, 0u128);
        let fits = text.iter().zip(start..).all(|(&c, at)| {
            if matches!(at, 8 | 13 | 18 | 23) {
                return c == b'-';
            }
            let dashes = [8, 13, 18, 23].iter().filter(|dash| at > **dash).count();
            let Some(digit) = char::from(c).to_digit(16) else {
                return false;
            };
            let shift = 124 - 4 * (at - dashes);
            mask |= 15 << shift;
            value |= u128::from(digit) << shift;
            at < 36
        });
        if fits {
            all.push((mask, value));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::crew::Alone;
    use crate::index::batch::uuid_text;

    fn files_of(values: &Values, text: &str) -> Option<Vec<u32>> {
        let needle = Needle::new(text)?;
        let mut files = FileSet::default();
        values.files(&needle, &Alone, &mut files);
        Some((0..100).filter(|f| files.contains(FileId(*f))).collect())
    }

    #[test]
    fn a_text_is_found_in_the_files_that_hold_it() {
        let mut values = Values::default();
        let mut b = ValuesBuilder::new(Held::default());
        b.begin(FileId(3));
        b.note(b"arn:aws:s3:::Prod-Data/x");
        b.note(b"ab");
        b.note(b"cd");
        b.note(b"2024-02-03T04:05:06Z");
        b.begin(FileId(5));
        b.note(b"prod-data");
        b.note("Grüße".as_bytes());
        values.push(b.take());
        b.note(b"6f4ab5bd-2daa-4d00-be14-d92ef0000000");
        b.begin(FileId(6));
        b.note(b"arn:aws:s3:::Prod-Data/x");
        b.begin(FileId(7));
        b.note(br#"{"a":"x\"y"}"#);
        values.push(b.take());
        assert_eq!(files_of(&values, "PROD-data"), Some(vec![3, 5, 6]));
        assert_eq!(files_of(&values, "data/X"), Some(vec![3, 6]));
        assert_eq!(files_of(&values, "GRÜSSE"), Some(vec![]));
        assert_eq!(files_of(&values, "GRÜßE"), Some(vec![5]));
        // Not across the edge of two values.
        assert_eq!(files_of(&values, "xprod"), Some(vec![]));
        assert_eq!(files_of(&values, "2daa-4D00"), Some(vec![5]));
        assert_eq!(files_of(&values, "bd-2daa-4d00-be14-d92ef1"), Some(vec![]));
        // Inside of a value, as it reads.
        assert_eq!(files_of(&values, "x\"y"), Some(vec![7]));
        for unsure in ["ab", "443", "2024-02", "rue", "1e5", ""] {
            assert_eq!(files_of(&values, unsure), None, "{unsure}");
        }
        assert_eq!(values.values(), 5);
    }

    #[test]
    fn json_inside_of_values_is_noted_as_it_reads() {
        let mut values = Values::default();
        let mut b = ValuesBuilder::new(Held::default());
        let escaped = |text: &str| {
            let mut out = String::new();
            crate::event::json::write_string(&mut out, text);
            format!(r#"{{"in":{out}}}"#)
        };
        b.begin(FileId(1));
        b.note(br#"{"Resource":"arn:aws:s3:::a\u002db\/c"}"#);
        b.begin(FileId(2));
        b.note(b"%7B%22Action%22%3A%22iam%3APassRole%22%7D");
        b.begin(FileId(3));
        b.note(br#"{"x":"%7B%22deep%22%3A%22hidden%20word%22%7D"}"#);
        b.begin(FileId(4));
        b.note(br#"{"not json\"#);
        b.begin(FileId(5));
        // Deeper than anybody looks: nobody says what it holds.
        let deep = (0..6).fold("bottom\n".to_owned(), |text, _| escaped(&text));
        b.note(deep.as_bytes());
        values.push(b.take());
        assert_eq!(files_of(&values, "a-b/c"), Some(vec![1, 5]));
        assert_eq!(files_of(&values, "iam:pass"), Some(vec![2, 5]));
        assert_eq!(files_of(&values, "hidden word"), Some(vec![3, 5]));
        assert_eq!(files_of(&values, "nothing"), Some(vec![5]));
    }

    #[test]
    fn generations_end_and_nothing_is_lost() {
        let mut values = Values::default();
        let mut b = ValuesBuilder::new(Held::default());
        for file in 0..60 {
            b.begin(FileId(file));
            b.note(b"common");
            for i in 0..5000 {
                b.note(format!("value {file} {i}").as_bytes());
            }
            values.push(b.take());
        }
        let all: Vec<u32> = (0..60).collect();
        assert_eq!(files_of(&values, "common"), Some(all));
        assert_eq!(files_of(&values, "value 17 4999"), Some(vec![17]));
        assert!(values.values() > 60 * 5000 + 1);
    }

    proptest! {
        #[test]
        fn parts_of_uuids(bits in any::<u128>(), from in 0usize..36, len in 3usize..36, other in any::<u128>()) {
            let text = uuid_text(bits);
            let part = &text[from..(from + len).min(36)];
            let masks = in_uuids(part.as_bytes());
            let holds = |bits: u128| masks.iter().any(|(m, v)| bits & m == *v);
            prop_assert!(holds(bits));
            prop_assert_eq!(holds(other), uuid_text(other).contains(part));
        }
    }
}
