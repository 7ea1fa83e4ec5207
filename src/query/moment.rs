//! Times to look in: moments as precisely as they were written, and ranges of them.
//!
//! A time keeps its spelling beside the range it stands for, so that `last:30m` prints as it was
//! typed. Never reads a clock: now, the evidence and the zone come with the [`Context`].

use std::fmt;

use chrono::{Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike};
use chrono_tz::Tz;

use crate::base::time::{DAY, HOUR, MINUTE, SECOND, TimeRange, UtcMicros};
use crate::query::Context;

/// A length of time, positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Duration {
    count: u32,
    unit: Unit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Unit {
    Millis,
    Second,
    Minute,
    Hour,
    Day,
    Week,
}

const UNITS: [(&str, Unit, i64); 6] = [
    ("ms", Unit::Millis, 1000),
    ("s", Unit::Second, SECOND),
    ("m", Unit::Minute, MINUTE),
    ("h", Unit::Hour, HOUR),
    ("d", Unit::Day, DAY),
    ("w", Unit::Week, 7 * DAY),
];

impl Duration {
    /// Reads `30m`, `24h`, `500ms`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.find(|c: char| !c.is_ascii_digit())?;
        let count = text.get(..digits)?.parse().ok()?;
        let unit = text.get(digits..)?;
        UNITS
            .iter()
            .find(|(name, ..)| *name == unit)
            .map(|(_, unit, _)| Self { count, unit: *unit })
    }

    /// Its length in microseconds.
    pub fn micros(self) -> i64 {
        let unit = UNITS.iter().find(|(_, unit, _)| *unit == self.unit);
        i64::from(self.count).saturating_mul(unit.map_or(0, |(.., micros)| *micros))
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = UNITS.iter().find(|(_, unit, _)| *unit == self.unit);
        write!(f, "{}{}", self.count, unit.map_or("", |(name, ..)| name))
    }
}

/// Where a relative time starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Base {
    /// The last event on files, the clock when live.
    Now,
    /// The first event of the evidence.
    Start,
    /// The last event of the evidence.
    End,
    /// The event under the cursor.
    Cursor,
}

impl Base {
    const ALL: [(&'static str, Self); 4] = [
        ("now", Self::Now),
        ("start", Self::Start),
        ("end", Self::End),
        ("@", Self::Cursor),
    ];

    fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(_, base)| *base == self)
            .map_or("now", |(name, _)| name)
    }

    fn resolve(self, context: &Context) -> Result<UtcMicros, String> {
        let no_events = || "there are no events with a time yet".to_owned();
        match self {
            Self::Now => Ok(context.now),
            Self::Start => context.evidence.map(|e| e.0).ok_or_else(no_events),
            Self::End => context.evidence.map(|e| e.1).ok_or_else(no_events),
            Self::Cursor => context
                .cursor
                .ok_or_else(|| "`@` is the event under the cursor, and there is none".to_owned()),
        }
    }
}

/// How precisely a moment was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Precision {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Millis,
    Micros,
}

/// The zone a moment was written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Zone {
    /// Not written: the zone of the context.
    Context,
    Utc,
    /// Seconds east of Greenwich.
    Offset(i32),
}

/// A time as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Point {
    Today,
    Yesterday,
    /// A base, and how far from it.
    Relative(Base, Option<(bool, Duration)>),
    Absolute(NaiveDateTime, Precision, Zone),
    /// A time of day; the day comes from the evidence, or from the start of the range.
    Clock(NaiveTime, Precision),
}

/// A time: how it is written, and the range it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Moment {
    point: Point,
    range: TimeRange,
}

impl Moment {
    /// Reads a time; the error is a clause that says what is wrong.
    pub fn parse(text: &str, context: &Context) -> Result<Self, String> {
        Self::resolve(point(text)?, None, context)
    }

    /// Reads the end of a range; a time of day falls on the day of its start.
    pub(super) fn parse_end(
        text: &str,
        start: Option<Self>,
        context: &Context,
    ) -> Result<Self, String> {
        Self::resolve(point(text)?, start, context)
    }

