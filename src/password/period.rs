//! A span of calendar time: months, days or hours.

use core::{fmt, str::FromStr, time::Duration};

use super::Error;
use crate::Timestamp;

const SECS_PER_HOUR: u64 = 3600;
const HOURS_PER_DAY: u32 = 24;
/// A century: longer than anybody keeps a password, and far from where the calendar saturates.
const MAX_MONTHS: u32 = 1200;
const MAX_DAYS: u32 = 36_500;
const MAX_HOURS: u32 = MAX_DAYS * HOURS_PER_DAY;

/// A number of calendar months, of days or of hours, at least one and at most a century.
///
/// It is written `6 months`, `90 days`, `24 hours` (`1 month`, …), and read in that form. Six months
/// after 31 August is the last day of February, at the same time of day in UTC.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Period {
    count: u32,
    unit: Unit,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Unit {
    Months,
    Days,
    Hours,
}

impl Period {
    pub(super) const SIX_MONTHS: Self = Self::new(6, Unit::Months);
    pub(super) const NINETY_DAYS: Self = Self::new(90, Unit::Days);
    pub(super) const FOURTEEN_DAYS: Self = Self::new(14, Unit::Days);

    const fn new(count: u32, unit: Unit) -> Self {
        Self { count, unit }
    }

    /// Calendar months, 1 to 1,200.
    ///
    /// # Errors
    ///
    /// [`Error::Period`] for any other number.
    pub const fn months(count: u32) -> Result<Self, Error> {
        Self::checked(count, Unit::Months, MAX_MONTHS)
    }

    /// Days of 24 hours, 1 to 36,500.
    ///
    /// # Errors
    ///
    /// [`Error::Period`] for any other number.
    pub const fn days(count: u32) -> Result<Self, Error> {
        Self::checked(count, Unit::Days, MAX_DAYS)
    }

    /// Hours, 1 to 876,000.
    ///
    /// # Errors
    ///
    /// [`Error::Period`] for any other number.
    pub const fn hours(count: u32) -> Result<Self, Error> {
        Self::checked(count, Unit::Hours, MAX_HOURS)
    }

    const fn checked(count: u32, unit: Unit, max: u32) -> Result<Self, Error> {
        if count == 0 || count > max {
            return Err(Error::Period);
        }
        Ok(Self::new(count, unit))
    }

    /// The moment at which the period ends that begins at `start`.
    #[must_use]
    pub fn after(self, start: Timestamp) -> Timestamp {
        match self.unit {
            Unit::Months => start.saturating_add_months(self.count),
            Unit::Days | Unit::Hours => {
                let secs = u64::from(self.least_hours()).saturating_mul(SECS_PER_HOUR);
                start.saturating_add(Duration::from_secs(secs))
            }
        }
    }

    /// Its place in a list of periods.
    pub(super) const fn place(self) -> (u32, u32) {
        (self.least_hours(), self.most_hours())
    }

    /// Whether it ends no later than `other`, whenever both begin. In doubt no: six months are 181
    /// days or more, so 182 days may be either.
    pub(super) const fn is_within(self, other: Self) -> bool {
        match (self.unit, other.unit) {
            (Unit::Months, Unit::Months) => self.count <= other.count,
            _ => self.most_hours() <= other.least_hours(),
        }
    }

    /// Whether both, one after the other, end no later than `other`. In doubt no.
    pub(super) const fn is_within_after(self, next: Self, other: Self) -> bool {
        self.most_hours().saturating_add(next.most_hours()) <= other.least_hours()
    }

    const fn least_hours(self) -> u32 {
        match self.unit {
            Unit::Months => month_days(self.count)
                .saturating_sub(2)
                .saturating_mul(HOURS_PER_DAY),
            Unit::Days => self.count.saturating_mul(HOURS_PER_DAY),
            Unit::Hours => self.count,
        }
    }

    const fn most_hours(self) -> u32 {
        match self.unit {
            // one day more for each leap day that may fall into it
            Unit::Months => month_days(self.count)
                .saturating_add(4)
                .saturating_add(self.count / 48)
                .saturating_mul(HOURS_PER_DAY),
            Unit::Days | Unit::Hours => self.least_hours(),
        }
    }
}

/// Days in `months` months of years without a leap day, rounded down: so many calendar months are at
/// most two days less and four more, leap days apart. The tests count.
const fn month_days(months: u32) -> u32 {
    months.saturating_mul(365) / 12
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            Unit::Months => "month",
            Unit::Days => "day",
            Unit::Hours => "hour",
        };
        let plural = if self.count == 1 { "" } else { "s" };
        write!(f, "{} {unit}{plural}", self.count)
    }
}

/// Reads what it prints, and `1 months` for `1 month`.
impl FromStr for Period {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (count, unit) = text.split_once(' ').ok_or(Error::Period)?;
        let plain = !count.starts_with('0') && count.bytes().all(|b| b.is_ascii_digit());
        let count = if plain { count.parse() } else { Ok(0) };
        let count = count.map_err(|_| Error::Period)?;
        match unit {
            "month" | "months" => Self::months(count),
            "day" | "days" => Self::days(count),
            "hour" | "hours" => Self::hours(count),
            _ => Err(Error::Period),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// PW-11: the days that two units are compared by, against the calendar: every start in eight
    /// years around a leap year and around a century without one.
    #[test]
    fn months_are_between_the_days_they_are_compared_by() {
        let hours = |days: u64| u32::try_from(days * 24).unwrap();
        for first in ["2026-01-01", "2096-01-01"] {
            let first: Timestamp = first.parse().unwrap();
            for months in (1..=60).chain([1199, 1200]) {
                let period = Period::months(months).unwrap();
                for day in 0..8 * 366 {
                    let start = first.saturating_add(Duration::from_secs(day * 86_400));
                    let days = period.after(start).saturating_since(start).as_secs() / 86_400;
                    let range = period.least_hours()..=period.most_hours();
                    assert!(range.contains(&hours(days)), "{months} {days}");
                }
            }
        }
    }
}
