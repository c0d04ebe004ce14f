//! What somebody holds in a scope: what they may do there, and what they may pass on.

use super::{Principal, Refusal, Who, sight::Others};
use crate::{
    Timestamp,
    rbac::{
        Grant, Kind, Pattern, Permission, Scope,
        compile::{Compiled, RoleId},
        condition::{Conditions, Unmet},
        decide::{Obstacle, Standing},
        grants::Span,
        matches::PatternId,
        request::Circumstances,
        rules::{Asked, Effect, Stated},
    },
};

/// Comparisons of patterns for one grant: what is left then is refused.
pub(super) const MAX_COMPARISONS: usize = 4_000_000;

/// Which of somebody's grants give them authority over the grants of others.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Authority {
    /// Those that somebody gave them: what is taken by breaking glass is not passed on.
    Given,
    /// All of them: an emergency may call for taking roles away.
    Any,
}

/// The roles of somebody that count in a scope.
pub(super) struct Held<'p> {
    pub(super) policy: &'p Compiled,
    /// Those of grants that count everywhere in the scope now, with their ends.
    pub(super) roles: Vec<(RoleId, Timestamp)>,
    /// Those that deny somewhere in the scope, now or at some time of the span.
    denying: Vec<(RoleId, Span)>,
    now: Span,
}

impl<'p> Held<'p> {
    pub(super) fn new(
        policy: &'p Compiled,
        principal: &Principal<'_>,
        scope: &Scope,
        span: Span,
        authority: Authority,
        now: Timestamp,
    ) -> Self {
        let known = || {
            let grants = principal.grants.iter();
            grants.filter_map(|grant| Some((grant, policy.role_id(grant.role())?)))
        };
        let now = Span::moment(now);
        let counts = |grant: &Grant| {
            grant.scope().covers(scope)
                && Span::of(grant).overlaps(now)
                && (authority == Authority::Any || grant.kind() == Kind::Ordinary)
        };
        let denies = |grant: &Grant| {
            let own = Span::of(grant);
            grant.scope().meets(scope) && (own.overlaps(now) || own.overlaps(span))
        };
        let roles = known().filter(|(grant, _)| counts(grant));
        let denying = known().filter(|(grant, _)| denies(grant));
        Self {
            policy,
            roles: roles
                .map(|(grant, role)| (role, Span::of(grant).until))
                .collect(),
            denying: denying
                .map(|(grant, role)| (role, Span::of(grant)))
                .collect(),
            now,
        }
    }

    /// Whether they may do something to a role: `role:assign:editor`.
    pub(super) fn may(
        &self,
        verb: &str,
        role: &str,
        (who, principal): (Who, &Principal<'_>),
    ) -> Result<(), Refusal> {
        let permission = Permission::parse(&format!("role:{verb}:{role}"))?.into_owned();
        let patterns = &self.policy.patterns;
        let asked = Asked {
            permission: &permission,
            patterns,
            matches: &patterns.matching(&permission),
        };
        let rules = &self.policy.rules;
        let mut denying = self.denying.iter();
        let is_denied = denying.any(|(role, span)| {
            span.overlaps(self.now) && rules.find(*role, Effect::Deny, asked, |_| true).is_some()
        });
        if is_denied {
            return Err(Refusal::NotAllowed { who, permission });
        }
        let case = Circumstances::of(principal.facts);
        let mut nearest = Obstacle::NoGrant;
        for (role, _) in &self.roles {
            let allowed = rules.find(*role, Effect::Allow, asked, |rule| {
                let active = Standing::Active;
                let obstacle = self
                    .policy
                    .obstacle(*role, active, rule.when, &case, self.now.from);
                nearest = nearest.min(obstacle.unwrap_or(Obstacle::NoGrant));
                obstacle.is_none()
            });
            if allowed.is_some() {
                return Ok(());
            }
        }
        Err(match nearest {
            Obstacle::Unmet(Unmet::StepUp { within }) => Refusal::StepUpRequired { who, within },
            _ => Refusal::NotAllowed { who, permission },
        })
    }

    /// Whether they hold, until then, all that a role allows and shows, by itself and to somebody who
    /// has others.
    pub(super) fn includes(
        &self,
        role: RoleId,
        others: &Others,
        until: Timestamp,
    ) -> Result<(), Refusal> {
        let mut comparisons = MAX_COMPARISONS;
        let denials = self.denials(role, &mut comparisons)?;
        for given in self.policy.given(role) {
            for denial in &denials {
                if spent(&mut comparisons)? && denial.overlaps(given.pattern) {
                    return Err(Refusal::DeniedToGranter {
                        pattern: given.pattern.clone(),
                        denial: (*denial).clone(),
                    });
                }
            }
            self.include(&given, until, &mut comparisons)?;
        }
        self.sees(role, until, &mut comparisons)?;
        self.sees_joined(role, others, until, &mut comparisons)
    }

    /// Whether they hold, until then, one thing that a role allows.
    pub(super) fn include_one(&self, given: &Given<'_>, until: Timestamp) -> Result<(), Refusal> {
        self.include(given, until, &mut MAX_COMPARISONS.clone())
    }

    fn include(
        &self,
        given: &Given<'_>,
        until: Timestamp,
        comparisons: &mut usize,
    ) -> Result<(), Refusal> {
        // most often the very same pattern is held, and needs no search
        for (role, end) in &self.roles {
            let mut same = self.policy.given_as(*role, given.id);
            if *end >= until && spent(comparisons)? && same.any(|own| own.holds_where(given)) {
                return Ok(());
            }
        }
        let (mut held, mut longest) = (false, None);
        for (role, end) in &self.roles {
            for own in self.policy.given(*role) {
                if !(spent(comparisons)? && own.pattern.implies(given.pattern)) {
                    continue;
                }
                held = true;
                if !own.holds_where(given) {
                    continue;
                }
                if *end >= until {
                    return Ok(());
                }
                longest = longest.max(Some(*end));
            }
        }
        let pattern = given.pattern.clone();
        Err(match longest {
            Some(until) => Refusal::Outlasts {
                given: pattern.to_string(),
                until,
            },
            None if held => Refusal::HeldUnderConditions { pattern },
            None => Refusal::NotHeld { pattern },
        })
    }

    /// Whether they hold what a role allows and a denial keeps from it.
    pub(super) fn frees(
        &self,
        role: RoleId,
        denial: &Pattern,
        comparisons: &mut usize,
    ) -> Result<(), Refusal> {
        for given in self.policy.given(role) {
            if !(spent(comparisons)? && denial.overlaps(given.pattern)) {
                continue;
            }
            let mut is_held = false;
            for own in self
                .roles
                .iter()
                .flat_map(|(own, _)| self.policy.given(*own))
            {
                let implies = own.pattern.implies(denial) || own.pattern.implies(given.pattern);
                is_held |= spent(comparisons)? && implies && own.holds_where(&given);
            }
            if !is_held {
                let denial = denial.clone();
                return Err(Refusal::LiftsDenial { denial });
            }
        }
        Ok(())
    }

    /// What is denied to them and not by the role itself.
    pub(super) fn denials(
        &self,
        role: RoleId,
        comparisons: &mut usize,
    ) -> Result<Vec<&'p Pattern>, Refusal> {
        let own: Vec<_> = self.policy.denied(role).collect();
        let mut denials = Vec::new();
        for denial in self.all_denials() {
            let mut is_shared = false;
            for own in &own {
                is_shared |= spent(comparisons)? && own.implies(denial);
            }
            if !is_shared {
                denials.push(denial);
            }
        }
        Ok(denials)
    }

