//! Quotes: the one that closes is the one that opened, however often both were escaped.

use super::super::bytes::{
    Starts, byte, find_byte, is_blank, plus, rest, run, run_back, search, slice, steps::step,
};

/// The backslashes of a quote escaped five times; what is escaped more often is no quote.
const MAX_SLASHES: usize = 32;

/// Quotes as percent-encoding, JSON, HTML and XML write them where a plain one would be structure.
static ENCODED: Starts = Starts::new(&[
    b"%22",
    b"%27",
    b"%2522",
    b"%2527",
    br"\u0022",
    br"\u0027",
    br"\\u0022",
    br"\x22",
    br"\x27",
    br"\\x22",
    br"\042",
    b"&quot;",
    b"&apos;",
    b"&#34;",
    b"&#39;",
    b"&#034;",
    b"&#039;",
    b"&#x22;",
    b"&#X22;",
    b"&#x27;",
    b"&amp;quot;",
    b"&amp;#34;",
    // HTML does without the semicolon (the standard's "character reference state").
    b"&quot",
    b"&#34",
]);

/// Quotes as CSV and SQL double them, and as Python triples them.
static REPEATED: Starts = Starts::new(&[b"\"\"\"", b"'''", b"\"\"", b"''"]);

/// Quotes as word processors and chats set them, which close otherwise than they open.
const TYPOGRAPHIC: &[(&str, &str)] = &[
    ("“", "”"),
    ("„", "“"),
    ("”", "”"),
    ("‘", "’"),
    ("«", "»"),
    ("»", "«"),
    ("「", "」"),
    ("＂", "＂"),
];
/// A longer text between them is none of the values in question.
const MAX_TYPOGRAPHIC: usize = 256;

/// A quote as it opened: the mark, and how often the text around it was escaped.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in super::super) enum Quote {
    /// `"` at level 0, `\"` at level 1, `\\\"` at level 2; also `'` and a backtick.
    Mark { mark: u8, level: u32 },
    /// `%22`, or another one of several bytes.
    Encoded(&'static [u8]),
}

impl Quote {
    /// The quote at `at`, and where it ends.
    pub(in super::super) fn at(text: &[u8], at: usize) -> Option<(Self, usize)> {
        let here = rest(text, at);
        step(1);
        match here.first()? {
            b'"' | b'\'' | b'`' | b'\\' | b'%' | b'&' => {}
            0xc2 | 0xe2..=0xef => return typographic(text, at),
            _ => return None,
        }
        if let Some(quote) = ENCODED.of(here) {
            return Some((Self::Encoded(quote), plus(at, quote.len())));
        }
        if let Some(quote) = REPEATED.of(here) {
            let end = plus(at, quote.len());
            let is_delimiter = |b: u8| is_blank(b) || b",;:.)]}>&|\"'\\".contains(&b);
            // Else it is an empty string.
            if byte(text, end).is_some_and(|b| !is_delimiter(b)) {
                return Some((Self::Encoded(quote), end));
            }
        }
        let window = slice(text, 0..plus(at, MAX_SLASHES).min(text.len()));
        let end = run(window, at, |b| b == b'\\');
        let mark = byte(text, end).filter(|b| matches!(b, b'"' | b'\'' | b'`'))?;
        let slashes = end.saturating_sub(at);
        let level = slashes.trailing_ones();
        (slashes == escapes(level)).then_some((Self::Mark { mark, level }, plus(end, 1)))
    }

    /// Where what it opened at `from` ends and where the closing quote itself ends; both are the
    /// end of the text where nothing closes it.
    pub(in super::super) fn close(self, text: &[u8], from: usize) -> (usize, usize) {
        let end = match self {
            Self::Encoded(bytes) => {
                search(text, from..text.len(), bytes).map(|at| (at, plus(at, bytes.len())))
            }
            Self::Mark { mark, level } => close_mark(text, from, mark, level),
        };
        end.unwrap_or((text.len(), text.len()))
    }

    /// The same inside a string in double quotes, whose end closes what is open in it.
    pub(in super::super) fn close_in_string(self, text: &[u8], from: usize) -> (usize, usize) {
        let Self::Mark { mark, level: 0 } = self else {
            return self.close(text, from);
        };
        let mut at = from;
        loop {
            let found = run(text, at, |b| b != mark && b != b'"');
            let start = run_back(text, found, |b| b == b'\\').max(at);
            let is_escaped = !found.saturating_sub(start).is_multiple_of(2);
            let next = byte(text, plus(found, 1));
            // Where the string is itself in another one, what follows shows that it ends.
            let ends = !is_escaped || next.is_some_and(|b| matches!(b, b',' | b'}' | b']'));
            match byte(text, found) {
                None => return (text.len(), text.len()),
                Some(b'"') if ends => return (start, start),
                Some(b) if b == mark && !is_escaped => return (found, plus(found, 1)),
                Some(_) => at = plus(found, 1),
            }
        }
    }

    pub(in super::super) fn is_backtick(self) -> bool {
        matches!(self, Self::Mark { mark: b'`', .. })
    }

    /// Whether a string in double quotes may hold this quote as it is: `'`, a backtick.
    pub(in super::super) fn is_plain(self) -> bool {
        matches!(self, Self::Mark { mark, level: 0 } if mark != b'"')
    }
}

/// A typographic quote at `at`, which the one that belongs to it follows near, and where it ends.
fn typographic(text: &[u8], at: usize) -> Option<(Quote, usize)> {
    let here = rest(text, at);
    let starts = |(open, _): &&(&str, &str)| here.starts_with(open.as_bytes());
    let (open, close) = TYPOGRAPHIC.iter().find(starts)?;
    let from = plus(at, open.len());
    let near = from..plus(from, MAX_TYPOGRAPHIC).min(text.len());
    search(text, near, close.as_bytes())?;
    Some((Quote::Encoded(close.as_bytes()), from))
}

/// The backslashes before a quote that was escaped `level` times: each time doubles those there
/// were and adds one.
pub(super) fn escapes(level: u32) -> usize {
    1_usize
        .checked_shl(level)
        .unwrap_or_default()
        .saturating_sub(1)
}

fn close_mark(text: &[u8], from: usize, mark: u8, level: u32) -> Option<(usize, usize)> {
    let mut at = from;
    loop {
        let found = find_byte(text, at..text.len(), mark)?;
        let slashes = found.saturating_sub(run_back(text, found, |b| b == b'\\').max(at));
        // Unescaping once halves the backslashes; a quote that still has one after its own level
        // belongs to the value. One with fewer than its level closes a string further out.
        let inside = slashes.trailing_ones() > level || (mark != b'"' && level == 0 && slashes > 0);
        if !inside {
            let own = escapes(slashes.trailing_ones().min(level));
            return Some((found.saturating_sub(own), plus(found, 1)));
        }
        at = plus(found, 1);
    }
}
