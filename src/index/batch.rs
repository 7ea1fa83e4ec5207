//! Batches: records of some files on their way from a decoding thread to the writer.
//!
//! Each thread interns into dictionaries of its own, so the threads share nothing. A batch carries
//! the strings that are new to its thread, and the writer keeps a map from each thread's symbols to
//! those of the index: a string is looked up there once a thread, not once a row.

use std::hash::BuildHasher;
use std::sync::Arc;

use foldhash::fast::RandomState;
use hashbrown::HashMap;

use crate::base::glance::Glance;
use crate::base::lines::{Hashed, Lines, short};
use crate::base::near::fetch;
use crate::base::origin::FileId;
use crate::base::time::{self, UtcMicros};
use crate::event::birth::Birth;
use crate::event::outcome::{self, Outcome, Verb};
use crate::event::principal::{Principal, PrincipalKind};
use crate::event::record::{Content, Record, Text};
use crate::event::resource::Mark;
use crate::event::session::{SessionSeed, key_of};
use crate::index::gleaned::Gleaned;
use crate::index::part::Part;
use crate::index::place::RecordPlace;
use crate::index::schema::Col;
use crate::index::segment::{Facts, UNDATED};
use crate::index::sighted::Sighted;
use crate::index::strings::Strings;
use crate::index::values::ValuesBuilder;

/// Text a thread's dictionaries may hold before they begin anew: the index holds it already.
const MOST_TEXT: usize = 8 << 20;

/// Callers that are remembered, each at the place that the number of its identity says.
const CALLERS: usize = 4 << 10;

/// A dictionary of one thread: symbols are numbered from 1 in order of first appearance.
#[derive(Debug, Default)]
struct LocalDict {
    text: String,
    /// With all that a comparison needs: each further look elsewhere waits for the memory.
    table: Lines<Entry>,
    /// Texts met not long ago, by their ends; none before the first.
    recent: Vec<Recent>,
    len: u32,
    fresh: Strings,
}

#[derive(Debug, Clone, Copy, Default)]
struct Entry {
    hash: u32,
    code: u32,
    start: u32,
    len: u32,
}

impl Hashed for Entry {
    fn hash(&self) -> u32 {
        self.hash
    }
}

impl Entry {
    fn is(self, all: &str, text: &str) -> bool {
        let (start, len) = (self.start as usize, self.len as usize);
        len == text.len() && all.as_bytes().get(start..start + len) == Some(text.as_bytes())
    }
}

/// A text met not long ago: few are asked for again so often that neither hashing nor looking for
/// them in the table is worth it.
#[derive(Debug, Clone, Copy, Default)]
struct Recent {
    glance: Glance,
    code: u32,
    /// Where the text stands among all.
    start: u32,
}

impl Recent {
    fn is(self, all: &str, text: &str) -> bool {
        let (start, len) = (self.start as usize, self.glance.len() as usize);
        all.as_bytes().get(start..start + len) == Some(text.as_bytes())
    }
}

/// So many bits number the texts met not long ago that are kept of each column.
const RECENT: u32 = 8;

impl LocalDict {
    /// The local symbol of `text`, which is not empty.
    fn intern(&mut self, hasher: RandomState, text: &str) -> u32 {
        let glance = Glance::of(text.as_bytes());
        let place = glance.place(RECENT);
        if let Some(recent) = self.recent.get(place)
            && recent.glance == glance
            && (!glance.hides() || recent.is(&self.text, text))
        {
            return recent.code;
        }
        let entry = self.look_up(hasher, text);
        if self.recent.is_empty() {
            self.recent = vec![Recent::default(); 1 << RECENT];
        }
        let Entry { code, start, .. } = entry;
        self.recent[place] = Recent {
            glance,
            code,
            start,
        };
        code
    }

    /// The entry of a text, new or known.
    fn look_up(&mut self, hasher: RandomState, text: &str) -> Entry {
        let hash = short(hasher.hash_one(text));
        let all = &self.text;
        if let Some(&known) = self.table.find(hash, |known| known.is(all, text)) {
            return known;
        }
        let mut entry = Entry {
            hash,
            ..Entry::default()
        };
        self.len += 1;
        entry.code = self.len;
        entry.start = self.text.len() as u32;
        entry.len = text.len() as u32;
        self.text.push_str(text);
        self.fresh.push(text);
        self.table.insert(entry);
        entry
    }
}

