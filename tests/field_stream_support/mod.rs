//! A ring, a place and streams for the tests of streams.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::io::{self, Read, Write};

use portcullis::{
    Timestamp,
    field::{
        Context, Error, Key, Keyring,
        stream::{Place, Reader, Writer},
    },
};

/// A whole chunk's plaintext and sealed bytes, and what stands before the first chunk: the numbers
/// that the format's documentation states.
pub(crate) const CHUNK: usize = 16_384;
pub(crate) const SEALED: usize = 16_400;
pub(crate) const HEADER: usize = 66;
/// Lengths around every border that a stream, its buffers and its batches have.
pub(crate) const LENGTHS: [usize; 16] = [
    0,
    1,
    15,
    16,
    CHUNK - 1,
    CHUNK,
    CHUNK + 1,
    2 * CHUNK,
    7 * CHUNK + 5,
    8 * CHUNK - 1,
    8 * CHUNK,
    8 * CHUNK + 1,
    16 * CHUNK - 1,
    16 * CHUNK,
    16 * CHUNK + 1,
    35 * CHUNK + 17,
];

pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

pub(crate) fn ring() -> Keyring {
    Keyring::new(Key::from_bytes(*b"0123456789abcdef0123456789abcdef"), NOW)
}

pub(crate) fn place() -> Place {
    Place::new("backup", Context::new().tenant("acme").row("2026-11-22"))
}

/// Bytes of which no two chunks are the same.
pub(crate) fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|i| ((i % 251) ^ (i / CHUNK)) as u8).collect()
}

pub(crate) fn seal(plaintext: &[u8]) -> Vec<u8> {
    seal_with(&ring(), &place(), plaintext)
}

pub(crate) fn seal_with(ring: &Keyring, place: &Place, plaintext: &[u8]) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), ring, place, NOW).unwrap();
    writer.write_all(plaintext).unwrap();
    writer.finish().unwrap()
}

pub(crate) fn reader<R: Read>(input: R) -> io::Result<Reader<R>> {
    Reader::new(input, &ring(), &place())
}

/// All that a stream hands over, and why it is not the whole.
pub(crate) fn open<R: Read>(input: R) -> (Vec<u8>, Result<(), Error>) {
    let mut out = Vec::new();
    let result = reader(input).and_then(|mut reader| reader.read_to_end(&mut out));
    (out, result.map(|_| ()).map_err(|error| refusal(&error)))
}

/// What a stream refused.
pub(crate) fn refusal(error: &io::Error) -> Error {
    let inner = error.get_ref().and_then(|e| e.downcast_ref::<Error>());
    inner.unwrap_or_else(|| panic!("{error:?}")).clone()
}
