//! The rules for sessions.

use core::time::Duration;

use super::Error;
use crate::time;

/// Live sessions that a preset allows one person at a time.
const MAX_SESSIONS: usize = 16;
/// The most that a policy may allow: a record stays at some hundred KiB.
pub(super) const SESSIONS_LIMIT: usize = 256;
/// Activity is written at most this many times in one idle period.
const TOUCHES_PER_IDLE: u64 = 16;

const fn minutes(n: u64) -> Duration {
    Duration::from_secs(n.saturating_mul(60))
}

const fn hours(n: u64) -> Duration {
    minutes(n.saturating_mul(60))
}

const fn days(n: u64) -> Duration {
    hours(n.saturating_mul(24))
}

/// The rules for sessions.
///
/// Every preset allows sixteen live sessions, evicts the oldest one for a seventeenth, and ends the
/// session whose replaced token is used again ([`OnReuse::EndSession`]).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Policy {
    pub(super) limits: Limits,
    pub(super) stay: Option<Limits>,
    /// The sign-out that a preset promises, in words.
    promise: Option<&'static str>,
    pub(super) max_sessions: usize,
    pub(super) at_limit: AtLimit,
    pub(super) on_reuse: OnReuse,
}

/// How long a session lasts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Limits {
    pub(super) idle: Duration,
    pub(super) absolute: Duration,
}

impl Limits {
    fn new(idle: Duration, absolute: Duration) -> Result<Self, Error> {
        if idle < Duration::from_secs(1) {
            return Err(Error::IdleTooShort);
        }
        if absolute < idle {
            return Err(Error::AbsoluteTooShort);
        }
        Ok(Self { idle, absolute })
    }

    /// How long activity may go unrecorded.
    pub(super) fn touch_interval(self) -> Duration {
        // in whole milliseconds, as times are
        let millis = time::millis(self.idle).checked_div(TOUCHES_PER_IDLE);
        Duration::from_millis(millis.unwrap_or_default())
    }
}

/// What happens to a sign-in when a person has as many live sessions as the policy allows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum AtLimit {
    /// The session that was created first ends.
    EvictOldest,
    /// The sign-in is refused with [`Error::TooManySessions`].
    Refuse,
}

/// What happens when a token that was replaced is used again.
///
/// The token is refused in any case. That it is used at all means that two hold tokens of one
/// session, and which of them is the thief cannot be told (RFC 9700 §4.14.2, of refresh tokens, where
/// the tokens of that one grant are revoked).
///
/// There is an innocent case: the answer with the new token was lost on the way, and the client tries
/// again with the old one half a minute later or more. Then nobody is a thief, and the person signs in
/// again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum OnReuse {
    /// Nothing more: the session goes on under its present token, whoever has it.
    Deny,
    /// The session ends. That is what RFC 9700 does, and what every preset does: it costs the person
    /// one sign-in and the thief all they have, and whoever comes by an old token can do no more.
    EndSession,
    /// Every session of the person ends, and every sign-in under way. Whoever comes by one old
    /// token, in a log perhaps, can then sign the person out everywhere.
    EndAll,
}

impl Policy {
    /// A back office: out after 15 idle minutes, and after 12 hours in any case.
    ///
    /// The numbers are those of [`Policy::pci_dss`]; to promise a sign-out after them is what a back
    /// office's security page does.
    #[must_use]
    pub fn back_office() -> Self {
        Self::preset(
            minutes(15),
            hours(12),
            Some("back_office signs out after 15 idle minutes and after 12 hours"),
        )
    }

    /// NIST SP 800-63B-4 at AAL1: after 30 days, idle or not.
    ///
    /// §2.1.3: a definite overall time-out shall be established, which should be no more than 30
    /// days; an inactivity time-out may be applied. This preset applies none of its own: idle time
    /// ends a session when the overall limit would at the latest. So it promises no sign-out of
    /// people who walk away, and may be given longer limits for those who ask to stay signed in,
    /// which the "should" then has to be weighed against, and that of §5.1 that the secret of a session
    /// should not outlive a restart of the browser.
    #[must_use]
    pub fn nist_aal1() -> Self {
        Self::preset(days(30), days(30), None)
    }

    /// NIST SP 800-63B-4 at AAL2: out after an idle hour, and after 24 hours in any case.
    ///
    /// §2.2.3: a definite overall time-out shall be established, which should be no more than 24
    /// hours; the inactivity time-out should be no more than 1 hour. What §2.2.3 permits beyond
    /// that, to go on with a password alone after the idle time, is not used: the session is over.
    /// Who authenticates again before that gives what AAL2 asks for at a sign-in, two factors, which is
    /// for the caller of [`Policy::reauthenticate`] to see to. It promises a sign-out, because both
    /// time-outs are there for people who walk away (§5.2).
    #[must_use]
    pub fn nist_aal2() -> Self {
        Self::preset(
            hours(1),
            hours(24),
            Some("nist_aal2 signs out after 1 idle hour and after 24 hours"),
        )
    }

