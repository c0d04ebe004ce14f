//! Whether a word of a sentence looks like a secret.

use core::ops::Range;

use super::super::{
    bytes::{before, byte, plus, rest, run, run_back, skip_blanks, slice},
    finding::Kind,
    keys::{Demand, Key},
    values::{self, Around},
};
use super::words::{
    MIN_NUMBER, has_digit, is_method, is_no_notice, is_no_word, is_plain, is_program, is_random,
};

/// Longer values are looked at as far as this; a sentence gives no longer ones.
pub(super) const MAX_VALUE: usize = 512;
/// The shortest password that is no word.
const MIN_PASSWORD: usize = 4;
/// The same where nothing announces it.
const MIN_BESIDE_PASSWORD: usize = 6;
/// The shortest token, and the shortest that nothing announces.
const MIN_TOKEN: usize = 8;
const MIN_BESIDE: usize = 16;
/// What a number counts, in a sentence about passwords.
const UNITS: &[&str] = &[
    "attempts",
    "bits",
    "bit",
    "bytes",
    "chars",
    "char",
    "character",
    "characters",
    "days",
    "day",
    "digits",
    "entries",
    "failures",
    "hours",
    "items",
    "letters",
    "minutes",
    "ms",
    "months",
    "of",
    "or",
    "retries",
    "seconds",
    "times",
    "tokens",
    "tries",
    "weeks",
    "years",
    "users",
];
/// How a value stands to its name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Looks {
    /// In quotes, right behind it.
    Quoted,
    /// In quotes, behind a word such as `is`.
    QuotedSaid,
    /// Behind a word such as `is` or `with`.
    Said,
    /// Where a sentence announces the value itself, and ends with it: `your password is: x`.
    Told,
    /// Behind a user and the name, as in `user ada password x`.
    OfUser,
    /// Behind a name that a command sets.
    Set,
    /// Behind a name with which a line begins, and the last of it.
    Directive,
    /// Behind an option.
    Option,
    /// Right behind it, with nothing that announces it.
    Beside,
}

impl Looks {
    /// The same where the value is quoted.
    pub(super) fn quoted(self) -> Self {
        match self {
            Self::Said | Self::Told => Self::QuotedSaid,
            other => other,
        }
    }
}

/// Whether `value` is one that `key` demands and that a sentence shows so.
pub(super) fn fit(value: &[u8], key: Key, looks: Looks) -> bool {
    if value.is_empty() || values::is_placeholder(value) || is_place(value) {
        return false;
    }
    if matches!(looks, Looks::Set | Looks::Option) {
        const WORDS: &[&[u8]] = &[
            b"to", b"as", b"isn't", b"from", b"is", b"in", b"on", b"for", b"and", b"=", b"or",
        ];
        return !WORDS.contains(&value);
    }
    if looks == Looks::Directive {
        return is_set(value, key.kind);
    }
    let is_opaque = || values::opaque_end(value, 0) == Some(value.len());
    match (key.demand, key.kind) {
        (Demand::Digits | Demand::Code, Kind::Code) if looks != Looks::Beside => {
            is_code(value) || (has_digit(value) && is_no_word(value, MIN_TOKEN))
        }
        (Demand::Digits | Demand::Code, _) => is_code(value),
        (Demand::Opaque, _) => is_opaque() && is_random(value, MIN_BESIDE),
        (_, Kind::Password | Kind::SecurityAnswer) => match looks {
            Looks::Quoted => !is_phrase(value) && (has_digit(value) || !value.contains(&b' ')),
            Looks::QuotedSaid | Looks::Set | Looks::Option | Looks::Directive => !is_phrase(value),
            Looks::Said => is_no_word(value, MIN_PASSWORD),
            Looks::Told => value.len() >= MIN_PASSWORD && !is_plain(value),
            Looks::OfUser => is_no_word(value, MIN_PASSWORD) || is_no_notice(value),
            Looks::Beside => {
                let is_code = |b: &u8| b"=\\()|".contains(b);
                has_digit(value)
                    && !value.iter().any(is_code)
                    && is_no_word(value, MIN_BESIDE_PASSWORD)
            }
        },
        (_, Kind::Session) if value.starts_with(b"0x") => false,
        (_, Kind::Code) => has_digit(value) && value.len() >= MIN_TOKEN,
        (_, Kind::Secret) if looks == Looks::Quoted => is_random(value, MIN_BESIDE),
        (_, _) => match looks {
            Looks::Beside => is_random(value, MIN_BESIDE),
            _ => has_digit(value) && is_no_word(value, MIN_TOKEN),
        },
    }
}

