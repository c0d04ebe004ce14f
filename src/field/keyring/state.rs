//! What a key is good for.

use core::fmt;

/// What a key is good for. Keys move down this list; a suspended one may be resumed.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
#[must_use]
pub enum State {
    /// Opens, does not seal yet. A key is staged on every machine before one of them seals with it.
    Staged,
    /// Seals and opens. A ring has exactly one.
    Primary,
    /// Opens what it sealed, seals nothing more.
    Retired,
    /// Refuses, until it is resumed.
    Suspended,
    /// Is gone. Its version and fingerprint stay, so that neither is ever used again.
    Destroyed,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Staged => "staged",
            Self::Primary => "primary",
            Self::Retired => "retired",
            Self::Suspended => "suspended",
            Self::Destroyed => "destroyed",
        })
    }
}

/// Where a key comes from.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
#[must_use]
pub enum Origin {
    /// From the operating system's randomness, in this library.
    Generated,
    /// From elsewhere: nothing is known of its randomness.
    Imported,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Generated => "generated",
            Self::Imported => "imported",
        })
    }
}
