//! The `userIdentity` objects met so far: most records repeat one of them byte for byte.
//!
//! Two fifths of a record are its identity. Where the bytes are those of one that was read before,
//! its fields are too, so they are not read again. A guess at where the object ends is all it takes,
//! since equal bytes prove it; and for one met a moment ago not even that is needed.

use std::rc::Rc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use hashbrown::HashTable;
use memchr::memmem::Finder;

use crate::base::near::fetch;
use crate::decode::hash::Keys;
use crate::decode::leaves::Count;
use crate::decode::leaves::Gathered;
use crate::decode::scanned::Scanned;
use crate::decode::text;
use crate::event::record::Identity;
use crate::event::record::KnownIdentity;

/// Longer ones are read each time.
const LONGEST: usize = 2048;
/// Identities of a generation. Of two, the older is forgotten when the younger is full; what is
/// met of it before moves to the younger.
const MOST: usize = 1024;
/// So many bits number those met a moment ago.
const RECENT: u32 = 8;
/// So much of an identity tells it from others met a moment ago. Of shorter ones the end is near.
const SEEN: usize = 256;
/// The number of the next identity. Numbers are not used again, so none can be taken for another.
static NEXT: AtomicU64 = AtomicU64::new(1);

#[derive(Debug, Clone)]
struct Entry {
    hash: u64,
    /// Its text, which the identity holds too: to compare it, nothing else is looked at.
    raw: Rc<str>,
    identity: Rc<KnownIdentity>,
    from_console: bool,
    plain: bool,
}

impl Entry {
    /// Gives a record what it says; where it ends if it begins at `from`.
    fn tell(&self, from: usize, out: &mut Scanned<'_>) -> usize {
        let identity = self.identity.identity();
        // What is asked of every record's caller.
        fetch(&identity.arn);
        fetch(&identity.principal_id);
        fetch(&identity.mfa);
        out.record.identity = Identity::Known(Rc::clone(&self.identity));
        out.record.from_console = self.from_console;
        from + self.raw.len()
    }
}

/// Where an identity stands, if the guess is right.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Guess {
    /// Its first byte.
    pub(crate) from: usize,
    to: usize,
    hash: u64,
    /// How many leaves were met before it.
    leaves: Count,
}

/// The identities one scanner has met.
#[derive(Debug)]
pub(crate) struct Known {
    keys: Keys,
    follows: Finder<'static>,
    young: HashTable<Entry>,
    old: HashTable<Entry>,
    /// Those met a moment ago, by what is seen of each.
    recent: Box<[Option<Entry>]>,
    /// Whether the identity recalled last is plain ASCII.
    plain: bool,
}

impl Known {
    /// Forgets all of them.
    pub(crate) fn clear(&mut self) {
        self.young.clear();
        self.old.clear();
        self.recent.fill(None);
    }

    /// None yet.
    pub(crate) fn new() -> Self {
        Self {
            keys: Keys::get(),
            // CloudTrail itself writes the time behind the identity. Other writers' records are
            // read the long way.
            follows: Finder::new(b",\"eventTime\":"),
            young: HashTable::new(),
            old: HashTable::new(),
            recent: vec![None; 1 << RECENT].into(),
            plain: false,
        }
    }

    /// Takes the fields of the identity that begins at `from`, if it was met a moment ago; where it
    /// ends.
    #[inline]
    pub(crate) fn meet(
        &mut self,
        bytes: &[u8],
        from: usize,
        out: &mut Scanned<'_>,
    ) -> Option<usize> {
        let rest = bytes.get(from..).filter(|_| is_fresh(out))?;
        let entry = self.recent.get(place(rest)?)?.as_ref()?;
        if !rest.starts_with(entry.raw.as_bytes()) {
            return None;
        }
        self.plain = entry.plain;
        Some(entry.tell(from, out))
    }

