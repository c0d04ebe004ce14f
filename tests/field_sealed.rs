//! A store whose values are sealed, over stores whose bytes the tests look at and change.
#![cfg(all(feature = "field", feature = "session"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests stop at what they did not expect"
)]

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use portcullis::{
    Timestamp, encoding,
    field::{
        Context, Destroy, Error, ExposeSecret as _, Key, KeyVersion, Keyring, Part,
        Policy as Rules, Purpose, Replaced, Resealed, Row, Scope, Sealed, SealedError,
    },
    session::{self, Factors, Policy, Sessions},
    store::{self, AsyncStore, Change, Entry, Exchange, Memory, Store, check, check_async, update},
    time::Clock,
};

use sha2::{Digest as _, Sha256};

mod block_on;
use block_on::block_on;

const NOW: Timestamp = Timestamp::from_secs(1_795_251_600);

type Denied = SealedError<Down>;

#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the database is down")]
struct Down;

type Map = HashMap<Vec<u8>, Entry>;
type Meanwhile = Box<dyn FnOnce(&mut Map) + Send>;

/// A map that the test can read, write and take down.
#[derive(Default)]
struct Open {
    map: Mutex<Map>,
    down: AtomicBool,
    /// Done once, before the next exchange.
    meanwhile: Mutex<Option<Meanwhile>>,
}

impl Open {
    fn bytes(&self, key: &[u8]) -> Vec<u8> {
        self.map.lock().unwrap()[key].value().to_vec()
    }

    fn put(&self, key: &[u8], value: &[u8]) {
        let entry = Entry::new(value.to_vec());
        self.map.lock().unwrap().insert(key.to_vec(), entry);
    }

    fn all(&self) -> Vec<(Vec<u8>, Entry)> {
        self.map.lock().unwrap().clone().into_iter().collect()
    }
}

impl Store for Open {
    type Error = Down;

    fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Down> {
        if self.down.load(Ordering::SeqCst) {
            return Err(Down);
        }
        Ok(self
            .map
            .lock()
            .unwrap()
            .get(key)
            .map(|entry| entry.value().to_vec()))
    }

    fn compare_exchange(
        &self,
        key: &[u8],
        current: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> Result<Exchange, Down> {
        if self.down.load(Ordering::SeqCst) {
            return Err(Down);
        }
        let mut map = self.map.lock().unwrap();
        if let Some(meanwhile) = self.meanwhile.lock().unwrap().take() {
            meanwhile(&mut map);
        }
        if map.get(key).map(Entry::value) != current {
            return Ok(Exchange::Changed);
        }
        match new {
            Some(entry) => map.insert(key.to_vec(), entry.clone()),
            None => map.remove(key),
        };
        Ok(Exchange::Done)
    }
}

impl AsyncStore for Open {
    type Error = Down;

    async fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Down> {
        Store::load(self, key)
    }

