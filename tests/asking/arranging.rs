//! The list as a person arranges it: bursts, order, columns.

use std::collections::BTreeSet;

use trailhound::app::action::Action;
use trailhound::app::chord::Chord;
use trailhound::app::listing;
use trailhound::index::schema::{FIELDS, Field};
use trailhound::pivot::tally;
use trailhound::view::headings::ListColumn;
use trailhound::view::screen::ListRow;

use crate::driver::Driver;

/// The events of the lines in sight: the place of the one shown, and the last mark.
fn rows(d: &Driver) -> Vec<(usize, String)> {
    let rows = listing::list_rows(&d.state).into_iter();
    rows.filter_map(|row| match row {
        ListRow::Event(row) => Some((row.at, row.marks.last().cloned().unwrap_or_default())),
        _ => None,
    })
    .collect()
}

/// The first burst of at least so many events.
fn burst(d: &Driver, least: usize) -> (usize, usize) {
    let lines = listing::lines(&d.state);
    let n = lines.bursts.hits.len();
    (0..n)
        .find_map(|at| lines.burst(at).filter(|(a, b)| b - a >= least))
        .expect("the incident has bursts")
}

fn go(d: &mut Driver, at: usize) {
    d.state.view.event = Some(d.state.listed()[at]);
    d.apply(Action::Press(Chord::parse("0").expect("a key")));
    d.settle();
}

#[test]
fn a_burst_is_one_line_and_all_of_its_events() {
    let mut d = Driver::demo(120, 36);
    let all = d.count();
    let (first, past) = burst(&d, 3);
    go(&mut d, first);
    let n = past - first;
    assert!(d.text().contains(&format!("×{n}")), "{}", d.text());
    assert!(rows(&d).contains(&(first, format!("×{n}"))));
    // One line down is past all of it, one line up is back at its first event.
    d.keys("j");
    assert_eq!(d.state.cursor(), Some(past));
    d.keys("k");
    assert_eq!(d.state.cursor(), Some(first));
    // The next of the same call is the next event, folded or not, and the line says which it is.
    d.keys("l l l l *");
    assert_eq!(d.state.cursor(), Some(first + 1));
    assert!(
        rows(&d).contains(&(first + 1, format!("2/{n}"))),
        "{:?}",
        rows(&d)
    );
    d.keys("#");
    // Unfolded, every event has a line; nothing else has changed.
    d.keys("(");
    let shown: Vec<usize> = rows(&d).iter().map(|(at, _)| *at).collect();
    assert!((first..past).all(|at| shown.contains(&at)), "{shown:?}");
    assert_eq!((d.count(), d.state.cursor()), (all, Some(first)));
    d.keys("j (");
    assert_eq!(d.state.cursor(), Some(first + 1));
    assert!(rows(&d).contains(&(first + 1, format!("2/{n}"))));
    d.keys("k j");
    assert_eq!(d.state.cursor(), Some(first));

    // What is written to a file is every event, either way.
    d.keys("X ctrl-u")
        .type_in("a.csv")
        .keys("Enter ) X ctrl-u")
        .type_in("b.csv")
        .keys("Enter");
    assert_eq!(d.exports.len(), 2);
    assert!(d.exports.iter().all(|e| e.what.rows() == all));

    // Every line, walked from the first to the last, accounts for every event.
    d.keys(") g");
    let lines = listing::lines(&d.state);
    let (mut at, mut seen) = (0, 0);
    while at < all {
        let (first, past) = lines.line(at);
        assert_eq!(first, at);
        seen += past - first;
        at = past;
    }
    assert_eq!(seen, all);
}

