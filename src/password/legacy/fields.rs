//! The fields of foreign texts, read strictly: for each value there is one text, so that no changed
//! character is lost on the way.

use core::ops::RangeInclusive;

use base64ct::Encoding;

use super::super::{Error, Part};

/// Bytes of a salt. The longest that a scheme makes by default is of 64 bytes (Spring's scrypt,
/// Grub); an empty one is made by none.
pub(super) const SALT_LEN: RangeInclusive<usize> = 1..=128;
/// Bytes of a tag. A shorter one could be met by chance; each longer block of it is more work.
pub(super) const TAG_LEN: RangeInclusive<usize> = 12..=64;

/// Bytes in the base64 of `E`, as many as `lengths` has.
pub(super) fn base64<E: Encoding>(
    text: &str,
    lengths: RangeInclusive<usize>,
    part: Part,
) -> Result<Vec<u8>, Error> {
    match E::decode_vec(text) {
        Ok(bytes) if lengths.contains(&bytes.len()) => Ok(bytes),
        _ => Err(Error::Malformed(part)),
    }
}

/// Bytes in lower-case hexadecimal, as many as `lengths` has.
pub(super) fn hex(
    text: &str,
    lengths: RangeInclusive<usize>,
    part: Part,
) -> Result<Vec<u8>, Error> {
    let pairs = text.as_bytes().chunks(2);
    let bytes: Option<Vec<u8>> = pairs
        .map(|pair| match *pair {
            [high, low] => Some(digit(high)? << 4 | digit(low)?),
            _ => None,
        })
        .collect();
    match bytes {
        Some(bytes) if lengths.contains(&bytes.len()) => Ok(bytes),
        _ => Err(Error::Malformed(part)),
    }
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => byte.checked_sub(b'0'),
        b'a'..=b'f' => byte.checked_sub(b'a' - 10),
        _ => None,
    }
}

/// The six bits of a character in the alphabet of crypt(3).
pub(super) fn crypt64(byte: u8) -> Option<u8> {
    match byte {
        b'.'..=b'9' => byte.checked_sub(b'.'),
        b'A'..=b'Z' => byte.checked_sub(b'A' - 12),
        b'a'..=b'z' => byte.checked_sub(b'a' - 38),
        _ => None,
    }
}

/// A salt that is hashed as it is written: visible characters of ASCII.
pub(super) fn salt(text: &str) -> Result<Vec<u8>, Error> {
    if SALT_LEN.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic()) {
        Ok(text.into())
    } else {
        Err(Error::Malformed(Part::Salt))
    }
}
