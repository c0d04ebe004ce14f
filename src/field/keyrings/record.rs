//! What stands in the store under a scope: a ring, or what is left of one.

use zeroize::Zeroizing;

use super::{
    Digest, Error, Keyrings, Kind, Opened, Parent, put,
    receipt::{self, Receipt},
};
use crate::{
    Timestamp,
    encoding::{self, Decoder, Encoder},
    field::{
        ExposeSecret, Key, KeyWrapper, Keyring, Scope, WrappedKeyring,
        wrap::{self, Content, Header},
    },
    store::{Change, Store},
};

/// Version of a record.
const ENCODING: u8 = 1;

/// What stands in the store under a scope.
///
/// Layout: `1 u8 | 1 u8 | length u32, wrapped ring` or `1 u8 | 2 u8 | length u32, receipt`.
pub(super) enum Record<'a> {
    /// A wrapped ring.
    Ring(&'a [u8]),
    /// It was destroyed, and stays so.
    Tombstone(Box<Receipt>),
}

impl<'a> Record<'a> {
    pub(super) fn ring(wrapped: &[u8]) -> Vec<u8> {
        Encoder::new(ENCODING).u8(1).bytes(wrapped).finish()
    }

    pub(super) fn tombstone(receipt: &Receipt) -> Vec<u8> {
        let receipt = receipt.encode();
        Encoder::new(ENCODING).u8(2).bytes(&receipt).finish()
    }

    /// What stands under this scope; somebody else's tombstone is none. A ring says itself whose it
    /// is.
    pub(super) fn decode(bytes: &'a [u8], scope: &Digest) -> Result<Self, Error> {
        let mut decoder = Decoder::new(bytes, ENCODING)?;
        let record = match decoder.u8()? {
            1 => Self::Ring(decoder.bytes(wrap::MAX_LEN)?),
            2 => {
                let receipt = Receipt::decode(decoder.bytes(receipt::MAX_LEN)?)?;
                if receipt.scope() != scope {
                    return Err(encoding::Error::Damaged.into());
                }
                Self::Tombstone(Box::new(receipt))
            }
            _ => return Err(encoding::Error::Damaged.into()),
        };
        decoder.finish()?;
        Ok(record)
    }
}

impl<S: Store, W: KeyWrapper> Keyrings<S, W> {
    pub(super) fn make(&self, scope: &Scope, now: Timestamp) -> Result<Opened, Error> {
        let ring = Keyring::generate_for(scope.clone(), self.policy.clone(), now)?;
        let root = match Kind::of(scope)? {
            Kind::Tenant => Some(Key::generate()?),
            _ => None,
        };
        Ok(Opened { ring, root })
    }

    /// What is written for a ring.
    pub(super) fn put(&self, parent: Option<&Parent>, opened: &Opened) -> Result<Change, Error> {
        let Opened { ring, root } = opened;
        let encoded = ring.encode();
        let mut header = Header {
            content: Content::Ring,
            generation: ring.generation(),
            scope: ring.scope().digest(),
        };
        let plaintext = match (root, parent) {
            (Some(root), _) => {
                header.content = Content::Rooted;
                Zeroizing::new([root.expose_secret(), encoded.expose_secret()].concat())
            }
            (None, Some(parent)) => {
                header.content = Content::Nested;
                let mut sealed = Vec::new();
                let context = header.nested();
                wrap::seal_body(&parent.root, &context, encoded.expose_secret(), &mut sealed)?;
                Zeroizing::new(sealed)
            }
            (None, None) => Zeroizing::new(encoded.expose_secret().to_vec()),
        };
        let wrapped = header.seal(&self.wrapper, &plaintext)?;
        Ok(put(Record::ring(&wrapped)))
    }

    /// The ring of a record that must be `scope`'s.
    pub(super) fn open(
        &self,
        scope: &Scope,
        parent: Option<&Parent>,
        stored: &[u8],
        least: u64,
    ) -> Result<Opened, Error> {
        let Record::Ring(wrapped) = Record::decode(stored, &scope.digest())? else {
            return Err(Error::Shredded);
        };
        let wrapped = WrappedKeyring::parse(wrapped)?;
        wrapped.expect(scope, least)?;
        let expected = match (Kind::of(scope)?, parent) {
            (Kind::Tenant, _) => Content::Rooted,
            (_, Some(_)) => Content::Nested,
            (_, None) => Content::Ring,
        };
        if wrapped.header.content != expected {
            return Err(encoding::Error::Damaged.into());
        }
        let plaintext = wrapped.open(&self.wrapper)?;
        let (root, encoded) = match (expected, parent) {
            (Content::Rooted, _) => {
                let (root, encoded) = plaintext
                    .split_first_chunk()
                    .ok_or(encoding::Error::Damaged)?;
                (
                    Some(Key::from_bytes(*root)),
                    Zeroizing::new(encoded.to_vec()),
                )
            }
            (_, Some(parent)) => {
                let context = wrapped.header.nested();
                (None, wrap::open_body(&parent.root, &context, &plaintext)?)
            }
            (_, None) => (None, plaintext),
        };
        let ring = wrapped.ring(scope, &encoded)?;
        Ok(Opened { ring, root })
    }
}
