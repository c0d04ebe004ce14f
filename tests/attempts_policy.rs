//! Windows, cool-offs and waits to the millisecond, presets by their clauses, and bounds.
#![cfg(feature = "attempts")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

mod attempts_support;

use std::time::Duration;

use attempts_support::{
    MINUTE, SECOND, ada, allowed, at, attempt, begin, fail, fail_times, failed, secs, take, under,
};
use portcullis::{
    Timestamp,
    attempts::{Action, Begin, Error, Lock, Outcome, Policy, State, Verdict, Window},
};

const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

fn of(threshold: u32) -> Policy {
    Policy::new(threshold).unwrap()
}

fn rolling(threshold: u32, seconds: u64) -> Policy {
    let window = Window::Rolling(secs(seconds));
    of(threshold).with_window(window).unwrap()
}

fn streak(threshold: u32, seconds: u64) -> Policy {
    let window = Window::Streak(secs(seconds));
    of(threshold).with_window(window).unwrap()
}

fn cool_off(threshold: u32, seconds: u64) -> Policy {
    let action = Action::CoolOff(secs(seconds));
    of(threshold).with_action(action).unwrap()
}

fn counted(left: u32) -> Outcome {
    Outcome::Counted { left }
}

/// AT-01: without a window failures count however long ago they were.
#[test]
fn consecutive_failures_have_no_limit_of_time() {
    let attempts = under(of(3));
    assert_eq!(fail(&attempts, at(0)), counted(2));
    assert_eq!(fail(&attempts, at(10_000 * DAY)), counted(1));
    let since = Timestamp::MAX;
    assert_eq!(fail(&attempts, since), Outcome::ResetRequired { since });
}

/// AT-01: a failure counts while it is less than a window old, each for itself.
#[test]
fn a_rolling_failure_counts_until_it_is_a_window_old() {
    let attempts = under(rolling(3, 60));
    assert_eq!(fail(&attempts, at(0)), counted(2));
    assert_eq!(fail(&attempts, at(59_999)), counted(1));
    assert_eq!(
        fail(&attempts, at(60_000)),
        counted(1),
        "the first is a window old"
    );
    let since = at(119_998);
    assert_eq!(fail(&attempts, since), Outcome::ResetRequired { since });

    let attempts = under(rolling(3, 60));
    let _ = fail(&attempts, at(0));
    let _ = fail(&attempts, at(0));
    assert_eq!(fail(&attempts, at(60_000)), counted(2));
}

/// AT-01: the count starts anew when the last failure is a window ago, and not before.
#[test]
fn a_streak_lasts_while_the_last_failure_is_less_than_a_window_old() {
    let attempts = under(streak(4, 60));
    assert_eq!(fail(&attempts, at(0)), counted(3));
    assert_eq!(fail(&attempts, at(59_999)), counted(2));
    assert_eq!(fail(&attempts, at(119_998)), counted(1));
    assert_eq!(fail(&attempts, at(179_998)), counted(3));
}

/// AT-01: a success clears in every window.
#[test]
fn a_success_clears_in_every_window() {
    for policy in [of(5), rolling(5, 60), streak(5, 60)] {
        let attempts = under(policy);
        fail_times(&attempts, 4, at(0));
        assert_eq!(
            attempt(&attempts, Verdict::Success, at(0)),
            Outcome::Cleared
        );
        assert_eq!(fail(&attempts, at(0)), counted(4));
    }
}

/// AT-01: what nobody settled is a failure at the moment it lapsed, whenever that is seen.
#[test]
fn a_slot_that_lapsed_is_a_failure_of_that_moment() {
    for policy in [rolling(5, 60), streak(5, 60)] {
        for looks in [vec![], vec![30_000], vec![29_999, 30_000, 45_000]] {
            let attempts = under(policy.clone());
            drop(begin(&attempts, at(0)));
            for look in looks {
                let outcome = attempt(&attempts, Verdict::Incomplete, at(look));
                let left = if look < 30_000 { 5 } else { 4 };
                assert_eq!(outcome, Outcome::Returned { left });
            }
            let outcome = attempt(&attempts, Verdict::Incomplete, at(89_999));
            assert_eq!(outcome, Outcome::Returned { left: 4 });
            let outcome = attempt(&attempts, Verdict::Incomplete, at(90_000));
            assert_eq!(outcome, Outcome::Returned { left: 5 });
        }
    }
}

