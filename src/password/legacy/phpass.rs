//! phpass's portable hashes, `$P$` and `$H$` (WordPress before 6.8, phpBB 3.0), which are of MD5, and
//! those of Drupal 7, `$S$`, which are of SHA-512.
//!
//! The work is rounds × length; a password is at most 1,024 bytes long, and the limit on rounds bounds
//! the rest.
//!
//! WordPress took white space from both ends of a password before it hashed it, and put a backslash
//! before each quote; others who used phpass did neither, and nor is it done here. Who typed such a
//! space signs in without it.

use base64ct::{Base64ShaCrypt, Encoding};
use zeroize::Zeroizing;

use super::{
    super::{
        Error, Limits, Parameter, Part,
        limits::{at_least, at_most},
    },
    Foreign, Legacy, LegacyDigest, LegacyScheme, fields,
};

/// The least and the most logarithm of the rounds (`CryptPrivate` of phpass).
const MIN_LOG: u32 = 7;
const MAX_LOG: u32 = 30;
const SALT_LEN: usize = 8;
/// Drupal cuts its text off after 55 characters, 43 of which are of the tag: 258 bits.
const DRUPAL_TAG_LEN: usize = 43;

const NAMES: &[(&str, LegacyDigest)] = &[
    ("$S$", LegacyDigest::Sha512),
    #[cfg(feature = "legacy-weak")]
    ("$P$", LegacyDigest::Md5),
    #[cfg(feature = "legacy-weak")]
    ("$H$", LegacyDigest::Md5),
];

/// Reads the name, the rounds in one character, 8 of salt and the tag.
pub(super) fn parse(text: &str, limits: &Limits) -> Result<Option<Box<dyn Foreign>>, Error> {
    let begins = |(name, digest): &(&str, LegacyDigest)| Some((*digest, text.strip_prefix(name)?));
    match NAMES.iter().find_map(begins) {
        Some((digest, rest)) => Ok(Some(Box::new(Portable::parse(digest, rest, limits)?))),
        None => Ok(None),
    }
}

struct Portable {
    digest: LegacyDigest,
    rounds: u32,
    salt: String,
    /// As it is written.
    tag: String,
}

impl Portable {
    fn parse(digest: LegacyDigest, text: &str, limits: &Limits) -> Result<Self, Error> {
        let (log, rest) = text
            .split_at_checked(1)
            .ok_or(Error::Malformed(Part::Cost))?;
        let (salt, tag) = rest
            .split_at_checked(SALT_LEN)
            .ok_or(Error::Malformed(Part::Salt))?;
        if !salt.bytes().all(|b| fields::crypt64(b).is_some()) {
            return Err(Error::Malformed(Part::Salt));
        }
        Ok(Self {
            digest,
            rounds: rounds(log, limits)?,
            salt: salt.to_owned(),
            tag: Self::tag(digest, tag)?,
        })
    }

    fn tag(digest: LegacyDigest, text: &str) -> Result<String, Error> {
        match digest {
            #[cfg(feature = "legacy-weak")]
            LegacyDigest::Md5 => {
                fields::base64::<Base64ShaCrypt>(text, digest.len()..=digest.len(), Part::Tag)?;
            }
            // it ends amid a byte, so that each of its characters counts whole
            _ => {
                let known = text.bytes().all(|b| fields::crypt64(b).is_some());
                if text.len() != DRUPAL_TAG_LEN || !known {
                    return Err(Error::Malformed(Part::Tag));
                }
            }
        }
        Ok(text.to_owned())
    }
}

/// One character: the logarithm.
fn rounds(log: &str, limits: &Limits) -> Result<u32, Error> {
    let log = log.bytes().next().and_then(fields::crypt64);
    let rounds = 1_u32.checked_shl(log.ok_or(Error::Malformed(Part::Cost))?.into());
    let rounds = rounds.unwrap_or(u32::MAX);
    at_least(Parameter::Rounds, rounds, 1 << MIN_LOG)?;
    limits.admit_rounds(rounds)?;
    at_most(Parameter::Rounds, rounds, 1 << MAX_LOG)?;
    Ok(rounds)
}

impl Foreign for Portable {
    fn scheme(&self) -> LegacyScheme {
        LegacyScheme::Phpass {
            digest: self.digest,
            rounds: self.rounds,
        }
    }

    /// Its MD5 is the rest of a time when thousands of rounds were many.
    fn is_slow(&self) -> bool {
        self.digest == LegacyDigest::Sha512
    }

    fn tag(&self) -> &[u8] {
        self.tag.as_bytes()
    }

    /// The tag as it would be written.
    fn compute(&self, password: &[u8], _: &Legacy) -> Result<Zeroizing<Vec<u8>>, Error> {
        let mut tag = self.digest.of(&[self.salt.as_bytes(), password]);
        for _ in 0..self.rounds {
            tag = self.digest.of(&[&tag, password]);
        }
        let mut text = Zeroizing::new(Base64ShaCrypt::encode_string(&tag).into_bytes());
        text.truncate(self.tag.len());
        Ok(text)
    }
}
