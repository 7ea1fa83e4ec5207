//! The commands that answer and end: `query`, `stats`, `who`, `resource`, `check`, `demo`.
//!
//! Each loads what was named, asks the same engine the screen asks, and hands rows or portraits to
//! `report`. Answers go to stdout, everything else to stderr.

pub mod cells;
mod diff;
mod portrait;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::convert::Infallible;
use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration as Elapsed;

use anyhow::{Context as _, anyhow, bail};
use clap_complete::aot;
use trailhound::base::cancel::Cancel;
use trailhound::base::ledger::{FileStatus, Ledger};
use trailhound::base::printable::Printable;
use trailhound::base::span::{Diagnostic, Severity};
use trailhound::base::text::{counted, nearest, thousands};
use trailhound::base::time::UtcMicros;
use trailhound::case::store::{self, IDENTITIES, Kept};
use trailhound::engine::missed;
use trailhound::engine::protocol::{Progress, Reply};
use trailhound::engine::{self, LoadOptions, Loaded, Reader, Stop};
use trailhound::event::birth::Confidence;
use trailhound::event::secret;
use trailhound::event::session::SessionKind;
use trailhound::index::atlas::{Atlas, Coverage};
use trailhound::index::needs::Needs;
use trailhound::index::schema::{Col, FIELDS, Field, Home};
use trailhound::index::segment::{EventId, Facts};
use trailhound::index::snapshot::{Hits, Snapshot};
use trailhound::index::symbols::Sym;
use trailhound::pivot::identity::Identities;
use trailhound::pivot::lineage::Wishes;
use trailhound::pivot::tally::{self, Wanted};
use trailhound::pivot::tree;
use trailhound::query::ast::{self, Expr, Op};
use trailhound::query::moment::Duration;
use trailhound::query::typed::{self, Place};
use trailhound::query::{self, Parsed};
use trailhound::report::{self, Cell, Format, Heading, Style};
use trailhound::source::Spec;
use trailhound::source::demo;
use trailhound::view;
use trailhound::view::columns;
use trailhound::view::manual;

use crate::cli::{
    self, Color, Command, Global, LineageFormat, ObjectFormat, Progress as ShowProgress, Query,
    QueryFormat, SheetFormat, Stats,
};
use crate::headless::portrait::{Asked, run_portrait};

/// Something matched, or nothing was wrong.
const FOUND: u8 = 0;
/// Nothing matched, or something was wrong.
const NOTHING: u8 = 1;
/// It could not be done.
const COULD_NOT: u8 = 2;

/// A load shorter than this needs no progress.
const SOON: Elapsed = Elapsed::from_millis(500);
/// Rows of a histogram past which the stretch was surely mistyped.
const MOST_STRETCHES: i64 = 1_000_000;

/// A filter that cannot be used, with everything that is wrong with it, ready to print.
#[derive(Debug)]
pub struct BadFilter(String);

impl fmt::Display for BadFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadFilter {}

/// What is known of the three streams.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    /// Whether something is piped in.
    pub piped_in: bool,
    /// Whether stdout is a terminal.
    pub stdout: bool,
    /// Whether stderr is a terminal.
    pub stderr: bool,
    /// How tables look.
    pub style: Style,
}

impl Terminal {
    /// The streams as they are now.
    pub fn here(global: &Global) -> Self {
        let stdout = io::stdout().is_terminal();
        let width = || crossterm::terminal::size().ok().map(|(w, _)| w.into());
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
        Self {
            piped_in: is_piped_in(),
            stdout,
            stderr: io::stderr().is_terminal(),
            style: Style {
                zone: global.zone(),
                width: if stdout { width() } else { None },
                color: match global.color {
                    Color::Always => true,
                    Color::Never => false,
                    Color::Auto => stdout && !no_color,
                },
                terminal: stdout,
                secrets: global.include_secrets,
            },
        }
    }
}

/// Whether stdin is a pipe, a socket or a file: the null device holds nothing to read.
#[cfg(unix)]
fn is_piped_in() -> bool {
    use rustix::fs::FileType;
    let kind = rustix::fs::fstat(io::stdin()).map(|s| FileType::from_raw_mode(s.st_mode));
    matches!(
        kind,
        Ok(FileType::Fifo | FileType::Socket | FileType::RegularFile)
    )
}

#[cfg(not(unix))]
fn is_piped_in() -> bool {
    !io::stdin().is_terminal()
}

