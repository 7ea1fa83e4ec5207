//! Queries at random: their text in every spelling the grammar allows, and what they mean.
//!
//! Values are taken from the records, so that most terms find something. A term is judged once and
//! used in many queries.

use std::cell::{Cell, OnceCell};
use std::collections::HashMap;

use crate::corpus::{Corpus, Rows};
use crate::said::{Said, without_date};

/// What is asked of a record.
type Holds = Box<dyn Fn(&Said) -> bool>;

/// A term and what it means.
struct Term {
    text: String,
    means: Means,
    rows: OnceCell<Rows>,
}

/// What a term means.
pub enum Means {
    /// What a look at one record tells.
    Each(Holds),
    /// The first event of a person with a value, and those up to so long after.
    First(&'static str, i64),
    /// What other tests hold (lineage, resources): asked of the program by itself.
    Asked,
}

/// A query.
pub enum Tree {
    Term(usize),
    Not(Box<Self>),
    And(Vec<Self>),
    Or(Vec<Self>),
}

/// Writes queries.
pub struct Writer<'a> {
    /// The records.
    pub corpus: &'a Corpus,
    seed: Cell<u64>,
    terms: Vec<Term>,
}

/// Terms a writer has to choose from.
const TERMS: usize = 400;

impl<'a> Writer<'a> {
    pub fn new(seed: u64, corpus: &'a Corpus) -> Self {
        let mut writer = Self {
            corpus,
            seed: Cell::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1),
            terms: Vec::new(),
        };
        while writer.terms.len() < TERMS {
            if let Some((text, means)) = writer.term() {
                writer.terms.push(Term {
                    text,
                    means,
                    rows: OnceCell::new(),
                });
            }
        }
        writer
    }

    pub fn below(&self, n: usize) -> usize {
        let mut x = self.seed.get();
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        self.seed.set(x);
        (x.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % n.max(1)
    }

    pub fn pick<'t, T>(&self, from: &'t [T]) -> &'t T {
        &from[self.below(from.len())]
    }

    /// Yes once in `n` times.
    pub fn once_in(&self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn row(&self) -> &'a Said {
        self.pick(&self.corpus.rows)
    }

    /// A value of a field, from a record that has one.
    pub fn value(&self, field: &str) -> Option<String> {
        let mut tries = (0..300).filter_map(|_| self.row().field(field));
        tries.find(|v| crate::terms::is_writable(v))
    }

    pub fn query(&mut self) -> Tree {
        self.tree(3)
    }

    fn tree(&self, depth: usize) -> Tree {
        match self.below(if depth == 0 { 3 } else { 9 }) {
            0..=2 => Tree::Term(self.below(self.terms.len())),
            3 | 4 => Tree::Not(Box::new(self.tree(depth - 1))),
            5 | 6 => Tree::And(
                (0..2 + self.below(2))
                    .map(|_| self.tree(depth - 1))
                    .collect(),
            ),
            _ => Tree::Or(
                (0..2 + self.below(2))
                    .map(|_| self.tree(depth - 1))
                    .collect(),
            ),
        }
    }

    /// The rows it means.
    pub fn rows(&self, tree: &Tree) -> Rows {
        let joined = |parts: &[Tree], join: fn(bool, bool) -> bool| {
            let mut parts = parts.iter().map(|part| self.rows(part).0);
            let first = parts.next().unwrap();
            let all = parts.fold(first, |a, b| {
                a.iter().zip(b).map(|(a, b)| join(*a, b)).collect()
            });
            Rows(all)
        };
        match tree {
            Tree::Term(n) => self.judged(&self.terms[*n]).clone(),
            Tree::Not(inner) => Rows(self.rows(inner).0.iter().map(|yes| !yes).collect()),
            Tree::And(parts) => joined(parts, |a, b| a && b),
            Tree::Or(parts) => joined(parts, |a, b| a || b),
        }
    }

    fn judged<'t>(&self, term: &'t Term) -> &'t Rows {
        term.rows.get_or_init(|| match &term.means {
            Means::Each(holds) => Rows::of(self.corpus, holds),
            Means::First(field, within) => firsts(self.corpus, field, *within),
            Means::Asked => self.corpus.ask(&term.text),
        })
    }

    /// One of its spellings.
    pub fn text(&self, tree: &Tree) -> String {
        match tree {
            Tree::Term(n) => self.terms[*n].text.clone(),
            Tree::Not(inner) => {
                let text = self.text(inner);
                let is_joined = matches!(**inner, Tree::And(_) | Tree::Or(_));
                let whole = if is_joined || text.starts_with(['-', '!', 'N']) {
                    format!("({text})")
                } else {
                    text
                };
                let sign = self.pick(&["-", "!", "NOT "]);
                format!("{sign}{whole}")
            }
            Tree::And(parts) => {
                let by = *self.pick(&[" ", " AND ", " && "]);
                let inner = |part: &Tree| match part {
                    Tree::Or(_) => format!("({})", self.text(part)),
                    _ => self.text(part),
                };
                parts.iter().map(inner).collect::<Vec<_>>().join(by)
            }
            Tree::Or(parts) => {
                let by = *self.pick(&[" OR ", " || ", " | "]);
                let inner = |part: &Tree| match part {
                    Tree::And(_) if self.once_in(2) => format!("({})", self.text(part)),
                    _ => self.text(part),
                };
                parts.iter().map(inner).collect::<Vec<_>>().join(by)
            }
        }
    }
}

/// The first event of each person with each value, and those up to so long after.
fn firsts(corpus: &Corpus, field: &str, within: i64) -> Rows {
    let mut dated: Vec<(i64, usize)> = corpus
        .rows
        .iter()
        .enumerate()
        .filter_map(|(row, r)| Some((r.time?, row)))
        .collect();
    dated.sort_unstable();
    let mut seen: HashMap<(String, String), i64> = HashMap::new();
    let mut rows = vec![false; corpus.rows.len()];
    for (time, row) in dated {
        let r = &corpus.rows[row];
        let (Some((person, _)), Some(mut value)) = (r.person.clone(), r.field(field)) else {
            continue;
        };
        if field == "what" {
            value = without_date(&value);
        }
        let mut is_first = false;
        let since = *seen.entry((person, value)).or_insert_with(|| {
            is_first = true;
            time
        });
        rows[row] = is_first || within > 0 && time - since <= within;
    }
    Rows(rows)
}
