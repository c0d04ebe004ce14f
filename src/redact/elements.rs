//! Elements of XML, HTML and property lists: the name is a tag, an attribute of one, or the text of
//! the element before. The same where the markup itself was escaped for JSON, HTML or a URL.

use core::ops::Range;

use super::{
    bytes::{Words, before, byte, plus, rest, run, run_back, skip_blanks, slice},
    delimited::{self, back},
    keyed::Named,
    keys::{Key, Names},
    lines::{Goes, Lead, Openings, below::is_over},
    spans::Spans,
    values::Quote,
};

/// How angle brackets are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Form {
    less: &'static [u8],
    greater: &'static [u8],
}

const fn form(less: &'static str, greater: &'static str) -> Form {
    Form {
        less: less.as_bytes(),
        greater: greater.as_bytes(),
    }
}

const FORMS: &[Form] = &[
    form("<", ">"),
    form(r"\\u003c", r"\\u003e"),
    form("&lt;", "&gt;"),
    form(r"\u003c", r"\u003e"),
    form("%3c", "%3e"),
    form("&amp;lt;", "&amp;gt;"),
    form("&#60;", "&#62;"),
    form("&#x3c;", "&#x3e;"),
    form(r"\x3c", r"\x3e"),
];

/// How far attributes are looked at.
const MAX_ATTRIBUTES: usize = 400;
/// The longest name of an element that is looked at.
const MAX_TAG: usize = 40;
/// The longest prefix of a namespace.
const MAX_NAMESPACE: usize = 24;
/// Lines that are waited for the text of an element or for its end.
const MAX_LINES: u8 = 4;

/// Elements inside that of a secret which hold its text.
static WRAPPERS: Words = Words::new(&[
    "b",
    "cleartext",
    "code",
    "data",
    "em",
    "i",
    "i4",
    "int",
    "integer",
    "kbd",
    "plain",
    "plaintext",
    "pre",
    "span",
    "str",
    "string",
    "strong",
    "text",
    "tt",
    "value",
]);
/// Elements whose attribute is a name and whose text is the value.
static HOLDERS: Words = Words::new(&[
    "add",
    "arg",
    "argument",
    "attribute",
    "column",
    "config",
    "credential",
    "data",
    "entry",
    "env",
    "environmentvariable",
    "field",
    "header",
    "init-param",
    "item",
    "member",
    "option",
    "pair",
    "param",
    "parameter",
    "pref",
    "preference",
    "prop",
    "property",
    "secret",
    "setting",
    "simpledata",
    "textarea",
    "value",
    "var",
    "variable",
]);
/// Attributes that name what an element holds.
static ATTRIBUTES: Words = Words::new(&["name", "key", "property", "param", "id", "k", "field"]);
/// Elements whose text names what the next element holds, and the elements that hold it.
const PAIRS: &[(&str, &[&str])] = &[
    ("key", &["string", "integer", "data", "value", "real"]),
    ("name", &["value", "string", "val", "defaultvalue"]),
    ("string", &["string"]),
    ("parameterkey", &["parametervalue"]),
    ("param-name", &["param-value"]),
    ("env-entry-name", &["env-entry-value"]),
    ("property-name", &["property-value"]),
    ("propertyname", &["propertyvalue"]),
    ("fieldname", &["fieldvalue", "value"]),
    ("attributename", &["attributevalue", "value"]),
    ("th", &["td"]),
    ("td", &["td"]),
    ("dt", &["dd"]),
];
/// Elements that only emphasise a value.
static STRESS: Words = Words::new(&["b", "code", "em", "i", "kbd", "mark", "strong", "tt", "u"]);
/// Elements that only emphasise the name before a colon, and the text that follows them.
static EMPHASIS: Words = Words::new(&[
    "b", "strong", "em", "i", "u", "span", "label", "font", "th", "dt",
]);

/// Reads the value that markup puts under a name, and says how far it was replaced.
pub(super) fn read(
    named: &Named<'_>,
    names: &Names,
    openings: &mut Openings,
    spans: &mut Spans,
) -> Option<usize> {
    let text = slice(named.text, 0..named.line.end);
    let start = delimited::name_start(text, named.name.clone());
    let site = Site {
        text,
        line: named.line.start,
        key: named.key,
        names,
        start,
        end: named.name.end,
    };
    if let Some(read) = site.tag(openings, spans) {
        return read;
    }
    site.attribute(openings, spans)
        .or_else(|| site.text_before(openings, spans))
        .or_else(|| site.emphasised(spans))
}

