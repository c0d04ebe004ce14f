//! The sweep from outside: every value comes under the present key, whatever crashes and whoever
//! writes meanwhile, and what is said to be unreferenced is.
#![cfg(feature = "field")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test that goes wrong here has failed, which is what it is for"
)]

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
    time::Duration,
};

use portcullis::{
    Timestamp, encoding,
    field::{
        Context, Destroy, Error, ExposeSecret, Key, KeyVersion, Keyring, Migration, Policy,
        Purpose, Scope, State,
        sweep::{Fault, Limits, Report, Rows, Step, StoredRow, Swap, Sweep, SweepError},
    },
};
use proptest::{collection::vec, prelude::*};

const START: Timestamp = Timestamp::from_secs(1_795_251_600);
const HOUR: Duration = Duration::from_secs(3600);

fn at(hours: u32) -> Timestamp {
    START.saturating_add(HOUR * hours)
}

fn purpose() -> Purpose {
    Purpose::column("contact", "email")
}

fn ring() -> Keyring {
    let policy = Policy::new().for_purpose(purpose());
    Keyring::new_for(
        Key::from_bytes([7; 32]),
        Scope::tenant("acme"),
        policy,
        START,
    )
    .unwrap()
}

fn rotate(ring: &mut Keyring, now: Timestamp) -> KeyVersion {
    let next = ring.stage(now).unwrap();
    ring.promote(next, now).unwrap();
    next
}

/// The same ring as another machine loaded it before.
fn copy(ring: &Keyring) -> Keyring {
    Keyring::decode(ring.encode().expose_secret()).unwrap()
}

fn place(id: u8) -> Context {
    let contact = Context::new().tenant("acme").table("contact");
    contact.column("email").row(id)
}

fn sealed(ring: &Keyring, id: u8, plaintext: &str, now: Timestamp) -> Vec<u8> {
    let envelope = ring.seal(&place(id), plaintext.as_bytes(), now);
    // every third one as text
    if id.is_multiple_of(3) {
        let text = ring.seal_text(&place(id), plaintext.as_bytes(), now);
        return text.unwrap().into_bytes();
    }
    envelope.unwrap()
}

fn opened(ring: &Keyring, id: u8, stored: &[u8]) -> Option<String> {
    let opened = match std::str::from_utf8(stored) {
        Ok(text) => ring.open_text(&place(id), text),
        Err(_) => ring.open(&place(id), stored),
    };
    Some(String::from_utf8(opened.ok()?.expose_secret().to_vec()).unwrap())
}

