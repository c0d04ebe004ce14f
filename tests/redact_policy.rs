//! What a policy of `redact` looks for, and what it puts in the place of what it found.
#![cfg(feature = "redact")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may fail where it stands"
)]

#[cfg(feature = "pseudonym")]
use portcullis::mask::PseudonymKey;
use portcullis::redact::{Error, Kind, Policy, Style, Writer};
use std::{borrow::Cow, io::Write};

static_assertions::assert_impl_all!(Policy: Send, Sync, Clone);
static_assertions::assert_impl_all!(Error: core::error::Error, Send, Sync, Clone, Eq);

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
        "[REDACTED:email:p***@password.token.secret]",
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

/// RD-06: what no policy can have written is no mark, and shields nothing.
#[test]
fn believes_no_mark_that_no_policy_writes() {
    let policy = Policy::default();
    for (text, secret) in [
        ("[REDACTED:x:password]=hunter2", "hunter2"),
        ("[REDACTED:secret:password]=hunter2", "hunter2"),
        ("[REDACTED:card:4111111111111111]", "4111111111111111"),
        ("[REDACTED:x:4111111111111111]", "4111111111111111"),
        ("[REDACTED:line:4111111111111111]", "4111111111111111"),
        ("[REDACTED:email:ada@example.com]", "ada@example.com"),
        (
            "[REDACTED:password:ghp_0123456789012345678901234567890123456]",
            "ghp_0123456789012345678901234567890123456",
        ),
    ] {
        let safe = policy.redact_str(text);
        assert!(!safe.contains(secret), "{text}: {safe}");
        assert_eq!(policy.redact_str(&safe), safe);
    }
}

/// RD-06: a mark that stands in a value is replaced with it, whole.
#[test]
fn replaces_a_mark_in_a_value_whole() {
    for (text, safe) in [
        (
            "password=hunter2[REDACTED:token]",
            "password=[REDACTED:password]",
        ),
        (
            "a=1&password=hunter2[REDACTED:card:1111]x&b=2",
            "a=1&password=[REDACTED:password]&b=2",
        ),
        (
            "(password=hunter2[REDACTED:token])",
            "(password=[REDACTED:password])",
        ),
    ] {
        assert_eq!(Policy::default().redact_str(text), safe);
    }
}

/// RD-02: of an address in which a secret stands nothing is left; what ends at the `@` is a
/// password, and what follows it a host.
#[test]
fn replaces_an_address_with_a_secret_in_it_whole() {
    let token = format!("ghp_{}", "0123456789abcdefABCDEFghijklmnopqrst");
    for (text, safe) in [
        (
            format!("to bob.{token}.smith@example.com now"),
            "to [REDACTED:token] now",
        ),
        (
            "pg://ada:s3cret@db.example.com/x".to_owned(),
            "pg://ada:[REDACTED:password]@db.example.com/x",
        ),
    ] {
        let redacted = Policy::default().redact_str(&text).into_owned();
        assert_eq!(redacted, safe);
        assert_eq!(Policy::default().redact_str(safe), safe);
    }
}

/// RD-11: a text is counted by kind and by rule, and nobody has to read what it holds.
#[test]
fn counts_without_changing() {
    let text = "password=hunter2\npassword=hunter3 pg://ada:s3cret@db/x\npin=4071";
    let counts = Policy::default().detect(text.as_bytes());
    assert_eq!(counts.lines(), 3);
    assert_eq!(counts.of(Kind::Password), 3);
    assert_eq!(counts.of(Kind::Pin), 1);
    assert_eq!(counts.total(), 4);
    let rules: Vec<(&str, u64)> = counts.rules().collect();
    assert_eq!(rules, [("keyed", 3), ("url", 1)]);
    assert_eq!(counts.by_rule("keyed"), 3);
    assert_eq!(counts.by_rule("jwt"), 0);
    assert_eq!(Policy::default().detect(b"").lines(), 0);
    let shown = format!("{counts:?}");
    assert!(
        !shown.contains("hunter") && !shown.contains("s3cret"),
        "{shown}"
    );
}

