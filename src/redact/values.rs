//! Where a value ends, which its opener says, and whether it is one at all.

use core::ops::Range;

use super::{
    bytes::{before, byte, find_byte, is_blank, is_name, plus, rest, run, run_back, search, slice},
    spans,
};

/// How far ahead a separator looks for the next name.
const MAX_NEXT_NAME: usize = 64;
/// The backslashes of a quote escaped five times; what is escaped more often is no quote.
const MAX_SLASHES: usize = 32;
/// Longer values are no placeholders, except runs of one character.
const MAX_PLACEHOLDER: usize = 48;

/// A quote as it opened: the mark, and how often the text around it was escaped.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Quote {
    /// `"` at level 0, `\"` at level 1, `\\\"` at level 2; also `'` and a backtick.
    Mark { mark: u8, level: u32 },
    /// `%22`, or another byte, in a percent-encoded text.
    Encoded([u8; 3]),
}

impl Quote {
    /// The quote at `at`, and where it ends.
    pub(super) fn at(text: &[u8], at: usize) -> Option<(Self, usize)> {
        let encoded = slice(text, at..plus(at, 3));
        if let (b"%22" | b"%27", Ok(bytes)) = (encoded, encoded.try_into()) {
            return Some((Self::Encoded(bytes), plus(at, 3)));
        }
        let window = slice(text, 0..plus(at, MAX_SLASHES).min(text.len()));
        let end = run(window, at, |b| b == b'\\');
        let mark = byte(text, end).filter(|b| matches!(b, b'"' | b'\'' | b'`'))?;
        let slashes = end.saturating_sub(at);
        let level = slashes.trailing_ones();
        (slashes == escapes(level)).then_some((Self::Mark { mark, level }, plus(end, 1)))
    }

    /// Where what it opened at `from` ends and where the closing quote itself ends; both are the
    /// end of the text where nothing closes it.
    pub(super) fn close(self, text: &[u8], from: usize) -> (usize, usize) {
        let end = match self {
            Self::Encoded(bytes) => {
                search(text, from..text.len(), &bytes).map(|at| (at, plus(at, bytes.len())))
            }
            Self::Mark { mark, level } => close_mark(text, from, mark, level),
        };
        end.unwrap_or((text.len(), text.len()))
    }
}

/// The backslashes before a quote that was escaped `level` times: each time doubles those there
/// were and adds one.
fn escapes(level: u32) -> usize {
    1_usize
        .checked_shl(level)
        .unwrap_or_default()
        .saturating_sub(1)
}

fn close_mark(text: &[u8], from: usize, mark: u8, level: u32) -> Option<(usize, usize)> {
    let mut at = from;
    loop {
        let found = find_byte(text, at..text.len(), mark)?;
        let slashes = found.saturating_sub(run_back(text, found, |b| b == b'\\').max(at));
        // Unescaping once halves the backslashes; a quote that still has one after its own level
        // belongs to the value. One with fewer than its level closes a string further out.
        let inside = slashes.trailing_ones() > level || (mark != b'"' && level == 0 && slashes > 0);
        if !inside {
            let own = escapes(slashes.trailing_ones().min(level));
            return Some((found.saturating_sub(own), plus(found, 1)));
        }
        at = plus(found, 1);
    }
}

/// What surrounds an unquoted value.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Around {
    /// A query string or a form: `&` ends the value whatever follows.
    pub(super) query: bool,
    /// The text is percent-encoded: `%26` ends the value.
    pub(super) encoded: bool,
    /// A list or a cookie: `;` and `,` end the value whatever follows.
    pub(super) list: bool,
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

/// `"`, `&`, `<` and `>` after `\u`, line ends, and what begins the commands of a terminal.
const DELIMITERS: &[&[u8]] = &[
    b"0022", b"0026", b"003c", b"003e", b"000a", b"000d", b"001b",
];

fn is_encoded_delimiter(text: &[u8], at: usize) -> bool {
    let code = slice(text, plus(at, 1)..plus(at, 3));
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
    let is_long = byte(text, first) == Some(b' ') && is_capital(at) && is_capital(second);
    pair_follows(text, at, signs) || (is_long && pair_follows(text, second, signs))
}

