//! One attempt under several keys: all of them or none, and a success clears only its own.
#![cfg(feature = "attempts")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

mod attempts_support;

use std::cell::RefCell;

use attempts_support::{
    MINUTE, SECOND, account, ada, allowed, at, attempts, block_on, fail, fail_times, secs,
};
use portcullis::{
    Timestamp,
    attempts::{
        Action, Attempts, Begin, Error, Fingerprint, Key, Outcome, Policy, Reservations, Verdict,
        Window,
    },
    store::{self, AsyncStore, Change, Entry, Exchange, Memory, Store, update},
};

/// Two failures lock an address for a minute.
fn strict() -> Policy {
    let policy = Policy::new(2).unwrap();
    let policy = policy.with_window(Window::Rolling(secs(60))).unwrap();
    policy.with_action(Action::CoolOff(secs(60))).unwrap()
}

fn strict_on_addresses() -> Attempts<Memory> {
    attempts().with_address_policy(strict()).unwrap()
}

fn home() -> Key {
    Key::address("192.0.2.7".parse().unwrap())
}

fn phone() -> Key {
    Key::device("phone").unwrap()
}

fn begin_all<S: Store>(attempts: &Attempts<S>, keys: &[Key], now: Timestamp) -> Reservations {
    allowed(attempts.begin_all(keys, now).unwrap())
}

fn attempt_all<S: Store>(
    attempts: &Attempts<S>,
    keys: &[Key],
    verdict: Verdict,
    now: Timestamp,
) -> Outcome {
    let slots = begin_all(attempts, keys, now);
    attempts.settle_all(slots, verdict, now).unwrap()
}

fn attempt<S: Store>(
    attempts: &Attempts<S>,
    key: &Key,
    verdict: Verdict,
    now: Timestamp,
) -> Outcome {
    let slot = allowed(attempts.begin(key, now).unwrap());
    attempts.settle(slot, verdict, now).unwrap()
}

fn print(password: u8) -> Fingerprint {
    Fingerprint::of_slow_hash(&[password; 32]).unwrap()
}

/// AT-05: who has one account of their own makes no room for guesses at others'.
#[test]
fn a_success_clears_the_account_and_leaves_the_address() {
    let attempts = attempts();
    let keys = [ada(), home()];
    for left in [4, 3, 2] {
        let outcome = attempt_all(&attempts, &keys, Verdict::Failure, at(0));
        assert_eq!(outcome, Outcome::Counted { left });
    }
    let outcome = attempt_all(&attempts, &keys, Verdict::Success, at(0));
    assert_eq!(outcome, Outcome::Cleared);
    assert_eq!(fail(&attempts, at(0)), Outcome::Counted { left: 4 });
    let outcome = attempt(&attempts, &home(), Verdict::Failure, at(0));
    assert_eq!(
        outcome,
        Outcome::Counted { left: 26 },
        "30 less three less one"
    );
}

/// AT-05: under whichever shared key, and with whatever policy, a success keeps the count.
#[test]
fn a_success_on_a_shared_key_keeps_its_count() {
    let strict = strict_on_addresses();
    let strict = strict.with_everybody_policy(self::strict()).unwrap();
    for key in [
        home(),
        Key::address("2001:db8::1".parse().unwrap()),
        Key::everybody(),
    ] {
        let outcome = attempt(&strict, &key, Verdict::Failure, at(0));
        assert_eq!(outcome, Outcome::Counted { left: 1 });
        for _ in 0..3 {
            let outcome = attempt(&strict, &key, Verdict::Success, at(0));
            assert_eq!(outcome, Outcome::Kept { left: 1 }, "{key}");
        }
        let until = at(MINUTE);
        let outcome = attempt(&strict, &key, Verdict::Failure, at(0));
        assert_eq!(outcome, Outcome::Locked { until }, "{key}");
    }
}

/// AT-05: an account or a device in it makes a key one's own.
#[test]
fn a_success_clears_a_key_with_an_account_or_a_device_in_it() {
    let attempts = attempts();
    for key in [
        ada(),
        phone(),
        ada().and(phone()).unwrap(),
        ada().and(home()).unwrap(),
        phone().and(home()).unwrap(),
    ] {
        let outcome = attempt(&attempts, &key, Verdict::Failure, at(0));
        assert_eq!(outcome, Outcome::Counted { left: 4 });
        let outcome = attempt(&attempts, &key, Verdict::Success, at(0));
        assert_eq!(outcome, Outcome::Cleared, "{key}");
        let outcome = attempt(&attempts, &key, Verdict::Failure, at(0));
        assert_eq!(outcome, Outcome::Counted { left: 4 });
    }
}

