//! The keys and values of one record that the index has no column for, as they were met.

use crate::decode::trail::Trails;
use crate::event::record::Way;

/// Keys and values of the record that was scanned last.
#[derive(Debug)]
pub struct Leaves<'s> {
    gathered: &'s Gathered,
    trails: &'s Trails,
}

impl<'s> Leaves<'s> {
    /// Those that were gathered along these trails.
    pub(crate) const fn of(gathered: &'s Gathered, trails: &'s Trails) -> Self {
        Self { gathered, trails }
    }

    /// What stands for the record's keys and truth values; `None` where nothing does.
    pub fn way(&self) -> Option<Way> {
        self.gathered.way.done()
    }

    /// The keys without escapes, and the truth values met; `record` is the record's text.
    pub fn keys(&self, record: &'s [u8]) -> impl Iterator<Item = &'s [u8]> + Clone {
        let (no, yes) = self.gathered.flags;
        let flags = [no.then_some(&b"false"[..]), yes.then_some(b"true")];
        let trails = self.trails;
        let stepped = self.gathered.steps.iter();
        let stepped = stepped.flat_map(move |step| trails.keys_in(*step));
        let read = self.gathered.keys.iter();
        read.filter_map(|span| span.of(record))
            .chain(stepped)
            .chain(flags.into_iter().flatten())
    }

    /// All other leaves.
    pub fn values(&self, record: &'s [u8]) -> impl Iterator<Item = &'s [u8]> {
        let all = self.gathered;
        let plain = all.values.iter().filter_map(|span| span.of(record));
        let starts = std::iter::once(0).chain(all.ends.iter().copied());
        let escaped = starts.zip(&all.ends);
        plain.chain(escaped.filter_map(|(from, to)| all.text.get(from..*to)))
    }
}

/// Keys and values, unescaped. Keys stand apart: records of one call nearly always have the same.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    /// Where keys without escapes stand in the record.
    keys: Vec<Span>,
    /// Where values without escapes do.
    values: Vec<Span>,
    /// Keys and values with escapes, end to end.
    text: Vec<u8>,
    ends: Vec<usize>,
    base: usize,
    /// The texts that were stepped over, as the trails number them; their keys were not read.
    steps: Vec<u32>,
    way: Turns,
    /// Whether `false` was met, and `true`.
    flags: (bool, bool),
}

/// Where the way that is followed turned, behind the number of its trails.
#[derive(Debug, Default)]
struct Turns {
    turns: [u32; Way::TURNS],
    len: usize,
}

impl Turns {
    /// Adds one; a way with more turns than there is room for stays without an end.
    #[inline]
    fn add(&mut self, turn: u32) {
        if let Some(place) = self.turns.get_mut(self.len) {
            *place = turn;
        }
        self.len += 1;
    }

    fn done(&self) -> Option<Way> {
        (1..=Way::TURNS)
            .contains(&self.len)
            .then_some(Way::new(self.turns))
    }
}

/// From the record's first byte on.
#[derive(Debug, Clone, Copy)]
struct Span {
    from: u32,
    to: u32,
}

impl Span {
    fn of(self, record: &[u8]) -> Option<&[u8]> {
        record.get(self.from as usize..self.to as usize)
    }
}

/// How many leaves there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Count {
    keys: usize,
    values: usize,
    /// With escapes.
    escaped: usize,
}

impl Gathered {
    /// Begins with a record that stands at `base`.
    pub(crate) fn begin(&mut self, base: usize) {
        self.keys.clear();
        self.values.clear();
        self.text.clear();
        self.ends.clear();
        self.base = base;
        self.steps.clear();
        self.way = Turns::default();
        self.flags = (false, false);
    }

    #[inline]
    fn span(&self, from: usize, to: usize) -> Span {
        // A record is never as long as four gigabytes.
        Span {
            from: (from - self.base) as u32,
            to: (to - self.base) as u32,
        }
    }

    /// Adds a key that stands at a place of the text and has no escapes.
    #[inline]
    pub(crate) fn add_key(&mut self, from: usize, to: usize) {
        self.keys.push(self.span(from, to));
    }

    /// Begins with a way of trails that have this number.
    pub(crate) fn follow(&mut self, trails: u64) {
        self.way.add(trails as u32);
        self.way.add((trails >> 32) as u32);
    }

    /// Adds a step, for its keys.
    #[inline]
    pub(crate) fn step(&mut self, step: u32) {
        self.steps.push(step);
    }

    /// The way turns behind this step, or ends. Those steps and the trails' number say which all
    /// others were, since there is one way to each from where it began.
    #[inline]
    pub(crate) fn turn(&mut self, step: u32) {
        self.way.add(step);
    }

    /// Adds a value that stands at a place of the text and has no escapes.
    #[inline]
    pub(crate) fn add(&mut self, from: usize, to: usize) {
        self.values.push(self.span(from, to));
    }

    /// Adds `true` or `false`.
    #[inline]
    pub(crate) fn add_flag(&mut self, yes: bool) {
        self.flags.0 |= !yes;
        self.flags.1 |= yes;
    }

    /// Adds a key or value that was unescaped.
    pub(crate) fn add_text(&mut self, text: &[u8]) {
        self.text.extend_from_slice(text);
        self.ends.push(self.text.len());
    }

    /// How many there are.
    pub(crate) fn count(&self) -> Count {
        Count {
            keys: self.keys.len(),
            values: self.values.len(),
            escaped: self.ends.len(),
        }
    }

    /// Where in the text those stand that came after there were so many; `None` where some of them
    /// had escapes.
    pub(crate) fn since(&self, before: Count) -> Option<impl Iterator<Item = (usize, usize)>> {
        let keys = self.keys.get(before.keys..).unwrap_or_default();
        let values = self.values.get(before.values..).unwrap_or_default();
        let at = |place: u32| self.base + place as usize;
        let spans = keys.iter().chain(values);
        let places = spans.map(move |span| (at(span.from), at(span.to)));
        (before.escaped == self.ends.len()).then_some(places)
    }
}
