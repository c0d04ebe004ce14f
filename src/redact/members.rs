//! Names and values that are members of one object, list or tuple: `{"name":"password","value":"x"}`,
//! `["password","x"]`, `Pair { name: "password", value: "x" }`.
//!
//! The name of the secret stands as a value itself. Which member holds what it names is said by the
//! member's own name, of which there are two tables here; in a list or a tuple it is the other one
//! of two.

mod pairs;

use core::ops::Range;

use super::{
    bytes::{Words, before, byte, is_blank, plus, rest, run, run_back, search, skip_blanks, slice},
    delimited::{self, back},
    finding::Kind,
    keyed::Named,
    keys::{Key, Names},
    lines::{
        Goes, Lead, Openings,
        below::{Below, is_over},
    },
    spans::Spans,
    values::{self, Around, Quote},
};

/// Members that hold a name.
static NAMES: Words = Words::new(&[
    "attribute",
    "attributename",
    "column",
    "columnname",
    "env",
    "envvar",
    "field",
    "fieldname",
    "header",
    "headername",
    "id",
    "k",
    "key",
    "keyname",
    "label",
    "loc",
    "n",
    "name",
    "option",
    "option_name",
    "optionname",
    "param",
    "parameter",
    "parameterkey",
    "parametername",
    "paramname",
    "path",
    "prop",
    "property",
    "propertyname",
    "question",
    "secretname",
    "setting",
    "title",
    "var",
    "variable",
    "variablename",
]);

/// Members that hold a value.
static VALUES: Words = Words::new(&[
    "#text",
    "$",
    "_text",
    "after",
    "answer",
    "before",
    "bool_value",
    "content",
    "contents",
    "current",
    "currentvalue",
    "data",
    "fieldvalue",
    "from",
    "input",
    "new",
    "newvalue",
    "new_value",
    "old",
    "oldvalue",
    "old_value",
    "optionvalue",
    "option_value",
    "original",
    "originalvalue",
    "parametervalue",
    "paramvalue",
    "plaintext",
    "plainvalue",
    "plaintextvalue",
    "prev",
    "previous",
    "previousvalue",
    "previous_value",
    "raw",
    "rawvalue",
    "rejectedvalue",
    "response",
    "secretstring",
    "secretvalue",
    "string",
    "string_value",
    "stringvalue",
    "text",
    "to",
    "v",
    "val",
    "value",
    "values",
    "variablevalue",
]);

/// Members that hold the path to a name.
static PATHS: Words = Words::new(&["loc", "path"]);

/// The longest name of a member that is looked at.
const MAX_KEY: usize = 40;
/// How far before a name the quote is looked for that it stands in.
const MAX_LEAD: usize = 64;
/// Members between the name and the value.
const MAX_MEMBERS: usize = 6;
/// How far from the name the value begins at most.
const MAX_BETWEEN: usize = 400;
/// How deep a value is wrapped at most: OpenTelemetry's are five levels deep.
const MAX_WRAPPERS: usize = 6;
/// Lines that are waited for a value.
const MAX_LINES: u8 = 6;

/// A secret's name in quotes.
struct Held {
    /// Where the quote opens, a prefix such as Python's `b` included.
    open: usize,
    /// Where it has closed.
    end: usize,
}

/// Reads the value that stands in another member than its name, and says how far it was replaced.
pub(super) fn read(
    named: &Named<'_>,
    names: &Names,
    openings: &mut Openings,
    spans: &mut Spans,
) -> Option<usize> {
    let text = slice(named.text, 0..named.line.end);
    let start = named.line.start;
    let held = held(text, start, named.name.clone());
    let (open, end) = held.as_ref().map_or_else(
        || (named.name.start, named.name.end),
        |held| (held.open, held.end),
    );
    let site = Site {
        text,
        start,
        key: named.key,
        names,
        open,
        end,
        quoted: held.is_some(),
    };
    let Some(key) = key_before(text, start, open) else {
        return site.path(openings, spans).or_else(|| site.pair(spans));
    };
    let name = slice(text, key.clone());
    if is_name(name) || name.eq_ignore_ascii_case(b"type") {
        return site.member(key, openings, spans);
    }
    site.labelled(name, spans).or_else(|| site.pair(spans))
}

