//! Command lines: arguments that are secret because of the program that takes them.
//!
//! A program of the [table](table) is looked for as a word. Its arguments are read to the end of the
//! command, through quotes and lists, and compared with what its manual says. What stands before
//! it on the line does not matter: `sudo`, `sh -c "…"`, a field of a log.

mod piped;
mod table;
mod usages;
mod words;
pub(super) mod workflow;

use core::ops::Range;

use super::{
    bytes::{byte, find_byte, is_blank, line_feed, plus, run, slice, without_return},
    finding::Kind,
    open::Open,
    phrases::Phrase,
    spans::Spans,
    values,
};
pub(super) use piped::{HERE, here};
use usages::Part;
use words::Word;

/// What programs are searched for by.
pub(super) const OPENERS: &[&str] = table::OPENERS;

/// Programs of the table after which a command is still read: further ones read their own.
const MAX_PROGRAMS: usize = 2;
/// The most usages of a row.
const MAX_USAGES: usize = 16;
/// Of a usage that the command is none of.
const OVER: usize = usize::MAX;

/// A command whose line ends in a backslash, and how much of each usage it has read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Continued {
    /// The number of the program's row.
    row: usize,
    read: [usize; MAX_USAGES],
}

/// Reads the arguments of the program that a phrase names.
pub(super) fn read(phrase: &Phrase<'_>, open: &mut Open, spans: &mut Spans) -> Option<usize> {
    let text = slice(phrase.text, 0..phrase.line.end);
    let name = words::program(text, phrase.line.start, phrase.at)?;
    let program = Word::program(text, name.clone());
    match slice(text, name) {
        b"echo" | b"printf" => piped::printed(text, &program, spans),
        name => {
            let begun = Continued {
                row: usages::find(name)?,
                read: [0; MAX_USAGES],
            };
            let first = |text: &[u8]| program.next(text);
            let command = arguments(text, begun, program.end, first, spans);
            open.command = command.or(open.command);
        }
    }
    None
}

/// Goes on with the arguments of the command that the line before left open.
pub(super) fn resume(text: &[u8], open: &mut Option<Continued>, spans: &mut Spans) {
    let Some(begun) = open.take() else { return };
    let text = slice(text, 0..without_return(text, 0..line_feed(text, 0)));
    // The prompt of a shell that waits for the rest.
    let at = run(text, 0, |b| is_blank(b) || b == b'>');
    *open = arguments(text, begun, at, |text| Word::at(text, at), spans);
}

/// Compares the arguments of a program, the first of which stands behind `end`, with its usages, and
/// says how far it came where the command goes on in the next line.
fn arguments(
    line: &[u8],
    begun: Continued,
    mut end: usize,
    first: impl Fn(&[u8]) -> Option<Word>,
    spans: &mut Spans,
) -> Option<Continued> {
    let Continued { row, mut read } = begun;
    // As shells, PowerShell and the command prompt of Windows have it.
    let text = match line {
        [text @ .., b' ' | b'\t', b'\\' | b'`' | b'^'] => text,
        line => line,
    };
    let mut programs = 0;
    let mut next = first(text);
    while let Some(word) = next {
        let last = words::program(text, word.content.start, word.content.end.saturating_sub(1));
        if last.is_some_and(|name| usages::find(slice(text, name)).is_some()) {
            programs = plus(programs, 1);
            if programs > MAX_PROGRAMS {
                return None;
            }
        }
        for (parts, read) in usages::of(row).iter().zip(&mut read) {
            *read = Usage { text, parts }.step(*read, &word, spans);
        }
        next = word.next(text);
        end = word.end;
    }
    let goes_on = text.len() < line.len() && run(text, end, is_blank) == text.len();
    goes_on.then_some(Continued { row, read })
}

/// A usage and the line that it is compared with.
struct Usage<'t> {
    text: &'t [u8],
    parts: &'static [Part],
}

impl Usage<'_> {
    /// How much of the usage has been read after `word`, of which `read` words had been before.
    fn step(&self, read: usize, word: &Word, spans: &mut Spans) -> usize {
        let Some(part) = self.parts.get(read) else {
            return read;
        };
        let content = slice(self.text, word.content.clone());
        let next = plus(read, 1);
        if let Some(secret) = &part.secret {
            let option = self.option(read);
            let attached = secret.is_attached();
            if !option && !attached {
                let is_other = !content.starts_with(secret.literal.as_bytes());
                if is_option(content) || is_other {
                    return read;
                }
                if !self.is_argument(next, secret, word) {
                    return OVER;
                }
            }
            let Some(value) = secret.value(self.text, word) else {
                return if option { read.saturating_sub(1) } else { read };
            };
            if !is_reference(slice(self.text, value.clone())) {
                spans.add(value, secret.kind);
            }
            return match (attached, option) {
                (true, _) => read,
                (false, true) => read.saturating_sub(1),
                (false, false) => next,
            };
        }
        let stands = match part.ways.as_slice() {
            [] => !is_option(content),
            ways => ways.iter().any(|way| matches(way, content)),
        };
        if stands { next } else { read }
    }

    /// Whether the word before the one at `at` is an option.
    fn option(&self, at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|at| self.parts.get(at));
        before.is_some_and(|part| part.word.starts_with(['-', '/']))
    }

    /// Whether `word` is one that no option announces: the last of its command, where the usage has
    /// none after it, so that no sentence is taken for a command.
    fn is_argument(&self, next: usize, secret: &Secret, word: &Word) -> bool {
        let content = slice(self.text, word.content.clone());
        let is_last = || {
            let at = run(self.text, word.end, is_blank);
            byte(self.text, at).is_none_or(|b| !b.is_ascii_alphanumeric() && b != b'[')
        };
        // `token=…`, which another usage reads.
        let name = run(content, 0, |b| {
            b.is_ascii_lowercase() || matches!(b, b'_' | b'-')
        });
        let is_pair = byte(content, name) == Some(b'=') && plus(name, 2) < content.len();
        let is_whole = secret.separator.is_none() && secret.literal.is_empty();
        let has_digit = || secret.kind == Kind::Password || content.iter().any(u8::is_ascii_digit);
        let has_option = || self.parts.iter().any(|part| part.word.contains('-'));
        let follows = self.parts.get(next).is_some() || has_option();
        !is_whole || (!is_pair && has_digit() && (follows || is_last()))
    }
}

