//! Hashes of passwords that say what they are: `$6$salt$hash`, `{SSHA}…`, `$9$…` of routers.

use super::super::{
    bytes::{before, plus, run, slice},
    finding::Kind,
    phrases::Phrase,
    spans::Spans,
};

/// How they begin, in lower case: crypt(5), the PHC string format, RFC 2307, Cisco and Junos.
pub(in super::super) const OPENERS: &[&str] = &[
    "$1$",
    "$2a$",
    "$2b$",
    "$2y$",
    "$5$",
    "$6$",
    "$7$",
    "$8$",
    "$9$",
    "$14$",
    "$y$",
    "$gy$",
    "$apr1$",
    "$argon2",
    "$pbkdf2",
    "$scrypt$",
    "$sha1$",
    "$md5",
    "$p$b",
    "$h$9",
    "$bcrypt-",
    "pbkdf2_sha",
    "{ssha",
    "{sha}",
    "{smd5}",
    "{crypt}",
    "{pbkdf2",
    "{argon2",
    "{bcrypt}",
    "scram-sha-256$",
];
/// The shortest of them: `$9$` of Junos has the length of its password.
const MIN_LEN: usize = 12;
/// The shortest behind a scheme: MD5 in base64.
const MIN_SCHEME: usize = 28;
/// The longest: PBKDF2 with SHA-512, in base64.
const MAX_LEN: usize = 256;

/// Replaces the hash that a phrase opens.
pub(in super::super) fn read(phrase: &Phrase<'_>, spans: &mut Spans) -> Option<usize> {
    let text = slice(phrase.text, 0..phrase.line.end);
    if before(text, phrase.at).is_some_and(|b| b.is_ascii_alphanumeric() || b == b'$') {
        return None;
    }
    let near = slice(text, 0..plus(phrase.at, MAX_LEN).min(text.len()));
    let end = run(near, phrase.at, |b| {
        b.is_ascii_alphanumeric() || b"$./+=,_-{}:".contains(&b)
    });
    // A file of passwords goes on behind a colon; only SCRAM has one inside.
    let stop = match slice(text, phrase.at..end).first() {
        Some(b's' | b'S') => end,
        _ => run(slice(text, 0..end), phrase.at, |b| b != b':'),
    };
    let hash = slice(text, phrase.at..stop);
    let trimmed = hash
        .iter()
        .rposition(|b| !b".,:}".contains(b))
        .map_or(0, |at| plus(at, 1));
    let hash = slice(hash, 0..trimmed);
    let opener = run(hash, 1, |b| b != b'$' && b != b'}');
    let salted = (MIN_LEN..MAX_LEN).contains(&hash.len()) && opener < hash.len();
    // Where a scheme in braces says what follows, no digit has to.
    let is_scheme = hash.starts_with(b"{") && hash.len() >= MIN_SCHEME;
    let has_digit = is_scheme || hash.iter().any(u8::is_ascii_digit);
    let mixed = hash.iter().any(u8::is_ascii_alphabetic) && has_digit;
    let is_code = hash.windows(2).any(|w| w == b"${" || w == b"{$");
    if !salted || !mixed || is_code {
        return None;
    }
    let end = plus(phrase.at, trimmed);
    spans.add(phrase.at..end, Kind::Password);
    Some(end)
}