/// AT-01: a lock that lapsed slots bring about begins when they lapsed.
#[test]
fn a_lock_by_lapsed_slots_begins_when_the_last_of_them_lapsed() {
    let policy = cool_off(3, 100);
    for seen in [at(30_002), at(129_999 + 2)] {
        let attempts = under(policy.clone());
        for begun in 0..3 {
            drop(begin(&attempts, at(begun)));
        }
        let until = at(130_002);
        assert_eq!(
            attempts.begin(&ada(), seen).unwrap(),
            Begin::Locked { until }
        );
    }
    let attempts = under(policy);
    for begun in 0..3 {
        drop(begin(&attempts, at(begun)));
    }
    assert_eq!(
        fail(&attempts, at(130_002)),
        counted(2),
        "it has begun and ended unseen"
    );
}

/// AT-01: locked until lock time and cool-off, and open at that very moment with a count of zero.
#[test]
fn a_cool_off_ends_to_the_millisecond_with_a_count_of_zero() {
    let attempts = under(cool_off(3, 60));
    fail_times(&attempts, 2, at(0));
    let until = at(60_007);
    assert_eq!(fail(&attempts, at(7)), Outcome::Locked { until });
    for now in [7, 8, 30_000, 60_006] {
        assert_eq!(
            attempts.begin(&ada(), at(now)).unwrap(),
            Begin::Locked { until }
        );
    }
    assert_eq!(fail(&attempts, until), counted(2));
}

/// AT-01: attempts while it is locked are refused, not counted, and extend nothing.
#[test]
fn attempts_during_a_cool_off_extend_nothing() {
    let attempts = under(cool_off(1, 60));
    let until = at(60_000);
    let _ = fail(&attempts, at(0));
    for second in 0..60 {
        let refused = attempts.begin(&ada(), at(second * SECOND)).unwrap();
        assert_eq!(refused, Begin::Locked { until });
    }
    assert_eq!(
        attempt(&attempts, Verdict::Success, until),
        Outcome::Cleared
    );
}

/// AT-02: an attempt from before the lock neither opens it nor clears anything after it.
#[test]
fn a_slot_from_before_a_cool_off_is_void() {
    // Under one threshold a slot that is open and a lock exclude each other. Under two they need not.
    let (wide, narrow) = (
        of(10).with_slot_lifetime(secs(600)).unwrap(),
        cool_off(2, 60),
    );
    let (state, right) = take(&wide, State::default(), at(0));
    let (state, late) = take(&wide, state, at(0));
    let state = failed(&wide, state, 1, at(0));
    let (state, wrong) = take(&wide, state, at(0));
    let (state, outcome) = narrow.settle(state, &wrong, Verdict::Failure, at(1));
    let until = at(60_001);
    assert_eq!(outcome, Outcome::Locked { until });
    assert_eq!(state.lock(), Some(Lock::Until(until)));
    let (state, outcome) = narrow.settle(state, &right, Verdict::Success, at(2));
    assert_eq!(outcome, Outcome::Locked { until });
    // the cool-off has ended, and a failure was counted since
    let state = failed(&wide, state, 1, until);
    for verdict in [Verdict::Success, Verdict::Failure, Verdict::Incomplete] {
        let (state, outcome) = wide.settle(state.clone(), &late, verdict, at(60_002));
        assert_eq!((outcome, state.failures()), (Outcome::Lapsed, 1));
    }
}

/// AT-01: a rebind is asked for as a reset is, and only that verb ends it.
#[test]
fn a_rebind_is_required_until_it_is_done() {
    let policy = of(2).with_action(Action::RequireRebind).unwrap();
    let attempts = under(policy);
    let _ = fail(&attempts, at(0));
    let since = at(5);
    assert_eq!(fail(&attempts, since), Outcome::RebindRequired { since });
    for now in [at(5), at(1000 * DAY), Timestamp::MAX, Timestamp::EPOCH] {
        let refused = attempts.begin(&ada(), now).unwrap();
        assert_eq!(refused, Begin::RebindRequired { since });
    }
    attempts.reset(&ada()).unwrap();
    assert_eq!(fail(&attempts, at(6)), counted(1));
}

