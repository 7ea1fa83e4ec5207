//! The filter built by pointing: a value under the focus becomes a term that is kept, hidden, or the
//! only one of its field.

use crate::app::action::Command;
use crate::app::facets::{self, FacetTarget};
use crate::app::filtering::set;
use crate::app::state::{About, Focus, State};
use crate::app::{chips, moves, pivots};
use crate::index::schema::{Class, Field};
use crate::pivot::tally;
use crate::query::ast::{Expr, Test};
use crate::query::{self, pattern};
use crate::view::columns;
use crate::view::screen::{Cell, Tone};

/// What pointing at a value does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Keep events with it; a second value of one field joins the first.
    Include,
    /// Hide events with it.
    Exclude,
    /// Of this field, keep only it.
    Only,
}

/// The term that keeps events with a value of a field, as the filter language spells it.
pub fn term(field: Field, value: Option<&str>) -> Option<Expr> {
    let name = field.name();
    let text = match (value, field.spec().class) {
        (None, _) => format!("-{name}:*"),
        // A pivot names one thing exactly; a name alone would find its namesakes too.
        (Some(v), Class::Name | Class::Text) => format!("{name}={}", pattern::quote(v)),
        (Some(v), Class::Bool | Class::Time) => format!("{name}:{v}"),
        (Some(v), _) => match query::parse(&format!("{name}:{v}"), &query::Context::default()) {
            // Plain words stay plain, so that the filter reads as a person would type it.
            plain if is_one_plain_test(&plain, v) => format!("{name}:{v}"),
            _ => format!("{name}:{}", pattern::quote(v)),
        },
    };
    query::parse(&text, &query::Context::default())
        .usable()
        .cloned()
}

/// The term that a value of a card means: as [`term`], but a tool is a part of its user agent.
pub fn part(field: Field, value: &str) -> Option<Expr> {
    match field {
        Field::Ua => query::parse(
            &format!("ua:{}", pattern::quote(value)),
            &query::Context::default(),
        )
        .usable()
        .cloned(),
        _ => term(field, Some(value)),
    }
}

fn is_one_plain_test(parsed: &query::Parsed, value: &str) -> bool {
    !crate::base::text::Wildcard::is_wild(value)
        && value
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':'))
        && matches!(parsed.usable(), Some(Expr::Test(test)) if test.values.len() == 1)
}

/// The value the focus is on, as a term: a cell, a facet row, a card's row or a JSON leaf.
fn focused_term(state: &State) -> Result<Expr, String> {
    let none = || "there is no value here to filter by".to_owned();
    match state.focus {
        Focus::List => {
            let id = state.focused_event().ok_or_else(none)?;
            let columns = moves::columns_of(state);
            let column = columns.get(state.view.column.min(columns.len().saturating_sub(1)));
            let field = column.and_then(|c| c.field()).ok_or_else(none)?;
            if field == Field::Time {
                let time = state.snapshot.time(id).ok_or_else(none)?;
                return term(field, Some(&time.iso())).ok_or_else(none);
            }
            let value = match field {
                Field::Id | Field::Bytes => columns::text_of(&state.snapshot, id, field),
                _ => tally::value_of(&state.snapshot, id, field).map(|(v, _)| v),
            };
            term(field, value.as_deref()).ok_or_else(none)
        }
        Focus::Facets => match facets::focused(state) {
            Some(FacetTarget::Value(field, v, _)) => {
                term(field, v.value.as_deref()).ok_or_else(none)
            }
            _ => Err("put the focus on a value".to_owned()),
        },
        Focus::Chips | Focus::Histogram => Err(none()),
        Focus::Portrait => match pivots::focused_row(state) {
            Some(crate::view::portrait::RowTarget::Value(field, v)) => {
                term(field, v.as_deref()).ok_or_else(none)
            }
            Some(crate::view::portrait::RowTarget::Terms(values)) => {
                let (field, value) = values.last().ok_or_else(none)?;
                part(*field, value).ok_or_else(none)
            }
            _ => Err("put the focus on a value".to_owned()),
        },
        Focus::Detail => {
            let line = state
                .detail
                .lines
                .get(state.view.detail_at.0)
                .ok_or_else(none)?;
            if let Some((field, value)) = &line.field {
                return term(*field, Some(value)).ok_or_else(none);
            }
            let leaf = line
                .leaf
                .as_ref()
                .filter(|_| !line.path.is_empty())
                .ok_or_else(none)?;
            if leaf.contains("‹hidden:") {
                let key = state.key(Command::Reveal);
                return Err(format!("this value is a secret and hidden: {key} shows it"));
            }
            let is_null =
                |piece: &Cell| piece.tone == Tone::Constant && piece.text.as_str() == "null";
            let text = if line.line.pieces.iter().any(is_null) {
                // Nothing is equal to it: it is what is not there.
                format!("-{}:*", line.path)
            } else {
                format!("{}={}", line.path, pattern::quote(leaf))
            };
            query::parse(&text, &query::Context::default())
                .usable()
                .cloned()
                .ok_or_else(none)
        }
    }
}

