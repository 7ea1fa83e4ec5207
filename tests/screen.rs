//! The screen as a person uses it: keys in, state and frames out, with the real engine behind.

#[path = "asking/arranging.rs"]
mod arranging;
#[path = "asking/carrying.rs"]
mod carrying;
#[path = "asking/counts.rs"]
mod counts;
#[path = "asking/details.rs"]
mod details;
#[path = "support/driver.rs"]
mod driver;
#[path = "asking/exports.rs"]
mod exports;
#[path = "asking/figures.rs"]
mod figures;
#[path = "asking/gaps.rs"]
mod gaps;
#[path = "asking/keys.rs"]
mod keys;
#[path = "asking/people.rs"]
mod people;
#[path = "asking/places.rs"]
mod places;
#[path = "asking/points.rs"]
mod points;
#[path = "asking/queries.rs"]
mod queries;
#[path = "support/rows.rs"]
mod rows;
#[path = "asking/steady.rs"]
mod steady;
mod support;
#[path = "asking/task.rs"]
mod task;
#[path = "asking/times.rs"]
mod times;
#[path = "asking/tracing.rs"]
mod tracing;
#[path = "asking/views.rs"]
mod views;

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
    for row in [0, 40, 1234] {
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
    assert!(
        d.said().contains("now hidden, and the others show"),
        "{}",
        d.said()
    );
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
    d.click("5 Findings");
    assert!(d.said().contains("not built yet"), "{}", d.said());
    d.click("7 Sources");
    assert!(d.text().contains("SHA-256"));
    d.keys("Esc");
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

/// A folder with a file of every kind a person meets: whole, damaged, none of ours, empty.
fn mixed() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    let record = |id: u32, name: &str| {
        format!(
            "{{\"eventVersion\":\"1.08\",\"eventTime\":\"2026-01-02T03:04:{:02}Z\",\"eventSource\":\"iam.amazonaws.com\",\"eventName\":\"{name}\",\"eventID\":\"{id:08}-0000-4000-8000-000000000000\",\"userIdentity\":{{\"type\":\"IAMUser\",\"userName\":\"dana\",\"accountId\":\"111122223333\"}}}}",
            id % 60
        )
    };
    let whole: Vec<String> = (0..5).map(|i| record(i, "ListUsers")).collect();
    let write = |name: &str, text: &str| {
        std::fs::write(dir.path().join(name), text).expect("a file");
    };
    write(
        "whole.json",
        &format!("{{\"Records\":[{}]}}", whole.join(",")),
    );
    write(
        "damaged.json",
        &format!(
            "{{\"Records\":[\n{},\n{{\"eventVersion: \"1.08\", \"eventName\":\"Bad\u{1b}[2J\u{202e}\"}},\n{}\n]}}",
            record(10, "CreateUser"),
            record(11, "DeleteUser")
        ),
    );
    write("notes.txt", "nothing to see here\n");
    write("empty.json", "");
    dir
}

fn open_folder(dir: &tempfile::TempDir, width: u16, height: u16) -> Driver {
    let spec = trailhound::source::Spec::parse(dir.path());
    Driver::open(vec![spec], (width, height))
}

#[test]
fn sources_name_every_file_and_show_its_text() {
    let dir = mixed();
    let mut d = open_folder(&dir, 120, 36);
    d.keys("7");
    let text = d.text();
    assert!(
        text.contains("[7]Sources") && text.contains("4 of 4 files"),
        "{text}"
    );
    for part in [
        "whole.json",
        "damaged.json",
        "notes.txt",
        "partly_read",
        "refused",
        "syntax_error",
    ] {
        assert!(
            text.contains(part) || part == "syntax_error",
            "{part}\n{text}"
        );
    }
    // The hash is of the file's bytes, and came without being asked for.
    let bytes = std::fs::read(dir.path().join("whole.json")).unwrap();
    let hash = sha2_hex(&bytes);
    assert!(text.contains(&hash[..12]), "{hash}\n{text}");
    // Typing narrows, Tab sorts, Esc empties first.
    d.keys("f").type_in("damaged").keys("Enter");
    assert!(d.text().contains("1 of 4 files"));
    d.keys("Esc Tab");
    assert!(
        d.text().contains("4 of 4 files, sorted by problems"),
        "{}",
        d.text()
    );
    d.keys("/").type_in("syntax_error").keys("Enter");
    assert!(d.text().contains("1 of 4 files"), "{}", d.text());
    // The problem in full, with the text around it; nothing of it acts.
    d.keys("Enter");
    while !d.text().contains("own text") {
        d.keys("Enter");
    }
    let text = d.text();
    assert!(
        text.contains("SHA-256") && text.contains("line 3 column"),
        "{text}"
    );
    assert!(text.contains("\"eventVersion: \"1.08\""), "{text}");
    assert!(text.contains("␛[2J<U+202E>"), "{text}");
    d.keys("q");
    assert!(d.text().contains("syntax_error"));
    d.keys("Esc Esc Esc Esc");
    assert!(d.state.overlay.is_none());
}

