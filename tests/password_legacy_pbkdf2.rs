//! Hashes of PBKDF2 that others made are verified, and nothing that they ask for does harm.
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

use data_encoding::BASE64;
use portcullis::password::{Error, Form, Hash, Limits, Parameter, Part, Password};
use proptest::prelude::*;
use vectors::{flip_all, hasher, refuse_all, verify_all};

const TOO_MANY: Error = Error::AboveLimit {
    parameter: Parameter::Iterations,
    max: 10_000_000,
};
const TOO_FEW: Error = Error::BelowMinimum {
    parameter: Parameter::Iterations,
    min: 1,
};

fn malformed(part: Part) -> Error {
    Error::Malformed(part)
}

/// PW-02.
#[test]
fn verifies_the_published_vectors() {
    let file = include_str!("vectors/password/legacy/pbkdf2.txt");
    verify_all(&hasher(), file, 27);
}

/// PW-02: made by Django, passlib, Werkzeug, Grub and two packages of npm.
#[test]
fn verifies_what_other_implementations_made() {
    let file = include_str!("vectors/password/legacy/pbkdf2_others.txt");
    verify_all(&hasher(), file, 25);
}

/// PW-02.
#[test]
fn a_flipped_bit_never_verifies() {
    let limits = Limits::default().with_iterations(1000); // a flipped bit may ask for millions
    let hasher = hasher().with_limits(limits).unwrap();
    for (password, text) in [
        (
            "Grüße, 世界",
            "pbkdf2_sha256$1$0$WHm1ErNnzH66VVVCeZv+y5hvh3n7/gs4swCsbdendC0=",
        ),
        (
            "one byte of salt",
            "$pbkdf2-sha256$7$.w$1dL3XnjKkNTBrKjPALg3RwIWj0F8Xs.m/YzCyiyLpcc",
        ),
        (
            "passwd",
            "$pbkdf2-sha256$i=1,l=64$c2FsdA$VawEblbjCJ/sFpHCJUS2BflBhSFt3gRl5oudV8INrLxJypzM8Xm2RZkWZLOdd+8xfHG4RbHjC9UJESBB06GXgw",
        ),
        (
            "my password",
            "AQAAAAIAAAAyAAAAEOMwvh3+FZxqkdMBz2ekgGhwQ4B6pZWND6zgESBuWiHw",
        ),
    ] {
        let hash = Hash::from_stored(text);
        assert!(
            hasher
                .verify(&Password::from(password), Some(&hash))
                .is_ok(),
            "{text}"
        );
        flip_all(&hasher, password, text);
    }
}

/// PW-15: Django hashes what was typed. Where no form is recorded, that is tried too; where one is,
/// nothing else.
#[test]
fn a_password_that_was_hashed_as_it_was_typed_verifies() {
    let file = include_str!("vectors/password/legacy/pbkdf2_others.txt");
    let lines = vectors::lines::<4>(file);
    let how = "Django, as typed, in no normal form";
    let [_, _, typed, text] = lines.iter().find(|line| line[0] == how).unwrap();
    let hash = Hash::from_stored(*text);
    let (typed, composed) = (Password::from(*typed), Password::from("Grüße ﬁ"));
    for (password, recorded, right) in [
        (&typed, None, true),
        (&typed, Some(Form::Raw), true),
        (&typed, Some(Form::Nfc), false),
        (&typed, Some(Form::Nfkc), false),
        (&composed, None, false),
    ] {
        let hash = recorded.map_or(hash.clone(), |form| hash.clone().with_form(form));
        let verified = hasher().verify(password, Some(&hash));
        assert_eq!(verified.is_ok(), right, "{recorded:?}");
    }
}

