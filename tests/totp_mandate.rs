//! Who must have a second factor, how long they may go without, and who has none.
#![cfg(feature = "totp")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

use std::time::Duration;

use portcullis::{
    Timestamp,
    totp::{Authenticators, Coverage, Duty, Enrolment, Error, Mandate, Policy},
};
use proptest::prelude::*;

const DAY: u64 = 86_400_000;
/// 2026-11-23T09:00:00Z.
const MONDAY: u64 = 1_795_424_400_000;

fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(MONDAY + millis)
}

fn staff() -> Mandate {
    Mandate::new("staff").unwrap()
}

fn seven_days() -> Mandate {
    staff()
        .with_grace_time(Duration::from_millis(7 * DAY))
        .unwrap()
}

fn missing(mandate: &Mandate, sign_ins: u32, now: Timestamp) -> Duty {
    mandate.duty(Enrolment::Missing, at(0), sign_ins, now)
}

/// What is left of a grace: its end and its sign-ins.
fn grace(duty: Duty) -> (Option<Timestamp>, Option<u32>) {
    match duty {
        Duty::Grace {
            until,
            sign_ins_left,
            ..
        } => (until, sign_ins_left),
        other => panic!("{other:?}"),
    }
}

/// TO-10: S4-06 "all employees are required to use 2FA".
#[test]
fn without_a_grace_whoever_has_no_second_factor_may_only_enrol_one() {
    assert_eq!(missing(&staff(), 0, at(0)), Duty::EnrolmentRequired);
    assert_eq!(
        staff().duty(Enrolment::Confirmed, at(0), 0, at(0)),
        Duty::Met
    );
}

/// TO-10
#[test]
fn an_enrolment_that_no_code_has_confirmed_does_not_meet_a_mandate() {
    let policy = Policy::back_office();
    let (pending, uri) = policy.enrol("Lantern", "ada", at(0)).unwrap();
    assert_eq!(Enrolment::of(&None), Enrolment::Missing);
    assert_eq!(Enrolment::of([&pending]), Enrolment::Pending);
    let duty = staff().duty(Enrolment::Pending, at(0), 0, at(0));
    assert_eq!(duty, Duty::EnrolmentRequired);

    let confirmed = policy
        .confirm(&pending, &uri.code_at(at(0)), at(0))
        .unwrap();
    assert_eq!(
        Enrolment::of(&Some(confirmed.clone())),
        Enrolment::Confirmed
    );
    assert_eq!(Enrolment::of([&confirmed, &pending]), Enrolment::Confirmed);
    assert_eq!(Enrolment::of([&pending, &confirmed]), Enrolment::Confirmed);
}

/// TO-10
#[test]
fn one_confirmed_authenticator_of_several_meets_a_mandate() {
    let policy = Policy::back_office();
    let (none, now) = (Authenticators::default(), at(0));
    assert_eq!(Enrolment::from(&none), Enrolment::Missing);
    let (pending, uri) = policy.enrol("Lantern", "ada", now).unwrap();
    let (set, id) = none.add(&policy, "phone", pending, now, now).unwrap();
    assert_eq!(Enrolment::from(&set), Enrolment::Pending);
    let set = set.confirm(&policy, id, &uri.code_at(now), now).unwrap();
    let (second, _) = policy.enrol("Lantern", "ada", now).unwrap();
    let (set, _) = set.add(&policy, "tablet", second, now, now).unwrap();
    assert_eq!(Enrolment::from(&set), Enrolment::Confirmed);
}

/// TO-10
#[test]
fn a_time_of_grace_is_over_at_its_very_end() {
    let end = at(7 * DAY);
    let last = Timestamp::from_millis(end.as_millis() - 1);
    assert_eq!(grace(missing(&seven_days(), 99, at(0))), (Some(end), None));
    assert_eq!(grace(missing(&seven_days(), 99, last)), (Some(end), None));
    assert_eq!(missing(&seven_days(), 0, end), Duty::EnrolmentRequired);
    assert_eq!(
        missing(&seven_days(), 0, Timestamp::MAX),
        Duty::EnrolmentRequired
    );
}

/// TO-10
#[test]
fn the_sign_in_after_the_last_of_the_grace_may_only_enrol() {
    let three = staff().with_grace_sign_ins(3).unwrap();
    let years = at(3650 * DAY);
    assert_eq!(grace(missing(&three, 0, years)), (None, Some(3)));
    assert_eq!(grace(missing(&three, 2, years)), (None, Some(1)));
    assert_eq!(missing(&three, 3, years), Duty::EnrolmentRequired);
    assert_eq!(missing(&three, u32::MAX, years), Duty::EnrolmentRequired);
}

/// TO-10
#[test]
fn of_two_ends_of_a_grace_the_first_counts() {
    let both = seven_days().with_grace_sign_ins(3).unwrap();
    assert_eq!(
        grace(missing(&both, 1, at(DAY))),
        (Some(at(7 * DAY)), Some(2))
    );
    assert_eq!(missing(&both, 3, at(DAY)), Duty::EnrolmentRequired);
    assert_eq!(missing(&both, 0, at(7 * DAY)), Duty::EnrolmentRequired);
}

