//! The screen as a person uses it: keys in, state and frames out, with the real engine behind.

#[path = "support/driver.rs"]
mod driver;
mod support;

use driver::Driver;
use trailhound::app::state::Focus;
use trailhound::index::schema::Field;
use trailhound::pivot::histogram::Column;
use trailhound::ui::theme::Theme;

#[test]
fn pasted_lines_become_words() {
    let mut d = Driver::demo(120, 36);
    d.paste("who:alice\nverb:delete\r\n\r\n");
    assert_eq!(
        d.state.edit.as_ref().unwrap().input.value(),
        "who:alice verb:delete"
    );
    d.keys("Enter");
    assert_eq!(d.state.view.text, "who:alice verb:delete");
    assert!(d.count() > 0);

    d.keys("f").paste("Delete\tLoad\n");
    assert_eq!(
        d.text()
            .lines()
            .filter(|l| l.contains("Delete Load"))
            .count(),
        1
    );
    d.keys("Esc ?").paste("x");
    assert!(d.state.edit.is_none());
}

#[test]
fn back_brings_the_whole_view_back() {
    let mut d = Driver::demo(120, 36);
    d.keys("j j j Enter d j j j h j");
    let (event, detail_at, tab) = (d.state.view.event, d.state.view.detail_at, d.state.view.tab);
    assert_eq!(d.state.focus, Focus::Detail);
    let folded = d.state.view.folded.clone();
    d.keys("p");
    assert!(d.state.back.len() == 1 && d.state.focus == Focus::List);
    d.keys("j j j [");
    let v = &d.state.view;
    assert_eq!(
        (v.event, v.detail_at, v.tab, d.state.focus),
        (event, detail_at, tab, Focus::Detail)
    );
    assert_eq!(v.folded, folded);

    // In the facets: the focus, the line, and what is opened.
    d.keys("Tab Tab Tab");
    while d.state.focus != Focus::Facets {
        d.keys("Tab");
    }
    d.keys("g l j j j +");
    assert_eq!(d.state.focus, Focus::Facets);
    let (back, ahead) = (d.state.back.last().unwrap().clone(), d.state.view.clone());
    d.keys("[");
    assert_eq!(d.state.focus, Focus::Facets);
    assert_eq!(d.state.view.facet_at, back.facet_at);
    assert_eq!(d.state.view.facet_at, 3);
    assert_eq!(d.state.view.facet_open, back.facet_open);
    d.keys("]");
    assert_eq!(d.state.focus, Focus::Facets);
    assert_eq!(d.state.view.text, ahead.text);
}

#[test]
fn a_key_pressed_before_the_answer_acts_on_the_right_event() {
    use trailhound::app::action::Action;
    use trailhound::app::chord::Chord;
    let mut d = Driver::demo(120, 36);
    d.filter("who:alice").keys("j j j j");
    let event = d.state.view.event;
    d.keys("/ ctrl-u")
        .type_in("what:TerminateInstances")
        .keys("Enter");
    // Back, and at once p: the hits of the other view are still on the screen.
    d.apply(Action::Press(Chord::parse("[").unwrap()));
    assert_eq!(d.state.focused_event(), event);
    d.apply(Action::Press(Chord::parse("p").unwrap()));
    assert_eq!(d.state.view.event, event);
    d.settle();
    assert_eq!(d.state.focused_event(), event);
}

/// Every column's cell: `=` keeps that event, `-` takes it away, and both together are all.
#[test]
fn include_exclude_and_only_are_right_on_cells() {
    let mut d = Driver::demo(200, 60);
    let all = d.count();
    for row in [0, 7, 40, 301, 1234] {
        d.keys("g");
        for _ in 0..row {
            let j = trailhound::app::chord::Chord::parse("j").unwrap();
            d.apply(trailhound::app::action::Action::Press(j));
        }
        d.settle();
        for column in 0..7 {
            d.state.view.column = column;
            let event = d.state.focused_event().unwrap();
            d.keys("=");
            if d.state.back.is_empty() {
                assert_eq!(d.said(), "there is no value here to filter by");
                continue;
            }
            let (with, text) = (d.count(), d.state.view.text.clone());
            assert_eq!(d.state.focused_event(), Some(event), "{text}");
            d.keys("[ -");
            let without = d.count();
            assert_eq!(with + without, all, "{text} and {}", d.state.view.text);
            assert!(with > 0, "{text}");
            d.keys("[");
            d.state.forward.clear();
        }
    }
}

