//! Work in pieces: whoever has the hands does as many at once as it likes.
//!
//! Floors that may not start threads take a [`Crew`] and say what the pieces are.

use std::sync::{Mutex, PoisonError};

/// Hands for work in pieces.
pub trait Crew: Sync {
    /// Does pieces `0..n`, each once, in any order and several at a time; returns after the last.
    fn each(&self, n: usize, work: &(dyn Fn(usize) + Sync));
}

/// One pair of hands: a piece after the other.
#[derive(Debug, Clone, Copy, Default)]
pub struct Alone;

impl Crew for Alone {
    fn each(&self, n: usize, work: &(dyn Fn(usize) + Sync)) {
        (0..n).for_each(work);
    }
}

/// What came of each of `n` pieces, in their order.
pub fn gather<T: Send>(crew: &dyn Crew, n: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let done: Vec<Mutex<Option<T>>> = (0..n).map(|_| Mutex::new(None)).collect();
    crew.each(n, &|at| {
        let made = work(at);
        *done[at].lock().unwrap_or_else(PoisonError::into_inner) = Some(made);
    });
    // A crew that left a piece out would break its promise; the piece is then missing here.
    done.into_iter()
        .filter_map(|made| made.into_inner().unwrap_or_else(PoisonError::into_inner))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_piece_is_there_in_its_order() {
        assert_eq!(gather(&Alone, 5, |at| at * at), [0, 1, 4, 9, 16]);
        assert!(gather(&Alone, 0, |at| at).is_empty());
    }
}
