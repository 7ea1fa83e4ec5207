//! Which rows hold a text, asked of columns and values, is what a look at every key and value of
//! every record says.

use std::cell::RefCell;
use std::io::{BufRead as _, BufReader};

use flate2::read::GzDecoder;
use serde_json::Value;
use trailhound::base::cancel::Cancel;
use trailhound::base::crew::Alone;
use trailhound::engine::{LoadOptions, Loaded, Reader, Stop, load};
use trailhound::index::bitmap::RowSet;
use trailhound::index::segment::EventId;
use trailhound::source::Spec;

/// Requests of a kind that real records seldom hold.
const ODD: [&str; 8] = [
    r#"{"name":"Grüße aus Köln","n":12345.5,"ok":true}"#,
    r#"{"doc":"{\"Statement\":[{\"Sid\":\"say \\\"hello\\\" there\"}]}"}"#,
    r#"{"doc":"%7B%22Effect%22%3A%22Allow%22%7D","tab\tbed":"line\nend \u0041BC"}"#,
    r#"{"doc":"%7b%22Permit%22%3a%22Nothing%22%7d","list":"%5b%22lowercased%22%5d"}"#,
    r#"{"one":"first thing","one":"second thing","deep":[[[["bottom-most"]]]]}"#,
    r#"{"uuid":"0F8FAD5B-D9CB-469F-A165-70867728950E","low":"0f8fad5b-d9cb-469f-a165-70867728950e"}"#,
    r#"{"policy":"{\"a\":[true,17,\"x\\ny\"]}","again":"{\"a\":[true,17,\"x\\ny\"]}","e":1.5E-7,"t":"2024-02-03T04:05:06Z","when":"2023-01-02T03:04:05.000Z"}"#,
    r#"{"flag":false,"z":"ab","deep":"{\"in\":\"{\\\"in\\\":\\\"{\\\\\\\"in\\\\\\\":1}\\\"}\"}"}"#,
];

/// Files of the demo, and some with what real records seldom hold.
fn evidence() -> Vec<String> {
    let gz = include_bytes!("../assets/demo.jsonl.gz");
    let lines = BufReader::new(GzDecoder::new(&gz[..])).lines();
    let mut files: Vec<String> = lines
        .map(|line| line.expect("a line"))
        .step_by(16)
        .collect();
    for (n, request) in ODD.iter().enumerate() {
        files.push(format!(
            r#"{{"eventVersion":"1.08","eventTime":"2024-02-0{n}T04:05:06Z","eventName":"PutThing","requestParameters":{request},"eventID":"odd-{n}"}}"#
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
            let plain = if ["%7B", "%7b", "%5b"]
                .iter()
                .any(|open| text.starts_with(open))
            {
                percent_decoded(text)
            } else {
                text.clone()
            };
            if let Ok(inner @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(&plain) {
                texts(&inner, out);
            }
            out.push(text.clone());
        }
        Value::Number(number) => out.push(number.to_string()),
        Value::Bool(yes) => out.push(yes.to_string()),
        Value::Null => {}
    }
}

fn percent_decoded(text: &str) -> String {
    let mut parts = text.split('%');
    let mut out = parts.next().expect("a first part").to_owned();
    for part in parts {
        let byte = u8::from_str_radix(&part[..2], 16).expect("two digits");
        out.push(char::from(byte));
        out.push_str(&part[2..]);
    }
    out
}

/// What each record holds, folded, in the order of the files.
fn held(files: &[String]) -> Vec<Vec<String>> {
    let mut held = Vec::new();
    for file in files {
        let records = match serde_json::from_str::<Value>(file).expect("sound") {
            Value::Object(members) if members.contains_key("Records") => {
                members["Records"].as_array().expect("a list").clone()
            }
            record => vec![record],
        };
        for record in records {
            let mut out = Vec::new();
            texts(&record, &mut out);
            held.push(out.iter().map(|text| text.to_lowercase()).collect());
        }
    }
    held
}

#[test]
fn rows_that_hold_a_text_are_told_without_reading() {
    let mut files = evidence();
    // Rows that become no events stand between others.
    for n in [3, 20, 21, 30] {
        files.insert(n * 2, files[n].clone());
    }
    let snapshot = loaded(&files, true).snapshot;
    let held: Vec<Vec<String>> = {
        let mut seen = std::collections::HashSet::new();
        let distinct: Vec<String> = files
            .iter()
            .filter(|file| seen.insert((*file).clone()))
            .cloned()
            .collect();
        held(&distinct)
    };
    assert_eq!(snapshot.len(), held.len());
    let mut state = 7u64;
    let mut next = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) as usize % below.max(1)
    };
    let (mut narrow, mut some, mut heard) = (0, 0, 0);
    for n in 0..250 {
        // The odd records as often as all others together.
        let record = if n % 2 == 0 {
            held.len() - 1 - next(ODD.len())
        } else {
            next(held.len())
        };
        let text: Vec<char> = held[record][next(held[record].len())].chars().collect();
        let from = next(text.len());
        let mut needle: String = text[from..].iter().take(1 + next(14)).collect();
        if n % 7 == 0 {
            // Perhaps nowhere.
            needle = needle.chars().rev().collect();
        }
        if needle.is_empty() {
            continue;
        }
        // Each as it is typed: what was found of the beginning narrows what is looked at.
        let mut found = 0;
        let ends = needle.char_indices().map(|(at, c)| at + c.len_utf8());
        for needle in ends.map(|end| &needle[..end]) {
            let early = RefCell::new(Vec::new());
            let hear = |rows: &RowSet| early.borrow_mut().push(rows.clone());
            let holding = snapshot.holding(needle, &Cancel::NEVER, &Alone, &hear);
            for rows in early.into_inner() {
                heard += usize::from(!rows.is_empty());
                let wrong = rows.iter().find(|id| !holding.sure.contains(*id));
                assert_eq!(wrong, None, "{needle:?} was told too early");
            }
            let mut open = 0;
            found = 0;
            for (row, texts) in held.iter().enumerate() {
                let id = EventId::nth(row);
                let there = texts.iter().any(|text| text.contains(needle));
                if holding.open.contains(id) {
                    open += 1;
                    continue;
                }
                assert_eq!(
                    holding.sure.contains(id),
                    there,
                    "{needle:?} in record {row}: {texts:?}"
                );
                found += usize::from(there);
            }
            assert!(open <= 3, "{open} records are open");
        }
        narrow += usize::from(found * 4 < held.len());
        some += usize::from(found > 0);
    }
    assert!(narrow > 50, "few records for {narrow} only");
    assert!(some > 150, "a record for {some} only");
    assert!(heard > 50, "{heard} times something was told early");
}

#[test]
fn without_values_every_row_is_open() {
    let files = evidence();
    let snapshot = loaded(&files, false).snapshot;
    let holding = snapshot.holding("PutThing", &Cancel::NEVER, &Alone, &|_| {});
    assert!(holding.sure.is_empty());
    assert_eq!(holding.open.len(), snapshot.len());
}