/// What the arguments name; stdin where there are none and something is piped in; else `None`.
pub fn specs(paths: Vec<OsString>, terminal: &Terminal) -> Option<Vec<Spec>> {
    if !paths.is_empty() {
        return Some(paths.into_iter().map(Spec::parse).collect());
    }
    terminal.piped_in.then(|| vec![Spec::Stdin])
}

/// The address databases that were named.
pub fn atlas(files: &[PathBuf]) -> anyhow::Result<Arc<Atlas>> {
    let mut atlas = Atlas::default();
    for file in files {
        let read = fs::read(file).map_err(|e| e.to_string());
        read.and_then(|bytes| atlas.add(bytes))
            .map_err(|why| anyhow!("--geoip {}: {why}", file.display()))?;
    }
    Ok(Arc::new(atlas))
}

/// The limits that were typed.
pub fn load_options(global: &Global) -> LoadOptions {
    LoadOptions {
        max_record: usize::try_from(global.max_record).unwrap_or(usize::MAX),
        max_inflated: global.max_inflated,
        max_ratio: global.max_ratio,
        hash: false,
        secrets: false,
        repair: global.repair,
        values: !global.no_values,
        needs: Needs::ALL,
        no_lineage: global.no_lineage,
        wishes: Wishes {
            inferred: global.inferred,
            identities: if global.identities {
                kept_identities()
            } else {
                Identities::default()
            },
        },
        live: true,
        atlas: Arc::clone(&global.atlas),
    }
}

/// What was said of identities on the screen.
fn kept_identities() -> Identities {
    let Some(file) = store::place() else {
        return Identities::default();
    };
    match Kept::read(&file) {
        Ok(kept) => {
            let said = kept.rest.get(IDENTITIES);
            said.map_or_else(Identities::default, Identities::of_json)
        }
        Err(e) => {
            say(&format!(
                "trailhound: what was said of identities cannot be read: {}: {e}",
                file.display()
            ));
            Identities::default()
        }
    }
}

/// Prints a message of which parts may come from logs or arguments.
pub fn safely(message: &str, out: &mut dyn Write) -> io::Result<()> {
    for line in message.lines() {
        writeln!(out, "{}", Printable::new(line))?;
    }
    Ok(())
}

fn say(message: &str) {
    // Where stderr is gone there is nobody to tell.
    let _ = safely(message, &mut io::stderr().lock());
}

/// Runs a command and gives its exit code; `None` where it has nothing to read.
pub fn run(command: Command, global: &Global, terminal: &Terminal) -> anyhow::Result<Option<u8>> {
    if global.include_secrets {
        say("trailhound: secrets are written out (--include-secrets)");
    }
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let code = match command {
        Command::Demo { write: Some(dir) } => write_demo(&dir, &mut out)?,
        Command::Demo { write: None } => demo_summary(global, terminal, &mut out)?,
        Command::Query(args) => {
            let Some(specs) = specs(args.input.paths.clone(), terminal) else {
                return Ok(None);
            };
            run_query(&args, specs, global, terminal, &mut out)?
        }
        Command::Stats(args) => {
            let Some(specs) = specs(args.input.paths.clone(), terminal) else {
                return Ok(None);
            };
            run_stats(&args, specs, global, terminal, &mut out)?
        }
        Command::Who {
            principal,
            input,
            format,
        } => {
            let Some(specs) = specs(input.paths, terminal) else {
                return Ok(None);
            };
            let asked = Asked {
                field: Field::Who,
                name: principal,
                format,
            };
            run_portrait(&asked, specs, global, terminal, &mut out)?
        }
        Command::Resource {
            resource,
            input,
            format,
        } => {
            let Some(specs) = specs(input.paths, terminal) else {
                return Ok(None);
            };
            let asked = Asked {
                field: Field::Res,
                name: resource,
                format,
            };
            run_portrait(&asked, specs, global, terminal, &mut out)?
        }
        Command::Check { input, format } => {
            let Some(specs) = specs(input.paths, terminal) else {
                return Ok(None);
            };
            run_check(format, specs, global, terminal, &mut out)?
        }
        Command::Lineage {
            what,
            input,
            format,
        } => {
            let Some(specs) = specs(input.paths, terminal) else {
                return Ok(None);
            };
            run_lineage(&what, format, specs, global, terminal, &mut out)?
        }
        Command::Diff {
            event,
            input,
            with,
            format,
        } => {
            let Some(specs) = specs(input.paths, terminal) else {
                return Ok(None);
            };
            let asked = diff::Asked {
                event: &event,
                with: with.as_deref(),
                format,
            };
            diff::run(&asked, specs, global, terminal, &mut out)?
        }
        Command::Verify(_) => bail!("`verify` is not built yet"),
        Command::Open { .. } => bail!("`open` needs a terminal: it opens the screen"),
        Command::Help { about } => {
            explain(about.as_deref(), global, &mut out)?;
            FOUND
        }
        Command::Completions { shell } => {
            aot::generate(shell, &mut cli::command(), "trailhound", &mut out);
            FOUND
        }
        Command::Man => {
            clap_mangen::Man::new(cli::command()).render(&mut out)?;
            FOUND
        }
    };
    out.flush()?;
    Ok(Some(code))
}

