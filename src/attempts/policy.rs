//! The rules for failed attempts: how many, within what time, and what then.

use core::{ops::RangeInclusive, time::Duration};

use super::Error;

/// The most failures that a policy may allow, and so the bound of a state: NIST SP 800-63B-4 §3.2.2
/// limits consecutive failures to 100.
pub(super) const THRESHOLD_LIMIT: u32 = 100;
/// How long an attempt may take from begin to settle: a slow hash in a queue takes seconds.
const SLOT_LIFETIME: Duration = Duration::from_secs(30);
const SLOT_LIFETIMES: RangeInclusive<Duration> = Duration::from_secs(1)..=minutes(10);
/// The bounds of windows and cool-offs.
const PERIODS: RangeInclusive<Duration> = Duration::from_secs(1)..=days(366);
/// The bounds of delays: a wait of more than a day is a lock, and a cool-off says so.
const DELAYS: RangeInclusive<Duration> = Duration::from_secs(1)..=days(1);

const fn minutes(n: u64) -> Duration {
    Duration::from_secs(n.saturating_mul(60))
}

const fn days(n: u64) -> Duration {
    minutes(n.saturating_mul(24 * 60))
}

/// The rules for failed attempts.
///
/// ```
/// use core::time::Duration;
/// use portcullis::attempts::{Action, Policy, Window};
///
/// // The tenth failure within a day locks for an hour; after each one waits, from 2 s up to 5 min.
/// let minutes = |n: u64| Duration::from_secs(60 * n);
/// let policy = Policy::new(10)?
///     .with_window(Window::Rolling(minutes(24 * 60)))?
///     .with_action(Action::CoolOff(minutes(60)))?
///     .with_delay(Duration::from_secs(2), minutes(5))?;
/// # Ok::<(), portcullis::attempts::Error>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Policy {
    pub(super) threshold: u32,
    pub(super) window: Window,
    pub(super) action: Action,
    pub(super) delay: Option<Delay>,
    pub(super) slot_lifetime: Duration,
    pub(super) on_success: OnSuccess,
}

/// For how long a failure counts. A success ends that in any case, on a key of one's own.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Window {
    /// Until a success: failures in a row, however long ago.
    Unlimited,
    /// As long as the last failure is less than this old: then the count starts anew.
    Streak(Duration),
    /// While it is less than this old, each failure for itself.
    Rolling(Duration),
}

/// What happens at the failure that reaches the threshold.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Action {
    /// Nothing but a reset of the password opens the account.
    RequireReset,
    /// Nothing but binding another authenticator does.
    RequireRebind,
    /// Nothing is evaluated for this long; then the count is zero.
    CoolOff(Duration),
}

/// How long to wait after a failure.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Delay {
    first: Duration,
    longest: Duration,
}

/// What a success does to the count.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum OnSuccess {
    Clear,
    /// The key is shared.
    Keep,
}

impl Delay {
    /// The wait after failure number `n`.
    pub(super) fn after(self, n: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(n.saturating_sub(1));
        self.first.saturating_mul(doubled).min(self.longest)
    }
}

impl Policy {
    /// A back office: the fifth consecutive failure asks for a password reset; an attempt may take
    /// 30 seconds.
    #[must_use]
    pub fn back_office() -> Self {
        Self::preset(5, Window::Unlimited, Action::RequireReset)
    }

    /// NIST SP 800-63B-4: the hundredth consecutive failure asks for another authenticator.
    ///
    /// §3.2.2: the verifier limits consecutive failed attempts with one or more authenticators on one
    /// account to no more than 100, and should disregard earlier ones after a success. What is locked
    /// out by that is opened by a sign-in with another authenticator or by account recovery (§4.2),
    /// which binds a new one. The limit is on guesses, not on their speed: of what the section
    /// suggests against being locked out by strangers, waits that grow are [`Policy::with_delay`]
    /// (its example is 30 seconds to an hour).
    #[must_use]
    pub fn nist_800_63b() -> Self {
        Self::preset(THRESHOLD_LIMIT, Window::Unlimited, Action::RequireRebind)
    }

