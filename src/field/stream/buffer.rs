//! Sealed bytes on their way, in one allocation that never grows.

use std::io::{self, Read, Write};

use super::super::chunked::SEALED_CHUNK_LEN;

/// How many chunks are read or written at once: 32,800 bytes, which stay in a processor's first
/// cache and are so many that the calls to the system cost little.
const CHUNKS: usize = 2;

pub(super) struct Buffer {
    bytes: Box<[u8]>,
    // INVARIANT: start <= end <= bytes.len(); what is between them is held.
    start: usize,
    end: usize,
}

impl Buffer {
    pub(super) fn new() -> Self {
        Self {
            bytes: vec![0; CHUNKS.saturating_mul(SEALED_CHUNK_LEN)].into(),
            start: 0,
            end: 0,
        }
    }

    pub(super) fn held(&self) -> &[u8] {
        self.bytes.get(self.start..self.end).unwrap_or_default()
    }

    pub(super) fn clear(&mut self) {
        (self.start, self.end) = (0, 0);
    }

    /// Forgets the first `len` bytes that are held.
    pub(super) fn consume(&mut self, len: usize) {
        self.start = self.start.saturating_add(len).min(self.end);
    }

    /// What there is room for, to be filled from its beginning on.
    pub(super) fn free(&mut self) -> &mut [u8] {
        self.bytes.get_mut(self.end..).unwrap_or_default()
    }

    /// Holds `len` bytes more, which were filled.
    pub(super) fn hold(&mut self, len: usize) {
        self.end = self.end.saturating_add(len).min(self.bytes.len());
    }

    /// Holds as many of `bytes` more as there is room for.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        let len = bytes.len().min(self.free().len());
        for (to, from) in self.free().iter_mut().zip(bytes) {
            *to = *from;
        }
        self.hold(len);
    }

    /// Reads once, as much as there is room for. 0 is the end of the input. One that says it gave
    /// more cannot be believed.
    pub(super) fn read_from(&mut self, input: &mut impl Read) -> io::Result<usize> {
        self.bytes.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end.saturating_sub(self.start));
        loop {
            match input.read(self.free()) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
                Ok(len) if len <= self.free().len() => {
                    self.hold(len);
                    return Ok(len);
                }
                Ok(_) => return Err(io::ErrorKind::InvalidInput.into()),
            }
        }
    }

    /// Writes all that is held. After an error what was not taken is still held. An output that says
    /// it took more cannot be believed.
    pub(super) fn write_to(&mut self, out: &mut impl Write) -> io::Result<()> {
        while !self.held().is_empty() {
            match out.write(self.held()) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(len) if len <= self.held().len() => self.consume(len),
                Ok(_) => return Err(io::ErrorKind::InvalidInput.into()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.clear();
        Ok(())
    }
}
