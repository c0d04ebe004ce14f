//! A row of two cells: the name and the value.

use core::ops::Range;

use super::{
    super::{
        bytes::{Words, before, byte, plus, run, run_back, search, skip_blanks, slice},
        delimited::{self, back},
        finding::Kind,
        keyed::Named,
        keys::{Key, Names},
        spans::Spans,
        values,
    },
    cells,
};

/// How far the first cell of a row may be indented.
const MAX_INDENT: usize = 24;
/// How far the words of a name go back.
const MAX_NAME: usize = 40;
/// The longest value that is looked at before it is known to be one.
const MAX_VALUE: usize = 1024;
/// No longer word stands behind a name for its own sake.
const MAX_LONE: usize = 128;
/// Words that descriptions have and passwords hardly.
static PROSE: Words = Words::new(&[
    "a", "an", "and", "are", "as", "be", "by", "for", "from", "if", "in", "is", "it", "of", "on",
    "or", "that", "the", "this", "to", "used", "user", "when", "which", "with", "your",
]);

/// Reads the value of the row that begins with a name, which ends at `end` with its quote and
/// before whose value something stands at `next`.
pub(super) fn read(
    named: &Named<'_>,
    end: usize,
    next: usize,
    names: &Names,
    spans: &mut Spans,
) -> Option<usize> {
    let text = slice(named.text, 0..named.line.end);
    let row = Row {
        text,
        line: named.line.clone(),
        name: named.name.clone(),
        key: named.key,
        end,
        next,
    };
    let value = row.value()?;
    let bytes = slice(text, value.clone());
    let is_pass = slice(text, named.name.clone()).eq_ignore_ascii_case(b"pass");
    // `pass` is also a verdict, but none that dots lead from.
    let is_verdict = is_pass && byte(text, next) != Some(b'.');
    let is_other = is_verdict || delimited::names_other(bytes, names);
    if is_other || is_prose(bytes, named.key) {
        return None;
    }
    let end = value.end;
    delimited::replace(text, value, named.key, names, None, spans).then_some(end)
}

struct Row<'t> {
    text: &'t [u8],
    line: Range<usize>,
    name: Range<usize>,
    key: Key,
    end: usize,
    next: usize,
}

