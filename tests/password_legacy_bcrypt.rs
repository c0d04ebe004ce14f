//! Hashes of bcrypt that others made are verified as they made them, and nothing that they ask for
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

use portcullis::password::{Error, Hash, Hasher, Legacy, Limits, Parameter, Part, Password};
use proptest::prelude::*;
use vectors::{flip_all, hasher, refuse_all, verify_all};

const GOOD: &str = "$2b$04$abcdefghijklmnopqrstuuCi15uRb1eH7NAlJ/TgeJertyknQpYn2"; // of "abc"
const SALT: &str = "abcdefghijklmnopqrstuu";
const TAG: &str = "Ci15uRb1eH7NAlJ/TgeJertyknQpYn2";

fn verify(hasher: &Hasher, password: &str, text: &str) -> Result<(), Error> {
    let hash = Hash::from_stored(text);
    let verified = hasher.verify(&Password::from(password), Some(&hash))?;
    assert!(verified.needs_rehash());
    Ok(())
}

/// PW-02: the test sets of crypt_blowfish, Spring Security and passlib; salts with stray bits too.
#[test]
fn verifies_the_published_vectors() {
    let file = include_str!("vectors/password/legacy/bcrypt.txt");
    verify_all(&hasher(), file, 57);
}

/// PW-02, PW-16: made by six other implementations; of 72 bytes and more, and with a NUL.
#[test]
fn verifies_what_other_implementations_made() {
    let file = include_str!("vectors/password/legacy/bcrypt_others.txt");
    verify_all(&hasher(), file, 43);
}

/// PW-02: with Devise's pepper no hash of bcrypt verifies without it, and those of others do.
#[test]
fn verifies_with_the_pepper_of_devise() {
    let peppered = Legacy::new().with_devise_pepper("a0f1".repeat(32).as_bytes());
    let peppered = hasher().with_legacy(peppered).unwrap();
    let file = include_str!("vectors/password/legacy/bcrypt_devise.txt");
    verify_all(&peppered, file, 4);
    for [_, _, password, text] in vectors::lines::<4>(file) {
        // of 72 bytes and more nothing is left of the pepper
        let outcome = verify(&hasher(), password, text);
        let expected = if password.len() < 72 {
            Err(Error::Wrong)
        } else {
            Ok(())
        };
        assert_eq!(outcome, expected, "{text}");
    }
    assert_eq!(verify(&peppered, "abc", GOOD), Err(Error::Wrong));
    let django = format!("bcrypt${GOOD}");
    assert_eq!(verify(&peppered, "abc", &django), Ok(()));
    let other = hasher()
        .with_legacy(Legacy::new().with_devise_pepper(b"a0f1"))
        .unwrap();
    let [_, _, password, text] = vectors::lines::<4>(file)[0];
    assert_eq!(verify(&other, password, text), Err(Error::Wrong));
    let none = hasher()
        .with_legacy(Legacy::new().with_devise_pepper(b""))
        .unwrap();
    assert_eq!(verify(&none, "abc", GOOD), Ok(()));
    assert_eq!(
        format!("{:?}", Legacy::new().with_devise_pepper(b"pepper")).find("pepper\""),
        None
    );
}

/// PW-15: WordPress trims when it hashes and when somebody signs in, by PHP's idea of white space.
#[test]
fn takes_off_the_white_space_that_wordpress_takes_off() {
    let file = include_str!("vectors/password/legacy/bcrypt_space.txt");
    let lines: Vec<(String, &str)> = vectors::lines::<2>(file)
        .into_iter()
        .map(|[password, text]| (serde_json::from_str(password).unwrap(), text))
        .collect();
    assert_eq!(lines.len(), 4);
    for (password, text) in &lines {
        assert_eq!(verify(&hasher(), password, text), Ok(()));
        assert_eq!(verify(&hasher(), &format!("\0{password}\0"), text), Ok(()));
        let inner = format!("{password}x{password}");
        assert_eq!(verify(&hasher(), &inner, text), Err(Error::Wrong));
    }
    assert_eq!(verify(&hasher(), "inner space", lines[0].1), Ok(()));
    assert_eq!(verify(&hasher(), "x\x0c", lines[2].1), Err(Error::Wrong));
    assert_eq!(verify(&hasher(), "x", lines[3].1), Err(Error::Wrong));
}

