//! The conformance suite for stores.

mod blocking;
mod contend;

use core::{future::Future, pin::Pin};

use super::{AsyncStore, Change, Entry, Error, Exchange, Store, update};
use crate::Timestamp;
use blocking::Blocking;

/// The longest value: twice what 256 sessions with every label and every replaced token take.
const LONG_VALUE: usize = 256 * 1024;
/// The longest key: twice the longest of this crate's.
const LONG_KEY: usize = 1024;
/// Calls that are dropped before they are answered.
const ABANDONED: usize = 32;
const KEYS: [&[u8]; 8] = [
    b"portcullis/check/a",
    b"portcullis/check/a ",
    b"portcullis/check/a\0",
    b"portcullis/check/A",
    b"portcullis/check/",
    b"portcullis/check/\xff\xfe'\"%_",
    b"portcullis/check/\xfe\xff'\"%_",
    b"portcullis/check/raced",
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

/// Runs a store through what this crate relies on:
///
/// - values up to 256 KiB come back as they were written, whatever their bytes;
/// - keys up to 1 KiB are told apart byte by byte, many of them beside each other;
/// - an exchange takes place only against the value that is there, and a refused one changes nothing;
/// - of many that race for a value exactly one wins: nothing is inserted over, nothing is removed
///   twice, no update is lost, and what was removed is not brought back by a write that was under
///   way;
/// - what was acknowledged to one thread is seen by every later call of every other, and nothing
///   older ever again;
/// - a value that is there is never answered as none, however many ask at once;
/// - a value is there until the last expiry that it was given, and one whose expiry was lifted stays.
///
/// What a store answers when it cannot work is [`check_unavailable`]'s; one with [`AsyncStore`] is
/// checked by [`check_async`].
///
/// The store must have room for 300 values. The suite writes keys that begin with
/// `portcullis/check/` and removes them again; two runs on one store at the same time disturb each
/// other. Races are looked for until eight threads have come in each other's way some thousand times,
/// and for ten seconds at most: the whole suite takes a tenth of a second in memory and fifteen
/// seconds where a write takes five milliseconds. Races are found with high probability, not proved
/// absent; a machine with one core sees few. What a store forgets in a crash or a failover is not
/// looked at.
///
/// ```
/// use portcullis::store::{self, Memory};
///
/// store::check(&Memory::new(1000))?;
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
    contend::many_keys(store)?;
    contend::counter(store)?;
    contend::chain(store)?;
    clear(store)
}

/// [`check`] for an [`AsyncStore`]: the same suite, and one rule more: a call that is dropped before
/// it is answered takes place whole or not at all, and no later call gets its answer.
///
/// The suite has threads of its own and no runtime. `block_on` runs one future to its end on the
/// thread it is called on, by whatever the store needs. For a store on tokio:
///
/// ```text
/// let runtime = tokio::runtime::Runtime::new()?;
/// let store = runtime.block_on(MyStore::connect(url))?;
/// store::check_async(&store, |call| runtime.block_on(call))?;
/// ```
///
/// It blocks: call it from a plain test, not from a future. For a store that needs no runtime, any
/// loop that polls will do:
///
/// ```
/// use std::{task::{Context, Waker}, thread};
/// use portcullis::store::{self, Memory};
///
/// store::check_async(&Memory::new(1000), |mut call| {
///     let mut context = Context::from_waker(Waker::noop());
///     while call.as_mut().poll(&mut context).is_pending() {
///         thread::yield_now();
///     }
/// })?;
/// # Ok::<(), store::Failure>(())
/// ```
///
/// # Errors
///
/// The first rule that the store broke; [`Failure::Store`] also when `block_on` came back before the
/// future was at its end.
pub fn check_async<S: AsyncStore + Sync>(
    store: &S,
    block_on: impl Fn(Pin<&mut (dyn Future<Output = ()> + Send)>) + Sync,
) -> Result<(), Failure> {
    let store = Blocking::new(store, block_on);
    check(&store)?;
    abandoned(&store)?;
    clear(&store)
}

/// Asks a store that cannot work: whose server was stopped, whose file was taken away, whose
/// connections are used up. Bring it into that state, then call this: every answer but an error
/// breaks a rule, since "no value" and "changed" are answers, on which somebody is let in or told
/// that they were signed out.
///
/// An [`AsyncStore`] is asked by [`check_unavailable_async`].
///
/// # Errors
///
/// [`Failure::Rule`] when the store answered.
pub fn check_unavailable<S: Store>(store: &S) -> Result<(), Failure> {
    let text = "a store that cannot work answers with an error";
    let (a, b) = (Some(b"1".as_slice()), Some(b"2".as_slice()));
    for key in KEYS {
        rule(store.load(key).is_err(), text)?;
        for (current, new) in [(None, a), (a, b), (a, None)] {
            rule(exchange(store, key, current, new).is_err(), text)?;
        }
    }
    Ok(())
}

