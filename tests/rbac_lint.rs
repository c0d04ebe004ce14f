//! What in a policy is most likely not meant.
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

use portcullis::rbac::{Grant, Grants, Policy, Scope, Snapshot, lint::Lint};
use proptest::prelude::*;
use random::{Known, now, request, tenant_of, universe};

fn lint(text: &str) -> Vec<String> {
    let policy: Policy = format!("portcullis = 1\n{text}").parse().unwrap();
    let lints = policy.lint();
    assert_eq!(lints.gave_up(), [""; 0]);
    lints
        .iter()
        .map(|lint| format!("{}: {lint}", lint.name()))
        .collect()
}

#[track_caller]
fn finds(text: &str, expected: &[&str]) {
    assert_eq!(lint(text), expected);
}

/// RB-08.
#[test]
fn a_policy_in_order_gives_no_findings() {
    let text = r#"
        roles.user.allow = ["project:read", "project:comment"]
        roles.admin = { inherits = ["user"], allow = ["project:delete", "member:invite,remove"] }
        roles.support.allow = ["ticket:read,reply", { permission = "note:edit:*", when = "owner" }]
        roles.limited = { inherits = ["user"], deny = ["project:comment"] }
        field = [{ name = "contact.email", show = ["admin"], mask = ["support"] }]
    "#;
    finds(text, &[]);
    let policy: Policy = format!("portcullis = 1\n{text}").parse().unwrap();
    assert!(policy.lint().is_clean());
    assert_eq!(policy.lint().to_string(), "");
}

