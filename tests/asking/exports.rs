//! Writing views to files: what is asked for, and what is never done unasked.

use trailhound::app::action::Action;
use trailhound::app::export::{Format, Outcome, What};
use trailhound::app::state::Overlay;
use trailhound::app::tables::{Table, Value};
use trailhound::index::schema::Field;

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
    d.apply(Action::Exported(Outcome::Exists("out.jsonl".to_owned())));
    assert!(matches!(d.state.overlay, Some(Overlay::Question(_))));
    d.type_in("no").keys("Enter");
    assert!(
        d.exports.is_empty() && d.said().contains("stays"),
        "{}",
        d.said()
    );
    d.apply(Action::Exported(Outcome::Exists("out.jsonl".to_owned())));
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

/// The table that `X` would write from here.
fn table(d: &mut Driver, keys: &str) -> Table {
    d.keys(keys).keys("Enter");
    match d.exports.pop().map(|export| export.what) {
        Some(What::Table(table)) => table.as_ref().clone(),
        other => panic!("{other:?}\n{}", d.text()),
    }
}

fn cell<'t>(table: &'t Table, row: usize, column: &str) -> &'t Value {
    let at = table
        .columns
        .iter()
        .position(|c| *c == column)
        .expect("a column");
    &table.rows[row][at]
}

#[test]
fn every_screen_writes_what_it_shows() {
    let mut d = Driver::demo(150, 50);
    d.filter("ip:203.0.113.77");
    // People, with the same figures as on the screen.
    let people = table(&mut d, "2 X");
    assert_eq!(people.name, "people");
    assert_eq!(cell(&people, 0, "label"), &Value::Text("Alice".to_owned()));
    assert_eq!(cell(&people, 0, "events"), &Value::Count(379));
    assert!(
        matches!(d.state.overlay, Some(Overlay::People(_))),
        "it stays open"
    );
    // Sessions: the whole tree whatever is folded.
    d.keys("4");
    let open = table(&mut d, "X");
    let folded = table(&mut d, "H X");
    assert_eq!(
        (open.name, open.rows.len()),
        ("sessions", folded.rows.len())
    );
    let proven = (0..open.rows.len())
        .filter(|row| matches!(cell(&open, *row, "confidence"), Value::Text(t) if t == "exact"));
    assert!(proven.count() >= 2, "{open:?}");
    d.keys("Esc Esc");
    // Files.
    let files = table(&mut d, "7 ctrl-s");
    assert_eq!((files.name, files.rows.len()), ("files", 1937));
    d.keys("f").type_in("us-east-1").keys("Enter");
    let some = table(&mut d, "X");
    assert!(some.rows.len() < files.rows.len() && !some.rows.is_empty());
    // The map of the evidence: every event stands in one stretch.
    let map = table(&mut d, "v X");
    assert_eq!(map.name, "coverage");
    let events = (0..map.rows.len()).map(|row| match cell(&map, row, "events") {
        Value::Count(n) => *n,
        other => panic!("{other:?}"),
    });
    assert_eq!(events.sum::<u64>(), 7847);
    d.keys("Esc Esc Esc");
    // Resources, and one of them.
    let all = table(&mut d, "3 X");
    assert_eq!((all.name, all.columns[0]), ("resources", "name"));
    d.keys("q");
    d.filter("what:DeleteLoadBalancer").keys("r");
    if matches!(d.state.overlay, Some(Overlay::Picker(_))) {
        d.keys("Enter");
    }
    d.keys("S-Tab");
    let one = table(&mut d, "X");
    assert_eq!(one.name, "resource");
    assert!(format!("{one:?}").contains("prod-web"), "{one:?}");
    d.keys("q");
    // Events around one are events.
    d.keys("x X Enter");
    let around = d.exports.pop().unwrap();
    assert!(matches!(&around.what, What::Events(events, _) if events.len() > 3));
    d.keys("Esc");
    // Keys, and what could be chosen.
    assert_eq!(table(&mut d, "? X").name, "keys");
    d.keys("Esc");
    assert_eq!(table(&mut d, ": ctrl-s").name, "choices");
}

#[test]
fn a_record_and_what_differs_are_written_whole() {
    let mut d = Driver::demo(150, 50);
    d.filter("what:DeleteLoadBalancer").keys("G Enter");
    let summary = table(&mut d, "X");
    assert_eq!(summary.name, "event");
    assert!(format!("{summary:?}").contains("203.0.113.77"));
    while d.state.view.tab != 3 {
        d.keys("d");
    }
    // Folds are of the screen alone.
    d.keys("H");
    let record = table(&mut d, "X");
    let has = |path: &str| {
        let mut rows = record.rows.iter();
        rows.any(|row| row[0] == Value::Text(path.to_owned()))
    };
    assert!(has(".eventName") && has(".userIdentity.arn"), "{record:?}");
    let diff = table(&mut d, "D X");
    assert_eq!(diff.columns, ["change", "path", "before", "after"]);
    let errors = diff
        .rows
        .iter()
        .filter(|row| row[1] == Value::Text(".errorCode".to_owned()));
    assert_eq!(errors.count(), 1, "{diff:?}");
}

#[test]
fn events_are_written_with_the_columns_that_were_chosen_in_their_order() {
    let mut d = Driver::demo(150, 50);
    d.filter("verb:delete");
    d.keys("\\").type_in("region").keys("Enter Esc");
    d.keys("$ < < X Enter");
    let export = d.exports.pop().unwrap();
    let What::Events(events, columns) = &export.what else {
        panic!("{export:?}");
    };
    let names: Vec<&str> = columns.iter().map(|c| c.name()).collect();
    let shown = d.state.view.columns.iter().filter_map(|c| c.column.field());
    assert_eq!(names, shown.map(Field::name).collect::<Vec<_>>());
    assert!(names.contains(&"region"), "{names:?}");
    assert_ne!(names.last(), Some(&"region"), "{names:?}");
    assert_eq!(events.as_ref(), d.state.listed().as_ref());
    // What was asked for is what is written over a file, whatever is shown by then.
    d.filter("verb:auth");
    d.apply(Action::Exported(Outcome::Exists("events.csv".to_owned())));
    d.type_in("yes").keys("Enter");
    let over = d.exports.pop().unwrap();
    assert!(over.over && over.what.rows() == events.len());
}
