//! What keys there are: for people and for programs, without a secret and without a name.
#![cfg(feature = "field")]
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a test that goes wrong here has failed, which is what it is for"
)]

use std::time::Duration;

use portcullis::{
    Timestamp,
    field::{Context, Destroy, Inventory, Key, KeyVersion, Keyring, Policy, Purpose, Scope, Suite},
};

const DAY: Duration = Duration::from_secs(86_400);

fn day(days: u32) -> Timestamp {
    let first: Timestamp = "2026-11-21T09:00:00Z".parse().unwrap();
    first.saturating_add(DAY * days)
}

fn policy() -> Policy {
    Policy::new()
        .with_max_age(30 * DAY)
        .with_max_seals(100)
        .for_purpose(Purpose::column("contact", "email"))
        .for_purpose(Purpose::stream("backup"))
}

/// The first key is destroyed, the second retired, the third primary.
fn ring() -> Keyring {
    let ada = Scope::subject("acme", "ada");
    let key = |byte| Key::from_bytes([byte; 32]);
    let mut ring = Keyring::new_for(key(1), ada, policy(), day(0)).unwrap();
    let place = Context::new().tenant("acme").subject("ada");
    let place = place.table("contact").column("email").row(1);
    let second = ring.stage_key(key(2), day(1)).unwrap();
    ring.promote(second, day(2)).unwrap();
    for _ in 0..3 {
        ring.seal(&place, b"ada@example.org", day(2)).unwrap();
    }
    let compact = policy().with_suite(Suite::Xaes256Gcm);
    ring.set_policy(compact, day(3)).unwrap();
    let third = ring.stage_key(key(3), day(20)).unwrap();
    ring.promote(third, day(20)).unwrap();
    ring.suspend(KeyVersion::FIRST, day(20)).unwrap();
    let reason = "seen in a log";
    let forced = Destroy::Forced { reason };
    ring.destroy(KeyVersion::FIRST, forced, day(21)).unwrap();
    ring
}

/// CR-15: what each key is, what it is for, how old it is, how much of its bound is used.
#[test]
fn tells_all_that_is_known_of_the_keys() {
    let Inventory { keys, .. } = ring().inventory(day(40));
    let [first, second, third] = keys.try_into().unwrap();
    assert_eq!(
        (first.age, second.age, third.age),
        (40 * DAY, 39 * DAY, 20 * DAY)
    );
    assert_eq!(
        (first.overdue, second.overdue, third.overdue),
        (true, true, false)
    );
    assert_eq!((second.record.seals, second.seals_left), (3, 97));
    let algorithms = second.algorithms;
    assert_eq!(
        (algorithms.cipher, algorithms.key_bits),
        ("AES-256-GCM", 256)
    );
    assert_eq!(algorithms.key_derivation, "HKDF-Expand-SHA-512");
    assert!(algorithms.commitment.is_some());
    let compact = third.algorithms;
    assert_eq!((compact.cipher, compact.key_bits), ("AES-256-GCM", 256));
    assert!(compact.key_derivation.starts_with("CMAC-AES-256"));
    assert_eq!(compact.commitment, None);

    let unlimited = Keyring::new(Key::from_bytes([1; 32]), day(0)).inventory(day(0));
    assert_eq!(unlimited.purposes, None);
    assert_eq!(unlimited.keys[0].seals_left, u64::MAX, "the suite's bound");
    assert_eq!(
        ring().inventory(day(0)).keys[2].age,
        Duration::ZERO,
        "before it was made"
    );
}

/// CR-15: people read it; neither the tenant nor the person is named.
#[test]
fn writes_a_line_for_each_key() {
    let written = ring().inventory(day(40)).to_string();
    let fingerprint = |byte| Key::from_bytes([byte; 32]).fingerprint();
    let expected = format!(
        "keys of a subject, for column contact.email, stream backup: \
         generation 8, changed 2026-12-12T09:00:00.000Z\n\
         new keys are of XAES-256-GCM and seal up to the age of 30 d and 100 values\n\
         1 destroyed Cobblestone-256 {}, AES-256-GCM of 256 bits, keys by HKDF-Expand-SHA-512, \
         committing; imported 2026-11-21T09:00:00.000Z, promoted 2026-11-21T09:00:00.000Z, \
         retired 2026-11-23T09:00:00.000Z, suspended 2026-12-11T09:00:00.000Z, \
         destroyed 2026-12-12T09:00:00.000Z (forced: seen in a log); 40 d old, overdue, \
         0 values sealed, 100 left\n\
         2 retired Cobblestone-256 {}, AES-256-GCM of 256 bits, keys by HKDF-Expand-SHA-512, \
         committing; imported 2026-11-22T09:00:00.000Z, promoted 2026-11-23T09:00:00.000Z, \
         retired 2026-12-11T09:00:00.000Z; 39 d old, overdue, 3 values sealed, 97 left\n\
         3 primary XAES-256-GCM {}, AES-256-GCM of 256 bits, keys by CMAC-AES-256 in counter mode \
         (NIST SP 800-108r1), not committing; imported 2026-12-11T09:00:00.000Z, promoted \
         2026-12-11T09:00:00.000Z; 20 d old, 0 values sealed, 100 left\n",
        fingerprint(1),
        fingerprint(2),
        fingerprint(3),
    );
    assert_eq!(written, expected);

    let ring = Keyring::new(Key::from_bytes([1; 32]), day(0));
    let written = |millis: u64| {
        let now = day(0).saturating_add(Duration::from_millis(millis));
        ring.inventory(now).to_string()
    };
    assert!(written(0).starts_with("keys of an application, for any purpose: generation 1"));
    assert!(written(0).contains("seal up to any age and the suite's number of values"));
    let ages = [
        (999, "; 999 ms old"),
        (59_999, "; 59 s old"),
        (60_000, "; 1 min old"),
        (7_199_999, "; 1 h old"),
        (86_400_000, "; 1 d old"),
    ];
    for (millis, age) in ages {
        assert!(written(millis).contains(age), "{age}");
    }
}

