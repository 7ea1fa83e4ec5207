//! The visible rows of the event list, as words.

use std::collections::BTreeMap;

use chrono_tz::Tz;

use crate::base::time::{MINUTE, short_delta};
use crate::event::outcome::{Outcome, Verb};
use crate::index::schema::{Col, Field};
use crate::index::segment::{EventId, Facts, UNDATED};
use crate::index::snapshot::Snapshot;
use crate::view::bursts::Bursts;
use crate::view::columns;
use crate::view::headings::{Chosen, ListColumn};
use crate::view::screen::{Cell, EventRow, ListRow, Tone};
use crate::view::shown;
use crate::view::with_accounts;

/// A stretch without a match that gets a line of its own.
pub const QUIET: i64 = 5 * MINUTE;

/// The lines of a list: which events stand in one, and what stands between them.
#[derive(Debug, Clone, Copy)]
pub struct Lines<'a> {
    /// The events, and which of them are folded into one line.
    pub bursts: Bursts<'a>,
    /// Whether the events are in the order of time: only then are there bursts and quiet stretches.
    pub by_time: bool,
    /// Whether another day gets a line: where the times do not say it.
    pub days: bool,
}

impl<'a> Lines<'a> {
    const fn hits(&self) -> &'a [EventId] {
        self.bursts.hits
    }

    /// The events of the line with an event: the first, and one past the last.
    pub fn line(&self, at: usize) -> (usize, usize) {
        if self.by_time {
            self.bursts.line(at)
        } else {
            (at, at + 1)
        }
    }

    /// The burst that an event is in, folded or not; none where it is alone.
    pub fn burst(&self, at: usize) -> Option<(usize, usize)> {
        let (first, past) = self.bursts.around(at);
        (self.by_time && past - first > 1).then_some((first, past))
    }

    /// What stands before an event: a quiet stretch, another day where the times do not say it, or
    /// the border to the undated ones.
    fn before(&self, at: usize) -> Option<ListRow> {
        let (snapshot, zone) = (self.bursts.snapshot, self.bursts.zone);
        let event = *self.hits().get(at)?;
        let before = *self.hits().get(at.checked_sub(1)?)?;
        let (previous, time) = (snapshot.time_key(before), snapshot.time_key(event));
        if previous == UNDATED {
            return None;
        }
        if time == UNDATED {
            return self.by_time.then_some(ListRow::Undated);
        }
        let gap = time.saturating_sub(previous).saturating_abs();
        let quiet = self.by_time && gap >= QUIET;
        let quiet = quiet.then(|| short_delta(gap).trim_start_matches('+').to_owned());
        if self.days
            && let Some(day) = day(snapshot, event, zone)
            && day_differs(snapshot, before, event, zone)
        {
            let label = quiet.map_or_else(|| day.clone(), |gap| format!("{gap} quiet · {day}"));
            return Some(ListRow::Day { label });
        }
        quiet.map(|label| ListRow::Quiet { label })
    }

    /// The first visible hit so that the focused one has `offset` lines above it, as far as the
    /// list reaches and fills its height.
    pub fn top(&self, cursor: Option<usize>, offset: usize, height: usize) -> usize {
        let Some(cursor) = cursor else { return 0 };
        // An event takes a line, and one more where a line stands before it.
        let lines = |first: usize| 1 + usize::from(self.before(first).is_some());
        let (mut top, mut at) = self.line(cursor);
        let mut below = 0;
        while below < height && at < self.hits().len() {
            below += lines(at);
            at = self.line(at).1;
        }
        let above = offset
            .min(height.saturating_sub(1))
            .max(height.saturating_sub(1 + below));
        let mut used = 0;
        while top > 0 && used + lines(top) <= above {
            used += lines(top);
            top = self.line(top - 1).0;
        }
        top
    }

    /// The event some lines further down, or up where that is less than none, as far as there are
    /// any, and how many lines it is away.
    pub fn step(&self, from: usize, by: isize) -> (usize, isize) {
        let (mut at, mut gone) = (from, 0);
        while gone < by {
            let next = self.line(at).1;
            if next >= self.hits().len() {
                break;
            }
            (at, gone) = (next, gone + 1);
        }
        while gone > by {
            let first = self.line(at).0;
            let Some(before) = first.checked_sub(1) else {
                break;
            };
            (at, gone) = (self.line(before).0, gone - 1);
        }
        (at, gone)
    }

    /// Lines from one event to another, if that is no more than `most`; upwards less than none.
    pub fn distance(&self, from: usize, to: usize, most: isize) -> Option<isize> {
        let wanted = self.line(to).0;
        let (mut at, mut gone) = (self.line(from).0, 0);
        while at != wanted && gone < most {
            let step = if wanted > at { 1 } else { -1 };
            (at, _) = self.step(at, step);
            gone += 1;
        }
        (at == wanted).then_some(if to < from { -gone } else { gone })
    }
}

