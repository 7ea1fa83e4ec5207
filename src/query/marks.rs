//! Questions about the whole evidence: what a person did for the first time (`new:`), and what was
//! denied at first and allowed later (`flip:`).
//!
//! One walk over the events by time answers either; the snapshot keeps the answer. Events without a
//! usable time have no before and after, and nobody's events no person: neither is ever marked.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use crate::base::time::HOUR;
use crate::event::outcome::Outcome;
use crate::index::bitmap::RowSet;
use crate::index::schema::{Col, Field};
use crate::index::segment::{EventId, UNDATED};
use crate::index::snapshot::Snapshot;
use crate::index::symbols::Sym;
use crate::query::moment::Duration;

/// What `new:` may ask of; each is told by a column.
pub const NEWS: &[Field] = &[
    Field::Ip,
    Field::Asn,
    Field::Cc,
    Field::Net,
    Field::Tool,
    Field::Os,
    Field::Ua,
    Field::What,
    Field::Svc,
    Field::Region,
    Field::Acct,
    Field::Via,
    Field::Key,
];

/// The stretch in which a denied call and the same one allowed belong together, unless one is
/// written.
pub const FLIP_WITHIN: i64 = 24 * HOUR;

/// A mark of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Marking {
    /// The first event of a person with a value of the field, and those with it up to so long
    /// after.
    New(Field, Option<Duration>),
    /// Denied calls that the same person made again with success at most so long after
    /// ([`FLIP_WITHIN`] unless it is said), and the first such success.
    Flip(Option<Duration>),
}

impl fmt::Display for Marking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, within) = match self {
            Self::New(field, within) => (field.name(), within),
            Self::Flip(within) => ("ok", within),
        };
        f.write_str(name)?;
        within.map_or(Ok(()), |within| write!(f, "+{within}"))
    }
}

impl Marking {
    /// The rows it marks.
    pub fn rows(self, snapshot: &Snapshot) -> Arc<RowSet> {
        let question = format!("{self:?}");
        snapshot.marked(&question, || {
            let events = match self {
                Self::New(field, within) => {
                    firsts(snapshot, field, within.map_or(0, Duration::micros))
                }
                Self::Flip(within) => flips(snapshot, within.map_or(FLIP_WITHIN, Duration::micros)),
            };
            RowSet::of(snapshot.segments().len(), &events)
        })
    }
}

/// Dated events of somebody, by time, with who that is and when.
fn of_people(snapshot: &Snapshot) -> impl Iterator<Item = (EventId, u32, i64)> + '_ {
    snapshot.order().iter().filter_map(|id| {
        let (person, time) = (snapshot.person_number(*id), snapshot.time_key(*id));
        (person != 0 && time != UNDATED).then_some((*id, person, time))
    })
}

fn firsts(snapshot: &Snapshot, field: Field, within: i64) -> Vec<EventId> {
    let Some((col, folded)) = snapshot.told_by(field) else {
        return Vec::new();
    };
    let mut first: HashMap<(u32, u32), i64> = HashMap::new();
    let mut marked = Vec::new();
    for (id, person, time) in of_people(snapshot) {
        let code = snapshot.symbol(col, id).map_or(0, Sym::code);
        let code = match &folded {
            Some(folded) => folded.get(code as usize).copied().unwrap_or(0),
            None => code,
        };
        if code == 0 {
            continue;
        }
        match first.get(&(person, code)) {
            None => {
                first.insert((person, code), time);
                marked.push(id);
            }
            Some(since) if within > 0 && time.saturating_sub(*since) <= within => marked.push(id),
            Some(_) => {}
        }
    }
    marked
}

/// What makes two calls the same: the person, the service, the call and what it is about.
type Call = (u32, u32, u32, u32);

fn flips(snapshot: &Snapshot, within: i64) -> Vec<EventId> {
    let calls = snapshot.folded_calls();
    let names = snapshot.names();
    let mut waiting: HashMap<Call, Vec<(EventId, i64)>> = HashMap::new();
    let mut marked = Vec::new();
    for (id, person, time) in of_people(snapshot) {
        let outcome = snapshot.facts(id).outcome();
        if !matches!(outcome, Outcome::Denied | Outcome::Ok)
            || outcome == Outcome::Ok && waiting.is_empty()
        {
            continue;
        }
        let Some(what) = snapshot.symbol(Col::What, id) else {
            continue;
        };
        let what = calls.get(what.code() as usize).copied().unwrap_or(0);
        let svc = snapshot.symbol(Col::Svc, id).map_or(0, Sym::code);
        let target = snapshot
            .subject_of(id)
            .map_or(0, |sym| names.best(sym).code());
        if outcome == Outcome::Denied {
            let call = (person, svc, what, target);
            waiting.entry(call).or_default().push((id, time));
            continue;
        }
        // A denied call often does not say what it was about: then any target is the same.
        let mut came_of_one = false;
        let unsaid = (target != 0).then_some(0);
        for target in std::iter::once(target).chain(unsaid) {
            let denied = waiting.remove(&(person, svc, what, target));
            for (denied, since) in denied.unwrap_or_default() {
                if time.saturating_sub(since) <= within {
                    marked.push(denied);
                    came_of_one = true;
                }
            }
        }
        if came_of_one {
            marked.push(id);
        }
    }
    marked
}
