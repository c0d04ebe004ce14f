//! Bounded looks at bytes: nothing here panics, whatever the offsets.
//!
//! Whatever the verifiers look at, they look at through these functions, which count it in tests:
//! so the tests can show that the work is in proportion to the text.

use core::ops::Range;

use memchr::{memchr, memchr_iter, memchr2, memchr3, memmem, memrchr};

use steps::step;

/// The byte at `at`.
pub(super) fn byte(text: &[u8], at: usize) -> Option<u8> {
    step(1);
    text.get(at).copied()
}

/// The byte before `at`.
pub(super) fn before(text: &[u8], at: usize) -> Option<u8> {
    byte(text, at.checked_sub(1)?)
}

/// `text[range]`, empty where the range does not lie in the text.
pub(super) fn slice(text: &[u8], range: Range<usize>) -> &[u8] {
    text.get(range).unwrap_or_default()
}

/// `text[from..]`, empty where `from` lies behind the end.
pub(super) fn rest(text: &[u8], from: usize) -> &[u8] {
    text.get(from..).unwrap_or_default()
}

/// What stands on a line before `at`, the last bytes of it: at most so many. The line starts at
/// `line`.
pub(super) fn lead(text: &[u8], line: usize, at: usize, most: usize) -> &[u8] {
    slice(text, at.saturating_sub(most).max(line)..at)
}

/// Whether one of a table's stands anywhere in `text`.
pub(super) fn has_any(text: &[u8], table: &[&[u8]]) -> bool {
    step(text.len());
    let stands = |part: &&[u8]| position(text, part).is_some();
    table.iter().any(stands)
}

/// `at` and `n` more.
pub(super) fn plus(at: usize, n: usize) -> usize {
    at.saturating_add(n)
}

/// Where the run of bytes that `belong` ends which starts at `from`.
pub(super) fn run(text: &[u8], from: usize, mut belongs: impl FnMut(u8) -> bool) -> usize {
    let rest = rest(text, from);
    let len = rest.iter().position(|b| !belongs(*b)).unwrap_or(rest.len());
    step(plus(len, 1));
    plus(from, len)
}

/// Where the run of bytes that `belong` starts which ends at `to`.
pub(super) fn run_back(text: &[u8], to: usize, belongs: impl Fn(u8) -> bool) -> usize {
    let before = slice(text, 0..to);
    let last = before.iter().rposition(|b| !belongs(*b));
    let len = before
        .len()
        .saturating_sub(last.map_or(0, |last| plus(last, 1)));
    step(plus(len, 1));
    to.saturating_sub(len)
}

/// Little text to search.
const MAX_NEAR: usize = 256;

/// Where `wanted` is found first in `text`.
fn position(text: &[u8], wanted: &[u8]) -> Option<usize> {
    match wanted {
        [byte] => memchr(*byte, text),
        // A searcher costs more to make than a look at little text, in which a letter stands more
        // rarely than a sign that encodes others.
        [first, ..] if text.len() <= MAX_NEAR && first.is_ascii_alphabetic() => {
            let starts = |at: &usize| rest(text, *at).starts_with(wanted);
            memchr_iter(*first, text).find(starts)
        }
        _ => memmem::find(text, wanted),
    }
}

/// Where `wanted` is found first in `range`.
pub(super) fn search(text: &[u8], range: Range<usize>, wanted: &[u8]) -> Option<usize> {
    let text = slice(text, range.clone());
    let found = position(text, wanted);
    step(found.unwrap_or(text.len()));
    found.map(|at| plus(range.start, at))
}

/// Where `wanted` is found first in `range`.
pub(super) fn find_byte(text: &[u8], range: Range<usize>, wanted: u8) -> Option<usize> {
    let text = slice(text, range.clone());
    let found = memchr(wanted, text);
    step(found.unwrap_or(text.len()));
    found.map(|at| plus(range.start, at))
}

/// Where `wanted` is found last in `text`.
pub(super) fn find_back(text: &[u8], wanted: u8) -> Option<usize> {
    let found = memrchr(wanted, text);
    step(text.len().saturating_sub(found.unwrap_or_default()));
    found
}

/// Where one of three bytes is found first in `range`.
pub(super) fn find_any(text: &[u8], range: Range<usize>, wanted: [u8; 3]) -> Option<usize> {
    let text = slice(text, range.clone());
    let [a, b, c] = wanted;
    let found = memchr3(a, b, c, text);
    step(found.unwrap_or(text.len()));
    found.map(|at| plus(range.start, at))
}

/// Where one of two bytes is found first in `range`.
pub(super) fn find_either(text: &[u8], range: Range<usize>, wanted: (u8, u8)) -> Option<usize> {
    let text = slice(text, range.clone());
    let found = memchr2(wanted.0, wanted.1, text);
    step(found.unwrap_or(text.len()));
    found.map(|at| plus(range.start, at))
}

