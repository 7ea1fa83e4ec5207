//! Batches: records of one file on their way from a decoding thread to the writer.
//!
//! Each batch interns into dictionaries of its own, so the threads share nothing; the writer maps
//! each local symbol once, not each value of each row.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::{HashMap, HashTable};

use crate::base::origin::FileId;
use crate::base::time::UtcMicros;
use crate::event::birth::Birth;
use crate::event::outcome::{self, Outcome, Verb};
use crate::event::principal::{Principal, PrincipalKind};
use crate::event::record::Record;
use crate::event::session::SessionSeed;
use crate::index::place::RecordPlace;
use crate::index::schema::Col;
use crate::index::segment::{Facts, UNDATED};

/// A dictionary of one batch: symbols are numbered from 1 in order of first appearance.
#[derive(Debug, Default)]
pub(crate) struct LocalDict {
    text: String,
    ends: Vec<usize>,
    table: HashTable<u32>,
    last: u32,
}

impl LocalDict {
    fn get(&self, code: u32) -> &str {
        let i = code as usize - 1;
        let start = if i == 0 { 0 } else { self.ends[i - 1] };
        &self.text[start..self.ends[i]]
    }

    /// The local symbol of `text`; rows repeat their neighbour's value more often than not.
    fn intern(&mut self, hasher: RandomState, text: &str) -> u32 {
        if self.last != 0 && self.get(self.last) == text {
            return self.last;
        }
        let hash = hasher.hash_one(text);
        let found = self.table.find(hash, |&code| {
            let i = code as usize - 1;
            let start = if i == 0 { 0 } else { self.ends[i - 1] };
            &self.text[start..self.ends[i]] == text
        });
        self.last = if let Some(&code) = found {
            code
        } else {
            self.text.push_str(text);
            self.ends.push(self.text.len());
            let code = self.ends.len() as u32;
            let Self {
                text, ends, table, ..
            } = self;
            table.insert_unique(hash, code, |&code| {
                let i = code as usize - 1;
                let start = if i == 0 { 0 } else { ends[i - 1] };
                hasher.hash_one(&text[start..ends[i]])
            });
            code
        };
        self.last
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        (1..=self.ends.len() as u32).map(|code| self.get(code))
    }
}

/// How the id of a row is held; the codes of [`Facts`].
pub(crate) const UUID: u32 = 0;
pub(crate) const ODD: u32 = 1;
pub(crate) const NO_ID: u32 = 2;

/// Records of one file, ready to append.
#[derive(Debug)]
pub struct Batch {
    pub(crate) file: FileId,
    pub(crate) dicts: [LocalDict; Col::ALL.len()],
    pub(crate) principals: Vec<Principal>,
    /// What the batch says of its sessions: a row of each, its local symbol is in the column.
    pub(crate) sessions: Vec<(usize, SessionSeed)>,
    /// Births of credentials with the row that tells of each, in order.
    pub(crate) births: Vec<(usize, Birth)>,
    /// Shared ids with the row that has each, in order.
    pub(crate) shared: Vec<(usize, u128)>,
    pub(crate) resources: LocalDict,
    pub(crate) odd_ids: LocalDict,
    pub(crate) columns: [Vec<u32>; Col::ALL.len()],
    pub(crate) times: Vec<i64>,
    pub(crate) facts: Vec<Facts>,
    pub(crate) ids: Vec<u128>,
    pub(crate) contents: Vec<u64>,
    pub(crate) offsets: Vec<u64>,
    pub(crate) lens: Vec<u32>,
    pub(crate) resource_ends: Vec<u32>,
    pub(crate) resource_codes: Vec<u32>,
}

impl Batch {
    fn new(file: FileId) -> Self {
        Self {
            file,
            dicts: Default::default(),
            principals: Vec::new(),
            sessions: Vec::new(),
            births: Vec::new(),
            shared: Vec::new(),
            resources: LocalDict::default(),
            odd_ids: LocalDict::default(),
            columns: Default::default(),
            times: Vec::new(),
            facts: Vec::new(),
            ids: Vec::new(),
            contents: Vec::new(),
            offsets: Vec::new(),
            lens: Vec::new(),
            resource_ends: Vec::new(),
            resource_codes: Vec::new(),
        }
    }

