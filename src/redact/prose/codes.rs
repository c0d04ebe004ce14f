//! Codes that messages bring: `your code is 123456`, `123456 is your code`, `use 123-456 to sign in`.

use super::{
    super::{
        bytes::{byte, has_any, is_name, lead, plus, run, run_back, skip_blanks, slice},
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
    "digo é",
    "this code to ",
    "tan: ",
    "tan lautet",
    "codice di ",
];
/// How far before and behind a code the words stand that say that it is one.
const MAX_REACH: usize = 64;
/// The longest code.
const MAX_CODE: usize = 24;
/// Words that say what a code is for.
const PURPOSE_WORDS: &[&[u8]] = &[
    b"verification",
    b"verify",
    b"login",
    b"log in",
    b"log-in",
    b"sign-in",
    b"sign in",
    b"signin",
    b"security",
    b"one-time",
    b"one time",
    b"otp",
    b"passcode",
    b"authentication",
    b"access code",
    b"confirmation",
    b"two-factor",
    b"2fa",
    b"mfa",
    b"sms",
    "bestätigung".as_bytes(),
    b"sicherheit",
    b"anmelde",
    b"verifica",
    "vérification".as_bytes(),
    b"tan: ",
    b"tan lautet",
    b"this code to ",
    b"pin",
];
/// Words that say whose it is, or what to do with it.
const OWNERS: &[&[u8]] = &[
    b"your", b"seu", b"ihr", b"dein", b"votre", b"tu ", b"su ", b"enter", b"use ",
];
/// Words before codes of programs.
const NUMBERS: &[&[u8]] = &[
    b"error", b"status", b"exit", b"http", b"fail", b"respon", b"return", b"result", b"reason",
];
/// Digits of a code that a message brings, and of one that it does not call one for a person.
const SHORT: usize = 3;
const LONG: usize = 4;
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
const NAMES: &[&[u8]] = &[
    b"code",
    "código".as_bytes(),
    b"pin",
    b"otp",
    b"passcode",
    b"password",
    b"passwort",
    b"tan",
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
    let start = if is_code(slice(text, start..at), SHORT) {
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
    let named = slice(text, window..start).ends_with(b"G-");
    let joint = lead(text, line, start, 1).first();
    let joined = !named && joint.is_some_and(|b| is_name(*b) || b".:/".contains(b));
    let after = text_near(text, at..plus(at, MAX_REACH)).to_ascii_lowercase();
    let before = lead(text, line, start, MAX_REACH).to_ascii_lowercase();
    let is_sign_in =
        !after.starts_with(b" is") && !after.starts_with(b" es") && !after.starts_with(b" as");
    let told = match is_sign_in {
        true => ["use ", "enter ", "code ", "gib "]
            .iter()
            .any(|w| before.ends_with(w.as_bytes())),
        false => has_any(&after, NAMES),
    };
    let least = if is_sign_in && !before.ends_with(b"code ") {
        LONG
    } else {
        SHORT
    };
    let code = slice(text, start..at);
    (!joined && told && (is_code(code, least) || is_key(code)))
        .then(|| spans.add(start..at, Kind::Code))?;
    Some(at)
}

/// The code behind the phrase: `your code is 123456`, `code: 123 456`.
fn behind(text: &[u8], line: usize, at: usize, spans: &mut Spans) -> Option<usize> {
    let word = run(text, at, is_name);
    let colon = run(text, word, |b| matches!(b, b' ' | b':'));
    let near = slice(text, 0..plus(colon, 16).min(text.len()));
    let mut verb = run(near, colon, |b| b.is_ascii_alphabetic() || b >= 0x80);
    let word_is = |word: &[u8]| slice(text, at..plus(at, word.len())).eq_ignore_ascii_case(word);
    if word_is(b"tan") && slice(text, at..plus(at, 3)) != b"TAN" {
        // The end of a name.
        return None;
    }
    if word_is(b"this code to ") {
        // `enter this code to continue: 123456`
        let near = slice(text, 0..plus(at, MAX_REACH).min(text.len()));
        verb = run(near, colon, |b| b.is_ascii_alphabetic() || b == b' ');
        (byte(near, verb) == Some(b':')).then_some(())?;
    }
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
    let start = at.saturating_sub(MAX_REACH / 2).max(line);
    let before = slice(text, start..from).to_ascii_lowercase();
    let is_german = before.ends_with(b"lautet ");
    let least = if is_german || has_any(&before, PURPOSE_WORDS) {
        SHORT
    } else {
        LONG
    };
    let told = least == SHORT || has_any(&before, OWNERS);
    let is_program = has_any(&before, NUMBERS);
    let is_code = over && told && !is_program && is_code(slice(text, from..end), least);
    is_code.then(|| spans.add(from..end, Kind::Code))?;
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

/// At least so many and at most eight digits, in one or two groups.
fn is_code(code: &[u8], least: usize) -> bool {
    let digits = code.iter().filter(|b| b.is_ascii_digit()).count();
    let joints = code.len().saturating_sub(digits);
    (least..=8).contains(&digits) && joints <= 1 && code.first().is_some_and(u8::is_ascii_digit)
}
