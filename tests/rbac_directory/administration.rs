//! Grants change through the policy's checks, over what everybody holds at that moment.

use std::{collections::BTreeMap, sync::Barrier, thread};

use portcullis::{
    Timestamp,
    rbac::{
        Actor, Assignment, Changed, Directory, Facts, Grant, Grants, Kind, Members, Policy,
        Principal, Refusal, Scope, Snapshot, Withdrawal,
    },
};
use proptest::prelude::*;

use super::{NOW, grants, here, may, policy};

/// `admin` may do everything, `owner` too, but there is always one in a tenant.
const RULES: &str = r#"
[roles.admin]
allow = ["**"]
[roles.owner]
allow = ["**"]
min_members = 1
[roles.seat]
allow = ["project:read"]
max_members = 5
[roles.payer]
allow = ["payment:make"]
[roles.approver]
allow = ["payment:approve"]
[roles.firefighter]
allow = ["server:restart"]
max_grant = "1h"
[roles.on_call]
allow = ["role:break_glass:firefighter"]
[[separation]]
kind = "static"
roles = ["payer", "approver"]
n = 2
"#;

/// Somebody who may do everything, and those who are given.
fn directory(others: &[(&str, &[&str])]) -> Directory {
    let directory = Directory::new(Snapshot::new(policy(RULES)));
    directory
        .danger_set_grants("root", &grants(&["admin"]))
        .unwrap();
    for (name, roles) in others {
        directory.danger_set_grants(name, &grants(roles)).unwrap();
    }
    directory
}

fn in_acme(role: &str) -> Grant {
    Grant::new(role, here("acme"))
}

fn holders(directory: &Directory, role: &str) -> usize {
    let snapshot = directory.snapshot();
    let has = |grants: Grants| grants.iter().any(|grant| grant.role() == role);
    snapshot
        .subjects()
        .filter(|subject| has(subject.grants()))
        .count()
}

