//! Names that nobody has are answered as real ones are, and share a table of fixed size.
#![cfg(feature = "attempts")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

use std::{convert::Infallible, sync::Mutex, time::Duration};

use data_encoding::HEXLOWER;
use portcullis::{
    Timestamp,
    attempts::{
        Action, Attempts, Begin, Error, Fingerprint, Key, Outcome, Policy, Unknown, Verdict,
        Window, unknown,
    },
    encoding,
    store::{Entry, Exchange, Memory, Store},
};
use proptest::prelude::*;

mod block_on;
use block_on::block_on;

const VECTORS: &str = include_str!("vectors/attempts/unknown.txt");
const SECOND: u64 = 1000;
const DAY: u64 = 86_400 * SECOND;
/// 2026-11-21T09:00:00Z.
const NINE: u64 = 1_795_251_600_000;
const KEY: [u8; 32] = [7; 32];
/// Rows of the tables here, the fewest there may be.
const ROWS: u32 = 256;

fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(NINE + millis)
}

fn account(name: &str) -> Key {
    Key::account(name).unwrap()
}

fn nobody() -> Key {
    account("nobody")
}

fn table<S>(store: S) -> Unknown<S> {
    let unknown = Unknown::with_key(Policy::back_office(), store, KEY);
    unknown.with_rows(ROWS).unwrap()
}

fn allowed<P: std::fmt::Debug>(begin: Begin<P>) -> P {
    match begin {
        Begin::Allowed(permit) => permit,
        other => panic!("{other:?}"),
    }
}

fn fail<S: Store>(unknown: &Unknown<S>, name: &Key) -> Outcome {
    let slot = allowed(unknown.begin(name, at(0)).unwrap());
    unknown.settle(slot, Verdict::Failure, at(0)).unwrap()
}

fn row(number: u32) -> Vec<u8> {
    format!("portcullis/attempts/unknown/{number}").into_bytes()
}

/// The rows that have something in them.
fn used(store: &Memory) -> Vec<u32> {
    let is_used = |number: &u32| Store::load(store, &row(*number)).unwrap().is_some();
    (0..ROWS).filter(is_used).collect()
}

/// A name that shares its row with nobody's.
fn neighbour() -> Key {
    let row_of = |name: &Key| {
        let store = Memory::new(1);
        let _ = table(&store).begin(name, at(0)).unwrap();
        used(&store)[0]
    };
    let shared = row_of(&nobody());
    let mut names = (0..).map(|number| account(&format!("name {number}")));
    names.find(|name| row_of(name) == shared).unwrap()
}

/// AT-09: where a name is counted and what is written there, as Python computes it.
#[test]
fn a_name_has_the_row_and_the_tag_of_its_hmac() {
    let mut seen = 0;
    for line in VECTORS.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split(' ').collect();
        let bytes = |hex: &str| HEXLOWER.decode(hex.as_bytes()).unwrap();
        let name = account(&String::from_utf8(bytes(fields[1])).unwrap());
        let (key, store) = (bytes(fields[0]).try_into().unwrap(), Memory::new(1));
        let unknown = Unknown::with_key(Policy::back_office(), &store, key);
        let unknown = unknown.with_rows(fields[2].parse().unwrap()).unwrap();
        assert_eq!(fail(&unknown, &name), Outcome::Counted { left: 4 });
        let value = Store::load(&store, fields[3].as_bytes()).unwrap().unwrap();
        assert_eq!(HEXLOWER.encode(&value), fields[4]);
        seen += 1;
    }
    assert_eq!(seen, 5);
}

/// AT-09: the fifth failure on an invented name answers what it answers on a real one.
#[test]
fn the_fifth_failure_requires_a_reset_that_nobody_can_have() {
    let unknown = table(Memory::new(1));
    for left in [4, 3, 2, 1] {
        assert_eq!(fail(&unknown, &nobody()), Outcome::Counted { left });
    }
    let since = at(0);
    assert_eq!(fail(&unknown, &nobody()), Outcome::ResetRequired { since });
    for later in [at(0), at(29 * DAY)] {
        let begin = unknown.begin(&nobody(), later).unwrap();
        assert_eq!(begin, Begin::ResetRequired { since });
    }
}

