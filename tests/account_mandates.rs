//! Who must have a second factor, from when on, and who has one.
#![cfg(feature = "account")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

mod account_support;

use std::{sync::Arc, time::Duration};

use account_support::*;
use portcullis::{
    Timestamp,
    account::{Accounts, Error, Next, Policy, SecondFactor, State},
    rbac::{Grant, Grants, Scope},
    session::Activity,
    store::{Memory, Store},
    totp::{self, Duty, Mandate},
};

/// Long enough to stand alone.
const LONG: &str = "Correct-Horse-Battery-7";

fn mandated(mandates: impl IntoIterator<Item = Mandate>) -> Policy {
    let policy = policy().with_second_factor(SecondFactor::Optional);
    policy.with_mandates(mandates).unwrap()
}

fn week(role: &str) -> Mandate {
    let week = Duration::from_secs(7 * DAY);
    Mandate::new(role).unwrap().with_grace_time(week).unwrap()
}

fn roles(names: &[&str]) -> Grants {
    let grants = names.iter().map(|name| Grant::new(name, Scope::Everywhere));
    grants.fold(Grants::new(), |all, grant| all.with(grant).unwrap())
}

fn register<S: Store>(accounts: &Accounts<S>, name: &str, grants: Grants) {
    accounts
        .register(name, &LONG.into(), grants, at(0))
        .unwrap();
}

fn enter<S: Store>(accounts: &Accounts<S>, name: &str, now: Timestamp) -> Next {
    accounts.sign_in(name, &LONG.into(), now).unwrap()
}

/// The duty that a sign-in says, or None where it leads to enrolment.
fn duty<S: Store>(accounts: &Accounts<S>, name: &str, now: Timestamp) -> Option<Duty> {
    match enter(accounts, name, now) {
        Next::SignedIn(live) => Some(live.duty),
        Next::EnrolmentNeeded(_) => None,
        next => panic!("{next:?}"),
    }
}

fn is_grace(duty: Option<Duty>, end: Timestamp) -> bool {
    matches!(duty, Some(Duty::Grace { until: Some(until), .. }) if until == end)
}

/// TO-10: who has the role must enrol, and others need not.
#[test]
fn a_mandate_binds_those_who_have_the_role() {
    let mandate = Mandate::new("admin").unwrap();
    let accounts = Accounts::danger_unsealed(mandated([mandate]), Memory::new(10));
    register(&accounts, "root", roles(&["admin", "clerk"]));
    register(&accounts, "ada", roles(&["clerk"]));
    assert_eq!(duty(&accounts, "root", at(0)), None);
    assert_eq!(duty(&accounts, "ada", at(0)), Some(Duty::Met));
}

/// TO-10: within grace the sign-in succeeds and says until when; at its end only enrolment is left.
#[test]
fn a_grace_ends_to_the_millisecond() {
    let accounts = Accounts::danger_unsealed(mandated([week("staff")]), Memory::new(10));
    register(&accounts, "ada", roles(&["staff"]));
    let end = at(7 * DAY);
    let last = Timestamp::from_millis(end.as_millis() - 1);
    assert!(is_grace(duty(&accounts, "ada", at(DAY)), end));
    assert!(is_grace(duty(&accounts, "ada", last), end));
    let Next::EnrolmentNeeded(ticket) = enter(&accounts, "ada", end) else {
        panic!()
    };
    let phone = accounts.enrol(&ticket, end).unwrap();
    let enrolled = accounts.confirm_enrolment(&ticket, &phone.code_at(end), end);
    let Next::SignedIn(live) = enrolled.unwrap().next else {
        panic!()
    };
    assert_eq!(live.duty, Duty::Met);
}

/// TO-10: who is given the role later has the grace from then on, not from the next sign-in.
#[test]
fn a_grace_begins_with_the_grant() {
    let accounts = Accounts::danger_unsealed(mandated([week("staff")]), Memory::new(10));
    register(&accounts, "ada", roles(&[]));
    assert_eq!(duty(&accounts, "ada", at(DAY)), Some(Duty::Met));
    accounts
        .grant("ada", roles(&["staff"]), at(2 * DAY))
        .unwrap();
    assert!(is_grace(duty(&accounts, "ada", at(5 * DAY)), at(9 * DAY)));
    assert_eq!(duty(&accounts, "ada", at(9 * DAY)), None);
}

/// TO-10: a grace of so many sign-ins.
#[test]
fn a_grace_ends_after_so_many_sign_ins() {
    let twice = Mandate::new("staff")
        .unwrap()
        .with_grace_sign_ins(2)
        .unwrap();
    let accounts = Accounts::danger_unsealed(mandated([twice]), Memory::new(10));
    register(&accounts, "ada", roles(&["staff"]));
    // a wrong password is no sign-in
    assert!(accounts.sign_in("ada", &wrong(), at(0)).is_err());
    let left = |duty| match duty {
        Some(Duty::Grace { sign_ins_left, .. }) => sign_ins_left,
        _ => None,
    };
    assert_eq!(left(duty(&accounts, "ada", at(0))), Some(2));
    assert_eq!(left(duty(&accounts, "ada", at(0))), Some(1));
    assert_eq!(duty(&accounts, "ada", at(0)), None);
}

