//! Counts of a field's values among some events: exact, with first and last sighting.
//!
//! Facets, `stats` and the cards of a portrait are all this one count.

use std::borrow::Cow;

use crate::base::cancel::Cancel;
use crate::base::time::UtcMicros;
use crate::event::outcome::{self, Outcome, Verb};
use crate::event::{resource, service};
use crate::index::schema::{Col, Field, Flag, Home};
use crate::index::segment::{EventId, UNDATED};
use crate::index::snapshot::Snapshot;
use crate::index::symbols::Sym;

/// One value of a field, with the events that have it.
#[derive(Debug, Clone, PartialEq)]
pub struct Tally {
    /// The value exactly: what a filter names. `None` where the field is absent.
    pub value: Option<String>,
    /// The value as a person calls it.
    pub label: String,
    /// Events.
    pub events: u64,
    /// Of them: those that do more than read, and succeeded.
    pub writes: u64,
    /// Of them: those that failed.
    pub failures: u64,
    /// First sighting among dated events.
    pub first: Option<UtcMicros>,
    /// Last sighting among dated events.
    pub last: Option<UtcMicros>,
    /// Events per equal stretch of the whole time, oldest first; empty unless asked for.
    pub spark: Vec<u64>,
}

/// The values of one field.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldTally {
    /// The field.
    pub field: Field,
    /// Events counted.
    pub total: u64,
    /// Distinct values, `(none)` included.
    pub distinct: u64,
    /// Values by events, then by text; at most as many as were asked for.
    pub values: Vec<Tally>,
}

/// What to count beside the values.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted {
    /// Values to give; 0 gives all.
    pub top: usize,
    /// Stretches of a [`Tally::spark`].
    pub spark: usize,
    /// Order by changes first, then by events: for the cards of a portrait.
    pub writes_first: bool,
}

#[derive(Clone)]
struct Count {
    events: u64,
    writes: u64,
    failures: u64,
    first: i64,
    last: i64,
}

const NOTHING: Count = Count {
    events: 0,
    writes: 0,
    failures: 0,
    first: UNDATED,
    last: i64::MIN,
};

/// Whether a field's values can be counted.
pub fn is_countable(field: Field) -> bool {
    matches!(
        field.spec().home,
        Home::Column(_) | Home::Principal | Home::Person | Home::Resources | Home::Flag(_)
    )
}

/// Counts a field's values among events given in time order.
///
/// `None` when the work was given up, or the field's values cannot be counted.
pub fn tally(
    snapshot: &Snapshot,
    events: &[EventId],
    field: Field,
    wanted: Wanted,
    cancel: &Cancel,
) -> Option<FieldTally> {
    let codes = Codes::of(snapshot, field)?;
    let mut counts = vec![NOTHING; codes.len()];
    let span = time_span(snapshot, events);
    let mut sparks = vec![
        0u64;
        if span.is_some() {
            codes.len() * wanted.spark
        } else {
            0
        }
    ];
    for (n, &id) in events.iter().enumerate() {
        if n % 8192 == 0 && cancel.is_stale() {
            return None;
        }
        let facts = snapshot.facts(id);
        let failed = facts.outcome() != Outcome::Ok;
        let wrote = !failed && facts.verb() != Verb::Read;
        let time = snapshot.time_key(id);
        codes.each(id, |code| {
            let count = &mut counts[code];
            count.events += 1;
            count.writes += u64::from(wrote);
            count.failures += u64::from(failed);
            if time != UNDATED {
                count.first = count.first.min(time);
                count.last = count.last.max(time);
                if let Some((start, end)) = span
                    && wanted.spark > 0
                {
                    let slot = slot_of(time, start, end, wanted.spark);
                    sparks[code * wanted.spark + slot] += 1;
                }
            }
        });
    }
    let mut used: Vec<usize> = (0..counts.len())
        .filter(|c| counts[*c].events > 0)
        .collect();
    let distinct = used.len() as u64;
    let rank = |code: &usize| {
        let count = &counts[*code];
        let first = if wanted.writes_first {
            count.writes
        } else {
            count.events
        };
        (std::cmp::Reverse(first), std::cmp::Reverse(count.events))
    };
    used.sort_by(|a, b| {
        rank(a)
            .cmp(&rank(b))
            .then_with(|| codes.value(*a).cmp(&codes.value(*b)))
    });
    if wanted.top > 0 {
        used.truncate(wanted.top);
    }
    let mut values: Vec<Tally> = used
        .into_iter()
        .map(|code| {
            let count = &counts[code];
            Tally {
                value: codes.value(code).map(Cow::into_owned),
                label: codes.label(code).into_owned(),
                events: count.events,
                writes: count.writes,
                failures: count.failures,
                first: (count.first != UNDATED).then_some(UtcMicros(count.first)),
                last: (count.last != i64::MIN).then_some(UtcMicros(count.last)),
                spark: sparks
                    .get(code * wanted.spark..(code + 1) * wanted.spark)
                    .map(<[u64]>::to_vec)
                    .unwrap_or_default(),
            }
        })
        .collect();
    tell_namesakes_apart(snapshot, field, &mut values);
    Some(FieldTally {
        field,
        total: events.len() as u64,
        distinct,
        values,
    })
}

