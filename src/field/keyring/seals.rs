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

/// A counter that threads share. Relaxed throughout: the count is all that they agree on.
#[derive(Debug)]
pub(super) struct Seals {
    /// All that is known of, what was counted here among it.
    total: AtomicU64,
    /// Counted by this ring since it was made or loaded.
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
        self.total
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, next)
            .ok()?;
        self.here.fetch_add(1, Ordering::Relaxed);
        Some(())
    }

    /// Adds what was counted elsewhere; stops at the largest number.
    pub(super) fn add(&self, counted: u64) {
        let next = |total: u64| Some(total.saturating_add(counted));
        // Never refused: `next` gives a number always.
        let _ = self
            .total
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, next);
    }

    pub(super) fn total(&self) -> u64 {
        self.total.load(Ordering::Relaxed)
    }

    pub(super) fn here(&self) -> u64 {
        self.here.load(Ordering::Relaxed)
    }
}
