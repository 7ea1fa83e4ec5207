//! The threads that decode: files in, batches of rows out.

use std::io::{Seek as _, SeekFrom};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::SyncSender;

use crate::base::guard::guarded;
use crate::base::ledger::{Problem, ProblemClass};
use crate::base::origin::{FileId, Origin};
use crate::decode::archive::{self, Caps, What};
use crate::decode::{self, Leaves, Marks, Place, Sink, Tally};
use crate::engine::conveyor::{Counters, Ended, Gate, Job, Part, ToRead};
use crate::engine::lister::GROUP_FILES;
use crate::engine::loader::{LoadOptions, Stop};
use crate::engine::reader::Reader;
use crate::engine::spool::Tee;
use crate::event::record::Record;
use crate::index::batch::BatchBuilder;
use crate::index::values::{Held, ValuesBuilder};
use crate::source::{self, Bytes, Changed};

/// Rows of a batch. Enough to make the channel cheap, few enough to show soon.
const BATCH_ROWS: usize = 4096;
/// Archives in archives, no deeper than this.
const MOST_NESTED: usize = 3;

/// A call that fails inside.
#[cfg(test)]
pub(super) const FAILS_INSIDE: &str = "FailsInside";

/// A builder that gathers values where there is something that counts them.
pub(super) fn builder(thread: usize, file: FileId, held: Option<Held>) -> BatchBuilder {
    let builder = BatchBuilder::new(thread, file);
    match held {
        Some(held) => builder.with_values(ValuesBuilder::new(held)),
        None => builder,
    }
}

/// One thread that decodes, with all it keeps from file to file.
pub(super) struct Decoder {
    pub(super) builder: BatchBuilder,
    pub(super) ended: Vec<Ended>,
    pub(super) options: LoadOptions,
    pub(super) stop: Stop,
    pub(super) counters: Arc<Counters>,
    pub(super) gate: Arc<Gate>,
    pub(super) reader: Reader,
    pub(super) thread: usize,
    pub(super) held: Held,
    /// Whether the rows of the file that is being read wait for everything else.
    pub(super) mapped: bool,
}

/// A problem of a file as a whole.
pub(super) fn fault(class: ProblemClass, detail: String) -> Problem {
    Problem {
        class,
        at: None,
        detail,
    }
}

impl Decoder {
    /// Reads the files of a group.
    pub(super) fn work(&mut self, job: Job) {
        for file in job.files {
            if matches!(file.bytes, Bytes::Stdin) {
                // Nobody knows when a pipe has more: what was read so far is shown meanwhile.
                self.flush(&job.parts, job.number);
            }
            self.builder.begin(file.id);
            let mut sink = Batches {
                decoder: self,
                group: job.number,
                parts: &job.parts,
                counted: 0,
            };
            // A failure inside costs its file, which the ledger then names, not the files after it.
            let ended = guarded(|| sink.read(&file));
            let ended = ended.unwrap_or_else(|| {
                tracing::error!("reading a file failed inside the program");
                self.builder.abandon();
                self.ended_inside(&job.parts, job.number, file.id);
                Ended::default()
            });
            self.end(ended, &job.parts, job.number);
            if self.builder.is_full(BATCH_ROWS) {
                self.flush(&job.parts, job.number);
            }
        }
        self.flush(&job.parts, job.number);
    }

    /// Ends a file.
    fn end(&mut self, ended: Ended, parts: &SyncSender<Part>, group: u64) {
        self.builder.end();
        self.ended.push(ended);
        if self.mapped {
            self.flush(parts, group);
            self.mapped = false;
        }
    }

    /// Sends what is whole and begins with a new builder: nobody knows what the old one is like.
    fn ended_inside(&mut self, parts: &SyncSender<Part>, group: u64, file: FileId) {
        self.flush(parts, group);
        let held = self.options.values.then(|| self.held.clone());
        self.builder = builder(self.thread, file, held);
        if let Some(values) = self.builder.values() {
            // Nobody knows what else it holds.
            values.open();
        }
    }

