//! What attempts are counted by: parts that are never empty, and bytes that no two keys share.
#![cfg(feature = "attempts")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests stop at what they did not expect"
)]

use std::{collections::HashSet, net::IpAddr};

use portcullis::attempts::{Error, Key, Prefix};
use proptest::prelude::*;

fn ada() -> Key {
    Key::account("ada").unwrap()
}

fn phone() -> Key {
    Key::device("phone").unwrap()
}

fn from(address: &str) -> Key {
    Key::address(address.parse().unwrap())
}

fn ip(address: &str) -> IpAddr {
    address.parse().unwrap()
}

/// AT-03: nobody without a name shares a count with everybody without a name.
#[test]
fn an_empty_part_is_no_key() {
    for empty in ["", " ", "\t\r\n", "\u{a0}\u{2003}"] {
        assert_eq!(Key::account(empty), Err(Error::EmptyKey));
        assert_eq!(Key::device(empty), Err(Error::EmptyKey));
    }
    let (account, device) = ("x".repeat(512), "x".repeat(256));
    let longest = Key::account(&account).unwrap();
    let longest = longest.and(Key::device(&device).unwrap()).unwrap();
    let longest = longest.and(from("2001:db8::1")).unwrap();
    assert!(
        longest.store_key().len() <= 824,
        "as the store's documentation says"
    );
    assert_eq!(Key::account(&(account + "x")), Err(Error::LongKey));
    assert_eq!(Key::device(&(device + "x")), Err(Error::LongKey));
}

/// AT-03: a combination has each kind of part once, and everybody is no part of one.
#[test]
fn a_part_stands_once() {
    let bob = Key::account("bob").unwrap();
    let all = ada().and(phone()).unwrap().and(from("192.0.2.7")).unwrap();
    for again in [bob, phone(), from("2001:db8::1"), all.clone()] {
        assert_eq!(all.clone().and(again), Err(Error::KeyParts));
    }
    assert_eq!(ada().and(ada()), Err(Error::KeyParts));
    for key in [ada(), phone(), from("192.0.2.7"), Key::everybody()] {
        assert_eq!(Key::everybody().and(key.clone()), Err(Error::KeyParts));
        assert_eq!(key.and(Key::everybody()), Err(Error::KeyParts));
    }
}

/// AT-03: in whatever order the parts were named, it is the same key.
#[test]
fn parts_are_sorted() {
    let [a, b, c] = [ada(), phone(), from("192.0.2.7")];
    let one = a.clone().and(b.clone()).unwrap().and(c.clone()).unwrap();
    let other = c.and(b.and(a).unwrap()).unwrap();
    assert_eq!(one, other);
    assert_eq!(one.store_key(), other.store_key());
}