/// RD-01: names of one's own say what their values are.
#[test]
fn adds_names_with_a_kind() {
    let policy = Policy::default().with_key_as("door_code", Kind::Pin);
    assert_eq!(policy.redact_str("doorCode=x9"), "doorCode=[REDACTED:pin]");
}

/// RD-01: a name that was made safe stays safe, whichever was said first; a path is the words of a
/// name, in text as a log writes it.
#[test]
fn a_safe_name_wins_over_one_that_was_added() {
    let one = Policy::default()
        .with_safe_key("door_code")
        .with_key("door_code");
    let other = Policy::default()
        .with_key("door_code")
        .with_safe_key("door_code");
    for policy in [one, other] {
        assert_eq!(policy.redact_str("doorCode=x9"), "doorCode=x9");
        assert_eq!(
            policy.redact_str("back_door_code=x9"),
            "back_door_code=[REDACTED:secret]"
        );
    }
    let policy = Policy::default().with_key("user.nickname");
    for line in ["user.nickname=", "user_nickname=", "userNickname="] {
        let line = format!("{line}x9");
        assert!(
            policy.redact_str(&line).ends_with("=[REDACTED:secret]"),
            "{line}"
        );
    }
    let nested = r#"{"user":{"nickname":"x9"}}"#;
    assert_eq!(policy.redact_str(nested), nested);
}

/// RD-04: one limit for a text and for a stream, and what is over it is not looked at and not shown.
#[test]
fn withholds_lines_over_the_limit_of_the_policy() {
    let policy = Policy::default().with_max_line(16);
    let text = "pin=4071\n0123456789abcdef\n0123456789abcdefg\r\nok";
    let safe = "pin=[REDACTED:pin]\n0123456789abcdef\n[REDACTED:line]\nok";
    assert_eq!(policy.redact_str(text), safe);
    let counts = policy.detect(text.as_bytes());
    assert_eq!((counts.withheld(), counts.lines()), (1, 4));
    let mut writer = Writer::new(policy.clone(), Vec::new());
    writer.write_all(text.as_bytes()).unwrap();
    assert_eq!(writer.finish().unwrap(), (safe.as_bytes().to_vec(), counts));
    let short = "0123456789abcdef\n".repeat(9);
    assert!(matches!(policy.redact_str(&short), Cow::Borrowed(_)));
}

/// RD-07: what can forge a line or move a cursor is escaped with the secrets, once.
#[test]
fn escapes_control_characters_on_request() {
    let policy = Policy::default().with_escaped_controls();
    for (text, safe) in [
        ("user=ada\rlevel=info", "user=ada\\u000dlevel=info"),
        ("a\r\nb\nc\td", "a\r\nb\nc\td"),
        ("a\r", "a\\u000d"),
        ("a\r\r\nb", "a\\u000d\r\nb"),
        ("\x1b[2Jgone", "\\u001b[2Jgone"),
        (
            "\0\x07\x08\x0b\x0c\x7f",
            "\\u0000\\u0007\\u0008\\u000b\\u000c\\u007f",
        ),
        (
            "\u{80}\u{85}\u{9b}31m\u{a0}",
            "\\u0080\\u0085\\u009b31m\u{a0}",
        ),
        ("\u{202e}cod.exe\u{202c}", "\\u202ecod.exe\\u202c"),
        (
            "\u{2066}\u{2069}\u{200e}\u{200f}\u{61c}",
            "\\u2066\\u2069\\u200e\\u200f\\u061c",
        ),
        ("\u{2028}\u{2029}", "\\u2028\\u2029"),
        (
            "\u{2027}\u{202f}\u{2065}\u{206a}\u{2010}\u{61b}\u{61d}",
            "\u{2027}\u{202f}\u{2065}\u{206a}\u{2010}\u{61b}\u{61d}",
        ),
        (
            "password=a\x1bb x=\x1b",
            "password=[REDACTED:password]\\u001bb x=\\u001b",
        ),
    ] {
        assert_eq!(policy.redact_str(text), safe);
        assert_eq!(policy.redact_str(safe), safe);
        assert!(!policy.redact_field("note", text).contains('\n'));
        assert_eq!(
            Policy::default().redact_str(text).contains('\x1b'),
            text.contains('\x1b')
        );
    }
    let bytes = b"\xff\x9b\xc2 \xe2\x80 \xd8";
    assert_eq!(policy.redact(bytes).as_ref(), bytes);
}