    fn flush(&mut self, parts: &SyncSender<Part>, group: u64) {
        if self.builder.is_empty() {
            return;
        }
        let part = Part {
            batch: self.builder.take(),
            ended: std::mem::take(&mut self.ended),
            mapped: self.mapped,
        };
        self.gate.enter(group, &self.stop);
        // Nobody there to take it: the load is over.
        let _ = parts.send(part);
    }
}

/// Collects the records of one file into batches.
struct Batches<'a> {
    decoder: &'a mut Decoder,
    group: u64,
    parts: &'a SyncSender<Part>,
    counted: u64,
}

impl Batches<'_> {
    /// Reads one file.
    fn read(&mut self, file: &ToRead) -> Ended {
        let mut ended = Ended::default();
        if self.decoder.stop.is_set() {
            ended.fault = Some(fault(
                ProblemClass::Stopped,
                "the load was stopped before it".into(),
            ));
            return ended;
        }
        let options = self.decoder.options.clone();
        let wishes = |size_hint| wishes(&options, file.origin.name(), size_hint);
        let result = match &file.bytes {
            Bytes::File(path) => source::open(path).map(|mut open| {
                let size = open.size();
                let tally = decode::decode(&mut open, &wishes(Some(size)), self);
                if open.changed() == Changed(true) {
                    ended.fault = Some(fault(
                        ProblemClass::ChangedWhileRead,
                        "written to while it was read".into(),
                    ));
                }
                tally
            }),
            Bytes::Memory(bytes) => {
                let size = Some(bytes.len() as u64);
                Ok(decode::decode(&mut &bytes[..], &wishes(size), self))
            }
            Bytes::Stdin => {
                let spool = file.spool.clone().unwrap_or_default();
                let mut tee = Tee {
                    input: std::io::stdin(),
                    spool,
                };
                // A pipe cannot be read again to hash it later.
                let wishes = decode::Options {
                    hash: true,
                    ..wishes(None)
                };
                let tally = decode::decode(&mut tee, &wishes, self);
                if tally.archive.is_some() {
                    // What was not looked at yet is kept, so that the archive can be gone through.
                    let _ = std::io::copy(&mut tee, &mut std::io::sink());
                }
                Ok(tally)
            }
        };
        match result {
            Ok(mut tally) => {
                self.archive(file.id, &file.origin, &mut tally, 0);
                self.progress(tally.bytes);
                ended.tally = Some(tally);
            }
            Err(e) => ended.fault = Some(fault(ProblemClass::Unreadable, e.to_string())),
        }
        ended
    }
}

