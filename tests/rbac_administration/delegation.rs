//! Delegation: what one may pass on. The rule is that of Kubernetes, "privilege escalation
//! prevention and bootstrapping" (kubernetes.io/docs/reference/access-authn-authz/rbac): one binds
//! only a role all of whose permissions one has, in the same scope as the binding. Here there is no
//! verb that excuses from it.

use std::time::Duration;

use portcullis::rbac::{
    Assignment, Facts, Grants, Kind, Pattern, Permission, Policy, Principal, Refusal, Request, Who,
};

use crate::support::{
    HOUR, acme, assign, assign_to, at, everywhere, globex, holding, policy, tenant,
};

const ROLES: &str = r#"
[roles.viewer]
allow = ["project:read"]

[roles.editor]
inherits = ["viewer"]
allow = ["project:edit"]

[roles.lead]
inherits = ["editor"]
allow = ["billing:**"]

[roles.staff]
allow = ["role:assign:*"]

[roles.limited]
deny = ["billing:invoice:void"]

[roles.careful]
allow = ["project:read"]
require = { mfa_within = "1h" }
"#;

fn pattern(text: &str) -> Pattern {
    Pattern::parse(text).unwrap()
}

fn not_allowed(who: Who, permission: &'static str) -> Refusal {
    let permission = Permission::parse(permission).unwrap();
    Refusal::NotAllowed { who, permission }
}

/// RB-11: who may assign and holds what the role gives, gives it; the grant says by whom, and
/// begins now.
#[test]
fn what_one_has_one_can_give() {
    let ada = holding([acme("staff"), acme("lead")]);
    let bob = assign(&policy(ROLES), &ada, acme("editor").because("new")).unwrap();
    let expected = acme("editor")
        .from(at(0))
        .because("new")
        .requested_by("ada");
    assert_eq!(bob, holding([expected]));
}

/// RB-11: Kubernetes' rule: without the verb, or without one permission of the role, no binding.
#[test]
fn what_one_does_not_have_one_cannot_give() {
    let policy = policy(ROLES);
    let give = |ada: &Grants, role| assign(&policy, ada, acme(role)).unwrap_err();
    let lead = holding([acme("lead")]);
    let refusal = not_allowed(Who::Granter, "role:assign:editor");
    assert_eq!(give(&lead, "editor"), refusal);
    let staff = holding([acme("staff")]);
    let pattern = pattern("project:read");
    assert_eq!(give(&staff, "viewer"), Refusal::NotHeld { pattern });
    // their own role they hold
    assert!(assign(&policy, &staff, acme("staff")).is_ok());
}

/// RB-11: a role gives what it inherits, however far up.
#[test]
fn what_a_role_inherits_is_given_with_it() {
    let ada = holding([acme("staff"), acme("editor")]);
    let pattern = pattern("billing:**");
    let policy = policy(ROLES);
    let refused = assign(&policy, &ada, acme("lead")).unwrap_err();
    assert_eq!(refused, Refusal::NotHeld { pattern });
    // a role above it that states nothing itself gives the same
    let above = self::policy_with("[roles.boss]\ninherits = [\"lead\"]");
    let refused = assign(&above, &ada, acme("boss")).unwrap_err();
    assert!(matches!(refused, Refusal::NotHeld { .. }));
}

fn policy_with(more: &str) -> Policy {
    policy(&format!("{ROLES}\n{more}"))
}

/// RB-11: a pattern is held by one that implies it, and not by several that only touch it.
#[test]
fn a_wider_pattern_is_not_held_by_narrower_ones() {
    let wide = policy_with("[roles.all]\nallow = [\"project:*\"]");
    let ada = holding([acme("staff"), acme("lead")]);
    let refused = assign(&wide, &ada, acme("all")).unwrap_err();
    let all = pattern("project:*");
    assert_eq!(refused, Refusal::NotHeld { pattern: all });
    let ada = holding([acme("staff"), acme("all")]);
    assert!(assign(&wide, &ada, acme("editor")).is_ok());
}

