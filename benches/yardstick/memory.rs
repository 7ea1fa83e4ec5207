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
    let goals = [
        bench.goal("≤ 130 B/event", "≤ 110 B/event"),
        bench.goal("≤ 300 B/event", "≤ 230 B/event"),
        bench.goal("≤ 360 B/event", "≤ 290 B/event"),
    ];
    for ((scope, _), goal) in Scope::ALL.into_iter().zip(goals) {
        let what = match scope {
            "everything" => "peak memory, everything".to_owned(),
            "values" => "peak memory, columns and values".to_owned(),
            scope => format!("peak memory, {scope} only"),
        };
        let output = Command::new(env::current_exe()?)
            .arg("--child")
            .arg(&bench.folder)
            .arg(scope)
            .output()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let (kilobytes, events) = text
            .trim()
            .split_once(' ')
            .ok_or("the child said nothing")?;
        let (bytes, events) = (kilobytes.parse::<u64>()? * 1024, events.parse::<u64>()?);
        table.row(
            &what,
            goal,
            &format!("{} B/event", bytes / events.max(1)),
            &format!("{:.0} MB resident at the peak", bytes as f64 / 1e6),
        )?;
    }
    Ok(())
}
