//! Which hours the evidence tells of: an hour without events is not an hour without evidence.
//!
//! A delivered file tells of its account and region in the hours before its delivery, and its
//! events of theirs. A file without such a name tells of the time from its first event to its last,
//! wherever. What no file tells of is a gap: nothing was delivered then, or it is missing here.
//! Only digests could say which, and they are not asked.
//!
//! Grows with the load: names as they are met, files as they are done, rows as they come.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::base::ledger::FileEntry;
use crate::base::origin::FileId;
use crate::base::text::Wildcard;
use crate::base::time::{DAY, HOUR, UtcMicros};
use crate::event::delivery::{DELAY, Delivery};
use crate::index::hours::FileHour;
use crate::index::schema::Field;
use crate::index::snapshot::Snapshot;
use crate::pivot::histogram::Histogram;
use crate::query::ast::{Expr, Op, Subject, Test, Value};
use crate::query::pattern::{How, Pattern};

/// An event this far from the others of its file does not speak for the time between.
const FAR: i64 = 366 * DAY / HOUR;

/// What the evidence says of a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Cover {
    /// It tells of it, be it that nothing happened.
    #[default]
    Told,
    /// Files that tell of it are not read yet, or were left unread.
    Unread,
    /// No file tells of it.
    Gap,
}

/// A set of hours, counted from 1970.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hours(Vec<(i64, i64)>);

impl Hours {
    /// Adds the hours from the first to the last.
    pub fn add(&mut self, first: i64, last: i64) {
        // Those that end before it, and those that begin after it, stay as they are.
        let from = self.0.partition_point(|(_, end)| end + 1 < first);
        let to = self.0.partition_point(|(start, _)| *start <= last + 1);
        let joined = self.0.get(from..to.max(from)).unwrap_or_default();
        let start = joined.first().map_or(first, |(start, _)| first.min(*start));
        let end = joined.last().map_or(last, |(_, end)| last.max(*end));
        self.0.splice(from..to.max(from), [(start, end)]);
    }

    /// Whether it holds any hour from the first to the last.
    pub fn meets(&self, first: i64, last: i64) -> bool {
        let at = self.0.partition_point(|(_, end)| *end < first);
        self.0.get(at).is_some_and(|(start, _)| *start <= last)
    }

    /// How many hours it holds from the first to the last.
    pub fn count(&self, first: i64, last: i64) -> i64 {
        let at = self.0.partition_point(|(_, end)| *end < first);
        let rest = self.0.get(at..).unwrap_or_default();
        let within = rest.iter().take_while(|(start, _)| *start <= last);
        within
            .map(|(start, end)| last.min(*end) - first.max(*start) + 1)
            .sum()
    }

    /// Adds the hours of another set.
    pub fn join(&mut self, other: &Self) {
        for (first, last) in &other.0 {
            self.add(*first, *last);
        }
    }
}

/// Whose files: an account's in a region.
pub type Pair = (Arc<str>, Arc<str>);

/// What tells of the hours of an account in a region.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// Hours that are told of, by its own files or by those whose names say nothing.
    pub hours: Hours,
    /// Hours of its files that are not read.
    pub awaited: Hours,
}

/// A file as far as its name goes.
#[derive(Debug, Clone, Copy)]
struct Named {
    /// The pair it is of, and the hours it tells of; `None` where its name does not say.
    of: Option<(usize, i64, i64)>,
}

/// Which hours the evidence tells of, so far.
#[derive(Debug, Default)]
pub struct Coverage {
    pairs: Vec<Pair>,
    numbers: HashMap<Pair, usize>,
    /// By pair.
    told: Vec<Hours>,
    /// By pair: hours of files that are not read, with how many files.
    awaited: Vec<BTreeMap<i64, i64>>,
    /// Files that are not read and whose names do not say what they tell of.
    unplaced: i64,
    /// What files of no pair tell of.
    elsewhere: Hours,
    /// By file.
    names: Vec<Named>,
    /// By file without a pair: hours of its first and last event.
    spans: HashMap<u32, (i64, i64)>,
    rows: usize,
    /// How many of the snapshot's hours of files are taken in.
    hours: usize,
    version: u64,
}

