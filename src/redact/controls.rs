//! Characters that make a log say something else than what was written to it: line ends in the
//! middle of a line, commands to a terminal, reversals of the direction of writing.
//!
//! Each is written as `\u001b`, as JSON has it, so that it is seen and does nothing.

use super::bytes::{plus, rest, slice};

/// A character that is escaped, in UTF-8: how many bytes it has, and its number.
type Control = (usize, u32);

/// What counts as a line end in the text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Lines {
    /// Line feeds end lines, also with a carriage return before: a text of a log.
    Kept,
    /// There are none: one value of a line.
    Escaped,
}

/// Whether `text` has a character that is to be escaped.
pub(super) fn any(text: &[u8], lines: Lines) -> bool {
    next(text, 0, lines).is_some()
}

/// Copies `text` to `out`, those characters escaped.
pub(super) fn escape(text: &[u8], lines: Lines, out: &mut Vec<u8>) {
    let mut copied = 0;
    while let Some((at, (len, number))) = next(text, copied, lines) {
        out.extend_from_slice(slice(text, copied..at));
        out.extend_from_slice(format!("\\u{number:04x}").as_bytes());
        copied = plus(at, len);
    }
    out.extend_from_slice(rest(text, copied));
}

/// [`escape`] for text.
pub(super) fn escaped(text: &str, lines: Lines) -> String {
    let mut out = Vec::with_capacity(text.len());
    escape(text.as_bytes(), lines, &mut out);
    // Whole characters are replaced by ASCII, so nothing is lost.
    String::from_utf8_lossy(&out).into_owned()
}

/// Where the first such character at or after `from` stands.
fn next(text: &[u8], from: usize, lines: Lines) -> Option<(usize, Control)> {
    let mut at = from;
    loop {
        let found = rest(text, at).iter().position(|b| may_begin(*b))?;
        at = plus(at, found);
        if let Some(control) = control(rest(text, at), lines) {
            return Some((at, control));
        }
        at = plus(at, 1);
    }
}

/// The first bytes of such characters; few others in any text of a log but a line feed.
fn may_begin(byte: u8) -> bool {
    (byte < b' ' && byte != b'\t') || matches!(byte, 0x7f | 0xc2 | 0xd8 | 0xe2)
}

/// The character at the start of `text`, if it is one that is escaped.
fn control(text: &[u8], lines: Lines) -> Option<Control> {
    match (text, lines) {
        ([b'\n', ..] | [b'\r', b'\n', ..], Lines::Kept) | ([b'\t', ..], _) => None,
        ([byte @ (..b' ' | 0x7f), ..], _) => Some((1, u32::from(*byte))),
        // U+0080 to U+009F, the second set of control characters.
        ([0xc2, byte @ 0x80..=0x9f, ..], _) => Some((2, u32::from(*byte))),
        // U+061C, the Arabic letter mark.
        ([0xd8, 0x9c, ..], _) => Some((2, 0x061c)),
        // U+200E, U+200F; U+2028 to U+202E, where the first two are line ends; U+2066 to U+2069.
        ([0xe2, 0x80, byte @ (0x8e | 0x8f | 0xa8..=0xae), ..], _) => {
            Some((3, point(0x2000, *byte)))
        }
        ([0xe2, 0x81, byte @ 0xa6..=0xa9, ..], _) => Some((3, point(0x2040, *byte))),
        _ => None,
    }
}

/// The character that the last byte of three makes in its block.
fn point(block: u32, byte: u8) -> u32 {
    block | u32::from(byte & 0x3f)
}
