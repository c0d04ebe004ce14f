//! Secrets in encoded text, and encoded text without a secret.
#![cfg(feature = "redact")]
#![allow(
    clippy::arithmetic_side_effects,
    reason = "a test may fail where it stands"
)]

use std::sync::LazyLock;

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
use portcullis::redact::Policy;

static POLICY: LazyLock<Policy> = LazyLock::new(Policy::default);

fn redact(text: &str) -> String {
    POLICY.redact_str(text).into_owned()
}

#[track_caller]
fn hides(text: &str, expected: &str) {
    assert_eq!(redact(text), expected, "{text}");
    assert_eq!(redact(expected), expected, "{expected} again");
}

#[track_caller]
fn stays(text: &str) {
    assert_eq!(redact(text), text);
}

const TEXTS: &[&str] = &[
    r#"{"user":"ada","password":"correct horse"}"#,
    "user=ada&password=correct+horse",
    "2026-11-21 login failed: password=hunter22 ip=10.0.0.1",
    "{\"email\":\"ada@example.com\",\"näme\":\"Zoë\"}",
    "export API_KEY=\"9f86d081884c7d65\"\nexport HOME=/root\n",
];

/// RD-02: base64 in which a secret is found is replaced as a whole.
#[test]
fn finds_secrets_in_base64() {
    for text in TEXTS {
        let kind = if text.contains("email") {
            "email"
        } else if text.contains("KEY") {
            "api_key"
        } else {
            "password"
        };
        let mark = format!("[REDACTED:{kind}]");
        for encoded in [
            BASE64.encode(text.as_bytes()),
            BASE64URL_NOPAD.encode(text.as_bytes()),
        ] {
            for place in [
                "{}",
                "payload={}",
                "{\"data\":\"{}\"}",
                "/cb?state={}&v=2",
                "echo {} | base64 -d",
                "data:application/json;base64,{}",
                "a {}, b",
            ] {
                hides(&place.replace("{}", &encoded), &place.replace("{}", &mark));
            }
        }
        let padded = BASE64.encode(text.as_bytes()).replace('=', "%3D");
        hides(&format!("?d={padded}&a=1"), &format!("?d={mark}&a=1"));
    }
    let wide: Vec<u8> = "$env:DB_PASSWORD='x9y8z7w6'"
        .bytes()
        .flat_map(|b| [b, 0])
        .collect();
    hides(
        &format!("powershell -enc {}", BASE64.encode(&wide)),
        "powershell -enc [REDACTED:password]",
    );
}

/// RD-02: what is glued to encoded text hides nothing behind it, however often.
#[test]
fn finds_all_that_is_encoded_in_one_word() {
    let hex = HEXLOWER.encode(b"password=hunter2");
    let name = HEXLOWER.encode(b"password=");
    hides(
        &format!("{hex}null").repeat(20),
        &format!("{name}[REDACTED:password]null").repeat(20),
    );
    let base64 = BASE64.encode(b"password=hunter2!x");
    hides(
        &format!("{base64}________________________").repeat(20),
        &"[REDACTED:password]________________________".repeat(20),
    );
    hides(
        &format!("DE89370400440532013000{base64}").repeat(20),
        &"[REDACTED:iban][REDACTED:password]".repeat(20),
    );
}

/// RD-02: in hexadecimal only the bytes of the secret are.
#[test]
fn finds_secrets_in_hexadecimal() {
    for encode in [HEXLOWER, HEXUPPER] {
        let hex = |text: &str| encode.encode(text.as_bytes());
        for place in ["{}", "sent {} ok", "\\x{}", "0x{}", "{\"raw\":\"{}\"}"] {
            let text = hex("user=ada&password=hunter22&a=1");
            let safe = [
                hex("user=ada&password="),
                "[REDACTED:password]".into(),
                hex("&a=1"),
            ]
            .concat();
            hides(&place.replace("{}", &text), &place.replace("{}", &safe));
        }
        hides(
            &format!("proctitle={}", hex("mysql\0-u\0root\0--password=hunter22")),
            &format!(
                "proctitle={}[REDACTED:password]",
                hex("mysql\0-u\0root\0--password=")
            ),
        );
    }
}

