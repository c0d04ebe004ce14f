//! A private key that has begun and not ended: which lines belong to it.

use core::ops::Range;

use super::{
    super::{
        bytes::{byte, plus, rest, run, search, skip_blanks, slice},
        lines::is_record,
        spans::mark_end,
    },
    jwk, words,
};

/// A longer prefix is remembered as far as this.
const MAX_PREFIX: usize = 256;
/// The lengths that lines of keys have, in ascending order (RFC 7468 §2, RFC 4716 §3.2, RFC 4880 §6.3).
const WIDTHS: &[usize] = &[60, 64, 70, 72, 76];
/// So much of a line's beginning is like the block's where the rest is not.
const MIN_ALIKE: usize = 8;
/// Lines of others that may come between the lines of a key.
pub(super) const MAX_OTHERS: u8 = 32;
/// After more of them than these only a full line right behind the prefix belongs to the key.
const MAX_NEAR: u8 = 3;
/// Lines between BEGIN and the body (RFC 1421 §4.6, RFC 4716 §3.3, RFC 9580 §6.2.1): no secrets.
const HEADERS: &[&[u8]] = &[
    b"Proc-Type:",
    b"DEK-Info:",
    b"Version:",
    b"Comment:",
    b"Subject:",
    b"Hash:",
    b"Charset:",
    b"MessageID:",
    b"Bag Attributes",
    b"Key Attributes",
];

/// What the lines of a block are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Body {
    Base64,
    /// Pairs of hexadecimal digits with colons between, indented.
    Hex,
    /// Members of a JSON web key.
    Members,
}

/// A block that has begun and not ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Block {
    body: Body,
    /// The form of what stood before BEGIN, then of what stood before the last line of the body.
    prefix: Vec<u8>,
    /// Whether BEGIN was a changed or unchanged line of a diff.
    diff: bool,
    /// Whether a line of the body has been seen.
    begun: bool,
    /// Whether that was a short one, which is the last.
    last: bool,
    /// How long the first of them was.
    width: Option<usize>,
    /// Lines since that did not belong.
    others: u8,
}

pub(super) enum Judgement {
    /// Part of the key, and which part of the line.
    Body(Range<usize>),
    /// The same, and the block is over; where the rest of the line begins.
    End(Range<usize>, usize),
    /// Belongs to the block and is no secret.
    Header,
    /// Belongs to another process.
    Other,
    /// The block is over.
    Over,
}

impl Block {
    /// One that may have begun where nobody looked: only full lines of a key belong to it.
    pub(super) fn unseen() -> Self {
        Self {
            begun: true,
            last: true,
            ..Self::after(b"", Body::Base64)
        }
    }

    pub(super) fn after(prefix: &[u8], body: Body) -> Self {
        Self {
            body,
            prefix: form(slice(prefix, 0..prefix.len().min(MAX_PREFIX))),
            diff: matches!(prefix, b"+" | b"-" | b" "),
            begun: false,
            last: false,
            width: None,
            others: 0,
        }
    }

    /// The same after a line of the body.
    pub(super) fn begun(mut self, len: usize) -> Self {
        self.begun = true;
        self.last = len < words::FULL;
        self.width = Some(len);
        self
    }

    /// Whether a line of the body has been seen.
    pub(super) fn has_begun(&self) -> bool {
        self.begun
    }

    pub(super) fn judge(&mut self, line: &[u8]) -> Judgement {
        match self.body {
            Body::Base64 => self.base64(line),
            Body::Hex => self.hex(line),
            Body::Members => jwk::judge(line),
        }
    }

