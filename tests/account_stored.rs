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
    account::{Accounts, Client, Error, State, Status},
    attempts::DeviceKeys,
    encoding,
    rbac::{Grant, Scope},
    session,
    store::{Change, Entry, Memory, Store, update},
    totp::Mandate,
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

/// The record of somebody who is bound by two mandates, has two authenticators with a wrong code each,
/// and two devices with a wrong password each; and the numbers of those devices.
fn much() -> (Vec<u8>, [String; 2]) {
    let mandates = ["alpha", "omega"].map(|role| Mandate::new(role).unwrap());
    let policy = policy().with_mandates(mandates).unwrap();
    let keys = || DeviceKeys::new([7; DeviceKeys::KEY_LEN]);
    let accounts = Accounts::danger_unsealed(policy, Memory::new(10)).with_device_keys(keys());
    let world = enrolled(accounts);
    let name = "ada@example.com";
    let roles = ["alpha", "omega"].map(|role| Grant::new(role, Scope::Everywhere));
    let roles = roles
        .into_iter()
        .fold(grants(), |all, role| all.with(role).unwrap());
    world.accounts.grant(name, roles, at(0)).unwrap();
    let (now, live) = (at(MINUTE), world.session(at(MINUTE)));
    let (id, app) = world
        .accounts
        .add_authenticator(&live.token, "tablet", now)
        .unwrap();
    let confirmed = world
        .accounts
        .confirm_authenticator(&live.token, id, &app.code_at(now), now);
    assert!(confirmed.is_ok());
    let now = at(2 * MINUTE);
    let taken = [&world.phone, &app].map(|app| app.code_at(now));
    let mut codes = (0..9).map(|n| format!("{n:06}"));
    let wrong_code = codes.find(|code| !taken.contains(code)).unwrap();
    let ticket = world.ticket(now);
    assert!(
        world
            .accounts
            .second_factor(&ticket, &wrong_code, now)
            .is_err()
    );
    let devices = [(); 2].map(|()| {
        let token = keys().issue(name, now).unwrap();
        let client = Client::stranger().with_device_token(token.expose_secret());
        let guess = world.accounts.sign_in_from(name, &wrong(), &client, now);
        assert_eq!(guess.unwrap_err(), Error::Denied);
        let device = keys().verify(token.expose_secret(), name, now).unwrap();
        device.id().to_owned()
    });
    (world.accounts.state(name).unwrap().encode(), devices)
}

fn places(bytes: &[u8], part: &[u8]) -> Vec<usize> {
    let windows = bytes.windows(part.len()).enumerate();
    windows
        .filter(|(_, w)| *w == part)
        .map(|(at, _)| at)
        .collect()
}

/// CO-04: a state has one form, so what stands in another order is damage.
#[test]
fn what_stands_in_another_order_is_damage() {
    let (bytes, devices) = much();
    assert_eq!(State::decode(&bytes).unwrap().encode(), bytes);
    let swapped = |one: &[u8], two: &[u8]| {
        let (a, b) = (places(&bytes, one), places(&bytes, two));
        let mut other = bytes.clone();
        // the mandates' names stand among the roles, too, in their own part after these
        other[a[0]..a[0] + one.len()].copy_from_slice(two);
        other[b[0]..b[0] + two.len()].copy_from_slice(one);
        State::decode(&other).err()
    };
    let damaged = Some(Error::State(encoding::Error::Damaged));
    assert_eq!(swapped(b"alpha", b"omega"), damaged);
    let [one, two] = devices;
    assert_eq!(swapped(one.as_bytes(), two.as_bytes()), damaged);
    // the guesses: two of them, the first of number 1; both counts are of one length
    let head = [0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0];
    let is_guesses = |at: &usize| {
        let len = usize::from(bytes[at + head.len()]);
        bytes.get(at + 12 + len..at + 16 + len) == Some(&[0, 0, 0, 2])
    };
    let place = places(&bytes, &head).into_iter().find(is_guesses).unwrap();
    let len = usize::from(bytes[place + head.len()]);
    let mut other = bytes.clone();
    (other[place + 7], other[place + 15 + len]) = (2, 1);
    assert_eq!(State::decode(&other).err(), damaged);
}

/// CO-04: and so are authenticators that were begun in another order, or by nobody there is a kind of.
#[test]
fn who_began_an_authenticator_has_one_form() {
    let world = world();
    let live = world.session(at(MINUTE));
    for label in ["tablet", "laptop"] {
        let begun = world
            .accounts
            .add_authenticator(&live.token, label, at(MINUTE));
        assert!(begun.is_ok());
    }
    let bytes = world.accounts.state("ada@example.com").unwrap().encode();
    assert_eq!(State::decode(&bytes).unwrap().encode(), bytes);
    // at the end: two of them, each a number, a kind and a session
    let place = bytes.len() - 2 * (4 + 1 + 8);
    assert_eq!(bytes[place - 4..place + 5], [0, 0, 0, 2, 0, 0, 0, 2, 1]);
    let damaged = Some(Error::State(encoding::Error::Damaged));
    let with = |changes: &[(usize, u8)]| {
        let mut other = bytes.clone();
        changes
            .iter()
            .for_each(|(n, byte)| other[place + n] = *byte);
        State::decode(&other).err()
    };
    assert_eq!(with(&[(3, 3), (13 + 3, 2)]), damaged);
    assert_eq!(with(&[(13 + 3, 2)]), damaged);
    assert_eq!(with(&[(4, 3)]), damaged);
}
