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
use hashbrown::HashTable;
use memchr::memmem;

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
    ends: Vec<usize>,
}

impl Chunk {
    fn get(&self, i: usize) -> &str {
        let start = if i == 0 { 0 } else { self.ends[i - 1] };
        &self.text[start..self.ends[i]]
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
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
    /// lower-case ASCII, in any case; strings that do not are not tested.
    pub fn matching_with(&self, needle: &str, mut test: impl FnMut(&str) -> bool) -> Vec<bool> {
        let finder = memmem::Finder::new(needle);
        let mut table = vec![false; self.len + 1];
        let mut lower = Vec::new();
        for (n, chunk) in self.chunks.iter().enumerate() {
            let table = table.get_mut(n * CHUNK + 1..).unwrap_or_default();
            lower.clear();
            lower.extend_from_slice(chunk.text.as_bytes());
            lower.make_ascii_lowercase();
            if !lower.is_ascii() {
                // Letters of other alphabets may fold to those of the needle.
                for (i, yes) in table.iter_mut().enumerate().take(chunk.ends.len()) {
                    *yes = test(chunk.get(i));
                }
                continue;
            }
            let mut from = 0;
            while let Some(at) = lower.get(from..).and_then(|rest| finder.find(rest)) {
                let i = chunk.ends.partition_point(|end| *end <= from + at);
                if let Some(yes) = table.get_mut(i) {
                    *yes = test(chunk.get(i));
                }
                // On to the next string; the needle may also have begun in this one's tail.
                from = chunk.ends.get(i).map_or(lower.len(), |end| *end);
            }
        }
        table
    }
}

/// The writer's side of a dictionary.
#[derive(Debug, Default)]
pub struct SymbolsWriter {
    table: HashTable<u32>,
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
        let hash = self.hasher.hash_one(text);
        let Self {
            table,
            full,
            tail,
            hasher,
        } = self;
        let read = |code: u32| {
            let i = code as usize - 1;
            match full.get(i / CHUNK) {
                Some(chunk) => chunk.get(i % CHUNK),
                None => tail.get(i % CHUNK),
            }
        };
        if let Some(&code) = table.find(hash, |&code| read(code) == text) {
            return Sym::from_code(code);
        }
        let sym = Sym::at(full.len() * CHUNK + tail.ends.len())?;
        table.insert_unique(hash, sym.code(), |&code| hasher.hash_one(read(code)));
        self.tail.push(text);
        if self.tail.ends.len() == CHUNK {
            self.full.push(Arc::new(std::mem::take(&mut self.tail)));
        }
        Some(sym)
    }

    /// A frozen copy; shares everything but the last chunk.
    pub fn freeze(&self) -> Symbols {
        let mut chunks = self.full.clone();
        if !self.tail.ends.is_empty() {
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
        for needle in ["needle", "nee", "dle", "ept2", "x", "absent", "needle2"] {
            let test = |text: &str| text.to_lowercase().contains(needle);
            assert_eq!(s.matching_with(needle, test), s.matching(test), "{needle}");
        }
        let mut tested = 0;
        s.matching_with("needle5", |_| {
            tested += 1;
            true
        });
        assert!(tested < 1300, "{tested}");
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
