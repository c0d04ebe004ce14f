//! What is to be replaced, and the replacing.

use core::{cmp::Reverse, mem, ops::Range};

use super::{
    bytes::{before, byte, plus, rest, run, run_back, slice},
    finding::Kind,
    policy::Output,
    rules::{self, Id, Rules},
    style,
};

pub(super) const OPENING: &[u8] = b"[REDACTED:";
/// A mark is no longer: the name of a kind, and a part shown that has at most an address's length.
const MAX_MARK: usize = 320;

/// Spans that room is kept for.
const ROOM: usize = 256;

/// A part of the text that is replaced.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Span {
    pub(super) range: Range<usize>,
    pub(super) kind: Kind,
    /// The rule that found it.
    pub(super) rule: Id,
    /// Where the text has the quotes that the replacement of a bare number needs, so that JSON
    /// stays JSON.
    quotes: Option<Range<usize>>,
}

impl Span {
    /// Takes in the rest of the characters that it cuts: patterns and the pieces of registered
    /// secrets are bytes, and what was UTF-8 stays so.
    fn widen(&mut self, text: &[u8]) {
        let Range { start, end } = self.range;
        if is_inside(text, start) {
            let near = slice(text, start.saturating_sub(3)..start);
            let lead = run_back(near, near.len(), |b| b & 0xc0 == 0x80);
            self.range.start = start.saturating_sub(plus(near.len().saturating_sub(lead), 1));
        }
        if is_inside(text, end) {
            let near = slice(text, 0..plus(end, 3).min(text.len()));
            self.range.end = run(near, end, |b| b & 0xc0 == 0x80);
        }
    }

    /// The same in a text before which `len` bytes more stand.
    pub(super) fn behind(self, len: usize) -> Self {
        let shift = |range: Range<usize>| plus(range.start, len)..plus(range.end, len);
        Self {
            range: shift(self.range),
            quotes: self.quotes.map(shift),
            ..self
        }
    }
}

/// Whether a character of UTF-8 has begun before `at` and goes on there.
fn is_inside(text: &[u8], at: usize) -> bool {
    let goes_on = |b: u8| b & 0xc0 == 0x80;
    byte(text, at).is_some_and(goes_on) && before(text, at).is_some_and(|b| b >= 0x80)
}

/// What becomes of a line.
#[derive(Clone, Copy, Debug)]
pub(super) enum Change<'s> {
    /// A part of it is replaced.
    Span(&'s Span),
    /// All of it is.
    Withheld,
}

impl Change<'_> {
    /// The kind and the rule. What is withheld is a secret of which nothing more can be told.
    pub(super) fn judged(self) -> (Kind, String) {
        match self {
            Self::Span(span) => (span.kind, span.rule.as_str().to_owned()),
            Self::Withheld => (Kind::Secret, rules::KEYED.to_owned()),
        }
    }
}

/// Spans in the order in which the stages of the pipeline find them.
#[derive(Debug)]
pub(super) struct Spans {
    found: Vec<Span>,
    /// The rule of the stage that is looking.
    rule: &'static str,
}

/// Before the first stage is named it is the one that finds values under names.
impl Default for Spans {
    fn default() -> Self {
        Self {
            found: Vec::new(),
            rule: rules::KEYED,
        }
    }
}

