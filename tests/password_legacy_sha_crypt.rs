//! Hashes of SHA-crypt and of Drupal that others made are verified, and nothing that they ask for
//! does harm.
#![cfg(feature = "legacy")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "tests stop at what they did not expect"
)]

#[path = "password_legacy/vectors.rs"]
mod vectors;

use portcullis::password::{Error, Hash, Limits, Parameter, Part, Password};
use proptest::prelude::*;
use vectors::{flip_all, hasher, refuse_all, verify_all};

const SHA256: &str = "$5$rounds=1000$saltstring$s6A9K90fpv3yUqOP.baGbgOqQ5pQniJkMNlrTrnXwn."; // of "x"
const TAG: &str = "s6A9K90fpv3yUqOP.baGbgOqQ5pQniJkMNlrTrnXwn.";
const DRUPAL: &str = "$S$5saltsaltz/A0Yta5rC49uRglMf6d4berLND1SHwabSMNCuTH2uK"; // of "x"

fn above(max: u32) -> Error {
    Error::AboveLimit {
        parameter: Parameter::Rounds,
        max,
    }
}

fn below(min: u32) -> Error {
    Error::BelowMinimum {
        parameter: Parameter::Rounds,
        min,
    }
}

fn malformed(part: Part) -> Error {
    Error::Malformed(part)
}

fn inspect(text: &str, limits: Limits) -> Result<String, Error> {
    let scheme = Hash::from_stored(text).inspect(&limits);
    scheme.map(|scheme| scheme.to_string())
}

/// PW-02: Drepper's own, and those of John the Ripper and passlib.
#[test]
fn verifies_the_published_vectors_of_sha_crypt() {
    let file = include_str!("vectors/password/legacy/sha_crypt.txt");
    verify_all(&hasher(), file, 41);
}

/// PW-02: made by libxcrypt, OpenSSL, PHP, passlib and mkpasswd; of lengths about the digests' blocks.
#[test]
fn verifies_what_other_implementations_made_of_sha_crypt() {
    let file = include_str!("vectors/password/legacy/sha_crypt_others.txt");
    verify_all(&hasher(), file, 66);
}

/// PW-02.
#[test]
fn verifies_the_published_vectors_of_drupal() {
    let file = include_str!("vectors/password/legacy/drupal.txt");
    verify_all(&hasher(), file, 3);
}

/// PW-02.
#[test]
fn verifies_what_two_other_programs_made_of_drupal() {
    let file = include_str!("vectors/password/legacy/drupal_others.txt");
    verify_all(&hasher(), file, 5);
}

/// PW-02.
#[test]
fn a_flipped_bit_never_verifies() {
    flip_all(&hasher(), "x", SHA256);
    flip_all(&hasher(), "x", DRUPAL);
    let file = include_str!("vectors/password/legacy/sha_crypt_others.txt");
    let lines = vectors::lines::<4>(file);
    let of_sha512 =
        |line: &&[&str; 4]| line[0] == "libxcrypt, 1 bytes" && line[3].starts_with("$6$");
    let [_, _, password, text] = lines.iter().find(of_sha512).unwrap();
    flip_all(&hasher(), password, text);
}

/// PW-02: two texts stand for one hash of SHA-crypt, that with the 5,000 rounds and that without.
#[test]
fn five_thousand_rounds_need_not_be_named() {
    let file = include_str!("vectors/password/legacy/sha_crypt_others.txt");
    let lines = vectors::lines::<4>(file);
    let named = lines
        .iter()
        .filter(|line| line[0].ends_with("rounds named"));
    let mut count = 0;
    for [_, scheme, password, text] in named {
        let hash = Hash::from_stored(text.replacen("rounds=5000$", "", 1));
        assert!(
            hasher()
                .verify(&Password::from(*password), Some(&hash))
                .is_ok()
        );
        assert_eq!(inspect(hash.as_str(), Limits::default()).unwrap(), *scheme);
        count += 1;
    }
    assert_eq!(count, 2);
}

/// PW-16: a NUL does not end a password.
#[test]
fn nul_is_a_byte_like_others() {
    for text in [SHA256, DRUPAL] {
        let hash = Hash::from_stored(text);
        for password in ["x\0", "x\0y", "\0"] {
            let outcome = hasher().verify(&Password::from(password), Some(&hash));
            assert_eq!(outcome, Err(Error::Wrong));
        }
    }
}

