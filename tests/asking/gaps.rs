//! The time axis where the evidence has holes: hours that no file tells of, and hours not read.

use std::sync::Arc;

use trailhound::app::action::Action;
use trailhound::app::state::State;
use trailhound::engine::protocol::{Progress, Reply};
use trailhound::pivot::coverage::Cover;
use trailhound::source::Spec;
use trailhound::ui::theme::Theme;

use crate::driver::Driver;
use crate::support;

/// A delivered file with one event at its hour.
fn file(region: &str, hour: u32, minute: u32, call: &str) -> (Arc<str>, Arc<[u8]>) {
    let record = serde_json::json!({"Records": [{
        "eventVersion": "1.11",
        "eventID": format!("0c6f2d9e-0000-4000-8000-{:06}{hour:02}{minute:02}00", region.len()),
        "eventTime": format!("2026-11-20T{hour:02}:{minute:02}:00Z"),
        "eventSource": "ec2.amazonaws.com",
        "eventName": call,
        "awsRegion": region,
        "recipientAccountId": "111122223333",
        "userIdentity": {"type": "IAMUser", "userName": "alice",
            "arn": "arn:aws:iam::111122223333:user/alice", "accountId": "111122223333"},
    }]});
    let name = format!(
        "AWSLogs/111122223333/CloudTrail/{region}/2026/11/20/\
         111122223333_CloudTrail_{region}_20261120T{hour:02}{:02}Z_{minute:016}.json",
        minute + 5
    );
    (name.into(), record.to_string().into_bytes().into())
}

/// A day of two regions: nothing of either from 13:00 to 15:00, nothing of the second from 10:00 on
/// but at the end, and reads only from 11:00 to 13:00.
fn day() -> Vec<Spec> {
    let hours = (6..=18).filter(|hour| !(13..15).contains(hour));
    let east = hours.flat_map(|hour| {
        let call = if (11..13).contains(&hour) {
            "DescribeInstances"
        } else {
            "StartInstances"
        };
        [20, 40].map(|minute| file("us-east-1", hour, minute, call))
    });
    let west = [6, 7, 8, 9, 18].map(|hour| file("eu-west-1", hour, 30, "StartInstances"));
    vec![Spec::Memory(east.chain(west).collect())]
}

/// What the evidence says of each hour of the axis.
fn hours(state: &State) -> String {
    let h = state.answer.histogram.as_ref().expect("a histogram");
    let at = |hour: i64| {
        let start = h.start - h.start.rem_euclid(3_600_000_000) + hour * 3_600_000_000;
        let column = h.column_of(trailhound::base::time::UtcMicros(start + 1_900_000_000));
        column.and_then(|at| state.answer.cover.get(at))
    };
    (0..13)
        .map(|hour| match at(hour) {
            Some(Cover::Told) => '.',
            Some(Cover::Unread) => '?',
            Some(Cover::Gap) => 'x',
            None => '-',
        })
        .collect()
}

#[test]
fn an_hour_without_a_file_is_told_from_an_hour_without_events() {
    let mut d = Driver::open(day(), (120, 36));
    assert_eq!(hours(&d.state), ".......xx....", "{}", d.text());
    let text = d.text();
    assert!(text.contains("//") && text.contains("/ gap"), "{text}");
    assert!(!text.contains("unread"), "{text}");
    assert!(text.contains("gap 11-20 13:00–15:00: no file"), "{text}");
    // No event of these hours is kept, and the files tell so.
    d.filter("verb:write");
    assert_eq!(hours(&d.state), ".......xx....", "{}", d.text());
    // Of one region only its own files speak.
    d.filter("region:eu-west-1");
    assert_eq!(hours(&d.state), "....xxxxxxxx.", "{}", d.text());
    d.filter("region:eu-west-1 OR who:alice");
    assert_eq!(hours(&d.state), ".......xx....", "{}", d.text());
    // While a stretch is chosen its words say it.
    d.filter("region:eu-west-1").keys("g v PgDn PgDn PgDn");
    let text = d.text();
    assert!(text.contains("of a part no file tells"), "{text}");
    d.keys("v l");
    let text = d.text();
    assert!(text.contains("a gap: no file tells of it"), "{text}");
}

#[test]
fn gaps_at_every_size() {
    for (width, height) in [(120, 36), (80, 24), (200, 60)] {
        let mut d = Driver::open(day(), (width, height));
        let screen = d.screen();
        for (theme, name) in [(Theme::dark(), "dark"), (Theme::plain(), "plain")] {
            let shown = support::text(&support::drawn(&screen, &theme));
            let plot: Vec<&str> = shown.lines().skip(2).take(7).collect();
            insta::with_settings!({snapshot_path => "../snapshots"}, {
                insta::assert_snapshot!(format!("gaps-{name}-{width}x{height}"), plot.join("\n"));
            });
        }
    }
}

#[test]
fn what_is_not_read_is_no_gap() {
    let mut d = Driver::open(day(), (120, 36));
    // While names are still met, any hour may be told of by the next.
    let walking = Progress {
        walking: true,
        ..d.state.progress.clone()
    };
    d.apply(Action::Reply(Reply::Progress(walking)));
    assert_eq!(hours(&d.state), ".......??....");
    assert!(d.text().contains("? unread"), "{}", d.text());
    let done = Progress {
        walking: false,
        ..d.state.progress.clone()
    };
    d.apply(Action::Reply(Reply::Progress(done)));
    assert_eq!(hours(&d.state), ".......xx....");
}

