//! Values under the names of secrets, in the syntax of any program, and what stands there that is
//! no value.
#![cfg(feature = "redact")]

use std::sync::LazyLock;

use portcullis::redact::Policy;

const CLEAN: &str = include_str!("vectors/redact/keyed.clean.txt");
const SECRET: &str = include_str!("vectors/redact/keyed.txt");

static POLICY: LazyLock<Policy> = LazyLock::new(Policy::default);

fn redact(text: &str) -> String {
    POLICY.redact_str(text).into_owned()
}

fn lines(file: &'static str) -> impl Iterator<Item = &'static str> {
    file.lines().filter(|line| !line.starts_with("# "))
}

/// RD-01: types, code, templates, messages, places, handles and counts are no secrets.
#[test]
fn leaves_what_is_no_value_alone() {
    let changed: Vec<_> = lines(CLEAN)
        .map(|line| (line, redact(line)))
        .filter(|(line, safe)| line != safe)
        .collect();
    assert!(changed.is_empty(), "{changed:#?}");
}

/// RD-01, RD-05: a line with `«` and `»` around what is secret, which alone is replaced; `␛` is an
/// escape.
#[test]
fn replaces_the_value_and_nothing_beside_it() {
    let mut wrong = Vec::new();
    for marked in lines(SECRET) {
        let marked = &marked.replace('␛', "\u{1b}");
        let line = marked.replace(['«', '»'], "");
        let mut expected = String::new();
        let mut rest = redact(&line);
        // What stands between the secrets must stand between the marks, in this order.
        for (n, part) in marked.split('«').enumerate() {
            let kept = part.split_once('»').map_or(part, |(_, kept)| kept);
            let mark = if n == 0 { "" } else { "[REDACTED:" };
            let after = rest.strip_prefix(mark).map(str::to_owned);
            let after = after.and_then(|rest| match n {
                0 => Some(rest),
                _ => rest.split_once(']').map(|(_, rest)| rest.to_owned()),
            });
            match after.and_then(|rest| rest.strip_prefix(kept).map(str::to_owned)) {
                Some(after) => rest = after,
                None => {
                    expected = marked.to_owned();
                    break;
                }
            }
        }
        if !expected.is_empty() || !rest.is_empty() {
            wrong.push((line.clone(), redact(&line)));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
