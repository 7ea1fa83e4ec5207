//! Loading: one task walks, one a core decodes, one appends and publishes.
//!
//! All channels are bounded, so a full one makes the one before it wait. Batches are appended in
//! the order of the walk whatever decoder was faster: each file has a small channel of its own, and
//! the appending task empties them in that order. The same evidence gives the same rows.

use std::io::{Seek as _, SeekFrom};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task;

use crate::base::ledger::{FileEntry, FileStatus, Ledger, Problem, ProblemClass, RecordCounts};
use crate::base::origin::{FileId, Origin};
use crate::decode::archive::{self, Caps, What};
use crate::decode::{self, Marks, Place, Sink, Tally};
use crate::engine::protocol::{Progress, Reply};
use crate::engine::reader::Reader;
use crate::engine::spool::{Spool, Tee};
use crate::event::record::Record;
use crate::index::batch::{Batch, BatchBuilder};
use crate::index::snapshot::Snapshot;
use crate::index::writer::IndexWriter;
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
/// Batches of one file that may wait.
const BATCHES_AHEAD: usize = 2;
/// Files that may wait for a decoder: enough for the walk to run ahead, so that the whole is soon
/// known, and bounded, so that a million names do not fill the memory.
const FILES_AHEAD: usize = 16_384;
/// Shortest time between two snapshots.
const PUBLISH_EVERY: Duration = Duration::from_millis(250);

/// What the walk hands to the appending task, in the order of the walk.
enum Ticket {
    File {
        id: FileId,
        origin: Origin,
        named: bool,
        parts: Receiver<Part>,
    },
    Skipped(FileId, FileEntry),
}

/// What a decoder hands to the appending task.
enum Part {
    Batch(Box<Batch>),
    /// A file of the archive that the file is.
    Member(FileId, Origin, Box<Ended>),
    Done(Box<Ended>),
}

/// How the reading of a file ended.
struct Ended {
    tally: Option<Tally>,
    /// A problem of the file as a whole: it could not be opened, or changed, or was not read.
    fault: Option<Problem>,
}

struct Job {
    id: FileId,
    origin: Origin,
    bytes: Bytes,
    spool: Option<Spool>,
    parts: Sender<Part>,
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
/// What cannot be read stands in the ledger. `None` only where appending failed inside the program.
pub async fn load(
    specs: Vec<Spec>,
    options: LoadOptions,
    reader: Reader,
    stop: Stop,
    on: impl FnMut(Reply) + Send + 'static,
) -> Option<Loaded> {
    let counters = Arc::new(Counters::default());
    let (tickets, waiting) = mpsc::channel(FILES_AHEAD);
    let (jobs, open_jobs) = mpsc::channel(FILES_AHEAD);
    let open_jobs = Arc::new(Mutex::new(open_jobs));
    for _ in 0..decoders() {
        let (jobs, options, stop) = (Arc::clone(&open_jobs), options.clone(), stop.clone());
        let (counters, reader) = (Arc::clone(&counters), reader.clone());
        task::spawn_blocking(move || {
            loop {
                let job = jobs
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .blocking_recv();
                let Some(job) = job else { return };
                // A decoder that fails inside costs its file, which the ledger then names, not the
                // files after it.
                let reading = || read(job, &options, &stop, &counters, &reader);
                if catch_unwind(AssertUnwindSafe(reading)).is_err() {
                    tracing::error!("reading a file failed inside the program");
                }
            }
        });
    }
    drop(open_jobs);
    let (walk_stop, walk_counters) = (stop.clone(), Arc::clone(&counters));
    task::spawn_blocking(move || {
        walk(&specs, &reader, &walk_stop, &walk_counters, &tickets, &jobs);
        walk_counters.walked.store(true, Ordering::Relaxed);
    });
    let indexer = task::spawn_blocking(move || Indexer::new(counters, stop, on).run(waiting));
    indexer.await.ok()
}

/// One decoder a core.
fn decoders() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZero::get)
}

