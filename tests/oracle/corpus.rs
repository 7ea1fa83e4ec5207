//! The corpus twice: loaded by the program, and read again as plain JSON, row by row.

use std::collections::{BTreeMap, HashSet};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;
use trailhound::base::cancel::Cancel;
use trailhound::base::time::UtcMicros;
use trailhound::engine::answer::find;
use trailhound::engine::{LoadOptions, Loaded, Reader, Stop, load};
use trailhound::index::segment::EventId;
use trailhound::query::names::Names;
use trailhound::query::{Context, parse};
use trailhound::source::Spec;

use crate::said::{Said, numbers_of};

/// The corpus, loaded and read.
pub struct Corpus {
    /// What the naive look sees of each row, by the number of the row.
    pub rows: Vec<Said>,
    /// What words of a query stand for.
    pub context: Context,
    loaded: Loaded,
    reader: Reader,
}

/// Rows that match: one truth a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows(pub Vec<bool>);

impl Rows {
    /// The rows that a look at each finds.
    pub fn of(corpus: &Corpus, holds: impl Fn(&Said) -> bool) -> Self {
        Self(corpus.rows.iter().map(holds).collect())
    }

    /// How many.
    pub fn count(&self) -> usize {
        self.0.iter().filter(|yes| **yes).count()
    }
}

impl Corpus {
    /// Loads and reads it; `None` where it is absent.
    pub fn open() -> Option<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
        let mut dirs: Vec<PathBuf> = std::fs::read_dir(root)
            .ok()?
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_dir())
            .collect();
        dirs.sort();
        assert!(!dirs.is_empty(), "a corpus without folders");
        let specs = dirs.iter().cloned().map(Spec::Path).collect();
        let reader = Reader::default();
        let options = LoadOptions {
            live: false,
            ..LoadOptions::default()
        };
        let loading = load(
            specs,
            options,
            reader.clone(),
            Stop::default(),
            None,
            |_| {},
        );
        let loaded = tokio::runtime::Runtime::new()
            .unwrap()
            .block_on(loading)
            .unwrap();
        let snapshot = &loaded.snapshot;
        let mut numbers = Vec::new();
        let rows: Vec<Said> = (0..snapshot.len())
            .map(|row| {
                let id = EventId::nth(row);
                let bytes = reader.fetch(snapshot, id).bytes;
                let json: Value = serde_json::from_slice(&bytes).unwrap();
                let written = numbers_of(&bytes);
                numbers.push(written.clone());
                let file = reader.origin(snapshot.place(id).file).name().to_owned();
                let person = snapshot.person_of(id);
                let person = person.map(|p| (p.key.clone(), p.account.clone()));
                Said::new(json, written, file, person)
            })
            .collect();
        let mut names = Names::built_in();
        let office = ["205.8.0.0/16", "1.2.3.4"].map(str::to_owned).to_vec();
        names.lists.insert("office-nets".to_owned(), office);
        let corpus = Self {
            context: Context {
                now: snapshot.span().unwrap().1,
                evidence: snapshot.span(),
                cursor: UtcMicros::parse("2023-07-10T12:00:00Z"),
                names: Arc::new(names),
                ..Context::default()
            },
            rows,
            loaded,
            reader,
        };
        corpus.is_all_there(&dirs, numbers);
        println!("{} records of {} folders", corpus.rows.len(), dirs.len());
        Some(corpus)
    }

    /// Every record a general parser finds is a row, and every row one of those.
    fn is_all_there(&self, dirs: &[PathBuf], numbers: Vec<Vec<String>>) {
        let mut files = Vec::new();
        for dir in dirs {
            walk(dir, &mut files);
        }
        let mut naive = HashSet::new();
        for file in files {
            for value in documents(&std::fs::read(&file).unwrap()) {
                records(value, &mut |record| {
                    naive.insert(canonical(&record));
                });
            }
        }
        let rows: Vec<String> = self.rows.iter().map(|r| canonical(&r.json)).collect();
        let known: HashSet<&String> = rows.iter().collect();
        let lost: Vec<_> = naive.iter().filter(|r| !known.contains(r)).collect();
        let invented: Vec<_> = rows.iter().filter(|r| !naive.contains(*r)).collect();
        assert!(
            lost.is_empty() && invented.is_empty(),
            "{} lost {:?}, {} invented {:?}",
            lost.len(),
            lost.first(),
            invented.len(),
            invented.first()
        );
        // A general parser takes `1e-5` and `0.00001` for one; the program keeps what differs.
        let spelled: HashSet<_> = rows.iter().zip(numbers).collect();
        assert_eq!((rows.len(), known.len()), (spelled.len(), naive.len()));
    }

    /// What the program finds.
    pub fn ask(&self, text: &str) -> Rows {
        let parsed = parse(text, &self.context);
        let filter = parsed
            .usable()
            .unwrap_or_else(|| panic!("{text}: {:?}", parsed.diagnostics));
        let snapshot = &self.loaded.snapshot;
        let answer = find(snapshot, filter, &self.reader, &Cancel::NEVER).unwrap();
        assert_eq!(answer.unread, 0, "{text}: {:?}", answer.unread_reason);
        Rows(
            (0..snapshot.len())
                .map(|row| answer.rows.contains(EventId::nth(row)))
                .collect(),
        )
    }

    /// How two answers differ, with the first record they differ in.
    pub fn difference(&self, answer: &Rows, naive: &Rows) -> Option<String> {
        let differ: Vec<usize> = (0..self.rows.len())
            .filter(|row| answer.0[*row] != naive.0[*row])
            .collect();
        let first = *differ.first()?;
        let who = if answer.0[first] {
            "the program finds"
        } else {
            "the naive look finds"
        };
        Some(format!(
            "{} of {} and {} differ; {who} {}",
            differ.len(),
            answer.count(),
            naive.count(),
            self.rows[first].json
        ))
    }
}

