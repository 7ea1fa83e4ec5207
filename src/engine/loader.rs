//! Loading: one task walks, one a core decodes, one appends and publishes.
//!
//! Small files travel in groups, since each message costs as much as some records. All channels
//! are bounded, so a full one makes the one before it wait, and so does the gate: decoders that ran
//! ahead of a large file. Batches are appended in the order of the walk whatever decoder was faster:
//! each group has a small channel of its own, and the appending task empties them in that order. The
//! same evidence gives the same rows.

use std::io::{Seek as _, SeekFrom};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::task;

use crate::base::guard::guarded;
use crate::base::ledger::{FileEntry, FileStatus, Ledger, Problem, ProblemClass, RecordCounts};
use crate::base::origin::{FileId, Origin};
use crate::decode::archive::{self, Caps, What};
use crate::decode::{self, Leaves, Marks, Place, Sink, Tally};
use crate::engine::follow::Follow;
use crate::engine::mending;
use crate::engine::protocol::{Progress, Reply};
use crate::engine::reader::Reader;
use crate::engine::spool::{Spool, Tee};
use crate::event::record::Record;
use crate::index::atlas::Atlas;
use crate::index::batch::{Batch, BatchBuilder};
use crate::index::needs::Needs;
use crate::index::snapshot::Snapshot;
use crate::index::values::{Held, ValuesBuilder};
use crate::index::writer::{Appended, IndexWriter, Translated};
use crate::pivot::lineage::{Lineage, Wishes};
use crate::source::{self, Bytes, Changed, Found, Spec};

/// Limits and wishes of a load.
#[derive(Debug, Clone)]
pub struct LoadOptions {
    /// The largest record that is read, in bytes.
    pub max_record: usize,
    /// The most text read of a file whose compression is too good to be true, in bytes.
    pub max_inflated: u64,
    /// No better ratio of text to bytes is believed.
    pub max_ratio: u64,
    /// Whether to compute the SHA-256 of every file.
    pub hash: bool,
    /// Whether to look for secrets in the records.
    pub secrets: bool,
    /// Whether damaged records are mended where there is one obvious way.
    pub repair: bool,
    /// Whether to note what files hold beside the columns, so that a text is found without reading
    /// every file again. The load takes longer with it and the answers are the same without.
    pub values: bool,
    /// What is worked out beyond the columns: everything, but where one question is all that will
    /// be asked.
    pub needs: Needs,
    /// Whether to leave every person the literal caller.
    pub no_lineage: bool,
    /// What counts as a link between sessions.
    pub wishes: Wishes,
    /// Whether the rows so far are shown while more are read. Where nobody looks before the end,
    /// making pictures of a growing index is work for nothing.
    pub live: bool,
    /// What is known of addresses.
    pub atlas: Arc<Atlas>,
}

impl Default for LoadOptions {
    fn default() -> Self {
        let d = decode::Options::default();
        Self {
            max_record: d.max_record,
            max_inflated: d.max_inflated,
            max_ratio: d.max_ratio,
            hash: false,
            secrets: false,
            repair: false,
            values: true,
            needs: Needs::ALL,
            no_lineage: false,
            wishes: Wishes::default(),
            live: true,
            atlas: Arc::default(),
        }
    }
}

/// Everything a load gives.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// The rows.
    pub snapshot: Arc<Snapshot>,
    /// What was read and what was not.
    pub ledger: Arc<Ledger>,
    /// Where the sessions come from.
    pub lineage: Arc<Lineage>,
}

/// Stops a load from outside.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Stops it; what was read stays.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    fn flow(&self) -> ControlFlow<()> {
        if self.is_set() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}

/// Rows of a batch. Enough to make the channel cheap, few enough to show soon.
const BATCH_ROWS: usize = 4096;
/// Batches of one group that may wait.
const BATCHES_AHEAD: usize = 2;
/// Batches for each decoder, of all groups behind the one that is being appended, that may wait.
const BATCHES_WAITING: usize = 8;
/// Files of a group, and bytes of them, before the next one begins.
const GROUP_FILES: usize = 64;
const GROUP_BYTES: u64 = 1 << 20;
/// Groups that may wait for a decoder: enough for the walk to run ahead, so that the whole is soon
/// known, and bounded, so that a million names do not fill the memory.
const GROUPS_AHEAD: usize = 2048;
/// Archives in archives, no deeper than this.
const MOST_NESTED: usize = 3;
/// Shortest time between two snapshots.
const PUBLISH_EVERY: Duration = Duration::from_millis(250);
/// The first snapshot comes with this many rows, or after this time with any.
const FIRST_ROWS: usize = 1000;
const FIRST_AFTER: Duration = Duration::from_millis(15);
/// A snapshot costs at most this share of the time between two.
const PUBLISH_SHARE: u32 = 20;

