//! A store whose values are sealed.

use core::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{Context, Error, Keyring, Row, purpose::STORE_TABLE};
use crate::{
    Timestamp,
    encoding::{Decoder, Encoder},
    secret,
    store::{AsyncStore, Entry, Exchange, Store},
    time::{Clock, SYSTEM_CLOCK},
};

/// Version of the plaintext.
const ENCODING: u8 = 1;
/// How often one call starts again because the sealed bytes were changed meanwhile, as
/// [`store::update`](crate::store::update) does.
const ATTEMPTS: u32 = 128;

/// Any [`Store`] or [`AsyncStore`] with every value sealed by a [`Keyring`].
///
/// Sessions, attempts and accounts work over it as over the store itself: a password hash needs the
/// ring before it can be guessed at, and a second factor's secret is not in the database in the
/// clear. The store's name and key are in the authenticated context, so a value that is moved to another
/// person's key, or to another store of the same ring, does not open there.
///
/// What does not open is an error, and an error denies: a value that was changed, moved or written
/// without a ring, and one whose key is suspended, destroyed or unknown. It stays as it is until
/// somebody removes it from the store beneath.
///
/// The ring does not belong into the same store. A value is at most 16 MiB. A change costs one load
/// more than without: the value is compared here, since no two sealed forms of it are the same.
///
/// # Rotation
///
/// [Stage](Keyring::stage) a key and bring the ring to every machine, by
/// [`replace_ring`](Self::replace_ring) and without a restart; [promote](Keyring::promote) it and
/// bring the ring round again. From then on every write seals with the new key;
/// [`reseal`](Self::reseal) each key that the store has, twice: the second sweep finds what calls wrote
/// that were under way when the ring was replaced. Then the old key can be suspended.
///
/// # What this does not do
///
/// - It hides no keys, no sizes (a value is 83 bytes longer, 91 with an expiry, and 16 more for each
///   full 16 KiB), no expiries, not when a value changes, nor how often.
/// - **An old value that is put back under its own key opens.** Whoever can write to the store, or
///   restore it from a backup, can bring an ended session or a changed password back. Stopping that
///   takes a revision that is kept elsewhere.
/// - Nor does it notice that a value was removed.
/// - The ring is in the clear in the memory of this process, and so are values on their way: what
///   the caller is given is not wiped.
///
/// # Layout
///
/// What is sealed is `1 u8 | 0 u8, or 1 u8 and the expiry u64 | length u32 | value`, integers
/// big-endian and times in milliseconds since the Unix epoch. The expiry is in it so that a sweep can
/// keep it: a store does not give it back. Its [`Context`] has no tenant, the table
/// `portcullis/store`, the store's name as column, and as row the 32 bytes of the SHA-256 digest of the
/// key. It is [in `format`](super::format#sealed-store), too.
///
/// # Example
///
/// ```
/// use portcullis::{Timestamp, field::{Keyring, Sealed}, store::{self, Change, Entry, Memory}};
/// use std::sync::Arc;
///
/// let ring = Arc::new(Keyring::generate(Timestamp::now())?); // an application decodes its own
/// let store = Sealed::new(ring, "session", Memory::new(10_000));
///
/// let put = Change::Put(Entry::new(b"value".to_vec()));
/// store::update(&store, b"key", |_| Ok::<_, store::Error>((put.clone(), ())))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Sealed<S> {
    store: S,
    ring: RwLock<Arc<Keyring>>,
    name: String,
    context: Context,
    clock: Clock,
}

/// Why a sealed store gave no answer.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SealedError<E> {
    /// The store beneath failed.
    #[error("the store beneath gave no answer")]
    Store(#[source] E),
    /// The value does not open, or cannot be sealed.
    #[error("the value in the store cannot be opened or sealed")]
    Field(#[from] Error),
    /// Others changed the value at each of 128 attempts to seal it again.
    #[error("the value was changed by others at each of 128 attempts")]
    Contended,
}

/// What [`Sealed::reseal`] found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use = "a key that refused to be sealed again is an error, not one of these"]
#[allow(
    clippy::exhaustive_enums,
    reason = "a value is sealed anew, is sealed by the present key, or is not there"
)]
pub enum Resealed {
    /// The value was sealed by a retired key, and now is by the primary one.
    Anew,
    /// The value was sealed by a key that is primary, or staged to become it: nothing was written.
    Already,
    /// There is no value.
    Missing,
}

