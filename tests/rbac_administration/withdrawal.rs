//! Withdrawing: nobody locks themselves out, nobody frees themselves, the last owner stays.

use portcullis::rbac::{
    Grant, Grants, Pattern, Permission, Principal, Refusal, Scope, Who, Withdrawal,
};

use crate::support::{HOUR, acme, at, everywhere, globex, holding, policy, tenant};

const ROLES: &str = r#"
[roles.admin]
allow = ["role:**", "contact:**"]

[roles.deputy]
allow = ["role:withdraw:*"]

[roles.second]
inherits = ["admin"]

[roles.clerk]
allow = ["contact:read:email"]

[roles.limited]
deny = ["contact:read:email"]

[roles.muted]
inherits = ["clerk"]
deny = ["contact:read:phone"]

[roles.owner]
allow = ["org:**"]
min_members = 1

[roles.founder]
inherits = ["owner"]

[roles.careful]
allow = ["contact:read:email"]
require = { mfa_within = "1h" }

[roles.reader]
allow = ["contact:read:*"]

[roles.viewer]

[roles.phones]

[roles.employee]
allow = ["door:open"]

[roles.surgeon]
allow = ["theatre:enter"]
prerequisites = ["employee"]

[[field]]
name = "contact.email"
show = ["viewer"]

[[field]]
name = "contact.phone"
show = ["phones"]
"#;

fn in_acme() -> Scope {
    Scope::Tenant(tenant("acme"))
}

/// `by`, who is called so, takes the role from `from`, who is called bob.
fn withdraw(
    (name, by): (&str, &Grants),
    role: &str,
    scope: &Scope,
    from: &Grants,
    others: &[(&str, Grants)],
) -> Result<Grants, Refusal> {
    let (by, from) = (Principal::new(name, by), Principal::new("bob", from));
    let withdrawal = Withdrawal::new(role, scope, from, by).among(&others);
    policy(ROLES).withdraw(&withdrawal, at(0))
}

fn ada_withdraws(role: &str, from: &Grants) -> Result<Grants, Refusal> {
    withdraw(
        ("ada", &holding([acme("admin")])),
        role,
        &in_acme(),
        from,
        &[],
    )
}

/// RB-11: who may takes a role away, in one scope and in all its windows.
#[test]
fn who_may_withdraws() {
    let bob = holding([
        acme("clerk"),
        acme("clerk").until(at(HOUR)),
        globex("clerk"),
        acme("employee"),
    ]);
    let left = ada_withdraws("clerk", &bob).unwrap();
    assert_eq!(left, holding([globex("clerk"), acme("employee")]));
    assert_eq!(ada_withdraws("owner", &bob), Err(Refusal::NotGranted));
    let refused = withdraw(
        ("ada", &holding([acme("clerk")])),
        "clerk",
        &in_acme(),
        &bob,
        &[],
    );
    let who = Who::Granter;
    let permission = Permission::parse("role:withdraw:clerk").unwrap();
    assert_eq!(refused, Err(Refusal::NotAllowed { who, permission }));
    // a tenant's administrator does not take what was given everywhere
    let bob = holding([everywhere("clerk")]);
    let ada = holding([acme("admin")]);
    let refused = withdraw(("ada", &ada), "clerk", &Scope::Everywhere, &bob, &[]);
    assert!(matches!(refused, Err(Refusal::NotAllowed { .. })));
}

/// RB-11: a role that the policy no longer has can be cleared away.
#[test]
fn a_role_that_is_gone_can_be_withdrawn() {
    let bob = holding([acme("relic")]);
    assert_eq!(ada_withdraws("relic", &bob), Ok(Grants::new()));
}

/// RB-09: the last owner is protected: members by inheritance count, and those that end or have not
/// begun do not.
#[test]
fn the_last_owner_stays() {
    let (ada, bob) = (
        holding([acme("admin")]),
        holding([acme("owner"), acme("founder").until(at(HOUR))]),
    );
    let with = |others: &[(&str, Grants)]| {
        withdraw(("ada", &ada), "owner", &in_acme(), &bob, others).map(drop)
    };
    let role = "owner".into();
    let last = Err(Refusal::TooFewMembers { role, least: 1 });
    assert_eq!(with(&[]), last);
    for other in [
        globex("owner"),
        acme("owner").until(at(1000 * HOUR)),
        acme("owner").from(at(1)),
        acme("clerk"),
    ] {
        assert_eq!(with(&[("eve", holding([other]))]), last);
    }
    // the list may have bob in it: they are not their own successor
    assert_eq!(with(&[("bob", bob.clone())]), last);
    for other in [acme("owner"), acme("founder"), everywhere("owner")] {
        assert_eq!(with(&[("eve", holding([other]))]), Ok(()));
    }
}

