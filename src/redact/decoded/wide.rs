//! Text in UTF-16 where text of single bytes is expected: a NUL behind, or before, each byte.

use super::{
    super::bytes::{byte, plus},
    View,
};

/// So many characters in a row are no accident; NULs that end texts stand further apart.
const MIN_CHARS: usize = 4;

/// The line without its NULs, where it has such text.
pub(super) fn read(line: &[u8]) -> Option<View> {
    let mut count = 0;
    let is_wide = line.chunks_exact(2).any(|pair| {
        count = if matches!(pair, [0, 1..=255] | [1..=255, 0]) {
            plus(count, 1)
        } else {
            0
        };
        count == MIN_CHARS
    });
    if !is_wide {
        return None;
    }
    let mut view = View::default();
    for (at, b) in line.iter().enumerate().filter(|(_, b)| **b != 0) {
        let next = plus(at, 1);
        let end = if byte(line, next) == Some(0) {
            plus(next, 1)
        } else {
            next
        };
        view.push(*b, at..end);
    }
    Some(view)
}
