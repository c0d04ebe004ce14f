//! What bytes are, sixty-four at a time: a bit for each byte, in words that are shifted to find runs
//! and forms. In `digit >> n` the bit of a place says whether a digit stands n bytes behind it.
//!
//! What searches for long words, numbers and encoded text looks at these bits first, and at the
//! bytes only where the bits fit.

use wide::u8x16;

use super::bytes::{plus, steps::step};

/// Bytes, and bits, of a word.
const WORD: usize = 64;
/// Bytes that are compared at once.
const LANE: usize = 16;

/// The classes of the bytes from one place on, a bit for each.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Classes<W> {
    pub(super) digit: W,
    /// Hexadecimal digits.
    pub(super) hex: W,
    /// What stands before hexadecimal digits in `0x70` and `\x70`.
    pub(super) x: W,
    /// Letters, digits, `_` and `-`.
    pub(super) word: W,
    /// Those, `+` and `/`: base64 in both alphabets.
    pub(super) base64: W,
    /// What stands for less than 32 in base64: text begins so, as its highest bit is not set.
    pub(super) low: W,
    /// Bytes of characters outside ASCII.
    pub(super) foreign: W,
}

/// Visits the words of a text: where each begins, and the classes of its bytes in the lower halves,
/// those of the next word in the upper ones. Nothing stands behind the end.
pub(super) fn visit(text: &[u8], mut visit: impl FnMut(usize, &Classes<u128>)) {
    step(text.len() / 8);
    let (words, last) = text.as_chunks::<WORD>();
    let mut padded = [0; WORD];
    padded
        .iter_mut()
        .zip(last)
        .for_each(|(to, from)| *to = *from);
    let mut start = 0;
    let mut here = None;
    for word in words.iter().chain([&padded]) {
        let next = Classes::of(word);
        if let Some(here) = here.replace(next) {
            visit(start, &Classes::joined(&here, &next));
            start = plus(start, WORD);
        }
    }
    if let Some(here) = here {
        visit(start, &Classes::joined(&here, &Classes::default()));
    }
}

impl Classes<u64> {
    #[inline(always)]
    fn of(bytes: &[u8; WORD]) -> Self {
        let mut classes = Self::default();
        let (lanes, _) = bytes.as_chunks::<LANE>();
        for (lane, at) in lanes.iter().zip((0_u32..).step_by(LANE)) {
            let bytes = u8x16::new(*lane);
            let folded = bytes | u8x16::splat(0x20);
            let digit = within(bytes, b'0', b'9');
            let hex = digit | within(folded, b'a', b'f');
            let word = digit | within(folded, b'a', b'z') | is(bytes, b'_') | is(bytes, b'-');
            let base64 = word | is(bytes, b'+') | is(bytes, b'/');
            let low = within(bytes, b'A', b'Z') | within(bytes, b'a', b'f');
            let bits = |class: u8x16| u64::from(class.to_bitmask()).wrapping_shl(at);
            classes.digit |= bits(digit);
            classes.hex |= bits(hex);
            classes.x |= bits(is(folded, b'x'));
            classes.word |= bits(word);
            classes.base64 |= bits(base64);
            classes.low |= bits(low);
            // The mask is made of the highest bits.
            classes.foreign |= bits(bytes);
        }
        classes
    }
}

impl Classes<u128> {
    fn joined(here: &Classes<u64>, next: &Classes<u64>) -> Self {
        let join =
            |of: fn(&Classes<u64>) -> u64| u128::from(of(here)) | u128::from(of(next)) << WORD;
        Self {
            digit: join(|c| c.digit),
            hex: join(|c| c.hex),
            x: join(|c| c.x),
            word: join(|c| c.word),
            base64: join(|c| c.base64),
            low: join(|c| c.low),
            foreign: join(|c| c.foreign),
        }
    }
}

#[expect(clippy::arithmetic_side_effects, reason = "it wraps")]
fn within(bytes: u8x16, first: u8, last: u8) -> u8x16 {
    let values = bytes - u8x16::splat(first);
    values
        .min(u8x16::splat(last.wrapping_sub(first)))
        .simd_eq(values)
}

