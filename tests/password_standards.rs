//! Presets ask for what their standards ask for, clause by clause, and a policy says where it
//! departs. The clauses and numbers are written out here from the documents themselves.
#![cfg(feature = "password")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "tests stop at what they did not expect"
)]

use std::sync::Arc;

use portcullis::password::{
    Blocklist, Class, Departure, Error, Period, Policy, Requirement, Rule, SecondFactor, Standard,
    Words,
};

/// A list as long as ASVS asks for.
fn long_list() -> Blocklist {
    let passwords: Vec<_> = (0..3000).map(|n| format!("common{n}")).collect();
    passwords.iter().map(String::as_str).collect()
}

fn presets() -> [Policy; 5] {
    [
        Policy::back_office(),
        Policy::nist_800_63b(),
        Policy::nist_800_63b_with_mfa(),
        Policy::owasp_asvs_5(),
        Policy::pci_dss_4(),
    ]
}

/// What the policy asks for, each as "words (clause)".
fn described(policy: &Policy) -> Vec<String> {
    let asked = policy.describe().into_iter();
    asked.map(|r| format!("{r} ({})", r.clause())).collect()
}

fn clauses(departures: &[Departure]) -> Vec<&'static str> {
    departures.iter().map(|d| d.clause().as_str()).collect()
}

fn departs(policy: &Policy, standard: Standard) -> Vec<&'static str> {
    clauses(&policy.conforms(standard))
}

fn contradiction(outcome: Result<Policy, Error>) -> String {
    match outcome {
        Err(error @ Error::Contradiction(..)) => error.to_string(),
        other => panic!("a contradiction, not {other:?}"),
    }
}

/// PW-11: length, (no) composition, blocklist and words of NIST SP 800-63B-4 §3.1.1.2.
#[test]
fn nist_asks_for_length_and_a_blocklist() {
    let nist = Policy::nist_800_63b().with_blocklist(long_list());
    let asked = described(&nist);
    assert_eq!(
        asked[0],
        "at least 15 characters (NIST SP 800-63B-4 §3.1.1.2(1))"
    );
    assert!(
        asked.contains(
            &"not a name or word of this account (NIST SP 800-63B-4 §3.1.1.2)".to_owned()
        )
    );
    let listed = asked.iter().find(|r| r.contains("tried first")).unwrap();
    assert!(listed.ends_with("(NIST SP 800-63B-4 §3.1.1.2)"));
    let codes: Vec<_> = nist.describe().iter().map(Requirement::code).collect();
    assert!(
        !codes
            .iter()
            .any(|code| code.starts_with("no_") || ["expires", "warning"].contains(code))
    );
    let beside = nist.for_second_factor(SecondFactor::Enrolled);
    assert_eq!(
        described(&beside)[0],
        "at least 8 characters (NIST SP 800-63B-4 §3.1.1.2(1))"
    );
    assert_eq!(
        described(&Policy::nist_800_63b_with_mfa())[0],
        described(&beside)[0]
    );
}

/// PW-11: OWASP ASVS 5.0 V6.2.
#[test]
fn asvs_refuses_no_character() {
    let asvs = Policy::owasp_asvs_5();
    let asked = described(&asvs);
    assert_eq!(asked[0], "at least 8 characters (OWASP ASVS 5.0 6.2.1)");
    let codes: Vec<_> = asvs.describe().iter().map(Requirement::code).collect();
    assert!(codes.contains(&"context_word"));
    assert!(
        !codes
            .iter()
            .any(|code| code.starts_with("no_") || ["expires", "warning"].contains(code))
    );
    assert!(!codes.contains(&"control_character"));
}

/// PW-11: PCI DSS 4.0.1 8.3.6, 8.3.7 and 8.3.9, of which the last is for passwords that are the only
/// factor.
#[test]
fn pci_asks_for_a_change_in_ninety_days_where_there_is_no_second_factor() {
    let pci = Policy::pci_dss_4();
    let asked = described(&pci);
    for line in [
        "at least 12 characters (PCI DSS 4.0.1 8.3.6)",
        "at least one letter (PCI DSS 4.0.1 8.3.6)",
        "at least one digit (PCI DSS 4.0.1 8.3.6)",
        "neither the present one nor one of the 4 before it (PCI DSS 4.0.1 8.3.7)",
        "changed after 90 days (PCI DSS 4.0.1 8.3.9)",
    ] {
        assert!(asked.contains(&line.to_owned()), "{line}");
    }
    let beside = described(&pci.for_second_factor(SecondFactor::Enrolled));
    assert!(!beside.iter().any(|line| line.contains("8.3.9")));
    assert_eq!(beside[0], asked[0]);
}

