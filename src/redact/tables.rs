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
    bytes::{Words, byte, plus, rest, run_back, skip_blanks, slice},
    delimited::{self, back},
    keyed::Named,
    keys::{Key, Names},
    lines::{Goes, Later, Lead, Openings},
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
static USERS: Words = Words::new(&[
    "user", "username", "login", "email", "name", "host", "account",
]);

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
    /// Whether blanks stand beside what parts the cells, as they then do in each row.
    spaced: bool,
    /// Whether bars stand on either side of the row, as they then do in each.
    boxed: bool,
    /// Whether the first row needs a line of dashes before it.
    bare: bool,
    /// Whether that has come: then one blank may part columns.
    ruled: bool,
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
pub(super) fn header(text: &[u8], line: Range<usize>, columns: &[&Column]) -> Option<Table> {
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
            .any(|c| USERS.has_in_any_case(slice(bytes, c.clone())))
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
            Rule::Bar(_) => cells::is_apart(bytes, start..line.end),
            Rule::Sign(_) => false,
        },
        spaced: cells::is_spaced(bytes, start..line.end, rule),
        boxed: cells::is_boxed(bytes, start, rule),
        ruled: false,
        lead,
        rule,
        places: cells.iter().map(place).collect(),
        secret,
        seen: false,
        left: MAX_LINES,
    })
}

impl Table {
    pub(super) fn lead(&self) -> &Lead {
        &self.lead
    }

    /// The same where it may be a row of `older`, whose values are called like columns: what
    /// either has under a secret's name is one.
    pub(super) fn after(mut self, older: &Self) -> Self {
        let is_alike = older.lead.is_of(&self.lead)
            && older.rule == self.rule
            && older.places.len() == self.places.len()
            && older.secret.len() <= older.places.len();
        let other = |secret: &&Secret| {
            let mut secrets = self.secret.iter();
            secrets.any(|s| s.index == secret.index && s.key != secret.key)
        };
        if is_alike {
            let others: Vec<_> = older.secret.iter().filter(other).cloned().collect();
            self.secret.extend(others);
            self.secret.sort_by_key(|secret| secret.index);
        }
        self
    }

    /// Judges a line after the header, which may itself be the header of `another` table.
    pub(super) fn judge(
        &mut self,
        later: &Later<'_>,
        another: Option<&Self>,
        spans: &mut Spans,
    ) -> Goes {
        let (indent, at) = match later.inner(&mut self.lead) {
            Ok(inner) => inner,
            Err(goes) => return goes,
        };
        let bytes = later.text;
        let content = at..run_back(bytes, later.line.end, |b| b == b' ').max(at);
        if cells::is_rule(slice(bytes, content.clone())) {
            (self.bare, self.ruled) = (false, true);
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
        let is_boxed = cells::is_boxed(bytes, at, self.rule);
        if content.is_empty() || is_object || (self.bare && !is_framed) || is_boxed != self.boxed {
            return Goes::Over;
        }
        let base = at.saturating_sub(indent);
        let cells = cells::split(bytes, content.clone(), self.rule);
        if cells::is_spaced(bytes, content, self.rule) != self.spaced {
            return Goes::Over;
        }
        let mut every = cells.iter().enumerate();
        if every.any(|(i, c)| self.is_foreign(i, slice(bytes, c.clone())))
            || (another.is_some() && self.has_names(bytes, &cells, later.names))
        {
            return Goes::Over;
        }
        // Blanks that part words may also do so in a sentence, or behind a date.
        let is_dense = || {
            cells
                .iter()
                .all(|c| !slice(bytes, c.clone()).contains(&b' '))
        };
        let is_parted = self.rule != Rule::Blanks || is_dense();
        let is_row = if cells.len() == self.places.len() && !is_framed && is_parted {
            self.replace(later, |index| cells.get(index).cloned(), spans);
            true
        } else {
            let gap = if self.ruled || is_framed { 1 } else { 2 };
            self.rule == Rule::Blanks && self.aligned(later, base, gap, &cells, spans)
        };
        self.seen |= is_row;
        if is_row { Goes::On } else { Goes::Over }
    }

    /// Whether names stand in the place of all secrets.
    fn has_names(&self, text: &[u8], cells: &[Range<usize>], names: &Names) -> bool {
        let is_name = |name: &[u8]| delimited::is_field(name) || delimited::is_label(name, names);
        let mut cells = self.secret.iter().filter_map(|s| cells.get(s.index));
        cells.all(|c| is_name(slice(text, cells::unquoted(text, c.clone()))))
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
    /// begins or up to where it ends, or nothing. As many blanks as `gap` stand between them.
    fn aligned(
        &self,
        later: &Later<'_>,
        base: usize,
        gap: usize,
        cells: &[Range<usize>],
        spans: &mut Spans,
    ) -> bool {
        let text = later.text;
        // What was replaced before has moved the columns after it.
        if cells.iter().any(|c| delimited::is_mark(text, c.start)) {
            return true;
        }
        let under: Vec<Cell> = (0..self.places.len())
            .map(|index| self.under(text, base, gap, index))
            .collect();
        let is_row = under.iter().all(|cell| *cell != Cell::Askew)
            && under.iter().filter(|cell| **cell != Cell::Empty).count() >= 2;
        if is_row {
            let cell = |index: usize| match under.get(index) {
                Some(Cell::Text(cell)) => Some(cell.clone()),
                _ => None,
            };
            self.replace(later, cell, spans);
        }
        is_row
    }

    /// Replaces the secrets of a row, of which `cell` says where they are: each as the first of its
    /// names demands it.
    fn replace(
        &self,
        later: &Later<'_>,
        cell: impl Fn(usize) -> Option<Range<usize>>,
        spans: &mut Spans,
    ) {
        let mut done = None;
        for secret in &self.secret {
            if done != Some(secret.index)
                && let Some(cell) = cell(secret.index)
                && secret.replace(later, cell, spans)
            {
                done = Some(secret.index);
            }
        }
    }

    /// What stands under the name of a column.
    fn under(&self, text: &[u8], base: usize, gap: usize, index: usize) -> Cell {
        let Some(place) = self.places.get(index) else {
            return Cell::Empty;
        };
        let is_text = |at: usize| byte(text, at).is_some_and(|b| b != b' ');
        let is_apart = |at: usize| at == base || !(1..=gap).any(|n| is_text(at.saturating_sub(n)));
        let (start, end) = (plus(base, place.start), plus(base, place.end));
        if is_text(start) && is_apart(start) {
            let next = self.places.get(plus(index, 1));
            let far = next.map_or(text.len(), |next| plus(base, next.start));
            let near = rest(slice(text, 0..far.min(text.len())), start);
            let len = near
                .windows(2)
                .position(|w| w == b"  ")
                .unwrap_or(near.len());
            return Cell::Text(start..plus(start, len));
        }
        let word = back(text, base..end, |b| b != b' ');
        if is_text(end.saturating_sub(1)) && !is_text(end) && is_apart(word) {
            return Cell::Text(word..end);
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
    /// Replaces what stands in its cell, and says whether it is a secret.
    fn replace(&self, later: &Later<'_>, cell: Range<usize>, spans: &mut Spans) -> bool {
        let cell = cells::unquoted(later.text, cell);
        let value = slice(later.text, cell.clone());
        delimited::fits_closely(value, self.key)
            && !pair::is_prose(value, self.key)
            && later.replace(cell, self.key, spans)
    }
}
