//! Promises of security pages, and Kubernetes' rules, from the file to the decision.
//!
//! The promises are S1-16 (production access on a business need), S2-24 (staff access only to assist
//! with support) and S3-23 (owners, admins, users). The Kubernetes rules are those of "Using RBAC
//! Authorization", sections "Restrictions on role creation or update" and "Restrictions on role
//! binding creation or update" (kubernetes.io).

use portcullis::{
    Timestamp,
    rbac::{
        Assignment, Condition, Facts, Grant, Grants, Kind, Outcome, Permission, Policy, Principal,
        Reason, Refusal, Request, Scope, Withdrawal,
    },
};

use crate::support::{HOUR, acme, assign, at, everywhere, globex, holding, policy, tenant};

fn may(policy: &Policy, grants: &Grants, what: &str, facts: Facts<'_>, now: Timestamp) -> bool {
    let (acme, what) = (tenant("acme"), Permission::parse(what).unwrap());
    let request = Request::new("them", &acme, &what).with_facts(facts);
    policy.decide(grants, &request, now).is_allowed()
}

/// S2-24, RB-05: a customer lets the vendor's support in: read-only, with a reason and a ticket,
/// approved by a second person, for hours; the customer sees it and can end it, and the vendor
/// cannot let itself in.
#[test]
fn a_customer_lets_the_vendor_in_for_a_while() {
    let policy = policy(
        r#"
        [roles.support]
        allow = ["ticket:read", "project:read"]
        max_grant = "4h"
        grant_needs = ["reason", "approver"]

        [roles.customer_admin]
        allow = ["ticket:*", "project:*", "role:assign,withdraw,approve:support"]

        [roles.vendor_staff]
        allow = ["ticket:reply"]

        [roles.vendor_admin]
        allow = ["role:assign:vendor_staff"]
        "#,
    );
    let (ann, abe) = (
        holding([acme("customer_admin")]),
        holding([acme("customer_admin")]),
    );
    let (ann, abe) = (
        Principal::new("ann@acme", &ann),
        Principal::new("abe@acme", &abe),
    );
    let staff = holding([everywhere("vendor_staff"), everywhere("vendor_admin")]);
    let vic = Principal::new("vic@vendor", &staff);
    let grant = acme("support")
        .until(at(2 * HOUR))
        .because("ticket 4711: import fails");

    let by_vendor = Assignment::new(grant.clone(), vic, vic).approved_by(ann);
    assert!(matches!(
        policy.assign(&by_vendor, at(0)),
        Err(Refusal::NotAllowed { .. })
    ));
    let alone = Assignment::new(grant.clone(), vic, ann);
    assert_eq!(policy.assign(&alone, at(0)), Err(Refusal::NeedsApprover));
    let there = globex("support").until(at(2 * HOUR)).because("ticket 4711");
    let there = Assignment::new(there, vic, ann).approved_by(abe);
    assert!(matches!(
        policy.assign(&there, at(0)),
        Err(Refusal::NotAllowed { .. })
    ));

    let let_in = Assignment::new(grant, vic, ann).approved_by(abe);
    let vics = policy.assign(&let_in, at(0)).unwrap();
    let none = Facts::new();
    assert!(may(&policy, &vics, "project:read", none, at(2 * HOUR - 1)));
    assert!(!may(&policy, &vics, "project:read", none, at(2 * HOUR)));
    assert!(!may(&policy, &vics, "project:edit", none, at(0)));
    // what the customer sees in their list
    let seen: Vec<_> = vics
        .iter()
        .filter(|grant| grant.scope() == acme("x").scope())
        .collect();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].reason(), Some("ticket 4711: import fails"));
    assert_eq!(
        (seen[0].requester(), seen[0].approver()),
        (Some("ann@acme"), Some("abe@acme"))
    );
    let scope = acme("x").scope().clone();
    let vic = Principal::new("vic@vendor", &vics);
    let ended = policy
        .withdraw(&Withdrawal::new("support", &scope, vic, ann), at(HOUR))
        .unwrap();
    assert!(!may(&policy, &ended, "project:read", none, at(HOUR)));
    assert_eq!(ended, staff);
}

