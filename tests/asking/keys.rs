//! Keys that are bound otherwise, and actions by name.

use std::sync::Arc;

use trailhound::app::action::Action;
use trailhound::app::keymap::Scope;
use trailhound::app::keys::{Keys, Wish};
use trailhound::app::state::{FacetSort, Focus, Overlay};

use crate::driver::Driver;

fn bound(wishes: &[(Scope, &str, &[&str])]) -> Driver {
    let wishes: Vec<Wish> = wishes
        .iter()
        .map(|(scope, action, keys)| Wish {
            scope: *scope,
            action: (*action).to_owned(),
            keys: keys.iter().map(|key| (*key).to_owned()).collect(),
        })
        .collect();
    let mut d = Driver::demo(150, 90);
    d.state.keys = Arc::new(Keys::with(&wishes).expect("keys"));
    d
}

#[test]
fn a_key_that_is_bound_otherwise_works_and_shows() {
    let mut d = bound(&[
        (Scope::Global, "principal", &["F9"]),
        (Scope::Global, "help", &["F10"]),
        (Scope::List, "next-error", &["ctrl-e", "F8"]),
    ]);
    let text = d.text();
    assert!(
        text.contains("F10 help") && text.contains("F9 who"),
        "{text}"
    );
    d.keys("p");
    assert_eq!(d.said(), "p does nothing here; F10 lists the keys");
    d.keys("e");
    assert!(d.said().contains("does nothing here"), "{}", d.said());
    d.keys("ctrl-e F10");
    let text = d.text();
    assert!(text.contains("ctrl-e F8  next failed call"), "{text}");
    assert!(text.contains("F9  everything this event's"), "{text}");
    d.keys("Esc :").type_in("next failed");
    assert!(d.text().contains("ctrl-e"), "{}", d.text());
    d.keys("Esc F9");
    assert_eq!(d.state.back.len(), 1, "{}", d.text());
}

fn entries(d: &Driver) -> Vec<(String, String)> {
    let Some(Overlay::Picker(picker)) = &d.state.overlay else {
        panic!("no palette\n{}", d.text());
    };
    let entries = picker.entries.iter();
    entries.map(|e| (e.key.clone(), e.label.clone())).collect()
}

#[test]
fn the_palette_has_every_action_of_every_pane_with_its_key() {
    let mut d = Driver::demo(150, 50);
    d.keys(":");
    let listed = entries(&d);
    for scope in [Scope::Global, Scope::List, Scope::Facets, Scope::Detail] {
        for row in Keys::default().of(scope) {
            let own = (row.keys[0].clone(), row.about.to_owned());
            let is_itself = row.about == "find an action by its name";
            assert!(is_itself || listed.contains(&own), "{own:?}");
        }
    }
    assert!(
        listed
            .iter()
            .any(|(_, label)| label.starts_with("filter by res: "))
    );
    // By some letters of what it does.
    d.type_in("nxt fail call").keys("Enter");
    assert!(d.state.overlay.is_none() && d.state.under.is_empty());
    assert!(d.text().contains("AccessDenied"), "{}", d.text());
    // By its key, and with its pane.
    d.keys(":").type_in("F3").keys("Enter");
    assert!(!d.state.view.detail);
    d.keys(":").type_in("sort values by count").keys("Enter");
    assert_eq!(d.state.focus, Focus::Facets);
    assert_eq!(d.state.facet_sort, FacetSort::Name);
    // A term of a field.
    d.keys("S-Tab :").type_in("filter by ip").keys("Enter");
    let edit = d.state.edit.as_ref().expect("a filter is typed");
    assert_eq!(edit.input.value(), "ip:");
}

#[test]
fn the_palette_of_a_list_that_floats_acts_on_that_list() {
    let mut d = Driver::demo(150, 50);
    d.keys("2 j :");
    let listed = entries(&d);
    let own = Keys::default();
    let own: Vec<_> = own.of(Scope::People).map(|row| row.about).collect();
    assert_eq!(listed.len(), own.len() - 1, "{listed:?}");
    d.type_in("this person's sessions").keys("Enter");
    assert!(
        matches!(d.state.overlay, Some(Overlay::Chain(_))),
        "{}",
        d.text()
    );
    d.keys("?");
    assert!(d.text().contains("Keys: Sessions"), "{}", d.text());
    d.keys("Esc");
    assert!(matches!(d.state.overlay, Some(Overlay::Chain(_))));
    d.keys(": Esc");
    assert!(matches!(d.state.overlay, Some(Overlay::Chain(_))));
    // Under the sessions the people still stand.
    d.keys("Esc");
    assert!(matches!(d.state.overlay, Some(Overlay::People(_))));
    d.keys("Esc");
    assert!(d.state.overlay.is_none() && d.state.under.is_empty());
}

#[test]
fn two_keys_one_after_the_other_hand_the_filter_to_an_editor() {
    let mut d = Driver::demo(120, 36);
    d.keys("/").type_in("who:alice").keys("ctrl-x");
    assert_eq!(d.said(), "ctrl-x …");
    d.keys("a");
    assert_eq!(d.said(), "ctrl-x a does nothing here");
    let text = |d: &Driver| {
        let edit = d.state.edit.as_ref();
        edit.map(|edit| edit.input.value().to_owned())
    };
    assert_eq!(text(&d).as_deref(), Some("who:alice"));
    d.keys("ctrl-x ctrl-e");
    assert_eq!(d.outside.take().as_deref(), Some("who:alice"));
    // Lines become one; what is wrong is said as if it had been typed.
    d.apply(Action::Edited(Ok("who:alice\n  whot:x\n".to_owned())));
    d.settle();
    assert_eq!(text(&d).as_deref(), Some("who:alice   whot:x"));
    assert!(d.text().contains("unknown field"), "{}", d.text());
    d.apply(Action::Edited(Err("vi ended with 1".to_owned())));
    assert!(d.said().contains("stays as it was"), "{}", d.said());
    assert_eq!(text(&d).as_deref(), Some("who:alice   whot:x"));
}
