//! What device keys and device tokens leave in memory: an allocator looks at all that is freed.
#![cfg(feature = "attempts")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]
#![allow(unsafe_code, reason = "an allocator is unsafe by its trait")]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    hint::black_box,
    slice,
};

use portcullis::{Timestamp, attempts::DeviceKeys};

/// A key.
const KEY: &[u8; 32] = b"planted-canary-0123456789abcdefg";
/// What stands in the middle of the text of every token of that second: the time, in base64url.
const TOKEN: &[u8] = b"AAGh_VV6";

thread_local! {
    static LOOKING_FOR: Cell<Option<&'static [u8]>> = const { Cell::new(None) };
    static FOUND: Cell<usize> = const { Cell::new(0) };
}

struct Watch;

#[global_allocator]
static WATCH: Watch = Watch;

// SAFETY: every call goes to the system's allocator as it came. `realloc` is the trait's own, which
// allocates, copies and frees, so that what is left behind is looked at too.
unsafe impl GlobalAlloc for Watch {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise. Zeroed, so that all that is freed may be read.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        if let Some(canary) = LOOKING_FOR.get() {
            // SAFETY: allocated above with this layout, initialised there, and not freed yet.
            let freed = unsafe { slice::from_raw_parts(memory, layout.size()) };
            if freed.windows(canary.len()).any(|w| w == canary) {
                FOUND.set(FOUND.get() + 1);
            }
        }
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(memory, layout) }
    }
}

/// How many freed allocations held the canary.
fn left(canary: &'static [u8], run: impl FnOnce()) -> usize {
    FOUND.set(0);
    LOOKING_FOR.set(Some(canary));
    run();
    LOOKING_FOR.set(None);
    FOUND.get()
}

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
