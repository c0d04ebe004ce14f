//! A clock that goes wrong is followed, so far and no further.
#![cfg(feature = "totp")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

use portcullis::{
    Timestamp, encoding,
    totp::{Error, Policy, State, Uri},
};
use proptest::prelude::*;

/// 2026-11-21T09:00:00Z, the start of a step of 30 seconds, and that step.
const NINE: u64 = 1_795_251_600;
const STEP: u64 = NINE / 30;

fn at(step: i64) -> Timestamp {
    Timestamp::from_secs(STEP.checked_add_signed(step).unwrap() * 30)
}

fn uri() -> Uri {
    "otpauth://totp/Example:ada?secret=2XGARX5XHYJDNNYXAPHSRGJQGCLPYJCB&digits=8"
        .parse()
        .unwrap()
}

fn code(step: i64) -> String {
    uri().code_at(at(step))
}

fn following(limit: u8) -> Policy {
    Policy::back_office().with_drift(limit).unwrap()
}

/// A factor that was confirmed with a right clock at step 0.
fn confirmed() -> State {
    let policy = following(60);
    let pending = policy.import(&uri(), at(0)).unwrap().into_state();
    policy.confirm(&pending, &code(0), at(0)).unwrap()
}

/// Enters the code of `step` at each `now`, and expects it to be accepted.
fn walk(policy: &Policy, tries: impl IntoIterator<Item = (i64, i64)>) -> State {
    let enter = |state: State, (step, now)| {
        let accepted = policy.verify(&state, &code(step), at(now));
        accepted.unwrap().into_state()
    };
    tries.into_iter().fold(confirmed(), enter)
}

/// The steps, as seen from `now`, whose codes are accepted then.
fn accepted(policy: &Policy, state: &State, now: i64) -> Vec<i64> {
    let right = |step: &i64| policy.verify(state, &code(now + step), at(now)).is_ok();
    (-80..=80).filter(right).collect()
}

/// TO-05: a clock that loses a step at a time is followed, each code moving the window, to the limit.
#[test]
fn the_window_follows_a_clock_that_goes_wrong_and_stops_at_the_limit() {
    let policy = following(3);
    let state = walk(&policy, [(99, 100)]);
    assert_eq!(state.drift(), -1);
    assert_eq!(accepted(&policy, &state, 200), [-2, -1, 0]);
    let state = walk(&policy, [(99, 100), (198, 200), (297, 300)]);
    assert_eq!(state.drift(), -3);
    assert_eq!(accepted(&policy, &state, 400), [-4, -3, -2]);
    let state = walk(&policy, [(99, 100), (198, 200), (297, 300), (396, 400)]);
    assert_eq!(state.drift(), -3);
    assert_eq!(accepted(&policy, &state, 500), [-4, -3, -2]);
    let state = walk(&policy, [(101, 100), (202, 200), (303, 300), (404, 400)]);
    assert_eq!(state.drift(), 3);
    assert_eq!(accepted(&policy, &state, 500), [2, 3, 4]);
}

/// TO-05: and back again, when somebody sets it right.
#[test]
fn the_window_comes_back_with_the_clock() {
    let policy = following(3);
    let state = walk(&policy, [(99, 100), (198, 200), (299, 300)]);
    assert_eq!(state.drift(), -1);
    let state = walk(&policy, [(99, 100), (198, 200), (299, 300), (400, 400)]);
    assert_eq!(state.drift(), 0);
    assert_eq!(accepted(&policy, &state, 500), [-1, 0, 1]);
}

/// TO-05: unless a policy says so, nothing is learned, and what was learned before does not count.
#[test]
fn no_drift_is_learned_or_followed_by_default() {
    for policy in [
        Policy::back_office(),
        Policy::rfc6238(),
        Policy::owasp_asvs(),
        Policy::default(),
    ] {
        let policy = policy.with_window(1, 1).unwrap();
        let state = walk(&policy, [(99, 100)]);
        assert_eq!(state.drift(), 0);
        let drifted = walk(&following(9), [(99, 100), (198, 200), (297, 300)]);
        assert_eq!(drifted.drift(), -3);
        assert_eq!(accepted(&policy, &drifted, 400), [-1, 0, 1]);
    }
}

