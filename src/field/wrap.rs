//! Key rings at rest: sealed under a key of their own, which a key-encryption key wraps.

use std::sync::Arc;

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{
    Error, ExposeSecret, Key, Keyring, MAX_PLAINTEXT_LEN, Scope,
    chunked::{self, Body, Prepared},
    label,
};
use crate::{
    encoding::{self, Decoder, Encoder},
    random, secret,
};

/// What a wrapped ring starts with.
const MAGIC: &[u8; 4] = b"PCWR";
/// Version of the form.
const ENCODING: u8 = 1;
/// Longest name of a key-encryption key, in bytes. The longest that a service gives, a resource name
/// of Google's Cloud KMS, stays below 400.
const MAX_KEK_ID_LEN: usize = 512;
/// Longest wrapped key, in bytes: the longest `CiphertextBlob` that AWS KMS takes (API reference,
/// `Decrypt`).
const MAX_WRAPPED_LEN: usize = 6144;
/// Longest wrapped ring, in bytes: one that is itself as long as a value may be, its tags and the
/// longest header.
pub(super) const MAX_LEN: usize = MAX_PLAINTEXT_LEN + 64 * 1024;

/// Wraps keys under a key-encryption key (KEK) that lives elsewhere: in a key management service, in
/// a hardware module, in a file ([`LocalKek`](super::LocalKek)).
///
/// Rings are long-lived and lie in files or databases; the KEK does not. A ring is sealed under a
/// fresh key each time it is written, and only those 32 bytes go to the wrapper (envelope encryption,
/// NIST SP 800-57 part 1 rev. 5 §6.2.1). Rotating the KEK wraps rings anew ([`rewrap`]) and leaves
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
    /// The answer is no: another context, other bytes, or a wrapper that does not do what it must.
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

impl Scope {
    /// What stands for the scope where its names must not: the SHA-256 digest of its canonical bytes.
    pub(super) fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.encode()).into()
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

/// A wrapped ring as it is stored; no key has been touched, and nothing is verified but the form.
///
/// # Encoding
///
/// ```text
/// "PCWR" | 1 u8 | content u8 | generation u64 | scope 32 | length u32, KEK id
/// | length u32, wrapped file key | length u32, body: salt 24, commitment 32, (ciphertext, tag 16) *
/// ```
///
/// Integers big-endian; the scope is the SHA-256 digest of its canonical bytes. The first line is the
/// header. The wrapper's context is the SHA-256 digest of `portcullis/v1/wrapped-ring` and the
/// header; the body is Cobblestone-256 under the file key with that label and the header as context.
/// At most 16 MiB and 64 KiB. Content 1 is a
/// ring; 2 and 3 stand in a store of rings (`Keyrings`, feature `shred`).
#[derive(Clone, Copy, Debug)]
pub struct WrappedKeyring<'a> {
    pub(super) header: Header,
    kek_id: &'a str,
    wrapped_key: &'a [u8],
    body: &'a [u8],
}

impl<'a> WrappedKeyring<'a> {
    /// Reads the form.
    ///
    /// # Errors
    ///
    /// [`Error::Encoding`] for bytes of another form or more than 16 MiB and 64 KiB; [`Error::KekId`].
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        let damaged = encoding::Error::Damaged;
        if bytes.len() > MAX_LEN {
            return Err(damaged.into());
        }
        let rest = bytes.strip_prefix(MAGIC).ok_or(damaged)?;
        let mut decoder = Decoder::new(rest, ENCODING)?;
        let header = Header {
            content: Content::decode(decoder.u8()?)?,
            generation: decoder.u64()?,
            scope: decoder.array()?,
        };
        let kek_id = decoder.text(MAX_KEK_ID_LEN)?;
        check_kek_id(kek_id)?;
        let wrapped_key = decoder.bytes(MAX_WRAPPED_LEN)?;
        if wrapped_key.is_empty() {
            return Err(damaged.into());
        }
        let body = decoder.bytes(MAX_LEN)?;
        Body::parse(body).map_err(|_| damaged)?;
        decoder.finish()?;
        Ok(Self {
            header,
            kek_id,
            wrapped_key,
            body,
        })
    }

    /// The KEK without which this does not open.
    #[must_use]
    pub const fn kek_id(&self) -> &'a str {
        self.kek_id
    }

    /// The generation it says it has. Only [`Keyring::open_wrapped`] verifies it.
    #[must_use]
    pub const fn generation(&self) -> u64 {
        self.header.generation
    }

    /// Whether it says it belongs to `scope`. Only [`Keyring::open_wrapped`] verifies it.
    #[must_use]
    pub fn is_for(&self, scope: &Scope) -> bool {
        self.header.scope == scope.digest()
    }

    /// What can be refused before a key is touched.
    pub(super) fn expect(&self, scope: &Scope, least: u64) -> Result<(), Error> {
        if !self.is_for(scope) {
            return Err(Error::OtherScope);
        }
        let found = self.header.generation;
        if found < least {
            return Err(Error::RolledBack { found, least });
        }
        Ok(())
    }

    pub(super) fn open(
        &self,
        wrapper: &(impl KeyWrapper + ?Sized),
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let bound = self.header.bind(self.kek_id);
        let digest = Sha256::digest(&bound);
        let key = wrapper.unwrap_key(self.kek_id, &digest, self.wrapped_key)?;
        open_body(&key, &bound, self.body)
    }

    /// The ring, which must say of itself what the header says of it.
    pub(super) fn ring(&self, scope: &Scope, encoded: &[u8]) -> Result<Keyring, Error> {
        let ring = Keyring::decode(encoded)?;
        if ring.scope() != scope {
            return Err(Error::OtherScope);
        }
        if ring.generation() != self.header.generation {
            return Err(encoding::Error::Damaged.into());
        }
        Ok(ring)
    }
}

