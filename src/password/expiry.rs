//! For how long a password serves.

use core::time::Duration;

use super::{Reason, State};
use crate::Timestamp;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// A change further than this in the future was not the clock of another machine.
const CLOCK_SKEW: Duration = DAY;

/// How long a password serves, and for how long before its end a person is warned.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lifetime {
    months: u32,
    warning: Duration,
}

impl Lifetime {
    /// Six calendar months; two weeks of warning, so that a holiday does not use it up.
    pub(super) const SIX_MONTHS: Self = Self {
        months: 6,
        warning: Duration::from_secs(14 * 24 * 60 * 60),
    };
}

/// What a password that was verified is good for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use = "a password that is right may still only serve to choose another"]
#[non_exhaustive]
pub enum Expiry {
    /// It serves.
    #[non_exhaustive]
    Valid {
        /// The moment from which on it has expired; None if it never does.
        until: Option<Timestamp>,
    },
    /// It serves, and its last 14 days have begun: time to say so.
    #[non_exhaustive]
    ExpiringSoon {
        /// The moment from which on it has expired.
        until: Timestamp,
    },
    /// It has had its time. It gives the right to choose another and nothing else.
    #[non_exhaustive]
    Expired {
        /// The moment from which on it had expired.
        since: Timestamp,
    },
    /// It must be changed, whatever its age. It gives the right to choose another and nothing else.
    MustChange(Reason),
    /// Passwords expire, and nobody knows how old this one is (or it is said to have been chosen
    /// more than a day in the future). It gives the right to choose another and nothing else.
    UnknownAge,
}

impl Expiry {
    /// What the password may be used for.
    pub const fn allows(&self) -> Use {
        match self {
            Self::Valid { .. } | Self::ExpiringSoon { .. } => Use::SignIn,
            Self::Expired { .. } | Self::MustChange(_) | Self::UnknownAge => Use::ChangeOnly,
        }
    }
}

/// What a verified password may be used for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use = "a password that is right may still only serve to choose another"]
#[non_exhaustive]
pub enum Use {
    /// To sign in.
    SignIn,
    /// To choose another password, and nothing else: no session.
    ChangeOnly,
}

pub(super) fn expiry(lifetime: Option<Lifetime>, state: &State, now: Timestamp) -> Expiry {
    if let Some(reason) = state.must_change() {
        return Expiry::MustChange(reason);
    }
    let Some(lifetime) = lifetime else {
        return Expiry::Valid { until: None };
    };
    match state.changed_at() {
        Some(changed_at) if changed_at.saturating_since(now) <= CLOCK_SKEW => {
            at_age(lifetime, changed_at, now)
        }
        _ => Expiry::UnknownAge,
    }
}

fn at_age(lifetime: Lifetime, changed_at: Timestamp, now: Timestamp) -> Expiry {
    let due = changed_at.saturating_add_months(lifetime.months);
    if now >= due {
        Expiry::Expired { since: due }
    } else if due.saturating_since(now) <= lifetime.warning {
        Expiry::ExpiringSoon { until: due }
    } else {
        Expiry::Valid { until: Some(due) }
    }
}
