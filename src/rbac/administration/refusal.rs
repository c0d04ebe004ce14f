//! Why a change of grants is refused.

use core::{fmt, time::Duration};

use crate::{
    Timestamp,
    rbac::{Error, Pattern, Permission},
};

/// Why a change of grants is refused. Nothing is changed then.
///
/// It says what exactly is missing, for whoever administers; it names roles, patterns and fields of
/// the policy, and nobody. Of several things that are missing the first is told, in the order in
/// which they stand in the documentation of the act.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Refusal {
    /// The policy does not define the role. A later policy could give the name any meaning.
    UnknownRole,
    /// The grant, or the name of whoever is concerned, cannot be recorded.
    Invalid(Error),
    /// The grant would be over before it begins.
    AlreadyOver,
    /// No role of whoever acts allows it, where and under the circumstances that are known.
    NotAllowed {
        /// Who needs it.
        who: Who,
        /// What they need.
        permission: Permission<'static>,
    },
    /// Allowed as soon as they have proved a second factor within this time.
    StepUpRequired {
        /// Who is to prove it.
        who: Who,
        /// How old the proof may be.
        within: Duration,
    },
    /// The role gives something that whoever grants it does not hold there.
    NotHeld {
        /// What the role allows.
        pattern: Pattern,
    },
    /// The role gives something that whoever grants it holds only under conditions, and the role
    /// gives it without them.
    HeldUnderConditions {
        /// What the role allows.
        pattern: Pattern,
    },
    /// The role gives something of which a part is denied to whoever grants it.
    DeniedToGranter {
        /// What the role allows.
        pattern: Pattern,
        /// What is denied.
        denial: Pattern,
    },
    /// The role shows a field better than whoever grants it sees the field there.
    FieldNotSeen {
        /// The field.
        field: String,
    },
    /// The grant would last longer than what whoever gives it holds themselves.
    Outlasts {
        /// What the role gives: the pattern or the name of the field.
        given: String,
        /// The end of what they hold.
        until: Timestamp,
    },
    /// Too much would have to be compared: some million pairs of patterns.
    TooLarge,
    /// A grant of this role must have an end.
    NeedsEnd {
        /// The longest it may be.
        most: Duration,
    },
    /// The grant, or the time from the first start to the last end of it and others that give the
    /// same, is too long.
    TooLong {
        /// The longest it may be.
        most: Duration,
    },
    /// A grant of this role must say why.
    NeedsReason,
    /// A grant of this role must be approved.
    NeedsApprover,
    /// Whoever approves is whoever grants, or whoever receives.
    ApproverInvolved,
    /// With this, the subject would have too many of the roles that are kept apart.
    Separated {
        /// Those that they would have.
        roles: Vec<String>,
        /// They must have fewer than this many.
        n: u32,
    },
    /// A role has as many members as it may have, there.
    TooManyMembers {
        /// The role: the one to be granted or one that it inherits.
        role: String,
        /// How many it may have.
        most: u32,
    },
    /// The policy bounds the members of this role, and nobody said who they are.
    MembersUnknown {
        /// The role.
        role: String,
    },
    /// The subject does not have a role that must be had before, there and for as long.
    Prerequisite {
        /// The role that is to be had.
        needed: String,
    },
    /// There is no such grant to withdraw.
    NotGranted,
    /// A role would have fewer members than it must have, there.
    TooFewMembers {
        /// The role: the one withdrawn or one that it inherits.
        role: String,
        /// How many it must have.
        least: u32,
    },
    /// Somebody would lose what they administer roles with, by their own hand.
    OwnAdministration {
        /// What they would no longer be allowed.
        pattern: Pattern,
    },
    /// The role denies something that is denied to whoever would withdraw it, or that they do not hold
    /// themselves and the subject could do without it.
    LiftsDenial {
        /// What it denies.
        denial: Pattern,
    },
    /// The subject has another role for which this one must be had.
    PrerequisiteOf {
        /// The other role.
        role: String,
    },
    /// The policy says of this role nowhere how long a grant of it may be, so nobody can take it.
    NoLimit,
    /// The subject had the role, or something bounded that it inherits, not long enough ago.
    TooSoon {
        /// When they may take it again.
        until: Timestamp,
    },
    /// A role can be taken for oneself only.
    NotOneself,
    /// The subject does not have this role there now.
    NotActive {
        /// The role.
        role: String,
    },
}

