//! What a panic prints. One test: a hook is the whole process'.
#![cfg(feature = "redact")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail where it stands, and these have to"
)]

use std::{
    io::{self, Write},
    panic,
    sync::{Arc, Mutex},
    thread,
};

use portcullis::redact::Policy;

/// Keeps what was written before the last flush: of a process that ends, no more is seen.
#[derive(Clone, Default)]
struct Kept {
    buffer: Vec<u8>,
    seen: Arc<Mutex<Vec<u8>>>,
}

impl Write for Kept {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(buf);
        Ok(buf.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.seen.lock().unwrap().append(&mut self.buffer);
        Ok(())
    }
}

/// An error that says what was wrong, secret and all.
#[derive(Debug)]
struct Refused;

impl core::str::FromStr for Refused {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Err(format!("{text} refused"))
    }
}

/// What the hook writes of a panic in a thread of its own.
fn said(policy: &Policy, panics: impl FnOnce() + Send + 'static) -> String {
    let kept = Kept::default();
    panic::set_hook(Box::new(policy.panic_hook(kept.clone())));
    let thread = thread::Builder::new().name("worker".to_owned());
    thread.spawn(panics).unwrap().join().unwrap_err();
    let _ours = panic::take_hook();
    let written = kept.seen.lock().unwrap().clone();
    String::from_utf8(written).unwrap()
}

/// RD-10: thread, place and message, the message without its secrets, whatever the payload is.
#[test]
fn a_panic_says_where_and_not_which() {
    let policy = Policy::default();
    let text = said(&policy, || {
        "password=hunter2".parse::<Refused>().unwrap();
    });
    assert!(
        text.starts_with("thread 'worker' panicked at tests/redact_panic.rs:"),
        "{text}"
    );
    assert!(text.contains("password=[REDACTED:password]"), "{text}");
    assert!(text.ends_with("\n"), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
    let text = said(&policy, || panic!("plain"));
    assert!(text.ends_with(":\nplain\n"), "{text}");
    let text = said(&policy, || panic::panic_any(4071_u32));
    assert!(text.ends_with(":\nBox<dyn Any>\n"), "{text}");
    // RD-07: and on one line where the policy says so.
    let text = said(&policy.with_escaped_controls(), || {
        panic!("a\nthread 'main' panicked")
    });
    assert!(
        text.ends_with(":\na\\u000athread 'main' panicked\n"),
        "{text}"
    );
}
