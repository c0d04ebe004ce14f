//! Values that a structure delimits: whether they are what the name beside them demands.
//!
//! An element, a member, a cell say exactly where their content begins and ends; what is left to
//! tell is whether it is a secret or what stands in forms, schemas, translations and messages under
//! the same name: a label, a type, the name of another field, a sentence.

use core::ops::Range;

use super::{
    bytes::{byte, is_name, run, run_back, slice},
    finding::Kind,
    headers,
    keys::{Demand, Key, Names},
    spans::{self, Spans},
    values,
};

/// Longer content is no label.
const MAX_LABEL: usize = 80;

/// Words that say what kind of value a field takes, in schemas and in tables of parameters.
const TYPES: &[&str] = &[
    "any",
    "array",
    "blob",
    "bool",
    "boolean",
    "bytes",
    "char",
    "checkbox",
    "credential",
    "date",
    "datetime",
    "encrypted",
    "enum",
    "file",
    "hidden",
    "int",
    "integer",
    "keyword",
    "long",
    "map",
    "null",
    "number",
    "object",
    "plain",
    "securestring",
    "str",
    "string",
    "text",
    "textarea",
    "uuid",
    "varchar",
];

/// Names of fields beside which secrets have theirs: a list of names is no pair.
pub(super) const FIELDS: &[&str] = &[
    "account",
    "active",
    "address",
    "city",
    "comment",
    "comments",
    "country",
    "created",
    "created_at",
    "database",
    "date",
    "description",
    "display_name",
    "domain",
    "email",
    "enabled",
    "expires",
    "first_name",
    "firstname",
    "full_name",
    "group",
    "groups",
    "host",
    "hostname",
    "id",
    "ip",
    "key",
    "kind",
    "last_name",
    "lastname",
    "level",
    "locale",
    "login",
    "mail",
    "message",
    "mobile",
    "name",
    "note",
    "notes",
    "owner",
    "path",
    "phone",
    "port",
    "reason",
    "remember",
    "role",
    "roles",
    "scope",
    "server",
    "service",
    "size",
    "source",
    "state",
    "status",
    "tags",
    "time",
    "timestamp",
    "title",
    "ttl",
    "type",
    "uid",
    "updated",
    "updated_at",
    "url",
    "user",
    "user_id",
    "user_name",
    "userid",
    "username",
    "value",
    "version",
    "website",
];

/// Words that messages about a secret have and secrets hardly: `can't be blank`.
const MESSAGE: &[&str] = &[
    "can't",
    "cannot",
    "characters",
    "doesn't",
    "enter",
    "expired",
    "incorrect",
    "invalid",
    "isn't",
    "missing",
    "must",
    "please",
    "required",
    "should",
];

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
    let content = trimmed(text, content);
    let value = slice(text, content.clone());
    if values::is_placeholder(value) || is_label(value, names) {
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
        Demand::Digits => values::digits_end(value, 0) == Some(value.len()),
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
    let closely = match key.kind {
        Kind::Password | Kind::SecurityAnswer | Kind::Pin | Kind::Code => {
            value.len() >= 3
                && value
                    .iter()
                    .any(|b| b.is_ascii_alphanumeric() || *b >= 0x80)
        }
        _ => (key.spaced || dense) && ((digit && value.len() >= 8) || value.len() >= 16),
    };
    closely && fits(value, key.demand)
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
        && (is_one_of(value, TYPES) || is_named(value, names) || is_message(value))
}

/// Whether the value is one of these words, in whatever case.
pub(super) fn is_one_of(value: &[u8], words: &[&str]) -> bool {
    let same = |w: &&str| value.eq_ignore_ascii_case(w.as_bytes());
    words.iter().any(same)
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

/// Two or more words, one of them such as messages have.
fn is_message(value: &[u8]) -> bool {
    let words = || value.split(|b| *b == b' ').filter(|w| !w.is_empty());
    let bare = |w: &[u8]| {
        let end = run_back(w, w.len(), |b| {
            matches!(b, b'.' | b',' | b':' | b'!' | b'?')
        });
        slice(w, 0..end).to_ascii_lowercase()
    };
    let says = |w: &[u8]| MESSAGE.iter().any(|m| m.as_bytes() == bare(w));
    words().count() >= 2 && words().any(says)
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
