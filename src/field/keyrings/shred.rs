//! The end of a ring, and of one that a backup brings back.

use super::{
    Absent, Erasure, Error, Evidence, Facts, Keyrings, Kind, Receipt, ReceiptKey, Record,
    Tombstones, Verifier, put, store_key,
};
use crate::{
    Timestamp,
    field::{self, Fingerprint, KeyVersion, KeyWrapper, Keyring, Scope, WrapError, WrappedKeyring},
    store::{self, Change, Store},
};

/// What [`Keyrings::replay`] did.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[must_use]
#[non_exhaustive]
pub struct Replayed {
    /// Scopes whose ring was replaced by a tombstone, or nothing, or a tombstone that none of the
    /// verifiers signed: what the restore had brought back.
    pub placed: usize,
    /// Scopes that had one.
    pub already: usize,
}

impl<S: Store, W: KeyWrapper> Keyrings<S, W> {
    /// Destroys the ring of a scope for ever: a tombstone takes its place in the store, and the
    /// scope never gets another. Of a tenant, the rings of its persons and credentials end with it.
    ///
    /// A scope without a ring gets its tombstone too. A scope that was shredded before gives the
    /// receipt of that time, so a call that was interrupted is made again.
    ///
    /// # Errors
    ///
    /// [`Error::Store`]. [`Error::Receipt`]: the tombstone that stands there was not signed by
    /// `signer`. It is kept, since it may tell the keys: ask for the [`receipt`](Self::receipt) and
    /// verify it by an earlier key; where none has signed it, it is forged, and a
    /// [replay](Self::replay) of a real one takes its place. [`Error::OtherStore`]: it was copied from
    /// another store, and a replay takes its place, too.
    ///
    /// [`Error::Field`] with [`WrapError::Unavailable`] or [`WrapError::Refused`]: nothing was
    /// destroyed, since the receipt names the keys
    /// ([`danger_shred_unread`](Self::danger_shred_unread)). A ring that cannot be opened for any
    /// other reason is destroyed all the same ([`Evidence::Unread`]).
    pub fn shred(
        &self,
        scope: &Scope,
        erasure: &Erasure,
        signer: &ReceiptKey,
        now: Timestamp,
    ) -> Result<Receipt, Error> {
        self.end(scope, erasure, signer, now, |stored| {
            self.look(scope, stored, now)
        })
    }

    /// As [`shred`](Self::shred), but does not ask the wrapper: the receipt does not tell the keys.
    /// For a ring that the wrapper refuses and will not open any more.
    ///
    /// # Errors
    ///
    /// [`Error::Store`], [`Error::Receipt`], [`Error::OtherStore`].
    pub fn danger_shred_unread(
        &self,
        scope: &Scope,
        erasure: &Erasure,
        signer: &ReceiptKey,
        now: Timestamp,
    ) -> Result<Receipt, Error> {
        self.end(scope, erasure, signer, now, |_| Ok(Evidence::Unread))
    }

    fn end(
        &self,
        scope: &Scope,
        erasure: &Erasure,
        signer: &ReceiptKey,
        now: Timestamp,
        look: impl Fn(&[u8]) -> Result<Evidence, Error>,
    ) -> Result<Receipt, Error> {
        let (digest, kind) = (scope.digest(), Kind::of(scope)?);
        let receipt = store::update(&self.store, &store_key(&digest), |stored| {
            let record = stored.map(|stored| Record::decode(stored, &digest));
            if let Some(Ok(Record::Tombstone(receipt))) = record {
                receipt.verify(&signer.verifier())?;
                self.is_ours(&receipt)?;
                return Ok::<_, Error>((Change::Keep, *receipt));
            }
            let wrapped = match record {
                Some(Ok(Record::Ring(wrapped))) => WrappedKeyring::parse(wrapped).ok(),
                _ => None,
            };
            let evidence = match (stored, &wrapped) {
                (None, _) => Evidence::NoRing,
                (Some(_), None) => Evidence::Unread,
                (Some(stored), Some(_)) => look(stored)?,
            };
            let facts = Facts {
                store: self.name,
                kind,
                scope: digest,
                at: now,
                generation: wrapped.map_or(0, |wrapped| wrapped.generation()),
                evidence,
                kek_id: wrapped.map_or(String::new(), |wrapped| wrapped.kek_id().into()),
                erasure: erasure.clone(),
            };
            let receipt = Receipt::sign(facts, signer);
            Ok((put(Record::tombstone(&receipt)), receipt))
        });
        // Also where the store gave no answer: the exchange may have taken place.
        self.cache().end(&digest);
        receipt
    }

