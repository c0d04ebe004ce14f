//! What keys there are, of which algorithms, how old and how much used.

use core::{fmt, time::Duration};

use super::{KeyRecord, Keyring, Scope, Suite};
use crate::Timestamp;

/// A ring without its keys, for an inventory of all cryptographic keys and algorithms (OWASP ASVS 5.0
/// 11.1.2): what each key is, what it is for, how old it is and how much of its bound is used.
///
/// It names no tenant and no person, only what kind of scope the ring has. `Display` writes it for
/// people; with the feature `serde` it has a form for programs.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Inventory {
    /// What kind of scope the ring has: `application`, `tenant`, `subject` or `credential`.
    pub scope: String,
    /// How many steps the ring took.
    pub generation: u64,
    /// When the last step was.
    pub changed: Timestamp,
    /// When this was looked at.
    pub at: Timestamp,
    /// What the keys may be used for, in words; None where it is anything.
    pub purposes: Option<Vec<String>>,
    /// The age beyond which a key seals nothing more.
    pub max_age: Option<Duration>,
    /// How long another machine may go on with a ring that it loaded before.
    pub propagation: Duration,
    /// The keys by ascending version.
    pub keys: Vec<Item>,
}

/// A key in an [`Inventory`].
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Item {
    /// What the ring knows of it.
    pub record: KeyRecord,
    /// What is done with it.
    pub algorithms: Algorithms,
    /// How long ago it was made or taken over.
    pub age: Duration,
    /// Whether it is older than the policy lets one be that seals.
    pub overdue: bool,
    /// How many values it may seal by the policy and by its suite's bound.
    pub max_seals: u64,
}

/// What is done with a key of a suite.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Algorithms {
    /// Encrypts and authenticates.
    pub cipher: &'static str,
    /// Derives the key of each message.
    pub key_derivation: &'static str,
    /// Binds a ciphertext to its key; None where nothing does.
    pub commitment: Option<&'static str>,
    /// Length of the key, in bits.
    pub key_bits: u16,
}

impl Algorithms {
    const fn of(suite: Suite) -> Self {
        match suite {
            Suite::Cobblestone256 => Self {
                cipher: "AES-256-GCM",
                key_derivation: "HKDF-Expand-SHA-512",
                commitment: Some("HKDF-Expand-SHA-512"),
                key_bits: 256,
            },
            Suite::Xaes256Gcm => Self {
                cipher: "AES-256-GCM",
                key_derivation: "CMAC-AES-256 (NIST SP 800-108)",
                commitment: None,
                key_bits: 256,
            },
        }
    }
}

impl Inventory {
    pub(super) fn of(ring: &Keyring, now: Timestamp) -> Self {
        let policy = ring.policy();
        let purposes = policy.purposes();
        Self {
            scope: Scope::to_string(ring.scope()),
            generation: ring.generation(),
            changed: ring.changed(),
            at: now,
            purposes: purposes.map(|these| these.map(ToString::to_string).collect()),
            max_age: policy.max_age(),
            propagation: policy.propagation(),
            keys: ring
                .keys()
                .map(|record| Item::of(ring, record, now))
                .collect(),
        }
    }
}

impl Item {
    fn of(ring: &Keyring, record: KeyRecord, now: Timestamp) -> Self {
        let age = record.age(now);
        Self {
            algorithms: Algorithms::of(record.suite),
            age,
            overdue: ring.policy().max_age().is_some_and(|most| age > most),
            max_seals: ring.most_seals(record.suite),
            record,
        }
    }
}

impl fmt::Display for Inventory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "key ring of one {}", self.scope)
    }
}
