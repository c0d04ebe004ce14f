//! `INSERT INTO users (name, password) VALUES ('ada', 'x')`: the place in one list names the other.

use core::ops::Range;

use super::{
    super::{
        bytes::{before, byte, has_any, is_name, plus, rest, run, run_back, skip_blanks, slice},
        keyed::Named,
        keys::{Key, Names},
        spans::Spans,
    },
    bound::Places,
    literal::Literal,
};

/// A list of columns is looked for as far as this before and after a column.
const MAX_COLUMNS: usize = 2048;
/// The most columns of a list.
const MAX_COLUMN: usize = 64;
/// Clauses between the columns and the values: `OUTPUT INSERTED.id`, `OVERRIDING SYSTEM VALUE`.
const MAX_CLAUSE: usize = 80;
/// Calls within a value.
const MAX_DEPTH: usize = 8;

/// A list of columns.
pub(super) struct Columns<'t> {
    text: &'t [u8],
    /// Between its brackets.
    range: Range<usize>,
    /// Behind its closing bracket.
    pub(super) end: usize,
}

impl<'t> Columns<'t> {
    /// What a name stands in, if it is a list.
    pub(super) fn around(named: &Named<'t>) -> Self {
        let text = slice(named.text, 0..named.line.end);
        let name = &named.name;
        let start = name.start.saturating_sub(MAX_COLUMNS).max(named.line.start);
        let near = slice(text, 0..plus(name.end, MAX_COLUMNS).min(text.len()));
        let is_list = |b: u8| {
            is_name(b)
                || matches!(
                    b,
                    b',' | b' ' | b'\t' | b'"' | b'`' | b'[' | b']' | b'\\' | b'\''
                )
        };
        let close = run(near, name.end, is_list);
        let before = slice(near, start..name.start);
        // What no bracket closes is no list, wherever it begins.
        let open = match byte(text, close) {
            Some(b')') => run_back(before, before.len(), is_list),
            _ => before.len(),
        };
        Self {
            text,
            range: plus(start, open)..close,
            end: plus(close, 1).min(text.len()),
        }
    }

    /// Whether it stands in brackets, behind the name of a table into which something is put.
    pub(super) fn is_target(&self) -> bool {
        const INTO: &[&[u8]] = &[b"into ", b"replace ", b"upsert ", b"copy "];
        let open = self.range.start.saturating_sub(1);
        let is_list = before(self.text, self.range.start) == Some(b'(')
            && byte(self.text, self.range.end) == Some(b')');
        let table = || slice(self.text, open.saturating_sub(MAX_CLAUSE)..open).to_ascii_lowercase();
        is_list && has_any(&table(), INTO)
    }

    /// Replaces the values that belong to secret columns, row after row, and says how far it read.
    pub(super) fn values(&self, names: &Names, places: &mut Places, spans: &mut Spans) -> usize {
        let keys = self.keys(names);
        let Some(mut at) = self.rows() else {
            return self.end;
        };
        while let Some(end) = self.row(at, &keys, places, spans) {
            let comma = skip_blanks(self.text, end);
            let open = skip_blanks(self.text, plus(comma, 1));
            if byte(self.text, comma) != Some(b',') || byte(self.text, open) != Some(b'(') {
                return end;
            }
            at = plus(open, 1);
        }
        self.text.len()
    }

    /// What each column says of its values.
    fn keys(&self, names: &Names) -> Vec<Option<Key>> {
        let columns = slice(self.text, self.range.clone()).split(|b| *b == b',');
        let judge = |column: &[u8]| {
            let from = run(column, 0, |b| !is_name(b));
            names.look_up(slice(column, from..run(column, from, is_name)))
        };
        columns.take(MAX_COLUMN).map(judge).collect()
    }

    /// Where the first row starts.
    fn rows(&self) -> Option<usize> {
        let window = slice(
            self.text,
            0..plus(self.end, MAX_CLAUSE).min(self.text.len()),
        );
        let clause = slice(window, self.end..window.len()).to_ascii_lowercase();
        let word = clause.windows(6).position(|w| w == b"values")?;
        let open = skip_blanks(self.text, plus(self.end, plus(word, 6)));
        (byte(self.text, open) == Some(b'(')).then_some(plus(open, 1))
    }

    /// Goes through the row at `at` and says where it ends.
    fn row(
        &self,
        at: usize,
        keys: &[Option<Key>],
        places: &mut Places,
        spans: &mut Spans,
    ) -> Option<usize> {
        let mut at = at;
        let (mut place, mut depth) = (0, 0);
        while let Some(b) = byte(self.text, at) {
            at = match b {
                b'(' if depth < MAX_DEPTH => {
                    depth = plus(depth, 1);
                    plus(at, 1)
                }
                b')' if depth == 0 => return Some(plus(at, 1)),
                b')' => {
                    depth = depth.saturating_sub(1);
                    plus(at, 1)
                }
                b',' if depth == 0 => {
                    place = plus(place, 1);
                    plus(at, 1)
                }
                b' ' | b'\t' | b',' | b'=' => plus(at, 1),
                b'"' | b'\\' if self.is_outer(at) => return None,
                _ => match Literal::at(self.text, at) {
                    Some(literal) => {
                        if let Some(key) = keys.get(place).copied().flatten() {
                            places.add(self.text, literal.content.start, key);
                            literal.add(self.text, key, spans);
                        }
                        literal.end
                    }
                    None => plus(at, 1),
                },
            };
        }
        None
    }

    /// Whether a quote ends the string that the statement stands in.
    fn is_outer(&self, at: usize) -> bool {
        let next = rest(self.text, at);
        !next.starts_with(b"\\\"") && matches!(next.get(1), None | Some(b',' | b'}'))
    }
}