/// PW-11: the promises S4-15, S4-17, S4-18, and the order of a check.
#[test]
fn the_back_office_asks_for_what_it_published() {
    let asked = described(&Policy::back_office().with_blocklist(long_list()));
    assert_eq!(
        asked,
        [
            "at least 12 characters (back office: length)",
            "at most 1024 bytes (portcullis: length)",
            "at least one upper-case letter (back office: composition)",
            "at least one lower-case letter (back office: composition)",
            "at least one digit (back office: composition)",
            "at least one symbol or punctuation mark (back office: composition)",
            "no control character (portcullis: characters)",
            "no name or word of this account in it (back office: context words)",
            "none of 134072 passwords that are tried first (portcullis: blocklist)",
            "not similar to the present one (portcullis: similarity)",
            "neither the present one nor one of the 24 before it (back office: history)",
            "changed after 6 months (back office: expiry)",
            "a warning 14 days before its end (back office: warning)",
        ]
    );
}

/// PW-11.
#[test]
fn a_preset_conforms_to_its_own_standard() {
    for (policy, standard) in [
        (Policy::back_office(), Standard::BackOffice),
        (Policy::nist_800_63b(), Standard::Nist80063b),
        (Policy::nist_800_63b_with_mfa(), Standard::Nist80063b),
        (Policy::owasp_asvs_5(), Standard::OwaspAsvs5),
        (Policy::pci_dss_4(), Standard::PciDss4),
    ] {
        let policy = policy.with_blocklist(long_list());
        assert_eq!(policy.conforms(standard), [], "{standard:?}");
    }
}

/// PW-11: and says by name where it departs from the others.
#[test]
fn a_policy_says_which_clauses_it_departs_from() {
    let back_office = Policy::back_office().with_blocklist(long_list());
    assert_eq!(
        departs(&back_office, Standard::Nist80063b),
        [
            "NIST SP 800-63B-4 §3.1.1.2(1)",
            "NIST SP 800-63B-4 §3.1.1.2(5)",
            "NIST SP 800-63B-4 §3.1.1.2(6)",
            "NIST SP 800-63B-4 §3.1.1.2",
        ]
    );
    assert_eq!(
        departs(&back_office, Standard::OwaspAsvs5),
        [
            "OWASP ASVS 5.0 6.2.5",
            "OWASP ASVS 5.0 6.2.5",
            "OWASP ASVS 5.0 6.2.10",
        ]
    );
    assert_eq!(
        departs(&back_office, Standard::PciDss4),
        ["PCI DSS 4.0.1 8.3.9"]
    );
    let asvs = Policy::owasp_asvs_5().with_blocklist(long_list());
    assert_eq!(
        departs(&asvs, Standard::Nist80063b),
        [
            "NIST SP 800-63B-4 §3.1.1.2(1)",
            "NIST SP 800-63B-4 §3.1.1.2"
        ]
    );
    assert_eq!(
        departs(&asvs, Standard::PciDss4),
        [
            "PCI DSS 4.0.1 8.3.6",
            "PCI DSS 4.0.1 8.3.6",
            "PCI DSS 4.0.1 8.3.6",
            "PCI DSS 4.0.1 8.3.7",
            "PCI DSS 4.0.1 8.3.9",
        ]
    );
    let departure = &back_office.conforms(Standard::PciDss4)[0];
    assert_eq!(
        departure.to_string(),
        "PCI DSS 4.0.1 8.3.9 asks for: changed after 90 days; found: changed after 6 months"
    );
    assert!(matches!(departure.asked(), Rule::Lifetime(_)));
    let composition = &back_office.conforms(Standard::Nist80063b)[1];
    assert_eq!(composition.found().len(), 4);
    let nothing = asvs.conforms(Standard::PciDss4)[1].to_string();
    assert_eq!(
        nothing,
        "PCI DSS 4.0.1 8.3.6 asks for: at least one letter; found: nothing of the kind"
    );
}

/// PW-11: a clause about passwords that are the only factor is not asked of one that never is.
#[test]
fn what_is_asked_of_a_lone_password_is_not_asked_beside_a_second_factor() {
    let back_office = Policy::back_office();
    assert_eq!(
        departs(&back_office, Standard::PciDss4),
        ["PCI DSS 4.0.1 8.3.9"]
    );
    let beside = back_office.for_second_factor(SecondFactor::Enrolled);
    assert_eq!(departs(&beside, Standard::PciDss4), [""; 0]);
    let short = Policy::nist_800_63b().with_min_length(8).unwrap();
    let short = short.with_blocklist(long_list());
    assert_eq!(
        departs(&short, Standard::Nist80063b),
        ["NIST SP 800-63B-4 §3.1.1.2(1)"]
    );
    let beside = short.for_second_factor(SecondFactor::Enrolled);
    assert_eq!(departs(&beside, Standard::Nist80063b), [""; 0]);
}

