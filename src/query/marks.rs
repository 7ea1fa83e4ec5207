//! Questions about the whole evidence: what a person did for the first time (`new:`), and what was
//! denied at first and allowed later (`flip:`).
//!
//! One walk over the events by time answers either; the snapshot keeps the answer. Events without a
//! usable time have no before and after, and nobody's events no person: neither is ever marked.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use hashbrown::HashMap;

use crate::base::cancel::Cancel;
use crate::base::time::HOUR;
use crate::event::outcome::{Outcome, Verb, fold_name};
use crate::index::bitmap::RowSet;
use crate::index::schema::{Col, Derived, Field, Home};
use crate::index::segment::{EventId, UNDATED};
use crate::index::snapshot::Snapshot;
use crate::index::symbols::Sym;
use crate::query::moment::Duration;

/// What `new:` may ask of; each is told by a column.
pub const NEWS: &[Field] = &[
    Field::Ip,
    Field::Asn,
    Field::Cc,
    Field::Net,
    Field::Tool,
    Field::Os,
    Field::Ua,
    Field::What,
    Field::Svc,
    Field::Region,
    Field::Acct,
    Field::Via,
    Field::Key,
];

/// The stretch in which a denied call and the same one allowed belong together, unless one is
/// written.
pub const FLIP_WITHIN: i64 = 24 * HOUR;

/// A mark of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Marking {
    /// The first event of a person with a value of the field, and those with it up to so long
    /// after.
    New(Field, Option<Duration>),
    /// Denied calls that the same person made again with success at most so long after
    /// ([`FLIP_WITHIN`] unless it is said), and the first such success.
    Flip(Option<Duration>),
}

impl fmt::Display for Marking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, within) = match self {
            Self::New(field, within) => (field.name(), within),
            Self::Flip(within) => ("ok", within),
        };
        f.write_str(name)?;
        within.map_or(Ok(()), |within| write!(f, "+{within}"))
    }
}

impl Marking {
    /// The rows it marks.
    pub fn rows(self, snapshot: &Snapshot) -> Arc<RowSet> {
        let question = format!("{self:?}");
        snapshot.marked(&question, || {
            let events = match self {
                Self::New(field, within) => {
                    firsts(snapshot, field, within.map_or(0, Duration::micros))
                }
                Self::Flip(within) => flips(snapshot, within.map_or(FLIP_WITHIN, Duration::micros)),
            };
            RowSet::of(snapshot.segments().len(), &events)
        })
    }
}

/// Dated events of somebody, by time, with who that is and when.
fn of_people(snapshot: &Snapshot) -> impl Iterator<Item = (EventId, u32, i64)> + '_ {
    snapshot.order().iter().filter_map(|id| {
        let (person, time) = (snapshot.person_number(*id), snapshot.time_key(*id));
        (person != 0 && time != UNDATED).then_some((*id, person, time))
    })
}

fn firsts(snapshot: &Snapshot, field: Field, within: i64) -> Vec<EventId> {
    let Some(values) = Values::of(snapshot, field) else {
        return Vec::new();
    };
    let mut uses = FirstUses::default();
    let mut marked = Vec::new();
    for (id, person, time) in of_people(snapshot) {
        let Some(code) = values.code(snapshot, id) else {
            continue;
        };
        match uses.meet(code, person, time) {
            Met::First => marked.push(id),
            Met::Again(since) if within > 0 && time.saturating_sub(since) <= within => {
                marked.push(id);
            }
            Met::Again(_) => {}
        }
    }
    marked
}

/// How the values of a field are told apart.
#[derive(Debug, Clone)]
pub struct Values {
    col: Col,
    derived: Option<Derived>,
    folded: Option<Arc<[u32]>>,
}

impl Values {
    /// Those of a field; `None` for a field that no column tells.
    pub fn of(snapshot: &Snapshot, field: Field) -> Option<Self> {
        let (col, folded) = snapshot.told_by(field)?;
        let derived = match field.spec().home {
            Home::Derived(derived) => Some(derived),
            _ => None,
        };
        Some(Self {
            col,
            derived,
            folded: folded.map(Arc::from),
        })
    }

    /// The value of an event, numbered; equal where they are one value; `None` where it has none.
    pub fn code(&self, snapshot: &Snapshot, id: EventId) -> Option<u32> {
        let code = snapshot.symbol(self.col, id).map_or(0, Sym::code);
        let code = match &self.folded {
            Some(folded) => folded.get(code as usize).copied().unwrap_or(0),
            None => code,
        };
        (code != 0).then_some(code)
    }

    /// The value of an event, as a filter names it.
    pub fn value<'s>(&self, snapshot: &'s Snapshot, id: EventId) -> Option<Cow<'s, str>> {
        let text = snapshot.text(self.col, id)?;
        match (self.derived, self.col) {
            (Some(derived), _) => snapshot.derived(derived, text),
            (None, Col::What) => Some(fold_name(text).into()),
            (None, _) => Some(text.into()),
        }
    }
}

/// The first use of each value of a field by each person: the one rule of what is new. Events come
/// in the order of time.
#[derive(Debug, Clone, Default)]
pub struct FirstUses {
    first: HashMap<(u32, u32), i64>,
    /// The last value of each person: most events repeat it.
    last: HashMap<u32, (u32, i64)>,
}

/// How a value was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Met {
    /// For the first time by this person.
    First,
    /// Again, first met at this moment.
    Again(i64),
}

