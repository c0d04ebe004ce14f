//! A name and a value as the two of a list, a tuple, a call: `["password","x"]`, `("password", "x")`,
//! `{password,<<"x">>}`, `setItem("password", "x")`.

use core::ops::Range;

use super::{
    super::{
        bytes::{before, byte, plus, rest, run, run_back, skip_blanks, slice},
        delimited::{self, back},
        headers,
        keys::Demand,
        spans::Spans,
        values,
    },
    Site, replace_value, string_at, string_before, unwrapped,
};

/// Functions and constructors that put a value under a name.
const SETTERS: &[&str] = &[
    "add",
    "addheader",
    "append",
    "define",
    "entry",
    "env",
    "header",
    "insert",
    "keyvalue",
    "kv",
    "of",
    "pair",
    "put",
    "putenv",
    "putstring",
    "set",
    "setenv",
    "setheader",
    "setitem",
    "setparameter",
    "setproperty",
    "setrequestheader",
    "setstring",
    "tuple",
    "setvariable",
];

impl Site<'_> {
    /// The other one of two, in a list or a tuple.
    pub(super) fn pair(&self, spans: &mut Spans) -> Option<usize> {
        let (text, open) = (self.text, self.open);
        let next = byte(text, self.end);
        let may_follow = matches!(next, Some(b' ' | b'\t' | b',' | b'.' | b'}' | b'\\'));
        if !self.quoted && !may_follow {
            return None;
        }
        let lead = back(text, self.start..open, |b| b == b' ');
        let opener = (lead > self.start).then(|| before(text, lead)).flatten();
        let comma = skip_blanks(text, self.end);
        let is_comma = byte(text, comma) == Some(b',');
        if !is_comma {
            return self.dotted(opener, comma, spans);
        }
        let value = skip_blanks(text, plus(comma, 1));
        let symbol = opener == Some(b':') && lead == open;
        let bracket = if symbol {
            before(text, lead.saturating_sub(1))
        } else {
            opener
        };
        let at = lead.saturating_sub(usize::from(symbol)).saturating_sub(1);
        match bracket {
            Some(b'[') => self.of_two(at, value, b']', spans),
            Some(b'(') => self.of_two(at, value, b')', spans),
            Some(b'{') => self.of_two(at, value, b'}', spans),
            Some(b',') | None if self.quoted => self.of_many(value, spans),
            _ => None,
        }
    }

    /// Between the bracket at `open` and `close` there are this name and one value.
    fn of_two(&self, open: usize, value: usize, close: u8, spans: &mut Spans) -> Option<usize> {
        let inner = unwrapped(self.text, value)?;
        let string = string_at(self.text, inner);
        let (content, end) = string.or_else(|| self.word(open, value, close))?;
        // A value that is wrapped is closed once more.
        let at = skip_blanks(self.text, end);
        let last = run(self.text, at, |b| b")]}".contains(&b)).saturating_sub(1);
        let closed = if inner > value { last } else { at };
        if byte(self.text, closed) != Some(close) || (inner > value && closed == at) {
            return self.of_many(value, spans);
        }
        let bytes = slice(self.text, content.clone());
        let is_known = delimited::names_other(bytes, self.names)
            || !(self.is_header(&content) || delimited::fits_closely(bytes, self.key))
            || !self.is_entry(open, bytes);
        if is_known {
            return None;
        }
        delimited::replace(self.text, content, self.key, self.names, None, spans).then_some(end)
    }

    /// Whether the name is that of a header with a form of its own, and this has it.
    fn is_header(&self, content: &Range<usize>) -> bool {
        let bytes = slice(self.text, content.clone());
        match self.key.demand {
            Demand::Authorization => {
                headers::scheme_end(self.text, content.clone()).is_some()
                    || values::opaque_end(bytes, 0) == Some(bytes.len())
            }
            Demand::Cookies | Demand::SetCookie => bytes.contains(&b'='),
            _ => false,
        }
    }

    /// Whether what the bracket at `open` opens is the entry of a map rather than a list of names
    /// or a call that reads.
    fn is_entry(&self, open: usize, value: &[u8]) -> bool {
        let (text, start) = (self.text, self.start);
        let lead = back(text, start..open, |b| b == b' ');
        let word = back(text, start..lead, |b| {
            b.is_ascii_alphanumeric() || b == b'_'
        });
        let is_word = |b: &u8| b.is_ascii_alphabetic() || b"_-:./ ".contains(b);
        let is_plain = value.iter().all(is_word);
        match before(text, lead).filter(|_| lead > start) {
            Some(b':' | b'=') => !is_plain,
            // a function's name right before the parenthesis
            Some(b)
                if lead == open
                    && byte(text, open) == Some(b'(')
                    && (b.is_ascii_alphanumeric() || b == b'_') =>
            {
                let name = slice(text, word..lead).to_ascii_lowercase();
                let name: Vec<u8> = name.into_iter().filter(|b| *b != b'_').collect();
                SETTERS.iter().any(|s| s.as_bytes() == name)
            }
            // columns of a statement: `INTO users ("password", "email")`
            Some(b) if byte(text, open) == Some(b'(') => b"([{,;>|".contains(&b),
            _ => true,
        }
    }

    /// A word without quotes, in pairs as Kotlin and .NET print them: only beside another pair, or
    /// alone on its line.
    fn word(&self, open: usize, value: usize, close: u8) -> Option<(Range<usize>, usize)> {
        if self.quoted || close == b'}' {
            return None;
        }
        let text = self.text;
        let end = run(text, value, |b| b != b',' && b != close && b != b'\\');
        if byte(text, end) != Some(close) || end == value {
            return None;
        }
        let previous = slice(text, open.saturating_sub(3)..open);
        let next = slice(text, plus(end, 1)..plus(end, 4));
        let opener = byte(text, open)?;
        let is_sibling = previous.ends_with(&[close, b',', b' '])
            || previous.ends_with(&[close, b','])
            || next.starts_with(&[b',', b' ', opener])
            || next.starts_with(&[b',', opener]);
        let is_alone = close == b']' && open == self.start && plus(end, 1) == text.len();
        let is_nested = matches!(before(text, open), Some(b'(' | b'['))
            && open > self.start
            && slice(text, value..end)
                .iter()
                .any(|b| !b.is_ascii_alphabetic() && *b != b'_')
            && !slice(text, value..end)
                .iter()
                .any(|b| b"(){}:<>".contains(b));
        (is_sibling || is_alone || is_nested || is_entry_word(text, open))
            .then_some((value..end, end))
    }

    /// A header's value or a token after its name in a flat list, as Node prints raw headers.
    fn of_many(&self, value: usize, spans: &mut Spans) -> Option<usize> {
        let (content, end) = string_at(self.text, value)?;
        let bytes = slice(self.text, content.clone());
        let is_token =
            self.key.demand == Demand::Any && values::opaque_end(bytes, 0) == Some(bytes.len());
        let is_secret = is_token || self.is_header(&content) || self.is_in_map(bytes, end);
        (is_secret && delimited::replace(self.text, content, self.key, self.names, None, spans))
            .then_some(end)
    }

    /// Whether names and values take turns in a list, as Redis answers and Perl prints: the next string
    /// is a name again, and this one is none.
    fn is_in_map(&self, value: &[u8], end: usize) -> bool {
        let next = run(self.text, end, |b| matches!(b, b',' | b' '));
        let name = string_at(self.text, next).filter(|_| next > end);
        let is_name = |(name, _): (Range<usize>, usize)| {
            let name = slice(self.text, name);
            delimited::names_other(name, self.names)
        };
        let is_last = byte(self.text, skip_blanks(self.text, end)) == Some(b']');
        // The name that comes before it, two strings back.
        let is_pair_before = || {
            let (value, _) = string_before(self.text, self.start, self.open)?;
            let (name, close) = string_before(self.text, self.start, value.start)?;
            Some(slice(self.text, name.end..close.start))
        };
        let is_map = match name {
            Some(name) => is_name(name),
            None => is_last && is_pair_before().is_some_and(delimited::is_field),
        };
        let digits = run_back(value, value.len(), |b| b.is_ascii_digit());
        let is_numbered = slice(value, 0..digits)
            .iter()
            .all(|b| b.is_ascii_lowercase() || *b == b'_')
            && value.len().saturating_sub(digits) <= 2;
        let is_other = is_numbered || delimited::names_other(value, self.names);
        is_map && !is_other && delimited::is_distinct(value, self.key)
    }

    /// `("password" . "x")` and `{"password" "x"}` as Lisp and Clojure print pairs, and what PHP
    /// and MessagePack write as lengths and values.
    fn dotted(&self, opener: Option<u8>, at: usize, spans: &mut Spans) -> Option<usize> {
        let text = self.text;
        if self.quoted && rest(text, self.end).starts_with(b";s:") {
            let number = run(text, plus(self.end, 3), |b| b.is_ascii_digit());
            return self.string(plus(number, 1), spans);
        }
        if byte(text, at) == Some(b'.') && matches!(opener, Some(b'(' | b':')) {
            return self.string(skip_blanks(text, plus(at, 1)), spans);
        }
        // Macros as Zabbix writes them: `{$PASSWORD} => x`.
        if byte(text, self.end) == Some(b'}') && opener == Some(b'$') {
            let sep = skip_blanks(text, plus(self.end, 1));
            let after = run(text, sep, |b| matches!(b, b'=' | b'>' | b':'));
            let value = skip_blanks(text, after);
            return (after > sep)
                .then(|| replace_value(text, value, self.key, self.names, spans))?;
        }
        // Clojure's maps of strings.
        if self.quoted
            && matches!(opener, Some(b'{' | b','))
            && let Some((_, end)) = string_at(text, at)
            && matches!(byte(text, skip_blanks(text, end)), Some(b',' | b'}'))
            && at > self.end
        {
            return self.string(at, spans);
        }
        // The first byte of a short string says its length (the format's specification, "str").
        let [b'\\', b'x', b'a' | b'b' | b'A' | b'B', low] =
            slice(text, self.end..plus(self.end, 4))
        else {
            return None;
        };
        let from = plus(self.end, 4);
        let to = run(text, from, |b| b > b' ' && b != b'\\' && b != b'"');
        let is_text = low.is_ascii_hexdigit() && byte(text, to) == Some(b'\\');
        (is_text && delimited::replace(text, from..to, self.key, self.names, None, spans))
            .then_some(to)
    }

    fn string(&self, at: usize, spans: &mut Spans) -> Option<usize> {
        let (content, end) = string_at(self.text, at)?;
        delimited::replace(self.text, content, self.key, self.names, None, spans).then_some(end)
    }
}

/// Java's `Entry(password, x)`, Kotlin's `Pair(password, x)`, .NET's `KeyValue(password, x)`.
fn is_entry_word(text: &[u8], open: usize) -> bool {
    const WORDS: &[&[u8]] = &[
        b"Entry",
        b"Pair",
        b"entry",
        b"pair",
        b"Tuple",
        b"Tuple2",
        b"KeyValue",
    ];
    WORDS.iter().any(|w| slice(text, 0..open).ends_with(w))
}
