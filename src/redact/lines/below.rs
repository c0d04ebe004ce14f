//! A value on the lines below its name: a block, a list, a document, one value.

mod opener;
mod prompt;

use super::{
    super::{
        bytes::{byte, is_blank, is_name, plus, rest, run, run_back, search, skip_blanks, slice},
        delimited,
        keys::Key,
        members,
        spans::Spans,
        values::{self, Quote},
    },
    Goes, Later, Lead, is_record,
};
use opener::is_wrapper;
pub(in super::super) use opener::read;

/// The longest word that ends a document: `EOF`.
const MAX_WORD: usize = 32;
/// What PHP and R write before a value.
const LABELS: &[&[u8]] = &[b"string(", b"[1] "];
/// The longest label that an interpreter writes before an answer.
const MAX_LABEL: usize = 48;
/// Lines without a value that are waited for one.
const MAX_EMPTY: u8 = 2;

/// A name whose value is awaited.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in super::super) struct Below {
    lead: Lead,
    key: Key,
    mode: Mode,
    /// How far the first line with something is indented.
    inner: Option<usize>,
    /// Lines that may still come: without anything, or at all in a document.
    left: u8,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Mode {
    /// YAML's `|` and `>`: what is indented further.
    Scalar,
    /// From `[` to `]`, one value a line.
    List,
    /// From `{` to `}`, one member a line.
    Object,
    /// One value that is quoted or marked as one.
    Value,
    /// One word.
    Word,
    /// One word, which a shell prints.
    Echo,
    /// One string, which an interpreter prints.
    Answer,
    /// The items of a list that YAML writes with dashes, or one word that is indented further.
    Items,
    /// Up to a line with this word alone.
    Until(Vec<u8>),
    /// Up to this quote three times.
    Triple(u8),
}

/// Whether nothing is left of a line at `at`.
pub(in super::super) fn is_over(text: &[u8], at: usize) -> bool {
    let at = skip_blanks(text, at);
    at >= text.len() || matches!(slice(text, at..plus(at, 2)), br"\n" | br"\r")
}

impl Below {
    fn new(lead: Lead, key: Key, mode: Mode, left: u8) -> Self {
        Self {
            lead,
            key,
            mode,
            inner: None,
            left,
        }
    }

    /// The block that goes on under a member of `lead`.
    pub(in super::super) fn scalar(lead: Lead, key: Key) -> Self {
        Self::new(lead, key, Mode::Scalar, MAX_EMPTY)
    }

    pub(super) fn lead(&self) -> &Lead {
        &self.lead
    }

    pub(super) fn judge(&mut self, later: &Later<'_>, spans: &mut Spans) -> Goes {
        let (indent, at) = match later.inner(&mut self.lead) {
            Ok(inner) => inner,
            Err(goes) => return goes,
        };
        let (bytes, line) = (later.text, later.line.clone());
        if at >= line.end {
            return self.empty();
        }
        if self.is_cut_off(bytes, line.start) {
            return Goes::Over;
        }
        let deeper = indent > self.lead.indent();
        let inner = *self.inner.get_or_insert(indent);
        match &self.mode {
            // The first line says how far a block is indented (YAML 1.2.2 §8.1.1.1).
            Mode::Scalar
                if deeper && indent >= inner && !rest(bytes, at).starts_with(b"-----BEGIN") =>
            {
                later.replace(at..line.end, self.key, spans);
                Goes::On
            }
            Mode::Scalar => Goes::Over,
            Mode::List | Mode::Items if indent != inner => Goes::Over,
            Mode::List => self.listed(later, at, spans),
            Mode::Object => self.member(later, at, spans),
            Mode::Value if is_wrapper(bytes, at) => self.empty(),
            Mode::Value | Mode::Answer => {
                self.value(later, at, spans);
                Goes::Over
            }
            Mode::Word | Mode::Echo => {
                let word = slice(bytes, at..line.end);
                let is_own = self.mode == Mode::Echo || deeper || self.lead.is_blank();
                if is_own && delimited::is_distinct(word, self.key) && !word.contains(&b' ') {
                    later.replace(at..line.end, self.key, spans);
                }
                Goes::Over
            }
            Mode::Items => self.item(later, at, deeper, spans),
            Mode::Until(word) => {
                let end = run_back(bytes, line.end, is_blank);
                if slice(bytes, at..end) == word.as_slice() {
                    return Goes::Over;
                }
                later.replace(at..line.end, self.key, spans);
                Goes::On
            }
            Mode::Triple(quote) => {
                let close = search(bytes, at..line.end, &[*quote; 3]);
                let end = close.unwrap_or(line.end);
                later.replace(at..end, self.key, spans);
                if close.is_some() {
                    Goes::Over
                } else {
                    Goes::On
                }
            }
        }
    }

    /// Whether the end of a document has been lost: a logger goes on, or it is too long.
    fn is_cut_off(&mut self, text: &[u8], line: usize) -> bool {
        if !matches!(self.mode, Mode::Until(_) | Mode::Triple(_)) {
            return false;
        }
        self.left = self.left.saturating_sub(1);
        self.left == 0 || (self.lead.is_blank() && is_record(rest(text, line)))
    }

