//! What device keys and device tokens leave in memory: an allocator looks at all that is freed.
#![cfg(feature = "attempts")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

mod watch;

use std::hint::black_box;

use portcullis::{Timestamp, attempts::DeviceKeys};
use watch::left;

/// A key.
const KEY: &[u8; 32] = b"planted-canary-0123456789abcdefg";
/// What stands in the middle of the text of every token of that second: the time, in base64url.
const TOKEN: &[u8] = b"AAGh_VV6";

fn now() -> Timestamp {
    Timestamp::from_secs(1_795_251_600)
}

/// CO-03
#[test]
fn the_watch_sees_what_is_not_wiped() {
    assert_eq!(left(KEY, || drop(black_box(KEY.to_vec()))), 1);
    let token = DeviceKeys::new(*KEY).issue("ada", now()).unwrap();
    assert_eq!(&token.expose_secret().as_bytes()[24..32], TOKEN);
}

/// AT-04, CO-03
#[test]
fn device_keys_and_tokens_are_wiped() {
    let work = || {
        let keys = DeviceKeys::new([1; 32]).with_previous(*KEY).unwrap();
        let keys = black_box(
            DeviceKeys::new(*KEY)
                .with_previous(*KEY)
                .unwrap()
                .with_lifetime(keys.lifetime())
                .unwrap(),
        );
        let refused = (0..4).try_fold(keys, |keys, _| keys.with_previous(*KEY));
        assert!(refused.is_err());
        let token = black_box(DeviceKeys::new(*KEY).issue("ada", now()).unwrap());
        let keys = DeviceKeys::new(*KEY);
        assert!(keys.verify(token.expose_secret(), "ada", now()).is_ok());
        assert!(keys.verify(token.expose_secret(), "bob", now()).is_err());
    };
    assert_eq!(left(KEY, work), 0);
    assert_eq!(left(TOKEN, work), 0);
}
