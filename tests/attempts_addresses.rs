//! Addresses, of which anybody has as many as they like, share a table of fixed size.
#![cfg(feature = "attempts")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

mod attempts_support;

use std::net::{IpAddr, Ipv6Addr};

use attempts_support::{MINUTE, SECOND, ada, allowed, at, block_on};
use data_encoding::HEXLOWER;
use portcullis::{
    attempts::{
        ADDRESS_ROWS, Attempts, Begin, Error, Key, Outcome, Policy, Prefix, Unknown, Verdict,
    },
    encoding,
    store::{self, Change, Entry, Memory, Store, update},
};

const VECTORS: &str = include_str!("vectors/attempts/address.txt");
/// Rows of the tables here, the fewest there may be.
const ROWS: u32 = 256;

fn table<S>(store: S) -> Attempts<S> {
    let attempts = Attempts::new(Policy::back_office(), store);
    attempts.with_address_rows(ROWS).unwrap()
}

fn home() -> Key {
    Key::address("192.0.2.7".parse().unwrap())
}

/// One of the 65,536 subnets of a /48.
fn subnet(number: u16) -> Key {
    Key::address(Ipv6Addr::new(0x2001, 0xdb8, 1, number, 0, 0, 0, 1).into())
}

fn row(number: u32) -> Vec<u8> {
    format!("portcullis/attempts/address/{number}").into_bytes()
}

fn load(store: &Memory, key: &[u8]) -> Option<Vec<u8>> {
    Store::load(store, key).unwrap()
}

fn row_of(key: &Key) -> u32 {
    let store = Memory::new(1);
    let _ = table(&store).begin(key, at(0)).unwrap();
    (0..ROWS)
        .find(|number| load(&store, &row(*number)).is_some())
        .unwrap()
}

/// A subnet that shares its row with home.
fn neighbour() -> Key {
    let shared = row_of(&home());
    let mut subnets = (0..).map(subnet);
    subnets.find(|subnet| row_of(subnet) == shared).unwrap()
}

fn fail(attempts: &Attempts<&Memory>, key: &Key) -> Outcome {
    let slot = allowed(attempts.begin(key, at(0)).unwrap());
    attempts.settle(slot, Verdict::Failure, at(0)).unwrap()
}

/// AT-09: where an address is counted and what is written there, as Python computes it.
#[test]
fn an_address_has_the_row_and_the_tag_of_its_hash() {
    let mut seen = 0;
    for line in VECTORS.lines().filter(|line| !line.starts_with('#')) {
        let [prefix, rows, key, value] = *line.split(' ').collect::<Vec<_>>() else {
            panic!("{line}");
        };
        let (address, len) = prefix.split_once('/').unwrap();
        let (address, len): (IpAddr, u8) = (address.parse().unwrap(), len.parse().unwrap());
        let prefix = match address {
            IpAddr::V4(_) => Prefix::with_lengths(address, len, 64),
            IpAddr::V6(_) => Prefix::with_lengths(address, 32, len),
        };
        let store = Memory::new(1);
        let attempts = Attempts::new(Policy::back_office(), &store);
        let attempts = attempts.with_address_rows(rows.parse().unwrap()).unwrap();
        let outcome = fail(&attempts, &Key::prefix(prefix.unwrap()));
        assert_eq!(outcome, Outcome::Counted { left: 29 });
        let found = load(&store, key.as_bytes()).unwrap();
        assert_eq!(HEXLOWER.encode(&found), value);
        seen += 1;
    }
    assert_eq!(seen, 5);
}

/// AT-09: one /48 has 65,536 subnets. They fill the rows of their table, and a person signs in.
#[test]
fn a_flood_of_prefixes_leaves_room_and_a_person_signs_in() {
    // room for both tables and one person
    let store = Memory::with_clock(513, || at(0));
    let (attempts, unknown) = (table(&store), Unknown::new(Policy::back_office(), &store));
    let unknown = unknown.unwrap().with_rows(ROWS).unwrap();
    for _ in 0..4 {
        let _ = fail(&attempts, &ada());
    }
    for number in 0..u16::MAX {
        let keys = [subnet(number)];
        let name = Key::account(&number.to_string()).unwrap();
        let begin = unknown.begin_all(&name, &keys, &attempts, at(0)).unwrap();
        let slots = allowed(begin);
        if number % 2 == 0 {
            let outcome = unknown.settle_all(slots, Verdict::Failure, &attempts, at(0));
            assert_eq!(outcome.unwrap(), Outcome::Counted { left: 4 });
        }
    }
    assert_eq!(store.len(), 513, "both tables, and ada");
    // the flood has made the store forget addresses, and no failure of hers
    let slot = allowed(attempts.begin(&ada(), at(0)).unwrap());
    let outcome = attempts.settle(slot, Verdict::Incomplete, at(0)).unwrap();
    assert_eq!(outcome, Outcome::Returned { left: 1 });
    let slots = allowed(attempts.begin_all(&[ada(), home()], at(0)).unwrap());
    let outcome = attempts.settle_all(slots, Verdict::Success, at(0)).unwrap();
    assert_eq!(outcome, Outcome::Cleared);
}

