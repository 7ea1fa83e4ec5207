//! Filters, counts and single records of a set that is loaded.

use std::time::{Duration, Instant};

use trailhound::app::state::FACETS;
use trailhound::base::cancel::{Cancel, Latest};
use trailhound::engine::answer;
use trailhound::index::segment::EventId;
use trailhound::index::snapshot::Hits;
use trailhound::pivot::histogram::Histogram;
use trailhound::pivot::tally::{self, Wanted};
use trailhound::query::ast::Expr;
use trailhound::query::{self, Context};

use crate::loading::Loaded;
use crate::table::{Table, Times, ratios, repeated, timed};
use crate::{Bench, Outcome, inflate};

/// Parses a filter of ours.
fn expr(text: &str) -> Outcome<Expr> {
    let parsed = query::parse(text, &Context::default());
    Ok(parsed
        .usable()
        .ok_or_else(|| format!("{text}: no filter"))?
        .clone())
}

/// The events of a filter, and how long they took: nothing is known of an earlier question.
fn asked(loaded: &Loaded, filter: &Expr) -> (usize, Duration) {
    let snapshot = loaded.snapshot.asked_anew();
    timed(|| {
        answer::find(&snapshot, filter, &loaded.reader, &Cancel::NEVER)
            .map_or(0, |answer| answer.rows.len())
    })
}

/// A filter, timed.
fn filter(
    bench: &Bench,
    loaded: &Loaded,
    table: &mut Table,
    (what, text, goal): (&str, &str, &str),
) -> Outcome<()> {
    let filter = expr(text)?;
    let (mut events, mut times) = (0, Times::default());
    for run in 0..=bench.runs.max(9) {
        let (found, time) = asked(loaded, &filter);
        events = found;
        if run > 0 {
            times.add(time);
        }
    }
    table.row(
        what,
        goal,
        &times.shown(0.5),
        &format!(
            "{text}: {events} events, {:.2} ns/row",
            times.median() * 1e6 / bench.events as f64
        ),
    )?;
    Ok(())
}

/// What the columns answer, counts, and single records.
pub fn columns(bench: &Bench, loaded: &Loaded, table: &mut Table) -> Outcome<()> {
    let one = bench.goal("≤ 0.5 ms", "≤ 3 ms");
    let three = bench.goal("≤ 1 ms", "≤ 6 ms");
    for row in [
        ("one value of a column", "what:DescribeInstances", one),
        ("one of many values", "key:AKIANEEDLE7HAYSTACK2", one),
        (
            "three columns AND",
            "svc:kms what:Decrypt err:AccessDenied",
            three,
        ),
        ("a principal by name", "who:alice", ""),
        ("a resource by name", "res:payments-api-prod-role", ""),
        ("a network", "ip:203.0.113.0/26", ""),
        ("part of the user agent", "ua:terraform", ""),
        ("a stretch of time", "t:2025-03-04", ""),
        ("failures", "err:denied", ""),
        (
            "a choice, negated",
            "-svc:(s3 OR kms OR sts) verb:write",
            "",
        ),
        ("an event id", "id:00000000-0000-4000-8000-000000000000", ""),
    ] {
        filter(bench, loaded, table, row)?;
    }
    counts(bench, loaded, table)?;
    details(loaded, table)
}

/// Facets and histogram of the events of a broad filter.
fn counts(bench: &Bench, loaded: &Loaded, table: &mut Table) -> Outcome<()> {
    let snapshot = &loaded.snapshot;
    let filter = expr("verb:read")?;
    let rows = answer::find(snapshot, &filter, &loaded.reader, &Cancel::NEVER)
        .ok_or("stale")?
        .rows;
    let mut hits = Hits::default();
    let times = repeated(bench.runs, || hits = Hits::of(snapshot, &rows));
    table.row(
        "events in time order",
        "",
        &times.shown(0.5),
        &format!("{} of them", hits.order.len()),
    )?;
    let histogram = repeated(bench.runs, || {
        Histogram::of_rows(snapshot, &hits.order, &rows, 100, &Cancel::NEVER);
    });
    let facets = repeated(bench.runs, || {
        for field in FACETS {
            let wanted = Wanted {
                top: 10,
                counts_only: true,
                ..Wanted::default()
            };
            tally::count(snapshot, &rows, *field, wanted, &Cancel::NEVER);
        }
    });
    table.row("histogram of 100 columns", "", &histogram.shown(0.5), "")?;
    table.row(
        &format!("facets of {} columns", FACETS.len()),
        "",
        &facets.shown(0.5),
        "exact, one after the other",
    )?;
    Ok(())
}

