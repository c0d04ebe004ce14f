//! Rings of many tenants and persons in a store, and their destruction with a receipt.
//!
//! [`Keyrings`] keeps one ring a scope: of the application, of each tenant, of each person or
//! credential of a tenant. Each is made when it is first asked for, wrapped by a
//! [`KeyWrapper`], and held open for a short time.
//! [`shred`](Keyrings::shred) destroys one: what its keys sealed, in rows, files and backups of both,
//! opens no more, and the scope never gets another ring. That is how one person's data is erased
//! from backups that nobody rewrites (NIST SP 800-88 rev. 2, cryptographic erase; GDPR article 17).
//!
//! # How rings hang together
//!
//! The rings of a tenant's persons and credentials are sealed under a key in the tenant's own record,
//! its root, and then wrapped. So the end of a tenant is the end of all of them, whether or not
//! anybody can list them.
//!
//! # After a restore
//!
//! A restored backup of the store has the rings again that were shredded since. Keep the receipts
//! elsewhere ([`Tombstones`]) and [replay](Keyrings::replay) them before anything is served.
//!
//! It has older rings again, too: a key that was suspended or destroyed since works as it did then, and
//! one that was made since is missing. Whoever still knows the later ring refuses the older one
//! ([`RolledBack`](super::Error::RolledBack)); a process that was started since, or evicted the scope,
//! does not. Suspend and destroy those keys again.
//!
//! # What this does not do
//!
//! - **A backup of this store opens with the key-encryption key of its time.** Shredding is final
//!   there when that key is destroyed: rotate it in fixed intervals, [`rewrap`](Keyrings::rewrap)
//!   every scope, destroy the old one. Receipts name it.
//! - Another process goes on with a ring that it holds, until its cache is older than
//!   [the maximum age](Keyrings::with_max_age) or it comes across the tombstone; and whoever keeps the
//!   `Arc` of a ring longer keeps it. A ring that is too old is let go of when the next one is loaded,
//!   so in a process that asks for none, later.
//! - Whoever may write to the store can put back an older ring. It is refused only by who knows a later
//!   one, as after a restore.
//! - Blind-index values stay where they are: the application deletes them and says so in the receipt.
//! - The store must not forget: a ring that it evicted takes every value with it.
//!
//! # Example
//!
//! ```
//! use portcullis::{Timestamp, store::Memory};
//! use portcullis::field::{Context, Keyrings, LocalKek, Policy, Scope};
//! use portcullis::field::keyrings::{Erasure, Error, ReceiptKey};
//!
//! let now = Timestamp::from_secs(1_795_251_600); // an application passes Timestamp::now()
//! let (store, kek) = (Memory::new(1000), LocalKek::generate("2026-11")?);
//! let rings = Keyrings::new("acme-production", store, kek, Policy::new());
//! let ada = Scope::subject("acme", "ada");
//! let place = Context::new().tenant("acme").subject("ada").table("contact").column("email").row(42);
//! let sealed = rings.ring(&ada, now)?.seal(&place, b"ada@example.org", now)?;
//! assert!(rings.ring(&ada, now)?.open(&place, &sealed).is_ok());
//!
//! let signer = ReceiptKey::generate()?;
//! let receipt = rings.shred(&ada, &Erasure::new("request 4711")?, &signer, now)?;
//! receipt.verify(&signer.verifier())?;
//! assert_eq!(rings.ring(&ada, now).err(), Some(Error::Shredded));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod cache;
mod receipt;
mod record;
mod shred;
mod signer;
mod steps;
mod tombstone;

use core::{fmt, time::Duration};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Key, KeyWrapper, Keyring, Policy, Scope, WrapError};
use crate::{
    Timestamp, encoding,
    store::{self, Change, Entry, Store},
};
use cache::{Cache, Digest, Found, Held};
pub use receipt::{Erasure, Evidence, Receipt};
use receipt::{Facts, Kind};
use record::Record;
pub use shred::Replayed;
pub use signer::{ReceiptKey, Verifier};
pub use steps::Rewrapped;
pub use tombstone::Tombstones;

/// What keys in the store start with; the digest of the scope follows.
const STORE_KEY: &[u8] = b"portcullis/keyring/";
/// Five minutes: what a shredding elsewhere takes to be seen here, and short beside a policy's
/// propagation of an hour.
const MAX_AGE: Duration = Duration::from_secs(300);
/// Rings that are held open: a few megabytes.
const CAPACITY: usize = 1024;

