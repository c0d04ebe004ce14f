//! The cells of a line.

use core::ops::Range;

use super::super::{
    bytes::{before, byte, find_byte, plus, rest, run, run_back, skip_blanks, slice},
    delimited::{self, back},
};

/// What stands between two cells.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Rule {
    /// A comma, a semicolon or a tab, with quotes as RFC 4180 has them.
    Sign(u8),
    /// A bar, also on either side of the row.
    Bar(&'static [u8]),
    /// Two blanks or more.
    Blanks,
}

/// Bars that tables are drawn with.
const BARS: &[&[u8]] = &[b"|", "│".as_bytes(), "┃".as_bytes(), "║".as_bytes()];
/// A longer cell is no name of a column.
const MAX_NAME: usize = 40;
/// Words in the name of a column.
const MAX_WORDS: usize = 4;

/// The bar at `at`.
pub(super) fn bar(text: &[u8], at: usize) -> Option<&'static [u8]> {
    BARS.iter().copied().find(|b| rest(text, at).starts_with(b))
}

impl Rule {
    /// What stands beside the cell that ends in `name`.
    pub(super) fn of(text: &[u8], line: Range<usize>, name: Range<usize>) -> Option<Self> {
        let quoted = matches!(byte(text, name.end), Some(b'"' | b'\'' | b'`'));
        let end = plus(name.end, usize::from(quoted));
        let next = skip_blanks(slice(text, 0..plus(end, 64).min(text.len())), end);
        if let Some(bar) = bar(text, next) {
            return Some(Self::Bar(bar));
        }
        match byte(text, next) {
            Some(sign @ (b',' | b';')) => return Some(Self::Sign(sign)),
            Some(_) if byte(text, end) == Some(b'\t') => return Some(Self::Sign(b'\t')),
            Some(_) if next >= plus(end, 2) => return Some(Self::Blanks),
            Some(_) => return None,
            None => {}
        }
        // The last one: what stands before it.
        let start = back(text, line.start..name.start, |b| {
            b != b',' && b != b';' && b != b'\t' && b != b'|' && b < 0x80
        });
        let before_it = before(text, start).filter(|_| start > line.start);
        match before_it {
            Some(sign @ (b',' | b';' | b'\t')) => Some(Self::Sign(sign)),
            Some(b'|') => Some(Self::Bar(b"|")),
            Some(0x80..) => bar(text, start.saturating_sub(3)).map(Self::Bar),
            _ => Some(Self::Blanks),
        }
    }
}

/// Where the cells of a header begin and what they are; None where the line is none.
pub(super) fn header(
    text: &[u8],
    line: Range<usize>,
    rule: Rule,
) -> Option<(usize, Vec<Range<usize>>)> {
    let end = run_back(text, line.end, |b| b == b' ');
    let own = run(slice(text, 0..end), line.start, |b| b == b' ');
    let all = |start: usize| {
        let cells = split(text, start..end, rule);
        let cells: Vec<_> = cells.into_iter().map(|c| unquoted(text, c)).collect();
        is_header(text, &cells, rule, start).then_some((start, cells))
    };
    if let Some(found) = container(text, own..end).and_then(all).or_else(|| all(own)) {
        return Some(found);
    }
    // Behind what a logger writes before each line.
    match rule {
        Rule::Sign(b'\t') | Rule::Blanks => None,
        Rule::Sign(_) => {
            let blank = back(text, own..end, |b| b != b' ');
            (blank > own).then(|| all(blank)).flatten()
        }
        Rule::Bar(bar) => {
            let first = find_byte(text, own..end, *bar.first()?)?;
            (first > own && slice(text, 0..end).ends_with(bar))
                .then(|| all(first))
                .flatten()
        }
    }
}

/// Where a container's output begins behind its name and a bar, as Compose writes them: `web-1  | `.
fn container(text: &[u8], line: Range<usize>) -> Option<usize> {
    let text = slice(text, 0..line.end);
    let name = run(text, line.start, delimited::is_key);
    let number = run_back(text, name, |b| b.is_ascii_digit());
    let bar = skip_blanks(text, name);
    let is_container = number < name
        && matches!(before(text, number), Some(b'-' | b'_'))
        && bar > name
        && byte(text, bar) == Some(b'|');
    is_container.then(|| skip_blanks(text, plus(bar, 1)))
}

fn is_header(text: &[u8], cells: &[Range<usize>], rule: Rule, start: usize) -> bool {
    let is_spaced = |c: &Range<usize>| {
        matches!(rule, Rule::Sign(b',' | b';'))
            && before(text, c.start) == Some(b' ')
            && c.start > start
    };
    let spaced = cells.iter().any(is_spaced);
    let words = if spaced { 1 } else { MAX_WORDS };
    let least = if spaced { 3 } else { 2 };
    let mut names = cells.iter();
    // The index of a frame has no name.
    if cells.first().is_some_and(Range::is_empty) {
        names.next();
    }
    cells.len() >= least
        && names.len() >= least.min(2)
        && names.all(|c| is_name(slice(text, c.clone()), words))
}

/// Whether a column may be called this.
fn is_name(cell: &[u8], words: usize) -> bool {
    let starts = cell
        .first()
        .is_some_and(|b| b.is_ascii_alphabetic() || *b >= 0x80 || b"_#@*".contains(b));
    if cell == b"(index)" {
        return true;
    }
    let is_part = |b: &u8| delimited::is_key(*b) || b" /*".contains(b);
    // A unit in parentheses: `Amount (EUR)`.
    let unit = cell
        .ends_with(b")")
        .then(|| cell.windows(2).position(|w| w == b" ("));
    let cell = slice(cell, 0..unit.flatten().unwrap_or(cell.len()));
    let count = cell.split(|b| *b == b' ').count();
    starts
        && cell.len() <= MAX_NAME
        && count <= words
        && cell.iter().all(is_part)
        && !cell.ends_with(b".")
}

