//! What every function answers.

use core::ffi::{CStr, c_char};

use crate::{password, session};

/// What a function answers. 0, and only 0, means yes: done, verified, live. 1: the check ran and
/// the answer is no. Anything else: it could not be decided; deny, and tell whoever looks after the
/// system.
pub type Status = i32;

/// Yes: done, verified, live.
pub const PORTCULLIS_YES: Status = 0;
/// No: the check ran, and this is its answer. A password or a token that somebody sends is never
/// answered otherwise because of its bytes: if it is not right it is a no.
pub const PORTCULLIS_NO: Status = 1;
/// The call is wrong: null where a value is needed, text that is not UTF-8, a number out of range.
pub const PORTCULLIS_INVALID_ARGUMENT: Status = 2;
/// The buffer is too small; the length that it needs has been written, and nothing else. Nothing
/// has happened: call again with a larger one.
pub const PORTCULLIS_SHORT_BUFFER: Status = 3;
/// The stored hash cannot be used: of another scheme, not well-formed, or of a cost above the
/// ceilings.
pub const PORTCULLIS_MALFORMED: Status = 4;
/// The stored state cannot be read: damaged, or of a version that this library does not know.
pub const PORTCULLIS_STATE: Status = 5;
/// The store gave no answer. Reserved: no function of this version uses a store.
pub const PORTCULLIS_STORE: Status = 6;
/// The operating system gave no randomness.
pub const PORTCULLIS_RANDOMNESS: Status = 7;
/// There is not enough memory for the hash.
pub const PORTCULLIS_MEMORY: Status = 8;
/// A defect in the library; please report it.
pub const PORTCULLIS_PANIC: Status = 9;

/// Too many hashes are under way, and as many wait as may, or for as long: try again in a few
/// seconds.
pub const PORTCULLIS_BUSY: Status = 10;

/// Every answer that is not yes. Two with one number would not compile.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(i32)]
pub(super) enum Denial {
    No = PORTCULLIS_NO,
    InvalidArgument = PORTCULLIS_INVALID_ARGUMENT,
    ShortBuffer = PORTCULLIS_SHORT_BUFFER,
    Malformed = PORTCULLIS_MALFORMED,
    State = PORTCULLIS_STATE,
    Store = PORTCULLIS_STORE,
    Randomness = PORTCULLIS_RANDOMNESS,
    Memory = PORTCULLIS_MEMORY,
    Panic = PORTCULLIS_PANIC,
    Busy = PORTCULLIS_BUSY,
}

impl Denial {
    pub(super) const fn status(self) -> Status {
        self as Status
    }
}

/// Without a wildcard: an error that is added to the module does not compile until somebody has
/// decided what it is to C.
impl From<session::Error> for Denial {
    fn from(error: session::Error) -> Self {
        use session::Error as E;
        match error {
            E::Malformed
            | E::Unknown
            | E::Expired(_)
            | E::ClockWentBack
            | E::Replaced
            | E::Reused
            | E::Overtaken
            | E::SignInTooSlow
            | E::TooManySessions
            | E::StepUpRequired { .. } => Self::No,
            // C brings tokens: neither cookies nor sealed sessions
            E::SeveralCookies | E::CookiesTooLong => Self::No,
            E::Purpose | E::Subject | E::OtherSubject | E::PayloadTooLong => Self::InvalidArgument,
            E::StayNotOffered
            | E::NothingProved
            | E::LabelTooLong
            | E::LabelCharacter
            | E::IdleTooShort
            | E::AbsoluteTooShort
            | E::StayTooShort
            | E::Contradiction { .. }
            | E::SessionLimit
            | E::CookieName => Self::InvalidArgument,
            E::Randomness => Self::Randomness,
            E::State(_) => Self::State,
            E::Store(_) => Self::Store,
            // C has no key rings
            #[cfg(feature = "field")]
            E::Ring(_) => Self::State,
        }
    }
}

/// As [`password::Hasher`] gives them: a cost out of range is that of a stored hash.
impl From<password::Error> for Denial {
    fn from(error: password::Error) -> Self {
        use password::Error as E;
        match error {
            E::Wrong | E::Empty | E::TooLong | E::Rejected(_) => Self::No,
            E::UnknownScheme
            | E::Malformed(_)
            | E::HashTooLong
            | E::BelowMinimum { .. }
            | E::AboveLimit { .. }
            | E::AboveBudget { .. } => Self::Malformed,
            // a hasher made from C has no project's parameters
            #[cfg(feature = "legacy")]
            E::FirebaseMissing => Self::Malformed,
            E::NoneGenerated
            | E::HistoryDepth
            | E::MinLength
            | E::Period
            | E::Contradiction(..)
            | E::Blocklist(_) => Self::InvalidArgument,
            E::Randomness => Self::Randomness,
            E::Memory => Self::Memory,
            E::Busy { .. } => Self::Busy,
        }
    }
}

