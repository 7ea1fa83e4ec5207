//! Loading: one task walks, one a core decodes, one appends and publishes.
//!
//! Small files travel in groups, since each message costs as much as some records. All channels
//! are bounded, so a full one makes the one before it wait, and so does the gate: decoders that ran
//! ahead of a large file. Batches are appended in the order of the walk whatever decoder was faster:
//! each group has a small channel of its own, and the appending task empties them in that order. The
//! same evidence gives the same rows.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::task;

use crate::base::ledger::Ledger;
use crate::base::origin::FileId;
use crate::decode;
use crate::engine::conveyor::{Counters, Gate, decoders};
use crate::engine::decoder::{Decoder, builder};
use crate::engine::follow::Follow;
use crate::engine::indexer::{Indexer, Mends};
use crate::engine::lister::{Group, Walk};
use crate::engine::protocol::Reply;
use crate::engine::reader::Reader;
use crate::index::atlas::Atlas;
use crate::index::needs::Needs;
use crate::index::snapshot::Snapshot;
use crate::index::values::Held;
use crate::index::writer::IndexWriter;
use crate::pivot::lineage::{Lineage, Wishes};
use crate::source::Spec;

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

    /// Whether it was stopped.
    pub(super) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Breaks once it was stopped.
    pub(super) fn flow(&self) -> ControlFlow<()> {
        if self.is_set() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}

/// Groups that may wait for a decoder: enough for the walk to run ahead, so that the whole is soon
/// known, and bounded, so that a million names do not fill the memory.
const GROUPS_AHEAD: usize = 2048;

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
        let mut indexer = Indexer::new(counters, stop, reader, gate, follow, live, on);
        indexer.writer = writer;
        let loaded = indexer.run(&waiting);
        match mends {
            Some(mends) => indexer.mend(loaded, &mends),
            None => loaded,
        }
    });
    indexer.await.ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ledger::FileStatus;
    use crate::engine::decoder::FAILS_INSIDE;

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

    /// A call at which the decoder panics, in tests.
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
