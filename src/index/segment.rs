//! Segments: 65,536 rows of columns. Sealed ones never change.
//!
//! Row ids are stable from append to exit; time order is a permutation kept beside the rows.

use crate::event::outcome::{Outcome, Verb};
use crate::event::resource::Mark;
use crate::index::bitmap::Bitmap;
use crate::index::column::{CodeSet, Packed};
use crate::index::compact::{AllFacts, Times};
use crate::index::ends::Ends;
use crate::index::place::{Places, PlacesWriter, RecordPlace};
use crate::index::schema::Col;
use crate::index::symbols::Sym;

/// Rows a segment holds.
pub const ROWS_PER_SEGMENT: usize = 1 << 16;

/// A row in the index: segment in the high half, row in the low half.
///
/// Lives as long as the process. Never written to disk, never shown as an event's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(u32);

impl EventId {
    /// The row of a segment.
    pub const fn new(segment: usize, row: usize) -> Self {
        Self((segment << 16) as u32 | (row & 0xffff) as u32)
    }

    /// The row appended as number `n`, from 0.
    pub const fn nth(n: usize) -> Self {
        Self(n as u32)
    }

    /// Its segment.
    pub const fn segment(self) -> usize {
        (self.0 >> 16) as usize
    }

    /// Its row within the segment.
    pub const fn row(self) -> usize {
        (self.0 & 0xffff) as usize
    }

    /// Its place in the order of appending.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// The time of an event without a usable one: after every other, outside every range.
pub const UNDATED: i64 = i64::MAX;

/// The facts of a row that take a few bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Facts(u32);

const RO: u32 = 3;
const MFA: u32 = 5;
const CONSOLE: u32 = 7;
const ROOT: u32 = 8;
const SERVICE: u32 = 9;
const OUTCOME: u32 = 10;
const RECOVERED: u32 = 12;
const ID_KIND: u32 = 13;
const SUMMARY: u32 = 15;
const MAPPED: u32 = 16;
const REPAIRED: u32 = 17;
const CANONICAL: u32 = 18;
const USUAL_TIME: u32 = 19;

impl Facts {
    const fn bits(self, at: u32, width: u32) -> u32 {
        self.0 >> at & ((1 << width) - 1)
    }

    const fn with(self, at: u32, value: u32) -> Self {
        Self(self.0 | value << at)
    }

    const fn maybe(value: Option<bool>) -> u32 {
        match value {
            None => 0,
            Some(true) => 1,
            Some(false) => 2,
        }
    }

    const fn unmaybe(bits: u32) -> Option<bool> {
        match bits {
            1 => Some(true),
            2 => Some(false),
            _ => None,
        }
    }

    /// The class of the call and how it ended.
    pub const fn new(verb: Verb, outcome: Outcome) -> Self {
        Self(verb as u32).with(OUTCOME, outcome as u32)
    }

    /// The class of the call.
    pub const fn verb(self) -> Verb {
        match self.bits(0, 3) {
            0 => Verb::Read,
            1 => Verb::Write,
            2 => Verb::Delete,
            3 => Verb::Auth,
            _ => Verb::Secret,
        }
    }

    /// How the call ended.
    pub const fn outcome(self) -> Outcome {
        match self.bits(OUTCOME, 2) {
            0 => Outcome::Ok,
            1 => Outcome::Denied,
            2 => Outcome::Throttled,
            _ => Outcome::Failed,
        }
    }

    /// Sets the `readOnly` flag as recorded.
    #[must_use]
    pub const fn with_read_only(self, value: Option<bool>) -> Self {
        self.with(RO, Self::maybe(value))
    }

    /// The `readOnly` flag as recorded.
    pub const fn read_only(self) -> Option<bool> {
        Self::unmaybe(self.bits(RO, 2))
    }

    /// Sets whether the session says it used a second factor.
    #[must_use]
    pub const fn with_mfa(self, value: Option<bool>) -> Self {
        self.with(MFA, Self::maybe(value))
    }

    /// Whether the session says it used a second factor.
    pub const fn mfa(self) -> Option<bool> {
        Self::unmaybe(self.bits(MFA, 2))
    }

    /// Sets whether the call came from a console session.
    #[must_use]
    pub const fn with_console(self, yes: bool) -> Self {
        self.with(CONSOLE, yes as u32)
    }

    /// Whether the call came from a console session.
    pub const fn console(self) -> bool {
        self.bits(CONSOLE, 1) == 1
    }

    /// Sets whether the caller is an account's root user.
    #[must_use]
    pub const fn with_root(self, yes: bool) -> Self {
        self.with(ROOT, yes as u32)
    }

    /// Whether the caller is an account's root user.
    pub const fn root(self) -> bool {
        self.bits(ROOT, 1) == 1
    }

    /// Sets whether a service made the call.
    #[must_use]
    pub const fn with_service_driven(self, yes: bool) -> Self {
        self.with(SERVICE, yes as u32)
    }

    /// Whether a service made the call.
    pub const fn service_driven(self) -> bool {
        self.bits(SERVICE, 1) == 1
    }

