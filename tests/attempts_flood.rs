//! Ten million invented names, and a person who signs in all the same.
// Half a minute of work: not again for each feature that has attempts in it.
#![cfg(all(feature = "attempts", any(feature = "full", not(feature = "account"))))]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

use std::thread;

use portcullis::{
    Timestamp,
    attempts::{Attempts, Begin, Error, Key, Outcome, Policy, Reservation, Unknown, Verdict},
    store::{self, Memory, Store},
};

/// 2026-11-21T09:00:00Z.
const NINE: u64 = 1_795_251_600_000;
/// Rows of the table, the fewest there may be.
const ROWS: u32 = 256;

fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(NINE + millis)
}

fn account(name: &str) -> Key {
    Key::account(name).unwrap()
}

fn allowed<P: std::fmt::Debug>(begin: Begin<P>) -> P {
    match begin {
        Begin::Allowed(permit) => permit,
        other => panic!("{other:?}"),
    }
}

/// A name that no other number has: splitmix64 is a permutation.
fn invented(number: u64) -> Key {
    let mut z = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    account(&format!("{:016x}", z ^ (z >> 31)))
}

/// Guesses once at each of these names. Most who guess hang up, which leaves the most behind; one in
/// a hundred waits for the answer.
fn guess<S: Store + Sync>(unknown: &Unknown<S>, names: std::ops::Range<u64>) {
    for number in names {
        let slot = allowed(unknown.begin(&invented(number), at(0)).unwrap());
        if number % 100 == 0 {
            let outcome = unknown.settle(slot, Verdict::Failure, at(0)).unwrap();
            assert_eq!(outcome, Outcome::Counted { left: 4 });
        }
    }
}

/// Values and bytes in the rows of a table.
fn size(store: &Memory) -> (usize, usize) {
    let bytes = |number| {
        Store::load(
            store,
            format!("portcullis/attempts/unknown/{number}").as_bytes(),
        )
        .unwrap()
        .map_or(0, |value| value.len())
    };
    (store.len(), (0..ROWS).map(bytes).sum())
}

/// Ada mistypes her password, and then not.
fn ada_signs_in(attempts: &Attempts<&Memory>) {
    for (verdict, outcome) in [
        (Verdict::Failure, Outcome::Counted { left: 4 }),
        (Verdict::Success, Outcome::Cleared),
    ] {
        let slot = allowed(attempts.begin(&account("ada"), at(0)).unwrap());
        assert_eq!(attempts.settle(slot, verdict, at(0)).unwrap(), outcome);
    }
}

/// AT-09: ten million invented names are in the store what a few are; who is real signs in, and who
/// is locked stays locked.
#[test]
fn ten_million_invented_names_leave_the_memory_flat_and_a_person_signs_in() {
    // room for the table and two people
    let store = Memory::with_clock(258, || at(0));
    let attempts = Attempts::new(Policy::back_office(), &store);
    let unknown = Unknown::new(Policy::back_office(), &store).unwrap();
    let unknown = unknown.with_rows(ROWS).unwrap();
    for _ in 0..5 {
        let slot = allowed(attempts.begin(&account("locked"), at(0)).unwrap());
        let _ = attempts.settle(slot, Verdict::Failure, at(0)).unwrap();
    }
    guess(&unknown, 0..10_000);
    let few = size(&store);
    assert_eq!(few.0, 257, "all rows, and who is locked");

    let million = 1_000_000;
    thread::scope(|scope| {
        scope.spawn(|| guess(&unknown, 10_000..5 * million));
        scope.spawn(|| guess(&unknown, 5 * million..10 * million));
    });
    let many = size(&store);
    assert_eq!(many.0, 257);
    // what of a slot that was taken is longer than of a failure that was counted
    assert!(many.1 < few.1 + 256 * 16, "{few:?} and {many:?}");
    ada_signs_in(&attempts);
    let locked = attempts.begin(&account("locked"), at(0)).unwrap();
    assert_eq!(locked, Begin::ResetRequired { since: at(0) });
}

/// AT-09: what [`Unknown`] is for. Counted as if they were real, some hundred names fill that store,
/// and nobody signs in any more.
#[test]
fn without_the_table_invented_names_shut_everybody_out() {
    let store = Memory::with_clock(258, || at(0));
    let attempts = Attempts::new(Policy::back_office(), &store);
    for number in 0..258 {
        let _ = attempts.begin(&invented(number), at(0)).unwrap();
    }
    let full = |begin: Result<Begin<Reservation>, Error>| {
        matches!(begin, Err(Error::Store(store::Error::Unavailable(_))))
    };
    assert!(full(attempts.begin(&invented(258), at(0))));
    assert!(full(attempts.begin(&account("ada"), at(0))));
}
