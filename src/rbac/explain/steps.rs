//! What would turn a denial into an allowance.

use core::{fmt, time::Duration};

use super::{COMPARISONS, Matched, Standing, Terms, Window, matched};
use crate::{
    Timestamp,
    rbac::{
        Grant, Grants, Outcome, Policy, Reason, Request, Rule, Scope,
        compile::RoleId,
        condition::{Conditions, Unmet},
        print::length,
        reach::{Reach, Sorted},
        region::Budget,
    },
};

/// Of the roles that would allow it, those that are compared by all that they give.
const COMPARED: usize = 32;

/// One thing that would have to be so.
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum Step<'p> {
    /// This grant would have to go, because its role denies it by this rule.
    Withdraw {
        /// The grant.
        grant: Grant,
        /// The rule that denies it.
        rule: Rule<'p>,
    },
    /// This grant would have to be made, or a shorter one. Of the roles that would do, none gives strictly less; one
    /// that the subject had, will have or has elsewhere comes before others. Whether it may be
    /// granted is another question.
    Grant(Grant),
    /// The subject would have to prove a second factor, and again when this time has passed.
    Prove(#[cfg_attr(feature = "serde", serde(serialize_with = "seconds"))] Duration),
    /// These conditions would have to hold.
    Meet(Terms),
    /// No role of the policy allows it to anybody.
    NoRole,
}

#[cfg(feature = "serde")]
fn seconds<S: serde::Serializer>(within: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(within.as_secs())
}

impl fmt::Display for Step<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Withdraw { grant, rule } => {
                write!(f, "withdraw `{}` {}", grant.role(), Window(grant))?;
                write!(f, ", which denies `{}`", rule.pattern())
            }
            Self::Grant(grant) => write!(f, "grant `{}` {}", grant.role(), Window(grant)),
            Self::Prove(within) => {
                write!(
                    f,
                    "the subject must prove a second factor, at most {} ago",
                    length(*within)
                )
            }
            Self::Meet(terms) => write!(f, "it must hold: {terms}"),
            Self::NoRole => f.write_str("another policy: no role of this one allows it"),
        }
    }
}

/// The steps from a denial to an allowance.
pub(super) fn steps<'p>(
    policy: &'p Policy,
    grants: &Grants,
    request: &Request<'_>,
    now: Timestamp,
) -> Vec<Step<'p>> {
    let (mut steps, rest) = without_denials(policy, grants, request, now);
    match policy.decide(&rest, request, now).outcome() {
        Outcome::Allow(_) => {}
        Outcome::Deny(Reason::StepUpRequired { within }) => steps.push(Step::Prove(within)),
        Outcome::Deny(Reason::ConditionUnmet { .. }) => {
            steps.extend(unmet(policy, &rest, request, now).map(Step::Meet));
        }
        Outcome::Deny(reason) => match nearest(policy, &rest, request, reason, now) {
            Some(candidate) => steps.extend(candidate.steps(request, now)),
            None => steps.push(Step::NoRole),
        },
    }
    steps
}

/// The withdrawals of the grants that deny it, and the grants that are left.
fn without_denials<'p>(
    policy: &'p Policy,
    grants: &Grants,
    request: &Request<'_>,
    now: Timestamp,
) -> (Vec<Step<'p>>, Grants) {
    let (mut steps, mut rest) = (Vec::new(), Grants::new());
    for grant in grants.iter() {
        let role = policy.role_id(grant.role());
        let counts = Standing::of(grant, role, request.tenant, now) == Standing::Active;
        let rules = role
            .filter(|_| counts)
            .map(|role| matched(policy, role, request, now));
        match rules.unwrap_or_default().first() {
            Some(Matched::Denies(rule)) => steps.push(Step::Withdraw {
                grant: grant.clone(),
                rule: *rule,
            }),
            // never too many: there were more of them
            _ => rest = rest.clone().with(grant.clone()).unwrap_or(rest),
        }
    }
    (steps, rest)
}

/// The conditions of the rule that is nearest to allow it.
fn unmet(policy: &Policy, grants: &Grants, request: &Request<'_>, now: Timestamp) -> Option<Terms> {
    let roles = grants.iter().filter_map(|grant| {
        let role = policy.role_id(grant.role());
        let counts = Standing::of(grant, role, request.tenant, now) == Standing::Active;
        role.filter(|_| counts)
    });
    let rules = roles.flat_map(|role| policy.allowing(role));
    let matching = rules.filter(|(rule, _)| rule.pattern().matches(request.permission));
    let unmet = matching.filter_map(|(_, conditions)| {
        let unmet = conditions.unmet(request.circumstances(), now)?;
        Some((unmet, conditions))
    });
    let (_, conditions) = unmet.min()?;
    Some(Terms(conditions.missing(request.circumstances(), now)))
}

