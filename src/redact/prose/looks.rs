//! Whether a word of a sentence looks like a secret.

use core::ops::Range;

use super::super::{
    bytes::{byte, plus, rest, run, run_back, skip_blanks, slice},
    finding::Kind,
    keys::{Demand, Key},
    values,
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
/// How words start that have digits and name a method rather than a secret.
const METHODS: &[&str] = &[
    "aes", "argon2", "argon2id", "argon2i", "ascii", "base32", "base64", "bcrypt", "blake", "des3",
    "ecdsa", "ed25519", "hmac", "http", "ipv", "k8s", "l2tp", "ldap", "log4j", "md4", "md5",
    "oauth", "p12", "pbkdf", "pkcs", "rfc", "rs256", "hs256", "rsa", "s3", "scram", "scrypt",
    "sha", "sha1", "sha256", "socks", "sql", "ssl", "tls", "utf", "v1", "v2", "v3", "v4", "win32",
    "x11", "x509",
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
    /// Behind a user and the name, as in `user ada password x`.
    OfUser,
    /// Behind a name that a command sets.
    Set,
    /// Behind an option.
    Option,
    /// Right behind it, with nothing that announces it.
    Beside,
}

impl Looks {
    /// The same where the value is quoted.
    pub(super) fn quoted(self) -> Self {
        match self {
            Self::Said => Self::QuotedSaid,
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
    let is_opaque = || values::opaque_end(value, 0) == Some(value.len());
    match (key.demand, key.kind) {
        (Demand::Digits, Kind::Code) if looks != Looks::Beside => {
            is_code(value) || (has_digit(value) && is_no_word(value, MIN_TOKEN))
        }
        (Demand::Digits, _) => is_code(value),
        (Demand::Opaque, _) => is_opaque() && is_random(value, MIN_BESIDE),
        (_, Kind::Password | Kind::SecurityAnswer) => match looks {
            Looks::Quoted => !is_phrase(value) && (has_digit(value) || !value.contains(&b' ')),
            Looks::QuotedSaid | Looks::Set | Looks::Option => !is_phrase(value),
            Looks::Said => is_no_word(value, MIN_PASSWORD),
            Looks::OfUser => is_no_word(value, MIN_PASSWORD) || is_no_notice(value),
            Looks::Beside => {
                has_digit(value) && !value.contains(&b'=') && is_no_word(value, MIN_BESIDE_PASSWORD)
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

/// Whether a word is none with which a line says how a password fared.
fn is_no_notice(value: &[u8]) -> bool {
    const NOTICES: &[&[u8]] = &[
        b"accept",
        b"authent",
        b"auth",
        b"change",
        b"check",
        b"cleared",
        b"entry",
        b"expir",
        b"fail",
        b"field",
        b"for",
        b"from",
        b"has",
        b"hash",
        b"history",
        b"incorrect",
        b"invalid",
        b"login",
        b"match",
        b"mismatch",
        b"missing",
        b"must",
        b"not",
        b"policy",
        b"prompt",
        b"quality",
        b"reset",
        b"required",
        b"set",
        b"strength",
        b"sync",
        b"too",
        b"update",
        b"verif",
        b"was",
        b"will",
        b"with",
        b"wrong",
    ];
    let lower = value.to_ascii_lowercase();
    value.len() >= MIN_PASSWORD
        && value
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(b))
        && !NOTICES.iter().any(|n| lower.starts_with(n))
}

fn has_digit(value: &[u8]) -> bool {
    value.iter().any(u8::is_ascii_digit)
}

/// Whether no language has `value` as a word: a digit beside letters, a sign or a capital inside.
fn is_no_word(value: &[u8], min: usize) -> bool {
    let lower = value.to_ascii_lowercase();
    let is_method = || {
        METHODS.iter().any(|m| {
            lower
                .strip_prefix(m.as_bytes())
                .is_some_and(|rest| rest.first().is_none_or(|b| !b.is_ascii_alphabetic()))
        })
    };
    let letter = value.iter().any(|b| b.is_ascii_alphabetic() || *b >= 0x80);
    let is_number = !letter
        && value
            .iter()
            .all(|b| b.is_ascii_digit() || b"-+.,/:%".contains(b));
    if value.len() < min || is_method() {
        return false;
    }
    let is_code = value.iter().any(|b| b"\\()|".contains(b))
        || value
            .iter()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_');
    if is_code {
        return is_number && value.iter().all(u8::is_ascii_digit) && value.len() >= 6;
    }
    let signed = value.iter().any(|b| b"!@#$%^&*+".contains(b));
    // Words of a passphrase, joined.
    let joined = [b'-', b'.', b'_']
        .iter()
        .any(|joint| value.iter().filter(|b| *b == joint).count() >= 3);
    letter && (has_digit(value) || signed || joined)
}

/// Whether `value` is a token rather than the name of something: capitals, small letters and digits
/// mixed, or a long run without a hyphen.
fn is_random(value: &[u8], min: usize) -> bool {
    let has = |class: fn(&u8) -> bool| value.iter().any(class);
    let mixed = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
    let token = value
        .iter()
        .all(|b| b.is_ascii_alphanumeric() || b"_-.+/=~:".contains(b));
    let hyphens = value
        .iter()
        .filter(|b| matches!(b, b'-' | b'.' | b'/'))
        .count();
    let is_uuid = value.len() == 36 && hyphens == 4;
    token
        && !value.starts_with(b"0x")
        && value.len() >= min
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic)
        && ((mixed && hyphens <= 3) || hyphens == 0 || is_uuid)
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
