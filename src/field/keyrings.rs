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
//! # What this does not do
//!
//! - **A backup of this store opens with the key-encryption key of its time.** Shredding is final
//!   there when that key is destroyed: rotate it in fixed intervals, [`rewrap`](Keyrings::rewrap)
//!   every scope, destroy the old one. Receipts name it.
//! - Another process goes on with a ring that it holds, until its cache is older than
//!   [the maximum age](Keyrings::with_max_age); and whoever keeps the `Arc` of a ring longer keeps it.
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
//! let rings = Keyrings::new(Memory::new(1000), LocalKek::generate("2026-11")?, Policy::new());
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
mod tombstone;

use core::{fmt, time::Duration};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use zeroize::Zeroizing;

use super::{
    Destroy, ExposeSecret, Key, KeyVersion, KeyWrapper, Keyring, Policy, Scope, WrapError,
    WrappedKeyring,
    wrap::{self, Content, Header},
};
use crate::{
    Timestamp, encoding,
    store::{self, Change, Entry, Store},
};
use cache::{Cache, Digest, Held, Known};
pub use receipt::{Erasure, Evidence, Receipt, ReceiptKey, Verifier};
use receipt::{Facts, Kind};
use tombstone::Record;
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
    /// A ring that this process has seen is not in the store any more. It was not shredded, so
    /// another must not take its place.
    #[error("key ring is missing from the store")]
    Missing,
    /// A reason that says nothing, is too long or would not print on one line.
    #[error("reason is not 1 to 1024 bytes without control characters")]
    Reason,
    /// A receipt that was not signed by the key asked for, or was changed.
    #[error("receipt is not signed by this key")]
    Receipt,
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
    store: S,
    wrapper: W,
    policy: Policy,
    max_age: Duration,
    cache: Mutex<Cache>,
}

/// What [`Keyrings::rewrap`] found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
#[non_exhaustive]
pub enum Rewrapped {
    /// The ring is wrapped under the present key-encryption key now.
    Anew,
    /// It was already.
    Already,
    /// There is no ring.
    Missing,
    /// The ring was shredded.
    Shredded,
}

