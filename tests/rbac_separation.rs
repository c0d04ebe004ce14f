//! Separation of duty: what one subject does not have, or does not use, together.
//!
//! Sources of the examples. *Payments*: Ferraiolo and Kuhn, "Role-Based Access Controls" (1992):
//! nobody initiates and authorises a payment. *Bank branch*: the role hierarchy of Ferraiolo and
//! Kuhn as Wikipedia's "Role hierarchy" tells it: where loan manager and accountant are separate, no
//! branch manager inherits both. *Bank counter*: Barkley, Kuhn, Rosenthal, Skall and Cincotta, "Role
//! Based Access Control for the Web" (NIST, 1997): an account representative does not act as account
//! holder or teller in the same session, and may be all of them. Semantics: INCITS 359, static and
//! dynamic separation of duty relations with hierarchies: fewer than n roles of a set.
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

#[path = "rbac_separation/model.rs"]
mod model;
#[path = "rbac_administration/support.rs"]
mod support;

use portcullis::rbac::{Grant, Grants, Permission, Policy, Refusal, Request};

use support::{HOUR, acme, assign_to, at, everywhere, globex, holding, policy, tenant};

const PAYMENTS: &str = r#"
[roles.admin]
allow = ["**"]

[roles.initiator]
allow = ["payment:initiate"]

[roles.authorizer]
allow = ["payment:authorize"]

[roles.treasurer]
inherits = ["authorizer"]

[roles.reader]
allow = ["payment:read"]

[[separation]]
kind = "static"
roles = ["initiator", "authorizer"]
n = 2
"#;

fn give(policy: &Policy, bob: &Grants, grant: Grant) -> Result<Grants, Refusal> {
    let admin = holding([everywhere("admin")]);
    assign_to(policy, &admin, bob, grant, at(0))
}

fn both<const N: usize>(roles: [&str; N]) -> Refusal {
    let n = 2;
    let roles = roles.map(String::from).into();
    Refusal::Separated { roles, n }
}

/// RB-05, RB-08: nobody initiates and authorises payments, whichever they had first and by whatever
/// role they inherit it.
#[test]
fn nobody_has_two_roles_that_are_kept_apart() {
    let policy = policy(PAYMENTS);
    let refusal = both(["authorizer", "initiator"]);
    for (one, other) in [
        ("initiator", "authorizer"),
        ("authorizer", "initiator"),
        ("initiator", "treasurer"),
        ("treasurer", "initiator"),
    ] {
        let bob = give(&policy, &Grants::new(), acme(one)).unwrap();
        assert_eq!(give(&policy, &bob, acme(other)), Err(refusal.clone()));
        assert!(give(&policy, &bob, acme("reader")).is_ok());
    }
    let bob = holding([acme("authorizer")]);
    assert!(give(&policy, &bob, acme("treasurer")).is_ok());
}

/// RB-02: duties are separate in each tenant; everywhere is in each.
#[test]
fn a_grant_everywhere_is_in_every_tenant() {
    let policy = policy(PAYMENTS);
    let refusal = Err(both(["authorizer", "initiator"]));
    let here = holding([acme("initiator")]);
    assert!(give(&policy, &here, globex("authorizer")).is_ok());
    assert_eq!(give(&policy, &here, everywhere("authorizer")), refusal);
    let all = holding([everywhere("initiator")]);
    assert_eq!(give(&policy, &all, acme("authorizer")), refusal);
    assert_eq!(give(&policy, &all, everywhere("authorizer")), refusal);
    // both already, in two tenants: a third role everywhere meets each of them
    let apart = holding([acme("initiator"), globex("reader")]);
    assert_eq!(give(&policy, &apart, everywhere("treasurer")), refusal);
}

/// RB-05: what is promised for tomorrow is had today; what is over is not.
#[test]
fn windows_do_not_evade_separation() {
    let policy = policy(PAYMENTS);
    let refusal = Err(both(["authorizer", "initiator"]));
    let tomorrow = |role| acme(role).from(at(24 * HOUR)).until(at(25 * HOUR));
    let today = |role| acme(role).until(at(HOUR));
    let bob = holding([today("initiator")]);
    assert_eq!(give(&policy, &bob, tomorrow("authorizer")), refusal);
    let bob = holding([tomorrow("initiator")]);
    assert_eq!(give(&policy, &bob, today("authorizer")), refusal);
    let bob = holding([acme("initiator").until(at(0))]);
    assert!(give(&policy, &bob, acme("authorizer")).is_ok());
}

