//! The literals of SQL: strings, numbers, and what stands for a value that is given later.

use core::ops::Range;

use super::super::{
    bytes::{byte, plus, rest, run, slice},
    keys::{Demand, Key},
    spans::{self, Spans},
    values::{self, Quote},
};

/// What stands in the place of a value.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Literal {
    /// Without its quotes.
    pub(super) content: Range<usize>,
    pub(super) end: usize,
    pub(super) quoted: bool,
}

impl Literal {
    /// The literal at `at`: `'x'`, `N'x'`, `E'x'`, `"x"`, `$$x$$`, a number, or a name.
    pub(super) fn at(text: &[u8], at: usize) -> Option<Self> {
        let prefix = match rest(text, at) {
            [
                b'N' | b'n' | b'E' | b'e' | b'B' | b'b' | b'X' | b'x' | b'r',
                b'\'',
                ..,
            ] => 1,
            _ => 0,
        };
        let from = plus(at, prefix);
        if let Some((quote, start)) = Quote::at(text, from) {
            let (to, end) = close(text, quote, start);
            return Some(Self {
                content: start..to,
                end,
                quoted: true,
            });
        }
        if rest(text, at).starts_with(b"$$") {
            let start = plus(at, 2);
            let to = run(text, start, |b| b != b'$');
            return Some(Self {
                content: start..to,
                end: plus(to, 2).min(text.len()),
                quoted: true,
            });
        }
        let end = spans::mark_end(text, at).unwrap_or_else(|| {
            run(text, at, |b| {
                b.is_ascii_alphanumeric() || b"_.+-$:@?%".contains(&b)
            })
        });
        (end > at).then_some(Self {
            content: at..end,
            end,
            quoted: false,
        })
    }

    /// Replaces it where it is a secret under `key`: a string, or a number. Says whether it is.
    pub(super) fn add(&self, text: &[u8], key: Key, spans: &mut Spans) -> bool {
        let value = slice(text, self.content.clone());
        let is_number = || value.iter().all(u8::is_ascii_digit) || value.starts_with(b"0x");
        let is_digits = || values::digits_end(value, 0) == Some(value.len());
        let is_opaque = || values::opaque_end(value, 0) == Some(value.len());
        let fits = match key.demand {
            Demand::Digits => is_digits(),
            Demand::Opaque => is_opaque(),
            _ => self.quoted || is_number(),
        };
        if !fits || values::is_placeholder(value) {
            return false;
        }
        spans.add(self.content.clone(), key.kind);
        true
    }
}

/// Where a string ends: a doubled quote is part of it.
fn close(text: &[u8], quote: Quote, from: usize) -> (usize, usize) {
    let doubled = match quote {
        Quote::Mark {
            mark: b'\'',
            level: 0,
        } => Some(b'\''),
        _ => None,
    };
    let (mut to, mut end) = quote.close(text, from);
    while doubled.is_some() && to < end && byte(text, end) == doubled {
        (to, end) = quote.close(text, plus(end, 1));
    }
    (to, end)
}
