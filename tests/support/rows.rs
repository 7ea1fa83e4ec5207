//! Rows with what they give birth to, as the loader makes them.

use std::ops::ControlFlow;

use trailhound::decode::{Marks, Place, Sink};
use trailhound::event::record::Record;
use trailhound::index::batch::BatchBuilder;

/// Takes records into a batch.
pub struct Rows(pub BatchBuilder);

impl Sink for Rows {
    fn record(&mut self, r: &mut Record<'_>, p: Place, _: Marks, json: &[u8]) -> ControlFlow<()> {
        self.0.push(r, p.offset, p.len, false);
        self.0.note_birth(r, json);
        ControlFlow::Continue(())
    }
}