/// TO-10
#[test]
fn a_clock_before_the_mandate_gives_no_grace() {
    let before = Timestamp::from_millis(MONDAY - 1);
    let both = seven_days().with_grace_sign_ins(3).unwrap();
    assert_eq!(missing(&both, 0, before), Duty::EnrolmentRequired);
    // nor does one set back give sign-ins back
    assert_eq!(missing(&both, 3, at(1)), Duty::EnrolmentRequired);
    // whoever has a second factor is not concerned
    assert_eq!(both.duty(Enrolment::Confirmed, at(0), 0, before), Duty::Met);
}

/// TO-10
#[test]
fn a_mandate_cannot_be_put_off_for_good() {
    let time = |secs| staff().with_grace_time(Duration::from_secs(secs)).err();
    assert_eq!(time(59), Some(Error::GraceTime));
    assert_eq!(time(60), None);
    assert_eq!(time(90 * 86_400), None);
    assert_eq!(time(90 * 86_400 + 1), Some(Error::GraceTime));
    let sign_ins = |n| staff().with_grace_sign_ins(n).err();
    assert_eq!(sign_ins(0), Some(Error::GraceSignIns));
    assert_eq!(sign_ins(1), None);
    assert_eq!(sign_ins(100), None);
    assert_eq!(sign_ins(101), Some(Error::GraceSignIns));
}

/// TO-10
#[test]
fn a_population_has_a_name_that_stands_on_one_line() {
    assert_eq!(staff().population(), "staff");
    assert!(Mandate::new("Back office, Zürich").is_ok());
    assert!(Mandate::new(&"x".repeat(128)).is_ok());
    let long = "x".repeat(129);
    for name in ["", " ", " staff", "staff\t", "st\naff", "a\u{7f}b", &long] {
        assert_eq!(Mandate::new(name), Err(Error::Population), "{name:?}");
    }
}

/// TO-10
#[test]
fn of_several_populations_the_strictest_mandate_counts() {
    let admins = Mandate::new("admin").unwrap();
    let sign_ins = staff().with_grace_sign_ins(5).unwrap();
    let week = missing(&seven_days(), 1, at(DAY));
    let five = missing(&sign_ins, 1, at(DAY));
    assert_eq!(
        grace(week.strictest(five)),
        (Some(at(7 * DAY)), Some(4)),
        "what ends first of each kind"
    );
    let month = staff()
        .with_grace_time(Duration::from_millis(30 * DAY))
        .unwrap();
    let month = missing(&month, 1, at(DAY));
    assert_eq!(month.strictest(week), week);
    let none = missing(&admins, 1, at(DAY));
    assert_eq!(week.strictest(none), Duty::EnrolmentRequired);
    assert_eq!(none.strictest(Duty::Met), Duty::EnrolmentRequired);
    assert_eq!(Duty::Met.strictest(week), week);
    assert_eq!([].into_iter().reduce(Duty::strictest), None);
}

fn any_duty() -> impl Strategy<Value = Duty> {
    let mandate = (
        prop::option::of(1_u64..5),
        prop::option::of(1_u32..5),
        prop::bool::ANY,
        0_u32..5,
        0_u64..5,
    );
    mandate.prop_map(|(days, most, confirmed, sign_ins, day)| {
        let mut mandate = staff();
        if let Some(days) = days {
            let time = Duration::from_millis(days * DAY);
            mandate = mandate.with_grace_time(time).unwrap();
        }
        if let Some(most) = most {
            mandate = mandate.with_grace_sign_ins(most).unwrap();
        }
        let enrolment = if confirmed {
            Enrolment::Confirmed
        } else {
            Enrolment::Missing
        };
        mandate.duty(enrolment, at(0), sign_ins, at(day * DAY))
    })
}

proptest! {
    /// TO-10
    #[test]
    fn the_order_of_mandates_does_not_matter(a in any_duty(), b in any_duty(), c in any_duty()) {
        prop_assert_eq!(a.strictest(b), b.strictest(a));
        prop_assert_eq!(a.strictest(b).strictest(c), a.strictest(b.strictest(c)));
        prop_assert_eq!(a.strictest(a), a);
    }

    /// TO-10
    #[test]
    fn later_and_after_more_sign_ins_nobody_owes_less(
        days in prop::option::of(1_u64..5), most in prop::option::of(1_u32..5),
        (now, later) in (0..6 * DAY, 0..6 * DAY), (sign_ins, more) in (0_u32..6, 0_u32..6),
    ) {
        let mut mandate = staff();
        if let Some(days) = days {
            mandate = mandate.with_grace_time(Duration::from_millis(days * DAY)).unwrap();
        }
        if let Some(most) = most {
            mandate = mandate.with_grace_sign_ins(most).unwrap();
        }
        let first = missing(&mandate, sign_ins, at(now));
        let second = missing(&mandate, sign_ins + more, at(now + later));
        prop_assert_eq!(first.strictest(second), second);
    }
}