/// What `help` says.
fn explain(about: Option<&str>, global: &Global, out: &mut dyn Write) -> io::Result<()> {
    let mut command = cli::command();
    command.build();
    match about {
        Some("filters") => explain_filters(global, out),
        Some("keys") => out.write_all(global.settings.keys.manual().as_bytes()),
        about => {
            let named = about.and_then(|name| command.find_subcommand_mut(name).cloned());
            write!(out, "{}", named.unwrap_or(command).render_help())
        }
    }
}

/// The page about filters.
fn explain_filters(global: &Global, out: &mut dyn Write) -> io::Result<()> {
    for (n, group) in manual::filters(&global.names()).into_iter().enumerate() {
        let gap = if n > 0 { "\n" } else { "" };
        writeln!(out, "{gap}{}", group.title)?;
        let fits = group
            .lines
            .iter()
            .map(|(written, _)| written.chars().count());
        let width = fits.filter(|len| *len <= 40).max().unwrap_or(0);
        for (written, meaning) in group.lines {
            let (written, meaning) = (Printable::new(&written), Printable::new(&meaning));
            writeln!(out, "  {:width$}  {meaning}", written.as_str())?;
        }
    }
    Ok(())
}

/// What was loaded, and how its bytes are had again.
struct Evidence {
    /// The process ends with it: freeing an index piece by piece takes longer than ending does.
    loaded: ManuallyDrop<Loaded>,
    reader: Reader,
}

impl Evidence {
    fn load(
        specs: Vec<Spec>,
        global: &Global,
        terminal: &Terminal,
        needs: Needs,
        proves: bool,
    ) -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .context("cannot start the loader")?;
        let options = LoadOptions {
            hash: proves,
            secrets: proves,
            // One question does not pay for them; the answer is the same.
            values: false,
            needs,
            live: false,
            ..load_options(global)
        };
        let shows = terminal.stderr && global.progress == ShowProgress::Auto;
        let mut shown = false;
        let on = move |reply| {
            if let Reply::Progress(progress) = reply
                && shows
                && (shown || progress.elapsed > SOON)
            {
                shown = true;
                show(&progress);
            }
        };
        let reader = Reader::default();
        let load = engine::load(specs, options, reader.clone(), Stop::default(), None, on);
        let loaded = runtime
            .block_on(load)
            .context("loading failed inside the program")?;
        tracing::info!(
            files = loaded.ledger.files.len(),
            events = loaded.snapshot.len(),
            "loaded"
        );
        let loaded = ManuallyDrop::new(loaded);
        Ok(Self { loaded, reader })
    }

    /// Says what was not read; an error where that is everything.
    fn is_usable(&self) -> anyhow::Result<()> {
        let files = &self.loaded.ledger.files;
        is_anything_read(&self.loaded.ledger)?;
        let counts = self.loaded.ledger.record_counts();
        let faulty = files
            .iter()
            .filter(|f| f.status != FileStatus::Read && report::check::is_faulty(f))
            .count() as u64;
        if counts.set_aside > 0 || faulty > 0 {
            say(&format!(
                "trailhound: {} set aside, {} not read whole: see trailhound check",
                counted(counts.set_aside, "record"),
                counted(faulty, "file"),
            ));
        }
        Ok(())
    }

    fn context(&self, global: &Global) -> query::Context {
        let evidence = self.loaded.snapshot.span();
        query::Context {
            now: evidence.map_or(UtcMicros(0), |(_, last)| last),
            evidence,
            zone: global.zone(),
            names: global.names(),
            ..query::Context::default()
        }
    }

    /// The filter with `--since` and `--until`.
    fn filter(&self, text: &str, global: &Global) -> anyhow::Result<Expr> {
        let context = self.context(global);
        let expr = usable(text, query::parse(text, &context))?;
        Ok(Expr::all_of(vec![window(global, &context)?, expr]))
    }

    /// Says why a filter finds nothing.
    fn explain(&self, filter: &Expr) {
        let missed = missed::explain(&self.loaded.snapshot, filter, &self.reader, &Cancel::NEVER);
        let missed = missed.unwrap_or_default();
        if !missed.is_empty() {
            let lines: Vec<_> = missed.iter().map(|m| format!("  {m}")).collect();
            say(&format!(
                "trailhound: nothing matches:\n{}",
                lines.join("\n")
            ));
        }
    }

    /// The events of a filter, oldest first.
    fn find(&self, filter: &Expr) -> Hits {
        let snapshot = &self.loaded.snapshot;
        let answer = engine::answer::find(snapshot, filter, &self.reader, &Cancel::NEVER)
            .unwrap_or_default();
        if answer.unread > 0 {
            say(&format!(
                "trailhound: {} could not be read again and may match: {}",
                counted(answer.unread, "record"),
                answer.unread_reason.unwrap_or_default()
            ));
        }
        Hits::of(snapshot, &answer.rows)
    }
}

