//! The fifth failure in a row asks for a reset, whoever comes and however many at once.
#![cfg(feature = "attempts")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

use std::{
    collections::HashSet,
    sync::{
        Barrier,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use portcullis::{
    Timestamp,
    attempts::{Attempts, Begin, Error, Key, Outcome, Permit, Policy, Reservation, State, Verdict},
    encoding,
    store::{self, Change, Entry, Exchange, Memory, Store, update},
};
use proptest::prelude::*;

const SECOND: u64 = 1000;
/// 2026-11-21T09:00:00Z.
const NINE: u64 = 1_795_251_600_000;

fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(NINE + millis)
}

fn attempts() -> Attempts<Memory> {
    Attempts::new(Policy::back_office(), Memory::new(1000))
}

fn ada() -> Key {
    Key::account("ada").unwrap()
}

fn allowed<P: std::fmt::Debug>(begin: Begin<P>) -> P {
    match begin {
        Begin::Allowed(permit) => permit,
        other => panic!("{other:?}"),
    }
}

fn begin<S: Store>(attempts: &Attempts<S>, now: Timestamp) -> Reservation {
    allowed(attempts.begin(&ada(), now).unwrap())
}

/// One attempt from begin to settle.
fn attempt<S: Store>(attempts: &Attempts<S>, verdict: Verdict, now: Timestamp) -> Outcome {
    attempts.settle(begin(attempts, now), verdict, now).unwrap()
}

fn fail<S: Store>(attempts: &Attempts<S>, now: Timestamp) -> Outcome {
    attempt(attempts, Verdict::Failure, now)
}

fn fail_times<S: Store>(attempts: &Attempts<S>, times: usize, now: Timestamp) {
    for _ in 0..times {
        assert_ne!(fail(attempts, now), Outcome::Lapsed);
    }
}

/// The pure steps, for tests that look at the state.
fn take(state: State, now: Timestamp) -> (State, Permit) {
    let (state, begin) = Policy::back_office().begin(state, now);
    (state, allowed(begin))
}

fn failed(mut state: State, times: usize, now: Timestamp) -> State {
    for _ in 0..times {
        let (taken, permit) = take(state, now);
        let (settled, outcome) =
            Policy::back_office().settle(taken, &permit, Verdict::Failure, now);
        assert_ne!(outcome, Outcome::Lapsed);
        state = settled;
    }
    state
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
    let bob = Key::account("bob").unwrap();
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

/// AT-01: a stricter policy holds from the next look on.
#[test]
fn a_lower_threshold_is_found_reached_at_the_next_attempt() {
    let state = failed(State::default(), 3, at(0));
    let strict = Policy::new(3).unwrap();
    let (_, begin) = strict.begin(state, at(5));
    assert_eq!(begin, Begin::ResetRequired { since: at(5) });
}

/// AT-01.
#[test]
fn thresholds_and_lifetimes_have_bounds() {
    assert!(Policy::new(1).is_ok() && Policy::new(100).is_ok());
    assert_eq!(Policy::new(0), Err(Error::Threshold));
    assert_eq!(Policy::new(101), Err(Error::Threshold));
    let lifetime = |millis| Policy::back_office().with_slot_lifetime(Duration::from_millis(millis));
    assert!(lifetime(1000).is_ok() && lifetime(600_000).is_ok());
    assert_eq!(lifetime(999), Err(Error::SlotLifetime));
    assert_eq!(lifetime(600_001), Err(Error::SlotLifetime));
}

/// AT-03: nobody without a name shares a count with everybody without a name.
#[test]
fn an_empty_name_is_no_key() {
    for empty in ["", " ", "\t\r\n", "\u{a0}\u{2003}"] {
        assert_eq!(Key::account(empty), Err(Error::EmptyKey));
    }
    assert!(Key::account(&"x".repeat(512)).is_ok());
    assert_eq!(Key::account(&"x".repeat(513)), Err(Error::LongKey));
}

/// AT-03: printed in words, and what a terminal would obey is not obeyed.
#[test]
fn keys_print_in_words() {
    assert_eq!(ada().to_string(), r#"account "ada""#);
    let forged = Key::account("ada\"\n\u{1b}[2Jroot").unwrap();
    assert_eq!(forged.to_string(), r#"account "ada\"\n\u{1b}[2Jroot""#);
}

/// AT-03: the bytes under which a row is found are frozen.
#[test]
fn a_known_key_has_the_bytes_it_always_had() {
    assert_eq!(
        ada().store_key(),
        b"portcullis/attempts/\x01\x00\x00\x00\x03ada"
    );
}

/// AT-01: a state outlives an upgrade.
#[test]
fn a_known_state_reads_and_writes_as_it_always_did() {
    let open = failed(State::default(), 2, Timestamp::from_millis(0x0102));
    let (open, _) = take(open, Timestamp::from_millis(0x0203));
    let bytes = b"\x01\0\0\0\0\0\0\x02\x03\0\
        \0\0\0\x02\0\0\0\0\0\0\x01\x02\0\0\0\0\0\0\0\x01\x02\0\0\0\0\0\0\0\0\0\
        \0\0\0\x01\0\0\0\0\0\0\x02\x03\0\0\0\0\0\0\x77\x33";
    assert_eq!(open.encode(), bytes);
    assert_eq!(State::decode(bytes), Ok(open));

    let locked = failed(State::default(), 5, Timestamp::from_millis(0x0102));
    let bytes = b"\x01\0\0\0\0\0\0\x01\x06\x02\0\0\0\0\0\0\x01\x02";
    assert_eq!(locked.encode(), bytes);
    assert_eq!(State::decode(bytes), Ok(locked));
}

/// CO-04: what cannot be read denies; it is never an account without failures.
#[test]
fn a_damaged_or_newer_state_is_an_error() {
    let attempts = attempts();
    let bytes = failed(State::default(), 2, at(0)).encode();
    for cut in 0..bytes.len() {
        assert_eq!(
            State::decode(&bytes[..cut]),
            Err(encoding::Error::Damaged),
            "cut at {cut}"
        );
    }
    let mut newer = bytes.clone();
    newer[0] = 2;
    assert_eq!(
        State::decode(&newer),
        Err(encoding::Error::UnknownVersion(2))
    );
    let mut many = bytes;
    many[13] = 101;
    assert_eq!(State::decode(&many), Err(encoding::Error::Damaged));

    let store = Memory::new(10);
    let put = Change::Put(Entry::new(newer));
    update(&store, &ada().store_key(), |_| {
        Ok::<_, store::Error>((put.clone(), ()))
    })
    .unwrap();
    let broken = Attempts::new(attempts.policy().clone(), store);
    let unreadable = Error::State(encoding::Error::UnknownVersion(2));
    assert_eq!(broken.begin(&ada(), at(0)), Err(unreadable));
}

/// A store that is down.
struct Down;

impl Store for Down {
    type Error = std::io::Error;
    fn load(&self, _: &[u8]) -> Result<Option<Vec<u8>>, Self::Error> {
        Err(std::io::Error::other("down"))
    }
    fn compare_exchange(
        &self,
        _: &[u8],
        _: Option<&[u8]>,
        _: Option<&Entry>,
    ) -> Result<Exchange, Self::Error> {
        Err(std::io::Error::other("down"))
    }
}

/// CO-04.
#[test]
fn a_store_that_fails_allows_nothing() {
    let down = Attempts::new(Policy::back_office(), Down);
    let refused = down.begin(&ada(), at(0)).unwrap_err();
    assert!(matches!(
        refused,
        Error::Store(store::Error::Unavailable(_))
    ));
}

/// AT-09 in kind: an account without failures leaves no row.
#[test]
fn a_success_leaves_no_row_that_lasts() {
    let store = Memory::with_clock(1, || at(31 * SECOND));
    let attempts = Attempts::new(Policy::back_office(), &store);
    fail_times(&attempts, 1, at(0));
    let other = Key::account("bob").unwrap();
    assert!(attempts.begin(&other, at(0)).is_err(), "a failure is kept");
    assert_eq!(
        attempt(&attempts, Verdict::Success, at(0)),
        Outcome::Cleared
    );
    let begin = attempts.begin(&other, at(0));
    assert!(begin.is_ok(), "and a row without one makes room");
}

/// AT-02: a permit from before a reset does not fit a slot taken in the same millisecond after it.
#[test]
fn a_permit_from_before_a_reset_fits_no_later_slot() {
    let store = Memory::new(10);
    let attempts = Attempts::new(Policy::back_office(), &store);
    let ada = Key::account("ada").unwrap();
    let Begin::Allowed(before) = attempts.begin(&ada, at(0)).unwrap() else {
        panic!()
    };
    attempts.reset(&ada).unwrap();
    let Begin::Allowed(after) = attempts.begin(&ada, at(0)).unwrap() else {
        panic!()
    };
    let late = attempts.settle(before, Verdict::Success, at(0));
    assert_eq!(late, Ok(Outcome::Lapsed));
    let right = attempts.settle(after, Verdict::Success, at(0));
    assert_eq!(right, Ok(Outcome::Cleared));
}

/// Runs a future that never waits, as those over the store in memory.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => panic!("waited"),
    }
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

#[derive(Clone, Debug)]
enum Event {
    Begin,
    Settle(prop::sample::Index, Verdict),
    Drop(prop::sample::Index),
    Reset,
}

/// What happens, and how many milliseconds have passed before it; a clock seldom goes back.
fn events() -> impl Strategy<Value = Vec<(Event, i64)>> {
    let verdict = prop_oneof![
        8 => Just(Verdict::Failure),
        2 => Just(Verdict::Success),
        1 => Just(Verdict::Incomplete),
    ];
    let event = prop_oneof![
        8 => Just(Event::Begin),
        6 => (any::<prop::sample::Index>(), verdict).prop_map(|(n, v)| Event::Settle(n, v)),
        1 => any::<prop::sample::Index>().prop_map(Event::Drop),
        1 => Just(Event::Reset),
    ];
    let step = prop_oneof![6 => 0_i64..2000, 1 => 28_000_i64..32_000, 1 => -40_000_i64..0];
    prop::collection::vec((event, step), 1..80)
}

/// The rules as one would write them on paper.
#[derive(Default)]
struct Model {
    /// The attempts under way and when they began.
    open: Vec<(usize, i64)>,
    failures: usize,
    locked: bool,
    next: usize,
}

impl Model {
    fn look(&mut self, now: i64) {
        let before = self.open.len();
        self.open.retain(|(_, began)| now - began < 30_000);
        // an attempt that began in the future began now
        for (_, began) in &mut self.open {
            *began = now.min(*began);
        }
        self.fail(before - self.open.len());
    }

    fn fail(&mut self, times: usize) {
        self.failures += times;
        self.locked |= self.failures >= 5;
    }
}

proptest! {
    /// S4-20, AT-01, AT-02, AT-10 against a list of attempts.
    #[test]
    fn agrees_with_a_naive_list(events in events()) {
        let policy = Policy::back_office();
        let (mut state, mut model) = (State::default(), Model::default());
        let mut permits: Vec<(usize, Permit)> = Vec::new();
        let mut now = 10_000_000_i64;
        for (event, step) in events {
            now += step;
            let time = at(u64::try_from(now).unwrap());
            state = State::decode(&state.encode()).unwrap();
            match event {
                Event::Begin => {
                    model.look(now);
                    let (next, begin) = policy.begin(state, time);
                    state = next;
                    let expected = if model.locked { "reset" }
                        else if model.failures + model.open.len() >= 5 { "busy" }
                        else { "allowed" };
                    let got = match begin {
                        Begin::Allowed(permit) => {
                            permits.push((model.next, permit));
                            model.open.push((model.next, now));
                            model.next += 1;
                            "allowed"
                        }
                        Begin::Busy { .. } => "busy",
                        _ => "reset",
                    };
                    prop_assert_eq!(got, expected);
                }
                Event::Settle(index, verdict) if !permits.is_empty() => {
                    model.look(now);
                    let (id, permit) = permits.swap_remove(index.index(permits.len()));
                    let open = model.open.iter().any(|(other, _)| *other == id);
                    let (next, outcome) = policy.settle(state, &permit, verdict, time);
                    state = next;
                    model.open.retain(|(other, _)| *other != id);
                    if open && !model.locked {
                        match verdict {
                            Verdict::Success => model.failures = 0,
                            Verdict::Failure | Verdict::FailureWith(_) => model.fail(1),
                            Verdict::Incomplete => {}
                        }
                    }
                    let got = match outcome {
                        Outcome::Cleared => "cleared".to_owned(),
                        Outcome::Counted { left } => format!("{left} left"),
                        Outcome::Lapsed => "lapsed".to_owned(),
                        Outcome::Returned { left } => format!("returned, {left} left"),
                        _ => "reset".to_owned(),
                    };
                    let expected = match (model.locked, open, verdict) {
                        (true, _, _) => "reset".to_owned(),
                        (_, false, _) => "lapsed".to_owned(),
                        (_, _, Verdict::Success) => "cleared".to_owned(),
                        (_, _, Verdict::Failure | Verdict::FailureWith(_)) => {
                            format!("{} left", 5 - model.failures)
                        }
                        (_, _, Verdict::Incomplete) => {
                            format!("returned, {} left", 5 - model.failures)
                        }
                    };
                    prop_assert_eq!(got, expected);
                }
                Event::Drop(index) if !permits.is_empty() => {
                    drop(permits.swap_remove(index.index(permits.len())));
                }
                Event::Reset => {
                    state = policy.reset(state);
                    model = Model { next: model.next, ..Model::default() };
                }
                _ => {}
            }
            prop_assert_eq!(state.lock().is_some(), model.locked);
        }
    }

    /// AT-03: no two keys are found under the same bytes.
    #[test]
    fn store_keys_are_injective(names in prop::collection::hash_set("\\PC{1,12}", 2..20)) {
        let keys: Vec<_> = names.iter().filter_map(|name| Key::account(name).ok()).collect();
        let bytes: HashSet<_> = keys.iter().map(Key::store_key).collect();
        prop_assert_eq!(bytes.len(), keys.len());
    }

    /// CO-04: whatever bytes are read, none of them panics, and what is read is written alike.
    #[test]
    fn any_bytes_are_a_state_or_an_error(
        mut bytes in prop::collection::vec(prop_oneof![6 => 0_u8..3, 1 => any::<u8>()], 1..60)
    ) {
        bytes[0] = 1;
        if let Ok(state) = State::decode(&bytes) {
            prop_assert_eq!(state.encode(), bytes);
        }
    }
}
