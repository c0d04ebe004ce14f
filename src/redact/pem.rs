//! Private keys in PEM and its kin, over any number of lines.
//!
//! The line with BEGIN opens a block. Each line after it that a key's body may consist of, behind
//! whatever stood before BEGIN, is replaced; the first that does not belong closes the block. So a
//! key that was cut off costs no line after it, and memory is bounded by one prefix.

use core::ops::Range;

use memchr::memmem;

use super::{
    base64::is_base64,
    bytes::{Line, byte, line_feed, plus, rest, run, run_back, search, slice, without_return},
    finding::Kind,
    spans::{Spans, mark_end},
};

pub(super) const LABEL: &[u8] = b"PRIVATE KEY";
const BEGIN: &[u8] = b"BEGIN ";
const END: &[u8] = b"-----END ";
/// From BEGIN to the end of the longest label: `BEGIN SSH2 ENCRYPTED `.
const MAX_LABEL: usize = 40;
/// A longer prefix is remembered as far as this.
const MAX_PREFIX: usize = 256;
/// After a short line, which ends a body, only lines of this length belong to one.
const FULL_LINE: usize = 40;
/// A body on the line of BEGIN starts with a word of this length, and so do those behind blanks.
const MIN_WORD: usize = 20;
/// Lines between BEGIN and the body (RFC 1421 §4.6, RFC 9580 §6.2.1): no secrets.
const HEADERS: &[&[u8]] = &[
    b"Proc-Type:",
    b"DEK-Info:",
    b"Version:",
    b"Comment:",
    b"Hash:",
    b"Charset:",
];

/// A block that has begun and not ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Block {
    /// What stood before BEGIN.
    prefix: Vec<u8>,
    /// Whether a line of the body has been seen.
    body: bool,
    /// Whether that was a short one, which is the last.
    last: bool,
}

/// Finds the bodies of private keys in `text`, which starts at a line, and remembers in `open` the
/// block that goes on after it.
pub(super) fn find(text: &[u8], open: &mut Option<Block>, spans: &mut Spans) {
    let label = memmem::Finder::new(LABEL);
    let mut at = match open.take() {
        Some(block) => lines(text, 0, block, open, spans),
        None => 0,
    };
    let (mut line, mut end) = (Line::default(), End::default());
    while let Some(found) = label.find(rest(text, at)).map(|i| plus(at, i)) {
        at = plus(found, LABEL.len());
        let Some((begin, body)) = marker(text, found) else {
            continue;
        };
        let bounds = line.around(text, found);
        match end.find(text, body..bounds.end) {
            Some(end) => {
                add(text, body..end, spans);
                at = plus(end, END.len());
            }
            None => {
                let head = slice(text, 0..bounds.end);
                let end = body_end(head, body);
                add(text, body..end, spans);
                if is_line_over(head, end) {
                    let block = Block::after(slice(text, bounds.start..begin));
                    at = lines(text, line.next(), block, open, spans);
                }
            }
        }
    }
}

/// Whether nothing is left of a line but what joins it to the next in source code.
fn is_line_over(line: &[u8], at: usize) -> bool {
    run(line, line_ends(line, at), |b| is_joint(b) || b == b'+') >= line.len()
}

/// Whether a private key begins with `value`.
pub(super) fn begins(value: &[u8]) -> bool {
    let window = slice(value, 0..value.len().min(plus(MAX_LABEL, 16)));
    search(window, 0..window.len(), LABEL)
        .and_then(|label| marker(value, label))
        .is_some_and(|(begin, _)| begin == 0)
}

/// The span is the key's; one that was replaced before is none.
fn add(text: &[u8], body: Range<usize>, spans: &mut Spans) {
    if mark_end(text, body.start) != Some(body.end) {
        spans.add(body, Kind::PrivateKey);
    }
}

/// Where the dashes before BEGIN start and those after the label at `label` end.
fn marker(text: &[u8], label: usize) -> Option<(usize, usize)> {
    let window = label.saturating_sub(MAX_LABEL)..label;
    let head = slice(text, window.clone());
    let begin = plus(
        window.start,
        head.windows(BEGIN.len()).rposition(|w| w == BEGIN)?,
    );
    let is_label = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b' ';
    let dashes = [&b"-----"[..], b"---- "]
        .into_iter()
        .find(|d| slice(text, 0..begin).ends_with(d))?;
    let after = rest(text, plus(label, LABEL.len()));
    let after = after.strip_prefix(b" BLOCK").unwrap_or(after);
    let closing = [&b"-----"[..], b" ----"]
        .into_iter()
        .find(|d| after.starts_with(d))?;
    let end = text.len().saturating_sub(after.len());
    slice(text, begin..label)
        .iter()
        .all(is_label)
        .then_some((begin.saturating_sub(dashes.len()), plus(end, closing.len())))
}

/// Where the body ends that goes on behind BEGIN on one line: words of base64 between blanks and
/// escaped line ends, as long as no word of prose is, the last one excepted.
fn body_end(text: &[u8], from: usize) -> usize {
    let mut at = from;
    loop {
        let word = run(text, line_ends(text, at), |b| matches!(b, b' ' | b'\t'));
        let end = word_end(text, word);
        if end == word {
            return at;
        }
        let is_blank = byte(text, word.saturating_sub(1)) == Some(b' ');
        if (at == from || is_blank) && end.saturating_sub(word) < MIN_WORD {
            return at;
        }
        at = end;
    }
}

