//! Codes that messages bring: `your code is 123456`, `123456 is your code`, `use 123-456 to sign in`.

use super::{
    super::{
        bytes::{byte, is_name, plus, run, run_back, skip_blanks, slice},
        finding::Kind,
        phrases::Phrase,
        spans::Spans,
        values,
    },
    looks,
};

/// What stands beside a code, in lower case.
pub(super) const OPENERS: &[&str] = &[
    " is your ",
    " ist ihr",
    " ist dein",
    " est votre ",
    " es tu ",
    " es su ",
    " to sign in",
    " to log in",
    " to verify ",
    " as your ",
    "code is",
    "code: ",
    "code lautet",
    "code ist",
    "code est",
    "digo es",
    "code de ",
    "code for ",
    " is the otp",
    " is the one-time ",
    " is the passcode",
    " is the verification ",
    "digo de ",
    "codice di ",
];
/// How far before and behind a code the words stand that say that it is one.
const MAX_REACH: usize = 64;
/// The longest code.
const MAX_CODE: usize = 24;
/// Words that say so, or whose it is.
const WORDS: &[&str] = &[
    "verification",
    "verify",
    "login",
    "log in",
    "log-in",
    "sign-in",
    "sign in",
    "signin",
    "security",
    "one-time",
    "one time",
    "otp",
    "passcode",
    "authentication",
    "access code",
    "confirmation",
    "two-factor",
    "2fa",
    "mfa",
    "sms",
    "your",
    "ihr",
    "dein",
    "votre",
    "tu ",
    "su ",
    "bestätigung",
    "sicherheit",
    "anmelde",
    "verificación",
    "vérification",
    "pin",
    "enter",
    "use ",
];
/// What a code is for, behind `code de`.
const PURPOSES: &[&str] = &[
    "rifica",
    "confirm",
    "connexion",
    "acc",
    "seguridad",
    "sécurité",
    "securite",
    "sicurezza",
    "validation",
];
/// What it is called.
const NAMES: &[&str] = &[
    "code", "código", "pin", "otp", "passcode", "password", "passwort", "tan",
];

/// Reads the code beside a phrase.
pub(in super::super) fn read(phrase: &Phrase<'_>, spans: &mut Spans) -> Option<usize> {
    let text = slice(phrase.text, 0..phrase.line.end);
    let (line, at) = (phrase.line.start, phrase.at);
    let blank = byte(text, at) == Some(b' ');
    if blank {
        ahead(text, line, at, spans)
    } else {
        behind(text, line, at, spans)
    }
}

/// The code before the phrase: `123456 is your login code`, `use 123456 to sign in`.
fn ahead(text: &[u8], line: usize, at: usize, spans: &mut Spans) -> Option<usize> {
    let window = at.saturating_sub(MAX_CODE).max(line);
    let near = slice(text, window..at);
    let digits = run_back(near, near.len(), |b| {
        b.is_ascii_digit() || matches!(b, b'-' | b' ')
    });
    let word = run_back(near, near.len(), |b| b.is_ascii_alphanumeric() || b == b'-');
    let start = run(text, plus(window, digits), |b| matches!(b, b'-' | b' '));
    let start = if is_code(slice(text, start..at)) {
        start
    } else {
        plus(window, word)
    };
    // `G-123456`
    let start = plus(
        start,
        if slice(text, start..at).starts_with(b"G-") {
            2
        } else {
            0
        },
    );
    let lead = slice(text, window..start);
    let named = lead.ends_with(b"G-");
    let joined = !named
        && lead
            .last()
            .is_some_and(|b| is_name(*b) || b".:/".contains(b));
    let after = text_near(text, at..plus(at, MAX_REACH)).to_ascii_lowercase();
    let before =
        text_near(text, start.saturating_sub(MAX_REACH).max(line)..start).to_ascii_lowercase();
    let says = |text: &[u8], words: &[&str]| {
        words
            .iter()
            .any(|w| text.windows(w.len()).any(|part| part == w.as_bytes()))
    };
    let is_sign_in =
        !after.starts_with(b" is") && !after.starts_with(b" es") && !after.starts_with(b" as");
    let told = match is_sign_in {
        true => ["use ", "enter ", "code ", "gib "]
            .iter()
            .any(|w| before.ends_with(w.as_bytes())),
        false => says(&after, NAMES),
    };
    let code = slice(text, start..at);
    (!joined && told && (is_code(code) || is_key(code)))
        .then(|| spans.add(start..at, Kind::Code))?;
    Some(at)
}

