//! The table as commands are compared with it: the names in order, the usages word by word.

use std::sync::LazyLock;

use super::{
    super::bytes::slice,
    Secret,
    table::{Row, TABLES},
};

/// The longest name of a program.
const MAX_NAME: usize = 24;

/// A word of a usage.
pub(super) struct Part {
    pub(super) word: &'static str,
    /// What is secret in it, if anything.
    pub(super) secret: Option<Secret>,
    /// What may stand there as it is; nothing where any argument may.
    pub(super) ways: Vec<&'static [u8]>,
}

impl Part {
    fn of(word: &'static str) -> Self {
        let is_any = word.bytes().all(|b| b.is_ascii_uppercase());
        let ways = word.split('|').filter(|_| !is_any).map(str::as_bytes);
        Self {
            word,
            secret: Secret::of(word),
            ways: ways.collect(),
        }
    }
}

/// A usage in its words.
pub(super) type Usage = Vec<Part>;

struct Commands {
    /// Each name once, in order, with the number of its row.
    names: Vec<(&'static [u8], usize)>,
    rows: Vec<Vec<Usage>>,
}

static COMMANDS: LazyLock<Commands> = LazyLock::new(|| {
    let rows = || TABLES.iter().copied().flatten();
    let named = |(number, row): (usize, &'static Row)| {
        row.names.iter().map(move |name| (name.as_bytes(), number))
    };
    let mut names: Vec<_> = rows().enumerate().flat_map(named).collect();
    names.sort();
    // The first row of several counts.
    names.dedup_by_key(|(name, _)| *name);
    let usage = |usage: &&'static str| usage.split(' ').map(Part::of).collect();
    let usages = rows().map(|row| row.usages.iter().map(usage).collect());
    Commands {
        names,
        rows: usages.collect(),
    }
});

/// The row of a program, by its number.
pub(super) fn find(name: &[u8]) -> Option<usize> {
    let name = slice(name, 0..name.len().min(MAX_NAME));
    let mut lower = [0; MAX_NAME];
    for (lower, b) in lower.iter_mut().zip(name) {
        *lower = b.to_ascii_lowercase();
    }
    let lower = slice(&lower, 0..name.len());
    let bare = [&b".exe"[..], b".jar", b".py"];
    let bare = bare.iter().find_map(|end| lower.strip_suffix(*end));
    let names = &COMMANDS.names;
    let at = names
        .binary_search_by_key(&bare.unwrap_or(lower), |(name, _)| *name)
        .ok()?;
    names.get(at).map(|(_, row)| *row)
}

/// The usages of a row.
pub(super) fn of(row: usize) -> &'static [Usage] {
    COMMANDS.rows.get(row).map_or(&[], Vec::as_slice)
}
