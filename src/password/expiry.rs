//! For how long a password serves.

use core::time::Duration;

use super::{Period, Reason, Requirement, Rule, State};
use crate::Timestamp;

/// A change further than a day in the future was not the clock of another machine.
const CLOCK_SKEW: Duration = Duration::from_secs(24 * 60 * 60);

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
    /// It serves, and the time of warning has begun: 14 days, unless the policy says otherwise.
    #[non_exhaustive]
    ExpiringSoon {
        /// The moment from which on it has expired.
        until: Timestamp,
    },
    /// It has had its time, and still serves for the policy's time of grace.
    #[non_exhaustive]
    Grace {
        /// The moment from which on it had expired.
        since: Timestamp,
        /// The moment from which on it no longer serves.
        until: Timestamp,
    },
    /// It has had its time. It gives the right to choose another and nothing else.
    #[non_exhaustive]
    Expired {
        /// The moment from which on it no longer served, after the time of grace if there is one.
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
            Self::Valid { .. } | Self::ExpiringSoon { .. } | Self::Grace { .. } => Use::SignIn,
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

/// What a policy says of time. Where there are several periods, each holds.
#[derive(Debug, Default)]
pub(super) struct Lifetime {
    lifetimes: Vec<Period>,
    warnings: Vec<Period>,
    graces: Vec<Period>,
}

impl Lifetime {
    pub(super) fn of(requirements: &[Requirement]) -> Self {
        let mut all = Self::default();
        for requirement in requirements {
            match requirement.rule() {
                Rule::Lifetime(period) => all.lifetimes.push(period),
                Rule::Warning(period) => all.warnings.push(period),
                Rule::Grace(period) => all.graces.push(period),
                _ => {}
            }
        }
        all
    }

    pub(super) fn expiry(&self, state: &State, now: Timestamp) -> Expiry {
        if let Some(reason) = state.must_change() {
            return Expiry::MustChange(reason);
        }
        if self.lifetimes.is_empty() {
            return Expiry::Valid { until: None };
        }
        let due = changed_at(state, now).and_then(|at| earliest(&self.lifetimes, at));
        due.map_or(Expiry::UnknownAge, |due| self.at_age(due, now))
    }

    fn at_age(&self, due: Timestamp, now: Timestamp) -> Expiry {
        let end = earliest(&self.graces, due).unwrap_or(due);
        let soon = |period: &Period| period.after(now) >= due;
        if now >= end {
            Expiry::Expired { since: end }
        } else if now >= due {
            Expiry::Grace {
                since: due,
                until: end,
            }
        } else if self.warnings.iter().any(soon) {
            Expiry::ExpiringSoon { until: due }
        } else {
            Expiry::Valid { until: Some(due) }
        }
    }
}

/// When the first of the periods ends that begin at `start`.
fn earliest(periods: &[Period], start: Timestamp) -> Option<Timestamp> {
    periods.iter().map(|period| period.after(start)).min()
}

/// When the password was chosen, unless nobody knows or it is said to be in the future.
pub(super) fn changed_at(state: &State, now: Timestamp) -> Option<Timestamp> {
    state
        .changed_at()
        .filter(|at| at.saturating_since(now) <= CLOCK_SKEW)
}
