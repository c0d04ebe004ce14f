//! Points in time, as every decision of this crate takes them.
//!
//! A [`Timestamp`] is an argument of each decision, always the last one, so that the same code runs
//! under the system's clock and under a simulated one. The clock is read in this file and nowhere
//! else: by [`Timestamp::now`], and by whoever calls [`SYSTEM_CLOCK`].
//!
//! # What this does not do
//!
//! No time zones and no leap seconds: a day has 86,400 seconds, as POSIX counts them. Calendar
//! arithmetic is in UTC and the proleptic Gregorian calendar (ISO 8601).
//!
//! # Example
//!
//! ```
//! use portcullis::Timestamp;
//!
//! let hired: Timestamp = "2026-08-31".parse()?;
//! assert_eq!(hired.saturating_add_months(6).to_string(), "2027-02-28T00:00:00.000Z");
//! # Ok::<(), portcullis::time::Error>(())
//! ```

use core::{fmt, str::FromStr, time::Duration};
use std::time::SystemTime;

const MILLIS_PER_DAY: u64 = 86_400_000;
/// From 0000-03-01, where the year of [`Civil`]'s arithmetic begins, to 1970-01-01.
const DAYS_BEFORE_EPOCH: u64 = 719_468;
/// Days in the 400 years after which the Gregorian calendar repeats.
const DAYS_PER_ERA: u64 = 146_097;
/// The last year that RFC 3339 can write.
const LAST_YEAR: u64 = 9999;

/// A source of the present time, for stores and applications.
pub type Clock = fn() -> Timestamp;

/// The system's clock.
pub const SYSTEM_CLOCK: Clock = Timestamp::now;

/// A point in time: milliseconds since 1970-01-01T00:00:00Z.
///
/// Arithmetic saturates. The order is the order in time.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Timestamp(u64);

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(0);
    /// The last point that can be represented, used as "never".
    pub const MAX: Self = Self(u64::MAX);

    /// The system's present time. A clock set before 1970 gives [`Timestamp::EPOCH`].
    #[must_use]
    pub fn now() -> Self {
        let since = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        Self::EPOCH.saturating_add(since)
    }

    /// From milliseconds since the Unix epoch.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// From seconds since the Unix epoch.
    #[must_use]
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs.saturating_mul(1000))
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// Whole seconds since the Unix epoch, rounded down.
    #[must_use]
    pub const fn as_secs(self) -> u64 {
        self.0 / 1000
    }

    /// This point and `duration` later, in whole milliseconds rounded down.
    #[must_use]
    pub fn saturating_add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(millis(duration)))
    }

    /// How long after `earlier` this is; zero when it is not after it, so that a clock that went
    /// back never makes an age negative.
    #[must_use]
    pub const fn saturating_since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }

    /// The same time of day `months` calendar months later in UTC; where that month is too short,
    /// its last day (31 August and six months give 28 or 29 February).
    ///
    /// Saturates to [`Timestamp::MAX`].
    #[must_use]
    pub fn saturating_add_months(self, months: u32) -> Self {
        let civil = Civil::from_days(self.0 / MILLIS_PER_DAY);
        let total = civil
            .year
            .saturating_mul(12)
            .saturating_add(civil.month.saturating_sub(1))
            .saturating_add(u64::from(months));
        let (year, month) = (total / 12, (total % 12).saturating_add(1));
        let day = civil.day.min(days_in_month(year, month));
        match (Civil { year, month, day }).days() {
            Some(days) => Self(
                days.saturating_mul(MILLIS_PER_DAY)
                    .saturating_add(self.0 % MILLIS_PER_DAY),
            ),
            None => Self::MAX,
        }
    }
}

/// Whole milliseconds in `duration`, saturating.
pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// RFC 3339 in UTC with milliseconds: `2026-11-21T09:29:00.000Z`. Years after 9999 are written with
/// as many digits as they need.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Civil { year, month, day } = Civil::from_days(self.0 / MILLIS_PER_DAY);
        let millis = self.0 % MILLIS_PER_DAY;
        let (hour, minute) = (millis / 3_600_000, millis / 60_000 % 60);
        let (second, millis) = (millis / 1000 % 60, millis % 1000);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z"
        )
    }
}

