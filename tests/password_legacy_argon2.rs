//! Hashes of Argon2i and Argon2d, and of Argon2's first version, are verified and replaced.
#![cfg(feature = "password")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
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

use portcullis::password::{Error, Hash, Password};
use vectors::hasher;

const PUBLISHED: &str = include_str!("vectors/password/legacy/argon2.txt");
const OTHERS: &str = include_str!("vectors/password/legacy/argon2_others.txt");

/// PW-02: without the feature Argon2i and Argon2d are of no known scheme, and the first version of
/// Argon2id is of a known one.
#[cfg(not(feature = "legacy"))]
#[test]
fn argon2id_alone_is_known_without_the_feature() {
    for [_, scheme, password, text] in
        [vectors::lines::<4>(PUBLISHED), vectors::lines::<4>(OTHERS)].concat()
    {
        let password = Password::from(password);
        let outcome = hasher().verify(&password, Some(&Hash::from_stored(text)));
        let outcome = outcome.map(|verified| verified.needs_rehash());
        let expected = if scheme.starts_with("$argon2id$") {
            Ok(true)
        } else {
            Err(Error::UnknownScheme)
        };
        assert_eq!(outcome, expected, "{text}");
    }
}

#[cfg(feature = "legacy")]
mod known {
    use portcullis::password::{Limits, Parameter, Part};

    use super::*;
    use crate::vectors::{flip_all, lines, refuse_all, verify_all};

    /// PW-02: those of the reference implementation and of passlib.
    #[test]
    fn verifies_the_published_vectors() {
        verify_all(&hasher(), PUBLISHED, 21);
    }

    /// PW-02: made by the reference implementation and by PHP.
    #[test]
    fn verifies_what_other_implementations_made() {
        verify_all(&hasher(), OTHERS, 25);
    }

    /// PW-02: the function and the version that a text names are those that are computed.
    #[test]
    fn no_function_and_no_version_stands_for_another() {
        let names = ["$argon2i$", "$argon2d$", "$argon2id$"];
        let versions = ["v=16$", "v=19$"];
        let cheap = |line: &&[&str; 4]| !line[1].contains("m=65536");
        for [_, _, password, text] in lines::<4>(OTHERS).iter().filter(cheap) {
            let password = Password::from(*password);
            let of = |text: String| {
                let outcome = hasher().verify(&password, Some(&Hash::from_stored(text)));
                outcome.map(|verified| verified.needs_rehash())
            };
            assert_eq!(of((*text).to_owned()), Ok(true), "{text}");
            let name = names.iter().find(|name| text.starts_with(**name)).unwrap();
            for other in names.iter().filter(|other| *other != name) {
                let changed = text.replacen(name, other, 1);
                assert_eq!(of(changed), Err(Error::Wrong), "{text} as {other}");
            }
            match versions.iter().find(|version| text.contains(**version)) {
                Some(version) => {
                    let other = versions.iter().find(|other| *other != version).unwrap();
                    assert_eq!(of(text.replacen(version, other, 1)), Err(Error::Wrong));
                    // no version is the first
                    let unstated = text.replacen(version, "", 1);
                    let expected = if *version == "v=16$" {
                        Ok(true)
                    } else {
                        Err(Error::Wrong)
                    };
                    assert_eq!(of(unstated), expected, "{text}");
                }
                None => {
                    let stated = |version| text.replacen("$m=", &format!("${version}m="), 1);
                    assert_eq!(of(stated("v=16$")), Ok(true));
                    assert_eq!(of(stated("v=19$")), Err(Error::Wrong));
                }
            }
        }
    }

    /// PW-02.
    #[test]
    fn a_flipped_bit_never_verifies() {
        for how in [
            "argon2-cffi, least cost",
            "argon2-cffi, first version, unstated",
        ] {
            for [_, _, password, text] in lines::<4>(OTHERS).iter().filter(|line| line[0] == how) {
                flip_all(&hasher(), password, text);
            }
        }
    }

    /// PW-05: they are read as strictly as Argon2id, and held to the same ceilings.
    #[test]
    fn says_what_is_wrong_with_a_text() {
        use Error::{Malformed, UnknownScheme};
        for name in ["argon2i", "argon2d"] {
            refuse_all(
                &format!("${name}$v=19$m=64,t=2,p=1$c2FsdHNhbHQ$RMnFI7uYdpI2U48kI3du9Q"),
                &[
                    (&format!("${name}$"), &format!("${name}"), UnknownScheme),
                    (name, "argon2", UnknownScheme),
                    (name, "argon2di", UnknownScheme),
                    (name, "Argon2i", UnknownScheme),
                    (name, "argon2ii", UnknownScheme),
                    ("v=19", "v=18", Malformed(Part::Version)),
                    ("v=19$", "v=16$v=19$", Malformed(Part::Fields)),
                    ("m=64,", "", Malformed(Part::Cost)),
                    ("m=64", "m=064", Malformed(Part::Cost)),
                    ("t=2", "t=2,t=2", Malformed(Part::Cost)),
                    ("du9Q", "du9R", Malformed(Part::Tag)),
                    ("du9Q", "du9Q$", Malformed(Part::Fields)),
                    (
                        "m=64",
                        "m=262145",
                        Error::AboveLimit {
                            parameter: Parameter::Memory,
                            max: 262_144,
                        },
                    ),
                    (
                        "t=2",
                        "t=4294967295",
                        Error::AboveLimit {
                            parameter: Parameter::Passes,
                            max: 64,
                        },
                    ),
                ],
            );
        }
    }

    /// PW-05: of the reference's own tests the one that asks for 1 GiB is refused by its number.
    #[test]
    fn the_limit_of_the_memory_holds() {
        let text = "$argon2i$v=19$m=1048576,t=2,p=1$c29tZXNhbHQ$0Vh6ygkiw7XWqD7asxvuPE667zQu1hJ6VdGbI1GtH0E";
        let hash = Hash::from_stored(text);
        let refusal = Error::AboveLimit {
            parameter: Parameter::Memory,
            max: 262_144,
        };
        assert_eq!(hash.inspect(&Limits::default()), Err(refusal.clone()));
        let outcome = hasher().verify(&Password::from("password"), Some(&hash));
        assert_eq!(outcome, Err(refusal));
        let limits = Limits::default().with_memory_kib(1_048_576);
        assert!(hash.inspect(&limits).is_ok());
    }
}
