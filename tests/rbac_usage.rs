//! What is granted and not used.
#![cfg(feature = "rbac")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    dead_code,
    unreachable_pub,
    reason = "tests stop at what they did not expect"
)]

#[path = "rbac_random/mod.rs"]
mod random;

use std::time::Duration;

use portcullis::{
    Timestamp,
    rbac::{Grant, Grants, Permission, Policy, Scope, Snapshot, usage::Usage},
};
use proptest::prelude::*;
use random::{HOUR, NOW, now, tenant_of, universe};

const POLICY: &str = r#"
    portcullis = 1
    roles.user.allow = ["project:read", "project:comment"]
    roles.admin = { inherits = ["user"], allow = ["project:*", "member:invite,remove"] }
"#;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn hours_ago(hours: u64) -> Timestamp {
    Timestamp::from_millis(NOW - hours * HOUR)
}

fn inside(role: &str, tenant: &str) -> Grant {
    Grant::new(role, Scope::Tenant(tenant_of(tenant)))
}

fn all(grants: impl IntoIterator<Item = Grant>) -> Grants {
    grants
        .into_iter()
        .fold(Grants::new(), |all, grant| all.with(grant).unwrap())
}

fn used(usage: &mut Usage, subject: &str, tenant: &str, permission: &str, at: Timestamp) {
    usage.record(
        subject,
        &tenant_of(tenant),
        &Permission::parse(permission).unwrap(),
        at,
    );
}

/// The patterns that a grant of one subject was not used for within a day.
fn idle(usage: &Usage, grants: &Grants) -> Vec<(String, Vec<String>)> {
    let policy: Policy = POLICY.parse().unwrap();
    let unused = usage.unused(&policy, "ada", grants, DAY, now());
    let patterns = |one: &portcullis::rbac::usage::Unused<'_>| -> Vec<_> {
        one.idle()
            .iter()
            .map(|idle| idle.rule().pattern().to_string())
            .collect()
    };
    unused
        .iter()
        .map(|one| (one.grant().role().to_owned(), patterns(one)))
        .collect()
}

/// RB-10.
#[test]
fn what_is_granted_and_not_used_is_reported_as_people_read_it() {
    let policy: Policy = POLICY.parse().unwrap();
    let snapshot = Snapshot::load(
        policy,
        [
            ("bea", all([inside("user", "acme")])),
            (
                "ada",
                all([
                    inside("admin", "acme"),
                    Grant::new("user", Scope::Everywhere),
                ]),
            ),
            ("cyd", all([inside("user", "acme")])),
        ],
    )
    .unwrap();
    let mut usage = Usage::new();
    used(&mut usage, "ada", "acme", "project:read", hours_ago(1));
    used(&mut usage, "ada", "acme", "member:remove", hours_ago(50));
    used(&mut usage, "ada", "acme", "member:remove", hours_ago(30));
    used(&mut usage, "cyd", "acme", "project:read", hours_ago(2));
    used(&mut usage, "cyd", "acme", "project:comment", hours_ago(3));
    let text = "\
`ada` has `admin` in acme: 2 of 4 rules are used
  `member:invite,remove`  last 1970-01-03T22:00:00Z
  `project:comment`       never
`ada` has `user` everywhere: 1 of 2 rules are used
  `project:comment`  never
`bea` has `user` in acme: nothing of it is used
  `project:comment`  never
  `project:read`     never
";
    assert_eq!(usage.report(&snapshot, DAY, now()).to_string(), text);
}

/// RB-10: as programs read it.
#[cfg(feature = "serde")]
#[test]
fn the_report_has_a_form_for_programs() {
    let policy: Policy = POLICY.parse().unwrap();
    let snapshot = Snapshot::load(policy, [("bea", all([inside("user", "acme")]))]).unwrap();
    let mut usage = Usage::new();
    used(&mut usage, "bea", "acme", "project:read", hours_ago(1));
    used(
        &mut usage,
        "bea",
        "acme",
        "project:comment",
        Timestamp::EPOCH,
    );
    let form = serde_json::to_value(usage.report(&snapshot, DAY, now())).unwrap();
    let idle = serde_json::json!([{
        "rule": { "role": "user", "defined_by": "user", "pattern": "project:comment" },
        "last": "1970-01-01T00:00:00.000Z",
    }]);
    assert_eq!(form["unused"][0]["idle"], idle);
    assert_eq!(form["unused"][0]["subject"], "bea");
    assert_eq!(form["unused"][0]["used"], 1);
    assert_eq!(form["unused"][0]["grant"]["role"], "user");
}

/// RB-10.
#[test]
fn a_use_in_another_tenant_or_by_somebody_else_does_not_count() {
    let mut usage = Usage::new();
    used(&mut usage, "ada", "globex", "project:read", hours_ago(1));
    used(&mut usage, "bea", "acme", "project:read", hours_ago(1));
    let both = vec!["project:comment".to_owned(), "project:read".to_owned()];
    assert_eq!(
        idle(&usage, &all([inside("user", "acme")])),
        [("user".to_owned(), both)]
    );
    let one = vec!["project:comment".to_owned()];
    assert_eq!(
        idle(&usage, &all([Grant::new("user", Scope::Everywhere)])),
        [("user".to_owned(), one)]
    );
}

