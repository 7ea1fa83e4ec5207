//! The commands that answer and end: `query`, `stats`, `who`, `resource`, `check`, `demo`.
//!
//! Each loads what was named, asks the same engine the screen asks, and hands rows or portraits to
//! `report`. Answers go to stdout, everything else to stderr.

mod asking;
pub mod cells;
mod demo;
mod diff;
mod evidence;
mod fields;
mod portrait;
mod query;
mod stats;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::io::BufWriter;
use std::io::IsTerminal as _;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::anyhow;
use anyhow::bail;
use clap_complete::aot;
use trailhound::base::printable::Printable;
use trailhound::case::store;
use trailhound::case::store::IDENTITIES;
use trailhound::case::store::Kept;
use trailhound::engine::LoadOptions;
use trailhound::event::birth::Confidence;
use trailhound::event::secret;
use trailhound::event::session::SessionKind;
use trailhound::index::atlas::Atlas;
use trailhound::index::needs::Needs;
use trailhound::index::schema::Col;
use trailhound::index::schema::Field;
use trailhound::index::segment::EventId;
use trailhound::index::symbols::Sym;
use trailhound::pivot::identity::Identities;
use trailhound::pivot::lineage::Wishes;
use trailhound::pivot::tree;
use trailhound::query::ast::Expr;
use trailhound::report;
use trailhound::report::Style;
use trailhound::source::Spec;
use trailhound::view;
use trailhound::view::manual;

use crate::cli;
use crate::cli::Color;
use crate::cli::Command;
use crate::cli::Global;
use crate::cli::LineageFormat;
use crate::cli::ObjectFormat;
use crate::headless::demo::demo_summary;
use crate::headless::demo::write_demo;
use crate::headless::evidence::Evidence;
use crate::headless::portrait::Asked;
use crate::headless::portrait::run_portrait;
use crate::headless::query::run_query;
use crate::headless::stats::run_stats;

pub use crate::headless::asking::BadFilter;
pub use crate::headless::evidence::{is_anything_read, is_anything_there};
pub use crate::headless::fields::column_name;

/// Something matched, or nothing was wrong.
const FOUND: u8 = 0;
/// Nothing matched, or something was wrong.
const NOTHING: u8 = 1;
/// It could not be done.
const COULD_NOT: u8 = 2;

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