/// Names the arguments that were not read; an error where nothing was.
pub fn is_anything_read(ledger: &Ledger) -> anyhow::Result<()> {
    let files = &ledger.files;
    let refused = |status| matches!(status, FileStatus::Refused | FileStatus::Skipped);
    let mut said = 0;
    for file in files.iter().filter(|f| f.named && refused(f.status)) {
        let detail = file
            .problems
            .first()
            .map_or("not read", |p| p.detail.as_str());
        say(&format!("trailhound: {}: {detail}", file.origin.name()));
        said += 1;
    }
    if !report::check::is_anything_read(ledger) {
        match files.len() {
            0 => bail!("nothing to read: there is no file there"),
            n if n == said => bail!("nothing could be read"),
            n => bail!(
                "nothing could be read: none of {} is CloudTrail; see trailhound check",
                counted(n as u64, "file")
            ),
        }
    }
    Ok(())
}

/// An error where every argument names a file or folder that is not there, so that no screen opens
/// on nothing.
pub fn is_anything_there(specs: &[Spec]) -> anyhow::Result<()> {
    let missing = |spec: &Spec| match spec {
        Spec::Path(path) => path
            .symlink_metadata()
            .is_err_and(|e| e.kind() == io::ErrorKind::NotFound)
            .then(|| path.display().to_string()),
        _ => None,
    };
    let Some(missing) = specs.iter().map(missing).collect::<Option<Vec<_>>>() else {
        return Ok(());
    };
    for path in missing {
        say(&format!("trailhound: {path}: no such file or folder"));
    }
    bail!("nothing could be read")
}

/// Draws how far the load is over the last line.
fn show(progress: &Progress) {
    let mut err = io::stderr().lock();
    let line = if progress.done {
        String::new()
    } else {
        let percent = progress
            .share()
            .map_or_else(String::new, |s| format!("{:.0}%, ", s * 100.0));
        format!(
            "{percent}{} of {}{}, {}",
            thousands(progress.files_done),
            counted(progress.files_found, "file"),
            if progress.walking { " so far" } else { "" },
            counted(progress.events, "event")
        )
    };
    let _ = write!(err, "\r{line}\u{1b}[K");
    let _ = err.flush();
}

/// The query of a text, or everything that is wrong with it.
fn usable(text: &str, parsed: Parsed) -> Result<Expr, BadFilter> {
    let is_fault = |d: &&Diagnostic| d.severity > Severity::Note;
    if parsed.diagnostics.iter().any(|d| is_fault(&d)) {
        let faults = parsed.diagnostics.iter().filter(is_fault);
        return Err(BadFilter(faults.map(|d| rendered(d, text)).collect()));
    }
    for note in &parsed.diagnostics {
        say(&rendered(note, text));
    }
    Ok(parsed.expr.unwrap_or(Expr::All))
}

