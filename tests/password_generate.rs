//! Passwords and passphrases that a machine makes, within a policy by construction.
#![cfg(feature = "password")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a test stops at what it did not expect"
)]

use std::collections::{BTreeSet, HashSet};

use portcullis::password::{
    Blocklist, Class, Digest, Error, Generated, Password, Policy, SecondFactor,
};
use proptest::prelude::*;
use static_assertions::assert_not_impl_any;

const LIST: &str = include_str!("../src/password/generate/words.txt");

assert_not_impl_any!(Generated: Clone, core::fmt::Display, AsRef<str>);

fn policies() -> Vec<Policy> {
    let presets = [
        Policy::back_office(),
        Policy::nist_800_63b(),
        Policy::owasp_asvs_5(),
        Policy::pci_dss_4(),
    ];
    let beside = presets
        .iter()
        .map(|policy| policy.for_second_factor(SecondFactor::Enrolled));
    let mut policies: Vec<_> = beside.chain(presets.iter().cloned()).collect();
    let all = [
        Class::Letter,
        Class::Upper,
        Class::Lower,
        Class::Digit,
        Class::Symbol,
    ];
    let plain = Policy::with_length_only(8).unwrap();
    policies.extend(all.map(|class| plain.clone().with_classes(&[class]).unwrap()));
    policies.push(plain.with_classes(&all).unwrap());
    policies.push(Policy::with_length_only(256).unwrap());
    policies
}

/// A list of the digests that begin with one of these two bytes.
fn list(beginnings: core::ops::Range<u64>) -> Blocklist {
    let digests = beginnings.map(|n| n << 48).collect();
    Blocklist::from_digests(Digest::FoldedSha256, 2, digests).unwrap()
}

fn words(made: &Generated) -> Vec<&str> {
    made.expose_secret().split('-').collect()
}

fn is_admitted(policy: &Policy, made: &Generated, context: &[&str]) -> bool {
    policy.check(&made.password(), context).is_ok()
        && policy
            .check(&Password::from(made.expose_secret()), context)
            .is_ok()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// PW-07, PW-11: whatever the policy, the entropy and the context.
    #[test]
    fn every_policy_admits_what_is_made_for_it(
        bits in 0_u32..300,
        context in prop::collection::vec(
            prop_oneof!["[a-z]{0,6}", "[a-zA-Z0-9.-]{1,9}@[a-z]{2,5}\\.[a-z]{2}", "\\PC{0,12}"],
            0..5,
        ),
    ) {
        let context: Vec<_> = context.iter().map(String::as_str).collect();
        for policy in policies() {
            for made in [policy.generate(bits, &context), policy.generate_passphrase(bits, &context)] {
                let made = made.unwrap();
                prop_assert!(is_admitted(&policy, &made, &context));
                prop_assert!(made.entropy_bits() >= bits);
                prop_assert!(made.expose_secret().bytes().all(|b| b.is_ascii_graphic()));
            }
        }
    }
}

