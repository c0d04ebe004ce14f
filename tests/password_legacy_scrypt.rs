//! Hashes of scrypt that others made are verified, and nothing that they ask for does harm.
#![cfg(feature = "legacy")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    clippy::string_slice,
    reason = "tests stop at what they did not expect"
)]

#[path = "password_legacy/vectors.rs"]
mod vectors;

use portcullis::password::{Error, Hash, Limits, Parameter, Part, Password};
use proptest::prelude::*;
use vectors::{flip_all, hasher, refuse_all, verify_all};

fn above(parameter: Parameter, max: u32) -> Error {
    Error::AboveLimit { parameter, max }
}

fn below(parameter: Parameter, min: u32) -> Error {
    Error::BelowMinimum { parameter, min }
}

fn malformed(part: Part) -> Error {
    Error::Malformed(part)
}

const MEMORY: Error = Error::AboveLimit {
    parameter: Parameter::Memory,
    max: 262_144,
};

/// PW-02.
#[test]
fn verifies_the_published_vectors() {
    let file = include_str!("vectors/password/legacy/scrypt.txt");
    verify_all(&hasher(), file, 9);
}

/// PW-02: made by passlib, Django, Werkzeug, libxcrypt and libsodium.
#[test]
fn verifies_what_other_implementations_made() {
    let file = include_str!("vectors/password/legacy/scrypt_others.txt");
    verify_all(&hasher(), file, 17);
}

/// PW-02.
#[test]
fn a_flipped_bit_never_verifies() {
    let file = include_str!("vectors/password/legacy/scrypt_others.txt");
    for how in [
        "passlib, least cost",
        "Django, another cost",
        "Werkzeug, another cost",
        "libxcrypt, least block size",
    ] {
        let lines = vectors::lines::<4>(file);
        let [_, _, password, text] = lines.iter().find(|line| line[0] == how).unwrap();
        flip_all(&hasher(), password, text);
    }
}

