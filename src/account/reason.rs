//! What a log says of an answer.

use super::{Error, Next};
use crate::{attempts::report::Reason, totp};

impl Next {
    /// What a log of attempts says of this answer, for
    /// [`attempts::report`](crate::attempts::report).
    #[must_use]
    pub fn reason(&self) -> Reason {
        match self {
            Self::SignedIn(_) => Reason::Success,
            Self::FactorNeeded(_) => Reason::Incomplete,
            Self::EnrolmentNeeded(_) => Reason::EnrolmentRequired,
            Self::PasswordChangeNeeded(..) => Reason::PasswordExpired,
        }
    }
}

impl Error {
    /// What a log of attempts says of this answer, for
    /// [`attempts::report`](crate::attempts::report): a right code that was used before is told from a
    /// wrong one, because somebody has seen it. None for what is no end of an attempt.
    ///
    /// It knows no more than the answer does. A name that nobody has and a disabled account are a
    /// wrong password here, and an application that would tell them apart asks
    /// [`Accounts::state`](super::Accounts::state); a wrong recovery code is a wrong code; and the
    /// failure that reaches a limit is what it leads to.
    #[must_use]
    pub fn reason(&self) -> Option<Reason> {
        match self {
            Self::Denied => Some(Reason::WrongPassword),
            Self::Totp(totp::Error::Wrong | totp::Error::Malformed) => Some(Reason::WrongCode),
            Self::Totp(totp::Error::Replayed) => Some(Reason::ReplayedCode),
            Self::ResetRequired => Some(Reason::ResetRequired),
            Self::RebindRequired => Some(Reason::RebindRequired),
            Self::Busy { .. } => Some(Reason::Busy),
            Self::Disabled => Some(Reason::Disabled),
            _ => None,
        }
    }
}