/// PW-16: the first 72 bytes count, and those after do not.
#[test]
fn a_long_password_verifies_by_its_first_72_bytes() {
    let file = include_str!("vectors/password/legacy/bcrypt_others.txt");
    let lines = vectors::lines::<4>(file);
    let hash = |how: &str| lines.iter().find(|line| line[0] == how).unwrap();
    let digits = "0123456789".repeat(12);
    let [_, _, _, text] = hash("bcrypt for Python, 72 bytes");
    for len in [72, 73, 120] {
        assert_eq!(verify(&hasher(), &digits[..len], text), Ok(()), "{len}");
    }
    assert_eq!(verify(&hasher(), &digits[..71], text), Err(Error::Wrong));
    let [_, _, _, text] = hash("bcrypt for Python, 71 bytes");
    assert_eq!(verify(&hasher(), &digits[..72], text), Err(Error::Wrong));
    // what is hashed before bcrypt counts whole
    for [how, _, password, text] in lines.iter().filter(|line| line[0].contains("_sha256")) {
        let longer = format!("{password}x");
        assert_eq!(verify(&hasher(), &longer, text), Err(Error::Wrong), "{how}");
    }
}

/// PW-16: a NUL does not end a password; bcrypt repeats it with a NUL between.
#[test]
fn nul_is_a_byte_like_others() {
    let file = include_str!("vectors/password/legacy/bcrypt_others.txt");
    let lines = vectors::lines::<4>(file);
    let nul = lines.iter().find(|line| line[0].ends_with("NUL")).unwrap();
    for password in ["before", "before\0", "before\0x"] {
        assert_eq!(verify(&hasher(), password, nul[3]), Err(Error::Wrong));
    }
    assert_eq!(verify(&hasher(), "abc\0x", GOOD), Err(Error::Wrong));
    assert_eq!(verify(&hasher(), "abc\0abc", GOOD), Ok(()));
}

/// PW-02: the three names are one function for what can be typed; the last character of the salt has
/// sixteen forms. Every other change of a character is refused or another hash.
#[test]
fn a_changed_character_verifies_only_where_it_means_the_same() {
    assert_eq!(verify(&hasher(), "abc", GOOD), Ok(()));
    let mut same = Vec::new();
    for at in 0..GOOD.len() {
        // a cost of ten and more takes long, and is another hash by its first round
        if at == 4 || at == 5 {
            continue;
        }
        for to in (' '..='~').filter(|c| !GOOD[at..].starts_with(*c)) {
            let text = format!("{}{to}{}", &GOOD[..at], &GOOD[at + 1..]);
            if verify(&hasher(), "abc", &text).is_ok() {
                same.push((at, to));
            }
        }
    }
    let salt_end = 7 + 21;
    let (names, salts): (Vec<_>, Vec<_>) = same.into_iter().partition(|(at, _)| *at == 2);
    assert_eq!(names, [(2, 'a'), (2, 'y')]);
    assert!(salts.iter().all(|(at, _)| *at == salt_end), "{salts:?}");
    let salts: String = salts.iter().map(|(_, c)| c).collect();
    assert_eq!(salts, "0123456789vwxyz");
}

/// PW-02: in passlib's own texts there is one text for each hash.
#[test]
fn a_flipped_bit_never_verifies_in_a_text_of_passlib() {
    let file = include_str!("vectors/password/legacy/bcrypt_others.txt");
    let lines = vectors::lines::<4>(file);
    for how in [
        "passlib, bcrypt_sha256, version 1",
        "passlib, bcrypt_sha256, version 2",
    ] {
        let [_, _, password, text] = lines.iter().find(|line| line[0] == how).unwrap();
        flip_all(&hasher(), password, text);
    }
}