/// Filters by the focused value.
pub fn focused_value(state: &mut State, side: Side) {
    state.last_side = Some(side);
    if state.focus == Focus::Chips {
        return chips::point(state, side);
    }
    let term = match focused_term(state) {
        Ok(term) => term,
        Err(why) => return state.refuse(why),
    };
    let marked = match state.focus {
        Focus::Facets => facets::marked_terms(state),
        _ => Vec::new(),
    };
    let (filter, note) = if marked.is_empty() {
        edited(&state.view.filter, &term, side)
    } else {
        (edited_by_all(&state.view.filter, &marked, side), None)
    };
    if filter == *state.view.filter && state.view.about == About::Timeline {
        return state.refuse(note.unwrap_or_else(|| format!("the filter says {term} already")));
    }
    let text = filter.to_string();
    let keep_focus = state.focus;
    set(state, text, filter);
    // They have done their part; the view that is left keeps its own.
    state.view.marked.clear();
    if keep_focus != Focus::Portrait {
        state.focus = keep_focus;
    }
    if let Some(note) = note {
        state.say(note);
    }
}

/// A filter with several terms included or excluded, or made the only ones of their fields.
fn edited_by_all(filter: &Expr, terms: &[Expr], side: Side) -> Expr {
    let mut filter = filter.clone();
    let mut met = Vec::new();
    for term in terms {
        let subject = test_of(term).map(|t| t.subject.clone());
        // The first of a field takes the others' place, the next ones stand beside it.
        let side = match side {
            Side::Only if met.contains(&subject) => Side::Include,
            side => side,
        };
        met.push(subject);
        filter = edited(&filter, term, side).0;
    }
    filter
}

/// A filter with a term included, excluded, or made the only one of its field; with what happened
/// where the filter alone does not say it.
pub fn edited(filter: &Expr, term: &Expr, side: Side) -> (Expr, Option<String>) {
    let mut parts: Vec<Expr> = match filter {
        Expr::All => Vec::new(),
        Expr::And(parts) => parts.clone(),
        other => vec![other.clone()],
    };
    let negated = Expr::Not(Box::new(term.clone()));
    let (Some(wanted), Side::Include | Side::Only | Side::Exclude) = (test_of(term), side) else {
        return (Expr::all_of(parts), None);
    };
    let mut note = None;
    let is_plain = matches!(term, Expr::Test(_));
    match side {
        Side::Only => {
            parts.retain(|p| test_of(p).is_none_or(|t| t.subject != wanted.subject));
            parts.push(term.clone());
        }
        Side::Include => {
            parts.retain(|p| *p != negated && unnegated(p) != Some(term));
            // One of several hidden values is shown again, the others stay hidden.
            for part in &mut parts {
                if let Expr::Not(inner) = part
                    && let Expr::Test(hidden) = &mut **inner
                    && is_plain
                    && hidden.subject == wanted.subject
                    && hidden.op == wanted.op
                    && hidden.values.len() > 1
                {
                    hidden.values.retain(|v| !wanted.values.contains(v));
                }
            }
            parts.retain(|p| !matches!(unnegated(p), Some(Expr::Test(t)) if t.values.is_empty()));
            let joins = |p: &&mut Expr| matches!(p, Expr::Test(t) if is_plain && t.subject == wanted.subject && t.op == wanted.op);
            if let Some(Expr::Test(known)) = parts.iter_mut().find(joins) {
                if known.values.len() > 1 && wanted.values.iter().all(|v| known.values.contains(v))
                {
                    note = Some(format!("{term} is kept already; = keeps nothing else"));
                }
                for value in &wanted.values {
                    if !known.values.contains(value) {
                        known.values.push(value.clone());
                    }
                }
            } else if !parts.contains(term) {
                parts.push(term.clone());
            }
        }
        Side::Exclude => {
            let mut was_included = false;
            if is_plain {
                for part in &mut parts {
                    if let Expr::Test(known) = part
                        && known.subject == wanted.subject
                        && known.op == wanted.op
                    {
                        let before = known.values.len();
                        known.values.retain(|v| !wanted.values.contains(v));
                        // The last value kept cannot just go: that would show everything.
                        was_included |= known.values.len() != before && !known.values.is_empty();
                        note = (known.values.len() != before)
                            .then(|| {
                                if known.values.is_empty() {
                                    format!("now hidden, and the others show: {term}")
                                } else {
                                    format!("no longer among those kept: {term}")
                                }
                            })
                            .or(note);
                    }
                }
                parts.retain(|p| !matches!(p, Expr::Test(t) if t.values.is_empty()));
            }
            let opposite = match unnegated(term) {
                // Excluding "absent" keeps what is present.
                Some(inner) => inner.clone(),
                None => negated,
            };
            // What keeps this very thing contradicts hiding it.
            parts.retain(|p| p != term);
            if !was_included && !parts.contains(&opposite) {
                parts.push(opposite);
            }
        }
    }
    (Expr::all_of(parts), note)
}

