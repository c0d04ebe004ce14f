//! What goes on as a sentence where a value would stand.

use core::ops::Range;

use super::super::bytes::{Words, byte, plus, run, slice};

/// Words with which a sentence goes on after a colon: `invalid password: must be longer`.
static SENTENCE: Words = Words::new(&[
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
    "via",
    "was",
    "were",
    "when",
    "will",
    "with",
    "without",
    "you",
    "your",
]);

/// Whether the words at `range` go on as a sentence does rather than as a value.
pub(in super::super) fn is_sentence(text: &[u8], range: Range<usize>) -> bool {
    let word = slice(text, range.clone());
    SENTENCE.has_in_any_case(word) && word_after(text, range.end).is_some()
}

/// The word that follows after one blank.
fn word_after(text: &[u8], at: usize) -> Option<Range<usize>> {
    let start = plus(at, 1);
    let window = slice(text, 0..plus(start, MAX_WORD).min(text.len()));
    let end = run(window, start, |b| b.is_ascii_alphabetic() || b == b'\'');
    let starts = byte(text, at) == Some(b' ') && end > start;
    starts.then_some(start..end)
}

/// No word of a sentence is longer.
const MAX_WORD: usize = 24;

/// Whether plain words stand at `at`, the second in small letters: `refresh failed`.
pub(in super::super) fn is_words(text: &[u8], at: usize) -> bool {
    let window = slice(text, 0..plus(at, MAX_WORD).min(text.len()));
    let end = run(window, at, |b| {
        b.is_ascii_alphabetic() || matches!(b, b'\'' | b'-')
    });
    let is_small = |range: &Range<usize>| {
        let word = slice(text, range.clone());
        let ends = byte(text, range.end).is_none_or(|b| b == b' ' || b",.:;!?)\"'".contains(&b));
        ends && word.iter().all(|b| b.is_ascii_lowercase() || *b == b'\'')
    };
    let first = slice(text, at..end);
    let is_cased = first.iter().skip(1).all(|b| !b.is_ascii_uppercase());
    let comma = usize::from(byte(text, end) == Some(b','));
    end > at
        && is_cased
        && word_after(text, plus(end, comma))
            .filter(is_small)
            .is_some()
}

/// Whether a plain word stands at `at`, and more text after it, or one with a capital alone: no
/// token is a plain word.
pub(in super::super) fn is_word_before_more(text: &[u8], at: usize) -> bool {
    let window = slice(text, 0..plus(at, MAX_WORD).min(text.len()));
    let is_letter = |b: u8| b.is_ascii_alphabetic() || matches!(b, b'\'' | b'-');
    let end = run(window, at, is_letter);
    let is_cased = |word: &[u8]| word.iter().skip(1).all(|b| !b.is_ascii_uppercase());
    let mark = byte(text, end).is_some_and(|b| b",;:.".contains(&b));
    let blank = plus(end, usize::from(mark));
    let more = byte(text, plus(blank, 1)).is_some_and(|b| b > b' ');
    let goes_on = byte(text, blank) == Some(b' ') && more;
    // `session_get_master_secret: Added`
    let is_title = byte(text, at).is_some_and(|b| b.is_ascii_uppercase());
    let word = slice(text, at..end);
    let is_last = byte(text, blank).is_none_or(|b| b == b')');
    end > at && is_cased(word) && (goes_on || (is_title && is_last))
}

/// Words that phrases which people choose or dice rarely have, and sentences nearly always.
static FUNCTION_WORDS: Words = Words::new(&[
    "a", "an", "and", "are", "as", "at", "be", "by", "do", "each", "for", "from", "if", "in",
    "into", "is", "it", "its", "no", "not", "now", "of", "on", "only", "or", "rid", "that", "the",
    "to", "use", "when", "where", "whether", "which", "with", "without",
]);
/// Words of a sentence that are looked at.
const MAX_WORDS: usize = 12;

/// Whether the words at `range` are a sentence rather than a phrase: a function word is among them.
pub(in super::super) fn is_prose(text: &[u8], range: Range<usize>) -> bool {
    let value = slice(text, range);
    let mut words = value.split(|b| *b == b' ').skip(1).take(MAX_WORDS);
    words.any(|word| FUNCTION_WORDS.has(word))
}

/// Nouns for secrets: a value of several words that speaks of one is a message about it.
static NOUNS: Words = Words::new(&[
    "password",
    "passwords",
    "passwort",
    "passphrase",
    "token",
    "pin",
    "key",
    "secret",
    "code",
    "credentials",
    "characters",
    "digits",
    "contraseña",
    "senha",
]);
/// Words with which a message begins that is printed under a field's name.
static MESSAGES: Words = Words::new(&[
    "is",
    "are",
    "must",
    "can't",
    "cannot",
    "can",
    "should",
    "has",
    "have",
    "doesn't",
    "does",
    "do",
    "don't",
    "did",
    "didn't",
    "may",
    "needs",
    "requires",
    "required",
    "too",
    "invalid",
    "incorrect",
    "wrong",
    "missing",
    "please",
    "enter",
    "your",
    "not",
    "at",
    "use",
    "choose",
    "this",
    "no",
    "expected",
    "unexpected",
    "failed",
    "forgot",
    "field",
    "value",
    "only",
]);
/// Longer values are no messages.
const MAX_MESSAGE: usize = 256;

/// Whether a quoted value is what a form says about a field: `"password": ["is too short"]`.
pub(in super::super) fn is_message(value: &[u8]) -> bool {
    if value.len() > MAX_MESSAGE || !value.contains(&b' ') {
        return false;
    }
    let is_in = |table: &Words, word: &[u8]| table.has_in_any_case(word.trim_suffix_marks());
    let mut words = value.split(|b| *b == b' ');
    words
        .next()
        .is_some_and(|word| is_in(&MESSAGES, word) || is_in(&NOUNS, word))
        || words.any(|word| is_in(&NOUNS, word))
}

trait Marks {
    fn trim_suffix_marks(&self) -> &Self;
}

impl Marks for [u8] {
    /// A word without the mark at its end.
    fn trim_suffix_marks(&self) -> &Self {
        match self {
            [word @ .., b'.' | b',' | b'!' | b'?' | b':' | b';'] => word,
            word => word,
        }
    }
}