/// PW-05: each is the good text with one thing wrong.
#[test]
fn says_what_is_wrong_with_a_text() {
    use Error::{Malformed, UnknownScheme};
    let above = Error::AboveLimit {
        parameter: Parameter::BcryptCost,
        max: 16,
    };
    let below = Error::BelowMinimum {
        parameter: Parameter::BcryptCost,
        min: 4,
    };
    let long = "x".repeat(1024);
    refuse_all(
        GOOD,
        &[
            ("$2b$", "$2x$", UnknownScheme),
            ("$2b$", "$2$", UnknownScheme),
            ("$2b$", "$2B$", UnknownScheme),
            ("$2b$", "$2c$", UnknownScheme),
            ("$2b$", "$2bb$", UnknownScheme),
            ("$2b$", "$3b$", UnknownScheme),
            ("$2b$", "2b$", UnknownScheme),
            ("$2b$", " $2b$", UnknownScheme),
            ("$2b$", "$$2b$", UnknownScheme),
            ("$2b$04", "$2b", Malformed(Part::Fields)),
            (GOOD, "$2b$", Malformed(Part::Fields)),
            (GOOD, "$2b$04", Malformed(Part::Fields)),
            ("04$", "04", Malformed(Part::Fields)),
            ("04", "", Malformed(Part::Cost)),
            ("04", "4", Malformed(Part::Cost)),
            ("04", "004", Malformed(Part::Cost)),
            ("04", "+5", Malformed(Part::Cost)),
            ("04", "-4", Malformed(Part::Cost)),
            ("04", " 4", Malformed(Part::Cost)),
            ("04", "4 ", Malformed(Part::Cost)),
            ("04", "0x", Malformed(Part::Cost)),
            ("04", "٤", Malformed(Part::Cost)), // two bytes of one digit
            ("04", "4294967300", Malformed(Part::Cost)),
            ("04", "00", below.clone()),
            ("04", "03", below.clone()),
            ("04", "17", above.clone()),
            ("04", "31", above.clone()),
            ("04", "32", above.clone()),
            ("04", "99", above.clone()),
            ("04$", "04$$", Malformed(Part::Salt)),
            (SALT, "", Malformed(Part::Tag)),
            (SALT, "abcdefghijklmnopqrst", Malformed(Part::Tag)),
            (&GOOD[7..], "", Malformed(Part::Salt)),
            (&GOOD[7..], "abcdefghijklmnopqrstu", Malformed(Part::Salt)),
            ("abc", "ab+", Malformed(Part::Salt)),
            ("abc", "ab=", Malformed(Part::Salt)),
            ("abc", "a\0c", Malformed(Part::Salt)),
            ("rstuu", "rstué", Malformed(Part::Salt)), // the boundary is inside
            ("rstuu", "rstu$", Malformed(Part::Salt)),
            ("rstuu", "rstu-", Malformed(Part::Salt)),
            (TAG, "", Malformed(Part::Tag)),
            (TAG, &TAG[..30], Malformed(Part::Tag)),
            (TAG, &format!("{TAG}."), Malformed(Part::Tag)),
            (TAG, &format!("{TAG}$"), Malformed(Part::Tag)),
            (TAG, &format!("{TAG}\n"), Malformed(Part::Tag)),
            (TAG, &format!("{TAG}="), Malformed(Part::Tag)),
            ("QpYn2", "QpYn3", Malformed(Part::Tag)), // a stray bit
            ("QpYn2", "QpYné", Malformed(Part::Tag)),
            ("QpYn2", "QpYn+", Malformed(Part::Tag)),
            (TAG, &long, Error::HashTooLong),
        ],
    );
    for (wrapped, named) in [("bcrypt", "bcrypt"), ("bcrypt_sha256", "bcrypt_sha256")] {
        refuse_all(
            &format!("{wrapped}${GOOD}"),
            &[
                ("$$", "$", UnknownScheme),
                ("$$", "$$$", UnknownScheme),
                (named, "Bcrypt", UnknownScheme),
                ("$2b$", "$2x$", UnknownScheme),
                ("$2b$", "$wp$2b$", UnknownScheme),
                ("$04$", "$17$", above.clone()),
                (TAG, &TAG[..30], Malformed(Part::Tag)),
                ("QpYn2", "QpYn2 ", Malformed(Part::Tag)),
            ],
        );
    }
    refuse_all(
        &format!("$wp{}", GOOD.replace("$2b$", "$2y$")),
        &[
            ("$2y$", "$2a$", UnknownScheme), // which WordPress never wrote
            ("$2y$", "$2b$", UnknownScheme),
            ("$wp$", "$wp", UnknownScheme),
            ("$wp$", "$wp$$", UnknownScheme),
            ("$wp$", "$wp$wp$", UnknownScheme),
            ("$2y$", "$2x$", UnknownScheme),
            ("$2y$", "$2$", UnknownScheme),
            ("$04$", "$17$", above),
            ("QpYn2", "QpYn22", Malformed(Part::Tag)),
        ],
    );
}