fn in_grace(day: u64) -> Duty {
    missing(&seven_days(), 0, at(0)).strictest(
        staff()
            .with_grace_time(Duration::from_millis(day * DAY))
            .map(|mandate| missing(&mandate, 0, at(0)))
            .unwrap(),
    )
}

/// TO-10
#[test]
fn coverage_is_whole_only_when_everybody_has_one() {
    let people = |without: usize| {
        let rows = (0..2000).map(move |n| {
            let duty = if n < without {
                Duty::EnrolmentRequired
            } else {
                Duty::Met
            };
            ("staff", format!("p{n:04}"), duty)
        });
        Coverage::new(rows, 3)
    };
    let all = people(0);
    assert_eq!(all.populations()[0].per_mille(), 1000);
    assert!(all.to_string().contains("100.0 %"));
    assert!(!all.to_string().contains("without: "));
    // one of two thousand is not rounded away
    let one = people(1);
    assert_eq!(one.populations()[0].per_mille(), 999);
    assert!(one.to_string().contains("99.9 %"));
    assert!(one.to_string().contains("without: staff\n  p0000\n"));
}

/// TO-10
#[test]
fn coverage_names_no_more_people_than_asked_for_and_counts_all() {
    let rows = (0..50).map(|n| ("staff", format!("p{n:02}"), Duty::EnrolmentRequired));
    let grace = (0..40).map(|n| ("staff", format!("g{n:02}"), in_grace(1 + n % 7)));
    let coverage = Coverage::new(rows.chain(grace), 2);
    let staff = &coverage.populations()[0];
    assert_eq!(
        (
            staff.people(),
            staff.met(),
            staff.in_grace(),
            staff.enrolment_required()
        ),
        (90, 0, 40, 50)
    );
    assert_eq!(staff.without(), ["p00", "p01"]);
    let named: Vec<_> = staff.grace().iter().map(|g| g.person.as_str()).collect();
    assert_eq!(named, ["g00", "g07"], "whose grace ends first");
    let text = coverage.to_string();
    assert!(text.contains("  (and 48 more)\n") && text.contains("  (and 38 more)\n"));
}

/// TO-10
#[test]
fn a_person_given_twice_counts_once_and_by_the_strictest_duty() {
    let rows = [
        ("staff", "ada", Duty::Met),
        ("staff", "bob", Duty::EnrolmentRequired),
        ("staff", "bob", Duty::Met),
        ("admin", "bob", Duty::Met),
        ("staff", "ada", Duty::Met),
    ];
    let coverage = Coverage::new(rows, 10);
    let counted: Vec<_> = coverage
        .populations()
        .iter()
        .map(|p| (p.name(), p.people(), p.met()))
        .collect();
    assert_eq!(counted, [("admin", 1, 1), ("staff", 2, 1)]);
}

/// TO-10
#[test]
fn coverage_is_a_table_in_which_no_name_draws_anything() {
    let rows = [
        ("staff", "ada", Duty::Met),
        ("staff", "bob", in_grace(3)),
        ("staff", "cy\u{1b}[2J", Duty::EnrolmentRequired),
        ("staff", "d\u{202e}n\na", Duty::EnrolmentRequired),
        ("staff", "(and 3 more)", Duty::EnrolmentRequired),
        ("staff", "e\u{3164}", Duty::EnrolmentRequired),
        ("admin", "ada", Duty::Met),
        ("contractors", "eve", {
            missing(&staff().with_grace_sign_ins(3).unwrap(), 1, at(0))
        }),
    ];
    let mut backwards = rows;
    backwards.reverse();
    let table = Coverage::new(rows, 10).to_string();
    assert_eq!(table, Coverage::new(backwards, 10).to_string());
    assert_eq!(
        table,
        "second factor
  people  have one  in grace  without  covered  population
       1         1         0        0  100.0 %  admin
       1         0         1        0    0.0 %  contractors
       6         1         1        4   16.6 %  staff

in grace: contractors
  until  sign-ins left  person
  -                  2  eve

in grace: staff
  until                     sign-ins left  person
  2026-11-26T09:00:00.000Z              -  bob

without: staff
  \"(and 3 more)\"
  cy\\u{1b}[2J
  d\\u{202e}n\\na
  e\\u{3164}
"
    );
}

/// TO-10
#[cfg(feature = "serde")]
#[test]
fn coverage_is_a_value_for_programs() {
    let rows = [
        ("staff", "ada", Duty::Met),
        ("staff", "bob", in_grace(3)),
        ("staff", "cy", Duty::EnrolmentRequired),
    ];
    let value = serde_json::to_value(Coverage::new(rows, 10)).unwrap();
    assert_eq!(
        value,
        serde_json::json!({ "populations": [{
            "name": "staff", "people": 3, "met": 1, "in_grace": 1, "enrolment_required": 1,
            "grace": [{ "person": "bob", "until": "2026-11-26T09:00:00.000Z", "sign_ins_left": null }],
            "without": ["cy"],
        }] })
    );
}
