//! Two events side by side: finds the one to compare with, reads both, tells what differs.

use std::borrow::Cow;

use crate::engine::protocol::{Compare, Compared, Fetched, Other};
use crate::engine::reader::Reader;
use crate::event::diff;
use crate::event::json::Node;
use crate::event::secret;
use crate::index::segment::EventId;
use crate::index::snapshot::Snapshot;
use crate::pivot::earlier;

impl Reader {
    /// Compares an event with another one; both records are read.
    pub fn compared(&self, snapshot: &Snapshot, event: EventId, compare: Compare) -> Compared {
        let record = self.fetch(snapshot, event);
        compared(snapshot, self, (event, &record), compare)
    }
}

/// Compares an event, whose record was read, with another one.
pub(super) fn compared(
    snapshot: &Snapshot,
    reader: &Reader,
    (event, record): (EventId, &Fetched),
    compare: Compare,
) -> Compared {
    let other = match compare {
        Compare::With(other) => Some((other, Other::Pinned)),
        Compare::Earlier => {
            earlier::same_call(snapshot, event).map(|(other, same)| (other, Other::Same(same)))
        }
    };
    let mut out = Compared {
        compare,
        other,
        ..Compared::default()
    };
    let Some((other, _)) = other else {
        return out;
    };
    let other = reader.fetch(snapshot, other);
    if let Some(error) = other.error.clone().or_else(|| record.error.clone()) {
        out.error = Some(error);
        return out;
    }
    if let (Some(before), Some(after)) = (&other.tree, &record.tree) {
        out.whole = diff::records(before, after);
    } else {
        out.error = Some("one of the two records is no JSON that can be compared".to_owned());
        return out;
    }
    // Words stand for secrets, equal ones for equal: what differs in them shows that it does.
    let safe = |record: &Fetched| match secret::redact(&record.bytes) {
        Cow::Borrowed(_) => record.tree.clone(),
        Cow::Owned(safe) => Node::parse(&safe).ok(),
    };
    if let (Some(before), Some(after)) = (safe(&other), safe(record)) {
        out.safe = diff::records(&before, &after);
    }
    out
}
