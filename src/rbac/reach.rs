//! What a role, or all the roles of a subject, come to: what is allowed under which conditions once
//! the denials are taken away, and what one set of rules allows beyond another.

use core::{fmt, time::Duration};
use std::collections::BTreeMap;

use super::{
    Grant, Grants, Pattern, Policy, Rule, Tenant,
    compile::RoleId,
    condition::Conditions,
    grants::Phase,
    matches::PatternId,
    region::{Budget, Cell, Index, Region, widest},
    requirements::ConditionsId,
    rules::Effect,
};
use crate::Timestamp;

/// Conditions of which each is compared with each.
const COMPARED: usize = 64;

/// Something allowed: which permissions, by which rule, under which conditions.
///
/// Printed, it reads ``note:edit:*` when owner`.
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Allowance<'p> {
    region: Region<'p>,
    #[cfg_attr(
        feature = "serde",
        serde(rename = "when", serialize_with = "super::forms::conditions")
    )]
    conditions: Conditions,
    rule: Rule<'p>,
    #[cfg_attr(
        feature = "serde",
        serde(
            serialize_with = "super::forms::optional_conditions",
            skip_serializing_if = "Option::is_none"
        )
    )]
    otherwise: Option<Conditions>,
}

impl<'p> Allowance<'p> {
    /// The permissions.
    #[must_use]
    pub fn region(&self) -> &Region<'p> {
        &self.region
    }

    /// The rule that allows them.
    #[must_use]
    pub fn rule(&self) -> Rule<'p> {
        self.rule
    }

    /// The conditions under which they are allowed, as a person reads them; None where it is always.
    #[must_use]
    pub fn when(&self) -> Option<String> {
        (!self.conditions.is_empty()).then(|| self.conditions.to_string())
    }

    /// In a comparison of two policies, how the other allows all of it: under these conditions. None
    /// where it does not, and where nothing is compared.
    #[must_use]
    pub fn otherwise(&self) -> Option<String> {
        self.otherwise.as_ref().map(Conditions::to_string)
    }

    /// All that a rule matches.
    pub(super) fn whole(rule: Rule<'p>, conditions: Conditions) -> Self {
        Self {
            region: rule.pattern().into(),
            conditions,
            rule,
            otherwise: None,
        }
    }

    /// Without those that another makes superfluous because it has the same or fewer conditions; of
    /// very many different conditions, without those that stand there twice.
    pub(super) fn fewest_conditions(mut all: Vec<Self>) -> Vec<Self> {
        all.retain(|one| one.conditions.can_hold());
        all.sort_by(|one, other| one.conditions.cmp(&other.conditions));
        all.dedup_by(|next, kept| next.conditions == kept.conditions);
        if all.len() > COMPARED {
            return all;
        }
        let is_least = |one: &&Self| {
            !all.iter().map(|other| &other.conditions).any(|other| {
                // of two that say the same in two ways, the first
                let is_first = !other.implies(&one.conditions) || *other < one.conditions;
                one.conditions.implies(other) && is_first && *other != one.conditions
            })
        };
        all.iter().filter(is_least).cloned().collect()
    }

    /// In the order of a listing.
    fn order(&self) -> (&Region<'p>, &Conditions, &'p str, &'p str) {
        let (role, from) = (self.rule.role(), self.rule.defined_by());
        (&self.region, &self.conditions, role, from)
    }
}

impl fmt::Display for Allowance<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.region)?;
        match self.when() {
            Some(conditions) => write!(f, " when {conditions}"),
            None => Ok(()),
        }
    }
}

/// The rules that count together.
#[derive(Debug, Default)]
pub(super) struct Reach<'p> {
    allow: Vec<Allowing<'p>>,
    deny: Vec<Cell<'p>>,
}

/// A rule that allows something.
#[derive(Clone, Debug)]
pub(super) struct Allowing<'p> {
    pub(super) cell: Cell<'p>,
    pub(super) conditions: Conditions,
    pub(super) rule: Rule<'p>,
}

impl<'p> Reach<'p> {
    /// What holding this role alone comes to.
    pub(super) fn of_role(policy: &'p Policy, role: RoleId) -> Self {
        Self::of_roles(policy, &[role])
    }

