//! The command line: what may be typed, and what each flag means.
//!
//! The help, the completions and the manual page are all made from these types. What a flag does
//! stands in `headless` and `tui`; here is only its shape.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use chrono_tz::Tz;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;
use trailhound::config::Config;
use trailhound::index::atlas::Atlas;
use trailhound::query::names::Names;
use trailhound::ui::theme::Theme;

/// A terminal explorer for AWS CloudTrail logs: who did what, to what, and what could not be
/// read.
///
/// With paths and no command it opens the screen on files, folders, patterns and, as -, standard
/// input. A path that is named like a command is given as ./demo.
#[derive(Debug, Parser)]
#[command(
    name = "trailhound",
    version,
    max_term_width = 100,
    after_help = "Exit codes: 0 something matched, 1 nothing matched, 2 it could not be done. \
                  check: 1 when something was set aside, not read whole or refused.",
    disable_help_subcommand = true
)]
pub struct Cli {
    /// Files, folders, patterns such as 'logs/2026-*.json.gz', or - for standard input.
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<OsString>,
    /// What to do instead of opening the screen.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Flags of every command.
    #[command(flatten)]
    pub global: Global,
}

/// Flags of every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Global {
    /// Only events from this moment on: 2026-11-20, 2026-11-20T14:00Z, or 24h before the last event.
    ///
    /// Units of a length: ms, s, m, h, d, w. Undated events never match. Default: all.
    #[arg(
        long,
        global = true,
        value_name = "TIME",
        allow_hyphen_values = true,
        verbatim_doc_comment
    )]
    pub since: Option<String>,
    /// Only events before this moment, written like that of --since. Default: all.
    #[arg(
        long,
        global = true,
        value_name = "TIME",
        allow_hyphen_values = true,
        verbatim_doc_comment
    )]
    pub until: Option<String>,
    /// The largest record that is read, in bytes (suffixes kB, MB, GB, KiB, MiB, GiB).
    #[arg(long, global = true, value_name = "SIZE", value_parser = size, default_value = "16MiB")]
    pub max_record: u64,
    /// The most text read of a file whose compression is too good to be true, in bytes.
    ///
    /// It applies past 64 MiB of text at a ratio above that of --max-ratio; anything else is read whole. Suffixes
    /// kB, MB, GB, KiB, MiB, GiB.
    #[arg(long, global = true, value_name = "SIZE", value_parser = size, default_value = "256MiB")]
    pub max_inflated: u64,
    /// No better ratio of text to bytes is believed once there are 64 MiB of text.
    #[arg(long, global = true, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..))]
    pub max_ratio: u64,
    /// Mend damaged records where there is one obvious way, such as a missing quote.
    ///
    /// What comes of it is marked repaired everywhere, and the damage is still reported. Without it
    /// such records are set aside, and check says how each could be mended.
    #[arg(long, global = true)]
    pub repair: bool,
    /// Load faster and smaller, without the dictionary of values: a search for text on the screen
    /// then looks at every record. The answers are the same; commands that print never make it.
    #[arg(long, global = true)]
    pub no_values: bool,
    /// Write secrets out: passwords, tokens, environment variables, scripts and commands of records.
    ///
    /// Without it the words ‹redacted:kind:length:hash› stand in their place; equal secrets get equal
    /// words within one run. A line on stderr says when they are written out.
    #[arg(long, global = true)]
    pub include_secrets: bool,
    /// Let inferred links between sessions say who is behind an event, too.
    ///
    /// Without it only exact and strong links do; inferred ones are shown with ~ and count for
    /// nobody.
    #[arg(long, global = true)]
    pub inferred: bool,
    /// Let what was said of identities on the screen count: two that are one person, a caller that
    /// is another.
    ///
    /// The screen keeps and uses it always; commands only where this is given.
    #[arg(long, global = true, conflicts_with = "no_lineage")]
    pub identities: bool,
    /// Leave every person the literal caller: no links between sessions are looked for.
    #[arg(long, global = true, conflicts_with = "inferred")]
    pub no_lineage: bool,
    /// Whether to show on stderr how far the load is; auto does on a terminal.
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        value_enum,
        default_value = "auto"
    )]
    pub progress: Progress,
    /// Write what the program does to this file. Default: nowhere.
    ///
    /// Records, keys and tokens are never written to it. `TRAILHOUND_LOG` sets the level: error, warn,
    /// info (the default), debug or trace.
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub log: Option<PathBuf>,
    /// Zone of times in tables, and of times typed without one, such as Europe/Amsterdam.
    ///
    /// JSON and CSV are always UTC. Default: UTC.
    #[arg(long, global = true, value_name = "ZONE", value_parser = zone)]
    pub tz: Option<Tz>,
    /// Times in UTC: the default, to undo an earlier --tz.
    #[arg(long, global = true, overrides_with = "tz")]
    pub utc: bool,
    /// Whether to colour tables; auto does on a terminal unless `NO_COLOR` is set.
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        value_enum,
        default_value = "auto"
    )]
    pub color: Color,
    /// Colours of the screen. Default: those of the config file, else dark.
    ///
    /// plain uses none, and is what `NO_COLOR` and --color never choose.
    #[arg(long, global = true, value_name = "NAME", value_parser = Theme::NAMES)]
    pub theme: Option<String>,
    /// Begin where these paths were left the last time: every view of the walk, and the event each was on.
    #[arg(long, global = true)]
    pub resume: bool,
    /// Read macros, lists and the like from this file, not from trailhound/config.toml in the
    /// folder of such files.
    ///
    /// That folder is $`XDG_CONFIG_HOME`, else ~/.config; %APPDATA% on Windows. /dev/null is a file
    /// that says nothing.
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,
    /// Tell network and country of addresses from this MMDB file; may be given several times.
    ///
    /// Such as `GeoLite2-ASN.mmdb` for networks or one of countries. It is what asn:, net: and cc: ask.
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub geoip: Vec<PathBuf>,
    /// What those files say.
    #[arg(skip)]
    pub atlas: Arc<Atlas>,
    /// What the config file says.
    #[arg(skip)]
    pub settings: Config,
}