/// RD-07: in a value that is written alone a line feed ends no line.
#[test]
fn escapes_line_ends_in_single_values() {
    let policy = Policy::default().with_escaped_controls();
    let forged = "ada\r\nlevel=info msg=\"all is well\"";
    assert_eq!(
        policy.redact_field("user", forged),
        "ada\\u000d\\u000alevel=info msg=\"all is well\""
    );
    assert_eq!(Policy::default().redact_field("user", forged), forged);
}

/// RD-05, RD-10: a value under its name, whatever characters it has.
#[test]
fn redacts_a_single_value_by_its_name() {
    let policy = Policy::default().with_safe_key("sync-password");
    for (name, value, safe) in [
        (
            "password",
            "correct horse \"battery\" \\ staple\n",
            "[REDACTED:password]",
        ),
        ("user.password", "x", "[REDACTED:password]"),
        ("user[password]", "x", "[REDACTED:password]"),
        ("password", "", ""),
        ("password", "null", "null"),
        ("sync_password", "x9", "x9"),
        ("pin", "4071", "[REDACTED:pin]"),
        ("pin", "12", "12"),
        (
            "authorization",
            "Bearer abc.def",
            "Bearer [REDACTED:authorization]",
        ),
        (
            "cookie",
            "a=1; b=2",
            "a=[REDACTED:cookie]; b=[REDACTED:cookie]",
        ),
        (
            "note",
            "the \"token\": \"x9\" \\",
            "the \"token\": \"[REDACTED:token]\" \\",
        ),
        ("note", "\u{202e}", "\u{202e}"),
    ] {
        assert_eq!(policy.redact_field(name, value), safe, "{name}");
    }
}

/// RD-06: a part is shown of what has parts, and never of what only must not be known.
#[test]
fn shows_no_part_of_a_credential() {
    for kind in Kind::ALL {
        let outcome = Policy::default().with_style(*kind, Style::Partial);
        let is_personal = matches!(kind, Kind::Card | Kind::Iban | Kind::Ssn | Kind::Email);
        assert_eq!(
            outcome.err(),
            (!is_personal).then_some(Error::NotPartial),
            "{kind}"
        );
    }
}

/// RD-06: the parts that may be shown, and nothing where the value has not the form.
#[test]
fn shows_the_part_that_may_be_shown() {
    let policy = [Kind::Card, Kind::Iban, Kind::Ssn, Kind::Email]
        .into_iter()
        .fold(Policy::default(), |policy, kind| {
            policy.with_style(kind, Style::Partial).unwrap()
        });
    let shown = |kind: Kind, value: &str| {
        let policy = policy.clone().with_key_as("zq_value", kind);
        let line = serde_json::json!({ "zq_value": value, "n": 1 }).to_string();
        let safe = policy.redact_str(&line).into_owned();
        assert_eq!(policy.redact_str(&safe), safe);
        let parsed: serde_json::Value = serde_json::from_str(&safe).unwrap();
        parsed["zq_value"].as_str().unwrap().to_owned()
    };
    for (kind, value, safe) in [
        (Kind::Card, "4111 1111 1111 1111", "[REDACTED:card:1111]"),
        (Kind::Card, "4111111111111111", "[REDACTED:card:1111]"),
        (Kind::Card, "hunter2 hunter2 2222", "[REDACTED:card]"),
        (Kind::Card, "4111", "[REDACTED:card]"),
        (
            Kind::Iban,
            "DE89 3704 0044 0532 0130 00",
            "[REDACTED:iban:3000]",
        ),
        (Kind::Ssn, "078-05-1120", "[REDACTED:ssn:1120]"),
        (Kind::Ssn, "1120", "[REDACTED:ssn]"),
        // Of another number more than its end could be told.
        (Kind::Ssn, "07805112", "[REDACTED:ssn]"),
        (
            Kind::Email,
            "jane.roe@example.com",
            "[REDACTED:email:j***@example.com]",
        ),
        (
            Kind::Email,
            "jane\"roe@example.com",
            "[REDACTED:email:j***@example.com]",
        ),
        (Kind::Email, "hunter2", "[REDACTED:email]"),
        // What is shown ends no mark.
        (
            Kind::Email,
            "]jane@example.com",
            "[REDACTED:email:***@example.com]",
        ),
        (Kind::Email, "jane@exa]mple.com", "[REDACTED:email]"),
    ] {
        assert_eq!(shown(kind, value), safe, "{value}");
    }
}

