//! What going somewhere takes along, and what is left out on purpose.

use trailhound::app::state::About;

use crate::driver::Driver;

const DAY: &str = "t:2026-11-20T12:00:00Z..2026-11-20T15:00:00Z";

/// The events of a filter, asked alone.
fn count(d: &mut Driver, filter: &str) -> usize {
    d.filter(filter);
    let count = d.count();
    d.keys("[");
    count
}

#[test]
fn the_time_goes_along_and_the_rest_stays_behind() {
    let mut d = Driver::demo(120, 36);
    let filter = format!("who:alice verb:write {DAY}");
    d.filter(&filter);
    let narrow = d.count();
    d.keys("p");
    let text = d.state.view.text.clone();
    assert!(text.ends_with(&format!("user/Alice {DAY}")), "{text}");
    assert!(matches!(d.state.view.about, About::Subject(..)));
    let (here, shown) = (d.count(), d.text());
    assert!(
        shown.contains("[Alice + t:2026-11-20T12:00:00Z.."),
        "{shown}"
    );
    assert_eq!(here, count(&mut d, &text));
    // A term of time can be switched off where it does not help; the view stays about the person.
    d.keys("F5 l Enter");
    assert!(d.count() > here && !d.state.view.text.contains("t:"));
    assert!(matches!(d.state.view.about, About::Subject(..)));
    // Without the term that names it, it is about nobody.
    d.keys("Esc F5 h x");
    assert!(d.state.view.about == About::Timeline, "{}", d.text());
    d.keys("[ [");
    assert_eq!(
        (d.state.view.text.as_str(), d.count()),
        (text.as_str(), here)
    );
    d.keys("[");
    assert_eq!(
        (d.state.view.text.as_str(), d.count()),
        (filter.as_str(), narrow)
    );
    // A resource of the event, the sessions of its person.
    d.keys("e r");
    if d.state.overlay.is_some() {
        d.keys("1");
    }
    assert!(d.state.view.text.ends_with(DAY), "{}", d.state.view.text);
    d.keys("[ s Enter");
    assert!(d.state.view.about == About::Timeline, "{}", d.text());
    assert!(d.state.view.text.ends_with(DAY), "{}", d.state.view.text);
    // Back in the first view nothing is taken along, for there is no time.
    d.keys("[ [ [ p");
    assert!(!d.state.view.text.contains(' '), "{}", d.state.view.text);
}

#[test]
fn the_whole_filter_goes_along_where_that_is_wished() {
    let mut d = Driver::demo(120, 36);
    d.filter("region:us-east-1 err:none").keys(", w , k");
    assert!(d.said().contains("the whole filter"), "{}", d.said());
    d.keys("p");
    let (text, here) = (d.state.view.text.clone(), d.count());
    assert!(text.ends_with(" region:us-east-1 err:none"), "{text}");
    assert!(d.state.view.hidden.reads);
    assert!(d.text().contains("hidden: reads"), "{}", d.text());
    d.keys(", x");
    assert!(d.count() >= here);
    d.keys("[ [ , k");
    assert!(d.said().contains("only the terms of time"), "{}", d.said());
    d.keys("p");
    assert!(!d.state.view.text.contains("region:"));
    assert!(!d.state.view.hidden.reads);
}

#[test]
fn links_that_do_not_count_are_counted() {
    let mut d = Driver::demo(120, 36);
    assert!(d.state.inferred > 0, "the incident has inferred links");
    d.filter("who:alice verb:write");
    let words = format!("{} inferred links (~) not counted", d.state.inferred);
    assert!(d.text().contains(&words), "{}", d.text());
    d.keys(",");
    assert!(d.text().contains("left out now"), "{}", d.text());
    d.keys("i");
    assert!(d.state.wishes.inferred);
    assert!(d.said().contains("now count"), "{}", d.said());
    assert!(!d.text().contains("not counted"), "{}", d.text());
    d.keys(", i");
    assert!(!d.state.wishes.inferred && d.text().contains(&words));
}