/// RB-10: idle is as everything here half-open: unused for exactly that long is unused.
#[test]
fn a_rule_is_idle_from_the_moment_on_when_its_time_is_over() {
    for (at, expected) in [(NOW - 24 * HOUR, 2), (NOW - 24 * HOUR + 1, 1), (NOW + 1, 1)] {
        let mut usage = Usage::new();
        used(
            &mut usage,
            "ada",
            "acme",
            "project:read",
            Timestamp::from_millis(at),
        );
        assert_eq!(
            idle(&usage, &all([inside("user", "acme")]))[0].1.len(),
            expected
        );
    }
}

/// RB-10.
#[test]
fn grants_that_are_young_or_do_not_count_are_not_looked_at() {
    let usage = Usage::new();
    let user = || inside("user", "acme");
    for (grant, looked_at) in [
        (user().from(hours_ago(24)), true),
        (
            user().from(Timestamp::from_millis(NOW - 24 * HOUR + 1)),
            false,
        ),
        (user().until(now()), false),
        (user().from(Timestamp::from_millis(NOW + 1)), false),
        (inside("gone", "acme"), false),
    ] {
        assert_eq!(
            !idle(&usage, &all([grant.clone()])).is_empty(),
            looked_at,
            "{grant:?}"
        );
    }
}

/// RB-10.
#[test]
fn what_is_forgotten_was_not_used() {
    let mut usage = Usage::new();
    used(&mut usage, "ada", "acme", "project:read", hours_ago(2));
    used(&mut usage, "ada", "acme", "project:comment", hours_ago(1));
    let grants = all([inside("user", "acme")]);
    assert_eq!(idle(&usage, &grants), []);
    usage.forget_before(hours_ago(1));
    assert_eq!(idle(&usage, &grants)[0].1, ["project:read"]);
}

/// RB-10: also where so many patterns match what was used that the policy does not list them.
#[test]
fn a_use_counts_for_each_of_many_rules() {
    let rules: Vec<_> = (0..100).map(|n| format!("x:y,z{n}")).collect();
    let text = format!("portcullis = 1\nroles.many.allow = {rules:?}");
    let policy: Policy = text.parse().unwrap();
    let mut usage = Usage::new();
    used(&mut usage, "ada", "acme", "x:z7", hours_ago(1));
    let grants = all([inside("many", "acme")]);
    let unused = usage.unused(&policy, "ada", &grants, DAY, now());
    assert_eq!((unused[0].idle().len(), unused[0].used()), (99, 1));
    used(&mut usage, "ada", "acme", "x:y", hours_ago(1));
    assert!(usage.unused(&policy, "ada", &grants, DAY, now()).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// RB-10: against a count of each use for each rule.
    #[test]
    fn the_report_agrees_with_a_recount(
        policy in random::policy(),
        grants in random::grants(),
        uses in prop::collection::vec((prop::sample::select(universe()), prop::sample::select(vec!["t1", "t2"]), 0..50_u64), 0..8),
    ) {
        let mut usage = Usage::new();
        for (permission, tenant, hours) in &uses {
            usage.record("ann", &tenant_of(tenant), permission, hours_ago(*hours));
        }
        let unused = usage.unused(&policy, "ann", &grants, DAY, now());
        for grant in grants.iter() {
            let found = unused.iter().find(|one| one.grant() == grant);
            let counts = grant.starts() <= hours_ago(24) && grant.ends().is_none_or(|end| now() < end);
            if !counts {
                prop_assert!(found.is_none());
                continue;
            }
            let covers = |tenant: &str| match grant.scope() {
                Scope::Everywhere => true,
                Scope::Tenant(own) => own.as_str() == tenant,
            };
            // the patterns of a role and of all that it inherits, by who may do what alone
            let patterns = patterns_of(&policy, grant.role());
            let last = |pattern: &str| {
                let of = uses.iter().filter(|(p, tenant, _)| covers(tenant) && random::matches(pattern, p.as_str()));
                of.map(|(_, _, hours)| *hours).min()
            };
            let expected: Vec<_> = patterns.iter().filter(|p| last(p).is_none_or(|hours| hours >= 24))
                .map(|p| (p.clone(), last(p).map(hours_ago)))
                .collect();
            let told: Vec<_> = found.iter().flat_map(|one| one.idle())
                .map(|idle| (idle.rule().pattern().to_string(), idle.last()))
                .collect();
            let sorted = |mut all: Vec<_>| { all.sort(); all };
            prop_assert_eq!(sorted(told), sorted(expected));
            prop_assert_eq!(found.map_or(0, |one| one.used() + one.idle().len()), if found.is_some() { patterns.len() } else { 0 });
        }
    }
}

/// What a role allows with all that it inherits, by the canonical text of the policy.
fn patterns_of(policy: &Policy, role: &str) -> std::collections::BTreeSet<String> {
    let text: toml::Table = policy.to_toml().parse().unwrap();
    let roles = text["roles"].as_table().unwrap();
    let list = |role: &str, key: &str| {
        roles[role]
            .get(key)
            .map_or(Vec::new(), |list| list.as_array().unwrap().clone())
    };
    let (mut patterns, mut open) = (std::collections::BTreeSet::new(), vec![role.to_owned()]);
    while let Some(role) = open.pop() {
        for rule in list(&role, "allow") {
            let pattern = rule.as_str().or_else(|| rule.get("permission")?.as_str());
            patterns.insert(pattern.unwrap().to_owned());
        }
        open.extend(
            list(&role, "inherits")
                .iter()
                .map(|name| name.as_str().unwrap().to_owned()),
        );
    }
    patterns
}
