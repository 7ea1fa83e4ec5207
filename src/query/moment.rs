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
    fn parse_end(text: &str, start: Option<Self>, context: &Context) -> Result<Self, String> {
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
    fn is_instant(self) -> bool {
        matches!(self.point, Point::Relative(..))
    }

    /// The same time, with `@` replaced by the moment it stands for.
    fn frozen(self) -> Self {
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

/// Which side of a moment `near:` looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// `+-`
    Around,
    /// `-`
    Before,
    /// `+`
    After,
}

/// What a time field is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum When {
    /// Inside a moment as written: `t:2026-11-20`; the moment alone for since and until.
    At(Moment),
    /// From the first moment of one to the last of the other: `t:13:00..15:30`; either may be open.
    Range(Option<Moment>, Option<Moment>),
    /// `last:30m`, and now as it was when this was read.
    Last(Duration, UtcMicros),
    /// `near:14:10+-30m`
    Near(Moment, Side, Duration),
}

impl When {
    /// Reads what stands after `t:`.
    pub fn parse_range(text: &str, context: &Context) -> Result<Self, String> {
        let Some((from, to)) = text.split_once("..") else {
            let moment = Moment::parse(text, context)?;
            if moment.is_instant() {
                return Err("one instant holds no events to speak of".to_owned());
            }
            return Ok(Self::At(moment));
        };
        let start = (!from.is_empty())
            .then(|| Moment::parse(from, context))
            .transpose()?;
        let end = (!to.is_empty())
            .then(|| Moment::parse_end(to, start, context))
            .transpose()?;
        match (start, end) {
            (None, None) => Err("a range needs at least one end".to_owned()),
            (Some(a), Some(b)) if a.range.start >= b.range.end => {
                Err("the range ends before it begins".to_owned())
            }
            _ => Ok(Self::Range(start, end)),
        }
    }

    /// Reads what stands after `last:`.
    pub fn parse_last(text: &str, context: &Context) -> Result<Self, String> {
        Duration::parse(text.strip_prefix('-').unwrap_or(text))
            .map(|by| Self::Last(by, context.now))
            .ok_or_else(|| "not a length of time".to_owned())
    }

    /// Reads what stands after `near:`.
    pub fn parse_near(text: &str, context: &Context) -> Result<Self, String> {
        let no_width = || "how far around the time is missing".to_owned();
        let at = text.rfind(['+', '-']).ok_or_else(no_width)?;
        let by = text
            .get(at + 1..)
            .and_then(Duration::parse)
            .ok_or_else(no_width)?;
        let head = text.get(..at).unwrap_or("");
        let (head, side) = match head.strip_suffix('+') {
            Some(head) if text.get(at..).is_some_and(|t| t.starts_with('-')) => {
                (head, Side::Around)
            }
            _ if text.get(at..).is_some_and(|t| t.starts_with('-')) => (head, Side::Before),
            _ => (head, Side::After),
        };
        Ok(Self::Near(Moment::parse(head, context)?, side, by))
    }

    /// The moments inside, where it is a range by itself.
    pub fn range(&self) -> TimeRange {
        match *self {
            Self::At(moment) => moment.range,
            Self::Range(from, to) => TimeRange {
                start: from.map_or(TimeRange::ALL.start, |m| m.range.start),
                end: to.map_or(TimeRange::ALL.end, |m| m.range.end),
            },
            Self::Last(by, now) => TimeRange {
                start: now.plus(-by.micros()),
                end: now.plus(1),
            },
            Self::Near(moment, side, by) => {
                let at = moment.range.start;
                let (before, after) = match side {
                    Side::Around => (by.micros(), by.micros()),
                    Side::Before => (by.micros(), 0),
                    Side::After => (0, by.micros()),
                };
                TimeRange {
                    start: at.plus(-before),
                    end: at.plus(after).plus(1),
                }
            }
        }
    }

