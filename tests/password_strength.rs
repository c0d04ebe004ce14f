//! Passwords are estimated as zxcvbn does, in bounded work and without a panic.
#![cfg(feature = "strength")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests stop at what they did not expect"
)]

use std::collections::BTreeSet;

use portcullis::password::{Advice, Password, Score, Strength, Warning, strength};
use proptest::prelude::*;

fn of(password: &str, context: &[&str]) -> Strength {
    strength(&Password::from(password), context)
}

fn guesses(password: &str) -> f64 {
    of(password, &[]).guesses_log10()
}

/// What the crate says that is asked, without our limits: the first 100 code points.
fn unlimited(password: &str) -> f64 {
    zxcvbn::zxcvbn(password, &[]).guesses_log10()
}

/// The words of the original for what we have names for.
const WARNINGS: [(&str, Warning); 9] = [
    ("This is a top-10 common password", Warning::TopTen),
    ("This is a top-100 common password", Warning::TopHundred),
    ("This is a very common password", Warning::CommonPassword),
    (
        "This is similar to a commonly used password",
        Warning::SimilarToCommonPassword,
    ),
    (
        "Short keyboard patterns are easy to guess",
        Warning::KeyboardPattern,
    ),
    (
        "Repeats like \"aaa\" are easy to guess",
        Warning::RepeatedCharacter,
    ),
    (
        "Repeats like \"abcabcabc\" are only slightly harder to guess than \"abc\"",
        Warning::RepeatedPart,
    ),
    (
        "Sequences like abc or 6543 are easy to guess",
        Warning::Sequence,
    ),
    (
        "Common names and surnames are easy to guess",
        Warning::CommonName,
    ),
];
const ADVICE: [(&str, Advice); 8] = [
    (
        "Add another word or two. Uncommon words are better.",
        Advice::AnotherWord,
    ),
    (
        "Use a longer keyboard pattern with more turns",
        Advice::LongerPattern,
    ),
    ("Capitalization doesn't help very much", Advice::Capitals),
    (
        "All-uppercase is almost as easy to guess as all-lowercase",
        Advice::AllUpperCase,
    ),
    (
        "Predictable substitutions like '@' instead of 'a' don't help very much",
        Advice::Substitutions,
    ),
    (
        "Reversed words aren't much harder to guess",
        Advice::Reversed,
    ),
    ("Avoid repeated words and characters", Advice::NoRepeats),
    ("Avoid sequences", Advice::NoSequences),
];

/// Those of the examples that are walks over the keyboard.
const WALKS: [&str; 3] = ["qwER43@!", "asdfghju7654rewq", "AOEUIDHG&*()LS_"];

fn named<T: Copy>(names: &[(&str, T)], text: &str) -> Option<T> {
    let found = names.iter().find(|(name, _)| *name == text);
    assert!(found.is_some() || text.is_empty(), "{text}");
    found.map(|(_, named)| *named)
}

/// The examples of the original's demonstration, and a few with a context. The crate averages the
/// neighbours of a key in whole numbers, counts to 2^64, and warns of more leet, and speaks
/// of capitals in other words.
#[test]
fn agrees_with_the_original() {
    let file = include_str!("vectors/password/zxcvbn.txt");
    let lines = file.lines().filter(|line| !line.starts_with('#'));
    let rows: Vec<Vec<_>> = lines.map(|line| line.split('\t').collect()).collect();
    assert_eq!(rows.len(), 43);
    for row in rows {
        let context: Vec<_> = row[1].split(',').filter(|word| !word.is_empty()).collect();
        let found = of(row[0], &context);
        assert_eq!(found.score().value().to_string(), row[2], "{row:?}");
        let most = row[3].parse::<f64>().unwrap().min(19.266) + 0.001;
        let least = match row[0].len() {
            29.. => 10.0,
            _ if WALKS.contains(&row[0]) => most - 0.5,
            _ => most - 0.002,
        };
        let log10 = found.guesses_log10();
        assert!((least..=most).contains(&log10), "{row:?} {log10}");
        if let Some(warning) = named(&WARNINGS, row[4]) {
            assert_eq!(found.warning(), Some(warning), "{row:?}");
        }
        let capitals = |a: &Advice| matches!(a, Advice::Capitals | Advice::AllUpperCase);
        let advice = row[5].split('|').filter_map(|text| named(&ADVICE, text));
        let advice: Vec<_> = advice.filter(|a| !capitals(a)).collect();
        let found = found.advice().iter().copied();
        assert_eq!(
            found.filter(|a| !capitals(a)).collect::<Vec<_>>(),
            advice,
            "{row:?}"
        );
    }
}

