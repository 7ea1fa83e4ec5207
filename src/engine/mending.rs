//! Mending on request: one file is read once more, and what has an obvious cure comes in.
//!
//! Only the records that were mended are taken, so rows that are there stay what they are and keep
//! their ids; the new ones carry the mark. What reads a mended record again mends it again.

use std::ops::ControlFlow;

use crate::base::ledger::FileEntry;
use crate::base::origin::FileId;
use crate::decode::{self, Marks, Place, Sink, Tally};
use crate::engine::reader::Reader;
use crate::event::record::Record;
use crate::index::batch::{Batch, BatchBuilder};
use crate::index::values::{Held, ValuesBuilder};
use crate::index::writer::Appended;

/// Takes the mended records of a file.
struct Mended<'a> {
    builder: &'a mut BatchBuilder,
}

impl Sink for Mended<'_> {
    fn record(
        &mut self,
        record: &mut Record<'_>,
        place: Place,
        marks: Marks,
        json: &[u8],
    ) -> ControlFlow<()> {
        if record.is_repaired {
            let recovered = marks.has(Marks::RECOVERED);
            self.builder
                .push(record, place.offset, place.len, recovered);
            self.builder.note_birth(record, json);
        }
        ControlFlow::Continue(())
    }
}

/// The mended records of a file, and what became of it; `None` where it cannot be read any more.
/// `thread` is a number no decoder has.
pub(crate) fn mend(
    reader: &Reader,
    file: FileId,
    options: decode::Options<'_>,
    thread: usize,
    values: Option<&Held>,
) -> Option<(Batch, Tally)> {
    let mut builder = BatchBuilder::new(thread, file);
    if let Some(held) = values {
        builder = builder.with_values(ValuesBuilder::new(held.clone()));
    }
    builder.begin(file);
    if let Some(values) = builder.values() {
        // A search asks the file itself: mended records hold what nothing was noted of.
        values.open();
    }
    let options = decode::Options {
        repair: true,
        values: false,
        ..options
    };
    let mut sink = Mended {
        builder: &mut builder,
    };
    let read = |bytes: &mut dyn std::io::Read| Ok(decode::decode(bytes, &options, &mut sink));
    let tally = reader.with(file, read).ok()?;
    builder.end();
    Some((builder.take(), tally))
}

/// The file's line of the ledger after its mended records came in.
pub(crate) fn entry(before: &FileEntry, tally: Tally, sums: Appended) -> FileEntry {
    let mut after = before.clone();
    let records = &mut after.records;
    records.kept += sums.kept;
    records.duplicate += sums.duplicate;
    records.undated += sums.undated;
    records.set_aside = tally.set_aside;
    records.found = records.kept + records.duplicate + records.set_aside;
    after.events += sums.distinct;
    after.status = tally.status();
    after.problems = tally.problems;
    after.more_problems = tally.more_problems;
    after.mendable = 0;
    after
}
