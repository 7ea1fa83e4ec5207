//! What holds the text: nothing, gzip, zstd, the wire form of `CloudWatch` Logs, one in another; and
//! which encoding it is written in.
//!
//! Decided by the first bytes, never by a name. Data before a fault is always delivered, and the
//! fault is named. Memory stays bounded whatever a header claims.

use std::cell::RefCell;
use std::io::Read;
use std::rc::Rc;

use flate2::Crc;
use flate2::Decompress;
use flate2::FlushDecompress;
use flate2::Status;
use sha2::Digest;
use sha2::Sha256;

use crate::base::ledger::Problem;
use crate::base::ledger::ProblemClass;
use crate::decode::archive;
use crate::decode::archive::Archive;
use crate::decode::encoding::Transcode;
use crate::decode::encoding::Unit;
use crate::decode::wire;
use crate::decode::wire::Unwire;
use crate::decode::zstd;
use crate::decode::zstd::Unzstd;

/// Compressed files up to this size are inflated in one go.
const WHOLE_IN: usize = 16 << 20;
/// Unless they inflate to more than this.
const WHOLE_OUT: usize = 32 << 20;
/// Deflate cannot do better than this, so no header can claim more.
const BEST_RATIO: usize = 1032;
const CHUNK: usize = 64 << 10;
/// Room for a compressed file that is kept for the next one: few that CloudTrail delivers are larger.
const MOST_PACKED: usize = 2 << 20;
const MAGIC: [u8; 2] = [0x1f, 0x8b];

thread_local! {
    /// A compressed file that is inflated in one go; kept because making such a buffer costs page
    /// faults.
    static PACKED: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    /// What inflates it.
    static INFLATE: RefCell<Option<libdeflater::Decompressor>> = const { RefCell::new(None) };
}

/// What the stages of one file share.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    /// Bytes read.
    pub(crate) bytes: u64,
    /// Problems of the container.
    pub(crate) faults: Vec<Problem>,
    hasher: Option<Sha256>,
}

/// One stage of reading.
pub(crate) trait Pull {
    /// Fills a part of `out`; 0 only at the end.
    fn pull(&mut self, out: &mut [u8]) -> usize;
}

impl<P: Pull + ?Sized> Pull for Box<P> {
    fn pull(&mut self, out: &mut [u8]) -> usize {
        (**self).pull(out)
    }
}

pub(crate) fn fault(shared: &RefCell<Shared>, class: ProblemClass, detail: impl Into<String>) {
    shared.borrow_mut().faults.push(Problem {
        class,
        at: None,
        detail: detail.into(),
    });
}

/// The bytes as they come, counted and hashed.
struct Meter<'r> {
    input: &'r mut dyn Read,
    shared: Rc<RefCell<Shared>>,
}

impl Pull for Meter<'_> {
    fn pull(&mut self, out: &mut [u8]) -> usize {
        loop {
            match self.input.read(out) {
                Ok(n) => {
                    let mut shared = self.shared.borrow_mut();
                    shared.bytes += n as u64;
                    if let Some(hasher) = &mut shared.hasher {
                        hasher.update(out.get(..n).unwrap_or_default());
                    }
                    return n;
                }
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Err(e) => {
                    // A reader of an archive's member unpacks while it reads.
                    let class = match e.kind() {
                        std::io::ErrorKind::FileTooLarge => ProblemClass::SizeLimit,
                        std::io::ErrorKind::InvalidData | std::io::ErrorKind::InvalidInput => {
                            ProblemClass::GzipCorrupt
                        }
                        std::io::ErrorKind::UnexpectedEof => ProblemClass::TruncatedGzip,
                        _ => ProblemClass::Unreadable,
                    };
                    fault(&self.shared, class, format!("reading stopped: {e}"));
                    return 0;
                }
            }
        }
    }
}

