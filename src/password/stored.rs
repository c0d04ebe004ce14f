//! A stored hash of any scheme: read strictly first, computed over then.

use core::fmt;

#[cfg(feature = "legacy")]
use super::legacy::{self, Foreign, Legacy, LegacyScheme};
use super::{
    Cost, Error, Limits, MAX_HASH_LEN,
    phc::{self, Algorithm, Phc, Version},
};

/// Bytes of a slow hash that tell one password from another.
const SHORTEST_SLOW: usize = 16;

/// A stored hash that was read: within the limits, nothing computed yet.
pub(super) enum Stored {
    Argon2(Phc),
    #[cfg(feature = "legacy")]
    Foreign(Box<dyn Foreign>),
}

impl Stored {
    /// Reads a hash of any scheme that is verified. No more of the text is looked at than a hash can
    /// be long.
    pub(super) fn parse(text: &str, limits: &Limits) -> Result<Self, Error> {
        if text.len() > MAX_HASH_LEN {
            return Err(Error::HashTooLong);
        }
        #[cfg(feature = "legacy")]
        let text = legacy::bare(text)?;
        if let Some(phc) = Phc::parse(text, limits)? {
            return Ok(Self::Argon2(phc));
        }
        #[cfg(feature = "legacy")]
        return legacy::parse(text, limits).map(Self::Foreign);
        #[cfg(not(feature = "legacy"))]
        Err(Error::UnknownScheme)
    }

    /// An error if something that it takes beside its text was not given, or is above the limits.
    #[cfg(feature = "legacy")]
    pub(super) fn ready(&self, legacy: &Legacy, limits: &Limits) -> Result<(), Error> {
        match self {
            Self::Argon2(_) => Ok(()),
            Self::Foreign(foreign) => foreign.ready(legacy, limits),
        }
    }

    /// Whether it is one of Argon2, of any kind.
    pub(super) fn is_argon2(&self) -> bool {
        match self {
            Self::Argon2(_) => true,
            #[cfg(feature = "legacy")]
            Self::Foreign(_) => false,
        }
    }

    /// Whether what it gives of a wrong password is a slow hash, of which a bit may be kept.
    pub(super) fn is_slow(&self) -> bool {
        let slow = match self {
            Self::Argon2(_) => true,
            #[cfg(feature = "legacy")]
            Self::Foreign(foreign) => foreign.is_slow(),
        };
        slow && self.tag().len() >= SHORTEST_SLOW
    }

    pub(super) fn scheme(&self) -> Scheme {
        match self {
            Self::Argon2(phc) => Scheme::Argon2 {
                algorithm: phc.algorithm,
                version: phc.version,
                cost: phc.cost,
            },
            #[cfg(feature = "legacy")]
            Self::Foreign(foreign) => Scheme::Legacy(foreign.scheme()),
        }
    }

    /// The memory that computing it takes, in KiB.
    pub(super) fn memory_kib(&self) -> u32 {
        match self {
            Self::Argon2(phc) => phc.cost.memory_kib(),
            #[cfg(feature = "legacy")]
            Self::Foreign(foreign) => foreign.memory_kib(),
        }
    }

    /// What the right password gives.
    pub(super) fn tag(&self) -> &[u8] {
        match self {
            Self::Argon2(phc) => &phc.tag,
            #[cfg(feature = "legacy")]
            Self::Foreign(foreign) => foreign.tag(),
        }
    }
}

/// How a stored hash was made. It prints as the stored text up to the salt, or as the name and the
/// cost of a foreign scheme.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Scheme {
    /// Argon2.
    #[non_exhaustive]
    Argon2 {
        /// Which of its functions.
        algorithm: Algorithm,
        /// Of the algorithm.
        version: Version,
        /// Memory, passes and lanes.
        cost: Cost,
    },
    /// A scheme that is verified and never made.
    #[cfg(feature = "legacy")]
    Legacy(LegacyScheme),
}

impl Scheme {
    /// Whether a hash made so is to be replaced by one of Argon2id at `cost`.
    pub(super) fn is_weaker_than(&self, today: &Cost) -> bool {
        match self {
            Self::Argon2 {
                algorithm,
                version,
                cost,
            } => {
                *algorithm != Algorithm::Argon2id
                    || version.is_outdated()
                    || cost.is_weaker_than(today)
            }
            #[cfg(feature = "legacy")]
            Self::Legacy(_) => true,
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argon2 {
                algorithm,
                version,
                cost,
            } => f.write_str(&phc::prefix(*algorithm, *version, *cost)),
            #[cfg(feature = "legacy")]
            Self::Legacy(scheme) => scheme.fmt(f),
        }
    }
}
