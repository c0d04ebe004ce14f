//! HTML without its markup, as far as it takes to find what is written across it.

use memchr::{memchr, memmem};

use crate::redact::bytes::{plus, rest, slice};

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
    ("colon", ":"),
    ("equals", "="),
    ("commat", "@"),
    ("period", "."),
    ("sol", "/"),
    ("hyphen", "-"),
    ("dash", "-"),
    ("lowbar", "_"),
];
/// The longest entity that is read: `&#x10ffff;` and some zeros.
const MAX_ENTITY: usize = 16;
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
        return memmem::find(here, b"-->").map(|len| plus(at, plus(len, 3)));
    }
    memchr(b'>', here).map(|len| plus(at, plus(len, 1)))
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
            let near = slice(near, 0..near.len().min(MAX_ENTITY));
            if let Some((seen, len)) = entity(near) {
                out.extend_from_slice(seen.as_bytes());
                return plus(at, plus(len, 1));
            }
            out.push(b'&');
        }
        // U+00A0 is a blank, U+00AD and U+200B to U+200D show nothing.
        [0xc2, 0xa0, ..] => {
            out.push(b' ');
            return plus(at, 2);
        }
        [0xc2, 0xad, ..] => return plus(at, 2),
        [0xe2, 0x80, 0x8b..=0x8d, ..] => return plus(at, 3),
        [byte, ..] => out.push(*byte),
        [] => {}
    }
    plus(at, 1)
}

/// What an entity stands for and how long it is, the ampersand not counted.
fn entity(near: &[u8]) -> Option<(String, usize)> {
    let len = memchr(b';', near)?;
    let name = core::str::from_utf8(slice(near, 0..len)).ok()?;
    let seen = match name.strip_prefix('#') {
        Some(number) => {
            let hex = number.strip_prefix(['x', 'X']);
            let code = match hex {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            match char::from_u32(code.ok()?)? {
                '\u{a0}' => " ".to_owned(),
                '\u{ad}' | '\u{200b}'..='\u{200d}' => String::new(),
                c => c.to_string(),
            }
        }
        None => {
            let (_, seen) = ENTITIES.iter().find(|(own, _)| *own == name)?;
            (*seen).to_owned()
        }
    };
    Some((seen, plus(len, 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

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
            ("h\u{200b}i\u{ad} \u{a0}x", "hi  x"),
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
