//! Bytes in, records out, nothing lost silently.
//!
//! [`decode`] reads one file's bytes, finds out by their content what holds them and which shape they
//! have, hands each record to a [`Sink`] and returns a [`Tally`] of everything it met. Memory is
//! bounded by the limits, time by the length of the text. Opens no file and starts no task.

#![deny(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

pub mod archive;
mod container;
mod damage;
mod deliver;
mod encoding;
mod fields;
mod foreign;
mod hash;
mod known;
mod leaves;
mod lex;
mod mapped;
mod marks;
mod mend;
mod notes;
#[cfg(feature = "parquet")]
mod parquet;
mod presto;
mod recover;
mod reread;
mod rows;
mod scan;
mod scanned;
mod settle;
mod shape;
mod sheet;
mod stops;
mod text;
mod trail;
mod window;
mod wire;
mod zstd;

use std::cell::RefCell;
use std::io::Read;
use std::ops::ControlFlow;

use crate::base::ledger::FileStatus;
use crate::base::ledger::Problem;
use crate::base::ledger::ProblemClass;
use crate::decode::archive::Archive;
use crate::decode::container::Wish;
use crate::decode::scan::Scanner;
use crate::decode::scanned::Input;
use crate::decode::shape::Need;
use crate::decode::shape::View;
use crate::decode::shape::Walk;
use crate::decode::window::Window;
use crate::event::record::Record;

pub use crate::decode::leaves::Leaves;
pub use crate::decode::marks::Marks;
pub use crate::decode::reread::Look;
pub use crate::decode::reread::Reread;
pub use crate::decode::reread::content;
pub use crate::decode::reread::excerpt;
pub use crate::decode::reread::inflate_all;
pub use crate::decode::reread::read_at;
pub use crate::decode::reread::read_each;
pub use crate::decode::reread::record_in;
pub use crate::decode::reread::sha256;

/// Larger files of many parts are not cheaply read again.
const READ_AGAIN: u64 = 8 << 20;
/// Text up to this size is read whatever its ratio.
const SMALL: u64 = 64 << 20;

/// Limits and wishes.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// The largest record that is read, in bytes.
    pub max_record: usize,
    /// The most text that is read of a file whose compression is too good to be true.
    pub max_inflated: u64,
    /// No better ratio of text to bytes is believed once there are 64 MiB of text.
    pub max_ratio: u64,
    /// Whether to compute the SHA-256 of the bytes read.
    pub hash: bool,
    /// Whether to look for secrets in the records and say where they are.
    pub secrets: bool,
    /// Whether damaged records are mended where there is one obvious way.
    pub repair: bool,
    /// Whether to gather the keys and strings that the index has no columns for.
    pub values: bool,
    /// Whether to work out the resources of each record.
    pub resources: bool,
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
            max_ratio: 200,
            hash: false,
            secrets: false,
            repair: false,
            values: false,
            resources: true,
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
    /// How many; with [`Place::MENDED`] where they are damaged and are to be mended once more.
    pub len: u32,
}

impl Place {
    /// The bit of a length that says that the bytes were mended.
    pub const MENDED: u32 = 1 << 31;

    /// How many bytes there are.
    pub const fn bytes(self) -> usize {
        (self.len & !Self::MENDED) as usize
    }

    /// Whether the bytes are damaged.
    pub const fn is_mended(self) -> bool {
        self.len & Self::MENDED != 0
    }
}

/// Who gets the records.
pub trait Sink {
    /// One record: its fields, of which what is of use may be taken, where it stands, what was odd, and
    /// its JSON without any envelope.
    fn record(
        &mut self,
        record: &mut Record<'_>,
        place: Place,
        marks: Marks,
        json: &[u8],
    ) -> ControlFlow<()>;

    /// The record that comes next, and its keys and values as far as the index has no column for
    /// them; `json` is its text. An identity's are left out where
    /// [`Identity::known`](crate::event::record::Identity::known) has them. Called only where it was
    /// wished, and not for records out of another schema.
    fn leaves(&mut self, record: &Record<'_>, leaves: &Leaves<'_>, json: &[u8]) {
        let _ = (record, leaves, json);
    }

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
    /// What holds the text: `plain`, `gzip`, `zstd`, `tar.gz`, …
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
    /// Of those: have one obvious cure, which was not asked for.
    pub mendable: u64,
    /// Values that are no events.
    pub not_events: u64,
    /// Problems, in order of appearance.
    pub problems: Vec<Problem>,
    /// Problems beyond those listed.
    pub more_problems: u64,
    /// Why the file as a whole is of no use.
    pub refused: Option<ProblemClass>,
    /// Where it is an archive: which kind. Its members are to be read one by one.
    pub archive: Option<Archive>,
    /// Whether the sink ended the reading.
    pub stopped: bool,
}

