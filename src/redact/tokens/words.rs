//! Long words: the only places where tokens are.
//!
use core::ops::Range;

use super::super::{
    bytes::{run, slice},
    classes::{Classes, firsts, runs},
};

/// The fewest letters, digits, `_` and `-` in a row that are looked at: those of an AWS access key,
/// less one, which is the header of an unsigned JSON web token.
pub(super) const MIN: usize = 19;

/// What a search for long words remembers from one place to the next.
#[derive(Default)]
pub(super) struct Search {
    /// Whether a long word goes on.
    goes_on: bool,
}

impl Search {
    /// Where the long words begin in a step.
    pub(super) fn first(&mut self, classes: &Classes) -> u64 {
        firsts(runs(classes.word, MIN), &mut self.goes_on)
    }
}

/// The word that begins at `start`.
pub(super) fn from(text: &[u8], start: usize) -> Range<usize> {
    start..run(text, start, is_word)
}

/// Letters, digits, `_` and `-`.
pub(super) fn is_word(byte: u8) -> bool {
    is(byte, WORD)
}

/// What the words are made of that may be joined to a long one.
pub(super) fn may_lead(byte: u8) -> bool {
    is(byte, LEAD)
}

/// Letters and digits.
pub(super) fn is_part(byte: u8) -> bool {
    is(byte, PART)
}

fn is(byte: u8, kind: u8) -> bool {
    let kinds = KINDS.get(usize::from(byte)).copied().unwrap_or_default();
    kinds & kind != 0
}

const PART: u8 = 1;
const WORD: u8 = 2;
const LEAD: u8 = 4;

/// What each byte is: a look at a table takes less time than the comparisons.
static KINDS: [u8; 256] = {
    let mut kinds = [0; 256];
    let mut rest: &mut [u8] = &mut kinds;
    let mut byte = 0_u8;
    while let [kind, others @ ..] = rest {
        *kind = match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => PART | WORD | LEAD,
            b'_' | b'-' => WORD | LEAD,
            b'.' | b'$' | b'|' | b'+' | b'/' | b'~' | b':' | b'=' => LEAD,
            _ => 0,
        };
        rest = others;
        byte = byte.wrapping_add(1);
    }
    kinds
};

/// The part of a word between `_`, `-` and its ends that starts at `at`.
pub(super) fn part_end(text: &[u8], at: usize) -> usize {
    run(text, at, is_part)
}

/// Whether `value` has small letters, capitals and digits.
pub(in super::super) fn is_mixed(value: &[u8]) -> bool {
    let has = |is: fn(&u8) -> bool| value.iter().any(is);
    has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_digit)
}

/// Whether `value` is nothing that a person would write: a UUID, a digest, a part of it letters of
/// both cases and digits, or many digits among small letters.
pub(in super::super) fn is_random(value: &[u8]) -> bool {
    let mut parts = value.split(|b| !b.is_ascii_alphanumeric());
    let is_part = |part: &[u8]| {
        let digits = part.iter().filter(|b| b.is_ascii_digit()).count();
        let is_digest = part.len() >= 16 && digits >= 3 && digits < part.len();
        is_digest || (part.len() >= 6 && is_mixed(part))
    };
    is_uuid(value) || parts.any(is_part)
}

/// Whether a UUID stands at the beginning of `value`.
pub(super) fn is_uuid(value: &[u8]) -> bool {
    let value = slice(value, 0..36);
    let hyphens = [8, 13, 18, 23];
    value.len() == 36
        && value.iter().enumerate().all(|(i, b)| match b {
            b'-' => hyphens.contains(&i),
            b => b.is_ascii_hexdigit() && !hyphens.contains(&i),
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    use super::super::super::{
        bytes::plus,
        classes::{self, for_each},
    };

    proptest! {
        /// RD-04: no long word is passed over, whatever stands around it.
        #[test]
        fn finds_every_long_word(text in "[a_. ]{0,30}([a-c_ -]{0,30}[. ]){0,4}[a-]{0,40}") {
            let parts = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-');
            let words: Vec<&str> = parts.filter(|part| part.len() >= MIN).collect();
            let (mut found, mut search) = (Vec::new(), Search::default());
            classes::visit(text.as_bytes(), |start, classes| {
                for_each(search.first(classes), |bit| {
                    found.extend(text.get(from(text.as_bytes(), plus(start, bit))));
                });
            });
            prop_assert_eq!(found, words);
        }
    }
}
