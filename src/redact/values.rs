//! Where a value ends, which its opener says, and whether it is one at all.

mod code;
mod placeholder;
mod prose;
mod quote;

use super::{
    base64,
    bytes::{before, byte, is_blank, is_name, plus, rest, run, slice},
    spans,
};
pub(super) use code::is_code;
use placeholder::placeholder_end;
pub(super) use placeholder::{is_bracketed_placeholder, is_file, is_placeholder, is_pointer};
pub(super) use prose::{is_message, is_prose, is_sentence, is_word_before_more, is_words};
pub(super) use quote::Quote;
use quote::escapes;

/// How far ahead a separator looks for the next name.
const MAX_NEXT_NAME: usize = 64;

/// What surrounds an unquoted value.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Around {
    /// A query string or a form: `&` ends the value whatever follows.
    pub(super) query: bool,
    /// The text is percent-encoded: `%26` ends the value.
    pub(super) encoded: bool,
    /// A list or a cookie: `;` and `,` end the value whatever follows.
    pub(super) list: bool,
    /// What stands before the name, and so after the value: `user=ada|password=…|…`.
    pub(super) until: Option<u8>,
}

/// Where the unquoted value at `from` ends: at white space, and at a delimiter that what follows
/// shows to be one.
pub(super) fn bare_end(text: &[u8], from: usize, around: Around) -> usize {
    let mut at = placeholder_end(text, from).unwrap_or(from);
    while let Some(b) = byte(text, at) {
        let next = plus(at, 1);
        at = match b {
            _ if is_blank(b) => return at,
            b'\\' => match backslashes(text, at) {
                Ok(next) => next,
                Err(end) => return end,
            },
            b'&' if around.query || separates_pairs(text, next) => return at,
            b'#' if around.query => return at,
            b'%' if around.encoded && is_encoded_delimiter(text, at) => return at,
            b';' | b',' if around.list => return at,
            _ if around.until == Some(b) => return at,
            // The bracket of a mark closes nothing but the mark.
            b'[' => spans::mark_end(text, at).unwrap_or(next),
            b';' | b',' | b'|' if separates(text, next) => return at,
            _ if is_closer(b) => match closers(text, at) {
                (_, true) => return at,
                (end, false) => end,
            },
            _ => next,
        };
    }
    at
}