fn day(snapshot: &Snapshot, id: EventId, zone: Tz) -> Option<String> {
    Some(snapshot.time(id)?.format(zone, "%Y-%m-%d"))
}

fn day_differs(snapshot: &Snapshot, a: EventId, b: EventId, zone: Tz) -> bool {
    day(snapshot, a, zone) != day(snapshot, b, zone)
}

/// What the rows of a list are made from.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    /// The lines.
    pub lines: Lines<'a>,
    /// The first visible hit.
    pub top: usize,
    /// The focused hit.
    pub cursor: Option<usize>,
    /// Lines there is room for.
    pub height: usize,
    /// The columns in sight.
    pub columns: &'a [Chosen],
    /// What a person calls accounts, by their numbers.
    pub accounts: &'a BTreeMap<String, String>,
    /// Whether each row says how long before the last event it was, not when.
    pub before_end: bool,
    /// The row that the times between rows count from; the row above where there is none.
    pub reference: Option<EventId>,
}

impl Rows<'_> {
    const fn snapshot(&self) -> &Snapshot {
        self.lines.bursts.snapshot
    }

    /// The lines of the list.
    pub fn build(&self) -> Vec<ListRow> {
        let (format, _) = columns::time_format(self.snapshot().span());
        let format = if self.lines.days { "%H:%M:%S" } else { format };
        let mut rows = Vec::with_capacity(self.height);
        let mut at = self.top;
        let mut burst = None;
        while at < self.lines.hits().len() && rows.len() < self.height {
            if at > self.top {
                rows.extend(self.lines.before(at));
                if rows.len() >= self.height {
                    break;
                }
            }
            if burst.is_none_or(|(_, past)| at >= past) {
                burst = self.lines.burst(at).or(Some((at, at + 1)));
            }
            let (first, past) = burst.unwrap_or((at, at + 1));
            let line = self.lines.line(at);
            let focused = self.cursor.filter(|c| (line.0..line.1).contains(c));
            let shown = focused.unwrap_or(at);
            let mut marks = self.marks(shown);
            if past - first > 1 {
                // A line that shows one of its events says which; one that only counts says how many.
                let is_whole = line.1 - line.0 > 1 && shown == line.0;
                marks.push(if is_whole {
                    format!("×{}", past - first)
                } else {
                    format!("{}/{}", shown - first + 1, past - first)
                });
            }
            let cells = self.columns.iter();
            let cells = cells.map(|c| self.cell(c.column, shown, format)).collect();
            rows.push(ListRow::Event(EventRow {
                at: shown,
                cells,
                focused: focused.is_some(),
                marks,
            }));
            at = line.1;
        }
        rows
    }

    fn marks(&self, at: usize) -> Vec<String> {
        let Some(id) = self.lines.hits().get(at) else {
            return Vec::new();
        };
        let facts = self.snapshot().facts(*id);
        let kinds = [
            (facts.recovered(), "recovered"),
            (facts.repaired(), "repaired"),
            (facts.summary(), "summary only"),
            (facts.mapped(), "mapped"),
            (self.snapshot().shares_its_id(*id), "same id"),
        ];
        let marks = kinds.iter().filter(|(holds, _)| *holds);
        marks.map(|(_, word)| (*word).to_owned()).collect()
    }

    /// How long before the last event a row was.
    fn before_the_end(&self, id: EventId) -> String {
        let end = self.snapshot().span().map(|(_, last)| last);
        match (self.snapshot().time(id), end) {
            (Some(time), Some(end)) => {
                format!("-{}", short_delta(end.0 - time.0).trim_start_matches('+'))
            }
            _ => columns::clock(None, self.lines.bursts.zone, "%H:%M:%S"),
        }
    }

    /// The time since the row above, or since the row of reference; `-` stands before those ahead
    /// of it.
    fn delta(&self, id: EventId, previous: Option<EventId>) -> (String, Tone) {
        let s = self.snapshot();
        let from = self.reference.or(previous);
        let delta = from.and_then(|p| Some(s.time(id)?.0 - s.time(p)?.0));
        let text = match delta {
            Some(d) if d < 0 => format!("-{}", short_delta(d).trim_start_matches('+')),
            d => d.map(short_delta).unwrap_or_default(),
        };
        match self.reference {
            Some(reference) if reference == id => ("◆".to_owned(), Tone::Heading),
            Some(_) => (text, Tone::Plain),
            None => (text, Tone::Faint),
        }
    }

    fn cell(&self, column: ListColumn, at: usize, format: &str) -> Cell {
        let (s, hits) = (self.snapshot(), self.lines.hits());
        let Some(&id) = hits.get(at) else {
            return Cell::default();
        };
        let previous = at.checked_sub(1).and_then(|p| hits.get(p)).copied();
        let zone = self.lines.bursts.zone;
        let facts = s.facts(id);
        let failed = facts.outcome() != Outcome::Ok;
        let (text, tone) = match column {
            ListColumn::Time if self.before_end => (self.before_the_end(id), Tone::Plain),
            ListColumn::Time => (columns::clock(s.time(id), zone, format), Tone::Plain),
            ListColumn::Delta => self.delta(id, previous),
            ListColumn::Verb => (facts.letter().to_string(), tone_of(facts)),
            ListColumn::Who => (
                columns::who(s, id),
                if facts.service_driven() {
                    Tone::Service
                } else {
                    Tone::Principal
                },
            ),
            ListColumn::What => (
                s.text(Col::What, id).unwrap_or("(no name)").to_owned(),
                tone_of(facts),
            ),
            ListColumn::Error => (
                s.text(Col::Err, id).unwrap_or("").to_owned(),
                Tone::of(facts.outcome(), Tone::Plain),
            ),
            ListColumn::Target => {
                let target = columns::target(s, id);
                let has_error_column = self.columns.iter().any(|c| c.column == ListColumn::Error);
                if failed && !has_error_column {
                    let error = s.text(Col::Err, id).unwrap_or("failed");
                    (
                        format!("{error} {target}"),
                        Tone::of(facts.outcome(), Tone::Plain),
                    )
                } else {
                    (target, Tone::Resource)
                }
            }
            ListColumn::Other(field) => {
                let text = columns::short(s, id, field).unwrap_or_default();
                match field {
                    Field::Acct | Field::AcctCaller | Field::AcctRecipient => (
                        with_accounts(&text, self.accounts).into_owned(),
                        Tone::Plain,
                    ),
                    Field::Actor | Field::Via => (text, Tone::Principal),
                    _ => (text, Tone::Plain),
                }
            }
        };
        let text = shown(&text);
        Cell {
            text: match column {
                // What is left of the room after an error is the resource's.
                ListColumn::Target => text.with_tail(),
                _ => text,
            },
            tone,
        }
    }
}

/// The day of a row, for a list whose times do not say it.
pub fn day_of(snapshot: &Snapshot, id: EventId, zone: Tz) -> Option<String> {
    day(snapshot, id, zone)
}

/// The tone of a row's call.
pub fn tone_of(facts: Facts) -> Tone {
    if facts.service_driven() && facts.outcome() == Outcome::Ok {
        return Tone::Service;
    }
    let class = match facts.verb() {
        Verb::Read => Tone::Read,
        Verb::Write => Tone::Write,
        Verb::Delete => Tone::Delete,
        Verb::Auth => Tone::Auth,
        Verb::Secret => Tone::Secret,
    };
    Tone::of(facts.outcome(), class)
}
