//! The store that this crate's stores are not: it saves without looking.

use std::{
    collections::{HashMap, HashSet},
    convert::Infallible,
    sync::{Arc, Condvar, Mutex},
    thread::{self, ThreadId},
};

use portcullis::store::{Entry, Exchange, Store};

use super::{Crew, Deed, Threads, View, view::NOTE};

/// What is saved is what was loaded and changed, whatever came between: the read and the write of a
/// cache, or the `save` of an ORM's object.
///
/// In a race nobody saves before all who race have loaded, so everybody decides by the same old
/// value, and the last one to save wins.
#[derive(Default)]
struct Overwriting {
    inner: Mutex<Inner>,
    loaded: Condvar,
}

#[derive(Default)]
struct Inner {
    values: HashMap<Vec<u8>, Vec<u8>>,
    /// How many race, and who of them has loaded.
    racing: usize,
    loaded: HashSet<ThreadId>,
}

impl Store for Overwriting {
    type Error = Infallible;

    fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Infallible> {
        let mut inner = self.inner.lock().unwrap();
        if !key.starts_with(NOTE.as_bytes()) {
            inner.loaded.insert(thread::current().id());
            self.loaded.notify_all();
        }
        Ok(inner.values.get(key).cloned())
    }

    fn compare_exchange(
        &self,
        key: &[u8],
        _: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> Result<Exchange, Infallible> {
        let inner = self.inner.lock().unwrap();
        let all = |inner: &mut Inner| inner.loaded.len() < inner.racing;
        let mut inner = self.loaded.wait_while(inner, all).unwrap();
        match new {
            Some(entry) => inner.values.insert(key.to_vec(), entry.value().to_vec()),
            None => inner.values.remove(key),
        };
        Ok(Exchange::Done)
    }
}

/// A crowd on one such store.
pub(crate) struct Overwriters {
    store: Arc<Overwriting>,
    threads: Threads,
}

impl Overwriters {
    pub(crate) fn new(size: usize, deed: Deed) -> Self {
        let store = Arc::<Overwriting>::default();
        let view = View::of(store.clone());
        let threads = Threads::new(size, vec![view], deed);
        Self { store, threads }
    }
}

impl Crew for Overwriters {
    fn size(&self) -> usize {
        self.threads.size()
    }

    fn at_once(&mut self, number: usize, line: &str) -> Vec<String> {
        let race = |racing| {
            let mut inner = self.store.inner.lock().unwrap();
            inner.racing = racing;
            inner.loaded.clear();
        };
        race(number);
        let answers = self.threads.at_once(number, line);
        let mut inner = self.store.inner.lock().unwrap();
        inner.racing = 0;
        answers
    }
}
