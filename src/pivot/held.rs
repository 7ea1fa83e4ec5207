//! Events by account, region and hour: what a map of the evidence counts in its cells.

use std::collections::HashMap;
use std::sync::Arc;

use crate::base::time::HOUR;
use crate::index::schema::Col;
use crate::index::segment::{EventId, UNDATED};
use crate::index::snapshot::{Generation, Snapshot};
use crate::index::symbols::Sym;
use crate::pivot::coverage::Hours;

/// The events of an account in a region.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HeldPair {
    /// The account; `None` where the records do not say.
    pub account: Option<Arc<str>>,
    /// The region; `None` where the records do not say.
    pub region: Option<Arc<str>>,
    /// Hours from 1970 with events, in order, with how many.
    pub counts: Vec<(i64, u64)>,
    /// The same hours as stretches.
    pub hours: Hours,
}

impl HeldPair {
    /// Events from the first hour to the last.
    pub fn events(&self, first: i64, last: i64) -> u64 {
        let from = self.counts.partition_point(|(hour, _)| *hour < first);
        let rest = self.counts.get(from..).unwrap_or_default();
        let within = rest.iter().take_while(|(hour, _)| *hour <= last);
        within.map(|(_, events)| events).sum()
    }
}

/// All events by account, region and hour.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Held {
    /// What was counted.
    pub generation: Generation,
    /// By account and region, in the order of both.
    pub pairs: Vec<HeldPair>,
    /// Events without a time, which stand in no hour.
    pub undated: u64,
}

/// Counts every event.
pub fn held(snapshot: &Snapshot) -> Held {
    type Pair = (Option<Sym>, Option<Sym>);
    let mut counts: HashMap<Pair, HashMap<i64, u64>> = HashMap::new();
    let mut undated = 0;
    // Neighbours are mostly of one pair and hour, and are counted together.
    let mut run: Option<(Pair, i64, u64)> = None;
    let mut add = |(pair, hour, events): (Pair, i64, u64)| {
        *counts.entry(pair).or_default().entry(hour).or_default() += events;
    };
    for row in 0..snapshot.len() {
        let id = EventId::nth(row);
        let time = snapshot.time_key(id);
        if time == UNDATED {
            undated += 1;
            continue;
        }
        let at = |col| snapshot.symbol(col, id);
        let (pair, hour) = ((at(Col::Acct), at(Col::Region)), time.div_euclid(HOUR));
        match &mut run {
            Some((p, h, events)) if (*p, *h) == (pair, hour) => *events += 1,
            _ => {
                if let Some(run) = run.replace((pair, hour, 1)) {
                    add(run);
                }
            }
        }
    }
    if let Some(run) = run {
        add(run);
    }
    let text = |col, sym: Option<Sym>| sym.map(|sym| Arc::from(snapshot.dict(col).text(sym)));
    let pairs = counts.into_iter().map(|((account, region), counts)| {
        let mut counts: Vec<(i64, u64)> = counts.into_iter().collect();
        counts.sort_unstable();
        let mut hours = Hours::default();
        for (hour, _) in &counts {
            hours.add(*hour, *hour);
        }
        HeldPair {
            account: text(Col::Acct, account),
            region: text(Col::Region, region),
            counts,
            hours,
        }
    });
    let mut pairs: Vec<HeldPair> = pairs.collect();
    pairs.sort_by(|a, b| (&a.account, &a.region).cmp(&(&b.account, &b.region)));
    Held {
        generation: snapshot.generation(),
        pairs,
        undated,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_of_a_stretch_are_summed() {
        let pair = HeldPair {
            counts: vec![(3, 1), (5, 2), (9, 4)],
            ..HeldPair::default()
        };
        for (first, last, events) in [(0, 2, 0), (3, 3, 1), (4, 9, 6), (0, 99, 7), (6, 8, 0)] {
            assert_eq!(pair.events(first, last), events, "{first} to {last}");
        }
    }
}
