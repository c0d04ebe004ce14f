//! A policy is read from a file strictly, and written so that it is read as the same.
#![cfg(all(feature = "password", feature = "serde"))]
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

use portcullis::{
    Timestamp,
    password::{
        Class, Cost, Error, Hasher, Password, Period, Policy, SecondFactor, Standard, Words,
    },
};
use proptest::prelude::*;

fn read(text: &str) -> Result<Policy, String> {
    toml::from_str(text).map_err(|error| error.to_string())
}

/// What is said of a file that is no policy.
fn refusal(text: &str) -> String {
    read(text).unwrap_err()
}

fn write(policy: &Policy) -> String {
    toml::to_string(policy).unwrap()
}

fn months(n: u32) -> Period {
    Period::months(n).unwrap()
}

fn days(n: u32) -> Period {
    Period::days(n).unwrap()
}

/// PW-11: a preset is its name.
#[test]
fn a_preset_is_written_by_its_name() {
    for (policy, text) in [
        (Policy::back_office(), "extends = \"back_office\"\n"),
        (Policy::nist_800_63b(), "extends = \"nist_800_63b\"\n"),
        (Policy::owasp_asvs_5(), "extends = \"owasp_asvs_5\"\n"),
        (Policy::pci_dss_4(), "extends = \"pci_dss_4\"\n"),
        (
            Policy::nist_800_63b_with_mfa(),
            "extends = \"nist_800_63b\"\nsecond_factor = \"enrolled\"\n",
        ),
    ] {
        assert_eq!(write(&policy), text);
        assert_eq!(read(text), Ok(policy));
    }
    let named = read("extends = \"nist_800_63b_with_mfa\"");
    assert_eq!(named, Ok(Policy::nist_800_63b_with_mfa()));
}

/// PW-11: every key means what the method of its name does.
#[test]
fn every_key_is_a_rule() {
    let pci = Policy::pci_dss_4;
    for (line, policy) in [
        ("min_length = 14", pci().with_min_length(14)),
        (
            "min_length = 14\nmin_length_with_second_factor = 13",
            pci().with_min_lengths(14, 13),
        ),
        (
            "min_length_with_second_factor = 9",
            pci().with_min_lengths(12, 9),
        ),
        (
            "classes = [\"upper\", \"symbol\"]",
            pci().with_classes(&[Class::Symbol, Class::Upper]),
        ),
        ("classes = []", pci().with_classes(&[])),
        (
            "context_words = \"whole\"",
            pci().with_context_words(Words::Whole),
        ),
        ("history = 0", pci().with_history(0)),
        ("history = 64", pci().with_history(64)),
        (
            "history_for = \"12 months\"",
            Ok(pci().with_history_for(months(12))),
        ),
        ("lifetime = \"30 days\"", pci().with_lifetime(days(30))),
        (
            "lifetime = \"30 days\"\nlifetime_with_second_factor = []",
            pci().with_lifetime_alone(days(30)),
        ),
        ("lifetime = []", Ok(pci().without_lifetime())),
        ("min_age = \"1 day\"", pci().with_min_age(days(1))),
        ("warning = \"7 days\"", Ok(pci().with_warning(days(7)))),
        ("grace = \"3 days\"", Ok(pci().with_grace(days(3)))),
        (
            "second_factor = \"enrolled\"",
            Ok(pci().for_second_factor(SecondFactor::Enrolled)),
        ),
        ("second_factor = \"not_enrolled\"", Ok(pci())),
    ] {
        let policy = policy.unwrap();
        assert_eq!(
            read(&format!("extends = \"pci_dss_4\"\n{line}")),
            Ok(policy.clone()),
            "{line}"
        );
        assert_eq!(read(&write(&policy)), Ok(policy), "{line}");
    }
}

