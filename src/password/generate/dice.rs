//! Fair choices out of random bytes.

use zeroize::Zeroizing;

use super::{super::Error, WORD_COUNT, WORDS};
use crate::random;

/// As many bytes as are drawn from the system at a time: a passphrase's worth.
const BATCH: usize = 64;

/// Where random bytes come from.
pub(super) trait Source: FnMut() -> Result<Zeroizing<Vec<u8>>, Error> {}
impl<S: FnMut() -> Result<Zeroizing<Vec<u8>>, Error>> Source for S {}

/// Random bytes, drawn in batches, each used once and from the end.
pub(super) struct Dice<S> {
    source: S,
    batch: Zeroizing<Vec<u8>>,
}

/// Of the system's randomness.
pub(super) fn system() -> Dice<impl Source> {
    Dice::of(|| {
        let bytes = random::bytes::<BATCH>().map_err(|random::Unavailable| Error::Randomness)?;
        Ok(Zeroizing::new(Zeroizing::new(bytes).to_vec()))
    })
}

impl<S: Source> Dice<S> {
    pub(super) fn of(source: S) -> Self {
        Self {
            source,
            batch: Zeroizing::new(Vec::new()),
        }
    }

    /// One of `from`, each as likely.
    pub(super) fn choose<'a, T>(&mut self, from: &'a [T]) -> Result<&'a T, Error> {
        let count = u16::try_from(from.len()).map_err(|_| Error::NoneGenerated)?;
        let index = self.below(count)?;
        from.get(usize::from(index)).ok_or(Error::NoneGenerated)
    }

    /// One of the words.
    pub(super) fn word(&mut self) -> Result<&'static str, Error> {
        let index = self.below(WORD_COUNT)?;
        WORDS.lines().nth(index.into()).ok_or(Error::NoneGenerated)
    }

    /// A number below `count`, each as likely: of the 65,536 that two bytes can be, those of the
    /// last, incomplete run of `count` are drawn again.
    pub(super) fn below(&mut self, count: u16) -> Result<u16, Error> {
        let incomplete = (1_u32 << 16).checked_rem(count.into());
        let incomplete = incomplete.ok_or(Error::NoneGenerated)?;
        loop {
            let drawn = self.two_bytes()?;
            if u32::from(drawn).saturating_add(incomplete) < 1 << 16 {
                return drawn.checked_rem(count).ok_or(Error::NoneGenerated);
            }
        }
    }

    fn two_bytes(&mut self) -> Result<u16, Error> {
        if self.batch.len() < 2 {
            self.batch = (self.source)()?;
        }
        match (self.batch.pop(), self.batch.pop()) {
            (Some(high), Some(low)) => Ok(u16::from_be_bytes([high, low])),
            _ => Err(Error::Randomness),
        }
    }
}