/// RB-11, RB-02: a tenant's administrator stays in the tenant, and everywhere is more than every
/// tenant they know.
#[test]
fn a_grant_goes_no_further_than_those_of_who_gives_it() {
    let policy = policy(ROLES);
    let ada = holding([acme("staff"), acme("viewer")]);
    for grant in [globex("viewer"), everywhere("viewer")] {
        let refused = assign(&policy, &ada, grant).unwrap_err();
        assert_eq!(refused, not_allowed(Who::Granter, "role:assign:viewer"));
    }
    // the right to assign reaches further than what is held
    let ada = holding([everywhere("staff"), acme("viewer"), globex("viewer")]);
    let pattern = pattern("project:read");
    let refused = assign(&policy, &ada, everywhere("viewer")).unwrap_err();
    assert_eq!(refused, Refusal::NotHeld { pattern });
    assert!(assign(&policy, &ada, globex("viewer")).is_ok());
    let ada = holding([everywhere("staff"), everywhere("viewer")]);
    assert!(assign(&policy, &ada, everywhere("viewer")).is_ok());
}

/// RB-11, RB-04: what one holds under a condition one gives under that condition or a narrower one.
#[test]
fn a_condition_is_not_lost_on_the_way() {
    let policy = policy_with(
        r#"
        [roles.author]
        allow = [{ permission = "note:edit", when = "owner" }]
        [roles.anybody]
        allow = ["note:edit"]
        [roles.strict]
        allow = ["project:read"]
        require = { mfa_within = "30m" }
        "#,
    );
    let read = || pattern("project:read");
    let give = |held: &str, role: &str| {
        let ada = holding([acme("staff"), acme(held)]);
        assign(&policy, &ada, acme(role)).map(drop)
    };
    let refused = Refusal::HeldUnderConditions { pattern: read() };
    assert_eq!(give("careful", "viewer"), Err(refused.clone()));
    assert_eq!(give("strict", "careful"), Err(refused));
    assert_eq!(give("careful", "careful"), Ok(()));
    assert_eq!(give("careful", "strict"), Ok(()));
    assert_eq!(give("viewer", "careful"), Ok(()));
    let pattern = pattern("note:edit");
    let refused = Refusal::HeldUnderConditions { pattern };
    assert_eq!(give("author", "anybody"), Err(refused));
    assert_eq!(give("author", "author"), Ok(()));
    assert_eq!(give("anybody", "author"), Ok(()));
}

/// RB-11, RB-05: a grant ends with what it was given from.
#[test]
fn a_grant_does_not_outlast_those_of_who_gives_it() {
    let policy = policy(ROLES);
    let ada = holding([acme("staff"), acme("viewer").until(at(HOUR))]);
    let refused = Refusal::Outlasts {
        given: "project:read".into(),
        until: at(HOUR),
    };
    for grant in [acme("viewer"), acme("viewer").until(at(HOUR + 1))] {
        assert_eq!(assign(&policy, &ada, grant), Err(refused.clone()));
    }
    assert!(assign(&policy, &ada, acme("viewer").until(at(HOUR))).is_ok());
    // what will be held is not held
    let ada = holding([acme("staff"), acme("viewer").from(at(HOUR))]);
    let later = acme("viewer").from(at(2 * HOUR));
    let refused = assign(&policy, &ada, later).unwrap_err();
    assert!(matches!(refused, Refusal::NotHeld { .. }));
}

/// RB-11: what is denied to somebody they do not give to a second account.
#[test]
fn a_denial_is_not_left_behind() {
    let policy = policy_with("[roles.clerk]\ninherits = [\"lead\", \"limited\"]");
    let refused = Refusal::DeniedToGranter {
        pattern: pattern("billing:**"),
        denial: pattern("billing:invoice:void"),
    };
    for denial in [
        acme("limited"),
        everywhere("limited"),
        acme("limited").from(at(HOUR)),
    ] {
        let ada = holding([acme("staff"), acme("lead"), denial]);
        assert_eq!(assign(&policy, &ada, acme("lead")), Err(refused.clone()));
        assert!(assign(&policy, &ada, acme("clerk")).is_ok());
        assert!(assign(&policy, &ada, acme("editor")).is_ok());
    }
    // over before the denial begins, or the denial elsewhere
    let ada = holding([acme("staff"), acme("lead"), acme("limited").from(at(HOUR))]);
    assert!(assign(&policy, &ada, acme("lead").until(at(HOUR))).is_ok());
    let ada = holding([everywhere("staff"), everywhere("lead"), globex("limited")]);
    assert!(assign(&policy, &ada, acme("lead")).is_ok());
    assert_eq!(assign(&policy, &ada, everywhere("lead")), Err(refused));
}