/// What [`Sealed::replace_ring`] did.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
#[non_exhaustive]
pub enum Replaced {
    /// The ring is in use.
    Done,
    /// It took fewer steps than the one in use, which stays.
    Older,
    /// It is of another scope or began with another key: the one in use stays.
    Other,
}

/// What stands under a key, opened.
struct Content {
    value: secret::Bytes,
    expires: Option<Timestamp>,
    stale: bool,
}

impl<S> Sealed<S> {
    /// `store`, sealed by `ring`. Give each store of a ring a name of its own, and keep it: values
    /// open by the name that they were sealed with, and a [`Purpose`](super::Purpose::store) and the
    /// proof that nothing refers to a key are those of a name. One that is empty or longer than 1,024
    /// bytes is refused when a value is sealed or opened.
    #[must_use]
    pub fn new(ring: Arc<Keyring>, name: &str, store: S) -> Self {
        Self {
            store,
            ring: RwLock::new(ring),
            name: name.into(),
            context: Context::new().without_tenant(),
            clock: SYSTEM_CLOCK,
        }
    }

    /// Takes the time from another clock: values are sealed at its time.
    #[must_use]
    pub fn with_clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// Binds the values to what `context` names besides: a tenant (which it must name or leave out),
    /// an environment. Its table, column and row are the store's own.
    #[must_use]
    pub fn with_context(self, context: Context) -> Self {
        Self { context, ..self }
    }