/// PW-05: each is the good text with one thing wrong.
#[test]
fn says_what_is_wrong_with_a_text_of_phc_or_passlib() {
    use Part::{Cost, Fields, Salt, Tag};
    let salt = "wlhLyXmP8b53bm1NKYVQqg";
    let tag = "mTpvG8lzuuDk+DWz8HZIB6Vum6erDuUm0As5yU+VxWA";
    let long = "A".repeat(1024);
    refuse_all(
        &format!("$scrypt$ln=8,r=8,p=1${salt}${tag}"),
        &[
            ("$scrypt$", "scrypt", Error::UnknownScheme),
            ("$scrypt$", "$Scrypt$", Error::UnknownScheme),
            ("$scrypt$", "$scrypt$v=1$", malformed(Fields)),
            ("$ln", "$$ln", malformed(Fields)),
            (salt, "x$y", malformed(Fields)),
            (tag, &format!("{tag}$"), malformed(Fields)),
            (tag, &format!("{tag}$x"), malformed(Fields)),
            ("ln=8,r=8", "r=8,ln=8", malformed(Cost)),
            ("ln=8", "ln=8,ln=8", malformed(Cost)),
            ("ln=8,", "", malformed(Cost)),
            ("r=8", "r=8,r=8", malformed(Cost)),
            (",p=1", "", malformed(Cost)),
            ("p=1", "p=1,p=1", malformed(Cost)),
            ("p=1", "p=1,", malformed(Cost)),
            ("p=1", "p=1,l=32", malformed(Cost)),
            ("ln=8", "ln=", malformed(Cost)),
            ("ln=8", "ln=08", malformed(Cost)),
            ("ln=8", "ln=+8", malformed(Cost)),
            ("ln=8", "ln=-8", malformed(Cost)),
            ("ln=8", "ln= 8", malformed(Cost)),
            ("ln=8", "ln=\u{668}", malformed(Cost)),
            ("ln=8", "ln=0x8", malformed(Cost)),
            ("ln=8", "ln=0", below(Parameter::ScryptCost, 2)),
            ("ln=8", "ln=19", MEMORY),
            ("ln=8", "ln=40", MEMORY),
            ("ln=8", "ln=64", MEMORY),
            ("ln=8", "ln=256", MEMORY),
            ("ln=8", "ln=264", MEMORY), // 8 in eight bits
            ("ln=8", "ln=4000000000", MEMORY),
            ("ln=8", "ln=18446744073709551624", MEMORY), // 8 in 64 bits
            ("r=8", "r=0", below(Parameter::BlockSize, 1)),
            ("r=8", "r=256", above(Parameter::BlockSize, 255)),
            ("r=8", "r=4294967304", above(Parameter::BlockSize, 255)),
            (
                "r=8,p=1",
                "r=65536,p=65536",
                above(Parameter::BlockSize, 255),
            ),
            ("r=8,p=1", "r=8,p=65536", above(Parameter::Lanes, 16)),
            ("p=1", "p=0", below(Parameter::Lanes, 1)),
            ("p=1", "p=17", above(Parameter::Lanes, 16)),
            ("p=1", "p=4000000000", above(Parameter::Lanes, 16)),
            (
                "ln=8,r=8,p=1",
                "ln=18,r=8,p=9",
                above(Parameter::Work, 2_097_152),
            ),
            (salt, "", malformed(Salt)),
            (salt, &long[..172], malformed(Salt)), // 129 bytes
            (salt, "wlhLyXmP8b53bm1NKYVQqg==", malformed(Salt)),
            (salt, "wlhLyXmP8b53bm1NKYVQqh", malformed(Salt)), // a stray bit
            (salt, "wlhLyXmP8b53bm1NKYVQq.", malformed(Salt)),
            (salt, "wlhLyXmP8b53bm1NKYVQqé", malformed(Salt)),
            (salt, &long[..900], malformed(Salt)),
            (salt, &long, Error::HashTooLong),
            (tag, "", malformed(Tag)),
            (tag, &tag[..15], malformed(Tag)),  // 11 bytes
            (tag, &long[..87], malformed(Tag)), // 65 bytes
            ("VxWA", "VxWB", malformed(Tag)),
            ("VxWA", "VxWA=", malformed(Tag)),
            ("VxWA", "VxWA\n", malformed(Tag)),
        ],
    );
}

/// PW-05: each is the good text with one thing wrong.
#[test]
fn says_what_is_wrong_with_a_text_of_crypt() {
    use Part::{Cost, Fields, Salt, Tag};
    let tag = "ENlyo6fGw4PCcDBOFepfSZjFUnVatHzCcW55.ZGz3B0";
    let salt = "SodiumChloride";
    refuse_all(
        &format!("$7$06..../....{salt}${tag}"),
        &[
            ("$7$", "$8$", Error::UnknownScheme),
            ("$7$", "7$", Error::UnknownScheme),
            ("$7$", "$7$$", malformed(Fields)),
            (&format!("${tag}"), "", malformed(Fields)),
            (tag, &format!("{tag}$"), malformed(Fields)),
            ("06..../....SodiumChloride", "", malformed(Fields)),
            ("06..../....SodiumChloride", "06..../...", malformed(Fields)),
            (
                "06..../....SodiumChloride",
                "06..../...é",
                malformed(Fields),
            ),
            ("06", "-6", malformed(Cost)),
            ("06", "0:", malformed(Cost)),
            ("06..../....S", "06....é...S", malformed(Cost)),
            ("06", ".6", below(Parameter::ScryptCost, 2)),
            ("06", "H6", MEMORY),
            ("06", "z6", MEMORY),
            ("6....", ".....", below(Parameter::BlockSize, 1)),
            ("6....", "zzzzz", above(Parameter::BlockSize, 255)),
            ("/....", ".....", below(Parameter::Lanes, 1)),
            ("/....", "F....", above(Parameter::Lanes, 16)),
            ("/....", "zzzzz", above(Parameter::Lanes, 16)),
            (salt, "", malformed(Salt)),
            (salt, &"x".repeat(129), malformed(Salt)),
            (salt, "Sodium Chloride", malformed(Salt)),
            (salt, "Sodium\u{7F}", malformed(Salt)),
            (salt, "Sodiumé", malformed(Salt)),
            (tag, "", malformed(Tag)),
            ("z3B0", "z3B", malformed(Tag)),
            ("z3B0", "z3B0.", malformed(Tag)),
            ("z3B0", "z3BE", malformed(Tag)), // a stray bit
            ("z3B0", "z3B+", malformed(Tag)),
        ],
    );
}

