//! Tables for people: columns of plain ASCII in which no name can draw anything.

use core::fmt;

/// The most characters of a name that a table shows.
const NAME_LEN: usize = 64;

/// A name as one line of a terminal may show it: control characters, changes of the direction of
/// writing and all else that is not to be seen are escaped as in Rust (`\u{202e}`), and a name of over
/// 64 characters is cut and ends in `...`. One that does not begin with a letter or a digit, or ends
/// with a space, stands in quotes: what a table says itself in place of a name is in parentheses.
pub(crate) struct Name<'a>(pub(crate) &'a str);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_plain = self.0.starts_with(char::is_alphanumeric) && !self.0.ends_with(' ');
        let quote = if is_plain { "" } else { "\"" };
        let mut rest = self.0.chars();
        f.write_str(quote)?;
        for c in rest.by_ref().take(NAME_LEN) {
            match c {
                '\'' => write!(f, "{c}")?,
                '"' if is_plain => write!(f, "{c}")?,
                _ if is_blank(c) => write!(f, "{}", c.escape_unicode())?,
                _ => write!(f, "{}", c.escape_debug())?,
            }
        }
        f.write_str(quote)?;
        match rest.next() {
            Some(_) => f.write_str("..."),
            None => Ok(()),
        }
    }
}

/// Whether nothing is to be seen of it though `escape_debug` may leave it: `Default_Ignorable_Code_Point`
/// of Unicode 16 (`DerivedCoreProperties.txt`), and symbols and letters that are drawn as a blank.
const fn is_blank(c: char) -> bool {
    let is_ignorable = matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}');
    // the empty Braille pattern, hieroglyph blanks, a note without a head
    let is_drawn_as_blank = matches!(c, '\u{2800}' | '\u{13441}'..='\u{13442}' | '\u{1d159}');
    is_ignorable || is_drawn_as_blank
}

/// On which side the cells of a column end up.
#[derive(Clone, Copy)]
pub(crate) enum Align {
    Left,
    Right,
}

/// Rows under a head, two spaces between the columns; nothing without rows. Names belong into the last column, which is
/// not padded: a script whose letters are wider or narrower than one cell then shifts nothing.
pub(crate) struct Table<const N: usize> {
    columns: [(&'static str, Align); N],
    rows: Vec<[String; N]>,
    gap: &'static str,
}

impl<const N: usize> Table<N> {
    pub(crate) fn new(columns: [(&'static str, Align); N]) -> Self {
        Self {
            columns,
            rows: Vec::new(),
            gap: "  ",
        }
    }

    /// One space between the columns, for many of them.
    pub(crate) fn narrow(self) -> Self {
        Self { gap: " ", ..self }
    }

    pub(crate) fn row(&mut self, cells: [String; N]) {
        self.rows.push(cells);
    }

    fn line<'a>(
        &self,
        f: &mut fmt::Formatter<'_>,
        widths: &[usize; N],
        cells: impl Iterator<Item = &'a str>,
    ) -> fmt::Result {
        let mut line = String::new();
        for ((cell, width), (_, align)) in cells.zip(widths).zip(&self.columns) {
            let cell = match align {
                Align::Left => format!("{cell:<width$}"),
                Align::Right => format!("{cell:>width$}"),
            };
            line.push_str(if line.is_empty() { "  " } else { self.gap });
            line.push_str(&cell);
        }
        writeln!(f, "{}", line.trim_end_matches(' '))
    }
}

impl<const N: usize> fmt::Display for Table<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.rows.is_empty() {
            return Ok(());
        }
        let mut widths = self.columns.map(|(head, _)| head.len());
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        self.line(f, &widths, self.columns.iter().map(|(head, _)| *head))?;
        for row in &self.rows {
            self.line(f, &widths, row.iter().map(String::as_str))?;
        }
        Ok(())
    }
}
