//! The parts that tokens are made of, with something between them.

use core::ops::RangeInclusive;

use super::super::{
    super::bytes::{MAX_ESCAPE, before, ends_escape, plus, run_back, slice},
    opens_escape,
    words::is_word,
};

/// Where a part of the length `len` starts that ends at `to`: nothing but an escape sequence goes on
/// before it.
pub(super) fn part(
    text: &[u8],
    to: usize,
    len: RangeInclusive<usize>,
    is: fn(u8) -> bool,
) -> Option<usize> {
    let from = to.saturating_sub(plus(*len.end(), plus(MAX_ESCAPE, 1)));
    let near = slice(text, from..to);
    let start = plus(from, run_back(near, near.len(), is));
    let mut starts = [after_escape(text, start), start].into_iter();
    let whole = starts.find(|at| len.contains(&to.saturating_sub(*at)));
    // The end of an escape sequence may itself be of these characters: `\x22123456789:`.
    let mut ends = len.map(|len| to.saturating_sub(len));
    whole.or_else(|| ends.find(|at| *at >= start && ends_escape(text, *at)))
}

/// Where the run at `at` starts without the end of an escape sequence.
pub(super) fn after_escape(text: &[u8], at: usize) -> usize {
    if !before(text, at).is_some_and(opens_escape) {
        return at;
    }
    let mut starts = plus(at, 1)..=plus(at, MAX_ESCAPE);
    starts.find(|at| ends_escape(text, *at)).unwrap_or(at)
}

/// The same before the separator that ends at `to`.
pub(super) fn part_before(
    text: &[u8],
    to: usize,
    separator: &[u8],
    len: RangeInclusive<usize>,
    is: fn(u8) -> bool,
) -> Option<usize> {
    let end = to.checked_sub(separator.len())?;
    (slice(text, end..to) == separator).then_some(())?;
    part(text, end, len, is)
}

pub(super) fn is_alnum(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

pub(super) fn is_digit(byte: u8) -> bool {
    byte.is_ascii_digit()
}

pub(super) fn is_hex(byte: u8) -> bool {
    byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)
}

pub(super) fn is_azure(byte: u8) -> bool {
    is_word(byte) || matches!(byte, b'~' | b'.')
}

pub(super) fn are(value: &[u8], is: fn(u8) -> bool) -> bool {
    value.iter().all(|b| is(*b))
}