    /// What can be said of a ring before it is destroyed.
    fn look(&self, scope: &Scope, stored: &[u8], now: Timestamp) -> Result<Evidence, Error> {
        let opened = self
            .parent(scope, Absent::Refuse, now)
            .and_then(|parent| self.open(scope, parent.as_ref(), stored, 0));
        match opened {
            Ok(opened) => Ok(Evidence::Keys(keys(&opened.ring))),
            Err(error @ Error::Store(_)) => Err(error),
            Err(Error::Field(field::Error::Wrap(
                error @ (WrapError::Unavailable | WrapError::Refused),
            ))) => Err(error.into()),
            Err(_) => Ok(Evidence::Unread),
        }
    }

    /// The receipt of a scope that was shredded, from its tombstone. It is not verified.
    ///
    /// # Errors
    ///
    /// [`Error::Store`]; [`Error::Field`] for a record that is damaged.
    pub fn receipt(&self, scope: &Scope) -> Result<Option<Receipt>, Error> {
        let digest = scope.digest();
        let Some(stored) = self.load(&digest)? else {
            return Ok(None);
        };
        Ok(match Record::decode(&stored, &digest)? {
            Record::Tombstone(receipt) => {
                self.cache().forget(&digest);
                Some(*receipt)
            }
            Record::Ring(_) => None,
        })
    }

    /// Puts tombstones back after the store was restored from a backup, whatever stands in their
    /// places, and forgets every ring that is held open. Before anything is served, in every
    /// process. Doing it again changes nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Receipt`] if one was signed by none of `verifiers`, [`Error::OtherStore`] if one is not
    /// of this store: then nothing is written, since such a receipt would destroy a ring. [`Error::Store`]: some are written, begin again.
    pub fn replay(
        &self,
        tombstones: &Tombstones,
        verifiers: &[Verifier],
    ) -> Result<Replayed, Error> {
        for receipt in tombstones.iter() {
            receipt.verify_any(verifiers)?;
            self.is_ours(receipt)?;
        }
        let mut replayed = Replayed::default();
        let mut places = tombstones.iter().map(|receipt| {
            let count = match self.place(receipt, verifiers)? {
                Placed::Now => &mut replayed.placed,
                Placed::Before => &mut replayed.already,
            };
            *count = count.saturating_add(1);
            Ok(())
        });
        let placed = places.try_for_each(|placed| placed);
        // Also where the store gave no answer to one of them.
        self.cache().clear();
        placed.map(|()| replayed)
    }

    fn is_ours(&self, receipt: &Receipt) -> Result<(), Error> {
        if *receipt.store() == self.name {
            Ok(())
        } else {
            Err(Error::OtherStore)
        }
    }

    fn place(&self, receipt: &Receipt, verifiers: &[Verifier]) -> Result<Placed, Error> {
        let scope = receipt.scope();
        store::update(&self.store, &store_key(scope), |stored| {
            if let Some(Ok(Record::Tombstone(present))) =
                stored.map(|stored| Record::decode(stored, scope))
                && present.verify_any(verifiers).is_ok()
                && self.is_ours(&present).is_ok()
            {
                return Ok((Change::Keep, Placed::Before));
            }
            Ok((put(Record::tombstone(receipt)), Placed::Now))
        })
    }
}

/// Whether a tombstone had to be put back.
enum Placed {
    Now,
    Before,
}

fn keys(ring: &Keyring) -> Vec<(KeyVersion, Fingerprint)> {
    ring.keys()
        .map(|key| (key.version, key.fingerprint))
        .collect()
}
