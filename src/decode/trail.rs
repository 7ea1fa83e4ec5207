//! The ways through records met before: what stands between their values.
//!
//! Records of one call repeat each other byte for byte but for their values. The texts between
//! values, keys and brackets and all, are the nodes of a tree; where a record follows one of its
//! paths, those texts are compared, not read. Equal bytes prove all that reading them would. Where a
//! record leaves the tree it is read the long way, and its own path is added. Knows nothing of what
//! a value means.

#![expect(
    clippy::inline_always,
    reason = "measured: the pass is slower when these are calls"
)]

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use hashbrown::HashMap;

use crate::decode::fields::Area;
use crate::decode::fields::Place;
use crate::decode::fields::Slot;
use crate::decode::hash::mix;
use crate::decode::text::is_plain;

/// Nodes kept; when there are more, all are forgotten.
const MOST_NODES: usize = 1 << 14;
/// Bytes of text kept.
const MOST_TEXT: usize = 1 << 20;
/// Different keys of records themselves: as many as there are bits to count them with.
const MOST_NAMES: usize = 128;
/// Values of a record that is remembered.
const LONGEST: usize = 512;
/// Ways on from one place that are looked at.
const WAYS: usize = 12;
/// Records after which it is asked whether following pays.
const WINDOW: u32 = 256;
/// Records read the long way where it does not.
const REST: u32 = 2048;

/// Tells the ways inside an identity from those behind it. A call of this hash shares them, no more.
const INSIDE: u64 = 0;

/// More than the slots there are.
const SLOTS: usize = 80;

/// The number of the next tree. Numbers are not used again, so that no path is taken for one of
/// another tree.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// No node.
const NONE: u32 = 0;
/// Where every path begins. Nobody's child, so its number stands for none.
const ROOT: u32 = 0;

/// What comes after a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// The inside of a string.
    Text,
    /// A number.
    Number,
    /// The object under `userIdentity`: known whole, or followed inside.
    Identity,
    /// What comes after that object; the text was its end.
    Leave,
    /// Nothing: the record is over.
    End,
}

/// A key inside a text, from the text's first byte on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KeyAt {
    /// Its first byte.
    pub(crate) from: u16,
    /// The byte after its last one.
    pub(crate) to: u16,
    /// Its hash.
    pub(crate) hash: u64,
    /// Whether it is a key of the record itself.
    top: bool,
}

/// `true`, `false` or `null` inside a text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LiteralAt {
    /// Its first letter.
    pub(crate) first: u8,
    /// The slot it stands in.
    pub(crate) slot: Slot,
    /// Where it stands, if inside an identity: those keep their literals.
    pub(crate) kept: Option<(u16, u16)>,
}

/// Whether the ways behind this value of a record are the same for all calls: CloudTrail writes it
/// before the call's name or behind its parameters.
const fn is_shared(slot: Slot) -> bool {
    matches!(
        slot,
        Slot::EventVersion
            | Slot::EventTime
            | Slot::RequestId
            | Slot::EventId
            | Slot::EventType
            | Slot::RecipientAccount
            | Slot::SharedEventId
            | Slot::VpcEndpoint
            | Slot::EventCategory
    )
}

/// Where the ways behind a value hang.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// On the text before it.
    None,
    /// On that and the value: it is a call's name.
    Call,
    /// On the value's slot, whatever came before.
    Shared,
}

impl Turn {
    fn of(next: Next, place: Place, call: bool) -> Self {
        if call {
            Self::Call
        } else if next == Next::Text && place.area == Area::Root && is_shared(place.slot) {
            Self::Shared
        } else {
            Self::None
        }
    }
}

/// A text that stands in a record, as much of it as every step needs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Way {
    /// What comes after it.
    pub(crate) next: Next,
    /// Whether there are literals in it.
    pub(crate) told: bool,
    /// Whether there are keys of the record itself in it.
    tops: bool,
    /// Where the ways behind the value hang.
    pub(crate) turn: Turn,
    /// Its bytes.
    pub(crate) len: u16,
    /// Where the value that comes stands in the record.
    pub(crate) place: Place,
}