/// A name that is a value.
struct Site<'t> {
    text: &'t [u8],
    start: usize,
    key: Key,
    names: &'t Names,
    /// Where the name begins and ends, its quotes included.
    open: usize,
    end: usize,
    quoted: bool,
}

impl Site<'_> {
    /// The value in another member, after this one or before it.
    fn member(
        &self,
        key: Range<usize>,
        openings: &mut Openings,
        spans: &mut Spans,
    ) -> Option<usize> {
        // What is called a type may be that of a token in a syntax.
        let is_type = slice(self.text, key.clone()).eq_ignore_ascii_case(b"type");
        if is_type && self.key.kind != Kind::Password {
            return None;
        }
        if let Some(end) = self.after(spans) {
            return Some(end);
        }
        if self.quoted && self.before(key.start, spans) {
            return Some(self.end);
        }
        let comma = run(self.text, self.end, |b| b == b',');
        if is_over(self.text, comma) {
            let own = opened(self.text, self.start, key.start).unwrap_or(key.start);
            let lead = Lead::of(self.text, self.start..own)?;
            openings.member(Member {
                lead,
                key: self.key,
                left: MAX_LINES,
            });
        }
        None
    }

    /// The last part of a path that is a list: `"loc":["body","password"],"input":"x"`.
    fn path(&self, openings: &mut Openings, spans: &mut Spans) -> Option<usize> {
        let end = skip_blanks(self.text, self.end);
        if !self.quoted || byte(self.text, end) != Some(b']') {
            return None;
        }
        let low = self.open.saturating_sub(MAX_LEAD).max(self.start);
        let list = back(self.text, low..self.open, |b| b != b'[');
        let key = key_before(self.text, self.start, list.checked_sub(1)?)?;
        let is_path = is_one_of(slice(self.text, key.clone()), &PATHS);
        let site = Site {
            end: plus(end, 1),
            ..*self
        };
        is_path.then(|| site.member(key, openings, spans)).flatten()
    }

    /// The value of the field that this is the label of, as CEF has them: `cs1Label=… cs1=…`.
    fn labelled(&self, label: &[u8], spans: &mut Spans) -> Option<usize> {
        let (field, suffix) = label.split_at_checked(label.len().checked_sub(5)?)?;
        if !suffix.eq_ignore_ascii_case(b"label") || field.is_empty() {
            return None;
        }
        let low = self.open.saturating_sub(MAX_BETWEEN).max(self.start);
        let far = plus(self.end, MAX_BETWEEN).min(self.text.len());
        let wanted = [field, b"="].concat();
        let found = search(self.text, low..far, &wanted)?;
        let from = plus(found, wanted.len());
        let is_whole = found == self.start || matches!(before(self.text, found), Some(b' ' | b'|'));
        let mut to = from;
        // Up to the next field: values have blanks.
        while let Some(b) = byte(self.text, to) {
            let next = plus(to, 1);
            if b == b' ' && values::pair_follows(self.text, next, b"=") {
                break;
            }
            to = next;
        }
        let is_replaced =
            is_whole && delimited::replace(self.text, from..to, self.key, self.names, None, spans);
        is_replaced.then_some(to.max(self.end))
    }

    fn after(&self, spans: &mut Spans) -> Option<usize> {
        let window = slice(
            self.text,
            0..plus(self.end, MAX_BETWEEN).min(self.text.len()),
        );
        let mut at = self.end;
        let mut replaced = None;
        for _ in 0..MAX_MEMBERS {
            let Some((key, value)) = member_at(self.text, skip_joints(window, at)) else {
                break;
            };
            if value >= window.len() && replaced.is_none() {
                break;
            }
            let name = slice(self.text, key);
            if is_value(name) {
                let end = replace_value(self.text, value, self.key, self.names, spans);
                let Some(end) = end else { break };
                (replaced, at) = (Some(end), end);
            } else if is_name(name) || replaced.is_some() {
                break;
            } else {
                at = skip_value(window, value)?;
            }
        }
        replaced
    }

    /// The value in a member before this one, whose own name begins at `key`.
    fn before(&self, key: usize, spans: &mut Spans) -> bool {
        let mut at = self.quote_before(key);
        for _ in 0..MAX_MEMBERS {
            let Some((from, to)) = string_before(self.text, self.start, at) else {
                return false;
            };
            let Some(name) = key_before(self.text, self.start, from.start) else {
                return false;
            };
            let bytes = slice(self.text, name.clone());
            if is_value(bytes) {
                let content = from.end..to.start;
                return delimited::replace(self.text, content, self.key, self.names, None, spans);
            }
            if is_name(bytes) {
                return false;
            }
            at = self.quote_before(name.start);
        }
        false
    }

    /// Where the quote begins, if any, before the name of a member at `key`.
    fn quote_before(&self, key: usize) -> usize {
        match before(self.text, key) {
            Some(b'"' | b'\'' | b'`') => {
                let mark = key.saturating_sub(1);
                back(self.text, self.start..mark, |b| b == b'\\')
            }
            _ => key,
        }
    }
}

