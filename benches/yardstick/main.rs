//! The yardstick: how fast the program is on a generated set, beside what the machine can do.
//!
//! ```text
//! cargo bench
//! TRAILHOUND_BENCH_EVENTS=2000000 cargo bench
//! TRAILHOUND_BENCH_DIR=DIR cargo bench        # a set that is there already
//! TRAILHOUND_BENCH_ONLY=load,ask cargo bench  # some: load memory ask text screen lists
//! ```
//!
//! Ratios come from runs that alternate, so that a noisy machine disturbs both sides alike; each
//! is the median of at least five. Goals are those of two and of ten million events; an absolute
//! one holds for a quiet machine.

mod ask;
mod inflate;
mod lists;
mod loading;
mod memory;
mod screen;
#[expect(dead_code, reason = "the generator's own report is not printed here")]
#[path = "../../examples/generate/set/mod.rs"]
mod set;
mod table;

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use loading::Scope;
use table::Table;

/// What can go wrong here ends the run with a message.
type Outcome<T> = Result<T, Box<dyn Error>>;

/// What is measured.
struct Bench {
    /// The set.
    folder: PathBuf,
    /// A set of the size of [`TINY_EVENTS`] in very many files.
    tiny: PathBuf,
    /// Events of the set, copies left out; known once it was loaded.
    events: usize,
    /// How many runs a median is of.
    runs: usize,
}

/// Records of the set of tiny files.
const TINY_EVENTS: usize = 200_000;

fn main() -> Outcome<()> {
    let args: Vec<String> = env::args().collect();
    if let Some(at) = args.iter().position(|arg| arg == "--child") {
        return memory::child(&args[at + 1..]);
    }
    if let Some(at) = args.iter().position(|arg| arg == "--start") {
        return screen::start(&args[at + 1..]);
    }
    let number = |name: &str, default: usize| {
        env::var(name).map_or(Ok(default), |text| text.replace('_', "").parse::<usize>())
    };
    let runs = number("TRAILHOUND_BENCH_RUNS", 5)?.max(1);
    let folder = match env::var_os("TRAILHOUND_BENCH_DIR") {
        // The terminal that the bench starts the program in may begin in another folder.
        Some(folder) => std::path::absolute(folder)?,
        None => generated(number("TRAILHOUND_BENCH_EVENTS", 200_000)?, 2600)?,
    };
    let mut bench = Bench {
        tiny: match env::var_os("TRAILHOUND_BENCH_TINY") {
            Some(folder) => PathBuf::from(folder),
            None => generated(TINY_EVENTS, 28)?,
        },
        folder,
        events: 0,
        runs,
    };
    let only = env::var("TRAILHOUND_BENCH_ONLY").unwrap_or_default();
    let wanted = |part: &str| only.is_empty() || only.split(',').any(|name| name == part);

    let mut table = Table::new();
    let loaded = loading::load(&bench.folder, Scope::Everything)?;
    bench.events = loaded.snapshot.len();
    let (files, stored) = size_of(&bench.folder)?;
    table.say(&format!(
        "{} events in {files} files, {:.1} MB on disk; {} threads; {} runs each",
        bench.events,
        stored as f64 / 1e6,
        inflate::threads(),
        bench.runs
    ))?;
    table.head()?;
    if wanted("ask") {
        ask::columns(&bench, &loaded, &mut table)?;
    }
    if wanted("text") {
        ask::text(&bench, &loaded, &mut table)?;
    }
    drop(loaded);
    if wanted("load") {
        loading::rows(&bench, &mut table)?;
    }
    if wanted("memory") {
        memory::rows(&bench, &mut table)?;
    }
    if wanted("screen") {
        screen::rows(&bench, &mut table)?;
    }
    if wanted("lists") {
        lists::rows(&bench, &mut table)?;
    }
    Ok(())
}

impl Bench {
    /// Whether the goals of ten million events are the ones to compare with.
    fn is_large(&self) -> bool {
        self.events > 5_000_000
    }

    /// The goal for this size.
    fn goal(&self, medium: &'static str, large: &'static str) -> &'static str {
        if self.is_large() { large } else { medium }
    }
}

/// A set of this many records, made once and kept among the build's files.
fn generated(events: usize, most: usize) -> Outcome<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("set-1-{events}-{most}"));
    let mark = folder.with_extension("done");
    if !mark.exists() {
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        let wish = set::Wish {
            events,
            most,
            ..set::Wish::default()
        };
        set::write(&wish, &folder)?;
        fs::write(&mark, "")?;
    }
    Ok(folder)
}

/// Files below a folder, and their bytes.
fn size_of(folder: &Path) -> Outcome<(usize, u64)> {
    let mut sum = (0, 0);
    for path in inflate::files(folder)? {
        sum.0 += 1;
        sum.1 += fs::metadata(path)?.len();
    }
    Ok(sum)
}
