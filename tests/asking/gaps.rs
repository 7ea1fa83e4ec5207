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
