//! How often a key has sealed, and where it stops.

use core::sync::atomic::{AtomicU64, Ordering};

use crate::field::Suite;

/// How many values one key of a suite seals at most.
///
/// Cobblestone-256: the specification gives 2^77 messages for a chance of 2^-32 that two have the
/// same random salt (C2SP chunked-encryption); the counter ends before.
///
/// XAES-256-GCM: its random nonces last for 2^80 messages at the same chance (C2SP XAES-256-GCM).
/// Each message's key is two calls of CMAC, which is recommended for no more than 2^48 calls under
/// one key (NIST SP 800-38B appendix B), half as many messages.
pub(super) const fn bound(suite: Suite) -> u64 {
    match suite {
        Suite::Cobblestone256 => u64::MAX,
        Suite::Xaes256Gcm => 1 << 47,
    }
}

/// A counter that threads share. Relaxed throughout: the counts are all that they agree on.
#[derive(Debug)]
pub(super) struct Seals {
    /// All that is known of.
    total: AtomicU64,
    /// What of it was counted here and handed to no other ring yet.
    here: AtomicU64,
}

impl Seals {
    pub(super) const fn new(total: u64) -> Self {
        Self {
            total: AtomicU64::new(total),
            here: AtomicU64::new(0),
        }
    }

    /// Counts one, if there are fewer than `most`. However many threads call, no more than `most`
    /// are told that they may.
    pub(super) fn count(&self, most: u64) -> Option<()> {
        let next = |total: u64| (total < most).then(|| total.saturating_add(1));
        let counted = self
            .total
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, next);
        counted.ok()?;
        self.give_back(1);
        Some(())
    }

    /// Adds what was counted elsewhere; stops at the largest number.
    pub(super) fn add(&self, counted: u64) {
        add(&self.total, counted);
    }

    pub(super) fn total(&self) -> u64 {
        self.total.load(Ordering::Relaxed)
    }

    /// What was counted here and not taken since.
    pub(super) fn here(&self) -> u64 {
        self.here.load(Ordering::Relaxed)
    }

    /// Takes what was counted here, so that it is added to another count once.
    pub(super) fn take(&self) -> u64 {
        self.here.swap(0, Ordering::Relaxed)
    }

    /// Counts as counted here what was taken and added nowhere.
    pub(super) fn give_back(&self, taken: u64) {
        add(&self.here, taken);
    }
}

fn add(count: &AtomicU64, more: u64) {
    let next = |count: u64| Some(count.saturating_add(more));
    // Never refused: `next` gives a number always.
    let _ = count.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CR-05: the last number is reached, and stays.
    #[test]
    fn never_counts_past_the_end() {
        let seals = Seals::new(u64::MAX - 2);
        assert_eq!(seals.count(u64::MAX), Some(()));
        assert_eq!(seals.count(u64::MAX), Some(()));
        assert_eq!(seals.count(u64::MAX), None);
        assert_eq!((seals.total(), seals.here()), (u64::MAX, 2));
        seals.add(u64::MAX);
        assert_eq!(seals.total(), u64::MAX);
    }

    /// CR-05: what is added was not counted here.
    #[test]
    fn tells_what_was_counted_here() {
        let seals = Seals::new(10);
        seals.count(20).unwrap();
        seals.add(5);
        seals.count(20).unwrap();
        assert_eq!((seals.total(), seals.here()), (17, 2));
        seals.add(5);
        assert_eq!(seals.count(20), None, "more than the most is the most");
    }
}
