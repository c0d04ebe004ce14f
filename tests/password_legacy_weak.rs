//! Hashes of MD5 and hashes without a salt are verified where the feature is on, and nowhere else.
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
#[allow(
    dead_code,
    reason = "without the feature only the reading of files is used"
)]
mod vectors;

use portcullis::password::{Error, Hash, Limits, Password};
use vectors::hasher;

/// PW-02: without the feature none of these is of a known scheme.
#[cfg(not(feature = "legacy-weak"))]
#[test]
fn none_is_known_without_the_feature() {
    for file in [
        include_str!("vectors/password/legacy/weak.txt"),
        include_str!("vectors/password/legacy/weak_others.txt"),
    ] {
        for [_, _, password, text] in vectors::lines::<4>(file) {
            let hash = Hash::from_stored(text);
            let outcome = hasher().verify(&Password::from(password), Some(&hash));
            assert_eq!(outcome, Err(Error::UnknownScheme), "{text}");
        }
    }
}

/// PW-02: what holds the password itself, or nothing, never verifies.
#[test]
fn a_password_that_is_stored_as_it_is_never_verifies() {
    for text in [
        "",
        "password",
        "{noop}password",
        "{plain}password",
        "{PLAIN}password",
        "{CLEARTEXT}password",
        "plain$$password",
        "!",
        "!!",
        "*",
        "*0",
        "*LK*",
        "x",
        "!$2b$04$abcdefghijklmnopqrstuuCi15uRb1eH7NAlJ/TgeJertyknQpYn2",
        "*$5$rounds=1000$saltstring$s6A9K90fpv3yUqOP.baGbgOqQ5pQniJkMNlrTrnXwn.",
        "!5f4dcc3b5aa765d61d8327deb882cf99",
    ] {
        let hash = Hash::from_stored(text);
        assert_eq!(
            hash.inspect(&Limits::default()),
            Err(Error::UnknownScheme),
            "{text}"
        );
        for password in ["password", text, "x", "abc"] {
            let outcome = hasher().verify(&Password::from(password), Some(&hash));
            let expected = if password.is_empty() {
                Error::Empty
            } else {
                Error::UnknownScheme
            };
            assert_eq!(outcome, Err(expected), "{text}");
        }
    }
}

#[cfg(feature = "legacy-weak")]
mod known {
    use portcullis::password::{Error, Hash, Limits, Parameter, Part, Password};
    use proptest::prelude::*;

    use crate::vectors::{flip_all, hasher, lines, refuse_all, verify_all};

    fn malformed(part: Part) -> Error {
        Error::Malformed(part)
    }

    /// PW-02: of Apache, FreeBSD, the RFC and FIPS of the digests, and the test set of passlib.
    #[test]
    fn verifies_the_published_vectors() {
        let file = include_str!("../tests/vectors/password/legacy/weak.txt");
        verify_all(&hasher(), file, 75);
    }

    /// PW-02: made by libxcrypt, OpenSSL, Apache, PHP, passlib, WordPress, Django and OpenLDAP.
    #[test]
    fn verifies_what_other_implementations_made() {
        let file = include_str!("../tests/vectors/password/legacy/weak_others.txt");
        verify_all(&hasher(), file, 106);
    }

    /// PW-02: but that of a digest in hexadecimal to the other case of all its letters, which are
    /// more bits than one.
    #[test]
    fn a_flipped_bit_never_verifies() {
        let file = include_str!("../tests/vectors/password/legacy/weak_others.txt");
        let mut seen = Vec::new();
        for [how, scheme, password, text] in lines::<4>(file) {
            let start: String = text.chars().take_while(|c| !c.is_ascii_digit()).collect();
            let kind = (how, scheme, start.chars().take(6).collect::<String>());
            let slow = scheme.contains("8192") || how.contains("511");
            if !slow && !seen.contains(&kind) && password.starts_with("corr") {
                flip_all(&hasher(), password, text);
                seen.push(kind);
            }
        }
        assert!(seen.len() > 20);
    }