/// No longer than the entropy or the policy asks for: 64 characters are six bits each. With all
/// classes 12 characters have 71.3 (`tests/vectors/password/entropy.txt`).
#[test]
fn a_password_is_the_shortest_that_does() {
    for (policy, bits, length) in [
        (Policy::nist_800_63b(), 0, 15),
        (Policy::nist_800_63b(), 90, 15),
        (Policy::nist_800_63b(), 91, 16),
        (Policy::nist_800_63b(), 128, 22),
        (Policy::back_office(), 0, 12),
        (Policy::back_office(), 71, 12),
        (Policy::back_office(), 72, 13),
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
    assert_eq!(characters.len(), 64);
    assert!(
        "0Oo1Il|'\"` ,.;()[]{}<>\\^~=+-@"
            .chars()
            .all(|c| !characters.contains(&c))
    );
}

/// Every word of the list comes up. (By chance one is missing in one of 10^9 runs.)
#[test]
fn passphrases_are_of_the_whole_list() {
    let policy = Policy::nist_800_63b();
    let mut found = BTreeSet::new();
    for _ in 0..8000 {
        let made = policy.generate_passphrase(88, &[]).unwrap();
        found.extend(words(&made).into_iter().map(str::to_owned));
    }
    assert!(found.iter().map(String::as_str).eq(LIST.lines()));
}

/// Words with a word of the context in them are left out, and what that costs is taken off.
#[test]
fn a_passphrase_holds_no_word_of_the_context() {
    let policy = Policy::back_office();
    let left: Vec<_> = LIST.lines().filter(|word| !word.contains("port")).collect();
    assert_eq!(left.len(), 2044); // without airport, portion, report, sport
    for _ in 0..300 {
        let made = policy.generate_passphrase(256, &["PORT"]).unwrap();
        let text = made.expose_secret().to_lowercase();
        let words: Vec<_> = text.split('-').collect();
        assert_eq!(words.len(), 25);
        assert!(words[..24].iter().all(|word| left.contains(word)), "{text}");
        assert!(matches!(
            words[24],
            "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9"
        ));
        assert_eq!(made.entropy_bits(), (24.0 * 2044_f64.log2() + 3.0) as u32);
    }
    // with the four, 24 words and a digit have a bit more
    let plain = policy.generate_passphrase(256, &[]).unwrap();
    assert_eq!((words(&plain).len(), plain.entropy_bits()), (24, 256));
}

/// What is left out makes passphrases longer. Of a name every word counts, but none below four
/// characters.
#[test]
fn fewer_words_make_longer_passphrases() {
    let policy = Policy::nist_800_63b();
    let name: Vec<&str> = LIST.lines().take(300).collect();
    let counts = |word: &&&str| word.len() > 3;
    let is_left = |word: &&str| !name.iter().filter(counts).any(|n| word.contains(n));
    let left: Vec<&str> = LIST.lines().filter(is_left).collect();
    assert!(left.contains(&"act") && !left.contains(&"able"));
    let context: Vec<String> = name.chunks(15).map(|words| words.join(" ")).collect();
    let context: Vec<&str> = context.iter().map(String::as_str).collect();
    let made = policy.generate_passphrase(88, &context).unwrap();
    assert_eq!(words(&made).len(), 9);
    let made = policy.generate_passphrase(900, &context).unwrap();
    assert!(words(&made).iter().all(|word| left.contains(word)));
    let exact = words(&made).len() as f64 * (left.len() as f64).log2();
    assert_eq!(made.entropy_bits(), exact as u32);
}

/// A word of the context that a separator stands in would be found across words: another separator
/// is taken, and none is left where the context has them all.
#[test]
fn a_separator_is_none_of_the_context() {
    let policy = Policy::nist_800_63b();
    let separators = "-._,:;+*=!?%&/";
    for (n, expected) in separators.char_indices() {
        let context = format!("e{}", &separators[..n]);
        let made = policy.generate_passphrase(88, &[&context]).unwrap();
        assert_eq!(made.expose_secret().split(expected).count(), 8, "{context}");
    }
    let made = policy.generate_passphrase(88, &["ada", separators]);
    assert_eq!(made.unwrap_err(), Error::NoneGenerated);
}

/// PW-10: what is blocklisted is drawn again, and what an added list takes away, its false positives
/// included, is taken off; a list that holds everything leaves nothing.
#[test]
fn a_blocklist_makes_longer_passwords() {
    let plain = Policy::nist_800_63b_with_mfa();
    let half = plain.clone().with_blocklist(list(0..1 << 15));
    for _ in 0..50 {
        let made = half.generate(84, &[]).unwrap();
        assert!(is_admitted(&half, &made, &[]));
        assert_eq!((made.expose_secret().len(), made.entropy_bits()), (15, 89));
        let phrase = half.generate_passphrase(88, &[]).unwrap();
        assert!(is_admitted(&half, &phrase, &[]));
        assert_eq!((words(&phrase).len(), phrase.entropy_bits()), (9, 98));
    }
    assert_eq!(plain.generate(84, &[]).unwrap().expose_secret().len(), 14);
    assert_eq!(words(&plain.generate_passphrase(88, &[]).unwrap()).len(), 8);
    let everything = plain.with_blocklist(list(0..1 << 16));
    let made = everything.generate(80, &[]);
    assert_eq!(made.unwrap_err(), Error::NoneGenerated);
    let made = everything.generate_passphrase(80, &[]);
    assert_eq!(made.unwrap_err(), Error::NoneGenerated);
}

/// The words of a context are taken off a password too; one without end leaves nothing.
#[test]
fn a_context_makes_longer_passwords() {
    let policy = Policy::nist_800_63b();
    let plain = policy.generate(90, &[]).unwrap();
    let made = policy.generate(90, &["lovelace"]).unwrap();
    assert_eq!(
        (plain.expose_secret().len(), plain.entropy_bits()),
        (15, 90)
    );
    assert_eq!((made.expose_secret().len(), made.entropy_bits()), (16, 95));
    // not more than the policy looks for, however long a name is
    let long = "Lovelace ".repeat(20_000);
    let made = policy.generate(90, &[&long]).unwrap();
    assert_eq!((made.expose_secret().len(), made.entropy_bits()), (16, 95));
    let made = policy.generate(90, &["lovelace"; 10_000]);
    assert_eq!(made.unwrap_err(), Error::NoneGenerated);
}

/// Where there is none to be found, that is said.
#[test]
fn what_cannot_be_made_is_an_error() {
    for policy in policies() {
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
    assert_eq!(format!("{made:?}"), "Generated { entropy_bits: 83, .. }");
}
