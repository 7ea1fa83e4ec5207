//! What a reader remembers of the calls before changes nothing: every record names the same
//! resources, in the same roles, as to a reader that has met no other.

use std::io::Read;
use std::ops::ControlFlow;

use flate2::read::GzDecoder;
use serde_json::Value;
use trailhound::decode::{self, Marks, Options, Place, Sink};
use trailhound::event::record::Record;

/// The resources of each record, and its other names.
#[derive(Default)]
struct Named(Vec<String>);

impl Sink for Named {
    fn record(&mut self, record: &Record<'_>, _: Place, _: Marks, _: &[u8]) -> ControlFlow<()> {
        let resources = record
            .resources
            .iter()
            .map(|r| format!("{} {} {}", r.naming.name(), r.role.name(), r.name));
        let named: Vec<String> = resources.collect();
        self.0.push(format!("{named:?} {:?}", record.aliases));
        ControlFlow::Continue(())
    }
}

fn named(text: &str) -> Vec<String> {
    let mut named = Named::default();
    decode::decode(&mut text.as_bytes(), &Options::default(), &mut named);
    named.0
}

/// The records of the demo, some of them as somebody might write them to lead astray: with a region
/// that is more than one part of an ARN, without their service, as another call.
fn records() -> Vec<String> {
    let mut text = String::new();
    GzDecoder::new(&include_bytes!("../assets/demo.jsonl.gz")[..])
        .read_to_string(&mut text)
        .expect("the demo is gzip");
    let mut records = Vec::new();
    for line in text.lines() {
        let file: Value = serde_json::from_str(line).expect("a line is a file");
        for record in file["Records"].as_array().expect("records") {
            let mut record = record.clone();
            let other = match records.len() % 16 {
                3 => ("awsRegion", "us:iam::1:role/x"),
                7 => ("eventSource", ""),
                11 => ("eventName", "DeleteEverything"),
                13 => ("recipientAccountId", "1:2"),
                _ => ("eventVersion", "1.08"),
            };
            record[other.0] = other.1.into();
            records.push(record.to_string());
        }
    }
    records
}

#[test]
fn a_record_names_the_same_whatever_was_read_before_it() {
    let records = records();
    let together = named(&format!("{{\"Records\":[{}]}}", records.join(",")));
    assert_eq!(together.len(), records.len());
    let mut some = 0;
    for (record, together) in records.iter().zip(&together).step_by(5) {
        // A thread of its own has a reader of its own.
        let alone = std::thread::scope(|scope| scope.spawn(|| named(record)).join());
        let alone = alone.expect("the reader does not fail");
        assert_eq!(alone, std::slice::from_ref(together), "{record}");
        some += usize::from(!together.starts_with("[]"));
    }
    assert!(some > records.len() / 10, "{some} of {}", records.len());
}
