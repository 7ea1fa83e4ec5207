//! Why a filter finds nothing: what it would find without each of its terms.

use crate::base::cancel::Cancel;
use crate::base::text::{counted, nearest};
use crate::engine::answer::find;
use crate::engine::reader::Reader;
use crate::event::outcome::fold_name;
use crate::index::schema::{Col, Home};
use crate::index::snapshot::Snapshot;
use crate::query::ast::{Expr, Op, Subject, Test, Value};
use crate::query::pattern::{How, Pattern};

/// Terms asked about; a filter of more is explained by its first ones.
const MOST: usize = 16;

/// Values among which one is looked for that was meant.
const VALUES: usize = 50_000;

/// A term of a filter that finds nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missed {
    /// The term as it is written.
    pub term: String,
    /// Events of the filter without it.
    pub without: u64,
    /// Events of the term alone; asked only where no term's removal helps.
    pub alone: Option<u64>,
    /// A term with a value that is there and is written almost so.
    pub meant: Option<String>,
}

impl std::fmt::Display for Missed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let events = |n| counted(n, "event");
        if let Some(alone) = self.alone {
            write!(f, "{} alone {}", self.term, events(alone))?;
        } else {
            write!(f, "without {} {}", self.term, events(self.without))?;
        }
        match &self.meant {
            Some(meant) => write!(f, " (did you mean {meant}?)"),
            None => Ok(()),
        }
    }
}

/// Says of each of the terms that must all hold what the others find; where those find nothing
/// either, what each finds alone. Empty for a filter of one term, unless another value was meant;
/// `None` when the work was given up.
pub fn explain(
    snapshot: &Snapshot,
    filter: &Expr,
    reader: &Reader,
    cancel: &Cancel,
) -> Option<Vec<Missed>> {
    let Expr::And(parts) = filter else {
        let only = meant(snapshot, filter).map(|meant| Missed {
            term: filter.to_string(),
            without: snapshot.len() as u64,
            alone: None,
            meant: Some(meant),
        });
        return Some(only.into_iter().collect());
    };
    let count = |filter: &Expr| -> Option<u64> {
        let rows = find(snapshot, filter, reader, cancel)?.rows;
        Some(rows.len() as u64)
    };
    let mut missed = Vec::new();
    for (at, part) in parts.iter().enumerate().take(MOST) {
        let others = parts.iter().enumerate().filter(|(other, _)| *other != at);
        let others = Expr::all_of(others.map(|(_, part)| part.clone()).collect());
        let term = match part {
            Expr::Or(_) => format!("({part})"),
            part => part.to_string(),
        };
        missed.push(Missed {
            term,
            without: count(&others)?,
            alone: None,
            meant: meant(snapshot, part),
        });
    }
    if missed.iter().all(|m| m.without == 0) {
        for (missed, part) in missed.iter_mut().zip(parts) {
            missed.alone = Some(count(part)?);
        }
    }
    // What helps most stands first.
    missed.sort_by_key(|m| std::cmp::Reverse((m.without, m.alone)));
    Some(missed)
}

/// The term with a value of the evidence in place of one that no event has and that is written
/// almost so.
fn meant(snapshot: &Snapshot, term: &Expr) -> Option<String> {
    let Expr::Test(test) = term else {
        return None;
    };
    let (Subject::Field(field), Op::Has | Op::Is, [Value::Word(word)]) =
        (&test.subject, test.op, test.values.as_slice())
    else {
        return None;
    };
    let (col, is_name) = match field.spec().home {
        Home::Column(col) => (col, false),
        Home::Principal | Home::Person => (Col::Principal, true),
        _ => return None,
    };
    let dict = snapshot.dict(col);
    if word.how != How::Literal || dict.len() > VALUES {
        return None;
    }
    let parts = |text: &'_ str| -> Vec<String> {
        match col {
            // A name matches by any of its parts.
            _ if is_name => text.split(['/', ':', '@']).map(str::to_owned).collect(),
            Col::Svc => vec![text.trim_end_matches(".amazonaws.com").to_owned()],
            Col::What => vec![fold_name(text).to_owned()],
            _ => vec![text.to_owned()],
        }
    };
    let known: Vec<String> = dict.iter().flat_map(|(_, text)| parts(text)).collect();
    if known.iter().any(|k| k.eq_ignore_ascii_case(&word.text)) {
        return None;
    }
    let near = nearest(&word.text, known.iter().map(String::as_str))?;
    let near = Value::Word(Pattern {
        text: near.to_owned(),
        how: How::Literal,
    });
    let test = Test {
        values: vec![near],
        ..test.clone()
    };
    Some(Expr::Test(test).to_string())
}