    async fn compare_exchange(
        &self,
        key: &[u8],
        current: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> Result<Exchange, Down> {
        Store::compare_exchange(self, key, current, new)
    }
}

fn ring(key: u8) -> Keyring {
    Keyring::new(Key::from_bytes([key; 32]), NOW)
}

/// The same ring, a step of rotation later.
fn next(ring: &Keyring, step: impl FnOnce(&mut Keyring)) -> Arc<Keyring> {
    let mut next = Keyring::decode(ring.encode().expose_secret()).unwrap();
    step(&mut next);
    Arc::new(next)
}

fn sealed() -> (Arc<Open>, Sealed<Arc<Open>>) {
    let open = Arc::new(Open::default());
    (
        Arc::clone(&open),
        Sealed::new(Arc::new(ring(1)), "account", open),
    )
}

fn put<S: Store>(store: &S, key: &[u8], entry: &Entry) {
    update(store, key, |_| {
        Ok::<_, store::Error>((Change::Put(entry.clone()), ()))
    })
    .unwrap();
}

/// What every call that needs the value answers.
fn answers(store: &Sealed<Arc<Open>>, key: &[u8], value: &[u8]) -> Vec<Denied> {
    let new = Entry::new(b"forged".to_vec());
    let loads = [
        Store::load(store, key),
        block_on(AsyncStore::load(store, key)),
    ];
    let exchanges = [Some(&new), None].into_iter().flat_map(|new| {
        [
            Store::compare_exchange(store, key, Some(value), new),
            block_on(AsyncStore::compare_exchange(store, key, Some(value), new)),
        ]
    });
    let reseals = [store.reseal(key), block_on(store.reseal_async(key))];
    let loads = loads.into_iter().map(Result::unwrap_err);
    let exchanges = exchanges.map(Result::unwrap_err);
    let reseals = reseals.into_iter().map(Result::unwrap_err);
    loads.chain(exchanges).chain(reseals).collect()
}

/// Every call denies with this error, and nothing is written.
fn denies(open: &Open, store: &Sealed<Arc<Open>>, key: &[u8], value: &[u8], error: &Error) {
    let before = open.bytes(key);
    for answer in answers(store, key, value) {
        assert_eq!(answer, SealedError::Field(error.clone()));
    }
    let inserted = Store::compare_exchange(store, key, None, Some(&Entry::new(vec![])));
    assert_eq!(inserted, Ok(Exchange::Changed), "it is there all the same");
    assert_eq!(open.bytes(key), before);
}

/// CO-02.
#[test]
fn a_sealed_store_passes_the_suite() {
    check(&Sealed::new(
        Arc::new(ring(1)),
        "account",
        Memory::new(1000),
    ))
    .unwrap();
    check_async(
        &Sealed::new(Arc::new(ring(1)), "account", Memory::new(1000)),
        |call| {
            block_on(call);
        },
    )
    .unwrap();
}

/// CO-02, CR-04: rotation under load changes no outcome.
#[test]
fn a_sealed_store_passes_the_suite_while_its_keys_are_rotated() {
    let store = Sealed::new(Arc::new(ring(1)), "account", Memory::new(1000));
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..500 {
                let ring = next(&store.ring(), |ring| {
                    let staged = ring.stage(NOW).unwrap();
                    ring.promote(staged, NOW).unwrap();
                });
                assert_eq!(store.replace_ring(ring), Replaced::Done);
                for _ in 0..20 {
                    let _ = store.reseal(b"portcullis/check/raced").unwrap();
                }
                if done.load(Ordering::SeqCst) {
                    break;
                }
            }
        });
        let checked = check(&store);
        done.store(true, Ordering::SeqCst);
        checked.unwrap();
    });
    assert_ne!(store.ring().primary(), KeyVersion::FIRST);
}

/// CR-02: a value that is copied under another key does not open there.
#[test]
fn a_value_that_was_moved_is_refused() {
    let (open, store) = sealed();
    put(&store, b"ada", &Entry::new(b"admin".to_vec()));
    open.put(b"eve", &open.bytes(b"ada"));
    denies(&open, &store, b"eve", b"admin", &Error::Open);
    open.put(b"", &open.bytes(b"ada"));
    denies(&open, &store, b"", b"admin", &Error::Open);
    assert_eq!(Store::load(&store, b"ada"), Ok(Some(b"admin".to_vec())));
}

/// CR-02: nor in a store of another environment or tenant that has the same ring.
#[test]
fn a_value_of_another_environment_is_refused() {
    let (open, store) = sealed();
    put(&store, b"ada", &Entry::new(b"admin".to_vec()));
    let production = Context::new().without_tenant().environment("production");
    let store = store.with_context(production.clone());
    denies(&open, &store, b"ada", b"admin", &Error::Open);
    let store = store.with_context(production.clone().tenant("acme"));
    put(&store, b"eve", &Entry::new(b"1".to_vec()));
    let store = store.with_context(production.tenant("other"));
    denies(&open, &store, b"eve", b"1", &Error::Open);
    let store = store.with_context(Context::new());
    for answer in answers(&store, b"eve", b"1") {
        let missing = Error::MissingPart(Part::Tenant);
        assert_eq!(answer, SealedError::Field(missing));
    }
}

