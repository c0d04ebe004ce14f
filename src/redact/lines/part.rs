//! Parts of forms (RFC 7578): a header that names the field, a line without anything, the value.

use super::{
    super::{
        bytes::{before, byte, find_back, plus, rest, run, search, slice},
        delimited,
        keyed::Named,
        keys::{Key, Names},
        spans::Spans,
        values::Quote,
    },
    Goes, Later, Lead, Openings, is_record,
};

/// How far after the name its header may go on: a charset, an escaped header.
const MAX_HEADER: usize = 160;
/// Headers after the one with the name.
const MAX_HEADERS: u8 = 3;
/// Lines of a value.
const MAX_LINES: u8 = 16;

/// A part whose value is awaited.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in super::super) struct Part {
    lead: Lead,
    key: Key,
    /// Whether the line without anything has come.
    body: bool,
    left: u8,
}

/// Reads the value of the part that a name is the field of, and says how far it was replaced.
pub(in super::super) fn read(
    named: &Named<'_>,
    names: &Names,
    openings: &mut Openings,
    spans: &mut Spans,
) -> Option<usize> {
    const FORM: &[u8] = b"form-data; name=";
    let text = slice(named.text, 0..named.line.end);
    let name = named.name.start;
    let low = name.saturating_sub(64).max(named.line.start);
    let lead = slice(text, low..name);
    let open = plus(find_back(lead, b'=')?, 1);
    before(lead, open.saturating_sub(1)).filter(|b| matches!(b, b'e' | b'E'))?;
    let form = slice(lead, open.saturating_sub(FORM.len())..open);
    if !form.eq_ignore_ascii_case(FORM) {
        return None;
    }
    let end = Quote::at(text, named.name.end).map_or(named.name.end, |(_, end)| end);
    let parameters = run(
        slice(text, 0..plus(end, MAX_HEADER).min(text.len())),
        end,
        |b| b.is_ascii_alphanumeric() || b" ;=-_\"".contains(&b),
    );
    let is_file = search(text, end..parameters, b"filename").is_some();
    if parameters >= text.len() && !is_file {
        let start = search(text, named.line.start..name, b"ontent-")?.saturating_sub(1);
        openings.part(Part {
            lead: Lead::of(text, named.line.start..start)?,
            key: named.key,
            body: false,
            left: MAX_HEADERS,
        });
        return Some(end);
    }
    // All of it on one line, the line ends escaped.
    let window = slice(text, 0..plus(end, MAX_HEADER).min(text.len()));
    let blank: &[&[u8]] = &[br"\r\n\r\n", br"\n\n", br"\\r\\n\\r\\n", br"\\n\\n"];
    let (at, sign) = blank
        .iter()
        .find_map(|b| Some((search(window, end..window.len(), b)?, b)))?;
    let from = plus(at, sign.len());
    let slashes = run(sign, 0, |b| b == b'\\');
    let mut to = from;
    while let Some(b) = byte(text, to) {
        let escape = run(text, to, |b| b == b'\\');
        let is_end =
            escape.saturating_sub(to) == slashes && matches!(byte(text, escape), Some(b'r' | b'n'));
        if is_end || (b == b'"' && slashes == 1) {
            break;
        }
        to = plus(to, 1).max(escape);
    }
    let is_part =
        rest(text, to).is_empty() || byte(text, to) == Some(b'\\') || byte(text, to) == Some(b'"');
    (is_part && delimited::replace(text, from..to, named.key, names, None, spans)).then_some(to)
}

impl Part {
    pub(super) fn lead(&self) -> &Lead {
        &self.lead
    }

    pub(super) fn judge(&mut self, later: &Later<'_>, spans: &mut Spans) -> Goes {
        let at = match later.inner(&mut self.lead) {
            Ok((_, at)) => at,
            Err(goes) => return goes,
        };
        let (bytes, line) = (later.text, later.line.clone());
        let is_empty = at >= line.end;
        let is_cut_off = self.lead.is_blank() && is_record(rest(bytes, line.start));
        if self.left == 0 || (self.body && rest(bytes, at).starts_with(b"--")) || is_cut_off {
            return Goes::Over;
        }
        self.left = self.left.saturating_sub(1);
        if self.body {
            later.replace(at..line.end, self.key, spans);
            return Goes::On;
        }
        if is_empty {
            (self.body, self.left) = (true, MAX_LINES);
            return Goes::On;
        }
        let header = rest(bytes, at).to_ascii_lowercase();
        if header.starts_with(b"content-") {
            Goes::On
        } else {
            Goes::Over
        }
    }
}
