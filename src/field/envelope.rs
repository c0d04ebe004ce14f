//! The layout of an envelope, as bytes and as text.
//!
//! ```text
//! suite 0xF9 | key version u32 big-endian, from 1 | body (chunked.rs)
//! ```

use base64ct::{Base64UrlUnpadded, Encoding};

use super::{
    Context, Error, Key, KeyVersion, MAX_PLAINTEXT_LEN,
    chunked::{self, Body, SALT_LEN},
};

/// Cobblestone-256. No text in UTF-8 has this byte.
const COBBLESTONE_256: u8 = 0xF9;
/// XAES-256-GCM, which this version recognises and refuses.
const XAES_256_GCM: u8 = 0xFA;
/// Suite and key version.
const PREFIX_LEN: usize = 5;
/// What a written envelope starts with: the name of this form and its version.
const TEXT_PREFIX: &str = "pc1.";

const MAX_LEN: usize = PREFIX_LEN + chunked::sealed_len(MAX_PLAINTEXT_LEN);
/// Four characters for three bytes, and the prefix.
const MAX_TEXT_LEN: usize = MAX_LEN.div_ceil(3) * 4 + TEXT_PREFIX.len();

/// An envelope whose suite, key version and length can be right; no key has been touched.
pub(super) struct Envelope<'a> {
    pub(super) version: KeyVersion,
    body: Body<'a>,
}

impl<'a> Envelope<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        if bytes.len() > MAX_LEN {
            return Err(Error::TooLong);
        }
        let (suite, rest) = bytes.split_first().ok_or(Error::NotAnEnvelope)?;
        match *suite {
            COBBLESTONE_256 => {}
            XAES_256_GCM => return Err(Error::UnsupportedSuite(XAES_256_GCM)),
            _ => return Err(Error::NotAnEnvelope),
        }
        let (version, body) = rest.split_first_chunk().ok_or(Error::Malformed)?;
        Ok(Self {
            version: KeyVersion::new(u32::from_be_bytes(*version)).ok_or(Error::Malformed)?,
            body: Body::parse(body)?,
        })
    }

    /// The plaintext, in memory that is wiped.
    pub(super) fn open(
        &self,
        key: &Key,
        context: &Context,
    ) -> Result<zeroize::Zeroizing<Vec<u8>>, Error> {
        self.body
            .open(key.expose(), &authenticated(self.version, context)?)
    }
}

/// The envelope of `plaintext`. The salt must be new under this key.
pub(super) fn seal(
    version: KeyVersion,
    key: &Key,
    context: &Context,
    plaintext: &[u8],
    salt: &[u8; SALT_LEN],
) -> Result<Vec<u8>, Error> {
    if plaintext.len() > MAX_PLAINTEXT_LEN {
        return Err(Error::TooLong);
    }
    let authenticated = authenticated(version, context)?;
    let mut out = prefix(version).to_vec();
    chunked::seal(key.expose(), salt, &authenticated, plaintext, &mut out)?;
    Ok(out)
}

fn prefix(version: KeyVersion) -> [u8; PREFIX_LEN] {
    let [a, b, c, d] = version.get().to_be_bytes();
    [COBBLESTONE_256, a, b, c, d]
}

/// What the body is bound to: suite and key version, so that no envelope can be relabelled, then the
/// context, which is self-delimiting.
fn authenticated(version: KeyVersion, context: &Context) -> Result<Vec<u8>, Error> {
    let mut bytes = prefix(version).to_vec();
    context.encode_into(&mut bytes)?;
    Ok(bytes)
}

/// `pc1.` and base64url without padding (RFC 4648 §5).
pub(super) fn to_text(envelope: &[u8]) -> String {
    [TEXT_PREFIX, &Base64UrlUnpadded::encode_string(envelope)].concat()
}

/// Strict: no padding, no white space, no other alphabet, no bits left over.
pub(super) fn from_text(text: &str) -> Result<Vec<u8>, Error> {
    if text.len() > MAX_TEXT_LEN {
        return Err(Error::TooLong);
    }
    let encoded = text.strip_prefix(TEXT_PREFIX).ok_or(Error::NotAnEnvelope)?;
    Base64UrlUnpadded::decode_vec(encoded).map_err(|_| Error::NotAnEnvelope)
}