/// The cells of a line without the blanks around them.
pub(super) fn split(text: &[u8], line: Range<usize>, rule: Rule) -> Vec<Range<usize>> {
    match rule {
        Rule::Sign(sign) => signed(text, line, sign),
        Rule::Bar(bar) => barred(text, line, bar),
        Rule::Blanks => blanked(text, line),
    }
}

fn signed(text: &[u8], line: Range<usize>, sign: u8) -> Vec<Range<usize>> {
    let text = slice(text, 0..line.end);
    let mut cells = Vec::new();
    let mut at = line.start;
    loop {
        let from = run(text, at, |b| b == b' ');
        let end = match byte(text, from) {
            Some(b'"') => quoted_end(text, from, sign),
            _ => run(text, from, |b| b != sign),
        };
        cells.push(trimmed(text, at..end));
        if end >= text.len() {
            return cells;
        }
        at = plus(end, 1);
    }
}

/// Where the cell ends whose quote is at `at`.
fn quoted_end(text: &[u8], at: usize, sign: u8) -> usize {
    let mut at = plus(at, 1);
    while let Some(quote) = find_byte(text, at..text.len(), b'"') {
        at = plus(quote, 1);
        match byte(text, at) {
            Some(b'"') => at = plus(at, 1),
            Some(b) if b == sign || b == b' ' => return run(text, at, |b| b != sign),
            None => return at,
            Some(_) => {}
        }
    }
    text.len()
}

fn barred(text: &[u8], line: Range<usize>, bar: &[u8]) -> Vec<Range<usize>> {
    let text = slice(text, 0..line.end);
    let boxed = rest(text, line.start).starts_with(bar);
    let mut cells = Vec::new();
    if boxed && !text.ends_with(bar) {
        return cells;
    }
    let mut at = plus(line.start, if boxed { bar.len() } else { 0 });
    while let Some(found) = super::super::bytes::search(text, at..text.len(), bar) {
        cells.push(trimmed(text, at..found));
        at = plus(found, bar.len());
    }
    if at < text.len() || !boxed {
        cells.push(trimmed(text, at..text.len()));
    }
    cells
}

fn blanked(text: &[u8], line: Range<usize>) -> Vec<Range<usize>> {
    let text = slice(text, 0..line.end);
    let mut cells = Vec::new();
    let mut at = run(text, line.start, |b| b == b' ');
    let mut start = at;
    while at < text.len() {
        let end = run(text, at, |b| b != b' ');
        at = run(text, end, |b| b == b' ');
        if at >= text.len() || at >= plus(end, 2) {
            cells.push(start..end);
            start = at;
        }
    }
    cells
}

fn trimmed(text: &[u8], cell: Range<usize>) -> Range<usize> {
    delimited::trimmed(text, cell)
}

/// A cell without its quotes.
pub(super) fn unquoted(text: &[u8], cell: Range<usize>) -> Range<usize> {
    match slice(text, cell.clone()) {
        [b'"', .., b'"'] | [b'\'', .., b'\''] | [b'`', .., b'`'] => {
            plus(cell.start, 1)..cell.end.saturating_sub(1)
        }
        _ => cell,
    }
}

/// Whether blanks follow the commas or semicolons of a row, as in prose, quoted cells left out.
fn is_listed(text: &[u8], row: Range<usize>) -> bool {
    let mut quoted = false;
    slice(text, row).windows(2).any(|w| {
        quoted ^= w.first() == Some(&b'"');
        !quoted && matches!(w, [b',' | b';', b' '])
    })
}

/// Whether the row at `at` begins with a bar.
pub(super) fn is_boxed(text: &[u8], at: usize, rule: Rule) -> bool {
    matches!(rule, Rule::Bar(bar) if rest(text, at).starts_with(bar))
}

/// Whether blanks stand beside what parts the cells of a row.
pub(super) fn is_spaced(text: &[u8], row: Range<usize>, rule: Rule) -> bool {
    match rule {
        Rule::Sign(b',' | b';') => is_listed(text, row),
        Rule::Bar(_) if !is_boxed(text, row.start, rule) => is_apart(text, row),
        _ => false,
    }
}

/// Whether blanks stand on both sides of the bars of a row.
pub(super) fn is_apart(text: &[u8], row: Range<usize>) -> bool {
    let row = slice(text, row);
    let bars = row.windows(3).filter(|w| w.get(1) == Some(&b'|'));
    let mut spaced = bars.map(|w| w.first() == Some(&b' ') && w.last() == Some(&b' '));
    spaced.next().is_none_or(|first| first && spaced.all(|s| s))
}

/// Whether a line is drawn between the rows of a table rather than one of them.
pub(super) fn is_rule(line: &[u8]) -> bool {
    let is_drawn = |c: char| {
        b"-=+|: *_".contains(&u8::try_from(c).unwrap_or_default()) || ('─'..='╿').contains(&c)
    };
    line.len() >= 3
        && matches!(
            line.first(),
            Some(b'-' | b'=' | b'+' | b'|' | b':' | b'_' | 0xe2)
        )
        && core::str::from_utf8(line).is_ok_and(|l| l.chars().all(is_drawn))
}
