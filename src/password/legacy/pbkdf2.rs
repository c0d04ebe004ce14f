//! PBKDF2 (RFC 8018 §5.2) over HMAC, in the texts of PHC, passlib, OpenLDAP, Django, Werkzeug, Grub
//! and Atlassian.
//!
//! Each block of a tag takes all the iterations, so what is held to the limit is iterations × blocks.
//!
//! The states of HMAC are wiped; the last intermediate value of each block, which is as good as
//! that block, stays on the stack.

use base64ct::{Base64, Base64Pbkdf2, Base64Unpadded};
use zeroize::Zeroizing;

use super::{
    super::{Error, Limits, Parameter, Part, limits::at_least, phc::decimal},
    Foreign, Legacy,
    LegacyDigest::{self, Sha1, Sha256, Sha512},
    LegacyScheme,
    fields::{SALT_LEN, TAG_LEN, base64, hex, salt},
};

/// Reads a text after its prefix.
type Form = fn(LegacyDigest, &str, &Limits) -> Result<Pbkdf2, Error>;

const FORMS: [(&str, LegacyDigest, Form); 14] = [
    ("$pbkdf2$", Sha1, passlib),
    ("$pbkdf2-sha1$", Sha1, phc),
    ("$pbkdf2-sha256$", Sha256, modular),
    ("$pbkdf2-sha512$", Sha512, modular),
    ("{PBKDF2}", Sha1, passlib),
    ("{PBKDF2-SHA256}", Sha256, passlib),
    ("{PBKDF2-SHA512}", Sha512, passlib),
    ("{PKCS5S2}", Sha1, atlassian),
    ("grub.pbkdf2.sha512.", Sha512, grub),
    ("pbkdf2_sha1$", Sha1, django),
    ("pbkdf2_sha256$", Sha256, django),
    ("pbkdf2:sha1:", Sha1, werkzeug),
    ("pbkdf2:sha256:", Sha256, werkzeug),
    ("pbkdf2:sha512:", Sha512, werkzeug),
];

/// Reads any hash of PBKDF2 that begins with its name.
pub(super) fn parse(text: &str, limits: &Limits) -> Result<Option<Box<dyn Foreign>>, Error> {
    for (prefix, digest, form) in FORMS {
        if let Some(rest) = text.strip_prefix(prefix) {
            return Ok(Some(Box::new(form(digest, rest, limits)?)));
        }
    }
    Ok(None)
}

/// PHC names its numbers, passlib does not.
fn modular(digest: LegacyDigest, rest: &str, limits: &Limits) -> Result<Pbkdf2, Error> {
    if rest.starts_with("i=") {
        phc(digest, rest, limits)
    } else {
        passlib(digest, rest, limits)
    }
}

/// `i=600000[,l=32]$salt$tag`: base64 without padding.
fn phc(digest: LegacyDigest, rest: &str, limits: &Limits) -> Result<Pbkdf2, Error> {
    let [cost, salt, tag] = split(rest, '$')?;
    let tag = base64::<Base64Unpadded>(tag, TAG_LEN, Part::Tag)?;
    let (iterations, len) = match cost.split_once(',') {
        Some((iterations, len)) => (iterations, Some(number(len, "l=")?)),
        None => (cost, None),
    };
    if len.is_some_and(|len| usize::try_from(len) != Ok(tag.len())) {
        return Err(Error::Malformed(Part::Tag));
    }
    let iterations = number(iterations, "i=")?;
    let salt = base64::<Base64Unpadded>(salt, SALT_LEN, Part::Salt)?;
    Pbkdf2::new(digest, iterations, salt, tag, limits)
}

fn number(text: &str, name: &str) -> Result<u32, Error> {
    let digits = text.strip_prefix(name);
    decimal(digits.ok_or(Error::Malformed(Part::Cost))?)
}

/// `600000$salt$tag`: base64 without padding and with `.` for `+`, one block of tag.
fn passlib(digest: LegacyDigest, rest: &str, limits: &Limits) -> Result<Pbkdf2, Error> {
    let [iterations, salt, tag] = split(rest, '$')?;
    let iterations = decimal(iterations)?;
    let salt = base64::<Base64Pbkdf2>(salt, SALT_LEN, Part::Salt)?;
    let tag = base64::<Base64Pbkdf2>(tag, digest.len()..=digest.len(), Part::Tag)?;
    Pbkdf2::new(digest, iterations, salt, tag, limits)
}

