//! Files packed together: zip and tar, the latter in gzip or zstd, too. An archive is a folder, and so
//! is a Parquet file, each of whose row groups is read as a file of lines.
//!
//! [`members`] goes through one and hands out each file in it as a reader, with a [`Spot`] by which
//! [`member`] finds it again. Nothing is ever written to disk, so that a name in an archive is a
//! word and no path. What all members inflate to is capped together, for small parts add up.

use std::io;
use std::io::Read;
use std::io::Seek;
use std::io::SeekFrom;
use std::ops::ControlFlow;

use crate::base::ledger::Problem;
use crate::base::ledger::ProblemClass;
use crate::decode::container::Content;
#[cfg(feature = "parquet")]
use crate::decode::parquet::Parquet;
use crate::decode::reread::content;

/// Bytes that tell what a file is.
pub(crate) const HEAD: usize = 512;
/// Members looked at.
const MOST_MEMBERS: usize = 1_000_000;

/// A way to pack files together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Archive {
    /// Zip.
    Zip,
    /// Tar, whatever it is compressed with.
    Tar,
    /// Parquet, in builds that can read it.
    #[cfg(feature = "parquet")]
    Parquet,
}

impl Archive {
    /// What the first bytes say.
    pub(crate) fn sniff(head: &[u8]) -> Option<Self> {
        if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
            return Some(Self::Zip);
        }
        #[cfg(feature = "parquet")]
        if head.starts_with(b"PAR1") {
            return Some(Self::Parquet);
        }
        let header = head.first_chunk::<HEAD>()?;
        let is_tar = header.get(257..262) == Some(b"ustar") || is_old_tar(header);
        is_tar.then_some(Self::Tar)
    }
}

/// Whether a block without the word is the header of a tar of old: its checksum says so.
fn is_old_tar(header: &[u8; HEAD]) -> bool {
    // No JSON begins so: a name, and zeros after it.
    if header.first().is_none_or(|b| *b == 0) || header.get(156..).is_none_or(|t| t.contains(&b'{'))
    {
        return false;
    }
    let field = header.get(148..156).unwrap_or_default();
    let digits = String::from_utf8_lossy(field);
    let said = u32::from_str_radix(digits.trim_matches([' ', '\0']), 8);
    let sum = header
        .iter()
        .enumerate()
        .map(|(i, b)| {
            let counted = if (148..156).contains(&i) { b' ' } else { *b };
            u32::from(counted)
        })
        .sum::<u32>();
    said == Ok(sum)
}

/// A reader that can go anywhere.
pub trait ReadSeek: Read + Seek {}

impl<T: Read + Seek> ReadSeek for T {}

/// Where a member is in its archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spot {
    /// By its number in the directory of a zip.
    Zip(u32),
    /// By its bytes in a tar without what that is compressed with.
    Tar {
        /// The first byte.
        offset: u64,
        /// How many.
        len: u64,
    },
    /// By the number of its row group in a Parquet file.
    #[cfg(feature = "parquet")]
    Parquet(u32),
}

/// A thing in an archive.
pub struct Member<'m> {
    /// Its name, as written.
    pub name: Vec<u8>,
    /// What it is.
    pub what: What<'m>,
}

/// What a member is.
pub enum What<'m> {
    /// A file: where it is, how long it is, and its bytes.
    File(Spot, u64, &'m mut dyn Read),
    /// Something that is not read, and why.
    Skipped(ProblemClass, String),
}

/// How much may be read of an archive.
#[derive(Debug, Clone, Copy)]
pub struct Caps {
    /// Bytes of the archive itself.
    pub packed: u64,
    /// The most that all members may inflate to, once the ratio is suspicious.
    pub max_inflated: u64,
    /// No ratio below this is suspicious.
    pub max_ratio: u64,
}

/// Counts what is read and ends where a cap is met.
struct Capped<R> {
    input: R,
    read: u64,
    caps: Caps,
}

impl<R: Read> Read for Capped<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let caps = &self.caps;
        if self.read > caps.max_inflated && self.read / caps.max_ratio.max(1) > caps.packed {
            return Err(io::Error::new(
                io::ErrorKind::FileTooLarge,
                "the archive inflates to more than the limit",
            ));
        }
        let n = self.input.read(out)?;
        self.read += n as u64;
        Ok(n)
    }
}

