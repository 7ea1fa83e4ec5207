//! The ledger as a report: what was read, what was not, where and why.
//!
//! [`json`] writes one object whose numbers add up and whose keys are a contract: `files`,
//! `records`, and `by_path` with one entry a path. [`table`] says the same to people: the sums,
//! the problems by class, and every path that was not read whole.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};
use std::sync::Arc;

use crate::base::ledger::{FileEntry, FileStatus, Ledger, Problem, ProblemClass};
use crate::base::printable::Printable;
use crate::base::text::{self, byte_size, counted, thousands};
use crate::event::json::{Node, write_string};
use crate::report::{Style, number, object};

/// Problems of one path that a table lists.
const LISTED: usize = 5;

/// Whether a path was meant to give events and did not give all of them.
///
/// A file that is no CloudTrail, met in a walk, is nobody's fault; nor is a link or a second
/// name of a file.
pub fn is_faulty(entry: &FileEntry) -> bool {
    let failed = |p: &Problem| {
        p.class == ProblemClass::Unreadable
            || p.class.is_structural() && p.class != ProblemClass::NotJson
    };
    let again = |p: &Problem| p.class == ProblemClass::DuplicateEvent;
    match entry.status {
        FileStatus::Read => entry.records.set_aside > 0,
        FileStatus::PartlyRead => true,
        FileStatus::Refused => entry.named || entry.problems.iter().any(failed),
        FileStatus::Skipped => {
            entry.problems.iter().any(failed) || entry.named && !entry.problems.iter().all(again)
        }
    }
}

/// Whether anything at all could be read.
pub fn is_anything_read(ledger: &Ledger) -> bool {
    let readable =
        |f: &Arc<FileEntry>| matches!(f.status, FileStatus::Read | FileStatus::PartlyRead);
    ledger.files.iter().any(readable)
}

/// The limits a load had, which decide what is too large to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The largest record, in bytes.
    pub max_record: u64,
    /// The most text of a file whose compression is too good to be true, in bytes.
    pub max_inflated: u64,
    /// No better ratio of text to bytes is believed.
    pub max_ratio: u64,
}

/// The ledger as one JSON object, a line a path.
pub fn json(ledger: &Ledger, limits: Limits, out: &mut dyn Write) -> io::Result<()> {
    let f = ledger.file_counts();
    let files = object(vec![
        ("seen", number(f.seen)),
        ("read", number(f.read)),
        ("partly_read", number(f.partly_read)),
        ("refused", number(f.refused)),
        ("skipped", number(f.skipped)),
        ("bytes", number(f.bytes)),
        ("bytes_inflated", number(f.inflated)),
    ]);
    let r = ledger.record_counts();
    let records = object(vec![
        ("found", number(r.found)),
        ("kept", number(r.kept)),
        ("duplicate", number(r.duplicate)),
        ("set_aside", number(r.set_aside)),
        ("undated", number(r.undated)),
        ("not_events", number(r.not_events)),
    ]);
    let limits = object(vec![
        ("max_record", number(limits.max_record)),
        ("max_inflated", number(limits.max_inflated)),
        ("max_ratio", number(limits.max_ratio)),
    ]);
    write!(
        out,
        "{{\"files\":{},\n\"records\":{},\n\"limits\":{},\n\"by_path\":{{",
        files.to_compact(),
        records.to_compact(),
        limits.to_compact()
    )?;
    let mut names: HashMap<&str, u64> = HashMap::new();
    for (i, entry) in ledger.files.iter().enumerate() {
        let name = entry.origin.name();
        let again = names.entry(name).or_default();
        *again += 1;
        let mut key = String::new();
        // Two names can look alike once bytes that are no text are replaced, and a file can be
        // named twice; a key must stand once.
        if *again == 1 {
            write_string(&mut key, name);
        } else {
            write_string(&mut key, &format!("{name}#{again}"));
        }
        let comma = if i == 0 { "" } else { "," };
        write!(out, "{comma}\n{key}:{}", path_node(entry).to_compact())?;
    }
    out.write_all(b"\n}}\n")
}

fn path_node(entry: &FileEntry) -> Node {
    let known = |name: &'static str| match name {
        "" => Node::Null,
        name => Node::Text(name.to_owned()),
    };
    let mut pairs = vec![
        ("status", Node::Text(entry.status.name().to_owned())),
        ("shape", known(entry.shape)),
        ("container", known(entry.container)),
        (
            "sha256",
            entry
                .sha256
                .map_or(Node::Null, |digest| Node::Text(text::hex(&digest))),
        ),
        ("events", number(entry.events)),
        ("found", number(entry.records.found)),
        ("kept", number(entry.records.kept)),
        ("duplicate", number(entry.records.duplicate)),
        ("set_aside", number(entry.records.set_aside)),
    ];
    if let Some(hex) = entry.origin.hex() {
        pairs.push(("path_hex", Node::Text(hex)));
    }
    let mut classes: Vec<ProblemClass> = Vec::new();
    for problem in &entry.problems {
        if !classes.contains(&problem.class) {
            classes.push(problem.class);
        }
    }
    let warn = classes
        .iter()
        .map(|class| Node::Text(class.name().to_owned()))
        .collect();
    pairs.push(("warn", Node::Array(warn)));
    let first = entry.problems.iter().find(|p| {
        p.at.is_some() && matches!(p.class, ProblemClass::SyntaxError | ProblemClass::Truncated)
    });
    if let Some(first) = first {
        pairs.extend(position(first));
    }
    let problems = entry.problems.iter().map(|problem| {
        let mut pairs = vec![("class", Node::Text(problem.class.name().to_owned()))];
        pairs.extend(position(problem));
        pairs.push(("detail", Node::Text(problem.detail.clone())));
        object(pairs)
    });
    pairs.push(("problems", Node::Array(problems.collect())));
    if entry.more_problems > 0 {
        pairs.push(("more_problems", number(entry.more_problems)));
    }
    object(pairs)
}

