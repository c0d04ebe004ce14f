//! What the tests of `attempts` share.
#![allow(dead_code, reason = "each test uses its own part")]
#![allow(
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

use std::{fmt::Debug, time::Duration};

use portcullis::{
    Timestamp,
    attempts::{Attempts, Begin, Key, Outcome, Permit, Policy, Reservation, State, Verdict},
    store::{Memory, Store},
};

pub(crate) const SECOND: u64 = 1000;
pub(crate) const MINUTE: u64 = 60 * SECOND;
/// 2026-11-21T09:00:00Z.
pub(crate) const NINE: u64 = 1_795_251_600_000;

/// So many milliseconds after nine.
pub(crate) fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(NINE + millis)
}

pub(crate) fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

pub(crate) fn attempts() -> Attempts<Memory> {
    under(Policy::back_office())
}

pub(crate) fn under(policy: Policy) -> Attempts<Memory> {
    Attempts::new(policy, Memory::new(1000))
}

pub(crate) fn account(name: &str) -> Key {
    Key::account(name).unwrap()
}

pub(crate) fn ada() -> Key {
    account("ada")
}

pub(crate) fn allowed<P: Debug>(begin: Begin<P>) -> P {
    match begin {
        Begin::Allowed(permit) => permit,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn begin<S: Store>(attempts: &Attempts<S>, now: Timestamp) -> Reservation {
    allowed(attempts.begin(&ada(), now).unwrap())
}

/// One attempt of Ada's from begin to settle.
pub(crate) fn attempt<S: Store>(
    attempts: &Attempts<S>,
    verdict: Verdict,
    now: Timestamp,
) -> Outcome {
    attempts.settle(begin(attempts, now), verdict, now).unwrap()
}

pub(crate) fn fail<S: Store>(attempts: &Attempts<S>, now: Timestamp) -> Outcome {
    attempt(attempts, Verdict::Failure, now)
}

pub(crate) fn fail_times<S: Store>(attempts: &Attempts<S>, times: usize, now: Timestamp) {
    for _ in 0..times {
        assert_ne!(fail(attempts, now), Outcome::Lapsed);
    }
}

/// The pure steps, for tests that look at the state.
pub(crate) fn take(policy: &Policy, state: State, now: Timestamp) -> (State, Permit) {
    let (state, begin) = policy.begin(state, now);
    (state, allowed(begin))
}

pub(crate) fn failed(policy: &Policy, mut state: State, times: usize, now: Timestamp) -> State {
    for _ in 0..times {
        let (taken, permit) = take(policy, state, now);
        let (settled, outcome) = policy.settle(taken, &permit, Verdict::Failure, now);
        assert_ne!(outcome, Outcome::Lapsed);
        state = settled;
    }
    state
}

/// Runs a future that never waits, as those over the store in memory.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => panic!("waited"),
    }
}
