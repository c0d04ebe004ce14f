//! Passwords are hashed, verified, judged and aged as the security page says.
#![cfg(feature = "password")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::panic,
    reason = "tests stop at what they did not expect"
)]

use std::collections::VecDeque;

use data_encoding::HEXLOWER;
use portcullis::{
    Timestamp, encoding,
    password::{
        Algorithm, Blocklist, Class, Cost, Error, Expiry, Form, Hash, Hasher, Limits, Parameter,
        Part, Password, Policy, Reason, Scheme, State, Use, Version, Violation, Violations,
    },
};
use proptest::{prelude::*, sample::Index};

/// The least cost there is: what is tested with it is not how slow it is.
fn tiny() -> Hasher {
    Hasher::new(Cost::new(8, 1, 1).unwrap())
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The millisecond before `text`.
fn before(text: &str) -> Timestamp {
    Timestamp::from_millis(at(text).as_millis() - 1)
}

/// A password that the back office's policy accepts, another for each number.
fn good(n: usize) -> Password {
    Password::from(format!("Correct-Horse-{n:04}"))
}

fn hash(n: usize) -> Hash {
    tiny().hash(&good(n)).unwrap()
}

fn found(policy: &Policy, password: &str, context: &[&str]) -> Vec<Violation> {
    match policy.check(&Password::from(password), context) {
        Ok(()) => Vec::new(),
        Err(violations) => violations.as_slice().to_vec(),
    }
}

fn codes(policy: &Policy, password: &str, context: &[&str]) -> Vec<&'static str> {
    let found = found(policy, password, context);
    found.iter().map(Violation::code).collect()
}