/// CO-04, CR-01: no byte of a sealed value can be changed, and none added or taken away.
#[test]
fn a_damaged_value_is_refused() {
    let (open, store) = sealed();
    let expires = Timestamp::from_secs(1_795_251_600);
    put(
        &store,
        b"ada",
        &Entry::new(b"value".to_vec()).expires_at(expires),
    );
    let good = open.bytes(b"ada");
    let refused = |damaged: &[u8], what: &str| {
        open.put(b"ada", damaged);
        let answers = answers(&store, b"ada", b"value");
        let all = answers.iter().all(|a| matches!(a, SealedError::Field(_)));
        assert!(all, "{what}: {answers:?}");
    };
    for at in 0..good.len() {
        let mut damaged = good.clone();
        damaged[at] ^= 1;
        refused(&damaged, &format!("byte {at} changed"));
        refused(&good[..at], &format!("cut at {at}"));
    }
    refused(&[good.as_slice(), &[0]].concat(), "one byte more");
    open.put(b"ada", &good);
    assert_eq!(Store::load(&store, b"ada"), Ok(Some(b"value".to_vec())));
}

/// CO-04: what was written without a ring is not taken for a value that needs none.
#[test]
fn a_value_in_the_clear_is_refused() {
    let (open, store) = sealed();
    for value in [b"in the clear".as_slice(), b"\0", b""] {
        open.put(b"ada", value);
        denies(&open, &store, b"ada", value, &Error::NotAnEnvelope);
    }
}

/// CO-04, CR-06: another ring opens nothing, whether it has a key of that number or not.
#[test]
fn a_value_of_another_ring_is_refused() {
    let (open, store) = sealed();
    put(&store, b"ada", &Entry::new(b"1".to_vec()));
    let other = Sealed::new(Arc::new(ring(2)), "account", Arc::clone(&open));
    denies(&open, &other, b"ada", b"1", &Error::Open);

    assert_eq!(
        store.replace_ring(next(&ring(1), |ring| {
            let staged = ring.stage(NOW).unwrap();
            ring.promote(staged, NOW).unwrap();
        })),
        Replaced::Done
    );
    put(&store, b"eve", &Entry::new(b"1".to_vec()));
    let before = Sealed::new(Arc::new(ring(1)), "account", Arc::clone(&open));
    let second = KeyVersion::new(2).unwrap();
    denies(&open, &before, b"eve", b"1", &Error::UnknownKey(second));
}

/// CR-02, CR-11: nor does a value of another store that has the same ring, under the same key.
#[test]
fn a_value_of_another_store_is_refused() {
    let (open, attempts) = sealed();
    put(&attempts, b"ada", &Entry::new(b"1".to_vec()));
    let store = |name| Sealed::new(attempts.ring(), name, Arc::clone(&open));
    denies(&open, &store("session"), b"ada", b"1", &Error::Open);
    assert_eq!(
        Store::load(&store("account"), b"ada"),
        Ok(Some(b"1".to_vec()))
    );
    for (name, error) in [
        ("", Error::EmptyPart(Part::Column)),
        (&"x".repeat(1025), Error::LongPart(Part::Column)),
    ] {
        for answer in answers(&store(name), b"ada", b"1") {
            assert_eq!(answer, SealedError::Field(error.clone()));
        }
    }
}

/// CR-04, CR-11: a ring that is older than the one in use, or another one, does not take its place.
#[test]
fn a_ring_does_not_go_back() {
    let rotate = |ring: &mut Keyring| {
        let staged = ring.stage(NOW).unwrap();
        ring.promote(staged, NOW).unwrap();
    };
    let (_, store) = sealed();
    let staged = next(&store.ring(), |ring| drop(ring.stage(NOW)));
    let promoted = next(&staged, rotate);
    let in_use = |ring: &Arc<Keyring>| Arc::ptr_eq(&store.ring(), ring);
    assert_eq!(store.replace_ring(Arc::clone(&promoted)), Replaced::Done);
    assert_eq!(store.replace_ring(staged), Replaced::Older);
    let other = next(&next(&ring(2), rotate), rotate);
    assert_eq!(store.replace_ring(other), Replaced::Other);
    let acme = Scope::tenant("acme");
    let acme = Keyring::new_for(Key::from_bytes([1; 32]), acme, Rules::new(), NOW).unwrap();
    let acme = next(&next(&acme, rotate), rotate);
    assert_eq!(store.replace_ring(acme), Replaced::Other);
    assert!(in_use(&promoted));

    // the same steps with more seals counted
    let again = next(&promoted, |_| ());
    assert_eq!(store.replace_ring(Arc::clone(&again)), Replaced::Done);
    assert!(in_use(&again));
}