fn unnegated(expr: &Expr) -> Option<&Expr> {
    match expr {
        Expr::Not(inner) => Some(inner),
        _ => None,
    }
}

/// The test of a term, negated or not.
fn test_of(expr: &Expr) -> Option<&Test> {
    match expr {
        Expr::Test(test) => Some(test),
        Expr::Not(inner) => test_of(inner),
        _ => None,
    }
}

/// A principal's exact key as a filter.
pub fn principal_filter(key: &str) -> Option<Expr> {
    term(Field::Who, Some(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expr(text: &str) -> Expr {
        let parsed = query::parse(text, &query::Context::default());
        parsed
            .usable()
            .unwrap_or_else(|| panic!("{text}: {:?}", parsed.diagnostics))
            .clone()
    }

    fn check(filter: &str, side: Side, value: (Field, Option<&str>), becomes: &str) {
        let term = term(value.0, value.1).unwrap();
        assert_eq!(
            edited(&expr(filter), &term, side).0.to_string(),
            becomes,
            "{filter} {side:?}"
        );
    }

    #[test]
    fn pointing_edits_the_filter_as_a_person_would() {
        let svc = |v| (Field::Svc, Some(v));
        check("", Side::Include, svc("ec2"), "svc:ec2");
        check("svc:ec2", Side::Include, svc("iam"), "svc:ec2,iam");
        check("svc:ec2,iam", Side::Exclude, svc("iam"), "svc:ec2");
        check("svc:ec2", Side::Exclude, svc("ec2"), "-svc:ec2");
        check(
            "svc:ec2 verb:write",
            Side::Exclude,
            svc("ec2"),
            "verb:write -svc:ec2",
        );
        check(
            "-svc:ec2,iam",
            Side::Include,
            svc("iam"),
            "-svc:ec2 svc:iam",
        );
        check("-err:*", Side::Exclude, (Field::Err, None), "err:*");
        check("svc:ec2", Side::Exclude, svc("iam"), "svc:ec2 -svc:iam");
        check(
            "-svc:iam verb:write",
            Side::Include,
            svc("iam"),
            "verb:write svc:iam",
        );
        check(
            "svc:ec2 -svc:s3 verb:write",
            Side::Only,
            svc("iam"),
            "verb:write svc:iam",
        );
        check(
            "verb:write",
            Side::Include,
            (Field::Err, None),
            "verb:write -err:*",
        );
        check(
            "verb:write",
            Side::Exclude,
            (Field::Err, None),
            "verb:write err:*",
        );
    }

    #[test]
    fn a_pivot_names_its_principal_exactly() {
        let key = "arn:aws:iam::123456789012:user/Alice";
        let text = principal_filter(key).unwrap().to_string();
        assert_eq!(text, format!("who={key}"));
        assert_eq!(expr(&text), principal_filter(key).unwrap());
    }
}
