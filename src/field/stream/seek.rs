//! Seeking in the plaintext, by no length that is not verified.

use std::io::{self, Read, Seek, SeekFrom};

use super::{
    super::chunked::{CHUNK_LEN, SEALED_CHUNK_LEN},
    Error, Reader,
    chunks::Chunks,
};

const CHUNK: u64 = CHUNK_LEN as u64;
const SEALED_CHUNK: u64 = SEALED_CHUNK_LEN as u64;

impl<R: Read + Seek> Seek for Reader<R> {
    /// Goes to a place in the plaintext, also beyond its end. The first time the last chunk is
    /// opened, which verifies how long the plaintext is.
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.failure.check()?;
        let len = self.verified_len();
        let len = self.failure.keep(len)?;
        let target = match to {
            SeekFrom::Start(target) => Some(target),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
            SeekFrom::End(by) => len.checked_add_signed(by),
        };
        let target = target.ok_or(io::ErrorKind::InvalidInput)?;
        let gone = self.go_to(target, len);
        self.failure.keep(gone).map(|()| target)
    }

    fn stream_position(&mut self) -> io::Result<u64> {
        Ok(self.position)
    }
}

impl<R: Read + Seek> Reader<R> {
    fn verified_len(&mut self) -> io::Result<u64> {
        if let Some(len) = self.len {
            return Ok(len);
        }
        (self.start, self.end, self.opened) = (0, 0, None);
        let whole_chunks = self.chunks.go_to_last()?;
        let short = self.chunks.open_next(&mut self.plain)?;
        if !self.chunks.ended {
            // The input grew meanwhile.
            return Err(Error::Open.into());
        }
        let len = whole_chunks
            .saturating_mul(CHUNK)
            .saturating_add(short as u64);
        self.go_to(self.position, len)?;
        self.len = Some(len);
        Ok(len)
    }

    fn go_to(&mut self, target: u64, len: u64) -> io::Result<()> {
        let number = target / CHUNK;
        let skip = usize::try_from(target % CHUNK).unwrap_or_default();
        self.skip = 0;
        self.start = self.end;
        if target >= len {
            self.opened = None;
            self.chunks.ended = true;
        } else if self.opened == Some(number) && self.chunks.number.checked_sub(1) == self.opened {
            self.start = skip.min(self.end);
        } else {
            self.chunks.go_to(number)?;
            self.skip = skip;
        }
        self.position = target;
        Ok(())
    }
}

impl<R: Read + Seek> Chunks<R> {
    fn go_to(&mut self, number: u64) -> io::Result<()> {
        let first = self.first()?;
        self.go_from(first, number)
    }

    /// Goes to the chunk that would be the last one by the length of the input, and gives its
    /// number.
    fn go_to_last(&mut self) -> io::Result<u64> {
        let first = self.first()?;
        let end = self.input.seek(SeekFrom::End(0))?;
        let len = end.checked_sub(first).ok_or(Error::Truncated)?;
        let last = len / SEALED_CHUNK;
        self.go_from(first, last)?;
        Ok(last)
    }

    /// Where in the input the first chunk is.
    fn first(&mut self) -> io::Result<u64> {
        let position = self.input.stream_position()?;
        // An input that says less than it gave.
        Ok(position
            .checked_sub(self.read)
            .ok_or(io::ErrorKind::InvalidInput)?)
    }

    fn go_from(&mut self, first: u64, number: u64) -> io::Result<()> {
        self.read = number.saturating_mul(SEALED_CHUNK);
        self.input
            .seek(SeekFrom::Start(first.saturating_add(self.read)))?;
        self.sealed.clear();
        (self.number, self.exhausted, self.ended) = (number, false, false);
        Ok(())
    }
}