/// [`check_unavailable`] for an [`AsyncStore`]; `block_on` is that of [`check_async`].
///
/// # Errors
///
/// As [`check_unavailable`].
pub fn check_unavailable_async<S: AsyncStore + Sync>(
    store: &S,
    block_on: impl Fn(Pin<&mut (dyn Future<Output = ()> + Send)>) + Sync,
) -> Result<(), Failure> {
    check_unavailable(&Blocking::new(store, block_on))
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
    let long: Vec<u8> = (0..=u8::MAX).cycle().take(LONG_VALUE).collect();
    let mut current: Option<&[u8]> = None;
    for value in [b"".as_slice(), b"\0", b"\xff\0'\"\\%\r\n ", &long, b"1"] {
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
    let [mut long, mut other] = [KEYS.concat(), KEYS.concat()];
    long.resize(LONG_KEY, b'.');
    other.resize(LONG_KEY.saturating_sub(1), b'.');
    other.push(b'!');
    let keys = [KEYS.as_slice(), &[&long, &other]].concat();
    for key in &keys {
        rule(
            exchange(store, key, None, Some(key))? == Exchange::Done,
            "keys are told apart",
        )?;
    }
    for key in &keys {
        rule(
            load(store, key)?.as_deref() == Some(key),
            "keys are told apart",
        )?;
        rule(
            exchange(store, key, Some(key), None)? == Exchange::Done,
            "a value is removed",
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
        None,
        Some(b"1"),
        "a value that is there is not inserted over by the same",
    )?;
    refused(None, None, "a value that is there is not taken for none")?;
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
    refused(
        Some(b"1\0"),
        Some(b"3"),
        "a value is compared to its last byte",
    )?;
    refused(
        Some(b"1 "),
        Some(b"3"),
        "a value is compared to its last byte",
    )?;
    rule(
        load(store, key)?.as_deref() == Some(b"1"),
        "a refused exchange changes nothing",
    )?;
    rule(
        exchange(store, key, Some(b"1"), Some(b"1"))? == Exchange::Done,
        "a value is replaced by the same",
    )?;
    let nearly = [
        (b"value".to_vec(), b"VALUE".to_vec()),
        (vec![b'.'; LONG_VALUE], {
            let mut other = vec![b'.'; LONG_VALUE.saturating_sub(1)];
            other.push(b'!');
            other
        }),
    ];
    let mut present = b"1".to_vec();
    for (value, near) in nearly {
        rule(
            exchange(store, key, Some(&present), Some(&value))? == Exchange::Done,
            "an exchange against the present value takes place",
        )?;
        refused(
            Some(&near),
            Some(b"3"),
            "a value is compared to its last byte",
        )?;
        present = value;
    }
    rule(
        exchange(store, key, Some(&present), Some(b"1"))? == Exchange::Done,
        "an exchange against the present value takes place",
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

/// A value is there until its expiry, which the next exchange lifts or moves. One whose expiry is
/// past may be forgotten, and is not refused.
fn expiries<S: Store>(store: &S) -> Result<(), Failure> {
    let [key, others @ ..] = KEYS;
    let put = |entry: &Entry| Change::Put(entry.clone());
    let past = put(&Entry::new(b"1".to_vec()).expires_at(Timestamp::EPOCH));
    let forever = Entry::new(b"2".to_vec());
    let far = forever.clone().expires_at(Timestamp::MAX);
    let same = Entry::new(b"1".to_vec());
    for (changes, lasting) in [
        (vec![past.clone(), put(&forever)], &forever),
        (vec![past.clone(), put(&far)], &far),
        (vec![past.clone(), put(&same)], &same),
        (vec![past, Change::Remove, put(&forever)], &forever),
    ] {
        clear(store)?;
        for change in &changes {
            update(store, key, |_| Ok::<_, Error>((change.clone(), ())))?;
        }
        // room is made where something comes
        for other in others {
            rule(
                exchange(store, other, None, Some(b"1"))? == Exchange::Done,
                "a new key is taken",
            )?;
        }
        rule(
            load(store, key)?.as_deref() == Some(lasting.value()),
            "a value is there until the last expiry it was given",
        )?;
    }
    clear(store)
}

/// Starts calls, drops each of them after its first poll, and asks for something else.
fn abandoned<S: AsyncStore + Sync, B>(store: &Blocking<'_, S, B>) -> Result<(), Failure>
where
    B: Fn(Pin<&mut (dyn Future<Output = ()> + Send)>),
{
    clear(store)?;
    let [dropped, asked, ..] = KEYS;
    for (key, value) in [(dropped, b"0".as_slice()), (asked, b"asked")] {
        let put = exchange(store, key, None, Some(value))?;
        rule(put == Exchange::Done, "a new key is taken")?;
    }
    for new in [b"1".as_slice(), b"0"].into_iter().cycle().take(ABANDONED) {
        let present = load(store, dropped)?;
        let entry = Entry::new(new.to_vec());
        store.abandon(|store| store.load(dropped))?;
        store.abandon(|store| store.compare_exchange(dropped, present.as_deref(), Some(&entry)))?;
        rule(
            load(store, asked)?.as_deref() == Some(b"asked"),
            "no call gets the answer of one that was dropped",
        )?;
        // Also later than the calls after it.
        rule(
            matches!(load(store, dropped)?.as_deref(), Some(b"0" | b"1")),
            "a call that was dropped takes place whole or not at all",
        )?;
    }
    Ok(())
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
