//! JSON web tokens (RFC 7519), known by their header.

use memchr::memmem;

use super::{
    base64::{self, is_base64},
    bytes::{byte, run, run_back, slice},
    finding::Kind,
    spans::Spans,
    tokens,
};

/// How base64url begins where JSON begins with `{"`.
pub(super) const START: &[u8] = b"eyJ";
/// Headers are read as far as this.
const MAX_HEADER: usize = 4096;

/// Finds tokens whose header names an algorithm. Signed and encrypted ones are taken whole.
pub(super) fn find(text: &[u8], spans: &mut Spans) {
    // A segment that was looked at as a header is not looked at again.
    let mut done = 0;
    for at in memmem::find_iter(text, START) {
        if at < done || !tokens::starts_token(text, at) {
            continue;
        }
        let dot = run(text, at, |b| is_base64(b) && !matches!(b, b'+' | b'/'));
        done = dot;
        if byte(text, dot) == Some(b'.') && is_header(slice(text, at..dot)) {
            let end = run(text, dot, |b| is_base64(b) || matches!(b, b'.' | b'='));
            let end = run_back(text, end, |b| b == b'.').max(dot);
            spans.add(at..end, Kind::Jwt);
            done = end;
        }
    }
}

fn is_header(segment: &[u8]) -> bool {
    let head = slice(segment, 0..segment.len().min(MAX_HEADER));
    let json = base64::decode(head);
    memmem::find(&json, br#""alg""#).is_some()
}