/// CR-15: an inventory holds no key, whatever it is printed with.
#[test]
fn holds_no_secret_and_no_name() {
    let inventory = ring().inventory(day(40));
    for printed in [inventory.to_string(), format!("{inventory:?}")] {
        assert!(!printed.contains("acme") && !printed.contains("ada"));
        for key in [1, 2, 3_u8] {
            assert!(!printed.contains(&format!("{key}, {key}, {key}")));
            assert!(!printed.contains(&format!("{key:02x}").repeat(8)));
        }
    }
}

/// CR-15: programs read it.
#[cfg(feature = "serde")]
#[test]
fn has_a_form_for_programs() {
    let form = serde_json::to_value(ring().inventory(day(40))).unwrap();
    let fingerprint = |byte| Key::from_bytes([byte; 32]).fingerprint().to_string();
    let cobblestone = serde_json::json!({
        "cipher": "AES-256-GCM",
        "key_derivation": "HKDF-Expand-SHA-512",
        "commitment": "HKDF-Expand-SHA-512",
        "key_bits": 256,
    });
    let expected = serde_json::json!({
        "scope": "subject",
        "purposes": ["column contact.email", "stream backup"],
        "suite": "XAES-256-GCM",
        "max_age_ms": 2_592_000_000_u64,
        "max_seals": 100,
        "propagation_ms": 3_600_000,
        "generation": 8,
        "changed": "2026-12-12T09:00:00.000Z",
        "at": "2026-12-31T09:00:00.000Z",
        "keys": [
            {
                "record": {
                    "version": 1,
                    "state": "destroyed",
                    "suite": "Cobblestone-256",
                    "origin": "imported",
                    "fingerprint": fingerprint(1),
                    "created": "2026-11-21T09:00:00.000Z",
                    "promoted": "2026-11-21T09:00:00.000Z",
                    "retired": "2026-11-23T09:00:00.000Z",
                    "settled": "2026-11-23T10:00:00.000Z",
                    "suspended": "2026-12-11T09:00:00.000Z",
                    "destroyed": {
                        "at": "2026-12-12T09:00:00.000Z",
                        "cause": { "forced": { "reason": "seen in a log" } },
                    },
                    "seals": 0,
                    "seals_here": 0,
                },
                "algorithms": cobblestone,
                "age_ms": 3_456_000_000_u64,
                "overdue": true,
                "seals_left": 100,
            },
            {
                "record": {
                    "version": 2,
                    "state": "retired",
                    "suite": "Cobblestone-256",
                    "origin": "imported",
                    "fingerprint": fingerprint(2),
                    "created": "2026-11-22T09:00:00.000Z",
                    "promoted": "2026-11-23T09:00:00.000Z",
                    "retired": "2026-12-11T09:00:00.000Z",
                    "settled": "2026-12-11T10:00:00.000Z",
                    "suspended": null,
                    "destroyed": null,
                    "seals": 3,
                    "seals_here": 3,
                },
                "algorithms": cobblestone,
                "age_ms": 3_369_600_000_u64,
                "overdue": true,
                "seals_left": 97,
            },
            {
                "record": {
                    "version": 3,
                    "state": "primary",
                    "suite": "XAES-256-GCM",
                    "origin": "imported",
                    "fingerprint": fingerprint(3),
                    "created": "2026-12-11T09:00:00.000Z",
                    "promoted": "2026-12-11T09:00:00.000Z",
                    "retired": null,
                    "settled": null,
                    "suspended": null,
                    "destroyed": null,
                    "seals": 0,
                    "seals_here": 0,
                },
                "algorithms": {
                    "cipher": "AES-256-GCM",
                    "key_derivation": "CMAC-AES-256 in counter mode (NIST SP 800-108r1)",
                    "commitment": null,
                    "key_bits": 256,
                },
                "age_ms": 1_728_000_000_u64,
                "overdue": false,
                "seals_left": 100,
            },
        ],
    });
    assert_eq!(form, expected);
    let mut compact = Vec::new();
    ciborium::into_writer(&ring().inventory(day(40)), &mut compact).unwrap();
    let read: ciborium::Value = ciborium::from_reader(compact.as_slice()).unwrap();
    assert!(read.is_map());
    let none = Keyring::new(Key::from_bytes([1; 32]), day(0)).inventory(day(0));
    let form = serde_json::to_value(none).unwrap();
    assert!(form["purposes"].is_null() && form["max_age_ms"].is_null());
}
