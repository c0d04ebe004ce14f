//! A device that its owner has signed in from has a lane of its own, and gives nobody anything else.
#![cfg(feature = "attempts")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

use std::{collections::HashSet, net::IpAddr, time::Duration};

use data_encoding::HEXLOWER;
use portcullis::{
    Timestamp,
    attempts::{
        Action, Attempts, Begin, Device, DeviceKeys, Key, Outcome, Permit, Policy, Reservations,
        Verdict,
        device::{Error, Lane},
    },
    store::Memory,
};
use proptest::prelude::*;

mod block_on;
use block_on::block_on;

const VECTORS: &str = include_str!("vectors/attempts/device.txt");
const DAY: u64 = 86_400_000;
const MINUTE: u64 = 60_000;
/// 2026-11-21T09:00:00Z.
const NINE: u64 = 1_795_251_600_000;

fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(NINE + millis)
}

fn keys() -> DeviceKeys {
    DeviceKeys::new([7; 32])
}

fn ada() -> Key {
    Key::account("ada").unwrap()
}

/// A device from which `account` has signed in at nine.
fn device(account: &str) -> Device {
    let token = keys().issue(account, at(0)).unwrap();
    keys()
        .verify(token.expose_secret(), account, at(0))
        .unwrap()
}

fn attempts() -> Attempts<Memory> {
    Attempts::new(Policy::back_office(), Memory::new(1000))
}

fn allowed<P: std::fmt::Debug>(begin: Begin<P>) -> P {
    match begin {
        Begin::Allowed(permit) => permit,
        other => panic!("{other:?}"),
    }
}

/// A sign-in from a device, at nine.
fn sign_in(attempts: &Attempts<Memory>, device: &Device, verdict: Verdict) -> Outcome {
    let slots = allowed(attempts.begin_known(device, &[], at(0)).unwrap());
    attempts.settle_all(slots, verdict, at(0)).unwrap()
}

/// A sign-in from elsewhere.
fn guess(attempts: &Attempts<Memory>, account: &Key) -> Outcome {
    let slot = allowed(attempts.begin(account, at(0)).unwrap());
    attempts.settle(slot, Verdict::Failure, at(0)).unwrap()
}

fn is_locked(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::ResetRequired { .. })
}

fn lock_strangers(attempts: &Attempts<Memory>) {
    for left in [4, 3, 2, 1] {
        assert_eq!(guess(attempts, &ada()), Outcome::Counted { left });
    }
    assert!(is_locked(guess(attempts, &ada())));
}

fn locked() -> Begin<Reservations> {
    Begin::ResetRequired { since: at(0) }
}

/// AT-04: tokens that Python made.
#[test]
fn verifies_what_another_implementation_issued() {
    let mut seen = 0;
    for line in VECTORS.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split(' ').collect();
        let bytes = |hex: &str| HEXLOWER.decode(hex.as_bytes()).unwrap();
        let keys = DeviceKeys::new(bytes(fields[0]).try_into().unwrap());
        let account = String::from_utf8(bytes(fields[1])).unwrap();
        let issued = Timestamp::from_millis(fields[2].parse().unwrap());
        let device = keys.verify(fields[4], &account, issued).unwrap();
        assert_eq!(device.id(), fields[3]);
        assert_eq!(device.issued(), issued);
        seen += 1;
    }
    assert_eq!(seen, 6);
}

/// AT-04: five guesses of strangers, and the owner signs in from the device all the same.
#[test]
fn strangers_lock_strangers_and_not_the_owners_device() {
    let (attempts, device) = (attempts(), device("ada"));
    lock_strangers(&attempts);
    assert_eq!(
        attempts.begin(&ada(), at(0)).unwrap(),
        Begin::ResetRequired { since: at(0) }
    );
    assert_eq!(
        sign_in(&attempts, &device, Verdict::Success),
        Outcome::Cleared
    );
    // and that opens no door to the strangers
    assert_eq!(
        attempts.begin(&ada(), at(0)).unwrap(),
        Begin::ResetRequired { since: at(0) }
    );
}