/// CR-04: a value stays readable through every step, and the old key can go when the sweep is done.
#[test]
fn a_ring_is_rotated_without_a_restart() {
    let (open, store) = sealed();
    let expires = Timestamp::from_secs(1_795_251_600);
    for (key, value) in [(b"ada", b"1"), (b"bob", b"2"), (b"eve", b"3")] {
        put(&store, key, &Entry::new(value.to_vec()).expires_at(expires));
    }
    let version = |key: &[u8]| open.bytes(key)[4];
    let second = KeyVersion::new(2).unwrap();

    assert_eq!(
        store.replace_ring(next(&store.ring(), |ring| drop(ring.stage(NOW)))),
        Replaced::Done
    );
    assert_eq!(store.reseal(b"ada"), Ok(Resealed::Already));
    put(&store, b"ada", &Entry::new(b"4".to_vec()));
    assert_eq!(version(b"ada"), 1, "a staged key seals nothing");

    assert_eq!(
        store.replace_ring(next(&store.ring(), |ring| {
            ring.promote(second, NOW).unwrap()
        })),
        Replaced::Done
    );
    assert_eq!(Store::load(&store, b"ada"), Ok(Some(b"4".to_vec())));
    assert_eq!(version(b"ada"), 1, "reading writes nothing");
    put(&store, b"ada", &Entry::new(b"5".to_vec()));
    assert_eq!(version(b"ada"), 2, "the next write seals with the new key");
    assert_eq!(store.reseal(b"ada"), Ok(Resealed::Already));
    assert_eq!(store.reseal(b"bob"), Ok(Resealed::Anew));
    assert_eq!(version(b"bob"), 2);
    assert_eq!(
        open.map.lock().unwrap()[b"bob".as_slice()].expires(),
        Some(expires)
    );
    assert_eq!(block_on(store.reseal_async(b"bob")), Ok(Resealed::Already));
    assert_eq!(store.reseal(b"nobody"), Ok(Resealed::Missing));

    assert_eq!(
        store.replace_ring(next(&store.ring(), |ring| {
            ring.suspend(KeyVersion::FIRST, NOW).unwrap()
        })),
        Replaced::Done
    );
    assert_eq!(Store::load(&store, b"ada"), Ok(Some(b"5".to_vec())));
    assert_eq!(Store::load(&store, b"bob"), Ok(Some(b"2".to_vec())));
    denies(
        &open,
        &store,
        b"eve",
        b"3",
        &Error::Suspended(KeyVersion::FIRST),
    );

    assert_eq!(
        store.replace_ring(next(&store.ring(), |ring| {
            ring.resume(KeyVersion::FIRST, NOW).unwrap()
        })),
        Replaced::Done
    );
    assert_eq!(block_on(store.reseal_async(b"eve")), Ok(Resealed::Anew));
    assert_eq!(Store::load(&store, b"eve"), Ok(Some(b"3".to_vec())));
}

/// CO-04, CR-11.
#[test]
fn a_value_whose_key_is_destroyed_is_refused() {
    let (open, store) = sealed();
    put(&store, b"ada", &Entry::new(b"1".to_vec()));
    let reason = "the value is given up";
    assert_eq!(
        store.replace_ring(next(&store.ring(), |ring| {
            let staged = ring.stage(NOW).unwrap();
            ring.promote(staged, NOW).unwrap();
            let forced = Destroy::Forced { reason };
            ring.destroy(KeyVersion::FIRST, forced, NOW).unwrap();
        })),
        Replaced::Done
    );
    denies(
        &open,
        &store,
        b"ada",
        b"1",
        &Error::Destroyed(KeyVersion::FIRST),
    );
}