impl Coverage {
    /// Changes whenever it does.
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// The accounts and regions that names of files tell of.
    pub fn pairs(&self) -> &[Pair] {
        &self.pairs
    }

    /// The first and last hour of one of them.
    pub fn span(&self, pair: usize) -> Option<(i64, i64)> {
        let told = &self.told.get(pair)?.0;
        let told = told.first().zip(told.last()).map(|(a, b)| (a.0, b.1));
        let awaited = self.awaited.get(pair)?;
        let awaited = awaited.keys().next().zip(awaited.keys().next_back());
        let awaited = awaited.map(|(a, b)| (*a, *b));
        match (told, awaited) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (one, other) => one.or(other),
        }
    }

    /// What tells of one of them, or of what no name tells of.
    pub fn told(&self, pair: Option<usize>) -> Told {
        let mut told = Told {
            hours: self.elsewhere.clone(),
            awaited: Hours::default(),
        };
        if let Some(pair) = pair {
            if let Some(own) = self.told.get(pair) {
                told.hours.join(own);
            }
            let awaited = self.awaited.get(pair).into_iter().flatten();
            for (hour, _) in awaited.filter(|(_, files)| **files > 0) {
                told.awaited.add(*hour, *hour);
            }
        }
        told
    }

    /// Whether files wait whose names do not say which time they tell of.
    pub const fn has_unplaced(&self) -> bool {
        self.unplaced > 0
    }

    /// Takes in the files that were met and the rows that came since the last time.
    pub fn grow(&mut self, snapshot: &Snapshot) {
        for origin in snapshot.files().since(self.names.len()) {
            let named = self.named(origin.name());
            self.names.push(named);
            self.wait_for(named, 1);
            self.version += 1;
        }
        // Whoever looks at a screen waits for this: never row by row.
        while let Some(FileHour { file, hour }) = snapshot.hours().get(self.hours) {
            self.note(*file, *hour);
            self.hours += 1;
        }
        if snapshot.len() != self.rows {
            self.rows = snapshot.len();
            self.version += 1;
        }
    }

    /// Takes in files that are done.
    pub fn done<'a>(&mut self, files: impl IntoIterator<Item = (FileId, &'a FileEntry)>) {
        for (_, entry) in files {
            let named = self.named(entry.origin.name());
            self.wait_for(named, -1);
            if let (Some((pair, first, last)), false) = (named.of, entry.status.is_unread())
                && let Some(told) = self.told.get_mut(pair)
            {
                told.add(first, last);
            }
            self.version += 1;
        }
    }

    fn named(&mut self, name: &str) -> Named {
        let of = Delivery::of(name).map(|d| {
            let pair = (Arc::from(d.account), Arc::from(d.region));
            let known = self.numbers.get(&pair).copied();
            let number = known.unwrap_or_else(|| {
                self.pairs.push(pair.clone());
                self.told.push(Hours::default());
                self.awaited.push(BTreeMap::new());
                self.numbers.insert(pair, self.pairs.len() - 1);
                self.pairs.len() - 1
            });
            let hour = |time: i64| time.div_euclid(HOUR);
            (number, hour(d.at.0 - DELAY), hour(d.at.0))
        });
        Named { of }
    }

    /// One more file to wait for, or one less. What is done may be heard of before its name.
    fn wait_for(&mut self, named: Named, files: i64) {
        let Some((pair, first, last)) = named.of else {
            self.unplaced += files;
            return;
        };
        let Some(awaited) = self.awaited.get_mut(pair) else {
            return;
        };
        for hour in first..=last {
            let count = awaited.entry(hour).or_default();
            *count += files;
            if *count == 0 {
                awaited.remove(&hour);
            }
        }
    }

    /// Takes in that a file has an event in an hour.
    fn note(&mut self, file: FileId, hour: i64) {
        let pair = self.names.get(file.0 as usize).and_then(|named| named.of);
        if let Some(told) = pair.and_then(|(pair, ..)| self.told.get_mut(pair)) {
            told.add(hour, hour);
            return;
        }
        let span = self.spans.entry(file.0).or_insert((hour, hour));
        if hour < span.0 - FAR || hour > span.1 + FAR {
            return self.elsewhere.add(hour, hour);
        }
        *span = (span.0.min(hour), span.1.max(hour));
        self.elsewhere.add(span.0, span.1);
    }

    /// What the evidence says of each column of a histogram of a filter's events: only files of
    /// accounts and regions that the filter lets through speak.
    pub fn of(&self, histogram: &Histogram, filter: &Expr) -> Vec<Cover> {
        let (mut told, mut awaited) = (self.elsewhere.clone(), Hours::default());
        for (number, pair) in self.pairs.iter().enumerate() {
            if admits(filter, pair) == Some(false) {
                continue;
            }
            told.join(&self.told[number]);
            for (hour, files) in &self.awaited[number] {
                if *files > 0 {
                    awaited.add(*hour, *hour);
                }
            }
        }
        let columns = histogram.columns.iter().enumerate();
        columns
            .map(|(at, column)| {
                let start = histogram.start + histogram.width * at as i64;
                let first = start.div_euclid(HOUR);
                let last = (start + histogram.width - 1).div_euclid(HOUR);
                if awaited.meets(first, last) {
                    Cover::Unread
                } else if column.total() > 0 || told.meets(first, last) {
                    Cover::Told
                } else {
                    Cover::Gap
                }
            })
            .collect()
    }
}

