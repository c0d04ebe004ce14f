//! Values that a structure joins to their names: elements, members, tables, parts, lines below.
#![cfg(feature = "redact")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail where it stands"
)]

use std::{io::Write, sync::LazyLock};

use portcullis::redact::{Policy, Writer};

const SECRETS: &str = include_str!("vectors/redact/structures.txt");
const CLEAN: &str = include_str!("vectors/redact/structures.clean.txt");

static POLICY: LazyLock<Policy> = LazyLock::new(Policy::default);

/// A text of a file of vectors, its line ends and tabs written out.
fn text(line: &str) -> String {
    line.replace('⏎', "\n")
        .replace('␍', "\r")
        .replace('␉', "\t")
}

fn lines(file: &'static str) -> impl Iterator<Item = &'static str> {
    file.lines()
        .filter(|line| !line.starts_with("# ") && !line.is_empty())
}

/// Texts with secrets, and the same without.
fn pairs() -> Vec<(String, String)> {
    let texts: Vec<&str> = lines(SECRETS).collect();
    let pair = |pair: &[&str]| match pair {
        [with, without] => (
            text(with.strip_prefix("< ").expect("a text with secrets")),
            text(without.strip_prefix("> ").expect("the same without")),
        ),
        _ => panic!("a text without its pair"),
    };
    texts.chunks(2).map(pair).collect()
}

/// What a writer makes of the parts, written one after the other.
fn write<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut writer = Writer::new(POLICY.clone(), Vec::new());
    parts
        .into_iter()
        .for_each(|part| writer.write_all(part).unwrap());
    String::from_utf8(writer.finish().unwrap().0).unwrap()
}

/// RD-01, RD-05: each structure with its value replaced and nothing else.
#[test]
fn replaces_the_value_that_a_structure_joins_to_its_name() {
    for (with, without) in pairs() {
        assert_eq!(POLICY.redact_str(&with), without);
    }
}

/// RD-01: schemas, forms, translations, lists of names, documentation, help.
#[test]
fn leaves_structures_without_a_secret_alone() {
    for line in lines(CLEAN) {
        let line = text(line);
        assert_eq!(POLICY.redact_str(&line), line);
    }
}

/// RD-04: what goes on over lines goes on over cuts.
#[test]
fn replaces_the_same_wherever_the_text_is_cut() {
    for (with, without) in pairs() {
        let bytes = with.as_bytes();
        for cut in 0..=bytes.len() {
            let (head, tail) = bytes.split_at(cut);
            assert_eq!(write([head, tail]), without, "{cut}");
        }
        assert_eq!(write(bytes.chunks(1)), without);
    }
}

/// RD-04: what was replaced is not replaced again, nor does it open anything.
#[test]
fn leaves_what_was_replaced_alone() {
    for (_, without) in pairs() {
        assert_eq!(POLICY.redact_str(&without), without);
    }
}

/// RD-04: one structure after the other is like each alone, where an empty line parts them.
#[test]
fn forgets_a_structure_that_is_over() {
    let (with, without): (Vec<_>, Vec<_>) = pairs().into_iter().unzip();
    let between = "\n2026-01-01 nothing here: goes on\n\n";
    assert_eq!(
        POLICY.redact_str(&with.join(between)),
        without.join(between)
    );
}