/// PW-11: several presets are the stricter of each rule.
#[test]
fn several_presets_are_combined() {
    let both = Policy::pci_dss_4().and(Policy::back_office()).unwrap();
    let text = "extends = [\"pci_dss_4\", \"back_office\"]\n";
    assert_eq!(write(&both), text);
    assert_eq!(read(text), Ok(both));
    // a policy without a second factor decides
    let mixed = read("extends = [\"nist_800_63b_with_mfa\", \"owasp_asvs_5\"]").unwrap();
    assert_eq!(
        mixed.describe().first().unwrap().to_string(),
        "at least 15 characters"
    );
}

/// PW-11: a policy of one's own has at least a length.
#[test]
fn without_a_preset_a_length_is_asked_for() {
    let own = Policy::with_length_only(16).unwrap();
    assert_eq!(write(&own), "min_length = 16\n");
    assert_eq!(read("min_length = 16"), Ok(own));
    for text in [
        "",
        "extends = []",
        "history = 3",
        "min_length_with_second_factor = 9",
    ] {
        assert!(
            refusal(text).contains("neither `extends` nor `min_length`"),
            "{text}"
        );
    }
}

/// PW-11: what is wrong is named by its key, or by both clauses.
#[test]
fn a_file_that_is_no_policy_says_which_key_is_wrong() {
    for (line, said) in [
        ("extends = \"nist\"", "no preset has this name"),
        ("extends = [\"pci_dss_4\", \"nist_800_63b\"]", "`extends`: "),
        ("extends = 4", "extends"),
        (
            &format!("extends = [{}]", "\"pci_dss_4\",".repeat(17)),
            "a list of at most 16 texts",
        ),
        (
            "extends = \"pci_dss_4\"\nlenght = 9",
            "unknown field `lenght`",
        ),
        ("min_length = 7", "`min_length`: "),
        ("min_length = 257", "`min_length`: "),
        ("min_length = -1", "min_length"),
        ("min_length = \"12\"", "min_length"),
        ("min_length = 12\nmin_length = 13", "duplicate key"),
        (
            "min_length = 12\nmin_length_with_second_factor = 13",
            "`min_length`: ",
        ),
        (
            "min_length = 12\nclasses = [\"vowel\"]",
            "unknown variant `vowel`",
        ),
        (
            "min_length = 12\ncontext_words = \"maybe\"",
            "unknown variant `maybe`",
        ),
        ("min_length = 12\nsecond_factor = true", "second_factor"),
        (
            "min_length = 12\nhistory = 65",
            "`history`: history is deeper than 64",
        ),
        (
            "extends = \"pci_dss_4\"\nlifetime = []\nlifetime_with_second_factor = \"90 days\"",
            "`lifetime_with_second_factor` may end before `lifetime`",
        ),
        (
            "min_length = 12\nlifetime = \"90 days\"\nlifetime_with_second_factor = \"30 days\"",
            "`lifetime_with_second_factor` may end before `lifetime`",
        ),
        (
            "extends = \"pci_dss_4\"\nlifetime_with_second_factor = \"60 days\"",
            "`lifetime_with_second_factor` may end before `lifetime`",
        ),
        // three months may be 92 days
        (
            "min_length = 12\nlifetime = \"3 months\"\nlifetime_with_second_factor = \"90 days\"",
            "`lifetime_with_second_factor` may end before `lifetime`",
        ),
        ("min_length = 12\nlifetime = \"6 weeks\"", "not a period"),
        (
            "min_length = 12\nlifetime = 6",
            "a text or a list of at most 16",
        ),
        ("min_length = 12\nlifetime = [[\"6 months\"]]", "lifetime"),
        ("min_length = 12\nlifetime = \"0 days\"", "not a period"),
        (
            "extends = \"nist_800_63b\"\nclasses = [\"digit\"]",
            "`classes`: own rule: composition contradicts NIST SP 800-63B-4 §3.1.1.2(5)",
        ),
        (
            "extends = \"nist_800_63b\"\nlifetime = \"6 months\"",
            "`lifetime`: own rule: expiry contradicts NIST SP 800-63B-4 §3.1.1.2(6)",
        ),
        (
            "extends = \"pci_dss_4\"\nmin_age = \"91 days\"",
            "`min_age`: own rule: minimum age contradicts PCI DSS 4.0.1 8.3.9",
        ),
    ] {
        let found = refusal(line);
        assert!(found.contains(said), "{line}: {found}");
    }
    for kept in [
        "\"90 days\"",
        "\"3 months\"",
        "[\"6 months\", \"120 days\"]",
        "[]",
    ] {
        let text = format!(
            "min_length = 12\nlifetime = \"89 days\"\nlifetime_with_second_factor = {kept}"
        );
        assert!(read(&text).is_ok(), "{kept}");
    }
    // the lifetime of the file, not of the preset, is what an age is held against
    let longer = "extends = \"pci_dss_4\"\nmin_age = \"91 days\"\nlifetime = \"120 days\"";
    assert!(read(longer).is_ok());
}

