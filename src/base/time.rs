//! CloudTrail's time, and ranges of it.
//!
//! A moment is a count of microseconds since 1970 in UTC, so every year a log can name fits,
//! 1 and 9999 included. The clock is never read here.

use chrono::{DateTime, Datelike, NaiveDate, TimeZone, Timelike, Utc};
use chrono_tz::Tz;

/// Microseconds in a second.
pub const SECOND: i64 = 1_000_000;
/// Microseconds in a minute.
pub const MINUTE: i64 = 60 * SECOND;
/// Microseconds in an hour.
pub const HOUR: i64 = 60 * MINUTE;
/// Microseconds in a day.
pub const DAY: i64 = 24 * HOUR;

/// Whether a text is written as nearly all times are: `2026-11-20T14:02:11Z`. What it says need not
/// be a time: digits are all it takes.
#[inline]
pub fn is_usual(text: &[u8]) -> bool {
    digits_of(text).is_some()
}

/// What stands in a text at the places of three words, eight bytes at once: digits count as what
/// they are, and `-`, `T`, `:` and `Z` as nothing. `None` where another byte stands.
#[inline]
fn digits_of(text: &[u8]) -> Option<[u64; 3]> {
    const DATE: Like = Like::new(*b"0000-00-");
    const HOURS: Like = Like::new(*b"00T00:00");
    const SECONDS: Like = Like::new(*b"0:00:00Z");
    let text: &[u8; USUAL_LEN] = text.try_into().ok()?;
    // The last two overlap.
    let (date, odd_date) = DATE.digits(*text.first_chunk()?);
    let (hours, odd_hours) = HOURS.digits(*text.get(8..)?.first_chunk()?);
    let (seconds, odd_seconds) = SECONDS.digits(*text.last_chunk()?);
    (odd_date | odd_hours | odd_seconds == 0).then_some([date, hours, seconds])
}

/// Eight bytes as they should be, with `0` for each digit.
struct Like {
    word: u64,
    /// Six for each digit: what may be added to it before its upper half shows.
    six: u64,
    /// The bits that must be clear once the word was taken away.
    clear: u64,
}

impl Like {
    const fn new(text: [u8; 8]) -> Self {
        let (mut six, mut clear) = (0, 0);
        let mut at = 0;
        while at < text.len() {
            let digit = text[at] == b'0';
            six |= (if digit { 0x06 } else { 0 }) << (8 * at);
            clear |= (if digit { 0xf0 } else { 0xff }) << (8 * at);
            at += 1;
        }
        Self {
            word: u64::from_le_bytes(text),
            six,
            clear,
        }
    }

    /// The digits of a text, and something else than zero where it is another one.
    #[inline]
    const fn digits(&self, text: [u8; 8]) -> (u64, u64) {
        let word = u64::from_le_bytes(text) ^ self.word;
        (word, (word | word.wrapping_add(self.six)) & self.clear)
    }
}

/// Bytes of a time in the usual writing.
const USUAL_LEN: usize = 20;

/// Days before each month of a year that does not leap, and in it.
const MONTHS: [(u32, u32); 12] = [
    (0, 31),
    (31, 28),
    (59, 31),
    (90, 30),
    (120, 31),
    (151, 30),
    (181, 31),
    (212, 31),
    (243, 30),
    (273, 31),
    (304, 30),
    (334, 31),
];

/// Seconds since 1970 of a time in the usual writing; `None` where it is not one, or one that wants
/// a closer look. Every record has one or two of them.
fn usual_seconds(text: &[u8]) -> Option<i64> {
    let [date, hours, seconds] = digits_of(text)?;
    // The digit there and the one behind it, as a number.
    let two = |word: u64, at: u32| {
        let digits = word >> (8 * at);
        ((digits & 15) * 10 + (digits >> 8 & 15)) as u32
    };
    let (year, month) = (two(date, 0) * 100 + two(date, 2), two(date, 5));
    let (day, hour, minute) = (two(hours, 0), two(hours, 3), two(hours, 6));
    let second = two(seconds, 5);
    let (before, in_month) = *MONTHS.get(month.wrapping_sub(1) as usize)?;
    let leaps = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let fits = day > 0
        && day <= in_month + u32::from(leaps && month == 2)
        && hour < 24
        && minute < 60
        && second <= 60;
    // Years before this one; the year 0 has none, and is left to the calendar.
    let past = year.checked_sub(1).filter(|_| fits)?;
    let days = past * 365 + past / 4 - past / 100
        + past / 400
        + before
        + u32::from(leaps && month > 2)
        + day;
    Some((i64::from(days) - 719_163) * 86_400 + i64::from(hour * 3600 + minute * 60 + second))
}

