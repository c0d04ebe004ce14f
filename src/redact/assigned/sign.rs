//! What joins a name and its value, however it is written.

use super::super::bytes::{Starts, byte, plus, rest, slice};

/// Separators of several bytes: arrows, the signs of properties, markup, JSON and C escaped, and
/// those of Chinese and Japanese.
static LONG: Starts = Starts::new(&[
    b"==>",
    b"-->",
    b"=>",
    b"::=",
    b":=",
    b"==",
    b"->",
    b"~>",
    b"?=",
    b"+=",
    b".=",
    b"||=",
    b"??=",
    b"<-",
    b"<<-",
    br"\=",
    br"\:",
    br"\u003d",
    br"\u003D",
    br"\u003a",
    br"\u003A",
    br"\x3d",
    br"\x3D",
    br"\x3a",
    br"\x3A",
    br"\075",
    br"\072",
    b"=&gt;",
    b"&#61;",
    b"&#x3d;",
    b"&#x3D;",
    b"&#58;",
    b"&#x3a;",
    b"&#x3A;",
    b"&equals;",
    b"&colon;",
    "：".as_bytes(),
    "＝".as_bytes(),
    "→".as_bytes(),
    "⇒".as_bytes(),
]);

/// Colons as encodings write them.
const COLONS: &[&[u8]] = &[
    b"%3a",
    b"=3a",
    br"\:",
    br"\u003a",
    br"\x3a",
    br"\072",
    b"&#58;",
    b"&#x3a;",
    b"&colon;",
    "：".as_bytes(),
];
/// How far percent signs are followed that were encoded themselves.
const MAX_PERCENT: usize = 24;

/// What joins a name and its value.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Sign {
    /// `=`, `=>`, `:=`, `->`.
    Assigns,
    /// `:`, also where it is encoded.
    Colon,
    /// `==`: only a quoted value counts.
    Compares,
    /// A blank after an option: `--password …`.
    Option,
    /// Nothing but a blank or a comma, where only a quoted value counts: `:password "…"`,
    /// `["--password", "…"]`, PHP's `s:8:"password";s:7:"…"`.
    Follows,
}

impl Sign {
    pub(super) fn of(separator: &[u8]) -> Self {
        match separator {
            b"==" => Self::Compares,
            // What R assigns with and other programs draw graphs with; what adds to a value.
            b"<-" | b"<<-" | b"+=" | b".=" => Self::Follows,
            b":" => Self::Colon,
            // Escaped, or as wide as in Chinese.
            colon if COLONS.iter().any(|c| colon.eq_ignore_ascii_case(c)) => Self::Colon,
            _ => Self::Assigns,
        }
    }
}

/// Whether a separator is an arrow that graphs, grammars and menus are drawn with, too.
pub(super) fn is_graphic(separator: &[u8]) -> bool {
    let arrows = ["-->", "~>", "→", "⇒"];
    arrows.iter().any(|arrow| arrow.as_bytes() == separator)
}

/// Where the separator at `at` ends: `=`, `:`, or a longer one, also percent-encoded.
pub(super) fn separator(text: &[u8], at: usize) -> Option<usize> {
    let here = rest(text, at);
    if let Some(end) = percent_end(text, at, &[b"3d", b"3a"]) {
        return Some(end);
    }
    if let Some(sep) = LONG.of(here) {
        return Some(plus(at, sep.len()));
    }
    // Quoted-printable writes a colon so, and the blank behind it as it is (RFC 2045 §6.7).
    if here.starts_with(b"=3A ") || here.starts_with(b"=3A=") {
        return Some(plus(at, 3));
    }
    let is_path = here.starts_with(b"::");
    matches!(here.first(), Some(b'=' | b':') if !is_path).then_some(plus(at, 1))
}

/// Where the percent-encoded byte at `at` ends, if it is one of `codes`, however often the percent
/// sign was encoded itself: `%3D`, `%253D`.
fn percent_end(text: &[u8], at: usize, codes: &[&[u8]]) -> Option<usize> {
    if byte(text, at) != Some(b'%') {
        return None;
    }
    let mut code = plus(at, 1);
    while slice(text, code..plus(code, 2)) == b"25" && code < plus(at, MAX_PERCENT) {
        code = plus(code, 2);
    }
    let end = plus(code, 2);
    let here = slice(text, code..end);
    codes
        .iter()
        .any(|c| here.eq_ignore_ascii_case(c))
        .then_some(end)
}
