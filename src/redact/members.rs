//! Names and values that are members of one object, list or tuple: `{"name":"password","value":"x"}`,
//! `["password","x"]`, `Pair { name: "password", value: "x" }`.
//!
//! The name of the secret stands as a value itself. Which member holds what it names is said by the
//! member's own name, of which there are two tables here; in a list or a tuple it is the other one
//! of two.

mod later;
mod pairs;
mod read;
mod words;

use core::ops::Range;

use super::{
    bytes::{
        Starts, before, byte, is_blank, plus, rest, run, run_back, search, skip_blanks, slice,
    },
    delimited::{self, back},
    finding::Kind,
    keyed::Named,
    keys::{Demand, Key, Names},
    lines::{Lead, Openings, below::is_over},
    spans::Spans,
    values::{self, Around, Quote},
};
pub(super) use later::{Member, Next};
use read::{
    MAX_LEAD, ends_separator, held, key_before, skip_joints, skip_value, string_at, string_before,
    unwrapped,
};
pub(super) use read::{member_at, opened};
pub(super) use words::is_value;
use words::{KINDS, PATHS, is_name, is_one_of};

/// What stands between an old value and the new one.
static ARROWS: Starts = Starts::new(&[b"->", b"=>", "→".as_bytes()]);

/// Members between the name and the value.
const MAX_MEMBERS: usize = 6;
/// How far from the name the value begins at most.
const MAX_BETWEEN: usize = 400;

/// Reads the value that stands in another member than its name, and says how far it was replaced.
pub(super) fn read(
    named: &Named<'_>,
    names: &Names,
    openings: &mut Openings,
    spans: &mut Spans,
) -> Option<usize> {
    let text = slice(named.text, 0..named.line.end);
    let start = named.line.start;
    // A member's name stands before its separator, and nothing else.
    let is_bare = byte(text, named.name.end) == Some(b'=');
    if is_bare && !ends_separator(before(text, named.name.start)) {
        return None;
    }
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
    if is_name(name) || is_one_of(name, &KINDS) {
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
        // What is called a type may be that of a token in a syntax, or of a field.
        let is_kind = is_one_of(slice(self.text, key.clone()), &KINDS);
        let name = slice(self.text, self.open..self.end);
        let is_sure = self.key.kind == Kind::Password
            || (name.iter().any(|b| b"_-. ".contains(b)) && self.key.demand != Demand::Opaque);
        if is_kind && !is_sure && !self.is_opaque_after() {
            return None;
        }
        if let Some(end) = self.after(spans) {
            return Some(end);
        }
        if self.quoted
            && (!is_kind || self.key.kind == Kind::Password)
            && self.before(key.start, spans)
        {
            return Some(self.end);
        }
        let comma = run(self.text, self.end, |b| b == b',');
        if is_over(self.text, comma) {
            let own = opened(self.text, self.start, key.start).unwrap_or(key.start);
            let lead = Lead::of(self.text, self.start..own)?;
            openings.member(Member::new(lead, self.key));
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

    /// Whether the next member holds a value that no word of a language is.
    fn is_opaque_after(&self) -> bool {
        let next = member_at(self.text, skip_joints(self.text, self.end));
        let value = next
            .filter(|(key, _)| is_value(slice(self.text, key.clone())))
            .and_then(|(_, value)| string_at(self.text, value));
        value.is_some_and(|(value, _)| {
            let value = slice(self.text, value);
            values::opaque_end(value, 0) == Some(value.len())
        })
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
    if !matches!(byte(text, end), Some(b' ' | b'\t')) {
        return end;
    }
    let arrow = skip_blanks(slice(text, 0..plus(end, 4).min(text.len())), end);
    let Some(sign) = ARROWS.of(rest(text, arrow)) else {
        return end;
    };
    let value = skip_blanks(text, plus(arrow, sign.len()));
    match string_at(text, value) {
        Some((content, after)) if arrow > end => {
            delimited::replace(text, content, named.key, names, None, spans);
            after
        }
        None if arrow > end => {
            let after = values::bare_end(text, value, Around::default());
            let is_new = delimited::fits_closely(slice(text, value..after), named.key);
            if is_new {
                delimited::replace(text, value..after, named.key, names, None, spans);
            }
            if is_new { after } else { end }
        }
        _ => end,
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
