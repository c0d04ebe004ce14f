//! Stores, and the suite that tells a store from something that only looks like one.
#![cfg(feature = "store")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests stop at what they did not expect"
)]

use std::{
    collections::{HashMap, VecDeque},
    convert::Infallible,
    future::poll_fn,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::Poll,
};

use portcullis::{
    Timestamp,
    store::{
        AsyncStore, Change, Entry, Error, Exchange, Failure, Memory, Store, check, check_async,
        check_unavailable, check_unavailable_async, update, update_async,
    },
};

mod block_on;

/// Runs a call to its end without a runtime.
fn block_on(call: Pin<&mut (dyn Future<Output = ()> + Send)>) {
    block_on::block_on(call);
}

fn put(value: &[u8]) -> Result<(Change, ()), Error> {
    Ok((Change::Put(Entry::new(value.to_vec())), ()))
}

/// CO-02.
#[test]
fn the_store_in_memory_passes_the_suite() {
    let store = Memory::new(1000);
    check(&store).unwrap();
    assert!(store.is_empty(), "it leaves nothing behind");
    check(&&store).unwrap();
    check(&Arc::new(store)).unwrap();
}

/// CO-02.
#[test]
fn the_asynchronous_store_in_memory_passes_the_suite() {
    let store = Memory::new(1000);
    check_async(&store, block_on).unwrap();
    assert!(store.is_empty(), "it leaves nothing behind");
    check_async(&&store, block_on).unwrap();
    check_async(&Arc::new(store), block_on).unwrap();
}

/// What is wrong with a store that otherwise works.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
enum Fault {
    None,
    /// Compares, lets go of its lock, then writes.
    Racy,
    /// The same, but only where there is no value yet.
    RacyInsert,
    /// The same, but only when it removes.
    RacyRemove,
    /// Writes without comparing.
    Upsert,
    /// Writes also where the value that is to be replaced has gone.
    BringsBack,
    /// Takes the value that it was to write for its own, when it is there already: "my call timed out,
    /// but it must have been done".
    TakesAnothersForItsOwn,
    /// The same, but only where it was to insert.
    InsertsTheSame,
    /// Does nothing when there is nothing to write, and calls that done.
    NothingToDo,
    InsertsOver,
    RemovesWithoutComparing,
    RefusesTheSameValue,
    FoldsCase,
    CutsAtNul,
    CutsLongKeys,
    EmptyIsNone,
    TrimsValues,
    CutsLongValues,
    ComparesThePrefix,
    ComparesWithoutCase,
    /// As a database pads what it compares.
    ComparesPadded,
    ComparesTheLength,
    /// Keys that are not UTF-8 are one key.
    DecodesKeys,
    TrimsKeys,
    /// Where the value stays the same, so does its expiry.
    KeepsAnExpiryOfTheSame,
    /// What was removed leaves its expiry to what comes next.
    InheritsAnExpiry,
    KeepsWhatWasRemoved,
    AnswersDoneWithoutWriting,
    ForgetsWhatCanExpire,
    /// Forgets at the first expiry that a value was given.
    KeepsAnOldExpiry,
    /// As a server that takes no time to live of zero.
    RefusesWhatHasExpired,
    /// Keeps a hundred values and pushes out another for the next.
    Evicts,
    /// Has one connection, and answers whoever finds it in use with no value.
    FailsAsNone,
    /// Answers every thousandth load from a copy that lags by one write.
    Stale,
    /// Writes when it is next called.
    WritesLate,
    /// Panics when its lock is held.
    Panics,
}

const RACED: &[&str] = &[
    "of those who race for one value exactly one wins",
    "no update is lost",
    "what was acknowledged is seen by every later call",
    "a value that is there is not answered as none",
];

