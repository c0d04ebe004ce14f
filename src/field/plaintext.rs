//! What can be sealed as a value of its type.

use secrecy::{ExposeSecret, SecretSlice, SecretString};

use super::Error;
use crate::Timestamp;

/// A type whose values [`Encrypted`](super::Encrypted) seals.
///
/// | Type | `TYPE` | Bytes |
/// |---|---|---|
/// | `SecretString`, `String` | `text` | UTF-8 |
/// | `SecretSlice<u8>`, `Vec<u8>` | `bytes` | as they are |
/// | `bool` | `bool` | 0 or 1 |
/// | integers of 8 to 64 bits, `i128` | `integer` | 16, big-endian two's complement |
/// | [`Timestamp`] | `time` | 8, big-endian milliseconds since the Unix epoch |
///
/// An integer is its value, whatever its width: a column of `u32` can become one of `u64`, and how
/// large a number is does not show. The types of secrecy are wiped when they are dropped.
///
/// # A type of the application's own
///
/// ```
/// use portcullis::field::{Error, Plaintext};
///
/// enum Answer { Yes, No }
///
/// impl Plaintext for Answer {
///     const TYPE: &'static str = "answer";
///
///     fn with_bytes<R>(&self, seal: impl FnOnce(&[u8]) -> R) -> R {
///         seal(match self { Self::Yes => b"yes", Self::No => b"no" })
///     }
///
///     fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
///         match bytes {
///             b"yes" => Ok(Self::Yes),
///             b"no" => Ok(Self::No),
///             _ => Err(Error::NotOfType),
///         }
///     }
/// }
/// ```
///
/// Its envelopes differ in length, so it is to be sealed with a [`Padding`](super::Padding).
pub trait Plaintext: Sized {
    /// The type part of the context. It is bound to every value that is sealed: a type that gets
    /// another name no longer opens them. 1 to 1,024 bytes.
    const TYPE: &'static str;

    /// Hands the value's bytes to `seal`. Bytes that are made for it are the implementation's to
    /// wipe.
    fn with_bytes<R>(&self, seal: impl FnOnce(&[u8]) -> R) -> R;

    /// The value of these bytes, which are what [`with_bytes`](Self::with_bytes) gave, of this
    /// version of the program or another.
    ///
    /// # Errors
    ///
    /// [`Error::NotOfType`] for bytes that no value has.
    fn from_bytes(bytes: &[u8]) -> Result<Self, Error>;
}

impl Plaintext for SecretString {
    const TYPE: &'static str = "text";

    fn with_bytes<R>(&self, seal: impl FnOnce(&[u8]) -> R) -> R {
        seal(self.expose_secret().as_bytes())
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let text = core::str::from_utf8(bytes);
        text.map(Self::from).map_err(|_| Error::NotOfType)
    }
}

/// The string is the caller's to wipe.
impl Plaintext for String {
    const TYPE: &'static str = SecretString::TYPE;

    fn with_bytes<R>(&self, seal: impl FnOnce(&[u8]) -> R) -> R {
        seal(self.as_bytes())
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let text = core::str::from_utf8(bytes);
        text.map(Self::from).map_err(|_| Error::NotOfType)
    }
}

impl Plaintext for SecretSlice<u8> {
    const TYPE: &'static str = "bytes";

    fn with_bytes<R>(&self, seal: impl FnOnce(&[u8]) -> R) -> R {
        seal(self.expose_secret())
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        Ok(Self::new(bytes.into()))
    }
}

/// The bytes are the caller's to wipe.
impl Plaintext for Vec<u8> {
    const TYPE: &'static str = <SecretSlice<u8>>::TYPE;

    fn with_bytes<R>(&self, seal: impl FnOnce(&[u8]) -> R) -> R {
        seal(self)
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        Ok(bytes.into())
    }
}

impl Plaintext for bool {
    const TYPE: &'static str = "bool";

    fn with_bytes<R>(&self, seal: impl FnOnce(&[u8]) -> R) -> R {
        seal(&[u8::from(*self)])
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        match bytes {
            [0] => Ok(false),
            [1] => Ok(true),
            _ => Err(Error::NotOfType),
        }
    }
}

impl Plaintext for i128 {
    const TYPE: &'static str = "integer";

    fn with_bytes<R>(&self, seal: impl FnOnce(&[u8]) -> R) -> R {
        seal(&self.to_be_bytes())
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let bytes = bytes.try_into().map_err(|_| Error::NotOfType)?;
        Ok(Self::from_be_bytes(bytes))
    }
}

macro_rules! integers {
    ($($integer:ty)*) => {$(
        impl Plaintext for $integer {
            const TYPE: &'static str = i128::TYPE;

            fn with_bytes<R>(&self, seal: impl FnOnce(&[u8]) -> R) -> R {
                i128::from(*self).with_bytes(seal)
            }

            fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
                i128::from_bytes(bytes)?.try_into().map_err(|_| Error::NotOfType)
            }
        }
    )*};
}
integers!(u8 i8 u16 i16 u32 i32 u64 i64);

impl Plaintext for Timestamp {
    const TYPE: &'static str = "time";

    fn with_bytes<R>(&self, seal: impl FnOnce(&[u8]) -> R) -> R {
        seal(&self.as_millis().to_be_bytes())
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let bytes = bytes.try_into().map_err(|_| Error::NotOfType)?;
        Ok(Self::from_millis(u64::from_be_bytes(bytes)))
    }
}
