//! What stands in the column of an index.

use core::{fmt, str::FromStr};

use super::{BlindIndex, Error, KeyVersion};

/// The most bytes of a hash that are kept.
const MAX_LEN: usize = BlindIndex::UNIQUE_BITS as usize / 8;
/// Bytes of the key version, which come first.
const VERSION_LEN: usize = 4;

/// The index of one value under one key, as it is stored and searched for.
///
/// As bytes: the key's version in 4 bytes big-endian, then the bits of the hash from the left, the
/// last byte filled up with zeros. As text: the same in lower-case hexadecimal, which every
/// collation keeps apart; a column of 40 characters holds 128 bits. The version tells a sweep which
/// keys an index still needs, as it does in an envelope.
///
/// It is no secret to whoever holds the database; `Debug` shows the key and the length only, so that
/// logs are not to be joined with it.
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct IndexValue {
    /// The version, then the bits.
    bytes: Vec<u8>,
    version: KeyVersion,
}

impl IndexValue {
    pub(super) fn truncate(version: KeyVersion, hash: &[u8; 32], bits: u8) -> Self {
        let whole = usize::from(bits / 8);
        let rest = bits % 8;
        let mut bytes = version.get().to_be_bytes().to_vec();
        bytes.extend(hash.iter().take(whole));
        if rest > 0 {
            let mask = !(u8::MAX >> rest);
            bytes.extend(hash.get(whole).map(|byte| byte & mask));
        }
        Self { bytes, version }
    }

    /// What was stored as bytes.
    ///
    /// # Errors
    ///
    /// [`Error::NotAnIndexValue`] for what no index has: another length, version 0.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let (version, bits) = bytes.split_first_chunk().ok_or(Error::NotAnIndexValue)?;
        let version = KeyVersion::new(u32::from_be_bytes(*version));
        match (version, bits.len()) {
            (Some(version), 1..=MAX_LEN) => Ok(Self {
                bytes: bytes.into(),
                version,
            }),
            _ => Err(Error::NotAnIndexValue),
        }
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The version of the key that it was made with.
    #[must_use]
    pub const fn key_version(&self) -> KeyVersion {
        self.version
    }
}

/// Lower-case hexadecimal.
impl fmt::Display for IndexValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bytes
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for IndexValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let len = self.bytes.len().saturating_sub(VERSION_LEN);
        write!(f, "IndexValue(key version {}, {len} bytes)", self.version)
    }
}

/// What `Display` wrote, and that spelling only.
impl FromStr for IndexValue {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (pairs, rest) = text.as_bytes().as_chunks();
        let bytes: Option<Vec<u8>> = pairs.iter().map(|[a, b]| hex(*a, *b)).collect();
        match (bytes, rest) {
            (Some(bytes), []) => Self::from_bytes(&bytes),
            _ => Err(Error::NotAnIndexValue),
        }
    }
}

fn hex(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte & 0x0F),
        b'a'..=b'f' => Some((byte & 0x0F).saturating_add(9)),
        _ => None,
    };
    Some((digit(high)? << 4) | digit(low)?)
}
