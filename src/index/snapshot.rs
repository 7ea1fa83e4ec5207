//! Everything a reader may ask, frozen at one moment of the load.
//!
//! A snapshot never changes; a later one holds the same rows under the same ids and more.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::base::time::UtcMicros;
use crate::event::principal::Principal;
use crate::event::resource::Mark;
use crate::index::atlas::Atlas;
use crate::index::batch::{uuid_bits, uuid_text};
use crate::index::bitmap::{Bitmap, RowSet};
use crate::index::earlier::Earlier;
use crate::index::hours::FileHour;
use crate::index::names::Names;
use crate::index::part::Values;
use crate::index::place::{FileNames, RecordPlace};
use crate::index::schema::Col;
use crate::index::segment::{EventId, Facts, IdBits, Segment, UNDATED};
use crate::index::sessions::{Born, People, Session, Shared};
use crate::index::shelf::Shelf;
use crate::index::symbols::{Sym, Symbols};

/// The number of a snapshot: later ones are larger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Generation(pub u64);

/// A frozen index.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    pub(crate) generation: Generation,
    pub(crate) segments: Vec<Arc<Segment>>,
    pub(crate) dicts: Arc<[Symbols]>,
    pub(crate) resources: Symbols,
    /// Resources with other names of theirs, as calls give both.
    pub(crate) aliases: Arc<[(Sym, Sym)]>,
    pub(crate) names: Arc<OnceLock<Names>>,
    pub(crate) files: FileNames,
    pub(crate) hours: Shelf<FileHour>,
    pub(crate) atlas: Arc<Atlas>,
    pub(crate) marked: Arc<Mutex<Marked>>,
    pub(crate) earlier: Arc<Earlier>,
    pub(crate) odd_ids: Symbols,
    pub(crate) principals: Arc<[Arc<Principal>]>,
    /// By symbol of [`Col::Session`].
    pub(crate) sessions: Shelf<Session>,
    pub(crate) births: Shelf<Born>,
    pub(crate) shared: Shelf<Shared>,
    pub(crate) values: Values,
    pub(crate) people: Arc<People>,
    pub(crate) order: Arc<[EventId]>,
    /// Events whose id another event of other content carries too: few, if any.
    pub(crate) shared_ids: Arc<HashSet<EventId>>,
}

/// Rows that a question about the whole evidence marks, by the question.
pub(crate) type Marked = HashMap<String, Arc<RowSet>>;

impl Snapshot {
    /// The rows that `find` marks, found once for each `question`: every question about this
    /// snapshot must always be answered alike.
    pub fn marked(&self, question: &str, find: impl FnOnce() -> RowSet) -> Arc<RowSet> {
        let known = || self.marked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(rows) = known().get(question) {
            return Arc::clone(rows);
        }
        let rows = Arc::new(find());
        known().insert(question.to_owned(), Arc::clone(&rows));
        rows
    }

    /// The names of the files its records came from.
    pub const fn files(&self) -> &FileNames {
        &self.files
    }

    /// What is known of addresses.
    pub fn atlas(&self) -> &Atlas {
        &self.atlas
    }

    /// Its number.
    pub const fn generation(&self) -> Generation {
        self.generation
    }

    /// Events.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The same rows under a newer number, with other people behind their sessions.
    #[must_use]
    pub fn with_people(&self, people: Arc<People>) -> Self {
        Self {
            // Far from the numbers that the writer goes on to give.
            generation: Generation(self.generation.0 + (1 << 32)),
            people,
            // What is new for a person depends on who the people are.
            marked: Arc::default(),
            ..self.clone()
        }
    }

    /// The same rows, of which nothing is remembered that was asked before: for whoever measures how
    /// long an answer takes.
    #[must_use]
    pub fn asked_anew(&self) -> Self {
        Self {
            earlier: Arc::default(),
            marked: Arc::default(),
            ..self.clone()
        }
    }

    /// The segments; rows of segment `s` are the events `EventId::new(s, row)`.
    pub fn segments(&self) -> &[Arc<Segment>] {
        &self.segments
    }

    /// The dictionary of a column. For [`Col::Principal`] it holds the principals' keys.
    pub fn dict(&self, col: Col) -> &Symbols {
        // A snapshot of nothing has no dictionaries.
        static NONE: Symbols = Symbols::EMPTY;
        self.dicts.get(col as usize).unwrap_or(&NONE)
    }

    /// The dictionary of resources: ARNs and ids.
    pub const fn resources(&self) -> &Symbols {
        &self.resources
    }

    /// Which names are one resource's. Worked out when first asked for.
    pub fn names(&self) -> &Names {
        self.names
            .get_or_init(|| Names::of(&self.resources, &self.aliases))
    }

