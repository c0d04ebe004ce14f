//! What can be looked up once and asked about often: a permission, and a subject's grants.

use core::fmt;
use std::sync::Arc;

use super::{
    Decision, Grants, Permission, Policy, Request, Scope, Tenant,
    compile::{Compiled, RoleId},
    decide::Standing,
    grants::Phase,
    matches::Matches,
};
use crate::Timestamp;

/// A permission with what a policy has to say about it, looked up once.
///
/// It saves time and changes nothing: a request about it is decided as one about its permission,
/// also by another policy, which looks it up again.
#[derive(Clone, Copy)]
#[must_use]
pub struct Resolved<'a> {
    policy: &'a Compiled,
    permission: &'a Permission<'a>,
    matches: Matches<'a>,
}

impl<'a> Resolved<'a> {
    /// The permission.
    #[must_use]
    pub fn permission(&self) -> &'a Permission<'a> {
        self.permission
    }

    /// What matches it in this policy; None where it is another.
    pub(super) fn in_policy(&self, policy: &Compiled) -> Option<&Matches<'a>> {
        core::ptr::eq(self.policy, policy).then_some(&self.matches)
    }
}

impl fmt::Debug for Resolved<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Resolved").field(&self.permission).finish()
    }
}

/// A subject's grants with what a policy makes of them, looked up once.
///
/// For one request that asks much, or a batch of questions. It saves time and changes nothing: a
/// request is decided as with the grants themselves, also by another policy, which looks them up
/// again.
///
/// # Security
///
/// It does not see what becomes of the subject's grants: kept for as long as a session lasts, it would
/// still allow after a grant was withdrawn or a subject suspended. Keep the names of the roles in the
/// session; for each request, activate ([`Policy::activate`]) and hold anew.
#[derive(Clone)]
#[must_use]
pub struct Held {
    policy: Policy,
    grants: Grants,
    /// Ascending by role. Grants of roles that the policy does not define are not here.
    roles: Box<[HeldRole]>,
    /// Strictly ascending.
    tenants: Box<[Tenant]>,
}

#[derive(Clone, Copy, Debug)]
struct HeldRole {
    role: RoleId,
    /// Its place among the tenants; None everywhere.
    tenant: Option<u32>,
    from: Timestamp,
    until: Option<Timestamp>,
}

impl Held {
    fn new(policy: &Policy, grants: &Grants) -> Self {
        let mut tenants: Vec<_> = grants
            .iter()
            .filter_map(|grant| tenant(grant.scope()))
            .collect();
        tenants.sort_unstable();
        tenants.dedup();
        let roles = grants.iter().filter_map(|grant| {
            let tenant = match tenant(grant.scope()) {
                // there are at most 512 grants
                Some(tenant) => Some(u32::try_from(tenants.binary_search(&tenant).ok()?).ok()?),
                None => None,
            };
            Some(HeldRole {
                role: policy.0.role_id(grant.role())?,
                tenant,
                from: grant.starts(),
                until: grant.ends(),
            })
        });
        Self {
            policy: policy.clone(),
            grants: grants.clone(),
            roles: roles.collect(),
            tenants: tenants.iter().copied().cloned().collect(),
        }
    }

    /// The grants.
    pub fn grants(&self) -> &Grants {
        &self.grants
    }

    /// The roles, and how the grant of each stands to the tenant and to `now`.
    fn standing(
        &self,
        tenant: &Tenant,
        now: Timestamp,
    ) -> impl Iterator<Item = (RoleId, Standing)> {
        let place = self.tenants.binary_search(tenant).ok();
        let place = place.and_then(|place| u32::try_from(place).ok());
        self.roles.iter().map(move |held| {
            let covers = held.tenant.is_none() || held.tenant == place;
            let phase = Phase::of(held.from, held.until, now);
            (held.role, Standing::new(phase, covers))
        })
    }
}

fn tenant(scope: &Scope) -> Option<&Tenant> {
    match scope {
        Scope::Everywhere => None,
        Scope::Tenant(tenant) => Some(tenant),
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Held").field(&self.grants).finish()
    }
}

impl Policy {
    /// Looks a permission up, for [`Request::resolved`].
    pub fn resolve<'a>(&'a self, permission: &'a Permission<'a>) -> Resolved<'a> {
        Resolved {
            policy: &self.0,
            permission,
            matches: self.0.patterns.matching(permission),
        }
    }

    /// Looks a subject's grants up, for [`Policy::decide_held`]: for one request, as [`Held`] says.
    pub fn hold(&self, grants: &Grants) -> Held {
        Held::new(self, grants)
    }

    /// Decides as [`Policy::decide`] does with the grants that are held, in less time.
    pub fn decide_held(&self, held: &Held, request: &Request<'_>, now: Timestamp) -> Decision<'_> {
        if !Arc::ptr_eq(&self.0, &held.policy.0) {
            return self.decide(&held.grants, request, now);
        }
        self.0
            .decide(held.standing(request.tenant, now), request, now)
    }
}
