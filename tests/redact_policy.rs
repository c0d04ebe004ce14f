//! What a policy of `redact` looks for, and what it puts in the place of what it found.
#![cfg(feature = "redact")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may fail where it stands"
)]

use portcullis::redact::{Error, Policy};

/// RD-11: who reads a finding can say which rule made it, and turn that rule off.
#[test]
fn a_rule_that_is_off_finds_nothing_and_the_others_go_on() {
    let text = "password=hunter2 see pg://ada:s3cret@db/x";
    let all = Policy::default();
    let found = all.findings(text.as_bytes());
    let rules: Vec<&str> = found.iter().map(|finding| finding.rule()).collect();
    assert_eq!(rules, ["keyed", "url"]);
    let without = all.clone().without_rule("url").unwrap();
    assert_eq!(
        without.redact_str(text),
        "password=[REDACTED:password] see pg://ada:s3cret@db/x"
    );
    let again = without.with_rule("url").unwrap();
    assert_eq!(again.redact_str(text), all.redact_str(text));
}

/// RD-11: a rule that does not exist is no rule, and is not silently off.
#[test]
fn refuses_rules_that_it_does_not_know() {
    for id in ["", "Keyed", "keyed ", "all"] {
        assert_eq!(
            Policy::default().without_rule(id).unwrap_err(),
            Error::UnknownRule
        );
        assert_eq!(
            Policy::default().with_rule(id).unwrap_err(),
            Error::UnknownRule
        );
    }
}

/// RD-02: the switch for data of persons turns off its rules and no other.
#[test]
fn turns_off_the_rules_for_personal_data_together() {
    let off = |policy: &Policy| -> Vec<String> {
        let rules = policy.rules().into_iter().filter(|rule| !rule.is_on());
        rules.map(|rule| rule.id().to_owned()).collect()
    };
    assert_eq!(off(&Policy::default()), [""; 0]);
    assert_eq!(
        off(&Policy::default().without_personal_data()),
        ["card", "iban", "ssn", "email"]
    );
}

/// RD-06: a mark that shows a part is a mark: nothing in it is looked at, whatever it is like.
#[test]
fn looks_at_nothing_inside_a_mark() {
    let policy = Policy::default();
    for mark in [
        "[REDACTED:email:k2.p_aaaaaaaaaaaaaaaaaaaaaaaaaa]",
        "[REDACTED:email:j***@example.com]",
        "[REDACTED:card:1111]",
        "[REDACTED:password:ghp_0123456789012345678901234567890123456]",
        "[REDACTED:email:password.token.secret]",
    ] {
        for text in [
            mark.to_owned(),
            format!("password={mark} x=1"),
            format!("{{\"password\":\"{mark}\"}}"),
            format!("pg://ada:{mark}@db/x"),
            format!("Cookie: sid={mark}; b={mark}"),
        ] {
            assert_eq!(policy.redact_str(&text), text);
        }
    }
    for text in [
        "[REDACTED:card:password=hunter2",
        "[REDACTED:card:a b]password=hunter2",
    ] {
        assert!(!policy.redact_str(text).contains("hunter2"), "{text}");
    }
}
