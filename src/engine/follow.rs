//! Following lineage while the evidence loads: as often as it is cheap, and once at the end. From
//! one time to the next what was found is kept, so that each time costs what is new.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::base::cancel::Cancel;
use crate::engine::crew::AllHands;
use crate::engine::protocol::Reply;
use crate::index::sessions::People;
use crate::index::snapshot::Snapshot;
use crate::pivot::kept::Kept;
use crate::pivot::lineage::{Lineage, Wishes};

/// Lineage may take one part in this many of the time of a load.
const SHARE: u32 = 50;

/// When it is asked who is behind the sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// While rows come: lineage is followed where that is due.
    Coming,
    /// Nothing comes for a while: it is followed to the last row.
    Quiet,
    /// Nothing will come: it is followed for the last time.
    Over,
}

/// The lineage of the newest snapshot it was worth computing for.
#[derive(Debug, Default)]
pub(crate) struct Follow {
    wishes: Wishes,
    off: bool,
    kept: Kept,
    newest: Arc<Lineage>,
    cost: Duration,
    done: Option<Instant>,
    fresh: bool,
}

impl Follow {
    /// Follows by these wishes; `off` leaves every person the literal caller. Where it is `live` there
    /// will be more than one time.
    pub(crate) fn new(wishes: Wishes, off: bool, live: bool) -> Self {
        Self {
            wishes,
            off,
            kept: if live {
                Kept::going_on()
            } else {
                Kept::default()
            },
            ..Self::default()
        }
    }

    /// Who is behind each session of a snapshot; anew where that is due, or at the end.
    pub(crate) fn people(&mut self, snapshot: &Snapshot, when: When) -> Arc<People> {
        let rested = self.done.is_none_or(|at| at.elapsed() >= self.cost * SHARE);
        if !self.off && (when != When::Coming || rested) {
            let started = Instant::now();
            // What was found before is not held beside what is found now, where nobody looks at it.
            self.newest = Arc::default();
            if when == When::Over {
                self.kept.for_the_last_time();
            }
            let (kept, wishes) = (&mut self.kept, &self.wishes);
            let lineage = Lineage::with(kept, snapshot, wishes, &Cancel::NEVER, &AllHands);
            if let Some(lineage) = lineage {
                self.newest = Arc::new(lineage);
                self.fresh = true;
            }
            self.cost = started.elapsed();
            self.done = Some(Instant::now());
            tracing::debug!(cost = ?self.cost, sessions = snapshot.sessions().len(), "lineage");
        }
        let known = self.newest.people();
        if known.covers(snapshot) {
            return Arc::clone(known);
        }
        let mut people = People::clone(known);
        people.extend(snapshot);
        Arc::new(people)
    }

    /// Lets go of what a next time would need: rows come no more, or one by one at somebody's wish.
    pub(crate) fn rest(&mut self) {
        self.kept = Kept::default();
    }

    /// The lineage, if there is one that was not given out yet.
    pub(crate) fn fresh(&mut self) -> Option<Arc<Lineage>> {
        std::mem::take(&mut self.fresh).then(|| self.newest())
    }

    /// The newest lineage.
    pub(crate) fn newest(&self) -> Arc<Lineage> {
        Arc::clone(&self.newest)
    }
}

/// The same rows with lineage followed by other wishes.
pub(crate) fn anew(snapshot: &Snapshot, wishes: &Wishes) -> Reply {
    let kept = &mut Kept::default();
    let lineage = Lineage::with(kept, snapshot, wishes, &Cancel::NEVER, &AllHands);
    let lineage = lineage.unwrap_or_default();
    let snapshot = snapshot.with_people(Arc::clone(lineage.people()));
    Reply::Followed(Arc::new(snapshot), Arc::new(lineage))
}
