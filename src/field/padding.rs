//! Lengths that tell less.

use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroizing;

use super::Error;

/// What follows the plaintext; zeros follow it.
const MARKER: u8 = 0x80;

/// How plaintexts are lengthened before they are sealed, for values that their length would give
/// away: answers, states, sums as text. It is a part of the [`Context`](super::Context), so that what
/// was sealed with one padding opens with that one only.
///
/// The padding is that of ISO/IEC 7816-4: one byte 0x80, then as many zeros as lead to the next
/// multiple, so it is 1 byte at least and a whole multiple where the plaintext was one already. It is
/// taken off in a time that depends on the multiple alone, after everything is verified.
///
/// A length is hidden up to its multiple: take one that the longest of the values stays below. Where
/// lengths vary without a bound, padding makes them coarser and does not hide them.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Padding(Option<u16>);

impl Padding {
    /// The largest multiple, in bytes.
    pub const MAX_MULTIPLE: u16 = 4096;

    /// Plaintexts are sealed in the length that they have, as without a padding.
    #[must_use]
    pub const fn none() -> Self {
        Self(None)
    }

    /// Plaintexts are lengthened to the next multiple of `len` bytes, which are 2 to 4,096; a context
    /// with another refuses to seal and to open.
    #[must_use]
    pub const fn to_multiple_of(len: u16) -> Self {
        Self(Some(len))
    }

    /// The multiple in bytes, if there is one.
    pub(super) const fn multiple(self) -> Option<u16> {
        self.0
    }
}

/// A multiple that plaintexts can be padded to.
#[derive(Clone, Copy)]
pub(super) struct Multiple(u16);

impl Multiple {
    pub(super) const fn new(len: u16) -> Option<Self> {
        match len {
            2..=Padding::MAX_MULTIPLE => Some(Self(len)),
            _ => None,
        }
    }

    /// The plaintext and its padding.
    pub(super) fn pad(self, plaintext: &[u8]) -> Zeroizing<Vec<u8>> {
        let with_marker = plaintext.len().saturating_add(1);
        let len = with_marker.checked_next_multiple_of(self.0.into());
        let len = len.unwrap_or(with_marker);
        // All of it at once: a buffer that grows leaves a copy behind that nobody wipes.
        let mut padded = Zeroizing::new(Vec::with_capacity(len));
        padded.extend_from_slice(plaintext);
        padded.push(MARKER);
        padded.resize(len, 0);
        padded
    }

    /// Takes the padding off. Whatever it is, all bytes of the last multiple are looked at.
    pub(super) fn unpad(self, padded: &mut Vec<u8>) -> Result<(), Error> {
        let multiple = usize::from(self.0);
        let unpadded = match padded.len().checked_sub(multiple) {
            Some(before) if before.is_multiple_of(multiple) => {
                let last = padded.get(before..).unwrap_or_default();
                marker(last).map(|at| before.saturating_add(at.into()))
            }
            _ => None,
        };
        padded.truncate(unpadded.ok_or(Error::Open)?);
        Ok(())
    }
}

/// Where the last byte that is not zero stands, if it is the marker; in constant time.
fn marker(block: &[u8]) -> Option<u16> {
    let (mut at, mut found, mut is_marker) = (0, Choice::from(0), Choice::from(0));
    for (index, byte) in (0_u16..).zip(block) {
        let here = !byte.ct_eq(&0);
        at.conditional_assign(&index, here);
        is_marker.conditional_assign(&byte.ct_eq(&MARKER), here);
        found |= here;
    }
    bool::from(found & is_marker).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every length around a multiple, for every multiple.
    #[test]
    fn takes_off_what_it_put_on() {
        for len in (2..200).chain([4095, 4096]) {
            let multiple = Multiple::new(len).unwrap();
            let len = usize::from(len);
            for plaintext in [0, 1, len - 1, len, len + 1, 3 * len - 1] {
                let plaintext = vec![0x80; plaintext];
                let mut padded = multiple.pad(&plaintext);
                assert_eq!(padded.len(), (plaintext.len() / len + 1) * len);
                multiple.unpad(&mut padded).unwrap();
                assert!(*padded == plaintext, "{len}");
            }
        }
    }

    /// The padding of ISO/IEC 7816-4 and nothing else.
    #[test]
    fn refuses_what_is_no_padding() {
        let unpad = |bytes: &[u8]| {
            let mut bytes = bytes.to_vec();
            Multiple::new(4).unwrap().unpad(&mut bytes).map(|()| bytes)
        };
        assert_eq!(unpad(b"ab\x80\0"), Ok(b"ab".to_vec()));
        assert_eq!(unpad(b"\x80\0\0\0"), Ok(Vec::new()));
        assert_eq!(unpad(b"abcd\x80\0\0\0"), Ok(b"abcd".to_vec()));
        assert_eq!(unpad(b"\x80\x80\0\x80"), Ok(b"\x80\x80\0".to_vec()));
        let not_padded: [&[u8]; 9] = [
            b"",
            b"\x80",
            b"\x80\0\0",
            b"abcd",
            b"ab\x80\x01",
            b"abc\x81",
            b"abc\x80\0",
            b"\0\0\0\0",
            b"\x80\0\0\0\0\0\0\0",
        ];
        for bytes in not_padded {
            assert_eq!(unpad(bytes), Err(Error::Open), "{bytes:?}");
        }
    }
}
