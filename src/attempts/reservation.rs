//! The front door: the steps of [`Policy`], each one compare-and-swap on a store.

use sha2::{Digest, Sha256};

use super::{
    Begin, Error, Key, Outcome, Permit, Policy, Verdict,
    key::Owner,
    place::{Place, Stored, checked_rows},
    several::{Claim, Outcomes, in_order},
};
use crate::{
    Timestamp,
    store::{AsyncStore, Change, Store, update, update_async},
};

/// Rows of the table in which addresses are counted, unless [`Attempts::with_address_rows`] says
/// otherwise. In a [`Memory`](crate::store::Memory) they take some 5 MB.
pub const ADDRESS_ROWS: u32 = 16_384;
/// What stands before the number of every row in a store. No [`Key`] has such a key there.
const ROW_PREFIX: &[u8] = b"portcullis/attempts/address/";

/// Many keys' attempts in a store. Share it by reference.
///
/// The store holds one value for each account and device, or combination with one, that has failures
/// or attempts under way, and one for everybody. Addresses and prefixes, of which anybody can have as
/// many as they like, share a table of [`ADDRESS_ROWS`] rows, [`Attempts::with_address_rows`]: a store
/// of fixed capacity needs room for them beside the accounts'. What time alone forgives carries the
/// time from which the store may forget it; a reset or a rebind that is required carries none.
///
/// Each verb has a twin for an [`AsyncStore`], named `…_async`. A store that fails, contends or holds
/// something unreadable is an error, and an error denies.
#[derive(Debug)]
pub struct Attempts<S> {
    own: Policy,
    address: Policy,
    everybody: Policy,
    address_rows: u32,
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
    begun: Timestamp,
}

/// The slots that [`Attempts::begin_all`] took, one for each key.
///
/// Dropped, they lapse and are then failures.
#[derive(Debug, Eq, PartialEq)]
#[must_use = "an attempt that is not settled becomes a failure"]
pub struct Reservations {
    /// The shared ones first, as they were taken.
    taken: Vec<Reservation>,
}

impl<S> Attempts<S> {
    /// Attempts by these rules in this store. Addresses have those of [`Policy::address`], and
    /// [`Key::everybody`] those of [`Policy::everybody`].
    ///
    /// The rules are those of accounts and devices, whose success clears their count, also where the
    /// policy was made for shared keys.
    #[must_use]
    pub fn new(policy: Policy, store: S) -> Self {
        Self {
            own: policy.own(),
            address: Policy::address(),
            everybody: Policy::everybody(),
            address_rows: ADDRESS_ROWS,
            store,
        }
    }

    /// Other rules for addresses and prefixes.
    ///
    /// # Errors
    ///
    /// [`Error::SharedKey`], as [`Policy::shared`].
    pub fn with_address_policy(self, policy: Policy) -> Result<Self, Error> {
        Ok(Self {
            address: policy.shared()?,
            ..self
        })
    }

    /// Other rules for [`Key::everybody`].
    ///
    /// # Errors
    ///
    /// [`Error::SharedKey`], as [`Policy::shared`].
    pub fn with_everybody_policy(self, policy: Policy) -> Result<Self, Error> {
        Ok(Self {
            everybody: policy.shared()?,
            ..self
        })
    }

    /// Another number of rows for addresses and prefixes, from 256 to 16,777,216; the same for all
    /// that share a store. Clients that come within the window of their policy take each other's rows
    /// over where they are nearly as many, and then some of their failures are forgotten.
    ///
    /// # Errors
    ///
    /// [`Error::Rows`] outside that range.
    pub fn with_address_rows(self, rows: u32) -> Result<Self, Error> {
        Ok(Self {
            address_rows: checked_rows(rows)?,
            ..self
        })
    }

