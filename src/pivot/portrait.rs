//! A principal or a resource in full: what it did or what was done to it, by every field that
//! says something, from the events that name it.

use crate::base::cancel::Cancel;
use crate::base::time::UtcMicros;
use crate::event::outcome::{Outcome, Verb};
use crate::event::resource::Role;
use crate::index::bitmap::RowSet;
use crate::index::schema::{Col, Field};
use crate::index::segment::EventId;
use crate::index::snapshot::Snapshot;
use crate::pivot::around::Around;
use crate::pivot::catalogue::Catalogue;
use crate::pivot::crowd::Crowd;
use crate::pivot::history::{self, History};
use crate::pivot::profile::Profile;
use crate::pivot::sequence;
use crate::pivot::tally::{self, Codes, FieldTally, Rows, Wanted};

/// What a portrait is of, by its exact name in the index.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A principal's key.
    Principal(String),
    /// A resource's ARN or id.
    Resource(String),
    /// Every resource the events name.
    Resources,
}

impl Subject {
    /// The field whose exact value names it.
    pub const fn field(&self) -> Field {
        match self {
            Self::Principal(_) => Field::Who,
            Self::Resource(_) | Self::Resources => Field::Res,
        }
    }

    /// Its exact name.
    pub fn name(&self) -> &str {
        match self {
            Self::Principal(name) | Self::Resource(name) => name,
            Self::Resources => "",
        }
    }
}

/// A principal or a resource in full.
#[derive(Debug, Clone, PartialEq)]
pub struct Portrait {
    /// What it is of.
    pub subject: Subject,
    /// Events by what they do, failures apart.
    pub totals: Totals,
    /// First and last dated event.
    pub span: Option<(UtcMicros, UtcMicros)>,
    /// Counts by field, in the order they are shown.
    pub sections: Vec<FieldTally>,
    /// Changes and refused changes, newest first: at most [`MOST_CHANGES`] runs.
    pub changes: Vec<Run>,
    /// How many changes there are.
    pub n_changes: u64,
    /// What those who changed a resource did around it.
    pub around: Option<Around>,
    /// The story of a resource.
    pub history: Option<Box<History>>,
    /// What makes a principal who it is, beside counts.
    pub profile: Option<Box<Profile>>,
    /// The list of resources.
    pub catalogue: Option<Box<Catalogue>>,
}

/// Changes a portrait lists; what repeats counts once.
pub const MOST_CHANGES: usize = 200;

/// Changes by one person with one call that all ended alike, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// The newest of them.
    pub last: EventId,
    /// The oldest.
    pub first: EventId,
    /// How many there are.
    pub events: u64,
}

impl Run {
    const fn of(id: EventId) -> Self {
        Self {
            last: id,
            first: id,
            events: 1,
        }
    }

    /// Whether an event is one more of the kind.
    fn takes(&self, snapshot: &Snapshot, id: EventId) -> bool {
        let alike = |col: Col| snapshot.symbol(col, self.last) == snapshot.symbol(col, id);
        alike(Col::What)
            && alike(Col::Svc)
            && alike(Col::Err)
            && snapshot.person_number(self.last) == snapshot.person_number(id)
    }
}

/// Events by what they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// All of them.
    pub events: u64,
    /// That only look.
    pub reads: u64,
    /// That change, sign in or read secrets, deletions apart.
    pub writes: u64,
    /// That delete.
    pub deletes: u64,
    /// That were refused for want of permission.
    pub denied: u64,
    /// That failed otherwise.
    pub failed: u64,
    /// Bytes that S3 gave out, as the events say.
    pub bytes_out: u64,
}

/// Fields a principal's portrait counts by, in order.
const OF_PRINCIPAL: &[Field] = &[
    Field::Svc,
    Field::Session,
    Field::Res,
    Field::Ip,
    Field::Err,
    Field::What,
    Field::Key,
    Field::Via,
    Field::Acct,
    Field::Region,
    Field::Ua,
];

