//! The chunks of a stream, verified one after the other.

use std::io::{self, Read};

use super::{
    super::chunked::{Message, SEALED_CHUNK_LEN},
    buffer::Buffer,
    chunk,
};

pub(super) struct Chunks<R> {
    pub(super) input: R,
    pub(super) message: Message,
    pub(super) sealed: Buffer,
    /// How far into the chunks the input is read.
    pub(super) read: u64,
    /// The input has ended.
    pub(super) exhausted: bool,
    /// The next chunk.
    pub(super) number: u64,
    /// The last chunk was verified.
    pub(super) ended: bool,
}

impl<R: Read> Chunks<R> {
    /// The chunks of `input`, which stands at the first one.
    pub(super) fn new(input: R, message: Message) -> Self {
        Self {
            input,
            message,
            sealed: Buffer::new(),
            read: 0,
            exhausted: false,
            number: 0,
            ended: false,
        }
    }

    /// Opens the next chunk into `out`, which has room for a whole one, and says how long it is: 0
    /// only at the end, and only if the last chunk is verified. A chunk that is not genuine leaves
    /// `out` as it is.
    pub(super) fn open_next(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.ended {
            return Ok(0);
        }
        while self.sealed.held().len() < SEALED_CHUNK_LEN && !self.exhausted {
            let len = self.sealed.read_from(&mut self.input)?;
            self.read = self.read.saturating_add(len as u64);
            self.exhausted = len == 0;
        }
        let held = self.sealed.held();
        let chunk = held.get(..SEALED_CHUNK_LEN).unwrap_or(held);
        let opened = chunk::open(&self.message, self.number, chunk, out)?;
        let len = chunk.len();
        self.ended = len < SEALED_CHUNK_LEN;
        self.number = self.number.saturating_add(1);
        self.sealed.consume(len);
        Ok(opened)
    }
}
