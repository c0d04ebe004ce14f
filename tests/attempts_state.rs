//! What is stored of a key: frozen bytes, nothing else that can be read, and rows that may be
//! forgotten when time has made them empty.
#![cfg(feature = "attempts")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

mod attempts_support;

use std::{collections::HashMap, convert::Infallible, sync::Mutex};

use attempts_support::{
    MINUTE, SECOND, account, ada, allowed, at, attempt, attempts, fail_times, failed, secs, take,
};
use portcullis::{
    Timestamp,
    attempts::{
        Action, Attempts, Begin, Error, Fingerprint, Outcome, Policy, State, Verdict, Window,
    },
    encoding,
    store::{self, Change, Entry, Exchange, Memory, Store, update},
};
use proptest::prelude::*;

fn late(millis: u64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// AT-01: a state outlives an upgrade.
#[test]
fn a_known_state_reads_and_writes_as_it_always_did() {
    let office = Policy::back_office();
    let open = failed(&office, State::default(), 1, late(0x0102));
    let (open, slot) = take(&office, open, late(0x0103));
    let print = Fingerprint::of_slow_hash(b"0123456789abcdef").unwrap();
    let (open, _) = office.settle(open, &slot, Verdict::FailureWith(print), late(0x0104));
    let (open, _) = take(&office, open, late(0x0203));
    let bytes = b"\x01\0\0\0\0\0\0\x02\x03\0\
        \0\0\0\x02\0\0\0\0\0\0\x01\x02\0\0\0\0\0\0\0\x01\x04\x010123\
        \0\0\0\0\0\0\0\0\
        \0\0\0\x01\0\0\0\0\0\0\x02\x03\0\0\0\0\0\0\x77\x33";
    assert_eq!(open.encode(), bytes);
    assert_eq!(State::decode(bytes), Ok(open));

    let delayed = office.with_delay(secs(1), secs(60)).unwrap();
    let waiting = failed(&delayed, State::default(), 1, late(0x0102));
    let bytes = b"\x01\0\0\0\0\0\0\x01\x02\0\0\0\0\x01\0\0\0\0\0\0\x01\x02\0\
        \0\0\0\0\0\0\x04\xea\0\0\0\0";
    assert_eq!(waiting.encode(), bytes);
    assert_eq!(State::decode(bytes), Ok(waiting));

    for (action, kind, time) in [
        (Action::CoolOff(secs(1)), 1, [0x04, 0xea]),
        (Action::RequireReset, 2, [0x01, 0x02]),
        (Action::RequireRebind, 3, [0x01, 0x02]),
    ] {
        let policy = Policy::new(1).unwrap().with_action(action).unwrap();
        let locked = failed(&policy, State::default(), 1, late(0x0102));
        let mut bytes = b"\x01\0\0\0\0\0\0\x01\x02".to_vec();
        bytes.extend([kind, 0, 0, 0, 0, 0, 0]);
        bytes.extend(time);
        assert_eq!(locked.encode(), bytes);
        assert_eq!(State::decode(&bytes), Ok(locked));
    }
}

/// CO-04: what cannot be read denies; it is never an account without failures.
#[test]
fn a_damaged_or_newer_state_is_an_error() {
    let attempts = attempts();
    let office = Policy::back_office();
    let (state, _) = take(&office, failed(&office, State::default(), 2, at(0)), at(1));
    let bytes = state.encode();
    for cut in 0..bytes.len() {
        let read = State::decode(&bytes[..cut]);
        assert_eq!(read, Err(encoding::Error::Damaged), "cut at {cut}");
    }
    let longer = [bytes.as_slice(), &[0]].concat();
    assert_eq!(State::decode(&longer), Err(encoding::Error::Damaged));
    let mut newer = bytes;
    newer[0] = 2;
    let unknown = encoding::Error::UnknownVersion(2);
    assert_eq!(State::decode(&newer), Err(unknown));

    let store = Memory::new(10);
    let put = Change::Put(Entry::new(newer));
    update(&store, &ada().store_key(), |_| {
        Ok::<_, store::Error>((put.clone(), ()))
    })
    .unwrap();
    let broken = Attempts::new(attempts.policy().clone(), store);
    assert_eq!(broken.begin(&ada(), at(0)), Err(Error::State(unknown)));
}

/// A state's bytes, the last slot of which is number 100: failures by time and fingerprint, the wait, slots by id and time.
fn bytes(failures: &[(u64, Option<u32>)], wait: u64, slots: &[(u64, u64)]) -> Vec<u8> {
    let mut bytes = vec![1];
    bytes.extend(100_u64.to_be_bytes());
    bytes.push(0);
    bytes.extend(u32::try_from(failures.len()).unwrap().to_be_bytes());
    for (time, print) in failures {
        bytes.extend(time.to_be_bytes());
        match print {
            None => bytes.push(0),
            Some(print) => {
                bytes.push(1);
                bytes.extend(print.to_be_bytes());
            }
        }
    }
    bytes.extend(wait.to_be_bytes());
    bytes.extend(u32::try_from(slots.len()).unwrap().to_be_bytes());
    for (id, time) in slots {
        bytes.extend(id.to_be_bytes());
        bytes.extend(time.to_be_bytes());
    }
    bytes
}

/// CO-04: what no step leaves behind is not read, be it well-formed.
#[test]
fn what_is_never_written_is_damaged() {
    let some = [(3, None), (2, Some(1)), (2, Some(2))];
    let many = |n: u64| (0..n).map(|n| (n, None)).collect::<Vec<_>>();
    let open = |n: u64| (0..n).map(|n| (n, 9)).collect::<Vec<_>>();
    for whole in [
        bytes(&[], 0, &[]),
        bytes(&some, 0, &[]),
        bytes(&some, 9, &[(7, 1), (6, 1), (5, 2)]),
        bytes(&many(100), 0, &[]),
        bytes(&many(60), 0, &open(40)),
        bytes(&[], 0, &open(100)),
        bytes(&[], 0, &[(100, 1)]),
    ] {
        assert_eq!(State::decode(&whole).unwrap().encode(), whole);
    }
    for largest in [
        bytes(
            &(0..99).map(|n| (9, Some(n))).collect::<Vec<_>>(),
            9,
            &[(7, 1)],
        ),
        bytes(&[], 0, &open(100)),
    ] {
        assert!(State::decode(&largest).is_ok());
        assert!(
            largest.len() < 2048,
            "as the documentation of `Memory` says"
        );
    }
    for (never, damaged) in [
        ("101 failures", bytes(&many(101), 0, &[])),
        ("101 slots", bytes(&[], 0, &open(101))),
        ("60 failures and 41 slots", bytes(&many(60), 0, &open(41))),
        ("a wait after no failure", bytes(&[], 1, &[])),
        (
            "a fingerprint twice",
            bytes(&[(1, Some(5)), (2, Some(5))], 0, &[]),
        ),
        ("a slot that is yet to be taken", bytes(&[], 0, &[(101, 1)])),
        ("a slot twice", bytes(&[], 0, &[(5, 1), (5, 1)])),
        (
            "slots that lapse out of order",
            bytes(&[], 0, &[(5, 2), (6, 1)]),
        ),
    ] {
        let read = State::decode(&damaged);
        assert_eq!(read, Err(encoding::Error::Damaged), "{never}");
    }
    let mut phase = bytes(&[], 0, &[]);
    for unknown in 4..=255 {
        phase[9] = unknown;
        phase.truncate(18);
        assert_eq!(State::decode(&phase), Err(encoding::Error::Damaged));
    }
    let mut option = bytes(&[(1, None)], 0, &[]);
    option[22] = 2;
    assert_eq!(State::decode(&option), Err(encoding::Error::Damaged));
}

/// CO-04: a record whose slots are later than the last one is read by nobody, so the next slot has a
/// number of its own, and what is written can be read. Found by a fuzzer.
#[test]
fn the_next_slot_has_a_number_of_its_own() {
    let now = Timestamp::from_millis(1);
    for (slots, read) in [
        (&[(99, 9_000), (100, 9_000)][..], true),
        (&[(101, 9_000)], false),
        (&[(101, 9_000), (102, 9_000), (104, 9_000)], false),
    ] {
        let stored = State::decode(&bytes(&[], 0, slots));
        assert_eq!(stored.is_ok(), read);
        let Ok(stored) = stored else { continue };
        let (state, begin) = Policy::back_office().begin(stored, now);
        assert!(matches!(begin, Begin::Allowed(_)));
        assert_eq!(State::decode(&state.encode()), Ok(state));
    }
}

/// CO-04: a step on what can be read leaves what can be read, where no slot can be taken too.
#[test]
fn a_state_at_the_last_slot_of_all_takes_no_more() {
    let mut last = bytes(&[], 0, &[]);
    last[1..9].copy_from_slice(&(u64::MAX - 1).to_be_bytes());
    let office = Policy::back_office();
    let (state, _) = take(&office, State::decode(&last).unwrap(), at(0));
    assert_eq!(State::decode(&state.encode()).as_ref(), Ok(&state));
    let (after, begin) = office.begin(state.clone(), at(0));
    let retry_after = secs(1);
    assert_eq!(begin, Begin::Busy { retry_after });
    assert_eq!(after, state);
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
    let unavailable = matches!(refused, Error::Store(store::Error::Unavailable(_)));
    assert!(unavailable, "{refused:?}");
}

/// AT-09 in kind: an account without failures leaves no row that lasts.
#[test]
fn a_success_leaves_no_row_that_lasts() {
    let store = Memory::with_clock(1, || at(31 * SECOND));
    let attempts = Attempts::new(Policy::back_office(), &store);
    fail_times(&attempts, 1, at(0));
    let other = account("bob");
    assert!(attempts.begin(&other, at(0)).is_err(), "a failure is kept");
    let outcome = attempt(&attempts, Verdict::Success, at(0));
    assert_eq!(outcome, Outcome::Cleared);
    let begin = attempts.begin(&other, at(0));
    assert!(begin.is_ok(), "and a row without one makes room");
}

/// AT-02: a permit from before a reset does not fit a slot taken in the same millisecond after it.
#[test]
fn a_permit_from_before_a_reset_fits_no_later_slot() {
    let store = Memory::new(10);
    let attempts = Attempts::new(Policy::back_office(), &store);
    let before = allowed(attempts.begin(&ada(), at(0)).unwrap());
    attempts.reset(&ada()).unwrap();
    let after = allowed(attempts.begin(&ada(), at(0)).unwrap());
    let late = attempts.settle(before, Verdict::Success, at(0));
    assert_eq!(late, Ok(Outcome::Lapsed));
    let right = attempts.settle(after, Verdict::Success, at(0));
    assert_eq!(right, Ok(Outcome::Cleared));
}

/// A store that forgets each value at the very moment from which it may, and remembers what it was
/// asked to keep.
#[derive(Default)]
struct Forgetful {
    now: Mutex<Timestamp>,
    map: Mutex<HashMap<Vec<u8>, Entry>>,
}

impl Forgetful {
    fn look(&self, key: &[u8]) -> Option<Vec<u8>> {
        let mut map = self.map.lock().unwrap();
        let now = *self.now.lock().unwrap();
        if map
            .get(key)?
            .expires()
            .is_some_and(|expires| expires <= now)
        {
            map.remove(key);
        }
        Some(map.get(key)?.value().to_vec())
    }

    /// When the row of Ada's may be forgotten.
    fn expiry(&self) -> Option<Timestamp> {
        self.map.lock().unwrap()[&ada().store_key()].expires()
    }
}

impl Store for Forgetful {
    type Error = Infallible;
    fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Infallible> {
        Ok(self.look(key))
    }
    fn compare_exchange(
        &self,
        key: &[u8],
        current: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> Result<Exchange, Infallible> {
        if self.look(key).as_deref() != current {
            return Ok(Exchange::Changed);
        }
        let mut map = self.map.lock().unwrap();
        match new {
            Some(entry) => map.insert(key.to_vec(), entry.clone()),
            None => map.remove(key),
        };
        Ok(Exchange::Done)
    }
}

/// AT-09: what time forgives may be forgotten when it has, and a lock that lasts never.
#[test]
fn rows_carry_the_time_from_which_they_are_empty() {
    let of = |n| Policy::new(n).unwrap();
    let cool = |policy: Policy| policy.with_action(Action::CoolOff(secs(100))).unwrap();
    let rolling = |policy: Policy| policy.with_window(Window::Rolling(secs(60))).unwrap();
    let streak = |policy: Policy| policy.with_window(Window::Streak(secs(60))).unwrap();
    let rebind = |policy: Policy| policy.with_action(Action::RequireRebind).unwrap();
    let after = |seconds: u64| Some(at(seconds * SECOND));
    // after a begin, after a failure, after a second one
    for (name, policy, [begun, once, twice]) in [
        ("unlimited", of(9), [None, None, None]),
        ("unlimited, locked", of(2), [None, None, None]),
        ("rebind", rebind(of(2)), [None, None, None]),
        ("cool-off", cool(of(2)), [None, None, after(101)]),
        (
            "cool-off at once",
            cool(of(1)),
            [after(130), after(100), None],
        ),
        ("rolling", rolling(of(9)), [after(90), after(60), after(61)]),
        (
            "rolling, locked",
            rolling(of(2)),
            [after(90), after(60), None],
        ),
        ("streak", streak(of(9)), [after(90), after(60), after(61)]),
        (
            "rolling, cool-off",
            rolling(cool(of(2))),
            [after(90), after(60), after(101)],
        ),
    ] {
        let store = Forgetful::default();
        let attempts = Attempts::new(policy, &store);
        let slot = allowed(attempts.begin(&ada(), at(0)).unwrap());
        assert_eq!(store.expiry(), begun, "{name}, begun");
        let _ = attempts.settle(slot, Verdict::Failure, at(0)).unwrap();
        assert_eq!(store.expiry(), once, "{name}, once");
        if let Begin::Allowed(slot) = attempts.begin(&ada(), at(SECOND)).unwrap() {
            let _ = attempts.settle(slot, Verdict::Failure, at(SECOND)).unwrap();
            assert_eq!(store.expiry(), twice, "{name}, twice");
        }
    }
    let store = Forgetful::default();
    let attempts = Attempts::new(rolling(of(2)), &store);
    let _ = attempt(&attempts, Verdict::Failure, at(0));
    let _ = allowed(attempts.begin(&ada(), at(0)).unwrap());
    assert_eq!(store.expiry(), None, "should it lapse, a reset is required");
    let since = at(30 * SECOND);
    let seen = attempts.begin(&ada(), at(MINUTE)).unwrap();
    assert_eq!(seen, Begin::ResetRequired { since });
    let store = Forgetful::default();
    let attempts = Attempts::new(Policy::back_office(), &store);
    let _ = attempt(&attempts, Verdict::Success, at(0));
    assert_eq!(store.expiry(), after(30), "blank");
    let store = Forgetful::default();
    let attempts = Attempts::new(cool(of(1)), &store);
    let last = Timestamp::from_millis(u64::MAX - 1);
    let _ = attempt(&attempts, Verdict::Failure, last);
    assert_eq!(store.expiry(), None, "at the end of time, which is never");
}

/// AT-09: names that are invented leave nothing behind, where failures fade.
#[test]
fn a_hundred_thousand_invented_names_fit_into_a_store_of_a_thousand() {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NOW: AtomicU64 = AtomicU64::new(0);
    let store = Memory::with_clock(1000, || at(NOW.load(Ordering::Relaxed)));
    let rules = Policy::new(5).unwrap().with_slot_lifetime(secs(5)).unwrap();
    let rules = rules.with_window(Window::Rolling(secs(5))).unwrap();
    let rules = rules.with_action(Action::CoolOff(secs(5))).unwrap();
    let attempts = Attempts::new(rules, &store);
    for n in 0..100_000_u64 {
        // a hundred a second, each of which counts for five seconds
        NOW.store(n * 10, Ordering::Relaxed);
        let name = account(&format!("name {n}"));
        let slot = allowed(attempts.begin(&name, at(n * 10)).unwrap());
        let outcome = attempts.settle(slot, Verdict::Failure, at(n * 10)).unwrap();
        assert_eq!(outcome, Outcome::Counted { left: 4 });
    }
    assert!(store.len() <= 1000);
    let outcome = attempt(&attempts, Verdict::Success, at(1_000_000));
    assert_eq!(
        outcome,
        Outcome::Cleared,
        "and somebody who is real signs in"
    );
}

#[derive(Clone, Debug)]
enum Event {
    Begin,
    Settle(prop::sample::Index, Verdict),
    Drop(prop::sample::Index),
}

fn events() -> impl Strategy<Value = Vec<(Event, u64)>> {
    let verdict = prop_oneof![
        6 => Just(Verdict::Failure),
        1 => Just(Verdict::Success),
        1 => Just(Verdict::Incomplete),
    ];
    let index = any::<prop::sample::Index>();
    let event = prop_oneof![
        6 => Just(Event::Begin),
        5 => (index.clone(), verdict).prop_map(|(n, verdict)| Event::Settle(n, verdict)),
        2 => index.prop_map(Event::Drop),
    ];
    let step = prop_oneof![
        5 => 0_u64..100,
        4 => prop::sample::select(vec![30_000, 29_999, 40_000, 39_999, 60_000, 59_999]),
        1 => 0_u64..200_000,
    ];
    prop::collection::vec((event, step), 1..60)
}

fn policies() -> impl Strategy<Value = Policy> {
    let window = prop::sample::select(vec![
        Window::Unlimited,
        Window::Streak(secs(40)),
        Window::Rolling(secs(40)),
    ]);
    let action = prop::sample::select(vec![
        Action::RequireReset,
        Action::RequireRebind,
        Action::CoolOff(secs(60)),
    ]);
    (window, action, 1_u32..5, any::<bool>()).prop_map(|(window, action, threshold, delays)| {
        let policy = Policy::new(threshold).unwrap().with_window(window).unwrap();
        let policy = policy.with_action(action).unwrap();
        if delays {
            policy.with_delay(secs(1), secs(8)).unwrap()
        } else {
            policy
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// AT-09: a store that forgets what it may, the moment it may, changes no answer.
    #[test]
    fn to_forget_a_row_from_its_expiry_on_changes_nothing(
        policy in policies(),
        events in events(),
    ) {
        let store = Forgetful::default();
        let forgetful = Attempts::new(policy.clone(), &store);
        let faithful = Attempts::new(policy, Memory::new(10));
        let (mut slots, mut now) = (Vec::new(), 0);
        for (event, step) in events {
            now += step;
            *store.now.lock().unwrap() = at(now);
            match event {
                Event::Begin => {
                    let one = forgetful.begin(&ada(), at(now)).unwrap();
                    let other = faithful.begin(&ada(), at(now)).unwrap();
                    match (one, other) {
                        (Begin::Allowed(one), Begin::Allowed(other)) => slots.push((one, other)),
                        (one, other) => prop_assert_eq!(one, other),
                    }
                }
                Event::Settle(index, verdict) if !slots.is_empty() => {
                    let (one, other) = slots.swap_remove(index.index(slots.len()));
                    prop_assert_eq!(
                        forgetful.settle(one, verdict, at(now)).unwrap(),
                        faithful.settle(other, verdict, at(now)).unwrap()
                    );
                }
                Event::Drop(index) if !slots.is_empty() => {
                    drop(slots.swap_remove(index.index(slots.len())));
                }
                _ => {}
            }
        }
    }

    /// CO-04: whatever bytes are read, none of them panics, and what is read is written alike.
    #[test]
    fn any_bytes_are_a_state_or_an_error(
        mut bytes in prop::collection::vec(prop_oneof![8 => 0_u8..3, 1 => any::<u8>()], 1..90)
    ) {
        bytes[0] = 1;
        if let Ok(state) = State::decode(&bytes) {
            prop_assert_eq!(state.encode(), bytes);
        }
    }

    /// CO-04: the same for bytes that are nearly a state.
    #[test]
    fn bytes_that_are_nearly_a_state_are_one_or_an_error(
        failures in prop::collection::vec((0_u64..4, prop::option::of(0_u32..6)), 0..5),
        wait in 0_u64..2,
        slots in prop::collection::vec((0_u64..9, 0_u64..4), 0..4),
        change in prop::option::of((any::<prop::sample::Index>(), 0_u8..3)),
    ) {
        let mut bytes = bytes(&failures, wait, &slots);
        if let Some((index, byte)) = change {
            let index = index.index(bytes.len());
            bytes[index] = byte;
        }
        if let Ok(state) = State::decode(&bytes) {
            prop_assert_eq!(state.encode(), bytes);
        }
    }
}
