//! The yardstick itself: nothing but reading the files and inflating them with libdeflate, with as
//! many threads as a load has.

use std::fs;
use std::io::Read;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;

use libdeflater::Decompressor;

use crate::Outcome;

/// How many threads a load has.
pub fn threads() -> usize {
    thread::available_parallelism().map_or(2, NonZero::get)
}

/// Every file below a folder, in order.
pub fn files(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                open.push(entry.path());
            } else {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Gives every file to one of as many threads as a load has, each with what `start` gives it; the sum
/// of what came of them.
pub fn side_by_side<W>(
    files: &[PathBuf],
    start: impl Fn() -> W + Sync,
    each: impl Fn(&mut W, &Path) -> u64 + Sync,
) -> u64 {
    let (next, sum) = (AtomicUsize::new(0), AtomicU64::new(0));
    thread::scope(|scope| {
        for _ in 0..threads() {
            scope.spawn(|| {
                let mut worker = start();
                while let Some(path) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    sum.fetch_add(each(&mut worker, path), Ordering::Relaxed);
                }
            });
        }
    });
    sum.into_inner()
}

/// Inflates every file; gives the bytes of text.
pub fn all(files: &[PathBuf]) -> u64 {
    let start = || (Decompressor::new(), Vec::new(), Vec::new());
    side_by_side(files, start, |(inflater, packed, text), path| {
        packed.clear();
        let read = fs::File::open(path).and_then(|mut file| file.read_to_end(packed));
        let size = packed.last_chunk::<4>().copied().map(u32::from_le_bytes);
        let (Ok(_), Some(size)) = (read, size) else {
            return 0;
        };
        let size = size as usize;
        if text.len() < size {
            text.resize(size, 0);
        }
        match inflater.gzip_decompress(packed, &mut text[..size]) {
            Ok(_) => size as u64,
            Err(_) => 0,
        }
    })
}
