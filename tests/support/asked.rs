//! A loaded engine that is asked as the screen asks.

use std::sync::Arc;

use tokio::runtime::Runtime;
use trailhound::engine::protocol::{Ask, Reply, Request, RequestId};
use trailhound::engine::{Engine, LoadOptions};
use trailhound::index::snapshot::Snapshot;
use trailhound::pivot::portrait::Subject;
use trailhound::pivot::sorted::SortBy;
use trailhound::query;
use trailhound::source::Spec;

/// An engine that has read everything.
pub struct Asked {
    runtime: Runtime,
    /// The engine.
    pub engine: Engine,
    /// All that it read.
    pub snapshot: Arc<Snapshot>,
    request: u64,
}

impl Asked {
    /// Reads a source to its end.
    pub fn open(spec: Spec) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let mut engine = Engine::start(runtime.handle(), vec![spec], LoadOptions::default());
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
            request: 0,
        }
    }

    /// Asks for the events of a filter, and who or what it is about; the number of the question.
    pub fn ask(&mut self, filter: &str, portrait: Option<Subject>) -> RequestId {
        self.request += 1;
        let parsed = query::parse(filter, &query::Context::default());
        let filter = Arc::new(parsed.usable().expect("a filter").clone());
        self.engine.send(Request::Ask(Ask {
            request: RequestId(self.request),
            snapshot: Arc::clone(&self.snapshot),
            filter,
            sort: SortBy::TIME,
            without: None,
            facets: Vec::new(),
            open: None,
            facet_values: 0,
            columns: 0,
            people: false,
            portrait,
        }));
        RequestId(self.request)
    }

    /// What the engine says next.
    pub fn next(&mut self) -> Reply {
        self.runtime.block_on(self.engine.next()).expect("a reply")
    }
}