/// AT-05: only what was cleared lets anybody in, and an address proves nobody.
#[test]
fn shared_keys_alone_let_nobody_in() {
    let keys = [home(), Key::everybody()];
    let outcome = attempt_all(&attempts(), &keys, Verdict::Success, at(0));
    assert_eq!(
        outcome,
        Outcome::Kept { left: 30 },
        "of the address, which has fewer left"
    );
}

/// AT-05: an address cannot reset its password.
#[test]
fn a_policy_for_shared_keys_fades_and_opens_by_itself() {
    let strict = strict();
    for refused in [
        Policy::back_office(),
        Policy::nist_800_63b(),
        Policy::pci_dss_4(),
        strict.clone().with_action(Action::RequireReset).unwrap(),
        strict.clone().with_action(Action::RequireRebind).unwrap(),
        strict.clone().with_window(Window::Unlimited).unwrap(),
    ] {
        assert_eq!(refused.clone().shared(), Err(Error::SharedKey));
        let under = attempts().with_address_policy(refused);
        assert_eq!(under.unwrap_err(), Error::SharedKey);
    }
    for shared in [
        strict.shared().unwrap(),
        Policy::address(),
        Policy::everybody(),
    ] {
        let refused = [
            shared.clone().with_action(Action::RequireReset),
            shared.clone().with_action(Action::RequireRebind),
            shared.clone().with_window(Window::Unlimited),
        ];
        assert_eq!(refused, [const { Err(Error::SharedKey) }; 3]);
    }
}

/// AT-02: what was taken before a key refused is given back, and counts for nothing.
#[test]
fn all_keys_are_reserved_or_none() {
    let attempts = attempts();
    fail_times(&attempts, 5, at(0));
    let since = at(0);
    for _ in 0..40 {
        let refused = attempts.begin_all(&[home(), ada()], at(1)).unwrap();
        assert_eq!(refused, Begin::ResetRequired { since });
    }
    let outcome = attempt(&attempts, &home(), Verdict::Failure, at(MINUTE));
    assert_eq!(outcome, Outcome::Counted { left: 29 });
}

/// AT-09: an address that is locked leaves no trace of the names it tries.
#[test]
fn a_refused_address_writes_nothing_under_an_account() {
    let store = Memory::new(1000);
    let strict = Attempts::new(Policy::back_office(), &store);
    let strict = strict.with_address_policy(self::strict()).unwrap();
    for _ in 0..2 {
        let _ = attempt(&strict, &home(), Verdict::Failure, at(0));
    }
    for name in 0..100 {
        let keys = [account(&format!("name {name}")), home()];
        let refused = strict.begin_all(&keys, at(1)).unwrap();
        assert_eq!(refused, Begin::Locked { until: at(MINUTE) });
        let refused = block_on(strict.begin_all_async(&keys, at(1))).unwrap();
        assert_eq!(refused, Begin::Locked { until: at(MINUTE) });
    }
    assert_eq!(store.len(), 1);
}

