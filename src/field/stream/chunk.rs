//! One chunk, by its number.

use super::{
    super::chunked::{Message, TAG_LEN},
    Error,
};

/// Seals a chunk into the beginning of `out` and says how long it is there.
pub(super) fn seal(
    message: &Message,
    number: u64,
    plaintext: &[u8],
    out: &mut [u8],
) -> Result<usize, Error> {
    let len = plaintext.len().saturating_add(TAG_LEN);
    let out = out.get_mut(..len).ok_or(Error::StreamTooLong)?;
    let sealed = message.seal_chunk(number, plaintext, out);
    sealed.map(|()| len).map_err(|_| Error::StreamTooLong)
}

/// Opens a chunk into the beginning of `out` and says how long it is there. One that is not genuine
/// leaves `out` as it is.
pub(super) fn open(
    message: &Message,
    number: u64,
    sealed: &[u8],
    out: &mut [u8],
) -> Result<usize, Error> {
    let (ciphertext, tag) = sealed
        .split_last_chunk::<TAG_LEN>()
        .ok_or(Error::Truncated)?;
    let out = out.get_mut(..ciphertext.len()).ok_or(Error::Open)?;
    match message.open_chunk(number, ciphertext, tag, out) {
        Ok(()) => Ok(ciphertext.len()),
        Err(Error::TooLong) => Err(Error::StreamTooLong),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::{Key, chunked::Prepared};

    /// CR-10: beyond 2^38 chunks nonces would repeat; the stream ends before.
    #[test]
    fn neither_seals_nor_opens_a_chunk_without_a_number() {
        let message = Message::derive(&Prepared::new(&Key::from_bytes([1; 32])), &[2; 24], &[]);
        let mut out = [0; 20];
        let last = (1 << 38) - 1;
        assert_eq!(seal(&message, last, b"last", &mut out), Ok(20));
        let sealed = out;
        assert_eq!(open(&message, last, &sealed, &mut out), Ok(4));
        let beyond = Err(Error::StreamTooLong);
        assert_eq!(seal(&message, 1 << 38, b"more", &mut out), beyond);
        assert_eq!(open(&message, 1 << 38, &sealed, &mut out), beyond);
    }
}