impl FirstUses {
    /// Meets a value of a person, by its number.
    pub fn meet(&mut self, code: u32, person: u32, time: i64) -> Met {
        if let Some((last, since)) = self.last.get(&person)
            && *last == code
        {
            return Met::Again(*since);
        }
        let mut met = Met::First;
        let since = *self
            .first
            .entry((person, code))
            .and_modify(|since| met = Met::Again(*since))
            .or_insert(time);
        self.last.insert(person, (code, since));
        met
    }
}

/// Events a person must have behind them before a first use is told as new for them.
pub const HABIT_EVENTS: u64 = 10;
/// Time a person must have been seen before a first use is told as new for them.
pub const HABIT_TIME: i64 = HOUR;

/// How well a person is known: who was never seen before does everything for the first time.
#[derive(Debug, Clone, Copy, Default)]
pub struct Habit {
    events: u64,
    first: i64,
}

impl Habit {
    /// Meets the next event of the person; whether there is enough before it to call a first use
    /// new.
    pub const fn meet(&mut self, time: i64) -> bool {
        if self.events == 0 {
            self.first = time;
        }
        self.events += 1;
        self.events > HABIT_EVENTS && time.saturating_sub(self.first) >= HABIT_TIME
    }
}

/// What is worth telling as new for a person, without being asked.
pub const TOLD_NEW: [Field; 6] = [
    Field::Ip,
    Field::Via,
    Field::Acct,
    Field::Region,
    Field::Tool,
    Field::What,
];

/// Whether a first use is worth telling: a service's name is no address, and what is only looked at
/// no deed.
pub fn is_told(snapshot: &Snapshot, field: Field, id: EventId) -> bool {
    match field {
        Field::Ip => {
            let text = snapshot.text(Col::Ip, id);
            text.is_some_and(|text| text.parse::<IpAddr>().is_ok())
        }
        Field::What => snapshot.facts(id).verb() != Verb::Read,
        _ => true,
    }
}

/// By number of a person, the fields of [`TOLD_NEW`] with a first use among some events that is new
/// for them, counted; `None` when the work was given up.
pub fn news(snapshot: &Snapshot, among: &RowSet, cancel: &Cancel) -> Option<Vec<[u32; 6]>> {
    let people = snapshot.people().len() + 1;
    let mut counts = vec![[0; 6]; people];
    let mut habits = vec![Habit::default(); people];
    let values = TOLD_NEW.map(|field| Values::of(snapshot, field));
    let mut uses = TOLD_NEW.map(|_| FirstUses::default());
    for (n, (id, person, time)) in of_people(snapshot).enumerate() {
        if n % 8192 == 0 && cancel.is_stale() {
            return None;
        }
        let (Some(habit), Some(counts)) = (
            habits.get_mut(person as usize),
            counts.get_mut(person as usize),
        ) else {
            continue;
        };
        let is_known = habit.meet(time);
        let told = TOLD_NEW.iter().zip(&values).zip(&mut uses);
        for (((field, values), uses), count) in told.zip(counts) {
            let code = values.as_ref().and_then(|v| v.code(snapshot, id));
            if code.map(|code| uses.meet(code, person, time)) == Some(Met::First)
                && is_known
                && among.contains(id)
                && is_told(snapshot, *field, id)
            {
                *count += 1;
            }
        }
    }
    Some(counts)
}

/// What makes two calls the same: the person, the service, the call and what it is about.
type Call = (u32, u32, u32, u32);

/// The same whatever it is about.
type AnyCall = (u32, u32, u32);

fn flips(snapshot: &Snapshot, within: i64) -> Vec<EventId> {
    let calls = snapshot.folded_calls();
    let names = snapshot.names();
    let mut waiting: HashMap<Call, Vec<(EventId, i64)>> = HashMap::new();
    // How many wait of a call: what an allowed one is about is only looked up where any does.
    let mut waiting_of: HashMap<AnyCall, usize> = HashMap::new();
    let mut marked = Vec::new();
    for (id, person, time) in of_people(snapshot) {
        let outcome = snapshot.facts(id).outcome();
        if !matches!(outcome, Outcome::Denied | Outcome::Ok) {
            continue;
        }
        let Some(what) = snapshot.symbol(Col::What, id) else {
            continue;
        };
        let what = calls.get(what.code() as usize).copied().unwrap_or(0);
        let svc = snapshot.symbol(Col::Svc, id).map_or(0, Sym::code);
        let any_call = (person, svc, what);
        if outcome == Outcome::Ok && waiting_of.get(&any_call).is_none_or(|n| *n == 0) {
            continue;
        }
        let target = snapshot
            .subject_of(id)
            .map_or(0, |sym| names.best(sym).code());
        if outcome == Outcome::Denied {
            let call = (person, svc, what, target);
            waiting.entry(call).or_default().push((id, time));
            *waiting_of.entry(any_call).or_default() += 1;
            continue;
        }
        // A denied call often does not say what it was about: then any target is the same.
        let mut came_of_one = false;
        let unsaid = (target != 0).then_some(0);
        for target in std::iter::once(target).chain(unsaid) {
            let denied = waiting.remove(&(person, svc, what, target));
            let denied = denied.unwrap_or_default();
            if let Some(n) = waiting_of.get_mut(&any_call) {
                *n = n.saturating_sub(denied.len());
            }
            for (denied, since) in denied {
                if time.saturating_sub(since) <= within {
                    marked.push(denied);
                    came_of_one = true;
                }
            }
        }
        if came_of_one {
            marked.push(id);
        }
    }
    marked
}
