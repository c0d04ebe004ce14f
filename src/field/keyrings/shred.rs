//! The end of a ring, and of one that a backup brings back.

use super::{
    Erasure, Error, Evidence, Facts, Keyrings, Kind, Receipt, ReceiptKey, Record, Tombstones,
    Verifier, put, store_key,
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
    /// Scopes whose ring, or nothing, was replaced by a tombstone: what the restore had brought back.
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
    /// [`Error::Store`]; [`Error::Field`] with [`WrapError::Unavailable`]: nothing was destroyed,
    /// since the receipt names the keys. A ring that cannot be opened for any other reason is
    /// destroyed all the same ([`Evidence::Unread`]).
    pub fn shred(
        &self,
        scope: &Scope,
        erasure: &Erasure,
        signer: &ReceiptKey,
        now: Timestamp,
    ) -> Result<Receipt, Error> {
        let (digest, kind) = (scope.digest(), Kind::of(scope)?);
        let receipt = store::update(&self.store, &store_key(&digest), |stored| {
            if let Some(Ok(Record::Tombstone(receipt))) = stored.map(Record::decode) {
                return Ok::<_, Error>((Change::Keep, *receipt));
            }
            let (evidence, generation, kek_id) = self.last_look(scope, stored, now)?;
            let facts = Facts {
                kind,
                scope: digest,
                at: now,
                generation,
                evidence,
                kek_id,
                erasure: erasure.clone(),
            };
            let receipt = Receipt::sign(facts, signer);
            Ok((put(Record::tombstone(&receipt)), receipt))
        });
        // Also where the store gave no answer: the exchange may have taken place.
        self.cache().forget(&digest);
        receipt
    }

    /// What can be said of a ring before it is destroyed.
    fn last_look(
        &self,
        scope: &Scope,
        stored: Option<&[u8]>,
        now: Timestamp,
    ) -> Result<(Evidence, u64, String), Error> {
        let Some(stored) = stored else {
            return Ok((Evidence::NoRing, 0, String::new()));
        };
        let wrapped = match Record::decode(stored) {
            Ok(Record::Ring(wrapped)) => WrappedKeyring::parse(wrapped).ok(),
            _ => None,
        };
        let Some(wrapped) = wrapped else {
            return Ok((Evidence::Unread, 0, String::new()));
        };
        let opened = self
            .parent_if_any(scope, now)
            .and_then(|parent| self.open(scope, parent.as_ref(), stored, 0));
        let evidence = match opened {
            Ok(opened) => Evidence::Keys(keys(&opened.ring)),
            Err(error @ Error::Store(_)) => return Err(error),
            Err(Error::Field(field::Error::Wrap(WrapError::Unavailable))) => {
                return Err(WrapError::Unavailable.into());
            }
            Err(_) => Evidence::Unread,
        };
        Ok((evidence, wrapped.generation(), wrapped.kek_id().into()))
    }

    /// The receipt of a scope that was shredded, from its tombstone. It is not verified.
    ///
    /// # Errors
    ///
    /// [`Error::Store`]; [`Error::Field`] for a record that is damaged.
    pub fn receipt(&self, scope: &Scope) -> Result<Option<Receipt>, Error> {
        let stored = self.load(&scope.digest())?;
        Ok(match stored.as_deref().map(Record::decode).transpose()? {
            Some(Record::Tombstone(receipt)) => Some(*receipt),
            _ => None,
        })
    }

    /// Puts tombstones back after the store was restored from a backup, whatever stands in their
    /// places, and forgets every ring that is held open. Before anything is served, in every
    /// process. Doing it again changes nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Receipt`] if one was signed by none of `verifiers`: then nothing is written, since a
    /// forged receipt would destroy a ring. [`Error::Store`]: some are written, begin again.
    pub fn replay(
        &self,
        tombstones: &Tombstones,
        verifiers: &[Verifier],
    ) -> Result<Replayed, Error> {
        for receipt in tombstones.iter() {
            let mut signed = verifiers.iter().map(|verifier| receipt.verify(verifier));
            if !signed.any(|verified| verified.is_ok()) {
                return Err(Error::Receipt);
            }
        }
        self.cache().clear();
        let mut replayed = Replayed::default();
        for receipt in tombstones.iter() {
            let count = match self.place(receipt)? {
                Placed::Now => &mut replayed.placed,
                Placed::Before => &mut replayed.already,
            };
            *count = count.saturating_add(1);
        }
        self.cache().clear();
        Ok(replayed)
    }

    fn place(&self, receipt: &Receipt) -> Result<Placed, Error> {
        store::update(&self.store, &store_key(receipt.scope()), |stored| {
            if let Some(Ok(Record::Tombstone(_))) = stored.map(Record::decode) {
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
