//! What the tasks of a load hand to each other, and the gate that holds back who runs ahead.

use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::mpsc::{Receiver, SyncSender};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use crate::base::ledger::{FileEntry, Problem};
use crate::base::origin::{FileId, Origin};
use crate::decode::Tally;
use crate::engine::loader::Stop;
use crate::engine::spool::Spool;
use crate::index::batch::Batch;
use crate::source::Bytes;

/// Batches for each decoder, of all groups behind the one that is being appended, that may wait.
const BATCHES_WAITING: usize = 8;

/// What the walk hands to the appending task, in the order of the walk.
pub(super) struct Ticket {
    pub(super) met: Vec<Met>,
    pub(super) parts: Receiver<Part>,
}

/// One thing the walk met.
pub(super) enum Met {
    File {
        id: FileId,
        origin: Origin,
        named: bool,
    },
    Skipped(FileId, FileEntry),
}

/// What a decoder hands to the appending task: rows, and how the files that end in them were read.
pub(super) struct Part {
    pub(super) batch: Batch,
    pub(super) ended: Vec<Ended>,
    /// Whether the rows came in another schema than `CloudTrail`'s own: they may be copies of
    /// records that are still to come, which say more. Such rows are of one file.
    pub(super) mapped: bool,
}

/// How the reading of a file ended.
#[derive(Default)]
pub(super) struct Ended {
    /// The file of an archive that it was; `None` for a file that the walk met.
    pub(super) member: Option<(FileId, Origin)>,
    pub(super) tally: Option<Tally>,
    /// A problem of the file as a whole: it could not be opened, or changed, or was not read.
    pub(super) fault: Option<Problem>,
}

/// Files to read, in the order of the walk.
pub(super) struct Job {
    pub(super) number: u64,
    pub(super) files: Vec<ToRead>,
    pub(super) parts: SyncSender<Part>,
}

pub(super) struct ToRead {
    pub(super) id: FileId,
    pub(super) origin: Origin,
    pub(super) bytes: Bytes,
    pub(super) spool: Option<Spool>,
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) files_found: AtomicU64,
    pub(super) bytes_found: AtomicU64,
    pub(super) bytes: AtomicU64,
    pub(super) walked: AtomicBool,
}

/// One decoder a core.
pub(super) fn decoders() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZero::get)
}

/// Lets the group that is being appended through, and of the others only so many batches.
#[derive(Debug)]
pub(super) struct Gate {
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
pub(super) struct Waiting {
    /// The group that is being appended.
    now: u64,
    batches: usize,
}

impl Gate {
    /// Waits until a batch of a group may be sent.
    pub(super) fn enter(&self, group: u64, stop: &Stop) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        while state.now < group && state.batches >= self.most && !stop.is_set() {
            // Stopping moves nothing here, so it is looked for now and then.
            let waited = self.moved.wait_timeout(state, Duration::from_millis(50));
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        state.batches += 1;
    }

    /// A batch came through.
    pub(super) fn leave(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.batches = state.batches.saturating_sub(1);
        drop(state);
        self.moved.notify_all();
    }

    /// The next group is appended.
    pub(super) fn next(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.now += 1;
        drop(state);
        self.moved.notify_all();
    }
}
