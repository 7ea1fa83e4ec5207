//! Counts of a field's values among some events: exact, with first and last sighting.
//!
//! Facets, `stats` and the cards of a portrait are all this one count.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::base::cancel::Cancel;
use crate::base::origin::FileId;
use crate::base::time::UtcMicros;
use crate::event::kind::Kind;
use crate::event::outcome::{self, Outcome, Verb};
use crate::event::{resource, service};
use crate::index::bitmap::RowSet;
use crate::index::schema::{Col, Field, Flag, Home};
use crate::index::segment::{EventId, Facts, Segment, UNDATED};
use crate::index::snapshot::Snapshot;
use crate::index::symbols::{Sym, Symbols};

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
    /// Bytes that S3 gave out in them; 0 unless asked for.
    pub bytes_out: u64,
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
    /// Add up the bytes given out.
    pub bytes: bool,
    /// Order by changes first, then by events: for the cards of a portrait.
    pub writes_first: bool,
    /// Leave out first and last sighting, which need the times of all events.
    pub counts_only: bool,
}

/// Events of one value.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    code: usize,
    /// By class: those that only read, changes, failures.
    classes: [u64; 3],
}

impl Count {
    fn events(&self) -> u64 {
        self.classes.iter().sum()
    }
}

/// First and last sighting of a value, and its events over time.
#[derive(Debug, Clone)]
struct Sighted {
    bytes: u64,
    first: i64,
    last: i64,
    spark: Vec<u64>,
}

/// Whether a field's values can be counted.
pub fn is_countable(field: Field) -> bool {
    matches!(
        field.spec().home,
        Home::Column(_)
            | Home::Principal
            | Home::Person
            | Home::Resources
            | Home::Kind
            | Home::Flag(_)
            | Home::Derived(_)
            | Home::File
    )
}

/// Counts a field's values among events.
///
/// `None` when the work was given up, or the field's values cannot be counted.
pub fn tally(
    snapshot: &Snapshot,
    events: &[EventId],
    field: Field,
    wanted: Wanted,
    cancel: &Cancel,
) -> Option<FieldTally> {
    let rows = RowSet::of(snapshot.segments().len(), events);
    count(snapshot, &rows, field, wanted, cancel)
}

/// Counts a field's values among the events of a set.
///
/// `None` when the work was given up, or the field's values cannot be counted.
pub fn count(
    snapshot: &Snapshot,
    rows: &RowSet,
    field: Field,
    wanted: Wanted,
    cancel: &Cancel,
) -> Option<FieldTally> {
    count_by(
        &Codes::of(snapshot, field)?,
        Rows::Set(rows),
        wanted,
        cancel,
    )
}

/// The events that are counted.
#[derive(Debug, Clone, Copy)]
pub enum Rows<'a> {
    /// Any number of them: goes through every segment.
    Set(&'a RowSet),
    /// A few, each looked up.
    Few(&'a [EventId]),
}

impl Rows<'_> {
    fn len(self) -> usize {
        match self {
            Self::Set(rows) => rows.len(),
            Self::Few(events) => events.len(),
        }
    }
}

/// Events that are better looked up one by one than as a set.
pub const FEW: usize = 2_000;