/// Adds the account to labels that several principals share: one name in two accounts is two.
fn tell_namesakes_apart(snapshot: &Snapshot, field: Field, values: &mut [Tally]) {
    if !matches!(field.spec().home, Home::Principal | Home::Person) {
        return;
    }
    let mut uses = std::collections::HashMap::new();
    for value in values.iter() {
        *uses.entry(value.label.clone()).or_insert(0) += 1;
    }
    for value in values
        .iter_mut()
        .filter(|v| uses.get(&v.label).is_some_and(|n| *n > 1))
    {
        let key = value.value.as_deref();
        let principal = key.and_then(|key| snapshot.principal_of_key(key));
        if let Some(account) = principal.and_then(|p| p.account.as_deref()) {
            value.label = format!("{} @{account}", value.label);
        }
    }
}

/// First and last dated moment of events in time order.
fn time_span(snapshot: &Snapshot, events: &[EventId]) -> Option<(i64, i64)> {
    let dated = events.partition_point(|id| snapshot.time_key(*id) != UNDATED);
    let first = events.first().filter(|_| dated > 0)?;
    Some((
        snapshot.time_key(*first),
        snapshot.time_key(*events.get(dated - 1)?),
    ))
}

/// Which of `slots` equal stretches of `start..=end` a moment lies in.
pub(crate) fn slot_of(time: i64, start: i64, end: i64, slots: usize) -> usize {
    let span = i128::from(end) - i128::from(start) + 1;
    let at = (i128::from(time) - i128::from(start)).clamp(0, span - 1);
    (at * slots as i128 / span) as usize
}

/// How the rows of a field are numbered: code 0 stands for absent.
struct Codes<'a> {
    snapshot: &'a Snapshot,
    home: Home,
    /// Calls whose names differ in their API date only share the code of the first.
    folded: Option<Vec<u32>>,
}

impl<'a> Codes<'a> {
    fn of(snapshot: &'a Snapshot, field: Field) -> Option<Self> {
        let home = field.spec().home;
        let folded = (home == Home::Column(Col::What)).then(|| fold_names(snapshot));
        is_countable(field).then_some(Self {
            snapshot,
            home,
            folded,
        })
    }

    fn len(&self) -> usize {
        match self.home {
            Home::Column(col) => self.snapshot.dict(col).len() + 1,
            Home::Principal => self.snapshot.dict(Col::Principal).len() + 1,
            Home::Person => self.snapshot.people().len() + 1,
            Home::Resources => self.snapshot.resources().len() + 1,
            _ => Verb::ALL.len() + 1,
        }
    }

    /// Calls `f` with the code of each value the event has; with 0 where it has none.
    fn each(&self, id: EventId, mut f: impl FnMut(usize)) {
        let s = self.snapshot;
        let code = |sym: Option<Sym>| sym.map_or(0, |sym| sym.code() as usize);
        match self.home {
            Home::Column(col) => {
                let code = code(s.symbol(col, id));
                f(self
                    .folded
                    .as_ref()
                    .map_or(code, |folded| folded[code] as usize));
            }
            Home::Principal => f(code(s.symbol(Col::Principal, id))),
            Home::Person => f(s.person_number(id) as usize),
            Home::Resources => {
                let mut any = false;
                for sym in s.resources_of(id) {
                    any = true;
                    f(sym.code() as usize);
                }
                if !any {
                    f(0);
                }
            }
            Home::Flag(flag) => f(flag_code(s, id, flag)),
            _ => f(0),
        }
    }

