//! The token that a client holds, and the handle in it that finds the record.

use core::{fmt, str::FromStr};

use base64ct::{Base64UrlUnpadded, Encoding};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::{
    Error,
    digest::{Digest, HalfDigest},
};
use crate::{random, secret};

const VERSION: u8 = 1;
const HANDLE_LEN: usize = 16;
const SECRET_LEN: usize = 32;
/// Of the secret, what a successor keeps. The other 128 bits are new each time.
const KEPT_LEN: usize = 16;
const TOKEN_LEN: usize = 1 + HANDLE_LEN + SECRET_LEN;
/// Characters of a token: 49 bytes in base64url without padding.
const TEXT_LEN: usize = 66;
/// What is hashed before a subject to make its handle.
const HANDLE_LABEL: &[u8] = b"portcullis/v1/session/handle\0";

/// Finds the record of one subject: 128 bits of a SHA-256 digest of the subject's name.
///
/// It is not secret, and whoever knows a name can compute its handle; it opens nothing.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Handle([u8; HANDLE_LEN]);

impl Handle {
    /// The handle of a subject: an account's number or name, in the one form that the application
    /// uses for it.
    #[must_use]
    pub fn of(subject: &str) -> Self {
        let digest = Sha256::new()
            .chain_update(HANDLE_LABEL)
            .chain_update(subject)
            .finalize();
        let mut handle = [0; HANDLE_LEN];
        handle
            .iter_mut()
            .zip(digest)
            .for_each(|(to, from)| *to = from);
        Self(handle)
    }

    /// The sixteen bytes, for the key of one's own row.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; HANDLE_LEN] {
        &self.0
    }
}

/// The secret that a client holds for a session: 66 characters of base64url, safe in a cookie and
/// in a header.
///
/// It encodes a version byte, the [`Handle`] and 32 random bytes. The one that takes its place when a
/// session is rotated has the first sixteen in common with it, by which a token that was replaced is
/// known for as long as the session lives. Nothing stored contains it: it exists in what starts or
/// rotates a session returns, and at the client. `Debug` prints `[redacted]`.
pub struct Token {
    text: SecretString,
    handle: Handle,
    digest: Digest,
    kept: secret::Array<KEPT_LEN>,
}

impl Token {
    pub(crate) fn generate(handle: Handle) -> Result<Self, random::Unavailable> {
        Ok(Self::new(handle, &Zeroizing::new(random::bytes()?)))
    }

    /// The token that takes the place of this one.
    pub(super) fn successor(&self) -> Result<Self, random::Unavailable> {
        let mut secret: Zeroizing<[u8; SECRET_LEN]> = Zeroizing::new(random::bytes()?);
        if let Some(kept) = secret.first_chunk_mut() {
            *kept = *self.kept.expose();
        }
        Ok(Self::new(self.handle, &secret))
    }

    fn new(handle: Handle, secret: &[u8; SECRET_LEN]) -> Self {
        let mut bytes = Zeroizing::new(Vec::with_capacity(TOKEN_LEN));
        bytes.push(VERSION);
        bytes.extend_from_slice(&handle.0);
        bytes.extend_from_slice(secret);
        Self {
            text: Base64UrlUnpadded::encode_string(&bytes).into(),
            handle,
            digest: Digest::of(secret),
            kept: kept(secret),
        }
    }

    /// The text for the client. Whoever has it has the session.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        self.text.expose_secret()
    }

    /// Finds the record that knows the session.
    #[must_use]
    pub fn handle(&self) -> Handle {
        self.handle
    }

    pub(crate) fn digest(&self) -> Digest {
        self.digest
    }

    /// What it has in common with the tokens it replaced and those that will replace it.
    pub(super) fn family(&self) -> HalfDigest {
        Digest::of(self.kept.expose()).half()
    }
}

fn kept(secret: &[u8; SECRET_LEN]) -> secret::Array<KEPT_LEN> {
    secret::Array::new(secret.first_chunk().copied().unwrap_or_default())
}

/// Reads exactly what [`Token::expose_secret`] gave: 66 characters, one spelling for each token.
impl FromStr for Token {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if text.len() != TEXT_LEN {
            return Err(Error::Malformed);
        }
        let mut bytes = Zeroizing::new([0; TOKEN_LEN]);
        let decoded = Base64UrlUnpadded::decode(text, bytes.as_mut());
        decoded.map_err(|_| Error::Malformed)?;
        let (version, rest) = bytes.split_first().ok_or(Error::Malformed)?;
        let (handle, secret) = rest.split_first_chunk().ok_or(Error::Malformed)?;
        let secret: &[u8; SECRET_LEN] = secret.try_into().map_err(|_| Error::Malformed)?;
        if *version != VERSION {
            return Err(Error::Malformed);
        }
        Ok(Self {
            text: text.into(),
            handle: Handle(*handle),
            digest: Digest::of(secret),
            kept: kept(secret),
        })
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The form is frozen: a client's cookie outlives an upgrade.
    #[test]
    fn a_known_token_reads_and_prints_as_it_always_did() {
        let token = Token::new(Handle::of("ada"), &[7; SECRET_LEN]);
        let text = "AS56hNQSgbHER9CzaAduGvgHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBw";
        assert_eq!(token.expose_secret(), text);
        let read: Token = text.parse().unwrap();
        assert_eq!(
            (read.handle(), read.digest()),
            (token.handle(), token.digest())
        );
    }
}
