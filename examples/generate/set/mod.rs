//! A set of CloudTrail logs to measure with: many accounts, regions and days, people, machines and
//! services, reads and writes, failures, copies, records out of order.
//!
//! Every file depends on the seed and its own number only, so that any number of threads writes
//! the same bytes.

mod calls;
mod plan;
mod record;
mod rng;
mod template;
mod things;
mod when;
mod world;

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use libdeflater::{CompressionLvl, Compressor};

use plan::File;
use record::{BURST, Pen};
use rng::{Rng, hash};
use world::World;

/// What to write.
#[derive(Debug, Clone)]
pub struct Wish {
    /// How many records, copies among them.
    pub events: usize,
    /// What everything depends on.
    pub seed: u64,
    /// The fewest records of a file.
    pub fewest: usize,
    /// The most records of a file.
    pub most: usize,
    /// How many files are written at once; 0 for one on each core.
    pub threads: usize,
}

impl Default for Wish {
    fn default() -> Self {
        Self {
            events: 100_000,
            seed: 1,
            fewest: 1,
            most: 2600,
            threads: 0,
        }
    }
}

/// What was written.
#[derive(Debug, Default, Clone, Copy)]
pub struct Made {
    /// Records.
    pub events: usize,
    /// Records that are copies of another one.
    pub copies: usize,
    /// Files.
    pub files: usize,
    /// Bytes of JSON.
    pub inflated: usize,
    /// Bytes on disk.
    pub stored: usize,
    /// Accounts.
    pub accounts: usize,
    /// Days.
    pub days: usize,
}

/// Writes a set below `out`, which need not exist.
///
/// # Errors
/// A folder that cannot be made, or a file that cannot be written.
pub fn write(wish: &Wish, out: &Path) -> io::Result<Made> {
    let most = wish.most.max(wish.fewest).max(1);
    let mean = wish.fewest + (most - wish.fewest) / 3;
    let days = (wish.events / mean.max(1) / 200).clamp(2, 60);
    let accounts = (2 + wish.events / 200_000).min(12);
    let pen = Pen::new(World::new(wish.seed, accounts));
    let files = plan::files(pen.world(), wish.events, wish.fewest.max(1), most, days);
    let folders: HashSet<String> = (0..files.len())
        .filter_map(|at| {
            let key = files[at].key(pen.world(), at);
            key.rsplit_once('/').map(|(folder, _)| folder.to_owned())
        })
        .collect();
    for folder in folders {
        fs::create_dir_all(out.join(folder))?;
    }
    let next = AtomicUsize::new(0);
    let threads = match wish.threads {
        0 => thread::available_parallelism().map_or(1, std::num::NonZero::get),
        threads => threads,
    };
    let written = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| scope.spawn(|| work(&pen, &files, &next, out)))
            .collect();
        workers
            .into_iter()
            .map(|worker| {
                worker
                    .join()
                    .unwrap_or_else(|_panic| Err(io::Error::other("a worker failed")))
            })
            .collect::<io::Result<Vec<Made>>>()
    })?;
    Ok(written.into_iter().fold(
        Made {
            accounts,
            days,
            ..Made::default()
        },
        |sum, part| Made {
            events: sum.events + part.events,
            copies: sum.copies + part.copies,
            files: sum.files + part.files,
            inflated: sum.inflated + part.inflated,
            stored: sum.stored + part.stored,
            ..sum
        },
    ))
}

/// Writes files until there is none left.
fn work(pen: &Pen, files: &[File], next: &AtomicUsize, out: &Path) -> io::Result<Made> {
    let level = CompressionLvl::new(6).map_err(|error| io::Error::other(format!("{error:?}")))?;
    let mut compressor = Compressor::new(level);
    let (mut text, mut packed) = (Vec::new(), Vec::new());
    let mut made = Made::default();
    loop {
        let at = next.fetch_add(1, Ordering::Relaxed);
        let Some(file) = files.get(at) else {
            return Ok(made);
        };
        compose(pen, files, at, &mut text);
        packed.resize(compressor.gzip_compress_bound(text.len()), 0);
        let size = compressor
            .gzip_compress(&text, &mut packed)
            .map_err(io::Error::other)?;
        fs::write(out.join(file.key(pen.world(), at)), &packed[..size])?;
        made.events += file.own + file.copies.len();
        made.copies += file.copies.len();
        made.files += 1;
        made.inflated += text.len();
        made.stored += size;
    }
}

/// The text of a file.
fn compose(pen: &Pen, files: &[File], at: usize, text: &mut Vec<u8>) {
    let file = &files[at];
    let mut rng = Rng::new(hash(&[pen.world().seed, 6, at as u64]));
    let mut records: Vec<(usize, usize)> = (0..file.own)
        .map(|number| (at, number))
        .chain(file.copies.iter().copied())
        .collect();
    // Bursts in any order, and a little disorder inside them, as deliveries have.
    let mut bursts: Vec<&mut [(usize, usize)]> = records.chunks_mut(BURST).collect();
    for upto in (1..bursts.len()).rev() {
        bursts.swap(upto, rng.below(upto + 1));
    }
    let mut records = bursts.concat();
    for at in 1..records.len() {
        if rng.chance(100) {
            records.swap(at - 1, at);
        }
    }
    text.clear();
    text.extend_from_slice(br#"{"Records":["#);
    for (place, (from, number)) in records.into_iter().enumerate() {
        if place > 0 {
            text.push(b',');
        }
        pen.write(text, &files[from], from, number);
    }
    text.extend_from_slice(b"]}");
}