/// PW-05: each is the good text with one thing wrong.
#[test]
fn says_what_is_wrong_with_a_text_of_passlib() {
    use Part::{Cost, Fields, Salt, Tag};
    let (salt, tag) = ("OB.dtnSEXZK8U5cgxU/GYQ", "y5LKPOplRmok7CZp/aqVDVg8zGI");
    let long = "A".repeat(1024);
    refuse_all(
        &format!("$pbkdf2$1212${salt}${tag}"),
        &[
            ("$pbkdf2$", "$pbkdf$", Error::UnknownScheme),
            ("$pbkdf2$", "pbkdf2$", Error::UnknownScheme),
            ("$pbkdf2$", "$pbkdf2-md5$", Error::UnknownScheme),
            ("$pbkdf2$", "$pbkdf2-sha224$", Error::UnknownScheme),
            ("$pbkdf2$", "$pbkdf2-sha1$", malformed(Cost)), // that one is PHC's
            ("$pbkdf2$", "$pbkdf2-sha256$", malformed(Tag)),
            ("$pbkdf2$", "{PBKDF2-SHA512}", malformed(Tag)),
            ("$1212", "", malformed(Fields)),
            ("$1212", "$1212$1212", malformed(Fields)),
            (tag, &format!("{tag}$"), malformed(Fields)),
            (tag, &format!("{tag}$x"), malformed(Fields)),
            ("1212", "", malformed(Cost)),
            ("1212", "01212", malformed(Cost)),
            ("1212", "+1212", malformed(Cost)),
            ("1212", "-1212", malformed(Cost)),
            ("1212", " 1212", malformed(Cost)),
            ("1212", "1212 ", malformed(Cost)),
            ("1212", "0x4bc", malformed(Cost)),
            ("1212", "i=1212", malformed(Cost)),
            ("1212", "\u{661}", malformed(Cost)),
            ("1212", "0", TOO_FEW),
            ("1212", "10000001", TOO_MANY),
            ("1212", "4000000000", TOO_MANY),
            ("1212", "4294968508", TOO_MANY), // 1212 in 32 bits
            ("1212", "18446744073709552828", TOO_MANY), // 1212 in 64 bits
            (salt, "", malformed(Salt)),
            (salt, &long[..172], malformed(Salt)), // 129 bytes
            (salt, &long[..900], malformed(Salt)),
            (salt, &long, Error::HashTooLong),
            (salt, "OB+dtnSEXZK8U5cgxU/GYQ", malformed(Salt)),
            (salt, "OB.dtnSEXZK8U5cgxU/GYR", malformed(Salt)), // a stray bit
            (salt, "OB.dtnSEXZK8U5cgxU/GYQ==", malformed(Salt)),
            (salt, "OB.dtnSEXZK8U5cgxU/GYé", malformed(Salt)),
            (tag, "", malformed(Tag)),
            ("8zGI", "8zG", malformed(Tag)),
            ("8zGI", "8zGJ", malformed(Tag)), // a stray bit
            ("8zGI", "8zGI=", malformed(Tag)),
            ("8zGI", "8zGI\n", malformed(Tag)),
            ("8zGI", "8zGIA", malformed(Tag)),
            ("8zGI", "8zGIAA", malformed(Tag)), // 21 bytes
        ],
    );
}

/// PW-05: each is the good text with one thing wrong.
#[test]
fn says_what_is_wrong_with_a_text_of_phc() {
    use Part::{Cost, Fields, Salt, Tag};
    let (salt, tag) = (
        "c2FsdFNBTFQ",
        "NIyJ28vTKy8y2BS4EW6EzysXNH68GAAYHE4qH7jdU+HGNVGMfaxH6Q",
    );
    let long = "A".repeat(1024);
    refuse_all(
        &format!("$pbkdf2-sha256$i=4096,l=40${salt}${tag}"),
        &[
            ("$pbkdf2-sha256$", "$pbkdf2-sha256$v=1$", malformed(Fields)),
            (salt, "x$y", malformed(Fields)),
            (tag, &format!("{tag}$"), malformed(Fields)),
            ("i=4096,l=40", "l=40,i=4096", malformed(Cost)),
            ("i=4096", "i=4096,i=4096", malformed(Cost)),
            ("i=4096,", "", malformed(Cost)),
            ("l=40", "l=40,l=40", malformed(Cost)),
            ("l=40", "l=40,", malformed(Cost)),
            ("l=40", "", malformed(Cost)),
            ("l=40", "l=", malformed(Cost)),
            ("l=40", "l=040", malformed(Cost)),
            ("l=40", "l=39", malformed(Tag)),
            ("l=40", "l=41", malformed(Tag)),
            ("l=40", "l=4294967336", malformed(Tag)), // 40 in 32 bits
            ("i=4096", "i=", malformed(Cost)),
            ("i=4096", "i=04096", malformed(Cost)),
            ("i=4096", "i=+4096", malformed(Cost)),
            ("i=4096", "i=0", TOO_FEW),
            ("i=4096", "i=5000001", TOO_MANY), // for each of two blocks
            ("i=4096", "i=4000000000", TOO_MANY),
            (salt, "", malformed(Salt)),
            (salt, &long[..172], malformed(Salt)),
            (salt, "c2FsdFNBTF.", malformed(Salt)),
            (salt, "c2FsdFNBTFR", malformed(Salt)), // a stray bit
            (
                &format!("l=40${salt}${tag}"),
                &format!("l=11${salt}${}", &tag[..15]),
                malformed(Tag),
            ),
            (
                &format!("l=40${salt}${tag}"),
                &format!("l=65${salt}${}", &long[..87]),
                malformed(Tag),
            ),
            ("axH6Q", "axH6R", malformed(Tag)),
            ("axH6Q", "axH6Q=", malformed(Tag)),
            ("U+HG", "U.HG", malformed(Tag)),
        ],
    );
}

