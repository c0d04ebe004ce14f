//! Examples that others have published, decided here: the policy in our words, their questions and
//! their answers. Each file says where it is from and what of it does not carry over.
//!
//! In a file, after the policy:
//!
//! ```text
//! grant SUBJECT ROLE in=TENANT        # or everywhere
//! allow SUBJECT PERMISSION in=TENANT owner=SUBJECT
//! deny  SUBJECT PERMISSION because=no_grant
//! ```
//!
//! Where no tenant stands, there is only one. A grant counts from its line on.

#![cfg(feature = "rbac")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests stop at what they did not expect"
)]

use std::collections::{BTreeMap, BTreeSet};

use portcullis::{
    Timestamp,
    rbac::{
        Condition, Decision, Grant, Grants, Outcome, Pattern, Permission, Policy, Problem, Reason,
        Request, Scope, Tenant,
    },
};

const NOW: Timestamp = Timestamp::from_secs(1_795_251_600);

/// The words after the verb: those that stand alone, and `key=value`.
struct Words<'a> {
    plain: Vec<&'a str>,
    named: BTreeMap<&'a str, &'a str>,
}

impl<'a> Words<'a> {
    fn of(line: &'a str) -> Self {
        let (named, plain) = line
            .split_whitespace()
            .partition::<Vec<_>, _>(|w| w.contains('='));
        let named = named.into_iter().map(|word| word.split_once('=').unwrap());
        Self {
            plain,
            named: named.collect(),
        }
    }

    fn tenant(&self) -> Tenant {
        Tenant::new(self.named.get("in").copied().unwrap_or("only")).unwrap()
    }

    fn grant(&self) -> Grant {
        let scope = match self.plain.get(2) {
            Some(word) => {
                assert_eq!(*word, "everywhere");
                Scope::Everywhere
            }
            None => Scope::Tenant(self.tenant()),
        };
        Grant::new(self.plain[1], scope)
    }
}