    /// Rows.
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// Whether its first row came in another schema: a file of such rows waits for the records they
    /// may be copies of.
    pub fn is_mapped(&self) -> bool {
        self.facts.first().is_some_and(|facts| facts.mapped())
    }

    pub(crate) fn place(&self, row: usize) -> RecordPlace {
        RecordPlace {
            file: self.file,
            offset: self.offsets[row],
            len: self.lens[row],
        }
    }
}

/// Builds batches of one file.
#[derive(Debug)]
pub struct BatchBuilder {
    batch: Batch,
    hasher: RandomState,
    /// Identity fields, joined → local symbol: a principal is worked out once a batch.
    known: HashMap<String, u32>,
    /// Credential fields, joined → local symbol: a session is worked out once a batch.
    known_sessions: HashMap<String, u32>,
    joined: String,
}

impl BatchBuilder {
    /// A builder for records of `file`.
    pub fn new(file: FileId) -> Self {
        Self {
            batch: Batch::new(file),
            hasher: RandomState::default(),
            known: HashMap::new(),
            known_sessions: HashMap::new(),
            joined: String::new(),
        }
    }

    /// Rows waiting.
    pub fn len(&self) -> usize {
        self.batch.len()
    }

    /// Whether no row waits.
    pub fn is_empty(&self) -> bool {
        self.batch.is_empty()
    }

    /// Everything pushed since the last time.
    pub fn take(&mut self) -> Batch {
        self.known.clear();
        self.known_sessions.clear();
        let file = self.batch.file;
        std::mem::replace(&mut self.batch, Batch::new(file))
    }

    /// Adds a record that lies at `offset..offset + len` of the file's inflated text.
    pub fn push(&mut self, record: &Record<'_>, offset: u64, len: u32, recovered: bool) {
        let error = outcome::error_of(record);
        let principal = self.principal(record);
        let session = self.session(record, principal);
        let kind = self.batch.principals[principal as usize - 1].kind;
        let hasher = self.hasher;
        let batch = &mut self.batch;
        let id = &record.identity;
        let texts = [
            (Col::What, record.event_name.as_deref()),
            (Col::Svc, record.event_source.as_deref()),
            (Col::Region, record.aws_region.as_deref()),
            (Col::Acct, record.account()),
            (Col::Caller, record.caller_account()),
            (Col::Ip, record.source_ip.as_deref()),
            (Col::Ua, record.user_agent.as_deref()),
            (Col::Err, error),
            (Col::Key, id.access_key_id.as_deref()),
            (Col::Via, id.issuer_arn.as_deref()),
            (Col::Type, id.kind.as_deref()),
            (Col::Cat, Some(record.category())),
            (Col::Vpce, record.vpc_endpoint.as_deref()),
        ];
        for (col, text) in texts {
            let code = match text {
                Some(text) if !text.is_empty() => batch.dicts[col as usize].intern(hasher, text),
                _ => 0,
            };
            batch.columns[col as usize].push(code);
        }
        batch.columns[Col::Principal as usize].push(principal);
        batch.columns[Col::Session as usize].push(session);
        if let Some(id) = record.shared_event_id.as_deref().and_then(uuid_bits)
            && kind != PrincipalKind::Service
            && !record.is_insight
        {
            batch.shared.push((batch.times.len(), id));
        }
        let time = record.event_time.as_deref().and_then(UtcMicros::parse);
        batch.times.push(time.map_or(UNDATED, |t| t.0));
        let (bits, id_kind) = match record.event_id.as_deref() {
            None | Some("") => (0, NO_ID),
            Some(text) => match uuid_bits(text) {
                Some(bits) => (bits, UUID),
                None => (u128::from(batch.odd_ids.intern(hasher, text)), ODD),
            },
        };
        batch.ids.push(bits);
        batch.facts.push(
            Facts::new(Verb::of(record), Outcome::of_error(error))
                .with_read_only(record.read_only)
                .with_mfa(record.mfa())
                .with_console(record.from_console)
                .with_root(kind == PrincipalKind::Root)
                .with_service_driven(outcome::is_service_driven(record))
                .with_recovered(recovered)
                .with_summary(record.is_summary)
                .with_mapped(record.is_mapped)
                .with_repaired(record.is_repaired)
                .with_id_kind(id_kind),
        );
        batch.contents.push(record.content);
        batch.offsets.push(offset);
        batch.lens.push(len);
        for resource in &record.resources {
            let code = batch.resources.intern(hasher, &resource.name);
            batch.resource_codes.push(code);
        }
        batch.resource_ends.push(batch.resource_codes.len() as u32);
    }