/// RB-08: a role that inherits both by itself is had by nobody.
#[test]
fn a_branch_manager_does_not_inherit_both() {
    let policy = policy(
        r#"
        [roles.admin]
        allow = ["**"]
        [roles.loan_manager]
        allow = ["loan:approve"]
        [roles.accountant]
        allow = ["book:close"]
        [roles.branch_manager]
        inherits = ["loan_manager", "accountant"]
        [[separation]]
        kind = "static"
        roles = ["loan_manager", "accountant"]
        n = 2
        "#,
    );
    let refused = give(&policy, &Grants::new(), acme("branch_manager"));
    assert_eq!(refused, Err(both(["accountant", "loan_manager"])));
}

/// RB-08: fewer than n of them: with three of four roles allowed, the fourth is refused.
#[test]
fn fewer_than_n_roles_are_had() {
    let policy = policy(
        r#"
        [roles.admin]
        allow = ["**"]
        [roles.a]
        [roles.b]
        [roles.c]
        [roles.d]
        inherits = ["c"]
        [[separation]]
        kind = "static"
        roles = ["a", "b", "c"]
        n = 3
        "#,
    );
    let bob = holding([acme("a"), acme("b"), globex("c")]);
    let refused = give(&policy, &bob, acme("d")).unwrap_err();
    let roles = ["a", "b", "c"].map(String::from).into();
    assert_eq!(refused, Refusal::Separated { roles, n: 3 });
    assert!(give(&policy, &holding([acme("a"), globex("b")]), acme("d")).is_ok());
}

/// RB-09: who has both by an older policy is not kept from anything else.
#[test]
fn an_old_violation_does_not_stop_another_role() {
    let policy = policy(PAYMENTS);
    let bob = holding([acme("initiator"), acme("authorizer")]);
    assert!(give(&policy, &bob, acme("reader")).is_ok());
    assert!(give(&policy, &bob, acme("treasurer")).is_err());
}

const COUNTER: &str = r#"
[roles.holder]
allow = ["account:own"]

[roles.teller]
inherits = ["employee"]
allow = ["drawer:open"]

[roles.rep]
inherits = ["employee"]
allow = ["account:open"]

[roles.chief]
inherits = ["rep"]
require = { mfa_within = "1h" }

[roles.employee]
allow = ["door:open"]

[roles.watched]
deny = ["account:open"]

[[separation]]
kind = "dynamic"
roles = ["rep", "holder"]
n = 2

[[separation]]
kind = "dynamic"
roles = ["rep", "teller"]
n = 2
"#;

fn activate(grants: &Grants, roles: &[&str]) -> Result<Grants, Refusal> {
    policy(COUNTER).activate(grants, roles, &tenant("acme"), at(0))
}

fn inactive(role: &str) -> Refusal {
    let role = role.into();
    Refusal::NotActive { role }
}

/// RB-05: the bank counter: all three roles are had, and not used in one session.
#[test]
fn a_representative_does_not_act_as_holder_or_teller() {
    let bob = holding([acme("holder"), acme("teller"), acme("rep")]);
    let active = activate(&bob, &["holder", "teller"]).unwrap();
    assert_eq!(active, holding([acme("holder"), acme("teller")]));
    assert_eq!(activate(&bob, &["rep"]), Ok(holding([acme("rep")])));
    assert_eq!(
        activate(&bob, &["rep", "holder"]),
        Err(both(["holder", "rep"]))
    );
    assert_eq!(
        activate(&bob, &["teller", "rep"]),
        Err(both(["rep", "teller"]))
    );
    let (policy, acme_tenant) = (policy(COUNTER), tenant("acme"));
    let open = Permission::parse("account:open").unwrap();
    let request = Request::new("bob", &acme_tenant, &open);
    assert!(policy.decide(&bob, &request, at(0)).is_allowed());
    assert!(!policy.decide(&active, &request, at(0)).is_allowed());
    assert_eq!(activate(&bob, &[]), Ok(Grants::new()));
}

