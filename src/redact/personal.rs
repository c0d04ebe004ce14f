//! Data of persons, by form: numbers of cards and bank accounts, social security numbers, e-mail
//! addresses.
//!
//! A form alone is weak evidence: one number in ten passes the check of a card, and logs are full of
//! numbers. So each form is asked for everything it has (issuers, lengths, ranges, check digits, how
//! it is grouped, what may stand beside it), and a number that has no groups is believed less when
//! the name before it says what else it is.

mod cards;
mod context;
mod email;
mod groups;
mod iban;
mod ssn;

pub(super) use email::{ENCODED_SIGNS, encoded};

use core::ops::Range;

use super::{
    bytes::{plus, run, run_back, slice},
    spans::Spans,
};
use groups::Chain;

/// Passes over the digits of other numbers, most of those in any log.
#[derive(Default)]
pub(super) struct Filter {
    /// How far the text has been looked at.
    done: usize,
}

impl Filter {
    /// Whether a number of a person's is found at the digit at `at`. Offsets ascend; no number reaches
    /// over a line.
    pub(super) fn is_number(&mut self, text: &[u8], at: usize) -> bool {
        if at < self.done {
            return false;
        }
        let mut spans = Spans::default();
        self.done = number(text, self.done, at, &mut spans);
        !spans.is_empty()
    }
}

/// Finds the personal data in a line, in which digits that may be those of a number stand at
/// `numbers`, and at signs at `signs`.
pub(super) fn find(
    line: &[u8],
    numbers: impl Iterator<Item = usize>,
    signs: impl Iterator<Item = usize>,
    spans: &mut Spans,
) {
    let mut done = 0;
    for at in numbers {
        if at >= done {
            done = number(line, done, at, spans);
        }
    }
    email::find(line, signs, spans);
}

/// The word around `at`, as far as it does not begin before `done`.
fn word(text: &[u8], done: usize, at: usize) -> Range<usize> {
    let before = slice(text, done..at);
    let start = plus(
        done,
        run_back(before, before.len(), |b| b.is_ascii_alphanumeric()),
    );
    start..run(text, at, |b| b.is_ascii_alphanumeric())
}

/// Judges what has the digit at `at`, nothing before `done`, and says how far the line has been
/// looked at.
fn number(line: &[u8], done: usize, at: usize, spans: &mut Spans) -> usize {
    let word = word(line, done, at);
    if let Some(end) = iban::read(line, done, word.clone(), spans) {
        return end;
    }
    let mut chain = Chain::around(line, done, at);
    let whole = chain.after_percent(line);
    if let Some(end) = whole.and_then(|whole| in_groups(line, &whole, 0..1, spans)) {
        return end;
    }
    loop {
        if let Some(end) = in_groups(line, &chain, chain.firsts(), spans) {
            return end;
        }
        match chain.next(line) {
            Some(next) => chain = next,
            // Letters that go on after the digits begin no number.
            None => return chain.end().max(word.end),
        }
    }
}

/// Judges the numbers that begin with the groups `firsts`, and says where the first one ends.
fn in_groups(
    line: &[u8],
    chain: &Chain,
    mut firsts: Range<usize>,
    spans: &mut Spans,
) -> Option<usize> {
    firsts.find_map(|first| {
        let read = cards::read(line, chain, first, spans);
        read.or_else(|| ssn::read(line, chain, first, spans))
    })
}
