//! Numbers and severities to compare with.
//!
//! Whole numbers stay whole: sizes and ids past 2^53 compare exactly. Refuses to know: fields.

use std::cmp::Ordering;
use std::fmt;

/// A finite number.
#[derive(Debug, Clone, Copy)]
pub enum Number {
    /// A whole number.
    Whole(i128),
    /// Any other.
    Real(f64),
}

impl Number {
    /// Reads a decimal number, whole or with a fraction or exponent.
    pub fn parse(text: &str) -> Option<Self> {
        let starts = text
            .trim_start_matches('-')
            .starts_with(|c: char| c.is_ascii_digit());
        if !starts {
            return None;
        }
        if let Ok(n) = text.parse() {
            return Some(Self::Whole(n));
        }
        let n: f64 = text.parse().ok().filter(|n: &f64| n.is_finite())?;
        // One spelling for one number: 20.0 is 20.
        if n.fract() == 0.0 && n.abs() < 9e15 {
            return Some(Self::Whole(n as i128));
        }
        Some(Self::Real(n))
    }

    fn real(self) -> f64 {
        match self {
            Self::Whole(n) => n as f64,
            Self::Real(n) => n,
        }
    }

    /// Which of the two is larger.
    pub fn order(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Whole(a), Self::Whole(b)) => a.cmp(&b),
            _ => self.real().total_cmp(&other.real()),
        }
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.order(*other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(n) => write!(f, "{n}"),
            // The exponent keeps huge numbers short; it reads back as the same number.
            Self::Real(n) => write!(f, "{n:e}"),
        }
    }
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rank {
    /// Worth knowing.
    Info,
    /// Minor.
    Low,
    /// To be looked at.
    Medium,
    /// To be looked at first.
    High,
    /// To be looked at now.
    Critical,
}

impl Rank {
    /// Every rank, lowest first.
    pub const ALL: [Self; 5] = [
        Self::Info,
        Self::Low,
        Self::Medium,
        Self::High,
        Self::Critical,
    ];

    /// The word of the filter language.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The rank a word names.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|r| r.name().eq_ignore_ascii_case(word))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reading() {
        assert_eq!(Number::parse("20.0"), Number::parse("20"));
        assert_eq!(Number::parse("0x10"), None);
        assert_eq!(Number::parse("inf"), None);
        assert_eq!(Number::parse("1e999"), None);
        assert_ne!(
            Number::parse("9007199254740993"),
            Number::parse("9007199254740992")
        );
    }

    proptest! {
        #[test]
        fn numbers_print_as_they_read(n: f64) {
            if let Some(n) = Number::parse(&n.to_string()) {
                prop_assert_eq!(Number::parse(&n.to_string()), Some(n));
            }
        }
    }
}
