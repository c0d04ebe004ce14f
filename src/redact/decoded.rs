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
    bytes::{line_feed, plus, run, slice},
    classes::{self, Classes, every, for_each, lower, runs},
    rules,
    spans::{Span, Spans},
};
pub(super) use dump::Dump;

/// The shortest text in base64, which is shorter than that in hexadecimal.
const MIN_WORD: usize = base64::QUAD * base64::MIN_QUADS;
/// The shortest text in hexadecimal.
const MIN_HEX: usize = 2 * hex::MIN_BYTES;
/// The numbers of a list have as many digits at most, and as many bytes between them.
const MAX_DIGITS: usize = 4;
const MAX_JOINT: usize = 2;
/// The shortest list: nine numbers of two digits.
const MIN_LIST: usize = 26;
/// The shortest number and what parts it from the next.
const NUMBER: usize = 3;

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

/// Visits the first NUL of each line: text in UTF-16 perhaps.
pub(super) fn visit_wide(text: &[u8], mut visit: impl FnMut(usize)) {
    let mut from = 0;
    while let Some(nul) = memchr(0, slice(text, from..text.len())) {
        let at = plus(from, nul);
        visit(at);
        from = line_feed(text, at);
    }
}

/// The gate, and what it remembers from step to step.
#[derive(Default)]
pub(super) struct Search {
    /// How far the text was read.
    done: usize,
    /// Where a list is looked for next.
    list: usize,
}

impl Search {
    /// Visits text in one of the long words.
    fn words(
        &mut self,
        text: &[u8],
        start: usize,
        classes: &Classes,
        words: u64,
        visit: &mut impl FnMut(usize) -> Option<usize>,
    ) {
        // Every second digit of text in hexadecimal is decimal.
        let hex = every(classes.digit, 2, hex::MIN_BYTES) & runs(classes.hex, MIN_HEX);
        let quads = every(classes.low, base64::QUAD, base64::MIN_QUADS);
        for_each(lower(hex | quads & words), |bit| {
            let at = plus(start, bit);
            if at >= self.done && (hex::is_text(text, at) || base64::is_text(text, at)) {
                self.done = visit(at).unwrap_or_else(|| run(text, at, class::is_word));
            }
        });
    }

    /// Visits a byte of whatever may be encoded text in a step through `text`, but for text in UTF-16.
    /// `visit` says how far it read, so that what is glued to that is visited, too; nothing where the
    /// run of such bytes needs no other look.
    pub(super) fn visit(
        &mut self,
        text: &[u8],
        start: usize,
        classes: &Classes,
        mut visit: impl FnMut(usize) -> Option<usize>,
    ) {
        let words = runs(classes.base64, MIN_WORD);
        if lower(words) != 0 {
            self.words(text, start, classes, words, &mut visit);
        }
        // Numbers of two to four digits with a byte or two between.
        let numbers = classes.hex | classes.x;
        let lone = numbers & !(numbers << 1) & !(numbers >> 1) & !1;
        let many = runs(classes.hex, MAX_DIGITS + 1) | runs(!numbers, MAX_JOINT + 1) | lone;
        for_each(lower(runs(!many, MIN_LIST)), |bit| {
            let at = plus(start, bit);
            if at < self.done.max(self.list) {
            } else if list::is_text(text, at) {
                self.done = visit(at).unwrap_or_else(|| run(text, at, class::is_list));
            } else {
                self.list = plus(at, NUMBER);
            }
        });
    }
}

/// Finds what `look` finds in the encoded parts of a line, which may be a row of the dump in `open`.
pub(super) fn find(
    line: &[u8],
    open: &mut Option<Dump>,
    look: impl Fn(&[u8]) -> Vec<Span>,
    spans: &mut Spans,
) {
    let spans = spans.by(rules::ENCODED);
    if dump::find(line, open, &look, spans) {
        return;
    }
    let (mut search, mut done) = (Search::default(), 0);
    classes::visit(line, |start, classes| {
        search.visit(line, start, classes, |at| {
            done = read(line, done, at, &look, spans);
            Some(done)
        });
    });
    visit_wide(line, |_| {
        if let Some(view) = wide::read(line) {
            add(&view, &look, spans);
        }
    });
}

/// Looks at the encoded text around `at` which does not begin before `done`, and says how far it
/// goes.
fn read(
    line: &[u8],
    done: usize,
    at: usize,
    look: &impl Fn(&[u8]) -> Vec<Span>,
    spans: &mut Spans,
) -> usize {
    if let Some((text, range)) = base64::read(line, done, at) {
        if let Some(span) = look(&text).first() {
            spans.add(range.clone(), span.kind);
        }
        return range.end;
    }
    if let Some(view) = hex::read(line, done, at) {
        add(&view, look, spans);
        return view.at.last().map_or(at, |r| r.end);
    }
    for (view, quotes) in list::read(line, done, at) {
        for span in look(&view.text) {
            spans.add_quoted(view.source(&span), span.kind, quotes.clone());
        }
    }
    run(line, at, class::is_list)
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