fn walk(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, out);
        } else {
            out.push(path);
        }
    }
}

/// The JSON documents of a file, packed or not: one, or one a line, or one somewhere in a text.
fn documents(bytes: &[u8]) -> Vec<Value> {
    let mut text = String::new();
    let packed = flate2::read::MultiGzDecoder::new(bytes).read_to_string(&mut text);
    if packed.is_err() {
        text = String::from_utf8_lossy(bytes).into_owned();
    }
    if let Ok(whole) = serde_json::from_str(&text) {
        return vec![whole];
    }
    let lines = text.lines().map(serde_json::from_str);
    let lines: Vec<Value> = lines.filter_map(Result::ok).collect();
    if !lines.is_empty() {
        return lines;
    }
    let from = text.find('{').map_or("", |at| &text[at..]);
    let first = serde_json::Deserializer::from_str(from).into_iter().next();
    first.and_then(Result::ok).into_iter().collect()
}

/// The records in a document: itself, those of a list, of `Records` or of an answer of
/// `lookup-events`, or what an event of `EventBridge` holds. A notice that a file was stored in S3
/// looks like one. What OCSF makes of a record is left out: the corpus has each as it was, too.
fn records(value: Value, each: &mut dyn FnMut(Value)) {
    let mut members = match value {
        Value::Array(items) => return items.into_iter().for_each(|item| records(item, each)),
        Value::Object(members) => members,
        _ => return,
    };
    if let Some(Value::String(text)) = members.get("CloudTrailEvent") {
        return records(serde_json::from_str(text).unwrap(), each);
    }
    for wrapper in ["Records", "Events", "detail"] {
        if let Some(inside) = members.remove(wrapper) {
            return records(inside, each);
        }
    }
    let names = |key| members.contains_key(key);
    let service = members.get("eventSource").and_then(Value::as_str);
    let is_notice = service.is_some_and(|name| name.starts_with("aws:"));
    if (names("eventName") || names("eventVersion")) && !is_notice {
        each(Value::Object(members));
    }
}

/// A record whatever order its keys stand in.
fn canonical(value: &Value) -> String {
    fn sorted(value: &Value) -> Value {
        match value {
            Value::Array(items) => items.iter().map(sorted).collect(),
            Value::Object(members) => {
                let by_key: BTreeMap<_, _> = members.iter().collect();
                let pairs = by_key.into_iter().map(|(k, v)| (k.clone(), sorted(v)));
                Value::Object(pairs.collect())
            }
            other => other.clone(),
        }
    }
    sorted(value).to_string()
}
