//! Answering: the index first, then the records' own bytes where the index cannot decide.

use std::cell::RefCell;
use std::ops::{ControlFlow, Range};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use crate::base::cancel::Cancel;
use crate::decode::Look;
use crate::engine::crew::{self, AllHands};
use crate::engine::memo::Memo;
use crate::engine::missed;
use crate::engine::protocol::{Ask, Reply, Searched};
use crate::engine::reader::Reader;
use crate::engine::telling;
use crate::index::bitmap::RowSet;
use crate::index::segment::EventId;
use crate::index::snapshot::{Hits, Snapshot};
use crate::pivot::histogram::Histogram;
use crate::pivot::person;
use crate::pivot::portrait::Portrait;
use crate::pivot::sorted;
use crate::pivot::tally::{self, FieldTally, Wanted};
use crate::query::ast::Expr;
use crate::query::residual::Residual;
use crate::query::traces::Traces;
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

/// How long a search goes on before the first of its results are told, and then between two times.
const FIRST_PART: Duration = Duration::from_millis(4);
const NEXT_PART: Duration = Duration::from_millis(120);

/// Finds the events of a filter; `None` when the work was given up.
pub fn find(
    snapshot: &Snapshot,
    filter: &Expr,
    reader: &Reader,
    cancel: &Cancel,
) -> Option<Answer> {
    find_with(
        snapshot,
        filter,
        reader,
        cancel,
        &Memo::default(),
        &mut |_, _| {},
    )
}

/// As [`find`], with what is known of words, and telling now and then what was found so far, and
/// where.
fn find_with(
    snapshot: &Snapshot,
    filter: &Expr,
    reader: &Reader,
    cancel: &Cancel,
    memo: &Memo,
    partly: &mut dyn FnMut(&RowSet, Searched),
) -> Option<Answer> {
    if *filter == Expr::All {
        return Some(Answer {
            rows: snapshot.all(),
            ..Answer::default()
        });
    }
    let telling = RefCell::new(Telling::begin(partly));
    let heard = |rows: &RowSet| {
        if !rows.is_empty() && !cancel.is_stale() {
            telling.borrow_mut().tell(rows, Searched::Columns);
        }
    };
    let plan = plan::bind_with(filter, snapshot, &AllHands);
    let found = eval::search_with(snapshot, &plan, cancel, &AllHands, &heard);
    if cancel.is_stale() {
        return None;
    }
    let mut answer = Answer::default();
    let Some(residual) = found.residual else {
        answer.rows = found.rows;
        return Some(answer);
    };
    let search = Search {
        snapshot,
        reader,
        traces: residual.traces(),
        residual: &residual,
        cancel,
    };
    answer.rows = found.sure.clone();
    let mut open = found.rows;
    open.minus(&found.sure);
    search.finish(open, &mut answer, memo, telling.into_inner())?;
    Some(answer)
}

/// When what was found so far is told.
struct Telling<'a> {
    began: Instant,
    due: Duration,
    partly: &'a mut dyn FnMut(&RowSet, Searched),
}

impl<'a> Telling<'a> {
    fn begin(partly: &'a mut dyn FnMut(&RowSet, Searched)) -> Self {
        Self {
            began: Instant::now(),
            due: FIRST_PART,
            partly,
        }
    }

    /// Tells what was found so far and where, if it is time for that.
    fn tell(&mut self, rows: &RowSet, searched: Searched) {
        if self.began.elapsed() < self.due {
            return;
        }
        let telling = Instant::now();
        (self.partly)(rows, searched);
        // Telling must not cost more than a small part of the search.
        self.due = self.began.elapsed() + telling.elapsed() * 10 + NEXT_PART;
    }
}

/// A search through the records of rows that the index cannot decide.
struct Search<'a> {
    snapshot: &'a Snapshot,
    reader: &'a Reader,
    residual: &'a Residual,
    traces: Option<Traces>,
    cancel: &'a Cancel,
}

/// What the records of one file say.
#[derive(Default)]
struct Said {
    /// Rows that match.
    matches: Vec<EventId>,
    /// Rows whose records hold the word of the search, and rows whose records do not.
    holds: (Vec<EventId>, Vec<EventId>),
    unread: u64,
    reason: Option<String>,
}