/// Does it in so many threads at the same moment; what each was told.
fn at_once(
    threads: usize,
    act: impl Fn(usize) -> Result<Changed, Refusal> + Sync,
) -> Vec<Result<Changed, Refusal>> {
    let start = Barrier::new(threads);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..threads)
            .map(|i| {
                let (start, act) = (&start, &act);
                scope.spawn(move || {
                    start.wait();
                    act(i)
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    })
}

/// RB-11: who may not give a role gives none, and nothing changes.
#[test]
fn who_is_not_allowed_to_changes_nothing() {
    let directory = directory(&[("ada", &["seat"])]);
    let refused = directory.assign(in_acme("seat"), "ben", Actor::new("ada"), NOW);
    assert!(
        matches!(refused, Err(Refusal::NotAllowed { .. })),
        "{refused:?}"
    );
    let refused = directory.assign(in_acme("seat"), "ben", Actor::new("nobody"), NOW);
    assert!(
        matches!(refused, Err(Refusal::NotAllowed { .. })),
        "{refused:?}"
    );
    let elsewhere = Grant::new("seat", here("globex"));
    let refused = directory.assign(elsewhere, "ben", Actor::new("root"), NOW);
    assert!(
        matches!(refused, Err(Refusal::NotAllowed { .. })),
        "{refused:?}"
    );
    let refused = directory.withdraw("seat", &here("acme"), "ada", Actor::new("ben"), NOW);
    assert!(
        matches!(refused, Err(Refusal::NotAllowed { .. })),
        "{refused:?}"
    );
    assert_eq!(directory.snapshot().len(), 2);
    assert!(may(&directory.snapshot(), "ada", "project:read"));

    directory
        .assign(in_acme("seat"), "ben", Actor::new("root"), NOW)
        .unwrap();
    assert!(may(&directory.snapshot(), "ben", "project:read"));
    let said = directory.snapshot().grants("ben");
    assert_eq!(said.iter().next().unwrap().requester(), Some("root"));
    directory
        .withdraw("seat", &here("acme"), "ben", Actor::new("root"), NOW)
        .unwrap();
    assert!(!may(&directory.snapshot(), "ben", "project:read"));
}

/// RB-11: a name that no subject can have is refused by every change.
#[test]
fn a_name_that_is_too_long_is_refused() {
    let directory = directory(&[]);
    let long = "x".repeat(256);
    for name in ["", &long] {
        let refused = directory.assign(in_acme("seat"), name, Actor::new("root"), NOW);
        assert!(matches!(refused, Err(Refusal::Invalid(_))), "{refused:?}");
    }
    assert_eq!(directory.snapshot().len(), 1);
}

/// RB-05: who approves is looked up, too.
#[test]
fn an_approver_needs_grants_of_their_own() {
    let rules = "[roles.admin]\nallow = [\"**\"]\n[roles.key]\nallow = [\"vault:open\"]\ngrant_needs = [\"reason\", \"approver\"]";
    let directory = Directory::new(Snapshot::new(policy(rules)));
    directory
        .danger_set_grants("root", &grants(&["admin"]))
        .unwrap();
    directory
        .danger_set_grants("eve", &grants(&["admin"]))
        .unwrap();
    let key = || in_acme("key").because("audit");
    let assign = |by| directory.assign(key(), "ada", by, NOW);
    assert_eq!(assign(Actor::new("root")), Err(Refusal::NeedsApprover));
    let root = Actor::new("root");
    let refused = assign(root.approved_by("nobody", Facts::new()));
    assert!(
        matches!(refused, Err(Refusal::NotAllowed { .. })),
        "{refused:?}"
    );
    assert!(!may(&directory.snapshot(), "ada", "vault:open"));
    assign(root.approved_by("eve", Facts::new())).unwrap();
    assert!(may(&directory.snapshot(), "ada", "vault:open"));
    let key = directory.snapshot().grants("ada");
    assert_eq!(key.iter().next().unwrap().approver(), Some("eve"));
}

/// RB-05: what is known about the actor counts: an administrator with a stale second factor is
/// challenged.
#[test]
fn what_is_known_about_the_actor_counts() {
    let rules = "[roles.admin]\nallow = [\"**\"]\nrequire = { mfa_within = \"1h\" }\n[roles.seat]\nallow = [\"project:read\"]\nrequire = { mfa_within = \"1h\" }";
    let directory = Directory::new(Snapshot::new(policy(rules)));
    directory
        .danger_set_grants("root", &grants(&["admin"]))
        .unwrap();
    let refused = directory.assign(in_acme("seat"), "ada", Actor::new("root"), NOW);
    assert!(
        matches!(refused, Err(Refusal::StepUpRequired { .. })),
        "{refused:?}"
    );
    let fresh = Actor::new("root").with_facts(Facts::new().second_factor_at(NOW));
    directory
        .assign(in_acme("seat"), "ada", fresh, NOW)
        .unwrap();
}

/// RB-05: glass is broken for oneself, and the grant says so.
#[test]
fn glass_is_broken_by_who_may() {
    let directory = directory(&[("ada", &["on_call"]), ("ben", &["seat"])]);
    let hour = Timestamp::from_millis(NOW.as_millis() + 3_600_000);
    let restart = || {
        in_acme("firefighter")
            .until(hour)
            .because("the server is down")
    };
    let refused = directory.break_glass(restart(), Actor::new("ben"), NOW);
    assert!(
        matches!(refused, Err(Refusal::NotAllowed { .. })),
        "{refused:?}"
    );
    assert!(!may(&directory.snapshot(), "ada", "server:restart"));
    directory
        .break_glass(restart(), Actor::new("ada"), NOW)
        .unwrap();
    let snapshot = directory.snapshot();
    assert!(may(&snapshot, "ada", "server:restart"));
    let taken = snapshot.grants("ada");
    assert_eq!(
        taken
            .iter()
            .filter(|grant| grant.kind() == Kind::BreakGlass)
            .count(),
        1
    );
    assert!(!may(&snapshot, "ben", "server:restart"));
}

/// RB-10: of two owners one stays, whoever of them is withdrawn first.
#[test]
fn the_last_two_owners_withdrawn_at_once_leave_one() {
    for _ in 0..20 {
        let directory = directory(&[("ada", &["owner"]), ("ben", &["owner"])]);
        let told = at_once(2, |i| {
            let owner = ["ada", "ben"][i];
            directory.withdraw("owner", &here("acme"), owner, Actor::new("root"), NOW)
        });
        let refused: Vec<_> = told.into_iter().filter_map(Result::err).collect();
        assert!(
            matches!(&refused[..], [Refusal::TooFewMembers { .. }]),
            "{refused:?}"
        );
        assert_eq!(holders(&directory, "owner"), 1);
    }
}

/// RB-10: the same of two owners who withdraw each other.
#[test]
fn two_owners_who_withdraw_each_other_leave_one() {
    for _ in 0..20 {
        let directory = directory(&[("ada", &["owner"]), ("ben", &["owner"])]);
        let told = at_once(2, |i| {
            let (owner, by) = [("ada", "ben"), ("ben", "ada")][i];
            directory.withdraw("owner", &here("acme"), owner, Actor::new(by), NOW)
        });
        assert_eq!(told.iter().filter(|told| told.is_ok()).count(), 1);
        assert_eq!(holders(&directory, "owner"), 1);
    }
}

/// RB-08: cardinality, per tenant.
#[test]
fn of_a_hundred_who_are_given_the_fifth_of_five_seats_one_has_it() {
    let four = ["s1", "s2", "s3", "s4"].map(|name| (name, &["seat"][..]));
    let directory = directory(&four);
    let told = at_once(100, |i| {
        directory.assign(in_acme("seat"), &format!("u{i}"), Actor::new("root"), NOW)
    });
    assert_eq!(told.iter().filter(|told| told.is_ok()).count(), 1);
    let full = |told: &Result<Changed, Refusal>| {
        matches!(told, Err(Refusal::TooManyMembers { most: 5, .. }))
    };
    assert_eq!(told.iter().filter(|told| full(told)).count(), 99);
    assert_eq!(holders(&directory, "seat"), 5);
    // a seat that is given back is free, and another tenant has its own
    directory
        .withdraw("seat", &here("acme"), "s2", Actor::new("root"), NOW)
        .unwrap();
    directory
        .assign(in_acme("seat"), "late", Actor::new("root"), NOW)
        .unwrap();
    let root = grants(&["admin"])
        .with(Grant::new("admin", here("globex")))
        .unwrap();
    directory.danger_set_grants("root", &root).unwrap();
    let elsewhere = Grant::new("seat", here("globex"));
    directory
        .assign(elsewhere, "u0", Actor::new("root"), NOW)
        .unwrap();
}

/// RB-08: static separation.
#[test]
fn of_two_roles_kept_apart_that_are_given_at_once_one_is_had() {
    for _ in 0..20 {
        let directory = directory(&[]);
        let told = at_once(2, |i| {
            let role = ["payer", "approver"][i];
            directory.assign(in_acme(role), "ada", Actor::new("root"), NOW)
        });
        let refused: Vec<_> = told.into_iter().filter_map(Result::err).collect();
        assert!(
            matches!(&refused[..], [Refusal::Separated { n: 2, .. }]),
            "{refused:?}"
        );
        assert_eq!(directory.snapshot().grants("ada").iter().len(), 1);
    }
}

/// RB-08: a session has the roles that it asks for.
#[test]
fn a_session_has_only_the_roles_it_activates() {
    let directory = directory(&[("ada", &["seat", "payer"])]);
    let snapshot = directory.snapshot();
    let acme = portcullis::rbac::Tenant::new("acme").unwrap();
    let session = snapshot.activate("ada", &["seat"], &acme, NOW).unwrap();
    assert_eq!(session, grants(&["seat"]));
    let refused = snapshot.activate("ada", &["approver"], &acme, NOW);
    assert!(
        matches!(refused, Err(Refusal::NotActive { .. })),
        "{refused:?}"
    );
}

/// Who may assign keys, who may approve that, and nobody does both in one session.
const KEYS: &str = r#"
[roles.assigner]
allow = ["role:assign,withdraw:key", "vault:open"]
[roles.approver]
allow = ["role:approve,break_glass:key"]
[roles.key]
allow = ["vault:open"]
grant_needs = ["reason", "approver"]
max_grant = "1h"
[roles.blocked]
deny = ["role:assign:*"]
[[separation]]
kind = "dynamic"
roles = ["assigner", "approver"]
n = 2
"#;

/// RB-11: roles that a dynamic separation keeps apart are not used together to administer: in a
/// session, only what it activated gives authority.
#[test]
fn nobody_assigns_and_approves_in_one_session() {
    let directory = Directory::new(Snapshot::new(policy(KEYS)));
    let both = grants(&["assigner", "approver"]);
    for name in ["ada", "ben"] {
        directory.danger_set_grants(name, &both).unwrap();
    }
    let acme = portcullis::rbac::Tenant::new("acme").unwrap();
    let snapshot = directory.snapshot();
    let session = |roles: &[&str]| snapshot.activate("ada", roles, &acme, NOW);
    assert!(matches!(
        session(&["assigner", "approver"]),
        Err(Refusal::Separated { .. })
    ));
    let (assigning, approving) = (session(&["assigner"]), session(&["approver"]));
    let (assigning, approving) = (assigning.unwrap(), approving.unwrap());

    let hour = Timestamp::from_millis(NOW.as_millis() + 3_600_000);
    let key = || in_acme("key").until(hour).because("audit");
    let (ada, ben) = (Actor::new("ada"), Actor::new("ben"));
    let none = Facts::new();
    let assign = |by| directory.assign(key(), "cleo", by, NOW).map(|_| ());
    let not_allowed = |told| matches!(told, Err(Refusal::NotAllowed { .. }));
    let ada_assigns = |own| assign(ada.in_session(own).approved_by("ben", none));
    let ada_approves = |own| assign(ben.approved_in_session("ada", none, own));
    assert!(not_allowed(ada_assigns(&approving)));
    assert!(not_allowed(ada_approves(&assigning)));
    let all_at_once = ada_assigns(&both);
    assert!(matches!(all_at_once, Err(Refusal::Separated { .. })));
    let withdrawn = |own| {
        let by = ada.in_session(own);
        directory.withdraw("key", &here("acme"), "cleo", by, NOW)
    };
    ada_assigns(&assigning).unwrap();
    assert!(not_allowed(withdrawn(&approving).map(|_| ())));
    withdrawn(&assigning).unwrap();
    ada_approves(&approving).unwrap();
}

/// RB-11: a session has no more authority than what is held when it acts, and is bound by what was
/// denied since.
#[test]
fn a_session_acts_with_what_is_still_held() {
    let directory = Directory::new(Snapshot::new(policy(KEYS)));
    let assigner = grants(&["assigner"]);
    let approver = grants(&["approver"]);
    directory.danger_set_grants("ben", &approver).unwrap();
    let hour = Timestamp::from_millis(NOW.as_millis() + 3_600_000);
    let assign = |session: &Grants| {
        let key = in_acme("key").until(hour).because("audit");
        let by = Actor::new("ada").in_session(session);
        let by = by.approved_by("ben", Facts::new());
        directory.assign(key, "cleo", by, NOW).map(|_| ())
    };
    let not_allowed = |told| matches!(told, Err(Refusal::NotAllowed { .. }));
    let shorter = in_acme("assigner").until(hour);
    let shorter = Grants::new().with(shorter).unwrap();
    for held in [
        Grants::new(),
        shorter,
        grants(&["approver"]),
        grants(&["assigner", "blocked"]),
    ] {
        directory.danger_set_grants("ada", &held).unwrap();
        assert!(not_allowed(assign(&assigner)), "{held:?}");
    }
    directory.danger_set_grants("ada", &assigner).unwrap();
    assign(&assigner).unwrap();
}

/// RB-02: who holds a role everywhere acts in the tenant that the session is for, and nowhere else.
#[test]
fn a_session_acts_in_its_own_tenant() {
    let directory = Directory::new(Snapshot::new(policy(KEYS)));
    let everywhere = |role| Grant::new(role, Scope::Everywhere);
    for (name, role) in [("ada", "assigner"), ("ben", "approver")] {
        let held = Grants::new().with(everywhere(role)).unwrap();
        directory.danger_set_grants(name, &held).unwrap();
    }
    let acme = portcullis::rbac::Tenant::new("acme").unwrap();
    let session = directory
        .snapshot()
        .activate("ada", &["assigner"], &acme, NOW);
    let session = session.unwrap();
    let hour = Timestamp::from_millis(NOW.as_millis() + 3_600_000);
    let assign = |scope| {
        let key = Grant::new("key", scope).until(hour).because("audit");
        let by = Actor::new("ada").in_session(&session);
        let by = by.approved_by("ben", Facts::new());
        directory.assign(key, "cleo", by, NOW).map(|_| ())
    };
    for scope in [here("globex"), Scope::Everywhere] {
        assert!(matches!(assign(scope), Err(Refusal::NotAllowed { .. })));
    }
    assert_eq!(assign(here("acme")), Ok(()));
}

/// RB-05: who breaks glass in a session keeps what the session did not use.
#[test]
fn glass_broken_in_a_session_takes_no_grant_away() {
    let directory = Directory::new(Snapshot::new(policy(KEYS)));
    let both = grants(&["assigner", "approver"]);
    directory.danger_set_grants("ada", &both).unwrap();
    directory
        .danger_set_grants("ben", &grants(&["approver"]))
        .unwrap();
    let (assigning, approving) = (grants(&["assigner"]), grants(&["approver"]));
    let hour = Timestamp::from_millis(NOW.as_millis() + 3_600_000);
    let take = |session| {
        let key = in_acme("key").until(hour).because("audit");
        let by = Actor::new("ada").in_session(session);
        directory.break_glass(key, by.approved_by("ben", Facts::new()), NOW)
    };
    let refused = take(&assigning);
    assert!(
        matches!(refused, Err(Refusal::NotAllowed { .. })),
        "{refused:?}"
    );
    let taken = take(&approving).unwrap();
    let roles: Vec<_> = taken.grants().iter().map(Grant::role).collect();
    assert_eq!(roles, ["approver", "assigner", "key"]);
}

/// RB-11: what a change gives back is what the next snapshot has, so that it can be written; the
/// numbers tell which of two changes was made last, also after a restart.
#[test]
fn a_change_says_what_to_write_and_in_which_order() {
    let directory = directory(&[]);
    let root = Actor::new("root");
    let given = directory.assign(in_acme("seat"), "ada", root, NOW).unwrap();
    assert_eq!(given.grants(), &directory.snapshot().grants("ada"));
    assert_eq!(given.grants().iter().len(), 1);
    let ben = directory.danger_set_grants("ben", &grants(&["on_call"]));
    let ben = ben.unwrap();
    assert_eq!(ben.grants(), &grants(&["on_call"]));
    let taken = directory.withdraw("seat", &here("acme"), "ada", root, NOW);
    let taken = taken.unwrap();
    assert_eq!(taken.grants(), &Grants::new());
    let hour = Timestamp::from_millis(NOW.as_millis() + 3_600_000);
    let broken = in_acme("firefighter").until(hour).because("a fire");
    let broken = directory.break_glass(broken, Actor::new("ben"), NOW);
    let broken = broken.unwrap();
    assert_eq!(broken.grants(), &directory.snapshot().grants("ben"));
    assert_eq!(broken.grants().iter().len(), 2);
    let numbers = [&given, &ben, &taken, &broken].map(Changed::number);
    assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");

    let restarted = Directory::after(broken.number(), directory.snapshot());
    let later = restarted.assign(in_acme("seat"), "ada", root, NOW).unwrap();
    assert!(later.number() > broken.number());
}

/// RB-11: whoever writes in another order than changes were made, and only over lower numbers, has
/// written what is so.
#[test]
fn of_changes_at_once_the_highest_number_is_what_remains() {
    let directory = directory(&[]);
    let root = Actor::new("root");
    let told = at_once(8, |i| {
        if i % 2 == 0 {
            directory.assign(in_acme("seat"), "ada", root, NOW)
        } else {
            directory.danger_set_grants("ada", &Grants::new())?;
            directory.assign(in_acme("payer"), "ada", root, NOW)
        }
    });
    let changes = told.into_iter().map(Result::unwrap);
    let last = changes.max_by_key(Changed::number).unwrap();
    assert_eq!(last.grants(), &directory.snapshot().grants("ada"));
}

const SUBJECTS: [&str; 4] = ["ada", "ben", "cleo", "dan"];

/// Two policies with bounds on different roles, one of them inherited.
fn bounded() -> [Policy; 2] {
    let common = "[roles.admin]\nallow = [\"**\"]\nmax_members = 2\n";
    [
        "[roles.x]\nallow = [\"a\"]\nmax_members = 2\n[roles.y]\ninherits = [\"x\"]\nallow = [\"b\"]\nmin_members = 1\n",
        "[roles.x]\nallow = [\"a\"]\nmin_members = 1\n[roles.y]\ninherits = [\"x\"]\nallow = [\"b\"]\nmax_members = 1\n",
    ]
    .map(|rules| policy(&format!("{common}{rules}")))
}

#[derive(Clone, Debug)]
enum Act {
    Assign(Grant, &'static str, &'static str),
    Withdraw(&'static str, Scope, &'static str, &'static str),
    Set(&'static str, Grants),
    Publish(usize),
    Reload,
}

fn act() -> impl Strategy<Value = Act> {
    let name = || prop::sample::select(SUBJECTS.to_vec());
    let role = || prop::sample::select(vec!["x", "y", "admin"]);
    let scope =
        || prop_oneof![1 => Just(Scope::Everywhere), 2 => Just(here("t1")), 1 => Just(here("t2"))];
    let grant = move || {
        let ends = prop::option::weighted(0.3, -1..2_i64);
        (role(), scope(), ends).prop_map(|(role, scope, ends)| {
            let grant = Grant::new(role, scope);
            match ends {
                None => grant,
                Some(by) => grant.until(Timestamp::from_millis(
                    NOW.as_millis().saturating_add_signed(by),
                )),
            }
        })
    };
    let admins = prop::sample::select(vec!["root", "root", "root", "ada"]);
    prop_oneof![
        6 => (grant(), name(), admins.clone()).prop_map(|(grant, to, by)| Act::Assign(grant, to, by)),
        4 => (role(), scope(), name(), admins).prop_map(|(role, scope, from, by)| Act::Withdraw(role, scope, from, by)),
        1 => (name(), prop::collection::vec(grant(), 0..3)).prop_map(|(name, all)| {
            Act::Set(name, all.into_iter().try_fold(Grants::new(), Grants::with).unwrap())
        }),
        1 => (0..2_usize).prop_map(Act::Publish),
        1 => Just(Act::Reload),
    ]
}

/// What the directory does, over a plain map of everybody.
struct Oracle {
    policy: Policy,
    held: BTreeMap<&'static str, Grants>,
}

impl Oracle {
    fn of(&self, name: &str) -> Grants {
        self.held.get(name).cloned().unwrap_or_default()
    }

    fn assign(
        &mut self,
        grant: Grant,
        to: &'static str,
        by: &'static str,
    ) -> Result<Grants, Refusal> {
        let (all, held, own) = (self.all(), self.of(to), self.of(by));
        let (subject, granter) = (Principal::new(to, &held), Principal::new(by, &own));
        let assignment = Assignment::new(grant, subject, granter).among(&all);
        let next = self.policy.assign(&assignment, NOW)?;
        self.held.insert(to, next.clone());
        Ok(next)
    }

    fn withdraw(
        &mut self,
        role: &str,
        scope: &Scope,
        from: &'static str,
        by: &str,
    ) -> Result<Grants, Refusal> {
        let (all, held, own) = (self.all(), self.of(from), self.of(by));
        let (subject, granter) = (Principal::new(from, &held), Principal::new(by, &own));
        let withdrawal = Withdrawal::new(role, scope, subject, granter).among(&all);
        let next = self.policy.withdraw(&withdrawal, NOW)?;
        self.held.insert(from, next.clone());
        Ok(next)
    }

    fn all(&self) -> Everybody {
        Everybody(
            self.held
                .iter()
                .map(|(name, grants)| (*name, grants.clone()))
                .collect(),
        )
    }
}

struct Everybody(Vec<(&'static str, Grants)>);

impl Members for Everybody {
    fn each(&self, _: &[&str], each: &mut dyn FnMut(&str, &Grants)) {
        for (name, grants) in &self.0 {
            each(name, grants);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// RB-13, RB-11: what the directory knows of members is what a look at everybody finds, through
    /// changes of grants, of policies and of everything.
    #[test]
    fn the_directory_refuses_what_the_policy_refuses_over_everybody(
        acts in prop::collection::vec(act(), 1..40),
    ) {
        let policies = bounded();
        let mut oracle = Oracle { policy: policies[0].clone(), held: BTreeMap::new() };
        let directory = Directory::new(Snapshot::new(policies[0].clone()));
        let root = Grants::new().with(Grant::new("admin", Scope::Everywhere)).unwrap();
        directory.danger_set_grants("root", &root).unwrap();
        oracle.held.insert("root", root);
        for act in acts {
            match act.clone() {
                Act::Assign(grant, to, by) => {
                    let told = directory.assign(grant.clone(), to, Actor::new(by), NOW);
                    let told = told.map(|changed| changed.grants().clone());
                    prop_assert_eq!(told, oracle.assign(grant, to, by), "{:?}", act);
                }
                Act::Withdraw(role, scope, from, by) => {
                    let told = directory.withdraw(role, &scope, from, Actor::new(by), NOW);
                    let told = told.map(|changed| changed.grants().clone());
                    prop_assert_eq!(told, oracle.withdraw(role, &scope, from, by), "{:?}", act);
                }
                Act::Set(name, grants) => {
                    directory.danger_set_grants(name, &grants).unwrap();
                    oracle.held.insert(name, grants);
                }
                Act::Publish(i) => {
                    let version = directory.snapshot().policy().version();
                    directory.publish(version, policies[i].clone()).unwrap();
                    oracle.policy = policies[i].clone();
                }
                Act::Reload => {
                    oracle.held.remove("dan");
                    let next = Snapshot::load(oracle.policy.clone(), oracle.held.clone()).unwrap();
                    directory.replace(&directory.snapshot(), next).unwrap();
                }
            }
            for name in SUBJECTS {
                prop_assert_eq!(directory.snapshot().grants(name), oracle.of(name), "{:?}", act);
            }
        }
    }
}