/// AT-04: a stolen token is worth the guesses of one lane, which then is closed for ever.
#[test]
fn a_stolen_token_gives_five_guesses_and_no_more() {
    let (attempts, stolen) = (attempts(), device("ada"));
    lock_strangers(&attempts);
    for left in [4, 3, 2, 1] {
        assert_eq!(
            sign_in(&attempts, &stolen, Verdict::Failure),
            Outcome::Counted { left }
        );
    }
    assert!(is_locked(sign_in(&attempts, &stolen, Verdict::Failure)));
    for later in [at(0), at(DAY), at(400 * DAY)] {
        assert_eq!(attempts.begin_known(&stolen, &[], later).unwrap(), locked());
    }
}

/// The sign-in as the module's documentation says it: a token from before the password was changed
/// is a stranger's.
fn begin_after_change(
    attempts: &Attempts<Memory>,
    device: &Device,
    changed: Timestamp,
    now: Timestamp,
) -> Begin<Reservations> {
    if device.issued() < changed {
        attempts.begin_all(&[ada()], now).unwrap()
    } else {
        attempts.begin_known(device, &[], now).unwrap()
    }
}

/// AT-04: whoever knew the password, and has a token for each of many devices, guesses at the new one
/// as one stranger.
#[test]
fn tokens_from_before_a_change_of_the_password_are_no_lanes_after_it() {
    let attempts = attempts();
    let minted: Vec<Device> = (0..20).map(|_| device("ada")).collect();
    let (changed, now) = (at(1), at(MINUTE));
    attempts.reset(&ada()).unwrap();
    let mut evaluated = 0;
    for device in &minted {
        for _ in 0..5 {
            if let Begin::Allowed(slots) = begin_after_change(&attempts, device, changed, now) {
                evaluated += 1;
                assert_ne!(
                    attempts.settle_all(slots, Verdict::Failure, now).unwrap(),
                    Outcome::Lapsed
                );
            }
        }
    }
    assert_eq!(evaluated, 5);
    // the owner signed in with the new password and has a new token
    let token = keys().issue("ada", changed).unwrap();
    let device = keys().verify(token.expose_secret(), "ada", now).unwrap();
    let begin = begin_after_change(&attempts, &device, changed, now);
    let outcome = attempts.settle_all(allowed(begin), Verdict::Success, now);
    assert_eq!(outcome.unwrap(), Outcome::Cleared);
}

/// AT-04: a locked lane leaves its device where everybody is.
#[test]
fn a_device_whose_lane_is_locked_is_a_stranger() {
    let (attempts, device) = (attempts(), device("ada"));
    for _ in 0..5 {
        let _ = sign_in(&attempts, &device, Verdict::Failure);
    }
    // five guesses in the strangers' lane are left, for the device and all others together
    assert_eq!(
        sign_in(&attempts, &device, Verdict::Failure),
        Outcome::Counted { left: 4 }
    );
    assert_eq!(guess(&attempts, &ada()), Outcome::Counted { left: 3 });
    assert_eq!(
        sign_in(&attempts, &device, Verdict::Success),
        Outcome::Cleared
    );
    assert_eq!(guess(&attempts, &ada()), Outcome::Counted { left: 4 });
}

/// AT-04: lanes of one account do not touch each other.
#[test]
fn the_lock_of_one_device_is_not_that_of_another() {
    let (attempts, phone, laptop) = (attempts(), device("ada"), device("ada"));
    lock_strangers(&attempts);
    for _ in 0..5 {
        let _ = sign_in(&attempts, &phone, Verdict::Failure);
    }
    assert_eq!(attempts.begin_known(&phone, &[], at(0)).unwrap(), locked());
    assert_eq!(
        sign_in(&attempts, &laptop, Verdict::Failure),
        Outcome::Counted { left: 4 }
    );
    assert_eq!(
        sign_in(&attempts, &laptop, Verdict::Success),
        Outcome::Cleared
    );
    assert_eq!(attempts.begin_known(&phone, &[], at(0)).unwrap(), locked());
}

