//! What is kept of a wrong password, to tell it from another one.
#![cfg(feature = "password")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests stop at what they did not expect"
)]

use portcullis::password::{Cost, Error, Hash, Hasher, Refusal};

fn hasher() -> Hasher {
    Hasher::new(Cost::new(8, 1, 1).unwrap())
}

fn refusal(hasher: &Hasher, password: &str, stored: Option<&Hash>) -> Refusal {
    hasher.examine(&password.into(), stored).unwrap_err()
}

fn slow_hash(hasher: &Hasher, password: &str, stored: Option<&Hash>) -> Option<Vec<u8>> {
    let refusal = refusal(hasher, password, stored);
    refusal.expose_slow_hash().map(<[u8]>::to_vec)
}

/// AT-06: the same wrong password has the same one, another has another, and so has the same one
/// against another stored hash.
#[test]
fn a_slow_hash_tells_wrong_passwords_apart() {
    let hasher = hasher();
    let stored = [0, 1].map(|_| hasher.hash(&"right".into()).unwrap());
    let of = |password: &str, n: usize| slow_hash(&hasher, password, stored.get(n)).unwrap();
    assert_eq!(of("wrong", 0), of("wrong", 0));
    assert_ne!(of("wrong", 0), of("wrong2", 0));
    assert_ne!(of("wrong", 0), of("wrong", 1));
}

/// AT-06: it is the hash that was computed to verify: put in the place of the stored one, the wrong
/// password is right. So nothing faster was made of the password.
#[test]
fn it_is_the_hash_that_was_compared() {
    let hasher = hasher();
    let stored = hasher.hash(&"right".into()).unwrap();
    let tag = slow_hash(&hasher, "wrong", Some(&stored)).unwrap();
    let (head, _) = stored.as_str().rsplit_once('$').unwrap();
    let tag = data_encoding::BASE64_NOPAD.encode(&tag);
    let planted = Hash::from_stored(format!("{head}${tag}"));
    assert!(hasher.verify(&"wrong".into(), Some(&planted)).is_ok());
    assert!(hasher.verify(&"right".into(), Some(&planted)).is_err());
}

/// AT-06, AT-09: a person who does not exist is told nothing that one who does is not.
#[test]
fn nobody_has_one_too() {
    let hasher = hasher();
    let of = |password| slow_hash(&hasher, password, None);
    assert!(of("wrong").is_some());
    assert_eq!(of("wrong"), of("wrong"));
    assert_ne!(of("wrong"), of("wrong2"));
    let long = "x".repeat(2000);
    let stored = hasher.hash(&"right".into()).unwrap();
    for (password, error) in [("", Error::Empty), (long.as_str(), Error::TooLong)] {
        for stored in [None, Some(&stored)] {
            let refusal = refusal(&hasher, password, stored);
            assert_eq!(refusal.error(), &error);
            assert_eq!(refusal.expose_slow_hash(), None);
        }
    }
}

/// AT-06: none where nothing was compared.
#[test]
fn a_broken_hash_has_none() {
    let hasher = hasher();
    let broken = Hash::from_stored("$argon2id$v=19$");
    assert_eq!(slow_hash(&hasher, "wrong", Some(&broken)), None);
}

/// AT-06: none of a hash that is too short to tell passwords apart.
#[test]
fn a_short_hash_has_none() {
    let hasher = hasher();
    let stored = hasher.hash(&"right".into()).unwrap();
    let (head, tag) = stored.as_str().rsplit_once('$').unwrap();
    // 12 and 16 bytes
    for (cut, is_there) in [(16, false), (22, true)] {
        let zeros = "A".repeat(cut);
        assert!(tag.len() > cut);
        let short = Hash::from_stored(format!("{head}${zeros}"));
        let refusal = refusal(&hasher, "wrong", Some(&short));
        assert_eq!(refusal.error(), &Error::Wrong);
        assert_eq!(refusal.expose_slow_hash().is_some(), is_there, "{cut}");
    }
}

/// AT-06: a slow hash of another scheme tells wrong passwords apart as well, under its own salt.
#[cfg(feature = "legacy")]
#[test]
fn slow_hashes_of_other_schemes_tell_wrong_passwords_apart() {
    let hasher = hasher();
    let stored = [
        // of "password": bcrypt, of passlib's documentation; PBKDF2, by Python's
        // `hashlib.pbkdf2_hmac("sha256", b"password", b"saltsaltsalt", 1000)`, as Django stores it
        "$2a$12$NT0I31Sa7ihGEWpka9ASYrEFkhuTNeBQ2xfZskIiiJeyFXhRgS.Sy",
        "pbkdf2_sha256$1000$saltsaltsalt$sYIePhT5IXESDKvnouJXtE5pTJ6Znbmef4vViYmc9Uc=",
    ];
    for text in stored {
        let stored = Hash::from_stored(text);
        assert!(hasher.verify(&"password".into(), Some(&stored)).is_ok());
        let of = |password| slow_hash(&hasher, password, Some(&stored)).unwrap();
        assert_eq!(of("wrong"), of("wrong"), "{text}");
        assert_ne!(of("wrong"), of("wrong2"), "{text}");
        let nobody = slow_hash(&hasher, "wrong", None).unwrap();
        assert_ne!(of("wrong"), nobody, "{text}");
    }
}

/// AT-06: none of a fast digest: a few bits of that would be a hint at the wrong password.
#[cfg(feature = "legacy")]
#[test]
fn fast_digests_have_none() {
    let hasher = hasher();
    let stored = [
        // of Spring Security's own tests: 1,024 rounds of SHA-256
        "{sha256}97cde38028ad898ebc02e690819fa220e88c62e0699403e94fff291cfffaf8410849f27605abcbc0",
        // phpass, by passlib: `phpass.using(salt="abcdefgh", rounds=7).hash("password")`
        #[cfg(feature = "legacy-weak")]
        "$P$5abcdefghTirbPJao7vjX0d/TOtGeU/",
        // MD5 and SHA-1 of "password", and md5-crypt of it by OpenSSL: `openssl passwd -1 -salt abcdefgh`
        #[cfg(feature = "legacy-weak")]
        "5f4dcc3b5aa765d61d8327deb882cf99",
        #[cfg(feature = "legacy-weak")]
        "{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=",
        #[cfg(feature = "legacy-weak")]
        "$1$abcdefgh$G//4keteveJp0qb8z2DxG/",
    ];
    for text in stored {
        let stored = Hash::from_stored(text);
        assert!(hasher.verify(&"password".into(), Some(&stored)).is_ok());
        assert_eq!(slow_hash(&hasher, "wrong", Some(&stored)), None, "{text}");
    }
}

/// CO-03: a refusal prints its reason alone.
#[test]
fn a_refusal_prints_no_hash() {
    let hasher = hasher();
    let stored = hasher.hash(&"right".into()).unwrap();
    let refusal = refusal(&hasher, "wrong", Some(&stored));
    assert_eq!(format!("{refusal:?}"), "Wrong");
    assert_eq!(refusal.into_error(), Error::Wrong);
}