/// Counts the values of a field whose numbers are known already.
///
/// `None` when the work was given up.
pub fn count_by(
    codes: &Codes<'_>,
    rows: Rows<'_>,
    wanted: Wanted,
    cancel: &Cancel,
) -> Option<FieldTally> {
    let (snapshot, field) = (codes.snapshot, codes.field);
    let (mut used, total) = codes.counts(rows, cancel)?;
    let distinct = used.len() as u64;
    let rank = |count: &Count| {
        let changes = if wanted.writes_first {
            count.classes[1]
        } else {
            0
        };
        std::cmp::Reverse((changes, count.events()))
    };
    let by_rank = |a: &Count, b: &Count| {
        rank(a)
            .cmp(&rank(b))
            .then_with(|| codes.value(a.code).cmp(&codes.value(b.code)))
    };
    if wanted.top > 0 && wanted.top < used.len() {
        // What stands behind the last one wanted need not be put in order.
        used.select_nth_unstable_by(wanted.top - 1, by_rank);
        used.truncate(wanted.top);
    }
    used.sort_by(by_rank);
    let sighted = if wanted.counts_only && wanted.spark == 0 {
        Vec::new()
    } else {
        codes.sighted(rows, &used, wanted, cancel)?
    };
    let mut values: Vec<Tally> = used
        .iter()
        .enumerate()
        .map(|(at, count)| {
            let seen = sighted.get(at);
            Tally {
                value: codes.value(count.code).map(Cow::into_owned),
                label: codes.label(count.code).into_owned(),
                events: count.events(),
                writes: count.classes[1],
                failures: count.classes[2],
                bytes_out: seen.map_or(0, |s| s.bytes),
                first: seen
                    .filter(|s| s.first != UNDATED)
                    .map(|s| UtcMicros(s.first)),
                last: seen
                    .filter(|s| s.last != i64::MIN)
                    .map(|s| UtcMicros(s.last)),
                spark: seen.map(|s| s.spark.clone()).unwrap_or_default(),
            }
        })
        .collect();
    tell_namesakes_apart(snapshot, field, &mut values);
    Some(FieldTally {
        field,
        total,
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

/// First and last dated moment of the events of a set.
fn time_span(snapshot: &Snapshot, rows: Rows<'_>) -> Option<(i64, i64)> {
    let (mut first, mut last) = (UNDATED, i64::MIN);
    let mut meet = |time: i64| {
        if time != UNDATED {
            first = first.min(time);
            last = last.max(time);
        }
    };
    match rows {
        Rows::Few(events) => events.iter().for_each(|id| meet(snapshot.time_key(*id))),
        Rows::Set(rows) => {
            for (segment, rows) in snapshot.segments().iter().zip(&rows.segments) {
                let times = segment.times();
                rows.for_each(|row| meet(times.get(row)));
            }
        }
    }
    (first != UNDATED).then_some((first, last))
}

/// What an event counts as: reading, changing, failing.
pub(crate) fn class_of(facts: Facts) -> usize {
    match (facts.outcome(), facts.verb()) {
        (Outcome::Ok, Verb::Read) => 0,
        (Outcome::Ok, _) => CHANGED,
        _ => FAILED,
    }
}

/// The classes of what changed something, and of what failed.
pub(crate) const CHANGED: usize = 1;
pub(crate) const FAILED: usize = 2;

/// Which of `slots` equal stretches of `start..=end` a moment lies in.
pub fn slot_of(time: i64, start: i64, end: i64, slots: usize) -> usize {
    let span = i128::from(end) - i128::from(start) + 1;
    let at = (i128::from(time) - i128::from(start)).clamp(0, span - 1);
    (at * slots as i128 / span) as usize
}

/// How the rows of a field are numbered: code 0 stands for absent.
pub struct Codes<'a> {
    snapshot: &'a Snapshot,
    field: Field,
    home: Home,
    /// Calls whose names differ in their API date only share the code of the first.
    folded: Option<Vec<u32>>,
    /// The kinds of the resources, where these are counted.
    kinds: Kinds,
}

/// Which kind each resource is of, by numbers from 1; 0 stands for none that is known.
#[derive(Default)]
struct Kinds {
    /// Code of a resource → number of its kind.
    of: Vec<u32>,
    /// The kinds by number, less one.
    names: Vec<String>,
}

impl Kinds {
    fn of(resources: &Symbols) -> Self {
        let mut kinds = Self {
            of: vec![0; resources.len() + 1],
            names: Vec::new(),
        };
        let mut numbers: HashMap<Kind<'_>, u32> = HashMap::new();
        for (sym, name) in resources.iter() {
            let Some(kind) = Kind::of(name) else {
                continue;
            };
            let number = *numbers.entry(kind).or_insert_with(|| {
                kinds.names.push(kind.to_string());
                kinds.names.len() as u32
            });
            if let Some(of) = kinds.of.get_mut(sym.code() as usize) {
                *of = number;
            }
        }
        kinds
    }

    fn number(&self, resource: Sym) -> usize {
        self.of
            .get(resource.code() as usize)
            .map_or(0, |n| *n as usize)
    }
}

impl<'a> Codes<'a> {
    /// The values of a field; `None` where they cannot be counted.
    pub fn of(snapshot: &'a Snapshot, field: Field) -> Option<Self> {
        let home = field.spec().home;
        let folded = match home {
            Home::Column(Col::What) => Some(snapshot.folded_calls()),
            Home::Column(Col::Session) => Some(fold_parts(snapshot)),
            Home::Derived(derived) => Some(snapshot.folded_by(derived)),
            _ => None,
        };
        is_countable(field).then_some(Self {
            snapshot,
            field,
            home,
            folded,
            kinds: match home {
                Home::Kind => Kinds::of(snapshot.resources()),
                _ => Kinds::default(),
            },
        })
    }

    /// The field.
    pub const fn field(&self) -> Field {
        self.field
    }

    /// One more than the largest code.
    #[expect(
        clippy::len_without_is_empty,
        reason = "there is always the code of no value"
    )]
    pub fn len(&self) -> usize {
        match self.home {
            Home::Column(col) => self.snapshot.dict(col).len() + 1,
            Home::Derived(derived) => self.snapshot.dict(derived.base()).len() + 1,
            Home::File => self.snapshot.files().len() + 1,
            Home::Principal => self.snapshot.dict(Col::Principal).len() + 1,
            Home::Person => self.snapshot.people().len() + 1,
            Home::Resources => self.snapshot.resources().len() + 1,
            Home::Kind => self.kinds.names.len() + 1,
            _ => Verb::ALL.len() + 1,
        }
    }

    /// The values that some events have, with how many, in no order; and how many events.
    ///
    /// Goes through the rows segment by segment, so that the memory is read in order.
    fn counts(&self, rows: Rows<'_>, cancel: &Cancel) -> Option<(Vec<Count>, u64)> {
        let total = rows.len();
        // A few events of many values: a table of all values would cost more than they do.
        let few = total * 8 < self.len();
        let mut table = vec![[0u32; 4]; if few { 0 } else { self.len() }];
        let mut list: Vec<(usize, usize)> = Vec::new();
        match rows {
            Rows::Few(events) => {
                for &id in events {
                    let class = class_of(self.snapshot.facts(id));
                    self.each(id, |code| {
                        if few {
                            list.push((code, class));
                        } else {
                            table[code][class] += 1;
                        }
                    });
                }
            }
            Rows::Set(rows) => {
                for at in 0..rows.segments.len() {
                    if cancel.is_stale() {
                        return None;
                    }
                    if few {
                        self.in_segment(at, rows, |code, class, _| list.push((code, class)));
                    } else {
                        self.in_segment(at, rows, |code, class, _| table[code][class] += 1);
                    }
                }
            }
        }
        let mut used = Vec::new();
        if few {
            list.sort_unstable();
            for group in list.chunk_by(|a, b| a.0 == b.0) {
                let mut count = Count {
                    code: group[0].0,
                    ..Count::default()
                };
                for (_, class) in group {
                    count.classes[*class] += 1;
                }
                used.push(count);
            }
        } else {
            let counted = table.iter().enumerate();
            used.extend(
                counted
                    .filter(|(_, n)| **n != [0; 4])
                    .map(|(code, n)| Count {
                        code,
                        classes: [n[0].into(), n[1].into(), n[2].into()],
                    }),
            );
        }
        Some((used, total as u64))
    }

    /// When the values given were seen, in their order.
    fn sighted(
        &self,
        rows: Rows<'_>,
        counts: &[Count],
        Wanted { spark, bytes, .. }: Wanted,
        cancel: &Cancel,
    ) -> Option<Vec<Sighted>> {
        let span = time_span(self.snapshot, rows).filter(|_| spark > 0);
        let nothing = Sighted {
            bytes: 0,
            first: UNDATED,
            last: i64::MIN,
            spark: vec![0; if span.is_some() { spark } else { 0 }],
        };
        let mut sighted = vec![nothing; counts.len()];
        let place: HashMap<usize, usize> = counts
            .iter()
            .enumerate()
            .map(|(at, c)| (c.code, at))
            .collect();
        // Neighbours mostly have the same value: the last one is looked up without hashing.
        let mut last = (usize::MAX, None);
        let mut meet = |code: usize, segment: &Segment, row: usize| {
            if last.0 != code {
                last = (code, place.get(&code).copied());
            }
            let (Some(slot), time) = (last.1, segment.times().get(row)) else {
                return;
            };
            let seen = &mut sighted[slot];
            if bytes {
                let given = segment.bytes_out().get(row).unwrap_or(0);
                seen.bytes = seen.bytes.saturating_add(given);
            }
            if time == UNDATED {
                return;
            }
            seen.first = seen.first.min(time);
            seen.last = seen.last.max(time);
            if let Some((start, end)) = span {
                seen.spark[slot_of(time, start, end, spark)] += 1;
            }
        };
        let segments = self.snapshot.segments();
        match rows {
            Rows::Few(events) => {
                for &id in events {
                    let segment = &segments[id.segment()];
                    self.each(id, |code| meet(code, segment, id.row()));
                }
            }
            Rows::Set(rows) => {
                for (at, segment) in segments.iter().enumerate() {
                    if cancel.is_stale() {
                        return None;
                    }
                    self.in_segment(at, rows, |code, _, row| meet(code, segment, row));
                }
            }
        }
        Some(sighted)
    }

    /// Calls `f` with the code of each value that the events of one segment have (0 for none),
    /// what the event counts as, and its row.
    fn in_segment(&self, at: usize, rows: &RowSet, mut f: impl FnMut(usize, usize, usize)) {
        let (segment, rows) = (&self.snapshot.segments()[at], &rows.segments[at]);
        let class = segment.facts().numbered(|facts| class_of(facts) as u8);
        let home = match self.home {
            Home::Derived(derived) => Home::Column(derived.base()),
            home => home,
        };
        match (home, &self.folded) {
            (Home::Column(col), Some(folded)) => {
                segment.column(col).for_each_in(rows, |row, code| {
                    f(folded[code as usize] as usize, class.get(row), row);
                });
            }
            (Home::Column(col), None) => segment.column(col).for_each_in(rows, |row, code| {
                f(code as usize, class.get(row), row);
            }),
            (Home::Principal, _) => {
                segment
                    .column(Col::Principal)
                    .for_each_in(rows, |row, code| {
                        f(code as usize, class.get(row), row);
                    });
            }
            (Home::Person, _) => {
                let people = self.snapshot.people();
                segment.column(Col::Session).for_each_in(rows, |row, code| {
                    let person = Sym::from_code(code).map_or(0, |sym| people.number_of(sym));
                    f(person as usize, class.get(row), row);
                });
            }
            _ => rows.for_each(|row| {
                let class = class.get(row);
                self.each(EventId::new(at, row), |code| f(code, class, row));
            }),
        }
    }

    /// Calls `f` with the code of each value the event has; with 0 where it has none.
    fn each(&self, id: EventId, mut f: impl FnMut(usize)) {
        let s = self.snapshot;
        let code = |sym: Option<Sym>| sym.map_or(0, |sym| sym.code() as usize);
        let home = match self.home {
            Home::Derived(derived) => Home::Column(derived.base()),
            home => home,
        };
        match home {
            Home::File => f(s.place(id).file.0 as usize + 1),
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
            Home::Kind => {
                // An event that names three buckets is one event with a bucket.
                let mut seen: Vec<usize> = Vec::new();
                for kind in s.resources_of(id).map(|sym| self.kinds.number(sym)) {
                    if kind != 0 && !seen.contains(&kind) {
                        seen.push(kind);
                        f(kind);
                    }
                }
                if seen.is_empty() {
                    f(0);
                }
            }
            Home::Flag(flag) => f(flag_code(s, id, flag)),
            _ => f(0),
        }
    }

    /// The code of the first value an event has; 0 where it has none.
    pub fn first(&self, id: EventId) -> usize {
        let mut first = None;
        self.each(id, |code| first = first.or(Some(code)));
        first.unwrap_or(0)
    }

    /// The value of a code exactly: what a filter names. `None` where there is none.
    pub fn value(&self, code: usize) -> Option<Cow<'_, str>> {
        let sym = Sym::from_code(code as u32)?;
        Some(match self.home {
            Home::Column(Col::What) => {
                outcome::fold_name(self.snapshot.dict(Col::What).text(sym)).into()
            }
            Home::Column(Col::Svc) => service::short(self.snapshot.dict(Col::Svc).text(sym)).into(),
            Home::Column(col) => self.snapshot.dict(col).text(sym).into(),
            Home::Derived(derived) => {
                let text = self.snapshot.dict(derived.base()).text(sym);
                self.snapshot.derived(derived, text)?
            }
            Home::File => {
                let name = self.snapshot.files().get(FileId(sym.code() - 1))?;
                name.name().to_owned().into()
            }
            Home::Principal => self.snapshot.dict(Col::Principal).text(sym).into(),
            Home::Person => self
                .snapshot
                .people()
                .person(sym.code())?
                .key
                .as_str()
                .into(),
            Home::Resources => self.snapshot.resources().text(sym).into(),
            Home::Kind => self.kinds.names.get(code - 1)?.as_str().into(),
            Home::Flag(Flag::Verb) => Verb::ALL[code - 1].name().into(),
            _ => if code == 1 { "yes" } else { "no" }.into(),
        })
    }

    /// The value of a code as a person calls it.
    pub fn label(&self, code: usize) -> Cow<'_, str> {
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
            Home::Column(Col::Session) => session_label(self.snapshot, sym).into(),
            Home::Column(Col::Via) => {
                resource::short_name(self.snapshot.dict(Col::Via).text(sym)).into()
            }
            _ => self.value(code).unwrap_or_default(),
        }
    }
}

