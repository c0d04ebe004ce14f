//! Rotation: of the keys of a ring, and of the key that wraps it.

use super::{Absent, Error, Held, Keyrings, Record, put, store_key};
use crate::{
    Timestamp,
    field::{self, Destroy, KeyVersion, KeyWrapper, Keyring, Scope, WrappedKeyring, wrap},
    store::{self, Change, Store},
};

/// What [`Keyrings::rewrap`] found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
#[non_exhaustive]
pub enum Rewrapped {
    /// The ring is wrapped under the present key-encryption key now.
    Anew,
    /// It was already.
    Already,
    /// There is no ring.
    Missing,
    /// The ring was shredded.
    Shredded,
}

impl<S: Store, W: KeyWrapper> Keyrings<S, W> {
    /// Changes the ring of a scope: `step` is run on what is stored, and run again if somebody
    /// changed that meanwhile. What this process counted of its use since the last call is added.
    ///
    /// # Errors
    ///
    /// Those of `step`, and nothing is written; [`Error::NoRing`]; those of [`ring`](Self::ring) but
    /// that it makes none.
    pub fn change<T>(
        &self,
        scope: &Scope,
        now: Timestamp,
        mut step: impl FnMut(&mut Keyring) -> Result<T, field::Error>,
    ) -> Result<T, Error> {
        let digest = scope.digest();
        let (last, epoch) = self.cache().last(&digest);
        let missing = last.map_or(Error::NoRing, |_| Error::Missing);
        let parent = self.parent(scope, Absent::Refuse, now)?;
        // Taken once: an attempt that is not stored takes nothing with it.
        let taken = self.cache().take_seals(&digest);
        let changed = store::update(&self.store, &store_key(&digest), |stored| {
            let stored = stored.ok_or_else(|| missing.clone())?;
            let mut opened = self.open(scope, parent.as_ref(), stored, last.unwrap_or(0))?;
            opened.ring.count_in(&taken);
            let outcome = step(&mut opened.ring)?;
            Ok::<_, Error>((self.put(parent.as_ref(), &opened)?, (outcome, opened)))
        });
        if changed.is_err() {
            self.cache().give_back_seals(&digest, taken);
        }
        let (outcome, opened) = self.learn(&digest, changed)?;
        let held = Held::new(opened, parent.as_ref(), now);
        self.cache().put(digest, held, epoch);
        Ok(outcome)
    }

    /// As [`Keyring::stage`].
    ///
    /// # Errors
    ///
    /// Those of [`change`](Self::change).
    pub fn stage(&self, scope: &Scope, now: Timestamp) -> Result<KeyVersion, Error> {
        self.change(scope, now, |ring| ring.stage(now))
    }

    /// As [`Keyring::promote`]. Other processes know the key once their caches are older than the
    /// maximum age: stage it that long before.
    ///
    /// # Errors
    ///
    /// Those of [`change`](Self::change).
    pub fn promote(&self, scope: &Scope, key: KeyVersion, now: Timestamp) -> Result<(), Error> {
        self.change(scope, now, |ring| ring.promote(key, now))
    }

    /// As [`Keyring::suspend`].
    ///
    /// # Errors
    ///
    /// Those of [`change`](Self::change).
    pub fn suspend(&self, scope: &Scope, key: KeyVersion, now: Timestamp) -> Result<(), Error> {
        self.change(scope, now, |ring| ring.suspend(key, now))
    }

    /// As [`Keyring::resume`].
    ///
    /// # Errors
    ///
    /// Those of [`change`](Self::change).
    pub fn resume(&self, scope: &Scope, key: KeyVersion, now: Timestamp) -> Result<(), Error> {
        self.change(scope, now, |ring| ring.resume(key, now))
    }

    /// As [`Keyring::destroy`].
    ///
    /// # Errors
    ///
    /// Those of [`change`](Self::change).
    pub fn destroy(
        &self,
        scope: &Scope,
        key: KeyVersion,
        how: Destroy<'_>,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.change(scope, now, |ring| ring.destroy(key, how, now))
    }

    /// Adds to the stored ring how often this process has sealed with it: in fixed intervals, where
    /// the policy limits a key's use. What was counted since the last call is lost when the process
    /// ends or the scope is evicted, and what somebody counts with an `Arc` that he keeps beyond the
    /// maximum age or this call.
    ///
    /// # Errors
    ///
    /// Those of [`change`](Self::change).
    pub fn record_seals(&self, scope: &Scope, now: Timestamp) -> Result<(), Error> {
        self.change(scope, now, |_| Ok(()))
    }

    /// Wraps the ring of a scope under the wrapper's present key-encryption key, after that was
    /// rotated. No column is touched. Only the application can list its scopes.
    ///
    /// [`Rewrapped::Already`] goes by the name of the key-encryption key, after the ring was opened
    /// with it: a name under which the service changes the key tells nothing
    /// ([`KeyWrapper::kek_id`]).
    ///
    /// # Errors
    ///
    /// [`Error::Store`]; [`Error::Field`] as [`rewrap`](crate::field::rewrap).
    pub fn rewrap(&self, scope: &Scope) -> Result<Rewrapped, Error> {
        let digest = scope.digest();
        let done = store::update(&self.store, &store_key(&digest), |stored| {
            let Some(stored) = stored else {
                return Ok((Change::Keep, Rewrapped::Missing));
            };
            let Record::Ring(bytes) = Record::decode(stored, &digest)? else {
                return Err(Error::Shredded);
            };
            let wrapped = WrappedKeyring::parse(bytes)?;
            wrapped.expect(scope, 0)?;
            if wrapped.kek_id() == self.wrapper.kek_id() {
                wrapped.open(&self.wrapper)?;
                return Ok((Change::Keep, Rewrapped::Already));
            }
            let anew = wrap::rewrap(bytes, &self.wrapper, &self.wrapper)?;
            Ok((put(Record::ring(&anew)), Rewrapped::Anew))
        });
        match self.learn(&digest, done) {
            Err(Error::Shredded) => Ok(Rewrapped::Shredded),
            done => done,
        }
    }
}