/// One text and the ways on from it: no more than a line of the cache, and in one.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
struct Node {
    way: Way,
    child: u32,
    sibling: u32,
    text: u32,
    edges: Edges,
}

const _: () = assert!(size_of::<Node>() == 64, "a line of the cache");

impl Node {
    const EMPTY: Self = Self {
        way: Way {
            next: Next::End,
            told: false,
            tops: false,
            turn: Turn::None,
            len: 0,
            place: Place::TOP,
        },
        child: NONE,
        sibling: NONE,
        text: 0,
        edges: Edges::NONE,
    };
}

/// What is asked of a text once it is known to be there.
#[derive(Debug, Clone, Copy, Default)]
struct Inside {
    /// The keys of the record's top in it, as [`Trails::names`] counts them.
    tops: u128,
    /// The bits of the known ones among them.
    bits: u64,
    keys: u16,
    literals: u16,
    keys_from: u32,
    literals_from: u32,
}

/// Eight bytes.
const WORD: usize = 8;

/// What most texts are told by: calls to compare the middle cost more than the comparison.
#[derive(Debug, Clone, Copy)]
struct Edges {
    /// The bits of the first word that belong to the text.
    mask: u64,
    /// The first two words, and the last two from the end; zero where the text is shorter.
    first: u64,
    second: u64,
    last: u64,
    last_but_one: u64,
}

impl Edges {
    const NONE: Self = Self {
        mask: 0,
        first: 0,
        second: 0,
        last: 0,
        last_but_one: 0,
    };

    fn of(text: &[u8]) -> Self {
        let len = text.len();
        let mask = if len < WORD {
            !(u64::MAX << (8 * len))
        } else {
            u64::MAX
        };
        let from_end = |bytes: usize| len.checked_sub(bytes).map_or(0, |at| word_at(text, at));
        Self {
            mask,
            first: word_at(text, 0) & mask,
            second: word_at(text, WORD),
            last: from_end(WORD),
            last_but_one: from_end(2 * WORD),
        }
    }
}

/// The word at a place of a text; zeros stand for what lies behind its end.
#[inline(always)]
fn word_at(text: &[u8], at: usize) -> u64 {
    let rest = text.get(at..).unwrap_or_default();
    if let Some(word) = rest.first_chunk() {
        return u64::from_le_bytes(*word);
    }
    short_word(rest)
}

#[cold]
fn short_word(rest: &[u8]) -> u64 {
    rest.iter()
        .rev()
        .fold(0, |word, byte| word << 8 | u64::from(*byte))
}

/// The tree.
#[derive(Debug)]
pub(crate) struct Trails {
    /// Its number: another one once all paths were forgotten.
    number: u64,
    nodes: Vec<Node>,
    /// By node.
    inside: Vec<Inside>,
    text: Vec<u8>,
    keys: Vec<KeyAt>,
    literals: Vec<LiteralAt>,
    /// By a node and what its value is: the node its own ways hang on.
    branches: HashMap<u64, u32>,
    /// By slot of the record itself: the node the ways behind its value hang on, whatever came before.
    shared: [u32; SLOTS],
    /// The keys of records themselves by hash, and the bit of each.
    names: HashMap<u64, u128>,
    /// The keys of the record that is followed, and the bits of the known ones.
    met: u128,
    bits: u64,
    /// How far the record that is followed has come, and the identity it is inside of.
    here: u32,
    outer: u32,
    /// What is being learnt.
    pub(crate) draft: Draft,
    tried: u32,
    found: u32,
    rest: u32,
}

