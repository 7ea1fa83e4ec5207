//! Giving up work that nobody waits for any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A count of wishes: each new one makes the older ones stale.
#[derive(Debug, Clone, Default)]
pub struct Latest(Arc<AtomicU64>);

impl Latest {
    /// Makes every older [`Cancel`] of this count stale and gives the new one.
    pub fn renew(&self) -> Cancel {
        let mine = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        Cancel {
            latest: Some(Arc::clone(&self.0)),
            mine,
        }
    }

    /// Makes every [`Cancel`] of this count stale.
    pub fn stop(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Asked between pieces of work: go on, or stop because something newer is wanted.
#[derive(Debug, Clone, Default)]
pub struct Cancel {
    latest: Option<Arc<AtomicU64>>,
    mine: u64,
}

impl Cancel {
    /// Work that is never given up.
    pub const NEVER: Self = Self {
        latest: None,
        mine: 0,
    };

    /// Whether to stop.
    pub fn is_stale(&self) -> bool {
        self.latest
            .as_ref()
            .is_some_and(|l| l.load(Ordering::Relaxed) != self.mine)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_wish_makes_older_ones_stale() {
        let latest = Latest::default();
        let first = latest.renew();
        assert!(!first.is_stale());
        let second = latest.renew();
        assert!(first.is_stale() && !second.is_stale());
        latest.stop();
        assert!(second.is_stale() && !Cancel::NEVER.is_stale());
    }
}