/// What the walk hands to the appending task, in the order of the walk.
struct Ticket {
    met: Vec<Met>,
    parts: Receiver<Part>,
}

/// One thing the walk met.
enum Met {
    File {
        id: FileId,
        origin: Origin,
        named: bool,
    },
    Skipped(FileId, FileEntry),
}

/// What a decoder hands to the appending task: rows, and how the files that end in them were read.
struct Part {
    batch: Batch,
    ended: Vec<Ended>,
    /// Whether the rows came in another schema than `CloudTrail`'s own: they may be copies of
    /// records that are still to come, which say more. Such rows are of one file.
    mapped: bool,
}

/// How the reading of a file ended.
#[derive(Default)]
struct Ended {
    /// The file of an archive that it was; `None` for a file that the walk met.
    member: Option<(FileId, Origin)>,
    tally: Option<Tally>,
    /// A problem of the file as a whole: it could not be opened, or changed, or was not read.
    fault: Option<Problem>,
}

/// Files to read, in the order of the walk.
struct Job {
    number: u64,
    files: Vec<ToRead>,
    parts: SyncSender<Part>,
}

struct ToRead {
    id: FileId,
    origin: Origin,
    bytes: Bytes,
    spool: Option<Spool>,
}

/// Lets the group that is being appended through, and of the others only so many batches.
#[derive(Debug)]
struct Gate {
    /// Batches that may wait.
    most: usize,
    state: Mutex<Waiting>,
    moved: Condvar,
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            most: BATCHES_WAITING * decoders(),
            state: Mutex::default(),
            moved: Condvar::default(),
        }
    }
}

#[derive(Debug, Default)]
struct Waiting {
    /// The group that is being appended.
    now: u64,
    batches: usize,
}

impl Gate {
    /// Waits until a batch of a group may be sent.
    fn enter(&self, group: u64, stop: &Stop) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        while state.now < group && state.batches >= self.most && !stop.is_set() {
            // Stopping moves nothing here, so it is looked for now and then.
            let waited = self.moved.wait_timeout(state, Duration::from_millis(50));
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        state.batches += 1;
    }

    fn leave(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.batches = state.batches.saturating_sub(1);
        drop(state);
        self.moved.notify_all();
    }

    fn next(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.now += 1;
        drop(state);
        self.moved.notify_all();
    }
}

#[derive(Debug, Default)]
struct Counters {
    files_found: AtomicU64,
    bytes_found: AtomicU64,
    bytes: AtomicU64,
    walked: AtomicBool,
}

/// Loads what the arguments name; says how it goes through `on`, which must not wait.
///
/// What cannot be read stands in the ledger. Where `mends` is given and a record has an obvious cure,
/// the load goes on waiting for files to be mended until nobody can ask any more. `None` only where appending failed inside the program.
pub async fn load(
    specs: Vec<Spec>,
    options: LoadOptions,
    reader: Reader,
    stop: Stop,
    mends: Option<Receiver<FileId>>,
    on: impl FnMut(Reply) + Send + 'static,
) -> Option<Loaded> {
    let counters = Arc::new(Counters::default());
    let gate = Arc::new(Gate::default());
    let (tickets, waiting) = sync_channel(GROUPS_AHEAD);
    let (jobs, open_jobs) = sync_channel(GROUPS_AHEAD);
    let open_jobs = Arc::new(Mutex::new(open_jobs));
    let held = Held::default();
    let live = options.live;
    for thread in 0..decoders() {
        let jobs = Arc::clone(&open_jobs);
        let mut decoder = Decoder {
            builder: builder(thread, FileId(0), options.values.then(|| held.clone())),
            held: held.clone(),
            ended: Vec::new(),
            options: options.clone(),
            stop: stop.clone(),
            counters: Arc::clone(&counters),
            gate: Arc::clone(&gate),
            reader: reader.clone(),
            thread,
            mapped: false,
        };
        task::spawn_blocking(move || {
            loop {
                let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
                let Ok(job) = job else { return };
                decoder.work(job);
            }
        });
    }
    drop(open_jobs);
    let (walk_stop, walk_counters) = (stop.clone(), Arc::clone(&counters));
    let files = reader.clone();
    task::spawn_blocking(move || {
        let mut walk = Walk {
            reader: &files,
            stop: &walk_stop,
            counters: &walk_counters,
            tickets,
            jobs,
            number: 0,
            group: Group::default(),
            most: 1,
        };
        walk.run(&specs);
        walk_counters.walked.store(true, Ordering::Relaxed);
    });
    let mends = mends.map(|asked| Mends {
        asked,
        values: options.values.then_some(held),
        options: options.clone(),
    });
    let off = options.no_lineage || !options.needs.lineage;
    let follow = Follow::new(options.wishes, off, live);
    let writer = IndexWriter::new().with(reader.names(), Arc::clone(&options.atlas));
    let indexer = task::spawn_blocking(move || {
        let mut indexer = Indexer {
            writer,
            ..Indexer::new(counters, stop, reader, gate, follow, live, on)
        };
        let loaded = indexer.run(&waiting);
        match mends {
            Some(mends) => indexer.mend(loaded, &mends),
            None => loaded,
        }
    });
    indexer.await.ok()
}

