//! What a ring tells of a key.

use core::time::Duration;

use super::{Destruction, Origin, Slot, State};
use crate::{
    Timestamp,
    field::{Fingerprint, KeyVersion, Policy, Suite},
};

/// What a ring knows of one of its keys.
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct KeyRecord {
    /// Its number.
    pub version: KeyVersion,
    /// What it is good for.
    pub state: State,
    /// The suite that it belongs to.
    pub suite: Suite,
    /// Where it comes from.
    pub origin: Origin,
    /// What it is recognised by.
    pub fingerprint: Fingerprint,
    /// When it was made, or taken over into the ring.
    pub created: Timestamp,
    /// When it became primary.
    pub promoted: Option<Timestamp>,
    /// When another took its place.
    pub retired: Option<Timestamp>,
    /// From when on no machine seals with it any more: its retirement, and the longest
    /// [propagation](crate::field::Policy::with_propagation) of the policies since it was promoted.
    pub settled: Option<Timestamp>,
    /// When it was suspended the last time; it may have been resumed since.
    pub suspended: Option<Timestamp>,
    /// When and why it was destroyed.
    pub destroyed: Option<Destruction>,
    /// How many values it sealed, as far as this ring knows.
    pub seals: u64,
    /// How many of them this ring counted itself and has [moved](super::Keyring::merge_seals) to no
    /// other since it was made or loaded.
    pub seals_here: u64,
}

impl KeyRecord {
    pub(super) fn of(slot: &Slot, policy: &Policy) -> Self {
        Self {
            version: slot.version,
            state: slot.state,
            suite: slot.suite,
            origin: slot.origin,
            fingerprint: slot.fingerprint,
            created: slot.created,
            promoted: slot.promoted,
            retired: slot.retired,
            settled: slot.settled(policy),
            suspended: slot.suspended,
            destroyed: slot.destruction.clone(),
            seals: slot.seals.total(),
            seals_here: slot.seals.here(),
        }
    }

    /// How long ago it was made or taken over; zero where the clock was set back.
    #[must_use]
    pub const fn age(&self, now: Timestamp) -> Duration {
        now.saturating_since(self.created)
    }
}
