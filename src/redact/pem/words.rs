//! Words of base64 and what stands between them: ends of lines, escaped or not, blanks, quotes.

use core::ops::Range;

use super::super::{
    bytes::{before, byte, plus, run, run_back, slice},
    tokens::is_mixed,
};

/// Words of this length are of a key; shorter ones may be other things.
pub(super) const FULL: usize = 40;
/// A body on the line of BEGIN starts with a word of this length, and so do those behind blanks.
const MIN_WORD: usize = 20;

/// A word of this length with capitals, small letters and digits may have been cut off anywhere.
const MIN_RANDOM: usize = 12;

/// The alphabet of PEM (RFC 4648 §4), with what pads it.
pub(super) fn is_body(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

/// Where the word ends that starts at `at`; JSON may have escaped its slashes and plus signs.
pub(super) fn word_end(text: &[u8], at: usize) -> usize {
    let mut at = at;
    loop {
        at = run(text, at, is_body);
        at = match slice(text, at..plus(at, 6)) {
            [b'\\', b'/', ..] => plus(at, 2),
            [b'\\', b'u', b'0', b'0', b'2', b'B' | b'b' | b'F' | b'f'] => plus(at, 6),
            [b'\\', b'u', b'0', b'0', b'3', b'D' | b'd'] => plus(at, 6),
            _ => return at,
        };
    }
}

/// Line ends as text in a string has them, escaped any number of times, and as markup has them.
const BREAKS: &[&[u8]] = &[
    b"u000a", b"u000A", b"u000d", b"u000D", b"x0a", b"x0A", b"x0d", b"x0D", b"012", b"015", b"n",
    b"r", b"t",
];
const CODES: &[&[u8]] = &[
    b"%0A", b"%0a", b"%0D", b"%0d", b"&#10;", b"&#13;", b"&#xA;", b"&#xD;", b"<br>", b"<br/>",
];

/// Where the line ends at `at` end.
pub(super) fn breaks_end(text: &[u8], at: usize) -> usize {
    let mut at = at;
    loop {
        let slashes = run(text, at, |b| b == b'\\');
        let names = if slashes > at { BREAKS } else { CODES };
        let here = |name: &&&[u8]| slice(text, slashes..plus(slashes, name.len())) == **name;
        at = match names.iter().find(here) {
            Some(name) => plus(slashes, name.len()),
            None => return at,
        };
    }
}

/// Where the blanks and line ends at `at` end.
pub(super) fn gap_end(text: &[u8], at: usize) -> usize {
    let mut at = at;
    loop {
        let end = run(text, breaks_end(text, at), |b| {
            matches!(b, b' ' | b'\t' | b'\r')
        });
        if end == at {
            return at;
        }
        at = end;
    }
}

/// Where the words end that start at `from` on one line: words of base64 between blanks and line
/// ends, as long as no word of prose is, those behind a line end excepted.
pub(super) fn run_end(text: &[u8], from: usize) -> usize {
    let mut at = from;
    loop {
        let broken = breaks_end(text, at);
        let word = gap_end(text, at);
        let end = word_end(text, word);
        let len = end.saturating_sub(word);
        let is_lead = at == from || broken == at;
        if len == 0 || (is_lead && len < MIN_WORD) || !ends_word(text, end) {
            return at;
        }
        at = end;
    }
}

/// Where the words of base64 start that end at the end of `range`.
pub(super) fn run_start(text: &[u8], range: Range<usize>) -> usize {
    let near = slice(text, range.clone());
    let start = run_back(near, near.len(), |b| {
        is_body(b) || matches!(b, b'\\' | b'\r')
    });
    plus(range.start, start)
}

/// Whether a word may end at `at`: names and hosts go on by other signs.
pub(super) fn ends_word(text: &[u8], at: usize) -> bool {
    let is_dashes = || slice(text, at..plus(at, 4)) == b"----";
    byte(text, at).is_none_or(|b| !matches!(b, b'-' | b'_' | b'.' | b':' | b'@' | b'('))
        || is_dashes()
}

/// Whether nothing is left of a line but what joins it to the next in source code.
pub(super) fn is_line_over(line: &[u8], at: usize) -> bool {
    let is_rest = |b| is_joint(b) || matches!(b, b'+' | b'.');
    run(line, gap_end(line, at), is_rest) >= line.len()
}

/// Whether a word of a body may end at `at`: with its line, or with the string that it is in.
pub(super) fn is_end(line: &[u8], at: usize) -> bool {
    is_line_over(line, at) || matches!(byte(line, at), Some(b'\\' | b'"' | b'\''))
}

/// `range` without the blanks and line ends around it.
pub(super) fn trimmed(text: &[u8], range: Range<usize>) -> Range<usize> {
    let text = slice(text, 0..range.end);
    let start = gap_end(text, range.start);
    let end = run_back(text, text.len(), |b| matches!(b, b' ' | b'\t' | b'\r'));
    let end = match slice(text, start..end) {
        [head @ .., b'\\', b'n' | b'r'] => plus(start, head.len()),
        _ => end,
    };
    start..run_back(text, end, |b| b == b'\\').max(start)
}

/// Blanks, quotes and the signs by which source code joins lines.
pub(super) fn is_joint(byte: u8) -> bool {
    matches!(
        byte,
        b' ' | b'\t' | b'"' | b'\'' | b'`' | b',' | b';' | b'\\' | b'|' | b')' | b']'
    )
}

/// What stands before a word of a key in its line besides the prefix.
pub(super) fn is_opening(byte: u8) -> bool {
    matches!(
        byte,
        b' ' | b'\t' | b'"' | b'\'' | b'`' | b'|' | b'>' | b'#' | b'*'
    )
}

/// A word of full length somewhere in the line, which nothing but a key has: no path, no digest.
pub(super) fn full_word(line: &[u8]) -> Option<Range<usize>> {
    let mut at = 0;
    while at < line.len() {
        let end = word_end(line, at);
        let word = at..end;
        let is_key = word.len() >= FULL
            && is_mixed(slice(line, word.clone()))
            && ends_word(line, end)
            && before(line, at).is_none_or(|b| !matches!(b, b'-' | b'_' | b'.'));
        if is_key {
            return Some(word);
        }
        at = plus(end, 1);
    }
    None
}

/// The words of a key between strings of a line.
pub(super) fn each(line: &[u8], range: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let mut at = range.start;
    core::iter::from_fn(move || {
        while at < range.end {
            let start = gap_end(line, at).max(at);
            let end = word_end(line, start).min(range.end);
            at = end.max(plus(start, 1));
            let word = slice(line, start..end);
            if word.len() >= MIN_WORD || (word.len() >= 4 && is_tail(word)) {
                return Some(start..end);
            }
        }
        None
    })
}

/// Whether an equals sign stands between other characters, as in `id=x` and never in base64.
pub(super) fn is_pair(word: &[u8]) -> bool {
    let end = run_back(word, word.len(), |b| b == b'=');
    slice(word, 1..end).contains(&b'=')
}

/// Whether a word is hexadecimal, which no line of base64 is by chance.
pub(super) fn is_digest(word: &[u8]) -> bool {
    word.iter()
        .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(b))
}

/// Whether a short word may be the last of a body rather than a word of prose.
pub(super) fn is_tail(word: &[u8]) -> bool {
    let capital = word.iter().skip(1).any(u8::is_ascii_uppercase);
    let sign = word
        .iter()
        .any(|b| b.is_ascii_digit() || matches!(b, b'+' | b'/'));
    let is_random = word.len() >= MIN_RANDOM && is_mixed(word);
    let is_whole = word.len().is_multiple_of(4) && (capital || sign);
    word.ends_with(b"=") || word.starts_with(b"=") || is_whole || is_random
}