/// PW-05: each is the good text with one thing wrong.
#[test]
fn says_what_is_wrong_with_a_text_of_django() {
    use Part::{Cost, Fields, Salt, Tag};
    let tag =
        "Qj3+9PPyRjSJIebHnG81TMjsqtaIGxNQG/aEB/NYafTJ7tibgfYz71m0ldQESkXFRkdVCBhhY8mx7rQwite/Pw==";
    refuse_all(
        &format!("scrypt$16384$seasalt$8$1${tag}"),
        &[
            ("scrypt$", "$scrypt$", malformed(Fields)),
            ("scrypt$", "scrypt2$", Error::UnknownScheme),
            ("$8$1$", "$8$", malformed(Fields)),
            ("seasalt", "sea$salt", malformed(Fields)),
            (tag, &format!("{tag}$"), malformed(Fields)),
            ("16384$seasalt$", "seasalt$16384$", malformed(Cost)),
            ("16384", "", malformed(Cost)),
            ("16384", "016384", malformed(Cost)),
            ("16384", "+16384", malformed(Cost)),
            ("16384", "16_384", malformed(Cost)),
            ("16384", "16383", malformed(Cost)), // no power of two
            ("16384", "16385", malformed(Cost)),
            ("16384", "0", below(Parameter::ScryptCost, 2)),
            ("16384", "1", below(Parameter::ScryptCost, 2)),
            ("16384", "524288", MEMORY),
            ("16384", "1099511627776", MEMORY),        // 2^40
            ("16384", "18446744073709551616", MEMORY), // 2^64
            ("$8$1$", "$0$1$", below(Parameter::BlockSize, 1)),
            ("$8$1$", "$256$1$", above(Parameter::BlockSize, 255)),
            ("$8$1$", "$65536$65536$", above(Parameter::BlockSize, 255)),
            ("$8$1$", "$8$0$", below(Parameter::Lanes, 1)),
            ("$8$1$", "$8$17$", above(Parameter::Lanes, 16)),
            ("$8$1$", "$08$1$", malformed(Cost)),
            ("$8$1$", "$8$01$", malformed(Cost)),
            ("seasalt", "", malformed(Salt)),
            ("seasalt", &"x".repeat(129), malformed(Salt)),
            ("seasalt", "sea salt", malformed(Salt)),
            ("seasalt", "sélt", malformed(Salt)),
            ("Pw==", "Pw=", malformed(Tag)),
            ("Pw==", "Pw", malformed(Tag)),
            ("Pw==", "Px==", malformed(Tag)), // a stray bit
            ("ite/Pw==", "", malformed(Tag)), // 60 bytes
        ],
    );
}

