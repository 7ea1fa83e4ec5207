//! A resource that everybody uses: its page opens with what the index knows, and what its calls
//! changed is read in one pass of the file that holds them all, counted rather than timed.

#[path = "../examples/generate/hot.rs"]
mod hot;

#[path = "support/asked.rs"]
mod asked;

use trailhound::engine::protocol::Reply;
use trailhound::index::segment::EventId;
use trailhound::pivot::portrait::{Portrait, Subject};
use trailhound::source::Spec;

use asked::Asked;

/// The portraits of the bucket as they come, and how often a file was read for them.
fn portraits(asked: &mut Asked) -> (Vec<Portrait>, u64) {
    let name = format!("arn:aws:s3:::{}", hot::BUCKET);
    let reader = asked.engine.reader();
    let before = reader.times_read();
    asked.ask(&format!("res=\"{name}\""), Some(Subject::Resource(name)));
    let mut found = Vec::new();
    loop {
        match asked.next() {
            Reply::Portrait { portrait, .. } => found.push(*portrait),
            Reply::Idle => return (found, reader.times_read() - before),
            _ => {}
        }
    }
}

#[test]
fn a_file_too_large_to_be_kept_is_read_once_whatever_is_asked_of_it() {
    // 40 calls that change it, in more text than is kept inflated.
    let text = hot::text(4000, 9000);
    assert!(text.len() > 32 << 20);
    let file = ("hot.json".into(), text.into_bytes().into());
    let mut asked = Asked::open(Spec::Memory(vec![file]));
    let (found, reads) = portraits(&mut asked);
    let [first, second] = &found[..] else {
        panic!("{} portraits", found.len());
    };
    assert_eq!((first.totals.events, first.n_changes), (4000, 40));
    let told = |portrait: &Portrait| portrait.history.as_ref().map_or(0, |h| h.told.len());
    // The page does not wait for the records.
    assert_eq!((told(first), told(second)), (0, 40));
    assert_eq!(reads, 1);
    let newest = &second.history.as_ref().expect("a history").told[0];
    let newest: Vec<String> = newest.1.iter().map(ToString::to_string).collect();
    assert_eq!(
        newest,
        ["VersioningConfiguration.Status Enabled → Suspended"]
    );

    let (reader, snapshot) = (asked.engine.reader(), &asked.snapshot);
    let backwards: Vec<EventId> = snapshot.order().iter().rev().copied().collect();
    let before = reader.times_read();
    let mut at = 4000;
    let whole = reader.in_order(snapshot, &backwards, |_, record| {
        at -= 1;
        let record = String::from_utf8(record.expect("a record")).expect("text");
        if record.contains(&format!("\"eventID\":\"{at:08}-")) {
            Ok(())
        } else {
            Err(at)
        }
    });
    assert_eq!((whole, at), (Ok(()), 0));
    assert_eq!(reader.times_read() - before, 1);
}