/// The cells of a row of the map, by the words that begin its line.
fn row_of(d: &Driver, begins: &str) -> String {
    let text = d.text();
    let line = text.lines().find(|line| line.contains(begins));
    let line = line.unwrap_or_else(|| panic!("no {begins}\n{text}"));
    line.rsplit("  ")
        .find(|part| part.chars().any(|c| "▂▄·▒╱░".contains(c)))
        .map_or("", |cells| {
            cells.trim_start_matches(|c: char| !"▂▄·▒╱░".contains(c))
        })
        .trim_end_matches(['│', ' '])
        .to_owned()
}

#[test]
fn the_map_says_of_each_account_and_region_which_hours_are_there() {
    let mut d = Driver::open(day(), (120, 36));
    d.keys("7 v");
    assert!(
        d.text()
            .contains("Coverage by account and region: 2 rows, 1 cell = 1 h")
    );
    // From 6 to 19 o'clock: what no file tells of is a gap, in one region earlier than in the other.
    assert_eq!(row_of(&d, "111122223333  us-east-1"), "▂▂▂▂▂▂▂╱╱▂▂▂▂");
    assert_eq!(row_of(&d, "111122223333  eu-west-1"), "▂▂▂▂╱╱╱╱╱╱╱╱▂");
    // It opens on the newest hour; going to what is missing skips the whole stretch.
    assert!(
        d.text()
            .contains("eu-west-1  2026-11-20 18:00–19:00 UTC  1 event")
    );
    d.keys("{");
    let text = d.text();
    assert!(
        text.contains("eu-west-1  2026-11-20 17:00–18:00 UTC  no file tells of it"),
        "{text}"
    );
    d.keys("{");
    assert!(
        d.said()
            .contains("nothing is missing in this row on that side"),
        "{}",
        d.said()
    );
    d.keys("0 l");
    assert!(
        d.text().contains("2026-11-20 07:00–08:00 UTC  1 event"),
        "{}",
        d.text()
    );
    // More time in a cell, and of a part nothing is told.
    d.keys("Z");
    assert!(d.text().contains("1 cell = 2 h"));
    d.keys("z $ Z Z");
    assert!(
        d.text().contains("1 event; no file tells of 2 of 3 hours"),
        "{}",
        d.text()
    );
    assert!(
        row_of(&d, "111122223333  eu-west-1").ends_with('▒'),
        "{}",
        d.text()
    );
    // Its events are a view of their own, and going back comes back to the cell.
    d.keys("j 0 z z Enter");
    let text = "acct:111122223333 region:us-east-1 t:2026-11-20T06:00:00Z..2026-11-20T06:59:59Z";
    assert_eq!(d.state.view.text, text);
    assert_eq!(d.state.answer.hits.len(), 2);
    d.keys("[");
    assert!(
        d.text()
            .contains("us-east-1  2026-11-20 06:00–07:00 UTC  2 events"),
        "{}",
        d.text()
    );
    // Nothing to show where nothing is.
    d.keys("} Enter");
    assert!(
        d.said().contains("no event of this account and region"),
        "{}",
        d.said()
    );
    d.keys("q");
    assert!(
        d.text().contains("Sources: 28 of 28 files")
            || d.text().contains("Sources: 27 of 27 files"),
        "{}",
        d.text()
    );
    d.keys("1");
    assert!(d.state.overlay.is_none());
}

#[test]
fn what_waits_is_no_gap_on_the_map_either() {
    let mut d = Driver::open(day(), (80, 24));
    d.keys("7 v");
    let walking = Progress {
        walking: true,
        ..d.state.progress.clone()
    };
    d.apply(Action::Reply(Reply::Progress(walking)));
    assert_eq!(row_of(&d, "111122223333  eu-west-1"), "▂▂▂▂░░░░░░░░▂");
    for (width, height) in [(40, 12), (200, 60), (80, 24), (120, 36)] {
        d.resize(width, height);
        assert!(d.text().contains("Coverage by account"), "{}", d.text());
    }
}

#[test]
fn the_map_at_every_size_and_theme() {
    let mut d = Driver::open(day(), (120, 36));
    d.keys("7 v { h h");
    for (theme, width, height) in [("dark", 120, 36), ("plain", 80, 24), ("dark", 40, 12)] {
        d.resize(width, height);
        let screen = d.screen();
        let shown = support::text(&support::drawn(&screen, &Theme::named(theme).unwrap()));
        insta::with_settings!({snapshot_path => "../snapshots"}, {
            insta::assert_snapshot!(format!("coverage-{theme}-{width}x{height}"), shown);
        });
    }
}

#[test]
fn digits_go_from_screen_to_screen() {
    let mut d = Driver::demo(120, 36);
    for (key, words) in [
        ("7", "[7]Sources"),
        ("2", "[2]People"),
        ("7", "[7]Sources"),
        ("3", "[3]Resources"),
        ("7", "[7]Sources"),
        ("4", "[4]Sessions"),
        ("7", "[7]Sources"),
        ("1", "[1]Timeline"),
    ] {
        d.keys(key);
        assert!(d.text().contains(words), "{key}\n{}", d.text());
    }
    assert!(d.state.overlay.is_none() && d.state.under.is_empty());
}
