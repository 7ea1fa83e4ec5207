//! `demo` without a screen: the incident as files, or in a few tables.

use std::io::Write;
use std::path::Path;

use anyhow::Context as _;
use anyhow::bail;
use trailhound::base::cancel::Cancel;
use trailhound::base::text::counted;
use trailhound::base::text::thousands;
use trailhound::index::needs::Needs;
use trailhound::index::schema::Field;
use trailhound::pivot::tally;
use trailhound::pivot::tally::Wanted;
use trailhound::report;
use trailhound::report::Cell;
use trailhound::report::Format;
use trailhound::report::Heading;
use trailhound::source::Spec;
use trailhound::source::demo;

use crate::cli::Global;
use crate::headless::FOUND;
use crate::headless::Terminal;
use crate::headless::cells;
use crate::headless::evidence::Evidence;
use crate::headless::fields::column_name;
use crate::headless::safely;

/// Lays the incident out as files.
pub(super) fn write_demo(dir: &Path, out: &mut dyn Write) -> anyhow::Result<u8> {
    use flate2::Compression;
    use flate2::write::GzEncoder;
    let shown = dir.display();
    if let Ok(mut entries) = std::fs::read_dir(dir) {
        if entries.next().is_some() {
            bail!("{shown} is not empty");
        }
    } else if dir.exists() {
        bail!("{shown} is no folder that can be read");
    }
    let files = demo::files();
    for (name, bytes) in &files {
        let path = dir.join(format!("{name}.gz"));
        let parent = path.parent().unwrap_or(dir);
        std::fs::create_dir_all(parent)
            .with_context(|| format!("cannot make {}", parent.display()))?;
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(bytes)?;
        std::fs::write(&path, gzip.finish()?)
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    let n = counted(files.len() as u64, "file");
    safely(&format!("{n} in {shown}"), out)?;
    Ok(FOUND)
}

/// The incident in a few tables, where there is no terminal for the screen.
pub(super) fn demo_summary(
    global: &Global,
    terminal: &Terminal,
    out: &mut dyn Write,
) -> anyhow::Result<u8> {
    let specs = vec![Spec::Memory(demo::files())];
    let evidence = Evidence::load(specs, global, terminal, Needs::ALL, false)?;
    let snapshot = &evidence.loaded.snapshot;
    let hits = evidence.find(&evidence.filter("", global)?);
    let counts = evidence.loaded.ledger.record_counts();
    let style = terminal.style;
    writeln!(
        out,
        "{} in {}, {} found, {} delivered again",
        counted(hits.len() as u64, "event"),
        counted(evidence.loaded.ledger.files.len() as u64, "file"),
        counted(counts.found, "record"),
        thousands(counts.duplicate),
    )?;
    // Undated events are last in the order of time.
    let mut dated = hits.order.iter().filter(|id| snapshot.time(**id).is_some());
    let ends = [("first", dated.clone().next()), ("last", dated.next_back())];
    let fields = [Field::Time, Field::Who, Field::What, Field::Res];
    writeln!(out)?;
    let headings = ["event", "time", "who", "what", "res"].map(Heading::fixed);
    let mut sheet = report::sheet(Format::Table, &headings, style, out);
    for (word, id) in ends {
        let Some(id) = id else { continue };
        let mut row = vec![Cell::Text(word.to_owned())];
        row.extend(cells::of(snapshot, &evidence.reader, *id, &fields));
        sheet.row(&row)?;
    }
    sheet.end()?;
    drop(sheet);
    for field in [Field::Who, Field::What, Field::Err, Field::Ip] {
        let wanted = Wanted {
            top: 9,
            ..Wanted::default()
        };
        let tally = tally::tally(snapshot, &hits.order, field, wanted, &Cancel::NEVER);
        let name = column_name(field);
        let names = [name, "events", "failed", "first", "last"];
        let headings = names.map(Heading::fixed);
        writeln!(out)?;
        let mut sheet = report::sheet(Format::Table, &headings, style, out);
        let values = tally.map(|t| t.values).unwrap_or_default();
        for v in values.into_iter().filter(|v| v.value.is_some()) {
            sheet.row(&[
                Cell::Text(v.label),
                Cell::Count(v.events),
                Cell::Count(v.failures),
                Cell::time(v.first),
                Cell::time(v.last),
            ])?;
        }
        sheet.end()?;
    }
    writeln!(
        out,
        "\nOn a terminal `trailhound demo` opens it; `trailhound demo --write DIR` lays it out as files."
    )?;
    Ok(FOUND)
}