impl Trails {
    /// An empty one.
    pub(crate) fn new() -> Self {
        Self {
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            nodes: vec![Node::EMPTY],
            inside: vec![Inside::default()],
            text: Vec::new(),
            keys: Vec::new(),
            literals: Vec::new(),
            branches: HashMap::new(),
            shared: [NONE; SLOTS],
            names: HashMap::new(),
            met: 0,
            bits: 0,
            here: ROOT,
            outer: ROOT,
            draft: Draft::default(),
            tried: 0,
            found: 0,
            rest: 0,
        }
    }

    /// Forgets all paths.
    pub(crate) fn clear(&mut self) {
        self.number = NEXT.fetch_add(1, Ordering::Relaxed);
        self.nodes.truncate(1);
        self.inside.truncate(1);
        if let Some(root) = self.nodes.first_mut() {
            *root = Node::EMPTY;
        }
        self.text.clear();
        self.keys.clear();
        self.literals.clear();
        self.branches.clear();
        self.shared = [NONE; SLOTS];
        self.names.clear();
    }

    /// Begins to follow a record; `false` where that did not pay of late.
    pub(crate) fn begin(&mut self) -> bool {
        if self.rest > 0 {
            self.rest -= 1;
            return false;
        }
        if self.tried == WINDOW {
            let pays = self.found * 4 >= WINDOW;
            self.tried = 0;
            self.found = 0;
            if !pays {
                self.rest = REST;
                return false;
            }
        }
        self.tried += 1;
        self.here = ROOT;
        self.met = 0;
        self.bits = 0;
        true
    }

    /// The record was followed to its end; the bits of the known keys it has.
    pub(crate) fn arrive(&mut self) -> u64 {
        self.found += 1;
        self.bits
    }

    /// How many records were followed to their end of late.
    #[cfg(test)]
    pub(crate) fn met(&self) -> u32 {
        self.found
    }

    /// The way on whose text stands at `at`.
    #[inline(always)]
    pub(crate) fn step(&mut self, bytes: &[u8], at: usize) -> Option<Way> {
        let first = self.nodes.get(self.here as usize)?.child;
        let mut node = self.nodes.get(first as usize)?;
        if first == NONE {
            return None;
        }
        let mut way = first;
        if !self.stands(node, bytes, at) {
            way = self.other_way(first, bytes, at)?;
            node = self.nodes.get(way as usize)?;
        }
        let found = node.way;
        if found.tops
            && let Some(inside) = self.inside.get(way as usize)
        {
            if self.met & inside.tops != 0 {
                return None;
            }
            self.met |= inside.tops;
            self.bits |= inside.bits;
        }
        self.here = way;
        Some(found)
    }

    /// The way whose text stands at `at`, of those behind the first one.
    #[inline(never)]
    fn other_way(&mut self, first: u32, bytes: &[u8], at: usize) -> Option<u32> {
        let mut before = first;
        for _ in 1..WAYS {
            let way = self.nodes.get(before as usize)?.sibling;
            if way == NONE {
                return None;
            }
            if self.stands(self.nodes.get(way as usize)?, bytes, at) {
                self.prefer(before, way, first);
                return Some(way);
            }
            before = way;
        }
        None
    }

    /// Whether the node's text stands here, and behind it what should.
    #[inline(always)]
    fn stands(&self, node: &Node, bytes: &[u8], at: usize) -> bool {
        let edges = &node.edges;
        if word_at(bytes, at) & edges.mask != edges.first {
            return false;
        }
        let len = node.way.len as usize;
        if len > WORD {
            let Some(text) = bytes.get(at..at + len) else {
                return false;
            };
            if word_at(text, len - WORD) != edges.last {
                return false;
            }
            if len > 2 * WORD {
                if word_at(text, WORD) != edges.second
                    || word_at(text, len - 2 * WORD) != edges.last_but_one
                {
                    return false;
                }
                if len > 4 * WORD && !self.has_middle(node, text) {
                    return false;
                }
            }
        } else if bytes.len() < at + len {
            return false;
        }
        match node.way.next {
            Next::Text | Next::Leave | Next::End => true,
            Next::Number => matches!(bytes.get(at + len), Some(b'-' | b'0'..=b'9')),
            Next::Identity => bytes.get(at + len) == Some(&b'{'),
        }
    }