#[cfg(feature = "pseudonym")]
fn pseudonymous(id: &str, key: u8) -> Policy {
    let key = PseudonymKey::from_bytes([key; PseudonymKey::LEN]);
    let policy = Policy::default().with_pseudonym_key(id, key).unwrap();
    policy.with_style(Kind::Password, Style::Pseudonym).unwrap()
}

/// RD-06: one value has one pseudonym wherever and however escaped it stands; another kind, key or
/// tenant has another.
#[cfg(feature = "pseudonym")]
#[test]
fn equal_values_have_equal_pseudonyms() {
    let mark = |policy: &Policy, line: &str| -> String {
        let safe = policy.redact_str(line).into_owned();
        assert_eq!(policy.redact_str(&safe), safe);
        let start = safe.find("[REDACTED:").unwrap();
        let rest = safe.get(start..).unwrap();
        rest.get(..=rest.find(']').unwrap()).unwrap().to_owned()
    };
    let policy = pseudonymous("k2", 7);
    let one = mark(&policy, "password=p@ss/w0rd");
    assert!(one.starts_with("[REDACTED:password:k2.p_"), "{one}");
    for line in [
        r#"{"password":"p@ss\/w0rd"}"#,
        r#"{"log":"{\"password\":\"p@ss\\/w0rd\"}"}"#,
        r#"{"password":"p\u0040ss/w0rd"}"#,
        "pg://ada:p%40ss%2Fw0rd@db/x",
        "GET /x?password=p%40ss%2fw0rd&b=2",
    ] {
        assert_eq!(mark(&policy, line), one, "{line}");
    }
    let others = [
        mark(&policy, "password=p@ss/w0rd2"),
        mark(&pseudonymous("k2", 8), "password=p@ss/w0rd"),
        mark(&pseudonymous("k3", 7), "password=p@ss/w0rd"),
        mark(
            &policy.clone().for_tenant("acme").unwrap(),
            "password=p@ss/w0rd",
        ),
        mark(
            &policy.clone().for_tenant("initech").unwrap(),
            "password=p@ss/w0rd",
        ),
        mark(
            &policy
                .clone()
                .with_style(Kind::Pin, Style::Pseudonym)
                .unwrap(),
            "pin=4071",
        ),
    ];
    for (i, other) in others.iter().enumerate() {
        assert_ne!(other, &one);
        assert!(!others.iter().skip(i + 1).any(|o| o == other), "{other}");
    }
    assert!(
        others
            .get(2)
            .unwrap()
            .starts_with("[REDACTED:password:k3.p_")
    );
}

/// RD-06: a new key makes the pseudonyms of the same tenant.
#[cfg(feature = "pseudonym")]
#[test]
fn a_new_key_keeps_the_tenant() {
    let key = || PseudonymKey::from_bytes([8; PseudonymKey::LEN]);
    let line = "password=p@ss/w0rd";
    let fresh = pseudonymous("k3", 8).for_tenant("acme").unwrap();
    let changed = pseudonymous("k2", 7).for_tenant("acme").unwrap();
    let changed = changed.with_pseudonym_key("k3", key()).unwrap();
    assert_eq!(changed.redact_str(line), fresh.redact_str(line));
    assert_ne!(
        changed.redact_str(line),
        pseudonymous("k3", 8).redact_str(line)
    );
}

