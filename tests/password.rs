//! Passwords are hashed and verified as the security page says.
#![cfg(feature = "password")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::panic,
    reason = "tests stop at what they did not expect"
)]

use data_encoding::HEXLOWER;
use portcullis::{
    Timestamp,
    password::{
        Algorithm, Blocklist, Cost, Error, Hash, Hasher, Limits, Parameter, Part, Password, Policy,
        Scheme, State, Version, Violation, Violations,
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
