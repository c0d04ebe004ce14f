//! What the tests of sessions share.
#![allow(dead_code, reason = "each test file uses its own part")]

use portcullis::{
    Timestamp,
    session::{Factors, Handle, Live, Policy, Sessions, State, Token},
    store::{Memory, Store},
};

pub(crate) const SECOND: u64 = 1000;
pub(crate) const MINUTE: u64 = 60_000;
pub(crate) const HOUR: u64 = 60 * MINUTE;
pub(crate) const DAY: u64 = 24 * HOUR;
/// 2026-11-21T09:00:00Z.
pub(crate) const NINE: u64 = 1_795_251_600_000;

pub(crate) fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(NINE + millis)
}

/// A back office's sessions.
pub(crate) fn sessions() -> Sessions<Memory> {
    Sessions::new(Policy::back_office(), Memory::new(10_000))
}

pub(crate) fn start<S: Store>(sessions: &Sessions<S>, subject: &str, now: Timestamp) -> Token {
    let sign_in = sessions.begin(subject, now).unwrap();
    sessions
        .start(sign_in.with_factors(Factors::PASSWORD), now)
        .unwrap()
        .0
}

/// Starts one more session by pure steps.
pub(crate) fn started(policy: &Policy, state: State, now: Timestamp) -> (State, Token, Live) {
    let sign_in = state.begin("ada", now);
    let sign_in = sign_in.with_factors(Factors::PASSWORD);
    let (state, outcome) = policy.start(state, sign_in, now);
    let (token, live) = outcome.unwrap();
    (state, token, live)
}

/// The key of a subject's record.
pub(crate) fn key(subject: &str) -> Vec<u8> {
    let handle = Handle::of(subject);
    [b"portcullis/session/".as_slice(), handle.as_bytes()].concat()
}

/// Runs a future that never waits.
pub(crate) fn ready<T>(future: impl Future<Output = T>) -> T {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => unreachable!("the store in memory never waits"),
    }
}
