//! The presets, their limits to the millisecond, and staying signed in.
#![cfg(feature = "session")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

mod session_support;

use std::time::Duration;

use portcullis::{
    Timestamp,
    session::{Activity, AtLimit, Error, Expiry, Live, Policy, State, Token},
};
use proptest::prelude::*;
use session_support::{DAY, HOUR, MINUTE, SECOND, at, started};

/// Each preset, its idle time, its absolute limit, whether it promises a sign-out.
fn presets() -> [(&'static str, Policy, u64, u64, bool); 6] {
    [
        (
            "back_office",
            Policy::back_office(),
            15 * MINUTE,
            12 * HOUR,
            true,
        ),
        ("nist_aal1", Policy::nist_aal1(), 30 * DAY, 30 * DAY, false),
        ("nist_aal2", Policy::nist_aal2(), HOUR, 24 * HOUR, true),
        (
            "nist_aal3",
            Policy::nist_aal3(),
            15 * MINUTE,
            12 * HOUR,
            true,
        ),
        ("pci_dss", Policy::pci_dss(), 15 * MINUTE, 12 * HOUR, true),
        (
            "owasp_asvs",
            Policy::owasp_asvs(),
            30 * MINUTE,
            12 * HOUR,
            true,
        ),
    ]
}

fn millis(n: u64) -> Duration {
    Duration::from_millis(n)
}

fn stayed(policy: &Policy, now: Timestamp) -> (State, Token, Live) {
    let sign_in = State::default().begin("ada", now);
    let (state, outcome) = policy.start(State::default(), sign_in.stay_signed_in(), now);
    let (token, live) = outcome.unwrap();
    (state, token, live)
}

/// SE-01, SE-02: exactly at a limit is over, and a millisecond before is not. The numbers are those
/// of NIST SP 800-63B-4 §2.1.3, §2.2.3 and §2.3.3 and of PCI DSS 4.0.1 8.2.8.
#[test]
fn each_preset_ends_a_session_exactly_at_its_limits() {
    for (name, policy, idle, absolute, _) in presets() {
        let (state, token, live) = started(&policy, State::default(), at(0));
        assert_eq!(live.idle_deadline(), at(idle), "{name}");
        assert_eq!(live.absolute_deadline(), at(absolute), "{name}");
        let ask = |state: &State, now| policy.check(state.clone(), &token, at(now)).1.map(drop);
        assert_eq!(ask(&state, idle - 1), Ok(()), "{name}");
        assert!(
            matches!(ask(&state, idle), Err(Error::Expired(_))),
            "{name}"
        );
        let (mut busy, mut now) = (state, 0);
        while now < absolute - SECOND {
            now = (now + idle - SECOND).min(absolute - 1);
            let (next, touched) = policy.touch(busy, &token, Activity::Interactive, at(now));
            assert!(touched.is_ok(), "{name} at {now}");
            busy = next;
        }
        assert_eq!(ask(&busy, absolute - 1), Ok(()), "{name}");
        assert_eq!(
            ask(&busy, absolute),
            Err(Error::Expired(Expiry::Absolute)),
            "{name}"
        );
    }
}

/// SE-11: every answer has both deadlines, and the session lives until the earlier one.
#[test]
fn every_answer_has_both_deadlines_and_the_earlier_one_holds() {
    let policy = Policy::new(millis(10 * MINUTE), millis(15 * MINUTE)).unwrap();
    let (state, token, live) = started(&policy, State::default(), at(0));
    let mut answers = vec![live];
    let (state, live) = policy.touch(state, &token, Activity::Interactive, at(8 * MINUTE));
    answers.push(live.unwrap());
    let (state, live) = policy.check(state, &token, at(9 * MINUTE));
    answers.push(live.unwrap());
    let (state, live) = policy.label(state, &token, "phone", at(9 * MINUTE));
    answers.push(live.unwrap());
    let (state, outcome) = policy.rotate(state, &token, at(9 * MINUTE));
    let (token, live) = outcome.unwrap();
    answers.push(live);
    let (state, mut listed) = policy.list(state, at(9 * MINUTE));
    answers.append(&mut listed);
    let deadlines = |live: &Live| {
        (
            live.idle_deadline(),
            live.absolute_deadline(),
            live.deadline(),
        )
    };
    assert_eq!(
        deadlines(&answers[0]),
        (at(10 * MINUTE), at(15 * MINUTE), at(10 * MINUTE))
    );
    for live in &answers[1..] {
        assert_eq!(
            deadlines(live),
            (at(18 * MINUTE), at(15 * MINUTE), at(15 * MINUTE))
        );
    }
    let end = answers[5].deadline();
    let before = Timestamp::from_millis(end.as_millis() - 1);
    assert!(policy.check(state.clone(), &token, before).1.is_ok());
    assert!(policy.check(state, &token, end).1.is_err());
}

/// SE-09: a preset that promises a sign-out lets nobody stay, and the error names both.
#[test]
fn staying_signed_in_contradicts_a_promised_sign_out() {
    let long = millis(30 * DAY);
    for (name, policy, _, _, promises) in presets() {
        let outcome = policy.with_stay_signed_in(long, long);
        assert_eq!(outcome.is_err(), promises, "{name}");
        if let Err(error) = outcome {
            let text = error.to_string();
            assert!(
                text.starts_with(name) && text.contains("signs out"),
                "{text}"
            );
            assert!(
                text.contains("staying signed in for 43200 idle minutes"),
                "{text}"
            );
        }
    }
}

/// SE-09: the limits of those who stay are their own, to the millisecond, and of no one else.
#[test]
fn those_who_ask_stay_signed_in_longer_and_no_others() {
    let policy = Policy::new(millis(HOUR), millis(DAY)).unwrap();
    let policy = policy
        .with_stay_signed_in(millis(7 * DAY), millis(30 * DAY))
        .unwrap();
    let (state, token, live) = stayed(&policy, at(0));
    assert!(live.stays_signed_in());
    assert_eq!(live.idle_deadline(), at(7 * DAY));
    assert_eq!(live.absolute_deadline(), at(30 * DAY));
    assert!(
        policy
            .check(state.clone(), &token, at(7 * DAY - 1))
            .1
            .is_ok()
    );
    assert!(policy.check(state, &token, at(7 * DAY)).1.is_err());

    let (state, token, live) = started(&policy, State::default(), at(0));
    assert!(!live.stays_signed_in());
    assert!(policy.check(state, &token, at(HOUR)).1.is_err());
}

/// SE-09: nobody stays where it is not offered, and nobody is let in for less than they asked.
#[test]
fn a_policy_that_offers_no_staying_starts_no_such_session() {
    for (name, policy, ..) in presets() {
        let sign_in = State::default().begin("ada", at(0));
        let (state, outcome) = policy.start(State::default(), sign_in.stay_signed_in(), at(0));
        assert_eq!(outcome.unwrap_err(), Error::StayNotOffered, "{name}");
        assert_eq!(state, State::default(), "{name}");
    }
}

/// SE-09: taken back for everybody, it ends with the limits that all have.
#[test]
fn a_policy_that_offers_it_no_more_takes_it_from_those_who_have_it() {
    let before = Policy::new(millis(HOUR), millis(DAY)).unwrap();
    let offered = before
        .clone()
        .with_stay_signed_in(millis(7 * DAY), millis(30 * DAY))
        .unwrap();
    let (state, token, _) = stayed(&offered, at(0));
    for policy in [before, Policy::nist_aal2()] {
        let (state, live) = policy.check(state.clone(), &token, at(HOUR - 1));
        let live = live.unwrap();
        assert!(!live.stays_signed_in());
        assert_eq!(
            (live.idle_deadline(), live.absolute_deadline()),
            (at(HOUR), at(DAY))
        );
        assert!(policy.check(state, &token, at(HOUR)).1.is_err());
    }
}

/// SE-03, SE-09: for those who stay, too, activity is written sixteen times an idle period.
#[test]
fn touches_are_written_by_the_limits_that_the_session_has() {
    let policy = Policy::new(millis(16 * MINUTE), millis(DAY)).unwrap();
    let policy = policy
        .with_stay_signed_in(millis(16 * HOUR), millis(30 * DAY))
        .unwrap();
    let recorded = |(state, token, _): (State, Token, Live), now| {
        let (_, live) = policy.touch(state, &token, Activity::Interactive, at(now));
        live.unwrap().last_active() == at(now)
    };
    for (now, normal, stays) in [
        (MINUTE - 1, false, false),
        (MINUTE, true, false),
        (HOUR - 1, true, false),
        (HOUR, true, true),
    ] {
        if now < 16 * MINUTE {
            assert_eq!(
                recorded(started(&policy, State::default(), at(0)), now),
                normal,
                "{now}"
            );
        }
        assert_eq!(recorded(stayed(&policy, at(0)), now), stays, "{now}");
    }
}

/// SE-02, SE-09: rules that make no sense are none.
#[test]
fn a_policy_that_makes_no_sense_is_refused() {
    let second = millis(SECOND);
    let new = Policy::new;
    assert_eq!(new(millis(999), second), Err(Error::IdleTooShort));
    assert_eq!(new(second * 2, second), Err(Error::AbsoluteTooShort));
    assert!(new(second, second).is_ok());
    for (max, fits) in [(0, false), (1, true), (256, true), (257, false)] {
        let policy = Policy::back_office().with_max_sessions(max, AtLimit::Refuse);
        assert_eq!(policy.is_ok(), fits, "{max}");
        assert!(fits || policy == Err(Error::SessionLimit));
    }
    let policy = new(millis(HOUR), millis(DAY)).unwrap();
    let stay = |idle, absolute| {
        policy
            .clone()
            .with_stay_signed_in(millis(idle), millis(absolute))
    };
    assert_eq!(stay(HOUR - 1, DAY), Err(Error::StayTooShort));
    assert_eq!(stay(HOUR, DAY - 1), Err(Error::StayTooShort));
    assert_eq!(stay(2 * DAY, DAY), Err(Error::AbsoluteTooShort));
    assert!(stay(HOUR, DAY).is_ok());
}

/// SE-02: times at the end of time deny, nothing overflows, and no record becomes unreadable.
#[test]
fn the_end_of_time_lets_nobody_in() {
    let forever = Policy::new(Duration::MAX, Duration::MAX).unwrap();
    let start = |state: State, now| {
        let sign_in = state.begin("ada", now);
        forever.start(state, sign_in, now)
    };
    let (_, started) = start(State::default(), at(0));
    let (_, live) = started.unwrap();
    assert_eq!(live.deadline(), Timestamp::MAX);
    let over = Error::Expired(Expiry::Absolute);
    let (_, late) = start(State::default(), Timestamp::MAX);
    assert_eq!(late.unwrap_err(), over);

    let last = Timestamp::from_millis(u64::MAX - 1);
    let (state, started) = start(State::default(), last);
    let (token, _) = started.unwrap();
    assert_eq!(State::decode(&state.encode()).as_ref(), Ok(&state));
    assert!(forever.check(state.clone(), &token, last).1.is_ok());
    let (state, outcome) = forever.check(state, &token, Timestamp::MAX);
    assert_eq!(outcome, Err(over));
    assert!(State::decode(&state.encode()).is_ok());
}

proptest! {
    /// SE-03, SE-02: whatever the rhythm of clicks, polls and turns of the clock, nobody lives past
    /// their last click and the idle time, nor past the start and the absolute limit.
    #[test]
    fn nobody_lives_past_their_last_click_or_their_start(
        idle in 1_000..100_000_u64,
        times in 1..20_u64,
        events in prop::collection::vec((0..3_u8, -5_000..40_000_i64), 1..60),
        stays in any::<bool>(),
    ) {
        let absolute = idle * times;
        let short = Policy::new(millis(1_000), millis(1_000)).unwrap();
        let policy = if stays {
            short.with_stay_signed_in(millis(idle), millis(absolute)).unwrap()
        } else {
            Policy::new(millis(idle), millis(absolute)).unwrap()
        };
        let (mut state, token, _) = if stays {
            stayed(&policy, at(0))
        } else {
            started(&policy, State::default(), at(0))
        };
        let (mut now, mut click) = (0_u64, 0);
        for (event, step) in events {
            now = now.saturating_add_signed(step);
            let activity = match event {
                0 => Activity::Interactive,
                1 => Activity::Background,
                _ => Activity::KeepAlive,
            };
            let (next, live) = policy.touch(state, &token, activity, at(now));
            state = next;
            let over = now >= click + idle || now >= absolute;
            prop_assert!(!over || live.is_err(), "{now}: last click {click}");
            let Ok(live) = live else { return Ok(()) };
            if event == 0 {
                click = click.max(now);
            }
            prop_assert!(live.idle_deadline() <= at(click + idle));
            prop_assert!(live.absolute_deadline() == at(absolute));
            // and not more than a sixteenth sooner
            prop_assert!(live.idle_deadline() > at(click + idle - idle.div_ceil(16)));
        }
    }
}

/// SE-02: where both limits are reached at once, the session was as old as a session may be.
#[test]
fn a_session_that_reaches_both_limits_at_once_was_as_old_as_it_may_be() {
    let policy = Policy::nist_aal1();
    let (state, token, _) = started(&policy, State::default(), at(0));
    let (_, outcome) = policy.check(state, &token, at(30 * DAY));
    assert_eq!(outcome, Err(Error::Expired(Expiry::Absolute)));
}

/// SE-08: a store may forget a record when nothing of it can matter any more, and no sooner: the last
/// session is dead, and a sign-in that was overtaken would be too slow.
#[test]
fn a_record_may_be_forgotten_when_nothing_of_it_matters_any_more() {
    let policy = Policy::back_office();
    let (state, first, _) = started(&policy, State::default(), at(0));
    let (state, last, _) = started(&policy, state, at(5 * MINUTE));
    assert_eq!(policy.expires(&state), at(20 * MINUTE));
    let state = state.end_token(&last);
    assert_eq!(policy.expires(&state), at(15 * MINUTE));
    let under_way = state.begin("ada", at(10 * MINUTE));
    let (state, _) = state.end_all(at(10 * MINUTE));
    assert_eq!(policy.expires(&state), at(70 * MINUTE));
    let (state, late, _) = started(&policy, state, at(65 * MINUTE));
    assert_eq!(policy.expires(&state), at(80 * MINUTE));
    for gone in [&first, &last] {
        assert!(
            policy
                .check(state.clone(), gone, at(65 * MINUTE))
                .1
                .is_err()
        );
    }
    assert!(policy.check(state, &late, at(65 * MINUTE)).1.is_ok());
    // forgotten, the record stops nobody who is not stopped by the time
    let (_, forgotten) = policy.start(State::default(), under_way, at(70 * MINUTE));
    assert_eq!(forgotten.unwrap_err(), Error::SignInTooSlow);
}
