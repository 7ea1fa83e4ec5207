//! The time axis by keys: stretches, zoom, presets, clocks, and jumps along it.

use trailhound::app::state::Focus;

use crate::driver::Driver;

#[test]
fn a_stretch_is_chosen_by_keys_as_by_mouse() {
    let mut d = Driver::demo(120, 36);
    let all = d.count();
    d.keys("v");
    assert_eq!(d.state.focus, Focus::Histogram);
    let h = d.state.answer.histogram.clone().unwrap();
    let events: u64 = h.columns[..4]
        .iter()
        .map(trailhound::pivot::histogram::Column::total)
        .sum();
    d.keys("l l l Enter");
    assert_eq!(d.count() as u64, events, "{}", d.state.view.text);
    assert_eq!(d.state.focus, Focus::List);
    // The same stretch hidden is the rest.
    d.keys("[ v l l l -");
    assert_eq!(
        d.count() as u64,
        all as u64 - events,
        "{}",
        d.state.view.text
    );
    // v again starts anew; Esc leaves everything as it was.
    d.keys("[ v l l v l Esc");
    assert_eq!((d.count(), d.state.brush), (all, None));
    assert_eq!(d.state.focus, Focus::List);
}

#[test]
fn zoom_keeps_the_event_and_comes_back_to_everything() {
    let mut d = Driver::demo(120, 36);
    let all = d.count();
    for _ in 0..1000 {
        let j = trailhound::app::chord::Chord::parse("j").unwrap();
        d.apply(trailhound::app::action::Action::Press(j));
    }
    let event = d.state.focused_event();
    let mut last = all;
    for _ in 0..5 {
        d.keys("z");
        assert!(
            d.count() < last && d.count() > 0,
            "{} {}",
            d.state.view.text,
            d.said()
        );
        assert_eq!(d.state.focused_event(), event);
        last = d.count();
    }
    for _ in 0..8 {
        d.keys("Z");
        assert_eq!(d.state.focused_event(), event);
    }
    assert_eq!((d.count(), d.state.view.text.as_str()), (all, ""));
    assert!(d.said().contains("all of the time"), "{}", d.said());
}

/// Review task 11: all changes in the 30 minutes before an event. Five keys.
#[test]
fn changes_before_an_event() {
    let mut d = Driver::demo(120, 36);
    d.keys("G t").type_in("30 min bef").keys("Enter , w");
    let text = d.state.view.text.clone();
    assert!(text.starts_with("t:") && d.count() > 0, "{text}");
    let all: Vec<_> = d.state.answer.hits.order.to_vec();
    let s = &d.state.snapshot;
    let end = s.span().unwrap().1;
    for id in all {
        let time = s.time(id).unwrap();
        assert!(end.0 - time.0 <= 30 * 60_000_000);
        assert_ne!(s.facts(id).letter(), 'R');
    }
    d.keys("t").type_in("all of").keys("Enter");
    assert_eq!(d.state.view.text, "");
}

#[test]
fn times_are_shown_as_asked_and_always_labelled() {
    let mut d = Driver::demo(120, 36);
    assert!(d.text().lines().next().unwrap().contains("UTC"));
    d.keys("T").type_in("amsterdam").keys("Enter");
    assert!(
        d.text()
            .lines()
            .next()
            .unwrap()
            .contains("Europe/Amsterdam")
    );
    d.keys("T").type_in("before").keys("Enter");
    let text = d.text();
    assert!(
        text.contains("-1d") && text.contains("before the last event"),
        "{text}"
    );
    d.keys("T").type_in("UTC").keys("Enter");
    // From a row of reference, both ways.
    d.keys("j j j ; j");
    let text = d.text();
    assert!(text.contains('◆'), "{text}");
    d.keys("k ;");
    assert!(!d.text().contains('◆'));
}

#[test]
fn jumps_along_the_list() {
    let mut d = Driver::demo(120, 36);
    d.keys("j j j j");
    let s = std::sync::Arc::clone(&d.state.snapshot);
    let who = |d: &Driver| {
        s.text(
            trailhound::index::schema::Col::Principal,
            d.state.focused_event().unwrap(),
        )
    };
    d.state.view.column = 3;
    let (start, first) = (d.state.cursor(), who(&d));
    d.keys("*");
    assert!(d.state.cursor() > start);
    assert_eq!(who(&d), first);
    d.keys("#");
    assert_eq!(d.state.cursor(), start);
    // With nothing repeated, gaps are what is left to jump to.
    d.filter("what:ConsoleLogin");
    let order = d.state.answer.hits.order.clone();
    d.keys("g }");
    let at = d.state.cursor().unwrap();
    let key = |i: usize| s.time_key(order[i]);
    assert!(key(at) - key(at - 1) >= trailhound::view::list::QUIET);
    d.keys("{");
    assert_eq!(d.state.cursor(), Some(at - 1));
    d.keys("[");
    let order = d.state.answer.hits.order.clone();
    d.keys("g o");
    let session = |i: usize| s.symbol(trailhound::index::schema::Col::Session, order[i]);
    if session(0).is_some() {
        assert_eq!(session(d.state.cursor().unwrap()), session(0));
    }
}

#[test]
fn a_time_that_counts_from_the_last_event_says_so() {
    let mut d = Driver::demo(160, 36);
    let (_, last) = d.state.snapshot.span().unwrap();
    let words = format!(
        "from the last event {}",
        last.format(chrono_tz::UTC, "%m-%d %H:%M:%S")
    );
    for filter in ["last:2h", "since:-2h", "-t:now-2h..end", "t:yesterday"] {
        d.filter(filter);
        let chip = format!("{filter} {words}").replace("now-2h", "-2h");
        assert!(d.text().contains(&chip), "{chip}: {}", d.text());
    }
    d.filter("t:2026-11-20");
    assert!(!d.text().contains("from the last event"), "{}", d.text());
}
