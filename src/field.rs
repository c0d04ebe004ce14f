//! Encrypts single values of a database, each bound to the place it belongs to.
//!
//! A [`Keyring`] holds the keys of a scope by version; one of them seals, the older ones still open.
//! A [`Context`] names the place: tenant, table, column, row. What was sealed for one place does not
//! open in another, so a value copied into another customer's row is refused there. The envelope
//! says which suite and which key it needs; nothing is ever tried.
//!
//! # Envelope
//!
//! ```text
//! suite 0xF9 | key version u32 | salt 24 | commitment 32 | ciphertext | tag 16    Cobblestone-256
//! suite 0xFA | key version u32 | nonce 24 |                ciphertext | tag 16    XAES-256-GCM
//! ```
//!
//! **Cobblestone-256**, the default [`Suite`], is that of the C2SP
//! [chunked-encryption](https://c2sp.org/chunked-encryption) specification: HKDF-Expand-SHA-512 derives
//! key, base nonce and commitment from the ring's key, the salt and the place; AES-256-GCM encrypts in
//! chunks of 16 KiB. An envelope is 77 bytes longer than a short value, and 16 more for each full 16
//! KiB. **XAES-256-GCM** ([C2SP](https://c2sp.org/XAES-256-GCM)) is 45 bytes longer than any value, and
//! faster; it does not commit to its key. Which of them a key seals with, the ring's [`Policy`] says
//! when the key is staged. As text, an envelope is `pc1.` and strict base64url without padding. Every
//! byte that is written stands in [`format`](mod@format).
//!
//! [`Keyring::seal`] takes bytes. [`Encrypted`] is the envelope of a value of a type, for the field of a
//! record, and what was sealed as a text does not open as a number. [`Padding`] hides which of a few
//! values it is that is sealed.
//!
//! # A whole store
//!
//! With the feature `store` there is `Sealed`: any store of sessions, attempts or accounts, with
//! every value sealed and bound to its key.
//!
//! # Rotation, migration, search
//!
//! A [`sweep`] seals a column again under the present key and ends with the proof that an old key
//! can be destroyed, which takes a ring whose [`Policy`] names its purposes: one that
//! [`Keyring::generate`] made is for anything. A [`Migration`] reads a column while its plaintext is being sealed. A
//! [`BlindIndex`] finds sealed values by equality.
//!
//! # What this does not do
//!
//! It hides neither the length of a value beyond its [`Padding`], nor that a value exists, nor when
//! it is read or changed. It does not keep an old value from being put back into its own cell, unless a revision is part of the
//! context ([`Context::application`]). It does not protect from whoever controls the process that
//! holds the keys. The primary key cannot be suspended: stage another, promote it, then suspend the
//! one that it retired. Values are found through a [`BlindIndex`] alone, by equality, and what that
//! tells stands there; they are not sorted. A ring that is lost takes every value with it: backing
//! it up is the operator's task. A value is at most 16 MiB; what is longer is a [`stream`].
//!
//! # Security
//!
//! - Threat: a stolen database or backup, and somebody who can write to the database. The cipher is
//!   AES-256 (NIST FIPS 197) in GCM (NIST SP 800-38D).
//! - Salts and nonces are 192 random bits, so the number of values under one key is not a practical
//!   bound: for a chance of collision of 2^-32, the specifications give 2^77 messages for
//!   Cobblestone-256 and 2^80 for XAES-256-GCM. A ring counts and stops far below.
//! - Cobblestone-256 commits: the commitment is compared in constant time, and without it nothing is
//!   decrypted. A ciphertext opens under one key and one context only, which GCM alone does not promise.
//!   XAES-256-GCM does not: whoever knows two keys can make a ciphertext that is genuine under both.
//!   There it is the key version, which is authenticated and names one key of the ring, that decides.
//! - Suite and key version are authenticated; lengths, suite and version are checked before a key is
//!   touched, and a key opens envelopes of its own suite only; every cryptographic refusal is the one [`Error::Open`].
//! - Plaintext leaves after all of it is verified, in memory that is wiped when it is dropped, as
//!   are keys and what is derived from them. Copies that the compiler keeps on the stack are out of
//!   reach.
//!
//! # Cost
//!
//! A value of 64 bytes, on a virtual processor of an AMD EPYC (Zen 5), built for plain x86-64 with fat
//! link-time optimisation and one codegen unit, in microseconds; and the ratio to the bare primitives:
//!
//! | | Cobblestone-256 | XAES-256-GCM |
//! |---|---|---|
//! | seal | 1.59 (0.95) | 0.66 (1.05) |
//! | open | 1.32 (0.98) | 0.38 (1.10) |
//!
//! 0.25 of a seal are the system's randomness. How it was measured, and beside which other libraries,
//! stands in `benches/peers`.
//!
//! # Example
//!
//! ```
//! use portcullis::{Timestamp, field::{Context, Error, Keyring}};
//!
//! let now = Timestamp::now();
//! let mut ring = Keyring::generate(now)?;
//! let email = Context::new().tenant("acme").table("contact").column("email");
//! let sealed = ring.seal(&email.clone().row(42), b"ada@example.org", now)?;
//!
//! let opened = ring.open(&email.clone().row(42), &sealed)?;
//! assert_eq!(opened.expose_secret(), b"ada@example.org");
//! assert_eq!(ring.open(&email.clone().row(43), &sealed).err(), Some(Error::Open));
//!
//! let next = ring.stage(now)?;
//! ring.promote(next, now)?;
//! assert!(ring.open(&email.row(42), &sealed)?.stale().is_some());
//! # Ok::<(), Error>(())
//! ```