/// TO-05: a limit that is made smaller holds for what was learned under the larger one.
#[test]
fn a_smaller_limit_clamps_what_was_learned() {
    let drifted = walk(&following(9), [(99, 100), (198, 200), (297, 300)]);
    assert_eq!(drifted.drift(), -3);
    assert_eq!(accepted(&following(1), &drifted, 400), [-2, -1, 0]);
    let next = following(1)
        .verify(&drifted, &code(398), at(400))
        .unwrap()
        .into_state();
    assert_eq!(next.drift(), -1);
}

/// TO-02, TO-05: following a clock back opens no code of a step before one that was used.
#[test]
fn codes_before_a_used_one_stay_closed_whatever_the_drift() {
    let policy = following(60);
    let state = walk(&policy, (1..=20).map(|n| (n * 100 - n, n * 100)));
    assert_eq!(state.drift(), -20);
    // a thief has all the codes of that clock, and the server's clock goes back
    for now in 1960..=2020 {
        for step in 1940..=1980 {
            let tried = policy.verify(&state, &code(step), at(now));
            assert!(
                matches!(tried, Err(Error::Replayed | Error::Wrong)),
                "{step} at {now}"
            );
        }
    }
}

/// TO-05.
#[test]
fn drift_has_a_bound() {
    assert!(Policy::back_office().with_drift(60).is_ok());
    assert_eq!(Policy::back_office().with_drift(61), Err(Error::Drift));
}

/// TO-05, CO-04: drift is stored; what is beyond its bound was not written by us.
#[test]
fn drift_is_stored_and_read_within_its_bound() {
    let state = walk(&following(9), [(99, 100), (198, 200)]);
    let bytes = state.encode();
    assert_eq!(bytes.last(), Some(&0xfe));
    assert_eq!(State::decode(&bytes), Ok(state));
    let with = |drift: i8| {
        let mut bytes = bytes.clone();
        *bytes.last_mut().unwrap() = drift.to_be_bytes()[0];
        State::decode(&bytes).map(|state| state.drift())
    };
    for drift in [-60, -1, 1, 60] {
        assert_eq!(with(drift), Ok(drift));
    }
    for drift in [-128, -61, 0, 61, 127] {
        assert_eq!(with(drift), Err(encoding::Error::Damaged), "{drift}");
    }
}

/// TO-05: two codes in a row find the clock anywhere within the limit; one code does not.
#[test]
fn two_codes_in_a_row_find_a_clock_that_is_out_of_the_window() {
    let policy = following(20);
    let state = confirmed();
    for offset in [-20_i64, -7, 7, 21] {
        let step = 100 + offset;
        let one = policy.verify(&state, &code(step), at(100));
        assert_eq!(one, Err(Error::Wrong));
        let found = policy.resynchronise(&state, &code(step - 1), &code(step), at(100));
        let found = found.unwrap();
        assert_eq!(found.step(), STEP.checked_add_signed(step).unwrap());
        let drift = offset.min(20);
        assert_eq!(i64::from(found.state().drift()), drift);
        let next = policy.verify(found.state(), &code(200 + offset), at(200));
        assert!(next.is_ok(), "{offset}");
    }
    for step in [100 - 21, 100 + 22] {
        let beyond = policy.resynchronise(&state, &code(step - 1), &code(step), at(100));
        assert_eq!(beyond, Err(Error::Wrong), "{step}");
    }
}

/// TO-02, TO-11: both codes are used up by it, and neither may have been used.
#[test]
fn resynchronisation_uses_both_codes_up_and_takes_no_used_one() {
    let policy = following(20);
    let synchronised =
        |state: &State, first| policy.resynchronise(state, &code(first), &code(first + 1), at(100));
    let state = synchronised(&confirmed(), 90).unwrap().into_state();
    for step in [90, 91] {
        let again = policy.verify(&state, &code(step), at(100));
        assert_eq!(again, Err(Error::Replayed), "{step}");
    }
    for first in [85, 90, 91] {
        assert_eq!(synchronised(&state, first), Err(Error::Replayed), "{first}");
    }
    assert!(synchronised(&state, 92).is_ok());
}