    /// What these roles come to together.
    pub(super) fn of_roles(policy: &'p Policy, roles: &[RoleId]) -> Self {
        let mut reach = Self::default();
        for role in roles {
            reach.add(policy, *role);
        }
        reach
    }

    fn add(&mut self, policy: &'p Policy, role: RoleId) {
        for (rule, conditions) in policy.allowing(role) {
            self.allow.push(Allowing {
                cell: Cell::from(rule.pattern()),
                conditions,
                rule,
            });
        }
        let denials = policy.denying(role);
        self.deny.extend(denials.map(|rule| rule.pattern().into()));
    }

    /// The same as if all conditions held.
    pub(super) fn freed(&self) -> Self {
        let conditions = Conditions::default();
        let rules = self.allow.iter().map(|rule| Allowing {
            cell: rule.cell.clone(),
            conditions: conditions.clone(),
            rule: rule.rule,
        });
        Self {
            allow: rules.collect(),
            deny: self.deny.clone(),
        }
    }

    /// The rules that allow something, in the order of the roles that state them.
    pub(super) fn rules(&self) -> &[Allowing<'p>] {
        &self.allow
    }

    pub(super) fn denials(&self) -> &[Cell<'p>] {
        &self.deny
    }

    /// What is allowed, each permission under each condition once. None where the budget does not
    /// suffice.
    pub(super) fn allowed(&self, budget: &mut Budget) -> Option<Vec<Allowance<'p>>> {
        self.beyond(&Sorted::of(&Self::default()), budget)
    }

    /// What this allows and `other` does not, or only under conditions that this does not ask for.
    ///
    /// Conditions are compared rule by rule: two rules of `other` that only together cover the
    /// conditions of one of this are not seen to.
    pub(super) fn beyond(
        &self,
        other: &Sorted<'_, 'p>,
        budget: &mut Budget,
    ) -> Option<Vec<Allowance<'p>>> {
        let denied = Index::of(&self.deny);
        let mut all = Vec::new();
        for own in self.widest(budget)? {
            let denied = denied.cells_near(&own.cell, budget)?;
            let permitted = other.permitting(own, budget)?;
            let except = denied.iter().chain(&permitted).copied();
            let mut regions = Region::without(&own.cell, except, budget)?;
            // what the other allows and denies, it does not allow
            for lifted in other.deny.cells_near(&own.cell, budget)? {
                budget.spend(permitted.len())?;
                let both = own.cell.and(lifted);
                let both = both.filter(|both| permitted.iter().any(|cell| cell.overlaps(both)));
                if let Some(both) = both {
                    regions.extend(Region::without(&both, denied.iter().copied(), budget)?);
                }
            }
            let otherwise = other.otherwise(own, budget)?;
            all.extend(regions.into_iter().map(|region| Allowance {
                region,
                conditions: own.conditions.clone(),
                rule: own.rule,
                otherwise: otherwise.clone(),
            }));
        }
        all.sort_unstable_by(|one, other| one.order().cmp(&other.order()));
        // of the same under conditions that are no narrower, the first
        all.dedup_by(|next, kept| {
            next.region == kept.region && next.conditions.implies(&kept.conditions)
        });
        Some(all)
    }

    /// The same, said in rules without sets, and without what is denied or said twice: so that roles
    /// that say the same in other words are alike. None where the budget does not suffice.
    pub(super) fn normal(&self, budget: &mut Budget) -> Option<Self> {
        let mut denials = Vec::new();
        for cell in self.deny.iter().flat_map(Cell::singles) {
            budget.spend(cell.effort())?;
            denials.push(cell);
        }
        let mut normal = Self {
            allow: Vec::with_capacity(self.allow.len()),
            deny: widest(denials, budget)?,
        };
        let denied = Index::of(&normal.deny);
        for rule in &self.allow {
            for cell in rule.cell.singles() {
                budget.spend(cell.effort())?;
                let denials = denied.cells_near(&cell, budget)?;
                if !cell.without(denials, budget)?.is_empty() {
                    normal.allow.push(Allowing {
                        cell,
                        ..rule.clone()
                    });
                }
            }
        }
        normal.allow = normal.widest(budget)?.into_iter().cloned().collect();
        Some(normal)
    }

    /// How much this allows, roughly: for an order that is quick to find.
    pub(super) fn breadth(&self) -> u64 {
        let allowed = self.allow.iter().map(|rule| rule.cell.breadth());
        allowed.fold(0, u64::saturating_add)
    }

    /// The rules that allow something which no other allows under the same or fewer conditions.
    fn widest(&self, budget: &mut Budget) -> Option<Vec<&Allowing<'p>>> {
        let index = Index::of(self.allow.iter().map(|rule| &rule.cell));
        let mut widest = Vec::with_capacity(self.allow.len());
        for (i, own) in self.allow.iter().enumerate() {
            if !own.conditions.can_hold() {
                continue;
            }
            let near = index.near(&own.cell, budget)?;
            let mut others = near.iter().filter(|j| **j != i);
            let is_covered = others.any(|j| {
                // of two that are the same, the first
                let covers =
                    |other: &Allowing<'p>| other.covers(own) && (*j < i || !own.covers(other));
                self.allow.get(*j).is_some_and(covers)
            });
            if !is_covered {
                widest.push(own);
            }
        }
        Some(widest)
    }
}

