//! Counts attempts on names that nobody has, in a table of fixed size.
//!
//! [`Attempts`](super::Attempts) keeps a record for each account that has failures. A name that a
//! stranger invents must not have one: ten million of them would fill the store, and a store that is
//! full refuses the next real person's. And it must not be answered otherwise than a real one: where
//! the fifth failure on a real name asks for a reset and on an invented one does not, five guesses
//! tell which names exist. So once the application has found no account of a name, it asks
//! [`Unknown`] by the same rules, with the same verbs.
//!
//! It asks by the name as the look-up of accounts has folded it: were `Ada` and `ada` one account and
//! two invented names, five spellings would tell. A name that [`Key::account`] refuses, empty or over
//! 512 bytes, is nobody's: answer it as a wrong password, after the same slow hash, and count it by the
//! address.
//!
//! The table has [`ROWS`] rows in a store, or as many as [`Unknown::with_rows`] says. A name has its
//! row by HMAC-SHA-256 under the table's key. One row counts one name: another name that comes to it
//! takes it over and begins at zero, as a real account begins. Addresses and other keys that names
//! share are counted as for real ones, [`Unknown::begin_all`].
//!
//! # What this does not do
//!
//! It does not count for ever. A flood of other names takes a name's row over, after as many of them
//! as there are rows on average; and rows that no policy lets expire are given to the store to forget
//! after 30 days. A name that was locked and is open again without a reset is then known to be
//! nobody's. At the default, such a test costs an attacker some 16,000 attempts, each with its slow
//! hash: more rows cost more, and addresses are counted as well. Under such a flood a name that is
//! guessed at twice at once may also be told that a slot has lapsed, as no real one is.
//!
//! It has no owner who signs in. Four failures, a day, one more: a real name whose owner has signed in
//! meanwhile counts from zero, and an invented one is locked. A lock that a reset has ended is ended
//! for a real name only. Each of these tests costs five guesses and a day, and nothing here prevents
//! them. What makes them worth less: known devices ([`device`](super::device)), since the owner's
//! success in a lane of its own leaves the strangers' count as it is; and a policy whose failures fade
//! and whose locks end by themselves, for real and invented names alike
//! ([`Policy::owasp_asvs_5`](super::Policy::owasp_asvs_5)). Where it must not be known who has an
//! account, let people sign in by something that cannot be guessed.
//!
//! It is no list of the names that were tried. What an account's own state tells, disabled or expired,
//! is for the application to tell only after the right password.
//!
//! # Security
//!
//! The rows are the most that a store ever holds of invented names, however many come; one of fixed
//! capacity needs room for them beside the accounts'. Names in a row are keyed tags of 128 bits: nobody
//! who does not have the key finds names that share a row, or reads one in it. No verdict lets anybody
//! in: [`Outcome::Cleared`] is not among the answers. The same slow hash has to be computed as for a
//! real account, or the time tells; and of a wrong password the same has to be kept as there: where a
//! real account has no [`Fingerprint`](super::Fingerprint) to count with, as one whose stored hash is a
//! fast digest, the same wrong password five times locks it and never an invented name.
//!
//! # Example
//!
//! ```
//! use portcullis::{Timestamp, store::Memory};
//! use portcullis::attempts::{Attempts, Begin, Key, Outcome, Policy, Verdict, unknown::Unknown};
//!
//! let store = Memory::new(100_000);
//! let attempts = Attempts::new(Policy::back_office(), &store);
//! let unknown = Unknown::new(Policy::back_office(), &store)?;
//! let now = Timestamp::from_secs(1_795_251_600);
//!
//! let name = Key::account("nobody")?; // there is no such account
//! for _ in 0..4 {
//!     let Begin::Allowed(slot) = unknown.begin(&name, now)? else { panic!() };
//!     unknown.settle(slot, Verdict::Failure, now)?; // after a slow hash, of nothing
//! }
//! let Begin::Allowed(slot) = unknown.begin(&name, now)? else { panic!() };
//! let outcome = unknown.settle(slot, Verdict::Failure, now)?;
//! assert_eq!(outcome, Outcome::ResetRequired { since: now });
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod several;