type On<'f> = dyn FnMut(Member<'_>) -> ControlFlow<()> + 'f;

/// Goes through an archive in its own order and gives the problems of the archive itself.
pub fn members(
    kind: Archive,
    input: &mut dyn ReadSeek,
    caps: Caps,
    on: &mut On<'_>,
) -> Vec<Problem> {
    match kind {
        Archive::Zip => zip_members(input, caps, on),
        Archive::Tar => tar_members(input, caps, on),
        #[cfg(feature = "parquet")]
        Archive::Parquet => parquet_members(input, caps, on),
    }
}

fn problem(class: ProblemClass, detail: impl Into<String>) -> Problem {
    Problem {
        class,
        at: None,
        detail: detail.into(),
    }
}

/// What an error met inside an archive means.
fn fault(e: &io::Error) -> Problem {
    let class = match e.kind() {
        io::ErrorKind::FileTooLarge => ProblemClass::SizeLimit,
        io::ErrorKind::UnexpectedEof => ProblemClass::Truncated,
        // The reader of tar has one kind for all, and words for each.
        _ if e.to_string().contains("entire block") => ProblemClass::Truncated,
        _ => ProblemClass::SyntaxError,
    };
    problem(class, format!("the archive cannot be read on: {e}"))
}

/// What is gone to and fro in and is itself compressed is held in memory, up to this.
const MOST_IN_MEMORY: usize = 128 << 20;

/// A file that begins with these two bytes, out of what it is compressed with.
fn plain<'r>(input: &'r mut dyn ReadSeek, begin: [u8; 2]) -> io::Result<Box<dyn ReadSeek + 'r>> {
    let mut magic = [0; 2];
    let got = input.read(&mut magic)?;
    input.seek(SeekFrom::Start(0))?;
    if got < 2 || magic == begin {
        return Ok(Box::new(input));
    }
    let mut input = input;
    let content = content(&mut input, MOST_IN_MEMORY)?;
    Ok(Box::new(io::Cursor::new(content)))
}

fn zip_members(input: &mut dyn ReadSeek, caps: Caps, on: &mut On<'_>) -> Vec<Problem> {
    let input = match plain(input, *b"PK") {
        Ok(input) => input,
        Err(e) => return vec![fault(&e)],
    };
    let mut zip = match zip::ZipArchive::new(input) {
        Ok(zip) => zip,
        Err(e) => {
            let detail = format!("a damaged zip: {e}");
            return vec![problem(ProblemClass::Truncated, detail)];
        }
    };
    let mut read = 0;
    for i in 0..zip.len().min(MOST_MEMBERS) {
        // The directory first: it names what the decoder may refuse.
        let (name, is_dir, is_link, is_locked, size) = match zip.by_index_raw(i) {
            Ok(file) => (
                file.name_raw().to_vec(),
                file.is_dir(),
                file.is_symlink(),
                file.encrypted(),
                file.size(),
            ),
            Err(e) => {
                let name = format!("#{i}").into_bytes();
                let why = What::Skipped(ProblemClass::Unreadable, e.to_string());
                if on(Member { name, what: why }).is_break() {
                    return Vec::new();
                }
                continue;
            }
        };
        if is_dir {
            continue;
        }
        let skipped = |class, detail: &str| What::Skipped(class, detail.to_owned());
        let told = if is_link {
            let what = skipped(ProblemClass::Symlink, "a link, not followed");
            on(Member { name, what })
        } else if is_locked {
            let what = skipped(ProblemClass::Unreadable, "encrypted");
            on(Member { name, what })
        } else {
            match zip.by_index(i) {
                Ok(file) => {
                    let mut file = Capped {
                        input: file,
                        read,
                        caps,
                    };
                    let what = What::File(Spot::Zip(i as u32), size, &mut file);
                    let told = on(Member { name, what });
                    read = file.read;
                    told
                }
                Err(e) => {
                    let what = What::Skipped(ProblemClass::Unreadable, e.to_string());
                    on(Member { name, what })
                }
            }
        };
        if told.is_break() {
            return Vec::new();
        }
    }
    if zip.len() > MOST_MEMBERS {
        return vec![problem(ProblemClass::SizeLimit, "holds too many files")];
    }
    Vec::new()
}