/// A stage whose first bytes have been looked at.
struct Peeked<P> {
    /// Room for them.
    head: Vec<u8>,
    /// How many there are.
    len: usize,
    at: usize,
    rest: P,
}

impl<P: Pull> Peeked<P> {
    fn new(rest: P) -> Self {
        Self::with_room(Vec::new(), rest)
    }

    /// One that keeps the first bytes in room made before.
    fn with_room(room: Vec<u8>, rest: P) -> Self {
        Self {
            head: room,
            len: 0,
            at: 0,
            rest,
        }
    }

    /// The first `n` bytes or more, or all there are; room is made as they come.
    fn peek(&mut self, n: usize, room: usize) -> &[u8] {
        while self.len < n {
            if self.len == self.head.len() {
                self.head.resize(n.min((self.len * 2).max(room)), 0);
            }
            match self
                .rest
                .pull(self.head.get_mut(self.len..).unwrap_or_default())
            {
                0 => break,
                got => self.len += got,
            }
        }
        self.head.get(..self.len).unwrap_or_default()
    }
}

impl<P: Pull> Pull for Peeked<P> {
    fn pull(&mut self, out: &mut [u8]) -> usize {
        let ahead = self.head.get(self.at..self.len).unwrap_or_default();
        if ahead.is_empty() {
            self.head = Vec::new();
            (self.at, self.len) = (0, 0);
            return self.rest.pull(out);
        }
        let n = ahead.len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..n), ahead.get(..n)) {
            to.copy_from_slice(from);
        }
        self.at += n;
        n
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Header,
    Body,
    Trailer,
    Done,
}

/// Gzip, member after member.
struct Gunzip<P> {
    input: P,
    buf: Vec<u8>,
    at: usize,
    len: usize,
    state: State,
    inflate: Decompress,
    crc: Crc,
    members: u32,
    shared: Rc<RefCell<Shared>>,
}

/// Why a member's header cannot be used.
enum Header {
    Short,
    Wrong(&'static str),
}

impl<P: Pull> Gunzip<P> {
    fn new(input: P, shared: Rc<RefCell<Shared>>) -> Self {
        Self {
            input,
            buf: vec![0; CHUNK],
            at: 0,
            len: 0,
            state: State::Header,
            inflate: Decompress::new(false),
            crc: Crc::new(),
            members: 0,
            shared,
        }
    }

    fn refill(&mut self) -> bool {
        if self.at == self.len {
            self.at = 0;
            self.len = self.input.pull(&mut self.buf);
        }
        self.len > self.at
    }

    fn next(&mut self) -> Option<u8> {
        if !self.refill() {
            return None;
        }
        self.at += 1;
        self.buf.get(self.at - 1).copied()
    }

    fn need(&mut self) -> Result<u8, Header> {
        self.next().ok_or(Header::Short)
    }

    fn stop(&mut self, class: ProblemClass, detail: impl Into<String>) {
        fault(&self.shared, class, detail);
        self.state = State::Done;
    }

    fn header(&mut self) -> Result<(), Header> {
        if self.need()? != 8 {
            return Err(Header::Wrong("unknown compression method"));
        }
        let flags = self.need()?;
        if flags & 0xe0 != 0 {
            return Err(Header::Wrong("reserved flags are set"));
        }
        for _ in 0..6 {
            self.need()?;
        }
        if flags & 4 != 0 {
            let len = u16::from_le_bytes([self.need()?, self.need()?]);
            for _ in 0..len {
                self.need()?;
            }
        }
        for flag in [8, 16] {
            if flags & flag != 0 {
                while self.need()? != 0 {}
            }
        }
        if flags & 2 != 0 {
            self.need()?;
            self.need()?;
        }
        Ok(())
    }