/// S3-12, CR-04: a ring for a column seals no store, and a ring for the store does; a tenant's ring
/// seals that tenant's store.
#[test]
fn a_ring_seals_the_store_that_its_rules_name() {
    let store = |purpose: Purpose, tenant: &str, context: Context| {
        let policy = Rules::new().for_purpose(purpose);
        let ring = Keyring::new_for(Key::from_bytes([1; 32]), Scope::tenant(tenant), policy, NOW);
        let store = Sealed::new(Arc::new(ring.unwrap()), "account", Open::default());
        let store = store.with_context(context);
        let new = Entry::new(b"1".to_vec());
        let put = Store::compare_exchange(&store, b"ada", None, Some(&new));
        assert_eq!(put.is_ok(), Store::load(&store, b"ada").unwrap().is_some());
        put
    };
    let acme = || Context::new().tenant("acme");
    assert_eq!(
        store(Purpose::store("account"), "acme", acme()),
        Ok(Exchange::Done)
    );
    let refused = |error| Err(SealedError::Field(error));
    let email = Purpose::column("contact", "email");
    for purpose in [email, Purpose::store("session")] {
        let put = store(purpose, "acme", acme());
        assert_eq!(put, refused(Error::OutOfPurpose));
    }
    let other = Error::OutOfScope(Part::Tenant);
    assert_eq!(
        store(Purpose::store("account"), "globex", acme()),
        refused(other.clone())
    );
    let nobody = Context::new().without_tenant();
    assert_eq!(
        store(Purpose::store("account"), "acme", nobody),
        refused(other)
    );
}

/// CR-04, CR-05: a store whose ring's key is too old or used up takes nothing more and gives back what
/// it has.
#[test]
fn a_store_stops_where_its_ring_does() {
    let put = |policy: Rules, clock: Clock| {
        let ring = Keyring::new_for(Key::from_bytes([1; 32]), Scope::application(), policy, NOW);
        let ring = Arc::new(ring.unwrap());
        let store = Sealed::new(Arc::clone(&ring), "account", Open::default()).with_clock(|| NOW);
        let new = Entry::new(b"1".to_vec());
        let first = Store::compare_exchange(&store, b"ada", None, Some(&new));
        assert_eq!(first, Ok(Exchange::Done));
        let later = store.with_clock(clock);
        let second = Store::compare_exchange(&later, b"bea", None, Some(&new));
        assert_eq!(Store::load(&later, b"ada"), Ok(Some(b"1".to_vec())));
        second
    };
    let refused = |error| Err(SealedError::Field(error));
    let hour = Duration::from_secs(3600);
    let late: Clock = || NOW.saturating_add(Duration::from_secs(3601));
    let aged = put(Rules::new().with_max_age(hour), late);
    assert_eq!(aged, refused(Error::Overdue(KeyVersion::FIRST)));
    let used = put(Rules::new().with_max_seals(1), || NOW);
    assert_eq!(used, refused(Error::Exhausted(KeyVersion::FIRST)));
    assert_eq!(put(Rules::new(), late), Ok(Exchange::Done));
}

/// SE-04: of two that saw one value the second is refused, also where the store beneath changed
/// between the comparison and the exchange.
#[test]
fn a_lost_race_is_lost() {
    let (open, store) = sealed();
    let [one, two] = [b"1", b"2"].map(|v| Entry::new(v.to_vec()));
    put(&store, b"ada", &one);
    let won = Store::compare_exchange(&store, b"ada", Some(b"1"), Some(&two));
    assert_eq!(won, Ok(Exchange::Done));
    let lost = Store::compare_exchange(&store, b"ada", Some(b"1"), None);
    assert_eq!(lost, Ok(Exchange::Changed));

    // The same ring and the same key, so it opens here.
    let elsewhere = Arc::new(Open::default());
    let other = Sealed::new(store.ring(), "account", Arc::clone(&elsewhere));
    put(&other, b"ada", &Entry::new(b"3".to_vec()));
    let [(_, entry)] = elsewhere.all().try_into().unwrap();
    *open.meanwhile.lock().unwrap() = Some(Box::new(move |map| {
        map.insert(b"ada".to_vec(), entry);
    }));
    let lost = Store::compare_exchange(&store, b"ada", Some(b"2"), Some(&one));
    assert_eq!(lost, Ok(Exchange::Changed));
    assert_eq!(Store::load(&store, b"ada"), Ok(Some(b"3".to_vec())));
}