/// PW-11: every rule that is weakened by hand shows, one that is made stricter does not.
#[test]
fn a_weaker_rule_of_ones_own_is_a_departure() {
    let pci = Policy::pci_dss_4;
    let days = |n| Period::days(n).unwrap();
    let months = |n| Period::months(n).unwrap();
    for (policy, clauses) in [
        (pci().with_min_length(11), vec!["8.3.6"]),
        (pci().with_min_length(13), vec![]),
        (pci().with_classes(&[]), vec!["8.3.6", "8.3.6"]),
        (pci().with_classes(&[Class::Letter]), vec!["8.3.6"]),
        (pci().with_classes(&[Class::Upper, Class::Digit]), vec![]),
        (pci().with_history(3), vec!["8.3.7"]),
        (pci().with_history(5), vec![]),
        (Ok(pci().with_history_for(months(12))), vec![]),
        (pci().with_lifetime(days(91)), vec!["8.3.9"]),
        (pci().with_lifetime(months(3)), vec!["8.3.9"]), // up to 92 days
        (pci().with_lifetime(months(2)), vec![]),
        (Ok(pci().without_lifetime()), vec!["8.3.9"]),
        (Ok(pci().with_grace(days(1))), vec!["8.3.9"]),
        (pci().with_grace(days(30)).with_lifetime(days(60)), vec![]),
        (
            pci().with_grace(days(31)).with_lifetime(days(60)),
            vec!["8.3.9"],
        ),
    ] {
        let departs = departs(&policy.unwrap(), Standard::PciDss4);
        let expected: Vec<_> = clauses
            .iter()
            .map(|c| format!("PCI DSS 4.0.1 {c}"))
            .collect();
        assert_eq!(departs, expected);
    }
    let longest = Policy::nist_800_63b().with_min_length(64).unwrap();
    let longest = longest.with_blocklist(long_list());
    assert_eq!(longest.conforms(Standard::Nist80063b), []);
}

/// PW-11: what makes a lifetime longer than asked for is told beside it.
#[test]
fn a_departure_names_the_grace_that_it_is_for() {
    let days = |n| Period::days(n).unwrap();
    let late = Policy::pci_dss_4().with_grace(days(1));
    let departures = late.conforms(Standard::PciDss4);
    assert_eq!(
        departures[0].found(),
        [Rule::Lifetime(days(90)), Rule::Grace(days(1))]
    );
    assert_eq!(
        departures[0].to_string(),
        "PCI DSS 4.0.1 8.3.9 asks for: changed after 90 days; \
         found: changed after 90 days, accepted for 1 day after its end"
    );
}

/// PW-11: what the back office promises beside length and composition.
#[test]
fn a_back_office_without_its_words_or_its_warning_departs() {
    let hour = Period::hours(1).unwrap();
    let words = Policy::back_office()
        .with_context_words(Words::Whole)
        .unwrap();
    for (policy, clauses) in [
        (words.clone(), vec!["back office: context words"]),
        (
            Policy::back_office().with_warning(hour),
            vec!["back office: warning"],
        ),
        (
            words.with_warning(hour),
            vec!["back office: context words", "back office: warning"],
        ),
        (
            Policy::back_office().with_warning(Period::days(15).unwrap()),
            vec![],
        ),
    ] {
        assert_eq!(departs(&policy, Standard::BackOffice), clauses);
    }
}

/// PW-11: NIST and ASVS forbid what PCI DSS and the back office ask for; both clauses are named.
#[test]
fn standards_that_contradict_cannot_be_combined() {
    let (nist, asvs) = (Policy::nist_800_63b, Policy::owasp_asvs_5);
    let (pci, back_office) = (Policy::pci_dss_4, Policy::back_office);
    for (one, other, clauses) in [
        (nist(), pci(), ["§3.1.1.2(5)", "PCI DSS 4.0.1 8.3.6"]),
        (pci(), nist(), ["§3.1.1.2(5)", "PCI DSS 4.0.1 8.3.6"]),
        (
            nist(),
            back_office(),
            ["§3.1.1.2(5)", "back office: composition"],
        ),
        (
            asvs(),
            pci(),
            ["OWASP ASVS 5.0 6.2.5", "PCI DSS 4.0.1 8.3.6"],
        ),
        (
            pci().with_classes(&[]).unwrap(),
            nist(),
            ["§3.1.1.2(6)", "PCI DSS 4.0.1 8.3.9"],
        ),
    ] {
        let said = contradiction(one.and(other));
        assert!(clauses.iter().all(|clause| said.contains(clause)), "{said}");
    }
}

