//! A directory answers as the policy does, for everybody and at once.
#![cfg(feature = "rbac")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    unreachable_pub,
    reason = "tests stop at what they did not expect"
)]

#[path = "rbac_directory/administration.rs"]
mod administration;
#[path = "rbac_directory/loading.rs"]
mod loading;
#[path = "rbac_directory/model.rs"]
mod model;
#[path = "rbac_directory/threads.rs"]
mod threads;

use portcullis::{
    Timestamp,
    rbac::{
        Decision, Directory, Flaw, Grant, Grants, Outcome, Permission, Policy, Question, Reason,
        Request, Scope, Snapshot, Tenant,
    },
};

const NOW: Timestamp = Timestamp::from_secs(1_795_251_600);

fn policy(roles: &str) -> Policy {
    format!("portcullis = 1\n{roles}").parse().unwrap()
}

/// Roles that allow what they are called.
fn roles(names: &[&str]) -> Policy {
    let roles = names
        .iter()
        .map(|name| format!("roles.{name}.allow = [\"{name}\"]\n"));
    policy(&roles.collect::<String>())
}

fn here(tenant: &str) -> Scope {
    Scope::Tenant(Tenant::new(tenant).unwrap())
}

fn grants(roles: &[&str]) -> Grants {
    let grants = roles.iter().map(|role| Grant::new(role, here("acme")));
    grants.fold(Grants::new(), |all, grant| all.with(grant).unwrap())
}

fn decide<'s>(
    snapshot: &'s Snapshot,
    subject: &str,
    tenant: &str,
    permission: &str,
) -> Decision<'s> {
    let (tenant, permission) = (
        Tenant::new(tenant).unwrap(),
        Permission::parse(permission).unwrap(),
    );
    snapshot.decide(&Request::new(subject, &tenant, &permission), NOW)
}

fn may(snapshot: &Snapshot, subject: &str, permission: &str) -> bool {
    decide(snapshot, subject, "acme", permission).is_allowed()
}

/// RB-02: who is not in the directory holds nothing, and so does nobody.
#[test]
fn a_subject_it_does_not_know_is_denied() {
    let directory = Directory::new(Snapshot::new(roles(&["a"])));
    directory.danger_set_grants("ada", &grants(&["a"])).unwrap();
    let snapshot = directory.snapshot();
    assert!(may(&snapshot, "ada", "a"));
    for name in ["ben", "", "ad", "adam", &"x".repeat(300)] {
        assert!(!may(&snapshot, name, "a"), "{name}");
        assert_eq!(snapshot.grants(name), Grants::new());
    }
}

/// RB-07: names are compared byte by byte, whatever they look like.
#[test]
fn names_that_look_alike_are_several_subjects() {
    // Latin a and Cyrillic а; é as one character and as two
    let names = [
        "ada",
        "Ada",
        "ada ",
        "\u{430}da",
        "\u{e9}",
        "e\u{301}",
        "ada\0",
        "\u{1f980}",
    ];
    let directory = Directory::new(Snapshot::new(roles(&["a", "b"])));
    for name in names {
        directory.danger_set_grants(name, &grants(&["a"])).unwrap();
    }
    assert_eq!(directory.snapshot().len(), names.len());
    directory.danger_set_grants("ada", &grants(&["b"])).unwrap();
    let snapshot = directory.snapshot();
    for name in names {
        assert_eq!(may(&snapshot, name, "a"), name != "ada", "{name}");
    }
    let mut known: Vec<_> = snapshot.subjects().map(|s| s.name()).collect();
    known.sort_unstable();
    let mut all = names;
    all.sort_unstable();
    assert_eq!(known, all);
}

/// RB-07.
#[test]
fn a_name_has_1_to_255_bytes() {
    let directory = Directory::new(Snapshot::new(roles(&["a"])));
    let set = |name: &str| {
        let changed = directory.danger_set_grants(name, &grants(&["a"]));
        changed.map(|_| ())
    };
    assert_eq!(set(""), Err(Flaw::Subject));
    assert_eq!(set(&"x".repeat(256)), Err(Flaw::Subject));
    assert_eq!(set(&"\u{e9}".repeat(128)), Err(Flaw::Subject));
    assert!(directory.snapshot().is_empty());
    assert_eq!(set(&"x".repeat(255)), Ok(()));
    assert!(may(&directory.snapshot(), &"x".repeat(255), "a"));
    assert!(!may(&directory.snapshot(), &"x".repeat(254), "a"));
}

