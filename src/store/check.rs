//! The conformance suite for stores.

use std::{
    sync::{Barrier, Mutex, PoisonError},
    thread,
};

use crate::Timestamp;

use super::{Change, Entry, Error, Exchange, Store, update};

const THREADS: usize = 8;
/// Additions of each thread in the search for lost updates.
const ADDITIONS: u64 = 200;
/// Races for one key. A store that loses one race in a hundred is found nearly always.
const RACES: usize = 500;
const KEYS: [&[u8]; 6] = [
    b"portcullis/check/a",
    b"portcullis/check/a\0",
    b"portcullis/check/A",
    b"portcullis/check/",
    b"portcullis/check/\xff\xfe'\"%_",
    b"portcullis/check/counter",
];

/// Which rule of [`check`] a store broke.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The store broke a rule.
    #[error("the store breaks a rule: {0}")]
    Rule(&'static str),
    /// The store gave no answer while it was being checked.
    #[error("the store could not be checked")]
    Store(#[from] Error),
}

/// Runs a store through what this crate relies on: values come back as they were written, whatever
/// their bytes; keys are told apart exactly; an exchange takes place only against the value that is
/// there; of many that race for one key exactly one wins; no update is lost; what was removed stays
/// removed.
///
/// Takes about a second on a store in memory. It writes a few keys that begin with
/// `portcullis/check/` and removes them again; two runs on one store at the same time disturb each
/// other. Races are found with high probability, not proved absent; what a store forgets in a crash
/// or a failover is not looked at.
///
/// ```
/// use portcullis::store::{self, Memory};
///
/// store::check(&Memory::new(100))?;
/// # Ok::<(), store::Failure>(())
/// ```
///
/// # Errors
///
/// The first rule that the store broke.
pub fn check<S: Store + Sync>(store: &S) -> Result<(), Failure> {
    clear(store)?;
    values(store)?;
    keys(store)?;
    exchanges(store)?;
    expiries(store)?;
    races(store)?;
    lost_updates(store)?;
    clear(store)
}

fn clear<S: Store>(store: &S) -> Result<(), Failure> {
    for key in KEYS {
        update(store, key, |_| Ok::<_, Error>((Change::Remove, ())))?;
        rule(load(store, key)?.is_none(), "a removed key has no value")?;
    }
    Ok(())
}

fn values<S: Store>(store: &S) -> Result<(), Failure> {
    let [key, ..] = KEYS;
    let long: Vec<u8> = (0..=u8::MAX).cycle().take(65_536).collect();
    let mut current: Option<&[u8]> = None;
    for value in [b"".as_slice(), b"\0", b"\xff\0'\"\\%\r\n", &long, b"1"] {
        let put = exchange(store, key, current, Some(value))?;
        rule(
            put == Exchange::Done,
            "an exchange against the present value takes place",
        )?;
        rule(
            load(store, key)?.as_deref() == Some(value),
            "a value comes back as written",
        )?;
        current = Some(value);
    }
    Ok(())
}

fn keys<S: Store>(store: &S) -> Result<(), Failure> {
    clear(store)?;
    for key in KEYS {
        rule(
            exchange(store, key, None, Some(key))? == Exchange::Done,
            "keys are told apart",
        )?;
    }
    for key in KEYS {
        rule(
            load(store, key)?.as_deref() == Some(key),
            "keys are told apart",
        )?;
    }
    Ok(())
}

fn exchanges<S: Store>(store: &S) -> Result<(), Failure> {
    clear(store)?;
    let [key, ..] = KEYS;
    let refused = |current: Option<&[u8]>, new: Option<&[u8]>, text| {
        rule(
            exchange(store, key, current, new)? == Exchange::Changed,
            text,
        )
    };
    refused(
        Some(b""),
        Some(b"1"),
        "no value and an empty value are told apart",
    )?;
    refused(Some(b"1"), None, "what is not there is not removed")?;
    rule(
        exchange(store, key, None, Some(b"1"))? == Exchange::Done,
        "a new key is taken",
    )?;
    refused(
        None,
        Some(b"2"),
        "a value that is there is not inserted over",
    )?;
    refused(
        Some(b"2"),
        Some(b"3"),
        "another value than expected is not replaced",
    )?;
    refused(
        Some(b"2"),
        None,
        "another value than expected is not removed",
    )?;
    rule(
        load(store, key)?.as_deref() == Some(b"1"),
        "a refused exchange changes nothing",
    )?;
    rule(
        exchange(store, key, Some(b"1"), None)? == Exchange::Done,
        "a value is removed",
    )?;
    rule(load(store, key)?.is_none(), "a removed key has no value")?;
    refused(
        Some(b"1"),
        Some(b"1"),
        "what was removed does not come back",
    )
}

/// A value that has an expiry is there until then, and a later one without an expiry stays.
fn expiries<S: Store>(store: &S) -> Result<(), Failure> {
    clear(store)?;
    let [key, ..] = KEYS;
    let far = Entry::new(b"1".to_vec()).expires_at(Timestamp::MAX);
    update(store, key, |_| {
        Ok::<_, Error>((Change::Put(far.clone()), ()))
    })?;
    rule(
        load(store, key)?.is_some(),
        "a value is there until it expires",
    )?;
    update(store, key, |_| put(b"2"))?;
    rule(
        load(store, key)?.as_deref() == Some(b"2"),
        "a value without an expiry stays",
    )
}

/// All threads race to insert one key, then to replace its value: one winner each time.
fn races<S: Store + Sync>(store: &S) -> Result<(), Failure> {
    clear(store)?;
    let [key, ..] = KEYS;
    for race in 0..RACES {
        let mut current = None;
        if race % 2 == 1 {
            current = Some(b"start".as_slice());
            update(store, key, |_| put(b"start"))?;
        } else {
            update(store, key, |_| Ok::<_, Error>((Change::Remove, ())))?;
        }
        let won = in_threads(|_| exchange(store, key, current, Some(b"won")))?;
        let winners = won.iter().filter(|w| **w == Exchange::Done).count();
        rule(
            winners == 1,
            "of those who race for one value exactly one wins",
        )?;
    }
    Ok(())
}

/// Every thread adds to one counter: the sum is what was added.
fn lost_updates<S: Store + Sync>(store: &S) -> Result<(), Failure> {
    let [.., key] = KEYS;
    update(store, key, |_| put(&0_u64.to_be_bytes()))?;
    in_threads(|_| {
        for _ in 0..ADDITIONS {
            while !add_one(store, key)? {}
        }
        Ok(())
    })?;
    let sum = load(store, key)?
        .and_then(|v| v.try_into().ok())
        .map(u64::from_be_bytes);
    let added = ADDITIONS.saturating_mul(u64::try_from(THREADS).unwrap_or(u64::MAX));
    rule(sum == Some(added), "no update is lost")
}

fn add_one<S: Store>(store: &S, key: &[u8]) -> Result<bool, Failure> {
    let current = load(store, key)?.ok_or(Failure::Rule("a value that was written is there"))?;
    let number = <[u8; 8]>::try_from(current.as_slice()).map(u64::from_be_bytes);
    let number = number.map_err(|_| Failure::Rule("a value comes back as written"))?;
    let next = number.saturating_add(1).to_be_bytes();
    Ok(exchange(store, key, Some(&current), Some(&next))? == Exchange::Done)
}

/// Runs `work` in all threads at the same moment.
fn in_threads<T: Send>(
    work: impl Fn(usize) -> Result<T, Failure> + Sync,
) -> Result<Vec<T>, Failure> {
    let barrier = Barrier::new(THREADS);
    let results = Mutex::new(Vec::with_capacity(THREADS));
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (barrier, results, work) = (&barrier, &results, &work);
            scope.spawn(move || {
                barrier.wait();
                let result = work(thread);
                results
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(result);
            });
        }
    });
    results
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner)
        .into_iter()
        .collect()
}

fn put(value: &[u8]) -> Result<(Change, ()), Error> {
    Ok((Change::Put(Entry::new(value.to_vec())), ()))
}

fn load<S: Store>(store: &S, key: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
    Ok(store.load(key).map_err(Error::unavailable)?)
}

fn exchange<S: Store>(
    store: &S,
    key: &[u8],
    current: Option<&[u8]>,
    new: Option<&[u8]>,
) -> Result<Exchange, Failure> {
    let new = new.map(|value| Entry::new(value.to_vec()));
    Ok(store
        .compare_exchange(key, current, new.as_ref())
        .map_err(Error::unavailable)?)
}

fn rule(holds: bool, text: &'static str) -> Result<(), Failure> {
    if holds {
        Ok(())
    } else {
        Err(Failure::Rule(text))
    }
}