/// The stretches of a histogram that no file tells of, from the first moment to past the last.
pub fn gaps(histogram: &Histogram, cover: &[Cover]) -> Vec<(UtcMicros, UtcMicros)> {
    let mut gaps: Vec<(UtcMicros, UtcMicros)> = Vec::new();
    for (at, _) in cover.iter().enumerate().filter(|(_, c)| **c == Cover::Gap) {
        let start = UtcMicros(histogram.start + histogram.width * at as i64);
        let end = start.plus(histogram.width);
        match gaps.last_mut() {
            Some(gap) if gap.1 == start => gap.1 = end,
            _ => gaps.push((start, end)),
        }
    }
    gaps
}

/// Whether a filter lets events of an account's region through; `None` where it does not say.
fn admits(filter: &Expr, pair: &Pair) -> Option<bool> {
    match filter {
        Expr::And(parts) => {
            let said: Vec<_> = parts.iter().map(|part| admits(part, pair)).collect();
            if said.contains(&Some(false)) {
                return Some(false);
            }
            said.iter().all(|said| *said == Some(true)).then_some(true)
        }
        Expr::Or(parts) => {
            let said: Vec<_> = parts.iter().map(|part| admits(part, pair)).collect();
            if said.contains(&Some(true)) {
                return Some(true);
            }
            let none = said.iter().all(|said| *said == Some(false));
            none.then_some(false)
        }
        Expr::Not(inner) => admits(inner, pair).map(|said| !said),
        Expr::Macro(_, inner) => admits(inner, pair),
        Expr::Test(Test {
            subject: Subject::Field(field),
            op: Op::Has | Op::Is | Op::Match,
            values,
        }) => {
            let text = match field {
                Field::Acct | Field::AcctRecipient => &pair.0,
                Field::Region => &pair.1,
                _ => return None,
            };
            fits(values, text)
        }
        Expr::All => Some(true),
        Expr::Text(_) | Expr::Test(_) => None,
    }
}

