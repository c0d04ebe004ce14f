//! Secrets in text that was encoded: base64, hexadecimal, lists of bytes, UTF-16.
//!
//! What may be text is decoded once, looked at as any other text is, and where a secret is found,
//! its place in the encoded text is replaced: of base64 the whole, in which no part stands for
//! itself. What is encoded again inside is not decoded.
//!
//! Most of what looks encoded is not text: identifiers, digests, pictures. So nothing is decoded
//! before the bytes in the middle of it are printable.

mod base64;
mod class;
mod dump;
mod hex;
mod list;
mod wide;

use core::ops::Range;

use memchr::memchr;

use super::{
    bytes::{line_feed, plus, run, slice, steps::step},
    rules,
    spans::{Span, Spans},
};
use class::{HEX, LIST, SIGN, WORD};
pub(super) use dump::Dump;

/// The shortest run that is decoded has two bytes at this distance.
const STRIDE: usize = 10;

/// Text, and where each byte of it comes from.
#[derive(Default)]
struct View {
    text: Vec<u8>,
    at: Vec<Range<usize>>,
}

impl View {
    fn push(&mut self, byte: u8, at: Range<usize>) {
        self.text.push(byte);
        self.at.push(at);
    }

    /// Where the bytes of a span come from.
    fn source(&self, span: &Span) -> Range<usize> {
        let last = span.range.end.checked_sub(1);
        let start = self.at.get(span.range.start).map(|r| r.start);
        let end = last.and_then(|i| self.at.get(i)).map(|r| r.end);
        start.zip(end).map_or(0..0, |(start, end)| start..end)
    }
}

/// The gate: visits a byte of whatever may be encoded text. `visit` says how far it read, so that what
/// is glued to that is visited, too; nothing where the run of such bytes needs no other look.
pub(super) fn visit(text: &[u8], mut visit: impl FnMut(usize) -> Option<usize>) {
    step(text.len() / STRIDE);
    let (mut at, mut last, mut done) = (STRIDE.saturating_sub(1), 0, 0);
    while let Some(b) = text.get(at) {
        let class = class::of(*b);
        // Most words end before the middle of the window.
        let middle = text
            .get(at.saturating_sub(STRIDE / 2))
            .map_or(0, |b| class::of(*b));
        if class & last & middle != 0 && at >= plus(done, STRIDE) {
            let start = at.saturating_sub(STRIDE);
            let window = slice(text, start..plus(at, 1));
            let class = class::all(window, class & last);
            let is_word = class & WORD != 0
                && ((class & HEX != 0 && hex::is_text(text, done, start))
                    || base64::is_text(text, done, start));
            let is_list = || class & LIST != 0 && has_signs(window) && list::is_text(text, start);
            if is_word || is_list() {
                let class = if is_word { WORD } else { LIST };
                done =
                    visit(start).unwrap_or_else(|| run(text, start, |b| class::of(b) & class != 0));
            }
        }
        last = class;
        at = plus(at, STRIDE);
    }
    let mut from = 0;
    while let Some(nul) = memchr(0, slice(text, from..text.len())) {
        let at = plus(from, nul);
        visit(at);
        from = line_feed(text, at);
    }
}

/// Whether so many signs stand in a window as in any of a list: its longest number with what is
/// beside it, `0x70, `, has six bytes.
fn has_signs(window: &[u8]) -> bool {
    let signs = window.iter().filter(|b| class::of(**b) & SIGN != 0);
    signs.count() >= 2
}

/// Finds what `look` finds in the encoded parts of a line, which may be a row of the dump in `open`.
pub(super) fn find(
    line: &[u8],
    open: &mut Option<Dump>,
    look: impl Fn(&[u8]) -> Vec<Span>,
    spans: &mut Spans,
) {
    let (mut done, mut is_wide) = (0, false);
    let spans = spans.by(rules::ENCODED);
    if dump::find(line, open, &look, spans) {
        return;
    }
    // Where the gate has hit depends on where its text began, so it is asked for the line alone.
    visit(line, |at| {
        if line.get(at) == Some(&0) {
            if !is_wide && let Some(view) = wide::read(line) {
                add(&view, &look, spans);
            }
            is_wide = true;
        } else if at < done {
        } else if let Some((text, range)) = base64::read(line, done, at) {
            done = range.end;
            if let Some(span) = look(&text).first() {
                spans.add(range, span.kind);
            }
            return Some(done);
        } else if let Some(view) = hex::read(line, done, at) {
            done = view.at.last().map_or(done, |r| r.end);
            add(&view, &look, spans);
            return Some(done);
        } else {
            for (view, quotes) in list::read(line, done, at) {
                done = view.at.last().map_or(done, |r| r.end);
                for span in look(&view.text) {
                    spans.add_quoted(view.source(&span), span.kind, quotes.clone());
                }
            }
        }
        None
    });
}

fn add(view: &View, look: &impl Fn(&[u8]) -> Vec<Span>, spans: &mut Spans) {
    for span in look(&view.text) {
        spans.add(view.source(&span), span.kind);
    }
}

/// Whether a byte stands in text: printable, a blank, or half of a character of UTF-16.
fn is_text(byte: u8) -> bool {
    matches!(byte, 0 | b'\t' | b'\n' | b'\r' | b' '..=b'~')
}