/// Fields a resource's portrait counts by, in order; what it is named with is part of its history.
const OF_RESOURCE: &[Field] = &[
    Field::Who,
    Field::What,
    Field::Err,
    Field::Ip,
    Field::Acct,
    Field::Region,
];

/// Fields the list of resources counts by, in order.
const OF_RESOURCES: &[Field] = &[Field::Acct, Field::Region, Field::Who];

/// Whether the bytes given out are added up by the values of a field.
pub const fn adds_up_bytes(field: Field) -> bool {
    matches!(field, Field::Res | Field::Who)
}

/// How the values of the fields of a portrait are numbered.
fn codes<'a>(snapshot: &'a Snapshot, subject: &Subject) -> Vec<Codes<'a>> {
    let fields = match subject {
        Subject::Principal(_) => OF_PRINCIPAL,
        Subject::Resource(_) => OF_RESOURCE,
        Subject::Resources => OF_RESOURCES,
    };
    let codes = fields.iter().filter_map(|f| Codes::of(snapshot, *f));
    codes.collect()
}

/// Several persons or callers, of whom portraits are made one after the other.
pub struct Gallery<'a> {
    crowd: Crowd<'a>,
    codes: Vec<Codes<'a>>,
}

impl<'a> Gallery<'a> {
    /// Looks at everybody whose portrait is wanted, by their keys; `None` when the work was given
    /// up.
    pub fn of(snapshot: &'a Snapshot, keys: &[&'a str], cancel: &Cancel) -> Option<Self> {
        Some(Self {
            crowd: Crowd::of(snapshot, keys, cancel)?,
            codes: codes(snapshot, &Subject::Principal(String::new())),
        })
    }

    /// The portrait of one of them, as [`Portrait::of`] makes it.
    pub fn portrait(&self, key: &str, events: &[EventId], cancel: &Cancel) -> Option<Portrait> {
        let subject = Subject::Principal(key.to_owned());
        let with = (Some(&self.crowd), self.codes.as_slice());
        Portrait::with(self.crowd.snapshot(), &subject, events, 0, with, cancel)
    }
}

impl Portrait {
    /// The portrait of a subject from the events that name it, in time order.
    ///
    /// `None` when the work was given up.
    pub fn of(
        snapshot: &Snapshot,
        subject: Subject,
        events: &[EventId],
        spark: usize,
        cancel: &Cancel,
    ) -> Option<Self> {
        let crowd = match &subject {
            Subject::Principal(key) => Some(Crowd::of(snapshot, &[key], cancel)?),
            Subject::Resource(_) | Subject::Resources => None,
        };
        let codes = codes(snapshot, &subject);
        Self::with(
            snapshot,
            &subject,
            events,
            spark,
            (crowd.as_ref(), &codes),
            cancel,
        )
    }

