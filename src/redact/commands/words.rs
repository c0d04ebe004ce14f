//! The words of a command line as shells, lists of arguments and audit logs write them.

use core::ops::Range;

use super::super::{
    bytes::{Starts, byte, find_byte, is_blank, plus, rest, run, run_back, slice},
    spans,
    values::Quote,
};

/// How far from an opening quote in the middle of a word its closing one is looked for.
const MAX_QUOTED: usize = 256;
/// How many quotes and brackets are looked at that close something together.
const MAX_CLOSERS: usize = 16;
/// How runtimes print the NUL between the arguments of a process.
static NULS: Starts = Starts::new(&[br"\u0000", br"\x00", br"\000", br"\0"]);

/// A word of a command line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Word {
    /// Without the quotes around it.
    pub(super) content: Range<usize>,
    pub(super) end: usize,
    quoted: bool,
}

impl Word {
    /// The name of a program, as if it were a word; the quote that closes it belongs to it.
    pub(super) fn program(text: &[u8], name: Range<usize>) -> Self {
        let quote = Quote::at(text, name.end).map(|(_, end)| end);
        Self {
            content: name.clone(),
            end: quote.unwrap_or(name.end),
            quoted: quote.is_some(),
        }
    }

    /// The word after this one; None where the command ends.
    pub(super) fn next(&self, text: &[u8]) -> Option<Self> {
        let at = self.gap(text);
        (at > self.end).then(|| Self::at(text, at))?
    }

    /// The word at `at`.
    pub(super) fn at(text: &[u8], at: usize) -> Option<Self> {
        if let Some((quote, from)) = Quote::at(text, at) {
            let (to, end) = quote.close(text, from);
            let joined = joined_end(text, quote, end);
            let content = if joined > end { at..joined } else { from..to };
            return Some(Self {
                content,
                end: joined,
                quoted: true,
            });
        }
        let ends = |b| matches!(b, b'|' | b';' | b'&' | b'>' | b'<' | b')' | b']' | b'}');
        let is_comment = slice(text, at..plus(at, 2)) == b"# ";
        byte(text, at).filter(|b| !ends(*b) && !is_comment)?;
        let end = word_end(text, at);
        (end > at).then(|| Self::bare(at..end))
    }

    fn bare(content: Range<usize>) -> Self {
        Self {
            end: content.end,
            content,
            quoted: false,
        }
    }

    /// Past what stands between two words: blanks and NULs, the comma of a list, the name that an
    /// audit log gives an argument (`a1=`).
    fn gap(&self, text: &[u8]) -> usize {
        let at = blanks(text, self.end);
        if !self.quoted {
            return at;
        }
        let at = match byte(text, at) {
            Some(b',') => blanks(text, plus(at, 1)),
            _ => at,
        };
        let window = slice(text, 0..plus(at, 8).min(text.len()));
        let digits = run(window, plus(at, 1), |b| b.is_ascii_digit());
        let is_audit = byte(text, at) == Some(b'a')
            && digits > plus(at, 1)
            && slice(text, digits..plus(digits, 2)) == b"=\"";
        if is_audit { plus(digits, 1) } else { at }
    }
}

fn blanks(text: &[u8], at: usize) -> usize {
    let mut at = at;
    loop {
        let end = run(text, at, is_blank);
        let nul = NULS.of(rest(text, end));
        match nul {
            Some(nul) => at = plus(end, nul.len()),
            None => return end,
        }
    }
}

/// Where the word that starts at `from` ends: at a blank outside quotes, or where what surrounds
/// the command goes on.
fn word_end(text: &[u8], from: usize) -> usize {
    let (mut at, mut opened) = (from, 0_usize);
    while let Some(b) = byte(text, at) {
        let next = plus(at, 1);
        opened = plus(opened, usize::from(b == b'('));
        at = match b {
            _ if is_blank(b) => return at,
            // Of the word itself.
            b')' if opened > 0 => {
                opened = opened.saturating_sub(1);
                next
            }
            b';' | b',' | b'|' | b'&' if ends_after(text, next) => return at,
            b'&' if byte(text, next) == Some(b'&') => return at,
            b'[' => spans::mark_end(text, at).unwrap_or(next),
            b')' | b']' | b'}' | b'>' => match closers(text, at) {
                (_, true) => return at,
                (end, false) => end,
            },
            b'"' | b'\'' | b'`' | b'\\' => match Quote::at(text, at) {
                Some((_, inner)) if at > from && closes(text, inner) => return at,
                Some((quote, inner)) => segment_end(text, quote, inner).unwrap_or(inner),
                None if starts_nul(text, at) => return at,
                None => run(text, at, |b| b == b'\\').max(next),
            },
            _ => next,
        };
    }
    at
}

