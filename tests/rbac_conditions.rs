//! An allowance under conditions counts where all of them hold.
#![cfg(feature = "rbac")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    unreachable_pub,
    dead_code,
    reason = "tests stop at what they did not expect"
)]

#[path = "rbac_conditions/file.rs"]
mod file;
#[path = "rbac_administration/support.rs"]
mod support;

use std::time::Duration;

use portcullis::{
    Timestamp,
    rbac::{Condition, Facts, Outcome, Permission, Policy, Reason, Request},
};

use support::{HOUR, acme, at, holding, policy, tenant};

/// Why ada, a clerk in acme, may not edit a note of `owner`; None where they may.
fn refused(
    policy: &Policy,
    owner: &str,
    facts: Facts<'_>,
    now: Timestamp,
) -> Option<Reason<'static>> {
    let (clerk, acme) = (holding([acme("clerk")]), tenant("acme"));
    let edit = Permission::parse("note:edit").unwrap();
    let request = Request::new("ada", &acme, &edit).owned_by(owner);
    match policy
        .decide(&clerk, &request.with_facts(facts), now)
        .outcome()
    {
        Outcome::Allow(_) => None,
        Outcome::Deny(Reason::StepUpRequired { within }) => Some(Reason::StepUpRequired { within }),
        Outcome::Deny(Reason::ConditionUnmet { condition }) => {
            Some(Reason::ConditionUnmet { condition })
        }
        other => panic!("{other:?}"),
    }
}

fn unmet(condition: Condition) -> Option<Reason<'static>> {
    Some(Reason::ConditionUnmet { condition })
}

/// A clerk who may edit notes when this is so.
fn when(condition: &str) -> Policy {
    policy(&format!(
        "[roles.clerk]\nallow = [{{ permission = \"note:edit\", when = {condition} }}]"
    ))
}

/// RB-04: each kind of condition holds by its fact, and not without it.
#[test]
fn a_condition_holds_by_its_fact_and_not_without_it() {
    let address = |text: &str| Facts::new().from_address(text.parse().unwrap());
    let attributes: &[_] = &[("department", "sales"), ("resource.department", "sales")];
    let others: &[_] = &[("department", "sales"), ("resource.department", "Sales")];
    let twice: &[_] = &[("department", "sales"), ("department", "it")];
    let with = |attributes| Facts::new().with_attributes(attributes);
    let none = Facts::new();
    for (condition, kind, holds, fails) in [
        (
            "{ address = [\"10.0.0.0/8\", \"2001:db8::/32\"] }",
            Condition::Address,
            vec![
                address("10.1.2.3"),
                address("::ffff:10.1.2.3"),
                address("2001:db8::1"),
            ],
            vec![
                address("11.0.0.1"),
                address("2001:db9::1"),
                address("::a01:203"),
            ],
        ),
        (
            "{ environment = [\"production\", \"staging\"] }",
            Condition::Environment,
            vec![
                none.in_environment("production"),
                none.in_environment("staging"),
            ],
            vec![none.in_environment("Production"), none.in_environment("")],
        ),
        (
            "{ attributes = { department = \"sales\" } }",
            Condition::Attribute,
            vec![with(attributes), with(others)],
            vec![
                with(&[("department", "it")]),
                with(twice),
                with(&[("Department", "sales")]),
            ],
        ),
        (
            "{ equal = [[\"department\", \"resource.department\"]] }",
            Condition::Attribute,
            vec![with(attributes)],
            vec![with(others), with(twice), with(&[("department", "sales")])],
        ),
    ] {
        let policy = when(condition);
        for facts in holds {
            assert_eq!(refused(&policy, "bob", facts, at(0)), None, "{facts:?}");
        }
        for facts in fails.into_iter().chain([none]) {
            assert_eq!(
                refused(&policy, "bob", facts, at(0)),
                unmet(kind),
                "{facts:?}"
            );
        }
    }
}

/// RB-04: the owner by table and by word, and nobody owns what nobody owns.
#[test]
fn an_owner_is_compared_byte_by_byte() {
    for condition in ["\"owner\"", "{ owner = true }"] {
        let policy = when(condition);
        assert_eq!(refused(&policy, "ada", Facts::new(), at(0)), None);
        for owner in ["", "Ada", "ada ", "аda"] {
            assert_eq!(
                refused(&policy, owner, Facts::new(), at(0)),
                unmet(Condition::Owner)
            );
        }
    }
}

