//! Stores, and the suite that tells a store from something that only looks like one.
#![cfg(feature = "store")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests stop at what they did not expect"
)]

use std::{
    collections::HashMap,
    convert::Infallible,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Wake},
    thread::{self, Thread},
};

use portcullis::{
    Timestamp,
    store::{
        Change, Entry, Error, Exchange, Failure, Memory, Store, check, check_async, update,
        update_async,
    },
};

fn put(value: &[u8]) -> Result<(Change, ()), Error> {
    Ok((Change::Put(Entry::new(value.to_vec())), ()))
}

/// CO-02.
#[test]
fn the_store_in_memory_passes_the_suite() {
    check(&Memory::new(1000)).unwrap();
    check(&&Memory::new(1000)).unwrap();
    check(&Arc::new(Memory::new(1000))).unwrap();
}

/// Runs a call to its end: the thread sleeps until it is woken.
fn block_on(mut call: Pin<&mut (dyn Future<Output = ()> + Send)>) {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Arc::new(Unpark(thread::current())).into();
    while call
        .as_mut()
        .poll(&mut Context::from_waker(&waker))
        .is_pending()
    {
        thread::park();
    }
}

/// CO-02.
#[test]
fn the_asynchronous_store_in_memory_passes_the_suite() {
    check_async(&Memory::new(1000), block_on).unwrap();
    check_async(&&Memory::new(1000), block_on).unwrap();
    check_async(&Arc::new(Memory::new(1000)), block_on).unwrap();
}

/// What is wrong with a store that otherwise works.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    None,
    /// Compares, lets others in, then writes.
    Racy,
    /// Writes without comparing.
    Upsert,
    FoldsCase,
    CutsAtNul,
    EmptyIsNone,
    KeepsWhatWasRemoved,
    RemovesWithoutComparing,
    CutsLongValues,
    AnswersDoneWithoutWriting,
    ForgetsWhatCanExpire,
}

struct Faulty(Fault, Mutex<HashMap<Vec<u8>, Vec<u8>>>);

impl Faulty {
    fn key(&self, key: &[u8]) -> Vec<u8> {
        match self.0 {
            Fault::FoldsCase => key.to_ascii_lowercase(),
            Fault::CutsAtNul => key.split(|b| *b == 0).next().unwrap().to_vec(),
            _ => key.to_vec(),
        }
    }
}

impl Store for Faulty {
    type Error = Infallible;

    fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Infallible> {
        let value = self.1.lock().unwrap().get(&self.key(key)).cloned();
        Ok(value.filter(|v| self.0 != Fault::EmptyIsNone || !v.is_empty()))
    }