fn sha2_hex(bytes: &[u8]) -> String {
    use sha2::{Digest as _, Sha256};
    use std::fmt::Write as _;
    Sha256::digest(bytes)
        .iter()
        .fold(String::new(), |mut out, b| {
            let _ = write!(out, "{b:02x}");
            out
        })
}

#[test]
fn problems_over_all_files_open_in_full() {
    let dir = mixed();
    for (width, height) in [(120, 36), (80, 24), (40, 12)] {
        let mut d = open_folder(&dir, width, height);
        d.keys("!");
        let n = d.state.problems.len();
        assert!(n >= 3, "{n}");
        for _ in 0..n {
            d.keys("Enter");
            // A reason is never cut: wherever it ends, it can be scrolled to.
            let at = match &d.state.overlay {
                Some(trailhound::app::state::Overlay::Raw(raw)) => raw.problem.unwrap(),
                other => panic!("{other:?}"),
            };
            let (_, _, problem) = trailhound::app::sources::problem(&d.state, at).unwrap();
            let end: String = problem.detail.chars().rev().take(6).collect();
            let end: String = end.chars().rev().collect();
            let mut seen = d.keys("g").text().contains(&end);
            for _ in 0..12 {
                seen |= d.keys("j j").text().contains(&end);
            }
            assert!(seen, "{end:?}");
            d.keys("q j");
        }
        d.keys("q");
        assert!(d.state.overlay.is_none());
    }
}

/// A page says at its head how sure its name is, on the narrowest screen that has room for one: a
/// group told by a parameter where the record leaves its service out.
#[test]
fn a_page_says_that_its_name_was_inferred() {
    let dir = tempfile::tempdir().unwrap();
    let event = r#"{"Records":[{"eventVersion":"1.01","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/ops","accountId":"111122223333","userName":"ops"},"eventTime":"2026-11-20T14:00:00Z","eventSource":"SOURCE","eventName":"UpdateAutoScalingGroup","awsRegion":"us-west-2","requestParameters":{"autoScalingGroupName":"web-fleet","maxSize":8},"responseElements":null,"eventID":"6f4ab5bd-2daa-4d00-be14-d92ef0000001"}]}"#;
    for (source, said) in [("", "inferred"), ("autoscaling.amazonaws.com", "derived")] {
        let text = event.replace("SOURCE", source);
        std::fs::write(dir.path().join("a.json"), text).unwrap();
        let mut d = open_folder(&dir, 80, 24);
        d.keys("r");
        let text = d.text();
        let head = text.lines().find(|line| line.contains("web-fleet ─"));
        let head = head.expect("the page of the group");
        assert!(head.contains(&format!("group, {said} ·")), "{head}");
    }
}

#[test]
fn nothing_readable_ends_with_the_reason() {
    let dir = tempfile::tempdir().unwrap();
    let missing = trailhound::source::Spec::parse(dir.path().join("nowhere"));
    let d = Driver::open(vec![missing], (80, 24));
    assert!(d.gave_up);
    let why = trailhound::app::sources::why_nothing(d.state.ledger.as_ref().unwrap());
    assert!(why.contains("nowhere: ") && why.len() > 20, "{why}");
    // What was read and holds no event stays on the screen, with the reason.
    std::fs::write(dir.path().join("notes.txt"), "hello there\n").unwrap();
    let d = open_folder(&dir, 80, 24);
    assert!(!d.gave_up);
    let text = d.text();
    assert!(
        text.contains("no CloudTrail events.") && text.contains("notes.txt: "),
        "{text}"
    );
}

#[test]
fn secrets_stay_hidden_until_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let record = "{\"Records\":[{\"eventVersion\":\"1.08\",\"eventTime\":\"2026-01-02T03:04:05Z\",\"eventSource\":\"rds.amazonaws.com\",\"eventName\":\"CreateDBInstance\",\"eventID\":\"a\",\"userIdentity\":{\"type\":\"Root\",\"accountId\":\"111122223333\"},\"requestParameters\":{\"masterUserPassword\":\"hunter2hunter2\",\"engine\":\"mysql\"}}]}";
    std::fs::write(dir.path().join("a.json"), record).unwrap();
    let mut d = open_folder(&dir, 120, 36);
    assert!(d.text().contains("hidden: V shows them"), "{}", d.text());
    for tab in 0..trailhound::view::detail::TABS.len() {
        assert!(!d.text().contains("hunter2"), "{tab}\n{}", d.text());
        d.keys("d");
    }
    d.keys("y e");
    assert!(!d.copied.as_deref().unwrap().contains("hunter2"));
    d.keys("d").click("masterUserPassword").keys("+");
    assert!(d.said().contains("V shows it"), "{}", d.said());
    d.keys("V");
    assert!(d.text().contains("hunter2hunter2"), "{}", d.text());
    d.keys("y y");
    assert_eq!(d.copied.as_deref(), Some("hunter2hunter2"));
    d.keys("+");
    assert_eq!(d.count(), 1);
    d.keys("[ V");
    assert!(!d.text().contains("hunter2"));
}

