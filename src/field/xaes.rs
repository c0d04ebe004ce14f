//! The body of a compact envelope: XAES-256-GCM (<https://c2sp.org/XAES-256-GCM>).
//!
//! The first half of a random nonce of 192 bits derives the key of one message, by NIST SP 800-108r1
//! §4.1 over AES-256-CMAC; AES-256-GCM encrypts under it with the second half. It does not commit to
//! its key: the ring selects keys exactly.
//!
//! ```text
//! nonce 24 | ciphertext | tag 16
//! ```

use core::mem;

use aes_gcm::{AeadInOut, KeyInit, aead::inout::InOutBuf};
use xaes_256_gcm::Xaes256Gcm;
use zeroize::Zeroizing;

use super::{Error, Key};

pub(super) const NONCE_LEN: usize = 24;
const TAG_LEN: usize = 16;
/// Authenticated bytes up to this length are put together without an allocation.
const SHORT_LEN: usize = 256;

/// How long the body of a plaintext of `len` bytes is; saturates.
pub(super) const fn sealed_len(len: usize) -> usize {
    len.saturating_add(NONCE_LEN + TAG_LEN)
}

/// A key, ready for any number of messages: its AES schedule and CMAC's subkey. Both are as secret as
/// the key and wiped when it is dropped. It is boxed, so that what moves is a pointer: a list of keys
/// that grows leaves nothing of it behind.
pub(super) struct Prepared(Box<Xaes256Gcm>);

impl Prepared {
    pub(super) fn new(key: &Key) -> Self {
        Self(Box::new(Xaes256Gcm::new(key.expose().into())))
    }

    /// Appends the body of `plaintext`, which is read where it is, so `out` never holds any of it.
    /// The context is the parts one after another. The nonce must be new under this key.
    pub(super) fn seal(
        &self,
        nonce: &[u8; NONCE_LEN],
        context: &[&[u8]],
        plaintext: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        out.reserve_exact(sealed_len(plaintext.len()));
        out.extend_from_slice(nonce);
        let start = out.len();
        out.resize(start.saturating_add(plaintext.len()), 0);
        let ciphertext = out.get_mut(start..).unwrap_or_default();
        let buffer = InOutBuf::new(plaintext, ciphertext).map_err(|_| Error::TooLong)?;
        let sealed = joined(context, |context| {
            self.0.encrypt_inout_detached(nonce.into(), context, buffer)
        });
        out.extend_from_slice(&sealed.map_err(|_| Error::TooLong)?);
        Ok(())
    }
}

/// Runs on the parts in one piece, as GCM takes them.
fn joined<R>(parts: &[&[u8]], run: impl FnOnce(&[u8]) -> R) -> R {
    let mut short = [0; SHORT_LEN];
    let mut room = &mut short[..];
    for part in parts {
        let Some((to, rest)) = mem::take(&mut room).split_at_mut_checked(part.len()) else {
            return run(&parts.concat());
        };
        to.copy_from_slice(part);
        room = rest;
    }
    let len = SHORT_LEN.saturating_sub(room.len());
    run(short.get(..len).unwrap_or_default())
}

/// A body that is long enough to be one.
pub(super) struct Body<'a> {
    nonce: &'a [u8; NONCE_LEN],
    ciphertext: &'a [u8],
    tag: &'a [u8; TAG_LEN],
}

