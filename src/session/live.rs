//! What is said of a session that is live.

use core::{fmt, time::Duration};

use super::{Error, Factors, factors::Proofs};
use crate::{Timestamp, random};

/// Names one session, in a list of a person's devices: 63 random bits, which fit the signed integer
/// of a database. Not secret; it opens nothing.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Id(pub(super) u64);

impl Id {
    pub(super) fn generate() -> Result<Self, random::Unavailable> {
        Ok(Self(u64::from_be_bytes(random::bytes()?) >> 1))
    }

    /// From a number that [`Id::as_u64`] gave.
    #[must_use]
    pub const fn from_u64(id: u64) -> Self {
        Self(id)
    }

    /// The number.
    #[must_use]
    pub const fn as_u64(self) -> u64 {
        self.0
    }
}

/// A session that was live when it was asked about, with both of its deadlines.
///
/// `Debug` leaves out what a person may be recognised by, the subject and the label.
#[derive(Clone, Eq, PartialEq)]
#[must_use = "the deadlines are for the client, the factors for the decision"]
pub struct Live {
    pub(super) subject: String,
    pub(super) id: Id,
    pub(super) label: String,
    pub(super) proofs: Proofs,
    pub(super) created: Timestamp,
    pub(super) last_active: Timestamp,
    pub(super) idle_deadline: Timestamp,
    pub(super) absolute_deadline: Timestamp,
    pub(super) stays_signed_in: bool,
}

impl Live {
    /// Whose session it is: the name or number that the sign-in began with.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Which of the person's sessions it is.
    #[must_use]
    pub fn id(&self) -> Id {
        self.id
    }

    /// What the session is called in a list.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// What the person proved, however long ago.
    #[must_use]
    pub fn factors(&self) -> Factors {
        self.proofs.factors()
    }

    /// Since when all of `factors` stand proved: when the one was proved whose proof is the oldest.
    /// None where one of them never was, or none is asked for.
    #[must_use]
    pub fn proved_at(&self, factors: Factors) -> Option<Timestamp> {
        self.proofs.oldest(factors)
    }

    /// When the person last proved anything; where they proved nothing, when the session started.
    #[must_use]
    pub fn authenticated(&self) -> Timestamp {
        self.proofs.latest().unwrap_or(self.created)
    }

    /// When it started.
    #[must_use]
    pub fn created(&self) -> Timestamp {
        self.created
    }

    /// The last recorded interactive activity.
    #[must_use]
    pub fn last_active(&self) -> Timestamp {
        self.last_active
    }

    /// From when on it is dead if nothing more is done.
    #[must_use]
    pub fn idle_deadline(&self) -> Timestamp {
        self.idle_deadline
    }

    /// From when on it is dead whatever is done, unless the person proves again who they are.
    #[must_use]
    pub fn absolute_deadline(&self) -> Timestamp {
        self.absolute_deadline
    }

    /// The earlier of the two deadlines.
    #[must_use]
    pub fn deadline(&self) -> Timestamp {
        self.idle_deadline.min(self.absolute_deadline)
    }

    /// Whether it has the longer limits of
    /// [`Policy::with_stay_signed_in`](super::Policy::with_stay_signed_in).
    #[must_use]
    pub fn stays_signed_in(&self) -> bool {
        self.stays_signed_in
    }

    /// Demands that all of `factors` were proved less than `age` ago, before something that a
    /// session alone does not open (OWASP ASVS 5.0 7.5.1 and 7.5.3). Whoever is refused is asked for
    /// the factors that the error names; [`Policy::reauthenticate`](super::Policy::reauthenticate)
    /// records them.
    ///
    /// A proof exactly `age` old is too old. One that lies in the future by `age` or more, because
    /// the clock went back, is of unknown age and too old, too; one that lies there by less counts as
    /// new, so that machines whose clocks differ a little agree.
    ///
    /// ```
    /// # use portcullis::{Timestamp, session::{Error, Factors, Policy, Sessions}, store::Memory};
    /// # use std::time::Duration;
    /// # let sessions = Sessions::new(Policy::back_office(), Memory::new(10_000));
    /// # let nine: Timestamp = "2026-11-21T09:00:00Z".parse()?;
    /// # let sign_in = sessions.begin("ada", nine)?.with_factors(Factors::PASSWORD.and(Factors::TOTP));
    /// # let (token, _) = sessions.start(sign_in, nine)?;
    /// let ten_past: Timestamp = "2026-11-21T09:10:00Z".parse()?;
    /// let five_minutes = Duration::from_secs(5 * 60);
    /// let live = sessions.check(&token, ten_past)?;
    /// let needed = match live.require_recent(five_minutes, Factors::TOTP, ten_past) {
    ///     Err(Error::StepUpRequired { factors, .. }) => factors,
    ///     other => return Ok(other?),
    /// };
    /// assert_eq!(needed, Factors::TOTP); // ask for a code, verify it, and then
    /// let (token, live) = sessions.reauthenticate(&token, needed, ten_past)?;
    /// live.require_recent(five_minutes, Factors::TOTP, ten_past)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::StepUpRequired`], also when no factor is asked for.
    pub fn require_recent(
        &self,
        age: Duration,
        factors: Factors,
        now: Timestamp,
    ) -> Result<(), Error> {
        let missing = factors.without(self.proofs.fresh(age, now));
        if missing == Factors::NONE && factors != Factors::NONE {
            Ok(())
        } else {
            Err(Error::StepUpRequired {
                factors: missing,
                age,
            })
        }
    }
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live")
            .field("id", &self.id)
            .field("proofs", &self.proofs)
            .field("created", &self.created)
            .field("last_active", &self.last_active)
            .field("idle_deadline", &self.idle_deadline)
            .field("absolute_deadline", &self.absolute_deadline)
            .field("stays_signed_in", &self.stays_signed_in)
            .finish_non_exhaustive()
    }
}
