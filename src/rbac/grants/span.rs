//! How long a grant counts.

use core::time::Duration;

use super::Grant;
use crate::Timestamp;

/// A half-open time; what has no end ends at [`Timestamp::MAX`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::rbac) struct Span {
    pub(in crate::rbac) from: Timestamp,
    pub(in crate::rbac) until: Timestamp,
}

impl Span {
    pub(in crate::rbac) fn of(grant: &Grant) -> Self {
        Self {
            from: grant.starts(),
            until: grant.ends().unwrap_or(Timestamp::MAX),
        }
    }

    /// The time that is `now`.
    pub(in crate::rbac) fn moment(now: Timestamp) -> Self {
        Self {
            from: now,
            until: now.saturating_add(Duration::from_millis(1)),
        }
    }

    pub(in crate::rbac) fn is_empty(self) -> bool {
        self.until <= self.from
    }

    /// From the first start to the last end.
    pub(in crate::rbac) fn hull(self, other: Self) -> Self {
        Self {
            from: self.from.min(other.from),
            until: self.until.max(other.until),
        }
    }

    pub(in crate::rbac) fn covers(self, other: Self) -> bool {
        self.from <= other.from && other.until <= self.until
    }

    pub(in crate::rbac) fn overlaps(self, other: Self) -> bool {
        self.from < other.until && other.from < self.until
    }
}
