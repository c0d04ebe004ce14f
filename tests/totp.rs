//! A code is accepted once, in its window, of a factor that was confirmed.
#![cfg(feature = "totp")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

use std::time::Duration;

use portcullis::{
    Timestamp, encoding,
    totp::{Error, Import, Policy, State, Uri, recovery},
};
use proptest::prelude::*;

/// The seed of RFC 4226 and of RFC 6238 for SHA-1, in base32.
const SEED: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
/// 2026-11-21T09:00:00Z, the start of a step of 30 seconds.
const NINE: u64 = 1_795_251_600;

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_secs(NINE + seconds)
}

fn uri(parameters: &str) -> Uri {
    let text = format!("otpauth://totp/Example:ada?secret={SEED}{parameters}");
    text.parse().unwrap()
}

/// A policy that accepts the present step alone.
fn narrow() -> Policy {
    Policy::back_office().with_window(0, 0).unwrap()
}

/// A factor that awaits its first code, of whatever secret.
fn import(policy: &Policy, uri: &Uri, now: Timestamp) -> State {
    let policy = policy.clone().with_import(Import::DangerRefuseNone);
    policy.import(uri, now).unwrap().into_state()
}

/// A factor that was confirmed by the code of the step of `now`.
fn confirmed(uri: &Uri, now: Timestamp) -> State {
    let policy = narrow();
    let pending = import(&policy, uri, now);
    policy.confirm(&pending, &uri.code_at(now), now).unwrap()
}

/// TO-04, S0-05: the way of every person: enrol, confirm, and then sign in with the next code.
#[test]
fn the_code_seen_at_set_up_fails_at_the_first_sign_in() {
    let policy = Policy::back_office();
    let (pending, uri) = policy.enrol("Example", "ada", at(0)).unwrap();
    assert!(!pending.is_confirmed());
    let code = uri.code_at(at(0));
    assert_eq!(
        policy.verify(&pending, &code, at(0)),
        Err(Error::NotConfirmed)
    );
    let confirmed = policy.confirm(&pending, &code, at(0)).unwrap();
    assert!(confirmed.is_confirmed());
    assert_eq!(
        policy.verify(&confirmed, &code, at(1)),
        Err(Error::Replayed)
    );
    let next = policy
        .verify(&confirmed, &uri.code_at(at(30)), at(30))
        .unwrap();
    assert_eq!(next.step(), NINE / 30 + 1);
    assert!(next.into_state().is_confirmed());
}

/// TO-04: ten minutes, and not a millisecond more.
#[test]
fn an_enrolment_that_was_not_confirmed_in_time_is_dead() {
    let policy = Policy::back_office();
    let (pending, uri) = policy.enrol("Example", "ada", at(0)).unwrap();
    let last = Timestamp::from_millis(at(600).as_millis() - 1);
    assert!(policy.confirm(&pending, &uri.code_at(last), last).is_ok());
    let code = uri.code_at(at(600));
    assert_eq!(
        policy.confirm(&pending, &code, at(600)),
        Err(Error::EnrolmentExpired)
    );
    let short = policy.with_enrolment_time(Duration::from_secs(60)).unwrap();
    let pending = import(&short, &uri, at(0));
    let code = uri.code_at(at(60));
    assert_eq!(
        short.confirm(&pending, &code, at(60)),
        Err(Error::EnrolmentExpired)
    );
}

/// TO-04: a factor is not confirmed over again, which would bring used codes back.
#[test]
fn a_confirmed_factor_is_not_confirmed_again() {
    let uri = uri("");
    let state = confirmed(&uri, at(0));
    let again = Policy::back_office().confirm(&state, &uri.code_at(at(60)), at(60));
    assert_eq!(again, Err(Error::AlreadyConfirmed));
}

/// TO-02, TO-11: and a right code that was used is told apart from a wrong one.
#[test]
fn refuses_a_code_used_before() {
    let (policy, uri) = (Policy::back_office(), uri(""));
    let state = confirmed(&uri, at(0));
    let code = uri.code_at(at(60));
    let state = policy.verify(&state, &code, at(60)).unwrap().into_state();
    assert_eq!(policy.verify(&state, &code, at(60)), Err(Error::Replayed));
    assert_eq!(policy.verify(&state, &code, at(89)), Err(Error::Replayed));
    assert_eq!(policy.verify(&state, "000000", at(89)), Err(Error::Wrong));
}