/// A moment: microseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UtcMicros(pub i64);

impl UtcMicros {
    /// Reads `YYYY-MM-DDThh:mm:ss`, with a fraction or none, with `Z`, an offset or nothing
    /// (which means UTC), with `T`, `t` or a space between.
    ///
    /// Digits of a fraction past the sixth are dropped. `None` for anything else, for a date that
    /// does not exist and for a leap second past 60.
    pub fn parse(text: &str) -> Option<Self> {
        let b = text.as_bytes();
        if let Some(seconds) = usual_seconds(b) {
            return Some(Self(seconds * SECOND));
        }
        let number = |high: u8, low: u8| -> Option<u32> {
            let (h, l) = (high.wrapping_sub(b'0'), low.wrapping_sub(b'0'));
            (h < 10 && l < 10).then_some(u32::from(h) * 10 + u32::from(l))
        };
        // All nineteen at once: each look by itself would ask whether there is such a byte.
        let &[
            y0,
            y1,
            y2,
            y3,
            dash,
            m0,
            m1,
            dash2,
            d0,
            d1,
            t,
            h0,
            h1,
            colon,
            i0,
            i1,
            colon2,
            s0,
            s1,
        ] = b.first_chunk()?;
        let year = number(y0, y1)? * 100 + number(y2, y3)?;
        let (month, day) = (number(m0, m1)?, number(d0, d1)?);
        let (hour, minute, second) = (number(h0, h1)?, number(i0, i1)?, number(s0, s1)?);
        let marks = [dash, dash2, colon, colon2] == *b"--::" && matches!(t, b'T' | b't' | b' ');
        let two = |i: usize| number(*b.get(i)?, *b.get(i + 1)?);
        if !marks || hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let mut i = 19;
        let mut fraction = 0i64;
        if matches!(b.get(i), Some(b'.' | b',')) {
            i += 1;
            let mut unit = 100_000;
            let first = i;
            while let Some(d) = b.get(i).filter(|d| d.is_ascii_digit()) {
                fraction += i64::from(d - b'0') * unit;
                unit /= 10;
                i += 1;
            }
            if i == first {
                return None;
            }
        }
        let offset = match b.get(i) {
            None => 0,
            Some(b'Z' | b'z') if i + 1 == b.len() => 0,
            Some(sign @ (b'+' | b'-')) => {
                let h = two(i + 1)?;
                let m = match (b.get(i + 3), b.len() - i) {
                    (None, 3) => 0,
                    (Some(b':'), 6) => two(i + 4)?,
                    (Some(_), 5) => two(i + 3)?,
                    _ => return None,
                };
                if h > 23 || m > 59 {
                    return None;
                }
                let seconds = i64::from(h) * 3600 + i64::from(m) * 60;
                if *sign == b'-' { -seconds } else { seconds }
            }
            Some(_) => return None,
        };
        let days = i64::from(NaiveDate::from_ymd_opt(year as i32, month, day)?.num_days_from_ce())
            - 719_163;
        let seconds =
            days * 86_400 + i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second)
                - offset;
        Some(Self(seconds * SECOND + fraction))
    }

    /// From a calendar moment of chrono.
    pub fn of(moment: DateTime<Utc>) -> Self {
        Self(moment.timestamp_micros())
    }

    /// As a calendar moment; moments outside chrono's range are clamped to its ends.
    pub fn calendar(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or(if self.0 < 0 {
            DateTime::<Utc>::MIN_UTC
        } else {
            DateTime::<Utc>::MAX_UTC
        })
    }

    /// ISO 8601 in UTC: `2026-11-20T14:02:11Z`, with a fraction only where there is one.
    pub fn iso(self) -> String {
        let c = self.calendar();
        let micros = self.0.rem_euclid(SECOND);
        if micros == 0 {
            c.format("%Y-%m-%dT%H:%M:%SZ").to_string()
        } else if micros % 1000 == 0 {
            c.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
        } else {
            c.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
        }
    }

    /// Written by `format` (chrono's `strftime`) in `zone`.
    pub fn format(self, zone: Tz, format: &str) -> String {
        zone.from_utc_datetime(&self.calendar().naive_utc())
            .format(format)
            .to_string()
    }

    /// The first moment of its UTC day.
    #[must_use]
    pub fn day_start(self) -> Self {
        Self(self.0.div_euclid(DAY) * DAY)
    }

    /// Hour, minute and second of its UTC day.
    pub fn clock(self) -> (u32, u32, u32) {
        let c = self.calendar();
        (c.hour(), c.minute(), c.second())
    }

    /// This moment `micros` later; saturates.
    #[must_use]
    pub fn plus(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }
}