/// RB-08.
#[test]
fn a_rule_that_the_same_role_denies_is_unreachable() {
    let found = "unreachable-rule: role `b` allows `x:read,write` and denies all of it";
    finds(
        "roles.b = { allow = [\"x:read,write\", \"y\"], deny = [\"x:read\", \"*:write\"] }",
        &[found],
    );
    // as one that it inherits does
    finds(
        "roles.a = { allow = [\"z\"], deny = [\"x:*\"] }
         roles.b = { inherits = [\"a\"], allow = [\"x:read,write\", \"y\"] }",
        &[found],
    );
    // a part of it is left, or another role denies it
    finds(
        "roles.b = { allow = [\"x:read,write\", \"y\"], deny = [\"x:read\"] }",
        &[],
    );
    finds(
        "roles.b.allow = [\"x:read,write\"]
         roles.limited = { inherits = [\"b\"], allow = [\"y\"], deny = [\"x:*\"] }",
        &[],
    );
}

/// RB-08.
#[test]
fn a_rule_that_another_says_already_is_shadowed() {
    finds(
        "roles.a.allow = [\"x:*\", \"x:read\"]",
        &["shadowed-rule: role `a` allows `x:read` and also `x:*`, which says more"],
    );
    finds(
        "roles.a.allow = [\"x:*\"]
         roles.b = { inherits = [\"a\"], allow = [\"x:read\", \"y\"] }",
        &["shadowed-rule: role `b` allows `x:read` and inherits `x:*` of `a`, which says more"],
    );
    finds(
        "roles.a.allow = [\"x:read\", { permission = \"x:read\", when = \"owner\" }]",
        &["shadowed-rule: role `a` allows `x:read` and also `x:read`, which says more"],
    );
    // of two that come to the same, one
    finds(
        "roles.a = { allow = [\"x\", { permission = \"x\", when = { mfa_within = \"2h\" } }], require = { mfa_within = \"1h\" } }",
        &["shadowed-rule: role `a` allows `x` and also `x`, which says more"],
    );
    // under a narrower condition, or in a role that is not inherited
    finds(
        "roles.a.allow = [{ permission = \"x:*\", when = \"owner\" }, \"x:read\"]",
        &[],
    );
    finds(
        "roles.a.allow = [\"x:*\"]\nroles.b.allow = [\"x:read\"]",
        &[],
    );
}

/// RB-08.
#[test]
fn a_rule_that_is_inherited_and_repeated_is_a_duplicate() {
    finds(
        "roles.a.allow = [\"x:read\"]
         roles.b = { inherits = [\"a\"], allow = [\"x:read\", \"y\"] }",
        &["inherited-duplicate: role `b` allows `x:read` and inherits the same of `a`"],
    );
    finds(
        "roles.a.allow = [{ permission = \"x:read\", when = \"owner\" }]
         roles.b = { inherits = [\"a\"], allow = [\"x:read\", \"y\"] }",
        &[],
    );
}

/// RB-08.
#[test]
fn roles_that_give_the_same_are_equal() {
    let equal = "equal-roles: roles `a` and `b` give the same";
    finds(
        "roles.a.allow = [\"x:read,write\"]\nroles.b.allow = [\"x:write\", \"x:read\"]",
        &[equal],
    );
    finds(
        "roles.a.allow = [\"x:read\"]\nroles.b.inherits = [\"a\"]",
        &[equal],
    );
    // what each denies itself makes no difference; what it denies does
    let denying = "roles.a = { allow = [\"x\", \"y:a\"], deny = [\"y:*\"] }";
    let gives = "unreachable-rule: role `a` allows `y:a` and denies all of it";
    finds(
        &format!("{denying}\nroles.b = {{ allow = [\"x\"], deny = [\"y:*\"] }}"),
        &[equal, gives],
    );
    finds(&format!("{denying}\nroles.b.allow = [\"x\"]"), &[gives]);
    // in conditions and in fields
    finds(
        "roles.a.allow = [\"x\"]\nroles.b.allow = [{ permission = \"x\", when = \"owner\" }]",
        &[],
    );
    let shown = "roles.a.allow = [\"x\"]\nroles.b.allow = [\"x\"]\n[[field]]\nname = \"f\"\n";
    finds(&format!("{shown}show = [\"a\"]"), &[]);
    finds(&format!("{shown}show = [\"a\"]\nmask = [\"b\"]"), &[]);
    finds(&format!("{shown}show = [\"a\", \"b\"]"), &[equal]);
    let many: Vec<_> = (0..8)
        .map(|n| format!("roles.r{n}.allow = [\"x\"]"))
        .collect();
    let found = "equal-roles: roles `r0`, `r1`, `r2`, `r3`, `r4` and 3 more give the same";
    finds(&many.join("\n"), &[found]);
}

/// RB-08.
#[test]
fn a_role_that_gives_nothing_is_empty() {
    finds(
        "roles.a = {}\nroles.b.allow = [\"x\"]",
        &["empty-role: role `a` gives and denies nothing"],
    );
    finds(
        "roles.a = {}\nroles.b.allow = [\"x\"]\n[[field]]\nname = \"f\"\nmask = [\"a\"]",
        &[],
    );
    finds("roles.a.deny = [\"x\"]\nroles.b.allow = [\"x\"]", &[]);
}

/// RB-08, RB-03.
#[test]
fn a_field_that_nobody_sees_is_found() {
    let unseen = "unseen-field: no role sees field `f.x`";
    let field = "[[field]]\nname = \"f.x\"\n";
    finds(&format!("roles.a.allow = [\"x\"]\n{field}"), &[unseen]);
    let denies = "roles.a = { allow = [\"x\"], deny = [\"f:read\"] }";
    finds(&format!("{denies}\n{field}show = [\"a\"]"), &[unseen]);
    finds(
        &format!("{denies}\nroles.b.allow = [\"y\"]\n{field}show = [\"a\"]\nmask = [\"b\"]"),
        &[],
    );
}

/// RB-08.
#[test]
fn wildcards_that_reach_the_roles_themselves_are_named() {
    finds(
        "roles.root.allow = [\"**\"]",
        &["allows-everything: role `root` allows `**`: also to change who may do what"],
    );
    finds(
        "roles.clerk.allow = [\"role:**\"]\nroles.a.inherits = [\"clerk\"]\nroles.a.allow = [\"x\"]",
        &[
            "administers-every-role: role `clerk` allows `role:**`: to assign and withdraw every role",
            "escalation: role `clerk` allows `role:**` and does not have all that `a` would give",
        ],
    );
    finds("roles.a.allow = [\"role:list\", \"project:**\"]", &[]);
}

/// RB-08, RB-11: after Kubernetes RBAC, where nobody binds a role that gives what they do not have.
#[test]
fn who_may_assign_more_than_they_have_is_found() {
    let roles = "roles.user.allow = [\"project:read\"]\nroles.owner.allow = [\"project:*\"]\n";
    finds(
        &format!(
            "{roles}roles.clerk = {{ inherits = [\"user\"], allow = [\"role:assign:user,owner\"] }}"
        ),
        &[
            "escalation: role `clerk` allows `role:assign:owner,user` and does not have all that `owner` would give",
        ],
    );
    // what they have, or what is denied to them; the assignment itself denied
    for (rules, found) in [
        (
            "allow = [\"project:**\", \"role:assign:user,owner\"]",
            false,
        ),
        (
            "allow = [\"project:**\", \"role:assign:user,owner\"], deny = [\"project:close\"]",
            true,
        ),
        (
            "allow = [\"a\", \"role:assign:owner\"], deny = [\"role:assign:*\"]",
            false,
        ),
    ] {
        let lints = lint(&format!("{roles}roles.clerk = {{ {rules} }}"));
        assert_eq!(
            lints.iter().any(|lint| lint.starts_with("escalation: ")),
            found,
            "{rules} {lints:?}"
        );
    }
    // by the fields that it shows
    let field = "\n[[field]]\nname = \"f\"\nshow = [\"user\"]\nmask = [\"clerk\"]";
    let clerk = "roles.clerk.allow = [\"project:read\", \"role:assign:user\"]";
    finds(
        &format!("{roles}{clerk}{field}"),
        &[
            "escalation: role `clerk` allows `role:assign:user` and does not have all that `user` would give",
        ],
    );
    finds(&format!("{roles}{clerk}"), &[]);
}

/// RB-08, RB-11.
#[test]
fn who_may_assign_what_they_have_under_conditions_is_found() {
    let user = "roles.user.allow = [\"project:read\"]\n";
    let clerk = "allow = [\"project:**\", \"role:assign:user\"], require = { mfa_within = \"1h\" }";
    finds(
        &format!("{user}roles.clerk = {{ {clerk} }}"),
        &[
            "loosening: role `clerk` allows `role:assign:user` and has what `user` would give only under conditions that would not be asked for",
        ],
    );
    let user = "roles.user = { allow = [\"project:read\"], require = { mfa_within = \"30m\" } }\n";
    finds(&format!("{user}roles.clerk = {{ {clerk} }}"), &[]);
}

/// RB-08, RB-11.
#[test]
fn who_may_withdraw_what_denies_is_found() {
    let roles = "roles.user.allow = [\"x\"]\nroles.frozen.deny = [\"x\"]\n";
    finds(
        &format!("{roles}roles.clerk.allow = [\"role:withdraw:*\"]"),
        &[
            "lifts-denial: role `clerk` allows `role:withdraw:*`, which lifts what `frozen` would deny",
        ],
    );
    finds(
        &format!("{roles}roles.clerk.allow = [\"role:withdraw:user\"]"),
        &[],
    );
    // also from oneself
    finds(
        &format!("{roles}roles.clerk = {{ allow = [\"role:withdraw:clerk\"], deny = [\"x\"] }}"),
        &[
            "lifts-denial: role `clerk` allows `role:withdraw:clerk`, which lifts what `clerk` would deny",
        ],
    );
}

/// RB-08, RB-05: a second name of one's own is no second person.
#[test]
fn who_may_make_their_own_approver_is_found() {
    let lint_of = |clerk: &str, approver: &str| {
        let text = format!(
            r#"
            roles.key = {{ allow = ["vault:open"], grant_needs = ["approver"] }}
            roles.approver = {{ allow = ["role:approve:key"]{approver} }}
            roles.clerk.allow = ["vault:open", {clerk}]
            "#
        );
        let found = lint(&text).into_iter();
        found
            .filter(|lint| lint.starts_with("own-approver: "))
            .collect::<Vec<_>>()
    };
    let found = "own-approver: role `clerk` assigns and approves `key`, and gives `approver`, which approves it, without approval";
    let (assign, approve) = ("\"role:assign:key,approver\"", "\"role:approve:key\"");
    let both = format!("{assign}, {approve}");
    assert_eq!(lint_of(&both, ""), [found]);
    // an approver is approved, too
    assert_eq!(lint_of(&both, ", grant_needs = [\"approver\"]"), [""; 0]);
    // gives more than the clerk has, which is an escalation and refused
    let text = format!(
        "roles.vaults.allow = [\"vault:close\"]
         roles.key = {{ allow = [\"vault:open\"], grant_needs = [\"approver\"] }}
         roles.approver = {{ inherits = [\"vaults\"], allow = [\"role:approve:key\"] }}
         roles.clerk.allow = [\"vault:open\", {both}]"
    );
    assert!(!lint(&text).iter().any(|lint| lint.starts_with("own-")));
    // no right to assign it, to approve it, or to make approvers
    for clerk in [
        "\"role:assign:approver\", \"role:approve:key\"",
        "\"role:assign:key,approver\"",
        "\"role:assign:key\", \"role:approve:key\"",
        "\"role:assign:key,approver\", { permission = \"role:approve:key\", when = \"owner\" }",
        "{ permission = \"role:assign:key,approver\", when = \"owner\" }, \"role:approve:key\"",
    ] {
        assert_eq!(lint_of(clerk, ""), [""; 0], "{clerk}");
    }
    // who may do all may make another who may
    let root = lint(
        "roles.root.allow = [\"**\"]
         roles.key = { allow = [\"vault:open\"], grant_needs = [\"approver\"] }",
    );
    assert!(
        root.iter()
            .any(|lint| lint.starts_with("own-approver: role `root` ")),
        "{root:?}"
    );
}

/// RB-08, RB-04: whoever administers roles owns none.
#[test]
fn a_rule_about_roles_that_asks_for_an_owner_never_holds() {
    let verbs = ["assign", "withdraw", "approve", "break_glass"];
    for verb in verbs {
        let found = lint(&format!(
            "roles.a.allow = [\"x\", {{ permission = \"role:{verb}:a\", when = \"owner\" }}]"
        ));
        let name = "condition-never-holds: ";
        let text =
            format!("{name}role `a` allows `role:{verb}:a` to an owner, and nobody owns a role");
        assert_eq!(
            found
                .iter()
                .filter(|l| l.starts_with(name))
                .collect::<Vec<_>>(),
            [&text],
            "{found:?}"
        );
    }
    for rule in [
        "{ permission = \"role:list:a\", when = \"owner\" }",
        "{ permission = \"role:*:a\", when = \"owner\" }",
        "{ permission = \"note:assign:a\", when = \"owner\" }",
        "{ permission = \"role:assign:a\", when = { environment = [\"production\"] } }",
    ] {
        let found = lint(&format!("roles.a.allow = [\"x\", {rule}]"));
        assert!(
            !found.iter().any(|lint| lint.contains("never-holds")),
            "{rule} {found:?}"
        );
    }
}

/// RB-08, RB-10: the last owner can be made one who may do nothing.
#[test]
fn who_may_lock_the_last_owner_out_is_found() {
    let found = |owner: &str, frozen: &str, clerk: &str| {
        let text = format!(
            "roles.owner = {{ allow = [\"project:read\", \"role:*:*\"]{owner} }}
             roles.frozen.deny = [{frozen}]
             roles.clerk = {{ {clerk} }}"
        );
        let lints = lint(&text).into_iter();
        lints
            .filter(|lint| lint.starts_with("locks-out: "))
            .collect::<Vec<_>>()
    };
    let clerk = "allow = [\"role:assign:frozen\"]";
    assert_eq!(
        found(", min_members = 1", "\"role:assign:*\"", clerk),
        [
            "locks-out: role `clerk` allows `role:assign:frozen`, and `frozen` would deny the last of whom there must be one to change roles"
        ]
    );
    let none = [""; 0];
    assert_eq!(found("", "\"role:assign:*\"", clerk), none);
    assert_eq!(found(", min_members = 1", "\"project:read\"", clerk), none);
    let owner = "inherits = [\"owner\"], allow = [\"role:assign:frozen\"]";
    assert_eq!(found(", min_members = 1", "\"role:assign:*\"", owner), none);
    let other = "allow = [\"role:assign:owner\"]";
    assert_eq!(found(", min_members = 1", "\"role:assign:*\"", other), none);
}

const PAYMENTS: &str = r#"
    roles.creator.allow = ["payment:create"]
    roles.approver.allow = ["payment:approve"]
    roles.checker.allow = ["payment:check"]
    separation = [{ kind = "static", roles = ["creator", "approver", "checker"], n = 2 }]
"#;

/// RB-08: INCITS 359-2012 §6.4, over the hierarchy.
#[test]
fn a_role_that_nobody_can_have_is_found() {
    finds(
        &format!("{PAYMENTS}roles.both = {{ inherits = [\"creator\", \"approver\"] }}"),
        &["separated-role: role `both` comes to `approver` and `creator`, of which nobody has 2"],
    );
    finds(
        &format!("{PAYMENTS}roles.one = {{ inherits = [\"creator\"], allow = [\"x\"] }}"),
        &[],
    );
    // a session chooses, and three are more than two
    for (from, to) in [("static", "dynamic"), ("n = 2", "n = 3")] {
        let text = PAYMENTS.replace(from, to);
        finds(
            &format!("{text}roles.both = {{ inherits = [\"creator\", \"approver\"] }}"),
            &[],
        );
    }
}

/// RB-08.
#[test]
fn a_role_whose_prerequisites_nobody_can_have_beside_it_is_found() {
    let role = |needs: &str| {
        format!(
            "{PAYMENTS}roles.lead = {{ inherits = [\"creator\"], allow = [\"x\"], prerequisites = [{needs:?}] }}"
        )
    };
    let found = "separated-prerequisite: role `lead` needs others first and comes with them to `approver` and `creator`, of which nobody has 2";
    finds(&role("approver"), &[found]);
    finds(&role("creator"), &[]);
    // over the hierarchy, of what is needed and of who needs it
    let heirs = "roles.boss = { inherits = [\"approver\"], allow = [\"y\"] }\nroles.chief = { inherits = [\"lead\"], allow = [\"z\"] }";
    let chief = found.replace("`lead`", "`chief`");
    finds(&format!("{}\n{heirs}", role("boss")), &[&chief, found]);
}

/// RB-08.
#[test]
fn subjects_who_have_what_is_kept_apart_are_found() {
    let policy: Policy = format!(
        "portcullis = 1\n{PAYMENTS}roles.head = {{ inherits = [\"approver\"], allow = [\"x\"] }}"
    )
    .parse()
    .unwrap();
    let everywhere = |role| Grant::new(role, Scope::Everywhere);
    let inside = |role, tenant| Grant::new(role, Scope::Tenant(tenant_of(tenant)));
    let all = |grants: &[Grant]| {
        grants
            .iter()
            .cloned()
            .fold(Grants::new(), |all, grant| all.with(grant).unwrap())
    };
    let later = portcullis::Timestamp::from_millis(random::NOW + 1);
    let snapshot = Snapshot::load(
        policy,
        [
            (
                "ada",
                all(&[inside("creator", "acme"), inside("approver", "globex")]),
            ),
            ("bea", all(&[everywhere("head"), inside("creator", "acme")])),
            ("cyd", all(&[everywhere("head"), everywhere("checker")])),
            (
                "dan",
                all(&[
                    inside("creator", "acme"),
                    inside("approver", "acme").until(now()),
                ]),
            ),
            (
                "eve",
                all(&[
                    inside("creator", "acme"),
                    inside("approver", "acme").from(later),
                ]),
            ),
        ],
    )
    .unwrap();
    let found: Vec<_> = snapshot
        .separation_violations(now())
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        found,
        [
            "`bea` has `approver` and `creator` in acme, of which nobody has 2",
            "`cyd` has `approver` and `checker` everywhere, of which nobody has 2",
            "`eve` has `approver` and `creator` in acme, of which nobody has 2",
        ]
    );
}

/// RB-08, RB-04: an environment that is another one at the same time.
#[test]
fn conditions_that_exclude_each_other_never_hold() {
    let when = |name: &str| {
        format!(
            "roles.a = {{ allow = [\"x\", {{ permission = \"y\", when = {{ {name} }} }}], require = {{ environment = [\"test\"] }} }}"
        )
    };
    let found =
        "impossible-condition: role `a` allows `y` under conditions that exclude each other";
    finds(&when("environment = [\"production\"]"), &[found]);
    finds(&when("environment = [\"production\", \"test\"]"), &[]);
    let require = |require: &str| {
        format!(
            "roles.a = {{ allow = [\"x\", {{ permission = \"y\", when = {{ attributes = {{ a = \"b\" }}, address = [\"10.0.0.0/8\"] }} }}], require = {{ {require} }} }}"
        )
    };
    finds(&require("attributes = { a = \"c\" }"), &[found]);
    finds(&require("attributes = { b = \"c\" }"), &[]);
    finds(&require("address = [\"192.168.0.0/16\"]"), &[found]);
    finds(&require("address = [\"10.1.0.0/16\"]"), &[]);
}

/// RB-08: what is found stands in one order and in columns.
#[test]
fn findings_are_printed_in_columns() {
    let policy: Policy = "portcullis = 1\nroles.b = {}\nroles.a.allow = [\"x:*\", \"x:y\"]\nfield = [{ name = \"f\" }]"
        .parse()
        .unwrap();
    let text = "\
empty-role     role `b` gives and denies nothing
shadowed-rule  role `a` allows `x:y` and also `x:*`, which says more
unseen-field   no role sees field `f`
";
    assert_eq!(policy.lint().to_string(), text);
}

/// RB-08: as programs read it.
#[cfg(feature = "serde")]
#[test]
fn findings_have_a_form_for_programs() {
    let policy: Policy = "portcullis = 1\nroles.b = {}\nroles.a.allow = [\"x\"]"
        .parse()
        .unwrap();
    let form = serde_json::json!({
        "found": [{ "name": "empty-role", "about": "b", "text": "role `b` gives and denies nothing" }],
        "gave_up": [],
    });
    assert_eq!(serde_json::to_value(policy.lint()).unwrap(), form);
}

/// RB-08: ten thousand roles are looked at, all of them.
#[test]
fn a_large_policy_is_looked_at_whole() {
    let mut text = "portcullis = 1\nroles.base.allow = [\"area:read\"]\n".to_owned();
    for n in 0..10_000 {
        let rules: Vec<_> = (0..10).map(|i| format!("a{n}:t{i}:r,w")).collect();
        text += &format!("[roles.r{n}]\ninherits = [\"base\"]\nallow = {rules:?}\n");
    }
    text += "[roles.clerk]\nallow = [\"role:assign:*\"]\n";
    let policy: Policy = text.parse().unwrap();
    let lints = policy.lint();
    assert_eq!(lints.gave_up(), [""; 0]);
    let names: Vec<_> = lints.iter().map(Lint::name).collect();
    assert_eq!(names, ["escalation"]);
}

/// RB-08: what would take too long is not guessed.
#[test]
fn a_policy_made_to_take_long_is_given_up() {
    let mut text = "portcullis = 1\nroles.all.allow = [\"**\"]\n".to_owned();
    let rules: Vec<_> = (0..6000).map(|i| format!("*:x{i}")).collect();
    text += &format!("[roles.wide]\nallow = {rules:?}\n");
    let policy: Policy = text.parse().unwrap();
    let lints = policy.lint();
    assert_eq!(lints.gave_up(), ["rules", "roles", "assignments"]);
    assert!(!lints.is_clean());
    let told = "assignments: not all of the policy was looked at\n";
    assert!(lints.to_string().ends_with(told), "{lints}");
}

/// RB-08, RB-09: sets of literals in every segment, of which a few denials cut everything into
/// more pieces than memory holds.
#[test]
fn denials_made_to_cut_everything_into_pieces_are_given_up() {
    let mut random = 1_u64;
    let mut literals = || {
        let all: Vec<_> = (0..40)
            .filter(|_| {
                random = random
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                random >> 62 != 0
            })
            .map(|i| format!("l{i}"))
            .collect();
        all.join(",")
    };
    let denials: Vec<_> = (0..8)
        .map(|_| (0..16).map(|_| literals()).collect::<Vec<_>>().join(":"))
        .collect();
    let wide = |deny: &[String]| -> Policy {
        let role = format!("roles.wide = {{ allow = [\"**\"], deny = {deny:?} }}");
        format!("portcullis = 1\n{role}").parse().unwrap()
    };
    let (old, new) = (wide(&denials), wide(&denials[1..]));
    let lints = old.lint();
    assert!(lints.gave_up().contains(&"rules"), "{lints}");
    let held = Grants::new()
        .with(Grant::new("wide", Scope::Everywhere))
        .unwrap();
    assert_eq!(old.what_can(&held, &tenant_of("t1"), now()), None);
    assert_eq!(old.diff(&new).unknown(), 1);
}

fn may(policy: &Policy, roles: &[&str], known: Known) -> Vec<bool> {
    let tenant = tenant_of("t1");
    let grants = roles.iter().fold(Grants::new(), |all, role| {
        all.with(Grant::new(role, Scope::Everywhere)).unwrap()
    });
    let all = universe();
    let asked = all
        .iter()
        .map(|p| policy.decide(&grants, &request(&tenant, p, known), now()));
    asked.map(|decision| decision.is_allowed()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// RB-08: what is found holds, by decisions.
    #[test]
    fn findings_hold(policy in random::policy()) {
        let lints = policy.lint();
        prop_assert_eq!(lints.gave_up(), [""; 0]);
        for lint in &lints {
            match lint {
                Lint::Unreachable(rule) => {
                    let allowed = may(&policy, &[rule.role()], Known::ALL);
                    let matched = universe().iter().map(|p| rule.pattern().matches(p)).collect::<Vec<_>>();
                    prop_assert!(!allowed.iter().zip(&matched).any(|(a, m)| *a && *m), "{}", lint);
                }
                Lint::EqualRoles(names) => {
                    for known in Known::every() {
                        let [one, other] = [0, 1].map(|i| names.listed()[i]);
                        prop_assert_eq!(may(&policy, &[one], known), may(&policy, &[other], known));
                        prop_assert_eq!(may(&policy, &[one, "root"], known), may(&policy, &[other, "root"], known));
                    }
                }
                Lint::EmptyRole(name) => prop_assert!(!may(&policy, &[name], Known::ALL).contains(&true)),
                Lint::Shadowed { rule, by } | Lint::Duplicate { rule, by } => {
                    prop_assert!(by.pattern().implies(rule.pattern()));
                }
                _ => {}
            }
        }
    }

    /// RB-08: of roles that decide alike, alone and beside others, none is left out.
    #[test]
    fn rules_that_never_count_are_all_found(policy in random::policy()) {
        let lints = policy.lint();
        for role in random::ROLES {
            let allowed = may(&policy, &[role], Known::ALL);
            for rule in policy.allow_rules().filter(|rule| rule.role() == role) {
                let matched: Vec<_> = universe().iter().map(|p| rule.pattern().matches(p)).collect();
                let counts = allowed.iter().zip(&matched).any(|(a, m)| *a && *m);
                let found = lints.iter().any(|lint| *lint == Lint::Unreachable(rule));
                prop_assert_eq!(found, !counts, "{:?}", rule);
            }
        }
    }
}