/// AT-02: of several refusals the strictest is told, in whatever order the keys stand.
#[test]
fn the_strictest_refusal_is_told() {
    let delayed = Policy::new(3)
        .unwrap()
        .with_delay(secs(4), secs(60))
        .unwrap();
    let attempts = Attempts::new(delayed, Memory::new(100));
    let attempts = attempts.with_address_policy(strict()).unwrap();
    let (reset, waits, longer, busy) = (account("r"), account("w"), account("l"), account("b"));
    for seconds in [0, 4, 12] {
        let _ = attempt(&attempts, &reset, Verdict::Failure, at(seconds * SECOND));
    }
    let _ = attempt(&attempts, &longer, Verdict::Failure, at(8 * SECOND));
    let now = at(12 * SECOND);
    let _ = attempt(&attempts, &waits, Verdict::Failure, at(10 * SECOND));
    let _ = attempt(&attempts, &longer, Verdict::Failure, now);
    for _ in 0..2 {
        let _ = attempt(&attempts, &home(), Verdict::Failure, now);
    }
    // where there are waits, one attempt is all that may be under way
    let taken = allowed(attempts.begin(&busy, now).unwrap());
    let free = account("free");
    let (busy_told, wait_told, longer_told, locked_told, reset_told) = (
        Begin::Busy {
            retry_after: secs(1),
        },
        Begin::Wait {
            until: at(14 * SECOND),
        },
        Begin::Wait {
            until: at(20 * SECOND),
        },
        Begin::Locked {
            until: at(12 * SECOND + MINUTE),
        },
        Begin::ResetRequired { since: now },
    );
    for (mut keys, told) in [
        (vec![&busy, &free], busy_told),
        (vec![&busy, &waits, &free], wait_told),
        (vec![&waits, &longer, &busy], longer_told),
        (vec![&waits, &longer, &home(), &busy], locked_told),
        (vec![&waits, &reset, &home(), &busy], reset_told),
    ] {
        for _ in 0..keys.len() {
            keys.rotate_left(1);
            let keys: Vec<Key> = keys.iter().map(|key| (*key).clone()).collect();
            assert_eq!(attempts.begin_all(&keys, now).unwrap(), told, "{keys:?}");
        }
    }
    let _ = attempts.settle(taken, Verdict::Incomplete, now).unwrap();
    let outcome = attempt(&attempts, &free, Verdict::Failure, now);
    assert_eq!(
        outcome,
        Outcome::Counted { left: 2 },
        "nothing stayed reserved"
    );
}

/// AT-01, AT-05: what a shared key says stricter wins, whatever the account's says.
#[test]
fn a_lock_on_the_address_denies_the_right_password() {
    // Under one threshold a slot that is open and a lock exclude each other. Under two they need not.
    let store = Memory::new(100);
    let wide = Attempts::new(Policy::back_office(), &store);
    let narrow = Attempts::new(Policy::back_office(), &store);
    let narrow = narrow.with_address_policy(strict()).unwrap();
    let slots = begin_all(&wide, &[ada(), home()], at(0));
    let wrong = [0, 0].map(|_| allowed(wide.begin(&home(), at(0)).unwrap()));
    for slot in wrong {
        let _ = narrow.settle(slot, Verdict::Failure, at(4)).unwrap();
    }
    let until = at(4 + MINUTE);
    let outcome = wide.settle_all(slots, Verdict::Success, at(5)).unwrap();
    assert_eq!(outcome, Outcome::Locked { until });
}

/// AT-01: a slot that lapsed under one key denies, though it did not under the other.
#[test]
fn a_slot_that_lapsed_under_one_key_denies() {
    let store = Memory::new(100);
    let long = Policy::back_office().with_slot_lifetime(secs(600)).unwrap();
    let attempts = Attempts::new(long, &store);
    for (keys, shared_only) in [(vec![ada(), home()], false), (vec![home()], true)] {
        let slots = begin_all(&attempts, &keys, at(0));
        let outcome = attempts.settle_all(slots, Verdict::Success, at(30 * SECOND));
        assert_eq!(outcome.unwrap(), Outcome::Lapsed, "{shared_only}");
    }
}

/// AT-06: the same wrong password is one failure of the address, too.
#[test]
fn a_repeated_password_is_counted_nowhere() {
    let attempts = attempts();
    let keys = [home(), ada()];
    let outcome = attempt_all(&attempts, &keys, Verdict::FailureWith(print(1)), at(0));
    assert_eq!(outcome, Outcome::Counted { left: 4 });
    for _ in 0..50 {
        let outcome = attempt_all(&attempts, &keys, Verdict::FailureWith(print(1)), at(0));
        assert_eq!(outcome, Outcome::Repeated { left: 4 });
    }
    let outcome = attempt(&attempts, &home(), Verdict::Failure, at(0));
    assert_eq!(outcome, Outcome::Counted { left: 28 });
}

/// AT-06: one password on many accounts is as many guesses, even where its fingerprint is the same.
#[test]
fn spraying_one_password_is_counted_under_the_address() {
    let attempts = attempts();
    for n in 0..29 {
        let keys = [account(&format!("name {n}")), home()];
        let outcome = attempt_all(&attempts, &keys, Verdict::FailureWith(print(1)), at(0));
        assert_eq!(outcome, Outcome::Counted { left: 4 });
    }
    let verdict = Verdict::FailureWith(print(1));
    let outcome = attempt_all(&attempts, &[account("last"), home()], verdict, at(0));
    assert_eq!(
        outcome,
        Outcome::Locked {
            until: at(10 * MINUTE)
        }
    );
}

