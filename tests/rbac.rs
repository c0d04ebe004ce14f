//! Roles, tenants and fields decide as the policy says.
#![cfg(feature = "rbac")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    clippy::cast_possible_truncation,
    unreachable_pub,
    reason = "tests stop at what they did not expect"
)]

#[path = "rbac/allocations.rs"]
mod allocations;
#[path = "rbac/grants.rs"]
mod grants;
#[path = "rbac/loading.rs"]
mod loading;
#[path = "rbac/masks.rs"]
mod masks;
#[path = "rbac/patterns.rs"]
mod patterns;

use std::{borrow::Cow, time::Duration};

use portcullis::{
    Timestamp,
    rbac::{
        Decision, Error, Facts, Fault, Grant, Grants, Outcome, Permission, Policy, Reason, Request,
        Scope, SecondFactor, Tenant, Visibility,
    },
};

/// 2026-11-21T09:00:00Z.
const NINE: u64 = 1_795_251_600_000;
const HOUR: u64 = 3_600_000;

const POLICY: &str = r#"
portcullis = 1

[roles.user]
allow = ["project:read", "project:comment"]

[roles.admin]
inherits = ["user"]
allow = ["project:*", "member:invite,remove"]
require = { mfa_within = "12h" }

[roles.owner]
inherits = ["admin"]
allow = ["billing:**"]

[roles.support]
allow = ["ticket:read,reply", { permission = "note:edit:*", when = "owner" }]

[roles.limited]
inherits = ["user"]
deny = ["contact:read:email", "project:comment"]

[[field]]
name = "contact.email"
class = "pii"
show = ["admin"]
mask = ["support"]

[[field]]
name = "contact.address.city"
show = ["user"]

[[field]]
name = "contact.salary"
"#;

fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(NINE + millis)
}

fn policy() -> Policy {
    POLICY.parse().unwrap()
}

fn tenant(name: &str) -> Tenant {
    Tenant::new(name).unwrap()
}

fn in_acme(role: &str) -> Grant {
    Grant::new(role, Scope::Tenant(tenant("acme")))
}

fn holding(grants: impl IntoIterator<Item = Grant>) -> Grants {
    let mut all = Grants::new();
    for grant in grants {
        all = all.with(grant).unwrap();
    }
    all
}

fn roles<const N: usize>(roles: [&str; N]) -> Grants {
    holding(roles.map(in_acme))
}

/// What `ada` is told who asks in acme at nine, with a second factor proved a moment ago.
fn ask(policy: &Policy, grants: &Grants, permission: &str) -> String {
    let (acme, permission) = (tenant("acme"), Permission::parse(permission).unwrap());
    let request = Request::new("ada", &acme, &permission).second_factor_at(at(0));
    said(policy.decide(grants, &request, at(0)))
}

/// The decision as it is printed, without the policy's version, which is the same for all.
fn said(decision: Decision<'_>) -> String {
    let line = decision.to_string();
    let (what, version) = line.split_once("; policy ").unwrap();
    assert_eq!(version, format!("{:.8}", decision.version()));
    what.to_owned()
}

/// S0-04, S1-15, RB-01: deny by default.
#[test]
fn denies_what_no_role_allows() {
    let policy = policy();
    for grants in [Grants::new(), roles(["support"]), roles(["no-such-role"])] {
        assert_eq!(
            ask(&policy, &grants, "project:read"),
            "denied: no role allows it"
        );
    }
    let empty: Policy = "portcullis = 1".parse().unwrap();
    assert_eq!(
        ask(&empty, &roles(["user"]), "project:read"),
        "denied: no role allows it"
    );
}

/// S3-23, RB-01: owners, admins and users.
#[test]
fn a_role_may_what_it_allows_and_what_it_inherits() {
    let policy = policy();
    assert_eq!(
        ask(&policy, &roles(["user"]), "project:read"),
        "allowed: role `user` may `project:read`"
    );
    assert_eq!(
        ask(&policy, &roles(["user"]), "project:delete"),
        "denied: no role allows it"
    );
    assert_eq!(
        ask(&policy, &roles(["admin"]), "project:delete"),
        "allowed: role `admin` may `project:*`"
    );
    assert_eq!(
        ask(&policy, &roles(["admin"]), "billing:invoice:pay"),
        "denied: no role allows it"
    );
    assert_eq!(
        ask(&policy, &roles(["owner"]), "billing:invoice:pay"),
        "allowed: role `owner` may `billing:**`"
    );
    assert_eq!(
        ask(&policy, &roles(["owner"]), "member:remove"),
        "allowed: role `owner` may `member:invite,remove`, as `admin`"
    );
}