impl Tally {
    /// An archive that was recognised and not gone through.
    fn of_archive(
        archive: Archive,
        container: &'static str,
        bytes: u64,
        said: Option<Problem>,
    ) -> Self {
        Self {
            shape: "archive",
            container,
            sha256: None,
            bytes,
            inflated: 0,
            found: 0,
            set_aside: 0,
            mendable: 0,
            not_events: 0,
            problems: said.into_iter().collect(),
            more_problems: 0,
            refused: None,
            archive: Some(archive),
            stopped: false,
        }
    }

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
    /// A scanner remembers identities it has read, and has room of its own.
    static SCANNER: RefCell<Option<Scanner>> = const { RefCell::new(None) };
    /// Text of small files, inflated in one go; kept because making such a buffer costs page faults.
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// A hash of what a record says, whatever its key order and white space; `None` where it is no
/// JSON object. Equal hashes mean equal records; the hash means nothing outside this process.
pub fn canonical(record: &[u8]) -> Option<u64> {
    let mut scanner = SCANNER.take().unwrap_or_else(Scanner::new);
    let hash = scanner.canonical(record);
    SCANNER.set(Some(scanner));
    hash
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
    if let Some(archive) = opened.archive {
        BUFFER.set(window.into_buffer());
        let bytes = shared.borrow().bytes;
        let said = mislabelled(options.name_hint, opened.container, bytes);
        return Tally::of_archive(archive, opened.container, bytes, said);
    }
    let mut scanner = SCANNER.take().unwrap_or_else(Scanner::new);
    // What can be read again only from its beginning must not have to be.
    let careful = !window.is_last() && options.size_hint.is_none_or(|size| size > READ_AGAIN);
    scanner.begin(careful, options.values, options.resources);
    let mut walk = Walk::new(options, sink, scanner);
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
                if seen > options.max_inflated.max(SMALL) && seen / options.max_ratio.max(1) > bytes
                {
                    window.stop();
                }
            }
        }
    }
    let inflated = window.seen();
    let stopped = walk.is_stopped();
    let Walk { notes, scanner, .. } = walk;
    SCANNER.set(Some(scanner));
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
        mendable: notes.mendable,
        not_events: notes.not_events,
        problems,
        more_problems: notes.more,
        refused: notes.refused,
        archive: None,
        stopped,
    }
}