    /// Everything that is denied to them.
    pub(super) fn all_denials(&self) -> impl Iterator<Item = &'p Pattern> {
        let policy = self.policy;
        let mut roles: Vec<_> = self.denying.iter().map(|(role, _)| *role).collect();
        roles.sort_unstable();
        roles.dedup();
        roles.into_iter().flat_map(|role| policy.denied(role))
    }
}

/// True, as long as there are comparisons left.
pub(super) fn spent(comparisons: &mut usize) -> Result<bool, Refusal> {
    *comparisons = comparisons.checked_sub(1).ok_or(Refusal::TooLarge)?;
    Ok(true)
}

/// Something that a role allows, and when.
#[derive(Clone, Copy)]
pub(super) struct Given<'p> {
    id: PatternId,
    pub(super) pattern: &'p Pattern,
    require: Option<&'p Conditions>,
    when: Option<&'p Conditions>,
}

impl Given<'_> {
    /// Whether this holds wherever the other holds.
    fn holds_where(&self, other: &Given<'_>) -> bool {
        let (Some(require), Some(when)) = (self.require, self.when) else {
            return false;
        };
        let all = [other.require, other.when];
        let holds = |own: &Conditions| own.hold_where(all.into_iter().flatten());
        holds(require) && holds(when)
    }
}

impl Compiled {
    /// What a role allows, of its own and inherited.
    pub(super) fn given(&self, role: RoleId) -> impl Iterator<Item = Given<'_>> {
        self.given_by(role, self.rules.of(role, Effect::Allow))
    }

    /// What a role allows by this very pattern.
    fn given_as(&self, role: RoleId, id: PatternId) -> impl Iterator<Item = Given<'_>> {
        let rules = self.rules.of(role, Effect::Allow);
        let first = rules.partition_point(|rule| rule.pattern < id);
        let same = rules.get(first..).unwrap_or_default();
        let given = self.given_by(role, same);
        given.take_while(move |given| given.id == id)
    }

    fn given_by<'p>(
        &'p self,
        role: RoleId,
        rules: &'p [Stated],
    ) -> impl Iterator<Item = Given<'p>> {
        let require = self.required(role);
        rules.iter().filter_map(move |rule| {
            Some(Given {
                id: rule.pattern,
                pattern: self.patterns.get(rule.pattern)?,
                require,
                when: self.conditions.get(rule.when),
            })
        })
    }

    /// What a role denies, of its own and inherited.
    pub(super) fn denied(&self, role: RoleId) -> impl Iterator<Item = &Pattern> {
        let rules = self.rules.of(role, Effect::Deny).iter();
        rules.filter_map(|rule| self.patterns.get(rule.pattern))
    }

    pub(super) fn required(&self, role: RoleId) -> Option<&Conditions> {
        self.conditions.get(self.role(role)?.require)
    }

    pub(in crate::rbac) fn role_name(&self, role: RoleId) -> &str {
        self.role(role).map_or("", |role| &*role.name)
    }
}