/// The rules that count together, by what they begin with.
pub(super) struct Sorted<'a, 'p> {
    reach: &'a Reach<'p>,
    allow: Index<'a, 'p>,
    deny: Index<'a, 'p>,
}

impl<'a, 'p> Sorted<'a, 'p> {
    pub(super) fn of(reach: &'a Reach<'p>) -> Self {
        Self {
            reach,
            allow: Index::of(reach.allow.iter().map(|rule| &rule.cell)),
            deny: Index::of(&reach.deny),
        }
    }

    /// What of a rule is allowed here under the same or fewer conditions, before any denial.
    fn permitting(&self, rule: &Allowing<'p>, budget: &mut Budget) -> Option<Vec<&'a Cell<'p>>> {
        let near = self.allow.near(&rule.cell, budget)?.into_iter();
        let rules = near.filter_map(|i| self.reach.allow.get(i));
        let permitting = rules.filter(|own| rule.conditions.implies(&own.conditions));
        Some(permitting.map(|own| &own.cell).collect())
    }

    /// Under which conditions all of a rule is allowed here, where the same hold for all of it and
    /// none of it is denied.
    fn otherwise(&self, rule: &Allowing<'p>, budget: &mut Budget) -> Option<Option<Conditions>> {
        if !self.deny.near(&rule.cell, budget)?.is_empty() {
            return Some(None);
        }
        let mut by_conditions = BTreeMap::<_, Vec<_>>::new();
        for i in self.allow.near(&rule.cell, budget)? {
            let own = self.reach.allow.get(i)?;
            by_conditions
                .entry(&own.conditions)
                .or_default()
                .push(&own.cell);
        }
        for (conditions, cells) in by_conditions {
            if rule.cell.without(cells, budget)?.is_empty() {
                return Some(Some(conditions.clone()));
            }
        }
        Some(None)
    }
}

impl<'p> Allowing<'p> {
    /// Whether this allows all that the other does, wherever the other does.
    pub(super) fn covers(&self, other: &Self) -> bool {
        self.cell.contains(&other.cell) && other.conditions.implies(&self.conditions)
    }

    /// Whether the role states it itself.
    pub(super) fn is_own(&self) -> bool {
        self.rule.role() == self.rule.defined_by()
    }
}

/// What the analyses read of a policy.
impl Policy {
    pub(super) fn role_ids(&self) -> impl Iterator<Item = RoleId> + use<> {
        RoleId::first(self.0.roles.len())
    }

    pub(super) fn role_id(&self, name: &str) -> Option<RoleId> {
        self.0.role_id(name)
    }

    /// The roles that count in a tenant, each once, ascending.
    pub(super) fn held(&self, grants: &Grants, tenant: &Tenant, now: Timestamp) -> Vec<RoleId> {
        let active = |grant: &&Grant| grant.phase(now) == Phase::Active && grant.covers(tenant);
        let active = grants.iter().filter(active);
        let mut roles: Vec<_> = active
            .filter_map(|grant| self.role_id(grant.role()))
            .collect();
        roles.dedup();
        roles
    }

    pub(super) fn role_name(&self, role: RoleId) -> &str {
        self.0.role(role).map_or("", |role| &role.name)
    }

