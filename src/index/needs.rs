//! What a question needs of the evidence beyond the columns.
//!
//! One question asked of the command line loads the evidence for itself alone: what it cannot come
//! to is not worked out. `stats --by what` names neither a resource nor a person.

use crate::index::schema::{Col, Field, Flag, Home};

/// What is worked out while loading, beyond the columns of the record itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needs {
    /// The resources of each record.
    pub resources: bool,
    /// What gives birth to credentials and sessions, and so who is behind them.
    pub lineage: bool,
}

impl Needs {
    /// Everything: for whoever may ask anything later.
    pub const ALL: Self = Self {
        resources: true,
        lineage: true,
    };
    /// Nothing but the columns.
    pub const NONE: Self = Self {
        resources: false,
        lineage: false,
    };

    /// What either needs.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            resources: self.resources || other.resources,
            lineage: self.lineage || other.lineage,
        }
    }

    /// What the values of a field are made of.
    pub fn of(field: Field) -> Self {
        match field.spec().home {
            // A call crosses accounts where the person behind it is of another one, too.
            Home::Person | Home::Column(Col::Session) | Home::Flag(Flag::Xacct) => Self {
                lineage: true,
                ..Self::NONE
            },
            Home::Resources | Home::Kind => Self {
                resources: true,
                ..Self::NONE
            },
            Home::Column(_)
            | Home::Principal
            | Home::Time
            | Home::Flag(_)
            | Home::Derived(_)
            | Home::File
            | Home::Bytes
            | Home::Id
            | Home::Record => Self::NONE,
            Home::Presence | Home::First | Home::Flip | Home::Later(_) => Self::ALL,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::schema::FIELDS;

    #[test]
    fn people_and_resources_are_worked_out_only_for_those_who_ask() {
        assert_eq!(Needs::of(Field::What), Needs::NONE);
        assert!(Needs::of(Field::Who).lineage && !Needs::of(Field::Who).resources);
        assert!(Needs::of(Field::Res).resources && !Needs::of(Field::Res).lineage);
        let all = FIELDS.iter().map(|row| Needs::of(row.field));
        assert_eq!(all.fold(Needs::NONE, Needs::and), Needs::ALL);
    }
}
