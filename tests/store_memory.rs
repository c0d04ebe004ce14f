//! The store in memory: its bound, and what makes room in it.
#![cfg(feature = "store")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    reason = "tests stop at what they did not expect"
)]

use std::{
    sync::{
        Barrier, LazyLock,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    thread,
};

use portcullis::{
    Timestamp,
    store::{Change, Entry, Error, Exchange, Memory, Store, update},
};
use proptest::{collection::vec, option, prelude::*};

fn put(value: &[u8]) -> Result<(Change, ()), Error> {
    Ok((Change::Put(Entry::new(value.to_vec())), ()))
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

/// A key that is there takes no room: asking for it again cannot make a store look full.
#[test]
fn an_insertion_that_loses_takes_no_place() {
    let store = Memory::new(2);
    update(&store, b"a", |_| put(b"1")).unwrap();
    let (stop, entry) = (AtomicBool::new(false), Entry::new(b"1".to_vec()));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let lost = Store::compare_exchange(&store, b"a", None, Some(&entry));
                    assert_eq!(lost, Ok(Exchange::Changed));
                }
            });
        }
        for _ in 0..20_000 {
            let taken = Store::compare_exchange(&store, b"b", None, Some(&entry));
            stop.store(taken.is_err(), Ordering::Relaxed);
            assert_eq!(taken, Ok(Exchange::Done));
            let left = Store::compare_exchange(&store, b"b", Some(b"1"), None);
            assert_eq!(left, Ok(Exchange::Done));
        }
        stop.store(true, Ordering::Relaxed);
    });
    assert_eq!(store.len(), 1);
}

/// AT-09: threads that insert at once do not exceed the bound, and each expired value makes room
/// for one other.
#[test]
fn the_bound_holds_when_many_insert_at_once() {
    let insert = |store: &Memory, keys: usize, entry: &Entry| {
        let inserted = AtomicUsize::new(0);
        thread::scope(|scope| {
            for thread in 0..8 {
                let inserted = &inserted;
                scope.spawn(move || {
                    for n in 0..keys {
                        let key = format!("{thread}/{n}/{:?}", entry.expires());
                        let put = Store::compare_exchange(store, key.as_bytes(), None, Some(entry));
                        inserted.fetch_add(usize::from(put.is_ok()), Ordering::Relaxed);
                    }
                });
            }
        });
        inserted.into_inner()
    };
    let store = Memory::new(1000);
    let expired = Entry::new(vec![]).expires_at(Timestamp::EPOCH);
    assert_eq!(insert(&store, 125, &expired), 1000);
    assert_eq!(insert(&store, 200, &Entry::new(vec![])), 1000);
    assert_eq!(store.len(), 1000);
    assert_eq!(
        insert(&store, 10, &Entry::new(vec![]).expires_at(Timestamp::MAX)),
        0
    );
}