/// RD-06: no pseudonym without a key, and no id that could end a mark.
#[cfg(feature = "pseudonym")]
#[test]
fn refuses_pseudonyms_that_cannot_be_made() {
    let none = Policy::default().with_style(Kind::Email, Style::Pseudonym);
    assert_eq!(none.unwrap_err(), Error::NoPseudonymKey);
    assert_eq!(
        Policy::default().for_tenant("acme").unwrap_err(),
        Error::NoPseudonymKey
    );
    for id in ["", "a]", "a.b", "a b", "k\u{fc}", &"k".repeat(33)] {
        let key = PseudonymKey::from_bytes([7; PseudonymKey::LEN]);
        let outcome = Policy::default().with_pseudonym_key(id, key);
        assert_eq!(outcome.unwrap_err(), Error::KeyId, "{id}");
    }
    let debug = format!("{:?}", pseudonymous("k2", 7));
    assert_eq!(debug, "Policy { .. }");
}

/// RD-11: a kind that is wanted in the text stays, whichever rule finds it, and only that.
#[test]
fn leaves_a_kind_in_the_text() {
    let policy = Policy::default().without_kind(Kind::Password);
    let text = "password=hunter2 pin=4071 pg://ada:s3cret@db/x";
    assert_eq!(
        policy.redact_str(text),
        "password=hunter2 pin=[REDACTED:pin] pg://ada:s3cret@db/x"
    );
}

/// RD-01: a safe name may be a path, and is then that very path, in logs and in single values.
#[test]
fn leaves_the_values_at_a_safe_path() {
    let policy = Policy::default().with_safe_key("user.backup_password");
    for (text, safe) in [
        ("user.backup_password=x9", "user.backup_password=x9"),
        ("backup_password=x9", "backup_password=[REDACTED:password]"),
        (
            "admin.backup_password=x9",
            "admin.backup_password=[REDACTED:password]",
        ),
        ("user.password=x9", "user.password=[REDACTED:password]"),
    ] {
        assert_eq!(policy.redact_str(text), safe);
        let (name, value) = text.split_once('=').unwrap();
        let (_, expected) = safe.split_once('=').unwrap();
        assert_eq!(policy.redact_field(name, value), expected, "{name}");
    }
}

/// RD-06: of what stands under a card's name and is no card, nothing is shown.
#[test]
fn shows_no_part_of_what_is_no_card() {
    let policy = Policy::default()
        .with_key_as("val", Kind::Card)
        .with_style(Kind::Card, Style::Partial)
        .unwrap();
    let redact = |value: &str| policy.redact_str(&format!("val={value}")).into_owned();
    assert_eq!(redact("4111111111111111"), "val=[REDACTED:card:1111]");
    assert_eq!(redact("DE89370400440532013000"), "val=[REDACTED:card]");
}

/// RD-01: of a name that is longer than what is looked at the end is what counts.
#[test]
fn finds_a_name_of_many_words_by_its_end() {
    for name in [
        "one_two_three_four_five_six_seven_eight_nine_ten".to_owned(),
        format!("{}nickname", "abcdefgh_".repeat(20)),
    ] {
        let policy = Policy::default().with_key(&name);
        let line = format!("{name}=oak9tree \"{name}\":\"oak9tree\"");
        let safe = format!("{name}=[REDACTED:secret] \"{name}\":\"[REDACTED:secret]\"");
        assert_eq!(policy.redact_str(&line), safe);
        assert_eq!(policy.redact_field(&name, "oak9tree"), "[REDACTED:secret]");
    }
}

/// RD-01: what counts or switches is no secret under an added name either, as its documentation says.
#[test]
fn leaves_small_numbers_under_an_added_name() {
    let policy = Policy::default().with_key("door");
    for line in [
        "door=17",
        "\"door\":999,",
        "door: true",
        "door=null",
        "door=${DOOR}",
    ] {
        assert_eq!(policy.redact_str(line), line);
    }
    assert_eq!(policy.redact_str("door=1000"), "door=[REDACTED:secret]");
}

/// RD-01: a value under a secret's name is replaced also where the name is, or the line is too long.
#[test]
fn replaces_a_field_that_cannot_be_read_as_a_member() {
    let policy = Policy::default();
    let name = format!("ghp_{}.password", "aB3dE6gH9j".repeat(4));
    assert_eq!(
        policy.redact_field(&name, "correct horse"),
        "[REDACTED:password]"
    );
    let policy = policy.with_max_line(16);
    assert_eq!(
        policy.redact_field("password", "correct horse"),
        "[REDACTED:password]"
    );
}
