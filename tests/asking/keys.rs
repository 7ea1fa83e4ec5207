//! Keys that are bound otherwise, and actions by name.

use std::sync::Arc;

use trailhound::app::keymap::Scope;
use trailhound::app::keys::{Keys, Wish};

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
