//! Passwords in URLs: `scheme://user:password@host` (RFC 3986 §3.2.1). The user stays.

use memchr::memmem;

use super::{
    bytes::{byte, find_byte, is_blank, plus, run, run_back, slice},
    finding::Kind,
    spans::Spans,
    values,
};

/// Finds the passwords of URLs. JSON may have escaped the slashes.
pub(super) fn find(text: &[u8], spans: &mut Spans) {
    for slashes in [&b"://"[..], br":\/\/"] {
        // What was replaced, or has no `@`, is not looked at again; nor is the end of a URL that
        // holds others searched for again.
        let (mut done, mut end) = (0, 0);
        for found in memmem::find_iter(text, slashes) {
            let start = plus(found, slashes.len());
            if start < done {
                continue;
            }
            if start > end {
                end = run(text, start, |b| !ends_url(b));
            }
            done = match find_byte(text, start..end, b'@') {
                Some(_) => password(slice(text, 0..end), start, spans),
                None => end,
            };
        }
    }
}

/// Replaces the password in the authority at `start`, from the first colon to the last `@`, and
/// says how far the text has been looked at.
fn password(text: &[u8], start: usize, spans: &mut Spans) -> usize {
    let end = run(text, start, |b| !matches!(b, b'/' | b'?' | b'#'));
    let colon = run(text, start, |b| !matches!(b, b':' | b'@' | b'/' | b'['));
    if byte(text, colon) != Some(b':') {
        return colon;
    }
    let from = plus(colon, 1);
    let last = |end| {
        run_back(text, end, |b| b != b'@')
            .checked_sub(1)
            .filter(|at| *at >= from)
    };
    // What is no number after the colon is no port, so a password with a slash in it.
    let is_port = run(text, from, |b| b.is_ascii_digit()) == end;
    let to = match last(end) {
        None if is_port => return end,
        None => last(text.len()),
        to => to,
    };
    let Some(to) = to else {
        return end;
    };
    if !values::is_placeholder(slice(text, from..to)) {
        spans.add(from..to, Kind::Password);
    }
    to
}

/// What no URL in a log goes on after.
fn ends_url(byte: u8) -> bool {
    is_blank(byte) || matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'`')
}
