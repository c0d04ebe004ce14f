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
    bytes::{plus, run, run_back, slice, steps::step},
    spans::Spans,
};
use groups::Chain;

/// Each number that is looked for has a digit at one of these steps, wherever they fall on it. With
/// five, six or seven a card in groups of four may show nothing but what stands between the groups,
/// which has one to three bytes.
const STRIDE: usize = 4;

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

/// The gate: visits a digit of each number that has the form of one that is looked for, whatever
/// stands around it.
pub(super) fn numbers(text: &[u8], mut visit: impl FnMut(usize)) {
    step(text.len() / STRIDE);
    let (mut done, mut at) = (0, STRIDE.saturating_sub(1));
    while let Some(b) = text.get(at) {
        if b.is_ascii_digit() {
            let word = word(text, done, at);
            let chain = Chain::around(text, done, at);
            let is_number =
                |first| cards::has_form(text, &chain, first) || ssn::has_form(text, &chain, first);
            if (0..chain.len()).any(is_number) || iban::find(text, done, word.clone()).is_some() {
                visit(at);
            }
            done = chain.end().max(word.end).max(plus(at, 1));
            at = plus(done, STRIDE.saturating_sub(1));
        } else {
            at = plus(at, STRIDE);
        }
    }
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
    let chain = Chain::around(line, done, at);
    for first in 0..chain.len() {
        let read = cards::read(line, &chain, first, spans);
        if let Some(end) = read.or_else(|| ssn::read(line, &chain, first, spans)) {
            return end;
        }
    }
    // Letters that go on after the digits begin no number.
    chain.end().max(word.end)
}