fn is(bytes: u8x16, byte: u8) -> u8x16 {
    bytes.simd_eq(u8x16::splat(byte))
}

/// Where `len` bits in a row begin.
#[inline(always)]
pub(super) fn runs(bits: u128, len: usize) -> u128 {
    every(bits, 1, len)
}

/// Where `count` bits begin, each `stride` places behind the one before.
#[inline(always)]
pub(super) fn every(bits: u128, stride: usize, count: usize) -> u128 {
    let (mut all, mut known) = (bits, 1_usize);
    while known < count {
        let more = known.min(count.saturating_sub(known));
        let places = u32::try_from(more.saturating_mul(stride)).unwrap_or(u32::MAX);
        all &= all.checked_shr(places).unwrap_or_default();
        known = plus(known, more);
    }
    all
}

/// The first bit of each row of bits. `goes_on` says whether the bit before the first is set, and
/// then whether that before the next word is.
#[inline(always)]
pub(super) fn firsts(bits: u128, goes_on: &mut bool) -> u64 {
    let here = lower(bits);
    let first = here & !(here << 1 | u64::from(*goes_on));
    *goes_on = here >> (WORD - 1) != 0;
    first
}

/// The bits of the first word.
#[inline(always)]
pub(super) fn lower(bits: u128) -> u64 {
    u64::try_from(bits & u128::from(u64::MAX)).unwrap_or_default()
}

/// Whether the bit of a place is set.
pub(super) fn is_set(bits: u64, place: usize) -> bool {
    let shifted = u32::try_from(place).ok().and_then(|n| bits.checked_shr(n));
    shifted.is_some_and(|bits| bits & 1 != 0)
}

/// Visits the places of the bits that are set.
#[inline(always)]
pub(super) fn for_each(bits: u64, mut visit: impl FnMut(usize)) {
    let mut left = bits;
    while left != 0 {
        visit(left.trailing_zeros() as usize);
        left &= left.wrapping_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// RD-04: a byte belongs to the classes that the standard library says.
    #[test]
    fn knows_the_class_of_every_byte_at_every_place() {
        for byte in 0..=u8::MAX {
            for lead in 0..130 {
                let mut text = vec![b'.'; lead];
                text.push(byte);
                let mut found = [false; 7];
                visit(&text, |start, classes| {
                    let Some(place) = lead.checked_sub(start).filter(|place| *place < WORD) else {
                        return;
                    };
                    let has = |bits: u128| bits >> place & 1 != 0;
                    found = [
                        has(classes.digit),
                        has(classes.hex),
                        has(classes.x),
                        has(classes.word),
                        has(classes.base64),
                        has(classes.low),
                        has(classes.foreign),
                    ];
                });
                let is_word = byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
                let expected = [
                    byte.is_ascii_digit(),
                    byte.is_ascii_hexdigit(),
                    b"xX".contains(&byte),
                    is_word,
                    is_word || b"+/".contains(&byte),
                    matches!(byte, b'A'..=b'Z' | b'a'..=b'f'),
                    !byte.is_ascii(),
                ];
                assert_eq!(found, expected, "{byte} behind {lead}");
            }
        }
    }

    proptest! {
        /// RD-04: runs are found wherever they fall on the words.
        #[test]
        fn finds_the_beginning_of_every_run(text in "(a{0,30}[. ]){0,12}", len in 2_usize..30) {
            let (mut found, mut goes_on) = (Vec::new(), false);
            visit(text.as_bytes(), |start, classes| {
                let first = firsts(runs(classes.word, len), &mut goes_on);
                for_each(first, |bit| found.push(plus(start, bit)));
            });
            let (mut expected, mut at) = (Vec::new(), 0);
            for word in text.split(|c| c != 'a') {
                if word.len() >= len {
                    expected.push(at);
                }
                at = plus(at, plus(word.len(), 1));
            }
            prop_assert_eq!(found, expected);
        }
    }
}
