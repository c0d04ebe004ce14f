//! What the grants of a role must be like: how long, why, approved by whom, how many, after what.

use std::time::Duration;

use portcullis::rbac::{
    Assignment, Error, Facts, Grant, Grants, Permission, Policy, Principal, Refusal, Who,
};

use crate::support::{HOUR, acme, assign_to, at, everywhere, globex, holding, policy};

const HOURS_4: Duration = Duration::from_secs(4 * 3600);

const ROLES: &str = r#"
[roles.admin]
allow = ["**"]

[roles.root]
allow = ["server:**"]
max_grant = "4h"

[roles.boss]
inherits = ["root"]

[roles.plain]
allow = ["note:read"]
"#;

fn admin() -> Grants {
    holding([everywhere("admin")])
}

/// Bob, who holds `bob`, gets `grant` at `now` from somebody who may.
fn give(policy: &Policy, bob: &Grants, grant: Grant, now: u64) -> Result<Grants, Refusal> {
    assign_to(policy, &admin(), bob, grant, at(now))
}

/// RB-05: a role that must end ends, and so does every role that inherits it.
#[test]
fn a_grant_ends_within_its_time() {
    let (policy, none) = (policy(ROLES), Grants::new());
    let most = HOURS_4;
    for role in ["root", "boss"] {
        let give = |grant| give(&policy, &none, grant, 0).map(drop);
        assert_eq!(give(acme(role)), Err(Refusal::NeedsEnd { most }));
        let longer = acme(role).until(at(4 * HOUR + 1));
        assert_eq!(give(longer), Err(Refusal::TooLong { most }));
        assert_eq!(give(acme(role).until(at(4 * HOUR))), Ok(()));
        let tomorrow = acme(role).from(at(24 * HOUR));
        assert_eq!(give(tomorrow.until(at(28 * HOUR))), Ok(()));
    }
    assert!(give(&policy, &none, acme("plain"), 0).is_ok());
}

/// RB-05: all that is promised is one, however far apart, by whatever role and in whatever scope it
/// comes.
#[test]
fn parts_of_a_grant_are_one() {
    let policy = policy(ROLES);
    let too_long = Err(Refusal::TooLong { most: HOURS_4 });
    for first in [
        acme("root"),
        everywhere("root"),
        acme("boss"),
        acme("root").by_breaking_glass(),
    ] {
        let bob = holding([first.from(at(0)).until(at(3 * HOUR))]);
        for from in [HOUR, 3 * HOUR, 3 * HOUR + 1, 100 * HOUR] {
            for second in ["root", "boss"] {
                let second = acme(second).from(at(from)).until(at(from + 2 * HOUR));
                let given = give(&policy, &bob, second, 0).map(drop);
                let fits = from == HOUR;
                assert_eq!(
                    given,
                    if fits {
                        Ok(())
                    } else {
                        too_long.clone().map(drop)
                    },
                    "{from}"
                );
            }
        }
    }
    // before what is promised is like after it
    let bob = holding([acme("root").from(at(4 * HOUR)).until(at(5 * HOUR))]);
    assert_eq!(
        give(&policy, &bob, acme("root").until(at(HOUR)), 0),
        too_long
    );
    let elsewhere = holding([globex("root").until(at(3 * HOUR))]);
    let here = acme("root").from(at(3 * HOUR)).until(at(5 * HOUR));
    assert!(give(&policy, &elsewhere, here, 0).is_ok());
    let everywhere = everywhere("root").from(at(3 * HOUR)).until(at(5 * HOUR));
    assert_eq!(give(&policy, &elsewhere, everywhere, 0), too_long);
}

/// RB-05: two roles that inherit the bounded one do not take turns in giving it.
#[test]
fn siblings_share_the_time_of_what_they_inherit() {
    let policy = policy(&format!("{ROLES}\n[roles.chief]\ninherits = [\"root\"]"));
    let bob = holding([acme("boss").from(at(0)).until(at(4 * HOUR))]);
    let next = acme("chief").from(at(4 * HOUR)).until(at(8 * HOUR));
    let refused = give(&policy, &bob, next, 0).unwrap_err();
    assert_eq!(refused, Refusal::TooLong { most: HOURS_4 });
    assert!(give(&policy, &bob, acme("plain"), 0).is_ok());
    assert!(give(&policy, &bob, acme("chief").until(at(4 * HOUR)), 0).is_ok());
}

/// RB-05: what is over does not count: somebody who may decides anew, and not before.
#[test]
fn a_grant_can_be_given_again() {
    let policy = policy(ROLES);
    let bob = holding([acme("root").from(at(0)).until(at(4 * HOUR))]);
    let again = acme("root").until(at(8 * HOUR));
    assert!(give(&policy, &bob, again.clone(), 4 * HOUR).is_ok());
    assert!(give(&policy, &bob, again, 4 * HOUR - 1).is_err());
}