/// Why there is no ring. Each denies.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The ring of this scope, or of its tenant, was destroyed; there will be no other.
    #[error("key ring was shredded")]
    Shredded,
    /// The scope has no ring to change.
    #[error("scope has no key ring")]
    NoRing,
    /// A ring that this process has seen is not in the store any more, or that of a tenant under
    /// which a ring that is there was sealed. It was not shredded, so another must not take its place.
    #[error("key ring is missing from the store")]
    Missing,
    /// A reason that says nothing, is too long or would not print on one line.
    #[error("reason is not 1 to 1024 bytes without characters that control lines or direction")]
    Reason,
    /// A receipt that was not signed by the key asked for, or was changed.
    #[error("receipt is not signed by this key")]
    Receipt,
    /// A receipt of another store than this one.
    #[error("receipt is of another store")]
    OtherStore,
    /// The store gave no answer.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The ring cannot be opened, made or changed.
    #[error(transparent)]
    Field(#[from] super::Error),
}

impl From<encoding::Error> for Error {
    fn from(error: encoding::Error) -> Self {
        Self::Field(error.into())
    }
}

impl From<WrapError> for Error {
    fn from(error: WrapError) -> Self {
        Self::Field(error.into())
    }
}

/// Rings by scope, in a [`Store`], wrapped by a [`KeyWrapper`].
///
/// Calls wait for store and wrapper. `Debug` shows how many rings are held open, no key.
pub struct Keyrings<S, W> {
    name: Digest,
    store: S,
    wrapper: W,
    policy: Policy,
    max_age: Duration,
    cache: Mutex<Cache>,
}

/// A ring and, of a tenant, its root.
struct Opened {
    ring: Keyring,
    root: Option<Key>,
}

/// What a scope's ring hangs on.
struct Parent {
    tenant: Digest,
    root: Arc<Key>,
    since: Timestamp,
}

impl Held {
    /// Held from now on, or from when the tenant's was asked for: a tenant's end is seen no later
    /// for its persons.
    fn new(opened: Opened, parent: Option<&Parent>, now: Timestamp) -> Self {
        Self {
            ring: Arc::new(opened.ring),
            root: opened.root.map(Arc::new),
            since: parent.map_or(now, |parent| parent.since.min(now)),
            tenant: parent.map(|parent| parent.tenant),
        }
    }
}

/// What is done about a ring that is not there.
#[derive(Clone, Copy)]
enum Absent {
    Make,
    /// [`Error::NoRing`].
    Refuse,
}

impl<S: Store, W: KeyWrapper> Keyrings<S, W> {
    /// Rings in `store`, wrapped by `wrapper`; new ones have this policy.
    ///
    /// `name` is the store's, and of no other environment: receipts are bound to it, so that what was
    /// shredded in a test is not replayed where customers are. It stays as it is; after a restore it
    /// is the same store.
    #[must_use]
    pub fn new(name: &str, store: S, wrapper: W, policy: Policy) -> Self {
        Self {
            name: receipt::digest_of(name),
            store,
            wrapper,
            policy,
            max_age: MAX_AGE,
            cache: Mutex::new(Cache::new(CAPACITY)),
        }
    }

    /// Holds a ring open for less than this, five minutes otherwise: as long may a shredding or a
    /// rotation by another process go unseen. Zero asks the store and the wrapper each time.
    #[must_use]
    pub fn with_max_age(self, max_age: Duration) -> Self {
        Self { max_age, ..self }
    }

    /// Holds at most this many rings open, 1,024 otherwise; the oldest makes room.
    #[must_use]
    pub fn with_capacity(self, rings: usize) -> Self {
        Self {
            cache: Mutex::new(Cache::new(rings)),
            ..self
        }
    }

    /// The ring of this scope, which is made if it has none: to seal with. Ask again for each
    /// request; whoever keeps it does not see what becomes of it.
    ///
    /// # Errors
    ///
    /// [`Error::Shredded`], also where the scope's tenant is; [`Error::Missing`]; [`Error::Store`];
    /// [`Error::Field`] as [`Keyring::generate_for`], [`Keyring::wrap_with`] and
    /// [`Keyring::open_wrapped`].
    pub fn ring(&self, scope: &Scope, now: Timestamp) -> Result<Arc<Keyring>, Error> {
        self.held(scope, Absent::Make, now).map(|held| held.ring)
    }