/// CR-11: a sweep that seals a value again does not make its owner lose.
#[test]
fn a_value_that_was_only_sealed_again_is_still_the_same() {
    let (open, store) = sealed();
    put(&store, b"ada", &Entry::new(b"1".to_vec()));
    let again = open.bytes(b"ada");
    put(&store, b"ada", &Entry::new(b"1".to_vec()));
    assert_ne!(
        open.bytes(b"ada"),
        again,
        "no value is sealed twice the same"
    );
    let swept = move |map: &mut Map| {
        map.insert(b"ada".to_vec(), Entry::new(again));
    };
    *open.meanwhile.lock().unwrap() = Some(Box::new(swept));
    let won = Store::compare_exchange(&store, b"ada", Some(b"1"), None);
    assert_eq!(won, Ok(Exchange::Done));
    assert_eq!(Store::load(&store, b"ada"), Ok(None));
}

/// CR-11, CR-04: a write that was under way while a key was rotated and its value sealed again does
/// not bring the old key back.
#[test]
fn a_write_that_meets_a_sweep_seals_with_the_new_key() {
    let (open, store) = sealed();
    let store = Arc::new(store);
    put(&store, b"ada", &Entry::new(b"1".to_vec()));
    let promoted = next(&store.ring(), |ring| {
        let staged = ring.stage(NOW).unwrap();
        ring.promote(staged, NOW).unwrap();
    });
    let elsewhere = Arc::new(Open::default());
    put(
        &Sealed::new(Arc::clone(&promoted), "account", Arc::clone(&elsewhere)),
        b"ada",
        &Entry::new(b"1".to_vec()),
    );
    let swept = elsewhere.bytes(b"ada");
    let other = Arc::clone(&store);
    *open.meanwhile.lock().unwrap() = Some(Box::new(move |map: &mut Map| {
        assert_eq!(other.replace_ring(promoted), Replaced::Done);
        map.insert(b"ada".to_vec(), Entry::new(swept));
    }));
    let two = Entry::new(b"2".to_vec());
    let won = Store::compare_exchange(&*store, b"ada", Some(b"1"), Some(&two));
    assert_eq!(won, Ok(Exchange::Done));
    assert_eq!(open.bytes(b"ada")[4], 2, "the version of the key");
}

#[test]
fn an_expiry_is_the_stores_to_know() {
    let (open, store) = sealed();
    let expires = Timestamp::from_secs(1_795_251_600);
    put(
        &store,
        b"ada",
        &Entry::new(b"1".to_vec()).expires_at(expires),
    );
    put(&store, b"bob", &Entry::new(b"1".to_vec()));
    let map = open.map.lock().unwrap();
    assert_eq!(map[b"ada".as_slice()].expires(), Some(expires));
    assert_eq!(map[b"bob".as_slice()].expires(), None);
}

/// CO-04: whoever looks at an error sees whether to call whoever keeps the database or the keys.
#[test]
fn an_error_of_the_store_is_told_from_one_of_the_ring() {
    let (open, store) = sealed();
    open.down.store(true, Ordering::SeqCst);
    for answer in answers(&store, b"ada", b"1") {
        assert_eq!(answer, SealedError::Store(Down));
    }
    let none = Store::compare_exchange(&store, b"ada", None, Some(&Entry::new(vec![])));
    assert_eq!(none, Err(SealedError::Store(Down)));
    let failure = update(&store, b"ada", |_| {
        Ok::<_, store::Error>((Change::Keep, ()))
    });
    assert_eq!(
        chain(&failure.unwrap_err()),
        [
            "the store gave no answer",
            "the store beneath gave no answer",
            "the database is down"
        ]
    );
    open.down.store(false, Ordering::SeqCst);
    open.put(b"ada", b"in the clear");
    let failure = update(&store, b"ada", |_| {
        Ok::<_, store::Error>((Change::Keep, ()))
    });
    assert_eq!(
        chain(&failure.unwrap_err()),
        [
            "the store gave no answer",
            "the value in the store cannot be opened or sealed",
            "not an envelope"
        ]
    );
}

fn chain(error: &dyn std::error::Error) -> Vec<String> {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect()
}

/// A store that changes at each exchange.
struct Restless(Open);