    fn base64(&mut self, line: &[u8]) -> Judgement {
        let end = end_marker(line);
        let begin = search(line, 0..line.len(), b"---BEGIN ");
        let marker = end.as_ref().map(|end| end.start).or(begin);
        if marker.is_some_and(|at| self.is_foreign(line, at)) {
            return self.other(line);
        }
        if let Some(end) = end {
            let start = words::run_start(line, 0..end.start);
            let start = self
                .starts(line)
                .into_iter()
                .flatten()
                .max()
                .unwrap_or(0)
                .max(start);
            return Judgement::End(start.min(end.start)..end.start, end.end);
        }
        if begin.is_some() {
            return Judgement::Over;
        }
        for start in self.starts(line).into_iter().flatten() {
            let from = run(line, start, words::is_opening);
            if let Some(end) = mark_end(line, from).filter(|end| words::is_line_over(line, *end)) {
                // How long the line was is not known any more: what follows must be a full one.
                self.seen(slice(line, 0..from), words::FULL);
                (self.last, self.width) = (true, WIDTHS.last().copied());
                return Judgement::Body(from..end);
            }
            let end = words::word_end(line, from);
            let word = slice(line, from..end);
            if self.is_header(rest(line, from)) {
                return Judgement::Header;
            }
            if !word.is_empty() && self.belongs(line, from..end) {
                self.seen(slice(line, 0..from), word.len());
                return Judgement::Body(from..end);
            }
        }
        let is_near = self.others <= MAX_NEAR;
        if let Some(word) = words::full_word(line).filter(|w| is_near && self.is_akin(line, w)) {
            self.seen(slice(line, 0..word.start), word.len());
            return Judgement::Body(word);
        }
        self.other(line)
    }

    /// After a line that is none of the block's: of a few of them nothing is known.
    fn other(&mut self, line: &[u8]) -> Judgement {
        self.others = self.others.saturating_add(1);
        // Of lines without a prefix those of others are known by theirs.
        let is_other = match self.begun {
            true => !self.prefix.is_empty() || is_record(line),
            false => self.is_named() && begins_otherwise(line),
        };
        if is_other && self.others <= MAX_OTHERS {
            self.last = self.begun || self.others > MAX_NEAR;
            return Judgement::Other;
        }
        Judgement::Over
    }

    /// Whether the marker at `at` stands behind the prefix of another process.
    fn is_foreign(&self, line: &[u8], at: usize) -> bool {
        self.is_named()
            && behind_form(line, &self.prefix).is_none()
            && slice(line, 0..at).iter().any(u8::is_ascii_alphanumeric)
    }

    /// Whether the prefix is more than blanks and signs.
    fn is_named(&self) -> bool {
        self.prefix.iter().any(u8::is_ascii_alphanumeric)
    }

    /// Where the content of the line may start: behind the prefix, and at its beginning.
    fn starts(&self, line: &[u8]) -> [Option<usize>; 2] {
        let is_changed = self.diff && matches!(byte(line, 0), Some(b'+' | b'-'));
        let behind = if is_changed {
            Some(1)
        } else {
            behind_form(line, &self.prefix)
        };
        // A body may begin at the start of its line though BEGIN did not.
        let is_bare = !self.begun || self.prefix.is_empty();
        [behind, is_bare.then_some(0)]
    }

    /// Whether a full word somewhere in the line may be of the body: the line begins as the block
    /// did, if with other words later, nothing stands behind the word, and it is as long as those
    /// before it.
    fn is_akin(&self, line: &[u8], word: &Range<usize>) -> bool {
        let form = form(slice(line, 0..word.start.min(MAX_PREFIX)));
        let alike = form
            .iter()
            .zip(&self.prefix)
            .take_while(|(a, b)| a == b)
            .count();
        let is_wide = self
            .width
            .map_or(WIDTHS.contains(&word.len()), |width| word.len() <= width);
        alike >= MIN_ALIKE.min(form.len()).max(1) && is_wide && words::is_end(line, word.end)
    }

    fn is_header(&self, content: &[u8]) -> bool {
        let is_hunk = self.diff && (content.starts_with(b"@@") || content.starts_with(b"\\ No"));
        let is_named = !self.begun && HEADERS.iter().any(|h| content.starts_with(h));
        // A blank line, also as a string of its own.
        let is_blank = content.is_empty() || (!self.begun && words::breaks_end(content, 0) > 0);
        is_blank || is_hunk || is_named
    }

