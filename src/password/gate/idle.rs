//! The memory that is kept for reuse.

use std::collections::VecDeque;

use super::super::work::{Blocks, Wiped};

/// Wiped blocks, the ones used last at the end. What is too much is freed from the front: a size
/// that has gone out of use goes, however large it is.
pub(super) struct Idle {
    max_kib: u32,
    kept: VecDeque<Wiped>,
}

impl Idle {
    pub(super) fn new(max_kib: u32) -> Self {
        Self {
            max_kib,
            kept: VecDeque::new(),
        }
    }

    pub(super) fn limit(&mut self, max_kib: u32) {
        self.max_kib = max_kib;
        self.shrink(max_kib);
    }

    pub(super) fn kib(&self) -> u32 {
        self.kept
            .iter()
            .map(Wiped::kib)
            .fold(0, u32::saturating_add)
    }

    /// Whether memory would be kept.
    pub(super) fn takes(&self, wiped: &Wiped) -> bool {
        (1..=self.max_kib).contains(&wiped.kib())
    }

    pub(super) fn keep(&mut self, wiped: Wiped) {
        if self.takes(&wiped) {
            self.kept.push_back(wiped);
            self.shrink(self.max_kib);
        }
    }

    /// The memory used last of those that have `at_least` blocks and not more than `at_most`.
    pub(super) fn take(&mut self, at_least: u32, at_most: u32) -> Option<Blocks> {
        let fits = |wiped: &Wiped| (at_least..=at_most).contains(&wiped.kib());
        let found = self.kept.iter().rposition(fits)?;
        self.kept.remove(found).map(Wiped::lend)
    }

    /// Frees until `max_kib` are left.
    pub(super) fn shrink(&mut self, max_kib: u32) {
        while self.kib() > max_kib {
            self.kept.pop_front();
        }
    }
}