    fn resolve(point: Point, start: Option<Self>, context: &Context) -> Result<Self, String> {
        let instant = |at: UtcMicros| TimeRange {
            start: at,
            end: at.plus(1),
        };
        let day = |days_ago: u64| {
            let today = local(context.now, context.zone).date();
            let date = today.checked_sub_days(Days::new(days_ago)).unwrap_or(today);
            span(midnight(date), Precision::Day, Zone::Context, context.zone)
        };
        let range = match point {
            Point::Today => day(0),
            Point::Yesterday => day(1),
            Point::Relative(base, shift) => {
                let micros = shift.map_or(
                    0,
                    |(back, by)| {
                        if back { -by.micros() } else { by.micros() }
                    },
                );
                instant(base.resolve(context)?.plus(micros))
            }
            Point::Absolute(at, precision, zone) => span(at, precision, zone, context.zone),
            Point::Clock(clock, precision) => {
                let (date, zone) = match start.map(|s| s.point) {
                    Some(Point::Absolute(at, from, zone)) if from >= Precision::Day => {
                        (at.date(), zone)
                    }
                    _ => (evidence_day(clock, context)?, Zone::Context),
                };
                span(date.and_time(clock), precision, zone, context.zone)
            }
        };
        Ok(Self { point, range })
    }

    /// The range it stands for: a day for a date, one microsecond for an instant.
    pub fn range(self) -> TimeRange {
        self.range
    }

    /// Whether it names one instant rather than a day or a minute.
    pub(super) fn is_instant(self) -> bool {
        matches!(self.point, Point::Relative(..))
    }

    /// Whether it counts from now: from the last event on files, from the clock when live.
    pub fn counts_from_now(self) -> bool {
        matches!(
            self.point,
            Point::Today | Point::Yesterday | Point::Relative(Base::Now | Base::End, _)
        )
    }

    /// The same time, with `@` replaced by the moment it stands for.
    #[must_use]
    pub fn frozen(self) -> Self {
        let point = match self.point {
            Point::Relative(Base::Cursor, _) => {
                let at = self.range.start.calendar().naive_utc();
                let precision = match at.nanosecond() {
                    0 => Precision::Second,
                    n if n % 1_000_000 == 0 => Precision::Millis,
                    _ => Precision::Micros,
                };
                Point::Absolute(at, precision, Zone::Utc)
            }
            other => other,
        };
        Self { point, ..self }
    }
}

fn midnight(date: NaiveDate) -> NaiveDateTime {
    date.and_time(NaiveTime::MIN)
}

fn local(moment: UtcMicros, zone: Tz) -> NaiveDateTime {
    // Years people write; past chrono's own ends no zone can be applied.
    let years = 8_000 * 365 * DAY;
    let moment = UtcMicros(moment.0.clamp(-years / 5, years));
    moment.calendar().with_timezone(&zone).naive_local()
}

/// The one day the evidence lies on; else the reason why a time of day is not enough.
fn evidence_day(clock: NaiveTime, context: &Context) -> Result<NaiveDate, String> {
    let Some((first, last)) = context.evidence else {
        return Err("a time of day needs a date while there are no events".to_owned());
    };
    let (first, last) = (
        local(first, context.zone).date(),
        local(last, context.zone).date(),
    );
    if first == last {
        return Ok(first);
    }
    Err(format!(
        "the evidence runs from {first} to {last}, so {} needs a date",
        clock.format("%H:%M")
    ))
}

/// The range a written moment covers.
fn span(at: NaiveDateTime, precision: Precision, zone: Zone, context: Tz) -> TimeRange {
    let next = match precision {
        Precision::Year => at.checked_add_months(Months::new(12)),
        Precision::Month => at.checked_add_months(Months::new(1)),
        Precision::Day => at.checked_add_days(Days::new(1)),
        _ => None,
    };
    let start = in_utc(at, zone, context);
    let end = match precision {
        Precision::Year | Precision::Month | Precision::Day => {
            next.map_or(start.plus(DAY), |next| in_utc(next, zone, context))
        }
        Precision::Hour => start.plus(HOUR),
        Precision::Minute => start.plus(MINUTE),
        Precision::Second => start.plus(SECOND),
        Precision::Millis => start.plus(1000),
        Precision::Micros => start.plus(1),
    };
    TimeRange { start, end }
}

