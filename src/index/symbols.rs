//! Symbols: strings ↔ small numbers, append-only.
//!
//! A writer interns; readers share frozen [`Symbols`]. Full chunks are shared between both, only
//! the last one is copied when a snapshot is published. A symbol's number never changes.
//!
//! Refuses to know: which column a symbol belongs to, JSON, files.

use std::hash::BuildHasher;
use std::num::NonZeroU32;
use std::sync::Arc;

use foldhash::fast::RandomState;
use hashbrown::HashMap;

use crate::base::caseless::{Case, Caseless};
use crate::base::crew::{self, Alone, Crew};
use crate::base::lines::{Hashed, Lines, short};
use crate::base::near::fetch_text;
use crate::index::ends::Ends;
use crate::index::strings::Strings;

/// An interned string of one dictionary. `Option<Sym>` takes no more room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sym(NonZeroU32);

impl Sym {
    /// The symbol stored as `code`; zero stands for absent.
    pub const fn from_code(code: u32) -> Option<Self> {
        match NonZeroU32::new(code) {
            Some(n) => Some(Self(n)),
            None => None,
        }
    }

    /// The number columns store; never zero.
    pub const fn code(self) -> u32 {
        self.0.get()
    }

    /// Its place in the dictionary, from 0.
    pub const fn index(self) -> usize {
        self.0.get() as usize - 1
    }

    /// The symbol at a place of the dictionary; `None` past what a symbol can number.
    pub const fn at(index: usize) -> Option<Self> {
        if index < u32::MAX as usize {
            Self::from_code(index as u32 + 1)
        } else {
            None
        }
    }
}

/// Strings a chunk holds.
const CHUNK: usize = 1024;

#[derive(Debug, Clone, Default)]
struct Chunk {
    text: String,
    ends: Ends,
    /// Whether letters of other alphabets stand in it.
    foreign: bool,
    /// The case of all its letters.
    case: Case,
}

impl Chunk {
    fn get(&self, i: usize) -> &str {
        let start = if i == 0 { 0 } else { self.ends.get(i - 1) };
        &self.text[start..self.ends.get(i)]
    }

    fn push(&mut self, text: &str) {
        self.foreign |= !text.is_ascii();
        if self.case != Case::Mixed {
            self.case = self.case.and(Case::of(text));
        }
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }

    /// As [`Self::matching`], looking at each string by itself.
    fn matching_each(&self, needle: &Caseless, test: &dyn Fn(&str) -> bool) -> Vec<bool> {
        let wanted = needle.text();
        let mut start = 0;
        let holds = |end: usize| {
            let string = self.text.as_bytes().get(start..end).unwrap_or_default();
            start = end;
            if string.len() != wanted.len() {
                return string.len() > wanted.len() && needle.find(string, 0).is_some();
            }
            let last = string.last().map(u8::to_ascii_lowercase);
            last.as_ref() == wanted.last() && string.eq_ignore_ascii_case(wanted)
        };
        let held: Vec<bool> = self.ends.iter().map(holds).collect();
        let fits = |(i, held): (usize, bool)| held && test(self.get(i));
        held.into_iter().enumerate().map(fits).collect()
    }

    /// As [`Symbols::matching_with`], for the strings of this chunk.
    fn matching(&self, needle: &Caseless, test: &dyn Fn(&str) -> bool) -> Vec<bool> {
        if self.foreign {
            // Letters of other alphabets may fold to those of the needle.
            return (0..self.ends.len()).map(|i| test(self.get(i))).collect();
        }
        let wanted = needle.text();
        if self.case == Case::Mixed && self.text.len() <= self.ends.len() * wanted.len() {
            // Keys and ids: hardly any is longer than the needle, and few have its last byte.
            return self.matching_each(needle, test);
        }
        let mut table = vec![false; self.ends.len()];
        let (mut from, mut i) = (0, 0);
        while let Some(at) = needle.find_in(self.case, self.text.as_bytes(), from) {
            // The next one is seldom far.
            i = self.ends.row_of(at, i);
            let Some(yes) = table.get_mut(i) else { break };
            *yes = test(self.get(i));
            // On to the next string; the needle may also have begun in this one's tail.
            from = self.ends.get(i);
        }
        table
    }
}

/// A frozen dictionary.
#[derive(Debug, Clone, Default)]
pub struct Symbols {
    chunks: Vec<Arc<Chunk>>,
    len: usize,
}

