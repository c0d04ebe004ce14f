//! A policy says all that is wrong with a password, and who asks for what.
#![cfg(feature = "password")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::panic,
    reason = "tests stop at what they did not expect"
)]

use portcullis::{
    Timestamp,
    password::{
        Blocklist, Class, Cost, Error, Hasher, Password, Policy, State, Violation, Violations,
    },
};
use proptest::prelude::*;

/// The least cost there is: what is tested with it is not how slow it is.
fn tiny() -> Hasher {
    Hasher::new(Cost::new(8, 1, 1).unwrap())
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A password that the back office's policy accepts, another for each number.
fn good(n: usize) -> Password {
    Password::from(format!("Correct-Horse-{n:04}"))
}

fn found(policy: &Policy, password: &str, context: &[&str]) -> Vec<Violation> {
    match policy.check(&Password::from(password), context) {
        Ok(()) => Vec::new(),
        Err(violations) => violations.as_slice().to_vec(),
    }
}

fn codes(policy: &Policy, password: &str, context: &[&str]) -> Vec<&'static str> {
    let found = found(policy, password, context);
    found.iter().map(Violation::code).collect()
}

fn rejection(outcome: Result<State, Error>) -> Violations {
    match outcome {
        Err(Error::Rejected(violations)) => violations,
        other => panic!("rejected, not {other:?}"),
    }
}

/// PW-07: everything that is wrong, at once, with its numbers.
#[test]
fn says_all_that_is_wrong_at_once() {
    let policy = Policy::back_office().with_blocklist(Blocklist::from_lines("\u{7}\n"));
    let violations = policy.check(&Password::from("\u{7}"), &[]).unwrap_err();
    let found: Vec<_> = violations.iter().map(Violation::code).collect();
    assert_eq!(
        found,
        [
            "too_short",
            "no_uppercase",
            "no_lowercase",
            "no_digit",
            "no_symbol",
            "control_character",
            "blocklisted"
        ]
    );
    assert!(matches!(
        violations.as_slice()[0],
        Violation::TooShort {
            min: 12,
            found: 1,
            ..
        }
    ));
    assert_eq!(
        violations.to_string(),
        "the password has a length of 1, the least is 12 characters; it has no upper-case letter; \
         it has no lower-case letter; it has no digit; it has no symbol or punctuation mark; it has \
         a control character; it is one of the passwords that are tried first"
    );
    assert_eq!((&violations).into_iter().count(), 7);
}

/// PW-07: at the very bounds.
#[test]
fn counts_code_points() {
    let policy = Policy::back_office();
    assert_eq!(codes(&policy, "Aa1!aaaaaaaa", &[]), [""; 0]);
    assert_eq!(codes(&policy, "Aa1!aaaaaaa", &[]), ["too_short"]);
    assert_eq!(codes(&policy, "Aa1!ééé", &[]), ["too_short"]); // ten bytes, seven code points
    assert_eq!(codes(&policy, "Aa1!éééééééé", &[]), [""; 0]);
    // twelve as typed, eleven in the text form
    assert_eq!(codes(&policy, "Aa1!e\u{301}aaaaaa", &[]), ["too_short"]);
    let nist = Policy::nist_800_63b();
    assert_eq!(codes(&nist, "maple quartz ox", &[]), [""; 0]);
    assert_eq!(codes(&nist, "maple quartz o", &[]), ["too_short"]);
    // in the text form, whatever a hasher's is: two code points each there, one in NFKC
    assert_eq!(codes(&nist, &"\u{FF76}\u{FF9E}".repeat(8), &[]), [""; 0]);
    // the most: 1,024 bytes
    assert_eq!(codes(&nist, &"é".repeat(512), &[]), [""; 0]);
    assert_eq!(codes(&nist, &("é".repeat(512) + "a"), &[]), ["too_long"]);
}