fn mislabelled(name: &str, container: &str, bytes: u64) -> Option<Problem> {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let named = |wanted: &str| ending.eq_ignore_ascii_case(wanted);
    let detail = match container {
        "plain" if named("gz") && bytes > 0 => "named as gzip, but not compressed",
        "gzip" | "zstd" if named("json") => "compressed, but not named so",
        "zip" | "tar" if named("gz") => "named as gzip, but an archive",
        "zip" | "tar" | "tar.gz" | "tar.zst" if named("json") => "an archive, but not named so",
        "zstd" if named("gz") => "named as gzip, but compressed with zstd",
        _ => return None,
    };
    Some(Problem {
        class: ProblemClass::Mislabelled,
        at: None,
        detail: detail.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::path::PathBuf;

    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    /// Everything a walk gave.
    #[derive(Default)]
    struct Kept {
        names: Vec<String>,
        ids: Vec<String>,
        marks: Vec<Marks>,
        places: Vec<Place>,
        json: Vec<Vec<u8>>,
        content: Vec<crate::event::record::Content>,
        records: Vec<Record<'static>>,
    }

    fn owned(record: &Record<'_>) -> Record<'static> {
        let t = |text: &Option<std::borrow::Cow<'_, str>>| {
            text.as_ref().map(|t| t.clone().into_owned().into())
        };
        Record {
            event_time: t(&record.event_time),
            event_name: t(&record.event_name),
            event_source: t(&record.event_source),
            error_code: t(&record.error_code),
            user_agent: t(&record.user_agent),
            read_only: record.read_only,
            identity: crate::event::record::UserIdentity {
                arn: t(&record.identity.get().arn),
                user_name: t(&record.identity.get().user_name),
                issuer_arn: t(&record.identity.get().issuer_arn),
                mfa: record.identity.get().mfa,
                ..Default::default()
            }
            .into(),
            resources: crate::event::derive::named(record)
                .0
                .iter()
                .map(|r| {
                    let name = r.name.clone().into_owned().into();
                    crate::event::resource::ResourceRef::new(name, r.naming)
                })
                .collect(),
            content: record.content,
            ..Record::default()
        }
    }

    impl Sink for Kept {
        fn record(
            &mut self,
            record: &mut Record<'_>,
            place: Place,
            marks: Marks,
            json: &[u8],
        ) -> ControlFlow<()> {
            let text =
                |t: &Option<std::borrow::Cow<'_, str>>| t.as_deref().unwrap_or("").to_owned();
            self.names.push(text(&record.event_name));
            self.ids.push(text(&record.event_id));
            self.marks.push(marks);
            self.places.push(place);
            self.json.push(json.to_vec());
            self.content.push(record.content);
            self.records.push(owned(record));
            ControlFlow::Continue(())
        }
    }

    fn read(bytes: &[u8]) -> (Tally, Kept) {
        let mut kept = Kept::default();
        let tally = decode(&mut &*bytes, &Options::default(), &mut kept);
        assert_eq!(tally.found, kept.names.len() as u64 + tally.set_aside);
        (tally, kept)
    }

    fn classes(tally: &Tally) -> Vec<&'static str> {
        tally.problems.iter().map(|p| p.class.name()).collect()
    }

    fn record(id: &str) -> String {
        format!(
            r#"{{"eventVersion":"1.08","userIdentity":{{"type":"IAMUser","arn":"arn:aws:iam::1:user/a","userName":"a"}},"eventTime":"2024-02-03T04:05:06Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","userAgent":"cli","requestParameters":{{"x":[1,{{"y":null}}]}},"eventID":"{id}"}}"#
        )
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        out.write_all(bytes).expect("compressed");
        out.finish().expect("compressed")
    }

    #[test]
    fn shapes() {
        let (a, b) = (record("a"), record("b"));
        let quoted = serde_json::to_string(&a).expect("text");
        for (text, shape) in [
            (format!(r#"{{"Records":[{a},{b}]}}"#), "records"),
            (
                format!(r#"{{"meta":{{"x":[1]}},"Records":[{a},{b}],"z":1}}"#),
                "records",
            ),
            (format!("[{a},{b}]"), "array"),
            (format!("{a}\n{b}\n"), "lines"),
            (format!("{a}{b}"), "lines"),
            (a.clone(), "single"),
            (
                format!(r#"{{"Events":[{{"EventId":"a","CloudTrailEvent":{quoted}}}]}}"#),
                "lookup-events",
            ),
            (
                format!(r#"{{"detail-type":"x","source":"aws.s3","detail":{a}}}"#),
                "eventbridge",
            ),
            (
                format!(
                    r#"{{"messageType":"DATA_MESSAGE","logEvents":[{{"id":"1","message":{quoted}}}]}}"#
                ),
                "cloudwatch",
            ),
            (
                format!(r#"{{"@timestamp":"x","message":{quoted}}}"#),
                "elastic",
            ),
            (
                format!("2024-02-03T04:05:06.000Z {a}\n2024-02-03T04:05:06.000Z {b}\n"),
                "cloudwatch-export",
            ),
        ] {
            let (tally, kept) = read(text.as_bytes());
            assert_eq!(tally.shape, shape, "{text}");
            assert_eq!(classes(&tally), [""; 0], "{text}");
            assert_eq!(kept.ids.len(), 1 + usize::from(text.contains(&b)), "{text}");
            assert_eq!(tally.status(), FileStatus::Read);
            for (place, json) in kept.places.iter().zip(&kept.json) {
                let again = read_at(&mut text.as_bytes(), *place, 1 << 20).expect("read again");
                assert_eq!(&again, json);
                let packed = gzip(text.as_bytes());
                assert_eq!(
                    read_at(&mut &*packed, *place, 1 << 20).expect("read again"),
                    again
                );
            }
        }
    }

    /// Found by fuzzing: the line's end is no part of a cell whose quote is never closed.
    #[test]
    fn a_row_with_an_open_quote_is_read_again_as_it_was() {
        for end in ["", "\n", "\r\n", "\n\n"] {
            let text = format!("eventTime,eventName,eventID\n2024-02-03T04:05:06Z,x,\"open{end}");
            let (tally, kept) = read(text.as_bytes());
            assert_eq!(tally.found, 1, "{text:?}");
            let again = read_at(&mut text.as_bytes(), kept.places[0], 1 << 20).expect("a record");
            assert_eq!(again, kept.json[0], "{text:?}");
        }
    }

    #[test]
    fn what_is_no_cloudtrail_is_refused_politely() {
        for (text, class) in [
            ("", "empty"),
            (" \n", "empty"),
            ("hello {nope}", "not_json"),
            ("{}", "not_cloudtrail"),
            ("12", "not_cloudtrail"),
            ("[]", "empty"),
            (r#"{"Records":null}"#, "not_cloudtrail"),
            (r#"{"digestS3Object":"x","logFiles":[]}"#, "not_cloudtrail"),
            (
                r#"{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","eventTime":"2024-02-03T04:05:06Z","eventName":"ObjectCreated:Put","s3":{}}]}"#,
                "not_cloudtrail",
            ),
        ] {
            let (tally, kept) = read(text.as_bytes());
            assert_eq!(kept.names.len(), 0, "{text}");
            assert_eq!(classes(&tally), [class], "{text}");
            assert_eq!(tally.status(), FileStatus::Refused, "{text}");
        }
        let (tally, _) = read(br#"{"Records":[]}"#);
        assert_eq!(tally.status(), FileStatus::Read);
    }

    #[test]
    fn one_bad_record_costs_itself_alone() {
        let bad = record("b").replace(r#""eventVersion":"1.08""#, r#""eventVersion: "1.08""#);
        let text = format!(r#"{{"Records":[{},{bad},{}]}}"#, record("a"), record("c"));
        let (tally, kept) = read(text.as_bytes());
        assert_eq!(kept.ids, ["a", "c"]);
        assert_eq!((tally.found, tally.set_aside), (3, 1));
        assert!(kept.marks[1].has(Marks::RECOVERED) && kept.marks[0].is_empty());
        let problem = &tally.problems[0];
        let at = text
            .find(r#"1.08",""#)
            .map(|_| text.find(r#": "1.08"#).expect("there") + 3);
        assert_eq!(problem.at.map(|p| p.byte as usize), at);
        assert_eq!(
            problem.detail,
            "expected `:` after a key (--repair can mend it: a missing quote added)"
        );
        assert_eq!(tally.status(), FileStatus::PartlyRead);
    }

    #[test]
    fn what_an_attacker_writes_is_never_a_record() {
        let fake = record("fake");
        let inner = format!(r#"{{"entries":[{fake},{fake}],"detail":{fake},"Records":[{fake}]}}"#);
        for broken in [
            (r#""eventVersion":"1.08""#, r#""eventVersion":1.0.8"#),
            (r#""eventVersion":"1.08""#, r#""eventVersion: "1.08""#),
            (r#""userAgent":"cli""#, r#""userAgent":"cl"i""#),
            (r#""userAgent":"cli""#, "\"userAgent\":\"cl\ni\""),
            (r#""userAgent":"cli","#, r#""userAgent":"cli""#),
        ] {
            let bad = record("b")
                .replacen(broken.0, broken.1, 1)
                .replace(r#"{"x":[1,{"y":null}]}"#, &inner);
            for text in [
                format!(r#"{{"Records":[{},{bad},{}]}}"#, record("a"), record("c")),
                format!("{}\n{bad}\n{}\n", record("a"), record("c")),
            ] {
                let (tally, kept) = read(text.as_bytes());
                assert_eq!(kept.ids, ["a", "c"], "{text}");
                assert_eq!(tally.set_aside, 1, "{text}");
            }
        }
    }

    #[test]
    fn every_cut_keeps_what_came_before() {
        let records: Vec<String> = (0..6).map(|n| record(&n.to_string())).collect();
        let text = format!(r#"{{"Records":[{}]}}"#, records.join(","));
        let ends: Vec<usize> = records
            .iter()
            .scan(12, |at, r| {
                *at += r.len() + 1;
                Some(*at - 1)
            })
            .collect();
        for cut in 0..text.len() {
            let (tally, kept) = read(&text.as_bytes()[..cut]);
            let whole = ends.iter().filter(|end| **end <= cut).count();
            assert_eq!(kept.ids.len(), whole, "cut at {cut}");
            assert!(!tally.problems.is_empty(), "cut at {cut}");
        }
    }

    #[test]
    fn a_wrong_sign_anywhere_costs_one_record_at_most() {
        let records: Vec<String> = (0..4).map(|n| record(&format!("id{n}"))).collect();
        let text = format!("{{\"Records\":[{}]}}", records.join(","));
        let mut lost = Vec::new();
        for at in 12..text.len() - 2 {
            for sign in b"[]{},:\" 0x\\" {
                let mut bytes = text.clone().into_bytes();
                bytes[at] = *sign;
                let (_, kept) = read(&bytes);
                if !(3..=4).contains(&kept.ids.len()) {
                    lost.push((at, *sign as char, kept.ids));
                }
            }
        }
        assert!(
            lost.is_empty(),
            "{} of them: {:?}",
            lost.len(),
            &lost[..lost.len().min(12)]
        );
    }

    /// Found by fuzzing.
    #[test]
    fn blanks_at_the_ends_of_a_row_are_cells_or_belong_to_them() {
        let header = "Event name\tEvent time\tUser name\tEvent source\n";
        let rows = "A\tt\tu\tv \t\n\tt\tu\tv\r\nB\tt\tu\tv \r\n\nC\tt\t\t";
        let text = format!("{header}{rows}");
        let (tally, kept) = read(text.as_bytes());
        assert_eq!((tally.found, tally.set_aside), (4, 2));
        assert_eq!(kept.names, ["B", "C"]);
        for (place, json) in kept.places.iter().zip(&kept.json) {
            let again = read_at(&mut text.as_bytes(), *place, 1 << 20).expect("read again");
            assert_eq!(&again, json);
        }
        assert!(String::from_utf8_lossy(&kept.json[0]).contains("\"v \""));
    }

    /// Found by fuzzing.
    #[test]
    fn text_behind_a_record_in_a_string_is_said_and_not_read_as_part_of_it() {
        let one = record("a");
        let quoted = serde_json::to_string(&format!(" {one} {{}} more")).expect("text");
        let text = format!("{{\"Events\":[{{\"CloudTrailEvent\":{quoted}}}]}}");
        let (tally, kept) = read(text.as_bytes());
        assert_eq!((kept.ids.len(), classes(&tally)), (1, vec!["syntax_error"]));
        let again = read_at(&mut text.as_bytes(), kept.places[0], 1 << 20).expect("read again");
        assert_eq!(
            (again, &kept.json[0][..]),
            (one.clone().into_bytes(), one.as_bytes())
        );
    }

    #[test]
    fn gzip_in_its_forms() {
        let (a, b) = (record("a"), record("b"));
        let (one, two) = (
            format!("{{\"Records\":[{a}]}}"),
            format!("{{\"Records\":[{b}]}}"),
        );
        let mut joined = gzip(one.as_bytes());
        joined.extend(gzip(two.as_bytes()));
        let (tally, kept) = read(&joined);
        assert_eq!((kept.ids.len(), tally.problems.len()), (2, 0));
        let twice = gzip(&gzip(one.as_bytes()));
        let (tally, kept) = read(&twice);
        assert_eq!((kept.ids.len(), classes(&tally)), (1, vec!["nested_gzip"]));
        let whole = gzip(one.as_bytes());
        let cut = &whole[..whole.len() - 8];
        let (tally, kept) = read(cut);
        assert_eq!(
            (kept.ids.len(), classes(&tally)),
            (1, vec!["truncated_gzip"])
        );
        let mut wrong = whole.clone();
        let at = wrong.len() - 8;
        wrong[at] ^= 1;
        assert_eq!(classes(&read(&wrong).0), ["gzip_corrupt"]);
        let mut padded = whole;
        padded.extend([0; 512]);
        assert_eq!(classes(&read(&padded).0), ["gzip_trailing"]);
    }

    #[test]
    fn text_larger_than_the_window() {
        let big = record("big").replace("\"cli\"", &format!("\"{}\"", "x".repeat(3 << 20)));
        let many: Vec<String> = (0..8000).map(|n| record(&n.to_string())).collect();
        let text = format!(
            r#"{{"Records":[{},{big},{}]}}"#,
            many.join(","),
            many.join(",\n")
        );
        let (tally, kept) = read(text.as_bytes());
        assert_eq!((kept.ids.len(), tally.problems.len()), (16_001, 0));
        let options = Options {
            max_record: 1 << 20,
            ..Options::default()
        };
        let mut kept = Kept::default();
        let tally = decode(&mut text.as_bytes(), &options, &mut kept);
        assert_eq!(
            (kept.ids.len(), classes(&tally)),
            (16_000, vec!["size_limit"])
        );
    }

    #[test]
    fn content_knows_meaning_and_not_spelling() {
        let one = record("a");
        let value: Value = serde_json::from_str(&one).expect("sound");
        let pretty = serde_json::to_string_pretty(&value).expect("text");
        let turned = one.replacen(r#""eventVersion":"1.08","#, "", 1).replacen(
            r#""eventID":"a""#,
            r#""eventID":"a","event\u0056ersion":"1.08""#,
            1,
        );
        let other = one.replacen("[1,", "[2,", 1);
        let (_, kept) = read(format!("{one}\n{pretty}\n{turned}\n{other}").as_bytes());
        assert_eq!(kept.content[0], kept.content[1]);
        assert_eq!(kept.content[0], kept.content[2]);
        assert_ne!(kept.content[0], kept.content[3]);
    }

    #[test]
    fn resources_in_order_of_trust() {
        let text = record("a").replace(
        r#"{"x":[1,{"y":null}]}"#,
        r#"{"p":"{\"Resource\":\"arn:aws:s3:::b\/*\"}","i":"i-1a2b3c4d","m":"see arn:aws:iam::1:role/r."},"resources":[{"ARN":"arn:aws:s3:::b"},{"arn":"HIDDEN_DUE_TO_SECURITY_REASONS"},{"ARNPrefix":"arn:aws:s3:::b/logs/"}],"userAgent":"arn:aws:s3:::agent""#,
    );
        let (_, kept) = read(text.as_bytes());
        let names: Vec<&str> = kept.records[0].resources.iter().map(|r| &*r.name).collect();
        assert_eq!(
            names,
            [
                "arn:aws:s3:::b",
                "arn:aws:s3:::b/logs/",
                "arn:aws:s3:::b/*",
                "i-1a2b3c4d",
                "arn:aws:iam::1:role/r"
            ]
        );
    }

    fn corpus() -> Option<PathBuf> {
        let dir = std::env::var_os("TRAILHOUND_CORPUS").map_or_else(
            || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"),
            PathBuf::from,
        );
        if dir.is_dir() {
            return Some(dir);
        }
        println!("no corpus here: nothing tested");
        None
    }

    fn files(dir: &std::path::Path, out: &mut Vec<PathBuf>) {
        let mut entries: Vec<_> = std::fs::read_dir(dir)
            .expect("a folder")
            .map(|e| e.expect("an entry").path())
            .collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                files(&path, out);
            } else {
                out.push(path);
            }
        }
    }

    /// What a general parser makes of a record, field by field.
    fn agrees(json: &[u8], record: &Record<'_>) {
        let value: Value = serde_json::from_slice(json).expect("the scanner took it");
        let text = |path: &str| value.pointer(path).and_then(Value::as_str);
        assert_eq!(record.event_name.as_deref(), text("/eventName"));
        assert_eq!(record.event_source.as_deref(), text("/eventSource"));
        assert_eq!(record.error_code.as_deref(), text("/errorCode"));
        assert_eq!(record.user_agent.as_deref(), text("/userAgent"));
        assert_eq!(
            record.identity.get().arn.as_deref(),
            text("/userIdentity/arn").filter(|t| !t.is_empty())
        );
        assert_eq!(
            record.identity.get().user_name.as_deref(),
            text("/userIdentity/userName")
        );
        assert_eq!(
            record.identity.get().issuer_arn.as_deref(),
            text("/userIdentity/sessionContext/sessionIssuer/arn").filter(|t| !t.is_empty())
        );
        if let Some(flag) = value.get("readOnly").and_then(Value::as_bool) {
            assert_eq!(record.read_only, Some(flag));
        }
    }

    /// Records of the demo and, where it is there, of the corpus.
    fn real_records() -> Vec<Vec<u8>> {
        let mut kept = Kept::default();
        let mut demo = &include_bytes!("../../assets/demo.jsonl.gz")[..];
        decode(&mut demo, &Options::default(), &mut kept);
        let mut paths = Vec::new();
        if let Some(dir) = corpus() {
            files(&dir.join("invictus-ir_aws_dataset"), &mut paths);
        }
        for path in paths {
            let bytes = std::fs::read(&path).expect("read");
            decode(&mut &bytes[..], &Options::default(), &mut kept);
        }
        kept.json
    }

    #[test]
    fn mutated_real_records_agree_with_a_general_parser() {
        let records = real_records();
        assert!(records.len() > 1000);
        let mut state = 11u64;
        let mut next = |below: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 33) as usize % below.max(1)
        };
        let pieces: [&[u8]; 20] = [
            b"\"",
            b"\\",
            b"{",
            b"}",
            b"[",
            b"]",
            b",",
            b":",
            b"null",
            b"true",
            b"-1.5e3",
            b"1e999",
            b"\\u00e9",
            b"\\ud800",
            b"\\n",
            b"\n",
            b"\x01",
            b"\xc3\xa9",
            b"\xff",
            b"\"eventName\":\"Twice\",",
        ];
        let (mut taken, mut refused, mut lax) = (0, 0, 0);
        for _ in 0..20_000 {
            let mut bytes = records[next(records.len())].clone();
            for _ in 0..=next(3) {
                let at = 1 + next(bytes.len() - 1);
                let piece = pieces[next(pieces.len())];
                match next(4) {
                    0 => drop(bytes.splice(at..at, piece.iter().copied())),
                    1 => drop(bytes.splice(1..1, piece.iter().copied())),
                    2 => drop(bytes.drain(at..(at + 1 + next(12)).min(bytes.len()))),
                    _ => {
                        let end = (at + piece.len()).min(bytes.len());
                        bytes.splice(at..end, piece.iter().copied());
                    }
                }
                if bytes.len() < 3 {
                    break;
                }
            }
            let (tally, kept) = read(&bytes);
            match serde_json::from_slice::<Value>(&bytes) {
                Ok(value) if kept.ids.len() == 1 && value.is_object() => {
                    agrees(&kept.json[0], &kept.records[0]);
                    taken += 1;
                }
                Ok(value) => {
                    // Sound, and still no record: only where it does not name itself one.
                    let has = |key: &str| value.get(key).is_some();
                    let is_event = has("eventName") && (has("eventSource") || has("eventTime"));
                    let shown = String::from_utf8_lossy(&bytes);
                    assert!(!is_event || kept.ids.len() == 1, "{shown}");
                }
                Err(_) => {
                    // Laxer than the general parser only with a word about it.
                    let shown = String::from_utf8_lossy(&bytes);
                    assert!(!tally.problems.is_empty(), "{shown}");
                    refused += 1;
                    lax += usize::from(kept.ids.len() == 1);
                }
            }
        }
        assert!(
            taken > 2000 && refused > 2000 && lax > 100,
            "{taken} {refused} {lax}"
        );
    }

    #[test]
    fn real_records_agree_with_a_general_parser() {
        let Some(dir) = corpus() else { return };
        for (set, found) in [
            ("invictus-ir_aws_dataset", 2900),
            ("stratus-red-team", 211),
            ("traildiscover", 314),
            ("panther-analysis", 476),
            ("sans504-s3-ransomware", 7819),
        ] {
            let mut paths = Vec::new();
            files(&dir.join(set), &mut paths);
            let mut sum = 0;
            for path in paths {
                let bytes = std::fs::read(&path).expect("read");
                let (tally, kept) = read(&bytes);
                assert_eq!(tally.set_aside, 0, "{}", path.display());
                sum += tally.found;
                for (json, record) in kept.json.iter().zip(&kept.records) {
                    agrees(json, record);
                }
            }
            assert_eq!(sum, found, "{set}");
        }
    }

    /// The JSON of a documentation page, as somebody would paste it.
    fn pasted(page: &str) -> Vec<String> {
        let mut out = Vec::new();
        let mut rest = page;
        while let Some(at) = rest.find('{').filter(|at| rest[*at..].contains('"')) {
            let tail = &rest[at..];
            let end = tail
                .find("\n```")
                .or_else(|| tail.find("\n\n"))
                .unwrap_or(tail.len());
            if tail[..end].contains("\"event") {
                out.push(tail[..end].to_owned());
            }
            rest = &tail[end..];
        }
        out
    }

    #[test]
    fn the_pages_of_the_user_guides() {
        let Some(dir) = corpus() else { return };
        let seeds = dir.with_file_name("seeds");
        if !seeds.is_dir() {
            println!("no pages here: nothing tested");
            return;
        }
        let mut paths = Vec::new();
        files(&seeds, &mut paths);
        let mut seen = Vec::new();
        for path in paths {
            let page = std::fs::read_to_string(&path).expect("read");
            let (mut kept, mut aside, mut stray) = (0, 0, 0);
            for text in pasted(&page) {
                let (tally, records) = read(text.as_bytes());
                kept += records.ids.len();
                aside += tally.set_aside;
                assert!(tally.problems.iter().all(|p| p.at.is_some()));
                stray += tally
                    .problems
                    .iter()
                    .filter(|p| p.detail.contains("between records"))
                    .count();
            }
            seen.push((kept, aside, stray));
        }
        println!("{seen:?}");
        assert_eq!(seen[0], (0, 2, 3), "the page of the load balancer");
        assert!(
            seen[1..]
                .iter()
                .all(|(kept, aside, _)| *kept > 0 && *aside == 0)
        );
        assert!(seen[2].2 > 0, "the page of Auto Scaling");
    }

    fn json() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            Just("null".to_owned()),
            Just("true".to_owned()),
            any::<i64>().prop_map(|n| n.to_string()),
            any::<f64>().prop_map(|n| if n.is_finite() {
                n.to_string()
            } else {
                "0".to_owned()
            }),
            ".*".prop_map(|s| serde_json::to_string(&s).expect("text")),
            "[a-z:\\\\/\"]{0,20}".prop_map(|s| serde_json::to_string(&s).expect("text")),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6)
                    .prop_map(|v| format!("[{}]", v.join(" , "))),
                prop::collection::vec(("[a-zA-Z]{0,12}", inner), 0..6).prop_map(|v| {
                    let members: Vec<String> =
                        v.iter().map(|(k, v)| format!("\"{k}\":{v}")).collect();
                    format!("{{{}}}", members.join(",\n"))
                }),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            read(&bytes);
            let mut packed = vec![0x1f, 0x8b, 8];
            packed.extend(&bytes);
            read(&packed);
        }

        #[test]
        fn no_brackets_and_quotes_make_it_panic(text in "[\\[\\]{}\",: \\\\ntfe0-9\n]{0,200}") {
            read(text.as_bytes());
            read(format!("{{\"Records\":[{text}").as_bytes());
        }

        #[test]
        fn a_changed_byte_costs_one_record_at_most(at in 0usize..2000, byte in any::<u8>()) {
            let records: Vec<String> = (0..5).map(|n| record(&format!("id{n}"))).collect();
            let text = format!("{{\"Records\":[{}]}}", records.join(","));
            let mut bytes = text.clone().into_bytes();
            let at = 12 + at % (bytes.len() - 14);
            bytes[at] = byte;
            let (_, kept) = read(&bytes);
            prop_assert!(kept.ids.len() >= 4, "{} at {at}: {:?}", byte as char, kept.ids);
            prop_assert!(kept.ids.len() <= 5);
        }

        #[test]
        fn any_json_is_taken_as_a_general_parser_takes_it(value in json()) {
            let text = record("a").replace(r#"{"x":[1,{"y":null}]}"#, &value);
            let sound = serde_json::from_str::<Value>(&text).is_ok();
            let (tally, kept) = read(text.as_bytes());
            if sound {
                prop_assert_eq!(kept.ids.len(), 1, "{}", text);
                agrees(&kept.json[0], &kept.records[0]);
            } else {
                prop_assert!(!tally.problems.is_empty() || kept.ids.len() == 1);
            }
        }

        #[test]
        fn first_faults_are_where_a_general_parser_finds_them(at in 0usize..400, byte in prop::sample::select(b"{}[]\",:x0 ".to_vec())) {
            let text = record("a");
            let mut bytes = text.into_bytes();
            let at = 1 + at % (bytes.len() - 1);
            bytes[at] = byte;
            let strict = serde_json::from_slice::<Value>(&bytes);
            let (tally, kept) = read(&bytes);
            prop_assert_eq!(strict.is_ok(), kept.ids.len() == 1 && tally.status() == FileStatus::Read);
        }
    }
}