fn vectors(file: &'static str, fields: usize) -> Vec<Vec<&'static str>> {
    let lines = file.lines().filter(|line| !line.starts_with('#'));
    let lines: Vec<Vec<_>> = lines.map(|line| line.split('\t').collect()).collect();
    assert!(lines.iter().all(|line| line.len() == fields));
    lines
}

/// PW-01: the vector has a secret and associated data, which stored hashes have not: it is put to
/// the crate that computes, through that crate's own interface.
#[test]
fn the_algorithm_is_that_of_rfc_9106() {
    use argon2::{Algorithm, Argon2, AssociatedData, ParamsBuilder, Version};
    let mut params = ParamsBuilder::new();
    params.m_cost(32).t_cost(3).p_cost(4);
    params.data(AssociatedData::new(&[4; 12]).unwrap());
    let params = params.build().unwrap();
    let secret = [3; 8];
    let argon2 =
        Argon2::new_with_secret(&secret, Algorithm::Argon2id, Version::V0x13, params).unwrap();
    let mut tag = [0; 32];
    argon2
        .hash_password_into(&[1; 32], &[2; 16], &mut tag)
        .unwrap();
    let vectors = vectors(include_str!("vectors/password/rfc9106.txt"), 1);
    assert_eq!(HEXLOWER.encode(&tag), vectors[0][0]);
}

/// PW-01, S2-08.
#[test]
fn verifies_the_reference_implementations_own_vectors() {
    let vectors = vectors(include_str!("vectors/password/reference.txt"), 2);
    assert_eq!(vectors.len(), 8);
    for line in vectors {
        let hash = Hash::from_stored(line[1]);
        assert!(
            tiny().verify(&Password::from(line[0]), Some(&hash)).is_ok(),
            "{line:?}"
        );
        let wrong = tiny().verify(&Password::from("passwore"), Some(&hash));
        assert_eq!(wrong, Err(Error::Wrong));
    }
}

/// PW-01, PW-07: also under the first version of Argon2, and with the text form that Python's
/// Unicode tables give.
#[test]
fn verifies_what_other_implementations_made() {
    let vectors = vectors(include_str!("vectors/password/others.txt"), 3);
    assert_eq!(vectors.len(), 19);
    for line in vectors {
        let hash = Hash::from_stored(line[2]);
        let verified = tiny()
            .verify(&Password::from(line[1]), Some(&hash))
            .unwrap();
        assert_eq!(
            verified.needs_rehash(),
            line[0].contains("first version"),
            "{line:?}"
        );
        let wrong = tiny().verify(&Password::from(format!("{}x", line[1])), Some(&hash));
        assert!(
            matches!(wrong, Err(Error::Wrong | Error::TooLong)),
            "{line:?}"
        );
    }
}

/// PW-01.
#[test]
fn a_hash_has_todays_cost_and_a_salt_of_its_own() {
    let password = Password::from("correct horse battery staple");
    let hasher = Hasher::default();
    let (one, two) = (
        hasher.hash(&password).unwrap(),
        hasher.hash(&password).unwrap(),
    );
    assert!(one.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    assert_ne!(one, two);
    assert_ne!(salt(&one), salt(&two));
    assert!(one.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    assert!(hasher.verify(&password, Some(&one)).is_ok());
    assert!(hasher.verify(&password, Some(&two)).is_ok());
}

fn salt(hash: &Hash) -> &str {
    hash.as_str().split('$').nth(4).unwrap()
}

/// PW-14, S1-13: a person who does not exist and a wrong password are one answer.
#[test]
fn an_unknown_person_is_a_wrong_password() {
    let (right, wrong) = (good(1), good(2));
    let stored = hash(1);
    assert!(tiny().verify(&right, Some(&stored)).is_ok());
    assert_eq!(tiny().verify(&wrong, Some(&stored)), Err(Error::Wrong));
    assert_eq!(tiny().verify(&right, None), Err(Error::Wrong));
}

/// PW-17: 1,024 bytes are hashed in full, one more is refused, and nothing is cut off.
#[test]
fn nothing_is_cut_off_and_nothing_too_long_is_taken() {
    let longest = "x".repeat(1023) + "a";
    let stored = tiny().hash(&Password::from(longest.as_str())).unwrap();
    assert!(
        tiny()
            .verify(&Password::from(longest.as_str()), Some(&stored))
            .is_ok()
    );
    let other = Password::from("x".repeat(1023) + "b");
    assert_eq!(tiny().verify(&other, Some(&stored)), Err(Error::Wrong));
    for len in [1025, 8192, 8193, 1 << 20] {
        let long = Password::from("x".repeat(len));
        assert_eq!(tiny().hash(&long), Err(Error::TooLong));
        assert_eq!(tiny().verify(&long, Some(&stored)), Err(Error::TooLong));
        let violations = found(&Policy::nist_800_63b(), &"x".repeat(len), &[]);
        assert!(
            matches!(violations[..], [Violation::TooLong { max: 1024, found, .. }] if found == len)
        );
    }
    // a text too long to be brought into one form is measured as it was given
    let apart = "e\u{301}".repeat(1 << 18);
    let violations = found(&Policy::back_office(), &apart, &[]);
    let len = apart.len();
    assert!(matches!(violations[..], [Violation::TooLong { found, .. }] if found == len));
    assert_eq!(tiny().hash(&Password::from("")), Err(Error::Empty));
}

/// PW-07: 340 decomposed syllables of nine bytes are 1,020 bytes in the text form.
#[test]
fn length_is_that_of_the_text_form() {
    let syllables = |n| Password::from("\u{1112}\u{1161}\u{11AB}".repeat(n));
    assert!(tiny().hash(&syllables(341)).is_ok());
    assert_eq!(tiny().hash(&syllables(342)), Err(Error::TooLong));
}

/// PW-07: NUL, marks without a letter, joined emoji, and spaces at the ends are all of the password.
#[test]
fn every_character_counts() {
    for text in [
        "a\0b",
        "\u{301}a",
        "👩\u{200D}👩\u{200D}👧",
        " a ",
        "\t",
        "\u{FEFF}a",
        "ﬁ",
    ] {
        let stored = tiny().hash(&Password::from(text)).unwrap();
        assert!(tiny().verify(&Password::from(text), Some(&stored)).is_ok());
        let mut less = text.chars();
        less.next_back();
        assert!(
            tiny()
                .verify(&Password::from(less.as_str()), Some(&stored))
                .is_err()
        );
        for other in ["a", "a\0", " a", "a ", "👩👩👧", "fi", "á"] {
            let verified = tiny().verify(&Password::from(other), Some(&stored));
            assert_eq!(verified, Err(Error::Wrong), "{text:?} {other:?}");
        }
    }
}

/// PW-05: what a planted hash asks for is refused by name. How little it costs is shown where the
/// work can be seen, in the module's own tests.
#[test]
fn a_planted_cost_is_refused_by_name() {
    let above = |parameter, max| Error::AboveLimit { parameter, max };
    let planted = |cost: &str| {
        let hash = Hash::from_stored(format!(
            "$argon2id$v=19${cost}$c29tZXNhbHQ${}",
            "A".repeat(43)
        ));
        let inspected = hash.inspect(&Limits::default()).unwrap_err();
        assert_eq!(tiny().verify(&good(1), Some(&hash)).unwrap_err(), inspected);
        inspected
    };
    assert_eq!(
        planted("m=4194304,t=1,p=1"),
        above(Parameter::Memory, 2_097_152)
    );
    assert_eq!(
        planted("m=64,t=4000000000,p=1"),
        above(Parameter::Passes, 64)
    );
    assert_eq!(planted("m=64,t=1,p=16777215"), above(Parameter::Lanes, 16));
    assert_eq!(
        planted("m=262144,t=64,p=1"),
        above(Parameter::Work, 2_097_152)
    );
    assert_eq!(
        planted("m=262144,t=9,p=1"),
        above(Parameter::Work, 2_097_152)
    );
    assert_eq!(planted("m=64,t=1,t=1,p=1"), Error::Malformed(Part::Cost));
    assert_eq!(
        above(Parameter::Memory, 2_097_152).to_string(),
        "memory in KiB is above 2097152"
    );
    assert_eq!(
        above(Parameter::Work, 2_097_152).to_string(),
        "memory in KiB times passes is above 2097152"
    );
}

/// PW-05: a megabyte of stored text is refused, and is not kept.
#[test]
fn a_megabyte_of_stored_text_is_refused() {
    for text in ["A", "é", "$", "\u{1F642}"] {
        let hash = Hash::from_stored(text.repeat((1 << 20) / text.len()));
        assert_eq!(hash.inspect(&Limits::default()), Err(Error::HashTooLong));
        assert!((1025..=1028).contains(&hash.as_str().len()));
    }
    let longest = "é".repeat(512);
    assert_eq!(Hash::from_stored(longest.clone()).as_str(), longest);
}

/// PW-05: what can be asked for at all, for hashing as for verifying.
#[test]
fn a_cost_is_between_the_rfcs_least_and_the_ceilings() {
    let below = |parameter, min| Some(Error::BelowMinimum { parameter, min });
    let above = |parameter, max| Some(Error::AboveLimit { parameter, max });
    for (memory, passes, lanes, outcome) in [
        (8, 1, 1, None),
        (7, 1, 1, below(Parameter::Memory, 8)),
        (128, 1, 16, None),
        (127, 1, 16, below(Parameter::Memory, 128)),
        (2_097_152, 1, 16, None),
        (2_097_153, 1, 16, above(Parameter::Memory, 2_097_152)),
        (u32::MAX, 1, 1, above(Parameter::Memory, 2_097_152)),
        (1_048_577, 2, 1, above(Parameter::Work, 2_097_152)),
        (262_144, 8, 16, None),
        (262_144, 9, 16, above(Parameter::Work, 2_097_152)),
        (32_768, 64, 1, None),
        (32_769, 64, 1, above(Parameter::Work, 2_097_152)),
        (64, 0, 1, below(Parameter::Passes, 1)),
        (64, 65, 1, above(Parameter::Passes, 64)),
        (64, 1, 0, below(Parameter::Lanes, 1)),
        (1024, 1, 17, above(Parameter::Lanes, 16)),
        (1024, 1, u32::MAX, above(Parameter::Lanes, 16)),
    ] {
        assert_eq!(Cost::new(memory, passes, lanes).err(), outcome);
    }
}

/// PW-01: OWASP Password Storage Cheat Sheet, "Argon2id"; RFC 9106 §4.
#[test]
fn the_presets_are_those_of_owasp_and_of_the_rfc() {
    let text = |cost: Cost| cost.to_string();
    assert_eq!(
        Cost::OWASP_LINES.map(text),
        [
            "m=47104,t=1,p=1",
            "m=19456,t=2,p=1",
            "m=12288,t=3,p=1",
            "m=9216,t=4,p=1",
            "m=7168,t=5,p=1"
        ]
    );
    assert_eq!(text(Cost::RFC_9106_FIRST), "m=2097152,t=1,p=4");
    assert_eq!(text(Cost::RFC_9106_SECOND), "m=65536,t=3,p=4");
    for cost in [Cost::RFC_9106_FIRST, Cost::RFC_9106_SECOND]
        .into_iter()
        .chain(Cost::OWASP_LINES)
    {
        assert_eq!(
            Cost::new(cost.memory_kib(), cost.passes(), cost.lanes()),
            Ok(cost)
        );
    }
    assert_eq!(text(Hasher::default().cost()), "m=19456,t=2,p=1");
}

/// PW-05: one value bounds what is made and what is read.
#[test]
fn the_limits_hold_in_both_directions() {
    let at_64 = Hasher::new(Cost::new(64, 2, 2).unwrap());
    let hash = at_64.hash(&good(1)).unwrap();
    for (limits, parameter, max) in [
        (Limits::default().with_memory_kib(63), Parameter::Memory, 63),
        (Limits::default().with_passes(1), Parameter::Passes, 1),
        (Limits::default().with_lanes(1), Parameter::Lanes, 1),
    ] {
        let refused = Error::AboveLimit { parameter, max };
        assert_eq!(at_64.clone().with_limits(limits).unwrap_err(), refused);
        let small = tiny().with_limits(limits).unwrap();
        assert_eq!(small.limits(), limits);
        assert_eq!(small.verify(&good(1), Some(&hash)), Err(refused.clone()));
        assert_eq!(hash.inspect(&limits), Err(refused));
    }
    let same = Limits::default()
        .with_memory_kib(64)
        .with_passes(2)
        .with_lanes(2);
    let same = at_64.with_limits(same).unwrap();
    assert!(same.verify(&good(1), Some(&hash)).is_ok());
}

/// PW-05: by default 256 MiB, but a hasher that is told to make larger hashes verifies them.
#[test]
fn what_a_hasher_makes_it_verifies() {
    let planted = |memory: u32| {
        let hash = format!(
            "$argon2id$v=19$m={memory},t=1,p=1$c29tZXNhbHQ${}",
            "A".repeat(43)
        );
        Hash::from_stored(hash)
    };
    let limits = Hasher::default().limits();
    assert!(planted(262_144).inspect(&limits).is_ok());
    let refused = Error::AboveLimit {
        parameter: Parameter::Memory,
        max: 262_144,
    };
    assert_eq!(planted(262_145).inspect(&limits), Err(refused));
    let large = Hasher::new(Cost::RFC_9106_FIRST).limits();
    assert!(planted(2_097_152).inspect(&large).is_ok());
}

/// PW-03: weaker, never merely different or stronger.
#[test]
fn says_when_a_better_hash_is_due() {
    let password = good(1);
    let cost = |m, t, p| Cost::new(m, t, p).unwrap();
    let today = Hasher::new(cost(64, 3, 1));
    for (stored, weaker) in [
        (cost(64, 3, 1), false),
        (cost(64, 2, 1), true),
        (cost(63, 3, 1), true),
        (cost(64, 3, 4), false), // the same work in other lanes
        (cost(65, 3, 1), false),
        (cost(64, 4, 1), false),
        (cost(128, 1, 1), false), // twice the memory outweighs a third of the passes
        (cost(8, 64, 1), true),   // many passes over next to no memory
    ] {
        let hash = Hasher::new(stored).hash(&password).unwrap();
        let verified = today.verify(&password, Some(&hash)).unwrap();
        assert_eq!(verified.needs_rehash(), weaker, "{stored}");
        let other = Hasher::new(stored);
        let back = other
            .verify(&password, Some(&today.hash(&password).unwrap()))
            .unwrap();
        assert!(!(verified.needs_rehash() && back.needs_rehash()));
    }
}

/// PW-03: the same password hashed anew is not a new password.
#[test]
fn a_better_hash_changes_neither_age_nor_history() {
    let policy = Policy::back_office();
    let (first, then) = (at("2026-01-01"), at("2026-02-01"));
    let state = policy.set(&tiny(), &good(1), &[], first).unwrap();
    let state = policy.change(&tiny(), &state, &good(2), &[], then).unwrap();
    let better = Hasher::new(Cost::new(64, 2, 1).unwrap())
        .hash(&good(2))
        .unwrap();
    let rehashed = state.clone().with_hash(better.clone());
    assert_eq!(rehashed.hash(), &better);
    assert_eq!(rehashed.changed_at(), Some(then));
    assert_eq!(rehashed.history(), state.history());
}

/// PW-05: what a database holds can be told without a password.
#[test]
fn inspects_a_hash_without_its_password() {
    for (text, version) in [
        ("$argon2id$v=19$m=64,t=2,p=1", Version::V19),
        ("$argon2id$v=16$m=64,t=2,p=1", Version::V16),
        ("$argon2id$m=64,t=2,p=1", Version::Unstated),
    ] {
        let hash = Hash::from_stored(format!("{text}$c29tZXNhbHQ${}", "A".repeat(22)));
        let scheme = hash.inspect(&Limits::default()).unwrap();
        assert_eq!(scheme.to_string(), text);
        let Scheme::Argon2 {
            algorithm,
            version: found,
            cost,
            ..
        } = scheme
        else {
            panic!("a hash of Argon2");
        };
        assert_eq!(algorithm, Algorithm::Argon2id);
        assert_eq!((found, cost), (version, Cost::new(64, 2, 1).unwrap()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// PW-01: whatever the text, also one that the text form changes.
    #[test]
    fn what_is_hashed_is_verified(text in "\\PC{1,40}|[\\s\\S]{1,40}", other in "\\PC{1,3}") {
        let stored = tiny().hash(&Password::from(text.as_str())).unwrap();
        prop_assert!(tiny().verify(&Password::from(text.as_str()), Some(&stored)).is_ok());
        let appended = Password::from(text + "|" + &other);
        prop_assert_eq!(tiny().verify(&appended, Some(&stored)), Err(Error::Wrong));
    }

    /// PW-01: no character of a stored hash can be another.
    #[test]
    fn a_changed_hash_never_verifies(at in any::<Index>(), to in "[ -~]") {
        let (password, stored) = (good(1), hash(1));
        let mut text = stored.as_str().to_owned();
        let at = at.index(text.len());
        prop_assume!(!text.get(at..).unwrap().starts_with(&to));
        text.replace_range(at..=at, &to);
        prop_assert!(tiny().verify(&password, Some(&Hash::from_stored(text))).is_err());
    }

    /// PW-07, PW-17: spaces and normal form only: the same as Unicode says is the same.
    #[test]
    fn judging_never_panics(text in "[\\s\\S]{0,300}", word in "[\\s\\S]{0,8}") {
        for policy in [Policy::back_office(), Policy::nist_800_63b()] {
            let found = found(&policy, &text, &[&word, "ada@example.com"]);
            let short = found.iter().any(|v| matches!(v, Violation::TooShort { .. }));
            let long = found.iter().any(|v| matches!(v, Violation::TooLong { .. }));
            prop_assert!(!(short && long));
        }
    }
}

/// PW-01: every character of one hash, one after the other, in each of its bits.
#[test]
fn a_flipped_bit_never_verifies() {
    let (password, stored) = (good(1), hash(1));
    assert!(tiny().verify(&password, Some(&stored)).is_ok());
    for at in 0..stored.as_str().len() {
        for bit in 0..7 {
            let mut bytes = stored.as_str().as_bytes().to_vec();
            bytes[at] ^= 1 << bit;
            let changed = Hash::from_stored(String::from_utf8(bytes).unwrap());
            assert_ne!(changed, stored);
            assert!(
                tiny().verify(&password, Some(&changed)).is_err(),
                "{at} {bit}"
            );
        }
    }
}

/// PW-07: everything that is wrong, at once, with its numbers.
#[test]
fn says_all_that_is_wrong_at_once() {
    let policy = Policy::back_office().with_blocklist(Blocklist::from_lines("\u{7}\n"));
    let violations = policy.check(&Password::from("\u{7}"), &[]).unwrap_err();
    let found: Vec<_> = violations.iter().map(Violation::code).collect();
    assert_eq!(
        found,
        [
            "too_short",
            "no_uppercase",
            "no_lowercase",
            "no_digit",
            "no_symbol",
            "control_character",
            "blocklisted"
        ]
    );
    assert!(matches!(
        violations.as_slice()[0],
        Violation::TooShort {
            min: 12,
            found: 1,
            ..
        }
    ));
    assert_eq!(
        violations.to_string(),
        "the password has a length of 1, the least is 12 characters; it has no upper-case letter; \
         it has no lower-case letter; it has no digit; it has no symbol or punctuation mark; it has \
         a control character; it is one of the passwords that are tried first"
    );
    assert_eq!((&violations).into_iter().count(), 7);
}

/// PW-07: at the very bounds.
#[test]
fn counts_code_points() {
    let policy = Policy::back_office();
    assert_eq!(codes(&policy, "Aa1!aaaaaaaa", &[]), [""; 0]);
    assert_eq!(codes(&policy, "Aa1!aaaaaaa", &[]), ["too_short"]);
    assert_eq!(codes(&policy, "Aa1!ééé", &[]), ["too_short"]); // ten bytes, seven code points
    assert_eq!(codes(&policy, "Aa1!éééééééé", &[]), [""; 0]);
    // twelve as typed, eleven in the text form
    assert_eq!(codes(&policy, "Aa1!e\u{301}aaaaaa", &[]), ["too_short"]);
    let nist = Policy::nist_800_63b();
    assert_eq!(codes(&nist, "aaaaaaaaaaaaaaa", &[]), [""; 0]);
    assert_eq!(codes(&nist, "aaaaaaaaaaaaaa", &[]), ["too_short"]);
    // the most: 1,024 bytes
    assert_eq!(codes(&nist, &"é".repeat(512), &[]), [""; 0]);
    assert_eq!(codes(&nist, &("é".repeat(512) + "a"), &[]), ["too_long"]);
}

/// PW-07: the classes by Unicode's properties.
#[test]
fn knows_classes_beyond_ascii() {
    let policy = Policy::back_office();
    let missing = |text: &str| -> Vec<Class> {
        let found = found(&policy, text, &[]).into_iter();
        let class = |v| match v {
            Violation::Missing(class) => Some(class),
            _ => None,
        };
        found.filter_map(class).collect()
    };
    use Class::{Digit, Lower, Symbol, Upper};
    assert_eq!(missing("ÄÄÄÄ"), [Lower, Digit, Symbol]);
    assert_eq!(missing("ßßßß"), [Upper, Digit, Symbol]);
    assert_eq!(missing("ΩДԱ"), [Lower, Digit, Symbol]);
    assert_eq!(missing("ωдա"), [Upper, Digit, Symbol]);
    assert_eq!(missing("٣४๕"), [Upper, Lower, Symbol]); // Nd
    assert_eq!(missing("½²"), [Upper, Lower, Digit, Symbol]); // No
    assert_eq!(missing("ⅷ"), [Upper, Digit, Symbol]); // Nl, with the property Lowercase
    assert_eq!(missing("€"), [Upper, Lower, Digit]); // Sc
    assert_eq!(missing("_"), [Upper, Lower, Digit]); // Pc
    assert_eq!(missing("¿"), [Upper, Lower, Digit]); // Po
    assert_eq!(missing("🙂"), [Upper, Lower, Digit]); // So
    assert_eq!(missing("漢字 "), [Upper, Lower, Digit, Symbol]); // Lo and a space
    assert_eq!(missing("\u{3000}"), [Upper, Lower, Digit, Symbol]);
    for control in ["\t", "\n", "\0", "\u{7F}", "\u{85}"] {
        let text = format!("Aa1!aaaa{control}aaaa");
        assert_eq!(codes(&policy, &text, &[]), ["control_character"]);
    }
    assert_eq!(codes(&policy, "Aa1!a b\u{A0}c\u{200D}de", &[]), [""; 0]);
}

/// PW-10: the words of the account are found anywhere, whatever their case and form.
#[test]
fn refuses_the_words_of_the_account() {
    let policy = Policy::back_office();
    let context = [
        "ada.lovelace@example.com",
        "Grüße",
        "bob",
        "Analytical Engine",
    ];
    let words = |text: &str| -> Vec<usize> {
        let found = found(&policy, text, &context).into_iter();
        let index = |v| match v {
            Violation::ContextWord { index, .. } => Some(index),
            _ => None,
        };
        found.filter_map(index).collect()
    };
    assert_eq!(words("x-ADA.Lovelace-1"), [0]); // the local part
    assert_eq!(words("lovelace-1"), [0; 0]); // no part of it
    assert_eq!(words("ada.lovelace@example.com"), [0]);
    assert_eq!(words("1GRU\u{308}SSE1"), [1]);
    assert_eq!(words("bob-bob-bob"), [0; 0]); // three code points
    assert_eq!(words("analytical\u{A0}engine and Grüße"), [1, 3]);
    assert_eq!(words("Engine-1"), [3]);
    assert_eq!(
        codes(&policy, "Aa1!bbbbbbbb", &["", "@", "@@", "a@b"]),
        [""; 0]
    );
    assert_eq!(
        codes(&policy, "Aa1!bbbbbbbb", &["A1!x", "1!BB"]),
        ["context_word"]
    );
}

/// PW-11: a full name is guessed by its parts. Parts of three code points are not looked for; the
/// whole of two such parts is.
#[test]
fn refuses_each_part_of_a_name() {
    let policy = Policy::back_office();
    let context = |text, word| codes(&policy, text, &[word]).contains(&"context_word");
    for (text, word) in [
        ("Lovelace2026!?", "Ada Lovelace"),
        ("!?LOVELACE2026x", "Ada\tLovelace"),
        ("Lovelace2026!?", "Ada\u{3000}Lovelace"),
        ("Grusse-stra\u{DF}e-1", "Am Strasse"),
        ("xLi Wei-2026!?", "Li Wei"),
        ("Li\u{A0}Wei-2026!?", "Li\u{2003}Wei"),
    ] {
        assert!(context(text, word), "{text} {word}");
    }
    assert!(!context("Ada-2026-abcd!?", "Ada Lovelace"));
    assert!(!context("LiWei-2026-abc!?", "Li Wei"));
    let nist = Policy::nist_800_63b();
    assert_eq!(codes(&nist, "Lovelace2026!?!", &["Ada Lovelace"]), [""; 0]);
    assert_eq!(
        codes(&nist, "lovelacelovelace", &["Ada lovelacelovelace"]),
        [""; 0]
    );
}

/// PW-10, PW-11: NIST SP 800-63B-4 §3.1.1.2 compares the whole password.
#[test]
fn nist_compares_the_whole_password() {
    let list = Blocklist::from_lines("correct horse battery staple\n");
    let policy = Policy::nist_800_63b().with_blocklist(list);
    let email = "ada.lovelace@example.com";
    assert_eq!(
        codes(&policy, "Ada.Lovelace@Example.com", &[email]),
        ["context_word"]
    );
    assert_eq!(
        codes(&policy, "my ada.lovelace@example.com", &[email]),
        [""; 0]
    );
    assert_eq!(
        codes(&policy, "Correct Horse Battery Staple", &[]),
        ["blocklisted"]
    );
    assert_eq!(
        codes(&policy, "Correct Horse Battery Staples", &[]),
        [""; 0]
    );
    let bare = Policy::nist_800_63b();
    assert_eq!(codes(&bare, "correct horse battery staple", &[]), [""; 0]);
}

/// PW-10: one password a line, whatever its case and form; nothing is taken for a comment.
#[test]
fn reads_a_list_of_common_passwords() {
    let list =
        Blocklist::from_lines("Password1\r\n\n#1hater\r\nPA\u{A0}SS\npassword1\nStraße\n tail \n");
    assert_eq!(list.len(), 5);
    assert!(!list.is_empty() && Blocklist::from_lines("\n\r\n").is_empty());
    let policy = Policy::nist_800_63b().with_blocklist(list);
    for (text, listed) in [
        ("PASSWORD1", true),
        ("#1hater", true),
        ("pa ss", true),
        ("STRASSE", true),
        (" Tail ", true),
        ("tail", false),
        ("password", false),
        ("", false),
    ] {
        assert_eq!(
            codes(&policy, text, &[]).contains(&"blocklisted"),
            listed,
            "{text:?}"
        );
    }
}

/// PW-08, S4-15: due at the same time of day six calendar months later, to the millisecond, at the
/// ends of months and in leap years. The dates were taken from a calendar.
#[test]
fn expires_after_six_calendar_months_to_the_millisecond() {
    let policy = Policy::back_office();
    for (changed, due) in [
        ("2026-01-15T10:20:30.456Z", "2026-07-15T10:20:30.456Z"),
        ("2026-08-31T23:59:59.999Z", "2027-02-28T23:59:59.999Z"),
        ("2027-08-31T00:00:00Z", "2028-02-29T00:00:00Z"),
        ("2027-08-30T00:00:00Z", "2028-02-29T00:00:00Z"),
        ("2028-02-29T12:00:00Z", "2028-08-29T12:00:00Z"),
        ("2026-03-31T00:00:00Z", "2026-09-30T00:00:00Z"),
        ("2026-12-31T00:00:00Z", "2027-06-30T00:00:00Z"),
        ("2099-08-31T00:00:00Z", "2100-02-28T00:00:00Z"),
    ] {
        let state = State::new(hash(1), Some(at(changed)));
        let last = policy.expiry(&state, before(due));
        assert!(
            matches!(last, Expiry::ExpiringSoon { until, .. } if until == at(due)),
            "{due}"
        );
        assert_eq!(last.allows(), Use::SignIn);
        for now in [at(due), at("2199-01-01"), Timestamp::MAX] {
            let over = policy.expiry(&state, now);
            assert!(
                matches!(over, Expiry::Expired { since, .. } if since == at(due)),
                "{due}"
            );
            assert_eq!(over.allows(), Use::ChangeOnly);
        }
    }
}

/// PW-08: the warning begins 14 days before the end.
#[test]
fn warns_in_the_last_fourteen_days() {
    let policy = Policy::back_office();
    let state = State::new(hash(1), Some(at("2026-01-15T10:00:00Z")));
    let until = at("2026-07-15T10:00:00Z");
    for now in [at("2026-01-15T10:00:00Z"), before("2026-07-01T10:00:00Z")] {
        let valid = policy.expiry(&state, now);
        assert!(matches!(valid, Expiry::Valid { until: Some(end), .. } if end == until));
        assert_eq!(valid.allows(), Use::SignIn);
    }
    let soon = policy.expiry(&state, at("2026-07-01T10:00:00Z"));
    assert!(matches!(soon, Expiry::ExpiringSoon { until: end, .. } if end == until));
}

/// PW-08, S4-16: a password of which nobody knows the age does not pass for a new one.
#[test]
fn an_unknown_age_gives_the_right_to_change_and_nothing_else() {
    let policy = Policy::back_office();
    let unknown = State::new(hash(1), None);
    let now = at("2026-01-15T10:00:00Z");
    assert_eq!(policy.expiry(&unknown, now), Expiry::UnknownAge);
    assert_eq!(Expiry::UnknownAge.allows(), Use::ChangeOnly);
    let changed = policy
        .change(&tiny(), &unknown, &good(2), &[], now)
        .unwrap();
    assert_eq!(policy.expiry(&changed, now).allows(), Use::SignIn);
}

/// PW-08: a clock that is a little behind is no reason, a change in another year is.
#[test]
fn a_change_in_the_future_is_an_unknown_age() {
    let policy = Policy::back_office();
    let now = at("2026-01-15T10:00:00Z");
    for (changed, allows) in [
        (at("2026-01-15T10:00:05Z"), Use::SignIn),
        (at("2026-01-16T10:00:00Z"), Use::SignIn),
        (at("2026-01-16T10:00:00.001Z"), Use::ChangeOnly),
        (
            Timestamp::from_millis(at("2026-01-15").as_millis() * 1000),
            Use::ChangeOnly,
        ),
        (Timestamp::MAX, Use::ChangeOnly),
    ] {
        let state = State::new(hash(1), Some(changed));
        assert_eq!(policy.expiry(&state, now).allows(), allows, "{changed}");
    }
}

/// PW-08: NIST lets no password expire, whatever is known of its age.
#[test]
fn without_a_lifetime_no_age_matters() {
    let policy = Policy::nist_800_63b();
    for changed in [None, Some(Timestamp::EPOCH), Some(Timestamp::MAX)] {
        let expiry = policy.expiry(&State::new(hash(1), changed), at("2026-01-15"));
        assert!(matches!(expiry, Expiry::Valid { until: None, .. }));
        assert_eq!(expiry.allows(), Use::SignIn);
    }
}

/// PW-08, PW-13, S4-16: whatever its age and the policy, until it is changed; asking for it again
/// changes nothing but the reason.
#[test]
fn a_password_that_must_be_changed_only_serves_to_change_it() {
    let now = at("2026-01-15T10:00:00Z");
    for policy in [Policy::back_office(), Policy::nist_800_63b()] {
        let state = policy.set(&tiny(), &good(1), &[], now).unwrap();
        assert_eq!(policy.expiry(&state, now).allows(), Use::SignIn);
        for reason in [
            Reason::ResetByAdministrator,
            Reason::Compromised,
            Reason::TooManyFailures,
            Reason::ChosenByAnother,
        ] {
            let state = state.clone().with_must_change(reason);
            assert_eq!(state, state.clone().with_must_change(reason));
            assert_eq!(policy.expiry(&state, now), Expiry::MustChange(reason));
            assert_eq!(policy.expiry(&state, now).allows(), Use::ChangeOnly);
            let kept = state.clone().with_hash(hash(1));
            assert_eq!(policy.expiry(&kept, now), Expiry::MustChange(reason));
            let again = policy.change(&tiny(), &state, &good(1), &[], now);
            assert!(matches!(again, Err(Error::Rejected(_))));
            let changed = policy.change(&tiny(), &state, &good(2), &[], now).unwrap();
            assert_eq!(changed.must_change(), None);
            assert_eq!(policy.expiry(&changed, now).allows(), Use::SignIn);
        }
    }
}

fn rejection(outcome: Result<State, Error>) -> Violations {
    match outcome {
        Err(Error::Rejected(violations)) => violations,
        other => panic!("rejected, not {other:?}"),
    }
}

/// PW-09, S4-18: the present one too, and together with all else that is wrong.
#[test]
fn refuses_the_present_password() {
    let now = at("2026-01-15");
    for policy in [Policy::back_office(), Policy::nist_800_63b()] {
        let state = policy.set(&tiny(), &good(1), &[], now).unwrap();
        let violations =
            rejection(policy.change(&tiny(), &state, &good(1), &["correct-horse"], now));
        let found: Vec<_> = violations.iter().map(Violation::code).collect();
        assert!(found.ends_with(&["reused"]));
        assert!(matches!(
            violations.as_slice(),
            [.., Violation::Reused { remembered: 1, .. }]
        ));
    }
    let old = State::new(tiny().hash(&Password::from("short")).unwrap(), None);
    let change = Policy::back_office().change(&tiny(), &old, &Password::from("short"), &[], now);
    let violations = rejection(change);
    let found: Vec<_> = violations.iter().map(Violation::code).collect();
    assert_eq!(
        found,
        [
            "too_short",
            "no_uppercase",
            "no_digit",
            "no_symbol",
            "reused"
        ]
    );
}

/// PW-09, S4-18: the first one is refused for 24 changes and taken at the 26th.
#[test]
fn remembers_twenty_four_passwords_beside_the_present_one() {
    let (policy, now) = (Policy::back_office(), at("2026-01-15"));
    let mut state = policy.set(&tiny(), &good(0), &[], now).unwrap();
    for n in 1..=24 {
        state = policy.change(&tiny(), &state, &good(n), &[], now).unwrap();
        assert_eq!(state.history().len(), n);
        rejection(policy.change(&tiny(), &state, &good(0), &[], now));
    }
    let violations = rejection(policy.change(&tiny(), &state, &good(0), &[], now));
    assert!(matches!(
        violations.as_slice(),
        [Violation::Reused { remembered: 25, .. }]
    ));
    let state = policy.change(&tiny(), &state, &good(25), &[], now).unwrap();
    assert_eq!(state.history().len(), 24);
    assert!(policy.change(&tiny(), &state, &good(0), &[], now).is_ok());
    rejection(policy.change(&tiny(), &state, &good(1), &[], now));
}

/// PW-09: NIST SP 800-63B-4 asks for no history: the password before the present one may come back,
/// the present one may not.
#[test]
fn nist_remembers_the_present_password_only() {
    let (policy, now) = (Policy::nist_800_63b(), at("2026-01-15"));
    let state = policy.set(&tiny(), &good(1), &[], now).unwrap();
    let state = policy.change(&tiny(), &state, &good(2), &[], now).unwrap();
    assert_eq!(state.history(), [] as [Hash; 0]);
    rejection(policy.change(&tiny(), &state, &good(2), &[], now));
    let back = policy.change(&tiny(), &state, &good(1), &[], now).unwrap();
    assert!(tiny().verify(&good(1), Some(back.hash())).is_ok());
}

/// PW-09: the history is of hashes, the newest first.
#[test]
fn the_old_hash_moves_to_the_front_of_the_history() {
    let (policy, now) = (Policy::back_office(), at("2026-01-15"));
    let one = policy.set(&tiny(), &good(1), &[], now).unwrap();
    let two = policy.change(&tiny(), &one, &good(2), &[], now).unwrap();
    let three = policy
        .change(&tiny(), &two, &good(3), &[], at("2026-02-01"))
        .unwrap();
    assert_eq!(three.history(), [two.hash().clone(), one.hash().clone()]);
    assert_eq!(three.changed_at(), Some(at("2026-02-01")));
    assert!(tiny().verify(&good(3), Some(three.hash())).is_ok());
}

/// PW-09: a policy that is lowered forgets nothing, nor does it remember more.
#[test]
fn a_lower_depth_forgets_nothing() {
    let (policy, now) = (Policy::back_office(), at("2026-01-15"));
    let mut state = policy.set(&tiny(), &good(0), &[], now).unwrap();
    for n in 1..=4 {
        state = policy.change(&tiny(), &state, &good(n), &[], now).unwrap();
    }
    let lower = policy.with_history(1).unwrap();
    rejection(lower.change(&tiny(), &state, &good(0), &[], now));
    let state = lower.change(&tiny(), &state, &good(5), &[], now).unwrap();
    assert_eq!(state.history().len(), 4);
    rejection(lower.change(&tiny(), &state, &good(1), &[], now));
}

/// PW-09.
#[test]
fn a_history_is_bounded() {
    assert!(Policy::back_office().with_history(64).is_ok());
    let deeper = Policy::back_office().with_history(65);
    assert_eq!(deeper.err(), Some(Error::HistoryDepth));
}

/// PW-07, PW-09: by the first choice as by the next, also what could not be hashed in any case.
#[test]
fn a_choice_that_breaks_the_policy_is_rejected() {
    let (policy, now) = (Policy::back_office(), at("2026-01-15"));
    let state = policy.set(&tiny(), &good(1), &[], now).unwrap();
    for (choice, code) in [
        ("".to_owned(), "too_short"),
        ("Short-1".to_owned(), "too_short"),
        ("x".repeat(1025), "too_long"),
    ] {
        let choice = Password::from(choice);
        let set = rejection(policy.set(&tiny(), &choice, &[], now));
        let change = rejection(policy.change(&tiny(), &state, &choice, &[], now));
        assert_eq!(set, change);
        assert_eq!(change.as_slice()[0].code(), code);
    }
}

/// PW-09: where nobody can tell whether a password was used before, it is not taken.
#[test]
fn a_remembered_hash_that_cannot_be_read_is_an_error() {
    let (policy, now) = (Policy::back_office(), at("2026-01-15"));
    let damaged = State::new(Hash::from_stored("$argon2id$v=19$m=64"), Some(now));
    let change = policy.change(&tiny(), &damaged, &good(1), &[], now);
    assert_eq!(change, Err(Error::Malformed(Part::Fields)));
    assert!(policy.set(&tiny(), &good(1), &[], now).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// PW-09: against a model that keeps the numbers of the passwords in plain sight.
    #[test]
    fn history_agrees_with_a_list(depth in 0_usize..4, choices in prop::collection::vec(0_usize..7, 1..16)) {
        let policy = Policy::back_office().with_history(depth).unwrap();
        let mut state = policy.set(&tiny(), &good(99), &[], Timestamp::EPOCH).unwrap();
        let mut present = 99;
        let mut remembered = VecDeque::new();
        for (i, choice) in choices.into_iter().enumerate() {
            let now = Timestamp::from_secs(i as u64);
            let outcome = policy.change(&tiny(), &state, &good(choice), &[], now);
            let used = choice == present || remembered.contains(&choice);
            prop_assert_eq!(outcome.is_err(), used);
            if let Ok(next) = outcome {
                remembered.push_front(present);
                remembered.truncate(depth);
                present = choice;
                state = State::decode(&next.encode()).unwrap();
            }
        }
        prop_assert_eq!(state.history().len(), remembered.len());
    }
}

fn golden() -> State {
    let changed = Timestamp::from_millis(0x0102_0304_0506);
    let hash = Hash::from_stored("$x$é").with_form(Form::Nfc);
    let state = State::new(hash, Some(changed));
    state.with_must_change(Reason::Compromised)
}

/// PW-09: the stored form, byte by byte.
#[test]
fn the_stored_form_is_frozen() {
    let bytes = b"\x01\
        \x00\x00\x00\x05$x$\xC3\xA9\x01\
        \x01\x00\x00\x01\x02\x03\x04\x05\x06\
        \x00\x00\x00\x00\
        \x01\x02";
    assert_eq!(golden().encode(), bytes);
    assert_eq!(State::decode(bytes), Ok(golden()));
    let with_history = b"\x01\
        \x00\x00\x00\x01a\x00\
        \x00\
        \x00\x00\x00\x02\x00\x00\x00\x01b\x03\x00\x00\x00\x00\x02\
        \x00";
    let state = State::decode(with_history).unwrap();
    assert_eq!(state.hash().as_str(), "a");
    assert_eq!(state.hash().form(), None);
    let history = [("b", Form::Raw), ("", Form::Nfkc)];
    let history = history.map(|(text, form)| Hash::from_stored(text).with_form(form));
    assert_eq!(state.history(), history);
    assert_eq!((state.changed_at(), state.must_change()), (None, None));
    assert_eq!(state.encode(), with_history);
}

/// PW-09: whatever is not a state is an error, never an empty history or a password that need not
/// be changed.
#[test]
fn a_damaged_state_is_an_error() {
    let bytes = golden().encode();
    for cut in 0..bytes.len() {
        assert_eq!(State::decode(&bytes[..cut]), Err(encoding::Error::Damaged));
    }
    assert!(State::decode(&[&bytes[..], &[0]].concat()).is_err());
    let mut newer = bytes.clone();
    newer[0] = 2;
    assert_eq!(
        State::decode(&newer),
        Err(encoding::Error::UnknownVersion(2))
    );
    for reason in [0, 5, 255] {
        let mut unknown = bytes.clone();
        *unknown.last_mut().unwrap() = reason;
        assert_eq!(State::decode(&unknown), Err(encoding::Error::Damaged));
    }
    let mut form = bytes.clone();
    form[10] = 4;
    assert_eq!(State::decode(&form), Err(encoding::Error::Damaged));
    let history = |n: u8| {
        [
            b"\x01\0\0\0\0\0\0\0\0\0",
            &[n][..],
            &vec![0; 5 * usize::from(n)],
            b"\0",
        ]
        .concat()
    };
    assert_eq!(State::decode(&history(64)).unwrap().history().len(), 64);
    assert_eq!(State::decode(&history(65)), Err(encoding::Error::Damaged));
}

/// PW-05: what `Hash::from_stored` cut can be stored and read again; what it would cut cannot.
#[test]
fn a_text_that_is_no_hash_survives_storage() {
    for text in [
        "x".repeat(1 << 20),
        "é".repeat(1 << 10),
        "x".repeat(1023) + "é",
    ] {
        let state = State::new(Hash::from_stored(text), None);
        assert_eq!(State::decode(&state.encode()), Ok(state));
    }
    let longer = [
        b"\x01\0\0\x04\x02",
        "x".repeat(1026).as_bytes(),
        b"\0\0\0\0\0\0\0",
    ]
    .concat();
    assert_eq!(State::decode(&longer), Err(encoding::Error::Damaged));
}

/// S2-09, S4-19: nothing prints a password, a salt or a digest.
#[test]
fn nothing_secret_is_printed() {
    let (policy, now) = (Policy::back_office(), at("2026-01-15"));
    let secret = "hunter2-Hunter2-ä";
    let password = Password::from(secret);
    let state = policy.set(&tiny(), &password, &[], now).unwrap();
    let listed = policy.with_blocklist(Blocklist::from_lines(secret));
    let rejected = listed
        .change(&tiny(), &state, &password, &["hunter2"], now)
        .unwrap_err();
    let printed = format!(
        "{password:?} {:?} {state:?} {listed:?} {rejected:?} {rejected} {:?}",
        state.hash(),
        tiny()
            .verify(&password, Some(&Hash::from_stored(secret)))
            .unwrap_err(),
    );
    assert!(printed.contains("[redacted]") && printed.contains("Blocklisted"));
    let tag = state.hash().as_str().rsplit('$').next().unwrap();
    for hidden in ["hunter2", "Hunter2", salt(state.hash()), tag] {
        assert!(!printed.contains(hidden), "{printed}");
    }
    assert_eq!(
        format!("{:?}", Password::from("x".repeat(1 << 20))),
        "[redacted]"
    );
}

/// PW-01: whatever thread hashes and whichever asked for it.
#[test]
fn everything_is_send_and_sync() {
    fn check<T: Send + Sync + 'static>() {}
    check::<(
        Password,
        Hash,
        Hasher,
        Policy,
        State,
        Error,
        Violations,
        Blocklist,
    )>();
}
