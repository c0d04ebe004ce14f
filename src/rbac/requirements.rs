//! The conditions of a policy, each kept once, and what the roles require.

use std::collections::HashMap;

use super::{
    closure::Edge,
    compile::RoleId,
    condition::{Clause, Condition, Conditions, Unmet},
    file::{Found, RoleDraft},
    finding::{Name, Problem},
    request::Circumstances,
};
use crate::Timestamp;

/// Networks and names in the lists that roles require together with what they inherit.
const MAX_ENTRIES: usize = 4_000_000;

/// Conditions of a rule or a role, by their place among all of a policy.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) struct ConditionsId(u32);

impl ConditionsId {
    /// Those that always hold.
    pub(super) const NONE: Self = Self(0);
}

/// All conditions of a policy.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct AllConditions(Box<[Conditions]>);

impl AllConditions {
    pub(super) fn get(&self, id: ConditionsId) -> Option<&Conditions> {
        self.0.get(id.0 as usize)
    }

    /// What of these does not hold; None where all do.
    pub(super) fn unmet(
        &self,
        id: ConditionsId,
        case: &Circumstances<'_>,
        now: Timestamp,
    ) -> Option<Unmet> {
        if id == ConditionsId::NONE {
            return None;
        }
        match self.get(id) {
            Some(conditions) => conditions.unmet(case, now),
            // no such id is given out; it would have to deny
            None => Some(Unmet::Condition(Condition::Owner)),
        }
    }
}

/// Conditions while they are collected.
pub(super) struct Collected {
    all: Vec<Conditions>,
    ids: HashMap<Conditions, ConditionsId>,
    joined: HashMap<(ConditionsId, ConditionsId), Option<ConditionsId>>,
    /// Entries of lists that were put together.
    looked_at: usize,
}

impl Collected {
    /// With those of all rules, in their order, so that it is not that of the file.
    pub(super) fn of_rules(roles: &[RoleDraft<'_>]) -> Self {
        let rules = roles.iter().flat_map(|role| &role.allow);
        let mut all: Vec<_> = rules.map(|rule| rule.when.clone()).collect();
        all.sort_unstable();
        let mut collected = Self {
            all: Vec::new(),
            ids: HashMap::new(),
            joined: HashMap::new(),
            looked_at: 0,
        };
        collected.id(&Conditions::default());
        for conditions in all {
            collected.id(&conditions);
        }
        collected
    }

    pub(super) fn id(&mut self, conditions: &Conditions) -> ConditionsId {
        if let Some(known) = self.ids.get(conditions) {
            return *known;
        }
        // there are fewer than bytes in a file
        let id = ConditionsId(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
        self.all.push(conditions.clone());
        self.ids.insert(conditions.clone(), id);
        id
    }

    /// What each role requires together with all that it inherits; None where that is too much.
    /// In `order`, each role comes after those that it inherits.
    pub(super) fn required(
        &mut self,
        roles: &[RoleDraft<'_>],
        edges: &[Vec<Edge>],
        order: &[RoleId],
        found: &mut Found,
    ) -> Option<Vec<ConditionsId>> {
        let mut required = vec![ConditionsId::NONE; roles.len()];
        for role in order {
            let draft = roles.get(role.index())?;
            let mut parts = vec![self.id(&draft.require)];
            for edge in edges.get(role.index())? {
                parts.push(*required.get(edge.to.index())?);
            }
            parts.sort_unstable();
            parts.dedup();
            let all = parts
                .into_iter()
                .try_fold(ConditionsId::NONE, |one, other| self.and(one, other));
            let Some(all) = all else {
                found.push((draft.at, Problem::TooManyConditions(Name::new(draft.name))));
                return None;
            };
            *required.get_mut(role.index())? = all;
        }
        Some(required)
    }

    fn and(&mut self, one: ConditionsId, other: ConditionsId) -> Option<ConditionsId> {
        if one == ConditionsId::NONE {
            return Some(other);
        }
        if let Some(known) = self.joined.get(&(one, other)) {
            return *known;
        }
        let conditions = |id: ConditionsId| self.all.get(id.0 as usize);
        let (own, others) = (conditions(one)?, conditions(other)?);
        let entries = entries(own).saturating_add(entries(others));
        self.looked_at = self.looked_at.saturating_add(entries);
        if self.looked_at > MAX_ENTRIES {
            return None;
        }
        let both = own.and(others);
        let id = both.map(|both| self.id(&both));
        self.joined.insert((one, other), id);
        id
    }

    pub(super) fn finish(self) -> AllConditions {
        AllConditions(self.all.into())
    }
}

/// How many networks and names there are to look at.
fn entries(conditions: &Conditions) -> usize {
    let entries = conditions.iter().map(|clause| match clause {
        Clause::Address(networks) => networks.iter().len(),
        Clause::Environment(names) => names.len(),
        _ => 1,
    });
    entries.sum()
}
