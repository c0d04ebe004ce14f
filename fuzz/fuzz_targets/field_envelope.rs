//! An envelope opens only if it is, byte for byte, one that was sealed, in either suite; a text is
//! read in one spelling; a ring only loads from what it would write.
//!
//! The first byte of the input chooses the suite by its highest bit, and what the rest is: an
//! envelope, a text, a list of changes to a real envelope, a plaintext, or a stored ring.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use portcullis::{
    Timestamp,
    field::{Context, Encrypted, ExposeSecret, Key, Keyring, Padding, Policy, Scope, Suite},
};

const NOW: Timestamp = Timestamp::from_secs(1_795_251_600);

/// A ring, and what it sealed once: a forgery would be another envelope that opens.
struct Sealed {
    ring: Keyring,
    real: Vec<u8>,
}

static SUITES: LazyLock<[Sealed; 2]> = LazyLock::new(|| {
    [Suite::Cobblestone256, Suite::Xaes256Gcm].map(|suite| {
        let (key, scope) = (Key::from_bytes([7; Key::LEN]), Scope::application());
        let policy = Policy::new().with_suite(suite);
        let ring = Keyring::new_for(key, scope, policy, NOW).expect("a ring");
        let plaintext = [b'x'; 16 * 1024 + 100];
        let real = ring.seal(&context(), &plaintext, NOW).expect("randomness");
        Sealed { ring, real }
    })
});

fn context() -> Context {
    Context::new()
        .tenant("acme")
        .table("contact")
        .column("email")
        .row(42)
}

fn opens_only_if_real(of: &Sealed, envelope: &[u8]) {
    let opened = of.ring.open(&context(), envelope).is_ok();
    assert_eq!(opened, envelope == of.real.as_slice());
    if let Ok(sealed) = Encrypted::<String>::from_bytes(envelope) {
        let read: Encrypted<String> = sealed.to_text().parse().expect("its own text");
        assert_eq!(read.as_bytes(), envelope);
        assert!(sealed.suite().sealed_len(0) <= envelope.len());
    } else {
        assert!(!opened);
    }
}

fn reads_one_spelling(of: &Sealed, text: &str) {
    assert!(of.ring.open_text(&context(), text).is_err());
    if let Ok(sealed) = text.parse::<Encrypted<String>>() {
        assert_eq!(sealed.to_text(), text);
    }
}

/// Each five bytes: where, how to change it, and how much of the end to leave out.
fn changed(of: &Sealed, changes: &[u8]) -> Vec<u8> {
    let mut envelope = of.real.clone();
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

/// Padded or not, by the length.
fn round_trips(of: &Sealed, plaintext: &[u8]) {
    let multiple = u16::try_from(plaintext.len() % 40).expect("below 40");
    let padding = match multiple {
        0 | 1 => Padding::none(),
        multiple => Padding::to_multiple_of(multiple),
    };
    let context = context().padding(padding);
    let sealed = of
        .ring
        .seal_text(&context, plaintext, NOW)
        .expect("short enough");
    let opened = of.ring.open_text(&context, &sealed).expect("just sealed");
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
    let of = &SUITES[usize::from(kind >> 7)];
    match (kind & 0x7F) % 5 {
        0 => opens_only_if_real(of, rest),
        1 => reads_one_spelling(of, &String::from_utf8_lossy(rest)),
        2 => opens_only_if_real(of, &changed(of, rest)),
        3 => round_trips(of, rest),
        _ => loads_only_what_it_writes(rest),
    }
});
