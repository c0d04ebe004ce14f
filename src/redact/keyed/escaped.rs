//! Names of which letters are escaped, as encoders may write them and those who hide them do:
//! `"\u0070assword"`, `pass\x77ord`, `%70assword`, `&#112;assword`.

use core::ops::Range;

use super::super::{
    bytes::{byte, is_name, plus, rest, run, run_back, slice},
    keys::{Key, Names},
};

/// Where an escaped letter may stand in a name. Programs escape what is no letter, so most of these
/// stand in no log; of percent signs and references there are more, so a letter beside them counts.
pub(in super::super) const LITERALS: &[&str] = &[
    r"\u004",
    r"\u005",
    r"\u006",
    r"\u007",
    r"\x61",
    r"\x63",
    r"\x65",
    r"\x69",
    r"\x6b",
    r"\x6e",
    r"\x6f",
    r"\x70",
    r"\x72",
    r"\x73",
    r"\x74",
    r"\x77",
    "%70ass",
    "p%61ss",
    "pa%73s",
    "pas%73",
    "pass%77",
    "passw%6f",
    "%70%61%73",
    "%73ecr",
    "s%65cr",
    "se%63r",
    "%73%65%63",
    "%74oke",
    "t%6fke",
    "to%6be",
    "%74%6f%6b",
    "&#112;",
    "&#115;",
    "&#116;",
    "&#x70;",
    "&#x73;",
    "&#x74;",
];

/// The longest name, escaped.
const MAX_NAME: usize = 160;
/// The longest escape: `&#x0070;`.
const MAX_ESCAPE: usize = 8;

/// The name around the escaped letter at `at`, and what is known about it.
pub(super) fn name(
    line: &[u8],
    low: usize,
    at: usize,
    names: &Names,
) -> Option<(Range<usize>, Key)> {
    let low = low.max(at.saturating_sub(MAX_NAME));
    let slashes = run_back(slice(line, 0..at), at, |b| b == b'\\').max(low);
    let start = run_back(slice(line, 0..slashes), slashes, is_name).max(low);
    // Text of which all is escaped is a list of bytes.
    if slice(line, start.saturating_sub(1)..plus(start, 1)) == br"\x" {
        return None;
    }
    let text = slice(line, 0..plus(at, MAX_NAME).min(line.len()));
    let mut name = slice(line, start..slashes).to_vec();
    let mut end = slashes;
    while let Some(b) = byte(text, end) {
        let (letter, next) = match letter(text, end) {
            Some(escape) => escape,
            None if is_name(b) => (b, plus(end, 1)),
            None => break,
        };
        name.push(letter);
        end = next;
    }
    Some((start..end, names.look_up(&name)?))
}

/// The letter that is escaped at `at`, and where its escape ends.
fn letter(text: &[u8], at: usize) -> Option<(u8, usize)> {
    let slashes = run(text, at, |b| b == b'\\');
    let here = slice(text, 0..plus(slashes, MAX_ESCAPE).min(text.len()));
    let (from, len, radix) = match rest(here, slashes) {
        [b'u', ..] if slashes > at => (plus(slashes, 1), Some(4), 16),
        [b'x', ..] if slashes > at => (plus(slashes, 1), Some(2), 16),
        [b'%', ..] => (plus(at, 1), Some(2), 16),
        [b'&', b'#', b'x' | b'X', ..] => (plus(at, 3), None, 16),
        [b'&', b'#', ..] => (plus(at, 2), None, 10),
        _ => return None,
    };
    let digits = run(here, from, |b| b.is_ascii_hexdigit());
    let end = len.map_or(digits, |len| plus(from, len));
    let code = str::from_utf8(slice(here, from..end)).ok()?;
    let letter = u8::from_str_radix(code, radix).ok()?;
    let closed = len.is_some() || byte(here, end) == Some(b';');
    (closed && end <= digits && letter.is_ascii_alphabetic())
        .then_some((letter, plus(end, usize::from(len.is_none()))))
}