/// PW-17: what makes the crate itself panic with overflow checks, which tests have, or take seconds:
/// zigzags over keys, long words of the context, leet of every kind, a text of any length.
#[test]
fn answers_what_the_crate_cannot() {
    let case = "aA".repeat(50);
    let leet = "a4s$".repeat(30);
    for (pattern, context) in [
        ("45".repeat(500), ""),
        ("qw".repeat(500), ""),
        ("qW".repeat(20), ""),
        (format!("x{}", "45".repeat(30)), ""),
        (case.clone(), case.as_str()),
        (leet.clone(), &leet.replace(['4', '$'], "A")),
        ("11.11.1991".repeat(100), ""),
        ("a".repeat(1024), ""),
    ] {
        let found = of(&pattern, &[context]);
        assert!(
            found.score() <= Score::SomewhatGuessable,
            "{pattern} {found:?}"
        );
    }
    let soup = of(&"4@8({[<3691!|70$5+%2".repeat(51), &[]);
    assert_eq!(soup.score(), Score::VeryUnguessable);
}

/// A text is no better for what stands after the first 28 code points.
#[test]
fn what_follows_makes_nothing_better() {
    let tail = "kZ8vQ2xW7mT4nB6cR9yL3pD5fG1hJ0s";
    for weak in [
        "a".repeat(30),
        "password".repeat(4),
        "correct horse".repeat(3),
    ] {
        assert!(
            guesses(&format!("{weak}{tail}")) <= guesses(&weak),
            "{weak}"
        );
    }
    let random = tail.get(..28).unwrap();
    let longer = of(&format!("{random}{}", "a".repeat(900)), &[]);
    assert_eq!(longer.score(), Score::VeryUnguessable);
}

/// zxcvbn takes five repeats for four and a rest, which looks better than six.
#[test]
fn a_cut_leaves_no_rest_of_a_repeat() {
    for base in ["777Zz", "kX9w2", "Q", "horse", "battery9staple"] {
        let text = base.repeat(100_usize.div_euclid(base.len()).min(6));
        assert!(guesses(&text) <= unlimited(&text) + 1e-9, "{text}");
    }
}

/// A word that is cut is not random letters.
#[test]
fn a_cut_through_a_word_of_the_context_leaves_a_word() {
    let id = "b7e1c0a9f35d48269e8b1f70d4c6a2e3977b";
    for start in ["", "xy", "Zebra!7"] {
        let password = format!("{start}{id}");
        assert_eq!(of(&password, &[]).score(), Score::VeryUnguessable);
        let name = "ekaterina.lovelace";
        let short = of(&format!("{start}{name}"), &[name]).guesses_log10();
        let long = of(&password, &["Ada", id]).guesses_log10();
        assert!(long <= short + 2.0, "{password} {long} {short}");
    }
}

/// An e-mail address and a full name are looked for in their parts.
#[test]
fn parts_of_the_context_are_found() {
    let context = [
        "quagmire.fotheringhay@zzyzx-holdings.example",
        "Xanthippe Oblomov",
    ];
    for word in [
        "quagmire.fotheringhay",
        "zzyzx-holdings.example",
        "xanthippe",
        "0blomov",
    ] {
        let found = of(word, &context);
        assert_eq!(found.score(), Score::TooGuessable, "{word} {found:?}");
    }
    assert!(of("quagmire.fotheringhay", &[]).score() > Score::SomewhatGuessable);
}

/// One word cannot push the others out of the dictionary.
#[test]
fn a_long_word_leaves_room_for_others() {
    let long = (0..2000)
        .map(|n| format!("part{n:06} "))
        .collect::<String>();
    let context = [long.as_str(), "xanthippe"];
    assert_eq!(of("xanthippe", &context).score(), Score::TooGuessable);
}

