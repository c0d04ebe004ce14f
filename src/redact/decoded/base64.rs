//! Base64 and base64url of text (RFC 4648 §4 and §5).

use core::ops::Range;

use super::super::{
    base64::{self, decode, is_base64},
    bytes::{plus, rest, run, slice},
};

/// Four characters are three bytes.
pub(super) const QUAD: usize = 4;
/// So many in a row that are text are no accident: one word of random characters in some millions.
pub(super) const MIN_QUADS: usize = 5;
/// Letters outside ASCII are no text by themselves: so many in a row are passed over.
const MAX_FOREIGN: usize = 4;

/// Whether text in base64 begins at `at`.
pub(super) fn is_text(text: &[u8], at: usize) -> bool {
    let quads = (at..text.len()).step_by(QUAD).take(MIN_QUADS);
    quads.len() == MIN_QUADS && quads.into_iter().all(|at| is_quad(text, at))
}

/// The text around `at`, and where it stands with its padding.
pub(super) fn read(line: &[u8], done: usize, at: usize) -> Option<(Vec<u8>, Range<usize>)> {
    let mut start = is_text(line, at).then_some(at)?;
    while let Some(before) = start
        .checked_sub(QUAD)
        .filter(|s| *s >= done && is_quad(line, *s))
    {
        start = before;
    }
    // The word may be much longer than the text in it.
    let next = |at| {
        let near = slice(line, 0..plus(at, QUAD).min(line.len()));
        run(near, at, is_base64)
    };
    let mut word = next(start);
    let (mut end, mut foreign, mut at) = (start, 0, start);
    while plus(at, QUAD) <= word && foreign <= MAX_FOREIGN {
        let is_text = is_quad(line, at);
        at = plus(at, QUAD);
        (end, foreign) = if is_text {
            (at, 0)
        } else {
            (end, plus(foreign, 1))
        };
        word = next(at);
    }
    // The last characters are no full four, or letters outside ASCII.
    let last = || decode(slice(line, end..word));
    if word.saturating_sub(end) < QUAD
        || (plus(at, QUAD) > word && core::str::from_utf8(&last()).is_ok())
    {
        end = word;
    }
    let mut text = decode(slice(line, start..end));
    let nuls = text.iter().filter(|b| **b == 0).count();
    if nuls > text.len() / 3 {
        text.retain(|b| *b != 0);
    }
    if end == word {
        end = run(line, end, |b| b == b'=');
        while rest(line, end).starts_with(b"%3D") || rest(line, end).starts_with(b"%3d") {
            end = plus(end, 3);
        }
    }
    Some((text, start..end))
}

/// Whether the four characters at `at` are text.
fn is_quad(text: &[u8], at: usize) -> bool {
    let sextet = |b: u8| SEXTETS.get(usize::from(b)).copied().unwrap_or(NONE);
    let Some(quad) = rest(text, at).first_chunk::<QUAD>() else {
        return false;
    };
    // The first bit of text is not set, as it is in most words.
    let [first, ..] = *quad;
    if sextet(first) & 0x20 != 0 {
        return false;
    }
    let mut bits = 0_u32;
    for b in quad {
        let sextet = sextet(*b);
        if sextet == NONE {
            return false;
        }
        bits = bits << 6 | u32::from(sextet);
    }
    let [_, a, b, c] = bits.to_be_bytes();
    super::is_text(a) && super::is_text(b) && super::is_text(c)
}

/// What is no character of base64.
const NONE: u8 = u8::MAX;

/// The six bits that each character stands for.
static SEXTETS: [u8; 256] = {
    let mut sextets = [NONE; 256];
    let mut rest: &mut [u8] = &mut sextets;
    let mut byte = 0_u8;
    while let [sextet, others @ ..] = rest {
        if let Some(bits) = base64::sextet(byte) {
            *sextet = bits;
        }
        rest = others;
        byte = byte.wrapping_add(1);
    }
    sextets
};
