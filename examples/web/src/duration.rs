//! Times as people read and write them.

use std::time::Duration;

const SECOND: u64 = 1;
const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Reads `20s`, `15m`, `12h`, `30d`.
pub(crate) fn parse(text: &str) -> Option<Duration> {
    let unit = match text.chars().last()? {
        's' => SECOND,
        'm' => MINUTE,
        'h' => HOUR,
        'd' => DAY,
        _ => return None,
    };
    let number = text.strip_suffix(|_| true)?;
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: u64 = number.parse().ok()?;
    Some(Duration::from_secs(number.checked_mul(unit)?))
}

/// What is left, as the script counts it down: `0:45`, `14:59`, `11 h 59 min`. A second that has
/// begun counts.
pub(crate) fn left(left: Duration) -> String {
    let seconds = u64::try_from(left.as_millis().div_ceil(1000)).unwrap_or(u64::MAX);
    if seconds < HOUR {
        format!("{}:{:02}", seconds / MINUTE, seconds % MINUTE)
    } else {
        format!("{} h {:02} min", seconds / HOUR, seconds % HOUR / MINUTE)
    }
}

/// How long ago, in words.
pub(crate) fn ago(since: Duration) -> String {
    let seconds = since.as_secs();
    let (number, unit) = match seconds {
        0..MINUTE => return "just now".into(),
        MINUTE..HOUR => (seconds / MINUTE, "minute"),
        HOUR..DAY => (seconds / HOUR, "hour"),
        _ => (seconds / DAY, "day"),
    };
    format!("{number} {unit}{} ago", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_number_and_a_unit() {
        assert_eq!(parse("20s"), Some(Duration::from_secs(20)));
        assert_eq!(parse("15m"), Some(Duration::from_secs(900)));
        assert_eq!(parse("30d"), Some(Duration::from_secs(2_592_000)));
        for wrong in [
            "",
            "s",
            "20",
            "-1s",
            "+1s",
            "1.5h",
            "1h30m",
            "20 s",
            "99999999999999999999d",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn writes_what_is_left_and_what_has_passed() {
        let seconds = Duration::from_secs;
        assert_eq!(left(Duration::from_millis(44_001)), "0:45");
        assert_eq!(left(seconds(899)), "14:59");
        assert_eq!(left(seconds(43_199)), "11 h 59 min");
        assert_eq!(ago(seconds(59)), "just now");
        assert_eq!(ago(seconds(60)), "1 minute ago");
        assert_eq!(ago(seconds(7200)), "2 hours ago");
    }
}