impl Global {
    /// The colours of the screen.
    pub fn theme(&self) -> Theme {
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
        let name = match self.color {
            Color::Never => "plain",
            Color::Auto if no_color => "plain",
            _ => {
                let chosen = self.theme.as_deref().or(self.settings.theme.as_deref());
                chosen.unwrap_or("dark")
            }
        };
        Theme::named(name).unwrap_or_else(Theme::dark)
    }

    /// Macros and lists.
    pub fn names(&self) -> Arc<Names> {
        Arc::new(Names {
            covers: self.atlas.covers(),
            ..self.settings.names.clone()
        })
    }

    /// The zone of tables and of times typed without one.
    pub fn zone(&self) -> Tz {
        self.tz.filter(|_| !self.utc).unwrap_or(Tz::UTC)
    }
}

/// What to do instead of opening the screen.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Open the incident the program carries: no files and no account needed.
    ///
    /// Without a terminal it prints a summary of the incident.
    Demo {
        /// Lay the incident out as gzip files in this folder, which must be empty or absent.
        #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
        write: Option<PathBuf>,
    },
    /// Print the events of a filter.
    Query(Query),
    /// Count the values of fields, or events over time.
    Stats(Stats),
    /// Show one principal: services, keys, addresses, errors, resources, first and last event.
    Who {
        /// A name as in the filter who:NAME; exactly one principal where it equals its key.
        #[arg(value_name = "PRINCIPAL", allow_hyphen_values = true)]
        principal: String,
        /// Shared arguments.
        #[command(flatten)]
        input: Input,
        /// table on a terminal, json elsewhere.
        #[arg(long, value_enum)]
        format: Option<ObjectFormat>,
    },
    /// Show one resource: its names, who did what to it, changes, related resources.
    Resource {
        /// A name as in the filter res:NAME; exactly one resource where it equals its ARN or id.
        #[arg(value_name = "RESOURCE", allow_hyphen_values = true)]
        resource: String,
        /// Shared arguments.
        #[command(flatten)]
        input: Input,
        /// table on a terminal, json elsewhere.
        #[arg(long, value_enum)]
        format: Option<ObjectFormat>,
    },
    /// Who assumed whom, with which key, from where: sessions, what ties them, and what proves it.
    Lineage {
        /// An event id, an access key id, a session, or a name as in the filter who:NAME; * for all.
        #[arg(value_name = "WHAT", allow_hyphen_values = true)]
        what: String,
        /// Shared arguments.
        #[command(flatten)]
        input: Input,
        /// tree on a terminal, json elsewhere.
        #[arg(long, value_enum)]
        format: Option<LineageFormat>,
    },
    /// Say what differs between a call and the same call before it, or between two events.
    ///
    /// The same call is the last one of that name on that resource: by the same person, else by
    /// someone else. Exit code 1: nothing differs, or there is nothing to compare with.
    Diff {
        /// The event, by its id.
        #[arg(value_name = "EVENT")]
        event: String,
        /// Shared arguments.
        #[command(flatten)]
        input: Input,
        /// The event to compare with, by its id. Default: the same call before.
        #[arg(long, value_name = "EVENT")]
        with: Option<String>,
        /// table on a terminal, json elsewhere.
        #[arg(long, value_enum)]
        format: Option<ObjectFormat>,
    },
    /// Say what was read, partly read and refused, and every record set aside, where and why.
    Check {
        /// Shared arguments.
        #[command(flatten)]
        input: Input,
        /// table on a terminal, json elsewhere.
        #[arg(long, value_enum)]
        format: Option<ObjectFormat>,
    },
    /// Check the digest chains of log files. Not built yet.
    Verify(NotYet),
    /// Open the screen at a view that somebody copied with y l.
    Open {
        /// The link: trailhound:view?…
        #[arg(value_name = "LINK")]
        link: String,
        /// Files, folders, patterns, or - for standard input: the same evidence the link was copied from.
        #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
        paths: Vec<OsString>,
    },
    /// Explain how filters are written, list the keys and the names of their actions, or say what
    /// a command takes.
    Help {
        /// filters, keys, or a command. Default: what there is.
        #[arg(value_name = "ABOUT", value_parser = TOPICS)]
        about: Option<String>,
    },
    /// Print completions for a shell.
    Completions {
        /// The shell.
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Print the manual page.
    Man,
}

