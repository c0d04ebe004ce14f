//! The rules for one-time codes.

use core::{ops::RangeInclusive, time::Duration};

use super::{Error, Import, Parameters, authenticators::REAUTHENTICATION};

/// Steps in each direction that a policy may accept: five minutes at the usual 30 seconds.
const WINDOW_LIMIT: u8 = 10;
/// Steps in each direction that a device's clock may be followed: half an hour at the usual 30
/// seconds, which a quartz of 50 millionths takes a year to drift.
pub(super) const DRIFT_LIMIT: u8 = 60;
/// How long a first code is awaited: time to find the phone and install an app.
pub(super) const ENROLMENT_TIME: Duration = Duration::from_secs(10 * 60);
/// The bounds of that time.
const ENROLMENT_TIMES: RangeInclusive<Duration> =
    Duration::from_secs(60)..=Duration::from_secs(24 * 60 * 60);

/// The rules for one-time codes.
///
/// Every preset has the codes of every app (SHA-1, 6 digits, 30 seconds), ten minutes to confirm an
/// enrolment, no drift, and [`Import::RefuseGuessable`]. They differ in the window: how many steps
/// before the present one, and after it, a code may belong to.
///
/// A wide window helps whoever types slowly and whose clock is wrong, and whoever guesses: of a
/// million codes, a window of three steps accepts three.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Policy {
    pub(super) parameters: Parameters,
    pub(super) past: u8,
    pub(super) future: u8,
    pub(super) drift: u8,
    pub(super) enrolment: Duration,
    pub(super) reauthentication: Duration,
    pub(super) import: Import,
}

impl Policy {
    /// A back office: one step back and one ahead.
    ///
    /// One step back is what RFC 6238 §5.2 allows for the way from the screen to the server. One
    /// ahead is for clocks that are fast: NIST SP 800-63B-4 §3.1.4.2 has the lifetime of a code
    /// take account of drift in either direction. A code is accepted for 90 seconds.
    #[must_use]
    pub fn back_office() -> Self {
        Self::preset(1, 1)
    }

    /// RFC 6238: one step back.
    ///
    /// §5.2 recommends that at most one time step be allowed for the delay of the network, which
    /// has a code arrive late and never early. A code is accepted for 60 seconds. A phone whose
    /// clock is fast by a few seconds is refused in the first seconds of each step.
    #[must_use]
    pub fn rfc6238() -> Self {
        Self::preset(1, 0)
    }

    /// OWASP ASVS 5.0: the present step alone.
    ///
    /// 6.5.5 has one-time codes live for at most 30 seconds: those with a period of 30 seconds or
    /// less do so under this preset. A longer period ([`Policy::with_parameters`], or an imported
    /// secret's own) lives as long as it lasts. Whoever types a code as it changes is refused and
    /// types the next one.
    #[must_use]
    pub fn owasp_asvs() -> Self {
        Self::preset(0, 0)
    }

    fn preset(past: u8, future: u8) -> Self {
        Self {
            parameters: Parameters::default(),
            past,
            future,
            drift: 0,
            enrolment: ENROLMENT_TIME,
            reauthentication: REAUTHENTICATION,
            import: Import::default(),
        }
    }

    /// Other codes for those who enrol from now on. Who has enrolled keeps theirs.
    #[must_use]
    pub fn with_parameters(self, parameters: Parameters) -> Self {
        Self { parameters, ..self }
    }

    /// Accepts codes of `past` steps before the present one and of `future` steps after it, each
    /// from 0 to 10.
    ///
    /// # Errors
    ///
    /// [`Error::Window`] over that.
    pub fn with_window(self, past: u8, future: u8) -> Result<Self, Error> {
        if past.max(future) > WINDOW_LIMIT {
            return Err(Error::Window);
        }
        Ok(Self {
            past,
            future,
            ..self
        })
    }

    /// Follows a device whose clock goes wrong, by at most `limit` steps in either direction, from 0
    /// to 60 (RFC 6238 §6).
    ///
    /// How far the step of an accepted code was from the present one is remembered in the state as
    /// the device's drift, and the window is around the present step plus that drift from then on,
    /// as wide as before. So no code is ever accepted whose step is further from the server's clock
    /// than `limit` and the window together, at most 70 steps; where a policy with a smaller limit is
    /// used later, the smaller one holds.
    ///
    /// It is for tokens with a clock of their own. Phones set theirs by the network, and what is
    /// learned there is how slowly somebody types: after a late code the window lies further back,
    /// and a code that comes early is refused. So every preset leaves it at 0, which learns nothing.
    ///
    /// Whoever knows codes of a device that were not used, and not followed by one that was, can use
    /// them later with it than without: for `limit` steps more.
    ///
    /// # Errors
    ///
    /// [`Error::Drift`] over that.
    pub fn with_drift(self, limit: u8) -> Result<Self, Error> {
        if limit > DRIFT_LIMIT {
            return Err(Error::Drift);
        }
        Ok(Self {
            drift: limit,
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

    /// What a state's drift is under this policy.
    fn drift_within(&self, drift: i8) -> i64 {
        let limit = i64::from(self.drift);
        i64::from(drift).clamp(limit.saturating_neg(), limit)
    }

    /// The steps whose codes are accepted of a device with this drift, when the present one is
    /// `here`.
    pub(super) fn window(&self, here: u64, drift: i8) -> RangeInclusive<u64> {
        let centre = here.saturating_add_signed(self.drift_within(drift));
        centre.saturating_sub(self.past.into())..=centre.saturating_add(self.future.into())
    }

    /// The steps whose codes may come to be accepted, whatever a device's drift is.
    pub(super) fn reach(&self, here: u64) -> RangeInclusive<u64> {
        let (past, future) = (u64::from(self.past), u64::from(self.future));
        let drift = u64::from(self.drift);
        here.saturating_sub(past.saturating_add(drift))
            ..=here.saturating_add(future.saturating_add(drift))
    }

    /// What the code of a step teaches about its device, when the present one is `here`.
    pub(super) fn learn(&self, step: u64, here: u64) -> i8 {
        let limit = u64::from(self.drift);
        let steps = |distance: u64| i8::try_from(distance.min(limit)).unwrap_or(i8::MAX);
        if step < here {
            steps(here.saturating_sub(step)).saturating_neg()
        } else {
            steps(step.saturating_sub(here))
        }
    }
}

pub(super) fn enrolment_time(time: Duration) -> Result<Duration, Error> {
    if ENROLMENT_TIMES.contains(&time) {
        Ok(time)
    } else {
        Err(Error::EnrolmentTime)
    }
}

/// The default is [`Policy::back_office`].
impl Default for Policy {
    fn default() -> Self {
        Self::back_office()
    }
}