/// A secret's name in markup.
struct Site<'t> {
    text: &'t [u8],
    line: usize,
    key: Key,
    names: &'t Names,
    start: usize,
    end: usize,
}

impl Site<'_> {
    /// Where the name is that of an element: its text.
    fn tag(&self, openings: &mut Openings, spans: &mut Spans) -> Option<Option<usize>> {
        let (form, open) = self.less_before()?;
        let window = self.window();
        let from = tag_end(window, self.end, form)?;
        if let Some(end) = self.content(form, from, spans) {
            return Some(end);
        }
        // The tag begins its line, or what is before it is markup too.
        let is_first = || {
            let lead = Lead::of(self.text, self.line..open)?;
            let own = skip_blanks(self.text, self.line);
            let is_markup =
                byte(self.text, own) == Some(b'<') && ends_with(self.text, self.line, open, b">");
            match is_markup {
                true => Lead::of(self.text, self.line..own),
                false => Some(lead).filter(Lead::is_blank),
            }
        };
        // What has words and no attributes is how Python prints an object.
        let inner = slice(self.text, self.end..from.saturating_sub(form.greater.len()));
        let is_tag = inner.iter().all(|b| *b == b' ') || find(inner, 0, b"=").is_some();
        if is_over(self.text, from)
            && is_tag
            && let Some(lead) = is_first()
        {
            openings.element(Element::text(lead, self.key, form));
        }
        Some(None)
    }

    /// The form of the bracket before the name, a namespace between them allowed, and where the
    /// bracket is.
    fn less_before(&self) -> Option<(Form, usize)> {
        let at = |end: usize| {
            let form = less_ending(self.text, self.line, end)?;
            Some((form, end.saturating_sub(form.less.len())))
        };
        let namespace = || {
            let colon = self.start.checked_sub(1)?;
            if byte(self.text, colon) != Some(b':') {
                return None;
            }
            let low = colon.saturating_sub(MAX_NAMESPACE).max(self.line);
            let window = slice(self.text, low..colon);
            let start = plus(low, run_back(window, window.len(), super::bytes::is_name));
            let start = delimited::name_start(self.text, start..colon);
            (start < colon).then_some(start)
        };
        at(self.start).or_else(|| at(namespace()?))
    }

    /// The line as far as attributes go on from here.
    fn window(&self) -> &[u8] {
        slice(
            self.text,
            0..plus(self.end, MAX_ATTRIBUTES).min(self.text.len()),
        )
    }

    /// Replaces the text at `from` where it is one and its element ends; None where that is open.
    fn content(&self, form: Form, from: usize, spans: &mut Spans) -> Option<Option<usize>> {
        let found = content(self.text, from, form)?;
        Some(found.and_then(|content| {
            let end = content.end;
            delimited::replace(self.text, content, self.key, self.names, None, spans).then_some(end)
        }))
    }

    /// Where the name is that of an attribute of an element with text.
    fn attribute(&self, openings: &mut Openings, spans: &mut Spans) -> Option<usize> {
        let quote = self.start.checked_sub(1).filter(|q| *q > self.line)?;
        let mark = byte(self.text, quote).filter(|b| matches!(b, b'"' | b'\''))?;
        let (_, after) = Quote::at(self.text, self.end)?;
        let slashes = back(self.text, self.line..quote, |b| b == b'\\');
        let equals = slashes
            .checked_sub(1)
            .filter(|e| byte(self.text, *e) == Some(b'='))?;
        let low = equals.saturating_sub(MAX_ATTRIBUTES).max(self.line);
        let lead = slice(self.text, low..equals);
        let name = run_back(lead, lead.len(), delimited::is_key);
        let open = run_back(lead, name, |b| !matches!(b, b'<' | b'>' | b';' | b'\n'));
        let tag = slice(
            lead,
            open..run(
                slice(lead, 0..plus(open, MAX_TAG).min(lead.len())),
                open,
                is_tag,
            ),
        );
        let is_named = ATTRIBUTES.has_in_any_case(slice(lead, name..lead.len()));
        let form = less_ending(lead, 0, open)?;
        if !is_named || mark == 0 {
            return None;
        }
        let local = tag.rsplit(|b| *b == b':').next().unwrap_or(tag);
        let from = tag_end(self.window(), after, form)?;
        let is_text = HOLDERS.has_in_any_case(local);
        let is_translation = local.eq_ignore_ascii_case(b"string");
        if !is_text && !is_translation {
            return None;
        }
        match content(self.text, from, form) {
            Some(Some(content)) => {
                let value = slice(self.text, content.clone());
                // Android's translations stand in the same element as its keys.
                if is_translation && !delimited::is_opaque(value) {
                    return None;
                }
                let end = content.end;
                delimited::replace(self.text, content, self.key, self.names, None, spans)
                    .then_some(end)
            }
            None if is_text && is_over(self.text, from) => {
                let lead = Lead::of(
                    self.text,
                    self.line..plus(low, open).saturating_sub(form.less.len()),
                )?;
                if lead.is_blank() {
                    openings.element(Element::text(lead, self.key, form));
                }
                None
            }
            _ => None,
        }
    }

    /// Where the name is the text of an element: the text of the next one.
    fn text_before(&self, openings: &mut Openings, spans: &mut Spans) -> Option<usize> {
        let low = self.start.saturating_sub(MAX_TAG).max(self.line);
        let words = slice(self.text, low..self.start);
        let lead = plus(
            low,
            run_back(words, words.len(), |b| {
                b.is_ascii_alphabetic() || matches!(b, b' ' | b'\'')
            }),
        );
        let ends = |b: u8| matches!(b, b'>' | b'e' | b'E' | b';');
        if !before(self.text, lead).is_some_and(ends) {
            return None;
        }
        let form = FORMS
            .iter()
            .find(|f| ends_with(self.text, self.line, lead, f.greater))?;
        let colon = run(
            slice(self.text, 0..plus(self.end, 2).min(self.text.len())),
            self.end,
            |b| matches!(b, b':' | b' ' | b'?'),
        );
        let (tag, closed) = closing(self.text, colon, *form)?;
        let tag = slice(self.text, tag);
        let after = skip_space(self.text, closed);
        let is_inside = colon > self.end;
        let is_colon = is_inside
            || (byte(self.text, after) == Some(b':') && !tag.eq_ignore_ascii_case(b"span"));
        if is_colon && EMPHASIS.has_in_any_case(tag) {
            let from = plus(after, usize::from(byte(self.text, after) == Some(b':')));
            if let Some(Some(content)) = content(self.text, from, *form) {
                let end = content.end;
                delimited::replace(self.text, content, self.key, self.names, None, spans);
                return Some(end);
            }
        }
        // What is assigned by a colon does not begin with the end of an element.
        let none = is_inside.then_some(self.end);
        let Some((_, next)) = PAIRS
            .iter()
            .find(|(name, _)| tag.eq_ignore_ascii_case(name.as_bytes()))
        else {
            return none;
        };
        if is_over(self.text, after) {
            let start = back(
                self.text,
                lead.saturating_sub(MAX_ATTRIBUTES).max(self.line)..lead,
                |b| b != b'<' && b != b'&',
            );
            let open = start.saturating_sub(1).max(self.line);
            let lead = Lead::of(self.text, self.line..open)?;
            openings.element(Element::pair(lead, self.key, *form, next));
            return None;
        }
        let read = next_element(self.text, after, *form, next, |content| {
            let end = content.end;
            delimited::replace(self.text, content, self.key, self.names, None, spans);
            Some(end)
        });
        read.or(none)
    }

    /// Where an element stands after the name and a colon: `Password: <b>…</b>`.
    fn emphasised(&self, spans: &mut Spans) -> Option<usize> {
        let window = slice(self.text, 0..plus(self.end, 16).min(self.text.len()));
        let sep = run(window, self.end, |b| matches!(b, b':' | b'='));
        let at = skip_blanks(window, sep);
        let begins = |b: u8| matches!(b, b'<' | b'\\' | b'&' | b'%');
        if sep == self.end || !byte(self.text, at).is_some_and(begins) {
            return None;
        }
        let form = FORMS.iter().find(|f| starts_with(self.text, at, f.less))?;
        let inner = plus(at, form.less.len());
        let end = run(
            slice(self.text, 0..plus(inner, MAX_TAG).min(self.text.len())),
            inner,
            is_tag,
        );
        if !STRESS.has_in_any_case(slice(self.text, inner..end)) {
            return None;
        }
        let content = content(self.text, at, *form)??;
        let end = content.end;
        delimited::replace(self.text, content, self.key, self.names, None, spans);
        Some(end)
    }
}

