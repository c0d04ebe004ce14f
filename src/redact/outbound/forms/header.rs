//! A header of a mail: folded (RFC 5322 §2.2.3), with encoded words (RFC 2047).

use memchr::memmem;

use super::quoted_printable::hex;
use crate::redact::{
    base64,
    bytes::{find_byte, plus, rest, run, search, slice},
};

pub(super) fn visible(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    // Where the last word ends: behind it none is searched for.
    let end = memmem::rfind(text, b"?=").map_or(0, |end| plus(end, 2));
    while let Some(byte) = text.get(at) {
        if let Some((decoded, len)) = encoded_word(slice(text, at..end)) {
            out.extend_from_slice(&decoded);
            at = next_word(text, plus(at, len));
            continue;
        }
        match rest(text, at) {
            [b'\r', b'\n', b' ' | b'\t', ..] => at = plus(at, 2),
            [b'\n', b' ' | b'\t', ..] => at = plus(at, 1),
            _ => {
                out.push(*byte);
                at = plus(at, 1);
            }
        }
    }
    out
}

/// Blanks between two encoded words are not seen (RFC 2047 §6.2).
fn next_word(text: &[u8], at: usize) -> usize {
    let next = run(text, at, |b| b.is_ascii_whitespace());
    if rest(text, next).starts_with(b"=?") {
        next
    } else {
        at
    }
}

/// What the encoded word at the start of `near` says, and its length: also of one that is longer
/// than RFC 2047 §2 lets it be. What is looked at is no part of a further word.
fn encoded_word(near: &[u8]) -> Option<(Vec<u8>, usize)> {
    let inner = near.strip_prefix(b"=?")?;
    let charset = find_byte(inner, 0..inner.len(), b'?')?;
    let after = rest(inner, plus(charset, 1));
    let (encoding, text) = after.split_first()?;
    let text = text.strip_prefix(b"?")?;
    let len = search(text, 0..text.len(), b"?=")?;
    let text = slice(text, 0..len);
    let decoded = match encoding {
        b'B' | b'b' => base64::decode(text),
        b'Q' | b'q' => q(text),
        _ => return None,
    };
    // The marks, the names between them, the text.
    Some((
        decoded,
        plus(plus(2, plus(charset, 1)), plus(2, plus(len, 2))),
    ))
}

/// RFC 2047 §4.2.
fn q(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match (byte, hex(slice(text, plus(at, 1)..plus(at, 3)))) {
            (b'=', Some(decoded)) => {
                out.push(decoded);
                at = plus(at, 3);
            }
            (byte, _) => {
                out.push(if *byte == b'_' { b' ' } else { *byte });
                at = plus(at, 1);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::bytes::steps;

    /// S4-09: a word may be longer than it should, and the time stays in proportion.
    #[test]
    fn reads_long_words_in_linear_time() {
        let long = format!("=?utf-8?Q?{}pin?=", "=20".repeat(200));
        assert!(visible(long.as_bytes()).ends_with(b" pin"));
        for trap in ["=?a?Q?x ", "=?", "=?a?Q?", "=?a?Q?x?= ", "=?a?Q?x?=  x"] {
            let text = trap.repeat(2_000);
            let steps = steps::count(|| drop(visible(text.as_bytes())));
            assert!(steps < 8 * text.len(), "{trap}: {steps}");
        }
    }

    /// S4-09: RFC 2047 §8 has the first ones.
    #[test]
    fn decodes_the_examples_of_rfc_2047() {
        for (text, seen) in [
            ("(=?ISO-8859-1?Q?a?=)", "(a)"),
            ("(=?ISO-8859-1?Q?a?= b)", "(a b)"),
            ("(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)", "(ab)"),
            ("(=?ISO-8859-1?Q?a?=\r\n    =?ISO-8859-1?Q?b?=)", "(ab)"),
            ("(=?ISO-8859-1?Q?a_b?=)", "(a b)"),
            ("=?utf-8?B?cGluPTQwNzE=?= x", "pin=4071 x"),
            ("one\r\n two\n\tthree", "one two\tthree"),
            ("=?utf-8?X?a?= =?a =?", "=?utf-8?X?a?= =?a =?"),
        ] {
            assert_eq!(String::from_utf8(visible(text.as_bytes())).unwrap(), seen);
        }
    }
}