use core::{fmt, time::Duration};

use hmac::{Hmac, Mac, digest::FixedOutput};
use sha2::Sha256;

pub use several::Reservations;
use several::never_success;

use super::{
    Begin, Error, Key, Outcome, Permit, Policy, State, Verdict,
    place::{Place, checked_rows},
};
use crate::{
    Timestamp,
    mac::{KEY_LEN, hmac},
    random, secret,
    store::{AsyncStore, Change, Entry, Store, update, update_async},
};

/// Rows of a table, unless [`Unknown::with_rows`] says otherwise.
///
/// In a [`Memory`](crate::store::Memory) they take some 5 MB. With a slow hash of 50 ms, a flood that
/// takes one name's row over keeps eight processors busy for some 100 seconds.
pub const ROWS: u32 = 16_384;
/// When a store may forget a row that no policy lets expire. Long, since a lock that ends by itself
/// tells that nobody had to be asked for a reset; and not for ever, since nobody comes back to it.
const KEEP: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// What stands before the number of every row in a store. No [`Key`] has such a key there.
const KEY_PREFIX: &[u8] = b"portcullis/attempts/unknown/";
/// What the HMAC is for: the key may serve nothing else, and if it does the values differ.
const LABEL: &[u8] = b"portcullis/attempts/unknown/1";

/// Attempts on names that nobody has, in a store. Share it by reference.
///
/// Give it the policy that accounts have. Each verb has a twin for an [`AsyncStore`], named
/// `…_async`. A row is version 1, sixteen bytes that tell the name from others in it, and the length
/// as u32 and the bytes of a [`State`], under `portcullis/attempts/unknown/` and its number.
pub struct Unknown<S> {
    policy: Policy,
    store: S,
    rows: u32,
    /// HMAC-SHA-256 under the table's key, which has hashed the label.
    mac: Hmac<Sha256>,
}

/// A slot that [`Unknown::begin`] took.
///
/// Dropped, it lapses and is then a failure.
#[derive(Debug, Eq, PartialEq)]
#[must_use = "an attempt that is not settled becomes a failure"]
pub struct Reservation {
    place: Place,
    permit: Permit,
    begun: Timestamp,
}

impl<S> Unknown<S> {
    /// A table under a random key, for one process: what is in the store from another one is taken
    /// over.
    ///
    /// # Errors
    ///
    /// [`Error::Randomness`] where the system gives none.
    pub fn new(policy: Policy, store: S) -> Result<Self, Error> {
        let key = random::bytes().map_err(|_| Error::Randomness)?;
        Ok(Self::with_key(policy, store, key))
    }

    /// A table that several processes share, in one store, and that outlives them: 32 random bytes
    /// that the application keeps as a secret. The caller's own copy stays the caller's to wipe.
    #[must_use]
    pub fn with_key(policy: Policy, store: S, key: [u8; KEY_LEN]) -> Self {
        Self {
            policy: policy.own(),
            store,
            rows: ROWS,
            mac: hmac(&secret::Array::new(key)).chain_update(LABEL),
        }
    }

    /// Another number of rows, from 256 to 16,777,216; the same for all that share a table.
    ///
    /// # Errors
    ///
    /// [`Error::Rows`] outside that range.
    pub fn with_rows(self, rows: u32) -> Result<Self, Error> {
        Ok(Self {
            rows: checked_rows(rows)?,
            ..self
        })
    }