fn in_utc(at: NaiveDateTime, zone: Zone, context: Tz) -> UtcMicros {
    let utc = match zone {
        Zone::Utc => at,
        Zone::Offset(seconds) => at
            .checked_sub_signed(TimeDelta::seconds(i64::from(seconds)))
            .unwrap_or(at),
        // A clock put back shows a moment twice: the first is meant. A clock put forward leaves
        // moments out: they count from the hour before the gap.
        Zone::Context => match at.and_local_timezone(context) {
            chrono::LocalResult::Single(t) | chrono::LocalResult::Ambiguous(t, _) => t.naive_utc(),
            chrono::LocalResult::None => {
                let hour = TimeDelta::hours(1);
                let earlier = at.checked_sub_signed(hour).unwrap_or(at);
                let before = earlier.and_local_timezone(context).earliest();
                before
                    .and_then(|t| t.naive_utc().checked_add_signed(hour))
                    .unwrap_or(at)
            }
        },
    };
    UtcMicros::of(utc.and_utc())
}

/// Reads a time as written.
fn point(text: &str) -> Result<Point, String> {
    match text.to_ascii_lowercase().as_str() {
        "today" => return Ok(Point::Today),
        "yesterday" => return Ok(Point::Yesterday),
        _ => {}
    }
    for (name, base) in Base::ALL {
        let Some(head) = text.get(..name.len()) else {
            continue;
        };
        let rest = text.get(name.len()..).unwrap_or("");
        if !head.eq_ignore_ascii_case(name) {
            continue;
        }
        if rest.is_empty() {
            return Ok(Point::Relative(base, None));
        }
        if let Some(shift) = shift(rest) {
            return Ok(Point::Relative(base, Some(shift)));
        }
    }
    if let Some(by) = Duration::parse(text) {
        return Ok(Point::Relative(Base::Now, Some((true, by))));
    }
    if let Some(shift) = shift(text) {
        return Ok(Point::Relative(Base::Now, Some(shift)));
    }
    clock(text)
        .map(|(time, precision)| Point::Clock(time, precision))
        .or_else(|| absolute(text))
        .ok_or_else(|| "not a time".to_owned())
}

fn shift(text: &str) -> Option<(bool, Duration)> {
    let back = text.starts_with('-');
    let by = text.strip_prefix(['-', '+'])?;
    Duration::parse(by).map(|by| (back, by))
}

/// Digits of exactly this many places at the start of `text`, and what follows.
fn digits(text: &str, places: usize) -> Option<(u32, &str)> {
    let head = text.get(..places)?;
    if !head.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some((head.parse().ok()?, text.get(places..)?))
}

/// Reads `HH`, `HH:MM`, `HH:MM:SS` or with a fraction, and gives what follows.
fn clock_at(text: &str) -> Option<(NaiveTime, Precision, &str)> {
    let (hour, rest) = digits(text, 2)?;
    let Some((minute, rest)) = rest.strip_prefix(':').and_then(|r| digits(r, 2)) else {
        return Some((NaiveTime::from_hms_opt(hour, 0, 0)?, Precision::Hour, rest));
    };
    let Some((second, rest)) = rest.strip_prefix(':').and_then(|r| digits(r, 2)) else {
        let time = NaiveTime::from_hms_opt(hour, minute, 0)?;
        return Some((time, Precision::Minute, rest));
    };
    let Some(fraction) = rest.strip_prefix(['.', ',']) else {
        let time = NaiveTime::from_hms_opt(hour, minute, second)?;
        return Some((time, Precision::Second, rest));
    };
    let len = fraction
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(fraction.len());
    let places = fraction.get(..len.min(6)).filter(|p| !p.is_empty())?;
    let micros: u32 = format!("{places:0<6}").parse().ok()?;
    let precision = if micros.is_multiple_of(1000) {
        Precision::Millis
    } else {
        Precision::Micros
    };
    let time = NaiveTime::from_hms_micro_opt(hour, minute, second, micros)?;
    Some((time, precision, fraction.get(len..)?))
}