fn rendered(diagnostic: &Diagnostic, text: &str) -> String {
    // Bytes must keep their places under the carets, so what cannot be shown becomes as many marks.
    let safe: String = text
        .chars()
        .map(|c| {
            if trailhound::base::printable::is_printable(c) {
                c.to_string()
            } else {
                "?".repeat(c.len_utf8())
            }
        })
        .collect();
    let severity = diagnostic.severity.max(Severity::Note);
    // Nobody goes on typing here: what is not finished is wrong.
    let severity = match severity {
        Severity::Incomplete => Severity::Error,
        other => other,
    };
    let diagnostic = Diagnostic {
        severity,
        ..diagnostic.clone()
    };
    diagnostic.render(&safe)
}

/// Refuses a filter that is wrong whatever the evidence holds, before any of it is read. What the
/// filter needs to be worked out of the evidence.
fn prove(text: &str, global: &Global) -> anyhow::Result<Needs> {
    let at = |days: i64| {
        let now = UtcMicros(days * trailhound::base::time::DAY);
        query::Context {
            now,
            evidence: Some((now, now)),
            zone: global.zone(),
            names: global.names(),
            ..query::Context::default()
        }
    };
    // What is wrong at two moments far apart does not hang on the time of the evidence.
    let (early, late) = (at(0), at(50_000));
    if window(global, &late).is_err() {
        window(global, &early)?;
    }
    let (early, late) = (query::parse(text, &early), query::parse(text, &late));
    if early.worst() > Some(Severity::Note) && late.worst() > Some(Severity::Note) {
        usable(text, early)?;
        return Ok(Needs::ALL);
    }
    let needs = |parsed: &query::Parsed| parsed.usable().map_or(Needs::ALL, Expr::needs);
    Ok(needs(&early).and(needs(&late)))
}

/// `--since` and `--until` as a filter.
fn window(global: &Global, context: &query::Context) -> anyhow::Result<Expr> {
    let mut parts = Vec::new();
    for (flag, field, text) in [
        ("--since", Field::Since, &global.since),
        ("--until", Field::Until, &global.until),
    ] {
        let Some(text) = text else { continue };
        // A bare length counts back from the last event.
        let text = match Duration::parse(text) {
            Some(_) => format!("-{text}"),
            None => text.clone(),
        };
        let subject = ast::Subject::Field(field);
        let value = Place::new(&subject, Op::Has)
            .word(&text, context)
            .map_err(|fault| {
                BadFilter(format!(
                    "error: {flag} {text}: {}\nhelp: write a time like 2026-11-20, \
                     2026-11-20T14:00Z or 24h\n",
                    fault.message
                ))
            })?;
        parts.push(Expr::Test(ast::Test {
            subject,
            op: Op::Has,
            values: vec![value],
        }));
    }
    Ok(Expr::all_of(parts))
}

/// The name of a field as a column.
pub fn column_name(field: Field) -> &'static str {
    match field {
        Field::Time => "time",
        field => field.name(),
    }
}

/// The field a column's name stands for.
fn column(name: &str, covers: Coverage) -> anyhow::Result<Field> {
    let name = name.trim();
    let Some(field) = Field::named(name) else {
        let names = FIELDS
            .iter()
            .flat_map(|f| std::iter::once(&f.name).chain(f.aliases));
        match nearest(name, names.copied()) {
            Some(near) => bail!("no column is called `{name}`; did you mean `{near}`?"),
            None => bail!("no column is called `{name}`; the fields of the filter language are"),
        }
    };
    if let Some(fault) = typed::missing(field, covers) {
        bail!("{}: {}", fault.message, fault.help);
    }
    match field.spec().home {
        Home::Later(needs) => bail!("`{name}` is not available yet: it needs {needs}"),
        Home::First | Home::Flip | Home::Presence => {
            bail!("`{name}` asks about events and is no column")
        }
        Home::Time if field != Field::Time => {
            bail!("`{name}` asks about time and is no column; the column is `time`")
        }
        _ => Ok(field),
    }
}

fn columns_of(names: &[String], covers: Coverage) -> anyhow::Result<Vec<Field>> {
    let mut fields = Vec::new();
    for name in names {
        let field = column(name, covers)?;
        if fields.contains(&field) {
            bail!("the column `{}` is named twice", column_name(field));
        }
        fields.push(field);
    }
    Ok(fields)
}

