//! What the analyst says of identities: these are one person, that one is another.
//!
//! Kept as keys of principals, so that it holds for any load of the same evidence.

use serde_json::{Value, json};

/// Statements that are kept.
const MOST: usize = 10_000;

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

impl Statement {
    /// The statement in words.
    pub fn words(&self) -> String {
        match self {
            Self::Same {
                person,
                other,
                reason,
            } => format!("{other} is {person}: {reason}"),
            Self::Apart { caller, reason } => {
                format!("{caller} is not who its links lead to: {reason}")
            }
        }
    }

    /// Whether it is about a person or caller of this key.
    pub fn is_about(&self, key: &str) -> bool {
        match self {
            Self::Same { person, other, .. } => person == key || other == key,
            Self::Apart { caller, .. } => caller == key,
        }
    }
}

/// Every statement, oldest first; a later one wins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identities {
    /// The statements.
    pub statements: Vec<Statement>,
}

impl Identities {
    /// As they are kept between runs: an array of objects.
    pub fn to_json(&self) -> Value {
        let all = self.statements.iter().map(|s| match s {
            Statement::Same {
                person,
                other,
                reason,
            } => json!({"say": "same", "person": person, "other": other, "reason": reason}),
            Statement::Apart { caller, reason } => {
                json!({"say": "apart", "caller": caller, "reason": reason})
            }
        });
        all.collect()
    }

    /// What [`Identities::to_json`] wrote; what is no statement is left out.
    pub fn of_json(value: &Value) -> Self {
        let read = |v: &Value| {
            let text = |name: &str| v.get(name).and_then(Value::as_str).map(str::to_owned);
            let reason = text("reason").unwrap_or_default();
            match v.get("say").and_then(Value::as_str)? {
                "same" => Some(Statement::Same {
                    person: text("person")?,
                    other: text("other")?,
                    reason,
                }),
                "apart" => Some(Statement::Apart {
                    caller: text("caller")?,
                    reason,
                }),
                _ => None,
            }
        };
        let all = value.as_array().into_iter().flatten();
        Self {
            statements: all.filter_map(read).take(MOST).collect(),
        }
    }

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

    #[test]
    fn what_is_kept_comes_back_and_nonsense_is_left_out() {
        let said = Identities {
            statements: vec![
                Statement::Same {
                    person: "a".into(),
                    other: "b".into(),
                    reason: "mail \u{1b}[31m".into(),
                },
                Statement::Apart {
                    caller: "c".into(),
                    reason: String::new(),
                },
            ],
        };
        assert_eq!(Identities::of_json(&said.to_json()), said);
        let odd = json!([1, {"say": "same", "person": "a"}, {"say": "else"}, {"caller": "x"}]);
        assert_eq!(Identities::of_json(&odd), Identities::default());
        assert_eq!(
            Identities::of_json(&json!({"say": "same"})),
            Identities::default()
        );
    }
}