/// AT-01: a lock stays what it was made, whatever the policy has become since.
#[test]
fn another_policy_changes_no_lock() {
    let (until, since) = (at(60_000), at(0));
    let cool = failed(&cool_off(1, 60), State::default(), 1, at(0));
    let reset = failed(&of(1), State::default(), 1, at(0));
    for policy in [
        of(9),
        cool_off(9, 1),
        of(9).with_action(Action::RequireRebind).unwrap(),
    ] {
        let (_, begin) = policy.begin(cool.clone(), at(59_999));
        assert_eq!(begin, Begin::Locked { until });
        let (_, begin) = policy.begin(cool.clone(), until);
        assert!(matches!(begin, Begin::Allowed(_)), "{begin:?}");
        let (_, begin) = policy.begin(reset.clone(), at(60_000));
        assert_eq!(begin, Begin::ResetRequired { since });
    }
}

/// AT-10, TO-06: after the n-th failure first · 2^(n−1), and open at exactly that moment.
#[test]
fn waits_double_and_end_to_the_millisecond() {
    let policy = of(100).with_delay(secs(1), secs(20)).unwrap();
    let attempts = under(policy);
    let mut now = 0;
    for wait in [1, 2, 4, 8, 16, 20, 20, 20] {
        let _ = fail(&attempts, at(now));
        let until = at(now + wait * SECOND);
        for early in [now, now + 1, now + wait * SECOND - 1] {
            let refused = attempts.begin(&ada(), at(early)).unwrap();
            assert_eq!(refused, Begin::Wait { until }, "{wait} s");
        }
        now += wait * SECOND;
    }
}

/// AT-10: to ask while one has to wait counts nothing, and a success ends the doubling.
#[test]
fn a_refused_wait_counts_nothing_and_a_success_ends_it() {
    let attempts = under(of(5).with_delay(secs(1), secs(60)).unwrap());
    assert_eq!(fail(&attempts, at(0)), counted(4));
    for _ in 0..50 {
        let refused = attempts.begin(&ada(), at(1)).unwrap();
        assert_eq!(refused, Begin::Wait { until: at(SECOND) });
    }
    assert_eq!(fail(&attempts, at(SECOND)), counted(3));
    assert_eq!(
        attempt(&attempts, Verdict::Success, at(3 * SECOND)),
        Outcome::Cleared
    );
    assert_eq!(fail(&attempts, at(3 * SECOND)), counted(4));
    let refused = attempts.begin(&ada(), at(3 * SECOND)).unwrap();
    assert_eq!(
        refused,
        Begin::Wait {
            until: at(4 * SECOND)
        }
    );
}

/// AT-02: no wait is got round by guessing in parallel, by the first guesses neither.
#[test]
fn one_attempt_at_a_time_where_there_are_waits() {
    let attempts = under(of(5).with_delay(secs(1), secs(60)).unwrap());
    let first = begin(&attempts, at(0));
    let second = attempts.begin(&ada(), at(0)).unwrap();
    assert!(matches!(second, Begin::Busy { .. }));
    let _ = attempts.settle(first, Verdict::Failure, at(0)).unwrap();
    let one = begin(&attempts, at(SECOND));
    let refused = attempts.begin(&ada(), at(SECOND)).unwrap();
    assert_eq!(
        refused,
        Begin::Busy {
            retry_after: secs(1)
        }
    );
    let _ = attempts
        .settle(one, Verdict::Incomplete, at(SECOND))
        .unwrap();
    let _ = begin(&attempts, at(SECOND));
}