/// PW-05: each is the good text with one thing wrong.
#[test]
fn says_what_is_wrong_with_a_text_of_werkzeug() {
    use Part::{Cost, Fields, Salt, Tag};
    let tag = "9b7c6765c02517d2cf2defe13630f3fa".repeat(4);
    refuse_all(
        &format!("scrypt:16:2:3$AKu05lzc${tag}"),
        &[
            ("scrypt:", "scrypt;", Error::UnknownScheme),
            ("$AKu05lzc", "", malformed(Fields)),
            ("AKu05lzc", "AKu0$5lzc", malformed(Fields)),
            (&tag, &format!("{tag}$"), malformed(Fields)),
            (":16:2:3", ":", malformed(Cost)),
            (":16:2:3", ":16:2", malformed(Cost)),
            (":16:2:3", ":16:2:3:", malformed(Cost)),
            (":16:2:3", ":16:2:3:3", malformed(Cost)),
            (":16:2:3", ":16:2:", malformed(Cost)),
            (":16:", ":016:", malformed(Cost)),
            (":16:", ":24:", malformed(Cost)), // no power of two
            (":16:", ":1:", below(Parameter::ScryptCost, 2)),
            (":16:2:", ":262144:9:", MEMORY),
            (":16:", ":1099511627776:", MEMORY),
            (":2:", ":0:", below(Parameter::BlockSize, 1)),
            (":2:3", ":65536:65536", above(Parameter::BlockSize, 255)),
            (":3$", ":0$", below(Parameter::Lanes, 1)),
            (":3$", ":17$", above(Parameter::Lanes, 16)),
            ("AKu05lzc", "", malformed(Salt)),
            ("AKu05lzc", &"x".repeat(129), malformed(Salt)),
            ("AKu05lzc", "AKu0 lzc", malformed(Salt)),
            (&tag, &tag[1..], malformed(Tag)), // half a byte
            (&tag, &tag[2..], malformed(Tag)),
            (&tag, &format!("{tag}00"), malformed(Tag)),
            (&tag, &tag.to_uppercase(), malformed(Tag)),
            ("9b7c", "9b7g", malformed(Tag)),
            ("9b7c", "+b7c", malformed(Tag)),
            ("9b7c", "éb7", malformed(Tag)),
        ],
    );
}

/// PW-05: each is the good text with one thing wrong.
#[test]
fn says_what_is_wrong_with_a_text_of_spring() {
    use Part::{Cost, Fields, Salt, Tag};
    refuse_all(
        "$50302$8O3q5+Th3ts=$8hY0M3O4Pjeq0RNauWapM94c8mgGdcfp1EB/okHu0jg=",
        &[
            ("$50302", "50302", Error::UnknownScheme),
            ("$50302", "$0302", Error::UnknownScheme),
            ("$50302", "$5030g", Error::UnknownScheme),
            ("$50302", "$5030A", Error::UnknownScheme),
            ("$50302", "$1050302", Error::UnknownScheme),
            ("$50302", "$050302", malformed(Cost)),
            ("$50302", "$00302", malformed(Cost)),
            ("$50302", "$280802", MEMORY),
            ("$50302", "$ff0802", MEMORY),
            ("$50302", "$50002", below(Parameter::BlockSize, 1)),
            ("$50302", "$50300", below(Parameter::Lanes, 1)),
            ("$50302", "$50311", above(Parameter::Lanes, 16)),
            ("$8O3q5+Th3ts=", "", malformed(Fields)),
            ("$8O3q5+Th3ts=", "$$8O3q5+Th3ts=", malformed(Fields)),
            ("u0jg=", "u0jg=$", malformed(Fields)),
            ("8O3q5+Th3ts=", "", malformed(Salt)),
            ("8O3q5+Th3ts=", "8O3q5+Th3ts", malformed(Salt)),
            ("8O3q5+Th3ts=", "8O3q5+Th3tt=", malformed(Salt)), // a stray bit
            ("8O3q5+Th3ts=", "8O3q5-Th3ts=", malformed(Salt)),
            ("u0jg=", "u0jg", malformed(Tag)),
            ("u0jg=", "u0jh=", malformed(Tag)),
        ],
    );
}

