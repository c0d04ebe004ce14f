//! The secret that a server and an authenticator app share.

use core::fmt;

use base32ct::{Base32UpperUnpadded, Encoding};
use zeroize::Zeroizing;

use super::Error;
use crate::{
    encoding::{self, Decoder, Encoder},
    random, secret,
};

/// What RFC 4226 §4 recommends: 160 bits.
const GENERATED_LEN: usize = 20;
/// 80 bits: what early authenticators were given. Below that a secret is guessed.
const MIN_LEN: usize = 10;
/// The block of SHA-512. HMAC gains nothing from a longer key.
const MAX_LEN: usize = 128;
/// Characters of a secret with all the spaces and padding one may want.
const TEXT_LEN: usize = 512;

/// The secret that a server and an authenticator app share, 10 to 128 bytes. Whoever has it makes
/// valid codes.
///
/// `Debug` prints `[redacted]`, comparison takes the same time wherever two differ, and it is wiped
/// when dropped.
#[derive(Clone, Eq, PartialEq)]
pub struct Secret(secret::Bytes);

impl Secret {
    /// A new secret of 160 random bits (RFC 4226 §4).
    ///
    /// # Errors
    ///
    /// [`Error::Randomness`] when the system gives none.
    pub fn generate() -> Result<Self, Error> {
        let bytes = Zeroizing::new(random::bytes::<GENERATED_LEN>()?);
        Ok(Self(secret::Bytes::copy_of(&*bytes)))
    }

    /// Reads a secret as people and authenticator apps write it: base32 (RFC 4648 §6) in either
    /// case, with spaces and padding or without.
    ///
    /// # Errors
    ///
    /// [`Error::SecretEncoding`] for other characters and for lengths that base32 never has,
    /// [`Error::SecretLength`] below 10 bytes (80 bits) and over 128.
    pub fn from_base32(text: &str) -> Result<Self, Error> {
        if text.len() > TEXT_LEN {
            return Err(Error::SecretLength);
        }
        let mut upper = Zeroizing::new(Vec::with_capacity(text.len()));
        let characters = text.trim_end_matches(['=', ' ']).bytes();
        upper.extend(
            characters
                .filter(|byte| *byte != b' ')
                .map(|byte| byte.to_ascii_uppercase()),
        );
        let mut bytes = Zeroizing::new([0; MAX_LEN]);
        match Base32UpperUnpadded::decode(upper.as_slice(), bytes.as_mut()) {
            Ok(bytes) => Self::from_bytes(bytes),
            Err(base32ct::Error::InvalidLength) => Err(Error::SecretLength),
            Err(base32ct::Error::InvalidEncoding) => Err(Error::SecretEncoding),
        }
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        if !(MIN_LEN..=MAX_LEN).contains(&bytes.len()) {
            return Err(Error::SecretLength);
        }
        Ok(Self(secret::Bytes::copy_of(bytes)))
    }

    /// How many bits there are. NIST SP 800-63B-4 §3.1.4.1 asks for 112 at the least; what was
    /// imported may have 80.
    #[must_use]
    pub fn bits(&self) -> usize {
        self.expose().len().saturating_mul(8)
    }

    /// The secret in base32 without padding, for a person who types it into an app. The caller's
    /// copy is not wiped.
    #[must_use]
    pub fn expose_base32(&self) -> String {
        Base32UpperUnpadded::encode_string(self.expose())
    }

    pub(super) fn expose(&self) -> &[u8] {
        self.0.expose()
    }

    pub(super) fn encode(&self, e: &mut Encoder) {
        e.bytes(self.expose());
    }

    pub(super) fn decode(d: &mut Decoder<'_>) -> Result<Self, encoding::Error> {
        Self::from_bytes(d.bytes(MAX_LEN)?).map_err(|_| encoding::Error::Damaged)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
