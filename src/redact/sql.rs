//! Statements of databases: passwords behind key words, and values that a column's name makes secret.
//!
//! What stands as `name = 'value'` is read by the common grammar. Here is read what has no such
//! form: `IDENTIFIED BY 'x'`, `PASSWORD('x')`, `password IN ('x')`, and the values of an `INSERT`,
//! which are secret by their place in the list of columns.

pub(super) mod bound;
mod insert;
mod literal;

use core::ops::Range;

use super::{
    bytes::{Words, byte, has_any, is_name, plus, rest, run, skip_blanks, slice},
    finding::Kind,
    keyed::Named,
    keys::Names,
    phrases::Phrase,
    spans::Spans,
    values,
};
use bound::{Bound, Places};
use literal::Literal;

/// Key words that a secret follows, and functions that take a key, in lower case.
pub(super) const OPENERS: &[&str] = &[
    "identified ",
    "_encrypt(",
    "_decrypt(",
    "bypassphrase(",
    "crypt(",
    "sp_addlogin",
    "pragma ",
];
/// How far before `IDENTIFIED BY` the statement says that it is about a user.
const MAX_STATEMENT: usize = 160;
/// How many words `IDENTIFIED` may have before its secret.
const MAX_WORDS: usize = 6;
/// The longest word of them.
const MAX_WORD: usize = 40;

/// What reading statements remembers from one name to the next.
#[derive(Default)]
pub(super) struct Search {
    /// Lists of columns and their values before this offset have been read.
    listed: usize,
    /// Where values are bound to the line's statement.
    places: Places,
}

impl Search {
    /// Remembers the placeholder that a column is compared with, which no grammar takes.
    pub(super) fn note(&mut self, named: &Named<'_>) {
        self.places.compared(named);
    }

    /// Reads the values that are bound to the statements of `text`, a line; what is left is looked
    /// for in later lines.
    pub(super) fn bound(self, text: &[u8], spans: &mut Spans) -> Option<Bound> {
        self.places.values(text, spans)
    }

    /// Reads the value that a statement gives to a column, and says how far it was replaced.
    pub(super) fn read(
        &mut self,
        named: &Named<'_>,
        names: &Names,
        spans: &mut Spans,
    ) -> Option<usize> {
        if let Some(end) = compared(named, spans) {
            return Some(end);
        }
        if named.name.start >= self.listed {
            let list = insert::Columns::around(named);
            self.listed = match list.is_target() {
                true => list.values(names, &mut self.places, spans),
                false => list.end,
            };
        }
        None
    }
}

/// Words and signs that a value follows which is compared with a column.
static COMPARING: Words = Words::new(&[
    "in", "not", "like", "ilike", "rlike", "is", "<>", "~", "for",
]);

/// `password IN ('x', 'y')`, `PASSWORD('x')`, `password LIKE 'x'`, `PASSWORD FOR ada = 'x'`.
fn compared(named: &Named<'_>, spans: &mut Spans) -> Option<usize> {
    let text = slice(named.text, 0..named.line.end);
    let end = run(text, named.name.end, |b| matches!(b, b'"' | b'`' | b']'));
    let end = end.min(plus(named.name.end, 2));
    let at = skip_blanks(text, end);
    let word_end = run(slice(text, 0..plus(at, 8).min(text.len())), at, |b| {
        b.is_ascii_alphabetic() || matches!(b, b'<' | b'>' | b'!' | b'~')
    });
    let word = slice(text, at..word_end);
    if !word.is_empty() && !COMPARING.has_in_any_case(word) {
        return None;
    }
    let word = word.to_ascii_lowercase();
    let after = skip_blanks(text, word_end);
    match word.as_slice() {
        b"" if byte(text, at) == Some(b'(') && is_setter(slice(text, named.name.clone())) => {
            one(text, skip_blanks(text, plus(at, 1)), b")", named, spans)
        }
        b"in" if byte(text, after) == Some(b'(') && is_condition(named) => {
            list(text, plus(after, 1), named, spans)
        }
        b"not" if rest(text, after).get(..4)?.eq_ignore_ascii_case(b"in (") => {
            list(text, plus(after, 4), named, spans)
        }
        b"like" | b"ilike" | b"rlike" | b"is" | b"<>" | b"~" if is_condition(named) => {
            one(text, after, b" ;)", named, spans)
        }
        b"for" => {
            let window = slice(text, 0..plus(after, MAX_STATEMENT).min(text.len()));
            let equals = run(window, after, |b| b != b'=');
            (byte(window, equals) == Some(b'=')).then(|| {
                one(
                    text,
                    skip_blanks(text, plus(equals, 1)),
                    b" ;",
                    named,
                    spans,
                )
            })?
        }
        _ => None,
    }
}

