//! Secrets that the application registers, in the forms in which programs write them.
#![cfg(feature = "redact")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    reason = "a test may fail where it stands"
)]

use std::{io::Write, sync::LazyLock, thread};

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
use portcullis::redact::{Error, Kind, Policy, Registered, Writer};
use proptest::prelude::*;

const MARK: &str = "[REDACTED:registered]";
/// Blanks, quotes, what JSON, URLs and HTML escape, and letters outside ASCII.
const SECRET: &str = r#"Zoë's "p&ss" <1/2> \ 50%+=?~*"#;

#[track_caller]
fn hides(policy: &Policy, text: &str, expected: &str) {
    assert_eq!(policy.redact_str(text), expected, "{text}");
    assert_eq!(policy.redact_str(expected), expected, "{expected} again");
}

fn policy(secret: &str) -> Policy {
    static DEFAULT: LazyLock<Policy> = LazyLock::new(Policy::default);
    DEFAULT.clone().with_secret(secret.as_bytes()).unwrap()
}

/// RD-03: as it is, alone and among others.
#[test]
fn finds_a_secret_as_it_is() {
    let policy = policy(SECRET);
    for text in ["{}", "a {} b", "x{}y", "{}{}", "a={}\nb={}\n"] {
        let shown = text
            .replace("{}", MARK)
            .replace(&format!("{MARK}{MARK}"), MARK);
        hides(&policy, &text.replace("{}", SECRET), &shown);
    }
    let found = policy.findings(format!("a {SECRET}").as_bytes());
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].kind(), found[0].rule()),
        (Kind::Registered, "registered")
    );
}

/// RD-03: escaped by JSON as serde, PHP and Python do, once and twice.
#[test]
fn finds_a_secret_escaped_by_json() {
    let policy = policy(SECRET);
    let once = serde_json::to_string(SECRET).unwrap();
    let twice = serde_json::to_string(&once).unwrap();
    let ascii = once.replace('ë', r"\u00eb");
    let php = ascii.replace('/', r"\/");
    let html = once
        .replace('<', r"\u003c")
        .replace('>', r"\u003e")
        .replace('&', r"\u0026");
    for form in [&once, &ascii, &once.replace('/', r"\/"), &html] {
        let text = format!("{{\"q\":{form}}}");
        hides(&policy, &text, &format!("{{\"q\":\"{MARK}\"}}"));
    }
    hides(
        &policy,
        &format!("{{\"q\":{twice}}}"),
        &format!("{{\"q\":\"\\\"{MARK}\\\"\"}}"),
    );
    // Both at once is no form of its own: it is found where it has no slash.
    assert!(php.contains(r"\/"));
}

/// RD-03: in URLs and forms, as RFC 3986, `encodeURIComponent` and HTML's forms have it.
#[test]
fn finds_a_secret_percent_encoded() {
    let policy = policy(SECRET);
    for form in [
        "Zo%C3%AB%27s%20%22p%26ss%22%20%3C1%2F2%3E%20%5C%2050%25%2B%3D%3F~%2A",
        "Zo%c3%ab%27s%20%22p%26ss%22%20%3c1%2f2%3e%20%5c%2050%25%2b%3d%3f~%2a",
        "Zo%C3%AB's%20%22p%26ss%22%20%3C1%2F2%3E%20%5C%2050%25%2B%3D%3F~*",
        "Zo%C3%AB%27s+%22p%26ss%22+%3C1%2F2%3E+%5C+50%25%2B%3D%3F%7E*",
    ] {
        hides(
            &policy,
            &format!("/x?q={form}&b=2"),
            &format!("/x?q={MARK}&b=2"),
        );
    }
}

/// RD-03: in base64 behind any number of other bytes, in hexadecimal, in HTML and SQL.
#[test]
fn finds_a_secret_encoded_as_a_whole() {
    let policy = policy(SECRET);
    for before in ["", "a", "ab", "abc", "user:"] {
        let whole = format!("{before}{SECRET}");
        for text in [
            BASE64.encode(whole.as_bytes()),
            BASE64URL_NOPAD.encode(whole.as_bytes()),
        ] {
            let safe = policy.redact_str(&text).into_owned();
            let (start, end) = safe.split_once(MARK).unwrap();
            // What is left are whole characters of what stood before, and two that share a byte.
            assert!(start.len() <= before.len() * 4 / 3 + 1, "{text} {safe}");
            assert!(end.trim_end_matches('=').len() <= 1, "{text} {safe}");
        }
    }
    for form in [
        HEXLOWER.encode(SECRET.as_bytes()),
        HEXUPPER.encode(SECRET.as_bytes()),
    ] {
        hides(&policy, &format!("key {form}."), &format!("key {MARK}."));
    }
    let html = "Zoë&#39;s &quot;p&amp;ss&quot; &lt;1/2&gt; \\ 50%+=?~*";
    hides(&policy, html, MARK);
    hides(&policy, &SECRET.replace('\'', "''"), MARK);
}

/// RD-03: what is not the whole secret stays.
#[test]
fn leaves_parts_of_a_secret() {
    let policy = policy("tango-foxtrot-9");
    for text in [
        "tango-foxtrot-",
        "ango-foxtrot-9",
        "TANGO-FOXTROT-9",
        "tango foxtrot 9",
    ] {
        assert_eq!(policy.redact_str(text), text);
    }
}

