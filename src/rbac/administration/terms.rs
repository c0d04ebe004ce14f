//! What the policy asks of the grants of a role: how long, with what, and after what.

use core::time::Duration;
use std::collections::BTreeSet;

use super::{
    Assignment, Refusal, Who,
    held::{Authority, Held},
};
use crate::{
    Timestamp,
    rbac::{
        Grant, Grants, Kind, Scope,
        compile::{Compiled, RoleId},
        duty::Terms,
        grants::Span,
    },
};

impl Compiled {
    /// The terms of a role and of all that it inherits.
    fn all_terms(&self, role: RoleId) -> impl Iterator<Item = &Terms> {
        let closure = self.role(role).map(|role| &*role.comes_down_to);
        let inherited = closure.unwrap_or_default().iter();
        inherited.filter_map(|id| Some(&self.role(*id)?.terms))
    }

    /// Of a role and what it inherits, those that bound how long a grant may be.
    fn limits(&self, role: RoleId) -> impl Iterator<Item = (RoleId, Duration)> {
        let closure = self.role(role).map(|role| &*role.comes_down_to);
        let inherited = closure.unwrap_or_default().iter();
        inherited.filter_map(|id| Some((*id, self.role(*id)?.terms.max_grant?)))
    }

    /// The shortest of them, which a grant of the role keeps to.
    fn max_grant(&self, role: RoleId) -> Option<Duration> {
        self.limits(role).map(|(_, most)| most).min()
    }

    /// Whether a grant ends soon enough, and with it all that the subject has been promised of each
    /// role that bounds it.
    pub(super) fn keep_time(
        &self,
        role: RoleId,
        grant: &Grant,
        others: &Grants,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        if let Some(most) = self.max_grant(role).filter(|_| grant.ends().is_none()) {
            return Err(Refusal::NeedsEnd { most });
        }
        for (limited, most) in self.limits(role) {
            let promised = others
                .iter()
                .filter(|other| now < Span::of(other).until && self.comes_down_to(other, limited));
            let promised: Vec<_> = promised.collect();
            let mut places = BTreeSet::from([grant.scope()]);
            if *grant.scope() == Scope::Everywhere {
                places.extend(promised.iter().map(|other| other.scope()));
            }
            for place in places {
                let here = promised.iter().filter(|other| other.scope().covers(place));
                let hull = here.fold(Span::of(grant), |hull, other| hull.hull(Span::of(other)));
                if hull.until.saturating_since(hull.from) > most {
                    return Err(Refusal::TooLong { most });
                }
            }
        }
        Ok(())
    }

    /// Whether a role is taken for a bounded time, and long enough after the subject last had it or
    /// anything of it that is bounded.
    pub(super) fn keep_rest(
        &self,
        role: RoleId,
        grant: &Grant,
        others: &Grants,
    ) -> Result<(), Refusal> {
        let most = self.max_grant(role).ok_or(Refusal::NoLimit)?;
        let span = Span::of(grant);
        if grant.ends().is_none() {
            return Err(Refusal::NeedsEnd { most });
        }
        if span.until.saturating_since(span.from) > most {
            return Err(Refusal::TooLong { most });
        }
        let rested = self.limits(role).flat_map(|(limited, most)| {
            let had = others.iter().filter(move |other| {
                other.scope().meets(grant.scope()) && self.comes_down_to(other, limited)
            });
            had.map(move |other| Span::of(other).until.saturating_add(most))
        });
        match rested.max().filter(|until| span.from < *until) {
            Some(until) => Err(Refusal::TooSoon { until }),
            None => Ok(()),
        }
    }

    /// A subject's grants without what is of no more use: ordinary ones that have ended, and after
    /// which no rest is to be kept.
    pub(super) fn in_use(&self, grants: Grants, now: Timestamp) -> Grants {
        grants.filter(|grant| {
            let role = self.role_id(grant.role());
            let rests = role.into_iter().flat_map(|role| self.limits(role));
            let rest = rests.map(|(_, most)| most).max().unwrap_or_default();
            grant.kind() == Kind::BreakGlass || now < Span::of(grant).until.saturating_add(rest)
        })
    }

    /// Whether the role of a grant is this one or inherits it.
    fn comes_down_to(&self, grant: &Grant, role: RoleId) -> bool {
        let own = self.role_id(grant.role()).and_then(|id| self.role(id));
        own.is_some_and(|own| own.comes_down_to.binary_search(&role).is_ok())
    }

    /// Whether a grant carries what it needs, and whoever approves it may.
    pub(super) fn needs(
        &self,
        role: RoleId,
        grant: &Grant,
        assignment: &Assignment<'_>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        if grant.reason().is_none() && self.all_terms(role).any(|terms| terms.needs.reason) {
            return Err(Refusal::NeedsReason);
        }
        let Some(approver) = &assignment.approver else {
            let needed = self.all_terms(role).any(|terms| terms.needs.approver);
            return if needed {
                Err(Refusal::NeedsApprover)
            } else {
                Ok(())
            };
        };
        if [assignment.to.name, assignment.by.name].contains(&approver.name) {
            return Err(Refusal::ApproverInvolved);
        }
        let (span, given) = (Span::of(grant), Authority::Given);
        let held = Held::new(self, approver, grant.scope(), span, given, now);
        held.may("approve", grant.role(), (Who::Approver, approver))
    }

    /// Whether the subject has what is to be had before, where the grant counts and for as long.
    pub(super) fn has_prerequisites(
        &self,
        role: RoleId,
        grant: &Grant,
        others: &Grants,
    ) -> Result<(), Refusal> {
        let needed = self.all_terms(role).flat_map(|terms| &terms.prerequisites);
        for needed in needed {
            if !self.is_met(*needed, grant, others.iter()) {
                let needed = self.role_name(*needed).into();
                return Err(Refusal::Prerequisite { needed });
            }
        }
        Ok(())
    }

    /// Whether what is left of a subject's grants does not need a role that was withdrawn.
    pub(super) fn is_no_prerequisite(
        &self,
        withdrawn: RoleId,
        before: &Grants,
        left: &Grants,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let Some(withdrawn) = self.role(withdrawn) else {
            return Ok(());
        };
        let lasting = left.iter().filter(|grant| now < Span::of(grant).until);
        for grant in lasting {
            let Some(role) = self.role_id(grant.role()) else {
                continue;
            };
            let needed = self.all_terms(role).flat_map(|terms| &terms.prerequisites);
            let from_it =
                needed.filter(|needed| withdrawn.comes_down_to.binary_search(needed).is_ok());
            for needed in from_it {
                let others = |all| others(all, grant);
                if self.is_met(*needed, grant, others(before))
                    && !self.is_met(*needed, grant, others(left))
                {
                    let role = grant.role().into();
                    return Err(Refusal::PrerequisiteOf { role });
                }
            }
        }
        Ok(())
    }

    /// Whether one of these grants gives a role wherever and whenever another grant counts.
    fn is_met<'g>(
        &self,
        needed: RoleId,
        grant: &Grant,
        mut others: impl Iterator<Item = &'g Grant>,
    ) -> bool {
        others.any(|other| {
            self.comes_down_to(other, needed)
                && other.scope().covers(grant.scope())
                && Span::of(other).covers(Span::of(grant))
        })
    }
}

/// All grants but one.
fn others<'g>(all: &'g Grants, but: &'g Grant) -> impl Iterator<Item = &'g Grant> {
    all.iter().filter(move |other| *other != but)
}
