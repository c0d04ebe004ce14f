//! A stored record: frozen, and refused where it is not what was written.
#![cfg(feature = "account")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

mod account_support;

use std::sync::Arc;

use portcullis::{
    account::{Error, State, Status},
    encoding,
    session::{self},
    store::{Change, Entry, Memory, Store, update},
};

use account_support::*;

/// A record whose name stands in another form than it is looked for was not written here.
#[test]
fn a_stored_name_in_another_form_is_damage() {
    let world = world();
    let bytes = world.accounts.state("ada@example.com").unwrap().encode();
    let mut other = bytes.clone();
    let at = bytes.windows(3).position(|w| w == b"ada").unwrap();
    other[at] = b'A';
    let damaged = State::decode(&other).unwrap_err();
    assert_eq!(damaged, Error::State(encoding::Error::Damaged));
}

/// CO-04: an unreadable record denies and is left as it is.
#[test]
fn a_record_that_cannot_be_read_denies() {
    let store = Arc::new(Memory::new(10));
    let world = world_in(store.clone());
    let live = world.session(at(MINUTE));
    let handle = session::Handle::of("ada@example.com");
    let key = [b"portcullis/account/".as_slice(), handle.as_bytes()].concat();
    let good = Store::load(&*store, &key).unwrap().unwrap();
    assert_eq!(State::decode(&good).unwrap().encode(), good);
    for cut in 0..good.len() {
        assert!(State::decode(&good[..cut]).is_err(), "cut at {cut}");
    }
    let unknown = [&[9], &good[1..]].concat();
    let put = |_: Option<&[u8]>| Ok::<_, Error>((Change::Put(Entry::new(unknown.clone())), ()));
    update(&store, &key, put).unwrap();
    let error = Error::State(encoding::Error::UnknownVersion(9));
    assert_eq!(sign_in(&world.accounts, at(MINUTE)).unwrap_err(), error);
    assert_eq!(
        world.accounts.check(&live.token, at(MINUTE)).unwrap_err(),
        error
    );
    assert_eq!(world.accounts.sign_out(&live.token), Err(error.clone()));
    assert_eq!(
        world.accounts.disable("ada@example.com", at(MINUTE)),
        Err(error)
    );
    assert_eq!(Store::load(&*store, &key).unwrap().unwrap(), unknown);
}

/// The stored form is frozen.
#[test]
fn a_stored_record_of_version_one_reads_as_it_always_did() {
    let hex = include_str!("vectors/account/state-v1.hex");
    let hex: String = hex.lines().filter(|line| !line.starts_with('#')).collect();
    let bytes = data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap();
    let state = State::decode(&bytes).unwrap();
    assert_eq!(state.encode(), bytes);
    assert_eq!(state.login().as_str(), "ada");
    assert_eq!(state.status(), Status::Active);
    assert_eq!(state.password().changed_at(), Some(at(0)));
    assert!(state.authenticators().is_any_confirmed());
    assert_eq!(state.grants(), &grants());
    let store = Arc::new(Memory::new(10));
    let handle = session::Handle::of("ada");
    let key = [b"portcullis/account/".as_slice(), handle.as_bytes()].concat();
    let put = |_: Option<&[u8]>| Ok::<_, Error>((Change::Put(Entry::new(bytes.clone())), ()));
    update(&store, &key, put).unwrap();
    let receipt = others(&store).disable("ada", at(MINUTE)).unwrap();
    assert_eq!((receipt.sessions, receipt.tickets), (1, 1));
}

/// A record under somebody else's key is not theirs.
#[test]
fn a_record_copied_to_another_name_denies() {
    let store = Arc::new(Memory::new(10));
    let world = world_in(store.clone());
    let key = |name| {
        let handle = session::Handle::of(name);
        [b"portcullis/account/".as_slice(), handle.as_bytes()].concat()
    };
    let ada = Store::load(&*store, &key("ada@example.com"))
        .unwrap()
        .unwrap();
    let put = |_: Option<&[u8]>| Ok::<_, Error>((Change::Put(Entry::new(ada.clone())), ()));
    update(&store, &key("root@example.com"), put).unwrap();
    let denied = world
        .accounts
        .sign_in("root@example.com", &PASSWORD.into(), at(0))
        .unwrap_err();
    assert_eq!(denied, Error::State(encoding::Error::Damaged));
}
