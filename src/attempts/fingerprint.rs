//! Tells the same wrong password from another one.

use core::fmt;

use hmac::Mac;

use super::Error;
use crate::{
    mac::hmac,
    secret::{self, Array},
};

const LEN: usize = 4;
/// The shortest slow hash that a fingerprint is taken from: those of the crate have 32 bytes, bcrypt's
/// 23. Of a hash that was cut to nothing all fingerprints would be the same, and no failure counted.
const SHORTEST_HASH: usize = 16;
/// What the HMAC is for: the key may serve nothing else, and if it does the values differ.
const LABEL: &[u8] = b"portcullis/attempts/fingerprint/1";

/// 32 bits that tell the same wrong password from another one.
///
/// A phone that still has last month's password tries it every quarter of an hour. That is one wrong
/// guess and not a hundred, and counts as one
/// ([`Outcome::Repeated`](super::Outcome::Repeated)). It gives a guesser no guess: one that was
/// wrong a minute ago is wrong now, and after a change of the password the salt is another one. It
/// gives load: each repetition costs a slow hash, and no key counts it, the address's neither. What
/// bounds that is the hasher's budget of memory, and how many attempts a key has under way at once.
///
/// Only for what stays the same. A one-time code that was wrong a minute ago may be right now: to
/// repeat it is a new guess, and is a [`Verdict::Failure`](super::Verdict::Failure).
///
/// # What a stored one gives away
///
/// Whoever reads the table has 32 bits of each wrong password that counts. Wrong passwords are often
/// nearly right, or right elsewhere. So a fingerprint is taken from a **slow** hash, the one that was
/// computed to verify the password: then to test a guess costs as much as to test it on the stored
/// hash itself. Never take one from a fast hash without a key: that would make each wrong password as
/// cheap to find as the fast hash is. [`Fingerprint::keyed`] is for those who have no slow hash at
/// hand; there the key has to be elsewhere than the table.
///
/// Two different passwords have the same one once in 2^32: then a wrong guess is not counted.
#[derive(Clone, Copy)]
pub struct Fingerprint([u8; LEN]);

impl Fingerprint {
    /// The first 32 bits of a slow hash of the wrong password under the account's own salt: Argon2id
    /// or another, raw, as it came out. Not the text form, which begins alike for all. With this crate's
    /// `password::Hasher` it is what `examine` computed: its `Refusal` has it, `expose_slow_hash`.
    ///
    /// # Errors
    ///
    /// [`Error::ShortHash`] below 16 bytes.
    pub fn of_slow_hash(hash: &[u8]) -> Result<Self, Error> {
        match hash.first_chunk() {
            Some(first) if hash.len() >= SHORTEST_HASH => Ok(Self(*first)),
            _ => Err(Error::ShortHash),
        }
    }

    /// The first 32 bits of an HMAC-SHA-256 of the account and the wrong password under a key of the
    /// application. The account is in it so that one password tried on many accounts is not one guess.
    #[must_use]
    pub fn keyed(key: &FingerprintKey, account: &str, password: &[u8]) -> Self {
        let account_len = u64::try_from(account.len()).unwrap_or(u64::MAX);
        let mac = hmac(&key.0)
            .chain_update(LABEL)
            .chain_update(account_len.to_be_bytes())
            .chain_update(account)
            .chain_update(password);
        let [a, b, c, d, ..] = mac.finalize().into_bytes().0;
        Self([a, b, c, d])
    }

    pub(super) fn from_bytes(bytes: [u8; LEN]) -> Self {
        Self(bytes)
    }

    pub(super) fn as_bytes(&self) -> &[u8; LEN] {
        &self.0
    }
}

impl PartialEq for Fingerprint {
    fn eq(&self, other: &Self) -> bool {
        secret::eq(&self.0, &other.0)
    }
}

impl Eq for Fingerprint {}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// The application's key for [`Fingerprint::keyed`]: 32 random bytes, kept elsewhere than the table.
///
/// With another key the same wrong password counts once more.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FingerprintKey(Array<32>);

impl FingerprintKey {
    /// Takes the key.
    #[must_use]
    pub fn new(key: [u8; 32]) -> Self {
        Self(Array::new(key))
    }
}