/// AT-09: nobody has the name, so whoever says that something was proved is wrong.
#[test]
fn no_verdict_lets_anybody_in() {
    let unknown = table(Memory::new(1));
    for left in [4, 3, 2, 1] {
        let slot = allowed(unknown.begin(&nobody(), at(0)).unwrap());
        let outcome = unknown.settle(slot, Verdict::Success, at(0)).unwrap();
        assert_eq!(outcome, Outcome::Counted { left });
    }
}

/// AT-09: one row counts one name.
#[test]
fn another_name_takes_the_row_over_and_begins_at_zero() {
    let (store, neighbour) = (Memory::new(10), neighbour());
    let unknown = table(&store);
    for _ in 0..5 {
        let _ = fail(&unknown, &nobody());
    }
    assert_eq!(fail(&unknown, &neighbour), Outcome::Counted { left: 4 });
    assert_eq!(fail(&unknown, &neighbour), Outcome::Counted { left: 3 });
    assert_eq!(fail(&unknown, &nobody()), Outcome::Counted { left: 4 });
    assert_eq!(store.len(), 1);
}

/// AT-09: a guess that is settled after its row was taken over is answered as the first one of a real
/// name, up to the time in which it has to be settled.
#[test]
fn a_guess_whose_row_was_taken_over_is_answered_as_a_first_one() {
    let (unknown, neighbour) = (table(Memory::new(10)), neighbour());
    let slots = || {
        let slot = allowed(unknown.begin(&nobody(), at(0)).unwrap());
        let _ = unknown.begin(&neighbour, at(0)).unwrap();
        slot
    };
    let (wrong, given_up, in_time, late) = (slots(), slots(), slots(), slots());
    for (slot, verdict, after, outcome) in [
        (wrong, Verdict::Failure, 0, Outcome::Counted { left: 4 }),
        (
            given_up,
            Verdict::Incomplete,
            0,
            Outcome::Returned { left: 5 },
        ),
        (
            in_time,
            Verdict::Failure,
            29_999,
            Outcome::Counted { left: 4 },
        ),
        (late, Verdict::Failure, 30_000, Outcome::Lapsed),
    ] {
        let _ = unknown.begin(&neighbour, at(0)).unwrap();
        assert_eq!(unknown.settle(slot, verdict, at(after)).unwrap(), outcome);
    }
}

/// AT-09: names have all rows, and each its own tag there.
#[test]
fn names_are_spread_over_all_rows() {
    let store = Memory::new(1000);
    let unknown = table(&store);
    for number in 0..10_000 {
        let _ = unknown.begin(&account(&number.to_string()), at(0)).unwrap();
    }
    assert_eq!(used(&store).len(), 256);
    assert_eq!(store.len(), 256);
}

/// AT-09: processes that share a key share a table; others only take each other's rows over.
#[test]
fn tables_of_one_key_count_together() {
    let store = Memory::new(1000);
    assert_eq!(
        fail(&table(&store), &nobody()),
        Outcome::Counted { left: 4 }
    );
    assert_eq!(
        fail(&table(&store), &nobody()),
        Outcome::Counted { left: 3 }
    );
    assert_eq!(
        fail(&table(&store), &nobody()),
        Outcome::Counted { left: 2 }
    );
    let random = || Unknown::new(Policy::back_office(), &store).unwrap();
    assert_eq!(fail(&random(), &nobody()), Outcome::Counted { left: 4 });
    assert_eq!(fail(&random(), &nobody()), Outcome::Counted { left: 4 });
}

/// AT-09
#[test]
fn the_number_of_rows_is_bounded() {
    let with = |rows| {
        table(Memory::new(1))
            .with_rows(rows)
            .map(|_| ())
            .map_err(|error| error.to_string())
    };
    for rows in [256, unknown::ROWS, 16_777_216] {
        assert_eq!(with(rows), Ok(()), "{rows}");
    }
    for rows in [0, 255, 16_777_217, u32::MAX] {
        let said = "number of rows is not between 256 and 16777216";
        assert_eq!(with(rows), Err(said.to_owned()), "{rows}");
    }
}

