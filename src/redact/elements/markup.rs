//! How markup is written, and the elements in it.

use core::ops::Range;

use super::super::{
    bytes::{self, Words, before, byte, plus, rest, run, slice},
    delimited::back,
};

/// How angle brackets are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Form {
    pub(super) less: &'static [u8],
    pub(super) greater: &'static [u8],
}

const fn form(less: &'static str, greater: &'static str) -> Form {
    Form {
        less: less.as_bytes(),
        greater: greater.as_bytes(),
    }
}

pub(super) const FORMS: &[Form] = &[
    form("<", ">"),
    form(r"\\u003c", r"\\u003e"),
    form("&lt;", "&gt;"),
    form("&lt;", ">"),
    form(r"\u003c", r"\u003e"),
    form("%3c", "%3e"),
    form("&amp;lt;", "&amp;gt;"),
    form("&#60;", "&#62;"),
    form("&#x3c;", "&#x3e;"),
    form(r"\x3c", r"\x3e"),
];

/// How far attributes are looked at.
pub(super) const MAX_ATTRIBUTES: usize = 400;
/// The longest name of an element that is looked at.
pub(super) const MAX_TAG: usize = 40;
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
/// Whether `text` up to `end` ends in `wanted`, in whatever case.
pub(super) fn ends_with(text: &[u8], line: usize, end: usize, wanted: &[u8]) -> bool {
    let start = end.checked_sub(wanted.len()).filter(|s| *s >= line);
    start.is_some_and(|s| slice(text, s..end).eq_ignore_ascii_case(wanted))
}

/// The form whose opening bracket ends at `end`, and which `fits` what follows.
pub(super) fn less_ending(
    text: &[u8],
    line: usize,
    end: usize,
    fits: impl Fn(Form) -> bool,
) -> Option<Form> {
    // The last bytes of all of them.
    if !matches!(before(text, end), Some(b'<' | b'c' | b'C' | b';')) {
        return None;
    }
    let ends = |form: &&Form| ends_with(text, line, end, form.less) && fits(**form);
    FORMS.iter().find(ends).copied()
}

pub(super) fn starts_with(text: &[u8], at: usize, wanted: &[u8]) -> bool {
    slice(text, at..plus(at, wanted.len())).eq_ignore_ascii_case(wanted)
}

pub(super) fn is_tag(byte: u8) -> bool {
    bytes::is_name(byte) || byte == b':'
}

/// Where the tag has ended whose name or attribute ended at `at`; None where it holds nothing or
/// goes on beyond the text.
pub(super) fn tag_end(window: &[u8], at: usize, form: Form) -> Option<usize> {
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
pub(super) fn find(text: &[u8], at: usize, wanted: &[u8]) -> Option<usize> {
    let first = wanted.first()?;
    let mut at = at;
    loop {
        let found = bytes::find_byte(text, at..text.len(), *first)?;
        if starts_with(text, found, wanted) {
            return Some(found);
        }
        at = plus(found, 1);
    }
}

pub(super) fn skip_space(text: &[u8], at: usize) -> usize {
    let mut at = at;
    loop {
        let next = bytes::skip_blanks(text, at);
        at = match slice(text, next..plus(next, 2)) {
            br"\n" | br"\t" | br"\r" => plus(next, 2),
            _ => return next,
        };
    }
}

/// The text of the element whose tag has ended at `from`: None where nothing ends it on the line,
/// Some(None) where it has none.
pub(super) fn content(text: &[u8], from: usize, form: Form) -> Option<Option<Range<usize>>> {
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
pub(super) fn closing(text: &[u8], at: usize, form: Form) -> Option<(Range<usize>, usize)> {
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
pub(super) fn next_element(
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
