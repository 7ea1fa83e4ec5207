//! Reading records again by their places, with a small cache of inflated files.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::io::{self, Cursor, Read};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use sha2::{Digest, Sha256};

use crate::base::origin::{FileId, Origin};
use crate::decode;
use crate::decode::archive::{self, ReadSeek, Spot};
use crate::decode::{Look, Reread};
use crate::engine::protocol::{Fetched, Masked};
use crate::engine::spool::Spool;
use crate::event::json::Node;
use crate::event::secret;
use crate::index::place::{FileNames, RecordPlace};
use crate::index::segment::EventId;
use crate::index::snapshot::Snapshot;
use crate::source::{self, Bytes};

/// Files of more text than this are not kept inflated.
const MOST_KEPT: usize = 32 << 20;
/// Text the cache holds in all.
const CACHE: usize = 96 << 20;

/// Where the bytes of every file are.
#[derive(Debug, Clone, Default)]
pub struct Reader {
    names: FileNames,
    files: Arc<RwLock<Vec<Place>>>,
    cache: Arc<Mutex<Cache>>,
    times: Arc<AtomicU64>,
}

/// Bytes and number of records that are read ahead of their order.
const MOST_AHEAD: usize = 64 << 20;
const MOST_AT_ONCE: usize = 1 << 17;

/// Why a record is not where it was.
const CHANGED: &str = "the file has changed since it was loaded";

/// Archives that cannot be gone to and fro in where they are, such as one in a pipe, are held in
/// memory up to this size.
const MOST_IN_MEMORY: u64 = 128 << 20;

/// Inflated texts, the one used last at the end.
type Cache = VecDeque<(FileId, Arc<[u8]>)>;

#[derive(Debug, Clone)]
struct Place {
    origin: Origin,
    bytes: Again,
}

/// How a file's bytes are had again.
#[derive(Debug, Clone)]
enum Again {
    Source(Bytes),
    Spool(Spool),
    /// In another file, which is an archive.
    Member(FileId, Spot),
    Never,
}

impl Reader {
    /// Adds the next file; its id is its place in the order of adding.
    pub(crate) fn add(&self, origin: Origin, bytes: Option<Bytes>) -> (FileId, Option<Spool>) {
        let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
        let id = FileId(files.len() as u32);
        let spool = matches!(bytes, Some(Bytes::Stdin)).then(Spool::default);
        let again = match (bytes, &spool) {
            (_, Some(spool)) => Again::Spool(spool.clone()),
            (Some(bytes), None) => Again::Source(bytes),
            (None, None) => Again::Never,
        };
        self.names.add(origin.clone());
        files.push(Place {
            origin,
            bytes: again,
        });
        (id, spool)
    }

    /// The names of the files, for whoever answers by them.
    pub(crate) fn names(&self) -> FileNames {
        self.names.clone()
    }

    fn file(&self, id: FileId) -> Option<Place> {
        self.files
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(id.0 as usize)
            .cloned()
    }

    /// The name of a file.
    pub fn origin(&self, id: FileId) -> Origin {
        self.file(id).map_or_else(|| Origin::new("?"), |f| f.origin)
    }

    /// Adds a file that is packed in the archive `parent`.
    pub(crate) fn add_member(&self, origin: Origin, parent: FileId, spot: Option<Spot>) -> FileId {
        let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
        let id = FileId(files.len() as u32);
        self.names.add(origin.clone());
        files.push(Place {
            origin,
            bytes: spot.map_or(Again::Never, |spot| Again::Member(parent, spot)),
        });
        id
    }

