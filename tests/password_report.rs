//! Who must choose another password, and marking many at once.
#![cfg(feature = "password")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

use std::collections::BTreeMap;

use portcullis::{
    Timestamp,
    password::{Expiry, Hash, Marking, Period, Policy, Reason, SecondFactor, State},
};
use proptest::prelude::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn changed(text: &str) -> State {
    State::new(Hash::from_stored("x"), Some(at(text)))
}

fn days(n: u32) -> Period {
    Period::days(n).unwrap()
}

/// PW-18: who is due within the time, its end included, the next first; the others told apart.
#[test]
fn reports_whose_passwords_expire_within_a_time() {
    let policy = Policy::back_office().with_grace(days(5));
    let now = at("2026-07-15T10:00:00Z");
    let marked = |reason| changed("2026-01-01").with_must_change(reason);
    let states = [
        ("in three days", changed("2026-01-18T10:00:00Z")),
        ("now in grace", changed("2026-01-15T10:00:00Z")),
        ("in a millisecond", changed("2026-01-15T10:00:00.001Z")),
        ("at the very end", changed("2026-01-29T10:00:00Z")),
        ("just after it", changed("2026-01-29T10:00:00.001Z")),
        ("grace nearly over", changed("2026-01-10T10:00:00.001Z")),
        ("grace over", changed("2026-01-10T10:00:00Z")),
        ("long over", changed("2020-01-01")),
        ("unknown", State::new(Hash::from_stored("x"), None)),
        ("from the future", changed("2099-01-01")),
        ("first of all", marked(Reason::ChosenByAnother)),
        ("leaked", marked(Reason::Compromised)),
        ("also in three days", changed("2026-01-18T10:00:00Z")),
    ];
    let states = states.iter().map(|(name, state)| (*name, state));
    let report = policy.report(states, days(14), now);
    assert_eq!(
        report.expiring(),
        [
            ("in a millisecond", at("2026-07-15T10:00:00.001Z")),
            ("in three days", at("2026-07-18T10:00:00Z")),
            ("also in three days", at("2026-07-18T10:00:00Z")),
            ("at the very end", at("2026-07-29T10:00:00Z")),
        ]
    );
    assert_eq!(
        report.in_grace(),
        [
            ("grace nearly over", at("2026-07-15T10:00:00.001Z")),
            ("now in grace", at("2026-07-20T10:00:00Z")),
        ]
    );
    assert_eq!(
        report.expired(),
        [
            ("long over", at("2020-07-06")),
            ("grace over", at("2026-07-15T10:00:00Z")),
        ]
    );
    assert_eq!(
        report.must_change(),
        [
            ("leaked", Reason::Compromised),
            ("first of all", Reason::ChosenByAnother),
        ]
    );
    assert_eq!(report.unknown_age(), ["unknown", "from the future"]);
}

/// PW-18: where no password expires, only marks are to report.
#[test]
fn reports_nobody_where_no_password_expires() {
    let states = [
        changed("2000-01-01"),
        State::new(Hash::from_stored("x"), None),
    ];
    let beside = Policy::pci_dss_4().for_second_factor(SecondFactor::Enrolled);
    for policy in [Policy::nist_800_63b(), beside] {
        let report = policy.report(states.iter().enumerate(), days(36_500), at("2026-01-01"));
        assert!(report.expiring().is_empty() && report.expired().is_empty());
        assert!(report.unknown_age().is_empty() && report.must_change().is_empty());
    }
}

proptest! {
    /// PW-18: everybody is reported at most once, as `expiry` judges them, and in order.
    #[test]
    fn a_report_agrees_with_each_expiry(changes in prop::collection::vec(0_u64..400, 0..20), within in 1_u32..200) {
        let day = |n: u64| Timestamp::from_secs(86_400 * (20_000 + n));
        let policy = Policy::back_office();
        let now = day(300);
        let states: Vec<_> = changes.iter().map(|n| State::new(Hash::from_stored("x"), Some(day(*n)))).collect();
        let report = policy.report(states.iter().enumerate(), days(within), now);
        let mut expected: Vec<_> = states.iter().enumerate().filter_map(|(i, state)| {
            match policy.expiry(state, now) {
                Expiry::Valid { until: Some(until), .. } | Expiry::ExpiringSoon { until, .. } => {
                    (until <= day(300 + u64::from(within))).then_some((i, until))
                }
                _ => None,
            }
        }).collect();
        expected.sort_by_key(|(_, until)| *until);
        prop_assert_eq!(report.expiring(), expected);
        let expired = states.iter().filter(|s| matches!(policy.expiry(s, now), Expiry::Expired { .. }));
        prop_assert_eq!(report.expired().len(), expired.count());
        prop_assert!(report.expired().is_sorted_by_key(|(_, since)| *since));
    }
}

/// PW-13: exactly those of the list must change, a second run changes nothing.
#[test]
fn marks_exactly_those_of_the_list() {
    let mut rows: BTreeMap<_, _> = ["ada", "bob", "cyd", "dan"]
        .map(|name| (name, changed("2026-01-01")))
        .into();
    let weaker = rows["cyd"]
        .clone()
        .with_must_change(Reason::TooManyFailures);
    rows.insert("cyd", weaker);
    let graver = rows["dan"].clone().with_must_change(Reason::Compromised);
    rows.insert("dan", graver);
    let mut run = |reason, list: &[&'static str]| {
        let mut marking = Marking::new(reason);
        for name in list {
            if let Some(state) = marking.mark(rows.get(name)) {
                rows.insert(name, state);
            }
        }
        let reasons: Vec<_> = rows.values().map(State::must_change).collect();
        let counts = (marking.marked(), marking.already(), marking.unknown());
        (counts, reasons)
    };
    let leaked = ["ada", "cyd", "dan", "eve"];
    let compromised = Some(Reason::Compromised);
    let expected = vec![compromised, None, compromised, compromised];
    assert_eq!(
        run(Reason::Compromised, &leaked),
        ((2, 1, 1), expected.clone())
    );
    assert_eq!(
        run(Reason::Compromised, &leaked),
        ((0, 3, 1), expected.clone())
    );
    assert_eq!(
        run(Reason::ResetByAdministrator, &leaked),
        ((0, 3, 1), expected)
    );
    let reset = Some(Reason::ResetByAdministrator);
    let expected = vec![compromised, reset, compromised, compromised];
    assert_eq!(
        run(Reason::ResetByAdministrator, &["bob"]),
        ((1, 0, 0), expected)
    );
}