    /// PCI DSS 4.0.1: the tenth consecutive failure locks for 30 minutes.
    ///
    /// 8.3.4: the user ID is locked out after not more than 10 attempts, for at least 30 minutes or
    /// until the user's identity is confirmed.
    #[must_use]
    pub fn pci_dss_4() -> Self {
        Self::preset(10, Window::Unlimited, Action::CoolOff(minutes(30)))
    }

    /// OWASP: waits that double, from a second on, and at the tenth failure of a streak an hour's
    /// lock.
    ///
    /// ASVS 5.0 6.3.1 asks for documented controls against guessing and gives no numbers. The
    /// Authentication Cheat Sheet ("Account Lockout") names a threshold, an observation window and a
    /// duration, and prefers waits that start at a second and double to one fixed lock. The numbers
    /// are this preset's choice: a streak ends after a day; nine wrong guesses take 8½ minutes, and
    /// ten every 68 minutes are some 210 a day.
    #[must_use]
    pub fn owasp_asvs_5() -> Self {
        let hour = minutes(60);
        Self {
            delay: Some(Delay {
                first: Duration::from_secs(1),
                longest: hour,
            }),
            ..Self::preset(10, Window::Streak(days(1)), Action::CoolOff(hour))
        }
    }

    /// For an address, a prefix or another key that many share: 30 failures within ten minutes lock
    /// for ten minutes.
    ///
    /// The form is that of fail2ban (`findtime` and `bantime` of ten minutes); its five failures would
    /// lock an office behind one address out every Monday morning. The numbers are this preset's
    /// choice: a guesser has some 30 guesses every ten minutes from each address.
    #[must_use]
    pub fn address() -> Self {
        Self {
            on_success: OnSuccess::Keep,
            ..Self::preset(
                30,
                Window::Rolling(minutes(10)),
                Action::CoolOff(minutes(10)),
            )
        }
    }

    /// For [`Key::everybody`](super::Key::everybody): a hundred failures within a second close the
    /// door for a second.
    ///
    /// What everybody shares anybody can bring to its threshold, so it limits the speed of guessing
    /// and locks nobody out for long. The numbers are this preset's choice: more slow hashes than
    /// that few machines compute.
    #[must_use]
    pub fn everybody() -> Self {
        let second = Duration::from_secs(1);
        Self {
            on_success: OnSuccess::Keep,
            ..Self::preset(
                THRESHOLD_LIMIT,
                Window::Rolling(second),
                Action::CoolOff(second),
            )
        }
    }

    /// For guesses at one-time codes: waits that double from a second to a quarter of an hour, and at
    /// the twentieth consecutive failure another authenticator has to be bound.
    ///
    /// RFC 4226 §7.3 asks for a limit on attempts, or for waits that grow with them, and NIST SP
    /// 800-63B-4 §3.2.2 for a limit of at most 100. Of codes of six digits, three of which are right
    /// at a time, twenty guesses find one in 1 of 16,000 cases. Where one code is compared with those
    /// of several authenticators, each makes three more of them right: with eight, that is 1 of 2,000.
    ///
    /// It counts codes beside the budget that the password and they have together, and its state is to
    /// be kept where a reset of the password does not end it: see [`attempts`](super#one-budget).
    #[must_use]
    pub fn authenticator() -> Self {
        Self {
            delay: Some(Delay {
                first: Duration::from_secs(1),
                longest: minutes(15),
            }),
            ..Self::preset(20, Window::Unlimited, Action::RequireRebind)
        }
    }

    /// A reset after `threshold` consecutive failures, from 1 to 100.
    ///
    /// # Errors
    ///
    /// [`Error::Threshold`] outside that range.
    pub fn new(threshold: u32) -> Result<Self, Error> {
        if !(1..=THRESHOLD_LIMIT).contains(&threshold) {
            return Err(Error::Threshold);
        }
        Ok(Self {
            threshold,
            ..Self::back_office()
        })
    }

    fn preset(threshold: u32, window: Window, action: Action) -> Self {
        Self {
            threshold,
            window,
            action,
            delay: None,
            slot_lifetime: SLOT_LIFETIME,
            on_success: OnSuccess::Clear,
        }
    }