/// PW-05: each is the good text with one thing wrong.
#[test]
fn says_what_is_wrong_with_a_text_of_sha_crypt() {
    use Part::{Cost, Fields, Salt, Tag};
    let long = "x".repeat(1024);
    refuse_all(
        SHA256,
        &[
            ("$5$", "5$", Error::UnknownScheme),
            ("$5$", " $5$", Error::UnknownScheme),
            ("$5$", "$4$", Error::UnknownScheme),
            ("$5$", "$5", Error::UnknownScheme),
            ("$5$", "$6$", malformed(Tag)),
            ("$5$", "$5$$", malformed(Tag)),
            (SHA256, "$5$", malformed(Fields)),
            (&SHA256[3..], "rounds=1000", malformed(Fields)),
            (&SHA256[3..], "rounds=1000$saltstring", malformed(Fields)),
            ("$saltstring", "", malformed(Fields)),
            ("=1000", "", malformed(Tag)), // a salt that is named rounds
            ("1000", "", malformed(Cost)),
            ("1000", "01000", malformed(Cost)),
            ("1000", "+1000", malformed(Cost)),
            ("1000", "-1000", malformed(Cost)),
            ("1000", " 1000", malformed(Cost)),
            ("1000", "1000 ", malformed(Cost)),
            ("1000", "1000,rounds=1000", malformed(Cost)),
            ("1000", "0x1000", malformed(Cost)),
            ("1000", "1e3", malformed(Cost)),
            ("1000", "١٠٠٠", malformed(Cost)),
            ("rounds=", "rounds=rounds=", malformed(Cost)),
            ("rounds=1000$", "rounds=1000$rounds=1000$", malformed(Tag)),
            ("1000", "0", below(1000)),
            ("1000", "999", below(1000)),
            ("1000", "1000001", above(1_000_000)),
            ("1000", "999999999", above(1_000_000)),
            ("1000", "4294968296", above(1_000_000)), // 1,000 in 32 bits
            ("1000", "18446744073709552616", above(1_000_000)), // and in 64
            ("saltstring", "saltstring1234567", malformed(Salt)),
            ("saltstring", "salt:string", malformed(Salt)),
            ("saltstring", "salt string", malformed(Salt)),
            ("saltstring", "saltstring\n", malformed(Salt)),
            ("saltstring", "salt\0string", malformed(Salt)),
            ("saltstring", "salt\u{7f}string", malformed(Salt)),
            ("saltstring", "saltströng", malformed(Salt)),
            (TAG, "", malformed(Tag)),
            (TAG, &TAG[..42], malformed(Tag)),
            (TAG, &TAG[..40], malformed(Tag)),
            (TAG, &format!("{TAG}."), malformed(Tag)),
            (TAG, &format!("{TAG}$"), malformed(Tag)),
            (TAG, &format!("{TAG}="), malformed(Tag)),
            (TAG, &format!("{TAG}\n"), malformed(Tag)),
            ("Xwn.", "Xwn+", malformed(Tag)),
            ("Xwn.", "XwnE", malformed(Tag)), // stray bits
            ("Xwn.", "Xwé.", malformed(Tag)),
            (TAG, &long, Error::HashTooLong),
        ],
    );
}

/// PW-05: each is the good text with one thing wrong.
#[test]
fn says_what_is_wrong_with_a_text_of_drupal() {
    use Part::{Cost, Salt, Tag};
    refuse_all(
        DRUPAL,
        &[
            ("$S$", "$s$", Error::UnknownScheme),
            ("$S$", "U$S$", Error::UnknownScheme),
            ("$S$", "$S", Error::UnknownScheme),
            (DRUPAL, "$S$", malformed(Cost)),
            ("$5", "$$5", malformed(Cost)),
            ("$5", "$+", malformed(Cost)),
            ("$5", "$é", malformed(Cost)),
            ("$5", "$.", below(128)),
            ("$5", "$4", below(128)),
            ("$5", "$I", above(1_000_000)),
            ("$5", "$S", above(1_000_000)),
            ("$5", "$T", above(1_000_000)),
            ("$5", "$U", above(1_000_000)),
            ("$5", "$z", above(1_000_000)),
            (&DRUPAL[4..], "", malformed(Salt)),
            (&DRUPAL[4..], "saltsal", malformed(Salt)),
            ("saltsalt", "saltsal$", malformed(Salt)),
            ("saltsalt", "salt-alt", malformed(Salt)),
            ("saltsalt", "saltsalé", malformed(Salt)),
            ("saltsalt", "saltsal", malformed(Tag)),
            ("H2uK", "H2u", malformed(Tag)),
            ("H2uK", "H2uKx", malformed(Tag)),
            ("H2uK", "H2u+", malformed(Tag)),
            ("H2uK", "H2u\n", malformed(Tag)),
            ("H2uK", "H2é", malformed(Tag)),
        ],
    );
}

/// PW-05: a limit is moved in both directions, and never past what the functions take.
#[test]
fn the_limit_of_the_rounds_holds() {
    let text = |rounds: &str| SHA256.replacen("1000", rounds, 1);
    let limits = Limits::default();
    let good = inspect(&text("1000000"), limits);
    assert_eq!(good.unwrap(), "sha256-crypt rounds=1000000");
    assert_eq!(
        inspect(&text("1001"), limits.with_rounds(1000)),
        Err(above(1000))
    );
    let without = "$5$saltstring$".to_owned() + TAG;
    assert_eq!(
        inspect(&without, limits.with_rounds(4999)),
        Err(above(4999))
    );
    assert!(inspect(&text("999999999"), limits.with_rounds(u32::MAX)).is_ok());
    for huge in ["1000000000", "4294967295", "99999999999999999999"] {
        let outcome = inspect(&text(huge), limits.with_rounds(u32::MAX));
        assert_eq!(outcome, Err(above(999_999_999)));
    }
    let drupal = |log: &str| DRUPAL.replacen("$5", log, 1);
    let good = inspect(&drupal("$H"), limits);
    assert_eq!(good.unwrap(), "phpass-sha512 rounds=524288");
    assert_eq!(
        inspect(&drupal("$6"), limits.with_rounds(255)),
        Err(above(255))
    );
    assert!(inspect(&drupal("$S"), limits.with_rounds(u32::MAX)).is_ok());
    for huge in ["$T", "$U", "$z"] {
        let outcome = inspect(&drupal(huge), limits.with_rounds(u32::MAX));
        assert_eq!(outcome, Err(above(1 << 30)), "{huge}");
    }
}

proptest! {
    /// PW-05.
    #[test]
    fn no_text_makes_it_panic(
        prefix in prop::sample::select(vec![
            "$5$", "$6$", "$5$rounds=", "$6$rounds=1000$", "$5$salt$", "$S$", "$S$D", "$S$Dsaltsalt",
        ]),
        rest in ".{0,100}|[./0-9A-Za-z$=é]{0,100}",
    ) {
        let _ = Hash::from_stored(prefix.to_owned() + &rest).inspect(&Limits::default());
    }
}
