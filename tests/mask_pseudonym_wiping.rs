//! What keys of pseudonyms leave in memory: an allocator looks at all that is freed.
#![cfg(feature = "pseudonym")]
#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

mod watch;

use std::hint::black_box;

use portcullis::mask::PseudonymKey;
use watch::left;

const KEY: &[u8; 32] = b"planted-canary-0123456789abcdefg";

/// CO-03
#[test]
fn the_watch_sees_what_is_not_wiped() {
    assert_eq!(left(KEY, || drop(black_box(KEY.to_vec()))), 1);
}

/// RB-03, CO-03
#[test]
fn keys_of_pseudonyms_are_wiped() {
    let work = || {
        let key = black_box(PseudonymKey::from_bytes(*KEY));
        let same = black_box(key.clone());
        assert_eq!(key, same);
        let pseudonym = same.pseudonym("contact.email", "jane.roe@example.com");
        assert_eq!(black_box(pseudonym).len(), PseudonymKey::PSEUDONYM_LEN);
    };
    assert_eq!(left(KEY, work), 0);
}
