//! Quoted-printable (RFC 2045 §6.7).

use crate::redact::bytes::{byte, plus, rest, run, slice};

/// Characters of an encoded line, the `=` at its end among them.
const MAX_LINE: usize = 76;

/// What `text` stands for. What is no code stays.
pub(in super::super) fn decode(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        let code = slice(text, plus(at, 1)..plus(at, 3));
        if let (b'=', Some(decoded)) = (byte, hex(code)) {
            out.push(decoded);
            at = plus(at, 3);
            continue;
        }
        let soft = Some(plus(at, 1)).filter(|_| *byte == b'=');
        at = match soft.and_then(|next| soft_end(text, next)) {
            Some(next) => next,
            None => {
                out.push(*byte);
                plus(at, 1)
            }
        };
    }
    out
}

/// Where the next line starts, if the `=` before `at` ends its line: blanks between were added on
/// the way (RFC 2045 §6.7, rule 3).
fn soft_end(text: &[u8], at: usize) -> Option<usize> {
    let feed = run(text, at, |b| matches!(b, b' ' | b'\t' | b'\r'));
    (byte(text, feed) == Some(b'\n')).then_some(plus(feed, 1))
}

/// `bytes` in lines of at most 76 characters; those that end lines stay as they are.
pub(in super::super) fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    let mut column = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let next = rest(bytes, plus(at, 1)).first();
        if *byte == b'\n' || (*byte == b'\r' && next == Some(&b'\n')) {
            out.push(char::from(*byte));
            column = 0;
            continue;
        }
        let ends_line = matches!(next, None | Some(b'\r' | b'\n'));
        let is_plain = matches!(byte, b'!'..=b'<' | b'>'..=b'~')
            || (matches!(byte, b' ' | b'\t') && !ends_line);
        let written = if is_plain {
            char::from(*byte).to_string()
        } else {
            format!("={byte:02X}")
        };
        if plus(column, written.len()) >= MAX_LINE {
            out.push_str("=\r\n");
            column = 0;
        }
        column = plus(column, written.len());
        out.push_str(&written);
    }
    out
}

/// The byte that two hexadecimal digits stand for.
pub(super) fn hex(code: &[u8]) -> Option<u8> {
    let is_hex = code.len() == 2 && code.iter().all(u8::is_ascii_hexdigit);
    let digits = core::str::from_utf8(code).ok().filter(|_| is_hex)?;
    u8::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn decodes_codes_and_soft_line_ends() {
        // RFC 2045 §6.7 has the first one.
        let text = "Now's the time =\r\nfor all folk to come=\r\n to the aid of their country.";
        let plain = "Now's the time for all folk to come to the aid of their country.";
        assert_eq!(decode(text.as_bytes()), plain.as_bytes());
        assert_eq!(
            decode(b"a=3Db=c3=bc=\nc = x=zz="),
            "a=b\u{fc}c = x=zz=".as_bytes()
        );
        // Rule 3: blanks that were added on the way.
        assert_eq!(
            decode(b"pass= \t\r\nword= \nx= y"),
            b"password"[..]
                .iter()
                .chain(b"x= y")
                .copied()
                .collect::<Vec<_>>()
        );
    }

    proptest! {
        /// S4-09: what is encoded again is what it was, in lines that mail takes.
        #[test]
        fn encodes_what_it_decodes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let encoded = encode(&bytes);
            prop_assert_eq!(decode(encoded.as_bytes()), bytes);
            prop_assert!(encoded.split('\n').all(|line| line.trim_end_matches('\r').len() <= MAX_LINE));
            prop_assert!(encoded.is_ascii());
        }
    }
}