/// RB-01: one precedence, whatever the order of the file and whoever else allows it.
#[test]
fn a_denial_beats_every_allowance() {
    let policy = policy();
    let denied = "denied: role `limited` must not `project:comment`";
    assert_eq!(ask(&policy, &roles(["limited"]), "project:comment"), denied);
    assert_eq!(
        ask(&policy, &roles(["limited", "owner"]), "project:comment"),
        denied
    );
    // whether the role that denies comes before the one that allows or after it
    assert_eq!(
        ask(&policy, &roles(["admin", "limited"]), "project:comment"),
        denied
    );
    let everywhere = holding([in_acme("owner"), Grant::new("limited", Scope::Everywhere)]);
    assert_eq!(ask(&policy, &everywhere, "project:comment"), denied);
    assert!(ask(&policy, &roles(["limited", "owner"]), "project:read").starts_with("allowed"));
}

/// RB-01: a denial hits whoever inherits the role, and is named with both.
#[test]
fn a_denial_on_a_role_hits_whoever_inherits_it() {
    let policy: Policy = "portcullis = 1
        [roles.base]
        deny = ['a:b']
        [roles.middle]
        inherits = ['base']
        [roles.top]
        inherits = ['middle']
        allow = ['a:*']"
        .parse()
        .unwrap();
    assert_eq!(
        ask(&policy, &roles(["top"]), "a:b"),
        "denied: role `top` must not `a:b`, as `base`"
    );
    assert!(ask(&policy, &roles(["top"]), "a:c").starts_with("allowed"));
}

/// RB-01, RB-05: a denial counts only while its grant is active, and only in its tenant.
#[test]
fn a_denial_of_another_tenant_or_time_denies_nothing() {
    let policy = policy();
    let elsewhere = Grant::new("limited", Scope::Tenant(tenant("globex")));
    for limited in [
        elsewhere,
        in_acme("limited").until(at(0)),
        in_acme("limited").from(at(1)),
    ] {
        let grants = holding([in_acme("user"), limited]);
        assert!(ask(&policy, &grants, "project:comment").starts_with("allowed"));
    }
}

/// S1-18, RB-02: a grant counts in its own tenant and in no other.
#[test]
fn a_grant_in_one_tenant_allows_nothing_in_another() {
    let policy = policy();
    let read = Permission::parse("project:read").unwrap();
    let (here, everywhere) = (
        roles(["user"]),
        holding([Grant::new("user", Scope::Everywhere)]),
    );
    for (name, expected) in [
        ("acme", None),
        ("globex", Some(Reason::OtherTenant)),
        ("Acme", Some(Reason::OtherTenant)),
    ] {
        let tenant = tenant(name);
        let request = Request::new("ada", &tenant, &read);
        let refused = match policy.decide(&here, &request, at(0)).outcome() {
            Outcome::Allow(_) => None,
            Outcome::Deny(reason) => Some(reason),
        };
        assert_eq!(refused, expected, "{name}");
        assert!(
            policy.decide(&everywhere, &request, at(0)).is_allowed(),
            "{name}"
        );
    }
}

/// S1-18, RB-02: there is no asking for all tenants.
#[test]
fn a_tenant_has_a_name_and_no_wildcard() {
    for (name, column, fault) in [
        ("", 1, Fault::Empty),
        ("*", 1, Fault::Character),
        ("acme*", 5, Fault::Character),
        ("acme corp", 5, Fault::Character),
        ("аcme", 1, Fault::Character),
        ("ac\0me", 3, Fault::Character),
        (&"x".repeat(129), 129, Fault::LiteralTooLong),
    ] {
        assert_eq!(
            Tenant::new(name),
            Err(Error::Syntax { column, fault }),
            "{name}"
        );
    }
    assert_eq!(tenant(&"x".repeat(128)).as_str().len(), 128);
}

/// S0-13: access to resources, not only to functions.
#[test]
fn what_belongs_to_its_owner_is_for_its_owner() {
    let (policy, grants) = (policy(), roles(["support"]));
    let (acme, edit) = (tenant("acme"), Permission::parse("note:edit:17").unwrap());
    for (subject, owner, expected) in [
        ("ada", Some("ada"), true),
        ("ada", Some("bob"), false),
        ("ada", Some("Ada"), false),
        ("ada", None, false),
        ("ada", Some(""), false),
        ("", Some(""), false),
    ] {
        let mut request = Request::new(subject, &acme, &edit);
        if let Some(owner) = owner {
            request = request.owned_by(owner);
        }
        let decision = policy.decide(&grants, &request, at(0));
        assert_eq!(decision.is_allowed(), expected, "{subject:?} {owner:?}");
    }
}

