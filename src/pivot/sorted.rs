//! Events in another order than that of time.
//!
//! Every field whose values can be counted can be sorted by. Events without a value come last
//! either way; equal values stay in the order of time.

use std::net::IpAddr;
use std::sync::Arc;

use crate::base::cancel::Cancel;
use crate::base::text::fold;
use crate::index::schema::{Class, Field};
use crate::index::segment::EventId;
use crate::index::snapshot::{Hits, Snapshot};
use crate::pivot::tally::{self, Codes};

/// What events are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SortBy {
    /// The field.
    pub field: Field,
    /// Whether the largest comes first.
    pub descending: bool,
}

impl SortBy {
    /// The order of time, as events come from a search.
    pub const TIME: Self = Self {
        field: Field::Time,
        descending: false,
    };

    /// As it is written down: `err`, or `-err` for the largest first.
    pub fn text(self) -> String {
        let sign = if self.descending { "-" } else { "" };
        format!("{sign}{}", self.field.name())
    }

    /// What [`SortBy::text`] wrote; `None` for a field that nothing is sorted by.
    pub fn parse(text: &str) -> Option<Self> {
        let (descending, name) = match text.strip_prefix('-') {
            Some(name) => (true, name),
            None => (false, text),
        };
        let field = Field::named(name).filter(|field| can_sort(*field))?;
        Some(Self { field, descending })
    }
}

/// Events in an order of their own.
#[derive(Debug, Clone)]
pub struct Sorted {
    /// What they are sorted by.
    pub by: SortBy,
    /// The events.
    pub order: Arc<[EventId]>,
    /// Place of an event in the order of time → its place here.
    pub places: Arc<[u32]>,
}

/// Whether events can be sorted by a field.
pub fn can_sort(field: Field) -> bool {
    matches!(field, Field::Time | Field::Bytes) || tally::is_countable(field)
}

/// Sorts events; `None` when the work was given up, or nothing is to be done: by time they come
/// sorted.
pub fn sort(snapshot: &Snapshot, hits: &Hits, by: SortBy, cancel: &Cancel) -> Option<Sorted> {
    if by == SortBy::TIME {
        return None;
    }
    let events = &hits.order;
    let ranks: Vec<u32> = if by.field == Field::Time {
        let n = events.len() as u32;
        let dated = events.partition_point(|id| snapshot.time(*id).is_some()) as u32;
        (0..n)
            .map(|at| if at < dated { dated - 1 - at } else { at })
            .collect()
    } else {
        ranks(snapshot, events, by, cancel)?
    };
    if cancel.is_stale() {
        return None;
    }
    // Counting keeps equal ones in the order they have.
    let mut next = vec![0u32; ranks.iter().max().map_or(0, |most| *most as usize + 1)];
    for rank in &ranks {
        next[*rank as usize] += 1;
    }
    let mut before = 0;
    for n in &mut next {
        (*n, before) = (before, before + *n);
    }
    let mut places = vec![0u32; events.len()];
    let mut order = events.to_vec();
    for (at, rank) in ranks.iter().enumerate() {
        let place = &mut next[*rank as usize];
        places[at] = *place;
        order[*place as usize] = events[at];
        *place += 1;
    }
    Some(Sorted {
        by,
        order: order.into(),
        places: places.into(),
    })
}

/// The rank of each event's value among those that the events have.
fn ranks(snapshot: &Snapshot, events: &[EventId], by: SortBy, cancel: &Cancel) -> Option<Vec<u32>> {
    if by.field == Field::Bytes {
        return Some(by_bytes(snapshot, events, by.descending));
    }
    let codes = Codes::of(snapshot, by.field)?;
    let mut of = Vec::with_capacity(events.len());
    let mut rank_of = vec![u32::MAX; codes.len()];
    let mut used = Vec::new();
    for (at, id) in events.iter().enumerate() {
        if at % 65_536 == 0 && cancel.is_stale() {
            return None;
        }
        let code = codes.first(*id);
        of.push(code as u32);
        if rank_of[code] == u32::MAX {
            rank_of[code] = 0;
            used.push(code);
        }
    }
    let absent = |code: &usize| codes.value(*code).is_none();
    let key = |code: &usize| key(by.field, &codes.label(*code));
    used.sort_by_cached_key(key);
    if by.descending {
        used.reverse();
    }
    used.sort_by_key(absent);
    for (rank, code) in used.into_iter().enumerate() {
        rank_of[code] = rank as u32;
    }
    Some(of.into_iter().map(|code| rank_of[code as usize]).collect())
}

/// The rank of each event among all by the bytes it gave out.
fn by_bytes(snapshot: &Snapshot, events: &[EventId], descending: bool) -> Vec<u32> {
    let bytes: Vec<Option<u64>> = events.iter().map(|id| snapshot.bytes_out(*id)).collect();
    let mut known: Vec<u64> = bytes.iter().copied().flatten().collect();
    known.sort_unstable();
    known.dedup();
    let last = known.len();
    let rank = |bytes: Option<u64>| match bytes.map(|b| known.partition_point(|k| *k < b)) {
        None => last,
        Some(at) if descending => last - 1 - at,
        Some(at) => at,
    };
    bytes.into_iter().map(|b| rank(b) as u32).collect()
}

/// What values are compared by: numbers and addresses by what they are, texts ignoring case.
fn key(field: Field, value: &str) -> (Option<u128>, String) {
    let number = match field.spec().class {
        Class::Number => value.parse().ok(),
        Class::Address => value.parse::<IpAddr>().ok().map(|ip| match ip {
            IpAddr::V4(ip) => u128::from(ip.to_bits()),
            IpAddr::V6(ip) => ip.to_bits(),
        }),
        _ => None,
    };
    (number, fold(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_written_and_read() {
        for by in [
            SortBy::TIME,
            SortBy {
                field: Field::Err,
                descending: true,
            },
        ] {
            assert_eq!(SortBy::parse(&by.text()), Some(by));
        }
        assert_eq!(SortBy::parse("msg"), None);
        assert_eq!(SortBy::parse("--err"), None);
    }

    #[test]
    fn addresses_are_compared_as_such() {
        let mut values = ["203.0.113.10", "203.0.113.9", "AWS Internal", "10.0.0.1"];
        values.sort_by_cached_key(|v| key(Field::Ip, v));
        assert_eq!(
            values,
            ["AWS Internal", "10.0.0.1", "203.0.113.9", "203.0.113.10"]
        );
    }
}
