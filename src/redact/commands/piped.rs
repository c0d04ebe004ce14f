//! Secrets that a program reads from its input: what another prints into a pipe for it, and what
//! the shell gives it as a here-string.

use core::ops::Range;

use super::{
    super::{
        bytes::{byte, find_byte, is_blank, lead, plus, run, run_back, slice},
        finding::Kind,
        phrases::Phrase,
        spans::Spans,
    },
    is_reference,
    table::READERS,
    words::Word,
};

/// What a here-string begins with.
pub(in super::super) const HERE: &[&str] = &["<<< ", "<<<\"", "<<<'"];
/// The most words that `echo` prints into a pipe.
const MAX_PRINTED: usize = 8;
/// How far behind `echo` the last of them begins.
const MAX_BEHIND: usize = 128;
/// How far the words of the program reach that reads a secret.
const MAX_READER: usize = 128;
/// What stands between commands.
const JOINTS: &[u8] = b"|;&";

/// What `echo` prints into a pipe for a program that reads a secret there.
pub(super) fn printed(text: &[u8], echo: &Word, spans: &mut Spans) {
    let mut printed: Option<Range<usize>> = None;
    let mut end = echo.end;
    let mut next = echo.next(text);
    for _ in 0..MAX_PRINTED {
        let near = |word: &Word| word.content.start < plus(echo.end, MAX_BEHIND);
        let Some(word) = next.filter(near) else {
            break;
        };
        end = word.end;
        let content = slice(text, word.content.clone());
        if !matches!(content, b"-n" | b"-e" | b"-ne" | b"-en" | b"%s" | br"%s\n") {
            let from = printed.map_or(word.content.start, |p| p.start);
            printed = Some(from..word.content.end);
        }
        next = word.next(text);
    }
    let pipe = run(text, end, is_blank);
    let (Some(printed), Some(b'|')) = (printed, byte(text, pipe)) else {
        return;
    };
    let window = slice(text, plus(pipe, 1)..plus(pipe, MAX_READER).min(text.len()));
    let command = slice(window, 0..run(window, 0, |b| !JOINTS.contains(&b)));
    if let Some(reader) = reader(command) {
        given(text, printed, reader, spans);
    }
}

/// Reads what a here-string gives to a program before it: `sudo -S id <<< x`.
pub(in super::super) fn here(phrase: &Phrase<'_>, spans: &mut Spans) -> Option<usize> {
    let text = slice(phrase.text, 0..phrase.line.end);
    let window = lead(text, phrase.line.start, phrase.at, MAX_READER);
    let start = run_back(window, window.len(), |b| !JOINTS.contains(&b));
    let reader = reader(slice(window, start..window.len()))?;
    let from = run(text, plus(phrase.at, "<<<".len()), is_blank);
    let word = Word::at(text, from)?;
    given(text, word.content, reader, spans);
    Some(word.end)
}

/// Replaces what a reader is given: behind the colon where it reads a user before it.
fn given(text: &[u8], value: Range<usize>, reader: &str, spans: &mut Spans) {
    let from = match find_byte(text, value.clone(), b':') {
        Some(colon) if reader == "chpasswd" => plus(colon, 1),
        _ => value.start,
    };
    if !is_reference(slice(text, from..value.end)) {
        spans.add(from..value.end, Kind::Password);
    }
}

/// The program of a command that reads a secret from its input.
fn reader(command: &[u8]) -> Option<&'static str> {
    let words = || {
        command
            .split(|b| is_blank(*b) || b"\"'`)]}".contains(b))
            .filter(|w| !w.is_empty())
            .map(|w| w.rsplit(|b| *b == b'/').next().unwrap_or(w))
    };
    let named = READERS.iter().find(|(name, argument)| {
        words().take(3).any(|w| w == name.as_bytes())
            && (argument.is_empty() || words().any(|w| w == argument.as_bytes()))
    });
    named.map(|(name, _)| *name)
}
