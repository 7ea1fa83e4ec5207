//! Lineage as a tree, top down: a person's sessions, what came of each, and how it is known.
//!
//! Plain rows with a depth, so that a chain of any length needs no recursion. A session is unfolded
//! once; where it comes up again its row says so and has nothing below it.

use std::collections::HashSet;

use crate::event::birth::{Confidence, LinkKind};
use crate::event::session::SessionKind;
use crate::index::schema::Col;
use crate::index::segment::UNDATED;
use crate::index::snapshot::Snapshot;
use crate::index::symbols::Sym;
use crate::pivot::lineage::{Lineage, Link, Parent, Stats};

/// What a row of the tree is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum What {
    /// A person, by number.
    Person(u32),
    /// A session.
    Session(Sym),
    /// Calls made by services with credentials of the session above, by service-driven session.
    Forwarded(Vec<Sym>),
    /// Births of which no use is known, alike in call, target and outcome.
    Births(Vec<usize>),
}

impl What {
    /// The session it is, if one.
    pub const fn session(&self) -> Option<Sym> {
        match self {
            Self::Session(session) => Some(*session),
            _ => None,
        }
    }
}

/// A row of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Levels below the top.
    pub depth: usize,
    /// What it is.
    pub what: What,
    /// The link to the row above it; for a top session, one that carries nobody.
    pub link: Option<Link>,
    /// Whether it is unfolded elsewhere in the tree.
    pub again: bool,
    /// The row above it.
    pub parent: Option<usize>,
    /// Rows below it, all levels.
    pub below: usize,
}

/// What of a tree is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// The least confidence of a link that is followed down.
    pub confidence: Confidence,
    /// Rows at most; 0 for all.
    pub most: usize,
}

/// The tree of a person: every session, in order of time.
pub fn of_person(snapshot: &Snapshot, lineage: &Lineage, person: u32, wanted: Wanted) -> Vec<Row> {
    let mut grow = Grow::new(snapshot, lineage, wanted);
    let top = grow.push(0, What::Person(person), None, None);
    let is_lone = |sym: &&Sym| {
        let session = snapshot.session(**sym);
        session.is_some_and(|s| s.kind == SessionKind::Forwarded) && lineage.below(**sym).is_empty()
    };
    // Services whose keys lead to none of its sessions stand together.
    let (lone, tops): (Vec<&Sym>, Vec<&Sym>) = lineage.tops(person).iter().partition(is_lone);
    let mut tops: Vec<Step> = tops
        .into_iter()
        .map(|sym| Step {
            time: lineage.stats_of(*sym).first,
            name: grow.name(*sym),
            what: What::Session(*sym),
            link: lineage.links_of(*sym).first().cloned(),
        })
        .collect();
    if !lone.is_empty() {
        let time = lone.iter().map(|s| lineage.stats_of(**s).first).min();
        tops.push(Step {
            time: time.unwrap_or(UNDATED),
            name: String::new(),
            what: What::Forwarded(lone.into_iter().copied().collect()),
            link: None,
        });
    }
    grow.run(tops, 1, Some(top));
    grow.finish()
}

/// The tree of one session: the way to it from the top, and everything below it. The second value
/// is its row.
pub fn of_session(
    snapshot: &Snapshot,
    lineage: &Lineage,
    session: Sym,
    wanted: Wanted,
) -> (Vec<Row>, usize) {
    let mut way = vec![(session, None::<Link>)];
    let mut seen: HashSet<Sym> = HashSet::from([session]);
    let mut at = session;
    loop {
        let is_new = |l: &&Link| match l.parent {
            Parent::Session(p) => l.confidence >= wanted.confidence && !seen.contains(&p),
            Parent::Identity(_) => false,
        };
        let carrying = lineage.carrying(at).filter(is_new);
        let link = carrying.or_else(|| lineage.links_of(at).iter().find(is_new));
        let Some(link) = link.cloned() else { break };
        let Parent::Session(parent) = link.parent else {
            break;
        };
        if let Some(last) = way.last_mut() {
            last.1 = Some(link);
        }
        seen.insert(parent);
        way.push((parent, None));
        at = parent;
    }
    let mut grow = Grow::new(snapshot, lineage, wanted);
    let person = lineage.people().number_of(at);
    let mut parent = grow.push(0, What::Person(person), None, None);
    let mut depth = 1;
    while let Some((sym, link)) = way.pop() {
        let link = link.or_else(|| lineage.links_of(sym).first().cloned());
        let is_last = way.is_empty();
        parent = grow.push(depth, What::Session(sym), link, Some(parent));
        grow.seen.insert(sym);
        depth += 1;
        if is_last {
            let steps = grow.steps(sym);
            grow.run(steps, depth, Some(parent));
        }
    }
    (grow.finish(), parent)
}

/// A row that is to come.
struct Step {
    time: i64,
    name: String,
    what: What,
    link: Option<Link>,
}

struct Grow<'a> {
    snapshot: &'a Snapshot,
    lineage: &'a Lineage,
    wanted: Wanted,
    rows: Vec<Row>,
    seen: HashSet<Sym>,
}

impl<'a> Grow<'a> {
    fn new(snapshot: &'a Snapshot, lineage: &'a Lineage, wanted: Wanted) -> Self {
        Self {
            snapshot,
            lineage,
            wanted,
            rows: Vec::new(),
            seen: HashSet::new(),
        }
    }

    fn name(&self, sym: Sym) -> String {
        self.snapshot.dict(Col::Session).text(sym).to_owned()
    }

