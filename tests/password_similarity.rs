//! A new password that is the old one with little changed is refused, and no other is.
#![cfg(feature = "password")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

use portcullis::password::{Password, Policy};
use proptest::prelude::*;

fn too_similar(old: &str, new: &str) -> bool {
    let policy = Policy::with_length_only(8).unwrap();
    match policy.check_change(&Password::from(old), &Password::from(new), &[]) {
        Ok(()) => false,
        Err(violations) => violations.iter().any(|v| v.code() == "too_similar"),
    }
}

/// PW-07: what people do to a password that must be changed.
#[test]
fn little_changed_is_too_similar() {
    for (old, new) in [
        ("Summer-2026!", "Summer-2026!"),
        // case, look-alikes
        ("Summer-2026!", "sUMMER-2026!"),
        ("Password-Straße", "PASSWORD-STRASSE"),
        ("password-again", "p4ssw0rd-ag@in"),
        ("illuminate77!", "1lluM!nate77!"),
        // digits and symbols appended, prepended, between, taken away, counted up
        ("Summer-2026!", "Summer-2027!"),
        ("Summer-1999!", "Summer-2000!"),
        ("Summer-9!", "Summer-10!"),
        ("Summer1999Winter", "Summer2026Winter"),
        ("12p4ssw0rd34", "98password7!"),
        ("correcthorse", "correcthorse1"),
        ("correcthorse", "1234correcthorse"),
        ("correct horse", "correct-2-horse"),
        ("correcthorse#19", "correcthorse"),
        ("p4ssw0rd", "password2026!?"),
        ("Zürich-2025", "2026!Zürich"),
        ("Пароль-Пароль1", "Пароль-Пароль2"),
        // look-alikes at either end
        ("@pple.orchard.1", "Apple#Orchard#1997!"),
        ("7iger+lily+pond1", "tiger.lily.pond.2027"),
        ("3lephant-walk-4", "elephant/walk/2028"),
        ("Ancona/lampion$", "anconalampions/2027"),
        ("Ancona/lampion$", "anconalampions/2027;x"),
        ("@pple.orchards", "apple-orchard$-2027"),
        ("1-@pple-orchards", "apple-orchard$-3"),
        ("@pple-orchards-77", "1997/sdrahcroelppa"),
        ("anconalampion$", "2027/snoipmalanocna"),
        ("1-@pple-orchard", "2027/drahcroelppa"),
        ("7iger+lily+pond", "2027.dnopylilregit"),
        // fewer letters, or more, and other symbols between them
        ("correct/horse/77", "correct-horse-lamp"),
        // backwards, rotated
        ("Summer-2026!", "!6202-remmuS"),
        ("correcthorse12", "34esrohtcerroc"),
        ("Summer2026", "2026Summer"),
        ("correct horse battery", "battery correct horse"),
        ("abcdefgh12", "h12abcdefg"),
        // a part
        ("Tr0ub4dor&3xyz", "Tr0ub4dor&3xyz-monkey-ab"),
        ("xq7-monkey-vw2-lamp", "monkey-vw2-lamp"),
        ("horse-battery", "horse-batteryhorse-battery"),
        // up to three edits
        ("correct horse battery", "correct horze batterie"),
        ("kxw-2918-mqa-7713", "kxw-2918-mqb-7724"),
        ("abcdefgh", "abXdefYh"),
        ("xkcdpass", "kcdpassw"),
    ] {
        assert!(too_similar(old, new), "{old} {new}");
        assert!(too_similar(new, old), "{new} {old}");
    }
}

/// PW-07: what is honestly another password, also with a word, a pattern or an ending of the old.
#[test]
fn another_password_is_not_too_similar() {
    for (old, new) in [
        ("correct horse battery", "correct staple lantern"),
        ("correct horse battery", "horse correct battery"),
        ("Summer-2026!", "Winter-2026!"),
        ("Summer-2026!", "Harvest-2026!"),
        ("Tr0ub4dor&3", "correct horse battery staple"),
        ("X7#kQp2!vLm9", "q4$Tz8@hWn3e"),
        // a short word among other characters is not most of it
        ("love8392017465#", "love1029384756?"),
        ("Ada!20260101", "Ada!83749215"),
        // a quarter or more of a short one
        ("abcdefgh", "abXYZfgh"),
        ("12345678", "87651234"),
        ("kxw-2918-mqa-7713", "kxw-2929-mqb-7724"),
        // the old one is less than half of it
        ("horsebat", "horsebat+lamp+river+quilt"),
        // nor are its letters, with what may stand for some
        ("lampion/6/22;66;26", "lampion-9999999999x"),
        ("4+4+horse+7+5+1", "26/battery/horse/6"),
        // an anagram
        ("listen-silent", "enlist-tinsel"),
        ("漢字漢字漢字漢字", "仮名仮名仮名仮名"),
        ("", "correct horse"),
        ("👩‍👩‍👧👩‍👩‍👧", "🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊"),
    ] {
        assert!(!too_similar(old, new), "{old} {new}");
        assert!(!too_similar(new, old), "{new} {old}");
    }
}