/// Whether any of the values is a text; `None` where that cannot be told.
fn fits(values: &[Value], text: &str) -> Option<bool> {
    let mut sure = true;
    for value in values {
        let fits = match value {
            Value::Any => Some(true),
            Value::Word(Pattern { text: word, how }) => Some(match how {
                How::Literal => word.eq_ignore_ascii_case(text),
                How::Wild => Wildcard::new(word).matches(text),
                How::Prefix => text.to_lowercase().starts_with(&word.to_lowercase()),
            }),
            Value::Regex(regex) => Some(regex.compiled().is_match(text)),
            Value::List(_, values) => self::fits(values, text),
            _ => None,
        };
        match fits {
            Some(true) => return Some(true),
            Some(false) => {}
            None => sure = false,
        }
    }
    sure.then_some(false)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::ledger::FileStatus;
    use crate::base::origin::Origin;
    use crate::pivot::histogram::Column;
    use crate::query;

    fn file(region: &str, hour: u32) -> FileEntry {
        FileEntry::new(Origin::new(format!(
            "AWSLogs/111122223333_CloudTrail_{region}_20261120T{hour:02}30Z_x.json.gz"
        )))
    }

    fn covered(coverage: &Coverage, filter: &str) -> String {
        let start = UtcMicros::parse("2026-11-20T10:00:00Z").unwrap().0;
        let histogram = Histogram {
            start,
            width: HOUR,
            columns: vec![Column::default(); 6],
            ..Histogram::default()
        };
        let filter = query::parse(filter, &query::Context::default());
        let cover = coverage.of(&histogram, filter.usable().unwrap());
        cover
            .iter()
            .map(|c| match c {
                Cover::Told => '.',
                Cover::Unread => '?',
                Cover::Gap => 'x',
            })
            .collect()
    }

    #[test]
    fn what_is_not_told_is_a_gap_and_what_waits_is_not() {
        let mut c = Coverage::default();
        let (east, west) = ("us-east-1", "eu-west-1");
        let all = [file(east, 10), file(east, 11), file(west, 12)];
        for f in &all {
            let named = c.named(f.origin.name());
            c.wait_for(named, 1);
        }
        assert_eq!(covered(&c, "verb:write"), "???xxx");
        assert_eq!(covered(&c, "region:us-*"), "??xxxx");
        c.done(all.iter().map(|f| (FileId(0), f)));
        assert_eq!(covered(&c, ""), "...xxx");
        assert_eq!(covered(&c, "region:us-east-1 who:alice"), "..xxxx");
        assert_eq!(covered(&c, "-region:us-east-1"), "xx.xxx");
        assert_eq!(covered(&c, "region~/^eu/ OR region=us-west-2"), "xx.xxx");
        assert_eq!(covered(&c, "acct:444455556666"), "xxxxxx");
        assert_eq!(covered(&c, "acct:444455556666 OR who:alice"), "...xxx");
        // What could not be read tells nothing; what tells of all regions fills the rest.
        let refused = FileEntry {
            status: FileStatus::Refused,
            ..file(east, 13)
        };
        c.done([(FileId(3), &refused)]);
        assert_eq!(covered(&c, ""), "...xxx");
        let hour = UtcMicros::parse("2026-11-20T14:10:00Z").unwrap().0 / HOUR;
        c.note(FileId(9), hour);
        c.note(FileId(9), hour + FAR + 2);
        assert_eq!(covered(&c, "region:us-east-1"), "..xx.x");
        c.note(FileId(9), hour - 1);
        assert_eq!(covered(&c, "region:us-east-1"), "..x..x");
    }

    #[test]
    fn gaps_side_by_side_are_one() {
        let histogram = Histogram {
            start: 0,
            width: HOUR,
            columns: vec![Column::default(); 4],
            ..Histogram::default()
        };
        let found = gaps(
            &histogram,
            &[Cover::Gap, Cover::Told, Cover::Gap, Cover::Gap],
        );
        let hours: Vec<_> = found
            .iter()
            .map(|(a, b)| (a.0 / HOUR, b.0 / HOUR))
            .collect();
        assert_eq!(hours, [(0, 1), (2, 4)]);
    }

    proptest! {
        #[test]
        fn hours_are_what_one_by_one_gives(adds in prop::collection::vec((0i64..40, 0i64..6), 0..12)) {
            let mut hours = Hours::default();
            let mut each = std::collections::BTreeSet::new();
            for (first, more) in adds {
                hours.add(first, first + more);
                each.extend(first..=first + more);
            }
            for hour in -1..50 {
                prop_assert_eq!(hours.meets(hour, hour), each.contains(&hour));
                let held = (hour..=hour + 5).filter(|h| each.contains(h)).count();
                prop_assert_eq!(hours.count(hour, hour + 5), held as i64);
                prop_assert_eq!(hours.meets(hour, hour + 3), (hour..=hour + 3).any(|h| each.contains(&h)));
            }
            prop_assert!(hours.0.windows(2).all(|w| w[0].1 + 1 < w[1].0));
        }
    }
}
