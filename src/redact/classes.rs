//! What bytes are, many at a time: a bit for each byte, in words that are shifted to find runs and
//! forms. In `digit >> n` the bit of a place says whether a digit stands n bytes behind it.
//!
//! What searches for long words, numbers and encoded text looks at these bits first, and at the
//! bytes only where the bits fit.

use wide::u8x16;

use super::bytes::{plus, steps::step};

/// Bytes that are looked at in one step. As many more are looked ahead: half a word of bits.
const STEP: usize = 32;
/// Bytes that are compared at once.
const LANE: usize = 16;

/// The classes of the bytes from one place on, a bit for each.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Classes {
    pub(super) digit: u64,
    /// Hexadecimal digits.
    pub(super) hex: u64,
    /// What stands before hexadecimal digits in `0x70` and `\x70`.
    pub(super) x: u64,
    /// Letters, digits, `_` and `-`.
    pub(super) word: u64,
    /// Those, `+` and `/`: base64 in both alphabets.
    pub(super) base64: u64,
    /// What stands for less than 32 in base64: text begins so, as its highest bit is not set.
    pub(super) low: u64,
    /// Bytes of characters outside ASCII.
    pub(super) foreign: u64,
}

/// Visits a text in steps: where each begins, and the classes of its bytes in the lower halves, those
/// of the bytes behind it in the upper ones. Nothing stands behind the end.
pub(super) fn visit(text: &[u8], mut visit: impl FnMut(usize, &Classes)) {
    step(text.len() / 8);
    let (steps, last) = text.as_chunks::<STEP>();
    let mut padded = [0; STEP];
    padded
        .iter_mut()
        .zip(last)
        .for_each(|(to, from)| *to = *from);
    let mut start = 0;
    let mut here = None;
    for bytes in steps.iter().chain([&padded]) {
        let next = Classes::of(bytes);
        if let Some(here) = here.replace(next) {
            visit(start, &here.before(&next));
            start = plus(start, STEP);
        }
    }
    if let Some(here) = here {
        visit(start, &here);
    }
}

impl Classes {
    #[inline(always)]
    fn of(bytes: &[u8; STEP]) -> Self {
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

    /// These in the lower halves, those of the bytes behind them in the upper ones.
    #[inline(always)]
    fn before(&self, next: &Self) -> Self {
        let join = |here, next| here | next << STEP;
        Self {
            digit: join(self.digit, next.digit),
            hex: join(self.hex, next.hex),
            x: join(self.x, next.x),
            word: join(self.word, next.word),
            base64: join(self.base64, next.base64),
            low: join(self.low, next.low),
            foreign: join(self.foreign, next.foreign),
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
pub(super) fn runs(bits: u64, len: usize) -> u64 {
    every(bits, 1, len)
}

/// Where `count` bits begin, each `stride` places behind the one before.
#[inline(always)]
pub(super) fn every(bits: u64, stride: usize, count: usize) -> u64 {
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
/// then whether that before the next step is.
#[inline(always)]
pub(super) fn firsts(bits: u64, goes_on: &mut bool) -> u64 {
    let here = lower(bits);
    let first = here & !(here << 1 | u64::from(*goes_on));
    *goes_on = here >> (STEP - 1) != 0;
    first
}

/// The bits of the bytes of this step.
#[inline(always)]
pub(super) fn lower(bits: u64) -> u64 {
    bits & u64::from(u32::MAX)
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
                    let Some(place) = lead.checked_sub(start).filter(|place| *place < STEP) else {
                        return;
                    };
                    let has = |bits: u64| bits >> place & 1 != 0;
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
