//! The store that this crate's stores are not: it saves without looking.

use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{Arc, Condvar, Mutex},
};

use portcullis::store::{Entry, Exchange, Store};

use crate::actors::{Actor, Crew};

/// What is saved is what was loaded and changed, whatever came between: the `load` and `save` of
/// tower-sessions, the `load` and `update` of actix-session.
///
/// In a race nobody saves before all who race have loaded, so everybody decides by the same old
/// value, and the last one to save wins.
#[derive(Default)]
pub(crate) struct Overwriting {
    inner: Mutex<Inner>,
    loaded: Condvar,
}

#[derive(Default)]
struct Inner {
    values: HashMap<Vec<u8>, Vec<u8>>,
    /// Loads that are still to come before anybody saves.
    awaited: usize,
}

impl Store for Overwriting {
    type Error = Infallible;

    fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Infallible> {
        let mut inner = self.inner.lock().unwrap();
        inner.awaited = inner.awaited.saturating_sub(1);
        self.loaded.notify_all();
        Ok(inner.values.get(key).cloned())
    }

    fn compare_exchange(
        &self,
        key: &[u8],
        _: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> Result<Exchange, Infallible> {
        let inner = self.inner.lock().unwrap();
        let mut inner = self
            .loaded
            .wait_while(inner, |inner| inner.awaited > 0)
            .unwrap();
        match new {
            Some(entry) => inner.values.insert(key.to_vec(), entry.value().to_vec()),
            None => inner.values.remove(key),
        };
        Ok(Exchange::Done)
    }
}

/// Threads on one such store.
pub(crate) struct Overwriters {
    store: Arc<Overwriting>,
    threads: Vec<Actor<Arc<Overwriting>>>,
}

impl Overwriters {
    pub(crate) fn new(number: usize) -> Self {
        let store = Arc::<Overwriting>::default();
        let threads = (0..number).map(|_| Actor::new(store.clone())).collect();
        Self { store, threads }
    }
}

impl Crew for Overwriters {
    fn size(&self) -> usize {
        self.threads.size()
    }

    fn at_once(&mut self, lines: &[String]) -> Vec<String> {
        self.store.inner.lock().unwrap().awaited = lines.len();
        let answers = self.threads.at_once(lines);
        self.store.inner.lock().unwrap().awaited = 0;
        answers
    }
}
