//! The page of somebody of whom more is known by now: it becomes the page of who is behind it.
//!
//! While the evidence loads, a role's session stands for itself until the call that opened it is
//! read; from then on its events are those of whoever called, and a page about it would be empty.

use std::sync::Arc;

use crate::app::chain;
use crate::app::pointing;
use crate::app::state::{About, State};
use crate::index::schema::Field;
use crate::pivot::portrait::Subject;
use crate::query::ast::Expr;

/// Turns the current page to the person who stands now for the one it is about, and says so.
pub fn page(state: &mut State) {
    let About::Subject(Subject::Principal(key), label) = &state.view.about else {
        return;
    };
    let now = chain::person_now(state, key);
    let people = state.lineage.people();
    let person = people.find(&now).and_then(|number| people.person(number));
    let (was, is) = (
        pointing::term(Field::Who, Some(key)),
        pointing::term(Field::Who, Some(&now)),
    );
    let (true, Some(person), Some(was), Some(is)) = (now != *key, person, was, is) else {
        return;
    };
    let words = format!(
        "{} is behind {label}: this is the page of {0} now",
        person.label
    );
    let filter = instead(&state.view.filter, &was, &is);
    state.view.about = About::Subject(Subject::Principal(now), person.label.clone());
    if !state.view.text.is_empty() {
        state.view.text = filter.to_string();
    }
    state.view.filter = Arc::new(filter);
    state.answer.portrait = None;
    state.say(words);
}

/// An expression in which one term stands in the place of another.
fn instead(expr: &Expr, was: &Expr, is: &Expr) -> Expr {
    if expr == was {
        return is.clone();
    }
    let all = |parts: &[Expr]| parts.iter().map(|part| instead(part, was, is)).collect();
    match expr {
        Expr::And(parts) => Expr::all_of(all(parts)),
        Expr::Or(parts) => Expr::any_of(all(parts)),
        Expr::Not(part) => Expr::Not(Box::new(instead(part, was, is))),
        other => other.clone(),
    }
}