/// PW-07: the empty text is no password, and one that is not kept was not looked at.
#[test]
fn nothing_to_look_at_counts_nothing() {
    for text in [String::new(), "kZ8vQ2xW7mT4nB6cR9yL3pD5fG1hJ0s".repeat(300)] {
        let found = of(&text, &["ada", ""]);
        assert_eq!(found.score(), Score::TooGuessable);
        assert_eq!(found.guesses_log10().to_bits(), 0.0_f64.to_bits());
    }
}

/// PW-15: the text form is estimated, not what the keyboard sent.
#[test]
fn another_keyboard_makes_no_difference() {
    assert_eq!(of("caf\u{e9} 2019", &[]), of("cafe\u{301}\u{a0}2019", &[]));
    assert_eq!(
        of("Zo\u{eb}123", &["zoe\u{308}"]),
        of("Zo\u{eb}123", &["zo\u{eb}"])
    );
}

#[test]
fn names_stay_and_nothing_is_shown_of_the_password() {
    let codes = WARNINGS.map(|(_, warning)| warning.code());
    let advice = ADVICE.map(|(_, advice)| advice.code());
    let all: BTreeSet<_> = codes.iter().chain(&advice).collect();
    assert_eq!(all.len(), WARNINGS.len() + ADVICE.len());
    let plain = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_');
    assert!(all.iter().all(|code| code.bytes().all(plain)));
    let found = of("hunter2", &["hunter"]);
    assert!(!format!("{found:?}").contains("hunter"));
    assert!(Score::TooGuessable < Score::VeryUnguessable);
}

/// What the order in which zxcvbn tries the choices of leet can make of one text, in powers of ten:
/// digits are leet, too, and the order is another each time.
const ORDER: f64 = 1.0;

fn word() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "password", "dragon", "monkey", "correct", "horse", "staple", "1999", "qwerty", "kx7q2",
        "Zz", "abcdef", "777", "letmein", "p4ssw0rd", "nogard",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// The cut and the limits only take away: repeats of up to 28 characters, and different words
    /// one after the other, each again and again.
    #[test]
    fn is_never_better_than_without_limits(
        base in prop::collection::vec(word(), 1..4),
        times in 1_usize..12,
        words in prop::sample::subsequence(
            vec!["dragon", "password", "monkey1", "letmein", "charlie", "kx7q2", "qwertz"], 1..7),
        each in 1_usize..4,
    ) {
        let repeated: String = base.concat().chars().take(28).collect::<String>().repeat(times);
        let repeated: String = repeated.chars().take(100).collect();
        prop_assert!(guesses(&repeated) <= unlimited(&repeated) + ORDER, "{}", repeated);
        let words: String = words.iter().map(|word| word.repeat(each)).collect();
        let words: String = words.chars().take(100).collect();
        prop_assert!(guesses(&words) <= unlimited(&words) + ORDER, "{}", words);
    }

    /// Who knows more words needs no more guesses.
    #[test]
    fn the_context_makes_nothing_better(
        words in prop::collection::vec(word(), 1..6),
        context in prop::collection::vec(word(), 0..4),
    ) {
        let text = words.concat();
        prop_assert!(of(&text, &context).guesses_log10() <= guesses(&text) + ORDER, "{}", text);
    }

    /// PW-17: any text, any context: an answer within its range.
    #[test]
    fn any_text_is_answered(
        text in prop_oneof![
            prop::collection::vec(any::<char>(), 0..120).prop_map(String::from_iter),
            "[\\PC\\s]{0,60}",
            "[a4@8({\\[<3691!|70$5+%2iltgcs]{0,60}",
            "[aAsS4$]{0,120}",
            "[4-9*/+-]{0,120}",
            "[qwaszxQWAS]{0,120}",
            "[0-9./-]{0,60}",
            "[İıßſŉΐǅ\\x{0}\\n\\x{10FFFF}a1]{0,60}",
        ],
        context in prop::collection::vec(
            prop_oneof!["\\PC{0,40}", "[aAsS]{0,80}", "[İßǅ@ ]{0,20}"], 0..4),
    ) {
        let context: Vec<_> = context.iter().map(String::as_str).collect();
        let found = of(&text, &context).guesses_log10();
        prop_assert!((0.0..19.3).contains(&found));
    }
}