/// How soon a default column is left out of a table that has no room for it.
const fn spare(field: Field) -> u8 {
    match field {
        Field::Id => 10,
        Field::Actor => 9,
        Field::Key => 8,
        Field::Via => 7,
        Field::Acct => 6,
        Field::Region => 5,
        Field::Ip => 4,
        Field::Svc => 3,
        Field::Verb => 2,
        _ => 0,
    }
}

/// A column to sort by, and whether the other way round.
fn sorting(text: &str, covers: Coverage) -> anyhow::Result<(Field, bool)> {
    match text.strip_prefix('-') {
        Some(name) => Ok((column(name, covers)?, true)),
        None => Ok((column(text, covers)?, false)),
    }
}

fn run_query(
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
    let evidence = Evidence::load(specs, global, terminal, needs, false)?;
    evidence.is_usable()?;
    let filter = evidence.filter(&args.filter, global)?;
    let hits = evidence.find(&filter);
    if hits.is_empty() {
        evidence.explain(&filter);
    }
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

fn run_stats(
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
    let evidence = Evidence::load(specs, global, terminal, needs, false)?;
    evidence.is_usable()?;
    let filter = evidence.filter(&args.filter, global)?;
    let hits = evidence.find(&filter);
    if hits.is_empty() {
        evidence.explain(&filter);
    }
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

fn run_lineage(
    what: &str,
    format: Option<LineageFormat>,
    specs: Vec<Spec>,
    global: &Global,
    terminal: &Terminal,
    out: &mut dyn Write,
) -> anyhow::Result<u8> {
    if what.trim().is_empty() {
        bail!("what to follow is empty: name an event id, a key, a session or a person");
    }
    if global.no_lineage {
        bail!("--no-lineage leaves nothing for this command to show");
    }
    let evidence = Evidence::load(specs, global, terminal, Needs::ALL, false)?;
    evidence.is_usable()?;
    let (snapshot, lineage) = (&*evidence.loaded.snapshot, &*evidence.loaded.lineage);
    let mut found = named_lineage(&evidence, what, global)?;
    for &sym in &found.chosen {
        let (rows, _) = tree::of_session(snapshot, lineage, sym, EVERYTHING);
        found.trees.push(rows);
    }
    let format = format.unwrap_or(if terminal.stdout {
        LineageFormat::Tree
    } else {
        LineageFormat::Json
    });
    let name_of = |event: EventId| {
        if snapshot.id_is_name(event) {
            snapshot.recorded_id(event).unwrap_or_default().into_owned()
        } else {
            evidence.reader.fetch(snapshot, event).name
        }
    };
    let mut text = Vec::new();
    match format {
        LineageFormat::Tree => {
            report::lineage::write_tree(&found, terminal.style, &mut text)?;
            text = with_names(text, global);
        }
        LineageFormat::Json => report::lineage::write_json(&found, &name_of, &mut |text| {
            out.write_all(&as_wished(text, true, global))
        })?,
        LineageFormat::Dot => report::lineage::write_dot(&found, &mut text)?,
    }
    out.write_all(&as_wished(&text, false, global))?;
    if found.trees.is_empty() && found.notes.is_empty() {
        say(&format!(
            "trailhound: no event, key, session or person of this name: {what}"
        ));
        return Ok(NOTHING);
    }
    Ok(FOUND)
}

/// What a person calls accounts, for what people read; programs get the numbers.
fn names_of_accounts(is_for_people: bool, global: &Global) -> Option<&BTreeMap<String, String>> {
    is_for_people.then_some(&global.settings.accounts)
}

/// A text for people with the names of the accounts.
fn with_names(text: Vec<u8>, global: &Global) -> Vec<u8> {
    match String::from_utf8(text) {
        Ok(text) => view::with_accounts(&text, &global.settings.accounts)
            .into_owned()
            .into_bytes(),
        Err(text) => text.into_bytes(),
    }
}

/// A text that is written, with words in the place of its secrets unless they are wanted.
fn as_wished<'t>(text: &'t [u8], json: bool, global: &Global) -> Cow<'t, [u8]> {
    if global.include_secrets {
        Cow::Borrowed(text)
    } else if json {
        secret::redact(text)
    } else {
        let text = String::from_utf8_lossy(text);
        Cow::Owned(secret::redact_text(&text).into_owned().into_bytes())
    }
}

/// Every link and every row.
const EVERYTHING: tree::Wanted = tree::Wanted {
    confidence: Confidence::Inferred,
    most: 0,
};