/// The key that a stored value names.
fn names(stored: &[u8]) -> u32 {
    let bytes = match stored.strip_prefix(b"pc1.") {
        Some(text) => data_encoding::BASE64URL_NOPAD.decode(text).unwrap(),
        None => stored.to_vec(),
    };
    u32::from_be_bytes(bytes[1..5].try_into().unwrap())
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the database is gone")]
struct Gone;

/// What happens to a table at one of the sweep's calls.
type Event = Box<dyn FnMut(&mut BTreeMap<u8, Vec<u8>>)>;

/// A table whose database fails at a certain call, before it does anything or after, and in which
/// others write before certain calls.
#[derive(Default)]
struct Table {
    rows: BTreeMap<u8, Vec<u8>>,
    progress: Option<Vec<u8>>,
    calls: usize,
    fails_before: Option<usize>,
    fails_after: Option<usize>,
    events: BTreeMap<usize, Vec<Event>>,
}

impl Table {
    fn of(ring: &Keyring, ids: impl IntoIterator<Item = u8>, now: Timestamp) -> Self {
        let row = |id| (id, sealed(ring, id, &format!("{id}@example.org"), now));
        Self {
            rows: ids.into_iter().map(row).collect(),
            ..Self::default()
        }
    }

    fn call<T>(&mut self, act: impl FnOnce(&mut Self) -> T) -> Result<T, Gone> {
        let call = self.calls;
        self.calls += 1;
        for mut event in self.events.remove(&call).unwrap_or_default() {
            event(&mut self.rows);
        }
        if self.fails_before == Some(call) {
            return Err(Gone);
        }
        let done = act(self);
        if self.fails_after == Some(call) {
            return Err(Gone);
        }
        Ok(done)
    }
}

impl Rows for Table {
    type Error = Gone;

    fn next(&mut self, after: Option<&[u8]>, limit: usize) -> Result<Vec<StoredRow>, Gone> {
        let first = after.map_or(0, |after| u16::from(after[0]) + 1);
        self.call(|table| {
            let rows = table.rows.iter().filter(|(id, _)| u16::from(**id) >= first);
            let row =
                |(id, value): (&u8, &Vec<u8>)| StoredRow::new([*id], place(*id), value.clone());
            rows.take(limit).map(row).collect()
        })
    }

    fn swap(&mut self, row: &StoredRow, new: &[u8]) -> Result<Swap, Gone> {
        self.call(|table| match table.rows.get_mut(&row.key()[0]) {
            Some(value) if *value == row.value() => {
                *value = new.to_vec();
                Swap::Done
            }
            _ => Swap::Changed,
        })
    }

    fn save(&mut self, progress: &[u8]) -> Result<(), Gone> {
        self.call(|table| table.progress = Some(progress.to_vec()))
    }
}

fn limits() -> Limits {
    Limits::new().with_batch(3)
}

/// Steps until the sweep has ended; an hour passes where it waits.
fn run(sweep: &mut Sweep, ring: &Keyring, table: &mut Table, now: Timestamp) -> Report {
    let mut now = now;
    for _ in 0..1000 {
        match sweep.step(ring, table, now).unwrap() {
            Step::More => {}
            Step::Wait(until) => now = until,
            Step::Done(report) => return report,
        }
    }
    panic!("the sweep does not end");
}

fn sweep(ring: &Keyring, table: &mut Table, now: Timestamp) -> Report {
    run(&mut Sweep::new(purpose(), limits()), ring, table, now)
}

fn references_of(report: &Report) -> Vec<(u32, u64)> {
    report.references().map(|(key, n)| (key.get(), n)).collect()
}

/// CR-11: after a sweep every value is what it was, in the form that it had, under the present key;
/// and then, not before, the old key is destroyed.
#[test]
fn seals_everything_again_and_proves_that_the_old_key_can_go() {
    let mut ring = ring();
    let old = ring.primary();
    let mut table = Table::of(&ring, 0..10, START);
    let before = table.rows.clone();
    let new = rotate(&mut ring, at(1));
    table
        .rows
        .insert(10, sealed(&ring, 10, "10@example.org", at(1)));

    let report = sweep(&ring, &mut table, at(3));
    let counts = report.counts();
    assert_eq!((counts.seen, counts.resealed, counts.already), (11, 10, 1));
    assert_eq!((counts.sealed, counts.lost), (0, 0));
    assert_eq!((counts.failed, counts.plaintext), (0, 0));
    assert_eq!(references_of(&report), [(1, 0), (2, 11)]);
    assert_eq!((report.verified(), report.rounds()), (11, 1));
    for (id, value) in &table.rows {
        assert_eq!(names(value), new.get());
        assert_eq!(value.starts_with(b"pc1."), id % 3 == 0);
        assert_eq!(opened(&ring, *id, value), Some(format!("{id}@example.org")));
        assert_ne!(before.get(id), Some(value));
    }

    assert_eq!(
        ring.destroy(old, Destroy::Unreferenced(&[]), at(3)),
        Err(Error::Unverified(purpose()))
    );
    let proof = report.unreferenced(old).unwrap();
    ring.destroy(old, Destroy::Unreferenced(&[&proof]), at(3))
        .unwrap();
    for (id, value) in &table.rows {
        assert_eq!(opened(&ring, *id, value), Some(format!("{id}@example.org")));
    }
}

/// CR-11: sweeping what has been swept changes nothing.
#[test]
fn a_second_sweep_writes_nothing() {
    let mut ring = ring();
    let mut table = Table::of(&ring, 0..10, START);
    rotate(&mut ring, at(1));
    let _ = sweep(&ring, &mut table, at(3));
    let swept = table.rows.clone();
    let report = sweep(&ring, &mut table, at(4));
    assert_eq!(table.rows, swept);
    assert_eq!((report.counts().already, report.counts().resealed), (10, 0));
    assert!(report.unreferenced(KeyVersion::FIRST).is_ok());
}

/// CR-11: whatever call the database fails at, before or after it acts, the sweep ends as one that
/// never failed, from the progress that was saved last.
#[test]
fn ends_the_same_wherever_it_crashes() {
    let mut ring = ring();
    let mut table = Table::of(&ring, 0..7, START);
    rotate(&mut ring, at(1));
    let rows = table.rows.clone();
    let whole = sweep(&ring, &mut table, at(3));
    let calls = table.calls;
    assert!(calls > 20);

    for call in 0..calls {
        for after in [false, true] {
            let mut table = Table {
                rows: rows.clone(),
                ..Table::default()
            };
            let fails = Some(call);
            (table.fails_before, table.fails_after) =
                if after { (None, fails) } else { (fails, None) };
            let mut crashed = Sweep::new(purpose(), limits());
            let error = loop {
                match crashed.step(&ring, &mut table, at(3)) {
                    Ok(Step::More) => {}
                    Ok(other) => panic!("{other:?} at {call}"),
                    Err(error) => break error,
                }
            };
            assert_eq!(error, SweepError::Rows(Gone));
            drop(crashed);

            let mut resumed = match &table.progress {
                Some(progress) => Sweep::resume(progress, purpose(), limits()).unwrap(),
                None => Sweep::new(purpose(), limits()),
            };
            let report = run(&mut resumed, &ring, &mut table, at(3));
            assert_eq!(references_of(&report), references_of(&whole), "{call}");
            assert_eq!(report.counts().seen, whole.counts().seen, "{call}");
            assert_eq!((report.began(), report.ended()), (at(3), at(3)));
            assert!(report.unreferenced(KeyVersion::FIRST).is_ok());
            for (id, value) in &table.rows {
                assert_eq!(opened(&ring, *id, value), Some(format!("{id}@example.org")));
                assert_eq!(names(value), 2);
            }
        }
    }
}

/// CR-11: and so does one that goes on in memory after an error, without having stopped.
#[test]
fn goes_on_after_an_error_as_if_there_had_been_none() {
    let mut ring = ring();
    let rows = Table::of(&ring, 0..7, START).rows;
    rotate(&mut ring, at(1));
    for call in 0..20 {
        let mut table = Table {
            rows: rows.clone(),
            fails_after: Some(call),
            ..Table::default()
        };
        let mut sweep = Sweep::new(purpose(), limits());
        while sweep.step(&ring, &mut table, at(3)).is_ok() {}
        let report = run(&mut sweep, &ring, &mut table, at(3));
        assert_eq!(references_of(&report), [(1, 0), (2, 7)], "{call}");
        assert!(table.rows.values().all(|value| names(value) == 2));
    }
}

/// CR-11: the report stays when the sweep is asked again, by the one that ended or by one that is
/// resumed.
#[test]
fn gives_its_report_again() {
    let mut ring = ring();
    let mut table = Table::of(&ring, 0..4, START);
    rotate(&mut ring, at(1));
    let mut sweep = Sweep::new(purpose(), limits());
    let report = run(&mut sweep, &ring, &mut table, at(3));
    let calls = table.calls;
    let again = run(&mut sweep, &ring, &mut table, at(4));
    assert_eq!(again, report);
    let mut resumed = Sweep::resume(&table.progress.clone().unwrap(), purpose(), limits()).unwrap();
    assert_eq!(run(&mut resumed, &ring, &mut table, at(5)), report);
    assert_eq!(table.calls, calls);
}

/// CR-11: another machine may go on with an old ring for an hour, so the pass that proves does not
/// begin before.
#[test]
fn waits_until_no_machine_seals_with_the_old_key() {
    let mut ring = ring();
    let mut table = Table::of(&ring, 0..4, START);
    let elsewhere = copy(&ring);
    rotate(&mut ring, at(1));
    let mut sweep = Sweep::new(purpose(), limits());
    let just_before = Timestamp::from_millis(at(2).as_millis() - 1);
    let until = loop {
        match sweep.step(&ring, &mut table, just_before).unwrap() {
            Step::More => {}
            Step::Wait(until) => break until,
            Step::Done(report) => panic!("{report:?}"),
        }
    };
    assert_eq!(until, at(2));
    let calls = table.calls;
    assert!(matches!(
        sweep.step(&ring, &mut table, just_before),
        Ok(Step::Wait(_))
    ));
    assert_eq!(table.calls, calls);

    // what the other machine wrote meanwhile is found, and the next round seals it again
    table
        .rows
        .insert(200, sealed(&elsewhere, 200, "200@example.org", just_before));
    let report = run(&mut sweep, &ring, &mut table, at(2));
    assert_eq!(report.rounds(), 2);
    assert_eq!(references_of(&report), [(1, 0), (2, 5)]);
    assert!(report.unreferenced(KeyVersion::FIRST).is_ok());
    assert!(report.began() >= at(2));
}

/// CR-11: a key that is retired while the last pass is under way is not proven by it.
#[test]
fn proves_nothing_of_a_key_that_was_retired_meanwhile() {
    let mut ring = ring();
    let mut table = Table::of(&ring, 0..9, START);
    let second = rotate(&mut ring, at(1));
    let mut sweep = Sweep::new(purpose(), limits());
    // all three batches and the end of the first pass, then one batch of the second
    for _ in 0..5 {
        assert!(matches!(
            sweep.step(&ring, &mut table, at(3)),
            Ok(Step::More)
        ));
    }
    rotate(&mut ring, at(3));
    let report = run(&mut sweep, &ring, &mut table, at(9));
    assert_eq!(report.began(), at(3));
    assert!(report.unreferenced(KeyVersion::FIRST).is_ok());
    assert_eq!(
        report.unreferenced(second),
        Err(Error::Unverified(purpose()))
    );
    let unknown = KeyVersion::new(9).unwrap();
    assert_eq!(
        report.unreferenced(unknown),
        Err(Error::UnknownKey(unknown))
    );
}

/// CR-11: a row that does not open is named, counted and left, it does not stop the others, and its
/// key cannot go.
#[test]
fn leaves_what_does_not_open_and_counts_it_as_a_reference() {
    let mut ring = ring();
    let first = ring.primary();
    let mut table = Table::of(&ring, 0..10, START);
    let second = rotate(&mut ring, at(1));
    // under the second key, in another row's place
    table.rows.insert(10, sealed(&ring, 11, "moved", at(1)));
    let third = rotate(&mut ring, at(2));
    table.rows.get_mut(&4).unwrap()[70] ^= 1;
    table.rows.get_mut(&7).unwrap().truncate(40);
    let bad: Vec<_> = [4, 7, 10].map(|id| table.rows[&id].clone()).into();

    let report = sweep(&ring, &mut table, at(4));
    assert_eq!([4, 7, 10].map(|id| table.rows[&id].clone()).to_vec(), bad);
    assert_eq!((report.counts().resealed, report.counts().failed), (8, 3));
    assert_eq!(references_of(&report), [(1, 2), (2, 1), (3, 8)]);
    assert_eq!(report.rounds(), 1);
    let failures: Vec<_> = report
        .failures()
        .iter()
        .map(|f| (f.row[0], f.fault, f.key))
        .collect();
    assert_eq!(
        failures,
        [
            (4, Fault::Open, Some(first)),
            (7, Fault::Malformed, Some(first)),
            (10, Fault::Open, Some(second))
        ]
    );
    for (version, references) in [(first, 2), (second, 1)] {
        assert_eq!(
            report.unreferenced(version),
            Err(Error::Referenced {
                version,
                references
            })
        );
    }
    assert_eq!(
        report.unreferenced(third),
        Err(Error::Unverified(purpose()))
    );
}

/// CR-11: a text that is cut off still needs the key that its beginning names.
#[test]
fn reads_the_key_of_a_damaged_text() {
    let mut ring = ring();
    let mut table = Table::of(&ring, [3, 6], START);
    rotate(&mut ring, at(1));
    table.rows.get_mut(&3).unwrap().truncate(30);
    table.rows.get_mut(&6).unwrap().extend(b"  ");
    let report = sweep(&ring, &mut table, at(3));
    assert_eq!(references_of(&report), [(1, 2), (2, 0)]);
    assert_eq!(report.unreadable(), 0);
    assert!(
        report
            .failures()
            .iter()
            .all(|f| f.fault == Fault::Malformed)
    );
}

/// CR-11: a row that should name a key and names none may need any.
#[test]
fn lets_no_key_go_while_a_row_may_need_any() {
    let envelope = sealed(&ring(), 1, "a", START);
    let mut other_suite = envelope.clone();
    other_suite[0] = 0x7F;
    for (unreadable, expected) in [
        (envelope[..4].to_vec(), 1),
        ([&[0xF9, 0, 0, 0, 0], &envelope[5..]].concat(), 1),
        (other_suite, 1),
        (b"pc1.".to_vec(), 1),
        (b"pc1.*AAAAAAAAAAAAA".to_vec(), 1),
        (b"pc1.AAAAAAAAAAAAAA".to_vec(), 1),
        (b"pc1.AAAAAAEAAAAAAA".to_vec(), 1),
        (b"".to_vec(), 0),
        (b"NULL".to_vec(), 0),
    ] {
        let mut ring = ring();
        let mut table = Table::of(&ring, [1, 2], START);
        rotate(&mut ring, at(1));
        table.rows.insert(3, unreadable.clone());
        let report = sweep(&ring, &mut table, at(3));
        assert_eq!(report.unreadable(), expected, "{unreadable:02x?}");
        assert_eq!(report.plaintext(), 1 - expected);
        assert_eq!((report.counts().failed, report.rounds()), (expected, 1));
        assert_eq!(table.rows[&3], unreadable);
        let version = KeyVersion::FIRST;
        let references = expected;
        assert_eq!(
            report.unreferenced(version).err(),
            (expected > 0).then_some(Error::Referenced {
                version,
                references
            })
        );
    }
}

/// CR-11: why each row was left; one under a key that this ring does not have may need any.
#[test]
fn tells_why_a_row_did_not_open() {
    let mut ring = ring();
    let first = ring.primary();
    let mut table = Table::of(&ring, [1, 2, 3, 4], START);
    let second = rotate(&mut ring, at(1));
    table.rows.insert(2, sealed(&ring, 2, "two", at(1)));
    rotate(&mut ring, at(2));
    let reason = "leaked";
    ring.destroy(first, Destroy::Forced { reason }, at(2))
        .unwrap();
    ring.suspend(second, at(2)).unwrap();
    let mut unknown = sealed(&ring, 4, "four", at(2));
    unknown[4] = 9;
    table.rows.insert(4, unknown);
    let mut wrong_suite = sealed(&ring, 5, "five", at(2));
    (wrong_suite[0], wrong_suite[4]) = (0xFA, 2);
    table.rows.insert(5, wrong_suite);

    let report = sweep(&ring, &mut table, at(4));
    let progress = table.progress.clone().unwrap();
    let mut resumed = Sweep::resume(&progress, purpose(), limits()).unwrap();
    assert_eq!(run(&mut resumed, &ring, &mut table, at(4)), report);
    let faults: Vec<_> = report.failures().iter().map(|f| f.fault).collect();
    use Fault::{Destroyed, Suspended, UnknownKey};
    assert_eq!(
        faults,
        [Destroyed, Suspended, Destroyed, UnknownKey, Suspended]
    );
    assert_eq!(references_of(&report), [(1, 2), (2, 2), (3, 0)]);
    assert_eq!(
        report.unreferenced(first),
        Err(Error::Unverified(purpose()))
    );
    let (version, references) = (second, 3);
    assert_eq!(
        report.unreferenced(second),
        Err(Error::Referenced {
            version,
            references
        })
    );
}

/// CR-11: a value of the primary key is not looked into, and one that another machine sealed with a
/// key that is staged here stays.
#[test]
fn leaves_what_needs_no_other_key() {
    let mut ring = ring();
    let mut table = Table::of(&ring, [1, 2, 3], START);
    table.rows.get_mut(&2).unwrap()[70] ^= 1;
    let next = ring.stage(at(1)).unwrap();
    let mut elsewhere = copy(&ring);
    elsewhere.promote(next, at(1)).unwrap();
    table.rows.insert(3, sealed(&elsewhere, 3, "three", at(1)));
    let before = table.rows.clone();
    let report = sweep(&ring, &mut table, at(3));
    assert_eq!(table.rows, before);
    assert_eq!((report.counts().already, report.counts().failed), (3, 0));
    assert_eq!(references_of(&report), [(1, 2), (2, 1)]);
}

/// CR-11: a key that comes while the last pass is under way is one of the ring's.
#[test]
fn knows_keys_that_come_while_it_counts() {
    let mut ring = ring();
    let mut table = Table::of(&ring, 0..9, START);
    rotate(&mut ring, at(1));
    let mut sweep = Sweep::new(purpose(), limits());
    for _ in 0..5 {
        assert!(matches!(
            sweep.step(&ring, &mut table, at(3)),
            Ok(Step::More)
        ));
    }
    let third = rotate(&mut ring, at(4));
    table.rows.insert(8, sealed(&ring, 8, "eight", at(4)));
    let report = run(&mut sweep, &ring, &mut table, at(4));
    assert_eq!(references_of(&report), [(1, 0), (2, 8), (3, 1)]);
    assert_eq!(report.unreadable(), 0);
    assert!(report.unreferenced(KeyVersion::FIRST).is_ok());
    assert_eq!(
        report.unreferenced(third),
        Err(Error::Unverified(purpose()))
    );
}

/// CR-11: of many failures the first are named and all are counted.
#[test]
fn names_as_many_failures_as_it_may() {
    let mut ring = ring();
    let mut table = Table::of(&ring, 1..=30, START);
    rotate(&mut ring, at(1));
    for value in table.rows.values_mut() {
        *value = b"pc1.".to_vec();
    }
    let limits = limits().with_failures(4);
    let report = run(&mut Sweep::new(purpose(), limits), &ring, &mut table, at(3));
    assert_eq!((report.failures().len(), report.counts().failed), (4, 30));
    assert_eq!(report.unreadable(), 30);
}

/// CR-11: what somebody else wrote meanwhile stays; the next round comes to it.
#[test]
fn never_overwrites_what_was_written_meanwhile() {
    let mut ring = ring();
    let mut table = Table::of(&ring, 0..6, START);
    let elsewhere = copy(&ring);
    rotate(&mut ring, at(1));
    // call 0 reads three rows, call 1 is the first swap
    table.events.insert(
        1,
        vec![Box::new(move |rows| {
            rows.insert(0, sealed(&elsewhere, 0, "changed", at(1)));
            rows.remove(&1);
        })],
    );
    let report = sweep(&ring, &mut table, at(1));
    assert_eq!(report.counts().lost, 2);
    assert_eq!(report.rounds(), 2);
    assert_eq!(
        opened(&ring, 0, &table.rows[&0]).as_deref(),
        Some("changed")
    );
    assert!(!table.rows.contains_key(&1));
    assert!(table.rows.values().all(|value| names(value) == 2));
    assert!(report.unreferenced(KeyVersion::FIRST).is_ok());
}

/// CR-11: plaintext and bad rows, however many, do not hide what was written meanwhile.
#[test]
fn begins_another_round_among_rows_that_stay_as_they_are() {
    let mut ring = ring();
    let mut table = Table::of(&ring, 0..6, START);
    for id in 100..150 {
        table.rows.insert(id, Vec::new());
    }
    table.rows.insert(160, b"pc1.".to_vec());
    let elsewhere = copy(&ring);
    rotate(&mut ring, at(1));
    table.events.insert(
        4,
        vec![Box::new(move |rows| {
            rows.insert(0, sealed(&elsewhere, 0, "changed", at(1)));
        })],
    );
    let report = sweep(&ring, &mut table, at(3));
    assert_eq!((report.rounds(), report.plaintext()), (2, 50));
    assert_eq!(references_of(&report), [(1, 0), (2, 6)]);
}

/// CR-11: a machine that never learns of the new key does not keep the sweep going for ever; nothing
/// is proven then.
#[test]
fn ends_without_a_proof_where_somebody_goes_on_with_the_old_key() {
    let mut ring = ring();
    let mut table = Table::of(&ring, 0..4, START);
    let key = Key::from_bytes([7; 32]);
    let stale = Keyring::new_for(key, Scope::tenant("acme"), Policy::new(), START).unwrap();
    rotate(&mut ring, at(1));
    for call in 0..1000 {
        let value = sealed(&stale, 2, "again", at(3));
        table.events.insert(
            call,
            vec![Box::new(move |rows| {
                rows.insert(2, value.clone());
            })],
        );
    }
    let limits = limits().with_rounds(3);
    let report = run(&mut Sweep::new(purpose(), limits), &ring, &mut table, at(3));
    assert_eq!(report.rounds(), 3);
    let (version, references) = (KeyVersion::FIRST, 1);
    assert_eq!(
        report.unreferenced(version),
        Err(Error::Referenced {
            version,
            references
        })
    );
}

/// CR-11: rows in another order could hide some for ever.
#[test]
fn refuses_rows_that_do_not_come_in_order() {
    struct Disordered(Vec<Vec<u8>>);
    impl Rows for Disordered {
        type Error = Gone;
        fn next(&mut self, _: Option<&[u8]>, _: usize) -> Result<Vec<StoredRow>, Gone> {
            let row = |key: &Vec<u8>| StoredRow::new(key.clone(), place(1), "");
            Ok(self.0.iter().map(row).collect())
        }
        fn swap(&mut self, _: &StoredRow, _: &[u8]) -> Result<Swap, Gone> {
            Err(Gone)
        }
        fn save(&mut self, _: &[u8]) -> Result<(), Gone> {
            Ok(())
        }
    }
    let ring = ring();
    let step = |keys: &[&[u8]], limits| {
        let keys = keys.iter().map(|key| key.to_vec()).collect();
        let (mut rows, mut sweep) = (Disordered(keys), Sweep::new(purpose(), limits));
        let first = sweep.step(&ring, &mut rows, at(1)).err();
        (
            first,
            sweep.step(&ring, &mut rows, at(1)).err(),
            sweep.counts().seen,
        )
    };
    let order = Some(SweepError::Order);
    assert_eq!(step(&[b"b", b"a"], limits()).0, order);
    assert_eq!(step(&[b"a", b"a"], limits()).0, order);
    assert_eq!(step(&[&[1; 1025]], limits()).0, order);
    // rows that were read before
    assert_eq!(step(&[b"a", b"b"], limits()), (None, order.clone(), 2));
    // more than were asked for
    let one = limits().with_batch(0);
    assert_eq!(step(&[b"a", b"b"], one), (None, order, 1));
    assert_eq!(step(&[&[1; 1024]], limits()).0, None);
}

/// CR-11: a proof for a column is made of that column's rows.
#[test]
fn refuses_rows_of_another_column_and_purposes_that_are_swept_otherwise() {
    let ring = ring();
    let mut table = Table::of(&ring, 0..4, START);
    let mut step = |purpose| {
        Sweep::new(purpose, limits())
            .step(&ring, &mut table, at(1))
            .err()
    };
    let refused = Some(SweepError::Field(Error::OutOfPurpose));
    assert_eq!(step(Purpose::column("contact", "phone")), refused);
    assert_eq!(step(Purpose::table("invoice")), refused);
    assert_eq!(step(Purpose::store()), refused);
    assert_eq!(step(Purpose::index("contact", "email")), refused);
    assert_eq!(step(Purpose::stream("contact")), refused);
    assert_eq!(step(Purpose::table("contact")), None);
}

/// CR-11: a value of another tenant is one row's fault: it is named and left.
#[test]
fn leaves_rows_of_another_tenant() {
    struct Foreign(Table);
    impl Rows for Foreign {
        type Error = Gone;
        fn next(&mut self, after: Option<&[u8]>, limit: usize) -> Result<Vec<StoredRow>, Gone> {
            let rows = self.0.next(after, limit)?;
            let row = |row: StoredRow| {
                StoredRow::new(row.key(), place(row.key()[0]).tenant("globex"), row.value())
            };
            Ok(rows.into_iter().map(row).collect())
        }
        fn swap(&mut self, row: &StoredRow, new: &[u8]) -> Result<Swap, Gone> {
            self.0.swap(row, new)
        }
        fn save(&mut self, progress: &[u8]) -> Result<(), Gone> {
            self.0.save(progress)
        }
    }
    let mut ring = ring();
    let mut rows = Foreign(Table::of(&ring, 0..4, START));
    rotate(&mut ring, at(1));
    let mut sweep = Sweep::new(purpose(), limits());
    let report = loop {
        if let Step::Done(report) = sweep.step(&ring, &mut rows, at(3)).unwrap() {
            break report;
        }
    };
    assert!(
        report
            .failures()
            .iter()
            .all(|f| f.fault == Fault::OutOfScope)
    );
    assert_eq!((report.failures().len(), report.counts().failed), (4, 4));
    assert_eq!(references_of(&report), [(1, 4), (2, 0)]);
}

/// CR-11: a ring that would seal with a retired key, and one of somebody else, are not swept with.
#[test]
fn goes_on_with_the_ring_that_it_began_with() {
    let mut ring = ring();
    let mut table = Table::of(&ring, 0..9, START);
    rotate(&mut ring, at(1));
    let before = copy(&ring);
    rotate(&mut ring, at(2));
    let mut sweep = Sweep::new(purpose(), limits());
    let _ = sweep.step(&ring, &mut table, at(2)).unwrap();
    let mut refused = |ring: &Keyring| {
        let saved = table.progress.clone().unwrap();
        let mut resumed = Sweep::resume(&saved, purpose(), limits()).unwrap();
        let error = resumed.step(ring, &mut table, at(2)).unwrap_err();
        assert_eq!(sweep.step(ring, &mut table, at(2)).unwrap_err(), error);
        match error {
            SweepError::Field(error) => error,
            other => panic!("{other:?}"),
        }
    };
    let (found, least) = (before.generation(), ring.generation());
    assert_eq!(refused(&before), Error::RolledBack { found, least });

    let policy = || Policy::new().for_purpose(purpose());
    let of = |key, scope| Keyring::new_for(Key::from_bytes(key), scope, policy(), START).unwrap();
    let mut another_key = of([8; 32], Scope::tenant("acme"));
    rotate(&mut another_key, at(1));
    rotate(&mut another_key, at(2));
    assert_eq!(refused(&another_key), Error::OtherSweep);
    let mut another_scope = of([7; 32], Scope::tenant("globex"));
    rotate(&mut another_scope, at(1));
    rotate(&mut another_scope, at(2));
    assert_eq!(refused(&another_scope), Error::OtherSweep);
    rotate(&mut ring, at(3));
    assert_eq!(
        ring.keys()
            .filter(|key| key.state == State::Retired)
            .count(),
        3
    );
    let report = run(&mut sweep, &ring, &mut table, at(9));
    assert_eq!(references_of(&report), [(1, 0), (2, 0), (3, 0), (4, 9)]);
}

/// CR-11: that the ring does not seal is no row's fault.
#[test]
fn stops_where_the_ring_does_not_seal() {
    let mut ring = ring();
    let mut table = Table::of(&ring, 0..4, START);
    let second = rotate(&mut ring, at(1));
    let policy = Policy::new().for_purpose(purpose()).with_max_age(HOUR * 24);
    ring.set_policy(policy, at(1)).unwrap();
    let mut sweep = Sweep::new(purpose(), limits());
    let error = sweep.step(&ring, &mut table, at(100)).unwrap_err();
    assert_eq!(error, SweepError::Field(Error::Overdue(second)));
    rotate(&mut ring, at(100));
    let report = run(&mut sweep, &ring, &mut table, at(101));
    assert_eq!(report.counts().failed, 0);
    assert_eq!(references_of(&report), [(1, 0), (2, 0), (3, 4)]);
}

/// CR-11: progress is of one purpose and one format, whole.
#[test]
fn resumes_from_what_was_saved_and_from_nothing_else() {
    let mut ring = ring();
    let mut table = Table::of(&ring, 0..7, START);
    rotate(&mut ring, at(1));
    table.rows.insert(4, b"pc1.".to_vec());
    let migration = Migration::new(at(50));
    let mut sweep = Sweep::new(purpose(), limits()).with_migration(migration);
    let _ = run(&mut sweep, &ring, &mut table, at(3));
    let saved = table.progress.unwrap();
    let resume = |bytes: &[u8], purpose| Sweep::resume(bytes, purpose, limits()).err();
    assert_eq!(resume(&saved, purpose()), None);
    for other in [
        Purpose::column("contact", "phone"),
        Purpose::column("contac", "temail"),
        Purpose::table("contact"),
        Purpose::store(),
    ] {
        assert_eq!(resume(&saved, other), Some(Error::OtherSweep));
    }
    let damaged = Some(Error::Encoding(encoding::Error::Damaged));
    for cut in 0..saved.len() {
        assert_eq!(resume(&saved[..cut], purpose()), damaged, "{cut}");
    }
    assert_eq!(resume(&[&saved[..], &[0]].concat(), purpose()), damaged);
    // the two keys, of 29 bytes each, the other way round
    let (rest, keys) = saved.split_at(saved.len() - 58);
    let turned = [rest, &keys[29..], &keys[..29]].concat();
    assert_eq!(resume(&turned, purpose()), damaged);
    let mut newer = saved.clone();
    newer[0] = 2;
    let unknown = Error::Encoding(encoding::Error::UnknownVersion(2));
    assert_eq!(resume(&newer, purpose()), Some(unknown));
}

/// CR-11: neither the values nor the names of rows are in what is printed.
#[test]
fn prints_no_value_and_no_row() {
    let mut ring = ring();
    let mut table = Table::of(&ring, 0..4, START);
    rotate(&mut ring, at(1));
    table.rows.insert(77, b"pc1.".to_vec());
    let row = StoredRow::new("lovelace", place(1), "secret");
    let report = sweep(&ring, &mut table, at(3));
    let printed = format!("{row:?} {report:?}");
    for secret in ["lovelace", "secret", "[77]", "acme"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}

/// CR-11, CR-10: of streams a sweep tells which are to be written anew, and when the key can go.
#[test]
fn names_the_streams_that_a_retired_key_sealed() {
    use portcullis::field::stream::{Place, Writer};
    use std::io::Write;

    struct Files(BTreeMap<u8, Vec<u8>>);
    impl Rows for Files {
        type Error = Gone;
        fn next(&mut self, after: Option<&[u8]>, limit: usize) -> Result<Vec<StoredRow>, Gone> {
            let rows = self.0.iter().filter(|(id, _)| Some(&[**id][..]) > after);
            let row = |(id, file): (&u8, &Vec<u8>)| {
                StoredRow::stream([*id], "backup", &file[..file.len().min(10)])
            };
            Ok(rows.take(limit).map(row).collect())
        }
        fn swap(&mut self, _: &StoredRow, _: &[u8]) -> Result<Swap, Gone> {
            panic!("a stream is not swapped")
        }
        fn save(&mut self, _: &[u8]) -> Result<(), Gone> {
            Ok(())
        }
    }
    let purpose = Purpose::stream("backup");
    let policy = Policy::new().for_purpose(purpose.clone());
    let mut ring = Keyring::generate_for(Scope::application(), policy, START).unwrap();
    let file = |ring: &Keyring, id: u8| {
        let place = Place::new("backup", Context::new().without_tenant().row(id));
        let mut out = Writer::new(Vec::new(), ring, &place, at(1)).unwrap();
        out.write_all(b"rows").unwrap();
        out.finish().unwrap()
    };
    let mut files = Files((1..4).map(|id| (id, file(&ring, id))).collect());
    let old = ring.primary();
    rotate(&mut ring, at(1));
    files.0.insert(4, file(&ring, 4));
    files.0.insert(5, b"no stream".to_vec());
    let next = ring.stage(at(1)).unwrap();
    let mut elsewhere = copy(&ring);
    elsewhere.promote(next, at(1)).unwrap();
    files.0.insert(6, file(&elsewhere, 6));

    let sweep = |ring: &Keyring, files: &mut Files| {
        let mut sweep = Sweep::new(purpose.clone(), limits());
        loop {
            if let Step::Done(report) = sweep.step_streams(ring, files, at(3)).unwrap() {
                return report;
            }
        }
    };
    let report = sweep(&ring, &mut files);
    let failures = report.failures().iter();
    let failures: Vec<_> = failures.map(|f| (f.row[0], f.fault)).collect();
    let anew = [1, 2, 3].map(|id| (id, Fault::Rewrite));
    assert_eq!(failures, [&anew[..], &[(5, Fault::Malformed)]].concat());
    assert_eq!((report.counts().already, report.rounds()), (2, 1));
    let (version, references) = (old, 4);
    assert_eq!(
        report.unreferenced(old),
        Err(Error::Referenced {
            version,
            references
        })
    );

    files.0.remove(&5);
    for id in 1..4 {
        files.0.insert(id, file(&ring, id));
    }
    let report = sweep(&ring, &mut files);
    assert_eq!(references_of(&report), [(1, 0), (2, 4), (3, 1)]);
    let proof = report.unreferenced(old).unwrap();
    ring.destroy(old, Destroy::Unreferenced(&[&proof]), at(3))
        .unwrap();

    let step = |purpose| {
        let mut sweep = Sweep::new(purpose, limits());
        let mut files = Files(files.0.clone());
        sweep.step_streams(&ring, &mut files, at(3)).err()
    };
    let refused = Some(SweepError::Field(Error::OutOfPurpose));
    assert_eq!(step(Purpose::stream("export")), refused);
    assert_eq!(
        step(Purpose::column("portcullis/stream", "backup")),
        refused
    );
    assert_eq!(step(Purpose::stream("backup")), None);
    // no rows of it are no proof
    files.0.clear();
    let mut sweep = Sweep::new(Purpose::column("contact", "email"), limits());
    let error = sweep.step_streams(&ring, &mut files, at(3)).err();
    assert_eq!(error, refused);
    let mut sweep = Sweep::new(Purpose::stream("backup"), limits());
    assert_eq!(sweep.step(&ring, &mut files, at(3)).err(), refused);
}

/// CR-11: the values of a sealed store, with what expires when.
#[cfg(feature = "store")]
#[test]
fn sweeps_a_sealed_store() {
    use portcullis::{
        field::{Resealed, Sealed},
        store::{self, Change, Entry, Memory, Store},
    };
    use std::sync::Arc;

    /// A store that can be asked twice: through the seal, and for what is beneath.
    #[derive(Clone)]
    struct Shared(Arc<Memory>);
    impl Store for Shared {
        type Error = <Memory as Store>::Error;
        fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Self::Error> {
            self.0.load(key)
        }
        fn compare_exchange(
            &self,
            key: &[u8],
            current: Option<&[u8]>,
            new: Option<&Entry>,
        ) -> Result<store::Exchange, Self::Error> {
            self.0.compare_exchange(key, current, new)
        }
    }
    struct Values {
        beneath: Shared,
        sealed: Sealed<Shared>,
        keys: Vec<Vec<u8>>,
    }
    impl Rows for Values {
        type Error = Gone;
        fn next(&mut self, after: Option<&[u8]>, limit: usize) -> Result<Vec<StoredRow>, Gone> {
            let keys = self.keys.iter().filter(|key| Some(key.as_slice()) > after);
            let row = |key: &Vec<u8>| {
                let sealed = self.beneath.load(key).unwrap()?;
                Some(self.sealed.stored_row(key, sealed))
            };
            Ok(keys.filter_map(row).take(limit).collect())
        }
        fn swap(&mut self, row: &StoredRow, _: &[u8]) -> Result<Swap, Gone> {
            match self.sealed.reseal(row.key()).unwrap() {
                Resealed::Anew => Ok(Swap::Done),
                Resealed::Already | Resealed::Missing => Ok(Swap::Changed),
            }
        }
        fn save(&mut self, _: &[u8]) -> Result<(), Gone> {
            Ok(())
        }
    }

    let policy = Policy::new().for_purpose(Purpose::store());
    let mut ring = Keyring::generate_for(Scope::application(), policy, START).unwrap();
    let beneath = Shared(Arc::new(Memory::new(100)));
    let sealed = Sealed::new(Arc::new(copy(&ring)), beneath.clone()).with_clock(|| at(1));
    let keys: Vec<Vec<u8>> = (0..7_u8).map(|id| vec![id, 9]).collect();
    for key in &keys {
        let put = Change::Put(Entry::new(key.clone()).expires_at(Timestamp::MAX));
        store::update(&sealed, key, |_| Ok::<_, store::Error>((put.clone(), ()))).unwrap();
    }
    let old = ring.primary();
    rotate(&mut ring, at(1));
    sealed.replace_ring(Arc::new(copy(&ring)));
    let mut values = Values {
        beneath,
        sealed,
        keys: keys.clone(),
    };
    let mut sweep = Sweep::new(Purpose::store(), limits());
    let report = loop {
        if let Step::Done(report) = sweep.step(&ring, &mut values, at(3)).unwrap() {
            break report;
        }
    };
    assert_eq!((report.counts().resealed, report.counts().lost), (7, 0));
    let proof = report.unreferenced(old).unwrap();
    ring.destroy(old, Destroy::Unreferenced(&[&proof]), at(3))
        .unwrap();
    values.sealed.replace_ring(Arc::new(ring));
    for key in &keys {
        assert_eq!(values.sealed.load(key).unwrap().as_ref(), Some(key));
    }
}

/// CR-11: the report as a line for people, and as a form for programs.
#[test]
fn reports_to_people_and_programs() {
    let mut ring = ring();
    let mut table = Table::of(&ring, 1..4, START);
    rotate(&mut ring, at(1));
    table.rows.get_mut(&2).unwrap()[70] ^= 1;
    let report = sweep(&ring, &mut table, at(3));
    let line = "column contact.email: 3 rows, 1 of key 1, 2 of key 2, 0 plaintext, 0 of no known key, 1 left as they are";
    assert_eq!(report.to_string(), line);

    #[cfg(feature = "serde")]
    {
        let fingerprint = |n| ring.keys().nth(n).unwrap().fingerprint.to_string();
        let expected = serde_json::json!({
            "purpose": "column contact.email",
            "rounds": 1,
            "counts": {
                "seen": 3, "resealed": 2, "sealed": 0, "already": 0, "lost": 0, "failed": 1,
                "plaintext": 0
            },
            "began": serde_json::to_value(at(3)).unwrap(),
            "ended": serde_json::to_value(at(3)).unwrap(),
            "verified": 3,
            "plaintext": 0,
            "unreadable": 0,
            "keys": [
                { "version": 1, "fingerprint": fingerprint(0), "settled": true, "references": 1 },
                { "version": 2, "fingerprint": fingerprint(1), "settled": false, "references": 2 },
            ],
            "failures": [{ "row": "02", "fault": "open", "key": 1 }],
        });
        assert_eq!(serde_json::to_value(&report).unwrap(), expected);
    }
}

/// What others do to a row before one of the sweep's calls.
#[derive(Clone, Copy, Debug)]
enum Op {
    Write,
    WriteElsewhere,
    Remove,
}

fn ops() -> impl Strategy<Value = Vec<(usize, u8, Op)>> {
    let op = prop_oneof![Just(Op::Write), Just(Op::WriteElsewhere), Just(Op::Remove)];
    vec((0usize..60, 0u8..12, op), 0..40)
}

proptest! {
    /// CR-11: whatever was saved and is read back changed, it is refused or the sweep goes on.
    #[test]
    fn reads_changed_progress_without_harm(at_byte in 0usize..400, change in 1u8..) {
        let mut ring = ring();
        let mut table = Table::of(&ring, 0..4, START);
        rotate(&mut ring, at(1));
        table.rows.insert(2, b"pc1.".to_vec());
        let _ = sweep(&ring, &mut table, at(3));
        let mut saved = table.progress.clone().unwrap();
        let at_byte = at_byte % saved.len();
        saved[at_byte] ^= change;
        if let Ok(mut sweep) = Sweep::resume(&saved, purpose(), limits()) {
            let _ = sweep.step(&ring, &mut table, at(3));
        }
    }

    /// CR-11: with others writing between all calls, with the present key and, on a machine that does
    /// not know it yet, with the old one, no write of theirs is lost, and nothing that is said to be
    /// unreferenced is referred to.
    #[test]
    fn loses_no_write_and_proves_nothing_that_is_false(
        ids in vec(0u8..12, 0..12),
        ops in ops(),
        crash in proptest::option::of(0usize..40),
    ) {
        let mut ring = ring();
        let mut table = Table::of(&ring, ids.clone(), START);
        let written = ids.iter().map(|id| (*id, format!("{id}@example.org")));
        let model = Rc::new(RefCell::new(written.collect::<BTreeMap<u8, String>>()));
        let elsewhere = copy(&ring);
        rotate(&mut ring, at(1));
        // Before the pass that counts has begun, anybody may write with the old key.
        let settled = Rc::new(Cell::new(false));
        for (n, (call, id, op)) in ops.into_iter().enumerate() {
            let text = n.to_string();
            let new = sealed(&ring, id, &text, at(1));
            let old = sealed(&elsewhere, id, &text, at(1));
            let (settled, model) = (settled.clone(), model.clone());
            table.events.entry(call).or_default().push(Box::new(move |rows| {
                let value = match op {
                    Op::Remove => {
                        rows.remove(&id);
                        model.borrow_mut().remove(&id);
                        return;
                    }
                    Op::WriteElsewhere if !settled.get() => old.clone(),
                    Op::Write | Op::WriteElsewhere => new.clone(),
                };
                rows.insert(id, value);
                model.borrow_mut().insert(id, text.clone());
            }));
        }
        table.fails_after = crash;
        let mut sweep = Sweep::new(purpose(), limits());
        let mut now = at(1);
        let report = loop {
            match sweep.step(&ring, &mut table, now) {
                Ok(Step::More) => {}
                Ok(Step::Wait(until)) => {
                    settled.set(true);
                    now = until;
                }
                Ok(Step::Done(report)) => break report,
                Err(error) => {
                    prop_assert_eq!(error, SweepError::Rows(Gone));
                    if let Some(progress) = &table.progress {
                        sweep = Sweep::resume(progress, purpose(), limits()).unwrap();
                    }
                }
            }
        };
        let old = table.rows.values().filter(|value| names(value) == 1).count();
        if report.unreferenced(KeyVersion::FIRST).is_ok() {
            prop_assert_eq!(old, 0);
        }
        let opened = |(id, value): (&u8, &Vec<u8>)| Some((*id, opened(&ring, *id, value)?));
        let found: Option<BTreeMap<u8, String>> = table.rows.iter().map(opened).collect();
        prop_assert_eq!(found.as_ref(), Some(&*model.borrow()));
    }
}
