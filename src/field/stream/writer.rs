//! Seals what is written to it.

use core::fmt;
use std::io::{self, Write};

use zeroize::Zeroizing;

use super::{
    super::{
        KeyVersion, Keyring,
        chunked::{CHUNK_LEN, Message, SALT_LEN, SEALED_CHUNK_LEN},
        keyring,
        suite::Prepared,
    },
    Error, Place,
    buffer::Buffer,
    chunk,
    failure::Failure,
    header,
};
use crate::{Timestamp, random};

/// Seals what is written to it, and writes it to `out` in pieces of up to 32 KiB.
///
/// [`finish`](Self::finish) is required: dropped without it, what was written is a truncated stream.
/// [`flush`](Write::flush) passes on whole chunks only; up to 16,383 bytes stay until there is a
/// chunk of them or the stream is finished.
///
/// An error of `out` is final, so that no stream with a gap is ever finished; only after
/// `WouldBlock` a write or a flush may be repeated, not [`finish`](Self::finish), which takes the
/// writer with it: let `out` wait by then. `Interrupted` is not passed on.
///
/// It keeps the key of its message: it goes on after the ring's key was retired or destroyed, and in
/// the last case nobody reads what it finishes. A [`Sweep`](crate::field::sweep::Sweep) finds a stream
/// only where the application lists it, so the policy's
/// [propagation](crate::field::Policy::with_propagation) must be longer than any `Writer` lives.
#[must_use = "a stream that is not finished is refused by every reader"]
pub struct Writer<W> {
    pub(super) out: W,
    pub(super) message: Message,
    version: KeyVersion,
    /// The next chunk.
    pub(super) number: u64,
    /// Its beginning, always less than a whole one.
    pub(super) plain: Zeroizing<Vec<u8>>,
    pub(super) sealed: Buffer,
    failure: Failure,
}

impl<W: Write> Writer<W> {
    /// Begins a stream under the primary key, which counts it as one use. Nothing is written yet.
    ///
    /// # Errors
    ///
    /// Those of [`Keyring::seal`], but for the length; [`Error::WrongSuite`] for a key that is not
    /// Cobblestone-256's.
    pub fn new(out: W, ring: &Keyring, place: &Place, now: Timestamp) -> Result<Self, Error> {
        let salt = random::bytes().map_err(|_| Error::Randomness)?;
        Self::with_salt(out, ring, place, now, &salt)
    }

    pub(super) fn with_salt(
        out: W,
        ring: &Keyring,
        place: &Place,
        now: Timestamp,
        salt: &[u8; SALT_LEN],
    ) -> Result<Self, Error> {
        let slot = ring.seal_key(&keyring::Place::of_stream(&place.context)?, now)?;
        let version = slot.version();
        let Prepared::Cobblestone256(key) = slot.sealing()? else {
            return Err(Error::WrongSuite { version });
        };
        let header = header::encode(version);
        let context = [&header[..], place.context.encoded()?];
        let message = Message::derive(key, salt, &context);
        let mut sealed = Buffer::new();
        for part in [&header[..], salt, message.commitment()] {
            sealed.push(part);
        }
        Ok(Self {
            out,
            message,
            version,
            number: 0,
            plain: Zeroizing::new(Vec::with_capacity(CHUNK_LEN)),
            sealed,
            failure: Failure::default(),
        })
    }

    /// The key of the ring that the stream needs.
    #[must_use]
    pub const fn key_version(&self) -> KeyVersion {
        self.version
    }

    /// Writes the last chunk and gives `out` back, flushed. Now the stream is whole; whether `out`
    /// has brought it to a disk is for the caller to ask (`File::sync_all`).
    ///
    /// # Errors
    ///
    /// Those of `out`; the first failure of the stream once more; [`Error::StreamTooLong`] beyond
    /// 4 PiB.
    pub fn finish(mut self) -> io::Result<W> {
        self.failure.check()?;
        self.write_last()?;
        Ok(self.out)
    }

    fn write_last(&mut self) -> io::Result<()> {
        let plain = core::mem::take(&mut self.plain);
        self.seal(&plain)?;
        self.sealed.write_to(&mut self.out)?;
        self.out.flush()
    }

    /// Takes some of `bytes`. Nothing is taken before `out` has taken what is in the way, so an
    /// error takes nothing.
    fn take(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.plain.is_empty()
            && let Some(chunk) = bytes.get(..CHUNK_LEN)
        {
            self.seal(chunk)?;
            return Ok(CHUNK_LEN);
        }
        let room = CHUNK_LEN.saturating_sub(self.plain.len());
        let taken = bytes.get(..room).unwrap_or(bytes);
        if taken.len() == room {
            self.make_room()?;
        }
        self.plain.extend_from_slice(taken);
        if self.plain.len() == CHUNK_LEN {
            let mut plain = core::mem::take(&mut self.plain);
            let sealed = self.seal(&plain);
            plain.clear();
            self.plain = plain;
            sealed?;
        }
        Ok(taken.len())
    }

    fn seal(&mut self, plaintext: &[u8]) -> io::Result<()> {
        self.make_room()?;
        let len = chunk::seal(&self.message, self.number, plaintext, self.sealed.free())?;
        self.sealed.hold(len);
        self.number = self.number.saturating_add(1);
        Ok(())
    }

    fn make_room(&mut self) -> io::Result<()> {
        if self.sealed.free().len() < SEALED_CHUNK_LEN {
            self.sealed.write_to(&mut self.out)?;
        }
        Ok(())
    }
}

impl<W: Write> Write for Writer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.failure.check()?;
        let taken = self.take(bytes);
        self.failure.keep_unless_blocked(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.failure.check()?;
        let written = self.sealed.write_to(&mut self.out);
        self.failure
            .keep_unless_blocked(written.and_then(|()| self.out.flush()))
    }
}

/// No key and no plaintext.
impl<W> fmt::Debug for Writer<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer")
            .field("key_version", &self.version)
            .field("chunks", &self.number)
            .field("failure", &self.failure)
            .finish_non_exhaustive()
    }
}
