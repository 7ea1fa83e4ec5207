//! Loading, beside inflating the same files.

use std::path::Path;

use tokio::runtime::Runtime;
use trailhound::engine::{self, LoadOptions, Reader, Stop};
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

/// Loads a folder, with the value dictionary or without.
pub fn load(folder: &Path, values: bool) -> Outcome<Loaded> {
    let reader = Reader::default();
    let specs = vec![Spec::parse(folder.as_os_str())];
    let loading = engine::load(
        specs,
        options(values),
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
pub fn options(values: bool) -> LoadOptions {
    LoadOptions {
        values,
        ..LoadOptions::default()
    }
}

/// The rows about loading.
pub fn rows(bench: &Bench, table: &mut Table) -> Outcome<()> {
    let whole = [
        (
            "load, columns only",
            false,
            bench.goal("≥ 0.40, 0.55", "≥ 0.35"),
        ),
        (
            "load, everything",
            true,
            bench.goal("≥ 0.27, 0.35", "≥ 0.27"),
        ),
    ];
    pairs(bench, &bench.folder, &whole, table)?;
    let tiny = [
        ("load of tiny files, columns only", false, "≥ 0.35"),
        ("load of tiny files, everything", true, "≥ 0.35"),
    ];
    pairs(bench, &bench.tiny, &tiny, table)
}

/// Inflating and loading in turn.
fn pairs(
    bench: &Bench,
    folder: &Path,
    kinds: &[(&str, bool, &str)],
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
        for ((_, values, _), times) in kinds.iter().zip(&mut loads) {
            let (loaded, time) = timed(|| load(folder, *values));
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
