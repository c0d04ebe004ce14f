//! Bytes one by one, in hexadecimal or decimal: `[112, 97]`, `70 61`, `0x70, 0x61`, `70:61`, `70-61`,
//! `\x70\x61`, and two at a time, `7061 7373`.

use core::ops::Range;

use memchr::memrchr;

use super::{
    super::bytes::{before, byte, plus, run, run_back, slice},
    View,
    class::is_list,
};

/// Tokens in a row that are text, of one byte and of two: with fewer the gate would have to look at
/// more places.
pub(super) const MIN_TOKENS: [usize; 2] = [9, 8];
/// As many that are text are looked at before a list is read.
const MIN_TEXT: usize = 4;
/// How much of a list the gate looks at.
const WINDOW: usize = 48;
/// How far before a list the quotes are looked for that what is replaced in JSON needs.
const MAX_BACK: usize = 256;

/// Whether a list goes on at `at` whose bytes are text.
pub(super) fn is_text(text: &[u8], at: usize) -> bool {
    let window = slice(text, 0..plus(at, WINDOW).min(text.len()));
    may_be_text(window, at) && all_text(text, at, run(window, at, is_list))
}

/// Whether the next number may be text: the first digits show of most times and tables that they are
/// none.
fn may_be_text(text: &[u8], at: usize) -> bool {
    let joint = run(text, at, is_digit);
    let next = run(text, joint, |b| !is_digit(b));
    match slice(text, next..plus(next, 3)) {
        // White space, a NUL, a prefix.
        [b'0', second, _] => b"09ADXadx".contains(second),
        [b'1', second, third] => is_digit(*third) || matches!(second, b'0' | b'3'),
        number => !number.is_empty(),
    }
}

/// Whether enough numbers in a row are text, of those that end before `end`; the first may have begun
/// before `at`.
fn all_text(text: &[u8], at: usize, end: usize) -> bool {
    let tokens = Tokens { text, at, end };
    let mut wanted = MIN_TEXT;
    for token in tokens.skip(1) {
        let is_text = |base| {
            let bytes = token.bytes(text, base);
            bytes.is_some_and(|(bytes, n)| bytes.iter().take(n).copied().all(super::is_text))
        };
        if !is_text(Base::Hex) && !is_text(Base::Decimal) {
            return false;
        }
        wanted = wanted.saturating_sub(1);
        if wanted == 0 {
            break;
        }
    }
    wanted == 0
}

/// The lists around `at`, each with the quotes that a part of it needs when it is replaced.
pub(super) fn read(line: &[u8], done: usize, at: usize) -> Vec<(View, Option<Range<usize>>)> {
    let near = slice(line, 0..at);
    let start = run_back(near, at, is_list).max(done);
    let end = run(line, at, is_list);
    let tokens: Vec<Token> = Tokens {
        text: line,
        at: start,
        end,
    }
    .collect();
    let (mut lists, mut first) = (Vec::new(), 0);
    for next in 1..=tokens.len() {
        let list = tokens.get(first..next).unwrap_or_default();
        if !tokens
            .get(next)
            .is_some_and(|token| goes_on(list, token, line))
        {
            lists.extend(view(line, list));
            first = next;
        }
    }
    lists
}

/// Whether a token goes on with a list: as long as the others, and the same before it as between
/// them, blanks aside.
fn goes_on(list: &[Token], next: &Token, line: &[u8]) -> bool {
    let joint = |a: &Token, b: &Token| {
        let joint = slice(line, a.whole.end..b.whole.start);
        let mut signs = joint.iter().copied().filter(|b| *b != b' ');
        (joint.len() <= 2).then(|| (signs.next(), signs.next().is_some()))
    };
    let known = match list {
        [a, b, ..] => joint(a, b),
        _ => None,
    };
    let new = list.last().and_then(|last| joint(last, next));
    let is_one = matches!(new, Some((_, false))) && (known.is_none() || known == new);
    is_one && list.first().is_some_and(|first| first.is_like(next))
}

