//! The algebra of conditions, which no question can be put to from outside.

use core::net::IpAddr;

use proptest::prelude::*;

use super::{
    Addresses, Clause, Condition, Conditions, Days, Hours, NoHours, Offset, TimeOfDay, Unmet,
};
use crate::{
    Timestamp,
    network::Network,
    rbac::{Facts, Permission, Request, Tenant},
};
use core::time::Duration;

const NAMES: [&str; 3] = ["ada", "bob", ""];
const PLACES: [&str; 5] = [
    "10.0.0.1",
    "10.128.0.1",
    "192.0.2.7",
    "2001:db8::1",
    "::ffff:10.0.0.2",
];
const NETWORKS: [&str; 8] = [
    "10.0.0.0/8",
    "10.0.0.0/9",
    "10.128.0.0/9",
    "0.0.0.0/1",
    "128.0.0.0/1",
    "192.0.2.7",
    "2001:db8::/32",
    "::ffff:10.0.0.0/104",
];

fn networks(texts: &[&str]) -> Addresses {
    Addresses::of(texts.iter().map(|t| Network::parse(t).unwrap()).collect())
}

fn hours(days: &[&str], from: &str, until: &str, offset: &str) -> Hours {
    let days = days.iter().map(|day| Days::parse(day).unwrap());
    let time = |text: &str| (!text.is_empty()).then(|| TimeOfDay::parse(text).unwrap());
    let offset = Offset::parse(offset).unwrap();
    Hours::new(
        days.reduce(Days::and),
        time(from),
        time(until),
        Some(offset),
    )
    .unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// RB-04: 2026-11-20 was a Friday. Hours are half-open, in the offset, and those over midnight
/// belong to the day on which they begin.
#[test]
fn hours_are_those_of_the_calendar() {
    let office = hours(&["fri"], "08:00", "18:00", "+01:00");
    for (moment, has) in [
        ("2026-11-20T06:59:59.999Z", false),
        ("2026-11-20T07:00:00Z", true),
        ("2026-11-20T16:59:59.999Z", true),
        ("2026-11-20T17:00:00Z", false),
        ("2026-11-21T10:00:00Z", false),
    ] {
        assert_eq!(office.has(at(moment)), has, "{moment}");
    }
    let night = hours(&["fri"], "22:00", "06:00", "Z");
    for (moment, has) in [
        ("2026-11-20T05:00:00Z", false),
        ("2026-11-20T22:00:00Z", true),
        ("2026-11-21T05:59:59Z", true),
        ("2026-11-21T06:00:00Z", false),
        ("2026-11-21T22:00:00Z", false),
    ] {
        assert_eq!(night.has(at(moment)), has, "{moment}");
    }
    let sunday = hours(&["sun"], "", "", "-10:00");
    assert!(sunday.has(at("2026-11-23T09:59:00Z")));
    assert!(!sunday.has(at("2026-11-22T09:59:00Z")));
    // the first day of the epoch was a Thursday
    assert!(hours(&["thu"], "", "", "Z").has(Timestamp::EPOCH));
    assert!(hours(&["wed"], "", "", "-00:01").has(Timestamp::EPOCH));
}

/// RB-04: one spelling of a time and of an offset.
#[test]
fn other_spellings_of_a_time_are_refused() {
    for text in [
        "", "8:00", "08:60", "24:01", "08:00:00", "+8:00", "0８:00", "08.00", "08:0",
    ] {
        assert_eq!(TimeOfDay::parse(text), None, "{text}");
    }
    for text in [
        "", "01:00", "+1:00", "+14:01", "-24:00", "UTC", "z", "−01:00",
    ] {
        assert_eq!(Offset::parse(text), None, "{text}");
    }
    let noon = TimeOfDay::parse("12:00");
    assert_eq!(Hours::new(None, noon, noon, None), Err(NoHours::Empty));
    assert_eq!(Hours::new(None, None, None, None), Err(NoHours::Always));
}

/// RB-04: networks that together are a larger one are that one, and none becomes everybody.
#[test]
fn networks_have_one_form() {
    let same = networks(&["10.128.0.0/9", "10.1.0.0/16", "10.0.0.0/9"]);
    assert_eq!(same, networks(&["10.0.0.0/8"]));
    let halves = networks(&["128.0.0.0/1", "0.0.0.0/1"]);
    assert_eq!(halves.to_string(), "0.0.0.0/1 or 128.0.0.0/1");
}

/// RB-04: a challenge is the answer only where it is enough.
#[test]
fn a_challenge_is_not_the_answer_where_something_else_is_missing() {
    let within = Duration::from_secs(60);
    let conditions = Conditions::new([Clause::MfaWithin(within), Clause::Owner]).unwrap();
    let (tenant, permission) = (Tenant::new("t").unwrap(), Permission::parse("p").unwrap());
    let request = Request::new("ada", &tenant, &permission);
    let unmet = |request: &Request<'_>| conditions.unmet(request.circumstances(), at("2026-11-20"));
    assert_eq!(unmet(&request), Some(Unmet::Condition(Condition::Owner)));
    let request = request.owned_by("ada");
    assert_eq!(unmet(&request), Some(Unmet::StepUp { within }));
    assert_eq!(unmet(&request.second_factor_at(at("2026-11-20"))), None);
}

/// RB-04: what is empty, or said twice differently, is not equal to anything.
#[test]
fn an_attribute_that_is_empty_or_ambiguous_does_not_hold() {
    let equal = Conditions::new([Clause::equal("a", "b").unwrap()]).unwrap();
    let holds = |attributes: &[(&str, &str)]| {
        let facts = Facts::new().with_attributes(attributes);
        let case = crate::rbac::request::Circumstances::of(facts);
        equal.unmet(&case, Timestamp::EPOCH).is_none()
    };
    assert!(holds(&[("a", "x"), ("b", "x")]));
    assert!(holds(&[("a", "x"), ("b", "x"), ("b", "x")]));
    assert!(!holds(&[("a", "x"), ("b", "x"), ("b", "y")]));
    assert!(!holds(&[("a", ""), ("b", "")]));
    assert!(!holds(&[]));
    assert!(!holds(&[("a", "x"), ("b", "X")]));
    assert_eq!(Clause::equal("a", "a"), None);
    assert_eq!(Clause::equal("b", "a"), Clause::equal("a", "b"));
}

/// RB-04: each clause is looked at in a decision.
#[test]
fn there_are_at_most_so_many_clauses() {
    let clause = |i: usize| Clause::Attribute {
        name: i.to_string().into(),
        value: "x".into(),
    };
    let full = Conditions::new((0..Conditions::MAX).map(clause)).unwrap();
    assert_eq!(full.iter().len(), Conditions::MAX);
    assert_eq!(full.and(&full), Some(full.clone()));
    assert_eq!(full.and(&Conditions::new([Clause::Owner]).unwrap()), None);
}

fn any_hours() -> impl Strategy<Value = Hours> {
    let part = (0..3_usize, 0..8_usize, 0..8_usize, 0..3_usize);
    part.prop_filter_map("no time", |(days, from, until, offset)| {
        let days = [None, Days::parse("sun"), Days::parse("mon")][days];
        let times = [
            "00:00", "00:01", "06:00", "10:00", "12:00", "22:00", "23:59", "24:00",
        ];
        let offset = ["Z", "+14:00", "-02:30"][offset];
        let time = |i: usize| TimeOfDay::parse(times[i]);
        Hours::new(days, time(from), time(until), Offset::parse(offset)).ok()
    })
}

fn any_clause() -> impl Strategy<Value = Clause> {
    let names = prop::collection::vec(0..3_usize, 1..3);
    prop_oneof![
        Just(Clause::Owner),
        (1..4_u64).prop_map(|hours| Clause::MfaWithin(Duration::from_secs(hours * 3600))),
        prop::collection::vec(0..NETWORKS.len(), 1..4).prop_map(|picked| {
            let texts: Vec<_> = picked.into_iter().map(|i| NETWORKS[i]).collect();
            Clause::Address(networks(&texts))
        }),
        any_hours().prop_map(Clause::Time),
        names.prop_map(|names| Clause::environment(names.into_iter().map(|i| NAMES[i]))),
        (0..2_usize, 0..2_usize).prop_map(|(name, value)| Clause::Attribute {
            name: NAMES[name].into(),
            value: NAMES[value].into(),
        }),
        Just(Clause::equal("ada", "bob").unwrap()),
    ]
}

prop_compose! {
    fn any_clauses()(clauses in prop::collection::vec(any_clause(), 0..5)) -> Vec<Clause> {
        clauses
    }
}

proptest! {
    /// RB-04: all of them must hold, in whatever order and form they were written; and what
    /// implies others holds nowhere else.
    #[test]
    fn conditions_hold_where_all_their_clauses_hold(
        one in any_clauses(),
        other in any_clauses(),
        owner in 0..3_usize,
        place in prop::option::of(0..PLACES.len()),
        environment in prop::option::of(0..3_usize),
        values in (0..3_usize, 0..3_usize),
        factor in prop::option::of(0..5_u64),
        now in 0..(14 * 24 * 60_u64),
    ) {
        let now = Timestamp::from_secs(1_800_000_000 + now * 60);
        let attributes = [("ada", NAMES[values.0]), ("bob", NAMES[values.1])];
        let mut facts = Facts::new().with_attributes(&attributes).second_factor_at(
            factor.map(|hours| Timestamp::from_millis(now.as_millis() - hours * 3_600_000)),
        );
        if let Some(place) = place {
            facts = facts.from_address(PLACES[place].parse::<IpAddr>().unwrap());
        }
        if let Some(environment) = environment {
            facts = facts.in_environment(NAMES[environment]);
        }
        let (tenant, permission) = (Tenant::new("t").unwrap(), Permission::parse("p").unwrap());
        let request = Request::new("ada", &tenant, &permission).with_facts(facts);
        let request = request.owned_by(NAMES[owner]);
        let case = request.circumstances();

        let (a, b) = (Conditions::new(one.clone()).unwrap(), Conditions::new(other.clone()).unwrap());
        let each = |clauses: &[Clause]| clauses.iter().all(|c| c.unmet(case, now).is_none());
        let holds = |conditions: &Conditions| conditions.unmet(case, now).is_none();
        prop_assert_eq!(holds(&a), each(&one));
        let both = a.and(&b).unwrap();
        prop_assert_eq!(holds(&both), each(&one) && each(&other));
        prop_assert_eq!(&both, &b.and(&a).unwrap());
        prop_assert_eq!(&Conditions::new(one.into_iter().rev()).unwrap(), &a);
        prop_assert!(both.implies(&a) && both.implies(&b));
        prop_assert!(!a.implies(&b) || !holds(&a) || holds(&b));
    }

    /// RB-04: hours lie within others exactly where every minute of theirs does.
    #[test]
    fn hours_lie_within_others_by_the_minute(one in any_hours(), other in any_hours()) {
        let mut minutes = (0..7 * 24 * 60).map(|minute| Timestamp::from_secs(minute * 60));
        let within = minutes.all(|now| !one.has(now) || other.has(now));
        prop_assert_eq!(one.lie_within(&other), within);
    }
}
