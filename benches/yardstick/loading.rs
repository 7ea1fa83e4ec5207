//! Loading, beside inflating the same files.

use std::fs::File;
use std::ops::ControlFlow;
use std::path::Path;

use tokio::runtime::Runtime;
use trailhound::decode::{Marks, Options, Place, Sink, decode};
use trailhound::engine::{self, LoadOptions, Reader, Stop};
use trailhound::event::record::Record;
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
    /// All that the screen asks for, but the resources.
    WithoutResources,
    /// All that the screen asks for, but who is behind the sessions.
    WithoutLineage,
    /// All that the screen asks for.
    Everything,
}

impl Scope {
    /// Each of them, as a child process is told it.
    pub const ALL: [(&str, Self); 6] = [
        ("columns", Self::Columns),
        ("resources", Self::Resources),
        ("values", Self::Values),
        ("without-resources", Self::WithoutResources),
        ("without-lineage", Self::WithoutLineage),
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

/// Needs of somebody who asks for resources alone.
const RESOURCES: Needs = Needs {
    resources: true,
    ..Needs::NONE
};

/// Needs of somebody who asks for lineage alone.
const LINEAGE: Needs = Needs {
    lineage: true,
    ..Needs::NONE
};

/// How to load.
pub fn options(scope: Scope) -> LoadOptions {
    LoadOptions {
        values: matches!(
            scope,
            Scope::Values | Scope::WithoutResources | Scope::WithoutLineage | Scope::Everything
        ),
        needs: match scope {
            Scope::Everything => Needs::ALL,
            Scope::Resources | Scope::WithoutLineage => RESOURCES,
            Scope::WithoutResources => LINEAGE,
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
    decoded(bench, table)?;
    let tiny = [
        ("load of tiny files, columns only", Scope::Columns, "≥ 0.35"),
        ("load of tiny files, everything", Scope::Everything, ""),
    ];
    pairs(bench, &bench.tiny, &tiny, table)?;
    additions(bench, table)
}

/// Takes records and keeps none.
struct Nothing(u64);

impl Sink for Nothing {
    fn record(&mut self, _: &mut Record<'_>, _: Place, _: Marks, _: &[u8]) -> ControlFlow<()> {
        self.0 += 1;
        ControlFlow::Continue(())
    }
}

/// How much of a load is over before anything is put into an index: the files are read into records
/// by as many threads as a load has, and the records forgotten. No load can be faster than that.
fn decoded(bench: &Bench, table: &mut Table) -> Outcome<()> {
    let plain = Options {
        resources: false,
        ..Options::default()
    };
    let kinds = [
        ("read into records, none kept", plain),
        (
            "the same with what names resources",
            Options {
                resources: true,
                ..plain
            },
        ),
        (
            "the same with where their values stand",
            Options {
                values: true,
                ..plain
            },
        ),
    ];
    let files = inflate::files(&bench.folder)?;
    let mut only = Times::default();
    let mut reads = vec![Times::default(); kinds.len()];
    for _ in 0..bench.runs {
        only.add(timed(|| inflate::all(&files)).1);
        for ((_, options), times) in kinds.iter().zip(&mut reads) {
            let read = |(): &mut (), path: &Path| {
                let mut sink = Nothing(0);
                if let Ok(mut file) = File::open(path) {
                    let size_hint = file.metadata().ok().map(|data| data.len());
                    let options = Options {
                        size_hint,
                        ..*options
                    };
                    decode(&mut file, &options, &mut sink);
                }
                sink.0
            };
            let (records, time) = timed(|| inflate::side_by_side(&files, || (), read));
            if (records as usize) < bench.events {
                return Err("not every record was read".into());
            }
            times.add(time);
        }
    }
    for ((what, _), times) in kinds.iter().zip(&reads) {
        let (middle, least, most) = ratios(&only, times);
        let spread = format!("[{least:.2}-{most:.2}], {}", times.shown(0.5));
        table.row(what, "", &format!("{middle:.2} of inflate only"), &spread)?;
    }
    Ok(())
}

/// What telling the resources of every record, and following who is behind every session, adds to a
/// load: to one without values, to one that gathers values too, which is the load that the goals of
/// speed are for, and to the load that the screen waits for.
fn additions(bench: &Bench, table: &mut Table) -> Outcome<()> {
    let rows = [
        (
            "resources, added to columns only",
            (Scope::Columns, RESOURCES),
            "≤ +15 %",
        ),
        (
            "resources, added to columns and values",
            (Scope::Values, RESOURCES),
            "≤ +15 %",
        ),
        (
            "resources, added to everything else",
            (Scope::WithoutResources, Needs::ALL),
            "≤ +15 %",
        ),
        (
            "lineage, added to columns and resources",
            (Scope::Resources, Needs::ALL),
            "",
        ),
        (
            "lineage, added to everything else",
            (Scope::WithoutLineage, Needs::ALL),
            "≤ +10 %",
        ),
    ];
    for (what, (scope, needs), goal) in rows {
        let (mut with, mut without) = (Times::default(), Times::default());
        let plain = options(scope);
        let more = LoadOptions {
            needs,
            ..plain.clone()
        };
        for run in 0..bench.runs {
            // Either is the first as often as the other.
            let mut sides = [(&more, &mut with), (&plain, &mut without)];
            sides.rotate_left(run % 2);
            for (options, times) in sides {
                let (loaded, time) = timed(|| load_with(&bench.folder, options.clone()));
                drop(loaded?);
                times.add(time);
            }
        }
        let (middle, least, most) = ratios(&with, &without);
        let percent = |ratio: f64| (ratio - 1.0) * 100.0;
        table.row(
            what,
            goal,
            &format!("{:+.1} %", percent(middle)),
            &format!(
                "[{:+.1} to {:+.1}], {} and {}",
                percent(least),
                percent(most),
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
