//! Work that all cores share: as many pieces as wanted, one after the other taken by whoever is
//! free.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::base::crew::Crew;

/// How many work at once.
pub(crate) fn size() -> usize {
    thread::available_parallelism().map_or(2, NonZero::get)
}

/// All cores.
pub(crate) struct AllHands;

impl Crew for AllHands {
    fn each(&self, n: usize, work: &(dyn Fn(usize) + Sync)) {
        gather(n, work);
    }
}

/// Does `n` pieces of work on all cores; gives what came of each, in their order.
pub(crate) fn gather<T: Send>(n: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let hands = size().min(n);
    if hands <= 1 {
        return (0..n).map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let take = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= n {
                return done;
            }
            done.push((at, work(at)));
        }
    };
    let mut all: Vec<(usize, T)> = thread::scope(|scope| {
        let helpers: Vec<_> = (1..hands).map(|_| scope.spawn(take)).collect();
        let mut all = take();
        for helper in helpers {
            match helper.join() {
                Ok(done) => all.extend(done),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    });
    all.sort_unstable_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, done)| done).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_piece_is_done_once_and_in_order() {
        for n in [0, 1, 2, 3, 100] {
            assert_eq!(
                gather(n, |at| at * 2),
                (0..n).map(|at| at * 2).collect::<Vec<_>>()
            );
        }
    }
}
