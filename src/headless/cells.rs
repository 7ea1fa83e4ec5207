//! The cells of events, read again only where a column needs the records.

use std::collections::BTreeMap;

use trailhound::engine::Reader;
use trailhound::engine::protocol::Fetched;
use trailhound::index::schema::Field;
use trailhound::index::segment::EventId;
use trailhound::index::snapshot::Snapshot;
use trailhound::report::Cell;
use trailhound::view::{self, columns};

/// Calls `row` with the cells of every event, in the order given; where records have to be read,
/// each file is gone through as seldom as can be.
///
/// # Errors
/// What `row` says ends it.
pub fn each<E>(
    snapshot: &Snapshot,
    reader: &Reader,
    events: &[EventId],
    fields: &[Field],
    mut row: impl FnMut(EventId, Vec<Cell>) -> Result<(), E>,
) -> Result<(), E> {
    let needs = |id: &EventId| needs_record(snapshot, *id, fields);
    for run in events.chunk_by(|a, b| needs(a) == needs(b)) {
        if run.first().is_some_and(needs) {
            reader.in_order(snapshot, run, |id, record| {
                let record = reader.fetched(snapshot, id, record);
                row(id, cells(snapshot, id, fields, Some(&record)))
            })?;
        } else {
            for &id in run {
                row(id, cells(snapshot, id, fields, None))?;
            }
        }
    }
    Ok(())
}

/// The cells of one event.
pub fn of(snapshot: &Snapshot, reader: &Reader, id: EventId, fields: &[Field]) -> Vec<Cell> {
    let record = needs_record(snapshot, id, fields).then(|| reader.fetch(snapshot, id));
    cells(snapshot, id, fields, record.as_ref())
}

fn needs_record(snapshot: &Snapshot, id: EventId, fields: &[Field]) -> bool {
    let unnamed = fields.contains(&Field::Id) && !snapshot.id_is_name(id);
    unnamed || fields.iter().any(|f| columns::needs_record(*f))
}

fn cells(
    snapshot: &Snapshot,
    id: EventId,
    fields: &[Field],
    record: Option<&Fetched>,
) -> Vec<Cell> {
    let tree = record.and_then(|r| r.tree.as_ref());
    let name = record
        .map(|r| r.name.as_str())
        .filter(|name| !name.is_empty());
    fields
        .iter()
        .map(|field| match field {
            Field::Time => Cell::time(snapshot.time(id)),
            field => columns::value(snapshot, id, *field, tree, name).into(),
        })
        .collect()
}

/// Cells with what a person calls the accounts in them, where such names are wanted.
pub fn with_accounts(cells: Vec<Cell>, names: Option<&BTreeMap<String, String>>) -> Vec<Cell> {
    let Some(names) = names.filter(|names| !names.is_empty()) else {
        return cells;
    };
    let named = |cell| match cell {
        Cell::Text(text) => Cell::Text(view::with_accounts(&text, names).into_owned()),
        cell => cell,
    };
    cells.into_iter().map(named).collect()
}