/// TO-10: a mandate that is laid down later begins with the next sign-in, and stays begun.
#[test]
fn a_mandate_that_is_laid_down_later_begins_at_the_next_sign_in() {
    let store = Arc::new(Memory::new(10));
    let before = Accounts::danger_unsealed(mandated([]), store.clone());
    register(&before, "ada", roles(&["staff"]));
    let accounts = Accounts::danger_unsealed(mandated([week("staff")]), store);
    let end = at(37 * DAY);
    assert!(is_grace(duty(&accounts, "ada", at(30 * DAY)), end));
    assert!(is_grace(duty(&accounts, "ada", at(33 * DAY)), end));
    assert_eq!(duty(&accounts, "ada", end), None);
}

/// TO-10: who leaves a population and comes back has had their grace.
#[test]
fn a_grace_is_given_once() {
    let accounts = Accounts::danger_unsealed(mandated([week("staff")]), Memory::new(10));
    register(&accounts, "ada", roles(&["staff"]));
    accounts.grant("ada", roles(&[]), at(DAY)).unwrap();
    assert_eq!(duty(&accounts, "ada", at(8 * DAY)), Some(Duty::Met));
    accounts
        .grant("ada", roles(&["staff"]), at(9 * DAY))
        .unwrap();
    assert_eq!(duty(&accounts, "ada", at(9 * DAY)), None);
}

/// TO-10: a grant that does not count yet, or no more, binds nobody.
#[test]
fn a_grant_binds_while_it_counts() {
    let mandate = Mandate::new("admin").unwrap();
    let accounts = Accounts::danger_unsealed(mandated([mandate]), Memory::new(10));
    let grant = Grant::new("admin", Scope::Everywhere)
        .from(at(DAY))
        .until(at(2 * DAY));
    register(&accounts, "ada", Grants::new().with(grant).unwrap());
    assert_eq!(duty(&accounts, "ada", at(DAY - 1)), Some(Duty::Met));
    assert_eq!(duty(&accounts, "ada", at(DAY)), None);
    assert_eq!(duty(&accounts, "ada", at(2 * DAY)), Some(Duty::Met));
}

/// TO-10: the strictest of several counts.
#[test]
fn the_strictest_mandate_counts() {
    let policy = mandated([week("staff"), Mandate::new("admin").unwrap()]);
    let accounts = Accounts::danger_unsealed(policy, Memory::new(10));
    register(&accounts, "root", roles(&["staff", "admin"]));
    assert_eq!(duty(&accounts, "root", at(0)), None);
}

/// TO-10, TO-04: whoever must have one keeps the last one, in grace, too.
#[test]
fn who_is_bound_keeps_the_last_authenticator() {
    let accounts = Accounts::danger_unsealed(mandated([week("staff")]), Memory::new(10));
    register(&accounts, "ada", roles(&["staff"]));
    register(&accounts, "bob", roles(&["clerk"]));
    for (name, refused) in [("ada", true), ("bob", false)] {
        let Next::SignedIn(live) = enter(&accounts, name, at(0)) else {
            panic!()
        };
        let (id, phone) = accounts
            .add_authenticator(&live.token, "phone", at(0))
            .unwrap();
        let code = phone.code_at(at(0));
        let confirmed = accounts
            .confirm_authenticator(&live.token, id, &code, at(0))
            .unwrap();
        assert_eq!(confirmed.signed_in.duty, Duty::Met);
        let removed = accounts.remove_authenticator(&confirmed.signed_in.token, id, at(1));
        let last = Err(Error::Totp(totp::Error::LastAuthenticator));
        assert_eq!(removed, if refused { last } else { Ok(()) }, "{name}");
    }
}

