//! Values that a structure joins to their names: elements, members, tables, parts, lines below.
#![cfg(feature = "redact")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail where it stands"
)]

use std::{io::Write, sync::LazyLock};

use portcullis::redact::{Policy, Writer};

const SECRETS: &str = include_str!("vectors/redact/structures.txt");
const CLEAN: &str = include_str!("vectors/redact/structures.clean.txt");

static POLICY: LazyLock<Policy> = LazyLock::new(Policy::default);

/// A text of a file of vectors, its line ends and tabs written out.
fn text(line: &str) -> String {
    line.replace('⏎', "\n")
        .replace('␍', "\r")
        .replace('␉', "\t")
}

fn lines(file: &'static str) -> impl Iterator<Item = &'static str> {
    file.lines()
        .filter(|line| !line.starts_with("# ") && !line.is_empty())
}

/// Texts with secrets, and the same without.
fn pairs() -> Vec<(String, String)> {
    let texts: Vec<&str> = lines(SECRETS).collect();
    let pair = |pair: &[&str]| match pair {
        [with, without] => (
            text(with.strip_prefix("< ").expect("a text with secrets")),
            text(without.strip_prefix("> ").expect("the same without")),
        ),
        _ => panic!("a text without its pair"),
    };
    texts.chunks(2).map(pair).collect()
}

/// What a writer makes of the parts, written one after the other.
fn write<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut writer = Writer::new(POLICY.clone(), Vec::new());
    parts
        .into_iter()
        .for_each(|part| writer.write_all(part).unwrap());
    String::from_utf8(writer.finish().unwrap().0).unwrap()
}

/// RD-01, RD-05: each structure with its value replaced and nothing else.
#[test]
fn replaces_the_value_that_a_structure_joins_to_its_name() {
    for (with, without) in pairs() {
        assert_eq!(POLICY.redact_str(&with), without);
    }
}

/// RD-01: schemas, forms, translations, lists of names, documentation, help.
#[test]
fn leaves_structures_without_a_secret_alone() {
    for line in lines(CLEAN) {
        let line = text(line);
        assert_eq!(POLICY.redact_str(&line), line);
    }
}

/// RD-04: what goes on over lines goes on over cuts.
#[test]
fn replaces_the_same_wherever_the_text_is_cut() {
    for (with, without) in pairs() {
        let bytes = with.as_bytes();
        for cut in 0..=bytes.len() {
            let (head, tail) = bytes.split_at(cut);
            assert_eq!(write([head, tail]), without, "{cut}");
        }
        assert_eq!(write(bytes.chunks(1)), without);
    }
}

/// RD-04: what was replaced is not replaced again, nor does it open anything.
#[test]
fn leaves_what_was_replaced_alone() {
    for (_, without) in pairs() {
        assert_eq!(POLICY.redact_str(&without), without);
    }
}

/// RD-04: one structure after the other is like each alone, where an empty line parts them.
#[test]
fn forgets_a_structure_that_is_over() {
    let (with, without): (Vec<_>, Vec<_>) = pairs().into_iter().unzip();
    let between = "\n2026-01-01 nothing here: goes on\n\n";
    assert_eq!(
        POLICY.redact_str(&with.join(between)),
        without.join(between)
    );
}