/// Where the line that goes on at `from` has its line feed; the end of the text where it has none.
pub(super) fn line_feed(text: &[u8], from: usize) -> usize {
    find_byte(text, from..text.len(), b'\n').unwrap_or(text.len())
}

/// Whether `word` is one of a table's. The first byte tells most of them apart.
pub(super) fn is_one_of(table: &[&str], word: &[u8]) -> bool {
    let first = word.first();
    let is_same = |entry: &&[u8]| entry.first() == first && *entry == word;
    table
        .iter()
        .map(|entry| entry.as_bytes())
        .any(|entry| is_same(&entry))
}

/// Literals that a text may start with. Its first two bytes say whether any is worth comparing.
pub(super) struct Starts {
    literals: &'static [&'static [u8]],
    firsts: [bool; 256],
    seconds: [bool; 256],
}

impl Starts {
    pub(super) const fn new(literals: &'static [&'static [u8]]) -> Self {
        let (mut firsts, mut seconds) = ([false; 256], [false; 256]);
        let mut left: (&mut [bool], &mut [bool]) = (&mut firsts, &mut seconds);
        let mut byte = 0_u8;
        while let ([is_first, firsts @ ..], [is_second, seconds @ ..]) = left {
            (*is_first, *is_second) = any_literal(literals, byte);
            left = (firsts, seconds);
            byte = byte.wrapping_add(1);
        }
        Self {
            literals,
            firsts,
            seconds,
        }
    }

    /// The first literal that `text` starts with.
    pub(super) fn of(&self, text: &[u8]) -> Option<&'static [u8]> {
        let is = |table: &[bool], byte: u8| table.get(usize::from(byte)) == Some(&true);
        let (first, second) = (text.first()?, text.get(1));
        if !is(&self.firsts, *first) || second.is_some_and(|second| !is(&self.seconds, *second)) {
            return None;
        }
        let starts = |literal: &&&[u8]| literal.first() == Some(first) && text.starts_with(literal);
        self.literals.iter().find(starts).copied()
    }
}

/// Words of which a text may be one. Its first letter and its length say whether any is worth
/// comparing.
pub(super) struct Words {
    words: &'static [&'static str],
    /// Whether there is a word of each [kind](kind_of).
    kinds: [bool; 256],
}

impl Words {
    /// The words in lower case where they are to be found in any.
    pub(super) const fn new(words: &'static [&'static str]) -> Self {
        let mut kinds = [false; 256];
        let mut left: &mut [bool] = &mut kinds;
        let mut kind = 0_u8;
        while let [is_there, others @ ..] = left {
            *is_there = any_word(words, kind);
            left = others;
            kind = kind.wrapping_add(1);
        }
        Self { words, kinds }
    }

    /// Whether `word` is one of them.
    pub(super) fn has(&self, word: &[u8]) -> bool {
        self.may_have(word) && self.words.iter().any(|w| w.as_bytes() == word)
    }

    /// The same in whatever case.
    pub(super) fn has_in_any_case(&self, word: &[u8]) -> bool {
        let same = |w: &&str| w.as_bytes().eq_ignore_ascii_case(word);
        self.may_have(word) && self.words.iter().any(same)
    }

    /// The same among many words, which are in order.
    pub(super) fn has_among_many(&self, word: &[u8]) -> bool {
        let lower = || word.iter().map(u8::to_ascii_lowercase);
        let order = |w: &&str| w.bytes().cmp(lower());
        self.may_have(word) && self.words.binary_search_by(order).is_ok()
    }

    #[cfg(test)]
    pub(super) fn is_in_order(&self) -> bool {
        self.words.is_sorted()
    }

    fn may_have(&self, word: &[u8]) -> bool {
        self.kinds.get(usize::from(kind_of(word))) == Some(&true)
    }
}

/// What tells most words apart: half of the first letter, the same in either case, and the length
/// of those that are not long.
const fn kind_of(word: &[u8]) -> u8 {
    let first = match word {
        [first, ..] => *first,
        [] => 0,
    };
    let [len, ..] = word.len().to_le_bytes();
    let len = if word.len() < 16 { len } else { 15 };
    first.wrapping_shl(4) | len
}

/// Whether there is a word of this kind.
const fn any_word(words: &[&str], kind: u8) -> bool {
    let mut left = words;
    while let [word, others @ ..] = left {
        if kind_of(word.as_bytes()) == kind {
            return true;
        }
        left = others;
    }
    false
}