/// PW-07: at the bounds: half of the longer, three edits, one in four characters.
#[test]
fn similarity_begins_at_its_bounds() {
    for (old, new, similar) in [
        ("abcdef", "abcdef123456", true),
        ("abcdef", "abcdef1234567", false),
        ("qwzuio", "qwzuioxxxxxx", true),
        ("qwzuio", "qwzuioxxxxxxx", false),
        ("abcdefghijkl", "xbxdefghijkx", true),
        ("abcdefghijkl", "xbxdxfghijkx", false),
        ("abcdefghijk", "xbcdefghijx", true),
        ("abcdefghijk", "xbxdefghijx", false),
        ("abcdefgh", "xbcdefgx", true),
        ("abcdefgh", "xbxdefgx", false),
        ("abc", "xbc", false),
    ] {
        assert_eq!(too_similar(old, new), similar, "{old} {new}");
        assert_eq!(too_similar(new, old), similar, "{new} {old}");
    }
}

/// PW-07: together with all else that is wrong, and beside what is too long to be compared.
#[test]
fn similarity_is_told_with_all_else() {
    let policy = Policy::back_office();
    let codes = |old: &str, new: &str| -> Vec<&str> {
        let checked = policy.check_change(
            &Password::from(old),
            &Password::from(new),
            &["ada lovelace"],
        );
        let violations = checked.unwrap_err();
        violations.iter().map(|v| v.code()).collect()
    };
    assert_eq!(
        codes("Lovelace", "lovelace1"),
        [
            "too_short",
            "no_uppercase",
            "no_symbol",
            "context_word",
            "too_similar"
        ]
    );
    let long = "x".repeat(1025);
    assert!(codes(&long, &long).contains(&"too_long"));
    assert!(!codes(&long, &long).contains(&"too_similar"));
    let megabyte = "x".repeat(1 << 20);
    assert_eq!(codes("Lovelace", &megabyte), ["too_long"]);
}

/// The distance by the textbook's table.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for x in a.chars() {
        let mut next = vec![row[0] + 1];
        for (i, y) in b.iter().enumerate() {
            let replaced = row[i] + usize::from(x != *y);
            next.push(replaced.min(row[i + 1] + 1).min(next[i] + 1));
        }
        row = next;
    }
    row[b.len()]
}

proptest! {
    /// PW-07, PW-17: of digits alone, which are no letters and written for no other here, nothing
    /// but the definition's distances, parts, rotations and reversals is similar.
    #[test]
    fn edits_agree_with_the_textbook(old in "[26]{12,16}", new in "[26]{12,16}") {
        let backwards: String = new.chars().rev().collect();
        let rotated = old.len() == new.len() && old.repeat(2).contains(&new);
        let part = old.contains(&new) || new.contains(&old);
        let expected = distance(&old, &new) <= 3 || old == backwards || rotated || part;
        prop_assert_eq!(too_similar(&old, &new), expected);
    }

    /// PW-07.
    #[test]
    fn similarity_is_mutual(old in "[a-c0-2!]{0,12}|\\PC{0,24}", new in "[a-c0-2!]{0,12}|\\PC{0,24}") {
        prop_assert_eq!(too_similar(&old, &new), too_similar(&new, &old));
        prop_assert!(too_similar(&old, &old));
    }

    /// PW-07: random passwords are not refused.
    #[test]
    fn random_passwords_are_not_similar(old in "[!-~]{16}", new in "[!-~]{16}") {
        prop_assert!(!too_similar(&old, &new));
    }

    /// PW-17: the longest are compared, whatever they are made of.
    #[test]
    fn the_longest_are_compared(unit in "[a-b1]{1,3}", other in "[a-b1]{1,3}") {
        let of = |unit: &str| unit.repeat(1024 / unit.len());
        prop_assert_eq!(too_similar(&of(&unit), &of(&other)), too_similar(&of(&other), &of(&unit)));
    }
}