/// What [`Keyrings::replay`] did.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[must_use]
#[non_exhaustive]
pub struct Replayed {
    /// Scopes whose ring, or nothing, was replaced by a tombstone: what the restore had brought back.
    pub placed: usize,
    /// Scopes that had one.
    pub already: usize,
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

impl<S: Store, W: KeyWrapper> Keyrings<S, W> {
    /// Rings in `store`, wrapped by `wrapper`; new ones have this policy.
    #[must_use]
    pub fn new(store: S, wrapper: W, policy: Policy) -> Self {
        Self {
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
        self.held(scope, now).map(|held| held.ring)
    }

    /// The ring of this scope, if it has one: to open with, so that asking for a person whom nobody
    /// knows makes nothing.
    ///
    /// # Errors
    ///
    /// Those of [`ring`](Self::ring).
    pub fn find(&self, scope: &Scope, now: Timestamp) -> Result<Option<Arc<Keyring>>, Error> {
        let digest = scope.digest();
        if let Known::Held(held) = self.cache().get(&digest, self.max_age, now) {
            return Ok(Some(held.ring));
        }
        if self.load(&digest)?.is_none() && !self.is_known(&digest, now) {
            return Ok(None);
        }
        self.ring(scope, now).map(Some)
    }

    fn held(&self, scope: &Scope, now: Timestamp) -> Result<Held, Error> {
        let digest = scope.digest();
        let last = match self.cache().get(&digest, self.max_age, now) {
            Known::Held(held) => return Ok(held),
            Known::Old(ring) => Some(ring),
            Known::Nothing => None,
        };
        let least = last.as_ref().map_or(0, |ring| ring.generation());
        let parent = self.parent(scope, now)?;
        let opened = store::update(&self.store, &store_key(&digest), |stored| match stored {
            Some(stored) => {
                let opened = self.open(scope, parent.as_ref(), stored, least)?;
                Ok::<_, Error>((Change::Keep, opened))
            }
            None if last.is_some() => Err(Error::Missing),
            None => {
                let made = self.make(scope, now)?;
                Ok((self.put(parent.as_ref(), &made)?, made))
            }
        })?;
        let Opened { ring, root } = opened;
        // The same ring: the one that was held goes on, since it has counted its use.
        let same = last.filter(|last| last.generation() == ring.generation());
        let ring = same.unwrap_or_else(|| Arc::new(ring));
        Ok(self.hold(digest, ring, root, parent.as_ref(), now))
    }

    /// Changes the ring of a scope: `step` is run on what is stored, and run again if somebody
    /// changed that meanwhile. What this process counted of its use since the last call is added.
    ///
    /// # Errors
    ///
    /// Those of `step`, and nothing is written; [`Error::NoRing`]; those of [`ring`](Self::ring) but
    /// that it makes none.
    pub fn change<T>(
        &self,
        scope: &Scope,
        now: Timestamp,
        mut step: impl FnMut(&mut Keyring) -> Result<T, super::Error>,
    ) -> Result<T, Error> {
        let digest = scope.digest();
        let counted = self.cache().last(&digest);
        let least = counted.as_ref().map_or(0, |ring| ring.generation());
        let missing = counted.as_ref().map_or(Error::NoRing, |_| Error::Missing);
        let parent = self.parent_if_any(scope, now)?;
        let (outcome, opened) = store::update(&self.store, &store_key(&digest), |stored| {
            let stored = stored.ok_or_else(|| missing.clone())?;
            let mut opened = self.open(scope, parent.as_ref(), stored, least)?;
            if let Some(counted) = &counted {
                opened.ring.merge_seals(counted)?;
            }
            let outcome = step(&mut opened.ring)?;
            Ok::<_, Error>((self.put(parent.as_ref(), &opened)?, (outcome, opened)))
        })?;
        let Opened { ring, root } = opened;
        self.hold(digest, Arc::new(ring), root, parent.as_ref(), now);
        Ok(outcome)
    }

    /// As [`Keyring::stage`].
    ///
    /// # Errors
    ///
    /// Those of [`change`](Self::change).
    pub fn stage(&self, scope: &Scope, now: Timestamp) -> Result<KeyVersion, Error> {
        self.change(scope, now, |ring| ring.stage(now))
    }

    /// As [`Keyring::promote`]. Other processes know the key once their caches are older than the
    /// maximum age: stage it that long before.
    ///
    /// # Errors
    ///
    /// Those of [`change`](Self::change).
    pub fn promote(&self, scope: &Scope, key: KeyVersion, now: Timestamp) -> Result<(), Error> {
        self.change(scope, now, |ring| ring.promote(key, now))
    }

    /// As [`Keyring::suspend`].
    ///
    /// # Errors
    ///
    /// Those of [`change`](Self::change).
    pub fn suspend(&self, scope: &Scope, key: KeyVersion, now: Timestamp) -> Result<(), Error> {
        self.change(scope, now, |ring| ring.suspend(key, now))
    }

    /// As [`Keyring::resume`].
    ///
    /// # Errors
    ///
    /// Those of [`change`](Self::change).
    pub fn resume(&self, scope: &Scope, key: KeyVersion, now: Timestamp) -> Result<(), Error> {
        self.change(scope, now, |ring| ring.resume(key, now))
    }

    /// As [`Keyring::destroy`].
    ///
    /// # Errors
    ///
    /// Those of [`change`](Self::change).
    pub fn destroy(
        &self,
        scope: &Scope,
        key: KeyVersion,
        how: Destroy<'_>,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.change(scope, now, |ring| ring.destroy(key, how, now))
    }

    /// Adds to the stored ring how often this process has sealed with it: in fixed intervals, where
    /// the policy limits a key's use. What was counted since the last call is lost when the process
    /// ends, or when another one has changed the ring.
    ///
    /// # Errors
    ///
    /// Those of [`change`](Self::change).
    pub fn record_seals(&self, scope: &Scope, now: Timestamp) -> Result<(), Error> {
        self.change(scope, now, |_| Ok(()))
    }

    /// Wraps the ring of a scope under the wrapper's present key-encryption key, after that was
    /// rotated. No column is touched. Only the application can list its scopes.
    ///
    /// # Errors
    ///
    /// [`Error::Store`]; [`Error::Field`] as [`rewrap`](super::rewrap).
    pub fn rewrap(&self, scope: &Scope) -> Result<Rewrapped, Error> {
        store::update(&self.store, &store_key(&scope.digest()), |stored| {
            let Some(stored) = stored else {
                return Ok((Change::Keep, Rewrapped::Missing));
            };
            let Record::Ring(wrapped) = Record::decode(stored)? else {
                return Ok((Change::Keep, Rewrapped::Shredded));
            };
            WrappedKeyring::parse(wrapped)?.expect(scope, 0)?;
            if WrappedKeyring::parse(wrapped)?.kek_id() == self.wrapper.kek_id() {
                return Ok((Change::Keep, Rewrapped::Already));
            }
            let anew = wrap::rewrap(wrapped, &self.wrapper, &self.wrapper)?;
            Ok((put(Record::ring(&anew)), Rewrapped::Anew))
        })
    }

    /// Destroys the ring of a scope for ever: a tombstone takes its place in the store, and the
    /// scope never gets another. Of a tenant, the rings of its persons and credentials end with it.
    ///
    /// A scope without a ring gets its tombstone too. A scope that was shredded before gives the
    /// receipt of that time, so a call that was interrupted is made again.
    ///
    /// # Errors
    ///
    /// [`Error::Store`]; [`Error::Field`] with [`WrapError::Unavailable`]: nothing was destroyed,
    /// since the receipt names the keys. A ring that cannot be opened for any other reason is
    /// destroyed all the same ([`Evidence::Unread`]).
    pub fn shred(
        &self,
        scope: &Scope,
        erasure: &Erasure,
        signer: &ReceiptKey,
        now: Timestamp,
    ) -> Result<Receipt, Error> {
        let (digest, kind) = (scope.digest(), Kind::of(scope)?);
        let receipt = store::update(&self.store, &store_key(&digest), |stored| {
            if let Some(Ok(Record::Tombstone(receipt))) = stored.map(Record::decode) {
                return Ok::<_, Error>((Change::Keep, *receipt));
            }
            let (evidence, generation, kek_id) = self.last_look(scope, stored, now)?;
            let facts = Facts {
                kind,
                scope: digest,
                at: now,
                generation,
                evidence,
                kek_id,
                erasure: erasure.clone(),
            };
            let receipt = Receipt::sign(facts, signer);
            Ok((put(Record::tombstone(&receipt)), receipt))
        })?;
        self.cache().forget(&digest);
        Ok(receipt)
    }

    /// What can be said of a ring before it is destroyed.
    fn last_look(
        &self,
        scope: &Scope,
        stored: Option<&[u8]>,
        now: Timestamp,
    ) -> Result<(Evidence, u64, String), Error> {
        let Some(stored) = stored else {
            return Ok((Evidence::NoRing, 0, String::new()));
        };
        let wrapped = match Record::decode(stored) {
            Ok(Record::Ring(wrapped)) => WrappedKeyring::parse(wrapped).ok(),
            _ => None,
        };
        let Some(wrapped) = wrapped else {
            return Ok((Evidence::Unread, 0, String::new()));
        };
        let opened = self
            .parent_if_any(scope, now)
            .and_then(|parent| self.open(scope, parent.as_ref(), stored, 0));
        let evidence = match opened {
            Ok(opened) => Evidence::Keys(keys(&opened.ring)),
            Err(error @ Error::Store(_)) => return Err(error),
            Err(Error::Field(super::Error::Wrap(WrapError::Unavailable))) => {
                return Err(WrapError::Unavailable.into());
            }
            Err(_) => Evidence::Unread,
        };
        Ok((evidence, wrapped.generation(), wrapped.kek_id().into()))
    }

    /// The receipt of a scope that was shredded, from its tombstone. It is not verified.
    ///
    /// # Errors
    ///
    /// [`Error::Store`]; [`Error::Field`] for a record that is damaged.
    pub fn receipt(&self, scope: &Scope) -> Result<Option<Receipt>, Error> {
        let stored = self.load(&scope.digest())?;
        Ok(match stored.as_deref().map(Record::decode).transpose()? {
            Some(Record::Tombstone(receipt)) => Some(*receipt),
            _ => None,
        })
    }

    /// Puts tombstones back after the store was restored from a backup, whatever stands in their
    /// places, and forgets every ring that is held open. Before anything is served, in every
    /// process. Doing it again changes nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Receipt`] if one was signed by none of `verifiers`: then nothing is written, since a
    /// forged receipt would destroy a ring. [`Error::Store`]: some are written, begin again.
    pub fn replay(
        &self,
        tombstones: &Tombstones,
        verifiers: &[Verifier],
    ) -> Result<Replayed, Error> {
        for receipt in tombstones.iter() {
            let mut signed = verifiers.iter().map(|verifier| receipt.verify(verifier));
            if !signed.any(|verified| verified.is_ok()) {
                return Err(Error::Receipt);
            }
        }
        self.cache().clear();
        let mut replayed = Replayed::default();
        for receipt in tombstones.iter() {
            let count = match self.place(receipt)? {
                Placed::Now => &mut replayed.placed,
                Placed::Before => &mut replayed.already,
            };
            *count = count.saturating_add(1);
        }
        self.cache().clear();
        Ok(replayed)
    }

    fn place(&self, receipt: &Receipt) -> Result<Placed, Error> {
        store::update(&self.store, &store_key(receipt.scope()), |stored| {
            if let Some(Ok(Record::Tombstone(_))) = stored.map(Record::decode) {
                return Ok((Change::Keep, Placed::Before));
            }
            Ok((put(Record::tombstone(receipt)), Placed::Now))
        })
    }

    /// The tenant's root, for the ring of one of its persons or credentials; the tenant's record is
    /// made if there is none.
    fn parent(&self, scope: &Scope, now: Timestamp) -> Result<Option<Parent>, Error> {
        let Some(tenant) = tenant_of(scope) else {
            return Ok(None);
        };
        let held = self.held(&tenant, now)?;
        Ok(Some(Parent {
            tenant: tenant.digest(),
            root: held.root.ok_or(encoding::Error::Damaged)?,
            since: held.since,
        }))
    }

    /// The same, but makes nothing.
    fn parent_if_any(&self, scope: &Scope, now: Timestamp) -> Result<Option<Parent>, Error> {
        match tenant_of(scope) {
            Some(tenant) if self.find(&tenant, now)?.is_none() => Err(Error::NoRing),
            _ => self.parent(scope, now),
        }
    }

    fn make(&self, scope: &Scope, now: Timestamp) -> Result<Opened, Error> {
        let ring = Keyring::generate_for(scope.clone(), self.policy.clone(), now)?;
        let root = match Kind::of(scope)? {
            Kind::Tenant => Some(Key::generate()?),
            _ => None,
        };
        Ok(Opened { ring, root })
    }

    /// What is written for a ring.
    fn put(&self, parent: Option<&Parent>, opened: &Opened) -> Result<Change, Error> {
        let Opened { ring, root } = opened;
        let encoded = ring.encode();
        let mut header = Header {
            content: Content::Ring,
            generation: ring.generation(),
            scope: ring.scope().digest(),
        };
        let plaintext = match (root, parent) {
            (Some(root), _) => {
                header.content = Content::Rooted;
                Zeroizing::new([root.expose_secret(), encoded.expose_secret()].concat())
            }
            (None, Some(parent)) => {
                header.content = Content::Nested;
                let mut sealed = Vec::new();
                let context = header.nested();
                wrap::seal_body(&parent.root, &context, encoded.expose_secret(), &mut sealed)?;
                Zeroizing::new(sealed)
            }
            (None, None) => Zeroizing::new(encoded.expose_secret().to_vec()),
        };
        let wrapped = header.seal(&self.wrapper, &plaintext)?;
        Ok(put(Record::ring(&wrapped)))
    }

    /// The ring of a record that must be `scope`'s.
    fn open(
        &self,
        scope: &Scope,
        parent: Option<&Parent>,
        stored: &[u8],
        least: u64,
    ) -> Result<Opened, Error> {
        let Record::Ring(wrapped) = Record::decode(stored)? else {
            return Err(Error::Shredded);
        };
        let wrapped = WrappedKeyring::parse(wrapped)?;
        wrapped.expect(scope, least)?;
        let expected = match (Kind::of(scope)?, parent) {
            (Kind::Tenant, _) => Content::Rooted,
            (_, Some(_)) => Content::Nested,
            (_, None) => Content::Ring,
        };
        if wrapped.header.content != expected {
            return Err(encoding::Error::Damaged.into());
        }
        let plaintext = wrapped.open(&self.wrapper)?;
        let (root, encoded) = match (expected, parent) {
            (Content::Rooted, _) => {
                let (root, encoded) = plaintext
                    .split_first_chunk()
                    .ok_or(encoding::Error::Damaged)?;
                (
                    Some(Key::from_bytes(*root)),
                    Zeroizing::new(encoded.to_vec()),
                )
            }
            (_, Some(parent)) => {
                let context = wrapped.header.nested();
                (None, wrap::open_body(&parent.root, &context, &plaintext)?)
            }
            (_, None) => (None, plaintext),
        };
        let ring = wrapped.ring(scope, &encoded)?;
        Ok(Opened { ring, root })
    }

    /// Holds a ring open from now on, or from when its tenant's was asked for: a tenant's end is
    /// seen no later for its persons.
    fn hold(
        &self,
        digest: Digest,
        ring: Arc<Keyring>,
        root: Option<Key>,
        parent: Option<&Parent>,
        now: Timestamp,
    ) -> Held {
        let held = Held {
            ring,
            root: root.map(Arc::new),
            since: parent.map_or(now, |parent| parent.since.min(now)),
            tenant: parent.map(|parent| parent.tenant),
        };
        self.cache().put(digest, held.clone());
        held
    }

    fn load(&self, digest: &Digest) -> Result<Option<Vec<u8>>, Error> {
        store::update(&self.store, &store_key(digest), |stored| {
            Ok((Change::Keep, stored.map(<[u8]>::to_vec)))
        })
    }

    fn is_known(&self, digest: &Digest, now: Timestamp) -> bool {
        !matches!(self.cache().get(digest, self.max_age, now), Known::Nothing)
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        // Each change of the cache is whole or leaves a ring out: a panic in between does no harm.
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a tombstone had to be put back.
enum Placed {
    Now,
    Before,
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

fn keys(ring: &Keyring) -> Vec<(KeyVersion, super::Fingerprint)> {
    ring.keys()
        .map(|key| (key.version, key.fingerprint))
        .collect()
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
