//! The ledger: what was read, what was not, and why. Its numbers always add up.
//!
//! `decode` writes problems, the engine counts, screen and `check` show it. For every file
//! `found = kept + duplicate + set_aside`; over all of them
//! `seen = read + partly_read + refused + skipped`.

use std::sync::Arc;

use crate::base::origin::Origin;

/// What went wrong, in the fixed vocabulary scripts may rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(
    missing_docs,
    reason = "the names are the vocabulary; `about` says what each means"
)]
pub enum ProblemClass {
    SyntaxError,
    Truncated,
    TruncatedGzip,
    GzipCorrupt,
    GzipTrailing,
    Encoding,
    Mislabelled,
    NestedGzip,
    SizeLimit,
    DepthLimit,
    GiantValue,
    NumberRange,
    WrongType,
    MissingField,
    NotCloudtrail,
    NotJson,
    Empty,
    DuplicateKey,
    DuplicateEvent,
    TimeInvalid,
    TimeSuspicious,
    ControlChars,
    Bidi,
    Invisible,
    Confusable,
    Secret,
    Symlink,
    SpecialFile,
    Unreadable,
    ChangedWhileRead,
    Stopped,
}

impl ProblemClass {
    /// Every class.
    pub const ALL: [Self; 31] = [
        Self::SyntaxError,
        Self::Truncated,
        Self::TruncatedGzip,
        Self::GzipCorrupt,
        Self::GzipTrailing,
        Self::Encoding,
        Self::Mislabelled,
        Self::NestedGzip,
        Self::SizeLimit,
        Self::DepthLimit,
        Self::GiantValue,
        Self::NumberRange,
        Self::WrongType,
        Self::MissingField,
        Self::NotCloudtrail,
        Self::NotJson,
        Self::Empty,
        Self::DuplicateKey,
        Self::DuplicateEvent,
        Self::TimeInvalid,
        Self::TimeSuspicious,
        Self::ControlChars,
        Self::Bidi,
        Self::Invisible,
        Self::Confusable,
        Self::Secret,
        Self::Symlink,
        Self::SpecialFile,
        Self::Unreadable,
        Self::ChangedWhileRead,
        Self::Stopped,
    ];

    /// The stable, machine-readable name.
    pub const fn name(self) -> &'static str {
        self.words().0
    }

    /// What it means, as a clause.
    pub const fn about(self) -> &'static str {
        self.words().1
    }

    /// Whether the file may have held more than what was kept: it makes a file `partly_read`.
    ///
    /// Soft marks (secrets, bidi, control characters) say something of a value, not of the reading.
    pub const fn is_structural(self) -> bool {
        matches!(
            self,
            Self::SyntaxError
                | Self::Truncated
                | Self::TruncatedGzip
                | Self::GzipCorrupt
                | Self::SizeLimit
                | Self::NestedGzip
                | Self::Unreadable
                | Self::ChangedWhileRead
                | Self::Stopped
                | Self::NotJson
        )
    }

    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::SyntaxError => ("syntax_error", "not JSON at this place"),
            Self::Truncated => ("truncated", "the text ends in the middle"),
            Self::TruncatedGzip => ("truncated_gzip", "the compressed data ends in the middle"),
            Self::GzipCorrupt => ("gzip_corrupt", "the compressed data is damaged"),
            Self::GzipTrailing => ("gzip_trailing", "bytes follow the compressed data"),
            Self::Encoding => ("encoding", "not plain UTF-8"),
            Self::Mislabelled => ("mislabelled", "the content is not what the name says"),
            Self::NestedGzip => ("nested_gzip", "compressed more than once"),
            Self::SizeLimit => ("size_limit", "larger than a limit allows"),
            Self::DepthLimit => ("depth_limit", "nested too deeply to show as a tree"),
            Self::GiantValue => ("giant_value", "one value is very large"),
            Self::NumberRange => ("number_range", "a number no machine type holds"),
            Self::WrongType => ("wrong_type", "a known field holds another type"),
            Self::MissingField => ("missing_field", "a field every event has is absent"),
            Self::NotCloudtrail => ("not_cloudtrail", "JSON, but no CloudTrail event"),
            Self::NotJson => ("not_json", "neither JSON nor compressed JSON"),
            Self::Empty => ("empty", "holds nothing"),
            Self::DuplicateKey => ("duplicate_key", "an object has one key twice"),
            Self::DuplicateEvent => ("duplicate_event", "one event id more than once"),
            Self::TimeInvalid => ("time_invalid", "eventTime is no time"),
            Self::TimeSuspicious => ("time_suspicious", "eventTime is not believable"),
            Self::ControlChars => ("control_chars", "a value holds control characters"),
            Self::Bidi => ("bidi", "a value holds characters that reorder text"),
            Self::Invisible => ("invisible", "a value holds characters that cannot be seen"),
            Self::Confusable => ("confusable", "a name mixes look-alike alphabets"),
            Self::Secret => ("secret", "a value is a secret"),
            Self::Symlink => ("symlink", "a symbolic link, not followed"),
            Self::SpecialFile => ("special_file", "not a regular file"),
            Self::Unreadable => ("unreadable", "could not be read"),
            Self::ChangedWhileRead => ("changed_while_read", "changed while it was read"),
            Self::Stopped => ("stopped", "the load was stopped before its end"),
        }
    }
}

