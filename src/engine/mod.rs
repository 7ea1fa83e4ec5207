//! The hands: every task and channel of the program.
//!
//! [`Engine::start`] loads and answers beside the screen; [`load`] loads for a command that waits.
//! A request that still waits is replaced by a newer one of its kind, and one that is being worked
//! on is given up, so that typing fast skips the answers in the middle.

pub mod answer;
mod comparing;
mod conveyor;
mod crew;
mod decoder;
mod follow;
mod indexer;
mod lister;
mod loader;
mod look;
mod memo;
mod mending;
pub mod missed;
pub mod protocol;
mod reader;
mod spool;
pub mod telling;

use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::{mpsc, watch};
use tokio::task;

use crate::base::cancel::{Cancel, Latest};
use crate::base::origin::FileId;
use crate::engine::memo::Memo;
use crate::engine::protocol::{Ask, Fetch, Reply, Request};
use crate::index::snapshot::Snapshot;
use crate::pivot::held::held;
use crate::pivot::lineage::Wishes;
use crate::source::Spec;

pub use loader::{LoadOptions, Loaded, Stop, load};
pub use reader::{Reader, event_name};

/// Replies that may wait for the screen.
const REPLIES: usize = 256;

/// A running engine: the screen's end of its channels.
#[derive(Debug)]
pub struct Engine {
    asks: watch::Sender<Option<(Ask, Cancel)>>,
    fetches: watch::Sender<Option<Fetch>>,
    looks: watch::Sender<Option<(FileId, u64)>>,
    hashes: watch::Sender<Option<(FileId, u64)>>,
    mends: std::sync::mpsc::Sender<FileId>,
    follows: watch::Sender<Option<(Arc<Snapshot>, Wishes)>>,
    counts: watch::Sender<Option<Arc<Snapshot>>>,
    latest: Latest,
    stop: Stop,
    reader: Reader,
    replies: mpsc::Receiver<Reply>,
    runtime: Handle,
}

impl Engine {
    /// Starts loading what the arguments name, and stands ready to answer.
    pub fn start(runtime: &Handle, specs: Vec<Spec>, options: LoadOptions) -> Self {
        let (sender, replies) = mpsc::channel(REPLIES);
        let (reader, stop) = (Reader::default(), Stop::default());
        let (asks, ask) = watch::channel(None);
        let (fetches, fetch) = watch::channel(None);
        let kept = reader.clone();
        let (looks, look) = watch::channel(None);
        let (hashes, hash) = watch::channel(None);
        let (follows, follow) = watch::channel::<Option<(Arc<Snapshot>, Wishes)>>(None);
        let (counts, count) = watch::channel(None);
        runtime.spawn(answering(ask, reader.clone(), sender.clone()));
        let with = || (reader.clone(), sender.clone());
        runtime.spawn(serving(
            fetch,
            "reading a record again",
            with(),
            |reader, ask: Fetch| {
                let record = reader.fetch(&ask.snapshot, ask.event);
                let compared = ask.compare.map(|compare| {
                    let this = (ask.event, &record);
                    Arc::new(comparing::compared(&ask.snapshot, reader, this, compare))
                });
                Reply::Record {
                    request: ask.request,
                    event: ask.event,
                    record: Arc::new(record),
                    compared,
                }
            },
        ));
        runtime.spawn(serving(
            look,
            "reading a file again",
            with(),
            |reader, (file, at)| Reply::Looked(Arc::new(reader.around(file, at))),
        ));
        runtime.spawn(serving(
            hash,
            "hashing a file",
            with(),
            |reader, (file, size)| Reply::Hashed(reader.hash(file, size)),
        ));
        runtime.spawn(serving(
            count,
            "counting hours",
            with(),
            |_, snapshot: Arc<Snapshot>| Reply::Held(Arc::new(held(&snapshot))),
        ));
        let (mends, mend) = std::sync::mpsc::channel();
        runtime.spawn(serving(
            follow,
            "following lineage",
            with(),
            |_, (snapshot, wishes)| follow::anew(&snapshot, &wishes),
        ));
        let (told, stopped) = (sender.clone(), stop.clone());
        runtime.spawn(async move {
            let loading = load(specs, options, reader, stopped, Some(mend), move |reply| {
                // The screen is gone: the load is over soon, too.
                let _ = told.blocking_send(reply);
            });
            match loading.await {
                // The first letter behind `res:` would wait for it.
                Some(loaded) => drop(task::spawn_blocking(move || {
                    loaded.snapshot.names();
                })),
                None => {
                    let _ = sender.send(Reply::Broken("loading")).await;
                }
            }
        });
        Self {
            asks,
            fetches,
            looks,
            hashes,
            mends,
            follows,
            counts,
            latest: Latest::default(),
            stop,
            reader: kept,
            replies,
            runtime: runtime.clone(),
        }
    }