    /// Calls `read` with the file's bytes from the start.
    pub(crate) fn with<T>(
        &self,
        id: FileId,
        read: impl FnOnce(&mut dyn Read) -> io::Result<T>,
    ) -> io::Result<T> {
        self.times.fetch_add(1, Ordering::Relaxed);
        match self.file(id).map(|f| f.bytes) {
            Some(Again::Source(bytes)) => read(&mut bytes.reader()?.0),
            Some(Again::Spool(spool)) => read(&mut spool.reader()),
            Some(Again::Member(parent, spot)) => match self.text(parent, true)? {
                Some(content) => archive::member(spot, &mut Cursor::new(content), read),
                None => archive::member(spot, &mut *self.seekable(parent)?, read),
            },
            Some(Again::Never) | None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    /// The file's bytes from the start, for going to and fro in them.
    ///
    /// # Errors
    /// The file cannot be opened, or has to be held in memory and is too large for that.
    pub(crate) fn seekable(&self, id: FileId) -> io::Result<Box<dyn ReadSeek>> {
        match self.file(id).map(|f| f.bytes) {
            Some(Again::Source(Bytes::File(path))) => Ok(Box::new(source::open(&path)?)),
            Some(Again::Source(Bytes::Memory(bytes))) => Ok(Box::new(Cursor::new(bytes))),
            _ => {
                let mut all = Vec::new();
                self.with(id, |bytes| {
                    bytes.take(MOST_IN_MEMORY + 1).read_to_end(&mut all)
                })?;
                if all.len() as u64 > MOST_IN_MEMORY {
                    return Err(io::Error::new(
                        io::ErrorKind::FileTooLarge,
                        "this archive is too large to be read from inside a stream or another \
                         archive: unpack it first",
                    ));
                }
                Ok(Box::new(Cursor::new(all)))
            }
        }
    }

    /// The SHA-256 of the file's bytes, and how many they are.
    ///
    /// # Errors
    /// The file cannot be read any more.
    pub(crate) fn sha256(&self, id: FileId) -> io::Result<([u8; 32], u64)> {
        self.with(id, decode::sha256)
    }

    /// Whether a file came through a pipe, so that its bytes are kept otherwise than they came.
    pub(crate) fn is_spooled(&self, id: FileId) -> bool {
        matches!(self.file(id).map(|f| f.bytes), Some(Again::Spool(_)))
    }

    /// Calls `each` with every event given, all of one file and in the order of their places, and
    /// its record's bytes or why they cannot be read; `None` for one in which none of the places
    /// lies that `look` gives of the file's text. Reads the file once, whatever its size, in the
    /// memory lent.
    pub(crate) fn each_record(
        &self,
        snapshot: &Snapshot,
        events: &[EventId],
        buffer: &mut Vec<u8>,
        look: Option<Look<'_>>,
        mut each: impl FnMut(EventId, io::Result<Option<&[u8]>>) -> ControlFlow<()>,
    ) {
        let Some(&first) = events.first() else { return };
        let file = snapshot.place(first).file;
        let places = snapshot.places(events.iter().copied());
        let places = places.map(|(id, place)| (id, at(place)));
        let size = match self.file(file).map(|f| f.bytes) {
            Some(Again::Source(bytes)) => bytes.size(),
            _ => None,
        };
        let read = self.with(file, |input| {
            decode::read_each(input, size, buffer, look, places, |id, record| {
                let record = match record {
                    Reread::Record(record) => Ok(Some(record)),
                    Reread::Untraced => Ok(None),
                    Reread::Gone => Err(io::Error::other(CHANGED)),
                };
                each(id, record)
            });
            Ok(())
        });
        if let Err(error) = read {
            let refused = || io::Error::new(error.kind(), error.to_string());
            let _ = events.iter().try_for_each(|id| each(*id, Err(refused())));
        }
    }

    /// Calls `each` with every event given, by its place in the list, and its record's bytes or why
    /// they cannot be read: file by file, and every file read once at most, whatever its size.
    pub fn each_of(
        &self,
        snapshot: &Snapshot,
        events: &[EventId],
        mut each: impl FnMut(usize, io::Result<&[u8]>) -> ControlFlow<()>,
    ) {
        let mut sorted: Vec<(RecordPlace, EventId, usize)> = events
            .iter()
            .enumerate()
            .map(|(n, id)| (snapshot.place(*id), *id, n))
            .collect();
        sorted.sort_unstable_by_key(|(place, _, n)| (place.file.0, place.offset, *n));
        let mut buffer = Vec::new();
        for group in sorted.chunk_by(|a, b| a.0.file == b.0.file) {
            let Some((place, ..)) = group.first() else {
                return;
            };
            let mut flow = ControlFlow::Continue(());
            if let Some(text) = self.cached(place.file) {
                let changed = || io::Error::other(CHANGED);
                flow = group.iter().try_for_each(|(place, _, n)| {
                    each(*n, slice(&text, *place).as_deref().ok_or_else(changed))
                });
            } else {
                let ids: Vec<EventId> = group.iter().map(|(_, id, _)| *id).collect();
                let mut at = 0;
                self.each_record(snapshot, &ids, &mut buffer, None, |_, record| {
                    let n = group.get(at).map_or(usize::MAX, |(_, _, n)| *n);
                    at += 1;
                    // Nothing was looked for, so every record is there.
                    flow = each(n, record.map(Option::unwrap_or_default));
                    flow
                });
            }
            if flow.is_break() {
                return;
            }
        }
    }

    /// Calls `each` with every event given, in the order given, and its record's bytes or why they
    /// cannot be read. Records of some 64 MiB are read at once, so that a file is not gone through
    /// again for every one of them.
    ///
    /// # Errors
    /// What `each` says ends the reading.
    pub fn in_order<E>(
        &self,
        snapshot: &Snapshot,
        events: &[EventId],
        mut each: impl FnMut(EventId, io::Result<Vec<u8>>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut rest = events;
        while !rest.is_empty() {
            let mut bytes = 0;
            let fits = |id: &&EventId| {
                let goes_on = bytes < MOST_AHEAD;
                bytes += at(snapshot.place(**id)).bytes();
                goes_on
            };
            let n = rest.iter().take_while(fits).count().min(MOST_AT_ONCE);
            let (now, later) = rest.split_at(n);
            let mut records: Vec<Option<io::Result<Vec<u8>>>> = now.iter().map(|_| None).collect();
            self.each_of(snapshot, now, |n, record| {
                if let Some(slot) = records.get_mut(n) {
                    *slot = Some(record.map(<[u8]>::to_vec));
                }
                ControlFlow::Continue(())
            });
            for (id, record) in now.iter().zip(records) {
                let record = record.unwrap_or_else(|| Err(io::Error::other(CHANGED)));
                each(*id, record)?;
            }
            rest = later;
        }
        Ok(())
    }

    /// How often a file was read from its start, so that a test can say that it is not too often.
    pub fn times_read(&self) -> u64 {
        self.times.load(Ordering::Relaxed)
    }

    /// The text of a file that the cache holds.
    fn cached(&self, id: FileId) -> Option<Arc<[u8]>> {
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        let at = cache.iter().position(|(file, _)| *file == id)?;
        let hit = cache.remove(at)?;
        let text = Arc::clone(&hit.1);
        cache.push_back(hit);
        Some(text)
    }

    /// The whole text of a file, from the cache where it is there; `None` where it is too large to
    /// be held.
    ///
    /// # Errors
    /// The file cannot be opened or inflated any more.
    pub fn text(&self, id: FileId, keep: bool) -> io::Result<Option<Arc<[u8]>>> {
        if let Some(text) = self.cached(id) {
            return Ok(Some(text));
        }
        let text: Arc<[u8]> = match self.with(id, |bytes| decode::inflate_all(bytes, MOST_KEPT)) {
            Ok(text) => text.into(),
            Err(e) if e.kind() == io::ErrorKind::FileTooLarge => return Ok(None),
            Err(e) => return Err(e),
        };
        if keep && !self.is_spooled(id) {
            let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
            cache.push_back((id, Arc::clone(&text)));
            while cache.iter().map(|(_, t)| t.len()).sum::<usize>() > CACHE {
                cache.pop_front();
            }
        }
        Ok(Some(text))
    }

    /// The bytes of a record: its object, out of any string it came in.
    ///
    /// # Errors
    /// The file cannot be read any more, or holds something else at that place.
    pub fn record(&self, place: RecordPlace) -> io::Result<Vec<u8>> {
        if let Some(text) = self.text(place.file, true)? {
            return slice(&text, place)
                .map(Cow::into_owned)
                .ok_or_else(|| io::Error::other(CHANGED));
        }
        self.with(place.file, |bytes| {
            decode::read_at(bytes, at(place), usize::MAX)
        })
    }

    /// A record read again with everything the detail shows of it.
    pub fn fetch(&self, snapshot: &Snapshot, event: EventId) -> Fetched {
        self.fetched(snapshot, event, self.record(snapshot.place(event)))
    }

    /// What the detail shows of a record that was read.
    pub fn fetched(
        &self,
        snapshot: &Snapshot,
        event: EventId,
        record: io::Result<Vec<u8>>,
    ) -> Fetched {
        let origin = self.origin(snapshot.place(event).file);
        match record {
            Ok(bytes) => {
                let tree = Node::parse(&bytes).ok();
                let name = event_name(snapshot, event, tree.as_ref(), &bytes);
                let masked = match secret::mask(&bytes) {
                    Cow::Borrowed(_) => None,
                    Cow::Owned(masked) => Some(Masked {
                        tree: Node::parse(&masked).ok(),
                        bytes: masked.into(),
                    }),
                };
                Fetched {
                    bytes: bytes.into(),
                    tree,
                    masked,
                    name,
                    origin,
                    error: None,
                }
            }
            Err(e) => Fetched {
                bytes: Arc::default(),
                tree: None,
                masked: None,
                name: snapshot.recorded_id(event).unwrap_or_default().into_owned(),
                error: Some(format!("the record cannot be read again: {e}")),
                origin,
            },
        }
    }
}

/// The record at a place of a file's text.
pub(crate) fn slice(text: &[u8], place: RecordPlace) -> Option<Cow<'_, [u8]>> {
    decode::record_in(text, at(place))
}

/// Where in its file a record is.
const fn at(place: RecordPlace) -> decode::Place {
    decode::Place {
        offset: place.offset,
        len: place.len,
    }
}

/// The name of an event (RULINGS 15): its recorded id; where that is absent or names two events,
/// the id, `#` and the first eight hexadecimal digits of the SHA-256 of the canonical record.
pub fn event_name(
    snapshot: &Snapshot,
    event: EventId,
    tree: Option<&Node>,
    bytes: &[u8],
) -> String {
    let recorded = snapshot.recorded_id(event).unwrap_or_default();
    if snapshot.id_is_name(event) {
        return recorded.into_owned();
    }
    let digest: [u8; 32] = match tree {
        Some(tree) => Sha256::digest(tree.canonical().to_compact().as_bytes()).into(),
        None => Sha256::digest(bytes).into(),
    };
    let [a, b, c, d, ..] = digest;
    format!("{recorded}#{a:02x}{b:02x}{c:02x}{d:02x}")
}
