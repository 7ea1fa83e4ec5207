//! The ledger adds up, whatever is loaded.

use std::sync::Arc;

use proptest::prelude::*;
use trailhound::base::ledger::FileStatus;
use trailhound::engine::{self, LoadOptions, Loaded, Reader, Stop};
use trailhound::source::Spec;

use crate::fixtures::gzip;
use crate::{archives, shapes};

fn load(files: Vec<(String, Vec<u8>)>, repair: bool) -> Loaded {
    let files = files
        .into_iter()
        .map(|(name, bytes)| (Arc::from(name), Arc::from(bytes)))
        .collect();
    let options = LoadOptions {
        hash: true,
        secrets: true,
        repair,
        ..LoadOptions::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let load = engine::load(
        vec![Spec::Memory(files)],
        options,
        Reader::default(),
        Stop::default(),
        None,
        |_| {},
    );
    runtime.block_on(load).unwrap()
}

fn adds_up(loaded: &Loaded) {
    let mut events = 0;
    for file in &loaded.ledger.files {
        let r = file.records;
        let name = file.origin.name();
        assert!(r.adds_up(), "{name}: {r:?}");
        assert!(file.events <= r.kept + r.duplicate, "{name}: {r:?}");
        let is_unread = matches!(file.status, FileStatus::Refused | FileStatus::Skipped);
        assert!(!is_unread || r.kept == 0, "{name}: {r:?}");
        assert!(
            file.status == FileStatus::Read || !file.problems.is_empty(),
            "{name} without a word"
        );
        assert!(
            r.set_aside == 0 || !file.problems.is_empty(),
            "{name}: set aside in silence"
        );
        events += r.kept;
    }
    let sum = loaded.ledger.record_counts();
    assert!(sum.adds_up() && sum.kept == events, "{sum:?}");
    assert_eq!(events, loaded.snapshot.len() as u64);
    let f = loaded.ledger.file_counts();
    assert_eq!(f.seen, f.read + f.partly_read + f.refused + f.skipped);
}

fn samples() -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = shapes::shapes()
        .into_iter()
        .map(|(_, text)| text.into_bytes())
        .collect();
    all.push(archives::zip(&archives::files()));
    all.push(gzip(archives::tar(&archives::files())));
    all
}

#[derive(Debug, Clone)]
enum Change {
    Cut(prop::sample::Index),
    Byte(prop::sample::Index, u8),
    Drop(prop::sample::Index),
    Twice,
    Gzip,
}

fn changed(mut bytes: Vec<u8>, change: &Change) -> Vec<u8> {
    if bytes.is_empty() {
        return bytes;
    }
    match change {
        Change::Cut(at) => bytes.truncate(at.index(bytes.len())),
        Change::Byte(at, to) => {
            let at = at.index(bytes.len());
            bytes[at] = *to;
        }
        Change::Drop(at) => {
            bytes.remove(at.index(bytes.len()));
        }
        Change::Twice => bytes = [bytes.clone(), bytes].concat(),
        Change::Gzip => bytes = gzip(bytes),
    }
    bytes
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        any::<prop::sample::Index>().prop_map(Change::Cut),
        (any::<prop::sample::Index>(), any::<u8>()).prop_map(|(at, b)| Change::Byte(at, b)),
        (
            any::<prop::sample::Index>(),
            prop::sample::select(b"{}[]\",: \n\\".to_vec())
        )
            .prop_map(|(at, b)| Change::Byte(at, b)),
        any::<prop::sample::Index>().prop_map(Change::Drop),
        Just(Change::Twice),
        Just(Change::Gzip),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_ledger_adds_up_over_damaged_files_of_every_shape(
        files in prop::collection::vec((any::<prop::sample::Index>(), prop::collection::vec(change(), 0..4)), 1..6),
        repair in any::<bool>(),
    ) {
        let samples = samples();
        let files = files
            .iter()
            .enumerate()
            .map(|(n, (which, changes))| {
                let bytes = samples[which.index(samples.len())].clone();
                let bytes = changes.iter().fold(bytes, changed);
                (format!("{n}.json"), bytes)
            })
            .collect();
        adds_up(&load(files, repair));
    }
}
