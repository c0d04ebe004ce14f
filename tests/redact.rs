//! What `redact` takes out of logs, what it leaves, and that no way of cutting or writing matters.
#![cfg(feature = "redact")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    reason = "a test may fail where it stands"
)]

use std::{
    borrow::Cow,
    io::{self, Write},
    sync::LazyLock,
};

use portcullis::redact::{Counts, Kind, Policy, Writer};
use proptest::{prelude::*, sample::select};

const PUBLISHED: &str = include_str!("vectors/redact/published.txt");
const WRITTEN: &str = include_str!("vectors/redact/written.txt");
const CLEAN: &str = include_str!("vectors/redact/clean.log");
const KEYS: &str = include_str!("vectors/redact/private_key.log");
const KEYS_SAFE: &str = include_str!("vectors/redact/private_key.safe.log");

static POLICY: LazyLock<Policy> = LazyLock::new(Policy::default);

fn redact(text: &str) -> String {
    POLICY.redact_str(text).into_owned()
}

/// The pairs of a file of vectors: a line with secrets, and the same without.
fn pairs(file: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let mut lines = file
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    std::iter::from_fn(move || {
        let line = lines
            .next()?
            .strip_prefix("< ")
            .expect("a line with secrets");
        let safe = lines.next()?.strip_prefix("> ").expect("the same without");
        Some((line, safe))
    })
}

/// What a writer makes of `parts`, written one after the other.
fn write<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> (Vec<u8>, Counts) {
    let mut writer = Writer::new(POLICY.clone(), Vec::new());
    parts
        .into_iter()
        .for_each(|part| writer.write_all(part).unwrap());
    writer.finish().unwrap()
}

/// RD-01, RD-02: examples of the specifications and of the vendors.
#[test]
fn redacts_what_specifications_print_as_secrets() {
    for (line, safe) in pairs(PUBLISHED) {
        assert_eq!(redact(line), safe);
    }
}

/// RD-01, RD-05, S2-07, S3-18: every syntax in which services log.
#[test]
fn redacts_secrets_in_every_syntax_and_nothing_beside_them() {
    for (line, safe) in pairs(WRITTEN) {
        assert_eq!(redact(line), safe);
    }
}

/// RD-02: what looks like a secret and is none.
#[test]
fn leaves_lines_without_a_secret_alone() {
    for line in CLEAN.lines() {
        assert_eq!(redact(line), line);
    }
    assert!(matches!(POLICY.redact(CLEAN.as_bytes()), Cow::Borrowed(_)));
}

/// RD-02, RD-04: private keys over several lines, whose number and prefixes stay.
#[test]
fn replaces_private_keys_line_by_line() {
    assert_eq!(redact(KEYS), KEYS_SAFE);
    let dos = KEYS.replace('\n', "\r\n");
    assert_eq!(redact(&dos), KEYS_SAFE.replace('\n', "\r\n"));
}

/// S2-07, S3-18: one secret of each category that the promises name.
#[test]
fn keeps_the_promises_about_logs() {
    let line = concat!(
        r#"{"password":"canary-1","apiKey":"canary-2","security_question":"canary-3","#,
        r#""securityAnswer":"canary-4","mothersMaidenName":"canary-5","reset_token":"canary-6"}"#
    );
    let safe = redact(line);
    assert!(!safe.contains("canary"), "{safe}");
    for kind in ["password", "api_key", "security_answer", "token"] {
        assert!(
            safe.contains(&format!("[REDACTED:{kind}]")),
            "{kind}: {safe}"
        );
    }
}

