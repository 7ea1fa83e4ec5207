//! The same call before: what an event can be compared with.

use crate::index::schema::Col;
use crate::index::segment::EventId;
use crate::index::snapshot::{Hits, Snapshot};
use crate::index::symbols::Sym;

/// How the call before is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Same {
    /// By the same person, on the same resource.
    PersonAndTarget,
    /// On the same resource, by someone else.
    Target,
    /// By the same person; the call names no resource.
    Person,
}

/// The last call before an event that is the same call: on the same resource, and of the same person
/// if there is one; of anyone else if not. `None` where the evidence holds none.
pub fn same_call(snapshot: &Snapshot, id: EventId) -> Option<(EventId, Same)> {
    let calls = snapshot.folded_calls();
    let names = snapshot.names();
    let what = |id: EventId| {
        let what = snapshot.symbol(Col::What, id)?;
        let svc = snapshot.symbol(Col::Svc, id);
        Some((calls.get(what.code() as usize).copied()?, svc))
    };
    let target = |id: EventId| snapshot.subject_of(id).map(|sym| names.best(sym));
    let person = |id: EventId| Some(snapshot.person_number(id)).filter(|n| *n != 0);
    let all = Hits::all(snapshot);
    let (Ok(at) | Err(at)) = all.position(snapshot, id);
    let (called, on, by): (_, Option<Sym>, _) = (what(id)?, target(id), person(id));
    let mut of_others = None;
    for before in all.order.get(..at)?.iter().rev() {
        if what(*before) != Some(called) || target(*before) != on {
            continue;
        }
        if by.is_some() && person(*before) == by {
            let same = match on {
                Some(_) => Same::PersonAndTarget,
                None => Same::Person,
            };
            return Some((*before, same));
        }
        if on.is_some() && of_others.is_none() {
            of_others = Some((*before, Same::Target));
        }
    }
    of_others
}
