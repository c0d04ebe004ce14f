//! Keys that are made of a ring's key for one use.

use hmac::{Mac, digest::FixedOutput};
use zeroize::Zeroizing;

use crate::{
    mac::{self, KEY_LEN},
    secret::Array,
};

/// HKDF-SHA-256 (RFC 5869 §2) without a salt, 32 bytes of output: one step of extraction and one
/// block of expansion, over memory that is wiped.
pub(super) fn hkdf(key: &[u8], info: &[u8]) -> Array<KEY_LEN> {
    let pseudorandom = hmac(&Array::new([0; KEY_LEN]), &[key]);
    hmac(&pseudorandom, &[info, &[1]])
}

fn hmac(key: &Array<KEY_LEN>, parts: &[&[u8]]) -> Array<KEY_LEN> {
    let mut hash = mac::hmac(key);
    for part in parts {
        hash.update(part);
    }
    let mut digest = Zeroizing::new([0; KEY_LEN]);
    hash.finalize_into((&mut *digest).into());
    Array::new(*digest)
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;

    /// CR-09: RFC 5869, appendix A.3, the case without a salt, of whose 42 bytes the first 32 are
    /// ours.
    #[test]
    fn agrees_with_the_rfc() {
        let derived = hkdf(&[0x0b; 22], b"");
        assert_eq!(
            HEXLOWER.encode(derived.expose()),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
        );
    }
}
