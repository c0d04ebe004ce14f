//! A value on the lines below its name: a block, a list, a document, one value.

use super::{
    super::{
        bytes::{byte, is_blank, is_name, plus, rest, run, run_back, search, skip_blanks, slice},
        delimited,
        keyed::Named,
        keys::Key,
        members,
        spans::Spans,
        values::{self, Quote},
    },
    Goes, Later, Lead, Openings, is_record,
};

/// The longest word that ends a document: `EOF`.
const MAX_WORD: usize = 32;
/// How many lines an object under a secret's name is looked at for members that hold values.
const MAX_MEMBERS: u8 = 16;
/// What interpreters prompt with.
const PROMPTS: &[&str] = &[
    ">>> ", "> ", "irb(", "pry(", "[1] pry(", "In [", "iex(", "php > ",
];
/// Lines without a value that are waited for one.
const MAX_EMPTY: u8 = 2;
/// Lines of a document whose end is a word or a quote.
const MAX_DOCUMENT: u8 = 100;

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
    /// The items of a list that YAML writes with dashes, or one word that is indented further.
    Items,
    /// Up to a line with this word alone.
    Until(Vec<u8>),
    /// Up to this quote three times.
    Triple(u8),
}

/// Opens what stands below a name, and says where its line was read to.
pub(in super::super) fn read(named: &Named<'_>, openings: &mut Openings) -> Option<usize> {
    let text = slice(named.text, 0..named.line.end);
    let start = named.line.start;
    let closed = match Quote::at(text, named.name.end) {
        Some((_, end)) => end,
        None => named.name.end,
    };
    let closed = plus(closed, usize::from(byte(text, closed) == Some(b']')));
    let sep = skip_blanks(text, closed);
    let quoted = closed > named.name.end;
    let at = match byte(text, sep) {
        Some(b':' | b'=') => {
            let at = run(slice(text, 0..plus(sep, 3).min(text.len())), sep, |b| {
                matches!(b, b':' | b'=' | b'>')
            });
            skip_blanks(text, at)
        }
        None if quoted || is_variable(text, named) => sep,
        None if sep == named.name.end => return word(text, named, openings),
        _ => return None,
    };
    let mode = mode(text, at, quoted, sep)?;
    // Tests that pass are listed under this word.
    if slice(text, named.name.clone()).eq_ignore_ascii_case(b"pass") {
        return None;
    }
    let own = members::opened(text, start, named.name.start).unwrap_or(named.name.start);
    // The bracket of PHP's dumps and the sign of R's lists.
    let sign = own.checked_sub(1).filter(|s| *s >= start);
    let sign = sign.filter(|s| matches!(byte(text, *s), Some(b'[' | b'$')));
    let lead = Lead::of(text, start..sign.unwrap_or(own))?;
    // A message may end in a word and a colon, or in a quoted one; a member stands at the start of
    // its line.
    let is_weak = matches!(mode, Mode::Items) || (sep >= text.len() && quoted);
    if is_weak && !lead.is_blank() || (matches!(mode, Mode::Items) && named.name.start != own) {
        return None;
    }
    let left = match mode {
        Mode::Object => MAX_MEMBERS,
        Mode::Until(_) | Mode::Triple(_) => MAX_DOCUMENT,
        _ => MAX_EMPTY,
    };
    let key = Key {
        demand: named.key.listed(),
        ..named.key
    };
    openings.below(Below::new(lead, key, mode, left));
    Some(text.len())
}