/// Whether `text` up to `end` ends in `wanted`, in whatever case.
fn ends_with(text: &[u8], line: usize, end: usize, wanted: &[u8]) -> bool {
    let start = end.checked_sub(wanted.len()).filter(|s| *s >= line);
    start.is_some_and(|s| slice(text, s..end).eq_ignore_ascii_case(wanted))
}

/// The form whose opening bracket ends at `end`.
fn less_ending(text: &[u8], line: usize, end: usize) -> Option<Form> {
    // The last bytes of all of them.
    if !matches!(before(text, end), Some(b'<' | b'c' | b'C' | b';')) {
        return None;
    }
    let ends = |form: &&Form| ends_with(text, line, end, form.less);
    FORMS.iter().find(ends).copied()
}

fn starts_with(text: &[u8], at: usize, wanted: &[u8]) -> bool {
    slice(text, at..plus(at, wanted.len())).eq_ignore_ascii_case(wanted)
}

fn is_tag(byte: u8) -> bool {
    super::bytes::is_name(byte) || byte == b':'
}

/// Where the tag has ended whose name or attribute ended at `at`; None where it holds nothing or
/// goes on beyond the text.
fn tag_end(window: &[u8], at: usize, form: Form) -> Option<usize> {
    if starts_with(window, at, form.greater) {
        return Some(plus(at, form.greater.len()));
    }
    let goes_on = byte(window, at)
        .is_none_or(|b| b == b' ' || b == b'\t' || b == b'/' || b == b'%' || b == b'+');
    let close = find(window, at, form.greater)?;
    let inner = slice(window, at..close);
    let nests = inner.contains(&b'<') || inner.ends_with(b"/") || (close > at && !goes_on);
    (!nests).then_some(plus(close, form.greater.len()))
}

