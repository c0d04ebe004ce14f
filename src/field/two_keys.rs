//! Makes ciphertexts that AES-GCM takes for genuine under two keys, to show what refuses them. It
//! needs no weakness of AES: GHASH is a polynomial, and one block of the ciphertext solves for equal
//! tags (Dodis, Grubbs, Ristenpart, Woodage, "Fast Message Franking", CRYPTO 2018, section 3.2).

use aes_gcm::{
    KeyInit,
    aes::{Aes256, cipher::BlockCipherEncrypt},
};

/// AES-GCM under one key, for one nonce and one additional data.
pub(super) struct Gcm {
    hash_key: u128,
    mask: u128,
    additional: Vec<u8>,
}

impl Gcm {
    pub(super) fn new(key: &[u8], nonce: &[u8; 12], additional: &[u8]) -> Self {
        let counter = [&nonce[..], &[0, 0, 0, 1]].concat();
        Self {
            hash_key: aes(key, [0; 16]),
            mask: aes(key, counter.try_into().unwrap()),
            additional: additional.to_vec(),
        }
    }

    /// The tag of a ciphertext of two blocks (NIST SP 800-38D §7.1).
    fn tag(&self, first: u128, second: u128) -> u128 {
        let additional = self.additional.chunks(16).map(|bytes| {
            let mut block = [0; 16];
            block[..bytes.len()].copy_from_slice(bytes);
            u128::from_be_bytes(block)
        });
        let bits = (self.additional.len() as u128) << 67 | 256;
        let blocks = additional.chain([first, second, bits]);
        blocks.fold(0, |hash, block| times(hash ^ block, self.hash_key)) ^ self.mask
    }
}

/// Two blocks and a tag that are genuine under both.
pub(super) fn genuine_under_both(keys: &[Gcm; 2]) -> Vec<u8> {
    let first = u128::from_be_bytes(*b"first block free");
    let [of_one, of_other] = keys.each_ref().map(|key| key.tag(first, 0));
    let [squared, other] = keys.each_ref().map(|key| times(key.hash_key, key.hash_key));
    let second = times(of_one ^ of_other, inverse(squared ^ other));
    let tag = keys[0].tag(first, second);
    [first, second, tag].map(u128::to_be_bytes).concat()
}

pub(super) fn aes(key: &[u8], block: [u8; 16]) -> u128 {
    let mut block = block.into();
    Aes256::new_from_slice(key)
        .unwrap()
        .encrypt_block(&mut block);
    u128::from_be_bytes(block.into())
}

/// In GHASH's field (NIST SP 800-38D §6.3), whose first bit is the highest.
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