/// The code behind the phrase: `your code is 123456`, `code: 123 456`.
fn behind(text: &[u8], line: usize, at: usize, spans: &mut Spans) -> Option<usize> {
    let word = run(text, at, is_name);
    let colon = run(text, word, |b| matches!(b, b' ' | b':'));
    let near = slice(text, 0..plus(colon, 16).min(text.len()));
    let mut verb = run(near, colon, |b| b.is_ascii_alphabetic());
    // `code de vérification est 123456`
    if slice(near, colon..verb) == b"for" {
        // `login code for ada: 123456`
        let owner = skip_blanks(text, verb);
        let owner = slice(text, 0..plus(owner, MAX_CODE).min(text.len()));
        let end = run(owner, skip_blanks(text, verb), |b| is_name(b) || b == b'@');
        (byte(text, end) == Some(b':')).then_some(())?;
        verb = end;
    }
    if matches!(slice(near, colon..verb), b"de" | b"di") {
        let near = slice(text, 0..plus(colon, MAX_REACH).min(text.len()));
        for _ in 0..3 {
            let next = skip_blanks(near, verb);
            verb = run(near, next, |b| b.is_ascii_alphabetic() || b >= 0x80);
        }
        let purpose = slice(near, colon..verb).to_ascii_lowercase();
        let is = |word: &&str| purpose.windows(word.len()).any(|w| w == word.as_bytes());
        PURPOSES.iter().any(is).then_some(())?;
        let digit = skip_blanks(text, verb);
        if byte(text, digit).is_some_and(|b| b.is_ascii_alphabetic()) {
            return None;
        }
    }
    let from = run(slice(text, 0..plus(verb, 8).min(text.len())), verb, |b| {
        matches!(b, b' ' | b':' | b'"' | b'\'')
    });
    let from = skip_blanks(text, from);
    let end = looks::grouped_end(text, from).or_else(|| values::digits_end(text, from))?;
    let over = byte(text, end).is_none_or(|b| {
        !is_name(b) && b != b'/' && b != b':'
            || (b == b'.' && byte(text, plus(end, 1)).is_none_or(|b| b == b' ' || b == b'"'))
    });
    let before =
        text_near(text, at.saturating_sub(MAX_REACH / 2).max(line)..from).to_ascii_lowercase();
    let told = WORDS
        .iter()
        .any(|w| before.windows(w.len()).any(|part| part == w.as_bytes()));
    (over && told && is_code(slice(text, from..end))).then(|| spans.add(from..end, Kind::Code))?;
    Some(end)
}

fn text_near(text: &[u8], range: core::ops::Range<usize>) -> &[u8] {
    slice(text, range.start.min(text.len())..range.end.min(text.len()))
}

/// Groups of letters and digits, as recovery codes have them.
fn is_key(code: &[u8]) -> bool {
    let groups = code.split(|b| *b == b'-');
    let is_group = |group: &[u8]| (4..=8).contains(&group.len());
    code.len() >= 8
        && code.iter().any(u8::is_ascii_digit)
        && code.iter().any(u8::is_ascii_alphabetic)
        && groups.clone().all(is_group)
}

/// Four to eight digits, in one or two groups.
fn is_code(code: &[u8]) -> bool {
    let digits = code.iter().filter(|b| b.is_ascii_digit()).count();
    let joints = code.len().saturating_sub(digits);
    (4..=8).contains(&digits) && joints <= 1 && code.first().is_some_and(u8::is_ascii_digit)
}
