//! Words of sentences, names of programs, and what is neither.

use super::super::bytes::{rest, run, slice};

/// The shortest number that is no count.
pub(super) const MIN_NUMBER: usize = 6;
/// The shortest value of capitals and digits, and how often they take turns in it.
const MIN_MIXED: usize = 8;
const MIN_TURNS: usize = 3;
/// The shortest value that its capitals alone tell from a word.
const MIN_CROOKED: usize = 8;
/// The shortest password behind a user's name.
const MIN_NOTICE: usize = 4;
/// How words start that have digits and name a method rather than a secret.
const METHODS: &[&str] = &[
    "aes", "argon2", "argon2id", "argon2i", "ascii", "base32", "base64", "bcrypt", "blake", "des3",
    "ecdsa", "ed25519", "hmac", "http", "ipv", "k8s", "l2tp", "ldap", "log4j", "md4", "md5",
    "oauth", "p12", "pbkdf", "pkcs", "rfc", "rs256", "hs256", "rsa", "s3", "scram", "scrypt",
    "sha", "sha1", "sha256", "socks", "sql", "ssl", "tls", "utf", "v1", "v2", "v3", "v4", "win32",
    "x11", "x509",
];

/// Whether no language has `value` as a word, and no program as a name: a digit beside letters, a
/// sign or a capital inside.
pub(in super::super) fn is_no_word(value: &[u8], min: usize) -> bool {
    if value.len() < min || is_method(value) || is_program(value) {
        return false;
    }
    if value.iter().all(u8::is_ascii_digit) {
        return value.len() >= MIN_NUMBER;
    }
    let is_shouted = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_';
    if value.iter().all(is_shouted) {
        return is_mixed(value);
    }
    let letter = value.iter().any(|b| b.is_ascii_alphabetic() || *b >= 0x80);
    let signed = value.iter().any(|b| b"!@#$%^&*+".contains(b));
    // Words of a passphrase, joined.
    let joined = [b'-', b'.', b'_']
        .iter()
        .any(|joint| value.iter().filter(|b| *b == joint).count() >= 3);
    letter && (has_digit(value) || signed || joined || is_crooked(value))
}

/// Whether `value` begins with the name of a method, which may have a digit: `sha256`, `utf-8`.
pub(super) fn is_method(value: &[u8]) -> bool {
    let lower = value.to_ascii_lowercase();
    let goes_on = |rest: &[u8]| rest.first().is_some_and(u8::is_ascii_alphabetic);
    METHODS.iter().any(|m| {
        let rest = lower.strip_prefix(m.as_bytes());
        rest.is_some_and(|rest| !goes_on(rest))
    })
}

/// What a sentence says of a program: a call, an alternative, a pattern, a path of Windows.
pub(super) fn is_program(value: &[u8]) -> bool {
    let is_path = matches!(value, [_, b':', b'\\', ..] | [b'\\' | b'(' | b'|', ..]);
    let is_letter = |b: &u8| b.is_ascii_alphabetic() || *b == b'_';
    // `*signature`, `&key`
    let is_pointer = matches!(value, [b'*' | b'&', name @ ..] if name.iter().all(is_letter));
    let is_alternative = || {
        let mut parts = value.split(|b| *b == b'|');
        parts.all(|part| part.iter().all(u8::is_ascii_lowercase))
    };
    // `\&` of manuals, `\'` of shells.
    let is_escape = |w: &[u8]| matches!(w, [b'\\', sign] if !sign.is_ascii_alphanumeric());
    is_path
        || is_pointer
        || is_call(value)
        || value.windows(2).any(is_escape)
        || (value.contains(&b'|') && is_alternative())
}