/// S0-18, S1-14: without a second factor that is young enough there is a challenge, not an allowance.
#[test]
fn a_role_that_requires_a_second_factor_allows_nothing_without_it() {
    let (policy, grants) = (policy(), roles(["owner"]));
    let (acme, within) = (tenant("acme"), Duration::from_secs(12 * 60 * 60));
    // of the role that requires it, inherited by it, and of a role that inherits it
    for permission in ["project:delete", "project:read", "billing:pay"] {
        let permission = Permission::parse(permission).unwrap();
        let request = Request::new("ada", &acme, &permission);
        for (factor_at, expected) in [
            (None, false),
            (Some(0), true),
            (Some(12 * HOUR), true),
            // proved in the future: a clock went back
            (Some(12 * HOUR + 1), false),
        ] {
            let request = factor_at.map_or(request, |millis| request.second_factor_at(at(millis)));
            let decision = policy.decide(
                &grants,
                &request,
                at(12 * HOUR - u64::from(factor_at == Some(0))),
            );
            if expected {
                assert!(decision.is_allowed(), "{permission} {factor_at:?}");
            } else {
                assert_eq!(
                    decision.outcome(),
                    Outcome::Deny(Reason::StepUpRequired { within }),
                    "{permission} {factor_at:?}"
                );
            }
        }
        let old = request.second_factor_at(at(0));
        assert_eq!(
            policy.decide(&grants, &old, at(12 * HOUR)).outcome(),
            Outcome::Deny(Reason::StepUpRequired { within })
        );
    }
}

/// S0-18: the denials of a role do not wait for its second factor.
#[test]
fn a_denial_needs_no_second_factor() {
    let policy: Policy = "portcullis = 1
        [roles.user]
        allow = ['a:*']
        [roles.careful]
        deny = ['a:b']
        require = { mfa_within = '1s' }"
        .parse()
        .unwrap();
    let (acme, permission) = (tenant("acme"), Permission::parse("a:b").unwrap());
    let request = Request::new("ada", &acme, &permission);
    let decision = policy.decide(&roles(["user", "careful"]), &request, at(0));
    assert!(matches!(
        decision.outcome(),
        Outcome::Deny(Reason::ExplicitDeny { .. })
    ));
}

/// S1-14: who holds such a role, now and anywhere, must enrol.
#[test]
fn says_whether_any_active_role_requires_a_second_factor() {
    let policy = policy();
    let ask = |grants: Grants| policy.requires_second_factor(&grants, at(0));
    let within = Duration::from_secs(12 * 60 * 60);
    assert_eq!(ask(roles(["user", "support"])), SecondFactor::NotRequired);
    assert_eq!(
        ask(roles(["user", "owner"])),
        SecondFactor::Required { within }
    );
    let elsewhere = Grant::new("admin", Scope::Tenant(tenant("globex")));
    assert_eq!(ask(holding([elsewhere])), SecondFactor::Required { within });
    assert_eq!(
        ask(holding([in_acme("admin").until(at(0))])),
        SecondFactor::NotRequired
    );
    assert_eq!(
        ask(holding([in_acme("admin").from(at(1))])),
        SecondFactor::NotRequired
    );
}

/// RB-01: the nearest reason is told, and of two challenges the one that is easier to meet.
#[test]
fn the_nearest_reason_is_told() {
    let policy: Policy = "portcullis = 1
        [roles.a]
        allow = ['x:y']
        [roles.b]
        allow = ['x:y']
        require = { mfa_within = '1h' }
        [roles.c]
        allow = ['x:y']
        require = { mfa_within = '5m' }"
        .parse()
        .unwrap();
    let (acme, permission) = (tenant("acme"), Permission::parse("x:y").unwrap());
    let elsewhere = Grant::new("a", Scope::Tenant(tenant("globex")));
    let mut grants = Grants::new();
    let mut reasons = Vec::new();
    for grant in [
        elsewhere.clone().until(at(0)),
        elsewhere,
        in_acme("a").from(at(1)),
        in_acme("a").until(at(0)),
        in_acme("c"),
        in_acme("b"),
    ] {
        grants = grants.with(grant).unwrap();
        let decision = policy.decide(&grants, &Request::new("ada", &acme, &permission), at(0));
        reasons.push(said(decision));
    }
    assert_eq!(
        reasons,
        [
            "denied: no role allows it",
            "denied: the grant that allows it is for another tenant",
            "denied: the grant that will allow it has not begun",
            "denied: the grant that allowed it has ended",
            "denied: a second factor within the last 300 seconds is required",
            "denied: a second factor within the last 3600 seconds is required",
        ]
    );
}

