//! The canonical form in TOML 1.0.

use core::fmt;

use super::{Compiled, Format, Item, Table, fits, inline, quoted, roles, sections};

struct Toml;

impl Format for Toml {
    const ASSIGN: &'static str = " = ";

    fn key(key: &str, out: &mut impl fmt::Write) -> fmt::Result {
        let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        if !key.is_empty() && key.bytes().all(is_bare) {
            out.write_str(key)
        } else {
            quoted(key, out)
        }
    }
}

pub(super) fn write(policy: &Compiled, out: &mut impl fmt::Write) -> fmt::Result {
    out.write_str("portcullis = 1\n")?;
    for (name, table) in roles(policy) {
        out.write_str("\n[roles.")?;
        Toml::key(name, out)?;
        out.write_str("]\n")?;
        keys(&table, out)?;
    }
    for (key, tables) in sections(policy) {
        for table in tables {
            write!(out, "\n[[{key}]]\n")?;
            keys(&table, out)?;
        }
    }
    Ok(())
}

fn keys(table: &Table<'_>, out: &mut impl fmt::Write) -> fmt::Result {
    for (key, item) in table {
        Toml::key(key, out)?;
        out.write_str(Toml::ASSIGN)?;
        let columns = key.len().saturating_add(Toml::ASSIGN.len());
        match item {
            Item::List(items) if !fits::<Toml>(item, columns) => {
                out.write_str("[\n")?;
                for item in items {
                    out.write_str("    ")?;
                    inline::<Toml>(item, out)?;
                    out.write_str(",\n")?;
                }
                out.write_str("]\n")?;
            }
            item => {
                inline::<Toml>(item, out)?;
                out.write_char('\n')?;
            }
        }
    }
    Ok(())
}