impl Search<'_> {
    /// Decides the open rows, with what is known of the word already, telling now and then how
    /// far it is. `None` when the work was given up; what was found out until then is kept.
    fn finish(
        &self,
        mut open: RowSet,
        answer: &mut Answer,
        memo: &Memo,
        mut telling: Telling<'_>,
    ) -> Option<()> {
        let segments = self.snapshot.segments().len();
        let mut known = self.residual.word().map(|word| memo.of(word, segments));
        if let Some(known) = &known {
            for (rows, holds) in [(&known.yes, true), (&known.no, false)] {
                let mut decided = open.clone();
                decided.and(rows);
                open.minus(&decided);
                if holds || !self.residual.needs_word() {
                    let matches = |id: &EventId| self.residual.matches_if(*id, holds);
                    decided
                        .iter()
                        .filter(matches)
                        .for_each(|id| answer.rows.insert(id));
                }
            }
        }
        let open = open.flat();
        let files = self.files(&open);
        telling.tell(&answer.rows, Searched::Records(0.0));
        let all: usize = files.iter().map(ExactSizeIterator::len).sum();
        let mut read = 0;
        self.each_file(&open, &files, |rows, said| {
            for id in said.matches {
                answer.rows.insert(id);
            }
            if let Some(known) = &mut known {
                said.holds.0.iter().for_each(|id| known.yes.insert(*id));
                said.holds.1.iter().for_each(|id| known.no.insert(*id));
            }
            answer.unread += said.unread;
            if answer.unread_reason.is_none() {
                answer.unread_reason = said.reason;
            }
            read += rows;
            if read < all && !self.cancel.is_stale() {
                telling.tell(&answer.rows, Searched::Records(read as f32 / all as f32));
            }
        });
        if let Some(known) = known {
            memo.keep(known);
        }
        (!self.cancel.is_stale()).then_some(())
    }

    /// The rows of each file that has any of those given, as their places in the order of
    /// appending: one file's rows stand together there.
    fn files(&self, open: &[u64]) -> Vec<Range<usize>> {
        let file = |row: usize| self.snapshot.place(EventId::nth(row)).file;
        let (mut files, mut start, len) = (Vec::new(), 0, self.snapshot.len());
        while start < len {
            let this = file(start);
            let mut step = 1;
            while start + step < len && file(start + step) == this {
                step *= 2;
            }
            let (mut inside, mut outside) = (start + step / 2, (start + step).min(len));
            while inside + 1 < outside {
                let middle = usize::midpoint(inside, outside);
                if file(middle) == this {
                    inside = middle;
                } else {
                    outside = middle;
                }
            }
            if events_in(open, start..outside).next().is_some() {
                files.push(start..outside);
            }
            start = outside;
        }
        files
    }

    /// Reads files on all cores and hands on what each says as it comes, with its rows.
    fn each_file(&self, open: &[u64], files: &[Range<usize>], mut hear: impl FnMut(usize, Said)) {
        let next = AtomicUsize::new(0);
        let work = |say: &mut dyn FnMut(usize, Said)| {
            let mut buffer = Vec::new();
            while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                if self.cancel.is_stale() {
                    return;
                }
                let rows: Vec<EventId> = events_in(open, file.clone()).collect();
                say(file.len(), self.file(&rows, &mut buffer));
            }
        };
        let helpers = crew::size().min(files.len()).saturating_sub(1);
        let (sender, replies) = mpsc::channel();
        std::thread::scope(|scope| {
            for _ in 0..helpers {
                let sender = sender.clone();
                scope.spawn(|| {
                    let sender = sender;
                    work(&mut |rows, said| {
                        // Nobody hears it only when this thread's owner has failed.
                        let _ = sender.send((rows, said));
                    });
                });
            }
            drop(sender);
            work(&mut |rows, said| {
                hear(rows, said);
                for (rows, said) in replies.try_iter() {
                    hear(rows, said);
                }
            });
            for (rows, said) in replies {
                hear(rows, said);
            }
        });
    }

    /// Asks the records of one file.
    fn file(&self, rows: &[EventId], buffer: &mut Vec<u8>) -> Said {
        let mut said = Said::default();
        let has_word = self.residual.word().is_some();
        let mut n = 0;
        let traces = self.traces.as_ref();
        let places = |text: &[u8]| traces.map_or_else(Vec::new, |traces| traces.places(text));
        let look = traces.map(|_| &places as Look<'_>);
        self.reader
            .each_record(self.snapshot, rows, buffer, look, |id, record| {
                match record {
                    Ok(None) if self.residual.matches_untraced(id) => said.matches.push(id),
                    Ok(Some(record)) if has_word => {
                        let holds = self.residual.holds_word(record);
                        let list = if holds {
                            &mut said.holds.0
                        } else {
                            &mut said.holds.1
                        };
                        list.push(id);
                        if self.residual.matches_if(id, holds) {
                            said.matches.push(id);
                        }
                    }
                    Ok(Some(record)) if self.residual.matches(id, record) => said.matches.push(id),
                    Ok(_) => {}
                    Err(error) => {
                        said.unread += 1;
                        said.reason.get_or_insert_with(|| error.to_string());
                    }
                }
                n += 1;
                if n % 64 == 0 && self.cancel.is_stale() {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            });
        said
    }
}

/// The events among some places of a set in one piece.
fn events_in(bits: &[u64], places: Range<usize>) -> impl Iterator<Item = EventId> {
    let words = places.start / 64..places.end.div_ceil(64);
    words.flat_map(move |at| {
        let first = places.start.saturating_sub(at * 64).min(63);
        let past = (places.end - at * 64).min(64);
        let mut word = bits.get(at).copied().unwrap_or(0) & (u64::MAX << first);
        word &= u64::MAX >> (64 - past);
        std::iter::from_fn(move || {
            let bit = (word != 0).then(|| word.trailing_zeros() as usize)?;
            word &= word - 1;
            Some(EventId::nth(at * 64 + bit))
        })
    })
}

/// The events of a set in time order, put together by all cores.
fn in_order(snapshot: &Snapshot, rows: &RowSet) -> Hits {
    if rows.len() == snapshot.len() {
        return Hits::all(snapshot);
    }
    let parts = if snapshot.len() < 1 << 18 {
        1
    } else {
        crew::size()
    };
    let place = |part: usize| snapshot.len() * part / parts;
    let order = crew::gather(parts, |part| {
        snapshot.part_in_order(rows, place(part)..place(part + 1))
    });
    Hits {
        generation: snapshot.generation(),
        order: joined(&order),
    }
}

/// Lists, one behind the other.
fn joined(parts: &[Vec<EventId>]) -> Arc<[EventId]> {
    let len = parts.iter().map(Vec::len).sum();
    let mut all: Arc<[EventId]> = std::iter::repeat_n(EventId::nth(0), len).collect();
    // Nobody else has it yet, so that it is not copied once more.
    if let Some(mut rest) = Arc::get_mut(&mut all) {
        for part in parts {
            let (these, others) = rest.split_at_mut(part.len());
            these.copy_from_slice(part);
            rest = others;
        }
    }
    all
}

/// Answers everything an [`Ask`] asks, the events first; stops when something newer is asked.
pub(crate) fn answer(
    ask: &Ask,
    reader: &Reader,
    memo: &Memo,
    cancel: &Cancel,
    send: &mut dyn FnMut(Reply),
) {
    let (snapshot, request) = (&ask.snapshot, ask.request);
    let started = Instant::now();
    let mut unread = None;
    let (rows, hits) = if *ask.filter == Expr::All {
        (snapshot.all(), Hits::all(snapshot))
    } else {
        let mut parts = 0;
        let mut partly = |rows: &RowSet, searched: Searched| {
            let hits = in_order(snapshot, rows);
            let order = Arc::clone(&hits.order);
            send(Reply::Hits {
                request,
                sorted: sorted::sort(snapshot, &hits, ask.sort, cancel),
                hits,
                took: started.elapsed(),
                searched: Some(searched),
            });
            // The first part is for the eye; a search that goes on is counted, too.
            parts += 1;
            if parts > 1 {
                count(ask, rows, &order, cancel, send);
            }
        };
        let found = find_with(snapshot, &ask.filter, reader, cancel, memo, &mut partly);
        let Some(found) = found else { return };
        let hits = in_order(snapshot, &found.rows);
        unread = Some((found.unread, found.unread_reason.unwrap_or_default()));
        (found.rows, hits)
    };
    let sorted = sorted::sort(snapshot, &hits, ask.sort, cancel);
    if cancel.is_stale() {
        return;
    }
    let took = started.elapsed();
    send(Reply::Hits {
        request,
        hits: hits.clone(),
        sorted,
        took,
        searched: None,
    });
    if hits.is_empty() {
        let Some(missed) = missed::explain(snapshot, &ask.filter, reader, cancel) else {
            return;
        };
        let missed = missed.iter().map(ToString::to_string).collect();
        send(Reply::Missed { request, missed });
    }
    if let Some((records, reason)) = unread.filter(|(records, _)| *records > 0) {
        send(Reply::Unread {
            request,
            records,
            reason,
        });
    }
    if let Some(wider) = &ask.without {
        let found = find_with(snapshot, wider, reader, cancel, memo, &mut |_, _| {});
        let Some(found) = found else { return };
        send(Reply::Without {
            request,
            events: found.rows.len() as u64,
        });
    }
    if let Some(subject) = &ask.portrait {
        let Some(portrait) = Portrait::of(snapshot, subject.clone(), &hits.order, SPARK, cancel)
        else {
            return;
        };
        let mut portrait = Box::new(portrait);
        send(Reply::Portrait {
            request,
            portrait: portrait.clone(),
        });
        // What changed stands in the records: it is told when they have been read.
        if telling::tell(snapshot, reader, &mut portrait, &hits.order, cancel) {
            send(Reply::Portrait { request, portrait });
        }
        if cancel.is_stale() {
            return;
        }
    }
    if ask.people {
        let Some(mut people) = person::people(snapshot, &hits.order, cancel) else {
            return;
        };
        send(Reply::People {
            request,
            people: people.clone(),
        });
        // What is new for whom takes a walk over everything: the list does not wait for it.
        if person::tell_news(snapshot, &mut people, &rows, cancel).is_none() {
            return;
        }
        send(Reply::People { request, people });
    }
    count(ask, &rows, &hits.order, cancel, send);
}

/// Counts facets and the histogram of some events and sends both; nothing where the work was given
/// up.
fn count(
    ask: &Ask,
    rows: &RowSet,
    order: &[EventId],
    cancel: &Cancel,
    send: &mut dyn FnMut(Reply),
) {
    let (snapshot, request) = (&ask.snapshot, ask.request);
    let wanted = Wanted {
        top: ask.facet_values,
        counts_only: true,
        ..Wanted::default()
    };
    // The histogram is a piece of work beside the facets.
    let pieces = crew::gather(ask.facets.len() + 1, |piece| match ask.facets.get(piece) {
        Some(field) => {
            let wanted = if ask.open == Some(*field) {
                Wanted::default()
            } else {
                wanted
            };
            Piece::Facet(tally::count(snapshot, rows, *field, wanted, cancel))
        }
        None if ask.columns > 0 => {
            let columns = ask.columns;
            Piece::Histogram(Histogram::of_rows(snapshot, order, rows, columns, cancel))
        }
        None => Piece::Nothing,
    });
    if cancel.is_stale() {
        return;
    }
    let mut facets = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Facet(facet) => facets.extend(facet),
            Piece::Histogram(Some(histogram)) => send(Reply::Histogram { request, histogram }),
            Piece::Histogram(None) | Piece::Nothing => {}
        }
    }
    if !ask.facets.is_empty() {
        send(Reply::Facets { request, facets });
    }
}

/// What one piece of counting gave.
enum Piece {
    Facet(Option<FieldTally>),
    Histogram(Option<Histogram>),
    Nothing,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_range_of_bits_is_what_one_by_one_gives(
            bits in prop::collection::vec(any::<u64>(), 1..5),
            a in 0usize..320,
            b in 0usize..320,
        ) {
            let (start, end) = (a.min(b).min(bits.len() * 64), a.max(b).min(bits.len() * 64));
            let expected: Vec<usize> = (start..end)
                .filter(|at| bits[at / 64] >> (at % 64) & 1 == 1)
                .collect();
            let found: Vec<usize> = events_in(&bits, start..end).map(EventId::index).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
