//! What the analyst says of identities: these are one person, that one is another.
//!
//! Kept as keys of principals, so that it holds for any load of the same evidence.

/// One statement of the analyst.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Statement {
    /// The second identity is the first one under another name.
    Same {
        /// The key of the person that stays.
        person: String,
        /// The key of the identity that joins it.
        other: String,
        /// Why.
        reason: String,
    },
    /// This caller is not the person its links lead to.
    Apart {
        /// The key of the caller.
        caller: String,
        /// Why.
        reason: String,
    },
}

/// Every statement, oldest first; a later one wins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identities {
    /// The statements.
    pub statements: Vec<Statement>,
}

impl Identities {
    /// The key of the person a caller is said to be, where that is another than the one its links
    /// lead to.
    pub fn person_of(&self, caller: &str, person: &str) -> Option<String> {
        let mut now = person;
        for statement in &self.statements {
            match statement {
                Statement::Same { person, other, .. } if other == now || other == caller => {
                    now = person;
                }
                Statement::Apart { caller: apart, .. } if apart == caller => now = caller,
                _ => {}
            }
        }
        (now != person).then(|| now.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_statements_win() {
        let same = |person: &str, other: &str| Statement::Same {
            person: person.into(),
            other: other.into(),
            reason: "mail".into(),
        };
        let mut said = Identities {
            statements: vec![same("alice", "alice2")],
        };
        assert_eq!(said.person_of("alice2", "alice2").as_deref(), Some("alice"));
        assert_eq!(said.person_of("role", "alice2").as_deref(), Some("alice"));
        assert_eq!(said.person_of("bob", "bob"), None);
        said.statements.push(Statement::Apart {
            caller: "alice2".into(),
            reason: "no".into(),
        });
        assert_eq!(said.person_of("alice2", "alice2"), None);
    }
}