/// What is sealed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Content {
    /// A ring.
    Ring,
    /// The key that a tenant's other rings are sealed under, and the tenant's own ring.
    Rooted,
    /// A ring that is sealed under its tenant's key, too.
    Nested,
}

impl Content {
    const fn encode(self) -> u8 {
        match self {
            Self::Ring => 1,
            Self::Rooted => 2,
            Self::Nested => 3,
        }
    }

    fn decode(byte: u8) -> Result<Self, Error> {
        match byte {
            1 => Ok(Self::Ring),
            2 => Ok(Self::Rooted),
            3 => Ok(Self::Nested),
            _ => Err(encoding::Error::Damaged.into()),
        }
    }
}

/// What is authenticated, beside the KEK's name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    pub(super) content: Content,
    pub(super) generation: u64,
    pub(super) scope: [u8; 32],
}

impl Header {
    fn encoder(&self, kek_id: &str) -> Encoder {
        let mut encoder = Encoder::new(ENCODING);
        encoder
            .u8(self.content.encode())
            .u64(self.generation)
            .array(&self.scope)
            .bytes(kek_id.as_bytes());
        encoder
    }

    /// What the body is bound to, and the wrapped key by a digest of it.
    fn bind(&self, kek_id: &str) -> Vec<u8> {
        [label::WRAPPED_RING, MAGIC, &self.encoder(kek_id).finish()].concat()
    }

    /// What a ring is bound to that is sealed under its tenant's key: not the KEK's name, so that it
    /// can be wrapped anew without that key.
    #[cfg(feature = "shred")]
    pub(super) fn nested(&self) -> Vec<u8> {
        let mut encoder = Encoder::new(ENCODING);
        encoder.u64(self.generation).array(&self.scope);
        [label::NESTED_RING, &encoder.finish()].concat()
    }

    /// The whole of a wrapped ring.
    pub(super) fn seal(
        &self,
        wrapper: &(impl KeyWrapper + ?Sized),
        plaintext: &[u8],
    ) -> Result<Vec<u8>, Error> {
        if plaintext.len() > MAX_PLAINTEXT_LEN {
            return Err(Error::TooLong);
        }
        let kek_id = wrapper.kek_id();
        check_kek_id(kek_id)?;
        let bound = self.bind(kek_id);
        let file_key = Key::generate()?;
        let wrapped_key = wrap_checked(wrapper, kek_id, &Sha256::digest(&bound), &file_key)?;
        let mut body = Vec::new();
        seal_body(&file_key, &bound, plaintext, &mut body)?;
        let mut out = self.encoder(kek_id);
        let out = [
            MAGIC,
            out.bytes(&wrapped_key).bytes(&body).finish().as_slice(),
        ]
        .concat();
        if out.len() > MAX_LEN {
            return Err(Error::TooLong);
        }
        Ok(out)
    }
}

/// Wraps, and unwraps once: a ring that nobody can open again must not take the place of one that
/// somebody can.
fn wrap_checked(
    wrapper: &(impl KeyWrapper + ?Sized),
    kek_id: &str,
    context: &[u8],
    key: &Key,
) -> Result<Vec<u8>, Error> {
    let wrapped = wrapper.wrap_key(context, key)?;
    let clear = wrapped
        .windows(Key::LEN)
        .any(|window| secret::eq(window, key.expose()));
    if wrapped.is_empty() || wrapped.len() > MAX_WRAPPED_LEN || clear {
        return Err(WrapError::Refused.into());
    }
    if wrapper.unwrap_key(kek_id, context, &wrapped)? != *key {
        return Err(WrapError::Refused.into());
    }
    Ok(wrapped)
}

/// Names are printed and stand in text files, one a line.
pub(super) fn check_kek_id(id: &str) -> Result<(), Error> {
    let visible = id.bytes().all(|byte| byte.is_ascii_graphic());
    if id.is_empty() || id.len() > MAX_KEK_ID_LEN || !visible {
        return Err(Error::KekId);
    }
    Ok(())
}

/// Appends a Cobblestone-256 body under a fresh salt.
pub(super) fn seal_body(
    key: &Key,
    context: &[u8],
    plaintext: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    let salt = random::bytes().map_err(|_| Error::Randomness)?;
    chunked::seal(&Prepared::new(key), &salt, &[context], plaintext, out)
}

pub(super) fn open_body(
    key: &Key,
    context: &[u8],
    body: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Error> {
    Body::parse(body)?.open(&Prepared::new(key), &[context])
}
