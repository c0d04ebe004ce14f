//! The fifth failure in a row asks for a reset, whoever comes and however many at once.
#![cfg(feature = "attempts")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests stop at what they did not expect"
)]

mod attempts_support;

use std::{
    sync::{
        Barrier,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use attempts_support::{
    SECOND, account, ada, allowed, at, attempt, attempts, begin, block_on, fail, fail_times,
};
use portcullis::{
    Timestamp,
    attempts::{Begin, Outcome, Permit, Policy, State, Verdict},
};

/// The pure steps of a back office, for tests that look at the state.
fn take(state: State, now: Timestamp) -> (State, Permit) {
    attempts_support::take(&Policy::back_office(), state, now)
}

fn failed(state: State, times: usize, now: Timestamp) -> State {
    attempts_support::failed(&Policy::back_office(), state, times, now)
}

/// S4-20, AT-01: at exactly five, not at the sixth, and from then on also for the right password.
#[test]
fn the_fifth_failure_requires_a_reset_and_refuses_the_right_password() {
    let attempts = attempts();
    for left in [4, 3, 2, 1] {
        assert_eq!(fail(&attempts, at(0)), Outcome::Counted { left });
    }
    let since = at(7);
    assert_eq!(fail(&attempts, since), Outcome::ResetRequired { since });
    for later in [at(7), at(8), at(90 * SECOND)] {
        assert_eq!(
            attempts.begin(&ada(), later).unwrap(),
            Begin::ResetRequired { since }
        );
    }
}

/// S4-20: no passing of time reopens the account.
#[test]
fn a_lock_holds_until_the_end_of_time() {
    let attempts = attempts();
    let since = at(0);
    fail_times(&attempts, 5, since);
    for later in [at(86_400 * SECOND), Timestamp::MAX, Timestamp::EPOCH] {
        assert_eq!(
            attempts.begin(&ada(), later).unwrap(),
            Begin::ResetRequired { since }
        );
    }
}

/// S4-20: a reset starts at zero, with all five failures left.
#[test]
fn a_reset_starts_at_zero() {
    let attempts = attempts();
    fail_times(&attempts, 5, at(0));
    attempts.reset(&ada()).unwrap();
    assert_eq!(fail(&attempts, at(1)), Outcome::Counted { left: 4 });
}

/// AT-01, S4-20: unsuccessful attempts are counted in a row.
#[test]
fn a_success_clears_the_count() {
    let attempts = attempts();
    for _ in 0..3 {
        fail_times(&attempts, 4, at(0));
        assert_eq!(
            attempt(&attempts, Verdict::Success, at(0)),
            Outcome::Cleared
        );
    }
    assert_eq!(fail(&attempts, at(0)), Outcome::Counted { left: 4 });
}

/// AT-11: a right password does not make room for guessing codes: one budget for both.
#[test]
fn an_incomplete_attempt_gives_its_slot_back_and_leaves_the_count() {
    let attempts = attempts();
    fail_times(&attempts, 4, at(0));
    for _ in 0..10 {
        let outcome = attempt(&attempts, Verdict::Incomplete, at(0));
        assert_eq!(outcome, Outcome::Returned { left: 1 });
    }
    let since = at(0);
    assert_eq!(fail(&attempts, since), Outcome::ResetRequired { since });
}

/// AT-05: nobody else's count is touched by a success, a failure or a lock.
#[test]
fn accounts_are_counted_apart() {
    let attempts = attempts();
    fail_times(&attempts, 5, at(0));
    let bob = account("bob");
    let slot = allowed(attempts.begin(&bob, at(0)).unwrap());
    assert_eq!(
        attempts.settle(slot, Verdict::Success, at(0)).unwrap(),
        Outcome::Cleared
    );
    assert!(matches!(
        attempts.begin(&ada(), at(0)).unwrap(),
        Begin::ResetRequired { .. }
    ));
}

/// AT-02: a slot is taken before the slow hash runs, and there are as many as failures are left.
#[test]
fn no_more_attempts_are_under_way_than_failures_are_left() {
    let attempts = attempts();
    fail_times(&attempts, 3, at(0));
    let first = begin(&attempts, at(0));
    let second = begin(&attempts, at(0));
    assert!(matches!(
        attempts.begin(&ada(), at(0)).unwrap(),
        Begin::Busy { .. }
    ));
    let settled = attempts.settle(first, Verdict::Success, at(1)).unwrap();
    assert_eq!(settled, Outcome::Cleared);
    assert_eq!(fail(&attempts, at(1)), Outcome::Counted { left: 4 });
    let settled = attempts.settle(second, Verdict::Failure, at(1)).unwrap();
    assert_eq!(settled, Outcome::Counted { left: 3 });
}

/// AT-10: says when to come back, and that busy is no lock: it counts nothing, however often.
#[test]
fn busy_says_when_to_come_back_and_counts_nothing() {
    let attempts = attempts();
    let slots: Vec<_> = (0..5).map(|_| begin(&attempts, at(0))).collect();
    for _ in 0..100 {
        let Begin::Busy { retry_after } = attempts.begin(&ada(), at(1)).unwrap() else {
            panic!("not busy");
        };
        assert_eq!(retry_after, Duration::from_secs(1));
    }
    for slot in slots {
        let outcome = attempts.settle(slot, Verdict::Success, at(2)).unwrap();
        assert_eq!(outcome, Outcome::Cleared);
    }
    assert_eq!(fail(&attempts, at(3)), Outcome::Counted { left: 4 });
}

/// AT-02: of a hundred wrong guesses in one moment exactly five are evaluated, whoever of them comes
/// back after being told that it is busy.
#[test]
fn of_a_hundred_parallel_guesses_five_are_evaluated() {
    let attempts = attempts();
    let (barrier, evaluated) = (Barrier::new(100), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..100 {
            scope.spawn(|| {
                barrier.wait();
                for _ in 0..10_000 {
                    match attempts.begin(&ada(), at(0)).unwrap() {
                        Begin::Allowed(slot) => {
                            evaluated.fetch_add(1, Ordering::Relaxed);
                            thread::yield_now();
                            let settled = attempts.settle(slot, Verdict::Failure, at(0)).unwrap();
                            assert_ne!(settled, Outcome::Lapsed);
                        }
                        Begin::Busy { .. } => thread::yield_now(),
                        _ => break,
                    }
                }
            });
        }
    });
    assert_eq!(evaluated.into_inner(), 5);
    let since = at(0);
    assert_eq!(
        attempts.begin(&ada(), at(1)).unwrap(),
        Begin::ResetRequired { since }
    );
}

/// AT-02: whichever of the attempts under way is the right one, and whenever it settles, it never
/// opens what four failures and another one have locked.
#[test]
fn a_parallel_success_wipes_no_lock() {
    // Under one threshold a slot that is open and a lock exclude each other. Under two they need not.
    let (wide, narrow) = (Policy::new(10).unwrap(), Policy::back_office());
    let mut permits = Vec::new();
    let mut state = State::default();
    for _ in 0..6 {
        let (next, begin) = wide.begin(state, at(0));
        permits.push(allowed(begin));
        state = next;
    }
    let right = permits.pop().unwrap();
    for permit in &permits {
        let (next, outcome) = narrow.settle(state, permit, Verdict::Failure, at(1));
        assert_ne!(outcome, Outcome::Lapsed);
        state = next;
    }
    let since = at(1);
    let (state, outcome) = narrow.settle(state, &right, Verdict::Success, at(2));
    assert_eq!(outcome, Outcome::ResetRequired { since });
    // and not when a wider policy is asked either
    let (state, outcome) = wide.settle(state, &right, Verdict::Success, at(3));
    assert_eq!(outcome, Outcome::ResetRequired { since });
    // nor is it counted once it has lapsed
    let locked = state.lock();
    let (state, _) = narrow.begin(state, at(60 * SECOND));
    assert_eq!((state.lock(), state.failures()), (locked, 0));
}

/// AT-01: a client that hangs up gains no free guess.
#[test]
fn a_dropped_slot_is_a_failure_after_thirty_seconds() {
    let attempts = attempts();
    fail_times(&attempts, 4, at(0));
    drop(begin(&attempts, at(0)));
    let last_moment = at(30 * SECOND - 1);
    assert!(matches!(
        attempts.begin(&ada(), last_moment).unwrap(),
        Begin::Busy { .. }
    ));
    let since = at(30 * SECOND);
    assert_eq!(
        attempts.begin(&ada(), since).unwrap(),
        Begin::ResetRequired { since }
    );
}

/// AT-01: what comes too late neither counts twice nor clears.
#[test]
fn a_slot_that_has_lapsed_is_counted_once_and_clears_nothing() {
    for verdict in [Verdict::Failure, Verdict::Success] {
        let (state, permit) = take(State::default(), at(0));
        let late = at(30 * SECOND);
        let (state, outcome) = Policy::back_office().settle(state, &permit, verdict, late);
        assert_eq!((outcome, state.failures()), (Outcome::Lapsed, 1));
        let (state, outcome) = Policy::back_office().settle(state, &permit, verdict, late);
        assert_eq!((outcome, state.failures()), (Outcome::Lapsed, 1));
    }
}

/// AT-01: in time is any time before the thirtieth second.
#[test]
fn a_slot_settled_in_its_last_millisecond_counts_as_it_says() {
    let (state, permit) = take(failed(State::default(), 3, at(0)), at(0));
    let last_moment = at(30 * SECOND - 1);
    let (state, outcome) =
        Policy::back_office().settle(state, &permit, Verdict::Success, last_moment);
    assert_eq!((outcome, state.failures()), (Outcome::Cleared, 0));
}

/// AT-02: the same permit twice is one attempt.
#[test]
fn a_slot_is_settled_once() {
    let policy = Policy::back_office();
    let (state, permit) = take(State::default(), at(0));
    let (state, other) = take(state, at(0));
    let (state, _) = policy.settle(state, &permit, Verdict::Failure, at(0));
    let (state, outcome) = policy.settle(state, &permit, Verdict::Failure, at(0));
    assert_eq!((outcome, state.failures()), (Outcome::Lapsed, 1));
    let (_, outcome) = policy.settle(state, &other, Verdict::Failure, at(0));
    assert_eq!(outcome, Outcome::Counted { left: 3 });
}

/// AT-01: an attempt that began before a reset says nothing about the time after it.
#[test]
fn an_attempt_from_before_a_reset_changes_nothing_after_it() {
    let policy = Policy::back_office();
    for verdict in [Verdict::Failure, Verdict::Success] {
        let (state, before) = take(State::default(), at(0));
        let (state, after) = take(policy.reset(state), at(0));
        let state = failed(state, 1, at(0));
        let (state, outcome) = policy.settle(state, &before, verdict, at(1));
        assert_eq!((outcome, state.failures()), (Outcome::Lapsed, 1));
        let (_, outcome) = policy.settle(state, &after, Verdict::Failure, at(1));
        assert_eq!(outcome, Outcome::Counted { left: 3 });
    }
}

/// AT-02: a record that a store forgot, and that began anew, knows no permit from before.
#[test]
fn a_permit_does_not_fit_a_state_that_was_forgotten() {
    let (_, before) = take(State::default(), at(0));
    let (state, after) = take(State::default(), at(1));
    let (state, outcome) = Policy::back_office().settle(state, &before, Verdict::Success, at(2));
    assert_eq!(outcome, Outcome::Lapsed);
    let (_, outcome) = Policy::back_office().settle(state, &after, Verdict::Success, at(2));
    assert_eq!(outcome, Outcome::Cleared);
}

/// AT-02: a clock that goes back frees no slot: there is room for as many attempts as before.
#[test]
fn a_clock_that_goes_back_frees_no_slot_and_loses_none() {
    let policy = Policy::back_office();
    let (state, permit) = take(
        failed(State::default(), 4, at(3600 * SECOND)),
        at(3600 * SECOND),
    );
    let (state, begin) = policy.begin(state, at(0));
    assert!(matches!(begin, Begin::Busy { .. }), "{begin:?}");
    let (state, outcome) = policy.settle(state, &permit, Verdict::Success, at(1));
    assert_eq!((outcome, state.failures()), (Outcome::Cleared, 0));
}

/// AT-01: a slot taken under a clock that was far ahead does not keep the account busy until the
/// clock has caught up.
#[test]
fn a_slot_from_the_future_lapses_a_lifetime_after_it_was_seen() {
    let policy = Policy::back_office();
    let (state, _) = take(failed(State::default(), 4, at(0)), Timestamp::MAX);
    let (state, begin) = policy.begin(state, at(0));
    assert!(matches!(begin, Begin::Busy { .. }), "{begin:?}");
    let (state, begin) = policy.begin(state, at(30 * SECOND - 1));
    assert!(matches!(begin, Begin::Busy { .. }), "{begin:?}");
    let (_, begin) = policy.begin(state, at(30 * SECOND));
    let since = at(30 * SECOND);
    assert_eq!(begin, Begin::ResetRequired { since });
}

/// AT-02: ids go on after a clock at its end.
#[test]
fn slots_are_told_apart_after_the_end_of_time() {
    let policy = Policy::back_office();
    let (state, first) = take(State::default(), Timestamp::MAX);
    let (state, second) = take(state, at(0));
    let (state, third) = take(state, at(0));
    assert!(first != second && second != third && first != third);
    let (state, outcome) = policy.settle(state, &second, Verdict::Failure, at(0));
    assert_eq!(outcome, Outcome::Counted { left: 4 });
    let (_, outcome) = policy.settle(state, &third, Verdict::Success, at(0));
    assert_eq!(outcome, Outcome::Cleared);
}

/// S4-20: the asynchronous twins do the same.
#[test]
fn the_async_verbs_lock_and_reset_alike() {
    let attempts = attempts();
    let since = at(0);
    for _ in 0..5 {
        let slot = allowed(block_on(attempts.begin_async(&ada(), since)).unwrap());
        let _ = block_on(attempts.settle_async(slot, Verdict::Failure, since)).unwrap();
    }
    let locked = block_on(attempts.begin_async(&ada(), at(1))).unwrap();
    assert_eq!(locked, Begin::ResetRequired { since });
    block_on(attempts.reset_async(&ada())).unwrap();
    assert_eq!(fail(&attempts, at(2)), Outcome::Counted { left: 4 });
}
