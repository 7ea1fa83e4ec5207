//! What a pivot takes along: the terms of time, or every term of the filter.
//!
//! Going to a person, a resource or a session leaves the filter behind, but the time a person looks
//! at mostly stays the one they mean. `,k` has every term taken along, what is hidden too. What was
//! taken along stands in the breadcrumb and in the filter.

use crate::app::chips::{self, Hidden};
use crate::app::state::{About, State, View};
use crate::app::times;
use crate::index::segment::EventId;
use crate::query::ast::Expr;

/// What a pivot takes along.
#[derive(Debug, Default)]
pub struct Carried {
    terms: Vec<Expr>,
    hidden: Hidden,
}

/// What going somewhere from here takes along; terms of time only where they let the event through
/// that is gone to.
pub fn from(state: &State, event: Option<EventId>) -> Carried {
    let terms = chips::terms(&state.view.filter).into_iter();
    let time = event.and_then(|id| state.snapshot.time(id));
    let outside = event.is_some()
        && times::kept(state).is_some_and(|(from, to)| time.is_none_or(|t| t < from || t > to));
    let is_taken = |term: &Expr| {
        if times::is_time(term) {
            !outside
        } else {
            state.carry_all
        }
    };
    Carried {
        terms: terms.filter(is_taken).collect(),
        hidden: if state.carry_all {
            state.view.hidden
        } else {
            Hidden::default()
        },
    }
}

impl Carried {
    /// A view with what is taken along.
    #[must_use]
    pub fn into(self, view: View) -> View {
        let mut parts = chips::terms(&view.filter);
        for term in self.terms {
            if !parts.contains(&term) {
                parts.push(term);
            }
        }
        let filter = Expr::all_of(parts);
        View {
            text: filter.to_string(),
            filter: std::sync::Arc::new(filter),
            hidden: self.hidden,
            ..view
        }
    }
}

/// The terms of a view about one thing beside the one that names it, in words.
pub fn words(view: &View) -> String {
    let About::Subject(subject, _) = &view.about else {
        return String::new();
    };
    let named = crate::app::pointing::term(subject.field(), Some(subject.name()));
    let terms = chips::terms(&view.filter).into_iter();
    let others = terms.filter(|term| Some(term) != named.as_ref());
    let mut words: Vec<String> = others.map(|term| format!(" + {term}")).collect();
    if !view.hidden.is_empty() {
        words.push(format!(" without {}", view.hidden.words()));
    }
    words.concat()
}

/// Has pivots take every term along, or only those of time.
pub fn toggle(state: &mut State) {
    state.carry_all = !state.carry_all;
    state.say(if state.carry_all {
        "going somewhere takes the whole filter along"
    } else {
        "going somewhere takes only the terms of time along"
    });
}