/// A half-open range of moments, `start..end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TimeRange {
    /// First moment inside.
    pub start: UtcMicros,
    /// First moment outside.
    pub end: UtcMicros,
}

impl TimeRange {
    /// Every moment there is.
    pub const ALL: Self = Self {
        start: UtcMicros(i64::MIN + 1),
        end: UtcMicros(i64::MAX),
    };

    /// Whether `moment` lies inside.
    pub fn contains(self, moment: UtcMicros) -> bool {
        self.start <= moment && moment < self.end
    }
}

/// A length of time in few characters: `+8s`, `1m23`, `17m4`, `4h3`, `3d2`.
pub fn short_delta(micros: i64) -> String {
    let s = micros.abs() / SECOND;
    match s {
        0..60 => format!("+{s}s"),
        60..3600 => format!("{}m{:02}", s / 60, s % 60),
        3600..86_400 => format!("{}h{:02}", s / 3600, s % 3600 / 60),
        _ => format!("{}d{:02}", s / 86_400, s % 86_400 / 3600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, iso: Option<&str>) {
        assert_eq!(
            UtcMicros::parse(text).map(UtcMicros::iso).as_deref(),
            iso,
            "{text}"
        );
    }

    #[test]
    fn the_forms_logs_hold() {
        check("2016-04-01T15:31:48Z", Some("2016-04-01T15:31:48Z"));
        check("2016-04-01T15:31:48.25Z", Some("2016-04-01T15:31:48.250Z"));
        check(
            "2022-09-26 00:31:31.000000000",
            Some("2022-09-26T00:31:31Z"),
        );
        check("2022-02-08 09:23:37+11:00", Some("2022-02-07T22:23:37Z"));
        check("2021-11-18T09:41:02-0800", Some("2021-11-18T17:41:02Z"));
        check("9999-12-31T23:59:59Z", Some("9999-12-31T23:59:59Z"));
        check("2024-02-30T00:00:00Z", None);
        check("2024-02-03T24:00:00Z", None);
        check("2024-02-03T00:00:00Zjunk", None);
        check("2024-02-03", None);
        check("2024-02-03T00:00:00+99:99", None);
        check("...", None);
        check("２０２４-02-03T00:00:00Z", None);
    }

    #[test]
    fn the_usual_writing_is_read_like_any_other() {
        let mut times = 0;
        for year in (0..=9999).step_by(7).chain([1900, 2000, 2023, 2024, 2100]) {
            for month in 0..=13 {
                for day in [0, 1, 17, 28, 29, 30, 31, 32] {
                    let date = format!("{year:04}-{month:02}-{day:02}");
                    let usual = UtcMicros::parse(&format!("{date}T23:04:59Z"));
                    let long = UtcMicros::parse(&format!("{date}T23:04:59+00:00"));
                    assert_eq!(usual, long, "{date}");
                    times += usize::from(usual.is_some());
                }
            }
        }
        assert!(times > 80_000);
        for clock in ["24:00:00", "00:60:00", "00:00:60", "00:00:61", "23:59:59"] {
            let usual = UtcMicros::parse(&format!("2024-02-29T{clock}Z"));
            let long = UtcMicros::parse(&format!("2024-02-29T{clock}+00:00"));
            assert_eq!(usual, long, "{clock}");
        }
    }

    #[test]
    fn deltas_stay_short() {
        assert_eq!(short_delta(8 * SECOND), "+8s");
        assert_eq!(short_delta(83 * SECOND), "1m23");
        assert_eq!(short_delta(DAY + HOUR), "1d01");
    }
}