/// AT-09: one row counts one address.
#[test]
fn another_address_takes_the_row_over_and_begins_at_zero() {
    let (store, neighbour) = (Memory::new(10), neighbour());
    let attempts = table(&store);
    for _ in 0..30 {
        let _ = fail(&attempts, &home());
    }
    let until = at(10 * MINUTE);
    assert_eq!(
        attempts.begin(&home(), at(1)).unwrap(),
        Begin::Locked { until }
    );
    assert_eq!(fail(&attempts, &neighbour), Outcome::Counted { left: 29 });
    assert_eq!(fail(&attempts, &neighbour), Outcome::Counted { left: 28 });
    assert_eq!(fail(&attempts, &home()), Outcome::Counted { left: 29 });
    assert_eq!(store.len(), 1);
    // a reset of an address that is not in its row is none of the other's
    attempts.reset(&neighbour).unwrap();
    assert_eq!(fail(&attempts, &home()), Outcome::Counted { left: 28 });
}

/// AT-09: whoever takes a row over neither refuses nor repeals what was begun, up to the time in which
/// it has to be settled; and what is settled then leaves the row to the other.
#[test]
fn a_row_that_was_taken_over_refuses_nothing_and_is_left_alone() {
    let neighbour = neighbour();
    for (keys, verdict, after, outcome) in [
        (vec![ada(), home()], Verdict::Success, 0, Outcome::Cleared),
        (
            vec![ada(), home()],
            Verdict::Failure,
            29_999,
            Outcome::Counted { left: 4 },
        ),
        (
            vec![ada(), home()],
            Verdict::Success,
            30_000,
            Outcome::Lapsed,
        ),
        (
            vec![home()],
            Verdict::Success,
            0,
            Outcome::Kept { left: 30 },
        ),
        (
            vec![home()],
            Verdict::Failure,
            29_999,
            Outcome::Counted { left: 29 },
        ),
        (vec![home()], Verdict::Success, 30_000, Outcome::Lapsed),
    ] {
        let store = Memory::with_clock(10, || at(0));
        let attempts = table(&store);
        let [first, second] = [0, 0].map(|_| allowed(attempts.begin_all(&keys, at(0)).unwrap()));
        let _ = fail(&attempts, &neighbour);
        let before = load(&store, &row(row_of(&home())));
        assert!(before.is_some());
        let said = attempts.settle_all(first, verdict, at(after)).unwrap();
        assert_eq!(said, outcome);
        let said = block_on(attempts.settle_all_async(second, Verdict::Incomplete, at(after)));
        assert_eq!(said.unwrap() == Outcome::Lapsed, after == 30_000);
        assert_eq!(load(&store, &row(row_of(&home()))), before);
    }
}

/// AT-09: two prefixes of one attempt may have one row.
#[test]
fn two_prefixes_of_one_attempt_that_share_a_row_refuse_nothing() {
    let store = Memory::new(10);
    let (attempts, keys) = (table(&store), [ada(), home(), neighbour()]);
    for _ in 0..50 {
        let slots = allowed(attempts.begin_all(&keys, at(0)).unwrap());
        let outcome = attempts.settle_all(slots, Verdict::Success, at(0)).unwrap();
        assert_eq!(outcome, Outcome::Cleared);
    }
}

/// AT-03, AT-09: who is somebody has a value of their own, and so has everybody.
#[test]
fn only_what_many_share_is_in_the_table() {
    let both = ada().and(home()).unwrap();
    for (key, alone) in [
        (ada(), true),
        (both, true),
        (Key::everybody(), true),
        (home(), false),
        (subnet(1), false),
    ] {
        let store = Memory::new(10);
        let _ = table(&store).begin(&key, at(0)).unwrap();
        assert_eq!(load(&store, &key.store_key()).is_some(), alone, "{key}");
        assert_eq!(store.len(), 1);
    }
}

/// AT-09
#[test]
fn the_number_of_rows_is_bounded() {
    let with = |rows| table(()).with_address_rows(rows).map(|_| ());
    for rows in [256, ADDRESS_ROWS, 16_777_216] {
        assert_eq!(with(rows), Ok(()), "{rows}");
    }
    for rows in [0, 255, 16_777_217, u32::MAX] {
        assert_eq!(with(rows), Err(Error::Rows), "{rows}");
    }
}

/// CO-04: a row that cannot be read denies, whichever address it was of.
#[test]
fn a_damaged_row_of_the_table_is_an_error() {
    let store = Memory::new(10);
    let attempts = table(&store);
    let slot = allowed(attempts.begin(&home(), at(0)).unwrap());
    let put = Change::Put(Entry::new(b"\x01damaged".to_vec()));
    let damage = |_: Option<&[u8]>| Ok::<_, store::Error>((put.clone(), ()));
    update(&store, &row(row_of(&home())), damage).unwrap();
    let damaged = Error::State(encoding::Error::Damaged);
    for key in [home(), neighbour()] {
        assert_eq!(attempts.begin(&key, at(SECOND)), Err(damaged.clone()));
    }
    let settled = attempts.settle(slot, Verdict::Success, at(SECOND));
    assert_eq!(settled, Err(damaged));
}