/// AT-03: printed in words, and what a terminal would obey is not obeyed.
#[test]
fn keys_print_in_words() {
    let both = ada().and(from("2001:db8::17")).unwrap();
    let all = both.clone().and(phone()).unwrap();
    for (key, words) in [
        (ada(), r#"account "ada""#),
        (phone(), r#"device "phone""#),
        (from("192.0.2.7"), "address 192.0.2.7"),
        (from("2001:db8::17"), "address 2001:db8::/64"),
        (both, r#"account "ada" from 2001:db8::/64"#),
        (all, r#"account "ada" on device "phone" from 2001:db8::/64"#),
        (Key::everybody(), "everybody"),
    ] {
        assert_eq!(key.to_string(), words);
        assert_eq!(format!("{key:?}"), format!("Key({words})"));
    }
    let forged = Key::account("ada\"\n\u{1b}[2Jroot\u{202e}").unwrap();
    assert_eq!(
        forged.to_string(),
        r#"account "ada\"\n\u{1b}[2Jroot\u{202e}""#
    );
    let forged = Key::device("\r\u{7}").unwrap();
    assert_eq!(forged.to_string(), r#"device "\r\u{7}""#);
}

/// AT-03: the bytes under which a row is found are frozen.
#[test]
fn a_known_key_has_the_bytes_it_always_had() {
    let all = ada().and(phone()).unwrap();
    let all = all.and(from("2001:db8:1:2:3:4:5:6")).unwrap();
    let keys: [(Key, &[u8]); 5] = [
        (ada(), b"\x01\x00\x00\x00\x03ada"),
        (phone(), b"\x02\x00\x00\x00\x05phone"),
        (
            from("192.0.2.7"),
            b"\x03\x00\x00\x00\x05\xc0\x00\x02\x07\x20",
        ),
        (
            all,
            b"\x01\x00\x00\x00\x03ada\x02\x00\x00\x00\x05phone\x03\x00\x00\x00\x11\
            \x20\x01\x0d\xb8\x00\x01\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x40",
        ),
        (Key::everybody(), b"\x04\x00\x00\x00\x00"),
    ];
    for (key, bytes) in keys {
        let expected = [b"portcullis/attempts/", bytes].concat();
        assert_eq!(key.store_key(), expected, "{key}");
    }
}

/// AT-03, AT-07: one IPv4 address, one /64, and IPv4 written as IPv6 is IPv4.
#[test]
fn addresses_are_counted_by_what_one_client_has() {
    for (address, prefix) in [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::1", "::/64"),
    ] {
        assert_eq!(Prefix::of(ip(address)).to_string(), prefix, "{address}");
    }
}

/// AT-03: a prefix of another length is another key, and no address past it counts.
#[test]
fn prefixes_have_lengths() {
    let cut = |address, v4, v6| Prefix::with_lengths(ip(address), v4, v6);
    for (prefix, words) in [
        (cut("192.0.2.130", 25, 56), "192.0.2.128/25"),
        (cut("192.0.2.130", 8, 56), "192.0.0.0/8"),
        (cut("2001:db8:1:2ff:3::", 24, 56), "2001:db8:1:200::/56"),
        (cut("2001:db8:1:2ff:3::", 24, 128), "2001:db8:1:2ff:3::/128"),
        (cut("2001:db8:1:2ff:3::", 24, 16), "2001::/16"),
    ] {
        assert_eq!(prefix.unwrap().to_string(), words);
    }
    for (v4, v6) in [(7, 64), (33, 64), (32, 15), (32, 129)] {
        assert_eq!(cut("192.0.2.130", v4, v6), Err(Error::PrefixLength));
        assert_eq!(cut("2001:db8::1", v4, v6), Err(Error::PrefixLength));
    }
    let (wide, narrow) = (cut("2001:db8::", 32, 56), cut("2001:db8::", 32, 64));
    let (wide, narrow) = (Key::prefix(wide.unwrap()), Key::prefix(narrow.unwrap()));
    assert_ne!(wide.store_key(), narrow.store_key());
    assert_eq!(narrow, from("2001:db8::1"));
}

/// Any key that can be built, of parts that are made to be mistaken for each other.
fn keys() -> impl Strategy<Value = Key> {
    let text = prop_oneof![
        "[a\u{2}]{1,3}",
        "[ab\u{0}\u{1}\u{2}\u{3}]{1,6}",
        r"\x01\x00\x00\x00[\x01\x02]a?",
        "\\PC{1,12}",
    ];
    let text = text.prop_filter("no key", |text| !text.trim().is_empty());
    let address = prop_oneof![
        any::<[u8; 4]>().prop_map(IpAddr::from),
        any::<[u8; 16]>().prop_map(IpAddr::from),
        Just(ip("::ffff:1.2.3.4")),
        Just(ip("1.2.3.4")),
    ];
    let prefix = (address, 8_u8..=32, 16_u8..=128)
        .prop_map(|(address, v4, v6)| Prefix::with_lengths(address, v4, v6).unwrap());
    let parts = (
        prop::option::of(text.clone()),
        prop::option::of(text),
        prop::option::of(prefix),
    );
    parts.prop_map(|(account, device, prefix)| {
        let parts = [
            account.map(|name| Key::account(&name).unwrap()),
            device.map(|id| Key::device(&id).unwrap()),
            prefix.map(Key::prefix),
        ];
        let parts = parts.into_iter().flatten();
        parts
            .reduce(|one, other| one.and(other).unwrap())
            .unwrap_or_else(Key::everybody)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// AT-03: keys are the same exactly when their bytes are.
    #[test]
    fn store_keys_are_injective(keys in prop::collection::vec(keys(), 2..30)) {
        let bytes: HashSet<_> = keys.iter().map(Key::store_key).collect();
        let keys: HashSet<_> = keys.into_iter().collect();
        prop_assert_eq!(bytes.len(), keys.len());
    }

    /// AT-03: nothing that is printed can be taken for a command or another line.
    #[test]
    fn no_control_character_is_printed(name in "\\PC{0,40}[\u{0}-\u{1f}\u{7f}-\u{9f}]\\PC{0,40}") {
        prop_assume!(!name.trim().is_empty() && name.len() <= 256);
        for key in [Key::account(&name), Key::device(&name)] {
            let printed = key.unwrap().to_string();
            prop_assert!(!printed.chars().any(char::is_control), "{}", printed);
        }
    }
}
