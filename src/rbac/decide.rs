//! Decides, over roles that are held, whoever keeps them.

use super::{
    Facts, Grant, Reason, Request, Rule, Tenant,
    compile::{Compiled, Role, RoleId},
    decision::Outcome,
    file::When,
    grants::Phase,
    matches::Matches,
    rules::{Asked, Effect, RuleId},
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
    /// - `matches` is what [`Patterns::matching`] of this policy gave for the permission of the
    ///   request.
    /// - It allocates nothing, and takes time for what is held and for what matches.
    ///
    /// [`Policy::decide`]: super::Policy::decide
    /// [`Patterns::matching`]: super::matches::Patterns::matching
    pub(super) fn decide_over<'p>(
        &'p self,
        held: impl IntoIterator<Item = (RoleId, Standing)>,
        request: &Request<'_>,
        matches: &Matches<'_>,
        now: Timestamp,
    ) -> Outcome<'p> {
        let mut allowed = None;
        let mut reason = Reason::NoGrant;
        let asked = Asked {
            permission: request.permission,
            patterns: &self.patterns,
            matches,
        };
        for (role, standing) in held {
            if standing == Standing::Active
                && let Some(rule) = self.rules.find(role, Effect::Deny, asked, |_| true)
                && let Some(by) = self.rule(role, rule)
            {
                return Outcome::Deny(Reason::ExplicitDeny { by });
            }
            if allowed.is_some() {
                continue;
            }
            let met = |when| match when {
                When::Always => true,
                When::Owner => request.circumstances().subject_is_owner(),
            };
            let Some(rule) = self.rules.find(role, Effect::Allow, asked, met) else {
                continue;
            };
            let Some(definition) = self.role(role) else {
                continue;
            };
            match standing.obstacle(definition, &request.circumstances().facts, now) {
                None => allowed = self.rule(role, rule),
                Some(obstacle) => reason = reason.nearer(obstacle),
            }
        }
        allowed.map_or(Outcome::Deny(reason), Outcome::Allow)
    }

    /// A rule as a role has it, of its own or inherited.
    pub(super) fn rule(&self, role: RoleId, rule: RuleId) -> Option<Rule<'_>> {
        let stated = self.rules.get(rule)?;
        let (role, by) = (self.role(role)?, self.role(stated.by)?);
        Some(Rule::new(role, by, self.patterns.get(stated.pattern)?))
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

    /// What keeps a role from allowing what it allows; None where nothing does.
    pub(super) fn obstacle(
        self,
        role: &Role,
        facts: &Facts<'_>,
        now: Timestamp,
    ) -> Option<Reason<'static>> {
        match (self, role.mfa_within) {
            (Self::Active, None) => None,
            (Self::Active, Some(within)) if facts.second_factor_is_within(within, now) => None,
            (Self::Active, Some(within)) => Some(Reason::StepUpRequired { within }),
            (Self::Over, _) => Some(Reason::Expired),
            (Self::Ahead, _) => Some(Reason::NotYetValid),
            (Self::Elsewhere, _) => Some(Reason::OtherTenant),
            (Self::Beside, _) => Some(Reason::NoGrant),
        }
    }
}