#[cfg(feature = "parquet")]
fn parquet_members(input: &mut dyn ReadSeek, caps: Caps, on: &mut On<'_>) -> Vec<Problem> {
    let read = plain(input, *b"PA").and_then(|mut input| {
        let file = Parquet::open(&mut *input)?;
        let mut read = 0;
        for number in 0..file.groups() {
            let name = format!("row-group-{}", number + 1).into_bytes();
            let told = file.rows(&mut *input, number, |rows, size| {
                let mut rows = Capped {
                    input: rows,
                    read,
                    caps,
                };
                let what = What::File(Spot::Parquet(number), size, &mut rows);
                let told = on(Member {
                    name: name.clone(),
                    what,
                });
                read = rows.read;
                Ok(told)
            });
            let told = told.unwrap_or_else(|e| {
                let what = What::Skipped(ProblemClass::Unreadable, e.to_string());
                on(Member { name, what })
            });
            if told.is_break() {
                break;
            }
        }
        Ok(())
    });
    match read {
        Ok(()) => Vec::new(),
        Err(e) => vec![fault(&e)],
    }
}

fn tar_members(input: &mut dyn ReadSeek, caps: Caps, on: &mut On<'_>) -> Vec<Problem> {
    let mut input = input;
    let content = Content::new(&mut input);
    let shared = content.shared();
    let mut tar = tar::Archive::new(Capped {
        input: content,
        read: 0,
        caps,
    });
    let mut problems = Vec::new();
    match tar.entries() {
        Err(e) => problems.push(fault(&e)),
        Ok(entries) => {
            for entry in entries.take(MOST_MEMBERS) {
                let mut entry = match entry {
                    Ok(entry) => entry,
                    Err(e) => {
                        problems.push(fault(&e));
                        break;
                    }
                };
                let path = entry.path_bytes();
                let name = path.strip_prefix(b"./").unwrap_or(&path).to_vec();
                let kind = entry.header().entry_type();
                let skipped = |class, detail: &str| What::Skipped(class, detail.to_owned());
                let told = if kind.is_file() || kind.is_contiguous() {
                    let len = entry.size();
                    let offset = entry.raw_file_position();
                    let what = What::File(Spot::Tar { offset, len }, len, &mut entry);
                    on(Member { name, what })
                } else if kind.is_symlink() || kind.is_hard_link() {
                    let what = skipped(ProblemClass::Symlink, "a link, not followed");
                    on(Member { name, what })
                } else if kind.is_dir() || kind.is_pax_global_extensions() {
                    ControlFlow::Continue(())
                } else {
                    let what = skipped(ProblemClass::SpecialFile, "not a regular file");
                    on(Member { name, what })
                };
                if told.is_break() {
                    break;
                }
            }
        }
    }
    drop(tar);
    problems.append(&mut shared.borrow_mut().faults);
    problems
}

/// Calls `read` with the bytes of one member.
///
/// # Errors
/// The archive holds nothing at that place any more.
pub fn member<T>(
    spot: Spot,
    input: &mut dyn ReadSeek,
    read: impl FnOnce(&mut dyn Read) -> io::Result<T>,
) -> io::Result<T> {
    match spot {
        Spot::Zip(index) => {
            let mut zip = zip::ZipArchive::new(plain(input, *b"PK")?).map_err(io::Error::other)?;
            let mut file = zip.by_index(index as usize).map_err(io::Error::other)?;
            read(&mut file)
        }
        #[cfg(feature = "parquet")]
        Spot::Parquet(number) => {
            let mut input = plain(input, *b"PA")?;
            let file = Parquet::open(&mut *input)?;
            file.rows(&mut *input, number, |rows, _| read(rows))
        }
        Spot::Tar { offset, len } => {
            let mut magic = [0; HEAD];
            let mut got = 0;
            while got < HEAD {
                match input.read(magic.get_mut(got..).unwrap_or_default())? {
                    0 => break,
                    n => got += n,
                }
            }
            if Archive::sniff(&magic) == Some(Archive::Tar) {
                input.seek(SeekFrom::Start(offset))?;
                return read(&mut input.take(len));
            }
            input.seek(SeekFrom::Start(0))?;
            let mut input = input;
            let mut content = Content::new(&mut input);
            let skipped = io::copy(&mut (&mut content).take(offset), &mut io::sink())?;
            if skipped < offset {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            read(&mut content.take(len))
        }
    }
}
