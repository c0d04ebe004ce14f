//! Values that a structure delimits: whether they are what the name beside them demands.
//!
//! An element, a member, a cell say exactly where their content begins and ends; what is left to
//! tell is whether it is a secret or what stands in forms, schemas, translations and messages under
//! the same name: a label, a type, the name of another field, a sentence.

mod words;

use core::ops::Range;

use super::{
    bytes::{byte, is_name, run, run_back, slice},
    finding::Kind,
    headers,
    keys::{Demand, Key, Names},
    spans::{self, Spans},
    values::{self, Quote},
};
pub(super) use words::FIELDS;
use words::{PUBLIC, TYPES};

/// A name has no more digits at its end.
const MAX_DIGITS: usize = 1;
/// Longer content is no label.
const MAX_LABEL: usize = 80;

/// Replaces the content of a structure that stands under a secret's name, if it is a secret. The
/// quotes found at `quotes` go around what replaces a bare number.
pub(super) fn replace(
    text: &[u8],
    content: Range<usize>,
    key: Key,
    names: &Names,
    quotes: Option<Range<usize>>,
    spans: &mut Spans,
) -> bool {
    let content = unquoted(text, trimmed(text, content));
    let value = slice(text, content.clone());
    let is_question = key.kind == Kind::SecurityAnswer && value.ends_with(b"?");
    if values::is_placeholder(value)
        || is_question
        || is_label(value, names)
        || is_public(value, key)
    {
        return false;
    }
    match key.demand {
        Demand::Cookies | Demand::SetCookie if value.contains(&b'=') => {
            headers::cookies(text, content, key.demand, spans);
            return true;
        }
        Demand::Authorization => {
            headers::authorization(text, content, spans);
            return true;
        }
        _ => {}
    }
    let from = headers::scheme_end(text, content.clone()).unwrap_or(content.start);
    let secret = slice(text, from..content.end);
    if values::is_placeholder(secret) || !(from > content.start || fits(secret, key.demand)) {
        return false;
    }
    spans.add_quoted(from..content.end, key.kind, quotes);
    true
}

/// Whether `value` is what a name demands.
pub(super) fn fits(value: &[u8], demand: Demand) -> bool {
    match demand {
        Demand::Digits => {
            values::digits_end(value, 0) == Some(value.len()) || values::is_encoded_number(value)
        }
        // Markup writes signs as numbers: `&#46;`.
        Demand::Opaque if value.contains(&b'&') => {
            let word = |b: &u8| b.is_ascii_alphanumeric() || b"_-.+/~=&#;".contains(b);
            value.len() >= 24 && value.iter().all(word)
        }
        Demand::Opaque | Demand::Cookies | Demand::SetCookie => {
            values::opaque_end(value, 0) == Some(value.len())
        }
        Demand::NotCount => !value.iter().all(|b| b.is_ascii_digit() || *b == b'.'),
        _ => true,
    }
}

/// The same where nothing but a column or a neighbour says that it is a secret: tokens and keys
/// are no words.
pub(super) fn fits_closely(value: &[u8], key: Key) -> bool {
    let dense = !value.contains(&b' ');
    let digit = value.iter().any(u8::is_ascii_digit);
    let mixed =
        value.iter().any(u8::is_ascii_lowercase) && value.iter().any(u8::is_ascii_uppercase);
    let words = value.iter().filter(|b| **b == b' ').count();
    let closely = match key.kind {
        // the words of a seed, beside which other things are called mnemonics
        Kind::Secret if key.spaced && !digit => words >= 2,
        Kind::Password | Kind::SecurityAnswer | Kind::Pin | Kind::Code => {
            value.len() >= 3
                && value
                    .iter()
                    .any(|b| b.is_ascii_alphanumeric() || *b >= 0x80)
        }
        _ => (key.spaced || dense) && ((digit && value.len() >= 8) || (mixed && value.len() >= 16)),
    };
    closely && fits(value, key.demand)
}

/// Without the quotes that markup writes around a string: `&quot;x&quot;`.
pub(super) fn unquoted(text: &[u8], content: Range<usize>) -> Range<usize> {
    if byte(text, content.start) != Some(b'&') {
        return content;
    }
    let inner = || {
        let (quote, from) = Quote::at(text, content.start)?;
        let (to, end) = quote.close(slice(text, 0..content.end), from);
        (end == content.end && to < end).then_some(from..to)
    };
    inner().unwrap_or(content)
}

/// Without blanks on either side.
pub(super) fn trimmed(text: &[u8], range: Range<usize>) -> Range<usize> {
    let is_blank = |b| matches!(b, b' ' | b'\t' | b'\r' | b'\n');
    let start = run(slice(text, 0..range.end), range.start, is_blank);
    let end = run_back(text, range.end, is_blank);
    start..end.max(start)
}

/// What forms, schemas and translations write beside a secret's name: a type, the name itself in
/// words, a sentence.
pub(super) fn is_label(value: &[u8], names: &Names) -> bool {
    value.len() <= MAX_LABEL
        && (TYPES.has_in_any_case(value)
            || is_sized(value)
            || is_named(value, names)
            || is_constant(value)
            || is_reference(value)
            || values::is_message(value))
}

/// A type with its size, as schemas of databases have it: `varchar(255)`.
fn is_sized(value: &[u8]) -> bool {
    let open = run(value, 0, |b| b != b'(');
    let size = slice(value, open..value.len());
    let is_part = |b: &u8| b.is_ascii_digit() || b"(,)".contains(b);
    let name = slice(value, 0..open);
    size.ends_with(b")") && size.iter().all(is_part) && TYPES.has_in_any_case(name)
}