/// Records larger than this, and as much of them as a batch carries.
const LARGE: u32 = 1 << 16;
const MOST_LARGE: usize = 8 << 20;

/// How the id of a row is held; the codes of [`Facts`].
pub(crate) const UUID: u32 = 0;
pub(crate) const ODD: u32 = 1;
pub(crate) const NO_ID: u32 = 2;

/// Rows of one file in a batch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    pub(crate) file: FileId,
    /// The first row after them.
    pub(crate) end: usize,
    /// Whether the file ends with them.
    pub(crate) done: bool,
}

/// What a record says of its session, with the symbols of its row.
#[derive(Debug)]
pub(crate) struct Seeded {
    pub(crate) session: u32,
    pub(crate) principal: u32,
    pub(crate) key: u32,
    pub(crate) via: u32,
    pub(crate) seed: SessionSeed,
}

/// Records of some files, ready to append.
#[derive(Debug, Default)]
pub struct Batch {
    /// The thread whose symbols these are.
    pub(crate) thread: usize,
    /// Whether the thread's dictionaries begin anew with this batch.
    pub(crate) anew: bool,
    /// Whether that of the names of resources does.
    pub(crate) names_anew: bool,
    pub(crate) runs: Vec<Run>,
    pub(crate) fresh: [Strings; Col::ALL.len()],
    /// Principals that are new to the thread, or of whom it knows more, by their symbol.
    pub(crate) principals: Vec<(u32, Principal)>,
    /// What the thread has not said of its sessions yet.
    pub(crate) sessions: Vec<Seeded>,
    /// Births of credentials with the row that tells of each, in order.
    pub(crate) births: Vec<(usize, Birth)>,
    /// Shared ids with the row that has each, in order.
    pub(crate) shared: Vec<(usize, u128)>,
    /// Bytes given out with the row that says so, in order; not where there are none.
    pub(crate) bytes_out: Vec<(usize, u64)>,
    /// What the rows hold beside the columns, where that is gathered.
    pub(crate) values: Option<Arc<Part>>,
    pub(crate) fresh_resources: Strings,
    pub(crate) fresh_ids: Strings,
    pub(crate) columns: [Vec<u32>; Col::ALL.len()],
    pub(crate) times: Vec<i64>,
    pub(crate) facts: Vec<Facts>,
    pub(crate) ids: Vec<u128>,
    pub(crate) contents: Vec<u64>,
    pub(crate) offsets: Vec<u64>,
    pub(crate) lens: Vec<u32>,
    pub(crate) resource_ends: Vec<u32>,
    pub(crate) resource_codes: Vec<u32>,
    /// How each resource is named, beside its code.
    pub(crate) resource_marks: Vec<Mark>,
    /// Resources with other names of theirs.
    pub(crate) aliases: Vec<(u32, u32)>,
}

impl Batch {
    /// Rows.
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// Makes room for as much as the batch before had: growing bit by bit costs copies.
    fn make_room(&mut self, rows: usize, resources: usize) {
        for column in &mut self.columns {
            column.reserve_exact(rows);
        }
        self.times.reserve_exact(rows);
        self.facts.reserve_exact(rows);
        self.ids.reserve_exact(rows);
        self.contents.reserve_exact(rows);
        self.offsets.reserve_exact(rows);
        self.lens.reserve_exact(rows);
        self.resource_ends.reserve_exact(rows);
        self.resource_codes.reserve_exact(resources);
        self.resource_marks.reserve_exact(resources);
    }

    /// What tells a row's event from others, and how: see [`Facts::id_kind`].
    pub(crate) fn id(&self, row: usize) -> (u128, u32) {
        match self.facts[row].id_kind() {
            NO_ID => (u128::from(self.contents[row]), NO_ID),
            kind => (self.ids[row], kind),
        }
    }

    pub(crate) fn place(&self, file: FileId, row: usize) -> RecordPlace {
        RecordPlace {
            file,
            offset: self.offsets[row],
            len: self.lens[row],
        }
    }