/// TO-02: an older code of the window is no better than the newest one.
#[test]
fn refuses_a_code_older_than_one_used_before() {
    let (policy, uri) = (Policy::back_office(), uri(""));
    let state = confirmed(&uri, at(0));
    let state = policy
        .verify(&state, &uri.code_at(at(90)), at(90))
        .unwrap()
        .into_state();
    let older = policy.verify(&state, &uri.code_at(at(60)), at(90));
    assert_eq!(older, Err(Error::Replayed));
}

/// TO-02: a clock that goes back accepts nothing old.
#[test]
fn a_clock_that_goes_back_accepts_no_code_again() {
    let (policy, uri) = (Policy::back_office(), uri(""));
    let state = confirmed(&uri, at(0));
    let state = policy
        .verify(&state, &uri.code_at(at(3600)), at(3600))
        .unwrap()
        .into_state();
    for seconds in [0, 30, 1800, 3570] {
        let back = policy.verify(&state, &uri.code_at(at(seconds)), at(seconds));
        assert_eq!(back, Err(Error::Replayed), "{seconds} s");
    }
}

/// TO-05: one step back and one ahead by default, past and future apart.
#[test]
fn accepts_the_steps_of_the_window_and_no_others() {
    let uri = uri("");
    let state = confirmed(&uri, at(0));
    let now = at(600);
    let accepted = |policy: &Policy| -> Vec<i64> {
        let steps = -12..=12_i64;
        let right = |step: &i64| {
            let code = uri.code_at(Timestamp::from_secs(
                now.as_secs().saturating_add_signed(step * 30),
            ));
            policy.verify(&state, &code, now).is_ok()
        };
        steps.filter(right).collect()
    };
    let policy = Policy::back_office();
    assert_eq!(accepted(&policy), [-1, 0, 1]);
    assert_eq!(accepted(&Policy::default()), [-1, 0, 1]);
    assert_eq!(accepted(&Policy::rfc6238()), [-1, 0]);
    assert_eq!(accepted(&Policy::owasp_asvs()), [0]);
    assert_eq!(accepted(&narrow()), [0]);
    assert_eq!(
        accepted(&policy.clone().with_window(3, 0).unwrap()),
        [-3, -2, -1, 0]
    );
    assert_eq!(
        accepted(&policy.clone().with_window(0, 2).unwrap()),
        [0, 1, 2]
    );
    let widest = policy.clone().with_window(10, 10).unwrap();
    assert_eq!(accepted(&widest), (-10..=10).collect::<Vec<_>>());
    assert_eq!(policy.clone().with_window(11, 0), Err(Error::Window));
    assert_eq!(policy.with_window(0, 11), Err(Error::Window));
}

/// TO-03: steps 62075368 and 62075369 of the seed have the same code (found with Python's hmac): the
/// newer of the two is the one that counts, so that the code is spent for both.
#[test]
fn of_two_steps_with_one_code_the_newer_counts() {
    let (policy, uri, code) = (Policy::back_office(), uri(""), "235522");
    let older = Timestamp::from_secs(62_075_368 * 30);
    let newer = Timestamp::from_secs(62_075_369 * 30);
    assert_eq!(
        (uri.code_at(older).as_str(), uri.code_at(newer).as_str()),
        (code, code)
    );
    let state = confirmed(&uri, at(0));
    for now in [older, newer] {
        let accepted = policy.verify(&state, code, now).unwrap();
        assert_eq!(accepted.step(), 62_075_369);
        assert_eq!(
            policy.verify(accepted.state(), code, newer),
            Err(Error::Replayed)
        );
    }
    // the older one was used under a narrow window: the newer one has not been
    let used = narrow().verify(&state, code, older).unwrap();
    assert_eq!(used.step(), 62_075_368);
    assert_eq!(
        policy.verify(used.state(), code, newer).unwrap().step(),
        62_075_369
    );
}

/// TO-07 in kind, CO-03: nothing prints a secret, and a state has no way to it.
#[test]
fn nothing_prints_a_secret() {
    let uri = uri("");
    let state = confirmed(&uri, at(0));
    let (codes, shown) = recovery::generate().unwrap();
    let accepted = Policy::back_office()
        .verify(&state, &uri.code_at(at(60)), at(60))
        .unwrap();
    let redeemed = codes.redeem(shown[0].expose_secret()).unwrap();
    let printed = format!("{uri:?}{state:?}{:?}{accepted:?}", uri.secret());
    assert!(
        !printed.contains("GEZD") && !printed.contains("49, 50, 51"),
        "{printed}"
    );
    let printed = format!("{codes:?}{shown:?}{redeemed:?}");
    assert!(
        !printed.contains(&shown[0].expose_secret()[..4]),
        "{printed}"
    );
    assert!(
        !printed.contains("0x") && !printed.contains(", 1"),
        "{printed}"
    );
    assert_eq!(format!("{uri:?}"), "[redacted]");
    assert_eq!(format!("{:?}", shown[0]), "[redacted]");
}