/// AT-04, AT-05: a success on a device clears its lane and nothing else.
#[test]
fn a_success_on_a_device_leaves_the_strangers_count() {
    let (attempts, device) = (attempts(), device("ada"));
    for _ in 0..4 {
        let _ = guess(&attempts, &ada());
        let _ = sign_in(&attempts, &device, Verdict::Failure);
    }
    assert_eq!(
        sign_in(&attempts, &device, Verdict::Success),
        Outcome::Cleared
    );
    assert_eq!(
        sign_in(&attempts, &device, Verdict::Failure),
        Outcome::Counted { left: 4 }
    );
    assert!(is_locked(guess(&attempts, &ada())));
}

/// AT-04: a token is issued for one account.
#[test]
fn a_token_of_one_account_is_nothing_to_another() {
    let token = keys().issue("ada", at(0)).unwrap();
    for other in ["bob", "Ada", "ada ", "ad", "adaa"] {
        let verified = keys().verify(token.expose_secret(), other, at(0));
        assert_eq!(verified, Err(Error::Forged), "{other}");
    }
    for nobody in ["", " ", &"a".repeat(513)] {
        let verified = keys().verify(token.expose_secret(), nobody, at(0));
        assert_eq!(verified, Err(Error::Account));
        assert_eq!(keys().issue(nobody, at(0)).unwrap_err(), Error::Account);
    }
}

/// AT-04: the rule, for whoever keeps lanes of their own.
#[test]
fn only_a_lock_sends_a_device_to_the_strangers() {
    let (until, since, retry_after) = (at(1), at(0), Duration::from_secs(1));
    let (_, taken) = Policy::back_office().begin(Default::default(), at(0));
    let own: [Begin<Permit>; 3] = [taken, Begin::Wait { until }, Begin::Busy { retry_after }];
    for begin in own {
        assert_eq!(Lane::after(&begin), Lane::Own, "{begin:?}");
    }
    let strangers: [Begin<Permit>; 3] = [
        Begin::Locked { until },
        Begin::ResetRequired { since },
        Begin::RebindRequired { since },
    ];
    for begin in strangers {
        assert_eq!(Lane::after(&begin), Lane::Strangers, "{begin:?}");
    }
}

/// AT-04: five guesses under way at once in a lane, and the sixth has to wait: it is not handed on to
/// the strangers' lane.
#[test]
fn a_busy_lane_is_not_handed_on() {
    let (attempts, device) = (attempts(), device("ada"));
    let slots: Vec<_> = (0..5)
        .map(|_| allowed(attempts.begin_known(&device, &[], at(0)).unwrap()))
        .collect();
    let sixth = attempts.begin_known(&device, &[], at(0)).unwrap();
    assert!(matches!(sixth, Begin::Busy { .. }), "{sixth:?}");
    for slots in slots {
        let _ = attempts
            .settle_all(slots, Verdict::Incomplete, at(0))
            .unwrap();
    }
    assert_eq!(guess(&attempts, &ada()), Outcome::Counted { left: 4 });
}

/// AT-04: after a cool-off the lane is the device's own again.
#[test]
fn a_lane_that_cooled_off_is_the_devices_again() {
    let hour = Duration::from_secs(3600);
    let policy = Policy::new(2)
        .unwrap()
        .with_action(Action::CoolOff(hour))
        .unwrap();
    let (attempts, device) = (Attempts::new(policy, Memory::new(100)), device("ada"));
    for _ in 0..4 {
        let _ = sign_in(&attempts, &device, Verdict::Failure);
    }
    let until = at(3_600_000);
    assert_eq!(
        attempts.begin_known(&device, &[], at(0)).unwrap(),
        Begin::Locked { until }
    );
    assert!(matches!(
        attempts.begin_known(&device, &[], until).unwrap(),
        Begin::Allowed(_)
    ));
}

