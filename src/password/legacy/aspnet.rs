//! ASP.NET Identity: PBKDF2 in base64 without a name, told by its first byte.

use base64ct::Base64;

use super::{
    super::{Error, Limits, Part},
    Foreign, LegacyDigest,
    fields::base64,
    pbkdf2::Pbkdf2,
};

/// How version 3 begins: the byte 1, then the first bytes of the function's number, which are zero.
const V3: &str = "AQAAA";
/// Bytes of version 3 before its salt: marker, function, iterations, length of the salt.
const V3_HEAD: usize = 13;
/// Characters of every hash of version 2: 49 bytes.
const V2_LEN: usize = 68;

/// Reads a hash of version 3 or 2.
pub(super) fn parse(text: &str, limits: &Limits) -> Result<Option<Box<dyn Foreign>>, Error> {
    let hash = if text.starts_with(V3) {
        v3(text, limits)?
    } else if text.len() == V2_LEN && text.starts_with('A') && text.ends_with("==") {
        v2(text, limits)?
    } else {
        return Ok(None);
    };
    Ok(Some(Box::new(hash)))
}

/// 1, then function, iterations and length of the salt, each a big-endian u32, salt, tag. Salt and
/// tag are of 16 bytes or more, as Identity demands, and of no more than 64.
fn v3(text: &str, limits: &Limits) -> Result<Pbkdf2, Error> {
    let bytes = base64::<Base64>(text, V3_HEAD..=V3_HEAD + 128, Part::Fields)?;
    let (head, salt_and_tag) = bytes
        .split_first_chunk::<V3_HEAD>()
        .ok_or(Error::Malformed(Part::Fields))?;
    let [_, f0, f1, f2, f3, i0, i1, i2, i3, s0, s1, s2, s3] = *head;
    let digest = match u32::from_be_bytes([f0, f1, f2, f3]) {
        0 => LegacyDigest::Sha1,
        1 => LegacyDigest::Sha256,
        2 => LegacyDigest::Sha512,
        _ => return Err(Error::UnknownScheme),
    };
    let iterations = u32::from_be_bytes([i0, i1, i2, i3]);
    let salt_len = usize::try_from(u32::from_be_bytes([s0, s1, s2, s3])).unwrap_or(usize::MAX);
    if !(16..=64).contains(&salt_len) {
        return Err(Error::Malformed(Part::Salt));
    }
    let tag_len = salt_and_tag.len().saturating_sub(salt_len);
    if !(16..=64).contains(&tag_len) {
        return Err(Error::Malformed(Part::Tag));
    }
    Pbkdf2::of_parts(digest, iterations, salt_and_tag, salt_len, limits)
}

/// 0, then 16 bytes of salt and 32 of tag, SHA-1, 1,000 iterations.
fn v2(text: &str, limits: &Limits) -> Result<Pbkdf2, Error> {
    let bytes = base64::<Base64>(text, 49..=49, Part::Fields)?;
    match bytes.split_first() {
        Some((0, salt_and_tag)) => {
            Pbkdf2::of_parts(LegacyDigest::Sha1, 1000, salt_and_tag, 16, limits)
        }
        _ => Err(Error::UnknownScheme),
    }
}
