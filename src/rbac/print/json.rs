//! The canonical form in JSON (RFC 8259).

use core::fmt;

use super::{Format, Item, Table, fits, inline, quoted};

/// Spaces of one level.
const INDENT: usize = 2;

struct Json;

impl Format for Json {
    const ASSIGN: &'static str = ": ";

    fn key(key: &str, out: &mut impl fmt::Write) -> fmt::Result {
        quoted(key, out)
    }
}

pub(super) fn write(document: Table<'_>, out: &mut impl fmt::Write) -> fmt::Result {
    lines(&Item::Table(document), 0, out)?;
    out.write_char('\n')
}

/// An item of which each part begins on a line of its own. It goes as deep as a policy does.
fn lines(item: &Item<'_>, indent: usize, out: &mut impl fmt::Write) -> fmt::Result {
    let inner = indent.saturating_add(INDENT);
    match item {
        Item::Table(table) if !table.is_empty() => {
            out.write_char('{')?;
            for (i, (key, item)) in table.iter().enumerate() {
                new_line(i, inner, out)?;
                Json::key(key, out)?;
                out.write_str(Json::ASSIGN)?;
                part(item, inner.saturating_add(key.len()), inner, out)?;
            }
            write!(out, "\n{:indent$}}}", "")
        }
        Item::List(items) => {
            out.write_char('[')?;
            for (i, item) in items.iter().enumerate() {
                new_line(i, inner, out)?;
                part(item, inner, inner, out)?;
            }
            write!(out, "\n{:indent$}]", "")
        }
        item => inline::<Json>(item, out),
    }
}

fn part(item: &Item<'_>, columns: usize, indent: usize, out: &mut impl fmt::Write) -> fmt::Result {
    // quotation marks, a colon, a space, a comma
    if fits::<Json>(item, columns.saturating_add(5)) {
        inline::<Json>(item, out)
    } else {
        lines(item, indent, out)
    }
}

fn new_line(i: usize, indent: usize, out: &mut impl fmt::Write) -> fmt::Result {
    let comma = if i == 0 { "" } else { "," };
    write!(out, "{comma}\n{:indent$}", "")
}
