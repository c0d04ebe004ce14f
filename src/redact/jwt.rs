//! JSON web tokens (RFC 7519), signed, encrypted or neither, known by their header.

use memchr::memmem;

use super::{
    base64::{self, is_base64},
    bytes::{byte, rest, run, run_back, slice},
};

/// How base64url begins where JSON does: `{"`, and `{` before a blank, a tab or a line end.
pub(super) const STARTS: &[&[u8]] = &[b"eyJ", b"eyA", b"ewk", b"ewo", b"ew0"];
/// Headers are read as far as this.
const MAX_HEADER: usize = 4096;

/// Whether a token begins at `at`, and where it ends, which is where its header does if it is none.
/// A token is one whose header names an algorithm, with all that follows it.
pub(super) fn read(text: &[u8], at: usize) -> (usize, bool) {
    if !STARTS.iter().any(|start| rest(text, at).starts_with(start)) {
        return (at, false);
    }
    let dot = run(text, at, |b| is_base64(b) && !matches!(b, b'+' | b'/'));
    if byte(text, dot) != Some(b'.') || !is_header(slice(text, at..dot)) {
        return (dot, false);
    }
    let end = run(text, dot, |b| is_base64(b) || matches!(b, b'.' | b'='));
    (run_back(text, end, |b| b == b'.').max(dot), true)
}

fn is_header(segment: &[u8]) -> bool {
    let head = slice(segment, 0..segment.len().min(MAX_HEADER));
    let json = base64::decode(head);
    memmem::find(&json, br#""alg""#).is_some()
}