/// S1-16, RB-05, RB-04: production is entered by elevation: with a reason, approved by another, over
/// by itself, in the environment it was meant for; in an emergency by breaking glass, which shows.
#[test]
fn production_is_entered_on_a_business_need() {
    let policy = policy(
        r#"
        [roles.engineer]
        allow = [{ permission = "database:**", when = { environment = ["staging"] } }]

        [roles.production]
        allow = [{ permission = "database:**", when = { environment = ["production"], mfa_within = "1h" } }]
        max_grant = "8h"
        grant_needs = ["reason", "approver"]

        [roles.emergency]
        allow = [{ permission = "database:read", when = { environment = ["production"] } }]
        max_grant = "1h"

        [roles.on_call]
        allow = ["role:break_glass:emergency"]

        [roles.head]
        allow = ["database:**", "role:assign,approve:production"]
        "#,
    );
    let in_production = Facts::new().in_environment("production");
    let proved = in_production.second_factor_at(at(0));
    let eva = holding([acme("engineer"), acme("on_call")]);
    assert!(may(
        &policy,
        &eva,
        "database:read",
        in_production.in_environment("staging"),
        at(0)
    ));
    assert!(!may(&policy, &eva, "database:read", proved, at(0)));

    let head = holding([acme("head")]);
    let (hal, hue) = (Principal::new("hal", &head), Principal::new("hue", &head));
    let person = Principal::new("eva", &eva);
    let grant = acme("production")
        .until(at(8 * HOUR))
        .because("INC-7: restore an account");
    let elevation = Assignment::new(grant, person, hal).approved_by(hue);
    let elevated = policy.assign(&elevation, at(0)).unwrap();
    assert!(may(
        &policy,
        &elevated,
        "database:write",
        proved,
        at(HOUR - 1)
    ));
    assert!(!may(&policy, &elevated, "database:write", proved, at(HOUR)));
    let later = in_production.second_factor_at(at(8 * HOUR - 1));
    assert!(may(
        &policy,
        &elevated,
        "database:write",
        later,
        at(8 * HOUR - 1)
    ));
    assert!(!may(
        &policy,
        &elevated,
        "database:write",
        later,
        at(8 * HOUR)
    ));

    let grant = acme("emergency")
        .until(at(HOUR))
        .because("INC-8: nobody answers");
    let taken = policy
        .break_glass(&Assignment::to_oneself(grant, person), at(0))
        .unwrap();
    assert!(may(&policy, &taken, "database:read", in_production, at(0)));
    assert!(!may(
        &policy,
        &taken,
        "database:write",
        in_production,
        at(0)
    ));
    let shown = taken
        .iter()
        .filter(|grant| grant.kind() == Kind::BreakGlass);
    assert_eq!(shown.count(), 1);
    let (acme, read) = (tenant("acme"), Permission::parse("database:read").unwrap());
    let elsewhere = Request::new("eva", &acme, &read);
    let condition = Condition::Environment;
    let denied = Outcome::Deny(Reason::ConditionUnmet { condition });
    assert_eq!(policy.decide(&taken, &elsewhere, at(0)).outcome(), denied);
}

/// S3-23, RB-09: owners, admins and users: an admin makes users and admins and no owner, and the
/// last owner cannot be removed, not even by themselves.
#[test]
fn owners_admins_and_users() {
    let policy = policy(
        r#"
        [roles.user]
        allow = ["project:read"]
        [roles.admin]
        inherits = ["user"]
        allow = ["project:**", "role:assign,withdraw:user,admin"]
        [roles.owner]
        inherits = ["admin"]
        allow = ["billing:**", "role:**"]
        min_members = 1
        "#,
    );
    let admin = holding([acme("admin")]);
    assert!(assign(&policy, &admin, acme("user")).is_ok());
    assert!(assign(&policy, &admin, acme("admin")).is_ok());
    assert!(assign(&policy, &admin, acme("owner")).is_err());
    let owner = holding([acme("owner")]);
    let second = assign(&policy, &owner, acme("owner")).unwrap();
    let scope = acme("x").scope().clone();
    let alone: Vec<(&str, Grants)> = Vec::new();
    let two = vec![("olga", owner.clone()), ("bob", second.clone())];
    let (olga, bob) = (
        Principal::new("olga", &owner),
        Principal::new("bob", &second),
    );
    let remove = Withdrawal::new("owner", &scope, bob, olga);
    let refused = policy
        .withdraw(&remove.clone().among(&alone), at(1))
        .unwrap_err();
    assert!(matches!(refused, Refusal::TooFewMembers { .. }));
    assert!(policy.withdraw(&remove.among(&two), at(1)).is_ok());
    let own = Withdrawal::new("owner", &scope, olga, olga).among(&two);
    let refused = policy.withdraw(&own, at(1)).unwrap_err();
    assert!(matches!(refused, Refusal::OwnAdministration { .. }));
}

/// RB-11: Kubernetes' example: user-1 may bind admin, edit and view in one namespace, without being
/// allowed what these are. There, `bind` on the role is enough; here nothing is, beside holding it.
#[test]
fn binding_a_role_needs_all_that_the_role_has() {
    let policy = policy(
        r#"
        [roles.view]
        allow = ["pods:get,list,watch"]
        [roles.edit]
        inherits = ["view"]
        allow = ["pods:create,update,delete", "secrets:get"]
        [roles.admin]
        inherits = ["edit"]
        allow = ["role:assign:*"]
        [roles.cluster_admin]
        allow = ["**"]
        [roles.role_grantor]
        allow = ["role:assign:admin,edit,view", "role:bind:admin,edit,view", "role:escalate:*"]
        "#,
    );
    let namespace = |role| Grant::new(role, Scope::Tenant(tenant("user-1-namespace")));
    let grantor = holding([namespace("role_grantor")]);
    for role in ["admin", "edit", "view"] {
        let refused = assign(&policy, &grantor, namespace(role)).unwrap_err();
        assert!(matches!(refused, Refusal::NotHeld { .. }), "{role}");
    }
    // "You can only create/update a role binding if you already have all the permissions contained
    // in the referenced role, at the same scope as the role binding"
    let user_1 = holding([namespace("role_grantor"), namespace("edit")]);
    assert!(assign(&policy, &user_1, namespace("view")).is_ok());
    assert!(assign(&policy, &user_1, namespace("edit")).is_ok());
    assert!(assign(&policy, &user_1, namespace("admin")).is_err());
    assert!(assign(&policy, &user_1, acme("view")).is_err());
    assert!(assign(&policy, &user_1, everywhere("view")).is_err());
    // the bootstrap role
    let root = holding([everywhere("cluster_admin")]);
    assert!(assign(&policy, &root, everywhere("admin")).is_ok());
    assert!(assign(&policy, &root, everywhere("cluster_admin")).is_ok());
}