    /// NIST SP 800-63B-4 at AAL3: out after 15 idle minutes, and after 12 hours in any case.
    ///
    /// §2.3.3: the overall time-out shall be no more than 12 hours, the inactivity time-out should
    /// be no more than 15 minutes, and who authenticates again does so as at first: with all
    /// factors, which is for the caller of [`Policy::reauthenticate`] to see to. It promises a
    /// sign-out as [`Policy::nist_aal2`] does.
    #[must_use]
    pub fn nist_aal3() -> Self {
        Self::preset(
            minutes(15),
            hours(12),
            Some("nist_aal3 signs out after 15 idle minutes and after 12 hours"),
        )
    }

    /// PCI DSS 4.0.1: out after 15 idle minutes, and after 12 hours in any case.
    ///
    /// 8.2.8: a person whose session has been idle for more than 15 minutes must authenticate
    /// again; here that is so at exactly 15. The standard has no absolute limit, and the 12 hours
    /// are this preset's choice: a long working day. It promises a sign-out, because 8.2.8 does.
    #[must_use]
    pub fn pci_dss() -> Self {
        Self::preset(
            minutes(15),
            hours(12),
            Some("pci_dss signs out after 15 idle minutes and after 12 hours"),
        )
    }

    /// OWASP ASVS 5.0: out after 30 idle minutes, and after 12 hours in any case.
    ///
    /// 7.3.1 and 7.3.2 demand an inactivity time-out and an absolute one and leave the numbers to a
    /// documented decision; 7.1.1 wants departures from NIST SP 800-63B justified. These numbers
    /// are this preset's choice and depart from nothing that NIST asks for up to AAL2 (§2.2.3). It
    /// promises a sign-out, because 7.3.1 and 7.3.2 have authentication enforced after both.
    #[must_use]
    pub fn owasp_asvs() -> Self {
        Self::preset(
            minutes(30),
            hours(12),
            Some("owasp_asvs signs out after 30 idle minutes and after 12 hours"),
        )
    }

    /// Sessions that end after `idle` without interactive activity, and `absolute` after their
    /// start. They promise nothing but that, so [`Policy::with_stay_signed_in`] may be asked for.
    ///
    /// # Errors
    ///
    /// [`Error::IdleTooShort`] below a second, [`Error::AbsoluteTooShort`] when `absolute` is below
    /// `idle`.
    pub fn new(idle: Duration, absolute: Duration) -> Result<Self, Error> {
        let limits = Limits::new(idle, absolute)?;
        Ok(Self::preset(limits.idle, limits.absolute, None))
    }

    fn preset(idle: Duration, absolute: Duration, promise: Option<&'static str>) -> Self {
        Self {
            limits: Limits { idle, absolute },
            stay: None,
            promise,
            max_sessions: MAX_SESSIONS,
            at_limit: AtLimit::EvictOldest,
            on_reuse: OnReuse::EndSession,
        }
    }

    /// Allows one person `max` live sessions, from 1 to 256, and says what happens at one more (OWASP
    /// ASVS 5.0 7.1.2).
    ///
    /// # Errors
    ///
    /// [`Error::SessionLimit`] outside that range.
    pub fn with_max_sessions(self, max: usize, at_limit: AtLimit) -> Result<Self, Error> {
        if !(1..=SESSIONS_LIMIT).contains(&max) {
            return Err(Error::SessionLimit);
        }
        Ok(Self {
            max_sessions: max,
            at_limit,
            ..self
        })
    }

    /// What happens when a token that was replaced is used again.
    #[must_use]
    pub fn with_on_reuse(self, on_reuse: OnReuse) -> Self {
        Self { on_reuse, ..self }
    }

    /// Gives the sessions of those who ask for it with
    /// [`SignIn::stay_signed_in`](super::SignIn::stay_signed_in) these longer limits.
    ///
    /// # Errors
    ///
    /// [`Error::Contradiction`] on a preset that promises a sign-out, [`Error::StayTooShort`] for a
    /// limit below the one that other sessions have, [`Error::AbsoluteTooShort`] when `absolute` is
    /// below `idle`.
    pub fn with_stay_signed_in(self, idle: Duration, absolute: Duration) -> Result<Self, Error> {
        if let Some(promise) = self.promise {
            return Err(Error::Contradiction {
                promise,
                stay_signed_in: idle,
            });
        }
        let stay = Limits::new(idle, absolute)?;
        if stay.idle < self.limits.idle || stay.absolute < self.limits.absolute {
            return Err(Error::StayTooShort);
        }
        Ok(Self {
            stay: Some(stay),
            ..self
        })
    }
}

/// The default is [`Policy::back_office`].
impl Default for Policy {
    fn default() -> Self {
        Self::back_office()
    }
}