    /// Forgets every row from `rows` on, whole or not.
    fn cut(&mut self, rows: usize) {
        for column in &mut self.columns {
            column.truncate(rows);
        }
        self.times.truncate(rows);
        self.facts.truncate(rows);
        self.ids.truncate(rows);
        self.contents.truncate(rows);
        self.offsets.truncate(rows);
        self.lens.truncate(rows);
        self.resource_ends.truncate(rows);
        let resources = self.resource_ends.last().map_or(0, |end| *end as usize);
        self.resource_codes.truncate(resources);
        self.resource_marks.truncate(resources);
        self.births.retain(|(row, _)| *row < rows);
        self.shared.retain(|(row, _)| *row < rows);
        self.bytes_out.retain(|(row, _)| *row < rows);
    }
}

/// The number of an identity, whether it came from the console, and with a second factor.
type CallerKey = (u64, bool, Option<bool>);

/// What every record of one identity has in its columns.
#[derive(Debug, Clone, Copy)]
struct Caller {
    principal: u32,
    session: u32,
    account: u32,
    key: u32,
    via: u32,
    kind: u32,
    root: bool,
    service: bool,
    service_driven: bool,
}

/// A caller met before: a line of the cache, and in one.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
struct Met {
    of: CallerKey,
    caller: Caller,
}

/// What a thread knows of the strings it has met.
#[derive(Debug, Default)]
struct Dictionaries {
    columns: [LocalDict; Col::ALL.len()],
    principals: Vec<Principal>,
    /// Symbols of principals that changed since they were sent.
    changed: Vec<u32>,
    gleaned: Gleaned,
    resources: Sighted,
    ids: LocalDict,
    /// Identity fields, joined → symbol: a principal is worked out once.
    joined: HashMap<String, u32>,
    /// Credential fields, joined → symbol: a session is worked out once.
    joined_sessions: HashMap<String, u32>,
    /// What identities that come again stand for, each with its number and what else makes a
    /// session. None before the first.
    callers: Vec<Option<Met>>,
    /// By symbol of `What`: the class of the call without `readOnly`, with it, and against it.
    verbs: Vec<[Option<Verb>; 3]>,
    /// By symbol of `Err`.
    outcomes: Vec<Option<Outcome>>,
}

impl Dictionaries {
    fn text(&self) -> usize {
        let dicts = self.columns.iter().chain([&self.ids]);
        dicts.map(|dict| dict.text.len()).sum::<usize>()
            + (self.joined.len() + self.joined_sessions.len()) * 256
    }
}

/// Builds batches of the files one thread reads.
#[derive(Debug)]
pub struct BatchBuilder {
    batch: Batch,
    file: FileId,
    hasher: RandomState,
    known: Dictionaries,
    scratch: String,
    values: Option<ValuesBuilder>,
    /// Bytes of large records since the last batch.
    large: usize,
    /// The symbols of the call that is expected.
    call: Option<Call>,
}

/// The symbols of a call: of its name and of its service.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call {
    pub(crate) what: u32,
    pub(crate) svc: u32,
}

impl BatchBuilder {
    /// A builder for the files that thread number `thread` reads, the first of them `file`.
    ///
    /// Numbers count from 0; no two threads at work have the same one.
    pub fn new(thread: usize, file: FileId) -> Self {
        Self {
            batch: Batch {
                thread,
                anew: true,
                ..Batch::default()
            },
            file,
            hasher: RandomState::default(),
            known: Dictionaries::default(),
            scratch: String::new(),
            values: None,
            large: 0,
            call: None,
        }
    }

    /// The same, which also gathers what the files hold beside the columns.
    #[must_use]
    pub fn with_values(mut self, mut values: ValuesBuilder) -> Self {
        values.begin();
        self.values = Some(values);
        self
    }

    /// What gathers the values of the file.
    pub fn values(&mut self) -> Option<&mut ValuesBuilder> {
        self.values.as_mut()
    }

    /// Begins the next file.
    pub fn begin(&mut self, file: FileId) {
        self.file = file;
        if let Some(values) = &mut self.values {
            values.begin();
        }
    }

    /// Ends the file: what is pushed from now on is of the next one.
    pub fn end(&mut self) {
        self.close_run(true);
    }

