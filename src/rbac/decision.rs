//! What a decision says: by which rule, or why not.

use core::{fmt, time::Duration};

use super::{Condition, Pattern, Version, compile::Role};

/// The rule that decided.
#[derive(Clone, Copy)]
pub struct Rule<'p> {
    role: &'p Role,
    by: &'p Role,
    pattern: &'p Pattern,
}

impl<'p> Rule<'p> {
    pub(super) fn new(role: &'p Role, by: &'p Role, pattern: &'p Pattern) -> Self {
        Self { role, by, pattern }
    }

    /// The role that the subject has.
    #[must_use]
    pub fn role(&self) -> &'p str {
        &self.role.name
    }

    /// The role in whose rules the pattern stands: the same, or one that it inherits.
    #[must_use]
    pub fn defined_by(&self) -> &'p str {
        &self.by.name
    }

    /// The pattern that matched.
    #[must_use]
    pub fn pattern(&self) -> &'p Pattern {
        self.pattern
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, verb: &str) -> fmt::Result {
        let (role, by) = (self.role(), self.defined_by());
        write!(f, "role `{role}` {verb} `{}`", self.pattern())?;
        if role == by {
            Ok(())
        } else {
            write!(f, ", as `{by}`")
        }
    }
}

/// Rules are equal that say the same of the same role, also in two policies.
impl PartialEq for Rule<'_> {
    fn eq(&self, other: &Self) -> bool {
        let parts = |rule: &Self| (rule.role(), rule.defined_by(), rule.pattern());
        parts(self) == parts(other)
    }
}

impl Eq for Rule<'_> {}

impl fmt::Debug for Rule<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rule")
            .field("role", &self.role())
            .field("defined_by", &self.defined_by())
            .field("pattern", self.pattern())
            .finish()
    }
}

/// The answer to a [`Request`](super::Request), and which policy gave it.
///
/// Printed, it is a line for the caller's log, with the first digits of the version.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use = "what is not looked at is not enforced"]
pub struct Decision<'p> {
    outcome: Outcome<'p>,
    version: &'p Version,
}

/// What was decided, and why.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use = "what is not looked at is not enforced"]
#[allow(
    clippy::exhaustive_enums,
    reason = "there is no third answer, and a match must not leave room for one"
)]
pub enum Outcome<'p> {
    /// Allowed by this rule.
    Allow(Rule<'p>),
    /// Denied for this reason.
    Deny(Reason<'p>),
}

impl<'p> Decision<'p> {
    pub(super) fn new(outcome: Outcome<'p>, version: &'p Version) -> Self {
        Self { outcome, version }
    }

    /// What was decided, and why.
    pub fn outcome(&self) -> Outcome<'p> {
        self.outcome
    }

    /// The version of the policy that decided.
    #[must_use]
    pub fn version(&self) -> Version {
        *self.version
    }

    /// Whether it is [`Outcome::Allow`].
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        matches!(self.outcome, Outcome::Allow(_))
    }
}

impl fmt::Display for Decision<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.outcome {
            Outcome::Allow(rule) => {
                f.write_str("allowed: ")?;
                rule.write(f, "may")?;
            }
            Outcome::Deny(reason) => write!(f, "denied: {reason}")?,
        }
        write!(f, "; policy {:.8}", self.version)
    }
}

/// Why something is denied.
///
/// A rule that matches is as far from an allowance as the farthest thing that it lacks in a grant.
/// Of all rules in all grants, the nearest to an allowance is told: step-up required, condition
/// unmet, expired, not yet valid, other tenant, no grant.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Reason<'p> {
    /// A rule denies it, whatever else allows it.
    ExplicitDeny {
        /// The rule.
        by: Rule<'p>,
    },
    /// No role of the subject allows it.
    NoGrant,
    /// A grant that allowed it has ended.
    Expired,
    /// A grant that will allow it has not begun.
    NotYetValid,
    /// A grant in another tenant would allow it there.
    OtherTenant,
    /// Allowed as soon as the subject has proved a second factor within this time.
    StepUpRequired {
        /// How old the proof may be; of several grants, the one that is easiest to meet.
        within: Duration,
    },
    /// Allowed if a condition held that does not: nothing that the subject could prove.
    ConditionUnmet {
        /// Which kind.
        condition: Condition,
    },
}

impl fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ExplicitDeny { by } => by.write(f, "must not"),
            Self::NoGrant => f.write_str("no role allows it"),
            Self::Expired => f.write_str("the grant that allowed it has ended"),
            Self::NotYetValid => f.write_str("the grant that will allow it has not begun"),
            Self::OtherTenant => f.write_str("the grant that allows it is for another tenant"),
            Self::StepUpRequired { within } => write!(
                f,
                "a second factor within the last {} seconds is required",
                within.as_secs()
            ),
            Self::ConditionUnmet { condition } => {
                write!(f, "the condition on {condition} is not met")
            }
        }
    }
}

/// Whether the roles of a subject ask for a second factor.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
#[non_exhaustive]
pub enum SecondFactor {
    /// No active role asks for one.
    NotRequired,
    /// An active role asks for one.
    Required {
        /// How old the proof may be for the strictest of them.
        within: Duration,
    },
}
