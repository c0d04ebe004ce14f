//! A sign-in that is under way, and what tells one that was overtaken.

use core::{fmt, time::Duration};

use super::{
    Error, Factors, Handle, State,
    factors::{Proofs, is_recent},
    label,
};
use crate::Timestamp;

/// How long a sign-in may take from [`State::begin`] to [`Policy::start`](super::Policy::start): an
/// hour, long enough to find one's phone. A record may be forgotten this long after its last
/// session, and no sooner.
pub const SIGN_IN_TIME: Duration = Duration::from_secs(60 * 60);

/// The longest subject in bytes.
pub const SUBJECT_LEN: usize = 256;

/// Counts how often everything was ended; a sign-in from an earlier epoch starts nothing.
///
/// It is the time of the last [`State::end_all`] in milliseconds, moved on by one where the clock
/// was not ahead of it, so that it never repeats even where a store has forgotten the record.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Epoch(pub(super) u64);

impl Epoch {
    /// From a number that [`Epoch::as_u64`] gave.
    #[must_use]
    pub const fn from_u64(epoch: u64) -> Self {
        Self(epoch)
    }

    /// The number.
    #[must_use]
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// The one that ends everything of this one, for whoever keeps an epoch without a [`State`].
    #[must_use]
    pub fn next(self, now: Timestamp) -> Self {
        Self(self.0.saturating_add(1).max(now.as_millis()))
    }
}

/// A sign-in that is under way: made by [`State::begin`] before the password is looked at, for
/// [`Policy::start`](super::Policy::start), once: a copy of it starts another session.
///
/// `Debug` leaves out the subject and the label.
#[derive(Clone, Eq, PartialEq)]
#[must_use = "a sign-in that is not started gives no session"]
pub struct SignIn {
    pub(super) subject: String,
    pub(super) epoch: Epoch,
    pub(super) began: Timestamp,
    /// What was proved when the session starts.
    pub(super) factors: Factors,
    /// What was proved before.
    pub(super) proofs: Proofs,
    pub(super) label: String,
    pub(super) stays: bool,
}

impl SignIn {
    pub(super) fn new(subject: &str, epoch: Epoch, began: Timestamp) -> Self {
        Self {
            subject: subject.to_owned(),
            epoch,
            began,
            factors: Factors::NONE,
            proofs: Proofs::default(),
            label: String::new(),
            stays: false,
        }
    }

    /// Finds the record that the session belongs to.
    #[must_use]
    pub fn handle(&self) -> Handle {
        Handle::of(&self.subject)
    }

    /// What the person has proved, at the time at which the session starts.
    pub fn with_factors(self, factors: Factors) -> Self {
        Self { factors, ..self }
    }

    /// What the person proved at another time, before the session starts. May be called for several
    /// factors; a time after the start of the session counts as its start.
    pub fn with_proof(self, factors: Factors, at: Timestamp) -> Self {
        let proofs = self.proofs.and(factors, at);
        self.with_proofs(proofs)
    }

    /// All that the person proved before, in place of what was said so far.
    pub(crate) fn with_proofs(self, proofs: Proofs) -> Self {
        Self { proofs, ..self }
    }

    /// What the person will recognise the session by in a list: "Firefox on Linux". At most 128
    /// bytes, without control characters and characters that turn the direction of text;
    /// [`fit_label`](super::fit_label) makes one of any text. Whoever holds the session can change it:
    /// it says nothing of who they are.
    pub fn with_label(self, label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            ..self
        }
    }

    /// Asks for the longer limits of
    /// [`Policy::with_stay_signed_in`](super::Policy::with_stay_signed_in). A policy that has none
    /// starts no session then.
    pub fn stay_signed_in(self) -> Self {
        Self {
            stays: true,
            ..self
        }
    }

    /// Whether it may still start a session.
    pub(crate) fn check(&self, state: &State, now: Timestamp) -> Result<(), Error> {
        if !(1..=SUBJECT_LEN).contains(&self.subject.len()) {
            return Err(Error::Subject);
        }
        if !state.subject.is_empty() && state.subject != self.subject {
            return Err(Error::OtherSubject);
        }
        if self.epoch != state.epoch {
            return Err(Error::Overtaken);
        }
        if !is_recent(self.began, SIGN_IN_TIME, now) {
            return Err(Error::SignInTooSlow);
        }
        label::check(&self.label)
    }
}

impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignIn")
            .field("epoch", &self.epoch)
            .field("began", &self.began)
            .field("factors", &self.factors)
            .field("proofs", &self.proofs)
            .field("stays", &self.stays)
            .finish_non_exhaustive()
    }
}