    fn close_run(&mut self, done: bool) {
        let end = self.batch.len();
        let start = self.batch.runs.last().map_or(0, |run| run.end);
        if done || end > start {
            self.batch.runs.push(Run {
                file: self.file,
                end,
                done,
            });
        }
    }

    /// Rows waiting.
    pub fn len(&self) -> usize {
        self.batch.len()
    }

    /// Whether a batch of so many rows at most should go now.
    pub fn is_full(&self, rows: usize) -> bool {
        self.batch.len() >= rows || self.large > MOST_LARGE
    }

    /// Whether nothing waits, neither a row nor the end of a file.
    pub fn is_empty(&self) -> bool {
        self.batch.is_empty() && self.batch.runs.is_empty()
    }

    /// Forgets the rows of the file that no batch has carried yet, after a failure that may have
    /// left one half made.
    pub fn abandon(&mut self) {
        let rows = self.batch.runs.last().map_or(0, |run| run.end);
        self.call = None;
        self.known.resources.settle(&mut self.batch.resource_codes);
        self.batch.cut(rows);
        if let Some(values) = &mut self.values {
            values.cut(rows);
        }
    }

    /// Everything pushed since the last time.
    pub fn take(&mut self) -> Batch {
        self.close_run(false);
        self.large = 0;
        let Self { batch, known, .. } = self;
        for (fresh, dict) in batch.fresh.iter_mut().zip(&mut known.columns) {
            *fresh = std::mem::take(&mut dict.fresh);
        }
        batch.values = self.values.as_mut().map(|values| Arc::new(values.take()));
        known.resources.settle(&mut batch.resource_codes);
        batch.fresh_resources = known.resources.take();
        batch.fresh_ids = std::mem::take(&mut known.ids.fresh);
        known.changed.sort_unstable();
        known.changed.dedup();
        for code in known.changed.drain(..) {
            let principal = known.principals[code as usize - 1].clone();
            batch.principals.push((code, principal));
        }
        let anew = known.text() > MOST_TEXT;
        let names_anew = known.resources.is_full();
        if anew {
            *known = Dictionaries::default();
        } else if names_anew {
            known.resources.forget();
        }
        let mut next = Batch {
            thread: batch.thread,
            anew,
            names_anew,
            ..Batch::default()
        };
        next.make_room(batch.len(), batch.resource_codes.len());
        std::mem::replace(batch, next)
    }

