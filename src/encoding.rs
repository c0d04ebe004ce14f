//! How state is written down: a version byte, then integers in big-endian order and byte strings
//! after their length. Each module documents its own layout; this module is the reading and the
//! writing, and the one [`Error`] for bytes that are not what was written.

use core::fmt;

use crate::Timestamp;

/// Why stored bytes are not a state. Whoever reads them denies: damaged state is never "no state".
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// Written by another version of the format than this library reads.
    UnknownVersion(u8),
    /// Cut off, too long, or a value that is never written.
    Damaged,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownVersion(version) => {
                write!(f, "stored state has unknown version {version}")
            }
            Self::Damaged => f.write_str("stored state is damaged"),
        }
    }
}

impl core::error::Error for Error {}

/// Writes one state.
pub(crate) struct Encoder(Vec<u8>);

impl Encoder {
    pub(crate) fn new(version: u8) -> Self {
        Self(vec![version])
    }

    pub(crate) fn u8(&mut self, value: u8) -> &mut Self {
        self.0.push(value);
        self
    }

    pub(crate) fn u32(&mut self, value: u32) -> &mut Self {
        self.array(&value.to_be_bytes())
    }

    pub(crate) fn u64(&mut self, value: u64) -> &mut Self {
        self.array(&value.to_be_bytes())
    }

    pub(crate) fn time(&mut self, value: Timestamp) -> &mut Self {
        self.u64(value.as_millis())
    }

    /// A value that may be absent: 0, or 1 and the value.
    pub(crate) fn option<T>(
        &mut self,
        value: Option<T>,
        write: impl FnOnce(&mut Self, T),
    ) -> &mut Self {
        match value {
            None => self.u8(0),
            Some(value) => {
                write(self.u8(1), value);
                self
            }
        }
    }

    /// A list: its length as u32, then its items.
    pub(crate) fn list<T>(
        &mut self,
        items: &[T],
        mut write: impl FnMut(&mut Self, &T),
    ) -> &mut Self {
        self.u32(length(items));
        for item in items {
            write(self, item);
        }
        self
    }

    /// Bytes whose number the reader knows.
    pub(crate) fn array(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend_from_slice(bytes);
        self
    }

    /// Bytes after their length as u32.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.u32(length(bytes)).array(bytes)
    }

    pub(crate) fn finish(&mut self) -> Vec<u8> {
        core::mem::take(&mut self.0)
    }
}

/// States are bounded far below 4 GiB by their modules; a longer one would be unreadable, not
/// misread.
fn length<T>(items: &[T]) -> u32 {
    u32::try_from(items.len()).unwrap_or(u32::MAX)
}

/// Reads one state, and nothing past its end.
pub(crate) struct Decoder<'a>(&'a [u8]);

impl<'a> Decoder<'a> {
    /// Starts after the version byte, which must be `version`.
    pub(crate) fn new(bytes: &'a [u8], version: u8) -> Result<Self, Error> {
        match bytes.split_first() {
            Some((found, rest)) if *found == version => Ok(Self(rest)),
            Some((found, _)) => Err(Error::UnknownVersion(*found)),
            None => Err(Error::Damaged),
        }
    }

    pub(crate) fn u8(&mut self) -> Result<u8, Error> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Error> {
        self.array().map(u32::from_be_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, Error> {
        self.array().map(u64::from_be_bytes)
    }

    pub(crate) fn time(&mut self) -> Result<Timestamp, Error> {
        self.u64().map(Timestamp::from_millis)
    }

    pub(crate) fn option<T, E: From<Error>>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<Option<T>, E> {
        match self.u8()? {
            0 => Ok(None),
            1 => read(self).map(Some),
            _ => Err(Error::Damaged.into()),
        }
    }

    /// A list of at most `max` items.
    pub(crate) fn list<T, E: From<Error>>(
        &mut self,
        max: usize,
        mut read: impl FnMut(&mut Self) -> Result<T, E>,
    ) -> Result<Vec<T>, E> {
        let len = self.len(max)?;
        (0..len).map(|_| read(self)).collect()
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let (head, rest) = self.0.split_first_chunk::<N>().ok_or(Error::Damaged)?;
        self.0 = rest;
        Ok(*head)
    }

    /// Bytes after their length, at most `max` of them.
    pub(crate) fn bytes(&mut self, max: usize) -> Result<&'a [u8], Error> {
        let len = self.len(max)?;
        let (head, rest) = self.0.split_at_checked(len).ok_or(Error::Damaged)?;
        self.0 = rest;
        Ok(head)
    }

    /// The same as text.
    pub(crate) fn text(&mut self, max: usize) -> Result<&'a str, Error> {
        core::str::from_utf8(self.bytes(max)?).map_err(|_| Error::Damaged)
    }

    /// Nothing may follow.
    pub(crate) fn finish(self) -> Result<(), Error> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Error::Damaged)
        }
    }

    /// The length of a list or of bytes, at most `max`.
    pub(crate) fn len(&mut self, max: usize) -> Result<usize, Error> {
        let len = usize::try_from(self.u32()?).map_err(|_| Error::Damaged)?;
        if len > max {
            Err(Error::Damaged)
        } else {
            Ok(len)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<(u64, Option<u8>, Vec<u8>), Error> {
        let mut d = Decoder::new(bytes, 7)?;
        let out = (d.u64()?, d.option(Decoder::u8)?, d.bytes(3)?.to_vec());
        d.finish()?;
        Ok(out)
    }

    #[test]
    fn every_prefix_and_every_suffix_is_refused() {
        let mut e = Encoder::new(7);
        e.u64(u64::MAX)
            .option(Some(9), |e, b| {
                e.u8(b);
            })
            .bytes(b"abc");
        let bytes = e.finish();
        assert_eq!(read(&bytes), Ok((u64::MAX, Some(9), b"abc".to_vec())));
        for cut in 0..bytes.len() {
            assert_eq!(read(&bytes[..cut]), Err(Error::Damaged), "cut at {cut}");
        }
        assert_eq!(
            read(&[bytes.as_slice(), &[0]].concat()),
            Err(Error::Damaged)
        );
        assert_eq!(
            read(&[&[8], &bytes[1..]].concat()),
            Err(Error::UnknownVersion(8))
        );
    }

    #[test]
    fn a_length_beyond_the_limit_is_refused_before_it_is_read() {
        let bytes = Encoder::new(7).u64(0).u8(0).bytes(b"abcd").finish();
        assert_eq!(read(&bytes), Err(Error::Damaged));
        let four_gib = Encoder::new(1).u32(u32::MAX).finish();
        let items = Decoder::new(&four_gib, 1)
            .unwrap()
            .list::<u8, Error>(100, Decoder::u8);
        assert_eq!(items, Err(Error::Damaged));
    }
}