/// What the texts of a hostile log are made of.
const HOSTILE: [&str; 20] = [
    "\u{1b}[2J",
    "\u{1b}]52;c;eA==\u{7}",
    "\u{9b}31m",
    "a\rb\u{8}",
    "\u{202e}evil\u{2066}",
    "\u{200b}\u{feff}\u{ad}",
    "\u{e0041}\u{e007f}",
    "\u{2028}\u{2029}",
    "\u{3164}\u{2800}\u{115f}",
    "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
    "\u{fe0f}\u{20e3}",
    "\u{fff9}\u{fffb}",
    "\0\u{7f}",
    "שלום עולם",
    "日本語日本語",
    "👩🏽‍🚀🇵🇱",
    "\u{e000}\u{378}",
    "¿",
    "\t\n",
    "\u{61c}\u{180e}\u{34f}",
];

fn hostile() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    let records: Vec<String> = (0..HOSTILE.len())
        .map(|i| {
            let [a, b, c, d] = [0, 3, 7, 11].map(|n| {
                let mut text = String::new();
                let word = HOSTILE[(i + n) % HOSTILE.len()].replace('¿', "?");
                trailhound::event::json::write_string(&mut text, &word);
                text
            });
            format!(
                "{{\"eventVersion\":\"1.08\",\"eventTime\":\"2026-01-{:02}T03:04:05Z\",\"eventSource\":{a},\"eventName\":{b},\"awsRegion\":{c},\"sourceIPAddress\":{d},\"userAgent\":{a},\"errorCode\":{b},\"errorMessage\":{c},\"eventID\":\"{i}\",\"userIdentity\":{{\"type\":\"IAMUser\",\"userName\":{d},\"arn\":{a},\"accessKeyId\":{b}}},\"requestParameters\":{{{a}:{b},\"list\":[{c},{d}]}},\"responseElements\":{{{d}:{c}}},\"resources\":[{{\"ARN\":{a}}},{{\"ARN\":{b}}}],\"recipientAccountId\":{c}}}",
                i + 1
            )
        })
        .collect();
    let damage = format!("{{\"eventName: {}\u{202e}\"}}", "\u{9b}");
    let text = format!("{{\"Records\":[{},{damage}]}}", records.join(",\n"));
    let name = "a\u{1b}[31m\u{202e}b.json";
    std::fs::write(dir.path().join(name), text).expect("a file");
    dir
}

/// Ways to every view and overlay, each from the timeline.
const PLACES: [&str; 20] = [
    "",
    "d",
    "d d d",
    "Enter d d d G",
    "p",
    "p Tab",
    "p r",
    "r Enter",
    "r Enter Tab",
    "x",
    "y",
    "!",
    "! Enter",
    "7",
    "7 Enter",
    "?",
    ":",
    "F2",
    "f a",
    "/ w h o :",
];

#[test]
fn whatever_a_log_holds_only_glyphs_are_drawn() {
    let dir = hostile();
    let mut d = open_folder(&dir, 120, 36);
    let n = d.count();
    assert_eq!(n, HOSTILE.len());
    let mut frames = 0;
    for event in (0..n).step_by(2) {
        for place in PLACES {
            for _ in 0..event {
                let down = trailhound::app::chord::Chord::parse("j").unwrap();
                d.apply(trailhound::app::action::Action::Press(down));
            }
            d.keys(place);
            for (width, height) in [(120, 36), (40, 12)] {
                d.state.size = trailhound::view::layout::Size { width, height };
                for cell in &d.buffer().content {
                    let glyphs = |c: char| c == ' ' || trailhound::base::printable::is_printable(c);
                    assert!(cell.symbol().chars().all(glyphs), "{:?}", cell.symbol());
                    // The last net has nothing to do: the text was escaped before.
                    assert_ne!(cell.symbol(), "¿", "{place}\n{}", d.text());
                }
                frames += 1;
            }
            d.resize(120, 36).keys("Esc Esc Esc Esc");
            while !d.state.back.is_empty() {
                d.keys("[");
            }
            d.keys("g");
        }
    }
    assert_eq!(frames, n * PLACES.len());
}

