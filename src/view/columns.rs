//! The value of an event in every field that can be a column. The list and headless output share
//! it.

use chrono_tz::Tz;

use crate::base::time::{DAY, UtcMicros};
use crate::event::json::Node;
use crate::event::kind::Kind;
use crate::event::principal::PrincipalKind;
use crate::event::resource;
use crate::event::service;
use crate::index::schema::{Col, Field, Home};
use crate::index::segment::EventId;
use crate::index::snapshot::Snapshot;
use crate::pivot::tally;

/// Columns of `query` where none are named.
///
/// Source: CLI.md, which makes them a contract.
pub const DEFAULTS: &[Field] = &[
    Field::Time,
    Field::Who,
    Field::Actor,
    Field::Via,
    Field::Verb,
    Field::Svc,
    Field::What,
    Field::Res,
    Field::Acct,
    Field::Region,
    Field::Ip,
    Field::Err,
    Field::Key,
    Field::Id,
];

/// How times of a list are written: no more of the date than tells them apart.
pub fn time_format(span: Option<(UtcMicros, UtcMicros)>) -> (&'static str, u16) {
    match span {
        Some((a, b)) if a.day_start() == b.day_start() => ("%H:%M:%S", 8),
        Some((a, b)) if b.0.saturating_sub(a.0) < 300 * DAY => ("%m-%d %H:%M:%S", 14),
        _ => ("%Y-%m-%d %H:%M:%S", 19),
    }
}

/// The value of an event in a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// The record does not say.
    Absent,
    /// Text.
    Text(String),
    /// `yes` or `no`.
    Flag(bool),
    /// A whole number.
    Count(u64),
    /// Several texts: resources.
    Several(Vec<String>),
}

/// Whether a field's value stands in the record only, so that it must be read again.
pub fn needs_record(field: Field) -> bool {
    field.spec().home == Home::Record
}

/// The value of an event in a column, exactly as recorded where it is text; people are called by
/// their labels. `record` is the event's tree, for the fields of [`needs_record`]; `name` is the
/// event's name, for [`Field::Id`].
pub fn value(
    snapshot: &Snapshot,
    id: EventId,
    field: Field,
    record: Option<&Node>,
    name: Option<&str>,
) -> Value {
    let text = |t: Option<&str>| t.map_or(Value::Absent, |t| Value::Text(t.to_owned()));
    let member = |key: &str| text(record.and_then(|r| r.get(key)).and_then(Node::as_str));
    match field {
        Field::Time => snapshot
            .time(id)
            .map_or(Value::Absent, |t| Value::Text(t.iso())),
        Field::Who => text(snapshot.person_of(id).map(|p| p.label.as_str())),
        Field::Actor => text(snapshot.text(Col::Principal, id)),
        Field::What => text(snapshot.text(Col::What, id)),
        Field::Res => Value::Several(
            snapshot
                .resources_of(id)
                .map(|s| snapshot.resources().text(s).to_owned())
                .collect(),
        ),
        Field::Id => match name {
            Some(name) => Value::Text(name.to_owned()),
            None => text(snapshot.recorded_id(id).as_deref()),
        },
        Field::Bytes => snapshot.bytes_out(id).map_or(Value::Absent, Value::Count),
        Field::Msg => member("errorMessage"),
        Field::Req => member("requestID"),
        Field::Shared => member("sharedEventID"),
        _ => match field.spec().home {
            Home::Flag(flag) if flag != crate::index::schema::Flag::Verb => {
                match tally::value_of(snapshot, id, field) {
                    Some((value, _)) => Value::Flag(value == "yes"),
                    None => Value::Absent,
                }
            }
            _ => text(
                tally::value_of(snapshot, id, field)
                    .map(|(value, _)| value)
                    .as_deref(),
            ),
        },
    }
}

/// One value of an event as text, where the record need not be read again.
pub fn text_of(snapshot: &Snapshot, id: EventId, field: Field) -> Option<String> {
    match value(snapshot, id, field, None, None) {
        Value::Absent => None,
        Value::Text(text) => Some(text),
        Value::Flag(yes) => Some(if yes { "yes" } else { "no" }.to_owned()),
        Value::Several(texts) => texts.into_iter().next(),
        Value::Count(n) => Some(n.to_string()),
    }
}

/// Who acted, in few characters: the person, and the role where it acted through one.
pub fn who(snapshot: &Snapshot, id: EventId) -> String {
    let Some(caller) = snapshot.principal_of(id) else {
        return "(not recorded)".to_owned();
    };
    match snapshot.person_of(id) {
        // Another account's caller is an id: the role it took on says more.
        Some(person) if person.key != caller.key && person.kind != PrincipalKind::Account => {
            let role = caller.label.split('/').next().unwrap_or(&caller.label);
            format!("{} ({role})", person.label)
        }
        _ => caller.label.clone(),
    }
}

/// What an event acts on, in few characters, and how many more resources it names.
pub fn target(snapshot: &Snapshot, id: EventId) -> String {
    let Some(first) = snapshot.subject_of(id) else {
        return String::new();
    };
    let name = resource::short_name(snapshot.resources().text(first));
    match snapshot.resources_of(id).count() {
        0 | 1 => name.to_owned(),
        all => format!("{name} +{}", all - 1),
    }
}

/// The value of an event in a field, as a list shows it: short names of people and resources.
pub fn short(snapshot: &Snapshot, id: EventId, field: Field) -> Option<String> {
    let text = |col| snapshot.text(col, id);
    Some(match field.spec().home {
        Home::Principal => snapshot.principal_of(id)?.label.clone(),
        Home::Resources => target(snapshot, id),
        Home::Kind => {
            let subject = snapshot.subject_of(id)?;
            Kind::of(snapshot.resources().text(subject))?.to_string()
        }
        Home::Column(Col::Session) => tally::session_of(snapshot, id)?,
        Home::Column(Col::Via) => resource::short_name(text(Col::Via)?).to_owned(),
        Home::Column(Col::Svc) => service::short(text(Col::Svc)?).to_owned(),
        Home::Column(col) => text(col)?.to_owned(),
        _ => text_of(snapshot, id, field)?,
    })
}

/// A time for people.
pub fn clock(time: Option<UtcMicros>, zone: Tz, format: &str) -> String {
    time.map_or_else(|| "undated".to_owned(), |t| t.format(zone, format))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_column_is_listed() {
        assert!(DEFAULTS.iter().all(|f| f.spec().listed));
    }
}