    fn push(
        &mut self,
        depth: usize,
        what: What,
        link: Option<Link>,
        parent: Option<usize>,
    ) -> usize {
        self.rows.push(Row {
            depth,
            what,
            link,
            again: false,
            parent,
            below: 0,
        });
        self.rows.len() - 1
    }

    fn is_full(&self) -> bool {
        self.wanted.most > 0 && self.rows.len() >= self.wanted.most
    }

    /// Adds rows and everything below them, the first first.
    fn run(&mut self, steps: Vec<Step>, depth: usize, parent: Option<usize>) {
        let mut open: Vec<(Step, usize, Option<usize>)> = Vec::new();
        let later = |mut steps: Vec<Step>, depth, parent, open: &mut Vec<_>| {
            steps.sort_by(|a, b| (a.time, &a.name).cmp(&(b.time, &b.name)));
            open.extend(steps.into_iter().rev().map(|s| (s, depth, parent)));
        };
        later(steps, depth, parent, &mut open);
        while let Some((step, depth, parent)) = open.pop() {
            if self.is_full() {
                return;
            }
            let session = match step.what {
                What::Session(sym) => Some(sym),
                _ => None,
            };
            let row = self.push(depth, step.what, step.link, parent);
            let Some(sym) = session else { continue };
            if self.seen.insert(sym) {
                let steps = self.steps(sym);
                later(steps, depth + 1, Some(row), &mut open);
            } else if let Some(row) = self.rows.get_mut(row) {
                row.again = true;
            }
        }
    }

    /// What stands directly below a session.
    fn steps(&self, session: Sym) -> Vec<Step> {
        let l = self.lineage;
        let mut steps = Vec::new();
        let mut forwarded = Vec::new();
        let is_forwarded = |sym: Sym| {
            let session = self.snapshot.session(sym);
            session.is_some_and(|s| s.kind == SessionKind::Forwarded)
        };
        let time_of = |link: Option<&Link>, sym: Sym| {
            let born = link.and_then(|l| self.snapshot.births().get(l.birth?));
            born.map_or(l.stats_of(sym).first, |b| self.snapshot.time_key(b.event))
        };
        for &sym in l.below(session) {
            if is_forwarded(sym) && l.below(sym).is_empty() {
                forwarded.push(sym);
                continue;
            }
            let link = l.carrying(sym);
            steps.push(Step {
                time: time_of(link, sym),
                name: self.name(sym),
                what: What::Session(sym),
                link: link.cloned(),
            });
        }
        for link in l.beside(session) {
            if link.confidence >= self.wanted.confidence {
                steps.push(Step {
                    time: time_of(Some(link), link.child),
                    name: self.name(link.child),
                    what: What::Session(link.child),
                    link: Some(link.clone()),
                });
            }
        }
        if !forwarded.is_empty() {
            let time = forwarded.iter().map(|s| l.stats_of(*s).first).min();
            steps.push(Step {
                time: time.unwrap_or(UNDATED),
                name: String::new(),
                what: What::Forwarded(forwarded),
                link: None,
            });
        }
        self.births(session, &mut steps);
        steps
    }

    /// Births of a session that no session is known to come of, those alike together.
    fn births(&self, session: Sym, steps: &mut Vec<Step>) {
        let mut alike: Vec<(Step, bool)> = Vec::new();
        let mut at = std::collections::HashMap::new();
        for birth in self.lineage.told(session) {
            let Some(born) = self.snapshot.births().get(birth) else {
                continue;
            };
            let b = &born.birth;
            let is_used = self.lineage.children(birth).next().is_some();
            // A sign-in without a session of its own says nothing here that its event does not.
            let is_quiet = b.call.link == LinkKind::ConsoleSignIn && !b.failed;
            if is_used || is_quiet || self.lineage.is_twin(born.event) {
                continue;
            }
            let key = (b.call.name, b.target(), b.failed);
            let n = *at.entry(key).or_insert_with(|| {
                alike.push((
                    Step {
                        time: self.snapshot.time_key(born.event),
                        name: b.call.name.to_owned(),
                        what: What::Births(Vec::new()),
                        link: None,
                    },
                    b.failed,
                ));
                alike.len() - 1
            });
            if let Some((
                Step {
                    what: What::Births(births),
                    ..
                },
                _,
            )) = alike.get_mut(n)
            {
                births.push(birth);
            }
        }
        steps.extend(alike.into_iter().map(|(step, _)| step));
    }

    fn finish(mut self) -> Vec<Row> {
        for at in (0..self.rows.len()).rev() {
            let Some(row) = self.rows.get(at) else {
                continue;
            };
            let (below, parent) = (row.below + 1, row.parent);
            if let Some(parent) = parent.and_then(|p| self.rows.get_mut(p)) {
                parent.below += below;
            }
        }
        self.rows
    }
}

/// What the sessions of a row did together.
pub fn stats(snapshot: &Snapshot, lineage: &Lineage, what: &What) -> Stats {
    let mut sum = Stats::NONE;
    match what {
        What::Session(sym) => return lineage.stats_of(*sym),
        What::Forwarded(sessions) => {
            for sym in sessions {
                sum.add(&lineage.stats_of(*sym));
            }
        }
        What::Person(number) => {
            for session in lineage.sessions_of(*number) {
                sum.add(&lineage.stats_of(*session));
            }
        }
        What::Births(births) => {
            for birth in births {
                let event = snapshot.births().get(*birth).map(|b| b.event);
                let time = event.map_or(UNDATED, |e| snapshot.time_key(e));
                sum.events += 1;
                if time != UNDATED {
                    sum.first = sum.first.min(time);
                    sum.last = sum.last.max(time);
                }
            }
        }
    }
    sum
}
