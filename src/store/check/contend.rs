//! Games that many threads play on one key, and what must be true of them afterwards.

use core::time::Duration;
use std::{
    sync::{
        Barrier,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    thread,
};

use super::{Failure, KEYS, exchange, load, rule};
use crate::{
    Timestamp,
    store::{Entry, Error, Exchange, Store},
    time::SYSTEM_CLOCK,
};

const THREADS: usize = 8;
/// Keys of each thread, beside each other.
const KEYS_EACH: usize = 32;
/// The game of additions ends when this many were refused because another thread came first. Counting
/// these and not rounds or seconds gives every store the same chances to fail: a fast one plays
/// long enough to be interrupted at its weakest point, a slow one is interrupted at nearly every
/// write and soon done.
const REFUSED_ADDITIONS: usize = 500;
/// The same for the game of insertions and removals, in which a store has more to do wrong.
const REFUSED_LINKS: usize = 1500;
/// A game ends also when a thread has played this many rounds, where threads hardly meet, and after
/// this time, where every call is slow.
const ROUNDS: usize = 4000;
const LONGEST: Duration = Duration::from_secs(5);
/// Many keys at once: each thread's are as it wrote them.
pub(super) fn many_keys<S: Store + Sync>(store: &S) -> Result<(), Failure> {
    let keys = |thread| (0..KEYS_EACH).map(move |n| format!("portcullis/check/{thread}/{n}"));
    let text = "many keys are kept beside each other";
    in_threads(|thread| {
        for key in keys(thread).map(String::into_bytes) {
            let put = exchange(store, &key, None, Some(&key))?;
            rule(put == Exchange::Done, text)?;
        }
        Ok(())
    })?;
    in_threads(|thread| {
        for key in keys(thread).map(String::into_bytes) {
            rule(load(store, &key)?.as_deref() == Some(&key), text)?;
            let removed = exchange(store, &key, Some(&key), None)?;
            rule(removed == Exchange::Done, text)?;
        }
        Ok(())
    })?;
    Ok(())
}

/// All threads add to one number: it never goes back, and the sum is what was added.
pub(super) fn counter<S: Store + Sync>(store: &S) -> Result<(), Failure> {
    let [.., key] = KEYS;
    let start = exchange(store, key, None, Some(&0_u64.to_be_bytes()))?;
    rule(start == Exchange::Done, "a new key is taken")?;
    let acknowledged = AtomicU64::new(0);
    let additions = play(REFUSED_ADDITIONS, |additions| {
        let floor = acknowledged.load(Ordering::SeqCst);
        let number = number(store, key)?;
        rule(
            number >= floor,
            "what was acknowledged is seen by every later call",
        )?;
        let next = number.saturating_add(1);
        let (old, new) = (number.to_be_bytes(), next.to_be_bytes());
        let exchange = exchange(store, key, Some(&old), Some(&new))?;
        if exchange == Exchange::Done {
            acknowledged.fetch_max(next, Ordering::SeqCst);
            additions.push(next);
        }
        Ok(exchange)
    })?;
    let sum = number(store, key)?;
    rule(
        u64::try_from(additions.len()) == Ok(sum),
        "no update is lost",
    )?;
    let removed = exchange(store, key, Some(&sum.to_be_bytes()), None)?;
    rule(removed == Exchange::Done, "a value is removed")
}

fn number<S: Store>(store: &S, key: &[u8]) -> Result<u64, Failure> {
    let there = "a value that is there is not answered as none";
    let value = load(store, key)?.ok_or(Failure::Rule(there))?;
    let number = value.try_into().map(u64::from_be_bytes);
    number.map_err(|_| Failure::Rule("a value comes back as written"))
}

/// All threads insert a value where there is none, replace one that is young and remove one that is
/// old; no value is written twice. So of all values that were written each was replaced or removed
/// exactly once, but for the one that is left.
///
/// A value that was inserted over, brought back or lost was never removed; one that two threads took
/// was removed twice.
pub(super) fn chain<S: Store + Sync>(store: &S) -> Result<(), Failure> {
    let [.., key] = KEYS;
    let ids = AtomicU64::new(0);
    let links = play(REFUSED_LINKS, |links| {
        let current = load(store, key)?;
        let new = successor(current.as_deref(), ids.fetch_add(1, Ordering::Relaxed));
        let exchange = store
            .compare_exchange(key, current.as_deref(), new.as_ref())
            .map_err(Error::unavailable)?;
        if exchange == Exchange::Done {
            links.push((current, new));
        }
        Ok(exchange)
    })?;
    let left = load(store, key)?;
    let (ended, begun): (Vec<_>, Vec<_>) = links.into_iter().unzip();
    let mut ended: Vec<Vec<u8>> = ended.into_iter().chain([left]).flatten().collect();
    let begun = begun.into_iter().flatten();
    let mut begun: Vec<Vec<u8>> = begun.map(|entry| entry.value().to_vec()).collect();
    ended.sort_unstable();
    begun.sort_unstable();
    rule(
        ended == begun,
        "of those who race for one value exactly one wins",
    )
}

/// What comes after `current`: a first value, a second one that has an expiry, which stores often
/// write by another path, and none.
fn successor(current: Option<&[u8]>, id: u64) -> Option<Entry> {
    let value = |age: u8| Entry::new([id.to_be_bytes().as_slice(), &[age]].concat());
    match current.and_then(<[u8]>::last) {
        None => Some(value(1)),
        Some(1) => Some(value(2).expires_at(Timestamp::MAX)),
        Some(_) => None,
    }
}

/// Plays rounds in all threads until they have refused each other enough, and gives what they wrote
/// down.
fn play<T: Send>(
    enough: usize,
    round: impl Fn(&mut Vec<T>) -> Result<Exchange, Failure> + Sync,
) -> Result<Vec<T>, Failure> {
    let game = Game::new(enough);
    let played = in_threads(|_| {
        let mut notes = Vec::new();
        for _ in 0..ROUNDS {
            if game.is_over() {
                break;
            }
            game.note(round(&mut notes))?;
        }
        Ok(notes)
    })?;
    Ok(played.into_iter().flatten().collect())
}

/// How far a game is.
struct Game {
    enough: usize,
    refusals: AtomicUsize,
    end: Timestamp,
}

impl Game {
    fn new(enough: usize) -> Self {
        Self {
            enough,
            refusals: AtomicUsize::new(0),
            end: SYSTEM_CLOCK().saturating_add(LONGEST),
        }
    }

    fn is_over(&self) -> bool {
        self.refusals.load(Ordering::Relaxed) >= self.enough || SYSTEM_CLOCK() >= self.end
    }

    fn note(&self, round: Result<Exchange, Failure>) -> Result<(), Failure> {
        match &round {
            Ok(Exchange::Done) => {}
            Ok(Exchange::Changed) => drop(self.refusals.fetch_add(1, Ordering::Relaxed)),
            // The others need not go on.
            Err(_) => self.refusals.store(self.enough, Ordering::Relaxed),
        }
        round.map(drop)
    }
}

/// Runs `work` in all threads at the same moment.
fn in_threads<T: Send>(
    work: impl Fn(usize) -> Result<T, Failure> + Sync,
) -> Result<Vec<T>, Failure> {
    let barrier = Barrier::new(THREADS);
    let (barrier, work) = (&barrier, &work);
    thread::scope(|scope| {
        let start = |thread| {
            scope.spawn(move || {
                barrier.wait();
                work(thread)
            })
        };
        let threads: Vec<_> = (0..THREADS).map(start).collect();
        // All of them are joined, also when one has failed: a scope panics for those that are not.
        let results = threads.into_iter().map(|thread| {
            let broken = Failure::Rule("a call comes back and does not panic");
            thread.join().unwrap_or(Err(broken))
        });
        let results: Vec<_> = results.collect();
        results.into_iter().collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_game_ends_by_refusals_by_a_failure_and_by_time() {
        let fresh = |enough| Game {
            enough,
            refusals: AtomicUsize::new(0),
            end: Timestamp::MAX,
        };
        let game = fresh(2);
        for over in [false, true] {
            assert!(game.note(Ok(Exchange::Done)).is_ok());
            assert!(game.note(Ok(Exchange::Changed)).is_ok());
            assert_eq!(game.is_over(), over);
        }
        let game = fresh(2);
        assert!(game.note(Err(Failure::Rule("broken"))).is_err());
        assert!(game.is_over());
        let end = Timestamp::EPOCH;
        assert!(Game { end, ..fresh(2) }.is_over());
        let end = Game::new(2).end;
        assert!((Timestamp::EPOCH..Timestamp::MAX).contains(&end));
    }
}