/// RB-11: what is denied now about assigning is denied, whatever allows it.
#[test]
fn who_is_denied_to_assign_does_not_assign() {
    let policy = policy_with("[roles.suspended]\ndeny = [\"role:**\"]");
    let grants = [
        everywhere("staff"),
        everywhere("viewer"),
        globex("suspended"),
    ];
    let ada = holding(grants);
    assert!(assign(&policy, &ada, acme("viewer")).is_ok());
    for grant in [globex("viewer"), everywhere("viewer")] {
        let refused = assign(&policy, &ada, grant).unwrap_err();
        assert_eq!(refused, not_allowed(Who::Granter, "role:assign:viewer"));
    }
}

/// RB-11, RB-05: who will be denied to assign assigns until then.
#[test]
fn a_denial_to_assign_counts_from_when_it_begins() {
    let policy = policy_with("[roles.suspended]\ndeny = [\"role:**\"]");
    let later = acme("suspended").from(at(HOUR));
    let ada = holding([acme("staff"), acme("viewer"), later]);
    let bob = Grants::new();
    assert!(assign_to(&policy, &ada, &bob, acme("viewer"), at(HOUR - 1)).is_ok());
    assert!(assign_to(&policy, &ada, &bob, acme("viewer"), at(HOUR)).is_err());
}

/// RB-11, RB-04: the right to assign may ask for a second factor.
#[test]
fn who_assigns_may_have_to_prove_a_second_factor() {
    let policy = policy(
        r#"
        [roles.viewer]
        allow = ["project:read"]
        [roles.staff]
        inherits = ["viewer"]
        allow = ["role:assign:*"]
        require = { mfa_within = "1h" }
        [roles.careful]
        allow = ["project:read"]
        require = { mfa_within = "1h" }
        "#,
    );
    let (ada, bob) = (holding([acme("staff")]), Grants::new());
    let by = |facts| {
        let ada = Principal::new("ada", &ada).with_facts(facts);
        let assignment = Assignment::new(acme("careful"), Principal::new("bob", &bob), ada);
        policy.assign(&assignment, at(HOUR)).map(drop)
    };
    let (who, within) = (Who::Granter, Duration::from_secs(3600));
    let challenge = Refusal::StepUpRequired { who, within };
    assert_eq!(by(Facts::new()), Err(challenge.clone()));
    assert_eq!(by(Facts::new().second_factor_at(at(0))), Err(challenge));
    assert_eq!(by(Facts::new().second_factor_at(at(1))), Ok(()));
}

/// RB-11: a name that no policy defines today may mean anything tomorrow.
#[test]
fn a_role_that_the_policy_does_not_know_is_not_given() {
    let policy = policy(ROLES);
    let ada = holding([acme("staff"), acme("lead"), acme("future")]);
    let refused = assign(&policy, &ada, acme("future")).unwrap_err();
    assert_eq!(refused, Refusal::UnknownRole);
    let refused = assign(&policy, &ada, acme("Viewer")).unwrap_err();
    assert_eq!(refused, Refusal::UnknownRole);
}

/// RB-11: what counts is what the role gives under the policy of today, not what it gave when the
/// granter got theirs.
#[test]
fn a_role_that_became_powerful_is_not_passed_on_by_who_is_not() {
    let ada = holding([acme("staff"), acme("viewer")]);
    assert!(assign(&policy(ROLES), &ada, acme("editor")).is_err());
    let old = policy_with("[roles.badge]");
    assert!(assign(&old, &ada, acme("badge")).is_ok());
    let new = policy_with("[roles.badge]\nallow = [\"payroll:read\"]");
    let pattern = pattern("payroll:read");
    let refused = Refusal::NotHeld { pattern };
    assert_eq!(assign(&new, &ada, acme("badge")), Err(refused));
}

