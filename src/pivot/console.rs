//! What only the console does: one session under many keys, and the addresses that sessions a
//! sign-in may have opened were seen at.

use std::net::IpAddr;
use std::sync::Arc;

use hashbrown::HashMap;

use crate::event::principal::PrincipalKind;
use crate::event::record::is_masked;
use crate::event::session::SessionKind;
use crate::index::schema::Col;
use crate::index::segment::ROWS_PER_SEGMENT;
use crate::index::sessions::Session;
use crate::index::snapshot::Snapshot;
use crate::index::symbols::{Sym, Symbols};

/// Keys of sessions, by their text.
pub(super) type Keys = HashMap<Sym, Vec<Sym>>;

/// Keys of console sessions, and addresses of all that a sign-in may have opened.
#[derive(Debug, Default)]
pub(super) struct Console {
    /// What is noted of each session.
    notes: Vec<Note>,
    pub(super) keys: Arc<Keys>,
    /// Addresses, names of services apart, in no order.
    pub(super) addresses: HashMap<Sym, Vec<Sym>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Note {
    Nothing,
    Addresses,
    Both,
}

impl Note {
    fn of(snapshot: &Snapshot, session: &Session) -> Self {
        let kind = session.principal.map(|p| snapshot.principal(p).kind);
        match session.kind {
            SessionKind::Console => Self::Both,
            SessionKind::Temporary
                if session.created.is_some() && kind != Some(PrincipalKind::RoleSession) =>
            {
                Self::Addresses
            }
            _ => Self::Nothing,
        }
    }
}

impl Console {
    /// Takes in rows from a number on, and sessions that are new or have changed.
    pub(super) fn take_in(&mut self, snapshot: &Snapshot, sessions: &[usize], mut row: usize) {
        let n = snapshot.sessions().len();
        let known = self.notes.len();
        self.notes.resize(n, Note::Nothing);
        for &at in sessions {
            let Some(session) = snapshot.sessions().get(at) else {
                continue;
            };
            let note = Note::of(snapshot, session);
            if at < known && self.notes[at] != note {
                // Its earlier rows were passed over.
                row = 0;
            }
            self.notes[at] = note;
        }
        if self.notes.iter().any(|note| *note != Note::Nothing) {
            self.note(snapshot, row);
        }
    }

    fn note(&mut self, snapshot: &Snapshot, from: usize) {
        let Self {
            notes,
            keys,
            addresses,
        } = self;
        let keys = Arc::make_mut(keys);
        let texts = (snapshot.dict(Col::Key), snapshot.dict(Col::Ip));
        for (n, segment) in snapshot.segments().iter().enumerate() {
            let from = from.saturating_sub(n * ROWS_PER_SEGMENT);
            if from >= segment.len() {
                continue;
            }
            let (key, address) = (segment.column(Col::Key), segment.column(Col::Ip));
            let mut see = |row: usize, code: u32| {
                let note = (code as usize).checked_sub(1).and_then(|i| notes.get(i));
                let session = Sym::from_code(code).filter(|_| row >= from);
                let (Some(note), Some(session)) = (note, session) else {
                    return;
                };
                if *note == Note::Both {
                    // What stands in the place of a key ties nothing to anything.
                    add(keys, session, key.get(row), texts.0, |t| !is_masked(t));
                }
                if *note != Note::Nothing {
                    let is_address = |t: &str| t.parse::<IpAddr>().is_ok();
                    add(addresses, session, address.get(row), texts.1, is_address);
                }
            };
            segment
                .column(Col::Session)
                .for_each(segment.len(), &mut see);
        }
    }
}

/// Adds a value to a session's, once, in order of text.
fn add(
    to: &mut Keys,
    session: Sym,
    value: Option<Sym>,
    texts: &Symbols,
    wanted: impl Fn(&str) -> bool,
) {
    let Some(value) = value else { return };
    let known = to.get(&session).map_or(&[][..], Vec::as_slice);
    if known.contains(&value) || !wanted(texts.text(value)) {
        return;
    }
    let text = texts.text(value);
    let at = known.partition_point(|k| texts.text(*k) < text);
    to.entry(session).or_default().insert(at, value);
}
