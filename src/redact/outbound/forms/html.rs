//! HTML without its markup, as far as it takes to find what is written across it.

use memchr::memchr;

use crate::redact::bytes::{plus, rest, run, search, slice, steps::step};

/// Tags between which a line or a cell ends. Others stand inside a word without parting it.
const BREAKS: &[&str] = &[
    "address",
    "article",
    "blockquote",
    "br",
    "dd",
    "div",
    "dl",
    "dt",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "ol",
    "option",
    "p",
    "pre",
    "section",
    "table",
    "td",
    "th",
    "tr",
    "ul",
];
/// Entities by name. Those that show nothing stand for nothing.
const ENTITIES: &[(&str, &str)] = &[
    ("amp", "&"),
    ("lt", "<"),
    ("gt", ">"),
    ("quot", "\""),
    ("apos", "'"),
    ("nbsp", " "),
    ("ensp", " "),
    ("emsp", " "),
    ("thinsp", " "),
    ("shy", ""),
    ("zwnj", ""),
    ("zwj", ""),
    ("NoBreak", ""),
    ("ZeroWidthSpace", ""),
    ("colon", ":"),
    ("equals", "="),
    ("commat", "@"),
    ("period", "."),
    ("sol", "/"),
    ("hyphen", "-"),
    ("dash", "-"),
    ("lowbar", "_"),
];
/// The longest entity by name that is read.
const MAX_ENTITY: usize = 24;
/// The longest name of a tag that is read.
const MAX_TAG: usize = 16;

pub(super) fn visible(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    // Where no tag and no comment ends any more is searched for once.
    let mut is_open = true;
    while let Some(byte) = text.get(at) {
        let tag = Some(at).filter(|_| *byte == b'<' && is_open);
        at = match tag.map(|at| (tag_end(text, at), at)) {
            Some((Some(end), at)) => {
                out.extend_from_slice(between(slice(text, at..end)));
                end
            }
            tag => {
                is_open &= tag.is_none();
                character(text, at, &mut out)
            }
        };
    }
    out
}

/// Where the tag or comment at `at` ends.
fn tag_end(text: &[u8], at: usize) -> Option<usize> {
    let here = rest(text, at);
    if here.starts_with(b"<!--") {
        return search(text, at..text.len(), b"-->").map(|end| plus(end, 3));
    }
    // A quote belongs to a tag only where it opens a value.
    let (mut quote, mut last) = (None, b'<');
    let is_end = |b: &u8| {
        step(1);
        match quote {
            Some(open) if *b == open => (quote, last) = (None, *b),
            Some(_) => {}
            None if *b == b'>' => return true,
            None if last == b'=' && matches!(b, b'"' | b'\'') => quote = Some(*b),
            None if b.is_ascii_whitespace() => {}
            None => last = *b,
        }
        false
    };
    let len = here.iter().position(is_end);
    len.map(|len| plus(at, plus(len, 1)))
}

/// What stands for a tag.
fn between(tag: &[u8]) -> &'static [u8] {
    let name = tag.strip_prefix(b"<").unwrap_or(tag);
    let name = name.strip_prefix(b"/").unwrap_or(name);
    let name = slice(name, 0..name.len().min(MAX_TAG));
    let len = name
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric())
        .count();
    let name = slice(name, 0..len);
    let breaks = |b: &&str| name.eq_ignore_ascii_case(b.as_bytes());
    if BREAKS.iter().any(breaks) {
        b"\n"
    } else {
        b""
    }
}

/// Appends what is seen of the character or entity at `at`, and says where the next one is.
fn character(text: &[u8], at: usize, out: &mut Vec<u8>) -> usize {
    match rest(text, at) {
        [b'&', near @ ..] => {
            if let Some((seen, len)) = entity(near) {
                out.extend_from_slice(seen.as_bytes());
                return plus(at, plus(len, 1));
            }
            out.push(b'&');
        }
        [byte, ..] => out.push(*byte),
        [] => {}
    }
    plus(at, 1)
}

/// What an entity stands for and how long it is, the ampersand not counted.
fn entity(near: &[u8]) -> Option<(String, usize)> {
    if let Some(number) = near.strip_prefix(b"#") {
        return numeric(number).map(|(c, len)| (c.to_string(), plus(len, 1)));
    }
    let near = slice(near, 0..near.len().min(MAX_ENTITY));
    let len = memchr(b';', near)?;
    let name = slice(near, 0..len);
    let (_, seen) = ENTITIES.iter().find(|(own, _)| own.as_bytes() == name)?;
    Some(((*seen).to_owned(), plus(len, 1)))
}

/// The character of `52;` or `x34;` and its length: with as many zeros as stand there, and also
/// without the semicolon, as browsers read it.
fn numeric(text: &[u8]) -> Option<(char, usize)> {
    let (start, radix) = match text {
        [b'x' | b'X', ..] => (1, 16),
        _ => (0, 10),
    };
    let end = run(text, start, |b| char::from(b).is_digit(radix));
    let digits = core::str::from_utf8(slice(text, start..end)).ok()?;
    let code = u32::from_str_radix(digits, radix).ok()?;
    let is_closed = text.get(end) == Some(&b';');
    Some((char::from_u32(code)?, plus(end, usize::from(is_closed))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::bytes::steps;

    /// S4-09: what no tag ends is searched for once.
    #[test]
    fn reads_open_markup_in_linear_time() {
        for trap in [
            "<", "<!--", "<a b=\"", "<a b='>", "&#", "&#0", "&#x0", "<a b=\"'",
        ] {
            let text = trap.repeat(2_000);
            let steps = steps::count(|| drop(visible(text.as_bytes())));
            assert!(steps < 8 * text.len(), "{trap}: {steps}");
        }
    }

    /// S4-09: what a reader sees.
    #[test]
    fn shows_what_a_reader_sees() {
        for (text, seen) in [
            ("<p>a<b>b</b>c</p>d", "\nabc\nd"),
            ("a<br/>b<BR>c<span class=\"x\">d</span>", "a\nb\ncd"),
            ("a<!-- <b> x -->b", "ab"),
            (
                "&lt;a&gt; &amp;amp; &#104;&#x49; &nbsp;|&shy;|",
                "<a> &amp; hI  ||",
            ),
            ("4<b title=\"a>b\" c = 'd>'>1</b><i it's>2", "412"),
            ("&#52&#49;&#x0034 &#0000000000000000000052;", "414 4"),
            (
                "a < b & c &unknown; &#xfffffff; &",
                "a < b & c &unknown; &#xfffffff; &",
            ),
            ("<a <b", "<a <b"),
            ("<!-- a", "<!-- a"),
        ] {
            assert_eq!(String::from_utf8(visible(text.as_bytes())).unwrap(), seen);
        }
    }
}