/// Hexadecimal digits, and the `x` before them.
fn is_digit(byte: u8) -> bool {
    byte.is_ascii_hexdigit() || matches!(byte, b'x' | b'X')
}

#[derive(Clone, Copy)]
enum Base {
    Hex,
    Decimal,
}

/// The digits of one byte, or of two.
struct Token {
    /// With its prefix.
    whole: Range<usize>,
    digits: Range<usize>,
}

struct Tokens<'t> {
    text: &'t [u8],
    at: usize,
    end: usize,
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let text = slice(self.text, 0..self.end);
        let start = run(text, self.at, |b| !is_digit(b));
        let end = run(text, start, is_digit);
        self.at = end;
        let prefix = match slice(text, start..end) {
            [b'0', b'x' | b'X', _, ..] => 2,
            [b'x' | b'X', _, ..] => 1,
            _ => 0,
        };
        let escape = usize::from(prefix == 1 && before(text, start) == Some(b'\\'));
        // The first letters of a word are no digits.
        let is_word = byte(self.text, end).is_some_and(|b| b.is_ascii_alphanumeric());
        (end > start && !is_word).then_some(Token {
            whole: start.saturating_sub(escape)..end,
            digits: plus(start, prefix)..end,
        })
    }
}

impl Token {
    /// Whether the other one has the same prefix, and is of as many bytes.
    fn is_like(&self, other: &Self) -> bool {
        let width = |token: &Self| token.digits.len();
        let prefix = |token: &Self| token.whole.len().saturating_sub(width(token));
        let is_byte = |token: &Self| width(token) <= 3;
        prefix(self) == prefix(other) && is_byte(self) == is_byte(other) && width(other) <= 4
    }

    /// What it stands for, and how many bytes that is.
    fn bytes(&self, text: &[u8], base: Base) -> Option<([u8; 2], usize)> {
        let digits = core::str::from_utf8(slice(text, self.digits.clone())).ok()?;
        match (base, digits.len()) {
            (Base::Hex, 2) => Some(([u8::from_str_radix(digits, 16).ok()?, 0], 1)),
            (Base::Hex, 4) => Some((u16::from_str_radix(digits, 16).ok()?.to_be_bytes(), 2)),
            (Base::Decimal, 1..=3) => Some(([digits.parse().ok()?, 0], 1)),
            _ => None,
        }
    }
}

/// A list in the base in which it is text.
fn view(line: &[u8], list: &[Token]) -> Option<(View, Option<Range<usize>>)> {
    let read = |base| {
        let mut view = View::default();
        for token in list {
            let (bytes, count) = token.bytes(line, base)?;
            bytes
                .iter()
                .take(count)
                .for_each(|b| view.push(*b, token.whole.clone()));
        }
        // Some bytes may be those of letters outside ASCII.
        let width = view.text.len().checked_div(list.len()).unwrap_or_default();
        let wanted = MIN_TOKENS
            .get(width.saturating_sub(1))?
            .saturating_mul(width);
        let mut runs = view.text.split(|b| !super::is_text(*b));
        runs.any(|run| run.len() >= wanted).then_some(view)
    };
    let view = read(Base::Hex).or_else(|| read(Base::Decimal))?;
    let first = view.at.first()?.start;
    let opened = run_back(slice(line, 0..first), first, |b| b == b' ');
    let is_array = before(line, opened) == Some(b'[');
    let quotes = if is_array { quotes(line, opened) } else { None };
    Some((view, quotes))
}

/// The quotes nearest before `at`, with what escapes them.
fn quotes(line: &[u8], at: usize) -> Option<Range<usize>> {
    let from = at.saturating_sub(MAX_BACK);
    let mark = plus(from, memrchr(b'"', slice(line, from..at))?);
    let start = run_back(slice(line, 0..mark), mark, |b| b == b'\\');
    Some(start..plus(mark, 1))
}
