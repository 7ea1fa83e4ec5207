//! A plan over a snapshot: rows that match, and what is left to ask of their bytes.
//!
//! Index questions are column scans into bitmaps, segment by segment. Where bytes must decide,
//! the answer is two sets, the rows that surely match and those that may, so that `NOT` and `OR`
//! around such a question stay exact. Refuses to know: bytes, tasks, the order of hits.

use std::sync::Arc;

use crate::base::cancel::Cancel;
use crate::base::crew::{self, Alone, Crew};
use crate::index::bitmap::{Bitmap, RowSet};
use crate::index::schema::Col;
use crate::index::segment::Segment;
use crate::index::snapshot::Snapshot;
use crate::query::plan::{Node, Plan};
use crate::query::residual::{Atom, Open, Residual};

/// What a search found.
#[derive(Debug, Clone)]
pub struct Found {
    /// The rows that match; with a residual, the rows that may.
    pub rows: RowSet,
    /// The rows of those that match whatever their bytes say.
    pub sure: RowSet,
    /// What to ask of the record of each row that is not sure; `None` where `rows` is exact.
    pub residual: Option<Residual>,
}

/// Asks a plan of the snapshot it was bound to.
///
/// Stops between segments when the wish is stale: what it gives then is of no use.
pub fn search(snapshot: &Snapshot, plan: &Plan, cancel: &Cancel) -> Found {
    search_with(snapshot, plan, cancel, &Alone, &|_| {})
}

/// As [`search`], with segments shared out among a crew; `heard` is called with rows that surely
/// match, where there is more to ask of others.
pub fn search_with(
    snapshot: &Snapshot,
    plan: &Plan,
    cancel: &Cancel,
    crew: &dyn Crew,
    heard: &dyn Fn(&RowSet),
) -> Found {
    let scan = Scan {
        snapshot,
        cancel,
        crew,
    };
    let solved = scan.solve(&plan.root, heard);
    match solved.open {
        Open::Rows(rows) => Found {
            sure: rows.clone(),
            rows,
            residual: None,
        },
        open => Found {
            rows: solved.may,
            sure: solved.sure,
            residual: Some(Residual::new(open)),
        },
    }
}

/// How parts of a question are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Join {
    And,
    Or,
}

impl Join {
    fn node(self, parts: Vec<Node>) -> Node {
        match self {
            Self::And => Node::And(parts),
            Self::Or => Node::Or(parts),
        }
    }

    fn open(self, parts: Vec<Open>) -> Open {
        match self {
            Self::And => Open::And(parts),
            Self::Or => Open::Or(parts),
        }
    }

    fn zip(self, into: &mut RowSet, other: &RowSet) {
        match self {
            Self::And => zip(into, other, Bitmap::and),
            Self::Or => zip(into, other, Bitmap::or),
        }
    }
}

struct Scan<'a> {
    snapshot: &'a Snapshot,
    cancel: &'a Cancel,
    crew: &'a dyn Crew,
}

/// The answer to one question: `sure` ⊆ the rows that match ⊆ `may`.
struct Solved {
    sure: RowSet,
    may: RowSet,
    open: Open,
}