/// A store of one value, which tells from when on it may be forgotten.
#[derive(Default)]
struct One(Mutex<Option<Entry>>);

impl One {
    fn expires(&self) -> Option<Timestamp> {
        self.0.lock().unwrap().as_ref().unwrap().expires()
    }
}

impl Store for One {
    type Error = Infallible;

    fn load(&self, _: &[u8]) -> Result<Option<Vec<u8>>, Infallible> {
        Ok(self
            .0
            .lock()
            .unwrap()
            .as_ref()
            .map(|entry| entry.value().to_vec()))
    }

    fn compare_exchange(
        &self,
        _: &[u8],
        _: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> Result<Exchange, Infallible> {
        *self.0.lock().unwrap() = new.cloned();
        Ok(Exchange::Done)
    }
}

/// AT-09: no row is there for good. What time forgives to a real name may be forgotten when it is.
#[test]
fn every_row_may_be_forgotten_one_day() {
    let minutes = |n: u64| Duration::from_secs(n * 60);
    let store = One::default();
    let unknown = table(&store);
    for _ in 0..5 {
        let _ = fail(&unknown, &nobody());
        assert_eq!(store.expires(), Some(at(30 * DAY)));
    }
    let policy = Policy::new(2)
        .unwrap()
        .with_action(Action::CoolOff(minutes(10)));
    let policy = policy
        .unwrap()
        .with_window(Window::Streak(minutes(5)))
        .unwrap();
    let store = One::default();
    let unknown = Unknown::with_key(policy.clone(), &store, KEY);
    let same = One::default();
    let attempts = Attempts::new(policy, &same);
    for _ in 0..2 {
        let _ = fail(&unknown, &nobody());
        let slot = allowed(attempts.begin(&nobody(), at(0)).unwrap());
        let _ = attempts.settle(slot, Verdict::Failure, at(0)).unwrap();
        assert!(store.expires().is_some());
        assert_eq!(store.expires(), same.expires());
    }
}

/// AT-09, CO-04: a row that cannot be read denies.
#[test]
fn a_damaged_row_is_an_error() {
    let store = One::default();
    let unknown = table(&store);
    let _ = fail(&unknown, &nobody());
    let whole = Store::load(&store, b"").unwrap().unwrap();
    let begin_on = |value: Vec<u8>| {
        *store.0.lock().unwrap() = Some(Entry::new(value));
        unknown.begin(&nobody(), at(0)).map(|_| ())
    };
    for cut in 0..whole.len() {
        let error = begin_on(whole[..cut].to_vec());
        assert_eq!(error, Err(encoding::Error::Damaged.into()), "{cut}");
    }
    let longer = [whole.as_slice(), &[0]].concat();
    assert_eq!(begin_on(longer), Err(encoding::Error::Damaged.into()));
    let later = [&[2], &whole[1..]].concat();
    assert_eq!(
        begin_on(later),
        Err(encoding::Error::UnknownVersion(2).into())
    );
}

/// AT-09
#[test]
fn asynchronous_stores_give_the_same_answers() {
    let unknown = table(Memory::new(1));
    for left in [4, 3, 2, 1] {
        let slot = allowed(block_on(unknown.begin_async(&nobody(), at(0))).unwrap());
        let outcome = block_on(unknown.settle_async(slot, Verdict::Success, at(0))).unwrap();
        assert_eq!(outcome, Outcome::Counted { left });
    }
    let since = at(0);
    assert_eq!(fail(&unknown, &nobody()), Outcome::ResetRequired { since });
    let begin = block_on(unknown.begin_async(&nobody(), at(0))).unwrap();
    assert_eq!(begin, Begin::ResetRequired { since });
}

/// AT-09: neither the key nor a name is printed.
#[test]
fn debug_shows_neither_key_nor_name() {
    let unknown = Unknown::with_key(
        Policy::back_office(),
        (),
        *b"an-example-key-of-exactly-32-byt",
    );
    let printed = format!("{unknown:?}");
    assert!(printed.contains("rows: 16384"), "{printed}");
    assert!(
        !printed.contains("97, 110") && !printed.contains("616e"),
        "{printed}"
    );
    let slot = allowed(table(Memory::new(1)).begin(&nobody(), at(0)).unwrap());
    assert!(!format!("{slot:?}").contains("nobody"));
}

/// AT-09, AT-05: where the address is locked, and where the name is; a success there is a failure
/// here, and what repeats a wrong password is counted nowhere.
#[test]
fn an_address_counts_attempts_on_names_that_nobody_has() {
    let address = Key::address(std::net::IpAddr::from([192, 0, 2, 7]));
    let shared = [address.clone()];
    let (store, print) = (
        Memory::new(10),
        Fingerprint::of_slow_hash(&[1; 16]).unwrap(),
    );
    let attempts = Attempts::new(Policy::back_office(), &store);
    let attempts = attempts.with_address_policy(strict()).unwrap();
    let unknown = table(&store);
    let begin = || {
        unknown
            .begin_all(&nobody(), &shared, &attempts, at(0))
            .unwrap()
    };
    let settle = |verdict| {
        let slots = allowed(begin());
        unknown
            .settle_all(slots, verdict, &attempts, at(0))
            .unwrap()
    };
    assert_eq!(
        settle(Verdict::FailureWith(print)),
        Outcome::Counted { left: 4 }
    );
    for _ in 0..5 {
        assert_eq!(
            settle(Verdict::FailureWith(print)),
            Outcome::Repeated { left: 4 }
        );
        assert_eq!(settle(Verdict::Incomplete), Outcome::Returned { left: 4 });
    }
    assert_eq!(settle(Verdict::Success), Outcome::Counted { left: 3 });
    // the third failure from this address
    let until = at(120 * SECOND);
    assert_eq!(settle(Verdict::Success), Outcome::Locked { until });
    assert_eq!(begin(), Begin::Locked { until });
    for _ in 0..2 {
        let _ = fail(&unknown, &nobody());
    }
    assert_eq!(begin(), Begin::ResetRequired { since: at(0) });

    // a locked name gives back what it took from the address
    let (other, since) = (
        [Key::address(std::net::IpAddr::from([192, 0, 2, 8]))],
        at(0),
    );
    let begin = || {
        unknown
            .begin_all(&nobody(), &other, &attempts, at(0))
            .unwrap()
    };
    for _ in 0..10 {
        assert_eq!(begin(), Begin::ResetRequired { since });
    }
    assert!(matches!(
        attempts.begin(&other[0], at(0)).unwrap(),
        Begin::Allowed(_)
    ));
}

/// AT-09, CO-04: a row that cannot be read takes nothing from an address.
#[test]
fn a_damaged_row_gives_back_what_the_address_gave() {
    let shared = [Key::address(std::net::IpAddr::from([192, 0, 2, 7]))];
    let store = Memory::new(10);
    let attempts = Attempts::new(Policy::back_office(), &store);
    let attempts = attempts.with_address_policy(strict()).unwrap();
    let unknown = table(&store);
    let _ = fail(&unknown, &nobody());
    let key = row(used(&store)[0]);
    let whole = Store::load(&store, &key).unwrap();
    let damaged = Entry::new(b"\x01damaged".to_vec());
    let exchange = Store::compare_exchange(&store, &key, whole.as_deref(), Some(&damaged));
    assert_eq!(exchange, Ok(Exchange::Done));
    for _ in 0..5 {
        let begin = unknown.begin_all(&nobody(), &shared, &attempts, at(0));
        assert_eq!(begin, Err(encoding::Error::Damaged.into()));
        let name = nobody();
        let begin = unknown.begin_all_async(&name, &shared, &attempts, at(0));
        assert_eq!(block_on(begin), Err(encoding::Error::Damaged.into()));
    }
    // none of them is under way, and none has lapsed
    let slot = allowed(attempts.begin(&shared[0], at(60 * SECOND)).unwrap());
    let outcome = attempts
        .settle(slot, Verdict::Failure, at(60 * SECOND))
        .unwrap();
    assert_eq!(outcome, Outcome::Counted { left: 2 });
}

/// AT-09, CO-04: a store that fails under the name's row takes nothing from an address either.
#[test]
fn a_store_without_room_for_a_row_gives_back_what_the_address_gave() {
    let shared = [Key::address(std::net::IpAddr::from([192, 0, 2, 7]))];
    let (store, full) = (Memory::new(10), Memory::new(0));
    let attempts = Attempts::new(Policy::back_office(), &store);
    let attempts = attempts.with_address_policy(strict()).unwrap();
    let unknown = table(&full);
    for _ in 0..5 {
        let name = nobody();
        let begin = unknown.begin_all(&name, &shared, &attempts, at(0));
        assert!(matches!(begin, Err(Error::Store(_))), "{begin:?}");
        let begin = block_on(unknown.begin_all_async(&name, &shared, &attempts, at(0)));
        assert!(matches!(begin, Err(Error::Store(_))), "{begin:?}");
    }
    let now = at(60 * SECOND);
    let slot = allowed(attempts.begin(&shared[0], now).unwrap());
    let outcome = attempts.settle(slot, Verdict::Failure, now).unwrap();
    assert_eq!(outcome, Outcome::Counted { left: 2 });
}

/// AT-09: a key with an invented name in it would be a record for good of a name that nobody has.
#[test]
fn a_key_of_an_account_is_not_shared_by_names() {
    let address = Key::address(std::net::IpAddr::from([192, 0, 2, 7]));
    let store = Memory::new(10);
    let (attempts, unknown) = (Attempts::new(Policy::back_office(), &store), table(&store));
    let device = Key::device("phone").unwrap();
    for own in [nobody(), nobody().and(address.clone()).unwrap(), device] {
        let keys = [address.clone(), own];
        let begin = unknown.begin_all(&nobody(), &keys, &attempts, at(0));
        assert_eq!(begin, Err(Error::OwnKey));
        let name = nobody();
        let begin = unknown.begin_all_async(&name, &keys, &attempts, at(0));
        assert_eq!(block_on(begin), Err(Error::OwnKey));
        assert_eq!(store.len(), 0);
    }
    let keys = [address, Key::everybody()];
    let begin = unknown.begin_all(&nobody(), &keys, &attempts, at(0));
    let _ = allowed(begin.unwrap());
}

/// AT-09, AT-06: a policy that was made for shared keys answers here as for a real account.
#[test]
fn a_policy_for_shared_keys_answers_for_invented_names_as_for_real_ones() {
    let (store, print) = (
        Memory::new(10),
        Fingerprint::of_slow_hash(&[1; 16]).unwrap(),
    );
    let attempts = Attempts::new(Policy::address(), &store);
    let unknown = Unknown::new(Policy::address(), &store).unwrap();
    for _ in 0..3 {
        let slot = allowed(attempts.begin(&nobody(), at(0)).unwrap());
        let real = attempts.settle(slot, Verdict::FailureWith(print), at(0));
        let slot = allowed(unknown.begin(&nobody(), at(0)).unwrap());
        let invented = unknown.settle(slot, Verdict::FailureWith(print), at(0));
        assert_eq!(real.unwrap(), invented.unwrap());
    }
}

/// AT-09
#[test]
fn asynchronous_stores_count_by_address_too() {
    let shared = [Key::address(std::net::IpAddr::from([192, 0, 2, 7]))];
    let store = Memory::new(10);
    let attempts = Attempts::new(Policy::back_office(), &store);
    let attempts = attempts.with_address_policy(strict()).unwrap();
    let unknown = table(&store);
    let begin = |shared: &[Key]| {
        block_on(unknown.begin_all_async(&nobody(), shared, &attempts, at(0))).unwrap()
    };
    let settle = |slots, verdict| {
        block_on(unknown.settle_all_async(slots, verdict, &attempts, at(0))).unwrap()
    };
    for left in [4, 3] {
        let outcome = settle(allowed(begin(&shared)), Verdict::Success);
        assert_eq!(outcome, Outcome::Counted { left });
    }
    let until = at(120 * SECOND);
    assert_eq!(
        settle(allowed(begin(&shared)), Verdict::Failure),
        Outcome::Locked { until }
    );
    assert_eq!(begin(&shared), Begin::Locked { until });
    assert_eq!(
        settle(allowed(begin(&[])), Verdict::Failure),
        Outcome::Counted { left: 1 }
    );
    let _ = settle(allowed(begin(&[])), Verdict::Failure);
    assert_eq!(begin(&shared), Begin::ResetRequired { since: at(0) });
    assert_eq!(begin(&[]), Begin::ResetRequired { since: at(0) });
}

/// One step on a name, and how many milliseconds later.
#[derive(Clone, Debug)]
enum Step {
    Begin(u64),
    /// Of the attempts under way, which.
    Settle(usize, Verdict, u64),
    Drop(usize),
}

fn steps() -> impl Strategy<Value = Step> {
    let pause = || prop_oneof![4 => 0..3 * SECOND, 2 => 0..60 * SECOND, 1 => 0..3600 * SECOND];
    let print = |n: u8| Fingerprint::of_slow_hash(&[n; 16]).unwrap();
    let verdict = prop_oneof![
        4 => Just(Verdict::Failure),
        2 => (0..3_u8).prop_map(move |n| Verdict::FailureWith(print(n))),
        1 => Just(Verdict::Incomplete),
    ];
    prop_oneof![
        5 => pause().prop_map(Step::Begin),
        4 => (0..4_usize, verdict, pause()).prop_map(|(i, v, p)| Step::Settle(i, v, p)),
        1 => (0..4_usize).prop_map(Step::Drop),
    ]
}

fn policies() -> impl Strategy<Value = Policy> {
    let minutes = |n: u64| Duration::from_secs(n * 60);
    let streak = Policy::new(3)
        .unwrap()
        .with_window(Window::Streak(minutes(2)))
        .unwrap();
    prop::sample::select(vec![
        Policy::back_office(),
        Policy::nist_800_63b(),
        Policy::pci_dss_4(),
        Policy::owasp_asvs_5(),
        Policy::authenticator(),
        streak.clone(),
        streak.with_action(Action::CoolOff(minutes(1))).unwrap(),
        Policy::new(1).unwrap(),
    ])
}

/// For an address: three failures within ten minutes close it for two.
fn strict() -> Policy {
    let minutes = |n: u64| Duration::from_secs(n * 60);
    let policy = Policy::new(3)
        .unwrap()
        .with_window(Window::Rolling(minutes(10)))
        .unwrap();
    let policy = policy.with_action(Action::CoolOff(minutes(2))).unwrap();
    policy.shared().unwrap()
}

/// An answer without what settles it, which is of another type.
fn answer<P>(begin: &Begin<P>) -> String {
    match begin {
        Begin::Allowed(_) => "allowed".to_owned(),
        Begin::Wait { until } => format!("wait {until}"),
        Begin::Busy { retry_after } => format!("busy {retry_after:?}"),
        Begin::Locked { until } => format!("locked {until}"),
        Begin::ResetRequired { since } => format!("reset {since}"),
        Begin::RebindRequired { since } => format!("rebind {since}"),
        _ => panic!("another answer"),
    }
}

proptest! {
    /// AT-09: whatever is done with one name, nothing in the answers tells whether it is somebody's.
    #[test]
    fn an_invented_name_is_answered_as_a_real_one(policy in policies(), steps in prop::collection::vec(steps(), 1..60)) {
        let attempts = Attempts::new(policy.clone(), Memory::new(10));
        let unknown = Unknown::with_key(policy, Memory::new(10), KEY);
        let (mut real, mut invented, mut now) = (Vec::new(), Vec::new(), 0);
        for step in steps {
            match step {
                Step::Begin(pause) => {
                    now += pause;
                    let (one, other) = (attempts.begin(&nobody(), at(now)).unwrap(), unknown.begin(&nobody(), at(now)).unwrap());
                    prop_assert_eq!(answer(&one), answer(&other));
                    if let (Begin::Allowed(one), Begin::Allowed(other)) = (one, other) {
                        real.push(one);
                        invented.push(other);
                    }
                }
                Step::Settle(which, verdict, pause) if which < real.len() => {
                    now += pause;
                    let (one, other) = (real.remove(which), invented.remove(which));
                    let one = attempts.settle(one, verdict, at(now)).unwrap();
                    prop_assert_eq!(one, unknown.settle(other, verdict, at(now)).unwrap());
                }
                Step::Drop(which) if which < real.len() => {
                    drop((real.remove(which), invented.remove(which)));
                }
                _ => {}
            }
        }
    }

    /// AT-09, AT-05: the same where an address counts the attempts as well, those on other names too.
    #[test]
    fn an_invented_name_from_an_address_is_answered_as_a_real_one(policy in policies(), steps in prop::collection::vec((0..3_u8, steps()), 1..60)) {
        let address = Key::address(std::net::IpAddr::from([192, 0, 2, 7]));
        let (both, shared) = ([nobody(), address.clone()], [address.clone()]);
        let attempts = |policy| Attempts::new(policy, Memory::new(10)).with_address_policy(strict()).unwrap();
        let (attempts, others) = (attempts(policy.clone()), attempts(policy.clone()));
        let unknown = Unknown::with_key(policy, Memory::new(10), KEY);
        let (mut real, mut invented, mut now) = (Vec::new(), Vec::new(), 0);
        for (kind, step) in steps {
            match step {
                Step::Begin(pause) if kind == 0 => {
                    // somebody else, from the same address
                    now += pause;
                    let (one, other) = (attempts.begin(&address, at(now)).unwrap(), others.begin(&address, at(now)).unwrap());
                    prop_assert_eq!(answer(&one), answer(&other));
                    if let (Begin::Allowed(one), Begin::Allowed(other)) = (one, other) {
                        let one = attempts.settle(one, Verdict::Failure, at(now)).unwrap();
                        prop_assert_eq!(one, others.settle(other, Verdict::Failure, at(now)).unwrap());
                    }
                }
                Step::Begin(pause) => {
                    now += pause;
                    let shared = if kind == 1 { &shared[..] } else { &[] };
                    let one = attempts.begin_all(&both[..=shared.len()], at(now)).unwrap();
                    let other = unknown.begin_all(&nobody(), shared, &others, at(now)).unwrap();
                    prop_assert_eq!(answer(&one), answer(&other));
                    if let (Begin::Allowed(one), Begin::Allowed(other)) = (one, other) {
                        real.push(one);
                        invented.push(other);
                    }
                }
                Step::Settle(which, verdict, pause) if which < real.len() => {
                    now += pause;
                    let (one, other) = (real.remove(which), invented.remove(which));
                    let one = attempts.settle_all(one, verdict, at(now)).unwrap();
                    prop_assert_eq!(one, unknown.settle_all(other, verdict, &others, at(now)).unwrap());
                }
                Step::Drop(which) if which < real.len() => {
                    drop((real.remove(which), invented.remove(which)));
                }
                _ => {}
            }
        }
    }

    /// AT-09: no key of an account, a device or an address is that of a row.
    #[test]
    fn no_other_key_is_that_of_a_row(name in "[^\\s].{0,40}", address: [u8; 16]) {
        let keys = [
            account(&name),
            Key::device(&name).unwrap(),
            Key::address(std::net::IpAddr::from(address)),
            Key::everybody(),
        ];
        for key in keys {
            prop_assert!(!key.store_key().starts_with(b"portcullis/attempts/unknown/"));
        }
    }
}