/// AT-02: a key that stands twice is counted once.
#[test]
fn a_key_that_stands_twice_is_one() {
    let keys = [ada(), home(), ada(), home()];
    let outcome = attempt_all(&attempts(), &keys, Verdict::Failure, at(0));
    assert_eq!(outcome, Outcome::Counted { left: 4 });
}

/// AT-03: an attempt that nothing counts is not allowed.
#[test]
fn an_attempt_without_a_key_is_an_error() {
    assert_eq!(attempts().begin_all(&[], at(0)), Err(Error::NoKey));
}

/// AT-04 in kind: strangers lock each other, and the owner's device has its own lane.
#[test]
fn a_device_that_is_known_has_its_own_lane() {
    let attempts = attempts();
    let lane = ada().and(phone()).unwrap();
    fail_times(&attempts, 5, at(0));
    let outcome = attempt_all(&attempts, &[lane.clone(), home()], Verdict::Success, at(1));
    assert_eq!(outcome, Outcome::Cleared);
    let since = at(0);
    assert_eq!(
        attempts.begin(&ada(), at(2)).unwrap(),
        Begin::ResetRequired { since }
    );
    // and is no way round the count: the lane has one, too
    for _ in 0..5 {
        let _ = attempt(&attempts, &lane, Verdict::Failure, at(3));
    }
    let since = at(3);
    assert_eq!(
        attempts.begin(&lane, at(4)).unwrap(),
        Begin::ResetRequired { since }
    );
}

/// AT-11: password, second factor, reset, password change and API key under one key are one budget.
#[test]
fn five_doors_of_one_account_have_one_budget() {
    let attempts = attempts();
    let account = ada();
    for (door, left) in [
        ("password", 4),
        ("second factor", 3),
        ("reset", 2),
        ("change", 1),
    ] {
        let outcome = attempt(&attempts, &account, Verdict::Failure, at(0));
        assert_eq!(outcome, Outcome::Counted { left }, "{door}");
        // a right password, with the second factor to come, makes no room for codes
        let outcome = attempt(&attempts, &account, Verdict::Incomplete, at(0));
        assert_eq!(outcome, Outcome::Returned { left }, "{door}");
    }
    let api_key = attempt(&attempts, &account, Verdict::Failure, at(0));
    assert_eq!(api_key, Outcome::ResetRequired { since: at(0) });
}

/// S4-20: the asynchronous twins do the same.
#[test]
fn the_async_verbs_take_and_give_back_alike() {
    let strict = strict_on_addresses();
    let keys = [ada(), home()];
    for left in [4, 3] {
        let slots = allowed(block_on(strict.begin_all_async(&keys, at(0))).unwrap());
        let outcome = block_on(strict.settle_all_async(slots, Verdict::Failure, at(0))).unwrap();
        match left {
            4 => assert_eq!(outcome, Outcome::Counted { left }),
            _ => assert_eq!(outcome, Outcome::Locked { until: at(MINUTE) }),
        }
    }
    let refused = block_on(strict.begin_all_async(&keys, at(1))).unwrap();
    assert_eq!(refused, Begin::Locked { until: at(MINUTE) });
    assert_eq!(fail(&strict, at(1)), Outcome::Counted { left: 2 });
    fail_times(&strict, 2, at(1));
    let other = Key::address("192.0.2.8".parse().unwrap());
    for _ in 0..3 {
        let refused = block_on(strict.begin_all_async(&[other.clone(), ada()], at(2))).unwrap();
        assert_eq!(refused, Begin::ResetRequired { since: at(1) });
    }
    assert_eq!(
        attempt(&strict, &other, Verdict::Failure, at(2)),
        Outcome::Counted { left: 1 },
        "nothing stayed reserved"
    );
    let none = block_on(strict.begin_all_async(&[], at(2)));
    assert_eq!(none, Err(Error::NoKey));
}

/// A store in memory that answers so many calls and then is down.
struct Ailing {
    store: Memory,
    calls: RefCell<usize>,
}

impl Ailing {
    fn call(&self) -> Result<(), store::Full> {
        match self.calls.replace_with(|calls| calls.saturating_sub(1)) {
            0 => Err(full()),
            _ => Ok(()),
        }
    }
}