fn starts_nul(text: &[u8], at: usize) -> bool {
    NULS.of(rest(text, at)).is_some()
}

/// Where a quoted part of a word ends.
fn segment_end(text: &[u8], quote: Quote, from: usize) -> Option<usize> {
    let window = slice(text, 0..plus(from, MAX_QUOTED).min(text.len()));
    let (to, end) = quote.close(window, from);
    (to < end).then(|| apostrophes_end(text, quote, end))
}

/// Where a part in single quotes ends that closes at `end`: `'it'\''s'` is one part.
fn apostrophes_end(text: &[u8], quote: Quote, end: usize) -> usize {
    const JOINTS: &[&[u8]] = &[br"\''", br#""'"'"#];
    const SINGLE: Quote = Quote::Mark {
        mark: b'\'',
        level: 0,
    };
    let window = slice(text, 0..plus(end, MAX_QUOTED).min(text.len()));
    let mut end = end;
    while quote == SINGLE
        && let Some(joint) = JOINTS.iter().find(|j| rest(window, end).starts_with(j))
        && let Some(close) = find_byte(window, plus(end, joint.len())..window.len(), b'\'')
    {
        end = plus(close, 1);
    }
    end
}

/// Where the word is over whose quote closes at `end`: `"a"b` goes on.
fn joined_end(text: &[u8], quote: Quote, end: usize) -> usize {
    let end = apostrophes_end(text, quote, end);
    let goes_on = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'@' | b'$' | b'/');
    // `'ada':'x'`
    let is_pair = || matches!(slice(text, end..plus(end, 2)), [b':', b'"' | b'\'']);
    match byte(text, end) {
        Some(b) if goes_on(b) || is_pair() => word_end(text, end),
        _ => end,
    }
}

/// Whether what stands at `at` shows that the character before it ended something.
fn ends_after(text: &[u8], at: usize) -> bool {
    byte(text, at).is_none_or(|b| is_blank(b) || matches!(b, b'"' | b'\'' | b'\\'))
}

/// Whether a quote that ends at `at` closes what surrounds the command.
fn closes(text: &[u8], at: usize) -> bool {
    let window = slice(text, 0..plus(at, MAX_CLOSERS).min(text.len()));
    let end = run(window, at, |b| {
        matches!(b, b'"' | b'\'' | b')' | b']' | b'}')
    });
    byte(text, end).is_none_or(|b| {
        is_blank(b) || matches!(b, b',' | b';' | b':' | b'|' | b'&' | b'<' | b'>' | b'\\')
    })
}

/// Where the closing brackets at `at` end, and whether they close what surrounds the command.
fn closers(text: &[u8], at: usize) -> (usize, bool) {
    let window = slice(text, 0..plus(at, MAX_CLOSERS).min(text.len()));
    let end = run(window, at, |b| {
        matches!(b, b')' | b']' | b'}' | b'>' | b'"' | b'\'')
    });
    (end, closes(text, end))
}

/// `value` without the quotes around all of it, and not beyond an escaped line end.
pub(super) fn unquoted(text: &[u8], value: Range<usize>) -> Range<usize> {
    let inside = slice(text, 0..value.end);
    if let Some((quote, from)) = Quote::at(inside, value.start) {
        let (to, end) = quote.close(inside, from);
        let joined = apostrophes_end(inside, quote, end);
        return match () {
            () if end == value.end => from..to,
            () if joined == value.end => from..value.end.saturating_sub(1),
            () => value,
        };
    }
    value.start..line_end(inside, value.start)
}

/// Where an escaped line end or tab stands in the text from `from` on: an odd number of backslashes
/// and its letter.
fn line_end(text: &[u8], from: usize) -> usize {
    let mut at = from;
    while at < text.len() {
        let slash = run(text, at, |b| b != b'\\');
        let end = run(text, slash, |b| b == b'\\');
        let is_odd = !end.saturating_sub(slash).is_multiple_of(2);
        if is_odd && matches!(byte(text, end), Some(b'n' | b'r')) {
            return end.saturating_sub(1);
        }
        at = plus(end, 1);
    }
    text.len()
}

/// The name of the program around `at`: the last part of its path, without `.exe`.
pub(super) fn program(text: &[u8], line: usize, at: usize) -> Option<Range<usize>> {
    const MAX_NAME: usize = 32;
    let is_part = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let near = slice(text, 0..plus(at, MAX_NAME).min(text.len()));
    let window = at.saturating_sub(MAX_NAME).max(line);
    let start = run_back(near, at, is_part).max(window);
    let end = run(near, at, is_part);
    (end < plus(at, MAX_NAME) && start < end).then_some(start..end)
}
