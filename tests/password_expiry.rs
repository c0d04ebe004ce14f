//! Passwords serve as long as the policy says, to the millisecond.
#![cfg(feature = "password")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::panic,
    reason = "tests stop at what they did not expect"
)]

use portcullis::{
    Timestamp,
    password::{
        Cost, Error, Expiry, Hash, Hasher, Password, Policy, Reason, SecondFactor, State, Use,
        Violation,
    },
};

/// The least cost there is: what is tested with it is not how slow it is.
fn tiny() -> Hasher {
    Hasher::new(Cost::new(8, 1, 1).unwrap())
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The millisecond before `text`.
fn before(text: &str) -> Timestamp {
    Timestamp::from_millis(at(text).as_millis() - 1)
}

/// A password that the back office's policy accepts, another for each number.
fn good(n: usize) -> Password {
    Password::from(format!("Correct-Horse-{n:04}"))
}

fn hash(n: usize) -> Hash {
    tiny().hash(&good(n)).unwrap()
}

/// PW-08, S4-15: due at the same time of day six calendar months later, to the millisecond, at the
/// ends of months and in leap years. The dates were taken from a calendar.
#[test]
fn expires_after_six_calendar_months_to_the_millisecond() {
    let policy = Policy::back_office();
    for (changed, due) in [
        ("2026-01-15T10:20:30.456Z", "2026-07-15T10:20:30.456Z"),
        ("2026-08-31T23:59:59.999Z", "2027-02-28T23:59:59.999Z"),
        ("2027-08-31T00:00:00Z", "2028-02-29T00:00:00Z"),
        ("2027-08-30T00:00:00Z", "2028-02-29T00:00:00Z"),
        ("2028-02-29T12:00:00Z", "2028-08-29T12:00:00Z"),
        ("2026-03-31T00:00:00Z", "2026-09-30T00:00:00Z"),
        ("2026-12-31T00:00:00Z", "2027-06-30T00:00:00Z"),
        ("2099-08-31T00:00:00Z", "2100-02-28T00:00:00Z"),
    ] {
        let state = State::new(hash(1), Some(at(changed)));
        let last = policy.expiry(&state, before(due));
        assert!(
            matches!(last, Expiry::ExpiringSoon { until, .. } if until == at(due)),
            "{due}"
        );
        assert_eq!(last.allows(), Use::SignIn);
        for now in [at(due), at("2199-01-01"), Timestamp::MAX] {
            let over = policy.expiry(&state, now);
            assert!(
                matches!(over, Expiry::Expired { since, .. } if since == at(due)),
                "{due}"
            );
            assert_eq!(over.allows(), Use::ChangeOnly);
        }
    }
}

/// PW-08: the warning begins 14 days before the end.
#[test]
fn warns_in_the_last_fourteen_days() {
    let policy = Policy::back_office();
    let state = State::new(hash(1), Some(at("2026-01-15T10:00:00Z")));
    let until = at("2026-07-15T10:00:00Z");
    for now in [at("2026-01-15T10:00:00Z"), before("2026-07-01T10:00:00Z")] {
        let valid = policy.expiry(&state, now);
        assert!(matches!(valid, Expiry::Valid { until: Some(end), .. } if end == until));
        assert_eq!(valid.allows(), Use::SignIn);
    }
    let soon = policy.expiry(&state, at("2026-07-01T10:00:00Z"));
    assert!(matches!(soon, Expiry::ExpiringSoon { until: end, .. } if end == until));
}

/// PW-08, S4-16: a password of which nobody knows the age does not pass for a new one.
#[test]
fn an_unknown_age_gives_the_right_to_change_and_nothing_else() {
    let policy = Policy::back_office();
    let unknown = State::new(hash(1), None);
    let now = at("2026-01-15T10:00:00Z");
    assert_eq!(policy.expiry(&unknown, now), Expiry::UnknownAge);
    assert_eq!(Expiry::UnknownAge.allows(), Use::ChangeOnly);
    let changed = policy
        .change(&tiny(), &unknown, &good(2), &[], now)
        .unwrap();
    assert_eq!(policy.expiry(&changed, now).allows(), Use::SignIn);
}

/// PW-08: a clock that is a little behind is no reason, a change in another year is.
#[test]
fn a_change_in_the_future_is_an_unknown_age() {
    let policy = Policy::back_office();
    let now = at("2026-01-15T10:00:00Z");
    for (changed, allows) in [
        (at("2026-01-15T10:00:05Z"), Use::SignIn),
        (at("2026-01-16T10:00:00Z"), Use::SignIn),
        (at("2026-01-16T10:00:00.001Z"), Use::ChangeOnly),
        (
            Timestamp::from_millis(at("2026-01-15").as_millis() * 1000),
            Use::ChangeOnly,
        ),
        (Timestamp::MAX, Use::ChangeOnly),
    ] {
        let state = State::new(hash(1), Some(changed));
        assert_eq!(policy.expiry(&state, now).allows(), allows, "{changed}");
    }
}

/// PW-08: NIST lets no password expire, whatever is known of its age.
#[test]
fn without_a_lifetime_no_age_matters() {
    let policy = Policy::nist_800_63b();
    for changed in [None, Some(Timestamp::EPOCH), Some(Timestamp::MAX)] {
        let expiry = policy.expiry(&State::new(hash(1), changed), at("2026-01-15"));
        assert!(matches!(expiry, Expiry::Valid { until: None, .. }));
        assert_eq!(expiry.allows(), Use::SignIn);
    }
}

/// PW-08, PW-13, S4-16: whatever its age and the policy, until it is changed; asking for it again
/// changes nothing but the reason.
#[test]
fn a_password_that_must_be_changed_only_serves_to_change_it() {
    let now = at("2026-01-15T10:00:00Z");
    for policy in [Policy::back_office(), Policy::nist_800_63b()] {
        let state = policy.set(&tiny(), &good(1), &[], now).unwrap();
        assert_eq!(policy.expiry(&state, now).allows(), Use::SignIn);
        for reason in [
            Reason::ResetByAdministrator,
            Reason::Compromised,
            Reason::TooManyFailures,
            Reason::ChosenByAnother,
        ] {
            let state = state.clone().with_must_change(reason);
            assert_eq!(state, state.clone().with_must_change(reason));
            assert_eq!(policy.expiry(&state, now), Expiry::MustChange(reason));
            assert_eq!(policy.expiry(&state, now).allows(), Use::ChangeOnly);
            let kept = state.clone().with_hash(hash(1));
            assert_eq!(policy.expiry(&kept, now), Expiry::MustChange(reason));
            let again = policy.change(&tiny(), &state, &good(1), &[], now);
            assert!(matches!(again, Err(Error::Rejected(_))));
            let changed = policy.change(&tiny(), &state, &good(2), &[], now).unwrap();
            assert_eq!(changed.must_change(), None);
            assert_eq!(policy.expiry(&changed, now).allows(), Use::SignIn);
        }
    }
}

/// PW-08, PW-11: 90 days of PCI DSS 4.0.1 8.3.9, to the millisecond, over the end of February with
/// and without a leap day. The dates were taken from a calendar.
#[test]
fn expires_after_ninety_days_to_the_millisecond() {
    let policy = Policy::pci_dss_4();
    for (changed, due) in [
        ("2026-01-15T10:20:30.456Z", "2026-04-15T10:20:30.456Z"),
        ("2027-12-01T00:00:00Z", "2028-02-29T00:00:00Z"),
        ("2026-12-01T00:00:00Z", "2027-03-01T00:00:00Z"),
        ("2026-11-30T23:59:59.999Z", "2027-02-28T23:59:59.999Z"),
    ] {
        let state = State::new(hash(1), Some(at(changed)));
        let last = policy.expiry(&state, before(due));
        assert_eq!(last.allows(), Use::SignIn, "{due}");
        let over = policy.expiry(&state, at(due));
        assert!(matches!(over, Expiry::Expired { since, .. } if since == at(due)));
        let beside = policy.for_second_factor(SecondFactor::Enrolled);
        let expiry = beside.expiry(&state, Timestamp::MAX);
        assert!(matches!(expiry, Expiry::Valid { until: None, .. }));
    }
}

/// PW-08: a time of grace of one's own begins where the password ends, and it still serves.
#[test]
fn a_time_of_grace_follows_the_end() {
    let grace = |text: &str| Policy::back_office().with_grace(text.parse().unwrap());
    let state = State::new(hash(1), Some(at("2026-08-31T10:00:00Z")));
    let due = at("2027-02-28T10:00:00Z");
    for (period, end) in [
        ("36 hours", "2027-03-01T22:00:00Z"),
        ("7 days", "2027-03-07T10:00:00Z"),
        ("1 month", "2027-03-28T10:00:00Z"),
    ] {
        let policy = grace(period);
        let before_due = policy.expiry(&state, before("2027-02-28T10:00:00Z"));
        assert!(matches!(before_due, Expiry::ExpiringSoon { until, .. } if until == due));
        for now in [due, before(end)] {
            let graced = policy.expiry(&state, now);
            assert!(
                matches!(graced, Expiry::Grace { since, until, .. } if since == due && until == at(end)),
                "{period}"
            );
            assert_eq!(graced.allows(), Use::SignIn);
        }
        for now in [at(end), Timestamp::MAX] {
            let over = policy.expiry(&state, now);
            assert!(matches!(over, Expiry::Expired { since, .. } if since == at(end)));
            assert_eq!(over.allows(), Use::ChangeOnly);
        }
    }
    let marked = state.with_must_change(Reason::Compromised);
    assert_eq!(
        grace("7 days").expiry(&marked, due).allows(),
        Use::ChangeOnly
    );
    let unknown = State::new(hash(1), None);
    assert_eq!(grace("7 days").expiry(&unknown, due), Expiry::UnknownAge);
}

/// PW-08: the warning is as long as the policy says, in months too: it begins at the first moment
/// from which the period leads to the end.
#[test]
fn warns_as_early_as_the_policy_says() {
    for (changed, period, begin) in [
        ("2026-01-31T10:00:00Z", "1 hour", "2026-07-31T09:00:00Z"),
        ("2026-01-31T10:00:00Z", "30 days", "2026-07-01T10:00:00Z"),
        ("2026-01-15T10:00:00Z", "1 month", "2026-06-15T10:00:00Z"),
        // 30 June and a month is 30 July, 1 July at midnight is past the 31st
        ("2026-01-31T10:00:00Z", "1 month", "2026-07-01T00:00:00Z"),
    ] {
        let policy = Policy::back_office().with_warning(period.parse().unwrap());
        let state = State::new(hash(1), Some(at(changed)));
        let valid = policy.expiry(&state, before(begin));
        assert!(matches!(valid, Expiry::Valid { .. }), "{period}");
        let soon = policy.expiry(&state, at(begin));
        assert!(matches!(soon, Expiry::ExpiringSoon { .. }), "{period}");
    }
}

/// PW-11: of two lifetimes that cannot be compared each holds.
#[test]
fn of_two_lifetimes_the_first_to_end_counts() {
    let with = |text: &str| {
        let policy = Policy::with_length_only(12).unwrap();
        policy.with_lifetime(text.parse().unwrap()).unwrap()
    };
    let both = with("6 months").and(with("182 days")).unwrap();
    for (changed, due) in [
        ("2026-08-31T00:00:00Z", "2027-02-28T00:00:00Z"), // 181 days
        ("2026-03-01T00:00:00Z", "2026-08-30T00:00:00Z"), // before 1 September
    ] {
        let state = State::new(hash(1), Some(at(changed)));
        assert_eq!(both.expiry(&state, before(due)).allows(), Use::SignIn);
        let over = both.expiry(&state, at(due));
        assert!(matches!(over, Expiry::Expired { since, .. } if since == at(due)));
    }
}

/// What is said of a change that comes too soon.
fn too_soon(outcome: Result<State, Error>) -> Option<Timestamp> {
    match outcome {
        Ok(_) => None,
        Err(Error::Rejected(violations)) => {
            violations.iter().find_map(|violation| match violation {
                Violation::TooSoon { from, .. } => Some(*from),
                _ => None,
            })
        }
        Err(error) => panic!("too soon, not {error}"),
    }
}

/// PW-08, PW-09: a change before the minimum age is refused with its moment, to the millisecond.
#[test]
fn a_change_that_comes_too_soon_is_refused_with_its_moment() {
    let policy = Policy::back_office()
        .with_min_age("24 hours".parse().unwrap())
        .unwrap();
    let chosen = at("2026-03-28T12:00:00Z");
    let free = "2026-03-29T12:00:00Z";
    let state = policy.set(&tiny(), &good(1), &[], chosen).unwrap();
    let change = |state: &State, n, now| policy.change(&tiny(), state, &good(n), &[], now);
    for now in [chosen, before(free)] {
        assert_eq!(too_soon(change(&state, 2, now)), Some(at(free)));
    }
    assert_eq!(too_soon(change(&state, 2, at(free))), None);
    // with all else that is wrong, but nothing is compared
    let twice = policy.change(&tiny(), &state, &Password::from("x"), &[], chosen);
    assert_eq!(too_soon(twice.clone()), Some(at(free)));
    assert!(matches!(twice, Err(Error::Rejected(v)) if v.as_slice().len() > 1));
    let same = change(&state, 1, chosen);
    assert!(matches!(same, Err(Error::Rejected(v)) if v.as_slice().len() == 1));
    let damaged = State::new(Hash::from_stored("x"), Some(chosen));
    assert_eq!(too_soon(change(&damaged, 2, chosen)), Some(at(free)));
    // the next age counts from the next change
    let next = change(&state, 2, at(free)).unwrap();
    let from = too_soon(change(&next, 3, at(free)));
    assert_eq!(from, Some(at("2026-03-30T12:00:00Z")));
}

/// PW-08, PW-13, S4-16: a password that no longer serves may be changed whenever that is.
#[test]
fn a_minimum_age_keeps_nobody_from_a_change_that_is_due() {
    let now = at("2026-03-28T12:00:00Z");
    let policy = Policy::back_office()
        .with_min_age("30 days".parse().unwrap())
        .unwrap();
    let state = policy.set(&tiny(), &good(1), &[], now).unwrap();
    let change = |policy: &Policy, state: &State, now| {
        too_soon(policy.change(&tiny(), state, &good(2), &[], now))
    };
    assert!(change(&policy, &state, now).is_some());
    for reason in [
        Reason::ChosenByAnother,
        Reason::WithoutSecondFactor,
        Reason::TooManyFailures,
        Reason::ResetByAdministrator,
        Reason::Compromised,
    ] {
        let marked = state.clone().with_must_change(reason);
        assert_eq!(change(&policy, &marked, now), None);
    }
    assert_eq!(change(&policy, &State::new(hash(1), None), now), None);
    // a clock that is a little behind is an age, another century is not, with or without expiry
    let ahead = State::new(hash(1), Some(at("2026-03-29T12:00:00Z")));
    assert!(change(&policy, &ahead, now).is_some());
    let endless = policy.clone().without_lifetime();
    for policy in [policy, endless] {
        let far = State::new(hash(1), Some(Timestamp::MAX));
        assert_eq!(change(&policy, &far, now), None);
    }
}

/// PW-12: 15 without a second factor, 8 beside one; a short one must be changed when that is gone.
#[test]
fn a_short_password_must_be_changed_when_its_second_factor_is_gone() {
    let now = at("2026-01-15");
    let alone = Policy::nist_800_63b();
    let beside = alone.for_second_factor(SecondFactor::Enrolled);
    let (short, long) = (
        Password::from("quartz 8"),
        Password::from("quartz and maple"),
    );
    let code = |outcome: Result<State, Error>| match outcome {
        Ok(_) => "",
        Err(Error::Rejected(violations)) => violations.as_slice()[0].code(),
        Err(error) => panic!("{error}"),
    };
    assert_eq!(code(alone.set(&tiny(), &short, &[], now)), "too_short");
    assert_eq!(
        code(beside.set(&tiny(), &Password::from("quartz8"), &[], now)),
        "too_short"
    );

    let state = beside.set(&tiny(), &short, &[], now).unwrap();
    assert!(state.needs_second_factor());
    assert_eq!(beside.expiry(&state, now).allows(), Use::SignIn);
    let rehashed = state.clone().with_hash(hash(1)); // the same password, hashed anew
    for state in [state.clone(), rehashed] {
        let stored = State::decode(&state.encode()).unwrap();
        let dropped = stored.without_second_factor();
        let expiry = alone.expiry(&dropped, now);
        assert_eq!(expiry, Expiry::MustChange(Reason::WithoutSecondFactor));
        assert_eq!(expiry.allows(), Use::ChangeOnly);
        assert_eq!(dropped, dropped.clone().without_second_factor());
    }
    // long enough alone, by its first choice or by a change: left in peace
    let chosen = beside.set(&tiny(), &long, &[], now).unwrap();
    let changed = beside.change(&tiny(), &state, &long, &[], now).unwrap();
    let alone_too = alone.set(&tiny(), &long, &[], now).unwrap();
    for state in [chosen, changed, alone_too] {
        assert!(!state.needs_second_factor());
        let dropped = state.clone().without_second_factor();
        assert_eq!(dropped, state);
        assert_eq!(alone.expiry(&dropped, now).allows(), Use::SignIn);
    }
    let shorter = beside.change(&tiny(), &State::new(hash(1), None), &short, &[], now);
    assert!(shorter.unwrap().needs_second_factor());
}

/// PW-12: where the length does not depend on it, a second factor may come and go.
#[test]
fn a_second_factor_matters_only_where_the_length_depends_on_it() {
    let now = at("2026-01-15");
    for policy in [Policy::back_office(), Policy::pci_dss_4()] {
        let beside = policy.for_second_factor(SecondFactor::Enrolled);
        let state = beside.set(&tiny(), &good(1), &[], now).unwrap();
        assert_eq!(state.clone().without_second_factor(), state);
    }
}

/// PW-13: a later reason never hides a graver one, nor asks twice.
#[test]
fn the_gravest_reason_stays() {
    let ascending = [
        Reason::ChosenByAnother,
        Reason::WithoutSecondFactor,
        Reason::TooManyFailures,
        Reason::ResetByAdministrator,
        Reason::Compromised,
    ];
    let state = State::new(hash(1), None);
    for (i, first) in ascending.into_iter().enumerate() {
        for (j, then) in ascending.into_iter().enumerate() {
            let marked = state.clone().with_must_change(first).with_must_change(then);
            let stored = State::decode(&marked.encode()).unwrap();
            assert_eq!(stored.must_change(), Some(ascending[i.max(j)]));
        }
    }
}