    /// The rules for accounts and devices.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.own
    }

    fn policy_for(&self, key: &Key) -> &Policy {
        match key.owner() {
            Owner::One => &self.own,
            Owner::Many => &self.address,
            Owner::Everybody => &self.everybody,
        }
    }

    /// Where the state of a key is, and how.
    ///
    /// The hash of an address is a plain one: whoever could look for prefixes that share a row, to
    /// have their counts forgotten, can as well take a fresh prefix each time, which has no count.
    fn place(&self, key: &Key) -> (Vec<u8>, Stored) {
        let store_key = key.store_key();
        match key.owner() {
            Owner::One | Owner::Everybody => (store_key, Stored::Alone),
            Owner::Many => {
                let hash = Sha256::digest(&store_key).into();
                let place = Place::new(hash, self.address_rows);
                (place.store_key(ROW_PREFIX), Stored::In(place))
            }
        }
    }

    /// [`Policy::settle`] on what is stored. Where another address has taken the row over since,
    /// that is no refusal of the attempt, and the row stays the other's.
    fn settle_step(
        &self,
        stored: Stored,
        reservation: Reservation,
        verdict: Verdict,
        now: Timestamp,
    ) -> impl FnMut(Option<&[u8]>) -> Result<(Change, Outcome), Error> {
        let Reservation { key, permit, begun } = reservation;
        let policy = self.policy_for(&key);
        let mut settle = stored.step(policy, move |state| {
            policy.settle(state, &permit, verdict, now)
        });
        move |value| {
            if stored.is_taken_over(value)? {
                let (_, outcome) = policy.settle_alone(begun, verdict, now);
                return Ok((Change::Keep, outcome));
            }
            settle(value)
        }
    }
}

impl<S: Store> Attempts<S> {
    /// [`Policy::begin`]. When this returns [`Begin::Allowed`] the slot is stored.
    ///
    /// # Errors
    ///
    /// The store's.
    pub fn begin(&self, key: &Key, now: Timestamp) -> Result<Begin<Reservation>, Error> {
        let (policy, (store_key, stored)) = (self.policy_for(key), self.place(key));
        let begin = stored.step(policy, |state| policy.begin(state, now));
        let begin = update(&self.store, &store_key, begin)?;
        Ok(begin.map(|permit| Reservation {
            key: key.clone(),
            permit,
            begun: now,
        }))
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
        let (store_key, stored) = self.place(&reservation.key);
        let settle = self.settle_step(stored, reservation, verdict, now);
        update(&self.store, &store_key, settle)
    }

    /// Takes a slot under each of these keys, for one attempt that all of them count, or under none.
    /// A key that stands twice is one.
    ///
    /// Where several refuse, the answer is that of the strictest: a rebind before a reset, a lock, a
    /// wait, and of two locks or waits the longer one. Shared keys are asked first: while one of them
    /// refuses, nothing is written under an account's.
    ///
    /// A flood of addresses writes the rows of their table and no others: it makes the store forget
    /// counts of addresses, and never touches an account's. A slot whose row another address has taken
    /// over by the time it is settled changes nothing there, and refuses nothing.
    ///
    /// An attempt that names no account and no device cannot succeed: [`Outcome::Kept`] lets nobody
    /// in.
    ///
    /// # Errors
    ///
    /// [`Error::NoKey`] without keys, and the store's: slots that were taken before it failed are given
    /// back, or lapse into failures where that fails too.
    pub fn begin_all(&self, keys: &[Key], now: Timestamp) -> Result<Begin<Reservations>, Error> {
        let mut claim = Claim::default();
        for key in in_order(keys)? {
            let begun = if claim.is_refused() {
                self.look(&key, now)
            } else {
                self.begin(&key, now).map(|begin| begin.map(Some))
            };
            match begun {
                Ok(begin) => claim.add(begin),
                Err(error) => {
                    self.give_back(claim.taken, now);
                    return Err(error);
                }
            }
        }
        match claim.refusal {
            None => Ok(Begin::Allowed(Reservations { taken: claim.taken })),
            Some(refusal) => {
                self.give_back(claim.taken, now);
                Ok(refusal)
            }
        }
    }

    /// Says how an attempt went to every key that counts it.
    ///
    /// The outcome is that of the account or device, unless a shared key has a stricter one: its
    /// slot had lapsed, or it is locked. What repeats a wrong password of the account's is counted
    /// nowhere.
    ///
    /// # Errors
    ///
    /// The store's: the attempt may then be counted under some keys, and lapses into a failure under
    /// the others.
    pub fn settle_all(
        &self,
        reservations: Reservations,
        verdict: Verdict,
        now: Timestamp,
    ) -> Result<Outcome, Error> {
        let mut outcomes = Outcomes::default();
        for reservation in reservations.taken.into_iter().rev() {
            let owner = reservation.key.owner();
            let verdict = outcomes.verdict_for(owner, verdict);
            outcomes.add(owner, self.settle(reservation, verdict, now)?);
        }
        Ok(outcomes.outcome())
    }

    /// [`Policy::reset`]. To be called when a password was reset or an authenticator bound, or by an
    /// administrator.
    ///
    /// # Errors
    ///
    /// The store's: the account may then still be closed.
    pub fn reset(&self, key: &Key) -> Result<(), Error> {
        let (policy, (store_key, stored)) = (self.policy_for(key), self.place(key));
        let reset = stored.step(policy, |state| (policy.reset(state), ()));
        update(&self.store, &store_key, reset)
    }