    /// Another time for which failures count, from a second to 366 days, in milliseconds rounded up.
    ///
    /// # Errors
    ///
    /// [`Error::Window`] outside that range, [`Error::DelayBeyondWindow`] when a wait could last
    /// longer than the failure it follows counts.
    pub fn with_window(self, window: Window) -> Result<Self, Error> {
        let window = match window {
            Window::Unlimited => Window::Unlimited,
            Window::Streak(period) => Window::Streak(within(&PERIODS, period, Error::Window)?),
            Window::Rolling(period) => Window::Rolling(within(&PERIODS, period, Error::Window)?),
        };
        Self { window, ..self }.consistent()
    }

    /// Something else at the threshold. A cool-off lasts from a second to 366 days, in milliseconds
    /// rounded up.
    ///
    /// # Errors
    ///
    /// [`Error::CoolOff`] outside that range, [`Error::SharedKey`] for a policy of a shared key that
    /// asks for a reset or a rebind.
    pub fn with_action(self, action: Action) -> Result<Self, Error> {
        let action = match action {
            Action::CoolOff(period) => Action::CoolOff(within(&PERIODS, period, Error::CoolOff)?),
            permanent => permanent,
        };
        Self { action, ..self }.consistent()
    }

    /// After the n-th failure nothing is evaluated for `first` · 2^(n−1), at most for `longest`. One
    /// attempt is under way at a time, so that no wait is got round by guessing in parallel; under a
    /// shared key that is one of all who share it.
    ///
    /// Both are from a second to a day, in milliseconds rounded up.
    ///
    /// # Errors
    ///
    /// [`Error::Delay`] outside that range or when `longest` is below `first`,
    /// [`Error::DelayBeyondWindow`] when `longest` is over the window.
    pub fn with_delay(self, first: Duration, longest: Duration) -> Result<Self, Error> {
        let delay = Delay {
            first: within(&DELAYS, first, Error::Delay)?,
            longest: within(&DELAYS, longest, Error::Delay)?,
        };
        if delay.longest < delay.first {
            return Err(Error::Delay);
        }
        Self {
            delay: Some(delay),
            ..self
        }
        .consistent()
    }

    /// Another time within which an attempt must be settled, from a second to ten minutes, in
    /// milliseconds rounded up.
    ///
    /// # Errors
    ///
    /// [`Error::SlotLifetime`] outside that range.
    pub fn with_slot_lifetime(self, slot_lifetime: Duration) -> Result<Self, Error> {
        Ok(Self {
            slot_lifetime: within(&SLOT_LIFETIMES, slot_lifetime, Error::SlotLifetime)?,
            ..self
        })
    }

    /// The same rules for a key that many share, where a success leaves the count as it is.
    ///
    /// # Errors
    ///
    /// [`Error::SharedKey`] where the threshold asks for a reset or a rebind, which nobody could give
    /// to an address, and where failures count without limit of time, since no success clears them.
    pub fn shared(self) -> Result<Self, Error> {
        Self {
            on_success: OnSuccess::Keep,
            ..self
        }
        .consistent()
    }

    /// The same rules for a key of one's own, where a success clears the count.
    pub(crate) fn own(self) -> Self {
        Self {
            on_success: OnSuccess::Clear,
            ..self
        }
    }

    fn consistent(self) -> Result<Self, Error> {
        let fades = match self.window {
            Window::Unlimited => None,
            Window::Streak(period) | Window::Rolling(period) => Some(period),
        };
        if self.on_success == OnSuccess::Keep
            && (fades.is_none() || !matches!(self.action, Action::CoolOff(_)))
        {
            return Err(Error::SharedKey);
        }
        match (self.delay, fades) {
            (Some(delay), Some(window)) if delay.longest > window => Err(Error::DelayBeyondWindow),
            _ => Ok(self),
        }
    }
}

/// The default is [`Policy::back_office`].
impl Default for Policy {
    fn default() -> Self {
        Self::back_office()
    }
}

/// The period in whole milliseconds, as times are, rounded up: never shorter than was asked.
fn within(
    range: &RangeInclusive<Duration>,
    period: Duration,
    error: Error,
) -> Result<Duration, Error> {
    if !range.contains(&period) {
        return Err(error);
    }
    let rounded = period.saturating_add(Duration::from_nanos(999_999));
    Ok(Duration::from_millis(crate::time::millis(rounded)))
}