/// Whether a function puts a password rather than to ask for one: `PASSWORD('x')`, `setPassword("x")`.
fn is_setter(name: &[u8]) -> bool {
    const ASKING: &[&[u8]] = &[
        b"get", b"read", b"prompt", b"ask", b"fetch", b"find", b"load", b"input", b"enter",
        b"need", b"gen", b"random", b"forgot",
    ];
    let name = slice(name, 0..name.len().min(MAX_WORD)).to_ascii_lowercase();
    let last = name.rsplit(|b| *b == b'.').next().unwrap_or(&name);
    let set = [&b"password"[..], b"passwd", b"pwd"];
    set.iter().any(|end| last.ends_with(end)) && !ASKING.iter().any(|verb| last.starts_with(verb))
}

/// Whether a statement's condition goes on with a name.
fn is_condition(named: &Named<'_>) -> bool {
    let start = named
        .name
        .start
        .saturating_sub(MAX_STATEMENT)
        .max(named.line.start);
    let before = slice(named.text, start..named.name.start).to_ascii_lowercase();
    has_any(&before, &[b"where ", b"having "])
}

/// The literal at `at`, if one of `after` or nothing follows.
fn one(
    text: &[u8],
    at: usize,
    after: &[u8],
    named: &Named<'_>,
    spans: &mut Spans,
) -> Option<usize> {
    let literal = Literal::at(text, at).filter(|l| l.quoted)?;
    let prompts = slice(text, literal.content.clone()).ends_with(b": ");
    let ends = !prompts
        && byte(text, literal.end).is_none_or(|b| after.contains(&b) || b"\"'\\,".contains(&b));
    (ends && literal.add(text, named.key, spans)).then_some(literal.end)
}

/// Literals up to the bracket that closes their list.
fn list(text: &[u8], at: usize, named: &Named<'_>, spans: &mut Spans) -> Option<usize> {
    let mut at = skip_blanks(text, at);
    let mut end = None;
    while let Some(literal) = Literal::at(text, at) {
        literal.add(text, named.key, spans);
        end = Some(literal.end);
        let comma = skip_blanks(text, literal.end);
        if byte(text, comma) != Some(b',') {
            break;
        }
        at = skip_blanks(text, plus(comma, 1));
    }
    end
}

/// Reads what follows a key word or a function.
pub(super) fn read(phrase: &Phrase<'_>, spans: &mut Spans) -> Option<usize> {
    let text = slice(phrase.text, 0..phrase.line.end);
    let at = phrase.at;
    match byte(text, at)? {
        b'i' | b'I' => identified(text, phrase.line.start..at, spans),
        b'p' | b'P' => pragma(text, at, spans),
        b's' | b'S' => argument(text, run(text, at, is_name), 1, spans),
        b'b' | b'B' => argument(text, open(text, at), 0, spans),
        b'c' | b'C' => crypt(text, phrase.line.start..at, spans),
        _ => argument(text, open(text, at), 1, spans),
    }
}

/// `crypt('x', gen_salt('bf'))`, as pgcrypto hashes a password.
fn crypt(text: &[u8], before: Range<usize>, spans: &mut Spans) -> Option<usize> {
    const SALT: &[u8] = b"gen_salt";
    let (at, end) = argument_end(text, open(text, before.end), 0)?;
    let near = slice(text, end..plus(end, MAX_WORD).min(text.len())).to_ascii_lowercase();
    let part = slice(text, before)
        .last()
        .is_some_and(|b| is_name(*b) && *b != b'.');
    let salted = near.windows(SALT.len()).any(|w| w == SALT);
    (!part && salted).then(|| secret(text, at, Kind::Password, spans))?
}

/// Behind the bracket that opens the arguments of the function around `at`.
fn open(text: &[u8], at: usize) -> usize {
    plus(run(text, at, |b| b != b'('), 1)
}