/// TO-04: a state outlives an upgrade.
#[test]
fn a_known_state_reads_and_writes_as_it_always_did() {
    let uri: Uri = "otpauth://totp/a?secret=MFRGGZDFMZTWQ2LK&algorithm=SHA256&digits=8&period=60"
        .parse()
        .unwrap();
    let pending = import(&Policy::back_office(), &uri, Timestamp::from_millis(1));
    let bytes = b"\x01\x02\x08\0\0\0\x3c\0\0\0\x0aabcdefghij\0\0\0\0\0\0\x09\x27\xc1";
    assert_eq!(pending.encode(), bytes);
    assert_eq!(State::decode(bytes), Ok(pending));

    let state = confirmed(&uri, Timestamp::from_secs(60 * 0x0102_0304));
    let bytes = b"\x01\x02\x08\0\0\0\x3c\0\0\0\x0aabcdefghij\x01\0\0\0\0\x01\x02\x03\x04";
    assert_eq!(state.encode(), bytes);
    assert_eq!(State::decode(bytes), Ok(state));
}

/// CO-04: what cannot be read is an error, and never a factor that asks for nothing.
#[test]
fn a_damaged_or_newer_state_is_an_error() {
    let bytes = confirmed(&uri(""), at(0)).encode();
    for cut in 0..bytes.len() {
        assert_eq!(
            State::decode(&bytes[..cut]),
            Err(encoding::Error::Damaged),
            "cut at {cut}"
        );
    }
    let damaged = |at: usize, byte| {
        let mut bytes = bytes.clone();
        bytes[at] = byte;
        State::decode(&bytes)
    };
    assert_eq!(damaged(0, 2), Err(encoding::Error::UnknownVersion(2)));
    for (at, byte) in [
        (1, 0),
        (1, 4),
        (2, 5),
        (2, 9),
        (3, 1),
        (10, 9),
        (10, 21),
        (31, 2),
        (31, 3),
    ] {
        assert_eq!(
            damaged(at, byte),
            Err(encoding::Error::Damaged),
            "{byte} at {at}"
        );
    }
    let long = [bytes.as_slice(), &[0]].concat();
    assert_eq!(State::decode(&long), Err(encoding::Error::Damaged));
}

proptest! {
    /// TO-02, TO-03, TO-05, TO-11 against a set of used steps, under a clock that goes both ways.
    #[test]
    fn agrees_with_a_naive_list(
        (past, future) in (0_u8..4, 0_u8..4),
        tries in prop::collection::vec((-200_i64..400, -6_i64..6), 1..25),
    ) {
        let policy = Policy::back_office().with_window(past, future).unwrap();
        let uri = uri("&digits=8");
        let mut state = confirmed(&uri, at(0));
        let mut used = NINE / 30;
        let mut now = NINE + 3000;
        for (seconds, offset) in tries {
            now = now.checked_add_signed(seconds).unwrap();
            let step = now / 30;
            let tried = step.checked_add_signed(offset).unwrap();
            let code = uri.code_at(Timestamp::from_secs(tried * 30 + 29));
            let in_window = (-i64::from(past)..=i64::from(future)).contains(&offset);
            let expected = match (in_window, tried > used) {
                (false, _) => Err(Error::Wrong),
                (true, false) => Err(Error::Replayed),
                (true, true) => Ok(tried),
            };
            let outcome = policy.verify(&state, &code, Timestamp::from_secs(now));
            prop_assert_eq!(outcome.as_ref().map(|a| a.step()).map_err(Clone::clone), expected);
            if let Ok(accepted) = outcome {
                state = State::decode(&accepted.into_state().encode()).unwrap();
                used = tried;
            }
        }
    }

    /// CO-04: any bytes are a state or an error; one that is read is written alike.
    #[test]
    fn any_bytes_are_a_state_or_an_error(
        secret in prop::collection::vec(any::<u8>(), 8..22),
        status in 0_u8..3,
        last in any::<u64>(),
    ) {
        let len = u8::try_from(secret.len()).unwrap();
        let head = [1, 1, 6, 0, 0, 0, 30, 0, 0, 0, len];
        let bytes = [head.as_slice(), &secret, &[status], &last.to_be_bytes()].concat();
        match State::decode(&bytes) {
            Ok(state) => prop_assert_eq!(state.encode(), bytes),
            Err(_) => prop_assert!(secret.len() < 10 || status > 1),
        }
    }
}