impl Spans {
    /// For the stage of this rule: what it adds from here on is found by it.
    pub(super) fn by(&mut self, rule: &'static str) -> &mut Self {
        self.rule = rule;
        self
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Takes out what was found, and visits where it begins.
    pub(super) fn take(&mut self, visit: impl FnMut(usize)) {
        let starts = self.found.drain(..).map(|span| span.range.start);
        starts.for_each(visit);
    }

    /// Adds a span. An empty one is nothing.
    pub(super) fn add(&mut self, range: Range<usize>, kind: Kind) {
        self.push(range, kind, self.rule.into(), None);
    }

    /// Adds a span that a rule of its own found: a row of a table, a pattern.
    pub(super) fn add_as(&mut self, range: Range<usize>, kind: Kind, rule: impl Into<Id>) {
        self.push(range, kind, rule.into(), None);
    }

    /// Adds a span whose replacement stands in the quotes found at `quotes`.
    pub(super) fn add_quoted(
        &mut self,
        range: Range<usize>,
        kind: Kind,
        quotes: Option<Range<usize>>,
    ) {
        self.push(range, kind, self.rule.into(), quotes);
    }

    fn push(&mut self, range: Range<usize>, kind: Kind, rule: Id, quotes: Option<Range<usize>>) {
        if !range.is_empty() {
            self.found.push(Span {
                range,
                kind,
                rule,
                quotes,
            });
        }
    }

    /// Puts them into the order of the text and makes one of those that overlap. Kind and rule are
    /// those of the first, the longest where several start together. What a rule found that is off,
    /// and what begins inside a mark, is nothing.
    pub(super) fn merge(&mut self, text: &[u8], rules: &Rules) {
        self.found
            .retain(|span| rules.take(span) && !inside_mark(text, span.range.start));
        self.found.iter_mut().for_each(|span| span.widen(text));
        self.found
            .sort_by_key(|s| (s.range.start, Reverse(s.range.end)));
        self.found
            .dedup_by(|span, last| span.range.start < last.range.end && join(text, last, span));
    }

    /// What was found.
    pub(super) fn found(&self) -> &[Span] {
        &self.found
    }

    /// Before the next text.
    pub(super) fn clear(&mut self) {
        self.found.clear();
        self.rule = rules::KEYED;
    }

    /// Gives back the room that no usual line needs.
    pub(super) fn shrink(&mut self) {
        self.found.clear();
        self.found.shrink_to(ROOM);
    }
}

/// Makes `last` what replaces it and `span`, which overlaps it and comes after it. Always true.
fn join(text: &[u8], last: &mut Span, span: &mut Span) -> bool {
    let range = last.range.start..last.range.end.max(span.range.end);
    match (last.kind, span.kind) {
        // In `user:password@host` the end of the password is no one's address.
        (Kind::Email, kind) if kind != Kind::Email => {
            let is_password = ends_at_sign(text, span);
            mem::swap(last, span);
            // Else nothing of an address stays because a secret stands in it.
            if !is_password {
                last.range = range;
            }
        }
        (kind, Kind::Email) if kind != Kind::Email && ends_at_sign(text, last) => {}
        _ => last.range = range,
    }
    true
}

/// Whether a secret ends where an address has its `@`, however that is written: the password of a
/// URL does, and what follows it is a host.
fn ends_at_sign(text: &[u8], secret: &Span) -> bool {
    matches!(
        byte(text, secret.range.end),
        Some(b'@' | b'%' | b'&' | b'\\')
    )
}

/// Copies `text` to `out` with each span replaced, and the rest as `output` says.
pub(super) fn emit(text: &[u8], spans: &[Span], output: &Output, out: &mut Vec<u8>) {
    let mut copied = 0;
    for span in spans {
        let quotes = span.quotes.clone().map_or(&[][..], |q| slice(text, q));
        let value = slice(text, span.range.clone());
        output.copy(slice(text, copied..span.range.start), out);
        out.extend_from_slice(quotes);
        mark(
            span.kind,
            output.styles.shown(span.kind, value).as_deref(),
            out,
        );
        out.extend_from_slice(quotes);
        copied = span.range.end;
    }
    output.copy(rest(text, copied), out);
}

/// Appends `[REDACTED:kind]` or `[REDACTED:kind:shown]`.
pub(super) fn mark(kind: Kind, shown: Option<&str>, out: &mut Vec<u8>) {
    out.extend_from_slice(OPENING);
    out.extend_from_slice(kind.name().as_bytes());
    if let Some(shown) = shown {
        out.push(b':');
        out.extend_from_slice(shown.as_bytes());
    }
    out.push(b']');
}

/// The mark of a kind as text.
pub(super) fn mark_of(kind: Kind) -> String {
    format!("[REDACTED:{kind}]")
}

/// What stands in the place of a line that was not looked at.
pub(super) const WITHHELD: &[u8] = b"[REDACTED:line]";

/// Where the `[REDACTED:kind]` or `[REDACTED:kind:shown]` ends that starts at `at`. The kind is one
/// there is, and what is shown of it may be: nothing else is hidden by being put into brackets.
pub(super) fn mark_end(text: &[u8], at: usize) -> Option<usize> {
    if byte(text, at) != Some(b'[') {
        return None;
    }
    let window = slice(text, at..plus(at, MAX_MARK).min(text.len()));
    if window.starts_with(WITHHELD) {
        return Some(plus(at, WITHHELD.len()));
    }
    let after = window.strip_prefix(OPENING)?;
    let name = run(after, 0, |b| matches!(b, b'a'..=b'z' | b'_'));
    let is_named = |kind: &&Kind| kind.name().as_bytes() == slice(after, 0..name);
    let kind = *Kind::ALL.iter().find(is_named)?;
    let end = match byte(after, name) {
        Some(b':') => run(after, plus(name, 1), is_shown),
        _ => name,
    };
    if end > name && !style::may_show(kind, slice(after, plus(name, 1)..end)) {
        return None;
    }
    let closes = byte(after, end) == Some(b']');
    closes.then_some(plus(at, plus(OPENING.len(), plus(end, 1))))
}

/// What the part of a mark is made of that shows something: pseudonyms, masked addresses. Nothing
/// that ends or escapes a value in any syntax.
pub(super) fn is_shown(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'*' | b'@')
}

/// Whether `at` lies in a mark: behind its bracket and before its end.
pub(super) fn inside_mark(text: &[u8], at: usize) -> bool {
    let window = at.saturating_sub(MAX_MARK)..at;
    let near = slice(text, window.clone());
    let inner = run_back(near, near.len(), |b| is_shown(b) || b == b':');
    let bracket = plus(window.start, inner).checked_sub(1);
    bracket.is_some_and(|start| mark_end(text, start).is_some_and(|end| at < end))
}
