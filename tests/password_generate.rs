//! Passwords and passphrases that a machine makes, within a policy by construction.
#![cfg(feature = "password")]
#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::collections::HashSet;

use portcullis::password::{Error, Generated, Password, Policy, SecondFactor};
use proptest::prelude::*;

fn presets() -> Vec<Policy> {
    let presets = [
        Policy::back_office(),
        Policy::nist_800_63b(),
        Policy::owasp_asvs_5(),
        Policy::pci_dss_4(),
    ];
    let beside = presets
        .iter()
        .map(|policy| policy.for_second_factor(SecondFactor::Enrolled));
    beside.chain(presets.iter().cloned()).collect()
}

fn is_admitted(policy: &Policy, made: &Generated, context: &[&str]) -> bool {
    policy.check(&made.password(), context).is_ok()
        && policy
            .check(&Password::from(made.expose_secret()), context)
            .is_ok()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// PW-07, PW-11: whatever the preset and the entropy.
    #[test]
    fn every_preset_admits_what_is_made_for_it(bits in 0_u32..300, word in "[a-z]{0,5}") {
        for policy in presets() {
            let context = [word.as_str(), "ada@example.com"];
            for made in [policy.generate(bits, &context), policy.generate_passphrase(bits, &context)] {
                let made = made.unwrap();
                prop_assert!(is_admitted(&policy, &made, &context));
                prop_assert!(made.entropy_bits() >= bits);
            }
        }
    }
}

/// No longer than the entropy or the policy asks for: 67 characters are 6.07 bits each.
#[test]
fn a_password_is_the_shortest_that_does() {
    for (policy, bits, length) in [
        (Policy::nist_800_63b(), 0, 15),
        (Policy::nist_800_63b(), 90, 15),
        (Policy::nist_800_63b(), 91, 16),
        (Policy::nist_800_63b(), 128, 22),
        (Policy::back_office(), 0, 12),
        (Policy::back_office(), 72, 12),
        (Policy::back_office(), 73, 13),
    ] {
        let made = policy.generate(bits, &[]).unwrap();
        assert_eq!(made.expose_secret().len(), length, "{bits}");
    }
    let phrase = |bits| {
        Policy::nist_800_63b()
            .generate_passphrase(bits, &[])
            .unwrap()
    };
    for (bits, words, entropy) in [(0, 4, 44), (44, 4, 44), (45, 5, 55), (80, 8, 88)] {
        let made = phrase(bits);
        assert_eq!(made.expose_secret().split('-').count(), words);
        assert_eq!(made.entropy_bits(), entropy);
    }
}

/// No two alike, every character of the alphabet, and nothing that looks like another.
#[test]
fn passwords_are_of_the_whole_alphabet_and_differ() {
    let policy = Policy::nist_800_63b();
    let made: HashSet<String> = (0..500)
        .map(|_| policy.generate(90, &[]).unwrap().expose_secret().to_owned())
        .collect();
    assert_eq!(made.len(), 500);
    let characters: HashSet<char> = made.iter().flat_map(|text| text.chars()).collect();
    assert_eq!(characters.len(), 67);
    assert!(
        "0Oo1Il|'\"` ,.:;()[]{}<>\\/$&^"
            .chars()
            .all(|c| !characters.contains(&c))
    );
}

/// Where there is none to be found, that is said.
#[test]
fn what_cannot_be_made_is_an_error() {
    for policy in presets() {
        for bits in [7_000, u32::MAX] {
            let made = policy.generate(bits, &[]);
            assert_eq!(made.unwrap_err(), Error::NoneGenerated);
        }
        for bits in [1_250, u32::MAX] {
            let made = policy.generate_passphrase(bits, &[]);
            assert_eq!(made.unwrap_err(), Error::NoneGenerated);
        }
        let longest = policy.generate_passphrase(1_243, &[]).unwrap();
        assert!(is_admitted(&policy, &longest, &[]));
    }
}

/// Debug tells the entropy and nothing else.
#[test]
fn nothing_made_is_printed() {
    let made = Policy::back_office().generate(80, &[]).unwrap();
    assert_eq!(format!("{made:?}"), "Generated { entropy_bits: 84, .. }");
}
