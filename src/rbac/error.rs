//! What is refused by this module.

use core::fmt;

use super::Fault;
use crate::encoding;

/// Why a permission, a pattern, a name or stored grants were refused.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// Text that breaks the grammar.
    Syntax {
        /// The character, from 1.
        column: usize,
        /// What is wrong there.
        fault: Fault,
    },
    /// A reason that is empty, longer than 256 bytes, or has a control character.
    Reason,
    /// The name of who asked for a grant or approved it, that is empty, longer than 128 bytes, or
    /// has a control character.
    Name,
    /// More than [`Grants::MAX`](super::Grants::MAX) grants.
    TooManyGrants,
    /// Stored grants that cannot be read.
    State(encoding::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax { column, fault } => write!(f, "character {column}: {fault}"),
            Self::Reason => f.write_str("a reason has 1 to 256 bytes and no control character"),
            Self::Name => {
                f.write_str("the name of a subject has 1 to 128 bytes and no control character")
            }
            Self::TooManyGrants => f.write_str("a subject has at most 512 grants"),
            Self::State(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for Error {}

impl From<encoding::Error> for Error {
    fn from(error: encoding::Error) -> Self {
        Self::State(error)
    }
}
