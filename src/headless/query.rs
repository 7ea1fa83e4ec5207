//! `query`: the events of a filter, as a table, as lines or as they were recorded.

use std::convert::Infallible;
use std::io;
use std::io::Write;

use trailhound::base::text::counted;
use trailhound::index::needs::Needs;
use trailhound::index::schema::Field;
use trailhound::index::segment::EventId;
use trailhound::index::segment::Facts;
use trailhound::index::snapshot::Hits;
use trailhound::index::snapshot::Snapshot;
use trailhound::report;
use trailhound::report::Cell;
use trailhound::report::Format;
use trailhound::report::Heading;
use trailhound::source::Spec;
use trailhound::view::columns;

use crate::cli::Global;
use crate::cli::Query;
use crate::cli::QueryFormat;
use crate::headless::FOUND;
use crate::headless::NOTHING;
use crate::headless::Terminal;
use crate::headless::asking::prove;
use crate::headless::cells;
use crate::headless::evidence::Evidence;
use crate::headless::fields::column_name;
use crate::headless::fields::columns_of;
use crate::headless::fields::sorting;
use crate::headless::fields::spare;
use crate::headless::names_of_accounts;
use crate::headless::say;

pub(super) fn run_query(
    args: &Query,
    specs: Vec<Spec>,
    global: &Global,
    terminal: &Terminal,
    out: &mut dyn Write,
) -> anyhow::Result<u8> {
    let mut fields = match &args.columns {
        Some(names) => columns_of(names, global.atlas.covers())?,
        None => columns::DEFAULTS.to_vec(),
    };
    let (by, backwards) = sorting(&args.sort, global.atlas.covers())?;
    let mut needs = prove(&args.filter, global)?.and(Needs::of(by));
    if args.format != Some(QueryFormat::Count) && !args.raw {
        needs = fields.iter().map(|f| Needs::of(*f)).fold(needs, Needs::and);
    }
    let (evidence, hits) = Evidence::asked(specs, global, terminal, needs, &args.filter)?;
    let limit = match args.limit {
        0 => usize::MAX,
        n => n,
    };
    let code = if hits.is_empty() { NOTHING } else { FOUND };
    let format = args.format.unwrap_or(if terminal.stdout {
        QueryFormat::Table
    } else {
        QueryFormat::Jsonl
    });
    if format == QueryFormat::Count && !args.raw {
        writeln!(out, "{}", hits.len().min(limit))?;
        return Ok(code);
    }
    let mut order = sorted(&evidence, &hits, by, backwards);
    order.truncate(limit);
    if args.columns.is_none() {
        fields.extend(remarkable(&evidence.loaded.snapshot, &order));
    }
    if args.raw {
        raw(&evidence, &order, terminal, out)?;
        return Ok(code);
    }
    let headings: Vec<Heading> = fields
        .iter()
        .map(|f| Heading {
            name: column_name(*f),
            spare: if args.columns.is_none() { spare(*f) } else { 0 },
        })
        .collect();
    let format = match format {
        QueryFormat::Table | QueryFormat::Count => Format::Table,
        QueryFormat::Jsonl => Format::Jsonl,
        QueryFormat::Csv => Format::Csv,
    };
    if format == Format::Table && order.is_empty() {
        return Ok(code);
    }
    let mut sheet = report::sheet(format, &headings, terminal.style, out);
    let (snapshot, reader) = (&evidence.loaded.snapshot, &evidence.reader);
    let accounts = names_of_accounts(format == Format::Table, global);
    cells::each(snapshot, reader, &order, &fields, |_, cells| {
        sheet.row(&cells::with_accounts(cells, accounts))
    })?;
    sheet.end()?;
    Ok(code)
}

/// Columns that are shown unasked where an event of the answer is not a record as it was recorded.
fn remarkable(snapshot: &Snapshot, order: &[EventId]) -> Vec<Field> {
    let any = |holds: fn(Facts) -> bool| order.iter().any(|id| holds(snapshot.facts(*id)));
    let columns = [
        (Field::Summary, any(Facts::summary)),
        (Field::Repaired, any(Facts::repaired)),
        (Field::Recovered, any(Facts::recovered)),
    ];
    let wanted = columns.into_iter().filter(|(_, wanted)| *wanted);
    wanted.map(|(field, _)| field).collect()
}

/// The events in the order asked for; ties stay in the order of time, and what has no value is last.
fn sorted(evidence: &Evidence, hits: &Hits, by: Field, backwards: bool) -> Vec<EventId> {
    let mut order = hits.order.to_vec();
    if by == Field::Time {
        if backwards {
            let snapshot = &evidence.loaded.snapshot;
            let dated = order.partition_point(|id| snapshot.time(*id).is_some());
            order[..dated].reverse();
        }
        return order;
    }
    let mut keyed: Vec<(Option<(u64, String)>, EventId)> = Vec::with_capacity(order.len());
    let (snapshot, reader) = (&evidence.loaded.snapshot, &evidence.reader);
    let Ok(()) = cells::each(snapshot, reader, &order, &[by], |id, mut cells| {
        // Numbers go by size, texts by their letters.
        let key = match cells.pop() {
            Some(Cell::Count(n)) => Some((n, String::new())),
            cell => cell
                .map(|c| (0, c.plain()))
                .filter(|(_, text)| !text.is_empty()),
        };
        keyed.push((key, id));
        Ok::<(), Infallible>(())
    });
    keyed.sort_by(|(a, _), (b, _)| match (a, b) {
        (Some(a), Some(b)) if backwards => b.cmp(a),
        (Some(a), Some(b)) => a.cmp(b),
        (a, b) => a.is_none().cmp(&b.is_none()),
    });
    keyed.into_iter().map(|(_, id)| id).collect()
}

fn raw(
    evidence: &Evidence,
    order: &[EventId],
    terminal: &Terminal,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let snapshot = &evidence.loaded.snapshot;
    let (mut unread, mut reason) = (0, None);
    evidence.reader.in_order(snapshot, order, |_, record| {
        match record {
            Ok(record) => report::raw(&record, terminal.style, out)?,
            Err(e) => {
                unread += 1;
                reason.get_or_insert(e);
            }
        }
        Ok::<(), io::Error>(())
    })?;
    if let Some(reason) = reason {
        out.flush()?;
        let records = counted(unread, "record");
        say(&format!(
            "trailhound: {records} could not be read again: {reason}"
        ));
    }
    Ok(())
}
