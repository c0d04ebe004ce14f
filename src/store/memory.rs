//! The store in this process's memory.

use std::{
    collections::{BTreeSet, HashMap, hash_map::RandomState},
    fmt,
    hash::BuildHasher,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
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

/// A bounded store in this process's memory. It cannot be cloned: share it by reference or `Arc`.
///
/// It holds at most `capacity` values. When it is full, one value that has expired makes room; when
/// none has, a new key is refused with [`Full`], so that names invented by an attacker can neither
/// push out a lock or a session nor fill the memory. A refusal costs a look at 64 numbers and no
/// lock of anybody else's. Keys that exist can always be changed and removed. Nothing else is ever
/// forgotten, but by the end of the process: then everything is, sign-outs and locks included.
///
/// The bound counts values, not bytes. A record of sessions takes the person's name and for each
/// session some 130 bytes and its label; an attempts record less than 2 KiB; an account's
/// mostly its grants. What has expired stays in memory until its place is needed.
///
/// Keys may come from strangers: they are hashed by SipHash under random keys of this process. The
/// clock only tells which values have expired, and only when the store is full; one that runs ahead
/// makes a full store forget early.
pub struct Memory {
    shards: Vec<Shard>,
    hasher: RandomState,
    /// Values that are there, and places taken for some that are about to be.
    len: AtomicUsize,
    capacity: usize,
    clock: Clock,
}

#[derive(Default)]
struct Shard {
    /// In milliseconds: nothing here expires earlier. Read without the lock, written under it.
    earliest: AtomicU64,
    values: Mutex<Values>,
}

/// Each key is in memory once, shared by the two.
#[derive(Default)]
struct Values {
    entries: HashMap<Arc<[u8]>, Entry>,
    /// The keys that have an expiry, the earliest first.
    expiries: BTreeSet<(Timestamp, Arc<[u8]>)>,
}

/// The store holds as many values as it may, and none has expired.
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
            shards: (0..SHARDS).map(|_| Shard::default()).collect(),
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

    fn shard(&self, key: &[u8]) -> &Shard {
        let hash = usize::try_from(self.hasher.hash_one(key) & 0xffff).unwrap_or(0);
        let index = hash.checked_rem(self.shards.len()).unwrap_or(0);
        #[allow(clippy::indexing_slicing, reason = "the remainder is below the length")]
        &self.shards[index]
    }

    /// Takes a place for one more value, if there is one.
    fn take_place(&self) -> bool {
        let more = |len: usize| (len < self.capacity).then(|| len.saturating_add(1));
        let taken = self
            .len
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
        taken.is_ok()
    }

    fn give_place_back(&self) {
        self.len.fetch_sub(1, Ordering::Relaxed);
    }

    /// Takes the place of a value that has expired, which is removed, if any has.
    fn take_expired_place(&self) -> bool {
        let now = (self.clock)();
        self.shards.iter().any(|shard| shard.remove_expired(now))
    }
}

impl Shard {
    /// A thread that panicked left the values whole: what is done under the lock does not panic.
    fn lock(&self) -> MutexGuard<'_, Values> {
        self.values.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, values: &mut Values, key: &[u8], new: Option<&Entry>) {
        match new {
            Some(entry) => values.put(key, entry),
            None => values.remove(key),
        }
        self.note_earliest(values);
    }

    fn remove_expired(&self, now: Timestamp) -> bool {
        if self.earliest.load(Ordering::Relaxed) > now.as_millis() {
            return false;
        }
        let mut values = self.lock();
        let removed = values.remove_expired(now);
        self.note_earliest(&values);
        removed
    }

    fn note_earliest(&self, values: &Values) {
        let earliest = values
            .expiries
            .first()
            .map_or(Timestamp::MAX, |(at, _)| *at);
        self.earliest.store(earliest.as_millis(), Ordering::Relaxed);
    }
}

impl Values {
    fn put(&mut self, key: &[u8], entry: &Entry) {
        let key = match self.entries.get_key_value(key) {
            Some((key, _)) => Arc::clone(key),
            None => Arc::from(key),
        };
        let old = self.entries.insert(Arc::clone(&key), entry.clone());
        let (old, new) = (old.and_then(|old| old.expires()), entry.expires());
        if old == new {
            return;
        }
        if let Some(old) = old {
            self.expiries.remove(&(old, Arc::clone(&key)));
        }
        if let Some(new) = new {
            self.expiries.insert((new, key));
        }
    }

    fn remove(&mut self, key: &[u8]) {
        if let Some((key, old)) = self.entries.remove_entry(key)
            && let Some(expires) = old.expires()
        {
            self.expiries.remove(&(expires, key));
        }
    }

    fn remove_expired(&mut self, now: Timestamp) -> bool {
        match self.expiries.first() {
            Some((expires, _)) if *expires <= now => {}
            _ => return false,
        }
        let first = self.expiries.pop_first();
        first.is_some_and(|(_, key)| self.entries.remove(&key).is_some())
    }

    fn is(&self, key: &[u8], current: Option<&[u8]>) -> bool {
        self.entries.get(key).map(Entry::value) == current
    }
}

impl Store for Memory {
    type Error = Full;

    fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Full> {
        let values = self.shard(key).lock();
        Ok(values.entries.get(key).map(|entry| entry.value().to_vec()))
    }

    fn compare_exchange(
        &self,
        key: &[u8],
        current: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> Result<Exchange, Full> {
        let shard = self.shard(key);
        let inserts = current.is_none() && new.is_some();
        let mut values = shard.lock();
        if !values.is(key, current) {
            return Ok(Exchange::Changed);
        }
        if inserts && !self.take_place() {
            // No lock is held while another is taken.
            drop(values);
            if !self.take_expired_place() {
                let capacity = self.capacity;
                return Err(Full { capacity });
            }
            values = shard.lock();
            if !values.is(key, current) {
                self.give_place_back();
                return Ok(Exchange::Changed);
            }
        }
        shard.write(&mut values, key, new);
        if current.is_some() && new.is_none() {
            self.give_place_back();
        }
        Ok(Exchange::Done)
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
