//! Whether a new password is the old one with little changed.

use core::iter;

use zeroize::Zeroizing;

use super::text::gather;

/// The most characters that may be inserted, deleted or replaced, of a long text.
const MOST_EDITS: usize = 3;
/// Of a short text, one edit for so many characters.
const CHARS_PER_EDIT: usize = 4;

/// Whether two folded texts are too similar, as
/// [`Policy::check_change`](super::Policy::check_change) defines it. It takes the time of a few
/// passes over both.
pub(super) fn too_similar(old: &str, new: &str) -> bool {
    let longer = len(old).max(len(new));
    let is_half = |part: &str| len(part).saturating_mul(2) >= longer;
    let same_half = |old: &str, new: &str| is_half(old) && is_turned(old, new);
    if same_half(&letters(old), &letters(new)) || same_half(&spelt(old), &spelt(new)) {
        return true;
    }
    let (old, new) = (plain(old), plain(new));
    is_turned(&old, &new)
        || (is_half(&new) && old.contains(new.as_str()))
        || (is_half(&old) && new.contains(old.as_str()))
        || is_edited(&old, &new, MOST_EDITS.min(longer / CHARS_PER_EDIT))
}

fn len(text: &str) -> usize {
    text.chars().count()
}

/// Each character as the one that it is written for.
fn plain(text: &str) -> Zeroizing<String> {
    gather(text.chars().map(look_alike))
}

fn look_alike(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' | '|' | 'i' => 'l',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' | '+' => 't',
        '8' => 'b',
        '9' => 'g',
        c => c,
    }
}

/// The letters alone.
fn letters(text: &str) -> Zeroizing<String> {
    gather(text.chars().filter(|c| c.is_alphabetic()))
}

/// The letters, with those that digits and symbols between them are written for: `p4ss1` is `pass`.
fn spelt(text: &str) -> Zeroizing<String> {
    letters(&plain(text.trim_matches(|c: char| !c.is_alphabetic())))
}

/// Whether one is the other, also backwards or with its end put before its beginning.
fn is_turned(a: &str, b: &str) -> bool {
    let twice = gather(iter::repeat_n(a, 2).flat_map(str::chars));
    a.len() == b.len() && (twice.contains(b) || a.chars().eq(b.chars().rev()))
}

/// Whether at most `edits` insertions, deletions and replacements of a character lead from one to
/// the other (Levenshtein). It looks at each character at most 3^`edits` times.
fn is_edited(a: &str, b: &str, edits: usize) -> bool {
    let mut rest = (a.chars(), b.chars());
    loop {
        let (before_a, before_b) = rest.clone();
        match (rest.0.next(), rest.1.next()) {
            (None, None) => return true,
            (Some(x), Some(y)) if x == y => {}
            (x, y) => {
                let Some(edits) = edits.checked_sub(1) else {
                    return false;
                };
                let (a, b) = (before_a.as_str(), before_b.as_str());
                let (after_a, after_b) = (rest.0.as_str(), rest.1.as_str());
                return (x.is_some() && is_edited(after_a, b, edits))
                    || (y.is_some() && is_edited(a, after_b, edits))
                    || (x.is_some() && y.is_some() && is_edited(after_a, after_b, edits));
            }
        }
    }
}
