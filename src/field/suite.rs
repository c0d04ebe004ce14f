//! The ciphers that an envelope can be written with.

use core::fmt;

use super::{Error, Key, chunked, xaes};

/// Suite and key version, which every envelope starts with.
pub(super) const PREFIX_LEN: usize = 5;
/// Random bytes of a message: Cobblestone-256's salt, XAES-256-GCM's nonce.
pub(super) const NONCE_LEN: usize = 24;
const _: () = assert!(NONCE_LEN == chunked::SALT_LEN && NONCE_LEN == xaes::NONCE_LEN);

/// How values are sealed. A key belongs to one suite, and so does all that it seals; which one is
/// the first byte of an envelope.
///
/// Both encrypt with AES-256 in GCM (NIST FIPS 197, SP 800-38D) under a key of one message only,
/// which is derived from the ring's key and 192 random bits.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Suite {
    /// C2SP [chunked-encryption](https://c2sp.org/chunked-encryption), 77 bytes longer than a short
    /// value. An envelope commits to its key and its context: it opens under one of each only.
    #[default]
    Cobblestone256,
    /// C2SP [XAES-256-GCM](https://c2sp.org/XAES-256-GCM), 45 bytes longer than the value, and
    /// faster. It does not commit: somebody who knows two keys can make an envelope's ciphertext
    /// genuine under both. That the envelope names its key, and the name is authenticated, is what
    /// keeps it from opening under the other.
    Xaes256Gcm,
}

impl Suite {
    /// How long the envelope of a plaintext of `len` bytes is, in bytes; saturates.
    #[must_use]
    pub const fn sealed_len(self, len: usize) -> usize {
        let body = match self {
            Self::Cobblestone256 => chunked::sealed_len(len),
            Self::Xaes256Gcm => xaes::sealed_len(len),
        };
        PREFIX_LEN.saturating_add(body)
    }

    /// What an envelope starts with. No text in UTF-8 has one of these bytes.
    pub(super) const fn byte(self) -> u8 {
        match self {
            Self::Cobblestone256 => 0xF9,
            Self::Xaes256Gcm => 0xFA,
        }
    }

    pub(super) const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            0xF9 => Some(Self::Cobblestone256),
            0xFA => Some(Self::Xaes256Gcm),
            _ => None,
        }
    }
}

/// The name as its specification writes it.
impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cobblestone256 => "Cobblestone-256",
            Self::Xaes256Gcm => "XAES-256-GCM",
        })
    }
}

/// A key made ready for its suite.
pub(super) enum Prepared {
    Cobblestone256(chunked::Prepared),
    Xaes256Gcm(xaes::Prepared),
}

impl Prepared {
    pub(super) fn new(suite: Suite, key: &Key) -> Self {
        match suite {
            Suite::Cobblestone256 => Self::Cobblestone256(chunked::Prepared::new(key)),
            Suite::Xaes256Gcm => Self::Xaes256Gcm(xaes::Prepared::new(key)),
        }
    }

    pub(super) const fn suite(&self) -> Suite {
        match self {
            Self::Cobblestone256(_) => Suite::Cobblestone256,
            Self::Xaes256Gcm(_) => Suite::Xaes256Gcm,
        }
    }

    /// Appends the body of `plaintext`, bound to `context`. The nonce must be new under this key.
    pub(super) fn seal(
        &self,
        nonce: &[u8; NONCE_LEN],
        context: &[&[u8]],
        plaintext: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        match self {
            Self::Cobblestone256(key) => chunked::seal(key, nonce, context, plaintext, out),
            Self::Xaes256Gcm(key) => key.seal(nonce, context, plaintext, out),
        }
    }
}