    /// The rules.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    fn place(&self, name: &Key) -> Place {
        let (mut mac, mut digest) = (self.mac.clone(), [0; 32]);
        mac.update(&name.store_key());
        mac.finalize_into((&mut digest).into());
        Place::new(digest, self.rows)
    }

    /// [`Policy::begin`] on the row of a place.
    fn begin_step(
        &self,
        place: Place,
        now: Timestamp,
    ) -> impl FnMut(Option<&[u8]>) -> Result<(Change, Begin), Error> {
        move |value| {
            let old = place.read(value)?;
            let state = old.clone().unwrap_or_default();
            let (new, begin) = self.policy.begin(state, now);
            Ok((self.write(place, old, new, now), begin))
        }
    }

    /// What [`Unknown::begin_step`] would answer. Nothing is written.
    fn look_step(
        &self,
        place: Place,
        now: Timestamp,
    ) -> impl FnMut(Option<&[u8]>) -> Result<(Change, Begin), Error> {
        move |value| {
            let state = place.read(value)?.unwrap_or_default();
            Ok((Change::Keep, self.policy.begin(state, now).1))
        }
    }

    /// [`Policy::settle`] on the row of a place. Where another name has taken the row over since, the
    /// attempt is the first and only one of its name, as a real account's would be that has no other.
    fn settle_step(
        &self,
        reservation: Reservation,
        verdict: Verdict,
        now: Timestamp,
    ) -> impl FnMut(Option<&[u8]>) -> Result<(Change, Outcome), Error> {
        let Reservation {
            place,
            permit,
            begun,
        } = reservation;
        let verdict = never_success(verdict);
        move |value| {
            let old = place.read(value)?;
            let (new, outcome) = match old.clone() {
                Some(state) => self.policy.settle(state, &permit, verdict, now),
                None => self.policy.settle_alone(begun, verdict, now),
            };
            Ok((self.write(place, old, new, now), outcome))
        }
    }

    fn write(&self, place: Place, old: Option<State>, new: State, now: Timestamp) -> Change {
        if old.as_ref() == Some(&new) {
            return Change::Keep;
        }
        let expires = self.policy.expires(&new);
        let expires = expires.unwrap_or_else(|| now.saturating_add(KEEP));
        Change::Put(Entry::new(place.encode(&new)).expires_at(expires))
    }
}

impl<S: Store> Unknown<S> {
    /// [`Attempts::begin`](super::Attempts::begin) for a name that nobody has.
    ///
    /// # Errors
    ///
    /// The store's.
    pub fn begin(&self, name: &Key, now: Timestamp) -> Result<Begin<Reservation>, Error> {
        let place = self.place(name);
        let begin = update(
            &self.store,
            &place.store_key(KEY_PREFIX),
            self.begin_step(place, now),
        )?;
        Ok(reserve(begin, place, now))
    }

    /// What [`Unknown::begin`] would answer.
    fn look(&self, name: &Key, now: Timestamp) -> Result<Begin, Error> {
        let place = self.place(name);
        update(
            &self.store,
            &place.store_key(KEY_PREFIX),
            self.look_step(place, now),
        )
    }

    /// [`Attempts::settle`](super::Attempts::settle) for a name that nobody has:
    /// [`Verdict::Success`] is a failure.
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
        let key = reservation.place.store_key(KEY_PREFIX);
        update(
            &self.store,
            &key,
            self.settle_step(reservation, verdict, now),
        )
    }
}

impl<S: AsyncStore> Unknown<S> {
    /// [`Unknown::begin`] on an [`AsyncStore`].
    ///
    /// # Errors
    ///
    /// The same.
    pub async fn begin_async(
        &self,
        name: &Key,
        now: Timestamp,
    ) -> Result<Begin<Reservation>, Error> {
        let place = self.place(name);
        let step = self.begin_step(place, now);
        let begin = update_async(&self.store, &place.store_key(KEY_PREFIX), step).await?;
        Ok(reserve(begin, place, now))
    }

    /// What [`Unknown::begin_async`] would answer.
    async fn look_async(&self, name: &Key, now: Timestamp) -> Result<Begin, Error> {
        let place = self.place(name);
        let step = self.look_step(place, now);
        update_async(&self.store, &place.store_key(KEY_PREFIX), step).await
    }

    /// [`Unknown::settle`] on an [`AsyncStore`].
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
        let key = reservation.place.store_key(KEY_PREFIX);
        let step = self.settle_step(reservation, verdict, now);
        update_async(&self.store, &key, step).await
    }
}

fn reserve(begin: Begin, place: Place, begun: Timestamp) -> Begin<Reservation> {
    begin.map(|permit| Reservation {
        place,
        permit,
        begun,
    })
}

/// Shows no key.
impl<S: fmt::Debug> fmt::Debug for Unknown<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unknown")
            .field("policy", &self.policy)
            .field("store", &self.store)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}