/// Single records.
fn details(loaded: &Loaded, table: &mut Table) -> Outcome<()> {
    let (snapshot, reader) = (&loaded.snapshot, &loaded.reader);
    let (mut cold, mut warm) = (Times::default(), Times::default());
    for n in 0..100 {
        let id = EventId::nth(snapshot.len() / 100 * n);
        cold.add(timed(|| reader.fetch(snapshot, id)).1);
        let (fetched, time) = timed(|| reader.fetch(snapshot, id));
        if let Some(error) = fetched.error {
            return Err(error.into());
        }
        warm.add(time);
    }
    table.row(
        "raw record, its file not at hand",
        "≤ 5 ms",
        &cold.shown(0.5),
        &format!("p99 {}", cold.shown(0.99)),
    )?;
    table.row(
        "raw record, its file at hand",
        "≤ 0.2 ms",
        &warm.shown(0.5),
        &format!("p99 {}", warm.shown(0.99)),
    )?;
    Ok(())
}

/// Text anywhere in the records.
pub fn text(bench: &Bench, loaded: &Loaded, table: &mut Table) -> Outcome<()> {
    for row in [
        (
            "text in any value, a rare one",
            "i-0needle0000000001",
            "≤ 40 ms",
        ),
        ("text in any value, none", "i-0nosuchthing", "≤ 15 ms"),
    ] {
        filter(bench, loaded, table, row)?;
    }
    filter(
        bench,
        loaded,
        table,
        (
            "an expression, by a text it needs",
            "/i-0needle0*[12]\\b/",
            "",
        ),
    )?;
    // Two texts, of which none must be there: only the records themselves can say.
    let files = inflate::files(&bench.folder)?;
    let filter = expr("/987654321012|876543210123/")?;
    let (mut only, mut scan) = (Times::default(), Times::default());
    let mut events = 0;
    for _ in 0..bench.runs {
        only.add(timed(|| inflate::all(&files)).1);
        let (found, time) = asked(loaded, &filter);
        events = found;
        scan.add(time);
    }
    let (middle, least, most) = ratios(&scan, &only);
    table.row(
        "complete text scan",
        "≤ 1.25x",
        &format!("{middle:.2}x inflate only"),
        &format!(
            "[{least:.2}-{most:.2}], {}, {events} events",
            scan.shown(0.5)
        ),
    )?;
    let late = cancelled(
        loaded,
        &filter,
        Duration::from_secs_f64(scan.median() / 3e3),
    );
    table.row(
        "complete text scan, given up",
        "≤ 20 ms",
        &late.shown(1.0),
        "worst of 10",
    )?;
    Ok(())
}

/// How long a search goes on after it is not wanted any more.
fn cancelled(loaded: &Loaded, filter: &Expr, after: Duration) -> Times {
    let mut times = Times::default();
    for n in 0..10 {
        let latest = Latest::default();
        let cancel = latest.renew();
        let given_up = std::thread::scope(|scope| {
            let stop = scope.spawn(|| {
                std::thread::sleep(after / 10 * n);
                let now = Instant::now();
                latest.stop();
                now
            });
            answer::find(&loaded.snapshot, filter, &loaded.reader, &cancel);
            let ended = Instant::now();
            stop.join().map(|now| ended.saturating_duration_since(now))
        });
        if let Ok(time) = given_up {
            times.add(time);
        }
    }
    times
}
