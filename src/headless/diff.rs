//! `diff`: what one call differs in from the same call before it, or from another event.

use std::io::Write;

use anyhow::bail;
use trailhound::base::text::counted;
use trailhound::engine::protocol::{Compare, Compared, Other};
use trailhound::event::diff::{ALWAYS, Change};
use trailhound::event::json::Node;
use trailhound::index::needs::Needs;
use trailhound::index::schema::Field;
use trailhound::index::segment::EventId;
use trailhound::index::snapshot::Snapshot;
use trailhound::source::Spec;
use trailhound::view;

use crate::cli::{Global, ObjectFormat};
use crate::headless::evidence::Evidence;
use crate::headless::fields::column_name;
use crate::headless::{FOUND, NOTHING, Terminal, as_wished, is_table, say, with_names};

/// What `diff` is asked.
pub(super) struct Asked<'a> {
    /// The event, by id.
    pub event: &'a str,
    /// The other one; the same call before where it is not said.
    pub with: Option<&'a str>,
    /// How it is written.
    pub format: Option<ObjectFormat>,
}

/// Compares, and writes what differs.
///
/// # Errors
/// An id that is no event's or several events', a record that cannot be read again.
pub(super) fn run(
    asked: &Asked<'_>,
    specs: Vec<Spec>,
    global: &Global,
    terminal: &Terminal,
    out: &mut dyn Write,
) -> anyhow::Result<u8> {
    let evidence = Evidence::load(specs, global, terminal, Needs::ALL, false)?;
    evidence.is_usable()?;
    let snapshot = &*evidence.loaded.snapshot;
    let Some(event) = the_event(&evidence, asked.event)? else {
        return Ok(NOTHING);
    };
    let compare = match asked.with {
        None => Compare::Earlier,
        Some(name) => match the_event(&evidence, name)? {
            Some(other) if other == event => bail!("an event does not differ from itself"),
            Some(other) => Compare::With(other),
            None => return Ok(NOTHING),
        },
    };
    let compared = evidence.reader.compared(snapshot, event, compare);
    if let Some(error) = compared.error {
        bail!("the two cannot be compared: {error}");
    }
    let Some((other, why)) = compared.other else {
        say(
            "trailhound: the evidence holds no earlier call of this name on this resource; --with ID \
             names an event to compare with",
        );
        return Ok(NOTHING);
    };
    let why = match why {
        Other::Same(same) => view::diff::why(same),
        Other::Pinned => "the event it was to be compared with",
    };
    let changes = changes(&compared, global);
    if is_table(asked.format, terminal) {
        let lines = view::diff::lines(snapshot, (other, event), why, changes, global.zone());
        let mut text = Vec::new();
        for line in lines {
            let pieces = line.line.pieces.iter().map(|p| p.text.as_str());
            let words: String = pieces.collect();
            writeln!(text, "{:1$}{2}", "", line.line.indent, words.trim_end())?;
        }
        out.write_all(&as_wished(&with_names(text, global), false, global))?;
    } else {
        let node = object(&evidence, (other, event), why, changes);
        let text = format!("{}\n", node.to_compact());
        out.write_all(&as_wished(text.as_bytes(), true, global))?;
    }
    Ok(if changes.is_empty() { NOTHING } else { FOUND })
}

const fn changes<'c>(compared: &'c Compared, global: &Global) -> &'c [Change] {
    if global.include_secrets {
        compared.whole.as_slice()
    } else {
        compared.safe.as_slice()
    }
}

/// The event of a name: its id, with `#` and a hash where several carry that.
fn the_event(evidence: &Evidence, name: &str) -> anyhow::Result<Option<EventId>> {
    let snapshot = &*evidence.loaded.snapshot;
    let rows = snapshot.rows_with_id(name);
    let mut found: Vec<EventId> = rows.iter().collect();
    if found.is_empty()
        && let Some((id, _)) = name.rsplit_once('#')
    {
        let rows = snapshot.rows_with_id(id);
        found = rows
            .iter()
            .filter(|e| evidence.reader.fetch(snapshot, *e).name == name)
            .collect();
    }
    match found.as_slice() {
        [] => {
            say(&format!("trailhound: no event has this id: {name}"));
            Ok(None)
        }
        [event] => Ok(Some(*event)),
        several => {
            let names = several.iter().take(5);
            let names: Vec<String> = names
                .map(|e| evidence.reader.fetch(snapshot, *e).name)
                .collect();
            let count = counted(several.len() as u64, "event");
            bail!(
                "{count} carry the id {name}; name one of them: {}",
                names.join(", ")
            )
        }
    }
}

fn text(text: impl Into<String>) -> Node {
    Node::Text(text.into())
}

/// What is told of an event: enough to know it by.
fn told(evidence: &Evidence, snapshot: &Snapshot, id: EventId) -> Node {
    let fields = [
        Field::Time,
        Field::Who,
        Field::Actor,
        Field::What,
        Field::Err,
        Field::Id,
    ];
    let cells = super::cells::of(snapshot, &evidence.reader, id, &fields);
    let pairs = fields.iter().zip(cells);
    Node::Object(
        pairs
            .map(|(f, cell)| (column_name(*f).to_owned(), cell.node()))
            .collect(),
    )
}

/// The answer as one object. A value that is not there has no key: `null` is a value.
fn object(
    evidence: &Evidence,
    (other, event): (EventId, EventId),
    why: &str,
    changes: &[Change],
) -> Node {
    let snapshot = &*evidence.loaded.snapshot;
    let value = |json: &String| Node::parse(json.as_bytes()).unwrap_or_else(|_| text(json.clone()));
    let change = |c: &Change| {
        let kind = match (&c.before, &c.after) {
            (None, _) => "added",
            (_, None) => "removed",
            _ => "changed",
        };
        let mut pairs = vec![
            ("change".to_owned(), text(kind)),
            ("path".to_owned(), text(c.path.clone())),
        ];
        pairs.extend(c.before.as_ref().map(|v| ("before".to_owned(), value(v))));
        pairs.extend(c.after.as_ref().map(|v| ("after".to_owned(), value(v))));
        Node::Object(pairs)
    };
    let always = ALWAYS.iter().map(|name| text(*name)).collect();
    Node::Object(vec![
        ("other".to_owned(), told(evidence, snapshot, other)),
        ("event".to_owned(), told(evidence, snapshot, event)),
        ("why".to_owned(), text(why)),
        ("left_out".to_owned(), Node::Array(always)),
        (
            "changes".to_owned(),
            Node::Array(changes.iter().map(change).collect()),
        ),
    ])
}