/// RB-02.
#[test]
fn tenants_and_times_count_as_with_the_policy() {
    let directory = Directory::new(Snapshot::new(roles(&["a", "b"])));
    let held = Grants::new()
        .with(Grant::new("a", here("acme")).until(NOW))
        .and_then(|held| held.with(Grant::new("a", here("globex"))))
        .and_then(|held| held.with(Grant::new("b", Scope::Everywhere).from(NOW)))
        .unwrap();
    directory.danger_set_grants("ada", &held).unwrap();
    let snapshot = directory.snapshot();
    assert_eq!(snapshot.grants("ada"), held);
    assert!(matches!(
        decide(&snapshot, "ada", "acme", "a").outcome(),
        Outcome::Deny(Reason::Expired)
    ));
    assert!(decide(&snapshot, "ada", "globex", "a").is_allowed());
    assert!(matches!(
        decide(&snapshot, "ada", "initech", "a").outcome(),
        Outcome::Deny(Reason::OtherTenant)
    ));
    assert!(decide(&snapshot, "ada", "initech", "b").is_allowed());
}

/// RB-01: what is no permission and what is no tenant is no question.
#[test]
fn text_that_is_no_question_is_an_error() {
    let directory = Directory::new(Snapshot::new(roles(&["a"])));
    let everywhere = Grants::new().with(Grant::new("a", Scope::Everywhere));
    directory
        .danger_set_grants("ada", &everywhere.unwrap())
        .unwrap();
    let snapshot = directory.snapshot();
    let ask = |tenant: &str, permission: &str| {
        let decision = snapshot.decide_text(&Question::new("ada", tenant, permission), NOW);
        decision.map(|decision| decision.is_allowed())
    };
    assert_eq!(ask("acme", "a"), Ok(true));
    assert_eq!(ask("acme", "b"), Ok(false));
    for (tenant, permission) in [
        ("*", "a"),
        ("", "a"),
        ("a b", "a"),
        ("acme", "*"),
        ("acme", ""),
        ("acme", "a:"),
    ] {
        assert!(ask(tenant, permission).is_err(), "{tenant} {permission}");
    }
}

/// RB-12: what is held does not change, and what was changed is seen by whoever asks next.
#[test]
fn a_held_snapshot_stays_as_it_was() {
    let directory = Directory::new(Snapshot::new(roles(&["a", "b"])));
    let mut reader = directory.reader();
    let mut held = Vec::new();
    for i in 0..500 {
        held.push((i, directory.snapshot()));
        assert_eq!(reader.snapshot().len(), i);
        let role = if i % 2 == 0 { "a" } else { "b" };
        directory
            .danger_set_grants(&format!("u{i}"), &grants(&[role]))
            .unwrap();
        assert!(may(&directory.snapshot(), &format!("u{i}"), role));
        assert!(may(reader.snapshot(), &format!("u{i}"), role));
    }
    for (i, snapshot) in held {
        assert_eq!(snapshot.len(), i);
        assert!(!may(&snapshot, &format!("u{i}"), "a"));
        assert_eq!(i > 0, may(&snapshot, "u0", "a"));
        assert_eq!(snapshot.subjects().count(), i);
    }
}

/// RB-12.
#[test]
fn a_subject_without_grants_is_gone() {
    let directory = Directory::new(Snapshot::new(roles(&["a"])));
    for name in ["ada", "ben"] {
        directory.danger_set_grants(name, &grants(&["a"])).unwrap();
    }
    directory.danger_set_grants("ada", &Grants::new()).unwrap();
    let snapshot = directory.snapshot();
    assert_eq!(snapshot.len(), 1);
    assert!(!may(&snapshot, "ada", "a"));
    assert!(may(&snapshot, "ben", "a"));
    directory.danger_set_grants("ada", &Grants::new()).unwrap();
    assert_eq!(directory.snapshot().len(), 1);
}

/// RB-12: a role that a new policy does not define allows and denies nothing, is listed, and counts
/// again when a policy defines it.
#[test]
fn roles_that_a_new_policy_does_not_define_wait_for_one_that_does() {
    let old = policy("roles.a.allow = [\"x\", \"y\"]\nroles.strict.deny = [\"x\"]");
    let without = policy("roles.a.allow = [\"x\"]");
    let later =
        policy("roles.first.allow = [\"x\"]\nroles.strict.deny = [\"x\"]\nroles.a.allow = [\"x\"]");
    let directory = Directory::new(Snapshot::new(old.clone()));
    directory
        .danger_set_grants("ada", &grants(&["a", "strict"]))
        .unwrap();
    directory
        .danger_set_grants("ben", &grants(&["strict"]))
        .unwrap();
    assert!(!may(&directory.snapshot(), "ada", "x"));
    assert!(directory.snapshot().unknown_roles().is_empty());

    directory.publish(old.version(), without.clone()).unwrap();
    let snapshot = directory.snapshot();
    assert!(may(&snapshot, "ada", "x"));
    assert!(!may(&snapshot, "ada", "y"));
    assert_eq!(snapshot.unknown_roles(), [("strict", 2)].into());
    assert_eq!(snapshot.grants("ada"), grants(&["a", "strict"]));
    // who changes something else about ada does not have to drop it
    let more = grants(&["a", "strict"])
        .with(Grant::new("a", here("globex")))
        .unwrap();
    directory.danger_set_grants("ada", &more).unwrap();

    directory.publish(without.version(), later).unwrap();
    let snapshot = directory.snapshot();
    assert!(!may(&snapshot, "ada", "x"));
    assert!(decide(&snapshot, "ada", "globex", "x").is_allowed());
    assert!(snapshot.unknown_roles().is_empty());
}