const SHIELD: &str = r#"
[roles.admin]
allow = ["**"]
[roles.plain]
[roles.root]
max_grant = "4h"
[roles.barred]
deny = ["door:open"]
[roles.locked]
inherits = ["barred"]
"#;

/// RB-05, RB-11: no heap of grants keeps a role that denies something from being given.
#[test]
fn a_role_that_denies_something_has_a_place() {
    let policy = policy(SHIELD);
    let mut bob = Grants::new();
    let mut given = 0;
    for i in 0..Grants::MAX as u64 {
        match give(&policy, &bob, acme("plain").until(at(HOUR + i)), 0) {
            Ok(more) => (bob, given) = (more, given + 1),
            Err(refused) => assert_eq!(refused, Refusal::Invalid(Error::TooManyGrants)),
        }
    }
    assert_eq!((given, bob.iter().len()), (480, 480));
    for role in ["barred", "locked"] {
        assert!(give(&policy, &bob, acme(role), 0).is_ok());
    }
}

/// RB-05: ordinary grants that have ended make room, once breaking glass does not ask for them.
#[test]
fn grants_that_have_ended_make_room() {
    let policy = policy(SHIELD);
    let ended = (1..=Grants::MAX as u64).map(|i| acme("plain").until(at(i)));
    let bob = ended.fold(Grants::new(), |all, grant| all.with(grant).unwrap());
    let full = give(&policy, &bob, acme("barred"), 0).unwrap_err();
    assert_eq!(full, Refusal::Invalid(Error::TooManyGrants));
    assert_eq!(
        give(&policy, &bob, acme("root").until(at(HOUR)), HOUR - 1).map(|all| all.iter().len()),
        Ok(1)
    );
    let taken = acme("plain").until(at(0)).by_breaking_glass();
    let bob = holding([acme("root").until(at(HOUR)), taken.clone()]);
    let left = |now| {
        give(&policy, &bob, acme("plain"), now)
            .unwrap()
            .iter()
            .len()
    };
    assert_eq!((left(HOUR), left(5 * HOUR - 1), left(5 * HOUR)), (3, 3, 2));
}

const NEEDS: &str = r#"
[roles.admin]
allow = ["**"]

[roles.manager]
allow = ["role:approve:*"]
require = { mfa_within = "1h" }

[roles.pay]
allow = ["payment:make"]
grant_needs = ["reason", "approver"]

[roles.payall]
inherits = ["pay"]
"#;

/// RB-05: a grant carries what it needs, also where the need is inherited.
#[test]
fn a_grant_carries_what_it_needs() {
    let policy = policy(NEEDS);
    let none = Grants::new();
    for role in ["pay", "payall"] {
        let refused = give(&policy, &none, acme(role), 0).unwrap_err();
        assert_eq!(refused, Refusal::NeedsReason);
        let refused = give(&policy, &none, acme(role).because("August"), 0).unwrap_err();
        assert_eq!(refused, Refusal::NeedsApprover);
        let forged = acme(role).because("August").approved_by("eve");
        let refused = give(&policy, &none, forged, 0).unwrap_err();
        assert_eq!(refused, Refusal::NeedsApprover);
    }
}

/// Eve approves, by these grants and facts, under this name.
fn approve(eve: &str, grants: &Grants, facts: Facts<'_>) -> Result<Grants, Refusal> {
    let (policy, admin, none) = (policy(NEEDS), admin(), Grants::new());
    let grant = acme("pay").because("August");
    let (ada, bob) = (Principal::new("ada", &admin), Principal::new("bob", &none));
    let eve = Principal::new(eve, grants).with_facts(facts);
    let assignment = Assignment::new(grant, bob, ada).approved_by(eve);
    policy.assign(&assignment, at(0))
}

/// RB-05: four eyes: who approves may, and neither gives nor receives.
#[test]
fn who_approves_is_somebody_else_who_may() {
    let proved = Facts::new().second_factor_at(at(0));
    let manager = holding([acme("manager")]);
    let bob = approve("eve", &manager, proved).unwrap();
    let grant = bob.iter().next().unwrap();
    assert_eq!(
        (grant.requester(), grant.approver()),
        (Some("ada"), Some("eve"))
    );
    for involved in ["ada", "bob"] {
        let refused = approve(involved, &manager, proved).unwrap_err();
        assert_eq!(refused, Refusal::ApproverInvolved);
    }
    let (who, within) = (Who::Approver, Duration::from_secs(3600));
    let refused = approve("eve", &manager, Facts::new()).unwrap_err();
    assert_eq!(refused, Refusal::StepUpRequired { who, within });
    let permission = Permission::parse("role:approve:pay").unwrap();
    let refusal = Refusal::NotAllowed { who, permission };
    for grants in [
        Grants::new(),
        holding([globex("manager")]),
        holding([acme("manager").until(at(0))]),
        holding([acme("manager").by_breaking_glass()]),
    ] {
        assert_eq!(approve("eve", &grants, proved), Err(refusal.clone()));
    }
    assert!(matches!(
        approve("", &manager, proved),
        Err(Refusal::Invalid(_))
    ));
}