/// Where `wanted` stands first from `at` on, in whatever case.
fn find(text: &[u8], at: usize, wanted: &[u8]) -> Option<usize> {
    let first = wanted.first()?;
    let mut at = at;
    loop {
        let found = super::bytes::find_byte(text, at..text.len(), *first)?;
        if starts_with(text, found, wanted) {
            return Some(found);
        }
        at = plus(found, 1);
    }
}

fn skip_space(text: &[u8], at: usize) -> usize {
    let mut at = at;
    loop {
        let next = super::bytes::skip_blanks(text, at);
        at = match slice(text, next..plus(next, 2)) {
            br"\n" | br"\t" | br"\r" => plus(next, 2),
            _ => return next,
        };
    }
}

/// The text of the element whose tag has ended at `from`: None where nothing ends it on the line,
/// Some(None) where it has none.
fn content(text: &[u8], from: usize, form: Form) -> Option<Option<Range<usize>>> {
    const CDATA: &[u8] = b"![cdata[";
    let mut from = skip_space(text, from);
    for _ in 0..3 {
        if !starts_with(text, from, form.less) {
            break;
        }
        let inner = plus(from, form.less.len());
        if starts_with(text, inner, CDATA) {
            let start = plus(inner, CDATA.len());
            let end = find(text, start, &[b"]]", form.greater].concat())?;
            return Some(Some(start..end));
        }
        let window = slice(text, 0..plus(inner, MAX_TAG).min(text.len()));
        let end = run(window, inner, is_tag);
        let local = slice(text, inner..end)
            .rsplit(|b| *b == b':')
            .next()
            .unwrap_or_default();
        let next = tag_end(
            slice(text, 0..plus(end, MAX_ATTRIBUTES).min(text.len())),
            end,
            form,
        );
        let Some(next) = next.filter(|_| WRAPPERS.has_in_any_case(local)) else {
            return Some(None);
        };
        from = skip_space(text, next);
    }
    let end = find(text, from, form.less)?;
    let inner = plus(end, form.less.len());
    let closes = matches!(byte(text, inner), Some(b'/'))
        || rest(text, inner).starts_with(br"\/")
        || starts_with(text, inner, b"%2f")
        || starts_with(text, inner, b"br");
    // A form that begins with a backslash was escaped as often as there are more of them.
    let end = back(text, from..end, |b| b == b'\\');
    Some(closes.then_some(from..end))
}