/// RB-12: who publishes from a policy that is no longer in force changes nothing.
#[test]
fn a_policy_is_published_only_in_place_of_the_one_that_was_seen() {
    let (one, two, three) = (roles(&["a"]), roles(&["a", "b"]), roles(&["a", "b", "c"]));
    let directory = Directory::new(Snapshot::new(one.clone()));
    directory.publish(one.version(), two.clone()).unwrap();
    let stale = directory.publish(one.version(), three.clone()).unwrap_err();
    assert_eq!(stale.version(), two.version());
    assert!(
        stale.to_string().contains(&two.version().to_string()),
        "{stale}"
    );
    assert_eq!(directory.snapshot().policy(), &two);
    directory.publish(two.version(), three.clone()).unwrap();
    assert_eq!(directory.snapshot().policy(), &three);
}

/// RB-07: thousands who come and go, and nobody is taken for another.
#[test]
fn subjects_come_and_go_in_any_number() {
    let directory = Directory::new(Snapshot::new(roles(&["a"])));
    let mut held = std::collections::BTreeSet::new();
    // each is set when it comes up first, removed the next time, and so on
    let mut next = 1_usize;
    for _ in 0..12_000 {
        next = next * 75 % 65_537;
        let name = format!("u{}", next % 5_000);
        if held.remove(&name) {
            directory.danger_set_grants(&name, &Grants::new()).unwrap();
        } else {
            directory.danger_set_grants(&name, &grants(&["a"])).unwrap();
            held.insert(name);
        }
    }
    let snapshot = directory.snapshot();
    assert!(held.len() > 1_000);
    assert_eq!(snapshot.len(), held.len());
    let known: std::collections::BTreeSet<_> =
        snapshot.subjects().map(|s| s.name().to_owned()).collect();
    assert_eq!(known, held);
    for i in 0..5_000 {
        let name = format!("u{i}");
        assert_eq!(may(&snapshot, &name, "a"), held.contains(&name), "{name}");
    }
}

/// RB-07: a role that no policy of the directory ever had is refused, and nothing is changed.
#[test]
fn a_role_that_no_policy_had_is_refused() {
    let directory = Directory::new(Snapshot::new(roles(&["a"])));
    directory.danger_set_grants("ada", &grants(&["a"])).unwrap();
    let refused = directory.danger_set_grants("ada", &grants(&["b"]));
    assert_eq!(refused, Err(Flaw::UnknownRole));
    assert!(may(&directory.snapshot(), "ada", "a"));
}

/// RB-12.
#[test]
fn everything_is_replaced_only_by_who_has_seen_everything() {
    let directory = Directory::new(Snapshot::new(roles(&["a"])));
    directory.danger_set_grants("ada", &grants(&["a"])).unwrap();
    let seen = directory.snapshot();
    let from_database = || Snapshot::load(roles(&["a"]), [("ada", grants(&["a"]))]).unwrap();
    directory.danger_set_grants("ada", &Grants::new()).unwrap();
    let refused = directory.replace(&seen, from_database());
    assert!(refused.is_err());
    assert!(!may(&directory.snapshot(), "ada", "a"));
    directory
        .replace(&directory.snapshot(), from_database())
        .unwrap();
    assert!(may(&directory.snapshot(), "ada", "a"));
}

/// RB-12: who is in it is nobody's business in a log.
#[test]
fn it_does_not_print_who_is_in_it() {
    let directory = Directory::new(Snapshot::new(roles(&["a"])));
    directory.danger_set_grants("ada", &grants(&["a"])).unwrap();
    let printed = format!(
        "{directory:?} {:?} {:?}",
        directory.snapshot(),
        directory.reader()
    );
    assert!(
        !printed.contains("ada") && printed.contains("subjects: 1"),
        "{printed}"
    );
}
