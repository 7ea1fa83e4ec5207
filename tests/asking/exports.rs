//! Writing views to files: what is asked for, and what is never done unasked.

use trailhound::app::action::Action;
use trailhound::app::export::{Format, Outcome, What};
use trailhound::app::state::Overlay;

use crate::driver::Driver;

#[test]
fn a_view_is_written_as_it_is_asked_for() {
    let mut d = Driver::demo(120, 36);
    d.filter("verb:delete")
        .keys("X ctrl-u")
        .type_in("out.jsonl")
        .keys("Enter");
    let export = d.exports.pop().unwrap();
    assert_eq!(
        (export.file.as_str(), export.format, export.over),
        ("out.jsonl", Format::Jsonl, false)
    );
    assert_eq!(export.what.rows(), d.count());
    assert!(
        export
            .head
            .iter()
            .any(|(k, v)| *k == "filter" && v == "verb:delete")
    );
    // A name without a format says so and keeps what was typed.
    d.keys("X ctrl-u").type_in("out").keys("Enter");
    assert!(
        d.exports.is_empty() && d.text().contains("format"),
        "{}",
        d.text()
    );
    d.keys("Esc");
    // A file that is there is written over only after a yes.
    d.apply(Action::Exported(Outcome::Exists("out.csv".to_owned())));
    assert!(matches!(d.state.overlay, Some(Overlay::Question(_))));
    d.type_in("no").keys("Enter");
    assert!(
        d.exports.is_empty() && d.said().contains("stays"),
        "{}",
        d.said()
    );
    d.apply(Action::Exported(Outcome::Exists("out.csv".to_owned())));
    d.type_in("yes").keys("Enter");
    assert!(d.exports.pop().unwrap().over);
    // From the facets it is the values of that field.
    d.keys("Tab Tab");
    d.keys("g X Enter");
    let export = d.exports.pop().unwrap();
    assert!(
        matches!(&export.what, What::Counts(c) if c.total == d.count() as u64),
        "{export:?}"
    );
    // Nothing is nothing to write.
    d.filter("who:nobody-at-all").keys("X");
    assert!(d.said().contains("nothing to write"), "{}", d.said());
}

/// Review task 13: why was this refused. The summary says it.
#[test]
fn a_refusal_is_explained() {
    let mut d = Driver::demo(120, 60);
    d.filter("err:denied msg:*authorized*");
    assert!(d.count() > 0);
    let text = d.text();
    assert!(text.contains("WHY") && text.contains("asked for"), "{text}");
}
