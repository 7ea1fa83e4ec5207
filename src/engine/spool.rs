//! Bytes that can be read only once, kept so that records can be read again.
//!
//! What comes in compressed is kept as it came; anything else is compressed block by block, each
//! block a gzip member of its own, so that the whole is again a file that `decode` can read.

use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};

use flate2::Compression;
use flate2::write::GzEncoder;

/// Text that is compressed at once.
const BLOCK: usize = 1 << 20;

/// A growing copy of a stream.
#[derive(Debug, Clone, Default)]
pub(crate) struct Spool(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    blocks: Vec<Arc<[u8]>>,
    tail: Vec<u8>,
    begun: bool,
    as_it_came: bool,
}

impl Spool {
    /// Adds bytes at the end.
    fn add(&self, bytes: &[u8]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.tail.extend_from_slice(bytes);
        if !kept.begun && kept.tail.len() >= 2 {
            kept.begun = true;
            kept.as_it_came = kept.tail.starts_with(&[0x1f, 0x8b]);
        }
        if kept.tail.len() >= BLOCK {
            let text = std::mem::take(&mut kept.tail);
            let block = if kept.as_it_came {
                text.into()
            } else {
                compress(&text)
            };
            kept.blocks.push(block);
        }
    }

    /// Everything kept so far, as a file.
    pub(crate) fn reader(&self) -> Box<dyn Read + Send> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut whole: Box<dyn Read + Send> = Box::new(io::empty());
        for block in &kept.blocks {
            whole = Box::new(whole.chain(io::Cursor::new(Arc::clone(block))));
        }
        let tail = if kept.as_it_came {
            kept.tail.as_slice().into()
        } else {
            compress(&kept.tail)
        };
        Box::new(whole.chain(io::Cursor::new(tail)))
    }
}

fn compress(text: &[u8]) -> Arc<[u8]> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(text.len() / 6), Compression::fast());
    // Writing into memory cannot fail; were it to, the record would be reported as unreadable.
    let _ = encoder.write_all(text);
    encoder.finish().unwrap_or_default().into()
}

/// A reader that keeps what it reads.
pub(crate) struct Tee<R> {
    pub(crate) input: R,
    pub(crate) spool: Spool,
}

impl<R: Read> Read for Tee<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.input.read(buffer)?;
        self.spool.add(&buffer[..n]);
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode;

    #[test]
    fn what_was_read_can_be_read_again() {
        let text: Vec<u8> = (0..3 * BLOCK).map(|i| b' ' + (i % 90) as u8).collect();
        let gz = compress(&text).to_vec();
        for bytes in [&text, &gz] {
            let spool = Spool::default();
            let mut tee = Tee {
                input: bytes.as_slice(),
                spool: spool.clone(),
            };
            io::copy(&mut tee, &mut io::sink()).unwrap();
            assert_eq!(
                decode::inflate_all(&mut spool.reader(), 8 << 20).unwrap(),
                text
            );
        }
    }
}