/// Whether parentheses stand in `value` as in `crypt(3)` and `get(name)`, not as in `NeFC(295)`.
fn is_call(value: &[u8]) -> bool {
    let Some(open) = value.iter().position(|b| matches!(b, b'(' | b')')) else {
        return false;
    };
    let name = slice(value, 0..open);
    let is_number = match rest(value, open) {
        [b'(', number @ .., b')'] => number.len() > 1 && number.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    !(is_number && name.iter().any(u8::is_ascii_uppercase))
}

/// Whether capitals and digits take turns, as in no name of an error or a standard.
fn is_mixed(value: &[u8]) -> bool {
    let turns = |w: &[u8]| matches!(w, [a, b] if a.is_ascii_digit() != b.is_ascii_digit());
    value.len() >= MIN_MIXED && value.windows(2).filter(|w| turns(w)).count() >= MIN_TURNS
}

/// Whether capitals stand in `value` as in no word and no name that a programmer makes of words:
/// `mObKN:VZA`, and not `XmlHttpRequest`, `OAuth`, `userIDs`.
fn is_crooked(value: &[u8]) -> bool {
    let is_sign = |b: &u8| b.is_ascii_punctuation() && !matches!(b, b'-' | b'_' | b'.' | b'/');
    let is_long = value.len() >= MIN_CROOKED || value.iter().any(is_sign);
    let mut words = value.split(|b| !b.is_ascii_alphabetic());
    is_long && words.any(|word| word.len() >= 3 && !is_cased(word))
}

/// Whether a word's capitals are those of names: `word`, `Word`, `WORD`, `xWord`, `wordXML`.
fn is_cased(word: &[u8]) -> bool {
    let mut at = run(word, 0, |b| b.is_ascii_lowercase());
    let small = at;
    while at < word.len() {
        let capitals = run(word, at, |b| b.is_ascii_uppercase());
        let end = run(word, capitals, |b| b.is_ascii_lowercase());
        let is_last = end == word.len();
        let is_part = match (capitals.saturating_sub(at), end.saturating_sub(capitals)) {
            // A single capital at the end, or between others.
            (1, 0) => small == 0 && word.len() == 1,
            // `x` alone before an abbreviation is none of a name.
            (_, 0) => small != 1 || at > small,
            (_, 1) => is_last,
            _ => true,
        };
        if !is_part {
            return false;
        }
        at = end;
    }
    true
}

/// Whether a word is one with which a sentence says how a password is, rather than what it is.
pub(super) fn is_plain(value: &[u8]) -> bool {
    const WORDS: &[&[u8]] = &[
        b"above", b"bad", b"below", b"blank", b"enough", b"fine", b"free", b"good", b"here",
        b"late", b"long", b"mine", b"none", b"nothing", b"same", b"short", b"simple", b"soon",
        b"there", b"true", b"visible", b"yours",
    ];
    const ENDS: &[&[u8]] = &[
        b"able", b"al", b"ary", b"ect", b"ed", b"en", b"ent", b"ful", b"ible", b"ic", b"id",
        b"ing", b"ive", b"less", b"ly", b"ory", b"ous", b"own",
    ];
    let lower = value.to_ascii_lowercase();
    let is_word = lower.iter().all(u8::is_ascii_lowercase);
    is_word && (WORDS.contains(&lower.as_slice()) || ENDS.iter().any(|end| lower.ends_with(end)))
}

/// Whether a word is none with which a line says how a password fared.
pub(super) fn is_no_notice(value: &[u8]) -> bool {
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
    let is_code = |b: &u8| b"=\"'`{},".contains(b);
    value.len() >= MIN_NOTICE
        && !value.iter().any(is_code)
        && !is_program(value)
        && !NOTICES.iter().any(|n| lower.starts_with(n))
}

/// Whether `value` is a token rather than the name of something: capitals, small letters and digits
/// mixed, or a long run without a hyphen.
pub(super) fn is_random(value: &[u8], min: usize) -> bool {
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
    // `1IU6U-KSQ61-F4V91-KL0XM-OYA39`
    let mut groups = value.split(|b| *b == b'-').map(<[u8]>::len);
    let first = groups.next().unwrap_or_default();
    let is_grouped = hyphens >= 3 && first >= 4 && groups.all(|len| len == first);
    token
        && !value.starts_with(b"0x")
        && value.len() >= min
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic)
        && ((mixed && hyphens <= 3) || hyphens == 0 || is_uuid || is_grouped)
}

pub(super) fn has_digit(value: &[u8]) -> bool {
    value.iter().any(u8::is_ascii_digit)
}