fn clock(text: &str) -> Option<(NaiveTime, Precision)> {
    let (time, precision, rest) = clock_at(text)?;
    (rest.is_empty() && precision >= Precision::Minute).then_some((time, precision))
}

fn absolute(text: &str) -> Option<Point> {
    let (year, rest) = digits(text, 4)?;
    let year = i32::try_from(year).ok()?;
    let first = NaiveDate::from_ymd_opt(year, 1, 1)?;
    if rest.is_empty() {
        return Some(Point::Absolute(
            midnight(first),
            Precision::Year,
            Zone::Context,
        ));
    }
    let (month, rest) = rest.strip_prefix('-').and_then(|r| digits(r, 2))?;
    let first = NaiveDate::from_ymd_opt(year, month, 1)?;
    if rest.is_empty() {
        return Some(Point::Absolute(
            midnight(first),
            Precision::Month,
            Zone::Context,
        ));
    }
    let (day, rest) = rest.strip_prefix('-').and_then(|r| digits(r, 2))?;
    let date = NaiveDate::from_ymd_opt(year, month, day)?;
    let (time, precision, rest) = match rest.strip_prefix(['T', 't', ' ']) {
        Some(clock) => clock_at(clock)?,
        None => (NaiveTime::MIN, Precision::Day, rest),
    };
    Some(Point::Absolute(date.and_time(time), precision, zone(rest)?))
}

fn zone(text: &str) -> Option<Zone> {
    match text {
        "" => return Some(Zone::Context),
        "Z" | "z" => return Some(Zone::Utc),
        _ => {}
    }
    let west = text.starts_with('-');
    let (hours, rest) = text.strip_prefix(['+', '-']).and_then(|r| digits(r, 2))?;
    let rest = rest.strip_prefix(':').unwrap_or(rest);
    let (minutes, rest) = digits(rest, 2)?;
    if hours > 23 || minutes > 59 || !rest.is_empty() {
        return None;
    }
    let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()?;
    Some(match seconds {
        0 => Zone::Utc,
        _ => Zone::Offset(if west { -seconds } else { seconds }),
    })
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clock = |time: NaiveTime, precision| match precision {
            Precision::Hour => time.format("%H").to_string(),
            Precision::Minute => time.format("%H:%M").to_string(),
            Precision::Millis => time.format("%H:%M:%S%.3f").to_string(),
            Precision::Micros => time.format("%H:%M:%S%.6f").to_string(),
            _ => time.format("%H:%M:%S").to_string(),
        };
        match self.point {
            Point::Today => f.write_str("today"),
            Point::Yesterday => f.write_str("yesterday"),
            Point::Relative(base, None) => f.write_str(base.name()),
            Point::Relative(base, Some((back, by))) => {
                // Relative to now is what a bare duration means, so it needs no name.
                if base != Base::Now {
                    f.write_str(base.name())?;
                }
                write!(f, "{}{by}", if back { "-" } else { "+" })
            }
            Point::Clock(time, precision) => f.write_str(&clock(time, precision)),
            Point::Absolute(at, precision, zone) => {
                write!(f, "{:04}", at.year())?;
                if precision >= Precision::Month {
                    write!(f, "-{:02}", at.month())?;
                }
                if precision >= Precision::Day {
                    write!(f, "-{:02}", at.day())?;
                }
                if precision >= Precision::Hour {
                    write!(f, "T{}", clock(at.time(), precision))?;
                }
                match zone {
                    Zone::Context => Ok(()),
                    Zone::Utc => f.write_str("Z"),
                    Zone::Offset(seconds) => {
                        let minutes = seconds.abs() / 60;
                        let sign = if seconds < 0 { '-' } else { '+' };
                        write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
                    }
                }
            }
        }
    }
}