    /// The ring of this scope, if it has one: to open with, so that asking for a person whom nobody
    /// knows makes nothing.
    ///
    /// # Errors
    ///
    /// Those of [`ring`](Self::ring).
    pub fn find(&self, scope: &Scope, now: Timestamp) -> Result<Option<Arc<Keyring>>, Error> {
        let digest = scope.digest();
        let known = self.cache().get(&digest, self.max_age, now);
        if known.is_none() && self.load(&digest)?.is_none() {
            return Ok(None);
        }
        match self.held(scope, Absent::Refuse, now) {
            Err(Error::NoRing) => Ok(None),
            held => held.map(|held| Some(held.ring)),
        }
    }

    fn held(&self, scope: &Scope, absent: Absent, now: Timestamp) -> Result<Held, Error> {
        let digest = scope.digest();
        let last = match self.cache().get(&digest, self.max_age, now) {
            Some(Found::Held(held)) => return Ok(held),
            Some(Found::Seen(generation)) => Some(generation),
            None => None,
        };
        self.cache().expire(self.max_age, now);
        let epoch = self.cache().epoch();
        let parent = self.parent(scope, absent, now)?;
        let opened = store::update(&self.store, &store_key(&digest), |stored| {
            match (stored, last, absent) {
                (Some(stored), ..) => {
                    let opened = self.open(scope, parent.as_ref(), stored, last.unwrap_or(0))?;
                    Ok::<_, Error>((Change::Keep, opened))
                }
                (None, Some(_), _) => Err(Error::Missing),
                (None, None, Absent::Refuse) => Err(Error::NoRing),
                (None, None, Absent::Make) => {
                    let made = self.make(scope, now)?;
                    Ok((self.put(parent.as_ref(), &made)?, made))
                }
            }
        });
        let opened = self.learn(&digest, opened)?;
        let held = Held::new(opened, parent.as_ref(), now);
        self.cache().put(digest, held.clone(), epoch);
        Ok(held)
    }

    /// The tenant's root, for the ring of one of its persons or credentials. A tenant gets its record
    /// with the first of them, never later: under another root that ring would not open.
    fn parent(
        &self,
        scope: &Scope,
        absent: Absent,
        now: Timestamp,
    ) -> Result<Option<Parent>, Error> {
        let Some(tenant) = tenant_of(scope) else {
            return Ok(None);
        };
        let held = match self.held(&tenant, Absent::Refuse, now) {
            Err(Error::NoRing) => {
                let digest = scope.digest();
                if let Some(stored) = self.load(&digest)? {
                    return Err(match Record::decode(&stored, &digest)? {
                        Record::Ring(_) => Error::Missing,
                        Record::Tombstone(_) => Error::Shredded,
                    });
                }
                self.held(&tenant, absent, now)?
            }
            held => held?,
        };
        Ok(Some(Parent {
            tenant: tenant.digest(),
            root: held.root.ok_or(encoding::Error::Damaged)?,
            since: held.since,
        }))
    }

    /// What was found to be destroyed is held no longer.
    fn learn<T>(&self, digest: &Digest, found: Result<T, Error>) -> Result<T, Error> {
        if matches!(found, Err(Error::Shredded)) {
            self.cache().forget(digest);
        }
        found
    }

    fn load(&self, digest: &Digest) -> Result<Option<Vec<u8>>, Error> {
        store::update(&self.store, &store_key(digest), |stored| {
            Ok((Change::Keep, stored.map(<[u8]>::to_vec)))
        })
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        // Each change of the cache is whole or leaves a ring out: a panic in between does no harm.
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn store_key(digest: &Digest) -> Vec<u8> {
    [STORE_KEY, digest].concat()
}

fn put(record: Vec<u8>) -> Change {
    Change::Put(Entry::new(record))
}

/// The tenant whose person or credential this is.
fn tenant_of(scope: &Scope) -> Option<Scope> {
    match scope.parts() {
        (_, [Some(tenant), Some(_)]) => Some(Scope::tenant(tenant)),
        _ => None,
    }
}

impl<S, W> fmt::Debug for Keyrings<S, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        f.debug_struct("Keyrings")
            .field("policy", &self.policy)
            .field("max_age", &self.max_age)
            .field("held", &cache.len())
            .finish_non_exhaustive()
    }
}
