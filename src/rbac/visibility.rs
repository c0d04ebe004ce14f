//! Who sees how much of which field.

use std::borrow::Cow;

use super::{
    Facts, Field, Grants, Policy, Tenant,
    compile::{Role, RoleId},
    decide::Standing,
    request::Circumstances,
    requirements::ConditionsId,
    rules::Effect,
};
use crate::{Timestamp, mask::mask};

/// How much of a field a subject sees.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
#[non_exhaustive]
pub enum Visibility {
    /// All of it.
    Show,
    /// Enough to recognise it, as [`mask`] leaves it.
    Mask,
    /// Nothing, not even whether there is a value.
    Hide,
}

impl Visibility {
    /// What there is to see of `value`; None where it is hidden.
    #[must_use]
    pub fn apply<'v>(&self, value: &'v str) -> Option<Cow<'v, str>> {
        match self {
            Self::Show => Some(Cow::Borrowed(value)),
            Self::Mask => Some(Cow::Owned(mask(value))),
            Self::Hide => None,
        }
    }

    /// The more permissive of two.
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Show, _) | (_, Self::Show) => Self::Show,
            (Self::Mask, _) | (_, Self::Mask) => Self::Mask,
            (Self::Hide, Self::Hide) => Self::Hide,
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

    /// What a subject sees of a field in a tenant.
    ///
    /// Hidden is also what the policy does not name and what no active role shows.
    pub fn visibility_with(
        &self,
        grants: &Grants,
        tenant: &Tenant,
        field: &str,
        facts: Facts<'_>,
        now: Timestamp,
    ) -> Visibility {
        let Some(field) = self.field(field) else {
            return Visibility::Hide;
        };
        let mut seen = Visibility::Hide;
        let case = Circumstances::of(facts);
        for (grant, id, role) in self.known(grants) {
            let standing = Standing::of(grant, tenant, now);
            if standing == Standing::Active && self.hides(id, field) {
                return Visibility::Hide;
            }
            let obstacle = self
                .0
                .obstacle(id, standing, ConditionsId::NONE, &case, now);
            if obstacle.is_none() {
                seen = seen.or(shown_to(role, field));
            }
        }
        seen
    }

    /// Whether a denial that the role has or inherits hides the field.
    fn hides(&self, role: RoleId, field: &Field) -> bool {
        let mut denials = self.0.rules.of(role, Effect::Deny);
        denials.any(|(_, rule)| {
            let pattern = self.0.patterns.get(rule.pattern);
            pattern.is_some_and(|pattern| pattern.hides(&field.read))
        })
    }
}

/// What `show` and `mask` say, before any denial.
fn shown_to(role: &Role, field: &Field) -> Visibility {
    let any_of = |roles: &[RoleId]| {
        let mut inherited = role.comes_down_to.iter();
        inherited.any(|role| roles.binary_search(role).is_ok())
    };
    if any_of(&field.show) {
        Visibility::Show
    } else if any_of(&field.mask) {
        Visibility::Mask
    } else {
        Visibility::Hide
    }
}