const FAULTS: [(Fault, &[&str]); 35] = [
    (Fault::Racy, RACED),
    (Fault::RacyInsert, RACED),
    (Fault::RacyRemove, RACED),
    (
        Fault::Upsert,
        &["no value and an empty value are told apart"],
    ),
    (Fault::BringsBack, &["what was removed does not come back"]),
    (Fault::TakesAnothersForItsOwn, &["no update is lost"]),
    (
        Fault::InsertsTheSame,
        &["a value that is there is not inserted over by the same"],
    ),
    (
        Fault::ComparesWithoutCase,
        &["a value is compared to its last byte"],
    ),
    (
        Fault::ComparesPadded,
        &["a value is compared to its last byte"],
    ),
    (
        Fault::ComparesTheLength,
        &["a value is compared to its last byte"],
    ),
    (Fault::DecodesKeys, &["keys are told apart"]),
    (Fault::TrimsKeys, &["keys are told apart"]),
    (
        Fault::KeepsAnExpiryOfTheSame,
        &["a value is there until the last expiry it was given"],
    ),
    (
        Fault::InheritsAnExpiry,
        &["a value is there until the last expiry it was given"],
    ),
    (
        Fault::NothingToDo,
        &["a value that is there is not taken for none"],
    ),
    (
        Fault::InsertsOver,
        &["a value that is there is not inserted over"],
    ),
    (
        Fault::RemovesWithoutComparing,
        &["what is not there is not removed"],
    ),
    (
        Fault::RefusesTheSameValue,
        &["a value is replaced by the same"],
    ),
    (Fault::FoldsCase, &["keys are told apart"]),
    (Fault::CutsAtNul, &["keys are told apart"]),
    (Fault::CutsLongKeys, &["keys are told apart"]),
    (Fault::EmptyIsNone, &["a value comes back as written"]),
    (Fault::TrimsValues, &["a value comes back as written"]),
    (Fault::CutsLongValues, &["a value comes back as written"]),
    (
        Fault::ComparesThePrefix,
        &["a value is compared to its last byte"],
    ),
    (Fault::KeepsWhatWasRemoved, &["a removed key has no value"]),
    (
        Fault::AnswersDoneWithoutWriting,
        &["a value comes back as written"],
    ),
    (
        Fault::ForgetsWhatCanExpire,
        &["a value is there until the last expiry it was given"],
    ),
    (
        Fault::KeepsAnOldExpiry,
        &["a value is there until the last expiry it was given"],
    ),
    (
        Fault::RefusesWhatHasExpired,
        &["the store could not be checked"],
    ),
    (Fault::Evicts, &["many keys are kept beside each other"]),
    (
        Fault::FailsAsNone,
        &[
            "a value that is there is not answered as none",
            "many keys are kept beside each other",
        ],
    ),
    (
        Fault::Stale,
        &["what was acknowledged is seen by every later call"],
    ),
    (Fault::WritesLate, &["a value comes back as written"]),
    (Fault::Panics, &["a call comes back and does not panic"]),
];

/// A map that works but for its fault.
struct Faulty {
    fault: Fault,
    map: Mutex<HashMap<Vec<u8>, Vec<u8>>>,
    /// What each key held before.
    before: Mutex<HashMap<Vec<u8>, Vec<u8>>>,
    /// The exchange that is not written yet.
    late: Mutex<Option<(Vec<u8>, Vec<u8>)>>,
    calls: AtomicU64,
}

#[derive(Debug, thiserror::Error)]
#[error("time to live is not above zero")]
struct NoTimeToLive;

impl Faulty {
    fn new(fault: Fault) -> Self {
        Self {
            fault,
            map: Mutex::default(),
            before: Mutex::default(),
            late: Mutex::default(),
            calls: AtomicU64::new(0),
        }
    }

    fn key(&self, key: &[u8]) -> Vec<u8> {
        match self.fault {
            Fault::FoldsCase => key.to_ascii_lowercase(),
            Fault::CutsAtNul => c_string(key).to_vec(),
            Fault::DecodesKeys => String::from_utf8_lossy(key).into_owned().into_bytes(),
            Fault::TrimsKeys => key.trim_ascii_end().to_vec(),
            Fault::CutsLongKeys => key[..key.len().min(255)].to_vec(),
            _ => key.to_vec(),
        }
    }