/// RD-01: what is open ends at the first line that shows that it belongs to something else.
#[test]
fn gives_no_line_of_another_to_what_is_open() {
    // What opens and its value, and behind it the lines of others.
    let streams = [
        // A block goes on as far as its first line is indented.
        (
            "refresh_token: >-\n    [REDACTED:token]\n",
            "\tsasl.login.refresh.min.period.seconds = 60",
        ),
        // No secret has paragraphs.
        (
            "session_cookie: >-\n  [REDACTED:session]\n\n",
            "  authentication pre-share",
        ),
        // So do items.
        (
            "passwords:\n  - [REDACTED:password]\n",
            "      - hunter3hunter3",
        ),
        // A row is boxed where its header is.
        (
            "| user | db password | since |\n|------|-----|-------|\n| bob | [REDACTED:password] | 2026 |\n",
            " id |  login   | note\n  1 | miguel.r | Sonnenschein1245",
        ),
        (
            "|user|password|role|\n|ada|[REDACTED:password]|admin|\n",
            "bob|hunter3%9|admin",
        ),
        // So are blanks beside its bars.
        (
            " id | user | password \n----+------+----------\n  1 | root | [REDACTED:password]\n",
            "m.mueller|temporary|203.0.113.19",
        ),
        // Python prints an object as no element is written.
        (
            "<__main__.Token object at 0x7f82a0f2e6d1>\n",
            "apiKey=import.meta.env.VITE_KEY",
        ),
        // What belongs to a form is no list of a statement's values.
        (
            "UPDATE users SET password = ? WHERE id = ?\n",
            "form data ImmutableMultiDict([('nick', 'nina'), ('next', '/home')])",
        ),
        (
            "UPDATE users SET password = ? WHERE id = ?\n",
            "form data [('user', 'nina'), ('next', '/home')]",
        ),
        // Blanks stand also in a sentence, and behind a date.
        (
            "USER       LOGIN_CODE\nci-runner  [REDACTED:code]\n",
            "b'{\"user\": \"miguel.r\", \"region\": \"G-014248\"}'",
        ),
        (
            "USER       OTP\nci-runner  [REDACTED:code]\n",
            "Oct 23 23:09:17 ldap-0 kubelet[8829]: I0304 20:03:40.031561    970 kubelet.go:89] SyncLoop",
        ),
        (
            "USER       BACKUP_PASSWORD\nci-runner  [REDACTED:password]\n",
            "export KEY='-----BEGIN PGP PUBLIC KEY BLOCK-----",
        ),
        // The end of a document may be lost.
        (
            "password = <<EOF\n[REDACTED:password]\n",
            "2026-01-01T00:00:00Z ready\nWARN slow9disk",
        ),
        (
            "password = \"\"\"\n[REDACTED:password]\n",
            "[2026/01/01 00:00:00] ready",
        ),
        (
            "Content-Disposition: form-data; name=\"password\"\n\n[REDACTED:password]\n",
            "Nov 22 08:53:48 host9 app[812]: ready",
        ),
        // Another process has another number.
        ("web-1  | password: |\n", "web-2  |   hunter2hunter2"),
        ("app[812]: password: |\n", "app[813]:   hunter2hunter2"),
        // What is assigned is no base64.
        (
            "-----BEGIN PRIVATE KEY-----\n[REDACTED:private_key]\n",
            "id=01QV4FDF9D0JEP8BS6EHJ4K9NC",
        ),
        // Nor are words what a client answers a server.
        ("S: 334 UGFzc3dvcmQ6\n", "connection closed\nall done"),
    ];
    for (redacted, others) in streams {
        let opening = redacted
            .replace("[REDACTED:token]", "Z1M1I-ETYT1-QSYKE")
            .replace("[REDACTED:session]", "9bb08275-4f9e-4a4a-9a62-5f4b08b34fc4")
            .replace("[REDACTED:code]", "84847391")
            .replace("[REDACTED:private_key]", &"MIIEvQ1bADANBgkq".repeat(4))
            .replace("[REDACTED:password]", "hunter2%9");
        let stream = format!("{opening}{others}\n");
        assert_eq!(POLICY.redact_str(&stream), format!("{redacted}{others}\n"));
    }
}

/// RD-01: the header of a table ends the one above it, also where the columns are as many.
#[test]
fn reads_each_of_two_tables_by_its_own_header() {
    let first = " id | user | zendesk_token \n----+------+---------------\n  1 | bob | a1b2c3d4e5f6g7h8i9j0\n";
    let second = " id | user | password \n----+------+----------\n  1 | ada | hunter2\n";
    assert_eq!(
        POLICY.redact_str(&[first, second].concat()),
        [POLICY.redact_str(first), POLICY.redact_str(second)].concat()
    );
    // A row of weak passwords and of words that columns are called is none.
    assert_eq!(
        POLICY.redact_str("name,password,status\nroot,secret,active\nada,hunter2,active\n"),
        "name,password,status\nroot,secret,active\nada,[REDACTED:password],active\n"
    );
}