    fn with(
        snapshot: &Snapshot,
        subject: &Subject,
        events: &[EventId],
        spark: usize,
        (crowd, codes): (Option<&Crowd<'_>>, &[Codes<'_>]),
        cancel: &Cancel,
    ) -> Option<Self> {
        let catalogue = match subject {
            Subject::Resources => Some(Box::new(Catalogue::of(snapshot, events, cancel)?)),
            _ => None,
        };
        let group = match subject {
            Subject::Resource(name) => match snapshot.resources().find(name) {
                Some(sym) => history::names_of(snapshot, sym),
                None => Vec::new(),
            },
            Subject::Principal(_) | Subject::Resources => Vec::new(),
        };
        let ordered;
        let events = if group.is_empty() {
            events
        } else {
            let deed = |id| history::deed_to(snapshot, &group, id);
            ordered = sequence::of_resource(snapshot, events, deed);
            &ordered
        };
        let history = match subject {
            Subject::Resource(name) => History::of(snapshot, name, events, cancel).map(Box::new),
            Subject::Principal(_) | Subject::Resources => None,
        };
        let own = history.as_ref().map_or(&[][..], |h| h.names.as_slice());
        let mut sections = Vec::new();
        let set;
        let rows = if events.len() < tally::FEW {
            Rows::Few(events)
        } else {
            set = RowSet::of(snapshot.segments().len(), events);
            Rows::Set(&set)
        };
        for codes in codes {
            let field = codes.field();
            let wanted = Wanted {
                top: 50,
                spark: if field == Field::Svc || field == Field::Who {
                    spark
                } else {
                    0
                },
                writes_first: field == Field::Res,
                bytes: adds_up_bytes(field),
                ..Wanted::default()
            };
            let mut section = tally::count_by(codes, rows, wanted, cancel)?;
            // A resource always stands beside itself; errors are about what failed.
            let itself = section.values.len();
            section.values.retain(|v| {
                let is_subject = field == subject.field()
                    && v.value
                        .as_deref()
                        .is_some_and(|v| v == subject.name() || own.iter().any(|n| n == v));
                !(is_subject
                    || field == Field::Err && v.value.is_none()
                    || field == Field::Res && v.value.is_none())
            });
            section.distinct -= (itself - section.values.len()) as u64;
            sections.push(section);
        }
        let profile = match subject {
            Subject::Principal(key) => {
                let touched = sections.iter().filter(|s| s.field == Field::Res);
                let touched = touched.flat_map(|s| &s.values);
                let names: Vec<&str> = touched.filter_map(|v| v.value.as_deref()).collect();
                crowd.map(|crowd| Box::new(Profile::of(crowd, key, events, &names)))
            }
            Subject::Resource(_) | Subject::Resources => None,
        };
        let mut totals = Totals {
            events: events.len() as u64,
            ..Totals::default()
        };
        let mut changes: Vec<Run> = Vec::new();
        let mut is_full = false;
        let mut recent = Vec::new();
        let mut n_changes = 0;
        for &id in events.iter().rev() {
            let facts = snapshot.facts(id);
            let bytes = snapshot.bytes_out(id).unwrap_or(0);
            totals.bytes_out = totals.bytes_out.saturating_add(bytes);
            match (facts.outcome(), facts.verb()) {
                (Outcome::Denied, _) => totals.denied += 1,
                (Outcome::Throttled | Outcome::Failed, _) => totals.failed += 1,
                (Outcome::Ok, Verb::Read) => totals.reads += 1,
                (Outcome::Ok, Verb::Delete) => totals.deletes += 1,
                (Outcome::Ok, _) => totals.writes += 1,
            }
            // A call that only uses a resource does not change it.
            let is_used = || {
                !group.is_empty()
                    && snapshot
                        .named_by(id)
                        .filter(|(sym, _)| group.contains(sym))
                        .all(|(_, mark)| mark.role() == Role::Used)
            };
            if facts.verb() != Verb::Read && !is_used() {
                n_changes += 1;
                if recent.len() < MOST_CHANGES {
                    recent.push(id);
                }
                // Of a person every change is told: files in any order give the same.
                let is_resource = matches!(subject, Subject::Resource(_));
                let run = changes.last_mut().filter(|_| is_resource && !is_full);
                if let Some(run) = run.filter(|run| run.takes(snapshot, id)) {
                    run.first = id;
                    run.events += 1;
                } else if changes.len() < MOST_CHANGES {
                    changes.push(Run::of(id));
                } else {
                    is_full = true;
                }
            }
        }
        let dated = |id: &&EventId| snapshot.time(**id).is_some();
        let first = events.iter().find(dated).and_then(|id| snapshot.time(*id));
        let last = events.iter().rfind(dated).and_then(|id| snapshot.time(*id));
        let around = match subject {
            Subject::Resource(_) => Some(Around::of(snapshot, &recent, &group, cancel)?),
            Subject::Principal(_) | Subject::Resources => None,
        };
        Some(Self {
            subject: subject.clone(),
            totals,
            span: first.zip(last),
            sections,
            changes,
            n_changes,
            around,
            history,
            profile,
            catalogue,
        })
    }
}
