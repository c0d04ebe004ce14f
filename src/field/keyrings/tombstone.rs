//! What is left of many rings, to be put back after a restore.

use std::collections::BTreeMap;

use super::{
    Error, Verifier,
    receipt::{self, Receipt},
};
use crate::encoding::{self, Decoder, Encoder};

/// Version of a list.
const ENCODING: u8 = 1;
/// Receipts in a list: more than a company has persons.
const MAX_RECEIPTS: usize = 1 << 24;

/// The receipts of everything that was shredded, one a scope: what is replayed after a backup was
/// restored, before anything is served ([`Keyrings::replay`](super::Keyrings::replay)).
///
/// It is kept where restoring the rings does not restore it: with another backup, or in a log that
/// only grows. Receipts are signed, so nothing can be added to the list or changed in it; the list is
/// not, so whoever may write to it can take entries out, and what they shredded comes back with the next
/// restore.
///
/// # Encoding
///
/// ```text
/// 1 u8 | count u32 | (length u32 | receipt) *, by ascending digest of the scope
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Tombstones(BTreeMap<[u8; 32], Receipt>);

impl Tombstones {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a receipt that one of `verifiers` signed. Of two about one scope, the earlier stays.
    ///
    /// # Errors
    ///
    /// [`Error::Receipt`] for any other: it would keep a real one out, and a replay is refused if one
    /// of its receipts is.
    pub fn add(&mut self, receipt: Receipt, verifiers: &[Verifier]) -> Result<(), Error> {
        receipt.verify_any(verifiers)?;
        let earlier = self.0.get(receipt.scope());
        if earlier.is_none_or(|earlier| receipt.at() < earlier.at()) {
            self.0.insert(*receipt.scope(), receipt);
        }
        Ok(())
    }

    /// The receipts, by the digest of their scope.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Receipt> {
        self.0.values()
    }

    /// The bytes to keep.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let receipts: Vec<_> = self.iter().collect();
        Encoder::new(ENCODING)
            .list(&receipts, |encoder, receipt| {
                encoder.bytes(&receipt.encode());
            })
            .finish()
    }

    /// Reads what [`encode`](Self::encode) wrote. It verifies no signature; replaying does.
    ///
    /// # Errors
    ///
    /// [`Error::Field`] for other bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let mut decoder = Decoder::new(bytes, ENCODING)?;
        let receipts = decoder.list(MAX_RECEIPTS, |decoder| {
            Receipt::decode(decoder.bytes(receipt::MAX_LEN)?)
        })?;
        decoder.finish()?;
        if !receipts.is_sorted_by(|a, b| a.scope() < b.scope()) {
            return Err(encoding::Error::Damaged.into());
        }
        let receipts = receipts.into_iter();
        Ok(Self(
            receipts
                .map(|receipt| (*receipt.scope(), receipt))
                .collect(),
        ))
    }
}
