//! Accounts that were exported from Firebase Authentication sign in with their passwords.
#![cfg(feature = "legacy")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    clippy::string_slice,
    reason = "tests stop at what they did not expect"
)]

#[allow(
    dead_code,
    reason = "some of it is for schemes that need nothing beside the text"
)]
#[path = "password_legacy/vectors.rs"]
mod vectors;

use portcullis::password::{
    Error, Firebase, Hash, Hasher, Legacy, Limits, Parameter, Part, Password,
};
use proptest::prelude::*;
use vectors::{hasher, lines, refuse_all};

const KEY: &str =
    "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==";
const SALT: &str = "42xEC+ixf3L2lw==";
const TAG: &str =
    "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==";

fn with(firebase: Firebase) -> Hasher {
    hasher()
        .with_legacy(Legacy::new().with_firebase(firebase))
        .unwrap()
}

fn verify_all(file: &str, count: usize) {
    let lines = lines::<8>(file);
    assert_eq!(lines.len(), count);
    for [
        how,
        key,
        separator,
        rounds,
        memory_cost,
        password,
        salt,
        tag,
    ] in lines
    {
        let (rounds, memory_cost) = (rounds.parse().unwrap(), memory_cost.parse().unwrap());
        let hasher = with(Firebase::new(key, separator, rounds, memory_cost).unwrap());
        let hash = Hash::from_firebase(tag, salt).unwrap();
        let stored = Hash::from_stored(hash.as_str());
        let verified = hasher.verify(&Password::from(password), Some(&stored));
        assert!(verified.unwrap().needs_rehash(), "{how}");
        let mut other = password.chars();
        other.next_back();
        let other = Password::from(format!("{}~", other.as_str()));
        assert_eq!(
            hasher.verify(&other, Some(&hash)),
            Err(Error::Wrong),
            "{how}"
        );
        let scheme = hash.inspect(&Limits::default()).unwrap();
        assert_eq!(scheme.to_string(), "firebase-scrypt");
    }
}

/// PW-02.
#[test]
fn verifies_the_published_vector() {
    verify_all(include_str!("vectors/password/legacy/firebase.txt"), 1);
}

/// PW-02: made by a package of npm.
#[test]
fn verifies_what_another_implementation_made() {
    verify_all(
        include_str!("vectors/password/legacy/firebase_others.txt"),
        4,
    );
}

/// PW-02: the command line exports one alphabet, the Admin SDK the other.
#[test]
fn takes_either_alphabet_and_writes_one_text() {
    let plain = Hash::from_firebase(TAG, SALT).unwrap();
    let text = "$firebase-scrypt$42xEC+ixf3L2lw$lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ";
    assert_eq!(plain.as_str(), text);
    let url = |text: &str| text.replace('+', "-").replace('/', "_");
    assert_eq!(Hash::from_firebase(&url(TAG), &url(SALT)).unwrap(), plain);
    let bare = |text: &'static str| text.trim_end_matches('=');
    assert_eq!(Hash::from_firebase(bare(TAG), bare(SALT)).unwrap(), plain);
}

/// PW-05: what was exported is looked at before it is stored.
#[test]
fn refuses_an_export_that_is_none() {
    let long = "A".repeat(1024);
    for (tag, salt, part) in [
        ("", SALT, Part::Tag),
        (&TAG[4..], SALT, Part::Tag),
        (&format!("AAAA{TAG}"), SALT, Part::Tag),
        (&TAG.replace("lQ==", "lR=="), SALT, Part::Tag), // a stray bit
        (&TAG.replace("lSr", "é"), SALT, Part::Tag),
        (&TAG.replace("lSr", "$Sr"), SALT, Part::Tag),
        (TAG, "", Part::Salt),
        (TAG, "42xEC+ixf3L2lx==", Part::Salt),
        (TAG, "42xEC ixf3L2lw==", Part::Salt),
        (TAG, "42xEC$ixf3L2lw==", Part::Salt),
        (TAG, &long[..172], Part::Salt),
        (TAG, &long, Part::Salt),
    ] {
        let refused = Hash::from_firebase(tag, salt);
        assert_eq!(refused, Err(Error::Malformed(part)), "{tag} {salt}");
    }
}

/// PW-05: each is the good text with one thing wrong.
#[test]
fn says_what_is_wrong_with_a_text() {
    use Part::{Fields, Salt, Tag};
    let malformed = Error::Malformed;
    refuse_all(
        Hash::from_firebase(TAG, SALT).unwrap().as_str(),
        &[
            ("$firebase-", "firebase-", Error::UnknownScheme),
            ("$firebase-scrypt$", "$firebase$", Error::UnknownScheme),
            ("$42xE", "$$42xE", malformed(Fields)),
            ("$42xEC+ixf3L2lw", "", malformed(Fields)),
            ("d5lQ", "d5lQ$", malformed(Fields)),
            ("42xEC+ixf3L2lw", "", malformed(Salt)),
            ("f3L2lw", "f3L2lx", malformed(Salt)),
            ("f3L2lw", "f3L2lw==", malformed(Salt)),
            ("42xEC+", "42xEC-", malformed(Salt)),
            ("d5lQ", "d5lR", malformed(Tag)),
            ("d5lQ", "d5lQ==", malformed(Tag)),
            ("d5lQ", "", malformed(Tag)),
            ("d5lQ", "d5lQAAAA", malformed(Tag)),
        ],
    );
}

