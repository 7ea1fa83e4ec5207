//! Times of the demo: seconds since 1970 in UTC, and the spellings that AWS uses for them.

use chrono::DateTime;

/// 2026-11-19T00:00:00Z.
pub const FIRST_DAY: i64 = 1_795_046_400;
/// 2026-11-20T00:00:00Z, the day of the incident.
pub const SECOND_DAY: i64 = FIRST_DAY + 86_400;
/// 2026-11-21T00:00:00Z, where the evidence ends.
pub const END: i64 = SECOND_DAY + 86_400;
/// A minute, in seconds.
pub const MINUTE: i64 = 60;
/// An hour, in seconds.
pub const HOUR: i64 = 3_600;

/// A moment of the first day.
pub const fn first(hour: i64, minute: i64, second: i64) -> i64 {
    FIRST_DAY + hour * HOUR + minute * MINUTE + second
}

/// A moment of the second day.
pub const fn second(hour: i64, minute: i64, second: i64) -> i64 {
    SECOND_DAY + hour * HOUR + minute * MINUTE + second
}

/// `2026-11-20T14:02:11Z`.
pub fn iso(time: i64) -> String {
    format(time, "%Y-%m-%dT%H:%M:%SZ")
}

/// `Nov 20, 2026, 2:02:11 PM`, the spelling of expirations.
pub fn human(time: i64) -> String {
    format(time, "%b %-d, %Y, %-I:%M:%S %p")
}

/// `Nov 20, 2026 2:02:11 PM`, the older spelling of creation dates.
pub fn human_old(time: i64) -> String {
    format(time, "%b %-d, %Y %-I:%M:%S %p")
}

/// Any other spelling.
pub fn format(time: i64, pattern: &str) -> String {
    DateTime::from_timestamp(time, 0)
        .expect("every moment of the demo lies in the year 2026")
        .format(pattern)
        .to_string()
}