    /// The role and all that it inherits, ascending.
    pub(super) fn closure(&self, role: RoleId) -> &[RoleId] {
        let role = self.0.role(role);
        role.map_or(&[], |role| &role.comes_down_to)
    }

    /// How long a grant of a role may be, with all that it inherits; None where it may have no end.
    pub(super) fn longest_grant(&self, role: RoleId) -> Option<Duration> {
        let inherited = self
            .closure(role)
            .iter()
            .filter_map(|role| self.0.role(*role));
        inherited.filter_map(|role| role.terms.max_grant).min()
    }

    /// Whether somebody else must approve a grant of a role, or of one that it inherits.
    pub(super) fn needs_approver(&self, role: RoleId) -> bool {
        let inherited = self.closure(role).iter();
        let mut terms = inherited.filter_map(|role| Some(&self.0.role(*role)?.terms));
        terms.any(|terms| terms.needs.approver)
    }

    /// Whether somebody must always have a role.
    pub(super) fn is_kept(&self, role: RoleId) -> bool {
        let role = self.0.role(role);
        role.is_some_and(|role| role.terms.min_members.is_some())
    }

    /// What must be held before a role, with all that this inherits.
    pub(super) fn needed_before(&self, role: RoleId) -> impl Iterator<Item = RoleId> + Clone {
        let inherited = self
            .closure(role)
            .iter()
            .filter_map(|role| self.0.role(*role));
        let needed = inherited.flat_map(|role| role.terms.prerequisites.iter());
        needed.flat_map(|needed| self.closure(*needed)).copied()
    }

    /// How many fields are looked at for what lies at a path.
    pub(super) fn fields_near(&self, path: &str) -> usize {
        let (head, _) = path.split_once('.').unwrap_or((path, ""));
        let fields = &self.0.fields;
        let first = fields.partition_point(|field| field.name() < head);
        let near = fields.iter().skip(first);
        near.take_while(|field| field.name().starts_with(head))
            .count()
            .saturating_add(1)
    }

    /// The rules by which a held role allows something, with all that must hold for them.
    pub(super) fn allowing(&self, held: RoleId) -> impl Iterator<Item = (Rule<'_>, Conditions)> {
        let all = &self.0.conditions;
        let require = self.required_of(held);
        let rules = self.stated(held, Effect::Allow);
        // without an id that is known there is no such role and no such rule
        rules.filter_map(move |(rule, when)| Some((rule, all.get(when)?.with(require?))))
    }

    /// The patterns of all that a held role allows, each once, in their order.
    pub(super) fn patterns_of(&self, held: RoleId) -> impl Iterator<Item = (PatternId, Rule<'_>)> {
        let mut last = None;
        let rules = self.0.rules.of(held, Effect::Allow).iter();
        let first = rules.filter(move |rule| last.replace(rule.pattern) != Some(rule.pattern));
        first.filter_map(move |rule| Some((rule.pattern, self.0.rule(held, rule)?)))
    }

    /// What a role itself states that it allows.
    pub(super) fn stating(&self, role: RoleId) -> impl Iterator<Item = &Pattern> {
        let own = self.0.rules.own(role, Effect::Allow).iter();
        own.filter_map(|stated| self.0.patterns.get(stated.pattern))
    }

    /// What a role requires together with all that it inherits.
    pub(super) fn required_of(&self, role: RoleId) -> Option<&Conditions> {
        self.0.conditions.get(self.0.role(role)?.require)
    }

    /// The rules by which a held role denies something.
    pub(super) fn denying(&self, held: RoleId) -> impl Iterator<Item = Rule<'_>> {
        self.stated(held, Effect::Deny).map(|(rule, _)| rule)
    }

    /// The rules of a role and of all that it inherits, also those that repeat others.
    fn stated(
        &self,
        held: RoleId,
        effect: Effect,
    ) -> impl Iterator<Item = (Rule<'_>, ConditionsId)> {
        let role = self.0.role(held);
        let inherited = self.closure(held).iter();
        let rules = inherited.flat_map(move |from| self.0.rules.own(*from, effect));
        rules.filter_map(move |stated| {
            let pattern = self.0.patterns.get(stated.pattern)?;
            let rule = Rule::new(role?, self.0.role(stated.by)?, pattern);
            Some((rule, stated.when))
        })
    }
}
