//! The words spoken between the screen and the engine. No tasks, no channels here.

use std::sync::Arc;
use std::time::Duration;

use crate::base::ledger::{FileEntry, Ledger};
use crate::base::origin::{FileId, Origin};
use crate::event::diff::Change;
use crate::event::json::Node;
use crate::index::schema::Field;
use crate::index::segment::EventId;
use crate::index::snapshot::{Hits, Snapshot};
use crate::pivot::earlier::Same;
use crate::pivot::held::Held;
use crate::pivot::histogram::Histogram;
use crate::pivot::lineage::{Lineage, Wishes};
use crate::pivot::person::PersonLine;
use crate::pivot::portrait::{Portrait, Subject};
use crate::pivot::sorted::{SortBy, Sorted};
use crate::pivot::tally::FieldTally;
use crate::query::ast::Expr;

/// The number of a request; replies carry it, and an older one is dropped on arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct RequestId(pub u64);

/// What a search that goes on has searched.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Searched {
    /// The columns, which takes a moment.
    Columns,
    /// This share of the records, 0 to 1.
    Records(f32),
}

/// Something the engine is asked for.
#[derive(Debug, Clone)]
pub enum Request {
    /// The events of a filter with everything a screen shows of them.
    Ask(Ask),
    /// One record, read again.
    Fetch(Fetch),
    /// The text of a file around a place of it.
    Look(FileId, u64),
    /// The SHA-256 of a file, of which so many bytes were read.
    Hash(FileId, u64),
    /// All events by account, region and hour.
    Held(Arc<Snapshot>),
    /// Read a file once more and take in the records that have an obvious cure.
    Mend(FileId),
    /// Follow lineage anew by these wishes, of rows that no load adds to any more.
    Follow(Arc<Snapshot>, Wishes),
    /// Take apart what is shown no more: of a large load that takes longer than a frame.
    LetGo(Arc<Lineage>),
    /// Read no more files; keep what is there.
    StopLoading,
}

/// The events of a filter with everything a screen shows of them.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Its number.
    pub request: RequestId,
    /// The rows it is asked of.
    pub snapshot: Arc<Snapshot>,
    /// The filter.
    pub filter: Arc<Expr>,
    /// The order to give the events in, too.
    pub sort: SortBy,
    /// A wider filter to count the events of, too: to say how many the narrower one hides.
    pub without: Option<Arc<Expr>>,
    /// Fields to count.
    pub facets: Vec<Field>,
    /// The field of which to give all values, with their first and last sighting.
    pub open: Option<Field>,
    /// Values to give of each.
    pub facet_values: usize,
    /// Columns the histogram may have; 0 leaves it out.
    pub columns: usize,
    /// Whether to list the people among the events.
    pub people: bool,
    /// A principal or resource to describe from the events.
    pub portrait: Option<Subject>,
}

/// One record, read again.
#[derive(Debug, Clone)]
pub struct Fetch {
    /// Its number.
    pub request: RequestId,
    /// The rows the event is among.
    pub snapshot: Arc<Snapshot>,
    /// The event.
    pub event: EventId,
    /// What to compare it with, if it is to be compared.
    pub compare: Option<Compare>,
}

/// What an event is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compare {
    /// The same call before.
    #[default]
    Earlier,
    /// This one.
    With(EventId),
}

/// Why two events are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Other {
    /// It is the same call, earlier.
    Same(Same),
    /// It was pinned.
    Pinned,
}

/// What differs between two events.
#[derive(Debug, Clone, Default)]
pub struct Compared {
    /// What was asked for.
    pub compare: Compare,
    /// The other event, and why it; absent where there is none.
    pub other: Option<(EventId, Other)>,
    /// What differs.
    pub whole: Vec<Change>,
    /// What differs where words stand for secrets, equal ones for equal.
    pub safe: Vec<Change>,
    /// Why they could not be compared.
    pub error: Option<String>,
}