/// The text of [`Display`](fmt::Display).
#[cfg(feature = "serde")]
impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Reads `2026-11-21`, `2026-11-21T09:29:00Z` or `2026-11-21T09:29:00.123Z`: UTC only, the years
/// 1970 to 9999, a fraction of one to three digits.
impl FromStr for Timestamp {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (date, clock) = match text.split_once('T') {
            Some((date, clock)) => (date, Some(clock.strip_suffix('Z').ok_or(Error::NotUtc)?)),
            None => (text, None),
        };
        let days = parse_date(date)?;
        let of_day = clock.map_or(Ok(0), parse_clock)?;
        Ok(Self(
            days.saturating_mul(MILLIS_PER_DAY).saturating_add(of_day),
        ))
    }
}

fn parse_date(text: &str) -> Result<u64, Error> {
    let mut parts = text.split('-');
    let (Some(year), Some(month), Some(day), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Error::Form);
    };
    let (year, month, day) = (digits(year, 4)?, digits(month, 2)?, digits(day, 2)?);
    if !(1970..=LAST_YEAR).contains(&year) {
        return Err(Error::Year);
    }
    if !(1..=12).contains(&month) || !(1..=days_in_month(year, month)).contains(&day) {
        return Err(Error::NoSuchDay);
    }
    Civil { year, month, day }.days().ok_or(Error::Year)
}

fn parse_clock(text: &str) -> Result<u64, Error> {
    let (whole, fraction) = text
        .split_once('.')
        .map_or((text, None), |(w, f)| (w, Some(f)));
    let mut parts = whole.split(':');
    let (Some(hour), Some(minute), Some(second), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Error::Form);
    };
    let (hour, minute, second) = (digits(hour, 2)?, digits(minute, 2)?, digits(second, 2)?);
    if hour > 23 || minute > 59 || second > 59 {
        return Err(Error::NoSuchTime);
    }
    let millis = match fraction {
        None => 0,
        Some(f) => match f.len() {
            1 => digits(f, 1)?.saturating_mul(100),
            2 => digits(f, 2)?.saturating_mul(10),
            _ => digits(f, 3)?,
        },
    };
    let seconds = hour
        .saturating_mul(3600)
        .saturating_add(minute.saturating_mul(60));
    Ok(seconds
        .saturating_add(second)
        .saturating_mul(1000)
        .saturating_add(millis))
}

fn digits(text: &str, len: usize) -> Result<u64, Error> {
    if text.len() != len || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Error::Form);
    }
    text.parse().map_err(|_| Error::Form)
}

/// A date, by the algorithms of Howard Hinnant, "chrono-compatible low-level date algorithms"
/// (`civil_from_days`, `days_from_civil`), for days from the epoch on.
struct Civil {
    year: u64,
    month: u64,
    day: u64,
}

#[allow(
    clippy::arithmetic_side_effects,
    reason = "days since the epoch of a u64 of milliseconds stay below 2^38"
)]
impl Civil {
    fn from_days(days: u64) -> Self {
        let z = days + DAYS_BEFORE_EPOCH;
        let (era, doe) = (z / DAYS_PER_ERA, z % DAYS_PER_ERA);
        let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let month = if mp < 10 { mp + 3 } else { mp - 9 };
        Self {
            year: yoe + era * 400 + u64::from(month <= 2),
            month,
            day: doy - (153 * mp + 2) / 5 + 1,
        }
    }

    /// Days since the epoch; None where the milliseconds of that day overflow.
    fn days(&self) -> Option<u64> {
        let year = self.year - u64::from(self.month <= 2);
        let (era, yoe) = (year / 400, year % 400);
        let mp = if self.month > 2 {
            self.month - 3
        } else {
            self.month + 9
        };
        let doy = (153 * mp + 2) / 5 + self.day - 1;
        let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
        let days = (era * DAYS_PER_ERA + doe).checked_sub(DAYS_BEFORE_EPOCH)?;
        (days < u64::MAX / MILLIS_PER_DAY).then_some(days)
    }
}

fn days_in_month(year: u64, month: u64) -> u64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        _ => 31,
    }
}

/// Why a text is not a [`Timestamp`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// Not of the form `2026-11-21` or `2026-11-21T09:29:00Z`.
    Form,
    /// A time of day without the final `Z`: only UTC is read.
    NotUtc,
    /// A year outside 1970 to 9999.
    Year,
    /// A month or a day that the calendar does not have.
    NoSuchDay,
    /// An hour, minute or second that a day does not have.
    NoSuchTime,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form => "not a time of the form 2026-11-21 or 2026-11-21T09:29:00Z",
            Self::NotUtc => "time of day is not in UTC: it does not end in Z",
            Self::Year => "year is not between 1970 and 9999",
            Self::NoSuchDay => "no such day in the calendar",
            Self::NoSuchTime => "no such time of day",
        })
    }
}

impl core::error::Error for Error {}
