//! Rows of a memory dump: an offset, bytes in hexadecimal, and often the characters that they are.
//! A secret may stand in several rows, so the text of the rows before goes with each.

use super::{
    super::{
        bytes::{byte, plus, rest, run, search, skip_blanks, slice},
        spans::{self, Span, Spans},
    },
    View, hex,
};

/// The digits of an offset.
const OFFSET: core::ops::RangeInclusive<usize> = 4..=16;
/// Bytes in a row.
const MAX_ROW: usize = 32;
/// A wider gap parts the bytes of a short row from the characters.
const MAX_GAP: usize = 2;
/// So many bytes in a row that are text begin a dump worth reading, by the bytes in a word: what
/// the gate is sure to find.
const MIN_TEXT: usize = 9;
const MIN_PAIRS: usize = 16;
const MIN_SOLID: usize = 10;
/// How much of the text before goes with a row: a name and what follows it.
const MAX_TAIL: usize = 256;

/// The text of the rows before.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(in super::super) struct Dump {
    tail: Vec<u8>,
}

/// The bytes of a row, and where the character of the first one stands.
struct Row {
    view: View,
    shown: Option<usize>,
    /// The digits of the first word.
    width: usize,
}

/// Finds what `look` finds in a row, which goes on with what is open. Whether the line is one.
pub(super) fn find(
    line: &[u8],
    open: &mut Option<Dump>,
    look: &impl Fn(&[u8]) -> Vec<Span>,
    spans: &mut Spans,
) -> bool {
    let before = open.take();
    let Some(row) = row(line).filter(|row| before.is_some() || row.is_text()) else {
        return false;
    };
    let mut text = before.unwrap_or_default().tail;
    let known = text.len();
    text.extend_from_slice(&row.view.text);
    for mut span in look(&text) {
        span.range = span.range.start.saturating_sub(known)..span.range.end.saturating_sub(known);
        if span.range.is_empty() {
            continue;
        }
        spans.add(row.view.source(&span), span.kind);
        if let Some(shown) = row.shown {
            let place = plus(shown, span.range.start)..plus(shown, span.range.end);
            spans.add(place, span.kind);
        }
    }
    text.drain(..text.len().saturating_sub(MAX_TAIL));
    *open = Some(Dump { tail: text });
    true
}

fn row(line: &[u8]) -> Option<Row> {
    let start = skip_blanks(line, 0);
    let start = plus(
        start,
        if rest(line, start).starts_with(b"0x") {
            2
        } else {
            0
        },
    );
    let offset = run(line, start, |b| b.is_ascii_hexdigit());
    let colon = plus(offset, usize::from(byte(line, offset) == Some(b':')));
    let mut at = skip_blanks(line, colon);
    // One blank alone parts words, not an offset from them.
    let is_apart = at.saturating_sub(offset) >= 2;
    if !OFFSET.contains(&offset.saturating_sub(start)) || at == colon || !is_apart {
        return None;
    }
    let (mut view, mut width, mut end) = (View::default(), 0, at);
    loop {
        let word = run(
            slice(line, 0..plus(at, plus(MAX_ROW, MAX_ROW)).min(line.len())),
            at,
            |b| b.is_ascii_hexdigit(),
        );
        let is_end = byte(line, word).is_none_or(|b| b.is_ascii_whitespace());
        let digits = word.saturating_sub(at);
        if digits == 0
            || !digits.is_multiple_of(2)
            || !is_end
            || plus(view.text.len(), digits / 2) > MAX_ROW
        {
            break;
        }
        width = if width == 0 { digits } else { width };
        while at < word {
            view.push(hex::byte(line, at)?, at..plus(at, 2));
            at = plus(at, 2);
        }
        end = word;
        let next = skip_blanks(line, word);
        // Sixteen bytes are a row; what follows after two blanks may look like hexadecimal.
        if next.saturating_sub(word) > MAX_GAP || view.text.len() == MAX_ROW / 2 {
            break;
        }
        at = next;
    }
    // What was replaced is not known any more, so nothing goes on with it.
    if mark_follows(line, end) {
        return None;
    }
    let shown = shown(line, end, &view.text);
    (!view.text.is_empty()).then_some(Row { view, shown, width })
}

fn mark_follows(line: &[u8], end: usize) -> bool {
    search(line, end..line.len(), spans::OPENING).is_some()
}

/// Where the characters stand that the bytes are.
fn shown(line: &[u8], end: usize, bytes: &[u8]) -> Option<usize> {
    let start = skip_blanks(line, end);
    let is_shown = |start: &usize| {
        let chars = slice(line, *start..plus(*start, bytes.len()));
        let is_char = |(char, byte): (&u8, &u8)| char == byte || *char == b'.' || *char == b' ';
        chars.len() == bytes.len() && chars.iter().zip(bytes).all(is_char)
    };
    [plus(start, 1), start].into_iter().find(is_shown)
}

impl Row {
    fn is_text(&self) -> bool {
        let wanted = match self.width {
            2 => MIN_TEXT,
            4 => MIN_PAIRS,
            _ => MIN_SOLID,
        };
        let mut runs = self.view.text.split(|b| !super::is_text(*b));
        runs.any(|run| run.len() >= wanted)
    }
}
