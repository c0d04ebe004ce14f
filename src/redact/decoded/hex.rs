//! Text in hexadecimal, without anything between the bytes.

use super::{
    super::bytes::{plus, slice},
    View,
};

/// So many bytes in a row that are text are no accident.
const MIN_BYTES: usize = 10;

/// Whether text goes on at `at`.
pub(super) fn is_text(text: &[u8], done: usize, at: usize) -> bool {
    start(text, done, at).is_some()
}

/// The text around `at`.
pub(super) fn read(line: &[u8], done: usize, at: usize) -> Option<View> {
    let mut start = start(line, done, at)?;
    while let Some(before) = start
        .checked_sub(2)
        .filter(|s| *s >= done && byte(line, *s).is_some())
    {
        start = before;
    }
    let mut view = View::default();
    while let Some(b) = byte(line, start) {
        view.push(b, start..plus(start, 2));
        start = plus(start, 2);
    }
    Some(view)
}

/// Where a byte begins in whose step text stands around `at`.
fn start(text: &[u8], done: usize, at: usize) -> Option<usize> {
    (at..plus(at, 2)).find(|first| {
        let is_text = |at| byte(text, at).is_some_and(super::is_text);
        let (mut count, mut start, mut end) = (0, *first, *first);
        while count < MIN_BYTES && is_text(end) {
            (count, end) = (plus(count, 1), plus(end, 2));
        }
        while count < MIN_BYTES
            && let Some(before) = start.checked_sub(2).filter(|s| *s >= done && is_text(*s))
        {
            (count, start) = (plus(count, 1), before);
        }
        count == MIN_BYTES
    })
}

/// The byte whose two digits stand at `at`.
pub(super) fn byte(text: &[u8], at: usize) -> Option<u8> {
    let [high, low] = slice(text, at..plus(at, 2)) else {
        return None;
    };
    let digit = |b: u8| char::from(b).to_digit(16);
    u8::try_from(digit(*high)?.checked_shl(4)? | digit(*low)?).ok()
}
