//! Who must have a second factor, and from when on.

mod coverage;

use core::{cmp, ops::RangeInclusive, time::Duration};

pub use coverage::{Coverage, InGrace, Population};

use super::{Authenticators, Error, State};
use crate::Timestamp;

/// The longest name of a population in bytes.
const POPULATION_LEN: usize = 128;
/// The bounds of a time of grace. Ninety days are this crate's choice: what is put off for longer
/// than a quarter is not asked for.
const GRACE_TIMES: RangeInclusive<Duration> =
    Duration::from_secs(60)..=Duration::from_secs(90 * 24 * 60 * 60);
/// The bounds of a number of sign-ins: more than one each working day of those 90 days.
const GRACE_SIGN_INS: RangeInclusive<u32> = 1..=100;

/// A population of which everybody must have a second factor.
///
/// A population is what the application says it is: a role, a kind of account, a tenant. Without a
/// grace a person of it who has no second factor gets nothing at a sign-in but the enrolment of one.
/// That is the default, and what PCI DSS 4.0.1 8.4.1 to 8.4.3 and NIST SP 800-63B-4 §2.2 mean: they
/// know no time of grace. A grace is for the days in which a mandate is introduced, or in which a new
/// colleague waits for a phone; it ends by a time, by a number of sign-ins, or by whichever of both
/// comes first.
///
/// # What this does not do
///
/// It stores nothing: since when the mandate holds for a person, and how often they signed in since,
/// stand in the application's record. A clock that went back can only be seen where it went back
/// before that time; then no grace is given. One that went back by less gives the time back. Where that
/// matters, pass as `now` the latest time that the record knows, or let a number of sign-ins end the
/// grace, which no clock gives back.
///
/// Until a second factor is confirmed the password alone decides who enrols one: whoever has it and
/// comes first binds theirs to the account. Who leaves a population and joins it again begins the grace
/// anew, unless the application keeps the first `since` and the count.
///
/// # Example
///
/// ```
/// use std::time::Duration;
/// use portcullis::{Timestamp, totp::{Duty, Enrolment, Error, Mandate}};
///
/// let staff = Mandate::new("staff")?.with_grace_time(Duration::from_secs(7 * 86_400))?;
/// let admins = Mandate::new("admin")?;
/// let monday: Timestamp = "2026-11-23".parse()?;
/// let sunday: Timestamp = "2026-11-29".parse()?;
///
/// let duty = staff.duty(Enrolment::Missing, monday, 3, sunday);
/// assert!(matches!(duty, Duty::Grace { until: Some(end), .. } if end.to_string().starts_with("2026-11-30")));
/// // Ada is of the staff and an administrator: the strictest mandate counts
/// let both = duty.strictest(admins.duty(Enrolment::Missing, monday, 3, sunday));
/// assert_eq!(both, Duty::EnrolmentRequired);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Mandate {
    population: String,
    time: Option<Duration>,
    sign_ins: Option<u32>,
}

impl Mandate {
    /// Everybody of this population, without a grace.
    ///
    /// # Errors
    ///
    /// [`Error::Population`] for a name that is empty or over 128 bytes, begins or ends with white
    /// space, or contains a control character.
    pub fn new(population: &str) -> Result<Self, Error> {
        let is_name = !population.is_empty()
            && population.len() <= POPULATION_LEN
            && population.trim() == population
            && !population.contains(char::is_control);
        if !is_name {
            return Err(Error::Population);
        }
        Ok(Self {
            population: population.to_owned(),
            time: None,
            sign_ins: None,
        })
    }

    /// Lets a person sign in without a second factor for this time after the mandate began to hold
    /// for them, from a minute to 90 days.
    ///
    /// # Errors
    ///
    /// [`Error::GraceTime`] outside that range.
    pub fn with_grace_time(self, time: Duration) -> Result<Self, Error> {
        if !GRACE_TIMES.contains(&time) {
            return Err(Error::GraceTime);
        }
        Ok(Self {
            time: Some(time),
            ..self
        })
    }

    /// Lets a person sign in without a second factor this many times after the mandate began to hold
    /// for them, from 1 to 100.
    ///
    /// # Errors
    ///
    /// [`Error::GraceSignIns`] outside that range.
    pub fn with_grace_sign_ins(self, sign_ins: u32) -> Result<Self, Error> {
        if !GRACE_SIGN_INS.contains(&sign_ins) {
            return Err(Error::GraceSignIns);
        }
        Ok(Self {
            sign_ins: Some(sign_ins),
            ..self
        })
    }

