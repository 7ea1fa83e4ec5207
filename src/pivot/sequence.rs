//! Events of one moment in an order that hangs on them alone.
//!
//! Rows of one time stand as their files were read, and files are read in any order; the story of a
//! resource must not change with that. CloudTrail's times are whole seconds, so what a script makes,
//! changes and ends is often of one moment.

use std::cmp::Ordering;

use crate::event::outcome::Verb;
use crate::index::schema::Col;
use crate::index::segment::EventId;
use crate::index::snapshot::Snapshot;
use crate::pivot::history::{Deed, Standing};

/// The state of a resource as its making and its end are met in time order.
///
/// Where both are of one moment, their order is told by the state before: what stood was ended and
/// made again, anything else was made and ended.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fate {
    /// The state now.
    pub standing: Standing,
    before: Standing,
    at: Option<i64>,
}

impl Fate {
    /// Adds what an event of a time did: `next` is not [`Standing::Seen`].
    pub fn add(&mut self, time: i64, next: Standing) {
        if self.at != Some(time) {
            self.before = self.standing;
            self.at = Some(time);
            self.standing = next;
            return;
        }
        match (self.standing, next) {
            (Standing::Gone(_), Standing::Made(_)) if is_made(self.before) => self.standing = next,
            (Standing::Made(_), Standing::Gone(_)) if !is_made(self.before) => self.standing = next,
            _ => {}
        }
    }
}

const fn is_made(standing: Standing) -> bool {
    matches!(standing, Standing::Made(_))
}

/// Which of two events comes first, by time and then by their own ids.
pub fn by_time(snapshot: &Snapshot, a: EventId, b: EventId) -> Ordering {
    let times = snapshot.time_key(a).cmp(&snapshot.time_key(b));
    times.then_with(|| snapshot.id_order(a).cmp(&snapshot.id_order(b)))
}

/// The events of a resource, which are in time order, with those of one moment in the order of what
/// they did to it: made, changed, shared, refused, ended; where it stood before, its end comes first.
///
/// What only looks stays where it is: it is no part of the story.
pub fn of_resource(
    snapshot: &Snapshot,
    events: &[EventId],
    deed: impl Fn(EventId) -> Option<Deed>,
) -> Vec<EventId> {
    let mut ordered = events.to_vec();
    let mut fate = Fate::default();
    let mut moment: Vec<(usize, u8, EventId)> = Vec::new();
    let mut start = 0;
    for run in events.chunk_by(|a, b| snapshot.time_key(*a) == snapshot.time_key(*b)) {
        moment.clear();
        for (n, &id) in run.iter().enumerate() {
            if snapshot.facts(id).verb() == Verb::Read {
                continue;
            }
            let rank = match deed(id) {
                Some(Deed::Created) => 1,
                None | Some(Deed::Changed) => 2,
                Some(Deed::Shared) => 3,
                Some(Deed::Refused) => 4,
                Some(Deed::Deleted) => 5,
            };
            moment.push((start + n, rank, id));
        }
        if is_made(fate.standing) && moment.iter().any(|(_, rank, _)| *rank == 1) {
            for (_, rank, _) in moment.iter_mut().filter(|(_, rank, _)| *rank == 5) {
                *rank = 0;
            }
        }
        let places: Vec<usize> = moment.iter().map(|(at, ..)| *at).collect();
        moment.sort_by(|a, b| {
            let call = |id| snapshot.text(Col::What, id);
            let calls = || call(a.2).cmp(&call(b.2));
            let ids = || snapshot.id_order(a.2).cmp(&snapshot.id_order(b.2));
            a.1.cmp(&b.1).then_with(calls).then_with(ids)
        });
        for (at, (_, rank, id)) in places.into_iter().zip(&moment) {
            if let Some(place) = ordered.get_mut(at) {
                *place = *id;
            }
            match rank {
                1 => fate.add(snapshot.time_key(*id), Standing::Made(*id)),
                0 | 5 => fate.add(snapshot.time_key(*id), Standing::Gone(*id)),
                _ => {}
            }
        }
        start += run.len();
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_and_ended_in_one_moment_is_told_by_the_state_before() {
        let (made, gone) = (
            Standing::Made(EventId::nth(1)),
            Standing::Gone(EventId::nth(2)),
        );
        for (before, moment, after) in [
            (None, [made, gone], gone),
            (None, [gone, made], gone),
            (Some(gone), [made, gone], gone),
            (Some(gone), [gone, made], gone),
            (Some(made), [made, gone], made),
            (Some(made), [gone, made], made),
        ] {
            let mut fate = Fate::default();
            if let Some(before) = before {
                fate.add(1, before);
            }
            for next in moment {
                fate.add(2, next);
            }
            assert_eq!(fate.standing, after, "{before:?} {moment:?}");
            fate.add(2, moment[0]);
            assert_eq!(fate.standing, after, "{before:?} {moment:?} and again");
        }
    }
}
