//! The digests under foreign schemes.

use core::fmt;

#[cfg(feature = "legacy-weak")]
use md5::Md5;
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use zeroize::{Zeroize, Zeroizing};

/// The digest that a foreign scheme is made of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum LegacyDigest {
    /// MD5 (RFC 1321).
    #[cfg(feature = "legacy-weak")]
    Md5,
    /// SHA-1 (FIPS 180-4).
    Sha1,
    /// SHA-256 (FIPS 180-4).
    Sha256,
    /// SHA-512 (FIPS 180-4).
    Sha512,
}

impl LegacyDigest {
    /// Its length in bytes.
    pub(super) const fn len(self) -> usize {
        match self {
            #[cfg(feature = "legacy-weak")]
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }

    /// That of the parts, one after the other.
    pub(super) fn of(self, parts: &[&[u8]]) -> Zeroizing<Vec<u8>> {
        let digest = match self {
            #[cfg(feature = "legacy-weak")]
            Self::Md5 => of::<Md5>,
            Self::Sha1 => of::<Sha1>,
            Self::Sha256 => of::<Sha256>,
            Self::Sha512 => of::<Sha512>,
        };
        digest(parts)
    }

    /// `len` bytes of PBKDF2 over HMAC with it.
    pub(super) fn pbkdf2(
        self,
        password: &[u8],
        salt: &[u8],
        iterations: u32,
        len: usize,
    ) -> Zeroizing<Vec<u8>> {
        let derive = match self {
            #[cfg(feature = "legacy-weak")]
            Self::Md5 => ::pbkdf2::pbkdf2_hmac::<Md5>,
            Self::Sha1 => ::pbkdf2::pbkdf2_hmac::<Sha1>,
            Self::Sha256 => ::pbkdf2::pbkdf2_hmac::<Sha256>,
            Self::Sha512 => ::pbkdf2::pbkdf2_hmac::<Sha512>,
        };
        let mut out = Zeroizing::new(vec![0; len]);
        derive(password, salt, iterations, &mut out);
        out
    }
}

fn of<D: sha2::Digest>(parts: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    let mut digest = D::new();
    for part in parts {
        digest.update(part);
    }
    let mut array = digest.finalize();
    let out = Zeroizing::new(array.to_vec());
    array.as_mut_slice().zeroize();
    out
}

/// As in the names of foreign schemes: `sha256`.
impl fmt::Display for LegacyDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            #[cfg(feature = "legacy-weak")]
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        })
    }
}