/// The name of the element that is closed at `at`, and where its closing tag has ended.
fn closing(text: &[u8], at: usize, form: Form) -> Option<(Range<usize>, usize)> {
    if !starts_with(text, at, form.less) {
        return None;
    }
    let slash = plus(at, form.less.len());
    let start = match slice(text, slash..plus(slash, 2)) {
        [b'/', ..] => plus(slash, 1),
        br"\/" => plus(slash, 2),
        _ => return None,
    };
    let window = slice(text, 0..plus(start, MAX_TAG).min(text.len()));
    let end = run(window, start, is_tag);
    let local = back(text, start..end, |b| b != b':');
    starts_with(text, end, form.greater).then_some((local..end, plus(end, form.greater.len())))
}

/// Gives `take` the text of the element at `at`, if it is one of these.
fn next_element(
    text: &[u8],
    at: usize,
    form: Form,
    tags: &[&str],
    take: impl FnOnce(Range<usize>) -> Option<usize>,
) -> Option<usize> {
    let start = plus(at, form.less.len());
    if !starts_with(text, at, form.less) {
        return None;
    }
    let end = run(
        slice(text, 0..plus(start, MAX_TAG).min(text.len())),
        start,
        is_tag,
    );
    let tag = slice(text, back(text, start..end, |b| b != b':')..end);
    if !tags.iter().any(|t| tag.eq_ignore_ascii_case(t.as_bytes())) {
        return None;
    }
    let from = tag_end(
        slice(text, 0..plus(end, MAX_ATTRIBUTES).min(text.len())),
        end,
        form,
    )?;
    let content = content(text, from, form)??;
    // A row of a table with more than a name and a value is one of its own kind.
    let closed = closing(text, content.end, form).map_or(content.end, |(_, end)| end);
    let next = skip_space(text, closed);
    if tag.eq_ignore_ascii_case(b"td")
        && starts_with(text, next, form.less)
        && !starts_with(text, plus(next, form.less.len()), b"/")
    {
        return None;
    }
    take(content)
}

/// An element whose text is on the next lines, or which itself is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Element {
    lead: Lead,
    key: Key,
    form: Form,
    /// The elements of which one is awaited; none where the text itself is.
    awaited: &'static [&'static str],
    left: u8,
}

impl Element {
    fn text(lead: Lead, key: Key, form: Form) -> Self {
        Self::pair(lead, key, form, &[])
    }

    fn pair(lead: Lead, key: Key, form: Form, awaited: &'static [&'static str]) -> Self {
        Self {
            lead,
            key,
            form,
            awaited,
            left: MAX_LINES,
        }
    }

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
    ) -> Goes {
        let bytes = slice(text, 0..line.end);
        let (indent, at) = match self.lead.inner(bytes, line.clone()) {
            Ok(inner) => inner,
            Err(goes) => return goes,
        };
        self.left = self.left.saturating_sub(1);
        if at >= line.end {
            return if self.left == 0 { Goes::Over } else { Goes::On };
        }
        let mut add = |content: Range<usize>| {
            let end = content.end;
            delimited::replace(bytes, content, self.key, names, None, spans);
            Some(end)
        };
        if !self.awaited.is_empty() {
            next_element(bytes, at, self.form, self.awaited, add);
            return Goes::Over;
        }
        match content(bytes, at, self.form) {
            Some(Some(content)) => {
                add(content);
                Goes::Over
            }
            // Text whose end is on a later line: indented further than its element.
            None if self.left > 0
                && (indent > self.lead.indent() || !slice(bytes, at..line.end).contains(&b' ')) =>
            {
                add(at..line.end);
                Goes::On
            }
            _ => Goes::Over,
        }
    }
}
