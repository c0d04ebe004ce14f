//! How recorded attempts ended.

use core::{fmt, str::FromStr};

use super::Error;
use crate::attempts::Begin;

/// How an attempt to sign in ended.
///
/// | name | kind | meaning |
/// |---|---|---|
/// | `wrong_password` | failure | the account exists, the password is wrong |
/// | `unknown_account` | failure | nobody has this name |
/// | `wrong_code` | failure | the one-time code is wrong |
/// | `replayed_code` | failure | the one-time code is right and was used before: somebody saw it |
/// | `wrong_recovery_code` | failure | the recovery code is wrong |
/// | `wait` | refusal | a delay or a cool-off is not over |
/// | `busy` | refusal | as many attempts as may be are under way |
/// | `locked` | refusal | the account is locked |
/// | `reset_required` | refusal | nothing but a password reset lifts that |
/// | `rebind_required` | refusal | nothing but a new authenticator lifts that |
/// | `disabled` | refusal | the account is disabled |
/// | `incomplete` | unfinished | what was given is right, and a further factor is asked for |
/// | `password_expired` | unfinished | right, and only another password can be chosen |
/// | `enrolment_required` | unfinished | right, and only a second factor can be enrolled |
/// | `success` | success | a session began |
///
/// The order is that of the table. Names never change.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the table above says what each means")]
pub enum Reason {
    WrongPassword,
    UnknownAccount,
    WrongCode,
    ReplayedCode,
    WrongRecoveryCode,
    Wait,
    Busy,
    Locked,
    ResetRequired,
    RebindRequired,
    Disabled,
    Incomplete,
    PasswordExpired,
    EnrolmentRequired,
    Success,
}

/// What an attempt counts as.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[allow(
    clippy::exhaustive_enums,
    reason = "an attempt is evaluated or not, and right, wrong or not yet either"
)]
pub enum Kind {
    /// Something was evaluated and was wrong, or had been used.
    Failure,
    /// Nothing was evaluated: whether it was right is not known.
    Refusal,
    /// What was evaluated was right, and no session began. Neither a failure nor a success.
    Unfinished,
    /// A session began.
    Success,
}

impl Reason {
    /// Every reason, in order.
    pub const ALL: [Self; 15] = [
        Self::WrongPassword,
        Self::UnknownAccount,
        Self::WrongCode,
        Self::ReplayedCode,
        Self::WrongRecoveryCode,
        Self::Wait,
        Self::Busy,
        Self::Locked,
        Self::ResetRequired,
        Self::RebindRequired,
        Self::Disabled,
        Self::Incomplete,
        Self::PasswordExpired,
        Self::EnrolmentRequired,
        Self::Success,
    ];

    /// What an attempt that ended so counts as: the second column of the table above.
    #[must_use]
    pub const fn kind(self) -> Kind {
        match self {
            Self::WrongPassword
            | Self::UnknownAccount
            | Self::WrongCode
            | Self::ReplayedCode
            | Self::WrongRecoveryCode => Kind::Failure,
            Self::Wait
            | Self::Busy
            | Self::Locked
            | Self::ResetRequired
            | Self::RebindRequired
            | Self::Disabled => Kind::Refusal,
            Self::Incomplete | Self::PasswordExpired | Self::EnrolmentRequired => Kind::Unfinished,
            Self::Success => Kind::Success,
        }
    }

    /// Its name for programs, for [`FromStr`].
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::WrongPassword => "wrong_password",
            Self::UnknownAccount => "unknown_account",
            Self::WrongCode => "wrong_code",
            Self::ReplayedCode => "replayed_code",
            Self::WrongRecoveryCode => "wrong_recovery_code",
            Self::Wait => "wait",
            Self::Busy => "busy",
            Self::Locked => "locked",
            Self::ResetRequired => "reset_required",
            Self::RebindRequired => "rebind_required",
            Self::Disabled => "disabled",
            Self::Incomplete => "incomplete",
            Self::PasswordExpired => "password_expired",
            Self::EnrolmentRequired => "enrolment_required",
            Self::Success => "success",
        }
    }

    /// How an attempt ended that was not to be evaluated; None for one that was allowed.
    #[must_use]
    pub const fn of_refusal<P>(begin: &Begin<P>) -> Option<Self> {
        match begin {
            Begin::Allowed(_) => None,
            Begin::Wait { .. } => Some(Self::Wait),
            Begin::Busy { .. } => Some(Self::Busy),
            Begin::Locked { .. } => Some(Self::Locked),
            Begin::ResetRequired { .. } => Some(Self::ResetRequired),
            Begin::RebindRequired { .. } => Some(Self::RebindRequired),
        }
    }

    /// Whether a password, or a name that nobody has, was guessed and the guess was wrong.
    pub(super) const fn is_wrong_guess(self) -> bool {
        matches!(self, Self::WrongPassword | Self::UnknownAccount)
    }
}

/// The name.
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Reads a name, exactly.
impl FromStr for Reason {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let found = Self::ALL.into_iter().find(|reason| reason.name() == name);
        found.ok_or(Error::Reason)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Reason {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