/// AT-10: a wait that has begun stays, though an older failure ages meanwhile.
#[test]
fn a_wait_is_not_shortened_by_a_failure_that_ages() {
    let policy = rolling(5, 60).with_delay(secs(30), secs(60)).unwrap();
    let attempts = under(policy);
    let _ = fail(&attempts, at(0));
    let _ = fail(&attempts, at(50 * SECOND));
    let until = at(110 * SECOND);
    for now in [50, 60, 80, 109] {
        let refused = attempts.begin(&ada(), at(now * SECOND)).unwrap();
        assert_eq!(refused, Begin::Wait { until });
    }
    assert_eq!(fail(&attempts, until), counted(4));
}

/// AT-10: waits saturate: they never come round to a short one.
#[test]
fn the_hundredth_failure_waits_the_longest() {
    let policy = of(100).with_delay(secs(1), secs(DAY / SECOND)).unwrap();
    let (mut state, mut now) = (State::default(), 0);
    for n in 1..100 {
        state = failed(&policy, state, 1, at(now));
        let (next, begin) = policy.begin(state, at(now));
        let Begin::Wait { until } = begin else {
            panic!("{begin:?}")
        };
        let waits = until.saturating_since(at(now));
        if n > 17 {
            assert_eq!(waits, secs(86_400), "after failure {n}");
        }
        (state, now) = (next, now + 1000 * waits.as_secs());
    }
}

/// AT-01: a clock that goes back forgives nothing and shortens no lock, no wait and no window.
#[test]
fn a_clock_that_goes_back_forgives_nothing() {
    let late = at(DAY);
    let attempts = under(cool_off(2, 60));
    fail_times(&attempts, 2, late);
    let until = at(DAY + 60 * SECOND);
    for now in [at(0), at(DAY - 1), Timestamp::EPOCH, at(DAY + 59_999)] {
        assert_eq!(
            attempts.begin(&ada(), now).unwrap(),
            Begin::Locked { until }
        );
    }
    for policy in [rolling(3, 60), streak(3, 60)] {
        let attempts = under(policy);
        let _ = fail(&attempts, late);
        for now in [at(0), at(61_000), at(200_000)] {
            let outcome = attempt(&attempts, Verdict::Incomplete, now);
            assert_eq!(outcome, Outcome::Returned { left: 2 });
        }
        assert_eq!(fail(&attempts, at(DAY + 59_999)), counted(1));
    }
    let attempts = under(of(5).with_delay(secs(1), secs(60)).unwrap());
    let _ = fail(&attempts, late);
    let until = at(DAY + SECOND);
    assert_eq!(
        attempts.begin(&ada(), at(0)).unwrap(),
        Begin::Wait { until }
    );
}

/// AT-01: the later of two failures keeps the streak, also when the clock went back between them.
#[test]
fn a_failure_under_a_clock_that_went_back_shortens_no_streak_and_no_wait() {
    let attempts = under(streak(4, 60));
    let _ = fail(&attempts, at(100_000));
    let _ = fail(&attempts, at(0));
    assert_eq!(fail(&attempts, at(159_999)), counted(1));

    let policy = of(4).with_delay(secs(30), secs(60)).unwrap();
    // two under way, from before there were waits
    let (state, first) = take(&of(4), State::default(), at(100_000));
    let (state, second) = take(&of(4), state, at(100_000));
    let (state, _) = policy.settle(state, &first, Verdict::Failure, at(100_000));
    let (state, _) = policy.settle(state, &second, Verdict::Failure, at(0));
    let (_, begin) = policy.begin(state, at(60_000));
    assert_eq!(begin, Begin::Wait { until: at(130_000) });
}

