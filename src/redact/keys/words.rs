//! The words of a name, in lower case with a blank between: split at every change from one class of
//! character to another, where `XMLToken` is two words.

use core::ops::Deref;

use super::super::bytes::{before, byte, is_name, plus, rest};

/// The longest name in words: each of its characters one.
const MAX: usize = 2 * super::MAX_NAME;
/// Words in the longest entry of the table, and some for names that are added.
pub(super) const MAX_WORDS: usize = 8;

/// What becomes of the digits in a name.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Numbers {
    /// `password2` is one more password.
    Skip,
    /// A whole name is this one and no other.
    Count,
}

/// The words of a name, as far back from its end as they have room. Names stand on every line of some
/// logs, so none of these is allocated.
pub(super) struct Words {
    bytes: [u8; MAX],
    len: usize,
}

impl Words {
    /// The words of a name, without its numbers.
    pub(super) fn of(name: &[u8]) -> Self {
        Self::split(name, Numbers::Skip)
    }

    pub(super) fn split(name: &[u8], numbers: Numbers) -> Self {
        let mut words = Self {
            bytes: [0; MAX],
            len: 0,
        };
        let name = rest(name, name.len().saturating_sub(super::MAX_NAME));
        for (at, b) in name.iter().copied().enumerate() {
            let is_skipped = b.is_ascii_digit() && numbers == Numbers::Skip;
            if is_skipped || !is_name(b) || matches!(b, b'_' | b'-' | b'.') {
                continue;
            }
            if words.len > 0 && starts_word(name, at) {
                words.push(b' ');
            }
            words.push(b.to_ascii_lowercase());
        }
        // Other letters than those of ASCII have capitals, too.
        if !name.is_ascii()
            && let Ok(text) = str::from_utf8(&words)
        {
            let lower = text.to_lowercase();
            words.len = 0;
            let last = rest(lower.as_bytes(), lower.len().saturating_sub(MAX));
            last.iter().for_each(|b| words.push(*b));
        }
        words
    }

    fn push(&mut self, byte: u8) {
        if let Some(free) = self.bytes.get_mut(self.len) {
            *free = byte;
            self.len = plus(self.len, 1);
        }
    }

    /// Takes the last word off.
    pub(super) fn pop(&mut self) {
        self.len = self.iter().rposition(|b| *b == b' ').unwrap_or_default();
    }
}

impl Deref for Words {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

pub(super) fn last(words: &[u8]) -> &[u8] {
    words.rsplit(|b| *b == b' ').next().unwrap_or(words)
}

/// Where the last words start, the longest end first.
pub(super) fn starts(words: &[u8]) -> impl Iterator<Item = usize> {
    let begins = |at: &usize| before(words, *at).is_none_or(|b| b == b' ');
    let mut last = [None; MAX_WORDS];
    let starts = (0..words.len()).rev().filter(begins);
    last.iter_mut()
        .zip(starts)
        .for_each(|(to, start)| *to = Some(start));
    last.into_iter().rev().flatten()
}

/// Words without the blanks between them.
pub(super) fn joined(words: &[u8]) -> Vec<u8> {
    words.iter().copied().filter(|b| *b != b' ').collect()
}

/// How words of some set end: by their last letters, as many as tell most other words from them.
#[derive(Clone, Debug)]
pub(super) struct Ends(Box<[u64; 1 << (3 * LETTER_BITS - 6)]>);

/// What of a byte tells a letter from the others.
const LETTER_BITS: u32 = 5;

impl Default for Ends {
    fn default() -> Self {
        Self(Box::new([0; _]))
    }
}

impl Ends {
    pub(super) fn add(&mut self, word: &[u8]) {
        let (at, bit) = Self::place(word);
        if let Some(bits) = self.0.get_mut(at) {
            *bits |= bit;
        }
    }

    /// Whether a word may be one of the set: none that is not is no other.
    pub(super) fn may_have(&self, word: &[u8]) -> bool {
        let (at, bit) = Self::place(word);
        self.0.get(at).is_some_and(|bits| bits & bit != 0)
    }

    fn place(word: &[u8]) -> (usize, u64) {
        let letters = word.iter().rev().take(3).map(|b| usize::from(*b) & 0x1f);
        let place = letters.fold(0, |place, letter| place << LETTER_BITS | letter);
        (
            place / 64,
            1_u64
                .checked_shl(u32::try_from(place % 64).unwrap_or_default())
                .unwrap_or_default(),
        )
    }
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Class {
    Lower,
    Upper,
    Other,
    Between,
}

fn class(byte: Option<u8>) -> Class {
    match byte {
        Some(b'a'..=b'z') => Class::Lower,
        Some(b'A'..=b'Z') => Class::Upper,
        Some(0x80..) => Class::Other,
        _ => Class::Between,
    }
}

/// Whether a word starts with the letter at `at`.
fn starts_word(name: &[u8], at: usize) -> bool {
    let here = class(byte(name, at));
    match (class(before(name, at)), here) {
        (Class::Upper, Class::Lower) => false,
        // The last capital of several begins a word where a small letter follows: `APIKey`.
        (Class::Upper, Class::Upper) => class(byte(name, plus(at, 1))) == Class::Lower,
        (previous, here) => previous != here,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_names_as_programmers_join_them() {
        let of = |name: &str| String::from_utf8(Words::of(name.as_bytes()).to_vec()).unwrap();
        assert_eq!(of("accessToken"), "access token");
        assert_eq!(of("X-Api-Key"), "x api key");
        assert_eq!(of("APIKey2"), "api key");
        assert_eq!(of("--db_password"), "db password");
        assert_eq!(of("AWS_SECRET_ACCESS_KEY"), "aws secret access key");
        assert_eq!(of("密码password"), "密码 password");
        assert_eq!(of("ПАРОЛЬ"), "пароль");
        assert_eq!(of("___"), "");
    }

    #[test]
    fn keeps_the_end_of_a_name_that_is_longer_than_any() {
        let long = "İa".repeat(60) + "Password";
        assert!(Words::of(long.as_bytes()).ends_with(b" password"));
        let words = starts(b"a b c d e f g h i").collect::<Vec<_>>();
        assert_eq!(words, [2, 4, 6, 8, 10, 12, 14, 16]);
    }
}
