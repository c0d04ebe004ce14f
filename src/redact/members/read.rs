//! Members, and the strings that they are made of, forwards and backwards.

use core::ops::Range;

use super::super::{
    bytes::{before, byte, plus, rest, run, run_back, search, skip_blanks, slice},
    delimited::{self, back},
    values::{self, Around, Quote},
};

/// The longest name of a member that is looked at.
const MAX_KEY: usize = 40;
/// How far before a name the quote is looked for that it stands in.
pub(super) const MAX_LEAD: usize = 64;
/// How deep a value is wrapped at most: OpenTelemetry's are five levels deep.
const MAX_WRAPPERS: usize = 6;
/// A secret's name in quotes.
pub(super) struct Held {
    /// Where the quote opens, a prefix such as Python's `b` included.
    pub(super) open: usize,
    /// Where it has closed.
    pub(super) end: usize,
}

/// The quotes that `name` stands in, words before it and a question mark or colon after it allowed.
pub(super) fn held(text: &[u8], line: usize, name: Range<usize>) -> Option<Held> {
    let window = slice(text, 0..plus(name.end, 3).min(text.len()));
    let last = run(window, name.end, |b| matches!(b, b'?' | b':' | b'*'));
    let (quote, end) = Quote::at(text, last)?;
    let low = name.start.saturating_sub(MAX_LEAD).max(line);
    let words = slice(text, low..name.start);
    let Quote::Mark { mark, .. } = quote else {
        let sign = slice(text, last..end);
        let lead = back(text, low..name.start, |b| {
            b.is_ascii_alphanumeric() || b" _-.".contains(&b)
        });
        // The letters of an escaped quote are none of the name.
        let open = search(
            text,
            lead.saturating_sub(sign.len()).max(line)..name.start,
            sign,
        )?;
        return Some(Held { open, end });
    };
    let slashes = end.saturating_sub(last).saturating_sub(1);
    let lead = run_back(words, words.len(), |b| {
        b != mark && b != b'\\' && b >= b' ' && !b"{}[]=<>;".contains(&b)
    });
    let quote = plus(low, lead).checked_sub(1).filter(|q| *q >= line)?;
    let from = back(text, line..quote, |b| b == b'\\');
    if byte(text, quote) != Some(mark) || quote.saturating_sub(from) != slashes {
        return None;
    }
    let is_prefixed = from > line
        && matches!(before(text, from), Some(b'b' | b'u'))
        && !before(text, from.saturating_sub(1)).is_some_and(|b| b.is_ascii_alphanumeric());
    let open = from.saturating_sub(usize::from(is_prefixed));
    // Erlang's binaries stand in two more brackets.
    let is_binary = slice(text, line..open).ends_with(b"<<") && rest(text, end).starts_with(b">>");
    let brackets = if is_binary { 2 } else { 0 };
    Some(Held {
        open: open.saturating_sub(brackets),
        end: plus(end, brackets),
    })
}

/// Whether the name of a member may stand before this byte.
pub(super) fn ends_separator(byte: Option<u8>) -> bool {
    matches!(byte, Some(b' ' | b'\t' | b':' | b'=' | b'>'))
}

/// The name of the member whose value begins at `value`, without its quotes.
pub(super) fn key_before(text: &[u8], line: usize, value: usize) -> Option<Range<usize>> {
    if !ends_separator(before(text, value)) {
        return None;
    }
    let back = |at: usize, is: fn(u8) -> bool| {
        let low = at.saturating_sub(MAX_KEY).max(line);
        let window = slice(text, low..at);
        plus(low, run_back(window, window.len(), is))
    };
    let sep = back(value, |b| matches!(b, b' ' | b'\t'));
    let sep_start = back(sep, |b| matches!(b, b':' | b'=' | b'>'));
    let is_sep = matches!(slice(text, sep_start..sep), b":" | b"=" | b"=>");
    let end = back(sep_start, |b| b == b' ');
    let end = match before(text, end) {
        Some(b'"' | b'\'' | b'`') if end > line => back(end.saturating_sub(1), |b| b == b'\\'),
        _ => end,
    };
    let start = back(end, delimited::is_key);
    (is_sep && start < end).then_some(start..end)
}

/// Where a member begins whose name begins at `name`: at its quote.
pub(in super::super) fn opened(text: &[u8], line: usize, name: usize) -> Option<usize> {
    let mark = name.checked_sub(1).filter(|at| *at >= line)?;
    let is_mark = matches!(byte(text, mark), Some(b'"' | b'\'' | b'`'));
    is_mark.then(|| back(text, line..mark, |b| b == b'\\'))
}

