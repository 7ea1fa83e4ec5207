//! The visible rows of the event list, as words.

use chrono_tz::Tz;

use crate::base::time::{MINUTE, short_delta};
use crate::event::outcome::{Outcome, Verb};
use crate::index::schema::Col;
use crate::index::segment::{EventId, Facts, UNDATED};
use crate::index::snapshot::Snapshot;
use crate::view::columns::{self, ListColumn};
use crate::view::screen::{Cell, EventRow, Heading, ListRow, Tone};
use crate::view::shown;

/// A stretch without a match that gets a line of its own.
pub const QUIET: i64 = 5 * MINUTE;

/// Whether a line stands before an event: a quiet stretch, another day where the times do not say
/// it (`days`), or the border to the undated ones.
pub fn line_before(
    snapshot: &Snapshot,
    previous: Option<EventId>,
    event: EventId,
    days: Option<Tz>,
) -> Option<ListRow> {
    let before = previous?;
    let previous = snapshot.time_key(before);
    let time = snapshot.time_key(event);
    if previous == UNDATED {
        return None;
    }
    if time == UNDATED {
        return Some(ListRow::Undated);
    }
    let gap = time - previous;
    let quiet = (gap >= QUIET).then(|| short_delta(gap).trim_start_matches('+').to_owned());
    if let Some(zone) = days
        && let Some(day) = day(snapshot, event, zone)
        && day_differs(snapshot, before, event, zone)
    {
        let label = quiet.map_or_else(|| day.clone(), |gap| format!("{gap} quiet · {day}"));
        return Some(ListRow::Day { label });
    }
    quiet.map(|label| ListRow::Quiet { label })
}

fn day(snapshot: &Snapshot, id: EventId, zone: Tz) -> Option<String> {
    Some(snapshot.time(id)?.format(zone, "%Y-%m-%d"))
}

fn day_differs(snapshot: &Snapshot, a: EventId, b: EventId, zone: Tz) -> bool {
    day(snapshot, a, zone) != day(snapshot, b, zone)
}

/// The first visible hit so that the focused one has `offset` lines above it, as far as the list
/// reaches and fills its height.
pub fn top(
    snapshot: &Snapshot,
    hits: &[EventId],
    cursor: Option<usize>,
    offset: usize,
    height: usize,
    days: Option<Tz>,
) -> usize {
    let Some(cursor) = cursor else { return 0 };
    // A hit takes a line, and one more where a line stands before it.
    let lines = |at: usize| {
        let previous = at.checked_sub(1).and_then(|p| hits.get(p)).copied();
        1 + usize::from(
            hits.get(at)
                .is_some_and(|id| line_before(snapshot, previous, *id, days).is_some()),
        )
    };
    let mut below = 0;
    for at in cursor + 1..hits.len() {
        if below >= height {
            break;
        }
        below += lines(at);
    }
    let above = offset
        .min(height.saturating_sub(1))
        .max(height.saturating_sub(1 + below));
    let (mut top, mut used) = (cursor, 0);
    while top > 0 && used + lines(top) <= above {
        used += lines(top);
        top -= 1;
    }
    top
}

/// What the rows of a list are made from.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    /// The rows' snapshot.
    pub snapshot: &'a Snapshot,
    /// The hits in order.
    pub hits: &'a [EventId],
    /// The first visible hit.
    pub top: usize,
    /// The focused hit.
    pub cursor: Option<usize>,
    /// Lines there is room for.
    pub height: usize,
    /// Cells there is room for.
    pub width: u16,
    /// The zone of the times.
    pub zone: Tz,
    /// Whether each row says how long before the last event it was, not when.
    pub before_end: bool,
    /// The row that the times between rows count from; the row above where there is none.
    pub reference: Option<EventId>,
}

impl Rows<'_> {
    /// The headings and lines of the list.
    pub fn build(&self) -> (Vec<Heading>, Vec<ListRow>) {
        let (format, time_width) = columns::time_format(self.snapshot.span());
        let columns = columns::list_columns(self.width, time_width);
        let days = days(self.snapshot, self.width, self.zone);
        let format = if days.is_some() { "%H:%M:%S" } else { format };
        let mut rows = Vec::with_capacity(self.height);
        for at in self.top..self.hits.len() {
            if rows.len() >= self.height {
                break;
            }
            let previous = at.checked_sub(1).and_then(|p| self.hits.get(p)).copied();
            if at > self.top {
                rows.extend(line_before(self.snapshot, previous, self.hits[at], days));
                if rows.len() >= self.height {
                    break;
                }
            }
            let cells = columns
                .iter()
                .map(|(column, _)| self.cell(*column, self.hits[at], previous, format, &columns))
                .collect();
            let facts = self.snapshot.facts(self.hits[at]);
            let mut marks = Vec::new();
            let kinds = [
                (facts.recovered(), "recovered"),
                (facts.repaired(), "repaired"),
                (facts.summary(), "summary only"),
                (facts.mapped(), "mapped"),
            ];
            marks.extend(
                kinds
                    .iter()
                    .filter(|(holds, _)| *holds)
                    .map(|(_, word)| word),
            );
            if self.snapshot.shares_its_id(self.hits[at]) {
                marks.push("same id");
            }
            rows.push(ListRow::Event(EventRow {
                cells,
                focused: self.cursor == Some(at),
                marks,
            }));
        }
        (
            columns.into_iter().map(|(_, heading)| heading).collect(),
            rows,
        )
    }

    /// How long before the last event a row was.
    fn before_the_end(&self, id: EventId) -> String {
        let end = self.snapshot.span().map(|(_, last)| last);
        match (self.snapshot.time(id), end) {
            (Some(time), Some(end)) => {
                format!("-{}", short_delta(end.0 - time.0).trim_start_matches('+'))
            }
            _ => columns::clock(None, self.zone, "%H:%M:%S"),
        }
    }

    /// The time since the row above, or since the row of reference; `-` stands before those ahead
    /// of it.
    fn delta(&self, id: EventId, previous: Option<EventId>) -> (String, Tone) {
        let s = self.snapshot;
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

    fn cell(
        &self,
        column: ListColumn,
        id: EventId,
        previous: Option<EventId>,
        format: &str,
        columns: &[(ListColumn, Heading)],
    ) -> Cell {
        let s = self.snapshot;
        let facts = s.facts(id);
        let failed = facts.outcome() != Outcome::Ok;
        let (text, tone) = match column {
            ListColumn::Time if self.before_end => (self.before_the_end(id), Tone::Plain),
            ListColumn::Time => (columns::clock(s.time(id), self.zone, format), Tone::Plain),
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
                let has_error_column = columns.iter().any(|(c, _)| *c == ListColumn::Error);
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
        };
        Cell {
            text: shown(&text),
            tone,
        }
    }
}

/// The zone of the days, where a list of `width` cells has no room for dates and so needs lines
/// between days.
pub fn days(snapshot: &Snapshot, width: u16, zone: Tz) -> Option<Tz> {
    let (_, time) = columns::time_format(snapshot.span());
    let columns = columns::list_columns(width, time);
    columns
        .first()
        .is_some_and(|(_, h)| h.width == 8)
        .then_some(zone)
}

/// The day of a row, for a list whose times do not say it.
pub fn day_of(snapshot: &Snapshot, id: EventId, days: Option<Tz>) -> Option<String> {
    day(snapshot, id, days?)
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