impl Scan<'_> {
    /// The answer to a question; `heard` is called as [`search_with`] has it.
    fn solve(&self, node: &Node, heard: &dyn Fn(&RowSet)) -> Solved {
        if node.is_decided() {
            let rows = self.rows(node);
            return Solved {
                sure: rows.clone(),
                may: rows.clone(),
                open: Open::Rows(rows),
            };
        }
        match node {
            Node::And(parts) => self.join(parts, Join::And, heard),
            Node::Or(parts) => self.join(parts, Join::Or, heard),
            Node::Not(inner) => {
                // That some rows match says nothing of those that do not.
                let inner = self.solve(inner, &|_| {});
                Solved {
                    sure: self.without(&inner.may),
                    may: self.without(&inner.sure),
                    open: Open::Not(Box::new(inner.open)),
                }
            }
            Node::Text(atom, showing) => {
                let columns = showing.iter().cloned();
                let shown = columns
                    .map(|(col, codes)| Node::Column(col, codes))
                    .collect();
                self.ask(atom, self.rows(&Node::Or(shown)), heard)
            }
            Node::Atom(atom) => self.ask(atom, self.snapshot.rows(|_, _| false), heard),
            decided => {
                let rows = self.rows(decided);
                Solved {
                    sure: rows.clone(),
                    may: rows.clone(),
                    open: Open::Rows(rows),
                }
            }
        }
    }

    /// A question about bytes, as far as the index answers it; `shown` match in any case.
    fn ask(&self, atom: &Atom, shown: RowSet, heard: &dyn Fn(&RowSet)) -> Solved {
        let open = || Open::Atom(Box::new(atom.clone()));
        let Some((text, enough)) = atom.needs() else {
            return Solved {
                sure: shown,
                may: self.snapshot.all(),
                open: open(),
            };
        };
        let held = |rows: &RowSet| {
            if enough {
                heard(rows);
            }
        };
        let holding = self.snapshot.holding(text, self.cancel, self.crew, &held);
        let (mut sure, mut may) = (shown, holding.sure);
        zip(&mut may, &sure, Bitmap::or);
        if enough {
            sure.clone_from(&may);
        }
        zip(&mut may, &holding.open, Bitmap::or);
        Solved {
            open: if sure == may {
                Open::Rows(sure.clone())
            } else {
                open()
            },
            sure,
            may,
        }
    }

    /// `AND` or `OR`: what the index decides is decided together, the rest is joined to it.
    fn join(&self, parts: &[Node], join: Join, heard: &dyn Fn(&RowSet)) -> Solved {
        let (decided, rest): (Vec<_>, Vec<_>) = parts.iter().cloned().partition(Node::is_decided);
        let decided = (!decided.is_empty()).then(|| join.node(decided));
        let all: Vec<&Node> = decided.iter().chain(&rest).collect();
        let mut opens = Vec::with_capacity(all.len());
        let mut bounds: Option<(RowSet, RowSet)> = None;
        for (at, part) in all.iter().enumerate() {
            let part = {
                let sure = bounds.as_ref().map(|(sure, _)| sure);
                let last = at + 1 == all.len();
                self.solve(part, &|rows| match sure {
                    // What later parts leave of them is not known.
                    _ if join == Join::And && !last => {}
                    None => heard(rows),
                    Some(sure) => {
                        let mut rows = rows.clone();
                        join.zip(&mut rows, sure);
                        heard(&rows);
                    }
                })
            };
            opens.push(part.open);
            bounds = Some(match bounds {
                None => (part.sure, part.may),
                Some((mut sure, mut may)) => {
                    join.zip(&mut sure, &part.sure);
                    join.zip(&mut may, &part.may);
                    (sure, may)
                }
            });
        }
        let (sure, may) = bounds.unwrap_or_default();
        Solved {
            sure,
            may,
            open: join.open(opens),
        }
    }

    fn without(&self, rows: &RowSet) -> RowSet {
        let mut all = self.snapshot.all();
        zip(&mut all, rows, Bitmap::minus);
        all
    }

    /// The rows of a question the index decides.
    fn rows(&self, node: &Node) -> RowSet {
        let segments = self.snapshot.segments();
        let one = |(at, segment): (usize, &Arc<Segment>)| {
            if self.cancel.is_stale() {
                Bitmap::default()
            } else {
                scan(at, segment, node)
            }
        };
        // A comparison of a column is over before a helper has begun.
        if node.cost() < WORTH_SHARING {
            return RowSet {
                segments: segments.iter().enumerate().map(one).collect(),
            };
        }
        let n = segments.len().div_ceil(SEGMENTS_A_PIECE);
        let done = crew::gather(self.crew, n, |at| {
            let piece = segments.iter().enumerate().skip(at * SEGMENTS_A_PIECE);
            piece
                .take(SEGMENTS_A_PIECE)
                .map(one)
                .collect::<Vec<Bitmap>>()
        });
        RowSet {
            segments: done.into_iter().flatten().collect(),
        }
    }
}

/// What a row must cost for segments to be shared out, and how many go together.
const WORTH_SHARING: u32 = 8;
const SEGMENTS_A_PIECE: usize = 4;

fn zip(into: &mut RowSet, other: &RowSet, fold: fn(&mut Bitmap, &Bitmap)) {
    for (a, b) in into.segments.iter_mut().zip(&other.segments) {
        fold(a, b);
    }
}

/// The rows of one segment that answer a question the index decides.
fn scan(at: usize, segment: &Segment, node: &Node) -> Bitmap {
    let len = segment.len();
    match node {
        Node::Fixed(true) => Bitmap::full(len),
        // A question about bytes is kept away from here; nothing is the safe answer.
        Node::Fixed(false) | Node::Atom(_) | Node::Text(..) => Bitmap::default(),
        Node::Fact(test) => {
            let facts = segment.facts();
            facts.matching(|facts| test.holds(facts))
        }
        Node::Time(range) => {
            let times = segment.times();
            let (from, to) = (range.start.0, range.end.0);
            times.within(from, to)
        }
        Node::Column(col, wanted) => segment.column(*col).among(len, wanted),
        Node::Crosses(wanted, crossing) => {
            let acted = segment.column(Col::Acct);
            let (caller, session) = (segment.column(Col::Caller), segment.column(Col::Session));
            Bitmap::collect(len, |row| {
                let got = crossing.crosses(acted.code(row), caller.code(row), session.code(row));
                match wanted {
                    Some(wanted) => got == Some(*wanted),
                    None => got.is_some(),
                }
            })
        }
        Node::Resources(wanted) => segment.rows_with_resources(wanted),
        Node::Id(test) => Bitmap::collect(len, |row| test.holds(segment.id(row))),
        Node::Files(wanted) => segment.rows_of_files(wanted),
        Node::Bytes(matcher) => {
            let mut rows = Bitmap::default();
            for (row, bytes) in segment.bytes_out().iter() {
                if matcher.matches(&bytes.to_string()) {
                    rows.insert(row);
                }
            }
            rows
        }
        Node::Marked(rows) => rows.segments.get(at).cloned().unwrap_or_default(),
        Node::Not(inner) => {
            let mut all = Bitmap::full(len);
            all.minus(&scan(at, segment, inner));
            all
        }
        Node::And(parts) => {
            let mut rows = Bitmap::full(len);
            for part in parts {
                rows.and(&scan(at, segment, part));
                if rows.is_empty() {
                    break;
                }
            }
            rows
        }
        Node::Or(parts) => {
            let mut rows = Bitmap::default();
            for part in parts {
                rows.or(&scan(at, segment, part));
            }
            rows
        }
    }
}