    /// Sets whether the record was kept after a resynchronisation.
    #[must_use]
    pub const fn with_recovered(self, yes: bool) -> Self {
        self.with(RECOVERED, yes as u32)
    }

    /// Whether the record was kept after a resynchronisation: damage stands before it in its file.
    pub const fn recovered(self) -> bool {
        self.bits(RECOVERED, 1) == 1
    }

    /// Sets whether the source left out request and response.
    #[must_use]
    pub const fn with_summary(self, yes: bool) -> Self {
        self.with(SUMMARY, yes as u32)
    }

    /// Whether the source left out request and response.
    pub const fn summary(self) -> bool {
        self.bits(SUMMARY, 1) == 1
    }

    /// Sets whether the source had the record in another schema.
    #[must_use]
    pub const fn with_mapped(self, yes: bool) -> Self {
        self.with(MAPPED, yes as u32)
    }

    /// Whether the source had the record in another schema than `CloudTrail`'s own: a record of the
    /// same id in that schema says the same and more.
    pub const fn mapped(self) -> bool {
        self.bits(MAPPED, 1) == 1
    }

    /// Sets whether the record was mended.
    #[must_use]
    pub const fn with_repaired(self, yes: bool) -> Self {
        self.with(REPAIRED, yes as u32)
    }

    /// Whether the record was damaged, and mended because that was wished.
    pub const fn repaired(self) -> bool {
        self.bits(REPAIRED, 1) == 1
    }

    pub(crate) const fn with_id_kind(self, kind: u32) -> Self {
        self.with(ID_KIND, kind)
    }

    pub(crate) const fn id_kind(self) -> u32 {
        self.bits(ID_KIND, 2)
    }

    pub(crate) const fn with_canonical(self, yes: bool) -> Self {
        self.with(CANONICAL, yes as u32)
    }

    /// Whether the row's content hash is that of its canonical JSON.
    pub(crate) const fn canonical(self) -> bool {
        self.bits(CANONICAL, 1) == 1
    }

    pub(crate) const fn with_usual_time(self, yes: bool) -> Self {
        self.with(USUAL_TIME, yes as u32)
    }

    /// Whether the row's time stands in its record as [`crate::base::time::UtcMicros::iso`] writes
    /// it.
    pub(crate) const fn usual_time(self) -> bool {
        self.bits(USUAL_TIME, 1) == 1
    }

    /// The letter of a list: the first that applies of `!` failed, `S` service-driven, then the
    /// class.
    pub const fn letter(self) -> char {
        if !matches!(self.outcome(), Outcome::Ok) {
            '!'
        } else if self.service_driven() {
            'S'
        } else {
            self.verb().letter()
        }
    }
}

/// The numbers of an event's id; see [`crate::index::snapshot::Snapshot::recorded_id`] for its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IdBits {
    /// A UUID written the usual way.
    Uuid(u128),
    /// Any other text: a symbol of the snapshot's odd ids.
    Odd(Sym),
    /// The record has none.
    None,
}

/// Rows of columns, open or sealed.
#[derive(Debug, Clone)]
pub struct Segment {
    pub(crate) len: usize,
    pub(crate) times: Times,
    pub(crate) columns: Box<[Packed]>,
    pub(crate) facts: AllFacts,
    pub(crate) ids: Box<[u128]>,
    pub(crate) places: Places,
    /// Where each row's resources end; none where no row has any.
    pub(crate) resource_ends: Ends,
    pub(crate) resources: Packed,
    /// By [`Mark::code`].
    pub(crate) resource_marks: Packed,
    pub(crate) bytes_out: Amounts,
}

impl Segment {
    /// Rows.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether it has none.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Times of the rows: microseconds since 1970, [`UNDATED`] where there is none.
    pub const fn times(&self) -> &Times {
        &self.times
    }

    /// A column.
    pub fn column(&self, col: Col) -> &Packed {
        &self.columns[col as usize]
    }

    /// Bytes that each row says were given out, where it does.
    pub const fn bytes_out(&self) -> &Amounts {
        &self.bytes_out
    }

    /// Facts of the rows.
    pub const fn facts(&self) -> &AllFacts {
        &self.facts
    }

    /// The id of a row.
    pub fn id(&self, row: usize) -> IdBits {
        match self.facts.get(row).id_kind() {
            0 => IdBits::Uuid(self.ids[row]),
            1 => Sym::from_code(self.ids[row] as u32).map_or(IdBits::None, IdBits::Odd),
            _ => IdBits::None,
        }
    }

    /// Where a row's record is.
    pub fn place(&self, row: usize) -> RecordPlace {
        self.places.get(row)
    }

    /// The places of a row's resources among those of all rows.
    fn places_of_resources(&self, row: usize) -> std::ops::Range<usize> {
        // There are no ends where no row has any.
        let end = |row: usize| self.resource_ends.get(row);
        row.checked_sub(1).map_or(0, end)..end(row)
    }

