//! Tables: a line of column names, one of which is a secret's, and the rows after it; or a row whose
//! first cell is the name and whose second is the value.
//!
//! A line is a header only where each of its cells is a name, and a row only where it has as many
//! cells; the first line that has not ends the table. So prose that lists the word token between
//! commas opens a table that its next line closes.

mod cells;
mod pair;

use core::ops::Range;

use super::{
    bytes::{byte, plus, rest, run_back, skip_blanks, slice},
    delimited::{self, back},
    keyed::Named,
    keys::{Key, Names},
    lines::{Goes, Lead, Openings},
    spans::Spans,
    values::Quote,
};

use cells::Rule;

/// A longer line is no header.
const MAX_HEADER: usize = 4096;
/// The most columns of a table.
const MAX_COLUMNS: usize = 256;
/// Lines without a row that are waited for the first one.
const MAX_LINES: u8 = 3;
/// Columns beside one called `pass` that make it a password's rather than a count of tests.
const USERS: &[&str] = &[
    "user", "username", "login", "email", "name", "host", "account",
];

/// A secret's name that may be that of a column.
#[derive(Debug)]
pub(super) struct Column {
    name: Range<usize>,
    key: Key,
}

/// A table whose rows may follow.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Table {
    lead: Lead,
    rule: Rule,
    /// Where the names of the columns stand behind the lead.
    places: Vec<Range<usize>>,
    secret: Vec<Secret>,
    /// Whether blanks follow the commas, as they then do in each row.
    spaced: bool,
    /// Whether the first row needs a line of dashes before it.
    bare: bool,
    /// Whether a row has been seen.
    seen: bool,
    left: u8,
}

/// A column of secrets.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Secret {
    index: usize,
    key: Key,
}

/// Reads the value beside a name in one row, or opens a table, and says how far it was replaced.
pub(super) fn read(
    named: &Named<'_>,
    names: &Names,
    openings: &mut Openings,
    spans: &mut Spans,
) -> Option<usize> {
    let text = slice(named.text, 0..named.line.end);
    let end = match Quote::at(text, named.name.end) {
        Some((_, end)) => end,
        None => named.name.end,
    };
    let next = skip_blanks(text, end);
    let is_cell = match byte(text, next) {
        None => named.line.len() <= MAX_HEADER,
        Some(b',' | b';' | b'|') => true,
        Some(b'.') => rest(text, next).starts_with(b"...."),
        Some(0xe2) => cells::bar(text, next).is_some(),
        Some(_) => next >= plus(end, 2) || byte(text, end) == Some(b'\t'),
    };
    if !is_cell {
        return None;
    }
    if let Some(end) = pair::read(named, end, next, names, spans) {
        return Some(end);
    }
    if named.line.len() <= MAX_HEADER {
        openings.column(Column {
            name: named.name.clone(),
            key: named.key,
        });
    }
    None
}

/// The table that a line opens in which these names stand, if it is a header.
pub(super) fn header(text: &[u8], line: Range<usize>, columns: &[Column]) -> Option<Table> {
    let bytes = slice(text, 0..line.end);
    let first = columns.first()?;
    let rule = Rule::of(bytes, line.clone(), first.name.clone())?;
    let (start, cells) = cells::header(bytes, line.clone(), rule)?;
    if cells.len() > MAX_COLUMNS {
        return None;
    }
    let lead = Lead::of(bytes, line.start..start)?;
    let base = start.saturating_sub(lead.indent());
    let place =
        |cell: &Range<usize>| cell.start.saturating_sub(base)..cell.end.saturating_sub(base);
    let has_user = || {
        cells
            .iter()
            .any(|c| delimited::is_one_of(slice(bytes, c.clone()), USERS))
    };
    let mut secret = Vec::new();
    for (index, cell) in cells.iter().enumerate() {
        let column = columns
            .iter()
            .find(|c| c.name.end == cell.end && cell.contains(&c.name.start));
        let Some(column) = column else { continue };
        if slice(bytes, cell.clone()).eq_ignore_ascii_case(b"pass") && !has_user() {
            continue;
        }
        secret.push(Secret {
            index,
            key: column.key,
        });
    }
    let is_field = |c: &Range<usize>| delimited::is_field(slice(bytes, c.clone()));
    if !cells.iter().any(is_field) && secret.len() < 2 {
        return None;
    }
    let is_shout = |c: &Range<usize>| !slice(bytes, c.clone()).iter().any(u8::is_ascii_lowercase);
    (!secret.is_empty()).then(|| Table {
        bare: match rule {
            Rule::Blanks => !cells.iter().all(is_shout),
            Rule::Bar(_) => cells::is_spaced(bytes, start..line.end),
            Rule::Sign(_) => false,
        },
        spaced: cells::is_listed(bytes, start..line.end),
        lead,
        rule,
        places: cells.iter().map(place).collect(),
        secret,
        seen: false,
        left: MAX_LINES,
    })
}

