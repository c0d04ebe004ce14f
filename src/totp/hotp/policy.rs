//! The rules for counter-based codes.

use core::{ops::RangeInclusive, time::Duration};

use super::{
    super::{
        Import,
        policy::{ENROLMENT_TIME, enrolment_time},
    },
    Error, Parameters, State,
};

/// Counts ahead that a preset accepts: a few presses that nobody typed.
const LOOK_AHEAD: u8 = 5;
/// The most that a policy may.
const LOOK_AHEAD_LIMIT: u8 = 20;
/// Counts ahead in which a preset looks for two codes in a row.
const RESYNCHRONISATION: u16 = 100;
/// The most that a policy may: two HMACs for each.
const RESYNCHRONISATION_LIMIT: u16 = 1000;

/// The rules for counter-based codes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Policy {
    pub(super) parameters: Parameters,
    pub(super) look_ahead: u8,
    pub(super) resynchronisation: u16,
    pub(super) enrolment: Duration,
    pub(super) import: Import,
}

impl Policy {
    /// A back office: SHA-1 and 6 digits, as every token has; five counts ahead, and a hundred for
    /// two codes in a row; ten minutes to confirm an enrolment; [`Import::RefuseGuessable`].
    ///
    /// RFC 4226 §7.4 has the look-ahead window as small as people can work with, and names no
    /// number; five is what this preset chooses.
    #[must_use]
    pub fn back_office() -> Self {
        Self {
            parameters: Parameters::default(),
            look_ahead: LOOK_AHEAD,
            resynchronisation: RESYNCHRONISATION,
            enrolment: ENROLMENT_TIME,
            import: Import::default(),
        }
    }

    /// Other codes for those who enrol from now on. Who has enrolled keeps theirs.
    #[must_use]
    pub fn with_parameters(self, parameters: Parameters) -> Self {
        Self { parameters, ..self }
    }

    /// Accepts codes of the next count and of `counts` after it, from 0 to 20: the look-ahead
    /// parameter s of RFC 4226 §7.4.
    ///
    /// # Errors
    ///
    /// [`Error::LookAhead`] over that.
    pub fn with_look_ahead(self, counts: u8) -> Result<Self, Error> {
        if counts > LOOK_AHEAD_LIMIT {
            return Err(Error::LookAhead);
        }
        Ok(Self {
            look_ahead: counts,
            ..self
        })
    }

    /// Looks for two codes in a row among the next count and `counts` after it, from 0 to 1,000.
    ///
    /// # Errors
    ///
    /// [`Error::Resynchronisation`] over that.
    pub fn with_resynchronisation(self, counts: u16) -> Result<Self, Error> {
        if counts > RESYNCHRONISATION_LIMIT {
            return Err(Error::Resynchronisation);
        }
        Ok(Self {
            resynchronisation: counts,
            ..self
        })
    }

    /// Another time within which an enrolment must be confirmed, from a minute to a day.
    ///
    /// # Errors
    ///
    /// [`Error::EnrolmentTime`] outside that range.
    pub fn with_enrolment_time(self, enrolment: Duration) -> Result<Self, Error> {
        Ok(Self {
            enrolment: enrolment_time(enrolment)?,
            ..self
        })
    }

    /// Which secrets that somebody else made are taken over.
    #[must_use]
    pub fn with_import(self, import: Import) -> Self {
        Self { import, ..self }
    }

    /// The counts whose codes are compared: those ahead, and some before by which a used code is
    /// known.
    pub(super) fn counts(&self, state: &State, ahead: u16) -> Result<RangeInclusive<u64>, Error> {
        let last = state.next.saturating_add(ahead.into());
        let behind = state.next.saturating_sub(self.look_ahead.into());
        // the last count of all has no next one, and is not used
        if state.next == u64::MAX {
            return Err(Error::Exhausted);
        }
        Ok(behind..=last.min(u64::MAX.saturating_sub(1)))
    }
}

/// The default is [`Policy::back_office`].
impl Default for Policy {
    fn default() -> Self {
        Self::back_office()
    }
}
