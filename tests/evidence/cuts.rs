//! One log cut at every byte, every byte of its gzip changed: nothing panics, no event is wrong.

use std::ops::ControlFlow;

use trailhound::decode::{Marks, Options, Place, Sink, Tally, decode};
use trailhound::event::record::Record;

use crate::fixtures::{call, gzip, zstd};

#[derive(Default)]
struct Kept(Vec<Vec<u8>>);

impl Sink for Kept {
    fn record(&mut self, _: &mut Record<'_>, _: Place, _: Marks, json: &[u8]) -> ControlFlow<()> {
        self.0.push(json.to_vec());
        ControlFlow::Continue(())
    }
}

fn read(bytes: &[u8]) -> (Tally, Vec<Vec<u8>>) {
    let mut kept = Kept::default();
    let tally = decode(&mut &*bytes, &Options::default(), &mut kept);
    assert_eq!(tally.found, kept.0.len() as u64 + tally.set_aside);
    (tally, kept.0)
}

/// Forty records, and the log of them.
fn log() -> (Vec<String>, String) {
    let all: Vec<String> = (0..40)
        .map(|n| {
            let mut record = call(n, "s3", "GetObject");
            for key in ["requestParameters", "responseElements", "eventCategory"] {
                record.as_object_mut().unwrap().remove(key);
            }
            record.to_string()
        })
        .collect();
    let text = format!("{{\"Records\":[{}]}}", all.join(","));
    (all, text)
}

#[test]
fn a_log_cut_at_every_byte_keeps_every_record_before_the_cut() {
    let (records, text) = log();
    let mut ends = vec![11];
    for record in &records {
        ends.push(ends.last().unwrap() + record.len() + 1);
    }
    let mut cases = 0;
    for cut in 0..text.len() {
        let (tally, kept) = read(&text.as_bytes()[..cut]);
        let whole = ends.iter().skip(1).filter(|end| **end <= cut).count();
        assert_eq!(kept.len(), whole, "cut at {cut}");
        assert!(!tally.problems.is_empty(), "cut at {cut} in silence");
        let same = kept.iter().zip(&records).all(|(a, b)| a == b.as_bytes());
        assert!(same, "cut at {cut}");
        cases += 1;
    }
    println!("{cases} cuts of the text");
    for packed in [gzip(&text), zstd(&text)] {
        let mut cases = 0;
        for cut in 0..packed.len() {
            let (tally, kept) = read(&packed[..cut]);
            let same = kept.iter().zip(&records).all(|(a, b)| a == b.as_bytes());
            assert!(same && !tally.problems.is_empty(), "cut at {cut}");
            cases += 1;
        }
        println!("{cases} cuts of the packed text");
    }
}

#[test]
fn a_changed_byte_of_a_packed_log_never_makes_an_event_in_silence() {
    let (records, text) = log();
    for packed in [gzip(&text), zstd(&text)] {
        let (mut cases, mut whole) = (0, 0);
        for at in 0..packed.len() {
            for change in [0xff, 0x01, 0x80] {
                let mut bytes = packed.clone();
                bytes[at] ^= change;
                let (tally, kept) = read(&bytes);
                let same = kept.len() == records.len()
                    && kept.iter().zip(&records).all(|(a, b)| a == b.as_bytes());
                whole += usize::from(same);
                assert!(
                    same || !tally.problems.is_empty(),
                    "byte {at} changed by {change:#x}: {} events in silence",
                    kept.len()
                );
                cases += 1;
            }
        }
        println!("{cases} changes, {whole} without an effect on the events");
    }
}
