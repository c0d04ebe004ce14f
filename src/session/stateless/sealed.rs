//! A sealed session as the text that a client holds.

use core::{fmt, str::FromStr};

use base64ct::{Base64UrlUnpadded, Encoding};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::session::Error;

/// The longest text in bytes: with the longest name of a [`Cookie`](crate::session::Cookie) and all
/// of its attributes it is 4,096. The longest subject, label and payload leave an eighth of it free.
pub const MAX_LEN: usize = 3968;
/// What a text starts with, so that a search for leaked secrets finds one.
const PREFIX: &str = "ps1.";

/// The text that a client holds for a sealed session: `ps1.` and base64url without padding, safe in
/// a cookie and in a header.
///
/// Whoever has it has the session: `Debug` prints `[redacted]`, and it is wiped when it is dropped.
///
/// It writes an envelope of [`field`](crate::field) whose context has no tenant, the table
/// "portcullis/session", the purpose as its column, no row, the type "stateless.v1", and the
/// environment where there is one. Inside stand, integers big-endian and times in milliseconds since
/// the Unix epoch,
///
/// | bytes | |
/// |--:|---|
/// | 1 | version: 1 |
/// | 8 | epoch |
/// | 8 | id |
/// | 8, 8, 8 | created; start of the absolute limit; last active |
/// | 1 | flags: 1 stays signed in |
/// | 1 | factors proved: 1 password, 2 one-time code, 4 recovery code |
/// | 8 each | when each of them was proved, in this order |
/// | 4 | length of the label, at most 128 |
/// | | the label in UTF-8 |
/// | 4 | length of the subject, 1 to 256 |
/// | | the subject in UTF-8 |
/// | 4 | length of the payload, at most 2,048 |
/// | | the payload |
pub struct Sealed(SecretString);

impl Sealed {
    pub(super) fn new(envelope: Vec<u8>) -> Self {
        let envelope = Zeroizing::new(envelope);
        let mut text = Zeroizing::new(vec![0; Base64UrlUnpadded::encoded_len(&envelope)]);
        // the room is exact, so there is nothing to fail
        let text = Base64UrlUnpadded::encode(&envelope, &mut text).unwrap_or_default();
        Self::with_prefix(text)
    }

    fn with_prefix(rest: &str) -> Self {
        let len = PREFIX.len().saturating_add(rest.len());
        let mut text = Zeroizing::new(String::with_capacity(len));
        text.push_str(PREFIX);
        text.push_str(rest);
        Self(SecretString::from(text.as_str()))
    }

    /// The text for the client. Whoever has it has the session.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        self.0.expose_secret()
    }

    /// Strict: no padding, no other alphabet, no bits left over.
    pub(super) fn envelope(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        let text = self.expose_secret().strip_prefix(PREFIX);
        let text = text.ok_or(Error::Malformed)?;
        let envelope = Base64UrlUnpadded::decode_vec(text).map_err(|_| Error::Malformed)?;
        Ok(Zeroizing::new(envelope))
    }
}

/// Reads what can be a text that [`Sealed::expose_secret`] gave: its prefix, its alphabet and at most
/// [`MAX_LEN`] bytes. Whether it opens, [`Stateless::open`](super::Stateless::open) says.
impl FromStr for Sealed {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if text.len() > MAX_LEN {
            return Err(Error::Malformed);
        }
        let rest = text.strip_prefix(PREFIX).ok_or(Error::Malformed)?;
        let in_alphabet = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if rest.bytes().all(in_alphabet) {
            Ok(Self::with_prefix(rest))
        } else {
            Err(Error::Malformed)
        }
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
