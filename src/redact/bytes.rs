//! Bounded looks at bytes: nothing here panics, whatever the offsets.
//!
//! Whatever the verifiers look at, they look at through these functions, which count it in tests:
//! so the tests can show that the work is in proportion to the text.

use core::ops::Range;

use memchr::{memchr, memmem, memrchr};

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
    let stands = |part: &&[u8]| memmem::find(text, part).is_some();
    table.iter().any(stands)
}

/// `at` and `n` more.
pub(super) fn plus(at: usize, n: usize) -> usize {
    at.saturating_add(n)
}

/// Where the run of bytes that `belong` ends which starts at `from`.
pub(super) fn run(text: &[u8], from: usize, mut belongs: impl FnMut(u8) -> bool) -> usize {
    let len = rest(text, from).iter().take_while(|b| belongs(**b)).count();
    step(plus(len, 1));
    plus(from, len)
}

/// Where the run of bytes that `belong` starts which ends at `to`.
pub(super) fn run_back(text: &[u8], to: usize, belongs: impl Fn(u8) -> bool) -> usize {
    let run = slice(text, 0..to).iter().rev();
    let len = run.take_while(|b| belongs(**b)).count();
    step(plus(len, 1));
    to.saturating_sub(len)
}

/// Where `wanted` is found first in `range`.
pub(super) fn search(text: &[u8], range: Range<usize>, wanted: &[u8]) -> Option<usize> {
    let text = slice(text, range.clone());
    let found = memmem::find(text, wanted);
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

/// Whether `text` starts with one of a table's.
pub(super) fn starts_with_any(text: &[u8], table: &[&[u8]]) -> bool {
    let first = text.first();
    table
        .iter()
        .any(|start| start.first() == first && text.starts_with(start))
}

/// Skips blanks and tabs.
pub(super) fn skip_blanks(text: &[u8], from: usize) -> usize {
    run(text, from, |b| matches!(b, b' ' | b'\t'))
}

/// White space and other control characters: where no unquoted value continues.
pub(super) fn is_blank(byte: u8) -> bool {
    byte <= b' ' || byte == 0x7f
}

/// What names are made of. Bytes outside ASCII count, so that names of any language can be added.
pub(super) fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.') || byte >= 0x80
}

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