/// Where the base64 at `at` ends; five hyphens begin END.
fn word_end(text: &[u8], at: usize) -> usize {
    let end = run(text, at, |b| is_base64(b) || b == b'=');
    search(text, at..end, b"-----").unwrap_or(end)
}

/// Where the escaped line ends at `at` end.
fn line_ends(text: &[u8], at: usize) -> usize {
    let mut at = at;
    loop {
        let end = run(text, at, |b| b == b'\\');
        match byte(text, end) {
            Some(b'n' | b'r') if end > at => at = plus(end, 1),
            _ => return at,
        }
    }
}

/// Where END is, searched for once on a line full of BEGIN.
#[derive(Default)]
struct End {
    none_before: usize,
}

impl End {
    fn find(&mut self, text: &[u8], range: Range<usize>) -> Option<usize> {
        if range.start < self.none_before {
            return None;
        }
        let found = search(text, range.clone(), END);
        if found.is_none() {
            self.none_before = range.end;
        }
        found
    }
}

/// Goes through the lines of a block from `at` on and says where the search for the next begins.
fn lines(
    text: &[u8],
    at: usize,
    mut block: Block,
    open: &mut Option<Block>,
    spans: &mut Spans,
) -> usize {
    let mut at = at;
    while at < text.len() {
        let feed = line_feed(text, at);
        let line = at..without_return(text, at..feed);
        match block.judge(slice(text, line)) {
            Judgement::Body(body) => add(text, plus(at, body.start)..plus(at, body.end), spans),
            Judgement::End(body) => {
                add(text, plus(at, body.start)..plus(at, body.end), spans);
                return plus(feed, 1).min(text.len());
            }
            Judgement::Header => {}
            Judgement::Foreign => return at,
        }
        at = plus(feed, 1);
    }
    *open = Some(block);
    text.len()
}

enum Judgement {
    /// Part of the key, and which part of the line.
    Body(Range<usize>),
    /// The same, and the block is over.
    End(Range<usize>),
    /// Belongs to the block and is no secret.
    Header,
    /// The block is over.
    Foreign,
}

impl Block {
    /// One that may have begun where nobody looked: only full lines of a key belong to it.
    pub(super) fn unseen() -> Self {
        Self {
            prefix: Vec::new(),
            body: true,
            last: true,
        }
    }

    fn after(prefix: &[u8]) -> Self {
        let prefix = slice(prefix, 0..prefix.len().min(MAX_PREFIX)).to_vec();
        Self {
            prefix,
            body: false,
            last: false,
        }
    }

    fn judge(&mut self, line: &[u8]) -> Judgement {
        let starts = if self.is_prefix(line) {
            [self.prefix.len(), 0]
        } else {
            [0, 0]
        };
        for start in starts {
            let (core, end) = core(line, start);
            let content = slice(line, core..end);
            if let Some(end) = search(content, 0..content.len(), END) {
                return Judgement::End(core..plus(core, end));
            }
            let is_header = content.is_empty() || HEADERS.iter().any(|h| content.starts_with(h));
            if is_header && !self.body {
                return Judgement::Header;
            }
            if !content.is_empty() && self.belongs(content) {
                return Judgement::Body(core..end);
            }
        }
        self.last_word(line)
    }

    /// Behind a prefix that changes from line to line, a long word of base64 still belongs.
    fn last_word(&self, line: &[u8]) -> Judgement {
        let (_, end) = core(line, 0);
        let start = run_back(line, end, |b| is_base64(b) || b == b'=');
        if end.saturating_sub(start) >= FULL_LINE && start > 0 {
            return Judgement::Body(start..end);
        }
        Judgement::Foreign
    }

    fn belongs(&mut self, content: &[u8]) -> bool {
        let is_mark = mark_end(content, 0) == Some(content.len());
        let is_body = content.iter().all(|b| is_base64(*b) || *b == b'=');
        if is_mark {
            // How long the line was is not known any more: what follows must be a full one.
            (self.body, self.last) = (true, true);
            return true;
        }
        if !is_body || (self.last && content.len() < FULL_LINE) {
            return false;
        }
        self.last = content.len() < FULL_LINE;
        self.body = true;
        true
    }

    /// Whether `line` begins like the line with BEGIN, other digits allowed: times go on.
    fn is_prefix(&self, line: &[u8]) -> bool {
        let alike = |(a, b): (&u8, &u8)| a == b || (a.is_ascii_digit() && b.is_ascii_digit());
        !self.prefix.is_empty()
            && line.len() >= self.prefix.len()
            && self.prefix.iter().zip(line).all(alike)
    }
}

/// The line from `start` on without blanks, quotes and the signs by which source code joins lines.
fn core(line: &[u8], start: usize) -> (usize, usize) {
    let start = run(line, start, |b| {
        matches!(b, b' ' | b'\t' | b'"' | b'\'' | b'`' | b'|' | b'>' | b'#')
    });
    let end = run_back(line, line.len(), is_joint);
    // `"…" +`: a plus sign behind a quote joins, any other belongs to the body.
    let end = match slice(line, 0..end) {
        [text @ .., b'"' | b'\'', b' ', b'+'] => run_back(line, text.len(), is_joint),
        _ => end,
    };
    (start, end.max(start))
}

/// Blanks, quotes and the signs by which source code joins lines.
fn is_joint(byte: u8) -> bool {
    matches!(
        byte,
        b' ' | b'\t' | b'"' | b'\'' | b'`' | b',' | b';' | b'\\'
    )
}
