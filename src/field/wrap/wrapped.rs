//! The stored form of a wrapped ring.

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{
    super::{
        Error, Key, Keyring, MAX_PLAINTEXT_LEN, Scope,
        chunked::{self, Body, Prepared},
        label,
    },
    KeyWrapper, WrapError,
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
pub(in crate::field) const MAX_KEK_ID_LEN: usize = 512;
/// Longest wrapped key, in bytes: the longest `CiphertextBlob` that AWS KMS takes (API reference,
/// `Decrypt`).
const MAX_WRAPPED_LEN: usize = 6144;
/// Longest wrapped ring, in bytes: one that is itself as long as a value may be, its tags and the
/// longest header.
pub(in crate::field) const MAX_LEN: usize = MAX_PLAINTEXT_LEN + 64 * 1024;

impl Scope {
    /// What stands for the scope where its names must not: the SHA-256 digest of its canonical bytes.
    pub(in crate::field) fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.encode()).into()
    }
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
    pub(in crate::field) header: Header,
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
    pub(in crate::field) fn expect(&self, scope: &Scope, least: u64) -> Result<(), Error> {
        if !self.is_for(scope) {
            return Err(Error::OtherScope);
        }
        let found = self.header.generation;
        if found < least {
            return Err(Error::RolledBack { found, least });
        }
        Ok(())
    }

    pub(in crate::field) fn open(
        &self,
        wrapper: &(impl KeyWrapper + ?Sized),
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let bound = self.header.bind(self.kek_id);
        let digest = Sha256::digest(&bound);
        let key = wrapper.unwrap_key(self.kek_id, &digest, self.wrapped_key)?;
        open_body(&key, &bound, self.body)
    }

    /// The ring, which must say of itself what the header says of it.
    pub(in crate::field) fn ring(&self, scope: &Scope, encoded: &[u8]) -> Result<Keyring, Error> {
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
pub(in crate::field) enum Content {
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
pub(in crate::field) struct Header {
    pub(in crate::field) content: Content,
    pub(in crate::field) generation: u64,
    pub(in crate::field) scope: [u8; 32],
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
    pub(in crate::field) fn nested(&self) -> Vec<u8> {
        let mut encoder = Encoder::new(ENCODING);
        encoder.u64(self.generation).array(&self.scope);
        [label::NESTED_RING, &encoder.finish()].concat()
    }

    /// The whole of a wrapped ring.
    pub(in crate::field) fn seal(
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
        let out = out.bytes(&wrapped_key).bytes(&body).finish();
        Ok([MAGIC, out.as_slice()].concat())
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
pub(in crate::field) fn check_kek_id(id: &str) -> Result<(), Error> {
    let visible = id.bytes().all(|byte| byte.is_ascii_graphic());
    if id.is_empty() || id.len() > MAX_KEK_ID_LEN || !visible {
        return Err(Error::KekId);
    }
    Ok(())
}

/// Appends a Cobblestone-256 body under a fresh salt.
pub(in crate::field) fn seal_body(
    key: &Key,
    context: &[u8],
    plaintext: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    let salt = random::bytes().map_err(|_| Error::Randomness)?;
    chunked::seal(&Prepared::new(key), &salt, &[context], plaintext, out)
}

pub(in crate::field) fn open_body(
    key: &Key,
    context: &[u8],
    body: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Error> {
    Body::parse(body)?.open(&Prepared::new(key), &[context])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Timestamp,
        field::{ExposeSecret, LocalKek, Policy},
    };

    fn kek() -> LocalKek {
        LocalKek::new("kek", Key::from_bytes([0xAA; 32])).unwrap()
    }

    fn open(header: Header, plaintext: &[u8], scope: &Scope) -> Option<Error> {
        let wrapped = header.seal(&kek(), plaintext).unwrap();
        Keyring::open_wrapped(&wrapped, scope, &kek(), 0).err()
    }

    /// CR-14: a header that was really sealed must still say what the ring says.
    #[test]
    fn a_ring_is_what_its_header_says() {
        let (own, other) = (Scope::tenant("acme"), Scope::tenant("globex"));
        let now = Timestamp::from_secs(1_795_251_600);
        let ring = Keyring::generate_for(own.clone(), Policy::new(), now).unwrap();
        let encoded = ring.encode();
        let header = Header {
            content: Content::Ring,
            generation: ring.generation(),
            scope: own.digest(),
        };
        let plain = encoded.expose_secret();
        assert_eq!(open(header, plain, &own), None);
        let scope = other.digest();
        let theirs = Header { scope, ..header };
        assert_eq!(open(theirs, plain, &other), Some(Error::OtherScope));
        let damaged = Some(Error::Encoding(encoding::Error::Damaged));
        let generation = ring.generation() + 1;
        let later = Header {
            generation,
            ..header
        };
        assert_eq!(open(later, plain, &own), damaged);
        for content in [Content::Rooted, Content::Nested] {
            let inner = Header { content, ..header };
            assert_eq!(open(inner, plain, &own), damaged);
        }
    }

    /// The longest ring there can be fits what is read.
    #[test]
    fn nothing_is_written_that_is_too_long_to_be_read() {
        let header = Header {
            content: Content::Ring,
            generation: u64::MAX,
            scope: [0; 32],
        };
        let longest = LocalKek::new(&"a".repeat(512), Key::from_bytes([1; 32])).unwrap();
        let wrapped = header.seal(&longest, &vec![0; MAX_PLAINTEXT_LEN]).unwrap();
        let read = WrappedKeyring::parse(&wrapped).unwrap();
        assert!(read.open(&longest).is_ok());
        let more = header.seal(&longest, &vec![0; MAX_PLAINTEXT_LEN + 1]);
        assert_eq!(more, Err(Error::TooLong));
    }
}