fn reason(decision: &Decision<'_>) -> &'static str {
    match decision.outcome() {
        Outcome::Allow(_) => "allowed",
        Outcome::Deny(Reason::ExplicitDeny { .. }) => "explicit_deny",
        Outcome::Deny(Reason::OtherTenant) => "other_tenant",
        Outcome::Deny(Reason::NoGrant) => "no_grant",
        Outcome::Deny(Reason::ConditionUnmet {
            condition: Condition::Owner,
        }) => "owner",
        Outcome::Deny(reason) => panic!("{reason}"),
    }
}

/// Asks everything in a file and gives the number of questions.
fn replay(file: &str) -> usize {
    let (policy, questions) = file.split_once("\n---\n").unwrap();
    let policy: Policy = policy.parse().unwrap();
    let mut grants: BTreeMap<&str, Grants> = BTreeMap::new();
    let mut asked = 0;
    for line in questions.lines().filter(|line| !line.starts_with('#')) {
        let (verb, rest) = line.split_once(' ').unwrap();
        let words = Words::of(rest);
        let own = grants.entry(words.plain[0]).or_default();
        if verb == "grant" {
            let role = words.plain[1];
            assert!(
                policy.roles().any(|known| known == role),
                "no such role: {line}"
            );
            *own = own.clone().with(words.grant()).unwrap();
            continue;
        }
        let (tenant, permission) = (words.tenant(), Permission::parse(words.plain[1]).unwrap());
        let mut request = Request::new(words.plain[0], &tenant, &permission);
        if let Some(owner) = words.named.get("owner") {
            request = request.owned_by(owner);
        }
        let decision = policy.decide(own, &request, NOW);
        match verb {
            "allow" => assert!(decision.is_allowed(), "{line}: {decision}"),
            "deny" => assert!(!decision.is_allowed(), "{line}: {decision}"),
            _ => panic!("{line}"),
        }
        if let Some(because) = words.named.get("because") {
            assert_eq!(reason(&decision), *because, "{line}");
        }
        asked += 1;
    }
    asked
}

macro_rules! scenario {
    ($(#[$doc:meta])* $name:ident, $file:literal, $questions:literal) => {
        $(#[$doc])*
        #[test]
        fn $name() {
            let file = include_str!(concat!("vectors/rbac/scenarios/", $file, ".txt"));
            assert_eq!(replay(file), $questions);
        }
    };
}

scenario!(
    /// RB-01.
    casbins_roles_allow_what_they_do_there, "casbin_rbac", 8
);
scenario!(
    /// RB-01.
    casbins_denials_win_as_they_do_there, "casbin_deny", 8
);
scenario!(
    /// RB-02.
    casbins_domains_are_tenants, "casbin_domains", 9
);
scenario!(
    /// RB-01, RB-02.
    casbins_hierarchies_are_inherited, "casbin_hierarchy", 14
);
scenario!(
    /// RB-01.
    casbins_groups_of_resources_are_sets_in_patterns, "casbin_resources", 8
);
scenario!(
    /// RB-01.
    casbins_paths_are_permissions, "casbin_keymatch", 28
);
scenario!(
    /// RB-01, RB-04: being on a list is a role in the document, being blocked is a denial in it.
    cedars_documents_are_seen_by_whom_they_are_shared_with, "cedar_documents", 5
);
scenario!(
    /// RB-01, RB-02, RB-04.
    cedars_repositories_are_tenants, "cedar_github", 14
);
scenario!(
    /// RB-01, RB-02, RB-04.
    cedars_lists_are_their_owners_and_of_those_they_are_shared_with, "cedar_tinytodo", 16
);
scenario!(
    /// RB-01, RB-04.
    all_forty_decisions_of_authzens_todo_scenario_are_the_same, "authzen_todo", 40
);
scenario!(
    /// RB-02: a binding of a role is a grant in a namespace, one of a cluster role a grant everywhere.
    kubernetes_bindings_are_grants, "kubernetes", 37
);
scenario!(
    /// RB-01: reflexive, transitive, and nothing else.
    a_hierarchy_is_a_partial_order_as_in_incits_359, "incits_359", 18
);

/// A policy in which each role of `A>B` inherits and may reach itself.
fn hierarchy(edges: &str) -> String {
    let mut roles: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for edge in edges.split(' ') {
        let mut names = edge.split('>');
        let above = names.next().unwrap();
        roles.entry(above).or_default();
        for below in names {
            roles.entry(below).or_default();
            roles.entry(above).or_default().insert(below);
        }
    }
    let role = |(name, below): (&&str, &BTreeSet<&str>)| {
        format!("[roles.{name}]\nallow = [\"reach:{name}\"]\ninherits = {below:?}\n")
    };
    format!(
        "portcullis = 1\n{}",
        // a set is printed in braces, a list stands in brackets
        roles
            .iter()
            .map(role)
            .collect::<String>()
            .replace('{', "[")
            .replace('}', "]")
    )
}

/// RB-01.
#[test]
fn springs_roles_reach_what_they_reach_there_and_cycles_are_refused() {
    let file = include_str!("vectors/rbac/scenarios/spring.txt");
    let mut policy = None;
    let (mut reached, mut cycles) = (0, 0);
    for line in file.lines().filter(|line| !line.starts_with('#')) {
        let (verb, rest) = line.split_once(' ').unwrap();
        match verb {
            "hierarchy" => policy = Some(hierarchy(rest).parse::<Policy>().unwrap()),
            "reach" => {
                let (role, expected) = rest.split_once(' ').unwrap();
                let policy = policy.as_ref().unwrap();
                assert_eq!(reach(policy, role), expected.split(' ').collect(), "{line}");
                reached += 1;
            }
            "cycle" => {
                let findings = hierarchy(rest).parse::<Policy>().unwrap_err();
                let mut problems = findings.iter().map(|finding| finding.problem());
                assert!(
                    problems.any(|problem| matches!(problem, Problem::Cycle(_))),
                    "{line}"
                );
                cycles += 1;
            }
            _ => panic!("{line}"),
        }
    }
    assert_eq!((reached, cycles), (11, 5));
}

fn reach<'p>(policy: &'p Policy, role: &str) -> BTreeSet<&'p str> {
    let tenant = Tenant::new("only").unwrap();
    let grant = Grant::new(role, Scope::Tenant(tenant.clone()));
    let grants = Grants::new().with(grant).unwrap();
    let reached = |name: &&str| {
        let text = format!("reach:{name}");
        let permission = Permission::parse(&text).unwrap();
        let request = Request::new("ann", &tenant, &permission);
        policy.decide(&grants, &request, NOW).is_allowed()
    };
    policy.roles().filter(reached).collect()
}

/// RB-12: under `matching = "shiro"`. What Shiro asks with wildcards or sets is no question here, but
/// one pattern implies another as it does there.
#[test]
fn shiros_wildcards_imply_what_they_imply_there() {
    let tenant = Tenant::new("only").unwrap();
    let grant = Grant::new("role", Scope::Tenant(tenant.clone()));
    let grants = Grants::new().with(grant).unwrap();
    let (mut cases, mut asked) = (0, 0);
    let file = include_str!("vectors/rbac/shiro.txt");
    for line in file.lines().filter(|line| !line.starts_with('#')) {
        let words: Vec<&str> = line.split(' ').collect();
        let (implies, left, right) = (words[0] == "implies", words[1], words[2]);
        let [own, other] = [left, right].map(|text| Pattern::from_shiro(text).unwrap());
        assert_eq!(own.implies(&other), implies, "{line}");
        cases += 1;
        let right = right.to_ascii_lowercase();
        let Ok(permission) = Permission::parse(&right) else {
            continue;
        };
        let text =
            format!("portcullis = 1\nmatching = \"shiro\"\n[roles.role]\nallow = [{left:?}]\n");
        let policy: Policy = text.parse().unwrap();
        let request = Request::new("ann", &tenant, &permission);
        let decision = policy.decide(&grants, &request, NOW);
        assert_eq!(decision.is_allowed(), implies, "{line}");
        asked += 1;
    }
    assert_eq!((cases, asked), (51, 22));
}