/// PW-11: what is set by hand may not contradict the preset either.
#[test]
fn an_own_rule_that_its_standard_forbids_is_refused() {
    let nist = Policy::nist_800_63b;
    let said = contradiction(nist().with_classes(&[Class::Digit]));
    assert_eq!(
        said,
        "own rule: composition contradicts NIST SP 800-63B-4 §3.1.1.2(5)"
    );
    let said = contradiction(nist().with_lifetime(Period::months(6).unwrap()));
    assert_eq!(
        said,
        "own rule: expiry contradicts NIST SP 800-63B-4 §3.1.1.2(6)"
    );
    let said = contradiction(nist().with_min_length(65));
    assert_eq!(
        said,
        "own rule: length contradicts NIST SP 800-63B-4 §3.1.1.2(2)"
    );
    let said = contradiction(nist().with_context_words(Words::Anywhere));
    assert_eq!(
        said,
        "own rule: context words contradicts NIST SP 800-63B-4 §3.1.1.2"
    );
    let said = contradiction(Policy::pci_dss_4().with_min_age(Period::days(91).unwrap()));
    assert_eq!(
        said,
        "own rule: minimum age contradicts PCI DSS 4.0.1 8.3.9"
    );
    assert!(nist().with_classes(&[]).is_ok());
    assert!(nist().with_min_length(64).is_ok());
    assert!(
        Policy::pci_dss_4()
            .with_min_age(Period::days(90).unwrap())
            .is_ok()
    );
}

/// PW-11: the stricter of each rule, in either order.
#[test]
fn a_combination_has_the_stricter_of_each_rule() {
    let (pci, back_office) = (Policy::pci_dss_4(), Policy::back_office());
    for both in [
        pci.clone().and(back_office.clone()).unwrap(),
        back_office.clone().and(pci.clone()).unwrap(),
    ] {
        assert_eq!(both.conforms(Standard::PciDss4), []);
        assert_eq!(both.conforms(Standard::BackOffice), []);
        let lifetimes: Vec<_> = both
            .describe()
            .iter()
            .filter(|r| r.code() == "expires")
            .map(ToString::to_string)
            .collect();
        assert_eq!(lifetimes, ["changed after 90 days"]);
        let beside = both.for_second_factor(SecondFactor::Enrolled);
        assert!(
            described(&beside).contains(&"changed after 6 months (back office: expiry)".into())
        );
    }
    let both = Policy::nist_800_63b().and(Policy::owasp_asvs_5()).unwrap();
    let both = both.with_blocklist(long_list());
    assert_eq!(both.conforms(Standard::Nist80063b), []);
    assert_eq!(both.conforms(Standard::OwaspAsvs5), []);
    assert_eq!(
        both.for_second_factor(SecondFactor::Enrolled).describe()[0].to_string(),
        "at least 8 characters"
    );
}

/// PW-11: with what is set by hand too, and with both lists.
#[test]
fn a_combination_keeps_own_rules_and_lists() {
    let list = |password: &str| Blocklist::from_lines(password);
    let one = Policy::with_length_only(14).unwrap();
    let one = one.with_blocklist(list("correct horse battery"));
    let one = one.with_grace(Period::days(7).unwrap());
    let other = Policy::pci_dss_4().with_blocklist(list("staple-battery-2"));
    let both = one.and(other).unwrap();
    let asked = described(&both);
    assert_eq!(asked[0], "at least 14 characters (own rule: length)");
    // a policy without a lifetime does not lengthen that of the other
    assert!(
        !asked.iter().any(|line| line.contains("accepted")),
        "{asked:?}"
    );
    for listed in ["Correct Horse Battery", "STAPLE-BATTERY-2"] {
        let found = both.check(&listed.into(), &[]).unwrap_err();
        assert!(found.iter().any(|v| v.code() == "blocklisted"));
    }
}

/// PW-11: a policy is for accounts without a second factor unless both sides say otherwise.
#[test]
fn a_combination_is_for_a_second_factor_only_if_both_are() {
    let (alone, beside) = (Policy::nist_800_63b, Policy::nist_800_63b_with_mfa);
    for (one, other, min) in [
        (alone(), alone(), 15),
        (alone(), beside(), 15),
        (beside(), alone(), 15),
        (beside(), beside(), 8),
    ] {
        let both = one.and(other).unwrap();
        assert_eq!(
            both.describe()[0].to_string(),
            format!("at least {min} characters")
        );
    }
}

