//! What the name of a delivered log file says: whose account, which region, when it was written.
//!
//! `CloudTrail` names its files `<account>_CloudTrail_<region>_YYYYMMDDTHHmmZ_<unique>.json.gz`;
//! the time is when the file was delivered, and its records are from before that. Files that went
//! through other hands keep most of this: the parts after the time may be missing, and `-` may
//! stand before the time. Digests, insights and what a network saw tell of other things than the calls
//! of an account, so their names say nothing here.

use crate::base::time::{MINUTE, UtcMicros};

/// How long before its delivery a file's events may lie: "typically within 15 minutes" of the
/// call, in the words of the older user guide.
pub const DELAY: i64 = 15 * MINUTE;

/// What the name of a delivered file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivery<'a> {
    /// The account it tells of.
    pub account: &'a str,
    /// The region it tells of.
    pub region: &'a str,
    /// When it was delivered.
    pub at: UtcMicros,
}

impl<'a> Delivery<'a> {
    /// Reads the name of a file, with its path or without.
    pub fn of(name: &'a str) -> Option<Self> {
        let name = name.rsplit(['/', '\\', '!']).next()?;
        let (account, rest) = name.split_once('_')?;
        if account.len() != 12 || !account.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let (kind, rest) = rest.split_once('_')?;
        if kind != "CloudTrail" {
            return None;
        }
        // The region holds `-`, so that only the shape of the time ends it.
        let at = rest.char_indices().find_map(|(at, c)| {
            let is_mark = matches!(c, '_' | '-');
            is_mark.then(|| time(rest.get(at + 1..)?).map(|time| (at, time)))?
        });
        let (end, at) = at?;
        let region = rest.get(..end)?;
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        (!region.is_empty() && region.bytes().all(plain)).then_some(Self {
            account,
            region,
            at,
        })
    }
}

/// The time at the start of a text: `20261120T1305Z`.
fn time(text: &str) -> Option<UtcMicros> {
    let digits = |from: usize, to: usize| {
        let part = text.get(from..to)?;
        part.bytes().all(|b| b.is_ascii_digit()).then_some(part)
    };
    let (year, month, day) = (digits(0, 4)?, digits(4, 6)?, digits(6, 8)?);
    let (hour, minute) = (digits(9, 11)?, digits(11, 13)?);
    if text.get(8..9) != Some("T") {
        return None;
    }
    UtcMicros::parse(&format!("{year}-{month}-{day}T{hour}:{minute}:00Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, expected: &str) {
        let said = Delivery::of(name).map_or_else(
            || "none".to_owned(),
            |d| format!("{} {} {}", d.account, d.region, d.at.iso()),
        );
        assert_eq!(said, expected, "{name}");
    }

    #[test]
    fn names_say_whose_and_when() {
        let usual = "111122223333 us-gov-west-1 2026-11-20T13:05:00Z";
        let file = "111122223333_CloudTrail_us-gov-west-1_20261120T1305Z";
        check(
            &format!("logs/AWSLogs/2026/{file}_A6kvhMoVeCsc7v8U.json.gz"),
            usual,
        );
        check(&format!("take.zip!{file}.json"), usual);
        check(&format!("C:\\logs\\{file}_x.json"), usual);
        check(
            "111122223333_CloudTrail_us-gov-west-1-20261120T1305.json",
            usual,
        );
        for other in [
            "111122223333_CloudTrail-Insight_eu-west-1_20261120T1305Z_a.json.gz",
            "111122223333_CloudTrail-Digest_eu-west-1_t_eu-west-1_20261120T130500Z.json.gz",
            "events.json",
            "1111_CloudTrail_eu-west-1_20261120T1305Z_a.json",
            "111122223333_CloudTrail_eu-west-1_20261340T1305Z_a.json",
            "111122223333_CloudTrail__20261120T1305Z_a.json",
            "111122223333_CloudTrail_é_20261120",
            "",
        ] {
            check(other, "none");
        }
    }
}