/// PW-11: whatever was set and combined.
fn policies() -> impl Strategy<Value = Policy> {
    let preset = prop::sample::select(vec![
        Policy::back_office(),
        Policy::pci_dss_4(),
        Policy::nist_800_63b(),
        Policy::nist_800_63b_with_mfa(),
        Policy::owasp_asvs_5(),
        Policy::with_length_only(10).unwrap(),
    ]);
    let step = (0_u8..12, 1_u32..40);
    let single = (preset, prop::collection::vec(step, 0..5)).prop_map(|(policy, steps)| {
        steps.into_iter().fold(policy, |policy, (which, n)| {
            set(policy.clone(), which, n).unwrap_or(policy)
        })
    });
    prop::collection::vec(single, 1..4).prop_map(|all| {
        let mut all = all.into_iter();
        let first = all.next().unwrap();
        all.fold(first, |both, next| both.clone().and(next).unwrap_or(both))
    })
}

/// Sets one rule to a value that `n` gives.
fn set(policy: Policy, which: u8, n: u32) -> Result<Policy, Error> {
    let period = [
        months(n),
        days(n * 30),
        days(n * 31),
        Period::hours(n).unwrap(),
    ];
    let period = *period.get(n as usize % 4).unwrap();
    match which {
        0 => policy.with_min_length(n as usize),
        1 => policy.with_min_lengths(40, n as usize),
        2 => policy.with_classes(&[Class::Upper, Class::Digit]),
        3 => policy.with_classes(&[]),
        4 => policy.with_context_words(if n.is_multiple_of(2) {
            Words::Whole
        } else {
            Words::Anywhere
        }),
        5 => policy.with_history(n as usize),
        6 => Ok(policy.with_history_for(period)),
        7 => policy.with_min_age(period),
        8 => policy.with_lifetime(period),
        9 => policy.with_lifetime_alone(period),
        10 => Ok(policy.with_warning(period)),
        _ => Ok(policy.with_grace(period)),
    }
}

proptest! {
    /// PW-11.
    #[test]
    fn a_policy_is_read_as_it_was_written(policy in policies()) {
        let text = write(&policy);
        prop_assert_eq!(read(&text), Ok(policy.clone()), "{}", text);
        let json = serde_json::to_string(&policy).unwrap();
        prop_assert_eq!(serde_json::from_str::<Policy>(&json).unwrap(), policy);
    }

    /// PW-11: the stricter of each: what one of the two refuses is refused.
    #[test]
    fn a_combination_refuses_what_either_refuses(one in policies(), other in policies(), text in "[a-zA-Z0-9!\u{7}]{0,20}") {
        let password = Password::from(text);
        if let Ok(both) = one.clone().and(other.clone()) {
            for part in [&one, &other] {
                // what a default refused may give way to a standard
                let Err(violations) = part.check(&password, &["context"]) else { continue };
                let refused = both.check(&password, &["context"]);
                let gives_way = violations.iter().all(|v| matches!(v.code(), "control_character" | "context_word"));
                prop_assert!(refused.is_err() || gives_way);
            }
        }
    }
}