/// RB-05: a role counts with all that it inherits, and once, however often it is named or granted.
#[test]
fn what_is_active_counts_over_what_it_inherits() {
    let bob = holding([
        acme("chief"),
        acme("holder"),
        acme("teller"),
        everywhere("holder"),
    ]);
    assert_eq!(
        activate(&bob, &["chief", "holder"]),
        Err(both(["holder", "rep"]))
    );
    let twice = activate(&bob, &["holder", "holder"]).unwrap();
    assert_eq!(twice, holding([acme("holder")]));
}

/// RB-05: only what the subject has there now, by its own name.
#[test]
fn only_what_is_had_is_activated() {
    for grant in [
        globex("rep"),
        acme("rep").until(at(0)),
        acme("rep").from(at(1)),
        acme("Rep"),
        acme("chief"),
    ] {
        assert_eq!(activate(&holding([grant]), &["rep"]), Err(inactive("rep")));
    }
    // what is inherited would come without what the inheriting role requires
    assert_eq!(
        activate(&holding([acme("rep")]), &["employee"]),
        Err(inactive("employee"))
    );
    // a role of another policy
    assert_eq!(
        activate(&holding([acme("ghost")]), &["ghost"]),
        Err(inactive("ghost"))
    );
}

/// RB-05: a denial is not left at home.
#[test]
fn a_denial_is_active_in_every_session() {
    let bob = holding([acme("rep"), everywhere("watched"), globex("watched")]);
    let active = activate(&bob, &["rep"]).unwrap();
    assert_eq!(active, holding([acme("rep"), acme("watched")]));
    let (policy, acme) = (policy(COUNTER), tenant("acme"));
    let open = Permission::parse("account:open").unwrap();
    let request = Request::new("bob", &acme, &open);
    assert!(!policy.decide(&active, &request, at(0)).is_allowed());
}

/// RB-05: activating again from what is active adds nothing.
#[test]
fn activating_twice_does_not_add_up() {
    let bob = holding([acme("rep"), acme("holder")]);
    let active = activate(&bob, &["rep"]).unwrap();
    assert_eq!(activate(&active, &["holder"]), Err(inactive("holder")));
    assert_eq!(
        activate(&active, &["rep", "holder"]),
        Err(inactive("holder"))
    );
}

/// RB-05: what is kept apart in a session may be had, and what is kept apart altogether is not asked
/// for again in a session.
#[test]
fn static_and_dynamic_separation_are_two() {
    let text = format!("{COUNTER}\n[roles.admin]\nallow = [\"**\"]");
    let rep = holding([acme("rep")]);
    assert!(give(&policy(&text), &rep, acme("holder")).is_ok());
    let bob = holding([acme("initiator"), acme("authorizer")]);
    let roles = ["initiator", "authorizer"];
    let active = policy(PAYMENTS).activate(&bob, &roles, &tenant("acme"), at(0));
    assert_eq!(active, Ok(bob));
}

/// RB-02: a session of one tenant is good there only: the denials of other tenants are not in it.
#[test]
fn a_session_is_good_in_its_own_tenant() {
    let policy = policy(COUNTER);
    let bob = holding([everywhere("rep"), globex("watched")]);
    let active = activate(&bob, &["rep"]).unwrap();
    let open = Permission::parse("account:open").unwrap();
    for (place, opens) in [("acme", true), ("globex", false), ("initech", false)] {
        let place = tenant(place);
        let request = Request::new("bob", &place, &open);
        assert_eq!(policy.decide(&active, &request, at(0)).is_allowed(), opens);
    }
}

/// RB-05: a role that denies and has ended does not stand in the way of another; one that has not
/// begun does.
#[test]
fn what_has_ended_is_not_active() {
    let text =
        format!("{COUNTER}\n[roles.strict]\ninherits = [\"holder\"]\ndeny = [\"drawer:open\"]");
    let activate = |strict| {
        let bob = holding([acme("rep"), strict]);
        policy(&text).activate(&bob, &["rep"], &tenant("acme"), at(0))
    };
    assert_eq!(
        activate(acme("strict").until(at(0))),
        Ok(holding([acme("rep")]))
    );
    let refused = Err(both(["holder", "rep"]));
    assert_eq!(activate(acme("strict").until(at(1))), refused);
    assert_eq!(activate(acme("strict").from(at(1))), refused);
}