impl Store for Restless {
    type Error = Down;
    fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Down> {
        Store::load(&self.0, key)
    }
    fn compare_exchange(
        &self,
        _: &[u8],
        _: Option<&[u8]>,
        _: Option<&Entry>,
    ) -> Result<Exchange, Down> {
        Ok(Exchange::Changed)
    }
}

/// CO-04: endless contention is an error, not a loop.
#[test]
fn a_sweep_that_never_gets_through_gives_up() {
    let (open, store) = sealed();
    put(&store, b"ada", &Entry::new(b"1".to_vec()));
    let restless = Restless(Open::default());
    restless.0.put(b"ada", &open.bytes(b"ada"));
    let rotated = next(&store.ring(), |ring| {
        let staged = ring.stage(NOW).unwrap();
        ring.promote(staged, NOW).unwrap();
    });
    let store = Sealed::new(rotated, "account", restless);
    assert_eq!(store.reseal(b"ada"), Err(SealedError::Contended));
    let exchange = Store::compare_exchange(&store, b"ada", Some(b"1"), None);
    assert_eq!(exchange, Err(SealedError::Contended));
}

/// The context and the layout that the documentation states, so that a value of today opens in every
/// later version, and a layout of a later one is an error.
#[test]
fn a_sealed_value_is_laid_out_as_documented() {
    let (open, store) = sealed();
    let context = Context::new()
        .without_tenant()
        .table("portcullis/store")
        .column("account")
        .row(Row::Bytes(Sha256::digest(b"ada").to_vec()));
    let put = |plaintext: &[u8]| {
        open.put(b"ada", &ring(1).seal(&context, plaintext, NOW).unwrap());
    };
    for plaintext in [
        b"\x01\0\0\0\0\x02hi".as_slice(),
        b"\x01\x01\0\0\0\0\0\0\0\x09\0\0\0\x02hi",
    ] {
        put(plaintext);
        assert_eq!(Store::load(&store, b"ada"), Ok(Some(b"hi".to_vec())));
        put(&[plaintext, b"!"].concat());
        denies(
            &open,
            &store,
            b"ada",
            b"hi",
            &encoding::Error::Damaged.into(),
        );
        put(&plaintext[..plaintext.len() - 1]);
        denies(
            &open,
            &store,
            b"ada",
            b"hi",
            &encoding::Error::Damaged.into(),
        );
        put(&[b"\x02", &plaintext[1..]].concat());
        let unknown = encoding::Error::UnknownVersion(2);
        denies(&open, &store, b"ada", b"hi", &unknown.into());
    }
}

/// Stated in the documentation: what was sealed for a key opens there at any later time.
#[test]
fn an_old_value_that_is_put_back_opens() {
    let (open, store) = sealed();
    put(&store, b"ada", &Entry::new(b"old".to_vec()));
    let old = open.bytes(b"ada");
    put(&store, b"ada", &Entry::new(b"new".to_vec()));
    open.put(b"ada", &old);
    assert_eq!(Store::load(&store, b"ada"), Ok(Some(b"old".to_vec())));
}

/// Stated in the documentation.
#[test]
fn a_sealed_value_is_longer_by_what_is_said() {
    let (open, store) = sealed();
    for len in [0, 1, 1000] {
        put(&store, b"a", &Entry::new(vec![0; len]));
        assert_eq!(open.bytes(b"a").len(), len + 83);
        put(
            &store,
            b"a",
            &Entry::new(vec![0; len]).expires_at(Timestamp::MAX),
        );
        assert_eq!(open.bytes(b"a").len(), len + 91);
    }
}

/// CO-03.
#[test]
fn a_sealed_store_prints_no_key_and_no_value() {
    let store = Sealed::new(Arc::new(ring(0x41)), "account", Memory::new(10));
    put(&store, b"ada", &Entry::new(b"AAAA".to_vec()));
    for printed in [format!("{store:?}"), format!("{store:#?}")] {
        assert!(printed.contains("Memory"), "{printed}");
        for secret in ["65, 65", "AAAA", "4141"] {
            assert!(!printed.contains(secret), "{printed}");
        }
    }
}

/// The first eight bytes that two texts have in common.
fn common<'a>(a: &'a [u8], b: &[u8]) -> Option<&'a [u8]> {
    a.windows(8)
        .find(|window| b.windows(8).any(|w| w == *window))
}

