//! What a stream begins with.

use std::io::{self, Read};

use super::{
    super::{KeyVersion, Suite},
    Error,
};

/// No text in UTF-8 has the first byte, and no envelope starts with it.
const MAGIC: [u8; 4] = *b"\xFBPCS";
const FORMAT: u8 = 1;
/// Magic, format, suite and key version.
pub(super) const LEN: usize = 10;

/// The version of the key that a stream needs, from its first ten bytes or more. Nothing is verified:
/// it is for a list of what a key is needed for.
///
/// # Errors
///
/// [`Error::NotAStream`], [`Error::UnsupportedStream`]; [`Error::Truncated`] for fewer bytes.
pub fn key_version(stream: &[u8]) -> Result<KeyVersion, Error> {
    if !MAGIC.iter().zip(stream).all(|(a, b)| a == b) {
        return Err(Error::NotAStream);
    }
    let header = stream.first_chunk::<LEN>().ok_or(Error::Truncated)?;
    let [_, _, _, _, format, suite, version @ ..] = *header;
    if (format, suite) != (FORMAT, Suite::Cobblestone256.byte()) {
        return Err(Error::UnsupportedStream);
    }
    KeyVersion::new(u32::from_be_bytes(version)).ok_or(Error::NotAStream)
}

pub(super) fn encode(version: KeyVersion) -> [u8; LEN] {
    let ([m, p, c, s], [a, b, x, y]) = (MAGIC, version.get().to_be_bytes());
    let suite = Suite::Cobblestone256.byte();
    [m, p, c, s, FORMAT, suite, a, b, x, y]
}

/// As many bytes as are there, up to the length of `bytes`. An input that says it gave more than it
/// was asked for cannot be believed in anything.
pub(super) fn read_up_to(input: &mut impl Read, bytes: &mut [u8]) -> io::Result<usize> {
    let mut len = 0;
    while let Some(free) = bytes.get_mut(len..).filter(|free| !free.is_empty()) {
        match input.read(free) {
            Ok(0) => break,
            Ok(read) if read <= free.len() => len = len.saturating_add(read),
            Ok(_) => return Err(io::ErrorKind::InvalidInput.into()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(len)
}
