//! Separation of duty: roles that one subject does not have, or not use in one session, together.

use std::collections::BTreeSet;

use super::{
    Grant, Grants, Policy, Scope, Tenant,
    administration::Refusal,
    compile::{Compiled, RoleId},
    duty::SeparationKind,
    grants::Span,
    rules::Effect,
};
use crate::Timestamp;

impl Policy {
    /// The grants for a session in a tenant that uses these roles and no others.
    ///
    /// The grants are those that the subject has of these roles where the tenant is, and besides
    /// those of every role that denies something, with all that such a role allows: a denial is not
    /// left out by whoever it hits. What has ended is not among them. All of them count in this
    /// tenant only, also those that the subject has everywhere, as denials of other tenants are not
    /// among them.
    ///
    /// Decide the session's requests with them. Keep the names of the roles in the session and not
    /// these grants, which do not see what is withdrawn: activate for each request. Another activation
    /// for the same session takes the place of this one, and must be made from all grants or from this
    /// one's; two that count side by side are two sessions, which nothing here keeps apart.
    ///
    /// A role that is only inherited cannot be activated by itself: it would be without what the
    /// inheriting role requires.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotActive`] for a role that the subject does not have there now;
    /// [`Refusal::Separated`] where the roles, with all that they inherit, are too many of those
    /// that a dynamic separation keeps apart.
    pub fn activate(
        &self,
        grants: &Grants,
        roles: &[&str],
        tenant: &Tenant,
        now: Timestamp,
    ) -> Result<Grants, Refusal> {
        let policy = &*self.0;
        let lasts = |grant: &Grant| now < Span::of(grant).until;
        let here = || {
            let here = grants.iter().filter(|grant| grant.covers(tenant));
            here.filter(|grant| lasts(grant))
        };
        for role in roles {
            let span = Span::moment(now);
            let mut held = here().filter(|grant| grant.role() == *role);
            if policy.role_id(role).is_none() || !held.any(|grant| Span::of(grant).covers(span)) {
                let role = (*role).into();
                return Err(Refusal::NotActive { role });
            }
        }
        let is_active = |grant: &&Grant| roles.contains(&grant.role()) || policy.denies(grant);
        let active = || here().filter(is_active);
        let used = active().filter_map(|grant| policy.role_id(grant.role()));
        policy.keep_apart(SeparationKind::Dynamic, &policy.all_inherited(used), None)?;
        let scope = Scope::Tenant(tenant.clone());
        let mut active = active().map(|grant| grant.clone().within(scope.clone()));
        Ok(active.try_fold(Grants::new(), Grants::with)?)
    }
}

impl Compiled {
    /// Whether the role of a grant denies something, of its own or inherited.
    fn denies(&self, grant: &Grant) -> bool {
        let role = self.role_id(grant.role());
        role.is_some_and(|role| !self.rules.of(role, Effect::Deny).is_empty())
    }

    /// Of the grants that somebody holds, those that count in a session where the scope is: those
    /// that it was given, everywhere or there, and that are still held as they were, and those that
    /// deny something and have not ended.
    pub(super) fn in_session(
        &self,
        held: Grants,
        session: &Grants,
        scope: &Scope,
        now: Timestamp,
    ) -> Result<Grants, Refusal> {
        let was_given = |grant: &Grant| {
            let here = || grant.clone().within(scope.clone());
            session.has(grant) || grant.scope().covers(scope) && session.has(&here())
        };
        let is_active = |grant: &Grant| was_given(grant) || self.denies(grant);
        let active = held.filter(|grant| {
            let lasts = now < Span::of(grant).until;
            lasts && grant.scope().meets(scope) && is_active(grant)
        });
        let roles = active.iter().filter_map(|grant| self.role_id(grant.role()));
        self.keep_apart(SeparationKind::Dynamic, &self.all_inherited(roles), None)?;
        Ok(active)
    }

    /// Whether a subject may have a role in a scope beside the grants that have not ended.
    pub(super) fn keep_static_apart(
        &self,
        role: RoleId,
        scope: &Scope,
        grants: &Grants,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let lasting = || grants.iter().filter(|grant| now < Span::of(grant).until);
        let held_in = |place: &Scope| {
            let here = lasting().filter(|grant| grant.scope().covers(place));
            let roles = here.filter_map(|grant| self.role_id(grant.role()));
            self.all_inherited(roles.chain([role]))
        };
        // where nobody has a grant of their own, those that count everywhere do
        let mut places = BTreeSet::from([scope]);
        if *scope == Scope::Everywhere {
            places.extend(lasting().map(Grant::scope));
        }
        for place in places {
            self.keep_apart(SeparationKind::Static, &held_in(place), Some(role))?;
        }
        Ok(())
    }

    /// Whether these roles are few enough of any that are kept apart; where there is one that is
    /// new, of those that it or what it inherits is among.
    fn keep_apart(
        &self,
        kind: SeparationKind,
        held: &BTreeSet<RoleId>,
        new: Option<RoleId>,
    ) -> Result<(), Refusal> {
        let new = new.map(|role| self.all_inherited([role].into_iter()));
        let is_concerned = |roles: &[RoleId]| {
            let is_new = |role| new.as_ref().is_none_or(|new| new.contains(role));
            roles.iter().any(is_new)
        };
        let of_kind = self.separations.iter().filter(|one| one.kind == kind);
        for separation in of_kind.filter(|one| is_concerned(&one.roles)) {
            let together = separation.roles.iter().filter(|role| held.contains(role));
            let roles: Vec<_> = together.map(|role| self.role_name(*role)).collect();
            if roles.len() >= separation.n as usize {
                return Err(Refusal::Separated {
                    roles: roles.into_iter().map(Into::into).collect(),
                    n: separation.n,
                });
            }
        }
        Ok(())
    }

    /// Roles and what they inherit.
    fn all_inherited(&self, roles: impl Iterator<Item = RoleId>) -> BTreeSet<RoleId> {
        let roles: BTreeSet<_> = roles.collect();
        let roles = roles.iter().filter_map(|role| self.role(*role));
        let inherited = roles.flat_map(|role| role.comes_down_to.iter());
        inherited.copied().collect()
    }
}
