//! The names of resources that one decoding thread has met more than once.
//!
//! Most names come once: an object, a session's key, a task. So the first sight of a name leaves only
//! a byte behind, and the second puts it among those that are known; few are, and they stay close.
//! A name that is not known yet is sent on as new, and the writer finds it among all names.
//!
//! Names wait until there are some of them, and memory is asked for what they will be compared with:
//! each look by itself would wait for it.
//!
//! A hash says which names come again, and is never trusted with more: a known name is compared byte
//! by byte.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;

use crate::base::lines::{Hashed, Lines, short};
use crate::base::near::{fetch, fetch_text};
use crate::index::strings::Strings;

/// Names sent before all are forgotten: the writer holds a number for each.
const MOST_SENT: u32 = 1 << 17;

/// Text of known names, likewise.
const MOST_TEXT: usize = 2 << 20;

/// Names that are looked for together.
const AHEAD: usize = 64;

/// First sights that leave their byte.
const SIGHTS: usize = 1 << 16;

/// What a thread knows of the names it has met; they are numbered from 1 as they are sent.
#[derive(Debug)]
pub(crate) struct Sighted {
    hasher: RandomState,
    /// Those that are known, end to end.
    text: String,
    known: Lines<Known>,
    sights: Box<[u8]>,
    sent: u32,
    fresh: Strings,
    /// Names that wait for their numbers, and their hashes.
    waiting: Strings,
    hashes: Vec<u64>,
}

/// A name that is known: where it stands in the text, and its number.
#[derive(Debug, Clone, Copy, Default)]
struct Known {
    hash: u32,
    start: u32,
    len: u32,
    code: u32,
}

impl Hashed for Known {
    fn hash(&self) -> u32 {
        self.hash
    }
}

impl Default for Sighted {
    fn default() -> Self {
        Self {
            hasher: RandomState::default(),
            text: String::new(),
            known: Lines::default(),
            sights: vec![0; SIGHTS].into_boxed_slice(),
            sent: 0,
            fresh: Strings::default(),
            waiting: Strings::default(),
            hashes: Vec::new(),
        }
    }
}

/// Of a name's hash what stands beside it, and the place and the mark of its first sight.
const fn parts(hash: u64) -> (u32, usize, u8) {
    // Zero stands for none.
    (short(hash), hash as usize % SIGHTS, (hash >> 32) as u8 | 1)
}

impl Sighted {
    /// Takes a name whose number is given by [`Self::settle`], behind those before it.
    pub(crate) fn wait(&mut self, name: &str) {
        let hash = self.hasher.hash_one(name);
        self.known.fetch(parts(hash).0);
        self.waiting.push(name);
        self.hashes.push(hash);
    }

    /// Whether it is time to settle.
    pub(crate) const fn is_crowded(&self) -> bool {
        self.hashes.len() >= AHEAD
    }

    /// Gives every waiting name its number, in their order.
    pub(crate) fn settle(&mut self, codes: &mut Vec<u32>) {
        self.fetch_texts();
        let waiting = std::mem::take(&mut self.waiting);
        let hashes = std::mem::take(&mut self.hashes);
        codes.extend((hashes.iter().zip(waiting.iter())).map(|(h, name)| self.number(name, *h)));
        (self.waiting, self.hashes) = (waiting, hashes);
        self.waiting.clear();
        self.hashes.clear();
    }

    /// Asks for the texts that waiting names will be compared with, and for the first sights of the
    /// others.
    fn fetch_texts(&self) {
        let text = self.text.as_bytes();
        for hash in &self.hashes {
            let (short, slot, _) = parts(*hash);
            if let Some(known) = self.known.find(short, |_| true) {
                let (start, len) = (known.start as usize, known.len as usize);
                fetch_text(text.get(start..start + len).unwrap_or_default());
            } else {
                fetch(&self.sights[slot]);
            }
        }
    }

    /// The number of a name, which is sent under it if it is not known; none wait before it.
    pub(crate) fn intern(&mut self, name: &str) -> u32 {
        self.number(name, self.hasher.hash_one(name))
    }

    fn number(&mut self, name: &str, hash: u64) -> u32 {
        let (hash, slot, mark) = parts(hash);
        let is = |known: &Known| {
            let (start, len) = (known.start as usize, known.len as usize);
            self.text.as_bytes().get(start..start + len) == Some(name.as_bytes())
        };
        if let Some(known) = self.known.find(hash, is) {
            return known.code;
        }
        self.sent += 1;
        self.fresh.push(name);
        if std::mem::replace(&mut self.sights[slot], mark) == mark {
            let known = Known {
                hash,
                start: self.text.len() as u32,
                len: name.len() as u32,
                code: self.sent,
            };
            self.text.push_str(name);
            self.known.insert(known);
        }
        self.sent
    }

