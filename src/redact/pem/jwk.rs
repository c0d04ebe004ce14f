//! JSON web keys (RFC 7517): the private members of an object that says which type of key it is.

use super::{
    super::{
        bytes::{byte, plus, run_back, search, skip_blanks, slice},
        finding::Kind,
        spans::Spans,
        values::{self, Quote},
    },
    block::Judgement,
};

/// The member that every key has.
pub(super) const TYPE: &str = "kty";
/// The members that are private (RFC 7518 §6).
const PRIVATE: &[&[u8]] = &[b"d", b"p", b"q", b"dp", b"dq", b"qi", b"k"];
/// No private member is shorter.
const MIN_VALUE: usize = 16;

/// Finds the private members of the keys in a line from `at` on. Whether the last of them goes on in
/// the next line.
pub(super) fn find(line: &[u8], at: usize, spans: &mut Spans) -> bool {
    let mut done = at;
    let mut open = false;
    while let Some(found) = search(line, done..line.len(), TYPE.as_bytes()) {
        let end = plus(found, TYPE.len());
        let is_name = Quote::at(line, end)
            .is_some_and(|(_, end)| byte(line, skip_blanks(line, end)) == Some(b':'));
        if !is_name {
            done = end;
            continue;
        }
        let near = slice(line, done..found);
        let brace = run_back(near, near.len(), |b| !matches!(b, b'{' | b'}'));
        let start = plus(done, brace);
        (done, open) = members(line, start, spans);
        done = done.max(end);
    }
    open
}

/// Replaces the private members from `at` to the brace that closes the object. Where that is, and
/// whether it is in a later line.
fn members(line: &[u8], at: usize, spans: &mut Spans) -> (usize, bool) {
    let (mut at, mut depth) = (at, 0_usize);
    while let Some(b) = byte(line, at) {
        match (b, Quote::at(line, at)) {
            (_, Some((quote, from))) => {
                let (to, end) = quote.close(line, from);
                let colon = skip_blanks(line, end);
                at = end;
                if byte(line, colon) == Some(b':') {
                    at = skip_blanks(line, plus(colon, 1));
                    at = value(line, from..to, at, spans).unwrap_or(at);
                }
            }
            (b'{', _) => (at, depth) = (plus(at, 1), plus(depth, 1)),
            (b'}', _) if depth == 0 => return (plus(at, 1), false),
            (b'}', _) => (at, depth) = (plus(at, 1), depth.saturating_sub(1)),
            _ => at = plus(at, 1),
        }
    }
    (line.len(), true)
}

/// Replaces the value at `at` where the member named at `name` is private, and says where it ends.
fn value(
    line: &[u8],
    name: core::ops::Range<usize>,
    at: usize,
    spans: &mut Spans,
) -> Option<usize> {
    let (quote, from) = Quote::at(line, at)?;
    let (to, end) = quote.close(line, from);
    let value = slice(line, from..to);
    let is_private = PRIVATE.contains(&slice(line, name)) && value.len() >= MIN_VALUE;
    if is_private && !values::is_placeholder(value) {
        spans.add(from..to, Kind::PrivateKey);
    }
    Some(end)
}

/// A line of a key that is printed over several: one member a line, until the brace.
pub(super) fn judge(line: &[u8]) -> Judgement {
    let start = skip_blanks(line, 0);
    let Some((quote, from)) = Quote::at(line, start) else {
        return Judgement::Over;
    };
    let (to, end) = quote.close(line, from);
    let colon = skip_blanks(line, end);
    let is_private = PRIVATE.contains(&slice(line, from..to));
    match Quote::at(line, skip_blanks(line, plus(colon, 1))) {
        Some((quote, from)) if is_private && byte(line, colon) == Some(b':') => {
            Judgement::Body(from..quote.close(line, from).0)
        }
        _ => Judgement::Header,
    }
}
