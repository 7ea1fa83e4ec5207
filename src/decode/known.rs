//! The `userIdentity` objects met so far: most records repeat one of them byte for byte.
//!
//! Two fifths of a record are its identity. Where the bytes are those of one that was read before,
//! its fields are too, so they are not read again. A guess at where the object ends is all it takes,
//! since equal bytes prove it.

use std::rc::Rc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use hashbrown::HashTable;
use memchr::memmem::Finder;

use crate::decode::hash::Keys;
use crate::decode::leaves::Leaves;
use crate::decode::scan::Scanned;
use crate::event::record::Identity;
use crate::event::record::KnownIdentity;

/// Longer ones are read each time.
const LONGEST: usize = 2048;
/// Identities that are remembered before all are forgotten.
const MOST: usize = 8192;
/// Hashes remembered of identities met once: what comes only once is not worth keeping.
const ONCE: usize = 4096;

/// The number of the next identity. Numbers are not used again, so none can be taken for another.
static NEXT: AtomicU64 = AtomicU64::new(1);

#[derive(Debug)]
struct Entry {
    hash: u64,
    raw: Box<[u8]>,
    identity: Rc<KnownIdentity>,
    from_console: bool,
}

/// Where an identity stands, if the guess is right.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Guess {
    /// Its first byte.
    pub(crate) from: usize,
    to: usize,
    hash: u64,
    /// How many leaves were met before it.
    leaves: (usize, usize),
}

/// The identities one scanner has met.
#[derive(Debug)]
pub(crate) struct Known {
    keys: Keys,
    follows: Finder<'static>,
    table: HashTable<Entry>,
    once: Vec<u64>,
}

impl Known {
    /// Forgets all of them.
    pub(crate) fn clear(&mut self) {
        self.table.clear();
        self.once.clear();
    }

    /// None yet.
    pub(crate) fn new() -> Self {
        Self {
            keys: Keys::get(),
            // CloudTrail itself writes the time behind the identity. Other writers' records are
            // read the long way.
            follows: Finder::new(b",\"eventTime\":"),
            table: HashTable::new(),
            once: Vec::new(),
        }
    }

    /// Where the identity that begins at `from` may end; `None` where it cannot be said.
    pub(crate) fn guess(
        &self,
        bytes: &[u8],
        from: usize,
        out: &Scanned<'_>,
        leaves: &Leaves,
    ) -> Option<Guess> {
        // A second identity, or a flag met before it, would make the outcome depend on the order.
        let fresh = matches!(&out.record.identity, Identity::Own(own) if own.kind.is_none())
            && !out.record.from_console;
        let rest = bytes.get(from..)?;
        let rest = rest.get(..rest.len().min(LONGEST))?;
        let len = self.follows.find(rest).filter(|_| fresh)?;
        Some(Guess {
            from,
            to: from + len,
            hash: self.keys.raw(rest.get(..len)?),
            leaves: leaves.len(),
        })
    }

    /// Takes the fields of a known identity; where it ends.
    pub(crate) fn recall(
        &self,
        guess: Guess,
        bytes: &[u8],
        out: &mut Scanned<'_>,
    ) -> Option<usize> {
        let raw = bytes.get(guess.from..guess.to)?;
        let entry = self.table.find(guess.hash, |entry| *entry.raw == *raw)?;
        out.record.identity = Identity::Known(Rc::clone(&entry.identity));
        out.record.from_console = entry.from_console;
        Some(guess.to)
    }

    /// Remembers an identity that was read, once it has come a second time.
    ///
    /// `record` is the text from the record's first byte on.
    pub(crate) fn learn(
        &mut self,
        guess: Guess,
        raw: &[u8],
        out: &Scanned<'_>,
        (leaves, record): (&Leaves, &[u8]),
    ) {
        let is_plain = out.marks.is_empty() && out.odd_field.is_none();
        // Escapes in an identity are rare enough to be read each time.
        if !is_plain || guess.from + raw.len() != guess.to || guess.leaves.1 != leaves.len().1 {
            return;
        }
        if self.once.is_empty() {
            self.once = vec![0; ONCE];
        }
        let Some(met) = self.once.get_mut(guess.hash as usize % ONCE) else {
            return;
        };
        if *met != guess.hash {
            *met = guess.hash;
            return;
        }
        if self.table.len() >= MOST {
            self.table.clear();
        }
        let entry = Entry {
            hash: guess.hash,
            raw: raw.into(),
            identity: Rc::new(KnownIdentity {
                number: NEXT.fetch_add(1, Ordering::Relaxed),
                identity: (*out.record.identity).clone().into_owned(),
                leaves: leaves
                    .since(guess.leaves.0, record)
                    .map(Into::into)
                    .collect(),
            }),
            from_console: out.record.from_console,
        };
        self.table
            .insert_unique(entry.hash, entry, |entry| entry.hash);
    }
}
