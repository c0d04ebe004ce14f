//! Random policies as files, random grants and questions.

use portcullis::{
    Timestamp,
    rbac::{Facts, Grant, Grants, Permission, Policy, Request, Scope, Tenant},
};
use proptest::prelude::*;

pub const HOUR: u64 = 3_600_000;
/// The moment of every question.
pub const NOW: u64 = 100 * HOUR;
/// The roles of a random policy; and `root`, which may do everything.
pub const ROLES: [&str; 5] = ["r0", "r1", "r2", "r3", "r4"];

pub fn now() -> Timestamp {
    Timestamp::from_millis(NOW)
}

pub fn pattern() -> impl Strategy<Value = String> {
    let segment = prop::sample::select(vec!["a", "b", "*", "a,b"]);
    (
        prop::collection::vec(segment, 0..=2),
        prop::bool::weighted(0.3),
    )
        .prop_map(|(mut all, tail)| {
            if tail || all.is_empty() {
                all.push("**");
            }
            all.join(":")
        })
}

/// Every permission of up to three segments over the literals of the patterns and one more.
pub fn universe() -> Vec<Permission<'static>> {
    let mut last = vec![String::new()];
    let mut all = Vec::new();
    for _ in 0..3 {
        let longer = last
            .iter()
            .flat_map(|p| ["a", "b", "c"].map(|s| format!("{p}:{s}")));
        last = longer.collect();
        all.extend(last.clone());
    }
    all.iter()
        .map(|p| {
            Permission::parse(p.trim_start_matches(':'))
                .unwrap()
                .into_owned()
        })
        .collect()
}

#[derive(Clone, Debug)]
struct Role {
    allow: Vec<(String, bool)>,
    deny: Vec<String>,
    inherits: Vec<usize>,
    mfa_hours: Option<u64>,
}

fn role() -> impl Strategy<Value = Role> {
    (
        prop::collection::btree_map(pattern(), prop::bool::weighted(0.2), 0..4),
        prop::collection::btree_set(pattern(), 0..2),
        prop::collection::btree_set(0..ROLES.len(), 0..3),
        prop::option::weighted(0.2, 1..4_u64),
    )
        .prop_map(|(allow, deny, inherits, mfa_hours)| Role {
            allow: canonical(allow.into_iter(), |(pattern, _)| pattern.clone()),
            deny: canonical(deny.into_iter(), Clone::clone),
            inherits: inherits.into_iter().collect(),
            mfa_hours,
        })
}

/// Without patterns that are the same in other words: a file says them once.
fn canonical<T>(rules: impl Iterator<Item = T>, pattern: impl Fn(&T) -> String) -> Vec<T> {
    let mut seen = std::collections::BTreeSet::new();
    rules
        .filter(|rule| seen.insert(pattern(rule).replace("*:**", "**")))
        .collect()
}

/// A policy of [`ROLES`], each of which inherits only from those before it.
pub fn policy() -> impl Strategy<Value = Policy> {
    text().prop_map(|text| text.parse().unwrap())
}

/// The same as a file.
pub fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(role(), ROLES.len()).prop_map(|roles| to_toml(&roles))
}

fn to_toml(roles: &[Role]) -> String {
    let mut text = "portcullis = 1\nroles.root.allow = [\"**\"]\n".to_owned();
    for (i, role) in roles.iter().enumerate() {
        let rules = role.allow.iter().map(|(pattern, owner)| match owner {
            true => format!("{{ permission = \"{pattern}\", when = \"owner\" }}"),
            false => format!("\"{pattern}\""),
        });
        let allow: Vec<_> = rules.collect();
        let inherits: Vec<_> = role
            .inherits
            .iter()
            .filter(|j| **j < i)
            .map(|j| ROLES[*j])
            .collect();
        text += &format!("[roles.{}]\nallow = [{}]\n", ROLES[i], allow.join(", "));
        text += &format!("deny = {:?}\ninherits = {inherits:?}\n", role.deny);
        if let Some(hours) = role.mfa_hours {
            text += &format!("require = {{ mfa_within = \"{hours}h\" }}\n");
        }
    }
    text
}

/// Grants that count now, have ended, have not begun or are for another tenant.
pub fn grants() -> impl Strategy<Value = Grants> {
    let role = prop::sample::select(ROLES.to_vec());
    let tenant = prop::sample::select(vec![None, Some("t1"), Some("t2")]);
    let when = prop::sample::select(vec![(0, 200), (0, 200), (0, 200), (0, 50), (150, 200)]);
    let grant = (role, tenant, when).prop_map(|(role, tenant, (from, until))| {
        let scope = tenant.map_or(Scope::Everywhere, |name| Scope::Tenant(tenant_of(name)));
        let at = |hours: u64| Timestamp::from_millis(hours * HOUR);
        Grant::new(role, scope).from(at(from)).until(at(until))
    });
    prop::collection::vec(grant, 0..4).prop_map(|all| {
        all.into_iter()
            .fold(Grants::new(), |all, grant| all.with(grant).unwrap())
    })
}

pub fn tenant_of(name: &str) -> Tenant {
    Tenant::new(name).unwrap()
}

/// What is known in a question: whether the subject is the owner, and how old their proof is.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    pub owner: bool,
    pub factor_hours: Option<u64>,
}

pub fn known() -> impl Strategy<Value = Known> {
    (any::<bool>(), prop::option::of(0..4_u64)).prop_map(|(owner, factor_hours)| Known {
        owner,
        factor_hours,
    })
}

impl Known {
    pub const ALL: Self = Self {
        owner: true,
        factor_hours: Some(0),
    };

    /// Every case that the conditions of a random policy tell apart.
    pub fn every() -> impl Iterator<Item = Self> {
        let proofs = [None, Some(0), Some(1), Some(2), Some(3)];
        proofs.into_iter().flat_map(|factor_hours| {
            [true, false].map(|owner| Self {
                owner,
                factor_hours,
            })
        })
    }
}

pub fn request<'a>(
    tenant: &'a Tenant,
    permission: &'a Permission<'a>,
    known: Known,
) -> Request<'a> {
    let request = Request::new("ann", tenant, permission);
    let at = |hours: u64| Timestamp::from_millis(NOW - hours * HOUR);
    let request = request.with_facts(Facts::new().second_factor_at(known.factor_hours.map(at)));
    if known.owner {
        request.owned_by("ann")
    } else {
        request.owned_by("ben")
    }
}

/// Whether a pattern matches, in the plainest words.
pub fn matches(pattern: &str, asked: &str) -> bool {
    fn matches(pattern: &[&str], asked: &[&str]) -> bool {
        match (pattern, asked) {
            (["**"], _) | ([], []) => true,
            ([first, pattern @ ..], [segment, asked @ ..]) => {
                (*first == "*" || first.split(',').any(|literal| literal == *segment))
                    && matches(pattern, asked)
            }
            _ => false,
        }
    }
    let parts = |text: &'_ str| text.split(':').map(str::to_owned).collect::<Vec<_>>();
    let (pattern, asked) = (parts(pattern), parts(asked));
    let pattern: Vec<_> = pattern.iter().map(String::as_str).collect();
    matches(
        &pattern,
        &asked.iter().map(String::as_str).collect::<Vec<_>>(),
    )
}
