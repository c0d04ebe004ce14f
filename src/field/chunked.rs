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

#[cfg(test)]
mod tests;

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
    /// HKDF-Expand-SHA-512 of 76 bytes: `cipher key 32 | base nonce 12 | commitment 32`. The context
    /// is the parts one after another.
    pub(super) fn derive(key: &Prepared, salt: &[u8; SALT_LEN], context: &[&[u8]]) -> Self {
        let info = [INFO, salt].into_iter().chain(context.iter().copied());
        let [first, second] = expand(&key.0, info);
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

/// The first two blocks of HKDF-Expand-SHA-512 (RFC 5869 §2.3). The info is the parts one after
/// another.
fn expand<'a>(
    key: &Hmac<Sha512>,
    info: impl Iterator<Item = &'a [u8]> + Clone,
) -> [Zeroizing<[u8; 64]>; 2] {
    let block = |previous: &[u8], counter: u8| {
        let mut block = Zeroizing::new([0; 64]);
        let mut mac = key.clone();
        mac.update(previous);
        info.clone().for_each(|part| mac.update(part));
        mac.update(&[counter]);
        mac.finalize_into((&mut *block).into());
        block
    };
    let first = block(&[], 1);
    let second = block(&*first, 2);
    [first, second]
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

    /// Opens every chunk, whatever became of those before it, and only then decides: a refusal takes
    /// as long wherever in the header or in a chunk it comes from. Of several chunks those that are
    /// genuine are decrypted, which shows how long they are together. Without the commitment no chunk
    /// is decrypted, as none of the tags is the right one.
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