    fn map(&self) -> MutexGuard<'_, HashMap<Vec<u8>, Vec<u8>>> {
        match self.fault {
            Fault::Panics => self.map.try_lock().expect("nobody else is here"),
            _ => self.map.lock().unwrap(),
        }
    }

    /// Whether the exchange is to take place, so far as this store looks.
    fn may_exchange(
        &self,
        present: Option<&[u8]>,
        current: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> bool {
        match (self.fault, current, new) {
            (Fault::Upsert, ..)
            | (Fault::InsertsOver, None, Some(_))
            | (Fault::NothingToDo, None, None)
            | (Fault::RemovesWithoutComparing, _, None) => true,
            (Fault::BringsBack, Some([_, ..]), Some(_)) if present.is_none() => true,
            (Fault::TakesAnothersForItsOwn, Some(_), Some(new))
            | (Fault::InsertsTheSame, None, Some(new))
                if present == Some(new.value()) =>
            {
                true
            }
            (Fault::ComparesWithoutCase, ..) => {
                present.map(<[u8]>::to_ascii_lowercase) == current.map(<[u8]>::to_ascii_lowercase)
            }
            (Fault::ComparesPadded, ..) => {
                present.map(<[u8]>::trim_ascii_end) == current.map(<[u8]>::trim_ascii_end)
            }
            (Fault::ComparesTheLength, Some(current), _) if current.len() > 255 => {
                present.is_some_and(|p| p.len() == current.len() && p[..255] == current[..255])
            }
            (Fault::ComparesThePrefix, ..) => present.map(c_string) == current.map(c_string),
            (Fault::RefusesTheSameValue, ..) if current == new.map(Entry::value) => false,
            _ => present == current,
        }
    }

    /// Whether the store lets go of its lock between comparing and writing.
    fn lets_go(&self, current: Option<&[u8]>, new: Option<&Entry>) -> bool {
        match self.fault {
            Fault::Racy => true,
            Fault::RacyInsert => current.is_none(),
            Fault::RacyRemove => new.is_none(),
            _ => false,
        }
    }

    fn write(&self, map: &mut HashMap<Vec<u8>, Vec<u8>>, key: Vec<u8>, new: Option<&Entry>) {
        let value = new.map(|new| match self.fault {
            Fault::TrimsValues => new.value().trim_ascii_end().to_vec(),
            Fault::CutsLongValues => new.value()[..new.value().len().min(65_535)].to_vec(),
            _ => new.value().to_vec(),
        });
        let expires = new.and_then(Entry::expires);
        let mut before = self.before.lock().unwrap();
        let makes_room = matches!(
            self.fault,
            Fault::KeepsAnExpiryOfTheSame | Fault::InheritsAnExpiry
        );
        if makes_room && new.is_some() && !map.contains_key(&key) {
            map.retain(|other, _| !before.contains_key(other));
            before.retain(|other, _| *other == key);
        }
        match (self.fault, expires) {
            (Fault::AnswersDoneWithoutWriting, _) => return,
            (Fault::KeepsWhatWasRemoved, _) if new.is_none() => return,
            (Fault::ForgetsWhatCanExpire, Some(_)) => return,
            (Fault::KeepsAnOldExpiry, Some(Timestamp::EPOCH)) => {
                before.insert(key.clone(), vec![]);
            }
            (Fault::KeepsAnExpiryOfTheSame, _) if map.get(&key) == value.as_ref() => {}
            (Fault::InheritsAnExpiry, None) if !map.contains_key(&key) => {}
            (Fault::KeepsAnExpiryOfTheSame | Fault::InheritsAnExpiry, Some(Timestamp::EPOCH)) => {
                before.insert(key.clone(), vec![]);
            }
            (Fault::InheritsAnExpiry, _) if new.is_none() => {}
            (Fault::KeepsAnExpiryOfTheSame | Fault::InheritsAnExpiry, _) => {
                before.remove(&key);
            }
            (Fault::Evicts, _) if map.len() >= 100 && !map.contains_key(&key) => {
                let other = map.keys().next().unwrap().clone();
                map.remove(&other);
            }
            (Fault::WritesLate, _) => {
                *self.late.lock().unwrap() = value.map(|value| (key, value));
                return;
            }
            (Fault::Stale, _) => {
                let old = map.get(&key).cloned().unwrap_or_default();
                before.insert(key.clone(), old);
            }
            _ => {}
        }
        match value {
            Some(value) => map.insert(key, value),
            None => map.remove(&key),
        };
    }
}

fn c_string(bytes: &[u8]) -> &[u8] {
    bytes.split(|b| *b == 0).next().unwrap()
}

impl Store for Faulty {
    type Error = NoTimeToLive;

    fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, NoTimeToLive> {
        let key = self.key(key);
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        if self.fault == Fault::FailsAsNone && self.map.try_lock().is_err() {
            return Ok(None);
        }
        let value = self.map().get(&key).cloned();
        let before = || self.before.lock().unwrap().get(&key).cloned();
        Ok(match self.fault {
            Fault::EmptyIsNone => value.filter(|v| !v.is_empty()),
            Fault::KeepsAnOldExpiry if before().is_some() => None,
            Fault::Stale if call % 1000 == 999 => before(),
            _ => value,
        })
    }

    fn compare_exchange(
        &self,
        key: &[u8],
        current: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> Result<Exchange, NoTimeToLive> {
        let key = self.key(key);
        let expired = new.and_then(Entry::expires) == Some(Timestamp::EPOCH);
        if expired && self.fault == Fault::RefusesWhatHasExpired {
            return Err(NoTimeToLive);
        }
        let mut map = self.map();
        if let Some((key, value)) = self.late.lock().unwrap().take() {
            map.insert(key, value);
        }
        let hides = self.fault == Fault::KeepsAnOldExpiry;
        let hidden = hides && self.before.lock().unwrap().contains_key(&key);
        let present = map.get(&key).map(Vec::as_slice).filter(|_| !hidden);
        if !self.may_exchange(present, current, new) {
            return Ok(Exchange::Changed);
        }
        if self.lets_go(current, new) {
            drop(map);
            map = self.map();
        }
        self.write(&mut map, key, new);
        Ok(Exchange::Done)
    }
}

impl AsyncStore for Faulty {
    type Error = NoTimeToLive;

    async fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, NoTimeToLive> {
        Store::load(self, key)
    }

    async fn compare_exchange(
        &self,
        key: &[u8],
        current: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> Result<Exchange, NoTimeToLive> {
        Store::compare_exchange(self, key, current, new)
    }
}

/// A race is lost by chance, the more often the more processors are free: a store may be lucky once,
/// not ten times.
fn assert_found(fault: Fault, rules: &[&str], check: impl Fn(&Faulty) -> Result<(), Failure>) {
    let raced = rules.iter().any(|rule| RACED.contains(rule));
    let runs = if raced { 10 } else { 1 };
    let found = (0..runs).find_map(|_| check(&Faulty::new(fault)).err());
    let found = found.unwrap_or_else(|| panic!("{fault:?} is not found"));
    assert!(
        rules.iter().any(|rule| found.to_string().contains(rule)),
        "{fault:?}: {found}"
    );
}

/// CO-02: each fault is found for what it is, and without one the same store passes.
#[test]
fn the_suite_finds_what_is_wrong_with_a_store() {
    check(&Faulty::new(Fault::None)).unwrap();
    for (fault, rules) in FAULTS {
        assert_found(fault, rules, check);
    }
}

/// CO-02.
#[test]
fn the_asynchronous_suite_finds_the_same() {
    check_async(&Faulty::new(Fault::None), block_on).unwrap();
    for (fault, rules) in FAULTS {
        assert_found(fault, rules, |store| check_async(store, block_on));
    }
}

/// What a connection does about a call that was dropped.
#[derive(Clone, Copy, PartialEq)]
enum Dropped {
    /// It reads its answer before it sends the next call.
    Drained,
    /// It takes its answer for that of the next call.
    Crossed,
    /// It has written an empty value, and was about to write the rest.
    Torn,
}

/// One connection that answers in the order of the questions.
struct Connection {
    store: Faulty,
    dropped: Dropped,
    in_use: AtomicBool,
    answers: Mutex<VecDeque<Answer>>,
}

enum Answer {
    Load(Option<Vec<u8>>),
    Exchange(Exchange),
}

/// Gives the connection back also when the call is dropped.
struct InUse<'a>(&'a AtomicBool);

impl Drop for InUse<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

impl Connection {
    fn new(dropped: Dropped) -> Self {
        Self {
            store: Faulty::new(Fault::None),
            dropped,
            in_use: AtomicBool::new(false),
            answers: Mutex::default(),
        }
    }

