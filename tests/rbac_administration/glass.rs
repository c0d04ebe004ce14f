//! Breaking glass: a role taken in an emergency, and what keeps it one.

use std::time::Duration;

use portcullis::rbac::{
    Assignment, Grant, Grants, Kind, Permission, Policy, Principal, Refusal, Request, Who,
    Withdrawal,
};

use crate::support::{HOUR, acme, assign, at, everywhere, globex, holding, policy, tenant};

const ROLES: &str = r#"
[roles.operator]
allow = ["role:break_glass:rescue,rescuer,sibling,endless,audited"]

[roles.rescue]
allow = ["server:**", "role:break_glass:**", "role:assign:rescue"]
max_grant = "4h"

[roles.rescuer]
inherits = ["rescue"]
max_grant = "1d"

[roles.sibling]
inherits = ["rescue"]

[roles.endless]
allow = ["server:**"]

[roles.audited]
allow = ["log:read"]
max_grant = "4h"
grant_needs = ["approver"]

[roles.manager]
allow = ["role:approve:audited", "role:withdraw:rescue"]

[roles.maker]
allow = ["payment:make"]
max_grant = "4h"

[roles.checker]
allow = ["payment:check", "role:break_glass:maker"]

[[separation]]
kind = "static"
roles = ["maker", "checker"]
n = 2
"#;

const MOST: Duration = Duration::from_secs(4 * 3600);

fn take(policy: &Policy, bob: &Grants, grant: Grant, now: u64) -> Result<Grants, Refusal> {
    let bob = Principal::new("bob", bob);
    policy.break_glass(&Assignment::to_oneself(grant, bob), at(now))
}

fn rescue(until: u64) -> Grant {
    acme("rescue").until(at(until)).because("the site is down")
}

/// RB-05: who may takes a role that they do not hold, and the grant says so, also when it is over.
#[test]
fn a_role_is_taken_in_an_emergency_and_marked() {
    let policy = policy(ROLES);
    let operator = holding([acme("operator")]);
    let bob = take(&policy, &operator, rescue(HOUR), 0).unwrap();
    let taken: Vec<_> = bob
        .iter()
        .filter(|grant| grant.kind() == Kind::BreakGlass)
        .collect();
    let expected = rescue(HOUR)
        .from(at(0))
        .by_breaking_glass()
        .requested_by("bob");
    assert_eq!(taken, [&expected]);
    let (acme, restart) = (tenant("acme"), Permission::parse("server:restart").unwrap());
    let request = Request::new("bob", &acme, &restart);
    assert!(policy.decide(&bob, &request, at(HOUR - 1)).is_allowed());
    assert!(!policy.decide(&bob, &request, at(HOUR)).is_allowed());
}

/// RB-05: who may not, for longer, without a reason, or not now, does not.
#[test]
fn a_role_is_not_taken_otherwise() {
    let policy = policy(ROLES);
    let operator = holding([acme("operator")]);
    let refused = |grant| take(&policy, &operator, grant, 0).unwrap_err();
    let most = MOST;
    assert_eq!(
        refused(acme("rescue").until(at(HOUR))),
        Refusal::NeedsReason
    );
    assert_eq!(
        refused(acme("rescue").because("x")),
        Refusal::NeedsEnd { most }
    );
    assert_eq!(refused(rescue(4 * HOUR + 1)), Refusal::TooLong { most });
    let shorter = acme("rescuer").until(at(5 * HOUR)).because("x");
    assert_eq!(refused(shorter), Refusal::TooLong { most });
    let endless = acme("endless").until(at(HOUR)).because("x");
    assert_eq!(refused(endless), Refusal::NoLimit);
    // not a store of emergencies to come: it begins now, and so is too long
    let later = rescue(28 * HOUR).from(at(24 * HOUR));
    assert_eq!(refused(later), Refusal::TooLong { most });
    let who = Who::Subject;
    let permission = Permission::parse("role:break_glass:rescue").unwrap();
    let refusal = Refusal::NotAllowed { who, permission };
    let outside = Grant::new("rescue", globex("x").scope().clone())
        .until(at(HOUR))
        .because("x");
    assert_eq!(refused(outside), refusal);
    let everywhere = everywhere("rescue").until(at(HOUR)).because("x");
    assert_eq!(refused(everywhere), refusal);
    let nobody = take(&policy, &Grants::new(), rescue(HOUR), 0);
    assert_eq!(nobody, Err(refusal));
    let unknown = acme("rescues").until(at(HOUR)).because("x");
    assert_eq!(refused(unknown), Refusal::UnknownRole);
}

/// RB-05: glass is not broken for somebody else.
#[test]
fn a_role_is_taken_for_oneself() {
    let policy = policy(ROLES);
    let operator = holding([acme("operator")]);
    let (ada, bob) = (
        Principal::new("ada", &operator),
        Principal::new("bob", &operator),
    );
    let refused = policy.break_glass(&Assignment::new(rescue(HOUR), bob, ada), at(0));
    assert_eq!(refused, Err(Refusal::NotOneself));
}

