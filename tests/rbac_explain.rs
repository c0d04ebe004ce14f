//! Decisions are explained, and what would change them is said.
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

use portcullis::{
    Timestamp,
    rbac::{
        Grant, Grants, Permission, Policy, Request, Scope, Snapshot,
        explain::{Capable, Matched, Standing, Step},
    },
};
use proptest::prelude::*;
use random::{Known, known, now, request, tenant_of, universe};

const POLICY: &str = r#"
portcullis = 1

[roles.user]
allow = ["project:read", { permission = "note:edit:*", when = "owner" }]

[roles.editor]
inherits = ["user"]
allow = ["project:edit"]

[roles.owner]
allow = ["**"]

[roles.admin]
inherits = ["editor"]
allow = ["project:*"]
require = { mfa_within = "12h" }

[roles.remover]
allow = ["project:delete"]

[roles.frozen]
deny = ["project:edit,delete"]
"#;

fn policy() -> Policy {
    POLICY.parse().unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn nine() -> Timestamp {
    at("2026-11-21T09:00:00Z")
}

fn in_tenant(role: &str, tenant: &str) -> Grant {
    Grant::new(role, Scope::Tenant(tenant_of(tenant)))
}

fn all(grants: impl IntoIterator<Item = Grant>) -> Grants {
    grants
        .into_iter()
        .fold(Grants::new(), |all, grant| all.with(grant).unwrap())
}

/// What would have to be so for Ann to do this in Acme.
fn steps(grants: &Grants, permission: &str) -> Vec<String> {
    let (policy, tenant) = (policy(), tenant_of("acme"));
    let permission = Permission::parse(permission).unwrap();
    let request = Request::new("ann", &tenant, &permission);
    let explanation = policy.explain(grants, &request, nine());
    explanation.steps().iter().map(Step::to_string).collect()
}

/// RB-06.
#[test]
fn an_allowance_is_explained_by_each_grant_and_needs_nothing() {
    let (policy, tenant) = (policy(), tenant_of("acme"));
    let permission = Permission::parse("project:edit").unwrap();
    let grants = all([in_tenant("editor", "acme"), in_tenant("frozen", "globex")]);
    let explanation = policy.explain(&grants, &Request::new("ann", &tenant, &permission), nine());
    assert!(explanation.decision().is_allowed());
    assert!(explanation.steps().is_empty());
    let standings: Vec<_> = explanation
        .grants()
        .iter()
        .map(|one| one.standing())
        .collect();
    assert_eq!(standings, [Standing::Active, Standing::OtherTenant]);
    assert!(matches!(
        explanation.grants()[0].rules(),
        [Matched::Allows(_)]
    ));
    assert!(matches!(
        explanation.grants()[1].rules(),
        [Matched::Denies(_)]
    ));
    let text = "\
may `ann` do `project:edit` in tenant `acme`, at 2026-11-21T09:00:00Z?
allowed: role `editor` may `project:edit`; policy VERSION

grants
  editor  in acme    active: allows `project:edit`
  frozen  in globex  is for another tenant: denies `project:delete,edit`
";
    let text = text.replace("VERSION", &format!("{:.8}", policy.version()));
    assert_eq!(explanation.to_string(), text);
}

/// RB-06.
#[test]
fn a_denial_is_explained_by_each_grant_and_by_what_is_missing() {
    let (policy, tenant) = (policy(), tenant_of("acme"));
    let permission = Permission::parse("note:edit:7").unwrap();
    let grants = all([
        in_tenant("editor", "acme").until(at("2026-11-21T09:00:00Z")),
        in_tenant("user", "acme").from(at("2026-11-01T00:00:00Z")),
        Grant::new("gone", Scope::Everywhere),
        Grant::new("remover", Scope::Everywhere).from(at("2027-01-01T00:00:00Z")),
    ]);
    let request = Request::new("ann", &tenant, &permission).owned_by("ben");
    let text = "\
may `ann` do `note:edit:7` in tenant `acme` to what `ben` owns, at 2026-11-21T09:00:00Z?
denied: the condition on owner is not met; policy VERSION

grants
  editor   in acme until 2026-11-21T09:00:00Z    has ended: allows `note:edit:*` as `user`, but only when owner
  gone     everywhere                            the policy has no such role
  remover  everywhere from 2027-01-01T00:00:00Z  has not begun: no rule matches
  user     in acme from 2026-11-01T00:00:00Z     active: allows `note:edit:*`, but only when owner

to allow it
  it must hold: owner
";
    let text = text.replace("VERSION", &format!("{:.8}", policy.version()));
    assert_eq!(policy.explain(&grants, &request, nine()).to_string(), text);
}

/// RB-06.
#[test]
fn of_the_roles_that_would_do_one_that_gives_least_is_named() {
    let start = "from 2026-11-21T09:00:00Z";
    assert_eq!(
        steps(&Grants::new(), "project:edit"),
        [format!("grant `editor` in acme {start}")]
    );
    assert_eq!(
        steps(&Grants::new(), "project:delete"),
        [format!("grant `remover` in acme {start}")]
    );
    assert_eq!(
        steps(&Grants::new(), "project:archive"),
        [format!("grant `owner` in acme {start}")]
    );
}

/// RB-06: not a wider one, though it looks smaller.
#[test]
fn a_role_within_another_gives_less_than_it() {
    let names: Vec<_> = (0..2000).map(|n| format!("a{n}")).collect();
    let listed: Vec<_> = names
        .chunks(500)
        .map(|some| format!("x:{}", some.join(",")))
        .collect();
    let text =
        format!("portcullis = 1\nroles.any.allow = [\"x:*\"]\nroles.listed.allow = {listed:?}");
    let (policy, tenant): (Policy, _) = (text.parse().unwrap(), tenant_of("acme"));
    let permission = Permission::parse("x:a7").unwrap();
    let request = Request::new("ann", &tenant, &permission);
    let explanation = policy.explain(&Grants::new(), &request, nine());
    assert_eq!(
        explanation.steps(),
        [Step::Grant(in_tenant("listed", "acme").from(nine()))]
    );
}

/// RB-06: what the subject had, will have or has elsewhere is nearer than what they never had.
#[test]
fn a_grant_of_the_subject_is_renewed_before_another_is_made() {
    let start = "from 2026-11-21T09:00:00Z";
    for grant in [
        in_tenant("owner", "acme").until(nine()),
        in_tenant("owner", "acme").from(at("2026-11-21T09:00:00.001Z")),
        in_tenant("owner", "globex"),
    ] {
        assert_eq!(
            steps(&all([grant]), "project:edit"),
            [format!("grant `owner` in acme {start}")]
        );
    }
}

/// RB-06.
#[test]
fn what_denies_must_go_and_what_is_missing_then_must_come() {
    let frozen = Grant::new("frozen", Scope::Everywhere);
    let withdraw = "withdraw `frozen` everywhere, which denies `project:delete,edit`";
    assert_eq!(
        steps(
            &all([frozen.clone(), in_tenant("editor", "acme")]),
            "project:edit"
        ),
        [withdraw]
    );
    let grant = "grant `editor` in acme from 2026-11-21T09:00:00Z";
    assert_eq!(steps(&all([frozen]), "project:edit"), [withdraw, grant]);
}

/// RB-06, RB-04.
#[test]
fn what_must_be_proved_or_hold_is_said() {
    let admin = all([in_tenant("admin", "acme")]);
    assert_eq!(
        steps(&admin, "project:archive"),
        ["the subject must prove a second factor, at most 12h ago"]
    );
}

/// RB-06.
#[test]
fn what_no_role_allows_needs_another_policy() {
    let text =
        "portcullis = 1\nroles.a.allow = [\"x\"]\nroles.b = { inherits = [\"a\"], deny = [\"x\"] }";
    let (policy, tenant): (Policy, _) = (text.parse().unwrap(), tenant_of("acme"));
    for (asked, expected) in [
        ("y", Step::NoRole),
        ("x", Step::Grant(in_tenant("a", "acme").from(nine()))),
    ] {
        let permission = Permission::parse(asked).unwrap();
        let request = Request::new("ann", &tenant, &permission);
        assert_eq!(
            policy.explain(&Grants::new(), &request, nine()).steps(),
            [expected]
        );
    }
}

/// RB-06, RB-05: a grant that would be refused is not named, where its role or one that this inherits
/// bounds it.
#[test]
fn the_grant_that_is_missing_is_as_long_as_it_may_be() {
    let text = "portcullis = 1
        roles.a = { allow = [\"x\"], max_grant = \"4h\" }
        roles.b = { inherits = [\"a\"], allow = [\"y\"], max_grant = \"8h\" }";
    let (policy, tenant): (Policy, _) = (text.parse().unwrap(), tenant_of("acme"));
    for role in ["a", "b"] {
        let asked = if role == "a" { "x" } else { "y" };
        let permission = Permission::parse(asked).unwrap();
        let request = Request::new("ann", &tenant, &permission);
        let grant = in_tenant(role, "acme")
            .from(nine())
            .until(at("2026-11-21T13:00:00Z"));
        let explanation = policy.explain(&Grants::new(), &request, nine());
        assert_eq!(explanation.steps(), [Step::Grant(grant)]);
    }
}

/// RB-06: a subject's name cannot write lines of its own.
#[test]
fn names_are_printed_on_one_line() {
    let (policy, tenant) = (policy(), tenant_of("acme"));
    let permission = Permission::parse("project:read").unwrap();
    let request = Request::new("ann\nallowed", &tenant, &permission).owned_by("\u{1b}[2J");
    let text = policy.explain(&Grants::new(), &request, nine()).to_string();
    let first = text.lines().next().unwrap();
    assert!(
        first.starts_with("may `ann\\nallowed` do `project:read`"),
        "{first}"
    );
    assert!(!text.contains('\u{1b}'));
}

/// RB-10.
#[test]
fn what_a_subject_can_do_is_listed_once_with_its_conditions() {
    let (policy, tenant) = (policy(), tenant_of("acme"));
    let can = |grants: &Grants| -> Vec<_> {
        let all = policy.what_can(grants, &tenant, nine()).unwrap();
        all.iter()
            .map(|one| format!("{one} as {}", one.rule().role()))
            .collect()
    };
    let editor = all([in_tenant("editor", "acme"), in_tenant("owner", "globex")]);
    assert_eq!(
        can(&editor),
        [
            "`note:edit:*` when owner as editor",
            "`project:edit` as editor",
            "`project:read` as editor"
        ]
    );
    let frozen = all([
        in_tenant("owner", "acme"),
        Grant::new("frozen", Scope::Everywhere),
    ]);
    assert_eq!(can(&frozen), ["`**` except `project:delete,edit` as owner"]);
    assert_eq!(can(&Grants::new()), [""; 0]);
}

/// RB-10.
#[test]
fn who_can_do_something_is_listed_with_the_rules_that_allow_it() {
    let subjects = [
        (
            "ada",
            all([in_tenant("editor", "acme"), in_tenant("admin", "acme")]),
        ),
        ("bea", all([in_tenant("admin", "acme")])),
        (
            "cyd",
            all([
                in_tenant("owner", "acme"),
                Grant::new("frozen", Scope::Everywhere),
            ]),
        ),
        (
            "dan",
            all([Grant::new("owner", Scope::Everywhere).until(nine())]),
        ),
        ("eve", all([in_tenant("owner", "globex")])),
        (
            "fay",
            all([
                Grant::new("editor", Scope::Everywhere),
                in_tenant("owner", "acme"),
            ]),
        ),
    ];
    let snapshot = Snapshot::load(policy(), subjects).unwrap();
    let who = |permission: &str| -> Vec<_> {
        let permission = Permission::parse(permission).unwrap();
        let can = snapshot.who_can(&permission, &tenant_of("acme"), nine());
        can.iter().map(Capable::to_string).collect()
    };
    assert_eq!(
        who("project:edit"),
        [
            "`ada` as `editor`",
            "`bea` as `admin` when mfa_within 12h",
            "`fay` as `editor`"
        ]
    );
    let notes = [
        "`ada` as `editor` when owner",
        "`bea` as `admin` when owner and mfa_within 12h",
        "`cyd` as `owner`",
        "`fay` as `owner`",
    ];
    assert_eq!(who("note:edit:7"), notes);
}

/// RB-06: as programs read it.
#[cfg(feature = "serde")]
#[test]
fn an_explanation_has_a_form_for_programs() {
    let (policy, tenant) = (policy(), tenant_of("acme"));
    let permission = Permission::parse("project:edit").unwrap();
    let grants = all([
        in_tenant("admin", "acme"),
        Grant::new("frozen", Scope::Everywhere),
    ]);
    let explanation = policy.explain(&grants, &Request::new("ann", &tenant, &permission), nine());
    let rule = |role: &str, by: &str, pattern: &str| serde_json::json!({ "role": role, "defined_by": by, "pattern": pattern });
    let grant = |role: &str, tenant: Option<&str>| {
        serde_json::json!({
            "role": role, "tenant": tenant, "from": "1970-01-01T00:00:00.000Z", "until": null,
            "kind": "ordinary", "reason": null, "requester": null, "approver": null,
        })
    };
    let denies = rule("frozen", "frozen", "project:delete,edit");
    let form = serde_json::json!({
        "question": {
            "subject": "ann", "owner": null, "tenant": "acme", "permission": "project:edit",
            "at": "2026-11-21T09:00:00.000Z",
        },
        "decision": {
            "allowed": false, "rule": denies, "version": policy.version().to_string(),
            "text": explanation.decision().to_string(),
        },
        "grants": [
            {
                "grant": grant("admin", Some("acme")), "standing": "active",
                "rules": [
                    { "under": { "rule": rule("admin", "admin", "project:*"), "terms": "mfa_within 12h" } },
                    { "under": { "rule": rule("admin", "editor", "project:edit"), "terms": "mfa_within 12h" } },
                ],
            },
            { "grant": grant("frozen", None), "standing": "active", "rules": [{ "denies": denies }] },
        ],
        "steps": [
            { "withdraw": { "grant": grant("frozen", None), "rule": denies } },
            { "prove": 43200 },
        ],
    });
    assert_eq!(serde_json::to_value(&explanation).unwrap(), form);
    let can = policy
        .what_can(&all([in_tenant("user", "acme")]), &tenant, nine())
        .unwrap();
    let form = serde_json::json!([
        {
            "region": { "pattern": "note:edit:*", "except": [] }, "when": "owner",
            "rule": rule("user", "user", "note:edit:*"),
        },
        {
            "region": { "pattern": "project:read", "except": [] }, "when": null,
            "rule": rule("user", "user", "project:read"),
        },
    ]);
    assert_eq!(serde_json::to_value(can).unwrap(), form);
}

/// RB-10, RB-04: what no facts can make so is not said to be possible.
#[test]
fn what_is_allowed_under_conditions_that_exclude_each_other_is_not_listed() {
    let text = "portcullis = 1
        [roles.a]
        allow = [\"x\", { permission = \"y\", when = { environment = [\"production\"] } }]
        require = { environment = [\"test\"] }";
    let grants = all([in_tenant("a", "acme")]);
    let snapshot = Snapshot::load(text.parse().unwrap(), [("ada", grants.clone())]).unwrap();
    let tenant = tenant_of("acme");
    let can = snapshot
        .policy()
        .what_can(&grants, &tenant, nine())
        .unwrap();
    let can: Vec<_> = can.iter().map(ToString::to_string).collect();
    assert_eq!(can, ["`x` when environment test"]);
    let who = |asked: &str| {
        let permission = Permission::parse(asked).unwrap();
        snapshot.who_can(&permission, &tenant, nine()).len()
    };
    assert_eq!([who("x"), who("y")], [1, 0]);
}

/// Applies what an explanation asks for, without the step of this number.
fn applied(
    policy: &Policy,
    grants: &Grants,
    (permission, known): (&Permission<'_>, Known),
    steps: &[Step<'_>],
    left_out: Option<usize>,
) -> bool {
    let tenant = tenant_of("t1");
    let (mut held, mut facts) = (grants.clone(), known);
    for (_, step) in steps
        .iter()
        .enumerate()
        .filter(|(i, _)| Some(*i) != left_out)
    {
        match step {
            Step::Withdraw { grant: gone, .. } => {
                held = all(held.iter().filter(|grant| *grant != gone).cloned())
            }
            Step::Grant(grant) => held = held.with(grant.clone()).unwrap(),
            Step::Prove(_) => facts.factor_hours = Some(0),
            Step::Meet(_) => facts = Known::ALL,
            _ => panic!("{step}"),
        }
    }
    policy
        .decide(&held, &request(&tenant, permission, facts), now())
        .is_allowed()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    /// RB-06: all of the steps together allow it, and none of them can be left out.
    #[test]
    fn the_steps_lead_to_an_allowance_and_none_is_idle(
        policy in random::policy(),
        grants in random::grants(),
        known in known(),
        asked in prop::sample::select(universe()),
    ) {
        let tenant = tenant_of("t1");
        let question = request(&tenant, &asked, known);
        let explanation = policy.explain(&grants, &question, now());
        prop_assert_eq!(explanation.decision(), policy.decide(&grants, &question, now()));
        prop_assert_eq!(explanation.steps().is_empty(), explanation.decision().is_allowed());
        let steps = explanation.steps();
        // `root` may do everything
        prop_assert!(!steps.contains(&Step::NoRole));
        if !steps.is_empty() {
            prop_assert!(applied(&policy, &grants, (&asked, known), steps, None), "{}", explanation);
        }
        for i in 0..steps.len() {
            prop_assert!(!applied(&policy, &grants, (&asked, known), steps, Some(i)), "{} {}", i, explanation);
        }
    }

    /// RB-06: no other role that would do as it is gives strictly less than the one that is named.
    #[test]
    fn no_role_that_would_do_gives_less(policy in random::policy(), known in known(), asked in prop::sample::select(universe())) {
        let tenant = tenant_of("t1");
        let explanation = policy.explain(&Grants::new(), &request(&tenant, &asked, known), now());
        if let [Step::Grant(named)] = explanation.steps() {
            let allowed = |role: &str, known| {
                let grants = all([in_tenant(role, "t1")]);
                let may = |p: &&Permission<'_>| policy.decide(&grants, &request(&tenant, p, known), now()).is_allowed();
                universe().iter().filter(may).cloned().collect::<Vec<_>>()
            };
            let gives = |role: &str| Known::every().map(|known| allowed(role, known)).collect::<Vec<_>>();
            let within = |one: &[Vec<_>], other: &[Vec<_>]| {
                one.iter().zip(other).all(|(one, other)| one.iter().all(|p| other.contains(p)))
            };
            let named = gives(named.role());
            for role in random::ROLES {
                let (does, gives) = (allowed(role, known).contains(&asked), gives(role));
                let is_less = within(&gives, &named) && !within(&named, &gives);
                prop_assert!(!(does && is_less), "{} {}", role, explanation);
            }
        }
    }

    /// RB-10: a subject is listed exactly where they are allowed once the conditions hold.
    #[test]
    fn who_can_is_who_is_allowed(
        policy in random::policy(),
        grants in prop::collection::vec(random::grants(), 6),
        asked in prop::sample::select(universe()),
    ) {
        let tenant = tenant_of("t1");
        let named = || ["a", "b", "c", "d", "e", "f"].into_iter().zip(grants.clone());
        let snapshot = Snapshot::load(policy.clone(), named()).unwrap();
        let can = snapshot.who_can(&asked, &tenant, now());
        prop_assert!(can.is_sorted_by_key(|one| one.name()));
        for (name, grants) in named() {
            let listed = can.iter().find(|one| one.name() == name);
            let decide = |known| policy.decide(&grants, &request(&tenant, &asked, known), now()).is_allowed();
            prop_assert_eq!(listed.is_some(), decide(Known::ALL));
            let always = listed.is_some_and(|one| one.by().iter().any(|by| by.when().is_none()));
            prop_assert_eq!(always, decide(Known { owner: false, factor_hours: None }));
        }
    }

    /// RB-10: a permission is listed exactly where it is allowed once the conditions hold.
    #[test]
    fn what_can_be_done_is_what_is_allowed(policy in random::policy(), grants in random::grants()) {
        let tenant = tenant_of("t1");
        let can = policy.what_can(&grants, &tenant, now()).unwrap();
        for asked in universe() {
            let listed = can.iter().filter(|one| one.region().contains(&asked));
            let (mut always, mut when) = (false, false);
            for one in listed {
                prop_assert!(one.rule().pattern().matches(&asked));
                always |= one.when().is_none();
                when = true;
            }
            let decide = |known| policy.decide(&grants, &request(&tenant, &asked, known), now()).is_allowed();
            prop_assert_eq!(decide(Known::ALL), when, "{}", asked);
            prop_assert_eq!(decide(Known { owner: false, factor_hours: None }), always, "{}", asked);
        }
    }
}