/// RD-03: of a secret of several lines, each long line, also behind a prefix; escaped it is found
/// as a whole.
#[test]
fn finds_a_secret_of_several_lines() {
    let lines: Vec<String> = (0..40)
        .map(|i| format!("{i:02}{}", "kX/9+zQ2".repeat(7)))
        .collect();
    let secret = format!("{}\n--", lines.join("\n"));
    let policy = policy(&secret);
    for line in &lines {
        hides(
            &policy,
            &format!("INFO {line}\r\n--"),
            &format!("INFO {MARK}\r\n--"),
        );
    }
    let escaped = secret.replace('\n', r"\n");
    hides(
        &policy,
        &format!("{{\"k\":\"{escaped}\"}}"),
        &format!("{{\"k\":\"{MARK}\"}}"),
    );
}

/// RD-03: secrets that overlap leave nothing of each other.
#[test]
fn finds_secrets_that_overlap() {
    let set = Registered::default();
    for secret in ["abcdefghij", "ghijklmnop", "cdefghij"] {
        set.add(secret.as_bytes()).unwrap();
    }
    let policy = Policy::default().with_registered(&set);
    hides(&policy, "1abcdefghijklmnop2", &format!("1{MARK}2"));
    hides(&policy, "1cdefghijkl2", &format!("1{MARK}kl2"));
}

/// RD-03: a set grows and shrinks while policies and writers have it.
#[test]
fn adds_and_removes_while_a_writer_runs() {
    let set = Registered::default();
    let mut writer = Writer::new(Policy::default().with_registered(&set), Vec::new());
    let other = set.clone();
    let line = b"q bravo-zulu-77 q\n";
    writer.write_all(line).unwrap();
    thread::spawn(move || other.add(b"bravo-zulu-77"))
        .join()
        .unwrap()
        .unwrap();
    writer.write_all(line).unwrap();
    assert_eq!(set.len(), 1);
    assert!(set.remove(b"bravo-zulu-77") && !set.remove(b"bravo-zulu-77"));
    writer.write_all(line).unwrap();
    let (out, _) = writer.finish().unwrap();
    let lines = String::from_utf8(out).unwrap();
    let plain = "q bravo-zulu-77 q\n";
    assert_eq!(lines, format!("{plain}q {MARK} q\n{plain}"));
    set.add(b"bravo-zulu-77").unwrap();
    set.clear();
    assert!(set.is_empty());
}

/// RD-03: the clones of a policy have their own secrets, and share the sets that they share.
#[test]
fn a_policy_keeps_its_own_secrets() {
    let one = policy("one-mango-1");
    let both = one.clone().with_secret(b"two-mango-2").unwrap();
    hides(
        &one,
        "one-mango-1 two-mango-2",
        &format!("{MARK} two-mango-2"),
    );
    hides(&both, "one-mango-1 two-mango-2", &format!("{MARK} {MARK}"));
    let off = both.without_rule("registered").unwrap();
    hides(&off, "one-mango-1", "one-mango-1");
}

/// RD-03: short secrets would be found everywhere; the size of a set is bounded.
#[test]
fn refuses_what_is_too_short_too_long_or_too_much() {
    let set = Registered::default();
    assert_eq!(set.add(b"1234567"), Err(Error::Short));
    assert_eq!(set.add(b""), Err(Error::Short));
    assert_eq!(set.add(b"12345678"), Ok(()));
    assert_eq!(set.add(&[b'x'; 16 * 1024 + 1]), Err(Error::Long));
    for i in 0..15_u8 {
        assert_eq!(set.add(&[i; 16 * 1024]), Ok(()));
    }
    assert_eq!(set.add(&[99; 16 * 1024]), Err(Error::Full));
    assert_eq!(set.add(b"12345678"), Ok(()), "it is there already");
    assert_eq!(set.len(), 16);
}

/// RD-03: nothing of a secret is printed.
#[test]
fn prints_nothing_of_a_secret() {
    let set = Registered::default();
    set.add(b"tango-foxtrot-9").unwrap();
    let policy = Policy::default().with_registered(&set);
    assert_eq!(format!("{set:?}"), "Registered { .. }");
    assert!(!format!("{policy:?}").contains("tango"));
}

proptest! {
    /// RD-03: wherever a secret stands, and whatever it is made of.
    #[test]
    fn finds_any_secret_anywhere(secret in "[ -~]{8,200}", before in "[ -~]{0,20}", after in "[a-z ]{0,20}") {
        let policy = policy(&secret);
        let text = format!("{before}{secret}{after}");
        let safe = policy.redact_str(&text).into_owned();
        prop_assert!(!safe.contains(&secret), "{}", safe);
        prop_assert_eq!(policy.redact_str(&safe).into_owned(), safe.clone());
        let hex = HEXLOWER.encode(secret.as_bytes());
        let safe = policy.redact_str(&[before, hex.clone()].concat()).into_owned();
        prop_assert!(!safe.contains(&hex), "{}", safe);
    }
}

/// RD-03, RD-05: a piece of a long secret may end inside a character; what is UTF-8 stays so.
#[test]
fn cuts_no_character_of_a_secret_in_two() {
    let secret = format!("x{}", "\u{e9}".repeat(60));
    let policy = Policy::default().with_secret(secret.as_bytes()).unwrap();
    let line = format!("x{}zz", "\u{e9}".repeat(24));
    assert_eq!(policy.redact_str(&line), "[REDACTED:registered]zz");
    // The second piece begins inside a character, too.
    let line = format!("z{}z", "\u{e9}".repeat(37));
    let safe = policy.redact(line.as_bytes()).into_owned();
    assert_eq!(String::from_utf8(safe).unwrap(), "z[REDACTED:registered]z");
}