/// Whether a literal has this first byte, and whether one has this second byte or none.
const fn any_literal(literals: &[&[u8]], byte: u8) -> (bool, bool) {
    let mut found = (false, false);
    let mut left = literals;
    while let [literal, others @ ..] = left {
        match literal {
            [first, second, ..] => {
                found.0 |= *first == byte;
                found.1 |= *second == byte;
            }
            [first] => found = (found.0 || *first == byte, true),
            [] => {}
        }
        left = others;
    }
    found
}

/// Skips blanks and tabs.
pub(super) fn skip_blanks(text: &[u8], from: usize) -> usize {
    run(text, from, |b| matches!(b, b' ' | b'\t'))
}

/// White space and other control characters: where no unquoted value continues.
pub(super) fn is_blank(byte: u8) -> bool {
    byte <= b' ' || byte == 0x7f
}

/// Letters and digits of ASCII, and `others`.
pub(super) const fn letters_digits_and(others: &[u8]) -> [bool; 256] {
    let mut set = [false; 256];
    let mut left: &mut [bool] = &mut set;
    let mut byte = 0_u8;
    while let [is_in, rest @ ..] = left {
        *is_in = byte.is_ascii_alphanumeric();
        let mut signs = others;
        while let [sign, rest @ ..] = signs {
            *is_in |= *sign == byte;
            signs = rest;
        }
        left = rest;
        byte = byte.wrapping_add(1);
    }
    set
}

/// What names are made of. Bytes outside ASCII count, so that names of any language can be added.
pub(super) fn is_name(byte: u8) -> bool {
    NAME.get(usize::from(byte)) == Some(&true)
}

static NAME: [bool; 256] = {
    let mut table = letters_digits_and(b"_-.");
    let (_, mut left) = table.split_at_mut(0x80);
    while let [is_name, others @ ..] = left {
        *is_name = true;
        left = others;
    }
    table
};

/// The most letters and digits at the end of an escape sequence.
pub(super) const MAX_ESCAPE: usize = 5;

/// Whether an escape sequence ends before `at` that ends in a letter or a digit: `\n`, `%3D`,
/// `\x22`, `\u003d`, the `=3D` of quoted-printable, the colours of a terminal.
pub(super) fn ends_escape(text: &[u8], at: usize) -> bool {
    let behind = |n: usize| slice(text, at.saturating_sub(n)..at);
    // At the beginning of the text less stands behind than was asked for.
    let is_hex = |code: &[u8], len| code.len() == len && code.iter().all(u8::is_ascii_hexdigit);
    let is_colour = || {
        let sequence = behind(12).strip_suffix(b"m").unwrap_or_default();
        let numbers = run_back(sequence, sequence.len(), |b| {
            b.is_ascii_digit() || b == b';'
        });
        numbers < sequence.len() && before(sequence, numbers) == Some(b'[')
    };
    matches!(behind(2), br"\n" | br"\t" | br"\r")
        || matches!(behind(3), [b'%', code @ ..] if is_hex(code, 2))
        || matches!(behind(3), b"=3D")
        || matches!(behind(4), [b'\\', b'x', code @ ..] if is_hex(code, 2))
        || matches!(behind(6), [b'\\', b'u', code @ ..] if is_hex(code, 4))
        || is_colour()
}

/// The line around the last offset asked for. Offsets only grow, so each byte is searched once.
#[derive(Default)]
pub(super) struct Line {
    start: usize,
    end: usize,
    known: bool,
}

impl Line {
    /// The line around `at`, without its line feed and a carriage return before it.
    pub(super) fn around(&mut self, text: &[u8], at: usize) -> Range<usize> {
        if !self.known || at > self.end {
            let seen = if self.known { self.end } else { 0 };
            let start = memrchr(b'\n', slice(text, seen..at)).map(|i| plus(seen, plus(i, 1)));
            self.start = start.unwrap_or(seen);
            step(at.saturating_sub(seen));
            self.end = line_feed(text, at);
            self.known = true;
        }
        self.start..without_return(text, self.start..self.end)
    }
}

/// The end of a line without a carriage return.
pub(super) fn without_return(text: &[u8], line: Range<usize>) -> usize {
    match slice(text, line.clone()).last() {
        Some(b'\r') => line.end.saturating_sub(1),
        _ => line.end,
    }
}

/// Counts the bytes that are looked at, in tests and under a fuzzer only.
#[cfg(any(test, fuzzing))]
pub(super) mod steps {
    use core::cell::Cell;

    thread_local!(static STEPS: Cell<usize> = const { Cell::new(0) });

    pub(in super::super) fn step(count: usize) {
        STEPS.set(STEPS.get().saturating_add(count));
    }

    /// How many bytes `work` looks at.
    pub(in super::super) fn count(work: impl FnOnce()) -> usize {
        STEPS.set(0);
        work();
        STEPS.get()
    }
}

#[cfg(not(any(test, fuzzing)))]
pub(super) mod steps {
    pub(in super::super) const fn step(_: usize) {}
}
