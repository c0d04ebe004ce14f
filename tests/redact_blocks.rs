//! Private keys over several lines, in whatever lines are made of, and what looks like them.
#![cfg(feature = "redact")]
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a test may fail where it stands"
)]

use std::{io::Write, sync::LazyLock};

use portcullis::redact::{Policy, Writer};

static POLICY: LazyLock<Policy> = LazyLock::new(Policy::default);

const MARK: &str = "[REDACTED:private_key]";

/// A line of a key: 64 characters of base64 that differ from line to line.
fn body(line: usize) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letter = |i: usize| LETTERS[(i * i + i * 7 + line * 13 + line * i * 3) % 64];
    (0..64).map(|i| char::from(letter(i))).collect()
}

/// What stands for a line in each of the texts below: BEGIN, three lines of a body, END.
fn lines(label: &str) -> [String; 5] {
    [
        format!("-----BEGIN {label}-----"),
        body(1),
        body(2),
        "Qw8hT0pZ3l/v9A==".into(),
        format!("-----END {label}-----"),
    ]
}

fn redact(text: &str) -> String {
    let whole = POLICY.redact_str(text).into_owned();
    let mut writer = Writer::new(POLICY.clone(), Vec::new());
    for line in text.split_inclusive('\n') {
        writer.write_all(line.as_bytes()).unwrap();
    }
    let by_line = String::from_utf8(writer.finish().unwrap().0).unwrap();
    assert_eq!(whole, by_line, "cut into lines");
    assert_eq!(POLICY.redact_str(&whole), whole, "redacted again");
    whole
}

/// RD-02, RD-05: the number of the lines and what stands around the key stay.
#[test]
fn replaces_the_lines_of_a_key_in_whatever_stands_around_them() {
    type Wrap = fn(usize, &str) -> String;
    let wraps: &[Wrap] = &[
        |_, line| line.into(),
        |_, line| format!("{line}\r"),
        |_, line| format!("      {line}"),
        |n, line| {
            format!(
                "2026-11-21T09:00:{:02}.{:03}Z INFO [main] Loader - {line}",
                n + 8,
                n * 97
            )
        },
        |n, line| format!("[{}] worker-{n}: {line}", 998 + n),
        |n, line| format!("Nov 21 09:00:0{n} web-2 deploy[471{n}]: {line}"),
        |_, line| format!("api-1     | {line}"),
        |n, line| {
            format!(
                "{{\"log\":\"{line}\\n\",\"stream\":\"stdout\",\"time\":\"2026-11-21T09:00:0{n}Z\"}}"
            )
        },
        |n, line| {
            format!("{{\"__CURSOR\":\"s=7a9;i={n}f;b=3c\",\"MESSAGE\":\"{line}\",\"_PID\":\"7\"}}")
        },
        |n, line| format!("{{\"ts\":{n},\"msg\":\"{line}\",\"lvl\":3}}"),
        |_, line| format!("+{line}"),
        |_, line| format!("-{line}"),
        |_, line| format!("> > {line}"),
        |_, line| format!("# {line}"),
        |n, line| format!("{:>5} | {line}", n + 8),
        |_, line| format!("  - {line}"),
        |_, line| format!("    \"{line}\","),
        |_, line| format!("\t\"{line}\\n\" +"),
        |_, line| format!("'{line}' \\"),
    ];
    let labels = [
        "PRIVATE KEY",
        "RSA PRIVATE KEY",
        "ENCRYPTED PRIVATE KEY",
        "OPENSSH PRIVATE KEY",
        "PGP PRIVATE KEY BLOCK",
    ];
    for wrap in wraps {
        for label in labels {
            let text = |lines: &[String]| -> String {
                let wrapped = lines.iter().enumerate();
                wrapped
                    .map(|(n, line)| format!("{}\n", wrap(n, line)))
                    .collect()
            };
            let [begin, .., end] = lines(label);
            let mark = || MARK.to_owned();
            let safe = text(&[begin, mark(), mark(), mark(), end]);
            assert_eq!(redact(&text(&lines(label))), safe);
        }
    }
}