/// What goes on below where the line ends at or after `at`.
fn mode(text: &[u8], at: usize, quoted: bool, sep: usize) -> Option<Mode> {
    let is_colon = byte(text, sep) == Some(b':') && byte(text, plus(sep, 1)) != Some(b':');
    let here = rest(text, at);
    let is_over = |n: usize| is_over(text, plus(at, n));
    match here {
        [] if quoted || sep == text.len() => Some(Mode::Value),
        [] => is_colon.then_some(Mode::Items),
        [b'|' | b'>', ..] if is_colon && is_block(text, at) => Some(Mode::Scalar),
        [b'[', ..] if is_over(1) => Some(Mode::List),
        [b'{', ..] if is_over(1) => Some(Mode::Object),
        [b'"', b'"', b'"', ..] | [b'\'', b'\'', b'\'', ..] if is_over(3) => {
            here.first().copied().map(Mode::Triple)
        }
        [b'<', b'<', ..] => {
            let from = run(slice(text, 0..plus(at, 6).min(text.len())), at, |b| {
                matches!(b, b'<' | b'-' | b'~' | b'"' | b'\'')
            });
            let window = slice(text, 0..plus(from, MAX_WORD).min(text.len()));
            let end = run(window, from, |b| b.is_ascii_alphanumeric() || b == b'_');
            let closed = run(text, end, |b| matches!(b, b'"' | b'\''));
            let is_tag = end > from && is_over(closed.saturating_sub(at));
            is_tag.then(|| Mode::Until(slice(text, from..end).to_vec()))
        }
        // `Some(`, as Rust prints what does not fit on one line
        _ if sep < text.len() && is_wrapper(text, at) => Some(Mode::Value),
        _ => None,
    }
}

/// Opens the word below a name that nothing separates from it: the name of a variable alone on its
/// line, or behind what a logger writes before each line.
fn word(text: &[u8], named: &Named<'_>, openings: &mut Openings) -> Option<usize> {
    let lead = Lead::of(text, named.line.start..named.name.start)?;
    let name = slice(text, named.name.clone());
    let is_shout = name.contains(&b'_') && !name.iter().any(u8::is_ascii_lowercase);
    // The answer of an interpreter stands on a line of its own.
    let is_prompt = PROMPTS
        .iter()
        .any(|p| slice(text, named.line.start..named.name.start).starts_with(p.as_bytes()));
    if is_prompt {
        let lead = Lead::of(text, named.line.start..named.line.start)?;
        openings.below(Below::new(lead, named.key, Mode::Value, 1));
        return None;
    }
    if !(lead.is_log() || (lead.is_blank() && is_shout)) {
        return None;
    }
    openings.below(Below::new(lead, named.key, Mode::Word, 1));
    // Whoever reads a table may find its last column here.
    None
}

/// Whether a word and an opening parenthesis end the line.
fn is_wrapper(text: &[u8], at: usize) -> bool {
    let window = slice(text, 0..plus(at, MAX_WORD).min(text.len()));
    let end = run(window, at, |b| {
        b.is_ascii_alphanumeric() || matches!(b, b'_' | b':')
    });
    end > at && byte(text, end) == Some(b'(') && is_over(text, plus(end, 1))
}

/// R prints the name of a list's member alone on a line: `$password`.
fn is_variable(text: &[u8], named: &Named<'_>) -> bool {
    let sign = named.name.start.checked_sub(1);
    sign.is_some_and(|at| byte(text, at) == Some(b'$') && at == named.line.start)
}

/// Whether the sign of a block scalar stands at `at`, with its indicators and nothing after it.
fn is_block(text: &[u8], at: usize) -> bool {
    let window = slice(text, 0..plus(at, 4).min(text.len()));
    let end = run(window, plus(at, 1), |b| {
        matches!(b, b'+' | b'-' | b'1'..=b'9')
    });
    let after = skip_blanks(text, end);
    after >= text.len() || (after > end && byte(text, after) == Some(b'#'))
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
            Mode::Value => {
                self.value(later, at, spans);
                Goes::Over
            }
            Mode::Word => {
                let word = slice(bytes, at..line.end);
                let is_own = deeper || self.lead.is_blank();
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
        let window = slice(text, 0..plus(at, MAX_WORD).min(text.len()));
        // The types that PHP's var_dump prints and the index that R does.
        let typed = match slice(text, at..plus(at, 4)) {
            b"[1] " => plus(at, 4),
            b"Out[" => plus(run(window, at, |b| b != b' '), 1),
            b"stri" => plus(run(window, at, |b| b != b' ' && b != b'"'), 1),
            _ => at,
        };
        let Some((quote, from)) = Quote::at(text, typed) else {
            return;
        };
        let (to, end) = quote.close(text, from);
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
            let is_text = value.iter().all(|b| is_name(*b)) && value.len() < 4;
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
