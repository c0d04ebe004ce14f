//! What is to be replaced, and the replacing.

use core::{cmp::Reverse, ops::Range};

use super::{
    bytes::{plus, rest, run, slice},
    finding::Kind,
};

const OPENING: &[u8] = b"[REDACTED:";

/// A part of the text that is replaced.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Span {
    pub(super) range: Range<usize>,
    pub(super) kind: Kind,
    /// Where the text has the quotes that the replacement of a bare number needs, so that JSON
    /// stays JSON.
    quotes: Option<Range<usize>>,
}

/// Spans in the order in which the stages of the pipeline find them.
#[derive(Debug, Default)]
pub(super) struct Spans(Vec<Span>);

impl Spans {
    /// Adds a span. An empty one is nothing.
    pub(super) fn add(&mut self, range: Range<usize>, kind: Kind) {
        self.add_quoted(range, kind, None);
    }

    /// Adds a span whose replacement stands in the quotes found at `quotes`.
    pub(super) fn add_quoted(
        &mut self,
        range: Range<usize>,
        kind: Kind,
        quotes: Option<Range<usize>>,
    ) {
        if !range.is_empty() {
            self.0.push(Span {
                range,
                kind,
                quotes,
            });
        }
    }

    /// In the order of the text, those that overlap made one. The kind is that of the
    /// first, the longest where several start together.
    pub(super) fn merged(mut self) -> Vec<Span> {
        self.0
            .sort_by_key(|s| (s.range.start, Reverse(s.range.end)));
        let mut merged: Vec<Span> = Vec::with_capacity(self.0.len());
        for span in self.0 {
            match merged.last_mut() {
                Some(last) if span.range.start < last.range.end => {
                    last.range.end = last.range.end.max(span.range.end);
                }
                _ => merged.push(span),
            }
        }
        merged
    }
}

/// Copies `text` to `out` with each span replaced.
pub(super) fn emit(text: &[u8], spans: &[Span], out: &mut Vec<u8>) {
    let mut copied = 0;
    for span in spans {
        let quotes = span.quotes.clone().map_or(&[][..], |q| slice(text, q));
        out.extend_from_slice(slice(text, copied..span.range.start));
        out.extend_from_slice(quotes);
        mark(span.kind.name(), out);
        out.extend_from_slice(quotes);
        copied = span.range.end;
    }
    out.extend_from_slice(rest(text, copied));
}

/// Appends `[REDACTED:name]`.
pub(super) fn mark(name: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(OPENING);
    out.extend_from_slice(name.as_bytes());
    out.push(b']');
}

/// Where the `[REDACTED:kind]` ends that starts at `at`.
pub(super) fn mark_end(text: &[u8], at: usize) -> Option<usize> {
    let here = rest(text, at);
    let name_end = run(here.strip_prefix(OPENING)?, 0, |b| {
        matches!(b, b'a'..=b'z' | b'_')
    });
    let end = plus(OPENING.len(), name_end);
    (name_end > 0 && here.get(end) == Some(&b']')).then_some(plus(at, plus(end, 1)))
}

/// Whether the name at `at` is the kind inside `[REDACTED:kind]`.
pub(super) fn inside_mark(text: &[u8], at: usize) -> bool {
    at.checked_sub(OPENING.len())
        .is_some_and(|start| mark_end(text, start).is_some())
}