fn walk(
    specs: &[Spec],
    reader: &Reader,
    stop: &Stop,
    counters: &Counters,
    tickets: &Sender<Ticket>,
    jobs: &Sender<Job>,
) {
    let sent = |ok: bool| {
        if ok {
            stop.flow()
        } else {
            ControlFlow::Break(())
        }
    };
    let _ = source::walk(specs, &|_| false, &mut |found| {
        stop.flow()?;
        counters.files_found.fetch_add(1, Ordering::Relaxed);
        match found {
            Found::File {
                origin,
                bytes,
                named,
                size,
            } => {
                counters.bytes_found.fetch_add(size, Ordering::Relaxed);
                let (id, spool) = reader.add(origin.clone(), Some(bytes.clone()));
                let (parts, receiver) = mpsc::channel(BATCHES_AHEAD);
                let ticket = Ticket::File {
                    id,
                    origin: origin.clone(),
                    named,
                    parts: receiver,
                };
                // The ticket first: the appending task must be able to reach this file's batches
                // when every decoder is busy with files after it.
                sent(tickets.blocking_send(ticket).is_ok())?;
                sent(
                    jobs.blocking_send(Job {
                        id,
                        origin,
                        bytes,
                        spool,
                        parts,
                    })
                    .is_ok(),
                )
            }
            Found::Skipped {
                origin,
                class,
                detail,
                named,
            } => {
                let (id, _) = reader.add(origin.clone(), None);
                let entry = FileEntry {
                    status: FileStatus::Skipped,
                    named,
                    problems: vec![Problem {
                        class,
                        at: None,
                        detail,
                    }],
                    ..FileEntry::new(origin)
                };
                sent(tickets.blocking_send(Ticket::Skipped(id, entry)).is_ok())
            }
            Found::Missing { origin, detail } => {
                let (id, _) = reader.add(origin.clone(), None);
                let entry = FileEntry {
                    status: FileStatus::Refused,
                    named: true,
                    problems: vec![Problem {
                        class: ProblemClass::Unreadable,
                        at: None,
                        detail,
                    }],
                    ..FileEntry::new(origin)
                };
                sent(tickets.blocking_send(Ticket::Skipped(id, entry)).is_ok())
            }
        }
    });
}

fn problem(class: ProblemClass, detail: impl Into<String>) -> Problem {
    Problem {
        class,
        at: None,
        detail: detail.into(),
    }
}

/// Archives in archives, no deeper than this.
const MOST_NESTED: usize = 3;

/// What the reading of one file needs.
struct Work<'a> {
    options: &'a LoadOptions,
    stop: &'a Stop,
    counters: &'a Counters,
    reader: &'a Reader,
    parts: &'a Sender<Part>,
}

