//! The task that appends what was decoded, in the order of the walk, and publishes.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use crate::base::ledger::{FileEntry, FileStatus, Ledger, Problem, ProblemClass, RecordCounts};
use crate::base::origin::{FileId, Origin};
use crate::decode;
use crate::engine::conveyor::{Counters, Ended, Gate, Met, Ticket, decoders};
use crate::engine::decoder::{fault, wishes};
use crate::engine::follow::{Follow, When};
use crate::engine::loader::{LoadOptions, Loaded, Stop};
use crate::engine::mending;
use crate::engine::protocol::{Progress, Reply};
use crate::engine::reader::Reader;
use crate::index::snapshot::Snapshot;
use crate::index::values::Held;
use crate::index::writer::{Appended, IndexWriter, Translated};

/// Shortest time between two snapshots.
const PUBLISH_EVERY: Duration = Duration::from_millis(250);
/// The first snapshot comes with this many rows, or after this time with any.
const FIRST_ROWS: usize = 1000;
const FIRST_AFTER: Duration = Duration::from_millis(15);
/// A snapshot costs at most this share of the time between two.
const PUBLISH_SHARE: u32 = 20;

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

/// Whether any of the files has records that can be mended.
fn can_be_mended(files: &[Arc<FileEntry>]) -> bool {
    files.iter().any(|file| file.mendable > 0)
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
pub(super) struct Mends {
    pub(super) asked: Receiver<FileId>,
    pub(super) values: Option<Held>,
    pub(super) options: LoadOptions,
}

/// The task that appends and publishes.
pub(super) struct Indexer<F> {
    counters: Arc<Counters>,
    stop: Stop,
    reader: Reader,
    gate: Arc<Gate>,
    live: bool,
    on: F,
    pub(super) writer: IndexWriter,
    ledger: Ledger,
    progress: Progress,
    started: Instant,
    published: Option<Published>,
    fresh_files: Vec<(FileId, Arc<FileEntry>)>,
    /// Whether something came after the last publication.
    behind: bool,
    /// Whether rows have come since lineage was last followed to the end.
    trailing: bool,
    /// Whether no row can come any more, not even by mending.
    last: bool,
    /// Files whose rows wait for everything else.
    held: Vec<(Finished, Appended, Vec<Translated>)>,
    follow: Follow,
}

impl<F: FnMut(Reply)> Indexer<F> {
    pub(super) fn new(
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
            last: false,
            follow,
        }
    }

    pub(super) fn run(&mut self, tickets: &Receiver<Ticket>) -> Loaded {
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
        self.last = !can_be_mended(&self.ledger.files);
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
    pub(super) fn mend(&mut self, mut loaded: Loaded, mends: &Mends) -> Loaded {
        let reader = self.reader.clone();
        let canonical = move |place| decode::canonical(&reader.record(place).ok()?);
        while can_be_mended(&loaded.ledger.files) {
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
            self.last = !can_be_mended(&files);
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
        let follow = &mut self.follow;
        let when = match (self.progress.done, quiet) {
            (true, _) => When::Over,
            (false, true) => When::Quiet,
            (false, false) => When::Coming,
        };
        let snapshot = if self.last {
            // What only more rows would need goes before lineage is followed.
            let writer = std::mem::take(&mut self.writer);
            writer.finish_with(|s| follow.people(s, when))
        } else {
            self.writer.publish_with(|s| follow.people(s, when))
        };
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
}