mod chunked;
mod context;
mod encrypted;
mod envelope;
mod error;
pub mod file;
#[doc = include_str!("field/format.md")]
pub mod format {}
mod index;
mod inventory;
mod kek;
mod key;
mod keyring;
#[cfg(feature = "shred")]
pub mod keyrings;
mod label;
mod migration;
mod padding;
mod plaintext;
mod policy;
mod purpose;
mod scope;
#[cfg(feature = "store")]
mod sealed;
mod stored;
pub mod stream;
mod suite;
pub mod sweep;
#[cfg(test)]
mod two_keys;
mod wrap;
mod xaes;

use zeroize::Zeroizing;

pub use context::{Context, Part, Row};
pub use encrypted::{Encrypted, Unsealed};
pub use error::Error;
pub use index::{BlindIndex, IndexValue, Match, Normalizer};
pub use inventory::{Algorithms, Inventory, Item};
pub use kek::LocalKek;
pub use key::{Fingerprint, Key, KeyVersion};
pub use keyring::{Cause, Destroy, Destruction, KeyRecord, Keyring, Origin, State, Unreferenced};
#[cfg(feature = "shred")]
#[doc(inline)]
pub use keyrings::Keyrings;
pub use migration::{Migration, Read};
pub use padding::Padding;
pub use plaintext::Plaintext;
pub use policy::Policy;
pub use purpose::Purpose;
pub use scope::Scope;
#[cfg(feature = "store")]
pub use sealed::{Replaced, Resealed, Sealed, SealedError};
/// What [`Keyring::encode`] returns, texts that are wiped, and the trait that shows both, so that a
/// caller needs no secrecy of the same version.
#[doc(no_inline)]
pub use secrecy::{ExposeSecret, SecretSlice, SecretString};
pub use suite::Suite;
pub use wrap::{KeyWrapper, WrapError, WrappedKeyring, rewrap};

use crate::secret;

/// Longest plaintext, in bytes: 16 MiB. A value is held in memory whole, twice while it is opened;
/// what is longer is a file.
pub const MAX_PLAINTEXT_LEN: usize = 16 * 1024 * 1024;

/// A plaintext, and whether it should be sealed again. `Debug` prints `[redacted]`; it is wiped when
/// it is dropped.
#[derive(Debug)]
#[must_use]
pub struct Opened {
    plaintext: secret::Bytes,
    stale: Option<KeyVersion>,
}

impl Opened {
    fn new(mut plaintext: Zeroizing<Vec<u8>>, stale: Option<KeyVersion>) -> Self {
        Self {
            plaintext: secret::Bytes::new(core::mem::take(&mut plaintext)),
            stale,
        }
    }

    /// The plaintext.
    #[must_use]
    pub fn expose_secret(&self) -> &[u8] {
        self.plaintext.expose()
    }

    /// The version of the retired key that sealed this: seal the value again and replace the
    /// envelope if it is still the one that was opened. None if the key is the primary one, or
    /// staged to become it.
    #[must_use]
    pub const fn stale(&self) -> Option<KeyVersion> {
        self.stale
    }
}
