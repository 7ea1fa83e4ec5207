//! Text anywhere in the records: whatever spares reading them, the answer is that of reading all.

#[path = "support/asked.rs"]
mod asked;
#[expect(dead_code, reason = "the generator's own report is not needed here")]
#[path = "../examples/generate/set/mod.rs"]
mod set;

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::Value;
use trailhound::engine::protocol::Reply;
use trailhound::index::schema::FIELDS;
use trailhound::pivot::tally::{Codes, value_of};
use trailhound::source::Spec;

use asked::Asked;

/// Every record with its id, read by somebody else.
fn records(folder: &Path) -> Vec<(String, Value)> {
    let (mut all, mut open) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let mut text = String::new();
            let mut file = fs::File::open(&path).expect("a file");
            if path.extension().is_some_and(|end| end == "gz") {
                GzDecoder::new(file).read_to_string(&mut text)
            } else {
                file.read_to_string(&mut text)
            }
            .expect("text");
            let whole: Value = serde_json::from_str(&text).expect("JSON");
            for record in whole["Records"].as_array().expect("records") {
                let id = record["eventID"].as_str().expect("an id").to_owned();
                all.push((id, record.clone()));
            }
        }
    }
    all
}

/// Whether a key or value holds a word, JSON inside strings included.
fn holds(value: &Value, word: &str) -> bool {
    any(value, &|text| text.to_lowercase().contains(word))
}

/// Whether a key or value is as `test` says, JSON inside strings included.
fn any(value: &Value, test: &dyn Fn(&str) -> bool) -> bool {
    match value {
        Value::Object(members) => members.iter().any(|(k, v)| test(k) || any(v, test)),
        Value::Array(items) => items.iter().any(|item| any(item, test)),
        Value::String(text) => {
            let inner = serde_json::from_str::<Value>(text).ok();
            test(text) || inner.is_some_and(|v| (v.is_object() || v.is_array()) && any(&v, test))
        }
        Value::Null => false,
        scalar => test(&scalar.to_string()),
    }
}

/// The ids of the events of a filter. Parts told before the end must be parts of it.
fn ids_of(asked: &mut Asked, filter: &str) -> BTreeSet<String> {
    let question = asked.ask(filter, None);
    let mut parts = Vec::new();
    loop {
        let Reply::Hits {
            request,
            hits,
            searched,
            ..
        } = asked.next()
        else {
            continue;
        };
        if request != question {
            continue;
        }
        let id = |id: &_| asked.snapshot.recorded_id(*id).expect("an id").into_owned();
        let ids: BTreeSet<String> = hits.order.iter().map(id).collect();
        if searched.is_none() {
            assert!(
                parts
                    .iter()
                    .all(|part: &BTreeSet<String>| part.is_subset(&ids))
            );
            return ids;
        }
        parts.push(ids);
    }
}

/// One value of one event is what counting them gives it.
#[test]
fn a_value_alone_is_the_value_that_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let wish = set::Wish {
        events: 1_500,
        seed: 5,
        most: 300,
        ..set::Wish::default()
    };
    set::write(&wish, folder.path()).unwrap();
    let asked = Asked::open(Spec::parse(folder.path().as_os_str()));
    let snapshot = &*asked.snapshot;
    let mut values = 0;
    for row in FIELDS {
        let Some(codes) = Codes::of(snapshot, row.field) else {
            continue;
        };
        for &id in snapshot.order().iter() {
            let code = codes.first(id);
            let counted = codes
                .value(code)
                .map(|value| (value.into_owned(), codes.label(code).into_owned()));
            values += usize::from(counted.is_some());
            assert_eq!(value_of(snapshot, id, row.field), counted, "{}", row.name);
        }
    }
    assert!(values > 10 * snapshot.len());
}

