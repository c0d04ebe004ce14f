//! A key, its number in a ring and what it can be recognised by.

use core::{fmt, num::NonZeroU32};

use hmac::{Mac, digest::FixedOutput};

use super::{Error, chunked, label};
use crate::{random, secret};

/// 32 secret bytes, uniformly random: never a password, never a text.
///
/// `Debug` prints `[redacted]`; `==` takes the same time wherever two keys differ; the bytes are
/// wiped when it is dropped.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Key(secret::Array<32>);

impl Key {
    /// How many bytes a key has.
    pub const LEN: usize = 32;

    /// A new key from the operating system's randomness.
    ///
    /// # Errors
    ///
    /// [`Error::Randomness`] where the system gives none.
    pub fn generate() -> Result<Self, Error> {
        Ok(Self::from_bytes(
            random::bytes().map_err(|_| Error::Randomness)?,
        ))
    }

    /// A key that comes from elsewhere, such as a key management service. The caller's own copy of
    /// the bytes stays the caller's to wipe.
    #[must_use]
    pub fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(secret::Array::new(bytes))
    }

    /// What the key can be recognised by without showing it.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        let mut digest = [0; 64];
        let mut mac = chunked::hmac(self.expose());
        mac.update(label::FINGERPRINT);
        mac.finalize_into((&mut digest).into());
        let mut fingerprint = [0; Fingerprint::LEN];
        fingerprint.copy_from_slice(&digest[..Fingerprint::LEN]);
        Fingerprint(fingerprint)
    }

    pub(super) fn expose(&self) -> &[u8; Self::LEN] {
        self.0.expose()
    }
}

/// What a key is recognised by: the first 16 bytes of HMAC-SHA-512 under the key of a fixed label.
/// It tells nothing about the key and may be logged; it is written in hexadecimal.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct Fingerprint([u8; Fingerprint::LEN]);

impl Fingerprint {
    /// How many bytes a fingerprint has.
    pub const LEN: usize = 16;

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }

    pub(super) const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The number of a key in its [`Keyring`](super::Keyring), from 1 on. It is never given twice.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct KeyVersion(NonZeroU32);

impl KeyVersion {
    /// The first key of a ring.
    pub const FIRST: Self = Self(NonZeroU32::MIN);

    /// None for zero, which no key has.
    #[must_use]
    pub const fn new(version: u32) -> Option<Self> {
        match NonZeroU32::new(version) {
            Some(version) => Some(Self(version)),
            None => None,
        }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0.get()
    }

    pub(super) fn next(self) -> Option<Self> {
        self.0.checked_add(1).map(Self)
    }
}

impl fmt::Display for KeyVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
