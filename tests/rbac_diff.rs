//! What a change of the policy changes.
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

use portcullis::rbac::{
    Allowance, Facts, Grant, Grants, Permission, Policy, Region, Scope, Snapshot, Visibility,
    diff::Presence,
};
use proptest::prelude::*;
use random::{Known, now, request, tenant_of, universe};

fn policy(text: &str) -> Policy {
    format!("portcullis = 1\n{text}").parse().unwrap()
}

fn diff(old: &str, new: &str) -> String {
    policy(old).diff(&policy(new)).to_string()
}

const OLD: &str = r#"
    roles.user.allow = ["project:read", { permission = "note:edit:*", when = "owner" }]
    roles.admin = { inherits = ["user"], allow = ["project:*", "member:invite,remove"] }
    roles.limited.deny = ["project:delete"]
    roles.old.allow = ["report:read"]
    [[field]]
    name = "contact.email"
    show = ["admin"]
"#;

const NEW: &str = r#"
    roles.user.allow = ["project:read", "note:edit:*", "member:invite"]
    roles.admin = { inherits = ["user"], allow = ["project:*", "member:remove"], deny = ["project:delete"], require = { mfa_within = "1h" } }
    roles.limited.deny = ["project:edit"]
    roles.auditor.allow = ["report:read"]
    [[field]]
    name = "contact.email"
    show = ["admin"]
    mask = ["user"]
"#;

/// RB-09.
#[test]
fn a_change_is_told_role_by_role() {
    let text = "\
role `admin`
  gains  `note:edit:*` when mfa_within 1h (before only when owner)
  loses  `member:invite,remove` (now only when mfa_within 1h)
  loses  `note:edit:*` when owner (now only when mfa_within 1h)
  loses  `project:*`
  sees   `contact.email` shown under conditions, else hidden, before shown
  denies `project:delete`
role `auditor`, which is new
  gains  `report:read`
role `limited`
  denies `project:edit`
  denies no more `project:delete`
role `old`, which is gone
  loses  `report:read`
role `user`
  gains  `member:invite`
  gains  `note:edit:*` (before only when owner)
  sees   `contact.email` masked, before hidden
";
    assert_eq!(diff(OLD, NEW), text);
}