/// The string that ends before `at`, but for a comma and blanks: its opening quote and its closing
/// one.
pub(super) fn string_before(
    text: &[u8],
    line: usize,
    at: usize,
) -> Option<(Range<usize>, Range<usize>)> {
    let comma = back(text, line..at, |b| matches!(b, b' ' | b','));
    if comma == at {
        return None;
    }
    let mark = comma.checked_sub(1).filter(|m| *m > line)?;
    let sign = byte(text, mark).filter(|b| matches!(b, b'"' | b'\'' | b'`'))?;
    let close = back(text, line..mark, |b| b == b'\\');
    let slashes = mark.saturating_sub(close);
    let mut end = close;
    loop {
        let open = back(text, line..end, |b| b != sign);
        let quote = open.checked_sub(1).filter(|q| *q >= line)?;
        let from = back(text, line..quote, |b| b == b'\\');
        // One with more backslashes belongs to the string, as does a closing one whose own are
        // the end of the value.
        if quote.saturating_sub(from) == slashes {
            return Some((from..plus(quote, 1), close..plus(mark, 1)));
        }
        if quote.saturating_sub(from) < slashes {
            return None;
        }
        end = from;
    }
}

/// Past the commas, semicolons, blanks and signs of forms between two members.
pub(super) fn skip_joints(text: &[u8], at: usize) -> usize {
    run(text, at, |b| matches!(b, b' ' | b'\t' | b',' | b';' | b'&'))
}

/// The name of the member at `at` without its quotes, and where its value begins.
pub(in super::super) fn member_at(text: &[u8], at: usize) -> Option<(Range<usize>, usize)> {
    let quote = Quote::at(text, at);
    let lisp = quote.is_none() && byte(text, at) == Some(b':');
    let start = quote.map_or(plus(at, usize::from(lisp)), |(_, from)| from);
    let window = slice(text, 0..plus(start, MAX_KEY).min(text.len()));
    let end = run(window, start, delimited::is_key);
    let closed = match quote {
        Some((quote, _)) => {
            let (same, closed) = Quote::at(text, end)?;
            (same == quote).then_some(closed)?
        }
        None => end,
    };
    let sep = skip_blanks(text, closed);
    let after = run(slice(text, 0..plus(sep, 2).min(text.len())), sep, |b| {
        matches!(b, b':' | b'=' | b'>')
    });
    let is_sep = matches!(slice(text, sep..after), b":" | b"=" | b"=>");
    let value = skip_blanks(text, after);
    let is_member = is_sep || (lisp && sep > closed && Quote::at(text, sep).is_some());
    // A message in a message, as Protocol Buffers print them: `value { string_value: "x" }`.
    let is_message = !is_sep && quote.is_none() && sep > closed && byte(text, sep) == Some(b'{');
    let value = if is_message { sep } else { value };
    (end > start && (is_member || is_message)).then_some((start..end, value))
}

/// Where the value at `at` ends that is no secret; None where that is too far or a structure.
pub(super) fn skip_value(window: &[u8], at: usize) -> Option<usize> {
    if let Some((quote, from)) = Quote::at(window, at) {
        let (_, end) = quote.close(window, from);
        return (end < window.len()).then_some(end);
    }
    if matches!(byte(window, at), Some(b'{' | b'[' | b'(')) {
        return None;
    }
    let around = Around {
        list: true,
        ..Around::default()
    };
    let end = values::bare_end(window, at, around);
    (end < window.len() && end > at).then_some(end)
}

/// The string at `at`, a prefix such as Python's `b` and Erlang's `<<` allowed: its content, and
/// where it has ended.
pub(super) fn string_at(text: &[u8], at: usize) -> Option<(Range<usize>, usize)> {
    let at = if rest(text, at).starts_with(b"<<") {
        plus(at, 2)
    } else {
        plus(at, usize::from(matches!(byte(text, at), Some(b'b' | b'u'))))
    };
    let (quote, from) = Quote::at(text, at)?;
    let (to, end) = quote.close(text, from);
    let end = if rest(text, end).starts_with(b">>") {
        plus(end, 2)
    } else {
        end
    };
    Some((from..to, end))
}

/// Into what wraps the one value at `at`: `{"stringValue":"x"}`, `["x"]`, `Some("x")`.
pub(super) fn unwrapped(text: &[u8], at: usize) -> Option<usize> {
    let mut at = at;
    for _ in 0..MAX_WRAPPERS {
        if delimited::is_mark(text, at) {
            break;
        }
        let window = slice(text, 0..plus(at, MAX_KEY).min(text.len()));
        let word = skip_blanks(window, run(window, at, |b| b.is_ascii_alphanumeric()));
        at = match byte(text, word) {
            Some(b'[') if word == at => skip_blanks(text, plus(word, 1)),
            Some(b'(') => skip_blanks(text, plus(word, 1)),
            Some(b'{') => member_at(text, skip_blanks(text, plus(word, 1)))?.1,
            _ => break,
        };
    }
    Some(at)
}