/// RB-05: who took part is recorded, not what the grant says of itself; and it does not reach into
/// the past.
#[test]
fn a_grant_does_not_say_of_itself_who_approved_it() {
    let ada = holding([acme("staff"), acme("viewer")]);
    let forged = acme("viewer")
        .requested_by("eve")
        .approved_by("the board")
        .by_breaking_glass();
    let bob = assign(&policy(ROLES), &ada, forged).unwrap();
    let grant = bob.iter().next().unwrap();
    assert_eq!((grant.requester(), grant.approver()), (Some("ada"), None));
    assert_eq!((grant.kind(), grant.starts()), (Kind::Ordinary, at(0)));
    let later = assign(&policy(ROLES), &ada, acme("viewer").from(at(1))).unwrap();
    assert_eq!(later.iter().next().unwrap().starts(), at(1));
}

/// RB-05: nothing is given that is over, and nothing to or by nobody.
#[test]
fn a_grant_that_is_over_or_to_nobody_is_refused() {
    let policy = policy(ROLES);
    let ada = holding([acme("staff"), acme("viewer")]);
    for grant in [
        acme("viewer").until(at(0)),
        acme("viewer").from(at(HOUR)).until(at(HOUR)),
    ] {
        assert_eq!(assign(&policy, &ada, grant), Err(Refusal::AlreadyOver));
    }
    let none = Grants::new();
    for (giver, receiver) in [("ada", ""), ("", "bob")] {
        let (giver, receiver) = (Principal::new(giver, &ada), Principal::new(receiver, &none));
        let refused = policy.assign(&Assignment::new(acme("viewer"), receiver, giver), at(0));
        assert!(matches!(refused, Err(Refusal::Invalid(_))));
    }
}

/// RB-11: oneself is nobody special: what one holds one can hold again, and no longer and no wider.
#[test]
fn nobody_gives_themselves_more() {
    let policy = policy(ROLES);
    let ada = holding([
        acme("staff").until(at(HOUR)),
        acme("viewer").until(at(HOUR)),
    ]);
    let give = |grant| {
        let ada = Principal::new("ada", &ada);
        policy.assign(&Assignment::to_oneself(grant, ada), at(0))
    };
    for grant in [
        acme("editor"),
        globex("viewer"),
        everywhere("viewer"),
        acme("viewer"),
    ] {
        assert!(give(grant).is_err());
    }
    assert!(give(acme("staff").until(at(HOUR))).is_ok());
}

/// RB-11: a chain of accounts gives the last no more than the first had.
#[test]
fn a_chain_of_accounts_adds_nothing() {
    let policy = policy(ROLES);
    let (acme_tenant, edit) = (tenant("acme"), Permission::parse("project:edit").unwrap());
    let mut giver = holding([
        acme("staff").until(at(HOUR)),
        acme("viewer").until(at(HOUR)),
    ]);
    for account in 0..5 {
        let mut next = Grants::new();
        for role in ["staff", "viewer", "editor", "lead"] {
            let grant = acme(role).until(at(HOUR));
            next = assign_to(&policy, &giver, &next, grant, at(account)).unwrap_or(next);
        }
        assert_eq!(next.iter().len(), 2, "{account}");
        let request = Request::new("them", &acme_tenant, &edit);
        assert!(!policy.decide(&next, &request, at(account)).is_allowed());
        giver = next;
    }
    assert_eq!(
        giver.iter().filter_map(|grant| grant.ends()).max(),
        Some(at(HOUR))
    );
}

/// RB-11: roles of many rules are compared in bounded time: the same patterns at once, others one by
/// one, and beyond some million pairs not at all.
#[test]
fn a_role_of_many_rules_is_given_or_refused_in_bounded_time() {
    let rules = |tail: &str| {
        let rules: Vec<_> = (0..3000).map(|i| format!("\"r{i:04}:{tail}\"")).collect();
        rules.join(", ")
    };
    let policy = policy_with(&format!(
        "[roles.many]\nallow = [{}]\n[roles.wide]\nallow = [{}]",
        rules("read"),
        rules("*")
    ));
    let ada = holding([acme("staff"), acme("many")]);
    assert!(assign(&policy, &ada, acme("many")).is_ok());
    let ada = holding([acme("staff"), acme("wide")]);
    assert_eq!(assign(&policy, &ada, acme("many")), Err(Refusal::TooLarge));
}