/// RD-02, RD-05: lists of bytes, as dumps of many languages write them. JSON stays JSON.
#[test]
fn finds_secrets_in_lists_of_bytes() {
    let (before, secret, after) = ("user=ada&password=", "hunter22", "&a=1");
    type Form = (fn(u8) -> String, &'static str, &'static str, &'static str);
    let forms: &[Form] = &[
        (|b| format!("{b:02x}"), " ", "<Buffer ", ">"),
        (|b| format!("{b:02X}"), "-", "", ""),
        (|b| format!("{b:02x}"), ":", "", " end"),
        (|b| format!("0x{b:02x}"), ", ", "[]byte{", "}"),
        (|b| format!("{b}"), ", ", "body: [", "]"),
        (|b| format!("{b}"), " ", "[", "]"),
        (|b| format!("\\x{b:02x}"), "", "b'", "'"),
        (|b| format!("{b}"), ",", "<<", ">>"),
    ];
    for (form, joint, open, close) in forms {
        let list = |text: &str| text.bytes().map(form).collect::<Vec<_>>().join(joint);
        let text = [open, &*list(&[before, secret, after].concat()), close].concat();
        let safe = [
            open,
            &*list(before),
            joint,
            "[REDACTED:password]",
            joint,
            &*list(after),
            close,
        ];
        hides(&text, &safe.concat());
    }
    let bytes: Vec<u8> = [before, secret, after].concat().into_bytes();
    let text = format!(
        "{{\"body\":{}}}",
        serde_json::to_string(&bytes).unwrap_or_default()
    );
    let safe = redact(&text);
    assert!(safe.contains("61,\"[REDACTED:password]\",38"), "{safe}");
    assert!(serde_json::from_str::<serde_json::Value>(&safe).is_ok());
}

/// RD-02: words of two bytes, as `xxd` groups them.
#[test]
fn finds_secrets_in_words_of_two_bytes() {
    let text = HEXLOWER.encode(b"user=ada&password=hunter22&a=1");
    let words: Vec<&str> = (0..text.len())
        .step_by(4)
        .filter_map(|at| text.get(at..at + 4))
        .collect();
    let safe = redact(&words.join(" "));
    assert!(
        safe.contains("[REDACTED:password]") && !safe.contains("6e74"),
        "{safe}"
    );
}

/// RD-02, RD-04: rows of a dump, as `hexdump -C`, `xxd` and `tcpdump -X` print them: what goes on in
/// the next row is found there, in the bytes and in the characters.
#[test]
fn finds_secrets_over_rows_of_a_dump() {
    let text = "{\"user\":\"ada\",\"password\":\"correct-horse-77\",\"n\":1}  ";
    type Form = fn(usize, &[u8]) -> String;
    let canonical: Form = |at, row| {
        let bytes: Vec<String> = row.iter().map(|b| format!("{b:02x}")).collect();
        let (left, right) = bytes.split_at(8.min(bytes.len()));
        let shown = String::from_utf8_lossy(row);
        format!(
            "{at:08x}  {:<23}  {:<23}  |{shown}|\n",
            left.join(" "),
            right.join(" ")
        )
    };
    let words: Form = |at, row| {
        let words: Vec<String> = row.chunks(2).map(|w| HEXLOWER.encode(w)).collect();
        format!(
            "{at:08x}: {:<39}  {}\n",
            words.join(" "),
            String::from_utf8_lossy(row)
        )
    };
    let solid: Form = |at, row| format!("0x{at:04x}   {}\n", HEXUPPER.encode(row));
    for form in [canonical, words, solid] {
        let rows = text.as_bytes().chunks(16).enumerate();
        let dump: String = rows.map(|(nth, row)| form(nth * 16, row)).collect();
        let safe = redact(&dump);
        assert_eq!(safe.lines().count(), dump.lines().count());
        for part in [
            "correct",
            "horse",
            "63 6f 72",
            "636f 7272",
            "2d 68 6f",
            "726563742D",
        ] {
            assert!(!safe.contains(part), "{part} in\n{safe}");
        }
        assert!(safe.contains("[REDACTED:password]"), "{safe}");
        assert_eq!(redact(&safe), safe);
    }
}

/// RD-02: UTF-16 in either order, also where lines part the two bytes of a line feed.
#[test]
fn finds_secrets_in_utf_16() {
    let text = "user=ada\npassword=hunter22\na=1\n";
    for order in [u16::to_le_bytes, u16::to_be_bytes] {
        let wide: Vec<u8> = text.encode_utf16().flat_map(order).collect();
        let safe = String::from_utf8_lossy(&POLICY.redact(&wide)).replace('\0', "");
        assert_eq!(safe, "user=ada\npassword=[REDACTED:password]\na=1\n");
    }
}

/// RD-05: what is encoded and no text, or text without a secret.
#[test]
fn encoded_text_without_a_secret_stays() {
    stays(&BASE64.encode(b"just a harmless sentence about the weather in billing"));
    stays(&BASE64URL_NOPAD.encode(br#"{"id":4711,"dir":"asc","token_type":"bearer"}"#));
    stays(
        "src=\"data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk\"",
    );
    stays("state: H4sIAAAAAAAAA8tIzcnJVyjPL8pJAQCFEUoNCwAAAA");
    stays("sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08");
    stays("MD5:9f:86:d0:81:88:4c:7d:65:9a:2f:ea:a0:c5:5a:d0:15");
    stays("/usr/lib/python3/dist-packages/passwords/password_validators");
    stays("00000010  73 65 63 72 65 74 61 72  79 20 6f 66 20 73 74 61  |secretary of sta|");
    stays("samples: [70, 61, 73, 73, 77, 6f, 72, 64, 20, 20]");
    stays("2026-11-21 09:00:00,123 10 20 30 40 50 60 70 80 90 100");
    stays("HOME=/root\0PATH=/bin\0A=1\0B=2\0");
}

/// RD-02: what is encoded twice is decoded once, and the rule can be turned off.
#[test]
fn decodes_once_and_on_request_not_at_all() {
    let once = BASE64.encode(b"user=ada&password=correct+horse");
    stays(&BASE64.encode(once.as_bytes()));
    let policy = Policy::default().without_rule("encoded");
    assert_eq!(
        policy.map(|p| p.redact_str(&once).into_owned()),
        Ok(once.clone())
    );
}
