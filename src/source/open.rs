//! Opening a file so that it cannot hang and reading it so that a change is noticed.

use std::fs::File;
use std::fs::Metadata;
use std::fs::OpenOptions;
use std::io;
use std::io::Read;
use std::io::Seek;
use std::io::SeekFrom;
use std::path::Path;
use std::time::SystemTime;

/// A regular file, open.
#[derive(Debug)]
pub struct OpenFile {
    file: File,
    size: u64,
    modified: Option<SystemTime>,
}

/// Whether a file was written to while it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Changed(pub bool);

/// Opens a regular file for reading; a link given by name is followed.
///
/// What a path is may change between the walk and the opening, so it is asked again of the file
/// that was opened, and the opening itself never waits for a writer.
pub fn open(path: &Path) -> io::Result<OpenFile> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.custom_flags(nonblock());
    }
    let file = options.open(path)?;
    let meta = file.metadata()?;
    if !meta.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    Ok(OpenFile {
        file,
        size: meta.len(),
        modified: meta.modified().ok(),
    })
}

#[cfg(unix)]
fn nonblock() -> i32 {
    i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or_default()
}

impl OpenFile {
    /// Its size when it was opened.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Whether its size or time is another than when it was opened.
    pub fn changed(&self) -> Changed {
        let now = self.file.metadata();
        let same =
            |meta: &Metadata| meta.len() == self.size && meta.modified().ok() == self.modified;
        Changed(!now.as_ref().is_ok_and(same))
    }
}

impl Seek for OpenFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

impl Read for OpenFile {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.file.read(buf)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_no_file() {
        let dir = tempfile::tempdir().expect("a folder");
        assert!(open(dir.path()).is_err());
    }

    #[test]
    fn a_change_is_noticed() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("a");
        std::fs::write(&path, b"one").expect("written");
        let file = open(&path).expect("opened");
        assert_eq!(file.changed(), Changed(false));
        std::fs::write(&path, b"three").expect("written");
        assert_eq!(file.changed(), Changed(true));
    }
}
