//! A file in TOML 1.0.

use toml::{
    Spanned,
    de::{DeInteger, DeTable, DeValue},
};
use toml_parser::{Source, lexer::TokenKind};

use super::{
    Found,
    node::{DEPTH, Entry, Node, Value},
};
use crate::rbac::finding::Problem;

/// Dots outside of strings on one line: `roles.admin.require.mfa_within` has three. With at most
/// four, and at most 80 nested tables, which is the limit of `toml`, dropping what was read takes
/// some 400 KiB of stack in a build without optimisation; without this limit, a file of 13 KB
/// overflows the 2 MiB of a thread.
const DOTS: usize = 4;
/// Up to this length, every place that is not TOML is reported and not only the first: a file of
/// nothing but mistakes has more than one in each byte.
const RECOVERED_LEN: usize = 64 * 1024;

/// The file as a tree; None where it is not TOML, which is then among the `found`.
pub(super) fn parse<'d>(text: &'d str, found: &mut Found) -> Option<Node<'d>> {
    if let Some(at) = too_deep(text) {
        found.push((at, Problem::TooDeep));
        return None;
    }
    match DeTable::parse(text) {
        Ok(table) => Some(table_node(table, DEPTH, found)),
        Err(first) => {
            report(text, first, found);
            None
        }
    }
}

fn report(text: &str, first: toml::de::Error, found: &mut Found) {
    let errors = if text.len() <= RECOVERED_LEN {
        DeTable::parse_recoverable(text).1
    } else {
        vec![first]
    };
    let mut problems: Found = errors.iter().map(problem).collect();
    problems.sort_by_key(|(at, _)| *at);
    problems.dedup_by_key(|(at, _)| *at);
    found.extend(problems);
}

fn problem(error: &toml::de::Error) -> (usize, Problem) {
    let at = error.span().map_or(0, |span| span.start);
    (at, Problem::Toml(error.message().to_owned()))
}

/// Where keys are nested deeper than in any policy. A key cannot continue on another line, and
/// within strings and comments the lexer sees no dots.
fn too_deep(text: &str) -> Option<usize> {
    let mut dots = 0_usize;
    for token in Source::new(text).lex() {
        match token.kind() {
            TokenKind::Newline => dots = 0,
            TokenKind::Dot => dots = dots.saturating_add(1),
            _ => {}
        }
        if dots > DOTS {
            return Some(token.span().start());
        }
    }
    None
}

/// Descends at most [`DEPTH`] levels: `levels` are left.
fn node<'d>(value: Spanned<DeValue<'d>>, levels: usize, found: &mut Found) -> Node<'d> {
    let at = value.span();
    let Some(levels) = levels.checked_sub(1) else {
        found.push((at.start, Problem::TooDeep));
        return Node::new(at, Value::Other);
    };
    let value = match value.into_inner() {
        DeValue::String(text) => Value::Text(text),
        DeValue::Integer(number) => integer(&number),
        DeValue::Float(number) => Value::Number(number.as_str().to_owned().into()),
        DeValue::Boolean(value) => Value::Bool(value),
        DeValue::Datetime(_) => Value::Other,
        DeValue::Array(items) => {
            let items = items.into_iter().map(|item| node(item, levels, found));
            Value::List(items.collect())
        }
        DeValue::Table(table) => {
            return table_node(Spanned::new(at, table), levels, found);
        }
    };
    Node::new(at, value)
}

fn table_node<'d>(table: Spanned<DeTable<'d>>, levels: usize, found: &mut Found) -> Node<'d> {
    let at = table.span();
    let entries = table.into_inner().into_iter().map(|(key, value)| Entry {
        at: key.span().start,
        key: key.into_inner(),
        node: node(value, levels, found),
    });
    Node::new(at, Value::Table(entries.collect()))
}

/// In decimal, as JSON has it; `0x1` is the same number in TOML, and written in another way no
/// number of a policy.
fn integer<'d>(number: &DeInteger<'_>) -> Value<'d> {
    match number.radix() {
        10 => Value::Number(number.as_str().to_owned().into()),
        _ => Value::Other,
    }
}