/// PW-07: the classes by Unicode's properties.
#[test]
fn knows_classes_beyond_ascii() {
    let policy = Policy::back_office();
    let missing = |text: &str| -> Vec<Class> {
        let found = found(&policy, text, &[]).into_iter();
        let class = |v| match v {
            Violation::Missing(class) => Some(class),
            _ => None,
        };
        found.filter_map(class).collect()
    };
    use Class::{Digit, Lower, Symbol, Upper};
    assert_eq!(missing("ÄÄÄÄ"), [Lower, Digit, Symbol]);
    assert_eq!(missing("ßßßß"), [Upper, Digit, Symbol]);
    assert_eq!(missing("ΩДԱ"), [Lower, Digit, Symbol]);
    assert_eq!(missing("ωдա"), [Upper, Digit, Symbol]);
    assert_eq!(missing("٣४๕"), [Upper, Lower, Symbol]); // Nd
    assert_eq!(missing("½²"), [Upper, Lower, Digit, Symbol]); // No
    assert_eq!(missing("ⅷ"), [Upper, Digit, Symbol]); // Nl, with the property Lowercase
    let letters = Policy::pci_dss_4().with_classes(&[Class::Letter]).unwrap();
    let cased = ('\0'..=char::MAX).filter(|c| c.is_uppercase() || c.is_lowercase());
    for c in cased {
        let text = c.to_string();
        let found = found(&letters, &text, &[]);
        assert!(!found.contains(&Violation::Missing(Class::Letter)), "{c}");
    }
    assert_eq!(missing("€"), [Upper, Lower, Digit]); // Sc
    assert_eq!(missing("_"), [Upper, Lower, Digit]); // Pc
    assert_eq!(missing("¿"), [Upper, Lower, Digit]); // Po
    assert_eq!(missing("🙂"), [Upper, Lower, Digit]); // So
    assert_eq!(missing("漢字 "), [Upper, Lower, Digit, Symbol]); // Lo and a space
    assert_eq!(missing("\u{3000}"), [Upper, Lower, Digit, Symbol]);
    for control in ["\t", "\n", "\0", "\u{7F}", "\u{85}"] {
        let text = format!("Aa1!aaaa{control}aaaa");
        assert_eq!(codes(&policy, &text, &[]), ["control_character"]);
    }
    assert_eq!(codes(&policy, "Aa1!a b\u{A0}c\u{200D}de", &[]), [""; 0]);
}

/// PW-10: the words of the account are found anywhere, whatever their case and form.
#[test]
fn refuses_the_words_of_the_account() {
    let policy = Policy::back_office();
    let context = [
        "ada.lovelace@example.com",
        "Grüße",
        "bob",
        "Analytical Engine",
    ];
    let words = |text: &str| -> Vec<usize> {
        let found = found(&policy, text, &context).into_iter();
        let index = |v| match v {
            Violation::ContextWord { index, .. } => Some(index),
            _ => None,
        };
        found.filter_map(index).collect()
    };
    assert_eq!(words("x-ADA.Lovelace-1"), [0]); // the local part
    assert_eq!(words("lovelace-1"), [0; 0]); // no part of it
    assert_eq!(words("ada.lovelace@example.com"), [0]);
    assert_eq!(words("1GRU\u{308}SSE1"), [1]);
    assert_eq!(words("bob-bob-bob"), [0; 0]); // three code points
    assert_eq!(words("analytical\u{A0}engine and Grüße"), [1, 3]);
    assert_eq!(words("Engine-1"), [3]);
    assert_eq!(
        codes(&policy, "Aa1!bbbbbbbb", &["", "@", "@@", "a@b"]),
        [""; 0]
    );
    assert_eq!(
        codes(&policy, "Aa1!bbbbbbbb", &["A1!x", "1!BB"]),
        ["context_word"]
    );
}

/// PW-11: a full name is guessed by its parts. Parts of three code points are not looked for; the
/// whole of two such parts is.
#[test]
fn refuses_each_part_of_a_name() {
    let policy = Policy::back_office();
    let context = |text, word| codes(&policy, text, &[word]).contains(&"context_word");
    for (text, word) in [
        ("Lovelace2026!?", "Ada Lovelace"),
        ("!?LOVELACE2026x", "Ada\tLovelace"),
        ("Lovelace2026!?", "Ada\u{3000}Lovelace"),
        ("Grusse-stra\u{DF}e-1", "Am Strasse"),
        ("xLi Wei-2026!?", "Li Wei"),
        ("Li\u{A0}Wei-2026!?", "Li\u{2003}Wei"),
    ] {
        assert!(context(text, word), "{text} {word}");
    }
    assert!(!context("Ada-2026-abcd!?", "Ada Lovelace"));
    assert!(!context("LiWei-2026-abc!?", "Li Wei"));
    let nist = Policy::nist_800_63b();
    assert_eq!(codes(&nist, "Lovelace2026!?!", &["Ada Lovelace"]), [""; 0]);
    assert_eq!(
        codes(&nist, "lovelacelovelace", &["Ada lovelacelovelace"]),
        [""; 0]
    );
}