/// One problem and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What kind.
    pub class: ProblemClass,
    /// Where in the inflated text; absent for problems of the file as a whole.
    pub at: Option<Position>,
    /// What exactly, in a clause. May quote hostile text: escape before showing.
    pub detail: String,
}

/// A place in a file's inflated text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, from 1.
    pub line: u64,
    /// Column in characters, from 1.
    pub col: u64,
    /// Byte, from 0.
    pub byte: u64,
}

/// How far a file was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileStatus {
    /// All of it.
    Read,
    /// A structural problem cost something, or may have.
    PartlyRead,
    /// Opened, and no CloudTrail or unreadable.
    Refused,
    /// Never opened.
    Skipped,
}

impl FileStatus {
    /// Whether nothing of the file was read as CloudTrail.
    pub const fn is_unread(self) -> bool {
        matches!(self, Self::Refused | Self::Skipped)
    }

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::PartlyRead => "partly_read",
            Self::Refused => "refused",
            Self::Skipped => "skipped",
        }
    }
}

/// Records of one file or of all, by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RecordCounts {
    /// Records met: the sum of the next three.
    pub found: u64,
    /// Became events.
    pub kept: u64,
    /// Copies of an event already kept.
    pub duplicate: u64,
    /// Could not be read.
    pub set_aside: u64,
    /// Of the kept: without a usable time.
    pub undated: u64,
    /// JSON values that are no events (digests, notifications, foreign records); not in `found`.
    pub not_events: u64,
}

impl RecordCounts {
    /// Adds another count.
    pub fn add(&mut self, other: &Self) {
        self.found += other.found;
        self.kept += other.kept;
        self.duplicate += other.duplicate;
        self.set_aside += other.set_aside;
        self.undated += other.undated;
        self.not_events += other.not_events;
    }

    /// Whether the numbers add up.
    pub const fn adds_up(&self) -> bool {
        self.found == self.kept + self.duplicate + self.set_aside && self.undated <= self.kept
    }
}

/// What the ledger says of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEntry {
    /// Its name.
    pub origin: Origin,
    /// Whether it was itself an argument.
    pub named: bool,
    /// Whether it is a file in an archive that has an entry of its own.
    pub member: bool,
    /// How far it was read.
    pub status: FileStatus,
    /// The shape of its records: `records`, `array`, `lines`, … Empty where none was found.
    pub shape: &'static str,
    /// What holds the text: `plain`, `gzip`, …
    pub container: &'static str,
    /// SHA-256 of the bytes read, where it was asked for.
    pub sha256: Option<[u8; 32]>,
    /// Bytes read.
    pub bytes: u64,
    /// Bytes of text after inflating.
    pub inflated: u64,
    /// Distinct events this file holds, whatever other files hold.
    pub events: u64,
    /// Its records.
    pub records: RecordCounts,
    /// Its problems, in order of appearance.
    pub problems: Vec<Problem>,
    /// Problems beyond those listed, where a file has very many.
    pub more_problems: u64,
    /// Records set aside that have one obvious cure.
    pub mendable: u64,
}

impl FileEntry {
    /// A file of which nothing is known yet.
    pub fn new(origin: Origin) -> Self {
        Self {
            origin,
            named: false,
            member: false,
            status: FileStatus::Read,
            shape: "",
            container: "",
            sha256: None,
            bytes: 0,
            inflated: 0,
            events: 0,
            records: RecordCounts::default(),
            problems: Vec::new(),
            more_problems: 0,
            mendable: 0,
        }
    }
}

/// Files by what became of them, with their bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FileCounts {
    /// Paths met.
    pub seen: u64,
    /// Read whole.
    pub read: u64,
    /// Read in part.
    pub partly_read: u64,
    /// Opened and refused.
    pub refused: u64,
    /// Never opened.
    pub skipped: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Bytes of text.
    pub inflated: u64,
}

/// Every file of a load, in the order of the walk.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    /// The files.
    pub files: Vec<Arc<FileEntry>>,
}

impl Ledger {
    /// Sums over the files.
    pub fn file_counts(&self) -> FileCounts {
        let mut sum = FileCounts {
            seen: self.files.len() as u64,
            ..FileCounts::default()
        };
        for file in &self.files {
            match file.status {
                FileStatus::Read => sum.read += 1,
                FileStatus::PartlyRead => sum.partly_read += 1,
                FileStatus::Refused => sum.refused += 1,
                FileStatus::Skipped => sum.skipped += 1,
            }
            // The bytes of an archive are counted once.
            if !file.member {
                sum.bytes += file.bytes;
            }
            sum.inflated += file.inflated;
        }
        sum
    }

    /// Sums over the records.
    pub fn record_counts(&self) -> RecordCounts {
        let mut sum = RecordCounts::default();
        for file in &self.files {
            sum.add(&file.records);
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_class_has_a_name_of_its_own() {
        let names: HashSet<_> = ProblemClass::ALL.iter().map(|c| c.name()).collect();
        assert_eq!(names.len(), ProblemClass::ALL.len());
    }
}
