//! Why a filter finds nothing: what it would find without each of its terms.

use crate::base::cancel::Cancel;
use crate::base::text::counted;
use crate::engine::answer::find;
use crate::engine::reader::Reader;
use crate::index::snapshot::Snapshot;
use crate::query::ast::Expr;

/// Terms asked about; a filter of more is explained by its first ones.
const MOST: usize = 16;

/// A term of a filter that finds nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missed {
    /// The term as it is written.
    pub term: String,
    /// Events of the filter without it.
    pub without: u64,
    /// Events of the term alone; asked only where no term's removal helps.
    pub alone: Option<u64>,
}

impl std::fmt::Display for Missed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.alone {
            Some(alone) => write!(f, "{} alone {}", self.term, counted(alone, "event")),
            None => write!(
                f,
                "without {} {}",
                self.term,
                counted(self.without, "event")
            ),
        }
    }
}

/// Says of each of the terms that must all hold what the others find; where those find nothing
/// either, what each finds alone. Empty for a filter of one term; `None` when the work was given up.
pub fn explain(
    snapshot: &Snapshot,
    filter: &Expr,
    reader: &Reader,
    cancel: &Cancel,
) -> Option<Vec<Missed>> {
    let Expr::And(parts) = filter else {
        return Some(Vec::new());
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