/// The word of a usage that holds the secret.
struct Secret {
    kind: Kind,
    /// What the argument begins with.
    literal: &'static str,
    /// Between a part of the argument that stays and the secret.
    separator: Option<u8>,
    /// Whether the secret ends at the last `@`.
    host: bool,
}

impl Secret {
    fn of(part: &'static str) -> Option<Self> {
        const KINDS: &[(&str, Kind)] = &[
            ("PASSWORD", Kind::Password),
            ("TOKEN", Kind::Token),
            ("KEY", Kind::Secret),
            ("SECRET", Kind::Secret),
        ];
        const KEPT: &[&str] = &["USER", "NAME", "FILE"];
        let bare = part.strip_suffix("@HOST");
        let (head, kind) = KINDS
            .iter()
            .find_map(|(name, kind)| Some((bare.unwrap_or(part).strip_suffix(name)?, *kind)))?;
        let separated = || {
            let (at, separator) = head.char_indices().last()?;
            let head = head.get(..at)?;
            let literal = KEPT.iter().find_map(|kept| head.strip_suffix(kept))?;
            Some((literal, u8::try_from(separator).ok()?))
        };
        let separated = separated();
        Some(Self {
            kind,
            literal: separated.map_or(head, |(literal, _)| literal),
            separator: separated.map(|(_, separator)| separator),
            host: bare.is_some(),
        })
    }

    /// Whether it stands in one argument with its option.
    fn is_attached(&self) -> bool {
        self.literal.starts_with(['-', '/'])
    }

    /// The secret in `word`.
    fn value(&self, text: &[u8], word: &Word) -> Option<Range<usize>> {
        let content = slice(text, word.content.clone());
        let literal = content.get(..self.literal.len())?;
        let is_same = match self.literal.starts_with('/') {
            true => literal.eq_ignore_ascii_case(self.literal.as_bytes()),
            false => literal == self.literal.as_bytes(),
        };
        let from = plus(word.content.start, self.literal.len());
        let equals = self.is_attached() && byte(text, from) == Some(b'=');
        let from = plus(from, usize::from(equals));
        let from = match self.separator {
            Some(sign) => plus(find_byte(text, from..word.content.end, sign)?, 1),
            None => from,
        };
        let host = || {
            slice(text, from..word.content.end)
                .iter()
                .rposition(|b| *b == b'@')
        };
        let to = match self.host.then(host).flatten() {
            Some(at) => plus(from, at),
            None => word.content.end,
        };
        let value = words::unquoted(text, from..to);
        // The scheme of a URL has a colon, too.
        let is_url = self.separator == Some(b':') && slice(text, value.clone()).starts_with(b"//");
        (is_same && !is_url && !value.is_empty()).then_some(value)
    }
}

/// Whether `content` is what a usage says: `*` stands for any rest or beginning, and in `-*u` for
/// further options.
fn matches(part: &[u8], content: &[u8]) -> bool {
    match (part, part.strip_suffix(b"*")) {
        (_, Some(start)) => content.starts_with(start),
        ([b'-', b'*', last], _) => match content {
            [b'-', short @ .., end] => end == last && short.iter().all(u8::is_ascii_alphabetic),
            _ => false,
        },
        ([b'*', end @ ..], _) => content.ends_with(end),
        ([b'/', ..], _) => content.eq_ignore_ascii_case(part),
        _ => content == part,
    }
}

/// `-x`, `--long`, `/user:x` and `/add`.
fn is_option(content: &[u8]) -> bool {
    match content {
        [b'-', ..] => true,
        [b'/', name @ ..] => {
            let end = run(name, 0, |b| b.is_ascii_alphabetic());
            end > 0 && matches!(byte(name, end), None | Some(b':'))
        }
        _ => false,
    }
}

/// What stands for a secret: a placeholder, a variable of a shell, the word of a manual.
fn is_reference(value: &[u8]) -> bool {
    let is_variable = |name: &[u8]| {
        name.iter()
            .all(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b':' | b'.'))
    };
    let is_manual = || {
        const NAMES: &[&[u8]] = &[
            b"password",
            b"passwd",
            b"passphrase",
            b"secret",
            b"token",
            b"pass",
        ];
        if NAMES.contains(&value) {
            return true;
        }
        const WORDS: &[&[u8]] = &[b"PASS", b"PWD", b"SECRET", b"TOKEN", b"KEY"];
        let capitals = value.iter().all(|b| b.is_ascii_uppercase() || *b == b'_');
        capitals
            && WORDS
                .iter()
                .any(|w| value.windows(w.len()).any(|part| part == *w))
    };
    match value {
        [] | b"*" | b"-" => true,
        [b'$', b'(' | b'{', ..] | [b'`', ..] => true,
        // Of the programs in the table, none reads a password from a file so.
        [b'@', name @ ..] if name.iter().any(u8::is_ascii_uppercase) => false,
        [b'$', name @ ..] if !name.is_empty() && is_variable(name) => true,
        [b'%', name @ .., b'%'] if is_variable(name) => true,
        _ => is_manual() || values::is_placeholder(value),
    }
}