    /// The name of the population.
    #[must_use]
    pub fn population(&self) -> &str {
        &self.population
    }

    /// What a person of the population owes.
    ///
    /// `since` is when the mandate began to hold for this person: when they joined the population or
    /// the mandate was laid down, whichever was later. `sign_ins` is how often they were let in
    /// without a second factor since then, this time not included. At exactly `since` and the time of
    /// grace the grace is over. A `since` after `now` tells of a clock that went back, and gives none.
    pub fn duty(
        &self,
        enrolment: Enrolment,
        since: Timestamp,
        sign_ins: u32,
        now: Timestamp,
    ) -> Duty {
        if enrolment == Enrolment::Confirmed {
            return Duty::Met;
        }
        let no_grace = self.time.is_none() && self.sign_ins.is_none();
        let until = self.time.map(|time| since.saturating_add(time));
        let sign_ins_left = self.sign_ins.map(|most| most.saturating_sub(sign_ins));
        let is_over = until.is_some_and(|until| now >= until) || sign_ins_left == Some(0);
        if no_grace || is_over || now < since {
            return Duty::EnrolmentRequired;
        }
        Duty::Grace {
            until,
            sign_ins_left,
        }
    }
}

/// How far a person has come with a second factor.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Enrolment {
    /// There is none.
    Missing,
    /// One was begun and no code has confirmed it. A mandate is not met by it.
    Pending,
    /// There is one that a code has confirmed.
    Confirmed,
}

impl Enrolment {
    /// Of all the second factors of a person (an [`Option`] of one will do) the one that is furthest.
    /// Tokens that count ([`hotp`](super::hotp)) are known neither to this nor to [`Authenticators`]:
    /// whoever has nothing but a confirmed one meets a mandate if the caller says
    /// [`Enrolment::Confirmed`].
    #[must_use]
    pub fn of<'a>(states: impl IntoIterator<Item = &'a State>) -> Self {
        let mut furthest = Self::Missing;
        for state in states {
            if state.is_confirmed() {
                return Self::Confirmed;
            }
            furthest = Self::Pending;
        }
        furthest
    }
}

/// [`Enrolment::of`] all of them.
impl From<&Authenticators> for Enrolment {
    fn from(authenticators: &Authenticators) -> Self {
        if authenticators.is_any_confirmed() {
            return Self::Confirmed;
        }
        match authenticators.iter().next() {
            Some(_) => Self::Pending,
            None => Self::Missing,
        }
    }
}

/// What a person owes to a mandate.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use = "whoever owes an enrolment may do nothing else"]
#[non_exhaustive]
pub enum Duty {
    /// Nothing: there is a confirmed second factor.
    Met,
    /// There is none, and this sign-in may go on without it. At least one of both ends is given;
    /// whichever comes first counts.
    #[non_exhaustive]
    Grace {
        /// From when on enrolment is required.
        until: Option<Timestamp>,
        /// Sign-ins that are left, this one included; at least one.
        sign_ins_left: Option<u32>,
    },
    /// There is none, and nothing may follow but the enrolment of one.
    EnrolmentRequired,
}

impl Duty {
    /// What somebody owes to whom two mandates apply: the stricter of both, and of two graces what
    /// ends first of each kind. Neither the order nor a mandate given twice matters, so any number is
    /// folded by `duties.reduce(Duty::strictest)`; None then says that no mandate applies.
    pub fn strictest(self, other: Self) -> Self {
        match (self, other) {
            (Self::EnrolmentRequired, _) | (_, Self::EnrolmentRequired) => Self::EnrolmentRequired,
            (Self::Met, duty) | (duty, Self::Met) => duty,
            (
                Self::Grace {
                    until: a,
                    sign_ins_left: m,
                },
                Self::Grace {
                    until: b,
                    sign_ins_left: n,
                },
            ) => Self::Grace {
                until: first(a, b),
                sign_ins_left: first(m, n),
            },
        }
    }
}

/// The lesser of what there is.
fn first<T: Ord>(a: Option<T>, b: Option<T>) -> Option<T> {
    match (a, b) {
        (Some(a), Some(b)) => Some(cmp::min(a, b)),
        (a, b) => a.or(b),
    }
}
