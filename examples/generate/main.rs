//! Writes a set of realistic CloudTrail logs in the layout of an S3 bucket, to measure with.
//!
//! ```text
//! cargo run --release --example generate -- --events 2000000 --seed 2 --out DIR
//! ```
//!
//! `--min-rec` and `--max-rec` bound the records of one file (1 and 2600 when not given); many
//! tiny files come from `--max-rec 28`. `--threads` says how many write at once. The same seed
//! gives the same bytes whatever the number of threads. Nothing in it is real.

//!
//! `--hot 500000` writes one file instead, in which every event names one bucket.

mod hot;
mod set;

use std::env;
use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Instant;

use crate::set::Wish;

fn main() -> Result<(), Box<dyn Error>> {
    let (wish, hot, out) = arguments(env::args().skip(1))?;
    if let Some(events) = hot {
        fs::create_dir_all(&out)?;
        let text = hot::text(events, 0);
        fs::write(out.join("hot.json"), &text)?;
        writeln!(
            io::stdout().lock(),
            "{}: {events} events of the bucket {}, {:.1} MB",
            out.display(),
            hot::BUCKET,
            text.len() as f64 / 1e6,
        )?;
        return Ok(());
    }
    let began = Instant::now();
    let made = set::write(&wish, &out)?;
    let seconds = began.elapsed().as_secs_f64();
    writeln!(
        io::stdout().lock(),
        "{}: {} events ({} of them copies) in {} files, {:.1} MB inflated ({:.0} bytes an event), \
         {:.1} MB on disk (ratio {:.2}), {} accounts, {} days, {seconds:.1} s",
        out.display(),
        made.events,
        made.copies,
        made.files,
        made.inflated as f64 / 1e6,
        made.inflated as f64 / made.events.max(1) as f64,
        made.stored as f64 / 1e6,
        made.inflated as f64 / made.stored.max(1) as f64,
        made.accounts,
        made.days,
    )?;
    Ok(())
}

/// Reads the command line.
fn arguments(
    args: impl Iterator<Item = String>,
) -> Result<(Wish, Option<usize>, PathBuf), Box<dyn Error>> {
    let mut wish = Wish::default();
    let mut hot = None;
    let mut out = None;
    let mut args = args;
    while let Some(name) = args.next() {
        let value = args
            .next()
            .ok_or_else(|| format!("{name}: a value is missing"))?;
        let number = || {
            value
                .replace('_', "")
                .parse::<u64>()
                .map_err(|error| format!("{name} {value}: {error}"))
        };
        match name.as_str() {
            "--events" => wish.events = number()? as usize,
            "--seed" => wish.seed = number()?,
            "--min-rec" => wish.fewest = number()? as usize,
            "--max-rec" => wish.most = number()? as usize,
            "--threads" => wish.threads = number()? as usize,
            "--hot" => hot = Some(number()? as usize),
            "--out" => out = Some(PathBuf::from(&value)),
            _ => {
                return Err(format!(
                    "{name}: not an option; there are --events --out --seed --min-rec --max-rec \
                     --threads --hot"
                )
                .into());
            }
        }
    }
    Ok((wish, hot, out.ok_or("--out DIR is missing")?))
}
