//! What should never have been stored: MD5 with a thousand rounds, and single digests, with a salt or
//! without. A stolen table of these is read in hours, so they are behind a feature of their own, and
//! whoever signs in is to be given a better hash at once.

mod md5_crypt;

use core::ops::RangeInclusive;

use base64ct::Base64;
use zeroize::Zeroizing;

use super::{
    super::{Error, Limits, Part},
    Foreign, Legacy, LegacyDigest, LegacyScheme,
    fields::{self, SALT_LEN},
};

const NO_SALT: RangeInclusive<usize> = 0..=0;

/// Reads a hash of any of these.
pub(super) fn parse(text: &str, _: &Limits) -> Result<Option<Box<dyn Foreign>>, Error> {
    if let Some(hash) = md5_crypt::parse(text)? {
        return Ok(Some(Box::new(hash)));
    }
    let hash = match django(text)? {
        Some(hash) => Some(hash),
        None => ldap(text)?.or_else(|| bare(text)),
    };
    Ok(hash.map(|hash| Box::new(hash) as Box<dyn Foreign>))
}

/// Django's `md5$salt$tag` and `sha1$salt$tag`, in hexadecimal; the salt may be empty.
fn django(text: &str) -> Result<Option<Single>, Error> {
    let (digest, rest) = if let Some(rest) = text.strip_prefix("md5$") {
        (LegacyDigest::Md5, rest)
    } else if let Some(rest) = text.strip_prefix("sha1$") {
        (LegacyDigest::Sha1, rest)
    } else {
        return Ok(None);
    };
    let (salt, tag) = rest.split_once('$').ok_or(Error::Malformed(Part::Fields))?;
    let before = if salt.is_empty() {
        Vec::new()
    } else {
        fields::salt(salt)?
    };
    Ok(Some(Single {
        digest,
        before,
        after: Vec::new(),
        tag: fields::hex(tag, digest.len()..=digest.len(), Part::Tag)?,
    }))
}

/// RFC 2307 and what followed it: digest and salt together in base64. `{sha}` and `{ssha}` are
/// Spring's; in lower case the others are of other schemes.
const LDAP: [(&str, LegacyDigest, RangeInclusive<usize>); 10] = [
    ("{MD5}", LegacyDigest::Md5, NO_SALT),
    ("{SMD5}", LegacyDigest::Md5, SALT_LEN),
    ("{SHA}", LegacyDigest::Sha1, NO_SALT),
    ("{sha}", LegacyDigest::Sha1, NO_SALT),
    ("{SSHA}", LegacyDigest::Sha1, SALT_LEN),
    ("{ssha}", LegacyDigest::Sha1, SALT_LEN),
    ("{SHA256}", LegacyDigest::Sha256, NO_SALT),
    ("{SSHA256}", LegacyDigest::Sha256, SALT_LEN),
    ("{SHA512}", LegacyDigest::Sha512, NO_SALT),
    ("{SSHA512}", LegacyDigest::Sha512, SALT_LEN),
];

fn ldap(text: &str) -> Result<Option<Single>, Error> {
    for (prefix, digest, salt) in LDAP {
        if let Some(rest) = text.strip_prefix(prefix) {
            let least = digest.len().saturating_add(*salt.start());
            let most = digest.len().saturating_add(*salt.end());
            let mut tag = fields::base64::<Base64>(rest, least..=most, Part::Tag)?;
            let after = tag.split_off(digest.len());
            return Ok(Some(Single {
                digest,
                before: Vec::new(),
                after,
                tag,
            }));
        }
    }
    Ok(None)
}

/// Nothing but a digest in hexadecimal, told by its length, all in lower or all in upper case.
fn bare(text: &str) -> Option<Single> {
    let lower = text.to_ascii_lowercase();
    if lower != text && text.to_ascii_uppercase() != text {
        return None;
    }
    let tag = fields::hex(&lower, 16..=64, Part::Tag).ok()?;
    let digests = [
        LegacyDigest::Md5,
        LegacyDigest::Sha1,
        LegacyDigest::Sha256,
        LegacyDigest::Sha512,
    ];
    let digest = digests.into_iter().find(|digest| digest.len() == tag.len());
    Some(Single {
        digest: digest?,
        before: Vec::new(),
        after: Vec::new(),
        tag,
    })
}

/// One digest of the password and the salt, which stands before it or after.
pub(super) struct Single {
    pub(super) digest: LegacyDigest,
    pub(super) before: Vec<u8>,
    pub(super) after: Vec<u8>,
    pub(super) tag: Vec<u8>,
}

impl Foreign for Single {
    fn is_slow(&self) -> bool {
        false
    }

    fn scheme(&self) -> LegacyScheme {
        LegacyScheme::Digest {
            digest: self.digest,
            rounds: 1,
        }
    }

    fn tag(&self) -> &[u8] {
        &self.tag
    }

    fn compute(&self, password: &[u8], _: &Legacy) -> Result<Zeroizing<Vec<u8>>, Error> {
        Ok(self.digest.of(&[&self.before, password, &self.after]))
    }
}