fn name_end(text: &[u8], at: usize) -> usize {
    let is_part = |b: u8| is_name(b) || matches!(b, b'[' | b']' | b'%');
    let window = slice(text, 0..plus(at, MAX_NEXT_NAME).min(text.len()));
    spans::mark_end(text, at).unwrap_or_else(|| run(window, at, is_part))
}

/// Where the bracketed placeholder ends that starts at `at`: its brackets end no value.
fn placeholder_end(text: &[u8], at: usize) -> Option<usize> {
    if let Some(end) = spans::mark_end(text, at) {
        return Some(end);
    }
    let window = slice(text, at..plus(at, MAX_PLACEHOLDER).min(text.len()));
    let close = match window {
        [b'[', ..] => b"]".as_slice(),
        [b'<', b'%', ..] => b"%>",
        [b'<', ..] => b">",
        [b'(', ..] => b")",
        [b'{', b'{', ..] => b"}}",
        [b'$', b'(', b'(', ..] => b"))",
        [b'{', ..] | [b'$', b'{', ..] => b"}",
        _ => return None,
    };
    let end = plus(search(window, 0..window.len(), close)?, close.len());
    is_placeholder(slice(window, 0..end)).then_some(plus(at, end))
}

/// Whether a bracketed placeholder starts at `at`.
pub(super) fn is_bracketed_placeholder(text: &[u8], at: usize) -> bool {
    placeholder_end(text, at).is_some()
}

/// What stands where a secret would and is none: a mask, a variable, a word like `null`.
pub(super) fn is_placeholder(value: &[u8]) -> bool {
    let is_mark = || spans::mark_end(value, 0) == Some(value.len());
    value.is_empty() || is_mark() || is_masked(value) || is_variable(value) || is_status(value)
}

/// One character again and again, or a few shown beside asterisks.
fn is_masked(value: &[u8]) -> bool {
    let Some(first) = value.first() else {
        return true;
    };
    let is_mask = matches!(first, b'*' | b'x' | b'X' | b'.' | b'-' | b'_' | b'#');
    if is_mask && value.len() >= 2 && value.iter().all(|b| b == first) {
        return true;
    }
    if value.len() > MAX_PLACEHOLDER {
        return false;
    }
    // U+2022, the bullet.
    let bullets = value.chunks(3).all(|c| c == "•".as_bytes());
    let stars = value.iter().filter(|b| **b == b'*').count();
    bullets || (stars >= 3 && value.len().saturating_sub(stars) <= 4)
}

/// `${NAME}`, `$NAME`, `{{ name }}`, `{}`, `%s`, `<name>`, `[filtered]`.
fn is_variable(value: &[u8]) -> bool {
    if value.len() > MAX_PLACEHOLDER {
        return false;
    }
    let inner = |open: &[u8], close: &[u8]| {
        let inner = value.strip_prefix(open).and_then(|v| v.strip_suffix(close));
        inner.filter(|v| !v.iter().any(|b| open.contains(b) || close.contains(b)))
    };
    let is_word = |v: &[u8]| v.iter().all(|b| is_name(*b) || *b == b' ');
    let is_shout = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_';
    let dollar = inner(b"$", b"").is_some_and(|v| v.len() > 1 && v.iter().all(is_shout));
    let braces = [
        inner(b"${", b"}"),
        inner(b"{{", b"}}"),
        inner(b"$((", b"))"),
        inner(b"<%=", b"%>"),
    ];
    dollar
        || matches!(
            value,
            b"{}" | b"[]" | b"()" | b"%s" | b"%v" | b"%d" | b"%@" | b"?" | b"-" | b"..."
        )
        || braces.into_iter().flatten().next().is_some()
        || inner(b"<", b">").is_some_and(|v| is_word(v) && !v.iter().any(u8::is_ascii_digit))
        || inner(b"[", b"]")
            .or(inner(b"(", b")"))
            .is_some_and(is_status)
}

