//! Decides, over roles that are held, whoever keeps them.

#[cfg(test)]
#[allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "tests stop at what they did not expect"
)]
mod tests;

use super::{
    Decision, Grant, Reason, Request, Rule, Tenant,
    compile::{Compiled, RoleId},
    condition::Unmet,
    decision::Outcome,
    grants::Phase,
    matches::Matches,
    request::Circumstances,
    requirements::ConditionsId,
    rules::{Asked, Effect, Stated},
    steps::step,
};
use crate::Timestamp;

impl Compiled {
    /// Decides a request over the roles that its subject holds, each with how the grant of it
    /// stands to the request's tenant and to `now`.
    ///
    /// - `held` gives a role once for each grant of it, in any number; roles that the policy does
    ///   not define have no id and are left out.
    /// - In ascending order of ids the answer names the same rule as [`Policy::decide`]; in another
    ///   order it is the same outcome, and may name another rule that decides it.
    /// - It allocates nothing, and takes time for what is held and for what matches.
    ///
    /// [`Policy::decide`]: super::Policy::decide
    pub(super) fn decide<'p>(
        &'p self,
        held: impl IntoIterator<Item = (RoleId, Standing)>,
        request: &Request<'_>,
        now: Timestamp,
    ) -> Decision<'p> {
        let known = request
            .resolved
            .and_then(|resolved| resolved.in_policy(self));
        let looked_up;
        let matches = match known {
            Some(known) => known,
            None => {
                looked_up = self.patterns.matching(request.permission);
                &looked_up
            }
        };
        let outcome = self.decide_over(held, request, matches, now);
        Decision::new(outcome, &self.version)
    }

    /// The same, where `matches` is what matches the permission.
    fn decide_over<'p>(
        &'p self,
        held: impl IntoIterator<Item = (RoleId, Standing)>,
        request: &Request<'_>,
        matches: &Matches<'_>,
        now: Timestamp,
    ) -> Outcome<'p> {
        let asked = Asked {
            permission: request.permission,
            patterns: &self.patterns,
            matches,
        };
        let (mut allowed, mut nearest) = (None, Obstacle::NoGrant);
        for (role, standing) in held {
            step();
            if standing == Standing::Active
                && let Some(rule) = self.rules.find(role, Effect::Deny, asked, |_| true)
                && let Some(by) = self.rule(role, &rule)
            {
                return Outcome::Deny(Reason::ExplicitDeny { by });
            }
            if allowed.is_none() {
                let case = request.circumstances();
                let rule = self.rules.find(role, Effect::Allow, asked, |rule| {
                    match self.obstacle(role, standing, rule.when, case, now) {
                        None => true,
                        Some(obstacle) => {
                            nearest = nearest.min(obstacle);
                            false
                        }
                    }
                });
                allowed = rule.and_then(|rule| self.rule(role, &rule));
            }
            if allowed.is_some() && !matches.may_be_denied() {
                break;
            }
        }
        allowed.map_or_else(|| Outcome::Deny(nearest.into()), Outcome::Allow)
    }

    /// The farthest thing that keeps a role, held like this, from allowing or showing something under
    /// the conditions `when`; None where nothing does.
    pub(super) fn obstacle(
        &self,
        role: RoleId,
        standing: Standing,
        when: ConditionsId,
        case: &Circumstances<'_>,
        now: Timestamp,
    ) -> Option<Obstacle> {
        match standing {
            Standing::Active => {
                let Some(role) = self.role(role) else {
                    return Some(Obstacle::NoGrant);
                };
                let unmet = |id| self.conditions.unmet(id, case, now);
                unmet(role.require).max(unmet(when)).map(Obstacle::Unmet)
            }
            Standing::Over => Some(Obstacle::Over),
            Standing::Ahead => Some(Obstacle::Ahead),
            Standing::Elsewhere => Some(Obstacle::Elsewhere),
            Standing::Beside => Some(Obstacle::NoGrant),
        }
    }

    /// A rule as a role has it, of its own or inherited.
    pub(super) fn rule(&self, role: RoleId, rule: &Stated) -> Option<Rule<'_>> {
        let (role, by) = (self.role(role)?, self.role(rule.by)?);
        Some(Rule::new(role, by, self.patterns.get(rule.pattern)?))
    }
}

/// How a grant stands to a question.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Standing {
    /// In the tenant and in its time.
    Active,
    /// In the tenant, its time is over.
    Over,
    /// In the tenant, its time has not begun.
    Ahead,
    /// In its time, in another tenant.
    Elsewhere,
    /// In another tenant, and not active there either.
    Beside,
}

impl Standing {
    pub(super) fn of(grant: &Grant, tenant: &Tenant, now: Timestamp) -> Self {
        Self::new(grant.phase(now), grant.covers(tenant))
    }

    /// Of a grant that is in this phase, and that covers the tenant or does not.
    pub(super) fn new(phase: Phase, covers: bool) -> Self {
        match (phase, covers) {
            (Phase::Active, true) => Self::Active,
            (Phase::Over, true) => Self::Over,
            (Phase::Ahead, true) => Self::Ahead,
            (Phase::Active, false) => Self::Elsewhere,
            (Phase::Over | Phase::Ahead, false) => Self::Beside,
        }
    }
}

/// What keeps a grant from allowing something, the nearest to an allowance first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Obstacle {
    Unmet(Unmet),
    Over,
    Ahead,
    Elsewhere,
    NoGrant,
}

impl From<Obstacle> for Reason<'_> {
    fn from(obstacle: Obstacle) -> Self {
        match obstacle {
            Obstacle::Unmet(Unmet::StepUp { within }) => Self::StepUpRequired { within },
            Obstacle::Unmet(Unmet::Condition(condition)) => Self::ConditionUnmet { condition },
            Obstacle::Over => Self::Expired,
            Obstacle::Ahead => Self::NotYetValid,
            Obstacle::Elsewhere => Self::OtherTenant,
            Obstacle::NoGrant => Self::NoGrant,
        }
    }
}
