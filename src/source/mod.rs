//! Where bytes come from: what a command line names, what a walk meets, and how a file is opened.
//!
//! Gives names and readers, in an order that is the same every time. Knows nothing of what the bytes
//! mean: whether a file holds events is for others to find out.

pub mod demo;
mod open;
mod spec;
mod walk;

pub use crate::source::open::Changed;
pub use crate::source::open::OpenFile;
pub use crate::source::open::open;
pub use crate::source::spec::Spec;
pub use crate::source::walk::Found;
pub use crate::source::walk::walk;

use std::io::Cursor;
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

/// Where the bytes of one file are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bytes {
    /// In a file.
    File(PathBuf),
    /// In memory, such as a member of the embedded demo.
    Memory(Arc<[u8]>),
    /// On standard input, which can be read once.
    Stdin,
}

impl Bytes {
    /// Whether the bytes can be read again.
    pub fn is_lasting(&self) -> bool {
        !matches!(self, Self::Stdin)
    }

    /// How many bytes there are, where that is known without reading them.
    pub fn size(&self) -> Option<u64> {
        match self {
            Self::File(path) => std::fs::metadata(path).ok().map(|known| known.len()),
            Self::Memory(bytes) => Some(bytes.len() as u64),
            Self::Stdin => None,
        }
    }

    /// A reader of the bytes, with their size where it is known.
    pub fn reader(&self) -> std::io::Result<(Box<dyn Read + Send>, Option<u64>)> {
        Ok(match self {
            Self::File(path) => {
                let file = open(path)?;
                let size = file.size();
                (Box::new(file), Some(size))
            }
            Self::Memory(bytes) => {
                let size = bytes.len() as u64;
                (Box::new(Cursor::new(Arc::clone(bytes))), Some(size))
            }
            Self::Stdin => (Box::new(std::io::stdin()), None),
        })
    }
}