/// TO-05: nothing else than two codes of adjacent steps, in their order.
#[test]
fn resynchronisation_takes_only_adjacent_codes_in_their_order() {
    let policy = following(20);
    let state = confirmed();
    let enter = |first: &str, second: &str| {
        let found = policy.resynchronise(&state, first, second, at(100));
        found.map(|accepted| accepted.step())
    };
    for (first, second) in [(91, 90), (90, 92), (90, 90), (90, 99)] {
        let found = enter(&code(first), &code(second));
        assert_eq!(found, Err(Error::Wrong), "{first}, {second}");
    }
    assert_eq!(enter(&code(90), "00000000"), Err(Error::Wrong));
    assert_eq!(enter("00000000", &code(90)), Err(Error::Wrong));
    assert_eq!(enter("", &code(91)), Err(Error::Malformed));
    assert_eq!(enter(&code(90), "0000000"), Err(Error::Malformed));
    assert_eq!(enter(&code(90), &code(91)), Ok(STEP + 91));
    let pending = policy.import(&uri(), at(100)).unwrap().into_state();
    let found = policy.resynchronise(&pending, &code(99), &code(100), at(100));
    assert_eq!(found, Err(Error::NotConfirmed));
}

/// TO-05: without drift, two codes open nothing that one does not.
#[test]
fn without_drift_resynchronisation_stays_in_the_window() {
    let policy = Policy::back_office();
    let state = confirmed();
    for (first, found) in [
        (97, false),
        (98, false),
        (99, true),
        (100, true),
        (101, false),
    ] {
        let tried = policy.resynchronise(&state, &code(first), &code(first + 1), at(100));
        assert_eq!(tried.is_ok(), found, "{first}");
    }
}

/// TO-05: at both ends of time there is no step beyond the end.
#[test]
fn the_ends_of_time_are_followed_too() {
    let policy = following(60).with_window(10, 10).unwrap();
    let uri: Uri = "otpauth://totp/a?secret=2XGARX5XHYJDNNYXAPHSRGJQGCLPYJCB&period=1"
        .parse()
        .unwrap();
    let pending = policy.import(&uri, Timestamp::EPOCH).unwrap().into_state();
    let state = policy
        .confirm(&pending, &uri.code_at(Timestamp::EPOCH), Timestamp::EPOCH)
        .unwrap();
    for (now, step) in [(1, 4), (2, 5), (u64::MAX / 1000 - 9, u64::MAX / 1000)] {
        let (now, shown) = (Timestamp::from_secs(now), Timestamp::from_secs(step));
        let accepted = policy.verify(&state, &uri.code_at(shown), now).unwrap();
        assert_eq!(accepted.step(), step);
        let before = Timestamp::from_secs(step - 1);
        let found = policy.resynchronise(&state, &uri.code_at(before), &uri.code_at(shown), now);
        assert_eq!(found.unwrap().step(), step);
    }
}

/// What is entered: one code, or two in a row of which this is the second.
#[derive(Clone, Copy, Debug)]
enum Entered {
    One,
    Two,
}

proptest! {
    /// TO-02, TO-05, TO-11 against a model: whatever the clocks do, no accepted code is further from
    /// the server's clock than window and limit, and none is of a step used before.
    #[test]
    fn agrees_with_a_model_of_what_is_learned(
        (past, future, limit) in (0_u8..3, 0_u8..3, 0_u8..6),
        tries in prop::collection::vec(
            (-3_i64..6, -9_i64..=9, prop_oneof![4 => Just(Entered::One), 1 => Just(Entered::Two)]),
            1..25,
        ),
    ) {
        let policy = following(limit).with_window(past, future).unwrap();
        let (past, future, limit) = (i64::from(past), i64::from(future), i64::from(limit));
        let (mut state, mut used, mut drift, mut now) = (confirmed(), 0, 0, 100);
        for (passed, offset, entered) in tries {
            now += passed;
            let step = now + offset;
            let (window, outcome) = match entered {
                Entered::One => (
                    drift - past..=drift + future,
                    policy.verify(&state, &code(step), at(now)),
                ),
                Entered::Two => (
                    // the first of the two is in reach as well
                    1 - past - limit..=limit + future,
                    policy.resynchronise(&state, &code(step - 1), &code(step), at(now)),
                ),
            };
            let oldest = match entered {
                Entered::One => step,
                Entered::Two => step - 1,
            };
            let expected = match (window.contains(&offset), oldest > used) {
                (false, _) => Err(Error::Wrong),
                (true, false) => Err(Error::Replayed),
                (true, true) => Ok(STEP.checked_add_signed(step).unwrap()),
            };
            prop_assert_eq!(outcome.as_ref().map(|a| a.step()).map_err(Clone::clone), expected);
            if let Ok(accepted) = outcome {
                state = State::decode(&accepted.into_state().encode()).unwrap();
                used = step;
                drift = offset.clamp(-limit, limit);
                prop_assert_eq!(i64::from(state.drift()), drift);
                prop_assert!((-past - limit..=future + limit).contains(&offset));
            }
        }
    }
}
