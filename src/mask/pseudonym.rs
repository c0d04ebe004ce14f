//! Names that stand for values, made with a key.

use core::fmt;

use base32ct::{Base32Unpadded, Encoding};
use hmac::Mac;

use crate::{
    mac::{KEY_LEN, hmac},
    random, secret,
};

/// What the HMAC is for: the key may serve nothing else, and if it does the values differ.
const LABEL: &[u8] = b"portcullis/v1/mask/pseudonym\0";
/// What a pseudonym begins with, so that nobody takes it for a value.
const PREFIX: &str = "p_";
/// Bytes of the HMAC that are left, 128 bits. Two of n values of one field have the same pseudonym
/// with a probability of n² / 2^129: of a billion values, less than one in 10^20.
const LEN: usize = 16;

/// A key that makes pseudonyms: 32 random bytes, kept elsewhere than the pseudonyms.
///
/// A pseudonym is `p_` and 26 of `a-z2-7`: the first 128 bits of an HMAC-SHA-256 (RFC 2104) of a
/// label, the length of the field's name, the name and the value, in base32 (RFC 4648 §6) in lower
/// case. Without the key it says nothing of the value but which other values are the same: equal
/// values of one field have equal pseudonyms, so lists can be joined and counted by them. The same
/// value in another field, or under another key, has another one.
///
/// # What this does not do
///
/// - Who has the key, or may have values of their choice pseudonymised, can try values: of a field
///   with few of them, such as a date of birth or a telephone number, every pseudonym is found out.
///   So it is personal data still (GDPR article 4(5), recital 26).
/// - How often a pseudonym stands in a list says how often the value does. Where one value is the
///   most frequent by far, its pseudonym is known without a key.
/// - Values are taken byte by byte: `Jane@example.com` and `jane@example.com` are two.
///
/// # Example
///
/// ```
/// use portcullis::mask::PseudonymKey;
///
/// let key = PseudonymKey::generate()?;
/// let one = key.pseudonym("contact.email", "jane.roe@example.com");
/// assert_eq!(one.len(), PseudonymKey::PSEUDONYM_LEN);
/// assert_eq!(one, key.pseudonym("contact.email", "jane.roe@example.com"));
/// assert_ne!(one, key.pseudonym("invoice.email", "jane.roe@example.com"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PseudonymKey(secret::Array<KEY_LEN>);

impl PseudonymKey {
    /// How many bytes a key has.
    pub const LEN: usize = KEY_LEN;
    /// How many characters a pseudonym has.
    pub const PSEUDONYM_LEN: usize = PREFIX.len() + (LEN * 8).div_ceil(5);

    /// A new key from the operating system's randomness.
    ///
    /// # Errors
    ///
    /// [`Error::Randomness`] where the system gives none.
    pub fn generate() -> Result<Self, Error> {
        let bytes = random::bytes().map_err(|random::Unavailable| Error::Randomness)?;
        Ok(Self::from_bytes(bytes))
    }

    /// A key that comes from elsewhere, such as a key management service. The caller's own copy of
    /// the bytes stays the caller's to wipe.
    #[must_use]
    pub fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(secret::Array::new(bytes))
    }

    /// The bytes, to be kept where the pseudonyms are not.
    #[must_use]
    pub fn expose_secret(&self) -> &[u8; Self::LEN] {
        self.0.expose()
    }

    /// The pseudonym of a value of this field, such as `contact.email`.
    #[must_use]
    pub fn pseudonym(&self, field: &str, value: &str) -> String {
        let field_len = u64::try_from(field.len()).unwrap_or(u64::MAX);
        let mac = hmac(&self.0)
            .chain_update(LABEL)
            .chain_update(field_len.to_be_bytes())
            .chain_update(field)
            .chain_update(value)
            .finalize()
            .into_bytes();
        let (bytes, _) = mac.split_at(LEN);
        let mut pseudonym = String::with_capacity(Self::PSEUDONYM_LEN);
        pseudonym.push_str(PREFIX);
        pseudonym.push_str(&Base32Unpadded::encode_string(bytes));
        pseudonym
    }
}

/// Why there is no key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// The operating system gave no randomness.
    Randomness,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Randomness => "the operating system gave no randomness",
        })
    }
}

impl core::error::Error for Error {}
