//! Private keys in PEM and its kin, over any number of lines.
//!
//! The line with BEGIN opens a block. In each line after it that which a key's body may consist of
//! is replaced, behind whatever stands before it: the [`block`] knows what belongs. The first line
//! that does not belong closes it. So a key that was cut off costs no line after it, and memory is
//! bounded by one prefix. Keys without BEGIN open a block, too: those of PuTTY, the numbers that
//! OpenSSL prints, and JSON web keys.

mod block;
mod jwk;
mod words;

use core::ops::Range;

use super::{
    bytes::{plus, rest, run, search, skip_blanks, slice, without_return},
    finding::Kind,
    spans::{Spans, mark_end},
    values::{self, Quote},
};
use block::{Block, Body, Judgement, MAX_OTHERS};

const LABEL: &[u8] = b"PRIVATE KEY";
const BEGIN: &[u8] = b"BEGIN ";
const END: &[u8] = b"END ";
/// From BEGIN to the end of the longest label: `BEGIN SSH2 ENCRYPTED `.
const MAX_LABEL: usize = 40;
/// In this much of a key's first word its algorithm is named.
const MAX_HEAD: usize = 64;
/// As many keys are open at most.
const MAX_BLOCKS: usize = 4;
/// A body on a line with END only has this length.
const MIN_TAIL: usize = 20;

/// PuTTY's header before the private part, with the number of its lines.
const PUTTY: &str = "Private-Lines:";
/// Names of the secret numbers of a key, as OpenSSL and GnuTLS print them in hexadecimal.
const NUMBERS: &[&str] = &[
    "privateExponent:",
    "private exponent:",
    "prime1:",
    "prime2:",
    "exponent1:",
    "exponent2:",
    "coefficient:",
    "priv:",
];

/// What is at the beginning of a private key in base64, where BEGIN was lost: the versions and
/// algorithms of PKCS #1, PKCS #8 (RFC 5958), SEC 1 (RFC 5915), and the magic of OpenSSH.
const HEADS: &[&str] = &[
    "IBAAKCAQEA",
    "IBAAKCAgEA",
    "IBAAKBgQ",
    "IBADANBgkqhkiG9w0BAQEFAASC",
    "AgEAMBMGByqGSM49AgEG",
    "AgEAMBAGByqGSM49AgEG",
    "MC4CAQAwBQYDK2VwBCIEI",
    "BgkqhkiG9w0BBQ0w",
    "MHcCAQEEI",
    "MIGkAgEBBD",
    "MIHcAgEBBE",
    "b3BlbnNzaC1rZXktdjE",
];

/// What the gate searches for.
pub(super) fn literals() -> impl Iterator<Item = &'static [u8]> {
    let others = [PUTTY, jwk::TYPE].into_iter();
    let others = others.chain(NUMBERS.iter().chain(HEADS).copied());
    core::iter::once(LABEL).chain(others.map(str::as_bytes))
}

/// Keys that have begun and not ended: of several processes, each behind a prefix of its own.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Blocks {
    open: Vec<Block>,
    /// Lines that may be of a key for which there was no room, behind whatever prefix.
    crowded: u8,
}

impl Blocks {
    pub(super) fn is_empty(&self) -> bool {
        self.open.is_empty() && self.crowded == 0
    }

    /// After a line that nobody looked at.
    pub(super) fn unseen(&mut self) {
        if self.is_empty() {
            self.open.push(Block::unseen());
        }
    }

    /// A key whose body has begun makes room for none: whoever gets BEGIN written often enough would
    /// disclose the rest of it. Where there is no room, no prefix tells a key's lines any more.
    fn add(&mut self, block: Block) {
        if self.open.len() == MAX_BLOCKS {
            self.crowded = MAX_OTHERS;
            match self.open.iter().position(|older| !older.has_begun()) {
                Some(empty) => drop(self.open.remove(empty)),
                None => return,
            }
        }
        self.open.push(block);
    }