    /// Whether what lies between the edges is the same, too.
    #[inline(always)]
    fn has_middle(&self, node: &Node, text: &[u8]) -> bool {
        let from = node.text as usize;
        let known = self.text.get(from + 2 * WORD..from + text.len() - 2 * WORD);
        known == text.get(2 * WORD..text.len() - 2 * WORD)
    }

    /// What is met often is looked at first.
    fn prefer(&mut self, before: u32, way: u32, first: u32) {
        let after = self
            .nodes
            .get(way as usize)
            .map_or(NONE, |node| node.sibling);
        if let Some(node) = self.nodes.get_mut(before as usize) {
            node.sibling = after;
        }
        if let Some(node) = self.nodes.get_mut(way as usize) {
            node.sibling = first;
        }
        if let Some(node) = self.nodes.get_mut(self.here as usize) {
            node.child = way;
        }
    }

    /// Goes on from a call's name of this hash.
    #[inline]
    pub(crate) fn turn_by_call(&mut self, call: u64) -> Option<()> {
        self.here = *self.branches.get(&mix(u64::from(self.here), call))?;
        Some(())
    }

    /// Goes on from a value of the record itself, whatever came before.
    #[inline]
    pub(crate) fn turn_by_slot(&mut self, slot: Slot) -> Option<()> {
        self.here = *self.shared.get(slot as usize)?;
        Some(())
    }

    /// Goes on inside the identity that comes.
    pub(crate) fn enter(&mut self) -> Option<()> {
        self.outer = self.here;
        self.here = *self.branches.get(&mix(u64::from(self.here), INSIDE))?;
        Some(())
    }

    /// Goes on behind the identity.
    pub(crate) fn leave(&mut self) {
        self.here = self.outer;
    }

    /// The number of the tree: with those of all steps, it says which texts were stepped over.
    #[inline]
    pub(crate) const fn number(&self) -> u64 {
        self.number
    }

    /// The number, in this tree, of the text that was stepped over.
    #[inline]
    pub(crate) const fn here(&self) -> u32 {
        self.here
    }

    /// The keys of the text that was stepped over.
    #[inline]
    pub(crate) fn keys(&self) -> &[KeyAt] {
        let inside = self.inside.get(self.here as usize);
        inside.map_or(&[], |inside| self.keys_of(inside))
    }

    fn keys_of(&self, inside: &Inside) -> &[KeyAt] {
        let from = inside.keys_from as usize;
        let keys = self.keys.get(from..from + inside.keys as usize);
        keys.unwrap_or_default()
    }

    /// The keys of a text, by its number.
    pub(crate) fn keys_in(&self, way: u32) -> impl Iterator<Item = &[u8]> + Clone {
        let node = self.nodes.get(way as usize);
        let text = node.and_then(|node| self.text.get(node.text as usize..));
        let text = text.unwrap_or_default();
        let inside = self.inside.get(way as usize);
        let keys = inside.map_or(&[][..], |inside| self.keys_of(inside));
        keys.iter()
            .filter_map(|key| text.get(key.from as usize..key.to as usize))
    }

    /// The literals of the text that was stepped over.
    #[inline]
    pub(crate) fn literals(&self) -> &[LiteralAt] {
        self.inside
            .get(self.here as usize)
            .and_then(|node| {
                let from = node.literals_from as usize;
                self.literals.get(from..from + node.literals as usize)
            })
            .unwrap_or_default()
    }

