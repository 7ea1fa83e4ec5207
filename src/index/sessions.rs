//! Sessions, the births of credentials, and the table of who is behind each session.

use std::fmt;
use std::hash::BuildHasher;
use std::sync::Arc;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use crate::base::time::UtcMicros;
use crate::event::birth::Birth;
use crate::event::principal::Principal;
use crate::event::session::{SessionKind, SessionSeed, Stamps};
use crate::index::segment::EventId;
use crate::index::snapshot::Snapshot;
use crate::index::symbols::Sym;

/// One session. Its name is its symbol's text in the dictionary of `Col::Session`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// What kind of credential it has.
    pub kind: SessionKind,
    /// The literal caller: a symbol of `Col::Principal`.
    pub principal: Option<Sym>,
    /// The access key, of `Col::Key`; none for a console session, which has several.
    pub key: Option<Sym>,
    /// The role or user whose session it is, of `Col::Via`.
    pub issuer: Option<Sym>,
    /// When it was made, as its records say.
    pub created: Option<UtcMicros>,
    /// Whether it was opened with a second factor, where a record says.
    pub mfa: Option<bool>,
    /// Identities stamped on it.
    pub stamps: Option<Box<Stamps>>,
}

impl Session {
    /// Adds what another record says of the session, whatever came first.
    pub(crate) fn merge(&mut self, seed: &SessionSeed) {
        self.created = self
            .created
            .min(seed.created)
            .or(self.created)
            .or(seed.created);
        self.mfa = match (self.mfa, seed.mfa) {
            (Some(a), Some(b)) => Some(a || b),
            (a, b) => a.or(b),
        };
        if let Some(stamps) = &seed.stamps {
            self.stamps.get_or_insert_default().merge(stamps);
        }
    }
}

/// A birth with the event that tells of it.
#[derive(Debug, Clone)]
pub struct Born {
    /// The event.
    pub event: EventId,
    /// What it says.
    pub birth: Birth,
}

/// An event that shares an id with another account's record of the same action.
#[derive(Debug, Clone, Copy)]
pub struct Shared {
    /// The shared id; ids that are no UUID are left out.
    pub id: u128,
    /// The event.
    pub event: EventId,
}

/// Who is behind each session: what `who:` means.
///
/// Made by `pivot::lineage` while the evidence loads; where that has not looked yet, the person is
/// the literal caller.
#[derive(Debug, Clone, Default)]
pub struct People {
    /// By session: the number of the person, from 1; 0 where the record names nobody.
    pub(crate) of_session: Vec<u32>,
    /// By session: the symbol of the session it is a part of, which is mostly itself.
    pub(crate) home: Vec<u32>,
    /// By number, from 1.
    persons: Vec<Arc<Principal>>,
    by_key: ByKey,
}

/// Numbers by the hash of their key: of those that have the same one, the first.
#[derive(Clone, Default)]
struct ByKey {
    numbers: HashTable<u32>,
    seed: RandomState,
}

/// What is found by it stands beside it.
impl fmt::Debug for ByKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByKey").finish_non_exhaustive()
    }
}

impl People {
    /// The table of sessions whose person is their literal caller.
    pub fn literal(snapshot: &Snapshot) -> Self {
        let mut people = Self::default();
        people.extend(snapshot);
        people
    }

    /// A table of persons by session; see [`People::extend`] for what is not in it.
    pub fn new(of_session: Vec<u32>, home: Vec<u32>, persons: Vec<Arc<Principal>>) -> Self {
        let mut people = Self {
            of_session,
            home,
            ..Self::default()
        };
        people.persons.reserve_exact(persons.len());
        for person in persons {
            people.add(person);
        }
        people
    }

    /// Adds a person; its number.
    fn add(&mut self, person: Arc<Principal>) -> u32 {
        let number = self.persons.len() as u32 + 1;
        let hash = self.by_key.seed.hash_one(person.key.as_str());
        let is_known = self.find(&person.key).is_some();
        self.persons.push(person);
        if !is_known {
            let (persons, ByKey { seed, numbers }) = (&self.persons, &mut self.by_key);
            let hash_of = |n: &u32| seed.hash_one(persons[*n as usize - 1].key.as_str());
            numbers.insert_unique(hash, number, hash_of);
        }
        number
    }

    /// Adds the sessions that have come in since: their persons are their literal callers.
    pub fn extend(&mut self, snapshot: &Snapshot) {
        let known = self.of_session.len();
        if known >= snapshot.sessions().len() {
            return;
        }
        for (i, session) in snapshot.sessions().iter().enumerate().skip(known) {
            let number = session.principal.map_or(0, |sym| {
                let principal = snapshot.principal(sym);
                let found = self.find(&principal.key);
                found.unwrap_or_else(|| self.add(Arc::clone(principal)))
            });
            self.of_session.push(number);
            self.home.push(i as u32 + 1);
        }
    }

    /// Whether every session of a snapshot is in the table.
    pub fn covers(&self, snapshot: &Snapshot) -> bool {
        self.of_session.len() >= snapshot.sessions().len()
    }

    /// How many persons there are.
    pub fn len(&self) -> usize {
        self.persons.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.persons.is_empty()
    }

    /// The number of a session's person, from 1; 0 for nobody.
    pub fn number_of(&self, session: Sym) -> u32 {
        self.of_session.get(session.index()).copied().unwrap_or(0)
    }

    /// The person of a number.
    pub fn person(&self, number: u32) -> Option<&Arc<Principal>> {
        self.persons.get((number as usize).checked_sub(1)?)
    }

    /// The person behind a session.
    pub fn of(&self, session: Sym) -> Option<&Arc<Principal>> {
        self.person(self.number_of(session))
    }

    /// The session a session is a part of: mostly itself.
    pub fn home(&self, session: Sym) -> Sym {
        let code = self.home.get(session.index()).copied();
        code.and_then(Sym::from_code).unwrap_or(session)
    }

    /// Every person with its number.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &Arc<Principal>)> {
        (1..).zip(&self.persons)
    }

    /// The number of the person of exactly this key.
    pub fn find(&self, key: &str) -> Option<u32> {
        let hash = self.by_key.seed.hash_one(key);
        let found = self.by_key.numbers.find(hash, |number| {
            let person = self.person(*number);
            person.is_some_and(|p| p.key == key)
        });
        found.copied()
    }
}