/// The quotes that `name` stands in, words before it and a question mark or colon after it allowed.
fn held(text: &[u8], line: usize, name: Range<usize>) -> Option<Held> {
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

/// The name of the member whose value begins at `value`, without its quotes.
fn key_before(text: &[u8], line: usize, value: usize) -> Option<Range<usize>> {
    if !matches!(before(text, value), Some(b' ' | b'\t' | b':' | b'=' | b'>')) {
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
pub(super) fn opened(text: &[u8], line: usize, name: usize) -> Option<usize> {
    let mark = name.checked_sub(1).filter(|at| *at >= line)?;
    let is_mark = matches!(byte(text, mark), Some(b'"' | b'\'' | b'`'));
    is_mark.then(|| back(text, line..mark, |b| b == b'\\'))
}

/// The string that ends before `at`, but for a comma and blanks: its opening quote and its closing
/// one.
fn string_before(text: &[u8], line: usize, at: usize) -> Option<(Range<usize>, Range<usize>)> {
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

/// Past the commas, semicolons and blanks between two members.
fn skip_joints(text: &[u8], at: usize) -> usize {
    run(text, at, |b| matches!(b, b' ' | b'\t' | b',' | b';'))
}

/// The name of the member at `at` without its quotes, and where its value begins.
pub(super) fn member_at(text: &[u8], at: usize) -> Option<(Range<usize>, usize)> {
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
    (end > start && is_member).then_some((start..end, value))
}

/// Where the value at `at` ends that is no secret; None where that is too far or a structure.
fn skip_value(window: &[u8], at: usize) -> Option<usize> {
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
fn string_at(text: &[u8], at: usize) -> Option<(Range<usize>, usize)> {
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
fn unwrapped(text: &[u8], at: usize) -> Option<usize> {
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

/// Replaces the value of a member at `at` and says where it ended; None where there is none.
pub(super) fn replace_value(
    text: &[u8],
    at: usize,
    key: Key,
    names: &Names,
    spans: &mut Spans,
) -> Option<usize> {
    let at = unwrapped(text, at)?;
    if let Some((mut content, mut end)) = string_at(text, at) {
        delimited::replace(text, content, key, names, None, spans);
        // the rest of a list
        while byte(text, end) == Some(b',') {
            let next = skip_blanks(text, plus(end, 1));
            let Some((again, after)) = string_at(text, next) else {
                break;
            };
            if matches!(byte(text, skip_blanks(text, after)), Some(b':' | b'=')) {
                break;
            }
            (content, end) = (again, after);
            delimited::replace(text, content, key, names, None, spans);
        }
        return Some(end);
    }
    if let Some(end) = values::number_end(text, at) {
        let quote = run_back(text, at, |b| matches!(b, b' ' | b':'));
        let close = quote.saturating_sub(1);
        let quotes = matches!(byte(text, close), Some(b'"' | b'\''))
            .then(|| run_back(slice(text, 0..close), close, |b| b == b'\\')..quote);
        delimited::replace(text, at..end, key, names, quotes, spans);
        return Some(end);
    }
    let around = Around {
        list: true,
        ..Around::default()
    };
    let end = values::bare_end(text, at, around);
    let is_name = byte(text, end) == Some(b':');
    if end == at || is_name || matches!(byte(text, at), Some(b'{' | b'[' | b'|' | b'>')) {
        return None;
    }
    delimited::replace(text, at..end, key, names, None, spans);
    Some(end)
}

/// Replaces the new value behind an arrow, as plans and audits print what changes: the old one has
/// ended at `end`. Says where the new one ended.
pub(super) fn changed(named: &Named<'_>, end: usize, names: &Names, spans: &mut Spans) -> usize {
    let text = slice(named.text, 0..named.line.end);
    let arrow = skip_blanks(slice(text, 0..plus(end, 4).min(text.len())), end);
    let arrows = ["->", "=>", "→"];
    let Some(sign) = arrows
        .iter()
        .find(|a| rest(text, arrow).starts_with(a.as_bytes()))
    else {
        return end;
    };
    let value = skip_blanks(text, plus(arrow, sign.len()));
    match string_at(text, value) {
        Some((content, after)) if arrow > end => {
            delimited::replace(text, content, named.key, names, None, spans);
            after
        }
        _ => end,
    }
}

/// Whether a member of this name holds a name.
fn is_name(name: &[u8]) -> bool {
    is_one_of(name, &NAMES)
}

/// Whether a member of this name holds a value.
pub(super) fn is_value(name: &[u8]) -> bool {
    is_one_of(name, &VALUES)
}

fn is_one_of(name: &[u8], words: &Words) -> bool {
    let name = match name {
        [b':' | b'@' | b'_', rest @ ..] => rest,
        name => name,
    };
    words.has_in_any_case(name)
}

/// A name whose value is a member on one of the next lines.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Member {
    lead: Lead,
    key: Key,
    left: u8,
}

/// What a line says about the value that is awaited.
pub(super) enum Next {
    On,
    Over,
    /// It goes on below.
    Below(Below),
}

impl Member {
    pub(super) fn lead(&self) -> &Lead {
        &self.lead
    }

    /// Judges a line after that of the name.
    pub(super) fn judge(
        &mut self,
        text: &[u8],
        line: Range<usize>,
        names: &Names,
        spans: &mut Spans,
    ) -> Next {
        let bytes = slice(text, 0..line.end);
        let (indent, at) = match self.lead.inner(bytes, line.clone()) {
            Ok(inner) => inner,
            Err(Goes::On) => return Next::On,
            Err(Goes::Over) => return Next::Over,
        };
        self.left = self.left.saturating_sub(1);
        let Some((name, value)) = member_at(bytes, at) else {
            return Next::Over;
        };
        let name = slice(bytes, name);
        if indent < self.lead.indent() || is_name(name) || self.left == 0 {
            return Next::Over;
        }
        if !is_value(name) || byte(bytes, value) == Some(b'{') {
            return Next::On;
        }
        if matches!(
            slice(bytes, value..bytes.len()),
            [b'|' | b'>'] | [b'|' | b'>', b'-' | b'+']
        ) {
            return match Lead::of(bytes, line.start..at) {
                Some(lead) => Next::Below(Below::scalar(lead, self.key)),
                None => Next::Over,
            };
        }
        replace_line(bytes, value, self.key, names, spans);
        Next::On
    }
}

/// Replaces the value at `at`, which goes up to the end of the line where it has no quotes.
pub(super) fn replace_line(text: &[u8], at: usize, key: Key, names: &Names, spans: &mut Spans) {
    let is_bare = Quote::at(text, at).is_none()
        && values::number_end(text, at).is_none()
        && !matches!(byte(text, at), Some(b'[' | b'{'));
    if !is_bare {
        replace_value(text, at, key, names, spans);
        return;
    }
    let end = run_back(text, text.len(), |b| is_blank(b) || b == b',').max(at);
    if delimited::fits_closely(slice(text, at..end), key) {
        delimited::replace(text, at..end, key, names, None, spans);
    }
}
