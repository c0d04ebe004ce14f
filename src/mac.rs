//! HMAC-SHA-256 under keys of 32 bytes.

use hmac::{Hmac, digest::KeyInit};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::secret::Array;

/// Bytes of a key: as many as the hash has, which RFC 2104 §3 asks for at the least.
pub(crate) const KEY_LEN: usize = 32;
/// The block of SHA-256, to which HMAC pads a key with zeros (RFC 2104 §2).
const BLOCK_LEN: usize = 64;

/// HMAC-SHA-256 under this key. HMAC pads with zeros itself; doing it here leaves no length to fail
/// on.
pub(crate) fn hmac(key: &Array<KEY_LEN>) -> Hmac<Sha256> {
    let mut block = Zeroizing::new([0; BLOCK_LEN]);
    for (to, from) in block.iter_mut().zip(key.expose()) {
        *to = *from;
    }
    Hmac::new((&*block).into())
}
