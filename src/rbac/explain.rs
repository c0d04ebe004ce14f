//! Why a question was decided as it was, what would change that, and who can do what.
//!
//! [`Policy::explain`] lays a question beside each grant of the subject, and for a denial names the
//! steps to an allowance: what must go, which grant is missing, what must be proved or hold.
//! [`Policy::what_can`] and [`Snapshot::who_can`](super::Snapshot::who_can) ask the other way round,
//! and are exact: a permission or a subject is listed exactly where it would be allowed.
//!
//! # What this does not do
//!
//! It does not say whether a missing grant may be made: that is for
//! [`administration`](super::administration). What it says is for those who administer, and not for
//! the subject who was denied: it tells what exists elsewhere.
//!
//! # Example
//!
//! ```
//! use portcullis::{Timestamp, rbac::{Grants, Permission, Policy, Request, Tenant}};
//!
//! let policy: Policy = r#"
//!     portcullis = 1
//!     [roles.editor]
//!     allow = ["project:edit"]
//!     [roles.owner]
//!     allow = ["**"]
//! "#.parse()?;
//! let (acme, edit) = (Tenant::new("acme")?, Permission::parse("project:edit")?);
//! let now: Timestamp = "2026-11-21T09:00:00Z".parse()?;
//! let explanation = policy.explain(&Grants::new(), &Request::new("ada", &acme, &edit), now);
//! let [step] = explanation.steps() else { unreachable!() };
//! // of the two roles that would do, the one that gives less
//! assert_eq!(step.to_string(), "grant `editor` in acme from 2026-11-21T09:00:00Z");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod steps;
mod who;

use core::fmt;

use super::{
    Decision, Grant, Grants, Outcome, Permission, Policy, Request, Rule, Scope, Tenant,
    compile::RoleId,
    condition::Conditions,
    grants::Phase,
    reach::{Allowance, Reach},
    region::Budget,
};
use crate::Timestamp;

pub use steps::Step;
pub use who::Capable;

/// Comparisons of what roles give.
const COMPARISONS: usize = 1_000_000;

impl Policy {
    /// Why the question is decided as it is: what every grant says to it, and for a denial what
    /// would have to be so for an allowance.
    ///
    /// For those who administer and audit, never for the subject who asked: it tells what exists
    /// elsewhere. It looks at all roles of the policy and is not meant for each request.
    #[must_use]
    pub fn explain(
        &self,
        grants: &Grants,
        request: &Request<'_>,
        now: Timestamp,
    ) -> Explanation<'_> {
        let considered = grants
            .iter()
            .map(|grant| Considered::of(self, grant, request, now));
        let decision = self.decide(grants, request, now);
        let steps = match decision.outcome() {
            Outcome::Allow(_) => Vec::new(),
            Outcome::Deny(_) => steps::steps(self, grants, request, now),
        };
        Explanation {
            question: Question::of(request, now),
            decision,
            grants: considered.collect(),
            steps,
        }
    }

    /// All that a subject may do in a tenant, each allowance with the rule that gives it.
    ///
    /// Exact: a permission is in a region exactly where [`Policy::decide`] allows it as soon as the
    /// conditions of that region hold. What another rule gives already under the same or fewer
    /// conditions is not listed again. None where the denials cut what is allowed into more pieces
    /// than are looked at.
    #[must_use]
    pub fn what_can(
        &self,
        grants: &Grants,
        tenant: &Tenant,
        now: Timestamp,
    ) -> Option<Vec<Allowance<'_>>> {
        let reach = Reach::of_roles(self, &self.held(grants, tenant, now));
        reach.allowed(&mut Budget::new(COMPARISONS))
    }
}

/// How a decision came about. Printed, it is a short report for a person.
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Explanation<'p> {
    question: Question,
    decision: Decision<'p>,
    grants: Vec<Considered<'p>>,
    steps: Vec<Step<'p>>,
}

impl<'p> Explanation<'p> {
    /// The decision, as [`Policy::decide`] gives it.
    pub fn decision(&self) -> Decision<'p> {
        self.decision
    }

    /// Every grant of the subject and what it says to the question.
    #[must_use]
    pub fn grants(&self) -> &[Considered<'p>] {
        &self.grants
    }

    /// What would turn a denial into an allowance: all of these together, in this order. Nothing for
    /// an allowance.
    #[must_use]
    pub fn steps(&self) -> &[Step<'p>] {
        &self.steps
    }
}

/// What was asked.
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
struct Question {
    subject: Box<str>,
    owner: Option<Box<str>>,
    tenant: Tenant,
    permission: Permission<'static>,
    at: Timestamp,
}

impl Question {
    fn of(request: &Request<'_>, at: Timestamp) -> Self {
        Self {
            subject: request.circumstances().subject().into(),
            owner: request.circumstances().owner().map(Into::into),
            tenant: request.tenant.clone(),
            permission: request.permission.clone().into_owned(),
            at,
        }
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            tenant,
            permission,
            at,
            ..
        } = self;
        let subject = self.subject.escape_debug();
        write!(f, "may `{subject}` do `{permission}` in tenant `{tenant}`")?;
        if let Some(owner) = &self.owner {
            write!(f, " to what `{}` owns", owner.escape_debug())?;
        }
        write!(f, ", at {}?", Moment(*at))
    }
}

/// What one grant says to a question.
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Considered<'p> {
    grant: Grant,
    standing: Standing,
    rules: Vec<Matched<'p>>,
}

