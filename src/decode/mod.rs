//! Bytes in, records out, nothing lost silently.
//!
//! [`decode`] reads one file's bytes, finds out by their content what holds them and which shape they
//! have, hands each record to a [`Sink`] and returns a [`Tally`] of everything it met. Memory is
//! bounded by the limits, time by the length of the text. Opens no file and starts no task.

mod container;
mod encoding;
mod fields;
mod hash;
mod marks;
mod notes;
mod recover;
mod reread;
mod scan;
mod shape;
mod text;
mod window;

use std::cell::RefCell;
use std::io::Read;
use std::ops::ControlFlow;

use crate::base::ledger::FileStatus;
use crate::base::ledger::Problem;
use crate::base::ledger::ProblemClass;
use crate::decode::container::Wish;
use crate::decode::scan::Input;
use crate::decode::shape::Need;
use crate::decode::shape::View;
use crate::decode::shape::Walk;
use crate::decode::window::Window;
use crate::event::record::Record;

pub use crate::decode::marks::Marks;
pub use crate::decode::reread::inflate_all;
pub use crate::decode::reread::read_at;
pub use crate::decode::reread::unwrap_record;

/// No ratio below this makes a file suspicious, and no size below [`SMALL`].
const HIGH_RATIO: u64 = 200;
/// Text up to this size is read whatever its ratio.
const SMALL: u64 = 64 << 20;

/// Limits and wishes.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// The largest record that is read, in bytes.
    pub max_record: usize,
    /// The most text that is read of a file whose compression is too good to be true.
    pub max_inflated: u64,
    /// Whether to compute the SHA-256 of the bytes read.
    pub hash: bool,
    /// The file's name, only to say when its content is something else.
    pub name_hint: &'a str,
    /// The file's size, where known: saves guessing buffer sizes.
    pub size_hint: Option<u64>,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self {
            max_record: 16 << 20,
            max_inflated: 256 << 20,
            hash: false,
            name_hint: "",
            size_hint: None,
        }
    }
}

/// Where a record stands in the inflated text of its file.
///
/// The bytes there are the record itself, or (when they begin with a quote) a JSON string that
/// holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The first byte.
    pub offset: u64,
    /// How many.
    pub len: u32,
}

/// Who gets the records.
pub trait Sink {
    /// One record: its fields, where it stands, what was odd, and its JSON without any envelope.
    fn record(
        &mut self,
        record: &Record<'_>,
        place: Place,
        marks: Marks,
        json: &[u8],
    ) -> ControlFlow<()>;

    /// Bytes read of the file so far.
    fn progress(&mut self, bytes_read: u64) {
        let _ = bytes_read;
    }
}

/// What became of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// The shape of its records: `records`, `array`, `single`, `lines`, `lookup-events`, … Empty
    /// where none was found.
    pub shape: &'static str,
    /// What holds the text: `plain`, `gzip`, `gzip-gzip`.
    pub container: &'static str,
    /// SHA-256 of the bytes read, where it was asked for.
    pub sha256: Option<[u8; 32]>,
    /// Bytes read.
    pub bytes: u64,
    /// Bytes of text.
    pub inflated: u64,
    /// Records met, those set aside included.
    pub found: u64,
    /// Records that could not be read.
    pub set_aside: u64,
    /// Values that are no events.
    pub not_events: u64,
    /// Problems, in order of appearance.
    pub problems: Vec<Problem>,
    /// Problems beyond those listed.
    pub more_problems: u64,
    /// Why the file as a whole is of no use.
    pub refused: Option<ProblemClass>,
    /// Whether the sink ended the reading.
    pub stopped: bool,
}

impl Tally {
    /// How far the file was read.
    pub fn status(&self) -> FileStatus {
        if self.refused.is_some() {
            FileStatus::Refused
        } else if self.problems.iter().any(|p| p.class.is_structural()) {
            FileStatus::PartlyRead
        } else {
            FileStatus::Read
        }
    }
}

thread_local! {
    /// Text of small files, inflated in one go; kept because making such a buffer costs page faults.
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Reads one file's bytes.
pub fn decode(input: &mut dyn Read, options: &Options<'_>, sink: &mut dyn Sink) -> Tally {
    let opened = container::open(
        input,
        Wish {
            hash: options.hash,
            size: options.size_hint,
            buffer: BUFFER.take(),
        },
    );
    let shared = opened.shared;
    let mut window = Window::new(opened.text);
    let mut walk = Walk::new(options, sink);
    loop {
        let text = Input::new(window.bytes(), walk.at);
        let view = View {
            base: window.base,
            last: window.is_last(),
            cut: window.cut,
        };
        match walk.go(&text, view) {
            Need::Done => break,
            Need::Again => {}
            Need::More => {
                let keep = walk.at;
                window.more(keep, &mut walk.notes.lines);
                walk.moved();
                let bytes = shared.borrow().bytes;
                walk.progress(bytes);
                let seen = window.seen();
                if seen > options.max_inflated.max(SMALL) && seen / HIGH_RATIO > bytes {
                    window.stop();
                }
            }
        }
    }
    let inflated = window.seen();
    let stopped = walk.is_stopped();
    let notes = walk.notes;
    BUFFER.set(window.into_buffer());
    let mut shared = shared.borrow_mut();
    let mut problems = std::mem::take(&mut shared.faults);
    problems.extend(mislabelled(
        options.name_hint,
        opened.container,
        shared.bytes,
    ));
    let shape = notes.shape_name();
    problems.extend(notes.problems);
    Tally {
        shape,
        container: opened.container,
        sha256: shared.sha256(),
        bytes: shared.bytes,
        inflated,
        found: notes.found,
        set_aside: notes.set_aside,
        not_events: notes.not_events,
        problems,
        more_problems: notes.more,
        refused: notes.refused,
        stopped,
    }
}

fn mislabelled(name: &str, container: &str, bytes: u64) -> Option<Problem> {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let named = |wanted: &str| ending.eq_ignore_ascii_case(wanted);
    let detail = match container {
        "plain" if named("gz") && bytes > 0 => "named as gzip, but not compressed",
        "gzip" if named("json") => "compressed, but not named so",
        _ => return None,
    };
    Some(Problem {
        class: ProblemClass::Mislabelled,
        at: None,
        detail: detail.to_owned(),
    })
}

#[cfg(test)]
mod tests;