/// RB-09.
#[test]
fn other_words_for_the_same_change_nothing() {
    let old =
        "roles.a = { allow = [\"x:b,c\", \"y:a\"], deny = [\"y:*\"] }\nroles.b.inherits = [\"a\"]";
    let new = "roles.base.allow = [\"x:b\"]
        roles.a = { inherits = [\"base\"], allow = [\"x:c\"], deny = [\"y:*\"] }
        roles.b = { allow = [\"x:c\", \"x:b\", { permission = \"x:b\", when = \"owner\" }, \"y:b\"], deny = [\"y:*\"] }";
    assert_eq!(
        diff(old, new),
        "role `base`, which is new\n  gains  `x:b`\n"
    );
    let (old, same) = (policy(old), policy(old));
    assert!(old.diff(&same).is_empty());
}

/// RB-09: of a pattern only what is really gained.
#[test]
fn only_what_changes_of_a_pattern_is_told() {
    let old = "roles.a.allow = [\"x:read\", \"x:write\"]";
    let new = "roles.a.allow = [\"x:*\"]";
    assert_eq!(
        diff(old, new),
        "role `a`\n  gains  `x:*` except `x:read`, `x:write`\n"
    );
    assert_eq!(
        diff(new, old),
        "role `a`\n  loses  `x:*` except `x:read`, `x:write`\n"
    );
    let old = "roles.a.allow = [\"x:read,write\"]";
    let new = "roles.a.allow = [\"x:delete,read\"]";
    assert_eq!(
        diff(old, new),
        "role `a`\n  gains  `x:delete`\n  loses  `x:write`\n"
    );
}

/// RB-09, RB-03: two roles that each see nothing may see something together.
#[test]
fn fields_that_only_roles_together_see_are_not_forgotten() {
    let text = "roles.a.allow = [\"x\"]\nroles.b.allow = [\"y\"]\n[[field]]\nname = \"f\"\nshow = [\"a\"]\n[[field]]\nname = \"f.g\"\n";
    let (old, new) = (policy(text), policy(&format!("{text}show = [\"b\"]")));
    let diff = old.diff(&new);
    assert_eq!(
        diff.to_string(),
        "role `b`\n  may see fields otherwise beside other roles\n"
    );
    assert!(!diff.is_empty());
    let both = ["a", "b"].iter().fold(Grants::new(), |all, role| {
        all.with(Grant::new(role, Scope::Everywhere)).unwrap()
    });
    let change = diff.for_subject(&both, &tenant_of("t1"), now()).unwrap();
    assert_eq!(change.to_string(), "  sees   `f.g` shown, before hidden\n");
}

/// RB-09, RB-03: a denial within a field that is shown, of a part that no field names.
#[test]
fn a_denial_within_a_field_that_is_seen_is_told() {
    let text =
        "roles.r.allow = [\"x\"]\nroles.d = {}\n[[field]]\nname = \"contact\"\nshow = [\"r\"]\n";
    let old = policy(text);
    let new = policy(&text.replace("roles.d = {}", "roles.d.deny = [\"contact:read:email\"]"));
    let both = ["r", "d"].iter().fold(Grants::new(), |all, role| {
        all.with(Grant::new(role, Scope::Everywhere)).unwrap()
    });
    let change = |one: &Policy, other: &Policy| {
        let diff = one.diff(other);
        let change = diff.for_subject(&both, &tenant_of("t1"), now()).unwrap();
        assert!(!change.is_empty() && !diff.is_empty());
        change.to_string()
    };
    assert_eq!(
        change(&old, &new),
        "  sees no more `contact:read:email:**`\n"
    );
    assert_eq!(change(&new, &old), "  sees now `contact:read:email:**`\n");
}

/// RB-09, RB-13: what bounds the grants of a role, each for itself.
#[test]
fn what_bounds_grants_is_compared() {
    let with = |key: &str| format!("roles.a = {{ allow = [\"x\"]{key} }}\nroles.b.allow = [\"y\"]");
    for (key, said) in [
        (", max_grant = \"4h\"", "max_grant none, before 4h"),
        (
            ", grant_needs = [\"reason\", \"approver\"]",
            "grant_needs none, before approver, reason",
        ),
        (", min_members = 2", "min_members none, before 2"),
        (", max_members = 3", "max_members none, before 3"),
        (
            ", prerequisites = [\"b\"]",
            "prerequisites none, before `b`",
        ),
    ] {
        assert_eq!(diff(&with(key), &with("")), format!("role `a`\n  {said}\n"));
        assert!(!policy(&with(key)).diff(&policy(&with(""))).is_empty());
    }
    let (longer, shorter) = (with(", max_grant = \"8h\""), with(", max_grant = \"4h\""));
    assert_eq!(
        diff(&shorter, &longer),
        "role `a`\n  max_grant 8h, before 4h\n"
    );
    let inherited = |hours: &str| {
        format!(
            "roles.a.max_grant = \"{hours}\"\nroles.b.inherits = [\"a\"]\nroles.c.allow = [\"x\"]"
        )
    };
    let text = "role `a`\n  max_grant 8h, before 4h\nrole `b`\n  max_grant 8h, before 4h\n";
    assert_eq!(diff(&inherited("4h"), &inherited("8h")), text);
}

/// RB-05, RB-09: the end of four eyes is a change.
#[test]
fn separations_and_kinds_of_masks_are_compared() {
    let roles = "roles.a.allow = [\"x\"]\nroles.b.allow = [\"y\"]\n";
    let apart = |kind: &str| {
        format!("{roles}[[separation]]\nkind = \"{kind}\"\nroles = [\"a\", \"b\"]\nn = 2\n")
    };
    let ends = "static separation, fewer than 2 of `a`, `b`: none, before in force\n";
    assert_eq!(diff(&apart("static"), roles), ends);
    assert!(!policy(&apart("static")).diff(&policy(roles)).is_empty());
    let begins = "dynamic separation, fewer than 2 of `a`, `b`: in force, before none\n";
    assert_eq!(
        diff(&apart("static"), &apart("dynamic")),
        format!("{ends}{begins}")
    );
    let masked = |kind: &str| format!("{roles}[[field]]\nname = \"f\"\nmask = [\"a\"]\n{kind}");
    let text = "kind of `f` email, before other\n";
    assert_eq!(
        diff(&masked("kind = \"other\""), &masked("kind = \"email\"")),
        text
    );
    assert_eq!(
        diff(&masked("kind = \"email\""), &masked("")),
        "kind of `f` none, before email\n"
    );
}

/// RB-09: what is not compared by effect is not passed over in silence.
#[test]
fn versions_that_differ_without_any_change_are_told() {
    let (one, other) = (
        "roles.a.allow = [\"x:a\", \"x:b\"]",
        "roles.a.allow = [\"x:a,b\"]",
    );
    let text = "the versions differ, and nothing that was compared does\n";
    assert_eq!(diff(one, other), text);
    assert!(policy(one).diff(&policy(other)).is_empty());
    assert_eq!(diff(one, one), "");
}

/// RB-09.
#[test]
fn subjects_that_gain_or_lose_are_told_by_what_they_hold() {
    let everywhere = |role| Grant::new(role, Scope::Everywhere);
    let inside = |role, tenant| Grant::new(role, Scope::Tenant(tenant_of(tenant)));
    let all = |grants: &[Grant]| {
        grants
            .iter()
            .cloned()
            .fold(Grants::new(), |all, grant| all.with(grant).unwrap())
    };
    let (old, new) = (policy(OLD), policy(NEW));
    let snapshot = Snapshot::load(
        old.clone(),
        [
            ("ada", all(&[inside("old", "acme")])),
            (
                "bea",
                all(&[inside("old", "acme"), inside("user", "globex")]),
            ),
            (
                "cyd",
                all(&[everywhere("limited"), inside("admin", "acme")]),
            ),
            (
                "dan",
                all(&[inside("old", "acme").until(now()), inside("user", "acme")]),
            ),
        ],
    )
    .unwrap();
    let diff = old.diff(&new);
    let text = "\
with `admin`, `limited`
  `cyd` in acme
  gains  `note:edit:*` when mfa_within 1h (before only when owner)
  loses  `member:invite,remove` (now only when mfa_within 1h)
  loses  `note:edit:*` when owner (now only when mfa_within 1h)
  loses  `project:*` except `project:delete`
  sees   `contact.email` shown under conditions, else hidden, before shown
with `old`
  `ada` in acme, `bea` in acme
  loses  `report:read`
with `user`
  `bea` in globex, `dan` in acme
  gains  `member:invite`
  gains  `note:edit:*` (before only when owner)
  sees   `contact.email` masked, before hidden
";
    assert_eq!(diff.subjects(&snapshot, now()).to_string(), text);
    assert!(old.diff(&old).subjects(&snapshot, now()).is_empty());
}

/// RB-09.
#[test]
fn roles_that_come_and_go_say_so() {
    let (old, new) = (policy(OLD), policy(NEW));
    let diff = old.diff(&new);
    let presence = |name| {
        diff.roles()
            .iter()
            .find(|role| role.name() == name)
            .unwrap()
            .presence()
    };
    assert_eq!(
        [presence("auditor"), presence("old"), presence("user")],
        [Presence::Added, Presence::Removed, Presence::Kept]
    );
}

/// RB-09: as programs read it.
#[cfg(feature = "serde")]
#[test]
fn a_diff_has_a_form_for_programs() {
    let old = policy(
        "roles.a = { allow = [{ permission = \"x\", when = \"owner\" }], deny = [\"x:y\"] }\nroles.b.allow = [\"x:**\"]\nfield = [{ name = \"f\" }]",
    );
    let new = policy(
        "roles.a = { allow = [\"x\"], max_grant = \"4h\" }\nroles.b.allow = [\"x:**\"]\nfield = [{ name = \"f\", mask = [\"a\"] }]",
    );
    let diff = old.diff(&new);
    let sight = |how: &str| serde_json::json!({ "always": how, "at_best": how });
    let change = serde_json::json!({
        "gained": [{
            "region": { "pattern": "x", "except": [] }, "when": null, "otherwise": "owner",
            "rule": { "role": "a", "defined_by": "a", "pattern": "x" },
        }],
        "lost": [],
        "fields": [{ "field": "f", "before": sight("hide"), "after": sight("mask") }],
        "hidden": [],
        "not_hidden": [],
    });
    let mut role = change.clone();
    role["name"] = "a".into();
    role["presence"] = "kept".into();
    role["denied"] = serde_json::json!([]);
    role["not_denied"] = serde_json::json!([{ "pattern": "x:y", "except": [] }]);
    role["terms"] = serde_json::json!([{ "about": "max_grant", "before": null, "after": "4h" }]);
    let form = serde_json::json!({ "roles": [role], "terms": [], "unknown": 0 });
    assert_eq!(serde_json::to_value(&diff).unwrap(), form);
    let held = Grants::new()
        .with(Grant::new("a", Scope::Tenant(tenant_of("acme"))))
        .unwrap();
    let snapshot = Snapshot::load(old.clone(), [("ada", held)]).unwrap();
    let mut affected = change;
    affected["roles"] = serde_json::json!(["a"]);
    affected["holders"] = serde_json::json!([{ "name": "ada", "tenant": "acme" }]);
    let form = serde_json::json!({ "affected": [affected], "unknown": 0 });
    assert_eq!(
        serde_json::to_value(diff.subjects(&snapshot, now())).unwrap(),
        form
    );
}

/// RB-09: what would take too long is not guessed.
#[test]
fn policies_made_to_take_long_are_not_said_to_be_the_same() {
    let wide = |tail: &str| {
        let rules: Vec<_> = (0..3000).map(|i| format!("*:x{i}{tail}")).collect();
        policy(&format!(
            "roles.wide.allow = {rules:?}\nroles.a.allow = [\"a:x1\"]"
        ))
    };
    let (old, new) = (wide(":a,b"), wide(":b,c"));
    let diff = old.diff(&new);
    assert!(diff.unknown() > 0 && !diff.is_empty());
    assert!(
        diff.to_string().ends_with("not compared, roles: 1\n"),
        "{diff}"
    );
    let tenant = tenant_of("t1");
    let held = |role| {
        Grants::new()
            .with(Grant::new(role, Scope::Everywhere))
            .unwrap()
    };
    assert_eq!(diff.for_subject(&held("wide"), &tenant, now()), None);
    let snapshot =
        Snapshot::load(old.clone(), [("ada", held("wide")), ("bea", held("a"))]).unwrap();
    let subjects = diff.subjects(&snapshot, now());
    assert_eq!((subjects.unknown(), subjects.is_empty()), (1, false));
    assert_eq!(subjects.to_string(), "not compared, subjects: 1\n");
    assert_eq!(old.what_can(&held("wide"), &tenant, now()), None);
}

/// Whether what is known meets the conditions of an allowance, by their text.
fn holds(allowance: &Allowance<'_>, known: Known) -> bool {
    let text = allowance.when().unwrap_or_default();
    text.split(" and ")
        .filter(|clause| !clause.is_empty())
        .all(|clause| match clause.split_once(' ') {
            None => clause == "owner" && known.owner,
            Some((_, within)) => {
                let hours: u64 = within.trim_end_matches('h').parse().unwrap();
                known.factor_hours.is_some_and(|age| age < hours)
            }
        })
}

fn decide(policy: &Policy, grants: &Grants, asked: &Permission<'_>, known: Known) -> bool {
    let tenant = tenant_of("t1");
    policy
        .decide(grants, &request(&tenant, asked, known), now())
        .is_allowed()
}

/// A policy with fields that its roles see.
fn with_fields() -> impl Strategy<Value = Policy> {
    let roles = || prop::sample::subsequence(random::ROLES.to_vec(), 0..3);
    let fields = prop::collection::vec((roles(), roles()), 3);
    let within = [
        "",
        "\"a:read:c\", ",
        "\"a:read:a,b:*\", ",
        "\"*:read:*:b\", ",
    ];
    let within = prop::sample::select(within.to_vec());
    (random::text(), fields, within).prop_map(|(text, fields, within)| {
        let mut text = text.replacen("deny = [", &format!("deny = [{within}"), 2);
        for (name, (show, mask)) in ["a", "a.b", "b.a"].iter().zip(fields) {
            let mask: Vec<_> = mask
                .into_iter()
                .filter(|role| !show.contains(role))
                .collect();
            text += &format!("[[field]]\nname = {name:?}\nshow = {show:?}\nmask = {mask:?}\n");
        }
        text.parse().unwrap()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// RB-09: a question is decided otherwise exactly where the diff says so, for subjects with
    /// whatever roles.
    #[test]
    fn a_question_is_decided_otherwise_exactly_where_the_diff_says_so(
        old in random::policy(), new in random::policy(), grants in random::grants(),
    ) {
        let diff = old.diff(&new);
        prop_assert_eq!(diff.unknown(), 0);
        let change = diff.for_subject(&grants, &tenant_of("t1"), now()).unwrap();
        for asked in universe() {
            for (told, from, to) in [(change.gained(), &old, &new), (change.lost(), &new, &old)] {
                let differs = |known| decide(to, &grants, &asked, known) && !decide(from, &grants, &asked, known);
                let of = || told.iter().filter(|one| one.region().contains(&asked));
                for known in Known::every().filter(|known| differs(*known)) {
                    prop_assert!(of().any(|one| holds(one, known)), "{} {:?}\n{}", asked, known, diff);
                }
                for one in of() {
                    let said = Known::every().any(|known| holds(one, known) && differs(known));
                    prop_assert!(said, "{} {}\n{}", asked, one, diff);
                }
            }
        }
    }

    /// RB-09: where no role changes, nothing does; and the policies are told apart by what each role
    /// alone may do.
    #[test]
    fn roles_that_do_not_change_decide_as_before(
        old in random::policy(), new in random::policy(), grants in random::grants(),
    ) {
        let diff = old.diff(&new);
        let changed = |role: &str| diff.roles().iter().any(|change| change.name() == role);
        if !grants.iter().any(|grant| changed(grant.role())) {
            for asked in universe() {
                for known in Known::every() {
                    prop_assert_eq!(decide(&old, &grants, &asked, known), decide(&new, &grants, &asked, known));
                }
            }
        }
        for change in diff.roles() {
            let alone = Grants::new().with(Grant::new(change.name(), Scope::Everywhere)).unwrap();
            let of_subject = diff.for_subject(&alone, &tenant_of("t1"), now()).unwrap();
            prop_assert_eq!(change.change(), &of_subject);
        }
    }

    /// RB-09, RB-03: a field is seen otherwise exactly where the diff says so.
    #[test]
    fn a_field_is_seen_otherwise_exactly_where_the_diff_says_so(
        old in with_fields(), new in with_fields(), grants in random::grants(),
    ) {
        let tenant = tenant_of("t1");
        let sees = |policy: &Policy, field: &str| -> [Visibility; 2] {
            let facts = [Facts::new(), Facts::new().second_factor_at(now())];
            facts.map(|facts| policy.visibility_with(&grants, &tenant, field, facts, now()))
        };
        let diff = old.diff(&new);
        let change = diff.for_subject(&grants, &tenant, now()).unwrap();
        for path in ["a.a", "a.b.a", "a.c.b", "b.a.b", "b.a.c", "a.a.a"] {
            let mut parts: Vec<_> = path.split('.').collect();
            parts.insert(1, "read");
            let read = Permission::parse(&parts.join(":")).unwrap().into_owned();
            let covers = |field: &str| path == field || path.starts_with(&format!("{field}."));
            let around = change.fields().iter().any(|change| covers(change.field()));
            let in_any = |regions: &[Region<'_>]| regions.iter().any(|one| one.contains(&read));
            let [hidden, shown] = [change.hidden(), change.not_hidden()].map(in_any);
            let (before, after) = (sees(&old, path), sees(&new, path));
            prop_assert!(before == after || around || hidden || shown, "{}\n{}", path, change);
            let seen = |at: [Visibility; 2]| at[1] != Visibility::Hide;
            prop_assert!(!hidden || (seen(before) && !seen(after)), "{}\n{}", path, change);
            prop_assert!(!shown || (!seen(before) && seen(after)), "{}\n{}", path, change);
        }
        for field in ["a", "a.b", "b.a"] {
            let told = change.fields().iter().find(|change| change.field() == field);
            let (before, after) = (sees(&old, field), sees(&new, field));
            prop_assert_eq!(told.is_some(), before != after, "{}", field);
            if let Some(told) = told {
                prop_assert_eq!([told.before().always(), told.before().at_best()], before);
                prop_assert_eq!([told.after().always(), told.after().at_best()], after);
                let touched = |role: &str| diff.roles().iter().any(|change| change.name() == role);
                prop_assert!(grants.iter().any(|grant| touched(grant.role())));
            }
        }
    }
}
