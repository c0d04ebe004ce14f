//! Hours of the week: from a time of day until another, on some days, at a fixed distance from UTC.

use core::fmt;

use crate::Timestamp;

const MINUTES_PER_DAY: u16 = 24 * 60;
const MINUTES_PER_WEEK: u16 = 7 * MINUTES_PER_DAY;
const MILLIS_PER_MINUTE: u64 = 60_000;
/// 1970-01-01 was a Thursday; weeks begin on Monday (ISO 8601).
const EPOCH: u16 = 3 * MINUTES_PER_DAY;
/// The farthest from UTC that a clock on earth is set.
const MAX_OFFSET: u16 = 14 * 60;
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Half-open hours that begin on some days of the week. Hours that end before they begin go over
/// midnight, and belong to the day on which they begin. INVARIANT: not all of the week.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(in crate::rbac) struct Hours {
    days: Days,
    /// Minutes of the day. INVARIANT: below 24 hours.
    from: u16,
    /// Minutes of the day. INVARIANT: 1 minute to 24 hours, and not `from`.
    until: u16,
    /// Minutes east of UTC. INVARIANT: at most 14 hours either way.
    offset: i16,
}

/// Days of the week, a bit for each from Monday on. INVARIANT: not none, no eighth.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(in crate::rbac) struct Days(u8);

impl Days {
    pub(in crate::rbac) const ALL: Self = Self(0b111_1111);
    pub(in crate::rbac) const NAMES: [&'static str; 7] = DAYS;

    /// One day by its name, `mon` to `sun`.
    pub(in crate::rbac) fn parse(name: &str) -> Option<Self> {
        let mut bits = (0..7_u8).map(|day| Self(1_u8.wrapping_shl(day.into())));
        let place = DAYS.iter().position(|day| *day == name)?;
        bits.nth(place)
    }

    pub(in crate::rbac) fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(in crate::rbac) fn names(self) -> impl Iterator<Item = &'static str> {
        let days = DAYS.iter().zip(0_u16..);
        days.filter(move |(_, day)| self.has(*day))
            .map(|(name, _)| *name)
    }

    fn has(self, day: u16) -> bool {
        u32::from(self.0).wrapping_shr(day.into()) & 1 == 1
    }
}

/// Why there are no such hours.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::rbac) enum NoHours {
    /// They end where they begin, which would be no time or all of it.
    Empty,
    /// They are all of the week.
    Always,
}

impl Hours {
    /// The whole day where a part is missing.
    pub(in crate::rbac) fn new(
        days: Option<Days>,
        from: Option<TimeOfDay>,
        until: Option<TimeOfDay>,
        offset: Option<Offset>,
    ) -> Result<Self, NoHours> {
        let days = days.unwrap_or(Days::ALL);
        let is_point = from.is_some() && from == until;
        let from = from.map_or(0, |from| from.0);
        let until = until.map_or(MINUTES_PER_DAY, |until| until.0);
        // `24:00` is where a day ends, `00:00` where it begins
        let from = if from == MINUTES_PER_DAY { 0 } else { from };
        let until = if until == 0 { MINUTES_PER_DAY } else { until };
        if days == Days::ALL && (from, until) == (0, MINUTES_PER_DAY) {
            return Err(NoHours::Always);
        }
        if is_point {
            return Err(NoHours::Empty);
        }
        Ok(Self {
            days,
            from,
            until,
            offset: offset.map_or(0, |offset| offset.0),
        })
    }

    pub(in crate::rbac) fn has(&self, now: Timestamp) -> bool {
        let minutes = now.as_millis() / MILLIS_PER_MINUTE;
        let minutes = minutes.checked_rem(u64::from(MINUTES_PER_WEEK));
        let minutes = u16::try_from(minutes.unwrap_or(0)).unwrap_or(0);
        let minute = shifted(minutes.saturating_add(EPOCH), self.offset);
        let (day, minute) = (minute / MINUTES_PER_DAY, minute % MINUTES_PER_DAY);
        if self.from < self.until {
            return self.days.has(day) && (self.from..self.until).contains(&minute);
        }
        let yesterday = (day.saturating_add(6)) % 7;
        self.days.has(day) && self.from <= minute || self.days.has(yesterday) && minute < self.until
    }