/// PW-05.
#[test]
fn refuses_parameters_that_no_project_has() {
    let refusal = |key: &str, separator: &str, rounds, memory_cost| {
        Firebase::new(key, separator, rounds, memory_cost).err()
    };
    let above = |parameter, max| Some(Error::AboveLimit { parameter, max });
    let below = |parameter, min| Some(Error::BelowMinimum { parameter, min });
    let malformed = |part| Some(Error::Malformed(part));
    assert_eq!(refusal(KEY, "Bw==", 8, 14), None);
    assert_eq!(refusal(KEY, "", 1, 1), None);
    for (rounds, memory_cost, error) in [
        (0, 14, below(Parameter::BlockSize, 1)),
        (9, 14, above(Parameter::BlockSize, 8)),
        (u32::MAX, 14, above(Parameter::BlockSize, 8)),
        (8, 0, below(Parameter::ScryptCost, 1)),
        (8, 15, above(Parameter::ScryptCost, 14)),
        (8, 40, above(Parameter::ScryptCost, 14)),
        (8, u32::MAX, above(Parameter::ScryptCost, 14)),
    ] {
        assert_eq!(refusal(KEY, "Bw==", rounds, memory_cost), error);
    }
    for key in [
        "",
        "Bw==",
        &KEY[4..],
        &format!("AAAA{KEY}"),
        &KEY.replace("XA==", "XA"),
        &KEY.replace("XA==", "XB=="), // a stray bit
        &KEY.replace("jxsp", "jé"),
    ] {
        assert_eq!(refusal(key, "Bw==", 8, 14), malformed(Part::Key), "{key}");
    }
    let long = "A".repeat(172);
    for separator in ["Bw", "Bx==", "B", "é", &long] {
        assert_eq!(
            refusal(KEY, separator, 8, 14),
            malformed(Part::Salt),
            "{separator}"
        );
    }
}

/// PW-02: without the project's parameters, and with another's.
#[test]
fn without_the_projects_own_parameters_nothing_verifies() {
    let hash = Hash::from_firebase(TAG, SALT).unwrap();
    let password = Password::from("user1password");
    let missing = hasher().verify(&password, Some(&hash));
    assert_eq!(missing, Err(Error::FirebaseMissing));
    assert_eq!(
        missing.unwrap_err().to_string(),
        "the parameters of the Firebase project are not given"
    );
    let other_key = KEY.replacen('j', "k", 1);
    for (key, separator, rounds, memory_cost) in [
        (other_key.as_str(), "Bw==", 8, 14),
        (KEY, "", 8, 14),
        (KEY, "Bg==", 8, 14),
        (KEY, "Bw==", 7, 14),
        (KEY, "Bw==", 8, 13),
    ] {
        let hasher = with(Firebase::new(key, separator, rounds, memory_cost).unwrap());
        assert_eq!(hasher.verify(&password, Some(&hash)), Err(Error::Wrong));
    }
}

/// PW-02.
#[test]
fn a_flipped_bit_never_verifies() {
    let lines = lines::<8>(include_str!("vectors/password/legacy/firebase_others.txt"));
    let [_, key, separator, _, _, password, salt, tag] = lines[1];
    let hasher = with(Firebase::new(key, separator, 1, 1).unwrap());
    let hash = Hash::from_firebase(tag, salt).unwrap();
    assert!(
        hasher
            .verify(&Password::from(password), Some(&hash))
            .is_ok()
    );
    vectors::flip_all(&hasher, password, hash.as_str());
}

/// PW-05: the project's cost is held to the limits of the hasher that verifies.
#[test]
fn the_limits_are_those_of_the_hasher() {
    let hash = Hash::from_firebase(TAG, SALT).unwrap();
    let firebase = Firebase::new(KEY, "Bw==", 8, 14).unwrap();
    let verify = |memory_kib| {
        let limits = Limits::default().with_memory_kib(memory_kib);
        let hasher = with(firebase.clone()).with_limits(limits).unwrap();
        hasher.verify(&Password::from("user1password"), Some(&hash))
    };
    assert!(verify(16_384).is_ok());
    let refused = Error::AboveLimit {
        parameter: Parameter::Memory,
        max: 16_383,
    };
    assert_eq!(verify(16_383), Err(refused));
}

/// The signer key is a secret.
#[test]
fn the_signer_key_is_not_printed() {
    let firebase = Firebase::new(KEY, "Bw==", 8, 14).unwrap();
    let printed = format!("{:?}", Legacy::new().with_firebase(firebase));
    assert!(printed.contains("signer_key: [redacted]"), "{printed}");
    assert!(
        !printed.contains("143, 27, 41") && !printed.contains("jxspr8"),
        "{printed}"
    );
}

proptest! {
    /// PW-05.
    #[test]
    fn no_text_makes_it_panic(tag in ".{0,100}", salt in ".{0,200}", text in ".{0,200}") {
        let _ = Hash::from_firebase(&tag, &salt);
        let _ = Firebase::new(&tag, &salt, 8, 14);
        let _ = Hash::from_stored(format!("$firebase-scrypt${text}")).inspect(&Limits::default());
    }
}

/// PW-14: a decoy is not left without what it takes, whatever the order.
#[test]
fn a_decoy_keeps_its_parameters() {
    let sample = Hash::from_firebase(TAG, SALT).unwrap();
    assert_eq!(
        hasher().with_decoy(sample.clone()).unwrap_err(),
        Error::FirebaseMissing
    );
    let project = Firebase::new(KEY, "Bw==", 8, 14).unwrap();
    let decoyed = with(project).with_decoy(sample).unwrap();
    assert_eq!(
        decoyed.with_legacy(Legacy::new()).unwrap_err(),
        Error::FirebaseMissing
    );
}