/// PW-05: up to the limit and not above, in memory, in parallelism, and in both together.
#[test]
fn the_limits_are_those_of_the_hasher() {
    let hash = |cost: &str| Hash::from_stored(format!("$scrypt${cost}$TmFDbA${}", "A".repeat(43)));
    let limits = Limits::default();
    for (cost, limits, outcome) in [
        ("ln=18,r=8,p=1", limits, Ok(())),
        ("ln=18,r=8,p=8", limits, Ok(())),
        ("ln=18,r=9,p=1", limits, Err(MEMORY)),
        ("ln=20,r=8,p=1", limits, Err(MEMORY)), // the largest vector of RFC 7914
        ("ln=20,r=8,p=1", limits.with_memory_kib(1 << 20), Ok(())),
        ("ln=1,r=255,p=16", limits, Ok(())),
        ("ln=3,r=1,p=1", limits.with_memory_kib(1), Ok(())),
        (
            "ln=4,r=1,p=1",
            limits.with_memory_kib(1),
            Err(above(Parameter::Memory, 1)),
        ), // 2 KiB
        (
            "ln=1,r=5,p=1", // 1,280 bytes
            limits.with_memory_kib(1),
            Err(above(Parameter::Memory, 1)),
        ),
        (
            "ln=3,r=1,p=2",
            limits.with_lanes(1),
            Err(above(Parameter::Lanes, 1)),
        ),
        (
            "ln=22,r=8,p=1",
            limits.with_memory_kib(u32::MAX),
            Err(above(Parameter::Work, 2_097_152)),
        ),
        (
            "ln=40,r=8,p=1",
            limits.with_memory_kib(u32::MAX),
            Err(above(Parameter::Work, 2_097_152)),
        ),
    ] {
        assert_eq!(hash(cost).inspect(&limits).map(|_| ()), outcome, "{cost}");
    }
    let small = hasher().with_limits(limits.with_memory_kib(8)).unwrap();
    let verified = small.verify(&Password::from("x"), Some(&hash("ln=10,r=8,p=1")));
    assert_eq!(verified, Err(above(Parameter::Memory, 8)));
}

/// PW-05, S0-15: in a process that may not have the memory, admitted as it is, the answer is an
/// error and not the end of the process.
#[cfg(target_os = "linux")]
#[test]
fn memory_that_cannot_be_had_is_an_error() {
    const IS_CHILD: &str = "PORTCULLIS_TEST_SHORT_OF_MEMORY";
    if std::env::var_os(IS_CHILD).is_some() {
        let largest = format!("$scrypt$ln=18,r=8,p=1$TmFDbA${}", "A".repeat(43));
        let verified = hasher().verify(&Password::from("x"), Some(&Hash::from_stored(largest)));
        assert_eq!(verified, Err(Error::Memory));
        return;
    }
    let child = std::process::Command::new("sh")
        .args(["-c", "ulimit -v 250000 && exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "memory_that_cannot_be_had_is_an_error",
            "--test-threads=1",
        ])
        .env(IS_CHILD, "")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{said}");
}

proptest! {
    /// PW-05.
    #[test]
    fn no_text_makes_it_panic(
        begin in prop::sample::select(vec!["$scrypt$", "$scrypt$ln=", "$7$", "scrypt$", "scrypt:", "$e0801$", "$fffff"]),
        rest in "([0-9a-f=,:$./lnrp]{0,40}|.{0,300})",
    ) {
        let _ = Hash::from_stored(format!("{begin}{rest}")).inspect(&Limits::default());
    }

    /// PW-05: whatever the three numbers are, in whatever form, what is admitted is small.
    #[test]
    fn whatever_is_admitted_is_within_the_limits(
        n in prop_oneof![0..=u64::MAX, (0..64_u32).prop_map(|log_n| 1 << log_n)],
        (r, p) in (prop_oneof![0..=u32::MAX, 0..=300_u32], prop_oneof![0..=u32::MAX, 0..=20_u32]),
    ) {
        let tag = "00".repeat(64);
        let hash = Hash::from_stored(format!("scrypt:{n}:{r}:{p}$salt${tag}"));
        if hash.inspect(&Limits::default()).is_ok() {
            prop_assert!(n >= 2 && n.is_power_of_two() && r >= 1 && (1..=16).contains(&p));
            let memory = u128::from(n) * u128::from(r) * 128;
            prop_assert!(memory <= 256 << 20);
            prop_assert!(memory * u128::from(p) <= 2 << 30);
        }
    }
}