/// PW-05: each is the good text with one thing wrong.
#[test]
fn says_what_is_wrong_with_a_text_of_django() {
    use Part::{Cost, Fields, Salt, Tag};
    let tag = "WHm1ErNnzH66VVVCeZv+y5hvh3n7/gs4swCsbdendC0=";
    refuse_all(
        &format!("pbkdf2_sha256$260000$seasalt2${tag}"),
        &[
            ("pbkdf2_", "pbkdf2-", Error::UnknownScheme),
            ("sha256", "sha512", Error::UnknownScheme),
            ("sha256", "md5", Error::UnknownScheme),
            ("sha256", "SHA256", Error::UnknownScheme),
            ("sha256$", "sha256", Error::UnknownScheme),
            ("sha256", "sha1", malformed(Tag)),
            ("260000$", "", malformed(Fields)),
            ("seasalt2", "sea$salt2", malformed(Fields)),
            (tag, &format!("{tag}$"), malformed(Fields)),
            ("260000", "", malformed(Cost)),
            ("260000", "0260000", malformed(Cost)),
            ("260000", "+260000", malformed(Cost)),
            ("260000", "260_000", malformed(Cost)),
            ("260000", "0", TOO_FEW),
            ("260000", "10000001", TOO_MANY),
            ("260000", "4294967297", TOO_MANY),
            ("seasalt2", "", malformed(Salt)),
            ("seasalt2", &"x".repeat(129), malformed(Salt)),
            ("seasalt2", "sea salt", malformed(Salt)),
            ("seasalt2", "sélt", malformed(Salt)),
            ("dC0=", "dC0", malformed(Tag)),
            ("dC0=", "dC1=", malformed(Tag)), // a stray bit
            ("dC0=", "dC0==", malformed(Tag)),
            ("dC0=", "", malformed(Tag)),
        ],
    );
}

/// PW-05: each is the good text with one thing wrong.
#[test]
fn says_what_is_wrong_with_a_text_of_werkzeug() {
    use Part::{Cost, Fields, Salt, Tag};
    let tag = "90d66d8c6ce672be43c705cfec2e61b8ad2b92bb";
    refuse_all(
        &format!("pbkdf2:sha1:1000$Oc4H5bBp${tag}"),
        &[
            ("pbkdf2:", "pbkdf2;", Error::UnknownScheme),
            ("sha1", "md5", Error::UnknownScheme),
            ("sha1", "sha384", Error::UnknownScheme),
            ("sha1", "sha512", malformed(Tag)),
            (":1000", "", Error::UnknownScheme),
            (":1000", ":1000:1000", malformed(Cost)),
            ("$Oc4H5bBp", "", malformed(Fields)),
            (tag, &format!("{tag}$"), malformed(Fields)),
            ("1000", "", malformed(Cost)),
            ("1000", "01000", malformed(Cost)),
            ("1000", "0", TOO_FEW),
            ("1000", "10000001", TOO_MANY),
            ("Oc4H5bBp", "", malformed(Salt)),
            ("Oc4H5bBp", &"x".repeat(129), malformed(Salt)),
            ("Oc4H5bBp", "Oc4H\u{0}bBp", malformed(Salt)),
            (tag, &tag[1..], malformed(Tag)), // half a byte
            (tag, &tag[2..], malformed(Tag)),
            (tag, &tag.to_uppercase(), malformed(Tag)),
            ("90d6", "é0d", malformed(Tag)),
        ],
    );
}