    async fn call(&self, ask: impl Fn() -> Answer) -> Answer {
        while self.in_use.swap(true, Ordering::SeqCst) {
            pending_once().await;
        }
        let _in_use = InUse(&self.in_use);
        if self.dropped != Dropped::Crossed {
            self.answers.lock().unwrap().clear();
        }
        let answer = ask();
        self.answers.lock().unwrap().push_back(answer);
        pending_once().await;
        self.answers.lock().unwrap().pop_front().unwrap()
    }
}

async fn pending_once() {
    let mut polled = false;
    poll_fn(|context| {
        context.waker().wake_by_ref();
        if core::mem::replace(&mut polled, true) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}

impl AsyncStore for Connection {
    type Error = NoTimeToLive;

    async fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, NoTimeToLive> {
        match self
            .call(|| Answer::Load(Store::load(&self.store, key).unwrap()))
            .await
        {
            Answer::Load(value) => Ok(value),
            Answer::Exchange(_) => Err(NoTimeToLive),
        }
    }

    async fn compare_exchange(
        &self,
        key: &[u8],
        current: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> Result<Exchange, NoTimeToLive> {
        let ask = || Store::compare_exchange(&self.store, key, current, new).unwrap();
        if self.dropped == Dropped::Torn && current.is_some_and(|c| c.len() == 1) {
            let present = Store::load(&self.store, key).unwrap();
            if present.as_deref() == current {
                let torn = Entry::new(vec![]);
                let _ = Store::compare_exchange(&self.store, key, current, Some(&torn)).unwrap();
                pending_once().await;
                let whole = Store::compare_exchange(&self.store, key, Some(b""), new);
                return whole;
            }
        }
        match self.call(|| Answer::Exchange(ask())).await {
            Answer::Exchange(exchange) => Ok(exchange),
            Answer::Load(_) => Err(NoTimeToLive),
        }
    }
}

/// CO-02: a dropped call whose answer goes to the next one is how a person is shown another's page.
#[test]
fn the_asynchronous_suite_finds_what_a_dropped_call_leaves_behind() {
    check_async(&Connection::new(Dropped::Drained), block_on).unwrap();
    for (dropped, rule) in [
        (
            Dropped::Crossed,
            "no call gets the answer of one that was dropped",
        ),
        (
            Dropped::Torn,
            "a call that was dropped takes place whole or not at all",
        ),
    ] {
        let failure = check_async(&Connection::new(dropped), block_on).unwrap_err();
        let expected = format!("the store breaks a rule: {rule}");
        assert_eq!(failure.to_string(), expected);
    }
}

/// CO-02.
#[test]
fn a_call_that_is_not_run_to_its_end_checks_nothing() {
    let failure = check_async(&Memory::new(1000), |_| ()).unwrap_err();
    assert!(
        matches!(failure, Failure::Store(Error::Unavailable(_))),
        "{failure:?}"
    );
}

/// A store that is down, and says so in `errs` of its two calls.
struct Down {
    load: bool,
    exchange: bool,
}

impl Store for Down {
    type Error = NoTimeToLive;

    fn load(&self, _: &[u8]) -> Result<Option<Vec<u8>>, NoTimeToLive> {
        if self.load {
            Err(NoTimeToLive)
        } else {
            Ok(None)
        }
    }

    fn compare_exchange(
        &self,
        _: &[u8],
        _: Option<&[u8]>,
        _: Option<&Entry>,
    ) -> Result<Exchange, NoTimeToLive> {
        if self.exchange {
            Err(NoTimeToLive)
        } else {
            Ok(Exchange::Changed)
        }
    }
}

impl AsyncStore for Down {
    type Error = NoTimeToLive;

    async fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, NoTimeToLive> {
        Store::load(self, key)
    }

    async fn compare_exchange(
        &self,
        key: &[u8],
        current: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> Result<Exchange, NoTimeToLive> {
        Store::compare_exchange(self, key, current, new)
    }
}

/// CO-02, CO-04: a store that is down says so in each of its calls.
#[test]
fn a_store_that_is_down_and_answers_is_found() {
    for (load, exchange) in [(true, true), (true, false), (false, true)] {
        let store = Down { load, exchange };
        let results = [
            check_unavailable(&store),
            check_unavailable_async(&store, block_on),
        ];
        for result in results {
            assert_eq!(
                result.is_ok(),
                load && exchange,
                "{load} {exchange}: {result:?}"
            );
        }
    }
    assert!(check_unavailable(&Memory::new(1000)).is_err());
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
