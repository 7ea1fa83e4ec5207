//! Which files may hold a text, asked of the values, is never one too few: against a look at every
//! key and string of every record.

use std::io::{BufRead as _, BufReader};

use flate2::read::GzDecoder;
use serde_json::Value;
use trailhound::base::crew::Alone;
use trailhound::base::origin::FileId;
use trailhound::engine::{LoadOptions, Loaded, Reader, Stop, load};
use trailhound::source::Spec;

/// Files of the demo, and some with what real records seldom hold.
fn evidence() -> Vec<String> {
    let gz = include_bytes!("../assets/demo.jsonl.gz");
    let lines = BufReader::new(GzDecoder::new(&gz[..])).lines();
    let mut files: Vec<String> = lines
        .map(|line| line.expect("a line"))
        .step_by(12)
        .collect();
    for (n, request) in [
        r#"{"name":"Grüße aus Köln","n":12345.5,"ok":true}"#,
        r#"{"doc":"{\"Statement\":[{\"Sid\":\"say \\\"hello\\\" there\"}]}"}"#,
        r#"{"doc":"%7B%22Effect%22%3A%22Allow%22%7D","tab\tbed":"line\nend \u0041BC"}"#,
        r#"{"one":"first thing","one":"second thing","deep":[[[["bottom-most"]]]]}"#,
        r#"{"uuid":"0F8FAD5B-D9CB-469F-A165-70867728950E","low":"0f8fad5b-d9cb-469f-a165-70867728950e"}"#,
    ]
    .into_iter()
    .enumerate()
    {
        files.push(format!(
            r#"{{"eventVersion":"1.08","eventTime":"2024-02-03T04:05:06Z","eventName":"PutThing","requestParameters":{request},"eventID":"odd-{n}"}}"#
        ));
    }
    files
}

fn loaded(files: &[String], values: bool) -> Loaded {
    let files = files.iter().enumerate();
    let files = files
        .map(|(n, text)| (format!("{n}.json").into(), text.clone().into_bytes().into()))
        .collect();
    let options = LoadOptions {
        values,
        ..LoadOptions::default()
    };
    let specs = vec![Spec::Memory(files)];
    let loading = load(
        specs,
        options,
        Reader::default(),
        Stop::default(),
        None,
        |_| {},
    );
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(loading).expect("loaded")
}

/// Every key and string of a value, those inside strings that are JSON themselves included.
fn texts(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                out.push(key.clone());
                texts(value, out);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| texts(item, out)),
        Value::String(text) => {
            if let Ok(inner @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(text) {
                texts(&inner, out);
            }
            out.push(text.clone());
        }
        Value::Number(number) => out.push(number.to_string()),
        Value::Bool(yes) => out.push(yes.to_string()),
        Value::Null => {}
    }
}

#[test]
fn no_file_that_holds_a_text_is_left_out() {
    let files = evidence();
    let snapshot = loaded(&files, true).snapshot;
    let held: Vec<Vec<String>> = files
        .iter()
        .map(|file| {
            let mut out = Vec::new();
            match &serde_json::from_str::<Value>(file).expect("sound") {
                Value::Object(members) if members.contains_key("Records") => {
                    texts(&members["Records"], &mut out);
                }
                record => texts(record, &mut out),
            }
            out.iter().map(|text| text.to_lowercase()).collect()
        })
        .collect();
    let mut state = 7u64;
    let mut next = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) as usize % below.max(1)
    };
    let (mut said, mut narrow) = (0, 0);
    for n in 0..900 {
        // The odd files as often as all others together.
        let file = if n % 2 == 0 {
            held.len() - 1 - next(5)
        } else {
            next(held.len())
        };
        let text: Vec<char> = held[file][next(held[file].len())].chars().collect();
        let from = next(text.len());
        let needle: String = text[from..].iter().take(1 + next(14)).collect();
        let Some(set) = snapshot.files_holding(&needle, &[], &Alone) else {
            continue;
        };
        said += 1;
        narrow += usize::from(set.len() * 4 < files.len());
        for (n, texts) in held.iter().enumerate() {
            if texts.iter().any(|text| text.contains(&needle)) {
                assert!(
                    set.contains(FileId(n as u32)),
                    "{needle:?} stands in file {n}"
                );
            }
        }
    }
    assert!(said > 450, "an answer for {said} only");
    assert!(narrow > 60, "few files for {narrow} only");
}

#[test]
fn without_values_nothing_is_said() {
    let files = evidence();
    let snapshot = loaded(&files, false).snapshot;
    assert_eq!(snapshot.files_holding("PutThing", &[], &Alone), None);
}
