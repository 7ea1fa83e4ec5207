//! Facets: chosen fields in a chosen order, exact figures, search, sorting, several values at once.

use trailhound::app::facets::{self, FacetTarget};
use trailhound::app::state::{About, Focus};
use trailhound::index::schema::Field;

use crate::driver::Driver;

fn labels(d: &Driver, field: Field) -> Vec<String> {
    facets::lines(&d.state)
        .iter()
        .filter_map(|l| match l {
            FacetTarget::Value(f, v, _) if *f == field => Some(v.label.clone()),
            _ => None,
        })
        .collect()
}

/// Review task 18: everyone who used this address. The cell's `=`, and the facet answers.
#[test]
fn everyone_who_used_an_address() {
    let mut d = Driver::demo(120, 60);
    d.keys("/ ctrl-u").paste("ip:203.0.113.77").keys("Enter");
    let people = labels(&d, Field::Who);
    assert!(people.len() >= 2, "{people:?}");
}

#[test]
fn an_opened_field_has_all_values_and_their_sightings() {
    let mut d = Driver::demo(120, 60);
    d.keys("Tab Tab");
    assert_eq!(d.state.focus, Focus::Facets);
    // The second field, opened, searched.
    d.keys("g");
    while !matches!(
        facets::focused(&d.state),
        Some(FacetTarget::Heading(Field::What, _))
    ) {
        d.keys("j");
    }
    d.keys("l j");
    let facet = d
        .state
        .answer
        .facets
        .iter()
        .find(|f| f.field == Field::What)
        .unwrap();
    assert_eq!(facet.values.len() as u64, facet.distinct);
    assert!(
        facet
            .values
            .iter()
            .all(|v| v.first.is_some() && v.first <= v.last)
    );
    let sum: u64 = facet.values.iter().map(|v| v.events).sum();
    assert_eq!(sum, facet.total);
    let text = d.text();
    assert!(text.contains(" %), first 2026-"), "{text}");
    d.keys("f").type_in("delete").keys("Enter");
    let found = labels(&d, Field::What);
    assert!(
        !found.is_empty() && found.iter().all(|l| l.to_lowercase().contains("delete")),
        "{found:?}"
    );
    assert!(
        d.text().contains(&format!("what {} of", found.len())),
        "{}",
        d.text()
    );
    // Sorted by name, then by first sighting.
    d.keys("S");
    let mut sorted = found.clone();
    sorted.sort();
    assert_eq!(labels(&d, Field::What), sorted);
    d.keys("S");
    let firsts: Vec<_> = facets::lines(&d.state)
        .iter()
        .filter_map(|l| match l {
            FacetTarget::Value(Field::What, v, _) => Some(v.first),
            _ => None,
        })
        .collect();
    assert!(firsts.is_sorted());
}

#[test]
fn several_values_are_kept_or_hidden_at_once() {
    let mut d = Driver::demo(120, 60);
    let all = d.count() as u64;
    d.keys("Tab Tab g");
    while !matches!(
        facets::focused(&d.state),
        Some(FacetTarget::Heading(Field::Svc, _))
    ) {
        d.keys("j");
    }
    d.keys("j");
    let of = |d: &Driver| match facets::focused(&d.state) {
        Some(FacetTarget::Value(_, v, _)) => v.events,
        other => panic!("{other:?}"),
    };
    let first = of(&d);
    d.keys("Space");
    let second = of(&d);
    d.keys("Space");
    assert!(d.text().contains('●'), "{}", d.text());
    d.keys("=");
    assert_eq!(d.count() as u64, first + second, "{}", d.state.view.text);
    // Going back brings the marks back, too.
    d.keys("[ -");
    assert_eq!(
        d.count() as u64,
        all - first - second,
        "{}",
        d.state.view.text
    );
    assert!(d.state.view.marked.is_empty());
}

#[test]
fn any_field_can_be_counted_where_the_person_wants_it() {
    let mut d = Driver::demo(120, 60);
    d.keys("Tab Tab g");
    d.keys("\\").type_in("key").keys("Enter");
    assert_eq!(d.state.facets[0], Field::Key, "{:?}", d.state.facets);
    assert_eq!(d.state.answer.facets[0].field, d.state.facets[0]);
    let field = d.state.facets[0];
    assert!(!labels(&d, field).is_empty());
    d.keys("g >");
    assert_eq!(d.state.facets[1], field);
    assert!(matches!(facets::focused(&d.state), Some(FacetTarget::Heading(f, _)) if f == field));
    d.keys("<");
    assert_eq!(d.state.facets[0], field);
    let name = field.name();
    d.keys("\\").type_in(name).keys("Enter");
    assert!(!d.state.facets.contains(&field));
}

/// From the name of a resource or a person in the facets to its page, and back to that name.
#[test]
fn names_in_the_facets_lead_to_their_pages() {
    let mut d = Driver::demo(120, 60);
    d.keys("Tab Tab g");
    d.keys("\\").type_in("res").keys("Enter");
    d.keys("\\").type_in("key").keys("Enter");
    for (field, key, page) in [
        (Field::Who, "p", "Principal"),
        (Field::Res, "r", "Resource"),
        (Field::Key, "r", "Resource"),
    ] {
        let at = |d: &Driver| match facets::focused(&d.state) {
            Some(FacetTarget::Value(f, v, _)) if f == field => v.value.clone(),
            _ => None,
        };
        d.keys("g");
        while at(&d).is_none_or(|value| value.is_empty()) {
            d.keys("j");
        }
        let name = at(&d);
        d.keys(key);
        let About::Subject(subject, _) = &d.state.view.about else {
            panic!("{key} on {name:?} goes nowhere");
        };
        assert!(format!("{subject:?}").starts_with(page), "{subject:?}");
        assert_eq!(Some(subject.name()), name.as_deref());
        assert!(d.count() > 0);
        d.keys("[");
        assert_eq!(at(&d), name);
    }
}