fn seen(grants: &Grants, field: &str) -> Visibility {
    let facts = Facts::new().second_factor_at(at(0));
    policy().visibility_with(grants, &tenant("acme"), field, facts, at(0))
}

/// S3-24, S1-15, RB-03.
#[test]
fn a_field_is_shown_masked_or_hidden_by_role() {
    assert_eq!(seen(&roles(["admin"]), "contact.email"), Visibility::Show);
    assert_eq!(seen(&roles(["owner"]), "contact.email"), Visibility::Show);
    assert_eq!(seen(&roles(["support"]), "contact.email"), Visibility::Mask);
    assert_eq!(
        seen(&roles(["support", "admin"]), "contact.email"),
        Visibility::Show
    );
    assert_eq!(seen(&roles(["user"]), "contact.email"), Visibility::Hide);
    assert_eq!(seen(&roles(["admin"]), "contact.phone"), Visibility::Hide);
    assert_eq!(seen(&roles(["admin"]), "Contact.email"), Visibility::Hide);
    assert_eq!(
        seen(&roles(["owner", "user", "support"]), "contact.salary"),
        Visibility::Hide
    );
}

/// S3-24: a role limits personal data even beside the one that shows it.
#[test]
fn a_denial_of_reading_a_field_hides_it() {
    assert_eq!(
        seen(&roles(["admin", "limited"]), "contact.email"),
        Visibility::Hide
    );
    assert_eq!(
        seen(&roles(["support", "limited"]), "contact.email"),
        Visibility::Hide
    );
    assert_eq!(
        seen(&roles(["admin", "limited"]), "contact.address.city"),
        Visibility::Show
    );
    assert_eq!(
        policy()
            .field("contact.address.city")
            .unwrap()
            .read_permission()
            .as_str(),
        "contact:read:address:city"
    );
}

/// RB-03: who may not read the contact may not read its fields, and a field within a field goes
/// with it. A denial of something else hides nothing.
#[test]
fn a_denial_of_reading_the_whole_hides_its_parts() {
    for (denial, city, email) in [
        ("contact:read", Visibility::Hide, Visibility::Hide),
        ("contact:*", Visibility::Hide, Visibility::Hide),
        ("*:edit,read", Visibility::Hide, Visibility::Hide),
        ("contact:read:address", Visibility::Hide, Visibility::Show),
        ("contact:read:*", Visibility::Hide, Visibility::Hide),
        (
            "contact:read:address:city",
            Visibility::Hide,
            Visibility::Show,
        ),
        (
            "contact:read:address:**",
            Visibility::Hide,
            Visibility::Show,
        ),
        ("contact:**", Visibility::Hide, Visibility::Hide),
        ("**", Visibility::Hide, Visibility::Hide),
        ("contact", Visibility::Show, Visibility::Show),
        ("*", Visibility::Show, Visibility::Show),
        ("contact:edit", Visibility::Show, Visibility::Show),
        ("contact:read:phone", Visibility::Show, Visibility::Show),
        (
            "contact:read:address:city:x",
            Visibility::Show,
            Visibility::Show,
        ),
    ] {
        let text = format!(
            "portcullis = 1
            roles.all.allow = ['*', '*:*', 'contact:read:*', 'contact:read:*:*:*']
            roles.limited.deny = ['{denial}']
            field = [
                {{ name = 'contact.email', show = ['all'] }},
                {{ name = 'contact.address.city', show = ['all'] }},
            ]"
        );
        let policy: Policy = text.parse().unwrap();
        let grants = roles(["all", "limited"]);
        let see = |field| policy.visibility(&grants, &tenant("acme"), field, at(0));
        let seen = (see("contact.address.city"), see("contact.email"));
        assert_eq!(seen, (city, email), "{denial}");
    }
}