    /// What reads records again, for work beside the screen.
    pub fn reader(&self) -> Reader {
        self.reader.clone()
    }

    /// Hands over a request.
    pub fn send(&self, request: Request) {
        match request {
            Request::Ask(ask) => {
                self.asks.send_replace(Some((ask, self.latest.renew())));
            }
            Request::Fetch(fetch) => {
                self.fetches.send_replace(Some(fetch));
            }
            Request::Look(file, at) => {
                self.looks.send_replace(Some((file, at)));
            }
            Request::Hash(file, size) => {
                self.hashes.send_replace(Some((file, size)));
            }
            Request::Held(snapshot) => {
                self.counts.send_replace(Some(snapshot));
            }
            Request::Mend(file) => {
                // Where there is nothing to mend, nobody listens any more.
                let _ = self.mends.send(file);
            }
            Request::Follow(snapshot, wishes) => {
                self.follows.send_replace(Some((snapshot, wishes)));
            }
            Request::LetGo(old) => drop(self.runtime.spawn_blocking(move || drop(old))),
            Request::StopLoading => self.stop.stop(),
        }
    }

    /// The next reply; `None` once the engine has ended.
    pub async fn next(&mut self) -> Option<Reply> {
        self.replies.recv().await
    }

    /// A reply that waits already.
    pub fn try_next(&mut self) -> Option<Reply> {
        self.replies.try_recv().ok()
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.stop.stop();
        self.latest.stop();
        // Decoders that wait to send must not wait for a screen that is gone.
        self.replies.close();
    }
}

async fn answering(
    mut asks: watch::Receiver<Option<(Ask, Cancel)>>,
    reader: Reader,
    replies: mpsc::Sender<Reply>,
) {
    let memo = Arc::new(Memo::default());
    while asks.changed().await.is_ok() {
        let Some((ask, cancel)) = asks.borrow_and_update().clone() else {
            continue;
        };
        let (reader, replies, broken) = (reader.clone(), replies.clone(), replies.clone());
        let memo = Arc::clone(&memo);
        let work = move || {
            answer::answer(&ask, &reader, &memo, &cancel, &mut |reply| {
                let _ = replies.blocking_send(reply);
            });
            let _ = replies.blocking_send(Reply::Idle);
        };
        if task::spawn_blocking(work).await.is_err() {
            let _ = broken.send(Reply::Broken("answering a filter")).await;
        }
    }
}

/// Answers requests of one kind, the newest first, on a thread where waiting for a disk is no
/// harm.
async fn serving<T: Clone + Send + Sync + 'static>(
    mut requests: watch::Receiver<Option<T>>,
    what: &'static str,
    (reader, replies): (Reader, mpsc::Sender<Reply>),
    work: fn(&Reader, T) -> Reply,
) {
    while requests.changed().await.is_ok() {
        let Some(request) = requests.borrow_and_update().clone() else {
            continue;
        };
        let reader = reader.clone();
        let done = task::spawn_blocking(move || work(&reader, request)).await;
        let _ = replies.send(done.unwrap_or(Reply::Broken(what))).await;
    }
}
