//! What keys there are, of which algorithms, what for, how old and how much used.

#[cfg(feature = "serde")]
mod forms;
mod print;

use core::time::Duration;

use super::{KeyRecord, Keyring, Scope, Suite};
use crate::Timestamp;

/// A ring without its keys, for an inventory of cryptographic keys and algorithms (OWASP ASVS 5.0
/// 11.1.2): what each key is, what it may be used for, how old it is and how much of its bound is
/// used.
///
/// It names no tenant and no person, only what kind of scope the ring has. `Display` writes it for
/// people, a line for each key. With the feature `serde` it has a form for programs: times as RFC 3339,
/// durations as numbers of milliseconds whose names end in `_ms`.
///
/// ```
/// use portcullis::{Timestamp, field::{Keyring, Policy, Purpose, Scope}};
///
/// let now: Timestamp = "2026-11-21T09:00:00Z".parse()?;
/// let policy = Policy::new().for_purpose(Purpose::column("contact", "email"));
/// let ring = Keyring::generate_for(Scope::tenant("acme"), policy, now)?;
///
/// let inventory = ring.inventory(now);
/// assert!(inventory.to_string().starts_with("keys of a tenant, for column contact.email"));
/// assert!(inventory.keys.iter().all(|key| !key.overdue));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Inventory {
    /// What kind of scope the ring has: `application`, `tenant`, `subject` or `credential`.
    pub scope: String,
    /// What the keys may be used for, in words; None where it is anything.
    pub purposes: Option<Vec<String>>,
    /// The suite of keys that are staged.
    pub suite: Suite,
    /// The age beyond which a key seals nothing more.
    #[cfg_attr(
        feature = "serde",
        serde(rename = "max_age_ms", serialize_with = "forms::optional_millis")
    )]
    pub max_age: Option<Duration>,
    /// How many values a key seals by the policy.
    pub max_seals: Option<u64>,
    /// How long another machine may go on with a ring that it loaded before.
    #[cfg_attr(
        feature = "serde",
        serde(rename = "propagation_ms", serialize_with = "forms::millis")
    )]
    pub propagation: Duration,
    /// How many steps the ring took.
    pub generation: u64,
    /// When the last step was.
    pub changed: Timestamp,
    /// When this was looked at.
    pub at: Timestamp,
    /// The keys by ascending version.
    pub keys: Vec<Item>,
}

/// A key in an [`Inventory`].
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Item {
    /// What the ring knows of it.
    pub record: KeyRecord,
    /// What is done with it.
    pub algorithms: Algorithms,
    /// How long ago it was made or taken over; zero where the clock was set back.
    #[cfg_attr(
        feature = "serde",
        serde(rename = "age_ms", serialize_with = "forms::millis")
    )]
    pub age: Duration,
    /// Whether it is older than the policy lets one be that seals.
    pub overdue: bool,
    /// How many values it may still seal by the policy and by its suite's bound, were it primary.
    pub seals_left: u64,
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
    /// Binds a ciphertext to its key and context; None where nothing does.
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
                key_derivation: "CMAC-AES-256 in counter mode (NIST SP 800-108r1)",
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
        let item = |record| Item::of(ring, record, now);
        Self {
            scope: Scope::to_string(ring.scope()),
            purposes: purposes.map(|these| these.map(ToString::to_string).collect()),
            suite: policy.suite(),
            max_age: policy.max_age(),
            max_seals: policy.max_seals(),
            propagation: policy.propagation(),
            generation: ring.generation(),
            changed: ring.changed(),
            at: now,
            keys: ring.keys().map(item).collect(),
        }
    }
}

impl Item {
    fn of(ring: &Keyring, record: KeyRecord, now: Timestamp) -> Self {
        Self {
            algorithms: Algorithms::of(record.suite),
            age: record.age(now),
            overdue: ring.is_overdue(record.created, now),
            seals_left: ring.most_seals(record.suite).saturating_sub(record.seals),
            record,
        }
    }
}
