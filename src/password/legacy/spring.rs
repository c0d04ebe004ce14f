//! The `{id}` before the hashes of Spring Security's DelegatingPasswordEncoder, and the schemes that
//! are told by it alone.
//!
//! An id admits only the scheme that it names. `{noop}`, which is the password itself, `{MD4}` and
//! unknown ids are of no scheme. The secret that Spring's encoders can be given is not known here:
//! the ids stand for the encoders without one.

use zeroize::Zeroizing;

#[cfg(feature = "legacy-weak")]
use super::weak::Single;
use super::{
    super::{Error, Limits, Part},
    Foreign, Legacy, LegacyDigest, LegacyScheme, fields,
    pbkdf2::Pbkdf2,
    scrypt,
};

/// The hash behind an id whose scheme has a text of its own, which is read as if it stood alone.
/// Any other text as it is.
pub(in super::super) fn bare(text: &str) -> Result<&str, Error> {
    let Some((id, hash)) = split(text) else {
        return Ok(text);
    };
    let named = match id {
        "argon2" | "argon2@SpringSecurity_v5_8" => hash.starts_with("$argon2"),
        "bcrypt" => hash.starts_with("$2"),
        "scrypt" | "scrypt@SpringSecurity_v5_8" => scrypt::is_spring(hash),
        "ldap" => hash.starts_with("{SSHA}") || hash.starts_with("{SHA}"),
        _ => return Ok(text),
    };
    if named {
        Ok(hash)
    } else {
        Err(Error::Malformed(Part::Prefix))
    }
}

fn split(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix('{')?.split_once('}')
}

/// Reads a hash of a scheme that is told by its id alone.
pub(super) fn parse(text: &str, limits: &Limits) -> Result<Option<Box<dyn Foreign>>, Error> {
    let Some((id, hash)) = split(text) else {
        return Ok(None);
    };
    Ok(Some(match id {
        "pbkdf2" => pbkdf2(LegacyDigest::Sha1, 185_000, 8, hash, limits)?,
        "pbkdf2@SpringSecurity_v5_8" => pbkdf2(LegacyDigest::Sha256, 310_000, 16, hash, limits)?,
        "sha256" => Box::new(Standard::parse(hash)?),
        #[cfg(feature = "legacy-weak")]
        _ => {
            let hash = message_digest(id, hash)?;
            return Ok(hash.map(|hash| Box::new(hash) as Box<dyn Foreign>));
        }
        #[cfg(not(feature = "legacy-weak"))]
        _ => return Ok(None),
    }))
}

/// Pbkdf2PasswordEncoder: salt and 32 bytes of tag in hexadecimal.
fn pbkdf2(
    digest: LegacyDigest,
    iterations: u32,
    salt_len: usize,
    text: &str,
    limits: &Limits,
) -> Result<Box<dyn Foreign>, Error> {
    let len = salt_len.saturating_add(32);
    let bytes = fields::hex(text, len..=len, Part::Tag)?;
    let hash = Pbkdf2::of_parts(digest, iterations, &bytes, salt_len, limits)?;
    Ok(Box::new(hash))
}

/// StandardPasswordEncoder: SHA-256 of salt and password, and of that again, 1,024 times in all.
struct Standard {
    salt: [u8; 8],
    tag: Vec<u8>,
}

impl Standard {
    const ROUNDS: u32 = 1024;

    /// 8 bytes of salt and 32 of tag in hexadecimal.
    fn parse(text: &str) -> Result<Self, Error> {
        let bytes = fields::hex(text, 40..=40, Part::Tag)?;
        let parts = bytes.split_first_chunk();
        let (salt, tag) = parts.ok_or(Error::Malformed(Part::Salt))?;
        Ok(Self {
            salt: *salt,
            tag: tag.into(),
        })
    }
}

impl Foreign for Standard {
    fn scheme(&self) -> LegacyScheme {
        LegacyScheme::Digest {
            digest: LegacyDigest::Sha256,
            rounds: Self::ROUNDS,
        }
    }

    /// A thousand rounds of a fast digest are a fast digest.
    fn is_slow(&self) -> bool {
        false
    }

    fn tag(&self) -> &[u8] {
        &self.tag
    }

    fn compute(&self, password: &[u8], _: &Legacy) -> Result<Zeroizing<Vec<u8>>, Error> {
        let mut tag = LegacyDigest::Sha256.of(&[&self.salt, password]);
        for _ in 1..Self::ROUNDS {
            tag = LegacyDigest::Sha256.of(&[&tag]);
        }
        Ok(tag)
    }
}

/// MessageDigestPasswordEncoder: one digest of the password and what stands in braces before it, the
/// braces included, in hexadecimal. LDAP has a `{MD5}` of its own, in base64.
#[cfg(feature = "legacy-weak")]
fn message_digest(id: &str, text: &str) -> Result<Option<Single>, Error> {
    let digest = match id {
        "MD5" if text.ends_with('=') => return Ok(None),
        "MD5" => LegacyDigest::Md5,
        "SHA-1" => LegacyDigest::Sha1,
        "SHA-256" => LegacyDigest::Sha256,
        _ => return Ok(None),
    };
    let (salt, tag) = match split(text) {
        Some((salt, tag)) => {
            if !salt.is_empty() {
                fields::salt(salt)?;
            }
            (format!("{{{salt}}}"), tag)
        }
        None => (String::new(), text),
    };
    Ok(Some(Single {
        digest,
        before: Vec::new(),
        after: salt.into(),
        tag: fields::hex(tag, digest.len()..=digest.len(), Part::Tag)?,
    }))
}
