//! What was odd about one record, as a small set.
//!
//! The scanner sets marks while it reads; the ledger turns them into problems, the screen into
//! badges. A mark never says that a record was lost: a record with marks is a record that was kept.

use crate::base::ledger::ProblemClass;

/// A set of oddities of one record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Marks(u16);

impl Marks {
    /// Nothing odd.
    pub const NONE: Self = Self(0);
    /// Found again after a damaged stretch of text.
    pub const RECOVERED: Self = Self(1);
    /// Holds bytes that are no UTF-8, or half of a surrogate pair.
    pub const ENCODING: Self = Self(1 << 1);
    /// Nested too deeply to show as a tree.
    pub const DEPTH: Self = Self(1 << 2);
    /// An object has one key twice.
    pub const DUPLICATE_KEY: Self = Self(1 << 3);
    /// A known field holds another type.
    pub const WRONG_TYPE: Self = Self(1 << 4);
    /// A number no machine type holds.
    pub const NUMBER_RANGE: Self = Self(1 << 5);
    /// A value holds control characters.
    pub const CONTROL: Self = Self(1 << 6);
    /// A value holds characters that reorder text.
    pub const BIDI: Self = Self(1 << 7);
    /// A value holds characters that cannot be seen.
    pub const INVISIBLE: Self = Self(1 << 8);
    /// A name AWS writes holds letters AWS does not use.
    pub const CONFUSABLE: Self = Self(1 << 9);
    /// `eventTime` is no time.
    pub const TIME_INVALID: Self = Self(1 << 10);
    /// `eventTime` is not believable.
    pub const TIME_SUSPICIOUS: Self = Self(1 << 11);
    /// A field every event has is absent.
    pub const MISSING_FIELD: Self = Self(1 << 12);

    /// Every mark that is a problem of its own, with its class and what to say of it.
    pub(crate) const PROBLEMS: [(Self, ProblemClass, &'static str); 12] = [
        (
            Self::ENCODING,
            ProblemClass::Encoding,
            "a record holds bytes or escapes that are not text",
        ),
        (
            Self::DEPTH,
            ProblemClass::DepthLimit,
            "a record is nested more than 127 deep",
        ),
        (
            Self::DUPLICATE_KEY,
            ProblemClass::DuplicateKey,
            "a record has one key twice; the last one counts",
        ),
        (
            Self::WRONG_TYPE,
            ProblemClass::WrongType,
            "a known field holds another type",
        ),
        (
            Self::NUMBER_RANGE,
            ProblemClass::NumberRange,
            "a number no machine type holds",
        ),
        (
            Self::CONTROL,
            ProblemClass::ControlChars,
            "a value holds control characters",
        ),
        (
            Self::BIDI,
            ProblemClass::Bidi,
            "a value holds characters that reorder text",
        ),
        (
            Self::INVISIBLE,
            ProblemClass::Invisible,
            "a value holds characters that cannot be seen",
        ),
        (
            Self::CONFUSABLE,
            ProblemClass::Confusable,
            "a name AWS writes holds letters AWS does not use",
        ),
        (
            Self::TIME_INVALID,
            ProblemClass::TimeInvalid,
            "eventTime is absent or no time",
        ),
        (
            Self::TIME_SUSPICIOUS,
            ProblemClass::TimeSuspicious,
            "eventTime is not believable",
        ),
        (
            Self::MISSING_FIELD,
            ProblemClass::MissingField,
            "a field every event has is absent",
        ),
    ];

    /// Marks of records whose keys and strings may be read in more than one way.
    pub const HARD_TO_READ: Self = Self(
        Self::ENCODING.0
            | Self::DEPTH.0
            | Self::DUPLICATE_KEY.0
            | Self::WRONG_TYPE.0
            | Self::NUMBER_RANGE.0,
    );

    /// Whether anything of `other` is in here.
    pub const fn has_any(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether all of `other` is in here.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether nothing is in here.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Adds `other`.
    pub const fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// This and `other`.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}