/// Whether a line of a configuration sets a secret to `value`, rather than says how it is.
fn is_set(value: &[u8], kind: Kind) -> bool {
    let is_pair = run(value, 0, |b| b != b'=') < run_back(value, value.len(), |b| b == b'=');
    if value.iter().all(u8::is_ascii_digit) {
        let least = match kind {
            Kind::SecurityAnswer | Kind::Pin | Kind::Code => 3,
            Kind::Password => MIN_NUMBER,
            _ => return false,
        };
        return value.len() >= least;
    }
    let is_letter = |b: &u8| b.is_ascii_alphabetic() || *b == b'.';
    let has_capital = value.iter().skip(1).any(u8::is_ascii_uppercase)
        && value.iter().any(u8::is_ascii_lowercase);
    let is_word = value.iter().all(is_letter) && !has_capital;
    let is_version = value
        .windows(3)
        .any(|w| matches!(w, [b'.', b'0'..=b'9', b'.']));
    let is_said = matches!(
        kind,
        Kind::Password | Kind::SecurityAnswer | Kind::Pin | Kind::Code
    );
    let is_token = || has_digit(value) && is_no_word(value, MIN_TOKEN) && !is_version;
    value.len() >= MIN_PASSWORD
        && !is_word
        && !is_pair
        && !is_method(value)
        && !is_program(value)
        && (is_said || is_token())
}

/// A code of four to eight digits, in one or two groups.
fn is_code(value: &[u8]) -> bool {
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    let others = value.len().saturating_sub(digits);
    let shape = value
        .iter()
        .all(|b| b.is_ascii_digit() || matches!(b, b'-' | b' '));
    shape && others <= 1 && (3..=8).contains(&digits)
}

/// Where two groups of three or four digits end that start at `at`: `123 456`, `123-456`.
pub(super) fn grouped_end(text: &[u8], at: usize) -> Option<usize> {
    let digits = |at| {
        let window = slice(text, 0..plus(at, 5).min(text.len()));
        run(window, at, |b| b.is_ascii_digit())
    };
    let first = digits(at);
    let second = plus(first, 1);
    let end = digits(second);
    let is_group = |from: usize, to: usize| (3..=4).contains(&to.saturating_sub(from));
    let joint = matches!(byte(text, first), Some(b' ' | b'-'));
    let over = byte(text, end).is_none_or(|b| !b.is_ascii_alphanumeric());
    (joint && over && is_group(at, first) && is_group(second, end)).then_some(end)
}

/// `text` as far as a value at `at` is looked at.
pub(super) fn near(text: &[u8], at: usize) -> &[u8] {
    slice(text, 0..plus(at, MAX_VALUE).min(text.len()))
}

/// Where the value ends that starts at `at`; the parenthesis that it opens belongs to it.
pub(super) fn value_end(text: &[u8], at: usize) -> usize {
    let end = values::bare_end(text, at, Around::default());
    let digits = run_back(slice(text, at..end), end.saturating_sub(at), |b| {
        b.is_ascii_digit()
    });
    let opens = before(text, plus(at, digits)) == Some(b'(') && digits > 1;
    plus(end, usize::from(opens && byte(text, end) == Some(b')')))
}

/// Without the stop of the sentence.
pub(super) fn trimmed(text: &[u8], value: Range<usize>) -> usize {
    let window = slice(text, value.clone());
    let end = run_back(window, window.len(), |b| {
        matches!(b, b'.' | b',' | b';' | b':')
    });
    plus(value.start, end)
}

/// Whether a number is followed by what it counts: `12 characters`.
pub(super) fn counts(text: &[u8], value: Range<usize>) -> bool {
    let number = slice(text, value.clone());
    let at = skip_blanks(text, value.end);
    let near = slice(text, 0..plus(at, 16).min(text.len()));
    let unit = slice(near, at..run(near, at, |b| b.is_ascii_alphabetic()));
    let is_number = number
        .iter()
        .all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'+' | b'.'));
    is_number
        && UNITS
            .iter()
            .any(|u| unit.eq_ignore_ascii_case(u.as_bytes()))
}

/// Whether nothing follows that would make a sentence of what stands behind a user's name.
pub(super) fn is_over(text: &[u8], end: usize) -> bool {
    const NEXT: &[&[u8]] = &[
        b"on", b"at", b"from", b"to", b"via", b"host", b"port", b"account", b"macdef",
    ];
    let at = skip_blanks(text, end);
    let near = slice(text, 0..plus(at, 12).min(text.len()));
    let word = slice(near, at..run(near, at, |b| b.is_ascii_alphabetic()));
    at == end || word.is_empty() || NEXT.contains(&word)
}

/// A path, a URL, a variable or a call.
fn is_place(value: &[u8]) -> bool {
    let is_variable = matches!(value, [b'$', name @ ..] if name.iter().all(|b| b.is_ascii_alphabetic() || *b == b'_'));
    is_variable
        || matches!(value, [b'/', ..] | [b'.', b'/', ..] | [b'~', b'/', ..])
        || value.windows(3).any(|w| w == b"://")
        || value.ends_with(b"()")
}

/// Whether a quoted text is a sentence or a word that says how a secret fared.
fn is_phrase(value: &[u8]) -> bool {
    let word = run(value, 0, |b| b != b' ');
    let next = rest(value, plus(word, 1)).first();
    values::is_sentence(value, 0..word)
        || (next.is_some_and(u8::is_ascii_lowercase)
            && values::is_placeholder(slice(value, 0..word)))
}