    /// Whether every moment of `self` is one of `other`.
    pub(in crate::rbac) fn lie_within(&self, other: &Self) -> bool {
        let outer = other.spans();
        let within = |(start, end): &(u16, u16)| {
            outer
                .iter()
                .any(|(outer_start, outer_end)| outer_start <= start && end <= outer_end)
        };
        self.spans().iter().all(within)
    }

    /// The same hours as minutes of a week in UTC: half-open, ascending, none touching another but
    /// across the end of the week.
    fn spans(&self) -> Vec<(u16, u16)> {
        let length = if self.from < self.until {
            self.until.saturating_sub(self.from)
        } else {
            let rest = MINUTES_PER_DAY.saturating_sub(self.from);
            rest.saturating_add(self.until)
        };
        let mut spans = Vec::new();
        for day in (0..7).filter(|day| self.days.has(*day)) {
            let local = MINUTES_PER_DAY
                .saturating_mul(day)
                .saturating_add(self.from);
            let start = shifted(local, self.offset.saturating_neg());
            let end = start.saturating_add(length);
            spans.push((start, end.min(MINUTES_PER_WEEK)));
            if end > MINUTES_PER_WEEK {
                spans.push((0, end.saturating_sub(MINUTES_PER_WEEK)));
            }
        }
        spans.sort_unstable();
        let mut merged: Vec<(u16, u16)> = Vec::new();
        for (start, end) in spans {
            match merged.last_mut() {
                Some((_, last)) if *last >= start => *last = end.max(*last),
                _ => merged.push((start, end)),
            }
        }
        merged
    }

    pub(in crate::rbac) fn days(&self) -> Days {
        self.days
    }

    pub(in crate::rbac) fn from(&self) -> TimeOfDay {
        TimeOfDay(self.from)
    }

    pub(in crate::rbac) fn until(&self) -> TimeOfDay {
        TimeOfDay(self.until)
    }

    pub(in crate::rbac) fn offset(&self) -> Offset {
        Offset(self.offset)
    }
}

/// A minute of the week, `by` minutes later.
fn shifted(minute: u16, by: i16) -> u16 {
    let week = i32::from(MINUTES_PER_WEEK);
    let moved = i32::from(minute).saturating_add(i32::from(by));
    u16::try_from(moved.rem_euclid(week)).unwrap_or(0)
}

/// `mon,fri 08:00 to 18:00 +01:00`.
impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, day) in self.days.names().enumerate() {
            let separator = if i == 0 { "" } else { "," };
            write!(f, "{separator}{day}")?;
        }
        write!(f, " {} to {} {}", self.from(), self.until(), self.offset())
    }
}

/// A time of day in minutes, `00:00` to `24:00`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::rbac) struct TimeOfDay(u16);

impl TimeOfDay {
    /// Reads `08:00`: two digits, a colon, two digits (RFC 3339 §5.6 without seconds; `24:00` is
    /// where the day ends).
    pub(in crate::rbac) fn parse(text: &str) -> Option<Self> {
        let minutes = hours_and_minutes(text)?;
        (minutes <= MINUTES_PER_DAY).then_some(Self(minutes))
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

/// How far local time is ahead of UTC, in minutes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::rbac) struct Offset(i16);

impl Offset {
    /// Reads `+01:00`, `-03:30` or `Z`.
    pub(in crate::rbac) fn parse(text: &str) -> Option<Self> {
        if text == "Z" {
            return Some(Self(0));
        }
        let (sign, rest) = text.split_at_checked(1)?;
        let minutes = hours_and_minutes(rest).filter(|minutes| *minutes <= MAX_OFFSET)?;
        let minutes = i16::try_from(minutes).ok()?;
        match sign {
            "+" => Some(Self(minutes)),
            "-" => Some(Self(minutes.saturating_neg())),
            _ => None,
        }
    }
}

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { '-' } else { '+' };
        let minutes = self.0.unsigned_abs();
        write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

fn hours_and_minutes(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let two_digits = |part: &str| {
        let is_plain = part.len() == 2 && part.bytes().all(|digit| digit.is_ascii_digit());
        part.parse::<u16>().ok().filter(|_| is_plain)
    };
    let minutes = two_digits(minutes).filter(|minutes| *minutes < 60)?;
    Some(
        two_digits(hours)?
            .saturating_mul(60)
            .saturating_add(minutes),
    )
}