    /// The full line of base64 that may be of a key for which there was no room.
    fn stray(&mut self, line: &[u8]) -> Option<Range<usize>> {
        if self.crowded == 0 {
            return None;
        }
        let word = words::full_word(line).filter(|word| words::is_end(line, word.end));
        self.crowded = match word {
            Some(_) => MAX_OTHERS,
            None => self.crowded.saturating_sub(1),
        };
        word
    }

    /// Goes on with the block that the line belongs to, the newest first. From where on the line is
    /// still to be looked at; None where it belongs to a block as a whole.
    fn go_on(&mut self, line: &[u8], spans: &mut Spans) -> Option<usize> {
        if let Some(word) = self.stray(line) {
            add(line, word, spans);
        }
        let (mut others, mut at) = (Vec::new(), Some(0));
        while let Some(mut block) = self.open.pop() {
            match block.judge(line) {
                Judgement::Other => {
                    others.push(block);
                    continue;
                }
                Judgement::Over => continue,
                Judgement::End(body, end) => {
                    add(line, body, spans);
                    at = Some(end);
                }
                Judgement::Body(body) => {
                    add(line, body, spans);
                    (at, others) = (None, [others, vec![block]].concat());
                }
                Judgement::Header => (at, others) = (None, [others, vec![block]].concat()),
            }
            break;
        }
        self.open.extend(others.into_iter().rev());
        at
    }
}

/// Finds the bodies of private keys in a line, and remembers in `open` the blocks that go on after
/// it.
pub(super) fn find(text: &[u8], open: &mut Blocks, spans: &mut Spans) {
    let feed = text.strip_suffix(b"\n").unwrap_or(text).len();
    let line = slice(text, 0..without_return(text, 0..feed));
    let Some(mut at) = open.go_on(line, spans) else {
        return;
    };
    let (mut ends, mut new) = (true, None);
    while let Some(found) = search(line, at..line.len(), LABEL) {
        let next = plus(found, LABEL.len());
        at = match marker(line, found) {
            Some(Marker::Begin(begin, body)) => {
                begun(line, begin, body, &mut ends, &mut new, spans)
            }
            Some(Marker::End(begin, end)) => ended(line, at..begin, end, spans),
            None => next,
        }
        .max(next);
    }
    unlabelled(line, at, &mut new, spans);
    if let Some(block) = new {
        open.add(block);
    }
}

/// What follows BEGIN on its line, and the block after it. How far was looked at.
///
/// `ends` is whether there may be an END behind.
fn begun(
    line: &[u8],
    begin: usize,
    body: usize,
    ends: &mut bool,
    open: &mut Option<Block>,
    spans: &mut Spans,
) -> usize {
    let end = words::run_end(line, body);
    if let Some(to) = (*ends)
        .then(|| search(line, body..line.len(), b"-----END "))
        .flatten()
    {
        // What is between BEGIN and END is the key, however it is written, unless it is several
        // strings.
        if slice(line, end..to)
            .iter()
            .any(|b| matches!(b, b'"' | b'\'' | b'{'))
        {
            for word in words::each(line, body..to) {
                add(line, word, spans);
            }
        } else {
            add(line, body..to, spans);
        }
        return to;
    }
    add(line, body..end, spans);
    if words::is_line_over(line, end) || is_string_over(line, end, body) {
        *open = Some(Block::after(slice(line, 0..begin), Body::Base64));
    }
    *ends = false;
    end
}

/// Whether the string ends here that the line is in, so that the next line has one of its own.
fn is_string_over(line: &[u8], at: usize, body: usize) -> bool {
    let end = words::breaks_end(line, at);
    (end > at || at == body) && Quote::at(line, end).is_some()
}

/// The end of a key that began where nobody looked: words of base64 before END.
fn ended(line: &[u8], before: Range<usize>, end: usize, spans: &mut Spans) -> usize {
    let start = words::run_start(line, before.clone());
    if before.end.saturating_sub(start) >= MIN_TAIL {
        add(line, start..before.end, spans);
    }
    end
}

