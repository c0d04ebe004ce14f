//! Who signs receipts.

use core::fmt;

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

use super::{Error, receipt::hexadecimal};
use crate::{
    field::{self, Key},
    random,
};

pub(super) const SIGNATURE_LEN: usize = 64;

/// Signs receipts (Ed25519, RFC 8032). It belongs to who answers for erasures, not beside the rings:
/// whoever has it can write receipts for what was not destroyed.
///
/// `Debug` prints `[redacted]`; it is wiped when it is dropped.
pub struct ReceiptKey(SigningKey);

impl ReceiptKey {
    /// A new key from the operating system's randomness.
    ///
    /// # Errors
    ///
    /// [`Error::Field`] with [`Randomness`](field::Error::Randomness).
    pub fn generate() -> Result<Self, Error> {
        let bytes = random::bytes().map_err(|_| field::Error::Randomness)?;
        Ok(Self::new(&Key::from_bytes(bytes)))
    }

    /// The key of this secret (RFC 8032 §5.1.5).
    #[must_use]
    pub fn new(secret: &Key) -> Self {
        Self(SigningKey::from_bytes(secret.expose_secret()))
    }

    /// The secret, to be stored.
    #[must_use]
    pub fn expose_secret(&self) -> &[u8; Key::LEN] {
        self.0.as_bytes()
    }

    /// What verifies its receipts.
    #[must_use]
    pub fn verifier(&self) -> Verifier {
        Verifier(self.0.verifying_key())
    }

    pub(super) fn sign(&self, message: &[u8]) -> [u8; SIGNATURE_LEN] {
        self.0.sign(message).to_bytes()
    }
}

impl fmt::Debug for ReceiptKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Verifies the receipts of one [`ReceiptKey`]. It is public, and written in hexadecimal.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct Verifier(VerifyingKey);

impl Verifier {
    /// The key as RFC 8032 §5.1.5 writes it.
    ///
    /// # Errors
    ///
    /// [`Error::Receipt`] for bytes that are no key, or one that fits many signatures.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, Error> {
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| Error::Receipt)?;
        if key.is_weak() {
            return Err(Error::Receipt);
        }
        Ok(Self(key))
    }

    /// The bytes.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// Strict: signatures of small order, which fit many messages, are refused.
    pub(super) fn verify(
        &self,
        message: &[u8],
        signature: &[u8; SIGNATURE_LEN],
    ) -> Result<(), Error> {
        let signature = Signature::from_bytes(signature);
        self.0
            .verify_strict(message, &signature)
            .map_err(|_| Error::Receipt)
    }
}

impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hexadecimal(f, &self.to_bytes())
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
