//! JSON with its characters in place of their numbers.

use crate::redact::bytes::{plus, rest, slice};

/// Decodes `\u0034`. What is escaped otherwise, and what JSON has to escape, stays: the values stay
/// in their quotes.
pub(super) fn visible(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        let len = match rest(text, at) {
            [b'\\', b'u', ..] => match decoded(text, at) {
                Some((c, len)) => {
                    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                    at = plus(at, len);
                    continue;
                }
                None => 1,
            },
            [b'\\', _, ..] => 2,
            _ => 1,
        };
        match len {
            2 => out.extend_from_slice(slice(text, at..plus(at, 2))),
            _ => out.push(*byte),
        }
        at = plus(at, len);
    }
    out
}

/// The character whose number stands at `at`, and the length of the escape: two, where it is a
/// pair.
fn decoded(text: &[u8], at: usize) -> Option<(char, usize)> {
    let first = unit(text, at)?;
    let pair = [Some(first), unit(text, plus(at, 6))];
    let mut chars = char::decode_utf16(pair.into_iter().flatten());
    let c = chars.next()?.ok()?;
    let is_escaped = c < ' ' || matches!(c, '"' | '\\');
    (!is_escaped).then(|| (c, 6_usize.saturating_mul(c.len_utf16())))
}

fn unit(text: &[u8], at: usize) -> Option<u16> {
    let digits = slice(text, at..plus(at, 6)).strip_prefix(b"\\u")?;
    let digits = digits.iter().all(u8::is_ascii_hexdigit).then_some(digits)?;
    u16::from_str_radix(core::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S4-09: RFC 8259 §7 has the pair.
    #[test]
    fn shows_what_a_reader_sees() {
        for (text, seen) in [
            (r"\u0034111 pass\u0077ord", "4111 password"),
            (r"\uD834\uDD1E!", "\u{1d11e}!"),
            (
                r"\\u0034 \u0022 \u000a \ud834 \u12 \",
                r"\\u0034 \u0022 \u000a \ud834 \u12 \",
            ),
        ] {
            assert_eq!(String::from_utf8(visible(text.as_bytes())).unwrap(), seen);
        }
    }
}
