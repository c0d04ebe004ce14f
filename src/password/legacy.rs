//! Verifies hashes that others made, so that their owners can be moved to Argon2id when they sign
//! in. None of them is ever made here.

mod aspnet;
mod bcrypt;
mod digest;
mod fields;
mod firebase;
mod pbkdf2;
mod phpass;
mod scrypt;
mod sha_crypt;
mod spring;
#[cfg(feature = "legacy-weak")]
mod weak;

use core::fmt;

use zeroize::Zeroizing;

pub(super) use self::spring::bare;
pub use self::{digest::LegacyDigest, firebase::Firebase};
use super::{Error, Limits};
use crate::secret;

/// What verifying some foreign hashes takes beside the stored text: secrets of the system that they
/// came from. Most need nothing.
#[derive(Clone, Debug, Default)]
pub struct Legacy {
    devise_pepper: Option<secret::Bytes>,
    firebase: Option<Firebase>,
}

impl Legacy {
    /// Nothing beside the stored text.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The pepper of a Devise application (`config.pepper`), which it appends to the password
    /// before bcrypt. With it, no hash that begins with the name of bcrypt is verified without;
    /// those of Django, passlib and WordPress, which begin with theirs, are as before.
    #[must_use]
    pub fn with_devise_pepper(self, pepper: &[u8]) -> Self {
        Self {
            devise_pepper: Some(secret::Bytes::copy_of(pepper)),
            ..self
        }
    }

    /// The password hash parameters of a Firebase project. Without them no hash of
    /// [`Hash::from_firebase`](super::Hash::from_firebase) is verified.
    #[must_use]
    pub fn with_firebase(self, firebase: Firebase) -> Self {
        Self {
            firebase: Some(firebase),
            ..self
        }
    }

    /// That pepper of Devise, or nothing.
    fn devise_pepper(&self) -> &[u8] {
        let pepper = self.devise_pepper.as_ref();
        pepper.map_or(&[], secret::Bytes::expose)
    }
}

/// A stored hash of one foreign scheme, read strictly.
pub(super) trait Foreign {
    /// What it was made with.
    fn scheme(&self) -> LegacyScheme;

    /// The memory that computing it takes at most, in KiB.
    fn memory_kib(&self) -> u32 {
        0
    }

    /// An error if something that it takes beside the stored text was not given, or is above the
    /// limits.
    fn ready(&self, _: &Legacy, _: &Limits) -> Result<(), Error> {
        Ok(())
    }

    /// Whether it was made to be slow, so that a bit of what it gives may be kept. Each says it of
    /// itself: of one that is not asked, a near miss could be stored as good as in the clear.
    fn is_slow(&self) -> bool;

    /// What the right password gives: never empty.
    fn tag(&self) -> &[u8];

    /// What `password` gives. This takes long.
    fn compute(&self, password: &[u8], legacy: &Legacy) -> Result<Zeroizing<Vec<u8>>, Error>;
}

/// A family's parser: None if the text does not begin as its hashes do.
type Parse = fn(&str, &Limits) -> Result<Option<Box<dyn Foreign>>, Error>;

const FAMILIES: &[Parse] = &[
    bcrypt::parse,
    sha_crypt::parse,
    phpass::parse,
    scrypt::parse,
    pbkdf2::parse,
    firebase::parse,
    spring::parse,
    #[cfg(feature = "legacy-weak")]
    weak::parse,
    aspnet::parse, // last: it has no name to be told by
];

/// Reads a hash of any scheme in this module. The caller has seen to its length.
pub(super) fn parse(text: &str, limits: &Limits) -> Result<Box<dyn Foreign>, Error> {
    for family in FAMILIES {
        if let Some(hash) = family(text, limits)? {
            return Ok(hash);
        }
    }
    Err(Error::UnknownScheme)
}