fn position(problem: &Problem) -> Vec<(&'static str, Node)> {
    problem.at.map_or_else(Vec::new, |at| {
        vec![
            ("line", number(at.line)),
            ("col", number(at.col)),
            ("byte", number(at.byte)),
        ]
    })
}

/// The ledger for people.
pub fn table(ledger: &Ledger, limits: Limits, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let f = ledger.file_counts();
    writeln!(
        out,
        "{}    {} seen = {} read + {} partly read + {} refused + {} skipped",
        style.strong("files"),
        thousands(f.seen),
        thousands(f.read),
        thousands(f.partly_read),
        thousands(f.refused),
        thousands(f.skipped),
    )?;
    writeln!(
        out,
        "         {} read, {} of text",
        byte_size(f.bytes),
        byte_size(f.inflated)
    )?;
    let r = ledger.record_counts();
    writeln!(
        out,
        "{}  {} found = {} kept + {} + {} set aside",
        style.strong("records"),
        thousands(r.found),
        thousands(r.kept),
        match r.duplicate {
            1 => "1 copy".to_owned(),
            n => format!("{} copies", thousands(n)),
        },
        thousands(r.set_aside),
    )?;
    if r.undated > 0 {
        writeln!(
            out,
            "         {} of the kept have no usable time",
            thousands(r.undated)
        )?;
    }
    if r.not_events > 0 {
        let values = counted(r.not_events, "JSON value");
        writeln!(out, "         {values} that are no events, beside them")?;
    }
    writeln!(
        out,
        "{}   a record {} (--max-record), a file {} (--max-inflated) past a ratio of {} (--max-ratio)",
        style.strong("limits"),
        byte_size(limits.max_record),
        byte_size(limits.max_inflated),
        limits.max_ratio
    )?;
    shapes(ledger, style, out)?;
    remarks(ledger, style, out)?;
    let mut listed = ledger
        .files
        .iter()
        .filter(|entry| entry.status != FileStatus::Read || entry.records.set_aside > 0)
        .peekable();
    if listed.peek().is_some() {
        writeln!(out, "\n{}", style.strong("not read whole"))?;
    }
    for entry in listed {
        path_lines(entry, out)?;
    }
    Ok(())
}

fn shapes(ledger: &Ledger, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut shapes: BTreeMap<(&str, &str), (u64, u64)> = BTreeMap::new();
    for entry in ledger.files.iter().filter(|e| !e.shape.is_empty()) {
        let sum = shapes.entry((entry.shape, entry.container)).or_default();
        sum.0 += 1;
        sum.1 += entry.records.found;
    }
    for (i, ((shape, container), (files, records))) in shapes.into_iter().enumerate() {
        let title = if i == 0 {
            style.strong("shapes")
        } else {
            "      ".to_owned()
        };
        writeln!(
            out,
            "{title}   {shape}, {container}: {}, {}",
            counted(files, "file"),
            counted(records, "record")
        )?;
    }
    Ok(())
}

/// Problems by class: how many, in how many files.
fn remarks(ledger: &Ledger, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut classes: BTreeMap<ProblemClass, (u64, u64)> = BTreeMap::new();
    for entry in &ledger.files {
        let mut here: Vec<ProblemClass> = Vec::new();
        for problem in &entry.problems {
            let sum = classes.entry(problem.class).or_default();
            sum.0 += 1;
            if !here.contains(&problem.class) {
                here.push(problem.class);
                sum.1 += 1;
            }
        }
    }
    if !classes.is_empty() {
        writeln!(out, "\n{}", style.strong("problems"))?;
    }
    for (class, (problems, files)) in classes {
        writeln!(
            out,
            "  {:<18} {:>6} in {:<12} {}",
            class.name(),
            thousands(problems),
            counted(files, "file"),
            class.about()
        )?;
    }
    Ok(())
}