/// AT-09: threads that want one key get one place, also when each of them had to make room.
#[test]
fn a_key_is_inserted_once_however_full_the_store_is() {
    let store = Memory::new(500);
    let expired = Entry::new(vec![]).expires_at(Timestamp::EPOCH);
    for n in 0..500_u32 {
        let put = Store::compare_exchange(&store, &n.to_be_bytes(), None, Some(&expired));
        assert_eq!(put, Ok(Exchange::Done));
    }
    let (inserted, entry) = (AtomicUsize::new(0), Entry::new(vec![]));
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for n in 1000..1400_u32 {
                    let put = Store::compare_exchange(&store, &n.to_be_bytes(), None, Some(&entry));
                    inserted.fetch_add(usize::from(put == Ok(Exchange::Done)), Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(inserted.into_inner(), 400);
    let there = |n: &u32| Store::load(&store, &n.to_be_bytes()).unwrap().is_some();
    assert_eq!((0..1400).filter(there).count(), store.len());
}

/// A store of two values that have expired, whose clock inserts the key that somebody else is just
/// making room for.
static OVERTAKEN: LazyLock<Memory> = LazyLock::new(|| Memory::with_clock(2, overtaking_clock));
static OVERTAKES: AtomicBool = AtomicBool::new(true);

fn overtaking_clock() -> Timestamp {
    if OVERTAKES.swap(false, Ordering::Relaxed) {
        let first = Entry::new(b"first".to_vec());
        let put = Store::compare_exchange(&*OVERTAKEN, b"key", None, Some(&first));
        assert_eq!(put, Ok(Exchange::Done));
    }
    Timestamp::MAX
}

/// AT-09: who is overtaken while making room has lost, and leaves the room to others.
#[test]
fn an_insertion_that_is_overtaken_while_it_makes_room_has_lost() {
    let expired = Entry::new(vec![]).expires_at(Timestamp::EPOCH);
    for key in [b"a", b"b"] {
        let put = Store::compare_exchange(&*OVERTAKEN, key, None, Some(&expired));
        assert_eq!(put, Ok(Exchange::Done));
    }
    let second = Entry::new(b"second".to_vec());
    let put = Store::compare_exchange(&*OVERTAKEN, b"key", None, Some(&second));
    assert_eq!(put, Ok(Exchange::Changed));
    assert_eq!(
        Store::load(&*OVERTAKEN, b"key"),
        Ok(Some(b"first".to_vec()))
    );
    assert_eq!(OVERTAKEN.len(), 1);
}

/// AT-09: one expired value makes room for one, and what has not expired is not taken in its stead.
#[test]
fn one_expired_value_makes_room_for_one() {
    for _ in 0..100 {
        let store = Memory::new(200);
        let lasting = Entry::new(vec![]).expires_at(Timestamp::MAX);
        let expired = Entry::new(vec![]).expires_at(Timestamp::EPOCH);
        for n in 0..200_u32 {
            let entry = if n == 0 { &expired } else { &lasting };
            let put = Store::compare_exchange(&store, &n.to_be_bytes(), None, Some(entry));
            assert_eq!(put, Ok(Exchange::Done));
        }
        let (barrier, inserted) = (Barrier::new(4), AtomicUsize::new(0));
        thread::scope(|scope| {
            for thread in 1000..1004_u32 {
                let (barrier, inserted, store, entry) = (&barrier, &inserted, &store, &lasting);
                scope.spawn(move || {
                    barrier.wait();
                    let put =
                        Store::compare_exchange(store, &thread.to_be_bytes(), None, Some(entry));
                    inserted.fetch_add(usize::from(put.is_ok()), Ordering::Relaxed);
                });
            }
        });
        assert_eq!(inserted.into_inner(), 1);
        assert_eq!(Store::load(&store, &0_u32.to_be_bytes()), Ok(None));
    }
}

static MODEL_NOW: AtomicU64 = AtomicU64::new(0);

/// A store in a list.
#[derive(Default)]
struct Model(Vec<(u8, u8, Option<u64>)>);

impl Model {
    fn get(&self, key: u8) -> Option<u8> {
        self.0
            .iter()
            .find(|(k, ..)| *k == key)
            .map(|(_, value, _)| *value)
    }
}

proptest! {
    /// AT-09: whatever is done in whatever order, a small store is as full as a list would be, has
    /// what the list has, and gives up what has expired only, one for one.
    #[test]
    fn the_store_in_memory_is_a_bounded_list(
        calls in vec((0_u8..6, option::of(0_u8..3), option::of((0_u8..3, option::of(0_u64..20)))), 0..60),
    ) {
        const ROOM: usize = 3;
        let store = Memory::with_clock(ROOM, || Timestamp::from_millis(MODEL_NOW.load(Ordering::Relaxed)));
        let mut model = Model::default();
        for (now, (key, current, new)) in calls.into_iter().enumerate() {
            let now = now as u64 / 3;
            MODEL_NOW.store(now, Ordering::Relaxed);
            let entry = new.map(|(value, expires)| {
                let entry = Entry::new(vec![value]);
                expires.map_or(entry.clone(), |at| entry.expires_at(Timestamp::from_millis(at)))
            });
            let old = current.map(|value| vec![value]);
            let done = Store::compare_exchange(&store, &[key], old.as_deref(), entry.as_ref());
            let full = model.0.len() == ROOM && model.get(key).is_none() && current.is_none() && new.is_some();
            let gone = model.0.iter().position(|(k, ..)| Store::load(&store, &[*k]).unwrap().is_none());
            if model.get(key) != current {
                prop_assert_eq!(done, Ok(Exchange::Changed));
            } else if full && !model.0.iter().any(|(.., expires)| expires.is_some_and(|at| at <= now)) {
                prop_assert!(done.is_err());
            } else {
                prop_assert_eq!(done, Ok(Exchange::Done));
                if full {
                    let (.., expires) = model.0.remove(gone.unwrap());
                    prop_assert!(expires.unwrap() <= now);
                }
                model.0.retain(|(k, ..)| *k != key);
                model.0.extend(new.map(|(value, expires)| (key, value, expires)));
            }
            prop_assert_eq!(store.len(), model.0.len());
            for key in 0..6 {
                let value = Store::load(&store, &[key]).unwrap();
                prop_assert_eq!(value, model.get(key).map(|value| vec![value]));
            }
        }
    }
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
