//! What the generator prints: every number that the documentation of the demo quotes.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::Value;

use crate::deliver::File;
use crate::record::Log;
use crate::when::iso;

/// How many principals to name.
const TOP: usize = 12;

/// Writes the summary.
pub fn print(out: &mut impl Write, log: &Log, files: &[File], bytes: usize) -> io::Result<()> {
    let records: usize = files.iter().map(|file| file.records.len()).sum();
    let distinct = log.records.len();
    writeln!(out, "files             {}", files.len())?;
    writeln!(out, "records           {records}")?;
    writeln!(out, "distinct events   {distinct}")?;
    writeln!(out, "copies            {}", records - distinct)?;
    writeln!(out, "asset bytes       {bytes}")?;
    let times = log.records.iter().map(|record| record.time);
    if let (Some(low), Some(high)) = (times.clone().min(), times.max()) {
        writeln!(out, "first to last     {} {}", iso(low), iso(high))?;
    }
    let failed = count(log, |body| {
        let failed = body.get("errorCode").is_some() || body.get("errorMessage").is_some();
        Some(if failed { "failed" } else { "succeeded" }.to_owned())
    });
    section(out, "by result", failed, usize::MAX)?;
    section(
        out,
        "by account",
        count(log, |body| text(body, "recipientAccountId")),
        usize::MAX,
    )?;
    section(
        out,
        "by region",
        count(log, |body| text(body, "awsRegion")),
        usize::MAX,
    )?;
    section(
        out,
        "by service",
        count(log, |body| text(body, "eventSource")),
        TOP,
    )?;
    section(out, "top principals", count(log, principal), TOP)?;
    section(out, "intruder's address", count(log, intruder), usize::MAX)?;

    let mut left = 0;
    let mut objects = 0;
    for record in &log.records {
        let body = &record.body;
        let chained = principal(body).is_some_and(|who| who.ends_with(crate::story::CHAINED));
        if chained && body["eventName"] == "GetObject" {
            objects += 1;
            left += body["additionalEventData"]["bytesTransferredOut"]
                .as_i64()
                .unwrap_or(0);
        }
    }
    writeln!(
        out,
        "\nread through DataRead: {objects} GetObject, {left} bytes"
    )?;

    writeln!(out, "\nkey events")?;
    let mut keys: Vec<_> = log
        .records
        .iter()
        .filter_map(|record| record.label.map(|label| (record, label)))
        .collect();
    keys.sort_by_key(|(record, _)| record.time);
    for (record, label) in keys {
        let body = &record.body;
        writeln!(
            out,
            "{}  {}  {:<32} {label}",
            iso(record.time),
            body["eventID"].as_str().unwrap_or_default(),
            body["eventName"].as_str().unwrap_or_default(),
        )?;
    }
    Ok(())
}

/// Counts the distinct events by something.
fn count(log: &Log, by: impl Fn(&Value) -> Option<String>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for record in &log.records {
        if let Some(name) = by(&record.body) {
            *counts.entry(name).or_default() += 1;
        }
    }
    counts
}

/// Writes one group of counts, the biggest first.
fn section(
    out: &mut impl Write,
    title: &str,
    counts: BTreeMap<String, usize>,
    top: usize,
) -> io::Result<()> {
    let mut rows: Vec<_> = counts.into_iter().collect();
    rows.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    writeln!(out, "\n{title}")?;
    for (name, number) in rows.into_iter().take(top) {
        writeln!(out, "{number:>6}  {name}")?;
    }
    Ok(())
}

fn text(body: &Value, field: &str) -> Option<String> {
    body.get(field).and_then(Value::as_str).map(str::to_owned)
}

/// The caller's ARN, or the best that stands for it.
fn principal(body: &Value) -> Option<String> {
    let who = body.get("userIdentity")?;
    ["arn", "invokedBy", "principalId"]
        .into_iter()
        .find_map(|field| text(who, field).filter(|text| !text.is_empty()))
        .or_else(|| text(who, "type"))
}

/// Who calls from the intruder's address.
fn intruder(body: &Value) -> Option<String> {
    (body.get("sourceIPAddress")? == crate::world::INTRUDER)
        .then(|| principal(body))
        .flatten()
}
