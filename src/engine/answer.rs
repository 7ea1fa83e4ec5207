//! Answering: the index first, then the records' own bytes where the index cannot decide.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use crate::base::cancel::Cancel;
use crate::engine::protocol::{Ask, Reply};
use crate::engine::reader::{Reader, slice};
use crate::index::bitmap::RowSet;
use crate::index::segment::EventId;
use crate::index::snapshot::{Hits, Snapshot};
use crate::pivot::histogram::Histogram;
use crate::pivot::portrait::Portrait;
use crate::pivot::tally::{self, Wanted};
use crate::query::ast::Expr;
use crate::query::{eval, plan};

/// The events of a filter, with what could not be asked of them.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// The events that match.
    pub rows: RowSet,
    /// Records that could not be read again, so that nobody knows whether they match; left out.
    pub unread: u64,
    /// Why the first of those could not be read.
    pub unread_reason: Option<String>,
}

/// Columns of a small graph in a portrait.
const SPARK: usize = 24;

/// Finds the events of a filter; `None` when the work was given up.
pub fn find(
    snapshot: &Snapshot,
    filter: &Expr,
    reader: &Reader,
    cancel: &Cancel,
) -> Option<Answer> {
    if *filter == Expr::All {
        return Some(Answer {
            rows: snapshot.all(),
            ..Answer::default()
        });
    }
    let found = eval::search(snapshot, &plan::bind(filter, snapshot), cancel);
    if cancel.is_stale() {
        return None;
    }
    let mut answer = Answer {
        rows: found.rows,
        ..Answer::default()
    };
    let Some(residual) = found.residual else {
        return Some(answer);
    };
    // Rows were appended in the order of files and places, so one file's rows stand together.
    let open: Vec<EventId> = answer
        .rows
        .iter()
        .filter(|id| !found.sure.contains(*id))
        .collect();
    let groups: Vec<&[EventId]> = open
        .chunk_by(|a, b| snapshot.place(*a).file == snapshot.place(*b).file)
        .collect();
    let next = AtomicUsize::new(0);
    let refused: Mutex<(Vec<EventId>, u64, Option<String>)> = Mutex::default();
    let workers = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..workers.min(groups.len()) {
            scope.spawn(|| {
                while let Some(group) = groups.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if cancel.is_stale() {
                        return;
                    }
                    let (mut no, mut unread, mut reason) = (Vec::new(), 0, None);
                    each_record(snapshot, reader, group, cancel, |id, bytes| match bytes {
                        Ok(bytes) if residual.matches(id, bytes) => {}
                        Ok(_) => no.push(id),
                        Err(e) => {
                            no.push(id);
                            unread += 1;
                            reason.get_or_insert_with(|| e.to_string());
                        }
                    });
                    let mut all = refused.lock().unwrap_or_else(PoisonError::into_inner);
                    all.0.append(&mut no);
                    all.1 += unread;
                    if all.2.is_none() {
                        all.2 = reason;
                    }
                }
            });
        }
    });
    if cancel.is_stale() {
        return None;
    }
    let (no, unread, reason) = refused.into_inner().unwrap_or_else(PoisonError::into_inner);
    for id in no {
        answer.rows.remove(id);
    }
    answer.unread = unread;
    answer.unread_reason = reason;
    Some(answer)
}

/// Calls `each` with every event of one file and its record's bytes, or why they cannot be read.
fn each_record(
    snapshot: &Snapshot,
    reader: &Reader,
    events: &[EventId],
    cancel: &Cancel,
    mut each: impl FnMut(EventId, Result<&[u8], std::io::Error>),
) {
    let Some(&first) = events.first() else { return };
    match reader.text(snapshot.place(first).file, false) {
        Ok(Some(text)) => {
            for &id in events {
                match slice(&text, snapshot.place(id)) {
                    Some(record) => each(id, Ok(&record)),
                    None => each(
                        id,
                        Err(std::io::Error::other(
                            "the file has changed since it was loaded",
                        )),
                    ),
                }
            }
        }
        _ => {
            for &id in events {
                if cancel.is_stale() {
                    return;
                }
                match reader.record(snapshot.place(id)) {
                    Ok(record) => each(id, Ok(&record)),
                    Err(e) => each(id, Err(e)),
                }
            }
        }
    }
}

/// Answers everything an [`Ask`] asks, the events first; stops when something newer is asked.
pub(crate) fn answer(ask: &Ask, reader: &Reader, cancel: &Cancel, send: &mut dyn FnMut(Reply)) {
    let (snapshot, request) = (&ask.snapshot, ask.request);
    let started = Instant::now();
    let hits = if *ask.filter == Expr::All {
        Hits::all(snapshot)
    } else {
        let Some(found) = find(snapshot, &ask.filter, reader, cancel) else {
            return;
        };
        Hits::of(snapshot, &found.rows)
    };
    let took = started.elapsed();
    send(Reply::Hits {
        request,
        hits: hits.clone(),
        took,
    });
    if let Some(subject) = &ask.portrait {
        let Some(portrait) = Portrait::of(snapshot, subject.clone(), &hits.order, SPARK, cancel)
        else {
            return;
        };
        send(Reply::Portrait {
            request,
            portrait: Box::new(portrait),
        });
    }
    if ask.columns > 0 {
        let Some(histogram) = Histogram::of(snapshot, &hits.order, ask.columns, cancel) else {
            return;
        };
        send(Reply::Histogram { request, histogram });
    }
    if !ask.facets.is_empty() {
        let wanted = Wanted {
            top: ask.facet_values,
            ..Wanted::default()
        };
        let facets: Option<Vec<_>> = ask
            .facets
            .iter()
            .map(|field| tally::tally(snapshot, &hits.order, *field, wanted, cancel))
            .collect();
        let Some(facets) = facets else { return };
        send(Reply::Facets { request, facets });
    }
}