/// PW-05: each is the good text with one thing wrong.
#[test]
fn says_what_is_wrong_with_a_text_of_grub() {
    use Part::{Cost, Fields, Salt, Tag};
    let tag = "6968526A".repeat(16);
    refuse_all(
        &format!("grub.pbkdf2.sha512.10000.BCAC1CEC.{tag}"),
        &[
            ("sha512", "sha256", Error::UnknownScheme),
            (".BCAC1CEC", "", malformed(Fields)),
            (&tag, &format!("{tag}."), malformed(Fields)),
            ("10000", "", malformed(Cost)),
            ("10000", "010000", malformed(Cost)),
            ("10000", "0", TOO_FEW),
            ("10000", "10000001", TOO_MANY),
            ("BCAC1CEC", "", malformed(Salt)),
            ("BCAC1CEC", "BCAC1CE", malformed(Salt)),
            ("BCAC1CEC", "bcac1cec", malformed(Salt)),
            ("BCAC1CEC", &"AB".repeat(129), malformed(Salt)),
            (&tag, &tag[2..], malformed(Tag)),
            (&tag, &tag.to_lowercase(), malformed(Tag)),
            ("6968526A", "6968526G", malformed(Tag)),
        ],
    );
}

/// PW-05: each is the good text with one thing wrong.
#[test]
fn says_what_is_wrong_with_a_text_of_atlassian() {
    use Part::Tag;
    let tag = "c4xaeTQM0lUieMS3V5voiexyX9XhqC2dBd5ecVy60IPksHChwoTAVYFrhsgoq8/p";
    refuse_all(
        &format!("{{PKCS5S2}}{tag}"),
        &[
            ("{PKCS5S2}", "{PKCS5S}", Error::UnknownScheme),
            ("q8/p", "q8/", malformed(Tag)),
            ("q8/p", "q8/=", malformed(Tag)),
            ("q8/p", "", malformed(Tag)),
            ("q8/p", "q8/pAAAA", malformed(Tag)),
            ("q8/p", "q8_p", malformed(Tag)),
        ],
    );
}

/// PW-05: the two that its makers' own tests refuse, and every length but the right one.
#[test]
fn says_what_is_wrong_with_a_text_of_identity_2() {
    use Part::Fields;
    refuse_all(
        "AAABAgMEBQYHCAkKCwwNDg+ukCEMDf0yyQ29NYubggHIVY0sdEUfdyeM+E1LtH1uJg==",
        &[
            ("ggHIVY0sdEUfdyeM+E1LtH1uJg==", "ggE=", Error::UnknownScheme),
            ("Jg==", "JgAAAAAAAAAAAAA=", Error::UnknownScheme),
            ("AAABAg", "BAABAg", Error::UnknownScheme),
            ("AAABAg", "AQABAg", Error::UnknownScheme),
            ("uJg==", "uJh==", malformed(Fields)), // a stray bit
            ("+E1L", "-E1L", malformed(Fields)),
            ("+E1L", "+E$L", malformed(Fields)),
        ],
    );
}

