//! Peak memory: each load in a process of its own.

use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::Command;

use crate::loading::Scope;
use crate::table::Table;
use crate::{Bench, Outcome, loading};

/// The process of its own: loads, and prints its peak in kilobytes and the events.
pub fn child(args: &[String]) -> Outcome<()> {
    let [folder, named] = args else {
        return Err("--child FOLDER SCOPE".into());
    };
    let scope = Scope::ALL.iter().find(|(name, _)| name == named);
    let (_, scope) = scope.ok_or("no such scope")?;
    let loaded = loading::load(Path::new(folder), *scope)?;
    writeln!(io::stdout(), "{} {}", peak()?, loaded.snapshot.len())?;
    Ok(())
}

/// The peak of this process in kilobytes.
fn peak() -> Outcome<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.ok_or("no VmHWM")?.parse()?)
}

/// The rows about memory.
pub fn rows(bench: &Bench, table: &mut Table) -> Outcome<()> {
    if !Path::new("/proc/self/status").exists() {
        table.row("peak memory", "", "not measured", "needs /proc")?;
        return Ok(());
    }
    let rows = [
        (
            Scope::Columns,
            "peak memory, columns only",
            bench.goal("≤ 130 B/event", "≤ 110 B/event"),
        ),
        (Scope::Resources, "peak memory, columns and resources", ""),
        (
            Scope::Values,
            "peak memory, columns and values",
            bench.goal("≤ 300 B/event", "≤ 230 B/event"),
        ),
        (
            Scope::WithoutLineage,
            "peak memory, everything but lineage",
            "",
        ),
        (
            Scope::Everything,
            "peak memory, everything",
            bench.goal("≤ 360 B/event", "≤ 290 B/event"),
        ),
    ];
    let mut columns = 0.0;
    for (scope, what, goal) in rows {
        let (bytes, events) = peak_of(bench, scope)?;
        let per_event = bytes as f64 / events.max(1) as f64;
        table.row(
            what,
            goal,
            &format!("{per_event:.0} B/event"),
            &format!("{:.0} MB resident at the peak", bytes as f64 / 1e6),
        )?;
        match scope {
            Scope::Columns => columns = per_event,
            Scope::Resources => table.row(
                "of that what resources add",
                "≤ 40 B/event",
                &format!("{:.1} B/event", per_event - columns),
                "beside the peak of columns only",
            )?,
            _ => {}
        }
    }
    Ok(())
}

/// The peak of a process that loads, in bytes, and the events it loaded.
fn peak_of(bench: &Bench, scope: Scope) -> Outcome<(u64, u64)> {
    let named = Scope::ALL.iter().find(|(_, known)| *known == scope);
    let (name, _) = named.ok_or("a scope without a name")?;
    let output = Command::new(env::current_exe()?)
        .arg("--child")
        .arg(&bench.folder)
        .arg(name)
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let (kilobytes, events) = text
        .trim()
        .split_once(' ')
        .ok_or("the child said nothing")?;
    Ok((kilobytes.parse::<u64>()? * 1024, events.parse()?))
}