/// `600000$salt$tag`: the salt as it is written, one block of tag in base64.
fn django(digest: LegacyDigest, rest: &str, limits: &Limits) -> Result<Pbkdf2, Error> {
    let [iterations, salt_text, tag] = split(rest, '$')?;
    let iterations = decimal(iterations)?;
    let tag = base64::<Base64>(tag, digest.len()..=digest.len(), Part::Tag)?;
    Pbkdf2::new(digest, iterations, salt(salt_text)?, tag, limits)
}

/// `600000$salt$tag`: the salt as it is written, one block of tag in hexadecimal.
fn werkzeug(digest: LegacyDigest, rest: &str, limits: &Limits) -> Result<Pbkdf2, Error> {
    let [iterations, salt_text, tag] = split(rest, '$')?;
    let iterations = decimal(iterations)?;
    let tag = hex(tag, digest.len()..=digest.len(), Part::Tag)?;
    Pbkdf2::new(digest, iterations, salt(salt_text)?, tag, limits)
}

/// `10000.salt.tag`: upper-case hexadecimal, one block of tag.
fn grub(digest: LegacyDigest, rest: &str, limits: &Limits) -> Result<Pbkdf2, Error> {
    let [iterations, salt, tag] = split(rest, '.')?;
    let upper = |text: &str, lengths, part| {
        if text.bytes().any(|b| b.is_ascii_lowercase()) {
            return Err(Error::Malformed(part));
        }
        hex(&text.to_ascii_lowercase(), lengths, part)
    };
    let iterations = decimal(iterations)?;
    let salt = upper(salt, SALT_LEN, Part::Salt)?;
    let tag = upper(tag, digest.len()..=digest.len(), Part::Tag)?;
    Pbkdf2::new(digest, iterations, salt, tag, limits)
}

/// 16 bytes of salt and 32 of tag in base64, 10,000 iterations.
fn atlassian(digest: LegacyDigest, rest: &str, limits: &Limits) -> Result<Pbkdf2, Error> {
    let bytes = base64::<Base64>(rest, 48..=48, Part::Tag)?;
    Pbkdf2::of_parts(digest, 10_000, &bytes, 16, limits)
}

fn split<const N: usize>(text: &str, by: char) -> Result<[&str; N], Error> {
    let fields: Vec<&str> = text.split(by).collect();
    fields
        .try_into()
        .map_err(|_| Error::Malformed(Part::Fields))
}

/// A hash of PBKDF2.
pub(super) struct Pbkdf2 {
    digest: LegacyDigest,
    iterations: u32,
    salt: Vec<u8>,
    tag: Vec<u8>,
}

impl Pbkdf2 {
    /// One within the limits.
    pub(super) fn new(
        digest: LegacyDigest,
        iterations: u32,
        salt: Vec<u8>,
        tag: Vec<u8>,
        limits: &Limits,
    ) -> Result<Self, Error> {
        let blocks = u32::try_from(tag.len().div_ceil(digest.len())).unwrap_or(u32::MAX);
        at_least(Parameter::Iterations, iterations, 1)?;
        limits.admit_iterations(iterations.saturating_mul(blocks))?;
        Ok(Self {
            digest,
            iterations,
            salt,
            tag,
        })
    }

    /// One whose salt, of `salt_len` bytes, and tag stand one after the other.
    pub(super) fn of_parts(
        digest: LegacyDigest,
        iterations: u32,
        salt_and_tag: &[u8],
        salt_len: usize,
        limits: &Limits,
    ) -> Result<Self, Error> {
        let parts = salt_and_tag.split_at_checked(salt_len);
        let (salt, tag) = parts.ok_or(Error::Malformed(Part::Salt))?;
        Self::new(digest, iterations, salt.into(), tag.into(), limits)
    }
}

impl Foreign for Pbkdf2 {
    fn scheme(&self) -> LegacyScheme {
        LegacyScheme::Pbkdf2 {
            digest: self.digest,
            iterations: self.iterations,
            len: self.tag.len(),
        }
    }

    fn is_slow(&self) -> bool {
        true
    }

    fn tag(&self) -> &[u8] {
        &self.tag
    }

    fn compute(&self, password: &[u8], _: &Legacy) -> Result<Zeroizing<Vec<u8>>, Error> {
        let Self {
            salt,
            iterations,
            tag,
            ..
        } = self;
        Ok(self.digest.pbkdf2(password, salt, *iterations, tag.len()))
    }
}
