//! Keeps state between requests: load, and compare-and-exchange, on bytes.
//!
//! A [`Store`] is two functions. Everything that must be atomic about a person is one value under
//! one key, so two functions are enough: [`update`] loads the value, runs a pure step on it and
//! writes the outcome if nobody wrote in between, else it starts again. A one-time code is then
//! spent once, a hundred parallel guesses count a hundred, and a sign-out cannot be undone by a
//! request that was under way.
//!
//! # Which store
//!
//! What a store promises about a value after it has acknowledged it:
//!
//! | | restart | crash, `kill -9` | power cut | failover | full |
//! |---|---|---|---|---|---|
//! | [`Memory`] | forgets all | forgets all | forgets all | one process only | refuses new keys |
//! | `Sqlite` (feature `sqlite`) | keeps it | keeps it | keeps it, if the disk does what it says and `Durability` is left as it is | one machine only | refuses; a bound can be set |
//! | `Redis`, `RedisAsync` (`redis`, `redis-tokio`) | as the server is set | keeps it with `appendfsync always` | the same | may forget the last writes | refuses with `noeviction`; else **throws away** |
//! | `field::Sealed<S>` (`field`) | as `S` | as `S` | as `S` | as `S` | as `S` |
//! | your own | [`check`] does not see it | … | … | … | … |
//!
//! Each says more in its own documentation. Forgetting is never harmless: a store that forgets a
//! write brings an ended session, a spent code or a cleared lock back. After a restore from a backup
//! and after a failover that lost something, end all sessions.
//!
//! To keep values elsewhere, write the two functions ([`Store`] has an example of twenty lines) and
//! run [`check`] on the result in a test: it is the suite that this crate's own stores pass.
//!
//! # What this does not do
//!
//! No transactions over several keys and no scans. [`check`] does not look at what is forgotten in a
//! crash, a failover or a full cache.
//!
//! # Security
//!
//! A store that fails is an [`Error`], and every front door of this crate answers it by denying.
//! "No value" is an answer (`None`), a failure never is. Whoever can write to the store decides who
//! is signed in: `field::Sealed` keeps them from forging, reading and swapping values, not from
//! putting old ones back.
//!
//! # Example
//!
//! ```
//! use portcullis::store::{self, Change, Entry, Memory};
//!
//! let store = Memory::new(1000);
//! let visits = store::update(&store, b"visits", |value| {
//!     let visits = value.map_or(0, |v| v.len()) + 1;
//!     Ok::<_, store::Error>((Change::Put(Entry::new(vec![b'|'; visits])), visits))
//! })?;
//! assert_eq!(visits, 1);
//! # Ok::<(), store::Error>(())
//! ```
//!
#![doc = include_str!("store/failure.md")]

mod check;
mod memory;
#[cfg(feature = "redis")]
pub mod redis;
#[cfg(feature = "sqlite")]
pub mod sqlite;

use core::{error, fmt, future::Future};
use std::{
    hash::{BuildHasher, RandomState},
    sync::Arc,
};

#[cfg(feature = "redis")]
#[doc(inline)]
pub use self::redis::Redis;
#[cfg(feature = "redis-tokio")]
#[doc(inline)]
pub use self::redis::RedisAsync;
pub use check::{Failure, check, check_async, check_unavailable, check_unavailable_async};
pub use memory::{Full, Memory};
#[cfg(feature = "sqlite")]
#[doc(inline)]
pub use sqlite::Sqlite;

use crate::Timestamp;

/// How often [`update`] starts again before it gives up: several times what 256 writers of one value
/// needed, who all wrote at once and without end.
const ATTEMPTS: u32 = 128;
/// The loads that a loser waits before the next attempt are fewer than this: as many writers of one
/// value then get in each other's way no more than a few do.
const LONGEST_PAUSE: u64 = 64;

/// Values under keys, changed by compare-and-exchange.
///
/// Keys and values are any bytes; this crate's keys have at most 824, and its values less than
/// 256 KiB unless a person has hundreds of grants. A call that returns `Ok` has taken effect for every later call, by whichever thread,
/// process or machine uses the store.
///
/// # A store of one's own
///
/// The whole of one, and its test:
///
/// ```
/// use portcullis::store::{Entry, Exchange, Store, check};
/// use std::{collections::HashMap, convert::Infallible, sync::Mutex};
///
/// struct Map(Mutex<HashMap<Vec<u8>, Vec<u8>>>);
///
/// impl Store for Map {
///     type Error = Infallible;
///     fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Infallible> {
///         Ok(self.0.lock().unwrap().get(key).cloned())
///     }
///     fn compare_exchange(&self, key: &[u8], current: Option<&[u8]>, new: Option<&Entry>) -> Result<Exchange, Infallible> {
///         let mut map = self.0.lock().unwrap(); // held until the exchange is done
///         if map.get(key).map(Vec::as_slice) != current {
///             return Ok(Exchange::Changed);
///         }
///         match new {
///             Some(entry) => map.insert(key.to_vec(), entry.value().to_vec()),
///             None => map.remove(key),
///         };
///         Ok(Exchange::Done)
///     }
/// }
///
/// check(&Map(Mutex::default()))?;
/// # Ok::<(), portcullis::store::Failure>(())
/// ```
///
/// In a database each exchange is one statement, and whether it took place is the number of rows it
/// changed: `INSERT … ON CONFLICT DO NOTHING` where `current` is None, else `UPDATE … WHERE key = ?
/// AND value = ?` or `DELETE … WHERE key = ? AND value = ?`; where both are None, whether there is no
/// row. Columns of bytes, not of text; an error of the database is an error and nothing else.
pub trait Store {
    /// What can go wrong with the store itself.
    type Error: error::Error + Send + Sync + 'static;

