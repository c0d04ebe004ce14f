//! Text in hexadecimal, without anything between the bytes.

use super::{
    super::bytes::{plus, slice},
    View,
};

/// So many bytes in a row that are text are no accident.
pub(super) const MIN_BYTES: usize = 10;

/// Whether text begins at `at`.
pub(super) fn is_text(text: &[u8], at: usize) -> bool {
    let mut bytes = (at..).step_by(2).take(MIN_BYTES);
    bytes.all(|at| byte(text, at).is_some_and(super::is_text))
}

/// The text around `at`.
pub(super) fn read(line: &[u8], done: usize, at: usize) -> Option<View> {
    let mut start = is_text(line, at).then_some(at)?;
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

/// The byte whose two digits stand at `at`.
pub(super) fn byte(text: &[u8], at: usize) -> Option<u8> {
    let [high, low] = slice(text, at..plus(at, 2)) else {
        return None;
    };
    let digit = |b: u8| char::from(b).to_digit(16);
    u8::try_from(digit(*high)?.checked_shl(4)? | digit(*low)?).ok()
}
