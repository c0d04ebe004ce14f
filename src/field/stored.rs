//! What a column may hold: envelopes, as bytes or as text, and what was there before.

use base64ct::{Base64UrlUnpadded, Encoding};

use super::{
    Context, Error, KeyVersion, Keyring, Opened,
    envelope::{self, TEXT_PREFIX},
    suite::{PREFIX_LEN, Suite},
};
use crate::Timestamp;

/// How an envelope is stored.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Form {
    Bytes,
    Text,
}

impl Form {
    /// The form of bytes that look like an envelope, whole or not; None for plaintext. No text in
    /// UTF-8 starts with a suite's byte.
    pub(super) fn of(stored: &[u8]) -> Option<Self> {
        match stored.first() {
            Some(first) if Suite::from_byte(*first).is_some() => Some(Self::Bytes),
            _ if stored.starts_with(TEXT_PREFIX.as_bytes()) => Some(Self::Text),
            _ => None,
        }
    }

    pub(super) fn seal(
        self,
        ring: &Keyring,
        context: &Context,
        plaintext: &[u8],
        now: Timestamp,
    ) -> Result<Vec<u8>, Error> {
        let envelope = ring.seal(context, plaintext, now)?;
        Ok(match self {
            Self::Bytes => envelope,
            Self::Text => envelope::to_text(&envelope).into_bytes(),
        })
    }

    pub(super) fn open(
        self,
        ring: &Keyring,
        context: &Context,
        stored: &[u8],
    ) -> Result<Opened, Error> {
        match self {
            Self::Bytes => ring.open(context, stored),
            Self::Text => {
                let text = core::str::from_utf8(stored).map_err(|_| Error::NotAnEnvelope)?;
                ring.open_text(context, text)
            }
        }
    }

    /// The key that stored bytes of this form name. Their start is enough: what is cut off or
    /// damaged behind it still needs the key.
    pub(super) fn key_version(self, stored: &[u8]) -> Option<KeyVersion> {
        let mut decoded = [0; 6];
        let start = match self {
            Self::Bytes => stored,
            Self::Text => {
                let (_, encoded) = stored.split_at_checked(TEXT_PREFIX.len())?;
                let (encoded, _) = encoded.split_first_chunk::<8>()?;
                Base64UrlUnpadded::decode(encoded, &mut decoded).ok()?
            }
        };
        let [suite, version @ ..] = start.first_chunk::<PREFIX_LEN>()?;
        Suite::from_byte(*suite)?;
        KeyVersion::new(u32::from_be_bytes(*version))
    }
}
