//! What is known already of words looked for in the records: typing a word on asks only what the
//! shorter one left open, and a load that grows asks only the rows that are new.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use crate::index::bitmap::{Bitmap, RowSet};

/// Words that are remembered.
const MOST: usize = 6;

/// Words looked for before.
#[derive(Debug, Default)]
pub(crate) struct Memo(Mutex<VecDeque<Known>>);

/// What is known of a word.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    /// The word, folded.
    word: String,
    /// Rows whose records hold it.
    pub(crate) yes: RowSet,
    /// Rows whose records do not.
    pub(crate) no: RowSet,
}

impl Known {
    /// Nothing, of a snapshot's rows.
    fn nothing(word: &str, segments: usize) -> Self {
        let none = RowSet {
            segments: vec![Bitmap::default(); segments],
        };
        Self {
            word: word.to_owned(),
            yes: none.clone(),
            no: none,
        }
    }
}

impl Memo {
    /// What is known of a word among the rows of so many segments.
    pub(crate) fn of(&self, word: &str, segments: usize) -> Known {
        let mut known = Known::nothing(word, segments);
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for other in all.iter() {
            // What lacks a part lacks the whole, and what holds the whole holds every part.
            if word.contains(&other.word) {
                known.no.or(&other.no);
            }
            if other.word.contains(word) {
                known.yes.or(&other.yes);
            }
        }
        known
    }

    /// Remembers what was found out.
    pub(crate) fn keep(&self, known: Known) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|other| other.word != known.word);
        all.push_back(known);
        while all.len() > MOST {
            all.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::segment::EventId;

    #[test]
    fn shorter_words_rule_out_and_longer_ones_prove() {
        let rows = |rows: &[usize]| {
            let ids: Vec<_> = rows.iter().map(|row| EventId::nth(*row)).collect();
            RowSet::of(1, &ids)
        };
        let memo = Memo::default();
        let mut known = memo.of("ali", 1);
        assert!(known.yes.is_empty() && known.no.is_empty());
        known.yes = rows(&[1, 2]);
        known.no = rows(&[3, 4]);
        memo.keep(known);
        let longer = memo.of("alice", 2);
        assert!(longer.yes.is_empty());
        assert_eq!(
            longer.no.iter().map(EventId::index).collect::<Vec<_>>(),
            [3, 4]
        );
        let part = memo.of("al", 1);
        assert_eq!(part.yes, rows(&[1, 2]));
        assert!(part.no.is_empty());
        assert!(memo.of("bob", 1).no.is_empty());
    }
}