/// A builder that gathers values where there is something that counts them.
fn builder(thread: usize, file: FileId, held: Option<Held>) -> BatchBuilder {
    let builder = BatchBuilder::new(thread, file);
    match held {
        Some(held) => builder.with_values(ValuesBuilder::new(held)),
        None => builder,
    }
}

/// One decoder a core.
fn decoders() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZero::get)
}

/// Things met since the last group was sent.
#[derive(Default)]
struct Group {
    met: Vec<Met>,
    files: Vec<ToRead>,
    bytes: u64,
}

/// The task that walks.
struct Walk<'a> {
    reader: &'a Reader,
    stop: &'a Stop,
    counters: &'a Counters,
    tickets: SyncSender<Ticket>,
    jobs: SyncSender<Job>,
    number: u64,
    group: Group,
    /// Files of the next group: few at first, so that the first rows come soon.
    most: usize,
}

impl Walk<'_> {
    fn run(&mut self, specs: &[Spec]) {
        let walked = source::walk(specs, &|_| false, &mut |found| {
            self.stop.flow()?;
            self.counters.files_found.fetch_add(1, Ordering::Relaxed);
            self.meet(found)
        });
        // After a stop what was met still has its line in the ledger.
        let _ = self.send();
        let _ = walked;
    }

    fn meet(&mut self, found: Found) -> ControlFlow<()> {
        let entry = |origin, named, status, class, detail| FileEntry {
            status,
            named,
            problems: vec![Problem {
                class,
                at: None,
                detail,
            }],
            ..FileEntry::new(origin)
        };
        match found {
            Found::File {
                origin,
                bytes,
                named,
                size,
            } => {
                self.counters.bytes_found.fetch_add(size, Ordering::Relaxed);
                let (id, spool) = self.reader.add(origin.clone(), Some(bytes.clone()));
                self.group.bytes += size.max(1);
                self.group.met.push(Met::File {
                    id,
                    origin: origin.clone(),
                    named,
                });
                self.group.files.push(ToRead {
                    id,
                    origin,
                    bytes,
                    spool,
                });
            }
            Found::Skipped {
                origin,
                class,
                detail,
                named,
            } => {
                let (id, _) = self.reader.add(origin.clone(), None);
                let skipped = entry(origin, named, FileStatus::Skipped, class, detail);
                self.group.met.push(Met::Skipped(id, skipped));
            }
            Found::Missing { origin, detail } => {
                let (id, _) = self.reader.add(origin.clone(), None);
                let class = ProblemClass::Unreadable;
                let missing = entry(origin, true, FileStatus::Refused, class, detail);
                self.group.met.push(Met::Skipped(id, missing));
            }
        }
        if self.group.met.len() >= self.most || self.group.bytes >= GROUP_BYTES {
            self.most = (self.most * 2).min(GROUP_FILES);
            self.send()?;
        }
        ControlFlow::Continue(())
    }

    /// Sends the group; breaks where nobody takes it.
    fn send(&mut self) -> ControlFlow<()> {
        let group = std::mem::take(&mut self.group);
        if group.met.is_empty() {
            return ControlFlow::Continue(());
        }
        let (parts, receiver) = sync_channel(BATCHES_AHEAD);
        let ticket = Ticket {
            met: group.met,
            parts: receiver,
        };
        let job = Job {
            number: self.number,
            files: group.files,
            parts,
        };
        self.number += 1;
        // The ticket first: the appending task must be able to reach this group's batches when
        // every decoder is busy with groups after it.
        if self.tickets.send(ticket).is_ok() && self.jobs.send(job).is_ok() {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    }
}

