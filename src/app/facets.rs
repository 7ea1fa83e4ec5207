//! The facet pane's lines and what they stand for.

use crate::app::filtering;
use crate::app::state::{FACET_VALUES, State};
use crate::index::schema::Field;
use crate::pivot::tally::Tally;
use crate::query::ast::{Expr, Op, Subject};

/// What a line of the facets stands for.
#[derive(Debug, Clone, Copy)]
pub enum FacetTarget<'a> {
    /// A field's heading: distinct values.
    Heading(Field, u64),
    /// A value, of so many events.
    Value(Field, &'a Tally, u64),
    /// More values of a field.
    More(Field, u64),
}

/// Every line of the facets.
pub fn lines(state: &State) -> Vec<FacetTarget<'_>> {
    let mut lines = Vec::new();
    for facet in &state.answer.facets {
        lines.push(FacetTarget::Heading(facet.field, facet.distinct));
        let open = state.view.facet_open == Some(facet.field);
        let shown = if open { FACET_VALUES.1 } else { FACET_VALUES.0 };
        for value in facet.values.iter().take(shown) {
            lines.push(FacetTarget::Value(facet.field, value, facet.total));
        }
        let rest = facet
            .distinct
            .saturating_sub(shown.min(facet.values.len()) as u64);
        if rest > 0 {
            lines.push(FacetTarget::More(facet.field, rest));
        }
    }
    lines
}

/// The focused line.
pub fn focused(state: &State) -> Option<FacetTarget<'_>> {
    let lines = lines(state);
    lines
        .get(state.view.facet_at.min(lines.len().saturating_sub(1)))
        .copied()
}

/// Opens a field, or filters to a value.
pub fn open(state: &mut State) {
    match focused(state) {
        Some(FacetTarget::Value(..)) => {
            filtering::focused_value(state, filtering::Side::Include);
        }
        Some(FacetTarget::Heading(field, _) | FacetTarget::More(field, _)) => {
            let open = state.view.facet_open != Some(field);
            state.view.facet_open = open.then_some(field);
        }
        None => {}
    }
}

/// Opens or closes the field of the focused line.
pub fn unfold(state: &mut State, open: bool) {
    let Some(
        FacetTarget::Heading(field, _)
        | FacetTarget::Value(field, _, _)
        | FacetTarget::More(field, _),
    ) = focused(state)
    else {
        return;
    };
    state.view.facet_open = open.then_some(field);
}

/// Whether the filter in force names a value of a field.
pub fn is_included(filter: &Expr, field: Field, value: Option<&str>) -> bool {
    let Some(value) = value else { return false };
    let parts = match filter {
        Expr::And(parts) => parts.as_slice(),
        one => std::slice::from_ref(one),
    };
    let wanted = filtering::term(field, Some(value));
    parts.iter().any(|part| match (part, &wanted) {
        (Expr::Test(test), Some(Expr::Test(wanted))) => {
            test.subject == Subject::Field(field)
                && matches!(test.op, Op::Has | Op::Is)
                && wanted.values.iter().all(|v| test.values.contains(v))
        }
        _ => false,
    })
}