/// Keys that say what they are without BEGIN. All of a line are found in one look: what is like one
/// of them, but is none, hides no other.
fn unlabelled(line: &[u8], at: usize, open: &mut Option<Block>, spans: &mut Spans) {
    let mut done = at;
    while let Some(found) = search(line, done..line.len(), PUTTY.as_bytes()) {
        let number = run(line, plus(found, PUTTY.len()), |b| b == b' ');
        let body = skip_blanks(line, run(line, number, |b| b.is_ascii_digit()));
        done = begun(line, found, body, &mut false, open, spans);
    }
    let mut done = at;
    while done < line.len() {
        done = headless(line, done, open, spans);
    }
    let number = NUMBERS
        .iter()
        .find_map(|name| line.strip_suffix(name.as_bytes()));
    if let Some(prefix) = number {
        *open = Some(Block::after(prefix, Body::Hex));
    }
    if jwk::find(line, at, spans) {
        *open = Some(Block::after(b"", Body::Members));
    }
}

/// A key that begins with the word of base64 at `start`, if there is one. Where the next word may
/// start.
fn headless(line: &[u8], start: usize, open: &mut Option<Block>, spans: &mut Spans) -> usize {
    let end = run(line, start, words::is_body);
    let near_start = slice(line, start..end.min(plus(start, MAX_HEAD)));
    let is_key = HEADS
        .iter()
        .any(|head| search(near_start, 0..near_start.len(), head.as_bytes()).is_some());
    if !is_key {
        return plus(end, 1);
    }
    let word = start..words::word_end(line, start);
    if word.len() < words::FULL {
        return plus(word.end, 1);
    }
    let end = words::run_end(line, word.start);
    add(line, word.start..end.max(word.end), spans);
    if words::is_line_over(line, end) || is_string_over(line, end, end) {
        let block = Block::after(slice(line, 0..word.start), Body::Base64);
        *open = Some(block.begun(word.len()));
    }
    end.max(word.end)
}

/// Whether a private key begins with `value`.
pub(super) fn begins(value: &[u8]) -> bool {
    if value.first() != Some(&b'-') {
        return false;
    }
    let window = slice(value, 0..value.len().min(plus(MAX_LABEL, 16)));
    search(window, 0..window.len(), LABEL)
        .and_then(|label| marker(value, label))
        .is_some_and(|marker| matches!(marker, Marker::Begin(0, _)))
}

/// The span is the key's; one that was replaced before, or stands for a key, is none.
fn add(text: &[u8], body: Range<usize>, spans: &mut Spans) {
    let value = words::trimmed(text, body.clone());
    let is_mark = mark_end(text, value.start) == Some(value.end);
    if !is_mark && !values::is_placeholder(slice(text, value)) {
        spans.add(body, Kind::PrivateKey);
    }
}

/// The line before or after a key: where its dashes begin and where they end.
enum Marker {
    Begin(usize, usize),
    End(usize, usize),
}

/// The marker whose label is at `label`.
fn marker(text: &[u8], label: usize) -> Option<Marker> {
    let window = label.saturating_sub(MAX_LABEL)..label;
    let head = slice(text, window.clone());
    let place = |word: &[u8]| head.windows(word.len()).rposition(|w| w == word);
    let (word, is_begin) = match (place(BEGIN), place(END)) {
        (Some(begin), end) if Some(begin) > end => (begin, true),
        (_, Some(end)) => (end, false),
        _ => return None,
    };
    let word = plus(window.start, word);
    let is_label = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b' ';
    let dashes = [&b"-----"[..], b"---- "]
        .into_iter()
        .find(|d| slice(text, 0..word).ends_with(d))?;
    let after = rest(text, plus(label, LABEL.len()));
    let after = after.strip_prefix(b" BLOCK").unwrap_or(after);
    let closing = [&b"-----"[..], b" ----"]
        .into_iter()
        .find(|d| after.starts_with(d))?;
    let start = word.saturating_sub(dashes.len());
    let end = plus(text.len().saturating_sub(after.len()), closing.len());
    let is_marker = slice(text, word..label).iter().all(is_label);
    is_marker.then_some(match is_begin {
        true => Marker::Begin(start, end),
        false => Marker::End(start, end),
    })
}
