//! What the record keeps of a token.

use core::fmt;

use sha2::{Digest as _, Sha256};

use crate::secret;

/// The SHA-256 digest of a token's secret, compared in constant time.
#[derive(Clone, Copy)]
pub(crate) struct Digest(pub(crate) [u8; 32]);

/// The first half of a [`Digest`], compared in constant time: enough to know a token by that was
/// replaced.
#[derive(Clone, Copy)]
pub(super) struct HalfDigest(pub(super) [u8; 16]);

impl Digest {
    pub(super) fn of(secret: &[u8]) -> Self {
        Self(Sha256::digest(secret).into())
    }

    pub(super) fn half(&self) -> HalfDigest {
        HalfDigest(self.0.first_chunk().copied().unwrap_or_default())
    }
}

impl PartialEq for Digest {
    fn eq(&self, other: &Self) -> bool {
        secret::eq(&self.0, &other.0)
    }
}

impl Eq for Digest {}

impl PartialEq for HalfDigest {
    fn eq(&self, other: &Self) -> bool {
        secret::eq(&self.0, &other.0)
    }
}

impl Eq for HalfDigest {}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl fmt::Debug for HalfDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
