//! Writes a view to a file, beside the screen: a thread of its own for each, one word at the end.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use trailhound::app::export::{Export, Format, Outcome, What};
use trailhound::case::store::create_private;
use trailhound::engine::Reader;
use trailhound::report::{self, Cell, Heading, Style, markdown};

use crate::headless::cells;

/// Writes, and says what came of it.
pub fn write(export: &Export, reader: &Reader) -> Outcome {
    let file = Path::new(&export.file);
    if !export.over && fs::symlink_metadata(file).is_ok() {
        return Outcome::Exists(export.file.clone());
    }
    match whole(export, reader, file) {
        Ok(()) => Outcome::Written(export.what.rows() as u64, export.file.clone()),
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Outcome::Exists(export.file.clone()),
        Err(e) => Outcome::Failed(format!("{}: {e}", export.file)),
    }
}

/// Writes beside the place and moves it there once it is whole: a file is never half of one.
fn whole(export: &Export, reader: &Reader, file: &Path) -> io::Result<()> {
    let name = file
        .file_name()
        .ok_or_else(|| io::Error::other("this names no file"))?;
    let hidden = format!(".{}.{}.tmp", name.to_string_lossy(), std::process::id());
    let new = file.with_file_name(hidden);
    let done = create_private(&new).and_then(|made| {
        let mut out = BufWriter::new(made);
        rows(export, reader, &mut out)?;
        let made = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        made.sync_all()?;
        if export.over {
            fs::rename(&new, file)
        } else {
            // A hard link fails where a file of that name has come in the meantime.
            fs::hard_link(&new, file).or_else(|e| match e.kind() {
                io::ErrorKind::AlreadyExists => Err(e),
                _ if fs::symlink_metadata(file).is_ok() => Err(io::ErrorKind::AlreadyExists.into()),
                _ => fs::rename(&new, file),
            })
        }
    });
    if new.exists() {
        // Linked under its name, or half written.
        let _ = fs::remove_file(&new);
    }
    done
}

fn rows(export: &Export, reader: &Reader, out: &mut dyn Write) -> io::Result<()> {
    let style = Style {
        zone: chrono_tz::UTC,
        width: None,
        color: false,
        terminal: false,
        secrets: false,
    };
    let mut names: Vec<&'static str> = match &export.what {
        What::Events(_, fields) => fields.iter().map(|f| f.name()).collect(),
        What::Counts(_) => vec![
            "value", "label", "events", "share", "writes", "failures", "first", "last",
        ],
    };
    if export.partial.is_some() {
        names.push("partial");
    }
    if export.format == Format::Markdown {
        writeln!(out, "# trailhound: {} rows\n", export.what.rows())?;
        for (name, value) in &export.head {
            if *name == "view" {
                // A link holds no character that acts.
                writeln!(out, "- {name}: `{value}`")?;
            } else {
                writeln!(out, "- {name}: {}", markdown::escaped(value))?;
            }
        }
        if let Some(why) = &export.partial {
            writeln!(out, "- **partial**: {}", markdown::escaped(why))?;
        }
        writeln!(out)?;
    }
    let format = match export.format {
        Format::Jsonl => report::Format::Jsonl,
        Format::Csv => report::Format::Csv,
        Format::Markdown => report::Format::Markdown,
    };
    let columns: Vec<Heading> = names.into_iter().map(Heading::fixed).collect();
    let mut sheet = report::sheet(format, &columns, style, out);
    let partial = export.partial.as_ref().map(|why| Cell::Text(why.clone()));
    match &export.what {
        What::Events(events, fields) => {
            cells::each(&export.snapshot, reader, events, fields, |_, mut cells| {
                cells.extend(partial.clone());
                sheet.row(&cells)
            })?;
        }
        What::Counts(counts) => {
            for value in &counts.values {
                let share = value.events as f64 / counts.total.max(1) as f64;
                let mut cells = vec![
                    value.value.clone().map_or(Cell::Absent, Cell::Text),
                    Cell::Text(value.label.clone()),
                    Cell::Count(value.events),
                    Cell::Share(share),
                    Cell::Count(value.writes),
                    Cell::Count(value.failures),
                    Cell::time(value.first),
                    Cell::time(value.last),
                ];
                cells.extend(partial.clone());
                sheet.row(&cells)?;
            }
        }
    }
    sheet.end()
}
