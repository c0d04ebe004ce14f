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
    let has_half = |whole: &str, part: &str| is_half(part) && whole.contains(part);
    let same_half = |old: &str, new: &str| {
        has_half(old, new) || has_half(new, old) || (is_half(old) && is_turned(old, new))
    };
    let (old_readings, new_readings) = (readings(old), readings(new));
    let mut pairs = old_readings
        .iter()
        .flat_map(|old| new_readings.iter().map(move |new| (old, new)));
    if pairs.any(|(old, new)| same_half(old, new)) {
        return true;
    }
    let (old, new) = (plain(old), plain(new));
    same_half(&old, &new) || is_edited(&old, &new, MOST_EDITS.min(longer / CHARS_PER_EDIT))
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

/// The letters of a text, read in four ways: look-alikes between them are letters or are not, and
/// so are those that touch the first and the last. `$umm3r1!` is `summerll`, `summrll`, `ummer`, `ummr`.
fn readings(text: &str) -> [Zeroizing<String>; 4] {
    let inner = text.trim_matches(|c: char| !c.is_alphabetic());
    let around = text.split_once(inner).filter(|_| !inner.is_empty());
    let (before, after) = around.unwrap_or_default();
    let is_none = |c: char| !look_alike(c).is_alphabetic();
    let before = before.rsplit(is_none).next().unwrap_or_default();
    let after = after.split(is_none).next().unwrap_or_default();
    let spelt = gather(plain(inner).chars().filter(|c| c.is_alphabetic()));
    let bare = inner.chars().filter(|c| c.is_alphabetic());
    let bare = gather(bare.map(look_alike));
    let with_ends = |inner: &str| {
        let parts = [before, inner, after].into_iter();
        gather(parts.flat_map(str::chars).map(look_alike))
    };
    [with_ends(&spelt), with_ends(&bare), spelt, bare]
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