/// Words without a digit, the last of which is a secret's name: `Enter your password`, `API key`.
fn is_named(value: &[u8], names: &Names) -> bool {
    let end = run_back(value, value.len(), |b| {
        matches!(b, b'?' | b':' | b'.' | b'*' | b'!')
    });
    let value = slice(value, 0..end);
    let is_word = |b: &u8| b.is_ascii_alphabetic() || matches!(b, b' ' | b'_' | b'-' | b'\'');
    let last = run_back(value, value.len(), |b| b != b' ');
    value.iter().all(is_word)
        && (names.look_up(value).is_some() || names.look_up(slice(value, last..end)).is_some())
}

/// The name of a constant, as `DBUS_COOKIE_SHA1`.
fn is_constant(value: &[u8]) -> bool {
    let is_part = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_';
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    value.contains(&b'_')
        && digits <= 3
        && value.first().is_some_and(u8::is_ascii_uppercase)
        && value.iter().all(is_part)
}

/// A feature of a package, as `dep:mcf` and `rusqlite/session`, or an expression in brackets.
fn is_reference(value: &[u8]) -> bool {
    let is_part = |b: &u8| b.is_ascii_lowercase() || b"-_/:".contains(b);
    let is_feature = value.starts_with(b"dep:") && value.iter().all(is_part);
    is_feature || (value.starts_with(b"[") && value.ends_with(b")]"))
}

/// What stands under the names of keys and is none: its public half, a file.
fn is_public(value: &[u8], key: Key) -> bool {
    key.kind == Kind::PrivateKey && PUBLIC.iter().any(|p| value.starts_with(p.as_bytes()))
}

/// Where the name begins without the letters of an escape sequence before it.
pub(super) fn name_start(text: &[u8], name: Range<usize>) -> usize {
    let mut starts = name.start
        ..=name
            .end
            .min(name.start.saturating_add(super::bytes::MAX_ESCAPE));
    let is_part = byte(text, name.start.saturating_sub(1));
    if !matches!(is_part, Some(b'\\' | b'%' | b'\x1b' | b'[' | b';')) {
        return name.start;
    }
    starts
        .find(|start| super::bytes::ends_escape(text, *start))
        .unwrap_or(name.start)
}

/// Whether what stands at `at` was replaced before.
pub(super) fn is_mark(text: &[u8], at: usize) -> bool {
    spans::mark_end(text, at).is_some()
}

/// Bytes of names that programs give to members and columns.
pub(super) fn is_key(byte: u8) -> bool {
    is_name(byte) || matches!(byte, b'$' | b'@' | b'#')
}

/// Whether `value` is one word that no language has: with a digit, or long.
pub(super) fn is_opaque(value: &[u8]) -> bool {
    let dense = !value.contains(&b' ');
    dense && value.len() >= 8 && (value.iter().any(u8::is_ascii_digit) || value.len() >= 24)
}

/// Where the run of bytes that `belong` starts which ends at the end of `range`, within it.
pub(super) fn back(text: &[u8], range: Range<usize>, belongs: impl Fn(u8) -> bool) -> usize {
    let within = slice(text, range.clone());
    range
        .start
        .saturating_add(run_back(within, within.len(), belongs))
}

/// Whether a column or a member is called like a field beside which secrets have theirs, alone or
/// with words before: `login_username`, `Access key ID`.
pub(super) fn is_field(name: &[u8]) -> bool {
    let last = back(name, 0..name.len(), |b| b.is_ascii_alphanumeric());
    FIELDS.has_in_any_case(name) || FIELDS.has_in_any_case(slice(name, last..name.len()))
}

/// Whether a value is itself the name of a field, so that it is none of the secret before it.
pub(super) fn names_other(value: &[u8], names: &Names) -> bool {
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    FIELDS.has_in_any_case(value) || (digits <= MAX_DIGITS && names.judge(value).is_some())
}

/// Whether a value beside which only blanks stand has what no word of a description has.
pub(super) fn is_distinct(value: &[u8], key: Key) -> bool {
    let has = |is: fn(&u8) -> bool| value.iter().any(is);
    let inner = value.iter().skip(1).any(u8::is_ascii_uppercase);
    let is_sign = |b: &u8| b.is_ascii_punctuation() && !b"-_./,:<>()[]|=".contains(b);
    let is_word = |b: &u8| b.is_ascii_lowercase() || *b == b' ' || *b == b'-';
    let mixed = has(u8::is_ascii_digit) || (has(u8::is_ascii_lowercase) && inner) || has(is_sign);
    let words = value.split(|b| *b == b' ').filter(|w| !w.is_empty());
    let is_phrase = words.clone().count() >= 3 && value.iter().all(is_word);
    // Nodes of a syntax, options, comments; a directive of a configuration; `464/tcp`.
    let is_node = value.first().is_some_and(|b| b"<[({/-=#|".contains(b));
    let is_directive = value.ends_with(b";") || value.windows(3).any(|w| w == b"://");
    let number = run(value, 0, |b| b.is_ascii_digit());
    let is_rate = number > 0 && byte(value, number) == Some(b'/');
    !(is_node || is_directive || is_rate)
        && fits_closely(value, key)
        && ((mixed && words.count() == 1) || is_phrase)
}
