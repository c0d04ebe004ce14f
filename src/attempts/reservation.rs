//! The front door: the steps of [`Policy`], each one compare-and-swap on a store.

use core::time::Duration;

use super::{Begin, Error, Key, Outcome, Permit, Policy, State, Verdict};
use crate::{
    Timestamp,
    store::{AsyncStore, Change, Entry, Store, update, update_async},
};

/// Many accounts' attempts in a store. Share it by reference.
///
/// The store holds one value per key that has failures or attempts under way. Each verb has a twin
/// for an [`AsyncStore`], named `…_async`. A store that fails, contends or holds something
/// unreadable is an error, and an error denies.
#[derive(Debug)]
pub struct Attempts<S> {
    policy: Policy,
    store: S,
}

/// A slot that [`Attempts::begin`] took, with the key it was taken for.
///
/// Dropped, it lapses and is then a failure.
#[derive(Debug, Eq, PartialEq)]
#[must_use = "an attempt that is not settled becomes a failure"]
pub struct Reservation {
    key: Key,
    permit: Permit,
}

impl<S> Attempts<S> {
    /// Attempts by these rules in this store.
    #[must_use]
    pub fn new(policy: Policy, store: S) -> Self {
        Self { policy, store }
    }

    /// The rules.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }
}

impl<S: Store> Attempts<S> {
    /// [`Policy::begin`]. When this returns [`Begin::Allowed`] the slot is stored.
    ///
    /// # Errors
    ///
    /// The store's.
    pub fn begin(&self, key: &Key, now: Timestamp) -> Result<Begin<Reservation>, Error> {
        let begin = step(self.policy.slot_lifetime, |state| {
            self.policy.begin(state, now)
        });
        Ok(update(&self.store, &key.store_key(), begin)?.reserve(key))
    }

    /// [`Policy::settle`].
    ///
    /// # Errors
    ///
    /// The store's: the attempt may then be counted, and lapses into a failure where it is not.
    pub fn settle(
        &self,
        reservation: Reservation,
        verdict: Verdict,
        now: Timestamp,
    ) -> Result<Outcome, Error> {
        let Reservation { key, permit } = reservation;
        let settle = step(self.policy.slot_lifetime, |state| {
            self.policy.settle(state, &permit, verdict, now)
        });
        update(&self.store, &key.store_key(), settle)
    }

    /// [`Policy::reset`]. To be called when a password was reset, or by an administrator.
    ///
    /// # Errors
    ///
    /// The store's: the account may then still be closed.
    pub fn reset(&self, key: &Key) -> Result<(), Error> {
        let reset = step(self.policy.slot_lifetime, |state| {
            (self.policy.reset(state), ())
        });
        update(&self.store, &key.store_key(), reset)
    }
}

impl<S: AsyncStore> Attempts<S> {
    /// [`Attempts::begin`] on an [`AsyncStore`].
    ///
    /// # Errors
    ///
    /// The same.
    pub async fn begin_async(
        &self,
        key: &Key,
        now: Timestamp,
    ) -> Result<Begin<Reservation>, Error> {
        let begin = step(self.policy.slot_lifetime, |state| {
            self.policy.begin(state, now)
        });
        let begin = update_async(&self.store, &key.store_key(), begin).await?;
        Ok(begin.reserve(key))
    }

    /// [`Attempts::settle`] on an [`AsyncStore`].
    ///
    /// # Errors
    ///
    /// The same.
    pub async fn settle_async(
        &self,
        reservation: Reservation,
        verdict: Verdict,
        now: Timestamp,
    ) -> Result<Outcome, Error> {
        let Reservation { key, permit } = reservation;
        let settle = step(self.policy.slot_lifetime, |state| {
            self.policy.settle(state, &permit, verdict, now)
        });
        update_async(&self.store, &key.store_key(), settle).await
    }

    /// [`Attempts::reset`] on an [`AsyncStore`].
    ///
    /// # Errors
    ///
    /// The same.
    pub async fn reset_async(&self, key: &Key) -> Result<(), Error> {
        let reset = step(self.policy.slot_lifetime, |state| {
            (self.policy.reset(state), ())
        });
        update_async(&self.store, &key.store_key(), reset).await
    }
}

impl Begin {
    fn reserve(self, key: &Key) -> Begin<Reservation> {
        match self {
            Self::Allowed(permit) => Begin::Allowed(Reservation {
                key: key.clone(),
                permit,
            }),
            Self::Busy { retry_after } => Begin::Busy { retry_after },
            Self::ResetRequired { since } => Begin::ResetRequired { since },
        }
    }
}

/// Turns a step on the state into one on the stored value.
///
/// A failure is kept without an expiry, because no passing of time forgives it. A state with nothing
/// to remember may be forgotten once the last permit given out has lapsed: till then it knows that
/// permit's number, so that a permit from before a reset does not fit a slot taken after it.
fn step<T>(
    lifetime: Duration,
    mut step: impl FnMut(State) -> (State, T),
) -> impl FnMut(Option<&[u8]>) -> Result<(Change, T), Error> {
    move |value| {
        let old = value.map_or_else(|| Ok(State::default()), State::decode)?;
        let (new, outcome) = step(old.clone());
        let entry = Entry::new(new.encode());
        let change = if new == old {
            Change::Keep
        } else if new.is_blank() {
            Change::Put(entry.expires_at(new.forgettable(lifetime)))
        } else {
            Change::Put(entry)
        };
        Ok((change, outcome))
    }
}
