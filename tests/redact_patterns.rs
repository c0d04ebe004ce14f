//! Patterns of the user.
#![cfg(feature = "patterns")]
#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

use portcullis::redact::{Error, Kind, Policy};

fn policy(pattern: &str) -> Policy {
    Policy::default()
        .with_pattern("mine", pattern, None)
        .unwrap()
}

#[track_caller]
fn hides(policy: &Policy, text: &str, expected: &str) {
    assert_eq!(policy.redact_str(text), expected, "{text}");
    assert_eq!(policy.redact_str(expected), expected, "{expected} again");
}

/// RD-02: what matches is replaced, and belongs to the rule of the pattern.
#[test]
fn replaces_what_matches() {
    let policy = policy(r"\b[A-Z]{2}\d{6}\b");
    hides(
        &policy,
        "AB123456 and CD654321\nAB12345",
        "[REDACTED:custom] and [REDACTED:custom]\nAB12345",
    );
    let found = policy.findings(b"AB123456");
    assert_eq!(found.len(), 1);
    assert!(
        found
            .iter()
            .all(|f| f.rule() == "mine" && f.kind() == Kind::Custom)
    );
    let rule = policy
        .rules()
        .into_iter()
        .find(|rule| rule.id() == "mine")
        .unwrap();
    assert!(rule.is_on());
    hides(
        &policy.without_rule("mine").unwrap(),
        "AB123456",
        "AB123456",
    );
}

/// RD-02: of a pattern with a group of this name only the group.
#[test]
fn replaces_the_group_that_is_the_secret() {
    let policy = Policy::default()
        .with_pattern("till", r"till no (?<secret>\w+)", Some(Kind::Pin))
        .unwrap();
    hides(
        &policy,
        "till no 4a, till no 5b",
        "till no [REDACTED:pin], till no [REDACTED:pin]",
    );
    let greedy = Policy::default()
        .with_pattern("rest", r"x=(?<secret>.*)", None)
        .unwrap();
    hides(
        &greedy,
        "x=a b c\r\nx=d",
        "x=[REDACTED:custom]\r\nx=[REDACTED:custom]",
    );
}

/// RD-02: a line at a time, so that the output does not depend on cuts.
#[test]
fn matches_lines_and_not_texts() {
    hides(&policy(r"(?s)a.b"), "a\nb axb", "a\nb [REDACTED:custom]");
    hides(&policy(r"^x.*y$"), "xay\nxby z", "[REDACTED:custom]\nxby z");
    // Bytes that are no UTF-8 match as well.
    let safe = policy(r"k.k").redact(b"k\xffk").into_owned();
    assert_eq!(safe, b"[REDACTED:custom]");
}

/// RD-05: what matches between two characters changes nothing.
#[test]
fn places_without_a_character_stay() {
    hides(&policy(r"\b"), "a b", "a b");
}

/// RD-04: the searches on a line are bounded, and what was not looked at is hidden.
#[test]
fn hides_the_rest_of_a_line_with_too_many_matches() {
    let policy = policy("q");
    let text = format!("{}rest\nq", "q.".repeat(300));
    let safe = policy.redact_str(&text);
    assert_eq!(safe.matches("[REDACTED:custom]").count(), 256 + 1 + 1);
    assert!(!safe.contains("rest"));
}

/// RD-02: what is no pattern, or would take too much, is refused.
#[test]
fn refuses_patterns_that_are_none() {
    for pattern in ["(", "a*", "", "(?:a{1000}){1000}"] {
        let made = Policy::default().with_pattern("mine", pattern, None);
        assert_eq!(made.err(), Some(Error::Pattern), "{pattern}");
    }
    let long = "a".repeat(65);
    for id in ["", "Mine", "my_rule", "email", "github-pat", &long] {
        let made = Policy::default().with_pattern(id, "x", None);
        assert_eq!(made.err(), Some(Error::PatternId), "{id}");
    }
    let made = policy("x").with_pattern("mine", "y", None);
    assert_eq!(made.err(), Some(Error::PatternId));
    let many = (0..64).try_fold(Policy::default(), |policy, i| {
        policy.with_pattern(&format!("p{i}"), "x", None)
    });
    assert_eq!(
        many.unwrap().with_pattern("more", "x", None).err(),
        Some(Error::Full)
    );
}

/// RD-05: a pattern is of bytes; what is UTF-8 stays so.
#[test]
fn takes_in_the_rest_of_a_character_that_a_pattern_cuts() {
    for (pattern, line, safe) in [
        ("a.", "xa\u{e9}x", "x[REDACTED:custom]x"),
        (r"\xa9x", "\u{e9}\u{e9}xy", "\u{e9}[REDACTED:custom]y"),
        (r"\x98", "a\u{1f600}b", "a[REDACTED:custom]b"),
    ] {
        let policy = Policy::default()
            .with_pattern("one", pattern, None)
            .unwrap();
        assert_eq!(policy.redact_str(line), safe);
    }
}
