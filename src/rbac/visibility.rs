//! Who sees how much of which field.

use core::iter::once;
use std::{
    borrow::Cow,
    collections::{BTreeMap, HashSet},
};

use super::{
    Facts, Field, Grants, Pattern, Policy, Tenant,
    compile::{Role, RoleId, Sight},
    decide::Standing,
    request::Circumstances,
    requirements::ConditionsId,
    rules::Effect,
};
use crate::{Timestamp, mask::mask};

/// The part of a field's name that stands for every part.
pub(super) const ANY: &str = "*";
/// What is done to a field: the second segment of the permissions whose denial hides one.
pub(super) const READ: &str = "read";

/// How much of a field a subject sees, from least to most restrictive.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[must_use]
#[non_exhaustive]
pub enum Visibility {
    /// All of it.
    Show,
    /// Enough to recognise it, as [`mask`] leaves it.
    Mask,
    /// A name that stands for it: which values are equal, and nothing else of them.
    Pseudonym,
    /// Nothing, not even whether there is a value.
    Hide,
}

impl Visibility {
    /// What there is to see of `value`; None where it is hidden, and where a pseudonym stands for
    /// it, which takes a key: a [`View`](super::View) has one.
    #[must_use]
    pub fn apply<'v>(&self, value: &'v str) -> Option<Cow<'v, str>> {
        match self {
            Self::Show => Some(Cow::Borrowed(value)),
            Self::Mask => Some(Cow::Owned(mask(value))),
            Self::Pseudonym | Self::Hide => None,
        }
    }
}

impl Policy {
    /// What a subject sees of a field, as [`Policy::visibility_with`] without any facts: roles that
    /// require a second factor show nothing.
    pub fn visibility(
        &self,
        grants: &Grants,
        tenant: &Tenant,
        field: &str,
        now: Timestamp,
    ) -> Visibility {
        self.visibility_with(grants, tenant, field, Facts::new(), now)
    }

    /// What a subject sees of a field in a tenant, the field itself or what lies in it.
    ///
    /// Hidden is also what the policy does not name and what no active role shows. Of several fields
    /// that enclose what is asked for, the most restrictive counts. [`Policy::view`] answers for all
    /// fields at once.
    pub fn visibility_with(
        &self,
        grants: &Grants,
        tenant: &Tenant,
        field: &str,
        facts: Facts<'_>,
        now: Timestamp,
    ) -> Visibility {
        let mut denials = self.denials(grants, tenant, now);
        let denied = denials.any(|denial| denial.hides(reading(field)));
        let covering = self.covering(field);
        let seen = covering.map(|own| self.seen_by(grants, tenant, own, facts, now));
        match seen.max() {
            Some(seen) if !denied => seen,
            _ => Visibility::Hide,
        }
    }

    /// The fields at the end of a path and around it; their names begin with the same part.
    pub(super) fn covering(&self, path: &str) -> impl Iterator<Item = &Field> {
        let (head, _) = path.split_once('.').unwrap_or((path, ""));
        let fields = &self.0.fields;
        let first = fields.partition_point(|field| field.name() < head);
        let near = fields.iter().skip(first);
        near.take_while(move |field| field.name().starts_with(head))
            .filter(move |field| field.covers(path))
    }

    /// What the roles that count show of a field by its own rules, before any denial.
    fn seen_by(
        &self,
        grants: &Grants,
        tenant: &Tenant,
        field: &Field,
        facts: Facts<'_>,
        now: Timestamp,
    ) -> Visibility {
        let roles = self.showing(grants, tenant, facts, now);
        let roles = roles.flat_map(|role| &role.comes_down_to);
        let seen = roles.map(|role| field.shown_to(*role)).min();
        seen.unwrap_or(Visibility::Hide)
    }

    /// The roles that show what they show here and now.
    pub(super) fn showing<'p>(
        &'p self,
        grants: &Grants,
        tenant: &Tenant,
        facts: Facts<'_>,
        now: Timestamp,
    ) -> impl Iterator<Item = &'p Role> {
        let case = Circumstances::of(facts);
        let roles = self.known(grants).filter(move |(grant, id, _)| {
            let standing = Standing::of(grant, tenant, now);
            let always = ConditionsId::NONE;
            let obstacle = self.0.obstacle(*id, standing, always, &case, now);
            obstacle.is_none()
        });
        roles.map(|(.., role)| role)
    }

    /// The denials of the roles that are active here and now, whatever these require.
    pub(super) fn denials<'p>(
        &'p self,
        grants: &Grants,
        tenant: &Tenant,
        now: Timestamp,
    ) -> impl Iterator<Item = &'p Pattern> {
        let active = self
            .known(grants)
            .filter(move |(grant, ..)| Standing::of(grant, tenant, now) == Standing::Active);
        let denials = active.flat_map(|(_, role, _)| self.0.rules.of(role, Effect::Deny));
        denials.filter_map(|rule| self.0.patterns.get(rule.pattern))
    }
}

impl Sight {
    fn level(&self, holds: impl Fn(&[RoleId]) -> bool) -> Visibility {
        if holds(&self.show) {
            Visibility::Show
        } else if holds(&self.mask) {
            Visibility::Mask
        } else if holds(&self.pseudonym) {
            Visibility::Pseudonym
        } else {
            Visibility::Hide
        }
    }

    /// What these lists of a field and those of its class come to: of a role that both name the more
    /// restrictive, of a role that one of them names what that one says.
    pub(super) fn with(&self, class: &Self) -> Self {
        let mut seen = BTreeMap::new();
        for (role, level) in self.levels().chain(class.levels()) {
            let most = seen.entry(role).or_insert(level);
            *most = level.max(*most);
        }
        let all = |level| {
            let roles = seen.iter().filter(move |(_, own)| **own == level);
            roles.map(|(role, _)| *role).collect()
        };
        Self {
            show: all(Visibility::Show),
            mask: all(Visibility::Mask),
            pseudonym: all(Visibility::Pseudonym),
        }
    }

    pub(super) fn levels(&self) -> impl Iterator<Item = (RoleId, Visibility)> {
        let lists = [
            (&self.show, Visibility::Show),
            (&self.mask, Visibility::Mask),
            (&self.pseudonym, Visibility::Pseudonym),
        ];
        let levels = lists.into_iter();
        levels.flat_map(|(roles, level)| roles.iter().map(move |role| (*role, level)))
    }
}

impl Field {
    /// What its rules and those of its class show to who holds these roles or inherits them.
    pub(super) fn shown_to_any(&self, holds: &HashSet<RoleId>) -> Visibility {
        self.with_class
            .level(|roles| roles.iter().any(|role| holds.contains(role)))
    }

    /// The same of one role alone, without what the role inherits.
    fn shown_to(&self, role: RoleId) -> Visibility {
        self.with_class
            .level(|roles| roles.binary_search(&role).is_ok())
    }

    /// Whether it is the field at the end of this path or encloses it.
    fn covers(&self, path: &str) -> bool {
        let mut parts = path.split('.');
        let mut own = self.name().split('.');
        own.all(|own| parts.next().is_some_and(|part| own == part || own == ANY))
    }
}

/// The segments of the permission to read what lies at the end of a path.
pub(super) fn reading(path: &str) -> impl Iterator<Item = &str> {
    let mut parts = path.split('.');
    parts.next().into_iter().chain(once(READ)).chain(parts)
}