impl<'a> Body<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        let (nonce, rest) = bytes.split_first_chunk().ok_or(Error::Malformed)?;
        let (ciphertext, tag) = rest.split_last_chunk().ok_or(Error::Malformed)?;
        Ok(Self {
            nonce,
            ciphertext,
            tag,
        })
    }

    /// The plaintext, if it is what was sealed under `key` and `context`: the tag is verified before
    /// anything is decrypted.
    pub(super) fn open(
        &self,
        key: &Prepared,
        context: &[&[u8]],
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let mut plaintext = Zeroizing::new(vec![0; self.ciphertext.len()]);
        let buffer = InOutBuf::new(self.ciphertext, &mut plaintext).map_err(|_| Error::Open)?;
        let opened = joined(context, |context| {
            key.0
                .decrypt_inout_detached(self.nonce.into(), context, buffer, self.tag.into())
        });
        opened.map_err(|_| Error::Open)?;
        Ok(plaintext)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use data_encoding::HEXLOWER;
    use shake::{
        Shake128,
        digest::{ExtendableOutput, Update, XofReader},
    };

    use super::*;
    use crate::field::two_keys::aes;

    fn seal(key: [u8; 32], nonce: [u8; 24], context: &[u8], plaintext: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        Prepared::new(&Key::from_bytes(key))
            .seal(&nonce, &[context], plaintext, &mut out)
            .unwrap();
        out
    }

    fn open(key: [u8; 32], context: &[u8], body: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        Body::parse(body)?.open(&Prepared::new(&Key::from_bytes(key)), &[context])
    }

    /// The key of one message, step by step as the specification writes it.
    pub(in crate::field) fn message_key(key: &[u8; 32], nonce: &[u8; 24]) -> [u8; 32] {
        let l = aes(key, [0; 16]);
        let k1 = if l >> 127 == 0 {
            l << 1
        } else {
            l << 1 ^ 0b1000_0111
        };
        let half = |counter| {
            let message = [&[0, counter, b'X', 0], &nonce[..12]].concat();
            let message = u128::from_be_bytes(message.try_into().unwrap());
            aes(key, (message ^ k1).to_be_bytes()).to_be_bytes()
        };
        [half(1), half(2)].concat().try_into().unwrap()
    }

    /// CR-01: both vectors of the specification, one for each value of the subkey's carry.
    #[test]
    fn agrees_with_the_vectors_of_the_specification() {
        let vectors = [
            (
                [1; 32],
                "",
                "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271",
            ),
            (
                [3; 32],
                "c2sp.org/XAES-256-GCM",
                "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d",
            ),
        ];
        for (key, context, expected) in vectors {
            let context = context.as_bytes();
            let body = seal(key, *b"ABCDEFGHIJKLMNOPQRSTUVWX", context, b"XAES-256-GCM");
            let (nonce, sealed) = body.split_at(NONCE_LEN);
            assert_eq!(nonce, b"ABCDEFGHIJKLMNOPQRSTUVWX");
            assert_eq!(HEXLOWER.encode(sealed), expected);
            assert_eq!(&**open(key, context, &body).unwrap(), b"XAES-256-GCM");
        }
    }

    fn take<const N: usize>(stream: &mut impl XofReader) -> [u8; N] {
        let mut bytes = [0; N];
        stream.read(&mut bytes);
        bytes
    }

    fn take_some(stream: &mut impl XofReader) -> Vec<u8> {
        let [len] = take(stream);
        let mut bytes = vec![0; len.into()];
        stream.read(&mut bytes);
        bytes
    }

    /// The keys that the specification gives for its vectors: what is made with `message_key` is made
    /// with the right one.
    #[test]
    fn knows_the_keys_of_messages() {
        let vectors = [
            (
                [1; 32],
                "c8612c9ed53fe43e8e005b828a1631a0bbcb6ab2f46514ec4f439fcfd0fa969b",
            ),
            (
                [3; 32],
                "e9c621d4cdd9b11b00a6427ad7e559aeedd66b3857646677748f8ca796cb3fd8",
            ),
        ];
        for (key, expected) in vectors {
            let derived = message_key(&key, b"ABCDEFGHIJKLMNOPQRSTUVWX");
            assert_eq!(HEXLOWER.encode(&derived), expected);
        }
    }

    /// The specification's accumulated test: what a stream of SHAKE-128 says is sealed, and SHAKE-128
    /// is taken of all of it.
    fn accumulated(messages: u32) -> String {
        let mut stream = Shake128::default().finalize_xof();
        let mut digest = Shake128::default();
        for _ in 0..messages {
            let (key, nonce) = (take(&mut stream), take(&mut stream));
            let (plaintext, context) = (take_some(&mut stream), take_some(&mut stream));
            let body = seal(key, nonce, &context, &plaintext);
            digest.update(&body[NONCE_LEN..]);
            assert!(*open(key, &context, &body).unwrap() == plaintext);
        }
        HEXLOWER.encode(&take::<32>(&mut digest.finalize_xof()))
    }

    /// CR-01
    #[test]
    fn agrees_with_the_10_000_accumulated_messages_of_the_specification() {
        let expected = "e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939";
        assert_eq!(accumulated(10_000), expected);
    }

    /// CR-01
    #[cfg(not(debug_assertions))]
    #[test]
    fn agrees_with_the_1_000_000_accumulated_messages_of_the_specification() {
        let expected = "2163ae1445985a30b60585ee67daa55674df06901b890593e824b8a7c885ab15";
        assert_eq!(accumulated(1_000_000), expected);
    }

    #[test]
    fn knows_the_length_of_a_body_before_it_is_sealed() {
        for len in [0, 1, 16, 100_000] {
            let body = seal([1; 32], [2; 24], b"", &vec![3; len]);
            assert_eq!(body.len(), sealed_len(len));
            assert_eq!(body.capacity(), body.len());
        }
        assert_eq!(sealed_len(usize::MAX), usize::MAX);
    }

    /// The authenticated bytes are the same in one piece or several, short or long.
    #[test]
    fn binds_the_parts_one_after_another() {
        let key = Prepared::new(&Key::from_bytes([1; 32]));
        for len in [0, 1, SHORT_LEN - 3, SHORT_LEN - 2, SHORT_LEN + 1, 5000] {
            let long = vec![b'x'; len];
            let mut body = Vec::new();
            key.seal(&[2; 24], &[b"ab", &long], b"value", &mut body)
                .unwrap();
            let body = Body::parse(&body).unwrap();
            let whole = [b"ab", &long[..]].concat();
            assert!(body.open(&key, &[&whole]).is_ok(), "{len}");
            assert!(body.open(&key, &[b"a", b"b", &long]).is_ok(), "{len}");
            for other in [[&b"ab"[..], &long, b"x"], [b"b", b"a", &long]] {
                assert!(body.open(&key, &other).is_err(), "{len}");
            }
        }
    }
}
