//! Work whose failure inside costs what it was about and no more.
//!
//! The hook that prints failures asks [`is_guarded`]: whoever guards work says in its own words what
//! the failure cost, so nothing else is printed of it.

use std::cell::Cell;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// What the work gives; `None` where it failed inside.
pub fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    let before = GUARDED.replace(true);
    // What the work holds on to is not looked at after a failure: each caller begins anew.
    let done = catch_unwind(AssertUnwindSafe(work)).ok();
    GUARDED.set(before);
    done
}

/// Whether this thread is inside guarded work.
pub fn is_guarded() -> bool {
    GUARDED.get()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_inside_ends_with_its_guard() {
        assert_eq!(guarded(is_guarded), Some(true));
        assert!(!is_guarded());
        let inner = || {
            assert_eq!(guarded(|| assert!(!is_guarded())), None);
            is_guarded()
        };
        assert_eq!(guarded(inner), Some(true));
        assert!(!is_guarded());
    }
}