/// PW-05: passlib's own text, of both versions.
#[test]
fn says_what_is_wrong_with_a_text_of_passlib() {
    use Error::{Malformed, UnknownScheme};
    let above = Error::AboveLimit {
        parameter: Parameter::BcryptCost,
        max: 16,
    };
    let below = Error::BelowMinimum {
        parameter: Parameter::BcryptCost,
        min: 4,
    };
    let common = |cost: &'static str| {
        [
            ("$bcrypt-sha256", "$bcrypt-sha512", UnknownScheme),
            ("$bcrypt", "bcrypt", UnknownScheme),
            (cost, "", Malformed(Part::Cost)),
            (cost, "+4", Malformed(Part::Cost)),
            (cost, "04", Malformed(Part::Cost)),
            (cost, "4,", Malformed(Part::Cost)),
            (cost, "4x", Malformed(Part::Cost)),
            (cost, "٤", Malformed(Part::Cost)),
            (cost, "0", below.clone()),
            (cost, "3", below.clone()),
            (cost, "17", above.clone()),
            (cost, "4294967300", above.clone()), // 4 in 32 bits
            (cost, "18446744073709551620", above.clone()),
            ("$abcdefghijklmnopqrstuu", "", Malformed(Part::Fields)),
            ("abcdefghijklmnopqrstuu", "", Malformed(Part::Salt)),
            (
                "abcdefghijklmnopqrstuu",
                "abcdefghijklmnopqrstu",
                Malformed(Part::Salt),
            ),
            ("rstuu", "rstuz", Malformed(Part::Salt)), // a stray bit
            ("rstuu", "rstu$", Malformed(Part::Fields)),
            ("rstuu$", "rstuu$$", Malformed(Part::Fields)),
            ("Ci15", "", Malformed(Part::Tag)),
            ("QpYn2", "QpYn3", Malformed(Part::Tag)),
            ("QpYn2", "QpYn2.", Malformed(Part::Tag)),
            ("QpYn2", "QpYn2\n", Malformed(Part::Tag)),
            ("QpYn2", "QpYn2$", Malformed(Part::Fields)),
        ]
    };
    let second = format!("$bcrypt-sha256$v=2,t=2b,r=9${SALT}${TAG}");
    refuse_all(&second, &common("9"));
    refuse_all(
        &second,
        &[
            ("v=2", "v=1", Malformed(Part::Version)),
            ("v=2", "v=3", Malformed(Part::Version)),
            ("v=2", "v=02", Malformed(Part::Version)),
            ("v=2", "v=2,v=2", Malformed(Part::Cost)),
            ("v=2,", "", Malformed(Part::Cost)),
            ("t=2b", "t=2a", Malformed(Part::Cost)),
            ("t=2b", "t=2x", Malformed(Part::Cost)),
            ("t=2b,", "", Malformed(Part::Cost)),
            ("t=2b", "t=2b,t=2b", Malformed(Part::Cost)),
            ("t=2b,r=9", "r=9,t=2b", Malformed(Part::Cost)),
            ("r=9", "r=9,r=9", Malformed(Part::Cost)),
            (",r=9", "", Malformed(Part::Cost)),
        ],
    );
    let first = format!("$bcrypt-sha256$2a,9${SALT}${TAG}");
    refuse_all(&first, &common("9"));
    refuse_all(
        &first,
        &[
            ("2a", "2x", Malformed(Part::Cost)),
            ("2a", "2y", Malformed(Part::Cost)),
            ("2a,", "", Malformed(Part::Cost)),
            ("2a,", "2a,2a,", Malformed(Part::Cost)),
            ("2a,9", "9,2a", Malformed(Part::Cost)),
        ],
    );
}