/// RD-01: the time before each line goes on while a value does.
#[test]
fn knows_a_prefix_in_which_time_has_passed() {
    for (before, after) in [
        ("2026-01-01T09:59:59.9Z app", "2026-01-01T10:00:00.0Z app"),
        ("[1690000000] app[12]:", "[1690000001] app[12]:"),
        ("config.yml:9:", "config.yml:8:"),
    ] {
        assert_eq!(
            POLICY.redact_str(&format!("{before} password: |\n{after}   hunter2%9\n")),
            format!("{before} password: |\n{after}   [REDACTED:password]\n")
        );
    }
}

/// RD-01: several processes write to one log, each with its prefix: what one has begun goes on
/// behind the lines of the others.
#[test]
fn takes_a_value_behind_lines_of_others() {
    for (prefix, others) in [
        ("web-1  | ", "db-1   | checkpoint complete\n"),
        ("web-1  | ", "web-2  | password: |\nweb-2  |   hunter3\n"),
        (
            "2026-01-01 00:00:01 app[812]: ",
            "2026-01-01 00:00:01 app[813]: started\n",
        ),
        (
            "[pod/web-7d4b9/app] ",
            "[pod/db-0/postgres] 00:00:01 LOG: x\n",
        ),
    ] {
        let redacted = POLICY.redact_str(others).into_owned();
        let texts = pairs();
        let over_lines = texts.iter().filter(|(with, _)| with.contains('\n'));
        let mut count = 0;
        for (with, without) in over_lines {
            // One without digits, signs or blanks at its beginning is read the same behind a prefix.
            let starts = with.starts_with(|c: char| c.is_ascii_lowercase());
            if !starts
                || POLICY.redact_str(&behind(prefix, "", with)) != behind(prefix, "", without)
            {
                continue;
            }
            count += 1;
            assert_eq!(
                POLICY.redact_str(&behind(prefix, others, with)),
                behind(prefix, &redacted, without)
            );
        }
        assert!(count > 20, "{prefix}: {count}");
    }
}

/// RD-01: the same where only the others have a prefix, a time or an importance.
#[test]
fn reads_on_behind_what_a_logger_wrote() {
    let key = "MIIEvQ1bADANBgkq".repeat(4);
    let body = format!("-----BEGIN PRIVATE KEY-----\n{key}\n");
    for others in [
        "2026-01-01T00:00:00Z ready\n",
        "INFO ready\n[2026-01-01 00:00:00] ready\n",
        "Nov 22 08:53:48 host app[812]: ready\n",
    ] {
        assert_eq!(
            POLICY.redact_str(&format!("{body}{others}{key}\n{others}")),
            format!(
                "{0}{others}[REDACTED:private_key]\n{others}",
                POLICY.redact_str(&body)
            )
        );
        assert_eq!(
            POLICY.redact_str(&format!("S: 334 UGFzc3dvcmQ6\n{others}C: aHVudGVyMg==\n")),
            format!("S: 334 UGFzc3dvcmQ6\n{others}C: [REDACTED:password]\n")
        );
    }
}

/// `text` behind a prefix, others between its lines.
fn behind(prefix: &str, others: &str, text: &str) -> String {
    let lines = text.split('\n').map(|line| format!("{prefix}{line}\n"));
    lines.collect::<Vec<_>>().join(others)
}

/// RD-01: what others open between a name and its value does not push the name out.
#[test]
fn waits_for_a_value_whatever_others_open_before_it_comes() {
    for (opener, value, safe) in [
        ("password: |", "  hunter3hunter3", "  [REDACTED:password]"),
        ("password = <<EOF", "hunter3hunter3", "[REDACTED:password]"),
        (
            "\"name\": \"password\",",
            "\"value\": \"hunter3hunter3\"",
            "\"value\": \"[REDACTED:password]\"",
        ),
        ("id,password", "1,hunter3hunter3", "1,[REDACTED:password]"),
        (
            "Content-Disposition: form-data; name=\"password\"",
            "\nhunter3hunter3",
            "\n[REDACTED:password]",
        ),
    ] {
        let opened = |name: &str| behind(&format!("{name} | "), "", opener);
        for count in 0..9 {
            let names = ('a'..='z').map(|name| format!("svc{name}"));
            let planted: String = names.take(count).map(|name| opened(&name)).collect();
            let own = opened("web-1");
            for text in [format!("{own}{planted}"), format!("{planted}{own}")] {
                let after = |line: &str| format!("{text}{}", behind("web-1 | ", "", line));
                assert_eq!(POLICY.redact_str(&after(value)), after(safe));
            }
        }
    }
}
