//! A rotatable pepper: a stored hash sealed by a keyring, bound to its account.
#![cfg(all(feature = "password", feature = "field"))]
#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use portcullis::{
    Timestamp,
    field::{self, Context, Keyring},
    password::{Cost, Error, Hash, Hasher, Password},
};

const NOW: Timestamp = Timestamp::from_secs(1_795_251_600);

fn tiny() -> Hasher {
    Hasher::new(Cost::new(8, 1, 1).unwrap())
}

/// Where a hash belongs: what is sealed for one account opens for no other.
fn account(id: u64) -> Context {
    Context::new()
        .without_tenant()
        .table("account")
        .column("password_hash")
        .row(id)
}

fn seal(pepper: &Keyring, id: u64, hash: &Hash) -> String {
    pepper
        .seal_text(&account(id), hash.as_str().as_bytes(), NOW)
        .unwrap()
}

fn open(pepper: &Keyring, id: u64, cell: &str) -> Result<Hash, field::Error> {
    let opened = pepper.open_text(&account(id), cell)?;
    let text = String::from_utf8(opened.expose_secret().to_vec()).unwrap();
    Ok(Hash::from_stored(text))
}

/// PW-06: without the key there is nothing to guess at; with it the password verifies.
#[test]
fn a_sealed_hash_verifies_with_the_key_only() {
    let pepper = Keyring::generate(NOW).unwrap();
    let password = Password::from("correct horse battery staple");
    let hash = tiny().hash(&password).unwrap();
    let cell = seal(&pepper, 1, &hash);
    let tag = hash.as_str().rsplit('$').next().unwrap();
    assert!(!cell.contains("argon2") && !cell.contains(tag));
    // who has the table and not the key has no hash to verify a guess against
    let stolen = Hash::from_stored(cell.as_str());
    assert_eq!(
        tiny().verify(&password, Some(&stolen)),
        Err(Error::UnknownScheme)
    );
    assert!(open(&Keyring::generate(NOW).unwrap(), 1, &cell).is_err());

    let hash = open(&pepper, 1, &cell).unwrap();
    assert!(tiny().verify(&password, Some(&hash)).is_ok());
}

/// PW-06: a row copied to another account does not verify there.
#[test]
fn another_accounts_row_does_not_verify() {
    let pepper = Keyring::generate(NOW).unwrap();
    let mallory = Password::from("mallory's own password");
    let cell = seal(&pepper, 1, &tiny().hash(&mallory).unwrap());
    assert!(open(&pepper, 1, &cell).is_ok());
    assert_eq!(open(&pepper, 2, &cell).unwrap_err(), field::Error::Open);
}

/// PW-06: the key changes without the password, and without the people.
#[test]
fn the_pepper_rotates_without_the_password() {
    let mut pepper = Keyring::generate(NOW).unwrap();
    let password = Password::from("correct horse battery staple");
    let old = seal(&pepper, 7, &tiny().hash(&password).unwrap());
    let first = pepper.primary();

    let second = pepper.stage(NOW).unwrap();
    pepper.promote(second, NOW).unwrap();
    let opened = pepper.open_text(&account(7), &old).unwrap();
    assert_eq!(opened.stale(), Some(first));
    let new = pepper
        .seal_text(&account(7), opened.expose_secret(), NOW)
        .unwrap();

    // when every row is sealed anew, the old key opens nothing any more
    pepper.suspend(first, NOW).unwrap();
    assert!(open(&pepper, 7, &old).is_err());
    let hash = open(&pepper, 7, &new).unwrap();
    assert!(tiny().verify(&password, Some(&hash)).is_ok());
}
