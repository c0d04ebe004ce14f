//! What verifying a password gives: it is right, or why not.

use core::fmt;

use zeroize::Zeroizing;

use super::Error;

/// The password is right.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use = "a hash that is weaker than today's is to be replaced now, while the password is known"]
pub struct Verified {
    pub(super) needs_rehash: bool,
}

impl Verified {
    /// Whether the stored hash is weaker than the hasher makes them: of a foreign scheme, of Argon2i
    /// or Argon2d, of Argon2's first version, or of a cost whose memory × memory × passes is below the
    /// hasher's. A hash that is stronger, or different and as strong, is left as it is. Lanes do not
    /// count.
    ///
    /// Hash the password anew then, and replace the stored hash if it is still the one verified:
    /// [`State::with_hash`](super::State::with_hash).
    #[must_use]
    pub const fn needs_rehash(&self) -> bool {
        self.needs_rehash
    }
}

/// Why a password was refused, and what the work on it gave. `Debug` prints the reason alone.
#[derive(Clone)]
pub struct Refusal {
    pub(super) error: Error,
    pub(super) slow_hash: Option<Zeroizing<Vec<u8>>>,
}

impl Refusal {
    /// Why.
    #[must_use]
    pub fn error(&self) -> &Error {
        &self.error
    }

    /// The same, for who needs no more.
    #[must_use]
    pub fn into_error(self) -> Error {
        self.error
    }

    /// The wrong password, hashed by the scheme, the salt and the cost of the stored hash, raw: the same
    /// wrong password has the same one, until the stored hash is another. It comes out of the work that
    /// verifying takes in any case. Of a person who does not exist it is Argon2 under a fixed salt. None
    /// for what is fast (every scheme of `legacy-weak`, and Spring Security's 1,024 rounds of SHA-256),
    /// for a tag under 16 bytes, and where nothing was compared.
    ///
    /// It is as good as a stored hash of that wrong password, which may be nearly the right one: keep
    /// no more than a few bits of it, as `attempts::Fingerprint` does.
    #[must_use]
    pub fn expose_slow_hash(&self) -> Option<&[u8]> {
        self.slow_hash.as_deref().map(Vec::as_slice)
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let slow_hash = None;
        Self { error, slow_hash }
    }
}

impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}
