//! Tables by text, for the names and permissions of a policy.

use core::hash::{BuildHasher, Hasher};
use std::{collections::HashMap, hash::RandomState};

/// What a policy knows by a text.
///
/// The tables are filled when a policy is loaded and only read from then on, so that who asks can
/// not make them slow. Who writes a policy does not know the key. A bad hash would take time and
/// change no answer: texts are compared in full.
pub(super) type Table<V> = HashMap<Box<str>, V, Keyed>;

/// A hash that takes less time for short texts than that of the standard library: the halves of a
/// product of 128 bits, folded, eight bytes at a time, after Wang's wyhash. Its key is drawn by the
/// standard library.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keyed(u64);

impl Default for Keyed {
    fn default() -> Self {
        Self(RandomState::new().hash_one(0_u8))
    }
}

impl BuildHasher for Keyed {
    type Hasher = Folded;

    fn build_hasher(&self) -> Folded {
        Folded(self.0)
    }
}

#[derive(Debug)]
pub(super) struct Folded(u64);

/// The binary digits of pi after the point, odd.
const FACTOR: u64 = 0x243f_6a88_85a3_08d3;

impl Folded {
    fn fold(&mut self, word: u64) {
        let product = u128::from(self.0 ^ word).wrapping_mul(u128::from(FACTOR));
        let (low, high) = (product & u128::from(u64::MAX), product >> 64);
        // both are below 2^64
        self.0 = u64::try_from(low ^ high).unwrap_or_default();
    }
}

impl Hasher for Folded {
    fn write(&mut self, bytes: &[u8]) {
        // a last word that begins within the one before takes less time than one that is filled up
        let last = match bytes.last_chunk::<8>() {
            Some(last) => {
                let rest = bytes.len().saturating_sub(last.len());
                let (words, _) = bytes.as_chunks::<8>();
                for word in words.iter().take(rest.div_ceil(8)) {
                    self.fold(u64::from_le_bytes(*word));
                }
                u64::from_le_bytes(*last)
            }
            None => short(bytes),
        };
        self.fold(last ^ (bytes.len() as u64).rotate_left(56));
    }

    fn write_u8(&mut self, byte: u8) {
        self.0 ^= u64::from(byte);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Up to seven bytes as one number, different for different bytes of one length.
fn short(bytes: &[u8]) -> u64 {
    if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        return u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last));
    }
    let byte = |at: usize| u64::from(bytes.get(at).copied().unwrap_or_default());
    byte(0) | byte(1) << 8 | byte(2) << 16
}
