//! What the policy asks of the grants of a role: how long, with what, and after what.

use core::time::Duration;

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

    /// The longest that a grant of a role may be.
    fn max_grant(&self, role: RoleId) -> Option<Duration> {
        self.all_terms(role)
            .filter_map(|terms| terms.max_grant)
            .min()
    }

    /// Whether a grant ends soon enough, and with it the unbroken time from now on that the subject
    /// has the role.
    pub(super) fn keep_time(
        &self,
        role: RoleId,
        grant: &Grant,
        others: &Grants,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let Some(most) = self.max_grant(role) else {
            return Ok(());
        };
        if grant.ends().is_none() {
            return Err(Refusal::NeedsEnd { most });
        }
        let related = || {
            let lasting = others.iter().filter(|other| now < Span::of(other).until);
            lasting.filter(|other| self.is_part(role, other))
        };
        let mut places = vec![grant.scope()];
        if *grant.scope() == Scope::Everywhere {
            places.extend(related().map(Grant::scope));
        }
        for place in places {
            let here = related().filter(|other| other.scope().covers(place));
            let run = unbroken(Span::of(grant), here.map(Span::of));
            if run.until.saturating_since(run.from.max(now)) > most {
                return Err(Refusal::TooLong { most });
            }
        }
        Ok(())
    }

    /// Whether a role is taken for a bounded time, and long enough after the last time.
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
        let taken = others.iter().filter(|other| {
            other.kind() == Kind::BreakGlass
                && other.scope().meets(grant.scope())
                && self.is_part(role, other)
        });
        let rested = taken.map(|other| Span::of(other).until.saturating_add(most));
        match rested.max().filter(|until| span.from < *until) {
            Some(until) => Err(Refusal::TooSoon { until }),
            None => Ok(()),
        }
    }

    /// Whether the role of a grant is this one, inherits it or is inherited by it.
    fn is_part(&self, role: RoleId, of: &Grant) -> bool {
        let Some(other) = self.role_id(of.role()) else {
            return false;
        };
        let inherits = |one, other| {
            let role = self.role(one);
            role.is_some_and(|role| role.comes_down_to.binary_search(&other).is_ok())
        };
        inherits(role, other) || inherits(other, role)
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
            let role = self.role_id(other.role()).and_then(|id| self.role(id));
            role.is_some_and(|role| role.comes_down_to.binary_search(&needed).is_ok())
                && other.scope().covers(grant.scope())
                && Span::of(other).covers(Span::of(grant))
        })
    }
}

/// All grants but one.
fn others<'g>(all: &'g Grants, but: &'g Grant) -> impl Iterator<Item = &'g Grant> {
    all.iter().filter(move |other| *other != but)
}

/// The time that a span and others make up, without a break.
fn unbroken(span: Span, others: impl Iterator<Item = Span>) -> Span {
    let mut others: Vec<_> = others.chain([span]).collect();
    others.sort_unstable_by_key(|span| (span.from, span.until));
    let mut run = None;
    for next in others {
        run = match run {
            Some(Span { from, until }) if next.from <= until => Some(Span {
                from,
                until: next.until.max(until),
            }),
            // the run before this one had the span in it
            Some(run) if run.from <= span.from && span.until <= run.until => return run,
            _ => Some(next),
        };
    }
    run.unwrap_or(span)
}