    fn value(&self, code: usize) -> Option<Cow<'a, str>> {
        let sym = Sym::from_code(code as u32)?;
        Some(match self.home {
            Home::Column(Col::What) => {
                outcome::fold_name(self.snapshot.dict(Col::What).text(sym)).into()
            }
            Home::Column(Col::Svc) => service::short(self.snapshot.dict(Col::Svc).text(sym)).into(),
            Home::Column(col) => self.snapshot.dict(col).text(sym).into(),
            Home::Principal => self.snapshot.dict(Col::Principal).text(sym).into(),
            Home::Person => self
                .snapshot
                .people()
                .person(sym.code())?
                .key
                .as_str()
                .into(),
            Home::Resources => self.snapshot.resources().text(sym).into(),
            Home::Flag(Flag::Verb) => Verb::ALL[code - 1].name().into(),
            _ => if code == 1 { "yes" } else { "no" }.into(),
        })
    }

    fn label(&self, code: usize) -> Cow<'a, str> {
        let Some(sym) = Sym::from_code(code as u32) else {
            return "(none)".into();
        };
        match self.home {
            Home::Principal => self.snapshot.principal(sym).label.as_str().into(),
            Home::Person => match self.snapshot.people().person(sym.code()) {
                Some(person) => person.label.as_str().into(),
                None => "?".into(),
            },
            Home::Resources => resource::short_name(self.snapshot.resources().text(sym)).into(),
            Home::Column(Col::Via) => {
                resource::short_name(self.snapshot.dict(Col::Via).text(sym)).into()
            }
            _ => self.value(code).unwrap_or_default(),
        }
    }
}

/// The code of a flag: verbs from 1, yes 1, no 2, 0 where the record does not say.
fn flag_code(snapshot: &Snapshot, id: EventId, flag: Flag) -> usize {
    let facts = snapshot.facts(id);
    let maybe = |value: Option<bool>| match value {
        None => 0,
        Some(true) => 1,
        Some(false) => 2,
    };
    match flag {
        Flag::Verb => facts.verb() as usize + 1,
        Flag::ReadOnly => maybe(facts.read_only()),
        Flag::Mfa => maybe(facts.mfa()),
        Flag::Console => maybe(Some(facts.console())),
        Flag::Root => maybe(Some(facts.root())),
        Flag::Xacct => maybe(snapshot.crosses_accounts(id)),
        Flag::SvcDriven => maybe(Some(facts.service_driven())),
        Flag::Recovered => maybe(Some(facts.recovered())),
        Flag::Repaired => maybe(Some(facts.repaired())),
        Flag::Summary => maybe(Some(facts.summary())),
    }
}

/// Symbol of a call → symbol of the first call of the same folded name.
fn fold_names(snapshot: &Snapshot) -> Vec<u32> {
    let dict = snapshot.dict(Col::What);
    let mut first = std::collections::HashMap::new();
    let mut folded = vec![0];
    for (sym, name) in dict.iter() {
        folded.push(*first.entry(outcome::fold_name(name)).or_insert(sym.code()));
    }
    folded
}

/// The text of one event's value of a field, exactly and as a person calls it; absent gives `None`.
///
/// Resources give the first, which is the one AWS recorded where it recorded one.
pub fn value_of(snapshot: &Snapshot, id: EventId, field: Field) -> Option<(String, String)> {
    let codes = Codes::of(snapshot, field)?;
    let mut first = None;
    codes.each(id, |code| first = first.or(Some(code)));
    let code = first.filter(|c| *c > 0)?;
    Some((
        codes.value(code)?.into_owned(),
        codes.label(code).into_owned(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_cover_the_whole_stretch() {
        assert_eq!(slot_of(0, 0, 99, 10), 0);
        assert_eq!(slot_of(99, 0, 99, 10), 9);
        assert_eq!(slot_of(5, 5, 5, 10), 0);
        assert_eq!(slot_of(i64::MAX - 1, i64::MIN, i64::MAX - 1, 4), 3);
    }
}