    /// Begins the next member, or ends.
    fn begin(&mut self) {
        let first = self.next();
        if first.is_none() {
            self.state = State::Done;
            return;
        }
        let second = self.next();
        if [first, second] != MAGIC.map(Some) {
            self.trailing(first, second);
            return;
        }
        match self.header() {
            Ok(()) => self.state = State::Body,
            Err(Header::Short) => self.stop(
                ProblemClass::TruncatedGzip,
                "the data ends inside a gzip header",
            ),
            Err(Header::Wrong(why)) => self.stop(ProblemClass::GzipCorrupt, why),
        }
    }

    fn trailing(&mut self, first: Option<u8>, second: Option<u8>) {
        let mut zeros = first == Some(0) && second.is_none_or(|b| b == 0);
        // Padding is told from junk by looking at a block of it, no more.
        for _ in 0..CHUNK {
            match self.next() {
                None => break,
                Some(b) => zeros &= b == 0,
            }
        }
        self.stop(
            ProblemClass::GzipTrailing,
            if zeros {
                "zero bytes follow the compressed data"
            } else {
                "bytes that are no gzip follow the compressed data"
            },
        );
    }

    fn end_member(&mut self) {
        let mut trailer = [0u8; 8];
        for slot in &mut trailer {
            let Some(byte) = self.next() else {
                self.stop(
                    ProblemClass::TruncatedGzip,
                    "the data is complete, but its checksum is cut off",
                );
                return;
            };
            *slot = byte;
        }
        let trailer = u64::from_le_bytes(trailer);
        if trailer as u32 != self.crc.sum() {
            fault(
                &self.shared,
                ProblemClass::GzipCorrupt,
                "the checksum does not match the data",
            );
        } else if (trailer >> 32) as u32 != self.crc.amount() {
            fault(
                &self.shared,
                ProblemClass::GzipCorrupt,
                "the recorded length does not match the data",
            );
        }
        self.members += 1;
        self.inflate.reset(false);
        self.crc.reset();
        self.state = State::Header;
    }
}

impl<P: Pull> Pull for Gunzip<P> {
    fn pull(&mut self, out: &mut [u8]) -> usize {
        loop {
            match self.state {
                State::Done => return 0,
                State::Header => self.begin(),
                State::Trailer => self.end_member(),
                State::Body => {
                    let more = self.refill();
                    let (ins, outs) = (self.inflate.total_in(), self.inflate.total_out());
                    let input = self.buf.get(self.at..self.len).unwrap_or_default();
                    let status = self.inflate.decompress(input, out, FlushDecompress::None);
                    self.at += (self.inflate.total_in() - ins) as usize;
                    let made = (self.inflate.total_out() - outs) as usize;
                    self.crc.update(out.get(..made).unwrap_or_default());
                    match status {
                        Ok(Status::StreamEnd) => self.state = State::Trailer,
                        Ok(_) if made == 0 && !more => self.stop(
                            ProblemClass::TruncatedGzip,
                            "the compressed data ends in the middle",
                        ),
                        Ok(_) => {}
                        Err(_) => {
                            self.stop(ProblemClass::GzipCorrupt, "the compressed data is damaged");
                        }
                    }
                    if made > 0 {
                        return made;
                    }
                }
            }
        }
    }
}

/// The text of a file, whole or to be pulled.
pub(crate) enum Text<'r> {
    /// All of it: a buffer and how much of it is text.
    Whole(Vec<u8>, usize),
    /// A stage to pull from, and a buffer to hold the part in use.
    Stream(Box<dyn Pull + 'r>, Vec<u8>),
}

/// A file opened by its content.
pub(crate) struct Opened<'r> {
    /// Its text.
    pub(crate) text: Text<'r>,
    /// The name of what holds it.
    pub(crate) container: &'static str,
    /// Where it is not text but files packed together.
    pub(crate) archive: Option<Archive>,
    /// Counts and problems.
    pub(crate) shared: Rc<RefCell<Shared>>,
}

/// What a caller wants of [`open`].
pub(crate) struct Wish {
    /// Whether to hash the bytes read.
    pub(crate) hash: bool,
    /// The size of the file, where known.
    pub(crate) size: Option<u64>,
    /// A buffer to inflate into; it grows as needed.
    pub(crate) buffer: Vec<u8>,
}

