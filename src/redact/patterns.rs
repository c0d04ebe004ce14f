//! Patterns of the user: regular expressions, each a rule of its own (feature `patterns`).

use core::ops::Range;
use std::sync::Arc;

use regex::bytes::{Regex, RegexBuilder};

use super::{
    Error,
    bytes::{line_feed, plus, slice, without_return},
    finding::Kind,
    rules::Id,
    spans::{Spans, mark_end},
};

/// Each pattern is tried at each line.
const MAX_PATTERNS: usize = 64;
/// Bytes that a compiled expression, and its tables, may take.
const MAX_SIZE: usize = 1024 * 1024;
/// Brackets in brackets.
const MAX_NEST: u32 = 64;
/// A search looks at the rest of a line, and so many searches are in proportion to it.
const MAX_MATCHES: usize = 256;
/// The group that is the secret.
const GROUP: &str = "secret";

/// The patterns of a policy. Cloning is cheap.
#[derive(Clone, Default)]
pub(super) struct Patterns(Arc<Vec<Pattern>>);

#[derive(Clone)]
struct Pattern {
    id: Id,
    regex: Regex,
    kind: Kind,
    /// Whether only a group of the match is the secret.
    has_group: bool,
}

impl Patterns {
    pub(super) fn add(&mut self, id: Id, pattern: &str, kind: Kind) -> Result<(), Error> {
        if self.0.len() >= MAX_PATTERNS {
            return Err(Error::Full);
        }
        let regex = RegexBuilder::new(pattern)
            .unicode(false)
            .size_limit(MAX_SIZE)
            .dfa_size_limit(MAX_SIZE)
            .nest_limit(MAX_NEST)
            .build()
            .map_err(|_| Error::Pattern)?;
        if regex.is_match(b"") {
            return Err(Error::Pattern);
        }
        let has_group = regex.capture_names().flatten().any(|name| name == GROUP);
        Arc::make_mut(&mut self.0).push(Pattern {
            id,
            regex,
            kind,
            has_group,
        });
        Ok(())
    }

    /// The gate: visits each line of `text` in which a pattern matches.
    pub(super) fn visit(&self, text: &[u8], mut visit: impl FnMut(usize)) {
        let mut at = 0;
        while at < text.len() && !self.0.is_empty() {
            let end = line_feed(text, at);
            let line = slice(text, content(text, at..end));
            if self.0.iter().any(|pattern| pattern.regex.is_match(line)) {
                visit(at);
            }
            at = plus(end, 1);
        }
    }

    /// Finds what the patterns match in a line.
    pub(super) fn find(&self, line: &[u8], spans: &mut Spans) {
        let end = line_feed(line, 0);
        let line = slice(line, content(line, 0..end));
        self.0.iter().for_each(|pattern| pattern.find(line, spans));
    }
}

impl Pattern {
    fn find(&self, line: &[u8], spans: &mut Spans) {
        let mut add = |range: Range<usize>| {
            if mark_end(line, range.start) != Some(range.end) {
                spans.add_as(range, self.kind, self.id.clone());
            }
        };
        let mut at = 0;
        for _ in 0..MAX_MATCHES {
            let Some((whole, secret)) = self.next(line, at) else {
                return;
            };
            add(secret);
            // An expression that does not match the empty text may still match nothing: `\b`.
            at = whole.end.max(plus(whole.start, 1));
        }
        add(at..line.len());
    }

    /// The next match, and the secret in it.
    fn next(&self, line: &[u8], at: usize) -> Option<(Range<usize>, Range<usize>)> {
        if at > line.len() {
            return None;
        }
        if !self.has_group {
            let whole = self.regex.find_at(line, at)?.range();
            return Some((whole.clone(), whole));
        }
        let captures = self.regex.captures_at(line, at)?;
        let whole = captures.get(0)?.range();
        let secret = captures.name(GROUP).map_or(0..0, |group| group.range());
        Some((whole, secret))
    }
}

/// A line without its end.
fn content(text: &[u8], line: Range<usize>) -> Range<usize> {
    line.start..without_return(text, line)
}