/// RB-05: nobody lives on broken glass: after it a rest as long as the longest that was possible,
/// also by a role that has it as a part, everywhere and in one place.
#[test]
fn glass_is_not_broken_again_and_again() {
    let policy = policy(ROLES);
    let operator = holding([everywhere("operator")]);
    let bob = take(&policy, &operator, rescue(HOUR), 0).unwrap();
    let until = at(5 * HOUR);
    for now in [0, HOUR - 1, HOUR, 5 * HOUR - 1] {
        for role in ["rescue", "rescuer"] {
            for grant in [acme(role), everywhere(role)] {
                let grant = grant.until(at(now + HOUR)).because("again");
                let refused = take(&policy, &bob, grant, now).unwrap_err();
                assert_eq!(refused, Refusal::TooSoon { until }, "{now} {role}");
            }
        }
    }
    assert!(take(&policy, &bob, rescue(6 * HOUR), 5 * HOUR).is_ok());
    let elsewhere = globex("rescue").until(at(HOUR)).because("there too");
    assert!(take(&policy, &bob, elsewhere, 0).is_ok());
}

/// RB-05: nor after the role was given, nor by turns with another role that inherits what is bounded.
#[test]
fn a_rest_is_kept_after_every_grant_of_the_role() {
    let policy = policy(ROLES);
    let until = at(5 * HOUR);
    for had in [
        acme("rescue"),
        acme("rescuer"),
        acme("sibling"),
        everywhere("rescue"),
    ] {
        let bob = holding([everywhere("operator"), had.until(at(HOUR))]);
        for role in ["rescue", "sibling"] {
            let again = |now| {
                let grant = acme(role).until(at(now + HOUR)).because("again");
                take(&policy, &bob, grant, now).map(drop)
            };
            assert_eq!(again(5 * HOUR - 1), Err(Refusal::TooSoon { until }));
            assert_eq!(again(5 * HOUR), Ok(()));
        }
    }
}

/// RB-05: what is taken is not a ladder: it gives no right to take, to give or to approve.
#[test]
fn what_is_taken_is_not_passed_on() {
    let policy = policy(ROLES);
    let taken = holding([rescue(HOUR).by_breaking_glass()]);
    let refused = |result: Result<Grants, Refusal>| {
        assert!(
            matches!(result, Err(Refusal::NotAllowed { .. })),
            "{result:?}"
        );
    };
    let endless = acme("endless").until(at(HOUR)).because("x");
    refused(take(&policy, &taken, endless, 0));
    refused(assign(&policy, &taken, acme("rescue").until(at(HOUR))));
    // held by an ordinary grant, it is
    let given = holding([rescue(HOUR)]);
    assert!(assign(&policy, &given, acme("rescue").until(at(HOUR))).is_ok());
}

/// RB-05: who withdraws what was taken ends it, and leaves it on record: else it could be taken
/// again at once.
#[test]
fn what_was_taken_stays_on_record() {
    let policy = policy(ROLES);
    let operator = holding([acme("operator")]);
    let bob = take(&policy, &operator, rescue(2 * HOUR), 0).unwrap();
    let (manager, scope) = (holding([acme("manager")]), acme("rescue").scope().clone());
    let withdraw = |from: &Grants, now| {
        let (eve, bob) = (Principal::new("eve", &manager), Principal::new("bob", from));
        policy.withdraw(&Withdrawal::new("rescue", &scope, bob, eve), at(now))
    };
    let bob = withdraw(&bob, HOUR).unwrap();
    let ends: Vec<_> = bob.iter().filter_map(Grant::ends).collect();
    assert_eq!(ends, [at(HOUR)]);
    let again = take(&policy, &bob, rescue(3 * HOUR), 2 * HOUR);
    assert_eq!(
        again,
        Err(Refusal::TooSoon {
            until: at(5 * HOUR)
        })
    );
    // and is not made longer by withdrawing it once more
    assert_eq!(withdraw(&bob, 2 * HOUR), Ok(bob));
}

/// RB-05: a role whose grants need an approver needs one in an emergency, too.
#[test]
fn a_need_is_a_need_in_an_emergency() {
    let policy = policy(ROLES);
    let (operator, manager) = (holding([acme("operator")]), holding([acme("manager")]));
    let grant = acme("audited").until(at(HOUR)).because("x");
    let refused = take(&policy, &operator, grant.clone(), 0);
    assert_eq!(refused, Err(Refusal::NeedsApprover));
    let bob = Principal::new("bob", &operator);
    let by = |name| {
        let assignment = Assignment::to_oneself(grant.clone(), bob);
        let approver = Principal::new(name, &manager);
        policy
            .break_glass(&assignment.approved_by(approver), at(0))
            .map(drop)
    };
    assert_eq!(by("eve"), Ok(()));
    assert_eq!(by("bob"), Err(Refusal::ApproverInvolved));
}

/// RB-05, RB-08: an emergency is no way around the separation of duty.
#[test]
fn duties_stay_apart_in_an_emergency() {
    let policy = policy(ROLES);
    let checker = holding([acme("checker")]);
    let grant = acme("maker").until(at(HOUR)).because("x");
    let refused = take(&policy, &checker, grant, 0).unwrap_err();
    let roles = vec!["checker".into(), "maker".into()];
    assert_eq!(refused, Refusal::Separated { roles, n: 2 });
}