/// PW-05: the two that its makers' own tests refuse, and each number out of its range.
#[test]
fn says_what_is_wrong_with_a_text_of_identity_3() {
    use Part::{Fields, Salt, Tag};
    let refusal = |text: &str| Hash::from_stored(text).inspect(&Limits::default()).err();
    let text = |function: u32, iterations: u32, salt_len: u32, rest: usize| {
        let numbers = [function, iterations, salt_len].map(u32::to_be_bytes);
        BASE64.encode(&[&[1], numbers.as_flattened(), &vec![7; rest]].concat())
    };
    for (text, outcome) in [
        (text(1, 10_000, 16, 48), None),
        (text(0, 10_000, 16, 32), None),
        (text(2, 10_000, 64, 128), None),
        (text(1, 1, 32, 48), None),
        (text(3, 10_000, 16, 48), Some(Error::UnknownScheme)),
        (
            text(0x0100_0000, 10_000, 16, 48),
            Some(Error::UnknownScheme),
        ),
        (text(u32::MAX, 10_000, 16, 48), Some(Error::UnknownScheme)),
        (text(1, 0, 16, 48), Some(TOO_FEW)),
        (text(1, 10_000_001, 16, 48), Some(TOO_MANY)),
        (text(1, 10_000_000, 16, 48), None),
        (text(1, 5_000_001, 16, 80), Some(TOO_MANY)), // two blocks
        (text(0, 3_333_334, 16, 57), Some(TOO_MANY)), // three blocks
        (text(1, u32::MAX, 16, 48), Some(TOO_MANY)),
        (text(1, 10_000, 0, 48), Some(malformed(Salt))),
        (text(1, 10_000, 15, 48), Some(malformed(Salt))),
        (text(1, 10_000, 65, 100), Some(malformed(Salt))),
        (text(1, 10_000, u32::MAX, 48), Some(malformed(Salt))),
        (text(1, 10_000, 16, 31), Some(malformed(Tag))),
        (text(1, 10_000, 48, 48), Some(malformed(Tag))),
        (text(1, 10_000, 49, 48), Some(malformed(Tag))),
        (text(1, 10_000, 16, 81), Some(malformed(Tag))), // 65 bytes
        (text(1, 10_000, 16, 129), Some(malformed(Fields))),
        (
            BASE64.encode(&[1, 0, 0, 0, 1, 0, 0, 39, 16, 0, 0, 0]),
            Some(malformed(Fields)),
        ),
        (
            "AQAAAAIAAAAyAAAAEOMwvh3+FZxqkdMBz2ekgGhwQ4A=".into(),
            Some(malformed(Tag)),
        ),
    ] {
        assert_eq!(refusal(&text), outcome, "{text}");
    }
    refuse_all(
        "AQAAAAEAACcQAAAAEAABAgMEBQYHCAkKCwwNDg+yWU7rLgUwPZb1Itsmra7cbxw2EFpwpVFIEtP+JIuUEw==",
        &[
            ("Ew==", "Ew=", malformed(Fields)),
            ("Ew==", "Ew", malformed(Fields)),
            ("Ew==", "Ex==", malformed(Fields)), // a stray bit
            ("Ew==", "Ew==\n", malformed(Fields)),
            ("Ew==", "Ew==AAAA", malformed(Fields)),
            ("P+JI", "P-JI", malformed(Fields)),
            ("P+JI", "PéI", malformed(Fields)),
        ],
    );
}

/// PW-05: each block of a tag takes all the iterations, and it is their product that is bounded.
#[test]
fn the_limit_is_that_of_the_hasher_and_counts_blocks() {
    let limits = Limits::default().with_iterations(8192);
    let hasher = hasher().with_limits(limits).unwrap();
    let above = Err(Error::AboveLimit {
        parameter: Parameter::Iterations,
        max: 8192,
    });
    for (digest, iterations, len, outcome) in [
        ("sha256", 8192, 32, Err(Error::Wrong)),
        ("sha256", 8193, 32, above.clone()),
        ("sha256", 4096, 33, Err(Error::Wrong)),
        ("sha256", 4097, 33, above.clone()),
        ("sha1", 2048, 61, Err(Error::Wrong)),
        ("sha1", 2049, 61, above.clone()),
        ("sha512", 8192, 64, Err(Error::Wrong)),
    ] {
        let tag = data_encoding::BASE64_NOPAD.encode(&vec![0; len]);
        let text = format!("$pbkdf2-{digest}$i={iterations},l={len}$c2FsdA${tag}");
        let verified = hasher.verify(&Password::from("x"), Some(&Hash::from_stored(text)));
        assert_eq!(verified, outcome, "{digest} {iterations} {len}");
    }
}

proptest! {
    /// PW-05.
    #[test]
    fn no_text_makes_it_panic(
        begin in prop::sample::select(vec![
            "$pbkdf2$", "$pbkdf2-sha256$", "$pbkdf2-sha512$i=", "{PBKDF2}", "{PKCS5S2}", "grub.pbkdf2.sha512.",
            "pbkdf2_sha1$", "pbkdf2_", "pbkdf2:", "pbkdf2:sha256:", "AQAAAA", "A",
        ]),
        rest in "([0-9a-f=,:$./li]{0,40}|[A-Za-z0-9+/]{62,64}={0,2}|.{0,300})",
    ) {
        let _ = Hash::from_stored(format!("{begin}{rest}")).inspect(&Limits::default());
    }
}
