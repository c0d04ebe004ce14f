//! Social security numbers of the United States: `ddd-dd-dddd`.

use super::{
    super::{
        bytes::{before, byte, ends_escape, plus, slice},
        finding::Kind,
        rules,
        spans::Spans,
    },
    context::{self, Says},
    groups::{Chain, is_led},
};

const WIDTHS: &[usize] = &[3, 2, 4];
/// Digits of a number without groups.
const LEN: usize = 9;

/// Reads the number whose first group is `first`, and says where it ends: in groups with hyphens,
/// or, after a name that says so, also with blanks or nothing between.
pub(super) fn read(text: &[u8], chain: &Chain, first: usize, spans: &mut Spans) -> Option<usize> {
    let grouped = chain.has_widths(text, first, WIDTHS);
    if !grouped && chain.width(first) != LEN {
        return None;
    }
    let count = if grouped { WIDTHS.len() } else { 1 };
    let next = plus(first, count);
    let number = chain.group(first).start..chain.group(next.saturating_sub(1)).end;
    if !starts(text, number.start) || !ends(text, number.end) {
        return None;
    }
    let joint = chain.joint(text, plus(first, 1));
    let is_hyphen = grouped && !matches!(joint, b" " | b"." | b"+" | b"%20") && is_dash(joint);
    let is_ssn = (is_hyphen || context::is_named_ssn(text, number.start))
        && context::before(text, number.start) != Says::Trade;
    // A group more of the same kind, and it is some other number.
    let goes_on = |index: usize| {
        index > 0 && index < chain.len() && !matches!(chain.joint(text, index), b" ")
    };
    if !is_ssn || goes_on(first) || goes_on(next) || !is_issued(text, chain, first, grouped) {
        return None;
    }
    let quotes = context::bare_quotes(text, number.clone());
    let end = number.end;
    spans.by(rules::SSN).add_quoted(number, Kind::Ssn, quotes);
    Some(end)
}

/// A hyphen or one of the dashes of Unicode.
fn is_dash(joint: &[u8]) -> bool {
    joint == b"-" || matches!(joint, [0xe2, 0x80, 0x90..=0x93])
}

/// The ranges of the Social Security Administration (ssa.gov/employer/randomization.html): no area
/// 000, 666 or from 900 on, no group 00, no serial number 0000; also none of one digit only.
fn is_issued(text: &[u8], chain: &Chain, first: usize, grouped: bool) -> bool {
    let lone = slice(text, chain.group(first));
    let [area, group, serial] = if grouped {
        [0, 1, 2].map(|i| slice(text, chain.group(plus(first, i))))
    } else {
        [0..3, 3..5, 5..9].map(|part| slice(lone, part))
    };
    let digits = || [area, group, serial].into_iter().flatten();
    let is_one = digits().all(|d| Some(d) == area.first());
    !matches!(area, b"000" | b"666" | [b'9', ..]) && group != b"00" && serial != b"0000" && !is_one
}

fn starts(text: &[u8], at: usize) -> bool {
    match before(text, at) {
        None => true,
        Some(b'.' | b'*') => is_led(text, at),
        Some(b'_' | b'-' | b'+' | b'#' | b'/' | b'@' | b'$') => false,
        Some(b) => !b.is_ascii_alphanumeric() || ends_escape(text, at),
    }
}

fn ends(text: &[u8], at: usize) -> bool {
    let next = byte(text, plus(at, 1));
    match byte(text, at) {
        Some(b'.' | b'-' | b'/' | b':') => !next.is_some_and(|b| b.is_ascii_alphanumeric()),
        // Where it is stressed.
        Some(b'*') => next == Some(b'*'),
        Some(b'_' | b'@' | b'+') => false,
        b => !b.is_some_and(|b| b.is_ascii_alphanumeric()),
    }
}