impl Table {
    /// Judges a line after the header.
    pub(super) fn judge(
        &mut self,
        text: &[u8],
        line: Range<usize>,
        names: &Names,
        spans: &mut Spans,
    ) -> Goes {
        let bytes = slice(text, 0..line.end);
        let Some((indent, at)) = self.lead.inner(bytes, line.clone()) else {
            return Goes::Over;
        };
        let content = at..run_back(bytes, line.end, |b| b == b' ').max(at);
        if cells::is_rule(slice(bytes, content.clone())) {
            self.bare = false;
            self.left = self.left.saturating_sub(1);
            return if self.left > 0 || self.seen {
                Goes::On
            } else {
                Goes::Over
            };
        }
        // A frame prints its index before the first column, where the header has blanks.
        let is_frame =
            indent < self.lead.indent() && byte(bytes, at).is_some_and(|b| b.is_ascii_digit());
        let is_object = matches!(byte(bytes, at), Some(b'{' | b'[' | b'<'));
        let is_framed = self.rule == Rule::Blanks && is_frame;
        if content.is_empty() || is_object || (self.bare && !is_framed) {
            return Goes::Over;
        }
        let base = at.saturating_sub(indent);
        let cells = cells::split(bytes, content.clone(), self.rule);
        let is_list = matches!(self.rule, Rule::Sign(b',' | b';'))
            && cells::is_listed(bytes, content.clone()) != self.spaced;
        if is_list {
            return Goes::Over;
        }
        if cells
            .iter()
            .enumerate()
            .any(|(i, c)| self.is_foreign(i, slice(bytes, c.clone())))
        {
            return Goes::Over;
        }
        let is_row = if cells.len() == self.places.len() && !is_framed {
            for secret in &self.secret {
                if let Some(cell) = cells.get(secret.index) {
                    secret.replace(bytes, cell.clone(), names, spans);
                }
            }
            true
        } else {
            self.rule == Rule::Blanks && self.aligned(bytes, base, &cells, names, spans)
        };
        self.seen |= is_row;
        if is_row { Goes::On } else { Goes::Over }
    }

    /// Whether a cell beside the secret ones is what no cell is but what other lines with commas
    /// have: an assignment, a bracket.
    fn is_foreign(&self, index: usize, cell: &[u8]) -> bool {
        let has = |sign: &[u8]| cell.windows(sign.len()).any(|w| w == sign);
        matches!(self.rule, Rule::Sign(b',' | b';'))
            && !self.secret.iter().any(|s| s.index == index)
            && !cell.starts_with(b"\"")
            && !has(b"://")
            && (cell.iter().any(|b| b"=(){}[]<>".contains(b)) || has(b": "))
    }

    /// Replaces what stands under the columns' names in a row with cells that are empty or hold
    /// blanks, and says whether it is one: whether something stands under each name, from where it
    /// begins or up to where it ends, or nothing.
    fn aligned(
        &self,
        text: &[u8],
        base: usize,
        cells: &[Range<usize>],
        names: &Names,
        spans: &mut Spans,
    ) -> bool {
        // What was replaced before has moved the columns after it.
        if cells.iter().any(|c| delimited::is_mark(text, c.start)) {
            return true;
        }
        let under: Vec<Cell> = (0..self.places.len())
            .map(|index| self.under(text, base, index))
            .collect();
        let is_row = under.iter().all(|cell| *cell != Cell::Askew)
            && under.iter().filter(|cell| **cell != Cell::Empty).count() >= 2;
        for secret in self.secret.iter().filter(|_| is_row) {
            if let Some(Cell::Text(cell)) = under.get(secret.index) {
                secret.replace(text, cell.clone(), names, spans);
            }
        }
        is_row
    }

    /// What stands under the name of a column.
    fn under(&self, text: &[u8], base: usize, index: usize) -> Cell {
        let Some(place) = self.places.get(index) else {
            return Cell::Empty;
        };
        let is_text = |at: usize| byte(text, at).is_some_and(|b| b != b' ');
        let (start, end) = (plus(base, place.start), plus(base, place.end));
        if is_text(start) && (start == base || !is_text(start.saturating_sub(1))) {
            let next = self.places.get(plus(index, 1));
            let far = next.map_or(text.len(), |next| plus(base, next.start));
            let near = rest(slice(text, 0..far.min(text.len())), start);
            let len = near
                .windows(2)
                .position(|w| w == b"  ")
                .unwrap_or(near.len());
            return Cell::Text(start..plus(start, len));
        }
        if is_text(end.saturating_sub(1)) && !is_text(end) {
            return Cell::Text(back(text, base..end, |b| b != b' ')..end);
        }
        match slice(text, start..end.min(text.len()).max(start))
            .iter()
            .all(|b| *b == b' ')
        {
            true => Cell::Empty,
            false => Cell::Askew,
        }
    }
}

/// What stands under the name of a column in a line without signs between its cells.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Cell {
    Text(Range<usize>),
    Empty,
    /// Something that neither begins nor ends as the column does.
    Askew,
}

impl Secret {
    fn replace(&self, text: &[u8], cell: Range<usize>, names: &Names, spans: &mut Spans) {
        let cell = cells::unquoted(text, cell);
        let value = slice(text, cell.clone());
        if delimited::fits_closely(value, self.key) && !pair::is_prose(value, self.key) {
            delimited::replace(text, cell, self.key, names, None, spans);
        }
    }
}
