//! Makes the demo incident that is embedded in the program: two days of three accounts, with an
//! intrusion on the second afternoon.
//!
//! ```text
//! cargo run --release --example make_demo [PATH]
//! ```
//!
//! writes `assets/demo.jsonl.gz` (or PATH) and prints what is in it. The result has the same bytes
//! on every run. It is one gzip stream of JSON lines; each line is one delivered file: its key in
//! the bucket and its `Records`.
//!
//! Nothing in it is real: the people are invented, the accounts and load balancers are those of
//! the AWS documentation, addresses come from the documentation ranges, key ids end in `EXAMPLE`.

mod calls;
mod deliver;
mod identity;
mod lineage;
mod noise;
mod pages;
mod record;
mod response;
mod rng;
mod story;
mod summary;
mod when;
mod world;

use std::env;
use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use flate2::{Compression, GzBuilder};
use serde_json::{Value, json};

use crate::deliver::File;
use crate::record::Log;

fn main() -> Result<(), Box<dyn Error>> {
    let path = env::args_os()
        .nth(1)
        .map_or_else(|| PathBuf::from("assets/demo.jsonl.gz"), PathBuf::from);
    let mut log = Log::new();
    story::write(&mut log);
    response::write(&mut log);
    pages::write(&mut log);
    noise::write(&mut log);
    // Sessions that run past midnight end with the evidence.
    log.records.retain(|record| record.time < when::END);

    let files = deliver::pack(&log);
    let bytes = compress(&log, &files)?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&path, &bytes)?;
    summary::print(&mut io::stdout().lock(), &log, &files, bytes.len())?;
    Ok(())
}

/// Writes the files as one gzip stream without a time in its header.
fn compress(log: &Log, files: &[File]) -> io::Result<Vec<u8>> {
    let mut out = GzBuilder::new()
        .mtime(0)
        .write(Vec::new(), Compression::best());
    for file in files {
        let records: Vec<&Value> = file
            .records
            .iter()
            .map(|&at| &log.records[at].body)
            .collect();
        serde_json::to_writer(&mut out, &json!({"key": file.key, "Records": records}))?;
        out.write_all(b"\n")?;
    }
    out.finish()
}