/// RB-04: a second factor that an allowance asks for, half-open, and not from the future.
#[test]
fn an_allowance_asks_for_a_second_factor() {
    let policy = when("{ mfa_within = \"1h\" }");
    let within = Duration::from_secs(3600);
    let challenge = Some(Reason::StepUpRequired { within });
    let at_nine = Facts::new().second_factor_at(at(0));
    assert_eq!(refused(&policy, "", at_nine, at(HOUR - 1)), None);
    assert_eq!(refused(&policy, "", at_nine, at(HOUR)), challenge);
    let ahead = Facts::new().second_factor_at(at(1));
    assert_eq!(refused(&policy, "", ahead, at(0)), challenge);
}

/// RB-04: the week of the calendar (nine o'clock is on a Saturday), in an offset and not a zone.
#[test]
fn hours_are_half_open_and_belong_to_the_day_on_which_they_begin() {
    let now = |text: &str| text.parse::<Timestamp>().unwrap();
    let office = when(
        r#"{ time = { days = ["mon", "tue", "wed", "thu", "fri"], from = "08:00", until = "18:00", utc_offset = "+01:00" } }"#,
    );
    let night = when(r#"{ time = { days = ["fri"], from = "22:00", until = "06:00" } }"#);
    for (policy, moment, holds) in [
        (&office, "2026-11-20T06:59:59Z", false),
        (&office, "2026-11-20T07:00:00Z", true),
        (&office, "2026-11-20T17:00:00Z", false),
        (&office, "2026-11-21T09:00:00Z", false),
        (&night, "2026-11-20T22:00:00Z", true),
        (&night, "2026-11-21T05:59:59Z", true),
        (&night, "2026-11-21T06:00:00Z", false),
        (&night, "2026-11-20T05:00:00Z", false),
    ] {
        let expected = if holds { None } else { unmet(Condition::Time) };
        assert_eq!(
            refused(policy, "", Facts::new(), now(moment)),
            expected,
            "{moment}"
        );
    }
}

/// RB-04: all of a table, and all that roles require which the role inherits.
#[test]
fn all_conditions_must_hold() {
    let policy = policy(
        r#"
        [roles.inside]
        require = { address = ["10.0.0.0/8"] }
        [roles.clerk]
        inherits = ["inside"]
        allow = [{ permission = "note:edit", when = { owner = true, environment = ["production"] } }]
        require = { mfa_within = "1h", address = ["10.1.0.0/16", "192.0.2.0/24"] }
        "#,
    );
    let facts = Facts::new()
        .from_address("10.1.0.1".parse().unwrap())
        .in_environment("production")
        .second_factor_at(at(0));
    assert_eq!(refused(&policy, "ada", facts, at(0)), None);
    // in one of the two lists
    for address in ["10.2.0.1", "192.0.2.1"] {
        let facts = facts.from_address(address.parse().unwrap());
        assert_eq!(
            refused(&policy, "ada", facts, at(0)),
            unmet(Condition::Address)
        );
    }
    assert_eq!(
        refused(&policy, "bob", facts, at(0)),
        unmet(Condition::Owner)
    );
    let staging = facts.in_environment("staging");
    assert_eq!(
        refused(&policy, "ada", staging, at(0)),
        unmet(Condition::Environment)
    );
    // a challenge only where it is enough
    let within = Duration::from_secs(3600);
    let old = facts.second_factor_at(None);
    let challenge = Some(Reason::StepUpRequired { within });
    assert_eq!(refused(&policy, "ada", old, at(0)), challenge);
    assert_eq!(refused(&policy, "bob", old, at(0)), unmet(Condition::Owner));
}

/// RB-04: an allowance without the condition is not touched by one with it.
#[test]
fn allowances_of_several_roles_are_or_ed() {
    let policy = policy(
        r#"
        [roles.clerk]
        allow = [{ permission = "note:edit", when = { environment = ["staging"] } },
                 { permission = "note:edit", when = "owner" }]
        "#,
    );
    assert_eq!(refused(&policy, "ada", Facts::new(), at(0)), None);
    let staging = Facts::new().in_environment("staging");
    assert_eq!(refused(&policy, "bob", staging, at(0)), None);
    // of two that do not hold, the nearer: the one whose kind comes first
    let neither = refused(&policy, "bob", Facts::new(), at(0));
    assert_eq!(neither, unmet(Condition::Environment));
}
