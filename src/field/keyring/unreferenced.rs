//! That nothing refers to a key any more.

use crate::{
    Timestamp,
    field::{Fingerprint, Purpose, Scope},
};

/// A sweep went over all values of one purpose and found none that a certain key sealed. It is what
/// [`Destroy::Unreferenced`](super::Destroy::Unreferenced) asks for.
///
/// Only a sweep that has ended makes one. It says nothing of copies that the sweep did not see:
/// backups, exports, replicas.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub struct Unreferenced {
    scope: Scope,
    purpose: Purpose,
    fingerprint: Fingerprint,
    began: Timestamp,
}

impl Unreferenced {
    /// `began` is when the pass began that found nothing.
    pub(in crate::field) const fn new(
        scope: Scope,
        purpose: Purpose,
        fingerprint: Fingerprint,
        began: Timestamp,
    ) -> Self {
        Self {
            scope,
            purpose,
            fingerprint,
            began,
        }
    }

    /// What the sweep went over.
    pub const fn purpose(&self) -> &Purpose {
        &self.purpose
    }

    /// The key that nothing refers to.
    #[must_use]
    pub const fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// When the pass began that found nothing.
    #[must_use]
    pub const fn began(&self) -> Timestamp {
        self.began
    }

    /// Whether it is about this key for this purpose, in this scope.
    pub(super) fn is_about(
        &self,
        scope: &Scope,
        purpose: &Purpose,
        fingerprint: Fingerprint,
    ) -> bool {
        self.scope == *scope && self.purpose == *purpose && self.fingerprint == fingerprint
    }
}