impl<'a> Work<'a> {
    fn sink(&self, id: FileId) -> Batches<'a> {
        Batches {
            builder: BatchBuilder::new(id),
            parts: self.parts,
            stop: self.stop,
            bytes: &self.counters.bytes,
            counted: 0,
        }
    }

    fn wishes<'n>(&self, name_hint: &'n str, size_hint: Option<u64>) -> decode::Options<'n> {
        decode::Options {
            max_record: self.options.max_record,
            max_inflated: self.options.max_inflated,
            max_ratio: self.options.max_ratio,
            hash: self.options.hash,
            secrets: self.options.secrets,
            repair: self.options.repair,
            name_hint,
            size_hint,
        }
    }

    /// Goes through an archive that was recognised: each file in it is read as a file of its own.
    fn archive(&self, id: FileId, origin: &Origin, tally: &mut Tally, depth: usize) {
        let Some(kind) = tally.archive else { return };
        if self.options.hash
            && let Ok((sha256, bytes)) = self.reader.sha256(id)
        {
            (tally.sha256, tally.bytes) = (Some(sha256), bytes);
        }
        if depth >= MOST_NESTED {
            let detail = "an archive too deep inside archives; unpack it first";
            tally
                .problems
                .push(problem(ProblemClass::NestedGzip, detail));
            tally.refused = Some(ProblemClass::NestedGzip);
            return;
        }
        let mut bytes = match self.reader.seekable(id) {
            Ok(bytes) => bytes,
            Err(e) => {
                tally
                    .problems
                    .push(problem(ProblemClass::SizeLimit, e.to_string()));
                tally.refused = Some(ProblemClass::SizeLimit);
                return;
            }
        };
        let packed = bytes.seek(SeekFrom::End(0)).unwrap_or_default();
        if !self.options.hash {
            tally.bytes = packed;
        }
        let _ = bytes.rewind();
        let caps = Caps {
            packed,
            max_inflated: self.options.max_inflated,
            max_ratio: self.options.max_ratio,
        };
        let mut nested = Vec::new();
        let problems = archive::members(kind, &mut *bytes, caps, &mut |member| {
            self.counters.files_found.fetch_add(1, Ordering::Relaxed);
            let inside = origin.member(&member.name);
            let (id, ended) = match member.what {
                What::Skipped(class, detail) => {
                    let member_id = self.reader.add_member(inside.clone(), id, None);
                    let ended = Ended {
                        tally: None,
                        fault: Some(problem(class, detail)),
                    };
                    (member_id, ended)
                }
                What::File(spot, size, bytes) => {
                    let member_id = self.reader.add_member(inside.clone(), id, Some(spot));
                    let mut sink = self.sink(member_id);
                    let wishes = self.wishes(inside.name(), Some(size));
                    let tally = decode::decode(bytes, &wishes, &mut sink);
                    sink.flush();
                    if tally.archive.is_some() {
                        nested.push((member_id, inside, tally));
                        return self.stop.flow();
                    }
                    let ended = Ended {
                        tally: Some(tally),
                        fault: None,
                    };
                    (member_id, ended)
                }
            };
            let _ = self
                .parts
                .blocking_send(Part::Member(id, inside, Box::new(ended)));
            self.stop.flow()
        });
        tally.problems.extend(problems);
        tally.stopped = self.stop.is_set();
        for (id, inside, mut tally) in nested {
            self.archive(id, &inside, &mut tally, depth + 1);
            let ended = Ended {
                tally: Some(tally),
                fault: None,
            };
            let _ = self
                .parts
                .blocking_send(Part::Member(id, inside, Box::new(ended)));
        }
    }
}

/// Reads one file and sends its batches.
fn read(job: Job, options: &LoadOptions, stop: &Stop, counters: &Counters, reader: &Reader) {
    let mut ended = Ended {
        tally: None,
        fault: None,
    };
    if stop.is_set() {
        ended.fault = Some(problem(
            ProblemClass::Stopped,
            "the load was stopped before it",
        ));
        let _ = job.parts.blocking_send(Part::Done(Box::new(ended)));
        return;
    }
    let work = Work {
        options,
        stop,
        counters,
        reader,
        parts: &job.parts,
    };
    let mut sink = work.sink(job.id);
    let wishes = |size_hint| work.wishes(job.origin.name(), size_hint);
    let result = match &job.bytes {
        Bytes::File(path) => source::open(path).map(|mut file| {
            let size = file.size();
            let tally = decode::decode(&mut file, &wishes(Some(size)), &mut sink);
            if file.changed() == Changed(true) {
                ended.fault = Some(problem(
                    ProblemClass::ChangedWhileRead,
                    "written to while it was read",
                ));
            }
            tally
        }),
        Bytes::Memory(bytes) => {
            let size = Some(bytes.len() as u64);
            Ok(decode::decode(&mut &bytes[..], &wishes(size), &mut sink))
        }
        Bytes::Stdin => {
            let spool = job.spool.clone().unwrap_or_default();
            let mut tee = Tee {
                input: std::io::stdin(),
                spool,
            };
            // A pipe cannot be read again to hash it later.
            let wishes = decode::Options {
                hash: true,
                ..wishes(None)
            };
            let tally = decode::decode(&mut tee, &wishes, &mut sink);
            if tally.archive.is_some() {
                // What was not looked at yet is kept, so that the archive can be gone through.
                let _ = std::io::copy(&mut tee, &mut std::io::sink());
            }
            Ok(tally)
        }
    };
    match result {
        Ok(mut tally) => {
            sink.flush();
            work.archive(job.id, &job.origin, &mut tally, 0);
            sink.progress(tally.bytes);
            ended.tally = Some(tally);
        }
        Err(e) => ended.fault = Some(problem(ProblemClass::Unreadable, e.to_string())),
    }
    let _ = job.parts.blocking_send(Part::Done(Box::new(ended)));
}

