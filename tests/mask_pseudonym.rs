//! Names that stand for values, made with a key.
#![cfg(feature = "pseudonym")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests stop at what they did not expect"
)]

use std::collections::HashSet;

use data_encoding::HEXLOWER;
use portcullis::mask::PseudonymKey;
use static_assertions::{assert_impl_all, assert_not_impl_any};

assert_impl_all!(PseudonymKey: Send, Sync);
assert_not_impl_any!(PseudonymKey: std::fmt::Display, Copy);

fn key(byte: u8) -> PseudonymKey {
    PseudonymKey::from_bytes([byte; 32])
}

/// RB-03: known answers of another implementation.
#[test]
fn pseudonyms_are_those_of_another_implementation() {
    let table = include_str!("vectors/mask/pseudonyms.txt");
    let rows = table.lines().filter(|line| !line.starts_with('#'));
    let mut all = HashSet::new();
    for row in rows {
        let [bytes, field, value, expected] = row.split(" | ").collect::<Vec<_>>()[..] else {
            panic!("four parts: {row}");
        };
        let bytes = HEXLOWER.decode(bytes.as_bytes()).unwrap();
        let key = PseudonymKey::from_bytes(bytes.try_into().unwrap());
        assert_eq!(key.pseudonym(field, value), expected, "{row}");
        assert_eq!(expected.len(), PseudonymKey::PSEUDONYM_LEN);
        // no key, no field and no border between field and value gives the same again
        assert!(all.insert(expected), "{row}");
    }
    assert_eq!(all.len(), 24);
}

/// RB-03: equal values of a field can be joined, and nothing else.
#[test]
fn equal_values_of_one_field_under_one_key_have_one_pseudonym() {
    let one = key(1).pseudonym("contact.email", "jane.roe@example.com");
    assert_eq!(
        one,
        key(1).pseudonym("contact.email", "jane.roe@example.com")
    );
    for other in [
        key(2).pseudonym("contact.email", "jane.roe@example.com"),
        key(1).pseudonym("invoice.email", "jane.roe@example.com"),
        key(1).pseudonym("contact.email", "Jane.roe@example.com"),
        key(1).pseudonym("contact.email", "jane.roe@example.com "),
    ] {
        assert_ne!(one, other);
    }
    let letters = one.strip_prefix("p_").unwrap();
    assert!(
        letters
            .bytes()
            .all(|b| matches!(b, b'a'..=b'z' | b'2'..=b'7'))
    );
}

/// RB-03: keys are random, 32 bytes, and in no log.
#[test]
fn a_key_is_never_printed() {
    let (one, other) = (
        PseudonymKey::generate().unwrap(),
        PseudonymKey::generate().unwrap(),
    );
    assert_ne!(one, other);
    assert_eq!(one, PseudonymKey::from_bytes(*one.expose_secret()));
    assert_eq!(format!("{one:?}"), "PseudonymKey([redacted])");
}
