//! A company of a few people, and what is done among them.

use portcullis::{
    Timestamp,
    rbac::{Assignment, Grant, Grants, Policy, Principal, Refusal, Scope, Tenant},
};

/// 2026-11-21T09:00:00Z, a Saturday.
pub const NINE: u64 = 1_795_251_600_000;
pub const HOUR: u64 = 3_600_000;

/// So many milliseconds after nine.
pub fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(NINE + millis)
}

pub fn policy(text: &str) -> Policy {
    format!("portcullis = 1\n{text}")
        .parse()
        .unwrap_or_else(|findings| panic!("{findings}"))
}

pub fn tenant(name: &str) -> Tenant {
    Tenant::new(name).unwrap()
}

pub fn acme(role: &str) -> Grant {
    Grant::new(role, Scope::Tenant(tenant("acme")))
}

pub fn globex(role: &str) -> Grant {
    Grant::new(role, Scope::Tenant(tenant("globex")))
}

pub fn everywhere(role: &str) -> Grant {
    Grant::new(role, Scope::Everywhere)
}

pub fn holding<const N: usize>(grants: [Grant; N]) -> Grants {
    let mut grants = grants.into_iter();
    grants.try_fold(Grants::new(), Grants::with).unwrap()
}

/// `ada` gives `bob`, who has nothing, a grant at nine.
pub fn assign(policy: &Policy, ada: &Grants, grant: Grant) -> Result<Grants, Refusal> {
    assign_to(policy, ada, &Grants::new(), grant, at(0))
}

pub fn assign_to(
    policy: &Policy,
    ada: &Grants,
    bob: &Grants,
    grant: Grant,
    now: Timestamp,
) -> Result<Grants, Refusal> {
    let (ada, bob) = (Principal::new("ada", ada), Principal::new("bob", bob));
    policy.assign(&Assignment::new(grant, bob, ada), now)
}
