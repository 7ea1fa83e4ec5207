//! What a reader remembers of the calls before changes nothing: every record names the same
//! resources in the index, in the same roles and under the same other names, as by itself.

use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::ops::ControlFlow;

use flate2::read::GzDecoder;
use serde_json::Value;
use trailhound::base::origin::FileId;
use trailhound::decode::{self, Marks, Options, Place, Sink};
use trailhound::event::derive;
use trailhound::event::record::Record;
use trailhound::event::resource::Mark;
use trailhound::index::batch::BatchBuilder;
use trailhound::index::writer::IndexWriter;

/// Resources with how they are named, and other names of theirs by their place.
type Alone = (Vec<(String, Mark)>, Vec<(usize, String)>);

/// What each record names by itself, and the rows that are made of all of them.
struct Named {
    alone: Vec<Alone>,
    together: BatchBuilder,
}

impl Sink for Named {
    fn record(
        &mut self,
        record: &mut Record<'_>,
        place: Place,
        _: Marks,
        _: &[u8],
    ) -> ControlFlow<()> {
        let (resources, aliases) = derive::named(record);
        let resources = resources.iter();
        let resources = resources.map(|r| (r.name.to_string(), Mark::new(r.naming, r.role)));
        self.alone.push((resources.collect(), aliases));
        self.together.push(record, place.offset, place.len, false);
        ControlFlow::Continue(())
    }
}

/// The records of the demo, some of them as somebody might write them to lead astray: with a region
/// that is more than one part of an ARN, without their service, as another call.
fn records() -> Vec<String> {
    let mut text = String::new();
    GzDecoder::new(&include_bytes!("../assets/demo.jsonl.gz")[..])
        .read_to_string(&mut text)
        .expect("the demo is gzip");
    let mut records = Vec::new();
    let mut ids = HashSet::new();
    for line in text.lines() {
        let file: Value = serde_json::from_str(line).expect("a line is a file");
        for record in file["Records"].as_array().expect("records") {
            let mut record = record.clone();
            if !ids.insert(record["eventID"].clone()) {
                // The index keeps one of two copies.
                continue;
            }
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
    let mut named = Named {
        alone: Vec::new(),
        together: BatchBuilder::new(0, FileId(0)),
    };
    let text = format!("{{\"Records\":[{}]}}", records.join(","));
    decode::decode(&mut text.as_bytes(), &Options::default(), &mut named);
    let mut writer = IndexWriter::new();
    writer.append(named.together.take(), &|_| None);
    let index = writer.publish();
    assert_eq!(
        (index.len(), named.alone.len()),
        (records.len(), records.len())
    );
    let mut bearers: HashMap<&str, HashSet<&str>> = HashMap::new();
    for (resources, aliases) in &named.alone {
        for (at, alias) in aliases {
            bearers.entry(alias).or_default().insert(&resources[*at].0);
        }
    }
    let (mut n, mut some, mut others) = (0, 0, 0);
    for segment in index.segments() {
        for row in 0..segment.len() {
            let (alone, aliases) = &named.alone[n];
            let syms: Vec<_> = segment.named(row).collect();
            let name = |sym| index.resources().text(sym).to_owned();
            let together: Vec<_> = syms.iter().map(|(sym, mark)| (name(*sym), *mark)).collect();
            assert_eq!(&together, alone, "{}", records[n]);
            for (at, alias) in aliases {
                // A name that several bore, one after the other, joins none of them.
                if bearers[alias.as_str()].len() == 1 {
                    let known = index.names().all(syms[*at].0);
                    assert!(known.iter().any(|sym| name(*sym) == *alias), "{alias}");
                    others += 1;
                }
            }
            some += usize::from(!alone.is_empty());
            n += 1;
        }
    }
    assert!(some > records.len() / 10, "{some} of {}", records.len());
    assert!(others > 0);
}