/// TO-10: who has one, who is in grace, and who is without.
#[test]
fn coverage_counts_people_by_population() {
    let policy = mandated([week("staff"), Mandate::new("admin").unwrap()]);
    let accounts = Accounts::danger_unsealed(policy.clone(), Memory::new(10));
    let people = [
        ("ada", roles(&["staff"])),
        ("bob", roles(&["staff"])),
        ("root", roles(&["staff", "admin"])),
        ("guest", roles(&["guest"])),
    ];
    for (name, grants) in &people {
        register(&accounts, name, grants.clone());
    }
    let Next::SignedIn(live) = enter(&accounts, "ada", at(0)) else {
        panic!()
    };
    let (id, phone) = accounts
        .add_authenticator(&live.token, "phone", at(0))
        .unwrap();
    let code = phone.code_at(at(0));
    let _ = accounts
        .confirm_authenticator(&live.token, id, &code, at(0))
        .unwrap();
    let states: Vec<State> = people
        .iter()
        .map(|(name, _)| accounts.state(name).unwrap())
        .collect();
    let rows = |policy: &Policy, now| -> Vec<(String, usize, usize, usize, usize)> {
        let coverage = policy.coverage(&states, 10, now);
        let rows = coverage.populations().iter();
        rows.map(|p| {
            (
                p.name().to_owned(),
                p.people(),
                p.met(),
                p.in_grace(),
                p.enrolment_required(),
            )
        })
        .collect()
    };
    let at_first = [
        ("admin".to_owned(), 1, 0, 0, 1),
        ("staff".to_owned(), 3, 1, 2, 0),
    ];
    assert_eq!(rows(&policy, at(DAY)), at_first);
    let after = [
        ("admin".to_owned(), 1, 0, 0, 1),
        ("staff".to_owned(), 3, 1, 0, 2),
    ];
    assert_eq!(rows(&policy, at(7 * DAY)), after);
    let everybody = rows(&account_support::policy(), at(DAY));
    assert_eq!(everybody, [("everybody".to_owned(), 4, 1, 0, 3)]);
}

/// TO-10: a record is bounded.
#[test]
fn a_policy_has_so_many_mandates_and_no_more() {
    let mandates = |n: u32| (0..n).map(|n| Mandate::new(&format!("role-{n}")).unwrap());
    assert!(policy().with_mandates(mandates(64)).is_ok());
    let refused = policy().with_mandates(mandates(65));
    assert_eq!(refused.unwrap_err(), Error::TooManyMandates);
    // of two for one role the later one
    let policy = mandated([Mandate::new("staff").unwrap(), week("staff")]);
    let accounts = Accounts::danger_unsealed(policy, Memory::new(10));
    register(&accounts, "ada", roles(&["staff"]));
    assert!(is_grace(duty(&accounts, "ada", at(0)), at(7 * DAY)));
}

/// TO-10: a grace that ends within a session is seen in it.
#[test]
fn a_session_says_when_its_grace_has_ended() {
    let accounts = Accounts::danger_unsealed(mandated([week("staff")]), Memory::new(10));
    register(&accounts, "ada", roles(&["staff"]));
    let last = at(7 * DAY - 1);
    let Next::SignedIn(live) = enter(&accounts, "ada", last) else {
        panic!()
    };
    let seen = |now| accounts.check(&live.token, now).unwrap().duty();
    assert!(is_grace(Some(seen(last)), at(7 * DAY)));
    assert_eq!(seen(at(7 * DAY)), Duty::EnrolmentRequired);
}

/// TO-10: so is a mandated role that begins within it.
#[test]
fn a_session_says_when_a_mandated_role_has_begun() {
    let mandate = Mandate::new("admin").unwrap();
    let accounts = Accounts::danger_unsealed(mandated([mandate]), Memory::new(10));
    let grant = Grant::new("admin", Scope::Everywhere).from(at(MINUTE));
    register(&accounts, "ada", Grants::new().with(grant).unwrap());
    let Next::SignedIn(live) = enter(&accounts, "ada", at(0)) else {
        panic!()
    };
    assert_eq!(live.duty, Duty::Met);
    let touched = |now| {
        let person = accounts.touch(&live.token, Activity::Interactive, now);
        person.unwrap().duty()
    };
    assert_eq!(touched(at(MINUTE - 1)), Duty::Met);
    assert_eq!(touched(at(MINUTE)), Duty::EnrolmentRequired);
}

/// TO-10: who has been in as many populations as a record remembers has no grace without end in the
/// next one; those that the policy still has are remembered.
#[test]
fn a_grace_ends_for_who_has_been_in_many_populations() {
    let names: Vec<String> = (0..64).map(|n| format!("role-{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let store = Arc::new(Memory::new(10));
    let before = mandated(names.iter().map(|name| week(name)));
    let before = Accounts::danger_unsealed(before, store.clone());
    register(&before, "ada", roles(&names));
    let accounts = mandated([week("director"), week("role-7")]);
    let accounts = Accounts::danger_unsealed(accounts, store);
    accounts
        .grant("ada", roles(&["director"]), at(DAY))
        .unwrap();
    let end = at(8 * DAY);
    assert!(is_grace(duty(&accounts, "ada", at(2 * DAY)), end));
    assert_eq!(duty(&accounts, "ada", end), None);
    accounts
        .grant("ada", roles(&["role-7"]), at(6 * DAY))
        .unwrap();
    assert!(is_grace(duty(&accounts, "ada", at(6 * DAY)), at(7 * DAY)));
}