#[test]
fn every_view_is_drawn_at_every_size() {
    let dir = mixed();
    let mut d = open_folder(&dir, 120, 36);
    let small = (0..=40).flat_map(|w| (0..=20).map(move |h| (w, h)));
    let large = (40..=220)
        .step_by(9)
        .flat_map(|w| (12..=60).step_by(5).map(move |h| (w, h)));
    let sizes: Vec<(u16, u16)> = small.chain(large).collect();
    for place in PLACES {
        d.keys(place);
        for (width, height) in &sizes {
            d.state.size = trailhound::view::layout::Size {
                width: *width,
                height: *height,
            };
            let buffer = d.buffer();
            assert_eq!((buffer.area.width, buffer.area.height), (*width, *height));
        }
        d.resize(120, 36).keys("Esc Esc Esc Esc");
        while !d.state.back.is_empty() {
            d.keys("[");
        }
    }
}

#[test]
fn a_long_list_folds_with_a_count_and_is_all_there() {
    let dir = tempfile::tempdir().expect("a folder");
    let items: Vec<String> = (0..700).map(|i| format!("\"item-{i}\"")).collect();
    let record = format!(
        "{{\"Records\":[{{\"eventVersion\":\"1.08\",\"eventTime\":\"2026-01-02T03:04:05Z\",\"eventSource\":\"ec2.amazonaws.com\",\"eventName\":\"RunInstances\",\"eventID\":\"a\",\"userIdentity\":{{\"type\":\"Root\",\"accountId\":\"111122223333\"}},\"requestParameters\":{{\"names\":[{}],\"last\":true}}}}]}}",
        items.join(",")
    );
    std::fs::write(dir.path().join("a.json"), record).expect("a file");
    let mut d = open_folder(&dir, 100, 30);
    d.keys("Enter d G");
    let text = d.text();
    assert!(
        text.contains("… 650 more") && text.contains("\"last\": true"),
        "{text}"
    );
    assert!(!text.contains("item-60"));
    // The line opens as every other does, and all of it is there.
    d.keys("k k k Enter");
    assert_eq!(d.state.detail.lines.len(), 706);
    d.keys("f").type_in("item-699").keys("Enter");
    assert!(d.text().contains("item-699\""), "{}", d.text());
    d.keys("H L");
    assert_eq!(d.state.detail.lines.len(), 706);
    d.keys("H");
    assert!(d.state.detail.lines.len() < 10);
}

#[test]
fn a_filter_that_loses_the_focused_event_says_so() {
    let mut d = Driver::demo(120, 36);
    d.keys("j j j").filter("what:TerminateInstances");
    assert!(d.said().contains("nearest in time"), "{}", d.said());
    d.keys("[");
    assert_eq!(d.said(), "");
}

#[test]
fn records_that_cannot_be_asked_are_said_to_be_missing() {
    let dir = mixed();
    let mut d = open_folder(&dir, 120, 36);
    let all = d.count();
    for entry in std::fs::read_dir(dir.path()).unwrap() {
        std::fs::remove_file(entry.unwrap().path()).unwrap();
    }
    // Only the records themselves say what an expression finds.
    let missing = "could not be asked and may be missing here";
    d.filter("/no+thing|nowhere/");
    assert!(all > 0 && d.count() == 0);
    assert!(d.text().contains(missing), "{}", d.text());
}

#[test]
fn from_a_deletion_to_the_person_and_the_key_she_made() {
    let mut d = Driver::demo(120, 36);
    d.filter("res:app/prod-web what:DeleteLoadBalancer")
        .keys("G");
    assert!(d.text().contains("Alice (BreakGlass)"), "{}", d.text());
    d.keys("s");
    for words in [
        "[4]Sessions",
        "AssumeRole: issued-key [exact]",
        "DataRead/botocore-session",
    ] {
        assert!(d.text().contains(words), "{words}\n{}", d.text());
    }
    d.keys("j j j");
    assert!(d.text().contains("CreateAccessKey: created-key [exact]"));
    // Folding hides what is below; the focus is on the row that was folded.
    d.keys("k k k h");
    assert!(!d.text().contains("svc-backup"), "{}", d.text());
    d.keys("l j j j Enter");
    assert_eq!(d.count(), 9);
    // Back in the tree, and out of it.
    d.keys("q");
    assert_eq!(d.count(), 3);
    assert!(d.text().contains("created-key [exact]"), "{}", d.text());
    d.keys("q 4");
    assert!(d.text().contains("console"), "{}", d.text());
    d.keys("~ q 2");
    assert!(d.text().contains("[2]People") && d.text().contains("Alice"));
    d.keys("4");
    assert!(d.text().contains("[4]Sessions"), "{}", d.text());
    d.keys("q 2 P q");
    d.filter("");
    assert!(d.text().contains("following Alice"), "{}", d.text());
    assert_eq!(d.count(), 510);
    d.keys("P");
    assert_eq!(d.count(), 7847);
}