/// What the first bytes say holds the rest.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Layer {
    Gzip,
    Zstd,
    Wire,
}

/// Looks at the first bytes and puts the stages together.
pub(crate) fn open<'r>(input: &'r mut dyn Read, mut wish: Wish) -> Opened<'r> {
    let shared = Rc::new(RefCell::new(Shared {
        hasher: wish.hash.then(Sha256::new),
        ..Shared::default()
    }));
    let meter = Meter {
        input,
        shared: Rc::clone(&shared),
    };
    let mut raw = Peeked::with_room(PACKED.take(), meter);
    let small = wish.size.is_none_or(|size| size <= WHOLE_IN as u64);
    if small && raw.peek(4, 4).starts_with(&MAGIC) {
        let room = wish.size.map_or(CHUNK, |size| size as usize + 1);
        let packed = raw.peek(WHOLE_IN, room);
        if packed.len() < WHOLE_IN
            && let Some(len) = inflate_whole(packed, &mut wish.buffer)
        {
            let archive = Archive::sniff(wish.buffer.get(..len).unwrap_or_default());
            if raw.head.len() <= MOST_PACKED {
                PACKED.set(raw.head);
            }
            return Opened {
                text: Text::Whole(wish.buffer, len),
                container: name(&[Layer::Gzip], archive),
                archive,
                shared,
            };
        }
    }
    let Unpacked {
        mut stage,
        layers,
        archive,
    } = unpack(raw, &shared);
    let unit = Unit::sniff(stage.peek(4, 4)).filter(|_| archive.is_none());
    let text: Box<dyn Pull + 'r> = match unit {
        Some((unit, name)) => {
            fault(
                &shared,
                ProblemClass::Encoding,
                format!("written in {name}"),
            );
            Box::new(Transcode::new(stage, unit))
        }
        None => Box::new(stage),
    };
    Opened {
        text: Text::Stream(text, wish.buffer),
        container: name(&layers, archive),
        archive,
        shared,
    }
}

/// The content of a file without what it is packed in.
struct Unpacked<'r> {
    stage: Peeked<Box<dyn Pull + 'r>>,
    layers: Vec<Layer>,
    archive: Option<Archive>,
}

/// Takes off layer after layer.
fn unpack<'r>(raw: Peeked<Meter<'r>>, shared: &Rc<RefCell<Shared>>) -> Unpacked<'r> {
    let mut stage: Peeked<Box<dyn Pull + 'r>> = Peeked::new(Box::new(raw));
    let mut layers = Vec::new();
    loop {
        let head = stage.peek(archive::HEAD, archive::HEAD);
        let archive = Archive::sniff(head);
        let layer = if head.starts_with(&MAGIC) {
            Layer::Gzip
        } else if zstd::is_frame(head) {
            Layer::Zstd
        } else if !layers.contains(&Layer::Wire) && wire::is_wire(head) {
            Layer::Wire
        } else {
            return Unpacked {
                stage,
                layers,
                archive,
            };
        };
        let inside = layers.iter().filter(|l| **l != Layer::Wire).count();
        if inside >= 1 && layer != Layer::Wire {
            fault(
                shared,
                ProblemClass::NestedGzip,
                if inside == 1 {
                    "compressed twice"
                } else {
                    "compressed three times; not unpacked further"
                },
            );
        }
        if inside >= 2 && layer != Layer::Wire {
            return Unpacked {
                stage: Peeked::new(Box::new(Nothing)),
                layers,
                archive: None,
            };
        }
        stage = match layer {
            Layer::Gzip => Peeked::new(Box::new(Gunzip::new(stage, Rc::clone(shared)))),
            Layer::Zstd => Peeked::new(Box::new(Unzstd::new(stage, Rc::clone(shared)))),
            Layer::Wire => {
                let wire = Unwire::new(stage);
                layers.push(Layer::Wire);
                Peeked::new(Box::new(Gunzip::new(wire, Rc::clone(shared))))
            }
        };
        if layer != Layer::Wire {
            layers.push(layer);
        }
    }
}