/// RB-09: who stays a member by another grant leaves no gap; everywhere is wherever nobody else is.
#[test]
fn an_owner_elsewhere_is_no_owner_here() {
    let all = holding([everywhere("admin")]);
    let others = [("eve", holding([acme("owner")]))];
    let bob = holding([everywhere("owner")]);
    let refused = withdraw(("ada", &all), "owner", &Scope::Everywhere, &bob, &others);
    assert!(matches!(refused, Err(Refusal::TooFewMembers { .. })));
    let others = [("eve", holding([everywhere("owner")]))];
    let left = withdraw(("ada", &all), "owner", &Scope::Everywhere, &bob, &others);
    assert_eq!(left, Ok(Grants::new()));
    let twice = holding([acme("founder"), acme("owner")]);
    assert!(withdraw(("ada", &all), "owner", &in_acme(), &twice, &[]).is_ok());
}

/// RB-09: the members must be known, or nobody is.
#[test]
fn the_last_owner_stays_where_nobody_is_known() {
    let (ada, bob) = (holding([acme("admin")]), holding([acme("owner")]));
    let scope = in_acme();
    let (ada, bob) = (Principal::new("ada", &ada), Principal::new("bob", &bob));
    let refused = policy(ROLES).withdraw(&Withdrawal::new("owner", &scope, bob, ada), at(0));
    let role = "owner".into();
    assert_eq!(refused, Err(Refusal::MembersUnknown { role }));
}

/// RB-09: nobody takes from themselves what they administer roles with, unless they keep it.
#[test]
fn nobody_locks_themselves_out() {
    let pattern = Pattern::parse("role:**").unwrap();
    let refusal = Err(Refusal::OwnAdministration { pattern });
    let own = |bob: Grants| withdraw(("bob", &bob), "admin", &in_acme(), &bob, &[]).map(drop);
    assert_eq!(own(holding([acme("admin")])), refusal);
    assert_eq!(own(holding([acme("admin"), globex("admin")])), refusal);
    assert_eq!(
        own(holding([acme("admin"), acme("second").until(at(HOUR))])),
        refusal
    );
    assert_eq!(own(holding([acme("admin"), acme("second")])), Ok(()));
    assert_eq!(own(holding([acme("admin"), everywhere("admin")])), Ok(()));
    // what is over gives nothing
    let over = acme("admin").until(at(0));
    assert_eq!(own(holding([over, everywhere("deputy")])), Ok(()));
    // and what was taken by breaking glass is given back before it ends
    let taken = acme("admin").until(at(HOUR)).by_breaking_glass();
    assert_eq!(own(holding([taken])), Ok(()));
    let (bob, scope) = (holding([acme("admin"), acme("clerk")]), in_acme());
    assert!(withdraw(("bob", &bob), "clerk", &scope, &bob, &[]).is_ok());
    assert!(withdraw(("ada", &bob), "admin", &scope, &bob, &[]).is_ok());
}

/// RB-11: nobody takes a denial off themselves, and nobody whom it hits takes it off another.
#[test]
fn nobody_lifts_a_denial_that_hits_them() {
    let limited = holding([acme("admin"), acme("limited")]);
    let free = holding([acme("admin")]);
    let denial = Pattern::parse("contact:read:email").unwrap();
    let refusal = Err(Refusal::LiftsDenial { denial });
    let scope = in_acme();
    let lift = |name, by: &Grants| withdraw((name, by), "limited", &scope, &limited, &[]).map(drop);
    assert_eq!(lift("bob", &limited), refusal);
    assert_eq!(lift("ada", &limited), refusal);
    let everywhere = holding([acme("admin"), everywhere("limited")]);
    assert_eq!(lift("ada", &everywhere), refusal);
    assert_eq!(lift("ada", &free), Ok(()));
    let elsewhere = holding([acme("admin"), globex("limited")]);
    assert_eq!(lift("ada", &elsewhere), Ok(()));
    // their own they do not take off before it begins either
    let later = holding([acme("admin"), acme("limited").from(at(HOUR))]);
    let refused = withdraw(("bob", &later), "limited", &scope, &later, &[]).map(drop);
    assert_eq!(refused, refusal);
    // and not by waiting until it has ended: then there is none
    let over = holding([acme("admin"), acme("limited").until(at(0))]);
    let left = withdraw(("bob", &over), "limited", &scope, &over, &[]);
    assert_eq!(left, Ok(holding([acme("admin")])));
    // nor somebody else one that will hit themselves
    assert_eq!(lift("ada", &later), refusal);
    // an allowance beside the denial changes nothing
    let muted = holding([acme("admin"), acme("muted")]);
    let refused = withdraw(("bob", &muted), "muted", &scope, &muted, &[]);
    assert!(matches!(refused, Err(Refusal::LiftsDenial { .. })));
}