/// Every value of every facet: its count is what `=` gives, and `-` leaves the rest.
#[test]
fn include_exclude_and_only_are_right_on_facets() {
    let mut d = Driver::demo(120, 60);
    let all = d.count() as u64;
    d.keys("Tab Tab");
    assert_eq!(d.state.focus, Focus::Facets);
    let mut seen = 0;
    for line in 0..60 {
        d.state.view.facet_at = line;
        let Some(trailhound::app::facets::FacetTarget::Value(_, tally, _)) =
            trailhound::app::facets::focused(&d.state)
        else {
            continue;
        };
        let (label, events) = (tally.label.clone(), tally.events);
        d.keys("=");
        assert_eq!(d.count() as u64, events, "{label}: {}", d.state.view.text);
        d.keys("[ -");
        assert_eq!(
            d.count() as u64 + events,
            all,
            "{label}: {}",
            d.state.view.text
        );
        d.keys("[");
        seen += 1;
    }
    assert!(seen > 20, "{seen}");
}

/// Every leaf of the record: `=` keeps the event it stands in, `-` does not.
#[test]
fn include_exclude_and_only_are_right_on_leaves() {
    let mut d = Driver::demo(120, 60);
    d.filter("what:RunInstances,CreateLoadBalancer err:none");
    d.keys("Enter d d d");
    let event = d.state.focused_event().unwrap();
    assert_eq!(d.state.focus, Focus::Detail);
    let mut seen = 0;
    for line in 0..d.state.detail.lines.len() {
        d.state.view.detail_at = (line, 0);
        if d.state.detail.lines[line].leaf.is_none() {
            continue;
        }
        let path = d.state.detail.lines[line].path.clone();
        d.keys("=");
        assert_eq!(
            d.state.focused_event(),
            Some(event),
            "{}",
            d.state.view.text
        );
        assert!(d.state.view.text.contains(&path), "{path}: {}", d.said());
        d.keys("[ -");
        assert!(
            d.state.answer.hits.order.iter().all(|id| *id != event),
            "{}",
            d.state.view.text
        );
        d.keys("[");
        assert_eq!(d.state.focus, Focus::Detail);
        assert_eq!(d.state.view.detail_at.0, line);
        seen += 1;
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn excluding_the_only_value_kept_hides_it_and_says_so() {
    let mut d = Driver::demo(120, 36);
    d.filter("what:ConsoleLogin");
    let logins = d.count();
    d.keys("l"); // the column WHAT
    while d.state.view.column != 4 {
        d.keys("l");
    }
    d.keys("-");
    assert_eq!(d.state.view.text, "-what:ConsoleLogin");
    assert!(d.said().contains("only one kept"), "{}", d.said());
    assert_eq!(d.count() + logins, d.state.snapshot.len());
    d.keys("[");
    assert_eq!(d.count(), logins);
    d.filter("what:ConsoleLogin,RunInstances");
    d.keys("+");
    assert!(d.said().contains("kept already"), "{}", d.said());
}

/// The views a person sees first, from the real state and not from samples.
#[test]
fn frames_of_the_program() {
    for (width, height) in [(120, 36), (80, 24), (40, 12)] {
        let mut d = Driver::demo(width, height);
        let take = |d: &mut Driver, name: &str| {
            let shown = support::picture(&d.screen(), &Theme::dark());
            insta::assert_snapshot!(format!("{name}-{width}x{height}"), shown);
        };
        take(&mut d, "timeline");
        d.filter("who:alice what:DeleteLoadBalancer");
        d.keys("Enter d");
        take(&mut d, "request");
        d.keys("Esc p");
        take(&mut d, "principal");
        d.keys("Tab");
        take(&mut d, "principal-focused");
        d.keys("[ r");
        take(&mut d, "resource");
    }
}

#[test]
fn the_mouse_reaches_everything_a_key_does() {
    let mut d = Driver::demo(120, 36);
    // The first line: screens and help.
    d.click("7 Sources");
    assert!(d.said().contains("Sources"), "{}", d.said());
    d.click("? help");
    assert!(d.text().contains("Keys: Event list"));
    d.click_at(0, 0); // beside it
    assert!(d.state.overlay.is_none());
    // A value of a facet, a heading, a place before.
    d.click("GetObject");
    let here = d.state.view.text.clone();
    assert!(here.starts_with("what:GetObject"), "{here}");
    d.click("svc ─");
    assert_eq!(d.state.view.facet_open, Some(Field::Svc));
    d.click("(none)");
    assert_eq!(d.state.back.len(), 2);
    d.click("All 7,847");
    assert_eq!((d.state.back.len(), d.state.forward.len()), (0, 2));
    d.click("▸ 2");
    assert_eq!(d.state.view.text, here);
    d.click("◂ 1");
    assert_eq!(d.state.view.text, "");
    // The list: a row and a column; twice opens it.
    d.click("CreateSnapshot");
    d.click("MonitoringVendor/ve").keys("=");
    assert!(
        d.state.view.text.starts_with("who="),
        "{}",
        d.state.view.text
    );
    d.keys("[");
    // Tabs and lines of the detail.
    d.click(" Raw ");
    assert_eq!(d.state.view.tab, 3);
    d.click("\"eventVersion\"");
    assert_eq!(d.state.focus, Focus::Detail);
    d.keys("=");
    assert!(d.state.view.text.starts_with(".eventVersion="));
    d.keys("[ Esc");
    // What was copied, and where a tab stands after a resize.
    d.keys("y e");
    assert!(d.copied.as_deref().unwrap().starts_with('{'));
    d.resize(200, 60).click(" Request ");
    assert_eq!(d.state.view.tab, 1);
    d.keys("Esc").resize(120, 36);
    // The filter line.
    d.click("no filter");
    assert!(d.state.edit.is_some());
    d.keys("Esc q");
    assert!(d.ended);
}

#[test]
fn the_histogram_is_a_map() {
    use trailhound::app::action::{Action, Mouse, MouseKind};
    let mut d = Driver::demo(120, 36);
    d.click_at(60, 5);
    let at = d.state.focused_event().unwrap();
    let time = d.state.snapshot.time(at).unwrap();
    let h = d.state.answer.histogram.as_ref().unwrap();
    let (start, width) = (h.start, h.width);
    let column = i64::from(60 - 7);
    assert!((start + column * width..start + (column + 2) * width).contains(&time.0));
    let total: u64 = h.columns[40..=53].iter().map(Column::total).sum();
    let mut go = |kind, x| {
        d.apply(Action::Mouse(Mouse {
            kind,
            x,
            y: 5,
            exclude: false,
        }));
    };
    go(MouseKind::Click, 60);
    go(MouseKind::Drag, 50);
    go(MouseKind::Drag, 47);
    go(MouseKind::Release, 47);
    d.settle();
    assert!(
        d.state.view.text.starts_with("t:2026-"),
        "{}",
        d.state.view.text
    );
    assert_eq!(d.count() as u64, total, "{}", d.state.view.text);
    d.keys("[");
    assert_eq!(d.state.view.text, "");
}

#[test]
fn facets_can_be_had_on_every_screen() {
    for (width, height) in [(99, 30), (80, 24), (60, 20), (40, 12)] {
        let mut d = Driver::demo(width, height);
        assert!(!d.text().contains("FACETS"));
        d.keys("F2");
        assert!(d.text().contains("FACETS of 7,847"), "{}", d.text());
        d.keys("j Enter");
        assert!(d.state.view.text.starts_with("who="));
        assert!(d.text().contains("FACETS"), "{}", d.text());
        d.keys("q");
        assert!(!d.text().contains("FACETS") && d.state.back.len() == 1);
        d.keys("Tab");
        while d.state.focus != Focus::Facets {
            d.keys("Tab");
        }
        d.keys("F2");
        assert_eq!(d.state.focus, Focus::List);
    }
}

#[test]
fn a_narrow_list_says_the_day() {
    let mut d = Driver::demo(40, 12);
    assert!(d.text().contains(" 2026-11-19 "), "{}", d.text());
    d.filter("who:alice verb:delete");
    let text = d.keys("g").text();
    assert!(text.contains("quiet · 2026-11-20 ──"), "{text}");
    d.keys("G");
    assert!(d.text().lines().nth(2).unwrap().contains("2026-11-2"));
}