impl Row<'_> {
    fn value(&self) -> Option<Range<usize>> {
        let text = self.text;
        let quote = usize::from(self.end > self.name.end);
        let low = self
            .name
            .start
            .saturating_sub(MAX_NAME)
            .max(self.line.start);
        let words = back(text, low..self.name.start, |b| {
            b.is_ascii_alphabetic() || b == b' '
        });
        // The first cell may be several words, blanks before it not among them.
        let words = run(slice(text, 0..self.name.start), words, |b| b == b' ');
        let own = words.saturating_sub(quote).max(self.line.start);
        let low = own.saturating_sub(MAX_INDENT).max(self.line.start);
        let indent = slice(text, low..own);
        let lead = plus(low, run_back(indent, indent.len(), |b| b == b' '));
        let is_first = lead == self.line.start;
        let to = run_back(text, text.len().min(plus(self.end, MAX_VALUE)), |b| {
            b == b' '
        });
        if to.max(self.end) < run_back(text, text.len(), |b| b == b' ') {
            return None;
        }
        if let Some(bar) = cells::bar(text, self.next) {
            return self.barred(bar, lead, to);
        }
        if !is_first {
            return self.cookie(to);
        }
        let from = skip_blanks(
            text,
            plus(self.next, usize::from(byte(text, self.next) == Some(b','))),
        );
        let value = from..to.max(from);
        let bytes = slice(text, value.clone());
        match byte(text, self.next) {
            Some(b',') if self.next == self.end && from == plus(self.next, 1) => {
                let cell = cells::split(text, value.clone(), cells::Rule::Sign(b','));
                let [cell] = cell.as_slice() else { return None };
                let inner = cells::unquoted(text, cell.clone());
                let cell = slice(text, inner.clone());
                let is_known = match self.key.kind {
                    Kind::Password | Kind::Pin | Kind::Code | Kind::SecurityAnswer => {
                        delimited::fits_closely(cell, self.key)
                    }
                    _ => values::opaque_end(cell, 0) == Some(cell.len()),
                };
                (is_known && !bytes.contains(&b'(')).then_some(inner)
            }
            Some(b'.') => {
                // Leaders of dots.
                let dots = run(text, self.next, |b| b == b'.');
                let from = run(text, dots, |b| matches!(b, b' ' | b':'));
                let value = cells::unquoted(text, from..to.max(from));
                let cell = slice(text, value.clone());
                let is_known = is_lone(cell, self.key) || delimited::is_distinct(cell, self.key);
                (dots >= plus(self.next, 4) && is_known).then_some(value)
            }
            Some(b'R') if bytes.starts_with(b"REG_") => {
                // What `reg query` prints: the type between the name and the value.
                let kind = run(text, from, |b| b.is_ascii_uppercase() || b == b'_');
                let value = skip_blanks(text, kind)..to;
                let is_known = delimited::fits_closely(slice(text, value.clone()), self.key);
                (value.start >= plus(kind, 2) && is_known).then_some(value)
            }
            Some(_) if self.next > self.end => {
                let two = plus(self.end, 2) <= self.next || byte(text, self.end) == Some(b'\t');
                let is_known = delimited::is_distinct(bytes, self.key)
                    || (self.is_key() && is_lone(bytes, self.key));
                (two && is_known).then_some(value)
            }
            _ => None,
        }
    }

    /// Whether the name is several words, and so none of a sentence or of a list of commands.
    fn is_key(&self) -> bool {
        let name = slice(self.text, self.name.clone());
        name.iter().skip(2).any(|b| b"_-".contains(b))
    }

    /// Between bars: two cells, with bars around them or without.
    fn barred(&self, bar: &[u8], lead: usize, to: usize) -> Option<Range<usize>> {
        let text = self.text;
        let from = plus(self.next, bar.len());
        let boxed = slice(text, self.line.start..lead).ends_with(bar);
        let last = slice(text, from..to);
        let (end, closed) = match last.strip_suffix(bar) {
            Some(inner) => (plus(from, inner.len()), true),
            None => (to, false),
        };
        let value = delimited::trimmed(text, from..end);
        let value = cells::unquoted(text, value);
        let bytes = slice(text, value.clone());
        if boxed != closed || search(bytes, 0..bytes.len(), bar).is_some() {
            return None;
        }
        let opened = lead.saturating_sub(bar.len());
        let is_only = search(text, self.line.start..opened, bar).is_none();
        if boxed {
            return (is_only && delimited::fits_closely(bytes, self.key)).then_some(value);
        }
        // A container's log has its name before a bar, and a shell a command after it.
        let is_container = before(text, self.name.end).is_some_and(|b| b.is_ascii_digit());
        let is_spaced = self.next > self.end && byte(text, from) == Some(b' ');
        let dense = !bytes.contains(&b' ');
        let is_first = lead == self.line.start;
        let is_known = delimited::is_distinct(bytes, self.key)
            || (self.is_key() && is_lone(bytes, self.key))
            || is_title(bytes, self.key);
        (is_first
            && !is_container
            && is_spaced
            && (dense || self.key.spaced || self.key.kind == Kind::Password)
            && is_known)
            .then_some(value)
    }

    /// A line of a file of cookies: the name is the last but one of seven cells.
    fn cookie(&self, to: usize) -> Option<Range<usize>> {
        let text = self.text;
        let low = self.name.start.saturating_sub(64).max(self.line.start);
        let lead = slice(text, low..self.name.start);
        let is_flag = |w: &[u8]| search(lead, 0..lead.len(), w).is_some();
        let is_file = lead.ends_with(b"\t") && (is_flag(b"\tTRUE\t") || is_flag(b"\tFALSE\t"));
        let from = plus(self.end, 1);
        let end = run(slice(text, 0..to), from, |b| b > b' ');
        (is_file && byte(text, self.end) == Some(b'\t') && end == to).then_some(from..to)
    }
}

/// Whether a value is one word that is long enough for what the name demands.
fn is_lone(value: &[u8], key: Key) -> bool {
    let is_part = |b: &u8| b.is_ascii_alphanumeric() || b"!?.@$%&*+-_#~^".contains(b) || *b >= 0x80;
    let starts = |b: &u8| b.is_ascii_alphanumeric() || b"#@$%&!".contains(b) || *b >= 0x80;
    value.len() <= MAX_LONE
        && value.iter().all(is_part)
        && value.first().is_some_and(starts)
        && !value.windows(2).any(|w| w == b"..")
        && delimited::fits_closely(value, key)
}

/// Whether a value is a few words with capitals, as answers to questions are names.
fn is_title(value: &[u8], key: Key) -> bool {
    let is_word = |w: &[u8]| {
        w.first().is_some_and(u8::is_ascii_uppercase) && w.iter().all(u8::is_ascii_alphabetic)
    };
    let mut words = value.split(|b| *b == b' ');
    key.kind == Kind::SecurityAnswer && words.clone().count() <= 3 && words.all(is_word)
}

/// Whether a value of several words is a description.
pub(super) fn is_prose(value: &[u8], key: Key) -> bool {
    let says = |w: &[u8]| PROSE.has_in_any_case(w);
    !key.spaced && value.contains(&b' ') && value.split(|b| *b == b' ').any(says)
}
