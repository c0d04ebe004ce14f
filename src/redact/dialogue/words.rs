//! The words of a line of a protocol: separated by blanks, some in quotes.

use core::ops::Range;

use super::super::{
    bytes::{byte, is_blank, plus, run, slice},
    spans,
    values::Quote,
};

/// The most words of a line that matter.
const MAX_WORDS: usize = 32;

/// A longer word is cut: its rest is no word of its own to a command.
const MAX_WORD: usize = 256;

/// A word.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Token {
    /// Without its quotes.
    pub(super) content: Range<usize>,
    pub(super) end: usize,
    pub(super) quoted: bool,
}

/// The words from `at` on, up to the end of the line or of the string that it stands in.
pub(super) fn tokens(text: &[u8], at: usize) -> impl Iterator<Item = Token> {
    let mut at = at;
    core::iter::from_fn(move || {
        let from = run(text, at, is_blank);
        let token = token(text, from)?;
        at = token.end;
        Some(token)
    })
    .take(MAX_WORDS)
}

/// The word at `at`.
pub(super) fn token(text: &[u8], at: usize) -> Option<Token> {
    let text = slice(text, 0..plus(at, MAX_WORD).min(text.len()));
    if let Some((quote, from)) = Quote::at(text, at) {
        let next = byte(text, from);
        if next.is_none_or(|b| matches!(b, b',' | b'}' | b')' | b']')) {
            return None;
        }
        let (to, end) = quote.close(text, from);
        return Some(Token {
            content: from..to,
            end,
            quoted: true,
        });
    }
    let end = spans::mark_end(text, at).unwrap_or_else(|| bare_end(text, at));
    (end > at).then_some(Token {
        content: at..end,
        end,
        quoted: false,
    })
}

/// Where a word without quotes ends: at a blank, an escaped line end, or the quote of what surrounds
/// it.
fn bare_end(text: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(b) = byte(text, at) {
        let next = byte(text, plus(at, 1));
        match b {
            _ if is_blank(b) => return at,
            b'\\' if matches!(next, Some(b'r' | b'n' | b'"' | b'0')) => return at,
            b'"' | b'\'' if next.is_none_or(|b| is_blank(b) || b",}])".contains(&b)) => return at,
            _ => at = plus(at, 1),
        }
    }
    slice(text, 0..at).len()
}