    /// The draft is done; adds its path if it is good. The record is part of this text.
    pub(crate) fn learn(&mut self, bytes: &[u8], good: bool) {
        let draft = std::mem::take(&mut self.draft);
        if draft.on && good {
            self.here = ROOT;
            if self.nodes.len() + draft.steps.len() * 2 > MOST_NODES
                || self.text.len() + draft.text > MOST_TEXT
                || self.names.len() == MOST_NAMES
            {
                self.clear();
            }
            let (mut keys, mut literals) = (&draft.keys[..], &draft.literals[..]);
            for step in &draft.steps {
                let own;
                (own, keys) = keys.split_at_checked(step.keys).unwrap_or_default();
                let told;
                (told, literals) = literals.split_at_checked(step.literals).unwrap_or_default();
                if !self.add(bytes, step, own, told) {
                    break;
                }
            }
        }
        self.draft = draft;
        self.draft.on = false;
    }

    /// Goes on from this value, whose ways are made where there are none.
    fn branch(&mut self, value: u64) {
        let way = self.nodes.len() as u32;
        let at = mix(u64::from(self.here), value);
        self.here = *self.branches.entry(at).or_insert(way);
        if self.here == way {
            self.nodes.push(Node::EMPTY);
            self.inside.push(Inside::default());
        }
    }

    /// Goes on from a value of the record itself, whatever came before.
    fn share(&mut self, slot: Slot) {
        let way = self.nodes.len() as u32;
        if let Some(place) = self.shared.get_mut(slot as usize) {
            if *place == NONE {
                *place = way;
                self.nodes.push(Node::EMPTY);
                self.inside.push(Inside::default());
            }
            self.here = *place;
        }
    }

    /// The bits of the record's own keys; `None` where there are too many.
    fn tops(&mut self, keys: &[KeyAt]) -> Option<u128> {
        let mut tops = 0;
        for key in keys.iter().filter(|key| key.top) {
            let known = self.names.get(&key.hash).copied();
            let bit = match known {
                Some(bit) => bit,
                None => 1u128.checked_shl(self.names.len() as u32)?,
            };
            self.names.insert(key.hash, bit);
            tops |= bit;
        }
        Some(tops)
    }

    /// The way on of exactly this text.
    fn way_of(&self, text: &[u8], next: Next) -> Option<u32> {
        let mut way = self.nodes.get(self.here as usize)?.child;
        for _ in 0..WAYS {
            let node = self.nodes.get(way as usize).filter(|_| way != NONE)?;
            let known = self.text.get(node.text as usize..)?;
            if node.way.next == next && known.get(..node.way.len as usize)? == text {
                return Some(way);
            }
            way = node.sibling;
        }
        None
    }

    /// Takes one step, on a way that is made where there is none.
    fn add(&mut self, bytes: &[u8], step: &Step, keys: &[KeyAt], literals: &[LiteralAt]) -> bool {
        let Some(text) = bytes.get(step.from..step.to).filter(|text| is_plain(text)) else {
            return false;
        };
        if let Some(way) = self.way_of(text, step.next) {
            self.here = way;
        } else {
            let Some(tops) = self.tops(keys) else {
                return false;
            };
            let way = self.nodes.len() as u32;
            let Some(parent) = self.nodes.get_mut(self.here as usize) else {
                return false;
            };
            let sibling = std::mem::replace(&mut parent.child, way);
            self.nodes.push(Node {
                way: Way {
                    next: step.next,
                    told: !literals.is_empty(),
                    tops: tops != 0,
                    turn: Turn::of(step.next, step.place, step.call.is_some()),
                    len: text.len() as u16,
                    place: step.place,
                },
                child: NONE,
                sibling,
                text: self.text.len() as u32,
                edges: Edges::of(text),
            });
            self.inside.push(Inside {
                tops,
                bits: step.bits,
                keys: keys.len() as u16,
                literals: literals.len() as u16,
                keys_from: self.keys.len() as u32,
                literals_from: self.literals.len() as u32,
            });
            self.text.extend_from_slice(text);
            self.keys.extend_from_slice(keys);
            self.literals.extend_from_slice(literals);
            self.here = way;
        }
        match (
            Turn::of(step.next, step.place, step.call.is_some()),
            step.call,
        ) {
            (Turn::Call, Some(call)) => self.branch(call),
            (Turn::Shared, _) => self.share(step.place.slot),
            _ => {}
        }
        match step.next {
            Next::Identity => {
                self.outer = self.here;
                if step.open {
                    self.branch(INSIDE);
                }
            }
            Next::Leave => self.here = self.outer,
            _ => {}
        }
        true
    }
}