#[test]
fn bursts_stay_as_they_are_in_places_and_links() {
    let mut d = Driver::demo(120, 36);
    let (first, past) = burst(&d, 2);
    go(&mut d, first);
    d.keys("( j");
    let event = d.state.focused_event();
    let lines = rows(&d);
    d.keys("p [");
    assert_eq!((d.state.focused_event(), rows(&d)), (event, lines.clone()));
    d.keys("y l");
    let link = d.copied.clone().unwrap();
    for early in [false, true] {
        let mut other = if early {
            Driver::opening(120, 36, vec![Action::Open(link.clone())])
        } else {
            let mut other = Driver::demo(120, 36);
            other.apply(Action::Open(link.clone()));
            other
        };
        other.settle();
        assert_eq!(other.state.focused_event(), event);
        assert_eq!(rows(&other), lines);
        assert_eq!(listing::lines(&other.state).line(first), (first, first + 1));
    }
    assert!(past > first);
    // All of them unfolded is a part of the link, too.
    d.keys(") y l");
    assert!(d.copied.as_deref().unwrap().contains("bursts=unfolded"));
}

#[test]
fn the_list_is_sorted_by_any_field_and_stays_on_its_event() {
    let mut d = Driver::demo(120, 36);
    d.filter("who:alice").keys("j j j j j");
    let event = d.state.focused_event();
    let by_time: Vec<_> = d.state.answer.hits.order.to_vec();
    let s = std::sync::Arc::clone(&d.state.snapshot);
    for spec in FIELDS {
        if !trailhound::pivot::sorted::can_sort(spec.field) {
            continue;
        }
        for descending in [false, true] {
            d.state.view.sort = trailhound::pivot::sorted::SortBy {
                field: spec.field,
                descending,
            };
            d.keys("0");
            assert_eq!(d.state.focused_event(), event, "{}", spec.name);
            let listed = d.state.listed().to_vec();
            let mut same = listed.clone();
            same.sort_by_key(|id| (s.time_key(*id), *id));
            assert_eq!(
                same, by_time,
                "{}: nothing lost, nothing made up",
                spec.name
            );
            if spec.field == Field::Bytes {
                let bytes: Vec<_> = listed.iter().map(|id| s.bytes_out(*id)).collect();
                let known = bytes
                    .iter()
                    .position(Option::is_none)
                    .unwrap_or(bytes.len());
                assert!(bytes[known..].iter().all(Option::is_none));
                let larger =
                    |a: &Option<u64>, b: &Option<u64>| if descending { a >= b } else { a <= b };
                assert!(bytes[..known].is_sorted_by(larger));
            }
            if matches!(spec.field, Field::Time | Field::Bytes) {
                continue;
            }
            let value = |id| tally::value_of(&s, id, spec.field).map(|(_, label)| label);
            let values: Vec<_> = listed.iter().map(|id| value(*id)).collect();
            // Those without a value are last; equal values stand together.
            let absent = values
                .iter()
                .position(Option::is_none)
                .unwrap_or(values.len());
            assert!(
                values[absent..].iter().all(Option::is_none),
                "{}",
                spec.name
            );
            let mut runs = values.clone();
            runs.dedup();
            let distinct: BTreeSet<_> = runs.iter().collect();
            if !matches!(
                spec.field,
                Field::Who | Field::Actor | Field::Res | Field::Session
            ) {
                assert_eq!(runs.len(), distinct.len(), "{}", spec.name);
            }
            if matches!(spec.field, Field::Err | Field::Region | Field::What) {
                let mut sorted: Vec<_> = values[..absent].to_vec();
                sorted.sort_by_key(|v| v.as_deref().map(str::to_lowercase));
                if descending {
                    sorted.reverse();
                }
                assert_eq!(values[..absent], sorted, "{}", spec.name);
            }
        }
    }
}

#[test]
fn sorting_by_keys_and_by_a_click_is_said_and_comes_back() {
    let mut d = Driver::demo(120, 36);
    d.keys("S").type_in("err").keys("Enter");
    assert!(d.text().contains("ERROR ↑"), "{}", d.text());
    let first = d.state.listed()[0];
    assert!(
        d.state
            .snapshot
            .text(trailhound::index::schema::Col::Err, first)
            .is_some()
    );
    d.keys("g");
    assert_eq!(d.state.focused_event(), Some(first));
    // Without time there are no gaps to jump over, and it says so.
    d.keys("}");
    assert!(d.said().contains("sorts by time"), "{}", d.said());
    d.keys("S").type_in("err").keys("Enter");
    assert!(d.text().contains("ERROR ↓"), "{}", d.text());
    d.keys("p");
    assert!(d.state.is_by_time());
    d.keys("[");
    assert!(d.text().contains("ERROR ↓"));
    // A field that is no column is named in the title.
    d.keys("S").type_in("region").keys("Enter");
    assert!(d.text().contains("by region ↑"), "{}", d.text());
    d.click("WHAT");
    assert!(d.text().contains("WHAT ↑"), "{}", d.text());
    // What is written is what is shown.
    d.keys("X Enter");
    let trailhound::app::export::What::Events(events, _) = &d.exports[0].what else {
        panic!("events were asked for");
    };
    assert_eq!(events[..], d.state.listed()[..]);
    d.keys("y l");
    assert!(d.copied.as_deref().unwrap().contains("sort=what"));
}