/// PW-05: a limit is moved in both directions, and never past what the function takes.
#[test]
fn the_limit_of_the_cost_holds() {
    let inspect = |cost: &str, limit| {
        let text = GOOD.replacen("04", cost, 1);
        let limits = Limits::default().with_bcrypt_cost(limit);
        let scheme = Hash::from_stored(text).inspect(&limits);
        scheme.map(|scheme| scheme.to_string())
    };
    let above = |max| {
        Err(Error::AboveLimit {
            parameter: Parameter::BcryptCost,
            max,
        })
    };
    assert_eq!(inspect("16", 16), Ok("bcrypt cost=16".to_owned()));
    assert_eq!(inspect("10", 9), above(9));
    assert_eq!(inspect("31", 31), Ok("bcrypt cost=31".to_owned()));
    assert_eq!(inspect("32", u32::MAX), above(31));
}

/// PW-16: nothing here makes a hash of bcrypt.
#[test]
fn what_is_hashed_anew_is_argon2id() {
    let password = Password::from("x".repeat(100));
    assert!(
        hasher()
            .hash(&password)
            .unwrap()
            .as_str()
            .starts_with("$argon2id$")
    );
}

proptest! {
    /// PW-05.
    #[test]
    fn no_text_makes_it_panic(
        prefix in prop::sample::select(vec![
            "$2a$", "$2b$04$", "$2y$31$", "bcrypt$", "bcrypt$$2b$04$", "bcrypt_sha256$$2b$", "$wp",
            "$wp$2y$10$", "$bcrypt-sha256$", "$bcrypt-sha256$v=2,t=2b,r=", "$bcrypt-sha256$2a,12$",
        ]),
        rest in ".{0,80}|[./0-9A-Za-z$,=é]{0,80}",
    ) {
        let _ = Hash::from_stored(prefix.to_owned() + &rest).inspect(&Limits::default());
    }

    /// PW-05: whatever is changed, what is read is of 60 bytes and in the alphabet.
    #[test]
    fn what_is_read_is_well_formed(at in 0..60_usize, len in 0..3_usize, to in "[ -~é]{0,3}") {
        let end = (at + len).min(60);
        let text = format!("{}{to}{}", &GOOD[..at], &GOOD[end..]);
        if Hash::from_stored(text.as_str()).inspect(&Limits::default()).is_ok() {
            prop_assert_eq!(text.len(), 60);
            let well_formed = |b: u8| b.is_ascii_alphanumeric() || b"./$".contains(&b);
            prop_assert!(text.bytes().all(well_formed));
            prop_assert!(text[4..6].bytes().all(|b| b.is_ascii_digit()));
        }
    }
}