/// What a name stands for: an event, a key, a session, or persons.
fn named_lineage<'a>(
    evidence: &'a Evidence,
    what: &str,
    global: &Global,
) -> anyhow::Result<report::lineage::Found<'a>> {
    let (snapshot, lineage) = (&*evidence.loaded.snapshot, &*evidence.loaded.lineage);
    let mut found = report::lineage::Found {
        snapshot,
        lineage,
        asked: what.to_owned(),
        trees: Vec::new(),
        chosen: Vec::new(),
        notes: Vec::new(),
    };
    let names = snapshot.dict(Col::Session);
    let by_name = |sessions: &mut Vec<Sym>| {
        sessions.sort_by_key(|s| names.text(*s));
        sessions.dedup();
    };
    for event in snapshot.rows_with_id(what).iter() {
        found.chosen.extend(snapshot.symbol(Col::Session, event));
    }
    if let Some(key) = snapshot.dict(Col::Key).find(what) {
        let sessions = snapshot.sessions().iter().enumerate();
        let keyed =
            sessions.filter(|(_, s)| s.key == Some(key) && s.kind != SessionKind::Forwarded);
        found.chosen.extend(keyed.filter_map(|(i, _)| Sym::at(i)));
    }
    let issued = lineage.births().filter(|b| {
        let born = snapshot.births().get(*b);
        born.is_some_and(|b| b.birth.key() == Some(what))
    });
    for birth in issued {
        if lineage.children(birth).next().is_none()
            && let Some(born) = snapshot.births().get(birth)
        {
            found.notes.push(format!(
                "{what} was issued by {}: no use of this key in the loaded evidence",
                born.birth.call.name
            ));
            found
                .chosen
                .extend(snapshot.symbol(Col::Session, born.event));
        }
    }
    if found.chosen.is_empty() && what.len() >= 4 {
        let starts = names.iter().filter(|(_, name)| name.starts_with(what));
        found.chosen.extend(starts.map(|(sym, _)| sym));
    }
    by_name(&mut found.chosen);
    if !found.chosen.is_empty() {
        return Ok(found);
    }
    let persons: Vec<u32> = if what == "*" {
        lineage.people().iter().map(|(number, _)| number).collect()
    } else {
        let asked = Asked {
            field: Field::Who,
            name: what.to_owned(),
            format: None,
        };
        let test = asked.test(evidence, &evidence.context(global))?;
        let hits = evidence.find(&Expr::Test(test));
        let numbers: BTreeSet<u32> = hits
            .order
            .iter()
            .map(|id| snapshot.person_number(*id))
            .filter(|n| *n > 0)
            .collect();
        numbers.into_iter().collect()
    };
    let mut keyed: Vec<(&str, u32)> = persons
        .iter()
        .filter_map(|n| Some((lineage.people().person(*n)?.key.as_str(), *n)))
        .collect();
    keyed.sort_unstable();
    for (_, number) in keyed {
        found
            .trees
            .push(tree::of_person(snapshot, lineage, number, EVERYTHING));
    }
    Ok(found)
}

fn is_table(format: Option<ObjectFormat>, terminal: &Terminal) -> bool {
    match format {
        Some(format) => format == ObjectFormat::Table,
        None => terminal.stdout,
    }
}

fn run_check(
    format: Option<ObjectFormat>,
    specs: Vec<Spec>,
    global: &Global,
    terminal: &Terminal,
    out: &mut dyn Write,
) -> anyhow::Result<u8> {
    let evidence = Evidence::load(specs, global, terminal, Needs::NONE, true)?;
    let ledger = &evidence.loaded.ledger;
    let limits = report::check::Limits {
        max_record: global.max_record,
        max_inflated: global.max_inflated,
        max_ratio: global.max_ratio,
    };
    if is_table(format, terminal) {
        report::check::table(ledger, limits, terminal.style, out)?;
    } else {
        report::check::json(ledger, limits, out)?;
    }
    Ok(if !report::check::is_anything_read(ledger) {
        COULD_NOT
    } else if ledger.files.iter().any(|f| report::check::is_faulty(f)) {
        NOTHING
    } else {
        FOUND
    })
}

/// Lays the incident out as files.
fn write_demo(dir: &Path, out: &mut dyn Write) -> anyhow::Result<u8> {
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
fn demo_summary(global: &Global, terminal: &Terminal, out: &mut dyn Write) -> anyhow::Result<u8> {
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