/// A foreign scheme with its cost. It prints as a name and numbers for a report.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum LegacyScheme {
    /// bcrypt: `$2a$`, `$2b$` or `$2y$`, alone or behind `{bcrypt}`; `bcrypt$$2b$` of Django.
    ///
    /// A password counts by its first 72 bytes, as when the hash was made. NUL is a byte like
    /// others; what programs in C made, which stop at it, verifies by the part before. `$2x$` and
    /// `$2$`, of programs that hashed wrongly, are not known; nor does verify what old programs made
    /// under `$2a$` of 255 bytes or more.
    #[non_exhaustive]
    Bcrypt {
        /// The logarithm of its rounds.
        cost: u32,
    },
    /// bcrypt over SHA-256 or HMAC-SHA-256: `bcrypt_sha256$$2b$` of Django, `$bcrypt-sha256$` of
    /// passlib.
    #[non_exhaustive]
    BcryptSha256 {
        /// The logarithm of its rounds.
        cost: u32,
    },
    /// bcrypt over HMAC-SHA-384: `$wp$2y$` of WordPress since 6.8. White space around a password
    /// does not count, as there.
    ///
    /// WordPress's forms put a backslash before each quote and backslash of a password (its ticket
    /// 13655): who set such a password in them is refused here, and needs a new one.
    #[non_exhaustive]
    WordPress {
        /// The logarithm of its rounds.
        cost: u32,
    },
    /// SHA-crypt of crypt(3): `$5$` of SHA-256, `$6$` of SHA-512. Its work is rounds × length: at
    /// the default limit a password of 1,024 bytes takes seconds.
    #[non_exhaustive]
    ShaCrypt {
        /// Which one.
        digest: LegacyDigest,
        /// Of the digest.
        rounds: u32,
    },
    /// phpass: `$S$` of Drupal 7, and with the feature `legacy-weak` `$P$` (WordPress before 6.8) and
    /// `$H$` (phpBB). Its work is rounds × length too.
    #[non_exhaustive]
    Phpass {
        /// SHA-512 of Drupal, else MD5.
        digest: LegacyDigest,
        /// Of the digest.
        rounds: u32,
    },
    /// MD5-crypt, of 1,000 rounds: `$1$` of crypt(3), `$apr1$` of Apache.
    #[cfg(feature = "legacy-weak")]
    Md5Crypt,
    /// scrypt (RFC 7914): `$scrypt$ln=…` of PHC and passlib, `$7$` of crypt(3) and libsodium,
    /// `scrypt$` of Django, `scrypt:` of Werkzeug, `$e0801$` of Spring Security, alone or behind
    /// `{scrypt}` or `{scrypt@SpringSecurity_v5_8}`.
    #[non_exhaustive]
    Scrypt {
        /// The logarithm of its cost N.
        log_n: u32,
        /// Its block size r.
        block_size: u32,
        /// Its parallelism p.
        parallelism: u32,
    },
    /// Firebase Authentication's scrypt, as [`Hash::from_firebase`](super::Hash::from_firebase)
    /// writes it. Its cost is of the project's parameters.
    Firebase,
    /// PBKDF2 over HMAC (RFC 8018): `$pbkdf2-sha256$i=…` of PHC, `$pbkdf2$` and `$pbkdf2-sha256$` of
    /// passlib, `{PBKDF2-SHA256}` of OpenLDAP, `pbkdf2_sha256$` of Django, `pbkdf2:sha256:` of
    /// Werkzeug, each with the other digests that it knows of; `{PKCS5S2}` of Atlassian and
    /// `grub.pbkdf2.sha512.`; `{pbkdf2}` and `{pbkdf2@SpringSecurity_v5_8}` of Spring Security without
    /// a secret; the two versions of ASP.NET Identity, in base64.
    #[non_exhaustive]
    Pbkdf2 {
        /// Under HMAC.
        digest: LegacyDigest,
        /// For each block of the tag. Their product with the number of blocks is held to the limit.
        iterations: u32,
        /// The tag in bytes: as many blocks as it takes of the digest.
        len: usize,
    },
    /// A digest of the password, with a salt or without: `{sha256}` of Spring Security without a
    /// secret, which is 1,024 rounds. With `legacy-weak` also those of one round: Spring's `{MD5}`,
    /// `{SHA-1}` and `{SHA-256}` in hexadecimal, `md5$salt$` and `sha1$salt$` of Django, `{MD5}`, `{SMD5}`, `{SHA}`, `{SSHA}`,
    /// `{SHA256}`, `{SSHA256}`, `{SHA512}` and `{SSHA512}` of LDAP, and digests alone in hexadecimal
    /// of one case.
    #[non_exhaustive]
    Digest {
        /// Which one.
        digest: LegacyDigest,
        /// How often it is computed.
        rounds: u32,
    },
}

impl fmt::Display for LegacyScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bcrypt { cost } => write!(f, "bcrypt cost={cost}"),
            Self::BcryptSha256 { cost } => write!(f, "bcrypt-sha256 cost={cost}"),
            Self::WordPress { cost } => write!(f, "wordpress-bcrypt cost={cost}"),
            Self::ShaCrypt { digest, rounds } => write!(f, "{digest}-crypt rounds={rounds}"),
            Self::Phpass { digest, rounds } => write!(f, "phpass-{digest} rounds={rounds}"),
            #[cfg(feature = "legacy-weak")]
            Self::Md5Crypt => f.write_str("md5-crypt rounds=1000"),
            Self::Scrypt {
                log_n,
                block_size,
                parallelism,
            } => write!(f, "scrypt ln={log_n},r={block_size},p={parallelism}"),
            Self::Firebase => f.write_str("firebase-scrypt"),
            Self::Pbkdf2 {
                digest,
                iterations,
                len,
            } => write!(f, "pbkdf2-{digest} i={iterations},l={len}"),
            Self::Digest { digest, rounds } => write!(f, "{digest} rounds={rounds}"),
        }
    }
}
