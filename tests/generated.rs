//! The set that the benches measure on: the same bytes whatever the number of threads, every shape
//! of caller in it, and nothing in it that the program loses.

#[path = "../examples/generate/set/mod.rs"]
mod set;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use serde_json::Value;
use trailhound::engine::{LoadOptions, Reader, Stop, load};
use trailhound::source::Spec;

const EVENTS: usize = 20_000;

fn made(threads: usize) -> (tempfile::TempDir, set::Made) {
    let folder = tempfile::tempdir().expect("a folder");
    let wish = set::Wish {
        events: EVENTS,
        seed: 7,
        most: 700,
        threads,
        ..set::Wish::default()
    };
    let made = set::write(&wish, folder.path()).expect("a set");
    (folder, made)
}

/// Every file below a folder, by its name there.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let bytes = fs::read(&path).expect("a file");
                all.insert(
                    path.strip_prefix(folder).expect("below it").to_owned(),
                    bytes,
                );
            }
        }
    }
    all
}

fn records(file: &[u8]) -> Vec<Value> {
    let mut text = String::new();
    GzDecoder::new(file)
        .read_to_string(&mut text)
        .expect("gzip");
    let mut whole: Value = serde_json::from_str(&text).expect("JSON");
    match whole["Records"].take() {
        Value::Array(records) => records,
        other => panic!("Records is {other}"),
    }
}

#[test]
fn the_threads_do_not_change_a_byte() {
    let (one, _) = made(1);
    let (three, _) = made(3);
    assert!(files(one.path()) == files(three.path()));
}

#[test]
fn it_holds_what_real_logs_hold() {
    let (folder, made) = made(2);
    let (mut ids, mut kinds, mut records_seen) = (BTreeSet::new(), BTreeSet::new(), 0);
    let (mut calls, mut failed, mut backwards) = (BTreeSet::new(), 0, 0);
    for (name, bytes) in files(folder.path()) {
        let name = name.to_string_lossy().into_owned();
        let mut before = String::new();
        for record in records(&bytes) {
            records_seen += 1;
            ids.insert(record["eventID"].as_str().unwrap().to_owned());
            kinds.insert(
                record["userIdentity"]["type"]
                    .as_str()
                    .unwrap_or("")
                    .to_owned(),
            );
            calls.insert(format!("{}:{}", record["eventSource"], record["eventName"]));
            failed += usize::from(record.get("errorCode").is_some());
            let time = record["eventTime"].as_str().unwrap().to_owned();
            backwards += usize::from(time < before);
            before = time;
            let account = record["recipientAccountId"].as_str().unwrap();
            let region = record["awsRegion"].as_str().unwrap();
            assert!(
                name.starts_with(&format!("AWSLogs/{account}/CloudTrail/{region}/2025/")),
                "{name}: {account} {region}"
            );
        }
    }
    assert_eq!(records_seen, EVENTS);
    assert_eq!(made.events, EVENTS);
    assert_eq!(ids.len(), EVENTS - made.copies);
    assert!(made.copies > EVENTS / 200, "{}", made.copies);
    assert!(calls.len() > 300, "{} calls", calls.len());
    assert!(
        failed * 100 > EVENTS && failed * 10 < EVENTS,
        "{failed} failed"
    );
    assert!(backwards * 12 > EVENTS, "{backwards} go back in time");
    let wanted = [
        "",
        "AWSAccount",
        "AWSService",
        "AssumedRole",
        "Directory",
        "FederatedUser",
        "IAMUser",
        "IdentityCenterUser",
        "Root",
        "SAMLUser",
        "Unknown",
        "WebIdentityUser",
    ];
    assert_eq!(kinds.iter().map(String::as_str).collect::<Vec<_>>(), wanted);
    let ratio = made.inflated as f64 / made.stored as f64;
    assert!((6.0..9.0).contains(&ratio), "ratio {ratio}");
    assert_eq!((made.accounts, made.days), (2, 2));
    let each = made.inflated / EVENTS;
    assert!((1150..1400).contains(&each), "{each} bytes an event");
}

#[test]
fn all_of_it_is_loaded() {
    let (folder, made) = made(2);
    let specs = vec![Spec::parse(folder.path().as_os_str())];
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let loaded = runtime
        .block_on(load(
            specs,
            LoadOptions::default(),
            Reader::default(),
            Stop::default(),
            None,
            |_| {},
        ))
        .unwrap();
    let sums = loaded.ledger.record_counts();
    assert_eq!(loaded.snapshot.len(), made.events - made.copies);
    assert_eq!(sums.duplicate as usize, made.copies);
    assert_eq!(sums.set_aside, 0);
    assert!(
        loaded
            .ledger
            .files
            .iter()
            .all(|f| f.problems.is_empty() || f.records.duplicate > 0)
    );
}
