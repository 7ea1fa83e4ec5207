//! `stats`: how often each value of a field comes, and how events spread over time.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::convert::Infallible;
use std::io::Write;

use anyhow::bail;
use trailhound::base::cancel::Cancel;
use trailhound::base::text::thousands;
use trailhound::base::time::UtcMicros;
use trailhound::index::atlas::Coverage;
use trailhound::index::needs::Needs;
use trailhound::index::schema::Field;
use trailhound::index::snapshot::Hits;
use trailhound::pivot::tally;
use trailhound::pivot::tally::Wanted;
use trailhound::query::moment::Duration;
use trailhound::report;
use trailhound::report::Cell;
use trailhound::report::Format;
use trailhound::report::Heading;
use trailhound::source::Spec;

use crate::cli::Global;
use crate::cli::SheetFormat;
use crate::cli::Stats;
use crate::headless::FOUND;
use crate::headless::NOTHING;
use crate::headless::Terminal;
use crate::headless::asking::prove;
use crate::headless::cells;
use crate::headless::evidence::Evidence;
use crate::headless::fields::column;
use crate::headless::fields::column_name;
use crate::headless::names_of_accounts;

/// Rows of a histogram past which the stretch was surely mistyped.
const MOST_STRETCHES: i64 = 1_000_000;

/// What `--by` names.
enum By {
    Field(Field),
    Time(Duration),
}

impl By {
    fn parse(text: &str, covers: Coverage) -> anyhow::Result<Self> {
        let (name, length) = match text.split_once(':') {
            Some((name, length)) => (name, Some(length)),
            None => (text, None),
        };
        match (column(name, covers)?, length) {
            (Field::Time, Some(length)) => match Duration::parse(length) {
                Some(by) if by.micros() > 0 => Ok(Self::Time(by)),
                _ => bail!("`{length}` is no length of time; write time:1h or time:30m"),
            },
            (Field::Time, None) => bail!("events are counted over stretches of time: time:1h"),
            (field, None) => Ok(Self::Field(field)),
            (_, Some(_)) => bail!("only time takes a length, such as time:1h; `{text}` does not"),
        }
    }
}

/// A row of `stats`.
struct Count {
    value: Cell,
    events: u64,
    first: Option<UtcMicros>,
    last: Option<UtcMicros>,
}

/// The value of events that have none.
const NONE: &str = "(none)";

pub(super) fn run_stats(
    args: &Stats,
    specs: Vec<Spec>,
    global: &Global,
    terminal: &Terminal,
    out: &mut dyn Write,
) -> anyhow::Result<u8> {
    let by: Vec<By> = args
        .by
        .iter()
        .map(|text| By::parse(text, global.atlas.covers()))
        .collect::<Result<_, _>>()?;
    let asked = by.iter().map(|by| match by {
        By::Field(field) => Needs::of(*field),
        By::Time(_) => Needs::NONE,
    });
    let needs = asked.fold(prove(&args.filter, global)?, Needs::and);
    let (evidence, hits) = Evidence::asked(specs, global, terminal, needs, &args.filter)?;
    let code = if hits.is_empty() { NOTHING } else { FOUND };
    let format = args.format.unwrap_or(if terminal.stdout {
        SheetFormat::Table
    } else {
        SheetFormat::Jsonl
    });
    let format = match format {
        SheetFormat::Table => Format::Table,
        SheetFormat::Jsonl => Format::Jsonl,
        SheetFormat::Csv => Format::Csv,
    };
    let names = ["field", "value", "events", "first", "last", "share"];
    let headings = names.map(Heading::fixed);
    let tables = if format == Format::Table { by.len() } else { 1 };
    if format == Format::Table && hits.is_empty() {
        return Ok(code);
    }
    for table in 0..tables {
        if table > 0 {
            writeln!(out)?;
        }
        let mut sheet = report::sheet(format, &headings, terminal.style, out);
        let fields = if tables > 1 {
            &by[table..=table]
        } else {
            &by[..]
        };
        for by in fields {
            let (name, counts) = match by {
                By::Field(field) => {
                    let mut counts = counts_of(&evidence, &hits, *field);
                    if args.top > 0 {
                        counts.truncate(args.top);
                    }
                    (column_name(*field), counts)
                }
                By::Time(stretch) => ("time", stretches(&evidence, &hits, stretch.micros())?),
            };
            for count in counts {
                let row = vec![
                    Cell::Text(name.to_owned()),
                    count.value,
                    Cell::Count(count.events),
                    Cell::time(count.first),
                    Cell::time(count.last),
                    Cell::Share(count.events as f64 / hits.len() as f64),
                ];
                let accounts = names_of_accounts(format == Format::Table, global);
                sheet.row(&cells::with_accounts(row, accounts))?;
            }
        }
        sheet.end()?;
    }
    Ok(code)
}

