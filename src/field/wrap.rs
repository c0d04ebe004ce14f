//! Key rings at rest: sealed under a key of their own, which a key-encryption key wraps.

mod wrapped;

use std::sync::Arc;

use super::{Error, ExposeSecret, Key, Keyring, Scope};
use crate::encoding;
#[cfg(feature = "shred")]
pub(super) use wrapped::MAX_KEK_ID_LEN;
pub use wrapped::WrappedKeyring;
pub(super) use wrapped::{Content, Header, MAX_LEN, check_kek_id, open_body, seal_body};

/// Wraps keys under a key-encryption key (KEK) that lives elsewhere: in a key management service, in
/// a hardware module, in a file ([`LocalKek`](super::LocalKek)).
///
/// Rings are long-lived and lie in files or databases; the KEK does not. A ring is sealed under a
/// fresh key each time it is written, and only those 32 bytes go to the wrapper (envelope encryption,
/// NIST SP 800-57 part 1 revision 5 §6.2.2). Rotating the KEK wraps rings anew ([`rewrap`]) and leaves
/// every column alone.
///
/// `context` is 32 bytes that must be authenticated with the key: an encryption context of AWS KMS,
/// additional authenticated data of Google Cloud KMS, both after encoding as text. They are a digest,
/// so that no name of a person or a customer gets into the log of the service. A service that has no
/// such thing may leave them out: the ring's own header is authenticated under the wrapped key too.
///
/// The calls wait; under a runtime, make them where waiting is allowed. An answer is checked: what
/// was just wrapped is unwrapped once before a ring is handed out for storing.
///
/// # Example
///
/// A service behind two calls:
///
/// ```
/// use portcullis::field::{Key, KeyWrapper, WrapError};
/// # struct Kms;
/// # impl Kms {
/// #     fn encrypt(&self, id: &str, aad: &[u8], key: &[u8; 32]) -> Result<Vec<u8>, u16> { Ok(vec![]) }
/// #     fn decrypt(&self, id: &str, aad: &[u8], bytes: &[u8]) -> Result<[u8; 32], u16> { Ok([0; 32]) }
/// # }
///
/// struct Service { kms: Kms, kek: String }
///
/// fn told(status: u16) -> WrapError {
///     match status {
///         404 | 410 => WrapError::Gone,
///         400..500 => WrapError::Refused,
///         _ => WrapError::Unavailable,
///     }
/// }
///
/// impl KeyWrapper for Service {
///     fn kek_id(&self) -> &str {
///         &self.kek
///     }
///     fn wrap_key(&self, context: &[u8], key: &Key) -> Result<Vec<u8>, WrapError> {
///         self.kms.encrypt(&self.kek, context, key.expose_secret()).map_err(told)
///     }
///     fn unwrap_key(&self, kek_id: &str, context: &[u8], wrapped: &[u8]) -> Result<Key, WrapError> {
///         let key = self.kms.decrypt(kek_id, context, wrapped).map_err(told)?;
///         Ok(Key::from_bytes(key))
///     }
/// }
/// ```
pub trait KeyWrapper {
    /// The name of the KEK that [`wrap_key`](Self::wrap_key) uses: 1 to 512 visible ASCII characters
    /// without a space. It is stored in the clear beside what was wrapped, and given back to
    /// [`unwrap_key`](Self::unwrap_key).
    ///
    /// It names one key for ever, as `kms:eu-1/4711/versions/3`. Not an alias, nor a key that the
    /// service rotates under its name: rings would pass as wrapped by the new key while the old one is
    /// destroyed.
    fn kek_id(&self) -> &str;

    /// The key, wrapped under the KEK that [`kek_id`](Self::kek_id) names and bound to `context`: 1
    /// to 6,144 bytes.
    ///
    /// # Errors
    ///
    /// The wrapper gave no key, for the reason it says.
    fn wrap_key(&self, context: &[u8], key: &Key) -> Result<Vec<u8>, WrapError>;

    /// The key that was wrapped under the KEK named `kek_id`, which may be an older one than the one
    /// that wraps.
    ///
    /// # Errors
    ///
    /// The wrapper gave no key, for the reason it says. Never another key.
    fn unwrap_key(&self, kek_id: &str, context: &[u8], wrapped: &[u8]) -> Result<Key, WrapError>;
}