    /// The ring in use.
    #[must_use]
    pub fn ring(&self) -> Arc<Keyring> {
        // A thread that panicked left the old ring or the new one: it is replaced in one move.
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts another ring in its place: the same one after a step of rotation. Calls that are under
    /// way may still use the one before. Of several threads that bring rings the one with the newest
    /// wins, whoever comes last.
    pub fn replace_ring(&self, ring: Arc<Keyring>) -> Replaced {
        let mut held = self.ring.write().unwrap_or_else(PoisonError::into_inner);
        // A ring keeps the fingerprint of its first key for ever.
        let first = |ring: &Keyring| ring.keys().next().map(|key| key.fingerprint);
        if held.scope() != ring.scope() || first(&held) != first(&ring) {
            return Replaced::Other;
        }
        if ring.generation() < held.generation() {
            return Replaced::Older;
        }
        *held = ring;
        Replaced::Done
    }

    /// Where the value of `key` belongs. The SHA-256 digest of the key stands for it: a store's key may
    /// be empty or longer than a part of a context.
    fn place(&self, key: &[u8]) -> Context {
        let row = Row::Bytes(Sha256::digest(key).to_vec());
        self.context
            .clone()
            .table(STORE_TABLE)
            .column(&self.name)
            .row(row)
    }

    /// What the store beneath holds under `key`, as a row of a
    /// [`Sweep`](super::sweep::Sweep) for [`Purpose::store`](super::Purpose::store). Its
    /// [`Rows::swap`](super::sweep::Rows::swap) is [`reseal`](Self::reseal), which keeps the expiry.
    #[must_use]
    pub fn stored_row(&self, key: &[u8], sealed: impl Into<Vec<u8>>) -> super::sweep::StoredRow {
        super::sweep::StoredRow::new(key, self.place(key), sealed)
    }

    fn seal(&self, key: &[u8], value: &[u8], expires: Option<Timestamp>) -> Result<Entry, Error> {
        let mut plaintext = Encoder::new(ENCODING);
        plaintext.option(expires, |out, expires| {
            out.time(expires);
        });
        let plaintext = Zeroizing::new(plaintext.bytes(value).finish());
        let sealed = Entry::new(
            self.ring()
                .seal(&self.place(key), &plaintext, (self.clock)())?,
        );
        Ok(match expires {
            Some(expires) => sealed.expires_at(expires),
            None => sealed,
        })
    }

    fn open(&self, key: &[u8], sealed: &[u8]) -> Result<Content, Error> {
        let opened = self.ring().open(&self.place(key), sealed)?;
        let mut plaintext = Decoder::new(opened.expose_secret(), ENCODING)?;
        let content = Content {
            expires: plaintext.option(Decoder::time)?,
            value: secret::Bytes::copy_of(plaintext.bytes(super::MAX_PLAINTEXT_LEN)?),
            stale: opened.stale().is_some(),
        };
        plaintext.finish()?;
        Ok(content)
    }

    /// Whether what was loaded holds `value`.
    fn is_value(&self, key: &[u8], sealed: Option<&[u8]>, value: &[u8]) -> Result<bool, Error> {
        match sealed {
            Some(sealed) => Ok(secret::eq(self.open(key, sealed)?.value.expose(), value)),
            None => Ok(false),
        }
    }

    fn seal_entry(&self, key: &[u8], new: Option<&Entry>) -> Result<Option<Entry>, Error> {
        new.map(|new| self.seal(key, new.value(), new.expires()))
            .transpose()
    }

    /// What is to be written for what was loaded, or why nothing is.
    fn resealed(
        &self,
        key: &[u8],
        sealed: Option<&[u8]>,
    ) -> Result<Result<Entry, Resealed>, Error> {
        let Some(sealed) = sealed else {
            return Ok(Err(Resealed::Missing));
        };
        let content = self.open(key, sealed)?;
        if !content.stale {
            return Ok(Err(Resealed::Already));
        }
        let entry = self.seal(key, content.value.expose(), content.expires)?;
        Ok(Ok(entry))
    }
}

/// The calls of both kinds of store, from one body.
macro_rules! calls {
    ($store:ident $(+ $bound:ident)?, $reseal:ident, $($async:ident)?, $(.$await:ident)?) => {
        impl<S: $store $(+ $bound)?> $store for Sealed<S> {
            type Error = SealedError<S::Error>;

            $($async)? fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Self::Error> {
                let sealed = self.store.load(key)$(.$await)?.map_err(SealedError::Store)?;
                let value = |sealed: Vec<u8>| Ok(self.open(key, &sealed)?.value.expose().to_vec());
                sealed.map(value).transpose()
            }

            $($async)? fn compare_exchange(
                &self,
                key: &[u8],
                current: Option<&[u8]>,
                new: Option<&Entry>,
            ) -> Result<Exchange, Self::Error> {
                for _ in 0..ATTEMPTS {
                    let mut sealed = None;
                    if let Some(current) = current {
                        sealed = self.store.load(key)$(.$await)?.map_err(SealedError::Store)?;
                        if !self.is_value(key, sealed.as_deref(), current)? {
                            return Ok(Exchange::Changed);
                        }
                    }
                    // by the ring of this moment: a sweep may have come between two attempts
                    let new = self.seal_entry(key, new)?;
                    let exchange = self
                        .store
                        .compare_exchange(key, sealed.as_deref(), new.as_ref())
                        $(.$await)?
                        .map_err(SealedError::Store)?;
                    if exchange == Exchange::Done || current.is_none() {
                        return Ok(exchange);
                    }
                    // Sealed again meanwhile, or changed: the next load tells.
                }
                Err(SealedError::Contended)
            }
        }

        impl<S: $store $(+ $bound)?> Sealed<S> {
            /// Seals the value of `key` again if a retired key sealed it. For a sweep over the keys
            /// of the store, which only the store beneath can list; a sweep that was interrupted is
            /// begun again. Value and expiry stay.
            ///
            /// # Errors
            ///
            /// [`SealedError::Field`] for a value that does not open: it is left as it is.
            /// [`SealedError::Store`]; [`SealedError::Contended`].
            pub $($async)? fn $reseal(&self, key: &[u8]) -> Result<Resealed, SealedError<S::Error>> {
                for _ in 0..ATTEMPTS {
                    let sealed = self.store.load(key)$(.$await)?.map_err(SealedError::Store)?;
                    let entry = match self.resealed(key, sealed.as_deref())? {
                        Ok(entry) => entry,
                        Err(nothing) => return Ok(nothing),
                    };
                    let exchange = self
                        .store
                        .compare_exchange(key, sealed.as_deref(), Some(&entry))
                        $(.$await)?
                        .map_err(SealedError::Store)?;
                    if exchange == Exchange::Done {
                        return Ok(Resealed::Anew);
                    }
                }
                Err(SealedError::Contended)
            }
        }
    };
}

calls!(Store, reseal,,);
calls!(AsyncStore + Sync, reseal_async, async, .await);

/// The ring by versions, states and fingerprints; no value and no key.
impl<S: fmt::Debug> fmt::Debug for Sealed<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealed")
            .field("store", &self.store)
            .field("name", &self.name)
            .field("ring", &self.ring())
            .field("context", &self.context)
            .finish()
    }
}