    /// PW-05: each is the good text with one thing wrong.
    #[test]
    fn says_what_is_wrong_with_a_text_of_md5_crypt() {
        use Part::{Fields, Salt, Tag};
        for name in ["$1$", "$apr1$"] {
            let good = format!("{name}saltsalt$BsXyQbZiQujHkdhwPwdol.");
            refuse_all(
                &good,
                &[
                    (name, &name[1..], Error::UnknownScheme),
                    (name, &name[..name.len() - 1], Error::UnknownScheme),
                    (name, &name.replace('1', "2"), Error::UnknownScheme),
                    (name, &name.replace('$', " $"), Error::UnknownScheme),
                    (&good, name, malformed(Fields)),
                    ("$Bs", "Bs", malformed(Fields)),
                    ("saltsalt", "saltsalt9", malformed(Salt)),
                    ("saltsalt", "salt:alt", malformed(Salt)),
                    ("saltsalt", "salt alt", malformed(Salt)),
                    ("saltsalt", "saltsal\n", malformed(Salt)),
                    ("saltsalt", "saltsalé", malformed(Salt)),
                    ("saltsalt$", "saltsalt$$", malformed(Tag)),
                    ("saltsalt", "rounds=1$saltsalt", malformed(Tag)),
                    ("dol.", "dol", malformed(Tag)),
                    ("dol.", "dol..", malformed(Tag)),
                    ("dol.", "dol.$", malformed(Tag)),
                    ("dol.", "dol2", malformed(Tag)), // a stray bit
                    ("dol.", "do=.", malformed(Tag)),
                    ("dol.", "dé.", malformed(Tag)),
                    ("BsXyQbZiQujHkdhwPwdol.", "", malformed(Tag)),
                ],
            );
        }
    }

    /// PW-05: each is the good text with one thing wrong.
    #[test]
    fn says_what_is_wrong_with_a_text_of_phpass() {
        use Part::{Cost, Salt, Tag};
        let above = Error::AboveLimit {
            parameter: Parameter::Rounds,
            max: 1_000_000,
        };
        let below = Error::BelowMinimum {
            parameter: Parameter::Rounds,
            min: 128,
        };
        for name in ["$P$", "$H$"] {
            let good = format!("{name}5./09AZazOS66B0WVt0s3cF2twVhCy1");
            refuse_all(
                &good,
                &[
                    (name, &name.to_lowercase(), Error::UnknownScheme),
                    (name, &name[..2], Error::UnknownScheme),
                    (name, "$P", Error::UnknownScheme),
                    (&good, name, malformed(Cost)),
                    ("$5", "$$", malformed(Cost)),
                    ("$5", "$é", malformed(Cost)),
                    ("$5", "$4", below.clone()),
                    ("$5", "$.", below.clone()),
                    ("$5", "$I", above.clone()),
                    ("$5", "$z", above.clone()),
                    (&good[4..], "./09AZa", malformed(Salt)),
                    ("./09AZaz", "./09AZ z", malformed(Salt)),
                    ("./09AZaz", "./09AZ$z", malformed(Salt)),
                    ("./09AZaz", "./09AZaé", malformed(Salt)),
                    ("hCy1", "hCy", malformed(Tag)),
                    ("hCy1", "hCy10", malformed(Tag)),
                    ("hCy1", "hCy2", malformed(Tag)), // a stray bit
                    ("hCy1", "hCy+", malformed(Tag)),
                    ("hCy1", "hCy1\n", malformed(Tag)),
                    ("OS66B0WVt0s3cF2twVhCy1", "", malformed(Tag)),
                ],
            );
        }
    }

    /// PW-05: each is the good text with one thing wrong.
    #[test]
    fn says_what_is_wrong_with_a_text_of_django() {
        use Part::{Fields, Salt, Tag};
        let unknown = Error::UnknownScheme;
        let of_sha1 = "bedece3169daeef5b650362022bd064a82980268";
        for (name, tag) in [("md5", &of_sha1[..32]), ("sha1", of_sha1)] {
            let good = format!("{name}$salt${tag}");
            refuse_all(
                &good,
                &[
                    (name, &name.to_uppercase(), unknown.clone()),
                    (name, "sha256", unknown.clone()),
                    (name, &format!("${name}"), unknown.clone()),
                    (name, "", unknown.clone()),
                    ("$salt", "", malformed(Fields)),
                    ("salt$", "$salt$", malformed(Tag)),
                    ("salt", "sa lt", malformed(Salt)),
                    ("salt", "salt\n", malformed(Salt)),
                    ("salt", "sält", malformed(Salt)),
                    ("salt", &"s".repeat(129), malformed(Salt)),
                    (tag, "", malformed(Tag)),
                    (tag, &tag[1..], malformed(Tag)),
                    (tag, &tag[2..], malformed(Tag)),
                    (tag, &format!("{tag}00"), malformed(Tag)),
                    (tag, &format!("{tag}$"), malformed(Tag)),
                    (tag, &tag.to_uppercase(), malformed(Tag)),
                    ("bede", "bedg", malformed(Tag)),
                    ("bede", "be+e", malformed(Tag)),
                    ("bede", "beé", malformed(Tag)),
                ],
            );
        }
    }