    /// Adds a record that lies at `offset..offset + len` of the file's inflated text; its resources
    /// and parameters are gone then.
    pub fn push(&mut self, record: &mut Record<'_>, offset: u64, len: u32, recovered: bool) {
        if len > LARGE {
            self.large += len as usize;
        }
        let call = match self.call.take() {
            Some(expected) => expected,
            None => self.meet(record),
        };
        let error = outcome::error_of(record);
        let hasher = self.hasher;
        let Self { batch, known, .. } = self;
        known.gleaned.fetch_rows();
        batch.columns[Col::What as usize].push(call.what);
        batch.columns[Col::Svc as usize].push(call.svc);
        let texts = [
            (Col::Region, record.aws_region.as_deref()),
            (Col::Acct, record.account()),
            (Col::Ip, record.source_ip.as_deref()),
            (Col::Ua, record.user_agent.as_deref()),
            (Col::Err, error),
            (Col::Cat, Some(record.category())),
            (Col::Vpce, record.vpc_endpoint.as_deref()),
        ];
        let mut err = 0;
        for (col, text) in texts {
            let code = match text {
                Some(text) if !text.is_empty() => known.columns[col as usize].intern(hasher, text),
                _ => 0,
            };
            if col == Col::Err {
                err = code;
            }
            batch.columns[col as usize].push(code);
        }
        let caller = self.caller(record);
        let Self { batch, known, .. } = self;
        for (col, code) in [
            (Col::Principal, caller.principal),
            (Col::Session, caller.session),
            (Col::Caller, caller.account),
            (Col::Key, caller.key),
            (Col::Via, caller.via),
            (Col::Type, caller.kind),
        ] {
            batch.columns[col as usize].push(code);
        }
        if let Some(id) = record.shared_event_id.as_deref().and_then(uuid_bits)
            && !caller.service
            && !record.is_insight
        {
            batch.shared.push((batch.times.len(), id));
        }
        if let Some(bytes) = record.bytes_out.filter(|bytes| *bytes > 0) {
            batch.bytes_out.push((batch.times.len(), bytes));
        }
        let written = record.event_time.as_deref();
        let time = record.time.or_else(|| written.and_then(UtcMicros::parse));
        let usual = written.is_some_and(|text| time::is_usual(text.as_bytes()));
        // A leap second would not be written again as it was.
        let leaps = || written.and_then(|text| text.as_bytes().get(17)) > Some(&b'5');
        let usual_time = usual && time.is_some() && !leaps();
        batch.times.push(time.map_or(UNDATED, |t| t.0));
        let (bits, id_kind) = match record.event_id.as_deref() {
            None | Some("") => (0, NO_ID),
            Some(text) => match uuid_bits(text) {
                Some(bits) => (bits, UUID),
                None => (u128::from(known.ids.intern(hasher, text)), ODD),
            },
        };
        batch.ids.push(bits);
        let (content, canonical) = match record.content {
            Content::Raw(hash) => (hash, false),
            Content::Canonical(hash) => (hash, true),
        };
        let verb = known.verb(call.what, record);
        let outcome = known.outcome(err, error);
        batch.facts.push(
            Facts::new(verb, outcome)
                .with_read_only(record.read_only)
                .with_mfa(record.mfa())
                .with_console(record.from_console)
                .with_root(caller.root)
                .with_service_driven(caller.service_driven)
                .with_recovered(recovered)
                .with_summary(record.is_summary)
                .with_mapped(record.is_mapped)
                .with_repaired(record.is_repaired)
                .with_id_kind(id_kind)
                .with_canonical(canonical)
                .with_usual_time(usual_time),
        );
        batch.contents.push(content);
        batch.offsets.push(offset);
        batch.lens.push(len);
        let (names, gleaned) = (&mut known.resources, &mut known.gleaned);
        gleaned.push(record, call, names, batch);
        if let Some(values) = &mut self.values {
            if usual && !usual_time {
                values.open_row();
            }
            values.end_row();
        }
    }

    /// This record is pushed next: asks for what will be asked about it, so that it is there by then.
    pub fn expect(&mut self, record: &Record<'_>) {
        self.call = Some(self.meet(record));
    }