fn full() -> store::Full {
    let full = Memory::new(0);
    let put = Entry::new(vec![]);
    Store::compare_exchange(&full, b"", None, Some(&put)).unwrap_err()
}

impl Store for Ailing {
    type Error = store::Full;
    fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, store::Full> {
        self.call()?;
        Store::load(&self.store, key)
    }
    fn compare_exchange(
        &self,
        key: &[u8],
        current: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> Result<Exchange, store::Full> {
        self.call()?;
        Store::compare_exchange(&self.store, key, current, new)
    }
}

/// A store in memory in which everybody writes under one key.
struct Contended {
    store: Memory,
    key: Vec<u8>,
}

impl Store for Contended {
    type Error = store::Full;
    fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, store::Full> {
        Store::load(&self.store, key)
    }
    fn compare_exchange(
        &self,
        key: &[u8],
        current: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> Result<Exchange, store::Full> {
        if key == self.key {
            return Ok(Exchange::Changed);
        }
        Store::compare_exchange(&self.store, key, current, new)
    }
}

impl AsyncStore for Contended {
    type Error = store::Full;
    async fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, store::Full> {
        Store::load(self, key)
    }
    async fn compare_exchange(
        &self,
        key: &[u8],
        current: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> Result<Exchange, store::Full> {
        Store::compare_exchange(self, key, current, new)
    }
}

/// AT-02: where an account's record is not to be had, nothing was evaluated, and the address does not
/// pay for it.
#[test]
fn a_store_that_contends_under_one_key_counts_nothing_under_the_others() {
    let contended = Contended {
        store: Memory::new(100),
        key: ada().store_key(),
    };
    let attempts = Attempts::new(Policy::back_office(), contended);
    for _ in 0..15 {
        let keys = [ada(), home(), Key::everybody()];
        let begun = attempts.begin_all(&keys, at(0));
        assert!(matches!(begun, Err(Error::Store(_))), "{begun:?}");
        let begun = block_on(attempts.begin_all_async(&keys, at(0)));
        assert!(matches!(begun, Err(Error::Store(_))), "{begun:?}");
    }
    // all that was not given back would have lapsed
    let now = at(MINUTE);
    let outcome = attempt(&attempts, &home(), Verdict::Failure, now);
    assert_eq!(outcome, Outcome::Counted { left: 29 });
    let outcome = attempt(&attempts, &Key::everybody(), Verdict::Incomplete, at(0));
    assert_eq!(outcome, Outcome::Returned { left: 100 });
}

/// AT-02: nor where the store has no room for one more account.
#[test]
fn a_store_that_is_full_counts_nothing_under_an_address() {
    let store = Memory::with_clock(2, || at(0));
    let attempts = Attempts::new(Policy::back_office(), &store);
    fail_times(&attempts, 5, at(0));
    let _ = attempt(&attempts, &home(), Verdict::Incomplete, at(0));
    for number in 0..30 {
        let keys = [account(&format!("staff {number}")), home()];
        let begun = attempts.begin_all(&keys, at(0));
        assert!(matches!(begun, Err(Error::Store(_))), "{begun:?}");
    }
    let outcome = attempt(&attempts, &home(), Verdict::Failure, at(MINUTE));
    assert_eq!(outcome, Outcome::Counted { left: 29 });
}

/// AT-05: one's own key is cleared by a success, whichever policy it was given.
#[test]
fn a_policy_for_shared_keys_clears_ones_own() {
    let attempts = Attempts::new(Policy::address(), Memory::new(100));
    assert_eq!(fail(&attempts, at(0)), Outcome::Counted { left: 29 });
    let outcome = attempt(&attempts, &ada(), Verdict::Success, at(0));
    assert_eq!(outcome, Outcome::Cleared);
}

/// AT-05: one machine whose clock stands at the year 2100 for a moment closes a door that many share
/// for as long as a lock lasts, and not until then.
#[test]
fn a_clock_that_was_wrong_once_locks_nobody_out_for_years() {
    let far = Timestamp::from_secs(4_102_444_800);
    let attempts = attempts();
    for (key, period) in [(Key::everybody(), SECOND), (home(), 10 * MINUTE)] {
        while let Begin::Allowed(slot) = attempts.begin(&key, far).unwrap() {
            let _ = attempts.settle(slot, Verdict::Failure, far).unwrap();
        }
        let until = at(period);
        for seen in [0, period / 2, period - 1] {
            let begin = attempts.begin(&key, at(seen)).unwrap();
            assert_eq!(begin, Begin::Locked { until }, "{key} at {seen}");
        }
        let _ = allowed(attempts.begin(&key, until).unwrap());
    }
    // a failure of then is one of now
    let other = Key::address("192.0.2.8".parse().unwrap());
    let _ = attempt(&attempts, &other, Verdict::Failure, far);
    let outcome = attempt(&attempts, &other, Verdict::Incomplete, at(0));
    assert_eq!(outcome, Outcome::Returned { left: 29 });
    let outcome = attempt(&attempts, &other, Verdict::Incomplete, at(10 * MINUTE));
    assert_eq!(outcome, Outcome::Returned { left: 30 });
    // and so is a wait
    let waits = strict().with_delay(secs(1), secs(60)).unwrap();
    let waits = self::attempts().with_address_policy(waits).unwrap();
    let _ = attempt(&waits, &home(), Verdict::Failure, far);
    let until = at(SECOND);
    let begin = waits.begin(&home(), at(0)).unwrap();
    assert_eq!(begin, Begin::Wait { until });
    // one's own key is opened by a reset
    let own = Attempts::new(Policy::pci_dss_4(), Memory::new(100));
    fail_times(&own, 10, far);
    let begin = own.begin(&ada(), at(0)).unwrap();
    assert!(matches!(begin, Begin::Locked { until } if until > far));
    own.reset(&ada()).unwrap();
    assert_eq!(fail(&own, at(0)), Outcome::Counted { left: 9 });
}

/// CO-04: whichever call fails, nobody gets in, and what was taken lapses into a failure.
#[test]
fn a_store_that_fails_half_way_denies() {
    for calls in 0..4 {
        let ailing = Ailing {
            store: Memory::new(100),
            calls: calls.into(),
        };
        let attempts = Attempts::new(Policy::back_office(), ailing);
        assert!(attempts.begin_all(&[ada(), home()], at(0)).is_err());
    }
    for calls in 0..4 {
        let ailing = Ailing {
            store: Memory::new(100),
            calls: 100.into(),
        };
        let attempts = Attempts::new(Policy::back_office(), &ailing);
        let slots = begin_all(&attempts, &[ada(), home()], at(0));
        ailing.calls.replace(calls);
        assert!(attempts.settle_all(slots, Verdict::Success, at(0)).is_err());
        ailing.calls.replace(100);
        let now = at(30 * SECOND);
        let outcome = attempt(&attempts, &home(), Verdict::Failure, now);
        assert_eq!(
            outcome,
            Outcome::Counted { left: 28 },
            "after {calls} calls"
        );
    }
}

/// CO-04: a key whose record is damaged denies, and the others do not pay for it.
#[test]
fn a_damaged_record_under_one_key_denies_and_costs_the_others_nothing() {
    let store = Memory::new(100);
    let attempts = Attempts::new(Policy::back_office(), &store);
    let put = Change::Put(Entry::new(vec![9]));
    let damage = |_: Option<&[u8]>| Ok::<_, store::Error>((put.clone(), ()));
    update(&store, &ada().store_key(), damage).unwrap();
    for _ in 0..40 {
        assert!(attempts.begin_all(&[ada(), home()], at(0)).is_err());
        assert!(block_on(attempts.begin_all_async(&[ada(), home()], at(0))).is_err());
    }
    let outcome = attempt(&attempts, &home(), Verdict::Failure, at(MINUTE));
    assert_eq!(outcome, Outcome::Counted { left: 29 });
}

/// AT-05: an account, an address and everybody have each their rules.
#[test]
fn accounts_addresses_and_everybody_have_their_own_rules() {
    let strict = attempts().with_everybody_policy(strict()).unwrap();
    assert_eq!(strict.policy(), &Policy::back_office());
    for (key, left) in [(ada(), 4), (home(), 29), (Key::everybody(), 1)] {
        let outcome = attempt(&strict, &key, Verdict::Failure, at(0));
        assert_eq!(outcome, Outcome::Counted { left }, "{key}");
    }
    let everybody = Policy::back_office();
    let refused = attempts().with_everybody_policy(everybody).unwrap_err();
    assert_eq!(refused, Error::SharedKey);
    let outcome = attempt(&attempts(), &Key::everybody(), Verdict::Failure, at(0));
    assert_eq!(outcome, Outcome::Counted { left: 99 });
}
