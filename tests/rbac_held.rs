//! What is looked up once is decided as what is looked up each time, by whatever policy, and
//! decisions allocate nothing.
#![cfg(feature = "rbac")]
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    unreachable_pub,
    reason = "tests stop at what they did not expect"
)]

#[path = "rbac/allocations.rs"]
mod allocations;

use std::{hint::black_box, net::IpAddr};

use portcullis::{
    Timestamp,
    rbac::{
        Facts, Grant, Grants, Outcome, Permission, Policy, Reason, Request, Scope, Snapshot, Tenant,
    },
};

const NINE: u64 = 1_795_251_600_000;
const MINUTE: u64 = 60_000;

fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(NINE + millis)
}

/// All that a decision can come to.
const POLICY: &str = r#"
portcullis = 1

[roles.base]
allow = ["help:read", "wiki:**"]

[roles.editor]
inherits = ["base"]
allow = ["page:read,edit", "page:*:draft", { permission = "page:delete", when = "owner" }]

[roles.admin]
inherits = ["editor"]
allow = ["member:*"]
require = { mfa_within = "10m", address = ["10.0.0.0/8"] }

[roles.limited]
deny = ["wiki:edit", "page:*:draft"]

[[field]]
name = "page.author"
show = ["base"]
"#;

const PERMISSIONS: [&str; 8] = [
    "help:read",
    "wiki:edit",
    "wiki:any:thing",
    "page:edit",
    "page:7:draft",
    "page:delete",
    "member:invite",
    "nothing:here",
];

fn tenants() -> [Tenant; 3] {
    ["acme", "globex", "initech"].map(|name| Tenant::new(name).unwrap())
}

/// Grants of every kind: here and elsewhere, everywhere, before, in and after their time, of a role
/// that is not defined.
fn grants() -> Vec<Grants> {
    let [acme, globex, _] = tenants();
    let mut all = vec![Grants::new()];
    for role in ["base", "editor", "admin", "limited", "gone"] {
        let here = Grant::new(role, Scope::Tenant(acme.clone()));
        let ahead = here.clone().from(at(MINUTE));
        let over = here.clone().until(at(0));
        let elsewhere = Grant::new(role, Scope::Tenant(globex.clone()));
        let everywhere = Grant::new(role, Scope::Everywhere).until(at(5 * MINUTE));
        for grant in [here, ahead, over, elsewhere, everywhere] {
            let with: Vec<_> = all.iter().step_by(7).cloned().collect();
            all.extend(
                with.into_iter()
                    .map(|grants| grants.with(grant.clone()).unwrap()),
            );
        }
    }
    all
}

fn facts(minutes: u64) -> Facts<'static> {
    Facts::new()
        .second_factor_at(at(0))
        .from_address(IpAddr::from([
            10,
            0,
            0,
            u8::try_from(minutes % 256).unwrap(),
        ]))
}

/// RB-01, RB-07, RB-13: for every grant, permission, tenant and time the two ways give one decision,
/// with the same rule and version; also where both were looked up in another policy.
#[test]
fn what_was_looked_up_before_is_decided_alike() {
    let policy: Policy = POLICY.parse().unwrap();
    // other roles have other places in it, and other patterns match
    let other: Policy = format!(
        "{}[roles.aaa]\nallow = ['a:b', 'help:read']\n",
        POLICY.replace("\"page:read,edit\"", "\"page:read\"")
    )
    .parse()
    .unwrap();
    let permissions = PERMISSIONS.map(|text| Permission::parse(text).unwrap());
    let (mut seen, mut differ) = (std::collections::BTreeSet::new(), 0);
    for grants in grants() {
        let held = policy.hold(&grants);
        assert_eq!(held.grants(), &grants);
        for permission in &permissions {
            let resolved = policy.resolve(permission);
            assert_eq!(resolved.permission(), permission);
            for tenant in &tenants() {
                for minutes in [0, 4, 11] {
                    let with = |request: Request<'_>, owner| {
                        let request = request.owned_by(owner).with_facts(facts(minutes));
                        // by the policy that looked up, and by another
                        [&policy, &other].map(|by| {
                            let now = at(minutes * MINUTE);
                            let one = by.decide(&grants, &request, now);
                            assert_eq!(one.version(), by.version());
                            assert_eq!(by.decide_held(&held, &request, now), one);
                            format!("{:?}", one.outcome())
                        })
                    };
                    for owner in ["ada", "bob"] {
                        let plain = with(Request::new("ada", tenant, permission), owner);
                        let known = with(Request::resolved("ada", tenant, &resolved), owner);
                        assert_eq!(plain, known);
                        differ += usize::from(plain[0] != plain[1]);
                        seen.insert(plain[0].split(['(', ' ']).take(2).collect::<String>());
                    }
                }
            }
        }
    }
    // an allowance, and every reason
    assert_eq!(seen.len(), 8, "{seen:?}");
    assert!(differ > 0);
}