    /// The symbols of a record's call; asks for what is known of it and of its caller.
    fn meet(&mut self, record: &Record<'_>) -> Call {
        self.fetch_caller(record);
        let (hasher, known) = (self.hasher, &mut self.known);
        let mut code = |col: Col, text: &Option<Text<'_>>| match text.as_deref() {
            Some(text) if !text.is_empty() => known.columns[col as usize].intern(hasher, text),
            _ => 0,
        };
        let call = Call {
            what: code(Col::What, &record.event_name),
            svc: code(Col::Svc, &record.event_source),
        };
        if record.params.is_some() {
            known.gleaned.expect(call);
        }
        call
    }

    /// Asks for what is known of a record's caller, which is about to be asked about.
    fn fetch_caller(&self, record: &Record<'_>) {
        let number = record.identity.number();
        let caller = number.and_then(|number| self.known.callers.get(number as usize % CALLERS));
        caller.into_iter().for_each(fetch);
    }

    /// What a record's identity stands for.
    fn caller(&mut self, record: &Record<'_>) -> Caller {
        let id = record.identity.get();
        // Identities without a name of their own are told apart by where the call came from.
        let known = record
            .identity
            .number()
            .filter(|_| id.arn.is_some() || id.principal_id.is_some())
            .filter(|_| !record.names_nobody())
            .map(|number| (number, record.from_console, record.mfa()));
        let place = known.map_or(0, |(number, ..)| number as usize % CALLERS);
        if let Some(Some(met)) = self.known.callers.get(place)
            && Some(met.of) == known
        {
            return met.caller;
        }
        let principal = self.principal(record);
        let kind = self.known.principals[principal as usize - 1].kind;
        let hasher = self.hasher;
        let columns = &mut self.known.columns;
        let mut code = |col: Col, text: Option<&str>| match text {
            Some(text) if !text.is_empty() => columns[col as usize].intern(hasher, text),
            _ => 0,
        };
        let mut caller = Caller {
            principal,
            session: 0,
            account: code(Col::Caller, record.caller_account()),
            key: code(Col::Key, id.access_key_id.as_deref()),
            via: code(Col::Via, id.issuer_arn.as_deref()),
            kind: code(Col::Type, id.kind.as_deref()),
            root: kind == PrincipalKind::Root,
            service: kind == PrincipalKind::Service,
            service_driven: outcome::is_service_driven(record),
        };
        self.session(record, &mut caller);
        if let Some(of) = known {
            let callers = &mut self.known.callers;
            if callers.is_empty() {
                callers.resize(CALLERS, None);
            }
            callers[place] = Some(Met { of, caller });
        }
        caller
    }

    /// Works out the session of a record whose caller is known but for that.
    fn session(&mut self, record: &Record<'_>, caller: &mut Caller) {
        let id = record.identity.get();
        let joined = &mut self.scratch;
        joined.clear();
        // As a character of its own: writing a number costs more than all the rest.
        for half in [caller.principal >> 16, caller.principal & 0xffff] {
            joined.push(char::from_u32(half + 0x1_0000).unwrap_or('\0'));
        }
        for part in [
            &id.access_key_id,
            &id.creation_date,
            &id.invoked_by,
            &id.source_identity,
            &id.on_behalf_of,
            &id.sign_in_session,
        ] {
            joined.push_str(part.as_deref().unwrap_or("\u{1}"));
            joined.push('\0');
        }
        joined.push(if record.from_console { 'c' } else { '-' });
        joined.push(match record.mfa() {
            None => '-',
            Some(true) => 'y',
            Some(false) => 'n',
        });
        let known = &mut self.known;
        if let Some(&code) = known.joined_sessions.get(joined.as_str()) {
            caller.session = code;
            return;
        }
        let seed = SessionSeed::of(record, &known.principals[caller.principal as usize - 1]);
        caller.session = known.columns[Col::Session as usize].intern(self.hasher, &seed.name);
        self.batch.sessions.push(Seeded {
            session: caller.session,
            principal: caller.principal,
            // What stands in the place of a key is shown, and ties nothing to anything.
            key: key_of(id).map_or(0, |_| caller.key),
            via: caller.via,
            seed,
        });
        known.joined_sessions.insert(joined.clone(), caller.session);
    }

    /// Notes what the record pushed last gives birth to, if anything.
    pub fn note_birth(&mut self, record: &Record<'_>, json: &[u8]) {
        if let Some(row) = self.batch.len().checked_sub(1)
            && let Some(birth) = Birth::of(record, json)
        {
            self.batch.births.push((row, birth));
        }
    }

    /// The local symbol of a record's principal.
    fn principal(&mut self, record: &Record<'_>) -> u32 {
        let id = record.identity.get();
        let joined = &mut self.scratch;
        joined.clear();
        for part in [
            &id.kind,
            &id.principal_id,
            &id.arn,
            &id.account_id,
            &id.user_name,
            &id.invoked_by,
            &id.identity_provider,
            &id.on_behalf_of,
            &id.identity_store,
            &id.issuer_arn,
            &id.issuer_name,
            &id.issuer_account,
            &id.source_identity,
        ] {
            // A byte no value can end on keeps `a` + `bc` apart from `ab` + `c`.
            joined.push_str(part.as_deref().unwrap_or("\u{1}"));
            joined.push('\0');
        }
        if id.arn.is_none() && id.principal_id.is_none() {
            joined.push_str(record.source_ip.as_deref().unwrap_or(""));
            joined.push('\0');
            joined.push_str(record.event_source.as_deref().unwrap_or(""));
        }
        if record.names_nobody() {
            joined.push_str("\0nobody");
        }
        let known = &mut self.known;
        if let Some(&code) = known.joined.get(joined.as_str()) {
            return code;
        }
        let principal = Principal::of(record);
        let code = known.columns[Col::Principal as usize].intern(self.hasher, &principal.key);
        match known.principals.get_mut(code as usize - 1) {
            None => {
                known.principals.push(principal);
                known.changed.push(code);
            }
            Some(before) => {
                if merge_names(before, &principal) {
                    known.changed.push(code);
                }
            }
        }
        known.joined.insert(joined.clone(), code);
        code
    }
}

