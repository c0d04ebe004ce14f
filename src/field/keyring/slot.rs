//! One key of a ring, and all that the ring knows of it.

use core::{fmt, time::Duration};

use super::{
    destroy::Destruction,
    seals::Seals,
    state::{Origin, State},
};
use crate::{
    Timestamp,
    field::{
        Error, Fingerprint, Key, KeyVersion, Policy, Suite, purpose::Purposes, suite::Prepared,
    },
};

/// A key's place in a ring.
pub(in crate::field) struct Slot {
    pub(super) version: KeyVersion,
    pub(super) state: State,
    pub(super) suite: Suite,
    pub(super) origin: Origin,
    pub(super) fingerprint: Fingerprint,
    pub(super) created: Timestamp,
    // INVARIANT: each time is there as soon as the state was reached, and none is before another
    // that is above it.
    pub(super) promoted: Option<Timestamp>,
    pub(super) retired: Option<Timestamp>,
    /// The latest time.
    pub(super) suspended: Option<Timestamp>,
    pub(super) destruction: Option<Destruction>,
    pub(super) seals: Seals,
    /// All that it may have been used for while it was primary.
    pub(super) used_for: Purposes,
    /// The longest propagation of the policies while it was primary, in whole milliseconds.
    pub(super) propagation: Duration,
    // INVARIANT: None when, and only when, it is destroyed.
    pub(super) held: Option<Box<Held>>,
}

/// A key and what is derived from it, in one place: a ring that grows moves the pointer, and leaves
/// no copy behind.
pub(super) struct Held {
    pub(super) key: Key,
    prepared: Prepared,
}

impl Held {
    pub(super) fn new(suite: Suite, key: Key) -> Box<Self> {
        let prepared = Prepared::new(suite, &key);
        Box::new(Self { key, prepared })
    }
}

impl Slot {
    /// A key that is staged now.
    pub(super) fn staged(
        version: KeyVersion,
        suite: Suite,
        (origin, key): (Origin, Key),
        now: Timestamp,
    ) -> Self {
        Self {
            version,
            state: State::Staged,
            suite,
            origin,
            fingerprint: key.fingerprint(),
            created: now,
            promoted: None,
            retired: None,
            suspended: None,
            destruction: None,
            seals: Seals::new(0),
            used_for: Purposes::none(),
            propagation: Duration::ZERO,
            held: Some(Held::new(suite, key)),
        }
    }

    pub(in crate::field) const fn version(&self) -> KeyVersion {
        self.version
    }

    /// The version, if it is one that a newer key has taken the place of.
    pub(in crate::field) fn stale(&self) -> Option<KeyVersion> {
        (self.state == State::Retired).then_some(self.version)
    }

    /// From when on no machine seals with it any more, if it is retired: also by a policy that was
    /// in force while it was primary, since a machine may keep the ring that it loaded then for as long
    /// as that said.
    pub(super) fn settled(&self, policy: &Policy) -> Option<Timestamp> {
        let propagation = self.propagation.max(policy.propagation);
        let retired = self.retired?;
        Some(retired.saturating_add(propagation))
    }

    /// The key for its suite, if its state lets it open.
    pub(in crate::field) fn opening(&self) -> Result<&Prepared, Error> {
        Ok(&self.held()?.prepared)
    }

    /// The key itself, to derive another from, if its state lets it open.
    pub(in crate::field) fn key(&self) -> Result<&Key, Error> {
        Ok(&self.held()?.key)
    }

    fn held(&self) -> Result<&Held, Error> {
        match (self.state, &self.held) {
            (State::Suspended, _) => Err(Error::Suspended(self.version)),
            (State::Staged | State::Primary | State::Retired, Some(held)) => Ok(held),
            (State::Destroyed, _) | (_, None) => Err(Error::Destroyed(self.version)),
        }
    }

    /// The key, if its state lets it seal.
    pub(in crate::field) fn sealing(&self) -> Result<&Prepared, Error> {
        self.require(State::Primary)?;
        self.opening()
    }

    pub(super) fn require(&self, state: State) -> Result<(), Error> {
        if self.state == state {
            Ok(())
        } else {
            Err(self.wrong_state())
        }
    }

    pub(super) const fn wrong_state(&self) -> Error {
        Error::WrongState {
            version: self.version,
            state: self.state,
        }
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.version, self.state, self.fingerprint)
    }
}
