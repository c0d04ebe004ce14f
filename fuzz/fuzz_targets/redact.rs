//! The redactor on any bytes: a second pass changes nothing, lines stay lines, each line gives the
//! same by itself as in its text while nothing is open, the work is in proportion to the text, a
//! writer gives the same wherever the input is cut, and a secret planted under a name does not
//! survive.
#![no_main]

use std::{io::Write, sync::LazyLock};

use portcullis::redact::{Policy, Writer};

static POLICY: LazyLock<Policy> = LazyLock::new(Policy::default);

/// What stands before and after a secret that needs no escapes.
const PLACES: &[(&str, &str)] = &[
    ("password=", ""),
    (" a=1 token=", " b=2"),
    ("{\"api_key\":\"", "\"}"),
    ("\"{\\\"secret\\\":\\\"", "\\\"}\""),
    ("X-Api-Key: ", "\r"),
    ("Cookie: sid=", "; b=2"),
    ("Authorization: Bearer ", ""),
    ("?access_token=", "&b=2"),
    ("security_answer='", "'"),
    ("pg://ada:", "@db/x"),
];

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let safe = POLICY.redact(data);
    assert_eq!(
        POLICY.redact(&safe),
        safe,
        "a second pass changes something"
    );
    assert_eq!(lines(&safe), lines(data), "lines were lost or made");
    assert_eq!(written(data), *safe, "the output depends on the cuts");
    for finding in POLICY.findings(data) {
        assert!(
            data.get(finding.span())
                .is_some_and(|span| !span.is_empty())
        );
    }
    planted(data);
    repeated(data);
});

/// The work for a text that is repeated eight times on one line, and for one that is repeated 64
/// times: what looks at bytes again and again does 64 times as much for the longer one.
fn repeated(data: &[u8]) {
    let work = |times| {
        let text = data.repeat(times);
        portcullis::redact::steps(|| drop(POLICY.redact(&text)))
    };
    let (short, long) = (work(8), work(64));
    let looks_at_the_end = 512 * data.len();
    assert!(
        long <= 12 * short + looks_at_the_end,
        "{short} steps, then {long}"
    );
}

fn lines(text: &[u8]) -> usize {
    text.iter().filter(|b| **b == b'\n').count()
}

/// What a writer makes of `data`, cut where its own bytes say.
fn written(data: &[u8]) -> Vec<u8> {
    let mut writer = Writer::new(POLICY.clone(), Vec::new());
    let mut rest = data;
    while let Some(first) = rest.first() {
        let (part, after) = rest.split_at(usize::from(first % 32 + 1).min(rest.len()));
        writer.write_all(part).expect("a vector takes everything");
        rest = after;
    }
    writer.finish().expect("a vector takes everything").0
}

/// A secret made of `data`, on a line of its own after `data`.
fn planted(data: &[u8]) {
    let (which, bytes) = data.split_first().unwrap_or((&0, b""));
    let letters = bytes.iter().take(24).map(|b| char::from(b'a' + b % 26));
    let secret: String = "q7"
        .chars()
        .chain(letters)
        .chain("7q9x8z6w5v".chars())
        .collect();
    let (before, after) = PLACES[usize::from(*which) % PLACES.len()];
    let mut text = data.to_vec();
    if text.windows(secret.len()).any(|w| w == secret.as_bytes()) {
        return;
    }
    text.extend_from_slice(format!("\n{before}{secret}{after}\n").as_bytes());
    let safe = POLICY.redact(&text);
    let survives = safe.windows(secret.len()).any(|w| w == secret.as_bytes());
    assert!(!survives, "{}", String::from_utf8_lossy(&safe));
}
