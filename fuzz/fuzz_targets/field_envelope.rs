//! An envelope opens only if it is, byte for byte, one that was sealed; a ring only loads from what
//! it would write.
//!
//! The first byte of the input chooses what the rest is: an envelope, a text, a list of changes to
//! a real envelope, a plaintext, or a stored ring.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use portcullis::{
    Timestamp,
    field::{Context, ExposeSecret, Key, Keyring},
};

const NOW: Timestamp = Timestamp::from_secs(1_795_251_600);

/// Sealed once; a forgery would be another envelope that opens.
static REAL: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let plaintext = [b'x'; 16 * 1024 + 100];
    ring().seal(&context(), &plaintext, NOW).expect("randomness")
});

fn ring() -> Keyring {
    Keyring::new(Key::from_bytes([7; Key::LEN]), NOW)
}

fn context() -> Context {
    Context::new()
        .tenant("acme")
        .table("contact")
        .column("email")
        .row(42)
}

fn opens_only_if_real(envelope: &[u8]) {
    let opened = ring().open(&context(), envelope).is_ok();
    assert_eq!(opened, envelope == REAL.as_slice());
}

/// Each five bytes: where, how to change it, and how much of the end to leave out.
fn changed(changes: &[u8]) -> Vec<u8> {
    let mut envelope = REAL.clone();
    for change in changes.chunks_exact(5) {
        let at = usize::from(u16::from_be_bytes([change[0], change[1]]));
        if let Some(byte) = envelope.get_mut(at) {
            *byte ^= change[2];
        }
        let cut = usize::from(u16::from_be_bytes([change[3], change[4]]));
        envelope.truncate(envelope.len().saturating_sub(cut));
    }
    envelope
}

fn round_trips(plaintext: &[u8]) {
    let text = ring()
        .seal_text(&context(), plaintext, NOW)
        .expect("short enough");
    let opened = ring().open_text(&context(), &text).expect("just sealed");
    assert_eq!(opened.expose_secret(), plaintext);
}

fn loads_only_what_it_writes(stored: &[u8]) {
    if let Ok(ring) = Keyring::decode(stored) {
        assert_eq!(ring.encode().expose_secret(), stored);
        if let Ok(sealed) = ring.seal(&context(), b"value", NOW) {
            assert!(ring.open(&context(), &sealed).is_ok());
        }
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((kind, rest)) = data.split_first() else {
        return;
    };
    match kind % 5 {
        0 => opens_only_if_real(rest),
        1 => {
            let text = String::from_utf8_lossy(rest);
            assert!(ring().open_text(&context(), &text).is_err());
        }
        2 => opens_only_if_real(&changed(rest)),
        3 => round_trips(rest),
        _ => loads_only_what_it_writes(rest),
    }
});