/// RD-02: a key on one line, its line ends escaped.
#[test]
fn replaces_a_key_on_one_line() {
    for end in [
        "\\n", "\\\\n", "\\r\\n", "\\u000a", "%0A", "&#10;", " ", "<br>",
    ] {
        let key = lines("EC PRIVATE KEY").join(end);
        for (before, after) in [
            ("", ""),
            ("loaded ", " from disk"),
            ("{\"pem\":\"", "\",\"n\":1}"),
        ] {
            let safe = redact(&format!("{before}{key}{after}"));
            let kept = format!(
                "{before}-----BEGIN EC PRIVATE KEY-----{MARK}-----END EC PRIVATE KEY-----{after}"
            );
            assert_eq!(safe, kept);
        }
    }
    // An array of lines keeps its quotes.
    let key = lines("RSA PRIVATE KEY").join("\",\"");
    let kept = [MARK; 3].join("\",\"");
    assert_eq!(
        redact(&format!("[\"{key}\"]")),
        format!(
            "[\"-----BEGIN RSA PRIVATE KEY-----\",\"{kept}\",\"-----END RSA PRIVATE KEY-----\"]"
        )
    );
}

/// RD-02: without END a key ends where its lines do, without BEGIN where they end.
#[test]
fn replaces_what_is_left_of_a_key_and_no_more() {
    let [begin, first, second, last, end] = lines("PRIVATE KEY");
    for after in [
        "listening on 8080",
        "done",
        "Stop",
        "level=info msg=ok",
        "3f2504e04f8941d39a0c0305e82c3301aabbccdd",
    ] {
        let text = format!("{begin}\n{first}\n{second}\n{after}\n");
        assert_eq!(redact(&text), format!("{begin}\n{MARK}\n{MARK}\n{after}\n"));
        let prefixed =
            format!("09:00:01 app: {begin}\n09:00:02 app: {first}\n09:00:03 app: {after}\n");
        let safe = format!("09:00:01 app: {begin}\n09:00:02 app: {MARK}\n09:00:03 app: {after}\n");
        assert_eq!(redact(&prefixed), safe);
    }
    // What stands under other words, or is wider than the lines before, is another's.
    for after in [
        format!("body: {first}"),
        format!("powershell -enc {first}"),
        format!("{first}{last}"),
    ] {
        let text = format!("{begin}\n{first}\n{after}\n");
        assert_eq!(redact(&text), format!("{begin}\n{MARK}\n{after}\n"));
    }
    let text = format!("got {first}\\n{last}\\n{end} from cache");
    assert_eq!(redact(&text), format!("got {MARK}{end} from cache"));
    // RFC 8410 §10.3 without its BEGIN.
    let text = format!("MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n{end}\n");
    assert_eq!(redact(&text), format!("{MARK}\n{end}\n"));
}

/// RD-02: PuTTY, RFC 4716, RFC 9580 and RFC 1421 have headers, which stay.
#[test]
fn replaces_keys_of_other_formats() {
    for (text, safe) in [
        (
            format!("PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nPublic-Lines: 2\n{}\nAAAAC3Nz\nPrivate-Lines: 1\n{}\nPrivate-MAC: 01f3\n", body(1), body(2)),
            format!("PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nPublic-Lines: 2\n{}\nAAAAC3Nz\nPrivate-Lines: 1\n{MARK}\nPrivate-MAC: 01f3\n", body(1)),
        ),
        (
            format!("---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nComment: \"ada@web\"\n{}\nab1=\n---- END SSH2 ENCRYPTED PRIVATE KEY ----\n", body(1)),
            format!("---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nComment: \"ada@web\"\n{MARK}\n{MARK}\n---- END SSH2 ENCRYPTED PRIVATE KEY ----\n"),
        ),
        (
            format!("-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: GnuPG v2\n\n{}\n=aBcd\n-----END PGP PRIVATE KEY BLOCK-----\n", body(1)),
            format!("-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: GnuPG v2\n\n{MARK}\n{MARK}\n-----END PGP PRIVATE KEY BLOCK-----\n"),
        ),
        (
            "modulus:\n    00:c1:5b:0f\npublicExponent: 65537 (0x10001)\nprivateExponent:\n    00:9a:1c:22:\n    7f:01\nprime1:\n    00:e8:11\n".into(),
            format!("modulus:\n    00:c1:5b:0f\npublicExponent: 65537 (0x10001)\nprivateExponent:\n    {MARK}\n    {MARK}\nprime1:\n    {MARK}\n"),
        ),
        (
            // RFC 8037 appendix A.1.
            r#"{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#.into(),
            format!(r#"{{"kty":"OKP","crv":"Ed25519","d":"{MARK}","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}}"#),
        ),
        (
            "{\n  \"kty\": \"OKP\",\n  \"crv\": \"Ed25519\",\n  \"d\": \"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A\",\n  \"x\": \"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"\n}\n".into(),
            format!("{{\n  \"kty\": \"OKP\",\n  \"crv\": \"Ed25519\",\n  \"d\": \"{MARK}\",\n  \"x\": \"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"\n}}\n"),
        ),
        (
            format!("tls.key: LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCk1DNENBUUF3QlFZREsy{}", body(3).replace('+', "a")),
            format!("tls.key: {MARK}"),
        ),
    ] {
        assert_eq!(redact(&text), safe);
    }
}

