//! How many subjects have a role.

use std::collections::{BTreeSet, HashMap};

use super::Refusal;
use crate::{
    Timestamp,
    rbac::{
        Grant, Grants, Scope, Tenant,
        compile::{Compiled, RoleId},
        grants::Span,
    },
};

/// Everybody's grants, as far as a bound on the members of a role needs them.
pub trait Members {
    /// Shows to `each`, by name and once, every subject that has a grant of one of `roles`. It may
    /// show others, too.
    fn each(&self, roles: &[&str], each: &mut dyn FnMut(&str, &Grants));
}

/// A list of everybody.
impl<S: AsRef<str>> Members for &[(S, Grants)] {
    fn each(&self, _: &[&str], each: &mut dyn FnMut(&str, &Grants)) {
        for (name, grants) in *self {
            each(name.as_ref(), grants);
        }
    }
}

/// A list of everybody.
impl<S: AsRef<str>> Members for Vec<(S, Grants)> {
    fn each(&self, roles: &[&str], each: &mut dyn FnMut(&str, &Grants)) {
        self.as_slice().each(roles, each);
    }
}

/// Which grants make somebody a member.
#[derive(Clone, Copy)]
enum Counted {
    /// Those that have not ended: a place is taken from the day it is promised.
    NotOver,
    /// Those that count now and have no end.
    Lasting,
}

impl Counted {
    fn counts(self, grant: &Grant, now: Timestamp) -> bool {
        let span = Span::of(grant);
        match self {
            Self::NotOver => now < span.until,
            Self::Lasting => span.from <= now && grant.ends().is_none(),
        }
    }
}

impl Compiled {
    /// Whether one more may have the role in a scope: it and what it inherits have room.
    pub(super) fn has_room(
        &self,
        role: RoleId,
        scope: &Scope,
        subject: (&str, &Grants),
        members: Option<&dyn Members>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        for (bounded, most) in self.bounded(role, |terms| terms.max_members) {
            let roles = self.inheriting(bounded);
            let own = subject.1.iter().filter(|grant| grant.scope().covers(scope));
            if is_member(own, &roles, Counted::NotOver, now) {
                continue;
            }
            let name = self.role_name(bounded);
            let Some(members) = members else {
                return Err(Refusal::MembersUnknown { role: name.into() });
            };
            let counted = Counted::NotOver;
            if count(members, &roles, subject.0, counted, now).most(scope) >= most as usize {
                let role = name.into();
                return Err(Refusal::TooManyMembers { role, most });
            }
        }
        Ok(())
    }

    /// Whether the subject may be left with `left`: the role and what it inherits keep enough.
    pub(super) fn keeps_enough(
        &self,
        role: RoleId,
        scope: &Scope,
        subject: (&str, &Grants),
        left: &Grants,
        members: Option<&dyn Members>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        for (bounded, least) in self.bounded(role, |terms| terms.min_members) {
            let roles = self.inheriting(bounded);
            let is_one = |grants: &Grants| {
                let covering = grants.iter().filter(|grant| grant.scope().covers(scope));
                is_member(covering, &roles, Counted::Lasting, now)
            };
            if !is_one(subject.1) || is_one(left) {
                continue;
            }
            let name = self.role_name(bounded);
            let Some(members) = members else {
                return Err(Refusal::MembersUnknown { role: name.into() });
            };
            let counted = Counted::Lasting;
            if count(members, &roles, subject.0, counted, now).fewest(scope) < least as usize {
                let role = name.into();
                return Err(Refusal::TooFewMembers { role, least });
            }
        }
        Ok(())
    }

    /// Of a role and what it inherits, those with a bound.
    fn bounded(
        &self,
        role: RoleId,
        bound: impl Fn(&crate::rbac::duty::Terms) -> Option<u32>,
    ) -> impl Iterator<Item = (RoleId, u32)> {
        let closure = self.role(role).map(|role| &*role.comes_down_to);
        let inherited = closure.unwrap_or_default().iter();
        inherited.filter_map(move |id| Some((*id, bound(&self.role(*id)?.terms)?)))
    }

    /// The names of the roles that come down to this one.
    fn inheriting(&self, role: RoleId) -> BTreeSet<&str> {
        let roles = self.roles.iter();
        let inheriting = roles.filter(|one| one.comes_down_to.binary_search(&role).is_ok());
        inheriting.map(|role| &*role.name).collect()
    }
}

fn is_member<'g>(
    mut grants: impl Iterator<Item = &'g Grant>,
    roles: &BTreeSet<&str>,
    counted: Counted,
    now: Timestamp,
) -> bool {
    grants.any(|grant| roles.contains(grant.role()) && counted.counts(grant, now))
}

/// How many others have one of the roles.
#[derive(Default)]
struct Tally {
    everywhere: usize,
    by_tenant: HashMap<Tenant, usize>,
}

fn count(
    members: &dyn Members,
    roles: &BTreeSet<&str>,
    except: &str,
    counted: Counted,
    now: Timestamp,
) -> Tally {
    let mut tally = Tally::default();
    let names: Vec<_> = roles.iter().copied().collect();
    members.each(&names, &mut |name, grants| {
        if name != except {
            let counting = grants
                .iter()
                .filter(|grant| roles.contains(grant.role()) && counted.counts(grant, now));
            tally.add(counting);
        }
    });
    tally
}

impl Tally {
    /// One subject, by the grants that count.
    fn add<'g>(&mut self, grants: impl Iterator<Item = &'g Grant>) {
        let mut tenants = BTreeSet::new();
        for grant in grants {
            match grant.scope() {
                Scope::Everywhere => {
                    self.everywhere = self.everywhere.saturating_add(1);
                    return;
                }
                Scope::Tenant(tenant) => tenants.insert(tenant),
            };
        }
        for tenant in tenants {
            let count = self.by_tenant.entry(tenant.clone()).or_default();
            *count = count.saturating_add(1);
        }
    }

    /// The most in any one tenant of the scope.
    fn most(&self, scope: &Scope) -> usize {
        let of_its_own = match scope {
            Scope::Everywhere => self.by_tenant.values().max(),
            Scope::Tenant(tenant) => self.by_tenant.get(tenant),
        };
        self.everywhere
            .saturating_add(of_its_own.copied().unwrap_or(0))
    }

    /// The fewest in any one tenant of the scope: everywhere is also where nobody has a grant yet.
    fn fewest(&self, scope: &Scope) -> usize {
        match scope {
            Scope::Everywhere => self.everywhere,
            Scope::Tenant(_) => self.most(scope),
        }
    }
}