/// One thread that decodes, with all it keeps from file to file.
struct Decoder {
    builder: BatchBuilder,
    ended: Vec<Ended>,
    options: LoadOptions,
    stop: Stop,
    counters: Arc<Counters>,
    gate: Arc<Gate>,
    reader: Reader,
    thread: usize,
    held: Held,
    /// Whether the rows of the file that is being read wait for everything else.
    mapped: bool,
}

fn fault(class: ProblemClass, detail: String) -> Problem {
    Problem {
        class,
        at: None,
        detail,
    }
}

impl Decoder {
    /// Reads the files of a group.
    fn work(&mut self, job: Job) {
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

fn wishes<'n>(
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
        record: &Record<'_>,
        place: Place,
        marks: Marks,
        json: &[u8],
    ) -> ControlFlow<()> {
        #[cfg(test)]
        assert_ne!(record.event_name.as_deref(), Some(tests::FAILS_INSIDE));
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

    fn leaves(&mut self, leaves: &Leaves, json: &[u8]) {
        if let Some(values) = self.decoder.builder.values() {
            values.note_keys(leaves.shape(), leaves.keys(json));
            leaves.values(json).for_each(|value| values.note(value));
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

/// A file and its place in the ledger.
struct OfFile {
    at: usize,
    id: FileId,
    origin: Origin,
    named: bool,
    member: bool,
}

/// A file that was read, on its way into the ledger.
struct Finished {
    of: OfFile,
    ended: Option<Ended>,
    sums: Appended,
}

/// The ledger's line of a file that was read.
fn entry(file: Finished) -> FileEntry {
    let Finished { of, ended, sums } = file;
    let mut entry = FileEntry {
        named: of.named,
        member: of.member,
        ..FileEntry::new(of.origin)
    };
    entry.events = sums.distinct;
    entry.records = RecordCounts {
        found: sums.kept + sums.duplicate,
        kept: sums.kept,
        duplicate: sums.duplicate,
        undated: sums.undated,
        ..RecordCounts::default()
    };
    let mut ended = ended.unwrap_or_default();
    if ended.tally.is_none() && ended.fault.is_none() {
        ended.fault = Some(fault(
            ProblemClass::Unreadable,
            "reading it failed inside the program; please report this".into(),
        ));
    }
    entry.status = FileStatus::Refused;
    if let Some(tally) = ended.tally {
        entry.status = tally.status();
        entry.shape = tally.shape;
        entry.container = tally.container;
        entry.sha256 = tally.sha256;
        entry.bytes = tally.bytes;
        entry.inflated = tally.inflated;
        entry.records.found += tally.set_aside;
        entry.records.set_aside = tally.set_aside;
        entry.records.not_events = tally.not_events;
        entry.more_problems = tally.more_problems;
        entry.mendable = tally.mendable;
        entry.problems = tally.problems;
        if tally.stopped {
            entry.problems.push(Problem {
                class: ProblemClass::Stopped,
                at: None,
                detail: "the load was stopped inside it".into(),
            });
        }
    }
    if sums.conflicts > 0 {
        entry.problems.push(Problem {
            class: ProblemClass::DuplicateEvent,
            at: None,
            detail: format!(
                "{} of its events share an id with an event of other content",
                sums.conflicts
            ),
        });
    }
    if sums.repeated > 0 {
        entry.problems.push(Problem {
            class: ProblemClass::DuplicateEvent,
            at: None,
            detail: format!(
                "{} of its records are copies of others in it",
                sums.repeated
            ),
        });
    }
    if let Some(fault) = ended.fault {
        // A thing in an archive that is no file, or was not reached, was never opened.
        if matches!(
            fault.class,
            ProblemClass::Stopped | ProblemClass::Symlink | ProblemClass::SpecialFile
        ) {
            entry.status = FileStatus::Skipped;
        }
        entry.problems.push(fault);
    }
    if entry.status == FileStatus::Read && entry.problems.iter().any(|p| p.class.is_structural()) {
        entry.status = FileStatus::PartlyRead;
    }
    entry
}

/// The last snapshot that was published.
struct Published {
    at: Instant,
    took: Duration,
    rows: usize,
}

/// What the indexer does next where nothing more comes.
#[derive(Debug, PartialEq, Eq)]
struct Next {
    at: Instant,
    /// Shows what has come: in the quiet, or between rows that are still coming. `None` only says
    /// how far the load is.
    show: Option<bool>,
}

impl Next {
    /// What follows a wait that began at `since`, where a snapshot may be shown from `due` on. A
    /// writer that is faster than its readers waits all the time: only a wait of some length is
    /// quiet, in which lineage is worth its cost.
    fn of(behind: bool, trailing: bool, due: Instant, since: Instant) -> Self {
        let quiet = since + PUBLISH_EVERY;
        if behind && due < quiet {
            return Self {
                at: due,
                show: Some(false),
            };
        }
        if behind || trailing {
            return Self {
                at: quiet,
                show: Some(true),
            };
        }
        Self {
            at: Instant::now() + PUBLISH_EVERY,
            show: None,
        }
    }
}

impl Published {
    /// How long no other is shown after it.
    fn rest(&self) -> Duration {
        PUBLISH_EVERY.max(self.took * PUBLISH_SHARE)
    }
}

/// Files that are to be mended, and how they are read.
struct Mends {
    asked: Receiver<FileId>,
    values: Option<Held>,
    options: LoadOptions,
}

/// The task that appends and publishes.
struct Indexer<F> {
    counters: Arc<Counters>,
    stop: Stop,
    reader: Reader,
    gate: Arc<Gate>,
    live: bool,
    on: F,
    writer: IndexWriter,
    ledger: Ledger,
    progress: Progress,
    started: Instant,
    published: Option<Published>,
    fresh_files: Vec<(FileId, Arc<FileEntry>)>,
    /// Whether something came after the last publication.
    behind: bool,
    /// Whether rows have come since lineage was last followed to the end.
    trailing: bool,
    /// Files whose rows wait for everything else.
    held: Vec<(Finished, Appended, Vec<Translated>)>,
    follow: Follow,
}

impl<F: FnMut(Reply)> Indexer<F> {
    fn new(
        counters: Arc<Counters>,
        stop: Stop,
        reader: Reader,
        gate: Arc<Gate>,
        follow: Follow,
        live: bool,
        on: F,
    ) -> Self {
        Self {
            counters,
            stop,
            reader,
            gate,
            live,
            on,
            writer: IndexWriter::new(),
            ledger: Ledger::default(),
            progress: Progress::default(),
            started: Instant::now(),
            published: None,
            fresh_files: Vec::new(),
            held: Vec::new(),
            behind: false,
            trailing: false,
            follow,
        }
    }

    fn run(&mut self, tickets: &Receiver<Ticket>) -> Loaded {
        let reader = self.reader.clone();
        let canonical = move |place| decode::canonical(&reader.record(place).ok()?);
        while let Some(ticket) = self.wait(tickets) {
            let mut met = ticket.met.into_iter();
            // An archive stands before its members, and is done after them.
            let mut open = None;
            let mut waiting: Option<(Appended, Vec<Translated>)> = None;
            while let Some(part) = self.wait(&ticket.parts) {
                self.gate.leave();
                let sums = if part.mapped {
                    let before = self.writer.finish_file();
                    let (sum, rows) = waiting.get_or_insert_default();
                    *sum = sum.and(before);
                    rows.push(self.writer.translate(part.batch));
                    vec![Appended::default(); part.ended.len()]
                } else {
                    self.writer.append(part.batch, &canonical)
                };
                for (sums, mut ended) in sums.into_iter().zip(part.ended) {
                    open = open.or_else(|| self.open_next(&mut met));
                    let of = match ended.member.take() {
                        Some((id, origin)) => OfFile {
                            at: self.reserve(origin.clone()),
                            id,
                            origin,
                            named: false,
                            member: true,
                        },
                        None => match open.take() {
                            Some(of) => of,
                            None => continue,
                        },
                    };
                    let finished = Finished {
                        of,
                        ended: Some(ended),
                        sums,
                    };
                    match waiting.take() {
                        Some((before, rows)) => self.held.push((finished, before, rows)),
                        None => self.enter(finished),
                    }
                }
                self.publish_if_due();
            }
            // A decoder that died without a word must not pass for files that were read.
            while let Some(of) = open.take().or_else(|| self.open_next(&mut met)) {
                let sums = self.writer.finish_file();
                self.enter(Finished {
                    of,
                    ended: None,
                    sums,
                });
            }
            self.gate.next();
            self.publish_if_due();
        }
        for (mut file, before, rows) in std::mem::take(&mut self.held) {
            let mut sums = before;
            for rows in rows {
                for sum in self.writer.append_translated(&rows, &canonical) {
                    sums = sums.and(sum);
                }
                self.publish_if_due();
            }
            file.sums = sums;
            self.enter(file);
        }
        self.progress.done = true;
        let snapshot = self.publish(true);
        self.follow.rest();
        let ledger = Arc::new(std::mem::take(&mut self.ledger));
        (self.on)(Reply::Loaded(Arc::clone(&ledger)));
        Loaded {
            snapshot,
            ledger,
            lineage: self.follow.newest(),
        }
    }

    /// Mends files as they are asked for; ends at once where there is nothing to mend.
    fn mend(&mut self, mut loaded: Loaded, mends: &Mends) -> Loaded {
        let reader = self.reader.clone();
        let canonical = move |place| decode::canonical(&reader.record(place).ok()?);
        let can = |ledger: &Ledger| ledger.files.iter().any(|f| f.mendable > 0);
        while can(&loaded.ledger) {
            let Ok(file) = mends.asked.recv() else { break };
            let origin = self.reader.origin(file);
            let mut files = loaded.ledger.files.clone();
            let of = |entry: &Arc<FileEntry>| entry.mendable > 0 && entry.origin == origin;
            let Some(place) = files.iter_mut().find(|entry| of(entry)) else {
                continue;
            };
            let wishes = wishes(&mends.options, origin.name(), Some(place.bytes));
            let thread = decoders();
            let values = mends.values.as_ref();
            let mended = mending::mend(&self.reader, file, wishes, thread, values);
            let Some((batch, tally)) = mended else {
                (self.on)(Reply::Files(vec![(file, Arc::clone(place))]));
                continue;
            };
            let sums = self.writer.append(batch, &canonical);
            let sums = sums.into_iter().fold(Appended::default(), Appended::and);
            let entry = Arc::new(mending::entry(place, tally, sums));
            let p = &mut self.progress;
            p.copies += sums.duplicate;
            p.set_aside = p.set_aside + entry.records.set_aside - place.records.set_aside;
            let whole = |entry: &FileEntry| u64::from(entry.status != FileStatus::Read);
            p.files_with_problems = p.files_with_problems + whole(&entry) - whole(place);
            self.fresh_files.push((file, Arc::clone(&entry)));
            *place = entry;
            loaded.snapshot = self.publish(true);
            self.follow.rest();
            loaded.ledger = Arc::new(Ledger { files });
            loaded.lineage = self.follow.newest();
            (self.on)(Reply::Loaded(Arc::clone(&loaded.ledger)));
        }
        loaded
    }

    /// The next message. What has come so far is shown although nothing more comes for a while, as
    /// from a pipe that somebody still writes to.
    fn wait<T>(&mut self, from: &Receiver<T>) -> Option<T> {
        let since = Instant::now();
        loop {
            let due = match &self.published {
                Some(last) => last.at + last.rest(),
                // A first snapshot of a few rows would put off the next, which fills the screen.
                None => self.started + PUBLISH_EVERY,
            };
            let next = Next::of(self.behind, self.trailing, due, since);
            match from.recv_timeout(next.at.saturating_duration_since(Instant::now())) {
                Ok(came) => {
                    (self.behind, self.trailing) = (true, true);
                    return Some(came);
                }
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => match next.show {
                    Some(quiet) => {
                        self.show(quiet);
                        self.trailing &= !quiet;
                    }
                    // Inside one large file nothing may come for long: how far the reading is shows
                    // all the same.
                    None if self.counters.bytes.load(Ordering::Relaxed) != self.progress.bytes => {
                        self.tell_progress();
                    }
                    None => {}
                },
            }
        }
    }

    /// Keeps a place for the next file of a group, and enters what was skipped before it.
    fn open_next(&mut self, met: &mut std::vec::IntoIter<Met>) -> Option<OfFile> {
        for met in met {
            match met {
                Met::Skipped(id, entry) => {
                    let at = self.reserve(entry.origin.clone());
                    self.enter_as(at, id, entry);
                }
                Met::File { id, origin, named } => {
                    return Some(OfFile {
                        at: self.reserve(origin.clone()),
                        id,
                        origin,
                        named,
                        member: false,
                    });
                }
            }
        }
        None
    }

    /// Keeps a place in the ledger, and gives its number.
    fn reserve(&mut self, origin: Origin) -> usize {
        self.ledger.files.push(Arc::new(FileEntry::new(origin)));
        self.ledger.files.len() - 1
    }

    /// Enters a file into the ledger.
    fn enter(&mut self, file: Finished) {
        let (at, id) = (file.of.at, file.of.id);
        self.enter_as(at, id, entry(file));
    }

    fn enter_as(&mut self, at: usize, id: FileId, entry: FileEntry) {
        debug_assert!(entry.records.adds_up(), "{:?}", entry.records);
        let p = &mut self.progress;
        p.files_done += 1;
        p.events += entry.records.kept;
        p.copies += entry.records.duplicate;
        p.set_aside += entry.records.set_aside;
        p.files_with_problems += u64::from(entry.status != FileStatus::Read);
        let entry = Arc::new(entry);
        self.fresh_files.push((id, Arc::clone(&entry)));
        if let Some(place) = self.ledger.files.get_mut(at) {
            *place = entry;
        }
    }

    fn publish_if_due(&mut self) {
        let due = match &self.published {
            None => {
                self.writer.len() >= FIRST_ROWS
                    || !self.writer.is_empty() && self.started.elapsed() >= FIRST_AFTER
            }
            Some(last) => last.at.elapsed() >= last.rest(),
        };
        if due {
            self.show(false);
        }
    }

    /// Shows what has come so far: its rows, or only how far the load is.
    fn show(&mut self, quiet: bool) {
        if self.live {
            self.publish(quiet);
            return;
        }
        self.behind = false;
        self.published = Some(Published {
            at: Instant::now(),
            took: Duration::ZERO,
            rows: 0,
        });
        self.progress.events = self.writer.len() as u64;
        self.tell_progress();
    }

    /// Shows what has come so far. In the quiet, and at the end, lineage is followed to the last row.
    fn publish(&mut self, quiet: bool) -> Arc<Snapshot> {
        let began = Instant::now();
        let (follow, done) = (&mut self.follow, quiet || self.progress.done);
        let snapshot = self.writer.publish_with(|s| follow.people(s, done));
        let lineage = self.follow.fresh();
        self.behind = false;
        let grown = self
            .published
            .as_ref()
            .is_none_or(|last| last.rows != snapshot.len());
        let at = Instant::now();
        self.published = Some(Published {
            at,
            took: at - began,
            rows: snapshot.len(),
        });
        // Rows of the file that is being read are on the screen before the ledger has its line.
        self.progress.events = snapshot.len() as u64;
        if grown || lineage.is_some() {
            (self.on)(Reply::Grown(Arc::clone(&snapshot)));
        }
        if let Some(lineage) = lineage {
            (self.on)(Reply::Lineage(lineage));
        }
        self.tell_progress();
        if !self.fresh_files.is_empty() {
            (self.on)(Reply::Files(std::mem::take(&mut self.fresh_files)));
        }
        snapshot
    }

    /// Says how far the load is; the rows stay as they were published last.
    fn tell_progress(&mut self) {
        let c = &self.counters;
        let p = &mut self.progress;
        p.files_found = c.files_found.load(Ordering::Relaxed);
        p.bytes_found = c.bytes_found.load(Ordering::Relaxed);
        p.bytes = c.bytes.load(Ordering::Relaxed);
        p.walking = !c.walked.load(Ordering::Relaxed);
        p.elapsed = self.started.elapsed();
        p.stopped = self.stop.is_set();
        (self.on)(Reply::Progress(p.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loaded(files: Vec<(String, String)>) -> Loaded {
        let files = files
            .into_iter()
            .map(|(name, text)| (name.into(), text.into_bytes().into()))
            .collect();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let specs = vec![Spec::Memory(files)];
        let options = LoadOptions::default();
        let loading = load(
            specs,
            options,
            Reader::default(),
            Stop::default(),
            None,
            |_| {},
        );
        runtime.block_on(loading).unwrap()
    }

    fn record(id: usize) -> String {
        format!(
            r#"{{"eventVersion":"1.08","userIdentity":{{"type":"IAMUser","arn":"arn:aws:iam::1:user/a"}},"eventTime":"2024-02-03T04:05:06Z","eventName":"GetObject","eventID":"{id:08x}-2daa-4d00-be14-d92ef0000000"}}"#
        )
    }

    #[test]
    fn lineage_is_followed_in_the_quiet_and_not_whenever_a_reader_is_late() {
        let since = Instant::now();
        let after = |ms| since + Duration::from_millis(ms);
        let next = |behind, trailing, due| {
            let next = Next::of(behind, trailing, due, since);
            (next.show, next.at)
        };
        // Rows came, and a snapshot is long due: it is shown, and the writer waits on.
        assert_eq!(next(true, true, after(0)), (Some(false), after(0)));
        assert_eq!(next(true, true, after(90)), (Some(false), after(90)));
        // Everything came: only when nothing more does for a while is lineage followed to the end.
        let quiet = (Some(true), since + PUBLISH_EVERY);
        assert_eq!(next(true, true, after(900)), quiet);
        assert_eq!(next(false, true, after(0)), quiet);
        assert_eq!(next(false, false, after(0)).0, None);
    }

    /// A call at which the decoder panics, in tests.
    pub(super) const FAILS_INSIDE: &str = "FailsInside";

    #[test]
    fn a_failure_inside_costs_its_file_and_is_named() {
        let text = |ids: &[usize]| {
            let records: Vec<String> = ids.iter().map(|id| record(*id)).collect();
            format!("{{\"Records\":[{}]}}", records.join(","))
        };
        let broken = text(&[3, 4]).replacen("GetObject", FAILS_INSIDE, 2);
        let half = text(&[5, 6, 7]);
        let at = half.rfind("GetObject").unwrap();
        let half = format!("{}{FAILS_INSIDE}{}", &half[..at], &half[at + 9..]);
        let loaded = loaded(vec![
            ("a.json".into(), text(&[1, 2])),
            ("b.json".into(), broken),
            ("c.json".into(), half),
            ("d.json".into(), text(&[8])),
        ]);
        let said: Vec<_> = loaded
            .ledger
            .files
            .iter()
            .map(|f| (f.status, f.records.kept, f.problems.len()))
            .collect();
        assert_eq!(
            said,
            [
                (FileStatus::Read, 2, 0),
                (FileStatus::Refused, 0, 1),
                (FileStatus::Refused, 0, 1),
                (FileStatus::Read, 1, 0),
            ]
        );
        let problem = &loaded.ledger.files[1].problems[0];
        assert!(
            problem.detail.contains("failed inside the program"),
            "{problem:?}"
        );
        let found: u64 = loaded.ledger.files.iter().map(|f| f.records.found).sum();
        assert_eq!((loaded.snapshot.len(), found), (3, 3));
    }

    #[test]
    fn a_copy_is_one_however_it_is_written() {
        let compact = record(1);
        let tree: serde_json::Value = serde_json::from_str(&compact).unwrap();
        let other = compact.replace("GetObject", "PutObject");
        let loaded = loaded(vec![
            ("a.json".into(), compact),
            (
                "b.json".into(),
                serde_json::to_string_pretty(&tree).unwrap(),
            ),
            ("c.json".into(), other),
        ]);
        let totals: Vec<_> = loaded.ledger.files.iter().map(|f| f.records).collect();
        assert_eq!(loaded.snapshot.len(), 2);
        assert_eq!((totals[0].kept, totals[1].duplicate), (1, 1));
        assert_eq!(totals[2].kept, 1);
        assert!(
            loaded
                .snapshot
                .shares_its_id(crate::index::segment::EventId::nth(0))
        );
    }

    #[test]
    fn every_file_has_its_own_line_in_the_order_of_the_walk() {
        let files: Vec<(String, String)> = (0..1000)
            .map(|n| {
                let records: Vec<String> = (0..n % 7).map(|k| record(n * 10 + k)).collect();
                let text = format!("{{\"Records\":[{}]}}", records.join(","));
                (format!("{n:04}.json"), text)
            })
            .collect();
        let loaded = loaded(files);
        assert_eq!(loaded.ledger.files.len(), 1000);
        for (n, entry) in loaded.ledger.files.iter().enumerate() {
            assert_eq!(entry.origin.name(), format!("{n:04}.json"));
            assert_eq!(entry.records.kept, n as u64 % 7);
        }
    }
}
