//! Hashes of Spring Security are verified, each under the id of its own scheme.
#![cfg(feature = "legacy")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "tests stop at what they did not expect"
)]

#[path = "password_legacy/vectors.rs"]
mod vectors;

use portcullis::password::{Error, Hash, Limits, Parameter, Part, Password};
use proptest::prelude::*;
use vectors::{flip_all, hasher, refuse_all, verify_all};

const PREFIX: Error = Error::Malformed(Part::Prefix);
const TAG: Error = Error::Malformed(Part::Tag);

fn refusal(text: &str) -> Error {
    let inspected = Hash::from_stored(text).inspect(&Limits::default());
    inspected.unwrap_err()
}

/// PW-02: the Argon2 among them is no hash of another system, and yet not of today's function.
#[test]
fn verifies_the_published_vectors() {
    let file = include_str!("vectors/password/legacy/spring.txt");
    verify_all(&hasher(), file, 5);
}

/// PW-02: computed by what computes for Spring Security, the JDK and Bouncy Castle.
#[test]
fn verifies_what_other_implementations_made() {
    let file = include_str!("vectors/password/legacy/spring_others.txt");
    verify_all(&hasher(), file, 12);
}

/// PW-02.
#[test]
fn a_flipped_bit_never_verifies() {
    let standard =
        "{sha256}97cde38028ad898ebc02e690819fa220e88c62e0699403e94fff291cfffaf8410849f27605abcbc0";
    let scrypt = "{scrypt}$50302$8O3q5+Th3ts=$8hY0M3O4Pjeq0RNauWapM94c8mgGdcfp1EB/okHu0jg=";
    for (password, text) in [("password", standard), ("without its id", scrypt)] {
        let hash = Hash::from_stored(text);
        assert!(
            hasher()
                .verify(&Password::from(password), Some(&hash))
                .is_ok(),
            "{text}"
        );
        flip_all(&hasher(), password, text);
    }
}

/// PW-02, PW-03: behind its id an Argon2 hash is what it is alone, and asks for nothing better.
#[test]
fn todays_hash_behind_an_id_is_todays() {
    let password = Password::from("correct horse battery staple");
    let alone = hasher().hash(&password).unwrap();
    for id in ["{argon2}", "{argon2@SpringSecurity_v5_8}"] {
        let hash = Hash::from_stored(format!("{id}{}", alone.as_str()));
        let verified = hasher().verify(&password, Some(&hash)).unwrap();
        assert!(!verified.needs_rehash());
        let limits = Limits::default();
        assert_eq!(hash.inspect(&limits), alone.inspect(&limits));
    }
}