    /// Notes what the record pushed last gives birth to, if anything.
    pub fn note_birth(&mut self, record: &Record<'_>, json: &[u8]) {
        if let Some(row) = self.batch.len().checked_sub(1)
            && let Some(birth) = Birth::of(record, json)
        {
            self.batch.births.push((row, birth));
        }
    }

    /// The local symbol of a record's session; `principal` is the local symbol of its caller.
    fn session(&mut self, record: &Record<'_>, principal: u32) -> u32 {
        let id = &record.identity;
        self.joined.clear();
        // A batch has few principals: past the surrogates, each number is a character.
        self.joined.extend(char::from_u32(0x1_0000 + principal));
        for part in [
            &id.access_key_id,
            &id.creation_date,
            &id.invoked_by,
            &id.source_identity,
            &id.on_behalf_of,
            &id.sign_in_session,
        ] {
            self.joined.push_str(part.as_deref().unwrap_or("\u{1}"));
            self.joined.push('\0');
        }
        self.joined
            .push(if record.from_console { 'c' } else { '-' });
        self.joined.push(match record.mfa() {
            None => '-',
            Some(true) => 'y',
            Some(false) => 'n',
        });
        if let Some(&code) = self.known_sessions.get(&self.joined) {
            return code;
        }
        let batch = &mut self.batch;
        let seed = SessionSeed::of(record, &batch.principals[principal as usize - 1]);
        let code = batch.dicts[Col::Session as usize].intern(self.hasher, &seed.name);
        batch.sessions.push((batch.times.len(), seed));
        self.known_sessions.insert(self.joined.clone(), code);
        code
    }

    /// The local symbol of a record's principal.
    fn principal(&mut self, record: &Record<'_>) -> u32 {
        let id = &record.identity;
        self.joined.clear();
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
            self.joined.push_str(part.as_deref().unwrap_or("\u{1}"));
            self.joined.push('\0');
        }
        // Identities without a name of their own are told apart by where the call came from.
        if id.arn.is_none() && id.principal_id.is_none() {
            self.joined
                .push_str(record.source_ip.as_deref().unwrap_or(""));
            self.joined.push('\0');
            self.joined
                .push_str(record.event_source.as_deref().unwrap_or(""));
        }
        if let Some(&code) = self.known.get(&self.joined) {
            return code;
        }
        let principal = Principal::of(record);
        let batch = &mut self.batch;
        let dict = &mut batch.dicts[Col::Principal as usize];
        let code = dict.intern(self.hasher, &principal.key);
        if code as usize > batch.principals.len() {
            batch.principals.push(principal);
        } else {
            merge_names(&mut batch.principals[code as usize - 1], &principal);
        }
        self.known.insert(self.joined.clone(), code);
        code
    }
}

/// Adds what a second sighting of one principal says of it. The label stays the first one.
pub(crate) fn merge_names(known: &mut Principal, seen: &Principal) {
    for name in std::iter::once(&seen.label).chain(&seen.names) {
        if *name != known.label && !known.names.contains(name) {
            known.names.push(name.clone());
        }
    }
    known.id = known.id.take().or_else(|| seen.id.clone());
    known.issuer = known.issuer.take().or_else(|| seen.issuer.clone());
    known.account = known.account.take().or_else(|| seen.account.clone());
}

/// The bits of a UUID written as AWS writes them: lower case, with dashes.
///
/// Any other spelling is kept as text, so that an id is always shown as it was recorded.
pub fn uuid_bits(text: &str) -> Option<u128> {
    let b = text.as_bytes();
    if b.len() != 36 {
        return None;
    }
    let mut bits = 0u128;
    for (i, c) in b.iter().enumerate() {
        let digit = match (i, c) {
            (8 | 13 | 18 | 23, b'-') => continue,
            (8 | 13 | 18 | 23, _) => return None,
            (_, b'0'..=b'9') => c - b'0',
            (_, b'a'..=b'f') => c - b'a' + 10,
            _ => return None,
        };
        bits = bits << 4 | u128::from(digit);
    }
    Some(bits)
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
