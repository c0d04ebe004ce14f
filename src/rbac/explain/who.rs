//! Who may do one thing.

use core::fmt;
use std::collections::HashMap;

use crate::{
    Timestamp,
    rbac::{Permission, Policy, Snapshot, Tenant, compile::RoleId, reach::Allowance},
};

impl Snapshot {
    /// Everybody who may do this in a tenant, sorted by name, each with the rules that allow it.
    ///
    /// Exact: who is listed with an allowance without conditions is allowed whatever is known of
    /// them; who is listed with conditions is allowed where those of one allowance hold; who is not
    /// listed is denied. It takes time for each grant.
    #[must_use]
    pub fn who_can(
        &self,
        permission: &Permission<'_>,
        tenant: &Tenant,
        now: Timestamp,
    ) -> Vec<Capable<'_>> {
        let mut roles = Roles {
            policy: self.policy(),
            permission,
            said: HashMap::new(),
        };
        let mut capable = Vec::new();
        for (name, held) in self.active(tenant, now) {
            capable.extend(roles.capable(name, held));
        }
        capable.sort_unstable_by_key(|one| one.name);
        capable
    }
}

/// Somebody who may do what was asked for.
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Capable<'s> {
    name: &'s str,
    by: Vec<Allowance<'s>>,
}

impl<'s> Capable<'s> {
    /// The name of the subject.
    #[must_use]
    pub fn name(&self) -> &'s str {
        self.name
    }

    /// The rules that allow it; of those that allow it under the same or more conditions than
    /// another, none.
    #[must_use]
    pub fn by(&self) -> &[Allowance<'s>] {
        &self.by
    }
}

impl fmt::Display for Capable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.name.escape_debug())?;
        for (i, by) in self.by.iter().enumerate() {
            let separator = if i == 0 { " as" } else { ", as" };
            write!(f, "{separator} `{}`", by.rule().role())?;
            if let Some(conditions) = by.when() {
                write!(f, " when {conditions}")?;
            }
        }
        Ok(())
    }
}

/// What the roles say to one permission, each asked once.
struct Roles<'p, 'q> {
    policy: &'p Policy,
    permission: &'q Permission<'q>,
    said: HashMap<RoleId, Said<'p>>,
}

enum Said<'p> {
    Denied,
    /// By these rules; none is nothing.
    Allowed(Vec<Allowance<'p>>),
}

impl<'p> Roles<'p, '_> {
    fn capable<'s>(
        &mut self,
        name: &'s str,
        held: impl Iterator<Item = RoleId>,
    ) -> Option<Capable<'s>>
    where
        'p: 's,
    {
        let mut by = Vec::new();
        for role in held {
            match self.say(role) {
                Said::Denied => return None,
                Said::Allowed(rules) => by.extend(rules.iter().cloned()),
            }
        }
        let by = Allowance::fewest_conditions(by);
        (!by.is_empty()).then_some(Capable { name, by })
    }

    fn say(&mut self, role: RoleId) -> &Said<'p> {
        self.said.entry(role).or_insert_with(|| {
            let (policy, permission) = (self.policy, self.permission);
            if policy
                .denying(role)
                .any(|rule| rule.pattern().matches(permission))
            {
                return Said::Denied;
            }
            let rules = policy.allowing(role);
            let rules = rules.filter(|(rule, _)| rule.pattern().matches(permission));
            let rules = rules.map(|(rule, conditions)| Allowance::whole(rule, conditions));
            Said::Allowed(Allowance::fewest_conditions(rules.collect()))
        })
    }
}