/// PW-02.
#[test]
fn an_id_admits_only_the_scheme_that_it_names() {
    let argon2 =
        "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc";
    let bcrypt = "$2a$10$dXJ3SW6G7P50lGmMkkmwe.20cQQubK3.HZWzG3YB1tlRy.fqvM/BG";
    let scrypt = "$50302$8O3q5+Th3ts=$8hY0M3O4Pjeq0RNauWapM94c8mgGdcfp1EB/okHu0jg=";
    let crypt = "$7$06..../....SodiumChloride$ENlyo6fGw4PCcDBOFepfSZjFUnVatHzCcW55.ZGz3B0";
    let pbkdf2 = "5d923b44a6d129f3ddf3e3c8d29412723dcbde72445e8ef6bf3b508fbf17fa4ed4d6b99ca763d8dc";
    let pbkdf2_5_8 = "f0edeae7e4e1dedbd8d5d2cfccc9c6c3172739b0ca6d2758edfaa2269420a121e5cafd1b48bc17be74d505933ba96b63";
    let ldap = "{SSHA}igvD9lOiTXm16dmOw0YWRb9OjK2ThZvdQku2EQ==";
    for (id, texts, error) in [
        ("argon2", [bcrypt, scrypt, pbkdf2, ldap, crypt, ""], PREFIX),
        (
            "argon2@SpringSecurity_v5_8",
            [bcrypt, scrypt, pbkdf2, ldap, crypt, ""],
            PREFIX,
        ),
        ("bcrypt", [argon2, scrypt, pbkdf2, ldap, crypt, ""], PREFIX),
        ("scrypt", [argon2, bcrypt, pbkdf2, ldap, crypt, ""], PREFIX),
        (
            "scrypt@SpringSecurity_v5_8",
            [argon2, bcrypt, pbkdf2, ldap, crypt, ""],
            PREFIX,
        ),
        ("ldap", [argon2, bcrypt, scrypt, pbkdf2, crypt, ""], PREFIX),
        (
            "pbkdf2",
            [argon2, bcrypt, scrypt, pbkdf2_5_8, ldap, ""],
            TAG,
        ),
        (
            "pbkdf2@SpringSecurity_v5_8",
            [argon2, bcrypt, scrypt, pbkdf2, ldap, ""],
            TAG,
        ),
        (
            "sha256",
            [argon2, bcrypt, scrypt, pbkdf2_5_8, ldap, ""],
            TAG,
        ),
    ] {
        for text in texts {
            assert_eq!(refusal(&format!("{{{id}}}{text}")), error, "{id} {text}");
        }
        // an id before an id is not the scheme either
        let twice = format!("{{{id}}}{{{id}}}{argon2}");
        assert_eq!(refusal(&twice), error, "{id}");
    }
}

/// PW-02: neither the password itself, nor what nobody knows.
#[test]
fn plain_text_and_unknown_ids_never_verify() {
    let password = Password::from("password");
    for text in [
        "{noop}password",
        "{NOOP}password",
        "{plain}password",
        "{}password",
        "{",
        "{bcrypt",
        "{}",
        "{MD4}{KYp8/QErWyQemYazZQ8UnWWfbGbkYkVC8qMi0duoA84=}152ce09d3261d2b53cac55b2ea4d1c7a",
        "{Argon2}$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
        "{argon2 }$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
        " {argon2}$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
        "{null}5d923b44a6d129f3ddf3e3c8d29412723dcbde72445e8ef6bf3b508fbf17fa4ed4d6b99ca763d8dc",
        "5d923b44a6d129f3ddf3e3c8d29412723dcbde72445e8ef6bf3b508fbf17fa4ed4d6b99ca763d8dc",
        "password",
        "",
    ] {
        let hash = Hash::from_stored(text);
        let verified = hasher().verify(&password, Some(&hash));
        assert_eq!(verified, Err(Error::UnknownScheme), "{text}");
    }
}

/// PW-05: behind an id, too, what is asked for is held to the limits.
#[test]
fn the_limits_hold_behind_an_id() {
    let above = |parameter, max| Error::AboveLimit { parameter, max };
    let tag = "A".repeat(43);
    assert_eq!(
        refusal(&format!(
            "{{argon2}}$argon2id$v=19$m=4194304,t=1,p=1$c29tZXNhbHQ${tag}"
        )),
        above(Parameter::Memory, 2_097_152),
    );
    assert_eq!(
        refusal(&format!("{{scrypt}}$280801$8O3q5+Th3ts=${tag}=")),
        above(Parameter::Memory, 262_144),
    );
    let pbkdf2 = format!("{{pbkdf2}}{}", "00".repeat(40));
    let limits = Limits::default().with_iterations(369_999); // 185,000 for each of two blocks
    let inspected = Hash::from_stored(pbkdf2.as_str()).inspect(&limits);
    assert_eq!(inspected, Err(above(Parameter::Iterations, 369_999)));
    let limits = limits.with_iterations(370_000);
    assert!(Hash::from_stored(pbkdf2).inspect(&limits).is_ok());
}