fn contains(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|window| window == word)
}

/// SE-05, S4: nothing of a session's record is in the store: no label, no digest, no time.
#[test]
fn a_session_table_shows_nothing_but_handles() {
    let now = Timestamp::from_secs(1_795_251_600);
    let (open, store) = sealed();
    let sessions = Sessions::new(Policy::back_office(), store);
    let sign_in = sessions.begin("ada@example.com", now).unwrap();
    let sign_in = sign_in
        .with_factors(Factors::PASSWORD)
        .with_label("Firefox on Linux");
    let (token, _) = sessions.start(sign_in, now).unwrap();
    assert!(sessions.check(&token, now).is_ok());

    let reader = Sealed::new(Arc::new(ring(1)), "account", Arc::clone(&open));
    let [(key, entry)] = open.all().try_into().unwrap();
    let record = Store::load(&reader, &key).unwrap().unwrap();
    assert!(
        contains(&record, b"Firefox on Linux"),
        "the record is the one"
    );
    assert_eq!(common(&record, entry.value()), None);
    assert!(!contains(&key, b"ada"));

    assert_eq!(sessions.end_all("ada@example.com", now), Ok(1));
    assert_eq!(sessions.check(&token, now), Err(session::Error::Unknown));
}

/// SE-04, CO-04: a record that does not open is not a person without sessions.
#[test]
fn a_session_record_that_does_not_open_denies_every_verb() {
    let now = Timestamp::from_secs(1_795_251_600);
    let (open, store) = sealed();
    let sessions = Sessions::new(Policy::back_office(), store);
    let sign_in = sessions.begin("ada", now).unwrap();
    let (token, _) = sessions.start(sign_in.clone(), now).unwrap();
    let [(key, entry)] = open.all().try_into().unwrap();
    open.put(&key, &entry.value()[1..]);
    let unavailable = |error| matches!(error, session::Error::Store(store::Error::Unavailable(_)));
    assert!(unavailable(sessions.check(&token, now).unwrap_err()));
    assert!(unavailable(sessions.start(sign_in, now).unwrap_err()));
    assert!(unavailable(sessions.begin("ada", now).unwrap_err()));
    assert!(unavailable(sessions.end(&token).unwrap_err()));
}

/// S4, PW-06, TO-07: nor is anything of an account's: no name, no password hash, no second factor.
#[cfg(feature = "account")]
#[test]
fn an_account_shows_nothing_but_its_handle() {
    use portcullis::{
        account::{self, Accounts, Next},
        password::{Cost, Hasher},
        rbac::Grants,
    };
    let now = Timestamp::from_secs(1_795_251_600);
    let hasher = Hasher::new(Cost::new(8, 1, 1).unwrap());
    let policy = account::Policy::back_office("Example Ltd")
        .unwrap()
        .with_hasher(hasher);
    let (open, store) = sealed();
    let accounts = Accounts::danger_unsealed(policy, store);
    let password = "Correct-Horse-7".into();
    accounts
        .register("ada@example.com", &password, Grants::new(), now)
        .unwrap();
    let Next::EnrolmentNeeded(ticket) =
        accounts.sign_in("ada@example.com", &password, now).unwrap()
    else {
        panic!()
    };
    let phone = accounts.enrol(&ticket, now).unwrap();
    let enrolled = accounts
        .confirm_enrolment(&ticket, &phone.code_at(now), now)
        .unwrap();
    let Next::SignedIn(signed_in) = enrolled.next else {
        panic!()
    };
    assert!(accounts.check(&signed_in.token, now).is_ok());

    let reader = Sealed::new(Arc::new(ring(1)), "account", Arc::clone(&open));
    let [(key, entry)] = open.all().try_into().unwrap();
    let record = Store::load(&reader, &key).unwrap().unwrap();
    for word in ["ada@example.com", "$argon2id$"] {
        assert!(contains(&record, word.as_bytes()), "the record is the one");
    }
    assert_eq!(common(&record, entry.value()), None);
    assert!(!contains(&key, b"ada"));

    open.put(&key, &record);
    assert!(
        accounts.check(&signed_in.token, now).is_err(),
        "not in the clear"
    );
}