impl Batches<'_> {
    /// Goes through an archive that was recognised: each file in it is read as a file of its own.
    fn archive(&mut self, id: FileId, origin: &Origin, tally: &mut Tally, depth: usize) {
        let Some(kind) = tally.archive else { return };
        let options = self.decoder.options.clone();
        let reader = self.decoder.reader.clone();
        if options.hash
            && let Ok((sha256, bytes)) = reader.sha256(id)
        {
            (tally.sha256, tally.bytes) = (Some(sha256), bytes);
        }
        if depth >= MOST_NESTED {
            let detail = "an archive too deep inside archives; unpack it first".to_owned();
            tally.problems.push(fault(ProblemClass::NestedGzip, detail));
            tally.refused = Some(ProblemClass::NestedGzip);
            return;
        }
        let mut bytes = match reader.seekable(id) {
            Ok(bytes) => bytes,
            Err(e) => {
                tally
                    .problems
                    .push(fault(ProblemClass::SizeLimit, e.to_string()));
                tally.refused = Some(ProblemClass::SizeLimit);
                return;
            }
        };
        let packed = bytes.seek(SeekFrom::End(0)).unwrap_or_default();
        if !options.hash {
            tally.bytes = packed;
        }
        let _ = bytes.rewind();
        let caps = Caps {
            packed,
            max_inflated: options.max_inflated,
            max_ratio: options.max_ratio,
        };
        let mut nested = Vec::new();
        let problems = archive::members(kind, &mut *bytes, caps, &mut |member| {
            let found = &self.decoder.counters.files_found;
            found.fetch_add(1, Ordering::Relaxed);
            let inside = origin.member(&member.name);
            let mut ended = Ended::default();
            match member.what {
                What::Skipped(class, detail) => {
                    let id = reader.add_member(inside.clone(), id, None);
                    ended.member = Some((id, inside));
                    self.decoder.builder.begin(id);
                    ended.fault = Some(fault(class, detail));
                }
                What::File(spot, size, bytes) => {
                    let id = reader.add_member(inside.clone(), id, Some(spot));
                    self.decoder.builder.begin(id);
                    let wishes = wishes(&options, inside.name(), Some(size));
                    let counted = std::mem::take(&mut self.counted);
                    let tally = decode::decode(bytes, &wishes, self);
                    self.counted = counted;
                    if tally.archive.is_some() {
                        nested.push((id, inside, tally));
                        return self.decoder.stop.flow();
                    }
                    ended.member = Some((id, inside));
                    ended.tally = Some(tally);
                }
            }
            self.end(ended);
            self.decoder.stop.flow()
        });
        tally.problems.extend(problems);
        tally.stopped = self.decoder.stop.is_set();
        for (id, inside, mut tally) in nested {
            self.archive(id, &inside, &mut tally, depth + 1);
            self.decoder.builder.begin(id);
            self.end(Ended {
                member: Some((id, inside)),
                tally: Some(tally),
                fault: None,
            });
        }
        self.decoder.builder.begin(id);
    }

    /// Ends a file of an archive.
    fn end(&mut self, ended: Ended) {
        self.decoder.end(ended, self.parts, self.group);
        if self.decoder.ended.len() >= GROUP_FILES {
            self.decoder.flush(self.parts, self.group);
        }
    }
}

/// What a load wishes of the decoder of one file.
pub(super) fn wishes<'n>(
    options: &LoadOptions,
    name_hint: &'n str,
    size_hint: Option<u64>,
) -> decode::Options<'n> {
    decode::Options {
        max_record: options.max_record,
        max_inflated: options.max_inflated,
        max_ratio: options.max_ratio,
        hash: options.hash,
        secrets: options.secrets,
        repair: options.repair,
        values: options.values,
        resources: options.needs.resources,
        name_hint,
        size_hint,
    }
}

impl Sink for Batches<'_> {
    fn record(
        &mut self,
        record: &mut Record<'_>,
        place: Place,
        marks: Marks,
        json: &[u8],
    ) -> ControlFlow<()> {
        #[cfg(test)]
        assert_ne!(record.event_name.as_deref(), Some(FAILS_INSIDE));
        if record.is_mapped && !self.decoder.mapped {
            self.decoder.flush(self.parts, self.group);
            self.decoder.mapped = true;
        }
        let builder = &mut self.decoder.builder;
        if let Some(values) = builder.values() {
            if marks.has_any(Marks::HARD_TO_READ) || record.is_mapped || record.is_repaired {
                values.open_row();
            }
            if let Some(known) = record.identity.known() {
                values.note_identity(known.number, known.leaves());
            }
        }
        builder.push(record, place.offset, place.len, marks.has(Marks::RECOVERED));
        if self.decoder.options.needs.lineage {
            builder.note_birth(record, json);
        }
        if builder.is_full(BATCH_ROWS) {
            self.decoder.flush(self.parts, self.group);
        }
        self.decoder.stop.flow()
    }

    fn leaves(&mut self, record: &Record<'_>, leaves: &Leaves<'_>, json: &[u8]) {
        self.decoder.builder.expect(record);
        if let Some(values) = self.decoder.builder.values() {
            values.note_keys(leaves.way(), leaves.keys(json));
            values.note(leaves.values(json));
        }
    }

    fn progress(&mut self, bytes_read: u64) {
        let more = bytes_read.saturating_sub(self.counted);
        self.decoder
            .counters
            .bytes
            .fetch_add(more, Ordering::Relaxed);
        self.counted = bytes_read;
    }
}