/// AT-04: other keys count an attempt from a known device too, and hold it up.
#[test]
fn an_address_counts_a_known_device() {
    let address = Key::address(IpAddr::from([192, 0, 2, 7]));
    let minute = Duration::from_secs(60);
    let policy = Policy::address()
        .with_action(Action::CoolOff(minute))
        .unwrap();
    let attempts = attempts().with_address_policy(policy).unwrap();
    let (device, others) = (device("ada"), [address.clone()]);
    let slots = allowed(attempts.begin_known(&device, &others, at(0)).unwrap());
    let outcome = attempts.settle_all(slots, Verdict::Failure, at(0)).unwrap();
    assert_eq!(outcome, Outcome::Counted { left: 4 });
    for _ in 0..29 {
        let _ = guess(&attempts, &address);
    }
    let refused = attempts.begin_known(&device, &others, at(0)).unwrap();
    assert_eq!(refused, Begin::Locked { until: at(MINUTE) });
    // it is the address that is locked, and not the account, though strangers have locked that
    lock_strangers(&attempts);
    let refused = attempts.begin_known(&device, &others, at(0)).unwrap();
    assert_eq!(refused, Begin::Locked { until: at(MINUTE) });
    // the lane has not paid for it
    assert_eq!(
        sign_in(&attempts, &device, Verdict::Failure),
        Outcome::Counted { left: 3 }
    );
}

/// AT-04
#[test]
fn asynchronous_stores_have_the_same_lanes() {
    let (attempts, device) = (attempts(), device("ada"));
    let begin = |now| block_on(attempts.begin_known_async(&device, &[], now)).unwrap();
    for _ in 0..10 {
        let slots = allowed(begin(at(0)));
        let _ = block_on(attempts.settle_all_async(slots, Verdict::Failure, at(0))).unwrap();
    }
    assert_eq!(begin(at(0)), locked());
    assert_eq!(
        attempts.begin(&ada(), at(0)).unwrap(),
        Begin::ResetRequired { since: at(0) }
    );
}

/// AT-04: a token is good from five minutes before it was issued, by another clock, up to the end of
/// its lifetime.
#[test]
fn a_token_lasts_for_its_lifetime_to_the_millisecond() {
    let token = keys().issue("ada", at(0)).unwrap();
    let text = token.expose_secret();
    let verify = |keys: &DeviceKeys, now| keys.verify(text, "ada", now).map(|_| ());
    assert_eq!(keys().lifetime(), Duration::from_millis(180 * DAY));
    assert_eq!(verify(&keys(), at(180 * DAY - 1)), Ok(()));
    assert_eq!(verify(&keys(), at(180 * DAY)), Err(Error::Expired));
    assert_eq!(verify(&keys(), Timestamp::MAX), Err(Error::Expired));
    let early = Timestamp::from_millis(NINE - 5 * MINUTE);
    assert_eq!(verify(&keys(), early), Ok(()));
    let earlier = Timestamp::from_millis(NINE - 5 * MINUTE - 1);
    assert_eq!(verify(&keys(), earlier), Err(Error::Future));
    assert_eq!(verify(&keys(), Timestamp::EPOCH), Err(Error::Future));

    let days = |n: u64| keys().with_lifetime(Duration::from_millis(n * DAY));
    let short = days(1).unwrap();
    assert_eq!(verify(&short, at(DAY - 1)), Ok(()));
    assert_eq!(verify(&short, at(DAY)), Err(Error::Expired));
    assert!(days(400).is_ok());
    let ms = Duration::from_millis(1);
    for outside in [
        Duration::from_millis(DAY) - ms,
        Duration::from_millis(400 * DAY) + ms,
    ] {
        assert_eq!(keys().with_lifetime(outside).unwrap_err(), Error::Lifetime);
    }
    let last = keys().issue("ada", Timestamp::MAX).unwrap();
    let verified = keys().verify(last.expose_secret(), "ada", Timestamp::MAX);
    assert_eq!(verified, Err(Error::Expired));
}

