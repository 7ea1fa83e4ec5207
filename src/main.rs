//! The program: what was typed decides whether the screen opens or a command answers.
//!
//! One error is printed once; the exit code says how it went: 0 something matched, 1 nothing
//! matched, 2 it could not be done.

mod cli;
mod headless;
mod logging;
mod tui;

use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser as _;
use trailhound::base::guard::is_guarded;
use trailhound::case::link::Link;
use trailhound::config::{self, BadConfig};
use trailhound::source::Spec;
use trailhound::source::demo;

use crate::cli::{Cli, Command, Global};
use crate::headless::{BadFilter, Terminal};

/// It could not be done.
const COULD_NOT: u8 = 2;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(e) => {
            // Help that nobody reads to its end is no failure.
            let _ = e.print();
            return ExitCode::from(if e.use_stderr() { COULD_NOT } else { 0 });
        }
    };
    match run(cli) {
        Ok(code) => code,
        Err(e) if is_closed_pipe(&e) => ExitCode::SUCCESS,
        Err(e) => {
            let message = match (e.downcast_ref::<BadFilter>(), e.downcast_ref::<BadConfig>()) {
                (Some(bad), _) => bad.to_string(),
                (_, Some(bad)) => bad.to_string(),
                _ => format!("error: {e:#}\n"),
            };
            let _ = headless::safely(&message, &mut io::stderr().lock());
            ExitCode::from(COULD_NOT)
        }
    }
}

fn run(mut cli: Cli) -> anyhow::Result<ExitCode> {
    if let Some(file) = &cli.global.log {
        logging::init(file)?;
    }
    let shown = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        // What guards the work says what it cost.
        if !is_guarded() {
            shown(panic);
        }
    }));
    cli.global.settings = config::load(cli.global.config.as_deref())?;
    cli.global.atlas = headless::atlas(&cli.global.geoip)?;
    let terminal = Terminal::here(&cli.global);
    match cli.command {
        None => {
            let Some(specs) = headless::specs(cli.paths, &terminal) else {
                return help(None);
            };
            screen(specs, &cli.global, None)
        }
        Some(_) if !cli.paths.is_empty() => {
            anyhow::bail!("paths stand after the command; a path named like a command is ./NAME")
        }
        Some(Command::Demo { write: None }) if tui::can_show_a_screen().is_ok() => {
            screen(vec![Spec::Memory(demo::files())], &cli.global, None)
        }
        Some(Command::Open { link, paths }) => {
            if let Err(why) = Link::parse(&link) {
                anyhow::bail!("{why}");
            }
            let Some(specs) = headless::specs(paths, &terminal) else {
                return help(Some("open"));
            };
            screen(specs, &cli.global, Some(link))
        }
        Some(command) => {
            let name = command.name();
            let asked = command.asked().map(|(what, word)| (what, word.to_owned()));
            match headless::run(command, &cli.global, &terminal)? {
                Some(code) => Ok(ExitCode::from(code)),
                None => match asked.filter(|(_, word)| Path::new(word).exists()) {
                    Some((what, word)) => swapped(name, what, &word),
                    None => help(Some(name)),
                },
            }
        }
    }
}

/// Opens the screen on what was named.
fn screen(specs: Vec<Spec>, global: &Global, link: Option<String>) -> anyhow::Result<ExitCode> {
    headless::is_anything_there(&specs)?;
    let runtime = tokio::runtime::Runtime::new().context("cannot start the engine")?;
    let range = [("since", &global.since), ("until", &global.until)];
    let terms: Vec<String> = range
        .into_iter()
        .filter_map(|(field, time)| Some(format!("{field}:{}", time.as_ref()?)))
        .collect();
    let code = tui::run(
        &runtime,
        tui::Screen {
            specs,
            options: headless::load_options(global),
            zone: global.zone(),
            theme: global.theme(),
            filter: terms.join(" "),
            names: global.names(),
            keys: std::sync::Arc::clone(&global.settings.keys),
            accounts: std::sync::Arc::new(global.settings.accounts.clone()),
            link,
            resume: global.resume,
        },
    );
    // Decoders that are inside a file must not keep the shell waiting.
    runtime.shutdown_background();
    code
}

/// What stands where the filter or the name belongs is the path, and there is no other.
fn swapped(name: &str, what: &str, path: &str) -> anyhow::Result<ExitCode> {
    let all = if what == "filter" { "''" } else { "NAME" };
    // What a shell would take apart is not written as if it could be copied.
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    let read = if path.chars().all(is_plain) {
        path
    } else {
        "PATH"
    };
    let message = format!(
        "error: {path} is there to be read, and was taken for the {what}: that comes first, paths \
         after it\nhelp: write trailhound {name} {all} {read}"
    );
    headless::safely(&message, &mut io::stderr().lock())?;
    Ok(ExitCode::from(COULD_NOT))
}

/// There is nothing to read: says what could be typed.
fn help(name: Option<&str>) -> anyhow::Result<ExitCode> {
    let mut command = cli::command();
    command.build();
    let found = name.and_then(|name| command.find_subcommand_mut(name).cloned());
    let text = found.unwrap_or(command).render_help();
    let mut err = io::stderr().lock();
    write!(
        err,
        "{text}\nerror: no path was given and nothing is piped in\n"
    )?;
    Ok(ExitCode::from(COULD_NOT))
}

/// Whether whoever reads the output has stopped reading, which is their right.
fn is_closed_pipe(e: &anyhow::Error) -> bool {
    e.chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|e| e.kind() == io::ErrorKind::BrokenPipe)
}