    /// The resources an event names, with how it names each.
    pub fn named_by(&self, id: EventId) -> impl Iterator<Item = (Sym, Mark)> + '_ {
        self.segments[id.segment()].named(id.row())
    }

    /// The resource an event is about: the first it makes, ends, changes or reads, else the first.
    pub fn subject_of(&self, id: EventId) -> Option<Sym> {
        let mut first = None;
        for (sym, mark) in self.named_by(id) {
            if mark.role().is_subject() {
                return Some(sym);
            }
            first = first.or(Some(sym));
        }
        first
    }

    /// The dictionary of ids that are not UUIDs written the usual way.
    pub const fn odd_ids(&self) -> &Symbols {
        &self.odd_ids
    }

    /// Every event by time, then by row; undated ones last.
    pub const fn order(&self) -> &Arc<[EventId]> {
        &self.order
    }

    /// The time of an event; `None` where its record has no usable one.
    pub fn time(&self, id: EventId) -> Option<UtcMicros> {
        Some(UtcMicros(self.time_key(id))).filter(|t| t.0 != UNDATED)
    }

    /// The time of an event as it is sorted: [`UNDATED`] where there is none.
    pub fn time_key(&self, id: EventId) -> i64 {
        self.segments[id.segment()].times().get(id.row())
    }

    /// The symbol of an event in a column.
    pub fn symbol(&self, col: Col, id: EventId) -> Option<Sym> {
        self.segments[id.segment()].column(col).get(id.row())
    }

    /// The text of an event in a column; for [`Col::Principal`] the principal's key.
    pub fn text(&self, col: Col, id: EventId) -> Option<&str> {
        self.symbol(col, id).map(|sym| self.dict(col).text(sym))
    }

    /// The facts of an event.
    pub fn facts(&self, id: EventId) -> Facts {
        self.segments[id.segment()].facts().get(id.row())
    }

    /// The bytes an event says were given out, where it does.
    pub fn bytes_out(&self, id: EventId) -> Option<u64> {
        self.segments[id.segment()].bytes_out().get(id.row())
    }

    /// Where an event's record is.
    pub fn place(&self, id: EventId) -> RecordPlace {
        self.segments[id.segment()].place(id.row())
    }

    /// Events with where their records are; cheap where they follow each other.
    pub fn places<'a>(
        &'a self,
        events: impl Iterator<Item = EventId> + 'a,
    ) -> impl Iterator<Item = (EventId, RecordPlace)> + 'a {
        let (mut segment, mut last) = (0, None);
        events.map(move |id| {
            if segment != id.segment() {
                (segment, last) = (id.segment(), None);
            }
            let found = self.segments[segment].places.after(last, id.row());
            last = Some(found);
            (id, found.place)
        })
    }

    /// The principal of a symbol of [`Col::Principal`].
    pub fn principal(&self, sym: Sym) -> &Arc<Principal> {
        &self.principals[sym.index()]
    }

    /// All principals, in the order of their symbols, to be held beyond this snapshot.
    pub fn shared_principals(&self) -> Arc<[Arc<Principal>]> {
        Arc::clone(&self.principals)
    }

    /// All principals with their symbols.
    pub fn principals(&self) -> impl Iterator<Item = (Sym, &Arc<Principal>)> {
        self.principals
            .iter()
            .enumerate()
            .filter_map(|(i, p)| Some((Sym::at(i)?, p)))
    }

    /// The person or principal of exactly this key, persons first.
    pub fn principal_of_key(&self, key: &str) -> Option<&Arc<Principal>> {
        let person = self.people.find(key).and_then(|n| self.people.person(n));
        person.or_else(|| {
            let sym = self.dict(Col::Principal).find(key)?;
            Some(self.principal(sym))
        })
    }

    /// The principal of an event.
    pub fn principal_of(&self, id: EventId) -> Option<&Arc<Principal>> {
        self.symbol(Col::Principal, id)
            .map(|sym| self.principal(sym))
    }

    /// The hours in which each file has events, in order of appending.
    pub const fn hours(&self) -> &Shelf<FileHour> {
        &self.hours
    }

    /// Every session, in the order of their symbols.
    pub const fn sessions(&self) -> &Shelf<Session> {
        &self.sessions
    }

    /// The session of a symbol of [`Col::Session`].
    pub fn session(&self, sym: Sym) -> Option<&Session> {
        self.sessions.get(sym.index())
    }

    /// Every birth of a credential, in order of appending.
    pub const fn births(&self) -> &Shelf<Born> {
        &self.births
    }

    /// Events that share an id with another account's record, in order of appending.
    pub const fn shared(&self) -> &Shelf<Shared> {
        &self.shared
    }

    /// Who is behind each session.
    pub fn people(&self) -> &People {
        &self.people
    }

    /// The number of the person behind an event: [`People::person`]; 0 for nobody.
    pub fn person_number(&self, id: EventId) -> u32 {
        self.symbol(Col::Session, id)
            .map_or(0, |session| self.people.number_of(session))
    }

    /// The person behind an event.
    pub fn person_of(&self, id: EventId) -> Option<&Arc<Principal>> {
        self.people.person(self.person_number(id))
    }

    /// Whether an event crossed accounts: the caller, or the person behind it, belongs to another
    /// account than the one acted in. `None` where the record names no two accounts.
    pub fn crosses_accounts(&self, id: EventId) -> Option<bool> {
        let acted = self.text(Col::Acct, id)?;
        let caller = self.text(Col::Caller, id);
        let person = self.person_of(id).and_then(|p| p.account.as_deref());
        caller.or(person)?;
        Some([caller, person].into_iter().flatten().any(|a| a != acted))
    }

    /// The symbols of the resources an event names, in order of trust.
    pub fn resources_of(&self, id: EventId) -> impl Iterator<Item = Sym> + '_ {
        self.segments[id.segment()].resources(id.row())
    }

    /// The eventID as the record has it; `None` where it has none.
    pub fn recorded_id(&self, id: EventId) -> Option<Cow<'_, str>> {
        match self.segments[id.segment()].id(id.row()) {
            IdBits::Uuid(bits) => Some(uuid_text(bits).into()),
            IdBits::Odd(sym) => Some(self.odd_ids.text(sym).into()),
            IdBits::None => None,
        }
    }

    /// What puts events in an order that hangs on their ids alone.
    pub fn id_order(&self, id: EventId) -> (u128, &str) {
        match self.segments[id.segment()].id(id.row()) {
            IdBits::Uuid(bits) => (bits, ""),
            IdBits::Odd(sym) => (0, self.odd_ids.text(sym)),
            IdBits::None => (0, ""),
        }
    }

    /// Whether the recorded id names this event alone (RULINGS 15 says what does otherwise).
    pub fn id_is_name(&self, id: EventId) -> bool {
        let segment = &self.segments[id.segment()];
        !self.shares_its_id(id) && segment.id(id.row()) != IdBits::None
    }

    /// Whether another event carries the same id with other content.
    pub fn shares_its_id(&self, id: EventId) -> bool {
        self.shared_ids.contains(&id)
    }

    /// The rows whose recorded id is exactly `text`.
    pub fn rows_with_id(&self, text: &str) -> RowSet {
        let wanted = match uuid_bits(text) {
            Some(bits) => Some(IdBits::Uuid(bits)),
            None => self.odd_ids.find(text).map(IdBits::Odd),
        };
        self.rows(|segment, row| wanted.is_some_and(|w| segment.id(row) == w))
    }

    /// The rows for which `test` holds.
    pub fn rows(&self, mut test: impl FnMut(&Segment, usize) -> bool) -> RowSet {
        RowSet {
            segments: self
                .segments
                .iter()
                .map(|s| Bitmap::collect(s.len(), |row| test(s, row)))
                .collect(),
        }
    }

    /// Every row.
    pub fn all(&self) -> RowSet {
        RowSet {
            segments: self
                .segments
                .iter()
                .map(|s| Bitmap::full(s.len()))
                .collect(),
        }
    }

    /// First and last time of the dated events.
    pub fn span(&self) -> Option<(UtcMicros, UtcMicros)> {
        let dated = self
            .order
            .partition_point(|id| self.time_key(*id) != UNDATED);
        let first = self.order.first().filter(|_| dated > 0)?;
        let last = self.order.get(dated - 1)?;
        Some((
            UtcMicros(self.time_key(*first)),
            UtcMicros(self.time_key(*last)),
        ))
    }

    /// The events of a set by time, then by row.
    pub fn in_order(&self, rows: &RowSet) -> Arc<[EventId]> {
        self.part_in_order(rows, 0..self.len()).into()
    }

    /// The events of a set among those that stand at some places of the time order.
    pub fn part_in_order(&self, rows: &RowSet, places: Range<usize>) -> Vec<EventId> {
        let bits = rows.flat();
        let order = self.order.get(places).unwrap_or_default();
        // Every event is written, and the place moves on only behind those of the set: a branch
        // that is taken now and then costs more than the writing.
        let mut events = vec![EventId::nth(0); order.len() + 1];
        let mut len = 0;
        for &id in order {
            events[len] = id;
            let word = bits.get(id.index() / 64).copied().unwrap_or(0);
            len += (word >> (id.index() % 64) & 1) as usize;
        }
        events.truncate(len);
        events
    }
}

/// Rows that match a question, in time order, of one snapshot.
#[derive(Debug, Clone, Default)]
pub struct Hits {
    /// The snapshot they are of.
    pub generation: Generation,
    /// The events by time, then by row.
    pub order: Arc<[EventId]>,
}

impl Hits {
    /// Every event of a snapshot.
    pub fn all(snapshot: &Snapshot) -> Self {
        Self {
            generation: snapshot.generation,
            order: Arc::clone(&snapshot.order),
        }
    }

    /// The events of a set.
    pub fn of(snapshot: &Snapshot, rows: &RowSet) -> Self {
        Self {
            generation: snapshot.generation,
            order: snapshot.in_order(rows),
        }
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Where an event stands among the hits, or where it would.
    ///
    /// # Errors
    /// The place where it would stand, if it is not among them.
    pub fn position(&self, snapshot: &Snapshot, id: EventId) -> Result<usize, usize> {
        let key = (snapshot.time_key(id), id);
        self.order
            .binary_search_by_key(&key, |other| (snapshot.time_key(*other), *other))
    }
}