/// AT-01: at both ends of time nothing overflows, and the end of time is never.
#[test]
fn nothing_overflows_at_the_ends_of_time() {
    for policy in [of(2), rolling(2, 60), streak(2, 60), cool_off(2, 60)] {
        for policy in [
            policy.clone(),
            policy.with_delay(secs(1), secs(60)).unwrap(),
        ] {
            for now in [Timestamp::EPOCH, Timestamp::from_millis(u64::MAX - 1)] {
                let state = failed(&policy, State::default(), 1, now);
                assert_eq!(state.failures(), 1);
                let (state, begin) = policy.begin(state, now);
                let open = matches!(begin, Begin::Allowed(_) | Begin::Wait { .. });
                assert!(open && state.failures() == 1, "{begin:?} {state:?}");
            }
            // there a slot lapses at once
            let (state, slot) = take(&policy, State::default(), Timestamp::MAX);
            let (state, outcome) = policy.settle(state, &slot, Verdict::Success, Timestamp::MAX);
            assert_eq!((outcome, state.failures()), (Outcome::Lapsed, 1));
            let (state, begin) = policy.begin(state, Timestamp::MAX);
            let open = matches!(begin, Begin::Allowed(_) | Begin::Wait { .. });
            assert!(open && state.failures() == 1, "{begin:?} {state:?}");
        }
    }
    let last = Timestamp::from_millis(u64::MAX - 1);
    let state = failed(&cool_off(1, 60), State::default(), 1, last);
    let (_, begin) = cool_off(1, 60).begin(state, Timestamp::MAX);
    assert_eq!(
        begin,
        Begin::Locked {
            until: Timestamp::MAX
        }
    );
    let first = failed(&cool_off(1, 60), State::default(), 1, Timestamp::EPOCH);
    let until = Timestamp::from_secs(60);
    assert_eq!(first.lock(), Some(Lock::Until(until)));
}

/// AT-01: a stricter policy holds from the next look on.
#[test]
fn a_lower_threshold_is_found_reached_at_the_next_attempt() {
    let state = failed(&of(5), State::default(), 3, at(0));
    let (_, begin) = of(3).begin(state.clone(), at(5));
    assert_eq!(begin, Begin::ResetRequired { since: at(5) });
    let (_, begin) = cool_off(3, 60).begin(state, at(5));
    assert_eq!(begin, Begin::Locked { until: at(60_005) });
}

/// AT-01: the presets by the numbers of their clauses.
#[test]
fn presets_lock_at_the_failure_that_their_clause_names() {
    let longest_wait = 2 * HOUR;
    for (policy, failures, end) in [
        (Policy::back_office(), 5, "reset"),
        (Policy::nist_800_63b(), 100, "rebind"),
        (Policy::pci_dss_4(), 10, "1800 s"),
        (Policy::owasp_asvs_5(), 10, "3600 s"),
        (Policy::authenticator(), 20, "rebind"),
    ] {
        let attempts = under(policy.clone());
        for n in 1..failures {
            let outcome = fail(&attempts, at(n * longest_wait));
            let left = u32::try_from(failures - n).unwrap();
            assert_eq!(outcome, counted(left), "{policy:?}");
        }
        let now = at(failures * longest_wait);
        let locked = match fail(&attempts, now) {
            Outcome::ResetRequired { since } if since == now => "reset".to_owned(),
            Outcome::RebindRequired { since } if since == now => "rebind".to_owned(),
            Outcome::Locked { until } => format!("{} s", until.saturating_since(now).as_secs()),
            other => panic!("{other:?}"),
        };
        assert_eq!(locked, end, "{policy:?}");
    }
    assert_eq!(Policy::default(), Policy::back_office());
}

/// TO-06: after a wrong code one waits, each time longer, at most a quarter of an hour.
#[test]
fn the_authenticators_preset_waits() {
    for (policy, longest) in [
        (Policy::authenticator(), 900),
        (Policy::owasp_asvs_5(), 256),
    ] {
        let attempts = under(policy);
        let mut now = 0;
        let mut waits = vec![];
        for _ in 1..10 {
            let _ = fail(&attempts, at(now));
            match attempts.begin(&ada(), at(now)).unwrap() {
                Begin::Wait { until } => {
                    let wait = until.saturating_since(at(now)).as_secs();
                    waits.push(wait);
                    now += wait * SECOND;
                }
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256]);
        if longest == 900 {
            for wait in [512, 900, 900] {
                let _ = fail(&attempts, at(now));
                let until = at(now + wait * SECOND);
                assert_eq!(
                    attempts.begin(&ada(), at(now)).unwrap(),
                    Begin::Wait { until }
                );
                now += wait * SECOND;
            }
        }
    }
}

