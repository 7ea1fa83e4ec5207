//! The task that walks: what it meets goes to the decoders in groups.

use std::ops::ControlFlow;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{SyncSender, sync_channel};

use crate::base::ledger::{FileEntry, FileStatus, Problem, ProblemClass};
use crate::engine::conveyor::{Counters, Job, Met, Ticket, ToRead};
use crate::engine::loader::Stop;
use crate::engine::reader::Reader;
use crate::source::{self, Found, Spec};

/// Batches of one group that may wait.
const BATCHES_AHEAD: usize = 2;
/// Files of a group, and bytes of them, before the next one begins.
pub(super) const GROUP_FILES: usize = 64;
const GROUP_BYTES: u64 = 1 << 20;

/// Things met since the last group was sent.
#[derive(Default)]
pub(super) struct Group {
    met: Vec<Met>,
    files: Vec<ToRead>,
    bytes: u64,
}

/// The task that walks.
pub(super) struct Walk<'a> {
    pub(super) reader: &'a Reader,
    pub(super) stop: &'a Stop,
    pub(super) counters: &'a Counters,
    pub(super) tickets: SyncSender<Ticket>,
    pub(super) jobs: SyncSender<Job>,
    pub(super) number: u64,
    pub(super) group: Group,
    /// Files of the next group: few at first, so that the first rows come soon.
    pub(super) most: usize,
}

impl Walk<'_> {
    /// Walks all that the arguments name.
    pub(super) fn run(&mut self, specs: &[Spec]) {
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
