//! Verifies hashes that others made, so that their owners can be moved to Argon2id when they sign
//! in. None of them is ever made here.

use core::fmt;

use zeroize::Zeroizing;

use super::{Error, Limits};
use crate::secret;

/// What verifying some foreign hashes takes beside the stored text: secrets of the system that they
/// came from. Most need nothing.
#[derive(Clone, Debug, Default)]
pub struct Legacy {
    devise_pepper: Option<secret::Bytes>,
}

impl Legacy {
    /// Nothing beside the stored text.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The pepper of a Devise application (`config.pepper`), which it appends to the password
    /// before bcrypt. With it, no bcrypt hash is verified without.
    #[must_use]
    pub fn with_devise_pepper(self, pepper: &[u8]) -> Self {
        Self {
            devise_pepper: Some(secret::Bytes::copy_of(pepper)),
            ..self
        }
    }
}

/// A stored hash of one foreign scheme, read strictly.
pub(super) trait Foreign {
    /// What it was made with.
    fn scheme(&self) -> LegacyScheme;

    /// The memory that computing it takes, in KiB.
    fn memory_kib(&self) -> u32 {
        0
    }

    /// What the right password gives: never empty.
    fn tag(&self) -> &[u8];

    /// What `password` gives. This takes long.
    fn compute(&self, password: &[u8], legacy: &Legacy) -> Result<Zeroizing<Vec<u8>>, Error>;
}

/// A family's parser: None if the text does not begin as its hashes do.
type Parse = fn(&str, &Limits) -> Result<Option<Box<dyn Foreign>>, Error>;

const FAMILIES: [Parse; 0] = [];

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
pub enum LegacyScheme {}

impl fmt::Display for LegacyScheme {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}