    fn compare_exchange(
        &self,
        key: &[u8],
        current: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> Result<Exchange, Infallible> {
        let mut map = self.1.lock().unwrap();
        let same = map.get(&self.key(key)).map(Vec::as_slice) == current;
        let removes_anyway = self.0 == Fault::RemovesWithoutComparing && new.is_none();
        if !same && self.0 != Fault::Upsert && !removes_anyway {
            return Ok(Exchange::Changed);
        }
        if self.0 == Fault::Racy {
            drop(map);
            map = self.1.lock().unwrap();
        }
        match (self.0, new) {
            (Fault::AnswersDoneWithoutWriting, _) | (Fault::KeepsWhatWasRemoved, None) => {}
            (Fault::ForgetsWhatCanExpire, Some(entry)) if entry.expires().is_some() => {}
            (Fault::CutsLongValues, Some(entry)) => {
                let value = entry.value();
                map.insert(self.key(key), value.get(..1000).unwrap_or(value).to_vec());
            }
            (_, Some(entry)) => drop(map.insert(self.key(key), entry.value().to_vec())),
            (_, None) => drop(map.remove(&self.key(key))),
        }
        Ok(Exchange::Done)
    }
}

/// CO-02: each fault is found, and without one the same store passes.
#[test]
fn the_suite_finds_what_is_wrong_with_a_store() {
    check(&Faulty(Fault::None, Mutex::default())).unwrap();
    for fault in [
        Fault::Racy,
        Fault::Upsert,
        Fault::FoldsCase,
        Fault::CutsAtNul,
        Fault::EmptyIsNone,
        Fault::KeepsWhatWasRemoved,
        Fault::RemovesWithoutComparing,
        Fault::CutsLongValues,
        Fault::AnswersDoneWithoutWriting,
        Fault::ForgetsWhatCanExpire,
    ] {
        let failure = check(&Faulty(fault, Mutex::default()));
        assert!(
            matches!(failure, Err(Failure::Rule(_))),
            "{fault:?}: {failure:?}"
        );
    }
}

/// AT-09: invented keys neither fill the memory nor push out what is live.
#[test]
fn a_full_store_refuses_new_keys_and_keeps_the_old_ones() {
    let store = Memory::new(3);
    for key in [b"a", b"b", b"c"] {
        update(&store, key, |_| put(b"1")).unwrap();
    }
    let refused = update(&store, b"d", |_| put(b"1")).unwrap_err();
    assert!(matches!(refused, Error::Unavailable(_)));
    assert_eq!(store.len(), 3);
    update(&store, b"a", |_| put(b"2")).unwrap();
    assert_eq!(Store::load(&store, b"a").unwrap().unwrap(), b"2");
    update(&store, b"b", |_| Ok::<_, Error>((Change::Remove, ()))).unwrap();
    update(&store, b"d", |_| put(b"1")).unwrap();
    assert_eq!(store.len(), 3);
}

static NOW: AtomicU64 = AtomicU64::new(0);

#[test]
fn a_full_store_forgets_only_what_has_expired() {
    let store = Memory::with_clock(2, || Timestamp::from_millis(NOW.load(Ordering::Relaxed)));
    let entry = Entry::new(b"1".to_vec());
    let at_ten = entry.clone().expires_at(Timestamp::from_millis(10));
    assert_eq!(
        Store::compare_exchange(&store, b"a", None, Some(&at_ten)),
        Ok(Exchange::Done)
    );
    assert_eq!(
        Store::compare_exchange(&store, b"b", None, Some(&entry)),
        Ok(Exchange::Done)
    );
    NOW.store(9, Ordering::Relaxed);
    assert!(Store::compare_exchange(&store, b"c", None, Some(&entry)).is_err());
    NOW.store(10, Ordering::Relaxed);
    assert_eq!(
        Store::compare_exchange(&store, b"c", None, Some(&entry)),
        Ok(Exchange::Done)
    );
    assert_eq!(Store::load(&store, b"a"), Ok(None));
    assert!(Store::load(&store, b"b").unwrap().is_some());
    assert!(Store::compare_exchange(&store, b"d", None, Some(&entry)).is_err());
}

/// A value whose expiry was lifted is not forgotten at the old one.
#[test]
fn the_last_expiry_counts() {
    let store = Memory::with_clock(1, || Timestamp::MAX);
    let entry = Entry::new(b"1".to_vec());
    let short = entry.clone().expires_at(Timestamp::EPOCH);
    assert_eq!(
        Store::compare_exchange(&store, b"a", None, Some(&short)),
        Ok(Exchange::Done)
    );
    assert_eq!(
        Store::compare_exchange(&store, b"a", Some(b"1"), Some(&entry)),
        Ok(Exchange::Done)
    );
    assert!(Store::compare_exchange(&store, b"b", None, Some(&entry)).is_err());
    assert!(Store::load(&store, b"a").unwrap().is_some());
}

#[test]
fn a_step_that_fails_writes_nothing() {
    #[derive(Debug, PartialEq)]
    enum Refused {
        ByStep,
        ByStore,
    }
    impl From<Error> for Refused {
        fn from(_: Error) -> Self {
            Self::ByStore
        }
    }
    let store = Memory::new(1);
    let step = |_: Option<&[u8]>| Err::<(Change, ()), _>(Refused::ByStep);
    assert_eq!(update(&store, b"a", step), Err(Refused::ByStep));
    assert!(store.is_empty());
}

/// A store in which somebody always comes first.
struct Busy(AtomicU64);

impl Store for Busy {
    type Error = Infallible;
    fn load(&self, _: &[u8]) -> Result<Option<Vec<u8>>, Infallible> {
        Ok(None)
    }
    fn compare_exchange(
        &self,
        _: &[u8],
        _: Option<&[u8]>,
        _: Option<&Entry>,
    ) -> Result<Exchange, Infallible> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(Exchange::Changed)
    }
}

/// CO-04: endless contention is an error, not a loop and not a success.
#[test]
fn an_update_that_never_gets_through_gives_up() {
    let store = Busy(AtomicU64::new(0));
    assert_eq!(update(&store, b"a", |_| put(b"1")), Err(Error::Contended));
    assert_eq!(store.0.load(Ordering::Relaxed), 128);
}

#[test]
fn an_asynchronous_update_does_the_same() {
    let store = Memory::new(1);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let update = std::pin::pin!(update_async(&store, b"a", |_| put(b"1")));
    assert_eq!(update.poll(&mut context), std::task::Poll::Ready(Ok(())));
    assert_eq!(Store::load(&store, b"a").unwrap().unwrap(), b"1");
}

/// CO-03: values hold digests and names.
#[test]
fn an_entry_prints_its_length_and_not_its_value() {
    let printed = format!("{:?}", Entry::new(b"hunter2".to_vec()));
    assert_eq!(printed, "Entry { len: 7, expires: None }");
}
