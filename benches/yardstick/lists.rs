//! Lists that take work: bursts of a thousand events in a line, and an order by another column.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use trailhound::app::action::Action;

use crate::screen::{Program, has_hits, is_settled};
use crate::table::{Table, Times, timed};
use crate::{Bench, Outcome};

/// Events of the set of bursts.
const EVENTS: usize = 100_000;
/// Events of one file of it.
const OF_A_FILE: usize = 10_000;

/// The rows about lists.
pub fn rows(bench: &Bench, table: &mut Table) -> Outcome<()> {
    bursts(table)?;
    sorts(bench, table)
}

/// Frames of a list in which every line is a thousand events: from line to line, page to page, and
/// from one end to the other.
fn bursts(table: &mut Table) -> Outcome<()> {
    let mut program = Program::open(&set()?)?;
    program.until(|state| state.ledger.is_some() && is_settled(state))?;
    let (mut times, mut first) = (Times::default(), Duration::ZERO);
    let keys = ["j", "j", "PgDn", "k", "PgUp", "G", "k", "g"];
    for key in keys.iter().cycle().take(400) {
        let (drawn, time) = timed(|| {
            program.press(key)?;
            program.draw()
        });
        drawn?;
        if times.len() == 0 {
            first = time;
        }
        times.add(time);
    }
    table.row(
        "frame of a list of bursts of 1,000 events",
        "p99 ≤ 3 ms",
        &format!("p99 {}", times.shown(0.99)),
        &format!(
            "median {}, worst {}, the first {:.2} ms, {} keys, {EVENTS} events",
            times.shown(0.5),
            times.shown(1.0),
            first.as_secs_f64() * 1e3,
            times.len()
        ),
    )?;
    Ok(())
}

/// Every event in the order of a column: until it stands there, and how long no frame could come.
fn sorts(bench: &Bench, table: &mut Table) -> Outcome<()> {
    let mut program = Program::open(&bench.folder)?;
    program.until(|state| state.ledger.is_some() && is_settled(state))?;
    let (mut whole, mut frame) = (Times::default(), Times::default());
    let mut each = String::new();
    for field in ["what", "who", "ip", "res", "time"] {
        program.press("S")?;
        for letter in field.chars() {
            program.press(&letter.to_string())?;
        }
        let (done, time) = timed(|| -> Outcome<()> {
            let mut next = timed(|| program.press("Enter").and_then(|()| program.draw()));
            loop {
                next.0?;
                frame.add(next.1);
                if has_hits(&program.state) {
                    return Ok(());
                }
                let reply = program.hear()?;
                next = timed(|| {
                    program.apply(Action::Reply(reply));
                    program.draw()
                });
            }
        });
        done?;
        whole.add(time);
        let _ = write!(each, "{field} {:.0}, ", time.as_secs_f64() * 1e3);
        program.until(is_settled)?;
    }
    table.row(
        "all events sorted by another column",
        bench.goal("≤ 1 s", "≤ 5 s"),
        &whole.shown(1.0),
        &format!(
            "worst; {} ms; no frame waited longer than {}",
            each.trim_end_matches(", "),
            frame.shown(1.0)
        ),
    )?;
    Ok(())
}

/// A folder of one call again and again, made once.
fn set() -> Outcome<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("bursts-1-{EVENTS}"));
    let mark = folder.with_extension("done");
    if mark.exists() {
        return Ok(folder);
    }
    fs::create_dir_all(&folder)?;
    for file in 0..EVENTS / OF_A_FILE {
        let mut text = String::from("{\"Records\":[");
        for n in file * OF_A_FILE..(file + 1) * OF_A_FILE {
            // Each thousand has a bucket of its own, a hundred a second.
            let (second, bucket) = (n / 100, n / 1000);
            let comma = if n % OF_A_FILE == 0 { "" } else { "," };
            write!(
                text,
                "{comma}{{\"eventVersion\":\"1.08\",\"eventID\":\"0c6f2d9e-0000-4000-8000-{n:012}\",\
                 \"eventTime\":\"2026-11-20T{:02}:{:02}:{:02}Z\",\"eventSource\":\"s3.amazonaws.com\",\
                 \"eventName\":\"GetObject\",\"awsRegion\":\"us-east-1\",\"sourceIPAddress\":\"203.0.113.9\",\
                 \"recipientAccountId\":\"111122223333\",\"userIdentity\":{{\"type\":\"IAMUser\",\
                 \"userName\":\"alice\",\"arn\":\"arn:aws:iam::111122223333:user/alice\",\
                 \"accountId\":\"111122223333\"}},\"requestParameters\":{{\"bucketName\":\"b{bucket}\",\
                 \"key\":\"k\"}},\"resources\":[{{\"ARN\":\"arn:aws:s3:::b{bucket}/k\"}}]}}",
                second / 3600,
                second / 60 % 60,
                second % 60
            )?;
        }
        text.push_str("]}");
        fs::write(folder.join(format!("{file}.json")), text)?;
    }
    fs::write(&mark, "")?;
    Ok(folder)
}