impl Command {
    /// What its first argument is, in a word, and what was typed for it; `None` where that is a path
    /// or nothing.
    pub fn asked(&self) -> Option<(&'static str, &str)> {
        match self {
            Self::Query(args) => Some(("filter", &args.filter)),
            Self::Who { principal, .. } => Some(("person", principal)),
            Self::Resource { resource, .. } => Some(("resource", resource)),
            Self::Lineage { what, .. } => Some(("session", what)),
            Self::Diff { event, .. } => Some(("event", event)),
            _ => None,
        }
    }

    /// Its name as typed.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Demo { .. } => "demo",
            Self::Query(_) => "query",
            Self::Stats(_) => "stats",
            Self::Who { .. } => "who",
            Self::Resource { .. } => "resource",
            Self::Lineage { .. } => "lineage",
            Self::Diff { .. } => "diff",
            Self::Check { .. } => "check",
            Self::Verify(_) => "verify",
            Self::Open { .. } => "open",
            Self::Help { .. } => "help",
            Self::Completions { .. } => "completions",
            Self::Man => "man",
        }
    }
}

/// What `help` explains: the filter language, the keys as they are bound, and every command.
pub const TOPICS: [&str; 15] = [
    "filters",
    "keys",
    "demo",
    "query",
    "stats",
    "who",
    "resource",
    "lineage",
    "diff",
    "check",
    "verify",
    "open",
    "help",
    "completions",
    "man",
];

/// The paths of a command.
#[derive(Debug, Args)]
pub struct Input {
    /// Files, folders, patterns, or - for standard input, which is also read where no path is
    /// given and something is piped in.
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<OsString>,
}

/// Arguments of `query`.
#[derive(Debug, Args)]
pub struct Query {
    /// The filter, such as 'who:alice err:denied'; an empty one is every event.
    #[arg(value_name = "FILTER", allow_hyphen_values = true)]
    pub filter: String,
    /// Shared arguments.
    #[command(flatten)]
    pub input: Input,
    /// table on a terminal, jsonl elsewhere.
    #[arg(long, value_enum)]
    pub format: Option<QueryFormat>,
    /// Columns, separated by commas: names of the filter language or AWS's own.
    ///
    /// Default: time,who,actor,via,verb,svc,what,res,acct,region,ip,err,key,id. A table on a
    /// terminal leaves out those there is no room for unless they are named here.
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub columns: Option<Vec<String>>,
    /// The column to sort by, with - before it for the other way round; events without one are last.
    #[arg(
        long,
        value_name = "COLUMN",
        default_value = "time",
        allow_hyphen_values = true
    )]
    pub sort: String,
    /// The most events to print, 0 for all.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub limit: usize,
    /// Print each record as it came, one a line: only white space between tokens is dropped.
    #[arg(long, conflicts_with_all = ["columns", "format"])]
    pub raw: bool,
}