/// Quotes and brackets that may stand after a value.
fn is_closer(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`' | b')' | b']' | b'}' | b'>')
}

/// Where the closers at `at` end, and whether they close something: they do unless the value goes
/// on after them.
fn closers(text: &[u8], at: usize) -> (usize, bool) {
    let end = run(text, at, is_closer);
    let closes = byte(text, end).is_none_or(|b| {
        is_blank(b)
            || matches!(
                b,
                b',' | b';' | b':' | b'.' | b'&' | b'|' | b'\\' | b'<' | b'{'
            )
    });
    (end, closes)
}

/// Where the value goes on after the backslashes at `at`, or as an error where it ends: at an
/// escaped line end, tab or quote, and at `\u0026`, which is how some encoders write `&`.
fn backslashes(text: &[u8], at: usize) -> Result<usize, usize> {
    let end = run(text, at, |b| b == b'\\');
    let count = end.saturating_sub(at);
    if count.is_multiple_of(2) {
        return Ok(end);
    }
    let code = slice(text, plus(end, 1)..plus(end, 5));
    match byte(text, end) {
        None | Some(b'n' | b'r' | b't') => Err(end.saturating_sub(1)),
        Some(b'"' | b'\'') => Err(end.saturating_sub(escapes(count.trailing_ones()))),
        Some(b'u') if DELIMITERS.iter().any(|d| code.eq_ignore_ascii_case(d)) => {
            Err(end.saturating_sub(1))
        }
        Some(_) => Ok(plus(end, 1)),
    }
}

/// `"`, `&`, `'`, `<` and `>` after `\u`, line ends, and what begins the commands of a terminal.
const DELIMITERS: &[&[u8]] = &[
    b"0022", b"0026", b"0027", b"003c", b"003e", b"000a", b"000d", b"001b",
];

/// A percent sign is not encoded more often.
const MAX_PERCENT: usize = 12;

fn is_encoded_delimiter(text: &[u8], at: usize) -> bool {
    // Where it was encoded itself, the percent sign is `%25`.
    let window = slice(text, 0..plus(at, MAX_PERCENT).min(text.len()));
    let mut from = plus(at, 1);
    while slice(window, from..plus(from, 2)) == b"25" {
        from = plus(from, 2);
    }
    let code = slice(window, from..plus(from, 2));
    [&b"26"[..], b"22", b"20", b"0a", b"0d", b"7d", b"3b"]
        .iter()
        .any(|c| code.eq_ignore_ascii_case(c))
}

/// Whether the `&` before `at` is followed by the next pair of a form, or is an entity.
fn separates_pairs(text: &[u8], at: usize) -> bool {
    let entity = [&b"amp;"[..], b"quot;", b"lt;", b"gt;", b"#"];
    entity.iter().any(|e| rest(text, at).starts_with(e)) || pair_follows(text, at, b"=")
}

/// Whether the comma, semicolon or bar before `at` is followed by anything but more of the value.
fn separates(text: &[u8], at: usize) -> bool {
    byte(text, at).is_none_or(|b| is_blank(b) || is_closer(b) || matches!(b, b'{' | b'[' | b'\\'))
        || long_pair_follows(text, at, b"=:")
}

/// Whether a name and one of `signs` stand at `at`.
pub(super) fn pair_follows(text: &[u8], at: usize, signs: &[u8]) -> bool {
    let end = name_end(text, at);
    end > at && byte(text, end).is_some_and(|b| signs.contains(&b))
}

/// The same, also where the name is two words as connection strings have them: `User Id=`.
fn long_pair_follows(text: &[u8], at: usize, signs: &[u8]) -> bool {
    let first = name_end(text, at);
    let second = plus(first, 1);
    let is_capital = |at| byte(text, at).is_some_and(|b| b.is_ascii_uppercase());
    match byte(text, first) {
        Some(b' ') if is_capital(at) && is_capital(second) => pair_follows(text, second, signs),
        next => first > at && next.is_some_and(|b| signs.contains(&b)),
    }
}

fn name_end(text: &[u8], at: usize) -> usize {
    let is_part = |b: u8| is_name(b) || matches!(b, b'[' | b']' | b'%');
    let window = slice(text, 0..plus(at, MAX_NEXT_NAME).min(text.len()));
    spans::mark_end(text, at).unwrap_or_else(|| run(window, at, is_part))
}

/// Where sixteen or more characters end as tokens have them, at least one letter and one digit among them; the
/// slash, the plus and the equals sign of base64 may be percent-encoded.
pub(super) fn opaque_end(text: &[u8], from: usize) -> Option<usize> {
    let is_encoded = |at, codes: &[&[u8]]| {
        let code = slice(text, at..plus(at, 3));
        codes.iter().any(|c| code.eq_ignore_ascii_case(c))
    };
    let mut body = from;
    loop {
        body = run(text, body, |b| {
            b.is_ascii_alphanumeric() || b"_-.+/~".contains(&b)
        });
        if !is_encoded(body, &[b"%2f", b"%2b", b"%3a", b"%25", b"%7e"]) {
            break;
        }
        body = plus(body, 3);
    }
    let value = slice(text, from..body);
    let mut end = run(text, body, |b| b == b'=');
    while is_encoded(end, &[b"%3d"]) {
        end = plus(end, 3);
    }
    let has_both =
        value.iter().any(u8::is_ascii_digit) && value.iter().any(u8::is_ascii_alphabetic);
    (value.len() >= 16 && has_both).then_some(end)
}

/// Whether a value is the Base64 of such digits, as Kubernetes writes its secrets.
pub(super) fn is_encoded_number(value: &[u8]) -> bool {
    let is_base64 = || value.iter().all(|b| base64::is_base64(*b) || *b == b'=');
    if !matches!(value.len(), 4 | 8 | 12) || value.iter().all(u8::is_ascii_digit) || !is_base64() {
        return false;
    }
    let number = base64::decode(value);
    (3..=8).contains(&number.len()) && number.iter().all(u8::is_ascii_digit)
}

/// Three to eight digits with none after them.
pub(super) fn digits_end(text: &[u8], from: usize) -> Option<usize> {
    let window = slice(text, 0..plus(from, 9).min(text.len()));
    let end = run(window, from, |b| b.is_ascii_digit());
    let len = end.saturating_sub(from);
    ((3..=8).contains(&len) && before(text, from) != Some(b'-')).then_some(end)
}

/// Where a code ends that is typed once: digits, also in groups, or at least six letters and digits,
/// a digit among them.
pub(super) fn code_end(text: &[u8], from: usize) -> Option<usize> {
    let window = slice(text, 0..plus(from, MAX_CODE).min(text.len()));
    let group = |at| run(window, at, |b| b.is_ascii_alphanumeric());
    let digits = |at| run(window, at, |b| b.is_ascii_digit());
    let first = group(from);
    let mut end = first;
    while byte(window, end) == Some(b'-') && group(plus(end, 1)) > plus(end, 1) {
        end = group(plus(end, 1));
    }
    if end == first && digits(from) == first {
        let next = plus(first, 1);
        let len = first.saturating_sub(from);
        // Two groups of digits with a blank between, as authenticators show them.
        let is_grouped = (3..=4).contains(&len)
            && byte(window, first) == Some(b' ')
            && digits(next).saturating_sub(next) == len
            && group(next) == digits(next);
        return match digits_end(text, from) {
            Some(_) if is_grouped => Some(digits(next)),
            end => end,
        };
    }
    let value = slice(window, from..end);
    let is_code = value.len() >= 6 && value.iter().any(u8::is_ascii_digit);
    let short = (is_code && end < plus(from, MAX_CODE)).then_some(end);
    // OAuth's codes are tokens.
    opaque_end(text, from).or(short)
}

/// No code that is typed is longer.
const MAX_CODE: usize = 32;

/// Where the number at `from` ends, as JSON writes numbers.
pub(super) fn number_end(text: &[u8], from: usize) -> Option<usize> {
    let end = run(text, from, |b| {
        b.is_ascii_digit() || matches!(b, b'-' | b'+' | b'.' | b'e' | b'E')
    });
    let starts = byte(text, from).is_some_and(|b| b.is_ascii_digit() || b == b'-');
    let ends = byte(text, end).is_none_or(|b| is_blank(b) || matches!(b, b',' | b'}' | b']'));
    (starts && ends).then_some(end)
}
