//! A resource that everybody uses: its page opens with what the index knows, and what its calls
//! changed is read in one pass of the file that holds them all, counted rather than timed.

#[path = "../examples/generate/hot.rs"]
mod hot;

use std::sync::Arc;

use tokio::runtime::Runtime;
use trailhound::engine::protocol::{Ask, Reply, Request, RequestId};
use trailhound::engine::{Engine, LoadOptions};
use trailhound::index::segment::EventId;
use trailhound::index::snapshot::Snapshot;
use trailhound::pivot::portrait::{Portrait, Subject};
use trailhound::pivot::sorted::SortBy;
use trailhound::query;
use trailhound::source::Spec;

/// A loaded file that is asked as the screen asks.
struct Asked {
    runtime: Runtime,
    engine: Engine,
    snapshot: Arc<Snapshot>,
}

impl Asked {
    fn open(text: String) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let file = ("hot.json".into(), text.into_bytes().into());
        let specs = vec![Spec::Memory(vec![file])];
        let mut engine = Engine::start(runtime.handle(), specs, LoadOptions::default());
        let mut snapshot = Arc::default();
        loop {
            match runtime.block_on(engine.next()).expect("a reply") {
                Reply::Grown(grown) => snapshot = grown,
                Reply::Loaded(_) => break,
                _ => {}
            }
        }
        Self {
            runtime,
            engine,
            snapshot,
        }
    }

    /// The portraits of the bucket as they come, and how often a file was read for them.
    fn portraits(&mut self) -> (Vec<Portrait>, u64) {
        let name = format!("arn:aws:s3:::{}", hot::BUCKET);
        let filter = query::parse(&format!("res=\"{name}\""), &query::Context::default());
        let reader = self.engine.reader();
        let before = reader.times_read();
        self.engine.send(Request::Ask(Ask {
            request: RequestId(1),
            snapshot: Arc::clone(&self.snapshot),
            filter: Arc::new(filter.expr.expect("a filter")),
            sort: SortBy::TIME,
            without: None,
            facets: Vec::new(),
            open: None,
            facet_values: 0,
            columns: 0,
            people: false,
            portrait: Some(Subject::Resource(name)),
        }));
        let mut found = Vec::new();
        loop {
            match self.runtime.block_on(self.engine.next()).expect("a reply") {
                Reply::Portrait { portrait, .. } => found.push(*portrait),
                Reply::Idle => return (found, reader.times_read() - before),
                _ => {}
            }
        }
    }
}

#[test]
fn a_file_too_large_to_be_kept_is_read_once_whatever_is_asked_of_it() {
    // 40 calls that change it, in more text than is kept inflated.
    let text = hot::text(4000, 9000);
    assert!(text.len() > 32 << 20);
    let mut asked = Asked::open(text);
    let (found, reads) = asked.portraits();
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
