//! What was asked of a snapshot before: whoever types a word on asks only what the shorter word
//! left.
//!
//! What holds a text holds every part of it, so the names, values and rows in which a longer text
//! is looked for are those in which the shorter one was found. A snapshot never changes, so nothing
//! here is ever wrong; the oldest answers are forgotten.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use crate::base::crew::{self, Alone, Crew};
use crate::index::holding::Holding;
use crate::index::numbers::Numbers;
use crate::index::schema::Col;
use crate::index::snapshot::Snapshot;
use crate::index::symbols::Sym;

/// Texts whose rows are remembered, and dictionaries with one text each.
const MOST_TEXTS: usize = 6;
const MOST_NAMES: usize = 48;

/// What was asked before.
#[derive(Debug, Default)]
pub(crate) struct Earlier {
    texts: Mutex<VecDeque<Arc<Told>>>,
    names: Mutex<VecDeque<Arc<Fitting>>>,
}

/// Which rows hold a text, and what told so.
#[derive(Debug)]
pub(crate) struct Told {
    /// The text, folded.
    pub(crate) text: String,
    pub(crate) holding: Holding,
    /// Where values had to be asked.
    pub(crate) values: Option<WantedOf>,
    /// All slots of all parts that have such values, where that was written down.
    pub(crate) hits: Option<Vec<Hit>>,
}

/// A slot that has what is wanted.
#[derive(Debug, Clone)]
pub(crate) struct Hit {
    /// The place of its part among all.
    pub(crate) part: u32,
    pub(crate) holds: u32,
    /// Where its rows are.
    pub(crate) rows: Range<u32>,
}

/// By dictionary.
pub(crate) type WantedOf = HashMap<u64, Wanted>;

/// The values of a dictionary that hold a text, and the bundles with such a value.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) values: Numbers,
    pub(crate) bundles: Numbers,
}

/// How a name is compared with a text: whatever fits a text fits, compared in the same way, every
/// text that it begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// It holds the text.
    Holds,
    /// It begins with it.
    Starts,
    /// A component of it begins with the text, which is of so many components.
    Component(usize),
}

/// The names of a dictionary that fit a text.
#[derive(Debug)]
struct Fitting {
    /// `None` for the resources.
    col: Option<Col>,
    fit: Fit,
    text: String,
    codes: Numbers,
    /// How many codes.
    len: usize,
}

impl Earlier {
    /// What is known of a text, or of the longest part of it that was asked for.
    pub(crate) fn told(&self, text: &str) -> Option<Arc<Told>> {
        let texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        let parts = texts.iter().filter(|told| text.contains(&told.text));
        parts.max_by_key(|told| told.text.len()).cloned()
    }

    /// Remembers which rows hold a text.
    pub(crate) fn tell(&self, told: Told) {
        let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        texts.retain(|other| other.text != told.text);
        texts.push_back(Arc::new(told));
        while texts.len() > MOST_TEXTS {
            texts.pop_front();
        }
    }

    fn fitting(&self, col: Option<Col>, fit: Fit, text: &str) -> Option<Arc<Fitting>> {
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let of = names
            .iter()
            .filter(|known| known.col == col && known.fit == fit);
        let begin = of.filter(|known| text.starts_with(&known.text));
        begin.max_by_key(|known| known.text.len()).cloned()
    }

    fn fits(&self, fitting: Fitting) {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        names.push_back(Arc::new(fitting));
        while names.len() > MOST_NAMES {
            names.pop_front();
        }
    }
}

/// Testing a name costs so many times what it costs to look for a text in one.
const TEST: usize = 8;
/// Codes looked at as one piece of work.
const PIECE: u32 = 1 << 14;

impl Snapshot {
    /// For each symbol of a column, or of the resources where none is given, whether its string
    /// fits a text, which is ASCII in lower case, as `test` says; index 0 stands for absent and is
    /// false.
    pub fn names_that_fit(
        &self,
        col: Option<Col>,
        (fit, text): (Fit, &str),
        crew: &dyn Crew,
        test: impl Fn(&str) -> bool + Sync,
    ) -> Vec<bool> {
        let dict = col.map_or(self.resources(), |col| self.dict(col));
        let before = self.earlier.fitting(col, fit, text);
        let table = match before {
            Some(known) if known.text == text || known.len * TEST < dict.len() => {
                let all = known.text == text;
                let fits = |code: &u32| {
                    all || Sym::from_code(*code).is_some_and(|sym| test(dict.text(sym)))
                };
                let few = known.len < PIECE as usize;
                let alone: &dyn Crew = if all || few { &Alone } else { crew };
                let past = dict.len() as u32 + 1;
                let found = crew::gather(alone, past.div_ceil(PIECE) as usize, |at| {
                    let first = at as u32 * PIECE;
                    let codes = known.codes.within(first..past.min(first + PIECE));
                    codes.filter(fits).collect::<Vec<u32>>()
                });
                let mut table = vec![false; past as usize];
                for code in found.into_iter().flatten() {
                    table[code as usize] = true;
                }
                if all {
                    return table;
                }
                table
            }
            _ => dict.matching_with(text, crew, test),
        };
        let codes = Numbers::of(&table);
        self.earlier.fits(Fitting {
            col,
            fit,
            text: text.to_owned(),
            len: codes.len(),
            codes,
        });
        table
    }
}
