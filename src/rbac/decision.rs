//! What a decision says: by which rule, or why not.

use core::{fmt, time::Duration};

use super::{Pattern, compile::Role};

/// The rule that decided.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Rule<'p> {
    role: &'p str,
    defined_by: &'p str,
    pattern: &'p Pattern,
}

impl<'p> Rule<'p> {
    pub(super) fn new(role: &'p Role, from: &'p Role, pattern: &'p Pattern) -> Self {
        Self {
            role: &role.name,
            defined_by: &from.name,
            pattern,
        }
    }

    /// The role that the subject has.
    #[must_use]
    pub fn role(&self) -> &'p str {
        self.role
    }

    /// The role in whose rules the pattern stands: the same, or one that it inherits.
    #[must_use]
    pub fn defined_by(&self) -> &'p str {
        self.defined_by
    }

    /// The pattern that matched.
    #[must_use]
    pub fn pattern(&self) -> &'p Pattern {
        self.pattern
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, verb: &str) -> fmt::Result {
        write!(f, "role `{}` {verb} `{}`", self.role, self.pattern)?;
        if self.role == self.defined_by {
            Ok(())
        } else {
            write!(f, ", as `{}`", self.defined_by)
        }
    }
}

/// The answer to a [`Request`](super::Request). Printed, it is a line for the caller's log.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use = "what is not looked at is not enforced"]
#[allow(
    clippy::exhaustive_enums,
    reason = "there is no third answer, and a match must not leave room for one"
)]
pub enum Decision<'p> {
    /// Allowed by this rule.
    Allow(Rule<'p>),
    /// Denied for this reason.
    Deny(Reason<'p>),
}

impl Decision<'_> {
    /// Whether it is [`Decision::Allow`].
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        matches!(self, Self::Allow(_))
    }
}

impl fmt::Display for Decision<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Allow(rule) => {
                f.write_str("allowed: ")?;
                rule.write(f, "may")
            }
            Self::Deny(reason) => write!(f, "denied: {reason}"),
        }
    }
}

/// Why something is denied. Of several reasons the nearest to an allowance is told: step-up
/// required, expired, not yet valid, other tenant, no grant.
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
}

impl Reason<'_> {
    pub(super) fn nearer(self, other: Self) -> Self {
        if other.nearness() > self.nearness() {
            other
        } else {
            self
        }
    }

    fn nearness(&self) -> (u8, Duration) {
        match self {
            Self::NoGrant => (0, Duration::ZERO),
            Self::OtherTenant => (1, Duration::ZERO),
            Self::NotYetValid => (2, Duration::ZERO),
            Self::Expired => (3, Duration::ZERO),
            Self::StepUpRequired { within } => (4, *within),
            Self::ExplicitDeny { .. } => (5, Duration::ZERO),
        }
    }
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