/// A text that was read, and what came after it.
#[derive(Debug)]
struct Step {
    from: usize,
    to: usize,
    next: Next,
    place: Place,
    bits: u64,
    keys: usize,
    literals: usize,
    call: Option<u64>,
    /// Whether the steps that follow are inside the identity that comes.
    open: bool,
}

/// The path of a record while it is read the long way.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    on: bool,
    from: usize,
    text: usize,
    bits: u64,
    steps: Vec<Step>,
    keys: Vec<KeyAt>,
    literals: Vec<LiteralAt>,
    keys_to: usize,
    literals_to: usize,
}

impl Draft {
    /// Begins with the record at `start`.
    pub(crate) fn begin(&mut self, start: usize) {
        self.on = true;
        self.from = start;
        self.text = 0;
        self.bits = 0;
        self.steps.clear();
        self.keys.clear();
        self.literals.clear();
        self.keys_to = 0;
        self.literals_to = 0;
    }

    /// This record is nothing to learn from.
    #[inline]
    pub(crate) fn drop(&mut self) {
        self.on = false;
    }

    /// A key without escapes was read.
    #[inline]
    pub(crate) fn key(&mut self, from: usize, to: usize, hash: u64, top: bool, bits: u64) {
        if self.on {
            self.bits |= bits;
            let at = |place: usize| u16::try_from(place - self.from);
            match (at(from), at(to)) {
                (Ok(from), Ok(to)) => self.keys.push(KeyAt {
                    from,
                    to,
                    hash,
                    top,
                }),
                _ => self.on = false,
            }
        }
    }

    /// A literal was read, inside an identity or not.
    #[inline]
    pub(crate) fn literal(&mut self, (from, to): (usize, usize), place: Place, first: u8) {
        if !self.on {
            return;
        }
        let at = |at: usize| u16::try_from(at - self.from);
        let kept = if place.area.in_identity() {
            let (Ok(from), Ok(to)) = (at(from), at(to)) else {
                self.on = false;
                return;
            };
            Some((from, to))
        } else {
            None
        };
        self.literals.push(LiteralAt {
            first,
            slot: place.slot,
            kept,
        });
    }

    /// A value stands from `from` to `to`; `call` is its hash where it is a call's name.
    #[inline]
    pub(crate) fn value(
        &mut self,
        (from, to): (usize, usize),
        behind: usize,
        next: Next,
        place: Place,
        call: Option<u64>,
    ) {
        if !self.on {
            return;
        }
        let len = from - self.from;
        if self.steps.len() >= LONGEST || len > u16::MAX as usize {
            self.on = false;
            return;
        }
        self.text += len;
        self.steps.push(Step {
            from: self.from,
            to: from,
            next,
            place,
            bits: std::mem::take(&mut self.bits),
            keys: self.keys.len() - self.keys_to,
            literals: self.literals.len() - self.literals_to,
            call,
            open: false,
        });
        self.keys_to = self.keys.len();
        self.literals_to = self.literals.len();
        self.from = to + behind;
    }

    /// An identity that is known whole stands from `from` to `to`.
    pub(crate) fn skip(&mut self, range: (usize, usize), place: Place) {
        self.value(range, 0, Next::Identity, place, None);
    }

    /// An identity that is read begins at `at`.
    pub(crate) fn enter(&mut self, at: usize, place: Place) {
        self.value((at, at), 0, Next::Identity, place, None);
        if let Some(step) = self.steps.last_mut() {
            step.open = true;
        }
    }

    /// It is over; the byte behind it stands at `at`.
    pub(crate) fn leave(&mut self, at: usize) {
        self.value((at, at), 0, Next::Leave, Place::TOP, None);
    }
}