/// The name of what holds the text.
fn name(layers: &[Layer], archive: Option<Archive>) -> &'static str {
    match (archive, layers) {
        (Some(Archive::Tar), [Layer::Gzip]) => "tar.gz",
        (Some(Archive::Tar), [Layer::Zstd]) => "tar.zst",
        (Some(Archive::Tar), _) => "tar",
        (Some(Archive::Zip), _) => "zip",
        #[cfg(feature = "parquet")]
        (Some(Archive::Parquet), _) => "parquet",
        (None, layers) if layers.contains(&Layer::Wire) => "awslogs",
        (None, []) => "plain",
        (None, [Layer::Gzip]) => "gzip",
        (None, [Layer::Zstd]) => "zstd",
        (None, [Layer::Gzip, Layer::Gzip]) => "gzip-gzip",
        (None, [Layer::Gzip, ..]) => "gzip-zstd",
        (None, [Layer::Zstd, Layer::Gzip]) => "zstd-gzip",
        (None, [Layer::Zstd, ..]) => "zstd-zstd",
        (None, [Layer::Wire, ..]) => "awslogs",
    }
}

struct Nothing;

impl Pull for Nothing {
    fn pull(&mut self, _out: &mut [u8]) -> usize {
        0
    }
}

/// The content of a file without what it is packed in, as bytes to be read.
pub(crate) struct Content<'r> {
    stage: Peeked<Box<dyn Pull + 'r>>,
    shared: Rc<RefCell<Shared>>,
}

impl<'r> Content<'r> {
    /// Opens `input` by its first bytes.
    pub(crate) fn new(input: &'r mut dyn Read) -> Self {
        let shared = Rc::default();
        let raw = Peeked::new(Meter {
            input,
            shared: Rc::clone(&shared),
        });
        Self {
            stage: unpack(raw, &shared).stage,
            shared,
        }
    }

    /// What counts the bytes and keeps the problems.
    pub(crate) fn shared(&self) -> Rc<RefCell<Shared>> {
        Rc::clone(&self.shared)
    }
}

impl Read for Content<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        Ok(self.stage.pull(out))
    }
}

/// Inflates a file that is exactly one member into `buffer`; `None` for every other file.
fn inflate_whole(packed: &[u8], buffer: &mut Vec<u8>) -> Option<usize> {
    let claimed = u32::from_le_bytes(*packed.last_chunk::<4>()?) as usize;
    // The library stops after the first member and does not say so: a second magic number or a
    // length that does not fit sends the file down the careful way.
    let body = packed.get(3..)?;
    if claimed > WHOLE_OUT
        || claimed > packed.len().saturating_mul(BEST_RATIO)
        || memchr::memmem::find(body, &[0x1f, 0x8b, 8]).is_some()
    {
        return None;
    }
    if buffer.len() < claimed {
        buffer.resize(claimed.next_power_of_two().max(CHUNK), 0);
    }
    let mut inflate = INFLATE.take().unwrap_or_default();
    let inflated = inflate.gzip_decompress(packed, buffer);
    INFLATE.set(Some(inflate));
    let len = inflated.ok()?;
    let head = buffer.get(..len.min(archive::HEAD)).unwrap_or_default();
    let packed = head.starts_with(&MAGIC) || zstd::is_frame(head) || wire::is_wire(head);
    let plain = len == claimed && !packed && Unit::sniff(head).is_none();
    plain.then_some(len)
}

impl Shared {
    /// The SHA-256 of the bytes read, where it was asked for.
    pub(crate) fn sha256(&mut self) -> Option<[u8; 32]> {
        self.hasher.take().map(|hasher| hasher.finalize().into())
    }
}