/// Every value of a field, by events and then by text.
fn counts_of(evidence: &Evidence, hits: &Hits, field: Field) -> Vec<Count> {
    let snapshot = &evidence.loaded.snapshot;
    let wanted = Wanted::default();
    let mut counts: Vec<(String, Count)> =
        match tally::tally(snapshot, &hits.order, field, wanted, &Cancel::NEVER) {
            Some(tally) => tally
                .values
                .into_iter()
                .map(|v| {
                    let value = v.value.unwrap_or_else(|| NONE.to_owned());
                    let count = Count {
                        value: Cell::Text(value.clone()),
                        events: v.events,
                        first: v.first,
                        last: v.last,
                    };
                    (value, count)
                })
                .collect(),
            // Ids and what stands in the records only are not numbered: they are read and counted.
            None => counted_by_reading(evidence, hits, field),
        };
    counts.sort_by(|(a, x), (b, y)| y.events.cmp(&x.events).then_with(|| a.cmp(b)));
    counts.into_iter().map(|(_, count)| count).collect()
}

fn counted_by_reading(evidence: &Evidence, hits: &Hits, field: Field) -> Vec<(String, Count)> {
    let snapshot = &evidence.loaded.snapshot;
    let mut counts: HashMap<String, Count> = HashMap::new();
    let Ok(()) = cells::each(
        snapshot,
        &evidence.reader,
        &hits.order,
        &[field],
        |id, mut cells| {
            let value = match cells.pop() {
                None | Some(Cell::Absent) => NONE.to_owned(),
                Some(cell) => cell.plain(),
            };
            let time = snapshot.time(id);
            let count = counts.entry(value).or_insert_with_key(|value| Count {
                value: Cell::Text(value.clone()),
                events: 0,
                first: time,
                last: None,
            });
            count.events += 1;
            count.last = time.or(count.last);
            Ok::<(), Infallible>(())
        },
    );
    counts.into_iter().collect()
}

/// Events by stretch of time, the empty ones between the first and the last too.
fn stretches(evidence: &Evidence, hits: &Hits, width: i64) -> anyhow::Result<Vec<Count>> {
    let snapshot = &evidence.loaded.snapshot;
    let mut counts: BTreeMap<i64, Count> = BTreeMap::new();
    let mut undated = 0;
    for &id in hits.order.iter() {
        let Some(time) = snapshot.time(id) else {
            undated += 1;
            continue;
        };
        let start = time.0.div_euclid(width).saturating_mul(width);
        let count = counts.entry(start).or_insert_with(|| Count {
            value: Cell::Time(UtcMicros(start)),
            events: 0,
            first: Some(time),
            last: None,
        });
        count.events += 1;
        count.last = Some(time);
    }
    let ends = counts.first_key_value().zip(counts.last_key_value());
    let mut all = Vec::new();
    if let Some(((&first, _), (&last, _))) = ends {
        let n = (last - first) / width + 1;
        if n > MOST_STRETCHES {
            bail!(
                "that is {} stretches of time: name a longer one, or narrow it with --since and --until",
                thousands(n as u64)
            );
        }
        for i in 0..n {
            let start = first + i * width;
            all.push(counts.remove(&start).unwrap_or(Count {
                value: Cell::Time(UtcMicros(start)),
                events: 0,
                first: None,
                last: None,
            }));
        }
    }
    if undated > 0 {
        all.push(Count {
            value: Cell::Text(NONE.to_owned()),
            events: undated,
            first: None,
            last: None,
        });
    }
    Ok(all)
}