/// Collects records into batches.
struct Batches<'a> {
    builder: BatchBuilder,
    parts: &'a Sender<Part>,
    stop: &'a Stop,
    bytes: &'a AtomicU64,
    counted: u64,
}

impl Batches<'_> {
    fn flush(&mut self) {
        if !self.builder.is_empty() {
            // Nobody there to take it: the load is over.
            let _ = self
                .parts
                .blocking_send(Part::Batch(Box::new(self.builder.take())));
        }
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
        self.builder
            .push(record, place.offset, place.len, marks.has(Marks::RECOVERED));
        self.builder.note_birth(record, json);
        if self.builder.len() >= BATCH_ROWS {
            self.flush();
        }
        self.stop.flow()
    }

    fn progress(&mut self, bytes_read: u64) {
        let more = bytes_read.saturating_sub(self.counted);
        self.bytes.fetch_add(more, Ordering::Relaxed);
        self.counted = bytes_read;
    }
}

/// A file that was read, on its way into the ledger.
struct Finished {
    /// Its place in the ledger.
    at: usize,
    id: FileId,
    origin: Origin,
    named: bool,
    member: bool,
    ended: Option<Ended>,
    /// Rows in another schema than `CloudTrail`'s own: they may be copies of records that are still to
    /// come, which say more.
    batches: Vec<Batch>,
}

/// The task that appends and publishes.
struct Indexer<F> {
    counters: Arc<Counters>,
    stop: Stop,
    on: F,
    writer: IndexWriter,
    ledger: Ledger,
    progress: Progress,
    started: Instant,
    published: Option<(Instant, usize)>,
    fresh_files: Vec<(FileId, Arc<FileEntry>)>,
    /// Whether something came after the last publication.
    behind: bool,
    /// Files whose rows wait for everything else.
    held: Vec<Finished>,
}

impl<F: FnMut(Reply)> Indexer<F> {
    fn new(counters: Arc<Counters>, stop: Stop, on: F) -> Self {
        Self {
            counters,
            stop,
            on,
            writer: IndexWriter::new(),
            ledger: Ledger::default(),
            progress: Progress::default(),
            started: Instant::now(),
            published: None,
            fresh_files: Vec::new(),
            held: Vec::new(),
            behind: false,
        }
    }

    fn run(mut self, mut tickets: Receiver<Ticket>) -> Loaded {
        while let Some(ticket) = self.wait(&mut tickets) {
            match ticket {
                Ticket::Skipped(id, entry) => {
                    let at = self.reserve(entry.origin.clone());
                    self.enter(at, id, entry);
                }
                Ticket::File {
                    id,
                    origin,
                    named,
                    mut parts,
                } => {
                    // An archive stands before its members, and is done after them.
                    let at = self.reserve(origin.clone());
                    let mut ended = None;
                    let mut held = Vec::new();
                    while let Some(part) = self.wait(&mut parts) {
                        match part {
                            Part::Batch(batch) if batch.is_mapped() || !held.is_empty() => {
                                held.push(*batch);
                            }
                            Part::Batch(batch) => {
                                self.writer.append(&batch);
                                self.publish_if_due();
                            }
                            Part::Member(id, origin, ended) => {
                                let batches = std::mem::take(&mut held);
                                let at = self.reserve(origin.clone());
                                self.finish(Finished {
                                    at,
                                    id,
                                    origin,
                                    named: false,
                                    member: true,
                                    ended: Some(*ended),
                                    batches,
                                });
                            }
                            Part::Done(done) => ended = Some(*done),
                        }
                    }
                    self.finish(Finished {
                        at,
                        id,
                        origin,
                        named,
                        member: false,
                        ended,
                        batches: held,
                    });
                }
            }
            self.publish_if_due();
        }
        for mut file in std::mem::take(&mut self.held) {
            for batch in std::mem::take(&mut file.batches) {
                self.writer.append(&batch);
                self.publish_if_due();
            }
            self.finish(file);
        }
        self.progress.done = true;
        let snapshot = self.publish();
        let ledger = Arc::new(std::mem::take(&mut self.ledger));
        (self.on)(Reply::Loaded(Arc::clone(&ledger)));
        Loaded { snapshot, ledger }
    }

