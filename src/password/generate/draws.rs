//! Choices out of random bytes, each as likely as the other.

use zeroize::{Zeroize, Zeroizing};

use crate::{password::Error, random::Unavailable};

/// Bytes asked for at once: about what a password takes.
pub(super) const BATCH: usize = 64;
/// How often a choice is made again at most. Less than half are, so this many are once in 2^64.
const TRIES: usize = 64;

/// Where the bytes come from.
pub(super) trait Source: FnMut() -> Result<[u8; BATCH], Unavailable> {}

impl<F: FnMut() -> Result<[u8; BATCH], Unavailable>> Source for F {}

/// Random bytes, each used once. They are wiped when dropped.
pub(super) struct Draws<S> {
    source: S,
    batch: Zeroizing<[u8; BATCH]>,
    used: usize,
}

impl<S: Source> Draws<S> {
    pub(super) fn new(source: S) -> Self {
        Self {
            source,
            batch: Zeroizing::new([0; BATCH]),
            used: BATCH,
        }
    }

    /// One of at most 65,536 items: as many bits as number them all, drawn again where they number
    /// none. A remainder would make the first items more likely.
    pub(super) fn pick<'a, T>(&mut self, items: &'a [T]) -> Result<&'a T, Error> {
        let mask = items.len().next_power_of_two().saturating_sub(1);
        for _ in 0..TRIES {
            let index = usize::from(self.number()?) & mask;
            if let Some(item) = items.get(index) {
                return Ok(item);
            }
        }
        Err(Error::Randomness)
    }

    fn number(&mut self) -> Result<u16, Error> {
        if self.used >= BATCH {
            let mut fresh = (self.source)().map_err(|Unavailable| Error::Randomness)?;
            *self.batch = fresh;
            fresh.zeroize();
            self.used = 0;
        }
        let rest = self.batch.get(self.used..).unwrap_or_default();
        let number = rest.first_chunk().map(|pair| u16::from_le_bytes(*pair));
        self.used = self.used.saturating_add(size_of::<u16>());
        number.ok_or(Error::Randomness)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every two bytes once: each item comes as often as any other, whatever their number.
    #[test]
    fn every_item_is_as_likely_as_the_other() {
        for length in [1_usize, 2, 3, 8, 10, 63, 64, 65, 1000, 2047, 2048] {
            let items: Vec<usize> = (0..length).collect();
            let mut found = vec![0_u32; length];
            for number in 0..=u16::MAX {
                // a number that is drawn again is followed by a source that fails
                let mut batches = [Ok([number.to_le_bytes(); BATCH / 2].concat())].into_iter();
                let mut source = || batches.next().unwrap_or(Err(Unavailable));
                let mut draws = Draws::new(|| source().map(|batch| batch.try_into().unwrap()));
                if let Ok(item) = draws.pick(&items) {
                    found[*item] += 1;
                }
            }
            assert_eq!(found.iter().min(), found.iter().max(), "{length}");
            assert!(found[0] > 0);
        }
    }

    /// No byte serves twice, and the system is asked once for many.
    #[test]
    fn uses_each_byte_once() {
        let mut asked = 0_u8;
        let mut draws = Draws::new(|| {
            asked += 1;
            Ok(core::array::from_fn(|n| {
                u8::try_from(n).unwrap() / 2 + 32 * (asked - 1)
            }))
        });
        let items: Vec<u16> = (0..=255).collect();
        let drawn: Vec<u16> = (0..64).map(|_| *draws.pick(&items).unwrap()).collect();
        assert_eq!(drawn, (0..64).collect::<Vec<_>>());
        drop(draws);
        assert_eq!(asked, 2);
    }

    /// A source that is stuck is an error, not an endless loop; so is one that fails.
    #[test]
    fn a_broken_source_is_an_error() {
        let mut stuck = Draws::new(|| Ok([0xFF; BATCH]));
        assert_eq!(stuck.pick(&[0; 200]), Err(Error::Randomness));
        assert_eq!(stuck.pick::<u8>(&[]), Err(Error::Randomness));
        let mut failing = Draws::new(|| Err(Unavailable));
        assert_eq!(failing.pick(&[0; 200]), Err(Error::Randomness));
    }
}
