//! Asking by pointing: chips, toggles, repeats, with the real engine behind.

use crate::driver::Driver;
use trailhound::app::state::{Focus, Overlay};

#[test]
fn terms_are_switched_off_and_on_one_by_one() {
    let mut d = Driver::demo(120, 36);
    let all = d.count();
    d.filter("verb:write,delete err:none who:alice");
    let whole = d.count();
    let text = d.text();
    assert!(text.contains("[+ verb:write,delete ×]"), "{text}");
    // The second term goes off in its place, and comes back.
    d.keys("F5 l Enter");
    assert_eq!(d.state.view.text, "verb:write,delete who:alice");
    assert!(d.count() > whole);
    assert!(d.text().contains("○ err:none ×]"), "{}", d.text());
    assert_eq!(d.state.focus, Focus::Chips);
    d.keys("Enter");
    assert_eq!(d.state.view.text, "verb:write,delete err:none who:alice");
    assert_eq!(d.count(), whole);
    // Turned round, and alone.
    d.keys("-");
    assert_eq!(d.state.view.text, "verb:write,delete -err:none who:alice");
    d.keys("[ =");
    assert_eq!(d.state.view.text, "err:none");
    assert_eq!(d.text().matches("○ ").count(), 2, "{}", d.text());
    d.keys("+");
    assert_eq!(d.said(), "it is so already");
    // All off is everything; dropping leaves nothing behind.
    d.keys("Space");
    assert_eq!((d.state.view.text.as_str(), d.count()), ("", all));
    d.keys("x x x");
    assert!(d.state.view.off.is_empty() && d.state.focus == Focus::List);
    // Every step was a place of its own.
    while !d.state.back.is_empty() {
        d.keys("[");
    }
    assert_eq!((d.state.view.text.as_str(), d.count()), ("", all));
}

#[test]
fn the_mouse_switches_and_drops_terms() {
    let mut d = Driver::demo(120, 36);
    d.filter("verb:write err:none");
    d.click("+ err:none");
    assert_eq!(d.state.view.text, "verb:write");
    d.click("○ err:none");
    assert_eq!(d.state.view.text, "verb:write err:none");
    let (x, y) = d.find("+ err:none").unwrap();
    d.click_at(x + "+ err:none ".len() as u16, y);
    assert_eq!(d.state.view.text, "verb:write");
    assert!(d.state.view.off.is_empty());
}

#[test]
fn what_toggles_hide_is_counted() {
    let mut d = Driver::demo(120, 36);
    let all = d.count();
    d.keys(", r");
    let changes = d.count();
    assert!(changes < all);
    let hidden = format!("{} hidden: reads", all - changes);
    assert!(d.text().replace(',', "").contains(&hidden), "{}", d.text());
    d.keys(", e");
    let failed = d.count();
    assert!(failed > 0 && failed < changes);
    let hidden = format!("{} hidden: reads successes", all - failed);
    assert!(d.text().replace(',', "").contains(&hidden), "{}", d.text());
    // A toggle hides under every filter, and back brings each step back.
    d.filter("who:alice");
    let narrow = d.count();
    d.keys(", x");
    let alice = d.count();
    assert!(alice > narrow);
    d.keys("[ [ [");
    assert_eq!(d.count(), changes);
    d.keys("[");
    assert_eq!(d.count(), all);
    // A small screen says it in the filter line.
    d.keys(", s").resize(60, 14);
    assert!(d.text().contains("hidden: services"), "{}", d.text());
}

#[test]
fn dot_repeats_on_another_row_and_ampersand_adds() {
    let mut d = Driver::demo(120, 36);
    d.keys(".");
    assert!(d.said().contains("nothing to repeat"), "{}", d.said());
    d.state.view.column = 4;
    d.keys("-");
    let once = d.count();
    d.keys("j .");
    assert!(d.count() < once, "{}", d.state.view.text);
    d.filter("who:alice OR who:bob").keys("&");
    d.type_in("verb:write").keys("Enter");
    assert_eq!(d.state.view.text, "(who:alice OR who:bob) verb:write");
}

#[test]
fn a_value_that_is_null_is_pointed_at_as_what_is_not_there() {
    let mut d = Driver::demo(120, 36);
    d.filter("what:GetCallerIdentity");
    let all = d.count();
    d.keys("Enter d");
    assert!(d.text().contains("[Request]"), "{}", d.text());
    d.keys("=");
    let text = "what:GetCallerIdentity -.requestParameters:*";
    assert_eq!((d.state.view.text.as_str(), d.count()), (text, all));
    d.keys("[ -");
    let text = "what:GetCallerIdentity .requestParameters:*";
    assert_eq!((d.state.view.text.as_str(), d.count()), (text, 0));
}

#[test]
fn a_view_is_saved_under_a_name_that_is_typed_or_the_one_it_has() {
    let mut d = Driver::demo(80, 24);
    d.filter("verb:delete").keys("B");
    assert!(
        d.text().contains("Enter calls it verb:delete"),
        "{}",
        d.text()
    );
    d.keys("Enter B").type_in("mine").keys("Enter");
    let names: Vec<&str> = d.kept.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["verb:delete", "mine"]);
}

#[test]
fn around_an_event_everyone_can_be_seen_and_gone_on_with() {
    let mut d = Driver::demo(120, 36);
    d.filter("what:DeleteLoadBalancer err:none").keys("G x");
    let one = match &d.state.overlay {
        Some(Overlay::Around(around)) => around.clone(),
        other => panic!("{other:?}"),
    };
    assert!(d.text().contains("Alice ±30 min"), "{}", d.text());
    d.keys("A");
    let Some(Overlay::Around(all)) = d.state.overlay.clone() else {
        panic!("it stays open");
    };
    assert!(d.text().contains("everyone ±30 min"), "{}", d.text());
    assert!(all.events.len() > one.events.len());
    assert!(one.events.iter().all(|id| all.events.contains(id)));
    assert_eq!(
        all.events[all.at], one.anchor,
        "the cursor stays on its event"
    );
    let others = all
        .events
        .iter()
        .filter(|id| !one.events.contains(id))
        .count();
    assert!(others > 5, "{others}");
    // The view it becomes is of everyone, too.
    d.keys("Enter");
    assert!(d.state.view.text.starts_with("t:"), "{}", d.state.view.text);
    assert_eq!(d.count(), all.events.len());
    assert_eq!(d.state.focused_event(), Some(one.anchor));
    d.keys("[");
    assert!(d.text().contains("everyone ±30 min"), "{}", d.text());
    d.keys("A");
    assert!(d.text().contains("Alice ±30 min"), "{}", d.text());
    for (width, height) in [(80, 24), (40, 12), (200, 60)] {
        d.keys("A").resize(width, height);
        assert!(d.text().contains("±30 min"), "{}", d.text());
    }
}