/// PW-10, PW-17: of a word only so much is looked at, and no part of it is cut.
#[test]
fn the_words_of_the_account_are_bounded() {
    let policy = Policy::back_office();
    let context = |text: &str, word: &str| codes(&policy, text, &[word]).contains(&"context_word");
    // the sixteenth part of four code points or more, and the seventeenth
    let parts = |n| "some ab ".repeat(n) + "lovelace more";
    assert!(context("x-Lovelace-1", &parts(15)));
    assert!(!context("x-Lovelace-1", &parts(16)));
    // what ends within 1,024 bytes
    let after = |n: usize| " ".repeat(n) + "lovelace more";
    for (bytes, found) in [(0, true), (1015, true), (1016, false), (1 << 20, false)] {
        assert_eq!(context("x-Lovelace-1", &after(bytes)), found, "{bytes}");
    }
    for end in 1016..1024 {
        assert!(!context("x-Love-1", &after(end)), "half of a name at {end}");
    }
    assert!(context(
        "x-Lovelace-1",
        &("lovelace ".to_owned() + &"é".repeat(1 << 20))
    ));
    assert!(context(
        "x-Lovelace-1",
        &("lovelace@".to_owned() + &"é".repeat(1 << 20))
    ));
    assert!(!context("x-éééééééé-1", &"é".repeat(1 << 20)));
    // of 1,024 bytes, all of a word without white space
    let longest = "z".repeat(1024);
    assert!(context(&longest, &longest));
    assert!(!context(&longest, &(longest.clone() + "z")));
    // nothing in a password that is too long in any case
    let long = |n: usize| "Aa1!".repeat(254) + "lovelace" + &"x".repeat(n);
    assert_eq!(codes(&policy, &long(0), &["lovelace"]), ["context_word"]);
    assert_eq!(codes(&policy, &long(1), &["lovelace"]), ["too_long"]);
}

/// PW-10, PW-11: NIST SP 800-63B-4 §3.1.1.2 compares the whole password.
#[test]
fn nist_compares_the_whole_password() {
    let list = Blocklist::from_lines("correct horse battery staple\n");
    let policy = Policy::nist_800_63b().with_blocklist(list);
    let email = "ada.lovelace@example.com";
    assert_eq!(
        codes(&policy, "Ada.Lovelace@Example.com", &[email]),
        ["context_word"]
    );
    assert_eq!(
        codes(&policy, "my ada.lovelace@example.com", &[email]),
        [""; 0]
    );
    assert_eq!(
        codes(&policy, "Correct Horse Battery Staple", &[]),
        ["blocklisted"]
    );
    assert_eq!(
        codes(&policy, "Correct Horse Battery Staples", &[]),
        [""; 0]
    );
    let bare = Policy::nist_800_63b();
    assert_eq!(codes(&bare, "correct horse battery staple", &[]), [""; 0]);
}

/// PW-10: one password a line, whatever its case and form; nothing is taken for a comment.
#[test]
fn reads_a_list_of_common_passwords() {
    let list =
        Blocklist::from_lines("Password1\r\n\n#1hater\r\nPA\u{A0}SS\npassword1\nStraße\n tail \n");
    assert_eq!(list.len(), 5);
    assert!(!list.is_empty() && Blocklist::from_lines("\n\r\n").is_empty());
    let policy = Policy::nist_800_63b().with_blocklist(list);
    for (text, listed) in [
        ("PASSWORD1", true),
        ("#1hater", true),
        ("pa ss", true),
        ("STRASSE", true),
        (" Tail ", true),
        ("tail", false),
        ("password1 ", false),
        ("", false),
    ] {
        assert_eq!(
            codes(&policy, text, &[]).contains(&"blocklisted"),
            listed,
            "{text:?}"
        );
    }
}

/// PW-07, PW-09: by the first choice as by the next, also what could not be hashed in any case.
#[test]
fn a_choice_that_breaks_the_policy_is_rejected() {
    let (policy, now) = (Policy::back_office(), at("2026-01-15"));
    let state = policy.set(&tiny(), &good(1), &[], now).unwrap();
    for (choice, code) in [
        ("".to_owned(), "too_short"),
        ("Short-1".to_owned(), "too_short"),
        ("x".repeat(1025), "too_long"),
    ] {
        let choice = Password::from(choice);
        let set = rejection(policy.set(&tiny(), &choice, &[], now));
        let change = rejection(policy.change(&tiny(), &state, &choice, &[], now));
        assert_eq!(set, change);
        assert_eq!(change.as_slice()[0].code(), code);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// PW-07, PW-17: spaces and normal form only: the same as Unicode says is the same.
    #[test]
    fn judging_never_panics(text in "[\\s\\S]{0,300}", word in "[\\s\\S]{0,8}") {
        for policy in [Policy::back_office(), Policy::nist_800_63b()] {
            let found = found(&policy, &text, &[&word, "ada@example.com"]);
            let short = found.iter().any(|v| matches!(v, Violation::TooShort { .. }));
            let long = found.iter().any(|v| matches!(v, Violation::TooLong { .. }));
            prop_assert!(!(short && long));
        }
    }
}