impl Symbols {
    /// A dictionary of nothing.
    pub const EMPTY: Self = Self {
        chunks: Vec::new(),
        len: 0,
    };

    /// Distinct strings.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether it holds none.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The string of a symbol of this dictionary.
    pub fn text(&self, sym: Sym) -> &str {
        self.chunks[sym.index() / CHUNK].get(sym.index() % CHUNK)
    }

    /// Every symbol with its string, in order of first appearance.
    pub fn iter(&self) -> impl Iterator<Item = (Sym, &str)> {
        (0..self.len).filter_map(|i| {
            let sym = Sym::at(i)?;
            Some((sym, self.text(sym)))
        })
    }

    /// The symbols of some texts, by one look at all: those that are not there are left out.
    pub fn find_all<'t>(&self, texts: impl IntoIterator<Item = &'t str>) -> HashMap<&'t str, Sym> {
        let mut wanted: HashMap<&str, Option<Sym>> =
            texts.into_iter().map(|text| (text, None)).collect();
        if !wanted.is_empty() {
            for (sym, text) in self.iter() {
                if let Some(found) = wanted.get_mut(text) {
                    found.get_or_insert(sym);
                }
            }
        }
        let found = wanted.into_iter();
        found.filter_map(|(text, sym)| Some((text, sym?))).collect()
    }

    /// The symbol of exactly this string. Looks at every string: for single questions only.
    pub fn find(&self, text: &str) -> Option<Sym> {
        self.iter().find(|(_, t)| *t == text).map(|(sym, _)| sym)
    }

    /// For each symbol whether its string satisfies `test`; index 0 stands for absent and is false.
    ///
    /// The table a column scan looks codes up in.
    pub fn matching(&self, mut test: impl FnMut(&str) -> bool) -> Vec<bool> {
        let mut table = Vec::with_capacity(self.len + 1);
        table.push(false);
        table.extend(self.iter().map(|(_, text)| test(text)));
        table
    }
}

impl Symbols {
    /// As [`Symbols::matching`], where every string that satisfies `test` holds `needle`, which is
    /// ASCII, in any case; strings that do not are not tested.
    pub fn matching_with(
        &self,
        needle: &str,
        crew: &dyn Crew,
        test: impl Fn(&str) -> bool + Sync,
    ) -> Vec<bool> {
        let Some(needle) = Caseless::new(needle) else {
            return self.matching(test);
        };
        let mut table = Vec::with_capacity(self.len + 1);
        table.push(false);
        let n = self.chunks.len().div_ceil(PIECE);
        let alone: &dyn Crew = if n > 1 { crew } else { &Alone };
        let found = crew::gather(alone, n, |at| {
            let chunks = self.chunks.iter().skip(at * PIECE).take(PIECE);
            chunks
                .flat_map(|chunk| chunk.matching(&needle, &test))
                .collect::<Vec<bool>>()
        });
        table.extend(found.into_iter().flatten());
        table
    }
}

/// Chunks looked through as one piece of work.
const PIECE: usize = 32;

/// Texts whose symbols are looked for together.
const AHEAD: usize = 64;

/// A symbol with as much of its string's hash as tells nearly all of them apart.
#[derive(Debug, Clone, Copy, Default)]
struct Known {
    hash: u32,
    code: u32,
}

impl Hashed for Known {
    fn hash(&self) -> u32 {
        self.hash
    }
}

/// The writer's side of a dictionary.
#[derive(Debug, Default)]
pub struct SymbolsWriter {
    table: Lines<Known, 8>,
    hasher: RandomState,
    full: Vec<Arc<Chunk>>,
    tail: Chunk,
}