/// Words that say how a secret fared, in place of one.
const STATUS: &[&str] = &[
    "absent",
    "accepted",
    "active",
    "bearer",
    "basic",
    "changed",
    "created",
    "deleted",
    "denied",
    "disabled",
    "empty",
    "enabled",
    "encrypted",
    "error",
    "expired",
    "failed",
    "failure",
    "false",
    "filtered",
    "forbidden",
    "generated",
    "granted",
    "hashed",
    "hidden",
    "inactive",
    "include",
    "incorrect",
    "invalid",
    "issued",
    "masked",
    "mismatch",
    "missing",
    "n/a",
    "na",
    "nan",
    "nil",
    "no",
    "none",
    "null",
    "ok",
    "omit",
    "omitted",
    "optional",
    "pending",
    "present",
    "provided",
    "received",
    "redacted",
    "refreshed",
    "rejected",
    "removed",
    "required",
    "reset",
    "revoked",
    "rotated",
    "same-origin",
    "sanitized",
    "scrubbed",
    "sent",
    "set",
    "succeeded",
    "success",
    "successful",
    "supplied",
    "true",
    "unauthorized",
    "unchanged",
    "undefined",
    "unknown",
    "unset",
    "unsupported",
    "updated",
    "valid",
    "verified",
    "wrong",
    "yes",
];

fn is_status(value: &[u8]) -> bool {
    STATUS
        .iter()
        .any(|s| value.eq_ignore_ascii_case(s.as_bytes()))
}

/// Words with which a sentence goes on after a colon: `invalid password: must be longer`.
const SENTENCE: &[&str] = &[
    "a",
    "an",
    "and",
    "are",
    "at",
    "because",
    "been",
    "but",
    "by",
    "can",
    "cannot",
    "could",
    "does",
    "did",
    "do",
    "expected",
    "for",
    "from",
    "has",
    "have",
    "if",
    "in",
    "is",
    "it",
    "its",
    "must",
    "no",
    "not",
    "of",
    "on",
    "only",
    "or",
    "please",
    "should",
    "that",
    "the",
    "this",
    "to",
    "too",
    "unexpected",
    "use",
    "was",
    "were",
    "when",
    "will",
    "with",
    "without",
    "you",
    "your",
];

/// Whether the words at `range` go on as a sentence does rather than as a value.
pub(super) fn is_sentence(text: &[u8], range: Range<usize>) -> bool {
    let word = slice(text, range.clone());
    let goes_on = byte(text, range.end) == Some(b' ')
        && byte(text, plus(range.end, 1)).is_some_and(|b| b.is_ascii_alphabetic());
    goes_on
        && SENTENCE
            .iter()
            .any(|s| word.eq_ignore_ascii_case(s.as_bytes()))
}

/// Where sixteen or more characters end as tokens have them, at least one digit among them; the
/// slash, the plus and the equals sign of base64 may be percent-encoded.
pub(super) fn opaque_end(text: &[u8], from: usize) -> Option<usize> {
    let is_encoded = |at, codes: [&[u8]; 2]| {
        let code = slice(text, at..plus(at, 3));
        codes.iter().any(|c| code.eq_ignore_ascii_case(c))
    };
    let mut body = from;
    loop {
        body = run(text, body, |b| {
            b.is_ascii_alphanumeric() || b"_-.+/~".contains(&b)
        });
        if !is_encoded(body, [b"%2f", b"%2b"]) {
            break;
        }
        body = plus(body, 3);
    }
    let value = slice(text, from..body);
    let mut end = run(text, body, |b| b == b'=');
    while is_encoded(end, [b"%3d"; 2]) {
        end = plus(end, 3);
    }
    (value.len() >= 16 && value.iter().any(u8::is_ascii_digit)).then_some(end)
}

/// Three to eight digits with none after them.
pub(super) fn digits_end(text: &[u8], from: usize) -> Option<usize> {
    let window = slice(text, 0..plus(from, 9).min(text.len()));
    let end = run(window, from, |b| b.is_ascii_digit());
    let len = end.saturating_sub(from);
    ((3..=8).contains(&len) && before(text, from) != Some(b'-')).then_some(end)
}

/// Where the number at `from` ends, as JSON writes numbers.
pub(super) fn number_end(text: &[u8], from: usize) -> Option<usize> {
    let end = run(text, from, |b| {
        b.is_ascii_digit() || matches!(b, b'-' | b'+' | b'.' | b'e' | b'E')
    });
    let starts = byte(text, from).is_some_and(|b| b.is_ascii_digit() || b == b'-');
    let ends = byte(text, end).is_none_or(|b| is_blank(b) || matches!(b, b',' | b'}' | b']'));
    (starts && ends).then_some(end)
}
