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
    password::{Cost, Error, Expiry, Hash, Hasher, Password, Policy, Reason, State, Use},
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