    /// PW-05: each is the good text with one thing wrong.
    #[test]
    fn says_what_is_wrong_with_a_text_of_ldap() {
        let (tag, unknown) = (malformed(Part::Tag), Error::UnknownScheme);
        refuse_all(
            "{SSHA}TLalk2z9xx1ymoZ6OakV0AjQtD4BBs4Q",
            &[
                ("{SSHA}", "{Ssha}", unknown.clone()),
                ("{SSHA}", "{SSHA", unknown.clone()),
                ("{SSHA}", "SSHA}", unknown.clone()),
                ("{SSHA}", "{SSHA384}", unknown.clone()),
                ("{SSHA}", " {SSHA}", unknown.clone()),
                ("{SSHA}", "{{SSHA}", unknown.clone()),
                ("{SSHA}", "{SSHA}{SSHA}", tag.clone()),
                ("{SSHA}", "{SHA}", tag.clone()),
                ("{SSHA}", "{SSHA256}", tag.clone()),
                ("TLalk2z9xx1ymoZ6OakV0AjQtD4BBs4Q", "", tag.clone()),
                (
                    "TLalk2z9xx1ymoZ6OakV0AjQtD4BBs4Q",
                    "q/eq1kOINtvlJqojGr3i0O73TUI=",
                    tag.clone(),
                ),
                ("Bs4Q", "Bs4", tag.clone()),
                ("Bs4Q", "Bs4Q=", tag.clone()),
                ("Bs4Q", "Bs4Q\n", tag.clone()),
                ("Bs4Q", "Bs-_", tag.clone()),
                ("Bs4Q", "Bsé", tag.clone()),
                ("Bs4Q", &"A".repeat(176), tag.clone()), // 129 bytes of salt
            ],
        );
        refuse_all(
            "{MD5}nMKuihunqT2jm0b8EBnEgQ==",
            &[
                ("gQ==", "gQ=", tag.clone()),
                ("gQ==", "gR==", tag.clone()), // a stray bit
                ("gQ==", "gQAA", tag.clone()),
                ("nMKu", "", tag.clone()),
                ("nMKu", "nMKunMKu", tag),
            ],
        );
    }

    /// PW-05: a digest alone is told by its length, and has one case.
    #[test]
    fn says_what_is_wrong_with_a_digest_alone() {
        let good = "abf7aad6438836dbe526aa231abde2d0eef74d42";
        let changes = [
            "", "a", "aa", "Abf7", "abf", "abf77", "abg7", " bf7", "+bf7", "bé7", "0xbf",
        ];
        let table = changes.map(|to| ("abf7", to, Error::UnknownScheme));
        refuse_all(good, &table);
        refuse_all(
            &good.to_uppercase(),
            &[("ABF7", "aBF7", Error::UnknownScheme)],
        );
        let longer = good.repeat(4);
        for len in 0..=longer.len() {
            let hash = Hash::from_stored(&longer[..len]);
            let known = hash.inspect(&Limits::default()).is_ok();
            assert_eq!(known, [32, 40, 64, 128].contains(&len), "{len}");
        }
    }

    /// PW-16: a NUL does not end a password.
    #[test]
    fn nul_is_a_byte_like_others() {
        let file = include_str!("../tests/vectors/password/legacy/weak_others.txt");
        for [_, _, password, text] in lines::<4>(file) {
            let hash = Hash::from_stored(text);
            for password in [format!("{password}\0"), format!("{password}\0x")] {
                let outcome = hasher().verify(&Password::from(password), Some(&hash));
                assert_eq!(outcome, Err(Error::Wrong), "{text}");
            }
        }
    }

    proptest! {
        /// PW-05.
        #[test]
        fn no_text_makes_it_panic(
            prefix in prop::sample::select(vec![
                "", "$1$", "$apr1$", "$1$salt$", "$P$", "$H$B", "$P$Bsaltsalt", "md5$", "sha1$salt$",
                "md5$$", "{MD5}", "{SMD5}", "{SHA}", "{SSHA}", "{ssha}", "{SSHA512}",
            ]),
            rest in ".{0,130}|[./0-9A-Za-z$=+é]{0,100}|[0-9a-f]{30,130}",
        ) {
            let _ = Hash::from_stored(prefix.to_owned() + &rest).inspect(&Limits::default());
        }
    }
}