/// AT-04: a key that was exchanged verifies for as long as it is named, and issues nothing.
#[test]
fn a_previous_key_verifies_and_issues_nothing() {
    let (old, new) = ([1; 32], [2; 32]);
    let issued = |key| DeviceKeys::new(key).issue("ada", at(0)).unwrap();
    let verify = |keys: &DeviceKeys, key| {
        keys.verify(issued(key).expose_secret(), "ada", at(0))
            .map(|_| ())
    };
    let alone = DeviceKeys::new(new);
    assert_eq!(verify(&alone, old), Err(Error::Forged));
    let both = DeviceKeys::new(new).with_previous(old).unwrap();
    assert_eq!((verify(&both, old), verify(&both, new)), (Ok(()), Ok(())));
    assert_eq!(verify(&both, [3; 32]), Err(Error::Forged));
    let token = both.issue("ada", at(0)).unwrap();
    assert!(alone.verify(token.expose_secret(), "ada", at(0)).is_ok());

    let mut many = DeviceKeys::new([0; 32]);
    for key in 1..=4 {
        many = many.with_previous([key; 32]).unwrap();
    }
    for key in 0..=4 {
        assert_eq!(verify(&many, [key; 32]), Ok(()), "{key}");
    }
    assert_eq!(many.with_previous([5; 32]).unwrap_err(), Error::TooManyKeys);
}

/// AT-04: no two tokens have one lane.
#[test]
fn each_token_has_a_lane_of_its_own() {
    let lanes: HashSet<Key> = (0..100).map(|_| device("ada").lane().clone()).collect();
    assert_eq!(lanes.len(), 100);
    let device = device("ada");
    let both = ada().and(Key::device(device.id()).unwrap()).unwrap();
    assert_eq!((device.lane(), device.strangers_lane()), (&both, &ada()));
}

/// AT-04: text of another form is refused, before anything is computed.
#[test]
fn reads_the_one_spelling_of_a_token() {
    let token = keys().issue("ada", at(0)).unwrap();
    let text = token.expose_secret();
    assert_eq!(text.len(), 76);
    let mut others = vec![
        String::new(),
        text[1..].to_owned(),
        text[..75].to_owned(),
        text[..72].to_owned(),
        format!("{text}="),
        format!("{text}A"),
        format!(" {}", &text[1..]),
        format!("+{}", &text[1..]),
        format!("\u{e9}{}", &text[2..]),
        "A".repeat(76),
    ];
    // another version: the first six bits are those of 0x01, 0x02 is `Ag`
    others.push(format!("Ag{}", &text[2..]));
    for other in others {
        let verified = keys().verify(&other, "ada", at(0));
        assert_eq!(verified, Err(Error::Malformed), "{other}");
    }
}

/// AT-04: neither the key nor a token is printed.
#[test]
fn debug_shows_no_secret() {
    let keys = DeviceKeys::new(*b"an-example-key-of-exactly-32-byt");
    let token = keys.issue("ada", at(0)).unwrap();
    assert_eq!(format!("{token:?}"), "[redacted]");
    assert_eq!(
        format!("{keys:?}"),
        "DeviceKeys { lifetime: 15552000s, .. }"
    );
}

proptest! {
    /// AT-04: what was issued is verified, for its account, for its lifetime.
    #[test]
    fn what_was_issued_is_verified(account in "[^\\s].{0,40}", key: [u8; 32], age in 0..180 * DAY) {
        let keys = DeviceKeys::new(key);
        let token = keys.issue(&account, at(0)).unwrap();
        let device = keys.verify(token.expose_secret(), &account, at(age)).unwrap();
        prop_assert_eq!(device.strangers_lane(), &Key::account(&account).unwrap());
    }

    /// AT-04: a changed character is another token.
    #[test]
    fn no_changed_character_is_let_pass(at_index in 0..76_usize, to in 0..64_usize) {
        let token = keys().issue("ada", at(0)).unwrap();
        let mut text = token.expose_secret().as_bytes().to_vec();
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        prop_assume!(text[at_index] != alphabet[to]);
        text[at_index] = alphabet[to];
        let verified = keys().verify(&String::from_utf8(text).unwrap(), "ada", at(0));
        prop_assert!(matches!(verified, Err(Error::Forged | Error::Malformed)));
    }
}
