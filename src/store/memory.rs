//! The store in this process's memory.

use std::{
    collections::{BTreeSet, HashMap, hash_map::RandomState},
    fmt,
    hash::BuildHasher,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::{AsyncStore, Entry, Exchange, Store};
use crate::{
    Timestamp,
    time::{Clock, SYSTEM_CLOCK},
};

/// Locks that callers with different keys do not share; a power of two well above the cores of a
/// machine.
const SHARDS: usize = 64;

/// A bounded store in this process's memory. Clone-free: share it by reference or `Arc`.
///
/// It holds at most `capacity` values. When it is full, a value that has expired makes room; when
/// none has, a new key is refused with [`Full`], so that names invented by an attacker cannot push
/// out a lock or a session, and cannot fill the memory. Keys that exist can always be changed and
/// removed. What a restart forgets: everything.
///
/// The clock only tells which values have expired, and only when the store is full.
pub struct Memory {
    shards: Vec<Mutex<Shard>>,
    hasher: RandomState,
    len: AtomicUsize,
    capacity: usize,
    clock: Clock,
}

#[derive(Default)]
struct Shard {
    entries: HashMap<Vec<u8>, Entry>,
    /// The keys that have an expiry, the earliest first.
    expiries: BTreeSet<(Timestamp, Vec<u8>)>,
}

/// The store holds as many live values as it may, and none has expired.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the store is full: it holds {capacity} values and none has expired")]
pub struct Full {
    capacity: usize,
}

impl Memory {
    /// A store of at most `capacity` values, whose expiry is judged by the system's clock.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self::with_clock(capacity, SYSTEM_CLOCK)
    }

    /// A store whose expiry is judged by `clock`, for simulated time.
    #[must_use]
    pub fn with_clock(capacity: usize, clock: Clock) -> Self {
        Self {
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            hasher: RandomState::new(),
            len: AtomicUsize::new(0),
            capacity,
            clock,
        }
    }

    /// How many values there are, expired ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len.load(Ordering::Relaxed)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn shard(&self, key: &[u8]) -> MutexGuard<'_, Shard> {
        let hash = usize::try_from(self.hasher.hash_one(key) & 0xffff).unwrap_or(0);
        let index = hash.checked_rem(self.shards.len()).unwrap_or(0);
        #[allow(clippy::indexing_slicing, reason = "the remainder is below the length")]
        lock(&self.shards[index])
    }

    /// Reserves a place for one more value, or says that there is none.
    fn reserve(&self) -> Result<(), Full> {
        self.len
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |len| {
                (len < self.capacity).then(|| len.saturating_add(1))
            })
            .map(drop)
            .map_err(|_| Full {
                capacity: self.capacity,
            })
    }

    /// Removes one expired value, if any shard has one.
    fn evict(&self) {
        let now = (self.clock)();
        if self
            .shards
            .iter()
            .any(|shard| lock(shard).remove_expired(now))
        {
            self.len.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// A thread that panicked left its shard whole: every change below is made of steps that cannot
/// panic half-way.
fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shard {
    fn insert(&mut self, key: &[u8], entry: &Entry) {
        self.remove(key);
        if let Some(expires) = entry.expires() {
            self.expiries.insert((expires, key.to_vec()));
        }
        self.entries.insert(key.to_vec(), entry.clone());
    }

    fn remove(&mut self, key: &[u8]) {
        if let Some(expires) = self.entries.remove(key).and_then(|old| old.expires()) {
            self.expiries.remove(&(expires, key.to_vec()));
        }
    }

    fn remove_expired(&mut self, now: Timestamp) -> bool {
        if self
            .expiries
            .first()
            .is_none_or(|(expires, _)| *expires > now)
        {
            return false;
        }
        let first = self.expiries.pop_first();
        first.is_some_and(|(_, key)| self.entries.remove(&key).is_some())
    }
}

impl Store for Memory {
    type Error = Full;

    fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Full> {
        Ok(self
            .shard(key)
            .entries
            .get(key)
            .map(|entry| entry.value().to_vec()))
    }

    fn compare_exchange(
        &self,
        key: &[u8],
        current: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> Result<Exchange, Full> {
        let inserts = current.is_none() && new.is_some();
        if inserts && self.reserve().is_err() {
            self.evict();
            self.reserve()?;
        }
        let mut shard = self.shard(key);
        let exchange = if shard.entries.get(key).map(Entry::value) == current {
            match new {
                Some(entry) => shard.insert(key, entry),
                None => shard.remove(key),
            }
            Exchange::Done
        } else {
            Exchange::Changed
        };
        let removes = current.is_some() && new.is_none();
        if (inserts && exchange == Exchange::Changed) || (removes && exchange == Exchange::Done) {
            self.len.fetch_sub(1, Ordering::Relaxed);
        }
        Ok(exchange)
    }
}

/// Answers at once: nothing here waits longer than a lock that is held for a copy.
impl AsyncStore for Memory {
    type Error = Full;

    async fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Full> {
        Store::load(self, key)
    }

    async fn compare_exchange(
        &self,
        key: &[u8],
        current: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> Result<Exchange, Full> {
        Store::compare_exchange(self, key, current, new)
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory")
            .field("len", &self.len())
            .field("capacity", &self.capacity)
            .finish_non_exhaustive()
    }
}