/// Something the engine says.
#[derive(Debug, Clone)]
pub enum Reply {
    /// More rows are there.
    Grown(Arc<Snapshot>),
    /// Where the sessions of the newest rows come from.
    Lineage(Arc<Lineage>),
    /// The same rows with lineage followed anew.
    Followed(Arc<Snapshot>, Arc<Lineage>),
    /// How far the load is.
    Progress(Progress),
    /// Files done since the last time, in the order of the walk.
    Files(Vec<(FileId, Arc<FileEntry>)>),
    /// The text of a file around a place of it.
    Looked(Arc<Excerpt>),
    /// The SHA-256 of a file.
    Hashed(FileHash),
    /// All events by account, region and hour.
    Held(Arc<Held>),
    /// The load has ended, or was stopped.
    Loaded(Arc<Ledger>),
    /// The events of a filter.
    Hits {
        /// The request.
        request: RequestId,
        /// The events.
        hits: Hits,
        /// The same in the order asked for; `None` where that is the order of time.
        sorted: Option<Sorted>,
        /// How long it took.
        took: Duration,
        /// What was searched, while the search goes on: more events may come. `None` once these are
        /// all.
        searched: Option<Searched>,
    },
    /// Records that a filter could not be asked of, so that nobody knows whether they match.
    Unread {
        /// The request.
        request: RequestId,
        /// How many.
        records: u64,
        /// Why the first of them could not be read again.
        reason: String,
    },
    /// What the terms of a filter that finds nothing find without each other.
    Missed {
        /// The request.
        request: RequestId,
        /// By term.
        missed: Vec<String>,
    },
    /// Events of the wider filter.
    Without {
        /// The request.
        request: RequestId,
        /// How many.
        events: u64,
    },
    /// Values counted.
    Facets {
        /// The request.
        request: RequestId,
        /// In the order asked for.
        facets: Vec<FieldTally>,
    },
    /// Events over time.
    Histogram {
        /// The request.
        request: RequestId,
        /// The figures.
        histogram: Histogram,
    },
    /// The people among the events of a filter.
    People {
        /// The request.
        request: RequestId,
        /// Everyone, who changed most first.
        people: Vec<PersonLine>,
    },
    /// A principal or resource in full.
    Portrait {
        /// The request.
        request: RequestId,
        /// The figures.
        portrait: Box<Portrait>,
    },
    /// A record.
    Record {
        /// The request.
        request: RequestId,
        /// The event.
        event: EventId,
        /// The record.
        record: Arc<Fetched>,
        /// What it was compared with, where that was asked for.
        compared: Option<Arc<Compared>>,
    },
    /// Every request that had been made is answered.
    Idle,
    /// Something failed inside the program; what was being done when it did.
    Broken(&'static str),
}

/// The inflated text of a file around a place of it.
#[derive(Debug, Clone)]
pub struct Excerpt {
    /// The file.
    pub file: FileId,
    /// The place: a byte from the start of the text.
    pub at: u64,
    /// The first byte that is here.
    pub start: u64,
    /// The text from there on.
    pub bytes: Arc<[u8]>,
    /// Why there is none.
    pub error: Option<String>,
}

/// The SHA-256 of a file's bytes.
#[derive(Debug, Clone)]
pub struct FileHash {
    /// The file.
    pub file: FileId,
    /// The hash, or why there is none.
    pub outcome: Result<[u8; 32], String>,
}

/// A record, read again.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// Its bytes, as they are; empty where they could not be read.
    pub bytes: Arc<[u8]>,
    /// Its tree; absent where the bytes are no JSON that a tree can hold.
    pub tree: Option<Node>,
    /// The record with its secrets masked; absent where it holds none.
    pub masked: Option<Masked>,
    /// The name of the event: its recorded id, with a hash where that is not enough.
    pub name: String,
    /// The file it is in, and where.
    pub origin: Origin,
    /// Why it could not be read.
    pub error: Option<String>,
}

/// A record whose secrets are replaced by words that say what was there.
#[derive(Debug, Clone)]
pub struct Masked {
    /// Its bytes.
    pub bytes: Arc<[u8]>,
    /// Its tree.
    pub tree: Option<Node>,
}

impl Fetched {
    /// What of the record is shown: its bytes and tree, with secrets or without.
    pub fn shown(&self, secrets: bool) -> (&[u8], Option<&Node>) {
        match &self.masked {
            Some(masked) if !secrets => (&masked.bytes, masked.tree.as_ref()),
            _ => (&self.bytes, self.tree.as_ref()),
        }
    }
}

/// How far a load is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Progress {
    /// Files read, in whole or in part, or refused.
    pub files_done: u64,
    /// Files met so far.
    pub files_found: u64,
    /// Whether the walk goes on: `files_found` and `bytes_found` may still grow.
    pub walking: bool,
    /// Bytes read.
    pub bytes: u64,
    /// Bytes of the files met so far.
    pub bytes_found: u64,
    /// Events kept.
    pub events: u64,
    /// Copies of events.
    pub copies: u64,
    /// Records set aside.
    pub set_aside: u64,
    /// Files not read whole: partly read, refused or skipped.
    pub files_with_problems: u64,
    /// Time since the load began.
    pub elapsed: Duration,
    /// Whether the load has ended.
    pub done: bool,
    /// Whether it was stopped before the end.
    pub stopped: bool,
}

impl Progress {
    /// Share of the bytes read, 0 to 1; `None` while the whole is not known.
    pub fn share(&self) -> Option<f64> {
        if self.done {
            return Some(1.0);
        }
        (!self.walking && self.bytes_found > 0)
            .then(|| (self.bytes as f64 / self.bytes_found as f64).min(1.0))
    }

    /// Time left at the rate so far.
    pub fn time_left(&self) -> Option<Duration> {
        let share = self.share().filter(|s| *s > 0.02 && *s < 1.0)?;
        Some(self.elapsed.mul_f64((1.0 - share) / share))
    }
}