    /// After a line with nothing.
    fn empty(&mut self) -> Goes {
        // A secret has no paragraphs.
        let is_over = matches!(self.mode, Mode::Scalar) && self.inner.is_some();
        if self.left == 0 || is_over {
            return Goes::Over;
        }
        if matches!(self.mode, Mode::Scalar | Mode::Until(_) | Mode::Triple(_)) {
            return Goes::On;
        }
        self.left = self.left.saturating_sub(1);
        if self.left == 0 { Goes::Over } else { Goes::On }
    }

    /// One value of a list in brackets.
    fn listed(&self, later: &Later<'_>, at: usize, spans: &mut Spans) -> Goes {
        let text = later.text;
        let (content, end, quoted) = if let Some((quote, from)) = Quote::at(text, at) {
            let (to, end) = quote.close(text, from);
            (from..to, end, true)
        } else {
            let end = run(text, at, |b| !is_blank(b) && !b",]}[{".contains(&b));
            (at..end, end, false)
        };
        let comma = run(text, end, |b| b == b',');
        if content.is_empty() && !quoted || !is_over(text, comma) {
            return Goes::Over;
        }
        // A number without quotes near it could not be replaced so that JSON stays JSON.
        let is_number = !quoted && values::number_end(text, at).is_some();
        if !is_number && delimited::fits_closely(slice(text, content.clone()), self.key) {
            later.replace(content, self.key, spans);
        }
        Goes::On
    }

    /// One member of an object: those that describe the secret stay.
    fn member(&mut self, later: &Later<'_>, at: usize, spans: &mut Spans) -> Goes {
        let text = later.text;
        let Some((name, value)) = members::member_at(text, at) else {
            return Goes::Over;
        };
        if members::is_value(slice(text, name)) {
            members::replace_value(text, value, self.key, later.names, spans);
        }
        self.empty()
    }

    /// The one value on the line below a name.
    fn value(&self, later: &Later<'_>, at: usize, spans: &mut Spans) {
        let text = later.text;
        let sep = run(slice(text, 0..plus(at, 2).min(text.len())), at, |b| {
            matches!(b, b':' | b'=' | b'>')
        });
        let at = skip_blanks(text, sep);
        // The type that PHP prints, the number that R, Ruby, Scala and debuggers give an answer.
        let is_typed = |b: u8| b.is_ascii_alphanumeric() || b" $:=>()*[]_.".contains(&b);
        let near = slice(text, 0..plus(at, MAX_LABEL).min(text.len()));
        let quote = run(near, at, is_typed);
        let is_label =
            self.mode == Mode::Answer || LABELS.iter().any(|l| rest(near, at).starts_with(l));
        let typed = if is_label { quote } else { at };
        let Some((quote, from)) = Quote::at(text, typed) else {
            return;
        };
        let (to, end) = quote.close(text, from);
        // Behind a label nothing but the value stands.
        if typed > at && !is_over(text, end) {
            return;
        }
        if !matches!(byte(text, skip_blanks(text, end)), Some(b':' | b'=')) {
            later.replace(from..to, self.key, spans);
        }
    }

    /// One item of a list with dashes, or a word that is indented further than its name.
    fn item(&mut self, later: &Later<'_>, at: usize, deeper: bool, spans: &mut Spans) -> Goes {
        let (text, line) = (later.text, later.line.start);
        let signed = byte(text, line) == Some(b'-') && at > line;
        let own = match slice(text, at..plus(at, 2)) {
            b"- " if signed || deeper || self.lead.is_blank() => skip_blanks(text, plus(at, 1)),
            _ if signed => at,
            _ if deeper => at,
            _ => return Goes::Over,
        };
        let (content, end) = match Quote::at(text, own) {
            Some((quote, from)) => {
                let (to, end) = quote.close(text, from);
                (from..to, end)
            }
            None => {
                let end = run(text, own, |b| !is_blank(b));
                (own..end, end)
            }
        };
        if own == at
            && deeper
            && let Some((name, value)) = members::member_at(text, at)
            && members::is_value(slice(text, name))
        {
            members::replace_line(text, value, self.key, later.names, spans);
            return Goes::On;
        }
        let value = slice(text, content.clone());
        let is_pair = value.ends_with(b":") || byte(text, end) == Some(b':');
        let is_node = matches!(value.first(), Some(b'{' | b'[' | b'&' | b'*' | b'!' | b'<'));
        if is_pair || is_node || !is_over(text, end) {
            return Goes::Over;
        }
        if own == at && !signed && self.left == 0 {
            return Goes::Over;
        }
        if own == at && !signed {
            // A plain word: the value itself, or the beginning of one over lines.
            let is_number = value.iter().all(u8::is_ascii_digit);
            let is_text = value.iter().all(|b| is_name(*b)) && value.len() < 4 && !is_number;
            if is_text {
                return Goes::Over;
            }
        }
        self.left = 0;
        if delimited::fits_closely(value, self.key) {
            later.replace(content, self.key, spans);
        }
        Goes::On
    }
}