/// `IDENTIFIED [WITH plugin] BY|AS [PASSWORD] 'x'`, in a statement that makes or changes a user.
fn identified(text: &[u8], before: Range<usize>, spans: &mut Spans) -> Option<usize> {
    const PASSED: &[&[u8]] = &[
        b"identified",
        b"with",
        b"via",
        b"by",
        b"as",
        b"using",
        b"password",
        b"values",
    ];
    let shouted = rest(text, before.end).starts_with(b"IDENTIFIED");
    let mut at = before.end;
    let mut announced = false;
    for _ in 0..MAX_WORDS {
        if announced
            && Literal::at(text, at).is_some_and(|l| l.quoted)
            && (shouted || is_about_user(text, before.clone()))
        {
            return secret(text, at, Kind::Password, spans);
        }
        let window = slice(text, 0..plus(at, MAX_WORD).min(text.len()));
        let quoted = Literal::at(window, at).filter(|l| l.quoted).map(|l| l.end);
        let end = quoted.unwrap_or_else(|| run(window, at, |b| is_name(b) || b == b'('));
        let word = slice(text, at..end).to_ascii_lowercase();
        let is_known = PASSED.contains(&word.as_slice());
        if announced && !is_known {
            // Oracle takes a password without quotes.
            let is_end = byte(text, end).is_none_or(|b| b" ;\"'\\".contains(&b));
            return (is_end && end > at && is_about_user(text, before))
                .then(|| add(text, at..end, Kind::Password, spans))?;
        }
        announced |= matches!(word.as_slice(), b"by" | b"as" | b"using" | b"using(");
        at = skip_blanks(text, end);
    }
    None
}

/// Whether the statement before a clause makes or changes a user, or lets one in.
fn is_about_user(text: &[u8], before: Range<usize>) -> bool {
    const STARTS: &[&[u8]] = &[
        b"create user",
        b"alter user",
        b"create role",
        b"alter role",
        b"grant ",
        b"connect to",
        b"set role",
        b"database link",
        b"create or replace user",
    ];
    let start = before.end.saturating_sub(MAX_STATEMENT).max(before.start);
    let window = slice(text, start..before.end).to_ascii_lowercase();
    STARTS
        .iter()
        .any(|s| window.windows(s.len()).any(|w| w == *s))
}

/// `PRAGMA key = 'x'`, as encrypted SQLite takes it.
fn pragma(text: &[u8], at: usize, spans: &mut Spans) -> Option<usize> {
    let name = skip_blanks(text, plus(at, "pragma ".len()));
    let end = run(text, name, is_name);
    let key = slice(text, name..end).to_ascii_lowercase();
    let sign = skip_blanks(text, end);
    let is_key = matches!(key.as_slice(), b"key" | b"rekey" | b"hexkey" | b"hexrekey");
    let opens = matches!(byte(text, sign), Some(b'=' | b'('));
    (is_key && opens)
        .then(|| secret(text, skip_blanks(text, plus(sign, 1)), Kind::Secret, spans))?
}

/// The argument with this number of the function whose arguments start at `at`.
fn argument(text: &[u8], at: usize, number: usize, spans: &mut Spans) -> Option<usize> {
    let (at, _) = argument_end(text, skip_blanks(text, at), number)?;
    secret(text, at, Kind::Secret, spans)
}

/// Where an argument starts and ends. Those before it are literals or names.
fn argument_end(text: &[u8], at: usize, number: usize) -> Option<(usize, usize)> {
    let mut at = skip_blanks(text, at);
    for _ in 0..number {
        let window = slice(text, 0..plus(at, MAX_STATEMENT).min(text.len()));
        let literal = Literal::at(text, at).filter(|l| l.quoted).map(|l| l.end);
        let end = literal.unwrap_or_else(|| run(window, at, |b| !b",()'\"".contains(&b)));
        let end = run(window, end, |b| !matches!(b, b',' | b')' | b'\'' | b'('));
        at = skip_blanks(text, plus(end, 1));
        if byte(text, end) != Some(b',') {
            return None;
        }
    }
    let literal = Literal::at(text, at).filter(|l| l.quoted)?;
    Some((at, literal.end))
}

/// Replaces the quoted literal at `at`.
fn secret(text: &[u8], at: usize, kind: Kind, spans: &mut Spans) -> Option<usize> {
    let literal = Literal::at(text, at).filter(|l| l.quoted)?;
    add(text, literal.content, kind, spans)?;
    Some(literal.end)
}

fn add(text: &[u8], range: Range<usize>, kind: Kind, spans: &mut Spans) -> Option<usize> {
    if values::is_placeholder(slice(text, range.clone())) {
        return None;
    }
    spans.add(range.clone(), kind);
    Some(range.end)
}