/// AT-01: what cannot be meant is refused.
#[test]
fn rules_have_bounds() {
    assert!(Policy::new(1).is_ok() && Policy::new(100).is_ok());
    assert_eq!(Policy::new(0), Err(Error::Threshold));
    assert_eq!(Policy::new(101), Err(Error::Threshold));
    let (second, year) = (secs(1), secs(366 * 86_400));
    let short = second - Duration::from_nanos(1);
    let long = year + Duration::from_nanos(1);
    let office = Policy::back_office;
    for kind in [Window::Streak, Window::Rolling] {
        for period in [second, year] {
            assert!(office().with_window(kind(period)).is_ok());
        }
        for period in [Duration::ZERO, short, long, Duration::MAX] {
            assert_eq!(office().with_window(kind(period)), Err(Error::Window));
        }
    }
    for period in [second, year] {
        assert!(office().with_action(Action::CoolOff(period)).is_ok());
    }
    for period in [Duration::ZERO, short, long, Duration::MAX] {
        let refused = office().with_action(Action::CoolOff(period));
        assert_eq!(refused, Err(Error::CoolOff));
    }
    let day = secs(86_400);
    assert!(office().with_delay(second, day).is_ok());
    assert!(office().with_delay(day, day).is_ok());
    for (first, longest) in [
        (short, day),
        (second, day + Duration::from_nanos(1)),
        (secs(2), second),
        (Duration::ZERO, Duration::ZERO),
        (Duration::MAX, Duration::MAX),
    ] {
        assert_eq!(office().with_delay(first, longest), Err(Error::Delay));
    }
    let lifetime = |millis| office().with_slot_lifetime(Duration::from_millis(millis));
    assert!(lifetime(1000).is_ok() && lifetime(600_000).is_ok());
    assert_eq!(lifetime(999), Err(Error::SlotLifetime));
    assert_eq!(lifetime(600_001), Err(Error::SlotLifetime));
}

/// AT-10: a wait that outlasted the failure before it would be forgotten with it.
#[test]
fn no_wait_is_longer_than_the_window() {
    for window in [Window::Rolling(secs(60)), Window::Streak(secs(60))] {
        let policy = of(5).with_window(window).unwrap();
        assert!(policy.clone().with_delay(secs(1), secs(60)).is_ok());
        let refused = policy.with_delay(secs(1), secs(61));
        assert_eq!(refused, Err(Error::DelayBeyondWindow));
        let policy = of(5).with_delay(secs(1), secs(61)).unwrap();
        assert_eq!(policy.with_window(window), Err(Error::DelayBeyondWindow));
    }
}

/// AT-01: a part of a millisecond is a whole one: nothing is shorter than was asked.
#[test]
fn periods_are_rounded_up_to_milliseconds() {
    let odd = Duration::new(60, 1);
    let attempts = under(of(1).with_action(Action::CoolOff(odd)).unwrap());
    assert_eq!(
        fail(&attempts, at(0)),
        Outcome::Locked { until: at(60_001) }
    );

    let attempts = under(of(5).with_window(Window::Rolling(odd)).unwrap());
    let _ = fail(&attempts, at(0));
    assert_eq!(fail(&attempts, at(60_000)), counted(3));

    let attempts = under(of(5).with_delay(odd, odd).unwrap());
    let _ = fail(&attempts, at(0));
    let refused = attempts.begin(&ada(), at(60_000)).unwrap();
    assert_eq!(refused, Begin::Wait { until: at(60_001) });

    let policy = of(5).with_slot_lifetime(Duration::new(2, 1)).unwrap();
    let attempts = under(policy);
    let slot = begin(&attempts, at(0));
    let outcome = attempts.settle(slot, Verdict::Success, at(2000)).unwrap();
    assert_eq!(outcome, Outcome::Cleared);
}

/// AT-02: a permit taken at the end of time fits no other slot taken there.
#[test]
fn slots_at_the_end_of_time_are_told_apart() {
    let policy = of(5);
    let now = Timestamp::MAX;
    let (state, lapsed) = take(&policy, State::default(), now);
    let (state, begin) = policy.begin(state, now);
    let second = allowed(begin);
    assert_ne!(lapsed, second);
    let (state, outcome) = policy.settle(state, &lapsed, Verdict::Success, at(0));
    assert_eq!((outcome, state.failures()), (Outcome::Lapsed, 1));
}