/// RB-12: a denial that hides a field has something to deny, although nobody allows it.
#[test]
fn a_denial_that_hides_a_field_is_not_one_of_nothing() {
    let load = |denial: &str| {
        let text = format!(
            "portcullis = 1
            roles.a.deny = ['{denial}']
            field = [{{ name = 'contact.address.city', show = ['a'] }}]"
        );
        text.parse::<Policy>().is_ok()
    };
    for denial in [
        "contact:read",
        "contact:*",
        "*:read",
        "contact:read:address",
        "**",
    ] {
        assert!(load(denial), "{denial}");
    }
    for denial in [
        "contact",
        "contact:edit",
        "project:read",
        "contact:read:email",
    ] {
        assert!(!load(denial), "{denial}");
    }
}

/// S3-24, S1-18, RB-05: visibility is granted as everything else is.
#[test]
fn a_field_is_hidden_outside_of_the_tenant_and_the_time_of_the_grant() {
    let facts = Facts::new().second_factor_at(at(0));
    let see = |grants: &Grants, name: &str, now| {
        policy().visibility_with(grants, &tenant(name), "contact.email", facts, at(now))
    };
    let grants = holding([in_acme("admin").from(at(0)).until(at(HOUR))]);
    assert_eq!(see(&grants, "acme", HOUR - 1), Visibility::Show);
    assert_eq!(see(&grants, "acme", HOUR), Visibility::Hide);
    assert_eq!(see(&grants, "globex", 0), Visibility::Hide);
}

/// S0-18, S3-24: without a second factor, roles that require one show nothing.
#[test]
fn a_field_is_hidden_without_the_second_factor_that_the_role_requires() {
    let see = |facts| {
        policy().visibility_with(
            &roles(["admin"]),
            &tenant("acme"),
            "contact.email",
            facts,
            at(12 * HOUR),
        )
    };
    assert_eq!(see(Facts::new()), Visibility::Hide);
    assert_eq!(see(Facts::new().second_factor_at(at(0))), Visibility::Hide);
    assert_eq!(see(Facts::new().second_factor_at(at(1))), Visibility::Show);
    let plain = |role| policy().visibility(&roles([role]), &tenant("acme"), "contact.email", at(0));
    assert_eq!(
        [plain("admin"), plain("support")],
        [Visibility::Hide, Visibility::Mask]
    );
}

/// RB-03.
#[test]
fn visibility_is_applied_to_a_value() {
    let value = "jane.roe@example.com";
    assert!(matches!(Visibility::Show.apply(value), Some(Cow::Borrowed(shown)) if shown == value));
    assert_eq!(
        Visibility::Mask.apply(value).as_deref(),
        Some("j***@example.com")
    );
    assert_eq!(Visibility::Hide.apply(value), None);
}

/// RB-01: case and number of segments count.
#[test]
fn names_that_differ_in_case_are_different_names() {
    let policy = policy();
    assert_eq!(
        ask(&policy, &roles(["user"]), "Project:read"),
        "denied: no role allows it"
    );
    assert_eq!(
        ask(&policy, &roles(["User"]), "project:read"),
        "denied: no role allows it"
    );
    assert_eq!(
        ask(&policy, &roles(["user"]), "project:read:1"),
        "denied: no role allows it"
    );
    assert_eq!(
        ask(&policy, &roles(["user"]), "project"),
        "denied: no role allows it"
    );
}

/// RB-07: a decision allocates nothing, allowed or denied, for many grants and a deep hierarchy.
#[test]
fn a_decision_allocates_nothing() {
    let policy: Policy = loading::chain(100).parse().unwrap();
    let grants = roles(["r99", "r50", "gone", "r0"]);
    let (acme, globex) = (tenant("acme"), tenant("globex"));
    let (asked, other) = (
        Permission::parse("a:b").unwrap(),
        Permission::parse("a:c:d").unwrap(),
    );
    let mut allowed = 0;
    let allocations = allocations::during(|| {
        for tenant in [&acme, &globex] {
            for permission in [&asked, &other] {
                let request = Request::new("ada", tenant, permission);
                allowed += usize::from(policy.decide(&grants, &request, at(0)).is_allowed());
            }
        }
    });
    assert_eq!((allowed, allocations), (1, 0));
    assert!(
        allocations::during(|| drop(grants.clone())) > 0,
        "the counter counts"
    );
}

/// Policies are shared by threads.
#[test]
fn policies_and_grants_are_send_and_sync() {
    fn is_shared<T: Send + Sync + 'static>() {}
    is_shared::<Policy>();
    is_shared::<Grants>();
    is_shared::<Decision<'static>>();
}
