//! Commands that steps of a workflow print for the runner: masks, outputs, variables.
//!
//! `::add-mask::x` and `::set-output name=token::x` (GitHub), `##vso[task.setsecret]x` and
//! `##vso[task.setvariable variable=token;issecret=true]x` (Azure DevOps).

use core::ops::Range;

use super::{
    super::{
        bytes::{before, byte, plus, rest, run, run_back, slice},
        finding::Kind,
        keyed::Named,
        phrases::Phrase,
        spans::Spans,
        values::Quote,
    },
    is_reference, words,
};

/// The commands whose value is secret whatever its name.
pub(in super::super) const WORKFLOWS: &[&str] =
    &["::add-mask::", "##vso[task.setsecret", "##vso[task.setvar"];

/// The longest properties of a command.
const MAX_PROPERTIES: usize = 160;
/// What stands before the name of an output or a variable, in lower case.
const LEADS: &[&[u8]] = &[
    b"::set-output name=",
    b"::save-state name=",
    b"::set-env name=",
    b"task.setvariable variable=",
];
const MAX_LEAD: usize = 32;

/// Reads what a command hides that a phrase opens.
pub(in super::super) fn hidden(phrase: &Phrase<'_>, spans: &mut Spans) -> Option<usize> {
    let text = slice(phrase.text, 0..phrase.line.end);
    let at = phrase.at;
    let from = match byte(text, at)? {
        b':' => plus(at, "::add-mask::".len()),
        _ => {
            let end = properties_end(text, at)?;
            let properties = slice(text, at..end).to_ascii_lowercase();
            let hides = [&b"setsecret"[..], b"issecret=true"];
            hides
                .iter()
                .any(|word| properties.windows(word.len()).any(|w| w == *word))
                .then_some(plus(end, 1))?
        }
    };
    value(text, phrase.line.start..at, from, Kind::Secret, spans)
}

/// Reads what a command gives to an output or a variable whose name is secret.
pub(in super::super) fn named(named: &Named<'_>, spans: &mut Spans) -> Option<usize> {
    let text = slice(named.text, 0..named.line.end);
    let (name, line) = (&named.name, &named.line);
    if before(text, name.start) != Some(b'=') {
        return None;
    }
    let start = name.start.saturating_sub(MAX_LEAD).max(line.start);
    let lead = slice(text, start..name.start);
    let ends = |command: &&&[u8]| {
        let len = lead.len().saturating_sub(command.len());
        rest(lead, len).eq_ignore_ascii_case(command)
    };
    let command = LEADS.iter().find(ends)?;
    let at = name.start.saturating_sub(command.len());
    let from = match command.first() {
        Some(b':') => rest(text, name.end)
            .starts_with(b"::")
            .then(|| plus(name.end, 2))?,
        _ => plus(properties_end(text, name.end)?, 1),
    };
    let opens = run_back(
        slice(text, line.start..at),
        at.saturating_sub(line.start),
        |b| matches!(b, b'#' | b'v' | b's' | b'o' | b'['),
    );
    let before = line.start..plus(line.start, opens);
    value(text, before, from, named.key.kind, spans)
}

/// Where the bracket closes that the properties of a command stand in.
fn properties_end(text: &[u8], at: usize) -> Option<usize> {
    let window = slice(text, 0..plus(at, MAX_PROPERTIES).min(text.len()));
    let end = run(window, at, |b| b != b']');
    (byte(window, end) == Some(b']')).then_some(end)
}

/// Replaces the value at `from`, to the end of the line or of the string that the command is.
fn value(
    text: &[u8],
    before: Range<usize>,
    from: usize,
    kind: Kind,
    spans: &mut Spans,
) -> Option<usize> {
    let quote = before.end.saturating_sub(1).max(before.start);
    let escape = run_back(
        slice(text, before.start..quote),
        quote.saturating_sub(before.start),
        |b| b == b'\\',
    );
    let to = match Quote::at(text, plus(before.start, escape)) {
        Some((quote, inner)) if inner == before.end => quote.close(text, from).0,
        _ => text.len(),
    };
    let value = words::unquoted(text, from..to);
    if is_reference(slice(text, value.clone())) {
        return None;
    }
    spans.add(value.clone(), kind);
    Some(value.end)
}