/// A role that would allow it.
struct Candidate<'p> {
    name: &'p str,
    /// How long a grant of it may be.
    longest: Option<Duration>,
    /// Of the rules that allow it, what is missing for the one that is nearest.
    unmet: Option<(Unmet, Conditions)>,
    reach: Reach<'p>,
}

impl<'p> Candidate<'p> {
    fn of(policy: &'p Policy, role: RoleId, request: &Request<'_>, now: Timestamp) -> Option<Self> {
        let matches = |rule: &Rule<'_>| rule.pattern().matches(request.permission);
        if policy.denying(role).any(|rule| matches(&rule)) {
            return None;
        }
        let allowing = policy.allowing(role).filter(|(rule, _)| matches(rule));
        let unmet = allowing.map(|(_, conditions)| {
            let unmet = conditions.unmet(request.circumstances(), now)?;
            Some((unmet, conditions))
        });
        Some(Self {
            name: policy.role_name(role),
            longest: policy.longest_grant(role),
            unmet: unmet.min()?,
            reach: Reach::of_role(policy, role),
        })
    }

    /// What comes first is nearer, and gives less.
    fn order(&self) -> (Option<Unmet>, u64, &'p str) {
        let unmet = self.unmet.as_ref().map(|(unmet, _)| *unmet);
        (unmet, self.reach.breadth(), self.name)
    }

    fn steps(self, request: &Request<'_>, now: Timestamp) -> Vec<Step<'p>> {
        let scope = Scope::Tenant(request.tenant.clone());
        let grant = Grant::new(self.name, scope).from(now);
        let mut steps = vec![Step::Grant(match self.longest {
            Some(longest) => grant.until(now.saturating_add(longest)),
            None => grant,
        })];
        steps.extend(self.unmet.map(|(unmet, conditions)| match unmet {
            Unmet::StepUp { within } => Step::Prove(within),
            Unmet::Condition(_) => {
                Step::Meet(Terms(conditions.missing(request.circumstances(), now)))
            }
        }));
        steps
    }
}

/// The role that would allow it, and of several one that gives least.
fn nearest<'p>(
    policy: &'p Policy,
    grants: &Grants,
    request: &Request<'_>,
    reason: Reason<'_>,
    now: Timestamp,
) -> Option<Candidate<'p>> {
    let candidates = |roles: &mut dyn Iterator<Item = RoleId>| -> Vec<_> {
        let candidates = roles.filter_map(|role| Candidate::of(policy, role, request, now));
        candidates.collect()
    };
    let standing = match reason {
        Reason::Expired => Some(Standing::Ended),
        Reason::NotYetValid => Some(Standing::NotBegun),
        Reason::OtherTenant => Some(Standing::OtherTenant),
        _ => None,
    };
    let known = grants.iter().filter_map(|grant| {
        let role = policy.role_id(grant.role())?;
        let own = Standing::of(grant, Some(role), request.tenant, now);
        (Some(own) == standing).then_some(role)
    });
    let mut found = candidates(&mut { known });
    if found.is_empty() {
        found = candidates(&mut policy.role_ids());
    }
    found.sort_by(|one, other| one.order().cmp(&other.order()));
    least(found)
}

/// Of candidates in their order, the first, unless another that is as near gives strictly less.
fn least(candidates: Vec<Candidate<'_>>) -> Option<Candidate<'_>> {
    let mut candidates = candidates.into_iter().take(COMPARED);
    let mut least = candidates.next()?;
    let mut budget = Budget::new(COMPARISONS);
    for other in candidates {
        let is_as_near = other.order().0 == least.order().0;
        if is_as_near && gives_less(&other.reach, &least.reach, &mut budget) == Some(true) {
            least = other;
        }
    }
    Some(least)
}

/// None where it is not known.
fn gives_less(one: &Reach<'_>, other: &Reach<'_>, budget: &mut Budget) -> Option<bool> {
    let within = one.beyond(&Sorted::of(other), budget)?.is_empty();
    Some(within && !other.beyond(&Sorted::of(one), budget)?.is_empty())
}