    /// The resources of a row, in order of trust.
    pub fn resources(&self, row: usize) -> impl Iterator<Item = Sym> + '_ {
        let places = self.places_of_resources(row);
        places.filter_map(|at| self.resources.get(at))
    }

    /// The rows whose file, by its id's number, stands for yes.
    pub fn rows_of_files(&self, wanted: &[bool]) -> Bitmap {
        let fits = |file: u32| wanted.get(file as usize).copied().unwrap_or(false);
        self.places.rows_of_files(fits)
    }

    /// The rows one of whose resources is in the set.
    pub fn rows_with_resources(&self, wanted: &CodeSet) -> Bitmap {
        let mut rows = Bitmap::default();
        if wanted.is_empty() {
            return rows;
        }
        // Most names stand for few rows: the list of names is scanned, then their rows are found,
        // which are seldom far from the last one.
        let all = self.resource_ends.last();
        let mut row = 0;
        self.resources.for_each(all, |at, code| {
            if wanted.has(code) {
                row = self.resource_ends.row_of(at, row);
                rows.insert(row);
            }
        });
        rows
    }

    /// The resources of a row with how it names each.
    pub fn named(&self, row: usize) -> impl Iterator<Item = (Sym, Mark)> + '_ {
        let places = self.places_of_resources(row);
        places.filter_map(|at| {
            Some((
                self.resources.get(at)?,
                Mark::of_code(self.resource_marks.code(at)),
            ))
        })
    }
}

/// Numbers that few rows have.
#[derive(Debug, Clone, Default)]
pub struct Amounts {
    rows: Vec<u16>,
    amounts: Vec<u64>,
}

impl Amounts {
    pub(crate) fn push(&mut self, row: usize, amount: u64) {
        self.rows.push(row as u16);
        self.amounts.push(amount);
    }

    fn clear(&mut self) {
        self.rows.clear();
        self.amounts.clear();
    }

    /// The rows that have a number, in order, each with it.
    pub fn iter(&self) -> impl Iterator<Item = (usize, u64)> + '_ {
        let rows = self.rows.iter().map(|row| usize::from(*row));
        rows.zip(self.amounts.iter().copied())
    }

    /// The number of a row, where it has one.
    pub fn get(&self, row: usize) -> Option<u64> {
        let row = u16::try_from(row).ok()?;
        let at = self.rows.binary_search(&row).ok()?;
        self.amounts.get(at).copied()
    }
}

/// The tail while it grows: plain vectors, copied when a snapshot is published.
#[derive(Debug, Default)]
pub(crate) struct SegmentWriter {
    pub(crate) times: Vec<i64>,
    pub(crate) columns: [Vec<u32>; Col::ALL.len()],
    pub(crate) facts: Vec<Facts>,
    pub(crate) ids: Vec<u128>,
    pub(crate) places: PlacesWriter,
    pub(crate) resource_ends: Vec<u32>,
    pub(crate) resources: Vec<u32>,
    pub(crate) resource_marks: Vec<u32>,
    pub(crate) bytes_out: Amounts,
}

impl SegmentWriter {
    pub(crate) fn len(&self) -> usize {
        self.times.len()
    }

    /// Forgets the rows and keeps their room: the next segment needs the same again.
    pub(crate) fn clear(&mut self) {
        // Every list by its name: one that is forgotten here would keep the rows of another segment.
        let Self {
            times,
            columns,
            facts,
            ids,
            places,
            resource_ends,
            resources,
            resource_marks,
            bytes_out,
        } = self;
        times.clear();
        columns.iter_mut().for_each(Vec::clear);
        facts.clear();
        ids.clear();
        places.clear();
        resource_ends.clear();
        resources.clear();
        resource_marks.clear();
        bytes_out.clear();
    }

    /// A sealed copy of the rows so far.
    pub(crate) fn seal(&self) -> Segment {
        Segment {
            len: self.len(),
            times: Times::pack(&self.times),
            columns: self.columns.iter().map(|c| Packed::pack(c)).collect(),
            facts: AllFacts::pack(&self.facts),
            ids: self.ids.as_slice().into(),
            places: self.places.pack(),
            resource_ends: if self.resources.is_empty() {
                Ends::default()
            } else {
                Ends::of(&self.resource_ends)
            },
            resources: Packed::pack(&self.resources),
            resource_marks: Packed::pack(&self.resource_marks),
            bytes_out: self.bytes_out.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_its_two_halves() {
        let id = EventId::new(3, 512);
        assert_eq!(
            (id.segment(), id.row(), id.index()),
            (3, 512, 3 * 65_536 + 512)
        );
        assert_eq!(EventId::nth(id.index()), id);
    }

    #[test]
    fn facts_keep_to_their_bits() {
        for verb in Verb::ALL {
            for outcome in [
                Outcome::Ok,
                Outcome::Denied,
                Outcome::Throttled,
                Outcome::Failed,
            ] {
                let f = Facts::new(verb, outcome)
                    .with_read_only(Some(false))
                    .with_mfa(Some(true))
                    .with_console(true)
                    .with_service_driven(true)
                    .with_id_kind(2);
                assert_eq!((f.verb(), f.outcome()), (verb, outcome));
                assert_eq!((f.read_only(), f.mfa()), (Some(false), Some(true)));
                assert!(f.console() && f.service_driven() && !f.root() && !f.recovered());
                assert_eq!(f.id_kind(), 2);
            }
        }
    }
}