/// Says in English what a status means: static text, never null, not to be freed. It is for logs;
/// the person at the other end learns yes or no.
#[unsafe(no_mangle)]
#[must_use]
pub extern "C" fn portcullis_status_message(status: Status) -> *const c_char {
    message(status).as_ptr()
}

const fn message(status: Status) -> &'static CStr {
    match status {
        PORTCULLIS_YES => c"yes",
        PORTCULLIS_NO => c"no",
        PORTCULLIS_INVALID_ARGUMENT => {
            c"invalid argument: null, not UTF-8, or a number out of range"
        }
        PORTCULLIS_SHORT_BUFFER => c"the buffer is too small",
        PORTCULLIS_MALFORMED => c"the stored hash cannot be used",
        PORTCULLIS_STATE => c"the stored state is damaged or of an unknown version",
        PORTCULLIS_STORE => c"the store gave no answer",
        PORTCULLIS_RANDOMNESS => c"the operating system gave no randomness",
        PORTCULLIS_MEMORY => c"there is not enough memory for the hash",
        PORTCULLIS_PANIC => c"a defect in the library",
        PORTCULLIS_BUSY => c"too many hashes are under way: try again",
        _ => c"not a status of this library: deny",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::{
        encoding,
        password::{Parameter, Part},
        session::Expiry,
        store,
    };

    const ALL: [Denial; 10] = [
        Denial::No,
        Denial::InvalidArgument,
        Denial::ShortBuffer,
        Denial::Malformed,
        Denial::State,
        Denial::Store,
        Denial::Randomness,
        Denial::Memory,
        Denial::Panic,
        Denial::Busy,
    ];

    /// FF-01: zero is yes and nothing else is.
    #[test]
    fn no_two_statuses_are_one_and_each_has_a_message() {
        let numbers: HashSet<Status> = ALL.iter().map(|denial| denial.status()).collect();
        let messages: HashSet<&CStr> = numbers.iter().map(|number| message(*number)).collect();
        assert_eq!((numbers.len(), messages.len()), (ALL.len(), ALL.len()));
        assert!(!numbers.contains(&PORTCULLIS_YES));
        assert!(!messages.contains(message(PORTCULLIS_YES)));
        for stranger in [-1, 11, Status::MIN, Status::MAX] {
            assert!(!numbers.contains(&stranger) && !messages.contains(message(stranger)));
        }
    }

    /// FF-01: a person who sends nonsense hears no; an operator's trouble is never a plain no.
    #[test]
    fn each_error_is_a_no_or_an_alarm_as_its_cause_demands() {
        use session::Error as E;
        for (error, denial) in [
            (E::Malformed, Denial::No),
            (E::Unknown, Denial::No),
            (E::Expired(Expiry::Idle), Denial::No),
            (E::Expired(Expiry::Absolute), Denial::No),
            (E::ClockWentBack, Denial::No),
            (E::Replaced, Denial::No),
            (E::Reused, Denial::No),
            (E::Overtaken, Denial::No),
            (E::SignInTooSlow, Denial::No),
            (E::TooManySessions, Denial::No),
            (E::LabelTooLong, Denial::InvalidArgument),
            (E::LabelCharacter, Denial::InvalidArgument),
            (E::StayNotOffered, Denial::InvalidArgument),
            (E::Randomness, Denial::Randomness),
            (E::State(encoding::Error::Damaged), Denial::State),
            (E::State(encoding::Error::UnknownVersion(9)), Denial::State),
            (E::Store(store::Error::Contended), Denial::Store),
        ] {
            assert_eq!(Denial::from(error.clone()), denial, "{error:?}");
        }
        use password::Error as P;
        for (error, denial) in [
            (P::Wrong, Denial::No),
            (P::Empty, Denial::No),
            (P::TooLong, Denial::No),
            (P::UnknownScheme, Denial::Malformed),
            (P::Malformed(Part::Tag), Denial::Malformed),
            (
                P::AboveLimit {
                    parameter: Parameter::Memory,
                    max: 1,
                },
                Denial::Malformed,
            ),
            (
                P::BelowMinimum {
                    parameter: Parameter::Lanes,
                    min: 1,
                },
                Denial::Malformed,
            ),
            (P::HistoryDepth, Denial::InvalidArgument),
            (P::MinLength, Denial::InvalidArgument),
            (P::Period, Denial::InvalidArgument),
            (P::Randomness, Denial::Randomness),
            (P::Memory, Denial::Memory),
            (
                P::Busy {
                    retry_after: core::time::Duration::ZERO,
                },
                Denial::Busy,
            ),
        ] {
            assert_eq!(Denial::from(error.clone()), denial, "{error:?}");
        }
    }
}
