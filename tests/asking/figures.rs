//! Figures of the screen against a count of the same records by a general JSON parser: facets with
//! first and last sighting, and the columns of the histogram.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]

use std::collections::{BTreeMap, HashSet};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde_json::Value;
use trailhound::base::time::UtcMicros;
use trailhound::index::schema::Field;
use trailhound::source::Spec;

use crate::driver::Driver;

/// A field, and where a record says it.
type Said = fn(&Value) -> Option<String>;

fn text(record: &Value, path: &str) -> Option<String> {
    let value = record.pointer(path)?.as_str()?;
    (!value.is_empty()).then(|| value.to_owned())
}

/// Ten fields whose value stands in the record as it is counted.
const FIELDS: [(Field, Said); 10] = [
    (Field::What, |r| text(r, "/eventName")),
    (Field::Svc, |r| text(r, "/eventSource")),
    (Field::Region, |r| text(r, "/awsRegion")),
    (Field::Ip, |r| text(r, "/sourceIPAddress")),
    (Field::Ua, |r| text(r, "/userAgent")),
    (Field::Err, |r| {
        text(r, "/errorCode").or_else(|| text(r, "/errorMessage"))
    }),
    (Field::Key, |r| text(r, "/userIdentity/accessKeyId")),
    (Field::Type, |r| text(r, "/userIdentity/type")),
    (Field::Cat, |r| text(r, "/eventCategory")),
    (Field::AcctRecipient, |r| {
        text(r, "/recipientAccountId").or_else(|| text(r, "/userIdentity/accountId"))
    }),
];

fn files(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, out);
        } else {
            out.push(path);
        }
    }
}

/// Every distinct record of the folder.
fn records(dir: &Path) -> Vec<Value> {
    let mut paths = Vec::new();
    files(dir, &mut paths);
    let (mut seen, mut out) = (HashSet::new(), Vec::new());
    for path in paths {
        let bytes = std::fs::read(&path).unwrap();
        let mut text = String::new();
        let read = flate2::read::MultiGzDecoder::new(&*bytes).read_to_string(&mut text);
        let Ok(Value::Object(whole)) = serde_json::from_str(read.map_or("", |_| text.as_str()))
        else {
            continue;
        };
        let records = whole.get("Records").and_then(Value::as_array);
        for record in records.into_iter().flatten() {
            // A copy is the same record under the same name, whatever order its keys stand in.
            let sorted: BTreeMap<String, &Value> = record
                .as_object()
                .unwrap()
                .iter()
                .map(|(k, v)| (k.clone(), v))
                .collect();
            if seen.insert(format!("{sorted:?}")) {
                out.push(record.clone());
            }
        }
    }
    out
}

#[test]
fn figures_are_those_of_a_general_parser() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/sans504-s3-ransomware");
    if !dir.is_dir() {
        println!("skipped: no corpus here");
        return;
    }
    let records = records(&dir);
    let time = |r: &Value| UtcMicros::parse(r["eventTime"].as_str().unwrap()).unwrap();
    let mut d = Driver::open(vec![Spec::Path(dir)], (160, 60));
    assert_eq!(d.count(), records.len());
    for (field, said) in FIELDS {
        d.state.facets = vec![field];
        d.state.view.facet_open = Some(field);
        d.resize(161, 60).resize(160, 60);
        let mut wanted: BTreeMap<Option<String>, (u64, UtcMicros, UtcMicros)> = BTreeMap::new();
        for record in &records {
            let at = time(record);
            let value = said(record).map(|v| match field {
                Field::Svc => v.trim_end_matches(".amazonaws.com").to_owned(),
                _ => v,
            });
            let entry = wanted.entry(value).or_insert((0, at, at));
            *entry = (entry.0 + 1, entry.1.min(at), entry.2.max(at));
        }
        let facet = &d.state.answer.facets[0];
        assert_eq!(facet.field, field);
        let shown: BTreeMap<_, _> = facet
            .values
            .iter()
            .map(|v| {
                let value = v.value.clone().map(|v| match field {
                    Field::Svc => v.trim_end_matches(".amazonaws.com").to_owned(),
                    _ => v,
                });
                (value, (v.events, v.first.unwrap(), v.last.unwrap()))
            })
            .collect();
        assert_eq!(shown, wanted, "{}", field.name());
        println!("{}: {} values agree", field.name(), wanted.len());
    }
    let h = d.state.answer.histogram.clone().unwrap();
    let mut columns = vec![0u64; h.columns.len()];
    for record in &records {
        columns[((time(record).0 - h.start) / h.width) as usize] += 1;
    }
    let shown: Vec<u64> = h
        .columns
        .iter()
        .map(trailhound::pivot::histogram::Column::total)
        .collect();
    assert_eq!(shown, columns);
    println!(
        "{} records, {} columns of the histogram agree",
        records.len(),
        columns.len()
    );
}