/// RB-11: what another role needs stays as long as that role.
#[test]
fn what_another_role_needs_stays() {
    let role = "surgeon".into();
    let refusal = Err(Refusal::PrerequisiteOf { role });
    let leave = |bob: &Grants| ada_withdraws("employee", bob).map(drop);
    assert_eq!(
        leave(&holding([acme("employee"), acme("surgeon")])),
        refusal
    );
    assert_eq!(
        leave(&holding([acme("employee"), acme("surgeon").from(at(HOUR))])),
        refusal
    );
    for other in [
        acme("surgeon").until(at(0)),
        globex("surgeon"),
        acme("clerk"),
    ] {
        assert_eq!(leave(&holding([acme("employee"), other])), Ok(()));
    }
    let both = holding([acme("employee"), everywhere("employee"), acme("surgeon")]);
    assert_eq!(leave(&both), Ok(()));
    // what was not so before is not kept from getting better
    let wrong = holding([globex("employee"), acme("surgeon")]);
    let scope = Scope::Tenant(tenant("globex"));
    let all = holding([everywhere("admin")]);
    assert!(withdraw(("ada", &all), "employee", &scope, &wrong, &[]).is_ok());
}

/// RB-11: nor does anybody lift a denial from somebody who could then do what they cannot.
#[test]
fn nobody_lifts_a_denial_of_what_they_do_not_hold() {
    let denial = Pattern::parse("contact:read:email").unwrap();
    let refusal = Err(Refusal::LiftsDenial { denial });
    let lift = |by: &[Grant], other: Grant| {
        let by = by
            .iter()
            .fold(holding([everywhere("deputy")]), |all, grant| {
                all.with(grant.clone()).unwrap()
            });
        let bob = holding([acme("limited"), other]);
        withdraw(("eve", &by), "limited", &in_acme(), &bob, &[]).map(drop)
    };
    for other in [
        acme("clerk"),
        everywhere("clerk"),
        acme("clerk").from(at(HOUR)),
    ] {
        assert_eq!(lift(&[], other.clone()), refusal);
        assert_eq!(lift(&[globex("clerk")], other.clone()), refusal);
        assert_eq!(lift(&[acme("clerk").until(at(0))], other.clone()), refusal);
        assert_eq!(lift(&[acme("clerk").from(at(1))], other.clone()), refusal);
        assert_eq!(lift(&[acme("careful")], other.clone()), refusal);
        // what is taken in an emergency is no ground for what lasts
        let taken = acme("clerk").until(at(HOUR)).by_breaking_glass();
        assert_eq!(lift(&[taken], other.clone()), refusal);
        // what is denied, or what it is denied of
        assert_eq!(lift(&[acme("clerk")], other.clone()), Ok(()));
        assert_eq!(lift(&[acme("reader")], other), Ok(()));
    }
    assert_eq!(lift(&[acme("clerk")], acme("reader")), Ok(()));
    assert_eq!(lift(&[acme("careful")], acme("careful")), Ok(()));
    // there is nothing that the denial keeps from them
    for other in [
        acme("employee"),
        globex("clerk"),
        acme("clerk").until(at(0)),
    ] {
        assert_eq!(lift(&[], other), Ok(()));
    }
    // a field is like an allowance
    let field = "contact.email".into();
    let not_seen = Err(Refusal::FieldNotSeen { field });
    assert_eq!(lift(&[], acme("viewer")), not_seen);
    assert_eq!(lift(&[acme("viewer")], acme("viewer")), Ok(()));
    assert_eq!(lift(&[], acme("phones")), Ok(()));
}

/// RB-05: an emergency may call for taking roles away.
#[test]
fn who_broke_the_glass_withdraws() {
    let eve = holding([acme("deputy").until(at(HOUR)).by_breaking_glass()]);
    let bob = holding([acme("clerk")]);
    let left = withdraw(("eve", &eve), "clerk", &in_acme(), &bob, &[]);
    assert_eq!(left, Ok(Grants::new()));
}