/// Arguments of `stats`.
#[derive(Debug, Args)]
pub struct Stats {
    /// Shared arguments.
    #[command(flatten)]
    pub input: Input,
    /// Fields to count, separated by commas; time:1h counts events by the hour.
    ///
    /// Units of a stretch of time: ms, s, m, h, d, w. Stretches begin at multiples of their length
    /// since 1970 in UTC, and empty ones between the first and the last are listed.
    #[arg(
        long,
        value_name = "FIELD",
        value_delimiter = ',',
        required = true,
        num_args = 1
    )]
    pub by: Vec<String>,
    /// Count only the events of this filter. Default: every event.
    #[arg(
        long = "where",
        value_name = "FILTER",
        default_value = "",
        hide_default_value = true,
        allow_hyphen_values = true
    )]
    pub filter: String,
    /// The most values of each field, 0 for all; stretches of time are always all listed.
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub top: usize,
    /// table on a terminal, jsonl elsewhere.
    #[arg(long, value_enum)]
    pub format: Option<SheetFormat>,
}

/// How lineage is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LineageFormat {
    /// An indented tree for people.
    Tree,
    /// One JSON object.
    Json,
    /// A graph for Graphviz.
    Dot,
}

/// Anything after a command that later work builds.
#[derive(Debug, Args)]
pub struct NotYet {
    /// What the command will take.
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        hide = true,
        value_name = "ARGUMENT"
    )]
    pub rest: Vec<OsString>,
}

/// Formats of `query`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum QueryFormat {
    /// Aligned columns for people.
    Table,
    /// One JSON object an event.
    Jsonl,
    /// Comma-separated values with a header; cells that a spreadsheet would run get a ' in front.
    Csv,
    /// How many events, and nothing else.
    Count,
}

/// Formats of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SheetFormat {
    /// Aligned columns for people.
    Table,
    /// One JSON object a row.
    Jsonl,
    /// Comma-separated values with a header.
    Csv,
}

/// Formats of one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ObjectFormat {
    /// Words for people.
    Table,
    /// One JSON object.
    Json,
}

/// Whether to show how far the load is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Progress {
    /// On a terminal.
    Auto,
    /// Never.
    Never,
}

/// Whether to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The command line as clap knows it, for help, completions and the manual page.
pub fn command() -> clap::Command {
    Cli::command()
}

fn zone(text: &str) -> Result<Tz, String> {
    text.parse()
        .map_err(|_e| "no zone has this name; write one like Europe/Amsterdam".to_owned())
}

/// A number of bytes with or without a suffix.
fn size(text: &str) -> Result<u64, String> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    let factor: u64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" | "k" => 1000,
        "mb" | "m" => 1_000_000,
        "gb" | "g" => 1_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        _ => return Err("write bytes, or a number with kB, MB, GB, KiB, MiB or GiB".to_owned()),
    };
    digits
        .parse::<u64>()
        .ok()
        .and_then(|n| n.checked_mul(factor))
        .filter(|n| *n > 0)
        .ok_or_else(|| "not a number of bytes".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_holds_together() {
        command().debug_assert();
    }

    #[test]
    fn help_knows_every_command() {
        let command = command();
        let names = command.get_subcommands().map(clap::Command::get_name);
        let names: Vec<&str> = ["filters", "keys"].into_iter().chain(names).collect();
        assert_eq!(names, TOPICS);
    }

    #[test]
    fn sizes() {
        assert_eq!(size("16MiB"), Ok(16 << 20));
        assert_eq!(size("5"), Ok(5));
        assert_eq!(size("2 kB"), Ok(2000));
        assert!(size("0").is_err() && size("1TB").is_err() && size("MiB").is_err());
    }

    #[test]
    fn every_flag_says_what_it_does() {
        fn walk(command: &clap::Command) {
            for arg in command.get_arguments() {
                assert!(
                    arg.is_hide_set() || arg.get_help().is_some(),
                    "{} of {}",
                    arg.get_id(),
                    command.get_name()
                );
            }
            command.get_subcommands().for_each(walk);
        }
        walk(&command());
    }
}
