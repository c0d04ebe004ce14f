//! A value as it was before the text around it escaped it.

use super::bytes::{plus, slice};

/// JSON in JSON in JSON, or a URL in one.
const MAX_DEPTH: usize = 3;
/// What XML and HTML write for the characters that mean something to them.
const ENTITIES: &[(&str, &str)] = &[
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", "\""),
    ("&apos;", "'"),
    ("&#39;", "'"),
    ("&#x27;", "'"),
    ("&#64;", "@"),
    ("&amp;", "&"),
];

/// `value` with the escapes of JSON, URLs and XML undone, so that one value is one text wherever it
/// stood. Which of them the text around it used is not known: a password that has the form of an
/// escape is taken for one.
pub(super) fn plain(value: &[u8]) -> String {
    let mut text = String::from_utf8_lossy(value).into_owned();
    for _ in 0..MAX_DEPTH {
        let next = entities(&percents(&backslashes(&text)));
        if next == text {
            break;
        }
        text = next;
    }
    text
}

/// RFC 8259 §7.
pub(super) fn backslashes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut left = text;
    while let Some((before, after)) = left.split_once('\\') {
        out.push_str(before);
        let escape = unit(after).map(|first| match unit_after(after, first) {
            Some(second) => (12, char::decode_utf16([first, second]).next()),
            None => (5, char::decode_utf16([first]).next()),
        });
        let (c, len) = match (escape, after.chars().next()) {
            (Some((len, Some(Ok(c)))), _) => (c, len.min(after.len())),
            (_, Some('n')) => ('\n', 1),
            (_, Some('t')) => ('\t', 1),
            (_, Some('r')) => ('\r', 1),
            (_, Some(c @ ('"' | '\'' | '/' | '\\'))) => (c, 1),
            _ => ('\\', 0),
        };
        out.push(c);
        left = after.get(len..).unwrap_or_default();
    }
    out.push_str(left);
    out
}

/// The unit that `u0040` stands for.
fn unit(escape: &str) -> Option<u16> {
    let digits = escape.strip_prefix('u')?.get(..4)?;
    let is_hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
    u16::from_str_radix(digits, 16).ok().filter(|_| is_hex)
}

/// The second unit of a pair, whose first is `first`.
fn unit_after(escape: &str, first: u16) -> Option<u16> {
    let is_first = (0xd800..0xdc00).contains(&first);
    unit(escape.get(5..)?.strip_prefix('\\')?).filter(|_| is_first)
}

/// RFC 3986 §2.1.
fn percents(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let code = slice(bytes, plus(at, 1)..plus(at, 3));
        let digits = core::str::from_utf8(code).ok();
        let is_code = *byte == b'%' && code.len() == 2 && code.iter().all(u8::is_ascii_hexdigit);
        match digits.and_then(|d| u8::from_str_radix(d, 16).ok()) {
            Some(decoded) if is_code => {
                out.push(decoded);
                at = plus(at, 3);
            }
            _ => {
                out.push(*byte);
                at = plus(at, 1);
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut left = text;
    while let Some((before, after)) = left.split_once('&') {
        out.push_str(before);
        let from = left.len().saturating_sub(after.len()).saturating_sub(1);
        let here = left.get(from..).unwrap_or_default();
        match ENTITIES.iter().find(|(name, _)| here.starts_with(name)) {
            Some((name, c)) => {
                out.push_str(c);
                left = here.get(name.len()..).unwrap_or_default();
            }
            None => {
                out.push('&');
                left = after;
            }
        }
    }
    out.push_str(left);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RD-06: however often and in whichever syntax a value was escaped, it is one value.
    #[test]
    fn one_value_is_one_text_however_it_is_escaped() {
        for escaped in [
            "a\"@b",
            r#"a\"@b"#,
            r#"a\\\"@b"#,
            r"a\u0022\u0040b",
            "a%22%40b",
            "a&quot;&#64;b",
            "a%2522@b",
        ] {
            assert_eq!(plain(escaped.as_bytes()), "a\"@b", "{escaped}");
        }
        assert_eq!(plain(r"\ud83d\ude00".as_bytes()), "\u{1f600}");
    }

    /// What only begins like an escape stays.
    #[test]
    fn leaves_what_is_no_escape() {
        for text in [
            r"a\", r"a\q", r"\u12", r"\ud83d", "100%", "%zz", "%ff", "&", "a&b", "&amp",
        ] {
            assert_eq!(plain(text.as_bytes()), text);
        }
    }
}