/// Symbol of a session → symbol of the session it is a part of.
fn fold_parts(snapshot: &Snapshot) -> Vec<u32> {
    let sessions = (0..snapshot.sessions().len()).filter_map(Sym::at);
    let homes = sessions.map(|sym| snapshot.people().home(sym).code());
    std::iter::once(0).chain(homes).collect()
}

/// The session an event belongs to, as a person calls it.
pub fn session_of(snapshot: &Snapshot, id: EventId) -> Option<String> {
    let session = snapshot.symbol(Col::Session, id)?;
    Some(session_label(snapshot, snapshot.people().home(session)))
}

/// A session as a person calls it: the first letters of its name, and who acts in it.
fn session_label(snapshot: &Snapshot, session: Sym) -> String {
    let name = snapshot.dict(Col::Session).text(session);
    let caller = snapshot.session(session).and_then(|s| s.principal);
    let caller = caller.map_or("?", |p| snapshot.principal(p).label.as_str());
    format!("{}  {caller}", name.get(..8).unwrap_or(name))
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

/// The text of one event's value of a field, exactly and as a person calls it; absent gives `None`.
///
/// Resources give the first, which is the one AWS recorded where it recorded one.
pub fn value_of(snapshot: &Snapshot, id: EventId, field: Field) -> Option<(String, String)> {
    // One value is made at once: the table of all would be made for each event.
    let plain = |value: &str| Some((value.to_owned(), value.to_owned()));
    match field.spec().home {
        Home::Derived(derived) => {
            let text = snapshot.text(derived.base(), id)?;
            return plain(&snapshot.derived(derived, text)?);
        }
        Home::Kind => {
            let names = snapshot.resources_of(id);
            let mut names = names.map(|sym| snapshot.resources().text(sym));
            return plain(&names.find_map(Kind::of)?.to_string());
        }
        Home::Column(Col::What) => {
            return plain(outcome::fold_name(snapshot.text(Col::What, id)?));
        }
        Home::Column(Col::Session) => {
            let session = snapshot.people().home(snapshot.symbol(Col::Session, id)?);
            let name = snapshot.dict(Col::Session).text(session).to_owned();
            return Some((name, session_label(snapshot, session)));
        }
        _ => {}
    }
    let codes = Codes::of(snapshot, field)?;
    let code = codes.first(id);
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