/// RD-02: what only looks like the beginning of a key hides none behind it on its line, and a line may
/// hold any number of them.
#[test]
fn replaces_all_keys_of_a_line_whatever_stands_before_them() {
    let pkcs8 = format!(
        "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC{}",
        body(1).get(..32).unwrap_or_default()
    );
    for bait in [
        "x-IBAAKCAgEA-",
        "IBADANBgkqhkiG9w0BAQEFAASC",
        "MHcCAQEEI",
        "Private-Lines: 1",
        "\"-----BEGIN RSA PRIVATE KEY-----\"",
    ] {
        let text = format!("{bait} {pkcs8}");
        assert_eq!(redact(&text), format!("{bait} {MARK}"));
    }
    assert_eq!(
        redact(&format!("{pkcs8} prime1:")),
        format!("{MARK} prime1:")
    );
    let putty = format!("Private-Lines: 1 {} , ", body(2));
    let safe = format!("Private-Lines: 1 {MARK} , ");
    assert_eq!(redact(&putty.repeat(20)), safe.repeat(20));
    for joint in [",", "@", "\", \""] {
        assert_eq!(
            redact(&format!("[\"{}\"]", [pkcs8.as_str(); 20].join(joint))),
            format!("[\"{}\"]", [MARK; 20].join(joint))
        );
    }
    let jwk = |d: &str| format!(r#"IBAAKCAgEA {{"kty":"OKP","d":"{d}"}}"#);
    let d = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
    assert_eq!(redact(&jwk(d)), jwk(MARK));
}

/// RD-02: certificates, requests and public keys are no secrets, also between private keys.
#[test]
fn leaves_public_blocks_alone() {
    let [begin, .., end] = lines("PRIVATE KEY");
    for label in [
        "CERTIFICATE",
        "CERTIFICATE REQUEST",
        "PUBLIC KEY",
        "RSA PUBLIC KEY",
        "X509 CRL",
        "PGP PUBLIC KEY BLOCK",
        "PGP MESSAGE",
        "DH PARAMETERS",
    ] {
        let block = format!("{}\n", lines(label).join("\n"));
        assert_eq!(redact(&block), block);
        let after = format!("{begin}\n{}\n{block}", body(4));
        assert_eq!(redact(&after), format!("{begin}\n{MARK}\n{block}"));
        let bundle = format!("{block}{begin}\n{}\n{end}\n{block}", body(4));
        assert_eq!(
            redact(&bundle),
            format!("{block}{begin}\n{MARK}\n{end}\n{block}")
        );
    }
    for line in [
        "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC7ipooRyeVfK5tGq3cVwJ5Wk7X9m8Zr2Nq1LpY4uE6sTt0hHnQxw ada@web",
        "-----BEGIN PRIVATE KEY-----\\n...\\n-----END PRIVATE KEY-----",
        "expected -----BEGIN RSA PRIVATE KEY----- at the beginning of the file",
        "PEM routines: no start line: Expecting: ANY PRIVATE KEY",
        "{\"kty\":\"RSA\",\"n\":\"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbf\",\"e\":\"AQAB\"}",
        "privateExponent: missing\nnext line",
        "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA7ipooRyeVfK5tGq3cVwJ5Wk7X9m8Zr2Nq1LpY4uE6s",
    ] {
        assert_eq!(redact(line), line);
    }
}

/// RD-02: two processes print a key each at the same time, behind prefixes of their own.
#[test]
fn tells_keys_apart_whose_lines_are_mixed() {
    let line = |n: usize| format!("MIIEvQ1bADANBgkq{n}Zx9").repeat(3);
    let key = |prefix: &str| {
        let body = (1..6).map(|n| format!("{prefix}{}\n", line(n)));
        let (begin, end) = ("-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----");
        let mut key = vec![format!("{prefix}{begin}\n")];
        key.extend(body);
        key.push(format!("{prefix}{end}\n"));
        key
    };
    // Of two of one name and other numbers the keys must end together.
    for (one, other, behind) in [
        ("web-1  | ", "web-2  | ", 0),
        ("web-1  | ", "db-1   | ", 2),
        ("[pod/web-7d4b9/app] ", "[pod/db-0/postgres] ", 1),
        (
            "2026-01-01 00:00:01 app[812]: ",
            "2026-01-01 00:00:01 sshd[9]: ",
            2,
        ),
    ] {
        let quiet = |prefix: &str| vec![format!("{prefix}ready\n"); behind];
        let first = [key(one), quiet(one)].concat();
        let second = [quiet(other), key(other)].concat();
        let mixed: Vec<String> = first
            .into_iter()
            .zip(second)
            .flat_map(|(a, b)| [a, b])
            .collect();
        let safe = redact(&mixed.concat());
        assert!(!safe.contains("MIIEv"), "{safe}");
        assert_eq!(safe.matches(MARK).count(), 10, "{safe}");
        assert_eq!(safe.matches("ready\n").count(), 2 * behind);
    }
}

/// Lines of that many processes, each behind a prefix of its own, which stands for `?`, too.
fn others(count: usize, line: &str) -> String {
    let names = ('a'..='z').cycle().take(count);
    let line = |name| format!("? | {line}\n").replace('?', &format!("svc{name}"));
    names.map(line).collect()
}

/// RD-02: what others write between two lines of a key, also the beginnings of further keys, takes
/// none of its later lines from it.
#[test]
fn keeps_a_key_open_whatever_others_write_between_its_lines() {
    let [begin, first, second, last, _] = lines("PRIVATE KEY");
    let own = |line: &str| format!("web-1  | {line}\n");
    let begun = format!("{begin}\n? | {}", body(9));
    for other in ["GET / 200", &begin, &format!("GET / {begin}"), &begun] {
        for count in [3, 4, 5, 12, 16] {
            let others = others(count, other);
            let safe_others = others.replace(&body(9), MARK);
            // A key that has begun is kept for its last line, too.
            let text = |first: &str, second: &str, last: &str| {
                let head = [own(&begin), own(first)].concat();
                let tail = [own(second), own(last)].concat();
                (head, tail)
            };
            let (head, tail) = text(&first, &second, &last);
            let (safe_head, safe_tail) = text(MARK, MARK, MARK);
            assert_eq!(
                redact(&format!("{head}{others}{tail}")),
                format!("{safe_head}{safe_others}{safe_tail}")
            );
            // One of which only BEGIN has come, before the others or after them, has full lines.
            let tail = [own(&first), own(&second)].concat().repeat(20);
            let safe_tail = own(MARK).repeat(40);
            let begin = own(&begin);
            for (text, safe) in [
                (format!("{begin}{others}"), format!("{begin}{safe_others}")),
                (format!("{others}{begin}"), format!("{safe_others}{begin}")),
            ] {
                assert_eq!(
                    redact(&format!("{text}{tail}")),
                    format!("{safe}{safe_tail}")
                );
            }
        }
    }
}

/// RD-02: a key that has not ended is over after some lines of others, and after a few only its full
/// lines are known.
#[test]
fn gives_up_a_key_between_whose_lines_too_many_others_stand() {
    let [begin, first, second, ..] = lines("PRIVATE KEY");
    let begun = format!("09:00:01 app: {begin}\n09:00:02 app: {MARK}\n");
    let only_begin = format!("09:00:01 app: {begin}\n");
    let planted = others(5, &begin);
    // Of more keys than are kept apart no prefix tells the lines.
    assert_eq!(
        redact(&format!("{planted}app: {second}\n")),
        format!("{planted}app: {MARK}\n")
    );
    for (before, after) in [
        (
            format!("{begun}{}", others(4, "ready")),
            format!("09:00:03 app: sent {first}"),
        ),
        (
            format!("{begun}{}", others(33, "ready")),
            format!("09:00:03 app: {first}"),
        ),
        (
            format!("{only_begin}{}", others(4, "ready")),
            "09:00:03 app: Zm9v".to_owned(),
        ),
        (planted.clone(), format!("app: {second} sent")),
        (
            format!("{planted}{}", others(33, "ready")),
            format!("app: {second}"),
        ),
    ] {
        let text = format!("{before}{after}\n");
        assert_eq!(redact(&text), text);
    }
}
