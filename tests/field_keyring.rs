//! Key rings from outside: which key seals, which opens, and until when.
#![cfg(feature = "field")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test that goes wrong here has failed, which is what it is for"
)]

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use portcullis::{
    Timestamp,
    field::{Context, Error, ExposeSecret, Key, KeyVersion, Keyring, Opened, State},
};
use proptest::{collection::vec, prelude::*};

const NOW: Timestamp = Timestamp::from_secs(1_795_251_600);
const PLAINTEXT: &[u8] = b"ada@example.org";

fn ring() -> Keyring {
    Keyring::new(Key::from_bytes([7; 32]), NOW)
}

fn email() -> Context {
    let contact = Context::new().tenant("acme").table("contact");
    contact.column("email").row(42)
}

fn version(version: u32) -> KeyVersion {
    KeyVersion::new(version).unwrap()
}

fn refused(opened: Result<Opened, Error>) -> Error {
    opened.err().unwrap()
}

/// The rings of the golden file, each after a comment.
fn golden() -> Vec<Vec<u8>> {
    let file = include_str!("vectors/field/ring.txt");
    let rings = file.lines().filter_map(|line| line.strip_prefix("ring "));
    rings
        .map(|hex| HEXLOWER.decode(hex.as_bytes()).unwrap())
        .collect()
}

/// CR-03, CR-04: the stored form is frozen; another implementation wrote these.
#[test]
fn loads_the_golden_rings_and_writes_them_back() {
    let rings = golden();
    assert_eq!(rings.len(), 4);
    for bytes in rings {
        let ring = Keyring::decode(&bytes).unwrap();
        assert_eq!(ring.encode().expose_secret(), bytes);
    }
}

/// CR-04: the active key changes, and what the old one sealed still opens and says so.
#[test]
fn opens_after_a_rotation_what_the_old_key_sealed() {
    let mut ring = ring();
    let old = ring.seal(&email(), PLAINTEXT, NOW).unwrap();

    let second = ring.stage(NOW).unwrap();
    assert_eq!(ring.primary(), version(1), "staging changes nothing");
    assert_eq!(
        ring.seal(&email(), PLAINTEXT, NOW).unwrap()[1..5],
        [0, 0, 0, 1]
    );

    ring.promote(second, NOW).unwrap();
    let new = ring.seal(&email(), PLAINTEXT, NOW).unwrap();
    assert_eq!(new[1..5], [0, 0, 0, 2]);
    assert_eq!(ring.open(&email(), &new).unwrap().stale(), None);
    let opened = ring.open(&email(), &old).unwrap();
    assert_eq!(opened.expose_secret(), PLAINTEXT);
    assert_eq!(opened.stale(), Some(version(1)));
}

/// CR-04: a machine that has the key staged opens what a machine that promoted it has sealed.
#[test]
fn opens_with_a_staged_key_what_another_machine_sealed() {
    let mut ahead = ring();
    let second = ahead.stage(NOW).unwrap();
    let behind = Keyring::decode(ahead.encode().expose_secret()).unwrap();
    ahead.promote(second, NOW).unwrap();
    let sealed = ahead.seal(&email(), PLAINTEXT, NOW).unwrap();
    let opened = behind.open(&email(), &sealed).unwrap();
    assert_eq!(opened.stale(), None, "sealing it again would step back");
}

/// CR-04: each step starts from one state, and a refused step changes nothing.
#[test]
fn refuses_a_step_from_another_state() {
    let mut ring = ring();
    let (first, second) = (version(1), ring.stage(NOW).unwrap());
    let wrong = |version, state| Err(Error::WrongState { version, state });
    assert_eq!(ring.promote(first, NOW), wrong(first, State::Primary));
    assert_eq!(ring.suspend(first, NOW), wrong(first, State::Primary));
    assert_eq!(ring.suspend(second, NOW), wrong(second, State::Staged));
    assert_eq!(
        ring.promote(version(9), NOW),
        Err(Error::UnknownKey(version(9)))
    );
    assert_eq!(ring.primary(), first);
    ring.promote(second, NOW).unwrap();
    assert_eq!(ring.promote(first, NOW), wrong(first, State::Retired));
    assert_eq!(ring.resume(first, NOW), wrong(first, State::Retired));
    assert_eq!(ring.primary(), second);
}