    /// The next message. What has come so far is shown although nothing more comes for a while, as
    /// from a pipe that somebody still writes to.
    fn wait<T>(&mut self, from: &mut Receiver<T>) -> Option<T> {
        if self.behind {
            let shown = self.published.map_or(self.started, |(at, _)| at);
            match receive_until(from, shown + PUBLISH_EVERY) {
                Poll::Ready(next) => return next,
                Poll::Pending => {
                    self.publish();
                }
            }
        }
        let next = from.blocking_recv();
        self.behind = true;
        next
    }

    /// The ledger's line of a file that was read.
    fn entry(&mut self, origin: Origin, named: bool, ended: Option<Ended>) -> FileEntry {
        let sums = self.writer.finish_file();
        let mut entry = FileEntry {
            named,
            ..FileEntry::new(origin)
        };
        entry.events = sums.distinct;
        entry.records = RecordCounts {
            found: sums.kept + sums.duplicate,
            kept: sums.kept,
            duplicate: sums.duplicate,
            undated: sums.undated,
            ..RecordCounts::default()
        };
        // A decoder that died without a word must not pass for a file that was read.
        let ended = ended.unwrap_or_else(|| Ended {
            tally: None,
            fault: Some(Problem {
                class: ProblemClass::Unreadable,
                at: None,
                detail: "reading it failed inside the program; please report this".into(),
            }),
        });
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
        if entry.status == FileStatus::Read
            && entry.problems.iter().any(|p| p.class.is_structural())
        {
            entry.status = FileStatus::PartlyRead;
        }
        entry
    }

    /// Enters a file into the ledger; one whose rows wait is kept until everything else is there.
    fn finish(&mut self, file: Finished) {
        if !file.batches.is_empty() {
            self.held.push(file);
            return;
        }
        let mut entry = self.entry(file.origin, file.named, file.ended);
        entry.member = file.member;
        self.enter(file.at, file.id, entry);
    }

    /// Keeps a place in the ledger, and gives its number.
    fn reserve(&mut self, origin: Origin) -> usize {
        self.ledger.files.push(Arc::new(FileEntry::new(origin)));
        self.ledger.files.len() - 1
    }

    fn enter(&mut self, at: usize, id: FileId, entry: FileEntry) {
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
        let due = match self.published {
            None => !self.writer.is_empty(),
            Some((at, _)) => at.elapsed() >= PUBLISH_EVERY,
        };
        if due {
            self.publish();
        }
    }

    fn publish(&mut self) -> Arc<Snapshot> {
        let snapshot = self.writer.publish();
        self.behind = false;
        let grown = self.published.is_none_or(|(_, len)| len != snapshot.len());
        self.published = Some((Instant::now(), snapshot.len()));
        let c = &self.counters;
        let p = &mut self.progress;
        p.files_found = c.files_found.load(Ordering::Relaxed);
        p.bytes_found = c.bytes_found.load(Ordering::Relaxed);
        p.bytes = c.bytes.load(Ordering::Relaxed);
        p.walking = !c.walked.load(Ordering::Relaxed);
        // Rows of the file that is being read are on the screen before the ledger has its line.
        p.events = snapshot.len() as u64;
        p.elapsed = self.started.elapsed();
        p.stopped = self.stop.is_set();
        if grown {
            (self.on)(Reply::Grown(Arc::clone(&snapshot)));
        }
        (self.on)(Reply::Progress(self.progress.clone()));
        if !self.fresh_files.is_empty() {
            (self.on)(Reply::Files(std::mem::take(&mut self.fresh_files)));
        }
        snapshot
    }
}

/// The next message, or `Pending` where none has come until then. Needs no timer of a runtime: a
/// thread that waits may as well be parked.
fn receive_until<T>(from: &mut Receiver<T>, until: Instant) -> Poll<Option<T>> {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    loop {
        if let Poll::Ready(next) = from.poll_recv(&mut Context::from_waker(&waker)) {
            return Poll::Ready(next);
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Poll::Pending;
        }
        thread::park_timeout(left);
    }
}