    /// The names to be sent, each under the number after that of the one before.
    pub(crate) fn take(&mut self) -> Strings {
        let room = self.fresh.room();
        std::mem::replace(&mut self.fresh, room)
    }

    /// Whether it is time to begin anew.
    pub(crate) fn is_full(&self) -> bool {
        self.sent >= MOST_SENT || self.text.len() > MOST_TEXT
    }

    /// Begins to number anew; what is fresh was sent. A name that was met before is known again at
    /// its next sight.
    pub(crate) fn forget(&mut self) {
        self.known.clear();
        self.text.clear();
        self.sent = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::origin::FileId;
    use crate::event::record::{Content, Record};
    use crate::event::resource::{Naming, ResourceRef};
    use crate::index::batch::BatchBuilder;
    use crate::index::segment::EventId;
    use crate::index::writer::IndexWriter;

    /// What the names stand for, as a writer finds it: sent names by number.
    fn numbered(sighted: &mut Sighted, names: &[String]) -> (Vec<u32>, Vec<String>) {
        let codes = names.iter().map(|name| sighted.intern(name)).collect();
        (codes, sighted.take().iter().map(str::to_owned).collect())
    }

    #[test]
    fn every_number_stands_for_its_name_whether_it_came_again_or_not() {
        let names: Vec<String> = (0..20_000u32)
            .map(|n| format!("arn:aws:s3:::b/{}", if n % 3 == 0 { n % 99 } else { n }))
            .collect();
        let mut sighted = Sighted::default();
        let (codes, sent) = numbered(&mut sighted, &names);
        for (name, code) in names.iter().zip(&codes) {
            assert_eq!(&sent[*code as usize - 1], name);
        }
        let again: Vec<u32> = (0..99).map(|n| sighted.intern(&names[n])).collect();
        let (_, more) = numbered(&mut sighted, &[]);
        assert!(more.len() < 99, "names met often are known");
        for (name, code) in names.iter().zip(again) {
            let at = code as usize - 1;
            let is = sent.get(at).or_else(|| more.get(at - sent.len()));
            assert_eq!(is, Some(name));
        }
    }

    #[test]
    fn begun_anew_it_numbers_from_one_and_knows_at_once_what_it_met_before() {
        let mut sighted = Sighted::default();
        let one = ["arn:aws:iam::1:role/r".to_owned()];
        assert_eq!(numbered(&mut sighted, &one).0, [1]);
        assert_eq!(numbered(&mut sighted, &one), (vec![2], one.to_vec()));
        assert_eq!(numbered(&mut sighted, &one), (vec![2], Vec::new()));
        sighted.forget();
        assert_eq!(numbered(&mut sighted, &one), (vec![1], one.to_vec()));
        assert_eq!(numbered(&mut sighted, &one), (vec![1], Vec::new()));
    }

    #[test]
    fn it_is_full_of_what_it_sent() {
        let mut sighted = Sighted::default();
        let mut n = 0;
        while !sighted.is_full() {
            sighted.intern(&n.to_string());
            n += 1;
        }
        assert!(n >= MOST_SENT);
        sighted.forget();
        assert!(!sighted.is_full());
    }

    #[test]
    fn a_writer_reads_every_row_right_though_the_numbers_begin_anew() {
        let name = |row: u32, n: u32| match n {
            0 => format!("arn:aws:s3:::often/{}", row % 40),
            1 => format!("arn:aws:s3:::seldom/{}", row % 9_000),
            n => format!("arn:aws:s3:::once/{row}/{n}"),
        };
        let mut builder = BatchBuilder::new(0, FileId(0));
        let mut writer = IndexWriter::new();
        let rows = MOST_SENT / 2;
        let mut anew = 0;
        for row in 0..rows {
            let named = (0..5).map(|n| ResourceRef::new(name(row, n).into(), Naming::Found));
            let mut record = Record {
                event_id: Some(format!("row{row}").into()),
                resources: named.collect(),
                content: Content::Raw(u64::from(row)),
                ..Record::default()
            };
            builder.push(&mut record, u64::from(row), 1, false);
            if row % 5_000 == 4_999 || row + 1 == rows {
                let batch = builder.take();
                anew += u32::from(batch.names_anew);
                writer.append(batch, &|_| None);
            }
        }
        assert!(anew > 0, "more names than are numbered at a time");
        let snapshot = writer.publish();
        for row in 0..rows {
            let id = EventId::nth(row as usize);
            let syms = snapshot.resources_of(id);
            let named: Vec<&str> = syms.map(|sym| snapshot.resources().text(sym)).collect();
            let expected: Vec<String> = (0..5).map(|n| name(row, n)).collect();
            assert_eq!(named, expected, "row {row}");
        }
    }
}
