//! Looking into a file that was read: the text around a place, and the SHA-256 of its bytes.
//!
//! Both read the file again, so they cost nothing until somebody asks.

use std::io;
use std::sync::Arc;

use crate::base::origin::FileId;
use crate::decode;
use crate::engine::protocol::{Excerpt, FileHash};
use crate::engine::reader::Reader;

/// Bytes shown before a place, and from it on.
const AROUND: (u64, usize) = (8 << 10, 24 << 10);

impl Reader {
    /// The inflated text around a byte of a file.
    pub fn around(&self, file: FileId, at: u64) -> Excerpt {
        let start = at.saturating_sub(AROUND.0);
        let len = (at - start) as usize + AROUND.1;
        let read = self.with(file, |input| decode::excerpt(input, start, len));
        let (bytes, error) = match read {
            Ok(bytes) => (bytes, None),
            Err(e) => (Vec::new(), Some(e.to_string())),
        };
        Excerpt {
            file,
            at,
            start,
            bytes: Arc::from(bytes),
            error,
        }
    }

    /// The SHA-256 of a file's bytes as they are now; `size` is how many were read before.
    pub fn hash(&self, file: FileId, size: u64) -> FileHash {
        let outcome = self.hash_now(file, size).map_err(|e| e.to_string());
        FileHash { file, outcome }
    }

    fn hash_now(&self, file: FileId, size: u64) -> io::Result<[u8; 32]> {
        if self.is_spooled(file) {
            return Err(io::Error::other("a pipe cannot be read again as it came"));
        }
        let (hash, now) = self.sha256(file)?;
        if now != size {
            return Err(io::Error::other("the file has changed since it was read"));
        }
        Ok(hash)
    }
}