    /// Whether the word may be one of the body: a full one, or a short one with nothing behind it.
    fn belongs(&self, line: &[u8], word: Range<usize>) -> bool {
        let bytes = slice(line, word.clone());
        let is_checksum = bytes.starts_with(b"=") && bytes.len() == 5;
        let ends = words::is_end(line, word.end) || byte(line, word.end) == Some(b'<');
        let is_wide = self.width.is_none_or(|width| bytes.len() <= width);
        let is_full = bytes.len() >= words::FULL && is_wide && ends;
        let is_short = bytes.len() < words::FULL && !self.last && ends && words::is_tail(bytes);
        let is_other = words::is_digest(bytes) || words::is_pair(bytes);
        (!is_other && (is_full || is_short)) || (is_checksum && ends)
    }

    /// Remembers the line of the body that was seen.
    fn seen(&mut self, prefix: &[u8], len: usize) {
        self.prefix = form(slice(prefix, 0..prefix.len().min(MAX_PREFIX)));
        self.begun = true;
        self.last = len < words::FULL;
        self.width = self.width.or(Some(len));
        self.others = 0;
    }

    fn hex(&mut self, line: &[u8]) -> Judgement {
        let start = behind_form(line, &self.prefix).unwrap_or_default();
        let from = skip_blanks(line, start);
        let is_hex = |b: u8| b.is_ascii_hexdigit() || b == b':';
        let end = run(line, from, is_hex);
        let pairs = slice(line, from..end).split(|b| *b == b':');
        let is_pair = |pair: &[u8]| matches!(pair.len(), 0 | 2);
        let is_body = end.saturating_sub(from) >= 2
            && words::is_line_over(line, end)
            && pairs.clone().all(is_pair)
            && (byte(line, plus(from, 2)) == Some(b':') || self.begun);
        self.begun |= is_body;
        match is_body {
            true => Judgement::Body(from..end),
            false => Judgement::Over,
        }
    }
}

/// Whether a line begins as that of a logger or of a container does, and not with base64 alone.
fn begins_otherwise(line: &[u8]) -> bool {
    let word = run(line, 0, words::is_body);
    let is_word = word > 0 && word < words::FULL && word < line.len();
    is_word || matches!(line.first(), Some(b'[' | b'<'))
}

/// Where END begins with its dashes and where it ends.
fn end_marker(line: &[u8]) -> Option<Range<usize>> {
    let found = [&b"-----END "[..], b"---- END "]
        .iter()
        .find_map(|end| Some((search(line, 0..line.len(), end)?, end.len())));
    found.map(|(at, len)| at..plus(at, len))
}

/// What lines have in common that begin alike: numbers and what holds digits are one sign, blanks
/// are one.
fn form(prefix: &[u8]) -> Vec<u8> {
    let mut form = Vec::with_capacity(prefix.len());
    let mut at = 0;
    while at < prefix.len() {
        let (end, sign) = group(prefix, at);
        match sign {
            Some(sign) => form.push(sign),
            None => form.extend_from_slice(slice(prefix, at..end)),
        }
        at = end;
    }
    form
}

/// Where the line goes on behind a beginning of this form.
fn behind_form(line: &[u8], form: &[u8]) -> Option<usize> {
    let (mut at, mut left) = (0, form);
    while !left.is_empty() {
        let (end, sign) = group(line, at);
        let taken = match sign {
            Some(sign) => left.strip_prefix(&[sign]),
            None => left.strip_prefix(slice(line, at..end)),
        };
        left = taken.filter(|_| end > at)?;
        at = end;
    }
    Some(at)
}

/// Where what stands together at `at` ends, and the sign for it if it is not the same in each line.
fn group(line: &[u8], at: usize) -> (usize, Option<u8>) {
    let blanks = skip_blanks(line, at);
    if blanks > at {
        return (blanks, Some(b' '));
    }
    let mut has_digit = false;
    let word = run(line, at, |b| {
        has_digit |= b.is_ascii_digit();
        b.is_ascii_alphanumeric()
    });
    match word > at {
        true => (word, has_digit.then_some(b'0')),
        false => (plus(at, 1).min(line.len()), None),
    }
}
