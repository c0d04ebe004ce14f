//! Points in time and the calendar.
#![allow(clippy::unwrap_used, reason = "tests stop at what they did not expect")]

use std::time::Duration;

use portcullis::{Timestamp, time::Error};
use proptest::prelude::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Seconds as `date -u -d … +%s` of GNU coreutils 9.1 gives them.
#[test]
fn reads_and_writes_what_date_says() {
    for (text, secs) in [
        ("1970-01-01T00:00:00.000Z", 0),
        ("1972-02-29T23:59:59.000Z", 68_255_999),
        ("2000-02-29T12:00:00.000Z", 951_825_600),
        ("2000-03-01T00:00:00.000Z", 951_868_800),
        ("2026-11-21T09:29:00.000Z", 1_795_253_340),
        ("2100-02-28T23:59:59.000Z", 4_107_542_399),
        ("2100-03-01T00:00:00.000Z", 4_107_542_400),
        ("9999-12-31T23:59:59.000Z", 253_402_300_799),
    ] {
        assert_eq!(at(text), Timestamp::from_secs(secs), "{text}");
        assert_eq!(Timestamp::from_secs(secs).to_string(), text);
    }
    assert_eq!(at("2026-11-21"), at("2026-11-21T00:00:00Z"));
    assert_eq!(at("2026-11-21T00:00:00.5Z").as_millis() % 1000, 500);
    assert_eq!(at("2026-11-21T00:00:00.05Z").as_millis() % 1000, 50);
    assert_eq!(at("2026-11-21T00:00:00.005Z").as_millis() % 1000, 5);
}

#[test]
fn refuses_what_is_no_time() {
    for (text, error) in [
        ("", Error::Form),
        ("2026-11", Error::Form),
        ("2026-11-21-01", Error::Form),
        ("+026-11-21", Error::Form),
        ("2026-1-21", Error::Form),
        ("2026-11-21T09:29:00", Error::NotUtc),
        ("2026-11-21T09:29:00+01:00", Error::NotUtc),
        ("2026-11-21T09:29Z", Error::Form),
        ("2026-11-21T09:29:00.Z", Error::Form),
        ("2026-11-21T09:29:00.1234Z", Error::Form),
        ("2026-11-21T24:00:00Z", Error::NoSuchTime),
        ("2026-11-21T23:60:00Z", Error::NoSuchTime),
        ("2026-11-21T23:59:60Z", Error::NoSuchTime),
        ("2026-13-01", Error::NoSuchDay),
        ("2026-00-01", Error::NoSuchDay),
        ("2026-02-29", Error::NoSuchDay),
        ("2100-02-29", Error::NoSuchDay),
        ("2026-04-31", Error::NoSuchDay),
        ("2026-01-00", Error::NoSuchDay),
        ("1969-12-31", Error::Year),
    ] {
        assert_eq!(text.parse::<Timestamp>(), Err(error), "{text}");
    }
}

/// PW-08: months as python-dateutil 4.0.0 adds them (`relativedelta`), which clamps the day the same way.
#[test]
fn months_end_where_the_month_does() {
    for (from, months, to) in [
        ("2025-08-31T10:00:00.001Z", 6, "2026-02-28T10:00:00.001Z"),
        ("2023-08-31T10:00:00.001Z", 6, "2024-02-29T10:00:00.001Z"),
        ("2024-02-29T00:00:00.000Z", 12, "2025-02-28T00:00:00.000Z"),
        ("2026-03-31T23:59:59.999Z", 6, "2026-09-30T23:59:59.999Z"),
        ("2026-06-30T23:59:59.999Z", 6, "2026-12-30T23:59:59.999Z"),
        ("2026-11-30T00:00:00.000Z", 3, "2027-02-28T00:00:00.000Z"),
        ("2026-12-31T00:00:00.000Z", 1, "2027-01-31T00:00:00.000Z"),
        ("2026-12-15T00:00:00.000Z", 0, "2026-12-15T00:00:00.000Z"),
    ] {
        assert_eq!(at(from).saturating_add_months(months).to_string(), to);
    }
}

#[test]
fn arithmetic_saturates() {
    let second = Duration::from_secs(1);
    assert_eq!(Timestamp::MAX.saturating_add(second), Timestamp::MAX);
    assert_eq!(
        Timestamp::EPOCH.saturating_add(Duration::MAX),
        Timestamp::MAX
    );
    assert_eq!(
        Timestamp::EPOCH.saturating_since(Timestamp::MAX),
        Duration::ZERO
    );
    assert_eq!(
        Timestamp::EPOCH
            .saturating_add_months(u32::MAX)
            .to_string()
            .len(),
        29
    );
    assert_eq!(Timestamp::MAX.saturating_add_months(1), Timestamp::MAX);
    assert!(!Timestamp::MAX.to_string().is_empty());
    assert_eq!(Timestamp::from_secs(u64::MAX), Timestamp::MAX);
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(millis in 0..253_402_300_800_000_u64) {
        let time = Timestamp::from_millis(millis);
        prop_assert_eq!(time.to_string().parse(), Ok(time));
    }

    /// Later never becomes earlier by adding months, and months add between 28 and 31 days each.
    #[test]
    fn months_keep_the_order(a in 0..4_000_000_000_000_u64, b in 0..4_000_000_000_000_u64, months in 0..600_u32) {
        let (a, b) = (Timestamp::from_millis(a.min(b)), Timestamp::from_millis(a.max(b)));
        prop_assert!(a.saturating_add_months(months) <= b.saturating_add_months(months));
        let days = a.saturating_add_months(months).saturating_since(a).as_secs() / 86_400;
        prop_assert!((u64::from(months) * 28..=u64::from(months) * 31).contains(&days));
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,40}") {
        let _ = text.parse::<Timestamp>();
    }
}
