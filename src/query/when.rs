//! What a time field is compared with: `t:`, `since:`, `last:`, `near:` and the ranges they mean.

use std::fmt;

use crate::base::time::{TimeRange, UtcMicros};
use crate::query::Context;
use crate::query::moment::{Duration, Moment};

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
            (Some(a), Some(b)) if a.range().start >= b.range().end => {
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
            Self::At(moment) => moment.range(),
            Self::Range(from, to) => TimeRange {
                start: from.map_or(TimeRange::ALL.start, |m| m.range().start),
                end: to.map_or(TimeRange::ALL.end, |m| m.range().end),
            },
            Self::Last(by, now) => TimeRange {
                start: now.plus(-by.micros()),
                end: now.plus(1),
            },
            Self::Near(moment, side, by) => {
                let at = moment.range().start;
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

    /// Whether it counts from now: from the last event on files, from the clock when live.
    pub fn counts_from_now(&self) -> bool {
        let any = |moments: [Option<Moment>; 2]| {
            let mut moments = moments.into_iter().flatten();
            moments.any(Moment::counts_from_now)
        };
        match *self {
            Self::Last(..) => true,
            Self::At(moment) | Self::Near(moment, ..) => any([Some(moment), None]),
            Self::Range(from, to) => any([from, to]),
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