fn path_lines(entry: &FileEntry, out: &mut dyn Write) -> io::Result<()> {
    let mut counts = Vec::new();
    if entry.records.found > 0 {
        counts.push(counted(entry.events, "event"));
    }
    if entry.records.set_aside > 0 {
        counts.push(format!("{} set aside", thousands(entry.records.set_aside)));
    }
    let counts = if counts.is_empty() {
        String::new()
    } else {
        format!("  ({})", counts.join(", "))
    };
    let status = entry.status.name().replace('_', " ");
    let name = Printable::new(entry.origin.name());
    writeln!(out, "  {status:<11}  {name}{counts}")?;
    for problem in entry.problems.iter().take(LISTED) {
        let place = problem.at.map_or_else(String::new, |at| {
            format!(" at line {}, column {} (byte {})", at.line, at.col, at.byte)
        });
        let detail = Printable::new(&problem.detail);
        writeln!(
            out,
            "               {}{place}: {detail}",
            problem.class.name()
        )?;
    }
    let more = entry.problems.len().saturating_sub(LISTED) as u64 + entry.more_problems;
    if more > 0 {
        writeln!(
            out,
            "               and {} more (--format json lists them)",
            thousands(more)
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ledger::{Position, RecordCounts};
    use crate::base::origin::Origin;

    fn ledger() -> Ledger {
        let broken = FileEntry {
            status: FileStatus::PartlyRead,
            shape: "records",
            container: "gzip",
            sha256: Some([0xab; 32]),
            events: 2,
            records: RecordCounts {
                found: 3,
                kept: 2,
                set_aside: 1,
                ..RecordCounts::default()
            },
            problems: vec![
                Problem {
                    class: ProblemClass::Secret,
                    at: None,
                    detail: "x".into(),
                },
                Problem {
                    class: ProblemClass::SyntaxError,
                    at: Some(Position {
                        line: 7,
                        col: 23,
                        byte: 1841,
                    }),
                    detail: "expected \u{1b}".into(),
                },
            ],
            ..FileEntry::new(Origin::from_bytes(b"a\xff"))
        };
        let twin = FileEntry {
            status: FileStatus::Skipped,
            ..FileEntry::new(Origin::from_bytes(b"a\xfe"))
        };
        Ledger {
            files: vec![Arc::new(broken), Arc::new(twin)],
        }
    }

    #[test]
    fn the_contract() {
        let mut out = Vec::new();
        let limits = Limits {
            max_record: 1,
            max_inflated: 2,
            max_ratio: 3,
        };
        json(&ledger(), limits, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let sha = "ab".repeat(32);
        assert_eq!(
            text,
            format!(
                "{{\"files\":{{\"seen\":2,\"read\":0,\"partly_read\":1,\"refused\":0,\"skipped\":1,\
                 \"bytes\":0,\"bytes_inflated\":0}},\n\
                 \"records\":{{\"found\":3,\"kept\":2,\"duplicate\":0,\"set_aside\":1,\
                 \"undated\":0,\"not_events\":0}},\n\
                 \"limits\":{{\"max_record\":1,\"max_inflated\":2,\"max_ratio\":3}},\n\"by_path\":{{\n\
                 \"a\\ufffd\":{{\"status\":\"partly_read\",\"shape\":\"records\",\
                 \"container\":\"gzip\",\"sha256\":\"{sha}\",\"events\":2,\"found\":3,\"kept\":2,\
                 \"duplicate\":0,\"set_aside\":1,\"path_hex\":\"61ff\",\
                 \"warn\":[\"secret\",\"syntax_error\"],\"line\":7,\"col\":23,\"byte\":1841,\
                 \"problems\":[{{\"class\":\"secret\",\"detail\":\"x\"}},\
                 {{\"class\":\"syntax_error\",\"line\":7,\"col\":23,\"byte\":1841,\
                 \"detail\":\"expected \\u001b\"}}]}},\n\
                 \"a\\ufffd#2\":{{\"status\":\"skipped\",\"shape\":null,\"container\":null,\
                 \"sha256\":null,\"events\":0,\"found\":0,\"kept\":0,\"duplicate\":0,\
                 \"set_aside\":0,\"path_hex\":\"61fe\",\"warn\":[],\"problems\":[]}}\n}}}}\n"
            )
            .replace("\\ufffd", "\u{fffd}")
        );
    }

    #[test]
    fn what_is_a_fault() {
        let foreign = |named, class| FileEntry {
            status: FileStatus::Refused,
            named,
            problems: vec![Problem {
                class,
                at: None,
                detail: String::new(),
            }],
            ..FileEntry::new(Origin::new("x"))
        };
        assert!(!is_faulty(&foreign(false, ProblemClass::NotCloudtrail)));
        assert!(!is_faulty(&foreign(false, ProblemClass::NotJson)));
        assert!(is_faulty(&foreign(true, ProblemClass::NotJson)));
        assert!(is_faulty(&foreign(false, ProblemClass::GzipCorrupt)));
        assert!(is_faulty(&foreign(false, ProblemClass::Unreadable)));
        let skipped = |named, class| FileEntry {
            status: FileStatus::Skipped,
            ..foreign(named, class)
        };
        assert!(!is_faulty(&skipped(false, ProblemClass::Symlink)));
        assert!(!is_faulty(&skipped(true, ProblemClass::DuplicateEvent)));
        assert!(is_faulty(&skipped(true, ProblemClass::SpecialFile)));
    }
}