/// PW-07: violations for programs: code and numbers.
#[test]
fn violations_have_a_form_for_programs() {
    let json = |policy: &Policy, password: &str| {
        let violations = policy
            .check(&password.into(), &["correcthorse"])
            .unwrap_err();
        serde_json::to_string(&violations).unwrap()
    };
    assert_eq!(
        json(&Policy::back_office(), "Correcthorse\u{7}"),
        r#"[{"code":"no_digit"},{"code":"no_symbol"},{"code":"control_character"},{"code":"context_word","index":0}]"#
    );
    assert_eq!(
        json(&Policy::pci_dss_4(), "short1"),
        r#"[{"code":"too_short","min":12,"found":6}]"#
    );
    assert_eq!(
        json(&Policy::owasp_asvs_5(), &"x".repeat(1 << 20)),
        r#"[{"code":"too_long","max":1024,"found":1048576}]"#
    );
    let now: Timestamp = "2026-01-15T10:00:00Z".parse().unwrap();
    let hasher = Hasher::new(Cost::new(8, 1, 1).unwrap());
    let policy = Policy::pci_dss_4().with_history(3).unwrap();
    let good = Password::from("Correct-Horse-1");
    let state = policy.set(&hasher, &good, &[], now).unwrap();
    let change = |policy: &Policy| match policy.change(&hasher, &state, &good, &[], now) {
        Err(Error::Rejected(violations)) => serde_json::to_string(&violations).unwrap(),
        other => format!("{other:?}"),
    };
    assert_eq!(change(&policy), r#"[{"code":"reused","remembered":1}]"#);
    assert_eq!(
        change(&policy.with_min_age(days(1)).unwrap()),
        r#"[{"code":"too_soon","from":"2026-01-16T10:00:00.000Z"}]"#
    );
    let similar = Policy::pci_dss_4().check_change(&good, &"Correct-Horse-2".into(), &[]);
    assert_eq!(
        serde_json::to_string(&similar.unwrap_err()).unwrap(),
        r#"[{"code":"too_similar"}]"#
    );
}

/// PW-11: and so have requirements.
#[test]
fn requirements_have_a_form_for_programs() {
    let asked = Policy::pci_dss_4().with_grace(days(3)).describe();
    assert_eq!(
        serde_json::to_string(&asked).unwrap(),
        concat!(
            r#"[{"code":"too_short","min":12,"clause":"PCI DSS 4.0.1 8.3.6"},"#,
            r#"{"code":"too_long","max":1024,"clause":"portcullis: length"},"#,
            r#"{"code":"no_letter","clause":"PCI DSS 4.0.1 8.3.6"},"#,
            r#"{"code":"no_digit","clause":"PCI DSS 4.0.1 8.3.6"},"#,
            r#"{"code":"control_character","clause":"portcullis: characters"},"#,
            r#"{"code":"context_word","words":"anywhere","clause":"portcullis: context words"},"#,
            r#"{"code":"blocklisted","passwords":131072,"clause":"portcullis: blocklist"},"#,
            r#"{"code":"too_similar","clause":"portcullis: similarity"},"#,
            r#"{"code":"reused","depth":4,"clause":"PCI DSS 4.0.1 8.3.7"},"#,
            r#"{"code":"expires","period":"90 days","clause":"PCI DSS 4.0.1 8.3.9"},"#,
            r#"{"code":"warning","period":"14 days","clause":"portcullis: warning"},"#,
            r#"{"code":"grace","period":"3 days","clause":"own rule: grace"}]"#
        )
    );
    let name = |standard: Standard| standard.as_str();
    assert_eq!(name(Standard::BackOffice), "back_office");
}
