//! What is refused by this module.

use core::fmt;

use super::Fault;
use crate::encoding;

/// Why a permission, a pattern, a name, stored grants or a text were refused.
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
    /// A reason that is empty, longer than 256 bytes, or has a control character or one that is
    /// invisible or turns the direction of text.
    Reason,
    /// The name of who asked for a grant or approved it, that is empty, longer than 255 bytes, or
    /// has a character that is not seen, as in a reason.
    Name,
    /// Text that is no [`Version`](super::Version).
    Version,
    /// More than [`Grants::MAX`](super::Grants::MAX) grants.
    TooManyGrants,
    /// Stored grants that cannot be read.
    State(encoding::Error),
    /// A text that was to be filtered and is no JSON.
    Json {
        /// The byte, from 0, where it is wrong.
        at: usize,
        /// What is wrong there.
        fault: JsonFault,
    },
    /// A field to filter or sort by that the subject does not see in full.
    NotShown,
}

/// Why a text is no JSON, or none that is filtered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum JsonFault {
    /// Not what RFC 8259 lets stand there.
    Grammar,
    /// A control character in a string that is not escaped.
    ControlCharacter,
    /// A key that the same object has already, also where one of the two is written with escapes:
    /// which one counts would depend on who reads it.
    RepeatedKey,
    /// More than 128 objects and lists within one another.
    TooDeep,
    /// The text ends too early.
    Incomplete,
}

impl fmt::Display for JsonFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Grammar => "this is no JSON",
            Self::ControlCharacter => "a control character in a string is not escaped",
            Self::RepeatedKey => "an object has the same key twice",
            Self::TooDeep => "more than 128 objects and lists within one another",
            Self::Incomplete => "the text ends too early",
        })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax { column, fault } => write!(f, "character {column}: {fault}"),
            Self::Reason => f.write_str("a reason has 1 to 256 bytes, all of them seen"),
            Self::Name => f.write_str("the name of a subject has 1 to 255 bytes, all of them seen"),
            Self::Version => f.write_str("a version is 64 digits of hexadecimal in lower case"),
            Self::TooManyGrants => f.write_str("a subject has at most 512 grants"),
            Self::State(error) => error.fmt(f),
            Self::Json { at, fault } => write!(f, "byte {at}: {fault}"),
            Self::NotShown => {
                f.write_str("only a field that is shown in full may be filtered or sorted by")
            }
        }
    }
}

impl core::error::Error for Error {}

impl From<encoding::Error> for Error {
    fn from(error: encoding::Error) -> Self {
        Self::State(error)
    }
}