/// PW-11: lengths that nobody may ask for.
#[test]
fn a_minimum_length_is_between_8_and_256() {
    for (alone, beside, valid) in [
        (8, 8, true),
        (7, 7, false),
        (12, 7, false),
        (256, 8, true),
        (257, 8, false),
        (12, 13, false),
        (usize::MAX, 8, false),
        (0, 0, false),
    ] {
        let policy = Policy::pci_dss_4().with_min_lengths(alone, beside);
        assert_eq!(policy.is_ok(), valid, "{alone} {beside}");
        assert_ne!(policy.err(), valid.then_some(Error::MinLength));
    }
    assert_eq!(Policy::with_length_only(7).err(), Some(Error::MinLength));
}

/// PW-11: each requirement has the code of what a password that breaks it gets.
#[test]
fn a_form_can_tick_off_what_is_kept() {
    for policy in presets() {
        let policy = policy.with_blocklist(Blocklist::from_lines("\u{7}"));
        let codes: Vec<_> = policy.describe().iter().map(Requirement::code).collect();
        let found = policy.check(&"\u{7}".into(), &[]).unwrap_err();
        let found: Vec<_> = found.iter().map(|v| v.code()).collect();
        let kept: Vec<_> = codes.iter().filter(|c| found.contains(c)).collect();
        assert_eq!(kept, found.iter().collect::<Vec<_>>());
    }
}

/// PW-11: a period is written as it is read.
#[test]
fn a_period_reads_what_it_prints() {
    for text in [
        "1 month",
        "6 months",
        "1200 months",
        "1 day",
        "90 days",
        "36500 days",
        "1 hour",
        "24 hours",
        "876000 hours",
    ] {
        assert_eq!(text.parse::<Period>().unwrap().to_string(), text);
    }
    for text in [
        "",
        "6",
        "months",
        "6months",
        " 6 months",
        "6  months",
        "6 months ",
        "0 days",
        "06 months",
        "+6 months",
        "-6 months",
        "6.5 months",
        "1201 months",
        "36501 days",
        "876001 hours",
        "6 weeks",
        "6 Months",
        "4294967296 days",
        "６ months",
        "1 year",
    ] {
        assert_eq!(text.parse::<Period>(), Err(Error::Period), "{text}");
    }
}

/// PW-11: of two rules of one kind the stricter one is described, once.
#[test]
fn of_two_rules_of_a_kind_one_is_described() {
    let own = |hours| {
        let period = Period::hours(hours).unwrap();
        let policy = Policy::pci_dss_4().with_min_age(period).unwrap();
        let policy = policy.with_warning(period).with_grace(period);
        policy.with_history_for(period)
    };
    for (one, other) in [(own(24), own(25)), (own(25), own(24))] {
        let both = one.and(other).unwrap();
        let asked = described(&both);
        let count = |part: &str| asked.iter().filter(|line| line.contains(part)).count();
        for line in [
            "not changed again within 25 hours (own rule: minimum age)",
            "a warning 25 hours before its end (own rule: warning)",
            "accepted for 24 hours after its end (own rule: grace)",
            "neither the present one nor one of the last 25 hours (own rule: history)",
        ] {
            assert!(asked.contains(&line.to_owned()), "{line} {asked:?}");
        }
        assert_eq!(count("25 hours") + count("24 hours"), 4);
    }
}

/// PW-11: a list that both have is consulted, and counted, once.
#[test]
fn a_list_that_both_have_counts_once() {
    let list = Arc::new(long_list());
    let with = |policy: Policy| policy.with_blocklist(Arc::clone(&list));
    let both = with(Policy::pci_dss_4()).and(with(Policy::back_office()));
    let listed = |policy: &Policy| {
        let asked = policy.describe().into_iter();
        let passwords = |rule| match rule {
            Rule::NotBlocklisted { passwords, .. } => Some(passwords),
            _ => None,
        };
        asked.map(|r| r.rule()).find_map(passwords).unwrap()
    };
    let (none, one) = (Policy::pci_dss_4(), with(Policy::pci_dss_4()));
    assert_eq!(listed(&one) - listed(&none), 3000);
    assert_eq!(listed(&both.unwrap()), listed(&one));
    let twice = one.with_blocklist(long_list());
    assert_eq!(listed(&twice) - listed(&none), 6000);
}
