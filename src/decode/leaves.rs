//! The keys and values of one record that the index has no column for, as they were met.

/// Keys and values, unescaped. Keys stand apart: records of one call nearly always have the same.
#[derive(Debug, Default)]
pub struct Leaves {
    /// Where keys without escapes stand in the record.
    keys: Vec<Span>,
    /// Where values without escapes do.
    values: Vec<Span>,
    /// Keys and values with escapes, end to end.
    text: Vec<u8>,
    ends: Vec<usize>,
    base: usize,
    /// The way that was followed, where one was.
    way: Vec<u32>,
    /// Whether `false` was met, and `true`.
    flags: (bool, bool),
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

impl Leaves {
    /// Begins with a record that stands at `base`.
    pub(crate) fn begin(&mut self, base: usize) {
        self.keys.clear();
        self.values.clear();
        self.text.clear();
        self.ends.clear();
        self.base = base;
        self.way.clear();
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
        self.way.extend([trails as u32, (trails >> 32) as u32]);
    }

    /// Adds a step of the way with its keys, each by where it stands in the text.
    #[inline]
    pub(crate) fn step(&mut self, step: u32, keys: impl Iterator<Item = (usize, usize)>) {
        self.way.push(step);
        let base = self.base;
        self.keys.extend(keys.map(|(from, to)| Span {
            from: (from - base) as u32,
            to: (to - base) as u32,
        }));
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

    /// The steps of the way that was followed; empty where none was. Records of one way have the same
    /// keys and truth values, all through the life of the process.
    pub fn way(&self) -> &[u32] {
        &self.way
    }

    /// The keys without escapes, and the truth values met; `record` is the record's text.
    pub fn keys<'r>(&'r self, record: &'r [u8]) -> impl Iterator<Item = &'r [u8]> + Clone {
        let (no, yes) = self.flags;
        let flags = [no.then_some(&b"false"[..]), yes.then_some(b"true")];
        let keys = self.keys.iter();
        keys.filter_map(|span| span.of(record))
            .chain(flags.into_iter().flatten())
    }

    /// All other leaves.
    pub fn values<'r>(&'r self, record: &'r [u8]) -> impl Iterator<Item = &'r [u8]> {
        let plain = self.values.iter().filter_map(|span| span.of(record));
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let escaped = starts.zip(&self.ends);
        plain.chain(escaped.filter_map(|(from, to)| self.text.get(from..*to)))
    }
}