/// RD-01: numbers under short names are secrets only in the length of one.
#[test]
fn takes_pins_of_three_to_eight_digits_only() {
    for (text, safe) in [
        ("pin=12", "pin=12"),
        ("pin=123", "pin=[REDACTED:pin]"),
        ("pin=12345678", "pin=[REDACTED:pin]"),
        ("pin=123456789", "pin=123456789"),
        (r#"{"otp":"12"}"#, r#"{"otp":"12"}"#),
        (r#"{"otp":"123456"}"#, r#"{"otp":"[REDACTED:code]"}"#),
        (r#"{"otp":"on-demand"}"#, r#"{"otp":"on-demand"}"#),
        (r#"{"cvv":1234}"#, r#"{"cvv":"[REDACTED:pin]"}"#),
        (r#"{"cvv":-1234}"#, r#"{"cvv":-1234}"#),
    ] {
        assert_eq!(redact(text), safe);
    }
}

/// RD-01: names are sequences of words.
#[test]
fn adds_names_and_takes_names_away() {
    let policy = Policy::default()
        .with_key("door_code")
        .with_safe_key("sync-password");
    let redact = |text| policy.redact_str(text).into_owned();
    assert_eq!(
        redact("backDoorCode=x9 doorcodes=x9"),
        "backDoorCode=[REDACTED:secret] doorcodes=x9"
    );
    assert_eq!(
        redact("syncPassword=x9 old_sync_password=x9"),
        "syncPassword=x9 old_sync_password=[REDACTED:password]"
    );
    assert_eq!(
        Policy::default().with_key("_").redact_str("_=1 =2"),
        "_=1 =2"
    );
    let german = Policy::default().with_key("Türcode");
    assert_eq!(german.redact_str("Türcode=x9"), "Türcode=[REDACTED:secret]");
}

/// RD-01: a name of one letter is one more name, whatever else stands in the text.
#[test]
fn adds_names_of_one_letter() {
    for letter in 'a'..='z' {
        let policy = Policy::default().with_key(&letter.to_string());
        let text = format!(
            "password=x9\npsk=x9 client_secret=x9\n{letter}=x9 max_tokens=12\nkeyboard session-3\n"
        );
        let by_line: String = text
            .split_inclusive('\n')
            .map(|line| policy.redact_str(line).into_owned())
            .collect();
        assert_eq!(policy.redact_str(&text), by_line);
        assert!(!by_line.contains("x9"), "{by_line}");
    }
}

/// RD-01: signs of other scripts part names, whichever names they are.
#[test]
fn reads_names_behind_signs_outside_ascii() {
    for sign in ["：", "＝", "→", "⇒"] {
        for before in ["user", "max_tokens", "expires", "名前"] {
            let line = format!("{before}{sign}pin=482136");
            let safe = format!("{before}{sign}pin=[REDACTED:pin]");
            assert_eq!(redact(&line), safe);
        }
    }
}

/// RD-01: more added names than one vectorised search holds, in any order on a line.
#[test]
fn finds_a_hundred_added_names() {
    let letter = |n: usize| char::from(b"abcdefghij"[n]);
    let names: Vec<String> = (0..100)
        .map(|n| format!("zq{}{}x", letter(n / 10), letter(n % 10)))
        .collect();
    let policy = names
        .iter()
        .fold(Policy::default(), |policy, name| policy.with_key(name));
    for name in &names {
        let line = format!("{name}=x9 password=x9 {name}=x9");
        let safe = format!(
            "{name}=[REDACTED:secret] password=[REDACTED:password] {name}=[REDACTED:secret]"
        );
        assert_eq!(policy.redact_str(&line), safe);
    }
}

/// RD-11: places and kinds, never values.
#[test]
fn says_what_it_found_without_changing_it() {
    let text = "user=ada password=hunter2 see https://u:s3cret@h\npin=4071";
    let found = POLICY.findings(text.as_bytes());
    let found: Vec<_> = found.iter().map(|f| (f.kind(), &text[f.span()])).collect();
    assert_eq!(
        found,
        [
            (Kind::Password, "hunter2"),
            (Kind::Password, "s3cret"),
            (Kind::Pin, "4071")
        ]
    );
    let debug = format!("{:?}", POLICY.findings(text.as_bytes()));
    assert!(
        !debug.contains("hunter2") && !debug.contains("4071"),
        "{debug}"
    );
}

/// RD-11: the names are stable, distinct and what the text says.
#[test]
fn names_every_kind_in_lower_case() {
    let names: Vec<_> = Kind::ALL.iter().map(|kind| kind.to_string()).collect();
    assert_eq!(
        names,
        [
            "password",
            "token",
            "api_key",
            "secret",
            "private_key",
            "cookie",
            "authorization",
            "session",
            "jwt",
            "code",
            "pin",
            "security_answer",
            "card",
            "iban",
            "ssn",
            "email",
            "registered",
            "custom"
        ]
    );
}

/// RD-05: bytes that are no text pass.
#[test]
fn leaves_bytes_that_are_no_text_alone() {
    let text = b"\xff\x00\xfe password=hunter2\x00next=\xf0\x28 \"token\":\"\xff\xfe\"\r\n\x1b[0m";
    let safe = POLICY.redact(text);
    assert_eq!(
        safe.as_ref(),
        b"\xff\x00\xfe password=[REDACTED:password]\x00next=\xf0\x28 \"token\":\"[REDACTED:token]\"\r\n\x1b[0m".as_slice()
    );
}

/// RD-02: no value is taken for a mask that only begins like one.
#[test]
fn is_not_misled_by_masks_inside_a_secret() {
    for value in [
        "[REDACTED:password]hunter2",
        "${X}hunter2",
        "<redacted>hunter2",
        "****hunter2",
        "-----BEGIN-hunter2",
    ] {
        for line in [
            format!("password={value} x=1"),
            format!(r#"{{"password":"{value}"}}"#),
        ] {
            assert!(!redact(&line).contains("hunter2"), "{line}");
        }
    }
}

/// RD-04: a line over the limit is withheld whole and counted, one at the limit is not.
#[test]
fn withholds_lines_that_are_too_long() {
    let mut writer = Writer::new(POLICY.clone(), Vec::new()).with_max_line(20);
    for part in [
        "password=hunter2",
        "abcd\npassword=hunter2abcde\n",
        "ok\n",
        "password=hunter2ab",
        "cdef",
    ] {
        writer.write_all(part.as_bytes()).unwrap();
    }
    let (safe, counts) = writer.finish().unwrap();
    assert_eq!(
        String::from_utf8(safe).unwrap(),
        "password=[REDACTED:password]\n[REDACTED:line]\nok\n[REDACTED:line]"
    );
    assert_eq!(
        (
            counts.lines(),
            counts.withheld(),
            counts.of(Kind::Password),
            counts.total()
        ),
        (4, 2, 1, 1)
    );
}

/// RD-04: an endless line takes no more memory than the limit, and what follows is whole.
#[test]
fn forgets_what_it_withholds() {
    let mut writer = Writer::new(POLICY.clone(), Vec::new());
    for _ in 0..64 {
        writer.write_all(&[b'a'; 64 * 1024]).unwrap();
    }
    writer.write_all(b"\nnext pin=4071\n").unwrap();
    let (safe, counts) = writer.finish().unwrap();
    assert_eq!(safe, b"[REDACTED:line]\nnext pin=[REDACTED:pin]\n");
    assert_eq!(counts.withheld(), 1);
}

/// RD-04: a key whose beginning was withheld is found by its body; other lines stay.
#[test]
fn withholds_the_key_that_begins_on_a_withheld_line() {
    let body = "h8j9k0l1m2n3o4p5q6r7s8t9u0v1w2x3y4z5A6B7C8D9E0F1G2H3I4J5K6L7M8N9\n";
    let long = format!("{}-----BEGIN PRIVATE KEY-----\n", "a".repeat(90));
    let mut writer = Writer::new(POLICY.clone(), Vec::new()).with_max_line(100);
    for line in [
        &long,
        body,
        "h8j9k0==\n",
        "all is well\n",
        body,
        &long,
        "ok\n",
        body,
    ] {
        writer.write_all(line.as_bytes()).unwrap();
    }
    let (safe, _) = writer.finish().unwrap();
    let key = "[REDACTED:private_key]\n";
    let expected =
        format!("[REDACTED:line]\n{key}{key}all is well\n{body}[REDACTED:line]\nok\n{body}");
    assert_eq!(String::from_utf8(safe).unwrap(), expected);
}

/// RD-04: a flush passes on complete lines and keeps the rest, whose secrets it cannot tell yet.
#[test]
fn flushes_complete_lines_only() {
    let mut writer = Writer::new(POLICY.clone(), Vec::new());
    writer.write_all(b"one\npassword=hun").unwrap();
    writer.flush().unwrap();
    assert_eq!(writer.get_ref(), b"one\n");
    writer.write_all(b"ter2\n").unwrap();
    assert_eq!(writer.get_ref(), b"one\npassword=[REDACTED:password]\n");
}

/// Takes three bytes, then fails, again and again.
struct Flaky {
    taken: Vec<u8>,
    fails: bool,
}

impl Write for Flaky {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.fails = !self.fails;
        if self.fails {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        self.taken.extend_from_slice(&buf[..buf.len().min(3)]);
        Ok(buf.len().min(3))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// RD-04: what the inner writer refused is neither lost nor written twice.
#[test]
fn keeps_what_could_not_be_written() {
    let mut writer = Writer::new(
        Policy::default(),
        Flaky {
            taken: Vec::new(),
            fails: false,
        },
    );
    for line in ["one\n", "password=hunter2\n", "three\n"] {
        while writer.write(line.as_bytes()).is_err() {}
    }
    while writer.flush().is_err() {}
    assert_eq!(
        writer.get_ref().taken,
        b"one\npassword=[REDACTED:password]\nthree\n"
    );
}

/// Takes nothing.
struct Full;

impl Write for Full {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// RD-04: what is not written is not piled up: the next write fails.
#[test]
fn takes_no_more_while_the_inner_writer_fails() {
    let mut writer = Writer::new(POLICY.clone(), Full);
    assert_eq!(writer.write(b"one\n").unwrap(), 4);
    let error = writer.write(b"two\n").unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    assert_eq!(writer.counts().lines(), 1);
    assert!(writer.flush().is_err());
    assert!(writer.finish().is_err());
}

/// RD-04: the private keys and lines of all vectors, cut in two at every place.
#[test]
fn writes_the_same_wherever_the_input_is_cut() {
    let lines = pairs(WRITTEN)
        .map(|(line, _)| line)
        .collect::<Vec<_>>()
        .join("\n");
    for text in [KEYS, &lines, "password=hunter2"] {
        let whole = redact(text);
        for cut in 0..=text.len() {
            let (first, second) = text.as_bytes().split_at(cut);
            let (safe, counts) = write([first, second]);
            assert_eq!(String::from_utf8_lossy(&safe), whole, "cut at {cut}");
            assert_eq!(counts.lines(), text.lines().count() as u64);
        }
    }
}

/// RD-04: what only a second look shows, for the whole text and line by line: a token that ends
/// where a flag begins, and a line of a key's block that is none until its token is replaced.
#[test]
fn looks_again_at_what_a_replacement_uncovers() {
    let flag = "hf_012345678901234567890123456789--password hunter2\n";
    assert_eq!(
        redact(flag),
        "[REDACTED:token]--password [REDACTED:password]\n"
    );
    let block = concat!(
        "-----BEGIN PRIVATE KEY-----\n",
        "SG.0123456789012345678901.0123456789012345678901234567890\n",
        "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n",
        "after all\n",
    );
    let safe =
        "-----BEGIN PRIVATE KEY-----\n[REDACTED:api_key]\n[REDACTED:private_key]\nafter all\n";
    assert_eq!(redact(block), safe);
    let (written, _) = write(block.as_bytes().split_inclusive(|b| *b == b'\n'));
    assert_eq!(String::from_utf8(written).unwrap(), safe);
}

/// RD-04: where each look uncovers one more, the last one withholds what is left: nothing goes out
/// that a second pass would find.
#[test]
fn withholds_what_does_not_settle() {
    for fragment in [
        "70617373776f72643d68756e74657232null",
        "DE89370400440532013000cGFzc3dvcmQ9aHVudGVyMiF4",
        "password: <<EOF\n{\"secret\":{\"a\":",
        "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj,",
    ] {
        for times in [9, 12, 30] {
            let safe = redact(&fragment.repeat(times));
            assert_eq!(redact(&safe), safe, "{times} times {fragment}");
        }
    }
}

/// Names of secrets that take any value, as different programs join their words.
const NAMES: &[&str] = &[
    "password",
    "userPassword",
    "DB_PASSWORD",
    "new-password",
    "client_secret",
    "accessToken",
    "api_key",
    "X-Api-Key",
    "securityAnswer",
    "mothers_maiden_name",
    "refresh_token",
    "passphrase",
    "aws_secret_access_key",
    "session_id",
    "encryptionKey",
    "Passwort",
];

/// Whether any six characters in a row of `secret` are in `text`.
fn survives(secret: &str, text: &str) -> bool {
    let secret: Vec<char> = secret.chars().collect();
    secret
        .windows(6)
        .any(|part| text.contains(&part.iter().collect::<String>()))
}

/// A secret without white space and without what ends a value that has no quotes.
fn bare() -> impl Strategy<Value = String> {
    "[A-Za-z0-9][A-Za-z0-9!@$^*_+.~/=?-]{10,30}[0-9]"
}

/// A secret of anything that JSON can hold, control characters left to the escapes.
fn any_text() -> impl Strategy<Value = String> {
    "[ -~äöü€\t\n]{10,30}[0-9a-f]"
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    /// RD-01, S2-07: a random secret in any syntax that needs no escapes.
    #[test]
    fn no_bare_secret_survives(name in select(NAMES), secret in bare(), syntax in 0..20_usize) {
        let line = match syntax {
            0 => format!("{name}={secret}"),
            1 => format!("a=1 {name}={secret} b=2"),
            2 => format!("{name}: {secret}"),
            3 => format!("{name}=\"{secret}\" b=2"),
            4 => format!("{name}='{secret}' b=2"),
            5 => format!("GET /x?{name}={secret}&b=2 HTTP/1.1"),
            6 => format!("a=1&{name}={secret}"),
            7 => format!("User {{ id: 1, {name}: Some(\"{secret}\"), b: 2 }}"),
            8 => format!("User(id=1, {name}={secret}, b=2)"),
            9 => format!("&{{ID:1 {name}:{secret} B:2}}"),
            10 => format!("{{'{name}': '{secret}', 'b': 2}}"),
            11 => format!("{{\"{name}\"=>\"{secret}\", \"b\"=>2}}"),
            12 => format!("run --{name} {secret} -v"),
            13 => format!("run --{name}={secret} -v"),
            14 => format!("Server=db;{name}={secret};User Id=sa"),
            15 => format!("> Authorization: Bearer {secret}"),
            16 => format!("Cookie: {name}={secret}; b=2"),
            17 => format!("{{\"msg\":\"{name}={secret}\",\"b\":2}}"),
            18 => format!("level=info msg=\"{{\\\"{name}\\\":\\\"{secret}\\\"}}\""),
            _ => format!("user%5B{name}%5D={secret}&b=2"),
        };
        let safe = redact(&line);
        prop_assert!(!survives(&secret, &safe), "{line}\n{safe}");
        prop_assert_eq!(redact(&safe), safe);
    }

    /// RD-01, RD-05: any secret in JSON, in JSON in JSON, and once more, which all stay JSON.
    #[test]
    fn no_secret_in_json_survives(name in select(NAMES), secret in any_text(), depth in 0..3, id in 0..1000) {
        let value = serde_json::json!({ "id": id, name: secret, "note": "a \"quoted\" note\n", "list": [1, id] });
        let expected = |parsed: &serde_json::Value| {
            let mut rest = parsed.clone();
            rest[name] = secret.clone().into();
            rest == value
        };
        let mut line = value.to_string();
        for _ in 0..depth {
            line = serde_json::json!({ "n": 1, "log": line }).to_string();
        }
        let safe = redact(&line);
        prop_assert_eq!(&redact(&safe), &safe);
        let mut parsed: serde_json::Value = serde_json::from_str(&safe).unwrap();
        for _ in 0..depth {
            parsed = serde_json::from_str(parsed["log"].as_str().unwrap()).unwrap();
        }
        prop_assert!(parsed[name].as_str().unwrap().starts_with("[REDACTED:"), "{}", safe);
        prop_assert!(expected(&parsed), "{}", safe);
    }

    /// RD-05: a number becomes a string at every depth, and JSON stays JSON.
    #[test]
    fn json_with_numbers_stays_json(pin in 100_u32..99_999_999, depth in 0..3) {
        let mut line = serde_json::json!({ "pin": pin, "codes": [pin], "recovery_codes": [pin, null, "x-1"], "n": pin }).to_string();
        for _ in 0..depth {
            line = serde_json::json!({ "log": line, "n": 1 }).to_string();
        }
        let mut parsed: serde_json::Value = serde_json::from_str(&redact(&line)).unwrap();
        for _ in 0..depth {
            parsed = serde_json::from_str(parsed["log"].as_str().unwrap()).unwrap();
        }
        let safe = serde_json::json!({
            "pin": "[REDACTED:pin]",
            "codes": [pin],
            "recovery_codes": ["[REDACTED:code]", null, "[REDACTED:code]"],
            "n": pin,
        });
        prop_assert_eq!(parsed, safe);
    }

    /// RD-05: a URL keeps everything but the password. `$NAME` is a variable and no password.
    #[test]
    fn urls_keep_their_form(user in "[a-z]{1,8}", password in "[A-Za-z0-9][A-Za-z0-9!$*+,;._~%-]{7,19}[0-9]", host in "[a-z]{1,9}(:[0-9]{1,5})?", path in "(/[a-z]{1,5}){0,2}") {
        let line = format!("db=pg://{user}:{password}@{host}{path} ok=1");
        prop_assert_eq!(redact(&line), format!("db=pg://{user}:[REDACTED:password]@{host}{path} ok=1"));
    }
}

/// Pieces that mean something to the grammar, to be put together at random.
const PIECES: &[&str] = &[
    "password",
    "\"password\"",
    "token",
    "pin",
    "auth",
    "cookie",
    "Set-Cookie",
    "Authorization",
    "secret",
    "recovery_codes",
    "=",
    ":",
    ": ",
    "=>",
    "%3D",
    "\"",
    "\\\"",
    "\\\\\\\"",
    "'",
    "`",
    "%22",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    ",",
    ";",
    "; ",
    "&",
    " ",
    "\n",
    "\r\n",
    "\\n",
    "\\",
    "\0",
    "\x1b[31m",
    "Bearer ",
    "Basic ",
    "Digest ",
    "dXNlcjpwYXNz",
    "hunter2",
    "4071",
    "12345678901234567",
    "null",
    "***",
    "${X}",
    "<x>",
    "[REDACTED:password]",
    "[REDACTED:",
    "Some(",
    "b'",
    "--",
    "://",
    "@",
    "/",
    "?",
    "#",
    "ada",
    "a=1",
    "b: ",
    "User Id=",
    "must be",
    "ghp_0123456789012345678901234567890123456",
    "eyJhbGciOiJub25lIn0",
    ".eyJzdWIiOiJpbnZlbnRlZCJ9",
    ".",
    "-----BEGIN RSA PRIVATE KEY-----",
    "-----END RSA PRIVATE KEY-----",
    "MIIEpAIBAAKCAQEA7bq0gCkH3q9w0vF3m2b7nJx5G0t6y8u9i0o1p2a3s4d5f6g7",
    "c2hvcnQ=",
    "Proc-Type: 4,ENCRYPTED",
    "\u{fc}",
    "Expires=Wed, 21 Oct 2026 07:28:00 GMT",
    "Path=/",
    "\\u0026",
    "%26",
    "|",
    "<",
    ">",
    "!",
    "-",
];

fn pieces() -> impl Strategy<Value = String> {
    prop::collection::vec(select(PIECES), 0..24).prop_map(|pieces| pieces.concat())
}

/// RD-05: in JSON a number that is replaced becomes a string, whatever its name asks for.
#[test]
fn a_number_under_a_headers_name_stays_json() {
    for name in ["authorization", "cookie", "x-api-key"] {
        let text = format!("{{\"{name}\":1234567890123,\"n\":1}}");
        let clean = Policy::default().redact_str(&text).into_owned();
        assert!(
            serde_json::from_str::<serde_json::Value>(&clean).is_ok(),
            "{clean}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    /// A second pass changes nothing, lines stay lines, spans are what is replaced.
    #[test]
    fn redacting_twice_is_redacting_once(text in pieces()) {
        let safe = redact(&text);
        prop_assert_eq!(redact(&safe), safe.as_str(), "{:?}", text);
        prop_assert_eq!(safe.matches('\n').count(), text.matches('\n').count());
        let mut found = POLICY.findings(text.as_bytes()).into_iter().map(|f| f.span());
        let mut end = 0;
        let ascend = found.all(|span| {
            let ascends = span.start >= end && span.end > span.start && span.end <= text.len();
            end = span.end;
            ascends
        });
        prop_assert!(ascend);
    }

    /// RD-04: the output is that of the whole text, however it is cut.
    #[test]
    fn writes_the_same_however_the_input_is_cut(text in pieces(), cuts in prop::collection::vec(0..100_usize, 0..6)) {
        let mut rest = text.as_bytes();
        let mut parts = Vec::new();
        for cut in cuts {
            let (part, after) = rest.split_at(cut.min(rest.len()));
            parts.push(part);
            rest = after;
        }
        parts.push(rest);
        let (safe, _) = write(parts);
        prop_assert_eq!(String::from_utf8_lossy(&safe), redact(&text));
    }
}