/// CR-04: a suspended key refuses, and opens again when it is resumed.
#[test]
fn refuses_with_a_suspended_key_until_it_is_resumed() {
    let mut ring = ring();
    let sealed = ring.seal(&email(), PLAINTEXT, NOW).unwrap();
    let second = ring.stage(NOW).unwrap();
    ring.promote(second, NOW).unwrap();
    ring.suspend(version(1), NOW).unwrap();
    assert_eq!(
        refused(ring.open(&email(), &sealed)),
        Error::Suspended(version(1))
    );
    ring.resume(version(1), NOW).unwrap();
    assert!(ring.open(&email(), &sealed).is_ok());
}

/// CR-04: the same key under two versions would make a rotation do nothing.
#[test]
fn refuses_a_key_that_the_ring_has_already() {
    let mut ring = ring();
    assert_eq!(
        ring.stage_key(Key::from_bytes([7; 32]), NOW),
        Err(Error::DuplicateKey(version(2)))
    );
    assert_eq!(ring.keys().count(), 1);
    assert_eq!(
        ring.stage_key(Key::from_bytes([8; 32]), NOW),
        Ok(version(2))
    );
}

/// CR-04: a ring is bounded, and a refused key leaves it as it was.
#[test]
fn refuses_the_1025th_key() {
    let mut ring = ring();
    for _ in 1..1024 {
        ring.stage(NOW).unwrap();
    }
    assert_eq!(ring.stage(NOW), Err(Error::TooManyKeys));
    let loaded = Keyring::decode(ring.encode().expose_secret()).unwrap();
    assert_eq!(loaded.keys().count(), 1024);
}

/// One step of somebody who looks after a ring.
#[derive(Clone, Debug)]
enum Step {
    Stage,
    Promote(u32),
    Suspend(u32),
    Resume(u32),
    Reload,
    Seal,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => Just(Step::Stage),
        4 => (1..6u32).prop_map(Step::Promote),
        2 => (1..6u32).prop_map(Step::Suspend),
        2 => (1..6u32).prop_map(Step::Resume),
        1 => Just(Step::Reload),
        3 => Just(Step::Seal),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// CR-04: any sequence of steps, against a table of states kept by hand.
    #[test]
    fn keeps_to_the_states_of_its_keys(steps in vec(step(), 0..40)) {
        let mut ring = ring();
        let mut model = BTreeMap::from([(1, State::Primary)]);
        let mut sealed = Vec::new();
        for step in steps {
            match step {
                Step::Stage => {
                    let staged = ring.stage(NOW).unwrap();
                    prop_assert_eq!(model.insert(staged.get(), State::Staged), None);
                }
                Step::Promote(v) => {
                    let may = model.get(&v) == Some(&State::Staged);
                    prop_assert_eq!(ring.promote(version(v), NOW).is_ok(), may);
                    if may {
                        for state in model.values_mut().filter(|s| **s == State::Primary) {
                            *state = State::Retired;
                        }
                        model.insert(v, State::Primary);
                    }
                }
                Step::Suspend(v) => {
                    let may = model.get(&v) == Some(&State::Retired);
                    prop_assert_eq!(ring.suspend(version(v), NOW).is_ok(), may);
                    if may {
                        model.insert(v, State::Suspended);
                    }
                }
                Step::Resume(v) => {
                    let may = model.get(&v) == Some(&State::Suspended);
                    prop_assert_eq!(ring.resume(version(v), NOW).is_ok(), may);
                    if may {
                        model.insert(v, State::Retired);
                    }
                }
                Step::Reload => ring = Keyring::decode(ring.encode().expose_secret()).unwrap(),
                Step::Seal => {
                    let by = ring.primary().get();
                    prop_assert_eq!(model[&by], State::Primary);
                    sealed.push((by, ring.seal(&email(), PLAINTEXT, NOW).unwrap()));
                }
            }
            let states: BTreeMap<_, _> = ring.keys().map(|key| (key.version.get(), key.state)).collect();
            prop_assert_eq!(&states, &model);
        }
        for (by, envelope) in sealed {
            let stale = ring.open(&email(), &envelope).map(|opened| opened.stale());
            let expected = match model[&by] {
                State::Primary => Ok(None),
                State::Retired => Ok(Some(version(by))),
                State::Suspended => Err(Error::Suspended(version(by))),
                other => panic!("sealed while {other}"),
            };
            prop_assert_eq!(stale, expected);
        }
    }
}
