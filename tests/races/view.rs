//! One view of a store, whichever store it is.

use std::{sync::Arc, thread};

#[cfg(feature = "redis-tokio")]
use portcullis::store::RedisAsync;
#[cfg(feature = "redis")]
use portcullis::store::{Redis, redis::Server};
#[cfg(feature = "sqlite")]
use portcullis::store::{Sqlite, sqlite::Durability};
use portcullis::{
    Timestamp,
    store::{self, AsyncStore, Change, Entry, Exchange, Memory, Store, update, update_async},
};

use super::block_on::block_on;

/// The time of the stores, by which nothing of a story has expired: 2026-11-21T09:00:00Z.
fn clock() -> Timestamp {
    Timestamp::from_secs(1_795_251_600)
}

/// What the keys begin with that nobody races for.
pub(crate) const NOTE: &str = "note/";

/// What a store says that gave no answer.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Failed(String);

fn failed(error: impl std::error::Error) -> Failed {
    Failed(error.to_string())
}

/// A view of a store.
#[derive(Clone)]
pub(crate) enum View {
    /// One whose calls block the thread.
    Blocking(Shared),
    /// One whose calls are awaited.
    Awaited(Awaited),
}

/// Any store that blocks.
pub(crate) type Shared = Arc<dyn Store<Error = Failed> + Send + Sync>;

impl View {
    pub(crate) fn of<S: Store + Send + Sync + 'static>(store: S) -> Self {
        Self::Blocking(Arc::new(GivesWay(store)))
    }

    pub(crate) fn memory() -> Self {
        Self::of(Memory::with_clock(10_000, clock))
    }

    pub(crate) fn memory_awaited() -> Self {
        Self::Awaited(Awaited::Memory(Arc::new(Memory::with_clock(10_000, clock))))
    }

    /// One more connection to the file. No power cut comes into these tests.
    #[cfg(feature = "sqlite")]
    pub(crate) fn sqlite(path: &std::path::Path) -> Self {
        let store = Sqlite::open(path).unwrap();
        Self::of(store.with_durability(Durability::Crash).with_clock(clock))
    }

    /// One more connection to the server.
    #[cfg(feature = "redis")]
    pub(crate) fn redis(url: &str) -> Self {
        Self::of(Redis::new(Server::at(url).unwrap().with_clock(clock)))
    }

    /// Several connections to the server, on one runtime.
    #[cfg(feature = "redis-tokio")]
    pub(crate) fn redis_awaited(url: &str, number: usize) -> Vec<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build();
        let runtime = Arc::new(runtime.unwrap());
        let open = |_| {
            let store = RedisAsync::new(Server::at(url).unwrap().with_clock(clock));
            Self::Awaited(Awaited::Redis(runtime.clone(), Arc::new(store)))
        };
        (0..number).map(open).collect()
    }

    /// [`update`], or [`update_async`] where it is awaited.
    pub(crate) fn update<T, E: From<store::Error>>(
        &self,
        key: &str,
        step: impl FnMut(Option<&[u8]>) -> Result<(Change, T), E>,
    ) -> Result<T, E> {
        match self {
            Self::Blocking(store) => update(store, key.as_bytes(), step),
            Self::Awaited(store) => store.wait(update_async(store, key.as_bytes(), step)),
        }
    }

    /// Writes a value, whatever there was.
    pub(crate) fn put(&self, key: &str, value: Vec<u8>) {
        let entry = Entry::new(value);
        self.update(key, |_| {
            Ok::<_, store::Error>((Change::Put(entry.clone()), ()))
        })
        .unwrap();
    }

    /// Lets everybody know, whichever view they have, that this has been seen.
    pub(crate) fn note(&self, what: &str) {
        self.put(&format!("{NOTE}{what}"), vec![1]);
    }

    /// Whether it had been seen when this was called.
    pub(crate) fn noted(&self, what: &str) -> bool {
        self.get(&format!("{NOTE}{what}")).is_some()
    }

    /// The value, if there is one.
    pub(crate) fn get(&self, key: &str) -> Option<Vec<u8>> {
        self.update(key, |value| {
            Ok::<_, store::Error>((Change::Keep, value.map(<[u8]>::to_vec)))
        })
        .unwrap()
    }
}

/// A store that lets others go on after each load, so that many have loaded before the first writes.
struct GivesWay<S>(S);

impl<S: Store> Store for GivesWay<S> {
    type Error = Failed;

    fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Failed> {
        let value = self.0.load(key).map_err(failed);
        thread::yield_now();
        value
    }

    fn compare_exchange(
        &self,
        key: &[u8],
        current: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> Result<Exchange, Failed> {
        self.0.compare_exchange(key, current, new).map_err(failed)
    }
}

/// Any store that is awaited, and what runs its futures.
#[derive(Clone)]
pub(crate) enum Awaited {
    Memory(Arc<Memory>),
    #[cfg(feature = "redis-tokio")]
    Redis(Arc<tokio::runtime::Runtime>, Arc<RedisAsync>),
}

impl Awaited {
    pub(crate) fn wait<F: Future>(&self, future: F) -> F::Output {
        match self {
            Self::Memory(_) => block_on(future),
            #[cfg(feature = "redis-tokio")]
            Self::Redis(runtime, _) => runtime.block_on(future),
        }
    }
}

impl AsyncStore for Awaited {
    type Error = Failed;

    async fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Failed> {
        let value = match self {
            Self::Memory(store) => AsyncStore::load(store, key).await.map_err(failed),
            #[cfg(feature = "redis-tokio")]
            Self::Redis(_, store) => store.load(key).await.map_err(failed),
        };
        thread::yield_now();
        value
    }

    async fn compare_exchange(
        &self,
        key: &[u8],
        current: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> Result<Exchange, Failed> {
        match self {
            Self::Memory(store) => AsyncStore::compare_exchange(store, key, current, new)
                .await
                .map_err(failed),
            #[cfg(feature = "redis-tokio")]
            Self::Redis(_, store) => store
                .compare_exchange(key, current, new)
                .await
                .map_err(failed),
        }
    }
}