#[test]
fn columns_are_chosen_moved_and_made_wider() {
    let mut d = Driver::demo(120, 36);
    d.keys("\\").type_in("tool").keys("Enter Esc");
    let names = |d: &Driver| {
        let columns = listing::columns(&d.state);
        columns
            .iter()
            .map(|c| c.column.name())
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(names(&d), "t delta verb who what err res tool");
    // It does not fit: what is out of sight is counted, and the focus brings it into sight.
    assert!(
        d.text().contains("1 column ▸") || d.text().contains("TOOL"),
        "{}",
        d.text()
    );
    d.keys("$");
    assert!(
        d.text().contains("TOOL") && d.text().contains("◂"),
        "{}",
        d.text()
    );
    d.keys("< < < < < < < < <");
    assert_eq!(names(&d), "tool t delta verb who what err res");
    let width = |d: &Driver| listing::columns(&d.state)[0].width;
    let before = width(&d);
    d.keys("ctrl-Right ctrl-Right ctrl-Left");
    assert_eq!(width(&d), before + 2);
    // Its cells are values as any other: with `=` and `-` nothing is lost.
    let all = d.count();
    d.keys("=");
    let kept = d.count();
    assert!(d.state.view.text.contains("tool"), "{}", d.state.view.text);
    d.keys("[ -");
    assert_eq!(kept + d.count(), all);
    d.keys("[");
    // A link carries them; the usual ones come back.
    d.keys("y l");
    let mut other = Driver::demo(120, 36);
    other.apply(Action::Open(d.copied.clone().unwrap()));
    other.settle();
    assert_eq!(listing::columns(&other.state), listing::columns(&d.state));
    d.keys("\\").type_in("usual").keys("Enter");
    assert!(names(&d).starts_with("t delta verb"));
}

/// Every field in its column, at every size: each event has its cell and the frame its place.
#[test]
fn every_field_is_a_column() {
    for (width, height) in [(200, 60), (120, 36), (80, 24), (40, 12)] {
        let mut d = Driver::demo(width, height);
        d.state.view.column = 0;
        for column in ListColumn::all() {
            d.state.view.columns = vec![
                trailhound::view::headings::Chosen::of(ListColumn::Time, 14),
                trailhound::view::headings::Chosen::of(column, 14),
            ];
            let text = d.text();
            let title = match column {
                ListColumn::Delta => "+".to_owned(),
                ListColumn::Verb => "V".to_owned(),
                ListColumn::Error => "ERROR".to_owned(),
                ListColumn::Target => "TARGET".to_owned(),
                ListColumn::Time => "TIME".to_owned(),
                other => other.name().to_uppercase(),
            };
            let heads = text
                .lines()
                .any(|l| l.contains("TIME") && l.contains(&title));
            assert!(heads, "{title} in\n{text}");
        }
    }
}

#[test]
fn a_move_before_the_answer_is_a_move_in_the_answer() {
    let mut d = Driver::demo(120, 36);
    let last = *d.state.answer.hits.order.last().unwrap();
    d.keys("/").type_in("what:CreateUser,ConsoleLogin");
    for key in ["Enter", "G"] {
        d.apply(Action::Press(Chord::parse(key).unwrap()));
    }
    d.settle();
    let hits = &d.state.answer.hits.order;
    assert!(hits.len() > 1 && !hits.contains(&last));
    assert_eq!(d.state.focused_event(), hits.last().copied());
}