macro_rules! forward {
    ($($pointer:ty),*) => {$(
        impl<W: KeyWrapper + ?Sized> KeyWrapper for $pointer {
            fn kek_id(&self) -> &str {
                (**self).kek_id()
            }

            fn wrap_key(&self, context: &[u8], key: &Key) -> Result<Vec<u8>, WrapError> {
                (**self).wrap_key(context, key)
            }

            fn unwrap_key(
                &self,
                kek_id: &str,
                context: &[u8],
                wrapped: &[u8],
            ) -> Result<Key, WrapError> {
                (**self).unwrap_key(kek_id, context, wrapped)
            }
        }
    )*};
}
forward!(&W, Arc<W>, Box<W>);

/// Why a wrapper gave no key. Each denies; they differ in what an operator does.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum WrapError {
    /// No answer: the same call may work later.
    #[error("the key wrapper gave no answer")]
    Unavailable,
    /// The KEK is destroyed, unknown here or denied for good: what it wrapped stays closed.
    #[error("the key-encryption key is gone")]
    Gone,
    /// The answer is no, and stays so: another context, other bytes, or a wrapper that does not do what
    /// it must. Where a service may mean anything else by its answer, it is
    /// [`Unavailable`](Self::Unavailable).
    #[error("the key wrapper refused")]
    Refused,
}

impl Key {
    /// The bytes, for a [`KeyWrapper`] that sends them to where they are wrapped. Whoever copies them
    /// wipes the copy.
    #[must_use]
    pub fn expose_secret(&self) -> &[u8; Self::LEN] {
        self.expose()
    }
}

impl Keyring {
    /// The ring for a file or a database: sealed by Cobblestone-256 under a fresh key, which
    /// `wrapper` wraps. Its scope and its [generation](Self::generation) are authenticated.
    ///
    /// One call to wrap, and one to unwrap, which shows that what is stored can be read again.
    ///
    /// # Errors
    ///
    /// [`Error::Wrap`] as the wrapper says, and [`WrapError::Refused`] where it does not give back
    /// the key that it was given, or leaves it in the clear; [`Error::KekId`];
    /// [`Error::Randomness`].
    pub fn wrap_with(&self, wrapper: &(impl KeyWrapper + ?Sized)) -> Result<Vec<u8>, Error> {
        let header = Header {
            content: Content::Ring,
            generation: self.generation(),
            scope: self.scope().digest(),
        };
        header.seal(wrapper, self.encode().expose_secret())
    }

    /// Reads what [`wrap_with`](Self::wrap_with) wrote for this scope.
    ///
    /// `least_generation` is what the caller remembers from elsewhere: the generation of the ring
    /// that it last loaded or wrote. An older ring is refused, so that one that was put back does not
    /// bring a destroyed key back or forget a new one; 0 where nothing is remembered.
    ///
    /// # Errors
    ///
    /// Before the wrapper is called: [`Error::Encoding`] for other bytes, [`Error::OtherScope`],
    /// [`Error::RolledBack`]. Then [`Error::Wrap`], and [`Error::Open`] for a changed byte or another
    /// key; whatever [`decode`](Self::decode) refuses.
    pub fn open_wrapped(
        bytes: &[u8],
        scope: &Scope,
        wrapper: &(impl KeyWrapper + ?Sized),
        least_generation: u64,
    ) -> Result<Self, Error> {
        let wrapped = WrappedKeyring::parse(bytes)?;
        wrapped.expect(scope, least_generation)?;
        if wrapped.header.content != Content::Ring {
            return Err(encoding::Error::Damaged.into());
        }
        wrapped.ring(scope, &wrapped.open(wrapper)?)
    }
}

/// Wraps a ring under another KEK: opened by `old`, sealed again under a fresh key that `new` wraps.
/// Scope, generation and every key stay, so columns are left alone. Where one wrapper holds both
/// KEKs, it is both arguments.
///
/// The bytes under the old KEK, and every backup of them, open as long as that KEK exists: it is
/// destroyed last.
///
/// # Errors
///
/// Those of [`Keyring::open_wrapped`] and [`Keyring::wrap_with`].
pub fn rewrap(
    bytes: &[u8],
    old: &(impl KeyWrapper + ?Sized),
    new: &(impl KeyWrapper + ?Sized),
) -> Result<Vec<u8>, Error> {
    let wrapped = WrappedKeyring::parse(bytes)?;
    let plaintext = wrapped.open(old)?;
    wrapped.header.seal(new, &plaintext)
}
