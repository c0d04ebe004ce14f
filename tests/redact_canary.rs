//! Fakes of every kind through logs that work, that do not, and that lose lines.
#![cfg(feature = "redact")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may fail where it stands"
)]

use std::sync::LazyLock;

use portcullis::redact::{
    Kind, Policy, Style,
    canary::{Canary, Outcome, Report},
};

static POLICY: LazyLock<Policy> = LazyLock::new(Policy::default);

/// A log with a time before each line and what `write` makes of it.
fn logged(canary: &Canary, write: impl Fn(&str) -> String) -> Vec<u8> {
    let lines = canary.lines().map(|line| {
        format!(
            "2026-11-22T06:00:00Z INFO app: {}\nanother line\n",
            write(line)
        )
    });
    lines.collect::<String>().into_bytes()
}

fn outcome(report: &Report, rule: &str) -> Outcome {
    let mut outcomes = report.outcomes();
    outcomes.find(|(id, _)| *id == rule).expect("a rule").1
}

/// RD-08: through a log that redacts, what a rule is there for is caught, as text and as JSON.
#[test]
fn says_what_was_caught() {
    let canary = Canary::new(&POLICY, 42);
    let text = logged(&canary, |line| POLICY.redact_str(line).into_owned());
    let json = logged(&canary, |line| {
        let record = serde_json::json!({ "level": "info", "msg": line }).to_string();
        POLICY.redact_str(&record).into_owned()
    });
    for output in [text, json] {
        let report = canary.check(&output);
        for rule in [
            "keyed",
            "header",
            "url",
            "jwt",
            "private-key",
            "card",
            "email",
            "github-pat",
        ] {
            assert_eq!(outcome(&report, rule), Outcome::Caught, "{rule}");
        }
        assert_eq!(report.with(Outcome::NotArrived).count(), 0);
    }
}

/// RD-08: through a log that does not redact, every fake is missed, however it is written.
#[test]
fn says_what_was_missed() {
    let canary = Canary::new(&POLICY, 42);
    let text = logged(&canary, str::to_owned);
    let json = logged(&canary, |line| {
        serde_json::json!({ "msg": line }).to_string()
    });
    for output in [text, json] {
        let report = canary.check(&output);
        assert!(!report.is_clean());
        assert_eq!(report.with(Outcome::Caught).count(), 0);
        assert_eq!(report.with(Outcome::Missed).count(), canary.lines().count());
    }
}

/// RD-08: a log with two ways, of which one does not redact, is a log that does not.
#[test]
fn one_way_that_misses_is_enough() {
    let canary = Canary::new(&POLICY, 42);
    let safe = logged(&canary, |line| POLICY.redact_str(line).into_owned());
    let open = logged(&canary, str::to_owned);
    for both in [[&*safe, &open].concat(), [&*open, &safe].concat()] {
        assert_eq!(outcome(&canary.check(&both), "keyed"), Outcome::Missed);
    }
}

/// RD-08: what never arrived is neither caught nor missed, and that is no success.
#[test]
fn says_what_never_arrived() {
    let canary = Canary::new(&POLICY, 42);
    let report = canary.check(b"another line\n[REDACTED:line]\n");
    assert_eq!(outcome(&report, "keyed"), Outcome::NotArrived);
    assert!(!report.is_clean());
    let other = logged(&Canary::new(&POLICY, 43), |line| {
        POLICY.redact_str(line).into_owned()
    });
    assert_eq!(outcome(&canary.check(&other), "keyed"), Outcome::NotArrived);
}

/// RD-08: a rule that is off plants nothing and is said to be off.
#[test]
fn says_what_is_off() {
    let policy = POLICY
        .clone()
        .without_personal_data()
        .without_rule("url")
        .unwrap();
    let canary = Canary::new(&policy, 42);
    let report = canary.check(b"");
    let off: Vec<&str> = report.with(Outcome::Off).collect();
    assert_eq!(off, ["url", "card", "iban", "ssn", "email"]);
    assert!(!canary.lines().any(|line| line.contains("4111 1111")));
}

/// RD-08: a part that the policy shows is no miss.
#[test]
fn a_part_that_is_shown_is_caught() {
    let policy = [Kind::Card, Kind::Email]
        .into_iter()
        .fold(POLICY.clone(), |policy, kind| {
            policy.with_style(kind, Style::Partial).unwrap()
        });
    let canary = Canary::new(&policy, 42);
    let output = logged(&canary, |line| policy.redact_str(line).into_owned());
    assert!(String::from_utf8_lossy(&output).contains("@example.com]"));
    let report = canary.check(&output);
    assert_eq!(outcome(&report, "card"), Outcome::Caught);
    assert_eq!(outcome(&report, "email"), Outcome::Caught);
}

/// RD-08: who plants and who looks need to share a number and nothing else; a report names rules.
#[test]
fn lines_follow_from_the_nonce() {
    let lines = |nonce| -> Vec<String> {
        let canary = Canary::new(&POLICY, nonce);
        canary.lines().map(str::to_owned).collect()
    };
    assert_eq!(lines(7), lines(7));
    assert_ne!(lines(7), lines(8));
    let canary = Canary::new(&POLICY, 7);
    let report = canary.check(&logged(&canary, str::to_owned));
    for shown in [
        format!("{canary:?}"),
        format!("{report:?}"),
        report.to_string(),
    ] {
        assert!(
            !shown.contains("CANARY0") && !shown.contains("4111 1111"),
            "{shown}"
        );
    }
    assert!(report.to_string().contains("missed: keyed, "), "{report}");
}

/// RD-08: a field beside the redacted line that holds the record as it was is a leak.
#[test]
fn a_copy_in_another_field_is_missed() {
    let canary = Canary::new(&POLICY, 42);
    let output = logged(&canary, |line| {
        let (_, fake) = line.split_once(' ').unwrap();
        let fake = fake.rsplit_once(' ').unwrap().0;
        serde_json::json!({ "message": POLICY.redact_str(line), "raw": fake }).to_string()
    });
    let report = canary.check(&output);
    for rule in ["keyed", "header", "jwt", "github-pat"] {
        assert_eq!(outcome(&report, rule), Outcome::Missed, "{rule}");
    }
}

/// RD-08: a line that was cut off, or holds no mark, shows nothing of what redacts.
#[test]
fn what_holds_no_mark_was_not_caught() {
    let canary = Canary::new(&POLICY, 42);
    let cut = |line: &str| format!("{} ", line.split_once(' ').unwrap().0);
    let hex = |line: &str| {
        let (start, fake) = line.split_once(' ').unwrap();
        let (fake, end) = fake.rsplit_once(' ').unwrap();
        let digits: String = fake.bytes().map(|b| format!("{b:02x}")).collect();
        format!("{start} {digits} {end}")
    };
    let redacted = |line: &str| {
        let safe = POLICY.redact_str(line);
        safe.rsplit_once(' ').unwrap().0.to_owned()
    };
    for output in [
        logged(&canary, cut),
        logged(&canary, hex),
        logged(&canary, redacted),
    ] {
        let report = canary.check(&output);
        assert_eq!(report.with(Outcome::Caught).count(), 0);
        assert!(!report.is_clean());
    }
}