/// Who takes part in a change of grants.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Who {
    /// Who grants or withdraws.
    Granter,
    /// Who approves.
    Approver,
    /// Whose grants change.
    Subject,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownRole => f.write_str("the policy does not define this role"),
            Self::Invalid(error) => error.fmt(f),
            Self::AlreadyOver => f.write_str("the grant would be over before it begins"),
            Self::NotAllowed { who, permission } => {
                write!(f, "the {who} is not allowed `{permission}`")
            }
            Self::StepUpRequired { who, within } => {
                let secs = within.as_secs();
                write!(
                    f,
                    "the {who} needs a second factor within the last {secs} seconds"
                )
            }
            Self::NotHeld { pattern } => {
                write!(
                    f,
                    "the role allows `{pattern}`, which the granter does not hold"
                )
            }
            Self::HeldUnderConditions { pattern } => write!(
                f,
                "the role allows `{pattern}`, which the granter holds under narrower conditions"
            ),
            Self::DeniedToGranter { pattern, denial } => write!(
                f,
                "the role allows `{pattern}`, of which `{denial}` is denied to the granter"
            ),
            Self::FieldNotSeen { field } => {
                write!(
                    f,
                    "the role shows field `{field}` better than the granter sees it"
                )
            }
            Self::Outlasts { given, until } => write!(
                f,
                "the grant outlasts what the granter holds: `{given}` until {until}"
            ),
            Self::TooLarge => f.write_str("the roles have too many rules to compare"),
            Self::NeedsEnd { most } => {
                write!(
                    f,
                    "a grant of this role ends within {} seconds",
                    most.as_secs()
                )
            }
            Self::TooLong { most } => write!(
                f,
                "grants of this role reach at most {} seconds from the first start to the last end",
                most.as_secs()
            ),
            Self::NeedsReason => f.write_str("a grant of this role says why"),
            Self::NeedsApprover => f.write_str("a grant of this role is approved by somebody"),
            Self::ApproverInvolved => {
                f.write_str("who approves is neither who grants nor who receives")
            }
            Self::Separated { roles, n } => {
                write!(f, "nobody has {n} of these roles: {}", roles.join(", "))
            }
            Self::TooManyMembers { role, most } => {
                write!(f, "role `{role}` has at most {most} members")
            }
            Self::MembersUnknown { role } => {
                write!(f, "the members of role `{role}` are bounded and not known")
            }
            Self::Prerequisite { needed } => write!(
                f,
                "role `{needed}` is to be held before, in the same place and for as long"
            ),
            Self::NotGranted => f.write_str("there is no such grant"),
            Self::TooFewMembers { role, least } => {
                write!(
                    f,
                    "role `{role}` has at least {least} members without an end"
                )
            }
            Self::OwnAdministration { pattern } => {
                write!(f, "nobody takes `{pattern}` from themselves")
            }
            Self::LiftsDenial { denial } => {
                write!(
                    f,
                    "nobody lifts `{denial}` who is denied it or does not hold it"
                )
            }
            Self::PrerequisiteOf { role } => {
                write!(f, "the role is to be held as long as role `{role}` is")
            }
            Self::NoLimit => f.write_str("only a role with `max_grant` can be taken"),
            Self::TooSoon { until } => write!(f, "the role can be taken again at {until}"),
            Self::NotOneself => f.write_str("a role is taken for oneself"),
            Self::NotActive { role } => write!(f, "role `{role}` is not held there now"),
        }
    }
}

impl core::error::Error for Refusal {}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Invalid(error)
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Granter => "granter",
            Self::Approver => "approver",
            Self::Subject => "subject",
        })
    }
}