#[test]
fn words_typed_on_and_taken_back_find_what_reading_every_record_finds() {
    let folder = tempfile::tempdir().unwrap();
    let wish = set::Wish {
        events: 1_500,
        seed: 11,
        most: 300,
        ..set::Wish::default()
    };
    set::write(&wish, folder.path()).unwrap();
    let all = records(folder.path());
    let truth = |word: &str| -> BTreeSet<String> {
        let matching = all.iter().filter(|(_, record)| holds(record, word));
        matching.map(|(id, _)| id.clone()).collect()
    };
    let mut asked = Asked::open(Spec::parse(folder.path().as_os_str()));
    let words = prop::sample::select(vec![
        "needlekey",
        "terraform",
        "i-0needle",
        "zoë",
        "null",
        "true",
        "2012-10-17",
        "s3:getobject",
        "& friends",
        "sts:assumerole",
        "987654",
        "eventname",
        "aws-cli/2",
        "kms",
        "203.0.113",
    ]);
    let mut runner = TestRunner::new(ProptestConfig::with_cases(10));
    let typed = prop::collection::vec((words, 1usize..12), 1..4);
    let asked = std::cell::RefCell::new(&mut asked);
    runner
        .run(&typed, |typed| {
            for (word, len) in typed {
                // Typed letter by letter, and the last letter taken back.
                let chars: Vec<char> = word.chars().collect();
                let upto = len.min(chars.len());
                for n in (1..=upto).chain((upto > 1).then_some(upto - 1)) {
                    let part: String = chars[..n].iter().collect();
                    if part.trim() != part {
                        continue;
                    }
                    let found = ids_of(&mut asked.borrow_mut(), &format!("\"{part}\""));
                    prop_assert_eq!(&found, &truth(&part), "{}", part);
                    let not = ids_of(&mut asked.borrow_mut(), &format!("-\"{part}\" svc:s3"));
                    let mut expected: BTreeSet<String> = all
                        .iter()
                        .filter(|(_, r)| r["eventSource"] == "s3.amazonaws.com")
                        .map(|(id, _)| id.clone())
                        .collect();
                    expected.retain(|id| !found.contains(id));
                    prop_assert_eq!(not, expected, "not {}", part);
                }
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn expressions_of_several_texts_find_what_reading_every_record_finds() {
    let folder = tempfile::tempdir().unwrap();
    let wish = set::Wish {
        events: 3_000,
        seed: 12,
        most: 300,
        ..set::Wish::default()
    };
    set::write(&wish, folder.path()).unwrap();
    // One file in which what is looked for is written in other ways than it reads.
    let odd = [
        r#""\u0061lice""#,
        r#""{\"who\":\"\\u0062ob\"}""#,
        r#""%7B%22k%22%3A%22ali%63e%22%7D""#,
        r#""role\/x""#,
        r#""none \u0026 %7B%22""#,
        r#""%7B%22k%22%3A%22nobody%22%7D""#,
        r#"{"bob":1}"#,
    ];
    let odd: Vec<String> = odd
        .iter()
        .zip(0..)
        .map(|(value, n)| {
            format!(
                r#"{{"eventVersion":"1.08","eventTime":"2025-03-01T00:00:0{n}Z","eventSource":"s3.amazonaws.com","eventName":"PutThing","requestParameters":{{"v":{value}}},"eventID":"odd-{n}"}}"#
            )
        })
        .collect();
    fs::write(
        folder.path().join("odd.json"),
        format!(r#"{{"Records":[{}]}}"#, odd.join(",")),
    )
    .unwrap();
    let mut all = records(folder.path());
    for (_, record) in &mut all {
        let value = record.pointer_mut("/requestParameters/v");
        if let Some(value) = value.filter(|v| v.as_str().is_some_and(|text| text.contains("%63"))) {
            *value = serde_json::json!({"k": "alice"});
        }
    }
    let mut asked = Asked::open(Spec::parse(folder.path().as_os_str()));
    let (mut some, mut odd) = (0, 0);
    for expression in [
        "alice|bob",
        "terraform|[bB]oto3",
        "&.friends|zoë|nosuch",
        "s3:(Get|Put)Object|sts:Assume[A-Z]",
        "role/x|user/[b-d]",
        "(?i)NEEDLE|Checkout",
        "[a-z]+-(prod|dev)$",
        "^(alice|PutThing)",
        "987654321012|876543210123",
    ] {
        let regex = regex::Regex::new(expression).unwrap();
        let matching = all
            .iter()
            .filter(|(_, record)| any(record, &|text| regex.is_match(text)));
        let truth: BTreeSet<String> = matching.map(|(id, _)| id.clone()).collect();
        let filter = format!("/{}/", expression.replace('/', r"\/"));
        let found = ids_of(&mut asked, &filter);
        assert_eq!(found, truth, "{expression}");
        let ours = all
            .iter()
            .filter(|(_, r)| r["eventSource"] == "s3.amazonaws.com");
        let mut not: BTreeSet<String> = ours.map(|(id, _)| id.clone()).collect();
        not.retain(|id| !truth.contains(id));
        assert_eq!(
            ids_of(&mut asked, &format!("-{filter} svc:s3")),
            not,
            "not {expression}"
        );
        some += usize::from(!truth.is_empty());
        odd += truth.iter().filter(|id| id.starts_with("odd")).count();
    }
    assert!(some >= 6, "{some} found something");
    assert!(odd >= 8, "{odd} that are written otherwise");
}