impl SymbolsWriter {
    /// Distinct strings so far.
    pub fn len(&self) -> usize {
        self.full.len() * CHUNK + self.tail.ends.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The symbol of `text`, new or known. `None` once four billion are in use.
    pub fn intern(&mut self, text: &str) -> Option<Sym> {
        let hash = short(self.hasher.hash_one(text));
        self.intern_hashed(text, hash)
    }

    /// The symbols of some texts, as [`Self::intern`] gives them; of one that has none, 0.
    pub(crate) fn intern_all(&mut self, texts: &Strings, codes: &mut Vec<u32>) {
        let mut hashes = [0; AHEAD];
        let mut from = 0;
        while from < texts.len() {
            let some = from..texts.len().min(from + AHEAD);
            for (hash, at) in hashes.iter_mut().zip(some.clone()) {
                *hash = short(self.hasher.hash_one(texts.get(at)));
                self.table.fetch(*hash);
            }
            self.fetch_texts(hashes.get(..some.len()).unwrap_or_default());
            for (hash, at) in hashes.iter().zip(some.clone()) {
                let sym = self.intern_hashed(texts.get(at), *hash);
                codes.push(sym.map_or(0, Sym::code));
            }
            from = some.end;
        }
    }

    /// Asks for what texts of these hashes will be compared with.
    fn fetch_texts(&self, hashes: &[u32]) {
        for hash in hashes {
            if let Some(known) = self.table.find(*hash, |_| true) {
                fetch_text(self.read(known.code).as_bytes());
            }
        }
    }

    fn read(&self, code: u32) -> &str {
        let i = code as usize - 1;
        let chunk = self.full.get(i / CHUNK).map_or(&self.tail, |full| full);
        chunk.get(i % CHUNK)
    }

    fn intern_hashed(&mut self, text: &str, hash: u32) -> Option<Sym> {
        let is = |known: &Known| self.read(known.code) == text;
        if let Some(known) = self.table.find(hash, is) {
            return Sym::from_code(known.code);
        }
        let Self {
            table, full, tail, ..
        } = self;
        let sym = Sym::at(full.len() * CHUNK + tail.ends.len())?;
        let known = Known {
            hash,
            code: sym.code(),
        };
        table.insert(known);
        self.tail.push(text);
        if self.tail.ends.len() == CHUNK {
            // The next one is as large as this one, or nearly: growing bit by bit costs copies.
            let next = Chunk {
                text: String::with_capacity(self.tail.text.len() + self.tail.text.len() / 8),
                ends: Ends::with_room(CHUNK),
                foreign: false,
                ..Chunk::default()
            };
            let mut full = std::mem::replace(&mut self.tail, next);
            full.text.shrink_to_fit();
            full.ends.shrink();
            self.full.push(Arc::new(full));
        }
        Some(sym)
    }

    /// A frozen copy; shares everything but the last chunk.
    pub fn freeze(&self) -> Symbols {
        let mut chunks = self.full.clone();
        if self.tail.ends.len() > 0 {
            chunks.push(Arc::new(self.tail.clone()));
        }
        Symbols {
            chunks,
            len: self.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn a_string_has_one_symbol_for_ever() {
        let mut w = SymbolsWriter::default();
        let syms: Vec<_> = (0..3000)
            .map(|i| w.intern(&format!("s{i}")).unwrap())
            .collect();
        let early = w.freeze();
        assert_eq!(w.intern("s17"), Some(syms[17]));
        w.intern("later").unwrap();
        assert_eq!((early.len(), w.len()), (3000, 3001));
        assert!(
            syms.iter()
                .enumerate()
                .all(|(i, s)| early.text(*s) == format!("s{i}"))
        );
        assert_eq!(early.find("s2999"), Some(syms[2999]));
        assert_eq!(early.find("later"), None);
    }

    #[test]
    fn a_needle_spares_tests_and_changes_nothing() {
        let mut w = SymbolsWriter::default();
        for i in 0..2500 {
            let name = match i % 5 {
                0 => format!("Needle{i}"),
                1 => format!("nee{i}"),
                2 if i > 2000 => format!("\u{212a}ept{i}"),
                _ => format!("dle/x-NEEDLE-{}", i % 7),
            };
            w.intern(&name).unwrap();
        }
        let s = w.freeze();
        for needle in [
            "needle",
            "nee",
            "dle",
            "ept2",
            "x",
            "absent",
            "needle2",
            "needle2495",
            "dle/x-needle-3",
            "x-needle-3absent",
        ] {
            let test = |text: &str| text.to_lowercase().contains(needle);
            let found = s.matching_with(needle, &Alone, test);
            assert_eq!(found, s.matching(test), "{needle}");
        }
        let tested = AtomicUsize::new(0);
        s.matching_with("needle5", &Alone, |_| {
            tested.fetch_add(1, Ordering::Relaxed);
            true
        });
        assert!(tested.into_inner() < 1300);
    }

    #[test]
    fn the_table_answers_by_code() {
        let mut w = SymbolsWriter::default();
        let b = ["a", "b", "c"].map(|t| w.intern(t).unwrap())[1];
        let table = w.freeze().matching(|t| t == "b");
        assert_eq!(table, [false, false, true, false]);
        assert!(table[b.code() as usize]);
    }
}