/// PW-05: each is the good text with one thing wrong.
#[test]
fn says_what_is_wrong_with_a_text_without_fields() {
    refuse_all(
        "{sha256}97cde38028ad898ebc02e690819fa220e88c62e0699403e94fff291cfffaf8410849f27605abcbc0",
        &[
            ("{sha256}", "{sha512}", Error::UnknownScheme),
            ("97cd", "", TAG),
            ("97cd", "7cd", TAG), // half a byte
            ("97cd", "97cdcd", TAG),
            ("97cd", "97CD", TAG),
            ("97cd", "97cg", TAG),
            ("97cd", "+7cd", TAG),
            ("97cd", "éc", TAG),
            ("97cd", "é7c", TAG),
            ("bc0", "bc0\n", TAG),
        ],
    );
    refuse_all(
        "{pbkdf2}5d923b44a6d129f3ddf3e3c8d29412723dcbde72445e8ef6bf3b508fbf17fa4ed4d6b99ca763d8dc",
        &[
            ("5d92", "", TAG),
            ("5d92", "5d9", TAG),
            ("5d92", "5d9292", TAG),
            ("5d92", "5D92", TAG),
        ],
    );
}

proptest! {
    /// PW-05.
    #[test]
    fn no_text_makes_it_panic(
        id in prop::sample::select(vec![
            "argon2", "argon2@SpringSecurity_v5_8", "bcrypt", "scrypt", "ldap", "pbkdf2",
            "pbkdf2@SpringSecurity_v5_8", "sha256", "MD5", "SHA-1", "SHA-256", "noop", "",
        ]),
        rest in "([0-9a-f]{0,100}|[$][0-9a-f$]{0,100}|[{][a-f]{0,2}[}]?[0-9a-f]{0,100}|.{0,300})",
    ) {
        let _ = Hash::from_stored(format!("{{{id}}}{rest}")).inspect(&Limits::default());
    }
}

/// PW-02: one digest, as MessageDigestPasswordEncoder computes it.
#[cfg(feature = "legacy-weak")]
mod weak {
    use super::*;

    #[test]
    fn verifies_the_published_vectors() {
        let file = include_str!("vectors/password/legacy/spring_weak.txt");
        verify_all(&hasher(), file, 10);
    }

    #[test]
    fn a_flipped_bit_never_verifies() {
        let file = include_str!("vectors/password/legacy/spring_weak.txt");
        for [_, _, password, text] in vectors::lines::<4>(file) {
            flip_all(&hasher(), password, text);
        }
    }

    /// PW-05: each is the good text with one thing wrong.
    #[test]
    fn says_what_is_wrong_with_a_text() {
        const SALT: Error = Error::Malformed(Part::Salt);
        refuse_all(
            "{MD5}{salt}ce421738b1c5540836bdc8ff707f1572",
            &[
                ("{MD5}", "{md5}", Error::UnknownScheme),
                ("{MD5}", "{SHA-1}", TAG),
                ("{salt}", "{sa lt}", SALT),
                ("{salt}", "{sält}", SALT),
                ("{salt}", &format!("{{{}}}", "x".repeat(129)), SALT),
                ("{salt}", "{salt", TAG),
                ("{salt}", "salt}", TAG),
                ("{salt}", "{salt}{salt}", TAG),
                ("{salt}", "{{salt}}", TAG),
                ("1572", "157", TAG),
                ("1572", "15", TAG),
                ("1572", "157200", TAG),
                ("ce42", "CE42", TAG),
                ("ce42", "", TAG),
            ],
        );
    }
}

/// PW-02: a digest that is computed once is of no scheme without `legacy-weak`.
#[cfg(not(feature = "legacy-weak"))]
#[test]
fn one_digest_never_verifies() {
    for [_, _, password, text] in
        vectors::lines::<4>(include_str!("vectors/password/legacy/spring_weak.txt"))
    {
        let hash = Hash::from_stored(text);
        let verified = hasher().verify(&Password::from(password), Some(&hash));
        assert_eq!(verified, Err(Error::UnknownScheme), "{text}");
    }
}