impl Dictionaries {
    /// The class of a call, worked out once for each name.
    fn verb(&mut self, what: u32, record: &Record<'_>) -> Verb {
        let (name, flag) = (
            what as usize,
            record.read_only.map_or(0, |yes| 1 + usize::from(yes)),
        );
        if self.verbs.len() <= name {
            self.verbs.resize(name + 1, [None; 3]);
        }
        *self.verbs[name][flag].get_or_insert_with(|| Verb::of(record))
    }

    /// How a call ended, worked out once for each error.
    fn outcome(&mut self, err: u32, error: Option<&str>) -> Outcome {
        let err = err as usize;
        if self.outcomes.len() <= err {
            self.outcomes.resize(err + 1, None);
        }
        *self.outcomes[err].get_or_insert_with(|| Outcome::of_error(error))
    }
}

/// Adds what a second sighting of one principal says of it; whether that was anything. Of two
/// labels the smaller stays: files in any order give one.
pub(crate) fn merge_names(known: &mut Principal, seen: &Principal) -> bool {
    let mut more = false;
    if seen.label < known.label {
        let label = std::mem::replace(&mut known.label, seen.label.clone());
        known.names.retain(|n| *n != seen.label);
        known.names.push(label);
        more = true;
    }
    for name in std::iter::once(&seen.label).chain(&seen.names) {
        if *name != known.label && !known.names.contains(name) {
            known.names.push(name.clone());
            more = true;
        }
    }
    for id in &seen.ids {
        if !known.ids.contains(id) {
            known.ids.push(id.clone());
            known.ids.sort_unstable();
            more = true;
        }
    }
    if more {
        known.names.sort_unstable();
    }
    for (place, value) in [
        (&mut known.issuer, &seen.issuer),
        (&mut known.account, &seen.account),
    ] {
        if let Some(value) = value
            && place.as_ref().is_none_or(|known| value < known)
        {
            *place = Some(value.clone());
            more = true;
        }
    }
    more
}

/// The bits of a UUID written as AWS writes them: lower case, with dashes.
///
/// Any other spelling is kept as text, so that an id is always shown as it was recorded.
pub fn uuid_bits(text: &str) -> Option<u128> {
    let b: &[u8; 36] = text.as_bytes().try_into().ok()?;
    if [b[8], b[13], b[18], b[23]] != [b'-'; 4] {
        return None;
    }
    // The digits side by side, so that the compiler turns all of them at once.
    let mut digits = [0u8; 32];
    digits[..8].copy_from_slice(&b[..8]);
    digits[8..12].copy_from_slice(&b[9..13]);
    digits[12..16].copy_from_slice(&b[14..18]);
    digits[16..20].copy_from_slice(&b[19..23]);
    digits[20..].copy_from_slice(&b[24..]);
    let mut wrong = 0u8;
    for digit in &mut digits {
        let (decimal, letter) = (digit.wrapping_sub(b'0'), digit.wrapping_sub(b'a'));
        wrong |= u8::from(decimal > 9 && letter > 5);
        *digit = if decimal < 10 {
            decimal
        } else {
            letter.wrapping_add(10)
        };
    }
    let mut bytes = [0u8; 16];
    for (byte, [high, low]) in bytes.iter_mut().zip(digits.as_chunks::<2>().0) {
        *byte = high << 4 | low & 15;
    }
    (wrong == 0).then(|| u128::from_be_bytes(bytes))
}

/// A UUID as text.
pub fn uuid_text(bits: u128) -> String {
    let hex = format!("{bits:032x}");
    [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ]
    .join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_round_trip_and_nothing_else_is_one() {
        let text = "6f4ab5bd-2daa-4d00-be14-d92ef0000000";
        assert_eq!(uuid_bits(text).map(uuid_text).as_deref(), Some(text));
        assert_eq!(uuid_bits("6F4ab5bd-2daa-4d00-be14-d92ef0000000"), None);
        assert_eq!(uuid_bits("6f4ab5bd-2daa-4d00-be14-d92efEXAMPLE"), None);
        assert_eq!(uuid_bits("6f4ab5bd02daa-4d00-be14-d92ef0000000"), None);
    }
}