    /// What [`Attempts::begin`] would answer. No slot is taken, and nothing is written.
    pub(super) fn look(
        &self,
        key: &Key,
        now: Timestamp,
    ) -> Result<Begin<Option<Reservation>>, Error> {
        let (policy, (store_key, stored)) = (self.policy_for(key), self.place(key));
        let look = |value: Option<&[u8]>| {
            let (_, begin) = policy.begin(stored.state(value)?, now);
            Ok::<_, Error>((Change::Keep, begin.map(|_| None)))
        };
        update(&self.store, &store_key, look)
    }

    /// Settles what was taken for an attempt that will not be. What the store does not take back
    /// lapses.
    fn give_back(&self, taken: Vec<Reservation>, now: Timestamp) {
        for reservation in taken {
            let _ = self.settle(reservation, Verdict::Incomplete, now);
        }
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
        let (policy, (store_key, stored)) = (self.policy_for(key), self.place(key));
        let begin = stored.step(policy, |state| policy.begin(state, now));
        let begin = update_async(&self.store, &store_key, begin).await?;
        Ok(begin.map(|permit| Reservation {
            key: key.clone(),
            permit,
            begun: now,
        }))
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
        let (store_key, stored) = self.place(&reservation.key);
        let settle = self.settle_step(stored, reservation, verdict, now);
        update_async(&self.store, &store_key, settle).await
    }

    /// [`Attempts::begin_all`] on an [`AsyncStore`].
    ///
    /// # Errors
    ///
    /// The same.
    pub async fn begin_all_async(
        &self,
        keys: &[Key],
        now: Timestamp,
    ) -> Result<Begin<Reservations>, Error> {
        let mut claim = Claim::default();
        for key in in_order(keys)? {
            let begun = if claim.is_refused() {
                self.look_async(&key, now).await
            } else {
                self.begin_async(&key, now)
                    .await
                    .map(|begin| begin.map(Some))
            };
            match begun {
                Ok(begin) => claim.add(begin),
                Err(error) => {
                    self.give_back_async(claim.taken, now).await;
                    return Err(error);
                }
            }
        }
        match claim.refusal {
            None => Ok(Begin::Allowed(Reservations { taken: claim.taken })),
            Some(refusal) => {
                self.give_back_async(claim.taken, now).await;
                Ok(refusal)
            }
        }
    }

    /// [`Attempts::settle_all`] on an [`AsyncStore`].
    ///
    /// # Errors
    ///
    /// The same.
    pub async fn settle_all_async(
        &self,
        reservations: Reservations,
        verdict: Verdict,
        now: Timestamp,
    ) -> Result<Outcome, Error> {
        let mut outcomes = Outcomes::default();
        for reservation in reservations.taken.into_iter().rev() {
            let owner = reservation.key.owner();
            let verdict = outcomes.verdict_for(owner, verdict);
            outcomes.add(owner, self.settle_async(reservation, verdict, now).await?);
        }
        Ok(outcomes.outcome())
    }

    /// [`Attempts::reset`] on an [`AsyncStore`].
    ///
    /// # Errors
    ///
    /// The same.
    pub async fn reset_async(&self, key: &Key) -> Result<(), Error> {
        let (policy, (store_key, stored)) = (self.policy_for(key), self.place(key));
        let reset = stored.step(policy, |state| (policy.reset(state), ()));
        update_async(&self.store, &store_key, reset).await
    }

    /// What [`Attempts::begin_async`] would answer. No slot is taken, and nothing is written.
    pub(super) async fn look_async(
        &self,
        key: &Key,
        now: Timestamp,
    ) -> Result<Begin<Option<Reservation>>, Error> {
        let (policy, (store_key, stored)) = (self.policy_for(key), self.place(key));
        let look = |value: Option<&[u8]>| {
            let (_, begin) = policy.begin(stored.state(value)?, now);
            Ok::<_, Error>((Change::Keep, begin.map(|_| None)))
        };
        update_async(&self.store, &store_key, look).await
    }

    /// Settles what was taken for an attempt that will not be. What the store does not take back
    /// lapses.
    async fn give_back_async(&self, taken: Vec<Reservation>, now: Timestamp) {
        for reservation in taken {
            let settled = self.settle_async(reservation, Verdict::Incomplete, now);
            let _ = settled.await;
        }
    }
}
