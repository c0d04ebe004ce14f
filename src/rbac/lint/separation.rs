//! Roles that nobody can have, because they come to more than a separation of duty lets anybody
//! have, and subjects who have it all the same.

use core::fmt;
use std::collections::{BTreeSet, HashMap};

use super::{Lint, Names};
use crate::{
    Timestamp,
    rbac::{
        Policy, Scope, Snapshot,
        compile::RoleId,
        duty::{Separation, SeparationKind},
        region::Budget,
    },
};

/// Looks at what each role inherits, and at what must be held before it.
pub(super) fn check<'p>(
    policy: &'p Policy,
    found: &mut Vec<Lint<'p>>,
    budget: &mut Budget,
) -> Option<()> {
    let separations = Separations::of(policy);
    for role in policy.role_ids() {
        let own = policy.closure(role).iter().copied();
        let all = own.clone().chain(policy.needed_before(role));
        let roles = separations.too_many(own, budget)?;
        if let Some((roles, n)) = roles {
            let role = policy.role_name(role);
            found.push(Lint::Separated { role, roles, n });
        } else if let Some((roles, n)) = separations.too_many(all, budget)? {
            let role = policy.role_name(role);
            found.push(Lint::NeedsSeparated { role, roles, n });
        }
    }
    Some(())
}

/// The separations of a policy, by the roles that they name.
struct Separations<'p> {
    policy: &'p Policy,
    by_role: HashMap<RoleId, Vec<usize>>,
}

impl<'p> Separations<'p> {
    /// The static ones: dynamic ones are for sessions, which choose.
    fn of(policy: &'p Policy) -> Self {
        let mut by_role = HashMap::<_, Vec<_>>::new();
        for (i, separation) in policy.0.separations.iter().enumerate() {
            if separation.kind == SeparationKind::Static {
                for role in &separation.roles {
                    by_role.entry(*role).or_default().push(i);
                }
            }
        }
        Self { policy, by_role }
    }

    /// Roles of a separation that are too many to be had together, and how many are.
    #[allow(
        clippy::type_complexity,
        reason = "none within what could be looked at, or nothing could be"
    )]
    fn too_many(
        &self,
        held: impl Iterator<Item = RoleId>,
        budget: &mut Budget,
    ) -> Option<Option<(Names<'p>, u32)>> {
        let mut together = HashMap::<usize, BTreeSet<RoleId>>::new();
        for role in held {
            let of_role = self.by_role.get(&role).map_or(&[][..], Vec::as_slice);
            budget.spend(of_role.len().saturating_add(1))?;
            for separation in of_role {
                together.entry(*separation).or_default().insert(role);
            }
        }
        let violated = together.into_iter().filter(|(i, held)| {
            let separation = self.policy.0.separations.get(*i);
            separation.is_some_and(|separation| is_violated(separation, held.len()))
        });
        // always the same one, whatever the order of the map
        let Some((i, held)) = violated.min_by_key(|(i, _)| *i) else {
            return Some(None);
        };
        let n = self
            .policy
            .0
            .separations
            .get(i)
            .map_or(0, |separation| separation.n);
        let names = Names::of(held.into_iter().map(|role| self.policy.role_name(role)));
        Some(names.map(|names| (names, n)))
    }
}

fn is_violated(separation: &Separation, held: usize) -> bool {
    held >= usize::try_from(separation.n).unwrap_or(usize::MAX)
}

impl Snapshot {
    /// The subjects who have roles that a static separation of the policy keeps apart, sorted by
    /// name: grants from before the separation, or set past the checks. Grants that have not ended
    /// count, also those that have not begun. It takes time for each grant.
    #[must_use]
    pub fn separation_violations(&self, now: Timestamp) -> Vec<Violation<'_>> {
        let separations = Separations::of(self.policy());
        let mut found = Vec::new();
        for subject in self.subjects() {
            let grants = subject.grants();
            let lasting = || {
                grants
                    .iter()
                    .filter(|grant| grant.ends().is_none_or(|end| now < end))
            };
            let scopes: BTreeSet<_> = lasting().map(|grant| grant.scope().clone()).collect();
            for scope in scopes {
                let here = lasting()
                    .filter(|grant| *grant.scope() == scope || *grant.scope() == Scope::Everywhere);
                let roles = here.filter_map(|grant| self.policy().role_id(grant.role()));
                let roles = roles.flat_map(|role| self.policy().closure(role)).copied();
                // a subject has few grants: there is always enough for one
                let mut budget = Budget::new(usize::MAX);
                if let Some(Some((roles, n))) = separations.too_many(roles, &mut budget) {
                    let subject = subject.name();
                    found.push(Violation {
                        subject,
                        scope,
                        roles,
                        n,
                    });
                }
            }
        }
        found.sort_by(|one, other| (one.subject, &one.scope).cmp(&(other.subject, &other.scope)));
        found
    }
}

/// A subject who has roles that are to be kept apart.
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Violation<'s> {
    subject: &'s str,
    #[cfg_attr(feature = "serde", serde(rename = "tenant"))]
    scope: Scope,
    roles: Names<'s>,
    n: u32,
}

impl<'s> Violation<'s> {
    /// The name of the subject.
    #[must_use]
    pub fn subject(&self) -> &'s str {
        self.subject
    }

    /// Where; everywhere means by grants that count everywhere alone.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The roles of the separation that they have, of their own or inherited.
    #[must_use]
    pub fn roles(&self) -> &Names<'s> {
        &self.roles
    }
}

impl fmt::Display for Violation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` has {}", self.subject.escape_debug(), self.roles)?;
        match &self.scope {
            Scope::Everywhere => f.write_str(" everywhere")?,
            Scope::Tenant(tenant) => write!(f, " in {tenant}")?,
        }
        write!(f, ", of which nobody has {}", self.n)
    }
}
