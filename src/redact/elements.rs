//! Elements of XML, HTML and property lists: the name is a tag, an attribute of one, or the text of
//! the element before. The same where the markup itself was escaped for JSON, HTML or a URL.

mod later;
mod markup;

use super::{
    bytes::{Words, before, byte, plus, run, run_back, skip_blanks, slice},
    delimited::{self, back},
    keyed::Named,
    keys::{Key, Names},
    lines::{Lead, Openings, below::is_over},
    spans::Spans,
    values::Quote,
};
pub(super) use later::Element;
use markup::{
    FORMS, Form, MAX_ATTRIBUTES, MAX_TAG, closing, content, ends_with, find, is_tag, less_ending,
    next_element, skip_space, starts_with, tag_end,
};

/// The longest prefix of a namespace.
const MAX_NAMESPACE: usize = 24;
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
    let is_beside = before(text, named.name.start).is_some_and(is_behind);
    let value = byte(text, plus(named.name.end, 1));
    // Mostly a value stands where an element would, or a blank.
    let may_follow = |b: u8| matches!(b, b':' | b'=' | b' ' | b'\t' | b'<' | b'\\' | b'&' | b'%');
    let is_value = !value.is_some_and(may_follow);
    if !is_beside && is_value {
        return None;
    }
    let start = delimited::name_start(text, named.name.clone());
    let site = Site {
        text,
        line: named.line.start,
        key: named.key,
        names,
        start,
        end: named.name.end,
    };
    if is_beside {
        if let Some(read) = site.tag(openings, spans) {
            return read;
        }
        let read = site.attribute(openings, spans);
        if let Some(end) = read.or_else(|| site.text_before(openings, spans)) {
            return Some(end);
        }
    }
    site.emphasised(spans)
}

/// What markup ends with, or may stand between it and a name.
fn is_behind(byte: u8) -> bool {
    byte.is_ascii_alphabetic()
        || matches!(
            byte,
            b' ' | b'<' | b'>' | b';' | b':' | b'"' | b'\'' | b'\\' | b'%' | b'\x1b' | b'['
        )
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
            let form = less_ending(self.text, self.line, end, |form| {
                tag_end(self.window(), self.end, form).is_some()
            })?;
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
        let form = less_ending(lead, 0, open, |_| true)?;
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
                let is_string = delimited::unquoted(self.text, content.clone()) != content;
                if is_translation && !is_string && !delimited::is_opaque(value) {
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
        if !matches!(byte(self.text, self.end), Some(b':' | b'=')) {
            return None;
        }
        let window = slice(self.text, 0..plus(self.end, 16).min(self.text.len()));
        let sep = run(window, self.end, |b| matches!(b, b':' | b'='));
        let at = skip_blanks(window, sep);
        let begins = |b: u8| matches!(b, b'<' | b'\\' | b'&' | b'%');
        if !byte(self.text, at).is_some_and(begins) {
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