    /// The value of `key`, or None if it has none.
    ///
    /// # Errors
    ///
    /// The store gave no answer. That is never the same as None.
    fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Self::Error>;

    /// Replaces the value of `key` by `new` (None removes it) if it is still `current` (None: if
    /// it has none), in one step that no other call can come between.
    ///
    /// # Errors
    ///
    /// The store gave no answer; the exchange may or may not have taken place.
    fn compare_exchange(
        &self,
        key: &[u8],
        current: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> Result<Exchange, Self::Error>;
}

/// [`Store`] for callers that wait without blocking their thread. No runtime is presumed.
pub trait AsyncStore {
    /// What can go wrong with the store itself.
    type Error: error::Error + Send + Sync + 'static;

    /// As [`Store::load`].
    ///
    /// # Errors
    ///
    /// The store gave no answer.
    fn load(&self, key: &[u8])
    -> impl Future<Output = Result<Option<Vec<u8>>, Self::Error>> + Send;

    /// As [`Store::compare_exchange`].
    ///
    /// # Errors
    ///
    /// The store gave no answer; the exchange may or may not have taken place.
    fn compare_exchange(
        &self,
        key: &[u8],
        current: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> impl Future<Output = Result<Exchange, Self::Error>> + Send;
}

impl<S: Store + ?Sized> Store for &S {
    type Error = S::Error;

    fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Self::Error> {
        (**self).load(key)
    }

    fn compare_exchange(
        &self,
        key: &[u8],
        current: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> Result<Exchange, Self::Error> {
        (**self).compare_exchange(key, current, new)
    }
}

impl<S: Store + ?Sized> Store for Arc<S> {
    type Error = S::Error;

    fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Self::Error> {
        (**self).load(key)
    }

    fn compare_exchange(
        &self,
        key: &[u8],
        current: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> Result<Exchange, Self::Error> {
        (**self).compare_exchange(key, current, new)
    }
}

impl<S: AsyncStore + ?Sized> AsyncStore for &S {
    type Error = S::Error;

    fn load(
        &self,
        key: &[u8],
    ) -> impl Future<Output = Result<Option<Vec<u8>>, Self::Error>> + Send {
        (**self).load(key)
    }

    fn compare_exchange(
        &self,
        key: &[u8],
        current: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> impl Future<Output = Result<Exchange, Self::Error>> + Send {
        (**self).compare_exchange(key, current, new)
    }
}

impl<S: AsyncStore + ?Sized> AsyncStore for Arc<S> {
    type Error = S::Error;

    fn load(
        &self,
        key: &[u8],
    ) -> impl Future<Output = Result<Option<Vec<u8>>, Self::Error>> + Send {
        (**self).load(key)
    }

    fn compare_exchange(
        &self,
        key: &[u8],
        current: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> impl Future<Output = Result<Exchange, Self::Error>> + Send {
        (**self).compare_exchange(key, current, new)
    }
}

/// Whether a compare-and-exchange took place.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use = "a value that had changed meanwhile was not replaced"]
#[allow(
    clippy::exhaustive_enums,
    reason = "a compare-and-exchange has two outcomes"
)]
pub enum Exchange {
    /// The value was still the expected one and is now the new one.
    Done,
    /// The value was another one and still is.
    Changed,
}

/// A value and, where it has one, the time from which nobody will ask for it again.
#[derive(Clone, Eq, PartialEq)]
pub struct Entry {
    value: Vec<u8>,
    expires: Option<Timestamp>,
}

impl Entry {
    /// A value to be kept until it is removed.
    #[must_use]
    pub fn new(value: Vec<u8>) -> Self {
        Self {
            value,
            expires: None,
        }
    }

    /// Lets the store forget the value from `expires` on. It need not: whoever reads a value
    /// decides by its content whether it still holds.
    #[must_use]
    pub fn expires_at(self, expires: Timestamp) -> Self {
        Self {
            expires: Some(expires),
            ..self
        }
    }

