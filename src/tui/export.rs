//! Writes a view to a file, beside the screen: a thread of its own for each, one word at the end.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use trailhound::app::export::{Export, Format, Outcome, What};
use trailhound::app::tables::Value;
use trailhound::case::store::create_private;
use trailhound::engine::Reader;
use trailhound::report::{self, Cell, Heading, Style, markdown};

use crate::headless::{cells, column_name};

/// The longest that the end of the program waits for exports to clear up behind them.
const PATIENCE: Duration = Duration::from_secs(2);

/// The exports under way. Once it is dropped they stop, and no half of a file is left.
#[derive(Default)]
pub struct Exports {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Exports {
    /// Writes a view beside everything else, and says at the end what came of it.
    pub fn begin(
        &mut self,
        export: Box<Export>,
        reader: Reader,
        tell: impl FnOnce(Outcome) + Send + 'static,
    ) {
        let stop = Arc::clone(&self.stop);
        self.threads.retain(|thread| !thread.is_finished());
        self.threads.push(std::thread::spawn(move || {
            tell(write(&export, &reader, &stop));
        }));
    }
}

impl Drop for Exports {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let began = Instant::now();
        while began.elapsed() < PATIENCE && self.threads.iter().any(|t| !t.is_finished()) {
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

/// Writes, and says what came of it.
fn write(export: &Export, reader: &Reader, stop: &AtomicBool) -> Outcome {
    let file = Path::new(&export.file);
    if !export.over && fs::symlink_metadata(file).is_ok() {
        return Outcome::Exists(export.file.clone());
    }
    match whole(export, reader, file, stop) {
        Ok(()) => Outcome::Written(export.what.rows() as u64, export.file.clone()),
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Outcome::Exists(export.file.clone()),
        Err(e) => Outcome::Failed(format!("{}: {e}", export.file)),
    }
}

/// Writes beside the place and moves it there once it is whole: a file is never half of one.
fn whole(export: &Export, reader: &Reader, file: &Path, stop: &AtomicBool) -> io::Result<()> {
    let name = file
        .file_name()
        .ok_or_else(|| io::Error::other("this names no file"))?;
    let hidden = format!(".{}.{}.tmp", name.to_string_lossy(), std::process::id());
    let new = file.with_file_name(hidden);
    let done = create_private(&new).and_then(|made| {
        let mut out = BufWriter::new(made);
        rows(export, reader, &mut out, stop)?;
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

fn rows(
    export: &Export,
    reader: &Reader,
    out: &mut dyn Write,
    stop: &AtomicBool,
) -> io::Result<()> {
    let ended = || {
        if stop.load(Ordering::Relaxed) {
            return Err(io::Error::other("the program ended"));
        }
        Ok(())
    };
    let style = Style {
        zone: chrono_tz::UTC,
        width: None,
        color: false,
        terminal: false,
        secrets: false,
    };
    let mut names: Vec<&'static str> = match &export.what {
        What::Events(_, fields) => fields.iter().map(|f| column_name(*f)).collect(),
        What::Counts(_) => vec![
            "value", "label", "events", "share", "writes", "failures", "first", "last",
        ],
        What::Table(table) => table.columns.clone(),
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
                ended()?;
                cells.extend(partial.clone());
                sheet.row(&cells)
            })?;
        }
        What::Counts(counts) => {
            for value in &counts.values {
                ended()?;
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
        What::Table(table) => {
            for row in &table.rows {
                ended()?;
                let cells = row.iter().map(cell_of).chain(partial.clone());
                sheet.row(&cells.collect::<Vec<_>>())?;
            }
        }
    }
    sheet.end()
}

fn cell_of(value: &Value) -> Cell {
    match value {
        Value::Absent => Cell::Absent,
        Value::Text(text) => Cell::Text(text.clone()),
        Value::Count(n) => Cell::Count(*n),
        Value::Time(time) => Cell::Time(*time),
        Value::Flag(flag) => Cell::Flag(*flag),
    }
}

#[cfg(test)]
mod tests {
    use trailhound::app::tables::Table;
    use trailhound::index::schema::Field;
    use trailhound::index::snapshot::Snapshot;
    use trailhound::pivot::tally::{FieldTally, Tally};

    use super::*;

    #[test]
    fn an_export_that_is_stopped_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("svc.csv");
        let value = Tally {
            value: Some("s3".to_owned()),
            label: "s3".to_owned(),
            events: 1,
            writes: 0,
            failures: 0,
            first: None,
            last: None,
            spark: Vec::new(),
            bytes_out: 0,
        };
        let export = Export {
            file: file.display().to_string(),
            over: false,
            format: Format::Csv,
            snapshot: Arc::new(Snapshot::default()),
            what: What::Counts(FieldTally {
                field: Field::Svc,
                total: 1,
                distinct: 1,
                values: vec![value],
            }),
            head: Vec::new(),
            partial: None,
        };
        let (stopped, goes_on) = (AtomicBool::new(true), AtomicBool::new(false));
        let reader = Reader::default();
        assert!(matches!(
            write(&export, &reader, &stopped),
            Outcome::Failed(_)
        ));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        assert!(matches!(
            write(&export, &reader, &goes_on),
            Outcome::Written(1, _)
        ));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_table_of_the_screen_is_inert_private_and_marked() {
        let folder = tempfile::tempdir().unwrap();
        let write_as = |name: &str, format: Format| {
            let file = folder.path().join(name);
            let export = Export {
                file: file.display().to_string(),
                over: false,
                format,
                snapshot: Arc::new(Snapshot::default()),
                what: What::Table(Arc::new(Table {
                    name: "people",
                    title: "people".to_owned(),
                    columns: vec!["label", "events", "again"],
                    rows: vec![vec![
                        Value::Text("=cmd|' /C calc'!A0\u{1b}[31m<b>".to_owned()),
                        Value::Count(3),
                        Value::Flag(false),
                    ]],
                })),
                head: vec![("of", "people".to_owned())],
                partial: Some("the load was going on".to_owned()),
            };
            let done = write(&export, &Reader::default(), &AtomicBool::new(false));
            assert!(matches!(done, Outcome::Written(1, _)), "{done:?}");
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt as _;
                let mode = fs::metadata(&file).unwrap().permissions().mode();
                assert_eq!(mode & 0o777, 0o600);
            }
            let again = write(&export, &Reader::default(), &AtomicBool::new(false));
            assert!(matches!(again, Outcome::Exists(_)), "{again:?}");
            let text = fs::read_to_string(&file).unwrap();
            assert!(!text.contains('\u{1b}'), "{text}");
            assert!(text.contains("the load was going on"), "{text}");
            text
        };
        let csv = write_as("a.csv", Format::Csv);
        assert!(
            csv.starts_with("label,events,again,partial\n'=cmd"),
            "{csv}"
        );
        let lines = write_as("a.jsonl", Format::Jsonl);
        let row: serde_json::Value = serde_json::from_str(lines.trim()).unwrap();
        assert_eq!(row["events"], 3);
        assert_eq!(row["label"], "=cmd|' /C calc'!A0\u{1b}[31m<b>");
        let md = write_as("a.md", Format::Markdown);
        assert!(md.contains("**partial**") && !md.contains("<b>"), "{md}");
    }
}