    /// The same, with `@` replaced by the moment it stands for.
    #[must_use]
    pub fn frozen(self) -> Self {
        match self {
            Self::At(moment) => Self::At(moment.frozen()),
            Self::Range(from, to) => Self::Range(from.map(Moment::frozen), to.map(Moment::frozen)),
            Self::Near(moment, side, by) => Self::Near(moment.frozen(), side, by),
            Self::Last(..) => self,
        }
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(moment) => write!(f, "{moment}"),
            Self::Range(from, to) => {
                if let Some(from) = from {
                    write!(f, "{from}")?;
                }
                f.write_str("..")?;
                to.map_or(Ok(()), |to| write!(f, "{to}"))
            }
            Self::Last(by, _) => write!(f, "{by}"),
            Self::Near(moment, side, by) => {
                let side = match side {
                    Side::Around => "+-",
                    Side::Before => "-",
                    Side::After => "+",
                };
                write!(f, "{moment}{side}{by}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context() -> Context {
        let at = |text| UtcMicros::parse(text).unwrap();
        Context {
            now: at("2026-11-20T18:00:00Z"),
            evidence: Some((at("2026-11-20T01:00:00Z"), at("2026-11-20T18:00:00Z"))),
            cursor: Some(at("2026-11-20T14:02:11Z")),
            ..Context::default()
        }
    }

    fn check(when: Result<When, String>, printed: &str, start: &str, end: &str) {
        let when = when.unwrap();
        let range = when.range();
        assert_eq!(when.to_string(), printed);
        assert_eq!(
            (range.start.iso().as_str(), range.end.iso().as_str()),
            (start, end)
        );
    }

    #[test]
    fn ranges() {
        let t = |text| When::parse_range(text, &context());
        check(
            t("2026-11-20T13:00Z..2026-11-20T15:30Z"),
            "2026-11-20T13:00Z..2026-11-20T15:30Z",
            "2026-11-20T13:00:00Z",
            "2026-11-20T15:31:00Z",
        );
        check(
            t("2026-11"),
            "2026-11",
            "2026-11-01T00:00:00Z",
            "2026-12-01T00:00:00Z",
        );
        check(
            t("14:10"),
            "14:10",
            "2026-11-20T14:10:00Z",
            "2026-11-20T14:11:00Z",
        );
        check(
            t("2026-10-01T13:00..15:30"),
            "2026-10-01T13:00..15:30",
            "2026-10-01T13:00:00Z",
            "2026-10-01T15:31:00Z",
        );
        check(
            t("yesterday"),
            "yesterday",
            "2026-11-19T00:00:00Z",
            "2026-11-20T00:00:00Z",
        );
        check(
            t("now-1h..end"),
            "-1h..end",
            "2026-11-20T17:00:00Z",
            "2026-11-20T18:00:00.000001Z",
        );
        check(
            t("2026-11-20T13:00:01.25+01:00"),
            "2026-11-20T13:00:01.250+01:00",
            "2026-11-20T12:00:01.250Z",
            "2026-11-20T12:00:01.251Z",
        );
        assert!(t("30m").is_err() && t("..").is_err() && t("2026-13").is_err());
        assert!(t("2026-11-20..2026-11-19").is_err());
    }

    #[test]
    fn around() {
        let near = |text| When::parse_near(text, &context());
        check(
            near("@+-30m"),
            "@+-30m",
            "2026-11-20T13:32:11Z",
            "2026-11-20T14:32:11.000001Z",
        );
        check(
            near("14:10-30m"),
            "14:10-30m",
            "2026-11-20T13:40:00Z",
            "2026-11-20T14:10:00.000001Z",
        );
        check(
            near("2026-11-20T14:02:11Z+5s"),
            "2026-11-20T14:02:11Z+5s",
            "2026-11-20T14:02:11Z",
            "2026-11-20T14:02:16.000001Z",
        );
        assert!(near("14:10").is_err());
        assert_eq!(
            near("@+-30m").unwrap().frozen().to_string(),
            "2026-11-20T14:02:11Z+-30m"
        );
    }

    #[test]
    fn zones_and_their_gaps() {
        let context = Context {
            zone: chrono_tz::Europe::Amsterdam,
            ..context()
        };
        let t = |text| When::parse_range(text, &context);
        check(
            t("2026-03-29"),
            "2026-03-29",
            "2026-03-28T23:00:00Z",
            "2026-03-29T22:00:00Z",
        );
        check(
            t("2026-03-29T02:30"),
            "2026-03-29T02:30",
            "2026-03-29T01:30:00Z",
            "2026-03-29T01:31:00Z",
        );
    }

    #[test]
    fn a_time_of_day_needs_one_day() {
        let mut context = context();
        context.evidence = Some((UtcMicros(0), context.now));
        let error = When::parse_range("14:10", &context).unwrap_err();
        assert_eq!(
            error,
            "the evidence runs from 1970-01-01 to 2026-11-20, so 14:10 needs a date"
        );
    }
}
