//! Passwords in URLs: `scheme://user:password@host` (RFC 3986 §3.2.1). The user stays.

use memchr::memmem;

use super::{
    bytes::{before, byte, find_byte, is_blank, plus, run, slice},
    finding::Kind,
    spans::Spans,
    values,
};

/// A user and password beyond this length are not looked for.
const MAX_USER_INFO: usize = 1024;

/// Finds the passwords of URLs. JSON may have escaped the slashes.
pub(super) fn find(text: &[u8], spans: &mut Spans) {
    for slashes in [&b"://"[..], br":\/\/"] {
        // Text before this offset has been looked at; so each byte is looked at once.
        let mut done = 0;
        for found in memmem::find_iter(text, slashes) {
            let start = plus(found, slashes.len());
            if start < done {
                continue;
            }
            let limit = plus(start, MAX_USER_INFO).min(text.len());
            let end = run(slice(text, 0..limit), start, |b| !ends_url(b));
            match find_byte(text, start..end, b'@') {
                None => done = end,
                Some(_) => done = password(slice(text, 0..end), start, spans),
            }
        }
    }
}

/// Replaces the password in the authority at `start`, from the first colon to the last `@`, and
/// says how far the text has been looked at.
fn password(text: &[u8], start: usize, spans: &mut Spans) -> usize {
    let end = run(text, start, |b| !matches!(b, b'/' | b'?' | b'#'));
    let from = plus(
        run(text, start, |b| !matches!(b, b':' | b'@' | b'/' | b'[')),
        1,
    );
    if before(text, from) != Some(b':') || from > text.len() {
        return from;
    }
    let last = |to| {
        slice(text, from..to)
            .iter()
            .rposition(|b| *b == b'@')
            .map(|i| plus(from, i))
    };
    // What is no number after the colon is no port, so a password with a slash in it.
    let is_port = run(text, from, |b| b.is_ascii_digit()) == end;
    let to = match last(end) {
        None if is_port => return end,
        None => last(text.len()),
        to => to,
    };
    let to = to.unwrap_or(text.len());
    if byte(text, to) == Some(b'@') && !values::is_placeholder(slice(text, from..to)) {
        spans.add(from..to, Kind::Password);
    }
    to
}

/// What no URL in a log goes on after.
fn ends_url(byte: u8) -> bool {
    is_blank(byte) || matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'`')
}