/// RB-05: names are compared byte by byte, as documented: another spelling is another person.
#[test]
fn another_spelling_of_a_name_is_another_person() {
    let proved = Facts::new().second_factor_at(at(0));
    let manager = holding([acme("manager")]);
    assert!(approve("Ada", &manager, proved).is_ok());
}

const BOUNDED: &str = r#"
[roles.admin]
allow = ["**"]

[roles.owner]
allow = ["org:**"]
min_members = 1
max_members = 2

[roles.founder]
inherits = ["owner"]
"#;

/// RB-09, RB-11: INCITS 359's cardinality: members by inheritance, everywhere and in the future
/// count, each once.
#[test]
fn a_role_has_no_more_members_than_it_may() {
    let policy = policy(BOUNDED);
    let (admin, none) = (admin(), Grants::new());
    let give = |grant: Grant, bob: &Grants, others: &[Grants]| {
        let names = ["eve", "dan", "fay"];
        let everybody: Vec<_> = names.into_iter().zip(others.iter().cloned()).collect();
        let everybody = [&everybody[..], &[("bob", bob.clone())]].concat();
        let (ada, bob) = (Principal::new("ada", &admin), Principal::new("bob", bob));
        let assignment = Assignment::new(grant, bob, ada).among(&everybody);
        policy.assign(&assignment, at(0)).map(drop)
    };
    let full = Err(Refusal::TooManyMembers {
        role: "owner".into(),
        most: 2,
    });
    let one = holding([acme("owner")]);
    for other in [
        acme("owner"),
        acme("founder"),
        everywhere("owner"),
        acme("owner").from(at(HOUR)),
    ] {
        let others = [one.clone(), holding([other])];
        for role in ["owner", "founder"] {
            assert_eq!(give(acme(role), &none, &others), full);
            assert_eq!(give(everywhere(role), &none, &others), full);
        }
        // who is a member already takes no other's place
        assert_eq!(give(acme("founder"), &one, &others), Ok(()));
    }
    for other in [globex("owner"), acme("owner").until(at(0)), acme("admin")] {
        let others = [one.clone(), holding([other])];
        assert_eq!(give(acme("owner"), &none, &others), Ok(()));
    }
    // two grants of one subject are one member
    let twice = holding([acme("owner"), everywhere("founder")]);
    assert_eq!(give(acme("owner"), &none, &[twice]), Ok(()));
    // one tenant is full: everywhere is too
    let others = [holding([globex("owner")]), holding([globex("owner")])];
    assert_eq!(give(everywhere("owner"), &none, &others), full);
    // a member in one place is not one everywhere
    assert_eq!(give(everywhere("owner"), &one, &others), full);
    assert_eq!(give(acme("owner"), &none, &others), Ok(()));
}

/// RB-11: nobody is not the same as nobody known.
#[test]
fn bounded_members_must_be_known() {
    let policy = policy(BOUNDED);
    let role = "owner".into();
    let refused = give(&policy, &Grants::new(), acme("founder"), 0).unwrap_err();
    assert_eq!(refused, Refusal::MembersUnknown { role });
}

const AFTER: &str = r#"
[roles.admin]
allow = ["**"]

[roles.employee]
allow = ["door:open"]

[roles.nurse]
inherits = ["employee"]
allow = ["ward:enter"]

[roles.surgeon]
inherits = ["employee"]
allow = ["theatre:enter"]
prerequisites = ["employee"]

[roles.chief]
inherits = ["surgeon"]
"#;

/// RB-11: INCITS 359 and RBAC96's prerequisite roles: held before, by another grant, over the
/// closure, in the same place and for as long.
#[test]
fn a_role_is_given_to_who_has_what_comes_before() {
    let policy = policy(AFTER);
    let needed: String = "employee".into();
    let give = |bob: Grant, grant| give(&policy, &holding([bob]), grant, 0).map(drop);
    let missing = Err(Refusal::Prerequisite { needed });
    let until = at(8 * HOUR);
    for role in ["surgeon", "chief"] {
        for held in [
            acme("admin"),
            globex("employee"),
            acme("employee").until(at(7 * HOUR)),
            acme("employee").from(at(1)),
        ] {
            assert_eq!(give(held, acme(role).until(until)), missing);
        }
        for held in [
            acme("employee"),
            acme("nurse").until(until),
            everywhere("employee"),
        ] {
            assert_eq!(give(held, acme(role).until(until)), Ok(()));
        }
        assert_eq!(give(acme("employee"), everywhere(role)), missing);
    }
}