    /// The value.
    #[must_use]
    pub fn value(&self) -> &[u8] {
        &self.value
    }

    /// From when on the value may be forgotten.
    #[must_use]
    pub fn expires(&self) -> Option<Timestamp> {
        self.expires
    }
}

/// Prints the length: values hold digests, hashes and names.
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("len", &self.value.len())
            .field("expires", &self.expires)
            .finish()
    }
}

/// What a step wants done to the value it was given.
#[derive(Clone, Debug, Eq, PartialEq)]
#[allow(
    clippy::exhaustive_enums,
    reason = "a value is kept, replaced or removed"
)]
pub enum Change {
    /// Nothing: the value stays, and nothing is written.
    Keep,
    /// The value becomes this one.
    Put(Entry),
    /// The key has no value any more.
    Remove,
}

/// Why the store gave no answer. It denies.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The store failed; its own error is the source.
    #[error("the store gave no answer")]
    Unavailable(#[source] Arc<dyn error::Error + Send + Sync>),
    /// Others changed the value at each of 128 attempts.
    #[error("the value was changed by others at each of 128 attempts")]
    Contended,
}

/// Two failures are the same when they are of one kind and print the same.
impl PartialEq for Error {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Unavailable(a), Self::Unavailable(b)) => a.to_string() == b.to_string(),
            (Self::Contended, Self::Contended) => true,
            _ => false,
        }
    }
}

impl Error {
    fn unavailable(cause: impl error::Error + Send + Sync + 'static) -> Self {
        Self::Unavailable(Arc::new(cause))
    }
}

/// Loads the value of `key`, lets `step` decide, and writes what it decided if the value is still
/// the one it saw; otherwise loads again, up to 128 times.
///
/// Between attempts it lets others go first for as long as some loads take, their number drawn at
/// random from twice as many each time, up to 63. A server answers in an order of its own, and those
/// who try again at once in step with each other lose to the same few for ever.
///
/// `step` may run several times and must be pure. When it returns an error nothing is written.
///
/// # Errors
///
/// Those of `step`, and [`Error`] when the store failed or the value never held still.
pub fn update<S, T, E>(
    store: &S,
    key: &[u8],
    mut step: impl FnMut(Option<&[u8]>) -> Result<(Change, T), E>,
) -> Result<T, E>
where
    S: Store,
    E: From<Error>,
{
    for attempt in 0..ATTEMPTS {
        for _ in 0..pause(attempt) {
            store.load(key).map_err(Error::unavailable)?;
        }
        let current = store.load(key).map_err(Error::unavailable)?;
        let (change, outcome) = step(current.as_deref())?;
        let Some(new) = written(&change, current.as_deref()) else {
            return Ok(outcome);
        };
        let exchange = store.compare_exchange(key, current.as_deref(), new);
        if exchange.map_err(Error::unavailable)? == Exchange::Done {
            return Ok(outcome);
        }
    }
    Err(Error::Contended.into())
}

/// [`update`] on an [`AsyncStore`].
///
/// # Errors
///
/// As [`update`].
pub async fn update_async<S, T, E>(
    store: &S,
    key: &[u8],
    mut step: impl FnMut(Option<&[u8]>) -> Result<(Change, T), E>,
) -> Result<T, E>
where
    S: AsyncStore,
    E: From<Error>,
{
    for attempt in 0..ATTEMPTS {
        for _ in 0..pause(attempt) {
            store.load(key).await.map_err(Error::unavailable)?;
        }
        let current = store.load(key).await.map_err(Error::unavailable)?;
        let (change, outcome) = step(current.as_deref())?;
        let Some(new) = written(&change, current.as_deref()) else {
            return Ok(outcome);
        };
        let exchange = store.compare_exchange(key, current.as_deref(), new).await;
        if exchange.map_err(Error::unavailable)? == Exchange::Done {
            return Ok(outcome);
        }
    }
    Err(Error::Contended.into())
}

/// How many loads to wait before an attempt: backoff with jitter, counted in answers of the store,
/// since nothing here has a clock. None before the first. What is drawn need not be secret.
fn pause(attempt: u32) -> u64 {
    let below = 2_u64.saturating_pow(attempt).min(LONGEST_PAUSE);
    if below == 1 {
        return 0;
    }
    let drawn = RandomState::new().hash_one(attempt);
    drawn.checked_rem(below).unwrap_or(0)
}

/// What is to be written in place of `current`; None when that is nothing.
fn written<'a>(change: &'a Change, current: Option<&[u8]>) -> Option<Option<&'a Entry>> {
    match change {
        Change::Keep => None,
        Change::Put(entry) => Some(Some(entry)),
        Change::Remove => current.map(|_| None),
    }
}