    /// Where the identity that begins at `from` may end; `None` where it cannot be said.
    pub(crate) fn guess(
        &self,
        bytes: &[u8],
        from: usize,
        out: &Scanned<'_>,
        leaves: &Gathered,
    ) -> Option<Guess> {
        let rest = bytes.get(from..).filter(|_| is_fresh(out))?;
        let rest = rest.get(..rest.len().min(LONGEST))?;
        let len = self.follows.find(rest)?;
        Some(Guess {
            from,
            to: from + len,
            hash: self.keys.raw(rest.get(..len)?),
            leaves: leaves.count(),
        })
    }

    /// Takes the fields of a known identity; where it ends.
    pub(crate) fn recall(
        &mut self,
        guess: Guess,
        bytes: &[u8],
        out: &mut Scanned<'_>,
    ) -> Option<usize> {
        let raw = bytes.get(guess.from..guess.to)?;
        let is = |entry: &Entry| entry.hash == guess.hash && entry.raw.as_bytes() == raw;
        let entry = if let Some(entry) = self.young.find(guess.hash, is) {
            entry
        } else {
            let entry = self.old.find(guess.hash, is)?.clone();
            self.keep(entry)
        };
        let entry = entry.clone();
        self.plain = entry.plain;
        let end = entry.tell(guess.from, out);
        let place = bytes.get(guess.from..).and_then(place);
        if let Some(recent) = place.and_then(|place| self.recent.get_mut(place)) {
            *recent = Some(entry);
        }
        Some(end)
    }

    /// Whether the identity recalled last is plain ASCII.
    pub(crate) fn is_plain(&self) -> bool {
        self.plain
    }

    fn keep(&mut self, entry: Entry) -> &Entry {
        if self.young.len() >= MOST {
            std::mem::swap(&mut self.young, &mut self.old);
            self.young.clear();
        }
        let kept = self
            .young
            .insert_unique(entry.hash, entry, |entry| entry.hash);
        kept.into_mut()
    }

    /// Remembers an identity that was read; `raw` is its text, where that is UTF-8.
    pub(crate) fn learn(
        &mut self,
        guess: Guess,
        raw: Option<&str>,
        out: &Scanned<'_>,
        leaves: &Gathered,
    ) {
        let Some(raw) = raw else {
            return;
        };
        let is_plain = out.marks.is_empty() && out.odd_field.is_none();
        if !is_plain || guess.from + raw.len() != guess.to {
            return;
        }
        // Escapes in an identity are rare enough to be read each time.
        let Some(leaves) = leaves.since(guess.leaves) else {
            return;
        };
        let at = |place: usize| (place - guess.from) as u16;
        let leaves = leaves.map(|(from, to)| (at(from), at(to)));
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let Some(known) =
            KnownIdentity::new(number, out.record.identity.get(), raw, leaves.collect())
        else {
            return;
        };
        self.keep(Entry {
            hash: guess.hash,
            raw: Rc::clone(known.text()),
            identity: Rc::new(known),
            from_console: out.record.from_console,
            plain: text::is_plain(raw.as_bytes()),
        });
    }
}

/// Whether an identity may be taken whole: a second one, or a flag met before it, would make the
/// outcome depend on the order.
fn is_fresh(out: &Scanned<'_>) -> bool {
    matches!(&out.record.identity, Identity::Absent) && !out.record.from_console
}

/// The place, among those met a moment ago, of the identity a text begins with.
#[inline]
fn place(text: &[u8]) -> Option<usize> {
    let (words, _) = text.get(..SEEN)?.as_chunks::<8>();
    // Every other word: keys and names are longer than one. What all identities begin with is left
    // out.
    let seen = words.iter().skip(3).step_by(2).zip(0u64..);
    // Each by a number of its own, so that none waits for another.
    let mixed = seen.fold(0u64, |mixed, (word, n)| {
        let by = (2 * n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed.wrapping_add(u64::from_le_bytes(*word).wrapping_mul(by))
    });
    Some((mixed >> (u64::BITS - RECENT)) as usize)
}