/// RB-07: nothing that decides allocates, whether it allows or denies, from a list or from the trie,
/// also where more patterns match than are listed.
#[test]
fn no_verb_that_decides_allocates() {
    let sets: Vec<_> = (0..100).map(|i| format!("'page,p{i}:*:draft'")).collect();
    let crowded = format!("{POLICY}[roles.crowd]\nallow = [{}]\n", sets.join(","));
    let [acme, globex, _] = tenants();
    for text in [POLICY, &crowded] {
        let policy: Policy = text.parse().unwrap();
        let all: Vec<_> = grants()
            .into_iter()
            .map(|grants| (policy.hold(&grants), grants))
            .collect();
        let editor = Grant::new("editor", Scope::Tenant(acme.clone()));
        let rows = [("ada", Grants::new().with(editor).unwrap())];
        let snapshot = Snapshot::load(policy.clone(), rows).unwrap();
        let mut allowed = 0;
        let mut last = None;
        let allocations = allocations::during(|| {
            for (held, grants) in &all {
                for text in PERMISSIONS {
                    let permission = Permission::parse(text).unwrap();
                    let resolved = policy.resolve(&permission);
                    for tenant in [&acme, &globex] {
                        let request = Request::new("ada", tenant, &permission)
                            .owned_by("ada")
                            .with_facts(facts(1));
                        let now = at(MINUTE);
                        let decision = policy.decide(grants, &request, now);
                        allowed += usize::from(decision.is_allowed());
                        black_box(snapshot.decide(&request, now).is_allowed());
                        let request = Request::resolved("ada", tenant, &resolved);
                        black_box(policy.decide_held(held, &request, now).is_allowed());
                        let _ = black_box(policy.requires_second_factor(grants, now));
                        let field = "page.author";
                        let seen = policy.visibility_with(grants, tenant, field, facts(1), now);
                        let _ = black_box(seen);
                        if let Outcome::Deny(Reason::ExplicitDeny { by }) = decision.outcome() {
                            last = Some((
                                by.role(),
                                by.defined_by(),
                                by.pattern(),
                                decision.version(),
                            ));
                        }
                    }
                }
            }
        });
        assert!(allowed > 100 && last.is_some());
        assert_eq!(allocations, 0);
    }
    assert!(
        allocations::during(|| drop(black_box(String::from("x")))) > 0,
        "the counter counts"
    );
}

/// Debug says what was looked up, and no more of the policy.
#[test]
fn what_was_looked_up_is_printed_in_short() {
    let policy: Policy = POLICY.parse().unwrap();
    let permission = Permission::parse("help:read").unwrap();
    let resolved = format!("{:?}", policy.resolve(&permission));
    assert_eq!(resolved, format!("Resolved({permission:?})"));
    let grants = Grants::new();
    assert_eq!(
        format!("{:?}", policy.hold(&grants)),
        format!("Held({grants:?})")
    );
}