impl<'p> Considered<'p> {
    fn of(policy: &'p Policy, grant: &Grant, request: &Request<'_>, now: Timestamp) -> Self {
        let role = policy.role_id(grant.role());
        Self {
            grant: grant.clone(),
            standing: Standing::of(grant, role, request.tenant, now),
            rules: role.map_or_else(Vec::new, |role| matched(policy, role, request, now)),
        }
    }

    /// The grant.
    #[must_use]
    pub fn grant(&self) -> &Grant {
        &self.grant
    }

    /// Whether it counts for the question.
    pub fn standing(&self) -> Standing {
        self.standing
    }

    /// The rules of its role that match the permission, denials first, also where the grant does
    /// not count.
    #[must_use]
    pub fn rules(&self) -> &[Matched<'p>] {
        &self.rules
    }
}

/// Whether a grant counts for a question.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(rename_all = "snake_case")
)]
#[must_use]
#[non_exhaustive]
pub enum Standing {
    /// It counts.
    Active,
    /// It has ended.
    Ended,
    /// It has not begun.
    NotBegun,
    /// It is for another tenant.
    OtherTenant,
    /// The policy has no role of this name.
    UnknownRole,
}

impl Standing {
    fn of(grant: &Grant, role: Option<RoleId>, tenant: &Tenant, now: Timestamp) -> Self {
        match grant.phase(now) {
            _ if role.is_none() => Self::UnknownRole,
            _ if !grant.covers(tenant) => Self::OtherTenant,
            Phase::Active => Self::Active,
            Phase::Over => Self::Ended,
            Phase::Ahead => Self::NotBegun,
        }
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Active => "active",
            Self::Ended => "has ended",
            Self::NotBegun => "has not begun",
            Self::OtherTenant => "is for another tenant",
            Self::UnknownRole => "the policy has no such role",
        })
    }
}

/// A rule that matches the permission of a question.
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum Matched<'p> {
    /// It denies it.
    Denies(Rule<'p>),
    /// It allows it.
    Allows(Rule<'p>),
    /// It would allow it under conditions that do not all hold.
    Under {
        /// The rule.
        rule: Rule<'p>,
        /// Its conditions.
        terms: Terms,
    },
}

/// Conditions, as a person reads them.
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Terms(
    #[cfg_attr(feature = "serde", serde(serialize_with = "super::forms::conditions"))] Conditions,
);

impl fmt::Display for Terms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

fn matched<'p>(
    policy: &'p Policy,
    role: RoleId,
    request: &Request<'_>,
    now: Timestamp,
) -> Vec<Matched<'p>> {
    let denials = policy
        .denying(role)
        .filter(|rule| rule.pattern().matches(request.permission));
    let mut all: Vec<_> = denials.map(Matched::Denies).collect();
    for (rule, conditions) in policy.allowing(role) {
        if rule.pattern().matches(request.permission) {
            all.push(match conditions.unmet(request.circumstances(), now) {
                None => Matched::Allows(rule),
                Some(_) => Matched::Under {
                    rule,
                    terms: Terms(conditions),
                },
            });
        }
    }
    all
}

impl fmt::Display for Matched<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (verb, rule) = match self {
            Self::Denies(rule) => ("denies", rule),
            Self::Allows(rule) | Self::Under { rule, .. } => ("allows", rule),
        };
        write!(f, "{verb} `{}`", rule.pattern())?;
        if rule.role() != rule.defined_by() {
            write!(f, " as `{}`", rule.defined_by())?;
        }
        match self {
            Self::Under { terms, .. } => write!(f, ", but only when {terms}"),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Explanation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n", self.question, self.decision)?;
        let lines: Vec<_> = self
            .grants
            .iter()
            .map(|one| Window(&one.grant).to_string())
            .collect();
        let roles = self
            .grants
            .iter()
            .map(|one| one.grant.role().len())
            .max()
            .unwrap_or(0);
        let windows = lines.iter().map(String::len).max().unwrap_or(0);
        f.write_str(if lines.is_empty() {
            "\nno grants\n"
        } else {
            "\ngrants\n"
        })?;
        for (one, window) in self.grants.iter().zip(&lines) {
            write!(
                f,
                "  {:roles$}  {window:windows$}  {}",
                one.grant.role(),
                one.standing
            )?;
            for (i, rule) in one.rules.iter().enumerate() {
                write!(f, "{} {rule}", if i == 0 { ":" } else { ";" })?;
            }
            if one.rules.is_empty() && one.standing != Standing::UnknownRole {
                f.write_str(": no rule matches")?;
            }
            f.write_str("\n")?;
        }
        if !self.steps.is_empty() {
            f.write_str("\nto allow it\n")?;
        }
        self.steps
            .iter()
            .try_for_each(|step| writeln!(f, "  {step}"))
    }
}

/// Where and for how long a grant counts.
pub(super) struct Window<'a>(pub(super) &'a Grant);

impl fmt::Display for Window<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.scope() {
            Scope::Everywhere => f.write_str("everywhere")?,
            Scope::Tenant(tenant) => write!(f, "in {tenant}")?,
        }
        if self.0.starts() > Timestamp::EPOCH {
            write!(f, " from {}", Moment(self.0.starts()))?;
        }
        match self.0.ends() {
            Some(end) => write!(f, " until {}", Moment(end)),
            None => Ok(()),
        }
    }
}

/// A moment, without the milliseconds where there are none.
pub(super) struct Moment(pub(super) Timestamp);

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.to_string();
        match text.strip_suffix(".000Z") {
            Some(whole) => write!(f, "{whole}Z"),
            None => f.write_str(&text),
        }
    }
}
