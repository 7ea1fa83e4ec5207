//! Loading, beside inflating the same files.

use std::path::Path;

use tokio::runtime::Runtime;
use trailhound::engine::{self, LoadOptions, Reader, Stop};
use trailhound::index::needs::Needs;
use trailhound::index::snapshot::Snapshot;
use trailhound::source::Spec;

use crate::table::{Table, Times, ratios, timed};
use crate::{Bench, Outcome, inflate};

/// A set in memory.
pub struct Loaded {
    /// The rows.
    pub snapshot: std::sync::Arc<Snapshot>,
    /// Reads records again.
    pub reader: Reader,
}

/// What a load works out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The columns alone, as one question about them has it: neither resources nor who is behind a
    /// session.
    Columns,
    /// The columns and the resources of every record.
    Resources,
    /// The columns and what every row holds beside them.
    Values,
    /// All that the screen asks for.
    Everything,
}

impl Scope {
    /// Each of them, as a child process is told it.
    pub const ALL: [(&str, Self); 4] = [
        ("columns", Self::Columns),
        ("resources", Self::Resources),
        ("values", Self::Values),
        ("everything", Self::Everything),
    ];
}

/// Loads a folder.
pub fn load(folder: &Path, scope: Scope) -> Outcome<Loaded> {
    load_with(folder, options(scope))
}

fn load_with(folder: &Path, options: LoadOptions) -> Outcome<Loaded> {
    let reader = Reader::default();
    let specs = vec![Spec::parse(folder.as_os_str())];
    let loading = engine::load(
        specs,
        options,
        reader.clone(),
        Stop::default(),
        None,
        |_| {},
    );
    let loaded = Runtime::new()?
        .block_on(loading)
        .ok_or("the load failed inside")?;
    Ok(Loaded {
        snapshot: loaded.snapshot,
        reader,
    })
}

/// How to load.
pub fn options(scope: Scope) -> LoadOptions {
    LoadOptions {
        values: matches!(scope, Scope::Values | Scope::Everything),
        needs: match scope {
            Scope::Everything => Needs::ALL,
            Scope::Resources => Needs {
                resources: true,
                ..Needs::NONE
            },
            Scope::Columns | Scope::Values => Needs::NONE,
        },
        ..LoadOptions::default()
    }
}

/// The rows about loading.
pub fn rows(bench: &Bench, table: &mut Table) -> Outcome<()> {
    let whole = [
        (
            "load, columns only",
            Scope::Columns,
            bench.goal("≥ 0.40, 0.55", "≥ 0.35"),
        ),
        (
            "load, columns and values",
            Scope::Values,
            bench.goal("≥ 0.27, 0.35", "≥ 0.27"),
        ),
        ("load, everything", Scope::Everything, "≥ 0.21"),
    ];
    pairs(bench, &bench.folder, &whole, table)?;
    let tiny = [
        ("load of tiny files, columns only", Scope::Columns, "≥ 0.35"),
        ("load of tiny files, everything", Scope::Everything, ""),
    ];
    pairs(bench, &bench.tiny, &tiny, table)?;
    resources(bench, table)
}

/// What telling the resources of every record adds to a load: to one of the columns alone, and to
/// one that gathers values too, which is the load that the goals of speed are for.
fn resources(bench: &Bench, table: &mut Table) -> Outcome<()> {
    for (what, scope) in [
        ("resources, added to columns only", Scope::Columns),
        ("resources, added to columns and values", Scope::Values),
    ] {
        let (mut with, mut without) = (Times::default(), Times::default());
        for _ in 0..bench.runs {
            for (resources, times) in [(true, &mut with), (false, &mut without)] {
                let mut options = options(scope);
                options.needs.resources = resources;
                let (loaded, time) = timed(|| load_with(&bench.folder, options));
                drop(loaded?);
                times.add(time);
            }
        }
        let (middle, least, most) = ratios(&with, &without);
        table.row(
            what,
            "≤ 1.15",
            &format!("{middle:.2} times as long"),
            &format!(
                "[{least:.2}-{most:.2}], {} and {}",
                with.shown(0.5),
                without.shown(0.5)
            ),
        )?;
    }
    Ok(())
}

/// Inflating and loading in turn.
fn pairs(
    bench: &Bench,
    folder: &Path,
    kinds: &[(&str, Scope, &str)],
    table: &mut Table,
) -> Outcome<()> {
    let files = inflate::files(folder)?;
    let mut only = Times::default();
    let mut loads = vec![Times::default(); kinds.len()];
    let (mut bytes, mut events) = (inflate::all(&files), 0);
    for _ in 0..bench.runs {
        let (sum, time) = timed(|| inflate::all(&files));
        bytes = sum;
        only.add(time);
        for ((_, scope, _), times) in kinds.iter().zip(&mut loads) {
            let (loaded, time) = timed(|| load(folder, *scope));
            events = loaded?.snapshot.len();
            times.add(time);
        }
    }
    let rate = bytes as f64 / only.median() / 1e6;
    table.row(
        &format!("inflate only, {} files", files.len()),
        "",
        &only.shown(0.5),
        &format!("{rate:.2} GB/s of text"),
    )?;
    for ((what, _, goal), times) in kinds.iter().zip(&loads) {
        let (middle, least, most) = ratios(&only, times);
        table.row(
            what,
            goal,
            &format!("{middle:.2} of inflate only"),
            &format!(
                "[{least:.2}-{most:.2}], {}, {:.2} M events/s",
                times.shown(0.5),
                events as f64 / times.median() / 1e3
            ),
        )?;
    }
    Ok(())
}
