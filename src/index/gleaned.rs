//! What records name, worked out as they come.
//!
//! A thread numbers the names of calls and services anyway: by those numbers it finds what the table
//! of parameters has for a call, which is asked for before it is needed.

use crate::event::derive::{self, Made, Memory};
use crate::event::plan::Plans;
use crate::event::record::Record;
use crate::event::resource::{Mark, ResourceRef};
use crate::index::batch::{Batch, Call};
use crate::index::sighted::Sighted;

/// What a thread knows of the calls it has met.
#[derive(Debug, Default)]
pub(crate) struct Gleaned {
    plans: Plans,
    /// By symbol of `What`: the symbol of the service it was last met with, and the place of the
    /// plan; [`NONE`] before the first.
    by_call: Vec<(u32, u32)>,
    /// The place of the plan that will be asked about next, where it is known.
    expected: u32,
    memory: Memory,
}

/// No plan.
const NONE: u32 = u32::MAX;

impl Gleaned {
    /// The symbols of a call are known, which will be asked about: asks for its plan.
    pub(crate) fn expect(&mut self, call: Call) {
        self.expected = match self.by_call.get(call.what as usize) {
            Some(&(svc, at)) if svc == call.svc => at,
            _ => NONE,
        };
        self.plans.fetch(self.expected);
    }

    /// Asks for what hangs on the plan, which has come.
    pub(crate) fn fetch_rows(&self) {
        self.plans.fetch_rows(self.expected);
    }

    /// The place of a call's plan, worked out or found by its texts.
    fn find(&mut self, record: &Record<'_>, call: Call) -> u32 {
        if self.plans.is_full() {
            self.plans.clear();
            self.by_call.clear();
        }
        let source = record.event_source.as_deref().unwrap_or("");
        let name = record.event_name.as_deref().unwrap_or("");
        let at = self.plans.find(source, name);
        let what = call.what as usize;
        if self.by_call.len() <= what {
            self.by_call.resize(what + 1, (0, NONE));
        }
        self.by_call[what] = (call.svc, at);
        at
    }

    /// Tells the batch what a record names, which is its next row; `call` has the symbols of its
    /// name and service, as they were expected.
    pub(crate) fn push(
        &mut self,
        record: &mut Record<'_>,
        call: Call,
        names: &mut Sighted,
        batch: &mut Batch,
    ) {
        if record.params.is_some() || !record.resources.is_empty() {
            let mut plan = self.expected;
            if plan == NONE {
                plan = self.find(record, call);
            }
            let mut resources = std::mem::take(&mut record.resources);
            self.name(record, plan, &mut resources, names, batch);
            // The room that they had is used again.
            record.resources = resources;
        }
        batch.resource_ends.push(batch.resource_marks.len() as u32);
    }

    fn name<'a>(
        &mut self,
        record: &Record<'a>,
        plan: u32,
        resources: &mut Vec<ResourceRef<'a>>,
        names: &mut Sighted,
        batch: &mut Batch,
    ) {
        let mut aliases = Vec::new();
        if let (Some(params), Some(plan)) = (&record.params, self.plans.at(plan)) {
            let made = Made::of(record, plan);
            aliases = derive::complete(resources, params, &made, plan, &mut self.memory);
        }
        let first = batch.resource_marks.len();
        for resource in &*resources {
            names.wait(&resource.name);
            let mark = Mark::new(resource.naming, resource.role);
            batch.resource_marks.push(mark);
        }
        if !aliases.is_empty() || names.is_crowded() {
            names.settle(&mut batch.resource_codes);
        }
        for (at, name) in &aliases {
            let alias = names.intern(name);
            if let Some(&of) = batch.resource_codes.get(first + at) {
                batch.aliases.push((of, alias));
            }
        }
        self.memory.reclaim(resources);
    }
}
